"""Chart texts, custom fields, allergies, problems, medications, documents, popups and sheets at a simulated office."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Any

import pytest

from odnexus._sync.opendental import OpenDental
from odnexus.errors import (
    AmbiguousWriteError,
    ConfigurationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    UnsupportedError,
)
from odnexus.opendental.models import ImgType, PatFieldType, PopupLevel, ProbStatus, SheetType
from odnexus.opendental.tables import ENDPOINTS, clinical, documents
from odnexus.testing import FaultKind
from odnexus.testing.opendental import PERMISSIONS, OpenDentalSimulator, Switches
from odnexus.testing.opendental.resources import ENDPOINTS as SIMULATED
from odnexus.testing.opendental.resources.documents import content_of
from tests.opendental.test_against_simulator import client, office

PDF = base64.b64encode(b"%PDF-1.7 invented").decode()


@pytest.fixture
def town() -> tuple[OpenDentalSimulator, OpenDental, int]:
    simulator = office()
    return simulator, client(simulator), simulator.demo.patients["robert"]


def test_both_readings_of_the_pages_agree() -> None:
    """The client's tables and the simulator's were written apart: paths, gates, permissions and fields are the same."""
    theirs = {f"{each.verb} {each.route}": each for each in SIMULATED}
    for ours in (*clinical.ENDPOINTS, *documents.ENDPOINTS):
        other = theirs[ours.name]
        assert ours.permission == other.permission, ours.name
        assert ours.gate == tuple(map(int, other.since.split("."))), ours.name
        for mine, sent in ((ours.body, other.body), (ours.params, other.query)):
            words = {field.word: field for field in mine.values() if field.word != "Offset"}
            assert set(words) == {param.name for param in sent}, ours.name
            for param in sent:
                gate = tuple(map(int, param.since.split("."))) if param.since else None
                assert words[param.name].gate == gate, f"{ours.name} {param.name}"


def test_the_new_tables_are_all_there() -> None:
    assert {each.name for each in (*clinical.ENDPOINTS, *documents.ENDPOINTS)} <= set(ENDPOINTS)


# Long texts.


def test_texts_of_a_chart_are_replaced_one_by_one(town: Any) -> None:
    _, od, robert = town

    od.patient_notes.update(robert, medical="Diabetes.", ice_name="Carolyn", ice_phone="(208)555-0134")
    changed = od.patient_notes.update(robert, medical=None, service="No flo", fam_financial="x", medical_comp="y")

    assert (changed.medical, changed.service, changed.ice_name) == ("", "No flo", "Carolyn")
    assert od.patient_notes.get(robert) == changed
    assert robert in {row.pat_num for row in od.patient_notes.iter()}
    assert "Carolyn" not in repr(changed)


def test_an_older_office_has_fewer_texts() -> None:
    simulator = office(version="24.1.0.0")
    robert = simulator.demo.patients["robert"]
    od = client(simulator, version="24.1")

    assert od.patient_notes.update(robert, medical="x").treatment is None
    with pytest.raises(UnsupportedError):
        od.patient_notes.update(robert, treatment="x")


def test_a_chart_that_is_not_there_has_no_texts(town: Any) -> None:
    _, od, _ = town

    with pytest.raises(NotFoundError):
        od.patient_notes.get(4711)
    with pytest.raises(ConfigurationError):
        od.patient_notes.update(4711, ice_phone="5" * 31)


# Custom fields.


def test_a_custom_field_is_created_then_set_then_removed(town: Any) -> None:
    _, od, robert = town
    od.pat_field_defs.create(field_name="Pets", field_type=PatFieldType.TEXT)

    made = od.pat_fields.create(pat_num=robert, field_name="Pets", field_value="two")
    od.pat_fields.set(robert, "Pets", "three")
    (row,) = od.pat_fields.iter(pat_num=robert, field_name="Pets")
    assert (row.pat_field_num, row.field_value) == (made.pat_field_num, "three")
    assert od.pat_fields.get(made.pat_field_num) == row
    assert "three" not in repr(row)

    od.pat_fields.delete(made.pat_field_num)
    assert list(od.pat_fields.iter(pat_num=robert)) == []


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [("PickList", "Yes", "yes"), ("Date", "2026-03-02", "03/02/2026"), ("Checkbox", "1", "X"), ("Currency", "5", "x")],
)
def test_a_field_takes_what_its_type_takes(town: Any, kind: str, good: str, bad: str) -> None:
    simulator, od, robert = town
    items = "Yes\r\nNo" if kind == "PickList" else ""
    simulator.practice.add("patfielddefs", FieldName="It", FieldType=kind, PickList=items)

    with pytest.raises(InvalidRequestError):
        od.pat_fields.create(pat_num=robert, field_name="It", field_value=bad)
    od.pat_fields.create(pat_num=robert, field_name="It", field_value=good)
    with pytest.raises(InvalidRequestError):
        od.pat_fields.set(robert, "It", bad)


def test_names_of_fields_are_told_apart_by_case(town: Any) -> None:
    simulator, od, robert = town
    simulator.practice.add("patfielddefs", FieldName="Pets", FieldType="Text")

    with pytest.raises(NotFoundError):
        od.pat_fields.create(pat_num=robert, field_name="pets", field_value="two")


def test_items_of_a_pick_list_are_blank_since_24_1(town: Any) -> None:
    _, od, _ = town
    made = od.pat_field_defs.create(field_name="Ortho", field_type="PickList", pick_list="Yes\r\nNo")

    assert made.pick_list == ""
    od.pat_field_defs.update(made.pat_field_def_num, is_hidden=True)
    assert [row.is_hidden for row in od.pat_field_defs.iter()] == [True]
    od.pat_field_defs.delete(made.pat_field_def_num)
    assert list(od.pat_field_defs.iter()) == []


@pytest.mark.parametrize("answer", ["object", "list"])
def test_one_field_comes_alone_or_as_a_list(answer: Any) -> None:
    simulator = office(switches=Switches(one_pat_field=answer))
    robert = simulator.demo.patients["robert"]
    simulator.practice.add("patfielddefs", FieldName="Pets", FieldType="Text")
    simulator.practice.add("patfields", PatNum=robert, FieldName="Pets", FieldValue="two")

    rows = list(client(simulator).pat_fields.iter(pat_num=robert, field_name="Pets"))

    assert [row.field_value for row in rows] == ["two"]


# Allergies, problems, medications.


def test_an_allergy_by_the_number_of_the_list_adds_nothing_to_the_list(town: Any) -> None:
    simulator, od, robert = town
    latex = simulator.practice.add("allergydefs", Description="Latex")

    made = od.allergies.create(pat_num=robert, allergy_def_num=latex, reaction="Rash")
    od.allergies.update(made.allergy_num, status_is_active=False, date_adverse_reaction=date(2020, 3, 18))

    (row,) = od.allergies.iter(pat_num=robert)
    assert (row.def_description, row.reaction, row.status_is_active) == ("Latex", "Rash", False)
    assert [entry.description for entry in od.allergy_defs.iter()] == ["Latex"]
    od.allergies.delete(row.allergy_num)
    assert list(od.allergies.iter(pat_num=robert)) == []


def test_a_name_that_the_list_lacks_is_added_to_the_list(town: Any) -> None:
    _, od, robert = town

    od.allergies.create(pat_num=robert, def_description="Kiwi")
    od.diseases.create(pat_num=robert, disease_def_name="Asthma")
    od.medication_pats.create(pat_num=robert, med_name="Metformin")

    assert [row.description for row in od.allergy_defs.iter()] == ["Kiwi"]
    assert [row.disease_name for row in od.disease_defs.iter()] == ["Asthma"]
    assert [row.med_name for row in od.medications.iter()] == ["Metformin"]


def test_a_problem_is_read_changed_and_removed(town: Any) -> None:
    simulator, od, robert = town
    asthma = simulator.practice.add("diseasedefs", DiseaseName="Asthma")

    made = od.diseases.create(pat_num=robert, disease_def_num=asthma, pat_note="mild", prob_status=ProbStatus.ACTIVE)
    od.diseases.update(made.disease_num, prob_status="Resolved", date_stop=date(2026, 1, 2))

    row = od.diseases.get(made.disease_num)
    assert (row.disease_def_name, row.prob_status, row.date_stop) == ("Asthma", "Resolved", date(2026, 1, 2))
    assert list(od.diseases.iter()) == list(od.diseases.iter(pat_num=robert)) == [row]
    assert od.disease_defs.get(asthma).disease_name == "Asthma"
    assert "mild" not in repr(row)
    od.diseases.delete(made.disease_num)


def test_a_medication_is_listed_with_a_number_that_came_as_text(town: Any) -> None:
    _, od, robert = town
    od.medications.create(med_name="Metformin")

    od.medication_pats.create(pat_num=robert, med_name="metformin", pat_note="500mg")
    (row,) = od.medication_pats.iter(pat_num=robert)
    od.medication_pats.update(row.medication_pat_num, pat_note=None, date_start=date(2026, 1, 2))

    assert row.raw["PatNum"] == str(robert)
    assert (row.pat_num, row.med_name, row.pat_note) == (robert, "Metformin", "500mg")
    od.medication_pats.delete(row.medication_pat_num)


def test_an_entry_by_name_and_by_number_is_refused_before_it_is_sent(town: Any) -> None:
    simulator, od, robert = town

    with pytest.raises(ConfigurationError, match="exactly one"):
        od.allergies.create(pat_num=robert, allergy_def_num=1, def_description="Latex")
    with pytest.raises(ConfigurationError):
        od.medication_pats.create(pat_num=robert)
    assert simulator.count() == 0


def test_lists_of_the_office_take_each_name_once(town: Any) -> None:
    _, od, _ = town
    od.allergy_defs.create(description="Latex")
    od.disease_defs.create(disease_name="Asthma")

    with pytest.raises(ConflictError):
        od.allergy_defs.create(description="latex")
    with pytest.raises(ConflictError):
        od.disease_defs.create(disease_name="Asthma")
    with pytest.raises(NotFoundError):
        od.medications.create(med_name="Glucophage", generic_name="Nothing")


@pytest.mark.parametrize("kind", ["lost_answer", "timeout_after"])
def test_a_lost_answer_is_doubt_and_nothing_is_sent_twice(town: Any, kind: FaultKind) -> None:
    simulator, od, robert = town
    simulator.faults.on("POST /allergies", kind=kind)

    with pytest.raises(AmbiguousWriteError):
        od.allergies.create(pat_num=robert, def_description="Latex")
    assert simulator.count("POST", "/allergies") == 1


# Documents.


def test_a_pdf_lands_in_the_category_that_is_named(town: Any) -> None:
    simulator, od, robert = town
    simulator.practice.add_definition(18, "Photos")
    consents = simulator.practice.add_definition(18, "Consent Forms")

    made = od.documents.upload(
        pat_num=robert, raw_base64=PDF, extension=".pdf", doc_category=consents, description="Consent",
        date_created=datetime(2026, 3, 2, 8), img_type=ImgType.DOCUMENT, tooth_numbers="1-5,8", print_heading=True,
    )  # fmt: skip

    (row,) = od.documents.iter(pat_num=robert)
    assert (row.doc_num, row.pat_num, row.doc_category, row.doc_category_text) == (
        made.doc_num, robert, consents, "Consent Forms",
    )  # fmt: skip
    assert content_of(simulator.practice.find("documents", made.doc_num)) == b"%PDF-1.7 invented"
    assert od.documents.get(made.doc_num).date_created == datetime(2026, 3, 2, 8)
    assert "Consent" not in repr(row)


def test_a_document_without_a_category_lands_in_the_first_one(town: Any) -> None:
    simulator, od, robert = town
    first = simulator.practice.first_definition(18)

    assert od.documents.upload(pat_num=robert, raw_base64=PDF, extension=".pdf").doc_category == first
    with pytest.raises(NotFoundError):
        od.documents.upload(pat_num=robert, raw_base64=PDF, extension=".pdf", doc_category=4711)


def test_a_document_is_described_anew_and_deleted(town: Any) -> None:
    _, od, robert = town
    made = od.documents.set_by_url(pat_num=robert, url="https://files.example.com/a.pdf", description="Card")

    od.documents.update(made.doc_num, description=None)
    assert od.documents.get(made.doc_num).description == ""
    od.documents.delete(made.doc_num)
    with pytest.raises(NotFoundError):
        od.documents.get(made.doc_num)


@pytest.mark.parametrize("content", ["", "no base64!", "abc"])
def test_what_is_no_base64_is_not_sent(town: Any, content: str) -> None:
    simulator, od, robert = town

    with pytest.raises(ConfigurationError, match="raw_base64"):
        od.documents.upload(pat_num=robert, raw_base64=content, extension=".pdf")
    assert simulator.count() == 0


def test_documents_need_their_own_permission() -> None:
    simulator = office(permissions=PERMISSIONS - {"ApiDocuments"})

    with pytest.raises(PermissionDeniedError):
        client(simulator).documents.upload(pat_num=simulator.demo.patients["robert"], raw_base64=PDF, extension=".pdf")


# Popups, sheets, races.


def test_a_popup_reaches_the_family_it_is_meant_for(town: Any) -> None:
    simulator, od, robert = town
    child = simulator.practice.add_patient(LName="Sample", FName="Kim", Guarantor=robert)
    made = od.popups.create(pat_num=robert, description="Ask", popup_level=PopupLevel.FAMILY)

    od.popups.update(made.popup_num, description="Ask twice", date_time_disabled=None)

    assert [row.description for row in od.popups.iter(pat_num=child)] == ["Ask twice"]
    assert len(simulator.practice.rows("popups")) == 2, "the old description is archived"
    with pytest.raises(InvalidRequestError):
        od.popups.create(pat_num=child, description="x", popup_level="SuperFamily")


def test_a_sheet_is_made_and_its_fields_are_filled(town: Any) -> None:
    simulator, od, robert = town
    form = simulator.practice.add("sheetdefs", Description="Consent", SheetType="Consent")
    label = simulator.practice.add("sheetdefs", Description="Label", SheetType="LabelPatient")

    sheet = od.sheets.create(sheet_def_num=form, pat_num=robert, internal_note="x")
    box = simulator.practice.add("sheetfields", SheetNum=sheet.sheet_num, FieldType="CheckBox", FieldName="agree")
    line = simulator.practice.add("sheetfields", SheetNum=sheet.sheet_num, FieldType="Line")
    od.sheet_fields.update(box, field_value="X")

    assert [row.sheet_num for row in od.sheets.iter(pat_num=robert)] == [sheet.sheet_num]
    assert od.sheet_fields.get(box).field_value == "X"
    assert len(list(od.sheet_fields.iter(sheet_num=sheet.sheet_num))) == len(list(od.sheet_fields.iter())) == 2
    assert [row.sheet_def_num for row in od.sheet_defs.iter(sheet_type=SheetType.CONSENT)] == [form]
    assert od.sheet_defs.get(label).description == "Label"
    with pytest.raises(InvalidRequestError):
        od.sheets.create(sheet_def_num=label, pat_num=robert)
    with pytest.raises(InvalidRequestError):
        od.sheet_fields.update(line, field_value="X")


def test_races_are_read_in_the_vendors_spelling(town: Any) -> None:
    simulator, od, robert = town
    simulator.practice.add("patientraces", PatNum=robert, CdcrecCode="2106-3", descripition="x", isEthnicity=False)

    (row,) = od.patient_races.iter(pat_num=robert)

    assert (row.cdcrec_code, row.descripition, row.is_ethnicity) == ("2106-3", "x", False)
