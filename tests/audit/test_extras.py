"""Rows that only audits read: by heading, as texts or as frames have them, and put together from three lists."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from odnexus import Sealer
from odnexus.audit import Coverage, Picture, Plan, Procedure, Recall, audit, picture_from
from odnexus.audit.extras import cells_of, coverages_of, extra, heading_of
from odnexus.opendental.wire import MisfitError
from tests.audit.office import AT, WINDOW, location


def test_headings_are_the_vendor_s_words() -> None:
    assert [heading_of(name) for name in ("pat_plan_num", "subscriber_id", "date_due")] == [
        "PatPlanNum",
        "SubscriberID",
        "DateDue",
    ]


@pytest.mark.parametrize("due", ["2026-02-01", "2026-02-01 00:00:00", date(2026, 2, 1), datetime(2026, 2, 1)])
def test_days_come_as_texts_and_as_days(due: object) -> None:
    assert extra(Recall, {"RecallNum": "1", "PatNum": 2, "DateDue": due}).date_due == date(2026, 2, 1)


@pytest.mark.parametrize("nothing", ["", "0001-01-01", "0001-01-01 00:00:00", None])
def test_no_day_is_no_day(nothing: object) -> None:
    assert extra(Recall, {"RecallNum": 1, "PatNum": 2, "DateDue": nothing}).date_due is None


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"RecallNum": "x1", "PatNum": 2}, "expected a whole number @ $.RecallNum"),
        ({"RecallNum": 1, "PatNum": 2, "DateDue": "soon"}, "expected a date yyyy-MM-dd @ $.DateDue"),
        ({"RecallNum": 1, "PatNum": 2, "IsDisabled": "perhaps"}, 'expected "true" or "false" @ $.IsDisabled'),
        ({"PatNum": 2}, "missing @ $.RecallNum"),
    ],
)
def test_a_cell_that_does_not_fit_is_named_without_its_value(cells: dict[str, object], fault: str) -> None:
    with pytest.raises(MisfitError) as caught:
        extra(Recall, cells)

    assert str(caught.value) == fault


@pytest.mark.parametrize(
    "record",
    [
        Coverage(pat_num=2, subscriber_id="S1", date_term=date(2026, 3, 1)),
        Plan(plan_num=1, group_num="G1", is_hidden=True),
        Procedure(proc_code="D1110"),
    ],
)
def test_a_record_is_read_again_from_its_cells(record: Coverage | Plan | Procedure) -> None:
    assert extra(type(record), cells_of(record)) == record


def test_reprs_show_no_insurance() -> None:
    assert "S1" not in repr(Coverage(pat_num=2, subscriber_id="S1", date_term=date(2026, 3, 1)))


def test_a_coverage_that_does_not_fit_is_named_and_the_others_stay() -> None:
    unread: list[str] = []

    found = list(coverages_of([{"PatNum": "?"}, {"PatNum": 3, "InsSubNum": 9}], [], [], unread))

    assert [each.pat_num for each in found] == [3]
    assert unread == ["coverages, row 1: expected a whole number @ $.PatNum"]


def test_tables_of_exports_are_judged_like_live_ones() -> None:
    picture = picture_from(
        location(),
        at=AT,
        window=WINDOW,
        charts=[{"PatNum": 7, "LName": "Lund", "PatStatus": "Patient", "WirelessPhone": "", "Email": ""}],
        recalls=[{"RecallNum": "1", "PatNum": "7", "DateDue": "2025-06-01"}, {"RecallNum": "2", "PatNum": "x"}],
    )

    rows = audit(picture, only=["recalls"]).rows
    assert [(row.rule, row.facts["overdue"]) for row in rows] == [("recall.unreachable", "9 months")]
    assert picture.unread == ("recalls, row 2: expected a whole number @ $.PatNum",)


def test_spellings_of_carriers_can_be_given_with_exports_and_are_kept_with_a_picture(tmp_path: Path) -> None:
    picture = picture_from(
        location(),
        at=AT,
        window=WINDOW,
        people=[{"id": 721, "insurance_name": "The Alder"}],
        carriers=[{"CarrierNum": 1, "CarrierName": "Blue Alder Dental", "ElectID": "55501"}],
        aliases={"The Alder": 1},
    )
    sealer = Sealer(Sealer.generate_key())
    picture.save(tmp_path / "picture.odx", sealer)

    kept = Picture.load(tmp_path / "picture.odx", sealer, location())

    assert audit(picture, only=["carriers"]).rows == ()
    assert (kept.aliases, kept.lacking) == (picture.aliases, picture.lacking)
    assert "Alder" not in repr(picture)


def test_two_carriers_that_may_be_one_say_how_many_plans_each_has() -> None:
    picture = picture_from(
        location(),
        at=AT,
        window=WINDOW,
        carriers=[{"CarrierNum": number, "CarrierName": "Blue Alder", "ElectID": "55501"} for number in (1, 2)],
        plans=[{"PlanNum": number, "CarrierNum": 2} for number in (7, 8)],
    )

    (row,) = audit(picture, only=["carriers"]).rows

    assert (row.rule, row.facts) == ("carrier.alike", {"plans": "0 and 2"})
