"""Several workers on one store: one at a time in an office, and none twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from odnexus.testing import SimReply, SimRequest
from tests.engine.crashing import Killed
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town


class Meanwhile:
    """A simulator during whose first matching request something else happens."""

    def __init__(self, simulator: Any, method: str, act: Callable[[], None]) -> None:
        self._simulator, self._method = simulator, method
        self._acts = [act]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._simulator, name)

    def handle(self, request: SimRequest) -> SimReply:
        """Let it happen, once, before the request is carried out."""
        if request.method == self._method and self._acts:
            self._acts.pop()()
        reply: SimReply = self._simulator.handle(request)
        return reply


def test_a_second_worker_leaves_an_office_alone_while_the_first_is_at_it() -> None:
    town = Town()
    town.work()
    second = town.new_engine()
    seen: list[int] = []
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.engine.poll("main")
    town.od = Meanwhile(town.od, "POST", lambda: seen.append(second.step().settled))
    town.engine = town.new_engine()

    town.engine.step()

    assert seen == [0]
    assert len(town.visits) == 1


def test_a_worker_that_slept_through_its_turn_makes_nothing_that_another_has_made() -> None:
    town = Town()
    town.work()
    second = town.new_engine()
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.engine.poll("main")

    def sleep_while_the_other_works() -> None:
        town.clock.advance(timedelta(minutes=5))
        while second.step().settled:
            pass

    town.od = Meanwhile(town.od, "GET", sleep_while_the_other_works)
    town.engine = town.new_engine()

    town.engine.step()
    town.settle()

    assert len(town.charts) == 1
    assert len(town.visits) == 1
    assert town.engine.waiting() == []


@pytest.mark.parametrize("number", [5, 15, 25])
def test_the_work_of_a_dead_worker_is_taken_over_within_two_minutes(number: int) -> None:
    town = CutTown()
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.engine.poll("main")
    town.cut.arm(number, "after")
    with pytest.raises(Killed):
        town.engine.step()
    town.cut.disarm()
    town.engine = town.new_engine()

    town.clock.advance(timedelta(minutes=2, seconds=1))
    town.work(0, poll=False)

    assert len(town.visits) == 1
    assert len(town.charts) == 1
