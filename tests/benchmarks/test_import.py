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
start = time.perf_counter()
import odnexus
client = odnexus.{client}
seconds = time.perf_counter() - start
client.close()
print(seconds, *sys.modules)
"""
CLIENTS = {
    "OpenDental": "OpenDental(developer_key='d', customer_key='c')",
    "NexHealth": "NexHealth(api_key='k', subdomain='example')",
}
NEEDED_LATER = {
    "apprise", "asyncio", "authlib", "cattrs", "cryptography", "keyring", "matplotlib", "pandas", "phonenumbers",
    "rapidfuzz", "sqlalchemy", "ssl", "odnexus.opendental.models", "odnexus.opendental.tables",
}  # fmt: skip
"""What a first client does without: other libraries, and the surface of Open Dental until a resource is asked for."""


def start(client: str) -> tuple[float, set[str]]:
    """Return the seconds that a first *client* takes, and the modules that are loaded then."""
    command = [sys.executable, "-c", CODE.format(client=CLIENTS[client])]
    seconds, *modules = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), set(modules)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_first_client_is_there_at_once(
    client: str, capsys: pytest.CaptureFixture[str], pytestconfig: pytest.Config
) -> None:
    start(client)  # compiles what is not compiled yet
    measuring = pytestconfig.getoption("benchmark_enable")
    runs = RUNS if measuring else 2

    seconds = sorted(start(client)[0] for _ in range(runs))

    with capsys.disabled():
        print(
            f"\nimport odnexus and a first {client}: median {statistics.median(seconds) * 1000:.0f} ms of {runs} runs"
        )
    # Beside other work the clock says little: the suite only notices when something heavy has crept in.
    assert statistics.median(seconds) <= PROMISED if measuring else seconds[0] <= 4 * PROMISED


@pytest.mark.parametrize("client", CLIENTS)
def test_a_first_client_loads_nothing_that_is_needed_later(client: str) -> None:
    _, modules = start(client)

    assert modules & NEEDED_LATER == set()
