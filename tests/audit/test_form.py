"""The form of results: other frames, figures and plots, a journal of who saw names, what a plan means to an engine."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from odnexus import MemoryStore
from odnexus.audit import AuditReport, EngineState, audit, figures, writers
from odnexus.audit.figures import completeness, drift_by_day, funnel, lags, match_scores, outcomes, quantile, who_writes
from odnexus.audit.page import page
from odnexus.matching import decide
from odnexus.reconcile.plan import On, Retire, Update
from tests.audit.further import applied
from tests.audit.office import Break, Office, broken, put
from tests.audit.test_report import PERSONAL, faulty


def lively() -> Office:
    """Return a faulty office whose records tell when they were made."""
    return broken(
        put("book", "AptNum", 501, SecDateTEntry="2026-02-20 08:30:00", AptStatus="Complete"),
        put("book", "AptNum", 502, SecDateTEntry="2026-02-20 09:00:00", Confirmed=21),
        put("book", "AptNum", 503, SecDateTEntry="2026-02-18 09:00:00"),
        put("bookings", "id", 9003, misc={"is_booked_on_nexhealth": True}, cancelled=True),
        lambda office: office.online(9010, 721, 15, 1),
        lambda office: office.chart(40, "Keiko", "Tanaka", "1995-05-25", WirelessPhone="(208)555-0131", ClinicNum=2),
    )


@pytest.fixture
def report() -> AuditReport:
    return audit(lively().picture())


def values(figure: Any) -> dict[str, dict[str, float]]:
    """Return the numbers of a figure by series and label."""
    return {each.name: dict(zip(figure.labels, each.values, strict=True)) for each in figure.series}


# -- frames ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("library", "method"), [("polars", "to_polars"), ("pyarrow", "to_arrow")])
def test_other_frames_hold_every_row(library: str, method: str, report: AuditReport) -> None:
    pytest.importorskip(library)

    for result in (report["duplicate-charts"], report["minors"]):
        frame = getattr(result, method)()

        rows = frame.to_dicts() if library == "polars" else frame.to_pylist()
        assert rows == result.records()


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.mission(
    "R6", shows="who looked at patients' names in an audit stands in the journal, before anything is shown"
)
def test_who_saw_names_stands_in_the_journal(report: AuditReport) -> None:
    store = MemoryStore()

    report.unmasked(by="Ida Harlan", journal=store.journal)

    entries = store.journal.read(limit=100)
    assert {entry.rule for entry in entries} == {"audit.unmasked"}
    assert {entry.related for entry in entries} == {("by:Ida Harlan",)}
    assert len(entries) == len(report)
    assert not any(PERSONAL.search(str(entry)) for entry in entries)


def test_names_are_not_shown_if_nobody_can_write_it_down(report: AuditReport) -> None:
    class Full(MemoryStore):
        def append(self, entries: object) -> None:
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        report["different-visits"].unmasked(by="Ida Harlan", journal=Full())  # type: ignore[arg-type]


# -- figures -----------------------------------------------------------------------------------------------------------


def test_the_funnel_counts_online_bookings_only_and_never_more_than_before(report: AuditReport) -> None:
    counts = values(funnel(report.picture))["bookings"]

    # 501, 502 and 9003 and the one that never arrived; 504 was made without a trace of when.
    assert counts == {"Booked online": 4, "Not cancelled": 3, "In the book": 2, "Confirmed": 2, "Completed": 1}
    assert list(counts.values()) == sorted(counts.values(), reverse=True)


def test_lags_are_by_the_office_hour_of_the_booking(report: AuditReport) -> None:
    assert values(lags(report.picture)) == {
        "half are faster": {"08:00": 60.0},
        "one in twenty is slower": {"08:00": 60.0},
    }
    assert [quantile([1, 2, 3, 4], share) for share in (0, 0.5, 0.95)] == [1, 3, 4]


@pytest.mark.mission("E4", shows="kept and broken visits are counted week by week, before and after going live")
def test_what_became_of_visits_is_counted_in_the_week_of_the_visit() -> None:
    def past(number: int, day: int, status: str) -> Break:
        return lambda office: office.book_visit(
            number, 21, 9, 1, AptDateTime=f"2026-02-{day:02} 09:00:00", AptStatus=status
        )

    office = broken(past(601, 23, "Complete"), past(602, 24, "Broken"), past(603, 25, "Scheduled"),
                    past(604, 26, "UnschedList"))  # fmt: skip

    found = values(outcomes(office.picture()))

    assert {name: shown["02-23"] for name, shown in found.items()} == {
        "completed": 1, "broken": 1, "taken off the book": 1, "left open": 1,
    }  # fmt: skip


def test_differences_are_counted_on_the_day_of_the_visit(report: AuditReport) -> None:
    figure = drift_by_day(report)

    assert figure.labels == ("03-04",)
    assert sum(each.values[0] for each in figure.series) == sum(
        len(report[name].rows) for name in ("one-sided-visits", "different-visits", "different-states")
    )


def test_pairs_of_charts_stand_at_their_evidence(report: AuditReport) -> None:
    figure = match_scores(report.picture)

    assert sum(values(figure)["certain"].values()) == 1
    assert list(figure.marks.values()) == ["possible", "probable"]
    assert not match_scores(Office().picture())


def test_the_thresholds_are_the_matcher_s() -> None:
    assert (figures.POSSIBLE_BITS, figures.PROBABLE_BITS) == (decide._POSSIBLE_BITS, decide._PROBABLE_BITS)


def test_completeness_is_told_clinic_by_clinic(report: AuditReport) -> None:
    picture = report.picture
    shares = values(completeness(evolve(picture, lacking=frozenset())))
    told = values(completeness(picture))

    assert shares["clinic 2"] == {"Birth date": 100, "Mobile phone": 100, "E-mail": 0, "Address": 0}
    assert picture.lacking >= {"charts.Address"}
    assert told["clinic 2"] == {"Birth date": 100, "Mobile phone": 100, "E-mail": 0}


@pytest.mark.mission(
    "L1", shows="who made the visits of an office is told week by week: staff, synchronizer or odnexus"
)
def test_writers_are_told_week_by_week() -> None:
    office = lively()
    office.engine = EngineState(entries=(applied("visit.created", "opendental:main/502"),))

    found = [(each.table, f"{each.week}", each.writer, each.rows) for each in writers(office.picture())]

    assert found == [
        ("appointment", "2026-02-16", "odnexus", 1),
        ("appointment", "2026-02-16", "staff", 1),
        ("appointment", "2026-02-16", "synchronizer", 1),
    ]
    assert values(who_writes(office.picture()))["odnexus"] == {"02-16": 1}


def test_every_figure_is_on_the_page_in_words_too(report: AuditReport) -> None:
    text = page(report)

    assert report.figures
    for figure in report.figures:
        assert f'aria-label="{figure.title.replace(chr(39), "&#x27;")}' in text


@pytest.fixture
def quiet() -> Iterator[None]:
    """Draw into memory, and leave nothing open."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    yield
    plt.close("all")


