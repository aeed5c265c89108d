from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from odnexus.testing.nexhealth import Switches
from tests.testing.nexhealth.calling import TEN, Desk

# Booking


def test_a_booking_is_accepted_and_nothing_more() -> None:
    desk = Desk()

    got = desk.booking(desk.known(), note="Cleaning")

    appt = got.data["appt"]
    assert got.status == 201
    assert set(got.data) == {"appt"}
    assert (appt["foreign_id"], appt["foreign_id_type"], appt["last_sync_time"]) == (None, "nex", None)
    assert (appt["start_time"], appt["end_time"]) == ("2026-03-09T16:00:00.000Z", "2026-03-09T16:30:00.000Z")
    assert (appt["timezone"], appt["timezone_offset"]) == ("America/Denver", "-6:00")
    assert appt["misc"] == {"is_booked_on_nexhealth": True, "booked_by_api_user_id": 901}
    assert (appt["confirmed"], appt["cancelled"], appt["note"]) == (False, False, "Cleaning")
    assert appt["provider_name"] == "Dr. Ida Harlan"


def test_the_name_of_the_system_of_a_held_booking_is_a_guess() -> None:
    assert Desk(switches=Switches(held_foreign_id_type="Nex-1")).booked()["foreign_id_type"] == "Nex-1"


def test_the_type_gives_the_length() -> None:
    desk = Desk()

    appt = desk.booked(end_time=None, appointment_type_id=desk.office.types["Recall"])

    assert appt["end_time"] == "2026-03-09T16:40:00.000Z"
    assert appt["appointment_type_id"] == desk.office.types["Recall"]


def test_no_type_is_zero_or_null() -> None:
    assert Desk().booked()["appointment_type_id"] == 0
    assert Desk(switches=Switches(no_type_id=None)).booked()["appointment_type_id"] is None


@pytest.mark.parametrize(
    ("appt", "status", "error"),
    [
        ({"end_time": None}, 400, "Missing parameter end_time; Missing parameter appointment_type_id"),
        ({"operatory_id": None}, 400, "Missing parameter operatory_id"),
        ({"provider_id": None}, 400, "Missing parameter provider_id"),
        ({"start_time": None}, 400, "Missing parameter start_time"),
        ({"start_time": "2026-03-02T15:00:00Z"}, 400, "start_time must be in the future"),
        ({"end_time": "2026-03-09T16:00:00Z"}, 400, "end_time must be after start_time"),
        ({"note": "x" * 129}, 400, "note is too long (maximum is 128 characters)"),
        ({"provider_id": 1}, 404, "Provider not found"),
        ({"operatory_id": 1}, 404, "Operatory not found"),
        ({"appointment_type_id": 1}, 404, "Appointment type not found"),
        ({"descriptor_ids": [1]}, 404, "Appointment descriptor not found"),
        ({"patient_id": 1}, 404, "Patient not found"),
        ({"is_guardian": True}, 400, "Missing parameter patient"),
    ],
)
def test_a_booking_is_refused(appt: dict[str, object], status: int, error: str) -> None:
    desk = Desk()

    got = desk.booking(desk.known(), **appt)

    assert (got.status, got.error) == (status, error)
    assert desk.sim.state.appointments == {}


def test_a_note_may_have_128_characters() -> None:
    assert len(Desk().booked(note="x" * 128)["note"]) == 128


def test_a_visit_needs_a_patient_and_a_block_has_none() -> None:
    desk = Desk()

    assert desk.booking(None).error == "Missing parameter patient_id"
    block = desk.booking(None, unavailable=True).data["appt"]
    assert (block["unavailable"], block["patient_id"]) == (True, None)


def test_bookings_per_slot_are_one_to_five() -> None:
    desk = Desk()
    appt = {
        "patient_id": desk.known(),
        "provider_id": desk.office.providers["DOC1"],
        "operatory_id": desk.office.operatories["OP1"],
        "start_time": TEN.isoformat(),
        "appointment_type_id": desk.office.types["Hygiene"],
    }

    assert desk.api.post("/appointments", {"appointments_per_timeslot": 6, "appt": appt}, desk.place).status == 400
    assert desk.api.post("/appointments", {"appointments_per_timeslot": 1, "appt": appt}, desk.place).status == 201


# The slot


def at(hour: int, minute: int, length: int = 30) -> dict[str, object]:
    start = datetime.fromisoformat(f"2026-03-09T{hour:02}:{minute:02}:00-06:00")
    return {"start_time": start.isoformat(), "end_time": (start + timedelta(minutes=length)).isoformat()}


