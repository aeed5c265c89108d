"""One file on a local disk: the store to embed.

Threads and processes of one machine may share it. It needs nothing beyond the standard library.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from odnexus.errors import ConfigurationError
from odnexus.stores.resealing import SEALED, Resealed, Resealer
from odnexus.stores.sqlite._database import Database
from odnexus.stores.sqlite._inbox import SqliteInbox
from odnexus.stores.sqlite._links import SqliteLinks
from odnexus.stores.sqlite._parts import SqliteCursors, SqliteJournal, SqliteReviews, SqliteSnapshots, SqliteTurns
from odnexus.stores.sqlite._resealing import reseal_column

PATIENCE: Final = timedelta(seconds=10)
"""How long an operation waits for another writer."""

__all__ = ["SqliteStore"]


class SqliteStore:
    """Everything in one SQLite file, durable when an operation has returned.

    The file is created if it is missing, readable by its owner only (on Windows by whom its folder allows), with two
    log files beside it. It has to be on a local disk: network shares lose locks. An older file is brought up to date
    when it is opened. Use it in a ``with`` block, or call `close`.

    Args:
        path: The file.
        timeout: How long an operation waits for another writer before it raises.

    Raises:
        ConfigurationError: The file cannot be created, belongs to another program or a later odnexus, or this Python's
            SQLite is older than 3.35.
        StoreError: Any operation may raise it; its ``transient`` is true if another process held the file for too long.
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout: timedelta = PATIENCE) -> None:
        if str(path) == ":memory:":
            raise ConfigurationError("path: a database in memory cannot be shared by threads; use MemoryStore")
        self._database = Database(Path(path), timeout)
        self.inbox = SqliteInbox(self._database)
        self.links = SqliteLinks(self._database)
        self.cursors = SqliteCursors(self._database)
        self.reviews = SqliteReviews(self._database)
        self.journal = SqliteJournal(self._database)
        self.turns = SqliteTurns(self._database)
        self.snapshots = SqliteSnapshots(self._database)

    def reseal(self, sealer: Resealer) -> Resealed:
        """Seal everything anew with the first key of *sealer*, in portions that let others work in between."""
        return sum((reseal_column(self._database, each, sealer) for each in SEALED), Resealed())

    def close(self) -> None:
        """Close the file. Operations raise `StoreError` from now on."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
