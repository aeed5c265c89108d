"""G2 and G3 from the command line: a first file, a rehearsal, a while of watching, and then going live."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.demo_office import Place
from tests.scenarios.command import odnexus, rows


@pytest.fixture
def file(office: Place, tmp_path: Path) -> Path:
    """Write the settings of the office with ``odnexus init``."""
    path = tmp_path / "first.toml"
    urls = ("--opendental-url", office.opendental_url, "--nexhealth-url", office.nexhealth_url, "--mode", "service")
    code, told = odnexus("init", path, "--subdomain", office.nx.subdomain, *urls)
    assert code == 0, told
    return path


@pytest.mark.mission(
    "G2",
    shows="from nothing: a first settings file, a checkup, and a rehearsal that books a made-up patient at NexHealth, "
    "sees the visit in Open Dental, cancels it there and sees it cancelled at NexHealth",
    try_it="odnexus rehearse practice.toml",
)
def test_a_rehearsal_before_going_live(office: Place, file: Path) -> None:
    visits, before = office.od.practice.appointments, len(office.od.practice.appointments)
    assert odnexus("doctor", file)[0] == 0

    steps = rows("rehearse", file)["steps"]

    assert {step["state"] for step in steps} == {"pass"}
    (visit,) = list(visits.values())[before:]
    assert office.od.practice.patients[visit["PatNum"]]["LName"] == "Rehearsal"
    assert str(visit["AptStatus"]) == "Broken"
    (booking,) = office.nx.simulator.state.appointments.values()
    assert booking.cancelled


@pytest.mark.mission(
    "G3",
    shows="a location begins by watching: nothing is written and a report says what would have been; one word in the "
    "file makes it live, and what was only watched is carried over then",
    try_it="odnexus report practice.toml",
)
def test_watching_and_then_live(office: Place, file: Path) -> None:
    before = len(office.od.practice.appointments)
    office.book()

    assert odnexus("run", file, "--once")[0] == 0
    _, report = odnexus("report", file)
    assert len(office.od.practice.appointments) == before
    assert {record.method for record in office.od.requests} == {"GET"}
    assert "would        1  make a chart and a visit" in report

    text = file.read_text()
    file.write_text(text.replace('person = "observe", visit = "observe"', 'person = "apply", visit = "apply"'))
    assert odnexus("run", file, "--once")[0] == 0

    assert len(office.od.practice.appointments) == before + 1
    assert "Okafor" not in report
