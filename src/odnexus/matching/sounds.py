"""How names sound: a rough key, so that names that are heard alike meet in one block.

A consonant skeleton in the manner of Metaphone, cut down to what family names in North America need: Spanish, German,
Slavic, Vietnamese and English spellings of one sound fall together. It is a key for finding candidates and the
weakest kind of agreement, never a proof.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["sound_key", "transliterated"]

_RULES: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^wh", "w"),
        (r"^x", "s"),
        (r"^(?:hy|j(?=[aeiou]))", "j"),
        (r"mb$", "m"),
        (r"tsch|tch|sch|ch|cz|sh|sz|tz|ts", "s"),
        (r"ph|pf", "f"),
        (r"dg(?=[eiy])|g(?=[eiy])|dj", "j"),
        (r"gh(?=t|$)|gh(?=[^aeiou])", ""),
        (r"ck|qu|q|x", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c|g", "k"),
        (r"th|d", "t"),
        (r"z", "s"),
        (r"v|w(?=[aeiou])", "f"),
        (r"b", "p"),
        (r"ng|nn", "n"),
    )
)
_FIRST_VOWEL = re.compile(r"^[aeiouy]+")
_DROPPED = re.compile(r"(?<=.)[aeiouyhw]+")
_DOUBLED = re.compile(r"(.)\1+")
_UMLAUTS = re.compile(r"(?<=[aou])e(?=[^aeiou]|$)")


@lru_cache(maxsize=131_072)
def sound_key(name: str) -> str:
    """Return the key of one folded name part: equal for names that sound alike, empty for an empty name."""
    key = name
    for pattern, replacement in _RULES:
        key = pattern.sub(replacement, key)
    key = _DROPPED.sub("", _FIRST_VOWEL.sub("a", key))
    return _DOUBLED.sub(r"\1", key)[:6]


@lru_cache(maxsize=65_536)
def transliterated(name: str) -> str:
    """Return *name* with the e that stands for an umlaut left out: Mueller and Müller (folded: muller) become one."""
    return _UMLAUTS.sub("", name)
