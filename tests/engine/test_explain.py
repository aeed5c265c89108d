"""Asking who somebody is: the matcher's answer with its reasons, for nothing."""

from __future__ import annotations

from odnexus.matching import Grade, explain
from tests.engine.town import Town


def test_a_person_is_compared_with_every_chart_and_nothing_happens() -> None:
    town = Town()
    robert = town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142")
    town.work()
    town.od.reset_requests()
    journalled = len(town.engine.journal(limit=1000))

    decision = town.engine.explain("main", town.person("Bob", "Hale", "1975-04-02", "3035550142"))

    assert (decision.chosen, decision.grade) == (robert, Grade.CERTAIN)
    assert "given name: nickname of one group" in decision.candidates[0].reasons
    assert "Hale" not in explain(decision).text()
    assert town.od.count() == 0
    assert len(town.engine.journal(limit=1000)) == journalled


def test_somebody_new_has_no_chart_that_comes_near() -> None:
    town = Town()
    town.chart("Robert", "Hale", "1975-04-02")
    town.work()

    decision = town.engine.explain("main", town.person("Mara", "Lund", "1988-11-20"))

    assert (decision.chosen, decision.candidates) == (None, ())