@pytest.mark.usefixtures("quiet")
def test_every_result_and_the_whole_report_can_be_plotted(report: AuditReport) -> None:
    assert [axes.get_title(loc="left") for axes in report.plot()] == [figure.title for figure in report.figures]
    for result in report:
        if result.figure:
            assert result.plot().get_title(loc="left") == result.figure.title


def test_a_plot_without_matplotlib_says_what_to_install(report: AuditReport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)

    with pytest.raises(ImportError, match=r"odnexus\[audit\]"):
        report["duplicate-charts"].plot()


# -- pages and plans ---------------------------------------------------------------------------------------------------


def test_a_page_tells_what_was_settled_since_an_earlier_one(report: AuditReport) -> None:
    text = page(audit(Office().picture()), report)

    assert f"<b>{len(report.rows)}</b>Settled since 2026-03-02" in text
    assert "Nothing has to be done today." in text


def test_a_page_begins_with_the_wrong_chart() -> None:
    office = faulty()
    office.of("people", "id", 721).update(first_name="Omar", last_name="Quist", date_of_birth="1951-08-30")
    text = page(audit(office.picture()))

    first = text[text.index("First things") : text.index("At a glance")]
    assert first.index("#wrong-joins") < first.index("#duplicate-charts")


def test_a_plan_speaks_the_engine_s_words() -> None:
    actions = {(each.action, each.subject.id): each.engine_action for each in audit(faulty().picture()).plan()}

    moved = actions["nexhealth.appointments.update", 9001]
    assert isinstance(moved, Update)
    assert (moved.on, sorted(moved.changes)) == (On.NEXHEALTH, ["end_time", "start_time"])
    assert actions["opendental.appointments.break_", 502] == Retire(On.OPENDENTAL)
    assert actions["opendental.appointments.confirm", 503] == Update(On.OPENDENTAL, {"confirmed": True})
    assert actions["location.operatories", 309] is None


