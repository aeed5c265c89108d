"""Simulators as httpx transports: the only place of `odnexus.testing` that knows httpx."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import httpx

from odnexus.testing.clock import VirtualClock
from odnexus.testing.http import DropKind, SimDropped, SimReply, SimRequest, Simulator

_ERRORS: Mapping[DropKind, type[httpx.TransportError]] = {
    "lost_answer": httpx.ReadError,
    "reset_before": httpx.ReadError,
    "timeout_after": httpx.ReadTimeout,
    "timeout_before": httpx.ReadTimeout,
    "refused": httpx.ConnectError,
}
_HANGS: frozenset[DropKind] = frozenset({"timeout_after", "timeout_before"})


class SimTransport(httpx.MockTransport):
    """Carries requests of sync and async httpx clients to a simulator.

    A dropped line becomes the httpx error a network would give. Silence lasts, on the simulator's clock, as long as
    the client's read timeout; so does waiting for a reply that is under way for longer than that.
    """

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(self._answer)
        self.simulator = simulator

    def _answer(self, request: httpx.Request) -> httpx.Response:
        reply, wait = self._carry(request)
        if wait:
            self.simulator.clock.sleep(wait.total_seconds())
        return _response(reply, request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request of an async client; other tasks run while a reply is under way."""
        await request.aread()
        reply, wait = self._carry(request)
        if wait:
            await self._sleep(wait.total_seconds())
        return _response(reply, request)

    async def _sleep(self, seconds: float) -> None:
        clock = self.simulator.clock
        if isinstance(clock, VirtualClock):
            await clock.for_async().sleep(seconds)
        else:
            await asyncio.to_thread(clock.sleep, seconds)

    def _carry(self, request: httpx.Request) -> tuple[SimReply | None, timedelta]:
        """Return the reply (`None`: too late for the client) and how long it is under way."""
        limit = _read_timeout(request)
        sent = SimRequest.parse(request.method, str(request.url), request.headers, request.content, limit)
        try:
            reply = self.simulator.handle(sent)
        except SimDropped as drop:
            if drop.kind in _HANGS and limit is not None:
                self.simulator.clock.sleep(limit.total_seconds())
            raise _ERRORS[drop.kind](drop.kind, request=request) from None
        if limit is not None and reply.latency > limit:
            return None, limit
        return reply, reply.latency


def transport(simulator: Simulator) -> httpx.MockTransport:
    """Return an httpx transport, for sync and async clients alike, that leads to *simulator*."""
    return SimTransport(simulator)


def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send what a simulator delivers (webhooks, events) over the network and return the status answered.

    Raises:
        ConnectionError: Nobody answered.
    """
    try:
        return httpx.post(url, headers=dict(headers), content=body, timeout=10.0).status_code
    except httpx.TransportError as error:
        raise ConnectionError("the receiver did not answer") from error


def _read_timeout(request: httpx.Request) -> timedelta | None:
    seconds = request.extensions.get("timeout", {}).get("read")
    return None if seconds is None else timedelta(seconds=seconds)


def _response(reply: SimReply | None, request: httpx.Request) -> httpx.Response:
    if reply is None:
        raise httpx.ReadTimeout("timeout", request=request)
    return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body, request=request)
