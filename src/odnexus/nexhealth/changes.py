"""What may be written to NexHealth, as TypedDicts: the one list of writable fields for type checkers.

Absent means *leave as it is*. Nothing here can be cleared: NexHealth documents no way to, so ``None`` is refused.
Every date-time must be aware; it is sent with its offset.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NotRequired, Required, TypedDict

from odnexus.nexhealth.words import Gender, ResourceType, TypeScope, WebhookEvent


class PatientCreate(TypedDict, total=False):
    """A new patient (page "Patients"). Phone numbers are exactly ten digits, as NexHealth stores them.

    Without `gender` NexHealth stores ``Female``: send it, or know that you do not know it.
    """

    provider_id: Required[int]
    first_name: Required[str]
    last_name: Required[str]
    email: Required[str]
    date_of_birth: Required[date]
    phone_number: Required[str]
    home_phone_number: str
    cell_phone_number: str
    work_phone_number: str
    custom_contact_number: str
    gender: Gender
    weight: int
    height: int
    street_address: str
    address_line_1: str
    address_line_2: str
    city: str
    state: str
    zip_code: str
    insurance_name: str
    ssn: str
    race: str


class Dependant(TypedDict):
    """The person for whom a guardian books."""

    first_name: str
    last_name: str
    date_of_birth: date
    gender: NotRequired[Gender]


class AppointmentCreate(TypedDict, total=False):
    """A new appointment (page "Appointments").

    `patient_id` is needed unless `unavailable` makes it a block; with `is_guardian` it is the guardian's and `patient`
    describes the dependant. Give `end_time`, or an `appointment_type_id` that knows the length. `operatory_id` is
    needed where the location has `map_by_operatory`. `note` holds 128 characters. `appointments_per_timeslot` (1–5) is
    for eClinicalWorks and NextGen only.
    """

    patient_id: int
    provider_id: Required[int]
    operatory_id: int
    start_time: Required[datetime]
    end_time: datetime
    appointment_type_id: int
    note: str
    unavailable: bool
    is_guardian: bool
    is_new_clients_patient: bool
    referrer: str
    patient: Dependant
    descriptor_ids: Sequence[int]
    appointments_per_timeslot: int


class AppointmentChanges(TypedDict, total=False):
    """Changes of an appointment (page "Edit appointment").

    `confirmed` and `cancelled` go one way and can only be set; so does `checkin_at`, from nothing to a time. Times,
    chair and note can be changed on Dentrix, Dentrix Enterprise, Eaglesoft and Open Dental. Nothing else can be.
    """

    confirmed: Literal[True]
    cancelled: Literal[True]
    checkin_at: datetime
    start_time: datetime
    end_time: datetime
    operatory_id: int
    note: str


class AppointmentTypeChanges(TypedDict, total=False):
    """Changes of an appointment type (page "Appointment types"); `parent_id` is needed for ``Location``."""

    name: str
    minutes: int
    parent_type: TypeScope
    parent_id: int
    bookable_online: bool
    emr_appt_descriptor_ids: Sequence[int]


class AppointmentTypeCreate(AppointmentTypeChanges, total=False):
    """A new appointment type; names are unique."""


class WebhookEndpointChanges(TypedDict, total=False):
    """Changes of a webhook endpoint; `active` turns it on again after NexHealth turned it off."""

    target_url: str
    active: bool


class WebhookEndpointCreate(TypedDict):
    """A new webhook endpoint; `target_url` must be HTTPS."""

    target_url: str
    active: NotRequired[bool]


class SubscriptionCreate(TypedDict):
    """A new webhook subscription: the base event, never one with a suffix."""

    resource_type: ResourceType
    event: WebhookEvent
    active: NotRequired[bool]


class SubscriptionChanges(TypedDict, total=False):
    """Changes of a webhook subscription: pause, resume, or move it to another endpoint."""

    new_endpoint_id: int
    active: bool
