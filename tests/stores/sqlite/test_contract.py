from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from odnexus._sync.stores import Store
from odnexus.stores import SqliteStore
from odnexus.testing.contracts import StoreContract


class TestSqliteStore(StoreContract):
    concurrent = True
    durable = True

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqliteStore]:
        self._path = tmp_path / "store.db"
        with ExitStack() as self._opened:
            yield self._open()

    def _open(self) -> SqliteStore:
        return self._opened.enter_context(SqliteStore(self._path))

    def reopen(self, store: Store) -> Store:
        return self._open()
