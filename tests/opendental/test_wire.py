from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odnexus._calls import Reply, Secret
from odnexus.errors import UnexpectedResponseError
from odnexus.opendental import models, wire
from odnexus.opendental.models import (
    YN,
    Appointment,
    AppointmentType,
    AptStatus,
    Clinic,
    Commlog,
    CommMode,
    ContactMethod,
    Definition,
    Gender,
    InsPlan,
    Operatory,
    Patient,
    PatientRow,
    PatPlan,
    PlanType,
    Provider,
    Relationship,
    SchedType,
    Schedule,
    SecurityPerm,
    Subscription,
)
from odnexus.opendental.names import FIELDS, snake


def patient(**said: object) -> Patient:
    return wire.structure(Patient, {"PatNum": 412, **said})


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, headers, json.dumps(body).encode())


# Values.


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("True", True),
        ("False", False),
        (True, True),
        (0, False),
        ("1", True),
        ("", None),
    ],
)
def test_booleans_are_texts_in_any_case(text: object, value: bool | None) -> None:
    assert patient(Premed=text).premed is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1988-03-14", date(1988, 3, 14)),
        ("1988-03-14 00:00:00", date(1988, 3, 14)),
        ("0001-01-01", None),
        ("0001-01-01 00:00:00", None),
        ("0000-00-00", None),
        ("1/1/0001", None),
        ("1/1/0001 12:00:00 AM", None),
        ("", None),
        (None, None),
    ],
)
def test_an_empty_date_is_none(text: object, value: date | None) -> None:
    assert patient(Birthdate=text).birthdate == value


def test_a_date_is_never_a_datetime() -> None:
    assert type(patient(Birthdate="1988-03-14 00:00:00").birthdate) is date


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-02-03 11:20:07", datetime(2026, 2, 3, 11, 20, 7)),
        ("2026-02-03T11:20:07", datetime(2026, 2, 3, 11, 20, 7)),
        ("2026-02-03 11:20", datetime(2026, 2, 3, 11, 20)),
        ("2026-02-03", datetime(2026, 2, 3)),
        ("0001-01-01 00:00:00", None),
        ("", None),
    ],
)
def test_times_are_the_offices_wall_clock(text: str, value: datetime | None) -> None:
    assert patient(DateTStamp=text).date_t_stamp == value


@pytest.mark.parametrize("text", ["2026-02-03T11:20:07Z", "2026-02-03 11:20:07 -07:00", "2/3/2026 11:20:07 AM"])
def test_a_time_that_may_mean_another_is_not_guessed(text: str) -> None:
    with pytest.raises(wire.MisfitError, match=r"yyyy-MM-dd HH:mm:ss @ \$\.DateTStamp"):
        patient(DateTStamp=text)


def test_numbers_may_be_texts() -> None:
    row = wire.structure(
        Schedule,
        {"ScheduleNum": "31", "SchedDate": "2026-05-12", "StartTime": "08:00:00", "StopTime": "", "ProvNum": "1",
         "SchedType": "Provider", "BlockoutType": "0", "operatories": "5,6", "EmployeeNum": ""},
    )  # fmt: skip

    assert (row.schedule_num, row.prov_num, row.blockout_type, row.employee_num) == (31, 1, 0, 0)
    assert (row.start_time, row.stop_time, row.sched_type) == (time(8), None, SchedType.PROVIDER)
    assert row.operatories == (5, 6)
    assert wire.structure(Schedule, {"ScheduleNum": 1, "operatories": ""}).operatories == ()
    assert wire.structure(Schedule, {"ScheduleNum": 1, "operatories": [7]}).operatories == (7,)
    assert wire.structure(Schedule, {"ScheduleNum": 1}).operatories is None


@pytest.mark.parametrize(
    ("zip_code", "text"), [(97401, "97401"), (7030, "07030"), (70301234, "070301234"), ("97401-1234", "97401-1234")]
)
def test_a_zip_may_be_a_number_that_lost_its_zeros(zip_code: object, text: str) -> None:
    assert wire.structure(PatientRow, {"PatNum": 1, "Zip": zip_code}).zip == text
    assert wire.structure(Clinic, {"ClinicNum": 1, "BillingZip": zip_code}).billing_zip == text


@pytest.mark.parametrize(("amount", "value"), [(0.0, Decimal("0.0")), ("130.00", Decimal("130.00")), ("", None)])
def test_money_is_exact(amount: object, value: Decimal | None) -> None:
    assert patient(EstBalance=amount).est_balance == value


