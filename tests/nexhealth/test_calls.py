"""Endpoints as calls: where things go, what combinations are refused, what may be repeated."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from odnexus._calls import Call, Reply
from odnexus.errors import AmbiguousWriteError, ConfigurationError, UnexpectedResponseError
from odnexus.nexhealth import calls, table
from odnexus.nexhealth.scope import EVERYWHERE, Scope
from odnexus.nexhealth.tokens import ApiKeyAuthorizer

HERE = Scope("demo-dental", 12)
START = datetime(2026, 3, 9, 16, tzinfo=UTC)
END = START + timedelta(minutes=30)
WINDOW = {"start": START, "end": END}
PERSON: dict[str, Any] = {
    "provider_id": 77,
    "first_name": "Mara",
    "last_name": "Lund",
    "email": "mara.lund@example.org",
    "date_of_birth": date(1988, 11, 20),
    "phone_number": "5055550123",
}
VISIT: dict[str, Any] = {"patient_id": 1, "provider_id": 77, "start_time": START, "end_time": END}


def test_the_scope_goes_into_the_query_and_the_wrapper_into_the_body() -> None:
    call = calls.create_appointment(HERE, {**VISIT, "note": "prefers mornings", "notify_patient": False})

    assert (call.method, call.path, call.name) == ("POST", "/appointments", "POST /appointments")
    assert call.params == (("subdomain", "demo-dental"), ("location_id", "12"), ("notify_patient", "false"))
    assert call.body == {
        "appt": {
            "patient_id": 1,
            "provider_id": 77,
            "start_time": "2026-03-09T16:00:00+00:00",
            "end_time": "2026-03-09T16:30:00+00:00",
            "note": "prefers mornings",
        }
    }


def test_a_patient_is_wrapped_as_documented() -> None:
    call = calls.create_patient(HERE, {**PERSON, "gender": "Other", "return_existing_if_match": True})

    assert call.body == {
        "provider": {"provider_id": 77},
        "patient": {
            "first_name": "Mara",
            "last_name": "Lund",
            "email": "mara.lund@example.org",
            "bio": {"date_of_birth": "1988-11-20", "phone_number": "5055550123", "gender": "Other"},
        },
        "return_existing_if_match": True,
    }


def test_a_guardian_describes_the_dependant() -> None:
    child = {"first_name": "Jo", "last_name": "Lund", "date_of_birth": date(2015, 5, 3), "gender": "Male"}

    call = calls.create_appointment(HERE, {**VISIT, "is_guardian": True, "patient": child})

    assert isinstance(call.body, dict)
    assert call.body["appt"] == {
        "patient_id": 1,
        "provider_id": 77,
        "start_time": "2026-03-09T16:00:00+00:00",
        "end_time": "2026-03-09T16:30:00+00:00",
        "is_guardian": True,
        "patient": {"first_name": "Jo", "last_name": "Lund", "bio": {"date_of_birth": "2015-05-03", "gender": "Male"}},
    }


def test_arrays_are_spelled_as_each_parameter_is_documented() -> None:
    visits = calls.list_appointments(HERE, {**WINDOW, "patient_ids": [1, 2], "provider_ids": [3], "operatory_ids": [4]})
    slots = calls.list_slots(HERE, {"start_date": date(2026, 3, 9), "days": 7, "lids": [12, 13], "pids": [77, 78]})
    patient = calls.get_patient(HERE, 5, {"include": ("guarantor", "children")})

    assert ("patient_ids[]", "1,2") in visits.first.params
    assert [pair for pair in slots.first.params if "[]" in pair[0]] == [
        ("lids[]", "12"),
        ("lids[]", "13"),
        ("pids[]", "77"),
        ("pids[]", "78"),
    ]
    assert [pair for pair in patient.params if "[]" in pair[0]] == [
        ("include[]", "guarantor"),
        ("include[]", "children"),
    ]


def test_lists_ask_for_the_largest_page_unless_told_otherwise() -> None:
    assert ("per_page", "1000") in calls.list_patients(HERE, {}).first.params
    assert ("per_page", "50") in calls.list_patients(HERE, {"per_page": 50}).first.params
    assert "per_page" not in dict(calls.list_sync_status(HERE, {}).first.params)


def test_a_walk_goes_one_way() -> None:
    assert calls.list_patients(HERE, {"start_cursor": "x"}).backwards
    assert not calls.list_patients(HERE, {"end_cursor": "x"}).backwards
    with pytest.raises(ConfigurationError, match="start_cursor: goes backwards"):
        calls.list_patients(HERE, {"start_cursor": "x", "end_cursor": "y"})


def test_slots_are_of_the_clients_location_unless_others_are_named() -> None:
    asked = {"start_date": date(2026, 3, 9), "days": 7, "appointment_type_id": 27}

    assert dict(calls.list_slots(HERE, asked).first.params)["lids[]"] == "12"
    assert dict(calls.list_slots(HERE, {**asked, "lids": [13]}).first.params)["lids[]"] == "13"
    with pytest.raises(ConfigurationError, match="lids: required"):
        calls.list_slots(Scope("demo-dental"), asked)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: calls.list_patients(EVERYWHERE, {}), "GET /patients: subdomain: required"),
        (lambda: calls.list_patients(Scope("demo"), {}), "location_id: required"),
        (lambda: calls.list_appointments(Scope("demo"), WINDOW), "location_id or foreign_id: give one of them"),
        (lambda: calls.list_appointments(HERE, {"start_date": date(2026, 3, 9)}), "start_date: no such field"),
        (lambda: calls.list_appointments(HERE, {"start": START}), "end: required"),
        (lambda: calls.list_appointments(HERE, {"start": END, "end": START}), "end: must be after start"),
        (lambda: calls.list_appointments(HERE, {**WINDOW, "patient_ids": range(26)}), "25 at most"),
        (lambda: calls.list_appointments(HERE, {**WINDOW, "sort": "start_time"}), "sort: unknown word"),
        (lambda: calls.list_patients(HERE, {"per_page": 1001}), "per_page: give an integer from 1 to 1000"),
        (lambda: calls.list_patients(HERE, {"phone_number": "+15055550123"}), "phone_number: .*ten_digits"),
        (lambda: calls.create_patient(HERE, {**PERSON, "phone_number": "+15055550123"}), "phone_number: .*ten_digits"),
        (lambda: calls.create_patient(HERE, {**PERSON, "gender": "female"}), "gender: .*did you mean 'Female'"),
        (lambda: calls.create_patient(HERE, {"first_name": "Mara"}), "provider_id: required"),
        (lambda: calls.create_patient(HERE, {**PERSON, "middle_name": "A"}), "middle_name: no such field"),
        (lambda: calls.create_appointment(HERE, {**VISIT, "start_time": START.replace(tzinfo=None)}), "time zone"),
        (lambda: calls.create_appointment(HERE, {**VISIT, "end_time": START}), "end_time: must be after start_time"),
        (
            lambda: calls.create_appointment(HERE, {k: v for k, v in VISIT.items() if k != "end_time"}),
            "end_time or appointment_type_id: give one",
        ),
        (lambda: calls.create_appointment(HERE, {**VISIT, "note": "n" * 129}), "note: NexHealth holds 128"),
        (lambda: calls.create_appointment(HERE, {**VISIT, "unavailable": True}), "patient_id: leave it out"),
        (
            lambda: calls.create_appointment(HERE, {k: v for k, v in VISIT.items() if k != "patient_id"}),
            "patient_id: required, unless unavailable",
        ),
        (lambda: calls.create_appointment(HERE, {**VISIT, "is_guardian": True}), "patient: required when is_guardian"),
        (
            lambda: calls.create_appointment(
                HERE,
                {**VISIT, "patient": {"first_name": "J", "last_name": "L", "date_of_birth": date(2015, 5, 3)}},
            ),
            "is_guardian: set it",
        ),
        (lambda: calls.create_appointment(HERE, {**VISIT, "appointments_per_timeslot": 6}), "from 1 to 5"),
        (lambda: calls.update_appointment(HERE, 1, {}), "changes: give at least one"),
        (lambda: calls.update_appointment(HERE, 1, {"confirmed": False}), "confirmed: a confirmation cannot be taken"),
        (lambda: calls.update_appointment(HERE, 1, {"cancelled": False}), "cancelled: .*cannot be restored"),
        (lambda: calls.update_appointment(HERE, 1, {"provider_id": 2}), "provider_id: no such field"),
        (lambda: calls.update_appointment(HERE, 1, {"note": None}), "note: None cannot be sent"),
        (lambda: calls.update_appointment(HERE, 1, {"checkin_at": None}), "checkin_at: None cannot be sent"),
        (lambda: calls.update_appointment(HERE, True, {"confirmed": True}), "id: give an integer"),
        (lambda: calls.list_slots(HERE, {"start_date": date(2026, 3, 9), "days": 7}), "pids or appointment_type_id"),
        (lambda: calls.list_slots(HERE, {"start_date": date(2026, 3, 9), "days": 0, "pids": [1]}), "days: .*from 1"),
        (lambda: calls.create_appointment_type(HERE, {}), "changes: give at least one"),
        (lambda: calls.create_appointment_type(HERE, {"name": "x", "parent_type": "Location"}), "parent_id: required"),
        (lambda: calls.update_appointment_type(HERE, 1, {}), "changes: give at least one"),
        (lambda: calls.create_webhook_endpoint({"target_url": "http://example.com"}), "target_url: give an https URL"),
        (lambda: calls.update_webhook_endpoint(1, {}), "changes: give at least one"),
        (
            lambda: calls.create_subscription(
                HERE, 1, {"resource_type": "appointment", "event": "appointment_created"}
            ),
            "resource_type: .*did you mean 'Appointment'",
        ),
        (
            lambda: calls.create_subscription(
                HERE, 1, {"resource_type": "Appointment", "event": "appointment_insertion.complete"}
            ),
            "event: unknown word, did you mean 'appointment_insertion'",
        ),
        (
            lambda: calls.create_subscription(HERE, 1, {"resource_type": "Patient", "event": "appointment_created"}),
            "event: not an event of this resource type; it has patient_created, patient_updated",
        ),
        (
            lambda: calls.create_subscription(EVERYWHERE, 1, {"resource_type": "Patient", "event": "patient_created"}),
            "subdomain: required",
        ),
        (
            lambda: calls.create_subscription(
                HERE, 1, {"resource_type": "Onboarding", "event": "onboarding_created", "subdomain": "demo"}
            ),
            "subdomain: leave it out for Onboarding",
        ),
        (lambda: calls.update_subscription(HERE, 1, 2, {}), "changes: give at least one"),
        (lambda: calls.list_sync_status(HERE, {"read_status": "yellow"}), "read_status: unknown word"),
        (lambda: calls.raw(HERE, "GET", "claims", None, None, idempotent=None), "path: start with a slash"),
        (lambda: calls.raw(HERE, "GET", "/claims?x=1", None, None, idempotent=None), "give the query as params"),
    ],
)
def test_what_is_not_documented_cannot_leave(make: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        make()

    assert "Mara" not in str(caught.value)
    assert "5055550123" not in str(caught.value)


def test_a_schedule_block_has_no_patient() -> None:
    values = {name: value for name, value in VISIT.items() if name != "patient_id"}

    call = calls.create_appointment(HERE, {**values, "unavailable": True})

    assert isinstance(call.body, dict)
    assert "patient_id" not in str(call.body)


def test_a_window_may_be_a_single_moment() -> None:
    assert calls.list_appointments(HERE, {"start": START, "end": START}).first.path == "/appointments"


def test_onboarding_is_subscribed_to_without_the_institution() -> None:
    call = calls.create_subscription(HERE, 1, {"resource_type": "Onboarding", "event": "onboarding_created"})

    assert call.params == ()
    assert call.path == "/webhook_endpoints/1/webhook_subscriptions"


def test_what_could_be_done_twice_is_never_repeated() -> None:
    once: list[Call[Any]] = [
        calls.create_patient(HERE, PERSON),
        calls.create_appointment(HERE, VISIT),
        calls.create_appointment_type(HERE, {"name": "x"}),
        calls.create_webhook_endpoint({"target_url": "https://example.com"}),
        calls.create_subscription(HERE, 1, {"resource_type": "Patient", "event": "patient_created"}),
        calls.update_subscription(HERE, 1, 2, {"new_endpoint_id": 3}),
        calls.raw(HERE, "POST", "/payments", None, {}, idempotent=None),
        calls.raw(HERE, "PATCH", "/working_hours/1", None, {}, idempotent=None),
    ]
    again: list[Call[Any]] = [
        calls.update_appointment(HERE, 1, {"cancelled": True}),
        calls.update_subscription(HERE, 1, 2, {"active": False}),
        calls.delete_webhook_endpoint(1),
        calls.list_patients(HERE, {}).first,
        calls.raw(HERE, "PATCH", "/working_hours/1", None, {}, idempotent=True),
    ]

    assert [call.name for call in once if call.idempotent] == []
    assert [call.name for call in again if not call.idempotent] == []


def test_only_the_exchange_of_a_key_is_a_post_that_may_be_repeated() -> None:
    assert [each.name for each in table.ENDPOINTS if each.method == "POST" and each.idempotent] == [
        "POST /authenticates"
    ]


def test_the_exchange_of_a_key_is_what_the_table_says() -> None:
    call, row = ApiKeyAuthorizer("key").request(), table.AUTHENTICATE

    assert (call.name, call.method, call.path) == (row.name, row.method, row.route)
    assert (call.idempotent, call.classes) == (row.idempotent, row.classes)


def test_the_raw_door_names_calls_without_ids() -> None:
    call = calls.raw(
        HERE,
        "GET",
        "/patients/42/alerts",
        {"include_disabled": True, "x": None, "ids[]": [1, 2]},
        None,
        idempotent=None,
    )

    assert call.name == "GET /patients/{id}/alerts"
    assert call.params == (
        ("subdomain", "demo-dental"),
        ("include_disabled", "true"),
        ("ids[]", "1"),
        ("ids[]", "2"),
    )
    assert call.read(Reply(200, {}, b'{"code": true, "data": []}')) == {"code": True, "data": []}


def test_the_raw_door_takes_another_institution_or_none() -> None:
    assert calls.raw(HERE, "GET", "/x", {"subdomain": "other"}, None, idempotent=None).params == (
        ("subdomain", "other"),
    )
    assert calls.raw(HERE, "GET", "/x", {"subdomain": None}, None, idempotent=None).params == ()


def test_calls_print_no_values() -> None:
    assert "Mara" not in repr(calls.create_patient(HERE, PERSON))
    assert "42" not in repr(calls.get_patient(HERE, 42, {}))


def test_another_location_is_asked_for_by_name() -> None:
    assert HERE.at(13) == Scope("demo-dental", 13)
    assert HERE.at(None) is HERE


def test_the_table_holds_each_operation_once() -> None:
    names = [each.name for each in table.ENDPOINTS]

    assert len(names) == len(set(names)) > 30


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"code": true, "data": {}}', b'{"code": true, "data": {"id": "none"}}']
)
def test_a_booking_whose_answer_cannot_be_read_was_made_all_the_same(content: bytes) -> None:
    call = calls.create_appointment(HERE, VISIT)

    with pytest.raises(AmbiguousWriteError, match="accepted") as caught:
        call.read(Reply(201, {}, content))
    assert caught.value.call == "POST /appointments"


def test_an_edit_whose_answer_cannot_be_read_may_be_sent_again() -> None:
    call = calls.update_appointment(HERE, 5, {"confirmed": True})

    with pytest.raises(UnexpectedResponseError):
        call.read(Reply(200, {}, b""))


def test_the_page_of_a_proxy_deletes_nothing() -> None:
    call = calls.delete_webhook_endpoint(7)

    assert call.read(Reply(204)) is None
    with pytest.raises(UnexpectedResponseError, match="envelope"):
        call.read(Reply(200, {}, b"<html>sign in to the guest network"))
