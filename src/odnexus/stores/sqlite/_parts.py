"""Cursors, reviews, the journal, turns and snapshots in SQLite."""

# ruff: noqa: S608 - the pieces of the statements are constants of this module

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from odnexus.reconcile.journal import Entry
from odnexus.reconcile.reviews import Answer, Review
from odnexus.stores._rows import Row, answer_row, entry_of, entry_row, review_of, review_row, ticks
from odnexus.stores.sqlite._database import Database

_OPEN: Final = """
    INSERT INTO review (id, kind, location, subject, opened, due, choices, body, choice, record, answered_by, answered)
    VALUES (:id, :kind, :location, :subject, :opened, :due, :choices, :body, :choice, :record, :answered_by, :answered)
    ON CONFLICT (id) DO NOTHING
"""

_ANSWER: Final = """
    UPDATE review SET choice = :choice, record = :record, answered_by = :answered_by, answered = :answered
    WHERE id = :id AND (answered IS NULL) = :open
    RETURNING *
"""

_APPEND: Final = """
    INSERT INTO entry (at, location, kind, subject, rule, fields, related, requests)
    VALUES (:at, :location, :kind, :subject, :rule, :fields, :related, :requests)
"""

_TAKE: Final = """
    INSERT INTO turn (name, holder, until) VALUES (:name, :holder, :until)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE turn.holder = excluded.holder OR turn.until <= :now
"""


class SqliteCursors:
    """Texts in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """Return the text kept under *name*."""
        rows = self._database.read("SELECT value FROM cursor WHERE name = :name", {"name": name})
        return str(rows[0]["value"]) if rows else None

    def set(self, name: str, value: str | None) -> None:
        """Keep *value* under *name*; ``None`` removes it."""
        if value is None:
            self._database.change("DELETE FROM cursor WHERE name = :name", {"name": name})
            return
        self._database.change(
            "INSERT INTO cursor (name, value) VALUES (:name, :value)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            {"name": name, "value": value},
        )


class SqliteReviews:
    """Reviews in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, review: Review) -> bool:
        """Store *review* unless its id is known; return whether it was new."""
        return self._database.change(_OPEN, review_row(review)) == 1

    def get(self, id: str) -> Review | None:
        """Return the review, open or answered."""
        rows = self._database.read("SELECT * FROM review WHERE id = :id", {"id": id})
        return review_of(rows[0]) if rows else None

    def answer(self, id: str, answer: Answer) -> Review | None:
        """Store the answer of an open review and return it."""
        return self._answer(id, answer, open_=True)

    def revoke(self, id: str) -> Review | None:
        """Take the answer of an answered review back and return it."""
        return self._answer(id, None, open_=False)

    def _answer(self, id: str, answer: Answer | None, *, open_: bool) -> Review | None:
        rows = self._database.write(_ANSWER, {**answer_row(answer), "id": id, "open": int(open_)})
        return review_of(rows[0]) if rows else None

    def pending(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return open reviews, oldest first."""
        return self._list("answered IS NULL", "opened, id", limit, location)

    def answered(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return answered reviews, the newest answer first."""
        return self._list("answered IS NOT NULL", "answered DESC, id DESC", limit, location)

    def _list(self, state: str, order: str, limit: int, location: str | None) -> list[Review]:
        query = f"""
            SELECT * FROM review WHERE {state} AND (:location IS NULL OR location = :location)
            ORDER BY {order} LIMIT :limit
        """
        rows = self._database.read(query, {"location": location, "limit": max(limit, 0)})
        return [review_of(row) for row in rows]


class SqliteJournal:
    """Entries in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entries: Sequence[Entry]) -> None:
        """Store *entries* durably and number them in order."""
        if entries:
            self._database.change_many(_APPEND, [entry_row(entry) for entry in entries])

    def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        """Return entries with a number above *after*, in order."""
        wanted: Row = {"location": location, "subject": subject}
        # Spelled out, so that SQLite sees which index helps.
        given = "".join(f" AND {name} = :{name}" for name, value in wanted.items() if value is not None)
        query = f"SELECT * FROM entry WHERE number > :after{given} ORDER BY number LIMIT :limit"
        return [entry_of(row) for row in self._database.read(query, {**wanted, "after": after, "limit": max(limit, 0)})]


class SqliteTurns:
    """Turns in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Give *holder* the turn until *until*; ``False`` if another holds it and it has not expired."""
        values: Row = {"name": name, "holder": holder, "now": ticks(now), "until": ticks(until)}
        return self._database.change(_TAKE, values) == 1

    def give(self, name: str, holder: str) -> None:
        """End the turn of *holder*."""
        self._database.change(
            "DELETE FROM turn WHERE name = :name AND holder = :holder", {"name": name, "holder": holder}
        )


class SqliteSnapshots:
    """Pictures in SQLite, a row of the table for each of theirs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        """Keep each row under its id in the picture *name*; ``None`` removes a row."""
        kept: list[Row] = [{"name": name, "id": key, "content": row} for key, row in rows.items() if row is not None]
        gone: list[Row] = [{"name": name, "id": key} for key, row in rows.items() if row is None]
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM snapshot WHERE name = :name AND id = :id", gone)
            connection.executemany(
                "INSERT INTO snapshot (name, id, content) VALUES (:name, :id, :content)"
                " ON CONFLICT (name, id) DO UPDATE SET content = excluded.content",
                kept,
            )

    def load(self, name: str) -> dict[str, bytes]:
        """Return all rows of the picture *name*."""
        rows = self._database.read("SELECT id, content FROM snapshot WHERE name = :name", {"name": name})
        return {row["id"]: row["content"] for row in rows}

    def drop(self, name: str) -> None:
        """Forget the picture *name*."""
        self._database.change("DELETE FROM snapshot WHERE name = :name", {"name": name})
