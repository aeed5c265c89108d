"""R1: endpoints and subscriptions as desired state: made once, switched on again, what was missed read again."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from odnexus.errors import ConfigurationError, SignatureError
from odnexus.reconcile.hooks import WEBHOOK_EVENTS
from odnexus.reconcile.reports import HookReport
from tests.engine.crashing import Killed, Moment
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town

URL = "https://hooks.example.com/nexhealth"
EVENTS_URL = "https://hooks.example.com/opendental/"


def ensure(town: Town, **options: Any) -> HookReport:
    [report] = town.engine.ensure_webhooks(URL, **options)
    return report


def ensure_events(town: Town, workstation: str = "SRV01") -> HookReport:
    [report] = town.engine.ensure_api_events(EVENTS_URL, workstation=workstation)
    return report


def endpoints(town: Town) -> list[Any]:
    return list(town.nx.state.endpoints.values())


def subscribed(town: Town) -> list[str]:
    return sorted(each.event for each in town.nx.state.subscriptions.values())


def watched(town: Town) -> list[tuple[str, str]]:
    return [(str(row["WatchTable"]), str(row["Workstation"])) for row in town.od.practice.rows("subscriptions")]


def send_to(town: Town) -> None:
    """Let NexHealth's deliveries reach the engine, as a web server would."""

    def send(_url: str, headers: Any, body: bytes) -> int:
        try:
            town.engine.receive(headers, body)
        except SignatureError:
            return 401
        return 200

    town.nx.webhooks.send = send


@pytest.fixture
def town() -> Town:
    return Town()


# --- NexHealth --------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_made_and_a_second_look_makes_nothing(town: Town) -> None:
    first, second = ensure(town), ensure(town)

    assert first.created == ("endpoint", *WEBHOOK_EVENTS)
    assert (second.created, second.resumed, second.problem) == ((), 0, "")
    assert len(endpoints(town)) == 1
    assert subscribed(town) == sorted(WEBHOOK_EVENTS)


@pytest.mark.mission("R1", shows="a delivery is accepted by the endpoint's secret, which nobody had to copy")
def test_deliveries_of_the_new_endpoint_are_believed_also_after_a_restart(town: Town) -> None:
    ensure(town)
    town.engine = town.new_engine()
    send_to(town)
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.nx.tick()
    town.nx.webhooks.emit(
        "Appointment",
        "appointment_created",
        town.institution,
        {"appointments": [{"id": booking, "location_id": town.location_id}]},
    )

    town.nx.webhooks.deliver_due()

    assert {each.state for each in town.nx.webhooks.deliveries} == {"delivered"}
    assert booking in {int(event.subject) for event in town.engine.waiting() if event.subject.isdecimal()}


def test_the_secret_is_in_no_report_and_sealed_in_the_store(town: Town) -> None:
    report = ensure(town)
    secret = endpoints(town)[0].secret_key

    stored = town.store.snapshots.load("webhook-secrets:demo-dental")
    assert secret not in repr(report)
    assert len(stored) == 1
    assert all(secret.encode() not in row for row in stored.values())


def test_a_replaced_endpoints_secret_is_forgotten(town: Town) -> None:
    old = ensure(town).endpoint
    del town.nx.state.endpoints[old]
    new = ensure(town).endpoint

    assert set(town.store.snapshots.load("webhook-secrets:demo-dental")) == {str(new)}


def test_what_somebody_else_made_is_named_and_left_alone(town: Town) -> None:
    ensure(town)
    client: Any = town.engine._nexhealth
    [row] = client.webhook_endpoints.iter()
    theirs = client.webhook_endpoints.create(target_url="https://other.example.com/")
    subscriptions = client.webhook_endpoints.subscriptions(row.id)
    subscriptions.create(resource_type="Payment", event="payment_created")
    subscriptions.create(resource_type="Patient", event="patient_created")

    report = ensure(town)

    assert (report.extra, report.doubled, report.created) == (("payment_created",), ("patient_created",), ())
    assert {each.id for each in endpoints(town)} == {row.id, theirs.id}
    assert len(subscribed(town)) == len(WEBHOOK_EVENTS) + 2


def test_a_paused_subscription_is_resumed(town: Town) -> None:
    ensure(town)
    next(iter(town.nx.state.subscriptions.values())).active = False

    assert ensure(town).resumed == 1
    assert all(each.active for each in town.nx.state.subscriptions.values())


def test_an_event_that_is_not_offered_here_stops_none_of_the_others(town: Town) -> None:
    town.nx.faults.on(
        "POST /webhook_endpoints/*/webhook_subscriptions", kind="status", status=400, times=1, body=b'{"code":false}'
    )

    report = ensure(town)

    assert report.refused == WEBHOOK_EVENTS[:1]
    assert subscribed(town) == sorted(WEBHOOK_EVENTS[1:])


def test_an_unknown_event_and_an_address_that_is_none_are_refused(town: Town) -> None:
    with pytest.raises(ConfigurationError, match=r"appointment_insertion\.complete"):
        ensure(town, events=["appointment_insertion.complete"])
    with pytest.raises(ConfigurationError, match="onboarding_created"):
        ensure(town, events=["onboarding_created"])
    with pytest.raises(ConfigurationError, match="url"):
        town.engine.ensure_webhooks("hooks.example.com")


