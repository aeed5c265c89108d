"""The few primitives that differ between the async shells and their sync twins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from odnexus.reconcile.triggers import DomainEvent

# [async only]
import asyncio
from collections.abc import Awaitable

AsyncLock = asyncio.Lock
Handler: TypeAlias = "Callable[[DomainEvent], Awaitable[None]]"
"""What a host gives to be told of domain events."""
# [end]
# [sync only]
# import time
# from threading import Lock as Lock
#
# Handler: TypeAlias = "Callable[[DomainEvent], None]"
# """What a host gives to be told of domain events."""
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


class StopFlag(Protocol):
    """Tells a loop to stop: `threading.Event` and `asyncio.Event` are such."""

    def is_set(self) -> bool:
        """Return whether it is time to stop."""
        ...
