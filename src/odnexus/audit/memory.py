"""Keeps the garbage collector out of work that only makes records: none of them forms a cycle."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Generator[None, None, None]:
    """Keep the collector from walking through all records again and again while more of them are made.

    In a practice of 100,000 charts it costs a third of the time otherwise. Where it is switched off, it stays so.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
