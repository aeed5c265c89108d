"""One function per endpoint: what it sends, and how its answer is read.

Functions that read one record or write return a `Call`. Functions that read a list return a `Listing`, which makes
the call for each page; `odnexus.opendental.paging` walks through it. All names of parameters and fields are ours; the
table of the endpoint checks and spells them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from attrs import evolve, field, frozen

from odnexus._calls import Call, Json, LeaveOut, Method, Reply, no_answer_expected, require
from odnexus.errors import UnexpectedResponseError
from odnexus.opendental import kinds, models, wire
from odnexus.opendental.changes import (
    AppointmentChanges,
    AppointmentCreate,
    ApptFieldDefCreate,
    AsapCommCreate,
    BenefitChanges,
    BenefitCreate,
    CarrierChanges,
    CarrierCreate,
    ClinicChanges,
    CommlogChanges,
    CommlogCreate,
    DefinitionCreate,
    InsPlanChanges,
    InsPlanCreate,
    InsSubChanges,
    InsSubCreate,
    InsVerifyChanges,
    PatientChanges,
    PatientCreate,
    PatPlanChanges,
    PatPlanCreate,
    PlannedCreate,
    PlannedSchedule,
    ProcedureChanges,
    ProcedureCreate,
    ProviderChanges,
    ProviderCreate,
    RecallChanges,
    SubscriptionChanges,
    SubscriptionCreate,
    WebSchedCreate,
)
from odnexus.opendental.endpoints import Endpoint, Gate, Values
from odnexus.opendental.models import (
    Appointment,
    ApptField,
    ApptFieldDef,
    AsapComm,
    Benefit,
    BreakType,
    Carrier,
    Commlog,
    ConfirmVal,
    Definition,
    FamilyInsurance,
    InsPlan,
    InsSub,
    InsVerify,
    Operatory,
    Patient,
    PatPlan,
    Procedure,
    ProcedureCode,
    Provider,
    Record,
    Schedule,
    Subscription,
)
from odnexus.opendental.names import SPELLINGS
from odnexus.opendental.refusals import refuse, refuse_list, sentence
from odnexus.opendental.tables import appointments, care, insurance, office, patients, records
from odnexus.opendental.wire import NoBody

T = TypeVar("T")
R = TypeVar("R", bound=Record)


@frozen(kw_only=True)
class Listing(Generic[R]):
    """A list that is read page by page.

    Attributes:
        endpoint: Where it is read.
        record: What its rows are.
        filters: What was asked for, by our names.
        skip: Rows to skip at the beginning.
        unread: Is told of rows that do not fit, which are left out; without it they are errors.
    """

    endpoint: Endpoint
    record: type[R]
    filters: Values = field(repr=False)
    skip: int = 0
    unread: LeaveOut | None = None

    def page(self, offset: int) -> Call[list[R]]:
        """Return the call for the page that begins at row *offset*; the first page sends no Offset at all."""
        values = {**self.filters, "offset": offset or None}
        return _list(self.endpoint, self.record, params=values, unread=self.unread)


def listing(
    endpoint: Endpoint, record: type[R], filters: Values, offset: int = 0, unread: LeaveOut | None = None
) -> Listing[R]:
    """Return the list of *record* that *filters* describe, checked before anything is sent."""
    kinds.NUMBER.to_json("offset", offset)
    wanted = {name: value for name, value in filters.items() if value is not None}
    endpoint.query(wanted)
    return Listing(endpoint=endpoint, record=record, filters=wanted, skip=offset, unread=unread)


def _call(
    endpoint: Endpoint,
    read: Any,
    number: int | None = None,
    *,
    params: Values | None = None,
    body: Values | None = None,
    repeatable: bool | None = None,
) -> Call[Any]:
    query = () if params is None else endpoint.query(params)
    content = None if body is None else endpoint.content(body)
    return Call(
        api="opendental",
        name=endpoint.name,
        method=endpoint.method,
        path=_with_number(endpoint.path, number) if "{" in endpoint.path else endpoint.path,
        params=query,
        body=content,
        idempotent=endpoint.repeatable if repeatable is None else repeatable,
        read=read,
        refuse=refuse,
        since=_newest(endpoint, {**dict(query), **(content or {})}),
        permission=endpoint.permission,
    )


def _list(
    endpoint: Endpoint,
    record: type[R],
    number: int | None = None,
    *,
    params: Values | None = None,
    unread: LeaveOut | None = None,
) -> Call[list[R]]:
    call = _call(endpoint, wire.many(record, endpoint.name, unread), number, params=params)
    return evolve(call, refuse=refuse_list)


def _with_number(path: str, number: int | None) -> str:
    placeholder = path[path.index("{") + 1 : path.index("}")]
    return path.replace("{" + placeholder + "}", str(kinds.POSITIVE.to_json(placeholder, number)))


def _newest(endpoint: Endpoint, sent: Mapping[str, Json]) -> Gate:
    return max(gate for _, gate in endpoint.gates(sent))


def _get(endpoint: Endpoint, record: type[R], number: int) -> Call[R]:
    return _call(endpoint, wire.one(record, endpoint.name, _own(endpoint, record, number)), number)


def _own(endpoint: Endpoint, record: type[Record], number: int | None) -> int | None:
    """Return *number* if the path means the record's own by it: then the answer must be about that record."""
    word = SPELLINGS[record][record.KEY[0]][0] if len(record.KEY) == 1 else None
    return number if f"/{{{word}}}" in endpoint.path else None


