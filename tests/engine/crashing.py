"""Kills: the process ends before or after any single effect, and a new one goes on with what was stored.

Every request and every write into the store passes a `Cut`. Armed at a number, it ends the process there with an
exception that nothing in the engine may catch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from odnexus.testing import SimReply, SimRequest

T = TypeVar("T")
Moment = Literal["before", "after"]

WRITES = frozenset(
    {
        "put",
        "lease",
        "extend",
        "settle",
        "revive",
        "save",
        "forget",
        "set",
        "open",
        "answer",
        "append",
        "take",
        "give",
        "drop",
    }
)


class Killed(BaseException):
    """The process is gone."""


class Cut:
    """Counts effects and ends the process at one of them."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._at: int | None = None
        self._moment: Moment = "before"

    def arm(self, number: int, moment: Moment) -> None:
        """End the process before or after the effect *number* (from 0) that follows."""
        self.names.clear()
        self._at, self._moment = number, moment

    def disarm(self) -> None:
        """Let everything through."""
        self._at = None

    def through(self, name: str, effect: Callable[[], T]) -> T:
        """Carry out *effect*, or die."""
        number = len(self.names)
        self.names.append(name)
        if number == self._at and self._moment == "before":
            raise Killed(name)
        result = effect()
        if number == self._at:
            raise Killed(name)
        return result


class CuttingPart:
    """One part of a store whose writes pass a cut."""

    def __init__(self, name: str, part: Any, cut: Cut) -> None:
        self._name, self._part, self._cut = name, part, cut

    def __getattr__(self, verb: str) -> Any:
        method = getattr(self._part, verb)
        if verb not in WRITES:
            return method
        return lambda *args, **kwargs: self._cut.through(f"{self._name}.{verb}", lambda: method(*args, **kwargs))


class CuttingStore:
    """A store whose writes pass a cut."""

    def __init__(self, store: Any, cut: Cut) -> None:
        for name in ("inbox", "links", "cursors", "reviews", "journal", "turns", "snapshots"):
            setattr(self, name, CuttingPart(name, getattr(store, name), cut))


class CuttingSimulator:
    """A simulator whose requests pass a cut."""

    def __init__(self, name: str, simulator: Any, cut: Cut) -> None:
        self._name, self._simulator, self._cut = name, simulator, cut

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._simulator, attribute)

    def handle(self, request: SimRequest) -> SimReply:
        """Answer, or die before or after answering."""
        reply: SimReply = self._cut.through(
            f"{self._name} {request.method} {request.path}", lambda: self._simulator.handle(request)
        )
        return reply
