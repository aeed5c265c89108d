from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from odnexus.testing.nexhealth import Refusal, Switches
from tests.testing.nexhealth.calling import TEN, Desk

VISITOR: dict[str, Any] = {
    "first_name": "Mara",
    "last_name": "Lund",
    "email": "mara.lund@example.org",
    "phone_number": "5055550123",
    "date_of_birth": date(1988, 11, 20),
}


def book(desk: Desk, **fields: Any) -> int:
    wanted = {
        "provider_id": desk.office.providers["DOC1"],
        "operatory_id": desk.office.operatories["OP1"],
        "appointment_type_id": desk.office.types["Hygiene"],
        **fields,
    }
    return desk.sim.patient_app.book(desk.office.location_id, wanted.pop("start", TEN), **wanted)


def test_a_newcomer_books_and_becomes_a_placeholder() -> None:
    desk = Desk()

    visit = book(desk, **VISITOR)

    row = desk.show(visit)
    assert row["misc"] == {"is_booked_on_nexhealth": True}
    assert (row["foreign_id"], row["created_by_user_id"], row["is_new_clients_patient"]) == (None, None, True)
    assert row["end_time"] == "2026-03-09T17:00:00.000Z"
    assert row["patient"]["bio"]["new_patient"] is True
    patient = desk.sim.patient_app.patient_of(visit)
    assert patient is not None
    assert patient.id == row["patient_id"]


def test_the_page_recognises_who_was_there_before() -> None:
    desk = Desk()
    first = book(desk, **VISITOR)
    second = book(desk, **VISITOR, start=TEN + timedelta(days=1))
    third = book(desk, patient_id=desk.known(), start=TEN + timedelta(days=2))

    assert desk.show(first)["patient_id"] == desk.show(second)["patient_id"]
    assert desk.show(third)["patient_id"] == desk.known()
    assert desk.show(third)["is_new_clients_patient"] is False


def test_the_page_refuses_what_the_api_refuses() -> None:
    desk = Desk()
    book(desk, **VISITOR)

    with pytest.raises(Refusal) as caught:
        book(desk, patient_id=desk.known())

    assert (caught.value.status, caught.value.messages) == (400, ("this time is no longer available",))


def test_a_guardian_books_for_a_child() -> None:
    desk = Desk()
    child: Any = {"first_name": "Theo", "last_name": "Lund", "date_of_birth": date(2018, 5, 1), "gender": "Male"}

    visit = book(desk, **VISITOR, dependant=child)

    row = desk.show(visit)
    assert row["is_guardian"] is True
    assert (row["patient"]["first_name"], row["patient"]["bio"]["gender"]) == ("Theo", "Male")
    guarantor = desk.api.get(f"/appointments/{visit}", {"include[]": "guarantor"}).data["patient"]["guarantor"]
    assert guarantor["first_name"] == "Mara"


def test_chairs_are_optional_where_the_location_books_by_provider() -> None:
    desk = Desk()
    desk.sim.state.locations[desk.office.location_id].map_by_operatory = False

    visit = book(desk, **VISITOR, operatory_id=None, minutes=25)

    row = desk.show(visit)
    assert (row["operatory_id"], row["end_time"]) == (None, "2026-03-09T16:25:00.000Z")


def test_a_patient_cancels_moves_confirms_and_asks_for_sooner() -> None:
    desk = Desk()
    receiver = desk.listen()
    visit, app = book(desk, **VISITOR), desk.sim.patient_app
    app.confirm(visit)
    app.want_sooner(visit)
    app.reschedule(visit, TEN + timedelta(days=1), minutes=30)
    app.cancel(visit)
    desk.wait(seconds=1)

    row = desk.show(visit)
    assert (row["patient_confirmed"], row["confirmed"], row["sooner_if_possible"]) == (True, False, True)
    assert (row["start_time"], row["end_time"]) == ("2026-03-10T16:00:00.000Z", "2026-03-10T16:30:00.000Z")
    assert row["cancelled"] is True
    assert receiver.names == ["appointment_requested", *["appointment_updated"] * 4]


def test_doing_the_same_again_tells_nobody() -> None:
    desk = Desk()
    receiver = desk.listen()
    visit = book(desk, **VISITOR)
    for _ in range(2):
        desk.sim.patient_app.confirm(visit)
        desk.sim.patient_app.want_sooner(visit)
    desk.wait(seconds=1)

    assert receiver.names.count("appointment_updated") == 2


def test_a_request_is_announced_only_where_no_ehr_is_connected() -> None:
    for linked, wanted, names in ((False, True, ["appointment_requested"]), (False, False, []), (True, True, [])):
        desk = Desk(linked=linked, insert=False, switches=Switches(appointment_requested_without_ehr=wanted))
        receiver = desk.listen()
        book(desk, **VISITOR)
        desk.wait(minutes=5)

        assert receiver.names == names


def test_what_patients_do_reaches_the_office() -> None:
    desk = Desk(linked=True)
    visit = book(desk, **VISITOR)
    desk.wait(minutes=2)
    number = int(desk.show(visit)["foreign_id"])
    desk.sim.patient_app.confirm(visit)
    desk.sim.patient_app.want_sooner(visit)
    desk.sim.patient_app.reschedule(visit, TEN + timedelta(days=1), operatory_id=desk.office.operatories["OP2"])
    desk.wait(minutes=2)

    row = desk.od.practice.appointments[number]
    assert row["Confirmed"] == desk.od.demo.definitions["Confirmed"]
    assert (row["Priority"], row["Op"]) == ("ASAP", desk.od.demo.operatories["OP2"])
    assert row["AptDateTime"] == datetime(2026, 3, 10, 10, 0)
    desk.wait(minutes=10)
    assert desk.show(visit)["confirmed"] is True
    desk.sim.patient_app.cancel(visit)
    desk.wait(minutes=2)
    assert row["AptStatus"] == "Broken"
