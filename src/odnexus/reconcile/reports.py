"""What the engine's methods tell the host they did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import define, field, frozen

from odnexus.reconcile.reviews import Review
from odnexus.reconcile.triggers import Slot


@frozen(kw_only=True)
class PollReport:
    """What a poll saw.

    Attributes:
        location: Name of the location.
        opendental: Appointment rows seen at Open Dental.
        patients: Patient rows seen at Open Dental.
        nexhealth: Appointment rows seen at NexHealth.
        events: Events that are new.
        requests: Requests sent to Open Dental.
        paused: Why nothing was polled, ``""`` if it was.
    """

    location: str
    opendental: int = 0
    patients: int = 0
    nexhealth: int = 0
    events: int = 0
    requests: int = 0
    paused: str = ""


@define(kw_only=True)
class StepReport:
    """What a step did.

    Attributes:
        settled: Events worked on.
        done: Of these, finished.
        retried: Of these, to be tried again.
        buried: Of these, given up.
        paused: Names of locations that wait for their office.
    """

    settled: int = 0
    done: int = 0
    retried: int = 0
    buried: int = 0
    paused: tuple[str, ...] = ()


@frozen(kw_only=True)
class Received:
    """What became of a delivery. Answer it with a 2xx, whatever the numbers.

    Attributes:
        records: How many records it named that concern us.
        new: How many of the events made of them are new; the others had been stored before.
    """

    records: int
    new: int


@frozen(kw_only=True)
class AtRisk:
    """A place in the book that a booking may lose while a question about it is open.

    Attributes:
        booking: NexHealth id of the booking.
        due: When the visit begins (aware, UTC): an answer after that comes too late.
        slot: Where it is to stand (office wall clock), ``None`` while no chair is known.
        others: What else stands there as far as the last poll saw: AptNum → when it begins (office wall clock).
        hold: The appointment that holds the slot on the location's holding chart, ``None`` if none does.
    """

    booking: str
    due: datetime | None = None
    slot: Slot | None = field(default=None, repr=False)
    others: Mapping[int, datetime] = field(factory=dict[int, datetime], repr=False)
    hold: int | None = None


@frozen(kw_only=True)
class Question:
    """A review with its content opened, for the staff's eyes: it may show patient data.

    Attributes:
        review: The question without its content; safe to log.
        body: Candidates, reasons, and what else the question is about.
        at_risk: The bookings that wait for the answer, with what they may lose, as of now.
    """

    review: Review
    body: Mapping[str, object] = field(repr=False)
    at_risk: tuple[AtRisk, ...] = ()
