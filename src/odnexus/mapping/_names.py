"""Names of people: taken apart, tidied for display, and folded for comparison.

Display and comparison are different things. For display a name keeps its accents, apostrophes, hyphens and the way its
owner writes it; only names typed in capitals or in small letters alone are given a normal case. For comparison
`fold_name` forgets all of that.

Suffixes matter more than they look: Open Dental has no field for them, so ``Jr`` sits behind the family name, behind
the given name, in the middle name, or nowhere, and it is what tells a father from his son.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from attrs import evolve, field, frozen

from odnexus.mapping._letters import PLAIN_QUOTES, romanised
from odnexus.mapping._words import words
from odnexus.mapping.issues import Issue, Mapped, Severity

__all__ = [
    "PARTICLES",
    "SUFFIXES",
    "SUFFIX_WORDS",
    "PersonName",
    "clean",
    "fold_name",
    "is_placeholder_name",
    "person_name",
    "repair_case",
]

SUFFIXES: Final[dict[str, str]] = {
    "jr": "jr", "jnr": "jr", "junior": "jr",
    "sr": "sr", "snr": "sr", "senior": "sr",
    "ii": "ii", "2nd": "ii",
    "iii": "iii", "3rd": "iii",
    "iv": "iv", "4th": "iv",
    "v": "v", "5th": "v",
}  # fmt: skip
"""Spellings of suffixes and the five words of `Person.suffix`."""

SUFFIX_WORDS: Final[dict[str, str]] = {"jr": "Jr", "sr": "Sr", "ii": "II", "iii": "III", "iv": "IV", "v": "V"}
"""How a suffix is written behind a family name."""

# A lone V behind a given name is a middle initial; "Junior" and "Senior" there are part of what people are called.
_GIVEN_SUFFIXES: Final = SUFFIXES.keys() - {"v", "junior", "senior"}
_TITLES: Final = frozenset({"dr", "mr", "mrs", "ms", "miss", "mx", "prof", "rev", "fr", "hon", "sir", "dame"})
_DEGREES: Final = frozenset({"md", "dds", "dmd", "phd", "esq", "rn", "dvm", "cpa", "rdh"})
PARTICLES: Final = words(
    "af al am auf av ben bin bint da dal das de del dela della den der des di do dos du e el ibn la las le les lo los"
    " of ter van vom von y zu zum zur"
)
_MACS: Final = words(
    "macallister macarthur macaulay macbeth maccallum maccormack macdonald macdonell macdougall macdowell macduff"
    " macfarlane macgregor macinnes macintosh macintyre mackay mackenzie mackinnon maclachlan maclaren maclaughlin"
    " maclean maclellan macleod macmahon macmillan macnamara macneil macneill macphail macpherson macqueen macrae"
    " mactavish macvicar"
)
# Words that stand for no name in either field; people are really called Null, Child, Blank or Sample by family name.
_NO_FAMILY: Final = words(
    "anonymous asdf delete deleted donotuse dummy duplicate lname lnu n/a na newpatient newpt nlnu nln noname none"
    " patient test tester testing testpatient unk unknown unnamed xx xxx zz zzz zztest"
)
_NO_GIVEN: Final = _NO_FAMILY | words(
    "baby babyboy babygirl blank boy child fname fnu girl infant name new newborn nfn null pt sample twin"
)
_NO_NAME_STARTS: Final = frozenset({"baby", "infant", "newborn", "test", "twin", "zztest"})
_NICKNAME = re.compile(r"""\s*(?:\(([^()]*)\)|"([^"]*)"|(?<!\w)'([^']*)'(?!\w))\s*""")
_WORD = re.compile(r"""[^\s\-'"./()]+""")
_LIST = re.compile(r"\s*,\s*")


