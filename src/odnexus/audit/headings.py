"""What a column holds, by its heading: the vendors' words in any spelling, and what people call the same.

``PatNum``, ``patnum``, ``Pat Num`` and ``patient.PatNum`` are one heading; ``Last Name`` is ``LName`` and ``DOB`` is
``Birthdate``. Columns that no record has are left where they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, cast, get_origin

from attrs import Attribute, fields, frozen, resolve_types

from odnexus.audit.cells import Clocks, Read, as_day, as_flag, as_number, as_text, as_zip, reader
from odnexus.audit.extras import Extra, heading_of
from odnexus.audit.keeping import RECORDS
from odnexus.mapping.grids import table_before
from odnexus.nexhealth import models as nex
from odnexus.opendental import models as od
from odnexus.opendental.names import SPELLINGS
from odnexus.opendental.wire import MisfitError

SYNONYMS: Final[Mapping[str, Mapping[str, str]]] = {
    "charts": {
        "PatNum": "patient_num patient_number patient_id pat_id",
        "LName": "last_name last family_name surname",
        "FName": "first_name first given_name",
        "MiddleI": "middle_initial middle_name middle mi",
        "Preferred": "preferred_name nickname",
        "Birthdate": "dob date_of_birth birthday",
        "PatStatus": "status patient_status",
        "Gender": "sex",
        "WirelessPhone": "mobile mobile_phone cell cell_phone wireless phone phone_number",
        "HmPhone": "home_phone home",
        "WkPhone": "work_phone work",
        "Email": "email_address e_mail",
        "Address": "address_1 street street_address",
        "Zip": "zip_code postal_code",
        "Guarantor": "guarantor_num",
        "ClinicNum": "clinic_id",
    },
    "book": {
        "AptNum": "appointment_num appointment_number appointment_id appt_num apt_id",
        "PatNum": "patient_num patient_number patient_id pat_id",
        "AptStatus": "status appointment_status appt_status",
        "AptDateTime": "appointment_time appointment_date_time appt_date_time date_time start start_time",
        "Op": "operatory_num op_num operatory",
        "ProvNum": "provider_num provider_id",
        "Pattern": "time_pattern",
        "AppointmentTypeNum": "appointment_type_id",
    },
    "people": {
        "id": "patient_id nexhealth_id nexhealth_patient_id",
        "first_name": "first given_name fname",
        "last_name": "last family_name surname lname",
        "email": "email_address e_mail",
        "foreign_id": "ehr_id pms_id emr_id",
        "bio.date_of_birth": "dob birthdate birthday",
        "bio.phone_number": "phone",
        "bio.cell_phone_number": "cell cell_phone mobile mobile_phone",
        "bio.street_address": "street",
        "bio.zip_code": "zip postal_code",
        "bio.insurance_name": "insurance insurance_carrier",
    },
    "bookings": {
        "id": "appointment_id nexhealth_id appt_id",
        "start_time": "start appointment_time",
        "end_time": "end",
        "cancelled": "canceled is_cancelled is_canceled",
        "confirmed": "is_confirmed",
        "foreign_id": "ehr_id pms_id emr_id",
    },
    "carriers": {"CarrierName": "carrier name", "ElectID": "payer_id electronic_id"},
}
"""What people call a column, by table."""


@frozen
class Column:
    """What a column holds.

    Attributes:
        word: The vendor's word; a field of a bio begins with ``bio.``.
        read: Reads its cells.
        needed: Whether a row with a cell that cannot be read is worth nothing: it would belong to somebody else.
    """

    word: str
    read: Read
    needed: bool


def columns_of(name: str, headings: Sequence[str], said: Mapping[str, str]) -> tuple[Column | None, ...]:
    """Return what each column of the table *name* holds, None where no record has it.

    Args:
        name: The table.
        headings: Its headings.
        said: Headings and the vendor's word for each, where they do not speak for themselves.

    Raises:
        ValueError: A heading is said that the table does not have, or a word that no record has.
    """
    known, loose = _known(name), _loose(name)
    for heading, word in said.items():
        if heading not in headings:
            raise ValueError(f"columns: the table {name} has no heading {heading!r}; see how it is written there")
        if word not in known and _fold(word) not in loose:
            raise ValueError(f"columns: {word!r} is nothing that {name} hold; choose from {', '.join(known)}")
    # Confirmed is a number and confirmed its name: only a table that has capitals means the difference.
    capitals = any(heading != heading.lower() for heading in headings)
    found = [said.get(heading, heading).strip() for heading in headings]
    called, key = _TABLES.get(name, ("", ""))
    before = {table_before(found, loose, _fold, called=called, key=key), "bio"}
    return tuple(
        (known.get(heading) if capitals or heading not in _TWINS else None)
        or loose.get(_fold(heading))
        or (loose.get(_fold(heading.rpartition(".")[2])) if heading.rpartition(".")[0] in before else None)
        for heading in found
    )


_TWINS: Final = frozenset({"confirmed", "category", "priority"})
_TABLES: Final = {
    "charts": ("patient", "patnum"),
    "book": ("appointment", "aptnum"),
    "people": ("patient", "id"),
    "bookings": ("appointment", "id"),
    "carriers": ("carrier", "carriernum"),
}
"""How a query calls a table, and its key."""


def _fold(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


@cache
def _known(name: str) -> Mapping[str, Column]:
    """Return the columns of a table by the vendor's words."""
    kind = RECORDS[name]
    if issubclass(kind, od.Record):
        typed = {each.name: each for each in _typed(kind)}
        return {
            word: _column(name, word, typed[attribute], nexhealth=False)
            for attribute, words in SPELLINGS[kind].items()
            for word in words
        }
    if issubclass(kind, Extra):
        return {heading_of(each.name): _extra(each) for each in fields(kind)}
    return _nexhealth(name, kind)


