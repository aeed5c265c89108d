"""Any store for the async engine: each operation runs in a thread of the loop's pool.

A store of the shipped ones is written once, without ``await``; `in_threads` wraps it. The store has to be safe to use
from several threads. Cancelling a task leaves a running operation to finish by itself: a lease that nobody received
simply expires.
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from odnexus._sync.stores import Cursors, Inbox, Journal, Links, Reviews, Snapshots, Store, Turns
from odnexus.reconcile.inbox import Event, Lease, Settlement
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.reconcile.reviews import Answer, Review


@frozen
class ThreadedInbox:
    """An inbox whose operations run in threads."""

    part: Inbox

    async def put(self, events: Sequence[Event]) -> int:
        """Store *events* durably, in their order, and return how many were new."""
        return await to_thread(self.part.put, events)

    async def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        """Return at most *limit* events to work on until *until*, oldest first, at most one of a key."""
        return await to_thread(self.part.lease, now, until, limit, location=location)

    async def extend(self, lease: Lease, now: datetime, until: datetime) -> Lease | None:
        """Prolong *lease*, or return ``None`` if it is no longer held."""
        return await to_thread(self.part.extend, lease, now, until)

    async def settle(self, lease: Lease, outcome: Settlement, now: datetime) -> bool:
        """Settle the event of *lease*; ``False`` unless the lease is current and not expired."""
        return await to_thread(self.part.settle, lease, outcome, now)

    async def waiting(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return unfinished events, oldest first."""
        return await to_thread(self.part.waiting, limit, location=location)

    async def buried(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return buried events, oldest first."""
        return await to_thread(self.part.buried, limit, location=location)

    async def revive(self, id: str, due: datetime) -> bool:
        """Make a buried event due again; ``False`` if no such event is buried."""
        return await to_thread(self.part.revive, id, due)

    async def prune(self, before: datetime) -> int:
        """Forget finished events received before *before*; return how many."""
        return await to_thread(self.part.prune, before)


@frozen
class ThreadedLinks:
    """Links whose operations run in threads."""

    part: Links

    async def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        """Return the link of *kind* that holds *ref*."""
        return await to_thread(self.part.find, kind, ref)

    async def save(self, link: Link) -> Link:
        """Store *link* and return it with its new version, or raise `LinkConflictError`."""
        return await to_thread(self.part.save, link)

    async def forget(self, link: Link) -> None:
        """Remove *link*, or raise `LinkConflictError`."""
        await to_thread(self.part.forget, link)

    async def all(
        self,
        *,
        kind: LinkKind | None = None,
        location: str | None = None,
        state: LinkState | None = None,
        after: str = "",
        limit: int = 100,
    ) -> list[Link]:
        """Return links ordered by id, starting behind the id *after*, filtered."""
        return await to_thread(self.part.all, kind=kind, location=location, state=state, after=after, limit=limit)


@frozen
class ThreadedCursors:
    """Cursors whose operations run in threads."""

    part: Cursors

    async def get(self, name: str) -> str | None:
        """Return the text kept under *name*."""
        return await to_thread(self.part.get, name)

    async def set(self, name: str, value: str | None) -> None:
        """Keep *value* under *name*; ``None`` removes it."""
        await to_thread(self.part.set, name, value)


@frozen
class ThreadedReviews:
    """Reviews whose operations run in threads."""

    part: Reviews

    async def open(self, review: Review) -> bool:
        """Store *review* unless its id is known; return whether it was new."""
        return await to_thread(self.part.open, review)

    async def get(self, id: str) -> Review | None:
        """Return the review, open or answered."""
        return await to_thread(self.part.get, id)

    async def answer(self, id: str, answer: Answer) -> Review | None:
        """Store the answer of an open review and return it."""
        return await to_thread(self.part.answer, id, answer)

    async def revoke(self, id: str) -> Review | None:
        """Take the answer of an answered review back and return it."""
        return await to_thread(self.part.revoke, id)

    async def pending(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return open reviews, oldest first."""
        return await to_thread(self.part.pending, limit, location=location)

    async def answered(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return answered reviews, the newest answer first."""
        return await to_thread(self.part.answered, limit, location=location)


@frozen
class ThreadedJournal:
    """A journal whose operations run in threads."""

    part: Journal

    async def append(self, entries: Sequence[Entry]) -> None:
        """Store *entries* durably and number them in order."""
        await to_thread(self.part.append, entries)

    async def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        """Return entries with a number above *after*, in order."""
        return await to_thread(self.part.read, after=after, limit=limit, location=location, subject=subject)


@frozen
class ThreadedTurns:
    """Turns whose operations run in threads."""

    part: Turns

    async def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Give *holder* the turn until *until*; ``False`` if another holds it and it has not expired."""
        return await to_thread(self.part.take, name, holder, now, until)

    async def give(self, name: str, holder: str) -> None:
        """End the turn of *holder*."""
        await to_thread(self.part.give, name, holder)


@frozen
class ThreadedSnapshots:
    """Snapshots whose operations run in threads."""

    part: Snapshots

    async def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        """Keep each row under its id in the picture *name*; ``None`` removes a row."""
        await to_thread(self.part.save, name, rows)

    async def load(self, name: str) -> dict[str, bytes]:
        """Return all rows of the picture *name*."""
        return await to_thread(self.part.load, name)

    async def drop(self, name: str) -> None:
        """Forget the picture *name*."""
        await to_thread(self.part.drop, name)


@frozen(kw_only=True)
class ThreadedStore:
    """All parts of a store for the async engine."""

    inbox: ThreadedInbox
    links: ThreadedLinks
    cursors: ThreadedCursors
    reviews: ThreadedReviews
    journal: ThreadedJournal
    turns: ThreadedTurns
    snapshots: ThreadedSnapshots


def in_threads(store: Store) -> ThreadedStore:
    """Return *store* for the async engine. Closing stays with whoever opened *store*."""
    return ThreadedStore(
        inbox=ThreadedInbox(store.inbox),
        links=ThreadedLinks(store.links),
        cursors=ThreadedCursors(store.cursors),
        reviews=ThreadedReviews(store.reviews),
        journal=ThreadedJournal(store.journal),
        turns=ThreadedTurns(store.turns),
        snapshots=ThreadedSnapshots(store.snapshots),
    )
