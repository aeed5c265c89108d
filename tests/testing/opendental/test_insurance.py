"""Plans, subscriptions, coverages, benefits and verifications at a simulated office, as the pages describe them."""

from __future__ import annotations

from typing import Any

import pytest

from odnexus.testing.opendental import USUAL, Switches
from tests.testing.opendental.desk import Desk


def insured(desk: Desk) -> dict[str, int]:
    """Insure patient 401 with a plan of the first carrier."""
    reply = desk.send("POST", "/insplans", body={"CarrierNum": 61, "GroupNum": "G-100"})
    assert reply.status == 200, "documented so, unlike every other creation"
    made: Any = reply.json()
    plan = made["PlanNum"]
    policy = desk.post("/inssubs", PlanNum=plan, Subscriber=401, SubscriberID="W1")["InsSubNum"]
    coverage = desk.post("/patplans", PatNum=401, InsSubNum=policy)["PatPlanNum"]
    return {"plan": plan, "policy": policy, "coverage": coverage}


def test_a_patients_insurance_is_shown_in_one_view(desk: Desk) -> None:
    made = insured(desk)

    (row,) = desk.rows("/familymodules/401/Insurance")

    assert (row["PlanNum"], row["InsSubNum"], row["PatPlanNum"]) == tuple(made.values())
    assert (row["Subscriber"], row["SubscriberID"], row["Ordinal"], row["ordinal"]) == (401, "W1", 1, "Primary")
    assert (row["CarrierNum"], row["GroupNum"], row["planType"]) == (61, "G-100", "Category Percentage")


def test_plans_are_found_by_carrier_and_type(desk: Desk) -> None:
    insured(desk)
    desk.send("POST", "/insplans", body={"CarrierNum": 62, "PlanType": "p"})

    assert [row["CarrierNum"] for row in desk.rows("/insplans", CarrierNum=62)] == [62]
    assert [row["CarrierNum"] for row in desk.rows("/insplans", PlanType="percentage")] == [61]
    assert desk.refused("GET", "/insplans", {"CarrierNum": 999})[0] == 404


def test_a_new_primary_coverage_moves_the_present_one_back(desk: Desk) -> None:
    made = insured(desk)
    policy = desk.post("/inssubs", PlanNum=made["plan"], Subscriber=402, SubscriberID="W2")["InsSubNum"]

    desk.post("/patplans", PatNum=401, InsSubNum=policy, Relationship="Spouse")

    assert [(row["InsSubNum"], row["Ordinal"]) for row in desk.rows("/familymodules/401/Insurance")] == [
        (policy, 1),
        (made["policy"], 2),
    ]


@pytest.mark.parametrize(("gap", "ordinal"), [("closed", 2), ("kept", 5)])
def test_a_gap_between_coverages(gap: Any, ordinal: int) -> None:
    desk = Desk(switches=Switches(ordinal_gap=gap))
    made = insured(desk)
    policy = desk.post("/inssubs", PlanNum=made["plan"], Subscriber=402, SubscriberID="W2")["InsSubNum"]

    assert desk.post("/patplans", PatNum=401, InsSubNum=policy, Ordinal=5)["Ordinal"] == ordinal


def test_nobody_is_covered_twice_by_one_subscription(desk: Desk) -> None:
    made = insured(desk)

    assert desk.refused("POST", "/patplans", PatNum=401, InsSubNum=made["policy"])[0] == 400
    assert desk.refused("POST", "/patplans", PatNum=999, InsSubNum=made["policy"]) == (
        404,
        "Patient does not exist",
    )


@pytest.mark.parametrize("ordinal", [0, -1, "first"])
def test_an_ordinal_begins_at_one(desk: Desk, ordinal: object) -> None:
    made = insured(desk)

    sent = {"PatNum": 402, "InsSubNum": made["policy"], "Ordinal": ordinal}

    assert desk.refused("POST", "/patplans", **sent) == (400, "Ordinal is invalid")


def test_a_subscription_that_covers_somebody_stays(desk: Desk) -> None:
    made = insured(desk)
    path = f"/inssubs/{made['policy']}"
    assert desk.refused("DELETE", path)[0] == 400

    assert desk.send("DELETE", f"/patplans/{made['coverage']}").status == 200
    assert desk.send("DELETE", path).status == 200

    assert desk.rows("/familymodules/401/Insurance") == desk.rows("/inssubs") == []