@pytest.mark.parametrize(
    ("other", "status"),
    [
        (at(10, 0), 400),
        (at(9, 45), 400),
        (at(10, 29), 400),
        (at(9, 0, 120), 400),
        (at(9, 30), 201),
        (at(10, 30), 201),
        ({"operatory_id": 32}, 201),
        ({"provider_id": 78}, 400),
    ],
)
def test_a_chair_holds_one_booking_at_a_time(other: dict[str, object], status: int) -> None:
    desk = Desk()
    desk.booked()

    got = desk.booking(desk.known(), **other)

    assert got.status == status
    assert status == 201 or got.error == "this time is no longer available"


def test_a_provider_may_be_held_to_one_booking_too() -> None:
    desk = Desk(switches=Switches(overlap="chair_and_provider"))
    desk.booked()

    assert desk.booking(desk.known(), operatory_id=desk.office.operatories["OP2"]).status == 400


def test_without_chairs_the_provider_is_what_is_booked() -> None:
    desk = Desk()
    desk.sim.state.locations[desk.office.location_id].map_by_operatory = False
    desk.booked(operatory_id=None)

    assert desk.booking(desk.known(), operatory_id=None).status == 400
    assert desk.booking(desk.known(), operatory_id=None, provider_id=desk.office.providers["DOC2"]).status == 201


def test_a_cancelled_visit_frees_its_slot_and_a_block_takes_one() -> None:
    desk = Desk()
    first = desk.booked()["id"]
    desk.edit(first, cancelled=True)
    assert desk.booking(None, unavailable=True).status == 201

    assert desk.booking(desk.known()).error == "this time is no longer available"


def test_hours_bind_only_where_the_switch_says_so() -> None:
    night = at(22, 0)
    assert Desk().booked(**night)["id"]

    strict = Desk(switches=Switches(booking_outside_hours="refuse"))
    assert strict.booking(strict.known(), **night).status == 400
    assert strict.booking(strict.known(), **at(11, 45)).status == 400
    assert strict.booking(strict.known(), **at(10, 0)).status == 201


# Placeholders and guardians


@pytest.mark.parametrize(
    ("rule", "beside", "after"),
    [("refuse", 400, 400), ("refuse_live", 400, 201), ("accept", 201, 201)],
)
def test_a_placeholder_is_booked_again_as_the_switch_says(rule: Any, beside: int, after: int) -> None:
    desk = Desk(switches=Switches(placeholder_rebooking=rule))
    new = desk.new_patient().data["user"]["id"]
    first = desk.booking(new).data["appt"]["id"]

    assert desk.booking(new, **at(11, 0)).status == beside

    desk.edit(first, cancelled=True)
    desk.sim.state.appointments = {first: desk.sim.state.appointments[first]}
    assert desk.booking(new, **at(11, 30)).status == after


def test_a_patient_of_the_ehr_is_booked_as_often_as_wanted() -> None:
    desk = Desk()
    desk.booked()

    assert desk.booking(desk.known(), **at(11, 0)).status == 201


CHILD = {"first_name": "Theo", "last_name": "Known", "bio": {"date_of_birth": "2018-05-01"}}


def test_a_guardian_books_for_a_new_dependant() -> None:
    desk = Desk()
    guardian = desk.known()

    appt = desk.booked(is_guardian=True, patient=CHILD)

    child = desk.sim.state.patients[appt["patient_id"]]
    assert appt["is_guardian"] is True
    assert (child.first_name, child.guarantor_id, child.is_placeholder) == ("Theo", guardian, True)
    assert (child.says("gender"), child.says("phone_number")) == ("Female", "5055550100")


def test_a_guardians_booking_may_show_the_guardian() -> None:
    desk = Desk(switches=Switches(guardian_booking_patient="guardian", dependant_contact="blank"))

    appt = desk.booked(is_guardian=True, patient=CHILD)

    assert appt["patient_id"] == desk.known()
    (child,) = (one for one in desk.sim.state.patients.values() if one.first_name == "Theo")
    assert child.says("phone_number") == ""


# Editing


def test_a_confirmation_goes_one_way() -> None:
    desk = Desk()
    visit = desk.booked()["id"]
    desk.clock.advance(timedelta(hours=1))
    desk.api.renew()

    got = desk.edit(visit, confirmed=True)

    appt = got.data["appt"]
    assert (got.status, appt["confirmed"], appt["confirmed_at"]) == (200, True, "2026-03-02T16:00:00.000Z")
    assert appt["updated_at"] == "2026-03-02T16:00:00.000Z"
    assert desk.edit(visit, confirmed=True).status == 200
    assert desk.edit(visit, confirmed=False).status == 400
    assert desk.show(visit)["confirmed"] is True


def test_confirming_again_changes_nothing() -> None:
    desk = Desk()
    visit = desk.booked()["id"]
    desk.edit(visit, confirmed=True)
    desk.clock.advance(timedelta(minutes=5))

    assert desk.edit(visit, confirmed=True).data["appt"]["updated_at"] == "2026-03-02T15:00:00.000Z"


