"""Telling the host what happened to a visit. Stored before the new state is, so that nothing goes untold."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from odnexus._async.moving import AsyncMoving
from odnexus._async.office import AsyncOffice
from odnexus._async.people import LIVING
from odnexus._async.records import Known
from odnexus.reconcile.bodies import canonical
from odnexus.reconcile.inbox import content_id
from odnexus.reconcile.plan import Fields, Plan
from odnexus.reconcile.triggers import (
    DomainEvent,
    Slot,
    WaitlistCandidate,
    changes_of_visit,
    opened_slot,
    origin_of,
    slot_of,
)


class AsyncTelling:
    """Announces what happened to visits of one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._moving = AsyncMoving(office)

    async def tell(
        self, known: Known, before: Fields, after: Fields, plan: Plan, now: datetime, *, first: bool
    ) -> None:
        """Announce what happened between two agreed states. Stored before the state is, so that it is never lost."""
        if first or not before:
            if not after.get("cancelled"):
                await self.announce_created(known, now, after)
            return
        happened = self._happened(known, plan, now)
        for name in changes_of_visit(before, after):
            event = evolve(
                happened,
                id=content_id(name, known.link.id, known.link.version),
                name=name,
                slot=slot_of(after),
                before=slot_of(before),
            )
            await self._announce(known, event)
        slot = opened_slot(before, after, self._office.wall(now))
        if slot is not None and "slot.opened" in self._office.records.wanted:
            candidates = await self._candidates(known, slot, now)
            key = content_id("slot.opened", known.link.id, known.link.version)
            await self._announce(known, evolve(happened, id=key, slot=slot, candidates=candidates))

    def _happened(self, known: Known, plan: Plan, now: datetime) -> DomainEvent:
        link = known.link
        return DomainEvent(
            id="",
            name="slot.opened",
            at=now,
            location=self._office.location.name,
            origin=origin_of(plan.moved),
            nexhealth_id=link.nexhealth.id if link.nexhealth else "",
            opendental_id=link.opendental.id if link.opendental else "",
            patient=known.body.patient,
        )

    async def _announce(self, known: Known, event: DomainEvent) -> None:
        await self._office.records.announce(event)
        link = known.link
        await self._office.note(event.at, "announced", link.nexhealth, event.name, related=[link.opendental])

    async def _candidates(self, known: Known, slot: Slot, now: datetime) -> tuple[WaitlistCandidate, ...]:
        """Return who could take an opened slot: Open Dental's lists, then wishes at NexHealth, each visit once."""
        office, link = self._office, known.link
        own = int(link.opendental.id) if link.opendental else 0
        listed = [
            c
            for c in office.picture.calendar.candidates(slot, office.wall(now))
            if c.apt_num != own and c.pat_num not in office.picture.holding
        ]
        named = {c.apt_num for c in listed}
        wishes = [c for c in await self._moving.wishes(slot, known, now) if c.apt_num is None or c.apt_num not in named]
        return tuple(candidate for candidate in (*listed, *wishes) if self._may_come(candidate, slot))

    def _may_come(self, candidate: WaitlistCandidate, slot: Slot) -> bool:
        """Return whether somebody is a patient still and sits in no other chair at the time of *slot*."""
        picture, number = self._office.picture, candidate.pat_num
        if number is None:
            return True
        chart = picture.roster.get(number)
        elsewhere = (
            row.overlaps(evolve(slot, operatory=row.operatory))
            for row in picture.calendar.of_patient(number)
            if row.apt_num != candidate.apt_num
        )
        return (chart is None or chart.status in LIVING) and not any(elsewhere)

    async def announce_created(self, known: Known, now: datetime, fields: Fields | None = None) -> None:
        """Tell the host of a new visit, unless it was there before the location was watched."""
        if not known.body.announce or known.body.unfinished:
            # Unfinished: whoever finishes tells the host.
            return
        link = known.link
        slot = slot_of(fields or canonical(known.body.base))
        event = DomainEvent(
            id=content_id("appointment.created", link.id),
            name="appointment.created",
            at=now,
            location=self._office.location.name,
            origin="nexhealth",
            nexhealth_id=link.nexhealth.id if link.nexhealth else "",
            opendental_id=link.opendental.id if link.opendental else "",
            patient=known.body.patient,
            slot=slot,
        )
        await self._announce(known, event)

    async def is_news(self, created_at: datetime | None) -> bool:
        """Return whether a record was made after the location was first watched."""
        text = await self._office.records.store.cursors.get(f"watched:{self._office.location.name}")
        return not text or created_at is None or created_at >= datetime.fromisoformat(text) - timedelta(hours=1)
