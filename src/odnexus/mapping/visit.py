"""Visits: an appointment reduced to what both systems must agree on, with time in the office's own clock.

Open Dental keeps the office's wall clock without a zone; NexHealth keeps UTC and a zone per location. A `Visit` holds
the wall clock to the minute, because that is what staff read and what Open Dental compares. Two hours a year are
trouble: the one that does not exist in spring (``time.gap``) and the one that happens twice in autumn
(``time.overlap``).

Lengths are multiples of five minutes, the unit of Open Dental's ``Pattern``, at most nine hours. A length between two
multiples is rounded **up**, so that no visit ends before NexHealth says so; starts are cut to the minute.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias
from zoneinfo import ZoneInfo

from attrs import field, fields_dict, frozen

from odnexus.mapping._clock import (
    MAX_MINUTES,
    UNIT,
    minutes_of,
    pattern_for,
    rounded_minutes,
    to_instant,
    to_wall,
    wall_doubts,
)
from odnexus.mapping.issues import Issue, Mapped, Severity, gather

if TYPE_CHECKING:
    from odnexus.nexhealth.changes import AppointmentChanges as NexHealthChanges
    from odnexus.nexhealth.models import Appointment as NexHealthAppointment
    from odnexus.opendental.changes import AppointmentChanges as OpenDentalChanges
    from odnexus.opendental.models import Appointment as OpenDentalAppointment

__all__ = [
    "MAX_MINUTES",
    "NO_START",
    "VISIT_FIELDS",
    "OpenDentalEdit",
    "Value",
    "Visit",
    "essence",
    "minutes_of",
    "nexhealth_changes",
    "opendental_changes",
    "pattern_for",
    "to_instant",
    "to_wall",
    "visit_from_nexhealth",
    "visit_from_opendental",
    "visit_of",
]

Value: TypeAlias = str | int | bool | None
"""What a field of an essence may hold."""

NO_START: Final = datetime(1, 1, 1)
"""The start of a visit that has none: planned or unscheduled without a date."""


@frozen(kw_only=True)
class Visit:
    """What both calendars must agree on about one appointment. The repr shows no time.

    Attributes:
        cancelled: Off the schedule: cancelled in NexHealth; broken or on the unscheduled list in Open Dental.
        start: Start on the office's wall clock, to the minute, without a zone.
        minutes: Length, a multiple of five.
        operatory: OperatoryNum in Open Dental, None where there is none or it is not mapped.
        provider: ProvNum in Open Dental, None where there is none or it is not mapped.
        confirmed: Confirmed by the office, or by the patient through NexHealth.
    """

    cancelled: bool
    start: datetime = field(repr=False)
    minutes: int
    operatory: int | None
    provider: int | None
    confirmed: bool


VISIT_FIELDS: Final[tuple[str, ...]] = tuple(fields_dict(Visit))


# -- reading -----------------------------------------------------------------------------------------------------------


def visit_from_nexhealth(
    appt: NexHealthAppointment, *, zone: ZoneInfo, operatories: Mapping[int, int], providers: Mapping[int, int]
) -> Mapped[Visit]:
    """Return the visit that a NexHealth appointment is, in Open Dental's numbers.

    Args:
        appt: The appointment.
        zone: The zone of the location's office.
        operatories: NexHealth operatory ids and their OperatoryNum.
        providers: NexHealth provider ids and their ProvNum.
    """
    start = _wall_start(appt.start_time, zone)
    minutes = _length(appt.start_time, appt.end_time)
    operatory = _number("operatory", appt.operatory_id, operatories)
    provider = _number("provider", appt.provider_id, providers)
    visit = Visit(
        cancelled=bool(appt.cancelled) or bool(appt.deleted),
        start=start.value,
        minutes=minutes.value,
        operatory=operatory.value,
        provider=provider.value,
        confirmed=bool(appt.confirmed or appt.patient_confirmed),
    )
    return Mapped(visit, gather(start, minutes, operatory, provider))


def _wall_start(instant: datetime | None, zone: ZoneInfo) -> Mapped[datetime]:
    if instant is None:
        return Mapped(NO_START, (_issue("start", "time.missing", "error"),))
    wall = to_wall(instant, zone)
    return Mapped(
        wall, tuple(doubt for doubt in wall_doubts(wall.replace(tzinfo=zone)) if doubt.rule == "time.overlap")
    )


def _length(start: datetime | None, end: datetime | None) -> Mapped[int]:
    if start is None or end is None or end <= start:
        return Mapped(UNIT, (_issue("minutes", "length.missing", "error"),))
    exact = (end - start.replace(second=0, microsecond=0)) / timedelta(minutes=1)
    if exact > MAX_MINUTES:
        return Mapped(MAX_MINUTES, (_issue("minutes", "length.cut", "warning"),))
    rounded = rounded_minutes(exact)
    return Mapped(rounded, () if rounded == exact else (_issue("minutes", "length.rounded", "info"),))


def _number(name: str, key: int | None, table: Mapping[int, int]) -> Mapped[int | None]:
    if not key:
        return Mapped(None)
    number = table.get(key)
    return Mapped(number, () if number is not None else (_issue(name, f"{name}.unmapped", "warning"),))


# What Open Dental's statuses say about being on the schedule (AptStatus, GET /appointments).
_CANCELLED: Final = {"Scheduled": False, "Complete": False, "ASAP": False, "Broken": True, "UnschedList": True}


def visit_from_opendental(appt: OpenDentalAppointment, *, confirmed: Container[int]) -> Mapped[Visit]:
    """Return the visit that an Open Dental appointment is. Of a hygiene visit the hygienist is the provider.

    Args:
        appt: The appointment.
        confirmed: The DefNums of category 2 that mean "confirmed" in this office.
    """
    status = str(appt.apt_status or "")
    issues: list[Issue] = []
    if status not in _CANCELLED:
        issues.append(_issue("cancelled", "status.not_a_visit", "error"))
    start = appt.apt_date_time
    if start is None:
        issues.append(_issue("start", "time.missing", "error"))
    if not appt.pattern:
        issues.append(_issue("minutes", "length.missing", "error"))
    visit = Visit(
        cancelled=_CANCELLED.get(status, True),
        start=NO_START if start is None else start.replace(second=0, microsecond=0),
        minutes=minutes_of(appt.pattern or "X"),
        operatory=appt.op or None,
        provider=(appt.prov_hyg if appt.is_hygiene and appt.prov_hyg else appt.prov_num) or None,
        confirmed=appt.confirmed in confirmed,
    )
    return Mapped(visit, tuple(issues))


# -- essence -----------------------------------------------------------------------------------------------------------


def essence(visit: Visit) -> dict[str, Value]:
    """Return *visit* as JSON-safe values in declared order; `visit_of` is the way back."""
    return {
        "cancelled": visit.cancelled,
        "start": visit.start.isoformat(timespec="minutes"),
        "minutes": visit.minutes,
        "operatory": visit.operatory,
        "provider": visit.provider,
        "confirmed": visit.confirmed,
    }


def visit_of(stored: Mapping[str, object]) -> Visit:
    """Return the visit of an `essence`.

    Raises:
        ValueError: The essence is not one of a visit.
    """
    match stored:
        case {
            "cancelled": bool(cancelled),
            "start": str(start),
            "minutes": int(minutes),
            "operatory": int() | None as operatory,
            "provider": int() | None as provider,
            "confirmed": bool(confirmed),
        }:
            return Visit(
                cancelled=cancelled,
                start=datetime.fromisoformat(start),
                minutes=minutes,
                operatory=operatory,
                provider=provider,
                confirmed=confirmed,
            )
        case _:
            raise ValueError("not the essence of a visit")


# -- writing -----------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class OpenDentalEdit:
    """What to send to Open Dental so that an appointment shows changed fields, in the order of the attributes.

    Attributes:
        changes: For ``appointments.update``; empty where nothing of it changes.
        confirm: A DefNum for ``appointments.confirm``, or None.
        cancel: Whether to call ``appointments.break_``.
    """

    changes: OpenDentalChanges = field(repr=False)
    confirm: int | None = None
    cancel: bool = False


def opendental_changes(
    fields: Mapping[str, object],
    *,
    pattern: str = "",
    hygiene: bool = False,
    confirmed: int | None = None,
    unconfirmed: int | None = None,
) -> Mapped[OpenDentalEdit]:
    """Return what makes an Open Dental appointment show *fields*.

    What it cannot be told (no start, no chair, no provider) is left out, with an issue of severity error.

    Args:
        fields: Fields of the visit and the values they must become, as in `Visit` or in its `essence`.
        pattern: The pattern the appointment has, whose shape is kept when its length changes.
        hygiene: Whether it is a hygiene visit, where the provider is the hygienist.
        confirmed: The DefNum that means "confirmed" in this office.
        unconfirmed: The DefNum that means "not confirmed" in this office.
    """
    issues: list[Issue] = []
    changes: OpenDentalChanges = {}
    if fields.get("cancelled") is False:
        changes["apt_status"] = "Scheduled"
    if "start" in fields:
        start = _start_of(fields["start"])
        if start == NO_START:
            issues.append(_issue("start", "time.missing", "error"))
        else:
            changes["apt_date_time"] = start
    if isinstance(minutes := fields.get("minutes"), int):
        changes["pattern"] = pattern_for(minutes, pattern)
    if isinstance(operatory := _known("operatory", fields, issues), int):
        changes["op"] = operatory
    if isinstance(provider := _known("provider", fields, issues), int):
        changes["prov_hyg" if hygiene else "prov_num"] = provider
    confirm: int | None = None
    if "confirmed" in fields:
        confirm = confirmed if fields["confirmed"] else unconfirmed
        if confirm is None:
            issues.append(_issue("confirmed", "confirmed.unmapped", "error"))
    edit = OpenDentalEdit(changes=changes, confirm=confirm, cancel=fields.get("cancelled") is True)
    return Mapped(edit, tuple(issues))


def nexhealth_changes(
    fields: Mapping[str, object], *, shown: Visit, zone: ZoneInfo, operatories: Mapping[int, int]
) -> Mapped[NexHealthChanges]:
    """Return what makes a NexHealth appointment show *fields*.

    What NexHealth cannot be told is left out, with an issue of severity error that names the field: it confirms and
    cancels one way only and never changes the provider (PATCH /appointments/{id}).

    Args:
        fields: Fields of the visit and the values they must become, as in `Visit` or in its `essence`.
        shown: The visit as NexHealth shows it now: start and end are sent together, so one may come from here.
        zone: The zone of the location's office.
        operatories: OperatoryNums and their NexHealth operatory ids.
    """
    issues: list[Issue] = []
    changes: NexHealthChanges = {}
    if fields.get("cancelled") is True:
        changes["cancelled"] = True
    if fields.get("confirmed") is True:
        changes["confirmed"] = True
    one_way = [name for name in ("cancelled", "confirmed") if fields.get(name) is False]
    issues.extend(_issue(name, f"{name}.one_way", "error") for name in one_way)
    if "provider" in fields:
        issues.append(_issue("provider", "provider.unsupported", "error"))
    if fields.keys() & {"start", "minutes"}:
        wall = _start_of(fields.get("start", shown.start))
        if wall == NO_START:
            issues.append(_issue("start", "time.missing", "error"))
        else:
            start = to_instant(wall, zone)
            issues.extend(start.issues)
            changes["start_time"] = start.value
            changes["end_time"] = start.value + timedelta(minutes=_minutes(fields.get("minutes"), shown))
    if isinstance(operatory := _known("operatory", fields, issues), int):
        if (mapped := operatories.get(operatory)) is None:
            issues.append(_issue("operatory", "operatory.unmapped", "error"))
        else:
            changes["operatory_id"] = mapped
    return Mapped(changes, tuple(issues))


def _start_of(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    raise TypeError("start must be a naive datetime or its ISO text")


def _minutes(value: object, shown: Visit) -> int:
    return value if isinstance(value, int) else shown.minutes


def _known(name: str, fields: Mapping[str, object], issues: list[Issue]) -> object:
    """Return the field's value; a chair or provider that is to become none cannot be written."""
    if name in fields and fields[name] is None:
        issues.append(_issue(name, f"{name}.unmapped", "error"))
    return fields.get(name)


def _issue(name: str, rule: str, severity: Severity) -> Issue:
    return Issue(field=name, rule=rule, severity=severity)
