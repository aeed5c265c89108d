"""Clocks for simulators and tests: a virtual one that moves only when told to, and the machine's own.

A virtual clock never goes back. Whoever sleeps on it moves it, so a test of a week takes milliseconds.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Protocol

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Where a virtual clock begins unless told otherwise: a Monday morning in the United States."""


class SimClock(Protocol):
    """What a simulator needs of time."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after *seconds*."""
        ...


class VirtualClock:
    """A clock that stands still until somebody advances it or sleeps on it.

    Safe to share between threads and event loops.

    Args:
        start: Where to begin, aware.
    """

    def __init__(self, start: datetime = START) -> None:
        self._lock = RLock()
        self._now = _utc(start)
        self._deadlines: list[datetime] = []

    def now(self) -> datetime:
        """Return the current virtual moment, aware, in UTC."""
        with self._lock:
            return self._now

    def advance(self, step: timedelta) -> datetime:
        """Move the clock by *step* and return where it stands; raise `ValueError` if *step* is negative."""
        if step < timedelta(0):
            raise ValueError("a virtual clock never goes back")
        with self._lock:
            self._now += step
            return self._now

    def advance_to(self, moment: datetime) -> datetime:
        """Move the clock to *moment* unless it is already later; return where it stands."""
        with self._lock:
            self._now = max(self._now, _utc(moment))
            return self._now

    def sleep(self, seconds: float) -> None:
        """Advance the clock by *seconds* (nothing, if negative) and return at once."""
        self.advance(timedelta(seconds=max(seconds, 0.0)))

    def for_async(self) -> AsyncVirtualClock:
        """Return this clock with a `sleep` to be awaited."""
        return AsyncVirtualClock(self)

    def deadline(self, seconds: float) -> datetime:
        """Announce a sleeper of *seconds* and return when it wants to wake."""
        with self._lock:
            moment = self._now + timedelta(seconds=max(seconds, 0.0))
            self._deadlines.append(moment)
            return moment

    def is_next(self, moment: datetime) -> bool:
        """Return whether no announced sleeper wants to wake before *moment*."""
        with self._lock:
            return min(self._deadlines, default=moment) >= moment

    def withdraw(self, moment: datetime) -> None:
        """Take back what `deadline` announced."""
        with self._lock:
            self._deadlines.remove(moment)


class AsyncVirtualClock:
    """A `VirtualClock` for an event loop: sleepers wake in the order of their deadlines, not one after another.

    Two tasks that sleep ten seconds at once move the clock by ten seconds, not by twenty.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock

    def now(self) -> datetime:
        """Return the current virtual moment, aware, in UTC."""
        return self.clock.now()

    async def sleep(self, seconds: float) -> None:
        """Let every earlier sleeper wake first, then move the clock to this one's deadline."""
        moment = self.clock.deadline(seconds)
        try:
            # Once around the loop before time moves: tasks that are ready go first.
            await asyncio.sleep(0)
            while not self.clock.is_next(moment):  # noqa: ASYNC110 - virtual time has no timer to wait for
                await asyncio.sleep(0)
            self.clock.advance_to(moment)
        finally:
            self.clock.withdraw(moment)


class SystemClock:
    """The clock of this machine, for simulators served to people."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Return after *seconds*."""
        time.sleep(max(seconds, 0.0))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a virtual clock needs an aware moment")
    return moment.astimezone(UTC)
