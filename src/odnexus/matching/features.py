"""A person made ready for comparison: folded, split, and cleared of what stands for nothing.

Everything that costs time is done once per person here, so that comparing two of them is mostly looking at equal
strings. Placeholders (Baby, Test, 555-5555, none@none.com, 1900-01-01) are gone: they are never evidence.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from attrs import define

from odnexus.mapping.person import Person
from odnexus.mapping.text import (
    NO_DATES,
    PARTICLES,
    address_key,
    email_key,
    fold_name,
    is_placeholder_email,
    is_placeholder_name,
    is_placeholder_phone,
)
from odnexus.matching.nicknames import Nicknames

__all__ = ["Features", "features_of"]


@define(eq=False, repr=False)
class Features:
    """A person as compared. All text is folded; empty means unknown.

    Attributes:
        given: Given names, words apart by one blank.
        middle: Middle names, likewise.
        kin: Given names that are known to be short or long for this one.
        preferred: The name the person goes by.
        family: Family names, likewise.
        parts: The family names that count, without particles; more than one for double and maiden names.
        letters: Which letters the family name has, as a set of bits.
        suffix: As in `Person`.
        year: Year of birth, 0 for none; `month` and `day` likewise.
        born: The birth date as one number, 0 for none.
        phones: Every phone, E.164.
        email: The key of the e-mail address.
        number: House number; `street` and `unit` belong to it.
        place: First five characters of the postal code.
        city: City.
    """

    given: str
    middle: str
    kin: frozenset[str]
    preferred: str
    family: str
    parts: tuple[str, ...]
    letters: int
    suffix: str
    year: int
    month: int
    day: int
    born: int
    phones: tuple[str, ...]
    email: str
    number: str
    street: str
    unit: str
    place: str
    city: str


def features_of(person: Person) -> Features:
    """Return *person* made ready for comparison."""
    given, (family, parts, letters) = _given(person.given), _family(person.family)
    year, month, day = _birth(person.birth_date)
    address = person.address
    home = address_key(address.line_1, address.line_2)
    if " " in given and family:  # some fill in the whole name where the given one belongs
        given = given.removesuffix(f" {family}")
    return Features(
        given,
        fold_name(person.middle) if person.middle else "",
        Nicknames.shipped().kin.get(given, _NOBODY),
        _given(person.preferred) if person.preferred else "",
        family,
        parts,
        letters,
        person.suffix,
        year,
        month,
        day,
        year * 10_000 + month * 100 + day,
        _phones(person.mobile, person.home, person.work),
        "" if not person.email or is_placeholder_email(person.email) else email_key(person.email),
        home.number,
        home.street,
        home.unit,
        address.postal_code[:5].casefold(),
        fold_name(address.city) if address.city else "",
    )


def _birth(day: object) -> tuple[int, int, int]:
    if day is None or day in NO_DATES:
        return 0, 0, 0
    if not isinstance(day, date):
        raise TypeError("birth_date: give a datetime.date; odnexus.mapping.text.iso_date reads a text")
    return (day.year, day.month, day.day) if day.year in _YEARS else (0, 0, 0)


_NOBODY: Final = frozenset[str]()
# Whoever turns up was born in these. Programs write their own first or last day where there is none: 1753-01-01,
# 1899-12-30, 9999-12-31.
_YEARS: Final = range(1900, 2100)


@lru_cache(maxsize=65_536)
def _given(name: str) -> str:
    return "" if is_placeholder_name(name) else fold_name(name)


@lru_cache(maxsize=131_072)
def _family(name: str) -> tuple[str, tuple[str, ...], int]:
    if not name or is_placeholder_name(name, family=True):
        return "", (), 0
    folded = fold_name(name)
    parts = tuple(part for part in folded.split() if part not in PARTICLES and len(part) > 1)
    letters = 0
    for char in folded:
        letters |= 1 << (ord(char) & 31)
    return folded, parts or ((folded,) if folded else ()), letters


def _phones(*numbers: str) -> tuple[str, ...]:
    held = [number for number in numbers if number and not is_placeholder_phone(number)]
    return tuple(held if len(held) < 2 else dict.fromkeys(held))
