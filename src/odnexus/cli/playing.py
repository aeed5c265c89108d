"""What is typed while ``odnexus simulate`` runs: patients and the front desk do something, a system goes away.

So whoever tries the connector can see it work and fail without an account: a booking comes in, a twin has to be told
apart, the office's server is off. Everybody here is invented.
"""

from __future__ import annotations

import cmd
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import IO, TYPE_CHECKING, Final

from attrs import define, field

if TYPE_CHECKING:
    from odnexus.testing.nexhealth import DemoOffice
    from odnexus.testing.nexhealth.patient_app import Visitor
    from odnexus.testing.nexhealth.records import Appointment
    from odnexus.testing.opendental import OpenDentalSimulator

HOURS: Final = (8, 9, 10, 11, 13, 14, 15, 16)
CHAIRS: Final = (("OP1", "DOC1"), ("OP2", "DOC1"), ("OP3", "DOC2"), ("OP4", "DOC2"))
DAYS: Final = 30
NEWCOMERS: Final = ("Mara Lund", "Jonas Vik", "Petra Sandoval", "Tariq Haddad", "Wilma Okafor", "Ruben Castile")

KNOWN: Final[Visitor] = {
    "first_name": "Bob",
    "last_name": "Whitfield",
    "date_of_birth": date(1979, 6, 2),
    "phone_number": "2085550101",
    "email": "rwhitfield@example.com",
}
TWIN: Final[Visitor] = {
    "first_name": "Mila",
    "last_name": "Castellano",
    "date_of_birth": date(2012, 4, 8),
    "phone_number": "2085550110",
    "email": "lucia.c@example.com",
}
ANSWERS: Final = {"allergies": "latex", "emergency_contact_name": "Rosa Example", "how_did_you_hear": "a friend"}


@define
class Scene:
    """Both systems, and what has been played so far.

    Attributes:
        opendental: The office's Open Dental.
        platform: NexHealth.
        bookings: Ids of the appointments booked here, the latest last.
    """

    opendental: OpenDentalSimulator
    platform: DemoOffice
    bookings: list[int] = field(factory=list[int])

    def book(self, visitor: Visitor) -> Appointment:
        """Book the first opening that NexHealth grants and return it.

        Raises:
            LookupError: There is none within `DAYS` days.
        """
        from odnexus.testing.nexhealth.values import Refusal

        app, platform = self.platform.simulator.patient_app, self.platform
        for start, chair, provider in self._openings():
            try:
                booking = app.book(
                    platform.location_id,
                    start,
                    provider_id=platform.providers[provider],
                    operatory_id=platform.operatories[chair],
                    minutes=60,
                    **visitor,
                )
            except Refusal:
                continue
            self.bookings.append(booking)
            return self.booked(booking)
        raise LookupError("no opening")

    def booked(self, booking: int) -> Appointment:
        """Return the appointment *booking* as NexHealth has it."""
        return self.platform.simulator.state.appointments[booking]

    def visit_of(self, booking: int) -> int | None:
        """Return the appointment of Open Dental in the place of *booking*, if somebody carried it over."""
        start, chairs = self.booked(booking).start_time, self.opendental.demo.operatories
        names = {number: name for name, number in self.platform.operatories.items()}
        chair = chairs.get(names.get(self.booked(booking).operatory_id or 0, ""))
        wall = start.astimezone(self.opendental.practice.zone).replace(tzinfo=None)
        return next(
            (
                number
                for number, row in self.opendental.practice.appointments.items()
                if row["AptDateTime"] == wall and row["Op"] == chair and row["AptStatus"] == "Scheduled"
            ),
            None,
        )

    def _openings(self) -> Iterator[tuple[datetime, str, str]]:
        """Yield hours of the coming days in which a chair is free in Open Dental."""
        zone, practice = self.opendental.practice.zone, self.opendental.practice
        today = self.opendental.clock.now().astimezone(zone).date()
        for ahead in range(2, DAYS):
            day = today + timedelta(days=ahead)
            for hour in HOURS if day.weekday() < 5 else ():
                for chair, provider in CHAIRS:
                    wall = datetime.combine(day, time(hour))
                    if all(
                        row["Op"] != self.opendental.demo.operatories[chair] or row["AptDateTime"] != wall
                        for row in practice.appointments.values()
                    ):
                        yield wall.replace(tzinfo=zone).astimezone(UTC), chair, provider


