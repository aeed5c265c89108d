"""Which combinations of levels make one person: rules first, sums second.

A sum of evidence cannot tell twins apart: they share birth date, family name, phone, e-mail and address. So *certain*
is given by rules only, each a combination of given name, family name and birth date with the confirmation it needs; a
veto caps whatever the rules say; and bits (`odnexus.matching.weights`) order what is left for people to look at.

What is never certain: another given name, a given name of the same letters but one at its end or beginning (Anna and
Anne), a missing given name or birth date, a birth date with day and month exchanged, two middle names that contradict,
Jr against Sr, birth years a generation apart, and whatever rests on a shared phone, e-mail or address alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import IntEnum, StrEnum
from math import log2
from typing import Final

from attrs import field, frozen

from odnexus.mapping.person import Person
from odnexus.matching.context import levels_of
from odnexus.matching.features import Features, features_of
from odnexus.matching.levels import Birth, Contact, Family, Given, Levels, Middle
from odnexus.matching.weights import (
    ADDRESS_BITS,
    BIRTH_BITS,
    EMAIL_BITS,
    FAMILY_BITS,
    FAMILY_LOSS,
    GIVEN_BITS,
    GIVEN_LOSS,
    MIDDLE_BITS,
    NO_FREQUENCIES,
    PHONE_BITS,
    Frequencies,
)
from odnexus.matching.words import Bits, Evidence, evidence_of, reasons_of

__all__ = ["Candidate", "Comparison", "Decision", "Grade", "compare"]


class Grade(StrEnum):
    """How sure it is that two records are one person; FHIR's words (MatchGrade)."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    CERTAINLY_NOT = "certainly-not"

    @property
    def rank(self) -> int:
        """Return 3 for certain down to 0 for certainly-not."""
        return _RANKS[self]


_RANKS: Final = {Grade.CERTAIN: 3, Grade.PROBABLE: 2, Grade.POSSIBLE: 1, Grade.CERTAINLY_NOT: 0}


class Veto(StrEnum):
    """Why two records that look alike may be two people; each caps the grade at possible."""

    TWINS = "same birth date and family name, different given name: twins"
    SUFFIX = "different suffix: parent and child"
    GENERATION = "birth years a generation apart: parent and child"
    MIDDLE = "different middle name"
    REFUSED = "a person said they are not the same"


class Need(IntEnum):
    """What a combination of names and birth date needs besides itself to be certain."""

    RARITY = 1
    """A confirmation, or names rare enough that a namesake with that birth date is not to be expected."""
    CONFIRMATION = 2
    """A shared phone, e-mail, address or middle name."""
    CONTACT = 3
    """A shared phone, e-mail or address.

    Born one digit apart are sixty days, and one in ten people has any given middle initial: a namesake may well.
    """
    MIDDLE = 4
    """The same full middle name: two brothers may both be called Chris, or Jose something."""
    TWO = 5
    """Two of phone, e-mail, address and middle name, or one home where no phone and no e-mail speaks against it.

    A married name: two people of one given name, born on one day, do not live in one home; at one phone they may.
    """


# Given name, family name, birth date → what else makes it certain. What is not here is never certain.
CERTAIN: Final[Mapping[tuple[Given, Family, Birth], Need]] = {
    **{(Given.EXACT, family, Birth.EXACT): Need.RARITY for family in (Family.EXACT, Family.SWAPPED, Family.CLOSE)},
    **{(Given.EXACT, family, Birth.EXACT): Need.CONFIRMATION for family in (Family.PART, Family.NEAR, Family.SOUND)},
    (Given.EXACT, Family.DIFFERENT, Birth.EXACT): Need.TWO,
    (Given.EXACT, Family.MISSING, Birth.EXACT): Need.TWO,
    (Given.EXACT, Family.EXACT, Birth.SLIP): Need.CONTACT,
    (Given.SLIP, Family.EXACT, Birth.EXACT): Need.RARITY,
    **{
        (given, family, Birth.EXACT): Need.CONFIRMATION
        for given in (Given.SPELLING, Given.NICKNAME, Given.SLIP)
        for family in (Family.EXACT, Family.PART, Family.CLOSE, Family.NEAR, Family.SOUND)
        if (given, family) != (Given.SLIP, Family.EXACT)
    },
    **{
        (given, family, Birth.EXACT): Need.MIDDLE
        for given in (Given.LOOSE, Given.PART)
        for family in (Family.EXACT, Family.PART, Family.CLOSE)
    },
}

_AGREEING: Final = frozenset(GIVEN_LOSS)
_ALIKE_FAMILY: Final = frozenset(FAMILY_LOSS)
_GENERATION_YEARS: Final = 13
RARE_BITS: Final = 11.0
_PROBABLE_BITS: Final = 0.0
_POSSIBLE_BITS: Final = -4.0
# Two people of one birth date and given name, and of different families, are mostly two: in a town of 100,000 charts
# none of 120 below this was one person.
_OTHER_FAMILY_BITS: Final = -1.0
_TYPICAL_ROSTER: Final = 10_000
# Evidence of a household for two people whose given names do not agree, and for the second and third of its kinds.
_FAMILY_CONTACT_BITS: Final = 2.0
_MORE_CONTACT_BITS: Final = 1.5


