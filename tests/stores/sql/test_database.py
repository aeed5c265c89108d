from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
import sqlalchemy
from attrs import evolve
from sqlalchemy import Connection, exc

from odnexus.errors import ConfigurationError, LinkConflictError, StoreError
from odnexus.reconcile.inbox import Done
from odnexus.stores import StoreBusyError
from odnexus.stores.sql import SqlStore
from odnexus.stores.sql._database import _check, _engine
from odnexus.stores.sql._schema import STEPS, _locked, migrate
from odnexus.testing.contracts._samples import NOON, at, event, ids, link, nexhealth, opendental, together
from tests.stores.sql.conftest import Place


@pytest.fixture
def store(place: Place) -> Iterator[SqlStore]:
    with place.open() as store:
        yield store


class DeadlockError(Exception):
    """What psycopg raises, seen by its SQLSTATE."""

    sqlstate = "40P01"


def deadlock() -> exc.OperationalError:
    return exc.OperationalError("SELECT secret", {"secret": "Jane Doe"}, DeadlockError("Jane Doe"))


def test_a_transaction_that_was_sacrificed_is_repeated(store: SqlStore) -> None:
    tries: list[int] = []

    def work(connection: Connection) -> str:
        tries.append(len(tries))
        if len(tries) < 3:
            raise deadlock()
        return "done"

    assert store._database.run(work) == "done"
    assert tries == [0, 1, 2]


def test_a_row_that_changed_since_it_was_read_is_read_again(store: SqlStore) -> None:
    class ChangedError(Exception):
        """What PyMySQL raises: its SQLSTATE is the one of most errors."""

        sqlstate = "HY000"

    tries: list[int] = []

    def work(connection: Connection) -> str:
        tries.append(len(tries))
        if len(tries) < 3:
            raise exc.OperationalError("SELECT", {}, ChangedError(1020, "Record has changed since last read"))
        return "done"

    assert store._database.run(work) == "done"
    assert tries == [0, 1, 2]


def test_whoever_is_always_sacrificed_is_told_to_come_later(store: SqlStore) -> None:
    def work(connection: Connection) -> None:
        raise deadlock()

    with pytest.raises(StoreBusyError, match=r"refused to wait any longer for a lock \(40P01\)") as caught:
        store._database.run(work)

    assert caught.value.transient
    assert "Jane" not in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_locks_taken_crosswise_end_well(store: SqlStore) -> None:
    """Each link takes the record that the other one drops, again and again."""
    refs = [nexhealth("1"), nexhealth("2"), opendental("1"), opendental("2")]

    def work(name: str, mine: int) -> int:
        saved = 0
        for _ in range(15):
            kept = next((found for found in store.links.all() if found.id == name), link(name))
            with suppress(LinkConflictError, StoreBusyError):
                store.links.save(evolve(kept, nexhealth=refs[mine], opendental=refs[3 - mine]))
                saved += 1
        return saved

    assert sum(together(lambda: work("a", 0), lambda: work("b", 1), lambda: work("c", 0))) >= 15


def test_a_text_that_is_too_long_is_an_error_without_the_text(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="the database refused an operation") as caught:
        store.inbox.put([event("secret" * 100)])

    assert "secret" not in str(caught.value)
    assert not caught.value.transient
    assert store.inbox.waiting(1) == []


def test_a_text_that_cannot_be_kept_is_an_error(store: SqlStore) -> None:
    with pytest.raises(StoreError) as caught:
        store.cursors.set("poll", "\ud800 secret")

    assert "secret" not in str(caught.value)


def test_a_table_that_is_gone_is_an_error(place: Place) -> None:
    with SqlStore(place.url, prefix=f"{place.prefix}gone_") as store:
        store.drop_tables()

        with pytest.raises(StoreError, match="the database"):
            store.cursors.get("poll")


def test_a_finished_event_keeps_no_payload(store: SqlStore) -> None:
    store.inbox.put([evolve(event("a"), payload=b"sealed")])
    store.inbox.settle(store.inbox.lease(NOON, at(5), 1)[0], Done(), at(1))

    events = store._database.tables.event
    rows = store._database.rows(sqlalchemy.select(events.c.state, events.c.payload))
    assert [dict(row) for row in rows] == [{"state": "done", "payload": None}]


def test_two_prefixes_are_two_stores(place: Place, store: SqlStore) -> None:
    with SqlStore(place.url, prefix=f"{place.prefix}b_") as other:
        store.inbox.put([event("a")])

        assert other.inbox.waiting(1) == []
        other.drop_tables()
        assert ids(store.inbox.waiting(1)) == ["a"]


def test_an_engine_of_the_host_stays_the_hosts(place: Place) -> None:
    engine = _engine(place.url)
    with SqlStore(engine, prefix=place.prefix) as store:
        store.inbox.put([event("a")])

    with engine.connect() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT 1")) == 1
        assert engine.pool.checkedin() == 0  # type: ignore[attr-defined]
    engine.dispose()


