"""Postal addresses of the United States and Canada: states, postal codes, and lines folded for comparison.

Lines are kept for display as people write them. `address_key` gives the form in which two spellings of one address
are equal: the abbreviations of the US Postal Service's Publication 28 for street kinds, directions and units.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from attrs import field, frozen

from odnexus.mapping._names import clean, fold_name
from odnexus.mapping._words import words
from odnexus.mapping.issues import Issue, Mapped

__all__ = ["AddressKey", "address_key", "address_line", "city_name", "postal_code", "us_state"]

_STATES: Final = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "Virgin Islands", "AA": "Armed Forces Americas", "AE": "Armed Forces Europe", "AP": "Armed Forces Pacific",
    "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick",
    "NL": "Newfoundland and Labrador", "NS": "Nova Scotia", "NT": "Northwest Territories", "NU": "Nunavut",
    "ON": "Ontario", "PE": "Prince Edward Island", "QC": "Québec", "SK": "Saskatchewan", "YT": "Yukon",
}  # fmt: skip
_ALIASES: Final = {
    "newfoundland": "NL", "pq": "QC", "us virgin islands": "VI", "washington dc": "DC", "calif": "CA", "mass": "MA",
    "penn": "PA", "penna": "PA", "tex": "TX", "wash": "WA", "ore": "OR", "colo": "CO", "ariz": "AZ", "minn": "MN",
    "mich": "MI", "wisc": "WI", "conn": "CT", "tenn": "TN", "ont": "ON", "que": "QC", "sask": "SK", "alta": "AB",
    "n y": "NY", "n j": "NJ", "d c": "DC", "b c": "BC", "w va": "WV", "n c": "NC", "s c": "SC", "n h": "NH",
    "r i": "RI",
}  # fmt: skip
_STATE_WORDS: Final = {fold_name(name): code for code, name in _STATES.items()} | _ALIASES

# Publication 28, appendices B, C1 and C2, the kinds that occur; both the word and common shortenings.
_STREET_WORDS: Final = {
    word: short
    for short, longer in {
        "aly": "alley ally", "ave": "avenue av aven avenu avn avnue", "bch": "beach", "blf": "bluff",
        "blvd": "boulevard boul boulv bl", "br": "branch", "brg": "bridge", "brk": "brook", "byp": "bypass",
        "cir": "circle circ crcl", "clb": "club", "cmn": "common", "cor": "corner", "crk": "creek",
        "cres": "crescent crsent", "xing": "crossing crssng", "ct": "court crt", "cts": "courts", "cv": "cove",
        "dr": "drive drv driv", "est": "estate", "ests": "estates", "expy": "expressway expwy", "ext": "extension",
        "fld": "field", "flds": "fields", "fls": "falls", "frst": "forest", "fwy": "freeway", "gdn": "garden",
        "gdns": "gardens", "gln": "glen", "grn": "green", "grv": "grove", "hbr": "harbor harbour", "hl": "hill",
        "hls": "hills", "holw": "hollow", "hts": "heights ht", "hwy": "highway hiway", "is": "island",
        "jct": "junction",
        "knl": "knoll", "lk": "lake", "lks": "lakes", "ln": "lane", "lndg": "landing", "lp": "loop", "mdw": "meadow",
        "mdws": "meadows", "mnr": "manor", "mt": "mount", "mtn": "mountain", "orch": "orchard", "pk": "pike",
        "pkwy": "parkway parkwy pky", "pl": "place", "plz": "plaza", "pne": "pine", "pnes": "pines", "pt": "point",
        "prt": "port", "rd": "road", "rdg": "ridge", "rte": "route rt", "riv": "river", "rnch": "ranch", "sq": "square",
        "st": "street str strt", "sta": "station", "ter": "terrace terr", "tpke": "turnpike", "trce": "trace",
        "trl": "trail tr", "vis": "vista", "vlg": "village", "vly": "valley", "vw": "view", "way": "wy",
        "n": "north", "s": "south", "e": "east", "w": "west", "ne": "northeast", "nw": "northwest", "se": "southeast",
        "sw": "southwest", "cnty": "county",
    }.items()
    for word in (short, *longer.split())
}  # fmt: skip
_UNIT_WORDS: Final = words(
    "apt apartment unit ste suite rm room fl floor bldg building lot spc space trlr trailer no num number dept ph"
    " penthouse"
)
_BOX = re.compile(r"\bp\s*o\s*b(?:ox)?\b|\bpost office box\b|\bpob\b")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_HASH = re.compile(r"#\s*")
_ORDINAL_WORDS: Final = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "eighth": "8", "ninth": "9", "tenth": "10", "eleventh": "11", "twelfth": "12",
}  # fmt: skip
_PLACEHOLDERS: Final = words("na none unknown homeless same tbd test x xx xxx"
) | {
    "n a", "no address", "same as above", "need address", "update address", "address unknown", "general delivery",
}  # fmt: skip

_ZIP = re.compile(r"(\d{5})(?:[-\s]?(\d{4}))?", re.ASCII)
_CANADIAN = re.compile(r"([ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z])[\s-]?(\d[ABCEGHJ-NPRSTV-Z]\d)", re.ASCII)


@frozen(kw_only=True)
class AddressKey:
    """An address taken apart for comparison.

    Attributes:
        number: House number or box number, empty where there is none.
        street: The street with directions and kinds abbreviated, without number and unit.
        unit: Apartment, suite or lot without its kind.
    """

    number: str = field(default="", repr=False)
    street: str = field(default="", repr=False)
    unit: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.street)


@lru_cache(maxsize=65_536)
def address_key(line_1: str, line_2: str = "") -> AddressKey:
    """Return the form of an address in which two spellings of it are equal; empty for placeholders."""
    text = f"{line_1} {line_2}" if line_2 else line_1
    text = fold_name(_HASH.sub(" apt ", text) if "#" in text else text)
    if not text or text in _PLACEHOLDERS:
        return AddressKey()
    if "box" in text or "pob" in text:
        text = _BOX.sub("pobox", text)
    parts, unit = _take_unit([_abbreviated(word) for word in text.split()])
    number = next((part for part in parts[:2] if part[0].isdigit()), "")
    if number:
        parts.remove(number)
    return AddressKey(number=number, street=" ".join(parts), unit=unit)


def _abbreviated(word: str) -> str:
    if word.isdigit():
        return word
    if word[0].isdigit():
        return _ORDINAL.sub(r"\1", word)
    word = _STREET_WORDS.get(word, word)
    return _ORDINAL_WORDS.get(word, word)


def _take_unit(parts: list[str]) -> tuple[list[str], str]:
    for place, part in enumerate(parts):
        if place and part in _UNIT_WORDS:
            return parts[:place], "".join(one for one in parts[place:] if one not in _UNIT_WORDS)
    return parts, ""


def address_line(text: str | None, *, field: str = "line_1") -> Mapped[str]:
    """Return one line of an address with its white space tidied; empty with an issue if it is a placeholder."""
    if not text:
        return _EMPTY
    line = clean(text).strip(" ,")
    # No placeholder has a digit, and most lines begin with one: nothing to fold there.
    if line and not line[0].isdigit() and fold_name(line) in _PLACEHOLDERS:
        return Mapped("", (Issue(field=field, rule="address.placeholder", severity="warning"),))
    return Mapped(line)


_EMPTY: Final = Mapped("")


def city_name(text: str | None, *, field: str = "city") -> Mapped[str]:
    """Return a city's name with its white space tidied and capitals alone repaired."""
    return _city(text, field)


