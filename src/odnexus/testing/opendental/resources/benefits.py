"""Benefits and verifications of insurance (pages "Benefits", "InsVerifies")."""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import (
    Answer,
    Ask,
    Endpoint,
    Filter,
    accept,
    created,
    ordered,
    reading,
    same,
    select,
    touched,
    updated,
)
from odnexus.testing.opendental.refusals import Refusal, invalid, not_found, required
from odnexus.testing.opendental.resources.insurance import INSURANCE, SIMPLE, between
from odnexus.testing.opendental.schema import Field, Schema, show, show_all, since
from odnexus.testing.opendental.values import (
    DATE,
    DATETIME,
    DECIMAL,
    INT,
    TEXT,
    Row,
    filter_key,
    key_of,
    words,
)

_MONEY_TYPES = frozenset({"CoPayment", "Limitations", "Deductible"})

BENEFIT = Schema(
    name="benefits",
    key="BenefitNum",
    one="Benefit",
    first_key=7001,
    stamp="SecDateTEdit",
    entered=("SecDateTEntry",),
    defaults={"Percent": -1, "MonetaryAmt": -1.0},
    fields=(
        Field("BenefitNum", INT),
        Field("PlanNum", key_of("insplans", "InsPlan")),
        Field("PatPlanNum", key_of("patplans", "PatPlan")),
        Field("CovCatNum", INT),
        Field(
            "BenefitType",
            words(
                "ActiveCoverage",
                "CoInsurance",
                "Deductible",
                "CoPayment",
                "Exclusions",
                "Limitations",
                "WaitingPeriod",
            ),
        ),
        Field("Percent", between(0, 100, -1)),
        Field("MonetaryAmt", DECIMAL),
        Field(
            "TimePeriod",
            words("None", "ServiceYear", "CalendarYear", "Lifetime", "Years", "NumberInLast12Months"),
        ),
        Field(
            "QuantityQualifier",
            words("None", "NumberOfServices", "AgeLimit", "Visits", "Years", "Months"),
        ),
        Field("Quantity", between(0, 100)),
        Field("CodeNum", INT),
        Field("procCode", TEXT),
        Field("CoverageLevel", words("None", "Individual", "Family")),
        Field("SecDateTEntry", DATETIME),
        Field("SecDateTEdit", DATETIME),
        Field("CodeGroupNum", INT),
        Field("TreatArea", TEXT, "25.3.7"),
    ),
)
_DETAILS = (
    "CovCatNum Percent MonetaryAmt TimePeriod QuantityQualifier Quantity CodeNum procCode CodeGroupNum@25.3.7 "
    "TreatArea@25.3.7"
)

VERIFICATION = Schema(
    name="insverifies",
    key="InsVerifyNum",
    one="InsVerify",
    first_key=7501,
    stamp="SecDateTEdit",
    fields=(
        Field("InsVerifyNum", INT),
        Field("DateLastVerified", DATE),
        Field("UserNum", INT),
        Field("VerifyType", words("InsuranceBenefit", "PatientEnrollment")),
        Field("FKey", INT),
        Field("DefNum", INT),
        Field("Note", TEXT),
        Field("DateLastAssigned", DATE),
        Field("SecDateTEdit", DATETIME),
    ),
)
_VERIFIED_TABLES = {"InsuranceBenefit": "insplans", "PatientEnrollment": "patplans"}


# Benefits.

_FILTERS = (
    Filter("PlanNum", filter_key("insplans", "InsPlan"), lambda _, row, value: row["PlanNum"] == value),
    Filter("PatPlanNum", filter_key("patplans", "PatPlan"), lambda _, row, value: row["PatPlanNum"] == value),
)


def _list(ask: Ask) -> Answer:
    if not {"PlanNum", "PatPlanNum"} & set(ask.args) and not since(ask.practice, "23.2.62"):
        raise required("PlanNum")
    return Answer(content=show_all(ask.practice, BENEFIT, select(ask, ordered(ask.practice, BENEFIT), _FILTERS)))


