"""Patients: search, create or match, and the single read."""

from __future__ import annotations

from odnexus.testing.nexhealth import people
from odnexus.testing.nexhealth.booking import missing
from odnexus.testing.nexhealth.envelope import Answer
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.records import Patient
from odnexus.testing.nexhealth.routes import (
    LOCATION,
    PAGING,
    SUBDOMAIN,
    UPDATED_SINCE,
    Ask,
    Route,
    found,
    include,
)
from odnexus.testing.nexhealth.values import Refusal

GENDERS = ("Male", "Female", "Other")


def list_patients(ask: Ask) -> Answer:
    """Search the EHR database behind a location, or only the location."""
    rows = people.behind(ask.platform, ask.office)
    if ask.query.flag("location_strict"):
        rows = [one for one in rows if ask.office.id in one.location_ids]
    rows = [one for one in people.search(rows, ask.query) if _wanted(ask, one)]
    return ask.page_of(rows, ask.platform.shapes.patient_row, sort=("id", "updated_at"))


def _wanted(ask: Ask, one: Patient) -> bool:
    inactive, since = ask.query.flag("inactive"), ask.query.instant("updated_since")
    non_patient = ask.query.flag("non_patient")
    return (
        (inactive is None or one.inactive == inactive)
        and ask.query.text("foreign_id") in (None, one.foreign_id)
        and (since is None or one.updated_at >= since)
        and (non_patient is None or (one.bio.get("non_patient") is True) == non_patient)
        and not (ask.query.flag("forms_syncable") and one.is_placeholder)
        and _newness(ask, one)
    )


def _newness(ask: Ask, one: Patient) -> bool:
    wanted = ask.query.flag("new_patient")
    if not one.is_placeholder:
        return wanted is not True
    if wanted is False:
        return False
    upcoming = any(visit.start_time > ask.now and not visit.cancelled for visit in ask.platform.state.visits_of(one.id))
    return upcoming or ask.platform.switches.placeholders_listed == "always"


def create_patient(ask: Ask) -> Answer:
    """Create a placeholder, or return (or refuse) the patient that is already there."""
    platform, sent = ask.platform, ask.body.inner("patient")
    provider = platform.state.providers.get(ask.body.inner("provider").needed("provider_id"))
    if provider is None or provider.institution_id != ask.tenant.id:
        raise missing(platform, "Provider")
    first, last, email = (sent.text(name) or "" for name in ("first_name", "last_name", "email"))
    people.check_email(platform, email)
    bio = people.bio_of(platform, sent.inner("bio"))
    known = people.same_person(
        people.behind(platform, ask.office), first, last, str(bio["date_of_birth"]), str(bio["phone_number"])
    )
    if known is not None and not ask.body.flag("return_existing_if_match"):
        raise Refusal(400, "Patient already exists")
    record = known or people.add_placeholder(
        platform, ask.office, first, last, bio, email=email, provider_id=provider.id
    )
    return Answer(data={"user": platform.shapes.patient_created(record)}, status=201 if known is None else 200)


def get_patient(ask: Ask) -> Answer:
    """Show one patient; a placeholder that was replaced is gone."""
    state = ask.platform.state
    follows = ask.platform.switches.merged_patient == "survivor"
    one = state.patients.get(state.merged.get(ask.id, ask.id) if follows else ask.id)
    record = found(one if one is not None and one.institution_id == ask.tenant.id else None, "Patient")
    return Answer(data=ask.platform.shapes.patient_detailed(record, ask.included))


_BIO_TEXTS = ("street_address", "address_line_1", "address_line_2", "city", "state", "zip_code")
_BIO = (
    Field(name="date_of_birth", kind="day", required=True),
    Field(name="phone_number", required=True),
    *(Field(name=name) for name in people.PHONES if name != "phone_number"),
    Field(name="gender", words=GENDERS),
    Field(name="weight", kind="number"),
    Field(name="height", kind="number"),
    *(Field(name=name) for name in _BIO_TEXTS),
    Field(name="insurance_name"),
    Field(name="ssn"),
    Field(name="race"),
)

ROUTES = (
    Route(
        method="GET",
        path="/patients",
        run=list_patients,
        lane="bookings",
        query=(
            SUBDOMAIN,
            LOCATION,
            Field(name="sort", default="id"),
            Field(name="name"),
            Field(name="email"),
            Field(name="phone_number"),
            Field(name="date_of_birth", kind="day"),
            Field(name="inactive", kind="flag"),
            Field(name="foreign_id"),
            UPDATED_SINCE,
            Field(name="new_patient", kind="flag"),
            Field(name="non_patient", kind="flag"),
            Field(name="forms_syncable", kind="flag"),
            Field(name="location_strict", kind="flag", default=False),
            *PAGING,
        ),
    ),
    Route(
        method="POST",
        path="/patients",
        run=create_patient,
        lane="bookings",
        query=(SUBDOMAIN, LOCATION),
        body=(
            Field(
                name="provider",
                kind="object",
                required=True,
                fields=(Field(name="provider_id", kind="number", required=True),),
            ),
            Field(
                name="patient",
                kind="object",
                required=True,
                fields=(
                    Field(name="first_name", required=True),
                    Field(name="last_name", required=True),
                    Field(name="email", required=True),
                    Field(name="bio", kind="object", required=True, fields=_BIO),
                ),
            ),
            Field(name="return_existing_if_match", kind="flag", default=False),
        ),
    ),
    Route(
        method="GET",
        path="/patients/{id}",
        run=get_patient,
        lane="bookings",
        query=(
            SUBDOMAIN,
            include(
                "upcoming_appts",
                "last_visited_appointment",
                "children",
                "guarantor",
                "procedures",
                "insurance_coverages",
                "adjustments",
                "charges",
                "payments",
                "patient_alerts",
                "address",
                "provider",
            ),
        ),
    ),
)
