"""Procedures (page "ProcedureLogs"). Rows that appointments and breaks make stand in the same table.

The office of the simulator has no fees, so a procedure posted without one costs nothing.
"""

from __future__ import annotations

from odnexus.testing.http import Json
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
from odnexus.testing.opendental.practice import DIAGNOSES, PRIORITIES, PROGNOSES, Practice
from odnexus.testing.opendental.refusals import Refusal, WrongWordError, not_found, required
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.resources.procedure_codes import code_row
from odnexus.testing.opendental.schema import Field, Schema, names, since, twin
from odnexus.testing.opendental.twins import definition_text, provider_abbr
from odnexus.testing.opendental.values import (
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    INT,
    TEXT,
    TIME,
    Kind,
    Row,
    Value,
    definition,
    filter_key,
    key_of,
    shaped,
    words,
)

STATUSES = words("TP", "C", "EC", "EO", "R", "D", "Cn", "TPi")
_WRITTEN_SINCE = {"TP": "", "C": "", "EO": "", "EC": "25.1.14", "R": "25.1.14", "Cn": "25.1.14"}
_PLACES = words(
    *names(
        "Office PatientsHome InpatHospital OutpatHospital SkilledNursFac CustodialCareFacility OtherLocation "
        "MobileUnit School MilitaryTreatFac FederalHealthCenter PublicHealthClinic RuralHealthClinic "
        "EmergencyRoomHospital AmbulatorySurgicalCenter TelehealthOutsideHome TelehealthInHome OutreachSiteOrStreet"
    )
)
_DETAILED = "25.2.21"
"""The version whose answers and bodies have the whole object."""


def _written_status(name: str, raw: Json, practice: Practice) -> Value:
    if isinstance(raw, str) and raw in _WRITTEN_SINCE and since(practice, _WRITTEN_SINCE[raw]):
        return raw
    raise WrongWordError(400, f"{name} is invalid")


def _fee(name: str, raw: Json, practice: Practice) -> Value:
    """Read money that is stored as it travels: a text with two decimals."""
    return f"{DECIMAL.read(name, raw, practice):.2f}"


def _code_num(practice: Practice, row: Row) -> Value:
    known = code_row(practice, row.text("procCode"))
    return known["CodeNum"] if known else 0


PROCEDURE = Schema(
    name="procedurelogs",
    key="ProcNum",
    one="Procedure",
    first_key=70001,
    stamp="DateTStamp",
    entered=("SecDateEntry",),
    defaults={"ProcFee": "0.00", "UnitQty": 1},
    fields=(
        Field("ProcNum", INT),
        Field("PatNum", key_of("patients", "Patient", zero=False)),
        Field("AptNum", key_of("appointments", "Appointment")),
        Field("ProcDate", DATE),
        Field("ProcFee", Kind("", _fee)),
        Field("Surf", TEXT),
        Field("ToothNum", TEXT),
        Field("ToothRange", TEXT),
        Field("Priority", definition(PRIORITIES, "Priority", zero=True)),
        twin("priority", definition_text("Priority")),
        Field("ProcStatus", STATUSES),
        Field("ProvNum", key_of("providers", "Provider")),
        twin("provAbbr", provider_abbr("ProvNum")),
        Field("Dx", definition(DIAGNOSES, "Dx", zero=True)),
        twin("dxName", definition_text("Dx")),
        Field("PlannedAptNum", key_of("appointments", "Appointment")),
        Field("PlaceService", _PLACES, _DETAILED),
        Field("Prosthesis", shaped("[IR]"), _DETAILED),
        Field("DateOriginalProsth", DATE, _DETAILED),
        Field("ClaimNote", TEXT, _DETAILED),
        Field("DateEntryC", DATE, _DETAILED),
        Field("ClinicNum", key_of("clinics", "Clinic")),
        twin("CodeNum", _code_num),
        Field("procCode", TEXT),
        twin("descript", lambda practice, row: practice.procedure_codes.get(row.text("procCode"), "")),
        Field("UnitQty", INT, _DETAILED),
        Field("BaseUnits", INT, _DETAILED),
        Field("DateTP", DATE, _DETAILED),
        Field("SiteNum", INT, _DETAILED),
        Field("HideGraphics", BOOL, _DETAILED),
        Field("CanadianTypeCodes", TEXT, _DETAILED),
        Field("ProcTime", TIME, _DETAILED),
        Field("ProcTimeEnd", TIME, _DETAILED),
        Field("DateTStamp", DATETIME),
        Field("Prognosis", definition(PROGNOSES, "Prognosis", zero=True), _DETAILED),
        Field("IsLocked", BOOL, _DETAILED),
        Field("BillingNote", TEXT, _DETAILED),
        Field("Discount", DECIMAL, _DETAILED),
        Field("IsDateProsthEst", BOOL, _DETAILED),
        Field("SecDateEntry", DATETIME, _DETAILED),
    ),
)

_DETAILS = names(
    "PlaceService Prosthesis DateOriginalProsth ClaimNote DateTP SiteNum ProcTime ProcTimeEnd Prognosis BillingNote "
    "Discount IsDateProsthEst"
)
_NEEDED = {
    "Surf": ("ToothNum", "Surf"),
    "Tooth": ("ToothNum",),
    "Quad": ("Surf",),
    "Sextant": ("Surf",),
    "Arch": ("Surf",),
    "ToothRange": ("ToothRange",),
}
"""What a procedure needs where its code treats an area."""