@pytest.mark.parametrize(
    ("record", "word", "text", "value"),
    [
        (Patient, "Gender", "Female", Gender.FEMALE),
        (Patient, "PreferConfirmMethod", "textMessage", ContactMethod.TEXT_MESSAGE),
        (Patient, "TxtMsgOk", 1, YN.YES),
        (Commlog, "Mode_", "In Person", CommMode.IN_PERSON),
        (Commlog, "Mode_", "EmailAndText", CommMode.EMAIL_AND_TEXT),
        (AppointmentType, "RequiredProcCodesNeeded", 0, models.RequiredProcCodesNeeded.NONE),
        (AppointmentType, "RequiredProcCodesNeeded", "AtLeastOne", models.RequiredProcCodesNeeded.AT_LEAST_ONE),
    ],
)
def test_known_words_are_members(record: type[models.Record], word: str, text: object, value: object) -> None:
    number = next(name for name in FIELDS[record].split() if name.endswith("Num"))

    row = wire.structure(record, {number: 1, word: text})

    assert getattr(row, snake(word)) is value


@pytest.mark.parametrize(("word", "kept"), [("Cancelled", "Cancelled"), (99, "99"), ("", "")])
def test_an_unknown_word_stays_text(word: object, kept: str) -> None:
    status = wire.structure(Appointment, {"AptNum": 1, "AptStatus": word}).apt_status

    assert status == kept
    assert not isinstance(status, AptStatus)


def test_twin_keys_are_kept_apart() -> None:
    row = wire.structure(Appointment, {"AptNum": 1, "Confirmed": 19, "confirmed": "Not Called"})
    room = wire.structure(Operatory, {"OperatoryNum": 1, "OperatoryType": 0, "operatoryType": ""})

    assert (row.confirmed, row.confirmed_text) == (19, "Not Called")
    assert (room.operatory_type, room.operatory_type_text) == (0, "")


def test_hidden_definitions_are_hidden_in_both_spellings() -> None:
    assert wire.structure(Definition, {"DefNum": 1, "isHidden": "true"}).is_hidden is True
    assert wire.structure(Definition, {"DefNum": 1, "IsHidden": "true"}).is_hidden is True


@pytest.mark.parametrize(("said", "value"), [(12, 12), ("12", 12), ("General", "General")])
def test_a_specialty_is_a_number_or_a_name(said: object, value: int | str) -> None:
    assert wire.structure(Provider, {"ProvNum": 1, "Specialty": said}).specialty == value


# Absent, empty, unknown.


def test_absent_and_empty_differ() -> None:
    assert patient().preferred is None
    assert patient(Preferred="").preferred == ""


def test_empty_keys_are_zero_and_an_empty_primary_key_is_a_fault() -> None:
    assert patient(Guarantor="", ClinicNum=None).guarantor == 0
    with pytest.raises(wire.MisfitError, match=r"expected a whole number @ \$\.PatNum"):
        patient(PatNum="")


def test_the_object_is_kept_as_received() -> None:
    body = {"PatNum": 412, "Birthdate": "0001-01-01", "NewThing": [1, {"a": None}]}

    assert wire.structure(Patient, body).raw == body


def test_the_key_of_a_subscription_is_a_secret_everywhere() -> None:
    row = wire.structure(Subscription, {"SubscriptionNum": 1, "CustomerKey": "OfficeKey123", "EndPointUrl": "x"})

    assert row.customer_key == Secret("OfficeKey123")
    assert row.raw["CustomerKey"] == Secret("OfficeKey123")
    assert "OfficeKey123" not in f"{row!r} {row.raw}"


@given(st.dictionaries(st.sampled_from(FIELDS[Patient].split()), st.sampled_from(["Xq7", "1x", 3, -1, None, 0.5, ""])))
def test_any_object_is_read_or_refused_without_showing_it(said: dict[str, Any]) -> None:
    message, row = "", None
    try:
        row = wire.structure(Patient, said)
    except wire.MisfitError as error:
        message = str(error)

    assert row is None or row.raw == said
    assert "Xq7" not in message
    assert "1x" not in message


# Answers.


def test_one_object_may_come_in_a_list() -> None:
    read = wire.one(Patient, "GET /patients/{PatNum}")

    assert read(reply({"PatNum": 7})).pat_num == 7
    assert read(reply([{"PatNum": 7}])).pat_num == 7


def test_a_list_of_one_may_come_as_the_object() -> None:
    read = wire.many(Provider, "GET /providers")

    assert [row.prov_num for row in read(reply({"ProvNum": 1}))] == [1]
    assert [row.prov_num for row in read(reply([{"ProvNum": 1}, {"ProvNum": 2}]))] == [1, 2]
    assert read(reply([])) == []


@pytest.mark.parametrize("content", [b"", b"null", b'"Success"', b"7", b"<html>", b"[7]", b"[null]"])
def test_an_answer_to_a_read_must_hold_rows(content: bytes) -> None:
    with pytest.raises(UnexpectedResponseError) as caught:
        wire.many(Patient, "GET /patients/Simple")(Reply(200, {}, content))

    assert caught.value.call == "GET /patients/Simple"
    assert caught.value.problems


