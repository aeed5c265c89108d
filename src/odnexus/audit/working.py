"""Audits of the joining itself: whether it is fresh, what was given up, and who writes into the office's book."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from attrs import frozen

from odnexus.audit.picture import Picture
from odnexus.audit.rows import Row, Subject, location, row
from odnexus.audit.visits import span
from odnexus.mapping import to_wall
from odnexus.opendental import models as od
from odnexus.reconcile.calendar import booking_in

LATE: Final = timedelta(hours=1)
"""An event that waits for longer after it was due is late."""
PATIENCE: Final = timedelta(days=2)
"""A question that waits for longer has been forgotten."""


def health(picture: Picture) -> Iterator[Row]:
    """Yield what keeps the two systems apart: a synchronizer that rests, events given up or late, open questions."""
    here = location(picture.location.nexhealth_id)
    for each in picture.syncs:
        for side in ("read", "write"):
            if str(getattr(each, f"{side}_status") or "").casefold() == "red":
                yield row("health", f"sync.{side}-red", "error", here, fields=(f"{side}_status",))
    engine = picture.engine
    if engine is None:
        return
    if engine.paused:
        yield row("health", "location.paused", "error", here)
    yield from _buried(picture, here)
    late = [event for event in engine.waiting if picture.at - event.due > LATE]
    if late:
        oldest = picture.at - min(event.due for event in late)
        yield row("health", "event.late", "warning", here, events=str(len(late)), longest=span(oldest))
    forgotten = [each for each in engine.reviews if picture.at - each.opened > PATIENCE]
    if forgotten:
        oldest = picture.at - min(each.opened for each in forgotten)
        yield row("health", "review.forgotten", "warning", here, questions=str(len(forgotten)), longest=span(oldest))


def _buried(picture: Picture, here: Subject) -> Iterator[Row]:
    """Yield the records whose events were given up, each once."""
    given_up: dict[Subject, list[str]] = defaultdict(list)
    for event in picture.engine.buried if picture.engine is not None else ():
        side, _, kind = event.kind.partition(".")
        match (side, kind, event.subject.isdecimal()):
            case ("nexhealth" | "opendental") as side, ("appointment" | "patient") as kind, True:
                given_up[Subject(side, kind, int(event.subject))].append(event.reason)
            case _:
                given_up[here].append(event.reason)
    for subject, reasons in given_up.items():
        facts = {"events": str(len(reasons)), "reason": ", ".join(sorted(set(reasons)))}
        yield row("health", "event.buried", "error", subject, known_by=1, **facts)


# -- who writes --------------------------------------------------------------------------------------------------------

Table: TypeAlias = Literal["appointment", "patient"]
Writer: TypeAlias = Literal["synchronizer", "odnexus", "staff"]

_CREATED: Final[Mapping[str, Table]] = {
    "visit.created": "appointment",
    "person.created": "patient",
    "person.found-after-doubt": "patient",
}
"""Rules of the journal that stand for a row that the engine made."""


@frozen(kw_only=True, order=True)
class Wrote:
    """How many rows of one table somebody made in one week.

    Attributes:
        table: Open Dental's table.
        week: Its Monday, by the office's calendar.
        writer: NexHealth's synchronizer, odnexus, or somebody in the office.
        rows: How many.
    """

    table: Table
    week: date
    writer: Writer
    rows: int


def writers(picture: Picture) -> tuple[Wrote, ...]:
    """Return who made the rows of Open Dental's tables, week by week, as far as the rows tell when they were made.

    A visit is ours if its note bears our stamp or the engine's journal says so; the synchronizer's if NexHealth had the
    booking before Open Dental had the visit; everything else is the staff's, or that of other programs.
    """
    ours, shown = _made_by_us(picture), {pair.od.apt_num: pair.nex for pair in picture.pairs}
    placed = _people_before_charts(picture)
    counts = Counter[_Made]()
    for each in picture.book:
        if made := each.sec_date_t_entry:
            mine = ("appointment", each.apt_num) in ours or bool(booking_in(each.note or ""))
            booking = shown.get(each.apt_num)
            seen = booking.created_at if booking is not None else None
            carried = seen is not None and to_wall(seen, picture.zone) <= made
            counts["appointment", _monday(made.date()), _who(ours=mine, carried=carried)] += 1
    for held in picture.charts:
        if isinstance(held, od.Patient) and (day := held.sec_date_entry):
            mine = ("patient", held.pat_num) in ours
            counts["patient", _monday(day), _who(ours=mine, carried=held.pat_num in placed)] += 1
    made_by = counts.items()
    return tuple(sorted(Wrote(table=table, week=week, writer=who, rows=rows) for (table, week, who), rows in made_by))


_Made: TypeAlias = tuple[Table, date, Writer]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _who(*, ours: bool, carried: bool) -> Writer:
    return "odnexus" if ours else "synchronizer" if carried else "staff"


def _made_by_us(picture: Picture) -> set[tuple[Table, int]]:
    """Return the records that the engine's journal says it made."""
    made = set[tuple[Table, int]]()
    for entry in picture.engine.entries if picture.engine is not None else ():
        table = _CREATED.get(entry.rule)
        for text in entry.related if table is not None and entry.kind == "applied" else ():
            side, number = text.partition(":")[0], text.rpartition("/")[2]
            if table is not None and side == "opendental" and number.isdecimal():
                made.add((table, int(number)))
    return made


def _people_before_charts(picture: Picture) -> set[int]:
    """Return the charts of people whom NexHealth knew on the day before their chart was made."""
    return {
        held.pat_num
        for each, held in picture.linked
        if isinstance(held, od.Patient)
        and held.sec_date_entry is not None
        and each.created_at is not None
        and to_wall(each.created_at, picture.zone).date() < held.sec_date_entry
    }


def two_writers(picture: Picture) -> Iterator[Row]:
    """Yield the weeks in which the synchronizer and odnexus both made rows of one table: one of them has to stop."""
    found: dict[tuple[str, date], dict[Writer, int]] = defaultdict(dict)
    for each in writers(picture):
        found[each.table, each.week][each.writer] = each.rows
    for (table, week), counts in found.items():
        if {"synchronizer", "odnexus"} <= counts.keys():
            facts = {who: str(rows) for who, rows in counts.items()}
            yield row("two-writers", "writer.both", "error", location(picture.location.nexhealth_id),
                      fields=(table, f"{week}"), known_by=1, **facts)  # fmt: skip
