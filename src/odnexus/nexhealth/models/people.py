"""Records of patients and what hangs on them.

`Patient` holds every shape in which NexHealth sends a person: row of a list, single read, answer of a create, patient
of an appointment, guarantor, child. Fields that a shape lacks are ``None`` or empty; `raw` says which were there.
Shapes: pages "Patients", "Insurance coverages", "Patient alerts" of docs.nexhealth.com.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import field, frozen

from odnexus.nexhealth.models._base import Record

if TYPE_CHECKING:
    from odnexus.nexhealth.models.visits import Appointment, Procedure


@frozen(kw_only=True, repr=False)
class Bio(Record):
    """The bag of personal details. No key is promised: each may be missing, empty or null.

    A value that does not read as its type (a birth date such as ``0000-00-00``) is ``None`` here and stands in `raw`.

    Attributes:
        phone_number: Main phone, ten digits as a rule.
        gender: ``Male``, ``Female`` or ``Other``; NexHealth stores ``Female`` where it is not known.
        new_patient: True for a placeholder that is not in the practice's system yet.
        non_patient: True for a guarantor or other person who is no patient.
    """

    phone_number: str | None = None
    cell_phone_number: str | None = None
    home_phone_number: str | None = None
    work_phone_number: str | None = None
    custom_contact_number: str | None = None
    date_of_birth: date | None = None
    gender: str | None = None
    street_address: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    insurance_name: str | None = None
    race: str | None = None
    ssn: str | None = None
    weight: int | None = None
    height: int | None = None
    new_patient: bool | None = None
    non_patient: bool | None = None
    verified_mobile: bool | None = None


@frozen(kw_only=True, repr=False)
class PrivacyAuthorization(Record):
    """HIPAA flags of a patient."""

    authorization: bool | None = None
    authorization_date: date | None = None
    privacy: bool | None = None
    privacy_date: date | None = None
    consent: bool | None = None
    consent_date: date | None = None


@frozen(kw_only=True, repr=False)
class PatientAddress(Record):
    """Structured address, with ``include=["address"]``."""

    line_1: str | None = None
    line_2: str | None = None
    postal_code: str | None = None
    city: str | None = None
    region: str | None = None


@frozen(kw_only=True, repr=False)
class PatientAlert(Record):
    """An alert that was made through the API."""

    id: int
    patient_id: int | None = None
    note: str | None = None
    disabled_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@frozen(kw_only=True, repr=False)
class Subscriber(Record):
    """Policy holder of a coverage."""

    id: int
    name: str | None = None
    date_of_birth: date | None = None


@frozen(kw_only=True, repr=False)
class FeeSchedule(Record):
    """Fee schedule of an insurance plan."""

    id: int
    name: str | None = None
    active: bool | None = None
    location_id: int | None = None
    updated_at: datetime | None = None


@frozen(kw_only=True, repr=False)
class InsurancePlan(Record):
    """An insurance plan of the practice's system; read-only.

    Attributes:
        payer_id: Electronic payer id, as it stands on claims.
        foreign_id: Number of the plan in the practice's system.
        patient_coverages: With ``include=["patient_coverages"]``, and so on for the other sub-records.
    """

    id: int
    payer_id: str | None = None
    name: str | None = None
    address: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country_code: str | None = None
    group_num: str | None = None
    employer_name: str | None = None
    foreign_id: str | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    patient_coverages: tuple[Coverage, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    fee_schedule: FeeSchedule | None = None


@frozen(kw_only=True, repr=False)
class Coverage(Record):
    """A patient's insurance coverage; read-only.

    Attributes:
        subscription_relation: Relation to the policy holder, for example ``self`` or ``child``.
        priority: Order; the lowest is the primary coverage.
        insurance_type: ``dental``, ``medical`` or ``vision``.
    """

    id: int
    subscription_relation: str | None = None
    patient_id: int | None = None
    priority: int | None = None
    plan_id: int | None = None
    subscriber_num: str | None = None
    effective_date: date | None = None
    expiration_date: date | None = None
    insurance_type: str | None = None
    updated_at: datetime | None = None
    active: bool | None = None
    subscriber: Subscriber | None = None
    plan: InsurancePlan | None = None


@frozen(kw_only=True, repr=False)
class Price(Record):
    """An amount of money in whole currency units."""

    amount: Decimal | None = None
    currency: str | None = None


@frozen(kw_only=True, repr=False)
class Patient(Record):
    """A person in NexHealth.

    Attributes:
        foreign_id: Id in the practice's system; ``None`` until a first appointment was inserted there.
        foreign_id_type: Names the connected system; an opaque namespace for `foreign_id`.
        last_sync_time: Last time that the data changed at the source; ``None`` if it never came from there.
        guarantor_id: Id of the responsible person.
        upcoming_appts: With ``include=["upcoming_appts"]``, and so on for the other sub-records.
        adjustments: Ledger rows as received; the ledger is not modelled.
    """

    id: int
    email: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    institution_id: int | None = None
    foreign_id: str | None = None
    foreign_id_type: str | None = None
    bio: Bio | None = None
    inactive: bool | None = None
    last_sync_time: datetime | None = None
    guarantor_id: int | None = None
    billing_type: str | None = None
    chart_id: str | None = None
    preferred_language: str | None = None
    preferred_locale: str | None = None
    provider_id: int | None = None
    unsubscribe_sms: bool | None = None
    location_ids: tuple[int, ...] = ()
    hipaa: PrivacyAuthorization | None = None
    address: PatientAddress | None = None
    guarantor: Patient | None = None
    children: tuple[Patient, ...] = ()
    provider: Patient | None = None
    last_visited_appointment: Appointment | None = None
    upcoming_appts: tuple[Appointment, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    insurance_coverages: tuple[Coverage, ...] = ()
    patient_alerts: tuple[PatientAlert, ...] = ()
    adjustments: tuple[Mapping[str, object], ...] = field(default=(), hash=False)
    charges: tuple[Mapping[str, object], ...] = field(default=(), hash=False)
    payments: tuple[Mapping[str, object], ...] = field(default=(), hash=False)


@frozen(kw_only=True)
class Created:
    """What `patients.create` did.

    Attributes:
        patient: The patient.
        existed: True if NexHealth found a match and returned it (status 200), False if it is new (201).
    """

    patient: Patient
    existed: bool
