"""What every `Inbox` promises."""

from __future__ import annotations

import random
from collections import Counter
from threading import Event as Flag, Lock
from typing import cast

import pytest
from attrs import evolve

from odnexus._async.stores import AsyncInbox
from odnexus._sync.stores import Inbox
from odnexus.reconcile.inbox import Bury, Done, Event, Lease
from odnexus.testing.contracts._base import AsyncContract, Blocking, Contract, LoopThread, missing
from odnexus.testing.contracts._leasing import LeaseRules, SettleRules, lease, only
from odnexus.testing.contracts._samples import EXACT, LOOKALIKES, NOON, at, event, ids, together


def bury(inbox: Inbox, *events: Event, reason: str = "hopeless") -> None:
    """Put *events* and bury them."""
    inbox.put(events)
    wanted = {event.id for event in events}
    for held in lease(inbox):
        if held.event.id in wanted:
            assert inbox.settle(held, Bury(reason), at(1)), "settle: the holder may settle until the lease expires"


class PutRules(Contract):
    """What was put is there, once."""

    def test_put_counts_what_is_new(self, inbox: Inbox) -> None:
        """An id that is known does not count."""
        assert inbox.put([event("a"), event("b")]) == 2, "put: returns how many events were new"
        assert inbox.put([event("b"), event("c")]) == 1, "put: an id that is known is not new"
        assert inbox.put([]) == 0, "put: nothing is nothing"

    def test_a_known_id_is_ignored(self, inbox: Inbox) -> None:
        """The event stays as it was first put."""
        inbox.put([event("a")])
        inbox.put([event("a", "another lane", location="North", due=at(60))])

        assert [(found.key, found.location, found.due) for found in inbox.waiting(10)] == [
            ("lane of a", "Main", NOON)
        ], "put: an event whose id is known is ignored"

    def test_an_id_twice_in_one_batch_is_one_event(self, inbox: Inbox) -> None:
        """Webhooks come twice."""
        assert inbox.put([event("a"), event("a")]) == 1, "put: an id that comes twice in one call counts once"
        assert ids(inbox.waiting(10)) == ["a"], "put: an id that comes twice in one call is stored once"

    def test_a_finished_id_stays_known(self, inbox: Inbox) -> None:
        """NexHealth may send an event again after a day."""
        inbox.put([event("a")])
        inbox.settle(only(lease(inbox)), Done(), at(1))

        assert inbox.put([event("a")]) == 0, "put: the id of a finished event stays known"
        assert lease(inbox, at(60)) == [], "put: a finished event that comes again is not worked on again"

    def test_a_buried_id_stays_known(self, inbox: Inbox) -> None:
        """It comes back by `revive` only."""
        bury(inbox, event("a"))

        assert inbox.put([event("a")]) == 0, "put: the id of a buried event stays known"
        assert inbox.waiting(10) == [], "put: a buried event that comes again stays buried"

    def test_ids_of_events_are_compared_exactly(self, inbox: Inbox) -> None:
        """Case, accents and blanks make another id."""
        assert inbox.put([event(name) for name in LOOKALIKES]) == len(LOOKALIKES), "put: ids are compared exactly"
        assert ids(inbox.waiting(100)) == list(LOOKALIKES), "put: ids are kept exactly"

    def test_an_event_comes_back_as_it_was_put(self, inbox: Inbox) -> None:
        """Every field, to the microsecond and the byte."""
        given = Event(
            id="a",
            key="nexhealth:bright-smiles/7",
            location="Zahnärzte am Markt",
            kind="nexhealth.form",
            subject="77",
            received=EXACT,
            due=EXACT,
            payload=bytes(range(256)),
            reason="seen before",
        )
        inbox.put([given])

        assert inbox.waiting(1) == [given], "put: every field of an event is kept"
        assert only(lease(inbox, at(1))).event == evolve(given, attempts=1), "lease: every field of an event is kept"

    def test_no_payload_and_an_empty_one_differ(self, inbox: Inbox) -> None:
        """`None` means that there is nothing to read."""
        inbox.put([event("a"), evolve(event("b"), payload=b"")])

        assert [found.payload for found in inbox.waiting(10)] == [None, b""], (
            "put: `None` and b'' are different payloads"
        )

    def test_a_large_batch_of_events_keeps_its_order(self, inbox: Inbox) -> None:
        """A first poll may find thousands."""
        names = [str(number) for number in range(2000)]
        random.Random(7).shuffle(names)

        assert inbox.put([event(name) for name in names]) == len(names), "put: returns how many events were new"
        assert ids(inbox.waiting(5000)) == names, "put: events keep the order in which they were put"


