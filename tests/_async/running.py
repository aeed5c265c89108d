"""What tests of the shells need in either flavour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odnexus.testing.clock import VirtualClock

# [async only]
import asyncio
from functools import wraps


def running(test: Callable[..., Any]) -> Callable[..., None]:
    """Return *test*, a coroutine function, as a plain one."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def clock_for(clock: VirtualClock) -> Any:
    """Return what a client of this flavour takes for *clock*."""
    return clock.for_async()


# [end]
# [sync only]
# def running(test: Callable[..., None]) -> Callable[..., None]:
#     """Return *test* as it is."""
#     return test
#
#
# def clock_for(clock: VirtualClock) -> Any:
#     """Return what a client of this flavour takes for *clock*."""
#     return clock
#
#
# [end]
