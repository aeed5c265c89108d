"""Web Sched appointments (page "Appointments"): the reduced rows, and booking a slot of ``SlotsWebSched``."""

from __future__ import annotations

from odnexus.testing.opendental import visits
from odnexus.testing.opendental.endpoints import (
    Answer,
    Ask,
    Endpoint,
    Param,
    created,
    dated,
    ordered,
    same,
    select,
    touched,
)
from odnexus.testing.opendental.practice import CONFIRMED, NEW_PATIENT_TYPES
from odnexus.testing.opendental.refusals import Refusal, required
from odnexus.testing.opendental.resources.appointments import APPOINTMENT, PATIENT_KEY, source
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.resources.slots import web_sched_slots, web_sched_type
from odnexus.testing.opendental.schema import Listing, Shown, names, show, stamper
from odnexus.testing.opendental.values import DATETIME, INT, Row, filter_key, key_of

ROW = names(
    "AptNum PatNum AptStatus Pattern Confirmed confirmed Op Note ProvNum provAbbr ProvHyg AptDateTime NextAptNum "
    "UnschedStatus unschedStatus ProcDescript ClinicNum IsHygiene DateTStamp DateTimeArrived DateTimeSeated "
    "DateTimeDismissed AppointmentTypeNum"
)

_FILTERS = (
    *dated(lambda _: "AptDateTime"),
    touched("DateTStamp"),
    same("ClinicNum", filter_key("clinics", "Clinic")),
)


def _list(ask: Ask) -> Answer:
    rows = select(ask, ordered(ask.practice, APPOINTMENT), _FILTERS)
    return Answer(content=Listing(rows, lambda row: _short(ask, row)).map(stamper(ask.practice, last=True)))


def _short(ask: Ask, row: Row) -> Shown:
    full = show(ask.practice, APPOINTMENT, row)
    short = {name: full[name] for name in ROW}
    # This method writes its boolean in capitals.
    return {**short, "IsHygiene": str(row.flag("IsHygiene")), "eServiceLogType": row["eServiceLogType"]}


def _book(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    refuse_deleted(practice, args.number("PatNum"))
    # The example writes these two in camel case, the list of parameters in Pascal case.
    start, end = (_either(args, name) for name in ("DateTimeStart", "DateTimeEnd"))
    choice, kind = web_sched_type(ask)
    day = start.moment("at").date()
    wanted = (start["at"], end["at"], args["ProvNum"], args["OpNum"])
    found = web_sched_slots(ask, kind, day, day)
    if wanted not in [(slot.start, slot.end, slot.provider, slot.operatory) for slot in found]:
        raise Refusal(400, "The time slot is not available.")
    is_new = choice["Category"] == NEW_PATIENT_TYPES
    fields = Row(
        {
            "PatNum": args["PatNum"],
            "Op": args["OpNum"],
            "AptDateTime": start["at"],
            "ProvNum": args["ProvNum"],
            "Pattern": kind.text("Pattern") or visits.DEFAULT_PATTERN,
            "AppointmentTypeNum": kind["AppointmentTypeNum"],
            "Confirmed": practice.definition_named(CONFIRMED, "Created from Web Sched")
            or practice.first_definition(CONFIRMED),
            "Note": f"Appointment Reason: {choice['ItemName']}",
            "IsNewPatient": is_new,
            "eServiceLogType": "NewPat" if is_new else "ExistingPat",
        }
    )
    return created(ask, APPOINTMENT, visits.book(practice, fields, source(ask)))


def _either(args: Row, name: str) -> Row:
    camel = name[0].lower() + name[1:]
    if name not in args and camel not in args:
        raise required(name)
    return Row({"at": args[name] if name in args else args[camel]})


ENDPOINTS = (
    Endpoint(
        verb="GET",
        route="/appointments/WebSched",
        since="21.3",
        query=tuple(item.param() for item in _FILTERS),
        paged=True,
        run=_list,
    ),
    Endpoint(
        verb="POST",
        route="/appointments/WebSched",
        since="21.3",
        permission="ApiAppointments",
        body=(
            Param("PatNum", PATIENT_KEY, required=True),
            Param("DateTimeStart", DATETIME),
            Param("DateTimeEnd", DATETIME),
            Param("dateTimeStart", DATETIME),
            Param("dateTimeEnd", DATETIME),
            Param("ProvNum", key_of("providers", "Provider", zero=False), required=True),
            Param("OpNum", key_of("operatories", "Operatory", zero=False), required=True),
            Param("defNumApptType", INT, required=True),
        ),
        run=_book,
    ),
)
