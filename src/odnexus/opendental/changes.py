"""What may be sent: one TypedDict per write. Absent means leave, ``None`` means clear.

In a creation there is nothing to clear, so ``None`` is not sent and Open Dental's own default holds. A field whose
type has no ``None`` cannot be cleared. Enumerations may be given as members or as their words; dates and times are the
office's wall clock. Each name is the documented one in snake case; the tables in `odnexus.opendental.tables` hold
kinds, gates and rules, and a test holds the two together.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Required, TypedDict, TypeVar, cast, get_args, get_origin, get_type_hints

from odnexus.opendental.models import (
    YN,
    ApptFieldType,
    AptStatus,
    BenefitType,
    CobRule,
    CommMode,
    ContactMethod,
    CoverageLevel,
    DefCategory,
    ExclusionFeeRule,
    Gender,
    ImgType,
    NoSendElect,
    Override,
    PatFieldType,
    PatStatus,
    PlanType,
    PopupLevel,
    Position,
    Priority,
    ProbStatus,
    ProcStatus,
    QuantityQualifier,
    Relationship,
    SentOrReceived,
    TimePeriod,
    UiEventType,
    VerifyType,
    WatchTable,
)

F = TypeVar("F", bound=Callable[..., Any])


class _PatientDetails(TypedDict, total=False):
    middle_i: str | None
    preferred: str | None
    pat_status: PatStatus | str
    gender: Gender | str | None
    position: Position | str
    birthdate: date | None
    ssn: str | None
    address: str | None
    address2: str | None
    city: str | None
    state: str | None
    zip: str | None
    hm_phone: str | None
    wk_phone: str | None
    wireless_phone: str | None
    guarantor: int
    email: str | None
    pri_prov: int
    sec_prov: int | None
    fee_sched: int | None
    billing_type: str
    fam_fin_urg_note: str | None
    chart_number: str | None
    medicaid_id: str | None
    employer_num: int | None
    date_first_visit: date | None
    clinic_num: int | None
    premed: bool
    ward: str | None
    admit_date: date | None
    prefer_confirm_method: ContactMethod | str | None
    prefer_contact_method: ContactMethod | str | None
    prefer_recall_method: ContactMethod | str | None
    language: str | None
    super_family: int | None
    txt_msg_ok: YN | str | None
    med_urg_note: str | None
    appt_mod_note: str | None


class PatientCreate(_PatientDetails, total=False):
    """A new chart (page "API Patients", POST)."""

    l_name: Required[str]
    f_name: Required[str]


class PatientChanges(_PatientDetails, total=False):
    """Changes of a chart (page "API Patients", PUT)."""

    l_name: str
    f_name: str


class _AppointmentDetails(TypedDict, total=False):
    pattern: str
    confirmed: int
    note: str | None
    prov_num: int
    prov_hyg: int | None
    clinic_num: int | None
    is_hygiene: bool
    date_time_arrived: time
    date_time_seated: time
    date_time_dismissed: time
    is_new_patient: bool
    priority: Priority | str | None
    appointment_type_num: int | None
    color_override: str | None
    pattern_secondary: str
    assistant: int | None
    is_mirrored: bool


class AppointmentCreate(_AppointmentDetails, total=False):
    """A new appointment (page "API Appointments", POST)."""

    pat_num: Required[int]
    op: Required[int]
    apt_date_time: Required[datetime]
    apt_status: AptStatus | str
    sec_user_num_entry: int


class AppointmentChanges(_AppointmentDetails, total=False):
    """Changes of an appointment (page "API Appointments", PUT). `note` overwrites; `unsched_status` needs 22.2."""

    apt_status: AptStatus | str
    op: int
    apt_date_time: datetime
    unsched_status: int | None


class PlannedCreate(TypedDict, total=False):
    """A new planned appointment (page "API Appointments", POST Planned)."""

    pat_num: Required[int]
    appointment_type_num: int | None
    proc_nums: Sequence[int]
    pattern: str
    confirmed: int
    note: str | None
    prov_num: int
    prov_hyg: int | None
    clinic_num: int | None
    is_hygiene: bool
    is_new_patient: bool
    priority: Priority | str | None
    pattern_secondary: str


class PlannedSchedule(TypedDict, total=False):
    """When and where a planned appointment is to take place (page "API Appointments", POST SchedulePlanned)."""

    apt_num: Required[int]
    apt_date_time: Required[datetime]
    prov_num: Required[int]
    op: Required[int]
    confirmed: int
    note: str | None


class WebSchedCreate(TypedDict):
    """A slot of ``GET /appointments/SlotsWebSched`` to book (page "API Appointments", POST WebSched)."""

    pat_num: int
    date_time_start: datetime
    date_time_end: datetime
    prov_num: int
    op_num: int
    def_num_appt_type: int


class _ProviderDetails(TypedDict, total=False):
    l_name: str | None
    f_name: str | None
    mi: str | None
    suffix: str | None
    specialty: int
    ssn: str | None
    state_license: str | None
    using_tin: bool
    sig_on_file: bool
    national_prov_id: str | None
    preferred_name: str | None


class ProviderCreate(_ProviderDetails, total=False):
    """A new provider (page "API Providers", POST)."""

    abbr: Required[str]
    fee_sched: int
    is_secondary: bool
    is_hidden: bool
    is_not_person: bool
    is_hidden_report: bool
    birth_date: date | None
    sched_note: str | None


class ProviderChanges(_ProviderDetails, total=False):
    """Changes of a provider (page "API Providers", PUT)."""

    abbr: str


class DefinitionCreate(TypedDict, total=False):
    """A new definition (page "API Definitions", POST). `category_text` is the name of the category."""

    item_name: Required[str]
    category_text: Required[DefCategory | str]
    item_value: str | None
    is_hidden: bool


class ClinicChanges(TypedDict, total=False):
    """Changes of a clinic (page "API Clinics", PUT)."""

    description: str
    phone: str
    billing_address: str | None
    billing_address2: str | None
    billing_city: str | None
    billing_state: str | None
    billing_zip: str | None
    pay_to_address: str | None
    pay_to_address2: str | None
    pay_to_city: str | None
    pay_to_state: str | None
    pay_to_zip: str | None
    abbr: str
    is_hidden: bool


class CommlogCreate(TypedDict, total=False):
    """A new commlog (page "API Commlogs", POST). `comm_type_text` is a definition's name and wins over its number."""

    pat_num: Required[int]
    note: Required[str]
    comm_date_time: datetime
    comm_type: int
    comm_type_text: str
    mode_: CommMode | str
    sent_or_received: SentOrReceived | str


