"""What visits are for and who is asked to come sooner: procedures, recalls, ASAP texts, fields of appointments."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from attrs import field, frozen

from odnexus.opendental.models.enums import ApptFieldType, Priority, ProcStatus
from odnexus.opendental.models.record import Record


@frozen(kw_only=True, repr=False)
class ProcedureCode(Record):
    """A procedure that the office knows (page "API ProcedureCodes").

    `proc_time` counts the office's own time increment, not five minutes.
    """

    KEY: ClassVar[tuple[str, ...]] = ("code_num",)

    code_num: int
    proc_code: str | None = None
    descript: str | None = None
    abbr_desc: str | None = None
    proc_time: str | None = None
    proc_cat: int = 0
    is_hygiene: bool | None = None
    date_t_stamp: datetime | None = None


@frozen(kw_only=True, repr=False)
class Procedure(Record):
    """A procedure of a patient, planned or done (page "API ProcedureLogs").

    It belongs to at most one appointment (`apt_num`) and one planned appointment.
    """

    KEY: ClassVar[tuple[str, ...]] = ("proc_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("proc_num", "pat_num", "apt_num")

    proc_num: int
    pat_num: int = 0
    apt_num: int = 0
    proc_date: date | None = field(default=None, repr=False)
    proc_fee: str | None = field(default=None, repr=False)
    surf: str | None = field(default=None, repr=False)
    tooth_num: str | None = field(default=None, repr=False)
    tooth_range: str | None = field(default=None, repr=False)
    proc_status: ProcStatus | str | None = field(default=None, repr=False)
    prov_num: int = 0
    planned_apt_num: int = 0
    clinic_num: int = 0
    code_num: int = 0
    proc_code: str | None = field(default=None, repr=False)
    descript: str | None = field(default=None, repr=False)
    date_t_stamp: datetime | None = None
    server_date_time: datetime | None = None


@frozen(kw_only=True, repr=False)
class Recall(Record):
    """When a patient is due again, one row per patient and type (page "API Recalls")."""

    KEY: ClassVar[tuple[str, ...]] = ("recall_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("recall_num", "pat_num")

    recall_num: int
    pat_num: int = 0
    date_due: date | None = field(default=None, repr=False)
    date_previous: date | None = field(default=None, repr=False)
    recall_interval: str | None = field(default=None, repr=False)
    recall_status: int = 0
    recall_status_text: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)
    is_disabled: bool | None = None
    date_t_stamp: datetime | None = None
    recall_type_num: int = 0
    disable_until_date: date | None = field(default=None, repr=False)
    date_scheduled: date | None = field(default=None, repr=False)
    priority: Priority | str | None = None


@frozen(kw_only=True, repr=False)
class AsapComm(Record):
    """A text that offered an opening to somebody on the ASAP list (page "API AsapComms").

    `f_key` is the appointment or recall that the offer is about, as `f_key_type` says.
    """

    KEY: ClassVar[tuple[str, ...]] = ("asap_comm_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("asap_comm_num", "f_key", "pat_num")

    asap_comm_num: int
    f_key: int = 0
    f_key_type: str | None = None
    schedule_num: int = 0
    pat_num: int = 0
    clinic_num: int = 0
    date_time_entry: datetime | None = None
    date_time_expire: datetime | None = None
    date_time_sms_scheduled: datetime | None = None
    sms_send_status: str | None = None
    date_time_sms_sent: datetime | None = None
    response_status: str | None = None
    date_time_orig: datetime | None = field(default=None, repr=False)
    template_text: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)


@frozen(kw_only=True, repr=False)
class ApptField(Record):
    """A value that the office keeps with an appointment under a name of its own (page "API ApptFields").

    `field_value` is ``""`` where none is set.
    """

    KEY: ClassVar[tuple[str, ...]] = ("apt_num", "field_name")

    apt_num: int
    field_name: str
    field_value: str | None = field(default=None, repr=False)


@frozen(kw_only=True, repr=False)
class ApptFieldDef(Record):
    """A name under which appointments may hold a value (page "API ApptFieldDefs")."""

    KEY: ClassVar[tuple[str, ...]] = ("appt_field_def_num",)

    appt_field_def_num: int
    field_name: str | None = None
    field_type: ApptFieldType | str | None = None
    pick_list: str | None = None
