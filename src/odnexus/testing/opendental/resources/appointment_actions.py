"""What one does to appointments (page "Appointments"): break, note, confirm, plan and schedule what was planned."""

from __future__ import annotations

from odnexus.testing.opendental import visits
from odnexus.testing.opendental.endpoints import Answer, Ask, Endpoint, Param, accept, created
from odnexus.testing.opendental.practice import COMM_TYPES, CONFIRMED
from odnexus.testing.opendental.refusals import Refusal, not_found, required
from odnexus.testing.opendental.resources.appointments import APPOINTMENT, PATIENT_KEY, source
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.schema import names
from odnexus.testing.opendental.values import (
    BOOL,
    DATETIME,
    INT,
    INTS,
    TEXT,
    Row,
    Value,
    definition,
    filled,
    key_of,
    words,
)

BREAK_PROCEDURES = {"Missed": "D9986", "Cancelled": "D9987"}
CONFIRM_WORDS = ("None", "Sent", "Confirmed", "Not Accepted", "Failed")
_ITEM = f"/{APPOINTMENT.name}/{{{APPOINTMENT.key}}}"


def _break(ask: Ask) -> Answer:
    practice, row, switches = ask.practice, ask.row, ask.practice.switches
    refuse_deleted(practice, row.number("PatNum"))
    kind = ask.args.text("breakType", "")
    if row["AptStatus"] != "Scheduled":
        raise Refusal(400, "Only appointments with a status of Scheduled can be broken.")
    if kind and practice.preference("BrokenApptProcedure") in ("", "0"):
        raise Refusal(400, "breakType is not allowed by the office's broken appointment procedure type.")
    changes: dict[str, Value] = {"AptStatus": "Broken"}
    if ask.args.flag("sendToUnscheduledList"):
        changes["AptStatus"] = switches.break_to_list_status
        if switches.break_to_list_op == "zero":
            changes["Op"] = 0
    visits.alter(
        practice,
        row.number("AptNum"),
        changes,
        action=kind or switches.plain_break_history,
        source=source(ask),
    )
    _break_traces(ask, kind)
    return Answer()


def _break_traces(ask: Ask, kind: str) -> None:
    practice, pat_num = ask.practice, ask.row["PatNum"]
    if kind:
        procedure: dict[str, Value] = {
            **{name: ask.row[name] for name in ("PatNum", "ProvNum", "ClinicNum")},
            "ProcDate": practice.today(),
            "procCode": BREAK_PROCEDURES[kind],
            "ProcStatus": "C",
        }
        practice.insert("procedurelogs", procedure)
    if practice.switches.break_makes_commlog:
        commlog: dict[str, Value] = {
            "PatNum": pat_num,
            "CommDateTime": practice.now(),
            "CommType": practice.first_definition(COMM_TYPES),
            "Note": "Appointment broken.",
        }
        practice.insert("commlogs", commlog)


def _note(ask: Ask) -> Answer:
    refuse_deleted(ask.practice, ask.row.number("PatNum"))
    before, added = ask.row.text("Note"), ask.args.text("Note")
    note = f"{before}\r\n{added}" if before else added
    visits.alter(ask.practice, ask.row.number("AptNum"), {"Note": note}, source=source(ask))
    return Answer()


def _confirm(ask: Ask) -> Answer:
    refuse_deleted(ask.practice, ask.row.number("PatNum"))
    if ("confirmVal" in ask.args) == ("defNum" in ask.args):
        raise Refusal(400, "Either confirmVal or defNum is required.")
    number = ask.args.number("defNum", 0) or _chosen(ask, ask.args.text("confirmVal", "None"))
    visits.alter(ask.practice, ask.row.number("AptNum"), {"Confirmed": number}, source=source(ask))
    return Answer()


def _chosen(ask: Ask, word: str) -> int:
    """Return the definition that the office chose for *word*; None is the first of the category."""
    number = ask.practice.first_definition(CONFIRMED) if word == "None" else ask.practice.confirmations.get(word, 0)
    if not number:
        raise not_found("Confirmed")
    return number


