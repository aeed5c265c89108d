"""Cursors, reviews, the journal, turns and snapshots in PostgreSQL or MariaDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from odnexus.reconcile.journal import Entry
from odnexus.reconcile.reviews import Answer, Review
from odnexus.stores._rows import Row, answer_row, entry_of, entry_row, review_of, review_row, ticks
from odnexus.stores.sql._database import Database


class SqlCursors:
    """Texts in PostgreSQL or MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cursors = database.tables.cursor

    def get(self, name: str) -> str | None:
        """Return the text kept under *name*."""
        rows = self._database.rows(select(self._cursors.c.value).where(self._cursors.c.name == name))
        return str(rows[0]["value"]) if rows else None

    def set(self, name: str, value: str | None) -> None:
        """Keep *value* under *name*; ``None`` removes it."""
        if value is None:
            gone = self._cursors.delete().where(self._cursors.c.name == name)
            self._database.run(lambda connection: connection.execute(gone))
            return
        rows: list[Row] = [{"name": name, "value": value}]
        self._database.run(lambda connection: self._database.upsert(connection, self._cursors, rows))


class SqlReviews:
    """Reviews in PostgreSQL or MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reviews = database.tables.review

    def open(self, review: Review) -> bool:
        """Store *review* unless its id is known; return whether it was new."""
        return self._database.insert_new(self._reviews, review_row(review))

    def get(self, id: str) -> Review | None:
        """Return the review, open or answered."""
        rows = self._database.rows(select(self._reviews).where(self._reviews.c.id == id))
        return review_of(rows[0]) if rows else None

    def answer(self, id: str, answer: Answer) -> Review | None:
        """Store the answer of an open review and return it."""
        return self._answer(id, answer, self._reviews.c.answered.is_(None))

    def revoke(self, id: str) -> Review | None:
        """Take the answer of an answered review back and return it."""
        return self._answer(id, None, self._reviews.c.answered.is_not(None))

    def _answer(self, id: str, answer: Answer | None, may: ColumnElement[bool]) -> Review | None:
        ours = self._reviews.c.id == id
        change = self._reviews.update().where(ours, may).values(answer_row(answer))

        def work(connection: Connection) -> Review | None:
            if connection.execute(change).rowcount != 1:
                return None
            return review_of(connection.execute(select(self._reviews).where(ours)).mappings().one())

        return self._database.run(work)

    def pending(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return open reviews, oldest first."""
        reviews = self._reviews.c
        found = select(self._reviews).where(reviews.answered.is_(None)).order_by(reviews.opened, reviews.id)
        return self._list(found, limit, location)

    def answered(self, limit: int, *, location: str | None = None) -> list[Review]:
        """Return answered reviews, the newest answer first."""
        reviews = self._reviews.c
        newest = (reviews.answered.desc(), reviews.id.desc())
        return self._list(select(self._reviews).where(reviews.answered.is_not(None)).order_by(*newest), limit, location)

    def _list(self, query: Select[Any], limit: int, location: str | None) -> list[Review]:
        if location is not None:
            query = query.where(self._reviews.c.location == location)
        return [review_of(row) for row in self._database.rows(query.limit(max(limit, 0)))]


class SqlJournal:
    """Entries in PostgreSQL or MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries = database.tables.entry
        self._counter = database.tables.counter

    def append(self, entries: Sequence[Entry]) -> None:
        """Store *entries* durably and number them in order."""
        if entries:
            self._database.run(lambda connection: self._append(connection, entries))

    def _append(self, connection: Connection, entries: Sequence[Entry]) -> None:
        counter = self._counter.c
        # Locks the counter until the transaction ends: numbers become visible in their order.
        counted = self._counter.update().where(counter.name == "entry")
        connection.execute(counted.values(value=counter.value + len(entries)))
        last: int = connection.execute(select(counter.value).where(counter.name == "entry")).scalar_one()
        first = last - len(entries) + 1
        rows = [{**entry_row(entry), "number": number} for number, entry in enumerate(entries, first)]
        connection.execute(self._entries.insert(), rows)

    def read(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        """Return entries with a number above *after*, in order."""
        entries = self._entries.c
        query = select(self._entries).where(entries.number > after).order_by(entries.number).limit(max(limit, 0))
        for column, wanted in ((entries.location, location), (entries.subject, subject)):
            if wanted is not None:
                query = query.where(column == wanted)
        return [entry_of(row) for row in self._database.rows(query)]


class SqlTurns:
    """Turns in PostgreSQL or MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns = database.tables.turn

    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Give *holder* the turn until *until*; ``False`` if another holds it and it has not expired."""
        turns = self._turns.c
        free = or_(turns.holder == holder, turns.until <= ticks(now))
        values: Row = {"holder": holder, "until": ticks(until)}
        change = self._turns.update().where(turns.name == name, free).values(values)
        if self._database.run(lambda connection: connection.execute(change).rowcount):
            return True
        return self._database.insert_new(self._turns, {"name": name, **values})

    def give(self, name: str, holder: str) -> None:
        """End the turn of *holder*."""
        gone = self._turns.delete().where(self._turns.c.name == name, self._turns.c.holder == holder)
        self._database.run(lambda connection: connection.execute(gone))


class SqlSnapshots:
    """Pictures in PostgreSQL or MariaDB, a row of the table for each of theirs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = database.tables.snapshot

    def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        """Keep each row under its id in the picture *name*; ``None`` removes a row."""
        # In one order for every writer, so that two of them do not wait for each other.
        ordered = sorted(rows.items())
        kept: list[Row] = [{"name": name, "id": key, "content": row} for key, row in ordered if row is not None]
        gone = [key for key, row in ordered if row is None]

        def work(connection: Connection) -> None:
            for key in gone:
                connection.execute(self._rows.delete().where(self._rows.c.name == name, self._rows.c.id == key))
            self._database.upsert(connection, self._rows, kept)

        self._database.run(work)

    def load(self, name: str) -> dict[str, bytes]:
        """Return all rows of the picture *name*."""
        found = self._database.rows(select(self._rows.c.id, self._rows.c.content).where(self._rows.c.name == name))
        return {row["id"]: row["content"] for row in found}

    def drop(self, name: str) -> None:
        """Forget the picture *name*."""
        gone = self._rows.delete().where(self._rows.c.name == name)
        self._database.run(lambda connection: connection.execute(gone))
