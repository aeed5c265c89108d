"""Appointments (page "Appointments"): the object, reading, booking and changing. Other verbs: `appointment_actions`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odnexus.testing.opendental import visits
from odnexus.testing.opendental.endpoints import (
    Answer,
    Ask,
    Endpoint,
    Filter,
    Param,
    accept,
    created,
    dated,
    listing,
    ordered,
    reading,
    same,
    select,
    touched,
    updated,
)
from odnexus.testing.opendental.practice import CONFIRMED, UNSCHEDULED
from odnexus.testing.opendental.refusals import required
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.schema import UNVERIFIED, Field, Schema, show_all, stamper, twin
from odnexus.testing.opendental.twins import definition_text, provider_abbr
from odnexus.testing.opendental.values import (
    BOOL,
    COLOR,
    DATETIME,
    INT,
    NO_DATETIME,
    PATTERN,
    TEXT,
    TIME,
    Row,
    Value,
    definition,
    filled,
    filter_key,
    key_of,
    words,
)

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice

STATUSES = ("Scheduled", "Complete", "UnschedList", "ASAP", "Broken", "Planned", "PtNote", "PtNoteCompleted")
PRIORITY = words("Normal", "ASAP")
OPERATORY = key_of("operatories", "Operatory")
PATIENT_KEY = key_of("patients", "Patient", zero=False)
PROVIDER = key_of("providers", "Provider")
CLINIC = key_of("clinics", "Clinic")

APPOINTMENT = Schema(
    name="appointments",
    key="AptNum",
    one="Appointment",
    first_key=8001,
    stamp="DateTStamp",
    entered=("SecDateTEntry",),
    defaults={"Pattern": visits.DEFAULT_PATTERN, "PatternSecondary": "////", "colorOverride": visits.NO_COLOR},
    fields=(
        Field("AptNum", INT),
        Field("PatNum", PATIENT_KEY),
        Field("AptStatus", words(*STATUSES)),
        Field("Pattern", PATTERN),
        Field("Confirmed", definition(CONFIRMED, "Confirmed")),
        twin("confirmed", definition_text("Confirmed")),
        Field("TimeLocked", BOOL),
        Field("Op", OPERATORY),
        Field("Note", TEXT),
        Field("ProvNum", PROVIDER),
        twin("provAbbr", provider_abbr("ProvNum")),
        Field("ProvHyg", PROVIDER),
        Field("AptDateTime", DATETIME),
        Field("NextAptNum", INT),
        Field("UnschedStatus", definition(UNSCHEDULED, "UnschedStatus", zero=True)),
        twin("unschedStatus", definition_text("UnschedStatus")),
        Field("IsNewPatient", BOOL),
        Field("ProcDescript", TEXT),
        Field("Assistant", INT, UNVERIFIED),
        Field("ClinicNum", CLINIC),
        Field("IsHygiene", BOOL),
        Field("DateTStamp", DATETIME),
        Field("DateTimeArrived", DATETIME),
        Field("DateTimeSeated", DATETIME),
        Field("DateTimeDismissed", DATETIME),
        Field("InsPlan1", INT),
        Field("InsPlan2", INT),
        Field("DateTimeAskedToArrive", DATETIME),
        Field("colorOverride", COLOR),
        Field("AppointmentTypeNum", key_of("appointmenttypes", "AppointmentType")),
        Field("SecUserNumEntry", INT, "25.1.27"),
        Field("SecDateTEntry", DATETIME),
        Field("Priority", PRIORITY),
        Field("PatternSecondary", PATTERN, "23.3.17"),
        Field("ItemOrderPlanned", INT),
        Field("IsMirrored", BOOL, UNVERIFIED),
        Field("eServiceLogType", words("None", "Recall", "NewPat", "ExistingPat", "ASAP"), shown=False),
    ),
)

_TIMES = ("DateTimeArrived", "DateTimeSeated", "DateTimeDismissed")
_WRITABLE = (
    "Pattern Confirmed Note ProvNum ProvHyg ClinicNum IsHygiene IsNewPatient@21.3 Priority@22.1 "
    f"AppointmentTypeNum@22.1 colorOverride@22.3.9 PatternSecondary@23.3.17 Assistant@{UNVERIFIED} "
    f"IsMirrored@{UNVERIFIED}"
)
# On write these are times of the appointment's day.
_TIME_PARAMS = tuple(Param(name, TIME, "25.2.10") for name in _TIMES)

LIST = (
    same("PatNum", filter_key("patients", "Patient"), "21.4"),
    same("AptStatus", words(*STATUSES), "22.4.28"),
    same("Op", filter_key("operatories", "Operatory"), "23.2.27"),
    *dated(lambda _: "AptDateTime"),
    same("ClinicNum", filter_key("clinics", "Clinic")),
    touched("DateTStamp"),
    same("AppointmentTypeNum", INT, "24.4.22"),
)

_ASAP = (same("ClinicNum", INT), same("ProvNum", INT))
_ASAP_STATUSES = frozenset({"Scheduled", "UnschedList", "ASAP", "Planned", "Broken"})


def source(ask: Ask) -> str:
    """Return the ApptSource of history that this request causes."""
    by_mode = {"remote": "EConnector", "service": "OpenDentalAPIService"}
    return by_mode.get(ask.mode, "None") if ask.practice.switches.history_source == "by_mode" else "None"


def require_clinic(ask: Ask) -> None:
    """Refuse a request that names no clinic in an office that has clinics."""
    if ask.practice.uses_clinics and "ClinicNum" not in ask.args:
        raise required("ClinicNum")


def _asap(ask: Ask) -> Answer:
    require_clinic(ask)
    found = select(ask, ordered(ask.practice, APPOINTMENT), _ASAP)
    rows = [row for row in found if row["Priority"] == "ASAP" and row["AptStatus"] in _ASAP_STATUSES]
    return Answer(content=show_all(ask.practice, APPOINTMENT, rows).map(stamper(ask.practice, gate="21.2")))


def _create(ask: Ask) -> Answer:
    practice = ask.practice
    refuse_deleted(practice, ask.args.number("PatNum"))
    fields = visits.with_defaults(practice, _with_moments(ask.args, ask.args.moment("AptDateTime")))
    visits.check_place(practice, Row({"AptStatus": "Scheduled", **fields}))
    row = visits.book(practice, fields, source(ask))
    return created(ask, APPOINTMENT, row)


def _with_moments(fields: Row, start: datetime) -> Row:
    """Return *fields* with the times of arrival and so on put on the day of the appointment."""
    day = start.date()
    moments: dict[str, Value] = {
        name: datetime.combine(day, fields.clock_time(name)) for name in _TIMES if name in fields
    }
    return Row({**fields, **moments})


def _change(ask: Ask) -> Answer:
    practice, row = ask.practice, ask.row
    refuse_deleted(practice, row.number("PatNum"))
    start = ask.args.moment("AptDateTime", row.moment("AptDateTime"))
    changes = _with_moments(ask.args, start)
    after = Row({**row, **changes})
    if "Pattern" in changes and "PatternSecondary" in changes:
        visits.check_patterns(after)
    if any(after[name] != row[name] for name in ("AptDateTime", "Op", "AptStatus", "Pattern")):
        visits.check_place(practice, after)
    if changes.number("AppointmentTypeNum", 0):
        changes = visits.change_type(practice, row, changes)
    visits.alter(practice, row.number("AptNum"), _reset(practice, row, changes), source=source(ask))
    return updated(ask, APPOINTMENT)


def _reset(practice: Practice, row: Row, changes: Row) -> Row:
    moved = changes.moment("AptDateTime", NO_DATETIME) not in (NO_DATETIME, row["AptDateTime"])
    if moved and practice.switches.move_resets_confirmed and "Confirmed" not in changes:
        return Row({**changes, "Confirmed": practice.first_definition(CONFIRMED)})
    return changes


ENDPOINTS = (
    reading(APPOINTMENT, stamp_since="21.2"),
    listing(APPOINTMENT, *LIST, stamp_since="21.2"),
    Endpoint(
        verb="GET",
        route="/appointments/ASAP",
        since="21.1",
        query=tuple(Filter.param(item) for item in _ASAP),
        paged=True,
        run=_asap,
    ),
    Endpoint(
        verb="POST",
        route="/appointments",
        since="21.1",
        permission="ApiAppointments",
        body=(
            Param("PatNum", PATIENT_KEY, required=True),
            Param("Op", key_of("operatories", "Operatory", zero=False), required=True),
            Param("AptDateTime", filled(DATETIME), required=True),
            Param("AptStatus", words("Scheduled", "Complete", "UnschedList", "PtNote", "PtNoteCompleted")),
            *accept(APPOINTMENT, _WRITABLE + " SecUserNumEntry@25.1.27"),
            *_TIME_PARAMS,
        ),
        run=_create,
    ),
    Endpoint(
        verb="PUT",
        route="/appointments/{AptNum}",
        permission="ApiAppointments",
        body=(
            Param(
                "AptStatus",
                words("Scheduled", "Complete", "UnschedList", "Broken", "Planned", "PtNote", "PtNoteCompleted"),
            ),
            *accept(APPOINTMENT, _WRITABLE + " Op AptDateTime UnschedStatus@22.2"),
            *_TIME_PARAMS,
        ),
        schema=APPOINTMENT,
        run=_change,
    ),
)
