"""A ready handler for opened slots: offers each to the ASAP list by text message, one after another.

Open Dental sends the texts (page "API AsapComms"): the office needs its eServices Web Sched ASAP and Integrated
Texting, the key the permission TextingASAP. Nothing is sent unless the host registers the handler.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from attrs import evolve

from odnexus._async._compat import AsyncClock, SystemAsyncClock
from odnexus._async.opendental import AsyncOpenDental
from odnexus._async.stores import AsyncStore, Sealer
from odnexus.errors import (
    ConflictError,
    InvalidRequestError,
    LeaseLostError,
    NotFoundError,
    PermissionDeniedError,
    UnsupportedError,
)
from odnexus.mapping.visit import minutes_of, to_wall
from odnexus.opendental.models import YN, Appointment, AptStatus, Priority
from odnexus.practice import Location
from odnexus.reconcile.alerting import Alert, AlertSink
from odnexus.reconcile.bodies import pack, unpack
from odnexus.reconcile.calendar import OCCUPIES
from odnexus.reconcile.offers import KEPT, Offer, OfferRule, step
from odnexus.reconcile.triggers import DomainEvent, Slot

HOLD = timedelta(minutes=5)
"""How long a worker that dies keeps others from going on."""

BOUNDARY = timedelta(minutes=5)
"""By how much the office's clock may differ from ours when a text of ours is looked for."""

WAITING = frozenset({AptStatus.SCHEDULED, AptStatus.UNSCHED_LIST, AptStatus.BROKEN})
"""Visits whose patients may be asked."""


