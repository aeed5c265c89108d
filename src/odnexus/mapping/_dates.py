"""Dates of birth as people and programs write them: ISO, a leading ISO date of a timestamp, or the US order.

Two dates mean "no date": Open Dental writes 0001-01-01 where there is none, and 1900-01-01 is what front desks and
older programs type when they have to type something.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from odnexus.mapping.issues import Issue, Mapped, Severity

__all__ = ["MAX_AGE_YEARS", "NO_DATES", "iso_date"]

NO_DATES: Final = frozenset({date(1, 1, 1), date(1900, 1, 1)})
MAX_AGE_YEARS: Final = 130  # NexHealth refuses birth dates over 130 years ago (POST /patients).

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII | re.DOTALL)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_US = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?", re.ASCII | re.DOTALL)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", re.ASCII)


def iso_date(text: str | date | None, *, today: date | None = None, field: str = "birth_date") -> Mapped[date | None]:
    """Return the date that *text* holds, or None with an issue that says why not.

    Args:
        text: ``YYYY-MM-DD`` (also with a time after it), ``YYYYMMDD`` or the US order ``MM/DD/YYYY``; or a date.
        today: What "future" and "over 130 years ago" are measured by; without it neither is checked.
        field: The name that the issues carry.
    """
    if text is None or (isinstance(text, str) and not text.strip()):
        return _NONE
    value, remark = (_day(text), None) if isinstance(text, date) else _parsed(text.strip(), field)
    if value in NO_DATES:
        return Mapped(None, (_issue(field, "date.none", "info"),))
    if value is not None and today is not None:
        remark = _implausible(value, today, field) or remark
    return Mapped(value, (remark,) if remark else ())


_NONE: Final[Mapped[date | None]] = Mapped(None)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _parsed(text: str, field: str) -> tuple[date | None, Issue | None]:
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        value, remark = _date(found[1], found[2], found[3]), None
    elif found := _US.fullmatch(text):
        value, remark = _date(found[3], found[1], found[2]), _issue(field, "date.us_order", "info")
    elif _SHORT_YEAR.fullmatch(text):
        # 03/04/05 has no century and no order: no guess is a good one for a birth date.
        return None, _issue(field, "date.short_year", "warning")
    else:
        value, remark = None, None
    return (value, remark) if value is not None else (None, _issue(field, "date.unreadable", "warning"))


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _implausible(value: date, today: date, field: str) -> Issue | None:
    if value > today:
        return _issue(field, "date.future", "warning")
    if today.year - value.year - ((today.month, today.day) < (value.month, value.day)) > MAX_AGE_YEARS:
        return _issue(field, "date.too_old", "warning")
    return None


def _issue(field: str, rule: str, severity: Severity) -> Issue:
    return Issue(field=field, rule=rule, severity=severity)
