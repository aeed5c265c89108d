"""Which charts are worth comparing at all: keys that two records of one person have in common.

Every chart is filed under a handful of keys and a lookup reads the files of its own keys, so that it compares a few
charts instead of all. What each kind of key keeps from being missed:

========== =================================================================================================
`birth`    every error in names, as long as the birth date stands; read with day and month exchanged too
`name`     every error in the birth date: how each part of the family name sounds, with how the given name
           and the full names it may stand for sound; read with given and family name exchanged too
`phone`    errors in birth date and a changed family name
`email`    the same
`address`  errors in name and birth date at once, for those who left no phone
`slip`     (only when nothing better was found) every date one digit away, for names that agree
========== =================================================================================================

Keys are hashes. Two different keys that fall together cost a comparison, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from odnexus.matching.features import Features
from odnexus.matching.nicknames import Nicknames
from odnexus.matching.sounds import sound_key

__all__ = ["address_keys", "contact_keys", "name_keys", "one_digit_off", "swapped_birth"]


def name_keys(features: Features) -> list[int]:
    """Return the keys of names: each family part with each sound of the given name."""
    return [
        hash((family, given)) for family in _family_sounds(features.parts) for given in _given_sounds(features.given)
    ]


def exchanged_name_keys(features: Features) -> list[int]:
    """Return the keys of names, had given and family name been typed into each other's field."""
    families = _family_sounds(tuple(features.given.split()))
    return [hash((family, given)) for family in families for given in _given_sounds(features.family)]


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


def address_keys(features: Features) -> list[int]:
    """Return the key of the address: number, first word of the street, postal code or city."""
    if not features.street or not features.number:
        return []
    return [hash((features.number, features.street.partition(" ")[0], features.place or features.city))]


def swapped_birth(features: Features) -> int:
    """Return the birth date with day and month exchanged, or 0 where that is no date or the same one."""
    if features.day > 12 or features.day == features.month:
        return 0
    return features.year * 10_000 + features.day * 100 + features.month


def one_digit_off(born: int) -> Iterator[int]:
    """Yield every date that differs from *born* in one digit or by two neighbouring digits exchanged."""
    text = f"{born:08}"
    for place, digit in enumerate(text):
        for other in "0123456789":
            if other != digit:
                yield from _if_date(text[:place] + other + text[place + 1 :])
    for place in range(7):
        if text[place] != text[place + 1]:
            yield from _if_date(text[:place] + text[place + 1] + text[place] + text[place + 2 :])


def _if_date(text: str) -> Iterator[int]:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return
    yield int(text)