def _write(
    endpoint: Endpoint, record: type[R], values: Values, number: int | None = None, *, repeatable: bool | None = None
) -> Call[R | NoBody]:
    read = wire.written(record, endpoint.name, _own(endpoint, record, number))
    return _call(endpoint, read, number, body=values, repeatable=repeatable)


def _do(endpoint: Endpoint, number: int, values: Values | None = None) -> Call[None]:
    return _call(endpoint, no_answer_expected, number, body=values)


# For the shells of resources whose calls are nothing but their endpoint.
get_one, write_one, carry_out = _get, _write, _do


# Patients.


def get_patient(pat_num: int) -> Call[Patient]:
    """Return the call for one chart."""
    return _get(patients.GET, Patient, pat_num)


def create_patient(fields: PatientCreate) -> Call[Patient | NoBody]:
    """Return the call that creates a chart."""
    return _write(patients.CREATE, Patient, fields)


def update_patient(pat_num: int, changes: PatientChanges) -> Call[Patient | NoBody]:
    """Return the call that changes a chart."""
    return _write(patients.UPDATE, Patient, changes, pat_num)


# Appointments.


def get_appointment(apt_num: int) -> Call[Appointment]:
    """Return the call for one appointment."""
    return _get(appointments.GET, Appointment, apt_num)


def create_appointment(fields: AppointmentCreate) -> Call[Appointment | NoBody]:
    """Return the call that creates an appointment."""
    return _write(appointments.CREATE, Appointment, fields)


def create_planned(fields: PlannedCreate) -> Call[Appointment | NoBody]:
    """Return the call that creates a planned appointment."""
    return _write(appointments.CREATE_PLANNED, Appointment, fields)


def schedule_planned(fields: PlannedSchedule) -> Call[Appointment | NoBody]:
    """Return the call that makes a scheduled appointment from a planned one."""
    return _write(appointments.SCHEDULE_PLANNED, Appointment, fields)


def create_web_sched(fields: WebSchedCreate) -> Call[Appointment | NoBody]:
    """Return the call that books a Web Sched slot."""
    return _write(appointments.CREATE_WEB_SCHED, Appointment, fields)


def update_appointment(apt_num: int, changes: AppointmentChanges) -> Call[Appointment | NoBody]:
    """Return the call that changes an appointment."""
    # An appointment type brings its procedures along: twice sent might mean twice added.
    repeatable = "appointment_type_num" not in changes
    return _write(appointments.UPDATE, Appointment, changes, apt_num, repeatable=repeatable)