@pytest.mark.parametrize(
    ("word", "patplans", "family"),
    [("InjuredPlaintiff", "InjuredPlantiff", "InjuredPlaintiff"), ("Dependent", "Dependent", "Dependant")],
)
def test_pages_spell_relationships_in_their_own_ways(desk: Desk, word: str, patplans: str, family: str) -> None:
    made = insured(desk)
    desk.put(f"/patplans/{made['coverage']}", Relationship=word)

    assert desk.rows("/patplans", PatNum=401)[0]["Relationship"] == patplans
    assert desk.rows("/familymodules/401/Insurance")[0]["Relationship"] == family
    desk.sim.switch(relationship_spelling="schema")
    assert desk.rows("/patplans", PatNum=401)[0]["Relationship"] == word


def test_a_subscription_needs_a_plan_a_chart_and_an_id(desk: Desk) -> None:
    made = insured(desk)
    whole = {"PlanNum": made["plan"], "Subscriber": 401, "SubscriberID": "W3"}

    assert desk.refused("POST", "/inssubs", **{**whole, "PlanNum": 1}) == (404, "InsPlan not found")
    assert desk.refused("POST", "/inssubs", **{**whole, "Subscriber": 1})[0] == 404
    assert desk.refused("POST", "/inssubs", **{**whole, "SubscriberID": ""}) == (400, "SubscriberID is required")


def test_a_second_subscription_of_one_person_may_be_refused() -> None:
    desk = Desk(switches=Switches(second_subscription="refuse"))
    made = insured(desk)

    sent = {"PlanNum": made["plan"], "Subscriber": 401, "SubscriberID": "W9"}

    assert desk.refused("POST", "/inssubs", **sent)[0] == 400


def test_a_view_of_another_kind(desk: Desk) -> None:
    reply = desk.send("POST", "/insplans", body={"CarrierNum": 61, "IsMedical": "true"})
    plan: Any = reply.json()
    policy = desk.post("/inssubs", PlanNum=plan["PlanNum"], Subscriber=401, SubscriberID="W1")["InsSubNum"]
    desk.post("/patplans", PatNum=401, InsSubNum=policy)

    assert desk.rows("/familymodules/401/Insurance")[0]["ordinal"] == "Medical"
    assert desk.refused("GET", "/familymodules/999/Insurance")[0] == 404


def test_blue_book_is_for_percentage_plans(desk: Desk) -> None:
    sent = {"CarrierNum": 61, "PlanType": "p", "IsBlueBookEnabled": "true"}

    assert desk.refused("POST", "/insplans", **sent)[0] == 400


# --- benefits and verifications ---------------------------------------------------------------------------------------


def test_benefits_belong_to_a_plan_or_a_coverage(desk: Desk) -> None:
    made = insured(desk)
    desk.post("/benefits", PlanNum=made["plan"], BenefitType="CoInsurance", CoverageLevel="None", Percent=80)
    own = desk.post("/benefits", PatPlanNum=made["coverage"], BenefitType="Deductible", CoverageLevel="Individual")

    assert [row["Percent"] for row in desk.rows("/benefits", PlanNum=made["plan"])] == [80]
    assert (own["Percent"], own["MonetaryAmt"], own["TimePeriod"]) == (-1, -1.0, "CalendarYear")
    assert desk.refused("GET", "/benefits", {"PlanNum": 1}) == (404, "InsPlan not found")
    desk.send("DELETE", f"/patplans/{made['coverage']}")
    assert len(desk.rows("/benefits")) == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"BenefitType": "Deductible", "Percent": 50}, "Percent"),
        ({"BenefitType": "CoInsurance", "MonetaryAmt": 5.0}, "MonetaryAmt"),
        ({"BenefitType": "CoInsurance", "Percent": 101}, "Percent"),
        ({"BenefitType": "Limitations", "CovCatNum": 1, "CodeNum": 2}, "CovCatNum"),
        ({"BenefitType": "Limitations", "QuantityQualifier": "AgeLimit"}, "Quantity"),
    ],
)
def test_what_a_benefit_cannot_say(desk: Desk, said: dict[str, Any], field: str) -> None:
    made = insured(desk)

    sent = {"PlanNum": made["plan"], "CoverageLevel": "None", **said}

    assert desk.refused("POST", "/benefits", **sent) == (400, f"{field} is invalid")


