"""The verdict: what both simulators hold in the end, compared with each other and with what people did.

It asks neither the engine nor its store, except for what is left open. A booking's appointment is found by the stamp in
its note, as the front desk finds it; what carries no stamp and was not there before belongs to nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen

from odnexus.cli.demo.cast import Visitor
from odnexus.cli.demo.child import WorkerGoneError
from odnexus.cli.demo.facts import Check
from odnexus.cli.demo.play import Play, Round, Wish
from odnexus.cli.demo.stage import Stage
from odnexus.testing.nexhealth.webhooks import Delivery

IDLE, IDLE_WITH_DELETIONS = 2, 3
"""Requests that Open Dental may get for a poll; every sixth also asks for deleted appointments."""

LATE = timedelta(minutes=20)
"""How late one webhook is at least."""


@frozen(kw_only=True)
class Seen:
    """A visit as one side shows it, in the office's terms.

    Attributes:
        number: Its number on that side.
        start: The office's wall clock.
        minutes: Its length.
        chair: Name of the operatory.
        provider: Abbreviation of the provider.
        cancelled: Whether it is off the book.
        confirmed: Whether it is confirmed.
        chart: PatNum; 0 at NexHealth, which knows no charts.
        name: Who it is for, as that side writes it.
    """

    number: int
    start: datetime
    minutes: int
    chair: str
    provider: str
    cancelled: bool
    confirmed: bool
    chart: int = 0
    name: str = field(default="", repr=False)

    @property
    def place(self) -> tuple[datetime, int, str, str]:
        """Where it stands."""
        return self.start, self.minutes, self.chair, self.provider

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        chart: dict[str, object] = {"chart": self.chart} if self.chart else {}
        return {
            "number": self.number,
            "start": self.start.isoformat(),
            "minutes": self.minutes,
            "chair": self.chair,
            "provider": self.provider,
            "cancelled": self.cancelled,
            "confirmed": self.confirmed,
            "name": self.name,
            **chart,
        }


@frozen(kw_only=True)
class Pair:
    """A line of both calendars: a booking and the appointments that carry its stamp."""

    nexhealth: Seen | None
    opendental: tuple[Seen, ...]

    @property
    def agrees(self) -> bool:
        """Whether both sides show the same: one live visit each, or none."""
        live = [row for row in self.opendental if not row.cancelled]
        if self.nexhealth is None or self.nexhealth.cancelled:
            return not live
        return len(live) == 1 and self._same(live[0])

    def _same(self, row: Seen) -> bool:
        booking = self.nexhealth
        return booking is not None and (booking.place, booking.confirmed) == (row.place, row.confirmed)

    @property
    def start(self) -> datetime:
        """When it begins, for sorting."""
        return (self.nexhealth or self.opendental[0]).start

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "nexhealth": self.nexhealth.as_dict() if self.nexhealth else None,
            "opendental": [row.as_dict() for row in self.opendental],
            "agrees": self.agrees,
        }


# -- looking -----------------------------------------------------------------------------------------------------------


def booking_seen(stage: Stage, booking: Any) -> Seen:
    """Return a booking of NexHealth in the office's terms."""
    office, patient = stage.office, stage.state.patients.get(booking.patient_id)
    return Seen(
        number=booking.id,
        start=booking.start_time.astimezone(stage.opendental.practice.zone).replace(tzinfo=None),
        minutes=round((booking.end_time - booking.start_time).total_seconds() / 60),
        chair=_name(office.operatories, booking.operatory_id),
        provider=_name(office.providers, booking.provider_id),
        cancelled=booking.cancelled,
        confirmed=booking.confirmed or booking.patient_confirmed,
        name=patient.name if patient else "",
    )


def appointment_seen(stage: Stage, row: Any) -> Seen:
    """Return an appointment of Open Dental in the office's terms."""
    practice, demo = stage.opendental.practice, stage.opendental.demo
    chart = practice.patients[row["PatNum"]]
    return Seen(
        number=row["AptNum"],
        start=row["AptDateTime"],
        minutes=len(row["Pattern"]) * 5,
        chair=_name(demo.operatories, row["Op"]),
        provider=_name(demo.providers, row["ProvNum"]),
        cancelled=row["AptStatus"] != "Scheduled",
        confirmed=row["Confirmed"] == demo.definitions["Confirmed"],
        chart=row["PatNum"],
        name=f"{chart['FName']} {chart['LName']}",
    )


def _name(names: Mapping[str, int], number: int | None) -> str:
    return next((name for name, each in names.items() if each == number), f"#{number}")


