"""Long texts of a chart, custom fields, allergies, problems, medications, popups, sheets: what may be asked and sent.

The pages are named after the resources. A name that one of the office's lists lacks is *added to the list* by the POST
of an allergy, problem or medication: give the number of an entry to be sure that nothing is added.
"""

from __future__ import annotations

from odnexus.opendental import kinds
from odnexus.opendental.endpoints import Endpoint, Field, Fields, Rule, exactly_one, fields, may, must, since
from odnexus.opendental.filters import changed_since, equals
from odnexus.opendental.kinds import words
from odnexus.opendental.models import PatFieldType, PopupLevel, ProbStatus, SheetType

_OFFSET = may("Offset", kinds.NUMBER)
_PATIENT = Field(word="PatNum", kind=kinds.POSITIVE, required=True, check=equals("pat_num"))


def _one(path: str, gate: str, page: str) -> Endpoint:
    return Endpoint(method="GET", path=path, gate=since(gate), permission="ApiReadAll", page=f"API {page}")


def _list(path: str, gate: str, page: str, *params: Field) -> Endpoint:
    return Endpoint(
        method="GET",
        path=path,
        gate=since(gate),
        permission="ApiReadAll",
        page=f"API {page}",
        params=fields(*params, _OFFSET),
    )


def _create(path: str, gate: str, page: str, body: Fields, *rules: Rule, permission: str = "ApiAllOthers") -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        gate=since(gate),
        permission=permission,
        page=f"API {page}",
        repeatable=False,
        body=body,
        rules=rules,
    )


def _change(path: str, gate: str, page: str, body: Fields, permission: str = "ApiAllOthers") -> Endpoint:
    return Endpoint(
        method="PUT",
        path=path,
        gate=since(gate),
        permission=permission,
        page=f"API {page}",
        partial=True,
        body=body,
    )


def _delete(path: str, gate: str, page: str) -> Endpoint:
    return Endpoint(method="DELETE", path=path, gate=since(gate), permission="ApiAllOthers", page=f"API {page}")


# Long texts and the emergency contact.

PATIENT_NOTE = _one("/patientnotes/{PatNum}", "21.2", "PatientNotes")
PATIENT_NOTES = _list("/patientnotes", "25.2.14", "PatientNotes")
UPDATE_PATIENT_NOTE = _change(
    "/patientnotes/{PatNum}",
    "21.2",
    "PatientNotes",
    fields(
        may("FamFinancial", kinds.TEXT, "25.2.14"),
        may("Medical", kinds.TEXT),
        may("Service", kinds.TEXT, "21.4"),
        may("MedicalComp", kinds.TEXT, "25.2.14"),
        may("Treatment", kinds.TEXT, "25.2.14"),
        may("ICEName", kinds.TEXT),
        may("ICEPhone", kinds.PHONE),
    ),
)

# Custom fields.

_FIELD_TYPES = words(PatFieldType, *list(PatFieldType)[:5])
PAT_FIELD_DEFS = _list("/patfielddefs", "22.4.9", "PatFieldDefs")
CREATE_PAT_FIELD_DEF = _create(
    "/patfielddefs",
    "23.3.26",
    "PatFieldDefs",
    fields(
        must("FieldName", kinds.SOME_TEXT),
        must("FieldType", _FIELD_TYPES),
        may("PickList", kinds.SOME_TEXT),
        may("IsHidden", kinds.BOOLEAN),
    ),
)
UPDATE_PAT_FIELD_DEF = _change(
    "/patfielddefs/{PatFieldDefNum}",
    "23.3.26",
    "PatFieldDefs",
    fields(
        may("FieldName", kinds.SOME_TEXT),
        may("FieldType", _FIELD_TYPES),
        may("PickList", kinds.SOME_TEXT),
        may("IsHidden", kinds.BOOLEAN),
    ),
)
DELETE_PAT_FIELD_DEF = _delete("/patfielddefs/{PatFieldDefNum}", "23.3.26", "PatFieldDefs")

