"""Each contract on its own, in both flavours, as the author of a part would use it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable

import pytest

from odnexus._async.stores import (
    AsyncCursors,
    AsyncInbox,
    AsyncJournal,
    AsyncLinks,
    AsyncReviews,
    AsyncSnapshots,
    AsyncStore,
    AsyncTurns,
)
from odnexus._sync.stores import Cursors, Inbox, Journal, Links, Reviews, Snapshots, Turns
from odnexus.stores import MemoryStore, in_threads
from odnexus.testing import contracts


class TestInbox(contracts.InboxContract):
    concurrent = True

    @pytest.fixture
    def inbox(self) -> Inbox:
        return MemoryStore().inbox


class TestLinks(contracts.LinksContract):
    concurrent = True

    @pytest.fixture
    def links(self) -> Links:
        return MemoryStore().links


class TestCursors(contracts.CursorsContract):
    @pytest.fixture
    def cursors(self) -> Cursors:
        return MemoryStore().cursors


class TestReviews(contracts.ReviewsContract):
    concurrent = True

    @pytest.fixture
    def reviews(self) -> Reviews:
        return MemoryStore().reviews


class TestJournal(contracts.JournalContract):
    concurrent = True

    @pytest.fixture
    def journal(self) -> Journal:
        return MemoryStore().journal


class TestTurns(contracts.TurnsContract):
    concurrent = True

    @pytest.fixture
    def turns(self) -> Turns:
        return MemoryStore().turns


class TestSnapshots(contracts.SnapshotsContract):
    concurrent = True

    @pytest.fixture
    def snapshots(self) -> Snapshots:
        return MemoryStore().snapshots


class TestAsyncInbox(contracts.AsyncInboxContract):
    concurrent = True

    @pytest.fixture
    def async_inbox(self) -> AsyncInbox:
        return in_threads(MemoryStore()).inbox


class TestAsyncLinks(contracts.AsyncLinksContract):
    concurrent = True

    @pytest.fixture
    def async_links(self) -> AsyncLinks:
        return in_threads(MemoryStore()).links


class TestAsyncCursors(contracts.AsyncCursorsContract):
    @pytest.fixture
    def async_cursors(self) -> AsyncCursors:
        return in_threads(MemoryStore()).cursors


class TestAsyncReviews(contracts.AsyncReviewsContract):
    concurrent = True

    @pytest.fixture
    def async_reviews(self) -> AsyncReviews:
        return in_threads(MemoryStore()).reviews


class TestAsyncJournal(contracts.AsyncJournalContract):
    concurrent = True

    @pytest.fixture
    def async_journal(self) -> AsyncJournal:
        return in_threads(MemoryStore()).journal


class TestAsyncTurns(contracts.AsyncTurnsContract):
    concurrent = True

    @pytest.fixture
    def async_turns(self) -> AsyncTurns:
        return in_threads(MemoryStore()).turns


class TestAsyncSnapshots(contracts.AsyncSnapshotsContract):
    concurrent = True

    @pytest.fixture
    def async_snapshots(self) -> AsyncSnapshots:
        return in_threads(MemoryStore()).snapshots


class TestAsyncStore(contracts.AsyncStoreContract):
    """The fixture may use the loop in which the tests use the store."""

    home: asyncio.AbstractEventLoop

    @pytest.fixture
    def async_store(self, loop: contracts.LoopThread) -> AsyncStore:
        async def made() -> AsyncStore:
            self.home = asyncio.get_running_loop()
            return in_threads(MemoryStore())

        return loop.run(made())

    def test_the_store_is_used_in_the_loop_in_which_it_was_made(
        self, loop: contracts.LoopThread, async_store: AsyncStore
    ) -> None:
        async def here() -> asyncio.AbstractEventLoop:
            return asyncio.get_running_loop()

        assert loop.run(here()) is self.home


@pytest.mark.parametrize(
    ("contract", "fixture"),
    [
        (contracts.InboxContract, "inbox"),
        (contracts.AsyncInboxContract, "async_inbox"),
        (contracts.LinksContract, "links"),
        (contracts.AsyncLinksContract, "async_links"),
        (contracts.CursorsContract, "cursors"),
        (contracts.AsyncCursorsContract, "async_cursors"),
        (contracts.ReviewsContract, "reviews"),
        (contracts.AsyncReviewsContract, "async_reviews"),
        (contracts.JournalContract, "journal"),
        (contracts.AsyncJournalContract, "async_journal"),
        (contracts.TurnsContract, "turns"),
        (contracts.AsyncTurnsContract, "async_turns"),
        (contracts.SnapshotsContract, "snapshots"),
        (contracts.AsyncSnapshotsContract, "async_snapshots"),
        (contracts.StoreContract, "store"),
        (contracts.AsyncStoreContract, "async_store"),
    ],
)
def test_a_fixture_that_is_not_overridden_is_named(contract: type[contracts.Contract], fixture: str) -> None:
    body: Callable[..., object] = getattr(contract, fixture).__wrapped__

    with pytest.raises(NotImplementedError, match=f"override the fixture `{fixture}`"):
        body(contract())


def test_reopening_has_to_be_overridden_by_whoever_claims_it() -> None:
    store = MemoryStore()

    with pytest.raises(NotImplementedError, match="override `reopen`"):
        contracts.StoreContract().reopen(store)
    with contracts.LoopThread() as loop, pytest.raises(NotImplementedError, match="override `reopen_async`"):
        contracts.AsyncStoreContract().reopen_async(in_threads(store), loop)


def test_abilities_that_are_not_claimed_are_skipped() -> None:
    with pytest.raises(pytest.skip.Exception, match="does not claim `concurrent`"):
        contracts.InboxContract().claim_concurrent()
    with pytest.raises(pytest.skip.Exception, match="does not claim `durable`"):
        contracts.StoreContract().test_everything_outlives_the_object(MemoryStore())


@pytest.mark.parametrize(
    ("module", "absent"),
    [("odnexus.testing", ("pytest", "hypothesis")), ("odnexus.testing.contracts", ("hypothesis",))],
)
def test_what_is_not_used_is_not_imported(module: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, {module}; sys.exit(any(name in sys.modules for name in {absent!r}))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
