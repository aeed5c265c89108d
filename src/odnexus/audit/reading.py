"""Takes the picture from the live systems, within their rate budgets, with a forecast and a report of progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from attrs import frozen

from odnexus.audit.picture import Picture
from odnexus.errors import (
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    UnexpectedResponseError,
    UnsupportedError,
)
from odnexus.mapping import to_instant, to_wall
from odnexus.opendental.modes import INTERVALS, Tier

if TYPE_CHECKING:
    from odnexus._sync.nexhealth import NexHealth
    from odnexus._sync.opendental import OpenDental
    from odnexus.opendental.models import Schedule
    from odnexus.practice import Location
    from odnexus.reconcile.links import Link

T = TypeVar("T")

BACK: Final = timedelta(days=7)
AHEAD: Final = timedelta(days=90)
"""The window unless one is given: a week back, for bookings that were missed, and three months ahead."""

_STEP: Final = 100
_SMALL_LISTS: Final = 6
_NEXHEALTH_PAGE: Final = 1000
_NEXHEALTH_REQUESTS_PER_SECOND: Final = 10
_OPTIONAL = (InvalidRequestError, NotFoundError, PermissionDeniedError, UnsupportedError, UnexpectedResponseError)


@frozen(kw_only=True)
class Forecast:
    """What a reading costs.

    Attributes:
        opendental: Requests to Open Dental.
        nexhealth: Requests to NexHealth.
        takes: How long the rate budgets make it take at least.
    """

    opendental: int
    nexhealth: int
    takes: timedelta

    def __str__(self) -> str:
        return f"{self.opendental + self.nexhealth} requests, about {self.takes.total_seconds():.0f} s"


def forecast(*, charts: int, visits: int, tier: Tier | None = "standard", page: int = 100) -> Forecast:
    """Return what reading a practice of that size costs.

    Args:
        charts: Patients, whatever their state.
        visits: Appointments within the window.
        tier: The permission of the key in Open Dental's remote mode; None at the office's own server.
        page: Rows of a full page of Open Dental: 100, 1,000 or 10,000 by mode and permission (page "API Permissions").
    """
    # A full last page is followed by an empty one.
    opendental = charts // page + 1 + visits // page + 1 + _SMALL_LISTS
    nexhealth = ceil(max(1, charts) / _NEXHEALTH_PAGE) + ceil(max(1, visits) / _NEXHEALTH_PAGE) + 3
    seconds = opendental * (INTERVALS[tier] if tier else 0) + nexhealth / _NEXHEALTH_REQUESTS_PER_SECOND
    return Forecast(opendental=opendental, nexhealth=nexhealth, takes=timedelta(seconds=seconds))


@frozen(kw_only=True)
class Progress:
    """How far a reading is.

    Attributes:
        what: What is being read, such as ``"charts"``.
        rows: Rows of it so far.
        done: Whether it is read to its end.
        step: Which of the lists this is, from 1.
        steps: How many lists there are.
    """

    what: str
    rows: int
    done: bool
    step: int
    steps: int


Tell: TypeAlias = Callable[[Progress], None]


def read(
    opendental: OpenDental,
    nexhealth: NexHealth,
    location: Location,
    window: tuple[date, date] | None = None,
    *,
    at: datetime,
    links: Mapping[int, int] | None = None,
    progress: Tell | None = None,
) -> Picture:
    """Return a picture of both systems as they are now. It only reads.

    A list that one of them refuses to this key (a missing permission, an older version) is left out and named in
    `Picture.unread`; charts, patients and both calendars are needed.

    Args:
        opendental: Client of the office.
        nexhealth: Client of the institution.
        location: The location.
        window: First and last day of visits, both included; a week back and 90 days ahead unless given.
        at: Now (aware).
        links: NexHealth appointments and their AptNum, where an engine knows them.
        progress: Told after every hundred rows and at the end of each list.

    Raises:
        ApiError: A list that is needed could not be read.
    """
    today = to_wall(at, location.zone).date()
    days = window or (today - BACK, today + AHEAD)
    start = to_instant(datetime.combine(days[0], time()), location.zone).value
    end = to_instant(datetime.combine(days[1] + timedelta(days=1), time()), location.zone).value - timedelta(seconds=1)
    place, clinic = location.nexhealth_id, location.clinic_num
    reading = _Reading(progress or (lambda _: None))
    return Picture(
        location=location,
        at=at,
        window=days,
        links=links or {},
        charts=reading.all("charts", opendental.patients.simple()),
        book=reading.all(
            "appointments", opendental.appointments.iter(date_start=days[0], date_end=days[1], clinic_num=clinic)
        ),
        people=reading.all("NexHealth patients", nexhealth.patients.iter(location_id=place)),
        bookings=reading.all(
            "NexHealth appointments", nexhealth.appointments.iter(location_id=place, start=start, end=end)
        ),
        chairs=reading.most("operatories", opendental.operatories.iter),
        staff=reading.most("providers", opendental.providers.iter),
        types=reading.most("appointment types", opendental.appointment_types.iter),
        definitions=reading.most("definitions", lambda: opendental.definitions.iter(category=2)),
        nex_chairs=reading.most("NexHealth operatories", lambda: nexhealth.operatories.iter(location_id=place)),
        nex_staff=reading.most("NexHealth providers", lambda: nexhealth.providers.iter(location_id=place)),
        nex_types=reading.most(
            "NexHealth appointment types",
            lambda: nexhealth.appointment_types.iter(location_id=place, include=["descriptors"]),
        ),
        hours=hours_of(
            reading.most("schedules", lambda: opendental.schedules.iter(date_start=days[0], date_end=days[1]))
        ),
        unread=reading.unread,
    )


def links_of(links: Iterable[Link]) -> dict[int, int]:
    """Return the AptNum of each NexHealth appointment that the engine has linked, for `read` and `picture_from`."""
    return {
        int(link.nexhealth.id): int(link.opendental.id)
        for link in links
        if link.kind == "visit" and link.nexhealth is not None and link.opendental is not None
    }


class _Reading:
    """Lists, one after the other."""

    STEPS = 12

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._step = 0
        self._unread: list[str] = []

    @property
    def unread(self) -> tuple[str, ...]:
        """What was refused; complete once all lists were asked for."""
        return tuple(self._unread)

    def all(self, what: str, rows: Iterable[T]) -> tuple[T, ...]:
        """Read a list that is needed."""
        self._step += 1
        return tuple(self._counted(what, rows))

    def most(self, what: str, ask: Callable[[], Iterable[T]]) -> tuple[T, ...]:
        """Read a list that is good to have."""
        self._step += 1
        try:
            return tuple(self._counted(what, ask()))
        except _OPTIONAL as error:
            self._unread.append(f"{what}: {type(error).__name__}")
            self._tell(self._progress(what, 0, done=True))
            return ()

    def _counted(self, what: str, rows: Iterable[T]) -> Iterator[T]:
        count = 0
        for row in rows:
            count += 1
            if count % _STEP == 0:
                self._tell(self._progress(what, count, done=False))
            yield row
        self._tell(self._progress(what, count, done=True))

    def _progress(self, what: str, rows: int, *, done: bool) -> Progress:
        return Progress(what=what, rows=rows, done=done, step=self._step, steps=self.STEPS)


def hours_of(schedules: Iterable[Schedule]) -> dict[date, tuple[time, time]]:
    """Return the first start and the last end of providers' hours for each day that has any."""
    hours: dict[date, tuple[time, time]] = {}
    for each in schedules:
        day, start, stop = each.sched_date, each.start_time, each.stop_time
        if str(each.sched_type) == "Provider" and day and start and stop and start < stop:
            first, last = hours.get(day, (start, stop))
            hours[day] = (min(first, start), max(last, stop))
    return hours