@pytest.mark.mission(
    "R1", shows="an endpoint that NexHealth switched off is on again within the hour, and what it missed is read again"
)
def test_an_endpoint_that_was_switched_off_is_on_again_and_the_gap_is_read(town: Town) -> None:
    ensure(town)
    town.work()
    [endpoint] = endpoints(town)
    endpoint.active = False
    town.nx.state.touch(endpoint)
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.clock.advance(timedelta(hours=3))

    report = ensure(town)
    town.work(poll=False)

    assert report.revived
    assert endpoint.active
    assert [alert.rule for alert in town.alerts] == ["webhook.revived"]
    assert "forms" in town.alerts[0].text
    assert town.row_of(booking)["AptStatus"] == "Scheduled"
    assert not ensure(town).revived


def test_a_linked_patient_that_changed_in_the_gap_is_looked_at(town: Town) -> None:
    person = town.person("Mara", "Lund", "1988-11-20")
    town.book(person)
    town.settle()
    ensure(town)
    [endpoint] = endpoints(town)
    endpoint.active = False
    town.clock.advance(timedelta(hours=1))
    town.nx.state.touch(town.nx.state.patients[person])

    ensure(town)
    before = town.nx.count("GET", "/patients/{id}")
    town.work(poll=False)

    assert town.nx.count("GET", "/patients/{id}") > before


def test_a_platform_that_is_away_is_a_problem_of_the_report(town: Town) -> None:
    town.nx.faults.on("* *", kind="refused", times=None)

    assert ensure(town).problem == "ConnectionFailedError"


def test_two_workers_do_not_make_two(town: Town) -> None:
    other = town.new_engine()
    town.store.turns.take("location:@webhooks", "somebody", town.clock.now(), town.clock.now() + timedelta(minutes=2))

    assert [report.problem for report in other.ensure_webhooks(URL)] == ["another worker is at it"]
    assert endpoints(town) == []


@pytest.mark.parametrize("route", ["POST /webhook_endpoints", "POST /webhook_endpoints/*/webhook_subscriptions"])
@pytest.mark.parametrize("kind", ["lost_answer", "timeout_after", "status_after"])
def test_a_lost_answer_makes_no_second_one(town: Town, route: str, kind: str) -> None:
    town.nx.faults.on(route, kind=kind)

    ensure(town)
    ensure(town)

    assert len(endpoints(town)) == 1
    assert subscribed(town) == sorted(WEBHOOK_EVENTS)


# --- Open Dental ------------------------------------------------------------------------------------------------------


def test_api_events_are_subscribed_to_once(town: Town) -> None:
    first, second = ensure_events(town), ensure_events(town)

    assert first.created == ("Appointment", "AppointmentDeleted")
    assert second.created == ()
    assert watched(town) == [("Appointment", "SRV01"), ("AppointmentDeleted", "SRV01")]


def test_another_machine_takes_over_without_a_second_subscription(town: Town) -> None:
    ensure_events(town)

    assert ensure_events(town, "SRV02").resumed == 2
    assert watched(town) == [("Appointment", "SRV02"), ("AppointmentDeleted", "SRV02")]


def test_an_old_office_gets_what_it_has(town: Town) -> None:
    old = Town(opendental={"version": "22.4.10.0"})

    report = ensure_events(old)

    assert (report.created, report.refused) == (("Appointment",), ("AppointmentDeleted",))


def test_a_sender_without_a_sign_of_life_is_named(town: Town) -> None:
    ensure_events(town)
    town.clock.advance(timedelta(minutes=10))

    assert ensure_events(town).silent == ("Appointment", "AppointmentDeleted")


@pytest.mark.parametrize("kind", ["lost_answer", "timeout_after", "status_after"])
def test_a_lost_answer_of_the_office_makes_no_second_one(town: Town, kind: str) -> None:
    town.od.faults.on("POST /subscriptions", kind=kind)

    ensure_events(town)
    ensure_events(town)

    assert [table for table, _ in watched(town)] == ["Appointment", "AppointmentDeleted"]


def test_without_a_machine_nothing_is_subscribed(town: Town) -> None:
    with pytest.raises(ConfigurationError, match="workstation"):
        ensure_events(town, "")


# --- kills ------------------------------------------------------------------------------------------------------------


def both(town: Town) -> None:
    ensure(town)
    ensure_events(town)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.mission("R1", shows="killed at any effect while subscribing, the next process leaves one of each")
def test_every_cut_point_leaves_one_of_each(moment: Moment) -> None:
    clean = CutTown()
    clean.cut.arm(-1, "before")
    both(clean)
    count = len(clean.cut.names)
    assert count > 20

    for number in range(count):
        town = CutTown()
        town.cut.arm(number, moment)
        with pytest.raises(Killed):
            both(town)
        town.live_on()
        both(town)
        town.work()
        where = f"{moment} {clean.cut.names[number]}"
        assert len(endpoints(town)) == 1, where
        assert subscribed(town) == sorted(WEBHOOK_EVENTS), where
        assert [table for table, _ in watched(town)] == ["Appointment", "AppointmentDeleted"], where


def test_killed_while_switching_on_it_is_on_and_the_gap_is_read() -> None:
    for number in range(12):
        town = CutTown()
        both(town)
        town.work()
        [endpoint] = endpoints(town)
        endpoint.active = False
        booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
        town.cut.arm(number, "after")
        with suppress(Killed):
            ensure(town)
        town.cut.disarm()
        town.engine = town.new_engine()
        town.clock.advance(timedelta(minutes=5))
        ensure(town)
        town.work(poll=False)
        assert endpoint.active
        assert town.link_of(booking) is not None
