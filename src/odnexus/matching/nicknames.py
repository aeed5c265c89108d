"""Nicknames: which given names may belong to one person, as a graph from a table that comes with the package.

Four answers matter to the matcher, from strong to weak: two spellings of one name; a full name and its short form (or
two short forms of one full name); the same through a short name that brother and sister could both have (Chris); and
through one that lives a life of its own (Lisa for Elizabeth). Christopher and Christine are both Chris and are not each
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Final

from attrs import evolve, field, frozen

__all__ = ["Kinship", "Nicknames"]


class Kinship(IntEnum):
    """How two given names are related, from not at all to the same name."""

    NONE = 0
    ALIAS = 1
    """Through a name that is one of its own: Lisa may be an Elizabeth, and mostly is not."""
    LOOSE = 2
    """Through a short name that several members of one family could have."""
    SHORT = 3
    """A full name and its short form, or two short forms of it."""
    SPELLING = 4
    """Two spellings of one name."""


@frozen
class Nicknames:
    """The graph of given names; all names folded (`odnexus.mapping.text.fold_name`).

    Attributes:
        groups: For each name the groups it stands in, and whether it stands there loosely.
        spellings: For each name the number of its spelling class.
        heads: The full name of each group.
        shared: Short names that several members of one family could have.
        others: Given names that stand in no group.
        kin: For each name all that share a group or a spelling class with it, itself among them.
    """

    groups: Mapping[str, Mapping[int, bool]] = field(repr=False)
    spellings: Mapping[str, int] = field(repr=False)
    heads: tuple[str, ...] = field(repr=False)
    shared: frozenset[str] = field(default=frozenset(), repr=False)
    others: frozenset[str] = field(default=frozenset(), repr=False)
    kin: Mapping[str, frozenset[str]] = field(factory=dict[str, "frozenset[str]"], repr=False, eq=False)

    @staticmethod
    @cache
    def shipped() -> Nicknames:
        """Return the table that comes with odnexus."""
        tables = files("odnexus.matching")
        groups = tables.joinpath("nicknames.txt").read_text(encoding="utf-8").splitlines()
        others = tables.joinpath("given_names.txt").read_text(encoding="utf-8").splitlines()
        plain = (name for line in others if not line.startswith("#") for name in line.split())
        return evolve(Nicknames.parse(groups), others=frozenset(plain))

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Nicknames:
        """Return the graph of lines in the form of ``nicknames.txt``, which explains it."""
        groups: dict[str, dict[int, bool]] = {}
        spellings: dict[str, int] = {}
        heads: list[str] = []
        shared: set[str] = set()
        for number, line in enumerate(lines):
            bare = line.partition("#")[0].strip()
            if bare.startswith("="):
                spellings.update(dict.fromkeys(bare[1:].split(), number))
            elif bare.startswith("!"):
                shared.update(bare[1:].split())
            elif bare:
                head, _, shorts = bare.partition(":")
                for name in (head.strip(), *shorts.split()):
                    groups.setdefault(name.removeprefix("~"), {})[len(heads)] = name.startswith("~")
                heads.append(head.strip())
        # A name with short forms of its own is nobody's short form without doubt: Andrew is not just Andrei's.
        for number, head in enumerate(heads):
            for other in groups[head]:
                groups[head][other] = groups[head][other] or other != number
        _spread(groups, spellings, shared)
        return cls(groups, spellings, tuple(heads), frozenset(shared), kin=_kin_of(groups, spellings))

    def kinship(self, one: str, other: str) -> Kinship:
        """Return how two different names are related; the same for either order."""
        if one in self.spellings and self.spellings[one] == self.spellings.get(other):
            return Kinship.SPELLING
        mine, theirs = self.groups.get(one), self.groups.get(other)
        if mine is None or theirs is None or not (common := mine.keys() & theirs.keys()):
            return Kinship.NONE
        if all(mine[group] or theirs[group] for group in common):
            return Kinship.ALIAS
        return Kinship.LOOSE if one in self.shared or other in self.shared else Kinship.SHORT

    def fulls(self, name: str) -> tuple[str, ...]:
        """Return the full names that *name* may stand for, itself left out."""
        return tuple(dict.fromkeys(head for group in self.groups.get(name, ()) if (head := self.heads[group]) != name))

    def names(self) -> frozenset[str]:
        """Return every given name the table knows."""
        return self.others | self.groups.keys() | self.spellings.keys()

    def __contains__(self, name: object) -> bool:
        """Tell whether *name* is a given name known to the table."""
        return name in self.groups or name in self.spellings or name in self.others


_NOBODY: Final = frozenset[str]()


def _spread(groups: dict[str, dict[int, bool]], spellings: Mapping[str, int], shared: set[str]) -> None:
    """Let what is said of one spelling of a name hold for its other spellings, in place.

    That holds for what sets apart as well as for what joins: Lorie may be short for two sisters' names, as Lori is.
    """
    classes: dict[int, list[str]] = {}
    for name, number in spellings.items():
        classes.setdefault(number, []).append(name)
    for names in classes.values():
        said = [(group, loose) for name in names for group, loose in groups.get(name, {}).items()]
        for name in names if said else ():
            held = groups.setdefault(name, {})
            for group, loose in said:
                held.setdefault(group, loose)
        if not shared.isdisjoint(names):
            shared.update(names)


def _kin_of(groups: Mapping[str, Iterable[int]], spellings: Mapping[str, int]) -> dict[str, frozenset[str]]:
    """Return for each name all that stand in a group or a spelling class with it, itself among them."""
    members: dict[tuple[str, int], set[str]] = {}
    classes = [(name, ("group", group)) for name, held in groups.items() for group in held]
    classes += [(name, ("spelling", number)) for name, number in spellings.items()]
    for name, one in classes:
        members.setdefault(one, set()).add(name)
    kin: dict[str, set[str]] = {}
    for name, one in classes:
        kin.setdefault(name, set()).update(members[one])
    return {name: frozenset(held) for name, held in kin.items()}
