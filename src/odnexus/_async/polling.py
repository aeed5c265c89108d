"""Looking at both sides for what changed, and comparing both calendars.

Polls put events; they decide nothing. A row that shows what was agreed puts none, so an echo of our own write costs
nothing more. Cursors move only after the events of a page were stored. Both polls read with an overlap, since neither
vendor says whether its filter includes the boundary.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from attrs import evolve

from odnexus._async.insurance import watch_coverages
from odnexus._async.kinds import AsyncKinds
from odnexus._async.office import AsyncOffice, booked_of, chart_of
from odnexus._async.records import Known
from odnexus._async.refusals import REFUSALS
from odnexus._async.unread import AsyncUnread, unread_charts
from odnexus._async.waiting import AsyncWaiting
from odnexus.errors import AuthenticationError, EmptySideError, NotFoundError, UnexpectedResponseError
from odnexus.mapping.visit import to_instant
from odnexus.matching.roster import Chart
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment, HistAppointment
from odnexus.reconcile.bodies import place_of
from odnexus.reconcile.calendar import Booked, booking_in
from odnexus.reconcile.inbox import Event, content_id
from odnexus.reconcile.links import LinkState
from odnexus.reconcile.reports import PollReport
from odnexus.reconcile.triggers import slot_of

OPENDENTAL_OVERLAP = timedelta(minutes=2)
NEXHEALTH_OVERLAP = timedelta(hours=1)
SHIFT = timedelta(hours=3)
"""For so long after the office's clock was put back, polls read the hour that happened twice again."""

EMPTY_MEANS_SOMETHING = 3
"""From this many linked visits on, an empty calendar is a fault and not a fact."""