class ListRules(Contract):
    """What people see, and what they do about it."""

    def test_waiting_lists_what_is_unfinished(self, inbox: Inbox) -> None:
        """Leased and not yet due ones as well."""
        bury(inbox, event("buried"))
        inbox.put([event("leased"), event("due later", due=at(60)), event("due")])
        lease(inbox, limit=1)

        assert ids(inbox.waiting(10)) == ["leased", "due later", "due"], "waiting: unfinished events, oldest first"
        assert ids(inbox.waiting(2)) == ["leased", "due later"], "waiting: at most `limit`"
        assert inbox.waiting(0) == [], "waiting: a limit of 0 gives nothing"

    def test_waiting_can_be_asked_for_a_location(self, inbox: Inbox) -> None:
        """The limit counts what is listed."""
        inbox.put([event("a"), event("b", location="North"), event("c", location="North")])

        assert ids(inbox.waiting(2, location="North")) == ["b", "c"], "waiting: with `location`, only its events"

    def test_buried_events_are_listed(self, inbox: Inbox) -> None:
        """With the reason and the attempts."""
        bury(inbox, event("a"), event("b"), event("c"), reason="InvalidRequestError")
        inbox.put([event("waiting")])

        found = inbox.buried(2)

        assert ids(found) == ["a", "b"], "buried: buried events only, oldest first, at most `limit`"
        assert found[0].reason == "InvalidRequestError", "buried: an event keeps the reason why it was buried"
        assert found[0].attempts == 1, "buried: an event keeps its attempts"
        assert inbox.buried(0) == [], "buried: a limit of 0 gives nothing"

    def test_buried_can_be_asked_for_a_location(self, inbox: Inbox) -> None:
        """The limit counts what is listed."""
        bury(inbox, event("a"), event("b", location="North"), event("c", location="North"))

        assert ids(inbox.buried(2, location="North")) == ["b", "c"], "buried: with `location`, only its events"

    def test_a_revived_event_starts_afresh(self, inbox: Inbox) -> None:
        """Due when asked for, with all attempts given back."""
        bury(inbox, event("a"))

        assert inbox.revive("a", at(30)), "revive: returns True for a buried event"
        assert inbox.buried(10) == [], "revive: a revived event is no longer buried"
        assert inbox.waiting(10) == [event("a", due=at(30))], "revive: due again, attempts and reason given back"
        assert lease(inbox, at(29)) == [], "revive: not before it is due"
        assert only(lease(inbox, at(30))).event.attempts == 1, "revive: the first attempt is number one again"

    def test_only_what_is_buried_can_be_revived(self, inbox: Inbox) -> None:
        """Everything else stays as it is."""
        inbox.put([event("done")])
        inbox.settle(only(lease(inbox)), Done(), at(1))
        inbox.put([event("waiting", due=at(60))])

        for name in ("unknown", "done", "waiting"):
            assert not inbox.revive(name, NOON), f"revive: returns False for an event that is {name}"
        assert lease(inbox) == [], "revive: what is not buried is not changed"

    def test_a_revived_event_waits_while_its_key_is_leased(self, inbox: Inbox) -> None:
        """It is older than the one at work, and still there is one of a key at a time."""
        bury(inbox, event("a", "lane"))
        inbox.put([event("b", "lane")])
        held = only(lease(inbox))
        inbox.revive("a", NOON)

        assert lease(inbox) == [], "revive: a key of which an event is leased gives nothing, not even an older one"
        assert inbox.settle(held, Done(), at(1)), "revive: does not disturb the holder of its key"
        assert ids(lease(inbox, at(1))) == ["a"], "revive: the event comes when its key is free"

    def test_pruning_forgets_what_is_finished_and_old(self, inbox: Inbox) -> None:
        """By the moment of receiving; what is exactly as old stays."""
        inbox.put([event("old", received=at(-1)), event("on the line", received=NOON), event("young", received=at(1))])
        for held in lease(inbox):
            inbox.settle(held, Done(), at(1))

        assert inbox.prune(NOON) == 1, "prune: forgets finished events received before the moment, and counts them"
        assert inbox.put([event("old"), event("on the line"), event("young")]) == 1, (
            "prune: only the old id is forgotten"
        )

    def test_pruning_keeps_what_is_not_finished(self, inbox: Inbox) -> None:
        """However old it is."""
        bury(inbox, event("buried", received=at(-999)))
        inbox.put([event("leased", received=at(-999)), event("waiting", "w", received=at(-999))])
        held = lease(inbox, limit=1)[0]

        assert inbox.prune(at(999)) == 0, "prune: events that are not finished stay"
        assert ids(inbox.buried(10)) == ["buried"], "prune: buried events stay"
        assert ids(inbox.waiting(10)) == ["leased", "waiting"], "prune: waiting events stay"
        assert inbox.settle(held, Done(), at(1)), "prune: leases stay"


