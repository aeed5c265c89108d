"""Plans, subscriptions, coverages, benefits, verifications: what may be asked and sent."""

from __future__ import annotations

from attrs import evolve

from odnexus.errors import ConfigurationError
from odnexus.opendental import kinds
from odnexus.opendental.endpoints import Endpoint, Values, exactly_one, fields, may, must, not_both, since
from odnexus.opendental.filters import changed_since, equals
from odnexus.opendental.kinds import Kind, words
from odnexus.opendental.models import (
    BenefitType,
    CobRule,
    CoverageLevel,
    ExclusionFeeRule,
    Override,
    PlanType,
    QuantityQualifier,
    Relationship,
    TimePeriod,
    VerifyType,
)

_PLAN_TYPE = words(PlanType)
_MONEY_TYPES = (BenefitType.CO_PAYMENT, BenefitType.LIMITATIONS, BenefitType.DEDUCTIBLE)


def _filter_word(value: object) -> str:
    # The filter spells the empty word out (page "API InsPlans", GET).
    return str(_PLAN_TYPE.to_json("plan_type", value)) or "percentage"


# Plans.

INS_PLAN = Endpoint(
    method="GET", path="/insplans/{PlanNum}", gate=since("24.2.11"), permission="ApiReadAll", page="API InsPlans"
)
INS_PLANS = Endpoint(
    method="GET",
    path="/insplans",
    gate=since("22.3.30"),
    permission="ApiReadAll",
    page="API InsPlans",
    params=fields(
        may("PlanType", Kind(write=_filter_word), "24.2.11", check=equals("plan_type")),
        may("CarrierNum", kinds.POSITIVE, "24.2.11", check=equals("carrier_num")),
        may("Offset", kinds.NUMBER),
    ),
)
_PLAN_DETAILS = (
    may("GroupName", kinds.TEXT_50),
    may("GroupNum", kinds.TEXT_50),
    may("PlanNote", kinds.TEXT),
    may("FeeSched", kinds.KEY),
    may("PlanType", _PLAN_TYPE),
    may("ClaimFormNum", kinds.POSITIVE, "25.2.24"),
    may("ClaimsUseUCR", kinds.BOOLEAN, "25.1.20"),
    may("CopayFeeSched", kinds.KEY, "23.3.17"),
    may("IsMedical", kinds.BOOLEAN, "24.4.34"),
    may("FilingCode", kinds.KEY, "25.1.20"),
    may("ShowBaseUnits", kinds.BOOLEAN, "25.1.20"),
    may("CodeSubstNone", kinds.BOOLEAN, "22.4.31"),
    may("IsHidden", kinds.BOOLEAN),
    may("MonthRenew", kinds.MONTH),
    may("FilingCodeSubtype", kinds.KEY, "25.1.20"),
    may("CobRule", words(CobRule), "25.1.20"),
    may("BillingType", kinds.KEY, "25.1.20"),
    may("ExclusionFeeRule", words(ExclusionFeeRule), "25.1.20"),
    may("ManualFeeSchedNum", kinds.KEY, "25.2.24"),
    may("InsPlansZeroWriteOffsOnAnnualMaxOverride", words(Override), "25.1.20"),
    may("InsPlansZeroWriteOffsOnFreqOrAgingOverride", words(Override), "25.1.20"),
)


def _blue_book_for_percentages_only(given: Values) -> None:
    if given.get("is_blue_book_enabled") is not None and given.get("plan_type", PlanType.PERCENTAGE) != "":
        raise ConfigurationError("is_blue_book_enabled: only for a plan of type percentage")


CREATE_INS_PLAN = Endpoint(
    method="POST",
    path="/insplans",
    gate=since("22.4.24"),
    permission="ApiInsurance",
    page="API InsPlans",
    repeatable=False,
    body=fields(
        must("CarrierNum", kinds.POSITIVE),
        may("EmployerNum", kinds.KEY),
        may("IsBlueBookEnabled", kinds.BOOLEAN),
        *_PLAN_DETAILS,
    ),
    rules=(_blue_book_for_percentages_only,),
)
UPDATE_INS_PLAN = Endpoint(
    method="PUT",
    path="/insplans/{PlanNum}",
    gate=since("22.3.30"),
    permission="ApiInsurance",
    page="API InsPlans",
    partial=True,
    body=fields(
        may("CarrierNum", kinds.POSITIVE, "22.4.24"),
        may("EmployerNum", kinds.KEY, "22.4.24"),
        may("IsBlueBookEnabled", kinds.BOOLEAN, "22.4.24"),
        *_PLAN_DETAILS,
    ),
    rules=(_blue_book_for_percentages_only,),
)

# Subscriptions.

