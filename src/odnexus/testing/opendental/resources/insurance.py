"""Plans, subscriptions and coverages (pages "InsPlans", "InsSubs", "PatPlans"), and a patient's view ("FamilyModules").

Spelling and status codes are as odd as the pages say: a new plan is answered with 200, a new subscription without a
location, and the same relationship is spelled one way here and another way there.
"""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import (
    Answer,
    Ask,
    Endpoint,
    Filter,
    accept,
    listing,
    reading,
    same,
    touched,
    updated,
)
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.refusals import Refusal, invalid
from odnexus.testing.opendental.resources.patients import PATIENT
from odnexus.testing.opendental.schema import Field, Schema, Shown, show
from odnexus.testing.opendental.values import (
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    INT,
    TEXT,
    Kind,
    Row,
    filled,
    filter_key,
    key_of,
    text,
    words,
)

INSURANCE, SIMPLE = "ApiInsurance", "ApiInsuranceSimple"

RELATIONSHIPS = (
    "Self",
    "Spouse",
    "Child",
    "Employee",
    "HandicapDep",
    "SignifOther",
    "InjuredPlaintiff",
    "LifePartner",
    "Dependent",
)
PLAN_TYPES = {
    "": "Category Percentage",
    "p": "PPO Percentage",
    "f": "Medicaid or Flat Co-pay",
    "c": "Capitation",
}
_OVERRIDE = words("Default", "Yes", "No")
_LATE = "25.1.20"


def between(lowest: int, highest: int, empty: int = 0) -> Kind:
    """Return the kind of whole numbers from *lowest* to *highest*."""

    def read(name: str, raw: object, practice: Practice) -> int:
        number = INT.read(name, raw, practice)  # type: ignore[arg-type] # JSON, as it came
        if not isinstance(number, int) or not lowest <= number <= highest:
            raise invalid(name)
        return number

    return Kind(empty, read)


PLAN = Schema(
    name="insplans",
    key="PlanNum",
    one="InsPlan",
    first_key=3001,
    stamp="SecDateTEdit",
    entered=("SecDateEntry",),
    fields=(
        Field("PlanNum", INT),
        Field("GroupName", text(50)),
        Field("GroupNum", text(50)),
        Field("PlanNote", TEXT),
        Field("FeeSched", INT),
        Field("PlanType", words(*PLAN_TYPES)),
        Field("ClaimFormNum", INT),
        Field("ClaimsUseUCR", BOOL, _LATE),
        Field("CopayFeeSched", INT),
        Field("EmployerNum", INT),
        Field("CarrierNum", key_of("carriers", "Carrier", zero=False)),
        Field("IsMedical", BOOL),
        Field("FilingCode", INT, _LATE),
        Field("ShowBaseUnits", BOOL, _LATE),
        Field("CodeSubstNone", BOOL),
        Field("IsHidden", BOOL),
        Field("MonthRenew", between(0, 12)),
        Field("FilingCodeSubtype", INT, _LATE),
        Field("CobRule", words("Basic", "Standard", "CarveOut", "SecondaryMedicaid"), _LATE),
        Field("SecUserNumEntry", INT),
        Field("SecDateEntry", DATE),
        Field("SecDateTEdit", DATETIME),
        Field("BillingType", INT, _LATE),
        Field("ExclusionFeeRule", words("PracticeDefault", "DoNothing", "UseUcrFee"), _LATE),
        Field("ManualFeeSchedNum", INT),
        Field("IsBlueBookEnabled", BOOL),
        Field("InsPlansZeroWriteOffsOnAnnualMaxOverride", _OVERRIDE, _LATE),
        Field("InsPlansZeroWriteOffsOnFreqOrAgingOverride", _OVERRIDE, _LATE),
    ),
)
_PLAN_WRITABLE = (
    "GroupName GroupNum PlanNote FeeSched PlanType ClaimFormNum@25.2.24 ClaimsUseUCR@25.1.20 CopayFeeSched@23.3.17 "
    "IsMedical@24.4.34 FilingCode@25.1.20 ShowBaseUnits@25.1.20 CodeSubstNone@22.4.31 IsHidden MonthRenew "
    "FilingCodeSubtype@25.1.20 CobRule@25.1.20 BillingType@25.1.20 ExclusionFeeRule@25.1.20 "
    "ManualFeeSchedNum@25.2.24 InsPlansZeroWriteOffsOnAnnualMaxOverride@25.1.20 "
    "InsPlansZeroWriteOffsOnFreqOrAgingOverride@25.1.20"
)

