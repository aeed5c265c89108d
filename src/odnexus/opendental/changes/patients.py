"""Fields of patients that may be sent."""

from __future__ import annotations

from datetime import date
from typing import Required, TypedDict

from odnexus.opendental.models import YN, ContactMethod, Gender, PatStatus, Position


class _PatientDetails(TypedDict, total=False):
    middle_i: str | None
    preferred: str | None
    pat_status: PatStatus | str
    gender: Gender | str | None
    position: Position | str
    birthdate: date | None
    ssn: str | None
    address: str | None
    address2: str | None
    city: str | None
    state: str | None
    zip: str | None
    hm_phone: str | None
    wk_phone: str | None
    wireless_phone: str | None
    guarantor: int
    email: str | None
    pri_prov: int
    sec_prov: int | None
    fee_sched: int | None
    billing_type: str
    fam_fin_urg_note: str | None
    chart_number: str | None
    medicaid_id: str | None
    employer_num: int | None
    date_first_visit: date | None
    clinic_num: int | None
    premed: bool
    ward: str | None
    admit_date: date | None
    prefer_confirm_method: ContactMethod | str | None
    prefer_contact_method: ContactMethod | str | None
    prefer_recall_method: ContactMethod | str | None
    language: str | None
    super_family: int | None
    txt_msg_ok: YN | str | None
    med_urg_note: str | None
    appt_mod_note: str | None


class PatientCreate(_PatientDetails, total=False):
    """A new chart (page "API Patients", POST)."""

    l_name: Required[str]
    f_name: Required[str]


class PatientChanges(_PatientDetails, total=False):
    """Changes of a chart (page "API Patients", PUT)."""

    l_name: str
    f_name: str
