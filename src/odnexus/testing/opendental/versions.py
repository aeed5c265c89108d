"""Versions of Open Dental: an office lacks every method, parameter and field that is newer than its own."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

Version: TypeAlias = tuple[int, ...]
"""Components of a version without trailing zeros, so that 23.2.5 and 23.2.5.0 are the same."""

ALWAYS: Version = ()
"""Older than every office."""


@cache
def version(text: str) -> Version:
    """Return *text*, such as ``25.4.48.0``, to compare component by component; raise `ValueError` if it is none."""
    parts = [int(part) for part in text.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
