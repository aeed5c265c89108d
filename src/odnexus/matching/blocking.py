"""Which charts are worth comparing at all: keys that two records of one person have in common.

Every chart is filed under a handful of keys and a lookup reads the files of its own keys, so that it compares a few
charts instead of all. What each kind of key keeps from being missed:

========== =================================================================================================
`birth`    every error in names, as long as the birth date stands
`name`     every error in the birth date: how each part of the family name sounds, with how the given name
           and the full names it may stand for sound
`contact`  a phone of any kind or an e-mail address: errors in birth date and a changed family name
`home`     errors in names and birth date at once, for those who left no phone
========== =================================================================================================

Only where these find nobody likely, three more are read: the birth date with day and month exchanged, given and family
name in each other's place, and every date one digit away for the same given name (which has files of its own).

Keys are hashes. Two different keys that fall together cost a comparison, nothing else. A file of one chart, the usual
case, is the bare number: half the memory and the time of a set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from typing import Final

from attrs import define, field

from odnexus.matching.births import birth_slips
from odnexus.matching.features import Features
from odnexus.matching.nicknames import Nicknames
from odnexus.matching.sounds import sound_key

__all__ = [
    "MOST_SHARED",
    "Files",
    "Index",
    "contact_keys",
    "exchanged_name_keys",
    "home_keys",
    "name_keys",
    "slip_keys",
]


MOST_SHARED: Final = 12
"""How many charts a household may have. More share the front desk's own number, a nursing home, a placeholder."""


@define(eq=False)
class Files:
    """Numbers of charts filed under keys.

    Attributes:
        held: The number, or the numbers, under each key.
        crowds: The keys of files of more than `MOST_SHARED` numbers.
    """

    held: dict[int, int | list[int]] = field(factory=dict[int, "int | list[int]"], repr=False)
    crowds: set[int] = field(factory=set[int], repr=False)

    def add(self, keys: Iterable[int], number: int) -> None:
        """File *number* under each of *keys*."""
        held = self.held
        for key in keys:
            there = held.setdefault(key, number)
            if there is number:
                continue
            if isinstance(there, list):
                there.append(number)
                if len(there) == MOST_SHARED + 1:
                    self.crowds.add(key)
            else:
                held[key] = [there, number]

    def discard(self, keys: Iterable[int], number: int) -> None:
        """Take *number* out of the files *keys*."""
        for key in keys:
            there = self.held.get(key)
            if isinstance(there, list):
                if number in there:
                    there.remove(number)
                if len(there) == MOST_SHARED:
                    self.crowds.discard(key)
                if len(there) == 1:
                    self.held[key] = there[0]
            elif there == number:
                del self.held[key]

    def under(self, keys: Iterable[int], *, crowds: bool = True) -> list[int]:
        """Return the numbers filed under any of *keys*, perhaps repeatedly, with or without those of crowds."""
        found: list[int] = []
        get = self.held.get
        for key in keys:
            there = get(key)
            if there is None:
                continue
            if isinstance(there, int):
                found.append(there)
            elif crowds or len(there) <= MOST_SHARED:
                found.extend(there)
        return found

    def shared(self) -> Iterator[list[int]]:
        """Yield every file of more than one number."""
        return (there for there in self.held.values() if isinstance(there, list))

    def size(self, key: int) -> int:
        """Return how many numbers are filed under *key*."""
        there = self.held.get(key, 0)
        return len(there) if isinstance(there, list) else int(there != 0)


