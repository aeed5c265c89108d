"""Appointments: what may be asked and sent (pages "API Appointments", "API HistAppointments"). None can be deleted."""

from __future__ import annotations

from odnexus.opendental import kinds
from odnexus.opendental.endpoints import Endpoint, all_or_none, exactly_one, fields, may, must, same_length, since
from odnexus.opendental.filters import changed_since, equals, from_day, on_day, until_day
from odnexus.opendental.kinds import words
from odnexus.opendental.models import AptStatus, BreakType, ConfirmVal, HistApptAction, Priority

PAGE = "API Appointments"

_PRIORITY = words(Priority, clear=Priority.NORMAL)
_NOT_AT_CREATION = (AptStatus.NONE, AptStatus.ASAP, AptStatus.BROKEN, AptStatus.PLANNED)
_NOT_BY_UPDATE = (AptStatus.NONE, AptStatus.ASAP)


def _statuses(*refused: AptStatus) -> kinds.Kind:
    return words(AptStatus, *(status for status in AptStatus if status not in refused))


_DETAILS = (
    may("Pattern", kinds.PATTERN),
    may("Confirmed", kinds.POSITIVE),
    may("Note", kinds.TEXT),
    may("ProvNum", kinds.POSITIVE),
    may("ProvHyg", kinds.KEY),
    may("ClinicNum", kinds.KEY),
    may("IsHygiene", kinds.BOOLEAN),
    # Written as a time of day, read as a date and time.
    may("DateTimeArrived", kinds.TIME, "25.2.10"),
    may("DateTimeSeated", kinds.TIME, "25.2.10"),
    may("DateTimeDismissed", kinds.TIME, "25.2.10"),
    may("IsNewPatient", kinds.BOOLEAN, "21.3"),
    may("Priority", _PRIORITY, "22.1"),
    may("AppointmentTypeNum", kinds.KEY, "22.1"),
    may("colorOverride", kinds.COLOR, "22.3.9"),
    may("PatternSecondary", kinds.PATTERN, "23.3.17"),
    # Named by sources of 2026 only, gate unknown: refusing is better than an office that drops them silently.
    may("Assistant", kinds.KEY, "26.1"),
    may("IsMirrored", kinds.BOOLEAN, "26.1"),
)

GET = Endpoint(method="GET", path="/appointments/{AptNum}", permission="ApiReadAll", page=PAGE)

LIST = Endpoint(
    method="GET",
    path="/appointments",
    permission="ApiReadAll",
    page=PAGE,
    params=fields(
        may("PatNum", kinds.POSITIVE, "21.4", check=equals("pat_num")),
        may("AptStatus", _statuses(AptStatus.NONE), "22.4.28", check=equals("apt_status")),
        may("Op", kinds.NUMBER, "23.2.27", check=equals("op")),
        may("date", kinds.DATE, check=on_day("apt_date_time")),
        may("dateStart", kinds.DATE, check=from_day("apt_date_time")),
        may("dateEnd", kinds.DATE, check=until_day("apt_date_time")),
        may("ClinicNum", kinds.NUMBER, check=equals("clinic_num")),
        may("DateTStamp", kinds.DATE_TIME, check=changed_since("date_t_stamp")),
        may("AppointmentTypeNum", kinds.NUMBER, "24.4.22", check=equals("appointment_type_num")),
        may("Offset", kinds.NUMBER),
    ),
)

ASAP = Endpoint(
    method="GET",
    path="/appointments/ASAP",
    permission="ApiReadAll",
    page=PAGE,
    params=fields(
        may("ClinicNum", kinds.NUMBER, check=equals("clinic_num")),
        may("ProvNum", kinds.POSITIVE),
        may("Offset", kinds.NUMBER),
    ),
)

SLOTS = Endpoint(
    method="GET",
    path="/appointments/Slots",
    permission="ApiReadAll",
    page=PAGE,
    params=fields(
        may("date", kinds.DATE, check=on_day("date_time_start")),
        may("dateStart", kinds.DATE, check=from_day("date_time_start")),
        may("dateEnd", kinds.DATE, check=until_day("date_time_start")),
        may("lengthMinutes", kinds.POSITIVE),
        may("ProvNum", kinds.POSITIVE, check=equals("prov_num")),
        may("OpNum", kinds.POSITIVE, "22.1", check=equals("op_num")),
        may("Offset", kinds.NUMBER),
    ),
    rules=(all_or_none("date_start", "date_end"),),
)

SLOTS_WEB_SCHED = Endpoint(
    method="GET",
    path="/appointments/SlotsWebSched",
    permission="ApiReadAll",
    page=PAGE,
    params=fields(
        may("date", kinds.DATE, check=on_day("date_time_start")),
        may("dateStart", kinds.DATE, check=from_day("date_time_start")),
        may("dateEnd", kinds.DATE, check=until_day("date_time_start")),
        may("ClinicNum", kinds.NUMBER),
        may("defNumApptType", kinds.POSITIVE),
        may("isNewPatient", kinds.BOOLEAN),
        may("Offset", kinds.NUMBER),
    ),
    rules=(all_or_none("date_start", "date_end"),),
)

WEB_SCHED = Endpoint(
    method="GET",
    path="/appointments/WebSched",
    gate=since("21.3"),
    permission="ApiReadAll",
    page=PAGE,
    params=fields(
        # Which time the dates mean is not documented, so they are not checked on the rows.
        may("date", kinds.DATE),
        may("dateStart", kinds.DATE),
        may("dateEnd", kinds.DATE),
        may("DateTStamp", kinds.DATE_TIME, check=changed_since("date_t_stamp")),
        may("ClinicNum", kinds.NUMBER, check=equals("clinic_num")),
        may("Offset", kinds.NUMBER),
    ),
)

