"""What tests of the NexHealth client need in either flavour: an office, a client of it, and many calls at once."""

from __future__ import annotations

# [async only]
import asyncio

# [end]
import itertools
from collections.abc import Callable
from typing import Any

# [sync only]
# from concurrent.futures import ThreadPoolExecutor
# from threading import Barrier
#
# [end]
import httpx

from odnexus._async.nexhealth import AsyncNexHealth
from odnexus.testing.clock import VirtualClock
from odnexus.testing.nexhealth import API_KEY, DemoOffice, demo_office
from odnexus.testing.transports import transport
from tests._async.running import clock_for


def office(**options: Any) -> DemoOffice:
    """Return the demo office behind a simulator that refuses whatever is not documented."""
    known: dict[str, Any] = {"strict": True, "strict_unknown": "refuse", **options}
    return demo_office(VirtualClock(), **known)


def client(place: DemoOffice, **settings: Any) -> AsyncNexHealth:
    """Return a client that works at *place*."""
    clock: Any = place.simulator.clock
    known: dict[str, Any] = {
        "api_key": None if "tokens" in settings else API_KEY,
        "subdomain": place.subdomain,
        "location_id": place.location_id,
        "transport": transport(place.simulator),
        "clock": clock_for(clock),
    }
    return AsyncNexHealth(**{**known, **settings})


# [async only]
class AsyncMeeting(httpx.AsyncBaseTransport):
    """Holds the first *size* requests to *path* back until all of them are under way."""

    def __init__(self, place: DemoOffice, path: str, size: int) -> None:
        self._inner = transport(place.simulator)
        self._path = path
        self._size = size
        self._arrivals = itertools.count()
        self._barrier = asyncio.Barrier(size)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait for the others, then pass *request* on."""
        if request.url.path == self._path and next(self._arrivals) < self._size:
            await self._barrier.wait()
        return await self._inner.handle_async_request(request)


async def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Carry out *jobs* at the same time and return what each returned or raised."""
    return await asyncio.gather(*(job() for job in jobs), return_exceptions=True)


# [end]
# [sync only]
# class Meeting(httpx.BaseTransport):
#     """Holds the first *size* requests to *path* back until all of them are under way."""
#
#     def __init__(self, place: DemoOffice, path: str, size: int) -> None:
#         self._inner = transport(place.simulator)
#         self._path = path
#         self._size = size
#         self._arrivals = itertools.count()
#         self._barrier = Barrier(size)
#
#     def handle_request(self, request: httpx.Request) -> httpx.Response:
#         """Wait for the others, then pass *request* on."""
#         if request.url.path == self._path and next(self._arrivals) < self._size:
#             self._barrier.wait(10)
#         return self._inner.handle_request(request)
#
#
# def together(*jobs: Callable[[], Any]) -> list[Any]:
#     """Carry out *jobs* at the same time and return what each returned or raised."""
#     with ThreadPoolExecutor(len(jobs)) as pool:
#         waiting = [pool.submit(job) for job in jobs]
#     return [each.exception() or each.result() for each in waiting]
#
#
# [end]