def calendars(stage: Stage) -> list[Pair]:
    """Return both calendars side by side: what came from NexHealth, and what came from nowhere."""
    before = set(stage.opendental.demo.appointments.values())
    rows = {number: row for number, row in stage.opendental.practice.appointments.items() if number not in before}
    pairs = [
        Pair(nexhealth=booking_seen(stage, booking), opendental=tuple(_stamped(stage, rows, number)))
        for number, booking in stage.state.appointments.items()
    ]
    taken = {row.number for pair in pairs for row in pair.opendental}
    lost = [row for number, row in rows.items() if number not in taken]
    pairs += [Pair(nexhealth=None, opendental=(appointment_seen(stage, row),)) for row in lost]
    return sorted(pairs, key=lambda pair: pair.start)


def _stamped(stage: Stage, rows: Mapping[int, Any], booking: int) -> Iterable[Seen]:
    for row in rows.values():
        if f"NexHealth {booking}" in row.text("Note").splitlines():
            yield appointment_seen(stage, row)


# -- judging -----------------------------------------------------------------------------------------------------------


def judge(play: Play) -> list[Check]:
    """Return every check, the story's own first."""
    pairs = calendars(play.stage)
    return [
        *play.checks,
        agree(pairs),
        nothing_lost(play, pairs),
        nothing_doubled(play, pairs),
        nobody_in_a_wrong_chart(play, pairs),
        wishes_stand(play, pairs),
        others_untouched(play),
        webhooks_twice(play),
        within_budget(play),
        nothing_left(play),
    ]


def agree(pairs: Sequence[Pair]) -> Check:
    """Return whether both calendars show the same."""
    live = sum(pair.nexhealth is not None and not pair.nexhealth.cancelled for pair in pairs)
    return Check(
        name="agree",
        text="Both calendars agree: time, length, chair, provider, cancelled, confirmed",
        against=tuple(f"{_title(pair)}: the two sides differ" for pair in pairs if not pair.agrees),
        figures=f"{live} visits stand, {len(pairs) - live} are cancelled",
    )


def nothing_lost(play: Play, pairs: Sequence[Pair]) -> Check:
    """Return whether each booking that stands is on the office's book."""
    known = {pair.nexhealth.number: pair for pair in pairs if pair.nexhealth}
    against = [f"booking {number} is gone from NexHealth" for number in play.wishes if number not in known]
    lost = [pair for number, pair in known.items() if number in play.wishes and _lost(pair)]
    against += [f"{_title(pair)} has no appointment" for pair in lost]
    return Check(
        name="lost", text="Nothing is lost", against=tuple(against), figures=f"{len(play.wishes)} bookings were made"
    )


def _lost(pair: Pair) -> bool:
    stands = pair.nexhealth is not None and not pair.nexhealth.cancelled
    return stands and all(row.cancelled for row in pair.opendental)


def nothing_doubled(play: Play, pairs: Sequence[Pair]) -> Check:
    """Return whether no visit, booking or new chart is there twice."""
    against = [f"{_title(pair)} has {len(pair.opendental)} appointments" for pair in pairs if len(pair.opendental) > 1]
    against += [f"{_title(pair)} belongs to no booking" for pair in pairs if pair.nexhealth is None]
    against += [f"{_title(pair)} was made by nobody" for pair in pairs if _made_by_nobody(play, pair)]
    charts = _new_charts(play.stage)
    twice = [who for who, count in Counter(charts.values()).items() if count > 1]
    against += [f"{len(twice)} people have more than one new chart"] if twice else []
    newcomers = {wish.visitor.name for wish in play.wishes.values() if not wish.visitor.chart}
    if len(charts) > len(newcomers):
        against.append(f"{len(charts)} new charts for {len(newcomers)} new people")
    return Check(
        name="doubled",
        text="Nothing is there twice",
        against=tuple(against),
        figures=f"{sum(len(pair.opendental) for pair in pairs)} appointments and {len(charts)} charts were made",
    )


def _made_by_nobody(play: Play, pair: Pair) -> bool:
    return pair.nexhealth is not None and pair.nexhealth.number not in play.wishes


def _new_charts(stage: Stage) -> dict[int, tuple[object, ...]]:
    before = set(stage.opendental.demo.patients.values())
    return {
        number: (row["FName"], row["LName"], row["Birthdate"])
        for number, row in stage.opendental.practice.patients.items()
        if number not in before
    }


def nobody_in_a_wrong_chart(play: Play, pairs: Sequence[Pair]) -> Check:
    """Return whether each appointment stands in the chart of whom it was booked for."""
    against: list[str] = []
    for pair in pairs:
        wish = play.wishes.get(pair.nexhealth.number) if pair.nexhealth else None
        for row in pair.opendental if wish else ():
            right = chart_of(play.stage, wish.visitor) if wish else None
            if row.chart != right:
                against.append(f"appointment {row.number} is in chart {row.chart} and belongs into chart {right}")
    people = {wish.visitor for wish in play.wishes.values()}
    return Check(
        name="chart",
        text="Nobody is in a wrong chart",
        against=tuple(against),
        figures=f"{len(people)} people: twins, a father and a son, a child, a nickname",
    )


