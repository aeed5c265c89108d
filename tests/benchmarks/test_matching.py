"""How many patients are linked, how few are asked about, and how fast: the figures of the matcher.

``nox -s bench -- -k matching -s`` prints them. ``ODNEXUS_BENCH_CHARTS`` sets the size of the practice (100,000 for the
published figures; small by default, since this runs with the tests too). Seeds of 100 and more: nothing was tuned on
them. Speed is measured, not asserted: it belongs to the machine. Safety is asserted.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from itertools import chain, cycle
from typing import Any

import pytest

from odnexus.mapping.person import Person
from odnexus.matching import Chart, Decision, Grade, Roster, compare
from tests.matching.families import TRAPS, Arrival, Neighbour, Town, trap_pairs, typed

CHARTS = int(os.environ.get("ODNEXUS_BENCH_CHARTS", "2000"))
ARRIVALS = min(20_000, 2 * CHARTS)


USUAL_RULES: dict[str, Callable[[Person], object]] = {
    "birth date and family name": lambda one: (one.birth_date, one.family.casefold()),
    "birth date, family and given name": lambda one: (one.birth_date, one.family.casefold(), one.given.casefold()),
}


@pytest.fixture(autouse=True)
def nothing_seen_yet() -> None:
    """Forget what names earlier measurements have seen: each begins cold."""
    modules = [each for name, each in sys.modules.items() if name.startswith(("odnexus.mapping", "odnexus.matching"))]
    for held in chain.from_iterable(vars(module).values() for module in modules):
        if hasattr(held, "cache_clear"):
            held.cache_clear()


def charts_of(town: Town, people: list[Neighbour]) -> list[Chart]:
    return [Chart(pat_num=one.identity, person=typed(town.chart(one)), guarantor=one.guarantor) for one in people]


@pytest.fixture(scope="module")
def practice() -> tuple[list[Chart], list[Person]]:
    town = Town(110)
    people = town.practice(CHARTS)
    return charts_of(town, people), [one.person for one in town.stream(people, ARRIVALS, traps=0.1, existing=0.75)]


def shares(arrivals: list[Arrival], decisions: list[Decision]) -> Counter[str]:
    count: Counter[str] = Counter()
    for one, decision in zip(arrivals, decisions, strict=True):
        count["patients"] += one.identity is not None
        count["wrong"] += decision.chosen not in {None, one.identity}
        count["asked"] += decision.chosen is None and decision.grade is not Grade.CERTAINLY_NOT
        if one.identity is not None:
            count["linked"] += decision.chosen == one.identity
            count["found"] += one.identity in [each.pat_num for each in decision.candidates[:5]]
    return count


@pytest.mark.parametrize(
    ("name", "seed", "traps", "existing"),
    [("a stream full of traps", 111, 0.35, 0.50), ("an ordinary practice", 112, 0.03, 0.80)],
)
def test_how_many_are_linked_found_and_asked_about(name: str, seed: int, traps: float, existing: float) -> None:
    town = Town(seed)
    people = town.practice(CHARTS)
    roster = Roster(charts_of(town, people))
    arrivals = town.stream(people, ARRIVALS, traps=traps, existing=existing)
    count = shares(arrivals, [roster.lookup(one.person) for one in arrivals])

    per = 10_000 / len(arrivals)
    print(
        f"\n{name}, {CHARTS} charts, {ARRIVALS} people, seed {seed}: linked {count['linked'] / count['patients']:.2%},"
        f" found {count['found'] / count['patients']:.2%}, wrong {count['wrong'] * per:.2f} and"
        f" asked {count['asked'] * per:.0f} per 10,000"
    )
    assert count["wrong"] * per <= 1.0
    assert count["linked"] / count["patients"] >= 0.9
    assert count["found"] / count["patients"] >= 0.99


def test_what_the_usual_rules_do_with_the_same_stream() -> None:
    town = Town(111)
    people = town.practice(CHARTS)
    charts = charts_of(town, people)
    arrivals = town.stream(people, ARRIVALS, traps=0.35, existing=0.50)
    wrongs: list[int] = []
    for name, key in USUAL_RULES.items():
        index: dict[object, list[int]] = {}
        for chart in charts:
            index.setdefault(key(chart.person), []).append(chart.pat_num)
        found = [index.get(key(one.person), []) for one in arrivals]
        chosen = [numbers[0] if len(numbers) == 1 else None for numbers in found]
        wrong = sum(number not in {None, one.identity} for one, number in zip(arrivals, chosen, strict=True))
        linked = sum(number == one.identity is not None for one, number in zip(arrivals, chosen, strict=True))
        patients = sum(one.identity is not None for one in arrivals)
        wrongs.append(wrong)
        print(f"\n{name}: linked {linked / patients:.2%}, wrong {wrong * 10_000 / ARRIVALS:.0f} per 10,000")

    assert max(wrongs) * 10_000 / ARRIVALS > 100, "the stream has lost its traps"


def test_the_safety_table() -> None:
    table: Counter[tuple[str, Grade]] = Counter()
    for kind, one, other in trap_pairs(seed=114, count=14_000):
        table[kind, compare(one, other).grade] += 1

    print(f"\n{'pairs of two people, 1,000 each':36}" + "".join(f"{grade.value:>15}" for grade in Grade))
    for kind in TRAPS:
        print(f"{kind:42}" + "".join(f"{table[kind, grade]:>15}" for grade in Grade))
    assert sum(table[kind, Grade.CERTAIN] for kind in TRAPS) == 0


def test_duplicates_in_a_practice(benchmark: Any) -> None:
    town = Town(113)
    people = town.practice(CHARTS * 19 // 20)
    charts = charts_of(town, people)
    twice = town.random.sample(people, CHARTS // 20)
    truth = {(one.identity, 10_000_000 + number) for number, one in enumerate(twice)}
    charts += [Chart(pat_num=10_000_000 + number, person=town.arrival(one)) for number, one in enumerate(twice)]
    roster = Roster(charts)
    found = benchmark.pedantic(roster.duplicates, rounds=1, iterations=1)

    certain = {each.pat_nums for each in found if each.grade is Grade.CERTAIN}
    listed = {each.pat_nums for each in found}
    print(
        f"\nduplicates in {CHARTS} charts: precision {len(certain & truth) / len(certain):.4f},"
        f" recall {len(certain & truth) / len(truth):.4f}, listed {len(listed & truth) / len(truth):.4f}"
    )
    assert len(certain & truth) / len(certain) >= 0.999
    assert len(certain & truth) / len(truth) >= 0.8


def test_building_a_roster(benchmark: Any, practice: tuple[list[Chart], list[Person]]) -> None:
    roster = benchmark.pedantic(Roster, args=(practice[0],), rounds=1, iterations=1)

    assert len(roster) == CHARTS


def test_one_lookup(benchmark: Any, practice: tuple[list[Chart], list[Person]]) -> None:
    roster, people = Roster(practice[0]), cycle(practice[1])

    assert benchmark(lambda: roster.lookup(next(people))) is not None


def test_a_stream_of_lookups(benchmark: Any, practice: tuple[list[Chart], list[Person]]) -> None:
    """One after the other, as an engine does, on a roster and with names nobody has seen yet."""
    roster = Roster(practice[0])

    def stream() -> int:
        return sum(roster.lookup(one).chosen is not None for one in practice[1])

    assert benchmark.pedantic(stream, rounds=1, iterations=1) > ARRIVALS // 2


def test_a_set_linked_with_a_roster(benchmark: Any, practice: tuple[list[Chart], list[Person]]) -> None:
    roster = Roster(practice[0])
    others = [Chart(pat_num=number, person=person) for number, person in enumerate(practice[1], 1)]
    found = benchmark.pedantic(roster.links, args=(others,), rounds=1, iterations=1)

    assert len(found) == ARRIVALS
