from __future__ import annotations

import pytest

from odnexus.errors import ConfigurationError
from odnexus.opendental.endpoints import Endpoint
from odnexus.opendental.models import CommMode, DefCategory, Gender, PatStatus
from odnexus.opendental.names import SPELLINGS
from odnexus.opendental.tables import (
    ENDPOINTS,
    appointments,
    care,
    clinical,
    documents,
    insurance,
    office,
    patients,
    records,
)

EACH = pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda each: each.name)


def test_each_endpoint_has_a_name_of_its_own() -> None:
    modules = (patients, appointments, office, records, care, clinical, documents, insurance)
    count = sum(len(module.ENDPOINTS) for module in modules)

    assert len(ENDPOINTS) == count == 134


def test_what_cannot_work_is_not_offered() -> None:
    deleted = {name.removeprefix("DELETE ").split("/")[1] for name in ENDPOINTS if name.startswith("DELETE")}

    assert deleted == {
        "subscriptions", "patfielddefs", "patfields", "allergies", "diseases", "medicationpats", "documents",
        "procedurelogs", "inssubs", "patplans", "benefits",
    }  # fmt: skip


@EACH
def test_creations_and_appends_are_never_repeated(endpoint: Endpoint) -> None:
    once = endpoint.method == "POST" or endpoint.path.endswith(("/Break", "/Note"))

    assert endpoint.repeatable is not once


@EACH
def test_permissions_follow_the_verb(endpoint: Endpoint) -> None:
    reading = endpoint.method == "GET" or endpoint.page == "API Subscriptions"

    assert (endpoint.permission == "ApiReadAll") == (reading and endpoint.method != "DELETE")
    assert endpoint.permission.startswith("Api")
    assert endpoint.page.startswith("API ")


@EACH
def test_gates_are_not_older_than_the_endpoint(endpoint: Endpoint) -> None:
    for field in (*endpoint.params.values(), *endpoint.body.values()):
        assert field.gate is None or field.gate > endpoint.gate


@EACH
def test_only_reads_have_parameters_and_only_writes_have_bodies(endpoint: Endpoint) -> None:
    assert not (endpoint.params and endpoint.method != "GET")
    assert not (endpoint.body and endpoint.method not in ("POST", "PUT"))
    assert endpoint.partial <= (endpoint.method == "PUT")


def test_every_list_can_be_paged() -> None:
    # One field of one appointment is found by its name, not by a number in the path.
    single = {care.APPT_FIELD.name}
    gets = [each for each in ENDPOINTS.values() if each.method == "GET" and each.name not in single]
    lists = [each for each in gets if "{" not in each.path]

    assert all("offset" in each.params for each in lists)