@define(eq=False)
class Index:
    """All files of a roster."""

    births: Files = field(factory=Files)
    givens: Files = field(factory=Files)
    names: Files = field(factory=Files)
    contacts: Files = field(factory=Files)
    homes: Files = field(factory=Files)

    def add(self, number: int, features: Features) -> None:
        """File a chart under all its keys."""
        for files, keys in self._keys(features):
            if keys:  # a chart without birth date, phone or home has nothing to file there
                files.add(keys, number)

    def discard(self, number: int, features: Features) -> None:
        """Take a chart out of all its files."""
        for files, keys in self._keys(features):
            files.discard(keys, number)

    def _keys(self, features: Features) -> tuple[tuple[Files, Collection[int]], ...]:
        born = features.born
        return (
            (self.births, (born,) if born else ()),
            (self.givens, (hash(features.given) ^ born,) if born else ()),
            (self.names, name_keys(features)),
            (self.contacts, contact_keys(features)),
            (self.homes, home_keys(features)),
        )


def name_keys(features: Features) -> Collection[int]:
    """Return the keys of names: each family part with each sound of the given name."""
    return _crossing(_family_sounds(features.parts), _given_sounds(features.given))


def exchanged_name_keys(features: Features) -> Collection[int]:
    """Return the keys of names, had given and family name been typed into each other's field."""
    return _crossing(_family_sounds(tuple(features.given.split())), _given_sounds(features.family))


def _crossing(families: tuple[str, ...], givens: tuple[str, ...]) -> Collection[int]:
    if len(families) == 1 and len(givens) == 1:
        return (hash((families[0], givens[0])),)
    return {hash((family, given)) for family in families for given in givens}


def slip_keys(features: Features) -> list[int]:
    """Return the keys of the same given name with every birth date one digit away."""
    given = hash(features.given)
    return [given ^ born for born in birth_slips(features.born)]


@lru_cache(maxsize=131_072)
def _family_sounds(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sound_key(part) for part in parts))


@lru_cache(maxsize=131_072)
def _given_sounds(given: str) -> tuple[str, ...]:
    if not given:
        return ()
    first = given.partition(" ")[0]
    return tuple(dict.fromkeys(sound_key(name) for name in (first, *Nicknames.shipped().fulls(first))))


def contact_keys(features: Features) -> list[int]:
    """Return the keys of phones and of the e-mail address."""
    keys = [hash(phone) for phone in features.phones]
    if features.email:
        keys.append(hash(features.email))
    return keys


def home_keys(features: Features) -> tuple[int, ...]:
    """Return the key of the address: number, first word of the street, postal code or city."""
    if not features.street or not features.number:
        return ()
    return (hash((features.number, features.street.partition(" ")[0], features.place or features.city)),)


def pairs_of_births(features: Mapping[int, Features], files: Files) -> Iterator[tuple[int, int]]:
    """Yield the pairs of charts of one birth date that share the sound of a name, in whichever field it stands."""
    for file in files.shared():
        sounds: dict[str, list[int]] = {}
        for number in file:
            held = features[number]
            for sound in {*_family_sounds(held.parts), *_given_sounds(held.given)}:
                if sound in sounds:
                    sounds[sound].append(number)
                else:
                    sounds[sound] = [number]
        yield from _pairs(sounds.values())


def pairs_of_names(features: Mapping[int, Features], files: Files) -> Iterator[tuple[int, int]]:
    """Yield the pairs of charts whose names sound alike and whose birth dates have two of three parts in common."""
    for file in files.shared():
        births: dict[int, list[int]] = {}
        for number in file:
            held = features[number]
            year, month, day = held.year * 10_000, held.month * 100, held.day
            low, high = sorted((held.month, held.day))
            # Without a birth date some of these are one.
            for key in {year + month, year + day, 50_000_000 + month + day, 100_000_000 + year + low * 100 + high}:
                births.setdefault(key, []).append(number)
        yield from _pairs(births.values())


def pairs_of_contacts(files: Files) -> Iterator[tuple[int, int]]:
    """Yield the pairs of charts that share a phone, an e-mail address or a home, if no crowd does."""
    yield from _pairs(file for file in files.shared() if len(file) <= MOST_SHARED)


def _pairs(files: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    for file in files:
        if len(file) == 2:
            one, other = file
            yield (one, other) if one < other else (other, one)
        elif len(file) > 2:
            yield from combinations(sorted(file), 2)
