"""The engine that a host embeds: it takes signals, works on them, and answers questions about what it did.

The host owns the process. Nothing here starts a thread, a loop or a signal handler, except `run`, which loops until it
is told to stop. Each method that needs the time takes it as *now*; left out, the engine's clock is read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar, cast
from uuid import uuid4

from odnexus._async._compat import AsyncClock, Handler, StopFlag, SystemAsyncClock
from odnexus._async.answering import AsyncAnswering
from odnexus._async.chain import AsyncChain
from odnexus._async.hooks import AsyncHooks, check_url
from odnexus._async.nexhealth import AsyncNexHealth
from odnexus._async.office import AsyncOffice, AsyncPicture
from odnexus._async.opendental import AsyncOpenDental
from odnexus._async.people import AsyncPeople
from odnexus._async.polling import AsyncPolling
from odnexus._async.records import AsyncRecords
from odnexus._async.signals import events_of_delivery
from odnexus._async.stores import AsyncStore, Sealer
from odnexus._async.turn import HOLD, AsyncTurn
from odnexus._async.working import AsyncWorking
from odnexus._calls import KeySource, Secret, live_keys, require
from odnexus._pace import EVENT_RETRY, RetryPolicy
from odnexus.errors import ConfigurationError, EmptySideError, SignatureError, StoreError, place_of
from odnexus.mapping.person import person_from_nexhealth
from odnexus.matching.decide import Decision
from odnexus.nexhealth.webhooks import parse_flat, verify
from odnexus.opendental.events import ApiEvent, parse_event
from odnexus.practice import Location, Practice
from odnexus.reconcile.alerting import Alert, AlertSink
from odnexus.reconcile.chain import Checkpoint, JournalCheck
from odnexus.reconcile.features import allowed, allowed_to
from odnexus.reconcile.hooks import API_EVENTS, WEBHOOK_EVENTS, offer_of
from odnexus.reconcile.inbox import Event, content_id
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.reconcile.reports import HookReport, PollReport, PracticeStatus, Question, Received, StepReport
from odnexus.reconcile.reviews import Answer, Review
from odnexus.reconcile.triggers import EVENT_NAMES

C = TypeVar("C")

Accepted: TypeAlias = KeySource | Sequence[str | Secret]
"""What a signal may be signed with: one key, several during a rotation, or what returns those that are live."""

log = logging.getLogger("odnexus.engine")


class AsyncSyncEngine:
    """Keeps a practice's Open Dental and NexHealth in step.

    Args:
        practice: Locations, tables and policies.
        nexhealth: The NexHealth client, or one per subdomain.
        opendental: The Open Dental client, or one per database name (`Location.database`).
        store: Where signals, links, reviews and the journal are kept.
        sealer: Seals everything that could hold patient data before it reaches the store.
        handlers: Domain event name → handler. Each is called at least once per event; a handler that raises is
            called again later. The name ``"*"`` gets every event.
        alerts: Where alerts go: a sink, or a plain callable.
        webhook_secrets: Secret of the NexHealth webhook endpoint, several during a rotation; or what returns them.
        event_keys: Customer key that Open Dental's API Events may carry, or several, per database name; or what returns
            them.
        retry: How often and how patiently an event is tried.
        lease: How long the work of a process that died waits before another takes it over; two minutes at least if it
            died while it made something, since that may still succeed.
        clock: Source of time where *now* is left out.

    Raises:
        ConfigurationError: A location names a database or subdomain without a client, a handler's name is unknown, or
            a key in *event_keys* belongs to no location's database.
    """

    def __init__(
        self,
        practice: Practice,
        *,
        nexhealth: AsyncNexHealth | Mapping[str, AsyncNexHealth],
        opendental: AsyncOpenDental | Mapping[str, AsyncOpenDental],
        store: AsyncStore,
        sealer: Sealer,
        handlers: Mapping[str, Handler] | None = None,
        alerts: AlertSink | Callable[[Alert], None] | None = None,
        webhook_secrets: Accepted = (),
        event_keys: Mapping[str, Accepted] | None = None,
        retry: RetryPolicy = EVENT_RETRY,
        lease: timedelta = HOLD,
        clock: AsyncClock | None = None,
    ) -> None:
        self.practice = practice
        self.store = store
        self._handlers = dict(handlers or {})
        self._send_alert = _alerting(alerts)
        self._secrets, self._event_keys = webhook_secrets, _known(practice, event_keys or {})
        self._clock: AsyncClock = clock or SystemAsyncClock()
        self._records = AsyncRecords(store, sealer, _wanted(self._handlers))
        self._nexhealth, self._opendental = nexhealth, opendental
        self._lease, self._holder = lease, uuid4().hex
        self._pictures: dict[str, AsyncPicture] = {}
        self._offices: dict[str, AsyncOffice] = {}
        for location in practice.locations:
            self._offices[location.name] = self._office(location)
        self._working = AsyncWorking(self._records, self._offices, self._handlers, self._send_alert, retry, lease)
        self._answering = AsyncAnswering(self._records, self._offices)
        self._hooks = AsyncHooks(self._records, practice, self._send_alert, self._clock)

    def _office(self, location: Location) -> AsyncOffice:
        realm, database = self.practice.realm(location), location.database
        picture = self._pictures.setdefault(database, AsyncPicture(database, self._records, self._holding(database)))
        return AsyncOffice(
            practice=self.practice,
            location=location,
            realm=realm,
            # Least privilege: what the location's settings do not need cannot be called at all.
            nexhealth=_client(self._nexhealth, realm, f"nexhealth[{realm}]").limited(allowed(location, "nexhealth")),
            opendental=_client(self._opendental, database, f"opendental[{database}]").limited(
                allowed(location, "opendental")
            ),
            records=self._records,
            picture=picture,
            turn=AsyncTurn(
                self.store,
                self._clock,
                location.name,
                self._holder,
                at=self.practice.turn(location),
                hold=self._lease,
            ),
            send_alert=self._send_alert,
        )

    def _holding(self, database: str) -> frozenset[int]:
        """Return the charts of *database* that hold slots and are nobody's."""
        places = [place for place in self.practice.locations if place.database == database]
        return frozenset(place.holding_chart for place in places if place.holding_chart is not None)

    # -- signals -------------------------------------------------------------------------------------------------------

    async def receive(self, headers: Mapping[str, str], body: bytes, now: datetime | None = None) -> Received:
        """Take a NexHealth webhook: verify it, store what it says, and return. Then answer with a 2xx.

        Raises:
            SignatureError: The signature is missing or wrong: answer with a 401.
            WebhookError: The body cannot be read.
        """
        moment = self._now(now)
        learned = await self._hooks.secrets(self._realms, moment)
        delivery = verify(headers, body, (*_live(self._secrets), *learned))
        events = events_of_delivery(delivery, self.practice, self._records, moment)
        new = await self.store.inbox.put(events)
        await self._hooks.mark(f"nexhealth:{delivery.subdomain or self.practice.subdomain}", moment)
        return Received(records=len(events), new=new)

    async def receive_opendental(
        self, headers: Mapping[str, str], body: bytes, now: datetime | None = None
    ) -> Received:
        """Take a request of Open Dental's API Events (page "API Events"): check its key, store what it says.

        Raises:
            SignatureError: The customer key is missing or unknown.
            WebhookError: The body cannot be read.
        """
        moment = self._now(now)
        database, event = self._api_event(headers, body)
        await self._hooks.mark(f"opendental:{database}", moment)
        office = next((each for each in self._offices.values() if each.location.database == database), None)
        if office is None or event.kind not in ("Appointment", "AppointmentDeleted"):
            return Received(records=len(event.ids), new=0)
        events = [await self._row_event(office, number, body, moment) for number in event.ids]
        return Received(records=len(events), new=await self.store.inbox.put(events))

    def _api_event(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ApiEvent]:
        """Return the database whose key the request carries, and what it says."""
        for database, keys in self._event_keys.items():
            try:
                return database, parse_event(headers, body, _live(keys))
            except SignatureError:
                continue
        raise SignatureError("Authorization: no customer key in event_keys fits; add the office's key")

    async def _row_event(self, office: AsyncOffice, apt_num: int, body: bytes, now: datetime) -> Event:
        ref = office.at_opendental(apt_num)
        known = await self._records.link("visit", ref)
        location = known.link.location if known is not None else office.location.name
        key = f"link:{known.link.id}" if known is not None else f"row:{ref}"
        return Event(
            id=content_id("row", ref, body),
            key=key,
            location=location,
            kind="opendental.appointment",
            subject=str(apt_num),
            received=now,
            due=now,
        )

    async def receive_flat(self, location: str, body: bytes, now: datetime | None = None) -> Received:
        """Take a flat payload of a hand-made bridge (``{"event": "appointment.created", "firstName": …}``).

        Such payloads carry no id, no signature and no location: by calling this the host names the location and
        vouches for the sender. What they say is a hint to look at NexHealth; a form is kept, sealed.

        Raises:
            WebhookError: The body cannot be read.
        """
        moment, place = self._now(now), self.practice.location(location)
        flat = parse_flat(body)
        form = flat.event == "patient.form_submitted"
        key = content_id("flat", location, body, "" if form else moment.isoformat())
        event = Event(
            id=key,
            key=f"flat:{location}",
            location=place.name,
            kind="nexhealth.form" if form else "location.look",
            subject=flat.event,
            received=moment,
            due=moment,
            payload=self._records.sealed_payload(key, body) if form else None,
        )
        return Received(records=1, new=await self.store.inbox.put([event]))

    # -- deliveries ----------------------------------------------------------------------------------------------------

    async def ensure_webhooks(
        self, url: str, *, events: Sequence[str] = WEBHOOK_EVENTS, now: datetime | None = None
    ) -> list[HookReport]:
        """Make NexHealth deliver *events* to *url*; return what was found and done, for each institution.

        An endpoint and subscriptions that are missing are made, paused ones resumed, and an endpoint that NexHealth
        switched off is switched on again, with an alert, after which what changed meanwhile is read again. What else
        stands there is named and left alone. The endpoint's secret is kept in the store, sealed, and `receive` knows
        it. Call it once an hour; several workers may.

        Args:
            url: Public address, with HTTPS.
            events: Names without what follows a full stop.
            now: The moment.

        Raises:
            ConfigurationError: The address is none, or NexHealth offers no such event.
        """
        moment = self._now(now)
        check_url(url)
        for event in events:
            offer_of(event)
        allowance = allowed_to("ensure_webhooks", "nexhealth")
        clients = [_client(self._nexhealth, realm, f"nexhealth[{realm}]").limited(allowance) for realm in self._realms]
        pairs = zip(self._realms, clients, strict=True)
        return [await self._hooks.webhooks(realm, client, url, events, moment) for realm, client in pairs]

    async def ensure_api_events(
        self,
        url: str,
        *,
        workstation: str,
        tables: Sequence[str] = API_EVENTS,
        every: timedelta = timedelta(seconds=15),
        now: datetime | None = None,
    ) -> list[HookReport]:
        """Make Open Dental's API Events come to *url*; return what was found and done, for each database.

        Args:
            url: Address that the office can reach.
            workstation: Name of the one machine that sends: without one every machine would.
            tables: What to watch (page "API Subscriptions").
            every: How often the machine looks, in whole seconds.
            now: The moment.

        Raises:
            ConfigurationError: The address is none, or no workstation is named.
        """
        moment = self._now(now)
        check_url(url)
        if not workstation:
            raise ConfigurationError("workstation: name the one machine that sends, or every machine does")
        allowance = allowed_to("ensure_api_events", "opendental")
        names = dict.fromkeys(location.database for location in self.practice.locations)
        return [
            await self._hooks.api_events(
                name,
                _client(self._opendental, name, f"opendental[{name}]").limited(allowance),
                url,
                workstation=workstation,
                tables=tables,
                every=every,
                now=moment,
            )
            for name in names
        ]

    @property
    def _realms(self) -> list[str]:
        return list(dict.fromkeys(self.practice.realm(location) for location in self.practice.locations))

    # -- work ----------------------------------------------------------------------------------------------------------

    async def poll(self, location: str, now: datetime | None = None) -> PollReport:
        """Ask both sides of *location* for what changed and store an event for each difference.

        An office that cannot be reached pauses its location, anything else that is wrong with the location alerts:
        neither raises, since it concerns no other location. `PollReport.paused` says so.

        Raises:
            StoreError: The store cannot be used.
        """
        office, moment = self._named(location), self._now(now)
        return await self._working.poll_safely(office, moment)

    async def step(self, now: datetime | None = None, limit: int = 50, *, location: str | None = None) -> StepReport:
        """Work on at most *limit* events that are due, of all locations or one, oldest first. Never raises for one."""
        return await self._working.step(self._now(now), limit, location)

    async def scan(
        self,
        location: str,
        now: datetime | None = None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> int:
        """Compare both calendars and store an event for each difference; return how many. For the night.

        Args:
            location: Which location.
            now: The moment.
            start: Begin of the window (aware); a day ago if left out.
            end: End of the window (aware); 60 days ahead if left out.

        Raises:
            EmptySideError: One side shows nothing although visits are linked: nothing was stored.
        """
        office, moment = self._named(location), self._now(now)
        lower = _aware("start", start or moment - timedelta(days=1))
        window = lower, _aware("end", end or moment + timedelta(days=60))
        await office.ready(moment)
        await self._answering.take_up(location, moment)
        try:
            return await AsyncPolling(office).scan(moment, *window)
        except EmptySideError:
            text = "One side shows no appointment at all. Nothing was cancelled. Check the connection and the calendar."
            office.alert(moment, "scan.empty-side", text, severity="error")
            raise

    async def run(
        self, stop: StopFlag, *, every: timedelta = timedelta(minutes=5), pause: timedelta = timedelta(seconds=1)
    ) -> None:
        """Poll and step until *stop* is set: the loop for a process of its own.

        Args:
            stop: Anything with ``is_set()``, for example an event that a signal handler sets.
            every: Time between two polls of a location.
            pause: Time between two looks for due events.

        Raises:
            StoreError: The store cannot be used, and trying again does not help; one that is busy or away for a while
                is waited for.
        """
        due: dict[str, datetime] = {}
        while not stop.is_set():
            try:
                settled = await self._turn(stop, due, every)
            except StoreError as error:
                if not error.transient:
                    raise
                log.warning("the store cannot be used now (%s); it is tried again", type(error).__name__)
                settled = 0
            if not settled and not stop.is_set():
                await self._clock.sleep(pause.total_seconds())

    async def _turn(self, stop: StopFlag, due: dict[str, datetime], every: timedelta) -> int:
        """Poll the locations that are due, step, and return how many events were worked on."""
        for location in self.practice.locations:
            now = self._clock.now()
            # One that is further away than the time between two polls was noted before the clock was put back.
            if not timedelta(0) < due.get(location.name, now) - now <= every and not stop.is_set():
                await self._working.poll_safely(self._offices[location.name], now)
                due[location.name] = now + every
        return (await self.step(self._clock.now())).settled

    async def resume(self, location: str, now: datetime | None = None) -> None:
        """Go on with a location that stopped because who writes had changed, after a person has looked."""
        office = self._named(location)
        await self.store.cursors.set(f"writer:{location}", None)
        await self.store.cursors.set(f"pause:{location}", None)
        await office.find_writer(self._now(now))

    # -- questions -----------------------------------------------------------------------------------------------------

    async def reviews(self, limit: int = 100, *, location: str | None = None) -> list[Question]:
        """Return open questions, oldest first, opened: they may show patient data."""
        return await self._answering.open(limit, location)

    async def review(self, id: str) -> Question | None:
        """Return one question, open or answered."""
        return await self._answering.question(id)

    async def answer(
        self, id: str, choice: str, *, record: str | int = "", by: str = "", now: datetime | None = None
    ) -> Review:
        """Answer a question; what it held back is worked on at the next step.

        Args:
            id: The review.
            choice: One of its ``choices``.
            record: The number that the choice needs: a chart for ``"link"``, a carrier for ``"choose"``, a plan for
                ``"plan"``.
            by: Who answers, as the host names its users.
            now: The moment.

        Raises:
            ConfigurationError: There is no such open review, the choice is not offered, or the record is missing.
        """
        given = Answer(choice=choice, record=str(record), by=by, at=self._now(now))
        return await self._answering.answer(id, given)

    async def revoke(self, id: str, now: datetime | None = None) -> Review:
        """Take an answer back: the question is open again, and the patient's next booking waits for it.

        A link of a person that rested on the answer is forgotten. Records that were made stay: `consequences`, asked
        before, names them, and so does the journal.

        Raises:
            ConfigurationError: There is no answered review of that id.
        """
        return await self._answering.revoke(id, self._now(now))

    async def answers(self, limit: int = 100, *, location: str | None = None) -> list[Review]:
        """Return the decisions that are remembered, the newest first: questions that were answered, safe to log."""
        return await self.store.reviews.answered(limit, location=location)

    async def consequences(self, id: str) -> list[Link]:
        """Return what rests on the answer to a review: the link of the person, and the visits written because of it.

        None of it is undone by `revoke` but the link of the person: a visit on a wrong chart is moved by hand.
        """
        return await self._answering.consequences(id)

    # -- how it stands -------------------------------------------------------------------------------------------------

    async def status(self, now: datetime | None = None) -> PracticeStatus:
        """Return how each location stands and what waits in all of them together: no names, only counts and times.

        Neither side is asked anything.
        """
        moment = self._now(now)
        rows = [await self._working.status(office) for office in self._offices.values()]
        return PracticeStatus(at=moment, locations=tuple(rows))

    # -- what is there -------------------------------------------------------------------------------------------------

    async def links(
        self,
        *,
        kind: LinkKind | None = None,
        location: str | None = None,
        state: LinkState | None = None,
        after: str = "",
        limit: int = 100,
    ) -> list[Link]:
        """Return links ordered by id, starting behind the id *after*."""
        return await self.store.links.all(kind=kind, location=location, state=state, after=after, limit=limit)

    async def find_link(self, kind: LinkKind, ref: Ref) -> Link | None:
        """Return the link of a record: so a caller learns the number that its booking got."""
        return await self.store.links.find(kind, ref)

    async def waiting(self, limit: int = 100, *, location: str | None = None) -> list[Event]:
        """Return events that are not finished, oldest first."""
        return await self.store.inbox.waiting(limit, location=location)

    async def buried(self, limit: int = 100, *, location: str | None = None) -> list[Event]:
        """Return events that were given up, with their reason."""
        return await self.store.inbox.buried(limit, location=location)

    async def revive(self, id: str, now: datetime | None = None) -> bool:
        """Try a buried event again, with all its attempts; ``False`` if none of that id is buried."""
        return await self.store.inbox.revive(id, self._now(now))

    async def journal(
        self, *, after: int = 0, limit: int = 100, location: str | None = None, subject: str | None = None
    ) -> list[Entry]:
        """Return journal entries with a number above *after*."""
        return await self.store.journal.read(after=after, limit=limit, location=location, subject=subject)

    async def seal_journal(self) -> Checkpoint:
        """Keep a sealed checkpoint of the journal: what it covers can no longer be changed unseen. Now and then."""
        return await AsyncChain(self._records).seal()

    async def check_journal(self) -> JournalCheck:
        """Compare the journal with its sealed checkpoints.

        Raises:
            SealError: A checkpoint was altered, or sealed with a key that is not here.
        """
        return await AsyncChain(self._records).check()

    async def plan(self, location: str, nexhealth_id: int, now: datetime | None = None) -> list[Entry]:
        """Decide about a NexHealth booking without writing anything; return what would be noted.

        Nothing reaches either side or the store.
        """
        return await self._working.preview(self._named(location), nexhealth_id, self._now(now))

    async def explain(self, location: str, nexhealth_id: int, now: datetime | None = None) -> Decision:
        """Compare a NexHealth patient with every chart known of the office: who it is, and why.

        Nothing is written and, once the charts were read, Open Dental is asked nothing. `odnexus.matching.explain`
        makes the answer readable; no value of a patient is in it.

        Raises:
            NotFoundError: NexHealth has no patient of this id.
        """
        office = self._named(location)
        await office.ready(self._now(now))
        patient = await office.nexhealth.patients.get(nexhealth_id)
        refused = await AsyncPeople(office).refused(office.at_nexhealth(nexhealth_id))
        return office.picture.roster.lookup(person_from_nexhealth(patient).value, refused=refused)

    # -- small things --------------------------------------------------------------------------------------------------

    def _now(self, now: datetime | None) -> datetime:
        return _aware("now", now if now is not None else self._clock.now())

    def _named(self, location: str) -> AsyncOffice:
        self.practice.location(location)
        return self._offices[location]


def _aware(name: str, moment: datetime) -> datetime:
    require(moment.utcoffset() is not None, name, "give the datetime a time zone, such as datetime.now(UTC)")
    return moment


def _known(practice: Practice, event_keys: Mapping[str, Accepted]) -> dict[str, Accepted]:
    """Return *event_keys*, whose databases are those of *practice*: a key under another name would never be tried."""
    databases = {location.database for location in practice.locations}
    for name in event_keys:
        require(
            name in databases, f"event_keys[{name}]", f"no location has this database; there is {sorted(databases)}"
        )
    return dict(event_keys)


def _live(secrets: Accepted) -> tuple[Secret, ...]:
    """Return the secrets that are accepted now."""
    if isinstance(secrets, str | Secret) or callable(secrets):
        return live_keys(secrets)
    return tuple(map(Secret, secrets))


def _client(clients: C | Mapping[str, C], name: str, field: str) -> C:
    if not isinstance(clients, Mapping):
        return clients
    several = cast("Mapping[str, C]", clients)
    if name not in several:
        raise ConfigurationError(f"{field}: a location needs this client; add it to the mapping")
    return several[name]


def _wanted(handlers: Mapping[str, Handler]) -> frozenset[str]:
    unknown = sorted(handlers.keys() - {*EVENT_NAMES, "*"})
    if unknown:
        raise ConfigurationError(f"handlers[{unknown[0]}]: no such event; choose from {', '.join(EVENT_NAMES)}")
    return frozenset(EVENT_NAMES) if "*" in handlers else frozenset(handlers)


def _alerting(alerts: AlertSink | Callable[[Alert], None] | None) -> Callable[[Alert], None]:
    if alerts is None:
        return lambda _: None
    send = alerts if callable(alerts) else alerts.send

    def guarded(alert: Alert) -> None:
        """Pass *alert* on; a sink that fails must not stop the work it tells about."""
        try:
            send(alert)
        except Exception as error:  # noqa: BLE001 - a sink of the host may raise anything
            log.error("alert %s was not passed on: %s", alert.rule, place_of(error))  # noqa: TRY400

    return guarded
