"""What every `Store` promises: all of its parts, kept apart, and kept."""

from __future__ import annotations

from typing import ClassVar, cast

import pytest
from attrs import frozen

from odnexus._async.stores import AsyncStore
from odnexus._sync.stores import Cursors, Inbox, Journal, Links, Reviews, Snapshots, Store, Turns
from odnexus.reconcile.inbox import Bury, Done, Retry, Settlement
from odnexus.testing.contracts._base import AsyncContract, Blocking, LoopThread, missing
from odnexus.testing.contracts._leasing import lease
from odnexus.testing.contracts._samples import NOON, answer, at, entry, event, ids, link, nexhealth, review
from odnexus.testing.contracts.cursors import CursorsContract
from odnexus.testing.contracts.inbox import InboxContract
from odnexus.testing.contracts.journal import JournalContract, rules
from odnexus.testing.contracts.links import LinksContract
from odnexus.testing.contracts.reviews import ReviewsContract
from odnexus.testing.contracts.snapshots import SnapshotsContract
from odnexus.testing.contracts.turns import TurnsContract


class StoreContract(
    InboxContract, LinksContract, CursorsContract, ReviewsContract, JournalContract, TurnsContract, SnapshotsContract
):
    """The promises of `odnexus.Store` as tests: subclass it as ``Test…`` and override the fixture ``store``.

    Attributes:
        concurrent: As in the contracts of the parts.
        durable: Set it to ``True`` and override `reopen` if the store outlives the object.
    """

    durable: ClassVar[bool] = False

    @pytest.fixture
    def store(self) -> Store:
        """Return the store under test, empty."""
        missing("store")

    def reopen(self, store: Store) -> Store:
        """Return what a new process would find in the place where *store* keeps things."""
        raise NotImplementedError("override `reopen`, since the store claims to be `durable`")

    @pytest.fixture
    def inbox(self, store: Store) -> Inbox:
        """Return the inbox of the store."""
        return store.inbox

    @pytest.fixture
    def links(self, store: Store) -> Links:
        """Return the links of the store."""
        return store.links

    @pytest.fixture
    def cursors(self, store: Store) -> Cursors:
        """Return the cursors of the store."""
        return store.cursors

    @pytest.fixture
    def reviews(self, store: Store) -> Reviews:
        """Return the reviews of the store."""
        return store.reviews

    @pytest.fixture
    def journal(self, store: Store) -> Journal:
        """Return the journal of the store."""
        return store.journal

    @pytest.fixture
    def turns(self, store: Store) -> Turns:
        """Return the turns of the store."""
        return store.turns

    @pytest.fixture
    def snapshots(self, store: Store) -> Snapshots:
        """Return the snapshots of the store."""
        return store.snapshots

    def test_the_parts_do_not_mix(self, store: Store) -> None:
        """One name in each of them."""
        store.cursors.set("Main", "cursor")
        store.turns.take("Main", "holder", NOON, at(5))
        store.snapshots.save("Main", {"Main": b"row"})
        store.reviews.open(review("Main"))
        store.links.save(link("Main", nexhealth("Main")))
        store.inbox.put([event("Main", "Main")])

        store.snapshots.drop("Main")
        store.turns.give("Main", "holder")

        assert store.cursors.get("Main") == "cursor", "cursors, turns and snapshots may share a name"
        assert store.reviews.get("Main") == review("Main"), "reviews and other parts may share an id"
        assert ids(store.inbox.waiting(10)) == ["Main"], "events and other parts may share an id"
        assert ids(store.links.all()) == ["Main"], "links and other parts may share an id"

    def test_everything_outlives_the_object(self, store: Store) -> None:
        """What was acknowledged is there after a restart."""
        if not self.durable:
            pytest.skip("the store does not claim `durable`")
        self._fill(store)

        after = self.reopen(store)

        assert ids(after.inbox.waiting(10)) == ["retried", "leased", "waiting"], "reopen: events are kept, in order"
        assert ids(after.inbox.buried(10)) == ["buried"], "reopen: buried events are kept"
        assert after.inbox.put([event("done")]) == 0, "reopen: ids of finished events stay known"
        assert ids(lease(after.inbox, at(2))) == ["waiting"], "reopen: leases and due times are kept"
        assert ids(after.links.all()) == ["a"], "reopen: links are kept"
        assert after.links.find("visit", nexhealth("7")), "reopen: links are found by their records"
        assert after.cursors.get("poll") == "1", "reopen: cursors are kept"
        assert ids(after.reviews.pending(10)) == ["open"], "reopen: open reviews are kept"
        assert ids(after.reviews.answered(10)) == ["answered"], "reopen: answers are kept"
        assert rules(after.journal.read()) == ["a", "b"], "reopen: the journal is kept"
        assert not after.turns.take("Main", "other", at(1), at(9)), "reopen: turns are kept"
        assert after.snapshots.load("day") == {"1": b"one"}, "reopen: pictures are kept"
        after.journal.append([entry("c")])
        assert rules(after.journal.read()) == ["a", "b", "c"], "reopen: numbers go on behind the last"

    def _fill(self, store: Store) -> None:
        outcomes: dict[str, Settlement] = {
            "done": Done(),
            "buried": Bury("hopeless"),
            "retried": Retry(at(30), "again"),
        }
        store.inbox.put([event(name) for name in (*outcomes, "leased", "waiting")])
        for held in lease(store.inbox, limit=4):
            if held.event.id in outcomes:
                store.inbox.settle(held, outcomes[held.event.id], at(1))
        store.links.save(link("a", nexhealth("7")))
        store.cursors.set("poll", "1")
        store.reviews.open(review("open"))
        store.reviews.open(review("answered"))
        store.reviews.answer("answered", answer())
        store.journal.append([entry("a"), entry("b")])
        store.turns.take("Main", "me", NOON, at(5))
        store.snapshots.save("day", {"1": b"one"})