def break_appointment(
    apt_num: int, *, send_to_unscheduled_list: bool, break_type: BreakType | str | None
) -> Call[None]:
    """Return the call that breaks a scheduled appointment."""
    values = {"send_to_unscheduled_list": send_to_unscheduled_list, "break_type": break_type}
    return _do(appointments.BREAK, apt_num, values)


def add_note(apt_num: int, note: str) -> Call[None]:
    """Return the call that appends to the note of an appointment."""
    return _do(appointments.NOTE, apt_num, {"note": note})


def confirm_appointment(apt_num: int, *, confirm_val: ConfirmVal | str | None, def_num: int | None) -> Call[None]:
    """Return the call that sets the confirmation of an appointment."""
    return _do(appointments.CONFIRM, apt_num, {"confirm_val": confirm_val, "def_num": def_num})


# The office.


def get_provider(prov_num: int) -> Call[Provider]:
    """Return the call for one provider."""
    return _get(office.PROVIDER, Provider, prov_num)


def create_provider(fields: ProviderCreate) -> Call[Provider | NoBody]:
    """Return the call that creates a provider."""
    return _write(office.CREATE_PROVIDER, Provider, fields)


def update_provider(prov_num: int, changes: ProviderChanges) -> Call[Provider | NoBody]:
    """Return the call that changes a provider."""
    return _write(office.UPDATE_PROVIDER, Provider, changes, prov_num)


def get_operatory(operatory_num: int) -> Call[Operatory]:
    """Return the call for one operatory."""
    return _get(office.OPERATORY, Operatory, operatory_num)


def create_definition(fields: DefinitionCreate) -> Call[Definition | NoBody]:
    """Return the call that creates a definition."""
    return _write(office.CREATE_DEFINITION, Definition, fields)


def update_clinic(clinic_num: int, changes: ClinicChanges) -> Call[None]:
    """Return the call that changes a clinic."""
    return _do(office.UPDATE_CLINIC, clinic_num, changes)


def get_schedule(schedule_num: int) -> Call[Schedule]:
    """Return the call for one row of the schedule."""
    return _get(office.SCHEDULE, Schedule, schedule_num)


def program_version() -> Call[list[models.Preference]]:
    """Return the call for the office's version: the cheapest one, and free of patient data."""
    return listing(office.PREFERENCES, models.Preference, {"pref_name": "ProgramVersion"}).page(0)


# Contacts, carriers, subscriptions.


def get_commlog(commlog_num: int) -> Call[Commlog]:
    """Return the call for one commlog."""
    return _get(records.COMMLOG, Commlog, commlog_num)


def create_commlog(fields: CommlogCreate) -> Call[Commlog | NoBody]:
    """Return the call that creates a commlog."""
    return _write(records.CREATE_COMMLOG, Commlog, fields)


def update_commlog(commlog_num: int, changes: CommlogChanges) -> Call[Commlog | NoBody]:
    """Return the call that overwrites the note of a commlog."""
    return _write(records.UPDATE_COMMLOG, Commlog, changes, commlog_num)


def get_carrier(carrier_num: int) -> Call[Carrier]:
    """Return the call for one carrier."""
    return _get(records.CARRIER, Carrier, carrier_num)


def create_carrier(fields: CarrierCreate) -> Call[Carrier | NoBody]:
    """Return the call that creates a carrier."""
    return _write(records.CREATE_CARRIER, Carrier, fields)


def update_carrier(carrier_num: int, changes: CarrierChanges) -> Call[None]:
    """Return the call that changes a carrier."""
    return _do(records.UPDATE_CARRIER, carrier_num, changes)


def create_subscription(fields: SubscriptionCreate) -> Call[Subscription | NoBody]:
    """Return the call that subscribes to API Events."""
    return _write(records.CREATE_SUBSCRIPTION, Subscription, fields)


def update_subscription(subscription_num: int, changes: SubscriptionChanges) -> Call[None]:
    """Return the call that changes a subscription."""
    return _do(records.UPDATE_SUBSCRIPTION, subscription_num, changes)


def delete_subscription(subscription_num: int) -> Call[None]:
    """Return the call that ends a subscription."""
    return _do(records.DELETE_SUBSCRIPTION, subscription_num)


