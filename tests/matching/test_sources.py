from __future__ import annotations

import pytest

from odnexus.matching import Chart, Roster
from odnexus.matching.levels import Birth, Contact, Family, Given, Middle
from odnexus.matching.words import words_of_field
from tests.matching.families import Town, typed


@pytest.fixture(scope="module")
def roster() -> Roster:
    town = Town(31)
    return Roster(Chart(pat_num=one.identity, person=typed(town.chart(one))) for one in town.practice(800))


def test_every_level_has_a_weight_with_a_source(roster: Roster) -> None:
    rows = roster.weights().rows
    said = {
        words_of_field(field, level)
        for field, levels in {
            "given": Given, "family": Family, "birth": Birth, "middle": Middle,
            "phone": Contact, "email": Contact, "address": Contact,
        }.items()
        for level in levels
    } - {""}  # fmt: skip

    assert {row.words for row in rows} == said
    assert all(row.source for row in rows)


def test_rarity_is_counted_in_the_roster_and_typical_in_a_small_one(roster: Roster) -> None:
    counted, typical = roster.weights(), Roster().weights()

    assert (counted.charts, typical.charts) == (800, 0)
    assert counted.given[0] < counted.given[1] < counted.given[2]
    assert len(set(typical.given)) == 1
    assert {"rarity counted in this roster"} < {row.source for row in counted.rows}
    assert any("Census" in row.source for row in typical.rows)


def test_the_weights_are_those_of_the_score(roster: Roster) -> None:
    weights = {row.words: row.bits for row in roster.weights().rows}
    chart = next(chart for chart in roster if chart.person.birth_date and chart.person.mobile)
    evidence = {each.words: each.bits for each in roster.lookup(chart.person).candidates[0].evidence}

    assert evidence["birth date: the same"] == weights["birth date: the same"]
    assert evidence["phone: the same"] == weights["phone: the same"]


def test_weights_are_printed_and_are_rows_without_a_name_of_anybody(roster: Roster) -> None:
    weights = roster.weights()
    shown = f"{weights} {weights.records()}".casefold()

    assert str(weights).splitlines()[0].startswith("rarity of names, counted in 800 charts")
    assert len(weights.records()) == len(weights.rows)
    for chart in roster:
        assert chart.person.family.casefold() not in shown.split()
