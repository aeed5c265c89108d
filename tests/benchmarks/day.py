"""A practice's day on a virtual clock: patients book, the desk confirms and moves, requests take their time.

The connector runs as `odnexus run` runs it. Rates are the vendors' (the simulator of Open Dental answers 429 to whoever
is faster); how long a request takes is assumed, and said with each figure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from random import Random
from statistics import quantiles
from typing import Any, Literal

from attrs import define, frozen

from odnexus._sync.opendental import OpenDental
from odnexus.cli.running import Connector, Rhythm
from odnexus.opendental.modes import Tier
from odnexus.testing import SimReply, SimRequest, transport
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY
from tests.engine.newcomers import newcomer
from tests.engine.town import Town, at

URL = "https://hooks.example.com/nexhealth"
EVENTS_URL = "https://hooks.example.com/opendental/"


@frozen(kw_only=True)
class Way:
    """How an office is reached.

    Attributes:
        name: What the table calls it.
        mode: The API's mode.
        tier: The rate of the key, in Remote mode.
        seconds: How long Open Dental takes for a request.
        every: Time between two polls.
        signals: Whether webhooks and, in the office, API Events arrive; else both sides are polled alone.
    """

    name: str
    mode: Literal["service", "remote"]
    tier: Tier = "standard"
    seconds: float
    every: timedelta = timedelta(minutes=5)
    signals: bool = True


NEXHEALTH_SECONDS = 0.3

QUIET = timedelta(seconds=30)
"""After so long without anything new, no webhook is on its way."""


@define
class Asked:
    """Something that one side did, and when the other side had it."""

    begun: datetime
    landed: datetime | None = None

    @property
    def seconds(self) -> float:
        """How long it took; for ever if it never arrived."""
        return (self.landed - self.begun).total_seconds() if self.landed else float("inf")


class Day(Town):
    """An office that is reached by *way*, and a connector."""

    def __init__(self, way: Way, seed: int = 0) -> None:
        super().__init__(opendental={"mode": way.mode})
        self.way, self.random = way, Random(seed)
        self.booked: dict[int, Asked] = {}
        self.edited: dict[int, Asked] = {}
        self.order: list[int] = []
        self.limited = 0
        self.stirred = self.clock.now()
        self.due: list[tuple[datetime, Callable[[], object]]] = []
        self.engine = self.new_engine(
            opendental=OpenDental(
                developer_key=DEVELOPER_KEY,
                customer_key=CUSTOMER_KEY,
                mode=way.mode,
                tier=way.tier,
                clock=self.clock,
                transport=transport(self.od),
            ),
            event_keys={self.location.database: CUSTOMER_KEY},
        )
        if way.signals:
            self._let_signals_through()
        self.od.handle = self._timed(self.od.handle, way.seconds, self._office_did)
        self.nx.handle = self._timed(self.nx.handle, NEXHEALTH_SECONDS, self._platform_did)

    def _let_signals_through(self) -> None:
        def take(receive: Callable[[Any, bytes], object]) -> Callable[[str, Any, bytes], int]:
            def send(_url: str, headers: Any, body: bytes) -> int:
                receive(headers, body)
                return 200

            return send

        self.engine.ensure_webhooks(URL)
        self.nx.webhooks.send = take(self.engine.receive)
        if self.way.mode == "service":
            self.engine.ensure_api_events(EVENTS_URL, workstation="SRV01")
            self.od.events.send = take(self.engine.receive_opendental)

    def _timed(
        self,
        handle: Callable[[SimRequest], SimReply],
        seconds: float,
        done: Callable[[SimRequest, SimReply], None],
    ) -> Callable[[SimRequest], SimReply]:
        def handled(request: SimRequest) -> SimReply:
            reply = handle(request)
            done(request, reply)
            self.clock.sleep(seconds)
            return reply

        return handled

    # -- what happens --------------------------------------------------------------------------------------------------

    def patient_books(self) -> int:
        """Let somebody new book a slot that nobody else has."""
        number = len(self.booked)
        place, chair = divmod(number, len(self.chairs))
        day, part = divmod(place, 24)
        booking: int = self.nx.patient_app.book(
            self.location_id,
            at(8) + timedelta(days=day, minutes=20 * part),
            provider_id=self.dentists[0],
            operatory_id=self.chairs[chair],
            minutes=20,
            **newcomer(number),
        )
        self.booked[booking] = Asked(self.clock.now())
        return booking

    def desk_confirms(self) -> None:
        """Let the desk confirm a visit that was carried over and not touched yet."""
        ready = [booking for booking, asked in self.booked.items() if asked.landed and booking not in self.edited]
        known = [booking for booking in ready if (link := self.link_of(booking)) is not None and link.opendental]
        if known:
            booking = self.random.choice(known)
            self.od.practice.staff.confirm(self.row_of(booking)["AptNum"])
            self.edited[booking] = Asked(self.clock.now())

    def _office_did(self, request: SimRequest, reply: SimReply) -> None:
        self.limited += reply.status == 429
        if request.method != "GET":
            self.stir()
        if request.method == "POST" and request.path.endswith("/appointments") and reply.status < 300:
            newest = self.od.practice.appointments[max(self.od.practice.appointments)]
            self._landed(newest)

    def _landed(self, row: Any) -> None:
        wall = row["AptDateTime"].replace(tzinfo=self.od.practice.zone)
        for booking, asked in self.booked.items():
            held = self.booking(booking)
            if (
                asked.landed is None
                and held.start_time == wall
                and self.ops[self.chairs.index(held.operatory_id)] == row["Op"]
            ):
                asked.landed = self.clock.now()
                self.order.append(booking)

    def _platform_did(self, request: SimRequest, reply: SimReply) -> None:
        if request.method != "GET":
            self.stir()
        if request.method == "PATCH" and reply.status < 300:
            asked = self.edited.get(int(request.path.rsplit("/", 1)[-1]))
            if asked is not None and asked.landed is None:
                asked.landed = self.clock.now()

    # -- time ----------------------------------------------------------------------------------------------------------

    def plan(self, hours: float, bookings: int, edits: int) -> None:
        """Spread what happens over the coming hours."""
        begin = self.clock.now()
        for count, act in ((bookings, self.patient_books), (edits, self.desk_confirms)):
            for _ in range(count):
                self.due.append((begin + timedelta(hours=self.random.uniform(0, hours)), act))
        self.due.sort(key=lambda each: each[0])

    def run(self, hours: float) -> None:
        """Let the connector run for some hours."""
        connector = Connector(engine=self.engine, rhythm=Rhythm(self.way.every, time(2, 30)), now=self.clock.now)
        logging.getLogger("odnexus.run").disabled = True
        try:
            connector.run(Until(self, self.clock.now() + timedelta(hours=hours)))
        finally:
            logging.getLogger("odnexus.run").disabled = False

    def pass_time(self, seconds: float) -> None:
        """Advance the clock, and let happen what is due by then."""
        self.clock.advance(timedelta(seconds=seconds))
        while self.due and self.due[0][0] <= self.clock.now():
            self.due.pop(0)[1]()
            self.stir()
        # Looking for deliveries costs as much as there are bookings: only when there may be some.
        if self.way.signals and self.clock.now() <= self.stirred + QUIET:
            self.nx.tick()
        if self.od.events.send is not None:
            self.od.events.deliver()

    def stir(self) -> None:
        """Remember that something happened, of which webhooks may tell."""
        self.stirred = self.clock.now()


class Until:
    """Stops a connector at a moment of the virtual clock, which moves while it rests."""

    def __init__(self, day: Day, end: datetime) -> None:
        self._day, self._end = day, end

    def is_set(self) -> bool:
        return self._day.clock.now() >= self._end

    def wait(self, timeout: float) -> bool:
        self._day.pass_time(timeout)
        return self.is_set()


def share(asked: list[Asked], part: int) -> float:
    """Return the seconds within which *part* of 100 arrived."""
    return quantiles([each.seconds for each in asked], n=100)[part - 1]
