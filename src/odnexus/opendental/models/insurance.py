"""Insurance: plans, subscriptions, coverages, benefits, verifications, and the one view of all of it.

A carrier has plans; a plan has subscribers (`InsSub`); a subscription covers patients (`PatPlan`). A patient without a
`PatPlan` is not covered. In benefits -1 means empty, in keys 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from attrs import field, frozen

from odnexus.opendental.models.record import Record


class Relationship(StrEnum):
    """What a patient is to the subscriber (page "API PatPlans")."""

    SELF = "Self"
    SPOUSE = "Spouse"
    CHILD = "Child"
    EMPLOYEE = "Employee"
    HANDICAP_DEP = "HandicapDep"
    SIGNIF_OTHER = "SignifOther"
    INJURED_PLAINTIFF = "InjuredPlaintiff"
    LIFE_PARTNER = "LifePartner"
    DEPENDENT = "Dependent"


class PlanType(StrEnum):
    """How a plan pays. The wire's word for a percentage is the empty text."""

    PERCENTAGE = ""
    PPO = "p"
    FLAT_COPAY = "f"
    CAPITATION = "c"


class CobRule(StrEnum):
    """How benefits of two plans are coordinated."""

    BASIC = "Basic"
    STANDARD = "Standard"
    CARVE_OUT = "CarveOut"
    SECONDARY_MEDICAID = "SecondaryMedicaid"


class ExclusionFeeRule(StrEnum):
    """Which fee an excluded procedure gets."""

    PRACTICE_DEFAULT = "PracticeDefault"
    DO_NOTHING = "DoNothing"
    USE_UCR_FEE = "UseUcrFee"


class Override(StrEnum):
    """Whether a plan departs from a preference of the office."""

    DEFAULT = "Default"
    YES = "Yes"
    NO = "No"


class BenefitType(StrEnum):
    """What a benefit says."""

    ACTIVE_COVERAGE = "ActiveCoverage"
    CO_INSURANCE = "CoInsurance"
    DEDUCTIBLE = "Deductible"
    CO_PAYMENT = "CoPayment"
    EXCLUSIONS = "Exclusions"
    LIMITATIONS = "Limitations"
    WAITING_PERIOD = "WaitingPeriod"


class TimePeriod(StrEnum):
    """The time that a benefit counts in."""

    NONE = "None"
    SERVICE_YEAR = "ServiceYear"
    CALENDAR_YEAR = "CalendarYear"
    LIFETIME = "Lifetime"
    YEARS = "Years"
    NUMBER_IN_LAST_12_MONTHS = "NumberInLast12Months"


class QuantityQualifier(StrEnum):
    """What the quantity of a benefit counts."""

    NONE = "None"
    NUMBER_OF_SERVICES = "NumberOfServices"
    AGE_LIMIT = "AgeLimit"
    VISITS = "Visits"
    YEARS = "Years"
    MONTHS = "Months"


class CoverageLevel(StrEnum):
    """Whom a benefit counts for."""

    NONE = "None"
    INDIVIDUAL = "Individual"
    FAMILY = "Family"


class VerifyType(StrEnum):
    """What was verified: a plan's benefits (`f_key` is its PlanNum), or an enrolment (a PatPlanNum)."""

    INSURANCE_BENEFIT = "InsuranceBenefit"
    PATIENT_ENROLLMENT = "PatientEnrollment"


MISSPELT: Mapping[str, str] = {"injuredplantiff": "InjuredPlaintiff", "dependant": "Dependent"}
"""Spellings of the pages "API PatPlans" and "API FamilyModules", and the words of the database they stand for."""


