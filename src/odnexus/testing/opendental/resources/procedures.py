"""Procedures and their codes (pages "ProcedureLogs" and "ProcedureCodes").

Only the documented fields that visits need are there. Rows that appointments and breaks make stand in the same table.
"""

from __future__ import annotations

from odnexus.testing.opendental import visits
from odnexus.testing.opendental.endpoints import (
    Answer,
    Ask,
    Endpoint,
    Filter,
    Param,
    accept,
    created,
    listing,
    reading,
    same,
    touched,
    updated,
)
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.refusals import Refusal, not_found, required
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.schema import Field, Schema, twin
from odnexus.testing.opendental.values import (
    BOOL,
    DATE,
    DATETIME,
    INT,
    TEXT,
    Row,
    Value,
    filled,
    filter_key,
    key_of,
    words,
)

STATUSES = words("TP", "C", "EC", "EO", "R", "D", "Cn", "TPi")

PROCEDURE_CODE = Schema(
    name="procedurecodes",
    key="CodeNum",
    one="ProcedureCode",
    first_key=301,
    stamp="DateTStamp",
    defaults={"ProcTime": "/X/"},
    fields=(
        Field("CodeNum", INT),
        Field("ProcCode", filled(TEXT)),
        Field("Descript", TEXT),
        Field("AbbrDesc", TEXT),
        Field("ProcTime", TEXT),
        Field("ProcCat", INT),
        Field("IsHygiene", BOOL),
        Field("DateTStamp", DATETIME),
    ),
)


def code_row(practice: Practice, code: str) -> Row | None:
    """Return the row of the procedure code *code*, if the office has it."""
    return next((row for row in practice.rows("procedurecodes") if row["ProcCode"] == code), None)


def _code_num(practice: Practice, row: Row) -> Value:
    known = code_row(practice, row.text("procCode"))
    return known["CodeNum"] if known else 0


PROCEDURE = Schema(
    name="procedurelogs",
    key="ProcNum",
    one="Procedure",
    first_key=70001,
    stamp="DateTStamp",
    fields=(
        Field("ProcNum", INT),
        Field("PatNum", key_of("patients", "Patient", zero=False)),
        Field("AptNum", key_of("appointments", "Appointment")),
        Field("ProcDate", DATE),
        Field("ProcFee", TEXT),
        Field("Surf", TEXT),
        Field("ToothNum", TEXT),
        Field("ToothRange", TEXT),
        Field("ProcStatus", STATUSES),
        Field("ProvNum", key_of("providers", "Provider")),
        Field("PlannedAptNum", key_of("appointments", "Appointment")),
        Field("ClinicNum", key_of("clinics", "Clinic")),
        twin("CodeNum", _code_num),
        Field("procCode", TEXT),
        twin("descript", lambda practice, row: practice.procedure_codes.get(row.text("procCode"), "")),
        Field("DateTStamp", DATETIME),
    ),
)


def _create(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    refuse_deleted(practice, args.number("PatNum"))
    if ("procCode" in args) == ("CodeNum" in args):
        raise required("procCode or CodeNum")
    code = _code(ask)
    attached = practice.find("appointments", args.number("AptNum", 0))
    if attached is not None and attached["PatNum"] != args["PatNum"]:
        raise Refusal(400, "AptNum is invalid.")
    given = {name: value for name, value in args.items() if name != "CodeNum"}
    provider = attached["ProvNum"] if attached else practice.patients[args.number("PatNum")]["PriProv"]
    row = practice.insert("procedurelogs", {"ProvNum": provider, **given, "procCode": code})
    _describe(practice, row)
    return created(ask, PROCEDURE, row, serverDateTime="")


def _code(ask: Ask) -> str:
    """Return the code meant, or refuse one that the office does not have."""
    practice, args = ask.practice, ask.args
    if "CodeNum" in args:
        row = practice.find("procedurecodes", args.number("CodeNum"))
    else:
        row = code_row(practice, args.text("procCode"))
    if row is None:
        raise not_found("ProcedureCode")
    return row.text("ProcCode")


def _describe(practice: Practice, *rows: Row) -> None:
    for number in {row.number(name) for row in rows for name in ("AptNum", "PlannedAptNum")}:
        visit = practice.find("appointments", number)
        if visit is not None:
            visits.describe(practice, visit)


def _change(ask: Ask) -> Answer:
    before = Row(ask.row)
    ask.practice.change("procedurelogs", ask.row.number("ProcNum"), ask.args)
    _describe(ask.practice, before, ask.row)
    return updated(ask, PROCEDURE, serverDateTime="")


def _delete(ask: Ask) -> Answer:
    if ask.row["ProcStatus"] not in ("TP", "TPi", "C"):
        raise Refusal(400, "Only procedures with a status of TP, TPi, or C can be deleted.")
    _describe(ask.practice, ask.practice.remove("procedurelogs", ask.row.number("ProcNum")))
    return Answer()


_WRITABLE = "ProcFee Surf ToothNum ToothRange ProvNum PlannedAptNum ClinicNum"
_WRITTEN = words("TP", "C", "EO")

ENDPOINTS = (
    reading(PROCEDURE_CODE, "23.3.25"),
    listing(PROCEDURE_CODE, touched("DateTStamp", "22.4.28"), gate="22.3.22"),
    reading(PROCEDURE, "23.3.13", stamp_since=""),
    listing(
        PROCEDURE,
        same("PatNum", filter_key("patients", "Patient")),
        same("AptNum", INT, "22.3.32"),
        same("ProcStatus", STATUSES, "25.2.21"),
        same("PlannedAptNum", INT, "24.4.5"),
        same("ClinicNum", INT, "23.3.13"),
        Filter("CodeNum", INT, lambda ask, row, value: _code_num(ask.practice, row) == value, "25.2.21"),
        touched("DateTStamp"),
        stamp_since="",
    ),
    Endpoint(
        verb="POST",
        route="/procedurelogs",
        since="21.4",
        permission="ApiProcedureLogs",
        body=(
            *accept(PROCEDURE, f"PatNum! ProcDate! procCode AptNum {_WRITABLE}"),
            Param("ProcStatus", _WRITTEN, required=True),
            Param("CodeNum", INT, "25.2.21"),
        ),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/procedurelogs/{ProcNum}",
        since="22.1",
        permission="ApiProcedureLogs",
        body=(*accept(PROCEDURE, f"ProcDate AptNum {_WRITABLE}"), Param("ProcStatus", _WRITTEN)),
        schema=PROCEDURE,
        run=_change,
    ),
    Endpoint(
        verb="DELETE",
        route="/procedurelogs/{ProcNum}",
        since="22.1",
        permission="ApiProcedureLogs",
        schema=PROCEDURE,
        run=_delete,
    ),
)
