"""What the chart says of a patient's health and the office's lists behind it; custom fields, popups, sheets."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from attrs import field, frozen

from odnexus.opendental.models.enums import PatFieldType, PopupLevel, ProbStatus, SheetFieldType, SheetType
from odnexus.opendental.models.record import Record


@frozen(kw_only=True, repr=False)
class PatientNote(Record):
    """The long texts of a chart and the emergency contact (page "API PatientNotes").

    Offices before 25.2.14 tell `medical`, `service`, `ice_name` and `ice_phone` only.
    """

    KEY: ClassVar[tuple[str, ...]] = ("pat_num",)

    pat_num: int
    fam_financial: str | None = field(default=None, repr=False)
    medical: str | None = field(default=None, repr=False)
    service: str | None = field(default=None, repr=False)
    medical_comp: str | None = field(default=None, repr=False)
    treatment: str | None = field(default=None, repr=False)
    ice_name: str | None = field(default=None, repr=False)
    ice_phone: str | None = field(default=None, repr=False)
    sec_date_t_entry: datetime | None = None
    sec_date_t_edit: datetime | None = None


@frozen(kw_only=True, repr=False)
class PatFieldDef(Record):
    """A custom patient field that the office has set up (page "API PatFieldDefs").

    `pick_list` is blank since 24.1: the items stand in a table that no method reads.
    """

    KEY: ClassVar[tuple[str, ...]] = ("pat_field_def_num",)

    pat_field_def_num: int
    field_name: str | None = None
    field_type: PatFieldType | str | None = None
    pick_list: str | None = None
    is_hidden: bool | None = None


@frozen(kw_only=True, repr=False)
class PatField(Record):
    """What a custom field says of one patient (page "API PatFields"). A box that is not ticked has no row."""

    KEY: ClassVar[tuple[str, ...]] = ("pat_field_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("pat_field_num", "pat_num")

    pat_field_num: int
    pat_num: int = 0
    field_name: str | None = None
    field_value: str | None = field(default=None, repr=False)
    sec_date_entry: date | None = None
    sec_date_t_edit: datetime | None = None


@frozen(kw_only=True, repr=False)
class AllergyDef(Record):
    """An allergy in the office's list (page "API AllergyDefs")."""

    KEY: ClassVar[tuple[str, ...]] = ("allergy_def_num",)

    allergy_def_num: int
    description: str | None = None
    is_hidden: bool | None = None
    date_t_stamp: datetime | None = None
    snomed_type: str | None = None
    medication_num: int = 0
    unii_code: str | None = None


