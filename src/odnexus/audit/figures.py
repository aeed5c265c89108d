"""What there is to see, as data: labels and numbers, drawn on the page as SVG and in notebooks by matplotlib.

No figure names anybody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import field, frozen

from odnexus.audit.picture import Pair, Picture
from odnexus.audit.working import writers
from odnexus.mapping import Person, to_wall
from odnexus.mapping.visit import NO_START
from odnexus.matching import Grade
from odnexus.nexhealth import models as nex

if TYPE_CHECKING:
    from odnexus.audit.report import AuditReport, AuditResult

POSSIBLE_BITS: Final = -4.0
PROBABLE_BITS: Final = 0.0
"""The matcher's thresholds (`odnexus.matching.decide`); a test holds them together."""

Tone: TypeAlias = Literal["error", "warning", "info", "good", "plain"]
"""What a series means, which decides its colour."""


@frozen(kw_only=True)
class Series:
    """One row of numbers with a name."""

    name: str
    values: tuple[float, ...]
    tone: Tone = "plain"


@frozen(kw_only=True)
class Figure:
    """What can be drawn.

    Attributes:
        title: What it shows.
        kind: ``bars`` lie, one for each label; ``columns`` stand and are stacked; ``lines`` join their points.
        labels: One for each value of a series.
        series: The numbers.
        unit: What a number counts, such as ``"visits"`` or ``"%"``.
        marks: Upright lines between columns: before which label, and what it means.
        note: How it was worked out, in a sentence.
    """

    title: str
    kind: Literal["bars", "columns", "lines"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    marks: Mapping[int, str] = field(factory=dict[int, str], hash=False)
    note: str = ""

    def __bool__(self) -> bool:
        return any(value for each in self.series for value in each.values)


# -- from booking to chair ---------------------------------------------------------------------------------------------


def _online(picture: Picture) -> list[tuple[nex.Appointment, Pair | None]]:
    """Return the visits that were booked at NexHealth, with what became of them in the book."""
    landed = {pair.nex.id: pair for pair in picture.pairs}
    rows = [(each, landed.get(each.id)) for each in picture.bookings if each.id in picture.nex_visits]
    return [(each, pair) for each, pair in rows if _booked_online(picture, each, pair)]


def _booked_online(picture: Picture, each: nex.Appointment, pair: Pair | None) -> bool:
    """Tell whether NexHealth had the visit first: by its own flag, else by when each record was made."""
    flag = (each.misc or {}).get("is_booked_on_nexhealth")
    if isinstance(flag, bool):
        return flag
    if pair is None:
        return not each.foreign_id
    lag = _lag(picture, each, pair)
    return lag is not None and lag > timedelta()


def _lag(picture: Picture, each: nex.Appointment, pair: Pair) -> timedelta | None:
    """Return how long a booking took into the book, None if the records do not tell."""
    if each.created_at is None or pair.od.sec_date_t_entry is None:
        return None
    return pair.od.sec_date_t_entry - to_wall(each.created_at, picture.zone)


def _origins_are_told(picture: Picture) -> bool:
    """Tell whether most visits of both calendars say where they were booked.

    Exports often leave out when a visit was made. What never came into the book is still known to be from online then,
    and what did is not: a funnel would say that nothing came.
    """
    flagged = [isinstance((pair.nex.misc or {}).get("is_booked_on_nexhealth"), bool) for pair in picture.pairs]
    told = [
        flag or _lag(picture, pair.nex, pair) is not None for flag, pair in zip(flagged, picture.pairs, strict=True)
    ]
    return 2 * sum(told) >= len(told)


def funnel(picture: Picture) -> Figure:
    """Return how far online bookings came: booked, still on, in the book, confirmed, completed."""
    rows = _online(picture) if _origins_are_told(picture) else []
    on = [(each, pair) for each, pair in rows if not picture.nex_visits[each.id].cancelled]
    in_book = [pair for _, pair in on if pair is not None and not pair.od_visit.cancelled]
    done = [pair for pair in in_book if str(pair.od.apt_status) == "Complete"]
    confirmed = [pair for pair in in_book if pair in done or pair.od_visit.confirmed or pair.nex_visit.confirmed]
    counts = {
        "Booked online": len(rows),
        "Not cancelled": len(on),
        "In the book": len(in_book),
        "Confirmed": len(confirmed),
        "Completed": len(done),
    }
    return Figure(
        title="From online booking to the chair",
        kind="bars",
        labels=tuple(counts),
        series=(Series(name="bookings", values=tuple(map(float, counts.values())), tone="good"),),
        unit="bookings",
        note="Every online booking of the window; those still ahead cannot be completed yet.",
    )


def lags(picture: Picture) -> Figure:
    """Return how long online bookings took into the book, by the hour at which they were made."""
    by_hour: dict[int, list[float]] = defaultdict(list)
    for each, pair in _online(picture):
        lag = _lag(picture, each, pair) if pair is not None else None
        if each.created_at is not None and lag is not None and lag >= timedelta():
            by_hour[to_wall(each.created_at, picture.zone).hour].append(lag / timedelta(minutes=1))
    hours = sorted(by_hour)
    halves = tuple(quantile(by_hour[hour], 0.5) for hour in hours)
    tails = tuple(quantile(by_hour[hour], 0.95) for hour in hours)
    return Figure(
        title="How long a booking takes into the book",
        kind="lines",
        labels=tuple(f"{hour:02}:00" for hour in hours),
        series=(
            Series(name="half are faster", values=halves, tone="good"),
            Series(name="one in twenty is slower", values=tails, tone="warning"),
        ),
        unit="minutes",
        note="By the office's hour at which the patient booked.",
    )


_OUTCOMES: Final[Mapping[str, tuple[str, Tone]]] = {
    "Complete": ("completed", "good"),
    "Broken": ("broken", "error"),
    "UnschedList": ("taken off the book", "warning"),
    "Scheduled": ("left open", "plain"),
}


def outcomes(picture: Picture) -> Figure:
    """Return what became of the visits that are over, week by week: what reminders that follow the book may change."""
    past = [each for each in picture.book if each.apt_num in picture.od_visits]
    weeks: dict[date, Counter[str]] = defaultdict(Counter)
    for each in past:
        start = picture.od_visits[each.apt_num].start
        if start != NO_START and start < picture.now and str(each.apt_status) in _OUTCOMES:
            weeks[start.date() - timedelta(days=start.weekday())][str(each.apt_status)] += 1
    ordered = sorted(weeks)
    return Figure(
        title="What became of visits",
        kind="columns",
        labels=tuple(f"{week:%m-%d}" for week in ordered),
        series=tuple(
            Series(name=said, values=tuple(float(weeks[week][status]) for week in ordered), tone=tone)
            for status, (said, tone) in _OUTCOMES.items()
        ),
        unit="visits",
        note="By the week (its Monday) of the visit; take a window of some months before and after going live.",
    )


def quantile(values: Iterable[float], share: float) -> float:
    """Return the value that *share* of *values* (at least one) do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


# -- differences -------------------------------------------------------------------------------------------------------

DRIFT: Final = ("one-sided-visits", "different-visits", "different-states")
_DRIFT_NAMES: Final[Mapping[str, tuple[str, Tone]]] = {
    "one-sided-visits": ("on one side only", "error"),
    "different-states": ("cancelled or confirmed on one side", "warning"),
    "different-visits": ("other time, length, room or provider", "info"),
}


def drift_by_day(results: Iterable[AuditResult]) -> Figure:
    """Return how many visits of each day the two calendars disagree about."""
    counts: dict[str, Counter[date]] = {name: Counter() for name in _DRIFT_NAMES}
    for result in results:
        for row in result.rows if result.audit.name in counts else ():
            first, visits = row.subjects[0], result.picture
            shown = visits.od_visits if first.side == "opendental" else visits.nex_visits
            if (visit := shown.get(first.id)) is not None and visit.start != NO_START:
                counts[result.audit.name][visit.start.date()] += 1
    days = _days({day for count in counts.values() for day in count})
    spans = list(pairwise([*days, date.max]))
    return Figure(
        title="Differences between the two calendars",
        kind="columns",
        labels=tuple(f"{day:%m-%d}" for day in days),
        series=tuple(
            Series(
                name=said,
                values=tuple(float(sum(counts[name][day] for day in counts[name] if a <= day < b)) for a, b in spans),
                tone=tone,
            )
            for name, (said, tone) in _DRIFT_NAMES.items()
        ),
        unit="visits",
        note="By the day of the visit." if len(days) < 2 or days[1] - days[0] == _DAY else "By the week of the visit.",
    )


_DAY: Final = timedelta(days=1)
_MOST_DAYS: Final = 120
"""Days that a figure has room for; a longer time is shown week by week."""


def _days(found: set[date]) -> list[date]:
    """Return every day from the first to the last of *found*, or every Monday: those without anything count as well."""
    if not found:
        return []
    first, last, step = min(found), max(found), _DAY
    if (last - first).days > _MOST_DAYS:
        first, step = first - timedelta(days=first.weekday()), 7 * _DAY
    return [first + place * step for place in range((last - first) // step + 1)]


# -- charts ------------------------------------------------------------------------------------------------------------

_GRADES: Final[Mapping[Grade, Tone]] = {Grade.CERTAIN: "error", Grade.PROBABLE: "warning", Grade.POSSIBLE: "info"}
_STEP: Final = 4


def match_scores(picture: Picture) -> Figure:
    """Return how alike the pairs of charts are that may be one person's, with the two thresholds of the matcher."""
    pairs = picture.roster.duplicates(least=Grade.POSSIBLE)
    steps = Counter((pair.grade, int(pair.score // _STEP)) for pair in pairs)
    found = [step for _, step in steps]
    lowest, highest = (min(found), max(found)) if found else (0, 0)
    lowest = min(lowest, int(POSSIBLE_BITS // _STEP)) if found else 0
    reach = range(lowest, highest + 1)
    return Figure(
        title="Pairs of charts that may be one person's",
        kind="columns",
        labels=tuple(f"{step * _STEP:+d}" for step in reach),
        series=tuple(
            Series(name=grade.value, values=tuple(float(steps[grade, step]) for step in reach), tone=tone)
            for grade, tone in _GRADES.items()
        ),
        unit="pairs",
        marks={
            int(bits // _STEP) - lowest: words
            for bits, words in ((POSSIBLE_BITS, "possible"), (PROBABLE_BITS, "probable"))
            if found
        },
        note="By the evidence in bits, less what chance would bring; which pairs are certain is decided by rules.",
    )


_DETAILS: Final[Mapping[str, tuple[str, Callable[[Person], bool]]]] = {
    "Birth date": ("charts.Birthdate", lambda person: person.birth_date is not None),
    "Mobile phone": ("charts.WirelessPhone", lambda person: bool(person.mobile)),
    "E-mail": ("charts.Email", lambda person: bool(person.email)),
    "Address": ("charts.Address", lambda person: bool(person.address)),
}
"""What matters, the column that tells it, and whether a person has it."""


def completeness(picture: Picture) -> Figure:
    """Return which share of the active charts have the details that matter, clinic by clinic.

    What a table has no column for is not shown: nobody knows whether a chart has it.
    """
    details = {name: has for name, (column, has) in _DETAILS.items() if column not in picture.lacking}
    clinics: dict[int, list[int]] = defaultdict(list)
    for each in picture.active:
        clinics[each.clinic_num].append(each.pat_num)
    tones: Sequence[Tone] = ("good", "info", "warning", "plain")
    return Figure(
        title="Charts with the details that matter",
        kind="bars",
        labels=tuple(details),
        series=tuple(
            Series(
                name=f"clinic {clinic}" if clinic else "no clinic" if len(clinics) > 1 else "all charts",
                values=tuple(
                    _share(has(picture.od_persons[number].value) for number in numbers) for has in details.values()
                ),
                tone=tones[place % len(tones)],
            )
            for place, (clinic, numbers) in enumerate(sorted(clinics.items()))
        ),
        unit="%",
        note="Of active charts.",
    )


def _share(answers: Iterable[bool]) -> float:
    listed = list(answers)
    return round(100 * sum(listed) / len(listed), 1)


_WRITERS: Final[Mapping[str, Tone]] = {"staff": "plain", "synchronizer": "info", "odnexus": "good"}


def who_writes(picture: Picture) -> Figure:
    """Return who made visits in Open Dental, week by week."""
    made = [each for each in writers(picture) if each.table == "appointment"]
    weeks = sorted({each.week for each in made})
    rows = {(each.week, str(each.writer)): float(each.rows) for each in made}
    return Figure(
        title="Who makes visits",
        kind="columns",
        labels=tuple(f"{week:%m-%d}" for week in weeks),
        series=tuple(
            Series(name=who, values=tuple(rows.get((week, who), 0.0) for week in weeks), tone=tone)
            for who, tone in _WRITERS.items()
        ),
        unit="visits",
        note="By the week (its Monday) in which they were made.",
    )


# -- which figure where ------------------------------------------------------------------------------------------------


def by_rule(result: AuditResult) -> Figure:
    """Return how many rows of each rule a result has, for audits without a figure of their own."""
    counts = Counter((row.rule, row.severity) for row in result.rows)
    ordered = sorted(counts, key=lambda key: (-counts[key], key))
    tones: tuple[Tone, ...] = ("error", "warning", "info")
    return Figure(
        title=result.audit.title,
        kind="bars",
        labels=tuple(rule for rule, _ in ordered),
        series=tuple(
            Series(name=tone, values=tuple(float(counts[key]) if key[1] == tone else 0.0 for key in ordered), tone=tone)
            for tone in tones
            if any(severity == tone for _, severity in ordered)
        ),
        unit="rows",
    )


_OWN: Final[Mapping[str, Callable[[Picture], Figure]]] = {
    "duplicate-charts": match_scores,
    "stuck-bookings": funnel,
    "health": lags,
    "two-writers": who_writes,
    "birth-dates": completeness,
    "phones": completeness,
    "emails": completeness,
}


def figure_of(result: AuditResult) -> Figure:
    """Return the figure of one result."""
    name = result.audit.name
    if name in DRIFT:
        return drift_by_day([result])
    return _OWN[name](result.picture) if name in _OWN else by_rule(result)


def figures_of(report: AuditReport) -> tuple[Figure, ...]:
    """Return the figures that say something about a report's picture, in the order of a page."""
    picture = report.picture
    found = (
        funnel(picture),
        drift_by_day(report),
        lags(picture),
        outcomes(picture),
        match_scores(picture),
        completeness(picture),
        who_writes(picture),
    )
    return tuple(figure for figure in found if figure)
