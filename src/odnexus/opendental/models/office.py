"""How an office is set up: types, people, rooms, definitions, clinics, preferences, schedules, permissions."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import ClassVar

from attrs import field, frozen

from odnexus.opendental.models.enums import ProvStatus, RequiredProcCodesNeeded, SchedType
from odnexus.opendental.models.record import Record


@frozen(kw_only=True, repr=False)
class AppointmentType(Record):
    """A kind of appointment (page "API AppointmentTypes").

    An empty `pattern` means that the length comes from the procedures; `code_str` lists their codes, separated by
    commas.
    """

    KEY: ClassVar[tuple[str, ...]] = ("appointment_type_num",)

    appointment_type_num: int
    appointment_type_name: str | None = None
    appointment_type_color: str | None = None
    is_hidden: bool | None = None
    pattern: str | None = None
    code_str: str | None = None
    code_str_required: str | None = None
    required_proc_codes_needed: RequiredProcCodesNeeded | str | None = None
    blockout_types: str | None = None


@frozen(kw_only=True, repr=False)
class Provider(Record):
    """A dentist, hygienist or other provider; hidden and deleted ones are listed too (page "API Providers")."""

    KEY: ClassVar[tuple[str, ...]] = ("prov_num",)

    prov_num: int
    abbr: str | None = None
    l_name: str | None = field(default=None, repr=False)
    f_name: str | None = field(default=None, repr=False)
    mi: str | None = field(default=None, repr=False)
    suffix: str | None = field(default=None, repr=False)
    fee_sched: int = 0
    specialty: int | str | None = None
    ssn: str | None = field(default=None, repr=False)
    state_license: str | None = field(default=None, repr=False)
    is_secondary: bool | None = None
    prov_color: str | None = None
    is_hidden: bool | None = None
    using_tin: bool | None = field(default=None, repr=False)
    sig_on_file: bool | None = field(default=None, repr=False)
    national_prov_id: str | None = field(default=None, repr=False)
    date_t_stamp: datetime | None = None
    is_not_person: bool | None = None
    prov_status: ProvStatus | str | None = None
    is_hidden_report: bool | None = None
    birthdate: date | None = field(default=None, repr=False)
    sched_note: str | None = field(default=None, repr=False)
    preferred_name: str | None = field(default=None, repr=False)
    server_date_time: datetime | None = None


@frozen(kw_only=True, repr=False)
class Operatory(Record):
    """A column of the schedule; hidden ones are listed too (page "API Operatories")."""

    KEY: ClassVar[tuple[str, ...]] = ("operatory_num",)

    operatory_num: int
    op_name: str | None = None
    abbrev: str | None = None
    item_order: int | None = None
    is_hidden: bool | None = None
    prov_dentist: int = 0
    prov_hygienist: int = 0
    is_hygiene: bool | None = None
    clinic_num: int = 0
    set_prospective: bool | None = None
    is_web_sched: bool | None = None
    operatory_type: int = 0
    operatory_type_text: str | None = None


@frozen(kw_only=True, repr=False)
class Definition(Record):
    """An entry of one of the office's lists: its number differs from office to office (page "API Definitions")."""

    KEY: ClassVar[tuple[str, ...]] = ("def_num",)

    def_num: int
    item_name: str | None = None
    item_value: str | None = None
    category: int | None = None
    category_text: str | None = None
    is_hidden: bool | None = None
    item_order: int | None = None
    supp: str | None = None


@frozen(kw_only=True, repr=False)
class Clinic(Record):
    """A clinic that is not hidden; an office without clinics has none (page "API Clinics")."""

    KEY: ClassVar[tuple[str, ...]] = ("clinic_num",)

    clinic_num: int
    description: str | None = None
    address: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    billing_address: str | None = None
    billing_address2: str | None = None
    billing_city: str | None = None
    billing_state: str | None = None
    billing_zip: str | None = None
    pay_to_address: str | None = None
    pay_to_address2: str | None = None
    pay_to_city: str | None = None
    pay_to_state: str | None = None
    pay_to_zip: str | None = None
    phone: str | None = None
    abbr: str | None = None
    is_hidden: bool | None = None


@frozen(kw_only=True, repr=False)
class Preference(Record):
    """A setting of the office (page "API Preferences")."""

    KEY: ClassVar[tuple[str, ...]] = ("pref_name",)

    pref_num: int = 0
    pref_name: str
    value_string: str | None = field(default=None, repr=False)


@frozen(kw_only=True, repr=False)
class Schedule(Record):
    """Hours of a provider or employee, a blockout, or a holiday (page "API Schedules").

    A PRACTICE row is a holiday or a note and its times mean nothing. `operatories` is empty when the row is not
    linked to operatories: then each operatory's own provider decides.
    """

    KEY: ClassVar[tuple[str, ...]] = ("schedule_num",)

    schedule_num: int
    sched_date: date | None = None
    start_time: time | None = None
    stop_time: time | None = None
    sched_type: SchedType | str | None = None
    prov_num: int = 0
    blockout_type: int = 0
    blockout_type_text: str | None = None
    note: str | None = field(default=None, repr=False)
    operatories: tuple[int, ...] | None = None
    employee_num: int = 0
    date_t_stamp: datetime | None = None


@frozen(kw_only=True, repr=False)
class SecurityPerm(Record):
    """Whether this key has one permission in this office (page "API Security")."""

    KEY: ClassVar[tuple[str, ...]] = ("permission",)

    permission: str
    has_permission: bool | None = None