@frozen(kw_only=True)
class Comparison:
    """Two people compared.

    Attributes:
        levels: The level of each field.
        vetoes: Why they may be two people all the same.
        grade: How sure it is that they are one.
        score: The sum of the evidence in bits.
        reasons: The evidence in words, without values, in the order of the fields.
    """

    levels: Levels
    vetoes: tuple[str, ...] = ()
    grade: Grade
    score: float
    reasons: tuple[str, ...]


@frozen(kw_only=True)
class Candidate:
    """A chart that may be the person looked up.

    Attributes:
        pat_num: The chart.
        grade: How sure it is.
        score: Evidence in bits, less what it takes to pick one chart of the roster: above 0, likelier than not.
        reasons: Why, in words without values.
        vetoes: What speaks against it whatever the score.
        levels: The level of each field; None if it was not compared.
        bits: What each field adds to the score.
        prior: What picking one chart of the roster costs, in bits.
    """

    pat_num: int
    grade: Grade
    score: float
    reasons: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    levels: Levels | None = field(default=None, repr=False)
    bits: Bits | None = field(default=None, repr=False)
    prior: float = field(default=0.0, repr=False)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What each field adds to the score, in order; the roster's size comes first."""
        return evidence_of(self.levels, self.bits, self.prior) if self.levels and self.bits else ()


@frozen(kw_only=True)
class Decision:
    """What a lookup found.

    Attributes:
        grade: The grade of the best candidate; certainly-not if there is none.
        candidates: Every chart that is at least possible, best first.
        ambiguous: Whether more than one chart is certain, so that a person must choose.
        chosen: The PatNum of the one certain candidate, or None.
    """

    grade: Grade
    candidates: tuple[Candidate, ...] = ()
    ambiguous: bool = False
    chosen: int | None = None


def compare(one: Person, other: Person) -> Comparison:
    """Return how two people compare without knowing anybody else; grades are the same for either order.

    Names count as typical ones and contacts as shared by a household; a `Roster` knows better.
    """
    mine, theirs = features_of(one), features_of(other)
    levels = levels_of(mine, theirs, NO_FREQUENCIES)
    vetoes = vetoes_of(levels, mine, theirs)
    score = sum(bits_of(levels, mine, theirs, NO_FREQUENCIES))
    grade = grade_of(levels, vetoes, score - log2(_TYPICAL_ROSTER), household=False)
    return Comparison(
        levels=levels, vetoes=tuple(vetoes), grade=grade, score=round(score, 2), reasons=reasons_of(levels)
    )


# -- vetoes ------------------------------------------------------------------------------------------------------------

_NO_VETOES: Final[tuple[Veto, ...]] = ()


def vetoes_of(levels: Levels, one: Features, other: Features) -> tuple[Veto, ...]:
    """Return what says that these may be two people, however alike they look."""
    suffix = bool(one.suffix and other.suffix) and one.suffix != other.suffix
    apart = one.year != 0 and other.year != 0 and abs(one.year - other.year) >= _GENERATION_YEARS
    twins = levels.given <= Given.NEAR and levels.birth is Birth.EXACT and levels.family in _ALIKE_FAMILY
    middle = levels.middle is Middle.DIFFERENT
    if not (suffix or apart or twins or middle):
        return _NO_VETOES
    found = ((twins, Veto.TWINS), (suffix, Veto.SUFFIX), (apart, Veto.GENERATION), (middle, Veto.MIDDLE))
    return tuple(veto for applies, veto in found if applies)


# -- bits --------------------------------------------------------------------------------------------------------------


def bits_of(levels: Levels, one: Features, other: Features, frequencies: Frequencies) -> Bits:
    """Return the evidence in bits that two people are one, field by field."""
    given_loss, family_loss = GIVEN_LOSS.get(levels.given), FAMILY_LOSS.get(levels.family)
    return Bits(
        GIVEN_BITS[levels.given] if given_loss is None else frequencies.given_bits(one.given, other.given) - given_loss,
        FAMILY_BITS[levels.family]
        if family_loss is None
        else frequencies.family_bits(one.family, other.family) - family_loss,
        BIRTH_BITS[levels.birth],
        MIDDLE_BITS[levels.middle],
        *_contact_bits(levels, agreeing=given_loss is not None),
    )


def _contact_bits(levels: Levels, *, agreeing: bool) -> tuple[float, float, float]:
    """Return the bits of phone, e-mail and address: one proof of a household, not three of a person."""
    bits = PHONE_BITS[levels.phone], EMAIL_BITS[levels.email], ADDRESS_BITS[levels.address]
    best = max(bits)
    if best <= 0:
        return bits
    first = bits.index(best)
    more = _MORE_CONTACT_BITS if agreeing else 0.0
    counted = [min(each, more) for each in bits]
    counted[first] = best if agreeing else _FAMILY_CONTACT_BITS
    return counted[0], counted[1], counted[2]