@frozen(kw_only=True, repr=False)
class Allergy(Record):
    """An allergy of a patient (page "API Allergies")."""

    KEY: ClassVar[tuple[str, ...]] = ("allergy_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("allergy_num", "pat_num")

    allergy_num: int
    allergy_def_num: int = 0
    pat_num: int = 0
    def_description: str | None = field(default=None, repr=False)
    def_snomed_type: str | None = field(default=None, repr=False)
    reaction: str | None = field(default=None, repr=False)
    status_is_active: bool | None = field(default=None, repr=False)
    date_adverse_reaction: date | None = field(default=None, repr=False)


@frozen(kw_only=True, repr=False)
class DiseaseDef(Record):
    """A problem in the office's list (page "API DiseaseDefs")."""

    KEY: ClassVar[tuple[str, ...]] = ("disease_def_num",)

    disease_def_num: int
    disease_name: str | None = None
    is_hidden: bool | None = None
    date_t_stamp: datetime | None = None
    icd9_code: str | None = None
    icd10_code: str | None = None
    snomed_code: str | None = None


@frozen(kw_only=True, repr=False)
class Disease(Record):
    """A problem of a patient (page "API Diseases")."""

    KEY: ClassVar[tuple[str, ...]] = ("disease_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("disease_num", "pat_num")

    disease_num: int
    pat_num: int = 0
    disease_def_num: int = 0
    disease_def_name: str | None = field(default=None, repr=False)
    pat_note: str | None = field(default=None, repr=False)
    prob_status: ProbStatus | str | None = field(default=None, repr=False)
    date_start: date | None = field(default=None, repr=False)
    date_stop: date | None = field(default=None, repr=False)


@frozen(kw_only=True, repr=False)
class Medication(Record):
    """A medication in the office's list (page "API Medications")."""

    KEY: ClassVar[tuple[str, ...]] = ("medication_num",)

    medication_num: int
    med_name: str | None = None
    generic_num: int = 0
    generic_name: str | None = None
    notes: str | None = None
    date_t_stamp: date | None = None


@frozen(kw_only=True, repr=False)
class MedicationPat(Record):
    """A medication of a patient (page "API MedicationPats")."""

    KEY: ClassVar[tuple[str, ...]] = ("medication_pat_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("medication_pat_num", "pat_num")

    medication_pat_num: int
    pat_num: int = 0
    med_name: str | None = field(default=None, repr=False)
    medication_num: int = 0
    pat_note: str | None = field(default=None, repr=False)
    date_start: date | None = field(default=None, repr=False)
    date_stop: date | None = field(default=None, repr=False)
    prov_num: int = 0


@frozen(kw_only=True, repr=False)
class PatientRace(Record):
    """A race or ethnicity of a patient (page "API PatientRaces"); two names are spelled as the vendor spells them."""

    KEY: ClassVar[tuple[str, ...]] = ("patient_race_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("patient_race_num", "pat_num")

    patient_race_num: int
    pat_num: int = 0
    cdcrec_code: str | None = field(default=None, repr=False)
    descripition: str | None = field(default=None, repr=False)
    is_ethnicity: bool | None = field(default=None, repr=False)
    heirarchical_code: str | None = field(default=None, repr=False)


@frozen(kw_only=True, repr=False)
class Popup(Record):
    """A note that pops up when a chart is opened (page "API Popups"); it never ends without `date_time_disabled`.

    Older builds write that moment in another way, so it is text as it came.
    """

    KEY: ClassVar[tuple[str, ...]] = ("popup_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("popup_num", "pat_num")

    popup_num: int
    pat_num: int = 0
    description: str | None = field(default=None, repr=False)
    is_disabled: bool | None = None
    popup_level: PopupLevel | str | None = None
    date_time_entry: datetime | None = None
    is_archived: bool | None = None
    popup_num_archive: int = 0
    date_time_disabled: str | None = None


@frozen(kw_only=True, repr=False)
class SheetDef(Record):
    """A kind of sheet that the office has (page "API SheetDefs")."""

    KEY: ClassVar[tuple[str, ...]] = ("sheet_def_num",)

    sheet_def_num: int
    description: str | None = None
    sheet_type: SheetType | str | None = None


@frozen(kw_only=True, repr=False)
class Sheet(Record):
    """A filled-in form of Open Dental's own (page "API Sheets")."""

    KEY: ClassVar[tuple[str, ...]] = ("sheet_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("sheet_num", "pat_num")

    sheet_num: int
    sheet_type: SheetType | str | None = None
    pat_num: int = 0
    date_time_sheet: datetime | None = None
    internal_note: str | None = field(default=None, repr=False)
    description: str | None = None
    is_web_form: bool | None = None
    sheet_def_num: int = 0
    doc_num: int = 0
    clinic_num: int = 0
    date_t_sheet_edited: datetime | None = None


@frozen(kw_only=True, repr=False)
class SheetField(Record):
    """One field of a sheet (page "API SheetFields"); the value of a ticked box is ``X``."""

    KEY: ClassVar[tuple[str, ...]] = ("sheet_field_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("sheet_field_num", "sheet_num")

    sheet_field_num: int
    sheet_num: int = 0
    field_type: SheetFieldType | str | None = None
    field_name: str | None = None
    field_value: str | None = field(default=None, repr=False)
    is_required: bool | None = None
    reportable_name: str | None = None
    date_time_sig: datetime | None = None
