from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from odnexus.testing.nexhealth import Switches
from odnexus.testing.nexhealth.people import sounds_like
from tests.testing.nexhealth.calling import Desk, patient_body

# Creating


def test_a_new_patient_is_a_placeholder() -> None:
    got = Desk().new_patient()

    user = got.data["user"]
    assert got.status == 201
    assert (user["foreign_id"], user["foreign_id_type"], user["last_sync_time"]) == (None, "nex", None)
    assert user["bio"] == {
        "date_of_birth": "1988-11-20",
        "phone_number": "5055550123",
        "gender": "Female",
        "new_patient": True,
        "non_patient": False,
    }


def test_a_gender_that_is_said_is_kept() -> None:
    assert Desk().new_patient(gender="Other").data["user"]["bio"]["gender"] == "Other"
    assert Desk().new_patient(gender="Unknown").status == 400


def test_a_known_patient_is_refused_or_returned() -> None:
    desk = Desk()
    first = desk.new_patient().data["user"]["id"]

    again = desk.new_patient(first_name="MARA", email="other@example.org")
    body = {**patient_body(desk.office), "return_existing_if_match": True}
    returned = desk.api.post("/patients", body, desk.place)

    assert again.status == 400
    assert (returned.status, returned.data["user"]["id"]) == (200, first)
    assert len(desk.sim.state.patients) == 1


@pytest.mark.parametrize(
    "other",
    [{"first_name": "Mia"}, {"last_name": "Lunt"}, {"date_of_birth": "1988-11-21"}, {"phone_number": "5055550199"}],
)
def test_another_name_birth_date_or_phone_is_another_patient(other: dict[str, Any]) -> None:
    desk = Desk()
    desk.new_patient()

    assert desk.new_patient(**other).status == 201


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("5055550123", "5055550123"), ("(505) 555-0123", "5055550123"), ("50555501239", "5055550123")],
)
def test_a_phone_is_cut_to_ten_digits(sent: str, stored: str) -> None:
    assert Desk().new_patient(phone_number=sent).data["user"]["bio"]["phone_number"] == stored


@pytest.mark.parametrize("sent", ["+15055550123", "15055550123", "505555012", "0555550123", "5051550123"])
def test_a_phone_that_is_none_in_north_america_is_refused(sent: str) -> None:
    got = Desk().new_patient(phone_number=sent)

    assert (got.status, got.error) == (400, "User phone number is invalid")


def test_a_phone_may_be_cut_as_it_was_sent() -> None:
    desk = Desk(switches=Switches(phone_cleaning="cut"))

    assert desk.new_patient(phone_number="(505)555-0123").status == 400
    assert desk.new_patient(phone_number="5055550123").status == 201


@pytest.mark.parametrize("born", ["2026-03-03", "1895-12-31", "88-11-20", None])
def test_an_impossible_birth_date_is_refused(born: str | None) -> None:
    assert Desk().new_patient(date_of_birth=born).status == 400


@pytest.mark.parametrize("missing", ["first_name", "last_name", "email"])
def test_a_required_field_is_required(missing: str) -> None:
    desk = Desk()
    body = patient_body(desk.office)
    del body["patient"][missing]

    got = desk.api.post("/patients", body, desk.place)

    assert (got.status, got.error) == (400, f"Missing parameter {missing}")


def test_an_ordinary_email_passes_and_nonsense_does_not() -> None:
    assert Desk().new_patient(email="mara@clinic.example.org").status == 201
    assert Desk().new_patient(email="mara at example").status == 400
    upper = {"email": "mara@Example.org"}
    assert Desk().new_patient(**upper).status == 201
    assert Desk(switches=Switches(upper_case_email_domains=False)).new_patient(**upper).status == 400


def test_an_unknown_provider_is_refused() -> None:
    for switches, status in ((Switches(), 404), (Switches(missing_reference_status=400), 400)):
        desk = Desk(switches=switches)
        body = {**patient_body(desk.office), "provider": {"provider_id": 1}}

        assert desk.api.post("/patients", body, desk.place).status == status


def test_no_event_tells_of_a_patient_made_by_api_unless_the_switch_says_so() -> None:
    for wanted in (False, True):
        desk = Desk(switches=Switches(patient_created_for_api_patients=wanted))
        receiver = desk.listen()
        desk.new_patient()
        desk.wait(minutes=1)

        assert receiver.names == (["patient_created"] if wanted else [])


# Searching


def crowd(desk: Desk) -> dict[str, int]:
    people = {
        "robert": ("Robert", "Whitfield", "1979-06-02", "5055550101", "rob@example.com"),
        "anna": ("Anna", "Whitfield", "1981-11-19", "5055550102", "anna@example.com"),
        "twin": ("Anna", "Whitfeld", "1979-06-02", "5055550103", "other@example.com"),
    }
    return {
        key: desk.sim.state.add_patient(
            desk.office.location_id,
            first,
            last,
            foreign_id=str(index),
            email=email,
            bio={"date_of_birth": born, "phone_number": phone},
        )
        for index, (key, (first, last, born, phone, email)) in enumerate(people.items(), start=401)
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["robert", "anna", "twin"]),
        ({"name": "whitfield"}, ["robert", "anna", "twin"]),
        ({"name": "anna"}, ["anna", "twin"]),
        ({"date_of_birth": "1979-06-02"}, ["robert", "twin"]),
        ({"name": "anna", "date_of_birth": "1979-06-02"}, ["twin"]),
        ({"email": "ROB@example.com"}, ["robert"]),
        ({"phone_number": "5055550102"}, ["anna"]),
        ({"phone_number": "(505)555-0102"}, []),
        ({"name": "anna", "date_of_birth": "1979-06-02", "phone_number": "5055550101"}, ["robert", "twin"]),
        ({"email": "rob@example.com", "phone_number": "5055550102"}, ["robert", "anna"]),
        ({"foreign_id": "402"}, ["anna"]),
        ({"name": "anna", "foreign_id": "401"}, []),
    ],
)
def test_name_and_birth_date_narrow_email_and_phone_widen(query: dict[str, object], found: list[str]) -> None:
    desk = Desk()
    ids = crowd(desk)

    assert desk.api.get("/patients", {**desk.place, **query}).ids == [ids[key] for key in found]


