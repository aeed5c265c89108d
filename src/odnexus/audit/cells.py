"""One cell of a table, as the wire formats have it: dates as Americans write them, numbers that became fractions.

`odnexus.mapping.cells` reads them; here are the words that the records of both systems want, by kind. What cannot be
read raises `MisfitError`, whose message says what was expected and never what stood there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Final, Literal, ParamSpec, TypeAlias, TypeVar, get_args, get_origin
from zoneinfo import ZoneInfo

from attrs import frozen

from odnexus.mapping import to_instant
from odnexus.mapping.cells import (
    day_and_clock,
    has_offset,
    is_iso,
    month_first,
    time_of_day,
    wall_time,
    whole,
    whole_number,
    zip_code,
)
from odnexus.mapping.text import iso_date
from odnexus.opendental.wire import MisfitError

P = ParamSpec("P")
T = TypeVar("T")

Times: TypeAlias = Literal["utc", "office"]
"""What a time of NexHealth without an offset is: UTC, as the API writes it, or the office's clock, as pages show it."""


@frozen
class Clocks:
    """How times without an offset are read, and days that are written with strokes."""

    zone: ZoneInfo
    times: Times | None
    day_first: bool = False


Read: TypeAlias = Callable[[object, Clocks], object]

_TRUE: Final = frozenset({"true", "t", "1", "yes", "y", "x"})
_FALSE: Final = frozenset({"false", "f", "0", "no", "n"})


def as_text(value: object, _: Clocks) -> object:
    """Return a text; a telephone number that became a fraction is whole again."""
    if isinstance(value, str):
        return whole(value)
    return str(value) if isinstance(value, bool | int | float) else value


def as_zip(value: object, clocks: Clocks) -> object:
    """Return a postal code with the zeros that spreadsheets take away."""
    text = as_text(value, clocks)
    return zip_code(text) if isinstance(text, str) else text


def as_number(value: object, _: Clocks) -> object:
    """Return a whole number, also of a text with a comma between thousands."""
    return _fitting(whole_number, str(value))


def as_word(value: object, _: Clocks) -> object:
    """Return a word of an enumeration, or the number that the database has for it."""
    text = whole(str(value))
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


def as_day(value: object, clocks: Clocks) -> object:
    """Return a day, also one in the American order, or in the other if its column has that.

    Open Dental's date for none is none; 1900-01-01, which people type for none, goes on: audits tell it.
    """
    text = month_first(str(value)) if clocks.day_first else str(value)
    mapped = iso_date(text)
    if mapped.value is not None:
        return mapped.value.isoformat()
    if "date.none" not in mapped.rules():
        raise MisfitError("expected a date yyyy-MM-dd or MM/dd/yyyy")
    return "1900-01-01" if "1900" in text else None


def as_clock(value: object, _: Clocks) -> object:
    """Return a time of day."""
    return _fitting(time_of_day, str(value)).isoformat()


def as_wall(value: object, clocks: Clocks) -> object:
    """Return a time of the office's clock, as Open Dental has it."""
    return _fitting(wall_time, str(value), day_first=clocks.day_first)


def as_instant(value: object, clocks: Clocks) -> object:
    """Return a moment. Which clock a text without an offset means has to be said where the API would not write it."""
    text = str(value)
    day, clock = _fitting(day_and_clock, text, day_first=clocks.day_first)
    if has_offset(clock):
        return text
    if clocks.times is None and not is_iso(text):
        raise MisfitError('expected a time with an offset; nexhealth_times="office" or "utc" says which clock it is')
    moment = datetime.fromisoformat(f"{day} {_fitting(time_of_day, clock or '00:00')}")
    if clocks.times == "office":
        return to_instant(moment, clocks.zone).value.isoformat()
    return moment.replace(tzinfo=UTC).isoformat()


def _fitting(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what *read* makes of a cell; what it cannot read is a misfit, as for the wire formats."""
    try:
        return read(*args, **kwargs)
    except ValueError as fault:
        raise MisfitError(str(fault)) from None


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
