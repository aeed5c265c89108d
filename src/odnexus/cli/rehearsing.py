"""``odnexus rehearse``: one visit of an invented patient, through both systems and back, before going live.

The visit is booked at NexHealth, carried to Open Dental by the engine as the location is set up, cancelled there, and
the cancellation seen at NexHealth. The engine works on this one visit only, with a store of its own in memory: nothing
else that waits is touched, and the connector has to be stopped meanwhile. What the rehearsal made is cleaned up in any
case; the chart is set to inactive, since neither API deletes patients, and is used again the next time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import typer
from attrs import define, evolve, field, frozen

from odnexus._sync.engine import SyncEngine
from odnexus._sync.nexhealth import NexHealth
from odnexus._sync.opendental import OpenDental
from odnexus.cli.connecting import Office
from odnexus.cli.doctor.lines import ERRORS
from odnexus.cli.running import only_instance
from odnexus.cli.settings import Settings
from odnexus.cli.telling import PRACTICE, Exit, JsonOption, LocationOption, PracticeArgument, print_json, told
from odnexus.errors import ApiError, ConfigurationError, InvalidRequestError, OdnexusError
from odnexus.nexhealth.changes import AppointmentCreate
from odnexus.nexhealth.models import Appointment as Booking
from odnexus.opendental.models import Appointment, AptStatus, Patient
from odnexus.practice import Location, Modes
from odnexus.reconcile.inbox import Event
from odnexus.reconcile.links import Ref
from odnexus.stores import MemoryStore, Sealer

FIRST, LAST, BORN = "Odette", "Rehearsal", date(1990, 1, 15)
EMAIL, PHONES = "rehearsal@example.com", tuple(f"20255501{last:02d}" for last in range(100))
"""An invented person; 555-01xx numbers and example.com belong to nobody."""

NOTE: Final = "odnexus rehearsal"
"""By this note a booking of a rehearsal is known."""

TRIES: Final = 10
"""Under so many numbers the invented patient is tried to be registered."""

AHEAD: Final = timedelta(days=7)
"""An opening so far ahead that nobody is in the way."""

DAYS: Final = 14
LENGTH: Final = timedelta(minutes=30)
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

State = Literal["pass", "fail"]


@frozen(kw_only=True)
class Step:
    """One step of the rehearsal.

    Attributes:
        name: What was to be shown.
        state: Whether it was.
        text: What was seen: ids and times.
        remedy: What to look at, ``""`` if nothing.
    """

    name: str
    state: State
    text: str
    remedy: str = ""


class NotShownError(OdnexusError):
    """A step did not show what it was to show; the message says what was seen, `remedy` what to look at."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(text, remedy)
        self.text, self.remedy = text, remedy

    def __str__(self) -> str:
        return self.text


