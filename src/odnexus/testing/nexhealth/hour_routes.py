"""Working hours and the labels of schedule templates. Synced windows come from the EHR and cannot be edited."""

from __future__ import annotations

from collections.abc import Mapping

from odnexus.testing.nexhealth.booking import check_chair, missing
from odnexus.testing.nexhealth.envelope import Answer
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.people import sounds_like
from odnexus.testing.nexhealth.records import Location, Recurrence, WorkingHour
from odnexus.testing.nexhealth.routes import (
    ANY_LOCATION,
    LOCATION,
    PAGING,
    SUBDOMAIN,
    Ask,
    Route,
    found,
    include,
)
from odnexus.testing.nexhealth.shapes import local_day
from odnexus.testing.nexhealth.values import Refusal, Values
from odnexus.testing.nexhealth.windows import WEEKDAYS

_SOURCES = ("manual", "synced")
_INCLUDES = include("appointment_types")
_WHEN = ("days", "specific_date", "custom_recurrence")


def list_hours(ask: Ask) -> Answer:
    """List the windows of a location."""
    today = local_day(ask.now, ask.platform.state.zone(ask.office.id))
    rows = [
        one
        for one in ask.platform.state.working_hours.values()
        if one.location_id == ask.office.id
        and _wanted(ask, one)
        and not (ask.query.flag("ignore_past_dates") and one.specific_date is not None and one.specific_date < today)
    ]
    return ask.page_of(rows, lambda one: ask.platform.shapes.working_hour(one, ask.included))


def _wanted(ask: Ask, one: WorkingHour) -> bool:
    filters: Mapping[str, object] = {
        "provider_id": one.provider_id,
        "operatory_id": one.operatory_id,
        "label_id": one.label_id,
    }
    return (
        all(ask.query.number(name) in (None, value) for name, value in filters.items())
        and ask.query.text("source") in (None, one.source)
        and one.active == ask.query.flag("active")
    )


def get_hour(ask: Ask) -> Answer:
    """Show one window."""
    return Answer(data=ask.platform.shapes.working_hour(_hour(ask), ask.included))


def create_hour(ask: Ask) -> Answer:
    """Create a manual window."""
    sent = ask.body.inner("working_hour")
    if sum(name in sent for name in _WHEN) != 1:
        raise Refusal(400, f"{', '.join(_WHEN)} are mutually exclusive, exactly one must be provided")
    record = WorkingHour(
        **ask.platform.state.fresh("hours"),
        location_id=ask.office.id,
        provider_id=sent.needed("provider_id"),
        begin_time=sent.text("begin_time") or "",
        end_time=sent.text("end_time") or "",
    )
    _apply(ask, record, sent, ask.office)
    ask.platform.state.working_hours[record.id] = record
    return Answer(data=ask.platform.shapes.working_hour(record), status=201)


def edit_hour(ask: Ask) -> Answer:
    """Change a manual window; `appointment_types` is shown only when types were part of the change."""
    record, sent = _manual(ask), ask.body.inner("working_hour")
    if sum(name in sent for name in _WHEN) > 1:
        raise Refusal(400, f"{', '.join(_WHEN)} are mutually exclusive")
    _apply(ask, record, sent, ask.platform.state.locations[record.location_id])
    ask.platform.state.touch(record)
    shown = ("appointment_types",) if "appointment_type_ids" in sent else ()
    return Answer(data=ask.platform.shapes.working_hour(record, shown))


def delete_hour(ask: Ask) -> Answer:
    """Delete a manual window."""
    del ask.platform.state.working_hours[_manual(ask).id]
    return Answer(status=204)


def list_labels(ask: Ask) -> Answer:
    """List labels: of the whole institution, or those of a location and the institution-wide ones."""
    name, active, place = ask.query.text("search_name"), ask.query.flag("active"), ask.location
    rows = [
        one
        for one in ask.platform.state.labels.values()
        if one.institution_id == ask.tenant.id
        and (place is None or one.location_id in (None, place.id))
        and (active is None or one.active == active)
        and (name is None or sounds_like(name, one.name))
    ]
    return ask.page_of(rows, lambda one: ask.platform.shapes.label(one.id))


