"""R2 with a real process: it is killed, and the next one goes on where it was."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.demo_office import Place
from tests.scenarios.command import process, until


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.mission(
    "R2",
    shows="the connector is killed outright; what happened on both sides meanwhile is carried over by the next one, "
    "what it had done is not done again, and it ends when told",
    try_it="odnexus run practice.toml",
)
def test_a_connector_is_killed_and_started_again(office: Place, tmp_path: Path) -> None:
    office.write('\n[run]\nheartbeat = "beat"\n')
    visits, before = office.od.practice.appointments, len(office.od.practice.appointments)
    first = office.book()
    with process("run", office.file) as connector:
        assert until(lambda: (tmp_path / "beat").exists() or connector.poll() is not None)
        connector.kill()
    written = list(visits)[before:]
    assert len(written) == 1

    office.nx.simulator.patient_app.cancel(first)
    office.book("Otis", "Grant", hour=13, born="1973-05-06")
    (tmp_path / "beat").unlink()
    with process("run", office.file) as connector:
        assert until(lambda: (tmp_path / "beat").exists() or connector.poll() is not None)
        connector.send_signal(signal.SIGTERM)
        log = connector.communicate(timeout=30)[1]

    assert (connector.returncode, "told to stop (SIGTERM)" in log) == (0, True)
    assert len(visits) == before + 2
    assert str(visits[written[0]]["AptStatus"]) == "UnschedList"
    assert json.loads((tmp_path / "beat").read_text())["waiting"] == 0
    assert "Okafor" not in log
