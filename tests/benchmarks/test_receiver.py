"""F8: the answer to a webhook at 200 events a second, over a loopback socket, each on the disk before its 200.

``pytest tests/benchmarks/test_receiver.py --benchmark-enable -s`` sends for ten seconds and prints the figures; in the
ordinary run one second shows that nothing is lost. What is asserted is what holds on any machine: every delivery is
answered with 200 and stored. Events are sent at their own time whether or not the one before was answered (an open
loop), and the answer is timed from when the event was due, so that waiting for a busy receiver counts.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odnexus import Location, NexHealth, OpenDental, Practice, Sealer, SqliteStore, SyncEngine
from odnexus.cli.office import receiving
from odnexus.nexhealth.webhooks import sign

RATE = 200
SENDERS = 16
SECRET = "whsec-example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "store.sqlite") as opened:
        yield opened


@pytest.fixture
def engine(store: SqliteStore) -> Iterator[SyncEngine]:
    with (
        NexHealth(api_key="k", subdomain="demo-dental") as nexhealth,
        OpenDental(developer_key="d", customer_key="c") as opendental,
    ):
        location = Location(name="main", nexhealth_id=12, timezone="America/Denver")
        yield SyncEngine(
            Practice(subdomain="demo-dental", locations=(location,)),
            nexhealth=nexhealth,
            opendental=opendental,
            store=store,
            sealer=Sealer.ephemeral(),
            webhook_secrets=[SECRET],
        )


def delivery(number: int) -> tuple[dict[str, str], bytes]:
    row = {"id": number, "location_id": 12, "patient_id": number % 500, "note": "x" * 600}
    body = json.dumps(
        {
            "resource_type": "Appointment",
            "event_name": "appointment_created",
            "event_time": "2026-03-02T15:00:00Z",
            "subdomain": "demo-dental",
            "data": {"appointments": [row]},
        }
    ).encode()
    moment = datetime.now(UTC).isoformat()
    return {"timestamp": moment, "signature": sign(moment, body, SECRET)}, body


class Senders:
    """Sends deliveries through connections that are kept, one per thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._own = threading.local()
        self._lines: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Close all connections."""
        for line in self._lines:
            line.close()

    def send(self, number: int, due: float) -> tuple[int, float]:
        """Send one when it is due; return the status and the seconds from then to the answer."""
        headers, body = delivery(number)
        time.sleep(max(0.0, due - time.perf_counter()))
        if not hasattr(self._own, "line"):
            self._own.line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            self._lines.append(self._own.line)
        self._own.line.request("POST", "/nexhealth", body, headers)
        answer = self._own.line.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - due


def free_port() -> int:
    import socket

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def test_deliveries_at_200_a_second_are_answered_and_stored(
    engine: SyncEngine, store: SqliteStore, request: pytest.FixtureRequest
) -> None:
    measured = request.config.getoption("--benchmark-enable", default=False)
    count, port = RATE * (10 if measured else 1), free_port()
    with receiving(engine, f"127.0.0.1:{port}"), ThreadPoolExecutor(SENDERS) as pool:
        senders, start = Senders(port), time.perf_counter() + 0.2
        answers = list(pool.map(lambda n: senders.send(n, start + n / RATE), range(count)))
        senders.close()

    seconds = sorted(took for _, took in answers)
    if measured:
        shares = {name: 1000 * seconds[int(share * (count - 1))] for name, share in (("p50", 0.5), ("p99", 0.99))}
        print(f"\nreceiver at {RATE}/s, durable: " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in shares.items()))
        print(f"worst {1000 * seconds[-1]:.1f} ms of {count} deliveries")
    assert {status for status, _ in answers} == {200}
    assert len(store.inbox.waiting(count + 1)) == count
