"""Values as the office's database holds them, and the kinds that read them from requests.

A row holds plain Python values. There is no null: an empty date is year one, an empty key is 0, an empty text is "".
`write` turns a value into what travels: booleans as "true" and "false", times of the office's wall clock without zone
(page "API Specification").
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from odnexus.testing.http import Json
from odnexus.testing.opendental.refusals import WrongWordError, invalid, not_found, required, wrong_format

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice

NO_DATE = date.min
NO_DATETIME = datetime.min

Value: TypeAlias = str | int | float | date | datetime | time | tuple[int, ...]
"""What a row can hold; booleans are ints to the type checker."""


class Row(dict[str, Value]):
    """One row of a table, or the arguments of a request: values by name, with typed access.

    Each accessor returns *default* where the name is missing and raises `KeyError` without one.
    """

    def number(self, name: str, default: int | None = None) -> int:
        """Return the whole number in *name*."""
        value = self._get(name, default)
        assert isinstance(value, int), name
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """Return the text in *name*."""
        value = self._get(name, default)
        assert isinstance(value, str), name
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:  # noqa: FBT001 - as the other accessors
        """Return the boolean in *name*."""
        return bool(self._get(name, default))

    def day(self, name: str, default: date | None = None) -> date:
        """Return the date in *name*, or the day of its moment; year one if it is empty."""
        value = self._get(name, default)
        assert isinstance(value, date), name
        return value.date() if isinstance(value, datetime) else value

    def moment(self, name: str, default: datetime | None = None) -> datetime:
        """Return the moment in *name*; year one if it is empty."""
        value = self._get(name, default)
        assert isinstance(value, datetime), name
        return value

    def clock_time(self, name: str, default: time | None = None) -> time:
        """Return the time of day in *name*."""
        value = self._get(name, default)
        assert isinstance(value, time), name
        return value

    def _get(self, name: str, default: Value | None) -> Value:
        return self[name] if default is None else self.get(name, default)


@frozen
class Kind:
    """How a column is read from a request.

    Args:
        empty: The value of a column that was never set.
        read: Takes the field's name, the JSON value and the practice; returns the value or raises `Refusal`.
    """

    empty: Value
    read: Callable[[str, Json, Practice], Value]


def take(kind: Kind, name: str, value: Value, practice: Practice) -> Value:
    """Return *value* as a row holds it; Python values pass, texts and keys are read as a request's would be."""
    expected = type(kind.empty)
    if type(value) is expected and expected not in (str, int):
        return value
    if isinstance(value, str | int | float):
        return kind.read(name, value, practice)
    raise invalid(name)


def _text_of(name: str, raw: Json, practice: Practice) -> str:
    if isinstance(raw, str):
        return raw
    if practice.switches.loose_types == "refuse" or isinstance(raw, dict | list):
        raise invalid(name)
    return "" if raw is None else str(raw)


def text(longest: int | None = None) -> Kind:
    """Return the kind of texts, at most *longest* characters."""

    def read(name: str, raw: Json, practice: Practice) -> Value:
        value = _text_of(name, raw, practice)
        if longest is None or len(value) <= longest:
            return value
        if practice.switches.long_text == "refuse":
            raise invalid(name)
        return value[:longest]

    return Kind("", read)


def shaped(pattern: str, longest: int | None = None) -> Kind:
    """Return the kind of texts that are empty or match *pattern* whole."""
    plain = text(longest)

    def read(name: str, raw: Json, practice: Practice) -> Value:
        value = plain.read(name, raw, practice)
        if value and not re.fullmatch(pattern, str(value)):
            raise invalid(name)
        return value

    return Kind("", read)


def filled(kind: Kind) -> Kind:
    """Return *kind* without the empty value."""

    def read(name: str, raw: Json, practice: Practice) -> Value:
        value = kind.read(name, raw, practice)
        if value == kind.empty:
            raise required(name)
        return value

    return Kind(kind.empty, read)


def _integer(name: str, raw: Json, _: Practice) -> int:
    # Numbers may be sent as JSON numbers or as numeric strings.
    if isinstance(raw, str) and re.fullmatch(r"-?\d{1,18}", raw.strip()):
        return int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**18:
        return raw
    raise invalid(name)


def _decimal(name: str, raw: Json, _: Practice) -> float:
    if isinstance(raw, bool) or raw is None or isinstance(raw, dict | list):
        raise invalid(name)
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        raise invalid(name) from None
    if not math.isfinite(number):
        raise invalid(name)
    return number


def _boolean(name: str, raw: Json, practice: Practice) -> bool:
    if isinstance(raw, str) and raw.lower() in ("true", "false"):
        return raw.lower() == "true"
    if isinstance(raw, bool) and practice.switches.loose_types == "ignore":
        return raw
    raise invalid(name)


