"""Inboxes with one fault each: what they keep, lease and settle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from attrs import evolve

from odnexus.reconcile.inbox import Bury, Done, Event, Lease, Retry, Settlement
from odnexus.stores.memory import MemoryInbox, Slot, SlotState
from tests.testing.contracts.broken import breaks, folded

# -- put


@breaks("test_put_counts_what_is_new")
class CountsWhatIsKnown(MemoryInbox):
    def put(self, events: Sequence[Event]) -> int:
        super().put(events)
        return len(events)


@breaks("test_a_known_id_is_ignored")
class OverwritesWhatIsKnown(MemoryInbox):
    def _add(self, event: Event) -> bool:
        if event.id in self._slots:
            self._slots[event.id].event = event
        return super()._add(event)


@breaks("test_an_id_twice_in_one_batch_is_one_event")
class LooksForKnownIdsBeforeTheBatchOnly(MemoryInbox):
    def put(self, events: Sequence[Event]) -> int:
        new = [event for event in events if event.id not in self._slots]
        super().put(events)
        return len(new)


@breaks("test_a_finished_id_stays_known")
class ForgetsFinishedIds(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        super()._close(slot, outcome)
        self._done.clear()


@breaks("test_a_buried_id_stays_known")
class ForgetsBuriedIds(MemoryInbox):
    def _add(self, event: Event) -> bool:
        if event.id in self._slots and self._slots[event.id].state == "buried":
            del self._slots[event.id]
        return super()._add(event)


@breaks("test_ids_of_events_are_compared_exactly")
class FoldsIds(MemoryInbox):
    def _add(self, event: Event) -> bool:
        return folded(event.id) not in map(folded, self._slots) and super()._add(event)


@breaks("test_an_event_comes_back_as_it_was_put")
class KeepsMilliseconds(MemoryInbox):
    def _add(self, event: Event) -> bool:
        cut = event.received.replace(microsecond=event.received.microsecond // 1000 * 1000)
        return super()._add(evolve(event, received=cut))


@breaks("test_an_event_comes_back_as_it_was_put")
class LosesPayloads(MemoryInbox):
    def _add(self, event: Event) -> bool:
        return super()._add(evolve(event, payload=None))


@breaks("test_an_event_comes_back_as_it_was_put")
class LosesPayloadsWhenLeasing(MemoryInbox):
    def _hold(self, slot: Slot, until: datetime) -> Lease:
        lease = super()._hold(slot, until)
        return evolve(lease, event=evolve(lease.event, payload=None))


@breaks("test_no_payload_and_an_empty_one_differ")
class TakesEmptyForNone(MemoryInbox):
    def _add(self, event: Event) -> bool:
        return super()._add(evolve(event, payload=event.payload or None))


@breaks("test_a_large_batch_of_events_keeps_its_order")
class StoresAThousandAtMost(MemoryInbox):
    def put(self, events: Sequence[Event]) -> int:
        super().put(events[:1000])
        return len(events)


# -- lease


@breaks("test_leases_come_oldest_first")
class GivesTheNewestFirst(MemoryInbox):
    def _heads(self, now: datetime) -> Iterator[Slot]:
        return reversed(list(super()._heads(now)))


@breaks("test_leases_come_oldest_first")
class OrdersByTheMomentOfReceiving(MemoryInbox):
    def _in_state(self, state: SlotState) -> list[Slot]:
        return sorted(super()._in_state(state), key=lambda slot: slot.event.received)


@breaks("test_leases_come_oldest_first")
class OrdersById(MemoryInbox):
    def _in_state(self, state: SlotState) -> list[Slot]:
        return sorted(super()._in_state(state), key=lambda slot: slot.event.id)


@breaks("test_a_lease_names_its_event_and_its_end")
class NamesAnotherEnd(MemoryInbox):
    def _hold(self, slot: Slot, until: datetime) -> Lease:
        return evolve(super()._hold(slot, until), until=until + timedelta(hours=6))


@breaks("test_a_lease_names_its_event_and_its_end")
class GivesNoToken(MemoryInbox):
    def _hold(self, slot: Slot, until: datetime) -> Lease:
        slot.token = ""
        return evolve(super()._hold(slot, until), token="")


@breaks("test_a_limit_bounds_the_leases")
class IgnoresTheLimit(MemoryInbox):
    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        return super().lease(now, until, 1000, location=location)


@breaks("test_a_limit_bounds_the_leases")
class LeasesMoreThanItGives(MemoryInbox):
    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        return super().lease(now, until, 1000, location=location)[:limit]


@breaks("test_a_limit_bounds_the_leases")
class TakesZeroForNoLimit(MemoryInbox):
    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        return super().lease(now, until, limit or 1000, location=location)


@breaks("test_one_event_of_a_key_at_a_time", "test_threads_never_hold_two_events_of_a_key")
class GivesTwoOfAKeyAtOnce(MemoryInbox):
    def _heads(self, now: datetime) -> Iterator[Slot]:
        return (slot for slot in reversed(self._in_state("waiting")) if not slot.leased(now))


@breaks("test_one_event_of_a_key_at_a_time")
class GivesTheNextOfAKeyThatIsLeased(MemoryInbox):
    def _heads(self, now: datetime) -> Iterator[Slot]:
        seen: set[str] = set()
        for slot in self._in_state("waiting"):
            if slot.event.key not in seen and not slot.leased(now):
                seen.add(slot.event.key)
                yield slot


@breaks("test_keys_are_compared_exactly")
class FoldsKeys(MemoryInbox):
    def _heads(self, now: datetime) -> Iterator[Slot]:
        seen: set[str] = set()
        for slot in super()._heads(now):
            if folded(slot.event.key) not in seen:
                seen.add(folded(slot.event.key))
                yield slot


class _ChoosesHeadsByDue(MemoryInbox):
    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        ready = (slot for slot in self._heads(now) if self._ready(slot, now) and slot.of(location))
        return [self._hold(slot, until) for slot in islice(ready, limit)]

    def _ready(self, slot: Slot, now: datetime) -> bool:
        return True


@breaks("test_an_event_is_not_leased_before_it_is_due", "test_a_retry_waits_until_it_is_due")
class IgnoresWhenItIsDue(_ChoosesHeadsByDue):
    pass


@breaks("test_an_event_is_not_leased_before_it_is_due")
class WaitsLongerThanUntilItIsDue(_ChoosesHeadsByDue):
    def _ready(self, slot: Slot, now: datetime) -> bool:
        return slot.event.due < now


@breaks("test_a_key_waits_for_its_oldest_event", "test_a_retry_keeps_its_place")
class PassesWhatIsNotDue(MemoryInbox):
    _now = datetime.max.replace(tzinfo=UTC)

    def _in_state(self, state: SlotState) -> list[Slot]:
        return [slot for slot in super()._in_state(state) if slot.event.due <= self._now]

    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        self._now = now
        return super().lease(now, until, limit, location=location)


@breaks("test_a_location_gives_only_its_events")
class IgnoresTheLocation(MemoryInbox):
    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        return super().lease(now, until, limit)


@breaks("test_a_location_gives_only_its_events")
class LimitsBeforeItFilters(MemoryInbox):
    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        ready = [slot for slot in self._heads(now) if slot.event.due <= now]
        return [self._hold(slot, until) for slot in ready[:limit] if slot.of(location)]


@breaks("test_a_location_does_not_break_the_order_of_a_key")
class FiltersBeforeItOrders(MemoryInbox):
    _location: str | None = None

    def _in_state(self, state: SlotState) -> list[Slot]:
        return [slot for slot in super()._in_state(state) if slot.of(self._location)]

    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        self._location = location
        return super().lease(now, until, limit, location=location)


class _CountsNever(MemoryInbox):
    def _hold(self, slot: Slot, until: datetime) -> Lease:
        attempts = slot.event.attempts
        lease = super()._hold(slot, until)
        slot.event = evolve(slot.event, attempts=attempts)
        return evolve(lease, event=slot.event)


@breaks("test_leasing_counts_the_attempt", "test_an_expired_lease_is_handed_on", "test_a_retry_counts")
class CountsNoAttempts(_CountsNever):
    pass


@breaks("test_leasing_counts_the_attempt", "test_an_expired_lease_is_handed_on")
class CountsTheAttemptWhenSettling(_CountsNever):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        slot.event = evolve(slot.event, attempts=slot.event.attempts + 1)
        super()._close(slot, outcome)


@breaks("test_leasing_counts_the_attempt")
class CountsTheAttemptInTheLeaseOnly(_CountsNever):
    def _hold(self, slot: Slot, until: datetime) -> Lease:
        lease = super()._hold(slot, until)
        return evolve(lease, event=evolve(lease.event, attempts=lease.event.attempts + 1))


@breaks("test_an_expired_lease_is_handed_on")
class LeasesForEver(MemoryInbox):
    def _hold(self, slot: Slot, until: datetime) -> Lease:
        lease = super()._hold(slot, until)
        slot.until = until + timedelta(days=99)
        return lease


@breaks("test_an_expired_lease_is_handed_on")
class GivesTheSameTokenAgain(MemoryInbox):
    def _hold(self, slot: Slot, until: datetime) -> Lease:
        lease = super()._hold(slot, until)
        slot.token = slot.event.id
        return evolve(lease, token=slot.event.id)


@breaks("test_an_expired_lease_is_handed_on")
class HandsOnAMomentTooEarly(MemoryInbox):
    def _hold(self, slot: Slot, until: datetime) -> Lease:
        lease = super()._hold(slot, until)
        slot.until = until - timedelta(seconds=1)
        return lease


# -- settle and extend


@breaks("test_done_finishes")
class ForgetsToFinish(MemoryInbox):
    def settle(self, lease: Lease, outcome: Settlement, now: datetime) -> bool:
        return isinstance(outcome, Done) or super().settle(lease, outcome, now)


@breaks("test_done_finishes")
class SaysNoToTheHolder(MemoryInbox):
    def settle(self, lease: Lease, outcome: Settlement, now: datetime) -> bool:
        super().settle(lease, outcome, now)
        return False


@breaks("test_a_finished_event_is_never_leased_again")
class FinishesUntilTheLeaseEnds(MemoryInbox):
    def settle(self, lease: Lease, outcome: Settlement, now: datetime) -> bool:
        return self._held(lease, now) is not None


@breaks("test_a_stale_holder_cannot_settle", "test_a_stale_holder_cannot_extend")
class LetsStaleHoldersSettle(MemoryInbox):
    def _held(self, lease: Lease, now: datetime) -> Slot | None:
        slot = self._slots.get(lease.event.id)
        return slot if slot and slot.leased(now) else None


@breaks("test_an_expired_holder_cannot_settle", "test_an_expired_lease_cannot_be_extended")
class LetsExpiredHoldersSettle(MemoryInbox):
    def _held(self, lease: Lease, now: datetime) -> Slot | None:
        slot = self._slots.get(lease.event.id)
        return slot if slot and slot.token == lease.token else None


@breaks("test_an_expired_holder_cannot_settle")
class LetsHoldersSettleAtTheVeryEnd(MemoryInbox):
    def _held(self, lease: Lease, now: datetime) -> Slot | None:
        return super()._held(lease, now - timedelta(microseconds=1))


@breaks("test_an_expired_holder_cannot_settle")
class ChangesBeforeItRefuses(MemoryInbox):
    def settle(self, lease: Lease, outcome: Settlement, now: datetime) -> bool:
        held = self._held(lease, now) is not None
        if slot := self._slots.get(lease.event.id):
            self._close(slot, outcome)
        return held


@breaks("test_a_settled_lease_is_spent")
class KeepsTheLeaseOfARetry(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        token, until = slot.token, slot.until
        super()._close(slot, outcome)
        if isinstance(outcome, Retry):
            slot.token, slot.until = token, until


@breaks("test_a_retry_waits_until_it_is_due")
class RetriesAtOnce(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        due = slot.event.due
        super()._close(slot, outcome)
        slot.event = evolve(slot.event, due=due)


@breaks("test_a_retry_waits_until_it_is_due")
class ForgetsWhyItRetries(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        super()._close(slot, outcome)
        slot.event = evolve(slot.event, reason="")


@breaks("test_a_retry_frees_its_lease")
class RetriesWhenTheLeaseEnds(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        until = slot.until
        super()._close(slot, outcome)
        slot.until = until


@breaks("test_a_retry_keeps_its_place")
class RetriesAtTheEndOfTheLine(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        super()._close(slot, outcome)
        if isinstance(outcome, Retry):
            self._slots[slot.event.id] = self._slots.pop(slot.event.id)


@breaks("test_a_retry_counts")
class ForgetsAttemptsOfRetries(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        super()._close(slot, outcome)
        slot.event = evolve(slot.event, attempts=0)


@breaks("test_an_uncounted_retry_gives_the_attempt_back")
class CountsUncountedRetries(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        super()._close(slot, evolve(outcome, counted=True) if isinstance(outcome, Retry) else outcome)


@breaks("test_an_uncounted_retry_gives_the_attempt_back")
class GivesAllAttemptsBack(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        super()._close(slot, outcome)
        if isinstance(outcome, Retry) and not outcome.counted:
            slot.event = evolve(slot.event, attempts=0)


@breaks("test_a_buried_event_frees_its_key")
class BlocksAKeyByABurial(MemoryInbox):
    def _heads(self, now: datetime) -> Iterator[Slot]:
        blocked = {slot.event.key for slot in self._in_state("buried")}
        return (slot for slot in super()._heads(now) if slot.event.key not in blocked)


@breaks("test_a_buried_event_is_not_leased")
class TakesABurialForALongRetry(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        buried = isinstance(outcome, Bury)
        super()._close(slot, Retry(slot.event.due + timedelta(hours=1), "buried") if buried else outcome)


@breaks("test_extending_prolongs")
class OnlySaysThatItExtends(MemoryInbox):
    def extend(self, lease: Lease, now: datetime, until: datetime) -> Lease | None:
        return evolve(lease, until=until)


@breaks("test_extending_prolongs")
class ReturnsTheOldEnd(MemoryInbox):
    def extend(self, lease: Lease, now: datetime, until: datetime) -> Lease | None:
        longer = super().extend(lease, now, until)
        return longer and lease


@breaks("test_extending_prolongs")
class SpendsTheTokenWhenExtending(MemoryInbox):
    def extend(self, lease: Lease, now: datetime, until: datetime) -> Lease | None:
        longer = super().extend(lease, now, until)
        return longer and evolve(longer, token=f"{longer.token} again")


@breaks("test_a_settled_lease_cannot_be_extended")
class ExtendsWhatIsSettled(MemoryInbox):
    def extend(self, lease: Lease, now: datetime, until: datetime) -> Lease | None:
        return super().extend(lease, now, until) or (lease if lease.event.id in self._done else None)
