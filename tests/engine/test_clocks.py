"""The machine's clock is put back or forward, or the host gives a moment without a zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from odnexus._sync.engine import SyncEngine
from odnexus.errors import ConfigurationError
from odnexus.testing import VirtualClock
from tests.engine.town import MONDAY, Town, at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Machine:
    """A clock that somebody puts forward and back."""

    def __init__(self, true: VirtualClock) -> None:
        self._true = true
        self.off = timedelta(0)

    def now(self) -> datetime:
        return self._true.now() + self.off

    def sleep(self, seconds: float) -> None:
        self._true.sleep(seconds)


@pytest.mark.parametrize("jump", [-DAY, -HOUR, HOUR, DAY])
def test_an_outage_ends_with_the_office_whatever_the_clock_does(jump: timedelta) -> None:
    town = Town()
    machine = Machine(town.clock)
    town.engine = town.new_engine(clock=machine)
    town.engine.poll("main", machine.now())
    town.od.offline = "econnector_down"
    town.engine.poll("main", machine.now())
    machine.off = jump
    town.od.offline = False
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.clock.advance(timedelta(minutes=1))

    report = town.engine.poll("main", machine.now())
    town.engine.step(machine.now())

    assert report.paused == ""
    assert len(town.visits) == 1
    assert [alert.rule for alert in town.alerts] == ["location.offline", "location.back"]
    assert "-" not in town.alerts[1].text.split("after ")[1].split(" minutes")[0]


@pytest.mark.parametrize("jump", [-DAY, -HOUR, HOUR, DAY])
def test_an_outage_that_goes_on_is_probed_in_the_same_rhythm(jump: timedelta) -> None:
    town = Town()
    machine = Machine(town.clock)
    town.engine = town.new_engine(clock=machine)
    town.od.offline = "econnector_down"
    town.engine.poll("main", machine.now())
    machine.off = jump
    town.clock.advance(timedelta(minutes=1))
    town.engine.poll("main", machine.now())
    asked = len(town.od.requests)

    town.clock.advance(timedelta(seconds=1))
    town.engine.poll("main", machine.now())

    assert len(town.od.requests) == asked
    assert [alert.rule for alert in town.alerts] == ["location.offline"]


@pytest.mark.parametrize("jump", [-DAY, -HOUR, HOUR, DAY])
def test_run_goes_on_polling_whatever_the_clock_does(jump: timedelta) -> None:
    town = Town()
    machine = Machine(town.clock)
    engine = town.new_engine(clock=machine)
    until = town.clock.now() + timedelta(minutes=20)

    class Stop:
        def is_set(self) -> bool:
            if town.clock.now() > MONDAY + timedelta(minutes=2) and not machine.off:
                machine.off = jump
                town.book(town.person("Mara", "Lund", "1988-11-20"))
            return town.clock.now() >= until

    engine.run(Stop(), every=timedelta(minutes=5))

    assert len(town.visits) == 1
    polls = [entry for entry in engine.journal(limit=1000) if entry.rule == "location.polled"]
    assert 4 <= len(polls) <= 6


NAIVE = datetime(2026, 3, 2, 15)

CALLS: dict[str, Callable[[SyncEngine], Any]] = {
    "poll": lambda engine: engine.poll("main", NAIVE),
    "step": lambda engine: engine.step(NAIVE),
    "scan": lambda engine: engine.scan("main", NAIVE),
    "start": lambda engine: engine.scan("main", MONDAY, start=NAIVE),
    "end": lambda engine: engine.scan("main", MONDAY, end=NAIVE),
    "receive_flat": lambda engine: engine.receive_flat("main", b'{"event": "appointment.created"}', NAIVE),
    "status": lambda engine: engine.status(NAIVE),
    "revive": lambda engine: engine.revive("x", NAIVE),
    "plan": lambda engine: engine.plan("main", 1, NAIVE),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_moment_without_a_zone_is_refused_before_anything_happens(name: str) -> None:
    town = Town()
    town.book(town.person("Mara", "Lund", "1988-11-20"), at(9))
    field = name if name in ("start", "end") else "now"

    with pytest.raises(ConfigurationError, match=f"{field}: give the datetime a time zone"):
        CALLS[name](town.engine)

    assert (town.od.requests, town.alerts, town.engine.waiting()) == ([], [], [])
