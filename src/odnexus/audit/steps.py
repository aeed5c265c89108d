"""A reading without any I/O: which lists, what was taken of each, and when one is whole, refused, or begun anew.

`odnexus.audit.reading` brings the rows, plainly or asynchronously.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, TypeVar, cast

from attrs import frozen

from odnexus.audit.engine_state import EngineState
from odnexus.audit.extras import Extra, Plan, Procedure, Recall, coverages_of, extra
from odnexus.audit.keeping import records, row_of
from odnexus.audit.lists import ALSO, LISTS, Also, Asked, Place, Scope, Wanted
from odnexus.audit.parts import Keep, Part, Parts
from odnexus.audit.picture import Picture
from odnexus.errors import (
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    UnexpectedResponseError,
    UnsupportedError,
)
from odnexus.mapping import to_instant, to_wall
from odnexus.nexhealth.models import Page, Record as NexHealthRecord
from odnexus.opendental.models import Record as OpenDentalRecord, Schedule
from odnexus.opendental.wire import MisfitError

if TYPE_CHECKING:
    from odnexus.practice import Location

X = TypeVar("X", bound=Extra)

BACK: Final = timedelta(days=7)
AHEAD: Final = timedelta(days=90)
"""The window unless one is given: a week back, for bookings that were missed, and three months ahead."""

_STEP: Final = 100
_OPTIONAL = (
    # A key that reads charts, which come first, is no wrong one: Open Dental answers so where a permission is missing.
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    UnsupportedError,
    UnexpectedResponseError,
)


@frozen(kw_only=True)
class Progress:
    """How far a reading is.

    Attributes:
        what: What is being read, such as ``"charts"``.
        rows: Rows of it so far, those of an earlier try included.
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


def check_times(at: datetime, window: tuple[date, date] | None) -> None:
    """Refuse moments and days that mean something else than they look like.

    Raises:
        TypeError: *at* is no moment, or *window* holds something else than two days: moments, say, or texts.
        ValueError: *at* has no time zone, or *window* ends before it begins.
    """
    if not isinstance(cast("object", at), datetime):
        raise TypeError("at: give a moment with a time zone, such as datetime.now(UTC)")
    if at.tzinfo is None:
        raise ValueError("at: give a moment with a time zone, such as datetime.now(UTC)")
    if window is None:
        return
    days = cast("tuple[object, ...]", tuple(window))
    # A moment is a day to Python, and stands neither before nor after one.
    if len(days) != 2 or any(not isinstance(day, date) or isinstance(day, datetime) for day in days):
        raise TypeError("window: give two days, such as (date(2026, 3, 2), date(2026, 5, 31)), without a time")
    if window[0] > window[1]:
        raise ValueError("window: give the first day before the last")


