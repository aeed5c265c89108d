"""The few primitives that differ between the async shells and their sync twins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

# [async only]
import asyncio

AsyncLock = asyncio.Lock
# [end]
# [sync only]
# import time
# from threading import Lock as Lock
# [end]


class AsyncClock(Protocol):
    """What a shell needs of time. Tests pass a virtual one."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after *seconds*."""
        ...


class SystemAsyncClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return after *seconds*."""
        # [async only]
        await asyncio.sleep(seconds)
        # [end]
        # [sync only]
        # time.sleep(seconds)
        # [end]
