"""What a schedule is made of: operatories, appointment types and its own rows (pages of these names).

Everything in the answers of ``/schedules`` is a string, keys included.
"""

from __future__ import annotations

from odnexus.testing.opendental.endpoints import (
    Answer,
    Ask,
    Endpoint,
    Filter,
    dated,
    listing,
    reading,
    same,
    select,
)
from odnexus.testing.opendental.practice import BLOCKOUTS, Practice
from odnexus.testing.opendental.schema import UNVERIFIED, Field, Listing, Schema, Shown, hidden, show, twin
from odnexus.testing.opendental.twins import definition_text
from odnexus.testing.opendental.values import (
    BOOL,
    COLOR,
    DATE,
    DATETIME,
    INT,
    PATTERN,
    TEXT,
    TIME,
    Row,
    definition,
    filled,
    filter_key,
    key_of,
    shaped,
    words,
)

OPERATORY = Schema(
    name="operatories",
    key="OperatoryNum",
    one="Operatory",
    stamp="DateTStamp",
    fields=(
        Field("OperatoryNum", INT),
        Field("OpName", filled(TEXT)),
        Field("Abbrev", TEXT),
        Field("ItemOrder", INT),
        Field("IsHidden", BOOL),
        Field("ProvDentist", key_of("providers", "Provider")),
        Field("ProvHygienist", key_of("providers", "Provider")),
        Field("IsHygiene", BOOL),
        Field("ClinicNum", key_of("clinics", "Clinic")),
        Field("SetProspective", BOOL),
        Field("IsWebSched", BOOL),
        Field("OperatoryType", definition(55, "OperatoryType", zero=True)),
        twin("operatoryType", definition_text("OperatoryType")),
        # No answer shows it; the sender of events watches it.
        hidden("DateTStamp", DATETIME),
    ),
)

APPOINTMENT_TYPE = Schema(
    name="appointmenttypes",
    key="AppointmentTypeNum",
    one="AppointmentType",
    first_key=11,
    defaults={"appointmentTypeColor": "0,0,0"},
    fields=(
        Field("AppointmentTypeNum", INT),
        Field("AppointmentTypeName", filled(TEXT)),
        Field("appointmentTypeColor", COLOR),
        Field("IsHidden", BOOL),
        Field("Pattern", PATTERN),
        Field("CodeStr", TEXT),
        Field("CodeStrRequired", TEXT),
        Field("RequiredProcCodesNeeded", words("None", "AtLeastOne", "All")),
        Field("BlockoutTypes", TEXT),
    ),
)

SCHEDULE_TYPES = words("Practice", "Provider", "Blockout", "Employee", "WebSchedASAP")

SCHEDULE = Schema(
    name="schedules",
    key="ScheduleNum",
    one="Schedule",
    first_key=901,
    stamp="DateTStamp",
    fields=(
        Field("ScheduleNum", INT),
        Field("SchedDate", DATE),
        Field("StartTime", TIME),
        Field("StopTime", TIME),
        Field("SchedType", SCHEDULE_TYPES),
        Field("ProvNum", key_of("providers", "Provider")),
        Field("BlockoutType", definition(BLOCKOUTS, "BlockoutType", zero=True)),
        twin("blockoutType", definition_text("BlockoutType")),
        Field("Note", TEXT),
        Field("operatories", shaped(r"\d+(,\d+)*")),
        Field("EmployeeNum", INT),
        Field("DateTStamp", DATETIME, UNVERIFIED),
        # A holiday closes the office, a note does not; the column is not returned.
        hidden("Status", words("Open", "Override", "Holiday")),
    ),
)

_SCHEDULE_FILTERS = (
    *dated(lambda _: "SchedDate"),
    same("SchedType", SCHEDULE_TYPES),
    Filter("BlockoutDefNum", INT, lambda _, row, value: row["BlockoutType"] == value),
    same("ProvNum", INT),
    same("EmployeeNum", INT),
)


def _by_start(practice: Practice) -> list[Row]:
    return sorted(practice.rows("schedules"), key=lambda row: (row.clock_time("StartTime"), row.day("SchedDate")))


def _schedules(ask: Ask) -> Answer:
    rows = select(ask, _by_start(ask.practice), _SCHEDULE_FILTERS)
    if not {"date", "dateStart", "dateEnd"} & set(ask.args):
        # Without dates: today.
        rows = [row for row in rows if row["SchedDate"] == ask.practice.today()]
    return Answer(content=Listing(rows, lambda row: _texts(ask, row)))


def _schedule(ask: Ask) -> Answer:
    return Answer(content=_texts(ask, ask.row))


def _texts(ask: Ask, row: Row) -> Shown:
    shown = show(ask.practice, SCHEDULE, row)
    return {name: str(value) if isinstance(value, int) else value for name, value in shown.items()}


ENDPOINTS = (
    reading(OPERATORY, "24.1.10"),
    listing(OPERATORY, same("ClinicNum", filter_key("clinics", "Clinic"))),
    listing(APPOINTMENT_TYPE, gate="22.4.10"),
    Endpoint(verb="GET", route="/schedules/{ScheduleNum}", since="22.1", schema=SCHEDULE, run=_schedule),
    Endpoint(
        verb="GET",
        route="/schedules",
        since="22.1",
        query=tuple(item.param() for item in _SCHEDULE_FILTERS),
        paged=True,
        run=_schedules,
    ),
)