class Reading:
    """Lists, one after the other, without any I/O but that of the parts."""

    def __init__(
        self,
        location: Location,
        window: tuple[date, date] | None,
        at: datetime,
        also: Collection[Also],
        progress: Tell | None,
        keep: Keep | None,
    ) -> None:
        if unknown := sorted(set(also) - set(ALSO)):
            raise ValueError(f"also: there is no {', '.join(unknown)}; choose from {', '.join(ALSO)}")
        check_times(at, window)
        today = to_wall(at, location.zone).date()
        self._location = location
        self._days = window or (today - BACK, today + AHEAD)
        self._lists = [each for each in LISTS if each.also is None or each.also in also]
        key = (location.nexhealth_id, location.clinic_num, location.database, *self._days, *sorted(also))
        self.parts = Parts(keep, key, at)
        self.scope = self._scope()
        self.unread: list[str] = []
        self.refused = set[str]()
        self.rows: dict[str, list[Any]] = {}
        self.tell: Tell = progress or (lambda _: None)

    def _scope(self) -> Scope:
        zone, (first, last) = self._location.zone, self._days
        start = to_instant(datetime.combine(first, time()), zone).value
        end = to_instant(datetime.combine(last + timedelta(days=1), time()), zone).value - timedelta(seconds=1)
        return Scope(
            location_id=self._location.nexhealth_id,
            clinic_num=self._location.clinic_num,
            days=self._days,
            instants=(start, end),
        )

    def steps(self) -> Iterator[Step]:
        """Yield the lists that have to be read; those that an earlier try has finished are taken from its parts."""
        for number, wanted in enumerate(self._lists, 1):
            step = Step(self, wanted, number, len(self._lists))
            if step.done:
                step.told(done=True)
            while not step.done:
                yield step
            self.rows[wanted.name] = step.rows

    def picture(self, links: Mapping[int, int] | None, engine: EngineState | None) -> Picture:
        """Return the picture of all that was read, and throw the parts away."""
        rows = dict(self.rows)
        hours = hours_of(rows.pop("schedules", ()))
        plans = tuple(self._extras(Plan, "plans", rows.pop("plans", ())))
        pat_plans, ins_subs = rows.pop("pat_plans", []), rows.pop("ins_subs", [])
        # Coverages without the subscribers they hang on would look as if they had no number and no end.
        whole = not self.refused & {"pat_plans", "ins_subs"}
        values: dict[str, Any] = {
            "plans": plans,
            "coverages": tuple(coverages_of(pat_plans, ins_subs, plans, self.unread)) if whole else (),
            "recalls": tuple(self._extras(Recall, "recalls", rows.pop("recalls", ()))),
            "procedures": tuple(self._extras(Procedure, "procedures", rows.pop("procedures", ()))),
            **{name: tuple(found) for name, found in rows.items()},
        }
        self.parts.clear()
        return Picture(
            location=self._location,
            at=self.parts.begun,
            window=self._days,
            hours=hours,
            links=links or {},
            engine=engine,
            unread=tuple(self.unread),
            **values,
        )

    def _extras(self, kind: type[X], what: str, rows: Iterable[Mapping[str, object]]) -> Iterator[X]:
        for number, row in enumerate(rows, 1):
            try:
                yield extra(kind, row)
            except MisfitError as misfit:
                self.unread.append(f"{what}, row {number}: {misfit}")


class _SlidError(Exception):
    """Rows have left the list since it broke off: what was skipped may hold others."""


