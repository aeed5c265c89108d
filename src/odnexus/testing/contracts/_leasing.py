"""The promises of `Inbox` about leases and settling; part of `InboxContract`."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from odnexus._sync.stores import Inbox
from odnexus.reconcile.inbox import Bury, Done, Lease, Retry, Settlement
from odnexus.testing.contracts._base import Contract
from odnexus.testing.contracts._samples import LOOKALIKES, NOON, at, event, ids

OUTCOMES = pytest.mark.parametrize(
    "outcome", [Done(), Retry(at(60), "late"), Bury("late")], ids=["done", "retry", "bury"]
)


def lease(inbox: Inbox, moment: datetime = NOON, limit: int = 100, *, location: str | None = None) -> list[Lease]:
    """Lease for five minutes."""
    return inbox.lease(moment, moment + timedelta(minutes=5), limit, location=location)


def only(leases: list[Lease]) -> Lease:
    """Return the one lease that there has to be."""
    assert len(leases) == 1, f"lease: one event is due, {len(leases)} were given"
    return leases[0]


class LeaseRules(Contract):
    """Who gets which event, and when."""

    def test_leases_come_oldest_first(self, inbox: Inbox) -> None:
        """The order is the order in which the events were put."""
        inbox.put([event("z"), event("m")])
        inbox.put([event("a", received=at(-60))])

        assert ids(lease(inbox)) == ["z", "m", "a"], "lease: events come in the order in which they were put"

    def test_a_lease_names_its_event_and_its_end(self, inbox: Inbox) -> None:
        """A lease says what to work on, until when, and proves it."""
        inbox.put([event("a", "lane")])

        held = only(inbox.lease(NOON, at(5), 1))

        assert held.until == at(5), "lease: `until` is the moment that was asked for"
        assert held.token, "lease: the token is not empty"
        assert (held.event.key, held.event.subject) == ("lane", "7a"), "lease: the event is given as it was put"

    def test_a_limit_bounds_the_leases(self, inbox: Inbox) -> None:
        """No more than *limit*, and those stay available that were not given."""
        inbox.put([event(str(number)) for number in range(5)])

        assert lease(inbox, limit=0) == [], "lease: a limit of 0 gives nothing"
        assert ids(lease(inbox, limit=2)) == ["0", "1"], "lease: at most `limit` events, the oldest"
        assert ids(lease(inbox)) == ["2", "3", "4"], "lease: what was not given stays available"

    def test_one_event_of_a_key_at_a_time(self, inbox: Inbox) -> None:
        """Within one call and across calls."""
        inbox.put([event("a", "lane"), event("b", "lane"), event("c", "other")])

        assert ids(lease(inbox)) == ["a", "c"], "lease: one call gives at most one event of a key"
        assert lease(inbox) == [], "lease: while an event of a key is leased, the key gives nothing"

    def test_keys_are_compared_exactly(self, inbox: Inbox) -> None:
        """Case, accents and blanks make another key."""
        inbox.put([event(f"id {number}", f"lane {key}") for number, key in enumerate(LOOKALIKES)])

        assert len(lease(inbox)) == len(LOOKALIKES), "lease: keys that differ in case, accents or blanks are different"

    def test_an_event_is_not_leased_before_it_is_due(self, inbox: Inbox) -> None:
        """It is from the very moment on."""
        inbox.put([event("a", due=at(10))])

        assert lease(inbox, at(9.999)) == [], "lease: an event is not given before it is due"
        assert ids(lease(inbox, at(10))) == ["a"], "lease: an event is given from the moment on at which it is due"

    def test_a_key_waits_for_its_oldest_event(self, inbox: Inbox) -> None:
        """A younger event does not pass an older one that is not due; other keys do."""
        inbox.put([event("a", "lane", due=at(10)), event("b", "lane"), event("c", "other")])

        assert ids(lease(inbox)) == ["c"], "lease: a key whose oldest unfinished event is not due gives nothing"

    def test_a_location_gives_only_its_events(self, inbox: Inbox) -> None:
        """The filter does not count what it leaves out."""
        inbox.put([event("a", location="Main"), event("b", location="North"), event("c", location="North")])

        found = lease(inbox, limit=2, location="North")

        assert ids(found) == ["b", "c"], "lease: with `location`, only events of that location, up to `limit` of them"

    def test_a_location_does_not_break_the_order_of_a_key(self, inbox: Inbox) -> None:
        """The oldest event of a key counts, whichever location it belongs to."""
        inbox.put([event("a", "lane", location="Main"), event("b", "lane", location="North")])

        assert lease(inbox, location="North") == [], "lease: an older event of the key in another location goes first"

    def test_leasing_counts_the_attempt(self, inbox: Inbox) -> None:
        """At once: a worker that dies must have been counted."""
        inbox.put([event("a")])

        assert only(lease(inbox)).event.attempts == 1, "lease: the running attempt is counted in the leased event"
        assert inbox.waiting(1)[0].attempts == 1, "lease: the attempt is counted when leasing, not when settling"

    def test_an_expired_lease_is_handed_on(self, inbox: Inbox) -> None:
        """From the moment of its end on, and it counts another attempt."""
        inbox.put([event("a")])
        first = only(inbox.lease(NOON, at(5), 1))

        assert lease(inbox, at(4.999)) == [], "lease: a leased event is not given until its lease expires"
        second = only(lease(inbox, at(5)))

        assert second.event.attempts == 2, "lease: each leasing counts an attempt"
        assert second.token != first.token, "lease: a new lease has a new token"


class SettleRules(Contract):
    """What the holder of a lease may do, and nobody else."""

    def test_done_finishes(self, inbox: Inbox) -> None:
        """The key goes on."""
        inbox.put([event("a", "lane"), event("b", "lane")])

        assert inbox.settle(only(lease(inbox)), Done(), at(1)), "settle: the holder may settle until the lease expires"
        assert ids(lease(inbox, at(1))) == ["b"], "settle: `Done` finishes the event and its key goes on"
        assert ids(inbox.waiting(10)) == ["b"], "settle: a finished event is not waiting"

    def test_a_finished_event_is_never_leased_again(self, inbox: Inbox) -> None:
        """Not even after its lease would have expired."""
        inbox.put([event("a")])
        inbox.settle(only(lease(inbox)), Done(), at(1))

        assert lease(inbox, at(1000)) == [], "settle: a finished event is not leased again"

    @OUTCOMES
    def test_a_stale_holder_cannot_settle(self, inbox: Inbox, outcome: Settlement) -> None:
        """Whoever lost the event to someone else changes nothing."""
        inbox.put([event("a")])
        stale = only(lease(inbox))
        held = only(lease(inbox, at(6)))

        assert not inbox.settle(stale, outcome, at(7)), "settle: refused when someone else holds the event"
        assert inbox.settle(held, Done(), at(7)), "settle: a refused settlement changes nothing for the holder"

    @OUTCOMES
    def test_an_expired_holder_cannot_settle(self, inbox: Inbox, outcome: Settlement) -> None:
        """Even if nobody took the event meanwhile."""
        inbox.put([event("a")])
        expired = only(inbox.lease(NOON, at(5), 1))

        assert not inbox.settle(expired, outcome, at(5)), "settle: refused from the moment on at which the lease ends"
        assert ids(lease(inbox, at(5))) == ["a"], "settle: a refused settlement changes nothing"

    @OUTCOMES
    def test_a_settled_lease_is_spent(self, inbox: Inbox, outcome: Settlement) -> None:
        """It settles once."""
        inbox.put([event("a")])
        held = only(lease(inbox))
        inbox.settle(held, Retry(NOON, "again"), at(1))

        assert not inbox.settle(held, outcome, at(1)), "settle: a lease that was settled cannot settle again"
        assert ids(lease(inbox, at(1))) == ["a"], "settle: a refused settlement changes nothing"

    def test_a_retry_waits_until_it_is_due(self, inbox: Inbox) -> None:
        """Then it comes back, with its reason."""
        inbox.put([event("a")])
        inbox.settle(only(lease(inbox)), Retry(at(30), "ServerError"), at(1))

        assert lease(inbox, at(29)) == [], "settle: a retry is not given before it is due"
        again = only(lease(inbox, at(30)))
        assert again.event.reason == "ServerError", "settle: a retry keeps its reason"
        assert again.event.due == at(30), "settle: a retry has a new due time"

    def test_a_retry_frees_its_lease(self, inbox: Inbox) -> None:
        """It need not wait for the end of the lease."""
        inbox.put([event("a")])
        inbox.settle(only(lease(inbox)), Retry(at(1), "again"), at(1))

        assert ids(lease(inbox, at(1))) == ["a"], "settle: a retry that is due is available before the lease would end"

    def test_a_retry_keeps_its_place(self, inbox: Inbox) -> None:
        """A younger event of its key does not pass it."""
        inbox.put([event("a", "lane"), event("b", "lane")])
        inbox.settle(only(lease(inbox)), Retry(at(30), "again"), at(1))

        assert lease(inbox, at(29)) == [], "settle: while a retry waits, its key gives nothing"
        assert ids(lease(inbox, at(30))) == ["a"], "settle: a retry keeps its place in its key"

    def test_a_retry_counts(self, inbox: Inbox) -> None:
        """So that somebody gives up one day."""
        inbox.put([event("a")])
        inbox.settle(only(lease(inbox)), Retry(at(1), "again"), at(1))

        assert inbox.waiting(1)[0].attempts == 1, "settle: a retry does not change what was counted"
        assert only(lease(inbox, at(1))).event.attempts == 2, "settle: attempts add up over retries"

    def test_an_uncounted_retry_gives_the_attempt_back(self, inbox: Inbox) -> None:
        """An office that was offline costs no attempts."""
        inbox.put([event("a")])
        inbox.settle(only(lease(inbox)), Retry(at(1), "again"), at(1))
        inbox.settle(only(lease(inbox, at(1))), Retry(at(2), "office offline", counted=False), at(2))

        assert inbox.waiting(1)[0].attempts == 1, "settle: `Retry(counted=False)` gives its attempt back, and only its"

    def test_a_buried_event_frees_its_key(self, inbox: Inbox) -> None:
        """Nothing waits for the dead."""
        inbox.put([event("a", "lane"), event("b", "lane")])
        inbox.settle(only(lease(inbox)), Bury("hopeless"), at(1))

        assert ids(lease(inbox, at(1))) == ["b"], "settle: a buried event frees its key"

    def test_a_buried_event_is_not_leased(self, inbox: Inbox) -> None:
        """It waits for a person."""
        inbox.put([event("a")])
        inbox.settle(only(lease(inbox)), Bury("hopeless"), at(1))

        assert lease(inbox, at(1000)) == [], "settle: a buried event is not leased"
        assert inbox.waiting(10) == [], "settle: a buried event is not waiting"

    def test_extending_prolongs(self, inbox: Inbox) -> None:
        """The holder keeps the event beyond the first end."""
        inbox.put([event("a")])

        longer = inbox.extend(only(inbox.lease(NOON, at(5), 1)), at(4), at(20))

        assert longer is not None, "extend: the holder may prolong its lease"
        assert longer.until == at(20), "extend: the lease that is returned has the new end"
        assert lease(inbox, at(19)) == [], "extend: an extended lease holds until its new end"
        assert inbox.settle(longer, Done(), at(19)), "extend: the lease that is returned can settle until the new end"

    def test_an_expired_lease_cannot_be_extended(self, inbox: Inbox) -> None:
        """Even if nobody took the event meanwhile."""
        inbox.put([event("a")])
        expired = only(inbox.lease(NOON, at(5), 1))

        assert inbox.extend(expired, at(5), at(20)) is None, "extend: refused from the end of the lease on"
        assert ids(lease(inbox, at(5))) == ["a"], "extend: a refused extension changes nothing"

    def test_a_stale_holder_cannot_extend(self, inbox: Inbox) -> None:
        """Whoever lost the event does not get it back."""
        inbox.put([event("a")])
        stale = only(lease(inbox))
        held = only(lease(inbox, at(6)))

        assert inbox.extend(stale, at(7), at(60)) is None, "extend: refused when someone else holds the event"
        assert not inbox.settle(held, Done(), at(11)), "extend: a refused extension does not prolong another lease"

    def test_a_settled_lease_cannot_be_extended(self, inbox: Inbox) -> None:
        """There is nothing left to hold."""
        inbox.put([event("a")])
        held = only(lease(inbox))
        inbox.settle(held, Done(), at(1))

        assert inbox.extend(held, at(1), at(60)) is None, "extend: refused after the event was settled"