class CommlogChanges(TypedDict, total=False):
    """Changes of a commlog (page "API Commlogs", PUT): the note is overwritten and the signature cleared."""

    note: str | None


class _CarrierDetails(TypedDict, total=False):
    address: str | None
    address2: str | None
    city: str | None
    state: str | None
    zip: str | None
    phone: str | None
    elect_id: str | None
    no_send_elect: NoSendElect | str
    is_hidden: bool


class CarrierCreate(_CarrierDetails, total=False):
    """A new carrier (page "API Carriers", POST)."""

    carrier_name: Required[str]


class CarrierChanges(_CarrierDetails, total=False):
    """Changes of a carrier (page "API Carriers", PUT)."""

    carrier_name: str


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


class _SubscriptionDetails(TypedDict, total=False):
    workstation: str | None
    polling_seconds: int
    date_time_start: datetime
    date_time_stop: datetime | None
    note: str | None


class SubscriptionCreate(_SubscriptionDetails, total=False):
    """A new subscription (page "API Subscriptions", POST).

    Give `watch_table` with `polling_seconds`, or `ui_event_type`. Without `workstation` every machine sends.
    """

    end_point_url: Required[str]
    watch_table: WatchTable | str
    ui_event_type: UiEventType | str


class SubscriptionChanges(_SubscriptionDetails, total=False):
    """Changes of a subscription (page "API Subscriptions", PUT); what is watched cannot be changed."""

    end_point_url: str


