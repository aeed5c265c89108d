"""Audits of visits: on one side only, different, double-booked, stuck, or shifted by whole hours.

Open Dental's times are the office's wall clock and NexHealth's are UTC; both are compared as `odnexus.mapping.Visit`.
Only visits ahead are looked at, but for bookings that never arrived: those matter also when it is too late.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final

from odnexus.audit.causes import causes
from odnexus.audit.picture import Pair, Picture, number_in
from odnexus.audit.rows import Kind, Row, Severity, Subject, booked, booking, chart, person, row
from odnexus.mapping import Visit
from odnexus.nexhealth import models as nex
from odnexus.opendental import models as od

UNIT: Final = 5
"""Minutes that one character of a Pattern stands for (page "API Appointments")."""

# -- one side only -----------------------------------------------------------------------------------------------------


def lonely_visits(picture: Picture) -> Iterator[Row]:
    """Yield visits ahead that one calendar has and the other has not; bookings that never arrived are `stuck`."""
    for each in picture.bookings_ahead:
        here = picture.within(picture.nex_visits[each.id].start)
        if here and each.id not in picture.paired_bookings and number_in(each.foreign_id):
            yield row("one-sided-visits", "visit.only-nexhealth", "error", booking(each.id), *_patient(each))
    if picture.mirrored:
        for visit in picture.ahead:
            here = picture.within(picture.od_visits[visit.apt_num].start)
            if here and visit.apt_num not in picture.paired_rows:
                yield row("one-sided-visits", "visit.only-opendental", "warning", booked(visit.apt_num),
                          chart(visit.pat_num))  # fmt: skip


def stuck(picture: Picture) -> Iterator[Row]:
    """Yield bookings that were accepted and never came into the book within the location's grace, the nearest first."""
    why = causes(picture)
    for each in sorted(picture.bookings, key=lambda each: _nearness(picture, each)):
        visit = picture.nex_visits.get(each.id)
        if visit is None or visit.cancelled or each.id in picture.paired_bookings or number_in(each.foreign_id):
            continue
        if not picture.within(visit.start):
            continue
        late = visit.start < picture.now
        waited = picture.at - each.created_at if each.created_at is not None else None
        if late or waited is None or waited > picture.location.grace:
            cause = {"why": words} if (words := why(each)) else {}
            yield row("stuck-bookings", "booking.missed" if late else "booking.stuck", "error", booking(each.id),
                      *_patient(each), waited=span(waited) if waited is not None else "unknown", known_by=None,
                      **cause)  # fmt: skip


def _nearness(picture: Picture, each: nex.Appointment) -> tuple[bool, timedelta]:
    """Return what orders bookings as they have to be called: those ahead, then those missed, the last first."""
    visit = picture.nex_visits.get(each.id)
    ahead = visit.start - picture.now if visit is not None else timedelta()
    return ahead < timedelta(), abs(ahead)


def _patient(each: nex.Appointment) -> tuple[Subject, ...]:
    return (person(each.patient_id),) if each.patient_id else ()


# -- different ---------------------------------------------------------------------------------------------------------

_DIFFERING: Final[dict[str, tuple[str, Severity]]] = {
    "start": ("visit.start", "error"),
    "minutes": ("visit.length", "warning"),
    "operatory": ("visit.operatory", "warning"),
    "provider": ("visit.provider", "warning"),
}


def _live_pairs(picture: Picture) -> Iterator[Pair]:
    """Yield the visits that stand in both calendars and are ahead in one of them."""
    for pair in picture.pairs:
        if max(pair.od_visit.start, pair.nex_visit.start) >= picture.now:
            yield pair


