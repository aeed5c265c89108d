from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from attrs import fields

from odnexus.testing import SystemClock
from odnexus.testing.nexhealth import API_KEY, Switches, demo_office, serve_nexhealth
from odnexus.testing.opendental import demo_practice
from tests.testing.nexhealth.calling import Desk

VERSION = {"Nex-Api-Version": "v3.0.0"}


def ask(url: str, headers: Mapping[str, str], method: str = "GET") -> object:
    request = urllib.request.Request(url, headers={**VERSION, **headers}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())["data"]


def test_a_platform_is_served_over_http() -> None:
    with serve_nexhealth(port=0) as server:
        token = ask(f"{server.url}/authenticates", {"Authorization": API_KEY}, "POST")
        assert isinstance(token, dict)
        institutions = ask(f"{server.url}/institutions", {"Authorization": f"Bearer {token['token']}"})

    assert isinstance(institutions, list)
    assert institutions[0]["subdomain"] == "demo-dental"


def test_a_served_platform_ticks_and_shares_the_clock_of_its_open_dental() -> None:
    opendental = demo_practice(SystemClock())

    server = serve_nexhealth(port=0, opendental=opendental)

    assert server.simulator.clock is opendental.clock


def test_a_simulator_of_ones_own_is_served_and_gets_a_carrier() -> None:
    simulator = demo_office(SystemClock()).simulator

    server = serve_nexhealth(port=0, simulator=simulator)

    assert server.simulator is simulator
    assert simulator.webhooks.send is not None


def test_many_threads_share_a_simulator() -> None:
    desk = Desk(switches=Switches(rate_limits=False))
    assert desk.api.token
    patient = desk.known()

    def rush(index: int) -> int:
        minute = 5 * (index % 6)
        start, end = f"2026-03-09T09:{minute:02}:00-06:00", f"2026-03-09T09:{minute + 5:02}:00-06:00"
        return desk.booking(patient, start_time=start, end_time=end).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(rush, range(48)))

    assert statuses.count(201) == 6
    assert statuses.count(400) == 42
    assert len(desk.sim.state.appointments) == 6


def test_every_switch_is_explained() -> None:
    import inspect

    source = inspect.getsource(Switches)

    for one in fields(Switches):
        after = source.split(f"    {one.name}:", 1)[1].split("\n", 1)[1].lstrip()
        assert after.startswith('"""'), one.name