# Procedures, recalls, ASAP texts, fields of appointments.


def get_procedure_code(code_num: int) -> Call[ProcedureCode]:
    """Return the call for one procedure code."""
    return _get(care.PROCEDURE_CODE, ProcedureCode, code_num)


def get_procedure(proc_num: int) -> Call[Procedure]:
    """Return the call for one procedure."""
    return _get(care.PROCEDURE, Procedure, proc_num)


def create_procedure(fields: ProcedureCreate) -> Call[Procedure | NoBody]:
    """Return the call that creates a procedure."""
    return _write(care.CREATE_PROCEDURE, Procedure, fields)


def update_procedure(proc_num: int, changes: ProcedureChanges) -> Call[Procedure | NoBody]:
    """Return the call that changes a procedure."""
    return _write(care.UPDATE_PROCEDURE, Procedure, changes, proc_num)


def delete_procedure(proc_num: int) -> Call[None]:
    """Return the call that deletes a procedure."""
    return _do(care.DELETE_PROCEDURE, proc_num)


def update_recall(recall_num: int, changes: RecallChanges) -> Call[None]:
    """Return the call that changes a recall."""
    return _do(care.UPDATE_RECALL, recall_num, changes)


def get_asap_comm(asap_comm_num: int) -> Call[AsapComm]:
    """Return the call for one ASAP text."""
    return _get(care.ASAP_COMM, AsapComm, asap_comm_num)


def create_asap_comm(fields: AsapCommCreate) -> Call[AsapComm | NoBody]:
    """Return the call that texts an offer."""
    return _write(care.CREATE_ASAP_COMM, AsapComm, fields)


def get_appt_field(apt_num: int, field_name: str) -> Call[ApptField]:
    """Return the call for one field of an appointment."""
    values = {"apt_num": apt_num, "field_name": field_name}
    return _call(care.APPT_FIELD, wire.one(ApptField, care.APPT_FIELD.name), params=values)


def set_appt_field(apt_num: int, field_name: str, field_value: str) -> Call[None]:
    """Return the call that writes one field of an appointment."""
    values = {"apt_num": apt_num, "field_name": field_name, "field_value": field_value}
    return _call(care.SET_APPT_FIELD, no_answer_expected, body=values)


def create_appt_field_def(fields: ApptFieldDefCreate) -> Call[ApptFieldDef | NoBody]:
    """Return the call that creates a name for fields of appointments."""
    return _write(care.CREATE_APPT_FIELD_DEF, ApptFieldDef, fields)


# Insurance.


def get_ins_plan(plan_num: int) -> Call[InsPlan]:
    """Return the call for one plan."""
    return _get(insurance.INS_PLAN, InsPlan, plan_num)


def create_ins_plan(fields: InsPlanCreate) -> Call[InsPlan | NoBody]:
    """Return the call that creates a plan."""
    return _write(insurance.CREATE_INS_PLAN, InsPlan, fields)


def update_ins_plan(plan_num: int, changes: InsPlanChanges) -> Call[InsPlan | NoBody]:
    """Return the call that changes a plan."""
    return _write(insurance.UPDATE_INS_PLAN, InsPlan, changes, plan_num)


def get_ins_sub(ins_sub_num: int) -> Call[InsSub]:
    """Return the call for one subscription."""
    return _get(insurance.INS_SUB, InsSub, ins_sub_num)


def create_ins_sub(fields: InsSubCreate) -> Call[InsSub | NoBody]:
    """Return the call that creates a subscription."""
    return _write(insurance.CREATE_INS_SUB, InsSub, fields)


def update_ins_sub(ins_sub_num: int, changes: InsSubChanges) -> Call[InsSub | NoBody]:
    """Return the call that changes a subscription."""
    return _write(insurance.UPDATE_INS_SUB, InsSub, changes, ins_sub_num)


def delete_ins_sub(ins_sub_num: int) -> Call[None]:
    """Return the call that deletes a subscription."""
    return _do(insurance.DELETE_INS_SUB, ins_sub_num)


