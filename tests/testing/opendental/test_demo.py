from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from odnexus.testing import LocalServer, SimReply, SimRequest, SystemClock, VirtualClock, transport
from odnexus.testing.opendental import OpenDentalSimulator, demo_practice, serve_opendental
from odnexus.testing.opendental.demo import workday
from odnexus.testing.opendental.visits import BLOCKING, overlapping, span
from tests.testing.opendental.desk import Desk


def test_the_practice_has_people_who_are_easy_to_mix_up(desk: Desk) -> None:
    rows, people = desk.practice.patients, desk.demo.patients

    assert len(rows) == len(people) == 25
    mia, mara = rows[people["twin_mia"]], rows[people["twin_mara"]]
    assert (mia["Birthdate"], mia["LName"]) == (mara["Birthdate"], mara["LName"])
    father, son = rows[people["father_henry"]], rows[people["son_henry"]]
    assert [father[name] == son[name] for name in ("LName", "FName", "Birthdate")] == [True, True, False]
    mother, child = rows[people["mother_grace"]], rows[people["child_theo"]]
    assert mother["WirelessPhone"] == child["WirelessPhone"] != ""
    assert child["Guarantor"] == people["mother_grace"]


def test_every_phone_and_address_is_invented(desk: Desk) -> None:
    for row in desk.practice.patients.values():
        for name in ("HmPhone", "WkPhone", "WirelessPhone"):
            assert "555" in row.text(name) or not row[name]
        assert row.text("Email").endswith("@example.com") or not row["Email"]


def test_rooms_providers_and_types(desk: Desk) -> None:
    assert list(desk.demo.operatories) == ["OP1", "OP2", "OP3", "OP4", "HY1", "HY2"]
    assert list(desk.demo.providers) == ["DOC1", "DOC2", "HYG1", "HYG2"]
    assert list(desk.demo.types) == ["New patient", "Hygiene", "Emergency", "Recall"]
    numbers = [row["DefNum"] for row in desk.rows("/definitions", Category=2)]
    assert sorted(numbers) != list(range(min(numbers), min(numbers) + len(numbers)))


def test_the_second_office_has_other_numbers_for_the_same_words() -> None:
    one, two = Desk(), Desk(variant=2)

    assert one.demo.definitions.keys() == two.demo.definitions.keys()
    assert not set(one.demo.definitions.values()) & set(two.demo.definitions.values())
    assert two.get("/appointments/8001")["confirmed"] == "Not Called"


@pytest.mark.parametrize("start", [datetime(2026, 5, 15, 18, tzinfo=UTC) + timedelta(days=n) for n in range(7)])
def test_dates_follow_the_clock_and_nobody_sits_on_two_chairs(start: datetime) -> None:
    sim = demo_practice(VirtualClock(start))

    for row in sim.practice.rows("appointments"):
        assert row.day("AptDateTime").weekday() < 5
        if row["AptStatus"] in BLOCKING:
            assert overlapping(sim.practice, row.number("Op"), span(row), row.number("AptNum")) == []
    assert len({row["AptStatus"] for row in sim.practice.rows("appointments")}) == 4
    assert {row["Priority"] for row in sim.practice.rows("appointments")} == {"Normal", "ASAP"}


def test_weekends_become_mondays() -> None:
    assert [workday(date(2026, 5, 15), n).isoformat() for n in range(4)] == [
        "2026-05-15",
        "2026-05-18",
        "2026-05-18",
        "2026-05-18",
    ]


def test_a_practice_is_seeded_once(desk: Desk) -> None:
    with pytest.raises(ValueError, match="not empty"):
        desk.sim.seed()
    with pytest.raises(RuntimeError, match="seed"):
        _ = OpenDentalSimulator().demo


def test_an_empty_office_answers_too() -> None:
    sim = OpenDentalSimulator()
    headers = {"Authorization": sim.authorization(), "Content-Type": "application/json"}
    with httpx.Client(transport=transport(sim), base_url=sim.base_url, headers=headers) as client:
        assert client.get("/appointments").json() == []
        assert client.post("/patients", json={"LName": "A", "FName": "B"}).json()["PriProv"] == 0
        assert client.get("/appointments/Slots").json() == []


def test_the_office_is_served_over_http_with_its_events() -> None:
    receiver = Hook()
    with LocalServer(receiver) as hook:
        sim = demo_practice(VirtualClock())
        with serve_opendental(port=0, simulator=sim) as server:
            headers = {"Authorization": sim.authorization(), "Content-Type": "application/json"}
            with httpx.Client(base_url=f"{server.url}/api/v1", headers=headers) as client:
                made = client.post(
                    "/subscriptions",
                    json={"EndPointUrl": f"{hook.url}/od/", "WatchTable": "Appointment", "PollingSeconds": 1},
                )
                client.put("/appointments/8001/Note", json={"Note": "x"})
                assert made.status_code == 201
                assert client.get("/appointments/8001").json()["Note"] == "x"
            sim.clock.sleep(2)
            sim.deliver_events()

    assert 8001 in receiver.seen


class Hook:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.seen: list[int] = []

    def handle(self, request: SimRequest) -> SimReply:
        self.seen += [row["AptNum"] for row in json.loads(request.body)]
        return SimReply(status=200)


def test_a_server_runs_on_this_machines_clock_unless_told_otherwise() -> None:
    server = serve_opendental(port=0, demo=False)

    assert isinstance(server.simulator, OpenDentalSimulator)
    assert isinstance(server.simulator.clock, SystemClock)
    assert server.simulator.practice.patients == {}
    demo = serve_opendental(port=0, clock=VirtualClock(), mode="remote", clinics=True)
    assert isinstance(demo.simulator, OpenDentalSimulator)
    assert (demo.simulator.mode, len(demo.simulator.demo.clinics)) == ("remote", 2)
