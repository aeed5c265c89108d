"""What the engine asks of a store: narrow protocols, each of which an app may back with something else.

No operation reads a clock and none promises a transaction with another. Every ``bytes`` field is sealed by the engine
before it gets here. Failures of the store raise `odnexus.errors.StoreError` or the store's own exceptions; what a
protocol promises holds after each operation has returned, also for other processes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from odnexus.reconcile.inbox import Event, Lease, Settlement
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.reconcile.reviews import Answer, Review


class AsyncInbox(Protocol):
    """Events: durable, in order per key."""

    async def put(self, events: Sequence[Event]) -> int:
        """Store *events* durably, in their order, and return how many were new. An id that is known is ignored."""
        ...

    async def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        """Return at most *limit* events to work on until *until*, oldest first.

        At most one event of a key is leased at a time, always the oldest unfinished one, and only if it is due at
        *now*: a key whose oldest event is not due, or is leased and not expired, gives nothing. Leasing counts the
        attempt. A lease that expired is simply available again. With *location*, only events of that location.
        """
        ...

    async def extend(self, lease: Lease, now: datetime, until: datetime) -> Lease | None:
        """Prolong *lease*, or return ``None`` if it has expired at *now* or someone else holds the event."""
        ...

    async def settle(self, lease: Lease, outcome: Settlement, now: datetime) -> bool:
        """Settle the event; ``False`` (and no change) unless the lease is current and not expired at *now*.

        `Done` finishes it. `Retry` makes it due again and keeps its place in its key; if it is not counted, the
        attempt is given back. `Bury` keeps it aside with its reason and frees the key.
        """
        ...

    async def waiting(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return unfinished events, oldest first, leased ones included, buried ones not."""
        ...

    async def buried(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return buried events, oldest first."""
        ...

    async def revive(self, id: str, due: datetime) -> bool:
        """Make a buried event due again, with all attempts given back; ``False`` if no such event is buried."""
        ...

    async def prune(self, before: datetime) -> int:
        """Forget finished events received before *before*; return how many. Unfinished and buried ones stay."""
        ...


class AsyncLinks(Protocol):
    """Links: compare-and-set, each record in at most one link of a kind."""

    async def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        """Return the link of *kind* that holds *ref* as an end or an alias."""
        ...

    async def save(self, link: Link) -> Link:
        """Store *link* and return it with its new version.

        Raises:
            LinkConflictError: The stored version is not ``link.version`` (0: it must not be stored yet), or one of
                its records stands in another link of its kind. Nothing was changed.
        """
        ...

    async def forget(self, link: Link) -> None:
        """Remove *link*; raise `LinkConflictError` unless the stored version is ``link.version``."""
        ...

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
        ...


class AsyncCursors(Protocol):
    """Small named texts: how far a poll has come, whether a location is paused."""

    async def get(self, name: str) -> str | None:
        """Return the text kept under *name*."""
        ...

    async def set(self, name: str, value: str | None) -> None:
        """Keep *value* under *name*; ``None`` removes it."""
        ...


class AsyncReviews(Protocol):
    """Questions and their answers."""

    async def open(self, review: Review) -> bool:
        """Store *review* unless its id is known; return whether it was new. A known one is left as it is."""
        ...

    async def get(self, id: str) -> Review | None:
        """Return the review, open or answered."""
        ...

    async def answer(self, id: str, answer: Answer) -> Review | None:
        """Store the answer of an open review and return it; ``None`` if there is none or it is answered already."""
        ...

    async def revoke(self, id: str) -> Review | None:
        """Take the answer back: the review is open again. ``None`` if there is no answered review."""
        ...

    async def pending(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return open reviews, oldest first."""
        ...

    async def answered(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return answered reviews, the newest answer first."""
        ...


class AsyncJournal(Protocol):
    """Append-only record."""

    async def append(self, entries: Sequence[Entry]) -> None:
        """Store *entries* durably and number them in order."""
        ...

    async def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        """Return entries with a number above *after*, in order."""
        ...


class AsyncTurns(Protocol):
    """Who works on a location now: one at a time."""

    async def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Give *holder* the turn until *until*, or prolong it; ``False`` while another holds an unexpired one."""
        ...

    async def give(self, name: str, holder: str) -> None:
        """End the turn of *holder*; nothing happens if another holds it."""
        ...


class AsyncSnapshots(Protocol):
    """Sealed pictures of what a poll has seen, so that a restart need not read everything again."""

    async def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        """Keep each row under its id in the picture *name*; ``None`` removes a row. Rows not named stay."""
        ...

    async def load(self, name: str) -> dict[str, bytes]:
        """Return all rows of the picture *name*."""
        ...

    async def drop(self, name: str) -> None:
        """Forget the picture *name*."""
        ...


class AsyncStore(Protocol):
    """All of it together. An app may combine parts that live in different places."""

    @property
    def inbox(self) -> AsyncInbox:
        """Events and what becomes of them."""
        ...

    @property
    def links(self) -> AsyncLinks:
        """Which record of one side is which of the other."""
        ...

    @property
    def cursors(self) -> AsyncCursors:
        """Named texts: how far each poll has come."""
        ...

    @property
    def reviews(self) -> AsyncReviews:
        """Questions to people, and their answers."""
        ...

    @property
    def journal(self) -> AsyncJournal:
        """What was done and why."""
        ...

    @property
    def turns(self) -> AsyncTurns:
        """Who works where."""
        ...

    @property
    def snapshots(self) -> AsyncSnapshots:
        """Pictures of an office."""
        ...


class Sealer(Protocol):
    """Seals what could hold patient data. See `odnexus.stores.Sealer`."""

    def seal(self, content: bytes, context: str) -> bytes:
        """Return *content* encrypted and bound to *context*."""
        ...

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """Return the content; raise `odnexus.errors.SealError` for another key, context or altered bytes."""
        ...
