"""What carries out the calls of a NexHealth client, and the gate that lets through what is allowed."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from odnexus._calls import Call
from odnexus.errors import NotAllowedError
from odnexus.reconcile.features import Allowed

T = TypeVar("T")


class AsyncSends(Protocol):
    """What carries out calls: a transport, or a gate before one."""

    async def send(self, call: Call[T]) -> T:
        """Carry out *call* and return what it reads from the answer."""
        ...


class AsyncGate:
    """Lets through what is allowed."""

    def __init__(self, inner: AsyncSends, allowed: Allowed) -> None:
        self._inner = inner
        self._allowed = allowed

    def permit(self, call: Call[Any]) -> None:
        """Raise `NotAllowedError` if *call* may not be made here."""
        if refusal := self._allowed.refusal(call.method, call.name):
            raise NotAllowedError(refusal, call.api, call.name)

    async def send(self, call: Call[T]) -> T:
        """Carry out *call* if it is allowed."""
        self.permit(call)
        return await self._inner.send(call)
