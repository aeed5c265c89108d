"""Levels in words, and what each adds: everything a person reads about a comparison. No value of a patient is in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from attrs import frozen

from odnexus.matching.levels import Birth, Contact, Family, Given, Levels, Middle

__all__ = ["Bits", "Evidence", "evidence_of", "reasons_of", "told", "words_of_field"]


class Bits(NamedTuple):
    """The evidence of each field in bits; the sum is the score."""

    given: float
    family: float
    birth: float
    middle: float
    phone: float
    email: float
    address: float


@frozen
class Evidence:
    """What one field says, in words without values and in bits."""

    words: str
    bits: float


_GIVEN_WORDS: Final = {
    Given.EXACT: "given name: the same",
    Given.SPELLING: "given name: two spellings of one name",
    Given.NICKNAME: "given name: nickname of one group",
    Given.SLIP: "given name: one slip of the fingers",
    Given.LOOSE: "given name: nickname of several names",
    Given.ALIAS: "given name: sometimes a nickname, mostly a name of its own",
    Given.PART: "given name: one has a second name",
    Given.MIDDLE: "given name: the middle name of the other",
    Given.NEAR: "given name: another name, near the other",
    Given.SIMILAR: "given name: similar, perhaps another name",
    Given.INITIAL: "given name: an initial only",
    Given.DIFFERENT: "given name: different",
    Given.MISSING: "given name: missing",
}
_FAMILY_WORDS: Final = {
    Family.EXACT: "family name: the same",
    Family.SWAPPED: "family name: exchanged with the given name",
    Family.PART: "family name: one part the same",
    Family.CLOSE: "family name: one or two letters differ",
    Family.NEAR: "family name: another name, one or two letters from the other",
    Family.SOUND: "family name: sounds alike",
    Family.DIFFERENT: "family name: different",
    Family.MISSING: "family name: missing",
}
_BIRTH_WORDS: Final = {
    Birth.EXACT: "birth date: the same",
    Birth.SLIP: "birth date: one digit differs",
    Birth.SWAPPED: "birth date: day and month exchanged",
    Birth.PART: "birth date: two of day, month and year the same",
    Birth.DIFFERENT: "birth date: different",
    Birth.MISSING: "birth date: missing, or one that a crowd shares",
}
_MIDDLE_WORDS: Final = {
    Middle.EXACT: "middle name: the same",
    Middle.INITIAL: "middle name: same initial",
    Middle.SIMILAR: "middle name: similar",
    Middle.DIFFERENT: "middle name: different",
}
_CONTACT_WORDS: Final = {Contact.SAME: "the same", Contact.NEAR: "nearly the same", Contact.DIFFERENT: "different"}


def reasons_of(levels: Levels) -> tuple[str, ...]:
    """Return the evidence in words, field by field; what is missing on either side is left out for minor fields."""
    return told(levels)[1]


@lru_cache(maxsize=8_192)
def told(levels: Levels) -> tuple[Levels, tuple[str, ...]]:
    """Return *levels* and their reasons in words, the same two objects for all that agree alike: few ways to agree."""
    return levels, tuple(words for words in _words_of(levels) if words)


_BY_FIELD: Final[Mapping[tuple[str, int], str]] = {
    **{("given", level): words for level, words in _GIVEN_WORDS.items()},
    **{("family", level): words for level, words in _FAMILY_WORDS.items()},
    **{("birth", level): words for level, words in _BIRTH_WORDS.items()},
    **{("middle", level): words for level, words in _MIDDLE_WORDS.items()},
    **{
        (name, level): f"{'e-mail' if name == 'email' else name}: {words}"
        for name in ("phone", "email", "address")
        for level, words in _CONTACT_WORDS.items()
    },
}


def words_of_field(field: str, level: int) -> str:
    """Return a level of one field (named as in `Levels`) in words, empty for what is missing."""
    return _BY_FIELD.get((field, level), "")


def _words_of(levels: Levels) -> tuple[str, ...]:
    contacts = (("phone", levels.phone), ("e-mail", levels.email), ("address", levels.address))
    return (
        _GIVEN_WORDS[levels.given],
        _FAMILY_WORDS[levels.family],
        _BIRTH_WORDS[levels.birth],
        _MIDDLE_WORDS.get(levels.middle, ""),
        *("" if level is Contact.MISSING else f"{name}: {_CONTACT_WORDS[level]}" for name, level in contacts),
    )


def evidence_of(levels: Levels, bits: Bits, prior: float) -> tuple[Evidence, ...]:
    """Return what each field adds, the cost of picking one chart out of the roster first."""
    said = zip(_words_of(levels), bits, strict=True)
    fields = (Evidence(words, round(value, 2)) for words, value in said if words)
    return (Evidence("to begin with: one chart among all", round(-prior, 2)), *fields)