def _check(given: Row, before: Row) -> None:
    after = Row({**before, **given})
    kind = after.text("BenefitType", "ActiveCoverage")
    if "Percent" in given and kind != "CoInsurance":
        raise invalid("Percent")
    if "MonetaryAmt" in given and kind not in _MONEY_TYPES:
        raise invalid("MonetaryAmt")
    if after.number("CovCatNum", 0) and (after.number("CodeNum", 0) or after.text("procCode", "")):
        raise invalid("CovCatNum")
    if after.text("QuantityQualifier", "None") == "AgeLimit" and not after.number("Quantity", 0):
        raise invalid("Quantity")


def _period(ask: Ask) -> str:
    plan = ask.practice.find("insplans", ask.args.number("PlanNum", 0))
    return "ServiceYear" if plan is not None and plan.number("MonthRenew") else "CalendarYear"


def _create(ask: Ask) -> Answer:
    if not ask.args.number("PlanNum", 0) and not ask.args.number("PatPlanNum", 0):
        raise required("PlanNum")
    _check(ask.args, Row())
    return created(ask, BENEFIT, ask.practice.insert("benefits", {"TimePeriod": _period(ask), **ask.args}))


def _change(ask: Ask) -> Answer:
    _check(ask.args, ask.row)
    ask.practice.change("benefits", ask.row.number("BenefitNum"), ask.args)
    return updated(ask, BENEFIT)


def _delete(ask: Ask) -> Answer:
    ask.practice.remove("benefits", ask.row.number("BenefitNum"))
    return Answer()


# Verifications.

_VERIFY_FILTERS = (
    same("VerifyType", VERIFICATION.kind("VerifyType")),
    same("FKey", INT, "24.4.17"),
    touched("SecDateTEdit"),
)


def _list_verifications(ask: Ask) -> Answer:
    if "FKey" in ask.args and "VerifyType" not in ask.args:
        raise required("VerifyType")
    rows = select(ask, ordered(ask.practice, VERIFICATION), _VERIFY_FILTERS)
    return Answer(content=show_all(ask.practice, VERIFICATION, rows))


def _verify(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    if "DateLastVerified" not in args and not since(practice, "24.1.17"):
        raise required("DateLastVerified")
    kind, number = args.text("VerifyType"), args.number("FKey")
    if practice.find(_VERIFIED_TABLES[kind], number) is None:
        raise not_found("FKey")
    rows = practice.rows("insverifies")
    row = next((row for row in rows if (row["VerifyType"], row["FKey"]) == (kind, number)), None)
    if row is None and practice.switches.first_verification == "refuse":
        raise Refusal(404, "InsVerify not found.")
    if row is None:
        row = practice.insert("insverifies", args)
    else:
        practice.change("insverifies", row.number("InsVerifyNum"), args)
    return Answer(content=show(practice, VERIFICATION, row))


ENDPOINTS = (
    reading(BENEFIT, "25.3.7"),
    Endpoint(
        verb="GET",
        route="/benefits",
        since="22.3.27",
        query=tuple(item.param() for item in _FILTERS),
        paged=True,
        run=_list,
    ),
    Endpoint(
        verb="POST",
        route="/benefits",
        since="22.3.17",
        permission=INSURANCE,
        body=accept(BENEFIT, f"PlanNum PatPlanNum BenefitType! CoverageLevel! {_DETAILS}"),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/benefits/{BenefitNum}",
        since="22.4.7",
        permission=INSURANCE,
        body=accept(BENEFIT, f"PlanNum PatPlanNum BenefitType CoverageLevel {_DETAILS}"),
        schema=BENEFIT,
        run=_change,
    ),
    Endpoint(
        verb="DELETE",
        route="/benefits/{BenefitNum}",
        since="22.4.7",
        permission=INSURANCE,
        schema=BENEFIT,
        run=_delete,
    ),
    reading(VERIFICATION, "23.2.23"),
    Endpoint(
        verb="GET",
        route="/insverifies",
        since="23.2.23",
        query=tuple(item.param() for item in _VERIFY_FILTERS),
        paged=True,
        run=_list_verifications,
    ),
    Endpoint(
        verb="PUT",
        route="/insverifies",
        since="21.1",
        permission=SIMPLE,
        body=accept(VERIFICATION, "VerifyType! FKey! DateLastVerified DefNum Note@24.1.17"),
        run=_verify,
    ),
)
