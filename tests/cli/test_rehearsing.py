"""G2: one visit of an invented patient through both systems and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.rehearsing import is_production
from odnexus.cli.running import only_instance
from odnexus.cli.settings import Settings
from tests.cli.demo_office import Place


def rehearse(office: Place, *options: str) -> tuple[int, list[Any]]:
    done = CliRunner().invoke(app, ["rehearse", str(office.file), "--json", "--patience", "10", *options])
    assert done.output, done.exception
    return done.exit_code, json.loads(done.output)["steps"]


def states(steps: list[Any]) -> dict[str, str]:
    return {step["name"]: step["state"] for step in steps}


def visits(office: Place) -> list[str]:
    """Return how the invented patient's visits stand in Open Dental."""
    practice = office.od.practice
    charts = {number for number, row in practice.patients.items() if row["LName"] == "Rehearsal"}
    return [str(row["AptStatus"]) for row in practice.appointments.values() if row["PatNum"] in charts]


def live(office: Place) -> int:
    return sum(not each.cancelled for each in office.nx.simulator.state.appointments.values())


@pytest.mark.mission(
    "G2",
    shows="a visit is booked at NexHealth, seen in Open Dental, cancelled there, and seen cancelled at NexHealth",
    try_it="odnexus rehearse practice.toml",
)
def test_a_visit_goes_through_both_systems_and_back(office: Place) -> None:
    before = len(office.od.practice.patients)

    code, steps = rehearse(office)

    assert (code, set(states(steps).values())) == (0, {"pass"}), steps
    assert len(steps) == 8
    assert visits(office) == ["Broken"]
    assert live(office) == 0
    assert len(office.od.practice.patients) == before + 1


def test_a_second_rehearsal_uses_the_chart_of_the_first(office: Place) -> None:
    rehearse(office)
    charts = len(office.od.practice.patients)

    code, steps = rehearse(office)

    assert code == 0, [step["text"] for step in steps]
    assert len(office.od.practice.patients) == charts
    assert visits(office) == ["Broken", "Broken"]


def test_what_waits_of_others_is_not_touched(office: Place) -> None:
    office.book()
    appointments = len(office.od.practice.appointments)

    code, _ = rehearse(office)

    assert code == 0
    assert len(office.od.practice.appointments) == appointments + 1
    assert live(office) == 1


def test_an_office_that_goes_away_fails_at_its_step_and_nothing_is_left_at_nexhealth(office: Place) -> None:
    office.od.faults.on("POST /appointments", kind="status", status=500, times=None)

    code, steps = rehearse(office, "--patience", "1")

    assert code == 1
    assert states(steps)["seen in Open Dental"] == "fail"
    assert states(steps)["cleaned up"] == "pass"
    assert live(office) == 0


def test_what_an_interrupted_rehearsal_left_is_removed_first(office: Place) -> None:
    rehearse(office)
    for booking in office.nx.simulator.state.appointments.values():
        booking.cancelled = False

    _, steps = rehearse(office)

    assert steps[1]["text"].startswith("1 bookings")
    assert live(office) == 0


def test_an_office_without_openings_is_told_so(office: Place) -> None:
    office.nx.simulator.state.working_hours.clear()

    code, steps = rehearse(office)

    assert code == 1
    assert "working hours" in steps[2]["remedy"]


@pytest.mark.mission("G3", shows="a rehearsal refuses to run against a living practice unless told")
def test_production_is_refused_unless_told(office: Place) -> None:
    office.write(nexhealth="https://nexhealth.info")

    done = CliRunner().invoke(app, ["rehearse", str(office.file)])

    assert done.exit_code == 2
    assert "--production" in done.output


def test_a_sandbox_is_no_production(office: Place) -> None:
    office.write(nexhealth='https://nexhealth.info"\nenvironment = "sandbox')

    assert not is_production(Settings.load(office.file))


def test_a_running_connector_is_not_disturbed(office: Place) -> None:
    with only_instance(office.file.parent / "odnexus.sqlite"):
        done = CliRunner().invoke(app, ["rehearse", str(office.file)])

    assert done.exit_code == 3


def test_steps_are_shown_as_text(office: Place) -> None:
    done = CliRunner().invoke(app, ["rehearse", str(office.file)])

    assert done.output.count("ok  ") == 8