@frozen(kw_only=True)
class PersonName:
    """The parts of a name, tidied for display. The repr shows none of them.

    Attributes:
        family: Family name without suffix; a maiden name in parentheses stays.
        given: Given name or names.
        middle: Middle name or initial.
        preferred: The name the person goes by, from its own field or from quotes or parentheses.
        suffix: ``jr``, ``sr``, ``ii``, ``iii``, ``iv``, ``v`` or empty.
    """

    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    middle: str = field(default="", repr=False)
    preferred: str = field(default="", repr=False)
    suffix: str = field(default="", repr=False)


def person_name(
    *,
    family: str | None = "",
    given: str | None = "",
    middle: str | None = "",
    preferred: str | None = "",
    suffix: str | None = "",
    full: str | None = "",
) -> Mapped[PersonName]:
    """Return the parts of a name, whatever field they were typed into.

    Honorifics and degrees are taken off, suffixes and nicknames go where they belong, ``Last, First`` is turned round
    and the case of names in capitals is repaired. Doing it twice changes nothing more.

    Args:
        family: The field for family names.
        given: The field for given names.
        middle: The field for middle names or initials.
        preferred: The field for the preferred name.
        suffix: A suffix from a field of its own.
        full: A whole name, used when *family* and *given* are empty.
    """
    if not suffix and (plain := _plain_name(family, given, middle, preferred)) is not None:
        return plain
    remarks: dict[Issue, None] = {}
    name = PersonName(
        family=clean(family),
        given=clean(given),
        middle=clean(middle),
        preferred=clean(preferred),
        suffix=SUFFIXES.get(clean(suffix).casefold().rstrip("."), ""),
    )
    if not name.family and not name.given:
        name = _from_full(clean(full), name)
    name = _settled(name, remarks)
    for key in ("family", "given"):
        _remark_on(key, getattr(name, key), remarks)
    return Mapped(name, tuple(remarks))


def _plain_name(
    family: str | None, given: str | None, middle: str | None, preferred: str | None
) -> Mapped[PersonName] | None:
    """Return the name where every field holds just what belongs there, as nine of ten do; None for any other.

    Fields act on each other only where a step takes something off one of them, so each can be judged, and remembered,
    by itself: names repeat, and reading a practice is mostly reading names.
    """
    if not family or not given:
        return None
    held_family, held_given = _plain_field("family", family), _plain_field("given", given)
    if held_family is None or held_given is None or not held_family[0] or not held_given[0]:
        return None
    held_middle = _plain_field("middle", middle) if middle else _NOTHING
    held_preferred = _plain_field("preferred", preferred) if preferred else _NOTHING
    if held_middle is None or held_preferred is None:
        return None
    name = PersonName(family=held_family[0], given=held_given[0], middle=held_middle[0], preferred=held_preferred[0])
    return Mapped(name, held_family[1] + held_given[1])


_NOTHING: Final[tuple[str, tuple[Issue, ...]]] = ("", ())
# A family and a given name that no step changes, to stand beside the field that is judged.
_BESIDE: Final = {"family": "Okafor", "given": "Ann"}


@lru_cache(maxsize=131_072)
def _plain_field(key: str, text: str) -> tuple[str, tuple[Issue, ...]] | None:
    """Return the field *key* tidied, and what there is to remark on it; None if any step would act on it."""
    tidy = clean(text)
    name = PersonName(**{**_BESIDE, key: tidy})
    remarks: dict[Issue, None] = {}
    if tidy and (_settled(name, remarks) != name or remarks):
        return None
    if key in _BESIDE:
        _remark_on(key, tidy, remarks)
    return tidy, tuple(remarks)


def _settled(name: PersonName, remarks: dict[Issue, None]) -> PersonName:
    """Take parts off until nothing is left to take, so that a second pass finds nothing."""
    while True:
        before = name
        for step in (_turn_round, _take_nicknames, _take_titles, _take_suffixes, _take_initial, _repair):
            name = step(name, remarks)
        if name == before:
            return name