def drift(picture: Picture) -> Iterator[Row]:
    """Yield visits whose time, length, operatory, provider or type differ; what is not mapped is no difference.

    A field that NexHealth does not say differs from nothing.
    """
    for pair in _live_pairs(picture):
        if pair.od_visit.cancelled or pair.nex_visit.cancelled:
            continue
        for name, (rule, severity) in _DIFFERING.items():
            mine, theirs = getattr(pair.od_visit, name), getattr(pair.nex_visit, name)
            if theirs is not None and mine != theirs and not (name == "provider" and _takes_part(theirs, pair.od)):
                yield row("different-visits", rule, severity, *_subjects(pair), fields=(name,),
                          known_by=2, **_facts(name, pair.od_visit, pair.nex_visit))  # fmt: skip
        if _other_type(picture, pair):
            yield row("different-visits", "visit.type", "info", *_subjects(pair), fields=("type",), known_by=2)


def _other_type(picture: Picture, pair: Pair) -> bool:
    """Tell whether a visit has another type than the location's table makes of its booking."""
    rule = picture.location.types.get(pair.nex.appointment_type_id or 0)
    wanted = rule.appointment_type_num if rule is not None else 0
    return wanted not in {0, pair.od.appointment_type_num}


def _takes_part(prov_num: int, each: od.Appointment) -> bool:
    """Tell whether a provider has a part in a visit: a hygiene visit has two, and either may be shown."""
    return prov_num in {each.prov_num, each.prov_hyg}


def states(picture: Picture) -> Iterator[Row]:
    """Yield visits that one side has confirmed or cancelled and the other has not."""
    for pair in _live_pairs(picture):
        mine, theirs = pair.od_visit, pair.nex_visit
        if mine.cancelled != theirs.cancelled:
            side = "opendental" if mine.cancelled else "nexhealth"
            yield row("different-states", f"cancelled.only-{side}", "error", *_subjects(pair), fields=("cancelled",),
                      known_by=2)  # fmt: skip
        elif not mine.cancelled and mine.confirmed != theirs.confirmed and picture.confirmed:
            side = "opendental" if mine.confirmed else "nexhealth"
            yield row("different-states", f"confirmed.only-{side}", "warning", *_subjects(pair), fields=("confirmed",),
                      known_by=2)  # fmt: skip


def _subjects(pair: Pair) -> tuple[Subject, ...]:
    return booked(pair.od.apt_num), booking(pair.nex.id), chart(pair.od.pat_num)


def _facts(name: str, mine: Visit, theirs: Visit) -> dict[str, str]:
    """Return both values, or for times how far apart they are: a time is a patient's own business."""
    if name == "start":
        apart = mine.start - theirs.start
        return {"opendental": f"{span(abs(apart))} {'later' if apart > timedelta() else 'earlier'}"}
    unit = " min" if name == "minutes" else ""
    return {
        "opendental": f"{getattr(mine, name) or 'none'}{unit}",
        "nexhealth": f"{getattr(theirs, name)}{unit}",
    }


def span(time: timedelta) -> str:
    """Return a length of time in words: "2 d 3 h", "1 h 30 min"."""
    minutes = int(time / timedelta(minutes=1))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    words = [f"{count} {unit}" for count, unit in ((days, "d"), (hours, "h"), (rest, "min")) if count]
    return " ".join(words[:2]) or "0 min"


# -- double-booked -----------------------------------------------------------------------------------------------------


def double_booked(picture: Picture) -> Iterator[Row]:
    """Yield visits ahead that overlap in one operatory, or take one provider's own time in two at once.

    A provider may work in several operatories while assistants prepare: only the X of two patterns may not meet.
    """
    yield from _overlaps(picture, "operatory.double", lambda each: picture.od_visits[each.apt_num].operatory, _whole)
    yield from _overlaps(
        picture, "provider.double", lambda each: picture.od_visits[each.apt_num].provider, _own_time, apart=True
    )


_Slots = frozenset[datetime]


