"""Rules of appointments, whoever touches them: API, front desk, seed.

Every change writes a row of history; a deleted appointment is gone from its table and lives on in the history only
(page "HistAppointments").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from odnexus.testing.opendental.refusals import Refusal, invalid
from odnexus.testing.opendental.values import NO_DATETIME, Row, Value

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice

Span: TypeAlias = tuple[datetime, datetime]
"""From and to, the end excluded."""

DEFAULT_PATTERN = "/XX/"
NO_COLOR = "0,0,0"
UNIT = timedelta(minutes=5)
"""What one character of a pattern stands for."""

BLOCKING = frozenset({"Scheduled", "Complete", "ASAP"})
"""Statuses that take a place on the schedule; notes, broken, planned and unscheduled ones do not."""


def span(row: Row) -> Span:
    """Return from when to when the appointment lasts."""
    start, length = row.moment("AptDateTime"), UNIT * len(row.text("Pattern"))
    return start, start + length if start < datetime.max - length else datetime.max


def book(practice: Practice, given: Mapping[str, Value], source: str = "None") -> Row:
    """Make an appointment of *given*, with the office's defaults for what is missing, and return its row."""
    fields = with_defaults(practice, Row(given))
    row = practice.insert("appointments", fields)
    _apply_type(practice, row)
    _mark_first_visit(practice, row)
    remember(practice, row, "Created", source)
    return row


def with_defaults(practice: Practice, given: Row) -> Row:
    """Return *given* with what an office fills in where nothing was said (page "Appointments", POST)."""
    patient = practice.patients[given.number("PatNum")]
    operatory = practice.find("operatories", given.number("Op", 0))
    kind = practice.find("appointmenttypes", given.number("AppointmentTypeNum", 0))
    room_clinic = operatory.number("ClinicNum") if operatory else 0
    fields = Row(
        {
            "Pattern": (kind.text("Pattern") if kind else "") or DEFAULT_PATTERN,
            "Confirmed": practice.first_definition(2),
            # The operatory's own provider is not used.
            "ProvNum": patient.number("PriProv") or practice.default_provider(),
            "ClinicNum": room_clinic or patient.number("ClinicNum"),
            "colorOverride": kind.text("appointmentTypeColor") if kind else NO_COLOR,
        }
    )
    fields.update(given)
    fields.setdefault("PatternSecondary", "/" * len(fields.text("Pattern")))
    check_patterns(fields)
    return fields


def check_patterns(fields: Row) -> None:
    """Refuse a secondary pattern of another length than the first."""
    if len(fields.text("PatternSecondary")) != len(fields.text("Pattern")):
        raise invalid("PatternSecondary")


def alter(
    practice: Practice,
    apt_num: int,
    changes: Mapping[str, Value],
    *,
    action: str = "Changed",
    source: str = "None",
) -> bool:
    """Write *changes* to an appointment and its history; return whether anything was different."""
    row = practice.appointments[apt_num]
    fields = dict(changes)
    if "Pattern" in fields and "PatternSecondary" not in fields:
        fields["PatternSecondary"] = _stretched(row, Row(fields).text("Pattern"))
    check_patterns(Row({**row, **fields}))
    if not practice.change("appointments", apt_num, fields):
        return False
    remember(practice, row, action, source)
    return True


def _stretched(row: Row, pattern: str) -> str:
    secondary = row.text("PatternSecondary")
    return secondary if len(secondary) == len(pattern) else "/" * len(pattern)


def erase(practice: Practice, apt_num: int, source: str = "None") -> None:
    """Delete an appointment for good; only its history shows that it was there."""
    row = practice.remove("appointments", apt_num)
    remember(practice, row, "Deleted", source)


def remember(practice: Practice, row: Row, action: str, source: str) -> None:
    """Write a row of history: the appointment as it is now."""
    head: dict[str, Value] = {"HistDateTStamp": practice.now(), "HistApptAction": action, "ApptSource": source}
    columns = practice.tables["histappointments"].schema.columns()
    practice.insert("histappointments", {**{k: v for k, v in row.items() if k in columns}, **head})