@frozen(kw_only=True, repr=False)
class InsPlan(Record):
    """An insurance plan of a carrier, which many subscribers may share (page "API InsPlans").

    `month_renew` is 0 for the calendar year. Offices before 25.1.20 leave eight of the fields out.
    """

    KEY: ClassVar[tuple[str, ...]] = ("plan_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("plan_num", "carrier_num")

    plan_num: int
    group_name: str | None = None
    group_num: str | None = None
    plan_note: str | None = field(default=None, repr=False)
    fee_sched: int = 0
    plan_type: PlanType | str | None = None
    claim_form_num: int = 0
    claims_use_ucr: bool | None = None
    copay_fee_sched: int = 0
    employer_num: int = 0
    carrier_num: int = 0
    is_medical: bool | None = None
    filing_code: int = 0
    show_base_units: bool | None = None
    code_subst_none: bool | None = None
    is_hidden: bool | None = None
    month_renew: int | None = None
    filing_code_subtype: int = 0
    cob_rule: CobRule | str | None = None
    sec_user_num_entry: int = 0
    sec_date_entry: date | None = None
    sec_date_t_edit: datetime | None = None
    billing_type: int = 0
    exclusion_fee_rule: ExclusionFeeRule | str | None = None
    manual_fee_sched_num: int = 0
    is_blue_book_enabled: bool | None = None
    ins_plans_zero_write_offs_on_annual_max_override: Override | str | None = None
    ins_plans_zero_write_offs_on_freq_or_aging_override: Override | str | None = None


@frozen(kw_only=True, repr=False)
class InsSub(Record):
    """A subscription: one person's own membership of a plan (page "API InsSubs").

    `subscriber` is the PatNum of the policy holder; there is no field PatNum. Who is covered stands in `PatPlan`.
    """

    KEY: ClassVar[tuple[str, ...]] = ("ins_sub_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("ins_sub_num", "plan_num", "subscriber")

    ins_sub_num: int
    plan_num: int = 0
    subscriber: int = 0
    date_effective: date | None = field(default=None, repr=False)
    date_term: date | None = field(default=None, repr=False)
    subscriber_id: str | None = field(default=None, repr=False)
    benefit_notes: str | None = field(default=None, repr=False)
    release_info: bool | None = None
    assign_ben: bool | None = None
    subsc_note: str | None = field(default=None, repr=False)
    sec_date_t_edit: datetime | None = None


@frozen(kw_only=True, repr=False)
class PatPlan(Record):
    """A patient's coverage by a subscription; `ordinal` 1 is the primary one (page "API PatPlans")."""

    KEY: ClassVar[tuple[str, ...]] = ("pat_plan_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("pat_plan_num", "pat_num", "ins_sub_num")

    pat_plan_num: int
    pat_num: int = 0
    ordinal: int | None = None
    is_pending: bool | None = None
    relationship: Relationship | str | None = field(default=None, repr=False)
    pat_id: str | None = field(default=None, repr=False)
    ins_sub_num: int = 0
    ortho_auto_fee_billed_override: Decimal | None = field(default=None, repr=False)
    ortho_auto_next_claim_date: date | None = field(default=None, repr=False)
    sec_date_t_entry: datetime | None = None
    sec_date_t_edit: datetime | None = None


@frozen(kw_only=True, repr=False)
class Benefit(Record):
    """One line of what a plan pays, for all its members or for one patient (page "API Benefits").

    `percent` and `monetary_amt` are -1 where they say nothing.
    """

    KEY: ClassVar[tuple[str, ...]] = ("benefit_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("benefit_num", "plan_num", "pat_plan_num")

    benefit_num: int
    plan_num: int = 0
    pat_plan_num: int = 0
    cov_cat_num: int = 0
    benefit_type: BenefitType | str | None = None
    percent: int | None = None
    monetary_amt: Decimal | None = None
    time_period: TimePeriod | str | None = None
    quantity_qualifier: QuantityQualifier | str | None = None
    quantity: int | None = None
    code_num: int = 0
    proc_code: str | None = None
    coverage_level: CoverageLevel | str | None = None
    sec_date_t_entry: datetime | None = None
    sec_date_t_edit: datetime | None = None
    code_group_num: int = 0
    treat_area: str | None = None


@frozen(kw_only=True, repr=False)
class InsVerify(Record):
    """When a plan's benefits or a patient's enrolment were last verified (page "API InsVerifies").

    `f_key` is a PlanNum or a PatPlanNum, as `verify_type` says.
    """

    KEY: ClassVar[tuple[str, ...]] = ("ins_verify_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("ins_verify_num", "f_key")

    ins_verify_num: int
    date_last_verified: date | None = None
    user_num: int = 0
    verify_type: VerifyType | str | None = None
    f_key: int = 0
    def_num: int = 0
    note: str | None = field(default=None, repr=False)
    date_last_assigned: date | None = None
    sec_date_t_edit: datetime | None = None


@frozen(kw_only=True, repr=False)
class FamilyInsurance(Record):
    """One coverage of a patient with its subscription, plan and carrier (page "API FamilyModules", GET Insurance).

    `subscriber` is a PatNum, `subscriber_text` the name; `ordinal_text` is Primary, Secondary, Medical or Other.
    Discount plans are not among the rows.
    """

    KEY: ClassVar[tuple[str, ...]] = ("pat_plan_num",)
    SHOWN: ClassVar[tuple[str, ...]] = ("pat_plan_num", "pat_num", "ins_sub_num", "plan_num", "carrier_num")

    pat_plan_num: int
    pat_num: int = 0
    ins_sub_num: int = 0
    subscriber: int = 0
    subscriber_text: str | None = field(default=None, repr=False)
    subscriber_id: str | None = field(default=None, repr=False)
    subsc_note: str | None = field(default=None, repr=False)
    ordinal: int | None = None
    ordinal_text: str | None = None
    is_pending: bool | None = None
    relationship: Relationship | str | None = field(default=None, repr=False)
    pat_id: str | None = field(default=None, repr=False)
    carrier_num: int = 0
    carrier_name: str | None = field(default=None, repr=False)
    plan_num: int = 0
    group_name: str | None = field(default=None, repr=False)
    group_num: str | None = field(default=None, repr=False)
    plan_note: str | None = field(default=None, repr=False)
    fee_sched: int = 0
    fee_schedule: str | None = None
    plan_type: PlanType | str | None = None
    plan_type_text: str | None = None
    copay_fee_sched: int = 0
    employer_num: int = 0
    employer: str | None = field(default=None, repr=False)
    is_medical: bool | None = None