def _nexhealth(name: str, kind: type[nex.Record]) -> Mapping[str, Column]:
    own = {each.name: _column(name, each.name, each, nexhealth=True) for each in _typed(kind)}
    if "bio" in own:
        own |= {f"bio.{each.name}": _column(name, f"bio.{each.name}", each, nexhealth=True) for each in _typed(nex.Bio)}
    return own


def _typed(kind: type[od.Record | nex.Record]) -> list[Attribute[Any]]:
    resolve_types(kind, localns=dict(nex.NAMES) if issubclass(kind, nex.Record) else None)
    return [each for each in fields(kind) if each.name != "raw"]


@cache
def _loose(name: str) -> Mapping[str, Column]:
    """Return the same by every spelling that is one heading, the vendor's own words before what people call them."""
    known, loose = _known(name), dict[str, Column]()
    for word, column in known.items():
        loose.setdefault(_fold(word), column)
    for word, column in known.items():
        loose.setdefault(_fold(word.removeprefix("bio.")), column)
    for word, others in SYNONYMS.get(name, {}).items():
        for other in others.split():
            loose.setdefault(_fold(other), known[word])
    return loose


_NEEDED: Final = frozenset({
    "PatNum", "AptNum", "Guarantor", "ClinicNum", "Op", "ProvNum", "ProvHyg", "AptDateTime", "AppointmentTypeNum",
    "Confirmed", "AptStatus", "OperatoryNum", "DefNum", "CarrierNum", "PlanNum", "RecallNum", "PatPlanNum", "CodeNum",
    "SchedDate", "StartTime", "StopTime", "DateDue", "DateTerm", "DateEffective", "IsDisabled",
    "id", "patient_id", "provider_id", "operatory_id", "appointment_type_id", "start_time", "end_time", "cancelled",
    "confirmed", "unavailable",
})  # fmt: skip
"""Who and when: without one of these a row says something else, so that a cell that cannot be read costs the row."""


def _column(name: str, word: str, attribute: Attribute[Any], *, nexhealth: bool) -> Column:
    read = as_zip if word in {"Zip", "bio.zip_code"} else reader(attribute.type, nexhealth=nexhealth)
    if nexhealth and (_is_record(attribute.type) or get_origin(attribute.type) is tuple):
        read = _as_object
    return Column(word, read, needed=word in _NEEDED and not (name == "people" and word == "provider_id"))


def _is_record(annotation: object) -> bool:
    kinds = getattr(annotation, "__args__", (annotation,))
    return any(isinstance(each, type) and issubclass(each, nex.Record) for each in kinds)


def _as_object(value: object, _: Clocks) -> object:
    """Return a record within a record; a text in its place, such as a name, says nothing that could be used."""
    if not isinstance(value, str):
        return cast("object", value) if isinstance(value, Mapping | list) else None
    if not value.startswith(("{", "[")):
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise MisfitError("expected JSON; give its fields columns of their own, such as bio.phone_number") from None


_EXTRAS: Final[Mapping[str, Read]] = {"int": as_number, "bool": as_flag, "date | None": as_day, "str": as_text}


def _extra(attribute: Attribute[Any]) -> Column:
    word = heading_of(attribute.name)
    return Column(word, _EXTRAS[str(attribute.type)], needed=word in _NEEDED)
