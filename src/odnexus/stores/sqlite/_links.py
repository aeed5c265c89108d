"""Links in SQLite: a table of links, and one of the records that they hold."""

from __future__ import annotations

import sqlite3
from typing import Final

from attrs import evolve

from odnexus.errors import LinkConflictError
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.stores._rows import link_of, link_row, ref_rows
from odnexus.stores.sqlite._database import Database

_FIND: Final = """
    SELECT link.* FROM link JOIN link_ref ON link_ref.link = link.id
    WHERE link_ref.kind = :kind AND link_ref.side = :side AND link_ref.realm = :realm AND link_ref.id = :id
"""

_INSERT: Final = """
    INSERT INTO link (id, kind, location, nexhealth, opendental, aliases, state, body, version, updated)
    VALUES (:id, :kind, :location, :nexhealth, :opendental, :aliases, :state, :body, 1, :updated)
    ON CONFLICT (id) DO NOTHING
"""

_UPDATE: Final = """
    UPDATE link SET kind = :kind, location = :location, nexhealth = :nexhealth, opendental = :opendental,
        aliases = :aliases, state = :state, body = :body, version = version + 1, updated = :updated
    WHERE id = :id AND version = :version
"""

_HOLD: Final = """
    INSERT INTO link_ref (kind, side, realm, id, link) VALUES (:kind, :side, :realm, :id, :link)
    ON CONFLICT (kind, side, realm, id) DO NOTHING
"""

_ALL: Final = """
    SELECT * FROM link
    WHERE id > :after AND (:kind IS NULL OR kind = :kind) AND (:location IS NULL OR location = :location)
      AND (:state IS NULL OR state = :state)
    ORDER BY id LIMIT :limit
"""


class SqliteLinks:
    """Links in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        """Return the link of *kind* that holds *ref*."""
        rows = self._database.read(_FIND, {"kind": kind, "side": ref.side, "realm": ref.realm, "id": ref.id})
        return link_of(rows[0]) if rows else None

    def save(self, link: Link) -> Link:
        """Store *link* and return it with its new version, or raise `LinkConflictError`."""
        with self._database.transaction() as connection:
            if connection.execute(_UPDATE if link.version else _INSERT, link_row(link)).rowcount != 1:
                raise LinkConflictError(f"link {link.id}: another version than {link.version} is stored")
            _release(connection, link)
            rows = ref_rows(link)
            if rows and connection.executemany(_HOLD, rows).rowcount != len(rows):
                raise LinkConflictError(f"link {link.id}: one of its records stands in another link")
        return evolve(link, version=link.version + 1)

    def forget(self, link: Link) -> None:
        """Remove *link*, or raise `LinkConflictError`."""
        statement = "DELETE FROM link WHERE id = :id AND version = :version"
        with self._database.transaction() as connection:
            if connection.execute(statement, {"id": link.id, "version": link.version}).rowcount != 1:
                raise LinkConflictError(f"link {link.id}: version {link.version} is not stored")
            _release(connection, link)

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
        wanted = {"kind": kind, "location": location, "state": state, "after": after, "limit": max(limit, 0)}
        return [link_of(row) for row in self._database.read(_ALL, wanted)]


def _release(connection: sqlite3.Connection, link: Link) -> None:
    connection.execute("DELETE FROM link_ref WHERE link = :id", {"id": link.id})
