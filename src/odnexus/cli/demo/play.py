"""Playing: people act on the simulators, the worker does its rounds, and what comes of it is read and told."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from attrs import Factory, define, evolve, field, frozen

from odnexus.cli.demo import words
from odnexus.cli.demo.cast import Place, Visitor, instant
from odnexus.cli.demo.facts import Check, Fact, Kind, Scene, Who
from odnexus.cli.demo.stage import Stage

EVERY = timedelta(minutes=5)
"""Time between two polls."""


@frozen(kw_only=True)
class Wish:
    """How a booking is meant to stand in the end, as people last left it.

    Attributes:
        visitor: For whom it was booked.
        start: When, by the office's wall clock.
        chair: Where.
        provider: With whom.
        minutes: How long.
        cancelled: Whether somebody cancelled it.
        confirmed: Whether somebody confirmed it.
    """

    visitor: Visitor
    start: datetime
    chair: str
    provider: str
    minutes: int
    cancelled: bool = False
    confirmed: bool = False


@frozen(kw_only=True)
class Round:
    """One poll and the work after it: what it saw and what Open Dental was asked for it."""

    rows: int
    events: int
    poll: int
    work: int
    paused: str


@define
class Play:
    """The play while it goes on.

    Attributes:
        stage: Where it is played.
        show: Told of each scene as it begins, each fact as it happens, and each scene as its cost is known.
        scenes: What was told.
        wishes: How people want each booking to stand, by its id.
        rounds: The regular polls so far.
        checks: What the story itself checked on the way.
        before: The office's charts and visits before anything happened.
    """

    stage: Stage
    show: Callable[[Scene | Fact, bool], None] = lambda _, __: None
    scenes: list[Scene] = Factory(list[Scene])
    wishes: dict[int, Wish] = Factory(dict[int, Wish])
    rounds: list[Round] = Factory(list[Round])
    checks: list[Check] = Factory(list[Check])
    before: Mapping[str, Mapping[int, Mapping[str, object]]] = field(
        default=Factory(lambda play: _snapshot(play.stage), takes_self=True), init=False
    )
    _entry: int = 0
    _next_poll: datetime | None = None

    # -- telling -------------------------------------------------------------------------------------------------------

    @contextmanager
    def scene(self, title: str, *, allowed: int | None = None) -> Generator[Scene]:
        """Begin a scene; when it ends, its cost is told."""
        scene = Scene(title=title, at=self.stage.wall, allowed=allowed)
        self.scenes.append(scene)
        self.show(scene, False)
        yield scene
        if scene.requests is not None:
            self.show(scene, True)

    def tell(self, who: Who, text: str, kind: Kind = "event", **data: object) -> None:
        """Tell a fact of the present scene."""
        fact = Fact(at=self.stage.wall, who=who, kind=kind, text=text, data=data)
        self.scenes[-1].facts.append(fact)
        self.show(fact, False)

    # -- time ----------------------------------------------------------------------------------------------------------

    def until(self, time: str) -> None:
        """Let the office's clock run to *time*, with a poll every five minutes and webhooks as they fall due."""
        hour, minute = (int(part) for part in time.split(":"))
        end = instant(self.stage.wall.replace(hour=hour, minute=minute, second=0))
        while (self._next_poll or self.stage.clock.now()) < end:
            self.next_round()
        self.stage.clock.advance_to(end)

    def next_round(self) -> Round:
        """Wait for the next regular poll and do it."""
        if self._next_poll is not None:
            self.stage.clock.advance_to(self._next_poll)
        return self.round()

    def round(self) -> Round:
        """Deliver what is due, poll, work, and tell whatever happened."""
        self._next_poll = self.stage.clock.now() + EVERY
        self.deliver()
        report = self.stage.child.ask("poll")
        rows = report["opendental"] + report["patients"] + report["nexhealth"]
        spent = self._work()
        done = Round(rows=rows, events=report["events"], poll=report["requests"], work=spent, paused=report["paused"])
        self.rounds.append(done)
        self.news()
        return done

    def work(self) -> None:
        """Deliver the webhooks that are due and let the worker step; count what Open Dental was asked."""
        self.deliver()
        self._count(self._work())
        self.news()

    def poll(self) -> None:
        """Wait for the next regular poll; count what its work costs, and what the echo of that work costs."""
        self._count(self.next_round().work)
        self.work()

    def _work(self) -> int:
        before = self.stage.sent()
        self.stage.child.ask("work")
        return self.stage.sent() - before

    def _count(self, spent: int) -> None:
        scene = self.scenes[-1]
        scene.requests = (scene.requests or 0) + spent

    # -- what is told by itself ----------------------------------------------------------------------------------------

    def deliver(self) -> None:
        """Let NexHealth send what is due; tell what was sent and how it was answered."""
        hooks = self.stage.office.simulator.webhooks
        # The receiver shall know how late it is.
        self.stage.child.ask("wait")
        before = {each.id: each.attempts for each in hooks.deliveries}
        hooks.deliver_due()
        sent = [each for each in hooks.deliveries if each.attempts > before[each.id]]
        by_event: dict[tuple[str, str], list[str]] = {}
        for each in sent:
            key = (each.event_name, str(each.payload["event_time"]))
            by_event.setdefault(key, []).append(str(each.statuses[-1] or "nobody"))
        for (name, _), statuses in by_event.items():
            times = {1: "once", 2: "twice"}.get(len(statuses), f"{len(statuses)} times")
            self.tell("NexHealth", f"webhook {name} sent {times}, answered {', '.join(statuses)}", "note")

    def news(self) -> None:
        """Read the journal from where it was left, with alerts and domain events, and tell it."""
        told, rule = self.stage.child.ask("news", after=self._entry), ""
        for entry in told["journal"]:
            self._entry = entry["number"]
            if entry["kind"] not in ("announced", "answered") and entry["rule"] not in words.QUIET:
                self._tell_entry(entry, again=entry["rule"] == rule)
                rule = entry["rule"]
        for alert in told["alerts"]:
            self.tell("alert", alert["text"], "note", rule=alert["rule"])
        for event in told["happened"]:
            self._tell_host(event)

    def _tell_entry(self, entry: Mapping[str, Any], *, again: bool) -> None:
        who, kind, text = words.entry_text(self.stage, entry)
        data = {name: entry[name] for name in ("rule", "subject", "related", "fields")}
        if again and self.scenes[-1].facts[-1].text == text:
            # The same finding about another record needs no second line.
            return
        self.tell(who, text, kind, **data)
        if entry["rule"] in ("person.certain", "person.created"):
            self._tell_why(entry)

    def _tell_why(self, entry: Mapping[str, Any]) -> None:
        person = int(words.number_in(entry["subject"]))
        own = next((int(words.number_in(ref)) for ref in entry["related"] if ref.startswith("opendental:")), None)
        made = entry["rule"] == "person.created"
        for candidate in self.stage.child.ask("explain", nexhealth_id=person)["candidates"]:
            if candidate["pat_num"] != own:
                self.tell("odnexus", f"not {words.reasons_text(self.stage, candidate)}", "why", **candidate)
            elif not made:
                self.tell("odnexus", f"because {'; '.join(candidate['reasons'])}", "why", **candidate)
        if own is not None:
            self._tell_traps(own, made=made)

    def _tell_traps(self, own: int, *, made: bool) -> None:
        """Tell which charts a careless match would have taken for the person, as Open Dental shows them."""
        charts = self.stage.opendental.practice.patients
        digits, birth = _digits(charts[own]["WirelessPhone"]), charts[own]["Birthdate"]
        for number, chart in charts.items():
            if number == own:
                continue
            if chart["PatStatus"] == "Archived" and (chart["LName"], chart["Birthdate"]) == (
                charts[own]["LName"],
                birth,
            ):
                text = f"not {words.chart_text(self.stage, number)}: that chart is archived"
                self.tell("odnexus", text, "why", pat_num=number)
            elif made and digits and _digits(chart["WirelessPhone"]) == digits:
                text = (
                    f"not {words.chart_text(self.stage, number)}: a phone in common is no evidence of being one person"
                )
                self.tell("odnexus", text, "why", pat_num=number)

    def _tell_host(self, event: Mapping[str, Any]) -> None:
        self.tell("host", words.event_text(self.stage, event), "note", event=event["name"])
        for candidate in event["candidates"]:
            self.tell("host", f"who could take it: {words.candidate_text(self.stage, candidate)}", "note", **candidate)

    # -- people at NexHealth -------------------------------------------------------------------------------------------

    def books(self, visitor: Visitor, place: Place) -> int:
        """Let somebody book on NexHealth's page; return the booking's id."""
        office = self.stage.office
        booking = office.simulator.patient_app.book(
            office.location_id,
            place.start,
            provider_id=office.providers[place.provider],
            operatory_id=office.operatories[place.chair],
            appointment_type_id=office.types[place.kind],
            first_name=visitor.first_name,
            last_name=visitor.last_name,
            date_of_birth=visitor.born,
            phone_number=visitor.phone,
            email=visitor.email,
        )
        record = self.stage.state.appointments[booking]
        minutes = round((record.end_time - record.start_time).total_seconds() / 60)
        self.wishes[booking] = Wish(
            visitor=visitor, start=place.wall, chair=place.chair, provider=place.provider, minutes=minutes
        )
        self.tell("patient", f"books “{place.kind}”: {words.booking_text(self.stage, booking)}", booking=booking)
        return booking

    def wish(self, visitor: Visitor, **changes: Any) -> int:
        """Note how somebody wants their last booking to stand from now on; return its id."""
        booking = self.booking_of(visitor)
        self.wishes[booking] = evolve(self.wishes[booking], **changes)
        return booking

    def booking_of(self, visitor: Visitor) -> int:
        """Return the id of somebody's last booking."""
        return max(booking for booking, wish in self.wishes.items() if wish.visitor == visitor)

    # -- people at the office ------------------------------------------------------------------------------------------

    def appointment_of(self, visitor: Visitor) -> int:
        """Return the number of the appointment that carries the stamp of somebody's last booking, as staff finds it.

        Raises:
            LookupError: There is none.
        """
        stamp = f"NexHealth {self.booking_of(visitor)}"
        rows = self.stage.opendental.practice.appointments
        for number, row in rows.items():
            if stamp in row.text("Note").splitlines():
                return number
        raise LookupError(f"the front desk finds no appointment with the note “{stamp}”")


def _snapshot(stage: Stage) -> dict[str, dict[int, dict[str, object]]]:
    tables = stage.opendental.practice.tables
    return {name: {key: dict(row) for key, row in tables[name].rows.items()} for name in ("patients", "appointments")}


def _digits(text: object) -> str:
    return "".join(char for char in str(text) if char.isdigit())
