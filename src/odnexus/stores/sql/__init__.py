"""PostgreSQL or MariaDB: the store to share when one machine is not enough (needs the extra ``odnexus[sql]``).

Any number of threads, processes and machines may work on it.
"""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from sqlalchemy import URL, Engine

from odnexus.stores.resealing import SEALED, Resealed, Resealer
from odnexus.stores.sql._database import Database
from odnexus.stores.sql._inbox import SqlInbox
from odnexus.stores.sql._links import SqlLinks
from odnexus.stores.sql._parts import SqlCursors, SqlJournal, SqlReviews, SqlSnapshots, SqlTurns
from odnexus.stores.sql._resealing import reseal_column

PREFIX: Final = "odnexus_"
"""How the names of the tables begin."""

__all__ = ["SqlStore"]


class SqlStore:
    """Everything in tables of a PostgreSQL or MariaDB database, as durable as its server is set to be.

    The tables are made when they are missing, and brought up to date when they are older. Use it in a ``with`` block,
    or call `close`.

    Args:
        place: Address of the database (``postgresql://user@host/name``, ``mariadb://user@host/name``; the drivers are
            psycopg and PyMySQL unless the address names another), or an engine of the host, which stays the host's.
        prefix: How the names of the tables begin.

    Raises:
        ConfigurationError: The address is wrong, a driver is missing, the database is of another kind or cuts values
            silently, or its tables belong to a later odnexus.
        StoreError: Any operation may raise it; its ``transient`` is true if the database was busy or out of reach.
    """

    def __init__(self, place: str | URL | Engine, *, prefix: str = PREFIX) -> None:
        self._database = Database(place, prefix)
        self.inbox = SqlInbox(self._database)
        self.links = SqlLinks(self._database)
        self.cursors = SqlCursors(self._database)
        self.reviews = SqlReviews(self._database)
        self.journal = SqlJournal(self._database)
        self.turns = SqlTurns(self._database)
        self.snapshots = SqlSnapshots(self._database)

    def reseal(self, sealer: Resealer) -> Resealed:
        """Seal everything anew with the first key of *sealer*, in portions that let others work in between."""
        return sum((reseal_column(self._database, each, sealer) for each in SEALED), Resealed())

    def close(self) -> None:
        """Close the connections, unless the engine belongs to the host."""
        self._database.close()

    def drop_tables(self) -> None:
        """Remove all tables with everything in them."""
        self._database.run(self._database.tables.metadata.drop_all)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
