"""Several workers on one store: one at a time in an office, and none twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from odnexus.testing import SimReply, SimRequest
from tests.engine.crashing import Killed, Moment
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town

SomeTown = TypeVar("SomeTown", bound=Town)


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


def with_a_booking(town: SomeTown) -> SomeTown:
    """Let somebody book, and return *town* before anybody has worked on it."""
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.engine.poll("main")
    return town


def test_a_second_worker_leaves_an_office_alone_while_the_first_is_at_it() -> None:
    town = with_a_booking(Town())
    second, seen = town.new_engine(), list[int]()
    town.od = Meanwhile(town.od, "POST", lambda: seen.append(second.step().settled))
    town.engine = town.new_engine()

    town.engine.step()

    assert seen == [0]
    assert len(town.visits) == 1


def test_a_worker_that_slept_through_its_turn_makes_nothing_that_another_has_made() -> None:
    town = with_a_booking(Town())
    second = town.new_engine()

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


def killed_at(name: str, moment: Moment) -> CutTown:
    """Return a town with a booking, after its only worker died at the first effect whose name begins with *name*."""
    whole, town = with_a_booking(CutTown()), with_a_booking(CutTown())
    whole.cut.arm(-1, "before")
    whole.engine.step()
    town.cut.arm(next(number for number, each in enumerate(whole.cut.names) if each.startswith(name)), moment)
    with pytest.raises(Killed):
        town.engine.step()
    town.cut.disarm()
    town.engine = town.new_engine()
    return town


@pytest.mark.parametrize(
    ("name", "moment", "wait"),
    [
        ("inbox.lease", "after", timedelta(seconds=56)),
        ("nexhealth GET", "after", timedelta(seconds=56)),
        ("links.save", "after", timedelta(seconds=56)),
        ("opendental POST", "before", timedelta(minutes=2, seconds=1)),
        ("opendental POST", "after", timedelta(minutes=2, seconds=1)),
        ("snapshots.save", "after", timedelta(minutes=2, seconds=1)),
    ],
)
def test_the_work_of_a_dead_worker_is_taken_over(name: str, moment: Moment, wait: timedelta) -> None:
    town = killed_at(name, moment)

    town.clock.advance(wait)
    town.work(0, poll=False)

    assert len(town.visits) == 1
    assert len(town.charts) == 1


@pytest.mark.parametrize("name", ["opendental POST", "snapshots.save"])
def test_what_a_dead_worker_may_still_be_making_is_left_alone_for_longer(name: str) -> None:
    """Open Dental works on a request for up to 60 seconds: until then nobody can look whether it succeeded."""
    town = killed_at(name, "before")

    town.clock.advance(timedelta(seconds=66))

    assert town.engine.step().settled == 0
    assert town.visits == []


def test_a_create_that_takes_a_minute_is_not_made_twice() -> None:
    town = with_a_booking(Town())
    second, seen = town.new_engine(), list[int]()

    def meanwhile() -> None:
        town.clock.advance(timedelta(seconds=65))
        seen.append(second.step().settled)

    town.od = Meanwhile(town.od, "POST", meanwhile)
    town.engine = town.new_engine()
    town.engine.step()
    town.settle()

    assert seen == [0]
    assert len(town.charts) == 1
    assert len(town.visits) == 1
