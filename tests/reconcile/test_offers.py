from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve

from odnexus.reconcile.bodies import pack
from odnexus.reconcile.offers import Offer, OfferRule, Step, step
from odnexus.reconcile.triggers import DomainEvent, Slot, WaitlistCandidate

START = datetime(2026, 3, 9, 14)
SLOT = Slot(start=START, minutes=60, operatory=3, provider=1)
OFFER = Offer(id="e1", slot=SLOT, waiting=(11, 12))
MORNING = datetime(2026, 3, 9, 9)


def event(**changes: Any) -> DomainEvent:
    candidates = (
        WaitlistCandidate(source="asap", apt_num=11, minutes=30),
        WaitlistCandidate(source="unscheduled", apt_num=12, minutes=30),
        WaitlistCandidate(source="sooner", apt_num=13, nexhealth_id=5, minutes=30),
    )
    values: dict[str, Any] = {
        "id": "e1", "name": "slot.opened", "at": datetime(2026, 3, 9, tzinfo=UTC), "location": "main",
        "slot": SLOT, "candidates": candidates,
    }  # fmt: skip
    return DomainEvent(**{**values, **changes})


def test_an_opened_slot_is_offered_to_the_offices_own_list() -> None:
    assert Offer.of(event()) == OFFER
    assert Offer.of(event(name="appointment.created")) is None
    assert Offer.of(event(candidates=())) is None
    assert Offer.of(event(slot=evolve(SLOT, operatory=None))) is None
    assert Offer.of(event(slot=None)) is None


def test_an_offer_survives_the_store() -> None:
    offer = OFFER.begun(MORNING)

    assert Offer.from_json(json.loads(pack(offer.to_json()))) == offer
    assert Offer.from_json(json.loads(pack(OFFER.to_json()))) == OFFER
    assert "2026" not in repr(offer)


@pytest.mark.parametrize(
    ("offer", "wall", "texted", "expected"),
    [
        (OFFER, MORNING, 0, "ask"),
        (OFFER, datetime(2026, 3, 8, 20), 0, "wait"),
        (OFFER, datetime(2026, 3, 9, 7, 59), 0, "wait"),
        (OFFER, START - timedelta(hours=2), 0, "close"),
        (evolve(OFFER, waiting=()), MORNING, 1, "close"),
        (OFFER, MORNING, 5, "close"),
        (OFFER.begun(MORNING), MORNING, 1, "look"),
        (evolve(OFFER.begun(MORNING), state="asked"), MORNING + timedelta(minutes=59), 1, "wait"),
        (evolve(OFFER.begun(MORNING), state="asked"), MORNING + timedelta(minutes=60), 1, "ask"),
        (evolve(OFFER, state="closed"), MORNING, 0, "wait"),
    ],
)
def test_what_is_to_be_done_is_decided_by_the_clock(offer: Offer, wall: datetime, texted: int, expected: Step) -> None:
    assert step(offer, OfferRule(), wall, texted=texted) == expected


def test_hours_are_the_offices() -> None:
    rule = OfferRule(hours=(time(10), time(12)))

    assert step(OFFER, rule, MORNING, texted=0) == "wait"


def test_what_was_begun_can_be_taken_back() -> None:
    begun = OFFER.begun(MORNING)

    assert (begun.asked, begun.waiting) == ((11,), (12,))
    assert evolve(begun.undone(), since=None) == OFFER
    assert OFFER.skipped().waiting == (12,)
