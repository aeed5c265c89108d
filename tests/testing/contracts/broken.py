"""Stores that break one promise each, to prove that the contract notices.

Each class is named after its fault, derived from a part of the memory store, and lists the tests that have to fail.
They are in the modules ``broken_inbox``, ``broken_lists``, ``broken_links``, ``broken_records`` and ``broken_parts``.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, BrokenBarrierError
from typing import TypeVar

from attrs import frozen

from odnexus.stores.memory import (
    MemoryCursors,
    MemoryInbox,
    MemoryJournal,
    MemoryLinks,
    MemoryReviews,
    MemorySnapshots,
    MemoryStore,
    MemoryTurns,
)

C = TypeVar("C", bound=type)

PARTS: dict[type, str] = {
    MemoryInbox: "inbox",
    MemoryLinks: "links",
    MemoryCursors: "cursors",
    MemoryReviews: "reviews",
    MemoryJournal: "journal",
    MemoryTurns: "turns",
    MemorySnapshots: "snapshots",
}


@frozen
class Broken:
    """A store with one fault, and the tests that catch it."""

    name: str
    make: Callable[[], MemoryStore]
    caught_by: tuple[str, ...]


BROKEN: list[Broken] = []


def breaks(*tests: str) -> Callable[[C], C]:
    """Register a broken part or store together with the *tests* that have to fail with it."""

    def register(cls: C) -> C:
        BROKEN.append(Broken(cls.__name__, maker(cls), tests))
        return cls

    return register


def maker(cls: type) -> Callable[[], MemoryStore]:
    """Return a function that makes a store in which the part that *cls* is derived from is replaced by a *cls*."""
    if issubclass(cls, MemoryStore):
        return cls
    part = next(name for base, name in PARTS.items() if issubclass(cls, base))

    def make() -> MemoryStore:
        store = MemoryStore()
        setattr(store, part, cls())
        return store

    return make


class Rendezvous:
    """Lets the first four threads that come go on together: whoever looked before acting finds the picture changed."""

    def __init__(self) -> None:
        self._barrier = Barrier(4)

    def meet(self) -> None:
        try:
            self._barrier.wait(0.2)
        except BrokenBarrierError:
            return
        self._barrier.abort()


def folded(text: str) -> str:
    """Return what some databases take *text* for."""
    return text.strip().casefold()
