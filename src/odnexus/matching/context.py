"""How two people agree, field by field, where one field explains another.

A given name may be half of the other's, with the rest in the middle name; it may be the name a chart gives as
preferred; it may stand in the field for the family name. And whether a name is a slip of another or another name
depends on which names there are.
"""

from __future__ import annotations

from odnexus.matching.features import Features
from odnexus.matching.levels import (
    Family,
    Given,
    Levels,
    Middle,
    address_level,
    birth_level,
    email_level,
    family_level,
    given_level,
    is_slip_of_several,
    middle_level,
    phone_level,
)
from odnexus.matching.nicknames import Nicknames
from odnexus.matching.sounds import transliterated
from odnexus.matching.weights import Frequencies

__all__ = ["levels_of"]


def levels_of(one: Features, other: Features, frequencies: Frequencies) -> Levels:
    """Return the level of every field, looking at given, middle and preferred names together."""
    given, middle = given_level(one.given, other.given), middle_level(one.middle, other.middle)
    family = family_level(one.family, other.family, one.parts, other.parts)
    if given is not Given.EXACT:
        given, middle = _given_in_context(given, middle, one, other, frequencies)
        if given <= Given.SIMILAR and family is Family.DIFFERENT and (crossed := _crossed(one, other, frequencies)):
            given, family = crossed, Family.SWAPPED
    if family is Family.CLOSE and _are_two_families(one.family, other.family, frequencies):
        family = Family.NEAR
    if middle is Middle.DIFFERENT and (_is_maiden_name(one, other) or _is_maiden_name(other, one)):
        middle = Middle.MISSING
    return Levels(
        given,
        family,
        birth_level(one, other),
        middle,
        phone_level(one, other),
        email_level(one, other),
        address_level(one, other),
        bool(one.suffix or other.suffix),
        given is Given.DIFFERENT and (one.middle == other.given[:1] or other.middle == one.given[:1]),
    )


def _is_maiden_name(one: Features, other: Features) -> bool:
    """Tell whether the middle name of *one* is the family name that only *other* still has."""
    return one.middle in other.parts and one.middle not in one.parts


def _are_two_families(one: str, other: str, frequencies: Frequencies) -> bool:
    """Tell whether two names a letter or two apart are both in use, and not one name in two alphabets."""
    return (
        frequencies.knows_family(one)
        and frequencies.knows_family(other)
        and transliterated(one) != transliterated(other)
    )


def _given_in_context(
    given: Given, middle: Middle, one: Features, other: Features, frequencies: Frequencies
) -> tuple[Given, Middle]:
    if given is Given.SLIP or given is Given.SIMILAR:
        given = _slip(given, one.given, other.given, frequencies)
    # One of the two must be what a chart calls the other: twins may both be "Chris" in theirs.
    called = one.given == other.preferred or other.given == one.preferred
    if called and given < Given.NICKNAME and one.given and other.given:
        return Given.NICKNAME, middle
    if given is Given.PART:
        return _given_and_middle(one, other, middle)
    if given < Given.PART:
        if (len(one.middle) > 2 and one.middle == other.given) or (len(other.middle) > 2 and other.middle == one.given):
            return Given.MIDDLE, Middle.MISSING
        if given < Given.INITIAL and (_are_initials(one.given, other) or _are_initials(other.given, one)):
            return Given.INITIAL, Middle.MISSING
    return given, middle


def _are_initials(given: str, other: Features) -> bool:
    """Tell whether two letters that are no name may be the initials of the other's given and middle name: T.J."""
    return (
        len(given) == 2
        and given[0] == other.given[:1]
        and other.middle[:1] in {"", given[1]}
        and given not in Nicknames.shipped()
    )


def _slip(given: Given, one: str, other: str, frequencies: Frequencies) -> Given:
    """Return whether a name is a slip of the fingers, or a name of its own: Jaylen is no slip of Jayden.

    Names that several charts hold count as in use, but not as proof against: misspellings are copied too.
    """
    names = Nicknames.shipped()
    mine, theirs = one in names, other in names
    if mine and theirs:
        return Given.NEAR
    if mine is theirs or frequencies.knows_given(other if mine else one) or is_slip_of_several(other if mine else one):
        return Given.SIMILAR
    return given


def _given_and_middle(one: Features, other: Features, middle: Middle) -> tuple[Given, Middle]:
    """Compare "Mary Ann" with "Mary" whose middle name is Ann, or A."""
    mine, theirs = f"{one.given} {one.middle}".split(), f"{other.given} {other.middle}".split()
    if len(mine) != len(theirs):
        return Given.PART, middle if one.middle and other.middle else Middle.MISSING
    levels = [middle_level(a, b) for a, b in zip(mine, theirs, strict=True)]
    worst = min(levels)
    return (Given.EXACT, worst) if worst >= Middle.INITIAL else (Given.PART, worst)


def _crossed(one: Features, other: Features, frequencies: Frequencies) -> Given | None:
    """Return how the given names agree if given and family name stand in each other's place.

    With a slip in one of the two it is the family name that has it if the other is a known given name and neither
    spelling of this one is; else nobody can tell, and they are similar at best.
    """
    if not (one.given and one.family and other.given and other.family):
        return None
    crossed = one.given == other.family, other.given == one.family
    if all(crossed):
        return Given.EXACT
    if not any(crossed):
        return None
    near = (one.family, other.given) if crossed[0] else (one.given, other.family)
    if family_level(near[0], near[1], (near[0],), (near[1],)) < Family.CLOSE:
        return None
    names = Nicknames.shipped()
    known = (one.given if crossed[0] else one.family) in names
    return (
        Given.EXACT
        if known and not any(name in names or frequencies.knows_given(name) for name in near)
        else Given.SIMILAR
    )