def _day(name: str, raw: Json, _: Practice) -> date:
    if raw == "":
        return NO_DATE
    if not isinstance(raw, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", raw):
        raise wrong_format(name, "yyyy-MM-dd")
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise wrong_format(name, "yyyy-MM-dd") from None


def _moment(name: str, raw: Json, _: Practice) -> datetime:
    if raw == "":
        return NO_DATETIME
    if not isinstance(raw, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", raw):
        raise wrong_format(name, "yyyy-MM-dd HH:mm:ss")
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        raise wrong_format(name, "yyyy-MM-dd HH:mm:ss") from None


def _moment_or_day(name: str, raw: Json, practice: Practice) -> datetime:
    if isinstance(raw, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", raw):
        return datetime.combine(_day(name, raw, practice), time.min)
    return _moment(name, raw, practice)


def _clock_time(name: str, raw: Json, _: Practice) -> time:
    if not isinstance(raw, str) or not re.fullmatch(r"\d\d:\d\d:\d\d", raw):
        raise wrong_format(name, "HH:mm:ss")
    try:
        return time.fromisoformat(raw)
    except ValueError:
        raise wrong_format(name, "HH:mm:ss") from None


def _integers(name: str, raw: Json, practice: Practice) -> tuple[int, ...]:
    if not isinstance(raw, list):
        raise invalid(name)
    return tuple(_integer(name, item, practice) for item in raw)


TEXT = text()
INT = Kind(0, _integer)
DECIMAL = Kind(0.0, _decimal)
BOOL = Kind(False, _boolean)
DATE = Kind(NO_DATE, _day)
DATETIME = Kind(NO_DATETIME, _moment)
DATETIME_OR_DATE = Kind(NO_DATETIME, _moment_or_day)
TIME = Kind(time.min, _clock_time)
INTS = Kind((), _integers)
COLOR = shaped(r"(25[0-5]|2[0-4]\d|1?\d?\d)(,(25[0-5]|2[0-4]\d|1?\d?\d)){2}")
ZIP = shaped(r"\d{5}(-?\d{4})?|[A-Z]\d[A-Z] \d[A-Z]\d")
US_ZIP = shaped(r"\d{5}(-?\d{4})?")
SSN = shaped(r"\d{9}")


def _state(name: str, raw: Json, practice: Practice) -> Value:
    value = _text_of(name, raw, practice)
    if practice.switches.state_format == "two_capitals" and not re.fullmatch(r"([A-Z]{2})?", value):
        raise invalid(name)
    return value


STATE = Kind("", _state)


def _pattern(name: str, raw: Json, practice: Practice) -> Value:
    value = _text_of(name, raw, practice)
    if not re.fullmatch("[X/]*", value):
        raise invalid(name)
    return value[:LONGEST_PATTERN]


LONGEST_PATTERN = 108
"""Nine hours of five minutes; what is longer is cut (page "Appointments")."""

PATTERN = Kind("", _pattern)


def words(*allowed: str, empty: str | None = None) -> Kind:
    """Return the kind of an enumeration, whose wire form is its text and never its number."""
    known = frozenset(allowed)

    def read(name: str, raw: Json, _: Practice) -> Value:
        if not isinstance(raw, str) or raw not in known:
            raise WrongWordError(400, f"{name} is invalid")
        return raw

    return Kind(allowed[0] if empty is None else empty, read)


def key_of(table: str, what: str, *, zero: bool = True) -> Kind:
    """Return the kind of a foreign key into *table*; 0 means none where *zero*."""

    def read(name: str, raw: Json, practice: Practice) -> Value:
        number = _integer(name, raw, practice)
        if number not in practice.tables[table].rows and not (zero and number == 0):
            raise not_found(what)
        return number

    return Kind(0, read)


def filter_key(table: str, what: str) -> Kind:
    """Return the kind of a list filter by a key of *table*."""

    def read(name: str, raw: Json, practice: Practice) -> Value:
        number = _integer(name, raw, practice)
        known = number == 0 or number in practice.tables[table].rows
        if not known and practice.switches.filter_by_unknown_key == "not_found":
            raise not_found(what)
        return number

    return Kind(0, read)


def definition(category: int, what: str, *, zero: bool = False) -> Kind:
    """Return the kind of a DefNum of *category* (pages answer 404 ``Priority not found`` for a wrong one)."""

    def read(name: str, raw: Json, practice: Practice) -> Value:
        number = _integer(name, raw, practice)
        row = practice.tables["definitions"].rows.get(number)
        if not (zero and number == 0) and (row is None or row["Category"] != category):
            raise not_found(what)
        return number

    return Kind(0, read)


@frozen(kw_only=True)
class Style:
    """How dates, times and line breaks of one answer are written.

    Args:
        day: Writes a date.
        moment: Writes a moment.
        line: Writes a text.
    """

    day: Callable[[date], str]
    moment: Callable[[datetime], str]
    line: Callable[[str], str]


def write(value: Value, style: Style) -> Json:
    """Return *value* as it travels."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return style.moment(value)
        case date():
            return style.day(value)
        case time():
            return value.isoformat("seconds")
        case str():
            return style.line(value)
        case tuple():
            return list(value)
        case _:
            return value


def write_row(row: Mapping[str, Value], style: Style) -> Json:
    """Return a row as it travels."""
    return {name: write(value, style) for name, value in row.items()}


def write_rows(rows: Iterable[Mapping[str, Value]], style: Style) -> Json:
    """Return rows as they travel."""
    return [write_row(row, style) for row in rows]
