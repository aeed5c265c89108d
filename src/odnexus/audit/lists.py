"""The lists that a picture is made of: how each is asked for, by either kind of client, and where to go on.

Clients with and without ``async`` have the same methods, so one table serves both: what a method returns is walked
through by the reading, plainly or asynchronously.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import frozen

Also: TypeAlias = Literal["insurance", "recalls", "procedures"]
"""Lists that are read only if they are asked for, since they cost requests and permissions."""

ALSO: Final[tuple[Also, ...]] = get_args(Also)

Place: TypeAlias = int | str | None
"""Where to go on: rows to skip at Open Dental, NexHealth's cursor, or None for the beginning."""


@frozen(kw_only=True)
class Scope:
    """What is asked for.

    Attributes:
        location_id: NexHealth's location.
        clinic_num: Open Dental's clinic, None for all.
        days: First and last day of visits.
        instants: First and last moment of them (UTC).
    """

    location_id: int
    clinic_num: int | None
    days: tuple[date, date]
    instants: tuple[datetime, datetime]


@frozen(kw_only=True)
class Asked:
    """Everything that an asking function may use.

    Attributes:
        opendental: The office's client.
        nexhealth: The institution's client.
        scope: What is asked for.
        after: Where to go on.
        raw: Walks through a list of Open Dental that the client has no methods for, row by row.
    """

    opendental: Any
    nexhealth: Any
    scope: Scope
    after: Place
    raw: Callable[[str, int], Any]


@frozen(kw_only=True)
class Wanted:
    """One list.

    Attributes:
        name: Attribute of the picture, or what it is made of.
        what: What it is called.
        ask: Returns what yields rows or pages.
        needed: Whether a picture without it is none.
        also: Read only if this was asked for.
        resumes: Whether it can be gone on with in its middle; else it is read anew.
    """

    name: str
    what: str
    ask: Callable[[Asked], Any]
    needed: bool = False
    also: Also | None = None
    resumes: bool = False


def _skip(asked: Asked) -> int:
    return asked.after if isinstance(asked.after, int) else 0


def _cursor(asked: Asked) -> Mapping[str, str]:
    return {"end_cursor": asked.after} if isinstance(asked.after, str) else {}


def _here(asked: Asked) -> dict[str, int]:
    return {"location_id": asked.scope.location_id}


def _book(asked: Asked) -> Any:
    first, last = asked.scope.days
    return asked.opendental.appointments.iter(
        date_start=first, date_end=last, clinic_num=asked.scope.clinic_num, offset=_skip(asked)
    )


def _bookings(asked: Asked) -> Any:
    start, end = asked.scope.instants
    return asked.nexhealth.appointments.pages(**_here(asked), start=start, end=end, **_cursor(asked))


def _raw(path: str) -> Callable[[Asked], Any]:
    return lambda asked: asked.raw(path, _skip(asked))


LISTS: Final[tuple[Wanted, ...]] = (
    Wanted(
        name="charts",
        what="charts",
        ask=lambda asked: asked.opendental.patients.simple(offset=_skip(asked)),
        needed=True,
        resumes=True,
    ),
    Wanted(name="book", what="appointments", ask=_book, needed=True, resumes=True),
    Wanted(
        name="people",
        what="NexHealth patients",
        ask=lambda asked: asked.nexhealth.patients.pages(**_here(asked), **_cursor(asked)),
        needed=True,
        resumes=True,
    ),
    Wanted(name="bookings", what="NexHealth appointments", ask=_bookings, needed=True, resumes=True),
    Wanted(name="chairs", what="operatories", ask=lambda asked: asked.opendental.operatories.iter()),
    Wanted(name="staff", what="providers", ask=lambda asked: asked.opendental.providers.iter()),
    Wanted(name="types", what="appointment types", ask=lambda asked: asked.opendental.appointment_types.iter()),
    Wanted(name="definitions", what="definitions", ask=lambda asked: asked.opendental.definitions.iter(category=2)),
    Wanted(
        name="nex_chairs",
        what="NexHealth operatories",
        ask=lambda asked: asked.nexhealth.operatories.iter(**_here(asked)),
    ),
    Wanted(
        name="nex_staff", what="NexHealth providers", ask=lambda asked: asked.nexhealth.providers.iter(**_here(asked))
    ),
    Wanted(
        name="nex_types",
        what="NexHealth appointment types",
        ask=lambda asked: asked.nexhealth.appointment_types.iter(**_here(asked), include=["descriptors"]),
    ),
    Wanted(name="syncs", what="sync status", ask=lambda asked: asked.nexhealth.sync_status.list()),
    Wanted(
        name="schedules",
        what="schedules",
        ask=lambda asked: asked.opendental.schedules.iter(date_start=asked.scope.days[0], date_end=asked.scope.days[1]),
    ),
    Wanted(
        name="carriers",
        what="carriers",
        ask=lambda asked: asked.opendental.carriers.iter(offset=_skip(asked)),
        also="insurance",
        resumes=True,
    ),
    Wanted(name="plans", what="insurance plans", ask=_raw("/insplans"), also="insurance", resumes=True),
    Wanted(name="ins_subs", what="subscribers", ask=_raw("/inssubs"), also="insurance", resumes=True),
    Wanted(name="pat_plans", what="coverages", ask=_raw("/patplans"), also="insurance", resumes=True),
    Wanted(name="recalls", what="recalls", ask=_raw("/recalls"), also="recalls", resumes=True),
    Wanted(name="procedures", what="procedure codes", ask=_raw("/procedurecodes"), also="procedures", resumes=True),
)
"""Every list, in the order of a reading."""