_PAT_FIELD = fields(
    must("PatNum", kinds.POSITIVE), must("FieldName", kinds.SOME_TEXT), must("FieldValue", kinds.SOME_TEXT)
)
PAT_FIELD = _one("/patfields/{PatFieldNum}", "22.4", "PatFields")
PAT_FIELDS = _list(
    "/patfields",
    "21.1",
    "PatFields",
    Field(word="PatNum", kind=kinds.POSITIVE, optional_from=since("22.4.5"), check=equals("pat_num")),
    Field(word="FieldName", kind=kinds.SOME_TEXT, optional_from=since("22.4.5"), check=equals("field_name")),
    may("SecDateTEdit", kinds.DATE_TIME, "22.4.5", check=changed_since("sec_date_t_edit")),
)
CREATE_PAT_FIELD = _create("/patfields", "22.4", "PatFields", _PAT_FIELD)
SET_PAT_FIELD = _change("/patfields", "21.1", "PatFields", _PAT_FIELD)
DELETE_PAT_FIELD = _delete("/patfields/{PatFieldNum}", "22.4", "PatFields")

# Allergies, problems, medications.

_ALLERGY = (
    may("Reaction", kinds.TEXT),
    may("StatusIsActive", kinds.BOOLEAN),
    may("DateAdverseReaction", kinds.DATE),
)
ALLERGY_DEFS = _list("/allergydefs", "21.3", "AllergyDefs")
CREATE_ALLERGY_DEF = _create(
    "/allergydefs", "21.3", "AllergyDefs", fields(must("Description", kinds.SOME_TEXT)), permission="ApiSetup"
)
ALLERGIES = _list("/allergies", "21.1", "Allergies", _PATIENT)
CREATE_ALLERGY = _create(
    "/allergies",
    "21.3",
    "Allergies",
    fields(
        must("PatNum", kinds.POSITIVE),
        may("defDescription", kinds.SOME_TEXT),
        may("AllergyDefNum", kinds.POSITIVE),
        *_ALLERGY,
    ),
    exactly_one("def_description", "allergy_def_num"),
)
UPDATE_ALLERGY = _change("/allergies/{AllergyNum}", "22.1", "Allergies", fields(*_ALLERGY))
DELETE_ALLERGY = _delete("/allergies/{AllergyNum}", "22.1", "Allergies")

_DISEASE = (
    may("DateStart", kinds.DATE),
    may("DateStop", kinds.DATE),
    may("ProbStatus", words(ProbStatus)),
    may("PatNote", kinds.TEXT),
)
DISEASE_DEF = _one("/diseasedefs/{DiseaseDefNum}", "24.1.44", "DiseaseDefs")
DISEASE_DEFS = _list("/diseasedefs", "21.3", "DiseaseDefs")
CREATE_DISEASE_DEF = _create(
    "/diseasedefs", "21.3", "DiseaseDefs", fields(must("DiseaseName", kinds.SOME_TEXT)), permission="ApiSetup"
)
DISEASE = _one("/diseases/{DiseaseNum}", "24.2.5", "Diseases")
DISEASES = _list(
    "/diseases",
    "21.3",
    "Diseases",
    Field(word="PatNum", kind=kinds.POSITIVE, optional_from=since("24.2.5"), check=equals("pat_num")),
)
CREATE_DISEASE = _create(
    "/diseases",
    "21.3",
    "Diseases",
    fields(
        must("PatNum", kinds.POSITIVE),
        may("diseaseDefName", kinds.SOME_TEXT),
        may("DiseaseDefNum", kinds.POSITIVE),
        *_DISEASE,
    ),
    exactly_one("disease_def_name", "disease_def_num"),
)
UPDATE_DISEASE = _change("/diseases/{DiseaseNum}", "22.1", "Diseases", fields(*_DISEASE))
DELETE_DISEASE = _delete("/diseases/{DiseaseNum}", "22.1", "Diseases")

