"""Free times (page "Appointments"): ``Slots`` with whole intervals, ``SlotsWebSched`` cut to the length of a type."""

from __future__ import annotations

from datetime import date, timedelta

from odnexus.testing.opendental import openings, visits
from odnexus.testing.opendental.endpoints import Answer, Ask, Endpoint, Param
from odnexus.testing.opendental.openings import Opening
from odnexus.testing.opendental.practice import EXISTING_TYPES, NEW_PATIENT_TYPES
from odnexus.testing.opendental.refusals import Refusal, invalid, not_found, required
from odnexus.testing.opendental.resources.appointments import require_clinic
from odnexus.testing.opendental.schema import Shown
from odnexus.testing.opendental.values import BOOL, DATE, INT, Row, key_of

_DATES = (Param("date", DATE), Param("dateStart", DATE), Param("dateEnd", DATE))
TWO_WEEKS = timedelta(days=13)
"""From today to the last of the next fourteen days."""


def _range(ask: Ask) -> tuple[date, date]:
    today, args = ask.practice.today(), ask.args
    if "date" in args:
        first = last = args.day("date")
    else:
        first = args.day("dateStart", today)
        last = args.day("dateEnd", min(first, date.max - TWO_WEEKS) + TWO_WEEKS)
    if first < today or last < first:
        raise Refusal(400, "date must be today or in the future.")
    return first, last


def _row(opening: Opening) -> Shown:
    return {
        "DateTimeStart": opening.start,
        "DateTimeEnd": opening.end,
        "ProvNum": opening.provider,
        "OpNum": opening.operatory,
    }


def _slots(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    provider = args.number("ProvNum", 0) or practice.default_provider()
    shortest = timedelta(minutes=args.number("lengthMinutes", 0))
    found = [
        opening
        for day in openings.days(practice, *_range(ask))
        for opening in openings.free(practice, day, provider, args.number("OpNum", 0))
    ]
    return Answer(content=[_row(opening) for opening in found if opening.end - opening.start >= shortest])


def web_sched_type(ask: Ask) -> tuple[Row, Row]:
    """Return the definition and the appointment type that ``defNumApptType`` names, or refuse it."""
    number = ask.args.number("defNumApptType")
    choice = ask.practice.find("definitions", number)
    kind = ask.practice.find("appointmenttypes", ask.practice.web_sched_types.get(number, 0))
    if choice is None or choice["Category"] not in (NEW_PATIENT_TYPES, EXISTING_TYPES):
        raise not_found("defNumApptType")
    if kind is None:
        raise invalid("defNumApptType")
    return choice, kind


def web_sched_slots(ask: Ask, kind: Row, first: date, last: date) -> list[Opening]:
    """Return the times of any provider, in operatories for Web Sched, cut to the length of *kind*."""
    practice = ask.practice
    length = visits.UNIT * len(kind.text("Pattern") or visits.DEFAULT_PATTERN)
    rooms = [
        room
        for room in practice.rows("operatories")
        if room["IsWebSched"]
        and not room["IsHidden"]
        and ("ClinicNum" not in ask.args or room["ClinicNum"] == ask.args["ClinicNum"])
    ]
    return [
        piece
        for day in openings.days(practice, first, last)
        for room in rooms
        for provider in practice.rows("providers")
        for opening in openings.free(practice, day, provider.number("ProvNum"), room.number("OperatoryNum"))
        for piece in _cut(opening, length)
    ]


def _cut(opening: Opening, length: timedelta) -> list[Opening]:
    count = (opening.end - opening.start) // length
    starts = [opening.start + length * n for n in range(count)]
    return [
        Opening(start=start, end=start + length, provider=opening.provider, operatory=opening.operatory)
        for start in starts
    ]


def _slots_web_sched(ask: Ask) -> Answer:
    require_clinic(ask)
    if "defNumApptType" not in ask.args:
        raise required("defNumApptType")
    choice, kind = web_sched_type(ask)
    if (choice["Category"] == NEW_PATIENT_TYPES) != ask.args.flag("isNewPatient", default=False):
        raise invalid("defNumApptType")
    return Answer(content=[_row(opening) for opening in web_sched_slots(ask, kind, *_range(ask))])


ENDPOINTS = (
    Endpoint(
        verb="GET",
        route="/appointments/Slots",
        since="21.1",
        query=(
            *_DATES,
            Param("lengthMinutes", INT),
            Param("ProvNum", key_of("providers", "Provider")),
            Param("OpNum", key_of("operatories", "Operatory"), "22.1"),
        ),
        paged=True,
        run=_slots,
    ),
    Endpoint(
        verb="GET",
        route="/appointments/SlotsWebSched",
        since="21.1",
        query=(*_DATES, Param("ClinicNum", INT), Param("defNumApptType", INT), Param("isNewPatient", BOOL)),
        paged=True,
        run=_slots_web_sched,
    ),
)
