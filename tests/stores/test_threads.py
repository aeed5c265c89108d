from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from odnexus._async.stores import AsyncStore
from odnexus.stores import MemoryStore, SqliteStore, in_threads
from odnexus.testing.contracts import AsyncStoreContract, LoopThread
from odnexus.testing.contracts._samples import NOON, at, event, nexhealth


class TestMemoryStoreInThreads(AsyncStoreContract):
    concurrent = True

    @pytest.fixture
    def async_store(self) -> AsyncStore:
        return in_threads(MemoryStore())


class TestSqliteStoreInThreads(AsyncStoreContract):
    concurrent = True
    durable = True

    @pytest.fixture
    def async_store(self, tmp_path: Path) -> Iterator[AsyncStore]:
        self._path = tmp_path / "store.db"
        with ExitStack() as self._opened:
            yield self._open()

    def _open(self) -> AsyncStore:
        return in_threads(self._opened.enter_context(SqliteStore(self._path)))

    def reopen_async(self, store: AsyncStore, loop: LoopThread) -> AsyncStore:
        return self._open()


def test_a_wrapped_store_is_used_through_the_one_it_wraps() -> None:
    store = MemoryStore()

    async def main() -> None:
        wrapped = in_threads(store)
        await wrapped.inbox.put([event("a")])
        await wrapped.inbox.lease(NOON, at(5), 1)
        assert await wrapped.links.find("visit", nexhealth("7")) is None

    asyncio.run(main())

    assert store.inbox.waiting(1)[0].attempts == 1