_MEDICATION_PAT = (
    may("PatNote", kinds.TEXT),
    may("DateStart", kinds.DATE),
    may("DateStop", kinds.DATE),
    may("ProvNum", kinds.KEY),
)
MEDICATIONS = _list("/medications", "21.3", "Medications")
CREATE_MEDICATION = _create(
    "/medications",
    "21.3",
    "Medications",
    fields(must("MedName", kinds.SOME_TEXT), may("genericName", kinds.SOME_TEXT), may("Notes", kinds.SOME_TEXT)),
    permission="ApiSetup",
)
MEDICATION_PATS = _list("/medicationpats", "21.3", "MedicationPats", _PATIENT)
CREATE_MEDICATION_PAT = _create(
    "/medicationpats",
    "21.3",
    "MedicationPats",
    fields(
        must("PatNum", kinds.POSITIVE),
        may("medName", kinds.SOME_TEXT),
        may("MedicationNum", kinds.POSITIVE),
        *_MEDICATION_PAT,
    ),
    exactly_one("med_name", "medication_num"),
)
UPDATE_MEDICATION_PAT = _change(
    "/medicationpats/{MedicationPatNum}", "22.1", "MedicationPats", fields(*_MEDICATION_PAT)
)
DELETE_MEDICATION_PAT = _delete("/medicationpats/{MedicationPatNum}", "22.1", "MedicationPats")

# Races, popups, sheets.

PATIENT_RACES = _list("/patientraces", "22.3.12", "PatientRaces", _PATIENT)

POPUPS = _list("/popups", "21.4", "Popups", must("PatNum", kinds.POSITIVE))
"""Popups of the family and the super family come along, so that the rows may belong to other patients."""
CREATE_POPUP = _create(
    "/popups",
    "21.1",
    "Popups",
    fields(
        must("PatNum", kinds.POSITIVE),
        must("Description", kinds.SOME_TEXT),
        may("PopupLevel", words(PopupLevel)),
        may("DateTimeDisabled", kinds.DATE_TIME, "25.1.12"),
    ),
    permission="ApiComm",
)
UPDATE_POPUP = _change(
    "/popups/{PopupNum}",
    "25.1.12",
    "Popups",
    fields(
        may("Description", kinds.SOME_TEXT),
        may("PopupLevel", words(PopupLevel)),
        may("DateTimeDisabled", kinds.DATE_TIME),
    ),
    "ApiComm",
)

SHEET_DEF = _one("/sheetdefs/{SheetDefNum}", "25.1.20", "SheetDefs")
SHEET_DEFS = _list(
    "/sheetdefs",
    "23.2.5.0",
    "SheetDefs",
    may("SheetType", words(SheetType), "25.1.20", check=equals("sheet_type")),
)
SHEETS = _list("/sheets", "21.4", "Sheets", _PATIENT)
CREATE_SHEET = _create(
    "/sheets",
    "23.1.32",
    "Sheets",
    fields(must("SheetDefNum", kinds.POSITIVE), must("PatNum", kinds.POSITIVE), may("InternalNote", kinds.SOME_TEXT)),
)
# The page says 22.1, the release notes 25.2: asking an office for what it lacks would answer a sentence only.
SHEET_FIELD = _one("/sheetfields/{SheetFieldNum}", "25.2", "SheetFields")
SHEET_FIELDS = _list(
    "/sheetfields",
    "22.1",
    "SheetFields",
    Field(word="SheetNum", kind=kinds.POSITIVE, optional_from=since("25.2.3"), check=equals("sheet_num")),
)
UPDATE_SHEET_FIELD = _change(
    "/sheetfields/{SheetFieldNum}", "25.2", "SheetFields", fields(may("FieldValue", kinds.TEXT))
)

ENDPOINTS: tuple[Endpoint, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Endpoint))
"""Every endpoint above, in the order of this file."""
