"""Whether two people are worth weighing at all, told at a glance: most charts share a key and nothing else.

A glance may let a stranger through and never holds anybody back who could come out at least possible. It is taken ten
times for every chart that is weighed, so it remembers no pair of strangers: they are told apart in less time than a
memory of them all would be searched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from odnexus.matching.births import may_be_near
from odnexus.matching.features import Features
from odnexus.matching.levels import Family, Given, are_close, are_similar, family_level, given_level, is_slip

__all__ = ["is_promising"]

# Names alike in sound differ in few kinds of letters, and names a slip or two apart in fewer.
_MOST_LETTERS_APART: Final = 5
_LETTERS_OF_ONE: Final = 3
_LETTERS_OF_TWO: Final = 4
_LONG: Final = 8


def is_promising(wanted: Features, held: Features, near: bool, /) -> bool:  # noqa: FBT001 - hot
    """Tell whether a chart can come out at least possible.

    Args:
        wanted: Who is looked for.
        held: Who the chart is of.
        near: Whether they are known to share a phone, an e-mail address or a home.
    """
    born, other = wanted.born, held.born
    if born == other and born:
        if near or _names_meet(wanted, held):
            return True
        return _are_neighbours(wanted, held) and _givens_meet(wanted, held)
    if not (near or not born or not other or may_be_near(born, other) or _are_neighbours(wanted, held)):
        return False
    return (
        _givens_meet(wanted, held)
        or wanted.given in {held.family, held.preferred}
        or wanted.family == held.given
        or (wanted.preferred != "" and wanted.preferred in {held.given, held.preferred})
    )


def _are_neighbours(wanted: Features, held: Features) -> bool:
    """Tell whether two people may live at one address that was written differently."""
    same_street = wanted.street == held.street and wanted.street != ""
    return same_street or (wanted.number == held.number != "" and wanted.place == held.place != "")


def _names_meet(wanted: Features, held: Features) -> bool:
    """Tell whether two people of one birth date can have a name in common."""
    one, other = wanted.given, held.given
    if one == other or other in wanted.kin or one == held.family or wanted.family == other:
        return True
    if _families_meet(wanted, held):
        return True
    if one[:1] != other[:1]:
        return False
    return given_level(one, other) >= Given.ALIAS if " " in one or " " in other else is_slip(one, other)


def _givens_meet(wanted: Features, held: Features) -> bool:
    """Tell whether two given names agree in any way, or one is missing."""
    one, other = wanted.given, held.given
    if one[:1] == other[:1] or not one or not other or " " in one or " " in other:
        return given_level(one, other) is not Given.DIFFERENT
    return other in wanted.kin or are_similar(one, other)


def _families_meet(one: Features, other: Features) -> bool:
    """Tell whether two family names agree in any way, or one is missing."""
    mine, theirs, apart = one.family, other.family, (one.letters ^ other.letters).bit_count()
    double = len(one.parts) > 1 or len(other.parts) > 1
    if not mine or not theirs or (double and _parts_meet(one.parts, other.parts)):
        return True
    if apart > _MOST_LETTERS_APART:
        return False
    # Only whoever begins with the same letter can be alike in sound alone.
    if mine[:1] != theirs[:1] and apart > (
        _LETTERS_OF_TWO if min(len(mine), len(theirs)) >= _LONG else _LETTERS_OF_ONE
    ):
        return False
    return family_level(mine, theirs, one.parts, other.parts) is not Family.DIFFERENT


def _parts_meet(one: Iterable[str], other: Collection[str]) -> bool:
    return any(mine == theirs or are_close(mine, theirs) for mine in one for theirs in other)
