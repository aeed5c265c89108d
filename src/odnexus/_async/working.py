"""Working on stored events: one location at a time, oldest first, with what becomes of each.

An office that cannot be reached pauses its location: its events wait, cost no attempt, and go on in order when it is
back. Any other failure concerns one event only. Nothing that a single event does can end the loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from attrs import evolve

from odnexus._async._compat import Handler
from odnexus._async.insurance import AsyncInsurance
from odnexus._async.intake import AsyncIntake
from odnexus._async.office import AsyncOffice
from odnexus._async.outages import PROBE_AFTER, AsyncOutages
from odnexus._async.people import AsyncPeople
from odnexus._async.polling import AsyncPolling
from odnexus._async.records import HOST, AsyncRecords
from odnexus._async.rehearsal import AsyncRehearsal
from odnexus._async.visits import AsyncVisits
from odnexus._pace import RetryPolicy
from odnexus.errors import (
    ApiError,
    LeaseLostError,
    OdnexusError,
    StoreError,
    place_of,
)
from odnexus.reconcile.alerting import Alert
from odnexus.reconcile.bodies import unpack_event
from odnexus.reconcile.inbox import Bury, Done, Event, Lease, Retry, Settlement, content_id, verdict
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.reports import LocationStatus, PollReport, StepReport
from odnexus.reconcile.triggers import DomainEvent
from odnexus.reconcile.writer import Writer

log = logging.getLogger("odnexus.engine")

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

HURRY = timedelta(hours=4)
"""A booking that fails and begins within this time is told to people at once."""


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
        self._outages = AsyncOutages(records)
        self._offices = offices
        self._handlers = handlers
        self._send_alert = send_alert
        self._retry = retry
        self._lease = lease

    # -- poll ----------------------------------------------------------------------------------------------------------

    async def poll(self, office: AsyncOffice, now: datetime) -> PollReport:
        """Poll one location unless it is paused or someone else works on it."""
        name = office.location.name
        pausing = await self._outages.pausing(name)
        if pausing is not None and pausing.holds(now):
            return PollReport(location=name, paused=pausing.rule)
        if not await office.turn.take(now):
            return PollReport(location=name, paused="another worker is at it")
        try:
            await office.ready(now)
            await office.find_writer(now)
            report = await AsyncPolling(office).poll(now)
            await self._records.store.cursors.set(f"polled:{name}", now.astimezone(UTC).isoformat())
            await office.alert_once(now, "fault", "", "")
            await self._outages.steady(office, now)
        except ApiError as error:
            down = await self._outages.down(office, error)
            if down is None:
                await self._outages.stumbled(office, error, now)
                return PollReport(location=name, paused=type(error).__name__)
            await self._outages.pause(office, down, now)
            return PollReport(location=name, paused=type(down).__name__)
        else:
            await self._outages.awake(office, now)
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
            await self._outages.faulty(office, error, now)
            return PollReport(location=office.location.name, paused=type(error).__name__)

    async def status(self, office: AsyncOffice) -> LocationStatus:
        """Return how one location stands."""
        store, name = self._records.store, office.location.name
        pausing, polled = await self._outages.pausing(name), await store.cursors.get(f"polled:{name}")
        waiting = await store.inbox.waiting(MOST, location=name)
        writer, unclear = office.finding.writer.value, await office.told("writer")
        if office.finding.writer is Writer.UNCLEAR and not unclear:
            # This process has not looked yet: what was found last is all that is known.
            writer = await store.cursors.get(f"writer:{name}") or writer
        return LocationStatus(
            location=name,
            database=office.location.database,
            writer=writer,
            polled=datetime.fromisoformat(polled) if polled else None,
            paused=pausing.rule if pausing is not None else unclear,
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
            await self._outages.faulty(office, error, now)
            report.paused = (*report.paused, office.location.name)

    async def _location(self, office: AsyncOffice, now: datetime, limit: int, report: StepReport) -> None:
        name = office.location.name
        pausing = await self._outages.pausing(name)
        if pausing is not None and pausing.holds(now):
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
            await self._outages.pause(office, error, now)
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
                await self._outages.pause(office, down.error, now)
                report.paused = (*report.paused, office.location.name)
                return
            await self._settle(office, lease, outcome, now, report)
            await self._outages.awake(office, now)

    async def _attempt(self, office: AsyncOffice, lease: Lease, now: datetime) -> Settlement:
        event = lease.event
        try:
            return await self._dispatch(office, event, now)
        except LeaseLostError:
            raise
        except OdnexusError as error:
            down = await self._outages.down(office, error) if isinstance(error, ApiError) else None
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


def _tell_nobody(alert: Alert) -> None:
    """Take an alert of a rehearsal."""


def _subject(event: Event) -> str:
    return f"{event.kind}:{event.subject}"
