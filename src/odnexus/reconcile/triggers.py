"""Domain events: what happened, in the host's words, derived by comparing with the last known state."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias, get_args

from attrs import field, frozen

from odnexus.reconcile.plan import Fields, On

EventName: TypeAlias = Literal[
    "appointment.created",
    "appointment.cancelled",
    "appointment.rescheduled",
    "appointment.confirmed",
    "patient.form_submitted",
    "slot.opened",
    "review.opened",
    "record.failed",
]

EVENT_NAMES: tuple[EventName, ...] = get_args(EventName)


@frozen(kw_only=True)
class WaitlistCandidate:
    """A visit that could take an opened slot.

    Attributes:
        source: ``"asap"`` or ``"unscheduled"`` (Open Dental's lists), or ``"sooner"`` (NexHealth's wish for sooner).
        apt_num: The visit at Open Dental, if it is there.
        nexhealth_id: The visit at NexHealth, if it is there.
        pat_num: The chart at Open Dental, if known.
        minutes: Its length in minutes.
        start: When it stands now (office wall clock), ``None`` for an unscheduled one.
    """

    source: Literal["asap", "unscheduled", "sooner"]
    apt_num: int | None = None
    nexhealth_id: int | None = None
    pat_num: int | None = None
    minutes: int
    start: datetime | None = None


@frozen(kw_only=True)
class Slot:
    """A place in the book: office wall clock, minutes, chair, provider (Open Dental's numbers)."""

    start: datetime
    minutes: int
    operatory: int | None
    provider: int | None


@frozen(kw_only=True)
class DomainEvent:
    """Something that the host may want to act on. Delivered at least once; `id` says which are the same.

    Attributes:
        id: The same for a repeated delivery.
        name: What happened.
        at: When it was noticed (aware, UTC).
        location: Name of the location.
        origin: The side that moved first, ``""`` if neither did (a review, a failure).
        nexhealth_id: Record at NexHealth, ``""`` if none.
        opendental_id: Record at Open Dental, ``""`` if none.
        patient: PatNum of the chart, ``None`` if not known.
        slot: Where the visit stands now, or the slot that opened.
        before: Where it stood before, for a reschedule.
        candidates: For ``slot.opened``.
        reference: For ``review.opened`` the review's id, for ``record.failed`` the event's id.
        rule: For ``review.opened`` the kind of question, for ``record.failed`` the reason.
    """

    id: str
    name: EventName
    at: datetime
    location: str
    origin: str = ""
    nexhealth_id: str = ""
    opendental_id: str = ""
    patient: int | None = None
    slot: Slot | None = field(default=None, repr=False)
    before: Slot | None = field(default=None, repr=False)
    candidates: tuple[WaitlistCandidate, ...] = ()
    reference: str = ""
    rule: str = ""


def changes_of_visit(before: Fields, after: Fields) -> tuple[EventName, ...]:
    """Return the names of what happened to a visit between two agreed states."""
    if after.get("cancelled"):
        return () if before.get("cancelled") else ("appointment.cancelled",)
    names: list[EventName] = []
    if before.get("cancelled") or any(before.get(name) != after.get(name) for name in ("start", "operatory")):
        names.append("appointment.rescheduled")
    if after.get("confirmed") and not before.get("confirmed"):
        names.append("appointment.confirmed")
    return tuple(names)


def slot_of(fields: Fields) -> Slot | None:
    """Return the place in the book that *fields* of a visit name, ``None`` if they name none."""
    start, minutes = fields.get("start"), fields.get("minutes")
    if not isinstance(start, str) or not isinstance(minutes, int):
        return None
    operatory, provider = fields.get("operatory"), fields.get("provider")
    return Slot(
        start=datetime.fromisoformat(start),
        minutes=minutes,
        operatory=operatory if isinstance(operatory, int) else None,
        provider=provider if isinstance(provider, int) else None,
    )


def opened_slot(before: Fields, after: Fields, wall_now: datetime) -> Slot | None:
    """Return the future slot that a change of a visit set free, if any."""
    if before.get("cancelled") or not changes_of_visit(before, after):
        return None
    old, new = slot_of(before), slot_of(after)
    if old is None or old.start <= wall_now:
        return None
    if not after.get("cancelled") and new is not None and (new.start, new.operatory) == (old.start, old.operatory):
        return None
    return old


def origin_of(moved: tuple[tuple[On, str], ...]) -> str:
    """Return the side that moved, ``""`` if both or neither did."""
    sides = {on for on, _ in moved}
    return next(iter(sides)).value if len(sides) == 1 else ""
