from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from odnexus.testing import SystemClock, VirtualClock

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def test_a_virtual_clock_stands_still_until_advanced() -> None:
    clock = VirtualClock(NOON)

    assert clock.now() == clock.now() == NOON
    assert clock.advance(timedelta(hours=2)) == clock.now() == NOON + timedelta(hours=2)


def test_sleeping_moves_the_clock() -> None:
    clock = VirtualClock(NOON)

    clock.sleep(1.5)
    clock.sleep(-3)

    assert clock.now() == NOON + timedelta(seconds=1.5)


def test_the_clock_never_goes_back() -> None:
    clock = VirtualClock(NOON)

    with pytest.raises(ValueError, match="never goes back"):
        clock.advance(timedelta(seconds=-1))
    assert clock.advance_to(NOON - timedelta(days=1)) == NOON
    assert clock.advance_to(NOON + timedelta(days=1)) == NOON + timedelta(days=1)


def test_a_moment_is_kept_in_utc() -> None:
    clock = VirtualClock(datetime(2026, 5, 4, 6, 0, tzinfo=ZoneInfo("America/Denver")))

    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2026, 5, 4, 12, 0))


def test_async_sleepers_wake_in_the_order_of_their_deadlines() -> None:
    clock = VirtualClock(NOON)
    woken: list[tuple[str, datetime]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.for_async().sleep(seconds)
        woken.append((name, clock.now()))

    async def run() -> None:
        await asyncio.gather(sleeper("long", 10), sleeper("short", 3), sleeper("middle", 5))

    asyncio.run(run())

    assert woken == [(name, NOON + timedelta(seconds=s)) for name, s in (("short", 3), ("middle", 5), ("long", 10))]


def test_a_cancelled_sleeper_does_not_hold_up_the_others() -> None:
    clock = VirtualClock(NOON)

    async def run() -> None:
        task = asyncio.create_task(clock.for_async().sleep(1))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await clock.for_async().sleep(60)

    asyncio.run(run())

    assert clock.now() >= NOON + timedelta(seconds=60)


def test_the_system_clock_is_aware() -> None:
    clock = SystemClock()
    before = clock.now()

    clock.sleep(0)

    assert before.tzinfo is UTC
    assert clock.now() >= before
