"""What it costs to keep an event for certain: a webhook has to be on the disk before it is acknowledged.

``nox -s bench -- -k inbox`` prints the figures. The yardstick is one line appended to a file and forced to the disk, in
the same run on the same disk: nobody who keeps a promise can be quicker. Speed belongs to the machine; that a put costs
a few of those appends and not hundreds is asserted, and so is that a long queue does not slow the lease down.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from odnexus.reconcile.inbox import Done, Event
from odnexus.stores import SqliteStore

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
FEW = 40
MOST_APPENDS = 25
"""An upper bound with room for a busy machine: a put takes one forced write, and now and then a checkpoint."""


def event(number: int) -> Event:
    return Event(
        id=f"{number:032}",
        key=f"nexhealth:bright-smiles/{number % 500}",
        location="Main",
        kind="nexhealth.appointment",
        subject=str(number),
        received=NOW,
        due=NOW,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "store.db") as store:
        yield store


@pytest.fixture
def append(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """The yardstick: a line of the size of an event, forced to the disk."""
    with (tmp_path / "plain.log").open("ab", buffering=0) as file:

        def append() -> None:
            file.write(bytes(200) + b"\n")
            os.fsync(file.fileno())

        yield append


@pytest.fixture
def put(store: SqliteStore) -> Callable[[], None]:
    numbers = count()

    def put() -> None:
        store.inbox.put([event(next(numbers))])

    return put


def times(action: Callable[[], None], rounds: int) -> list[float]:
    """Return the seconds of each round."""
    found: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return found


def test_put_one_event(benchmark: BenchmarkFixture, put: Callable[[], None]) -> None:
    benchmark(put)


def test_append_one_line(benchmark: BenchmarkFixture, append: Callable[[], None]) -> None:
    benchmark(append)


def test_a_put_costs_a_few_plain_appends(put: Callable[[], None], append: Callable[[], None]) -> None:
    put()
    append()

    # In turns, so that a busy disk slows both.
    pairs = [(times(put, 1)[0], times(append, 1)[0]) for _ in range(FEW)]

    ratio = statistics.median(one for one, _ in pairs) / statistics.median(other for _, other in pairs)
    assert ratio < MOST_APPENDS


def test_lease_and_settle_ten(benchmark: BenchmarkFixture, store: SqliteStore) -> None:
    store.inbox.put([event(number) for number in range(20_000)])

    def work() -> None:
        held = store.inbox.lease(NOW, LATER, 10)
        assert len(held) == 10
        assert all(store.inbox.settle(lease, Done(), NOW) for lease in held)

    benchmark.pedantic(work, rounds=20)  # type: ignore[no-untyped-call]


def lease_times(store: SqliteStore, waiting: int) -> float:
    """Return the median seconds of leasing one event of *waiting* ones."""
    store.inbox.put([event(number) for number in range(waiting)])

    def work() -> None:
        assert store.inbox.settle(store.inbox.lease(NOW, LATER, 1)[0], Done(), NOW)

    return statistics.median(times(work, FEW))


def test_a_long_queue_does_not_slow_the_lease_down(tmp_path: Path) -> None:
    seconds: list[float] = []
    for waiting in (500, 10_000):
        with SqliteStore(tmp_path / f"{waiting}.db") as store:
            seconds.append(lease_times(store, waiting))

    short, long = seconds
    assert long < 10 * short
