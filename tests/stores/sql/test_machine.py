from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from odnexus._sync.stores import Store
from odnexus.testing.contracts.machine import InboxMachine, LinksMachine, PartMachine, StoreMachine
from tests.stores.sql.conftest import Opened


@pytest.mark.parametrize("base", [InboxMachine, LinksMachine, StoreMachine])
def test_a_database_does_what_memory_does(database: Opened, base: type[PartMachine]) -> None:
    class Machine(base):  # type: ignore[misc, valid-type]
        def make_store(self) -> Store:
            database.empty()
            return database.store

    run_state_machine_as_test(Machine, settings=settings(max_examples=8, stateful_step_count=30, deadline=None))
