"""What the journal, the matcher and the domain events say, in words for a person at the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from odnexus.cli.demo.facts import Kind, Who
from odnexus.cli.demo.stage import Stage

RULES: Mapping[str, tuple[Who, Kind, str]] = {
    "writer.no-synchronizer": (
        "odnexus",
        "decision",
        "finds no synchronizer of NexHealth at this office: odnexus is the one writer",
    ),
    "person.certain": ("odnexus", "decision", "is certain that this is {chart}"),
    "person.created": ("Open Dental", "write", "gets new {chart}: nobody the office knows comes near"),
    "person.answered": ("odnexus", "decision", "remembers: this is {chart}, as the front desk says"),
    "person.match": ("odnexus", "decision", "is not sure who this is, writes nothing and asks the front desk"),
    "person.found-after-doubt": ("odnexus", "decision", "looks before it makes: {chart} is there already and ours"),
    "visit.created": ("Open Dental", "write", "gets {visit}"),
    "visit.carried-to-opendental": ("Open Dental", "write", "takes over {fields}: {visit}"),
    "visit.carried-to-nexhealth": ("NexHealth", "write", "takes over {fields}: {booking}"),
    "visit.cancelled-at-opendental": ("Open Dental", "write", "takes off the book: {visit}"),
    "visit.cancelled-at-nexhealth": ("NexHealth", "write", "cancels: {booking}"),
    "visit.found-after-doubt": (
        "odnexus",
        "decision",
        "looks before it makes: {visit} is there already and ours; linked, not made again",
    ),
    "visit.unchanged": ("odnexus", "decision", "looks: nothing to do, both sides agree already"),
    "visit.was-there": ("odnexus", "decision", "finds {visit} on the book already: linked, not made again"),
    "location.offline": ("odnexus", "decision", "cannot reach the office: what comes is kept until it is back"),
    "location.back": ("odnexus", "decision", "reaches the office again: what waited goes on in order"),
}
"""Rule of a journal entry → who is told to have acted, the kind of fact, and the sentence."""

QUIET = frozenset({"person.possible", "person.probable", "person.linked", "location.polled"})
"""Rules that repeat what another entry says better."""

FIELDS = {
    "start": "the new time",
    "operatory": "the new chair",
    "minutes": "the new length",
    "confirmed": "the confirmation",
    "provider": "the provider",
}


def chart_text(stage: Stage, pat_num: int | str) -> str:
    """Return a chart as the office calls it."""
    row = stage.opendental.practice.patients[int(pat_num)]
    return f"chart {pat_num} ({row['FName']} {row['LName']})"


def day_text(wall: datetime) -> str:
    """Return day and time."""
    return f"{wall:%a} {wall.day} {wall:%b %H:%M}"


def visit_text(stage: Stage, apt_num: int | str) -> str:
    """Return an appointment as Open Dental shows it now."""
    practice = stage.opendental.practice
    row = practice.appointments[int(apt_num)]
    chair = practice.tables["operatories"].rows[row.number("Op")].text("OpName")
    chart = chart_text(stage, row.number("PatNum"))
    status = "" if row["AptStatus"] == "Scheduled" else f", {_STATUSES.get(row.text('AptStatus'), row['AptStatus'])}"
    confirmed = row["Confirmed"] == stage.opendental.demo.definitions["Confirmed"]
    said = ", confirmed" if confirmed and not status else ""
    start = row["AptDateTime"]
    when = day_text(start) if isinstance(start, datetime) else "without a time"
    return f"appointment {apt_num}, {chart}, {when}, {len(row.text('Pattern')) * 5} min, {chair}{status}{said}"


_SIDES = {"nexhealth": "NexHealth", "opendental": "Open Dental"}
_STATUSES = {"UnschedList": "on the unscheduled list", "Broken": "broken"}


def booking_text(stage: Stage, id: int | str) -> str:
    """Return a booking as NexHealth shows it now."""
    booking = stage.state.appointments[int(id)]
    patient = stage.state.patients[booking.patient_id]
    chair = stage.state.operatories[booking.operatory_id].name
    start = booking.start_time.astimezone(stage.opendental.practice.zone)
    minutes = round((booking.end_time - booking.start_time).total_seconds() / 60)
    said = "".join(
        f", {word}"
        for word, true in (
            ("cancelled", booking.cancelled),
            ("confirmed", booking.confirmed and not booking.cancelled),
            ("confirmed by the patient", booking.patient_confirmed and not booking.cancelled),
        )
        if true
    )
    return f"booking {id}, {patient.name}, {day_text(start)}, {minutes} min, {chair}{said}"


def number_in(ref: str) -> str:
    """Return the record's own number in ``side:realm/number``."""
    return ref.rpartition("/")[2]


