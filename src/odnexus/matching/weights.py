"""What agreement is worth, in bits: how much likelier it is for one person than for two, as a power of two.

The figures are not trained. Each is the binary logarithm of m / u: m, how often the records of *one* person show that
level; u, how often the records of *two* people in one practice do.

* Birth date: 80 years hold about 29,000 days, not evenly; two strangers share one once in some 23,000 pairs
  (14.5 bits). A slip of one digit joins 60 of those days and happens to about one record in eighty; a wrong date to one
  in a hundred.
* Names: agreeing is worth as much as the name is rare, counted in the roster (`Frequencies`). Without a roster a given
  name counts as held by one in 130 people (7 bits), a family name by one in 700 (9.5 bits), which is about the middle
  of the lists that the US Social Security Administration and the US Census Bureau publish.
* Phone, e-mail and address are shared by households. Together they are one proof of a household: the best counts in
  full and the others little, and next to nothing for two people whose given names differ.
* Differences cost log2((1 - m) / (1 - u)): people move and change numbers, so a different phone says little.

Bits of independent fields add up; that these are not quite independent is why no sum of bits alone makes a match
*certain* (`odnexus.matching.decide`).
"""

from __future__ import annotations

from collections import Counter
from math import log2
from typing import Final

from attrs import define, field

from odnexus.matching.levels import Birth, Contact, Family, Given, Middle

__all__ = [
    "ADDRESS_BITS",
    "BIRTH_BITS",
    "EMAIL_BITS",
    "FAMILY_BITS",
    "FAMILY_LOSS",
    "GIVEN_BITS",
    "GIVEN_LOSS",
    "MIDDLE_BITS",
    "PHONE_BITS",
    "Frequencies",
]

BIRTH_BITS: Final = {
    Birth.EXACT: 14.5,
    Birth.SLIP: 2.5,
    Birth.SWAPPED: 5.0,
    Birth.PART: -1.0,
    Birth.MISSING: 0.0,
    Birth.DIFFERENT: -6.5,
}
# Agreeing names: what the rarity of the name loses because it agrees in part only.
GIVEN_LOSS: Final = {
    Given.EXACT: 0.0,
    Given.SPELLING: 1.0,
    Given.NICKNAME: 1.5,
    Given.SLIP: 2.0,
    Given.LOOSE: 2.5,
    Given.PART: 2.5,
    Given.ALIAS: 4.0,
}
FAMILY_LOSS: Final = {
    Family.EXACT: 0.0,
    Family.PART: 2.0,
    Family.SWAPPED: 2.0,
    Family.CLOSE: 2.5,
    Family.NEAR: 4.5,
    Family.SOUND: 4.5,
}
# Levels at which the rarity of a name says nothing.
GIVEN_BITS: Final = {
    Given.MIDDLE: 2.0,
    Given.SIMILAR: 1.0,
    Given.INITIAL: 1.5,
    Given.MISSING: 0.0,
    Given.NEAR: -2.0,
    Given.DIFFERENT: -6.0,
}
FAMILY_BITS: Final = {Family.MISSING: 0.0, Family.DIFFERENT: -4.5}
MIDDLE_BITS: Final = {
    Middle.EXACT: 5.0,
    Middle.INITIAL: 3.0,
    Middle.SIMILAR: 0.5,
    Middle.MISSING: 0.0,
    Middle.DIFFERENT: -5.0,
}
PHONE_BITS: Final = {Contact.SAME: 9.0, Contact.NEAR: 0.0, Contact.MISSING: 0.0, Contact.DIFFERENT: -1.5}
EMAIL_BITS: Final = {Contact.SAME: 9.0, Contact.NEAR: 4.0, Contact.MISSING: 0.0, Contact.DIFFERENT: -1.0}
ADDRESS_BITS: Final = {Contact.SAME: 8.0, Contact.NEAR: 3.0, Contact.MISSING: 0.0, Contact.DIFFERENT: -1.5}

TYPICAL_GIVEN: Final = 7.0
TYPICAL_FAMILY: Final = 9.5
_RAREST: Final = 14.0
_COMMONEST: Final = 3.0
_KNOWN_FROM: Final = 3
_TRUSTED_FROM: Final = 500


@define(eq=False)
class Frequencies:
    """How rare each name is in a roster, in bits. Counts only; a roster below 500 charts uses typical rarities."""

    charts: int = 0
    given: Counter[str] = field(factory=Counter[str], repr=False)
    family: Counter[str] = field(factory=Counter[str], repr=False)

    def count(self, given: str, family: str, by: int = 1) -> None:
        """Count one chart more (or, with *by* = -1, one less)."""
        self.charts += by
        self.given[given] += by
        self.family[family] += by

    def given_bits(self, one: str, other: str) -> float:
        """Return the rarity of two agreeing given names: that of the more frequent one."""
        return self._bits(self.given, one, other, TYPICAL_GIVEN)

    def family_bits(self, one: str, other: str) -> float:
        """Return the rarity of two agreeing family names: that of the more frequent one."""
        return self._bits(self.family, one, other, TYPICAL_FAMILY)

    @property
    def are_trusted(self) -> bool:
        """Whether there are enough charts to count names in."""
        return self.charts >= _TRUSTED_FROM

    def knows_given(self, name: str) -> bool:
        """Tell whether several charts hold this given name, so that it is no slip of another."""
        return self.given.get(name, 0) >= _KNOWN_FROM

    def knows_family(self, name: str) -> bool:
        """Tell whether several charts hold this family name, so that it is no slip of another."""
        return self.family.get(name, 0) >= _KNOWN_FROM

    def _bits(self, names: Counter[str], one: str, other: str, typical: float) -> float:
        if self.charts < _TRUSTED_FROM:
            return typical
        held = names.get(one, 0)
        if one != other:
            held = max(held, names.get(other, 0))
        return min(_RAREST, max(_COMMONEST, log2((self.charts + 1) / (held + 1))))


NO_FREQUENCIES: Final = Frequencies()
"""Of two people without a roster: every name is a typical one."""
