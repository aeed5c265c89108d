"""What an engine's store knows that neither system does: links, who wrote last, what waits, what was given up.

A store keeps patients' data sealed, and none of it is opened, but for the spellings of carriers if somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import field, frozen

from odnexus._sync.carriers import aliases_of
from odnexus._sync.records import Records
from odnexus._sync.stores import Sealer, Store
from odnexus.reconcile.inbox import Event
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.links import Link, LinkKind
from odnexus.reconcile.reviews import Review

_PAGE: Final = 500
_MOST: Final = 10_000


@frozen(kw_only=True)
class EngineState:
    """The state of one location in an engine's store.

    Attributes:
        visits: NexHealth appointments and their AptNum.
        people: NexHealth patients and their PatNum.
        entries: The journal, oldest first.
        waiting: Events that wait, oldest first.
        buried: Events that were given up.
        reviews: Questions that nobody has answered.
        paused: Whether the location waits for its office.
        aliases: Spellings of carriers that people have said mean one, and its CarrierNum. Patients typed them.
    """

    visits: Mapping[int, int] = field(factory=dict[int, int], repr=lambda links: f"<{len(links)}>")
    people: Mapping[int, int] = field(factory=dict[int, int], repr=lambda links: f"<{len(links)}>")
    entries: tuple[Entry, ...] = field(default=(), repr=lambda rows: f"<{len(rows)}>")
    waiting: tuple[Event, ...] = field(default=(), repr=lambda rows: f"<{len(rows)}>")
    buried: tuple[Event, ...] = field(default=(), repr=lambda rows: f"<{len(rows)}>")
    reviews: tuple[Review, ...] = field(default=(), repr=lambda rows: f"<{len(rows)}>")
    paused: bool = False
    aliases: Mapping[str, int] = field(factory=dict[str, int], repr=lambda aliases: f"<{len(aliases)}>")


def engine_state(
    store: Store,
    location: str,
    *,
    since: datetime | None = None,
    sealer: Sealer | None = None,
    database: str = "main",
) -> EngineState:
    """Return what *store* knows about the location called *location*.

    Args:
        store: An engine's store.
        location: Name of the location.
        since: Take the journal from then on (aware); all of it unless given.
        sealer: The engine's, for the spellings of carriers that it has learned; without it they stay sealed.
        database: The location's `Location.database`, whose carriers they are.

    Raises:
        SealError: What was learned is sealed with another key.
        StoreError: The store cannot be read.
    """
    return EngineState(
        visits=ids_of(_links(store, "visit", location), "visit"),
        people=ids_of(_links(store, "person", location), "person"),
        entries=tuple(_entries(store, location, since)),
        waiting=tuple(store.inbox.waiting(_MOST, location=location)),
        buried=tuple(store.inbox.buried(_MOST, location=location)),
        reviews=tuple(store.reviews.pending(_MOST, location=location)),
        paused=store.cursors.get(f"pause:{location}") is not None,
        aliases=aliases_of(Records(store, sealer, frozenset()), database) if sealer is not None else {},
    )


def ids_of(links: Iterable[Link], kind: LinkKind) -> dict[int, int]:
    """Return NexHealth's id and Open Dental's number of each complete link of a kind."""
    return {
        int(link.nexhealth.id): int(link.opendental.id)
        for link in links
        if link.kind == kind and link.nexhealth is not None and link.opendental is not None
    }


def _links(store: Store, kind: LinkKind, location: str) -> Iterable[Link]:
    after = ""
    while page := store.links.all(kind=kind, location=location, after=after, limit=_PAGE):
        yield from page
        after = page[-1].id


def _entries(store: Store, location: str, since: datetime | None) -> Iterable[Entry]:
    after = 0
    while page := store.journal.read(after=after, limit=_PAGE, location=location):
        yield from (entry for entry in page if since is None or entry.at >= since)
        after = page[-1].number
