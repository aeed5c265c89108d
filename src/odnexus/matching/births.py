"""Birth dates as numbers (19880314): how two of them agree, and which dates one slip of the fingers leads to.

A slip is one digit mistaken or two neighbouring digits exchanged. Dates of a whole practice are compared all the time
and hardly a pair twice, so nothing here remembers pairs.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import Final

from rapidfuzz.distance import OSA

__all__ = ["birth_slips", "is_birth_slip", "may_be_near", "swapped_birth"]

_MOST_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TENS: Final = tuple(10**place for place in range(8))
# One digit changed moves the number by d x 10^n, two neighbours exchanged by 9d x 10^n: whatever else is no slip.
_SLIP_STEPS: Final = frozenset(factor * ten for ten in _TENS for factor in (*range(1, 10), *range(9, 82, 9)))
# Day and month exchanged move it by 99 for every day that differs from the month.
_MOST_SWAPPED: Final = 99 * 12


def may_be_near(born: int, other: int) -> bool:
    """Tell at a glance whether two birth dates could be one slip or an exchange of day and month apart.

    False is certain.
    """
    apart = abs(born - other)
    return apart in _SLIP_STEPS or (apart < _MOST_SWAPPED and apart % 99 == 0)


def is_birth_slip(born: int, other: int) -> bool:
    """Tell whether one digit differs, or two neighbouring digits stand in each other's place."""
    return abs(born - other) in _SLIP_STEPS and OSA.distance(f"{born:08}", f"{other:08}", score_cutoff=1) == 1


def swapped_birth(born: int) -> int:
    """Return the date with day and month exchanged, or 0 where that is no date or the same one."""
    year, rest = divmod(born, 10_000)
    month, day = divmod(rest, 100)
    return 0 if day > 12 or day == month else year * 10_000 + day * 100 + month


def birth_slips(born: int) -> list[int]:
    """Return the birth dates that are one slip away from *born*; February always has 29 days."""
    year, rest = divmod(born, 10_000)
    start = born - rest
    found = [start + other for other in _days_off(rest)]
    found += [other * 10_000 + rest for other in _years_off(year)]
    # The last digit of the year and the first of the month in each other's place.
    last, first = year % 10, rest // 1_000
    if last != first and last < 2 and _is_day(rest + (last - first) * 1_000):
        found.append(born + (last - first) * 1_000 + (first - last) * 10_000)
    return found


@cache  # 366 of them
def _days_off(rest: int) -> tuple[int, ...]:
    return tuple(other for other in _slips(rest) if _is_day(other))


@cache  # no more than there are years in which people were born
def _years_off(year: int) -> tuple[int, ...]:
    return tuple(other for other in _slips(year) if 1_800 <= other < 2_100)


def _slips(number: int) -> list[int]:
    """Return what one slip makes of four digits: a year, or a month and a day."""
    digits = [number // ten % 10 for ten in _TENS[:4]]
    changed = chain.from_iterable(
        (number + (other - digit) * ten for other in range(10) if other != digit)
        for digit, ten in zip(digits, _TENS, strict=False)
    )
    exchanged = (
        number + (low - high) * 9 * ten
        for low, high, ten in zip(digits, digits[1:], _TENS, strict=False)
        if low != high
    )
    return [*changed, *exchanged]


def _is_day(rest: int) -> bool:
    month, day = divmod(rest, 100)
    return 1 <= month <= 12 and 1 <= day <= _MOST_DAYS[month - 1]
