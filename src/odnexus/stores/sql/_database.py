"""Transactions in PostgreSQL or MariaDB: short, repeated when the database asks for it, with errors of ours."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, Executable, RowMapping, Table, create_engine, event, exc, make_url, text
from sqlalchemy.dialects import mysql, postgresql

from odnexus.errors import ConfigurationError, StoreError
from odnexus.stores._errors import StoreBusyError
from odnexus.stores._rows import Row
from odnexus.stores.sql._schema import migrate
from odnexus.stores.sql._tables import Tables, tables

T = TypeVar("T")

_DRIVERS: Final = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mariadb+pymysql",
    "mariadb": "mariadb+pymysql",
}

# Serialization failure and deadlock of PostgreSQL; deadlock of MariaDB, and a row that changed since it was read.
_AGAIN: Final = frozenset({"40001", "40P01", 1213, 1020})

# Lock not available; lock wait time-out.
_BUSY: Final = frozenset({"55P03", 1205})

_ROUNDS: Final = 5

LOCK_WAIT: Final = timedelta(seconds=50)
"""How long a lock is waited for, as MariaDB does unless told otherwise. PostgreSQL would wait for ever.

A machine that vanishes in the middle of a transaction keeps its locks until the server notices, which may take hours.
"""


class Database:
    """Runs transactions; safe to share between threads, and used by any number of processes."""

    def __init__(self, place: str | URL | Engine, prefix: str) -> None:
        self._own = not isinstance(place, Engine)
        self._engine = place if isinstance(place, Engine) else _engine(place)
        self._pid = os.getpid()
        if self._engine.dialect.name not in ("postgresql", "mariadb", "mysql"):
            raise _unsupported(self._engine.dialect.name)
        # The operations lock what they must not see changed; whatever else was committed may be seen.
        self._reading = self._engine.execution_options(isolation_level="READ COMMITTED")
        self.tables: Tables = tables(prefix)
        try:
            self._guarded(self._migrate)
        except BaseException:
            self.close()
            raise

    def _migrate(self) -> None:
        with self._reading.connect() as connection:
            _check(connection)
            migrate(connection, self.tables)

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in a transaction and return what it returns; again if the database sacrificed it to another.

        Raises:
            sqlalchemy.exc.IntegrityError: A row is there already.
            StoreError: Anything else that the database says; `StoreBusyError` if trying later helps.
        """
        return self._guarded(lambda: self._once(work))

    def _guarded(self, action: Callable[[], T]) -> T:
        for left in reversed(range(_ROUNDS)):
            try:
                return action()
            except exc.IntegrityError:
                raise
            except exc.DBAPIError as error:
                if not (left and _code(error) in _AGAIN):
                    raise _translated(error) from error
            except exc.SQLAlchemyError as error:
                raise StoreError(f"the database cannot be used: {type(error).__name__}") from error
            except (UnicodeError, ValueError) as error:
                if isinstance(error, ConfigurationError):
                    raise
                raise StoreError(f"a value that the database cannot keep ({type(error).__name__})") from None
        raise AssertionError  # pragma: no cover - the last round returns or raises

    def _once(self, work: Callable[[Connection], T]) -> T:
        if self._own and self._pid != os.getpid():
            # A child process must not use the connections of its parent.
            self._engine.dispose(close=False)
            self._pid = os.getpid()
        with self._reading.begin() as connection:
            return work(connection)

    def rows(self, query: Executable) -> Sequence[RowMapping]:
        """Return all rows of *query*."""
        return self.run(lambda connection: connection.execute(query).mappings().all())

    def insert_new(self, table: Table, row: Row) -> bool:
        """Insert *row* unless its key is there; return whether it was new."""
        try:
            self.run(lambda connection: connection.execute(table.insert().values(row)))
        except exc.IntegrityError:
            return False
        return True

    def upsert(self, connection: Connection, table: Table, rows: list[Row]) -> None:
        """Insert *rows*, or replace those whose key is there; every column is given."""
        if not rows:
            return
        keys = [column.name for column in table.primary_key]
        values = [column.name for column in table.columns if column.name not in keys]
        if connection.dialect.name == "postgresql":
            new = postgresql.insert(table)
            connection.execute(
                new.on_conflict_do_update(index_elements=keys, set_={name: new.excluded[name] for name in values}), rows
            )
        else:
            ours = mysql.insert(table)
            connection.execute(ours.on_duplicate_key_update({name: ours.inserted[name] for name in values}), rows)

    def close(self) -> None:
        """Close the connections, unless the engine belongs to the host."""
        if self._own:
            self._engine.dispose()


def _engine(place: str | URL) -> Engine:
    try:
        url = make_url(place)
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        # Parameters hold ids and sealed bytes: no business of a log.
        engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    except (exc.ArgumentError, exc.NoSuchModuleError):
        raise ConfigurationError("place: not the address of a PostgreSQL or MariaDB database") from None
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"place: {error.name} is not installed: install odnexus[sql]") from None
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _wait_no_longer)
    return engine


def _wait_no_longer(connection: Any, _: object) -> None:
    """Let a new connection to PostgreSQL wait for locks as long as `LOCK_WAIT`, unless its address says how long."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        if cursor.fetchone()[0] == "0":
            cursor.execute(f"SET lock_timeout = {LOCK_WAIT // timedelta(milliseconds=1)}")
    connection.commit()


def _unsupported(name: str) -> ConfigurationError:
    return ConfigurationError(f"place: {name} is not supported, only PostgreSQL and MariaDB")


def _check(connection: Connection) -> None:
    """Refuse databases on which the promises would not hold."""
    if connection.dialect.name == "postgresql":
        return
    if not getattr(connection.dialect, "is_mariadb", False):
        raise _unsupported("MySQL")
    if "STRICT_" not in (connection.scalar(text("SELECT @@sql_mode")) or ""):
        raise ConfigurationError("place: MariaDB cuts values silently; set STRICT_TRANS_TABLES in its sql_mode")


def _code(error: exc.DBAPIError) -> object:
    """Return the SQLSTATE of PostgreSQL or the number of MariaDB, which has one SQLSTATE for most of what happens."""
    original = error.orig
    # Texts stay out: they tell who tried to log in where.
    numbers = (found for found in getattr(original, "args", ()) if isinstance(found, int))
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    return next(numbers, None) or state or "without a code"


def _translated(error: exc.DBAPIError) -> StoreError:
    """Return an error of ours, which tells the code and not the values."""
    code = _code(error)
    if code in _AGAIN or code in _BUSY:
        return StoreBusyError(f"the database refused to wait any longer for a lock ({code})")
    if error.connection_invalidated or isinstance(error, exc.OperationalError | exc.InterfaceError):
        return StoreBusyError(f"the database cannot be reached or used now ({type(error.orig).__name__} {code})")
    return StoreError(f"the database refused an operation: {type(error.orig).__name__} {code}")