class _ProcedureDetails(TypedDict, total=False):
    apt_num: int | None
    proc_fee: str
    surf: str | None
    tooth_num: str | None
    tooth_range: str | None
    prov_num: int
    planned_apt_num: int | None
    clinic_num: int | None


class ProcedureCreate(_ProcedureDetails, total=False):
    """A new procedure (page "API ProcedureLogs", POST): give `proc_code` or `code_num`."""

    pat_num: Required[int]
    proc_date: Required[date]
    proc_status: Required[ProcStatus | str]
    proc_code: str
    code_num: int


class ProcedureChanges(_ProcedureDetails, total=False):
    """Changes of a procedure (page "API ProcedureLogs", PUT)."""

    proc_date: date
    proc_status: ProcStatus | str


class RecallChanges(TypedDict, total=False):
    """Changes of a recall (page "API Recalls", PUT)."""

    date_due: date | None
    recall_interval: str
    recall_status: int | None
    note: str | None
    is_disabled: bool
    disable_until_date: date | None
    priority: Priority | str | None


class AsapCommCreate(TypedDict, total=False):
    """A text that offers an opening (page "API AsapComms", POST): give `apt_num` or `recall_num`."""

    op: Required[int]
    date_time_start: Required[datetime]
    apt_num: int
    recall_num: int


class ApptFieldDefCreate(TypedDict, total=False):
    """A new name for values of appointments (page "API ApptFieldDefs", POST)."""

    field_name: Required[str]
    field_type: ApptFieldType | str
    pick_list: str | None


class PatientNoteChanges(TypedDict, total=False):
    """Changes of a chart's long texts; each replaces the whole text (page "API PatientNotes", PUT)."""

    fam_financial: str | None
    medical: str | None
    service: str | None
    medical_comp: str | None
    treatment: str | None
    ice_name: str | None
    ice_phone: str | None


class PatFieldDefCreate(TypedDict, total=False):
    """A new custom patient field (page "API PatFieldDefs", POST); items of a pick list stand one to a line."""

    field_name: Required[str]
    field_type: Required[PatFieldType | str]
    pick_list: str
    is_hidden: bool


class PatFieldDefChanges(TypedDict, total=False):
    """Changes of a custom patient field (page "API PatFieldDefs", PUT)."""

    field_name: str
    field_type: PatFieldType | str
    pick_list: str
    is_hidden: bool


class PatFieldCreate(TypedDict):
    """What a custom field says of a patient (page "API PatFields", POST).

    Dates are ``yyyy-MM-dd``, a ticked box is ``"1"``; names are told apart by case.
    """

    pat_num: int
    field_name: str
    field_value: str


class PatFieldSet(PatFieldCreate):
    """Something else that a custom field says of a patient (page "API PatFields", PUT, which has no id in its path)."""


class AllergyDefCreate(TypedDict):
    """A new allergy in the office's list (page "API AllergyDefs", POST)."""

    description: str


class DiseaseDefCreate(TypedDict):
    """A new problem in the office's list (page "API DiseaseDefs", POST)."""

    disease_name: str


class MedicationCreate(TypedDict, total=False):
    """A new medication in the office's list (page "API Medications", POST)."""

    med_name: Required[str]
    generic_name: str
    notes: str


class _AllergyDetails(TypedDict, total=False):
    reaction: str | None
    status_is_active: bool
    date_adverse_reaction: date | None


class AllergyCreate(_AllergyDetails, total=False):
    """A patient's allergy (page "API Allergies", POST). A name that the office's list lacks is added to the list."""

    pat_num: Required[int]
    def_description: str
    allergy_def_num: int


class AllergyChanges(_AllergyDetails, total=False):
    """Changes of a patient's allergy (page "API Allergies", PUT)."""


