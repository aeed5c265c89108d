"""What the engine's methods tell the host they did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

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
class LocationStatus:
    """How one location stands. No patient data.

    Attributes:
        location: Its name.
        database: The Open Dental database it belongs to.
        writer: Who writes there as far as is known: ``"bridge"``, ``"overlay"`` or ``"unclear"``.
        polled: When both sides last answered a poll (aware, UTC); ``None`` if they never did.
        paused: Why it waits, ``""`` if it does not.
        paused_since: Since when.
        waiting: Events that are not finished, at most 10,000.
        oldest: When the oldest of them was received.
        buried: Events that were given up, at most 10,000.
        questions: Open reviews, at most 10,000.
    """

    location: str
    database: str
    writer: str
    polled: datetime | None = None
    paused: str = ""
    paused_since: datetime | None = None
    waiting: int = 0
    oldest: datetime | None = None
    buried: int = 0
    questions: int = 0

    def age(self, now: datetime) -> timedelta | None:
        """Return how old what is known of this location is at *now*; ``None`` if it never answered."""
        return now - self.polled if self.polled is not None else None


@frozen(kw_only=True)
class PracticeStatus:
    """How a practice stands at one moment.

    Attributes:
        at: The moment (aware, UTC).
        locations: Each location, in the practice's order.
    """

    at: datetime
    locations: tuple[LocationStatus, ...]

    @property
    def waiting(self) -> int:
        """Return how many events are not finished, all locations together."""
        return sum(each.waiting for each in self.locations)

    @property
    def buried(self) -> int:
        """Return how many events were given up, all locations together."""
        return sum(each.buried for each in self.locations)

    @property
    def questions(self) -> int:
        """Return how many reviews are open, all locations together."""
        return sum(each.questions for each in self.locations)

    @property
    def paused(self) -> tuple[str, ...]:
        """Return the locations that wait."""
        return tuple(each.location for each in self.locations if each.paused)

    def stale(self, limit: timedelta) -> tuple[str, ...]:
        """Return the locations of which nothing newer than *limit* is known."""
        ages = {each.location: each.age(self.at) for each in self.locations}
        return tuple(name for name, age in ages.items() if age is None or age > limit)


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
class HookReport:
    """How one side delivers to us, after it was looked at and put right. Names of events and tables, no secrets.

    Attributes:
        realm: The institution at NexHealth, or the name of the Open Dental database.
        endpoint: Id of the endpoint at NexHealth, ``None`` at Open Dental or where there is none.
        created: Events or tables that were subscribed to now; ``"endpoint"`` where that was made too.
        resumed: How many subscriptions were switched on or corrected.
        revived: Whether the endpoint was off and is on again.
        refused: Events or tables that the other side does not offer here.
        extra: Events or tables that our address gets although nobody asked for them; left alone.
        doubled: Events or tables that our address gets twice; left alone.
        silent: Tables whose sender in the office has shown no sign of life.
        problem: Why nothing, or not everything, was done: the name of an error; ``""`` if all went well.
    """

    realm: str
    endpoint: int | None = None
    created: tuple[str, ...] = ()
    resumed: int = 0
    revived: bool = False
    refused: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    problem: str = ""


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
