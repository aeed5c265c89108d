from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings

from odnexus._sync.stores import Store
from odnexus.stores import SqliteStore
from odnexus.testing.contracts.machine import InboxMachine, LinksMachine, StoreMachine


class Opens:
    """Opens a store in a folder of its own for each run."""

    def make_store(self) -> Store:
        self._folder = TemporaryDirectory()
        self._store = SqliteStore(Path(self._folder.name) / "store.db")
        return self._store

    def close_store(self, store: Store) -> None:
        self._store.close()
        self._folder.cleanup()


class SqliteInboxMachine(Opens, InboxMachine):
    pass


class SqliteLinksMachine(Opens, LinksMachine):
    pass


class SqliteStoreMachine(Opens, StoreMachine):
    pass


RUNS = settings(max_examples=30, stateful_step_count=40, deadline=None)

TestSqliteInboxMachine = SqliteInboxMachine.TestCase
TestSqliteInboxMachine.settings = RUNS
TestSqliteLinksMachine = SqliteLinksMachine.TestCase
TestSqliteLinksMachine.settings = RUNS
TestSqliteStoreMachine = SqliteStoreMachine.TestCase
TestSqliteStoreMachine.settings = RUNS
