"""Deliveries: the vendor's signature to the letter, and payloads that nobody promised."""

from __future__ import annotations

import hashlib
import hmac
import json
import pickle
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odnexus._calls import Secret
from odnexus.errors import SignatureError, WebhookError
from odnexus.nexhealth.models import Appointment
from odnexus.nexhealth.webhooks import parse_flat, read_delivery, sign, verify
from odnexus.nexhealth.wire import structure

SECRET = "dK7vQ2mXw9LsTz4B"
STAMP = "2026-11-02T14:05:09.123Z"
NOW = datetime(2026, 11, 2, 14, 6, tzinfo=UTC)
BODY = (
    b'{"resource_type":"Appointment","event_name":"appointment_insertion.complete",'
    b'"event_time":"2026-11-02T14:05:08.911Z","subdomain":"demo-dental","institution_id":411,'
    b'"data":{"appointment":{"id":90210417,"patient_id":5501,"provider_id":77,"location_id":12,'
    b'"start_time":"2026-11-09T15:30:00.000Z","cancelled":false,"foreign_id":"8842"}},"delivery_errors":[]}'
)
SIGNATURE = "3164bb834a4bc0c93c1bee319ab6435d9d11ea8f9626828d115233ea04c2f921"
HEADERS = {"timestamp": STAMP, "signature": SIGNATURE}

RAW_BODY_ALONE = "a1a4dd093b2bc92e2e89b983c3baa1c7120e8f1a19c31e0d4ceecaab4346af13"
WITHOUT_BASE64 = "623f2c64e906385ca9eb70f86ac978065db5874b51877fea1cda5678609dcbf0"


def signed(body: bytes, stamp: str = STAMP, secret: str = SECRET) -> dict[str, str]:
    return {"timestamp": stamp, "signature": sign(stamp, body, secret)}


def delivery(**envelope: Any) -> Any:
    base = {"resource_type": "Appointment", "event_name": "appointment_updated", "subdomain": "demo-dental"}
    return read_delivery(json.dumps({**base, **envelope}).encode())


# Signature


def test_the_copy_of_the_first_vector_is_exact() -> None:
    assert len(BODY) == 354
    assert hashlib.sha256(BODY).hexdigest() == "6bca2d6221f1c2b1674ad381015218b716e23742fc1297fd7e5052ac8c5a151f"


def test_the_first_vector_is_accepted() -> None:
    found = verify(HEADERS, BODY, SECRET)

    assert sign(STAMP, BODY, SECRET) == SIGNATURE
    assert (found.family, found.outcome, found.known) == ("appointment_insertion", "complete", True)
    assert (found.subdomain, found.institution_id, found.resource_type) == ("demo-dental", 411, "Appointment")
    assert found.event_time == datetime(2026, 11, 2, 14, 5, 8, 911000, tzinfo=UTC)
    assert found.sent_at == datetime(2026, 11, 2, 14, 5, 9, 123000, tzinfo=UTC)
    assert structure(found.records[0], Appointment).foreign_id == "8842"


def test_the_second_vector_is_accepted() -> None:
    body = '{"a":"é"}'.encode()
    expected = "3fd711fef6460cc9d6f7d75467aa2b1e8fb105cdbff012ebe64a863093b477b6"

    assert sign("2026-01-01T00:00:00Z", body, "s3cret") == expected
    with pytest.raises(WebhookError, match="event_name") as caught:
        verify({"timestamp": "2026-01-01T00:00:00Z", "signature": expected}, body, "s3cret")
    assert not isinstance(caught.value, SignatureError)


@pytest.mark.parametrize("wrong", [RAW_BODY_ALONE, WITHOUT_BASE64])
def test_the_wrong_recipes_of_public_code_are_refused(wrong: str) -> None:
    recipes = {
        hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest(),
        hmac.new(SECRET.encode(), STAMP.encode() + b"." + BODY, hashlib.sha256).hexdigest(),
    }

    assert wrong in recipes
    with pytest.raises(SignatureError, match="wrong signature"):
        verify({"timestamp": STAMP, "signature": wrong}, BODY, SECRET)


@pytest.mark.parametrize(
    "headers",
    [
        {"Timestamp": STAMP, "SIGNATURE": SIGNATURE},
        {"timestamp": STAMP, "signature": f" {SIGNATURE.upper()} "},
        {b"timestamp": STAMP.encode(), b"signature": SIGNATURE.encode()},
        [("host", "example.com"), ("timestamp", STAMP), ("signature", SIGNATURE)],
        [(b"Timestamp", STAMP.encode()), (b"Signature", SIGNATURE.encode())],
        ((b"timestamp", STAMP), ("signature", SIGNATURE.encode())),
        iter([("timestamp", STAMP), ("signature", SIGNATURE), ("x-name", "Lundé")]),
    ],
)
def test_headers_of_any_framework_are_read(headers: Any) -> None:
    assert verify(headers, BODY, SECRET).institution_id == 411


