"""Allergies, problems and medications with the office's lists behind them (pages of those names).

A POST that names what the list lacks adds it to the list, as the pages say; that is why a client that must not do so
sends the number of an entry.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

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
    select,
    updated,
)
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.refusals import Refusal, not_found, required
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.schema import Field, Schema, show_all, since, twin
from odnexus.testing.opendental.twins import text_of
from odnexus.testing.opendental.values import BOOL, DATE, DATETIME, INT, TEXT, Row, filled, filter_key, key_of, words

PATIENT = key_of("patients", "Patient", zero=False)

ALLERGY_DEF = Schema(
    name="allergydefs",
    key="AllergyDefNum",
    one="AllergyDef",
    first_key=41,
    stamp="DateTStamp",
    fields=(
        Field("AllergyDefNum", INT),
        Field("Description", filled(TEXT)),
        Field("IsHidden", BOOL),
        Field("DateTStamp", DATETIME),
        Field("SnomedType", TEXT),
        Field("MedicationNum", INT),
        Field("UniiCode", TEXT),
    ),
)
DISEASE_DEF = Schema(
    name="diseasedefs",
    key="DiseaseDefNum",
    one="DiseaseDef",
    first_key=58,
    stamp="DateTStamp",
    fields=(
        Field("DiseaseDefNum", INT),
        Field("DiseaseName", filled(TEXT)),
        Field("IsHidden", BOOL),
        Field("DateTStamp", DATETIME),
        Field("ICD9Code", TEXT),
        Field("ICD10Code", TEXT),
        Field("SnomedCode", TEXT),
    ),
)
MEDICATION = Schema(
    name="medications",
    key="MedicationNum",
    one="Medication",
    first_key=121,
    entered=("DateTStamp",),
    fields=(
        Field("MedicationNum", INT),
        Field("MedName", filled(TEXT)),
        Field("GenericNum", INT),
        twin("genericName", text_of("medications", "MedName", "GenericNum")),
        Field("Notes", TEXT),
        Field("DateTStamp", DATE),
    ),
)
ALLERGY = Schema(
    name="allergies",
    key="AllergyNum",
    one="Allergy",
    first_key=701,
    defaults={"StatusIsActive": True},
    fields=(
        Field("AllergyNum", INT),
        Field("AllergyDefNum", key_of("allergydefs", "AllergyDef", zero=False)),
        Field("PatNum", PATIENT),
        twin("defDescription", text_of("allergydefs", "Description", "AllergyDefNum")),
        twin("defSnomedType", lambda _practice, _row: "None"),
        Field("Reaction", TEXT),
        Field("StatusIsActive", BOOL),
        Field("DateAdverseReaction", DATE),
    ),
)
DISEASE = Schema(
    name="diseases",
    key="DiseaseNum",
    one="Disease",
    first_key=801,
    fields=(
        Field("DiseaseNum", INT),
        Field("PatNum", PATIENT),
        Field("DiseaseDefNum", key_of("diseasedefs", "DiseaseDef", zero=False)),
        twin("diseaseDefName", text_of("diseasedefs", "DiseaseName", "DiseaseDefNum")),
        Field("PatNote", TEXT),
        Field("ProbStatus", words("Active", "Resolved", "Inactive")),
        Field("DateStart", DATE),
        Field("DateStop", DATE),
    ),
)
MEDICATION_PAT = Schema(
    name="medicationpats",
    key="MedicationPatNum",
    one="MedicationPat",
    first_key=901,
    fields=(
        Field("MedicationPatNum", INT),
        # A text on this resource (page "MedicationPats").
        Field("PatNum", PATIENT, made=lambda _, row: str(row["PatNum"])),
        twin("medName", text_of("medications", "MedName", "MedicationNum")),
        Field("MedicationNum", key_of("medications", "Medication", zero=False)),
        Field("PatNote", TEXT),
        Field("DateStart", DATE),
        Field("DateStop", DATE),
        Field("ProvNum", key_of("providers", "Provider")),
    ),
)


@frozen(kw_only=True)
class Kind:
    """One kind of finding: the patient's rows, the office's list, and how a list entry is named in a request."""

    schema: Schema
    entry: Schema
    title: str
    said: str
    details: str


ALLERGIES = Kind(
    schema=ALLERGY,
    entry=ALLERGY_DEF,
    title="Description",
    said="defDescription",
    details="Reaction StatusIsActive DateAdverseReaction",
)
DISEASES = Kind(
    schema=DISEASE,
    entry=DISEASE_DEF,
    title="DiseaseName",
    said="diseaseDefName",
    details="DateStart DateStop ProbStatus PatNote",
)
MEDICATIONS = Kind(
    schema=MEDICATION_PAT,
    entry=MEDICATION,
    title="MedName",
    said="medName",
    details="PatNote DateStart DateStop ProvNum",
)


def entry_named(practice: Practice, kind: Kind, name: str) -> Row | None:
    """Return the entry of the office's list called *name*; case does not matter."""
    for row in practice.rows(kind.entry.name):
        if row.text(kind.title).casefold() == name.casefold():
            return row
    return None


