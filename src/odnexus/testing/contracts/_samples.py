"""Invented records and moments for the contracts, and threads that start together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar

from attrs import evolve

from odnexus.reconcile.inbox import Event, Lease
from odnexus.reconcile.journal import Entry, EntryKind
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.reconcile.reviews import Answer, Review

T = TypeVar("T")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EXACT = datetime(2026, 3, 2, 12, 0, 0, 123457, tzinfo=UTC)
"""A moment that a store of milliseconds or floats would not give back."""

LOOKALIKES = ("Zoë", "Zoe", "zoe", "ZOE", "zoe ", " zoe", "zoe%", "zo_", "")
"""Ids that some databases take for each other."""

WAIT = 30.0
"""Longest time that a thread waits for the others, in seconds."""


def at(minutes: float) -> datetime:
    """Return the moment *minutes* after noon."""
    return NOON + timedelta(minutes=minutes)


def event(id: str, key: str = "", *, location: str = "Main", due: datetime = NOON, received: datetime = NOON) -> Event:
    """Return an event; without *key* it has a lane of its own."""
    return Event(
        id=id,
        key=key or f"lane of {id}",
        location=location,
        kind="nexhealth.appointment",
        subject=f"7{id}",
        received=received,
        due=due,
    )


def ids(events: Sequence[Event | Lease | Link | Review]) -> list[str]:
    """Return the ids of *events*, in their order."""
    return [item.event.id if isinstance(item, Lease) else item.id for item in events]


def nexhealth(id: str, realm: str = "bright-smiles") -> Ref:
    """Return a record at NexHealth."""
    return Ref(side="nexhealth", realm=realm, id=id)


def opendental(id: str, realm: str = "main") -> Ref:
    """Return a record at Open Dental."""
    return Ref(side="opendental", realm=realm, id=id)


def link(
    id: str, *refs: Ref, kind: LinkKind = "visit", location: str = "Main", state: LinkState = LinkState.LINKED
) -> Link:
    """Return a link that holds *refs*: the first of each side as its end, the others as aliases."""
    ends = {ref.side: ref for ref in reversed(refs)}
    near, far = ends.get("nexhealth"), ends.get("opendental")
    aliases = tuple(ref for ref in refs if ref not in (near, far))
    return Link(
        id=id, kind=kind, location=location, nexhealth=near, opendental=far, aliases=aliases, state=state, updated=NOON
    )


def changed(link: Link, *refs: Ref, body: bytes = b"changed") -> Link:
    """Return *link* with other records and another body."""
    ends = {ref.side: ref for ref in refs}
    return evolve(link, nexhealth=ends.get("nexhealth"), opendental=ends.get("opendental"), aliases=(), body=body)


def review(id: str, *, location: str = "Main", opened: datetime = NOON) -> Review:
    """Return an open review."""
    return Review(
        id=id,
        kind="person.match",
        location=location,
        subject=f"nexhealth:bright-smiles/{id}",
        opened=opened,
        choices=("link", "create"),
        body=f"sealed {id}".encode(),
    )


def answer(choice: str = "link", *, moment: datetime = NOON) -> Answer:
    """Return an answer."""
    return Answer(choice=choice, record="42", by="front desk", at=moment)


def entry(
    rule: str, *, location: str = "Main", subject: str = "opendental:main/1", kind: EntryKind = "decided"
) -> Entry:
    """Return an entry of the journal."""
    return Entry(at=NOON, location=location, kind=kind, subject=subject, rule=rule)


def together(*calls: Callable[[], T]) -> list[T]:
    """Make all *calls* at the same time, each in its own thread, and return their results in order."""
    barrier = Barrier(len(calls))

    def started(call: Callable[[], T]) -> T:
        barrier.wait(WAIT)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(started, call) for call in calls]
        return [future.result(WAIT) for future in futures]


__all__ = [
    "EXACT",
    "LOOKALIKES",
    "NOON",
    "answer",
    "at",
    "changed",
    "entry",
    "event",
    "ids",
    "link",
    "nexhealth",
    "opendental",
    "review",
    "together",
]
