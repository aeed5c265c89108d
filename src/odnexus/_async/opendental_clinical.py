"""Long texts, custom fields, allergies, problems, medications, popups and sheets in Open Dental."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Unpack

from odnexus._async.opendental_routes import AsyncResource
from odnexus.opendental import calls, steps
from odnexus.opendental.changes import (
    AllergyChanges,
    AllergyCreate,
    AllergyDefCreate,
    DiseaseChanges,
    DiseaseCreate,
    DiseaseDefCreate,
    MedicationCreate,
    MedicationPatChanges,
    MedicationPatCreate,
    PatFieldCreate,
    PatFieldDefChanges,
    PatFieldDefCreate,
    PatFieldSet,
    PatientNoteChanges,
    PopupChanges,
    PopupCreate,
    SheetCreate,
    SheetFieldChanges,
    spells_out,
)
from odnexus.opendental.models import (
    Allergy,
    AllergyDef,
    Disease,
    DiseaseDef,
    Medication,
    MedicationPat,
    PatField,
    PatFieldDef,
    PatientNote,
    PatientRace,
    Popup,
    Sheet,
    SheetDef,
    SheetField,
    SheetType,
)
from odnexus.opendental.tables import clinical


class AsyncPatientNotes(AsyncResource):
    """The long texts of charts and the emergency contact, one record to a patient (page "API PatientNotes")."""

    async def get(self, pat_num: int) -> PatientNote:
        """Return the patient *pat_num* (21.2).

        Raises:
            NotFoundError: There is no such patient.
        """
        return await self._connection.send(calls.get_one(clinical.PATIENT_NOTE, PatientNote, pat_num))

    def iter(self, *, offset: int = 0) -> AsyncIterator[PatientNote]:
        """Return the texts of all patients, page by page (25.2.14); *offset* rows are skipped."""
        return self._connection.rows(calls.listing(clinical.PATIENT_NOTES, PatientNote, {}, offset))

    @spells_out(PatientNoteChanges)
    async def update(self, pat_num: int, **changes: Unpack[PatientNoteChanges]) -> PatientNote:
        """Replace the given texts of a chart and return its record (21.2).

        Each text is replaced as a whole: to append, read it first. ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such patient.
        """
        return await self._connection.run(
            steps.written(
                calls.write_one(clinical.UPDATE_PATIENT_NOTE, PatientNote, changes, pat_num),
                lambda number: PatientNote(pat_num=number),
                lambda number: calls.get_one(clinical.PATIENT_NOTE, PatientNote, number),
                number=pat_num,
            )
        )


class AsyncPatFieldDefs(AsyncResource):
    """Custom patient fields that the office has set up (page "API PatFieldDefs")."""

    def iter(self, *, offset: int = 0) -> AsyncIterator[PatFieldDef]:
        """Return the custom fields, hidden ones too, page by page (22.4.9); *offset* rows are skipped."""
        return self._connection.rows(calls.listing(clinical.PAT_FIELD_DEFS, PatFieldDef, {}, offset))

    @spells_out(PatFieldDefCreate)
    async def create(self, **fields: Unpack[PatFieldDefCreate]) -> PatFieldDef:
        """Set up a custom field and return it (23.3.26).

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_PAT_FIELD_DEF, PatFieldDef, fields)
        return await self._connection.run(
            steps.written(
                write,
                lambda number: PatFieldDef(pat_field_def_num=number),
            )
        )

    @spells_out(PatFieldDefChanges)
    async def update(self, pat_field_def_num: int, **changes: Unpack[PatFieldDefChanges]) -> None:
        """Change the given parts of a custom field (23.3.26). ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such record.
        """
        await self._connection.send(calls.carry_out(clinical.UPDATE_PAT_FIELD_DEF, pat_field_def_num, changes))

    async def delete(self, pat_field_def_num: int) -> None:
        """Remove a custom field that no patient has (23.3.26).

        Raises:
            NotFoundError: There is no such record (any more).
        """
        await self._connection.send(calls.carry_out(clinical.DELETE_PAT_FIELD_DEF, pat_field_def_num))


