"""Links in PostgreSQL or MariaDB: a table of links, and one of the records that they hold."""

from __future__ import annotations

from attrs import evolve
from sqlalchemy import Connection, exc, select

from odnexus.errors import LinkConflictError
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.stores._rows import link_of, link_row, ref_rows
from odnexus.stores.sql._database import Database


class SqlLinks:
    """Links in PostgreSQL or MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._links = database.tables.link
        self._refs = database.tables.link_ref

    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        """Return the link of *kind* that holds *ref*."""
        refs = self._refs.c
        query = (
            select(self._links)
            .join(self._refs, refs.link == self._links.c.id)
            .where(refs.kind == kind, refs.side == ref.side, refs.realm == ref.realm, refs.id == ref.id)
        )
        rows = self._database.rows(query)
        return link_of(rows[0]) if rows else None

    def save(self, link: Link) -> Link:
        """Store *link* and return it with its new version, or raise `LinkConflictError`."""
        saved = evolve(link, version=link.version + 1)
        try:
            self._database.run(lambda connection: self._save(connection, link, saved))
        except exc.IntegrityError:
            raise LinkConflictError(
                f"link {link.id}: stored already, or one of its records stands in another link"
            ) from None
        return saved

    def _save(self, connection: Connection, link: Link, saved: Link) -> None:
        if link.version:
            links = self._links.c
            stored = self._links.update().where(links.id == link.id, links.version == link.version)
            if connection.execute(stored.values(link_row(saved))).rowcount != 1:
                raise LinkConflictError(f"link {link.id}: another version than {link.version} is stored")
        else:
            connection.execute(self._links.insert().values(link_row(saved)))
        self._release(connection, link)
        if rows := ref_rows(link):
            connection.execute(self._refs.insert(), rows)

    def _release(self, connection: Connection, link: Link) -> None:
        connection.execute(self._refs.delete().where(self._refs.c.link == link.id))

    def forget(self, link: Link) -> None:
        """Remove *link*, or raise `LinkConflictError`."""
        self._database.run(lambda connection: self._forget(connection, link))

    def _forget(self, connection: Connection, link: Link) -> None:
        links = self._links.c
        gone = connection.execute(self._links.delete().where(links.id == link.id, links.version == link.version))
        if gone.rowcount != 1:
            raise LinkConflictError(f"link {link.id}: version {link.version} is not stored")
        self._release(connection, link)

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
        links = self._links.c
        query = select(self._links).where(links.id > after).order_by(links.id).limit(max(limit, 0))
        for column, wanted in ((links.kind, kind), (links.location, location), (links.state, state and state.value)):
            if wanted is not None:
                query = query.where(column == wanted)
        return [link_of(row) for row in self._database.rows(query)]