def chart_of(stage: Stage, visitor: Visitor) -> int | None:
    """Return the chart that somebody's visits belong into; ``None`` if there is none, or more than one."""
    if visitor.chart:
        return stage.opendental.demo.patients[visitor.chart]
    same = [
        number
        for number, who in _new_charts(stage).items()
        if who == (visitor.first_name, visitor.last_name, visitor.born)
    ]
    return same[0] if len(same) == 1 else None


def wishes_stand(play: Play, pairs: Sequence[Pair]) -> Check:
    """Return whether each booking stands, on both sides, as people last left it."""
    against: list[str] = []
    for pair in pairs:
        wish = play.wishes.get(pair.nexhealth.number) if pair.nexhealth else None
        seen = (pair.nexhealth, *pair.opendental)
        if wish and not all(_as_wished(wish, row) for row in seen if row):
            against.append(f"{_title(pair)} does not stand as people left it")
    return Check(
        name="wishes",
        text="Every visit stands as people last left it, on either side",
        against=tuple(against),
        figures="moved, cancelled and confirmed on both sides",
    )


def _as_wished(wish: Wish, row: Seen) -> bool:
    if wish.cancelled or row.cancelled:
        return wish.cancelled == row.cancelled
    return (wish.start, wish.minutes, wish.chair, wish.provider, wish.confirmed) == (*row.place, row.confirmed)


def others_untouched(play: Play) -> Check:
    """Return whether charts and visits that nobody touched are as they were."""
    against = [
        f"{table} {key} was changed"
        for table, rows in play.before.items()
        for key, row in rows.items()
        if play.stage.opendental.practice.tables[table].rows.get(key) != row
    ]
    figures = " and ".join(f"{len(rows)} {table}" for table, rows in play.before.items())
    return Check(name="untouched", text="What was there before is untouched", against=tuple(against), figures=figures)


def webhooks_twice(play: Play) -> Check:
    """Return whether each webhook was sent twice, and arrived."""
    deliveries = play.stage.office.simulator.webhooks.deliveries
    undelivered = [f"webhook {each.id} was not delivered" for each in deliveries if each.state != "delivered"]
    copies = Counter(id(each.payload) for each in deliveries)
    odd = [f"{count} copies of one webhook" for count in copies.values() if count != 2]
    latest = max((_delay(each) for each in deliveries), default=timedelta(0))
    punctual = [] if latest >= LATE else ["no webhook was late"]
    return Check(
        name="webhooks",
        text="Every webhook was sent twice, one of them late, and did its work once",
        against=(*undelivered, *odd, *punctual),
        figures=f"{len(deliveries)} deliveries, the latest after {latest // timedelta(minutes=1)} minutes",
    )


def _delay(delivery: Delivery) -> timedelta:
    said = datetime.fromisoformat(str(delivery.payload["event_time"]))
    return (delivery.first_attempt or said) - said


def within_budget(play: Play) -> Check:
    """Return whether Open Dental was asked no more than promised."""
    over = [
        f"“{scene.title}” took {scene.requests}, allowed {scene.allowed}" for scene in play.scenes if not scene.within
    ]
    idle = idle_rounds(play.rounds)
    polls = [f"an idle poll took {each.poll} requests" for each in idle if each.poll > IDLE_WITH_DELETIONS]
    polls += [f"{_longer(idle)} of {len(idle)} idle polls took more than two"] if _longer(idle) > len(idle) / 5 else []
    echoes = [f"an echo took {each.work} requests" for each in idle if each.work]
    work = sum(scene.requests or 0 for scene in play.scenes)
    return Check(
        name="budget",
        text="Open Dental was asked no more than promised",
        against=(*over, *polls, *echoes),
        figures=f"{work} requests for all work, {IDLE} for an idle poll",
    )


def idle_rounds(rounds: Sequence[Round]) -> list[Round]:
    """Return the polls that found nothing new; the first one also learns the office."""
    return [each for each in rounds[1:] if not each.events and not each.paused]


def _longer(idle: Sequence[Round]) -> int:
    return sum(each.poll > IDLE for each in idle)


def nothing_left(play: Play) -> Check:
    """Return whether the engine has nothing open: no question, no event, no link half made."""
    try:
        left: dict[str, int] = play.stage.child.ask("left")
    except WorkerGoneError:
        left = {"worker that ended early": 1}
    return Check(
        name="left",
        text="No question, event or half-made link is left",
        against=tuple(f"{count} {name}" for name, count in left.items() if count),
        figures="asked of the store",
    )


def _title(pair: Pair) -> str:
    return f"booking {pair.nexhealth.number}" if pair.nexhealth else f"appointment {pair.opendental[0].number}"
