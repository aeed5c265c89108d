"""F1 to F3 with real kills: a process that is killed at any moment loses nothing it acknowledged and doubles nothing.

``ODNEXUS_KILLS`` sets how often (a few by default; 1,000 for the published figure, some minutes). Half of the kills
fall after a random time, half when one of the two systems has carried out a request and not answered it yet.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Thread, Timer
from typing import Any

import httpx
import pytest

from odnexus import NexHealth, OpenDental, Practice, Sealer, SqliteStore, SyncEngine
from odnexus.nexhealth.webhooks import sign
from odnexus.practice import Location
from odnexus.testing import SimReply, SimRequest, VirtualClock, demo_office
from odnexus.testing.nexhealth import API_KEY, Switches, serve_nexhealth
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, demo_practice, serve_opendental
from tests.engine.newcomers import newcomer
from tests.engine.nursery import SECRET
from tests.engine.town import MONDAY
from tests.scenarios.served import free_port

KILLS = int(os.environ.get("ODNEXUS_KILLS", "8"))
ROOT = Path(__file__).parents[2]
CHAIRS = (("OP1", "DOC1"), ("OP2", "DOC1"), ("OP3", "DOC2"), ("OP4", "DOC2"))


class Mortal:
    """Both systems, the deliveries that NexHealth owes, and a process that takes them and dies."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.clock = VirtualClock(MONDAY)
        self.od: Any = demo_practice(self.clock, mode="service")
        # The process paces itself by a clock of its own, which NexHealth's does not follow.
        self.nx: Any = demo_office(self.clock, self.od, linked=False, switches=Switches(rate_limits=False))
        self.before = len(self.od.practice.patients), len(self.od.practice.appointments)
        self.bookings: list[int] = []
        self.owed: list[bytes] = []
        self.acknowledged: list[bytes] = []
        self.kills = 0
        self.deadline = -1
        self.path, self.key, self.port = folder / "store.db", Sealer.generate_key(), free_port()
        systems: tuple[Any, ...] = (self.od, self.nx.simulator)
        for system in systems:
            system.handle = self.counted(system.handle)

    def counted(self, handle: Callable[[SimRequest], SimReply]) -> Callable[[SimRequest], SimReply]:
        """Let a request be carried out and, if its turn has come, the process die before the answer."""

        def handled(request: SimRequest) -> SimReply:
            reply = handle(request)
            self.deadline -= 1
            if self.deadline == 0:
                self.kill()
            return reply

        return handled

    # -- the two systems -----------------------------------------------------------------------------------------------

    def something_happens(self) -> None:
        """Let a patient or the staff do something; NexHealth tells of it up to five times."""
        appt = self.random.choice(self.bookings) if self.bookings and self.random.random() < 0.5 else self.book()
        visit = self.nx.simulator.state.appointments[appt]
        if appt != self.bookings[-1] and not visit.cancelled and self.random.random() < 0.3:
            self.nx.simulator.patient_app.cancel(appt)
        name = "appointment_created" if appt == self.bookings[-1] else "appointment_updated"
        self.owed += [self.delivery(appt, name)] * self.random.randint(1, 5)

    def book(self) -> int:
        """Let somebody new book a slot that nobody else has."""
        number = len(self.bookings)
        day, hour = divmod(number // len(CHAIRS), 8)
        chair, provider = CHAIRS[number % len(CHAIRS)]
        place = datetime(2026, 4, 6, 14, tzinfo=MONDAY.tzinfo) + timedelta(days=day, hours=hour)
        booking: int = self.nx.simulator.patient_app.book(
            self.nx.location_id,
            place,
            provider_id=self.nx.providers[provider],
            operatory_id=self.nx.operatories[chair],
            minutes=60,
            **newcomer(number),
        )
        self.bookings.append(booking)
        return booking

    def delivery(self, appt: int, name: str) -> bytes:
        """Return what NexHealth sends of a change."""
        record = {
            "id": appt,
            "location_id": self.nx.location_id,
            "patient_id": self.nx.simulator.state.appointments[appt].patient_id,
            "updated_at": f"{self.clock.now().isoformat()} {len(self.owed)}",
        }
        content = {
            "resource_type": "Appointment",
            "event_name": name,
            "event_time": self.clock.now().isoformat(),
            "subdomain": self.nx.subdomain,
            "institution_id": self.nx.institution_id,
            "data": {"appointments": [record]} if name == "appointment_created" else {"appointment": record},
        }
        return json.dumps(content).encode()

    # -- the process ---------------------------------------------------------------------------------------------------

    def start(self, opendental: str, nexhealth: str) -> None:
        """Start the nursery."""
        place = [str(self.path), self.key, opendental, nexhealth, str(self.nx.location_id), str(self.port)]
        command = [sys.executable, "-m", "tests.engine.nursery", *place]
        self.nursery = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.hear() == "ready"

    def hear(self) -> str:
        assert self.nursery.stdout is not None
        return self.nursery.stdout.readline().strip()

    def tell(self, line: str) -> None:
        assert self.nursery.stdin is not None
        self.nursery.stdin.write(f"{line}\n")
        self.nursery.stdin.flush()

    def born(self) -> None:
        """Let a child live, some minutes after the last one died."""
        self.clock.advance(timedelta(minutes=3))
        self.tell(f"live {self.clock.now().isoformat()}")
        word, _, number = self.hear_either("child").partition(" ")
        assert word == "child"
        self.child = int(number)

    def hear_either(self, start: str) -> str:
        """Return the next line that begins with *start*; a child's own words may come between."""
        while not (line := self.hear()).startswith(start):
            assert line in ("up", "idle"), line
        return line

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGKILL)

    def deliver(self, until: Callable[[], bool]) -> None:
        """Send what is owed until *until* says so; keep what was not acknowledged."""
        address = f"http://127.0.0.1:{self.port}/nexhealth"
        with httpx.Client(timeout=5) as client:
            while self.owed and not until():
                body = self.owed[0]
                headers = {"timestamp": "t", "signature": sign("t", body, SECRET)}
                try:
                    status = client.post(address, content=body, headers=headers).status_code
                except httpx.TransportError:
                    continue
                assert status == 200
                self.acknowledged.append(self.owed.pop(0))

    def short_life(self) -> None:
        """Let a child live until it is killed."""
        for _ in range(self.random.randint(1, 5)):
            self.something_happens()
        self.born()
        dead: list[bool] = []
        killer = Timer(self.random.uniform(0.0, 0.3), self.kill)
        if self.random.random() < 0.5:
            self.deadline, killer = self.random.randint(1, 40), Timer(2.0, self.kill)
        killer.start()
        sender = Thread(target=self.deliver, args=(lambda: bool(dead),))
        sender.start()
        self.hear_either("dead")
        dead.append(True)
        sender.join()
        killer.cancel()
        self.deadline = -1
        self.kills += 1

    def long_life(self) -> None:
        """Let a child finish everything."""
        self.born()
        self.deliver(lambda: False)
        for _ in range(12):
            self.hear_either("idle")
            self.clock.advance(timedelta(minutes=10))
            self.tell("later")
        self.hear_either("idle")
        self.kill()
        self.hear_either("dead")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.mission(
    "R1", "R2", shows="a process killed at any moment loses nothing it acknowledged and makes nothing twice"
)
def test_a_process_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    mortal = Mortal(tmp_path, seed=7)
    with (
        serve_opendental(port=0, simulator=mortal.od) as od,
        serve_nexhealth(port=0, simulator=mortal.nx.simulator) as nx,
    ):
        mortal.start(od.url, nx.url)
        for _ in range(KILLS):
            mortal.short_life()
        mortal.long_life()
        mortal.nursery.communicate(timeout=10)

        assert_nothing_is_doubled(mortal)
        assert_nothing_acknowledged_is_lost(mortal, od.url, nx.url)
    counts = (
        f"{mortal.kills} kills, {len(mortal.acknowledged)} deliveries acknowledged, {len(mortal.bookings)} bookings"
    )
    sys.stdout.write(f"\n{counts}\n")


