"""Sheets with their kinds and fields, popups and races (pages of those names)."""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import (
    OTHERS,
    Answer,
    Ask,
    Endpoint,
    Filter,
    Param,
    accept,
    created,
    listing,
    ordered,
    reading,
    same,
    select,
    updated,
)
from odnexus.testing.opendental.refusals import Refusal, required
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.schema import Field, Schema, show, show_all, since
from odnexus.testing.opendental.values import BOOL, DATETIME, INT, TEXT, Row, filled, filter_key, key_of, words

PATIENT = key_of("patients", "Patient", zero=False)
CREATABLE = ("Consent", "PatientLetter", "PatientForm", "MedicalHistory", "ExamSheet")
_TYPES = (
    *("LabelPatient", "LabelCarrier", "LabelReferral", "ReferralSlip", "LabelAppointment", "Rx", "Consent"),
    *("PatientLetter", "ReferralLetter", "PatientForm", "RoutingSlip", "MedicalHistory", "LabSlip", "ExamSheet"),
    *("DepositSlip", "Statement", "MedLabResults", "TreatmentPlan", "Screening", "PaymentPlan", "RxMulti", "ERA"),
    *("ERAGridHeader", "RxInstruction", "PatientDashboard", "PatientDashboardWidget", "ChartModule", "None", "Check"),
)
_FIELD_TYPES = (
    *("OutputText", "InputField", "StaticText", "Parameter", "Image", "Drawing", "Line", "Rectangle", "CheckBox"),
    *("SigBox", "PatImage", "Special", "Grid", "ComboBox", "ScreenChart", "MobileHeader", "SigBoxPractice"),
)

SHEET_DEF = Schema(
    name="sheetdefs",
    key="SheetDefNum",
    one="SheetDef",
    first_key=71,
    fields=(
        Field("SheetDefNum", INT),
        Field("Description", TEXT),
        Field("SheetType", words(*_TYPES, empty="PatientForm")),
    ),
)
SHEET = Schema(
    name="sheets",
    key="SheetNum",
    one="Sheet",
    first_key=7101,
    stamp="DateTSheetEdited",
    entered=("DateTimeSheet",),
    fields=(
        Field("SheetNum", INT),
        Field("SheetType", words(*_TYPES, empty="PatientForm")),
        Field("PatNum", PATIENT),
        Field("DateTimeSheet", DATETIME),
        Field("InternalNote", TEXT),
        Field("Description", TEXT),
        Field("IsWebForm", BOOL),
        Field("SheetDefNum", key_of("sheetdefs", "SheetDef", zero=False)),
        Field("DocNum", INT),
        Field("ClinicNum", INT),
        Field("DateTSheetEdited", DATETIME),
    ),
)
SHEET_FIELD = Schema(
    name="sheetfields",
    key="SheetFieldNum",
    one="SheetField",
    first_key=72001,
    fields=(
        Field("SheetFieldNum", INT),
        Field("SheetNum", key_of("sheets", "Sheet", zero=False)),
        Field("FieldType", words(*_FIELD_TYPES, empty="InputField")),
        Field("FieldName", TEXT),
        Field("FieldValue", TEXT),
        Field("IsRequired", BOOL),
        Field("ReportableName", TEXT),
        Field("DateTimeSig", DATETIME),
    ),
)
POPUP = Schema(
    name="popups",
    key="PopupNum",
    one="Popup",
    first_key=8,
    entered=("DateTimeEntry",),
    fields=(
        Field("PopupNum", INT),
        Field("PatNum", PATIENT),
        Field("Description", filled(TEXT)),
        Field("IsDisabled", BOOL),
        Field("PopupLevel", words("Patient", "Family", "SuperFamily")),
        Field("DateTimeEntry", DATETIME, "22.2"),
        Field("IsArchived", BOOL),
        Field("PopupNumArchive", INT),
        Field("DateTimeDisabled", DATETIME, "22.2"),
    ),
)
PATIENT_RACE = Schema(
    name="patientraces",
    key="PatientRaceNum",
    one="PatientRace",
    first_key=15,
    fields=(
        Field("PatientRaceNum", INT),
        Field("PatNum", PATIENT),
        Field("CdcrecCode", TEXT),
        Field("descripition", TEXT),
        Field("isEthnicity", BOOL),
        Field("heirarchicalCode", TEXT),
    ),
)

_OF_PATIENT = Filter(
    "PatNum", filter_key("patients", "Patient"), lambda _, row, value: row["PatNum"] == value, required=True
)


