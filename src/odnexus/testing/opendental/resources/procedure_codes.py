"""Procedure codes (page "ProcedureCodes"): the office's list of what it can do, to read."""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import listing, reading, touched
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.schema import Field, Schema, names, twin
from odnexus.testing.opendental.twins import definition_text
from odnexus.testing.opendental.values import BOOL, DATETIME, DECIMAL, INT, TEXT, Row, filled, words

TREAT_AREAS = words(*names("None Surf Tooth Mouth Quad Sextant Arch ToothRange"))
_PAINT_TYPES = words(
    *names(
        "None Extraction Implant RCT PostBU FillingDark FillingLight CrownDark CrownLight BridgeDark BridgeLight "
        "DentureDark DentureLight Sealant Veneer Text RetainedRoot SpaceMaintainer"
    )
)

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
        twin("procCat", definition_text("ProcCat")),
        Field("TreatArea", TREAT_AREAS),
        Field("NoBillIns", BOOL),
        Field("IsProsth", BOOL),
        Field("DefaultNote", TEXT),
        Field("IsHygiene", BOOL),
        Field("AlternateCode1", TEXT),
        Field("MedicalCode", TEXT),
        Field("IsTaxed", BOOL),
        Field("PaintType", _PAINT_TYPES),
        Field("LaymanTerm", TEXT),
        Field("IsCanadianLab", BOOL),
        Field("BaseUnits", INT),
        Field("SubstitutionCode", TEXT),
        Field("SubstOnlyIf", words("Always", "Molar", "SecondMolar", "Never", "Posterior")),
        Field("DateTStamp", DATETIME),
        Field("DrugNDC", TEXT),
        Field("RevenueCodeDefault", TEXT),
        Field("ProvNumDefault", INT),
        Field("CanadaTimeUnits", DECIMAL),
        Field("IsRadiology", BOOL),
        Field("DefaultClaimNote", TEXT),
        Field("DefaultTPNote", TEXT),
        Field("PaintText", TEXT),
        Field("AreaAlsoToothRange", BOOL),
        Field("DiagnosticCodes", TEXT),
    ),
)


def code_row(practice: Practice, code: str) -> Row | None:
    """Return the row of the procedure code *code*, if the office has it."""
    return next((row for row in practice.rows("procedurecodes") if row["ProcCode"] == code), None)


ENDPOINTS = (
    reading(PROCEDURE_CODE, "23.3.25"),
    listing(PROCEDURE_CODE, touched("DateTStamp", "22.4.28"), gate="22.3.22"),
)
