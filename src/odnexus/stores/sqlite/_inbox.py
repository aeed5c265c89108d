"""Events in SQLite: one statement per operation."""

# ruff: noqa: S608 - the pieces of the statements are constants of this module

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, assert_never

from attrs import evolve

from odnexus.reconcile.inbox import Bury, Done, Event, Lease, Retry, Settlement
from odnexus.stores._rows import Row, event_of, event_row, lease_of, ticks
from odnexus.stores.sqlite._database import Database

_PUT: Final = """
    INSERT INTO event (id, lane, location, kind, subject, received, due, attempts, payload, reason)
    VALUES (:id, :lane, :location, :kind, :subject, :received, :due, :attempts, :payload, :reason)
    ON CONFLICT (id) DO NOTHING
"""

# The inner query finds events of whose key none is older and none is leased, themselves included.
_LEASE: Final = """
    UPDATE event SET attempts = attempts + 1, until = :until, token = lower(hex(randomblob(16)))
    WHERE place IN (
        SELECT place FROM event AS mine
        WHERE state = 'waiting' AND due <= :now AND (:location IS NULL OR location = :location)
          AND NOT EXISTS (
            SELECT 1 FROM event AS other
            WHERE other.state = 'waiting' AND other.lane = mine.lane
              AND (other.place < mine.place OR other.until > :now)
          )
        ORDER BY place LIMIT :limit
    )
    RETURNING *
"""

_HELD: Final = "WHERE id = :id AND state = 'waiting' AND token = :token AND until > :now"

_EXTEND: Final = f"UPDATE event SET until = :until {_HELD}"

_DONE: Final = f"UPDATE event SET state = 'done', payload = NULL, token = '', until = 0 {_HELD}"

_RETRY: Final = f"""
    UPDATE event SET due = :due, reason = :reason, attempts = attempts - :given_back, token = '', until = 0 {_HELD}
"""

_BURY: Final = f"UPDATE event SET state = 'buried', reason = :reason, token = '', until = 0 {_HELD}"

_LIST: Final = """
    SELECT * FROM event WHERE state = :state AND (:location IS NULL OR location = :location)
    ORDER BY place LIMIT :limit
"""

_REVIVE: Final = """
    UPDATE event SET state = 'waiting', due = :due, attempts = 0, reason = '' WHERE id = :id AND state = 'buried'
"""


class SqliteInbox:
    """Events in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, events: Sequence[Event]) -> int:
        """Store *events* durably, in their order, and return how many were new."""
        return self._database.change_many(_PUT, [event_row(event) for event in events]) if events else 0

    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        """Return at most *limit* events to work on until *until*, oldest first, at most one of a key."""
        rows = self._database.write(
            _LEASE, {"now": ticks(now), "until": ticks(until), "limit": max(limit, 0), "location": location}
        )
        # RETURNING promises no order.
        return [lease_of(row) for row in sorted(rows, key=lambda row: int(row["place"]))]

    def extend(self, lease: Lease, now: datetime, until: datetime) -> Lease | None:
        """Prolong *lease*, or return ``None`` if it is no longer held."""
        held = self._database.change(_EXTEND, {**_holder(lease, now), "until": ticks(until)})
        return evolve(lease, until=until) if held else None

    def settle(self, lease: Lease, outcome: Settlement, now: datetime) -> bool:
        """Settle the event of *lease*; ``False`` unless the lease is current and not expired."""
        statement, values = _settled(outcome)
        return self._database.change(statement, {**_holder(lease, now), **values}) == 1

    def waiting(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return unfinished events, oldest first."""
        return self._list("waiting", limit, location)

    def buried(self, limit: int, *, location: str | None = None) -> list[Event]:
        """Return buried events, oldest first."""
        return self._list("buried", limit, location)

    def _list(self, state: str, limit: int, location: str | None) -> list[Event]:
        rows = self._database.read(_LIST, {"state": state, "limit": max(limit, 0), "location": location})
        return [event_of(row) for row in rows]

    def revive(self, id: str, due: datetime) -> bool:
        """Make a buried event due again; ``False`` if no such event is buried."""
        return self._database.change(_REVIVE, {"id": id, "due": ticks(due)}) == 1

    def prune(self, before: datetime) -> int:
        """Forget finished events received before *before*; return how many."""
        return self._database.change(
            "DELETE FROM event WHERE state = 'done' AND received < :before", {"before": ticks(before)}
        )


def _settled(outcome: Settlement) -> tuple[str, Row]:
    match outcome:
        case Done():
            return _DONE, {}
        case Retry(due, reason, counted):
            return _RETRY, {"due": ticks(due), "reason": reason, "given_back": int(not counted)}
        case Bury(reason):
            return _BURY, {"reason": reason}
        case _:
            assert_never(outcome)


def _holder(lease: Lease, now: datetime) -> Row:
    return {"id": lease.event.id, "token": lease.token, "now": ticks(now)}
