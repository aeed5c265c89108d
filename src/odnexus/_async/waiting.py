"""Bookings that wait for an answer: taken up again once it is there, and watched while their slot may be lost.

A question names one record to look at again, and several bookings of one person may wait for its answer. So each is
written down, sealed, with the place in the book that it asks for. Every poll sees whether it was answered and whether
somebody else stands in that place by now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve

from odnexus._async.office import AsyncOffice
from odnexus.reconcile.asking import Inquiry, Parked, answered_event
from odnexus.reconcile.calendar import Booked
from odnexus.reconcile.reports import AtRisk
from odnexus.reconcile.reviews import Review
from odnexus.reconcile.triggers import Slot


class AsyncWaiting:
    """Keeps the bookings of one location that wait for an answer."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._name = f"waiting:{office.location.name}"
        self.begun = False

    async def all(self) -> list[Parked]:
        """Return every booking that waits."""
        rows = await self._office.records.load_rows(self._name)
        return [Parked.from_bytes(row) for _, row in sorted(rows.items())]

    async def begin(self, booking: object, inquiry: Inquiry, slot: Slot | None, now: datetime) -> None:
        """Write down that *booking* waits for the answer to *inquiry* and would stand in *slot*."""
        self.begun = True
        review = await self._office.records.store.reviews.get(inquiry.id)
        before = next((each for each in await self.all() if each.booking == str(booking)), None)
        parked = Parked(booking=str(booking), review=inquiry.id, look=inquiry.look, due=inquiry.due, slot=slot)
        told = set(before.told if before is not None else ())
        if review is not None and review.opened == now:
            # The question's own alert has just named them.
            told |= {row.apt_num for row in self._standing(parked)}
        parked = evolve(parked, told=tuple(sorted(told)))
        if parked != before:
            await self._office.records.save_rows(self._name, {parked.booking: parked.to_bytes()})

    async def has(self, booking: object) -> bool:
        """Return whether *booking* waits."""
        return str(booking) in await self._office.records.load_rows(self._name)

    async def end(self, booking: object) -> None:
        """A booking waits no more."""
        if await self.has(booking):
            await self._office.records.save_rows(self._name, {str(booking): None})

    async def check(self, now: datetime) -> int:
        """Put an event for each booking that waits no more: its answer is there, or its time has come.

        Of the others people are told, once, who took their slot.

        Returns how many events are new.
        """
        put = 0
        for parked in await self.all():
            review = await self._office.records.store.reviews.get(parked.review)
            over = parked.due is not None and parked.due <= now
            if review is not None and (review.answer is not None or over):
                put += await self._office.records.store.inbox.put([answered_event(review, parked.look, now)])
            else:
                await self._warn(parked, now)
        return put

    async def put(self, review: Review, now: datetime) -> None:
        """Put the events of all bookings that waited for the answer to *review*."""
        events = [answered_event(review, each.look, now) for each in await self.all() if each.review == review.id]
        await self._office.records.store.inbox.put(events)

    async def at_risk(self, review_id: str) -> tuple[AtRisk, ...]:
        """Return what the bookings that wait for *review_id* may lose, by the picture of the book."""
        waiting = [each for each in await self.all() if each.review == review_id]
        return tuple(
            AtRisk(
                booking=each.booking,
                due=each.due,
                slot=each.slot,
                others={row.apt_num: row.start for row in self._standing(each) if row.start is not None},
                hold=self._hold(each),
            )
            for each in waiting
        )

    async def _warn(self, parked: Parked, now: datetime) -> None:
        if parked.slot is None or parked.slot.start <= self._office.wall(now):
            return
        new = [row for row in self._standing(parked) if row.apt_num not in parked.told]
        if not new:
            return
        text = (
            f"NexHealth booking {parked.booking} waits for an answer, and meanwhile {named(new)} was put into its "
            f"slot in operatory {parked.slot.operatory}. Answer the review, or find one of them another time."
        )
        subject = self._office.at_nexhealth(parked.booking)
        self._office.alert(now, "visit.slot-lost", text, subject=subject)
        told = (*parked.told, *(row.apt_num for row in new))
        await self._office.records.save_rows(self._name, {parked.booking: evolve(parked, told=told).to_bytes()})

    def _standing(self, parked: Parked) -> tuple[Booked, ...]:
        """Return what else stands in the slot, as far as the picture of the book shows."""
        rows = self._office.picture.calendar.overlapping(parked.slot) if parked.slot is not None else ()
        return tuple(row for row in rows if row.booking != parked.booking)

    def _hold(self, parked: Parked) -> int | None:
        chart = self._office.location.holding_chart
        rows = self._office.picture.calendar.of_patient(chart) if chart is not None else ()
        return next((row.apt_num for row in rows if row.booking == parked.booking and row.occupies), None)


def warning(slot: Slot | None, others: Iterable[Booked]) -> str:
    """Return what an alert says of the place in the book that a booking asks for."""
    if slot is None:
        return ""
    standing = list(others)
    rest = f" where {named(standing)} stands already" if standing else ""
    return f" The visit begins on {slot.start:%Y-%m-%d at %H:%M} in operatory {slot.operatory}{rest}: answer before."


def named(rows: Iterable[Booked]) -> str:
    """Return the numbers and times of *rows* for people to read."""
    words = [f"{row.apt_num} ({row.start:%H:%M})" for row in rows if row.start is not None]
    return f"appointment {words[0]}" if len(words) == 1 else f"appointments {', '.join(words)}"
