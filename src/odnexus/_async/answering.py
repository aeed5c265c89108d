"""Answers of the staff: given, taken back, and what rests on them.

An answer counts once it is stored; what it held back is put into the inbox after that. Of an answer that is taken back
first what rests on it is undone: whoever is killed in between finds the answer still there to take back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from attrs import evolve

from odnexus._async.office import AsyncOffice
from odnexus._async.people import AsyncPeople, revoked_key
from odnexus._async.records import AsyncRecords
from odnexus._async.waiting import AsyncWaiting
from odnexus.errors import ConfigurationError
from odnexus.reconcile.asking import answered_event
from odnexus.reconcile.bodies import pack
from odnexus.reconcile.inbox import Event
from odnexus.reconcile.links import Link
from odnexus.reconcile.reports import Question
from odnexus.reconcile.reviews import Answer, Review

RECORDS: Mapping[str, str] = {
    "link": "chart number (PatNum) to link",
    "choose": "number (CarrierNum) of the carrier that is meant",
    "plan": "number (PlanNum) of the plan that is meant",
}
"""Choices that need a number, and which."""

LATEST = 100
"""How many answers, the newest first, are looked at by a scan."""


class AsyncAnswering:
    """Questions to the staff and their answers, of all locations.

    Args:
        records: Where both are kept.
        offices: The locations by name.
    """

    def __init__(self, records: AsyncRecords, offices: Mapping[str, AsyncOffice]) -> None:
        self._records = records
        self._store = records.store
        self._offices = offices

    async def open(self, limit: int, location: str | None) -> list[Question]:
        """Return questions that nobody answered yet, oldest first."""
        return [await self._opened(each) for each in await self._store.reviews.pending(limit, location=location)]

    async def question(self, id: str) -> Question | None:
        """Return one question, open or answered."""
        found = await self._store.reviews.get(id)
        return await self._opened(found) if found is not None else None

    async def _opened(self, review: Review) -> Question:
        office, body = self._offices.get(review.location), self._records.review_body(review)
        if office is None or review.answer is not None:
            return Question(review=review, body=body)
        await office.picture.refresh()
        return Question(review=review, body=body, at_risk=await AsyncWaiting(office).at_risk(review.id))

    async def answer(self, id: str, given: Answer) -> Review:
        """Store an answer and put what waited for it; raises as `AsyncSyncEngine.answer` does."""
        review = await self._store.reviews.get(id)
        _check_answer(review, given.choice, given.record)
        office = self._offices.get(review.location) if review is not None else None
        if office is not None and given.record in {str(chart) for chart in office.picture.holding}:
            raise ConfigurationError("record: this is the holding chart, which is nobody's; name the patient's own")
        answered = await self._store.reviews.answer(id, given)
        if answered is None:
            raise ConfigurationError("review: it has been answered already; revoke the answer first")
        await self._store.cursors.set(revoked_key(id), None)
        related = [f"review:{id}", *([given.record] if given.record else [])]
        await self._note(answered, answered.kind, related, given.at)
        await self._look_again(answered, given.at)
        return answered

    async def revoke(self, id: str, now: datetime) -> Review:
        """Take an answer back; raises as `AsyncSyncEngine.revoke` does."""
        review = await self._store.reviews.get(id)
        if review is None or review.answer is None:
            raise ConfigurationError("review: there is no answered review of this id")
        made, office = await self.consequences(id), self._offices.get(review.location)
        await self._store.cursors.set(revoked_key(id), now.isoformat())
        for link in made:
            if link.kind == "person" and office is not None:
                await AsyncPeople(office).part(link, review.subject, now)
        related = [f"review:{id}", *(link.opendental for link in made if link.opendental is not None)]
        await self._note(review, "revoked", related, now)
        return await self._store.reviews.revoke(id) or review

    async def consequences(self, id: str) -> list[Link]:
        """Return what rests on the answer to a review."""
        review = await self._store.reviews.get(id)
        found, after = list[Link](), ""
        while review is not None and (page := await self._store.links.all(location=review.location, after=after)):
            found += [link for link in page if self._records.opened(link).body.decided == id]
            after = page[-1].id
        return sorted(found, key=lambda link: (link.kind, link.id))

    async def take_up(self, location: str, now: datetime) -> None:
        """Put what waited for an answer also where whoever took the answer was killed before: an event is put once.

        Bookings that wait are looked after by each poll.
        """
        reviews = await self._store.reviews.answered(LATEST, location=location)
        events = [event for review in reviews if (event := self._held_back(review, now)) is not None]
        await self._store.inbox.put(events)

    async def _look_again(self, review: Review, now: datetime) -> None:
        if (event := self._held_back(review, now)) is not None:
            await self._store.inbox.put([event])
        office = self._offices.get(review.location)
        if office is not None:
            await AsyncWaiting(office).put(review, now)

    def _held_back(self, review: Review, now: datetime) -> Event | None:
        """Return the event that the answer to *review* sets off, ``None`` if it sets nothing off."""
        match self._records.review_body(review).get("look"):
            case {"kind": str(kind), "subject": str(subject), "key": str(key)} as look:
                event = answered_event(review, {"kind": kind, "subject": subject, "key": key}, now)
                if said := cast("Mapping[str, object]", look).get("payload"):
                    event = evolve(event, payload=self._records.sealed_payload(event.id, pack(said)))
                return event
            case _:
                return None

    async def _note(self, review: Review, rule: str, related: Sequence[object], now: datetime) -> None:
        await self._records.journal(now, review.location, "answered", review.subject, rule, related=related)


def _check_answer(review: Review | None, choice: str, record: str) -> None:
    if review is None:
        raise ConfigurationError("review: there is no review of this id")
    if choice not in review.choices:
        raise ConfigurationError(f"choice: choose from {', '.join(review.choices)}")
    if choice in RECORDS and not record.isdecimal():
        raise ConfigurationError(f"record: give the {RECORDS[choice]}")
