"""How dates and texts of an answer are written, overridden by ``DateFormatString`` and ``DateTimeFormatString``.

The overrides are custom formats of .NET (page "API Specification"); ``zzz`` is the only documented way to learn the
office's offset from UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from odnexus.testing.opendental.values import Style

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice


def _twelve(at: datetime) -> int:
    return at.hour % 12 or 12


def _offset(at: datetime) -> str:
    delta = at.utcoffset()
    minutes = round(delta.total_seconds() / 60) if delta else 0
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


# Longest first, as .NET reads them.
_TOKENS: Mapping[str, Callable[[datetime], str]] = {
    "yyyy": lambda at: f"{at.year:04}",
    "yy": lambda at: f"{at.year % 100:02}",
    "MM": lambda at: f"{at.month:02}",
    "M": lambda at: f"{at.month}",
    "dd": lambda at: f"{at.day:02}",
    "d": lambda at: f"{at.day}",
    "HH": lambda at: f"{at.hour:02}",
    "H": lambda at: f"{at.hour}",
    "hh": lambda at: f"{_twelve(at):02}",
    "h": lambda at: f"{_twelve(at)}",
    "mm": lambda at: f"{at.minute:02}",
    "m": lambda at: f"{at.minute}",
    "ss": lambda at: f"{at.second:02}",
    "s": lambda at: f"{at.second}",
    "tt": lambda at: "AM" if at.hour < 12 else "PM",
    "zzz": _offset,
}
_TOKEN = re.compile("|".join(sorted(_TOKENS, key=len, reverse=True)))
_BREAK = re.compile(r"\r\n|\r|\n")


def dotnet(at: datetime, pattern: str) -> str:
    """Return *at*, aware, written by a custom format of .NET."""
    return _TOKEN.sub(lambda match: _TOKENS[match.group()](at), pattern)


def style(practice: Practice, day: str = "", moment: str = "") -> Style:
    """Return how *practice* writes an answer.

    Args:
        practice: The office.
        day: Format for dates; the standard one if "".
        moment: Format for moments; the standard one if "".
    """
    breaks_kept = practice.switches.line_breaks == "kept"
    return Style(
        day=lambda value: _day(practice, value, day),
        moment=lambda value: _moment(practice, value, moment),
        line=lambda value: value if breaks_kept else _BREAK.sub(" ", value),
    )


def _day(practice: Practice, value: date, pattern: str) -> str:
    if not pattern:
        return value.isoformat()
    return dotnet(datetime.combine(value, time.min, practice.zone), pattern)


def _moment(practice: Practice, value: datetime, pattern: str) -> str:
    if not pattern:
        return value.isoformat(" ", "seconds")
    return dotnet(value.replace(tzinfo=practice.zone), pattern)
