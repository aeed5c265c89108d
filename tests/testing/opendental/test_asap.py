"""Texts of Web Sched ASAP and recalls as their pages describe them."""

from __future__ import annotations

import pytest

from tests.testing.opendental.desk import Desk

RECALL_FIELDS = (
    *("RecallNum", "PatNum", "DateDue", "DatePrevious", "RecallInterval", "RecallStatus", "recallStatus", "Note"),
    *("IsDisabled", "DateTStamp", "RecallTypeNum", "DisableUntilBalance", "DisableUntilDate", "DateScheduled"),
    *("Priority", "TimePatternOverride"),
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["2026-02-25"]),
        ({"date": "2026-03-02"}, ["2026-03-02"]),
        ({"date": "9999-12-31"}, []),
        ({"dateStart": "2026-02-01", "dateEnd": "2026-03-03"}, ["2026-02-20", "2026-02-25", "2026-03-02"]),
        ({"dateStart": "2026-02-20", "dateEnd": "2026-02-25"}, ["2026-02-20"]),
        ({"ClinicNum": "3"}, []),
    ],
)
def test_texts_are_listed_by_the_day_they_were_entered(desk: Desk, query: dict[str, str], found: list[str]) -> None:
    for day in ("2026-02-20", "2026-02-25", "2026-03-02"):
        desk.practice.add("asapcomms", PatNum=401, DateTimeEntry=f"{day} 00:00:00")

    assert [row["DateTimeEntry"][:10] for row in desk.rows("/asapcomms", **query)] == found


def test_every_documented_field_of_a_recall_can_be_changed(desk: Desk) -> None:
    number = desk.practice.add_recall(PatNum=401)
    sent = {
        "DateDue": "2026-09-01",
        "RecallInterval": "6m1d",
        "Note": "calls back",
        "IsDisabled": "true",
        "DisableUntilBalance": 20.5,
        "DisableUntilDate": "2026-05-01",
        "Priority": "ASAP",
        "TimePatternOverride": "//XX//",
    }
    desk.put(f"/recalls/{number}", **sent)
    (row,) = desk.rows("/recalls", PatNum=401)

    assert tuple(row) == RECALL_FIELDS
    assert {name: row[name] for name in sent} == sent
