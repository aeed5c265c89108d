"""Answers become records: each rule of the format once."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import fields
from hypothesis import given, strategies as st

from odnexus._calls import Reply, Secret
from odnexus.errors import UnexpectedResponseError
from odnexus.nexhealth import models, wire
from odnexus.nexhealth.models import (
    Appointment,
    AppointmentType,
    Bio,
    Coverage,
    Descriptor,
    Institution,
    Location,
    Operatory,
    Patient,
    Procedure,
    Provider,
    Record,
    Slot,
    SlotGroup,
    SyncStatus,
    WebhookEndpoint,
    WorkingHour,
)
from tests.nexhealth.answers import APPOINTMENT, PATIENT, page, reply

RECORDS = [
    value
    for value in vars(models).values()
    if isinstance(value, type) and issubclass(value, Record) and value != Record
]


def problems_of(data: Any, kind: type[Record] = Appointment) -> tuple[str, ...]:
    with pytest.raises(UnexpectedResponseError) as caught:
        wire.read_one(kind, "GET /things/{id}")(reply(data))
    return caught.value.problems


def test_a_patient_is_read_with_all_that_was_sent() -> None:
    patient = wire.read_one(Patient, "GET /patients/{id}")(reply(PATIENT))

    assert (patient.id, patient.first_name, patient.institution_id) == (700412, "Mara", 411)
    assert patient.created_at == datetime(2026, 3, 2, 17, 4, 11, 482000, tzinfo=UTC)
    assert patient.bio == Bio(
        phone_number="5055550123",
        cell_phone_number="",
        date_of_birth=date(1988, 11, 20),
        gender="Female",
        new_patient=True,
        non_patient=False,
    )
    assert patient.location_ids == (12,)
    assert patient.raw == PATIENT


@pytest.mark.parametrize("data", [PATIENT, {"user": PATIENT}, {"patient": PATIENT}])
def test_a_patient_may_sit_in_three_places(data: Any) -> None:
    patient = wire.read_one(Patient, "GET /patients/{id}", "user", "patient")(reply(data))

    assert patient.id == 700412


def test_times_with_and_without_milliseconds_are_utc() -> None:
    appointment = wire.structure(APPOINTMENT, Appointment)

    assert appointment.start_time == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert appointment.end_time == datetime(2026, 3, 9, 16, 30, tzinfo=UTC)
    assert repr(appointment.start_time).endswith("tzinfo=datetime.timezone.utc)")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-09T09:00:00-07:00",
        "2026-03-09T09:00:00.000-0700",
        "2026-03-09 16:00:00",
        "2026-03-09 16:00:00 UTC",
        "2026-03-09 09:00:00 -0700",
    ],
)
def test_other_spellings_of_a_time_mean_the_same_moment(text: str) -> None:
    appointment = wire.structure({"id": 1, "start_time": text}, Appointment)

    assert appointment.start_time == datetime(2026, 3, 9, 16, tzinfo=UTC)


def test_a_slot_keeps_the_offset_of_the_practice() -> None:
    slot = wire.structure({"time": "2026-03-09T23:30:00.000-07:00"}, Slot)

    assert slot.time.utcoffset() == timedelta(hours=-7)
    assert slot.time.date() == date(2026, 3, 9)


def test_a_slot_time_without_an_offset_is_not_guessed() -> None:
    assert problems_of({"lid": 1, "slots": [{"time": "2026-03-09T23:30:00"}]}, SlotGroup) == (
        "expected a date-time with an offset @ $.data.slots[0].time",
    )


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("1", True), (0, False), ("", None)])
def test_booleans_may_come_as_text(text: Any, value: bool | None) -> None:
    location = wire.structure({"id": 12, "insert_appt_client": text}, Location)

    assert location.insert_appt_client is value


@pytest.mark.parametrize("number", [12, "12", 12.0])
def test_ids_may_come_as_text(number: Any) -> None:
    assert wire.structure({"id": number}, Location).id == 12


@pytest.mark.parametrize("number", [True, "12a", 1.5, [], "", None])
def test_an_id_is_a_number(number: Any) -> None:
    assert problems_of({"id": number})[0] in {"expected an integer @ $.data.id", "missing @ $.data.id"}


@pytest.mark.parametrize(("sent", "read"), [(27, 27), ("27", 27), ("D2740", "D2740")])
def test_ids_of_descriptors_may_hold_letters(sent: Any, read: Any) -> None:
    assert wire.structure({"id": sent}, Descriptor).id == read


def test_an_id_of_the_practices_system_is_text() -> None:
    assert wire.structure({"id": 1, "foreign_id": 8842}, Operatory).foreign_id == "8842"


def test_null_and_absent_read_alike_and_raw_tells_them_apart() -> None:
    null, absent = (wire.structure(data, Patient) for data in ({"id": 1, "email": None}, {"id": 1}))

    assert null == absent
    assert null.email is None
    assert ("email" in null.raw, "email" in absent.raw) == (True, False)


def test_unknown_keys_are_kept() -> None:
    appointment = wire.structure({**APPOINTMENT, "brand_new": {"x": 1}}, Appointment)

    assert appointment.raw["brand_new"] == {"x": 1}
    assert appointment == wire.structure(APPOINTMENT, Appointment)


def test_a_key_named_raw_does_not_replace_the_object() -> None:
    assert wire.structure({"id": 1, "raw": "x"}, Operatory).raw == {"id": 1, "raw": "x"}


def test_both_spellings_of_cancelled_are_read() -> None:
    appointment = wire.structure({"id": 1, "canceled": True, "canceled_at": "2026-03-02T17:05:02Z"}, Appointment)

    assert appointment.cancelled is True
    assert appointment.cancelled_at == datetime(2026, 3, 2, 17, 5, 2, tzinfo=UTC)


def test_one_object_where_a_list_belongs_is_a_list_of_one() -> None:
    institution = wire.structure({"id": 1, "emrs": "opendental", "locations": {"id": 12}}, Institution)

    assert institution.emrs == ("opendental",)
    assert [location.id for location in institution.locations] == [12]


def test_a_bio_loses_no_page_of_patients() -> None:
    bio = {
        "date_of_birth": "0000-00-00",
        "phone_number": 5055550123,
        "weight": "heavy",
        "city": ["x"],
        "gender": "Male",
    }

    patient = wire.structure({"id": 1, "bio": bio}, Patient)

    assert patient.bio == Bio(phone_number="5055550123", gender="Male")
    assert patient.bio is not None
    assert patient.bio.raw == bio


def test_a_bio_of_the_wrong_shape_is_an_empty_one() -> None:
    assert wire.structure({"id": 1, "bio": "none"}, Patient).bio == Bio()


def test_nested_records_are_read_at_every_depth() -> None:
    patient = wire.structure(
        {
            "id": 1,
            "guarantor": {"id": 2, "children": [{"id": 3}]},
            "hipaa": {"privacy": "true", "privacy_date": "2026-01-05"},
            "address": {"line_1": "12 Example Ave", "region": "ID"},
            "upcoming_appts": [APPOINTMENT],
            "procedures": [{"id": 9, "fee": {"amount": "125.50", "currency": "USD"}, "body_site": {"tooth": ["3"]}}],
            "insurance_coverages": [
                {"id": 8, "plan": {"id": 7}, "subscriber": {"id": 6, "date_of_birth": "1960-01-02"}}
            ],
            "patient_alerts": [{"id": 5, "disabled_at": None}],
            "payments": [{"id": 4, "payment_amount": {"amount": "1.00"}}],
        },
        Patient,
    )

    assert patient.guarantor is not None
    assert patient.guarantor.children[0].id == 3
    assert patient.hipaa is not None
    assert patient.hipaa.privacy_date == date(2026, 1, 5)
    assert patient.upcoming_appts[0].id == APPOINTMENT["id"]
    procedure, coverage = patient.procedures[0], patient.insurance_coverages[0]
    assert isinstance(procedure, Procedure)
    assert procedure.fee is not None
    assert procedure.fee.amount == Decimal("125.50")
    assert isinstance(coverage, Coverage)
    assert coverage.subscriber is not None
    assert coverage.subscriber.date_of_birth == date(1960, 1, 2)
    assert patient.payments == ({"id": 4, "payment_amount": {"amount": "1.00"}},)


def test_a_provider_has_hours_on_the_wall() -> None:
    provider = wire.structure(
        {
            "id": 77,
            "npi": 1234567893,
            "availabilities": [
                {"id": 1, "begin_time": "08:00", "end_time": "12:30", "days": ["Monday"], "label": {"id": 3}},
                {"id": 2, "custom_recurrence": {"num": 2, "unit": "week", "ref": "2026-03-02"}, "days": None},
            ],
            "provider_requestables": [{"location_id": 12}],
        },
        Provider,
    )

    first, second = provider.availabilities
    assert isinstance(first, WorkingHour)
    assert (first.begin_time, first.end_time, first.days) == (time(8), time(12, 30), ("Monday",))
    assert second.custom_recurrence is not None
    assert second.custom_recurrence.ref == date(2026, 3, 2)
    assert provider.npi == "1234567893"
    assert provider.provider_requestables[0].location_id == 12


def test_a_misfit_names_every_path_and_no_value() -> None:
    row = {"id": 1, "updated_at": "Lund", "hipaa": 7, "guarantor": {"name": "Lund"}, "guarantor_id": "Lund"}

    with pytest.raises(UnexpectedResponseError) as caught:
        wire.read_page(Patient, "GET /patients")(page([PATIENT, row]))

    assert set(caught.value.problems) == {
        "expected a date-time @ $.data[1].updated_at",
        "expected an object @ $.data[1].hipaa",
        "missing @ $.data[1].guarantor.id",
        "expected an integer @ $.data[1].guarantor_id",
    }
    assert "Lund" not in str(caught.value) + repr(caught.value)
    assert (caught.value.api, caught.value.call) == ("nexhealth", "GET /patients")


@pytest.mark.parametrize(
    ("data", "kind", "problem"),
    [
        ({"id": 1, "latitude": "north"}, Location, "expected a number @ $.data.latitude"),
        ({"id": 1, "inactive": "perhaps"}, Location, "expected true or false @ $.data.inactive"),
        ({"id": 1, "name": ["x"]}, Location, "expected text @ $.data.name"),
        ({"id": 1, "misc": "x"}, Appointment, "expected an object @ $.data.misc"),
        ({"id": 1, "begin_time": "noon"}, WorkingHour, "expected a time HH:MM @ $.data.begin_time"),
        ({"id": 1, "effective_date": "soon"}, Coverage, "expected a date @ $.data.effective_date"),
        ({"id": 1, "fee": {"amount": "dear"}}, Procedure, "expected a decimal number @ $.data.fee.amount"),
        ([], Location, "expected an object @ $.data"),
    ],
)
def test_what_was_expected_is_said(data: Any, kind: type[Record], problem: str) -> None:
    assert problems_of(data, kind) == (problem,)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"data": []}'])
def test_a_body_without_an_envelope_does_not_fit(content: bytes) -> None:
    with pytest.raises(UnexpectedResponseError, match="expected an envelope"):
        wire.read_page(Patient, "GET /patients")(Reply(200, {}, content))


def test_a_page_says_how_to_go_on() -> None:
    read = wire.read_page(Patient, "GET /patients")(page([PATIENT], end="Nzc=", description="ignored: x", count=3))

    assert (read.has_next_page, read.end_cursor, read.has_previous_page, read.start_cursor) == (
        True,
        "Nzc=",
        False,
        None,
    )
    assert (read.count, read.description) == (3, "ignored: x")


@pytest.mark.parametrize(("said", "more"), [(True, True), ("true", True), (1, True), ("false", False), (None, False)])
def test_a_further_page_is_seen_however_it_is_said(said: Any, more: bool) -> None:
    found = reply([PATIENT], page_info={"has_next_page": said, "end_cursor": "Nzc="})

    assert wire.read_page(Patient, "GET /patients")(found).has_next_page is more


def test_a_description_may_be_a_list() -> None:
    assert wire.read_page(Patient, "GET /patients")(page([], description=["one", "two"])).description == "one; two"


@pytest.mark.parametrize("data", [[], {}, None, {"patients": []}])
def test_an_empty_list_has_many_forms(data: Any) -> None:
    assert wire.read_page(Patient, "GET /patients", "patients")(reply(data)).rows == ()


def test_rows_may_stand_under_a_plural_key() -> None:
    rows = wire.read_page(Patient, "GET /patients", "patients")(reply({"patients": [PATIENT]})).rows

    assert [row.id for row in rows] == [700412]


@pytest.mark.parametrize("data", ["text", {"other": [PATIENT]}, 5])
def test_a_list_that_is_none_does_not_fit(data: Any) -> None:
    with pytest.raises(UnexpectedResponseError, match="expected a list"):
        wire.read_page(Patient, "GET /patients", "patients")(reply(data))


def test_locations_come_flat_and_know_their_institution() -> None:
    answer = reply(
        [
            {"id": 411, "name": "Demo", "subdomain": "demo-dental", "locations": [{"id": 12}, {"id": 13}]},
            {"id": 412, "subdomain": "other", "locations": [{"id": 14, "institution_id": 412}]},
        ],
        count=2,
    )

    rows = wire.read_locations("GET /locations")(answer).rows

    assert [(row.id, row.institution_id) for row in rows] == [(12, 411), (13, 411), (14, 412)]
    assert rows[0].institution is not None
    assert (rows[0].institution.subdomain, rows[0].institution.locations) == ("demo-dental", ())


@pytest.mark.parametrize(("status", "existed"), [(201, False), (200, True)])
def test_the_status_tells_whether_a_patient_existed(status: int, existed: bool) -> None:
    created = wire.read_created("POST /patients")(reply({"user": PATIENT}, status=status))

    assert (created.patient.id, created.existed) == (700412, existed)


def test_a_written_appointment_sits_below_data() -> None:
    answer = reply({"appt": APPOINTMENT, "stripe_client_secret": "pi_1"}, status=201)

    appointment = wire.read_written_appointment("POST /appointments")(answer)

    assert appointment.id == APPOINTMENT["id"]
    assert appointment.stripe_client_secret == Secret("pi_1")


def test_a_secret_is_not_repeated_in_raw() -> None:
    endpoint = wire.structure({"id": 3, "secret_key": "k", "target_url": "https://example.com"}, WebhookEndpoint)

    assert endpoint.secret_key == Secret("k")
    assert "secret_key" not in endpoint.raw
    assert "k" not in repr(endpoint).replace("WebhookEndpoint", "")


def test_a_sync_status_needs_no_id() -> None:
    status = wire.structure(
        {"institution_id": 411, "emr": {"name": "opendental"}, "read_status": "green", "locations": [{"id": 12}]},
        SyncStatus,
    )

    assert status.emr is not None
    assert (status.emr.name, status.locations[0].id) == ("opendental", 12)


def test_raw_json_is_given_as_it_is() -> None:
    assert wire.read_envelope("GET /claims")(Reply(200, {}, b'{"code":true}')) == {"code": True}
    assert wire.read_envelope("DELETE /x")(Reply(204)) is None
    with pytest.raises(UnexpectedResponseError, match="expected JSON"):
        wire.read_envelope("GET /claims")(Reply(200, {}, b"<p>"))


def test_a_record_prints_its_ids_and_nothing_of_the_person() -> None:
    patient = wire.structure({**PATIENT, "provider_id": 77}, Patient)
    appointment = wire.structure({**APPOINTMENT, "patient": PATIENT}, Appointment)

    assert repr(patient) == "Patient(id=700412, institution_id=411, provider_id=77)"
    assert repr(patient.bio) == "Bio()"
    assert "Lund" not in repr(appointment)
    assert repr(wire.structure({"lid": 1, "pid": 2}, SlotGroup)) == "SlotGroup(lid=1, pid=2)"


def test_a_page_prints_no_rows() -> None:
    assert "Lund" not in repr(wire.read_page(Patient, "GET /patients")(page([PATIENT], description="Mara Lund")))


@pytest.mark.parametrize("kind", [Patient, Appointment, AppointmentType])
def test_records_survive_pickling_and_hashing(kind: type[Record]) -> None:
    record = wire.structure({**PATIENT, **APPOINTMENT}, kind)

    assert pickle.loads(pickle.dumps(record)) == record
    assert hash(record) == hash(wire.structure({**PATIENT, **APPOINTMENT}, kind))


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_field_but_the_id_may_be_absent(kind: type[Record]) -> None:
    needed = [
        item.name for item in fields(kind) if not item.default and item.default is not None and item.default != ()
    ]

    assert set(needed) <= {"id", "time", "raw"}


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
VALUES = LEAVES | st.lists(LEAVES, max_size=2) | st.dictionaries(st.text(max_size=3), LEAVES, max_size=2)


@given(kind=st.sampled_from([kind for kind in RECORDS if kind is not Bio]), data=st.data())
def test_nothing_but_our_own_error_comes_out(kind: type[Record], data: st.DataObject) -> None:
    names = st.sampled_from([item.name for item in fields(kind)])
    row = {"id": 1, "time": "2026-03-09T09:00:00Z", **data.draw(st.dictionaries(names, VALUES, max_size=4))}

    try:
        kept = set(wire.structure(row, kind).raw)
    except UnexpectedResponseError as error:
        kept = set(row) if error.problems else set()

    assert kept | {"secret_key"} == {*row, "secret_key"}


def test_samples_stay_json() -> None:
    assert json.loads(json.dumps(wire.structure(PATIENT, Patient).raw)) == PATIENT