def test_headers_of_the_standard_library_are_read() -> None:
    message = Message()
    message["Timestamp"] = STAMP
    message["Signature"] = SIGNATURE
    headers: Any = message

    assert verify(headers, BODY, SECRET).known


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "missing header timestamp"),
        ({"timestamp": STAMP}, "missing header signature"),
        ({"signature": SIGNATURE}, "missing header timestamp"),
        ({"timestamp": STAMP, "signature": " "}, "missing header signature"),
        ({"timestamp": STAMP, "x-nexhealth-signature": SIGNATURE}, "missing header signature"),
        ({"timestamp": STAMP, "signature": "not hex: é"}, "wrong"),
        ({"timestamp": STAMP, "signature": SIGNATURE[:-1]}, "wrong"),
        ({"timestamp": f" {STAMP}", "signature": SIGNATURE}, "wrong"),
        ({"timestamp": "2026-11-02T14:05:09.123000+00:00", "signature": SIGNATURE}, "wrong"),
        ({"timestamp": None, "signature": SIGNATURE}, "headers: give a mapping"),
        ({1: STAMP}, "headers: give a mapping"),
        ([("timestamp",)], "headers: give a mapping"),
        ("timestamp", "headers: give a mapping"),
        (5, "headers: give a mapping"),
        (None, "headers: give a mapping"),
    ],
)
def test_malformed_headers_raise_our_own_error(headers: Any, said: str) -> None:
    with pytest.raises(SignatureError, match=said):
        verify(headers, BODY, SECRET)


def test_every_byte_of_the_body_counts() -> None:
    with pytest.raises(SignatureError):
        verify(HEADERS, BODY + b"\n", SECRET)


@pytest.mark.parametrize("secret", [["old", SECRET], (SECRET, "new"), Secret(SECRET), [Secret("old"), Secret(SECRET)]])
def test_while_an_endpoint_is_replaced_either_key_will_do(secret: Any) -> None:
    assert verify(HEADERS, BODY, secret).known


@pytest.mark.parametrize("secret", ["", [], ["", ""]])
def test_no_key_verifies_nothing(secret: Any) -> None:
    with pytest.raises(SignatureError, match="secret: give at least one"):
        verify({"timestamp": STAMP, "signature": sign(STAMP, BODY, "")}, BODY, secret)


def test_a_window_refuses_what_is_too_old_or_from_the_future() -> None:
    window = timedelta(minutes=5)

    assert verify(HEADERS, BODY, SECRET, NOW, window=window).known
    for now in (NOW + timedelta(minutes=5), NOW - timedelta(minutes=10)):
        with pytest.raises(SignatureError, match="outside the window"):
            verify(HEADERS, BODY, SECRET, now, window=window)


def test_a_window_needs_a_time_it_can_read() -> None:
    headers = signed(BODY, stamp="yesterday")

    assert verify(headers, BODY, SECRET, NOW).sent_at is None
    with pytest.raises(SignatureError, match="outside the window"):
        verify(headers, BODY, SECRET, NOW, window=timedelta(days=1))


def test_without_a_window_old_deliveries_are_taken() -> None:
    assert verify(HEADERS, BODY, SECRET, NOW + timedelta(days=3)).known


def test_a_window_without_now_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="window: needs now"):
        verify(HEADERS, BODY, SECRET, window=timedelta(minutes=5))


@given(
    st.binary(max_size=64), st.text(alphabet=st.characters(codec="ascii"), min_size=1), st.text(min_size=1, max_size=9)
)
def test_what_is_signed_is_accepted_and_nothing_else_is(body: bytes, stamp: str, secret: str) -> None:
    headers = {"timestamp": stamp, "signature": sign(stamp, body, secret)}

    with pytest.raises(WebhookError) as right:
        verify(headers, body, secret)
    with pytest.raises(SignatureError):
        verify(headers, body + b".", secret)
    assert not isinstance(right.value, SignatureError)


@given(st.dictionaries(st.text() | st.integers(), st.text() | st.binary() | st.none()) | st.lists(st.text()))
def test_no_headers_raise_a_foreign_error(headers: Any) -> None:
    with pytest.raises(SignatureError):
        verify(headers, BODY, SECRET)


# Envelope

ONE = {"id": 1, "start_time": "2026-11-09T15:30:00.000Z"}
TWO = {"id": 2}


