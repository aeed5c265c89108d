"""E1 to E6 over real sockets: what patients and staff do on one side stands on the other."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from odnexus.nexhealth.webhooks import sign
from odnexus.practice import MirrorPolicy
from tests.engine.town import at
from tests.scenarios.served import SECRET, ServedTown


@pytest.mark.mission(
    "E1",
    shows="a new patient who books at NexHealth gets one chart and one visit, and the caller learns both numbers",
    try_it="odnexus demo",
)
def test_a_new_patient_books(town: ServedTown) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))

    town.settle()

    (chart,), (visit,) = town.charts, town.visits
    assert (chart["LName"], chart["FName"], str(chart["Birthdate"])) == ("Lund", "Mara", "1988-11-20")
    assert str(visit["AptDateTime"]) == "2026-03-09 09:00:00"
    link = town.link_of(booking)
    assert link is not None
    assert link.opendental is not None
    assert link.opendental.id == str(visit["AptNum"])
    (event,) = (each for each in town.happened if each.name == "appointment.created")
    assert event.nexhealth_id == str(booking)
    assert event.opendental_id == str(visit["AptNum"])


@pytest.mark.mission(
    "E2", "T2", shows="Bob, who is Robert in the office's charts, gets a visit in Robert's chart and no second chart"
)
def test_a_known_patient_books_by_a_short_name(town: ServedTown) -> None:
    robert = town.chart("Robert", "Whitfield", "1979-06-02", WirelessPhone="(303)555-0101")
    town.work()
    town.book(town.person("Bob", "Whitfield", "1979-06-02", "3035550101"))

    town.settle()

    assert [visit["PatNum"] for visit in town.visits] == [robert]
    assert len(town.charts) == 1


@pytest.mark.mission(
    "E3", "R1", shows="a submitted form fills what the chart lacked, and a note keeps every other answer"
)
def test_a_form_is_filed(town: ServedTown) -> None:
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.book(patient)
    town.settle()
    body = town.form(patient, {"city": "Denver", "favouriteMusic": "choirs"})

    with town.receiving() as address:
        for _ in range(5):
            headers = {"timestamp": "t", "signature": sign("t", body, SECRET)}
            assert httpx.post(address, content=body, headers=headers).status_code == 200
        town.settle()

    assert town.charts[0]["City"] == "Denver"
    (note,) = [str(row["Note"]) for row in town.od.practice.rows("commlogs")]
    assert "Favourite music: choirs" in note


@pytest.mark.mission("E4", shows="a visit that the office confirms is confirmed at NexHealth, once")
def test_the_office_confirms(town: ServedTown) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()

    town.od.practice.staff.confirm(town.row_of(booking)["AptNum"])
    town.settle()

    assert town.booking(booking).confirmed
    assert town.names().count("appointment.confirmed") == 1


@pytest.mark.mission("E5", shows="a patient's cancellation takes the visit off the book, and the slot is announced")
def test_a_patient_cancels(town: ServedTown) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()

    town.nx.patient_app.cancel(booking)
    town.settle()

    assert str(town.row_of(booking)["AptStatus"]) == "UnschedList"
    assert {"appointment.cancelled", "slot.opened"} <= set(town.names())


@pytest.mark.mission("E5", shows="the office's cancellation reaches NexHealth, and who waits is named as a candidate")
def test_the_office_cancels(town: ServedTown) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    sooner = town.book(town.person("Wim", "Soon", "1991-01-01", "3035550144"), at(13, day=21))
    town.nx.patient_app.want_sooner(sooner)
    town.settle()

    town.od.practice.staff.break_(town.row_of(booking)["AptNum"])
    town.settle()

    assert town.booking(booking).cancelled
    (opened,) = (event for event in town.happened if event.name == "slot.opened")
    waiting = town.row_of(sooner)["AptNum"]
    assert ("sooner", waiting) in [(each.source, each.apt_num) for each in opened.candidates]


@pytest.mark.mission("E6", shows="a visit that the office moves is moved at NexHealth")
def test_the_office_moves_a_visit(town: ServedTown) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    row = town.row_of(booking)

    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=2), op=town.ops[1])
    town.settle()

    assert town.booking(booking).start_time == at(11)
    assert town.booking(booking).operatory_id == town.chairs[1]


@pytest.mark.mission("E6", shows="a visit that the patient moves is moved in the office's book")
def test_a_patient_moves_a_visit(town: ServedTown) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()

    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.settle()

    assert str(town.row_of(booking)["AptDateTime"]) == "2026-03-09 14:00:00"
    assert len(town.visits) == 1


@pytest.mark.mission(
    "E4",
    shows="a visit that the front desk enters in Open Dental stands at NexHealth, moved, confirmed and cancelled as it "
    "is in the book, so that NexHealth's reminders run from it",
)
def test_the_office_s_own_visit_follows() -> None:
    with ServedTown(mirror=MirrorPolicy()) as town:
        town.work()
        chart = town.chart("Mara", "Lund", "1988-11-20", WirelessPhone="(303)555-0100", Email="mara.lund@example.com")
        person = town.person("Mara", "Lund", "1988-11-20", foreign_id=str(chart))
        start, staff = at(9).astimezone(town.location.zone).replace(tzinfo=None), town.od.practice.staff
        number = staff.book(chart, start=start, op=town.ops[0], minutes=60, ProvNum=town.provs[0])
        town.settle()
        (booking,) = town.nx.state.appointments.values()
        assert (booking.patient_id, booking.start_time) == (person, at(9))

        staff.move(number, start=start + timedelta(hours=3))
        town.settle()
        staff.confirm(number)
        town.settle()
        assert (booking.confirmed, booking.start_time) == (True, at(12))

        staff.break_(number)
        town.settle()
        assert booking.cancelled
        assert len(town.nx.state.appointments) == len(town.visits) == 1