class AsyncPatFields(AsyncResource):
    """What custom fields say of patients (page "API PatFields"). Names are told apart by case."""

    async def get(self, pat_field_num: int) -> PatField:
        """Return the field *pat_field_num* (22.4).

        Raises:
            NotFoundError: There is no such field.
        """
        return await self._connection.send(calls.get_one(clinical.PAT_FIELD, PatField, pat_field_num))

    def iter(
        self,
        *,
        pat_num: int | None = None,
        field_name: str | None = None,
        sec_date_t_edit: datetime | None = None,
        offset: int = 0,
    ) -> AsyncIterator[PatField]:
        """Return the fields that satisfy all filters, page by page.

        Args:
            pat_num: One patient; may be left out since 22.4.5.
            field_name: One field by its exact name; may be left out since 22.4.5.
            sec_date_t_edit: Changed since, by the office's clock (22.4.5).
            offset: Rows to skip: how many came before an interruption.
        """
        filters = {"pat_num": pat_num, "field_name": field_name, "sec_date_t_edit": sec_date_t_edit}
        return self._connection.rows(calls.listing(clinical.PAT_FIELDS, PatField, filters, offset))

    @spells_out(PatFieldCreate)
    async def create(self, **fields: Unpack[PatFieldCreate]) -> PatField:
        """Let a custom field that says nothing of a patient yet say something, and return the row (22.4).

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_PAT_FIELD, PatField, fields)
        return await self._connection.run(
            steps.written(
                write,
                lambda number: PatField(pat_field_num=number),
                lambda number: calls.get_one(clinical.PAT_FIELD, PatField, number),
            )
        )

    async def set(self, pat_num: int, field_name: str, field_value: str) -> None:
        """Let a custom field say something else of a patient.

        Args:
            pat_num: The patient.
            field_name: Exact name of the field.
            field_value: Text; dates as ``yyyy-MM-dd``, a ticked box as ``"1"``.

        Raises:
            ConfigurationError: A value does not fit; nothing was sent.
            NotFoundError: There is no such patient or field.
        """
        values: PatFieldSet = {"pat_num": pat_num, "field_name": field_name, "field_value": field_value}
        await self._connection.send(calls.carry_out(clinical.SET_PAT_FIELD, pat_num, values))

    async def delete(self, pat_field_num: int) -> None:
        """Remove what a custom field says of a patient (22.4): the only way to clear it.

        Raises:
            NotFoundError: There is no such record (any more).
        """
        await self._connection.send(calls.carry_out(clinical.DELETE_PAT_FIELD, pat_field_num))


class AsyncAllergyDefs(AsyncResource):
    """The office's list of allergies (page "API AllergyDefs")."""

    def iter(self, *, offset: int = 0) -> AsyncIterator[AllergyDef]:
        """Return the whole list, hidden entries too, page by page (21.3); *offset* rows are skipped."""
        return self._connection.rows(calls.listing(clinical.ALLERGY_DEFS, AllergyDef, {}, offset))

    @spells_out(AllergyDefCreate)
    async def create(self, **fields: Unpack[AllergyDefCreate]) -> AllergyDef:
        """Add an allergy to the list and return it (21.3); its number is 0 where the office does not say it.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_ALLERGY_DEF, AllergyDef, fields)
        return await self._connection.run(
            steps.written(write, lambda number: AllergyDef(allergy_def_num=number), number_needed=False)
        )


class AsyncAllergies(AsyncResource):
    """Allergies of patients (page "API Allergies")."""

    def iter(self, *, pat_num: int, offset: int = 0) -> AsyncIterator[Allergy]:
        """Return the allergies of a patient, page by page; *offset* rows are skipped.

        Raises:
            NotFoundError: There is no such patient.
        """
        return self._connection.rows(calls.listing(clinical.ALLERGIES, Allergy, {"pat_num": pat_num}, offset))

    @spells_out(AllergyCreate)
    async def create(self, **fields: Unpack[AllergyCreate]) -> Allergy:
        """Record an allergy of a patient (21.3) and return it; its number is 0 where the office does not say it.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_ALLERGY, Allergy, fields)
        return await self._connection.run(
            steps.written(write, lambda number: Allergy(allergy_num=number), number_needed=False)
        )

    @spells_out(AllergyChanges)
    async def update(self, allergy_num: int, **changes: Unpack[AllergyChanges]) -> None:
        """Change the given parts of a patient's allergy (22.1). ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such record.
        """
        await self._connection.send(calls.carry_out(clinical.UPDATE_ALLERGY, allergy_num, changes))

    async def delete(self, allergy_num: int) -> None:
        """Remove an allergy of a patient (22.1).

        Raises:
            NotFoundError: There is no such record (any more).
        """
        await self._connection.send(calls.carry_out(clinical.DELETE_ALLERGY, allergy_num))


