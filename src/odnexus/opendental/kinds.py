"""Kinds of values that may be sent: each checks a Python value and writes it as Open Dental documents it.

A value that does not fit is a `ConfigurationError` that names the field and the remedy, never the value. ``None`` in a
change means "clear"; each kind knows how the API spells that, or that it cannot be cleared.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import cast
from urllib.parse import urlsplit

from attrs import evolve, frozen

from odnexus._calls import Json
from odnexus.errors import ConfigurationError
from odnexus.opendental.models import DefCategory

LONGEST_PATTERN = 108
"""Nine hours in steps of five minutes; Open Dental cuts what is longer without a word (page "API Appointments")."""


class UnfitError(ValueError):
    """The value does not fit; the message is the remedy."""


@frozen(kw_only=True)
class Kind:
    """One kind of value.

    Attributes:
        write: Returns the value as JSON, or raises `UnfitError` with the remedy.
        clear: What clears the field, if it can be cleared.
        clearable: Whether ``None`` may be sent.
    """

    write: Callable[[object], Json]
    clear: Json = None
    clearable: bool = False

    def keep(self) -> Kind:
        """Return this kind for a field that cannot be cleared."""
        return evolve(self, clear=None, clearable=False)

    def to_json(self, field_name: str, value: object) -> Json:
        """Return *value* as it stands in a body; ``None`` clears."""
        if value is None and self.clearable:
            return self.clear
        try:
            return self.write(value)
        except UnfitError as unfit:
            remedy = f"{unfit} (it cannot be cleared)" if value is None else str(unfit)
            raise ConfigurationError(f"{field_name}: {remedy}") from None

    def to_text(self, field_name: str, value: object) -> str:
        """Return *value* as it stands in a query."""
        return str(self.to_json(field_name, value))


def _fit(holds: object, remedy: str) -> None:
    if not holds:
        raise UnfitError(remedy)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnfitError("give a whole number (int)")
    return value


def _number_from(lowest: int) -> Callable[[object], Json]:
    def write(value: object) -> Json:
        number = _whole(value)
        _fit(number >= lowest, f"give a number from {lowest}")
        return number

    return write


def _number_between(lowest: int, highest: int) -> Callable[[object], Json]:
    def write(value: object) -> Json:
        number = _whole(value)
        _fit(lowest <= number <= highest, f"give a number from {lowest} to {highest}")
        return number

    return write


def _money(value: object) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UnfitError("give a decimal.Decimal or a whole number")
    _fit(value >= 0, "give an amount of 0 or more")
    return float(value)


def _plain_text(value: object) -> str:
    if not isinstance(value, str):
        raise UnfitError("give text (str)")
    # A member of an enumeration is a text too; JSON wants the plain one.
    return str(value)


def _longest(limit: int, remedy: str) -> Callable[[object], Json]:
    def write(value: object) -> Json:
        text = _plain_text(value)
        _fit(len(text) <= limit, remedy)
        return text

    return write


def _like(pattern: str, remedy: str) -> Callable[[object], Json]:
    shape = re.compile(pattern)

    def write(value: object) -> Json:
        text = _plain_text(value)
        _fit(shape.fullmatch(text), remedy)
        return text

    return write


def _boolean(value: object) -> Json:
    _fit(isinstance(value, bool), "give True or False")
    return "true" if value else "false"


def _date(value: object) -> Json:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise UnfitError("give a datetime.date; of a datetime, its .date()")
    return value.isoformat()


def _date_time(value: object) -> Json:
    if not isinstance(value, datetime):
        raise UnfitError("give a datetime.datetime of the office's wall clock, without a time zone")
    _fit(
        value.tzinfo is None,
        "the office's wall clock has no time zone: convert an aware datetime with odnexus.mapping.visit.to_wall",
    )
    return value.isoformat(sep=" ", timespec="seconds")


def _time(value: object) -> Json:
    if not isinstance(value, time):
        raise UnfitError("give a datetime.time of the office's wall clock: it is written as HH:mm:ss")
    _fit(value.tzinfo is None, "the office's wall clock has no time zone: give a time without one")
    return value.isoformat(timespec="seconds")


def _numbers(value: object) -> list[int]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise UnfitError("give a list of whole numbers")
    return [_whole(item) for item in cast("Iterable[object]", value)]


def _number_list(value: object) -> Json:
    return list(_numbers(value))


def _number_commas(value: object) -> Json:
    return ",".join(map(str, _numbers(value)))


def _color(value: object) -> Json:
    parts = _plain_text(value).split(",")
    fits = len(parts) == 3 and all(re.fullmatch(r"[0-9]{1,3}", part) and int(part) < 256 for part in parts)
    _fit(fits, 'give "R,G,B" with 0 to 255 each')
    return _plain_text(value)


def _pattern(value: object) -> Json:
    text = _plain_text(value)
    _fit(re.fullmatch(r"[X/]+", text), "only X (provider time) and / (assistant time), one per five minutes")
    _fit(len(text) <= LONGEST_PATTERN, f"at most {LONGEST_PATTERN} characters (nine hours): Open Dental cuts the rest")
    return text


def _url(value: object) -> Json:
    text = _plain_text(value)
    parts = urlsplit(text)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    _fit(
        parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and local)),
        "give a full https:// address (http only on the same machine): rows of patients travel to it",
    )
    return text


def _base64(value: object) -> Json:
    text = _plain_text(value)
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        raise UnfitError("give the content as Base64") from None
    _fit(content, "give a content that is not empty")
    return text


def _category(value: object) -> Json:
    return value.number if isinstance(value, DefCategory) else _whole(value)


def words(kind: type[StrEnum], *allowed: StrEnum, clear: StrEnum | None = None) -> Kind:
    """Return the kind of one of the *allowed* words of an enumeration (all by default); *clear* is what None sends."""
    legal: Collection[str] = [str(word) for word in allowed or kind]
    remedy = f"one of {', '.join(map(repr, legal))}"

    def write(value: object) -> Json:
        _fit(not isinstance(value, int), f"give the word, not the database's number: {remedy}")
        text = _plain_text(value)
        _fit(text in legal, remedy)
        return text

    return Kind(write=write, clear=clear and str(clear), clearable=clear is not None)


NUMBER = Kind(write=_number_from(0))
POSITIVE = Kind(write=_number_from(1))
KEY = Kind(write=_number_from(0), clear=0, clearable=True)
"""A foreign key; 0 means none, so None sends 0."""

MONTH = Kind(write=_number_between(0, 12))
PERCENT = Kind(write=_number_between(0, 100))
MONEY = Kind(write=_money)

TEXT = Kind(write=_plain_text, clear="", clearable=True)
TEXT_50 = Kind(write=_longest(50, "at most 50 characters"), clear="", clearable=True)
TEXT_100 = Kind(write=_longest(100, "at most 100 characters"), clear="", clearable=True)
SOME_TEXT = Kind(write=_like(r"(?s).*\S.*", "give a text that is not blank"))
SOME_TEXT_255 = Kind(write=_like(r"(?s)(?=.{1,255}\Z).*\S.*", "give a text of 1 to 255 characters that is not blank"))
NAME = Kind(write=_like(r"(?s)(?=.{1,100}\Z).*\S.*", "give a text of 1 to 100 characters that is not blank"))
BOOLEAN = Kind(write=_boolean)
DATE = Kind(write=_date, clear="0001-01-01", clearable=True)
DATE_TIME = Kind(write=_date_time, clear="0001-01-01 00:00:00", clearable=True)
TIME = Kind(write=_time)
CATEGORY = Kind(write=_category)
NUMBER_LIST = Kind(write=_number_list)
NUMBER_COMMAS = Kind(write=_number_commas)
COLOR = Kind(write=_color, clear="0,0,0", clearable=True)
PATTERN = Kind(write=_pattern)
URL = Kind(write=_url)

PHONE = Kind(write=_longest(30, "at most 30 characters"), clear="", clearable=True)
TEN_DIGITS = Kind(write=_like(r"[0-9]{10}", "exactly 10 digits, no punctuation"))
SSN = Kind(write=_like(r"([0-9]{9})?", "9 digits, no dashes"), clear="", clearable=True)
STATE = Kind(write=_like(r"([A-Z]{2})?", "two capital letters, for example OR"), clear="", clearable=True)
ZIP = Kind(
    write=_like(
        r"([0-9]{5}|[0-9]{5}-[0-9]{4}|[0-9]{9}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9])?",
        "12345, 12345-1234, 123456789 or the Canadian A0A 0A0",
    ),
    clear="",
    clearable=True,
)
US_ZIP = Kind(
    write=_like(r"([0-9]{5}|[0-9]{5}-[0-9]{4}|[0-9]{9})?", "12345, 12345-1234 or 123456789"), clear="", clearable=True
)
CHART_NUMBER = Kind(write=_longest(15, "at most 15 characters"), clear="", clearable=True)
MEDICAID_ID = Kind(write=_longest(20, "at most 20 characters"), clear="", clearable=True)
SHORT_NOTE = Kind(write=_longest(255, "at most 255 characters"), clear="", clearable=True)
BASE64 = Kind(write=_base64)
EXTENSION = Kind(write=_like(r"\.[A-Za-z0-9]{1,10}", "give a file extension with its dot, for example .pdf"))
TOOTH_NUMBERS = Kind(
    write=_like(r"([0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)?", "give tooth numbers such as 1-5,8"),
    clear="",
    clearable=True,
)