def test_a_cancellation_that_nexhealth_lacks_retires_the_booking() -> None:
    office = broken(put("book", "AptNum", 501, AptStatus="Broken"))

    (repair,) = audit(office.picture()).plan()

    assert repair.engine_action == Retire(On.NEXHEALTH)


def test_who_wrote_a_detail_last_is_told_where_the_journal_knows() -> None:
    office = broken(put("people", "id", 721, date_of_birth="1984-01-28", updated_at="2026-03-01T15:00:00Z"),
                    put("charts", "PatNum", 21, DateTStamp="2026-02-01 10:00:00"))  # fmt: skip
    office.engine = EngineState(entries=(applied("person.blanks-filled", "opendental:main/21", fields=("Birthdate",)),))

    (row,) = audit(office.picture(), only=["details"]).rows

    assert row.facts == {"newer": "NexHealth", "wrote": "odnexus, person.blanks-filled, 2026-03-02"}
    assert datetime(2026, 3, 2, 15, tzinfo=UTC) == office.picture().at


# -- what an analyst sees ----------------------------------------------------------------------------------------------


def test_a_funnel_is_not_drawn_where_nothing_tells_what_was_booked_online() -> None:
    stuck: Break = lambda office: office.online(9010, 721, 15, 1)  # noqa: E731 - a fault

    told = funnel(broken(stuck, *(put("book", "AptNum", number, SecDateTEntry="2026-02-20 09:00:00")
                                  for number in (501, 502, 503, 504))).picture())  # fmt: skip

    assert values(told)["bookings"]["In the book"] == 4
    assert not funnel(broken(stuck).picture())


def test_days_follow_each_other_over_a_new_year_and_long_times_are_told_by_week() -> None:
    def shifted(*days: tuple[int, str]) -> figures.Figure:
        office = broken(*(put("book", "AptNum", number, AptDateTime=f"{day} 09:00:00") for number, day in days))
        return drift_by_day(audit(office.picture(), only=["different-visits"]))

    near = shifted((501, "2026-12-30"), (502, "2027-01-02"))
    far = shifted((501, "2026-03-05"), (502, "2027-01-02"))

    assert near.labels == ("12-30", "12-31", "01-01", "01-02")
    assert values(near)["other time, length, room or provider"] == {"12-30": 1, "12-31": 0, "01-01": 0, "01-02": 1}
    assert (far.labels[0], far.labels[-1], len(far.labels)) == ("03-02", "12-28", 44)
    assert far.note == "By the week of the visit."


def test_a_visit_without_a_time_is_no_day() -> None:
    office = broken(put("book", "AptNum", 501, AptDateTime=""))
    report = audit(office.picture(), only=["different-visits"])

    assert [row.rule for row in report.rows] == ["visit.start"]
    assert drift_by_day(report).labels == ()
    assert not drift_by_day(report)


def test_a_plot_is_drawn_where_somebody_wants_it(report: AuditReport) -> None:
    from matplotlib import pyplot as plt

    _, mine = plt.subplots()

    assert report["birth-dates"].plot(mine) is mine
    assert mine.get_title(loc="left") == report["birth-dates"].figure.title


def test_a_question_that_was_not_asked_has_no_result(report: AuditReport) -> None:
    with pytest.raises(KeyError, match="there is no result typo: choose from duplicate-charts"):
        report["typo"]


