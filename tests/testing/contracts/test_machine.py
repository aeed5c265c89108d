from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from odnexus._sync.stores import Store
from odnexus.stores import MemoryStore
from odnexus.testing.contracts.machine import (
    InboxMachine,
    JournalMachine,
    LinksMachine,
    NamesMachine,
    PartMachine,
    ReviewsMachine,
    StoreMachine,
)
from tests.testing.contracts import broken_inbox, broken_links, broken_lists, broken_parts, broken_records
from tests.testing.contracts.broken import maker

SEARCH = settings(
    max_examples=400,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def machine(base: type[PartMachine], make: Callable[[], Store]) -> type[PartMachine]:
    class Machine(base):  # type: ignore[misc, valid-type]
        def make_store(self) -> Store:
            return make()

    return Machine


@pytest.mark.parametrize(
    ("base", "fault"),
    [
        (InboxMachine, broken_inbox.GivesTwoOfAKeyAtOnce),
        (InboxMachine, broken_inbox.LetsStaleHoldersSettle),
        (InboxMachine, broken_inbox.ForgetsFinishedIds),
        (InboxMachine, broken_inbox.CountsNoAttempts),
        (InboxMachine, broken_inbox.PassesWhatIsNotDue),
        (InboxMachine, broken_lists.HidesLeasedEvents),
        (LinksMachine, broken_links.SavesWithoutComparing),
        (LinksMachine, broken_links.LinksARecordTwice),
        (LinksMachine, broken_links.KeepsDroppedRecords),
        (ReviewsMachine, broken_records.AnswersTwice),
        (JournalMachine, broken_records.AppendsBackwards),
        (NamesMachine, broken_parts.KeepsRemovedCursors),
        (NamesMachine, broken_parts.GivesATurnToAnyone),
        (NamesMachine, broken_parts.DropsRowsThatAreNotNamed),
    ],
)
def test_a_machine_finds_a_fault(base: type[PartMachine], fault: type) -> None:
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        run_state_machine_as_test(machine(base, maker(fault)), settings=SEARCH)


def test_a_store_that_keeps_its_promises_passes() -> None:
    run_state_machine_as_test(machine(StoreMachine, MemoryStore), settings=settings(SEARCH, max_examples=50))


def test_a_machine_without_a_store_says_what_to_do() -> None:
    with pytest.raises(NotImplementedError, match="override `make_store`"):
        StoreMachine()


class Closing(NamesMachine):
    closed = 0

    def make_store(self) -> Store:
        return MemoryStore()

    def close_store(self, store: Store) -> None:
        type(self).closed += 1


def test_every_store_is_closed() -> None:
    run_state_machine_as_test(Closing, settings=settings(SEARCH, max_examples=5))

    assert Closing.closed >= 5
