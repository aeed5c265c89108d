"""Inboxes with one fault each: what they list, revive and prune, and what they do in several threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from attrs import evolve

from odnexus.reconcile.inbox import Bury, Event, Lease, Settlement
from odnexus.stores.memory import MemoryInbox, Slot, SlotState
from tests.testing.contracts.broken import Rendezvous, breaks

# -- lists, revive, prune


@breaks("test_waiting_lists_what_is_unfinished")
class HidesLeasedEvents(MemoryInbox):
    def waiting(self, limit: int, *, location: str | None = None) -> list[Event]:
        slots = [slot for slot in self._in_state("waiting") if slot.until is None and slot.of(location)]
        return [slot.event for slot in slots][:limit]


@breaks("test_waiting_lists_what_is_unfinished")
class ListsBuriedEventsAsWaiting(MemoryInbox):
    def waiting(self, limit: int, *, location: str | None = None) -> list[Event]:
        return [slot.event for slot in self._slots.values() if slot.of(location)][:limit]


@breaks("test_waiting_can_be_asked_for_a_location")
class ListsEveryLocation(MemoryInbox):
    def waiting(self, limit: int, *, location: str | None = None) -> list[Event]:
        return super().waiting(limit)


@breaks("test_waiting_can_be_asked_for_a_location", "test_buried_can_be_asked_for_a_location")
class CutsAListBeforeItFilters(MemoryInbox):
    def _events(self, state: SlotState, limit: int, location: str | None) -> list[Event]:
        found = super()._events(state, limit, None)
        return [event for event in found if location in (None, event.location)]


@breaks("test_buried_events_are_listed")
class ForgetsWhyItBuried(MemoryInbox):
    def _close(self, slot: Slot, outcome: Settlement) -> None:
        super()._close(slot, Bury("") if isinstance(outcome, Bury) else outcome)


@breaks("test_buried_events_are_listed")
class ListsTheLastBurialFirst(MemoryInbox):
    def buried(self, limit: int, *, location: str | None = None) -> list[Event]:
        return super().buried(1000, location=location)[::-1][:limit]


@breaks("test_a_revived_event_starts_afresh")
class KeepsAttemptsOfTheRevived(MemoryInbox):
    def revive(self, id: str, due: datetime) -> bool:
        attempts = self._slots[id].event.attempts if id in self._slots else 0
        revived = super().revive(id, due)
        if revived:
            self._slots[id].event = evolve(self._slots[id].event, attempts=attempts)
        return revived


@breaks("test_a_revived_event_starts_afresh")
class RevivesAtOnce(MemoryInbox):
    def revive(self, id: str, due: datetime) -> bool:
        return super().revive(id, due - timedelta(days=1))


@breaks("test_only_what_is_buried_can_be_revived")
class RevivesWhatIsWaiting(MemoryInbox):
    def revive(self, id: str, due: datetime) -> bool:
        if id in self._slots:
            self._slots[id].state = "buried"
        return super().revive(id, due)


@breaks("test_only_what_is_buried_can_be_revived")
class SaysThatItRevived(MemoryInbox):
    def revive(self, id: str, due: datetime) -> bool:
        super().revive(id, due)
        return True


@breaks("test_a_revived_event_waits_while_its_key_is_leased")
class LooksAtTheOldestOfAKeyOnly(MemoryInbox):
    def _heads(self, now: datetime) -> Iterator[Slot]:
        seen: set[str] = set()
        for slot in self._in_state("waiting"):
            if slot.event.key not in seen and not slot.leased(now):
                yield slot
            seen.add(slot.event.key)


@breaks("test_pruning_forgets_what_is_finished_and_old")
class PrunesWhatIsAsOld(MemoryInbox):
    def prune(self, before: datetime) -> int:
        return super().prune(before + timedelta(microseconds=1))


@breaks("test_pruning_forgets_what_is_finished_and_old")
class PrunesNothing(MemoryInbox):
    def prune(self, before: datetime) -> int:
        return 0


@breaks("test_pruning_keeps_what_is_not_finished")
class PrunesWhateverIsOld(MemoryInbox):
    def prune(self, before: datetime) -> int:
        old = [name for name, slot in self._slots.items() if slot.event.received < before]
        for name in old:
            del self._slots[name]
        return len(old) + super().prune(before)


# -- threads


@breaks("test_threads_lease_different_events", "test_threads_never_hold_two_events_of_a_key")
class LooksAndThenLeases(MemoryInbox):
    def __init__(self) -> None:
        super().__init__()
        self._rendezvous = Rendezvous()

    def lease(self, now: datetime, until: datetime, limit: int, *, location: str | None = None) -> list[Lease]:
        ready = [slot for slot in self._heads(now) if slot.event.due <= now and slot.of(location)]
        self._rendezvous.meet()
        return [self._hold(slot, until) for slot in ready[:limit]]


@breaks("test_threads_put_an_id_once")
class LooksAndThenPuts(MemoryInbox):
    def __init__(self) -> None:
        super().__init__()
        self._rendezvous = Rendezvous()

    def put(self, events: Sequence[Event]) -> int:
        new = [event for event in events if event.id not in self._slots]
        self._rendezvous.meet()
        super().put(events)
        return len(new)