def test_older_tables_are_brought_up_to_date_and_keep_their_rows(place: Place) -> None:
    def step(connection: Connection, tables: object) -> None:
        connection.execute(sqlalchemy.text(f"ALTER TABLE {prefix}event ADD COLUMN hue VARCHAR(9) DEFAULT 'blue'"))

    prefix = f"{place.prefix}old_"
    with SqlStore(place.url, prefix=prefix) as store:
        store.inbox.put([event("a")])
        with store._database._engine.connect() as connection:
            for _ in range(2):
                migrate(connection, store._database.tables, (*STEPS, step))
            hues = connection.execute(sqlalchemy.text(f"SELECT id, hue FROM {prefix}event")).all()
        with pytest.raises(ConfigurationError, match="has version 2, this odnexus knows 1"):
            SqlStore(place.url, prefix=prefix)
        store.drop_tables()

    assert [tuple(row) for row in hues] == [("a", "blue")]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nonsense", "not the address"),
        ("nothing://host/name", "not the address"),
        ("postgresql+asyncpgx://host/name", "not the address"),
        ("sqlite://", "sqlite is not supported, only PostgreSQL and MariaDB"),
        ("oracle+oracledb://host/name", "oracledb is not installed"),
    ],
)
def test_an_address_that_will_not_do_is_refused(place: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        SqlStore(place)


def connection(*, mariadb: bool, mode: str) -> Connection:
    """Return what is asked of a connection to a server of the MySQL family."""
    dialect = SimpleNamespace(name="mysql", is_mariadb=mariadb)
    return cast(Connection, SimpleNamespace(dialect=dialect, scalar=lambda query: mode))


def test_mysql_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="MySQL is not supported"):
        _check(connection(mariadb=False, mode="STRICT_TRANS_TABLES"))


def test_a_server_that_cuts_values_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="set STRICT_TRANS_TABLES"):
        _check(connection(mariadb=True, mode="NO_ENGINE_SUBSTITUTION"))


def test_a_mistake_of_ours_is_an_error_of_the_store(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="cannot be used: ObjectNotExecutableError"):
        store._database.run(lambda connection: connection.execute("no statement"))  # type: ignore[call-overload]


def test_whoever_cannot_get_the_lock_of_the_tables_is_told_to_come_later(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("odnexus.stores.sql._schema._PATIENCE", timedelta(milliseconds=1))
    database = store._database
    with (
        database._engine.connect() as other,
        database._engine.connect() as mine,
        _locked(other, database.tables.schema.name),
        pytest.raises(StoreBusyError),
    ):
        database._guarded(lambda: migrate(mine, database.tables, (*STEPS, *STEPS)))


def test_a_child_process_leaves_the_connections_of_its_parent(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = store._database._engine.pool
    monkeypatch.setattr(os, "getpid", lambda: -1)

    store.inbox.put([event("a")])

    assert store._database._engine.pool is not pool
    pool.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
def test_a_server_that_does_not_answer_is_transient(scheme: str) -> None:
    # Port 1 is reserved and nobody listens there.
    with pytest.raises(StoreBusyError, match="cannot be reached") as caught:
        SqlStore(f"{scheme}://someone:secret@127.0.0.1:1/name")

    assert not [word for word in ("secret", "someone", "127.0.0.1") if word in str(caught.value)]


def number_of(connection: Connection) -> int:
    """Return how the server names *connection*."""
    postgres = connection.dialect.name == "postgresql"
    return int(connection.scalar(sqlalchemy.text("SELECT pg_backend_pid()" if postgres else "SELECT CONNECTION_ID()")))


def cut(store: SqlStore, number: int) -> None:
    """Let the server end the connection *number*."""
    engine = sqlalchemy.create_engine(store._database._engine.url, isolation_level="AUTOCOMMIT")
    word = "SELECT pg_terminate_backend(:n)" if engine.dialect.name == "postgresql" else "KILL :n"
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(word), {"n": number})
    engine.dispose()


def test_a_connection_that_was_cut_while_idle_is_replaced_unseen(store: SqlStore) -> None:
    cut(store, store._database.run(number_of))

    assert store.inbox.put([event("a")]) == 1


def test_a_connection_that_is_cut_in_the_middle_leaves_nothing_and_helps_later(store: SqlStore) -> None:
    def work(connection: Connection) -> None:
        store.inbox._put(connection, [event("a")])
        cut(store, number_of(connection))

    with pytest.raises(StoreBusyError, match="cannot be reached or used now"):
        store._database.run(work)

    assert store.inbox.waiting(10) == []
    assert store.inbox.put([event("a")]) == 1


def test_a_lock_that_nobody_gives_back_is_not_waited_for_without_end(place: Place) -> None:
    with place.open() as store:
        engine = store._database._engine
        seconds = "SELECT setting::int / 1000 FROM pg_settings WHERE name = 'lock_timeout'"
        if engine.dialect.name != "postgresql":
            seconds = "SELECT @@innodb_lock_wait_timeout"

        waits = store._database.run(lambda connection: connection.scalar(sqlalchemy.text(seconds)))

        assert 0 < waits <= 60


def test_who_waits_too_long_for_a_lock_is_told_to_come_later(store: SqlStore) -> None:
    database = store._database
    engine = database._engine
    quick = "SET LOCAL lock_timeout = 20"
    if engine.dialect.name != "postgresql":
        quick = "SET innodb_lock_wait_timeout = 1"

    def put(connection: Connection) -> None:
        connection.execute(sqlalchemy.text(quick))
        store.inbox._put(connection, [event("a")])

    with engine.begin() as other:
        other.execute(sqlalchemy.select(database.tables.counter).with_for_update())
        with pytest.raises(StoreBusyError, match="for a lock"):
            database.run(put)

    assert store.inbox.put([event("a")]) == 1


def test_an_address_may_say_how_long_a_lock_is_waited_for(place: Place) -> None:
    if not place.url.startswith("postgres"):
        return
    url = sqlalchemy.make_url(place.url).update_query_dict({"options": "-c lock_timeout=7s"})
    with SqlStore(url, prefix=place.prefix) as store:
        waits = store._database.run(lambda connection: connection.scalar(sqlalchemy.text("SHOW lock_timeout")))

    assert waits == "7s"
