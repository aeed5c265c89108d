"""Insurance plans and coverages: lists and single reads, nothing that writes."""

from __future__ import annotations

from odnexus.testing.nexhealth.envelope import Answer
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.records import Coverage, InsurancePlan
from odnexus.testing.nexhealth.routes import PAGING, SUBDOMAIN, UPDATED_SINCE, Ask, Route, found, include


def list_plans(ask: Ask) -> Answer:
    """List the plans of the institution; deleted ones only when asked for."""
    rows = [one for one in ask.platform.state.insurance_plans.values() if one.institution_id == ask.tenant.id]
    return ask.page_of(
        [one for one in rows if _plan_wanted(ask, one)], ask.platform.shapes.insurance_plan, sort=("updated_at",)
    )


def _plan_wanted(ask: Ask, one: InsurancePlan) -> bool:
    since = ask.query.instant("updated_since")
    return (
        (since is None or one.updated_at >= since)
        and ask.query.text("payer_id") in (None, one.payer_id)
        and ask.query.text("group_num") in (None, one.group_num)
        and (one.deleted_at is None or bool(ask.query.flag("include_deleted")))
    )


def get_plan(ask: Ask) -> Answer:
    """Show one plan."""
    one = ask.platform.state.insurance_plans.get(ask.id)
    record = found(one if one is not None and one.institution_id == ask.tenant.id else None, "Insurance plan")
    return Answer(data=ask.platform.shapes.insurance_plan_with(record, ask.included))


def list_coverages(ask: Ask) -> Answer:
    """List coverages, active ones or inactive ones."""
    wanted = ask.query.number("patient_id")
    if wanted is not None:
        patient = ask.platform.state.patients.get(wanted)
        found(patient if patient is not None and patient.institution_id == ask.tenant.id else None, "Patient")
    rows = [one for one in ask.platform.state.coverages.values() if _is_here(ask, one)]
    return ask.page_of([one for one in rows if _coverage_wanted(ask, one)], ask.platform.shapes.coverage)


def _is_here(ask: Ask, one: Coverage) -> bool:
    patient = ask.platform.state.patients.get(one.patient_id)
    return patient is not None and patient.institution_id == ask.tenant.id


def _coverage_wanted(ask: Ask, one: Coverage) -> bool:
    since = ask.query.instant("updated_since")
    return (
        (since is None or one.updated_at >= since)
        and ask.query.number("patient_id") in (None, one.patient_id)
        and one.active == ask.query.flag("active")
    )


def get_coverage(ask: Ask) -> Answer:
    """Show one coverage with its subscriber."""
    one = ask.platform.state.coverages.get(ask.id)
    record = found(one if one is not None and _is_here(ask, one) else None, "Insurance coverage")
    return Answer(data=ask.platform.shapes.coverage_detailed(record))


ROUTES = (
    Route(
        method="GET",
        path="/insurance_plans",
        run=list_plans,
        query=(
            SUBDOMAIN,
            *PAGING,
            Field(name="sort"),
            UPDATED_SINCE,
            Field(name="payer_id"),
            Field(name="group_num"),
            Field(name="include_deleted", kind="flag", default=False),
        ),
    ),
    Route(
        method="GET",
        path="/insurance_plans/{id}",
        run=get_plan,
        query=(SUBDOMAIN, include("patient_coverages", "subscribers", "fee_schedule")),
    ),
    Route(
        method="GET",
        path="/insurance_coverages",
        run=list_coverages,
        query=(
            SUBDOMAIN,
            *PAGING,
            UPDATED_SINCE,
            Field(name="patient_id", kind="number"),
            Field(name="active", kind="flag", default=True),
        ),
    ),
    Route(method="GET", path="/insurance_coverages/{id}", run=get_coverage, query=(SUBDOMAIN,)),
)
