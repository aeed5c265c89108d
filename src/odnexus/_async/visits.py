"""What a signal about an appointment sets off, by the state of its link."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from odnexus._async.booking import AsyncBooking
from odnexus._async.carrying import AsyncCarrying
from odnexus._async.insurance import notice_insurance
from odnexus._async.mirroring import AsyncMirroring
from odnexus._async.moving import AsyncMoving
from odnexus._async.office import AsyncOffice
from odnexus._async.people import AsyncPeople
from odnexus._async.records import Known
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment
from odnexus.reconcile.asking import Inquiry
from odnexus.reconcile.inbox import Done, Event, Settlement
from odnexus.reconcile.links import LinkState
from odnexus.reconcile.triggers import slot_of


class AsyncVisits:
    """Works on appointments of one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._people = AsyncPeople(office)
        self._carrying = AsyncCarrying(office)
        self._moving = AsyncMoving(office)
        self._booking = AsyncBooking(office, self._people, self._carrying)
        self._mirroring = AsyncMirroring(office, self._people, self._carrying)

    # -- signals -------------------------------------------------------------------------------------------------------

    async def from_nexhealth(self, event: Event, now: datetime, *, again: bool = False) -> Settlement:
        """Look at a NexHealth appointment and do what it asks for; *again* also if it shows what was agreed."""
        office, ref = self._office, self._office.at_nexhealth(event.subject)
        known = await self._resumed(await office.records.link("visit", ref), now)
        if known is not None and known.link.nexhealth != ref:
            await office.note(now, "observed", ref, "visit.alias", related=[known.link.opendental])
            return Done()
        if known is not None and known.link.opendental is not None and not office.is_here(known.link):
            return await self._elsewhere(known, now)
        if known is not None and known.link.state is LinkState.MOVING:
            return await self._unmoved(known, now)
        appt = await office.nexhealth_visit(event.subject)
        if known is not None and known.link.state is not LinkState.PENDING:
            return await self._linked(known, appt, now, again=again)
        if appt is None:
            await office.note(now, "observed", ref, "visit.gone-at-nexhealth")
            return Done()
        if appt.unavailable or appt.location_id not in (None, office.location.nexhealth_id):
            rule = "visit.block" if appt.unavailable else "visit.other-location"
            await office.note(now, "observed", ref, rule)
            return Done()
        settled = await self._booking.take(appt, known, event, now)
        await notice_insurance(office, appt, now)
        return settled

    async def from_opendental(self, event: Event, now: datetime) -> Settlement:
        """Look at an Open Dental appointment and carry what changed."""
        office, ref = self._office, self._office.at_opendental(event.subject)
        known = await self._resumed(await office.records.link("visit", ref), now)
        if known is None or known.link.nexhealth is None:
            # Not linked: NexHealth's own reader shows it there, or we do if the location says so.
            row = await office.opendental_visit(event.subject) if office.location.mirror is not None else None
            return await self._mirroring.take(row, known, now)
        if known.link.opendental != ref:
            await self._booking.holding.seen(known, int(event.subject), now)
            return Done()
        if known.link.state is LinkState.MOVING:
            return await self._unmoved(known, now)
        row = await office.opendental_visit(event.subject)
        if known.link.state is LinkState.HELD:
            if row is None or str(row.apt_status) != "Scheduled":
                await office.note(now, "held", ref, "visit.held")
                return Done()
            known = await self._released(known, now)
        if known.body.unfinished:
            known = await self._booking.finish(known, now)
        if not self._moved(known, row):
            await office.note(now, "observed", ref, "visit.unchanged")
            return Done()
        appt = await office.nexhealth_visit(known.link.nexhealth.id if known.link.nexhealth else "")
        return await self._both(known, appt, row, now)

    async def _unmoved(self, known: Known, now: datetime) -> Settlement:
        """A move (new then cancel) was cut off, and only observing it cannot go on: it does once visits are applied."""
        await self._office.note(now, "held", known.link.nexhealth, "observe:moving")
        return Done()

    async def _elsewhere(self, known: Known, now: datetime) -> Settlement:
        """The location was given another database: a number of the former one means nothing in it."""
        office, link = self._office, known.link
        text = (
            f"Visits of {office.location.name} are linked to another Open Dental database than the settings name. They "
            "are left alone. Set database back, or move these visits by hand."
        )
        office.alert(now, "visit.other-database", text, subject=link.nexhealth, severity="error")
        await office.note(now, "held", link.nexhealth, "visit.other-database", related=[link.opendental])
        return Done()

    # -- linked visits -------------------------------------------------------------------------------------------------

    async def _linked(
        self, known: Known, appt: NexHealthAppointment | None, now: datetime, *, again: bool
    ) -> Settlement:
        office, link = self._office, known.link
        if link.state is LinkState.HELD:
            return await self._held(known, now)
        if known.body.unfinished:
            known = await self._booking.finish(known, now)
            if known.link.state is LinkState.HELD:
                return Done()
        if not again and self._is_echo(known, appt):
            await office.note(now, "observed", link.nexhealth, "visit.unchanged")
            return Done()
        row = await office.opendental_visit(link.opendental.id) if link.opendental is not None else None
        return await self._both(known, appt, row, now)

    async def _resumed(self, known: Known | None, now: datetime) -> Known | None:
        """Carry on a move (new then cancel) that was interrupted."""
        if known is None or known.link.state is not LinkState.MOVING or self._office.observing:
            return known
        old = await self._office.nexhealth_visit(known.body.cancel)
        if old is None:
            body = evolve(known.body, target={}, cancel="")
            return await self._office.records.save(evolve(known.link, state=LinkState.LINKED), body, now)
        known, _ = await self._moving.go_on(known, old, now)
        return known

    async def _both(
        self, known: Known, appt: NexHealthAppointment | None, row: OpenDentalAppointment | None, now: datetime
    ) -> Settlement:
        if row is None and self._office.bridging() and (heir := await self._made_again(known)) is not None:
            row, end = heir, self._office.at_opendental(heir.apt_num)
            known = await self._office.records.save(evolve(known.link, opendental=end), known.body, now)
            await self._office.note(now, "decided", known.link.nexhealth, "visit.made-again", related=[end])
        if row is not None and row.pat_num != known.body.patient and known.body.patient is not None:
            followed = await self._follow(known, appt, row, now)
            if not followed:
                return Done()
            known = await self._office.records.save(known.link, evolve(known.body, patient=row.pat_num), now)
        return await self._carrying.carry(known, appt, row, now)

    async def _made_again(self, known: Known) -> OpenDentalAppointment | None:
        """Return what the staff made in place of a visit that it deleted: the same patient, chair and begin.

        Nobody cancelled such a visit. Of two that could be meant none is taken.
        """
        office, base = self._office, known.body.base
        slot = slot_of(base.opendental) if base is not None and not base.opendental.get("cancelled") else None
        if slot is None or known.body.patient is None:
            return None
        found = [
            row
            for row in office.picture.calendar.of_patient(known.body.patient)
            if row.occupies and not row.booking and (row.start, row.operatory) == (slot.start, slot.operatory)
            if await office.records.link("visit", office.at_opendental(row.apt_num)) is None
        ]
        row = await office.opendental_visit(found[0].apt_num) if len(found) == 1 else None
        return row if row is not None and str(row.apt_status) == "Scheduled" else None

    def _is_echo(self, known: Known, appt: NexHealthAppointment | None) -> bool:
        """Return whether NexHealth shows what was agreed: then Open Dental need not be read."""
        base = known.body.base
        if appt is None or appt.deleted or base is None or known.body.awaiting:
            return False
        return self._office.fields_of_nexhealth(appt) == base.nexhealth

    def _moved(self, known: Known, row: OpenDentalAppointment | None) -> bool:
        base = known.body.base
        if row is None or base is None or known.body.awaiting or row.pat_num != known.body.patient:
            return True
        return self._office.fields_of_opendental(row) != base.opendental

    async def _follow(
        self, known: Known, appt: NexHealthAppointment | None, row: OpenDentalAppointment, now: datetime
    ) -> bool:
        """A linked visit stands on another chart: follow a merge, ask about anything less sure."""
        office, link = self._office, known.link
        # The chart of a visit that a guardian booked is not the guardian's own.
        person = appt.patient_id if appt is not None and not appt.is_guardian else None
        if person and row.pat_num and await self._people.follow(person, row.pat_num, now):
            return True
        inquiry = Inquiry(
            kind="person.chart-changed",
            about=(link.id, row.pat_num),
            subject=link.opendental,
            due=appt.start_time if appt else None,
            look={"kind": "opendental.appointment", "subject": str(row.apt_num), "key": f"link:{link.id}"},
            text=(
                f"Appointment {row.apt_num} stands on another chart than before, and the former chart is still "
                "active. If the two were merged answer the review with follow, else with keep."
            ),
        )
        answer = await office.question(now, inquiry)
        if answer is None:
            return False
        if answer.choice == "follow" and person and row.pat_num:
            await self._people.adopt(person, row.pat_num, now)
        return True

    # -- held visits ---------------------------------------------------------------------------------------------------

    async def _released(self, known: Known, now: datetime) -> Known:
        """The staff found a place for a visit that had given way."""
        await self._office.note(now, "decided", known.link.opendental, "visit.released")
        return await self._office.records.save(evolve(known.link, state=LinkState.LINKED), known.body, now)

    async def _held(self, known: Known, now: datetime) -> Settlement:
        office, link = self._office, known.link
        answer = await office.answered("visit.overlap", link.id, link.opendental)
        choice = answer.choice if answer is not None and not office.observing else ""
        if choice == "keep" and link.opendental is not None:
            await office.opendental.appointments.update(int(link.opendental.id), apt_status="Scheduled")
            await self._released(known, now)
        elif choice == "cancel" and link.nexhealth is not None:
            await self._moving.cancel(int(link.nexhealth.id))
            await office.records.save(evolve(link, state=LinkState.RETIRED), known.body, now)
            await office.note(now, "applied", link.nexhealth, "visit.cancelled-at-nexhealth")
        else:
            await office.note(now, "held", link.nexhealth, "visit.held")
        return Done()