def test_faults_name_paths_and_rules_but_no_values() -> None:
    rows = [{"PatNum": 1}, {"PatNum": "x", "Birthdate": "14/03/1988", "Premed": "Okafor", "DateTStamp": "2026-02-31"}]

    with pytest.raises(UnexpectedResponseError) as caught:
        wire.many(Patient, "GET /patients/Simple")(reply(rows))

    assert set(caught.value.problems) == {
        "expected a whole number @ $[1].PatNum",
        "expected a date yyyy-MM-dd or a time yyyy-MM-dd HH:mm:ss @ $[1].Birthdate",
        'expected "true" or "false" @ $[1].Premed',
        "expected a day that exists @ $[1].DateTStamp",
    }
    assert "Okafor" not in str(caught.value)


@pytest.mark.parametrize(
    ("record", "said", "rule"),
    [
        (Patient, {"PatNum": 1, "EstBalance": "much"}, "expected a number @ $.EstBalance"),
        (Patient, {"PatNum": 1, "LName": True}, "expected a text @ $.LName"),
        (Patient, {"PatNum": True}, "expected a whole number @ $.PatNum"),
        (Schedule, {"ScheduleNum": 1, "operatories": 5}, 'expected numbers, as "5,6" or as a list @ $.operatories'),
        (Schedule, {"ScheduleNum": 1, "StartTime": "8 am"}, "expected a time HH:mm:ss @ $.StartTime"),
        (Schedule, {"ScheduleNum": 1, "StartTime": 8}, "expected a time HH:mm:ss @ $.StartTime"),
        (Patient, 7, "expected an object @ $"),
    ],
)
def test_each_fault_has_its_rule(record: type[models.Record], said: object, rule: str) -> None:
    with pytest.raises(wire.MisfitError) as caught:
        wire.structure(record, said)

    assert str(caught.value) == rule


def test_one_record_is_one() -> None:
    with pytest.raises(UnexpectedResponseError, match="expected one object"):
        wire.one(Patient, "GET /patients/{PatNum}")(reply([]))


def test_a_missing_primary_key_is_named() -> None:
    with pytest.raises(UnexpectedResponseError, match=r"missing @ \$\.Permission"):
        wire.one(SecurityPerm, "GET /securityperms")(reply({"HasPermission": "true"}))


@pytest.mark.parametrize("content", [b"", b"null", b'""', b'"Saved."', b"Saved", b"{}", b"[]"])
def test_a_write_may_answer_without_a_record(content: bytes) -> None:
    read = wire.written(Commlog, "POST /commlogs")

    assert read(Reply(201, {}, content)) == wire.NoBody(0)
    located = Reply(201, {"location": "https://api.opendental.com/api/v1/commlogs/4711"}, content)
    assert read(located) == wire.NoBody(4711)


def test_a_write_may_answer_with_the_record() -> None:
    read = wire.written(Commlog, "POST /commlogs")

    assert read(reply({"CommlogNum": 5}, 200)) == Commlog(commlog_num=5)
    assert read(reply([{"CommlogNum": 5}], 201)) == Commlog(commlog_num=5)
    with pytest.raises(UnexpectedResponseError, match=r"@ \$\.CommlogNum"):
        read(reply({"CommlogNum": "none"}))


def test_a_written_record_that_does_not_fit_is_read_back_by_its_number() -> None:
    read = wire.written(Commlog, "POST /commlogs")
    located = {"location": "https://api.opendental.com/api/v1/commlogs/4711"}

    assert read(reply({"CommlogNum": 5, "CommDateTime": "soon"})) == wire.NoBody(5)
    assert read(Reply(201, located, b'{"CommDateTime": "soon"}')) == wire.NoBody(4711)


def test_raw_answers_are_json_or_nothing() -> None:
    read = wire.plain("GET /carriers")

    assert read(Reply(200, {}, b"")) is None
    assert read(reply({"a": [1]})) == {"a": [1]}
    with pytest.raises(UnexpectedResponseError, match="expected JSON"):
        read(Reply(200, {}, b"<html>"))


def test_a_plan_type_is_its_word_and_the_empty_one_a_percentage() -> None:
    types = [wire.structure(InsPlan, {"PlanNum": 1, "PlanType": word}).plan_type for word in ("", "p", "x")]

    assert types == [PlanType.PERCENTAGE, PlanType.PPO, "x"]


def test_two_spellings_of_a_relationship_are_one_word() -> None:
    words = ("InjuredPlantiff", "Injured Plaintiff", "Dependant", "Cousin")
    read = [wire.structure(PatPlan, {"PatPlanNum": 1, "Relationship": word}).relationship for word in words]

    assert read == [Relationship.INJURED_PLAINTIFF, Relationship.INJURED_PLAINTIFF, Relationship.DEPENDENT, "Cousin"]
