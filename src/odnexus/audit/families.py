"""Audits of families: children without a guardian, guarantors who lead nowhere, numbers with the wrong member."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Final

from odnexus.audit.picture import ACTIVE, Picture, guarantor_of
from odnexus.audit.rows import Row, Severity, chart, person, row
from odnexus.mapping import Person
from odnexus.nexhealth import models as nex
from odnexus.opendental import models as od

_GONE: Final = frozenset({"Archived", "Deleted"})

ADULT: Final = 18

# -- children ----------------------------------------------------------------------------------------------------------


def minors(picture: Picture) -> Iterator[Row]:
    """Yield children whose guarantor is nobody, unknown, a child too, or no longer a patient."""
    for each in picture.active:
        if not isinstance(each, od.Patient) or not _is_minor(picture, each.pat_num):
            continue
        rule = _guardian_fault(picture, each)
        if rule:
            others = (chart(each.guarantor),) if each.guarantor not in {0, each.pat_num} else ()
            yield row("minors", rule, "warning", chart(each.pat_num), *others, fields=("guarantor",))


def _guardian_fault(picture: Picture, child: od.Patient) -> str:
    if child.guarantor in {0, child.pat_num}:
        return "guarantor.none"
    head = picture.chart_of.get(child.guarantor)
    if head is None:
        return "guarantor.unknown"
    if str(head.pat_status or "Patient") not in ACTIVE | {"NonPatient"}:
        return "guarantor.inactive"
    return "guarantor.minor" if _is_minor(picture, head.pat_num) else ""


def _is_minor(picture: Picture, pat_num: int) -> bool:
    born = picture.od_persons[pat_num].value.birth_date
    return born is not None and born <= picture.today and age(born, picture.today) < ADULT


def age(born: date, today: date) -> int:
    """Return the age in whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


# -- guarantors --------------------------------------------------------------------------------------------------------


def guarantors(picture: Picture) -> Iterator[Row]:
    """Yield heads of families who are nobody, gone, or have a head themselves, each with the active charts they hold.

    In Open Dental every chart has a guarantor, who is their own (page "API Patients"). A circle is told once, and
    children whom `minors` tells are not told again.
    """
    told = {each.subjects[0].id for each in minors(picture)}
    held: dict[int, list[int]] = defaultdict(list)
    for each in picture.active:
        if (head := guarantor_of(each)) not in {0, each.pat_num} and each.pat_num not in told:
            held[head].append(each.pat_num)
    circles = _circles(picture, held)
    inside = {number for circle in circles for number in circle}
    for circle in circles:
        yield row("guarantors", "family.loop", "error", *map(chart, circle), fields=("guarantor",))
    for head, members in sorted(held.items()):
        if head not in inside and (fault := _fault(picture, head)):
            rule, severity = fault
            yield row("guarantors", rule, severity, chart(head), *map(chart, sorted(members)), fields=("guarantor",),
                      known_by=1)  # fmt: skip


def _fault(picture: Picture, head: int) -> tuple[str, Severity] | None:
    found = picture.chart_of.get(head)
    if found is None:
        return "family.nobody", "warning"
    if str(found.pat_status or "") in _GONE:
        return "family.gone", "warning"
    return ("family.chain", "info") if guarantor_of(found) not in {0, head} else None


def _circles(picture: Picture, heads: dict[int, list[int]]) -> list[tuple[int, ...]]:
    """Return the circles that guarantors make, each from its lowest number on."""
    found, seen = set[tuple[int, ...]](), set[int]()
    for start in heads:
        path: list[int] = []
        number = start
        while number not in seen and (held := picture.chart_of.get(number)) is not None:
            seen.add(number)
            path.append(number)
            number = guarantor_of(held)
        if number in path and len(circle := path[path.index(number) :]) > 1:
            lowest = circle.index(min(circle))
            found.add((*circle[lowest:], *circle[:lowest]))
    return sorted(found)


# -- telephone numbers -------------------------------------------------------------------------------------------------


def misplaced_phones(picture: Picture) -> Iterator[Row]:
    """Yield mobile numbers that stand with another of the family, or as a home or work number: texts miss them."""
    swapped = swapped_phones(picture)
    for pair in swapped:
        yield row("phones", "phone.swapped", "warning", *map(chart, pair), fields=("wireless_phone",))
    told = {number for pair in swapped for number in pair}
    active = {each.pat_num for each in picture.active}
    for each, held in picture.linked:
        if held.pat_num in active - told and _elsewhere(picture, each, held.pat_num):
            yield row("phones", "phone.field", "info", chart(held.pat_num), person(each.id), fields=("wireless_phone",),
                      known_by=1)  # fmt: skip


def _elsewhere(picture: Picture, each: nex.Patient, pat_num: int) -> bool:
    """Tell whether a chart without a mobile number has, as another kind, what NexHealth calls a cell phone's.

    Somebody with two numbers is nobody's mistake, and NexHealth's main phone may be of any kind.
    """
    mine, theirs = picture.od_persons[pat_num].value, picture.nex_persons[each.id].mobile
    said = each.bio is not None and bool(each.bio.cell_phone_number)
    return said and not mine.mobile and theirs in {mine.home, mine.work} - {""}


def swapped_phones(picture: Picture) -> tuple[tuple[int, int], ...]:
    """Return the pairs of charts of one family that have each other's mobile number, by what NexHealth knows."""
    families: dict[int, list[tuple[int, Person, Person]]] = defaultdict(list)
    for each, held in picture.linked:
        mine, theirs = picture.od_persons[held.pat_num].value, picture.nex_persons[each.id]
        if guarantor_of(held) and mine.mobile and theirs.mobile and mine.mobile != theirs.mobile:
            families[guarantor_of(held)].append((held.pat_num, mine, theirs))
    found = set[tuple[int, int]]()
    for members in families.values():
        for (one, mine, theirs), (other, its, known) in combinations(members, 2):
            if one != other and mine.mobile == known.mobile and its.mobile == theirs.mobile:
                found.add((min(one, other), max(one, other)))
    return tuple(sorted(found))
