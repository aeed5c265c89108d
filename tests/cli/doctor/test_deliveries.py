"""What the doctor says of deliveries, and that one really arrives."""

from __future__ import annotations

import json
import socket
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.doctor.deliveries import EventFacts, WebhookFacts, judge_events, judge_webhooks
from odnexus.cli.settings import WebhookSettings
from odnexus.nexhealth.models import WebhookEndpoint, WebhookSubscription
from odnexus.opendental.models import Subscription
from odnexus.reconcile.hooks import WEBHOOK_EVENTS
from tests.cli.demo_office import Place

URL = "https://hooks.example.com/nexhealth"
WALL = datetime(2026, 3, 2, 12)
ON, OFF = (WebhookEndpoint(id=1, target_url=URL, active=active) for active in (True, False))
ROWS = tuple(WebhookSubscription(id=n, event=event, active=True) for n, event in enumerate(WEBHOOK_EVENTS))
HOOKS = WebhookFacts(
    realm="demo-dental", url=URL, wanted=WEBHOOK_EVENTS, endpoints=(ON,), subscriptions=ROWS, arrived=WALL
)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "pass"),
        ({"url": None}, "pass"),
        ({"endpoints": ()}, "fail"),
        ({"endpoints": (OFF,)}, "fail"),
        ({"subscriptions": ROWS[1:]}, "warn"),
        ({"subscriptions": (*ROWS, evolve(ROWS[0], id=99))}, "warn"),
        ({"subscriptions": (*ROWS, WebhookSubscription(id=99, event="payment_created"))}, "pass"),
        ({"errors": {"endpoints": "ServerError"}}, "fail"),
        ({"errors": {"subscriptions": "ServerError"}}, "fail"),
    ],
)
def test_webhooks_are_judged(changes: dict[str, Any], state: str) -> None:
    assert next(judge_webhooks(evolve(HOOKS, **changes))).state == state


def test_deliveries_that_never_came_are_a_warning() -> None:
    states = [[line.state for line in judge_webhooks(evolve(HOOKS, arrived=moment))] for moment in (WALL, None)]

    assert states == [["pass", "pass"], ["pass", "warn"]]


CHOSEN = WebhookSettings(opendental_url="https://hooks.example.com/od/", workstation="SRV01")


def row(table: str, **changes: Any) -> Subscription:
    plain = Subscription(
        subscription_num=len(table),
        end_point_url=CHOSEN.opendental_url,
        workstation="srv01",
        watch_table=table,
        polling_seconds=15,
        date_time_start=WALL,
    )
    return evolve(plain, **changes)


EVENTS = EventFacts(
    database="main",
    chosen=CHOSEN,
    wall=WALL,
    subscriptions=(row("Appointment"), row("AppointmentDeleted")),
    arrived=WALL,
)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "pass"),
        ({"subscriptions": (row("Appointment"),)}, "warn"),
        ({"subscriptions": (row("Appointment", workstation="PC7"), row("AppointmentDeleted"))}, "warn"),
        ({"subscriptions": (row("Appointment", date_time_stop=WALL), row("AppointmentDeleted"))}, "warn"),
        ({"wall": WALL + timedelta(minutes=2)}, "warn"),
        ({"errors": {"subscriptions": "ServerError"}}, "fail"),
    ],
)
def test_api_events_are_judged(changes: dict[str, Any], state: str) -> None:
    assert next(judge_events(evolve(EVENTS, **changes))).state == state


def test_an_office_without_api_events_is_not_asked_for_them() -> None:
    assert list(judge_events(evolve(EVENTS, chosen=WebhookSettings()))) == []


# --- end to end -------------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def doctor(office: Place, *options: str) -> dict[tuple[str, str], Any]:
    done = CliRunner().invoke(app, ["doctor", str(office.file), "--json", *options])
    return {(line["about"], line["check"]): line for line in json.loads(done.output)["lines"]}


def hooked(office: Place) -> int:
    port = free_port()
    office.write(f'\n[webhooks]\nurl = "http://127.0.0.1:{port}/nexhealth"\n\n[receiver]\nport = {port}\n')
    return port


def book_once_it_listens(office: Place, port: int) -> None:
    """Book as soon as somebody receives: the first delivery is not to be lost and repeated half a minute later."""
    for _ in range(1200):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                break
        threading.Event().wait(0.05)
    office.book()


@pytest.mark.mission(
    "R1",
    shows="the doctor repairs what should be subscribed, then sees a delivery of NexHealth arrive",
    try_it="odnexus doctor practice.toml --repair-webhooks",
)
def test_a_delivery_that_arrives_passes_the_probe(office: Place) -> None:
    port = hooked(office)
    before = doctor(office)
    doctor(office, "--repair-webhooks")
    patient = threading.Thread(target=book_once_it_listens, args=(office, port))
    patient.start()

    after = doctor(office, "--probe-webhook", "--wait", "60")

    patient.join(10)

    assert before["nexhealth.demo-dental", "webhooks"]["state"] == "fail"
    assert after["nexhealth.demo-dental", "webhooks"]["state"] == "pass"
    assert after["nexhealth.demo-dental", "probe"]["state"] == "pass"
    assert doctor(office)["nexhealth.demo-dental", "deliveries"]["state"] == "pass"


def test_a_probe_that_nothing_answers_fails_with_what_to_look_at(office: Place) -> None:
    hooked(office)

    line = doctor(office, "--probe-webhook", "--wait", "0")["nexhealth.demo-dental", "probe"]

    assert line["state"] == "fail"
    assert "proxy" in line["remedy"]


def test_a_probe_needs_a_port(office: Place) -> None:
    done = CliRunner().invoke(app, ["doctor", str(office.file), "--probe-webhook"])

    assert done.exit_code == 2
    assert "receiver.port" in done.output


def test_the_office_events_are_repaired_too(office: Place) -> None:
    office.write('\n[webhooks]\nopendental_url = "http://127.0.0.1:9/opendental/"\nworkstation = "SRV01"\n')

    found = doctor(office, "--repair-webhooks")

    assert found["main", "repaired"]["text"] == "made: Appointment, AppointmentDeleted; resumed: 0"
    assert found["opendental.main", "API Events"]["state"] == "pass"