class AsyncDiseaseDefs(AsyncResource):
    """The office's list of problems (page "API DiseaseDefs")."""

    async def get(self, disease_def_num: int) -> DiseaseDef:
        """Return the entry *disease_def_num* (24.1.44).

        Raises:
            NotFoundError: There is no such entry.
        """
        return await self._connection.send(calls.get_one(clinical.DISEASE_DEF, DiseaseDef, disease_def_num))

    def iter(self, *, offset: int = 0) -> AsyncIterator[DiseaseDef]:
        """Return the whole list, hidden entries too, page by page (21.3); *offset* rows are skipped."""
        return self._connection.rows(calls.listing(clinical.DISEASE_DEFS, DiseaseDef, {}, offset))

    @spells_out(DiseaseDefCreate)
    async def create(self, **fields: Unpack[DiseaseDefCreate]) -> DiseaseDef:
        """Add a problem to the list and return it (21.3); its number is 0 where the office does not say it.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_DISEASE_DEF, DiseaseDef, fields)
        return await self._connection.run(
            steps.written(write, lambda number: DiseaseDef(disease_def_num=number), number_needed=False)
        )


class AsyncDiseases(AsyncResource):
    """Problems of patients (page "API Diseases")."""

    async def get(self, disease_num: int) -> Disease:
        """Return the problem *disease_num* (24.2.5).

        Raises:
            NotFoundError: There is no such problem.
        """
        return await self._connection.send(calls.get_one(clinical.DISEASE, Disease, disease_num))

    def iter(self, *, pat_num: int | None = None, offset: int = 0) -> AsyncIterator[Disease]:
        """Return the problems of a patient, or of all (24.2.5), page by page; *offset* rows are skipped."""
        return self._connection.rows(calls.listing(clinical.DISEASES, Disease, {"pat_num": pat_num}, offset))

    @spells_out(DiseaseCreate)
    async def create(self, **fields: Unpack[DiseaseCreate]) -> Disease:
        """Record a problem of a patient and return it (21.3).

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_DISEASE, Disease, fields)
        return await self._connection.run(
            steps.written(write, lambda number: Disease(disease_num=number), number_needed=False)
        )

    @spells_out(DiseaseChanges)
    async def update(self, disease_num: int, **changes: Unpack[DiseaseChanges]) -> None:
        """Change the given parts of a patient's problem (22.1). ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such record.
        """
        await self._connection.send(calls.carry_out(clinical.UPDATE_DISEASE, disease_num, changes))

    async def delete(self, disease_num: int) -> None:
        """Remove a problem of a patient (22.1).

        Raises:
            NotFoundError: There is no such record (any more).
        """
        await self._connection.send(calls.carry_out(clinical.DELETE_DISEASE, disease_num))


class AsyncMedications(AsyncResource):
    """The office's list of medications (page "API Medications")."""

    def iter(self, *, offset: int = 0) -> AsyncIterator[Medication]:
        """Return the whole list, page by page (21.3); *offset* rows are skipped."""
        return self._connection.rows(calls.listing(clinical.MEDICATIONS, Medication, {}, offset))

    @spells_out(MedicationCreate)
    async def create(self, **fields: Unpack[MedicationCreate]) -> Medication:
        """Add a medication to the list and return it (21.3); its number is 0 where the office does not say it.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_MEDICATION, Medication, fields)
        return await self._connection.run(
            steps.written(write, lambda number: Medication(medication_num=number), number_needed=False)
        )


class AsyncMedicationPats(AsyncResource):
    """Medications of patients (page "API MedicationPats")."""

    def iter(self, *, pat_num: int, offset: int = 0) -> AsyncIterator[MedicationPat]:
        """Return the medications of a patient, page by page (21.3); *offset* rows are skipped.

        Raises:
            NotFoundError: There is no such patient.
        """
        return self._connection.rows(
            calls.listing(clinical.MEDICATION_PATS, MedicationPat, {"pat_num": pat_num}, offset)
        )

    @spells_out(MedicationPatCreate)
    async def create(self, **fields: Unpack[MedicationPatCreate]) -> MedicationPat:
        """Record a medication of a patient (21.3) and return it; its number is 0 where the office does not say it.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_MEDICATION_PAT, MedicationPat, fields)
        return await self._connection.run(
            steps.written(write, lambda number: MedicationPat(medication_pat_num=number), number_needed=False)
        )

    @spells_out(MedicationPatChanges)
    async def update(self, medication_pat_num: int, **changes: Unpack[MedicationPatChanges]) -> None:
        """Change the given parts of a patient's medication (22.1). ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such record.
        """
        await self._connection.send(calls.carry_out(clinical.UPDATE_MEDICATION_PAT, medication_pat_num, changes))

    async def delete(self, medication_pat_num: int) -> None:
        """Remove a medication of a patient (22.1).

        Raises:
            NotFoundError: There is no such record (any more).
        """
        await self._connection.send(calls.carry_out(clinical.DELETE_MEDICATION_PAT, medication_pat_num))


