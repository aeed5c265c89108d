"""R3 and R4: an office that is offline, a server that fails, an answer that is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odnexus.reconcile.alerting import Alert
from odnexus.testing import FaultKind
from tests.engine.town import Town, at


@pytest.fixture
def town() -> Town:
    town = Town()
    town.work()
    return town


@pytest.mark.parametrize("state", ["econnector_down", "refused", "key_not_assigned", "key_disabled"])
@pytest.mark.mission(
    "R3", shows="an office that is offline pauses its location, alerts once, and is caught up with in order"
)
def test_an_office_offline_pauses_alerts_once_and_resumes_in_order(town: Town, state: str) -> None:
    people = [town.person(first, "Lund", f"1988-11-{day}") for first, day in (("Ana", 10), ("Bea", 11), ("Cia", 12))]
    town.od.offline = state
    for hour, patient in enumerate(people, 9):
        town.book(patient, at(hour))

    town.settle(12)

    assert town.visits == []
    assert [alert.rule for alert in town.alerts] == ["location.offline"]
    assert all(event.attempts == 0 for event in town.engine.waiting())
    assert town.engine.buried() == []

    town.od.offline = False
    town.settle(4)

    assert [visit["AptDateTime"].hour for visit in town.visits] == [9, 10, 11]
    assert [alert.rule for alert in town.alerts] == ["location.offline", "location.back"]


PROXY = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@pytest.mark.parametrize("side", ["od", "nx"])
@pytest.mark.mission("R3", shows="a proxy that answers everything with its own failure is an outage, told of once")
def test_a_side_whose_every_answer_is_a_failure_pauses_and_alerts_once(town: Town, side: str) -> None:
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    faults = getattr(town, side).faults
    faults.on("* *", kind="status", status=502, body=PROXY, times=None)

    town.settle(12)

    assert [alert.rule for alert in town.alerts] == ["location.offline"]
    assert all(event.attempts == 0 for event in town.engine.waiting())

    faults.clear()
    town.settle(4)

    assert len(town.visits) == 1
    assert [alert.rule for alert in town.alerts] == ["location.offline", "location.back"]


@pytest.mark.parametrize("route", ["GET /appointments", "GET /patients/Simple"])
def test_a_list_that_fails_alone_pauses_nobody_and_is_told_of_once(town: Town, route: str) -> None:
    town.od.faults.on(route, kind="status", status=500, times=None)

    town.settle(6)

    assert [alert.rule for alert in town.alerts] == ["poll.ServerError"]

    town.od.faults.clear()
    town.settle(2)
    town.od.faults.on(route, kind="status", status=500, times=None)
    town.settle(2)

    assert [alert.rule for alert in town.alerts] == ["poll.ServerError", "poll.ServerError"]


@pytest.mark.parametrize("kind", ["lost_answer", "timeout_after"])
@pytest.mark.parametrize("route", ["POST /patients", "POST /appointments"])
def test_a_lost_answer_makes_no_second_record(town: Town, route: str, kind: FaultKind) -> None:
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.od.faults.on(route, kind=kind)

    town.settle(4)

    assert len(town.charts) == 1
    assert len(town.visits) == 1
    assert town.names() == ["appointment.created"]


@pytest.mark.parametrize("kind", ["reset_before", "timeout_before"])
@pytest.mark.parametrize("route", ["POST /patients", "POST /appointments"])
def test_a_write_that_never_arrived_is_made_later(town: Town, route: str, kind: FaultKind) -> None:
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.od.faults.on(route, kind=kind)

    town.settle(4)

    assert len(town.charts) == 1
    assert len(town.visits) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_answer_that_says_nothing_is_looked_after(town: Town, status: int) -> None:
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.od.faults.on("POST /appointments", kind="status_after", status=status)

    town.settle(4)

    assert len(town.visits) == 1
    assert town.engine.waiting() == []


def test_a_lost_answer_at_a_move_is_healed(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.od.faults.on("PUT /appointments/{AptNum}", kind="lost_answer")

    town.settle(4)

    assert str(town.row_of(booking)["AptDateTime"]) == "2026-03-09 14:00:00"
    assert town.booking(booking).start_time == at(14)


def test_one_refused_patient_does_not_stop_the_others(town: Town) -> None:
    bad, good = town.person("Ana", "Lund", "1988-11-10"), town.person("Bea", "Holm", "1988-11-11")
    town.book(bad, at(9))
    town.book(good, at(10))
    town.od.faults.on("POST /patients", kind="status", status=400, times=1)

    town.settle()

    assert [visit["AptDateTime"].hour for visit in town.visits] == [10]
    assert town.kinds() == ["person.refused"]


def test_a_record_that_fails_for_good_is_kept_listed_alerted_and_revivable(town: Town) -> None:
    town.od.permit("ApiReadAll", "ApiPatients", "ApiComm")
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    for _ in range(40):
        town.work(60)

    (event,) = town.engine.buried()
    assert event.kind == "nexhealth.appointment"
    assert "record.failed" in [alert.rule for alert in town.alerts]
    assert "record.failed" in town.names()

    town.od.permit("ApiReadAll", "ApiPatients", "ApiComm", "ApiAppointments")
    assert town.engine.revive(event.id)
    town.settle()
    assert len(town.visits) == 1


def test_nexhealth_offline_pauses_too(town: Town) -> None:
    town.nx.faults.on("GET /appointments", kind="refused", times=1000)
    town.settle()

    assert [alert.rule for alert in town.alerts] == ["location.offline"]
    town.nx.faults.clear()
    town.clock.advance(timedelta(minutes=10))
    town.settle()
    assert [alert.rule for alert in town.alerts] == ["location.offline", "location.back"]


def test_alerts_name_no_person(town: Town) -> None:
    town.chart("Emma", "Ruiz", "2015-06-01")
    town.book(town.person("Ella", "Ruiz", "2015-06-01"))
    town.od.offline = True
    town.settle()
    town.od.offline = False
    town.settle(4)

    said = " ".join(alert.text + alert.subject for alert in town.alerts)
    assert town.alerts
    assert not any(word in said for word in ("Ella", "Ruiz", "2015", "303555"))


def test_an_alert_sink_that_fails_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    town = Town()

    def broken(alert: Alert) -> None:
        raise OSError("mail.example.com is down: Mara Lund")

    town.engine = town.new_engine(alerts=broken)
    town.od.offline = True
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    town.od.offline = False
    town.settle(4)

    assert len(town.visits) == 1
    assert "location.offline" in caplog.text
    assert "Lund" not in caplog.text


@pytest.mark.parametrize(
    ("status", "rule"), [(429, "poll.RateLimitError"), (500, "poll.ServerError")], ids=["too many requests", "server"]
)
def test_one_poll_that_fails_by_chance_troubles_nobody(town: Town, status: int, rule: str) -> None:
    town.od.faults.on("GET /appointments", kind="status", status=status, times=None)
    failed = town.engine.poll("main")
    town.od.faults.clear()
    town.settle(2)
    assert (failed.paused, town.alerts) == (rule.removeprefix("poll."), [])

    town.od.faults.on("GET /appointments", kind="status", status=status, times=None)
    town.engine.poll("main")
    town.engine.poll("main")

    assert [(alert.rule, alert.severity) for alert in town.alerts] == [(rule, "error")]


def test_a_poll_that_lacks_a_right_is_told_at_once(town: Town) -> None:
    body = b"does not have permission"
    town.od.faults.on("GET /appointments", kind="status", status=403, times=None, body=body)

    town.engine.poll("main")

    assert [alert.rule for alert in town.alerts] == ["poll.PermissionDeniedError"]
