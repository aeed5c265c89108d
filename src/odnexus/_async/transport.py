"""The only door to the HTTP library: sends what `odnexus._calls.exchange` asks for, paces it, and says what came.

One `AsyncTransport` stands for one base URL and one key. It holds no policy: attempts, waits and renewals are decided
by the generator it drives.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar
from urllib.parse import quote, urlencode

from odnexus._async._compat import AsyncClock, AsyncHome, AsyncLock, SystemAsyncClock
from odnexus._calls import Call, Lost, NoReply, Outcome, Pause, Renew, Reply, Send, Step, exchange
from odnexus._pace import CALL_RETRY, Pace, RetryPolicy
from odnexus.errors import ConfigurationError

T = TypeVar("T")

# Loading the HTTP library takes longer than all of this package: only who sends something pays for it.
if TYPE_CHECKING:
    import ssl

    import httpx


class AsyncHttpTransport(Protocol):
    """An httpx transport, for tests and proxies."""

    async def aclose(self) -> None:
        """Close its connections."""
        ...


class AsyncCredentials(Protocol):
    """What a transport needs of keys and tokens."""

    async def headers(self, call: Call[Any]) -> Mapping[str, str]:
        """Return the headers of *call*, credentials included; may have to fetch a token first."""
        ...

    async def renew(self, call: Call[Any]) -> bool:
        """Renew what was refused for *call* unless someone else just did; return whether trying again makes sense."""
        ...


USER_AGENT = "odnexus"

# Whether a request of ours is under way in this task or thread.
_ours: ContextVar[bool] = ContextVar("odnexus_request", default=False)


class _NoAddresses(logging.Filter):
    """Keeps the HTTP library from logging our requests: their addresses hold birth dates and names."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - whatever it says
        return not _ours.get()


_NO_ADDRESSES = _NoAddresses()


class AsyncTransport:
    """Sends calls to one base URL with one key.

    Args:
        base_url: Where the API lives.
        credentials: Gives each request its headers and renews what was refused.
        pace: Rate budget of the key.
        retry: How often and how patiently one call is tried.
        clock: Source of time.
        timeout: Seconds to wait for connecting and for an answer.
        transport: An httpx transport to use instead of the network, for tests and proxies.
    """

    def __init__(
        self,
        base_url: str,
        *,
        credentials: AsyncCredentials,
        pace: Pace | None = None,
        retry: RetryPolicy = CALL_RETRY,
        clock: AsyncClock | None = None,
        timeout: float = 65.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url
        self.clock: AsyncClock = clock or SystemAsyncClock()
        self._credentials = credentials
        self._pace = pace or Pace()
        self._retry = retry
        self._turn = AsyncHome(AsyncLock)
        self.sent = 0
        """Requests that have left so far, for budgets and journals."""
        self._timeout = timeout
        self._transport = transport
        self._clients: AsyncHome[httpx.AsyncClient] = AsyncHome(self._connected)
        self._closed = False

    async def send(self, call: Call[T]) -> T:
        """Carry out *call* and return what it reads from the answer; raise the `ApiError` that ended it."""
        steps = exchange(call, now=self.clock.now, roll=random.random, policy=self._retry)
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as stop:
                result: T = stop.value
                return result
            outcome = await self._do(call, step)

    async def _do(self, call: Call[Any], step: Step) -> Outcome:
        match step:
            case Send():
                return await self._request(call)
            case Pause(length, everyone):
                if everyone:
                    self._pace.close_until(self._seconds() + length.total_seconds())
                await self.clock.sleep(length.total_seconds())
                return None
            case Renew():
                return await self._credentials.renew(call)

    async def _request(self, call: Call[Any]) -> Reply | NoReply:
        headers = {**await self._credentials.headers(call), **dict(call.headers)}
        if self._pace.serial:
            # The vendor counts execution time: the next request starts after this one has ended.
            async with self._turn.get():
                await self._wait_for_budget(call)
                return await self._transmit(call, headers)
        async with self._turn.get():
            await self._wait_for_budget(call)
        return await self._transmit(call, headers)

    async def _wait_for_budget(self, call: Call[Any]) -> None:
        while delay := self._pace.begin(call.classes, self._seconds()):
            await self.clock.sleep(delay)

    async def _transmit(self, call: Call[Any], headers: Mapping[str, str]) -> Reply | NoReply:
        if self._closed:
            raise ConfigurationError("client: it was closed; make a new one, or close it when nothing needs it")
        self.sent += 1
        import httpx  # noqa: PLC0415 - see the top of the module

        not_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
        text = call.form if call.body is None else json.dumps(call.body, ensure_ascii=False)
        before = _ours.set(True)
        try:
            response = await self._clients.get().request(
                call.method,
                _with_query(call.url or self.base_url + call.path, call.params),
                content=call.content if text is None else text.encode(),
                headers=headers,
            )
        except not_sent:
            # The request certainly never reached the other side.
            return NoReply(Lost.NOT_SENT)
        except httpx.TimeoutException:
            return NoReply(Lost.TIMEOUT)
        except httpx.RequestError:
            # The line broke, or what came cannot be unpacked.
            return NoReply(Lost.BROKEN)
        finally:
            _ours.reset(before)
        return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.content)

    def _connected(self) -> httpx.AsyncClient:
        """Return new connections, made with the first request: reading certificates takes a while."""
        import httpx  # noqa: PLC0415 - see the top of the module

        # Adding it again changes nothing.
        logging.getLogger("httpx").addFilter(_NO_ADDRESSES)
        return httpx.AsyncClient(
            verify=_context() if self._transport is None else True,
            timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, 10.0)),
            headers={"User-Agent": USER_AGENT},
            transport=self._transport,
            trust_env=self._transport is None,
        )

    def _seconds(self) -> float:
        return self.clock.now().timestamp()

    async def aclose(self) -> None:
        """Close the connections; every later request is refused."""
        self._closed = True
        client = self._clients.take()
        if client is not None:
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _with_query(url: str, params: Sequence[tuple[str, str]]) -> str:
    """Return *url* with *params*, a blank as %20: Open Dental's page "API Implementation" asks for it."""
    if not params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params, quote_via=quote)}"


def _context() -> ssl.SSLContext:
    """Return how TLS is spoken: certificates are checked, and nothing older than 1.2 is understood."""
    import ssl  # noqa: PLC0415 - only who speaks TLS needs it

    import httpx  # noqa: PLC0415 - see the top of the module

    context = httpx.create_ssl_context(trust_env=True)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
