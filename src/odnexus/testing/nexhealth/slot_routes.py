"""Available slots: working hours minus appointments minus blocks, cut to a length."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TypeAlias

from attrs import frozen

from odnexus.testing.http import Json
from odnexus.testing.nexhealth.booking import busy, collide, missing
from odnexus.testing.nexhealth.envelope import Answer, listing
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.records import Appointment, Location, WorkingHour
from odnexus.testing.nexhealth.routes import SUBDOMAIN, Ask, Route
from odnexus.testing.nexhealth.shapes import local_day, wall_clock
from odnexus.testing.nexhealth.values import Refusal, Row, local_stamp
from odnexus.testing.nexhealth.windows import windows_on

DEFAULT_LENGTH = 15
HORIZON = timedelta(days=180)
"""How far `next_available_date` looks."""

Column: TypeAlias = tuple[int, int, int | None]
"""Location, provider, chair."""


@frozen(kw_only=True)
class Opening:
    """One free time."""

    column: Column
    start: datetime
    label_id: int | None


@frozen(kw_only=True)
class Search:
    """What a request asks for, with the defaults filled in."""

    ask: Ask
    offices: tuple[Location, ...]
    length: timedelta
    interval: timedelta

    @classmethod
    def of(cls, ask: Ask) -> Search:
        """Read a request.

        Raises:
            Refusal: 400, 403 or 404.
        """
        query, state = ask.query, ask.platform.state
        kind_id = query.number("appointment_type_id")
        if kind_id is None and query.numbers("pids[]") is None:
            raise Refusal(400, "Missing parameter pids", "Missing parameter appointment_type_id")
        kind = None if kind_id is None else state.appointment_types.get(kind_id)
        if kind_id is not None and kind is None:
            raise missing(ask.platform, "Appointment type")
        offices = tuple(_office(ask, number) for number in query.numbers("lids[]") or ())
        minutes = kind.minutes if kind is not None else query.number("slot_length") or DEFAULT_LENGTH
        interval = query.number("slot_interval") or minutes
        return cls(ask=ask, offices=offices, length=timedelta(minutes=minutes), interval=timedelta(minutes=interval))

    def columns(self) -> dict[Column, list[WorkingHour]]:
        """Return the windows that count, by location, provider and chair."""
        grouped: dict[Column, list[WorkingHour]] = {}
        for office in self.offices:
            for window in self.ask.platform.state.working_hours.values():
                if window.location_id == office.id and self._counts(window):
                    for chair in self._chairs(office, window):
                        grouped.setdefault((office.id, window.provider_id, chair), []).append(window)
        return grouped

    def _counts(self, window: WorkingHour) -> bool:
        query = self.ask.query
        kind, pids, label = (
            query.number("appointment_type_id"),
            query.numbers("pids[]"),
            query.number("working_hour_label_id"),
        )
        return (
            window.active
            and (pids is None or window.provider_id in pids)
            and (kind is None or kind in window.appointment_type_ids)
            and (label is None or label == window.label_id)
            and query.text("working_hour_source") in (None, window.source)
        )

    def _chairs(self, office: Location, window: WorkingHour) -> list[int | None]:
        wanted = self.ask.query.numbers("operatory_ids[]")
        if window.operatory_id is not None:
            return [window.operatory_id] if wanted is None or window.operatory_id in wanted else []
        if not office.map_by_operatory:
            return [None]
        chairs = [one for one in self.ask.platform.state.operatories.values() if one.location_id == office.id]
        return [one.id for one in chairs if one.active and (wanted is None or one.id in wanted)]

    def openings(
        self, column: Column, windows: list[WorkingHour], visits: list[Appointment], day: date
    ) -> Iterator[Opening]:
        """Yield the free times of a column on one local day."""
        place, provider_id, chair = column
        zone, rule = self.ask.platform.state.zone(place), self.ask.platform.switches.overlap
        obstacles = [visit for visit in visits if collide(visit, provider_id, chair, rule)]
        for window in windows_on(windows, day):
            start, close = (wall_clock(day, text, zone) for text in (window.begin_time, window.end_time))
            while start + self.length <= close:
                end = start + self.length
                if start > self.ask.now and not any(o.start_time < end and start < o.end_time for o in obstacles):
                    yield Opening(column=column, start=start, label_id=window.label_id)
                start += self.interval


def _office(ask: Ask, number: int) -> Location:
    office = ask.platform.state.locations.get(number)
    if office is None or office.institution_id != ask.tenant.id:
        raise Refusal(403, "You don't have access to perform this action.")
    return office


def list_slots(ask: Ask) -> Answer:
    """List open slots by location, provider and chair."""
    first, days = ask.query.day("start_date"), ask.query.needed("days")
    assert first is not None
    search = Search.of(ask)
    seen: set[tuple[int, int, datetime]] = set()
    rows: list[Row] = []
    for column, windows in search.columns().items():
        visits = busy(ask.platform, ask.platform.state.locations[column[0]])
        openings = [
            one
            for offset in range(days)
            for one in search.openings(column, windows, visits, first + timedelta(days=offset))
        ]
        fresh = _first_found(ask, openings, seen)
        if fresh or not openings:  # a chair whose every time stands with another chair already is not shown
            rows.append(_group(search, column, windows, visits, fresh))
    return listing(rows)


def _first_found(ask: Ask, openings: list[Opening], seen: set[tuple[int, int, datetime]]) -> list[Opening]:
    """Leave out times already listed for another chair of the provider, unless all are wanted."""
    if ask.query.flag("overlapping_operatory_slots"):
        return openings
    fresh = [one for one in openings if (*one.column[:2], one.start) not in seen]
    seen.update((*one.column[:2], one.start) for one in fresh)
    return fresh


def _group(
    search: Search,
    column: Column,
    windows: list[WorkingHour],
    visits: list[Appointment],
    openings: list[Opening],
) -> Row:
    place, provider_id, chair = column
    row: Row = {"lid": place, "pid": provider_id}
    if chair is not None:
        row["operatory_id"] = chair
    row["slots"] = list[Json](_slot(search, one) for one in openings)
    always = search.ask.platform.switches.next_available_date == "always"
    row["next_available_date"] = _next_date(search, column, windows, visits) if always or not openings else None
    return row


def _slot(search: Search, one: Opening) -> Row:
    place, provider_id, chair = one.column
    zone = search.ask.platform.state.zone(place)
    row: Row = {
        "time": local_stamp(one.start, zone),
        "end_time": local_stamp(one.start + search.length, zone),
        "provider_id": provider_id,
        "working_hour_label_id": one.label_id,
    }
    if chair is not None:
        row["operatory_id"] = chair
    return row


def _next_date(search: Search, column: Column, windows: list[WorkingHour], visits: list[Appointment]) -> str | None:
    day = local_day(search.ask.now, search.ask.platform.state.zone(column[0]))
    day = max(day, search.ask.query.day("start_date") or day)
    for offset in range(HORIZON.days):
        if any(search.openings(column, windows, visits, day + timedelta(days=offset))):
            return (day + timedelta(days=offset)).isoformat()
    return None


ROUTES = (
    Route(
        method="GET",
        path="/available_slots",
        run=list_slots,
        search=True,
        query=(
            SUBDOMAIN,
            Field(name="start_date", kind="day", required=True),
            Field(name="days", kind="number", required=True, least=1),
            Field(name="appointment_type_id", kind="number"),
            Field(name="working_hour_label_id", kind="number"),
            Field(name="working_hour_source", words=("manual", "synced")),
            Field(name="slot_length", kind="number", least=1),
            Field(name="slot_interval", kind="number", least=1),
            Field(name="overlapping_operatory_slots", kind="flag", default=False),
            Field(name="appointments_per_timeslot", kind="number", default=1, least=1, most=5),
            Field(name="lids[]", kind="numbers", required=True),
            Field(name="pids[]", kind="numbers"),
            Field(name="operatory_ids[]", kind="numbers"),
        ),
    ),
)
