"""Who wants to come sooner: recalls and the texts of Web Sched ASAP (pages "Recalls" and "AsapComms").

A text goes out once per request, however often the same is asked; the blockout that keeps the time free stands in the
schedule. Refusals carry the rules the page names; their words are not documented.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from odnexus.testing.opendental import visits
from odnexus.testing.opendental.endpoints import (
    OTHERS,
    Answer,
    Ask,
    Endpoint,
    Param,
    accept,
    created,
    listing,
    reading,
    same,
)
from odnexus.testing.opendental.practice import UNSCHEDULED
from odnexus.testing.opendental.refusals import Refusal, not_found, required
from odnexus.testing.opendental.schema import Field, Schema, show_all, twin
from odnexus.testing.opendental.twins import definition_text
from odnexus.testing.opendental.values import (
    BOOL,
    DATE,
    DATETIME,
    DECIMAL,
    INT,
    TEXT,
    Row,
    definition,
    filled,
    filter_key,
    key_of,
    words,
)

PRIORITY = words("Normal", "ASAP")

RECALL = Schema(
    name="recalls",
    key="RecallNum",
    one="Recall",
    first_key=4001,
    stamp="DateTStamp",
    fields=(
        Field("RecallNum", INT),
        Field("PatNum", key_of("patients", "Patient", zero=False)),
        Field("DateDue", DATE),
        Field("DatePrevious", DATE),
        Field("RecallInterval", TEXT),
        Field("RecallStatus", definition(UNSCHEDULED, "RecallStatus", zero=True)),
        twin("recallStatus", definition_text("RecallStatus")),
        Field("Note", TEXT),
        Field("IsDisabled", BOOL),
        Field("DateTStamp", DATETIME),
        Field("RecallTypeNum", INT),
        Field("DisableUntilBalance", DECIMAL),
        Field("DisableUntilDate", DATE),
        Field("DateScheduled", DATE),
        Field("Priority", PRIORITY),
        Field("TimePatternOverride", TEXT),
    ),
)

ASAP_COMM = Schema(
    name="asapcomms",
    key="AsapCommNum",
    one="AsapComm",
    first_key=601,
    entered=("DateTimeEntry",),
    defaults={"SmsSendStatus": "SendNotAttempted", "ResponseStatus": "AwaitingTransmit"},
    fields=(
        Field("AsapCommNum", INT),
        Field("FKey", INT),
        Field("FKeyType", words("None", "ScheduledAppt", "UnscheduledAppt", "PlannedAppt", "Recall", "Broken")),
        Field("ScheduleNum", INT),
        Field("PatNum", INT),
        Field("ClinicNum", INT),
        Field("DateTimeEntry", DATETIME),
        Field("DateTimeExpire", DATETIME),
        Field("DateTimeSmsScheduled", DATETIME),
        Field("SmsSendStatus", TEXT),
        Field("DateTimeSmsSent", DATETIME),
        Field("ResponseStatus", TEXT),
        Field("DateTimeOrig", DATETIME),
        Field("TemplateText", TEXT),
        Field("Note", TEXT),
    ),
)

KEY_TYPES = {
    "Scheduled": "ScheduledAppt",
    "UnschedList": "UnscheduledAppt",
    "Planned": "PlannedAppt",
    "Broken": "Broken",
}


def _offer(ask: Ask) -> Answer:
    practice, args = ask.practice, ask.args
    if ("aptNum" in args) == ("recallNum" in args):
        raise required("aptNum or recallNum")
    subject, kind, minutes = _wanted(ask)
    if subject["Priority"] != "ASAP":
        raise Refusal(400, "Priority must be ASAP.")
    start = args.moment("dateTimeStart")
    end = start + timedelta(minutes=minutes)
    if visits.overlapping(practice, args.number("op"), (start, end), subject.number("AptNum", 0)):
        raise Refusal(400, "The time overlaps another appointment.")
    block = practice.add_schedule(
        SchedDate=start.date(),
        StartTime=start.time(),
        StopTime=end.time(),
        SchedType="WebSchedASAP",
        operatories=str(args["op"]),
    )
    row = practice.insert(
        "asapcomms",
        {
            "FKey": subject.number("AptNum", 0) or subject.number("RecallNum"),
            "FKeyType": kind,
            "ScheduleNum": block,
            "PatNum": subject["PatNum"],
            "DateTimeExpire": start,
            "DateTimeOrig": subject.moment("AptDateTime", datetime.min),
        },
    )
    return created(ask, ASAP_COMM, row)


def _wanted(ask: Ask) -> tuple[Row, str, int]:
    """Return what the offer is about, how it is called, and how long it lasts in minutes."""
    practice, args = ask.practice, ask.args
    if "recallNum" in args:
        recall = practice.find("recalls", args.number("recallNum"))
        if recall is None:
            raise not_found("Recall")
        return recall, "Recall", 60
    visit = practice.find("appointments", args.number("aptNum"))
    if visit is None:
        raise not_found("Appointment")
    return visit, KEY_TYPES.get(visit.text("AptStatus"), "None"), 5 * len(visit.text("Pattern"))


def _texts(ask: Ask) -> Answer:
    args, today = ask.args, ask.practice.today()
    first = args.day("dateStart", today - timedelta(days=7))
    # "DateTimeEntry < dateEnd; default today midnight" (page "AsapComms").
    end = args.day("dateEnd", today)
    rows = [
        row
        for row in ask.practice.rows("asapcomms")
        if (row.day("DateTimeEntry") == args["date"] if "date" in args else first <= row.day("DateTimeEntry") < end)
    ]
    clinic = args.get("ClinicNum")
    return Answer(
        content=show_all(ask.practice, ASAP_COMM, [row for row in rows if clinic in (None, row["ClinicNum"])])
    )


def _change_recall(ask: Ask) -> Answer:
    ask.practice.change("recalls", ask.row.number("RecallNum"), ask.args)
    return Answer()


ENDPOINTS = (
    listing(RECALL, same("PatNum", filter_key("patients", "Patient")), gate="22.4.40"),
    Endpoint(
        verb="PUT",
        route="/recalls/{RecallNum}",
        since="24.2.31",
        permission=OTHERS,
        body=accept(
            RECALL,
            "DateDue RecallInterval RecallStatus Note IsDisabled DisableUntilBalance DisableUntilDate Priority "
            "TimePatternOverride",
        ),
        schema=RECALL,
        run=_change_recall,
    ),
    reading(ASAP_COMM, "23.3.3"),
    Endpoint(
        verb="GET",
        route="/asapcomms",
        since="23.3.3",
        query=(Param("ClinicNum", INT), Param("date", DATE), Param("dateStart", DATE), Param("dateEnd", DATE)),
        paged=True,
        run=_texts,
    ),
    Endpoint(
        verb="POST",
        route="/asapcomms",
        since="23.3.3",
        permission="ApiTextingASAP",
        body=(
            Param("op", key_of("operatories", "Operatory", zero=False), required=True),
            Param("dateTimeStart", filled(DATETIME), required=True),
            Param("aptNum", INT),
            Param("recallNum", INT, "25.2.9"),
        ),
        run=_offer,
    ),
)
