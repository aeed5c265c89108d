"""Appointments: list, book, single read, edit, descriptors."""

from __future__ import annotations

from odnexus.testing.nexhealth import booking
from odnexus.testing.nexhealth.envelope import Answer
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.patient_routes import GENDERS
from odnexus.testing.nexhealth.practice_routes import DESCRIPTOR_TYPE, descriptors
from odnexus.testing.nexhealth.records import Appointment
from odnexus.testing.nexhealth.routes import (
    ANY_LOCATION,
    LOCATION,
    PAGING,
    SUBDOMAIN,
    UPDATED_SINCE,
    Ask,
    Route,
    found,
    include,
)
from odnexus.testing.nexhealth.values import Refusal, Row

MOST_PATIENT_IDS = 25


def list_appointments(ask: Ask) -> Answer:
    """List what starts within a window."""
    if ask.location is None and ask.query.text("foreign_id") is None:
        raise Refusal(400, "Missing parameter location_id", "Missing parameter foreign_id")
    if len(ask.query.numbers("patient_ids[]") or ()) > MOST_PATIENT_IDS:
        raise Refusal(400, f"patient_ids takes up to {MOST_PATIENT_IDS} ids")
    rows = [one for one in ask.platform.state.appointments.values() if one.institution_id == ask.tenant.id]
    rows = [one for one in rows if _in_window(ask, one) and _flagged(ask, one) and _referenced(ask, one)]
    return ask.page_of(rows, ask.platform.shapes.appointment, sort=("updated_at",))


def _in_window(ask: Ask, one: Appointment) -> bool:
    start, end, since = (ask.query.instant(name) for name in ("start", "end", "updated_since"))
    return (
        (start is None or start <= one.start_time)
        and (end is None or one.start_time <= end)
        and (since is None or one.updated_at >= since)
    )


def _flagged(ask: Ask, one: Appointment) -> bool:
    cancelled, unavailable = ask.query.flag("cancelled"), ask.query.flag("unavailable")
    if cancelled is None and ask.platform.switches.cancelled_absent == "active":
        cancelled = False
    return (
        (cancelled is None or one.cancelled == cancelled)
        and (unavailable is None or one.unavailable == unavailable)
        and not (ask.query.flag("nex_only") and one.misc.get("is_booked_on_nexhealth") is not True)
    )


def _referenced(ask: Ask, one: Appointment) -> bool:
    lists = {
        "patient_ids[]": one.patient_id,
        "provider_ids[]": one.provider_id,
        "operatory_ids[]": one.operatory_id,
    }
    return (
        (ask.location is None or one.location_id == ask.location.id)
        and ask.query.text("foreign_id") in (None, one.foreign_id)
        and ask.query.number("appointment_type_id") in (None, one.appointment_type_id)
        and ask.query.number("created_by") in (None, one.created_by_user_id)
        and all(number in (ask.query.numbers(name) or (number,)) for name, number in lists.items())
    )


def create_appointment(ask: Ask) -> Answer:
    """Book a visit or a block."""
    appt = ask.body.inner("appt")
    block, guardian = appt.flag("unavailable") is True, appt.flag("is_guardian") is True
    if not block and appt.number("patient_id") is None:
        raise Refusal(400, "Missing parameter patient_id")
    if guardian and not appt.inner("patient"):
        raise Refusal(400, "Missing parameter patient")
    start = appt.instant("start_time")
    assert start is not None
    wish = booking.Wish(
        location=ask.office,
        patient_id=appt.number("patient_id"),
        provider_id=appt.needed("provider_id"),
        operatory_id=appt.number("operatory_id"),
        start_time=start,
        end_time=appt.instant("end_time"),
        appointment_type_id=appt.number("appointment_type_id") or None,
        note=appt.text("note"),
        unavailable=block,
        is_guardian=guardian,
        dependant=appt.inner("patient"),
        is_new_clients_patient=appt.flag("is_new_clients_patient") is True,
        referrer=appt.text("referrer"),
        descriptor_ids=appt.numbers("descriptor_ids") or (),
        booked_by=ask.user.id,
    )
    return Answer(data=_written(ask, booking.book(ask.platform, wish)), status=201)


def _written(ask: Ask, record: Appointment) -> Row:
    whole = ask.platform.shapes.appointment(record)
    data: Row = {"appt": whole if ask.platform.switches.written_appointment == "whole" else {"id": record.id}}
    if ask.platform.switches.stripe_secret == "null":  # noqa: S105 - a switch
        data["stripe_client_secret"] = None
    return data


def _appointment(ask: Ask) -> Appointment:
    one = ask.platform.state.appointments.get(ask.id)
    return found(one if one is not None and one.institution_id == ask.tenant.id else None, "Appointment")


