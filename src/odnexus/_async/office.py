"""One location at work: its clients, its pictures of Open Dental, its tables, and who writes.

Pictures (the roster of charts and the calendar) belong to an Open Dental database and are shared by the locations in
it. They are kept in the store, sealed, so that a restart reads nothing again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import cast

from attrs import define, evolve, field

from odnexus._async.lookups import AsyncLookups, Tables
from odnexus._async.nexhealth import AsyncNexHealth
from odnexus._async.opendental import AsyncOpenDental
from odnexus._async.records import AsyncRecords, Known
from odnexus._async.refusals import LACKING, REFUSALS
from odnexus._async.signals import lane_of
from odnexus._async.turn import AsyncTurn
from odnexus._async.unread import AsyncUnread, complete, demand
from odnexus.errors import (
    NotFoundError,
)
from odnexus.mapping.issues import Mapped
from odnexus.mapping.person import person_from_opendental
from odnexus.mapping.visit import Visit, essence, minutes_of, to_wall, visit_from_nexhealth, visit_from_opendental
from odnexus.matching.roster import Chart, Roster
from odnexus.matching.stored import chart_from_bytes, chart_to_bytes
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment, AptStatus, Patient as OpenDentalPatient
from odnexus.practice import Location, Practice
from odnexus.reconcile.alerting import Alert, Severity
from odnexus.reconcile.asking import Inquiry
from odnexus.reconcile.calendar import Booked, Calendar, booking_in
from odnexus.reconcile.inbox import content_id
from odnexus.reconcile.journal import EntryKind
from odnexus.reconcile.links import Link, Ref
from odnexus.reconcile.plan import Fields
from odnexus.reconcile.reviews import Answer, Review
from odnexus.reconcile.triggers import DomainEvent, Slot
from odnexus.reconcile.writer import REMEDIES, Evidence, Finding, Writer, decide, evidence_of

ESSENCE = ("start_time", "end_time", "provider_id", "operatory_id", "confirmed", "cancelled")
"""What a visit is made of, in NexHealth's words."""


class AsyncPicture:
    """What polls have seen of one Open Dental database."""

    def __init__(self, database: str, records: AsyncRecords, holding: frozenset[int] = frozenset()) -> None:
        self.database = database
        self.holding = holding
        """Charts that are nobody's: they hold slots, and are never matched."""
        self.roster = Roster()
        self.calendar = Calendar()
        self._records = records
        self._version: str | None = None

    async def refresh(self) -> bool:
        """Load what another worker has stored meanwhile; return ``False`` if nothing was ever stored."""
        version = await self._records.store.cursors.get(f"picture:{self.database}")
        if version is None:
            return False
        if version != self._version:
            charts = await self._records.load_rows(f"charts:{self.database}")
            booked = await self._records.load_rows(f"book:{self.database}")
            # All at once: a roster that grows chart by chart is walked by the garbage collector again and again.
            stored = map(chart_from_bytes, charts.values())
            self.roster = Roster(chart for chart in stored if chart.pat_num not in self.holding)
            self.calendar = Calendar()
            for row in booked.values():
                self.calendar.add(Booked.from_bytes(row))
            self._version = version
        return True

    async def keep(self, charts: Iterable[Chart] = (), booked: Iterable[Booked] = (), gone: Iterable[int] = ()) -> None:
        """Add what was seen, in memory and in the store."""
        chart_rows: dict[str, bytes | None] = {}
        for chart in charts:
            if chart.pat_num not in self.holding and self.roster.get(chart.pat_num) != chart:
                self.roster.add(chart)
                chart_rows[str(chart.pat_num)] = chart_to_bytes(chart)
        book_rows: dict[str, bytes | None] = {
            str(row.apt_num): row.to_bytes() for row in booked if self.calendar.add(row)
        }
        for apt_num in gone:
            self.calendar.discard(apt_num)
            book_rows[str(apt_num)] = None
        await self._records.save_rows(f"charts:{self.database}", chart_rows)
        await self._records.save_rows(f"book:{self.database}", book_rows)
        if chart_rows or book_rows or self._version is None:
            self._version = content_id(self._version, *chart_rows, *book_rows)
            await self._records.store.cursors.set(f"picture:{self.database}", self._version)


