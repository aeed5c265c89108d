"""Fields of insurance plans, subscribers, coverages, benefits and verifications that may be sent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Required, TypedDict

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


class _InsPlanDetails(TypedDict, total=False):
    employer_num: int | None
    is_blue_book_enabled: bool
    group_name: str | None
    group_num: str | None
    plan_note: str | None
    fee_sched: int | None
    plan_type: PlanType | str
    claim_form_num: int
    claims_use_ucr: bool
    copay_fee_sched: int | None
    is_medical: bool
    filing_code: int | None
    show_base_units: bool
    code_subst_none: bool
    is_hidden: bool
    month_renew: int
    filing_code_subtype: int | None
    cob_rule: CobRule | str
    billing_type: int | None
    exclusion_fee_rule: ExclusionFeeRule | str
    manual_fee_sched_num: int | None
    ins_plans_zero_write_offs_on_annual_max_override: Override | str
    ins_plans_zero_write_offs_on_freq_or_aging_override: Override | str


class InsPlanCreate(_InsPlanDetails, total=False):
    """A new plan of a carrier (page "API InsPlans", POST). `billing_type` is the number of a definition."""

    carrier_num: Required[int]


class InsPlanChanges(_InsPlanDetails, total=False):
    """Changes of a plan (page "API InsPlans", PUT): they hold for all its subscribers."""

    carrier_num: int


class _InsSubDetails(TypedDict, total=False):
    date_effective: date | None
    date_term: date | None
    benefit_notes: str | None
    release_info: bool
    assign_ben: bool
    subsc_note: str | None


class InsSubCreate(_InsSubDetails, total=False):
    """A new subscription (page "API InsSubs", POST). `subscriber` is the PatNum of the policy holder."""

    plan_num: Required[int]
    subscriber: Required[int]
    subscriber_id: Required[str]


class InsSubChanges(_InsSubDetails, total=False):
    """Changes of a subscription (page "API InsSubs", PUT): another `plan_num` moves the whole family."""

    plan_num: int
    subscriber: int
    subscriber_id: str


class PatPlanCreate(TypedDict, total=False):
    """A new coverage (page "API PatPlans", POST). `ordinal` 1 moves the present primary coverage to 2."""

    pat_num: Required[int]
    ins_sub_num: Required[int]
    ordinal: int
    relationship: Relationship | str
    pat_id: str | None


class PatPlanChanges(TypedDict, total=False):
    """Changes of a coverage (page "API PatPlans", PUT); its patient cannot be changed."""

    ins_sub_num: int
    ordinal: int
    relationship: Relationship | str
    pat_id: str | None


class _BenefitDetails(TypedDict, total=False):
    plan_num: int
    pat_plan_num: int
    cov_cat_num: int | None
    percent: int
    monetary_amt: Decimal | int
    time_period: TimePeriod | str
    quantity_qualifier: QuantityQualifier | str
    quantity: int
    code_num: int | None
    proc_code: str
    code_group_num: int | None
    treat_area: str


class BenefitCreate(_BenefitDetails, total=False):
    """A new benefit (page "API Benefits", POST), of a plan (`plan_num`) or of one coverage (`pat_plan_num`)."""

    benefit_type: Required[BenefitType | str]
    coverage_level: Required[CoverageLevel | str]


class BenefitChanges(_BenefitDetails, total=False):
    """Changes of a benefit (page "API Benefits", PUT)."""

    benefit_type: BenefitType | str
    coverage_level: CoverageLevel | str


class InsVerifyChanges(TypedDict, total=False):
    """That something was verified (page "API InsVerifies", PUT); `def_num` is a status (category 38)."""

    verify_type: Required[VerifyType | str]
    f_key: Required[int]
    date_last_verified: date
    def_num: int | None
    note: str | None
