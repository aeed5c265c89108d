"""What every resource of the NexHealth client is made of: sending a call, walking through a list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

from odnexus._async.nexhealth_gate import AsyncSends
from odnexus._calls import Call
from odnexus.nexhealth.listing import Listing, Walk
from odnexus.nexhealth.models import Page, Record
from odnexus.nexhealth.scope import Scope

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class AsyncResource:
    """A group of endpoints, bound to a connection and to where the client works."""

    def __init__(self, transport: AsyncSends, scope: Scope) -> None:
        self._transport = transport
        self._scope = scope

    async def _send(self, call: Call[T]) -> T:
        return await self._transport.send(call)

    async def _pages(self, listing: Listing[R]) -> AsyncIterator[Page[R]]:
        walk = Walk(listing)
        while walk.next is not None:
            yield walk.take(await self._transport.send(walk.next))

    def _each(self, listing: Listing[R]) -> AsyncIterator[R]:
        return (row async for page in self._pages(listing) for row in page.rows)

    async def _all(self, listing: Listing[R]) -> list[R]:
        rows: list[R] = []
        async for page in self._pages(listing):
            rows += page.rows
        return rows
