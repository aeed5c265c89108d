"""One SQLite file, shared by threads and processes.

Readers never wait (write-ahead log). Writers of this process queue at a lock, which is fairer and quicker than SQLite's
own waiting; those of other processes are waited for by SQLite, up to the time-out. What a write acknowledged is on the
disk (``synchronous=FULL``). Connections do not survive a fork: a child process opens its own.
"""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Final, TypeAlias

from odnexus.errors import ConfigurationError, StoreError
from odnexus.stores._errors import StoreBusyError
from odnexus.stores._rows import Value
from odnexus.stores.sqlite._schema import migrate, version_of

OLDEST_SQLITE: Final = (3, 35, 0)
"""The first version with ``RETURNING``."""

_SWITCHES: Final = 100
"""How often a new file is tried to be switched to a write-ahead log."""

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

Parameters: TypeAlias = "Mapping[str, Value]"


class _Connections:
    """The connections of one process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.idle: deque[sqlite3.Connection] = deque()
        self.writing = Lock()


class Database:
    """Runs statements on the file *path*; safe to share between threads."""

    def __init__(self, path: Path, timeout: timedelta) -> None:
        _check_version()
        self._path = path
        self._timeout = timeout
        self._closed = False
        self._connections = _Connections()
        # A child process must not close what its parent opened: SQLite would clean up under the parent's feet.
        self._inherited: list[_Connections] = []
        _create(path)
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    def _migrate(self) -> None:
        try:
            with self._translated(), self._borrowed() as connection:
                migrate(connection)
        except ConfigurationError as error:
            raise ConfigurationError(f"path: {self._path} {error}") from None

    def read(self, statement: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._translated(), self._borrowed() as connection:
            return connection.execute(statement, parameters or {}).fetchall()

    def write(self, statement: str, parameters: Parameters) -> list[sqlite3.Row]:
        """Carry out one statement durably and return the rows that it returns."""
        with self._translated(), self._writer() as connection:
            # Fetched to the end: only then SQLite commits a statement with RETURNING.
            return connection.execute(statement, parameters).fetchall()

    def change(self, statement: str, parameters: Parameters) -> int:
        """Carry out one statement durably and return how many rows it changed."""
        with self._translated(), self._writer() as connection:
            return connection.execute(statement, parameters).rowcount

    def change_many(self, statement: str, parameters: Iterable[Parameters]) -> int:
        """Carry out one statement for each of *parameters*, all or none, and return how many rows were changed."""
        with self.transaction() as connection:
            return connection.executemany(statement, parameters).rowcount

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection, None, None]:
        """Run the block in a transaction that nobody else writes in; roll it back if the block raises."""
        with self._translated(), self._writer() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close all connections; what runs in other threads ends first or fails."""
        self._closed = True
        _drain(self._here())

    @contextmanager
    def _writer(self) -> Generator[sqlite3.Connection, None, None]:
        lock = self._here().writing
        if not lock.acquire(timeout=self._timeout.total_seconds()):
            raise self._busy()
        try:
            with self._borrowed() as connection:
                yield connection
        finally:
            lock.release()

    @contextmanager
    def _borrowed(self) -> Generator[sqlite3.Connection, None, None]:
        connections = self._here()
        connection = self._taken(connections)
        try:
            yield connection
        finally:
            connections.idle.append(connection)
            if self._closed:
                _drain(connections)

    def _taken(self, connections: _Connections) -> sqlite3.Connection:
        if self._closed:
            raise StoreError(f"{self._path}: the store was closed")
        try:
            return connections.idle.pop()
        except IndexError:
            return self._connect()

    def _here(self) -> _Connections:
        """Return the connections of this process."""
        if self._connections.pid != os.getpid():
            self._inherited.append(self._connections)
            self._connections = _Connections()
        return self._connections

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self._timeout.total_seconds(), isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        # First of all: what is not ours stays as it is.
        version_of(connection)
        if not _keeps_log(connection):
            raise StoreError(f"{self._path}: SQLite cannot keep a write-ahead log here; use a local disk")
        connection.execute("PRAGMA synchronous = FULL")
        # On macOS a plain fsync leaves data in the drive's cache.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
        connection.execute("PRAGMA trusted_schema = OFF")

    @contextmanager
    def _translated(self) -> Generator[None, None, None]:
        """Turn errors of SQLite into ours; their texts name tables and columns, never values."""
        try:
            yield
        except sqlite3.Error as error:
            if _is_busy(error):
                raise self._busy() from error
            raise StoreError(f"{self._path}: {error}") from error
        except (UnicodeError, OverflowError) as error:
            raise StoreError(f"{self._path}: a value that SQLite cannot keep ({type(error).__name__})") from None

    def _busy(self) -> StoreBusyError:
        return StoreBusyError(f"{self._path}: locked by another thread or process for longer than {self._timeout}")


def _keeps_log(connection: sqlite3.Connection) -> bool:
    """Return whether the file has a write-ahead log, after switching a new one to it."""
    for left in reversed(range(_SWITCHES)):
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if not (left and _is_busy(error)):
                raise
            # Processes that switch the same new file at once refuse each other without waiting. This waits.
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
        else:
            return bool(mode == "wal")
    return False  # pragma: no cover - the last round returns or raises


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BUSY


def _drain(connections: _Connections) -> None:
    with suppress(IndexError):
        while True:
            connections.idle.pop().close()


def _check_version() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise ConfigurationError(
            f"SQLite {needed} or later is needed, this Python has {sqlite3.sqlite_version}: install a newer Python"
        )


def _create(path: Path) -> None:
    """Make sure that the file exists; a new one is for its owner only, and so are the log files beside it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise ConfigurationError(f"path: {path} cannot be opened or created: {error.strerror}") from None
