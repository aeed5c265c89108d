"""No wrong chart: pairs and streams made to mislead, from seeds that nothing was tuned on."""

from __future__ import annotations

from collections import Counter

import pytest

from odnexus.matching import Chart, Grade, Roster, compare
from tests.matching.families import TRAPS, Town, trap_pairs, typed

PAIRS = 8_800


@pytest.mark.mission(
    "M1", shows="twins, Jr and Sr, parents and children and shared phones are never linked by themselves"
)
def test_no_pair_of_look_alikes_is_certain() -> None:
    certain: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for kind, one, other in trap_pairs(seed=101, count=PAIRS):
        seen[kind] += 1
        certain[kind] += compare(one, other).grade is Grade.CERTAIN

    assert set(seen) == set(TRAPS)
    assert sum(seen.values()) == PAIRS
    assert +certain == Counter()


def test_no_look_alike_is_linked_to_the_chart_it_resembles() -> None:
    wrong: Counter[str] = Counter()
    for kind, one, other in trap_pairs(seed=102, count=2_200):
        wrong[kind] += Roster([Chart(pat_num=1, person=one)]).lookup(other).chosen is not None

    assert +wrong == Counter()


@pytest.mark.mission(
    "M1", shows="a stream of bookings full of look-alikes makes no wrong link, and nine in ten need nobody"
)
@pytest.mark.parametrize(("seed", "traps", "existing", "linked"), [(103, 0.35, 0.50, 0.90), (104, 0.03, 0.80, 0.90)])
def test_a_practice_links_its_patients_and_nobody_else(seed: int, traps: float, existing: float, linked: float) -> None:
    town = Town(seed)
    people = town.practice(4_000)
    roster = Roster(
        Chart(pat_num=one.identity, person=typed(town.chart(one)), guarantor=one.guarantor) for one in people
    )
    arrivals = town.stream(people, 2_000, traps=traps, existing=existing)
    decisions = [(one, roster.lookup(one.person)) for one in arrivals]
    patients = [(one, decision) for one, decision in decisions if one.identity is not None]
    found = [one.identity in [hit.pat_num for hit in decision.candidates[:5]] for one, decision in patients]

    assert [one.kind for one, decision in decisions if decision.chosen not in {None, one.identity}] == []
    assert sum(decision.chosen == one.identity for one, decision in patients) / len(patients) >= linked
    assert sum(found) / len(found) >= 0.99