def create_pat_plan(fields: PatPlanCreate) -> Call[PatPlan | NoBody]:
    """Return the call that covers a patient."""
    return _write(insurance.CREATE_PAT_PLAN, PatPlan, fields)


def update_pat_plan(pat_plan_num: int, changes: PatPlanChanges) -> Call[PatPlan | NoBody]:
    """Return the call that changes a coverage."""
    return _write(insurance.UPDATE_PAT_PLAN, PatPlan, changes, pat_plan_num)


def delete_pat_plan(pat_plan_num: int) -> Call[None]:
    """Return the call that drops a coverage."""
    return _do(insurance.DELETE_PAT_PLAN, pat_plan_num)


def get_benefit(benefit_num: int) -> Call[Benefit]:
    """Return the call for one benefit."""
    return _get(insurance.BENEFIT, Benefit, benefit_num)


def create_benefit(fields: BenefitCreate) -> Call[Benefit | NoBody]:
    """Return the call that creates a benefit."""
    return _write(insurance.CREATE_BENEFIT, Benefit, fields)


def update_benefit(benefit_num: int, changes: BenefitChanges) -> Call[Benefit | NoBody]:
    """Return the call that changes a benefit."""
    return _write(insurance.UPDATE_BENEFIT, Benefit, changes, benefit_num)


def delete_benefit(benefit_num: int) -> Call[None]:
    """Return the call that deletes a benefit."""
    return _do(insurance.DELETE_BENEFIT, benefit_num)


def get_ins_verify(ins_verify_num: int) -> Call[InsVerify]:
    """Return the call for one verification."""
    return _get(insurance.INS_VERIFY, InsVerify, ins_verify_num)


def update_ins_verify(changes: InsVerifyChanges) -> Call[InsVerify | NoBody]:
    """Return the call that notes a verification."""
    return _write(insurance.UPDATE_INS_VERIFY, InsVerify, changes)


def family_insurance(pat_num: int) -> Call[list[FamilyInsurance]]:
    """Return the call for all coverages of a patient, each with its subscription, plan and carrier."""
    return _list(insurance.FAMILY_INSURANCE, FamilyInsurance, pat_num)


# Everything else.

RawValue = str | int | bool | date | datetime
"""What a query parameter of `raw` may be."""


def raw(
    method: Method,
    path: str,
    *,
    params: Mapping[str, RawValue] | None = None,
    body: Json = None,
    repeatable: bool | None = None,
) -> Call[Json]:
    """Return a call of the rest of the API: documented words as they stand, JSON in and out.

    Args:
        method: HTTP method.
        path: Path below ``/api/v1``, without a query.
        params: Query parameters; Python's dates and booleans are written as Open Dental wants them.
        body: JSON body, sent as it is.
        repeatable: Whether repeating it after doubt is harmless; by default only for GET.
    """
    require(path.startswith("/") and "?" not in path, "path", "begin with / and give the query as params")
    name = f"{method} {re.sub(r'/[0-9]+(?=/|$)', '/{n}', path)}"
    return Call(
        api="opendental",
        name=name,
        method=method,
        path=path,
        params=tuple((word, _raw_text(word, value)) for word, value in (params or {}).items()),
        body=body,
        idempotent=method == "GET" if repeatable is None else repeatable,
        read=_raw_reader(name),
        refuse=refuse,
    )


def _raw_reader(name: str) -> Callable[[Reply], Json]:
    read = wire.plain(name)

    def read_or_quote(reply: Reply) -> Json:
        try:
            return read(reply)
        except UnexpectedResponseError:
            # A write may be answered with a sentence that is not even JSON.
            if name.startswith("GET "):
                raise
            return sentence(reply)

    return read_or_quote


def _raw_text(word: str, value: RawValue) -> str:
    match value:
        case bool():
            return kinds.BOOLEAN.to_text(word, value)
        case datetime():
            return kinds.DATE_TIME.to_text(word, value)
        case date():
            return kinds.DATE.to_text(word, value)
        case _:
            return str(value)
