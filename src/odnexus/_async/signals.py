"""Deliveries turned into events: verified, routed and named, without looking at either side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from odnexus._async.records import AsyncRecords
from odnexus.nexhealth.webhooks import Delivery
from odnexus.practice import Location, Practice
from odnexus.reconcile.bodies import pack
from odnexus.reconcile.inbox import Event, content_id

VISIT_FAMILIES = frozenset(
    {"appointment_insertion", "appointment_created", "appointment_updated", "appointment_requested"}
)
PATIENT_FAMILIES = frozenset({"patient_created", "patient_updated"})
INSURANCE_FAMILIES = frozenset({"patient_insurance_created", "patient_insurance_updated"})
FORM_FAMILIES = frozenset({"form_request_completed", "form_response_insertion"})


LANES: Mapping[str, str] = {"nexhealth.form": "form", "nexhealth.insurance": "insurance"}
"""Kinds of events that do not stand in their patient's own lane."""


LONGEST = 64
"""Letters of a kind or id that are kept: no store needs to hold more."""


def events_of_delivery(delivery: Delivery, practice: Practice, records: AsyncRecords, now: datetime) -> list[Event]:
    """Return the events that a verified NexHealth delivery asks for; empty if it belongs to no location of ours."""
    events: list[Event] = []
    for record in delivery.records or ({},):
        location = _location(delivery, record, practice)
        if location is not None:
            events.append(_event(delivery, record, location, practice, records, now))
    return events


def _location(delivery: Delivery, record: Mapping[str, object], practice: Practice) -> Location | None:
    subdomain, named = delivery.subdomain or practice.subdomain, _number(record.get("location_id"))
    found = practice.route(subdomain, named)
    if found is None and named is None:
        # A record that names no location: any location of the institution may look at it.
        found = next(iter(practice.inside(subdomain)), None)
    return found


def _number(value: object) -> int | None:
    """Return the number that a record names, ``None`` if it names none that can be read."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdecimal() else None


def _event(
    delivery: Delivery,
    record: Mapping[str, object],
    location: Location,
    practice: Practice,
    records: AsyncRecords,
    now: datetime,
) -> Event:
    subject = _kept(record.get("id", ""))
    kind = _kind(delivery, subject)
    person = _kept(record.get("patient_id") or subject)
    if delivery.family in INSURANCE_FAMILIES and person.isdecimal() and record.get("patient_id"):
        # A coverage is looked at together with all others of its patient.
        kind = "nexhealth.insurance"
    realm = practice.realm(location)
    version = record.get("updated_at") or delivery.event_time
    key = content_id("delivery", realm, delivery.event_name, subject, version, *_digest(record))
    # What may have to wait for the chart that a booking of the same patient makes has a lane of its own.
    lane = LANES.get(kind, "patient")
    # A form cannot be read again in v3.0.0, so what it says is kept, sealed.
    said = {**record, "outcome": delivery.outcome} if delivery.outcome else dict(record)
    payload = records.sealed_payload(key, pack(said)) if kind == "nexhealth.form" else None
    return Event(
        id=key,
        key=lane_of(realm, location.database, person, lane),
        location=location.name,
        kind=kind,
        subject=person if kind == "nexhealth.insurance" else subject,
        received=now,
        due=now,
        payload=payload,
    )


def lane_of(realm: str, database: str, person: object, lane: str = "patient") -> str:
    """Return the key of events about one person: in order there, and held up by no other database."""
    return f"{lane}:{realm}:{database}:{person}"


def _kind(delivery: Delivery, subject: str) -> str:
    if delivery.family in VISIT_FAMILIES and subject.isdecimal():
        return "nexhealth.appointment"
    if delivery.family in FORM_FAMILIES:
        return "nexhealth.form"
    if delivery.family in PATIENT_FAMILIES and subject.isdecimal():
        return "nexhealth.patient"
    return _kept(f"nexhealth.other.{delivery.event_name}")


def _kept(value: object) -> str:
    """Return *value* as a text that every store can keep, whatever a delivery says: databases set limits."""
    return "".join(letter for letter in str(value)[:LONGEST] if letter.isprintable())


def _digest(record: Mapping[str, object]) -> tuple[str, ...]:
    """Return what tells two versions of a record apart where it carries no time of change."""
    names = ("start_time", "end_time", "cancelled", "confirmed", "patient_confirmed", "operatory_id", "foreign_id")
    return tuple(str(record.get(name)) for name in names)