class AsyncPatientRaces(AsyncResource):
    """Races and ethnicities of patients; read only (page "API PatientRaces")."""

    def iter(self, *, pat_num: int, offset: int = 0) -> AsyncIterator[PatientRace]:
        """Return the races of a patient, page by page (22.3.12); *offset* rows are skipped.

        Raises:
            NotFoundError: There is no such patient.
        """
        return self._connection.rows(calls.listing(clinical.PATIENT_RACES, PatientRace, {"pat_num": pat_num}, offset))


class AsyncPopups(AsyncResource):
    """Notes that pop up when a chart is opened: they annoy the staff (page "API Popups")."""

    def iter(self, *, pat_num: int, offset: int = 0) -> AsyncIterator[Popup]:
        """Return the popups that a patient's chart shows, page by page (21.4); *offset* rows are skipped.

        Raises:
            NotFoundError: There is no such patient.
        """
        return self._connection.rows(calls.listing(clinical.POPUPS, Popup, {"pat_num": pat_num}, offset))

    @spells_out(PopupCreate)
    async def create(self, **fields: Unpack[PopupCreate]) -> Popup:
        """Create a popup and return it; its number is 0 where an older office does not say it.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_POPUP, Popup, fields)
        return await self._connection.run(
            steps.written(write, lambda number: Popup(popup_num=number), number_needed=False)
        )

    @spells_out(PopupChanges)
    async def update(self, popup_num: int, **changes: Unpack[PopupChanges]) -> None:
        """Change a popup (25.1.12); another description leaves an archived copy. ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such record.
        """
        await self._connection.send(calls.carry_out(clinical.UPDATE_POPUP, popup_num, changes))


class AsyncSheetDefs(AsyncResource):
    """Kinds of sheets that the office has (page "API SheetDefs")."""

    async def get(self, sheet_def_num: int) -> SheetDef:
        """Return the kind of sheet *sheet_def_num* (25.1.20).

        Raises:
            NotFoundError: There is no such kind of sheet.
        """
        return await self._connection.send(calls.get_one(clinical.SHEET_DEF, SheetDef, sheet_def_num))

    def iter(self, *, sheet_type: SheetType | str | None = None, offset: int = 0) -> AsyncIterator[SheetDef]:
        """Return the kinds of sheets (23.2.5.0), of one type (25.1.20), page by page; *offset* rows are skipped."""
        return self._connection.rows(calls.listing(clinical.SHEET_DEFS, SheetDef, {"sheet_type": sheet_type}, offset))


class AsyncSheets(AsyncResource):
    """Forms of Open Dental's own. They cannot be signed, changed or deleted (page "API Sheets")."""

    def iter(self, *, pat_num: int, offset: int = 0) -> AsyncIterator[Sheet]:
        """Return the sheets of a patient, page by page (21.4); *offset* rows are skipped.

        Raises:
            NotFoundError: There is no such patient.
        """
        return self._connection.rows(calls.listing(clinical.SHEETS, Sheet, {"pat_num": pat_num}, offset))

    @spells_out(SheetCreate)
    async def create(self, **fields: Unpack[SheetCreate]) -> Sheet:
        """Create a sheet with its fields and return it (23.1.32); see `SheetType` for what can be made.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        write = calls.write_one(clinical.CREATE_SHEET, Sheet, fields)
        return await self._connection.run(
            steps.written(write, lambda number: Sheet(sheet_num=number), number_needed=False)
        )


class AsyncSheetFields(AsyncResource):
    """Fields of sheets (page "API SheetFields"). Filling one changes nothing else in the chart."""

    async def get(self, sheet_field_num: int) -> SheetField:
        """Return the field *sheet_field_num* (25.2).

        Raises:
            NotFoundError: There is no such field.
        """
        return await self._connection.send(calls.get_one(clinical.SHEET_FIELD, SheetField, sheet_field_num))

    def iter(self, *, sheet_num: int | None = None, offset: int = 0) -> AsyncIterator[SheetField]:
        """Return the fields of a sheet (22.1), or of all (25.2.3), page by page; *offset* rows are skipped."""
        return self._connection.rows(calls.listing(clinical.SHEET_FIELDS, SheetField, {"sheet_num": sheet_num}, offset))

    @spells_out(SheetFieldChanges)
    async def update(self, sheet_field_num: int, **changes: Unpack[SheetFieldChanges]) -> None:
        """Fill a field of a sheet (25.2). ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such record.
        """
        await self._connection.send(calls.carry_out(clinical.UPDATE_SHEET_FIELD, sheet_field_num, changes))
