from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from odnexus.errors import ConfigurationError
from odnexus.stores import SqliteStore
from odnexus.stores.sqlite._schema import APPLICATION_ID, MIGRATIONS, migrate
from odnexus.testing.contracts._samples import event, ids

NEXT = "ALTER TABLE event ADD COLUMN hue TEXT NOT NULL DEFAULT 'blue'; CREATE INDEX event_hue ON event (hue);"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def facts(connection: sqlite3.Connection) -> tuple[int, int]:
    return tuple(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))


def test_a_new_file_is_marked_and_numbered(path: Path, connection: sqlite3.Connection) -> None:
    with SqliteStore(path):
        assert facts(connection) == (APPLICATION_ID, len(MIGRATIONS))


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    path.touch()

    with SqliteStore(path) as store:
        assert store.inbox.put([event("a")]) == 1


def test_an_older_file_is_brought_up_to_date_and_keeps_its_rows(path: Path, connection: sqlite3.Connection) -> None:
    with SqliteStore(path) as store:
        store.inbox.put([event("a")])

    migrate(connection, (*MIGRATIONS, NEXT))
    migrate(connection, (*MIGRATIONS, NEXT))

    assert facts(connection) == (APPLICATION_ID, len(MIGRATIONS) + 1)
    assert connection.execute("SELECT id, hue FROM event").fetchall() == [("a", "blue")]


def test_a_step_that_fails_changes_nothing(path: Path, connection: sqlite3.Connection) -> None:
    with SqliteStore(path) as store:
        store.inbox.put([event("a")])

    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (*MIGRATIONS, NEXT + "CREATE TABLE event (id);"))

    assert facts(connection) == (APPLICATION_ID, len(MIGRATIONS))
    with SqliteStore(path) as store:
        assert ids(store.inbox.waiting(1)) == ["a"]


def test_a_file_of_a_later_odnexus_is_refused(path: Path, connection: sqlite3.Connection) -> None:
    migrate(connection, (*MIGRATIONS, NEXT))

    with pytest.raises(ConfigurationError, match=r"path: .*store\.db has schema 2, this odnexus knows 1"):
        SqliteStore(path)


def test_a_database_of_another_program_is_refused(path: Path, connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE patient (name TEXT)")

    with pytest.raises(ConfigurationError, match="is a database of another program"):
        SqliteStore(path)

    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("patient",)]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
