"""The databases to test with, each with tables of its own for the run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

from odnexus.stores import StoreBusyError

if TYPE_CHECKING:
    from odnexus.stores.sql import SqlStore

if find_spec("sqlalchemy") is None:
    collect_ignore_glob = ["test_*.py"]  # without odnexus[sql] there is nothing to test

DEFAULTS = {
    "postgres": ("ODNEXUS_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test"),
    "mariadb": ("ODNEXUS_TEST_MARIADB", "mariadb://root@127.0.0.1:3306/test"),
}


@frozen
class Place:
    """A database that answers, and a prefix that nobody else uses."""

    url: str
    prefix: str

    def open(self) -> SqlStore:
        from odnexus.stores.sql import SqlStore

        return SqlStore(self.url, prefix=self.prefix)

    def __str__(self) -> str:
        return f"{self.url} {self.prefix}"


@frozen
class Opened:
    """A database with tables of this run."""

    place: Place
    store: SqlStore

    def empty(self) -> None:
        tables = self.store._database.tables
        kept = (tables.schema, tables.counter)
        emptied = [table for table in tables.metadata.sorted_tables if table not in kept]
        self.store._database.run(lambda connection: [connection.execute(table.delete()) for table in emptied])


@pytest.fixture(scope="session", params=DEFAULTS)
def database(request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Yield a database with tables of this run; skip, or fail if databases are required, when it does not answer."""
    variable, default = DEFAULTS[request.param]
    place = Place(os.environ.get(variable, default), f"odnexus_{secrets.token_hex(4)}_")
    try:
        store = place.open()
    except StoreBusyError as error:
        if os.environ.get("ODNEXUS_REQUIRE_DATABASES"):
            raise
        pytest.skip(f"{request.param} does not answer ({error}); set {variable} to the address of another")
    with store:
        yield Opened(place, store)
        store.drop_tables()


@pytest.fixture
def place(database: Opened) -> Place:
    """Return the database with all tables empty."""
    database.empty()
    return database.place