def entry_text(stage: Stage, entry: Mapping[str, Any]) -> tuple[Who, Kind, str]:
    """Return an entry of the journal as who, kind and sentence."""
    who, kind, sentence = RULES.get(entry["rule"], ("odnexus", "note", f"{entry['kind']}: {entry['rule']}"))
    ends = {ref.partition(":")[0]: number_in(ref) for ref in (*entry["related"], entry["subject"]) if "/" in ref}
    words: dict[str, str] = {}
    if "{chart}" in sentence:
        words["chart"] = chart_text(stage, ends["opendental"])
    if "{visit}" in sentence:
        words["visit"] = visit_text(stage, ends["opendental"])
    if "{booking}" in sentence:
        words["booking"] = booking_text(stage, ends["nexhealth"])
    names: list[str] = entry["fields"]
    words["fields"] = _listed([FIELDS.get(name, name) for name in names])
    return who, kind, sentence.format(**words)


def requests_text(count: int) -> str:
    """Return a number of requests in words."""
    return {0: "no request", 1: "1 request"}.get(count, f"{count} requests")


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def reasons_text(stage: Stage, candidate: Mapping[str, Any]) -> str:
    """Return why a chart is, or is not, the person."""
    return f"{chart_text(stage, candidate['pat_num'])}: {'; '.join(candidate['vetoes'] or candidate['reasons'])}"


def question_text(stage: Stage, candidate: Mapping[str, Any]) -> str:
    """Return a candidate as a question to the staff shows it."""
    why = "; ".join([*candidate["reasons"], *candidate["vetoes"]])
    return f"{chart_text(stage, candidate['pat_num'])} is {candidate['grade']}: {why}"


def event_text(stage: Stage, event: Mapping[str, Any]) -> str:
    """Return a domain event as the host gets it."""
    if event["name"] == "review.opened":
        return "review.opened: a question for the front desk"
    if event["name"] == "slot.opened":
        return f"slot.opened: {_slot_text(stage, event['slot'])}"
    ends = f"booking {event['nexhealth_id']}, appointment {event['opendental_id']}, chart {event['patient']}"
    return f"{event['name']}: {ends}" + (f"; moved in {_SIDES[event['origin']]}" if "resched" in event["name"] else "")


def _slot_text(stage: Stage, slot: Mapping[str, Any]) -> str:
    rooms = stage.opendental.practice.tables["operatories"].rows
    start, chair = datetime.fromisoformat(slot["start"]), rooms[slot["operatory"]]["OpName"]
    return f"{day_text(start)}, {slot['minutes']} min, {chair}"


_SOURCES = {"asap": "ASAP list", "unscheduled": "unscheduled list", "sooner": "asked for sooner at NexHealth"}


def candidate_text(stage: Stage, candidate: Mapping[str, Any]) -> str:
    """Return somebody who could take an opened slot."""
    who = chart_text(stage, candidate["pat_num"]) if candidate["pat_num"] else f"booking {candidate['nexhealth_id']}"
    if candidate["pat_num"] is None and candidate["apt_num"]:
        who = visit_text(stage, candidate["apt_num"])
    start = candidate["start"]
    now = f", now {day_text(datetime.fromisoformat(start))}" if start else ""
    return f"{_SOURCES[candidate['source']]}: {who}, {candidate['minutes']} min{now}"