def assert_nothing_is_doubled(mortal: Mortal) -> None:
    charts, visits = mortal.od.practice.patients, list(mortal.od.practice.appointments.values())
    state = mortal.nx.simulator.state.appointments
    stamped: dict[int, list[Any]] = {}
    for row in visits:
        if "NexHealth " in (note := row.text("Note")):
            stamped.setdefault(int(note.rpartition("NexHealth ")[2].split()[0]), []).append(row)

    assert {booking for booking in mortal.bookings if len(stamped.get(booking, ())) > 1} == set()
    live = [booking for booking in mortal.bookings if not state[booking].cancelled]
    assert [booking for booking in live if booking not in stamped] == []
    assert all(str(stamped[booking][0]["AptStatus"]) == "Scheduled" for booking in live)
    gone = [booking for booking in mortal.bookings if state[booking].cancelled and booking in stamped]
    assert all(str(stamped[booking][0]["AptStatus"]) != "Scheduled" for booking in gone)
    assert len(visits) - mortal.before[1] == len(stamped)
    assert len(charts) - mortal.before[0] == len({rows[0]["PatNum"] for rows in stamped.values()})


def assert_nothing_acknowledged_is_lost(mortal: Mortal, opendental: str, nexhealth: str) -> None:
    location = Location(name="main", nexhealth_id=mortal.nx.location_id, timezone="America/Denver")
    with (
        SqliteStore(mortal.path) as store,
        OpenDental(developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY, mode="service", base_url=opendental) as od,
        NexHealth(api_key=API_KEY, subdomain=mortal.nx.subdomain, base_url=nexhealth) as nx,
    ):
        engine = SyncEngine(
            Practice(subdomain=mortal.nx.subdomain, locations=(location,)),
            opendental=od,
            nexhealth=nx,
            store=store,
            sealer=Sealer(mortal.key),
            webhook_secrets=[SECRET],
        )
        unknown = [
            body
            for body in set(mortal.acknowledged)
            if engine.receive({"timestamp": "t", "signature": sign("t", body, SECRET)}, body, mortal.clock.now()).new
        ]
        assert unknown == []
        assert engine.buried() == []