class AsyncPolling:
    """Polls and scans for one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._mirrored = 0

    async def poll(self, now: datetime) -> PollReport:
        """Ask both sides for what changed since the last poll and put an event for each difference."""
        office = self._office
        before = office.opendental.requests_sent
        await self._watch(now)
        await AsyncKinds(office).watch(now)
        patients = await self._poll_patients(now)
        rows, opened = await self._poll_opendental(now)
        deleted = await self._poll_deletions(now)
        bookings, put = await self._poll_nexhealth(now)
        put += await watch_coverages(office, now)
        put += await self._rescan(now)
        put += await AsyncWaiting(office).check(now)
        await office.note(now, "observed", f"location:{office.location.name}", "location.polled")
        return PollReport(
            location=office.location.name,
            opendental=rows,
            patients=patients,
            nexhealth=bookings,
            events=opened + deleted + put,
            requests=office.opendental.requests_sent - before,
        )

    async def _watch(self, now: datetime) -> None:
        """Remember since when the location is watched: older bookings are linked, not announced."""
        cursors, key = self._office.records.store.cursors, f"watched:{self._office.location.name}"
        if await cursors.get(key) is None:
            await cursors.set(key, now.isoformat())

    async def _rescan(self, now: datetime) -> int:
        """What was only observed is looked at again once more is allowed."""
        location, cursors = self._office.location, self._office.records.store.cursors
        modes = f"{location.modes.person},{location.modes.visit}"
        if location.mirror is not None:
            modes += f",mirror:{location.mirror.patients}"
        before = await cursors.get(f"modes:{location.name}")
        if modes == before:
            return 0
        put = 0
        if before is not None:
            put = await self.scan(now, now - timedelta(days=1), now + location.horizon, whole=True)
        await cursors.set(f"modes:{location.name}", modes)
        return put

    # -- Open Dental ---------------------------------------------------------------------------------------------------

    async def _since(self, what: str, now: datetime) -> datetime | None:
        """Return from when to read: the cursor less an overlap, by the office's clock.

        In the night when that clock is put back, an hour happens twice: then the overlap covers that hour.
        """
        text = await self._office.records.store.cursors.get(f"since:{what}:{self._office.location.database}")
        if not text:
            return None
        wall, earlier = self._office.wall(now), self._office.wall(now - SHIFT)
        put_back = max(timedelta(0), SHIFT - (wall - earlier))
        return datetime.fromisoformat(text) - OPENDENTAL_OVERLAP - put_back

    async def _advance(self, what: str, moments: list[datetime]) -> None:
        """Move a cursor to the office's own clock as the answer told it; without rows it stays."""
        if moments:
            name = f"since:{what}:{self._office.location.database}"
            await self._office.records.store.cursors.set(name, min(moments).isoformat())

    async def _poll_patients(self, now: datetime) -> int:
        """Keep the roster fresh (page "Patients", GET Simple with DateTStamp)."""
        since = await self._since("charts", now)
        unread = AsyncUnread(self._office)
        rows = [row async for row in self._office.opendental.patients.simple(date_t_stamp=since, unread=unread)]
        await unread.tell_of_charts(now, [row.pat_num for row in rows])
        await self._office.picture.keep(charts=[chart_of(row) for row in rows])
        await self._advance("charts", [row.server_date_time for row in rows if row.server_date_time])
        return len(rows)

    async def _poll_opendental(self, now: datetime) -> tuple[int, int]:
        since = await self._since("book", now)
        unread = AsyncUnread(self._office)
        appointments = self._office.opendental.appointments
        rows = unread.whole([row async for row in appointments.iter(date_t_stamp=since, unread=unread)])
        await unread.tell(now)
        events = [event for row in rows if (event := await self._event_of_row(row, now)) is not None]
        changed = [booked for row in rows if (booked := booked_of(row)) != self._seen(booked)]
        put = await self._office.records.store.inbox.put(events)
        await self._office.picture.keep(booked=changed)
        await self._warn_of_collisions(changed, now)
        await self._advance("book", [row.server_date_time for row in rows if row.server_date_time])
        return len(rows), put

    def _seen(self, booked: Booked) -> Booked | None:
        return self._office.picture.calendar.get(booked.apt_num)

    async def _event_of_row(self, row: OpenDentalAppointment, now: datetime) -> Event | None:
        """Return the event that a row asks for: none if it is not linked or shows what was agreed."""
        office, ref = self._office, self._office.at_opendental(row.apt_num)
        known = await office.records.link("visit", ref)
        if known is None:
            return self._event_of_unlinked(row, now)
        fields = office.fields_of_opendental(row)
        base = known.body.base
        held = known.link.state is LinkState.HELD and str(row.apt_status) != "Scheduled"
        hold = known.body.hold
        if hold is not None and hold.shown == place_of(fields) and not fields.get("cancelled"):
            return None
        if (base is not None and base.opendental == fields and row.pat_num == known.body.patient) or held:
            return None
        key = content_id("look", ref, row.date_t_stamp, row.pat_num, *fields.values())
        # The poll of one location serves all that share the database.
        event = look(office, "opendental.appointment", row.apt_num, f"link:{known.link.id}", key, now)
        return evolve(event, location=known.link.location)

    def _event_of_unlinked(self, row: OpenDentalAppointment, now: datetime) -> Event | None:
        """Return the event for a row that may be made at NexHealth, where the location says so: so many a minute."""
        office = self._office
        # The poll of one location serves all that share the database.
        place = office.practice.at_clinic(office.location, row.clinic_num)
        policy, ahead = place.mirror, row.apt_date_time is not None and row.apt_date_time > office.wall(now)
        if policy is None or not ahead or str(row.apt_status) != "Scheduled" or booking_in(row.note or ""):
            return None
        ref = office.at_opendental(row.apt_num)
        # Looked at once a week at most, whatever scans there are: a patient who is unknown today may be known then.
        key = content_id("mirror", ref, row.date_t_stamp, row.apt_date_time, *now.isocalendar()[:2])
        event = look(office, "opendental.appointment", row.apt_num, f"row:{ref}", key, now)
        self._mirrored += 1
        due = now + timedelta(minutes=(self._mirrored - 1) // policy.per_minute)
        return evolve(event, location=place.name, due=due)

    async def _warn_of_collisions(self, changed: list[Booked], now: datetime) -> None:
        """Tell people when a changed row stands on a visit that we look after."""
        office = self._office
        for row in changed:
            slot = slot_of(
                {
                    "start": row.start.isoformat() if row.start else None,
                    "minutes": row.minutes,
                    "operatory": row.operatory,
                    "provider": row.provider,
                }
            )
            if not row.occupies or slot is None or slot.start <= office.wall(now):
                continue
            for other in office.picture.calendar.overlapping(slot, ignore=row.apt_num):
                pair = sorted((row.apt_num, other.apt_num))
                linked = [await office.records.link("visit", office.at_opendental(number)) for number in pair]
                # Of a slot that is only held people are told with the booking that waits for it.
                ours = any(known is not None and known.link.state is not LinkState.PENDING for known in linked)
                # No list shows a deletion: what stands in the way may be what was deleted to make room.
                if ours and await office.opendental_visit(other.apt_num) is not None:
                    office.alert(
                        now,
                        "visit.double-booked",
                        f"Appointments {pair[0]} and {pair[1]} overlap in one operatory. Move one of them.",
                        subject=f"{pair[0]}+{pair[1]}",
                    )

    async def _poll_deletions(self, now: datetime) -> int:
        """Every few polls, ask the history for appointments that were deleted: filters never show them."""
        office, cursors = self._office, self._office.records.store.cursors
        key = f"polls:{office.location.name}"
        count = int(await cursors.get(key) or "0") + 1
        await cursors.set(key, str(count % office.location.deletions_every))
        if count < office.location.deletions_every:
            return 0
        since = (office.wall(now) - timedelta(days=1)).date()
        events: list[Event] = []
        unread, history = AsyncUnread(office), office.opendental.hist_appointments
        rows, refused = list[HistAppointment](), None
        try:
            rows = [row async for row in history.iter(hist_appt_action="Deleted", date_start=since, unread=unread)]
        except (*REFUSALS, AuthenticationError) as error:
            # A 401 may mean the history alone; a key that is refused everywhere has failed before.
            refused = error
        await unread.answer(refused, "The history of appointments", "Only a scan finds deletions until then.", now)
        await unread.tell(now, "Only a scan finds its deletion. ")
        for row in rows:
            ref = office.at_opendental(row.apt_num)
            known = await office.records.link("visit", ref)
            if known is not None and not (known.body.base and known.body.base.opendental.get("cancelled")):
                key = content_id("deleted", ref, row.hist_appt_num)
                event = look(office, "opendental.appointment", row.apt_num or 0, f"link:{known.link.id}", key, now)
                # As above: the visit may be that of another location in this database.
                events.append(evolve(event, location=known.link.location))
        return await office.records.store.inbox.put(events)

    # -- NexHealth -----------------------------------------------------------------------------------------------------

    async def _poll_nexhealth(self, now: datetime) -> tuple[int, int]:
        """Read bookings that changed. The vendor wants a window: yesterday to the location's horizon."""
        office, cursors = self._office, self._office.records.store.cursors
        key = f"since:nexhealth:{office.location.name}"
        text = await cursors.get(key)
        since = datetime.fromisoformat(text) - NEXHEALTH_OVERLAP if text else None
        unread = AsyncUnread(office)
        rows = await self._bookings(now - timedelta(days=1), now + office.location.horizon, since, unread)
        await unread.tell(now)
        latest, events = since, list[Event]()
        for appt in rows:
            if appt.updated_at is not None:
                latest = max(latest, appt.updated_at) if latest else appt.updated_at
            event = await self.event_of_booking(appt, now)
            if event is not None:
                events.append(event)
        put = await office.records.store.inbox.put(events)
        if latest is not None:
            await cursors.set(key, max(latest, since + NEXHEALTH_OVERLAP if since else latest).isoformat())
        return len(rows), put

    async def _bookings(
        self, start: datetime, end: datetime, since: datetime | None, unread: AsyncUnread
    ) -> list[NexHealthAppointment]:
        """Read live and cancelled bookings. Both are asked for by name: what absence means is not documented."""
        office, found = self._office, list[NexHealthAppointment]()
        for cancelled in (False, True):
            rows = office.nexhealth.appointments.iter(
                start=start,
                end=end,
                location_id=office.location.nexhealth_id,
                updated_since=since,
                unavailable=False,
                cancelled=cancelled,
                unread=unread,
            )
            found += [appt async for appt in rows]
        return found

    async def event_of_booking(self, appt: NexHealthAppointment, now: datetime) -> Event | None:
        """Return the event that a booking asks for: none if both sides agreed on what it shows."""
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        if appt.location_id not in (None, office.location.nexhealth_id) or appt.unavailable:
            return None
        known = await office.records.link("visit", ref)
        fields = office.fields_of_nexhealth(appt)
        if known is None:
            # One whose start is not told is looked at: a single read may tell it.
            gone = appt.cancelled or (appt.start_time is not None and appt.start_time <= now)
            if gone and not await AsyncWaiting(office).has(appt.id):
                return None
        elif known.link.nexhealth != ref or (
            _is_settled(known) and known.body.base is not None and known.body.base.nexhealth == fields
        ):
            return None
        key = content_id("look", ref, appt.updated_at, appt.foreign_id, *fields.values())
        return look(office, "nexhealth.appointment", appt.id, office.lane(appt.patient_id), key, now)

    async def catch_up(self, since: datetime, now: datetime) -> int:
        """Read again what changed at NexHealth from *since* on; return how many events are new."""
        office = self._office
        unread = AsyncUnread(office)
        rows = await self._bookings(now - timedelta(days=1), now + office.location.horizon, since, unread)
        await unread.tell(now)
        events = [event for appt in rows if (event := await self.event_of_booking(appt, now)) is not None]
        async for patient in office.nexhealth.patients.iter(
            location_id=office.location.nexhealth_id, updated_since=since
        ):
            ref, known = await office.person(patient.id)
            if known is not None:
                key = content_id("catch-up", ref, patient.updated_at)
                events.append(look(office, "nexhealth.patient", patient.id, office.lane(patient.id), key, now))
        return await office.records.store.inbox.put(events)

    # -- both calendars ------------------------------------------------------------------------------------------------

    async def scan(self, now: datetime, start: datetime, end: datetime, *, whole: bool = False) -> int:
        """Compare both calendars from *start* to *end* (aware) and put an event for each difference.

        With *whole* also those are looked at that were looked at this week and belong to Open Dental alone.

        Raises:
            EmptySideError: One side shows nothing although several visits are linked in the window.
        """
        office = self._office
        await self._read_charts_again(now)
        first, last = office.wall(start).date(), office.wall(end).date()
        unread = AsyncUnread(office)
        appointments = office.opendental.appointments
        rows = unread.whole([row async for row in appointments.iter(date_start=first, date_end=last, unread=unread)])
        lower = to_instant(datetime.combine(first, time()), office.location.zone).value
        upper = to_instant(datetime.combine(last + timedelta(days=1), time()), office.location.zone).value
        bookings = await self._bookings(lower, upper, None, unread)
        await unread.tell(now)
        await office.picture.keep(booked=[booked_of(row) for row in rows])
        events = [event for appt in bookings if (event := await self.event_of_booking(appt, now)) is not None]
        events += [event for row in rows if (event := await self._event_of_row(row, now)) is not None]
        # What cannot be read is there all the same.
        here = {row.apt_num for row in rows} | unread.records("opendental")
        there = {appt.id for appt in bookings} | unread.records("nexhealth")
        events += await self._missing(now, lower, upper, here, there)
        # A scan looks again even where a poll looked before: its ids carry the moment.
        again = [event if event.key.startswith("row:") and not whole else _renamed(event, now) for event in events]
        return await office.records.store.inbox.put(again)

    async def _read_charts_again(self, now: datetime) -> None:
        """Read the charts that could not be read: no poll shows one again that nobody changes."""
        office, charts, known = self._office, list[Chart](), list[int]()
        for number in sorted(map(int, await unread_charts(office))):
            try:
                charts.append(chart_of(await office.opendental.patients.get(number)))
            except NotFoundError:
                pass
            except UnexpectedResponseError:
                continue
            known.append(number)
        await office.picture.keep(charts=charts)
        if known:
            await AsyncUnread(office).tell_of_charts(now, known)

    async def _missing(
        self, now: datetime, lower: datetime, upper: datetime, rows: set[int], bookings: set[int]
    ) -> list[Event]:
        """Return events for linked visits of the window that one side does not show."""
        office, events, expected = self._office, list[Event](), 0
        async for known in office.records.links("visit", office.location.name, LinkState.LINKED):
            link, body = known.link, known.body
            slot = slot_of(body.base.opendental) if body.base else None
            if slot is None or not lower <= to_instant(slot.start, office.location.zone).value < upper:
                continue
            expected += 1
            here = link.opendental is not None and int(link.opendental.id) in rows
            there = link.nexhealth is not None and int(link.nexhealth.id) in bookings
            if not (here and there) and link.nexhealth is not None and link.opendental is not None:
                kind, end = (
                    ("nexhealth.appointment", link.nexhealth) if here else ("opendental.appointment", link.opendental)
                )
                key = content_id("missing", link.id, link.version)
                events.append(look(office, kind, end.id, f"link:{link.id}", key, now))
        if expected >= EMPTY_MEANS_SOMETHING and (not rows or not bookings):
            side = "Open Dental" if not rows else "NexHealth"
            raise EmptySideError(f"{office.location.name}: {side} shows no appointment where {expected} are linked")
        return events


def _is_settled(known: Known) -> bool:
    """Return whether nothing is under way for a link: a create or a move that was cut off is taken up again."""
    return known.link.state not in (LinkState.PENDING, LinkState.MOVING) and not known.body.unfinished


def look(office: AsyncOffice, kind: str, subject: object, key: str, event_id: str, now: datetime) -> Event:
    """Return an event that asks to look at a record."""
    return Event(
        id=event_id, key=key, location=office.location.name, kind=kind, subject=str(subject), received=now, due=now
    )


def _renamed(event: Event, now: datetime) -> Event:
    return evolve(event, id=content_id("scan", event.id, now.astimezone(UTC).isoformat()))
