"""Fields of appointments that may be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Required, TypedDict

from odnexus.opendental.models import AptStatus, Priority


class _AppointmentDetails(TypedDict, total=False):
    pattern: str
    confirmed: int
    note: str | None
    prov_num: int
    prov_hyg: int | None
    clinic_num: int | None
    is_hygiene: bool
    date_time_arrived: time
    date_time_seated: time
    date_time_dismissed: time
    is_new_patient: bool
    priority: Priority | str | None
    appointment_type_num: int | None
    color_override: str | None
    pattern_secondary: str
    assistant: int | None
    is_mirrored: bool


class AppointmentCreate(_AppointmentDetails, total=False):
    """A new appointment (page "API Appointments", POST)."""

    pat_num: Required[int]
    op: Required[int]
    apt_date_time: Required[datetime]
    apt_status: AptStatus | str
    sec_user_num_entry: int


class AppointmentChanges(_AppointmentDetails, total=False):
    """Changes of an appointment (page "API Appointments", PUT). `note` overwrites; `unsched_status` needs 22.2."""

    apt_status: AptStatus | str
    op: int
    apt_date_time: datetime
    unsched_status: int | None


class PlannedCreate(TypedDict, total=False):
    """A new planned appointment (page "API Appointments", POST Planned)."""

    pat_num: Required[int]
    appointment_type_num: int | None
    proc_nums: Sequence[int]
    pattern: str
    confirmed: int
    note: str | None
    prov_num: int
    prov_hyg: int | None
    clinic_num: int | None
    is_hygiene: bool
    is_new_patient: bool
    priority: Priority | str | None
    pattern_secondary: str


class PlannedSchedule(TypedDict, total=False):
    """When and where a planned appointment is to take place (page "API Appointments", POST SchedulePlanned)."""

    apt_num: Required[int]
    apt_date_time: Required[datetime]
    prov_num: Required[int]
    op: Required[int]
    confirmed: int
    note: str | None


class WebSchedCreate(TypedDict):
    """A slot of ``GET /appointments/SlotsWebSched`` to book (page "API Appointments", POST WebSched)."""

    pat_num: int
    date_time_start: datetime
    date_time_end: datetime
    prov_num: int
    op_num: int
    def_num_appt_type: int
