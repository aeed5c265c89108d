"""Why a booking is not in the book, as far as an engine's store and NexHealth's own status tell."""

from __future__ import annotations

from collections.abc import Callable

from odnexus.audit.picture import Picture
from odnexus.nexhealth import models as nex


def causes(picture: Picture) -> Callable[[nex.Appointment], str]:
    """Return what tells why a booking did not come into the book: a question, a failure, a wait, or nothing known."""
    engine = picture.engine
    asked = {_id(each.subject) for each in engine.reviews} if engine is not None else set[str]()
    buried, waiting = (
        {event.subject: event.reason for event in events if event.kind == "nexhealth.appointment"}
        for events in ((engine.buried, engine.waiting) if engine is not None else ((), ()))
    )
    general = _general(picture)

    def why(each: nex.Appointment) -> str:
        number = str(each.id)
        if {number, str(each.patient_id)} & asked:
            return "a question to the staff is open"
        if number in buried:
            return f"given up ({buried[number] or 'no reason told'})"
        if number in waiting:
            return "it waits to be carried over" + (f" ({waiting[number]})" if waiting[number] else "")
        return general

    return why


def _id(subject: str) -> str:
    """Return the id in ``nexhealth:realm/id``, empty for a record of the other system."""
    side, _, rest = subject.partition(":")
    return rest.rpartition("/")[2] if side == "nexhealth" else ""


def _general(picture: Picture) -> str:
    """Return what keeps every booking out."""
    if picture.engine is not None and picture.engine.paused:
        return "the office is offline"
    if any(str(each.write_status or "").casefold() == "red" for each in picture.syncs):
        return "NexHealth cannot write into this office"
    return ""
