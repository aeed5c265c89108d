"""When to send and when to try again: rate budgets and retry policies, without a clock.

Two kinds of waiting, both pure. A `Pace` keeps one key inside the limits of its vendor: it is asked for a delay
before each request and told when requests start and end. A `RetryPolicy` says how long to wait after a failure.
Times are seconds on any scale; who owns a clock passes the reading in. A clock that was put back is noticed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import timedelta
from threading import RLock
from typing import Final

from attrs import define, field, frozen


@frozen(kw_only=True)
class RetryPolicy:
    """How often to try, and how long to wait in between.

    Attributes:
        attempts: Tries in all, the first included.
        first: Wait after the first failure.
        factor: Growth from one wait to the next.
        longest: No wait is longer.
        jitter: Share of a wait that varies, 0 to 1: 0.25 means 75 to 125 per cent.
        rate_limit_repeats: How often a request refused with 429 is sent again.
    """

    attempts: int = 4
    first: timedelta = timedelta(seconds=0.5)
    factor: float = 2.0
    longest: timedelta = timedelta(seconds=30)
    jitter: float = 0.25
    rate_limit_repeats: int = 1

    def wait(self, failures: int, roll: float) -> timedelta:
        """Return the wait after the *failures*-th failure (from 1); *roll* in [0, 1) decides the jitter."""
        # In seconds, and with a bounded exponent, since a timedelta overflows long before a float does.
        grown = self.first.total_seconds() * self.factor ** min(failures - 1, 60)
        base = timedelta(seconds=min(grown, self.longest.total_seconds()))
        return base * (1 - self.jitter + 2 * self.jitter * roll)


CALL_RETRY = RetryPolicy()
"""Retries inside one logical call of a client: at most five requests leave, one of them for a token."""

EVENT_RETRY = RetryPolicy(attempts=25, first=timedelta(seconds=15), longest=timedelta(hours=12))
"""Retries of an event in the engine: 25 tries over about seven days."""


SHORTEST_WAIT: Final = 1e-6
"""Clocks count in microseconds: a shorter wait, left over by rounding, would never end."""

PUT_BACK: Final = 1.0
"""A reading so many seconds before an earlier one means that the clock was put back: threads overtake by less."""


@frozen
class Limit:
    """At most *count* requests may start within any *period* seconds."""

    count: int
    period: float


@define
class _Window:
    limit: Limit
    starts: deque[float] = field(factory=deque[float])

    def delay(self, now: float) -> float:
        while self.starts and self.starts[0] <= now - self.limit.period:
            self.starts.popleft()
        if len(self.starts) < self.limit.count:
            return 0.0
        return self.starts[-self.limit.count] + self.limit.period - now


class Pace:
    """The rate budget of one key. Share one object between all clients that use the same key, in any thread.

    Args:
        limits: For each rate class its limits; the class ``"*"`` holds for every request.
        serial: True if the vendor counts execution time, so that requests must follow one another.
    """

    def __init__(self, limits: Mapping[str, Sequence[Limit]] | None = None, *, serial: bool = False) -> None:
        self.serial = serial
        self._windows = {name: [_Window(limit) for limit in group] for name, group in (limits or {}).items()}
        self._closed_until = float("-inf")
        self._latest = float("-inf")
        self._lock = RLock()

    def delay(self, classes: Sequence[str], now: float) -> float:
        """Return how many seconds a request of *classes* must wait at *now*; 0 means that it may start."""
        with self._lock:
            if now < self._latest - PUT_BACK:
                self._put_back(self._latest - now)
            self._latest = now
            waits = [window.delay(now) for window in self._of(classes)]
            return max([0.0, self._closed_until - now, *waits])

    def begin(self, classes: Sequence[str], now: float) -> float:
        """Record that a request of *classes* starts at *now* and return 0, or return how long it must wait instead."""
        with self._lock:
            delay = self.delay(classes, now)
            if delay >= SHORTEST_WAIT:
                return delay
            self.start(classes, now)
            return 0.0

    def start(self, classes: Sequence[str], now: float) -> None:
        """Record that a request of *classes* starts at *now*."""
        with self._lock:
            for window in self._of(classes):
                window.starts.append(now)

    def close_until(self, moment: float) -> None:
        """Hold every request back until *moment*: the server asked for it (429 with Retry-After)."""
        with self._lock:
            self._closed_until = max(self._closed_until, moment)

    def _put_back(self, seconds: float) -> None:
        """Read what is remembered by the clock as it goes now: else every request would wait for so long."""
        self._closed_until -= seconds
        for window in (each for group in self._windows.values() for each in group):
            window.starts = deque(moment - seconds for moment in window.starts)

    def _of(self, classes: Sequence[str]) -> list[_Window]:
        return [window for name in ("*", *classes) for window in self._windows.get(name, ())]