def test_a_plan_of_a_service_year_has_benefits_of_one() -> None:
    desk = Desk()
    plan: Any = desk.send("POST", "/insplans", body={"CarrierNum": 61, "MonthRenew": 7}).json()

    made = desk.post("/benefits", PlanNum=plan["PlanNum"], BenefitType="Limitations", CoverageLevel="Family")

    assert made["TimePeriod"] == "ServiceYear"
    assert desk.put(f"/benefits/{made['BenefitNum']}", TimePeriod="Lifetime")["TimePeriod"] == "Lifetime"


def test_older_offices_list_benefits_of_something_only() -> None:
    desk = Desk(version="23.1.5")

    assert desk.refused("GET", "/benefits") == (400, "PlanNum is required")


def test_a_verification_is_written_over(desk: Desk) -> None:
    made = insured(desk)
    sent = {"VerifyType": "PatientEnrollment", "FKey": made["coverage"]}
    first = desk.put("/insverifies", **sent, DateLastVerified="2026-03-01")

    again = desk.put("/insverifies", **sent, DateLastVerified="2026-03-02", Note="by phone")

    assert first["InsVerifyNum"] == again["InsVerifyNum"]
    assert [row["DateLastVerified"] for row in desk.rows("/insverifies", **sent)] == ["2026-03-02"]
    assert desk.refused("GET", "/insverifies", {"FKey": 1}) == (400, "VerifyType is required")
    assert desk.refused("PUT", "/insverifies", **{**sent, "FKey": 1}) == (404, "FKey not found")


def test_older_offices_want_the_day_of_a_verification() -> None:
    desk = Desk(version="24.1.5")
    made = insured(desk)

    sent = {"VerifyType": "InsuranceBenefit", "FKey": made["plan"]}

    assert desk.refused("PUT", "/insverifies", **sent) == (400, "DateLastVerified is required")


def test_what_was_never_verified_may_be_refused() -> None:
    desk = Desk(switches=Switches(first_verification="refuse"))
    made = insured(desk)

    sent = {"VerifyType": "InsuranceBenefit", "FKey": made["plan"], "DateLastVerified": "2026-03-02"}

    assert desk.refused("PUT", "/insverifies", **sent)[0] == 404


# --- keys and versions ------------------------------------------------------------------------------------------------

WRITES = [
    ("ApiInsurance", "POST", "/insplans"),
    ("ApiInsurance", "PUT", "/insplans/3001"),
    ("ApiInsurance", "POST", "/benefits"),
    ("ApiInsurance", "PUT", "/benefits/7001"),
    ("ApiInsurance", "DELETE", "/benefits/7001"),
    ("ApiInsuranceSimple", "POST", "/inssubs"),
    ("ApiInsuranceSimple", "PUT", "/inssubs/4001"),
    ("ApiInsuranceSimple", "DELETE", "/inssubs/4001"),
    ("ApiInsuranceSimple", "POST", "/patplans"),
    ("ApiInsuranceSimple", "PUT", "/patplans/6001"),
    ("ApiInsuranceSimple", "DELETE", "/patplans/6001"),
    ("ApiInsuranceSimple", "PUT", "/insverifies"),
    ("ApiReadAll", "GET", "/familymodules/401/Insurance"),
]


@pytest.mark.parametrize(("permission", "verb", "path"), WRITES)
def test_every_method_has_its_permission(permission: str, verb: str, path: str) -> None:
    assert Desk(permissions=USUAL - {permission}).send(verb, path, body={}).status == 401
    assert Desk(permissions=USUAL).send(verb, path, body={}).status != 401


@pytest.mark.parametrize(
    ("version", "missing", "there"),
    [
        ("24.2.10", "/insplans?CarrierNum=61", "/insplans"),
        ("22.4.27", "/inssubs", "/patplans"),
        ("21.3", "/familymodules/401/Insurance", "/patients/401"),
    ],
)
def test_methods_and_filters_came_with_versions(version: str, missing: str, there: str) -> None:
    desk = Desk(version=version)

    assert desk.send("GET", missing).status == 400
    assert desk.send("GET", there).status == 200


def test_answers_of_older_offices_have_fewer_fields() -> None:
    desk = Desk(version="25.1.19")
    insured(desk)

    (row,) = desk.rows("/insplans")

    assert "CobRule" not in row
    assert "IsHidden" in row
