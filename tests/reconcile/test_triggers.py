"""Domain events are derived by comparing states."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from odnexus.reconcile.bodies import LinkBody, canonical, pack_event, unpack_event
from odnexus.reconcile.plan import Base, Fields
from odnexus.reconcile.triggers import (
    DomainEvent,
    Slot,
    WaitlistCandidate,
    changes_of_visit,
    opened_slot,
    slot_of,
)

VISIT: Fields = {
    "cancelled": False,
    "start": "2026-03-09T09:00",
    "minutes": 60,
    "operatory": 3,
    "provider": 1,
    "confirmed": False,
}
EARLIER = datetime(2026, 3, 1, 8)


@pytest.mark.parametrize(
    ("after", "names"),
    [
        ({}, ()),
        ({"cancelled": True}, ("appointment.cancelled",)),
        ({"start": "2026-03-09T10:00"}, ("appointment.rescheduled",)),
        ({"operatory": 4}, ("appointment.rescheduled",)),
        ({"minutes": 30}, ()),
        ({"confirmed": True}, ("appointment.confirmed",)),
        ({"start": "2026-03-09T10:00", "confirmed": True}, ("appointment.rescheduled", "appointment.confirmed")),
        ({"cancelled": True, "confirmed": True}, ("appointment.cancelled",)),
    ],
)
def test_what_happened(after: Fields, names: tuple[str, ...]) -> None:
    assert changes_of_visit(VISIT, {**VISIT, **after}) == names


def test_a_restored_visit_is_a_reschedule() -> None:
    assert changes_of_visit({**VISIT, "cancelled": True}, VISIT) == ("appointment.rescheduled",)


def test_a_slot_opens_when_a_future_visit_leaves_it() -> None:
    left = {**VISIT, "start": "2026-03-10T09:00"}

    assert opened_slot(VISIT, {**VISIT, "cancelled": True}, EARLIER) == slot_of(VISIT)
    assert opened_slot(VISIT, left, EARLIER) == slot_of(VISIT)
    assert opened_slot(VISIT, {**VISIT, "cancelled": True}, datetime(2026, 3, 9, 9)) is None
    assert opened_slot(VISIT, {**VISIT, "confirmed": True}, EARLIER) is None
    assert opened_slot({**VISIT, "cancelled": True}, VISIT, EARLIER) is None


def test_an_event_survives_the_store() -> None:
    slot = Slot(start=EARLIER, minutes=30, operatory=3, provider=None)
    event = DomainEvent(
        id="x",
        name="slot.opened",
        at=datetime(2026, 3, 1, tzinfo=UTC),
        location="main",
        slot=slot,
        candidates=(WaitlistCandidate(source="asap", apt_num=1, minutes=30, start=EARLIER),),
    )

    assert unpack_event(pack_event(event)) == event


def test_a_link_body_survives_the_store() -> None:
    body = LinkBody(
        base=Base(nexhealth=VISIT, opendental=VISIT),
        patient=4,
        before=(1, 2),
        unfinished=True,
        announce=False,
        cancel="9",
        target=VISIT,
        awaiting="2026-03-01T00:00:00+00:00",
    )

    assert LinkBody.from_bytes(body.to_bytes()) == body
    assert LinkBody.from_bytes(b"") == LinkBody()


def test_one_state_of_a_visit_has_open_dentals_place_and_either_sides_confirmation() -> None:
    base = Base(nexhealth={**VISIT, "confirmed": True, "operatory": None}, opendental={**VISIT, "minutes": 30})

    assert canonical(base) == {**VISIT, "confirmed": True, "minutes": 30}