INS_SUB = Endpoint(
    method="GET", path="/inssubs/{InsSubNum}", gate=since("22.4.28"), permission="ApiReadAll", page="API InsSubs"
)
INS_SUBS = Endpoint(
    method="GET",
    path="/inssubs",
    gate=since("22.4.28"),
    permission="ApiReadAll",
    page="API InsSubs",
    params=fields(
        may("PlanNum", kinds.POSITIVE, check=equals("plan_num")),
        may("Subscriber", kinds.POSITIVE, check=equals("subscriber")),
        may("SecDateTEdit", kinds.DATE_TIME, check=changed_since("sec_date_t_edit")),
        may("Offset", kinds.NUMBER),
    ),
)
_SUB_DETAILS = (
    may("DateEffective", kinds.DATE),
    may("DateTerm", kinds.DATE),
    may("BenefitNotes", kinds.TEXT),
    may("ReleaseInfo", kinds.BOOLEAN, "21.4"),
    may("AssignBen", kinds.BOOLEAN, "21.4"),
    may("SubscNote", kinds.TEXT, "22.4.26"),
)
CREATE_INS_SUB = Endpoint(
    method="POST",
    path="/inssubs",
    permission="ApiInsuranceSimple",
    page="API InsSubs",
    repeatable=False,
    body=fields(
        must("PlanNum", kinds.POSITIVE),
        must("Subscriber", kinds.POSITIVE),
        must("SubscriberID", kinds.SOME_TEXT_255),
        *_SUB_DETAILS,
    ),
)
UPDATE_INS_SUB = Endpoint(
    method="PUT",
    path="/inssubs/{InsSubNum}",
    permission="ApiInsuranceSimple",
    page="API InsSubs",
    partial=True,
    body=fields(
        may("PlanNum", kinds.POSITIVE),
        may("Subscriber", kinds.POSITIVE),
        may("SubscriberID", kinds.SOME_TEXT_255),
        *_SUB_DETAILS,
    ),
)
DELETE_INS_SUB = Endpoint(
    method="DELETE", path="/inssubs/{InsSubNum}", permission="ApiInsuranceSimple", page="API InsSubs"
)

# Coverages.

PAT_PLANS = Endpoint(
    method="GET",
    path="/patplans",
    gate=since("22.4.27"),
    permission="ApiReadAll",
    page="API PatPlans",
    params=fields(
        may("PatNum", kinds.POSITIVE, check=equals("pat_num")),
        may("InsSubNum", kinds.POSITIVE, check=equals("ins_sub_num")),
        may("Offset", kinds.NUMBER),
    ),
)
CREATE_PAT_PLAN = Endpoint(
    method="POST",
    path="/patplans",
    permission="ApiInsuranceSimple",
    page="API PatPlans",
    repeatable=False,
    body=fields(
        must("PatNum", kinds.POSITIVE),
        must("InsSubNum", kinds.POSITIVE),
        may("Ordinal", kinds.POSITIVE),
        may("Relationship", words(Relationship)),
        may("PatID", kinds.TEXT, "21.4"),
    ),
)
UPDATE_PAT_PLAN = Endpoint(
    method="PUT",
    path="/patplans/{PatPlanNum}",
    gate=since("21.4"),
    permission="ApiInsuranceSimple",
    page="API PatPlans",
    partial=True,
    body=fields(
        may("InsSubNum", kinds.POSITIVE),
        may("Ordinal", kinds.POSITIVE),
        may("Relationship", words(Relationship)),
        may("PatID", kinds.TEXT),
    ),
)
DELETE_PAT_PLAN = Endpoint(
    method="DELETE", path="/patplans/{PatPlanNum}", permission="ApiInsuranceSimple", page="API PatPlans"
)

# Benefits.

BENEFIT = Endpoint(
    method="GET", path="/benefits/{BenefitNum}", gate=since("25.3.7"), permission="ApiReadAll", page="API Benefits"
)
BENEFITS = Endpoint(
    method="GET",
    path="/benefits",
    gate=since("22.3.27"),
    permission="ApiReadAll",
    page="API Benefits",
    params=fields(
        may("PlanNum", kinds.POSITIVE, check=equals("plan_num")),
        may("PatPlanNum", kinds.POSITIVE, check=equals("pat_plan_num")),
        may("Offset", kinds.NUMBER),
    ),
    unfiltered_from=since("23.2.62"),
)


def _amounts_of_their_type(given: Values) -> None:
    kind = given.get("benefit_type")
    if given.get("percent") is not None and kind not in (None, BenefitType.CO_INSURANCE):
        raise ConfigurationError("percent: only for a benefit of type CoInsurance")
    if given.get("monetary_amt") is not None and kind not in (None, *_MONEY_TYPES):
        raise ConfigurationError(f"monetary_amt: only for a benefit of type {', '.join(_MONEY_TYPES)}")


