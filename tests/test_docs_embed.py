"""The program of the page "Embed the engine", run as a reader runs it: a process of its own, over real HTTP."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from attrs import frozen

from odnexus import Sealer
from odnexus.nexhealth.webhooks import sign
from odnexus.testing import SystemClock
from odnexus.testing.nexhealth import API_KEY, DemoOffice, demo_office, serve_nexhealth
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, OpenDentalSimulator, demo_practice, serve_opendental

PAGE = Path(__file__).parents[1] / "docs/how-to/embed.md"
SECRET = "whsec-example"
PRACTICE = """\
subdomain = "demo-dental"

[[locations]]
name = "main"
nexhealth_id = 12
timezone = "America/Denver"
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process is told to stop by a signal of POSIX")


def program() -> str:
    found = re.search(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@frozen
class Service:
    """The running program and both systems around it."""

    process: subprocess.Popen[str]
    url: str
    office: OpenDentalSimulator
    platform: DemoOffice

    def ask(self, method: str, path: str, content: bytes | None = None, **headers: str) -> tuple[int, Any]:
        request = Request(self.url + path, content, headers, method=method)
        try:
            with urlopen(request, timeout=10) as answer:
                body = answer.read()
                return answer.status, json.loads(body) if body else None
        except HTTPError as error:
            body = error.read()
            return error.code, json.loads(body) if body else None

    def book(self, first: str, last: str, born: date, phone: str, hour: int) -> int:
        week = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
        return self.platform.simulator.patient_app.book(
            self.platform.location_id,
            # From 15 h UTC on it is opening time in Denver, in winter and summer; a Tuesday is no weekend.
            week.replace(hour=hour) + timedelta(days=(1 - week.weekday()) % 7),
            provider_id=self.platform.providers["DOC1"],
            operatory_id=self.platform.operatories["OP1"],
            appointment_type_id=self.platform.types["New patient"],
            first_name=first,
            last_name=last,
            date_of_birth=born,
            phone_number=phone,
            email=f"{first}@example.com".lower(),
        )

    def deliver(self, booking: int, secret: str = SECRET) -> int:
        record = self.platform.simulator.state.appointments[booking]
        content = json.dumps(
            {
                "resource_type": "Appointment",
                "event_name": "appointment_created",
                "event_time": "2026-03-02T15:00:00Z",
                "subdomain": "demo-dental",
                "data": {"appointments": [{"id": booking, "location_id": 12, "patient_id": record.patient_id}]},
            }
        ).encode()
        stamp = "2026-03-02T15:00:00Z"
        return self.ask("POST", "/webhook", content, timestamp=stamp, signature=sign(stamp, content, secret))[0]

    def visits(self) -> list[str]:
        rows = self.office.practice.appointments.values()
        return [str(row["PatNum"]) for row in rows if "NexHealth" in row.text("Note")]


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    office = demo_practice(SystemClock(), mode="service")
    platform = demo_office(SystemClock(), office, linked=False)
    (tmp_path / "service.py").write_text(program(), encoding="utf-8")
    (tmp_path / "practice.toml").write_text(PRACTICE, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with (
        serve_opendental(simulator=office, port=0) as opendental,
        serve_nexhealth(simulator=platform.simulator, port=0) as nexhealth,
    ):
        keys = {
            "OPENDENTAL_DEVELOPER_KEY": DEVELOPER_KEY,
            "OPENDENTAL_CUSTOMER_KEY": CUSTOMER_KEY,
            "OPENDENTAL_URL": opendental.url,
            "NEXHEALTH_API_KEY": API_KEY,
            "NEXHEALTH_URL": nexhealth.url,
            "NEXHEALTH_WEBHOOK_SECRETS": f"an-older-secret {SECRET}",
            "ODNEXUS_KEY": Sealer.generate_key(),
            "PORT": port,
            "PYTHONUNBUFFERED": "1",
        }
        with subprocess.Popen(
            [sys.executable, "service.py"],
            cwd=tmp_path,
            env={**os.environ, **keys},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            service = Service(process, f"http://127.0.0.1:{port}", office, platform)
            try:
                until(lambda: answers(service))
                yield service
            finally:
                process.kill()


def answers(service: Service) -> bool:
    assert service.process.poll() is None, service.process.communicate()[1]
    try:
        return service.ask("GET", "/links")[0] == 200
    except URLError:
        return False


def test_the_program_is_short() -> None:
    assert sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(program()))) < 60


def test_the_program_carries_bookings_asks_is_answered_and_stops_cleanly(service: Service) -> None:
    mara = service.book("Mara", "Lund", date(1988, 11, 20), "2085550161", 16)
    mila = service.book("Mila", "Castellano", date(2012, 4, 8), "2085550110", 17)

    assert service.deliver(mara, "somebody else's secret") == 401
    assert [service.deliver(mara), service.deliver(mila), service.deliver(mara)] == [204, 204, 204]
    until(lambda: service.ask("GET", "/reviews")[1])
    (question,) = service.ask("GET", "/reviews")[1]
    twin = service.office.demo.patients["twin_mia"]
    assert question["kind"] == "person.match"
    assert twin in [candidate["pat_num"] for candidate in question["candidates"]]
    assert service.ask("POST", f"/reviews/{question['id']}", b'{"choice": "no such"}')[0] == 400
    chosen = json.dumps({"choice": "link", "record": twin}).encode()
    assert service.ask("POST", f"/reviews/{question['id']}", chosen) == (204, None)
    until(lambda: len(service.visits()) == 2)
    until(lambda: len(service.ask("GET", "/links")[1]) == 4)
    assert str(twin) in service.visits()
    assert service.ask("GET", "/reviews") == (200, [])
    assert service.ask("GET", "/buried") == (200, [])
    assert service.ask("GET", "/elsewhere")[0] == 404

    service.process.send_signal(signal.SIGTERM)
    printed, complaints = service.process.communicate(timeout=30)

    assert service.process.returncode == 0
    assert sorted(line.split()[1] for line in printed.splitlines()) == sorted([str(mara), str(mila)])
    assert "Traceback" not in complaints
    assert not any(name in printed + complaints for name in ("Mara", "Lund", "Mila", "Castellano"))
