"""One cell of a table, as the wire formats have it: dates as Americans write them, numbers that became fractions.

What programs put where nothing is (``NaN``, ``NaT``, ``NULL``, ``#N/A``) is nothing. What cannot be read raises
`MisfitError`, whose message says what was expected and never what stood there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from types import NoneType, UnionType
from typing import Final, Literal, TypeAlias, cast, get_args, get_origin
from zoneinfo import ZoneInfo

from attrs import frozen

from odnexus.mapping import to_instant
from odnexus.mapping.text import iso_date
from odnexus.opendental.wire import MisfitError

Times: TypeAlias = Literal["utc", "office"]
"""What a time of NexHealth without an offset is: UTC, as the API writes it, or the office's clock, as pages show it."""

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


# -- kinds of cells ----------------------------------------------------------------------------------------------------


@frozen
class Clocks:
    """How times without an offset are read, and days that are written with strokes."""

    zone: ZoneInfo
    times: Times | None
    day_first: bool = False


Read: TypeAlias = Callable[[object, Clocks], object]

_FRACTION: Final = re.compile(r"(-?\d+)\.0+")
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+")
_ISO: Final = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[T ](.*))?", re.DOTALL)
_AMERICAN: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{2}|\d{4})(?:,? +(.*))?", re.DOTALL)
_CLOCK: Final = re.compile(r"(?:0 days )?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:([ap])\.?m\.?)?", re.IGNORECASE)
_OFFSET: Final = re.compile(r"\s*(Z|UTC|[+-]\d{2}:?\d{2})$")
_TRUE: Final = frozenset({"true", "t", "1", "yes", "y", "x"})
_FALSE: Final = frozenset({"false", "f", "0", "no", "n"})


def as_text(value: object, _: Clocks) -> object:
    """Return a text; a telephone number that became a fraction is whole again."""
    found = _FRACTION.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else str(value) if isinstance(value, bool | int | float) else value


def as_zip(value: object, clocks: Clocks) -> object:
    """Return a postal code with the zeros that spreadsheets take away."""
    text = as_text(value, clocks)
    return text.zfill(5 if len(text) < 6 else 9) if isinstance(text, str) and text.isdecimal() else text


def as_number(value: object, _: Clocks) -> object:
    """Return a whole number, also of a text with a comma between thousands."""
    text = str(value)
    if found := _FRACTION.fullmatch(text):
        text = found[1]
    elif _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if not text.lstrip("-").isdecimal():
        raise MisfitError("expected a whole number")
    return int(text)


def as_word(value: object, _: Clocks) -> object:
    """Return a word of an enumeration, or the number that the database has for it."""
    text = str(value)
    found = _FRACTION.fullmatch(text)
    text = found[1] if found else text
    return int(text) if text.isdecimal() else text


def as_flag(value: object, _: Clocks) -> object:
    """Return a truth value, however it is said."""
    word = str(value).casefold()
    if word not in _TRUE | _FALSE:
        raise MisfitError("expected yes or no")
    return "true" if word in _TRUE else "false"


def as_money(value: object, _: Clocks) -> object:
    """Return an amount without signs for dollars and thousands; in brackets it is owed the other way round."""
    text = re.sub(r"[$,\s]", "", str(value))
    return f"-{text[1:-1]}" if text.startswith("(") and text.endswith(")") else text


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


_PROOFS: Final = 3
"""One day beyond the twelfth may be a slip of the hand."""


def as_day(value: object, clocks: Clocks) -> object:
    """Return a day, also one in the American order, or in the other if its column has that.

    Open Dental's date for none is none; 1900-01-01, which people type for none, goes on: audits tell it.
    """
    text = str(value)
    if clocks.day_first and (found := _AMERICAN.fullmatch(text)):
        text = f"{found[2]}/{found[1]}/{found[3]}"
    mapped = iso_date(text)
    if mapped.value is not None:
        return mapped.value.isoformat()
    if "date.none" not in mapped.rules():
        raise MisfitError("expected a date yyyy-MM-dd or MM/dd/yyyy")
    return "1900-01-01" if "1900" in text else None


def as_clock(value: object, _: Clocks) -> object:
    """Return a time of day."""
    return _clock(str(value)).isoformat()


def as_wall(value: object, clocks: Clocks) -> object:
    """Return a time of the office's clock, as Open Dental has it."""
    day, clock = _parted(str(value), clocks)
    if clock is not None and _OFFSET.search(clock):
        raise MisfitError("expected the office's own clock, without an offset")
    return f"{day} {_clock(clock)}" if clock else day


def as_instant(value: object, clocks: Clocks) -> object:
    """Return a moment. Which clock a text without an offset means has to be said where the API would not write it."""
    text = str(value)
    day, clock = _parted(text, clocks)
    if clock is not None and _OFFSET.search(clock):
        return text
    if clocks.times is None and not _ISO.fullmatch(text):
        raise MisfitError('expected a time with an offset; nexhealth_times="office" or "utc" says which clock it is')
    moment = datetime.fromisoformat(f"{day} {_clock(clock or '00:00')}")
    if clocks.times == "office":
        return to_instant(moment, clocks.zone).value.isoformat()
    return moment.replace(tzinfo=UTC).isoformat()


def _parted(text: str, clocks: Clocks) -> tuple[str, str | None]:
    """Return day and time of day; the day as ISO has it."""
    if found := _ISO.fullmatch(text):
        return found[1], found[2]
    found = _AMERICAN.fullmatch(text)
    try:
        if found is not None:
            year = found[3] if len(found[3]) == 4 else f"20{found[3]}"
            month, day = (found[2], found[1]) if clocks.day_first else (found[1], found[2])
            return date(int(year), int(month), int(day)).isoformat(), found[4]
    except ValueError:
        pass
    raise MisfitError("expected a time yyyy-MM-dd HH:mm:ss or MM/dd/yyyy hh:mm AM")


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise MisfitError("expected a time HH:mm:ss or hh:mm AM")
    hour, half = int(found[1]), (found[4] or "").casefold()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found[2]), int(found[3] or 0))
    except ValueError:
        raise MisfitError("expected a time of day that exists") from None


_OPENDENTAL: Final[Mapping[object, Read]] = {
    int: as_number, bool: as_flag, date: as_day, datetime: as_wall, time: as_clock, Decimal: as_money,
}  # fmt: skip
_NEXHEALTH: Final[Mapping[object, Read]] = {**_OPENDENTAL, datetime: as_instant}


def reader(annotation: object, *, nexhealth: bool) -> Read:
    """Return how cells of an attribute with that type are read."""
    kinds = [each for each in get_args(annotation) if each is not NoneType]
    kinds = kinds if get_origin(annotation) is UnionType else [annotation]
    if any(isinstance(each, type) and issubclass(each, StrEnum) for each in kinds):
        return as_word
    readers = _NEXHEALTH if nexhealth else _OPENDENTAL
    if str in kinds or kinds[0] not in readers:
        return as_text if str in kinds else as_is
    return readers[kinds[0]]


def as_is(value: object, _: Clocks) -> object:
    """Return what is there: lists, and records within records."""
    return value