def _overlaps(
    picture: Picture,
    rule: str,
    owner: Callable[[od.Appointment], int | None],
    slots: Callable[[od.Appointment, Visit], _Slots],
    *,
    apart: bool = False,
) -> Iterator[Row]:
    """Yield the pairs of visits that take the same five minutes of one owner, in different operatories if *apart*."""
    taken: dict[tuple[int, datetime], list[int]] = defaultdict(list)
    visits = picture.od_visits
    for each in picture.ahead:
        if (number := owner(each)) is not None:
            for slot in slots(each, visits[each.apt_num]):
                taken[number, slot].append(each.apt_num)
    found: Counter[tuple[int, int, int]] = Counter()
    for (number, _), holders in taken.items():
        for one, other in combinations(sorted(holders), 2):
            if not apart or visits[one].operatory != visits[other].operatory:
                found[number, one, other] += UNIT
    kind: Kind = "operatory" if rule.startswith("operatory") else "provider"
    for (number, one, other), minutes in sorted(found.items()):
        yield row("double-booked", rule, "warning", booked(one), booked(other), Subject("opendental", kind, number),
                  fields=(kind,), known_by=2, overlap=f"{minutes} min")  # fmt: skip


def _whole(_: od.Appointment, visit: Visit) -> _Slots:
    return frozenset(visit.start + timedelta(minutes=UNIT) * step for step in range(visit.minutes // UNIT))


def _own_time(each: od.Appointment, visit: Visit) -> _Slots:
    pattern = each.pattern or ""
    return frozenset(
        visit.start + timedelta(minutes=UNIT) * step for step, mark in enumerate(pattern) if mark.upper() == "X"
    )


# -- whole hours -------------------------------------------------------------------------------------------------------

LEAST_SHIFTED: Final = 3
"""Fewer visits that are off by the same whole hours are moves, not a fault of a clock."""


def zones(picture: Picture) -> Iterator[Row]:
    """Yield visits outside office hours that a whole-hour fault of a clock explains, and such a fault of all visits."""
    for each in picture.ahead:
        start = picture.od_visits[each.apt_num].start
        if (found := _explained(picture, start)) is not None:
            # An hour may be an early or a late visit that somebody agreed to.
            severity: Severity = "info" if abs(found) == timedelta(hours=1) else "warning"
            yield row("time-zones", "time.outside-hours", severity, booked(each.apt_num), chart(each.pat_num),
                      fields=("apt_date_time",), known_by=1, shift=_hours(found))  # fmt: skip
    pairs = [pair for pair in _live_pairs(picture) if not pair.od_visit.cancelled and not pair.nex_visit.cancelled]
    shifts = Counter(pair.od_visit.start - pair.nex_visit.start for pair in pairs)
    for shift, count in sorted(shifts.items()):
        if count >= LEAST_SHIFTED and count * 5 >= len(pairs) and abs(shift) in _faults(picture, picture.now):
            yield row("time-zones", "time.shifted", "error",
                      Subject("nexhealth", "location", picture.location.nexhealth_id), fields=("timezone",),
                      shift=_hours(shift), visits=str(count))  # fmt: skip


def _explained(picture: Picture, start: datetime) -> timedelta | None:
    """Return the shift that brings a visit outside hours into them, if a clock's fault would make it."""
    if start.date() not in picture.hours or _is_open(picture, start):
        return None
    faults = sorted(_faults(picture, start))
    shifts: Iterable[timedelta] = (sign * fault for fault in faults for sign in (1, -1))
    return next((shift for shift in shifts if _is_open(picture, start - shift)), None)


def _is_open(picture: Picture, start: datetime) -> bool:
    opened, closed = picture.hours.get(start.date(), (None, None))
    return opened is not None and closed is not None and opened <= start.time() < closed


def _faults(picture: Picture, wall: datetime) -> set[timedelta]:
    """Return the shifts that faults make: the zone taken for UTC, and summer time forgotten."""
    offset = wall.replace(tzinfo=picture.zone).utcoffset() or timedelta()
    return {abs(offset), timedelta(hours=1)} - {timedelta()}


def _hours(shift: timedelta) -> str:
    return f"{shift / timedelta(hours=1):+g} h"