def test_a_plot_says_units_and_names_only_what_is_drawn(report: AuditReport) -> None:
    completeness_axes = next(axes for axes in report.plot() if axes.get_title(loc="left").startswith("Charts with"))
    pairs = report["duplicate-charts"].plot()

    assert "100 %" in [text.get_text() for text in completeness_axes.texts]
    assert [text.get_text() for text in pairs.get_legend().get_texts()] == [
        each.name for each in report["duplicate-charts"].figure.series if any(each.values)
    ]
    assert pairs.get_xlim()[1] - pairs.get_xlim()[0] >= 6


def test_a_page_says_a_rule_once_and_its_rows_below() -> None:
    report = audit(broken(put("bookings", "id", 9002, cancelled=True), put("bookings", "id", 9003, cancelled=True),
                          put("bookings", "id", 9001, patient_confirmed=True)).picture())  # fmt: skip

    shown = report["different-states"]._repr_html_()

    assert shown.count("Cancelled in NexHealth, still in Open Dental") == 1
    assert shown.count('scope="rowgroup"') == 2
    assert shown.index("Act now") < shown.index("Visit 502") < shown.index("Look at it") < shown.index("Visit 501")


def test_bookings_that_have_to_be_entered_stand_in_the_order_of_their_time() -> None:
    office = broken(
        lambda office: office.online(9013, 721, -60, 1),
        lambda office: office.online(9012, 721, -50, 1),
        lambda office: office.online(9011, 721, 40, 1),
        lambda office: office.online(9010, 721, 15, 1),
    )

    rows = audit(office.picture(), only=["stuck-bookings"]).rows

    assert [row.subjects[0].id for row in rows] == [9010, 9011, 9012, 9013]


def test_what_was_not_asked_is_not_found_in_order() -> None:
    office = Office()
    for name in ("coverages", "carriers", "plans", "procedures", "recalls"):
        office.tables.pop(name, None)

    report = audit(office.picture())

    for name in ("coverage-gaps", "changed-types", "type-codes", "carriers", "recalls"):
        assert report.summary[name].of == 0, name
    order, silent = page(report).split("Not asked: there was nothing to look at")
    assert "Visits ahead without insurance in force" in silent
    assert "Visits ahead without insurance in force" not in order


def test_what_a_later_picture_cannot_tell_is_not_called_fixed() -> None:
    earlier = broken(put("charts", "PatNum", 12, Guarantor=12), put("charts", "PatNum", 11, Email="none@none.com"))
    later = Office()
    for row in later.charts:
        del row["Guarantor"]
    silent = Office()
    silent.tables["charts"] = []

    before = audit(earlier.picture())
    changes = audit(later.picture()).compare(before)

    assert [row.rule for row in before["minors"].rows] == ["guarantor.none"]
    assert changes["minors"].fixed == ()
    assert [each.partition("|")[0] for each in changes["emails"].fixed] == ["emails/email.placeholder"]
    assert audit(silent.picture()).compare(before)["emails"].fixed == ()


def test_spreadsheets_know_the_encoding_of_a_csv(tmp_path: Path, report: AuditReport) -> None:
    report["duplicate-charts"].to_csv(tmp_path / "rows.csv")

    assert (tmp_path / "rows.csv").read_bytes().startswith(codecs.BOM_UTF8)


def test_a_report_is_compared_with_what_was_written_of_an_earlier_one(tmp_path: Path, report: AuditReport) -> None:
    report.to_json(tmp_path / "march.json")
    kept = json.loads((tmp_path / "march.json").read_text(encoding="utf-8"))

    changes = audit(Office().picture()).compare(kept)

    assert changes == audit(Office().picture()).compare(report)
    assert changes["duplicate-charts"].fixed


@pytest.mark.parametrize("earlier", ["march.csv", SimpleNamespace(columns=["id"])])
def test_what_holds_no_ids_is_not_compared(earlier: Any, report: AuditReport) -> None:
    with pytest.raises(TypeError, match="the column id of its CSV"):
        report["duplicate-charts"].compare(earlier)


def test_one_question_may_be_asked_by_its_name_alone(report: AuditReport) -> None:
    assert [each.audit.name for each in audit(report.picture, only="phones")] == ["phones"]
