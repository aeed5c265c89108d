"""Does a row satisfy the filter it was asked with? Open Dental ignores some filters without a word.

Each function returns a check of (row, value asked for). A row whose answer does not mention the field is given the
benefit of the doubt: an older office has fewer fields. Text filters match "contains or starts with, ignoring case"
on the server (how exactly is not documented), so they are checked softly: accents, case and punctuation are ignored.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import TypeAlias, cast

from odnexus.opendental.models import Record
from odnexus.opendental.names import mentions

Check: TypeAlias = Callable[[Record, object], bool]

STAMP_TOLERANCE = timedelta(seconds=2)
"""Change times have steps of one second, and whether the border belongs to the answer is described both ways."""


def equals(name: str) -> Check:
    """Return the check that the attribute *name* is the value asked for."""
    return lambda row, value: not mentions(row, name) or getattr(row, name) == value


def among(name: str) -> Check:
    """Return the check that the attribute *name* is one of the values asked for."""
    return lambda row, value: not mentions(row, name) or getattr(row, name) in cast(Collection[object], value)


def number_equals(name: str) -> Check:
    """Return the check for a filter given as text by a member that carries the ``number`` of the attribute *name*."""
    return lambda row, value: not mentions(row, name) or getattr(row, name) == getattr(value, "number", value)


def on_day(name: str) -> Check:
    """Return the check that the time *name* is on the day asked for."""
    return _day(name, lambda day, asked: day == asked)


def from_day(name: str) -> Check:
    """Return the check that the time *name* is on the day asked for or later."""
    return _day(name, lambda day, asked: day >= asked)


def until_day(name: str) -> Check:
    """Return the check that the time *name* is on the day asked for or earlier."""
    return _day(name, lambda day, asked: day <= asked)


def changed_since(name: str) -> Check:
    """Return the check that the change time *name* is not before the one asked for, with `STAMP_TOLERANCE`."""

    def check(row: Record, value: object) -> bool:
        stamp = cast("datetime | None", getattr(row, name))
        return stamp is None or stamp >= cast(datetime, value) - STAMP_TOLERANCE

    return check


def contains(*names: str) -> Check:
    """Return the soft check that one of the texts *names* contains what was asked for."""

    def check(row: Record, value: object) -> bool:
        wanted = _plain(str(value))
        told = [name for name in names if mentions(row, name)]
        return not told or any(wanted in _plain(getattr(row, name) or "") for name in told)

    return check


def same_digits(*names: str) -> Check:
    """Return the soft check that one of the phone numbers *names* contains the digits asked for."""

    def check(row: Record, value: object) -> bool:
        wanted = _digits(str(value))
        told = [name for name in names if mentions(row, name)]
        return not wanted or not told or any(wanted in _digits(getattr(row, name) or "") for name in told)

    return check


def _day(name: str, holds: Callable[[date, date], bool]) -> Check:
    def check(row: Record, value: object) -> bool:
        if not mentions(row, name):
            return True
        moment = cast("datetime | date | None", getattr(row, name))
        # A row without a time (planned, unscheduled) is on no day.
        day = moment.date() if isinstance(moment, datetime) else moment
        return day is not None and holds(day, cast(date, value))

    return check


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def _digits(text: str) -> str:
    digits = "".join(letter for letter in text if letter.isdigit())
    # "+1 541 …" and "541 …" are the same number.
    return digits.removeprefix("1") if len(digits) == 11 else digits
