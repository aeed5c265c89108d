"""The page "How the engine thinks" says what everything costs at Open Dental; here the simulator counts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.engine.town import Town, at

PAGE = Path(__file__).parents[1] / "docs/explanation/how-the-engine-thinks.md"


def shown() -> dict[str, int]:
    rows = re.findall(r"^\| ([^|]+?) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {what: int(count) for what, count in rows}


class Counter:
    """A town where each thing happens once, and what working on it costs."""

    def __init__(self, **options: Any) -> None:
        self.town = Town(**options)
        self.town.work()
        self.costs: dict[str, int] = {}

    def happens(self, what: str, act: Callable[[], object]) -> None:
        act()
        self.town.clock.advance(timedelta(minutes=5))
        self.town.engine.poll("main")
        self.town.od.reset_requests()
        self.town.work(poll=False)
        self.costs[what] = self.town.od.count()

    def idle(self) -> list[int]:
        """Return what each of six polls costs."""
        self.town.settle()
        return [self._poll() for _ in range(6)]

    def _poll(self) -> int:
        self.town.clock.advance(timedelta(minutes=5))
        return self.town.engine.poll("main").requests


def asked(what: str, **options: Any) -> Counter:
    """Let somebody book who resembles a chart."""
    counter = Counter(**options)
    town = counter.town
    town.chart("Emma", "Ruiz", "2015-06-01")
    counter.happens(what, lambda: town.book(town.person("Ella", "Ruiz", "2015-06-01")))
    return counter


def test_the_costs_are_those_that_the_simulator_counts() -> None:
    counter = Counter()
    town, app, desk = counter.town, counter.town.nx.patient_app, counter.town.od.practice.staff
    town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142")
    new = town.person("Mara", "Lund", "1988-11-20")
    known = town.person("Bob", "Hale", "1975-04-02", "3035550142")
    booked: list[int] = []

    counter.happens("booking of a new patient", lambda: booked.append(town.book(new)))
    counter.happens("an echo of our own write", lambda: town.nx.state.touch(town.booking(booked[0])))
    counter.happens("booking of a linked patient", lambda: booked.append(town.book(new, at(11))))
    counter.happens("booking of a known patient", lambda: booked.append(town.book(known, at(14))))
    first, second = booked[:2]
    row, other = town.row_of(first)["AptNum"], town.row_of(second)["AptNum"]
    counter.happens("rescheduled at NexHealth", lambda: app.reschedule(first, at(15), minutes=60))
    wall = at(10).astimezone(town.location.zone).replace(tzinfo=None)
    counter.happens("rescheduled in Open Dental", lambda: desk.move(row, start=wall))
    counter.happens("confirmed at NexHealth", lambda: app.confirm(first))
    counter.happens("confirmed in Open Dental", lambda: desk.confirm(other))
    counter.happens("cancelled at NexHealth", lambda: app.cancel(first))
    counter.happens("cancelled in Open Dental", lambda: desk.break_(other))
    polls = counter.idle()
    counter.costs |= {"a poll that finds nothing": min(polls), "every sixth poll": max(polls)}
    counter.costs |= asked("a question about who booked").costs
    held = asked("a question about who booked, and its slot is held", holding=True)
    review, emma = held.town.engine.reviews()[0].review.id, held.town.charts[0]["PatNum"]
    held.happens("the answer, where the slot is held", lambda: held.town.engine.answer(review, "link", record=emma))
    counter.costs |= held.costs

    assert counter.costs == shown()
    assert sorted(polls)[:5] == [min(polls)] * 5
