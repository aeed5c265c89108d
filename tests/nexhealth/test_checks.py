"""Rows against the filters they were asked with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from odnexus.nexhealth import table
from odnexus.nexhealth.checks import CHECKS, fits
from odnexus.nexhealth.models import (
    Appointment,
    ClinicalNote,
    Coverage,
    DocumentType,
    InsurancePlan,
    Location,
    Operatory,
    Patient,
    Provider,
    Record,
    SlotGroup,
    SyncStatus,
    WebhookEndpoint,
    WebhookSubscription,
)
from odnexus.nexhealth.wire import structure
from tests.nexhealth.answers import APPOINTMENT, PATIENT

AT = datetime(2026, 3, 9, 16, tzinfo=UTC)
MS = timedelta(milliseconds=1)
CHANGED = datetime(2026, 3, 2, 17, 9, 40, 1000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "row", "filters", "fitting"),
    [
        (Appointment, {}, {"location_id": 12}, True),
        (Appointment, {}, {"location_id": 13}, False),
        (Appointment, {"location_id": None}, {"location_id": 13}, True),
        (Appointment, {}, {"start": AT, "end": AT}, True),
        (Appointment, {}, {"start": AT + MS}, False),
        (Appointment, {}, {"end": AT - MS}, False),
        (Appointment, {"start_time": None}, {"start": AT + MS, "end": AT - MS}, True),
        (Appointment, {}, {"cancelled": False}, True),
        (Appointment, {"cancelled": True}, {"cancelled": False}, False),
        (Appointment, {"cancelled": None}, {"cancelled": False}, True),
        (Appointment, {"unavailable": True}, {"unavailable": False}, False),
        (Appointment, {}, {"updated_since": CHANGED}, True),
        (Appointment, {}, {"updated_since": CHANGED + MS}, False),
        (Appointment, {}, {"updated_since": CHANGED + MS / 2}, True),
        (Appointment, {"updated_at": None}, {"updated_since": CHANGED + MS}, True),
        (Appointment, {}, {"appointment_type_id": 28}, False),
        (Appointment, {}, {"foreign_id": "8842"}, True),
        (Appointment, {}, {"foreign_id": "8843"}, False),
        (Appointment, {"foreign_id": None}, {"foreign_id": "8842"}, False),
        (Appointment, {}, {"created_by": 901}, True),
        (Appointment, {"created_by_user_id": 902}, {"created_by": 901}, False),
        (Appointment, {}, {"patient_ids": [700412, 1]}, True),
        (Appointment, {"patient_id": None}, {"patient_ids": [700412]}, False),
        (Appointment, {}, {"provider_ids": [78]}, False),
        (Appointment, {}, {"operatory_ids": [32]}, False),
        (Appointment, {}, {"nex_only": True, "timezone": "UTC", "sort": "updated_at"}, True),
        (Patient, {}, {"inactive": True}, False),
        (Patient, {}, {"new_patient": False}, False),
        (Patient, {"bio": {}}, {"new_patient": False, "non_patient": False}, True),
        (Patient, {"bio": None}, {"new_patient": False}, True),
        (Patient, {}, {"non_patient": True}, False),
        (Patient, {}, {"date_of_birth": date(1988, 11, 20)}, True),
        (Patient, {}, {"date_of_birth": date(1988, 11, 2)}, False),
        (Patient, {"bio": {}}, {"date_of_birth": date(1988, 11, 20)}, False),
        (Patient, {}, {"email": " MARA.lund@example.org"}, True),
        (Patient, {"email": None}, {"email": "mara.lund@example.org"}, False),
        (Patient, {}, {"phone_number": "5055550123"}, True),
        (Patient, {"bio": {"home_phone_number": "(505) 555-0123"}}, {"phone_number": "5055550123"}, True),
        (Patient, {"bio": None}, {"phone_number": "5055550123"}, False),
        (Patient, {}, {"name": "somebody else"}, True),
        (Provider, {"locations": [{"id": 12}]}, {"location_id": 13}, False),
        (Provider, {"locations": []}, {"location_id": 13}, True),
        (Provider, {}, {"ids": [1]}, False),
        (Provider, {}, {"ids": [700412], "inactive": False}, True),
        (Operatory, {"location_id": 12}, {"location_id": 13}, False),
        (InsurancePlan, {"payer_id": "60054", "group_num": "G-1"}, {"payer_id": "60054", "group_num": "G-2"}, False),
        (InsurancePlan, {"payer_id": None}, {"payer_id": "60054"}, False),
        (InsurancePlan, {}, {"payer_id": "60054", "include_deleted": True}, True),
        (Coverage, {"patient_id": 5}, {"patient_id": 6}, False),
        (Coverage, {"patient_id": 5, "active": False}, {"patient_id": 5, "active": True}, False),
        (Coverage, {"patient_id": 5, "active": None}, {"patient_id": 5, "active": True}, True),
        (Location, {"inactive": True}, {"inactive": False}, False),
        (SlotGroup, {"lid": 12, "pid": 77}, {"lids": [12], "pids": [78]}, False),
        (SlotGroup, {"lid": 12}, {"lids": [12], "pids": [78], "operatory_ids": [1]}, True),
        (SyncStatus, {"read_status": "red"}, {"read_status": "green"}, False),
        (SyncStatus, {"locations": [{"id": 12}]}, {"location_ids": [13]}, False),
        (SyncStatus, {"locations": []}, {"location_ids": [13]}, True),
        (WebhookEndpoint, {"active": False}, {"active": True}, False),
        (WebhookSubscription, {"event": "patient_created"}, {"event": "patient_updated"}, False),
    ],
)
def test_a_row_fits_what_was_asked(
    kind: type[Record], row: dict[str, Any], filters: dict[str, Any], fitting: bool
) -> None:
    base = APPOINTMENT if kind is Appointment else PATIENT if kind in {Patient, Provider} else {"id": 1}

    assert fits(kind, filters)(structure({**base, **row}, kind)) is fitting


def test_what_was_not_asked_for_is_not_checked() -> None:
    assert fits(Appointment, {"cancelled": None, "per_page": 5})(structure({"id": 1, "cancelled": True}, Appointment))


@pytest.mark.parametrize(
    ("row", "narrow", "wide"),
    [
        ({}, True, True),
        ({"email": "other@example.org"}, False, True),
        ({"bio": {"date_of_birth": "1990-01-01"}}, False, True),
        ({"inactive": True}, False, False),
    ],
)
def test_a_widened_search_stays_wide_only_when_asked(row: dict[str, Any], narrow: bool, wide: bool) -> None:
    filters = {"email": "mara.lund@example.org", "date_of_birth": date(1988, 11, 20), "inactive": False}
    patient = structure({**PATIENT, **row}, Patient)

    assert fits(Patient, filters)(patient) is narrow
    assert fits(Patient, filters, narrow=False)(patient) is wide


def test_a_birth_date_alone_is_checked_even_when_wide() -> None:
    assert not fits(Patient, {"date_of_birth": date(1990, 1, 1)}, narrow=False)(structure(PATIENT, Patient))


def test_every_check_belongs_to_a_parameter_of_the_list() -> None:
    listed = {
        Appointment: table.APPOINTMENTS,
        Patient: table.PATIENTS,
        Provider: table.PROVIDERS,
        Operatory: table.OPERATORIES,
        InsurancePlan: table.INSURANCE_PLANS,
        Coverage: table.INSURANCE_COVERAGES,
        Location: table.LOCATIONS,
        SlotGroup: table.SLOTS,
        SyncStatus: table.SYNC_STATUS,
        DocumentType: table.DOCUMENT_TYPES,
        ClinicalNote: table.CLINICAL_NOTES,
        WebhookEndpoint: table.WEBHOOK_ENDPOINTS,
        WebhookSubscription: table.SUBSCRIPTIONS,
    }

    assert {kind.__name__: sorted(set(checks) - set(listed[kind].fields)) for kind, checks in CHECKS.items()} == {
        kind.__name__: [] for kind in listed
    }
