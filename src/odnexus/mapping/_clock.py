"""Clocks and lengths: instants and the office's wall clock, minutes and Open Dental's Pattern."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from odnexus.mapping.issues import Issue, Mapped

__all__ = [
    "MAX_MINUTES",
    "UNIT",
    "minutes_of",
    "pattern_for",
    "rounded_minutes",
    "to_instant",
    "to_wall",
    "wall_doubts",
]

UNIT: Final = 5
MAX_MINUTES: Final = 540
"""Open Dental cuts a longer Pattern silently to nine hours (POST /appointments)."""


def to_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what the office's clock shows at *instant* (aware), to the minute and without a zone."""
    return instant.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None, fold=0)


def to_instant(wall: datetime, zone: ZoneInfo) -> Mapped[datetime]:
    """Return the instant (UTC) at which the office's clock shows *wall*.

    In the hour that happens twice it is the first time round, with the issue ``time.overlap``; in the hour that does
    not exist it is the instant that a clock set forward too late would show, with ``time.gap``.
    """
    first = wall.replace(tzinfo=zone, fold=0)
    try:
        return Mapped(first.astimezone(UTC), wall_doubts(first))
    except OverflowError:  # the first and last day that Python knows, which only "no date" uses
        return Mapped(wall.replace(tzinfo=UTC), (Issue(field="start", rule="time.missing", severity="error"),))


def wall_doubts(local: datetime) -> tuple[Issue, ...]:
    """Return the doubts about a local time: its offset depends on the fold only in a gap or an overlap."""
    before, after = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    if before is None or after is None or before == after:
        return ()
    return (Issue(field="start", rule="time.overlap" if before > after else "time.gap", severity="warning"),)


# -- length ------------------------------------------------------------------------------------------------------------


def pattern_for(minutes: int, like: str = "") -> str:
    """Return an Open Dental Pattern of that length: one character for five minutes, X provider time, / assistant time.

    Args:
        minutes: Length; rounded up to a multiple of five, at least five, at most nine hours.
        like: A pattern whose ends are kept while its middle is stretched or cut, as long as some provider time is
            left; without it all is provider time.
    """
    units = rounded_minutes(minutes) // UNIT
    if not like or set(like) - set("X/"):
        return "X" * units
    if units <= len(like):
        tail = len(like) - len(like.rstrip("/"))
        cut = like[: units - tail] + like[len(like) - tail :] if tail < units else like[:units]
        return cut if "X" in cut or "X" not in like else "X" * units
    middle = len(like) // 2
    return like[:middle] + like[middle] * (units - len(like)) + like[middle:]


def minutes_of(pattern: str) -> int:
    """Return the length of an Open Dental Pattern in minutes."""
    return UNIT * len(pattern)


def rounded_minutes(minutes: float) -> int:
    """Return *minutes* rounded up to a multiple of five, at least five and at most nine hours."""
    return min(MAX_MINUTES, max(UNIT, -int(-minutes // UNIT) * UNIT))
