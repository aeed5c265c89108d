"""Appointments, their history, and openings (pages "API Appointments", "API HistAppointments")."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from attrs import field, frozen

from odnexus.opendental.models.enums import AptStatus, EServiceLogType, HistApptAction, Priority
from odnexus.opendental.models.record import Record


@frozen(kw_only=True, repr=False)
class _Visit(Record):
    """What `Appointment` and `WebSchedAppointment` share."""

    KEY: ClassVar[tuple[str, ...]] = ("apt_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("apt_num", "pat_num")

    server_date_time: datetime | None = None
    apt_num: int
    pat_num: int = 0
    apt_status: AptStatus | str | None = None
    pattern: str | None = None
    confirmed: int = 0
    confirmed_text: str | None = None
    op: int = 0
    note: str | None = field(default=None, repr=False)
    prov_num: int = 0
    prov_abbr: str | None = None
    prov_hyg: int = 0
    apt_date_time: datetime | None = field(default=None, repr=False)
    next_apt_num: int = 0
    unsched_status: int = 0
    unsched_status_text: str | None = None
    proc_descript: str | None = field(default=None, repr=False)
    clinic_num: int = 0
    is_hygiene: bool | None = None
    date_t_stamp: datetime | None = None
    date_time_arrived: datetime | None = field(default=None, repr=False)
    date_time_seated: datetime | None = field(default=None, repr=False)
    date_time_dismissed: datetime | None = field(default=None, repr=False)
    appointment_type_num: int = 0


@frozen(kw_only=True, repr=False)
class _FullVisit(_Visit):
    """What `Appointment` and `HistAppointment` have beyond that."""

    time_locked: bool | None = None
    is_new_patient: bool | None = None
    assistant: int = 0
    ins_plan1: int = 0
    ins_plan2: int = 0
    date_time_asked_to_arrive: datetime | None = field(default=None, repr=False)
    color_override: str | None = None
    sec_user_num_entry: int = 0
    sec_date_t_entry: datetime | None = None
    priority: Priority | str | None = None
    pattern_secondary: str | None = None
    item_order_planned: int | None = None
    is_mirrored: bool | None = None


@frozen(kw_only=True, repr=False)
class Appointment(_FullVisit):
    """One visit in Open Dental's schedule, or a planned or unscheduled one.

    `apt_date_time` is the office's wall clock; an unscheduled appointment keeps an old one. `pattern` has one
    character per five minutes: ``X`` provider time, ``/`` assistant time. `confirmed` is the number of a definition
    of this office, `confirmed_text` its name. `server_date_time` is the office's clock when it answered a GET.
    """


@frozen(kw_only=True, repr=False)
class WebSchedAppointment(_Visit):
    """A row of ``GET /appointments/WebSched``: an appointment with the service that made it."""

    e_service_log_type: EServiceLogType | str | None = None


@frozen(kw_only=True, repr=False)
class HistAppointment(_FullVisit):
    """One step in the life of an appointment; a deleted appointment is only visible here."""

    KEY: ClassVar[tuple[str, ...]] = ("hist_appt_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("hist_appt_num", "apt_num", "pat_num")

    hist_appt_num: int
    hist_user_num: int = 0
    hist_date_t_stamp: datetime | None = None
    hist_appt_action: HistApptAction | str | None = None
    appt_source: str | None = None


@frozen(kw_only=True, repr=False)
class Slot(Record):
    """A whole open interval of a provider in an operatory, in office time (not one possible start)."""

    KEY: ClassVar[tuple[str, ...]] = ("date_time_start", "date_time_end", "prov_num", "op_num")

    date_time_start: datetime | None = None
    date_time_end: datetime | None = None
    prov_num: int = 0
    op_num: int = 0
