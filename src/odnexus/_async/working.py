"""Working on stored events: one location at a time, oldest first, with what becomes of each.

An office that cannot be reached pauses its location: its events wait, cost no attempt, and go on in order when it is
back. Any other failure concerns one event only. Nothing that a single event does can end the loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from attrs import evolve, frozen

from odnexus._async._compat import Handler
from odnexus._async.insurance import AsyncInsurance
from odnexus._async.intake import AsyncIntake
from odnexus._async.office import AsyncOffice
from odnexus._async.people import AsyncPeople
from odnexus._async.polling import AsyncPolling
from odnexus._async.records import HOST, AsyncRecords
from odnexus._async.rehearsal import AsyncRehearsal
from odnexus._async.visits import AsyncVisits
from odnexus._pace import RetryPolicy
from odnexus.errors import (
    ApiError,
    AuthenticationError,
    AuthorizationLostError,
    ConnectionFailedError,
    LeaseLostError,
    OdnexusError,
    OfficeOfflineError,
    PermissionDeniedError,
    ServerError,
    StoreError,
    place_of,
)
from odnexus.reconcile.alerting import Alert
from odnexus.reconcile.bodies import pack, unpack, unpack_event
from odnexus.reconcile.inbox import Bury, Done, Event, Lease, Retry, Settlement, content_id, verdict
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.reports import LocationStatus, PollReport, StepReport
from odnexus.reconcile.triggers import DomainEvent
from odnexus.reconcile.writer import Writer

log = logging.getLogger("odnexus.engine")

PROBE_AFTER = timedelta(seconds=30)
"""How soon a paused location is tried again, at first."""

PROBE_AT_MOST = timedelta(minutes=5)

WRITING = frozenset(
    {
        "nexhealth.appointment",
        "nexhealth.form",
        "nexhealth.insurance",
        "nexhealth.patient",
        "opendental.appointment",
        "visit.look",
    }
)
"""Kinds of events that may write: they wait while nobody knows who writes here."""

MOST = 10_000
"""So far is counted."""

OFFLINE = {
    "opendental": (
        "Open Dental",
        "Check that the server is on and, for remote access, that the eConnector runs.",
    ),
    "nexhealth": ("NexHealth", "Check this machine's way to the internet, and NexHealth's status page."),
}
"""Which side cannot be reached → its name, and what to do."""

REFUSED = {
    "opendental": "Its key is refused: see in Open Dental under Setup, Advanced Setup, API that it is enabled.",
    "nexhealth": "Its key is refused: make a new one in the developer portal and run odnexus vault rotate.",
}
"""The same where the key is refused."""

HURRY = timedelta(hours=4)
"""A booking that fails and begins within this time is told to people at once."""


@frozen(kw_only=True)
class Pausing:
    """A location that waits for its office: since when, until when, why."""

    since: datetime
    until: datetime
    rule: str

    def to_text(self) -> str:
        """Return it as text for the store."""
        return pack([self.since, self.until, self.rule]).decode()


class _LocationDownError(Exception):
    """The office or NexHealth cannot be reached: the location pauses, its event keeps its attempts."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(type(error).__name__)
        self.error = error