CREATE = Endpoint(
    method="POST",
    path="/appointments",
    permission="ApiAppointments",
    page=PAGE,
    repeatable=False,
    body=fields(
        must("PatNum", kinds.POSITIVE),
        must("Op", kinds.POSITIVE),
        must("AptDateTime", kinds.DATE_TIME.keep()),
        may("AptStatus", _statuses(*_NOT_AT_CREATION)),
        *_DETAILS,
        may("SecUserNumEntry", kinds.NUMBER, "25.1.27"),
    ),
    rules=(same_length("pattern", "pattern_secondary"),),
)

CREATE_PLANNED = Endpoint(
    method="POST",
    path="/appointments/Planned",
    gate=since("22.2.31"),
    permission="ApiAppointments",
    page=PAGE,
    repeatable=False,
    body=fields(
        must("PatNum", kinds.POSITIVE),
        may("AppointmentTypeNum", kinds.KEY),
        may("procNums", kinds.NUMBER_LIST),
        may("Pattern", kinds.PATTERN),
        may("Confirmed", kinds.POSITIVE),
        may("Note", kinds.TEXT),
        may("ProvNum", kinds.POSITIVE),
        may("ProvHyg", kinds.KEY),
        may("ClinicNum", kinds.KEY),
        may("IsHygiene", kinds.BOOLEAN),
        may("IsNewPatient", kinds.BOOLEAN),
        may("Priority", _PRIORITY),
        may("PatternSecondary", kinds.PATTERN, "23.3.17"),
    ),
    rules=(same_length("pattern", "pattern_secondary"),),
)

SCHEDULE_PLANNED = Endpoint(
    method="POST",
    path="/appointments/SchedulePlanned",
    gate=since("22.2"),
    permission="ApiAppointments",
    page=PAGE,
    repeatable=False,
    body=fields(
        must("AptNum", kinds.POSITIVE),
        must("AptDateTime", kinds.DATE_TIME.keep()),
        must("ProvNum", kinds.POSITIVE),
        must("Op", kinds.POSITIVE),
        may("Confirmed", kinds.POSITIVE),
        may("Note", kinds.TEXT),
    ),
)

CREATE_WEB_SCHED = Endpoint(
    method="POST",
    path="/appointments/WebSched",
    gate=since("21.3"),
    permission="ApiAppointments",
    page=PAGE,
    repeatable=False,
    body=fields(
        must("PatNum", kinds.POSITIVE),
        must("DateTimeStart", kinds.DATE_TIME.keep()),
        must("DateTimeEnd", kinds.DATE_TIME.keep()),
        must("ProvNum", kinds.POSITIVE),
        must("OpNum", kinds.POSITIVE),
        must("defNumApptType", kinds.POSITIVE),
    ),
)

UPDATE = Endpoint(
    method="PUT",
    path="/appointments/{AptNum}",
    permission="ApiAppointments",
    page=PAGE,
    partial=True,
    body=fields(
        may("AptStatus", _statuses(*_NOT_BY_UPDATE)),
        may("Op", kinds.NUMBER),
        may("AptDateTime", kinds.DATE_TIME.keep()),
        *_DETAILS,
        may("UnschedStatus", kinds.KEY, "22.2"),
    ),
    rules=(same_length("pattern", "pattern_secondary"),),
)

BREAK = Endpoint(
    method="PUT",
    path="/appointments/{AptNum}/Break",
    gate=since("21.3"),
    permission="ApiComm",
    page=PAGE,
    repeatable=False,
    body=fields(must("sendToUnscheduledList", kinds.BOOLEAN), may("breakType", words(BreakType))),
)

NOTE = Endpoint(
    method="PUT",
    path="/appointments/{AptNum}/Note",
    permission="ApiComm",
    page=PAGE,
    repeatable=False,
    body=fields(must("Note", kinds.SOME_TEXT)),
)

CONFIRM = Endpoint(
    method="PUT",
    path="/appointments/{AptNum}/Confirm",
    permission="ApiComm",
    page=PAGE,
    body=fields(may("confirmVal", words(ConfirmVal)), may("defNum", kinds.POSITIVE, "21.2")),
    rules=(exactly_one("confirm_val", "def_num"),),
)

HISTORY = Endpoint(
    method="GET",
    path="/histappointments",
    gate=since("23.1.30"),
    permission="ApiReadAll",
    page="API HistAppointments",
    lasting=True,
    params=fields(
        may("HistApptAction", words(HistApptAction), check=equals("hist_appt_action")),
        may("AptNum", kinds.POSITIVE, check=equals("apt_num")),
        may("PatNum", kinds.POSITIVE, check=equals("pat_num")),
        may(
            "AptStatus",
            _statuses(AptStatus.NONE, AptStatus.ASAP, AptStatus.PT_NOTE, AptStatus.PT_NOTE_COMPLETED),
            check=equals("apt_status"),
        ),
        may("ClinicNum", kinds.NUMBER, check=equals("clinic_num")),
        # Which time the dates mean is not documented, so they are not checked on the rows.
        may("date", kinds.DATE),
        may("dateStart", kinds.DATE),
        may("dateEnd", kinds.DATE),
        may("Offset", kinds.NUMBER),
    ),
)

ENDPOINTS = (
    GET,
    LIST,
    ASAP,
    SLOTS,
    SLOTS_WEB_SCHED,
    WEB_SCHED,
    CREATE,
    CREATE_PLANNED,
    SCHEDULE_PLANNED,
    CREATE_WEB_SCHED,
    UPDATE,
    BREAK,
    NOTE,
    CONFIRM,
    HISTORY,
)
