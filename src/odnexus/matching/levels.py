"""How two values agree: ordered levels per field, each with words that say it without saying the values.

The levels of names look at strings only, so they are remembered per pair of names. What two agreeing names are worth,
and which combination of levels makes a person, is decided in `odnexus.matching.decide`.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from odnexus.matching.births import is_birth_slip, swapped_birth
from odnexus.matching.features import Features
from odnexus.matching.nicknames import Kinship, Nicknames
from odnexus.matching.sounds import sound_key, transliterated

__all__ = ["Birth", "Contact", "Family", "Given", "Levels", "Middle"]


class Given(IntEnum):
    """How two given names agree, best last."""

    DIFFERENT = 0
    NEAR = 1
    """Two names in use, a letter or a sound apart: Anna and Anne."""
    MISSING = 2
    INITIAL = 3
    SIMILAR = 4
    """The same, where one of them is no name in use, or neither is."""
    MIDDLE = 5
    ALIAS = 6
    PART = 7
    LOOSE = 8
    SLIP = 9
    NICKNAME = 10
    SPELLING = 11
    EXACT = 12


class Family(IntEnum):
    """How two family names agree, best last."""

    DIFFERENT = 0
    MISSING = 1
    SOUND = 2
    NEAR = 3
    """Two names in use, a letter or two apart: Hall and Hill."""
    CLOSE = 4
    """The same, where one of them is held by few or nobody."""
    PART = 5
    SWAPPED = 6
    EXACT = 7


class Birth(IntEnum):
    """How two birth dates agree, best last."""

    DIFFERENT = 0
    MISSING = 1
    PART = 2
    SWAPPED = 3
    SLIP = 4
    EXACT = 5


class Middle(IntEnum):
    """How two middle names agree, best last."""

    DIFFERENT = 0
    MISSING = 1
    SIMILAR = 2
    INITIAL = 3
    EXACT = 4


class Contact(IntEnum):
    """How two phones, e-mails or addresses agree, best last."""

    DIFFERENT = 0
    MISSING = 1
    NEAR = 2
    SAME = 3


class Levels(NamedTuple):
    """The level of every field of two people, and two facts more.

    `suffix_told` is whether one of them has a suffix; `middle_told` whether the given name of one begins with the
    letter that the other has for a middle name.
    """

    given: Given
    family: Family
    birth: Birth
    middle: Middle
    phone: Contact
    email: Contact
    address: Contact
    suffix_told: bool = False
    middle_told: bool = False


_KIN: Final = {
    Kinship.SPELLING: Given.SPELLING,
    Kinship.SHORT: Given.NICKNAME,
    Kinship.LOOSE: Given.LOOSE,
    Kinship.ALIAS: Given.ALIAS,
}

# Neighbours on a keyboard, and what reading software and handwriting take for each other.
_NEIGHBOURS: Final = frozenset(
    pair
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qaz", "wsx", "edc", "rfv", "tgb", "yhn", "ujm", "ik", "ol")
    for pair in (*pairwise(row), *pairwise(reversed(row)))
) | frozenset(
    pair
    for one, other in (
        "wa", "es", "ed", "rd", "rf", "tf", "tg", "yg", "yh", "uh", "uj", "ij", "ik", "ok", "pl",
        "sz", "dx", "fc", "gv", "hb", "jn", "km", "il", "rn", "mn", "uv", "vw", "ce", "oc", "hn", "bh",
        "0o", "1l", "1i", "5s", "8b",
    )
    for pair in ((one, other), (other, one))
)  # fmt: skip


# -- given names -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=262_144)
def given_level(one: str, other: str) -> Given:
    """Return how two folded given names agree, looking at nothing else; the same for either order."""
    if not one or not other:
        return Given.MISSING
    flat, flat_other = one.replace(" ", ""), other.replace(" ", "")
    if flat == flat_other:
        return Given.EXACT
    if kin := _KIN.get(Nicknames.shipped().kinship(flat, flat_other)):
        return kin
    if " " in one or " " in other:
        return _given_words(one.split(), other.split(), flat, flat_other)
    return _single(one, other)


def _given_words(one: list[str], other: list[str], flat: str, flat_other: str) -> Given:
    shorter, longer = sorted((one, other), key=len)
    heads = [given_level(mine, theirs) for mine, theirs in zip(shorter, longer, strict=False)]
    if len(shorter) == len(longer):
        # A slip in one word is a slip; "Mary Ann" and "Mary Beth" are two people.
        return min(heads) if sum(level is not Given.EXACT for level in heads) == 1 else _worst(heads)
    if all(level is Given.EXACT for level in heads):
        return Given.PART
    if is_slip(flat, flat_other):
        return Given.SLIP
    if len(shorter) == 1 and heads[0] >= Given.ALIAS:
        return Given.LOOSE
    # "Robert" may be what a "J. Robert" goes by, as any middle name may.
    return Given.MIDDLE if shorter == longer[-1:] and len(shorter[0]) > 1 else _worst(heads)


def _worst(heads: list[Given]) -> Given:
    return Given.DIFFERENT if min(heads) is Given.DIFFERENT else Given.SIMILAR


def _single(one: str, other: str) -> Given:
    if len(one) == 1 or len(other) == 1:
        return Given.INITIAL if one[0] == other[0] else Given.DIFFERENT
    if is_slip(one, other):
        return Given.SLIP
    return Given.SIMILAR if are_similar(one, other) else Given.DIFFERENT


def are_similar(one: str, other: str) -> bool:
    """Tell whether two given names of one word look or sound alike."""
    shortest = min(len(one), len(other))
    if shortest < 2:
        return False
    return (
        _within(one, other, 1 if shortest < 6 else 2)
        or JaroWinkler.similarity(one, other, score_cutoff=0.9) > 0
        or _reads_alike(one, other)
        or (shortest > 2 and sound_key(one) == sound_key(other))
    )


def is_slip(one: str, other: str) -> bool:
    """Tell whether one name is the other with a single slip of the fingers inside it.

    Two letters changed places, a letter was doubled, left out or hit beside, an m was read as rn; the first and the
    last letter stand. So Jhon is a slip of John, Jarnes one of James, and Jayden is none of Kayden, Anna none of Anne,
    Daniela none of Daniel.
    """
    if one[:1] != other[:1] or one[-1:] != other[-1:] or min(len(one), len(other)) < 4:
        return False
    if OSA.distance(one, other, score_cutoff=1) != 1:
        return _reads_alike(one, other)
    if len(one) != len(other):
        shorter, longer = sorted((one, other), key=len)
        doubled = any(mine == theirs for mine, theirs in pairwise(longer) if longer.replace(mine * 2, mine) == shorter)
        return doubled or len(shorter) > 5
    odd = [(mine, theirs) for mine, theirs in zip(one, other, strict=True) if mine != theirs]
    return len(odd) == 2 or odd[0] in _NEIGHBOURS


def _reads_alike(one: str, other: str) -> bool:
    """Tell whether two names are one where rn is taken for the m that reading software takes it for."""
    return ("rn" in one or "rn" in other) and one.replace("rn", "m") == other.replace("rn", "m")


@lru_cache(maxsize=16_384)
def is_slip_of_several(name: str) -> bool:
    """Tell whether a name that is none could be a slip of two known ones: Danieal is Daniel or Daniela, who knows."""
    near = {known for rest in _shortened(name) for known in _known_names().get(rest, "").split()}
    return sum(_within(name, known, 1) for known in near) > 1


@cache
def _known_names() -> dict[str, str]:
    """Return the known names by what is left of them without any one letter: names one slip apart share such a rest.

    Names that share a rest stand in one text, which costs the garbage collector nothing.
    """
    found: dict[str, str] = {}
    for name in Nicknames.shipped().names():
        if len(name) > 3:
            for rest in _shortened(name):
                found[rest] = f"{found[rest]} {name}" if rest in found else name
    return found


def _shortened(name: str) -> set[str]:
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}


# -- family names ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=262_144)
def family_level(one: str, other: str, parts: tuple[str, ...], parts_other: tuple[str, ...]) -> Family:
    """Return how two folded family names agree; the same for either order."""
    if not one or not other:
        return Family.MISSING
    flat, flat_other = one.replace(" ", ""), other.replace(" ", "")
    if flat == flat_other or "".join(parts) == "".join(parts_other):
        return Family.EXACT
    double = len(parts) > 1 or len(parts_other) > 1
    if double and any(len(part) > 2 for part in set(parts).intersection(parts_other) - _NO_NAMES):
        return Family.PART
    if (
        are_close(flat, flat_other)
        or transliterated(flat) == transliterated(flat_other)
        or _reads_alike(flat, flat_other)
    ):
        return Family.CLOSE
    if double and any(are_close(mine, theirs) for mine in parts for theirs in parts_other):
        return Family.CLOSE
    if JaroWinkler.similarity(flat, flat_other, score_cutoff=0.92) > 0 or _article_apart(flat, flat_other):
        return Family.SOUND
    if flat[0] != flat_other[0]:
        return Family.DIFFERENT
    key = sound_key(flat)
    return Family.SOUND if len(key) > 2 and key == sound_key(flat_other) else Family.DIFFERENT


def _article_apart(one: str, other: str) -> bool:
    """Tell whether one name is the other with the Arabic article before it in one word: Alhassan and Hassan."""
    shorter, longer = (one, other) if len(one) < len(other) else (other, one)
    return longer[:2] in _ARTICLES and longer[2:] == shorter and len(shorter) > 3


# Words that many family names begin with, and words between two of them: sharing those is sharing no name.
_NO_NAMES: Final = frozenset({
    "abd", "abdal", "abdel", "abdul", "abou", "abu", "bani", "beni", "fitz", "fka", "formerly", "mac", "nee",
    "saint", "sainte", "san", "santa", "santo", "sao", "sri", "ste", "thi",
})  # fmt: skip
_ARTICLES: Final = frozenset({"al", "el"})


def are_close(one: str, other: str) -> bool:
    """Tell whether two family names are a slip apart, or two if they are long."""
    shortest = min(len(one), len(other))
    if shortest < 4:
        return False
    return _within(one, other, 1 if shortest < 8 else 2)


def _within(one: str, other: str, most: int) -> bool:
    """Tell whether *most* letters left out, put in, replaced or exchanged with the next make one text the other."""
    return OSA.distance(one, other, score_cutoff=most) <= most


# -- birth dates -------------------------------------------------------------------------------------------------------


def birth_level(one: Features, other: Features) -> Birth:
    """Return how two birth dates agree."""
    if one.born == other.born:
        return Birth.EXACT if one.born else Birth.MISSING
    if not one.born or not other.born:
        return Birth.MISSING
    if is_birth_slip(one.born, other.born):
        return Birth.SLIP
    if other.born == swapped_birth(one.born):
        return Birth.SWAPPED
    same = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    return Birth.PART if same == 2 else Birth.DIFFERENT


# -- the rest ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=65_536)
def middle_level(one: str, other: str) -> Middle:
    """Return how two folded middle names agree."""
    if not one or not other:
        return Middle.MISSING
    if one == other:
        return Middle.EXACT if len(one) > 1 else Middle.INITIAL
    if len(one) == 1 or len(other) == 1 or one.split(maxsplit=1)[0] == other.split(maxsplit=1)[0]:
        return Middle.INITIAL if one[0] == other[0] else Middle.DIFFERENT
    level = given_level(one, other)
    if level >= Given.NICKNAME:
        return Middle.EXACT
    return Middle.SIMILAR if level in _MIDDLE_ALIKE else Middle.DIFFERENT


_MIDDLE_ALIKE: Final = frozenset({Given.SIMILAR, Given.SLIP, Given.LOOSE, Given.ALIAS, Given.PART})


def phone_level(one: Features, other: Features) -> Contact:
    """Return whether two people share a phone."""
    if not one.phones or not other.phones:
        return Contact.MISSING
    if one.phones[0] in other.phones:
        return Contact.SAME
    return Contact.SAME if any(phone in other.phones for phone in one.phones[1:]) else Contact.DIFFERENT


def email_level(one: Features, other: Features) -> Contact:
    """Return whether two people share an e-mail address; one letter off is near."""
    if not one.email or not other.email:
        return Contact.MISSING
    if one.email == other.email:
        return Contact.SAME
    return Contact.NEAR if _within(one.email, other.email, 1) else Contact.DIFFERENT


def address_level(one: Features, other: Features) -> Contact:
    """Return whether two people live at one address; the same street or an uncertain number is near.

    Another number in a street that may be the same says nothing.
    """
    if not one.street or not other.street:
        return Contact.MISSING
    if one.street != other.street and not _street_alike(one.street, other.street):
        return Contact.DIFFERENT
    same_area = one.place == other.place or (one.city == other.city and one.city != "")
    known_area = bool((one.place and other.place) or (one.city and other.city))
    if one.number == other.number and (same_area or not known_area):
        return Contact.SAME if one.unit == other.unit or not (one.unit and other.unit) else Contact.NEAR
    if same_area and one.number and other.number and OSA.distance(one.number, other.number) == 1:
        return Contact.NEAR
    same_street = one.street == other.street and same_area
    if same_street or one.number == other.number:
        return Contact.NEAR
    return Contact.MISSING if same_area else Contact.DIFFERENT


@lru_cache(maxsize=65_536)
def _street_alike(one: str, other: str) -> bool:
    if JaroWinkler.similarity(one, other, score_cutoff=0.9) > 0 or _within(one, other, 2):
        return True
    # The two lines of an address in another order, or one of them left out.
    return (" " in one and " " in other) and fuzz.token_set_ratio(one, other) >= 90
