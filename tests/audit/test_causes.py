"""Why a booking is not in the book."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odnexus.audit import EngineState, audit
from odnexus.reconcile.reviews import Review
from tests.audit.further import add, event
from tests.audit.office import AT, Break, broken


def state(**said: object) -> Break:
    return lambda office: setattr(office, "engine", EngineState(**said))  # type: ignore[arg-type]


def question(subject: str) -> Review:
    return Review(id="r1", kind="person.match", location="main", subject=subject, opened=AT - timedelta(hours=1))


@pytest.mark.parametrize(
    ("why", "breaks"),
    [
        ("a question to the staff is open", [state(reviews=(question("nexhealth:demo/9010"),))]),
        ("a question to the staff is open", [state(reviews=(question("nexhealth:demo/721"),))]),
        ("given up (slot.taken)", [state(buried=(event("9010", reason="slot.taken"),))]),
        ("given up (no reason told)", [state(buried=(event("9010"),))]),
        ("it waits to be carried over (office.offline)", [state(waiting=(event("9010", reason="office.offline"),))]),
        ("it waits to be carried over", [state(waiting=(event("9010"),))]),
        ("the office is offline", [state(paused=True)]),
        ("NexHealth cannot write into this office", [add("syncs", write_status="red")]),
        (None, [state(reviews=(question("opendental:main/9010"),))]),
        (None, []),
    ],
)
def test_a_booking_that_is_stuck_says_why_as_far_as_anybody_knows(why: str | None, breaks: list[Break]) -> None:
    office = broken(lambda office: office.online(9010, 721, 15, 1), *breaks)

    (row,) = audit(office.picture(), only=["stuck-bookings"]).rows

    assert row.facts.get("why") == why
