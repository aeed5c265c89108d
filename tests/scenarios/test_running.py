"""R1, R3, R4 and M2 over real sockets: signals, outages, failures and questions."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from odnexus.nexhealth.webhooks import sign
from odnexus.testing import post
from tests.engine.town import at
from tests.scenarios.served import SECRET, ServedTown


@pytest.mark.mission("R1", shows="a delivery is answered only when it is stored; a wrong signature is refused")
def test_a_webhook_arrives(town: ServedTown) -> None:
    patient = town.person("Mara", "Lund", "1988-11-20")
    body = town.form(patient, {"city": "Denver"})

    with town.receiving() as address:
        wrong = httpx.post(address, content=body, headers={"timestamp": "t", "signature": "0" * 64})
        stored_before = len(town.engine.waiting())
        right = httpx.post(address, content=body, headers={"timestamp": "t", "signature": sign("t", body, SECRET)})

    assert (wrong.status_code, stored_before) == (401, 0)
    assert right.status_code == 200
    assert [event.kind for event in town.engine.waiting()] == ["nexhealth.form"]


@pytest.mark.mission(
    "R3",
    "R5",
    shows="while the office is offline people are told once, bookings wait, and go on in order when it is back",
)
def test_an_office_goes_offline_for_a_night(town: ServedTown) -> None:
    patients = [town.person(f"Nils{n}", f"Berg{'abcde'[n]}", f"1990-0{n + 1}-14", f"303555015{n}") for n in range(5)]
    town.close_office()
    bookings = []
    for hour, patient in enumerate(patients):
        bookings.append(town.book(patient, at(9 + hour)))
        town.work(60)
    assert town.visits == []
    town.work(8 * 60)

    town.open_office()
    town.settle()
    for _ in range(8):
        town.work(20)

    assert [alert.rule for alert in town.alerts if alert.rule.startswith("location.")] == [
        "location.offline",
        "location.back",
    ]
    numbers = [town.row_of(booking)["AptNum"] for booking in bookings]
    assert numbers == sorted(numbers), "written in the order in which they were booked"
    assert len(town.visits) == len(town.charts) == 5


@pytest.mark.mission(
    "R4", shows="what keeps failing is kept with its cause, and goes through when it is tried again by hand",
    try_it="odnexus events list",
)  # fmt: skip
def test_a_failed_event_is_revived(town: ServedTown) -> None:
    town.od.faults.on("POST /patients", kind="status", status=500, times=10_000)
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"), at(9, day=27))
    for _ in range(60):
        town.work(6 * 60)
    (event,) = town.engine.buried()
    assert event.reason

    town.od.faults.clear()
    town.engine.revive(event.id)
    town.settle()

    assert town.row_of(booking)["AptNum"]


@pytest.mark.mission(
    "M1", "M2", shows="a booking that could be two people's is asked about, and the answer is carried out and kept"
)
def test_a_doubt_is_a_question(town: ServedTown) -> None:
    twins = [town.chart(name, "Castellano", "2012-04-08", WirelessPhone="(303)555-0110") for name in ("Mia", "Lia")]
    town.work()
    patient = town.person("Mila", "Castellano", "2012-04-08", "3035550110")
    town.book(patient)
    town.settle()
    (question,) = town.engine.reviews()
    assert town.visits == []

    town.engine.answer(question.review.id, "link", record=twins[0], by="front desk")
    town.settle()
    town.book(patient, at(10, day=16))
    town.settle()

    assert [visit["PatNum"] for visit in town.visits] == [twins[0], twins[0]]
    assert town.engine.reviews() == []


@pytest.mark.mission("R2", shows="a new process on the same store goes on where the last one stopped")
def test_a_restart_goes_on(town: ServedTown) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.clock.advance(timedelta(minutes=5))
    town.engine.poll("main")

    town.engine = town.new_engine()
    town.settle()

    assert len(town.visits) == len(town.charts) == 1
    assert town.row_of(booking)


@pytest.mark.mission(
    "R1",
    shows="bookings, moves and cancellations arrive as signed deliveries and are worked on without a poll; an endpoint "
    "that NexHealth switched off is on again, and what it missed is read",
)
def test_deliveries_come_and_come_back(town: ServedTown) -> None:
    town.nx.webhooks.send = post
    with town.receiving() as address:
        town.engine.ensure_webhooks(address)
        booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
        deliver(town)
        assert str(town.row_of(booking)["AptDateTime"]) == "2026-03-09 09:00:00"
        town.nx.patient_app.reschedule(booking, at(14), minutes=60)
        deliver(town)
        assert str(town.row_of(booking)["AptDateTime"]) == "2026-03-09 14:00:00"
        town.nx.patient_app.cancel(booking)
        deliver(town)
        assert str(town.row_of(booking)["AptStatus"]) == "UnschedList"

        [endpoint] = town.nx.state.endpoints.values()
        endpoint.active = False
        missed = town.book(town.person("Nils", "Berg", "1979-02-03", "3035550155"), at(11))
        deliver(town)
        assert town.link_of(missed) is None
        town.clock.advance(timedelta(hours=1))
        town.engine.ensure_webhooks(address)
        town.work(poll=False)

        assert endpoint.active
        assert str(town.row_of(missed)["AptDateTime"]) == "2026-03-09 11:00:00"


def deliver(town: ServedTown) -> None:
    """Let NexHealth send what it has to say, and the engine work on it, without a poll."""
    town.nx.tick()
    town.nx.webhooks.deliver_due()
    town.work(poll=False)


@pytest.mark.mission("R1", shows="a delivery that is sent five times makes one chart and one visit")
def test_the_same_delivery_five_times(town: ServedTown) -> None:
    patient = town.person("Mara", "Lund", "1988-11-20")
    booking = town.book(patient)
    told = {"appointments": [{"id": booking, "location_id": town.location_id, "patient_id": patient}]}
    body = json.dumps(
        {
            "resource_type": "Appointment",
            "event_name": "appointment_created",
            "subdomain": "demo-dental",
            "event_time": "2026-03-02T15:10:00Z",
            "data": told,
        }
    ).encode()

    with town.receiving() as address:
        for _ in range(5):
            headers = {"timestamp": "t", "signature": sign("t", body, SECRET)}
            assert httpx.post(address, content=body, headers=headers).status_code == 200
            town.work(poll=False)
    town.settle()

    assert (len(town.charts), len(town.visits)) == (1, 1)
    assert town.names().count("appointment.created") == 1