class Play(cmd.Cmd):
    """Carries out the words that are typed; ``help`` lists them.

    Args:
        scene: Both systems.
        typed: Where the words come from.
        told: Where the answers go.
    """

    prompt = ""
    use_rawinput = False

    def __init__(self, scene: Scene, typed: IO[str], told: IO[str]) -> None:
        super().__init__(stdin=typed, stdout=told)
        self._scene = scene
        self._newcomers = iter(NEWCOMERS)

    def tell(self, text: str) -> None:
        """Print a line."""
        self.stdout.write(f"{text}\n")
        self.stdout.flush()

    def onecmd(self, line: str) -> bool:
        """Carry out one line; whatever goes wrong with it is told."""
        words = line.strip()
        if words == "EOF":
            return True
        try:
            super().onecmd(words)
        except LookupError:
            self.tell("There is nothing to do that with: type book, and let odnexus run carry it over.")
        return False

    def emptyline(self) -> bool:
        """Do nothing, rather than the last thing again."""
        return False

    def default(self, line: str) -> None:
        """Tell what can be typed."""
        self.tell(f"{line.split(maxsplit=1)[0]} is none of the words. Type help.")

    def do_help(self, arg: str) -> None:
        """``help``: this list."""
        del arg
        for name in sorted(self.get_names()):
            if name.startswith("do_"):
                self.tell((getattr(self, name).__doc__ or "").replace("``", ""))

    # -- patients ------------------------------------------------------------------------------------------------------

    def do_book(self, line: str) -> None:
        """``book [new | known | twin]``: somebody books online: without a chart, with one, or a look-alike of two."""
        who = line.strip() or "new"
        people = {"known": KNOWN, "twin": TWIN}
        if who not in {"new", *people}:
            self.tell("Say book new, book known or book twin.")
            return
        visitor = people.get(who) or self._newcomer()
        booked = self._scene.book(visitor)
        wall = booked.start_time.astimezone(self._scene.opendental.practice.zone)
        name = " ".join(filter(None, (visitor.get("first_name"), visitor.get("last_name"))))
        self.tell(
            f"{name} booked {wall:%Y-%m-%d %H:%M}: NexHealth {booked.id}."
            + (
                " Two charts may be meant: with people suggested or written, odnexus review list asks."
                if who == "twin"
                else ""
            )
        )

    def _newcomer(self) -> Visitor:
        number = len(self._scene.bookings)
        given, _, family = next(self._newcomers, f"Guest{number} Newcomer").partition(" ")
        return {
            "first_name": given,
            "last_name": family,
            "date_of_birth": date(1970, 1, 1) + timedelta(days=397 * number),
            "phone_number": f"208555{400 + number:04}",
            "email": f"{given.lower()}@example.com",
        }

    def do_cancel(self, _line: str) -> None:
        """``cancel``: the patient who booked last cancels."""
        self._scene.platform.simulator.patient_app.cancel(self._latest())
        self.tell(f"NexHealth {self._latest()} is cancelled.")

    def do_later(self, _line: str) -> None:
        """``later``: the patient who booked last moves the visit to the next day."""
        start = self._scene.booked(self._latest()).start_time + timedelta(days=1)
        self._scene.platform.simulator.patient_app.reschedule(self._latest(), start)
        self.tell(f"NexHealth {self._latest()} is a day later.")

    def do_form(self, _line: str) -> None:
        """``form``: the patient who booked last fills in an intake form."""
        platform = self._scene.platform
        patient = self._scene.booked(self._latest()).patient_id or 0
        number = platform.simulator.patient_app.submit_form(platform.location_id, patient, dict(ANSWERS))
        self.tell(f"Form {number} is filled in; NexHealth tells it to who subscribed.")

    # -- the front desk ------------------------------------------------------------------------------------------------

    def do_confirm(self, _line: str) -> None:
        """``confirm``: the front desk confirms the visit that was booked last."""
        self._scene.opendental.practice.staff.confirm(self._visit())
        self.tell(f"Open Dental {self._visit()} is confirmed.")

    def do_break(self, _line: str) -> None:
        """``break``: the front desk breaks the visit that was booked last."""
        visit = self._visit()
        self._scene.opendental.practice.staff.break_(visit)
        self.tell(f"Open Dental {visit} is broken.")

    # -- the systems ---------------------------------------------------------------------------------------------------

    def do_offline(self, line: str) -> None:
        """``offline [nexhealth]``: the office's server (or NexHealth) cannot be reached until online is typed."""
        if line.strip() == "nexhealth":
            self._scene.platform.simulator.faults.on("* *", kind="refused", times=None)
            self.tell("NexHealth is offline.")
        else:
            self._scene.opendental.offline = True
            self.tell("Open Dental is offline.")

    def do_online(self, _line: str) -> None:
        """``online``: both systems can be reached again."""
        self._scene.opendental.offline = False
        self._scene.platform.simulator.faults.clear()
        self.tell("Both systems can be reached.")

    def do_show(self, _line: str) -> None:
        """``show``: what was booked here, and the appointment of Open Dental in its place."""
        for booking in self._scene.bookings:
            booked, visit = self._scene.booked(booking), self._scene.visit_of(booking)
            wall = booked.start_time.astimezone(self._scene.opendental.practice.zone)
            state = "cancelled" if booked.cancelled else "confirmed" if booked.confirmed else "booked"
            there = f"Open Dental {visit}" if visit is not None else "not in Open Dental"
            self.tell(f"NexHealth {booking}  {wall:%Y-%m-%d %H:%M}  {state:<9}  {there}")
        if not self._scene.bookings:
            self.tell("Nothing was booked here yet. Type book.")

    def _latest(self) -> int:
        return self._scene.bookings[-1]

    def _visit(self) -> int:
        visit = self._scene.visit_of(self._latest())
        if visit is None:
            raise LookupError("not carried over")
        return visit
