from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from odnexus._sync.stores import Store
from odnexus.stores.sql import SqlStore
from odnexus.testing.contracts import StoreContract
from tests.stores.sql.conftest import Opened


class TestSqlStore(StoreContract):
    concurrent = True
    durable = True

    @pytest.fixture
    def store(self, database: Opened) -> Iterator[SqlStore]:
        database.empty()
        with ExitStack() as self._opened:
            self._place = database.place
            yield database.store

    def reopen(self, store: Store) -> Store:
        return self._opened.enter_context(self._place.open())