def _hour(ask: Ask) -> WorkingHour:
    one = ask.platform.state.working_hours.get(ask.id)
    mine = one is not None and ask.platform.state.locations[one.location_id].institution_id == ask.tenant.id
    return found(one if mine else None, "Working hour")


def _manual(ask: Ask) -> WorkingHour:
    record = _hour(ask)
    if record.source == "synced":
        raise Refusal(400, "Synced working hours cannot be changed")
    return record


def _apply(ask: Ask, record: WorkingHour, sent: Values, office: Location) -> None:
    _check(ask, sent, office)
    begin, end = sent.text("begin_time") or record.begin_time, sent.text("end_time") or record.end_time
    if end <= begin:
        raise Refusal(400, "end_time must be after begin_time")
    record.begin_time, record.end_time = begin, end
    record.provider_id = sent.number("provider_id") or record.provider_id
    record.operatory_id = sent.number("operatory_id") or record.operatory_id
    active, kinds = sent.flag("active"), sent.numbers("appointment_type_ids")
    record.active = record.active if active is None else active
    record.appointment_type_ids = record.appointment_type_ids if kinds is None else kinds
    if any(name in sent for name in _WHEN):
        record.days = sent.texts("days") or ()
        record.specific_date = sent.day("specific_date")
        record.custom_recurrence = _recurrence(sent.inner("custom_recurrence"))


def _check(ask: Ask, sent: Values, office: Location) -> None:
    state, provider_id, chair = ask.platform.state, sent.number("provider_id"), sent.number("operatory_id")
    if provider_id is not None and office.id not in getattr(state.providers.get(provider_id), "location_ids", ()):
        raise missing(ask.platform, "Provider")
    if chair is not None:
        check_chair(ask.platform, office, chair)
    if not set(state.appointment_types).issuperset(sent.numbers("appointment_type_ids") or ()):
        raise missing(ask.platform, "Appointment type")


def _recurrence(sent: Values) -> Recurrence | None:
    ref = sent.day("ref")
    return None if ref is None else Recurrence(num=sent.needed("num"), unit=sent.text("unit") or "day", ref=ref)


def _body(*, creating: bool) -> tuple[Field, ...]:
    units = ("", "day", "week", "month") if creating else ("day", "week", "month")
    return (
        Field(
            name="working_hour",
            kind="object",
            required=True,
            fields=(
                Field(name="provider_id", kind="number", required=creating),
                Field(name="begin_time", kind="time", required=creating),
                Field(name="end_time", kind="time", required=creating),
                Field(name="operatory_id", kind="number"),
                Field(name="appointment_type_ids", kind="numbers"),
                Field(name="days", kind="texts", words=("Sunday", *WEEKDAYS[:-1])),
                Field(name="specific_date", kind="day"),
                Field(
                    name="custom_recurrence",
                    kind="object",
                    fields=(
                        Field(name="num", kind="number", required=True),
                        Field(name="ref", kind="day", required=True),
                        Field(name="unit", required=True, words=units),
                    ),
                ),
                Field(name="active", kind="flag", default=True if creating else None),
            ),
        ),
    )


ROUTES = (
    Route(
        method="GET",
        path="/working_hours",
        run=list_hours,
        query=(
            SUBDOMAIN,
            LOCATION,
            *PAGING,
            Field(name="provider_id", kind="number"),
            Field(name="operatory_id", kind="number"),
            Field(name="label_id", kind="number"),
            Field(name="source", words=_SOURCES),
            Field(name="active", kind="flag", default=True),
            Field(name="ignore_past_dates", kind="flag", default=False),
            _INCLUDES,
        ),
    ),
    Route(
        method="POST",
        path="/working_hours",
        run=create_hour,
        query=(SUBDOMAIN, LOCATION),
        body=_body(creating=True),
    ),
    Route(method="GET", path="/working_hours/{id}", run=get_hour, query=(SUBDOMAIN, _INCLUDES)),
    Route(method="PATCH", path="/working_hours/{id}", run=edit_hour, query=(SUBDOMAIN,), body=_body(creating=False)),
    Route(method="DELETE", path="/working_hours/{id}", run=delete_hour, query=(SUBDOMAIN,)),
    Route(
        method="GET",
        path="/working_hour_labels",
        run=list_labels,
        query=(SUBDOMAIN, ANY_LOCATION, Field(name="search_name"), Field(name="active", kind="flag"), *PAGING),
    ),
)
