"""One cell of a table: what spreadsheets, data frames and query windows make of texts, numbers, days and times.

What programs put where nothing is (``NaN``, ``NaT``, ``NULL``, ``#N/A``) is nothing. What cannot be read raises a
`ValueError`, whose message says what was expected and never what stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Final, cast

__all__ = [
    "NOTHING",
    "day_and_clock",
    "has_offset",
    "is_day_first",
    "is_iso",
    "month_first",
    "plain",
    "text_of",
    "time_of_day",
    "wall_time",
    "whole",
    "whole_number",
    "zip_code",
]

NOTHING: Final = frozenset({"", "NaT", "<NA>", "nan", "NaN", "None", "NULL", "null", "#N/A", "#VALUE!", "\\N"})


def plain(value: object) -> object:
    """Return what a cell holds as a text, a truth value, or an object as JSON has it; None if it holds nothing."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | int | list | dict):
        return cast("object", value)
    if isinstance(value, float):
        # A column with gaps turns whole numbers into fractions.
        return None if not isfinite(value) else int(value) if value.is_integer() else value
    if isinstance(value, Decimal):
        return None if not value.is_finite() else int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, datetime):
        # Not a time, as pandas has it, is a datetime that equals nothing.
        return value.isoformat(sep=" ", timespec="seconds") if value == value else None  # noqa: PLR0124
    if isinstance(value, timedelta):
        # MySQL's times of day are lengths of time to Python.
        return str(datetime.min + value).partition(" ")[2] if value == value else None  # noqa: PLR0124
    if isinstance(value, date | time):
        return value.isoformat()
    # Scalars of numpy, missing values of pandas, and whatever else writes itself.
    item = getattr(value, "item", None)
    if isinstance(value, Mapping):
        return cast("object", value)
    return plain(item()) if callable(item) else _text(str(value))


def _text(value: str) -> str | None:
    text = value.strip().strip("\ufeff")
    if text.startswith('="') and text.endswith('"'):
        # What keeps Excel from making a number of a text.
        text = text[2:-1]
    return None if text in NOTHING else text


# -- numbers -----------------------------------------------------------------------------------------------------------

_FRACTION: Final = re.compile(r"(-?\d+)\.0+")
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+")


def whole(text: str) -> str:
    """Return a text; a telephone number that became a fraction is whole again."""
    # One look at the end tells nearly all texts.
    found = _FRACTION.fullmatch(text) if text[-1:] == "0" else None
    return found[1] if found else text


def whole_number(text: str) -> int:
    """Return a whole number, also of a text with a comma between thousands.

    Raises:
        ValueError: It is none.
    """
    text = whole(text)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if not text.lstrip("-").isdecimal():
        raise ValueError("expected a whole number")
    return int(text)


def text_of(cell: object) -> str:
    """Return what a cell holds as a text, empty if nothing."""
    if type(cell) is str:
        # Tables have millions of these, and few of them are odd.
        text = cell.strip()
        if text in NOTHING:
            return ""
        if text[0] not in _ODD_STARTS and text[-1] not in _ODD_ENDS:
            return text
    if type(cell) is int:
        return str(cell)
    value = plain(cell)
    if value is None:
        return ""
    return whole(value) if isinstance(value, str) else str(value)


_ODD_STARTS: Final = frozenset("=\ufeff")
_ODD_ENDS: Final = frozenset("0\ufeff")


def zip_code(text: str) -> str:
    """Return a postal code with the zeros that spreadsheets take away."""
    return text.zfill(5 if len(text) < 6 else 9) if text.isdecimal() else text


# -- days and times ----------------------------------------------------------------------------------------------------

_ISO: Final = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[T ](.*))?", re.DOTALL)
_AMERICAN: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{2}|\d{4})(?:,? +(.*))?", re.DOTALL)
_CLOCK: Final = re.compile(r"(?:0 days )?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:([ap])\.?m\.?)?", re.IGNORECASE)
_OFFSET: Final = re.compile(r"\s*(Z|UTC|[+-]\d{2}:?\d{2})$")

_PROOFS: Final = 3
"""One day beyond the twelfth may be a slip of the hand."""


def is_day_first(cells: Iterable[object]) -> bool:
    """Tell whether a column has the day before the month: many say so, and none can only be American."""
    proved = count = 0
    for cell in cells:
        if isinstance(cell, str) and (found := _AMERICAN.fullmatch(cell.strip())):
            if int(found[2]) > 12:
                return False
            count += 1
            proved += int(found[1]) > 12
    return proved >= _PROOFS and 5 * proved >= count


def month_first(text: str) -> str:
    """Return a day of a column that has the day before the month in the American order; anything else as it is."""
    found = _AMERICAN.fullmatch(text)
    return f"{found[2]}/{found[1]}/{found[3]}" if found else text


def is_iso(text: str) -> bool:
    """Tell whether a text is a day, or a moment, in ISO's order."""
    return _ISO.fullmatch(text) is not None


def has_offset(clock: str | None) -> bool:
    """Tell whether a time of day says how far it is from UTC."""
    return clock is not None and _OFFSET.search(clock) is not None


def day_and_clock(text: str, *, day_first: bool = False) -> tuple[str, str | None]:
    """Return the day, as ISO has it, and what stands behind it, if anything.

    Raises:
        ValueError: It begins with no day.
    """
    if found := _ISO.fullmatch(text):
        return found[1], found[2]
    found = _AMERICAN.fullmatch(text)
    try:
        if found is not None:
            year = found[3] if len(found[3]) == 4 else f"20{found[3]}"
            month, day = (found[2], found[1]) if day_first else (found[1], found[2])
            return date(int(year), int(month), int(day)).isoformat(), found[4]
    except ValueError:
        pass
    raise ValueError("expected a time yyyy-MM-dd HH:mm:ss or MM/dd/yyyy hh:mm AM")


def time_of_day(text: str) -> time:
    """Return a time of day.

    Raises:
        ValueError: It is none.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError("expected a time HH:mm:ss or hh:mm AM")
    hour, half = int(found[1]), (found[4] or "").casefold()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found[2]), int(found[3] or 0))
    except ValueError:
        raise ValueError("expected a time of day that exists") from None


def wall_time(text: str, *, day_first: bool = False) -> str:
    """Return a time of the office's clock, as Open Dental writes it.

    Raises:
        ValueError: It is none, or a time of another clock.
    """
    day, clock = day_and_clock(text, day_first=day_first)
    if has_offset(clock):
        raise ValueError("expected the office's own clock, without an offset")
    return f"{day} {time_of_day(clock)}" if clock else day
