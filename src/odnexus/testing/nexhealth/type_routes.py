"""Appointment types, NexHealth's own kinds of visit: names are unique, nothing of them reaches the EHR."""

from __future__ import annotations

from typing import Literal

from odnexus.testing.nexhealth.booking import missing
from odnexus.testing.nexhealth.envelope import Answer, listing
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.practice_routes import DESCRIPTOR_TYPE, descriptors
from odnexus.testing.nexhealth.records import AppointmentType, Operatory, WorkingHour
from odnexus.testing.nexhealth.routes import ANY_LOCATION, SUBDOMAIN, Ask, Route, found, include
from odnexus.testing.nexhealth.values import Refusal

_INCLUDES = include("descriptors")
_SCOPES = ("Institution", "Location")


def list_types(ask: Ask) -> Answer:
    """List the types of the institution, or those that hold at a location."""
    _check_location(ask)
    return listing([ask.platform.shapes.appointment_type(one, ask.included) for one in _visible(ask)])


def get_type(ask: Ask) -> Answer:
    """Show one type."""
    return Answer(data=ask.platform.shapes.appointment_type(_type(ask), ask.included))


def create_type(ask: Ask) -> Answer:
    """Create a type."""
    sent = ask.body.inner("appointment_type")
    name, minutes = sent.text("name"), sent.number("minutes")
    absent = [text for text, value in (("name", name), ("minutes", minutes)) if not value]
    if name is None or minutes is None or absent:
        raise Refusal(400, *(f"Missing parameter {text}" for text in absent))
    scope, parent = _scope(ask)
    _check_name(ask, name)
    _check_descriptors(ask)
    record = AppointmentType(
        **ask.platform.state.fresh("types"),
        name=name,
        minutes=minutes,
        parent_type=scope,
        parent_id=parent,
        bookable_online=sent.flag("bookable_online") is not False,
        descriptor_ids=sent.numbers("emr_appt_descriptor_ids") or (),
    )
    ask.platform.state.appointment_types[record.id] = record
    return Answer(data=ask.platform.shapes.appointment_type(record), status=201)


def edit_type(ask: Ask) -> Answer:
    """Change a type."""
    record, sent = _type(ask), ask.body.inner("appointment_type")
    name, minutes, bookable = sent.text("name"), sent.number("minutes"), sent.flag("bookable_online")
    if name is not None and name != record.name:
        _check_name(ask, name)
    _check_descriptors(ask)
    if "parent_type" in sent or "parent_id" in sent:
        record.parent_type, record.parent_id = _scope(ask)
    record.name = name or record.name
    record.minutes = minutes or record.minutes
    record.bookable_online = record.bookable_online if bookable is None else bookable
    chosen = sent.numbers("emr_appt_descriptor_ids")
    record.descriptor_ids = record.descriptor_ids if chosen is None else chosen
    ask.platform.state.touch(record)
    return Answer(data=ask.platform.shapes.appointment_type(record))


def delete_type(ask: Ask) -> Answer:
    """Delete a type and return it (200, not 204)."""
    record, state = _type(ask), ask.platform.state
    del state.appointment_types[record.id]
    everywhere: list[WorkingHour | Operatory] = [*state.working_hours.values(), *state.operatories.values()]
    for linked in everywhere:
        linked.appointment_type_ids = tuple(number for number in linked.appointment_type_ids if number != record.id)
    return Answer(data=ask.platform.shapes.appointment_type(record))


def list_type_descriptors(ask: Ask) -> Answer:
    """List the EHR's types and codes attached to a type."""
    numbers = _type(ask).descriptor_ids
    return descriptors(ask, (ask.platform.state.descriptors[number] for number in numbers))


def _check_location(ask: Ask) -> None:
    if ask.location is None and (ask.tenant.appointment_types_location_scoped or ask.included):
        raise Refusal(400, "Missing parameter location_id")


def _visible(ask: Ask) -> list[AppointmentType]:
    places = {one.id for one in ask.platform.state.locations_of(ask.tenant.id)}
    if ask.location is not None:
        places = {ask.location.id}
    return [
        one
        for one in ask.platform.state.appointment_types.values()
        if (one.parent_id == ask.tenant.id if one.parent_type == "Institution" else one.parent_id in places)
    ]


def _type(ask: Ask) -> AppointmentType:
    if ask.body.number("location_id") is None:
        _check_location(ask)
    return found(next((one for one in _visible(ask) if one.id == ask.id), None), "Appointment type")


def _scope(ask: Ask) -> tuple[Literal["Institution", "Location"], int]:
    sent = ask.body.inner("appointment_type")
    place = sent.number("parent_id") or ask.body.number("location_id")
    if sent.text("parent_type") != "Location":
        if ask.tenant.appointment_types_location_scoped:
            raise Refusal(400, "Missing parameter location_id")
        return "Institution", ask.tenant.id
    if place is None:
        raise Refusal(400, "Missing parameter parent_id")
    if place not in {one.id for one in ask.platform.state.locations_of(ask.tenant.id)}:
        raise missing(ask.platform, "Location")
    return "Location", place


def _check_name(ask: Ask, name: str) -> None:
    if any(one.name == name for one in _visible(ask)):
        raise Refusal(400, "Name has already been taken")


def _check_descriptors(ask: Ask) -> None:
    wanted = ask.body.inner("appointment_type").numbers("emr_appt_descriptor_ids") or ()
    if not set(ask.platform.state.descriptors).issuperset(wanted):
        raise missing(ask.platform, "Appointment descriptor")


_BODY = (
    Field(name="location_id", kind="number"),
    Field(
        name="appointment_type",
        kind="object",
        required=True,
        fields=(
            Field(name="name"),
            Field(name="minutes", kind="number", least=1),
            Field(name="parent_type", words=_SCOPES),
            Field(name="parent_id", kind="number"),
            Field(name="bookable_online", kind="flag"),
            Field(name="emr_appt_descriptor_ids", kind="numbers"),
        ),
    ),
)
_READ = (SUBDOMAIN, ANY_LOCATION, _INCLUDES)

ROUTES = (
    Route(method="GET", path="/appointment_types", run=list_types, migrated=False, query=_READ),
    Route(method="POST", path="/appointment_types", run=create_type, migrated=False, query=(SUBDOMAIN,), body=_BODY),
    Route(method="GET", path="/appointment_types/{id}", run=get_type, migrated=False, query=_READ),
    Route(
        method="PATCH", path="/appointment_types/{id}", run=edit_type, migrated=False, query=(SUBDOMAIN,), body=_BODY
    ),
    Route(
        method="DELETE",
        path="/appointment_types/{id}",
        run=delete_type,
        migrated=False,
        query=(SUBDOMAIN, ANY_LOCATION),
    ),
    Route(
        method="GET",
        path="/appointment_types/{id}/appointment_descriptors",
        run=list_type_descriptors,
        migrated=False,
        query=(SUBDOMAIN, ANY_LOCATION, DESCRIPTOR_TYPE),
    ),
)
