"""What every `Turns` promises."""

from __future__ import annotations

from typing import cast

import pytest

from odnexus._async.stores import AsyncTurns
from odnexus._sync.stores import Turns
from odnexus.testing.contracts._base import AsyncContract, Blocking, Contract, LoopThread, missing
from odnexus.testing.contracts._samples import LOOKALIKES, NOON, at, together


class TurnsContract(Contract):
    """The promises of `odnexus.Turns` as tests: subclass it as ``Test…`` and override the fixture ``turns``."""

    @pytest.fixture
    def turns(self) -> Turns:
        """Return the turns under test, all free."""
        missing("turns")

    def test_a_turn_is_held_by_one(self, turns: Turns) -> None:
        """Until it ends."""
        assert turns.take("Main", "worker 1", NOON, at(5)), "take: a free turn is given"
        assert not turns.take("Main", "worker 2", at(4.999), at(10)), "take: refused while another holds it"

    def test_an_expired_turn_is_free(self, turns: Turns) -> None:
        """From the moment of its end on."""
        turns.take("Main", "worker 1", NOON, at(5))

        assert turns.take("Main", "worker 2", at(5), at(10)), "take: given from the end of the other's turn on"
        assert not turns.take("Main", "worker 1", at(6), at(11)), "take: who lost the turn does not hold it"

    def test_the_holder_prolongs_its_turn(self, turns: Turns) -> None:
        """By taking it again."""
        turns.take("Main", "worker 1", NOON, at(5))

        assert turns.take("Main", "worker 1", at(4), at(20)), "take: the holder may take its turn again"
        assert not turns.take("Main", "worker 2", at(19), at(30)), "take: a prolonged turn holds until its new end"

    def test_the_former_holder_takes_an_expired_turn_again(self, turns: Turns) -> None:
        """If nobody else did."""
        turns.take("Main", "worker 1", NOON, at(5))

        assert turns.take("Main", "worker 1", at(9), at(14)), "take: an expired turn is free for its former holder too"
        assert not turns.take("Main", "worker 2", at(13), at(20)), "take: a turn that was taken again holds"

    def test_a_refusal_changes_nothing(self, turns: Turns) -> None:
        """Neither the holder nor the end."""
        turns.take("Main", "worker 1", NOON, at(5))
        turns.take("Main", "worker 2", at(1), at(60))

        assert turns.take("Main", "worker 3", at(5), at(9)), "take: a refusal does not prolong the turn"

    def test_a_turn_can_be_given_back(self, turns: Turns) -> None:
        """It is free at once."""
        turns.take("Main", "worker 1", NOON, at(5))
        turns.give("Main", "worker 1")

        assert turns.take("Main", "worker 2", at(1), at(6)), "give: the turn is free at once"

    def test_only_the_holder_gives_a_turn_back(self, turns: Turns) -> None:
        """What another gives back, or nobody holds, changes nothing."""
        turns.give("Main", "worker 2")
        turns.take("Main", "worker 1", NOON, at(5))
        turns.give("Main", "worker 2")

        assert not turns.take("Main", "worker 3", at(1), at(6)), "give: nothing happens if another holds the turn"

    def test_names_of_turns_are_compared_exactly(self, turns: Turns) -> None:
        """Of turns and of holders."""
        for number, name in enumerate(LOOKALIKES):
            taken = turns.take(f"turn {name}", f"worker {number}", NOON, at(5))
            assert taken, "take: names of turns are compared exactly"
        turns.take("Main", "worker Zoe", NOON, at(5))
        for name in LOOKALIKES:
            taken = turns.take("Main", f"worker {name}", NOON, at(5))
            assert taken == (name == "Zoe"), "take: names of holders are compared exactly"

    def test_one_of_several_threads_takes_a_turn(self, turns: Turns) -> None:
        """Free or expired."""
        self.claim_concurrent()
        for start in (0, 5):
            work = [
                lambda number=number, start=start: turns.take("Main", f"{start}.{number}", at(start), at(start + 5))
                for number in range(4)
            ]

            assert sum(together(*work)) == 1, "take: of several threads that take a turn one gets it"


class AsyncTurnsContract(AsyncContract, TurnsContract):
    """The same for async turns: override the fixture ``async_turns``."""

    @pytest.fixture
    def async_turns(self) -> AsyncTurns:
        """Return the turns under test, all free."""
        missing("async_turns")

    @pytest.fixture
    def turns(self, loop: LoopThread, async_turns: AsyncTurns) -> Turns:
        """Return the turns under test as sync ones."""
        return cast(Turns, Blocking(async_turns, loop.run))
