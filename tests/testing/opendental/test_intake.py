"""What forms write: documents, notes, custom fields, medical lists and sheets, on the wire as their pages describe."""

from __future__ import annotations

from typing import Any

import pytest

from tests.testing.opendental.desk import Desk

PDF: dict[str, Any] = {"PatNum": 401, "rawBase64": "JVBERi0=", "extension": ".pdf"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_document_is_uploaded_listed_changed_and_deleted(desk: Desk) -> None:
    made = desk.post("/documents/Upload", **PDF, ToothNumbers="1-5,8", DateCreated="2026-03-01 09:00:00")
    (row,) = desk.rows("/documents", PatNum=401)
    path = f"/documents/{made['DocNum']}"

    assert set(row) == {
        *("DocNum", "MountNum", "filePath", "Description", "PatNum", "Note", "DateCreated", "docCategory"),
        *("DocCategory", "ToothNumbers", "ProvNum", "PrintHeading", "DateTStamp", "serverDateTime"),
    }
    assert (row["PatNum"], row["ProvNum"], row["DateCreated"]) == ("401", "0", "2026-03-01 09:00:00")
    assert desk.put(path, Description="consent")["Description"] == "consent"
    assert desk.send("DELETE", path).status == 200
    assert desk.rows("/documents", PatNum=401) == []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"PatNum": None}, (400, "PatNum is required")),
        ({"PatNum": 9}, (404, "Patient not found")),
        ({"rawBase64": None}, (400, "rawBase64 is required")),
        ({"extension": None}, (400, "extension is required")),
        ({"DateCreated": "2026-03-01"}, (400, "DateCreated format must be yyyy-MM-dd HH:mm:ss.")),
        ({"ImgType": "Scan"}, (400, "ImgType is invalid")),
    ],
)
def test_an_upload_that_does_not_fit_is_refused(desk: Desk, changes: dict[str, Any], refusal: tuple[int, str]) -> None:
    body = {name: value for name, value in {**PDF, **changes}.items() if value is not None}

    assert desk.refused("POST", "/documents/Upload", **body) == refusal


def test_a_patient_without_documents_has_none_or_is_not_found(desk: Desk) -> None:
    assert desk.rows("/documents", PatNum=401) == []

    desk.sim.switch(no_documents="not_found")
    assert desk.refused("GET", "/documents", {"PatNum": 401}) == (404, "No documents exist for this patient")


def test_a_new_allergy_is_answered_without_content_and_makes_its_definition(desk: Desk) -> None:
    assert desk.post("/allergies", PatNum=401, defDescription="Latex", Reaction="rash") is None
    (row,) = desk.rows("/allergies", PatNum=401)

    assert (row["defDescription"], row["Reaction"], row["StatusIsActive"]) == ("Latex", "rash", "true")
    assert desk.refused("POST", "/allergydefs", Description="Latex") == (
        400,
        "An AllergyDef with that name already exists",
    )
    assert desk.refused("GET", "/allergies") == (400, "PatNum is required")


def test_problems_and_medications_are_named_by_text(desk: Desk) -> None:
    problem = desk.post("/diseases", PatNum=401, diseaseDefName="Asthma")
    desk.post("/medicationpats", PatNum=401, medName="Aspirin")
    (medication,) = desk.rows("/medicationpats", PatNum=401)

    assert (problem["diseaseDefName"], problem["ProbStatus"]) == ("Asthma", "Active")
    assert (medication["medName"], medication["PatNum"]) == ("Aspirin", "401")
    assert desk.refused("POST", "/diseasedefs") == (400, "DiseaseName is required")


def test_a_custom_field_is_named_letter_by_letter(desk: Desk) -> None:
    desk.post("/patfielddefs", FieldName="Intake", FieldType="Text")
    made = desk.post("/patfields", PatNum=401, FieldName="Intake", FieldValue="no")

    assert desk.put("/patfields", PatNum=401, FieldName="Intake", FieldValue="yes")["FieldValue"] == "yes"
    assert desk.get("/patfields", PatNum=401, FieldName="Intake")["PatFieldNum"] == made["PatFieldNum"]
    assert desk.refused("PUT", "/patfields", PatNum=401, FieldName="intake", FieldValue="x")[0] == 404


def test_a_field_of_an_appointment_is_empty_until_it_is_set(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.post("/apptfielddefs", FieldName="Intake")
    empty = desk.get("/apptfields", AptNum=number, FieldName="Intake")
    desk.put("/apptfields", AptNum=number, FieldName="Intake", FieldValue="Yes")

    assert empty == {"FieldName": "Intake", "AptNum": number, "FieldValue": ""}
    assert desk.get("/apptfields", AptNum=number, FieldName="Intake")["FieldValue"] == "Yes"


def test_notes_of_a_patient_are_replaced_one_by_one(desk: Desk) -> None:
    desk.put("/patientnotes/401", Medical="asthma", ICEName="Mara Lund")
    after = desk.put("/patientnotes/401", Medical="none")

    assert (after["Medical"], after["ICEName"]) == ("none", "Mara Lund")


def test_a_sheet_is_made_with_200_and_filled_field_by_field(desk: Desk) -> None:
    kind = desk.practice.add("sheetdefs", Description="History", SheetType="MedicalHistory")
    slip = desk.practice.add("sheetdefs", Description="Slip", SheetType="LabSlip")
    reply = desk.send("POST", "/sheets", body={"SheetDefNum": kind, "PatNum": 401})

    assert (reply.status, [row["SheetDefNum"] for row in desk.rows("/sheets", PatNum=401)]) == (200, [kind])
    assert desk.refused("POST", "/sheets", SheetDefNum=slip, PatNum=401)[0] == 400
    assert desk.refused("GET", "/sheets") == (400, "PatNum is required")


def test_a_plan_is_answered_with_200_and_an_attached_subscription_stays(desk: Desk) -> None:
    carrier = desk.post("/carriers", CarrierName="Fir")["CarrierNum"]
    plan: Any = desk.send("POST", "/insplans", body={"CarrierNum": carrier, "GroupNum": "G1"})
    body = {"PlanNum": plan.json()["PlanNum"], "Subscriber": 401, "SubscriberID": "W1"}
    policy: Any = desk.send("POST", "/inssubs", body=body)
    number = policy.json()["InsSubNum"]
    desk.post("/patplans", PatNum=401, InsSubNum=number)

    assert (plan.status, policy.status, "location" in policy.headers) == (200, 201, False)
    assert desk.refused("DELETE", f"/inssubs/{number}") == (
        400,
        "Can't delete InsSub because PatPlans are still attached.",
    )
