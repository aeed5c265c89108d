"""Settling one stored event by hand, beside a connector that may be running.

A location is worked on by whoever holds its turn. So whoever takes the turn first may lease events of that location,
those that are not due yet included, and give back all but one, without getting in anybody's way.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from odnexus._sync.records import HOST
from odnexus._sync.stores import Store
from odnexus.errors import ConfigurationError, LeaseLostError
from odnexus.reconcile.inbox import Event, Lease, Retry, Settlement

MOST = 10_000
"""How many stored events are looked through for one."""

MINUTE = timedelta(minutes=1)


def find(store: Store, id: str) -> tuple[Event, bool]:
    """Return the unfinished or buried event whose id begins with *id*, and whether it is buried.

    Raises:
        ConfigurationError: There is none, or several.
    """
    waiting = [(event, False) for event in store.inbox.waiting(MOST)]
    buried = [(event, True) for event in store.inbox.buried(MOST)]
    found = [(event, gone) for event, gone in (*waiting, *buried) if event.id.startswith(id)]
    if len(found) != 1:
        raise ConfigurationError(f"id: {'no event' if not found else 'more than one event'} begins with {id}")
    return found[0]


def settle(store: Store, event: Event, outcome: Settlement, now: datetime) -> None:
    """Settle an unfinished *event* as if a worker had done it.

    Raises:
        LeaseLostError: The location is being worked on, or an older event of the same lane comes first.
    """
    with _turn(store, event.location, now):
        # As seen from the moment when the event is due, so that it can be leased before.
        moment = max(now, event.due)
        mine: Lease | None = None
        for lease in store.inbox.lease(moment, moment + MINUTE, MOST, location=event.location):
            if lease.event.id == event.id:
                mine = lease
            else:
                back = Retry(lease.event.due, lease.event.reason, counted=False)
                store.inbox.settle(lease, back, moment)
        if mine is None or not store.inbox.settle(mine, outcome, moment):
            raise LeaseLostError(f"event {event.id}: an older event of its lane comes first; see odnexus events list")


@contextmanager
def _turn(store: Store, location: str, now: datetime) -> Generator[None, None, None]:
    if location == HOST:
        yield  # these have no turn: a lease is all there is
        return
    name, holder = f"location:{location}", uuid4().hex
    if not store.turns.take(name, holder, now, now + MINUTE):
        raise LeaseLostError(f"{location} is being worked on; try again in a moment")
    try:
        yield
    finally:
        store.turns.give(name, holder)
