"""Patients (page "Patients"): the full object, reading one, creating and changing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from odnexus.testing.opendental.endpoints import Answer, Ask, Endpoint, Param, accept, created, reading, updated
from odnexus.testing.opendental.practice import BILLING
from odnexus.testing.opendental.refusals import Refusal, invalid
from odnexus.testing.opendental.resources import families
from odnexus.testing.opendental.schema import UNVERIFIED, Field, Schema, hidden, twin
from odnexus.testing.opendental.twins import clinic_abbr, definition_text, provider_abbr
from odnexus.testing.opendental.values import (
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    INT,
    SSN,
    STATE,
    TEXT,
    ZIP,
    Kind,
    Row,
    Value,
    filled,
    key_of,
    text,
    words,
)

if TYPE_CHECKING:
    from odnexus.testing.http import Json
    from odnexus.testing.opendental.practice import Practice

STATUSES = ("Patient", "NonPatient", "Inactive", "Archived", "Deceased", "Prospective")
GENDERS = ("Male", "Female", "Unknown", "Other")
POSITIONS = ("Single", "Married", "Child", "Widowed", "Divorced")
CONTACT = words("None", "DoNotCall", "HmPhone", "WkPhone", "WirelessPh", "Email", "SeeNotes", "Mail", "TextMessage")
PHONES = ("HmPhone", "WkPhone", "WirelessPhone")


def _billing(name: str, raw: Json, practice: Practice) -> Value:
    # The wire has the definition's name, the column its number.
    number = practice.definition_named(BILLING, raw) if isinstance(raw, str) else 0
    if not number:
        raise invalid(name)
    return number


def _language(name: str, raw: Json, practice: Practice) -> Value:
    known = {part.strip() for part in practice.preference("LanguagesUsedByPatients").split(",")}
    if not isinstance(raw, str) or (raw and raw not in known):
        raise invalid(name)
    return raw


NAME = text(100)
PHONE = text(30)
PROVIDER = key_of("providers", "Provider")

PATIENT = Schema(
    name="patients",
    key="PatNum",
    one="Patient",
    first_key=401,
    stamp="DateTStamp",
    entered=("SecDateEntry",),
    defaults={"Gender": "Unknown"},
    fields=(
        Field("PatNum", INT),
        Field("LName", filled(NAME)),
        Field("FName", filled(NAME)),
        Field("MiddleI", NAME),
        Field("Preferred", NAME),
        Field("PatStatus", words(*STATUSES, "Deleted")),
        Field("Gender", words(*GENDERS)),
        Field("Position", words(*POSITIONS)),
        Field("Birthdate", DATE),
        Field("SSN", SSN),
        Field("Address", NAME),
        Field("Address2", NAME),
        Field("City", NAME),
        Field("State", STATE),
        Field("Zip", ZIP),
        Field("HmPhone", PHONE),
        Field("WkPhone", PHONE),
        Field("WirelessPhone", PHONE),
        Field("Guarantor", key_of("patients", "Patient")),
        Field("Email", NAME),
        Field("EstBalance", DECIMAL),
        Field("PriProv", PROVIDER),
        twin("priProvAbbr", provider_abbr("PriProv")),
        Field("SecProv", PROVIDER),
        twin("secProvAbbr", provider_abbr("SecProv")),
        Field("FeeSched", INT, "25.2.19"),
        Field("BillingType", Kind(0, _billing), made=definition_text("BillingType")),
        twin("ImageFolder", lambda _, row: _image_folder(row)),
        Field("FamFinUrgNote", TEXT, made=families.family_note),
        Field("MedUrgNote", text(255), UNVERIFIED),
        Field("ApptModNote", text(255), UNVERIFIED),
        Field("ChartNumber", text(15)),
        Field("MedicaidID", text(20)),
        Field("BalTotal", DECIMAL),
        Field("EmployerNum", INT, "24.3.30"),
        Field("DateFirstVisit", DATE),
        Field("ClinicNum", key_of("clinics", "Clinic")),
        twin("clinicAbbr", clinic_abbr),
        Field("HasIns", TEXT, UNVERIFIED),
        Field("Premed", BOOL, "25.2.30"),
        Field("Ward", TEXT),
        Field("PreferConfirmMethod", CONTACT),
        Field("PreferContactMethod", CONTACT),
        Field("PreferRecallMethod", CONTACT),
        Field("Language", Kind("", _language)),
        Field("AdmitDate", DATE),
        twin("siteDesc", lambda _practice, _row: ""),
        Field("DateTStamp", DATETIME),
        Field("SuperFamily", INT),
        Field("TxtMsgOk", words("Unknown", "Yes", "No")),
        Field("SecUserNumEntry", INT, UNVERIFIED),
        Field("SecDateEntry", DATE),
        hidden("Country", TEXT),
    ),
)

_WRITABLE = (
    "LName FName MiddleI Preferred Position Birthdate SSN Address Address2 City State Zip HmPhone WkPhone "
    "WirelessPhone Guarantor Email PriProv SecProv FeeSched@25.2.19 BillingType FamFinUrgNote@23.2.5.0 ChartNumber "
    "MedicaidID@24.4.13 EmployerNum@24.3.30 DateFirstVisit@22.4.42 ClinicNum Premed@25.2.30 Ward@24.1.12 "
    "AdmitDate@24.1.12 PreferConfirmMethod PreferContactMethod PreferRecallMethod@22.2 Language SuperFamily@22.4.38 "
    f"TxtMsgOk MedUrgNote@{UNVERIFIED} ApptModNote@{UNVERIFIED}"
)
_ENUMS = (
    # Deleted cannot be set; Other can only be read.
    Param("PatStatus", words(*STATUSES)),
    Param("Gender", words("Male", "Female", "Unknown")),
)


def refuse_deleted(practice: Practice, pat_num: int) -> None:
    """Refuse to change a deleted patient or what belongs to it."""
    patient = practice.find("patients", pat_num)
    if patient is not None and patient["PatStatus"] == "Deleted":
        raise Refusal(400, "Patient has been deleted.")


def _create(ask: Ask) -> Answer:
    practice, fields = ask.practice, ask.args
    _refuse_duplicate(practice, fields)
    family = families.entering(practice, fields)
    pri_prov = practice.default_provider() if practice.switches.default_pri_prov == "practice" else 0
    defaults: Row = Row({"PriProv": pri_prov, "BillingType": practice.default_billing()})
    row = practice.insert("patients", {**defaults, **fields, **family})
    families.entered(practice, row, fields)
    return created(ask, PATIENT, row)


def _change(ask: Ask) -> Answer:
    practice, number = ask.practice, ask.row.number("PatNum")
    refuse_deleted(practice, number)
    families.change(practice, ask.row, ask.args)
    plain = {name: value for name, value in ask.args.items() if name not in families.FAMILY_FIELDS}
    practice.change("patients", number, plain)
    return updated(ask, PATIENT)


def _refuse_duplicate(practice: Practice, fields: Row) -> None:
    # LName, FName, Birthdate, and e-mail or phone numbers are compared (page "Patients", POST).
    for row in practice.rows("patients"):
        archived = row["PatStatus"] == "Archived" and not practice.switches.duplicates_include_archived
        if row["PatStatus"] != "Deleted" and not archived and _is_duplicate(row, fields):
            raise Refusal(400, practice.switches.duplicate_message)


def _is_duplicate(row: Row, fields: Row) -> bool:
    names = all(row.text(name).casefold() == fields.text(name).casefold() for name in ("LName", "FName"))
    if not names or row["Birthdate"] != fields.get("Birthdate", PATIENT.kind("Birthdate").empty):
        return False
    email = fields.text("Email", "").casefold()
    return (bool(email) and row.text("Email").casefold() == email) or bool(_numbers(row) & _numbers(fields))


def _numbers(row: Row) -> set[str]:
    return {digits(row.text(name, "")) for name in PHONES} - {""}


def digits(phone: str) -> str:
    """Return the digits of a phone number."""
    return re.sub(r"\D", "", phone)


def _image_folder(row: Row) -> str:
    letters = re.sub(r"[^A-Za-z]", "", row.text("LName") + row.text("FName"))
    return f"{letters}{row.number('PatNum')}"


ENDPOINTS = (
    reading(PATIENT),
    Endpoint(
        verb="POST",
        route="/patients",
        since="21.1",
        permission="ApiPatients",
        body=tuple(
            Param(p.name, p.kind, p.since, required=p.name in ("LName", "FName")) for p in accept(PATIENT, _WRITABLE)
        )
        + _ENUMS,
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/patients/{PatNum}",
        since="21.2",
        permission="ApiPatients",
        body=accept(PATIENT, _WRITABLE) + _ENUMS,
        schema=PATIENT,
        run=_change,
    ),
)
