"""Patients (page "API Patients")."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from odnexus.opendental.models.enums import YN, ContactMethod, Gender, PatStatus, Position
from odnexus.opendental.models.record import Record


@frozen(kw_only=True, repr=False)
class Patient(Record):
    """A chart in full, as ``GET /patients/{PatNum}`` and ``GET /patients/Simple`` give it.

    All times are wall-clock times of the office. `server_date_time` is the office's clock when it answered; only
    ``/patients/Simple`` gives it. `billing_type` is the name of a definition, not its number.
    """

    KEY: ClassVar[tuple[str, ...]] = ("pat_num",)

    server_date_time: datetime | None = None
    pat_num: int
    l_name: str | None = field(default=None, repr=False)
    f_name: str | None = field(default=None, repr=False)
    middle_i: str | None = field(default=None, repr=False)
    preferred: str | None = field(default=None, repr=False)
    pat_status: PatStatus | str | None = None
    gender: Gender | str | None = field(default=None, repr=False)
    position: Position | str | None = field(default=None, repr=False)
    birthdate: date | None = field(default=None, repr=False)
    ssn: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    address2: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    zip: str | None = field(default=None, repr=False)
    hm_phone: str | None = field(default=None, repr=False)
    wk_phone: str | None = field(default=None, repr=False)
    wireless_phone: str | None = field(default=None, repr=False)
    guarantor: int = 0
    email: str | None = field(default=None, repr=False)
    est_balance: Decimal | None = field(default=None, repr=False)
    pri_prov: int = 0
    pri_prov_abbr: str | None = None
    sec_prov: int = 0
    sec_prov_abbr: str | None = None
    fee_sched: int = 0
    billing_type: str | None = field(default=None, repr=False)
    image_folder: str | None = field(default=None, repr=False)
    fam_fin_urg_note: str | None = field(default=None, repr=False)
    med_urg_note: str | None = field(default=None, repr=False)
    appt_mod_note: str | None = field(default=None, repr=False)
    chart_number: str | None = field(default=None, repr=False)
    medicaid_id: str | None = field(default=None, repr=False)
    bal_total: Decimal | None = field(default=None, repr=False)
    bal_0_30: Decimal | None = field(default=None, repr=False)
    bal_31_60: Decimal | None = field(default=None, repr=False)
    bal_61_90: Decimal | None = field(default=None, repr=False)
    bal_over90: Decimal | None = field(default=None, repr=False)
    ins_est: Decimal | None = field(default=None, repr=False)
    date_time_last_aging: str | None = field(default=None, repr=False)
    employer_num: int = 0
    date_first_visit: date | None = field(default=None, repr=False)
    clinic_num: int = 0
    clinic_abbr: str | None = None
    has_ins: str | None = field(default=None, repr=False)
    premed: bool | None = field(default=None, repr=False)
    ward: str | None = field(default=None, repr=False)
    prefer_confirm_method: ContactMethod | str | None = field(default=None, repr=False)
    prefer_contact_method: ContactMethod | str | None = field(default=None, repr=False)
    prefer_recall_method: ContactMethod | str | None = field(default=None, repr=False)
    language: str | None = field(default=None, repr=False)
    admit_date: date | None = field(default=None, repr=False)
    site_desc: str | None = field(default=None, repr=False)
    site_num: int = 0
    date_t_stamp: datetime | None = None
    super_family: int = 0
    txt_msg_ok: YN | str | None = field(default=None, repr=False)
    sec_user_num_entry: int = 0
    sec_date_entry: date | None = None


@frozen(kw_only=True, repr=False)
class PatientRow(Record):
    """A row of ``GET /patients``: poorer than `Patient`, without change time, gender and guarantor."""

    KEY: ClassVar[tuple[str, ...]] = ("pat_num",)

    pat_num: int
    l_name: str | None = field(default=None, repr=False)
    f_name: str | None = field(default=None, repr=False)
    middle_i: str | None = field(default=None, repr=False)
    preferred: str | None = field(default=None, repr=False)
    pat_status: PatStatus | str | None = None
    birthdate: date | None = field(default=None, repr=False)
    ssn: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    address2: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    zip: str | None = field(default=None, repr=False)
    hm_phone: str | None = field(default=None, repr=False)
    wk_phone: str | None = field(default=None, repr=False)
    wireless_phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    pri_prov_abbr: str | None = None
    sec_prov_abbr: str | None = None
    billing_type: str | None = field(default=None, repr=False)
    chart_number: str | None = field(default=None, repr=False)
    clinic_num: int = 0
    clinic_abbr: str | None = None
    site_desc: str | None = field(default=None, repr=False)
    txt_msg_ok: YN | str | None = field(default=None, repr=False)
