"""Async clients on several event loops, cut off anywhere, never closed or closed too early."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator

import httpx
import pytest
from attrs import define, field

from odnexus._async.nexhealth import AsyncNexHealth
from odnexus._async.opendental import AsyncOpenDental
from odnexus._sync.opendental import OpenDental
from odnexus.errors import ConfigurationError
from odnexus.testing import LocalServer, transport
from odnexus.testing.nexhealth import API_KEY
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, OpenDentalSimulator
from tests.engine.town import Town


@define
class Slow(httpx.AsyncBaseTransport):
    """Answers when the loop has gone round a few times, so that others come in between."""

    inner: httpx.AsyncBaseTransport
    under_way: int = field(default=0, init=False)
    most: int = field(default=0, init=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            for _ in range(3):
                await asyncio.sleep(0)
            return await self.inner.handle_async_request(request)
        finally:
            self.under_way -= 1


@pytest.fixture
def office() -> Iterator[LocalServer]:
    with LocalServer(OpenDentalSimulator()) as server:
        yield server


def client(**settings: object) -> AsyncOpenDental:
    keys = {"developer_key": DEVELOPER_KEY, "customer_key": CUSTOMER_KEY}
    return AsyncOpenDental(**{**keys, "mode": "service", **settings})  # type: ignore[arg-type]


# What a loop that has ended left open cannot be closed any more: Python says so when it is thrown away.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_client_serves_loop_after_loop(office: LocalServer) -> None:
    opendental = client(base_url=office.url)

    async def work() -> int:
        return len(await asyncio.gather(*(opendental.program_version() for _ in range(5))))

    async def last() -> int:
        async with opendental:
            return await work()

    assert [asyncio.run(work()), asyncio.run(work()), asyncio.run(last())] == [5, 5, 5]
    gc.collect()


def test_a_token_is_fetched_once_however_many_tasks_and_loops_want_it() -> None:
    town = Town()
    slow = Slow(transport(town.nx))
    nexhealth = AsyncNexHealth(
        api_key=API_KEY,
        subdomain="demo-dental",
        location_id=town.location_id,
        clock=town.clock.for_async(),
        transport=slow,
    )

    async def work() -> None:
        await asyncio.gather(*(nexhealth.locations.get(town.location_id) for _ in range(20)))

    asyncio.run(work())
    asyncio.run(work())

    assert slow.most > 1
    assert sum(request.path == "/authenticates" for request in town.nx.requests) == 1


@pytest.mark.parametrize("rounds", range(1, 12))
def test_a_task_that_is_cut_off_leaves_its_turn_to_the_next(rounds: int) -> None:
    simulator = OpenDentalSimulator()
    slow = Slow(transport(simulator))
    clock = simulator.clock.for_async()  # type: ignore[attr-defined]
    opendental = client(mode="remote", transport=slow, clock=clock)

    async def work() -> list[str]:
        tasks = [asyncio.create_task(opendental.program_version()) for _ in range(4)]
        for _ in range(rounds):
            await asyncio.sleep(0)
        for cut in tasks[:2]:
            cut.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        return [type(each).__name__ for each in done]

    names = asyncio.run(work())

    assert names[2:] == ["Version", "Version"]
    assert set(names[:2]) <= {"Version", "CancelledError"}
    assert slow.most == 1


def closed_async(used: bool) -> None:
    async def story() -> None:
        opendental = client(transport=transport(OpenDentalSimulator()))
        if used:
            await opendental.program_version()
        await opendental.aclose()
        await opendental.program_version()

    asyncio.run(story())


def closed_sync(used: bool) -> None:
    opendental = OpenDental(
        developer_key=DEVELOPER_KEY,
        customer_key=CUSTOMER_KEY,
        mode="service",
        transport=transport(OpenDentalSimulator()),
    )
    if used:
        opendental.program_version()
    opendental.close()
    opendental.program_version()


@pytest.mark.parametrize("used", [True, False])
@pytest.mark.parametrize("story", [closed_async, closed_sync])
def test_a_closed_client_says_so(story: Callable[[bool], None], used: bool) -> None:
    with pytest.raises(ConfigurationError, match="it was closed"):
        story(used)
