"""Fields of procedures, recalls, waitlist texts and appointment fields that may be sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Required, TypedDict

from odnexus.opendental.models import ApptFieldType, Priority, ProcStatus


class _ProcedureDetails(TypedDict, total=False):
    apt_num: int | None
    proc_fee: str
    surf: str | None
    tooth_num: str | None
    tooth_range: str | None
    prov_num: int
    planned_apt_num: int | None
    clinic_num: int | None


class ProcedureCreate(_ProcedureDetails, total=False):
    """A new procedure (page "API ProcedureLogs", POST): give `proc_code` or `code_num`."""

    pat_num: Required[int]
    proc_date: Required[date]
    proc_status: Required[ProcStatus | str]
    proc_code: str
    code_num: int


class ProcedureChanges(_ProcedureDetails, total=False):
    """Changes of a procedure (page "API ProcedureLogs", PUT)."""

    proc_date: date
    proc_status: ProcStatus | str


class RecallChanges(TypedDict, total=False):
    """Changes of a recall (page "API Recalls", PUT)."""

    date_due: date | None
    recall_interval: str
    recall_status: int | None
    note: str | None
    is_disabled: bool
    disable_until_date: date | None
    priority: Priority | str | None


class AsapCommCreate(TypedDict, total=False):
    """A text that offers an opening (page "API AsapComms", POST): give `apt_num` or `recall_num`."""

    op: Required[int]
    date_time_start: Required[datetime]
    apt_num: int
    recall_num: int


class ApptFieldDefCreate(TypedDict, total=False):
    """A new name for values of appointments (page "API ApptFieldDefs", POST)."""

    field_name: Required[str]
    field_type: ApptFieldType | str
    pick_list: str | None