@pytest.mark.parametrize(
    ("resource_type", "event_name", "data", "ids"),
    [
        ("Appointment", "appointment_insertion.failed", {"appointment": ONE}, [1]),
        ("Appointment", "appointment_created", {"appointments": [ONE, TWO]}, [1, 2]),
        ("Appointment", "appointment_updated", {"appointment": [ONE]}, [1]),
        ("Appointment", "appointment_created", {"appointments": ONE}, [1]),
        ("Appointment", "appointment_updated", ONE, [1]),
        ("Appointment", "appointment_updated", [ONE, TWO], [1, 2]),
        ("Patient", "patient_created", {"patients": [TWO]}, [2]),
        ("Patient", "patient_updated", {"user": TWO}, [2]),
        ("Patient", "patient_updated", {"users": [TWO]}, [2]),
        ("SyncStatus", "sync_status_read_change.red", {"syncstatus": TWO}, [2]),
        ("SyncStatus", "sync_status_read_change.red", {"sync_status": TWO}, [2]),
        ("SyncStatus", "sync_status_read_change.red", {"sync_statuses": [TWO]}, [2]),
        ("SyncStatus", "sync_status_read_change.red", {"read_status": "red"}, [None]),
        ("FormResponse", "form_response_insertion.complete", {"form_response": TWO}, [2]),
        ("PatientInsuranceCoverage", "patient_insurance_created", {"insurance_coverage": TWO}, [2]),
        ("PatientInsuranceCoverage", "patient_insurance_created", {"patient_insurance": TWO}, [2]),
        ("Appointment", "appointment_updated", {"appointment": None, "appointments": [ONE]}, [1]),
        ("Appointment", "appointment_updated", {"appointment": [ONE, "x", None]}, [1]),
        ("Appointment", "appointment_updated", {"a": {"id": 8}, "b": {"id": 9}}, []),
        ("Appointment", "appointment_updated", {}, []),
        ("Appointment", "appointment_updated", None, []),
        ("Appointment", "appointment_updated", "text", []),
        (None, "appointment_updated", {"appointment": ONE}, [1]),
    ],
)
def test_records_are_found_wherever_they_are(resource_type: Any, event_name: str, data: Any, ids: list[Any]) -> None:
    found = delivery(resource_type=resource_type, event_name=event_name, data=data)

    assert [record.get("id") for record in found.records] == ids


@pytest.mark.parametrize(
    ("event_name", "family", "outcome", "known"),
    [
        ("appointment_updated", "appointment_updated", "", True),
        ("appointment_updated.failed", "appointment_updated", "failed", True),
        ("appointment_insertion.timed_out", "appointment_insertion", "timed_out", True),
        ("sync_status_write_change.green", "sync_status_write_change", "green", True),
        ("form_request_completed", "form_request_completed", "", True),
        ("appointment_updated.exploded", "appointment_updated", "exploded", False),
        ("appointment_teleported", "appointment_teleported", "", False),
        ("appointment_insertion.failed.twice", "appointment_insertion", "failed.twice", False),
    ],
)
def test_the_suffix_is_split_off_and_kept(event_name: str, family: str, outcome: str, known: bool) -> None:
    found = delivery(event_name=event_name)

    assert (found.event_name, found.family, found.outcome, found.known) == (event_name, family, outcome, known)


@pytest.mark.parametrize(
    "envelope",
    [
        {"previous_attributes": {"note": "old"}},
        {"data": {"appointment": ONE, "previous_attributes": {"note": "old"}}},
        {"data": {"appointment": {**ONE, "previous_attributes": {"note": "old"}}}},
        {"data": {"x": ONE, "previous_attributes": {"note": "old"}}},
    ],
)
def test_old_values_are_found_wherever_they_are(envelope: dict[str, Any]) -> None:
    found = delivery(**envelope)

    assert found.previous_attributes == {"note": "old"}
    assert all(record["id"] == 1 for record in found.records)


@pytest.mark.parametrize(
    ("errors", "kept"),
    [
        ([], ()),
        ({}, ()),
        (None, ()),
        ("late", ("late",)),
        ({"at": 1}, ({"at": 1},)),
        ([{"at": 1}, "x"], ({"at": 1}, "x")),
    ],
)
def test_notes_on_earlier_tries_may_have_any_form(errors: Any, kept: tuple[Any, ...]) -> None:
    assert delivery(delivery_errors=errors).delivery_errors == kept


@pytest.mark.parametrize(
    ("envelope", "subdomain", "institution", "at"),
    [
        ({"subdomain": None, "institution_id": None, "event_time": None}, None, None, None),
        ({"subdomain": "", "institution_id": "411", "event_time": "soon"}, None, 411, None),
        ({"subdomain": 7, "institution_id": True, "event_time": 5}, None, None, None),
        ({"event_time": "2026-11-02T14:05:08"}, "demo-dental", None, datetime(2026, 11, 2, 14, 5, 8, tzinfo=UTC)),
    ],
)
def test_an_envelope_promises_nothing(envelope: Any, subdomain: Any, institution: Any, at: Any) -> None:
    found = delivery(**envelope)

    assert (found.subdomain, found.institution_id, found.event_time) == (subdomain, institution, at)