def _from_full(text: str, name: PersonName) -> PersonName:
    first, *rest = _LIST.split(text)
    if not all(_is_tail(part) for part in rest):
        return evolve(name, family=text)  # turned round by the first step
    text = " ".join([first, *rest])
    head, _, last = text.rpartition(" ")
    while head and _is_tail(last.partition(" ")[0]):
        head, _, more = head.rpartition(" ")
        last = f"{more} {last}"
    heads = head.split(" ")
    while len(heads) > 1 and heads[-1].casefold() in PARTICLES:
        last = f"{heads.pop()} {last}"
    return evolve(name, family=last, given=" ".join(heads))


def _turn_round(name: PersonName, remarks: dict[Issue, None]) -> PersonName:
    """Split ``Last, First`` and ``Last, Jr`` that sit in one field."""
    if "," not in name.family and "," not in name.given:
        return name
    parts = [part for part in _LIST.split(name.family) if part]
    if len(parts) < 2 and not name.family and "," in name.given:
        parts = [part for part in _LIST.split(name.given) if part]
        name = evolve(name, given="")
    if len(parts) < 2:
        return evolve(name, family=" ".join(parts), given=" ".join(part for part in _LIST.split(name.given) if part))
    family, *rest = parts
    tails = [part for part in rest if _is_tail(part)]
    heads = [part for part in rest if not _is_tail(part) and fold_name(part) != fold_name(name.given)]
    if heads and not name.given:
        _add(remarks, "family", "name.order", "info")
        return evolve(name, family=" ".join([family, *tails]), given=" ".join(heads))
    return evolve(name, family=" ".join([family, *heads, *tails]))


def _is_tail(part: str) -> bool:
    return part.casefold().rstrip(".") in SUFFIXES.keys() | _DEGREES


def _take_nicknames(name: PersonName, remarks: dict[Issue, None]) -> PersonName:
    found = _NICKNAME.search(name.given)
    if found is None:
        return name
    rest = clean(name.given[: found.start()] + " " + name.given[found.end() :])
    nickname = clean(found[1] or found[2] or found[3])
    if not rest:
        return evolve(name, given=nickname)
    if nickname:
        _add(remarks, "given", "name.nickname", "info")
    return evolve(name, given=rest, preferred=name.preferred or nickname)


def _take_titles(name: PersonName, remarks: dict[Issue, None]) -> PersonName:
    given = _without(name.given, _TITLES, first=True)
    family = _without(_without(name.family, _DEGREES, first=False), _TITLES if not given else frozenset(), first=True)
    if (given, family) == (name.given, name.family):
        return name
    _add(remarks, "given", "name.title", "info")
    return evolve(name, given=given, family=family)


def _without(text: str, words: frozenset[str], *, first: bool) -> str:
    """Return *text* without its first or last word if that is one of *words* and not all there is."""
    head, _, tail = text.partition(" ") if first else text.rpartition(" ")
    word, rest = (head, tail) if first else (tail, head)
    return rest if rest and word.casefold().replace(".", "").rstrip(",") in words else text


def _take_suffixes(name: PersonName, remarks: dict[Issue, None]) -> PersonName:
    for key, known in (("family", SUFFIXES.keys()), ("given", _GIVEN_SUFFIXES), ("middle", _GIVEN_SUFFIXES)):
        text: str = getattr(name, key)
        rest, _, last = text.rpartition(" ")
        word = last.casefold().rstrip(".,")
        # A middle name that is only a suffix is one; a given or family name that is only a suffix is all we have.
        if word not in known or not (rest or key == "middle"):
            continue
        suffix = SUFFIXES[word]
        if name.suffix and name.suffix != suffix:
            _add(remarks, "suffix", "name.suffix_conflict", "warning")
        elif key != "family":
            _add(remarks, "suffix", "name.suffix_moved", "info")
        name = evolve(name, **{key: rest.rstrip(" ,")}, suffix=name.suffix or suffix)
    return name


def _take_initial(name: PersonName, remarks: dict[Issue, None]) -> PersonName:
    """Move a lone initial behind the given name to the middle name when that field is empty or says the same."""
    rest, _, last = name.given.rpartition(" ")
    initial = last.rstrip(".")
    if not rest or len(initial) != 1 or not initial.isalpha():
        return name
    if name.middle and not fold_name(name.middle).startswith(fold_name(initial) or " "):
        return name
    _add(remarks, "middle", "name.initial_moved", "info")
    return evolve(name, given=rest, middle=name.middle or initial)