def _poster(kind: Kind) -> Callable[[Ask], Answer]:
    def run(ask: Ask) -> Answer:
        practice, args, key = ask.practice, ask.args, kind.entry.key
        refuse_deleted(practice, args.number("PatNum"))
        if key not in args and kind.said not in args:
            raise required(kind.said)
        given = Row({name: value for name, value in args.items() if name != kind.said})
        if key not in args:
            found = entry_named(practice, kind, args.text(kind.said))
            entry = found or practice.insert(kind.entry.name, {kind.title: args.text(kind.said)})
            given[key] = entry.number(key)
        row = practice.insert(kind.schema.name, given)
        if kind is DISEASES:
            return created(ask, kind.schema, row)
        # These two answer nothing but where it is (pages "Allergies", "MedicationPats").
        return Answer(status=201, location=row.number(kind.schema.key))

    return run


def _changer(kind: Kind) -> Callable[[Ask], Answer]:
    def run(ask: Ask) -> Answer:
        ask.practice.change(kind.schema.name, ask.row.number(kind.schema.key), ask.args)
        return updated(ask, kind.schema) if kind is DISEASES else Answer()

    return run


def _remover(kind: Kind) -> Callable[[Ask], Answer]:
    def run(ask: Ask) -> Answer:
        ask.practice.remove(kind.schema.name, ask.row.number(kind.schema.key))
        return Answer()

    return run


def _writes(kind: Kind) -> tuple[Endpoint, ...]:
    schema = kind.schema
    path = f"/{schema.name}/{{{schema.key}}}"
    said = Param(kind.said, filled(TEXT))
    return (
        Endpoint(
            verb="POST",
            route=f"/{schema.name}",
            since="21.3",
            permission=OTHERS,
            body=(*accept(schema, f"PatNum! {kind.entry.key} {kind.details}"), said),
            run=_poster(kind),
        ),
        Endpoint(
            verb="PUT",
            route=path,
            since="22.1",
            permission=OTHERS,
            body=accept(schema, kind.details),
            schema=schema,
            run=_changer(kind),
        ),
        Endpoint(verb="DELETE", route=path, since="22.1", permission=OTHERS, schema=schema, run=_remover(kind)),
    )


def _of_patient(schema: Schema, gate: str, optional_from: str = "") -> Endpoint:
    """Return the list of a patient's rows; *optional_from* is the version from which on it may be everybody's."""
    pat_num = Filter("PatNum", filter_key("patients", "Patient"), lambda _, row, value: row["PatNum"] == value)

    def run(ask: Ask) -> Answer:
        if "PatNum" not in ask.args and not (optional_from and since(ask.practice, optional_from)):
            raise required("PatNum")
        return Answer(content=show_all(ask.practice, schema, select(ask, ordered(ask.practice, schema), (pat_num,))))

    return Endpoint(verb="GET", route=f"/{schema.name}", since=gate, query=(pat_num.param(),), paged=True, run=run)


def _definer(kind: Kind) -> Callable[[Ask], Answer]:
    def run(ask: Ask) -> Answer:
        practice = ask.practice
        if entry_named(practice, kind, ask.args.text(kind.title)) is not None:
            article = "An" if kind.entry.one.startswith("A") else "A"
            raise Refusal(400, f"{article} {kind.entry.one} with that name already exists")
        given = Row({name: value for name, value in ask.args.items() if name != "genericName"})
        row = practice.insert(kind.entry.name, given)
        if kind is MEDICATIONS:
            generic = entry_named(practice, kind, ask.args.text("genericName", row.text(kind.title)))
            if generic is None:
                practice.remove(kind.entry.name, row.number(kind.entry.key))
                raise not_found("genericName")
            row["GenericNum"] = generic.number(kind.entry.key)
        return Answer(status=201, location=row.number(kind.entry.key))

    return run


def _define(kind: Kind, extra: tuple[Param, ...] = (), more: str = "") -> Endpoint:
    return Endpoint(
        verb="POST",
        route=f"/{kind.entry.name}",
        since="21.3",
        permission="ApiSetup",
        body=(*accept(kind.entry, f"{kind.title}! {more}"), *extra),
        run=_definer(kind),
    )


ENDPOINTS = (
    listing(ALLERGY_DEF, gate="21.3"),
    _define(ALLERGIES),
    listing(DISEASE_DEF, gate="21.3"),
    reading(DISEASE_DEF, "24.1.44"),
    _define(DISEASES),
    listing(MEDICATION, gate="21.3"),
    _define(MEDICATIONS, (Param("genericName", TEXT),), "Notes"),
    _of_patient(ALLERGY, "21.1"),
    reading(DISEASE, "24.2.5"),
    _of_patient(DISEASE, "21.3", "24.2.5"),
    _of_patient(MEDICATION_PAT, "21.3"),
    *_writes(ALLERGIES),
    *_writes(DISEASES),
    *_writes(MEDICATIONS),
)