class AsyncAsapOffers:
    """Offers opened slots of one location by text, one patient at a time, never at night, nobody twice.

    Register the object for ``slot.opened``, and call `go_on` every few minutes. Where visits of the location are not
    applied (`Modes.visit`) nobody is texted.

    Args:
        opendental: The client of the location's Open Dental.
        store: Where it is kept who was asked.
        sealer: Seals what is kept.
        location: The location.
        rule: When and how often a slot is offered.
        blocked: Returns whether the patient of a chart (PatNum) is never to be texted.
        alerts: Told when the office or the key does not allow such texts.
        clock: Source of time.
    """

    def __init__(
        self,
        *,
        opendental: AsyncOpenDental,
        store: AsyncStore,
        sealer: Sealer,
        location: Location,
        rule: OfferRule | None = None,
        blocked: Callable[[int], bool] | None = None,
        alerts: AlertSink | None = None,
        clock: AsyncClock | None = None,
    ) -> None:
        self._opendental = opendental
        self._store = store
        self._sealer = sealer
        self._location = location
        self._rule = rule or OfferRule()
        self._blocked = blocked
        self._alerts = alerts
        self._clock: AsyncClock = clock or SystemAsyncClock()
        self._name, self._holder = f"offers:{location.name}", uuid4().hex

    async def __call__(self, event: DomainEvent) -> None:
        """Take a ``slot.opened`` of this location and text the first who could come; other events are let pass."""
        offer = Offer.of(event)
        if offer is not None and event.location == self._location.name:
            await self._work(offer)

    async def go_on(self) -> list[Offer]:
        """Ask the next one wherever nobody has answered in time, and return the slots that are still on offer.

        Raises:
            ApiError: Open Dental did not answer; what was begun is looked up the next time.
        """
        return await self._work(None)

    async def _work(self, new: Offer | None) -> list[Offer]:
        await self._keep()
        now = self._clock.now()
        try:
            offers = await self._load()
            wall = to_wall(now, self._location.zone)
            offers = {key: each for key, each in offers.items() if each.slot.start > wall - KEPT}
            if new is not None:
                asked = {number for each in offers.values() if each.slot == new.slot for number in each.asked}
                waiting = tuple(number for number in new.waiting if number not in asked)
                offers.setdefault(new.id, evolve(new, waiting=waiting))
            for key in list(offers):
                await self._advance(offers, key, wall)
            await self._keep()
            await self._save(offers)
            return [offer for offer in offers.values() if offer.state != "closed"]
        finally:
            await self._store.turns.give(self._name, self._holder)

    async def _keep(self) -> None:
        """Take the turn or prolong it: right before each text, so that no two workers send one.

        Raises:
            LeaseLostError: Another worker is at it.
        """
        now = self._clock.now()
        if not await self._store.turns.take(self._name, self._holder, now, now + HOLD):
            raise LeaseLostError(f"{self._name}: another worker is at it")

    # -- one offer -----------------------------------------------------------------------------------------------------

    async def _advance(self, offers: dict[str, Offer], key: str, wall: datetime) -> None:
        """Do what is to be done about one offer now; each text is written down before it is sent."""
        while True:
            offer = offers[key]
            match step(offer, self._rule, wall, texted=len(offer.asked)):
                case "wait":
                    return
                case "close":
                    offers[key] = evolve(offer, state="closed")
                case "look":
                    offers[key] = evolve(offer, state="asked") if await self._was_sent(offer) else offer.undone()
                case "ask" if self._location.modes.visit != "apply":
                    return
                case "ask":
                    offers[key] = await self._next(offer, wall)
                    if offers[key].state == "sending":
                        await self._keep()
                        await self._save(offers)
                        offers[key] = await self._send(offers[key])

    async def _next(self, offer: Offer, wall: datetime) -> Offer:
        """Return the offer with the next one about to be asked, skipped, or closed because the slot was taken."""
        if await self._is_taken(offer.slot):
            return evolve(offer, state="closed")
        return offer.begun(wall) if await self._may_ask(offer.waiting[0], offer.slot, wall) else offer.skipped()

    async def _is_taken(self, slot: Slot) -> bool:
        rows = [row async for row in self._opendental.appointments.iter(date=slot.start.date())]
        end = slot.start + timedelta(minutes=slot.minutes)
        return any(
            str(row.apt_status) in OCCUPIES
            and row.op == slot.operatory
            and _begins(row) < end
            and slot.start < _ends(row)
            for row in rows
        )

    async def _may_ask(self, apt_num: int, slot: Slot, wall: datetime) -> bool:
        """Return whether the visit is still on the ASAP list, would be sooner, and its patient may be texted."""
        try:
            row = await self._opendental.appointments.get(apt_num)
            patient = await self._opendental.patients.get(row.pat_num or 0)
        except NotFoundError:
            return False
        later = row.apt_status != AptStatus.SCHEDULED or _begins(row) > max(slot.start, wall)
        fits = minutes_of(row.pattern or "") <= slot.minutes
        willing = patient.txt_msg_ok != YN.NO and not (self._blocked and self._blocked(row.pat_num or 0))
        return row.priority == Priority.ASAP and row.apt_status in WAITING and later and fits and willing

    async def _send(self, offer: Offer) -> Offer:
        """Send the text that is written down, or find that it cannot be sent."""
        try:
            await self._opendental.asap_comms.create(
                op=offer.slot.operatory or 0, date_time_start=offer.slot.start, apt_num=offer.asked[-1]
            )
        except (PermissionDeniedError, UnsupportedError) as error:
            self._tell(type(error).__name__)
            return evolve(offer, state="closed")
        except (InvalidRequestError, ConflictError, NotFoundError):
            # Not on the list any more, or the time was blocked meanwhile: the next one is looked at afresh.
            return evolve(offer, state="open")
        return evolve(offer, state="asked")

    async def _was_sent(self, offer: Offer) -> bool:
        """Return whether the text whose answer was lost went out: Open Dental keeps every one."""
        since = offer.since or offer.slot.start
        texts = self._opendental.asap_comms.iter(
            date_start=(since - BOUNDARY).date(), date_end=(since + timedelta(days=8)).date()
        )
        async for text in texts:
            entered = text.date_time_entry
            if text.f_key == offer.asked[-1] and (entered is None or entered >= since - BOUNDARY):
                return True
        return False

    def _tell(self, error: str) -> None:
        if self._alerts is None:
            return
        text = (
            f"Open Dental does not let us text the ASAP list at {self._location.name} ({error}). The key needs the "
            "permission TextingASAP, the office the eServices Web Sched ASAP and Integrated Texting."
        )
        alert = Alert(at=self._clock.now(), location=self._location.name, rule="asap.not-permitted", text=text)
        self._alerts.send(alert)

    # -- remembering ---------------------------------------------------------------------------------------------------

    async def _load(self) -> dict[str, Offer]:
        text = await self._store.cursors.get(self._name)
        if not text:
            return {}
        stored: Sequence[dict[str, object]] = unpack(self._sealer.unseal(base64.b64decode(text), self._name))["offers"]
        return {offer.id: offer for offer in map(Offer.from_json, stored)}

    async def _save(self, offers: dict[str, Offer]) -> None:
        content = pack({"offers": [offer.to_json() for offer in offers.values()]})
        sealed = base64.b64encode(self._sealer.seal(content, self._name)).decode()
        await self._store.cursors.set(self._name, sealed)


def _begins(row: Appointment) -> datetime:
    return row.apt_date_time or datetime.min


def _ends(row: Appointment) -> datetime:
    return _begins(row) + timedelta(minutes=minutes_of(row.pattern or ""))