def _repair(name: PersonName, remarks: dict[Issue, None]) -> PersonName:
    changes: dict[str, str] = {}
    for key in ("family", "given", "middle", "preferred"):
        text: str = getattr(name, key)
        if text and (value := repair_case(text, given=key != "family")) != text:
            changes[key] = value
            _add(remarks, key, "name.case", "info")
    return evolve(name, **changes) if changes else name


def _remark_on(key: str, text: str, remarks: dict[Issue, None]) -> None:
    if not text:
        _add(remarks, key, "name.missing", "warning")
    elif not any(char.isalpha() for char in text):
        _add(remarks, key, "name.unreadable", "warning")
    elif is_placeholder_name(text, family=key == "family"):
        _add(remarks, key, "name.placeholder", "warning")
    elif any(char.isdigit() for char in text):
        _add(remarks, key, "name.digits", "warning")


def _add(remarks: dict[Issue, None], key: str, rule: str, severity: Severity) -> None:
    remarks[Issue(field=key, rule=rule, severity=severity)] = None


def clean(text: str | None) -> str:
    """Return *text* composed (NFC), without control characters, with plain quotes and single blanks."""
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text.translate(PLAIN_QUOTES))
    kept = "".join(" " if char.isspace() else char for char in composed if char.isspace() or char.isprintable())
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def repair_case(text: str, *, given: bool = False) -> str:
    """Return a name typed in capitals or small letters alone in the usual case; leave any other as its owner writes it.

    Args:
        text: One name, already `clean`.
        given: Whether it is a given name: two letters without a vowel (TJ, JD) stay capitals there.
    """
    if not (text.isupper() or text.islower()) or len(text.lower()) != len(text):
        return text
    if len(text) == 1 or (given and len(text) == 2 and text.isascii() and not set(text.casefold()) & set("aeiouy")):
        return text.upper() if len(text.upper()) == len(text) else text
    return _WORD.sub(
        lambda found: _capital(found[0], inner=found.start() > 0 and found.end() < len(text)), text.lower()
    )


def _capital(word: str, *, inner: bool) -> str:
    if inner and word in PARTICLES:
        return word
    if len(word) > 3 and word.startswith("mc"):
        return "Mc" + word[2:].capitalize()
    if word in _MACS:
        return "Mac" + word[3:].capitalize()
    return word.capitalize()


# Of the plain characters: what is no letter or digit parts words, apostrophe and point vanish.
_ASCII_FOLD: Final = {code: None if chr(code) in "'." else " " for code in range(128) if not chr(code).isalnum()}


@lru_cache(maxsize=65_536)
def fold_name(text: str) -> str:
    """Return *text* as compared: small letters without accents, apostrophes or points, words apart by one blank."""
    if text.isascii():
        return " ".join(text.lower().translate(_ASCII_FOLD).split())
    # Taken apart before small letters are made and again after, as Unicode's caseless matching is defined.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.translate(PLAIN_QUOTES)).casefold())
    folded = romanised("".join(char for char in plain if not unicodedata.combining(char)))
    if folded.isalpha():
        return folded
    return " ".join("".join(char if char.isalnum() else " " for char in folded if char not in "'.").split())


def is_placeholder_name(text: str, *, family: bool = False) -> bool:
    """Tell whether a name stands for no name: Test, Baby, Unknown and their like.

    Args:
        text: One given name, or one family name.
        family: Whether it is a family name: fewer words are impossible there.
    """
    folded = fold_name(text)
    if not folded:
        return bool(text.strip())
    if folded.replace(" ", "") in (_NO_FAMILY if family else _NO_GIVEN):
        return True
    first, _, rest = folded.partition(" ")
    return bool(rest) and not family and first in _NO_NAME_STARTS
