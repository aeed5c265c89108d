"""One opened slot on offer to the ASAP list: whose turn it is, and what is to be done now. Pure.

One text at a time: the next goes out only when the one before was left unanswered long enough and the slot is free
still. What was texted is kept, so that nobody is texted twice about one slot.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Literal, TypeAlias

from attrs import asdict, evolve, field, frozen

from odnexus.reconcile.bodies import read_slot
from odnexus.reconcile.triggers import DomainEvent, Slot

OfferState: TypeAlias = Literal["open", "sending", "asked", "closed"]
Step: TypeAlias = Literal["wait", "close", "look", "ask"]

KEPT = timedelta(days=7)
"""How long an offer is remembered after its slot has passed: events are delivered at least once."""


@frozen(kw_only=True)
class OfferRule:
    """When and how often a slot is offered.

    Attributes:
        hours: From when to when texts may go out, by the office's clock.
        patience: How long somebody may think before the next one is asked.
        notice: How long before its start a slot is not offered any more.
        at_most: How many are asked about one slot.
    """

    hours: tuple[time, time] = (time(8), time(20))
    patience: timedelta = timedelta(hours=1)
    notice: timedelta = timedelta(hours=2)
    at_most: int = 5


@frozen(kw_only=True)
class Offer:
    """A slot on offer.

    Attributes:
        id: The domain event that opened it.
        slot: The place in the book.
        waiting: Appointments that are still to be asked about, the best first.
        asked: Appointments whose patients were asked, or found not to be asked.
        state: ``open``: nobody is being asked; ``sending``: written down before a text is sent; ``asked``: it was
            sent; ``closed``: taken, passed or given up.
        since: When the last text was begun (office's clock), ``None`` before the first.
    """

    id: str
    slot: Slot = field(repr=False)
    waiting: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    state: OfferState = "open"
    since: datetime | None = field(default=None, repr=False)

    @classmethod
    def of(cls, event: DomainEvent) -> Offer | None:
        """Return the offer that a ``slot.opened`` makes, ``None`` if nobody can be texted about it."""
        waiting = tuple(c.apt_num for c in event.candidates if c.apt_num is not None and c.source != "sooner")
        if event.name != "slot.opened" or event.slot is None or event.slot.operatory is None or not waiting:
            return None
        return cls(id=event.id, slot=event.slot, waiting=waiting)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON, to be sealed."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Offer:
        """Return what `to_json` wrote."""
        slot = read_slot(dict(stored["slot"]))
        since = datetime.fromisoformat(stored["since"]) if stored["since"] else None
        if slot is None:
            raise ValueError("an offer needs its slot")
        waiting, asked = tuple(stored["waiting"]), tuple(stored["asked"])
        return cls(id=stored["id"], slot=slot, waiting=waiting, asked=asked, state=stored["state"], since=since)

    def begun(self, wall: datetime) -> Offer:
        """Return the offer with the next one's text about to be sent."""
        return evolve(self, waiting=self.waiting[1:], asked=(*self.asked, self.waiting[0]), state="sending", since=wall)

    def undone(self) -> Offer:
        """Return the offer with the last one in line again: the text that was begun has not gone out."""
        return evolve(self, waiting=(self.asked[-1], *self.waiting), asked=self.asked[:-1], state="open")

    def skipped(self) -> Offer:
        """Return the offer without the next one, who is not to be asked."""
        return evolve(self, waiting=self.waiting[1:])


def step(offer: Offer, rule: OfferRule, wall: datetime, *, texted: int) -> Step:
    """Return what to do about *offer* at *wall* (office's clock), *texted* texts having been sent about it."""
    if offer.state == "closed":
        return "wait"
    if offer.slot.start - rule.notice <= wall:
        return "close"
    if offer.state == "sending":
        return "look"
    if offer.state == "asked" and offer.since is not None and wall - offer.since < rule.patience:
        return "wait"
    if not offer.waiting or texted >= rule.at_most:
        return "close"
    return "ask" if rule.hours[0] <= wall.time() < rule.hours[1] else "wait"
