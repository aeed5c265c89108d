"""Whether a row fits the filters that it was asked with.

A filter that a server ignores, or that widens instead of narrowing, must not reach the caller as truth. Each check
takes a row and the value asked for. What a row does not mention cannot contradict a filter; a flag that is null cannot
either, but an id that is null can. Where a person is identified (birth date, e-mail, phone) only what is seen counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from odnexus.nexhealth.models import (
    Appointment,
    ClinicalNote,
    Coverage,
    DocumentType,
    InsurancePlan,
    Location,
    Operatory,
    Patient,
    Provider,
    Record,
    SlotGroup,
    SyncStatus,
    WebhookEndpoint,
    WebhookSubscription,
)

R = TypeVar("R", bound=Record)
Check = Callable[[Any, Any], bool]


def _same(attribute: str) -> Check:
    def check(row: Record, wanted: object) -> bool:
        seen = getattr(row, attribute)
        return seen is None or seen == wanted

    return check


def _is(attribute: str) -> Check:
    def check(row: Record, wanted: object) -> bool:
        seen = getattr(row, attribute)
        return str(seen) == str(wanted) or attribute not in row.raw

    return check


def _in(attribute: str) -> Check:
    def check(row: Record, wanted: Collection[object]) -> bool:
        return getattr(row, attribute) in wanted or attribute not in row.raw

    return check


def _among(attribute: str) -> Check:
    def check(row: Record, wanted: Collection[object]) -> bool:
        seen = getattr(row, attribute)
        return seen is None or seen in wanted

    return check


def _bio_flag(attribute: str) -> Check:
    def check(row: Patient, wanted: object) -> bool:
        seen = getattr(row.bio, attribute, None)
        return seen is None or seen == wanted

    return check


def _to_the_millisecond(moment: datetime) -> datetime:
    # As it was sent: rows show milliseconds, and a lower bound is cut, not rounded.
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _updated_since(row: Any, wanted: datetime) -> bool:
    seen: datetime | None = row.updated_at
    return seen is None or seen >= _to_the_millisecond(wanted)


def _starts_at_or_after(row: Appointment, wanted: datetime) -> bool:
    return row.start_time is None or row.start_time >= _to_the_millisecond(wanted)


def _starts_at_or_before(row: Appointment, wanted: datetime) -> bool:
    return row.start_time is None or row.start_time <= wanted


def _attached(row: Provider, wanted: int) -> bool:
    return not row.locations or any(location.id == wanted for location in row.locations)


def _serves(row: SyncStatus, wanted: Collection[int]) -> bool:
    return not row.locations or any(location.id in wanted for location in row.locations)


def _born(row: Patient, wanted: object) -> bool:
    return row.bio is not None and row.bio.date_of_birth == wanted


def _has_email(row: Patient, wanted: str) -> bool:
    return (row.email or "").strip().casefold() == wanted.strip().casefold()


_PHONES = ("phone_number", "cell_phone_number", "home_phone_number", "work_phone_number", "custom_contact_number")


def _has_phone(row: Patient, wanted: str) -> bool:
    return any(_digits(getattr(row.bio, name, None)) == wanted for name in _PHONES)


def _digits(number: str | None) -> str:
    return "".join(filter(str.isdigit, number or ""))


_SINCE = {"updated_since": _updated_since}

CHECKS: Mapping[type[Record], Mapping[str, Check]] = {
    Appointment: {
        "location_id": _same("location_id"),
        "start": _starts_at_or_after,
        "end": _starts_at_or_before,
        "cancelled": _same("cancelled"),
        "unavailable": _same("unavailable"),
        **_SINCE,
        "appointment_type_id": _is("appointment_type_id"),
        "foreign_id": _is("foreign_id"),
        "created_by": _is("created_by_user_id"),
        "patient_ids": _in("patient_id"),
        "provider_ids": _in("provider_id"),
        "operatory_ids": _in("operatory_id"),
    },
    Patient: {
        "inactive": _same("inactive"),
        "foreign_id": _is("foreign_id"),
        **_SINCE,
        "new_patient": _bio_flag("new_patient"),
        "non_patient": _bio_flag("non_patient"),
        "date_of_birth": _born,
        "email": _has_email,
        "phone_number": _has_phone,
    },
    Provider: {
        "location_id": _attached,
        "foreign_id": _is("foreign_id"),
        "inactive": _same("inactive"),
        **_SINCE,
        "ids": _among("id"),
    },
    Operatory: {"location_id": _same("location_id"), "foreign_id": _is("foreign_id"), **_SINCE},
    InsurancePlan: {"payer_id": _is("payer_id"), "group_num": _is("group_num"), **_SINCE},
    Coverage: {"patient_id": _is("patient_id"), "active": _same("active"), **_SINCE},
    Location: {"inactive": _same("inactive"), "foreign_id": _is("foreign_id")},
    SlotGroup: {"lids": _among("lid"), "pids": _among("pid"), "operatory_ids": _among("operatory_id")},
    SyncStatus: {
        "read_status": _same("read_status"),
        "write_status": _same("write_status"),
        "location_ids": _serves,
    },
    DocumentType: {"active": _same("active")},
    ClinicalNote: {"patient_id": _same("patient_id"), "procedure_id": _same("procedure_id"), **_SINCE},
    WebhookEndpoint: {"active": _same("active")},
    WebhookSubscription: {"resource_type": _same("resource_type"), "event": _same("event")},
}
"""Record → name of a filter → whether a row fits it. Filters that rows cannot show (a fuzzy name) are not here."""

WIDENING = ("email", "phone_number")
"""Filters of ``GET /patients`` that widen a search by name or birth date (page "Find or create a patient")."""


def fits(kind: type[R], filters: Mapping[str, object], *, narrow: bool = True) -> Callable[[R], bool]:
    """Return whether a row of *kind* fits *filters*; without *narrow* a widened patient search stays wide."""
    wide = not narrow and any(filters.get(name) is not None for name in WIDENING)
    skipped: Sequence[str] = (*WIDENING, "date_of_birth") if wide and kind is Patient else ()
    table = CHECKS.get(kind, {})
    asked = [
        (table[name], wanted)
        for name, wanted in filters.items()
        if wanted is not None and name in table and name not in skipped
    ]
    return lambda row: all(check(row, wanted) for check, wanted in asked)
