"""When the office is open and what of it is still free, computed from schedules and appointments.

A provider's row of the schedule may name operatories; where it names none, the operatories whose default provider it is
count (page "Schedules").
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from attrs import frozen

from odnexus.testing.opendental.values import Row
from odnexus.testing.opendental.visits import BLOCKING, Span, span

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice


@frozen(kw_only=True)
class Opening:
    """A time in which a provider works in an operatory.

    Args:
        start: From when.
        end: To when.
        provider: ProvNum.
        operatory: OperatoryNum.
    """

    start: datetime
    end: datetime
    provider: int
    operatory: int


def days(practice: Practice, first: date, last: date) -> list[date]:
    """Return the days from *first* to *last*, both included, for which there is a schedule."""
    return sorted({day for row in practice.rows("schedules") if first <= (day := row.day("SchedDate")) <= last})


def subtract(free: Iterable[Span], busy: Iterable[Span]) -> list[Span]:
    """Return what is left of *free* without *busy*."""
    left = list(free)
    for start, end in busy:
        left = [piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]]
    return left


def open_in(practice: Practice, day: date, op: int) -> list[Span]:
    """Return when any provider works in the operatory *op* that day, touching times joined."""
    found = sorted(_span(row) for row in _provider_rows(practice, day) if op in operatories_of(practice, row))
    joined: list[Span] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def operatories_of(practice: Practice, row: Row) -> tuple[int, ...]:
    """Return the operatories of a provider's row of the schedule."""
    named = tuple(int(part) for part in row.text("operatories").split(",") if part)
    if named:
        return named
    provider = row["ProvNum"]
    return tuple(
        room.number("OperatoryNum")
        for room in practice.rows("operatories")
        if provider in (room["ProvDentist"], room["ProvHygienist"])
    )


def free(practice: Practice, day: date, provider: int, op: int = 0) -> list[Opening]:
    """Return the free times of *provider* that day, as the page "Appointments" describes for Slots.

    Whole intervals. The provider's appointments in every operatory count, each with its whole length, and only times
    free in all the operatories of the row are left.

    Args:
        practice: The office's data.
        day: The day.
        provider: ProvNum.
        op: Only this operatory; 0 for those the provider works in.
    """
    found: list[Opening] = []
    for row in _provider_rows(practice, day):
        rooms = operatories_of(practice, row)
        wanted = tuple(room for room in rooms if op in (0, room))
        if row["ProvNum"] != provider or not wanted:
            continue
        left = subtract([_span(row)], _busy(practice, day, provider, wanted))
        found += [Opening(start=a, end=b, provider=provider, operatory=wanted[0]) for a, b in left]
    return sorted(found, key=lambda opening: (opening.start, opening.operatory))


def _busy(practice: Practice, day: date, provider: int, rooms: tuple[int, ...]) -> list[Span]:
    taken = [
        span(row)
        for row in practice.rows("appointments")
        if row["AptStatus"] in BLOCKING
        and row.day("AptDateTime") == day
        and (row["Op"] in rooms or provider in (row["ProvNum"], row["ProvHyg"]))
    ]
    return taken + (_blockouts(practice, day, rooms) if practice.switches.slots_respect_blockouts else [])


def _blockouts(practice: Practice, day: date, rooms: tuple[int, ...]) -> list[Span]:
    return [
        _span(row)
        for row in practice.rows("schedules")
        if row["SchedType"] == "Blockout"
        and row["SchedDate"] == day
        and set(rooms) & set(operatories_of(practice, row))
    ]


def _provider_rows(practice: Practice, day: date) -> list[Row]:
    rows = [row for row in practice.rows("schedules") if row["SchedDate"] == day]
    if any(row["SchedType"] == "Practice" and row["Status"] == "Holiday" for row in rows):
        return []
    return [row for row in rows if row["SchedType"] == "Provider"]


def _span(row: Row) -> Span:
    day = row.day("SchedDate")
    return datetime.combine(day, row.clock_time("StartTime")), datetime.combine(day, row.clock_time("StopTime"))