@pytest.mark.parametrize(
    ("endpoint", "values", "field"),
    [
        (patients.CREATE, {"l_name": "Ng", "f_name": "Ana", "guarantor": 1, "super_family": 2}, "super_family"),
        (patients.CREATE, {"l_name": " ", "f_name": "Ana"}, "l_name"),
        (patients.CREATE, {"l_name": "Ng", "f_name": "Ana", "pat_status": PatStatus.DELETED}, "pat_status"),
        (patients.CREATE, {"l_name": "Ng", "f_name": "Ana", "gender": Gender.OTHER}, "gender"),
        (patients.UPDATE, {"l_name": None}, "l_name"),
        (patients.UPDATE, {"l_name": ""}, "l_name"),
        (patients.UPDATE, {"guarantor": None}, "guarantor"),
        (appointments.UPDATE, {"pat_num": 3}, "pat_num"),
        (appointments.UPDATE, {"apt_status": "Cancelled"}, "apt_status"),
        (appointments.UPDATE, {"pattern": "XX", "pattern_secondary": "/"}, "pattern_secondary"),
        (appointments.BREAK, {"send_to_unscheduled_list": None}, "send_to_unscheduled_list"),
        (appointments.BREAK, {"send_to_unscheduled_list": True, "break_type": "Late"}, "break_type"),
        (appointments.CONFIRM, {}, "confirm_val"),
        (appointments.CONFIRM, {"confirm_val": "Sent", "def_num": 21}, "confirm_val"),
        (appointments.NOTE, {"note": ""}, "note"),
        (office.CREATE_PROVIDER, {"abbr": "X", "is_not_person": True, "f_name": "Ana"}, "f_name, mi"),
        (office.UPDATE_CLINIC, {"phone": "(541)555-0188"}, "phone"),
        (records.CREATE_COMMLOG, {"pat_num": 1, "note": "x", "mode_": CommMode.FAX}, "mode_"),
        (records.CREATE_SUBSCRIPTION, {"end_point_url": "https://a.example.org/"}, "watch_table"),
        (
            records.CREATE_SUBSCRIPTION,
            {"end_point_url": "https://a.example.org/", "watch_table": "Patient"},
            "polling_seconds",
        ),
        (
            records.CREATE_SUBSCRIPTION,
            {"end_point_url": "https://a.example.org/", "ui_event_type": "PatientSelected", "polling_seconds": 5},
            "polling_seconds",
        ),
        (insurance.CREATE_INS_SUB, {"plan_num": 1, "subscriber": 2, "subscriber_id": " "}, "subscriber_id"),
        (insurance.CREATE_PAT_PLAN, {"pat_num": 1, "ins_sub_num": 2, "ordinal": 0}, "ordinal"),
        (insurance.CREATE_PAT_PLAN, {"pat_num": 1, "ins_sub_num": 2, "relationship": "Other"}, "relationship"),
        (
            insurance.CREATE_INS_PLAN,
            {"carrier_num": 1, "plan_type": "p", "is_blue_book_enabled": True},
            "is_blue_book_enabled",
        ),
        (insurance.CREATE_BENEFIT, {"benefit_type": "Deductible", "coverage_level": "Family"}, "plan_num"),
        (
            insurance.CREATE_BENEFIT,
            {"plan_num": 1, "benefit_type": "Deductible", "coverage_level": "Family", "percent": 80},
            "percent",
        ),
        (
            insurance.CREATE_BENEFIT,
            {"plan_num": 1, "benefit_type": "CoInsurance", "coverage_level": "None", "monetary_amt": 5},
            "monetary_amt",
        ),
        (insurance.UPDATE_BENEFIT, {"cov_cat_num": 3, "proc_code": "D0120"}, "proc_code"),
        (insurance.UPDATE_BENEFIT, {"monetary_amt": -1}, "monetary_amt"),
        (insurance.UPDATE_INS_VERIFY, {"verify_type": "PatientEnrollment"}, "f_key"),
    ],
)
def test_what_the_pages_forbid_is_refused_before_it_is_sent(
    endpoint: Endpoint, values: dict[str, object], field: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        endpoint.content(values)

    assert str(caught.value).startswith(f"{field}: ")


@pytest.mark.parametrize("endpoint", [appointments.SLOTS, appointments.SLOTS_WEB_SCHED, office.SCHEDULES])
def test_a_range_of_days_has_two_ends(endpoint: Endpoint) -> None:
    from datetime import date

    with pytest.raises(ConfigurationError, match="date_end: give date_start and date_end together"):
        endpoint.query({"date_start": date(2026, 5, 12)})


def test_a_key_of_a_verification_needs_its_type() -> None:
    with pytest.raises(ConfigurationError, match="verify_type: give it together with f_key"):
        insurance.INS_VERIFIES.query({"f_key": 5})


def test_a_percentage_is_spelled_out_in_the_filter_only() -> None:
    assert insurance.INS_PLANS.query({"plan_type": ""}) == (("PlanType", "percentage"),)
    assert insurance.INS_PLANS.query({"plan_type": "p"}) == (("PlanType", "p"),)
    assert insurance.CREATE_INS_PLAN.content({"carrier_num": 1, "plan_type": ""})["PlanType"] == ""


def test_all_benefits_came_later_than_those_of_one_plan() -> None:
    of_one, of_all = (max(gate for _, gate in insurance.BENEFITS.gates(sent)) for sent in ({"PlanNum": 1}, {}))

    assert of_one < of_all == (23, 2, 62)


def test_a_blank_filter_is_refused_since_it_would_find_everybody() -> None:
    with pytest.raises(ConfigurationError, match="l_name: "):
        patients.SEARCH.query({"l_name": ""})


def test_definitions_are_filtered_by_number_and_created_by_name() -> None:
    assert office.DEFINITIONS.query({"category": DefCategory.APPT_CONFIRMED}) == (("Category", "2"),)
    assert office.CREATE_DEFINITION.content({"item_name": "x", "category_text": DefCategory.APPT_CONFIRMED}) == {
        "ItemName": "x",
        "category": "ApptConfirmed",
    }


def test_vendors_spellings_are_kept_letter_by_letter() -> None:
    created = office.CREATE_PROVIDER.content({"abbr": "X", "national_prov_id": "1"})
    changed = office.UPDATE_PROVIDER.content({"national_prov_id": "1"})

    assert "NationalProvID" in created
    assert "NationalProvId" in changed
    assert "NationalProvID" in {word for words in SPELLINGS.values() for each in words.values() for word in each}
