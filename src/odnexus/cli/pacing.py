"""How soon a location is polled again: always after the same time, or sooner where something happens.

A poll that found something halves the wait, one that found nothing doubles it, between two bounds: the longest is what
the settings say; the shortest leaves three quarters of the key's requests to the bookings (opendental: pages "API
Permissions", "API Modes"). So an office that asks slowly (Read All: one request in five seconds) is not crowded out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from odnexus.cli.settings import OpenDentalSettings
from odnexus.opendental.modes import Tier

SHORTEST: Final = timedelta(seconds=30)
"""No location is polled more often, whatever its rate."""

SHARE: Final = 4
"""Polls take one part in so many of the requests that the key allows."""

IDLE: Final = 2
"""Requests of a poll that finds nothing: appointments and patients."""

SECONDS: Mapping[Tier, float] = {"read_all": 5.0, "standard": 1.0, "enterprise": 0.5}
"""Seconds between two requests in Remote mode."""


def shortest(office: OpenDentalSettings, locations: int, requests: int = IDLE) -> timedelta:
    """Return the shortest wait between two polls of a location.

    Args:
        office: How the database is reached.
        locations: How many locations share its key.
        requests: What the last poll cost.
    """
    if "remote" not in office.mode:
        return SHORTEST
    cost = timedelta(seconds=SECONDS[office.tier] * max(requests, IDLE) * max(locations, 1) * SHARE)
    return max(SHORTEST, cost)


def next_wait(before: timedelta, *, found: bool, least: timedelta, most: timedelta) -> timedelta:
    """Return how long to wait after a poll: half as long as *before* if it *found* something, else twice as long."""
    wanted = before / 2 if found else before * 2
    return min(max(wanted, min(least, most)), most)
