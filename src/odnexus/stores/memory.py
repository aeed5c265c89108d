"""A store that lives and dies with the process: for tests, trials and as the yardstick of the other stores.

Plain dictionaries under one lock. Everything that the protocols promise holds here except that it lasts.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from threading import RLock
from typing import Any, Literal, Protocol, TypeAlias, assert_never

from attrs import define, evolve

from odnexus.errors import LinkConflictError
from odnexus.reconcile.inbox import Bury, Done, Event, Lease, Retry, Settlement, revived
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.reconcile.reviews import Answer, Review
from odnexus.stores.resealing import SEALED, Resealed, Resealer, resealed

SlotState: TypeAlias = Literal["waiting", "buried"]


@define
class Slot:
    """An unfinished event and who holds it."""

    event: Event
    state: SlotState = "waiting"
    token: str = ""
    until: datetime | None = None

    def leased(self, now: datetime) -> bool:
        """Return whether someone holds it at *now*."""
        return self.until is not None and now < self.until

    def of(self, location: str | None) -> bool:
        """Return whether it belongs to *location* (``None``: any)."""
        return location is None or self.event.location == location


class _Holder(Protocol):
    """A part of the store that holds sealed bytes."""

    def sealed(self) -> list[dict[str, Any]]: ...
    def replace(self, row: dict[str, Any]) -> None: ...


class MemoryInbox:
    """Events in a dictionary."""

    def __init__(self, lock: RLock | None = None) -> None:
        self._lock = lock or RLock()
        # Unfinished and buried events, in the order in which they were put: a slot never moves in it.
        self._slots: dict[str, Slot] = {}
        # Of a finished event only its id is still needed, and when it was received.
        self._done: dict[str, datetime] = {}

    def put(self, events: Sequence[Event]) -> int:
        """Store *events* in their order and return how many were new."""
        with self._lock:
            return sum(self._add(event) for event in events)

    def _add(self, event: Event) -> bool:
        if event.id in self._slots or event.id in self._done:
            return False
        self._slots[event.id] = Slot(event)
        return True

    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        """Return at most *limit* events to work on until *until*, oldest first, at most one of a key."""
        with self._lock:
            ready = (slot for slot in self._heads(now) if slot.event.due <= now and slot.of(location))
            return [self._hold(slot, until) for slot in islice(ready, max(limit, 0))]

    def _heads(self, now: datetime) -> Iterator[Slot]:
        """Return the oldest unfinished event of each key of which none is leased."""
        slots = self._in_state("waiting")
        seen = {slot.event.key for slot in slots if slot.leased(now)}
        for slot in slots:
            if slot.event.key not in seen:
                seen.add(slot.event.key)
                yield slot

    def _hold(self, slot: Slot, until: datetime) -> Lease:
        slot.event = evolve(slot.event, attempts=slot.event.attempts + 1)
        slot.token, slot.until = secrets.token_hex(16), until
        return Lease(event=slot.event, token=slot.token, until=until)

    def extend(self, lease: Lease, now: datetime, until: datetime) -> Lease | None:
        """Prolong *lease*, or return ``None`` if it is no longer held."""
        with self._lock:
            slot = self._held(lease, now)
            if slot is None:
                return None
            slot.until = until
            return evolve(lease, until=until)

    def _held(self, lease: Lease, now: datetime) -> Slot | None:
        slot = self._slots.get(lease.event.id)
        current = slot is not None and slot.state == "waiting" and slot.token == lease.token and slot.leased(now)
        return slot if current else None

    def settle(self, lease: Lease, outcome: Settlement, now: datetime) -> bool:
        """Settle the event of *lease*; ``False`` unless the lease is current and not expired."""
        with self._lock:
            slot = self._held(lease, now)
            if slot is None:
                return False
            self._close(slot, outcome)
            return True

    def _close(self, slot: Slot, outcome: Settlement) -> None:
        slot.token, slot.until = "", None
        match outcome:
            case Done():
                self._done[slot.event.id] = self._slots.pop(slot.event.id).event.received
            case Retry(due, reason, counted):
                attempts = slot.event.attempts - (not counted)
                slot.event = evolve(slot.event, due=due, reason=reason, attempts=attempts)
            case Bury(reason):
                slot.state, slot.event = "buried", evolve(slot.event, reason=reason)
            case _:
                assert_never(outcome)

    def waiting(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return unfinished events, oldest first."""
        return self._events("waiting", limit, location)

    def buried(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return buried events, oldest first."""
        return self._events("buried", limit, location)

    def _events(self, state: SlotState, limit: int, location: str | None) -> list[Event]:
        with self._lock:
            return [slot.event for slot in self._in_state(state) if slot.of(location)][: max(limit, 0)]

    def _in_state(self, state: SlotState) -> list[Slot]:
        return [slot for slot in self._slots.values() if slot.state == state]

    def revive(self, id: str, due: datetime) -> bool:
        """Make a buried event due again; ``False`` if no such event is buried."""
        with self._lock:
            slot = self._slots.get(id)
            if slot is None or slot.state != "buried":
                return False
            slot.state, slot.event = "waiting", revived(slot.event, due)
            return True

    def prune(self, before: datetime) -> int:
        """Forget finished events received before *before*; return how many."""
        with self._lock:
            kept = {known: received for known, received in self._done.items() if received >= before}
            forgotten, self._done = len(self._done) - len(kept), kept
            return forgotten

    def sealed(self) -> list[dict[str, Any]]:
        """Return what is sealed here, as rows."""
        with self._lock:
            return [{"id": key, "payload": slot.event.payload} for key, slot in self._slots.items()]

    def replace(self, row: dict[str, Any]) -> None:
        """Put what was sealed anew in place of what it was."""
        with self._lock:
            slot = self._slots.get(row["id"])
            if slot is not None and slot.event.payload == row["old"]:
                slot.event = evolve(slot.event, payload=row["new"])


class MemoryLinks:
    """Links in a dictionary, and which link holds a record in another."""

    def __init__(self, lock: RLock | None = None) -> None:
        self._lock = lock or RLock()
        self._links: dict[str, Link] = {}
        self._holders: dict[tuple[LinkKind, Ref], str] = {}

    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        """Return the link of *kind* that holds *ref*."""
        with self._lock:
            holder = self._holders.get((kind, ref))
            return None if holder is None else self._links[holder]

    def save(self, link: Link) -> Link:
        """Store *link* and return it with its new version, or raise `LinkConflictError`."""
        with self._lock:
            self._check_version(link)
            self._check_refs(link)
            self._release(link)
            saved = evolve(link, version=link.version + 1)
            self._links[link.id] = saved
            self._holders.update({(saved.kind, ref): saved.id for ref in saved.refs})
            return saved

    def _check_version(self, link: Link) -> None:
        stored = self._links.get(link.id)
        present = stored.version if stored else 0
        if present != link.version:
            raise LinkConflictError(f"link {link.id}: version {present} is stored, not {link.version}")

    def _check_refs(self, link: Link) -> None:
        for ref in link.refs:
            holder = self._holders.get((link.kind, ref), link.id)
            if holder != link.id:
                raise LinkConflictError(f"link {link.id}: {ref} stands in link {holder}")

    def _release(self, link: Link) -> None:
        stored = self._links.pop(link.id, None)
        if stored is not None:
            for ref in stored.refs:
                self._holders.pop((stored.kind, ref), None)

    def forget(self, link: Link) -> None:
        """Remove *link*, or raise `LinkConflictError`."""
        with self._lock:
            if not link.version:
                raise LinkConflictError(f"link {link.id}: was never stored")
            self._check_version(link)
            self._release(link)

    def all(
        self,
        *,
        kind: LinkKind | None = None,
        location: str | None = None,
        state: LinkState | None = None,
        after: str = "",
        limit: int = 100,
    ) -> list[Link]:
        """Return links ordered by id, starting behind the id *after*, filtered."""

        def wanted(link: Link) -> bool:
            given = ((kind, link.kind), (location, link.location), (state, link.state))
            return link.id > after and all(wish is None or wish == value for wish, value in given)

        with self._lock:
            return sorted(filter(wanted, self._links.values()), key=lambda link: link.id)[: max(limit, 0)]

    def sealed(self) -> list[dict[str, Any]]:
        """Return what is sealed here, as rows."""
        with self._lock:
            return [{"id": key, "body": each.body} for key, each in self._links.items()]

    def replace(self, row: dict[str, Any]) -> None:
        """Put what was sealed anew in place of what it was."""
        with self._lock:
            found = self._links.get(row["id"])
            if found is not None and found.body == row["old"]:
                self._links[row["id"]] = evolve(found, body=row["new"])


class MemoryCursors:
    """Texts in a dictionary."""

    def __init__(self, lock: RLock | None = None) -> None:
        self._lock = lock or RLock()
        self._values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """Return the text kept under *name*."""
        with self._lock:
            return self._values.get(name)

    def set(self, name: str, value: str | None) -> None:
        """Keep *value* under *name*; ``None`` removes it."""
        with self._lock:
            if value is None:
                self._values.pop(name, None)
            else:
                self._values[name] = value


class MemoryReviews:
    """Reviews in a dictionary."""

    def __init__(self, lock: RLock | None = None) -> None:
        self._lock = lock or RLock()
        self._reviews: dict[str, Review] = {}

    def open(self, review: Review) -> bool:
        """Store *review* unless its id is known; return whether it was new."""
        with self._lock:
            new = review.id not in self._reviews
            if new:
                self._reviews[review.id] = review
            return new

    def get(self, id: str) -> Review | None:
        """Return the review, open or answered."""
        with self._lock:
            return self._reviews.get(id)

    def answer(self, id: str, answer: Answer) -> Review | None:
        """Store the answer of an open review and return it."""
        return self._change(id, answer, lambda review: review.answer is None)

    def revoke(self, id: str) -> Review | None:
        """Take the answer of an answered review back and return it."""
        return self._change(id, None, lambda review: review.answer is not None)

    def _change(self, id: str, answer: Answer | None, may: Callable[[Review], bool]) -> Review | None:
        with self._lock:
            review = self._reviews.get(id)
            if review is None or not may(review):
                return None
            self._reviews[id] = evolve(review, answer=answer)
            return self._reviews[id]

    def pending(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return open reviews, oldest first."""
        found = [review for review in self._of(location) if review.answer is None]
        return sorted(found, key=lambda review: (review.opened, review.id))[: max(limit, 0)]

    def answered(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return answered reviews, the newest answer first."""
        found = [(review.answer.at, review.id, review) for review in self._of(location) if review.answer]
        return [review for _, _, review in sorted(found, key=lambda row: row[:2], reverse=True)][: max(limit, 0)]

    def _of(self, location: str | None) -> list[Review]:
        with self._lock:
            return [review for review in self._reviews.values() if location in (None, review.location)]

    def sealed(self) -> list[dict[str, Any]]:
        """Return what is sealed here, as rows."""
        with self._lock:
            return [{"id": key, "body": each.body} for key, each in self._reviews.items()]

    def replace(self, row: dict[str, Any]) -> None:
        """Put what was sealed anew in place of what it was."""
        with self._lock:
            found = self._reviews.get(row["id"])
            if found is not None and found.body == row["old"]:
                self._reviews[row["id"]] = evolve(found, body=row["new"])


class MemoryJournal:
    """Entries in a list."""

    def __init__(self, lock: RLock | None = None) -> None:
        self._lock = lock or RLock()
        self._entries: list[Entry] = []

    def append(self, entries: Sequence[Entry]) -> None:
        """Store *entries* and number them in order."""
        with self._lock:
            self._entries += [
                evolve(entry, number=place) for place, entry in enumerate(entries, len(self._entries) + 1)
            ]

    def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        """Return entries with a number above *after*, in order."""
        with self._lock:
            later = self._entries[max(after, 0) :]
        wanted = (entry for entry in later if location in (None, entry.location) and subject in (None, entry.subject))
        return list(islice(wanted, max(limit, 0)))


class MemoryTurns:
    """Turns in a dictionary."""

    def __init__(self, lock: RLock | None = None) -> None:
        self._lock = lock or RLock()
        self._turns: dict[str, tuple[str, datetime]] = {}

    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Give *holder* the turn until *until*; ``False`` if another holds it and it has not expired."""
        with self._lock:
            present, end = self._turns.get(name, (holder, until))
            if present != holder and now < end:
                return False
            self._turns[name] = (holder, until)
            return True

    def give(self, name: str, holder: str) -> None:
        """End the turn of *holder*."""
        with self._lock:
            present = self._turns.get(name)
            if present and present[0] == holder:
                del self._turns[name]


class MemorySnapshots:
    """Pictures in a dictionary of dictionaries."""

    def __init__(self, lock: RLock | None = None) -> None:
        self._lock = lock or RLock()
        self._pictures: dict[str, dict[str, bytes]] = {}

    def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        """Keep each row under its id in the picture *name*; ``None`` removes a row."""
        with self._lock:
            picture = self._pictures.setdefault(name, {})
            for row, content in rows.items():
                if content is None:
                    picture.pop(row, None)
                else:
                    picture[row] = content

    def load(self, name: str) -> dict[str, bytes]:
        """Return all rows of the picture *name*."""
        with self._lock:
            return dict(self._pictures.get(name, {}))

    def drop(self, name: str) -> None:
        """Forget the picture *name*."""
        with self._lock:
            self._pictures.pop(name, None)

    def sealed(self) -> list[dict[str, Any]]:
        """Return what is sealed here, as rows."""
        with self._lock:
            pictures = [(name, dict(picture)) for name, picture in self._pictures.items()]
        return [{"name": name, "id": key, "content": row} for name, rows in pictures for key, row in rows.items()]

    def replace(self, row: dict[str, Any]) -> None:
        """Put what was sealed anew in place of what it was."""
        with self._lock:
            picture = self._pictures.get(row["name"], {})
            if picture.get(row["id"]) == row["old"]:
                picture[row["id"]] = row["new"]


class MemoryStore:
    """All of it in memory, safe to use from several threads.

    Nothing survives the process: an event that was put is lost with it. Use `SqliteStore` where that matters.
    """

    def __init__(self) -> None:
        lock = RLock()
        self.inbox = MemoryInbox(lock)
        self.links = MemoryLinks(lock)
        self.cursors = MemoryCursors(lock)
        self.reviews = MemoryReviews(lock)
        self.journal = MemoryJournal(lock)
        self.turns = MemoryTurns(lock)
        self.snapshots = MemorySnapshots(lock)

    def reseal(self, sealer: Resealer) -> Resealed:
        """Seal everything anew with the first key of *sealer*."""
        holders: tuple[_Holder, ...] = (self.inbox, self.links, self.reviews, self.snapshots)
        parts = zip(SEALED, holders, strict=True)
        return sum((resealed(part.sealed(), which, sealer, part.replace) for which, part in parts), Resealed())