@frozen(kw_only=True)
class _Parts:
    """The parts of an async store as sync ones."""

    inbox: Inbox
    links: Links
    cursors: Cursors
    reviews: Reviews
    journal: Journal
    turns: Turns
    snapshots: Snapshots


def blocking(store: AsyncStore, loop: LoopThread) -> Store:
    """Return *store* as a sync store whose operations run in *loop*."""
    return _Parts(
        inbox=cast(Inbox, Blocking(store.inbox, loop.run)),
        links=cast(Links, Blocking(store.links, loop.run)),
        cursors=cast(Cursors, Blocking(store.cursors, loop.run)),
        reviews=cast(Reviews, Blocking(store.reviews, loop.run)),
        journal=cast(Journal, Blocking(store.journal, loop.run)),
        turns=cast(Turns, Blocking(store.turns, loop.run)),
        snapshots=cast(Snapshots, Blocking(store.snapshots, loop.run)),
    )


class AsyncStoreContract(AsyncContract, StoreContract):
    """The same for async stores: override the fixture ``async_store``.

    A durable one overrides `reopen_async` instead of `reopen`.
    """

    @pytest.fixture
    def async_store(self) -> AsyncStore:
        """Return the store under test, empty."""
        missing("async_store")

    @pytest.fixture
    def store(self, loop: LoopThread, async_store: AsyncStore) -> Store:
        """Return the store under test as a sync one."""
        self._loop, self._async_store = loop, async_store
        return blocking(async_store, loop)

    def reopen_async(self, store: AsyncStore, loop: LoopThread) -> AsyncStore:
        """Return what a new process would find in the place where *store* keeps things."""
        raise NotImplementedError("override `reopen_async`, since the store claims to be `durable`")

    def reopen(self, store: Store) -> Store:  # noqa: ARG002 - the async store behind it is what counts
        """Reopen the async store."""
        return blocking(self.reopen_async(self._async_store, self._loop), self._loop)