SUBSCRIPTION = Schema(
    name="inssubs",
    key="InsSubNum",
    one="InsSub",
    first_key=4001,
    stamp="SecDateTEdit",
    defaults={"ReleaseInfo": True},
    fields=(
        Field("InsSubNum", INT),
        Field("PlanNum", key_of("insplans", "InsPlan", zero=False)),
        Field("Subscriber", key_of("patients", "Patient", zero=False)),
        Field("DateEffective", DATE),
        Field("DateTerm", DATE),
        Field("SubscriberID", filled(text(255))),
        Field("BenefitNotes", TEXT),
        Field("ReleaseInfo", BOOL),
        Field("AssignBen", BOOL),
        Field("SubscNote", TEXT),
        Field("SecDateTEdit", DATETIME),
    ),
)
_SUBSCRIPTION_WRITABLE = "DateEffective DateTerm BenefitNotes ReleaseInfo@21.4 AssignBen@21.4 SubscNote@22.4.26"


def _spelled(resource: str) -> dict[str, str]:
    return {"InjuredPlaintiff": "InjuredPlantiff"} if resource == "patplans" else {"Dependent": "Dependant"}


def relationship(practice: Practice, row: Row, resource: str) -> str:
    """Return the relationship of a coverage as the pages of *resource* spell it, if the office does so too."""
    word = row.text("Relationship")
    return _spelled(resource).get(word, word) if practice.switches.relationship_spelling == "pages" else word


COVERAGE = Schema(
    name="patplans",
    key="PatPlanNum",
    one="PatPlan",
    first_key=6001,
    stamp="SecDateTEdit",
    entered=("SecDateTEntry",),
    defaults={"Ordinal": 1, "OrthoAutoFeeBilledOverride": -1.0},
    fields=(
        Field("PatPlanNum", INT),
        Field("PatNum", INT),
        Field("Ordinal", between(1, 99)),
        Field("IsPending", BOOL),
        Field(
            "Relationship", words(*RELATIONSHIPS), made=lambda practice, row: relationship(practice, row, "patplans")
        ),
        Field("PatID", TEXT),
        Field("InsSubNum", key_of("inssubs", "InsSub", zero=False)),
        Field("OrthoAutoFeeBilledOverride", DECIMAL),
        Field("OrthoAutoNextClaimDate", DATE),
        Field("SecDateTEntry", DATETIME),
        Field("SecDateTEdit", DATETIME),
    ),
)


# Plans.


def _check_plan(given: Row, before: Row) -> None:
    if given.get("IsBlueBookEnabled") and {**before, **given}.get("PlanType", ""):
        raise Refusal(400, "IsBlueBookEnabled is only valid for category percentage plans.")


def _create_plan(ask: Ask) -> Answer:
    _check_plan(ask.args, Row())
    form = int(ask.practice.preference("DefaultClaimForm") or 0)
    row = ask.practice.insert("insplans", {"ClaimFormNum": form, **ask.args})
    # Documented as 200, unlike every other creation of these pages.
    return Answer(content=show(ask.practice, PLAN, row))


def _change_plan(ask: Ask) -> Answer:
    _check_plan(ask.args, ask.row)
    ask.practice.change("insplans", ask.row.number("PlanNum"), ask.args)
    return updated(ask, PLAN)


# Subscriptions.