_BENEFIT_DETAILS = (
    may("CovCatNum", kinds.KEY),
    may("Percent", kinds.PERCENT),
    may("MonetaryAmt", kinds.MONEY),
    may("TimePeriod", words(TimePeriod)),
    may("QuantityQualifier", words(QuantityQualifier)),
    may("Quantity", kinds.PERCENT),
    may("CodeNum", kinds.KEY),
    may("procCode", kinds.SOME_TEXT),
    may("CodeGroupNum", kinds.KEY, "25.3.7"),
    may("TreatArea", kinds.SOME_TEXT, "25.3.7"),
)
_BENEFIT_RULES = (
    _amounts_of_their_type,
    not_both("cov_cat_num", "code_num"),
    not_both("cov_cat_num", "proc_code"),
    not_both("code_num", "proc_code"),
)
CREATE_BENEFIT = Endpoint(
    method="POST",
    path="/benefits",
    gate=since("22.3.17"),
    permission="ApiInsurance",
    page="API Benefits",
    repeatable=False,
    body=fields(
        may("PlanNum", kinds.POSITIVE),
        may("PatPlanNum", kinds.POSITIVE),
        must("BenefitType", words(BenefitType)),
        must("CoverageLevel", words(CoverageLevel)),
        *_BENEFIT_DETAILS,
    ),
    rules=(exactly_one("plan_num", "pat_plan_num"), *_BENEFIT_RULES),
)
UPDATE_BENEFIT = Endpoint(
    method="PUT",
    path="/benefits/{BenefitNum}",
    gate=since("22.4.7"),
    permission="ApiInsurance",
    page="API Benefits",
    partial=True,
    body=fields(
        may("PlanNum", kinds.POSITIVE),
        may("PatPlanNum", kinds.POSITIVE),
        may("BenefitType", words(BenefitType)),
        may("CoverageLevel", words(CoverageLevel)),
        *_BENEFIT_DETAILS,
    ),
    rules=_BENEFIT_RULES,
)
DELETE_BENEFIT = Endpoint(
    method="DELETE",
    path="/benefits/{BenefitNum}",
    gate=since("22.4.7"),
    permission="ApiInsurance",
    page="API Benefits",
)

# Verifications.


def _key_of_a_type(given: Values) -> None:
    if given.get("f_key") is not None and given.get("verify_type") is None:
        raise ConfigurationError("verify_type: give it together with f_key")


INS_VERIFY = Endpoint(
    method="GET",
    path="/insverifies/{InsVerifyNum}",
    gate=since("23.2.23"),
    permission="ApiReadAll",
    page="API InsVerifies",
)
INS_VERIFIES = Endpoint(
    method="GET",
    path="/insverifies",
    gate=since("23.2.23"),
    permission="ApiReadAll",
    page="API InsVerifies",
    params=fields(
        may("VerifyType", words(VerifyType), check=equals("verify_type")),
        may("FKey", kinds.POSITIVE, "24.4.17", check=equals("f_key")),
        may("SecDateTEdit", kinds.DATE_TIME, check=changed_since("sec_date_t_edit")),
        may("Offset", kinds.NUMBER),
    ),
    rules=(_key_of_a_type,),
)
# No number in the path: type and key say which (page "API InsVerifies").
UPDATE_INS_VERIFY = Endpoint(
    method="PUT",
    path="/insverifies",
    permission="ApiInsuranceSimple",
    page="API InsVerifies",
    partial=True,
    body=fields(
        must("VerifyType", words(VerifyType)),
        must("FKey", kinds.POSITIVE),
        evolve(may("DateLastVerified", kinds.DATE.keep()), optional_from=since("24.1.17")),
        may("DefNum", kinds.KEY),
        may("Note", kinds.TEXT, "24.1.17"),
    ),
)

# The view of a patient.

FAMILY_INSURANCE = Endpoint(
    method="GET",
    path="/familymodules/{PatNum}/Insurance",
    gate=since("21.4"),
    permission="ApiReadAll",
    page="API FamilyModules",
)

ENDPOINTS = (
    INS_PLAN,
    INS_PLANS,
    CREATE_INS_PLAN,
    UPDATE_INS_PLAN,
    INS_SUB,
    INS_SUBS,
    CREATE_INS_SUB,
    UPDATE_INS_SUB,
    DELETE_INS_SUB,
    PAT_PLANS,
    CREATE_PAT_PLAN,
    UPDATE_PAT_PLAN,
    DELETE_PAT_PLAN,
    BENEFIT,
    BENEFITS,
    CREATE_BENEFIT,
    UPDATE_BENEFIT,
    DELETE_BENEFIT,
    INS_VERIFY,
    INS_VERIFIES,
    UPDATE_INS_VERIFY,
    FAMILY_INSURANCE,
)
