"""Records of the calendar: appointments, procedures and open slots.

Shapes: pages "Appointments", "Procedures" and "Available slots" of docs.nexhealth.com.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from attrs import field, frozen

from odnexus._calls import Secret
from odnexus.nexhealth.models._base import Record
from odnexus.nexhealth.models.people import Patient, Price
from odnexus.nexhealth.models.practice import AppointmentType, Descriptor, Operatory


@frozen(kw_only=True, repr=False)
class BodySite(Record):
    """Where a procedure is done."""

    tooth: tuple[str, ...] = ()
    surface: str | None = None


@frozen(kw_only=True, repr=False)
class Procedure(Record):
    """A procedure of the practice's system; read-only."""

    id: int
    location_id: int | None = None
    patient_id: int | None = None
    provider_id: int | None = None
    appointment_id: int | None = None
    code: str | None = None
    name: str | None = None
    status: str | None = None
    updated_at: datetime | None = None
    body_site: BodySite | None = None
    fee: Price | None = None
    start_date: date | None = None
    end_date: date | None = None
    treatment_plan_ids: tuple[int, ...] = ()


@frozen(kw_only=True, repr=False)
class BookingDetails(Record):
    """How a booking came about, with ``include=["booking_details"]``."""

    booked_via_nexhealth_generated_link: bool | None = None
    campaign_type: str | None = None
    campaign_id: str | None = None
    campaign_medium: str | None = None
    booked_via_one_click: bool | None = None


@frozen(kw_only=True, repr=False)
class Appointment(Record):
    """A visit, or a block in the schedule (`unavailable`).

    Every time is an aware datetime in UTC; `timezone` names the zone of the practice.

    Attributes:
        foreign_id: Id in the practice's system; ``None`` until it was inserted there.
        confirmed: Confirmed by the office.
        patient_confirmed: Confirmed by the patient, through NexHealth's own messages or in the practice's system.
        cancelled: Cancelled; the spelling ``canceled`` is read as well.
        cancelled_at: When it was cancelled; stays after the office restored the visit.
        deleted: Deleted in the practice's system; only in older shapes and some webhooks.
        checkin_at: When the patient arrived.
        misc: Flags such as ``is_booked_on_nexhealth`` and ``booked_by_api_user_id``.
        sooner_if_possible: The patient asked for an earlier time.
        timezone_offset: UTC offset as text, such as ``-7:00``.
        patient: With ``include=["patient"]`` (the default of a single read), and so on for the other sub-records.
        stripe_client_secret: Of a booking with a deposit, on create and edit only.
    """

    id: int
    patient_id: int | None = None
    provider_id: int | None = None
    provider_name: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    confirmed: bool | None = None
    patient_missed: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    note: str | None = None
    unavailable: bool | None = None
    cancelled: bool | None = None
    deleted: bool | None = None
    timezone: str | None = None
    timezone_offset: str | None = None
    institution_id: int | None = None
    appointment_type_id: int | None = None
    checkin_at: datetime | None = None
    location_id: int | None = None
    foreign_id: str | None = None
    foreign_id_type: str | None = None
    misc: Mapping[str, object] | None = field(default=None, hash=False)
    last_sync_time: datetime | None = None
    patient_confirmed: bool | None = None
    patient_confirmed_at: datetime | None = None
    created_by_user_id: int | None = None
    is_guardian: bool | None = None
    cancelled_at: datetime | None = None
    is_new_clients_patient: bool | None = None
    confirmed_at: datetime | None = None
    sooner_if_possible: bool | None = None
    operatory_id: int | None = None
    checked_out: bool | None = None
    checked_out_at: datetime | None = None
    referrer: str | None = None
    is_past_patient: bool | None = None
    patient: Patient | None = None
    operatory: Operatory | None = None
    appointment_type: AppointmentType | None = None
    procedures: tuple[Procedure, ...] = ()
    descriptors: tuple[Descriptor, ...] = ()
    booking_details: BookingDetails | None = None
    stripe_client_secret: Secret | None = None


@frozen(kw_only=True, repr=False)
class Slot(Record):
    """An opening that can be booked; nothing reserves it.

    Attributes:
        time: Start, aware, with the offset of the practice as sent (the local day is ``time.date()``).
        end_time: End, likewise.
        working_hour_label_id: Label of the window it came from.
    """

    time: datetime
    end_time: datetime | None = None
    operatory_id: int | None = None
    provider_id: int | None = None
    working_hour_label_id: int | None = None


@frozen(kw_only=True, repr=False)
class SlotGroup(Record):
    """Openings of one location, provider and operatory.

    Attributes:
        lid: Location id.
        pid: Provider id, ``None`` when not grouped by provider.
        next_available_date: First local day with an opening within 180 days; ``None`` says nothing while `slots` has
            some, and points to a fault in the set-up while it has none.
    """

    lid: int | None = None
    pid: int | None = None
    operatory_id: int | None = None
    slots: tuple[Slot, ...] = ()
    next_available_date: date | None = None
