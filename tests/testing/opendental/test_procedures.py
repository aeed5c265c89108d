"""Procedures and their codes as their pages describe them."""

from __future__ import annotations

from typing import Any

import pytest

from odnexus.testing.opendental.practice import DIAGNOSES, PRIORITIES
from odnexus.testing.opendental.schema import names
from tests.testing.opendental.desk import Desk

TP: dict[str, Any] = {"PatNum": 401, "ProcDate": "2026-03-02", "ProcStatus": "TP", "procCode": "D0120"}

FIELDS = names(
    "ProcNum PatNum AptNum ProcDate ProcFee Surf ToothNum ToothRange Priority priority ProcStatus ProvNum provAbbr Dx "
    "dxName PlannedAptNum PlaceService Prosthesis DateOriginalProsth ClaimNote DateEntryC ClinicNum CodeNum procCode "
    "descript UnitQty BaseUnits DateTP SiteNum HideGraphics CanadianTypeCodes ProcTime ProcTimeEnd DateTStamp "
    "Prognosis IsLocked BillingNote Discount IsDateProsthEst SecDateEntry serverDateTime"
)
CODE_FIELDS = names(
    "CodeNum ProcCode Descript AbbrDesc ProcTime ProcCat procCat TreatArea NoBillIns IsProsth DefaultNote IsHygiene "
    "AlternateCode1 MedicalCode IsTaxed PaintType LaymanTerm IsCanadianLab BaseUnits SubstitutionCode SubstOnlyIf "
    "DateTStamp DrugNDC RevenueCodeDefault ProvNumDefault CanadaTimeUnits IsRadiology DefaultClaimNote DefaultTPNote "
    "PaintText AreaAlsoToothRange DiagnosticCodes"
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_objects_have_the_documented_fields_in_order(desk: Desk) -> None:
    assert list(desk.post("/procedurelogs", **TP)) == list(FIELDS)
    assert list(desk.rows("/procedurecodes")[0]) == list(CODE_FIELDS)


def test_the_answer_to_a_new_procedure_says_no_time(desk: Desk) -> None:
    made = desk.post("/procedurelogs", **TP, ProcFee=130)

    assert (made["ProcFee"], made["DateTStamp"], made["serverDateTime"]) == ("130.00", "", "")
    assert desk.get(f"/procedurelogs/{made['ProcNum']}")["DateTStamp"] == "2026-03-02 08:00:00"


def test_every_documented_field_can_be_written(desk: Desk) -> None:
    sent = {
        "PlaceService": "School",
        "Prosthesis": "R",
        "DateOriginalProsth": "2020-01-02",
        "ClaimNote": "c",
        "DateTP": "2026-03-01",
        "SiteNum": 3,
        "ProcTime": "08:30:00",
        "ProcTimeEnd": "09:00:00",
        "BillingNote": "b",
        "Discount": 1.5,
        "IsDateProsthEst": "true",
    }
    made = desk.post("/procedurelogs", **TP, **sent)
    changed = desk.put(f"/procedurelogs/{made['ProcNum']}", ClaimNote="d", CodeNum=made["CodeNum"])

    assert {name: made[name] for name in sent} == sent
    assert (changed["ClaimNote"], changed["BillingNote"]) == ("d", "b")


def test_older_offices_know_fewer_fields() -> None:
    desk = Desk(version="25.1.14")

    assert set(FIELDS) - set(desk.post("/procedurelogs", **{**TP, "ProcStatus": "EC"})) == {
        *("PlaceService", "Prosthesis", "DateOriginalProsth", "ClaimNote", "DateEntryC", "UnitQty", "BaseUnits"),
        *("DateTP", "SiteNum", "HideGraphics", "CanadianTypeCodes", "ProcTime", "ProcTimeEnd", "Prognosis", "IsLocked"),
        *("BillingNote", "Discount", "IsDateProsthEst", "SecDateEntry"),
    }
    assert desk.refused("POST", "/procedurelogs", **TP, ClaimNote="x") == (400, "'ClaimNote' is not a valid field")
    desk.practice.upgrade("25.1.13")
    assert desk.refused("POST", "/procedurelogs", **{**TP, "ProcStatus": "EC"}) == (400, "ProcStatus is invalid")


def test_definitions_are_meant_by_number_or_by_name(desk: Desk) -> None:
    soon = desk.practice.add("definitions", Category=PRIORITIES, ItemName="Soon")
    caries = desk.practice.add("definitions", Category=DIAGNOSES, ItemName="Caries")
    by_name = desk.post("/procedurelogs", **TP, priority="Soon", dxName="Caries")
    by_number = desk.post("/procedurelogs", **TP, Priority=soon, Dx=caries)

    for made in (by_name, by_number):
        assert (made["Priority"], made["priority"], made["Dx"], made["dxName"]) == (soon, "Soon", caries, "Caries")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"procCode": "D9"}, (404, "procCode not found")),
        ({"CodeNum": 301}, (400, "procCode or CodeNum is required")),
        ({"Priority": 1}, (404, "Priority not found")),
        ({"priority": "Never"}, (404, "Priority not found")),
        ({"dxName": "None such"}, (404, "Dx not found")),
        ({"ProcStatus": "D"}, (400, "ProcStatus is invalid")),
        ({"ProcFee": "much"}, (400, "ProcFee is invalid")),
        ({"Discount": "NaN"}, (400, "Discount is invalid")),
        ({"Discount": 10**400}, (400, "Discount is invalid")),
        ({"Prosthesis": "X"}, (400, "Prosthesis is invalid")),
    ],
)
def test_a_procedure_that_does_not_fit_is_refused(
    desk: Desk, changes: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert desk.refused("POST", "/procedurelogs", **{**TP, **changes}) == refusal


def test_a_code_is_needed(desk: Desk) -> None:
    body = {name: value for name, value in TP.items() if name != "procCode"}

    assert desk.refused("POST", "/procedurelogs", **body) == (400, "procCode or CodeNum is required")


@pytest.mark.parametrize(
    ("area", "sent", "missing"),
    [
        ("Tooth", {}, "ToothNum"),
        ("Surf", {"ToothNum": "3"}, "Surf"),
        ("Quad", {}, "Surf"),
        ("ToothRange", {"ToothNum": "3"}, "ToothRange"),
    ],
)
def test_what_a_code_treats_must_be_said(desk: Desk, area: str, sent: dict[str, str], missing: str) -> None:
    desk.practice.add_procedure_code("D2391", "Comp1", TreatArea=area)
    body = {**TP, "procCode": "D2391", **sent}

    assert desk.refused("POST", "/procedurelogs", **body) == (400, f"{missing} is required")
    assert desk.post("/procedurelogs", **{**body, missing: "B"})[missing] == "B"


def test_a_procedure_inherits_provider_and_clinic(desk: Desk) -> None:
    clinic = desk.practice.add_clinic(Description="North", Abbr="N")
    patient = desk.practice.add_patient(LName="Ode", FName="Ida", ClinicNum=clinic, PriProv=0)
    made = desk.post("/procedurelogs", **{**TP, "PatNum": patient, "ProcStatus": "C"})

    assert (made["ProvNum"], made["provAbbr"], made["ClinicNum"]) == (1, "DOC1", clinic)
    assert made["DateEntryC"] == "2026-03-02"


def test_what_is_done_keeps_its_code(desk: Desk) -> None:
    made = desk.post("/procedurelogs", **{**TP, "ProcStatus": "C"})
    path = f"/procedurelogs/{made['ProcNum']}"

    assert desk.refused("PUT", path, ToothNum="3")[0] == 400
    assert desk.refused("PUT", path, procCode="D1110")[0] == 400
    assert desk.put(path, ToothNum="", procCode="D0120", ClaimNote="x")["ClaimNote"] == "x"


def test_another_code_treats_the_same_area(desk: Desk) -> None:
    desk.practice.add_procedure_code("D2391", "Comp1", TreatArea="Surf")
    made = desk.post("/procedurelogs", **TP)
    path = f"/procedurelogs/{made['ProcNum']}"

    assert desk.refused("PUT", path, procCode="D2391") == (400, "procCode must have the same TreatArea.")
    assert desk.put(path, procCode="D1110")["procCode"] == "D1110"


def test_older_offices_keep_what_is_done() -> None:
    desk = Desk(version="23.1.10")
    made = desk.post("/procedurelogs", **{**TP, "ProcStatus": "C"})

    assert desk.refused("DELETE", f"/procedurelogs/{made['ProcNum']}")[0] == 400
    desk.practice.upgrade("23.1.11")
    assert desk.send("DELETE", f"/procedurelogs/{made['ProcNum']}").status == 200


def test_lists_without_filters_are_paged_too(desk: Desk) -> None:
    every = desk.rows("/securityperms")

    assert desk.rows("/securityperms", Offset=1, Limit=2) == every[1:3]
    assert desk.rows("/familymodules/401/Insurance", Offset=99) == []
