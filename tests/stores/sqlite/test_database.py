from __future__ import annotations

import os
import pickle
import sqlite3
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from odnexus.errors import ConfigurationError, StoreError
from odnexus.reconcile.inbox import Done
from odnexus.stores import SqliteStore, StoreBusyError
from odnexus.stores.sqlite._database import _keeps_log
from odnexus.stores.sqlite._inbox import _LEASE
from odnexus.testing.contracts._samples import NOON, at, event, ids, link, nexhealth, opendental, together

SOON = timedelta(milliseconds=50)
posix = pytest.mark.skipif(os.name != "posix", reason="permissions of a file are POSIX's")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path, timeout=SOON) as store:
        yield store


@pytest.fixture
def other(path: Path, store: SqliteStore) -> Iterator[sqlite3.Connection]:
    """A connection of another program to the same file."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0.05)
    yield connection
    connection.close()


@posix
def test_the_file_and_its_logs_are_for_their_owner_only(path: Path, store: SqliteStore) -> None:
    old = os.umask(0)
    try:
        store.inbox.put([event("a")])
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(old)

    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


@posix
def test_the_rights_of_a_file_that_exists_are_left_alone(path: Path) -> None:
    path.touch()
    path.chmod(0o640)

    with SqliteStore(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_was_acknowledged_is_on_the_disk(store: SqliteStore) -> None:
    modes = {name: store._database.read(f"PRAGMA {name}")[0][0] for name in ("synchronous", "journal_mode")}

    assert modes == {"synchronous": 2, "journal_mode": "wal"}


def test_a_file_that_another_process_holds_is_busy(store: SqliteStore, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreBusyError, match="locked by another thread or process for longer than") as caught:
        store.inbox.put([event("a")])

    other.execute("ROLLBACK")
    assert caught.value.transient
    assert store.inbox.put([event("a")]) == 1


def test_reading_does_not_wait_for_a_writer(store: SqliteStore, other: sqlite3.Connection) -> None:
    store.inbox.put([event("a")])
    other.execute("BEGIN IMMEDIATE")

    assert len(store.inbox.waiting(1)) == 1


def test_a_thread_that_writes_too_long_keeps_the_others_waiting(store: SqliteStore) -> None:
    with store._database.transaction(), pytest.raises(StoreBusyError):
        together(lambda: store.inbox.put([event("a")]))


def test_errors_survive_pickling(store: SqliteStore, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError) as caught:
        store.cursors.set("poll", "1")

    again = pickle.loads(pickle.dumps(caught.value))

    assert (type(again), str(again)) == (StoreBusyError, str(caught.value))


def test_a_failed_operation_leaves_no_trace(store: SqliteStore, other: sqlite3.Connection) -> None:
    other.execute("DROP TABLE link_ref")

    with pytest.raises(StoreError, match="no such table: link_ref"):
        store.links.save(link("a", nexhealth("7"), opendental("42")))

    assert store.links.all() == []
    assert store.inbox.put([event("a")]) == 1


def test_a_full_disk_is_told_and_loses_nothing_that_was_acknowledged(store: SqliteStore) -> None:
    pages = store._database.read("PRAGMA page_count")[0][0]
    store._database.read(f"PRAGMA max_page_count = {pages + 8}")
    acknowledged: list[str] = []

    with pytest.raises(StoreError, match="full"):  # noqa: PT012 - it fails at whichever does not fit
        for name in map(str, range(100)):
            store.inbox.put([evolve(event(name), payload=b"x" * 4000)])
            acknowledged.append(name)
    store._database.read(f"PRAGMA max_page_count = {pages + 1000}")

    assert 0 < len(acknowledged) < 100
    assert ids(store.inbox.waiting(1000)) == acknowledged
    assert store.inbox.put([event("later")]) == 1


def test_a_closed_store_says_so(path: Path) -> None:
    store = SqliteStore(path)
    store.close()
    store.close()

    for operation in (lambda: store.inbox.put([event("a")]), lambda: store.cursors.get("poll")):
        with pytest.raises(StoreError, match="was closed"):
            operation()


def test_closing_leaves_one_file(path: Path) -> None:
    with SqliteStore(path) as store:
        together(*[lambda: store.inbox.waiting(1)] * 4)

    assert [file.name for file in path.parent.iterdir()] == ["store.db"]


def test_closing_waits_for_nobody_and_leaves_nothing_open(path: Path) -> None:
    store = SqliteStore(path)
    with store._database.transaction() as connection:
        store.close()

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="use MemoryStore"):
        SqliteStore(":memory:")


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"path: .*missing.store\.db cannot be opened or created"):
        SqliteStore(tmp_path / "missing" / "store.db")


def test_a_file_that_is_no_database_is_an_error(path: Path) -> None:
    path.write_text("These are not the tables you are looking for. " * 100)

    with pytest.raises(StoreError, match="not a database"):
        SqliteStore(path)

    assert path.read_text().startswith("These")


def test_an_old_sqlite_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")

    with pytest.raises(ConfigurationError, match=r"SQLite 3\.35\.0 or later is needed, this Python has 3\.34\.1"):
        SqliteStore(path)


def test_a_disk_without_a_log_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odnexus.stores.sqlite._database._keeps_log", lambda connection: False)

    with pytest.raises(StoreError, match="use a local disk"):
        SqliteStore(path)


class Contended:
    """A connection to a new file that *rivals* other processes switch to a log at the same time."""

    def __init__(self, rivals: int, code: int = sqlite3.SQLITE_BUSY) -> None:
        self.said: list[str] = []
        self._rivals = rivals
        self._code = code

    def execute(self, statement: str) -> Contended:
        self.said.append(statement)
        if statement.startswith("PRAGMA") and self._rivals:
            self._rivals -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = self._code
            raise error
        return self

    def fetchone(self) -> tuple[str]:
        return ("wal",)


def test_processes_that_switch_a_new_file_wait_for_each_other() -> None:
    contended = Contended(2)

    assert _keeps_log(contended)  # type: ignore[arg-type]
    assert contended.said == [
        *["PRAGMA journal_mode = WAL", "BEGIN EXCLUSIVE", "COMMIT"] * 2,
        "PRAGMA journal_mode = WAL",
    ]


@pytest.mark.parametrize("contended", [Contended(1000), Contended(1, sqlite3.SQLITE_IOERR)], ids=["busy", "broken"])
def test_a_file_that_cannot_be_switched_is_an_error(contended: Contended) -> None:
    with pytest.raises(sqlite3.OperationalError):
        _keeps_log(contended)  # type: ignore[arg-type]


def test_what_a_parent_process_opened_is_left_to_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SqliteStore(path) as store:
        before = list(store._database._connections.idle)
        monkeypatch.setattr(os, "getpid", lambda: -1)

        store.inbox.put([event("a")])

        assert [list(left.idle) for left in store._database._inherited] == [before]
        store.close()
        assert before[0].execute("SELECT count(*) FROM event").fetchone()[0] == 1
        before[0].close()


def test_a_moment_without_a_zone_is_refused(store: SqliteStore) -> None:
    with pytest.raises(ConfigurationError, match="aware"):
        store.inbox.put([event("a", due=datetime(2026, 3, 2))])


def test_a_moment_of_another_zone_is_the_same_moment(store: SqliteStore) -> None:
    store.inbox.put([event("a", due=NOON.astimezone(ZoneInfo("America/Denver")))])

    assert store.inbox.lease(at(-1), at(5), 1) == []
    assert store.inbox.lease(NOON, at(5), 1)[0].event.due == NOON


def test_a_text_that_cannot_be_kept_is_an_error(store: SqliteStore) -> None:
    with pytest.raises(StoreError, match="UnicodeEncodeError") as caught:
        store.cursors.set("poll", "\ud800 secret")

    assert "secret" not in str(caught.value)


def test_a_finished_event_keeps_no_payload(store: SqliteStore, other: sqlite3.Connection) -> None:
    store.inbox.put([evolve(event("a"), payload=b"sealed")])
    store.inbox.settle(store.inbox.lease(NOON, at(5), 1)[0], Done(), at(1))

    assert other.execute("SELECT state, payload FROM event").fetchall() == [("done", None)]


def test_leasing_reads_indexes_only(store: SqliteStore) -> None:
    values = {"now": 0, "until": 1, "limit": 10, "location": None}
    plan = [row["detail"] for row in store._database.read(f"EXPLAIN QUERY PLAN {_LEASE}", values)]

    assert not [step for step in plan if step.startswith("SCAN") and "INDEX" not in step], plan
