"""What the engine's methods tell the host they did."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field, frozen

from odnexus.reconcile.reviews import Review


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
class Question:
    """A review with its content opened, for the staff's eyes: it may show patient data.

    Attributes:
        review: The question without its content; safe to log.
        body: Candidates, reasons, and what else the question is about.
    """

    review: Review
    body: Mapping[str, object] = field(repr=False)