def test_a_cancellation_goes_one_way() -> None:
    desk = Desk()
    visit = desk.booked()["id"]

    assert desk.edit(visit, cancelled=True).data["appt"]["cancelled_at"] == "2026-03-02T15:00:00.000Z"
    assert desk.edit(visit, cancelled=False).status == 400
    again = desk.edit(visit, cancelled=True)
    assert (again.status, again.error) == (400, "Appointment is already cancelled")
    assert desk.edit(visit, confirmed=True).status == 400


def test_a_cancelled_visit_may_be_touched_where_the_switches_say_so() -> None:
    desk = Desk(switches=Switches(cancel_again="accept", edit_cancelled="accept"))
    visit = desk.booked()["id"]
    desk.edit(visit, cancelled=True)

    assert desk.edit(visit, cancelled=True).status == 200
    assert desk.edit(visit, confirmed=True).status == 200


def test_a_patient_is_checked_in_once() -> None:
    desk = Desk()
    visit = desk.booked()["id"]

    assert desk.edit(visit, checkin_at="2026-03-09T15:55:00Z").data["appt"]["checkin_at"] == "2026-03-09T15:55:00.000Z"
    assert desk.edit(visit, checkin_at="2026-03-09T15:56:00Z").status == 400


def test_a_visit_moves_and_keeps_its_length() -> None:
    desk = Desk()
    visit = desk.booked()["id"]

    moved = desk.edit(visit, start_time="2026-03-10T16:00:00Z").data["appt"]
    assert (moved["start_time"], moved["end_time"]) == ("2026-03-10T16:00:00.000Z", "2026-03-10T16:30:00.000Z")

    longer = desk.edit(visit, end_time="2026-03-10T17:00:00Z", operatory_id=desk.office.operatories["OP3"])
    assert longer.data["appt"]["end_time"] == "2026-03-10T17:00:00.000Z"
    assert longer.data["appt"]["operatory_id"] == desk.office.operatories["OP3"]


def test_a_move_is_refused_like_a_booking() -> None:
    desk = Desk()
    visit = desk.booked()["id"]
    desk.booked(**at(11, 0))

    assert desk.edit(visit, start_time=TEN.replace(hour=11).isoformat()).error == "this time is no longer available"
    assert desk.edit(visit, start_time="2026-03-02T14:00:00Z").status == 400
    assert desk.edit(visit, end_time="2026-03-09T15:00:00Z").status == 400
    assert desk.edit(visit, operatory_id=1).status == 404
    assert desk.edit(visit, start_time=TEN.isoformat()).status == 200


def test_a_system_may_not_take_moves() -> None:
    desk = Desk(switches=Switches(reschedule_supported=False))
    visit = desk.booked()["id"]

    for change in ({"start_time": "2026-03-10T16:00:00Z"}, {"note": "new"}, {"operatory_id": 32}):
        assert desk.edit(visit, **change).status == 400
    assert desk.edit(visit, cancelled=True).status == 200


@pytest.mark.parametrize("field", ["provider_id", "patient_id", "appointment_type_id", "patient_confirmed"])
def test_nothing_else_can_be_edited(field: str) -> None:
    desk = Desk()

    got = desk.edit(desk.booked()["id"], **{field: 1})

    assert (got.status, got.error) == (400, f"Unknown parameter {field}")


def test_an_empty_edit_misses_its_body() -> None:
    desk = Desk()

    assert desk.edit(desk.booked()["id"]).status == 400


def test_a_note_has_no_limit_on_edit_unless_the_switch_says_so() -> None:
    for limit, status in ((None, 200), (128, 400)):
        desk = Desk(switches=Switches(edit_note_limit=limit))

        assert desk.edit(desk.booked()["id"], note="x" * 200).status == status


# Reading


def test_a_window_and_a_place_are_required() -> None:
    desk = Desk()
    window = {"start": "2026-03-01T00:00:00Z", "end": "2026-04-01T00:00:00Z"}

    assert desk.api.get("/appointments", desk.place).status == 400
    assert desk.api.get("/appointments", window).status == 400
    assert desk.api.get("/appointments", {**window, "foreign_id": "1"}).status == 200
    assert desk.api.get("/appointments", {**window, **desk.place}).status == 200


def test_the_window_holds_both_its_ends() -> None:
    desk = Desk()
    visit = desk.booked()["id"]

    for start, end, found in (
        ("2026-03-09T16:00:00Z", "2026-03-09T16:00:00Z", [visit]),
        ("2026-03-09T16:00:01Z", "2026-03-10T00:00:00Z", []),
        ("2026-03-09T00:00:00Z", "2026-03-09T15:59:59Z", []),
    ):
        assert desk.api.get("/appointments", desk.window(start=start, end=end)).ids == found