def _apply_type(practice: Practice, row: Row) -> None:
    kind = practice.find("appointmenttypes", row.number("AppointmentTypeNum"))
    codes = kind.text("CodeStr").split(",") if kind else []
    if any(codes):
        add_procedures(practice, row, codes)


def change_type(practice: Practice, row: Row, changes: Row) -> Row:
    """Return *changes* with what another type brings along: procedures, colour and, unless sent, pattern."""
    number = changes.number("AppointmentTypeNum")
    kind = practice.find("appointmenttypes", number)
    if kind is None or number == row["AppointmentTypeNum"]:
        return changes
    brought = Row({"colorOverride": kind["appointmentTypeColor"]})
    if kind.text("Pattern"):
        brought["Pattern"] = kind.text("Pattern")
    if kind.text("CodeStr"):
        add_procedures(practice, row, kind.text("CodeStr").split(","))
    return Row({**brought, **changes})


def add_procedures(practice: Practice, row: Row, codes: list[str], status: str = "TP") -> None:
    """Attach procedures to an appointment and describe them on it."""
    for code in codes:
        practice.insert(
            "procedurelogs",
            {
                **{name: row[name] for name in ("PatNum", "AptNum", "ProvNum", "ClinicNum")},
                "ProcDate": row.day("AptDateTime"),
                "procCode": code,
                "ProcStatus": status,
            },
        )
    describe(practice, row)


def describe(practice: Practice, row: Row) -> None:
    """Write the one-line text of the attached procedures, as the server does."""
    number = row["AptNum"]
    attached = [
        p.text("procCode") for p in practice.rows("procedurelogs") if number in (p["AptNum"], p["PlannedAptNum"])
    ]
    row["ProcDescript"] = ", ".join(practice.procedure_codes.get(code, code) for code in attached)


def _mark_first_visit(practice: Practice, row: Row) -> None:
    # "true" and no completed procedures: this is the patient's first visit (page "Appointments").
    done = any(p["PatNum"] == row["PatNum"] and p["ProcStatus"] == "C" for p in practice.rows("procedurelogs"))
    if row.flag("IsNewPatient") and not done:
        practice.change("patients", row.number("PatNum"), {"DateFirstVisit": row.day("AptDateTime")})


def overlapping(practice: Practice, op: int, when: Span, but: int = 0) -> list[Row]:
    """Return the appointments that take the operatory *op* in the time *when*, apart from *but*."""
    start, end = when
    return [
        row
        for row in practice.rows("appointments")
        if row["Op"] == op
        and row["AptStatus"] in BLOCKING
        and row["AptNum"] != but
        and span(row)[0] < end
        and start < span(row)[1]
    ]


def check_place(practice: Practice, row: Row) -> None:
    """Refuse a place on the schedule that the switches refuse; the documents name no such rule."""
    if row["AptStatus"] not in BLOCKING or row["AptDateTime"] == NO_DATETIME:
        return
    switches, op = practice.switches, row.number("Op")
    operatory = practice.find("operatories", op)
    broken = {
        "past_dates": row.moment("AptDateTime") < practice.now(),
        "hidden_operatory": operatory is not None and operatory.flag("IsHidden"),
        "overlap": bool(overlapping(practice, op, span(row), row.number("AptNum", 0))),
        "closed_time": not _is_open(practice, row),
    }
    for rule, is_broken in broken.items():
        if is_broken and getattr(switches, rule) == "refuse":
            raise Refusal(400, _REFUSED[rule])


_REFUSED = {
    "past_dates": "AptDateTime cannot be in the past.",
    "hidden_operatory": "Operatory is hidden.",
    "overlap": "Appointment overlaps another appointment.",
    "closed_time": "No provider is scheduled at that time.",
}


def _is_open(practice: Practice, row: Row) -> bool:
    from odnexus.testing.opendental import openings  # noqa: PLC0415 - openings are computed from visits

    start, end = span(row)
    spans = openings.open_in(practice, start.date(), row.number("Op"))
    return any(a <= start and end <= b for a, b in spans)