@pytest.mark.parametrize(
    "body", [b"", b"text", b"[]", b"null", b"{}", b'{"event_name": 5}', b'{"event_name": ""}', b"\xff"]
)
def test_a_body_that_is_no_delivery_raises_our_own_error(body: bytes) -> None:
    with pytest.raises(WebhookError):
        read_delivery(body)
    with pytest.raises(WebhookError):
        verify(signed(body), body, SECRET)


def test_a_body_nested_too_deeply_raises_our_own_error() -> None:
    with pytest.raises(WebhookError, match="no JSON"):
        read_delivery(b'{"event_name":' + b"[" * 100_000)


def test_nothing_of_the_person_is_shown() -> None:
    found = delivery(data={"patient": {"id": 1, "first_name": "Mara"}}, previous_attributes={"note": "Mara"})

    assert "Mara" not in repr(found)
    assert found.raw["event_name"] == "appointment_updated"
    assert pickle.loads(pickle.dumps(found)) == found


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
KEYS = ["resource_type", "event_name", "event_time", "subdomain", "data", "delivery_errors", "previous_attributes"]


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_any_envelope_is_read_or_refused(envelope: dict[str, Any]) -> None:
    try:
        found = read_delivery(json.dumps(envelope).encode())
    except WebhookError:
        assert not isinstance(envelope.get("event_name"), str) or not envelope["event_name"]
    else:
        assert found.event_name == envelope["event_name"]


# Flat payloads


def test_a_flat_payload_is_read_by_its_own_names() -> None:
    flat = parse_flat(
        json.dumps(
            {
                "event": "appointment.created",
                "firstName": " Mara ",
                "lastName": "Lund",
                "dateOfBirth": "11/20/1988",
                "phoneNumber": "(505) 555-0123",
                "email": "mara.lund@example.org",
                "insuranceProvider": "Blue Cross",
                "appointmentId": 90210417,
                "patientId": "700412",
                "startTime": "2026-03-09T09:00:00-07:00",
                "endTime": "2026-03-09T09:30:00",
                "appointmentType": "Hygiene",
                "providerName": "Dr. Ida Harlan",
                "notes": "prefers mornings",
                "extra": 1,
            }
        ).encode()
    )

    assert (flat.event, flat.known) == ("appointment.created", True)
    assert (flat.first_name, flat.last_name, flat.date_of_birth) == ("Mara", "Lund", "11/20/1988")
    assert (flat.phone_number, flat.email) == ("(505) 555-0123", "mara.lund@example.org")
    assert (flat.insurance_provider, flat.appointment_type, flat.provider) == (
        "Blue Cross",
        "Hygiene",
        "Dr. Ida Harlan",
    )
    assert (flat.appointment_id, flat.patient_id, flat.note) == ("90210417", "700412", "prefers mornings")
    assert flat.start_time == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert flat.end_time == datetime(2026, 3, 9, 9, 30)
    assert flat.raw["extra"] == 1
    assert not any(text in repr(flat) for text in ("Mara", "Lund", "1988", "555", "example", "Blue", "2026"))


@pytest.mark.parametrize("place", ["data", "patient", "appointment"])
def test_a_sub_object_is_looked_into_and_the_top_counts_first(place: str) -> None:
    body = {"event": "patient.form_submitted", "email": "top@example.org", place: {"first_name": "Mara", "email": "x"}}

    flat = parse_flat(json.dumps(body).encode())

    assert (flat.first_name, flat.email) == ("Mara", "top@example.org")


@pytest.mark.parametrize(
    ("event", "read", "known"),
    [
        ("appointment.canceled", "appointment.cancelled", True),
        (" Appointment.Rescheduled ", "appointment.rescheduled", True),
        ("appointment.confirmed", "appointment.confirmed", True),
        ("appointment.teleported", "appointment.teleported", False),
    ],
)
def test_flat_events_have_one_spelling(event: str, read: str, known: bool) -> None:
    flat = parse_flat(json.dumps({"event": event, "data": "x"}).encode())

    assert (flat.event, flat.known) == (read, known)
    assert (flat.first_name, flat.start_time) == ("", None)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event": 5}', b'{"event": " "}'])
def test_a_flat_payload_names_an_event(body: bytes) -> None:
    with pytest.raises(WebhookError):
        parse_flat(body)