class _DiseaseDetails(TypedDict, total=False):
    date_start: date | None
    date_stop: date | None
    prob_status: ProbStatus | str
    pat_note: str | None


class DiseaseCreate(_DiseaseDetails, total=False):
    """A patient's problem (page "API Diseases", POST). A name that the office's list lacks is added to the list."""

    pat_num: Required[int]
    disease_def_name: str
    disease_def_num: int


class DiseaseChanges(_DiseaseDetails, total=False):
    """Changes of a patient's problem (page "API Diseases", PUT)."""


class _MedicationPatDetails(TypedDict, total=False):
    pat_note: str | None
    date_start: date | None
    date_stop: date | None
    prov_num: int | None


class MedicationPatCreate(_MedicationPatDetails, total=False):
    """A patient's medication (page "API MedicationPats", POST). A name that the list lacks is added to the list."""

    pat_num: Required[int]
    med_name: str
    medication_num: int


class MedicationPatChanges(_MedicationPatDetails, total=False):
    """Changes of a patient's medication (page "API MedicationPats", PUT)."""


class PopupCreate(TypedDict, total=False):
    """A new popup (page "API Popups", POST); they annoy the staff."""

    pat_num: Required[int]
    description: Required[str]
    popup_level: PopupLevel | str
    date_time_disabled: datetime | None


class PopupChanges(TypedDict, total=False):
    """Changes of a popup (page "API Popups", PUT); another description leaves an archived copy."""

    description: str
    popup_level: PopupLevel | str
    date_time_disabled: datetime | None


class SheetCreate(TypedDict, total=False):
    """A new sheet of a patient (page "API Sheets", POST)."""

    sheet_def_num: Required[int]
    pat_num: Required[int]
    internal_note: str


class SheetFieldChanges(TypedDict, total=False):
    """A new value of a sheet's field (page "API SheetFields", PUT); ``X`` ticks a box."""

    field_value: str | None


class _DocumentDetails(TypedDict, total=False):
    description: str | None
    date_created: datetime
    doc_category: int
    img_type: ImgType | str
    tooth_numbers: str | None
    prov_num: int | None
    print_heading: bool


class DocumentUpload(_DocumentDetails, total=False):
    """A new document (page "API Documents", POST Upload). Without `doc_category` it lands in the first category."""

    pat_num: Required[int]
    raw_base64: Required[str]
    extension: Required[str]


class DocumentByUrl(_DocumentDetails, total=False):
    """A new document that the office fetches when a user opens it (page "API Documents", POST SetByUrl)."""

    pat_num: Required[int]
    url: Required[str]


class DocumentChanges(_DocumentDetails, total=False):
    """Changes of a document (page "API Documents", PUT)."""


def required(fields: type[Any]) -> frozenset[str]:
    """Return the keys that *fields* cannot do without."""
    return _required(fields, get_type_hints(fields, include_extras=True))


def _required(fields: type[Any], hints: Mapping[str, Any]) -> frozenset[str]:
    # Python does not see `Required` in postponed annotations by itself.
    marked = frozenset(name for name, hint in hints.items() if get_origin(hint) is Required)
    return marked | frozenset[str](cast(Any, fields).__required_keys__)


def spells_out(fields: type[Any]) -> Callable[[F], F]:
    """Return a decorator that shows the keys of *fields* in the signature of a function that unpacks them.

    Type checkers know them already; completion in notebooks looks at the signature.
    """
    hints = get_type_hints(fields, include_extras=True)
    needed = _required(fields, hints)
    keys = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if name in needed else ...,
            annotation=get_args(hints[name])[0] if get_origin(hints[name]) is Required else hints[name],
        )
        for name in sorted(hints, key=lambda name: name not in needed)
    ]

    def decorate(function: F) -> F:
        own = inspect.signature(function)
        plain = [each for each in own.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        cast(Any, function).__signature__ = own.replace(parameters=[*plain, *keys])
        return function

    return decorate
