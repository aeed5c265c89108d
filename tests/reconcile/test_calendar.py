"""The picture of the book."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from odnexus.reconcile.calendar import Booked, Calendar, booking_in, stamp_for, yields
from odnexus.reconcile.triggers import Slot

NINE = datetime(2026, 3, 9, 9)
SLOT = Slot(start=NINE, minutes=60, operatory=3, provider=1)


def row(number: int = 1, **changes: Any) -> Booked:
    values: dict[str, Any] = {
        "apt_num": number,
        "pat_num": 10 + number,
        "status": "Scheduled",
        "start": NINE,
        "minutes": 60,
        "operatory": 3,
        "provider": 1,
    }
    return Booked(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "collides"),
    [
        ({}, True),
        ({"start": NINE + timedelta(minutes=55)}, True),
        ({"start": NINE + timedelta(minutes=60)}, False),
        ({"start": NINE - timedelta(minutes=60)}, False),
        ({"start": NINE - timedelta(minutes=55)}, True),
        ({"operatory": 4}, False),
        ({"status": "Broken"}, False),
        ({"status": "UnschedList"}, False),
        ({"status": "Planned"}, False),
        ({"status": "PtNote"}, False),
        ({"status": "Complete"}, True),
        ({"start": None}, False),
    ],
)
def test_what_collides(changes: dict[str, Any], collides: bool) -> None:
    assert row(**changes).overlaps(SLOT) is collides


def test_the_later_number_yields() -> None:
    assert yields(7, [row(5)])
    assert not yields(7, [row(9)])
    assert not yields(7, [])


def test_candidates_are_asap_visits_that_stand_later_then_the_unscheduled_list() -> None:
    calendar = Calendar(
        [
            row(1, asap=True, start=NINE + timedelta(days=3)),
            row(2, asap=True, start=NINE + timedelta(days=1)),
            row(3, asap=True, start=NINE - timedelta(days=1)),
            row(4, asap=False, start=NINE + timedelta(days=1)),
            row(5, status="UnschedList", start=None),
            row(6, asap=True, start=NINE + timedelta(days=1), minutes=90),
            row(7, asap=True, start=NINE + timedelta(days=1), provider=2),
        ]
    )

    found = calendar.candidates(SLOT, NINE - timedelta(days=2))

    assert [(candidate.apt_num, candidate.source) for candidate in found] == [
        (2, "asap"),
        (1, "asap"),
        (5, "unscheduled"),
    ]


def test_a_row_survives_the_store() -> None:
    original = row(booking="42", stamp="2026-03-01T10:00:00", asap=True)

    assert Booked.from_bytes(original.to_bytes()) == original


def test_a_stamp_is_found_again() -> None:
    assert booking_in(f"prefers mornings {stamp_for(4711)}") == "4711"
    assert booking_in("no stamp here") == ""


def test_only_changes_count() -> None:
    calendar = Calendar()

    assert calendar.add(row())
    assert not calendar.add(row())
    assert calendar.add(row(minutes=30))
