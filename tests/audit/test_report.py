"""Results as data, as text and as pages: masked unless asked, comparable with an earlier run."""

from __future__ import annotations

import csv
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from odnexus.audit import AuditReport, audit
from odnexus.audit.report import COLUMNS
from tests.audit.office import Office, broken


def faulty() -> Office:
    """Return an office where much is wrong."""
    return broken(
        lambda office: office.chart(40, "Keiko", "Tanaka", "1995-05-25", WirelessPhone="(208)555-0131", Guarantor=31),
        lambda office: office.of("book", "AptNum", 501).update(AptDateTime="2026-03-04 11:30:00"),
        lambda office: office.of("bookings", "id", 9002).update(cancelled=True),
        lambda office: office.of("bookings", "id", 9003).update(patient_confirmed=True),
        lambda office: office.of("book", "AptNum", 504).update(Confirmed=21, Op=1),
        lambda office: office.of("charts", "PatNum", 21).update(HmPhone="12", Email="none@none.com"),
        lambda office: office.nex_chairs.append({"id": 309, "name": "OP2", "active": True}),
    )


def report() -> AuditReport:
    """Return the report of it."""
    return audit(faulty().picture())


# Long enough that neither the microseconds of a time nor a sealed file holds one of them by chance.
PERSONAL = re.compile(
    r"Whitfield|Robert|\bNora\b|Castellano|\bLucia|Tanaka|Keiko|\b(?:1979|1984|1995|2014)-\d\d-|555.?01\d\d"
    r"|family\d\d@|2026-03-04"
)


def test_nothing_personal_is_shown_unless_asked_for(tmp_path: Path) -> None:
    found = report()
    found.to_html(tmp_path / "report.html")
    found["duplicate-charts"].to_csv(tmp_path / "rows.csv")
    shown = [
        repr(found), repr(found.picture), repr(found.rows), repr(found.plan()), str(found.to_dict()),
        found._repr_html_(), *(result._repr_html_() for result in found),
        *(result.explain(row) for result in found for row in result.rows),
        (tmp_path / "report.html").read_text(encoding="utf-8"), (tmp_path / "rows.csv").read_text(encoding="utf-8"),
    ]  # fmt: skip

    assert [PERSONAL.findall(text) for text in shown if PERSONAL.search(text)] == []
    assert "K. T. ••0131" in found["duplicate-charts"].records()[0]["who"]


def test_names_are_shown_to_somebody_who_says_who_they_are(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "odnexus.audit"):
        named = report()["different-visits"].unmasked(by="Ida Harlan")

    assert named.records()[0]["who"].split("; ") == [
        "Visit 501 (2026-03-04 11:30, Robert Whitfield)",
        "NexHealth visit 9001 (2026-03-04 09:00, Robert Whitfield)",
        "Chart 11 (Robert Whitfield, born 1979-06-02, (208)555-0111)",
    ]
    assert "to Ida Harlan" in named._repr_html_()
    assert caplog.messages == ["audit different-visits: 2 rows shown with names to Ida Harlan"]


def test_nobody_sees_names_without_saying_who_they_are() -> None:
    with pytest.raises(ValueError, match="by: "):
        report().unmasked(by=" ")


def test_a_summary_counts_and_weighs() -> None:
    found = report()

    duplicates, none = found["duplicate-charts"].summary, found["minors"].summary
    assert (duplicates.count, duplicates.of, duplicates.share, duplicates.severity) == (1, 5, 0.2, "error")
    assert (none.count, none.share, none.severity) == (0, 0.0, None)
    assert sum(found.by_severity.values()) == len(found.rows)


def test_a_csv_holds_every_row(tmp_path: Path) -> None:
    found = report()["different-states"]
    found.to_csv(tmp_path / "rows.csv")

    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == found.records()


def test_a_frame_holds_every_row() -> None:
    pytest.importorskip("pandas")

    found = report()

    assert list(found.frame["id"]) == [row.id for row in found.rows]
    assert tuple(found["minors"].frame.columns) == COLUMNS
    assert len(found["minors"].frame) == 0


def test_a_later_run_tells_new_fixed_and_still_there() -> None:
    before, office = report(), faulty()
    office.of("bookings", "id", 9002).update(cancelled=False)
    office.of("book", "AptNum", 502).update(Confirmed=21)
    after = audit(office.picture())

    change = after.compare(before)["different-states"]

    assert [row.rule for row in change.new] == ["confirmed.only-opendental"]
    assert [row.subjects[0].id for row in change.still] == [503, 504]
    assert [row_id.partition("|")[0] for row_id in change.fixed] == ["different-states/cancelled.only-nexhealth"]


def test_ids_of_an_earlier_csv_are_enough_to_compare() -> None:
    found = report()["different-states"]

    change = found.compare([record["id"] for record in found.records()])

    assert (change.new, change.fixed, change.still) == ((), (), found.rows)


def test_a_plan_says_what_a_program_could_repair() -> None:
    planned = {(repair.action, repair.subject.id): dict(repair.values) for repair in report().plan()}

    moved = planned.pop(("nexhealth.appointments.update", 9001))
    assert {name: str(value) for name, value in moved.items()} == {
        "start_time": "2026-03-04 18:30:00+00:00",
        "end_time": "2026-03-04 19:30:00+00:00",
    }
    assert planned == {
        ("nexhealth.appointments.update", 9004): {"confirmed": True},
        ("opendental.appointments.break_", 502): {"send_to_unscheduled_list": True},
        ("opendental.appointments.confirm", 503): {"def_num": 21},
        ("location.operatories", 309): {"309": 2},
    }


def test_a_change_that_nexhealth_refuses_is_in_no_plan() -> None:
    office = broken(lambda office: office.of("book", "AptNum", 502).update(ProvNum=2))

    assert audit(office.picture(), only=["different-visits"]).plan() == ()


def test_a_page_needs_nothing_from_elsewhere_and_escapes_what_it_shows(tmp_path: Path) -> None:
    office = faulty()
    office.of("nex_chairs", "id", 309).update(name="<script>alert(1)</script>")
    audit(office.picture()).to_html(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert re.findall(r"<script|(?:src|href)=\"(?!#)|url\(|@import", text) == []
    assert "&lt;script&gt;" in text
    found = audit(office.picture())
    assert text.count("<svg") == len([result for result in found if result.rows]) + len(found.figures)


@pytest.mark.parametrize("wrong", [0, None, "minors/guarantor.gone"])
def test_what_is_no_row_of_a_result_is_told_what_to_give(wrong: Any) -> None:
    with pytest.raises(KeyError, match="minors has no such row: give one of its rows, or the id of one"):
        report()["minors"].explain(wrong)


def test_a_row_that_is_not_there_cannot_be_explained() -> None:
    with pytest.raises(KeyError):
        report()["minors"].explain("minors/guarantor.none|opendental:patient/1")


def test_pandas_is_not_imported_until_a_frame_is_asked_for() -> None:
    code = "import sys, odnexus, odnexus.audit; print('pandas' in sys.modules or 'matplotlib' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