class ThreadRules(Contract):
    """What holds when several threads work at the same time."""

    def test_threads_lease_different_events(self, inbox: Inbox) -> None:
        """Nobody gets what another has, and nothing is left over."""
        self.claim_concurrent()
        names = [str(number) for number in range(60)]
        inbox.put([event(name) for name in names])

        def work() -> list[str]:
            mine: list[str] = []
            while found := lease(inbox, limit=3):
                mine += ids(found)
            return mine

        given = Counter(name for mine in together(*[work] * 4) for name in mine)

        assert given == Counter(names), "lease: threads that lease at the same time share the events out, each once"

    def test_threads_never_hold_two_events_of_a_key(self, inbox: Inbox) -> None:
        """And they finish a key in its order."""
        self.claim_concurrent()
        inbox.put([event(f"{lane}.{number}", f"lane {lane}") for number in range(8) for lane in "abc"])
        held: Counter[str] = Counter()
        finished: dict[str, list[str]] = {"a": [], "b": [], "c": []}
        guard, stop = Lock(), Flag()

        def finish(one: Lease) -> int:
            with guard:
                held[one.event.key] += 1
                most = held[one.event.key]
                finished[one.event.id[0]].append(one.event.id)
            inbox.extend(one, NOON, at(5))
            with guard:
                held[one.event.key] -= 1
            assert inbox.settle(one, Done(), at(1)), "settle: the holder may settle, and nobody else holds its event"
            return most

        def work() -> int:
            most = 0
            try:
                while inbox.waiting(1) and not stop.is_set():
                    most = max([most, *map(finish, lease(inbox, limit=1))])
            except BaseException:
                stop.set()
                raise
            return most

        assert max(together(*[work] * 4)) == 1, "lease: two threads held events of one key at the same time"
        for lane, order in finished.items():
            assert order == [f"{lane}.{number}" for number in range(8)], "lease: a key is worked on oldest first"

    def test_threads_put_an_id_once(self, inbox: Inbox) -> None:
        """One of them was first."""
        self.claim_concurrent()
        batch = [event(str(number)) for number in range(30)]

        counted = together(*[lambda: sum(inbox.put([one]) for one in batch)] * 4)

        assert sum(counted) == len(batch), "put: threads that put the same id at the same time count it once"
        assert len(inbox.waiting(1000)) == len(batch), "put: an id is stored once"


class InboxContract(PutRules, LeaseRules, SettleRules, ListRules, ThreadRules):
    """The promises of `odnexus.Inbox` as tests: subclass it as ``Test…`` and override the fixture ``inbox``."""

    @pytest.fixture
    def inbox(self) -> Inbox:
        """Return the inbox under test, empty."""
        missing("inbox")


class AsyncInboxContract(AsyncContract, InboxContract):
    """The same for async inboxes: override the fixture ``async_inbox``."""

    @pytest.fixture
    def async_inbox(self) -> AsyncInbox:
        """Return the inbox under test, empty."""
        missing("async_inbox")

    @pytest.fixture
    def inbox(self, loop: LoopThread, async_inbox: AsyncInbox) -> Inbox:
        """Return the inbox under test as a sync one."""
        return cast(Inbox, Blocking(async_inbox, loop.run))
