"""Keeps the garbage collector out of work that only makes records and indexes: none of them forms a cycle."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

MANY: Final = 10_000
"""So many objects that live long are worth telling the collector about."""


@contextmanager
def without_collecting() -> Generator[None, None, None]:
    """Keep the collector from walking through all records again and again while more of them are made.

    In a practice of 100,000 charts it costs a quarter to a third of the time otherwise. Where it is switched off, it
    stays so.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def settle(count: int) -> None:
    """Tell the collector that what stands in memory is there to stay, *count* new objects among it.

    It costs no walk through them. A roster lives long, and what the collector takes for new it walks three times before
    it thinks so: as much time as 10,000 lookups take. What is garbage by now is found by the next full collection,
    later than else: so fewer than `MANY`, of which there may be many rosters, leave the collector alone. Frozen objects
    are left as they are.
    """
    if count >= MANY and gc.get_freeze_count() == 0:
        gc.freeze()
        gc.unfreeze()
