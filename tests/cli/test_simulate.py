"""``odnexus simulate``: both systems answer over HTTP as it says, and stop when asked to."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest

from odnexus import NexHealth, OpenDental
from odnexus.testing.nexhealth import API_KEY
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY

COMMAND = [sys.executable, "-X", "utf8", "-m", "odnexus.cli", "simulate"]
ANY_PORT = ["--opendental-port", "0", "--nexhealth-port", "0"]


class Simulation:
    """The running command, and what it said."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *ANY_PORT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        assert self.process.stdout is not None
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Ctrl-C"):
                break

    def url(self, system: str) -> str:
        """Return the server that it named for a system."""
        found = re.search(rf"^{system} +(http://127\.0\.0\.1:\d+)", self.said, re.MULTILINE)
        assert found is not None, self.said
        return found[1]

    def stop(self) -> tuple[str, str]:
        """End it politely; return what it said last."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=20)


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    running = Simulation("both")
    yield running
    running.stop()


def test_open_dental_answers_a_client(simulation: Simulation) -> None:
    with OpenDental(
        developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY, mode="service", base_url=simulation.url("Open Dental")
    ) as client:
        names = {patient.f_name for patient in client.patients.simple(l_name="Whitfield")}

    assert names >= {"Robert", "Anna"}


def test_nexhealth_answers_a_client(simulation: Simulation) -> None:
    with NexHealth(api_key=API_KEY, subdomain="demo-dental", base_url=simulation.url("NexHealth")) as client:
        (location,) = client.locations.iter()

    assert f"location_id {location.id}" in simulation.said
    assert location.insert_appt_client is False


def test_both_examples_for_curl_work_as_printed(simulation: Simulation) -> None:
    answers: list[object] = []
    for line in simulation.said.splitlines():
        if "curl" in line:
            method = "POST" if "-X POST" in line else "GET"
            headers = dict(header.split(": ", 1) for header in re.findall(r'-H "([^"]+)"', line))
            url = line.rpartition(' "')[2].rstrip('"')
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method=method)) as answer:
                answers.append(json.load(answer))

    patients, token = answers
    assert isinstance(patients, list)
    assert isinstance(token, dict)
    assert token["data"]["token"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no polite end for other processes")
def test_it_stops_cleanly_when_asked_to() -> None:
    running = Simulation("opendental")

    rest, errors = running.stop()

    assert "NexHealth" not in running.said
    assert (running.process.returncode, rest, errors) == (0, "Stopped.\n", "")


def test_a_synchronizer_is_told_and_there() -> None:
    running = Simulation("both", "--synchronizer")
    try:
        with NexHealth(api_key=API_KEY, subdomain="demo-dental", base_url=running.url("NexHealth")) as client:
            (location,) = client.locations.iter()
    finally:
        running.stop()

    assert location.insert_appt_client is True
    assert "synchronizer writes bookings into Open Dental" in running.said


def test_a_taken_port_is_told_with_a_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "opendental", "--opendental-port", str(port)], capture_output=True, encoding="utf-8", check=False
        )

    assert done.returncode == 2
    assert "--opendental-port" in done.stderr
    assert "Traceback" not in done.stderr