class AsyncWorking:
    """The loop behind `poll` and `step`."""

    def __init__(
        self,
        records: AsyncRecords,
        offices: Mapping[str, AsyncOffice],
        handlers: Mapping[str, Handler],
        send_alert: Callable[[Alert], None],
        retry: RetryPolicy,
        lease: timedelta,
    ) -> None:
        self._records = records
        self._offices = offices
        self._handlers = handlers
        self._send_alert = send_alert
        self._retry = retry
        self._lease = lease

    # -- poll ----------------------------------------------------------------------------------------------------------

    async def poll(self, office: AsyncOffice, now: datetime) -> PollReport:
        """Poll one location unless it is paused or someone else works on it."""
        name = office.location.name
        pausing = await self._pausing(name)
        if pausing is not None and pausing.until > now:
            return PollReport(location=name, paused=pausing.rule)
        if not await office.turn.take(now):
            return PollReport(location=name, paused="another worker is at it")
        try:
            await office.ready(now)
            await office.find_writer(now)
            report = await AsyncPolling(office).poll(now)
            await self._records.store.cursors.set(f"polled:{name}", now.astimezone(UTC).isoformat())
            await office.alert_once(now, "fault", "", "")
            await self._steady(office, now)
        except ApiError as error:
            down = await self._down(office, error)
            if down is None:
                await self._stumbled(office, error, now)
                return PollReport(location=name, paused=type(error).__name__)
            await self._pause(office, down, now)
            return PollReport(location=name, paused=type(down).__name__)
        else:
            await self._awake(office, now)
            return report
        finally:
            await office.turn.give()

    async def poll_safely(self, office: AsyncOffice, now: datetime) -> PollReport:
        """Poll one location as `poll` does; whatever it raises stops no other."""
        try:
            return await self.poll(office, now)
        except StoreError:
            raise
        except LeaseLostError:
            return PollReport(location=office.location.name, paused="another worker is at it")
        except Exception as error:  # noqa: BLE001 - a fault of one location must not stop the others
            await self._faulty(office, error, now)
            return PollReport(location=office.location.name, paused=type(error).__name__)

    async def _faulty(self, office: AsyncOffice, error: Exception, now: datetime) -> None:
        """Say that a location cannot be worked on, once until it can; the log says where it failed."""
        name = office.location.name
        log.error("%s failed at %s", name, place_of(error))
        text = f"{name} cannot be worked on ({type(error).__name__}); the others go on. See the log and its settings."
        await office.alert_once(now, "fault", f"location.fault:{type(error).__name__}", text, severity="error")

    async def _stumbled(self, office: AsyncOffice, error: ApiError, now: datetime) -> None:
        """Say that a poll failed: at once, or with the second in a row where the next may well succeed."""
        rule, cursors, key = f"poll.{type(error).__name__}", self._records.store.cursors, _stumble(office.location.name)
        again = await cursors.get(key) is not None
        await cursors.set(key, now.astimezone(UTC).isoformat())
        if again or not error.transient:
            await office.alert_once(now, "poll", rule, f"Polling failed: {error}", severity="error")
        else:
            log.warning("%s: a poll failed (%s); the next one tries again", office.location.name, rule)

    async def _steady(self, office: AsyncOffice, now: datetime) -> None:
        """Forget polls that failed: one went well since."""
        cursors, key = self._records.store.cursors, _stumble(office.location.name)
        if await cursors.get(key) is not None:
            await cursors.set(key, None)
            await office.alert_once(now, "poll", "", "")

    async def status(self, office: AsyncOffice) -> LocationStatus:
        """Return how one location stands."""
        store, name = self._records.store, office.location.name
        pausing, polled = await self._pausing(name), await store.cursors.get(f"polled:{name}")
        waiting = await store.inbox.waiting(MOST, location=name)
        writer = office.finding.writer.value
        if office.finding.writer is Writer.UNCLEAR:
            # This process has not looked yet, or what it saw is in doubt: what was found last is all that is known.
            writer = await store.cursors.get(f"writer:{name}") or writer
        return LocationStatus(
            location=name,
            database=office.location.database,
            writer=writer,
            polled=datetime.fromisoformat(polled) if polled else None,
            paused=pausing.rule if pausing is not None else "",
            paused_since=pausing.since if pausing is not None else None,
            waiting=len(waiting),
            oldest=min((event.received for event in waiting), default=None),
            buried=len(await store.inbox.buried(MOST, location=name)),
            questions=len(await store.reviews.pending(MOST, location=name)),
        )

    # -- step ----------------------------------------------------------------------------------------------------------

    async def step(self, now: datetime, limit: int, location: str | None) -> StepReport:
        """Work on due events of all locations or one."""
        report = StepReport()
        for name, office in self._offices.items():
            if location in (None, name):
                await self._location_safely(office, now, limit - report.settled, report)
        if location is None:
            await self._host(now, limit, report)
        return report

    async def _location_safely(self, office: AsyncOffice, now: datetime, limit: int, report: StepReport) -> None:
        """Work on one location; whatever it raises stops no other."""
        try:
            await self._location(office, now, limit, report)
        except StoreError:
            # The store is everybody's: without it nobody can go on.
            raise
        except Exception as error:  # noqa: BLE001 - a fault of one location must not stop the others
            await self._faulty(office, error, now)
            report.paused = (*report.paused, office.location.name)

    async def _location(self, office: AsyncOffice, now: datetime, limit: int, report: StepReport) -> None:
        name = office.location.name
        pausing = await self._pausing(name)
        if pausing is not None and pausing.until > now:
            report.paused = (*report.paused, name)
            return
        if limit <= 0 or not await self._has_work(name, now):
            return
        if not await office.turn.take(now):
            return
        try:
            await self._work(office, now, limit, report)
        except LeaseLostError:
            # Another worker has taken over, since this one took too long: it goes on from what is written down.
            log.warning("%s: another worker has taken over", name)
        finally:
            await office.turn.give()

    async def _has_work(self, name: str, now: datetime) -> bool:
        return any(event.due <= now for event in await self._records.store.inbox.waiting(1000, location=name))

    async def _work(self, office: AsyncOffice, now: datetime, limit: int, report: StepReport) -> None:
        try:
            await office.ready(now)
        except ApiError as error:
            await self._pause(office, error, now)
            report.paused = (*report.paused, office.location.name)
            return
        for _ in range(limit):
            lease = await office.turn.next()
            if lease is None:
                return
            try:
                outcome = await self._attempt(office, lease, now)
            except _LocationDownError as down:
                await office.turn.settle(Retry(now + PROBE_AFTER, type(down.error).__name__, counted=False))
                await self._pause(office, down.error, now)
                report.paused = (*report.paused, office.location.name)
                return
            await self._settle(office, lease, outcome, now, report)
            await self._awake(office, now)

    async def _attempt(self, office: AsyncOffice, lease: Lease, now: datetime) -> Settlement:
        event = lease.event
        try:
            return await self._dispatch(office, event, now)
        except LeaseLostError:
            raise
        except OdnexusError as error:
            down = await self._down(office, error) if isinstance(error, ApiError) else None
            if down is not None:
                raise _LocationDownError(down) from error
            await office.note(now, "failed", f"event:{event.id}", type(error).__name__, related=[_subject(event)])
            return verdict(error, event, now, self._retry)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not stop the others
            # Only where it happened is logged: a traceback's message could name a patient.
            log.error("event %s failed at %s", event.id, place_of(error))  # noqa: TRY400
            await office.note(now, "failed", f"event:{event.id}", type(error).__name__, related=[_subject(event)])
            return verdict(OdnexusError(type(error).__name__), event, now, self._retry)

    async def _dispatch(self, office: AsyncOffice, event: Event, now: datetime) -> Settlement:
        if office.finding.writer is Writer.UNCLEAR and event.kind in WRITING:
            return Retry(now + timedelta(minutes=5), office.finding.rule, counted=False)
        match event.kind:
            case "nexhealth.appointment" | "visit.look" as kind:
                return await AsyncVisits(office).from_nexhealth(event, now, again=kind == "visit.look")
            case "opendental.appointment":
                return await AsyncVisits(office).from_opendental(event, now)
            case "nexhealth.patient":
                if office.bridging():
                    await AsyncPeople(office).refresh(int(event.subject), now)
            case "location.look":
                await AsyncPolling(office).poll(now)
            case "location.catch-up":
                await AsyncPolling(office).catch_up(datetime.fromisoformat(event.subject), now)
            case "nexhealth.form":
                return await AsyncIntake(office).take(event, now)
            case "nexhealth.insurance":
                return await AsyncInsurance(office).take(event, now)
            case _:
                # Unknown names are kept and journalled, never an error.
                await office.note(now, "observed", _subject(event), event.kind)
        return Done()

    async def _settle(
        self, office: AsyncOffice, lease: Lease, outcome: Settlement, now: datetime, report: StepReport
    ) -> None:
        event = lease.event
        held = await office.turn.settle(outcome)
        report.settled += 1
        match outcome:
            case Done():
                report.done += 1
            case Retry(due, reason, counted):
                report.retried += 1
                if held and counted and event.attempts == 3 and due - now < HURRY:
                    text = f"{_subject(event)} keeps failing ({reason}) and is tried again. Check it before the visit."
                    office.alert(now, "event.keeps-failing", text, subject=f"event:{event.id}")
            case Bury(reason):
                report.buried += 1
                await self._buried(office, event, reason, now)

    async def _buried(self, office: AsyncOffice, event: Event, reason: str, now: datetime) -> None:
        text = (
            f"{_subject(event)} could not be carried over ({reason}). It is kept as event {event.id}: repair the "
            "cause, then revive the event."
        )
        office.alert(now, "record.failed", text, subject=f"event:{event.id}", severity="error")
        await office.note(now, "failed", f"event:{event.id}", "buried", related=[_subject(event)])
        await self._records.announce(
            DomainEvent(
                id=content_id("buried", event.id, event.attempts, now.isoformat()),
                name="record.failed",
                at=now,
                location=office.location.name,
                reference=event.id,
                rule=reason,
            )
        )

    # -- offline -------------------------------------------------------------------------------------------------------

    async def _down(self, office: AsyncOffice, error: OdnexusError) -> ApiError | None:
        """Return *error* if it means that the office (or NexHealth) cannot be reached at all, else ``None``.

        A refused key everywhere is an office that is offline; a refusal on one resource is a missing permission. A
        proxy that answers everything with its own failure is one, too; a failure at one record is that record's.
        """
        if isinstance(error, OfficeOfflineError | ConnectionFailedError):
            return error
        if isinstance(error, ServerError):
            return error if await self._fails_everywhere(office, error.api) else None
        if isinstance(error, AuthenticationError) and error.api == "nexhealth":
            # NexHealth refuses a right with 403; a 401 that a new token does not cure is the key itself.
            return error
        if not isinstance(error, AuthenticationError | PermissionDeniedError) or error.api != "opendental":
            return None
        try:
            await office.opendental.program_version()
        except (AuthenticationError, PermissionDeniedError, OfficeOfflineError, ConnectionFailedError):
            return error
        except ApiError:
            return None
        return None

    async def _fails_everywhere(self, office: AsyncOffice, api: str) -> bool:
        """Ask the cheapest question there is, and return whether even that fails."""
        try:
            if api == "opendental":
                await office.opendental.program_version()
            else:
                await office.nexhealth.locations.get(office.location.nexhealth_id)
        except (ServerError, OfficeOfflineError, ConnectionFailedError):
            return True
        except ApiError:
            return False
        return False

    async def _pausing(self, name: str) -> Pausing | None:
        text = await self._records.store.cursors.get(f"pause:{name}")
        if not text:
            return None
        since, until, rule = unpack(f'{{"p":{text}}}'.encode())["p"]
        return Pausing(since=datetime.fromisoformat(since), until=datetime.fromisoformat(until), rule=rule)

    async def _pause(self, office: AsyncOffice, error: ApiError, now: datetime) -> None:
        """Let a location wait; tell people once per outage."""
        name, rule = office.location.name, type(error).__name__
        before = await self._pausing(name)
        since = before.since if before is not None else now
        wait = min(max(PROBE_AFTER, (now - since) / 4), PROBE_AT_MOST)
        pausing = Pausing(since=since, until=now + wait, rule=rule)
        await self._records.store.cursors.set(f"pause:{name}", pausing.to_text())
        if before is None:
            side, remedy = OFFLINE.get(error.api, OFFLINE["nexhealth"])
            if isinstance(error, AuthenticationError | PermissionDeniedError):
                remedy = error.message if isinstance(error, AuthorizationLostError) else REFUSED[error.api]
            text = (
                f"{side} cannot be reached from {name} ({rule}). Bookings are kept and written in order once it is "
                f"back. {remedy}"
            )
            office.alert(now, "location.offline", text, subject=f"location:{name}", severity="error")
            await office.note(now, "failed", f"location:{name}", "location.offline", related=[rule])

    async def _awake(self, office: AsyncOffice, now: datetime) -> None:
        name = office.location.name
        before = await self._pausing(name)
        if before is None:
            return
        await self._records.store.cursors.set(f"pause:{name}", None)
        minutes = round((now - before.since).total_seconds() / 60)
        text = f"{name} can be reached again after {minutes} minutes. What waited is worked off in order."
        office.alert(now, "location.back", text, subject=f"location:{name}", severity="info")
        await office.note(now, "observed", f"location:{name}", "location.back")

    # -- host ----------------------------------------------------------------------------------------------------------

    async def _host(self, now: datetime, limit: int, report: StepReport) -> None:
        """Call the host's handlers. An office that is offline does not hold them up."""
        for _ in range(limit):
            leases = await self._records.store.inbox.lease(now, now + self._lease, 1, location=HOST)
            if not leases:
                return
            outcome = await self._call(leases[0].event, now)
            await self._records.store.inbox.settle(leases[0], outcome, now)
            report.settled += 1
            report.done += isinstance(outcome, Done)
            report.retried += isinstance(outcome, Retry)
            report.buried += isinstance(outcome, Bury)

    async def _call(self, event: Event, now: datetime) -> Settlement:
        happened = unpack_event(self._records.payload(event))
        try:
            for name in (happened.name, "*"):
                if name in self._handlers:
                    await self._handlers[name](happened)
        except Exception as error:  # noqa: BLE001 - a handler of the host may raise anything
            log.error("handler of %s failed at %s", happened.name, place_of(error))  # noqa: TRY400
            outcome = verdict(_HandlerError(type(error).__name__), event, now, self._retry)
            if isinstance(outcome, Bury):
                text = f"A handler of {happened.name} keeps failing. Event {event.id} is kept: repair it and revive."
                self._send_alert(
                    Alert(
                        at=now,
                        location=happened.location,
                        rule="handler.failed",
                        severity="error",
                        subject=f"event:{event.id}",
                        text=text,
                    )
                )
            return outcome
        return Done()

    # -- rehearsal -----------------------------------------------------------------------------------------------------

    async def preview(self, office: AsyncOffice, nexhealth_id: int, now: datetime) -> list[Entry]:
        """Decide about a booking without writing anything."""
        await office.ready(now)
        rehearsal = AsyncRehearsal(self._records)
        modes = evolve(office.location.modes, person="observe", visit="observe")
        stage = evolve(
            office,
            location=evolve(office.location, modes=modes),
            records=rehearsal,
            rehearsing=True,
            send_alert=_tell_nobody,
        )
        event = Event(
            id="rehearsal",
            key="rehearsal",
            location=office.location.name,
            kind="nexhealth.appointment",
            subject=str(nexhealth_id),
            received=now,
            due=now,
        )
        await AsyncVisits(stage).from_nexhealth(event, now)
        return rehearsal.entries


class _HandlerError(OdnexusError):
    """A handler of the host raised: it may well work later."""

    transient = True


def _stumble(name: str) -> str:
    """Return the cursor that says when a poll of the location *name* failed and none went well since."""
    return f"stumbled:{name}"


def _tell_nobody(alert: Alert) -> None:
    """Take an alert of a rehearsal."""


def _subject(event: Event) -> str:
    return f"{event.kind}:{event.subject}"
