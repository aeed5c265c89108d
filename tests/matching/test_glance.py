"""What a glance holds back could never have come out possible; and it is worth its while."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from attrs import evolve

from odnexus.mapping.person import Person
from odnexus.matching.decide import Grade, compare, is_in_touch
from odnexus.matching.features import features_of
from odnexus.matching.glance import is_promising
from odnexus.matching.levels import Contact, Levels
from tests.matching.families import TRAPS, Town, trap_pairs, typed


def meet(levels: Levels) -> bool:
    """Tell whether an index of contacts and homes brings them together."""
    return Contact.SAME in levels[4:7]


def held_back(one: Person, other: Person) -> bool:
    """Tell whether a glance would hold back two people whom the rules would have asked about."""
    told = compare(one, other)
    mine, theirs = features_of(one), features_of(other)
    return told.grade is not Grade.CERTAINLY_NOT and not is_promising(mine, theirs, meet(told.levels))


@pytest.mark.parametrize("seed", [31, 32])
def test_nobody_who_may_be_the_one_is_held_back(seed: int) -> None:
    town = Town(seed)
    people = town.practice(1_500)
    copies = ((typed(town.chart(one)), town.arrival(one)) for one in people)
    traps = ((one, other) for _, one, other in trap_pairs(seed, 100 * len(TRAPS)))
    pairs = list(chain(copies, traps))

    assert len(pairs) > 2_000
    for one, other in pairs:
        assert not held_back(one, other)
        assert not held_back(other, one)


def test_nobody_at_one_birth_date_is_held_back() -> None:
    town = Town(33)
    people = [typed(town.chart(one)) for one in town.practice(120)]
    day = people[0].birth_date
    born = [evolve(person, birth_date=day) for person in people]

    assert not any(held_back(one, other) for one, other in combinations(born, 2))


def test_most_strangers_are_held_back() -> None:
    people = [typed(town.chart(one)) for town in [Town(34)] for one in town.practice(300)]
    pairs = [(features_of(one), features_of(other)) for one, other in combinations(people, 2)]

    assert sum(is_promising(one, other, False) for one, other in pairs) < 0.02 * len(pairs)


def test_neighbours_of_one_birth_date_are_no_question() -> None:
    town = Town(35)
    one, other = (each.person for each in town.practice(40)[:40:39])
    near = evolve(other, birth_date=one.birth_date, address=evolve(one.address, line_1=f"1{one.address.line_1}"))
    near = evolve(near, mobile="", home="", work="", email="")
    told = compare(one, near)

    assert told.levels.address is Contact.NEAR
    assert is_in_touch(told.levels)
    assert told.grade is Grade.CERTAINLY_NOT