NOT_LOOKED = Finding(writer=Writer.UNCLEAR, rule="writer.not-looked-yet")


@define(kw_only=True)
class AsyncOffice:
    """One location at work."""

    practice: Practice
    location: Location
    realm: str
    nexhealth: AsyncNexHealth
    opendental: AsyncOpenDental
    records: AsyncRecords
    picture: AsyncPicture
    turn: AsyncTurn
    send_alert: Callable[[Alert], None]
    tables: Tables = Tables()
    finding: Finding = NOT_LOOKED
    rehearsing: bool = False
    synchronized: bool = True
    _counted: int = field(default=0, init=False)

    # -- names ---------------------------------------------------------------------------------------------------------

    def at_nexhealth(self, id: object) -> Ref:
        """Return the name of a NexHealth record."""
        return Ref(side="nexhealth", realm=self.realm, id=str(id))

    def at_opendental(self, id: object) -> Ref:
        """Return the name of an Open Dental record."""
        return Ref(side="opendental", realm=self.location.database, id=str(id))

    def lane(self, person: object, lane: str = "patient") -> str:
        """Return the key of events about a NexHealth patient (`lane_of`)."""
        return lane_of(self.realm, self.location.database, person, lane)

    def patient_id(self, ref: Ref) -> int:
        """Return NexHealth's number of the patient behind *ref*, also where it is the second name (`person`)."""
        return int(ref.id.partition("@")[0])

    async def person(self, id: object) -> tuple[Ref, Known | None]:
        """Return the name by which a NexHealth patient is linked to a chart of this database, and the link.

        NexHealth has one number for a patient of the whole institution, charts are numbered in each database. Who has
        a chart in another one keeps that link, and goes by a second name here.
        """
        ref = self.at_nexhealth(id)
        known = await self.records.link("person", ref)
        if known is None or self.is_here(known.link):
            return ref, known
        second = self.at_nexhealth(f"{id}@{self.location.database}")
        return second, await self.records.link("person", second)

    def is_here(self, link: Link) -> bool:
        """Return whether *link* is, or is to become, one to a record of this location's database."""
        if link.opendental is not None:
            return link.opendental.realm == self.location.database
        databases = {each.name: each.database for each in self.practice.locations}
        return databases.get(link.location, self.location.database) == self.location.database

    def knows_chart_number(self, location_ids: Collection[int]) -> bool:
        """Return whether the ``foreign_id`` of a patient who is at *location_ids* is a number of this database."""
        abroad = self.practice.abroad(self.location)
        return not abroad or (bool(location_ids) and not abroad.intersection(location_ids))

    def is_other_clinic(self, clinic_num: int) -> bool:
        """Return whether a chart of *clinic_num* belongs to another clinic than this location."""
        return bool(self.location.clinic_num and clinic_num) and clinic_num != self.location.clinic_num

    def wall(self, now: datetime) -> datetime:
        """Return what the office's clock shows."""
        return to_wall(now, self.location.zone)

    @property
    def observing(self) -> bool:
        """Whether nothing may be written of visits, not even what was begun before."""
        return self.rehearsing or self.location.modes.visit == "observe"

    def bridging(self) -> bool:
        """Return whether we may write visits into Open Dental."""
        return self.finding.writer is Writer.BRIDGE

    # -- getting ready -------------------------------------------------------------------------------------------------

    async def ready(self, now: datetime) -> None:
        """Make pictures, tables and writer known; reads the whole roster only if it was never read."""
        if not await self.picture.refresh():
            await self.read_everything(now)
        self.tables = await AsyncLookups(self).tables(now)
        if self.finding == NOT_LOOKED:
            await self.find_writer(now)

    async def read_everything(self, now: datetime) -> None:
        """Read all charts and the watched part of the book."""
        unread, unread_visits = AsyncUnread(self), AsyncUnread(self)
        patients = [patient async for patient in self.opendental.patients.simple(unread=unread)]
        await unread.tell_of_charts(now, [patient.pat_num for patient in patients])
        charts = [chart_of(patient) for patient in patients]
        start, end = self.horizon(now)
        visits = self.opendental.appointments.iter(date_start=start, date_end=end, unread=unread_visits)
        rows = unread_visits.whole([row async for row in visits])
        await unread_visits.tell(now)
        # The office's clock may be hours off ours, and only rows tell it: where the book is empty those of charts do.
        # An office that shows nothing at all costs nothing to read a day of.
        told = [*(row.server_date_time for row in rows), *(patient.server_date_time for patient in patients)]
        stamps = [moment for moment in told if moment is not None]
        since = min(stamps) if stamps else self.wall(now) - timedelta(days=1)
        for what in ("charts", "book"):
            await self.records.store.cursors.set(f"since:{what}:{self.location.database}", since.isoformat())
        waiting = await self._unscheduled()
        await self.picture.keep(charts, [booked_of(row) for row in (*rows, *waiting)])

    async def _unscheduled(self) -> list[OpenDentalAppointment]:
        """Read who waits for a slot: the unscheduled list keeps its old dates, so no window shows it."""
        try:
            return [row async for row in self.opendental.appointments.iter(apt_status=AptStatus.UNSCHED_LIST)]
        except LACKING:
            # The filter came with 22.4.28 (page "Appointments"); polls show what changes from now on.
            return []

    def horizon(self, now: datetime) -> tuple[date, date]:
        """Return the first and the last day that are watched: yesterday to the location's horizon."""
        today = self.wall(now).date()
        return today - timedelta(days=1), today + self.location.horizon

    async def find_writer(self, now: datetime) -> Finding:
        """Ask NexHealth who writes here. A change while running stops the location until a person has looked."""
        evidence = await self._evidence(now)
        finding = decide(self.location.writer, evidence)
        self.synchronized = evidence.synchronizer
        key = f"writer:{self.location.name}"
        before = await self.records.store.cursors.get(key)
        if finding.writer is not Writer.UNCLEAR and before not in (None, finding.writer.value):
            finding = Finding(writer=Writer.UNCLEAR, rule="writer.changed")
        unclear = finding.writer is Writer.UNCLEAR
        await self.alert_once(
            now, "writer", finding.rule if unclear else "", REMEDIES.get(finding.rule, finding.rule), severity="error"
        )
        if not unclear:
            await self.records.store.cursors.set(key, finding.writer.value)
        if finding != self.finding:
            await self.note(now, "decided", f"location:{self.location.name}", finding.rule)
        self.finding = finding
        return finding

    async def _evidence(self, now: datetime) -> Evidence:
        place, statuses = await self.nexhealth.locations.get(self.location.nexhealth_id), None
        with suppress(*REFUSALS):
            statuses = await self.nexhealth.sync_status.list(location_ids=[place.id])
        evidence = evidence_of(place, statuses)
        text = (
            f"NexHealth's synchronizer at {self.location.name} has not checked in. Bookings wait until it is back: "
            "see that the practice's server is on and the synchronizer runs."
        )
        await self.alert_once(now, "sync", "sync.red" if evidence.red and evidence.inserts else "", text)
        return evidence

    # -- looking -------------------------------------------------------------------------------------------------------

    async def opendental_visit(self, apt_num: int | str) -> OpenDentalAppointment | None:
        """Read an appointment afresh; ``None`` if it was deleted.

        Raises:
            UnexpectedResponseError: It leaves out what a visit is made of.
        """
        try:
            row = await self.opendental.appointments.get(int(apt_num))
        except NotFoundError:
            await self.picture.keep(gone=[int(apt_num)])
            return None
        await self.picture.keep(booked=[booked_of(complete(row, "GET /appointments/{AptNum}"))])
        return row

    async def nexhealth_visit(self, id: int | str) -> NexHealthAppointment | None:
        """Read an appointment with its patient; ``None`` if it is gone.

        Raises:
            UnexpectedResponseError: It leaves out what a visit is made of: absent is not empty.
        """
        try:
            appt = await self.nexhealth.appointments.get(int(id), include=("patient",))
        except NotFoundError:
            return None
        if appt.patient_id is None and appt.patient is not None:
            appt = evolve(appt, patient_id=appt.patient.id)
        needed = ["start_time"] if appt.unavailable else ["start_time", "patient_id"]
        missing = (f"$.data.{name}" for name in needed if getattr(appt, name) is None)
        demand("nexhealth", "GET /appointments/{id}", appt.id, missing)
        return appt

    async def whole(self, answer: NexHealthAppointment, told: Collection[str]) -> NexHealthAppointment:
        """Return the answer to a write; read afresh if it leaves out what is *told* of a visit: absent is not empty."""
        if any(name in told and name not in answer.raw for name in ESSENCE):
            return await self.nexhealth.appointments.get(answer.id)
        return answer

    async def rows_of_day(self, day: date, operatory: int | None) -> list[Booked]:
        """Read what stands in one chair on one day, afresh; what cannot be read stands where it stood before."""
        unread, appointments = AsyncUnread(self), self.opendental.appointments
        try:
            rows = unread.whole([row async for row in appointments.iter(date=day, op=operatory, unread=unread)])
        except LACKING:
            # The filter by operatory came with 23.2.27 (page "Appointments").
            rows = unread.whole([row async for row in appointments.iter(date=day, unread=unread)])
        booked = [booked_of(row) for row in rows]
        await self.picture.keep(booked=booked)
        booked += filter(None, map(self.picture.calendar.get, unread.records("opendental")))
        return [row for row in booked if operatory is None or row.operatory == operatory]

    async def collisions(self, slot: Slot, *, ignore: int = 0) -> list[Booked]:
        """Read afresh which appointments stand in a part of *slot*, without the appointment *ignore*."""
        rows = await self.rows_of_day(slot.start.date(), slot.operatory)
        return [row for row in rows if row.apt_num != ignore and row.overlaps(slot)]

    def seen_of_nexhealth(self, appt: NexHealthAppointment) -> Mapped[Visit]:
        """Return the visit that a NexHealth appointment is."""
        tables = self.tables
        return visit_from_nexhealth(
            appt, zone=self.location.zone, operatories=tables.operatories, providers=tables.providers
        )

    def seen_of_opendental(self, row: OpenDentalAppointment) -> Mapped[Visit]:
        """Return the visit that an Open Dental appointment is."""
        return visit_from_opendental(row, confirmed=self.tables.confirmed)

    def fields_of_nexhealth(self, appt: NexHealthAppointment) -> Fields:
        """Return the essence of a NexHealth appointment."""
        return cast(Fields, essence(self.seen_of_nexhealth(appt).value))

    def chairs(self) -> dict[int, int]:
        """Return OperatoryNum → NexHealth's operatory id."""
        return {number: nexhealth_id for nexhealth_id, number in self.tables.operatories.items()}

    def provider_at_nexhealth(self, number: object) -> int | None:
        """Return NexHealth's id of the provider with that ProvNum, ``None`` if it is not known."""
        return next((each for each, known in self.tables.providers.items() if known == number), None)

    def fields_of_opendental(self, row: OpenDentalAppointment) -> Fields:
        """Return the essence of an Open Dental appointment."""
        return cast(Fields, essence(self.seen_of_opendental(row).value))

    # -- telling -------------------------------------------------------------------------------------------------------

    async def note(
        self,
        now: datetime,
        kind: EntryKind,
        subject: object,
        rule: str,
        *,
        fields: Iterable[str] = (),
        related: Iterable[object] = (),
    ) -> None:
        """Write a line into the journal, with the requests that Open Dental was sent since the last one."""
        sent = self.opendental.requests_sent
        spent, self._counted = sent - self._counted, sent
        await self.records.journal(
            now, self.location.name, kind, subject, rule, fields=tuple(fields), related=tuple(related), requests=spent
        )

    def alert(
        self, now: datetime, rule: str, text: str, *, subject: object = "", severity: Severity = "warning"
    ) -> None:
        """Tell people."""
        self.send_alert(
            Alert(at=now, location=self.location.name, rule=rule, severity=severity, subject=str(subject), text=text)
        )

    async def alert_once(
        self, now: datetime, matter: str, rule: str, text: str, *, severity: Severity = "warning"
    ) -> None:
        """Tell people of a lasting state when it begins; an empty *rule* says that it is over."""
        before = await self.told(matter)
        if rule and rule != before:
            self.alert(now, rule, text, subject=f"location:{self.location.name}", severity=severity)
        if rule != before:
            await self.records.store.cursors.set(f"told:{matter}:{self.location.name}", rule or None)

    async def told(self, matter: str) -> str:
        """Return the rule of the lasting state of *matter* that people were told of, ``""`` if none lasts."""
        return await self.records.store.cursors.get(f"told:{matter}:{self.location.name}") or ""

    async def question(self, now: datetime, inquiry: Inquiry) -> Answer | None:
        """Return what the staff answered to *inquiry*; ask it, once, if nobody did yet."""
        asked = await self.records.store.reviews.get(inquiry.id)
        if asked is None:
            await self._ask(now, inquiry)
            return None
        if asked.answer is None:
            # Whoever was killed after asking may not have told the host; told twice it is one event.
            await self._announce_review(asked)
        return asked.answer

    async def answered(self, kind: str, *about: object) -> Answer | None:
        """Return the answer to the question of *kind* about *about*, if it was asked and answered. Asks nothing."""
        asked = await self.records.store.reviews.get(content_id(kind, *about))
        return asked.answer if asked is not None else None

    async def _ask(self, now: datetime, inquiry: Inquiry) -> None:
        """Open a review that was not asked before; alert first, so that no question stays unheard."""
        review = inquiry.review(self.location.name, now)
        self.alert(now, review.kind, inquiry.text, subject=review.subject)
        if await self.records.open_review(review, inquiry.content):
            await self.note(now, "held", review.subject, review.kind, related=[f"review:{review.id}"])
            await self._announce_review(review)

    async def _announce_review(self, review: Review) -> None:
        await self.records.announce(
            DomainEvent(
                id=content_id("review", review.id),
                name="review.opened",
                at=review.opened,
                location=self.location.name,
                reference=review.id,
                rule=review.kind,
            )
        )


def chart_of(patient: OpenDentalPatient) -> Chart:
    """Return the chart that a patient row is."""
    return Chart(
        pat_num=patient.pat_num,
        person=person_from_opendental(patient).value,
        status=str(patient.pat_status or ""),
        clinic_num=patient.clinic_num or 0,
        guarantor=patient.guarantor or 0,
        date_t_stamp=patient.date_t_stamp,
    )


def booked_of(row: OpenDentalAppointment) -> Booked:
    """Return the row of the book that an appointment is."""
    return Booked(
        apt_num=row.apt_num,
        pat_num=row.pat_num or 0,
        status=str(row.apt_status or ""),
        start=row.apt_date_time,
        minutes=minutes_of(row.pattern or ""),
        operatory=row.op or 0,
        provider=row.prov_num or 0,
        asap=str(row.priority or "") == "ASAP",
        booking=booking_in(row.note or ""),
        stamp=row.date_t_stamp.isoformat() if row.date_t_stamp else "",
    )