class Step:
    """One list being read. Leaving the ``with`` block ends it, refuses it, or leaves it to be gone on with.

    A list of Open Dental is gone on with at the last row that is known: if another stands there, the list has slid and
    is read anew.
    """

    def __init__(self, reading: Reading, wanted: Wanted, number: int, of: int) -> None:
        self._reading, self._wanted, self._number, self._of = reading, wanted, number, of
        self.rows: list[Any] = []
        self.done = False
        self._seen = set[object]()
        self._new: list[Any] = []
        self._parts = 0
        self._after: Place = None
        self._count = 0
        for part in reading.parts.of(wanted.name) if wanted.resumes else ():
            self._parts += 1
            self._add(_records(wanted.name, part.rows))
            self._after, self.done = part.after, part.done
        self._new.clear()
        self._checks = isinstance(self._after, int) and self._after > 0

    def ask(self, opendental: object, nexhealth: object, raw: Callable[[str, int], Any]) -> Any:
        """Return what yields the rows or pages that are missing."""
        scope, after = self._reading.scope, self._after
        if self._checks and isinstance(after, int):
            after -= 1
        return self._wanted.ask(Asked(opendental=opendental, nexhealth=nexhealth, scope=scope, after=after, raw=raw))

    def take(self, item: Any) -> None:
        """Take a row of Open Dental or a page of NexHealth."""
        if isinstance(item, Page):
            page = cast("Page[NexHealthRecord]", item)
            self._add(page.rows)
            self._keep(page.end_cursor or self._after)
            self.told(done=False)
            return
        if self._checks:
            self._checks = False
            if _key(item) not in self._seen:
                raise _SlidError
            return
        self._add([item])
        self._count += 1
        if self._count % _STEP == 0:
            self._keep((self._after if isinstance(self._after, int) else 0) + _STEP)
            self.told(done=False)

    def _add(self, items: Iterable[Any]) -> None:
        for item in items:
            key = _key(item)
            if key not in self._seen:
                self._seen.add(key)
                self.rows.append(item)
                self._new.append(item)

    def _keep(self, after: Place, *, done: bool = False) -> None:
        self._after = after
        if self._wanted.resumes and (self._new or done):
            self._parts += 1
            rows = [_row(each) for each in self._new]
            self._reading.parts.add(self._wanted.name, self._parts, Part(rows=rows, after=after, done=done))
        self._new.clear()

    def told(self, *, done: bool) -> None:
        """Tell how far it is."""
        self._reading.tell(
            Progress(what=self._wanted.what, rows=len(self.rows), done=done, step=self._number, steps=self._of)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        # Nothing at the place of the last known row: so much has left the list that it ends before it.
        if isinstance(error, _SlidError) or (error is None and self._checks):
            self._begin_anew()
            return True
        if error is None:
            self._keep(self._after, done=True)
        elif self._wanted.needed or not isinstance(error, _OPTIONAL):
            return False
        else:
            # Half a list is none: what it lacks would look deleted.
            self.rows.clear()
            self._reading.refused.add(self._wanted.name)
            self._reading.unread.append(f"{self._wanted.what}: {_why(error)} ({type(error).__name__})")
        self.done = True
        self.told(done=True)
        return True

    def _begin_anew(self) -> None:
        self.rows.clear()
        self._seen.clear()
        self._new.clear()
        self._reading.parts.forget(self._wanted.name)
        self._parts, self._count, self._after, self._checks = 0, 0, None, False


def _why(error: BaseException) -> str:
    """Return in words why a list was refused, and what helps."""
    match error:
        case PermissionDeniedError() | AuthenticationError():
            return "the key has no right to read it; ask whoever manages the key for the permission"
        case UnsupportedError() | NotFoundError():
            return "this version of the server does not offer it"
        case UnexpectedResponseError():
            return "the answer is not what the vendor's documents promise"
        case _:
            return "the server refused the question"


def _row(item: Any) -> Mapping[str, object]:
    """Return what a row is kept as."""
    return cast("Mapping[str, object]", item) if isinstance(item, Mapping) else row_of(item)


def _records(name: str, rows: list[Mapping[str, object]]) -> list[Any]:
    """Return kept rows as what was read; lists without methods of a client stay rows."""
    return list(rows) if name in _RAW else records(name, rows)


_RAW: Final = frozenset({"plans", "ins_subs", "pat_plans", "recalls", "procedures"})


def _key(item: Any) -> object:
    """Return what tells a row from the others of its list."""
    if isinstance(item, Mapping):
        row = cast("Mapping[str, object]", item)
        return next((str(row[name]) for name in _KEYS if name in row), id(row))
    return item.key if isinstance(item, OpenDentalRecord) else getattr(item, "id", id(item))


_KEYS: Final = ("PatPlanNum", "InsSubNum", "RecallNum", "CodeNum", "PlanNum")
"""The keys of those lists: whose row has several of them goes by the first."""


def hours_of(schedules: Iterable[Schedule]) -> dict[date, tuple[time, time]]:
    """Return the first start and the last end of providers' hours for each day that has any."""
    hours: dict[date, tuple[time, time]] = {}
    for each in schedules:
        day, start, stop = each.sched_date, each.start_time, each.stop_time
        if str(each.sched_type) == "Provider" and day and start and stop and start < stop:
            first, last = hours.get(day, (start, stop))
            hours[day] = (min(first, start), max(last, stop))
    return hours
