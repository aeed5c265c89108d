"""What lists of NexHealth can be asked for, as TypedDicts. ``None`` is the same as leaving a filter out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Required, TypedDict

from odnexus.nexhealth.words import (
    Feature,
    HourSource,
    OperatoryInclude,
    PatientSort,
    ProviderInclude,
    ResourceType,
    SyncLight,
    UpdatedSort,
    WebhookEvent,
)


class Paging(TypedDict, total=False):
    """How a cursor list is walked through (page "Pagination").

    `per_page` is 1,000 unless given, the most that NexHealth takes. A walk can begin at a cursor of an earlier page:
    forwards after `end_cursor`, or backwards before `start_cursor`.
    """

    per_page: int | None
    end_cursor: str | None
    start_cursor: str | None


class LocationFilters(TypedDict, total=False):
    """Filters of ``GET /locations``."""

    inactive: bool | None
    foreign_id: str | None
    filter_by_subscription_feature: Feature | None


class PatientFilters(Paging, total=False):
    """Filters of ``GET /patients``.

    `name` is a fuzzy search. For booking ask for ``inactive=False, non_patient=False, new_patient=False``.
    """

    name: str | None
    email: str | None
    phone_number: str | None
    date_of_birth: date | None
    inactive: bool | None
    foreign_id: str | None
    updated_since: datetime | None
    new_patient: bool | None
    non_patient: bool | None
    forms_syncable: bool | None
    location_strict: bool | None
    sort: PatientSort | Sequence[PatientSort] | None


class AppointmentFilters(Paging, total=False):
    """Filters of ``GET /appointments``.

    `start` and `end` bound the start time, both included. Without `cancelled` and `unavailable` cancelled visits and
    schedule blocks are among the rows. `patient_ids` takes 25 at most.
    """

    start: Required[datetime]
    end: Required[datetime]
    timezone: str | None
    cancelled: bool | None
    unavailable: bool | None
    nex_only: bool | None
    updated_since: datetime | None
    appointment_type_id: int | None
    foreign_id: str | None
    created_by: int | None
    patient_ids: Sequence[int] | None
    provider_ids: Sequence[int] | None
    operatory_ids: Sequence[int] | None
    sort: UpdatedSort | None


class ProviderFilters(Paging, total=False):
    """Filters of ``GET /providers``; `requestable` looks at online booking at the location."""

    foreign_id: str | None
    requestable: bool | None
    inactive: bool | None
    updated_since: datetime | None
    include: Sequence[ProviderInclude] | None
    ids: Sequence[int] | None
    sort: UpdatedSort | None


class InsurancePlanFilters(Paging, total=False):
    """Filters of ``GET /insurance_plans``; `include_deleted` adds plans that were deleted."""

    updated_since: datetime | None
    payer_id: str | None
    group_num: str | None
    include_deleted: bool | None
    sort: UpdatedSort | Sequence[UpdatedSort] | None


class CoverageFilters(Paging, total=False):
    """Filters of ``GET /insurance_coverages``; ``active=False`` gives inactive coverages instead of active ones."""

    updated_since: datetime | None
    patient_id: int | None
    active: bool | None


class OperatoryFilters(Paging, total=False):
    """Filters of ``GET /operatories``."""

    search_name: str | None
    foreign_id: str | None
    updated_since: datetime | None
    include: Sequence[OperatoryInclude] | None


class SlotFilters(TypedDict, total=False):
    """Parameters of ``GET /available_slots``.

    `start_date` is a day of the location, `days` the length of the window (more than 14 is slow: move on with
    `SlotGroup.next_available_date`). Give `pids` or `appointment_type_id`. Without `lids` the client's location counts.
    """

    start_date: Required[date]
    days: Required[int]
    lids: Sequence[int] | None
    pids: Sequence[int] | None
    operatory_ids: Sequence[int] | None
    appointment_type_id: int | None
    working_hour_label_id: int | None
    working_hour_source: HourSource | None
    slot_length: int | None
    slot_interval: int | None
    overlapping_operatory_slots: bool | None
    appointments_per_timeslot: int | None


class SyncStatusFilters(TypedDict, total=False):
    """Filters of ``GET /sync_status``."""

    read_status: SyncLight | None
    write_status: SyncLight | None
    location_ids: Sequence[int] | None


class SubscriptionFilters(TypedDict, total=False):
    """Filters of ``GET /webhook_endpoints/{id}/webhook_subscriptions``."""

    resource_type: ResourceType | None
    event: WebhookEvent | None


class ClinicalNoteFilters(Paging, total=False):
    """Filters of ``GET /clinical_notes``; times are aware."""

    patient_id: int | None
    procedure_id: int | None
    entered_before: datetime | None
    entered_after: datetime | None
    updated_since: datetime | None