def _plan(ask: Ask) -> Answer:
    practice, patient = ask.practice, ask.args.number("PatNum")
    refuse_deleted(practice, patient)
    wanted = _procedures(ask)
    planned = [r for r in practice.rows("appointments") if r["PatNum"] == patient and r["AptStatus"] == "Planned"]
    given = Row({name: value for name, value in ask.args.items() if name != "procNums"})
    fixed: dict[str, Value] = {"AptStatus": "Planned", "Op": 0, "ItemOrderPlanned": len(planned) + 1}
    clinic: dict[str, Value] = {"ClinicNum": practice.patients[patient]["ClinicNum"]}
    fields = Row({**_planned_length(ask), **clinic, **given, **fixed})
    row = visits.book(practice, fields, source(ask))
    for proc in wanted:
        proc["PlannedAptNum"] = row["AptNum"]
    visits.describe(practice, row)
    return created(ask, APPOINTMENT, row)


def _planned_length(ask: Ask) -> dict[str, Value]:
    """Return the office's length for visits without procedures, where it has switched that on."""
    minutes = int(ask.practice.preference("AppointmentWithoutProcsDefaultLength") or 0)
    if ask.practice.preference("ApptsRequireProc") != "0" or minutes < 10 or ask.args.number("AppointmentTypeNum", 0):
        return {}
    return {"Pattern": "/" + "X" * (minutes // 5 - 2) + "/"}


def _procedures(ask: Ask) -> list[Row]:
    numbers = ask.args.get("procNums", ())
    assert isinstance(numbers, tuple)
    if not numbers and not ask.args.number("AppointmentTypeNum", 0):
        raise required("AppointmentTypeNum or procNums")
    # Repeated numbers are ignored.
    rows = [ask.practice.find("procedurelogs", number) for number in dict.fromkeys(numbers)]
    if None in rows:
        raise not_found("Procedure")
    return [row for row in rows if row is not None]


_COPIED = names(
    "PatNum Pattern PatternSecondary Note ProvHyg ClinicNum IsHygiene IsNewPatient Priority AppointmentTypeNum "
    "colorOverride"
)


def _schedule_planned(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    planned = practice.find("appointments", args.number("AptNum"))
    if planned is None:
        raise not_found("Appointment")
    if planned["AptStatus"] != "Planned":
        raise Refusal(400, "Appointment is not a planned appointment.")
    refuse_deleted(practice, planned.number("PatNum"))
    copied = {name: planned[name] for name in _COPIED}
    given = {name: value for name, value in args.items() if name != "AptNum"}
    fields = Row({**copied, **given, "AptStatus": "Scheduled", "NextAptNum": args["AptNum"]})
    visits.check_place(practice, visits.with_defaults(practice, fields))
    return created(ask, APPOINTMENT, visits.book(practice, fields, source(ask)))


_PLANNED = "Pattern Confirmed Note ProvNum ProvHyg ClinicNum IsHygiene IsNewPatient Priority PatternSecondary@23.3.17"

ENDPOINTS = (
    Endpoint(
        verb="PUT",
        route=f"{_ITEM}/Break",
        since="21.3",
        permission="ApiComm",
        body=(Param("sendToUnscheduledList", BOOL, required=True), Param("breakType", words("Missed", "Cancelled"))),
        schema=APPOINTMENT,
        run=_break,
    ),
    Endpoint(
        verb="PUT",
        route=f"{_ITEM}/Note",
        since="21.1",
        permission="ApiComm",
        body=(Param("Note", TEXT, required=True),),
        schema=APPOINTMENT,
        run=_note,
    ),
    Endpoint(
        verb="PUT",
        route=f"{_ITEM}/Confirm",
        since="21.1",
        permission="ApiComm",
        body=(
            Param("confirmVal", words(*CONFIRM_WORDS)),
            Param("defNum", definition(CONFIRMED, "Confirmed"), "21.2"),
        ),
        schema=APPOINTMENT,
        run=_confirm,
    ),
    Endpoint(
        verb="POST",
        route="/appointments/Planned",
        since="22.2.31",
        permission="ApiAppointments",
        body=(
            Param("PatNum", PATIENT_KEY, required=True),
            Param("AppointmentTypeNum", key_of("appointmenttypes", "AppointmentType")),
            Param("procNums", INTS),
            *accept(APPOINTMENT, _PLANNED),
        ),
        run=_plan,
    ),
    Endpoint(
        verb="POST",
        route="/appointments/SchedulePlanned",
        since="22.2",
        permission="ApiAppointments",
        body=(
            Param("AptNum", INT, required=True),
            Param("AptDateTime", filled(DATETIME), required=True),
            Param("ProvNum", key_of("providers", "Provider", zero=False), required=True),
            Param("Op", key_of("operatories", "Operatory", zero=False), required=True),
            *accept(APPOINTMENT, "Confirmed Note"),
        ),
        run=_schedule_planned,
    ),
)