def test_the_search_covers_the_database_unless_it_is_strict() -> None:
    desk = Desk(linked=True)
    other = desk.sim.state.add_location(desk.office.institution_id, "Second Street", sync_id=desk.office.sync_id)
    apart = desk.sim.state.add_location(desk.office.institution_id, "Far Away")
    here = desk.sim.state.add_patient(other, "Elsa", "Elsewhere", foreign_id="9001")
    query = {"name": "elsewhere"}

    assert desk.api.get("/patients", {**desk.place, **query}).ids == [here]
    assert desk.api.get("/patients", {**desk.place, **query, "location_strict": True}).ids == []
    assert desk.api.get("/patients", {"location_id": other, **query, "location_strict": True}).ids == [here]
    assert desk.api.get("/patients", {"location_id": apart, **query}).ids == []


def test_flags_filter() -> None:
    desk = Desk()
    ids = crowd(desk)
    desk.sim.state.patients[ids["robert"]].inactive = True
    desk.sim.state.patients[ids["anna"]].bio["non_patient"] = True

    assert desk.api.get("/patients", {**desk.place, "inactive": True}).ids == [ids["robert"]]
    assert desk.api.get("/patients", {**desk.place, "inactive": False}).ids == [ids["anna"], ids["twin"]]
    assert desk.api.get("/patients", {**desk.place, "non_patient": True}).ids == [ids["anna"]]
    assert desk.api.get("/patients", {**desk.place, "non_patient": False}).ids == [ids["robert"], ids["twin"]]


def test_updated_since_includes_the_instant() -> None:
    desk = Desk()
    ids = crowd(desk)
    desk.clock.advance(timedelta(hours=1))
    desk.sim.state.touch(desk.sim.state.patients[ids["anna"]])

    for since, found in (("2026-03-02T16:00:00Z", [ids["anna"]]), ("2026-03-02T16:00:00.001Z", [])):
        assert desk.api.get("/patients", {**desk.place, "updated_since": since}).ids == found


def test_a_placeholder_shows_up_with_an_upcoming_visit_only() -> None:
    desk = Desk()
    ids = list(crowd(desk).values())
    new = desk.new_patient().data["user"]["id"]

    def listed(**query: object) -> list[int]:
        return desk.api.get("/patients", {**desk.place, "per_page": 50, **query}).ids

    assert listed() == ids
    visit = desk.booking(new).data["appt"]["id"]
    assert listed() == [*ids, new]
    assert listed(new_patient=True) == [new]
    assert listed(new_patient=False) == ids
    assert listed(forms_syncable=True) == ids
    desk.edit(visit, cancelled=True)
    assert listed(new_patient=True) == []


def test_placeholders_may_always_be_listed() -> None:
    desk = Desk(switches=Switches(placeholders_listed="always"))
    new = desk.new_patient().data["user"]["id"]

    assert desk.api.get("/patients", desk.place).ids == [new]


@pytest.mark.parametrize(
    ("wanted", "name", "near"),
    [
        ("rob", "Robert Whitfield", True),
        ("Whitfeild", "Robert Whitfield", True),
        ("robert whitfield", "Robert Whitfield", True),
        ("anna", "Robert Whitfield", False),
        ("an", "Ann Lee", True),
        ("lea", "Ann Lee", False),
    ],
)
def test_names_are_searched_fuzzily(wanted: str, name: str, near: bool) -> None:
    assert sounds_like(wanted, name) is near


# The single read


def test_a_patient_comes_with_what_was_asked_for() -> None:
    desk = Desk()
    patient = desk.known()
    child = desk.sim.state.add_patient(desk.office.location_id, "Kid", "Known", foreign_id="9002", guarantor_id=patient)
    desk.booking(patient)
    past = desk.sim.state.add_appointment(desk.office.location_id, patient, desk.clock.now() - timedelta(days=9))
    wanted = ["children", "guarantor", "upcoming_appts", "last_visited_appointment", "address"]

    plain = desk.api.get(f"/patients/{patient}").data
    row = desk.api.get(f"/patients/{patient}", {"include[]": wanted}).data
    kid = desk.api.get(f"/patients/{child}", {"include[]": "guarantor"}).data

    assert not set(wanted) & set(plain)
    assert [one["id"] for one in row["children"]] == [child]
    assert len(row["upcoming_appts"]) == 1
    assert row["last_visited_appointment"]["id"] == past
    assert "guarantor" not in row
    assert kid["guarantor"]["id"] == patient


def test_nothing_edits_or_deletes_a_patient() -> None:
    desk = Desk()
    path = f"/patients/{desk.known()}"

    assert desk.api.patch(path, {"patient": {"first_name": "Eve"}}).status == 404
    assert desk.api.delete(path).status == 404
