"""Events in PostgreSQL or MariaDB.

Whoever puts, leases or revives locks the counter of events for the few milliseconds that it takes. So the oldest event
of a key is certain, and two workers cannot both find a key free. Settling and extending need one statement and no lock.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, assert_never

from attrs import evolve
from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from odnexus.reconcile.inbox import Bury, Done, Event, Lease, Retry, Settlement
from odnexus.stores._rows import Row, event_of, event_row, lease_of, ticks
from odnexus.stores.sql._database import Database

_FREE: Final[Row] = {"token": "", "until": 0}
_CHUNK: Final = 500
"""Ids in one query at most."""


class SqlInbox:
    """Events in PostgreSQL or MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events = database.tables.event
        self._counter = database.tables.counter

    def put(self, events: Sequence[Event]) -> int:
        """Store *events* durably, in their order, and return how many were new."""
        return self._database.run(lambda connection: self._put(connection, events)) if events else 0

    def _put(self, connection: Connection, events: Sequence[Event]) -> int:
        last = self._lock(connection)
        known = self._known(connection, [event.id for event in events])
        rows: list[Row] = []
        for event in events:
            if event.id not in known:
                known.add(event.id)
                rows.append({**event_row(event), **_FREE, "state": "waiting", "place": last + len(rows) + 1})
        if rows:
            connection.execute(self._events.insert(), rows)
            ours = self._counter.c.name == "event"
            connection.execute(self._counter.update().where(ours).values(value=last + len(rows)))
        return len(rows)

    def _lock(self, connection: Connection) -> int:
        """Lock the counter of events until the transaction ends and return the last place."""
        wanted = select(self._counter.c.value).where(self._counter.c.name == "event")
        return int(connection.execute(wanted.with_for_update()).scalar_one())

    def _known(self, connection: Connection, names: Sequence[str]) -> set[str]:
        parts = (names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK))
        wanted = (select(self._events.c.id).where(self._events.c.id.in_(part)) for part in parts)
        return {name for query in wanted for name in connection.scalars(query)}

    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        """Return at most *limit* events to work on until *until*, oldest first, at most one of a key."""
        if limit <= 0:
            return []
        ready = self._ready(ticks(now), location).limit(limit)
        return self._database.run(lambda connection: self._lease(connection, ready, ticks(now), ticks(until)))

    def _ready(self, now: int, location: str | None) -> Select[Any]:
        """Select the places of events that are due, of whose key none is older and none is leased."""
        mine, other = self._events.alias("mine"), self._events.alias("other")
        first = ~(
            select(other.c.place)
            .where(
                other.c.state == "waiting",
                other.c.lane == mine.c.lane,
                or_(other.c.place < mine.c.place, other.c.until > now),
            )
            .exists()
        )
        found = select(mine.c.place).where(mine.c.state == "waiting", mine.c.due <= now, first).order_by(mine.c.place)
        return found if location is None else found.where(mine.c.location == location)

    def _lease(self, connection: Connection, ready: Select[Any], now: int, until: int) -> list[Lease]:
        self._lock(connection)
        places = connection.scalars(ready).all()
        if not places:
            return []
        events, token = self._events.c, secrets.token_hex(16)
        # Asked again, since a holder whose clock is behind may have settled an event that is expired here.
        still = and_(events.place.in_(places), events.state == "waiting", events.until <= now, events.due <= now)
        values = {"token": token, "until": until, "attempts": events.attempts + 1}
        connection.execute(self._events.update().where(still).values(values))
        ours = select(self._events).where(events.place.in_(places), events.token == token).order_by(events.place)
        return [lease_of(row) for row in connection.execute(ours).mappings()]

    def extend(self, lease: Lease, now: datetime, until: datetime) -> Lease | None:
        """Prolong *lease*, or return ``None`` if it is no longer held."""
        held = self._change(self._held(lease, now), {"until": ticks(until)})
        return evolve(lease, until=until) if held else None

    def settle(self, lease: Lease, outcome: Settlement, now: datetime) -> bool:
        """Settle the event of *lease*; ``False`` unless the lease is current and not expired."""
        return self._change(self._held(lease, now), {**_FREE, **self._settled(outcome)}) == 1

    def _held(self, lease: Lease, now: datetime) -> ColumnElement[bool]:
        events = self._events.c
        return and_(
            events.id == lease.event.id,
            events.state == "waiting",
            events.token == lease.token,
            events.until > ticks(now),
        )

    def _settled(self, outcome: Settlement) -> dict[str, Any]:
        match outcome:
            case Done():
                return {"state": "done", "payload": None}
            case Retry(due, reason, counted):
                attempts = self._events.c.attempts - int(not counted)
                return {"due": ticks(due), "reason": reason, "attempts": attempts}
            case Bury(reason):
                return {"state": "buried", "reason": reason}
            case _:
                assert_never(outcome)

    def _change(self, which: ColumnElement[bool], values: dict[str, Any]) -> int:
        change = self._events.update().where(which).values(values)
        return self._database.run(lambda connection: connection.execute(change).rowcount)

    def waiting(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return unfinished events, oldest first."""
        return self._list("waiting", limit, location)

    def buried(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return buried events, oldest first."""
        return self._list("buried", limit, location)

    def _list(self, state: str, limit: int, location: str | None) -> list[Event]:
        events = self._events.c
        query = select(self._events).where(events.state == state).order_by(events.place).limit(max(limit, 0))
        if location is not None:
            query = query.where(events.location == location)
        return [event_of(row) for row in self._database.rows(query)]

    def revive(self, id: str, due: datetime) -> bool:
        """Make a buried event due again; ``False`` if no such event is buried."""
        events = self._events.c
        values = {"state": "waiting", "due": ticks(due), "attempts": 0, "reason": ""}
        change = self._events.update().where(events.id == id, events.state == "buried").values(values)

        def revive(connection: Connection) -> bool:
            self._lock(connection)
            return connection.execute(change).rowcount == 1

        return self._database.run(revive)

    def prune(self, before: datetime) -> int:
        """Forget finished events received before *before*; return how many."""
        events = self._events.c
        old = self._events.delete().where(events.state == "done", events.received < ticks(before))
        return self._database.run(lambda connection: connection.execute(old).rowcount)
