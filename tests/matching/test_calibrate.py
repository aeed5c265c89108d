from __future__ import annotations

from datetime import date
from math import inf

import pytest
from attrs import evolve

from odnexus.mapping.person import Person
from odnexus.matching import Chart, Grade, Roster, calibrate, coverage
from tests.matching.families import Town, typed

TOWN = Town(21)
PEOPLE = TOWN.practice(600)
CHARTS = [Chart(pat_num=one.identity, person=typed(TOWN.chart(one)), guarantor=one.guarantor) for one in PEOPLE]
TRIALS = [(one.person, one.identity) for one in TOWN.stream(PEOPLE, 500, traps=0.2, existing=0.7)]


def test_a_higher_demand_links_less_and_asks_more() -> None:
    rows = calibrate(Roster(CHARTS), TRIALS).consequences

    assert [row.linked for row in rows] == sorted((row.linked for row in rows), reverse=True)
    assert [row.asked_per_10_000 for row in rows] == sorted(row.asked_per_10_000 for row in rows)
    assert rows[0].linked > 0.85
    assert rows[-1].linked < 0.2


def test_the_demand_of_a_roster_is_the_one_that_was_calibrated() -> None:
    rows = {row.least_score: row for row in calibrate(Roster(CHARTS), TRIALS).consequences}
    strict = calibrate(Roster(CHARTS, least_score=25.0), TRIALS).consequences[0]

    assert strict.linked == rows[25.0].linked < rows[-inf].linked
    assert strict.asked_per_10_000 == rows[25.0].asked_per_10_000


def test_no_wrong_link_in_few_trials_promises_little() -> None:
    first = calibrate(Roster(CHARTS), TRIALS).consequences[0]

    assert first.wrong_per_10_000 == 0
    assert first.at_most_per_10_000 == pytest.approx(3 / 500 * 10_000)


def test_the_lowest_demand_that_is_safe_enough_is_chosen() -> None:
    calibration = calibrate(Roster(CHARTS), TRIALS)
    # Told that nobody has a chart, every link counts as wrong.
    blamed = calibrate(Roster(CHARTS), [(person, None) for person, _ in TRIALS], least_scores=(-inf, 10.0))

    assert calibration.choose() == -inf
    assert blamed.choose(1.0) is None
    assert blamed.consequences[0].at_most_per_10_000 > blamed.consequences[0].wrong_per_10_000


def test_a_calibration_says_what_to_write_into_the_practice_file() -> None:
    blamed = calibrate(Roster(CHARTS), [(person, None) for person, _ in TRIALS], least_scores=(-inf, 10.0, 99.5))

    assert calibrate(Roster(CHARTS), TRIALS).setting() == ""
    assert blamed.setting() == "match = { least_score = 100 }"
    with pytest.raises(ValueError, match="certain"):
        calibrate(Roster(CHARTS), [(person, None) for person, _ in TRIALS], least_scores=(-inf,)).setting()


@pytest.mark.mission(
    "M1", shows="what a stricter rule costs in questions and saves in wrong links is printed before it is chosen"
)
def test_the_consequences_are_printed() -> None:
    lines = str(calibrate(Roster(CHARTS), TRIALS, least_scores=(0.0, 20.0))).splitlines()

    assert len(lines) == 4
    assert lines[0].startswith("500 people")
    assert "wrong / 10,000" in lines[1]


def test_every_kind_of_key_leads_somewhere_and_together_nearly_everywhere() -> None:
    shares = coverage(Roster(CHARTS), [(person, truth) for person, truth in TRIALS if truth is not None])

    assert 0.95 < shares["birth"] < 1.0
    assert 0.8 < shares["name"] < 1.0
    assert 0.3 < shares["contact"] < shares["any"]
    assert 0.3 < shares["home"] < shares["any"]
    assert shares["any"] > 0.995


def test_what_only_the_second_look_reaches_is_said() -> None:
    person = Person(family="Okafor", given="Lena", birth_date=date(1988, 3, 4))
    roster = Roster([Chart(pat_num=1, person=person)])

    assert roster.ways_to(person, 1) == {"birth", "name"}
    assert roster.ways_to(evolve(person, given="Okafor", family="Lena", birth_date=date(1988, 4, 3)), 1) == {"further"}
    assert roster.ways_to(Person(family="Lund", given="Mara"), 1) == frozenset()


def test_nothing_is_learned_from_nothing() -> None:
    with pytest.raises(ValueError, match="no trials"):
        calibrate(Roster(), [])
    with pytest.raises(ValueError, match="no trials"):
        coverage(Roster(), [])


def test_a_certain_chart_below_the_demand_is_probable() -> None:
    assert Roster(CHARTS, least_score=999.0).lookup(CHARTS[0].person).grade is Grade.PROBABLE
    assert Roster(CHARTS, least_score=999.0).lookup(Person()).grade is Grade.CERTAINLY_NOT
