"""Patients: what may be asked and sent (page "API Patients"). Patients can be neither deleted nor merged."""

from __future__ import annotations

from odnexus.opendental import kinds
from odnexus.opendental.endpoints import Endpoint, fields, may, must, not_both, since
from odnexus.opendental.filters import among, changed_since, contains, equals, same_digits
from odnexus.opendental.kinds import words
from odnexus.opendental.models import YN, ContactMethod, Gender, PatStatus, Position

PAGE = "API Patients"

_SETTABLE_STATUS = tuple(status for status in PatStatus if status is not PatStatus.DELETED)
_CONTACT = words(ContactMethod, clear=ContactMethod.NONE)

_DETAILS = (
    may("MiddleI", kinds.TEXT_100),
    may("Preferred", kinds.TEXT_100),
    may("PatStatus", words(PatStatus, *_SETTABLE_STATUS)),
    may("Gender", words(Gender, Gender.MALE, Gender.FEMALE, Gender.UNKNOWN, clear=Gender.UNKNOWN)),
    may("Position", words(Position)),
    may("Birthdate", kinds.DATE),
    may("SSN", kinds.SSN),
    may("Address", kinds.TEXT_100),
    may("Address2", kinds.TEXT_100),
    may("City", kinds.TEXT_100),
    may("State", kinds.STATE),
    may("Zip", kinds.ZIP),
    may("HmPhone", kinds.PHONE),
    may("WkPhone", kinds.PHONE),
    may("WirelessPhone", kinds.PHONE),
    may("Guarantor", kinds.POSITIVE),
    may("Email", kinds.TEXT_100),
    may("PriProv", kinds.POSITIVE),
    may("SecProv", kinds.KEY),
    may("FeeSched", kinds.KEY, "25.2.19"),
    may("BillingType", kinds.SOME_TEXT),
    may("FamFinUrgNote", kinds.TEXT, "23.2.5.0"),
    may("ChartNumber", kinds.CHART_NUMBER),
    may("MedicaidID", kinds.MEDICAID_ID, "24.4.13"),
    may("EmployerNum", kinds.KEY, "24.3.30"),
    may("DateFirstVisit", kinds.DATE, "22.4.42"),
    may("ClinicNum", kinds.KEY),
    may("Premed", kinds.BOOLEAN, "25.2.30"),
    may("Ward", kinds.TEXT, "24.1.12"),
    may("AdmitDate", kinds.DATE, "24.1.12"),
    may("PreferConfirmMethod", _CONTACT),
    may("PreferContactMethod", _CONTACT),
    may("PreferRecallMethod", _CONTACT, "22.2"),
    may("Language", kinds.TEXT_100),
    may("SuperFamily", kinds.KEY, "22.4.38"),
    may("TxtMsgOk", words(YN, clear=YN.UNKNOWN)),
    # Named by sources of 2026 only, gate unknown: refusing is better than an office that drops them silently.
    may("MedUrgNote", kinds.SHORT_NOTE, "26.1"),
    may("ApptModNote", kinds.SHORT_NOTE, "26.1"),
)

GET = Endpoint(method="GET", path="/patients/{PatNum}", permission="ApiReadAll", page=PAGE)

SIMPLE = Endpoint(
    method="GET",
    path="/patients/Simple",
    gate=since("21.2"),
    permission="ApiReadAll",
    page=PAGE,
    lasting=True,
    params=fields(
        may("LName", kinds.SOME_TEXT, check=contains("l_name")),
        may("FName", kinds.SOME_TEXT, check=contains("f_name", "preferred")),
        may("Birthdate", kinds.DATE, check=equals("birthdate")),
        may("ClinicNum", kinds.NUMBER, check=equals("clinic_num")),
        may("PatStatus", words(PatStatus, *_SETTABLE_STATUS), check=equals("pat_status")),
        may("DateTStamp", kinds.DATE_TIME, check=changed_since("date_t_stamp")),
        may("PriProv", kinds.NUMBER, "21.3", check=equals("pri_prov")),
        may("Gender", words(Gender), "22.3.6", check=equals("gender")),
        may("Position", words(Position), "22.3.6", check=equals("position")),
        may("Guarantor", kinds.NUMBER, "22.4.19", check=equals("guarantor")),
        may("SuperFamily", kinds.NUMBER, "22.4.38", check=equals("super_family")),
        may("FeeSched", kinds.NUMBER, "25.2.19", check=equals("fee_sched")),
        may("EmployerNum", kinds.NUMBER, "24.3.30", check=equals("employer_num")),
        may("Offset", kinds.NUMBER),
    ),
)

SEARCH = Endpoint(
    method="GET",
    path="/patients",
    permission="ApiReadAll",
    page=PAGE,
    params=fields(
        may("LName", kinds.SOME_TEXT, check=contains("l_name")),
        may("FName", kinds.SOME_TEXT, check=contains("f_name", "preferred")),
        may("Phone", kinds.SOME_TEXT, check=same_digits("hm_phone", "wk_phone", "wireless_phone")),
        may("Address", kinds.SOME_TEXT, check=contains("address", "address2")),
        may("hideInactive", kinds.BOOLEAN),
        may("City", kinds.SOME_TEXT, check=contains("city")),
        may("State", kinds.SOME_TEXT, check=contains("state")),
        may("SSN", kinds.SOME_TEXT, check=contains("ssn")),
        may("ChartNumber", kinds.SOME_TEXT, check=contains("chart_number")),
        may("guarOnly", kinds.BOOLEAN),
        may("showArchived", kinds.BOOLEAN),
        may("Birthdate", kinds.DATE, check=equals("birthdate")),
        may("SiteNum", kinds.NUMBER),
        may("SubscriberId", kinds.SOME_TEXT),
        may("Email", kinds.SOME_TEXT, check=contains("email")),
        may("Country", kinds.SOME_TEXT),
        may("clinicNums", kinds.NUMBER_COMMAS, check=among("clinic_num")),
        may("clinicAbbr", kinds.SOME_TEXT),
        may("invoiceNumber", kinds.SOME_TEXT),
        may("Offset", kinds.NUMBER),
    ),
)

CREATE = Endpoint(
    method="POST",
    path="/patients",
    permission="ApiPatients",
    page=PAGE,
    repeatable=False,
    body=fields(must("LName", kinds.NAME), must("FName", kinds.NAME), *_DETAILS),
    rules=(not_both("guarantor", "super_family"),),
)

UPDATE = Endpoint(
    method="PUT",
    path="/patients/{PatNum}",
    gate=since("21.2"),
    permission="ApiPatients",
    page=PAGE,
    partial=True,
    body=fields(may("LName", kinds.NAME), may("FName", kinds.NAME), *_DETAILS),
)

ENDPOINTS = (GET, SIMPLE, SEARCH, CREATE, UPDATE)
