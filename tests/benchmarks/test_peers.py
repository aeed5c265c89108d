"""odnexus beside recordlinkage, splink and dedupe: the same people, the same run, one table.

``ODNEXUS_BENCH_PEERS=20000 pytest tests/benchmarks/test_peers.py -s`` prints it for a practice of that size (skipped
without the variable: it takes minutes). The packages come with the dependency group ``peers``; what is missing is left
out. Peers learn on seed 120 and get the lowest threshold that makes at most 1 wrong link per 10,000 people there;
everybody is measured on seed 121 (a stream full of traps), 122 (an ordinary one) and 123 (duplicates). odnexus learns
nothing and has no threshold.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from time import process_time
from typing import Any

import pytest
from attrs import define, frozen

from odnexus.mapping.person import Person
from odnexus.matching import Chart, Grade, Roster
from tests.benchmarks.peers import PEERS, Labelled, Pair, Peer
from tests.benchmarks.test_matching import charts_of
from tests.matching.families import Town

SIZE = int(os.environ.get("ODNEXUS_BENCH_PEERS", "0"))
DUPLICATES = int(os.environ.get("ODNEXUS_BENCH_PEERS_DUPLICATES", str(SIZE)))
LEFT_OUT = os.environ.get("ODNEXUS_BENCH_PEERS_WITHOUT", "").split()
ALLOWED = 1.0
MIXES = {"traps": (0.35, 0.50), "ordinary": (0.03, 0.80)}

measured_only = pytest.mark.skipif(not SIZE, reason="set ODNEXUS_BENCH_PEERS to the number of charts to measure with")


@frozen
class Score:
    """What one linker did with one stream; shares of people who have a chart, counts per 10,000 who turned up."""

    linked: float
    found: float
    wrong: float
    asked: float
    seconds: float


@define
class Scene:
    """A practice, and people who turn up there."""

    charts: list[Chart]
    known: Labelled


def scene(seed: int, mix: str) -> Scene:
    town = Town(seed)
    people = town.practice(SIZE)
    charts = charts_of(town, people)
    traps, existing = MIXES[mix]
    arrivals = dict(enumerate(town.stream(people, SIZE, traps=traps, existing=existing)))
    persons = {number: one.person for number, one in arrivals.items()}
    truth = {number: one.identity for number, one in arrivals.items()}
    return Scene(charts, Labelled({chart.pat_num: chart.person for chart in charts}, persons, truth))


# -- what a linker's scores are worth ----------------------------------------------------------------------------------


def ranked(pairs: Iterable[Pair]) -> dict[int, list[tuple[float, int]]]:
    """Return for each person the charts, best first."""
    found: dict[int, list[tuple[float, int]]] = {}
    for one, chart, score in pairs:
        found.setdefault(one, []).append((score, chart))
    return {one: sorted(hits, reverse=True) for one, hits in found.items()}


def least_score(found: dict[int, list[tuple[float, int]]], truth: dict[int, int | None], allowed: float) -> float:
    """Return the lowest score at which the best charts make no more wrong links than *allowed*."""
    best = sorted(((hits[0][0], hits[0][1] == truth[one]) for one, hits in found.items()), reverse=True)
    wrong, least, place = 0, float("inf"), 0
    while place < len(best):
        score = best[place][0]
        while place < len(best) and best[place][0] == score:
            wrong += not best[place][1]
            place += 1
        if wrong > allowed:
            break
        least = score
    return least


def least_asked(found: dict[int, list[tuple[float, int]]], truth: dict[int, int | None]) -> float:
    """Return the highest score from which on 99 % of the patients are found among five charts, or all that are."""
    right = [score for one, hits in found.items() for score, chart in hits[:5] if chart == truth[one]]
    patients = sum(chart is not None for chart in truth.values())
    right.sort(reverse=True)
    return right[min(len(right), int(patients * 0.99)) - 1] if right else float("inf")


def measured(
    found: dict[int, list[tuple[float, int]]], truth: dict[int, int | None], link: float, ask: float, seconds: float
) -> Score:
    patients = sum(chart is not None for chart in truth.values())
    linked = wrong = asked = seen = 0
    for one, chart in truth.items():
        hits = [hit for hit in found.get(one, []) if hit[0] >= ask]
        seen += chart is not None and chart in [number for _, number in hits[:5]]
        if hits and hits[0][0] >= link:
            linked += hits[0][1] == chart
            wrong += hits[0][1] != chart
        else:
            asked += bool(hits)
    per = 10_000 / len(truth)
    return Score(linked / patients, seen / patients, wrong * per, asked * per, seconds)


# -- the linkers -------------------------------------------------------------------------------------------------------


def of_odnexus(place: Scene) -> Score:
    began = process_time()
    roster = Roster(place.charts)
    decisions = {number: roster.lookup(person) for number, person in place.known.people.items()}
    seconds = process_time() - began
    truth = place.known.truth
    patients = [(truth[one], decision) for one, decision in decisions.items() if truth[one] is not None]
    per = 10_000 / len(decisions)
    return Score(
        sum(decision.chosen == chart for chart, decision in patients) / len(patients),
        sum(chart in [hit.pat_num for hit in decision.candidates[:5]] for chart, decision in patients) / len(patients),
        sum(decision.chosen not in {None, truth[one]} for one, decision in decisions.items()) * per,
        sum(one.chosen is None and one.grade is not Grade.CERTAINLY_NOT for one in decisions.values()) * per,
        seconds,
    )


def timed(work: Callable[[], Iterable[Pair]]) -> tuple[list[Pair], float]:
    began = process_time()
    return list(work()), process_time() - began


@pytest.fixture(scope="module")
def peers() -> list[tuple[Peer, float, float]]:
    """Return the peers that are installed, trained, each with its two thresholds."""
    known = scene(120, "traps").known
    ready: list[tuple[Peer, float, float]] = []
    for kind in PEERS:
        if not kind.is_there() or kind.package in LEFT_OUT:
            continue
        peer = kind()
        peer.learn(known)
        found = ranked(peer.link(known.charts, known.people))
        allowed = ALLOWED * len(known.people) / 10_000
        ready.append((peer, least_score(found, known.truth, allowed), least_asked(found, known.truth)))
    return ready


def show(title: str, rows: dict[str, Score]) -> None:
    print(f"\n{title}, {SIZE} charts x {SIZE} people, CPU seconds")
    print(f"{'':28}{'linked':>9}{'found':>9}{'wrong':>9}{'asked':>9}{'seconds':>9}{'to odnexus':>12}")
    own = rows["odnexus"]
    for name, row in rows.items():
        print(
            f"{name:28}{row.linked:>9.1%}{row.found:>9.1%}{row.wrong:>9.2f}{row.asked:>9.0f}{row.seconds:>9.1f}"
            f"{row.seconds / own.seconds:>11.1f}x"
        )


@measured_only
@pytest.mark.parametrize(("seed", "mix"), [(121, "traps"), (122, "ordinary")])
def test_the_same_people_for_everybody(seed: int, mix: str, peers: list[tuple[Peer, float, float]]) -> None:
    place = scene(seed, mix)
    rows = {"odnexus": of_odnexus(place)}
    for peer, link, ask in peers:
        pairs, seconds = timed(partial(peer.link, place.known.charts, place.known.people))
        rows[peer.name] = measured(ranked(pairs), place.known.truth, link, ask, seconds)
    show(f"{mix}, seed {seed}", rows)

    own = rows.pop("odnexus")
    assert own.wrong <= ALLOWED
    for row in rows.values():
        assert own.linked > row.linked or row.wrong > ALLOWED


@measured_only
def test_duplicates_for_everybody(peers: list[tuple[Peer, float, float]]) -> None:
    town = Town(123)
    people = town.practice(DUPLICATES * 19 // 20)
    charts = charts_of(town, people)
    twice = town.random.sample(people, DUPLICATES // 20)
    truth = {(one.identity, 10_000_000 + number) for number, one in enumerate(twice)}
    charts += [Chart(pat_num=10_000_000 + number, person=town.arrival(one)) for number, one in enumerate(twice)]
    began = process_time()
    own = [each.pat_nums for each in Roster(charts).duplicates() if each.grade is Grade.CERTAIN]
    rows = {"odnexus": (*worth(own, truth), process_time() - began)}
    persons: dict[int, Person] = {chart.pat_num: chart.person for chart in charts}
    for peer, link, _ in peers:
        pairs, seconds = timed(partial(peer.duplicates, persons))
        certain = [(min(one, other), max(one, other)) for one, other, score in pairs if score >= link]
        rows[peer.name] = (*worth(certain, truth), seconds)

    print(f"\nduplicates in {DUPLICATES} charts, seed 123, CPU seconds")
    print(f"{'':28}{'precision':>11}{'recall':>9}{'seconds':>9}{'to odnexus':>12}")
    for name, (precision, recall, seconds) in rows.items():
        print(f"{name:28}{precision:>11.4f}{recall:>9.1%}{seconds:>9.1f}{seconds / rows['odnexus'][2]:>11.1f}x")
    assert rows["odnexus"][0] >= 0.999
    assert rows["odnexus"][1] >= 0.8


def worth(pairs: Iterable[tuple[int, int]], truth: set[tuple[int, int]]) -> tuple[float, float]:
    """Return precision and recall."""
    found: set[Any] = set(pairs)
    return len(found & truth) / max(1, len(found)), len(found & truth) / len(truth)


# -- the measuring itself ----------------------------------------------------------------------------------------------

PAIRS: list[Pair] = [(1, 11, 9.0), (1, 12, 2.0), (2, 22, 8.0), (3, 33, 7.0), (4, 44, 6.0), (4, 45, 5.0)]
TRUTH: dict[int, int | None] = {1: 11, 2: 22, 3: None, 4: 45, 5: 55}


def test_the_threshold_is_the_lowest_that_makes_no_more_wrong_links() -> None:
    found = ranked(PAIRS)

    assert least_score(found, TRUTH, allowed=0) == 8.0
    assert least_score(found, TRUTH, allowed=1) == 7.0
    assert least_score(found, TRUTH, allowed=2) == 6.0
    assert least_score(ranked([(3, 33, 7.0)]), TRUTH, allowed=0) == float("inf")


def test_a_stream_is_counted_as_it_was_answered() -> None:
    score = measured(ranked(PAIRS), TRUTH, link=7.0, ask=5.0, seconds=1.0)

    assert (score.linked, score.found) == (2 / 4, 3 / 4)
    assert (score.wrong, score.asked) == (2_000, 2_000)


def test_the_list_for_review_is_cut_where_the_patients_are_found() -> None:
    assert least_asked(ranked(PAIRS), TRUTH) == 5.0
    assert least_asked({}, TRUTH) == float("inf")


def test_precision_and_recall() -> None:
    assert worth([(1, 2), (3, 4)], {(1, 2), (5, 6), (7, 8), (9, 10)}) == (0.5, 0.25)
