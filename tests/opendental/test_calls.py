from __future__ import annotations

from datetime import date, datetime, time

import pytest

from odnexus._calls import Reply
from odnexus.errors import ConfigurationError, UnexpectedResponseError
from odnexus.opendental import calls
from odnexus.opendental.models import Appointment, AptStatus, Patient
from odnexus.opendental.tables import appointments, patients


def test_a_call_says_what_leaves_and_shows_no_values() -> None:
    call = calls.create_appointment(
        {
            "pat_num": 412,
            "op": 3,
            "apt_date_time": datetime(2026, 5, 12, 8, 30),
            "note": "afraid of needles",
            "is_new_patient": True,
            "date_time_arrived": time(8, 20),
            "apt_status": AptStatus.SCHEDULED,
        }
    )

    assert (call.method, call.path, call.params) == ("POST", "/appointments", ())
    assert call.body == {
        "PatNum": 412,
        "Op": 3,
        "AptDateTime": "2026-05-12 08:30:00",
        "Note": "afraid of needles",
        "IsNewPatient": "true",
        "DateTimeArrived": "08:20:00",
        "AptStatus": "Scheduled",
    }
    assert not call.idempotent
    assert call.permission == "ApiAppointments"
    assert "needles" not in repr(call)


def test_ids_stand_in_the_path_and_not_in_the_name() -> None:
    call = calls.get_patient(412)

    assert (call.name, call.path) == ("GET /patients/{PatNum}", "/patients/412")


@pytest.mark.parametrize("number", [0, -1, True, "412", None])
def test_an_id_is_a_positive_number(number: object) -> None:
    with pytest.raises(ConfigurationError, match="PatNum:"):
        calls.get_patient(number)  # type: ignore[arg-type]


def test_bodies_of_actions() -> None:
    broken = calls.break_appointment(1, send_to_unscheduled_list=True, break_type=None)

    assert broken.body == {"sendToUnscheduledList": "true"}
    assert calls.confirm_appointment(1, confirm_val=None, def_num=21).body == {"defNum": 21}
    assert calls.add_note(1, "x").body == {"Note": "x"}
    assert calls.delete_subscription(1).body is None


def test_a_change_is_repeatable_unless_it_may_add_procedures() -> None:
    assert calls.update_appointment(1, {"op": 2}).idempotent
    assert not calls.update_appointment(1, {"appointment_type_num": 2}).idempotent
    assert calls.confirm_appointment(1, confirm_val="Sent", def_num=None).idempotent
    assert not calls.add_note(1, "x").idempotent


def test_the_first_page_sends_no_offset() -> None:
    asked = calls.listing(appointments.LIST, Appointment, {"date": date(2026, 5, 12), "op": None, "clinic_num": 0})

    assert asked.page(0).params == (("date", "2026-05-12"), ("ClinicNum", "0"))
    assert asked.page(99).params[-1] == ("Offset", "99")


def test_filters_are_checked_when_the_list_is_made() -> None:
    with pytest.raises(ConfigurationError, match=r"l_nam: .* did you mean 'l_name'"):
        calls.listing(patients.SIMPLE, Patient, {"l_nam": "x"})
    with pytest.raises(ConfigurationError, match="offset:"):
        calls.listing(patients.SIMPLE, Patient, {}, -1)


def test_raw_calls_keep_documented_words_and_write_values_as_open_dental_wants_them() -> None:
    call = calls.raw(
        "GET",
        "/recalls/List",
        params={"DateStart": date(2026, 3, 1), "Since": datetime(2026, 3, 1, 8), "IncludeReminded": True, "ProvNum": 1},
    )

    assert call.params == (
        ("DateStart", "2026-03-01"),
        ("Since", "2026-03-01 08:00:00"),
        ("IncludeReminded", "true"),
        ("ProvNum", "1"),
    )
    assert call.idempotent


def test_the_name_of_a_raw_call_holds_no_ids() -> None:
    call = calls.raw("DELETE", "/documents/731/Pages/4", body={"x": 1})

    assert call.name == "DELETE /documents/{n}/Pages/{n}"
    assert not call.idempotent
    assert calls.raw("PUT", "/patfields", repeatable=True).idempotent


@pytest.mark.parametrize("path", ["patients", "/patients?LName=Okafor"])
def test_a_raw_path_is_a_path(path: str) -> None:
    with pytest.raises(ConfigurationError, match="path:"):
        calls.raw("GET", path)


def test_a_raw_answer_may_be_a_sentence_to_a_write_only() -> None:
    assert calls.raw("PUT", "/x").read(Reply(200, {}, b"Saved")) == "Saved"
    assert calls.raw("PUT", "/x").read(Reply(200, {}, b"")) is None
    assert calls.raw("GET", "/x").read(Reply(200, {}, b"[1]")) == [1]
    with pytest.raises(UnexpectedResponseError):
        calls.raw("GET", "/x").read(Reply(200, {}, b"<html>"))