# -- grades ------------------------------------------------------------------------------------------------------------


def grade_of(levels: Levels, vetoes: Collection[Veto], odds: float, *, household: bool) -> Grade:
    """Return the grade.

    Args:
        levels: The level of every field.
        vetoes: What caps the grade at possible.
        odds: Evidence in bits less the logarithm of the number of charts.
        household: Whether what the two share is known to be shared with a family.
    """
    if vetoes:
        asked = is_possible(levels, odds) and not settled(levels, vetoes, household=household)
        return Grade.POSSIBLE if asked else Grade.CERTAINLY_NOT
    if is_certain(levels, odds):
        return Grade.CERTAIN
    if odds >= _PROBABLE_BITS and is_probable(levels):
        return Grade.PROBABLE
    return Grade.POSSIBLE if is_possible(levels, odds) else Grade.CERTAINLY_NOT


def settled(levels: Levels, vetoes: Collection[Veto], *, household: bool) -> bool:
    """Tell whether a veto leaves nothing to ask.

    Another given name at a household's phone is a twin; at one that nobody else has it may be the name that person goes
    by, and so it may where the chart has its first letter for a middle name. A parent and a child of one name are two
    if one of them says which, or their middle names do; and a namesake born another day with another middle name is a
    namesake.
    """
    if Veto.REFUSED in vetoes:
        return False
    strange = levels.given is Given.DIFFERENT and not levels.middle_told
    if Veto.TWINS in vetoes and strange and (household or not is_in_touch(levels)):
        return household or Contact.DIFFERENT in levels[4:7]
    if Veto.GENERATION in vetoes:
        return levels.birth is not Birth.SLIP and (levels.suffix_told or Veto.MIDDLE in vetoes)
    return Veto.MIDDLE in vetoes and levels.birth < Birth.SWAPPED


def is_certain(levels: Levels, odds: float) -> bool:
    """Tell whether the rules make it one person."""
    need = CERTAIN.get(levels[:3])
    # Two names that are not quite the same, first and middle, are as many chances of another person.
    if need is None or (levels.middle is Middle.SIMILAR and levels.given is not Given.EXACT):
        return False
    met = (levels.phone is Contact.SAME) + (levels.email is Contact.SAME) + (levels.address is Contact.SAME)
    shared = met + (levels.middle >= Middle.INITIAL)
    match need:
        case Need.RARITY:
            return shared > 0 or odds >= RARE_BITS
        case Need.CONFIRMATION:
            return shared > 0
        case Need.CONTACT:
            return met > 0
        case Need.MIDDLE:
            return levels.middle is Middle.EXACT
        case Need.TWO:
            return shared > 1 or (
                levels.address is Contact.SAME and odds >= _PROBABLE_BITS and Contact.DIFFERENT not in levels[4:6]
            )


def is_confirmed(levels: Levels) -> bool:
    """Tell whether a phone, an e-mail address, a home or a middle name confirms what names and birth date say."""
    return (
        levels.phone is Contact.SAME
        or levels.email is Contact.SAME
        or levels.address is Contact.SAME
        or levels.middle >= Middle.INITIAL
    )


def is_probable(levels: Levels) -> bool:
    """Tell whether names and birth date agree well enough to ask about this chart first."""
    given, family, birth = levels.given, levels.family, levels.birth
    if birth is Birth.EXACT:
        return given >= Given.INITIAL and (family in _ALIKE_FAMILY or given >= Given.PART)
    if birth is Birth.SLIP:
        return given in _AGREEING and family in _ALIKE_FAMILY
    return birth is Birth.MISSING and given in _AGREEING and family in _ALIKE_FAMILY and is_in_touch(levels)


def is_possible(levels: Levels, odds: float) -> bool:
    """Tell whether enough agrees to be worth a look at all."""
    given, family, birth = levels.given, levels.family, levels.birth
    touch = is_in_touch(levels)
    if not touch and odds < (_OTHER_FAMILY_BITS if family is Family.DIFFERENT else _POSSIBLE_BITS):
        return False
    names = (given in _AGREEING) + (family in _ALIKE_FAMILY)
    if birth is Birth.EXACT:
        # Two of a birth date and quite other names in one street are neighbours.
        strange = given is Given.DIFFERENT and family is Family.DIFFERENT
        return names > 0 or (touch and (not strange or is_confirmed(levels)))
    if birth >= Birth.SWAPPED:
        return names == 2 or (names == 1 and given >= Given.INITIAL and (touch or family in _ALIKE_FAMILY))
    if birth is Birth.MISSING:
        return names == 2 or (touch and names == 1 and given >= Given.INITIAL)
    return names == 2 and touch


def is_in_touch(levels: Levels) -> bool:
    """Tell whether the two share a phone, an e-mail address or, nearly at least, a home."""
    return levels.phone is Contact.SAME or levels.email is Contact.SAME or levels.address >= Contact.NEAR
