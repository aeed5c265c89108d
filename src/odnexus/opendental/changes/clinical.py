"""Fields of notes, patient fields, findings, popups and sheets that may be sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Required, TypedDict

from odnexus.opendental.models import PatFieldType, PopupLevel, ProbStatus


class PatientNoteChanges(TypedDict, total=False):
    """Changes of a chart's long texts; each replaces the whole text (page "API PatientNotes", PUT)."""

    fam_financial: str | None
    medical: str | None
    service: str | None
    medical_comp: str | None
    treatment: str | None
    ice_name: str | None
    ice_phone: str | None


class PatFieldDefCreate(TypedDict, total=False):
    """A new custom patient field (page "API PatFieldDefs", POST); items of a pick list stand one to a line."""

    field_name: Required[str]
    field_type: Required[PatFieldType | str]
    pick_list: str
    is_hidden: bool


class PatFieldDefChanges(TypedDict, total=False):
    """Changes of a custom patient field (page "API PatFieldDefs", PUT)."""

    field_name: str
    field_type: PatFieldType | str
    pick_list: str
    is_hidden: bool


class PatFieldCreate(TypedDict):
    """What a custom field says of a patient (page "API PatFields", POST).

    Dates are ``yyyy-MM-dd``, a ticked box is ``"1"``; names are told apart by case.
    """

    pat_num: int
    field_name: str
    field_value: str


class PatFieldSet(PatFieldCreate):
    """Something else that a custom field says of a patient (page "API PatFields", PUT, which has no id in its path)."""


class AllergyDefCreate(TypedDict):
    """A new allergy in the office's list (page "API AllergyDefs", POST)."""

    description: str


class DiseaseDefCreate(TypedDict):
    """A new problem in the office's list (page "API DiseaseDefs", POST)."""

    disease_name: str


class MedicationCreate(TypedDict, total=False):
    """A new medication in the office's list (page "API Medications", POST)."""

    med_name: Required[str]
    generic_name: str
    notes: str


class _AllergyDetails(TypedDict, total=False):
    reaction: str | None
    status_is_active: bool
    date_adverse_reaction: date | None


class AllergyCreate(_AllergyDetails, total=False):
    """A patient's allergy (page "API Allergies", POST). A name that the office's list lacks is added to the list."""

    pat_num: Required[int]
    def_description: str
    allergy_def_num: int


class AllergyChanges(_AllergyDetails, total=False):
    """Changes of a patient's allergy (page "API Allergies", PUT)."""


class _DiseaseDetails(TypedDict, total=False):
    date_start: date | None
    date_stop: date | None
    prob_status: ProbStatus | str
    pat_note: str | None


class DiseaseCreate(_DiseaseDetails, total=False):
    """A patient's problem (page "API Diseases", POST). A name that the office's list lacks is added to the list."""

    pat_num: Required[int]
    disease_def_name: str
    disease_def_num: int


class DiseaseChanges(_DiseaseDetails, total=False):
    """Changes of a patient's problem (page "API Diseases", PUT)."""


class _MedicationPatDetails(TypedDict, total=False):
    pat_note: str | None
    date_start: date | None
    date_stop: date | None
    prov_num: int | None


class MedicationPatCreate(_MedicationPatDetails, total=False):
    """A patient's medication (page "API MedicationPats", POST). A name that the list lacks is added to the list."""

    pat_num: Required[int]
    med_name: str
    medication_num: int


class MedicationPatChanges(_MedicationPatDetails, total=False):
    """Changes of a patient's medication (page "API MedicationPats", PUT)."""


class PopupCreate(TypedDict, total=False):
    """A new popup (page "API Popups", POST); they annoy the staff."""

    pat_num: Required[int]
    description: Required[str]
    popup_level: PopupLevel | str
    date_time_disabled: datetime | None


class PopupChanges(TypedDict, total=False):
    """Changes of a popup (page "API Popups", PUT); another description leaves an archived copy."""

    description: str
    popup_level: PopupLevel | str
    date_time_disabled: datetime | None


class SheetCreate(TypedDict, total=False):
    """A new sheet of a patient (page "API Sheets", POST)."""

    sheet_def_num: Required[int]
    pat_num: Required[int]
    internal_note: str


class SheetFieldChanges(TypedDict, total=False):
    """A new value of a sheet's field (page "API SheetFields", PUT); ``X`` ticks a box."""

    field_value: str | None
