from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from odnexus.testing import FaultKind, Faults, SimReply, SimRequest, VirtualClock, post, transport
from odnexus.testing.clock import START


class Echo:
    """Answers with what it was asked; a fault rule may get in the way."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.faults = Faults()
        self.latency = timedelta(0)

    def handle(self, request: SimRequest) -> SimReply:
        return self.faults.run(request, request.path, lambda: self.answer(request))

    def answer(self, request: SimRequest) -> SimReply:
        seen = f"{request.method} {request.path} {request.query} {request.headers.get('x-key')} ".encode()
        return SimReply(status=200, headers={"x-sim": "yes"}, body=seen + request.body, latency=self.latency)


def test_sync_and_async_clients_reach_the_simulator() -> None:
    echo = Echo()
    with httpx.Client(transport=transport(echo), base_url="http://sim.example.org") as client:
        one = client.post("/a", params={"q": "1"}, content=b"hello", headers={"X-Key": "k"})

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport(echo), base_url="http://sim.example.org") as client:
            return await client.post("/a", params={"q": "1"}, content=b"hello", headers={"X-Key": "k"})

    other = asyncio.run(ask())

    assert one.content == other.content == b"POST /a (('q', '1'),) k hello"
    assert one.headers["x-sim"] == "yes"


@pytest.mark.parametrize(
    ("kind", "error", "seconds"),
    [
        ("lost_answer", httpx.ReadError, 0),
        ("reset_before", httpx.ReadError, 0),
        ("timeout_after", httpx.ReadTimeout, 30),
        ("timeout_before", httpx.ReadTimeout, 30),
        ("refused", httpx.ConnectError, 0),
    ],
)
def test_a_dropped_line_is_the_error_of_a_network(kind: FaultKind, error: type[Exception], seconds: int) -> None:
    echo = Echo()
    echo.faults.on("* *", kind=kind)
    client = httpx.Client(transport=transport(echo), timeout=30)

    with pytest.raises(error):
        client.get("http://sim.example.org/a")

    assert echo.clock.now() == START + timedelta(seconds=seconds)


def test_a_reply_under_way_takes_its_time() -> None:
    echo = Echo()
    echo.latency = timedelta(seconds=4)

    async def ask() -> None:
        async with httpx.AsyncClient(transport=transport(echo), timeout=30) as client:
            await asyncio.gather(*(client.get("http://sim.example.org/a") for _ in range(3)))

    asyncio.run(ask())
    # Three at once wait together.
    assert echo.clock.now() == START + timedelta(seconds=4)
    httpx.Client(transport=transport(echo), timeout=30).get("http://sim.example.org/a")

    assert echo.clock.now() == START + timedelta(seconds=8)


def test_a_reply_later_than_the_patience_of_the_client_is_a_timeout() -> None:
    echo = Echo()
    echo.latency = timedelta(seconds=40)

    with pytest.raises(httpx.ReadTimeout):
        httpx.Client(transport=transport(echo), timeout=30).get("http://sim.example.org/a")

    assert echo.clock.now() == START + timedelta(seconds=30)


def test_nobody_at_the_other_end_is_a_connection_error() -> None:
    with pytest.raises(ConnectionError):
        post("http://127.0.0.1:9/", {}, b"[]")
