"""How a database gets its tables, and how older ones become current.

`STEPS` is only ever added to: step *n* turns version *n* into *n* + 1, and a new database runs all of them. A step may
be cut short and repeated, since MariaDB has no transactions around changes of tables. Processes that open the store at
the same time wait for each other at a lock of the database.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, TypeAlias

from sqlalchemy import Connection, func, inspect, select, text

from odnexus.errors import ConfigurationError
from odnexus.stores._errors import StoreBusyError
from odnexus.stores.sql._tables import Tables

COUNTERS: Final = ("event", "entry")
_PATIENCE: Final = timedelta(seconds=30)

Step: TypeAlias = "Callable[[Connection, Tables], None]"


def _create(connection: Connection, tables: Tables) -> None:
    tables.metadata.create_all(connection)
    known = set(connection.scalars(select(tables.counter.c.name)))
    for name in COUNTERS:
        if name not in known:
            connection.execute(tables.counter.insert().values(name=name, value=0))


STEPS: Final[tuple[Step, ...]] = (_create,)


def migrate(connection: Connection, tables: Tables, steps: Sequence[Step] = STEPS) -> None:
    """Bring the tables to the version after the last of *steps*.

    Raises:
        ConfigurationError: The tables belong to a later odnexus.
    """
    if _version(connection, tables) == len(steps):
        return
    with _locked(connection, tables.schema.name):
        version = _version(connection, tables)
        if version > len(steps):
            raise ConfigurationError(
                f"prefix: {tables.schema.name} has version {version}, this odnexus knows {len(steps)}: update odnexus"
            )
        for done, step in enumerate(steps[version:], version + 1):
            step(connection, tables)
            connection.execute(tables.schema.delete())
            connection.execute(tables.schema.insert().values(one=1, version=done))
            connection.commit()


def _version(connection: Connection, tables: Tables) -> int:
    if not inspect(connection).has_table(tables.schema.name):
        return 0
    return connection.scalar(select(tables.schema.c.version)) or 0


@contextmanager
def _locked(connection: Connection, name: str) -> Generator[None, None, None]:
    """Hold a lock of the database's own; it ends with the connection at the latest."""
    if connection.dialect.name == "postgresql":
        number = zlib.crc32(name.encode())
        connection.execute(text(f"SET LOCAL lock_timeout = {_PATIENCE // timedelta(milliseconds=1)}"))
        connection.execute(select(func.pg_advisory_lock(number)))
        release = select(func.pg_advisory_unlock(number))
    else:
        if not connection.scalar(select(func.get_lock(name, _PATIENCE.total_seconds()))):
            raise StoreBusyError("another process has been changing the tables for too long")
        release = select(func.release_lock(name))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(release)
        connection.commit()