def _create_sheet(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    refuse_deleted(practice, args.number("PatNum"))
    kind = practice.tables["sheetdefs"].rows[args.number("SheetDefNum")]
    if kind["SheetType"] not in CREATABLE:
        raise Refusal(400, "SheetDefNum is of a SheetType that cannot be created")
    text = {"SheetType": kind["SheetType"], "Description": kind["Description"]}
    row = practice.insert("sheets", {**text, **args})
    # 200 on this method (page "Sheets").
    return Answer(content=show(practice, SHEET, row), location=row.number("SheetNum"))


def _fill(ask: Ask) -> Answer:
    if ask.row["FieldType"] not in ("OutputText", "InputField", "CheckBox"):
        raise Refusal(400, "FieldType cannot be changed")
    ask.practice.change("sheetfields", ask.row.number("SheetFieldNum"), ask.args)
    return updated(ask, SHEET_FIELD)


_SHEET_NUM = Filter("SheetNum", filter_key("sheets", "Sheet"), lambda _, row, value: row["SheetNum"] == value)


def _sheet_fields(ask: Ask) -> Answer:
    if "SheetNum" not in ask.args and not since(ask.practice, "25.2.3"):
        raise required("SheetNum")
    rows = select(ask, ordered(ask.practice, SHEET_FIELD), (_SHEET_NUM,))
    return Answer(content=show_all(ask.practice, SHEET_FIELD, rows))


def _popups(ask: Ask) -> Answer:
    """List the popups of a patient, and those of its family and super family that reach it."""
    patient = ask.practice.patients[ask.args.number("PatNum")]

    def reaches(row: Row) -> bool:
        owner = ask.practice.patients[row.number("PatNum")]
        family = row["PopupLevel"] == "Family" and owner["Guarantor"] == patient["Guarantor"]
        wide = row["PopupLevel"] == "SuperFamily" and owner["SuperFamily"] == patient["SuperFamily"] != 0
        return not row["IsArchived"] and (owner is patient or family or wide)

    rows = [row for row in ordered(ask.practice, POPUP) if reaches(row)]
    return Answer(content=show_all(ask.practice, POPUP, rows))


def _refuse_without_super_family(ask: Ask, pat_num: int) -> None:
    wanted = ask.args.text("PopupLevel", "Patient") == "SuperFamily"
    if wanted and not ask.practice.patients[pat_num]["SuperFamily"]:
        raise Refusal(400, "PopupLevel is invalid: the patient is in no super family")


def _create_popup(ask: Ask) -> Answer:
    pat_num = ask.args.number("PatNum")
    refuse_deleted(ask.practice, pat_num)
    _refuse_without_super_family(ask, pat_num)
    return created(ask, POPUP, ask.practice.insert("popups", ask.args), object_since="25.1.12")


def _change_popup(ask: Ask) -> Answer:
    practice, number = ask.practice, ask.row.number("PopupNum")
    _refuse_without_super_family(ask, ask.row.number("PatNum"))
    if ask.args.text("Description", ask.row.text("Description")) != ask.row["Description"]:
        copy = {name: value for name, value in ask.row.items() if name != "PopupNum"}
        practice.insert("popups", {**copy, "IsArchived": True, "PopupNumArchive": number})
    practice.change("popups", number, ask.args)
    return updated(ask, POPUP)


ENDPOINTS = (
    listing(SHEET_DEF, same("SheetType", SHEET_DEF.kind("SheetType"), "25.1.20"), gate="23.2.5.0"),
    reading(SHEET_DEF, "25.1.20"),
    listing(SHEET, _OF_PATIENT, gate="21.4"),
    Endpoint(
        verb="POST",
        route="/sheets",
        since="23.1.32",
        permission=OTHERS,
        body=accept(SHEET, "SheetDefNum! PatNum! InternalNote"),
        run=_create_sheet,
    ),
    reading(SHEET_FIELD, "25.2"),
    Endpoint(
        verb="GET", route="/sheetfields", since="22.1", query=(_SHEET_NUM.param(),), paged=True, run=_sheet_fields
    ),
    Endpoint(
        verb="PUT",
        route="/sheetfields/{SheetFieldNum}",
        since="25.2",
        permission=OTHERS,
        body=accept(SHEET_FIELD, "FieldValue"),
        schema=SHEET_FIELD,
        run=_fill,
    ),
    Endpoint(
        verb="GET",
        route="/popups",
        since="21.4",
        query=(Param("PatNum", PATIENT, required=True),),
        paged=True,
        run=_popups,
    ),
    Endpoint(
        verb="POST",
        route="/popups",
        since="21.1",
        permission="ApiComm",
        body=accept(POPUP, "PatNum! Description! PopupLevel DateTimeDisabled@25.1.12"),
        run=_create_popup,
    ),
    Endpoint(
        verb="PUT",
        route="/popups/{PopupNum}",
        since="25.1.12",
        permission="ApiComm",
        body=accept(POPUP, "Description PopupLevel DateTimeDisabled"),
        schema=POPUP,
        run=_change_popup,
    ),
    listing(PATIENT_RACE, _OF_PATIENT, gate="22.3.12"),
)
