"""G3: what an observing location would have done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.connecting import Office
from odnexus.cli.observing import ASK, CHANGE, KNOWN, NEW, LocationReport, lines_of, report_of
from odnexus.cli.settings import Settings
from odnexus.practice import Modes
from tests.cli.demo_office import Place
from tests.engine.town import Town, at


def told(town: Town) -> LocationReport:
    return report_of(town.location, town.engine.journal(limit=1000))


@pytest.mark.mission(
    "G3",
    shows="an observing location writes nothing and reports what it would have done, by action and rule",
    try_it="odnexus report practice.toml",
)
def test_what_would_have_been_done_is_counted_by_record() -> None:
    town = Town(modes=Modes(person="observe", visit="observe"))
    town.chart("Robert", "Whitfield", "1979-06-02", WirelessPhone="3035550102")
    town.chart("Mia", "Castellano", "2012-04-08")
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.book(town.person("Bob", "Whitfield", "1979-06-02", phone="3035550102"), at(11))
    town.book(town.person("Mila", "Castellano", "2012-04-08"), at(13))
    town.settle(12)  # looked at more than once
    town.engine.scan("main")
    town.settle()

    report = told(town)

    assert report.would == {NEW: 1, KNOWN: 1, ASK: 1}
    assert sum(report.because.values()) == 3
    assert (report.failed, report.applied) == ({}, {})
    assert town.od.count("POST", None) == 0


def test_a_change_is_reported_with_its_fields() -> None:
    town = Town()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    seen = len(town.engine.journal(limit=1000))
    town.location = evolve(town.location, modes=Modes(person="observe", visit="observe"))
    town.practice = evolve(town.practice, locations=(town.location,))
    town.engine = town.new_engine()
    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.work()

    report = report_of(town.location, town.engine.journal(after=seen, limit=1000))

    assert report.would == {CHANGE: 1}
    assert "nexhealth.start" in report.fields


def test_what_was_applied_later_is_no_longer_a_wish() -> None:
    town = Town()
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()

    report = told(town)

    assert report.would == {}
    assert report.applied


def run(office: Place, *options: str) -> Any:
    return CliRunner().invoke(app, ["report", str(office.file), *options])


def test_the_command_shows_text_and_json(office: Place) -> None:
    office.file.write_text(
        office.file.read_text().replace(
            "[nexhealth]", 'modes = { person = "observe", visit = "observe" }\n\n[nexhealth]'
        )
    )
    office.book()
    with Office(Settings.load(office.file)) as opened:
        engine = opened.engine()
        engine.poll("main")
        while engine.step().settled:
            pass

    [shown] = json.loads(run(office, "--json").output)

    assert shown["would"] == {NEW: 1}
    assert "set modes to" in run(office).output
    assert run(office, "--location", "nowhere").exit_code == 2
    assert "Okafor" not in run(office).output


def test_a_quiet_location_says_so() -> None:
    town = Town()
    lines = list(lines_of(told(town)))

    assert "  nothing happened" in lines
