"""What it costs to start: ``import odnexus`` and a first client, in a process of its own."""

from __future__ import annotations

import statistics
import subprocess
import sys

import pytest

RUNS = 10
PROMISED = 0.150
"""Seconds: the median of a core installation on a machine that does nothing else."""

# httpx loads its own command line where click and rich are installed: they come with odnexus[cli], not with the core.
CODE = """
import sys, time
sys.modules.update(click=None, rich=None)
begun, start = time.process_time(), time.perf_counter()
import odnexus
client = odnexus.{client}
seconds, worked = time.perf_counter() - start, time.process_time() - begun
client.close()
print(seconds, worked, *sys.modules)
"""
CLIENTS = {
    "OpenDental": "OpenDental(developer_key='d', customer_key='c')",
    "NexHealth": "NexHealth(api_key='k', subdomain='example')",
}
NEEDED_LATER = {
    "apprise", "asyncio", "authlib", "cattrs", "cryptography", "keyring", "matplotlib", "pandas", "phonenumbers",
    "rapidfuzz", "sqlalchemy", "ssl", "odnexus.opendental.models", "odnexus.opendental.tables",
    "odnexus.nexhealth.models", "odnexus.nexhealth.table",
}  # fmt: skip
"""What a first client does without: other libraries, and the surface of both APIs until a resource is asked for."""


def start(client: str) -> tuple[float, float, set[str]]:
    """Return the seconds that a first *client* takes, by the clock and of work, and the modules loaded by then."""
    command = [sys.executable, "-c", CODE.format(client=CLIENTS[client])]
    seconds, worked, *modules = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), float(worked), set(modules)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_first_client_is_there_at_once(
    client: str, capsys: pytest.CaptureFixture[str], pytestconfig: pytest.Config
) -> None:
    start(client)  # compiles what is not compiled yet
    measuring = pytestconfig.getoption("benchmark_enable")
    runs = RUNS if measuring else 2

    times = [start(client) for _ in range(runs)]
    seconds, worked = statistics.median(each[0] for each in times), min(each[1] for each in times)

    with capsys.disabled():
        print(
            f"\nimport odnexus and a first {client}: median {seconds * 1000:.0f} ms of {runs} runs,"
            f" {worked * 1000:.0f} ms of work at best"
        )
    # Beside other programs the clock says little: the suite counts work, and notices when something heavy crept in.
    assert seconds <= PROMISED if measuring else worked <= 2 * PROMISED


@pytest.mark.parametrize("client", CLIENTS)
def test_a_first_client_loads_nothing_that_is_needed_later(client: str) -> None:
    *_, modules = start(client)

    assert modules & NEEDED_LATER == set()