@define
class Rehearsal:
    """Plays the visit.

    Args:
        office: The connections.
        location: Where.
        patience: How long one side may take to show what the other did.
        pause: Waits for so many seconds.
    """

    office: Office
    location: Location
    patience: timedelta
    pause: Callable[[float], object] = threading.Event().wait
    _engine: SyncEngine = field(init=False)
    _provider: int = field(init=False, default=0)
    _slot: tuple[datetime, int | None] | None = field(init=False, default=None)
    _booking: Booking | None = field(init=False, default=None)
    _visit: Appointment | None = field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        practice = self.office.settings.practice
        applied = evolve(self.location, modes=Modes(person="apply", visit="apply"))
        self._engine = SyncEngine(
            evolve(practice, locations=(applied,)),
            nexhealth=self.nexhealth,
            opendental=self.opendental,
            store=MemoryStore(),
            sealer=Sealer.ephemeral(),
        )

    @property
    def nexhealth(self) -> NexHealth:
        """Return the client for the location's institution."""
        return self.office.nexhealth(self.office.settings.practice.realm(self.location))

    @property
    def opendental(self) -> OpenDental:
        """Return the client of the location's database."""
        return self.office.opendental(self.location.database)

    def play(self) -> Iterator[Step]:
        """Play one step after the other, until one fails; then, or at the end, clean up."""
        steps: Sequence[tuple[str, Callable[[], str]]] = (
            ("both sides answer", self._answer),
            ("nothing is left of an earlier rehearsal", self._sweep),
            ("an opening is found", self._find_opening),
            ("booked at NexHealth", self._book),
            ("seen in Open Dental", self._see_in_opendental),
            ("cancelled in Open Dental", self._cancel),
            ("the cancellation is seen at NexHealth", self._see_at_nexhealth),
        )
        try:
            for name, show in steps:
                step = _played(name, show)
                yield step
                if step.state == "fail":
                    return
        finally:
            cleaned = _played("cleaned up", self._clean_up)
            yield cleaned

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _answer(self) -> str:
        version = self.opendental.program_version()
        place = self.nexhealth.locations.get(self.location.nexhealth_id)
        return f"Open Dental {version}, NexHealth location {place.id}"

    def _sweep(self) -> str:
        return f"{self._cancel_bookings()} bookings and {self._break_visits()} appointments were still there"

    def _find_opening(self) -> str:
        staff = [each.id for each in self.nexhealth.providers.iter(location_id=self.location.nexhealth_id)]
        start = (datetime.now(UTC) + AHEAD).astimezone(self.location.zone).date()
        groups = self.nexhealth.available_slots.list(
            start_date=start, days=DAYS, lids=[self.location.nexhealth_id], pids=staff
        )
        for group in groups:
            for slot in reversed(group.slots):
                self._provider = slot.provider_id or group.pid or 0
                self._slot = (slot.time, slot.operatory_id or group.operatory_id)
                return f"{slot.time:%Y-%m-%d %H:%M}, provider {self._provider}"
        raise NotShownError("NexHealth shows no opening", "give a provider working hours at NexHealth")

    def _book(self) -> str:
        start, chair = self._slot or (datetime.now(UTC) + AHEAD, None)
        chosen: AppointmentCreate = {
            "patient_id": self._register(),
            "provider_id": self._provider,
            "start_time": start,
            "end_time": start + LENGTH,
            "note": NOTE,
        }
        if chair is not None:
            chosen["operatory_id"] = chair
        self._booking = self.nexhealth.appointments.create(location_id=self.location.nexhealth_id, **chosen)
        return f"appointment {self._booking.id}"

    def _register(self) -> int:
        """Make the invented patient anew: one that the office's own record has not replaced cannot book twice.

        NexHealth refuses whom it knows by name, birth date and phone, and may not show them: another number is tried.
        """
        first = int(datetime.now(UTC).timestamp()) // 60
        for turn in range(TRIES):
            try:
                created = self.nexhealth.patients.create(
                    location_id=self.location.nexhealth_id,
                    provider_id=self._provider,
                    first_name=FIRST,
                    last_name=LAST,
                    date_of_birth=BORN,
                    phone_number=PHONES[(first + turn) % len(PHONES)],
                    email=EMAIL,
                    gender="Female",
                )
            except InvalidRequestError:
                continue
            return created.patient.id
        raise NotShownError("NexHealth takes the invented patient under no number", "remove some of them at NexHealth")

    def _see_in_opendental(self) -> str:
        booking = self._made()
        ref = Ref(side="nexhealth", realm=self._realm, id=str(booking.id))
        self._look("nexhealth.appointment", booking.id)
        self._wait(lambda: self._number(ref) is not None, "the engine has not written it")
        self._visit = visit = self.opendental.appointments.get(self._number(ref) or 0)
        wall = booking.start_time.astimezone(self.location.zone).replace(tzinfo=None) if booking.start_time else None
        if visit.apt_date_time != wall:
            raise NotShownError(f"AptNum {visit.apt_num} stands at another time", "check timezone in the settings")
        return f"AptNum {visit.apt_num} of chart {visit.pat_num}, at the same time"

    def _cancel(self) -> str:
        number = self._visit.apt_num if self._visit is not None else 0
        self.opendental.appointments.break_(number, send_to_unscheduled_list=False)
        return f"AptNum {number} is broken"

    def _see_at_nexhealth(self) -> str:
        number = self._visit.apt_num if self._visit is not None else 0
        self._look("opendental.appointment", number)
        booking = self._made()
        self._wait(
            lambda: bool(self.nexhealth.appointments.get(booking.id).cancelled), "NexHealth does not show it cancelled"
        )
        return f"appointment {booking.id} is cancelled"

    # -- cleaning up ---------------------------------------------------------------------------------------------------

    def _clean_up(self) -> str:
        bookings, visits = self._cancel_bookings(), self._break_visits()
        charts = [row.pat_num for row in self._charts()]
        for number in charts:
            self.opendental.patients.update(number, pat_status="Inactive")
        kept = f"chart {', '.join(map(str, charts))} is inactive" if charts else "no chart was made"
        return f"{bookings} bookings and {visits} appointments were still there; {kept}"

    def _cancel_bookings(self) -> int:
        """Cancel what a rehearsal has booked, known by its note, and return how many there were."""
        now = datetime.now(UTC)
        rows = self.nexhealth.appointments.iter(
            location_id=self.location.nexhealth_id,
            start=now - timedelta(days=1),
            end=now + AHEAD + timedelta(days=2 * DAYS),
            cancelled=False,
            unavailable=False,
        )
        live = [each.id for each in rows if each.note == NOTE]
        for number in live:
            self.nexhealth.appointments.update(number, cancelled=True)
        return len(live)

    def _break_visits(self) -> int:
        """Break what stands in Open Dental for the invented patient, and return how many there were."""
        rows = [
            row
            for chart in self._charts()
            for row in self.opendental.appointments.iter(pat_num=chart.pat_num)
            if row.apt_status == AptStatus.SCHEDULED
        ]
        for row in rows:
            self.opendental.appointments.break_(row.apt_num, send_to_unscheduled_list=False)
        return len(rows)

    def _charts(self) -> list[Patient]:
        found = self.opendental.patients.simple(l_name=LAST, f_name=FIRST, birthdate=BORN)
        return [row for row in found if (row.f_name, row.l_name) == (FIRST, LAST)]

    # -- small things --------------------------------------------------------------------------------------------------

    @property
    def _realm(self) -> str:
        return self.office.settings.practice.realm(self.location)

    def _made(self) -> Booking:
        if self._booking is None:
            raise NotShownError("nothing is booked", "")
        return self._booking

    def _look(self, kind: str, subject: int) -> None:
        """Ask the engine to look at one record, as a delivery or a poll would."""
        now = datetime.now(UTC)
        event = Event(
            id=f"{kind}:{subject}",
            key=f"rehearsal:{subject}",
            location=self.location.name,
            kind=kind,
            subject=str(subject),
            received=now,
            due=now,
        )
        self._engine.store.inbox.put([event])

    def _number(self, ref: Ref) -> int | None:
        link = self._engine.find_link("visit", ref)
        return int(link.opendental.id) if link is not None and link.opendental is not None else None

    def _wait(self, shown: Callable[[], bool], text: str) -> None:
        """Let the engine work until *shown*, or until patience is at its end."""
        end = datetime.now(UTC) + self.patience
        while True:
            self._engine.step(location=self.location.name)
            if shown():
                return
            self._give_up_if_stuck()
            if datetime.now(UTC) >= end:
                raise NotShownError(f"{text} within {round(self.patience.total_seconds())} seconds", self._hint())
            self.pause(0.5)

    def _give_up_if_stuck(self) -> None:
        for question in self._engine.reviews(1):
            kind = question.review.kind
            raise NotShownError(f"the staff would be asked: {kind}", "see the page Answer reviews for what it means")
        for event in self._engine.buried(1):
            raise NotShownError(f"the engine gave up: {event.reason}", ERRORS.get(event.reason, "run odnexus doctor"))

    def _hint(self) -> str:
        waiting = self._engine.waiting(1)
        reason = waiting[0].reason if waiting else ""
        return ERRORS.get(reason, f"it waits because of {reason}" if reason else "run odnexus doctor")