def _create_subscription(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    twins = [
        row
        for row in practice.rows("inssubs")
        if (row["PlanNum"], row["Subscriber"]) == (args["PlanNum"], args["Subscriber"])
    ]
    if twins and practice.switches.second_subscription == "refuse":
        raise Refusal(400, "Subscriber is already subscribed to this plan.")
    assign = practice.preference("InsDefaultAssignBen") in ("", "1")
    row = practice.insert("inssubs", {"AssignBen": assign, **args})
    # Without a location header.
    return Answer(status=201, content=show(practice, SUBSCRIPTION, row))


def _change_subscription(ask: Ask) -> Answer:
    ask.practice.change("inssubs", ask.row.number("InsSubNum"), ask.args)
    return updated(ask, SUBSCRIPTION)


def _delete_subscription(ask: Ask) -> Answer:
    number = ask.row.number("InsSubNum")
    if any(row["InsSubNum"] == number for row in ask.practice.rows("patplans")):
        raise Refusal(400, "Can't delete InsSub because PatPlans are still attached.")
    ask.practice.remove("inssubs", number)
    return Answer()


# Coverages.


def _make_room(practice: Practice, pat_num: int, ordinal: int) -> int:
    """Move the coverages from *ordinal* on one back and return where the new one stands."""
    mine = [row for row in practice.rows("patplans") if row["PatNum"] == pat_num]
    if practice.switches.ordinal_gap == "closed":
        ordinal = min(ordinal, len(mine) + 1)
    if any(row["Ordinal"] == ordinal for row in mine):
        for row in mine:
            if row.number("Ordinal") >= ordinal:
                practice.change("patplans", row.number("PatPlanNum"), {"Ordinal": row.number("Ordinal") + 1})
    return ordinal


def _create_coverage(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    pat_num = args.number("PatNum")
    if pat_num not in practice.patients:
        raise Refusal(404, "Patient does not exist")
    if any(row["PatNum"] == pat_num and row["InsSubNum"] == args["InsSubNum"] for row in practice.rows("patplans")):
        raise Refusal(400, "Patient is already linked to this InsSub.")
    with practice.lock:
        ordinal = _make_room(practice, pat_num, args.number("Ordinal", 1))
        row = practice.insert("patplans", {**args, "Ordinal": ordinal})
    return Answer(status=201, content=show(practice, COVERAGE, row), location=row.number("PatPlanNum"))


def _change_coverage(ask: Ask) -> Answer:
    ask.practice.change("patplans", ask.row.number("PatPlanNum"), ask.args)
    return updated(ask, COVERAGE)


def _drop_coverage(ask: Ask) -> Answer:
    number = ask.row.number("PatPlanNum")
    ask.practice.remove("patplans", number)
    for benefit in [row for row in ask.practice.rows("benefits") if row["PatPlanNum"] == number]:
        ask.practice.remove("benefits", benefit.number("BenefitNum"))
    return Answer()


# The view of a patient.


def _ordinal_text(plan: Row, ordinal: int) -> str:
    if plan.flag("IsMedical"):
        return "Medical"
    return {1: "Primary", 2: "Secondary"}.get(ordinal, "Other")


def _shown_coverage(practice: Practice, row: Row) -> Shown:
    subscription = practice.tables["inssubs"].rows[row.number("InsSubNum")]
    plan = practice.tables["insplans"].rows[subscription.number("PlanNum")]
    carrier = practice.tables["carriers"].rows[plan.number("CarrierNum")]
    holder = practice.patients[subscription.number("Subscriber")]
    return {
        "PatNum": row["PatNum"],
        "InsSubNum": row["InsSubNum"],
        "Subscriber": subscription["Subscriber"],
        "subscriber": f"{holder['LName']}, {holder['FName']}",
        "SubscriberID": subscription["SubscriberID"],
        "SubscNote": subscription["SubscNote"],
        "PatPlanNum": row["PatPlanNum"],
        "Ordinal": row["Ordinal"],
        "ordinal": _ordinal_text(plan, row.number("Ordinal")),
        "IsPending": row["IsPending"],
        "Relationship": relationship(practice, row, "familymodules"),
        "PatID": row["PatID"],
        "CarrierNum": plan["CarrierNum"],
        "CarrierName": carrier["CarrierName"],
        "PlanNum": plan["PlanNum"],
        "GroupName": plan["GroupName"],
        "GroupNum": plan["GroupNum"],
        "PlanNote": plan["PlanNote"],
        "FeeSched": plan["FeeSched"],
        "feeSchedule": "",
        "PlanType": plan["PlanType"],
        "planType": PLAN_TYPES[plan.text("PlanType")],
        "CopayFeeSched": plan["CopayFeeSched"],
        "EmployerNum": plan["EmployerNum"],
        "employer": "",
        "IsMedical": plan["IsMedical"],
    }


def _family_insurance(ask: Ask) -> Answer:
    mine = [row for row in ask.practice.rows("patplans") if row["PatNum"] == ask.row["PatNum"]]
    mine.sort(key=lambda row: (row.number("Ordinal"), row.number("PatPlanNum")))
    return Answer(content=[_shown_coverage(ask.practice, row) for row in mine])


_TYPE_FILTER = words("percentage", *(word for word in PLAN_TYPES if word))

ENDPOINTS = (
    reading(PLAN, "24.2.11"),
    listing(
        PLAN,
        Filter(
            "PlanType",
            _TYPE_FILTER,
            lambda _, row, value: row["PlanType"] == ("" if value == "percentage" else value),
            "24.2.11",
        ),
        same("CarrierNum", filter_key("carriers", "Carrier"), "24.2.11"),
        gate="22.3.30",
    ),
    Endpoint(
        verb="POST",
        route="/insplans",
        since="22.4.24",
        permission=INSURANCE,
        body=accept(PLAN, f"CarrierNum! EmployerNum IsBlueBookEnabled {_PLAN_WRITABLE}"),
        run=_create_plan,
    ),
    Endpoint(
        verb="PUT",
        route="/insplans/{PlanNum}",
        since="22.3.30",
        permission=INSURANCE,
        body=accept(PLAN, f"CarrierNum@22.4.24 EmployerNum@22.4.24 IsBlueBookEnabled@22.4.24 {_PLAN_WRITABLE}"),
        schema=PLAN,
        run=_change_plan,
    ),
    reading(SUBSCRIPTION, "22.4.28"),
    listing(
        SUBSCRIPTION,
        same("PlanNum", filter_key("insplans", "InsPlan")),
        same("Subscriber", filter_key("patients", "Patient")),
        touched("SecDateTEdit"),
        gate="22.4.28",
        # By InsSubNum, says the page.
        rows=lambda practice: practice.rows("inssubs"),
    ),
    Endpoint(
        verb="POST",
        route="/inssubs",
        since="21.1",
        permission=SIMPLE,
        body=accept(SUBSCRIPTION, f"PlanNum! Subscriber! SubscriberID! {_SUBSCRIPTION_WRITABLE}"),
        run=_create_subscription,
    ),
    Endpoint(
        verb="PUT",
        route="/inssubs/{InsSubNum}",
        since="21.1",
        permission=SIMPLE,
        body=accept(SUBSCRIPTION, f"PlanNum Subscriber SubscriberID {_SUBSCRIPTION_WRITABLE}"),
        schema=SUBSCRIPTION,
        run=_change_subscription,
    ),
    Endpoint(
        verb="DELETE",
        route="/inssubs/{InsSubNum}",
        since="21.1",
        permission=SIMPLE,
        schema=SUBSCRIPTION,
        run=_delete_subscription,
    ),
    listing(
        COVERAGE,
        same("PatNum", filter_key("patients", "Patient")),
        same("InsSubNum", filter_key("inssubs", "InsSub")),
        gate="22.4.27",
    ),
    Endpoint(
        verb="POST",
        route="/patplans",
        since="21.1",
        permission=SIMPLE,
        body=accept(COVERAGE, "PatNum! InsSubNum! Ordinal Relationship PatID@21.4"),
        run=_create_coverage,
    ),
    Endpoint(
        verb="PUT",
        route="/patplans/{PatPlanNum}",
        since="21.4",
        permission=SIMPLE,
        body=accept(COVERAGE, "InsSubNum Ordinal Relationship PatID"),
        schema=COVERAGE,
        run=_change_coverage,
    ),
    Endpoint(
        verb="DELETE",
        route="/patplans/{PatPlanNum}",
        since="21.1",
        permission=SIMPLE,
        schema=COVERAGE,
        run=_drop_coverage,
    ),
    Endpoint(
        verb="GET",
        route="/familymodules/{PatNum}/Insurance",
        since="21.4",
        paged=True,
        schema=PATIENT,
        run=_family_insurance,
    ),
)