def get_appointment(ask: Ask) -> Answer:
    """Show one appointment."""
    return Answer(data=ask.platform.shapes.appointment_with(_appointment(ask), ask.included))


def edit_appointment(ask: Ask) -> Answer:
    """Confirm, cancel, check in, reschedule, move or note."""
    record, appt = _appointment(ask), ask.body.inner("appt")
    if not appt:
        raise Refusal(400, "Missing parameter appt")
    wanted = booking.Edit(
        confirmed=appt.flag("confirmed"),
        cancelled=appt.flag("cancelled"),
        checkin_at=appt.instant("checkin_at"),
        start_time=appt.instant("start_time"),
        end_time=appt.instant("end_time"),
        operatory_id=appt.number("operatory_id"),
        note=appt.text("note"),
    )
    booking.edit(ask.platform, record, wanted)
    return Answer(data=_written(ask, record))


def list_appointment_descriptors(ask: Ask) -> Answer:
    """List the EHR's types and codes of one appointment."""
    numbers = _appointment(ask).descriptor_ids
    return descriptors(ask, (ask.platform.state.descriptors[number] for number in numbers))


_DEPENDANT = (
    Field(name="first_name", required=True),
    Field(name="last_name", required=True),
    Field(
        name="bio",
        kind="object",
        required=True,
        fields=(Field(name="date_of_birth", kind="day", required=True), Field(name="gender", words=GENDERS)),
    ),
)

ROUTES = (
    Route(
        method="GET",
        path="/appointments",
        run=list_appointments,
        lane="bookings",
        search=True,
        query=(
            SUBDOMAIN,
            ANY_LOCATION,
            Field(name="sort"),
            Field(name="start", kind="instant", required=True),
            Field(name="end", kind="instant", required=True),
            Field(name="timezone"),
            Field(name="cancelled", kind="flag"),
            Field(name="unavailable", kind="flag"),
            Field(name="nex_only", kind="flag"),
            UPDATED_SINCE,
            Field(name="appointment_type_id", kind="number"),
            Field(name="foreign_id"),
            Field(name="created_by", kind="number"),
            *PAGING,
            Field(name="patient_ids[]", kind="numbers", joined=True),
            Field(name="provider_ids[]", kind="numbers", joined=True),
            Field(name="operatory_ids[]", kind="numbers", joined=True),
        ),
    ),
    Route(
        method="POST",
        path="/appointments",
        run=create_appointment,
        lane="bookings",
        query=(SUBDOMAIN, LOCATION, Field(name="notify_patient", kind="flag", default=False)),
        body=(
            Field(name="appointments_per_timeslot", kind="number", default=1, least=1, most=5),
            Field(
                name="appt",
                kind="object",
                required=True,
                fields=(
                    # Required by the document, but to be left out for a block.
                    Field(name="patient_id", kind="number"),
                    Field(name="provider_id", kind="number", required=True),
                    Field(name="operatory_id", kind="number"),
                    Field(name="start_time", kind="instant", required=True),
                    Field(name="end_time", kind="instant"),
                    Field(name="appointment_type_id", kind="number"),
                    Field(name="note"),
                    Field(name="unavailable", kind="flag"),
                    Field(name="is_guardian", kind="flag"),
                    Field(name="is_new_clients_patient", kind="flag"),
                    Field(name="referrer"),
                    Field(name="patient", kind="object", fields=_DEPENDANT),
                    Field(name="descriptor_ids", kind="numbers"),
                ),
            ),
        ),
    ),
    Route(
        method="GET",
        path="/appointments/{id}",
        run=get_appointment,
        migrated=False,
        lane="bookings",
        query=(
            SUBDOMAIN,
            include(
                "patient",
                "guarantor",
                "descriptors",
                "booking_details",
                "procedures",
                "operatory",
                "appointment_type",
                default="patient",
            ),
        ),
    ),
    Route(
        method="PATCH",
        path="/appointments/{id}",
        run=edit_appointment,
        lane="bookings",
        query=(SUBDOMAIN,),
        body=(
            Field(
                name="appt",
                kind="object",
                required=True,
                fields=(
                    Field(name="confirmed", kind="flag"),
                    Field(name="cancelled", kind="flag"),
                    Field(name="checkin_at", kind="instant"),
                    Field(name="start_time", kind="instant"),
                    Field(name="end_time", kind="instant"),
                    Field(name="operatory_id", kind="number"),
                    Field(name="note"),
                ),
            ),
        ),
    ),
    Route(
        method="GET",
        path="/appointments/{id}/appointment_descriptors",
        run=list_appointment_descriptors,
        migrated=False,
        lane="bookings",
        query=(SUBDOMAIN, DESCRIPTOR_TYPE),
    ),
)