def _played(name: str, show: Callable[[], str]) -> Step:
    try:
        return Step(name=name, state="pass", text=show())
    except NotShownError as error:
        return Step(name=name, state="fail", text=error.text, remedy=error.remedy)
    except ApiError as error:
        kind = type(error).__name__
        return Step(name=name, state="fail", text=f"{kind} at {error.call}", remedy=ERRORS.get(kind, "try again"))


def is_production(settings: Settings) -> bool:
    """Return whether real people could be behind the keys: everything that is no sandbox and not on this machine."""
    host = urlsplit(settings.nexhealth.base_url).hostname
    return settings.nexhealth.environment == "production" and host not in LOOPBACK


def rehearse(
    practice: PracticeArgument = PRACTICE,
    location: LocationOption = None,
    production: Annotated[
        bool, typer.Option("--production", help="Also where the keys are those of a living practice.")
    ] = False,
    patience: Annotated[float, typer.Option(min=0, help="Seconds that each side may take.")] = 120,
    as_json: JsonOption = False,
) -> None:
    """Play one visit of an invented patient through both systems and back, and clean up.

    Exit codes: 0 everything was seen, 1 something was not, 2 the settings are wrong or it is production, 3 the
    connector runs on this store.
    """
    steps = list[Step]()
    with told():
        settings = Settings.load(practice)
        if is_production(settings) and not production:
            raise ConfigurationError(
                'nexhealth.environment: this is production. Use a sandbox key and environment = "sandbox", or say '
                "--production: an invented patient is booked into the real schedule for a moment"
            )
        places = settings.practice.locations
        chosen = settings.practice.location(location) if location else places[0]
        with Office(settings) as office, only_instance(office.store_path):
            for step in Rehearsal(office, chosen, timedelta(seconds=patience)).play():
                steps.append(step)
                if not as_json:
                    print(told_of(step), flush=True)
    if as_json:
        print_json({"location": chosen.name, "steps": steps})
    if any(step.state == "fail" for step in steps):
        raise typer.Exit(Exit.FAILED)


def told_of(step: Step) -> str:
    """Return a step as text."""
    mark = "ok  " if step.state == "pass" else "FAIL"
    line = f"{mark}  {step.name:<39}  {step.text}"
    return f"{line}\n{'':47}→ {step.remedy}" if step.remedy else line


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rehearse)