# A practice's patients live in a few cities of one or two states: these are read once and remembered.
@lru_cache(maxsize=8_192)
def _city(text: str | None, field: str) -> Mapped[str]:
    city = clean(text).strip(" ,")
    if city and fold_name(city) in _PLACEHOLDERS:
        return Mapped("", (Issue(field=field, rule="address.placeholder", severity="warning"),))
    if city.isupper() or city.islower():
        return Mapped(" ".join(word.capitalize() for word in city.split(" ")))
    return Mapped(city)


def us_state(text: str | None, *, field: str = "state") -> Mapped[str]:
    """Return the two capitals of a state of the US or a province of Canada; any other text as it is, with an issue."""
    return _state(text, field)


@lru_cache(maxsize=8_192)
def _state(text: str | None, field: str) -> Mapped[str]:
    state = clean(text).strip(" .,")
    if not state:
        return Mapped("")
    code = state.replace(".", "").upper()
    if code in _STATES:
        return Mapped(code)
    known = _STATE_WORDS.get(fold_name(state))
    if known is not None:
        return Mapped(known)
    return Mapped(state, (Issue(field=field, rule="state.unknown", severity="warning"),))


def postal_code(text: str | int | None, *, field: str = "postal_code") -> Mapped[str]:
    """Return a postal code in a form that Open Dental takes: ``12345``, ``12345-1234`` or ``A0A 0A0``.

    Args:
        text: The code; a number is padded with zeros, since some answers of Open Dental lose them.
        field: The name that the issues carry.
    """
    return _postal(text, field)


@lru_cache(maxsize=16_384)
def _postal(text: str | int | None, field: str) -> Mapped[str]:
    code = f"{text:05d}" if isinstance(text, int) else clean(text).upper()
    if not code or not code.strip("0-"):
        return Mapped("")
    if found := _ZIP.fullmatch(code):
        return Mapped(f"{found[1]}-{found[2]}" if found[2] and found[2] != "0000" else found[1])
    if found := _CANADIAN.fullmatch(code):
        return Mapped(f"{found[1]} {found[2]}")
    if code.isascii() and code.isdigit() and len(code) in {3, 4}:
        return Mapped(code.zfill(5), (Issue(field=field, rule="postal.padded", severity="info"),))
    return Mapped(code, (Issue(field=field, rule="postal.unknown", severity="warning"),))