def test_a_zone_reads_a_window_without_offsets() -> None:
    desk = Desk()
    visit = desk.booked()["id"]
    window = desk.window(start="2026-03-09T10:00:00", end="2026-03-09T10:00:00")

    assert desk.api.get("/appointments", window).ids == []
    assert desk.api.get("/appointments", {**window, "timezone": "America/Denver"}).ids == [visit]
    assert desk.api.get("/appointments", {**window, "timezone": "Mars/Base"}).status == 400


def calendar(desk: Desk) -> dict[str, int]:
    visits = {
        "live": desk.booked()["id"],
        "off": desk.booked(**at(11, 0))["id"],
        "block": desk.booking(None, unavailable=True, **at(13, 0)).data["appt"]["id"],
        "other": desk.booked(provider_id=78, operatory_id=33, **at(14, 0))["id"],
    }
    desk.clock.advance(timedelta(minutes=10))
    desk.edit(visits["off"], cancelled=True)
    foreign = desk.sim.state.add_appointment(desk.office.location_id, desk.known(), TEN + timedelta(days=1))
    return {**visits, "foreign": foreign}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["live", "off", "block", "other", "foreign"]),
        ({"cancelled": True}, ["off"]),
        ({"cancelled": False, "unavailable": False}, ["live", "other", "foreign"]),
        ({"unavailable": True}, ["block"]),
        ({"nex_only": True}, ["live", "off", "block", "other"]),
        ({"updated_since": "2026-03-02T15:10:00Z"}, ["off", "foreign"]),
        ({"provider_ids[]": "78"}, ["other"]),
        ({"provider_ids[]": "77,78", "cancelled": False}, ["live", "block", "other"]),
        ({"operatory_ids[]": "33"}, ["other"]),
        ({"patient_ids[]": "1"}, []),
        ({"created_by": 901, "cancelled": True}, ["off"]),
        ({"created_by": 902}, []),
        ({"appointment_type_id": 27}, []),
        ({"foreign_id": "55"}, []),
        ({"sort": "-updated_at", "per_page": 1}, ["off"]),
        ({"sort": "updated_at", "per_page": 1}, ["live"]),
    ],
)
def test_appointments_are_filtered(filters: dict[str, object], found: list[str]) -> None:
    desk = Desk()
    ids = calendar(desk)

    assert desk.api.get("/appointments", desk.window(**filters)).ids == [ids[key] for key in found]


def test_cancelled_rows_may_be_left_out_by_default() -> None:
    desk = Desk(switches=Switches(cancelled_absent="active"))
    ids = calendar(desk)

    assert ids["off"] not in desk.api.get("/appointments", desk.window()).ids
    assert desk.api.get("/appointments", desk.window(cancelled=True)).ids == [ids["off"]]


def test_at_most_25_patients_are_asked_for() -> None:
    desk = Desk()
    ids = ",".join(map(str, range(26)))

    assert desk.api.get("/appointments", desk.window(**{"patient_ids[]": ids})).status == 400


def test_the_single_read_brings_the_patient_unless_told_otherwise() -> None:
    desk = Desk()
    visit = desk.booked(end_time=None, appointment_type_id=desk.office.types["Hygiene"])["id"]

    plain = desk.show(visit)
    rich = desk.api.get(f"/appointments/{visit}", {"include[]": ["operatory", "appointment_type"]}).data

    assert plain["patient"]["id"] == desk.known()
    assert "operatory" not in plain
    assert (rich["operatory"]["name"], rich["appointment_type"]["minutes"]) == ("OP1", 60)
    assert "patient" not in rich


def test_details_of_the_booking_come_where_there_are_some() -> None:
    desk = Desk()
    visit = desk.booked()["id"]
    path, wanted = f"/appointments/{visit}", {"include[]": "booking_details"}
    assert "booking_details" not in desk.api.get(path, wanted).data

    desk.sim.state.appointments[visit].booking_details = {"campaign_type": "recall", "campaign_medium": "sms"}
    assert desk.api.get(path, wanted).data["booking_details"]["campaign_type"] == "recall"


def test_descriptors_of_a_booking_are_listed() -> None:
    desk = Desk()
    descriptor = next(iter(desk.sim.state.descriptors))
    visit = desk.booked(descriptor_ids=[descriptor])["id"]

    assert desk.api.get(f"/appointments/{visit}/appointment_descriptors").ids == [descriptor]


def test_the_secret_of_a_deposit_is_absent_or_null() -> None:
    desk = Desk(switches=Switches(stripe_secret="null"))

    assert desk.booking(desk.known()).data["stripe_client_secret"] is None
