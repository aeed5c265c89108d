"""The few primitives that differ between the async shells and their sync twins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from odnexus.reconcile.triggers import DomainEvent

T = TypeVar("T")

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


class AsyncHome(Generic[T]):
    """One thing for each event loop, since what belongs to a loop works on no other: hosts may run several in turn.

    Args:
        make: Makes the thing where it is first asked for.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        # [async only]
        self._made: dict[asyncio.AbstractEventLoop, T] = {}
        # [end]
        # [sync only]
        # self._made: T | None = None
        # self._making = Lock()
        # [end]

    def get(self) -> T:
        """Return the thing of this loop."""
        # [async only]
        loop = asyncio.get_running_loop()
        if loop not in self._made:
            # What belongs to a loop that has ended cannot even be closed any more.
            self._made = {each: thing for each, thing in self._made.items() if not each.is_closed()}
            self._made[loop] = self._make()
        return self._made[loop]
        # [end]
        # [sync only]
        # with self._making:
        #     if self._made is None:
        #         self._made = self._make()
        #     return self._made
        # [end]

    def take(self) -> T | None:
        """Return the thing of this loop, if there is one, and forget it."""
        # [async only]
        return self._made.pop(asyncio.get_running_loop(), None)
        # [end]
        # [sync only]
        # with self._making:
        #     made, self._made = self._made, None
        #     return made
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
