"""How fast NexHealth may be asked, per API key (page "Rate limiting")."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from odnexus._pace import Limit, Pace

# 100 calls per second in all; 10 per second on GET /appointments and the slots; 1,000 per minute
# on patients and appointments; 2,000 per minute on the rest. The periods are stretched a little, because what leaves
# evenly may arrive bunched.
LIMITS: Mapping[str, tuple[Limit, ...]] = MappingProxyType(
    {
        "*": (Limit(100, 1.05),),
        "calendar": (Limit(10, 1.05),),
        "people": (Limit(1000, 60.5),),
        "rest": (Limit(2000, 60.5),),
    }
)
"""Rate class → its limits; ``"*"`` holds for every request."""


def new_pace() -> Pace:
    """Return a rate budget for one API key. Clients that use the same key should share it."""
    return Pace(LIMITS)


def classes_of(method: str, path: str) -> tuple[str, ...]:
    """Return the rate classes in which a request counts."""
    parts = path.strip("/").split("/")
    if parts == ["available_slots"]:
        return ("calendar", "rest")
    if parts == ["appointments"] and method == "GET":
        return ("calendar", "people")
    return ("people",) if parts[0] in ("patients", "appointments") else ("rest",)