_FROZEN = names("CodeNum procCode Discount ToothNum Surf ToothRange")
"""What a completed procedure keeps."""


def _create(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    refuse_deleted(practice, args.number("PatNum"))
    code = _code(ask)
    if code is None:
        raise required("procCode or CodeNum")
    for name in _NEEDED.get(code.text("TreatArea"), ()):
        if not args.text(name, ""):
            raise required(name)
    attached = practice.find("appointments", args.number("AptNum", 0))
    if attached is not None and attached["PatNum"] != args["PatNum"]:
        raise Refusal(400, "AptNum is invalid.")
    given = {**_stored(ask), "procCode": code["ProcCode"]}
    row = practice.insert("procedurelogs", {**_inherited(practice, args, attached), **given})
    _describe(practice, row)
    return created(ask, PROCEDURE, row, DateTStamp="", serverDateTime="")


def _inherited(practice: Practice, args: Row, attached: Row | None) -> dict[str, Value]:
    """Return what is not sent: the appointment's provider, the patient's or the practice's; the patient's clinic."""
    patient = practice.patients[args.number("PatNum")]
    provider = (attached["ProvNum"] if attached else 0) or patient["PriProv"] or practice.default_provider()
    done = {"DateEntryC": practice.today()} if args["ProcStatus"] == "C" else {}
    return {"ProvNum": provider, "ClinicNum": patient["ClinicNum"], **done}


def _stored(ask: Ask) -> dict[str, Value]:
    """Return what was sent as columns, the names of definitions as their keys."""
    practice, args = ask.practice, ask.args
    found: dict[str, Value] = {}
    for name, (column, category) in {"priority": ("Priority", PRIORITIES), "dxName": ("Dx", DIAGNOSES)}.items():
        if args.text(name, ""):
            found[column] = practice.definition_named(category, args.text(name))
            if not found[column]:
                raise not_found(column)
    return {**{name: value for name, value in args.items() if name not in ("CodeNum", "priority", "dxName")}, **found}


def _code(ask: Ask) -> Row | None:
    """Return the code meant, `None` where none was sent; refuse two, and one that the office does not have."""
    practice, args = ask.practice, ask.args
    if "procCode" in args and "CodeNum" in args:
        raise required("procCode or CodeNum")
    if "CodeNum" in args:
        row = practice.find("procedurecodes", args.number("CodeNum"))
    elif "procCode" in args:
        row = code_row(practice, args.text("procCode"))
    else:
        return None
    if row is None:
        raise not_found("procCode")
    return row


def _describe(practice: Practice, *rows: Row) -> None:
    for number in {row.number(name) for row in rows for name in ("AptNum", "PlannedAptNum")}:
        visit = practice.find("appointments", number)
        if visit is not None:
            visits.describe(practice, visit)


def _change(ask: Ask) -> Answer:
    before, code = Row(ask.row), _code(ask)
    changes = _stored(ask)
    if code is not None:
        _refuse_another_area(ask.practice, before, code)
        changes["procCode"] = code["ProcCode"]
    if before["ProcStatus"] == "C":
        for name in _FROZEN:
            if changes.get(name, before.get(name)) != before.get(name):
                raise Refusal(400, f"{name} cannot be changed because the procedure is complete.")
    ask.practice.change("procedurelogs", ask.row.number("ProcNum"), changes)
    _describe(ask.practice, before, ask.row)
    return updated(ask, PROCEDURE, serverDateTime="")


def _refuse_another_area(practice: Practice, before: Row, code: Row) -> None:
    old = code_row(practice, before.text("procCode"))
    if old is not None and old["TreatArea"] != code["TreatArea"]:
        raise Refusal(400, "procCode must have the same TreatArea.")


def _delete(ask: Ask) -> Answer:
    complete = ("C",) if since(ask.practice, "23.1.11") else ()
    if ask.row["ProcStatus"] not in ("TP", "TPi", *complete):
        raise Refusal(400, "Only procedures with a status of TP, TPi, or C can be deleted.")
    _describe(ask.practice, ask.practice.remove("procedurelogs", ask.row.number("ProcNum")))
    return Answer()


_WRITABLE = (
    *accept(PROCEDURE, "procCode AptNum ProcFee Surf ToothNum ToothRange Priority ProvNum Dx PlannedAptNum ClinicNum"),
    *accept(PROCEDURE, " ".join(f"{name}@{_DETAILED}" for name in _DETAILS)),
    Param("CodeNum", INT, _DETAILED),
)
_STATUS = Kind("TP", _written_status)

ENDPOINTS = (
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
            *accept(PROCEDURE, "PatNum! ProcDate!"),
            Param("ProcStatus", _STATUS, required=True),
            Param("priority", TEXT),
            Param("dxName", TEXT),
            *_WRITABLE,
        ),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/procedurelogs/{ProcNum}",
        since="22.1",
        permission="ApiProcedureLogs",
        body=(*accept(PROCEDURE, "ProcDate"), Param("ProcStatus", _STATUS), *_WRITABLE),
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
