"""Working hours on a calendar: which windows are open on which day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from odnexus.testing.nexhealth.records import Recurrence, WorkingHour

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def windows_on(windows: Iterable[WorkingHour], day: date) -> Iterator[WorkingHour]:
    """Yield the active windows that are open on *day*."""
    return (window for window in windows if window.active and is_open(window, day))


def is_open(window: WorkingHour, day: date) -> bool:
    """Tell whether a window falls on *day*, by date, by recurrence or by weekday."""
    if window.specific_date is not None:
        return window.specific_date == day
    if window.custom_recurrence is not None:
        return _recurs(window.custom_recurrence, day)
    return WEEKDAYS[day.weekday()] in window.days


def _recurs(rule: Recurrence, day: date) -> bool:
    if day < rule.ref or rule.num < 1:
        return False
    if rule.unit == "month":
        months = (day.year - rule.ref.year) * 12 + day.month - rule.ref.month
        return day.day == rule.ref.day and months % rule.num == 0
    step = rule.num * 7 if rule.unit == "week" else rule.num
    return (day - rule.ref).days % step == 0
