"""A booking that is not linked yet: adopt what is there, wait for the synchronizer, or write it into Open Dental.

Writing goes: pending link, search (again, if the link was pending already), create, complete the link with what Open
Dental answered, look at the slot afresh, tell the host. Whoever is killed in between finds the link in the state that
says where to go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import evolve

from odnexus._async.carrying import AsyncCarrying
from odnexus._async.holding import AsyncHolding, agreed_place
from odnexus._async.kinds import NO_RULE, AsyncKinds
from odnexus._async.lookups import number_named
from odnexus._async.office import AsyncOffice, booked_of
from odnexus._async.people import Asking, AsyncPeople, Found
from odnexus._async.procedures import AsyncAttaching
from odnexus._async.records import Known
from odnexus._async.waiting import AsyncWaiting, warning
from odnexus.errors import ConflictError, InvalidRequestError, NotFoundError
from odnexus.mapping.booking import opendental_create
from odnexus.nexhealth.models import Appointment as NexHealthAppointment, Patient as NexHealthPatient
from odnexus.opendental.changes import AppointmentCreate
from odnexus.opendental.models import Appointment as OpenDentalAppointment
from odnexus.reconcile.asking import Inquiry, look_again
from odnexus.reconcile.bodies import LinkBody, canonical, place_of
from odnexus.reconcile.calendar import Booked, stamp_for, yields
from odnexus.reconcile.inbox import Done, Event, Retry, Settlement
from odnexus.reconcile.links import LinkState
from odnexus.reconcile.plan import Base, Fields
from odnexus.reconcile.reviews import Answer
from odnexus.reconcile.triggers import Slot, slot_of

FOUND = "visit.found-after-doubt"
"""Rule by which a visit is adopted that an interrupted create of ours has made."""


class AsyncBooking:
    """Brings a booking of NexHealth into Open Dental."""

    def __init__(self, office: AsyncOffice, people: AsyncPeople, carrying: AsyncCarrying) -> None:
        self._office = office
        self._people = people
        self._carrying = carrying
        self._kinds = AsyncKinds(office)
        self._attaching = AsyncAttaching(office)
        self._waiting = AsyncWaiting(office)
        self.holding = AsyncHolding(office)

    async def take(self, appt: NexHealthAppointment, known: Known | None, event: Event, now: datetime) -> Settlement:
        """Decide what becomes of the unlinked (or still pending) booking *appt* and do it."""
        settled = await self._take(appt, known, event, now)
        if not self._waiting.begun:
            await self._waiting.end(appt.id)
        return settled

    async def _take(self, appt: NexHealthAppointment, known: Known | None, event: Event, now: datetime) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        if number_named(appt.foreign_id):
            adopted = await self._adopt_foreign(appt, known, event, now)
            if adopted is not None:
                return adopted
        if appt.cancelled or appt.deleted:
            return await self._cancelled(appt, known, now)
        if appt.start_time is None or appt.start_time <= now:
            return await self._too_late(appt, known, now)
        if not office.bridging():
            if known is not None and known.body.hold is not None:
                # NexHealth's synchronizer needs the slot itself.
                await self.holding.drop(known, now)
            return await self._wait(appt, event, now)
        mode = office.location.modes.visit
        if mode == "suggest" and not await self._approved(appt, event, now):
            return Done()
        if mode == "observe":
            found = await self._chart(appt, event, now, may_write=False)
            chart = [office.at_opendental(found.pat_num)] if found.pat_num else []
            await office.note(now, "decided", ref, f"observe:{found.rule}", fields=["create"], related=chart)
            return Done()
        return await self._write(appt, known, event, now)

    # -- what is there already -----------------------------------------------------------------------------------------

    async def _adopt_foreign(
        self, appt: NexHealthAppointment, known: Known | None, event: Event, now: datetime
    ) -> Settlement | None:
        """Link a booking to the record that NexHealth names in Open Dental; ``None`` if that is our hold."""
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        holder = await office.records.link("visit", office.at_opendental(appt.foreign_id))
        if holder is not None and (known is None or holder.link.id != known.link.id):
            # NexHealth's reader shows our own record as a second row.
            if ref not in holder.link.refs:
                link = evolve(holder.link, aliases=(*holder.link.aliases, ref))
                await office.records.save(link, holder.body, now)
                await office.note(now, "decided", ref, "visit.alias", related=[holder.link.opendental])
            return Done()
        row = await office.opendental_visit(appt.foreign_id or "")
        if row is None:
            return await self._wait(appt, event, now)
        if row.pat_num in office.picture.holding:
            await office.note(now, "observed", ref, "visit.is-a-hold")
            return None if known is not None else Done()
        if appt.patient_id and row.pat_num and not appt.is_guardian:
            # The synchronizer wrote this visit onto that chart, so the person is linked too. A guardian is not.
            await self._people.adopt(appt.patient_id, row.pat_num, now)
        return await self._adopt(appt, row, known, now, "visit.foreign-id")

    async def _adopt(
        self, appt: NexHealthAppointment, row: OpenDentalAppointment, known: Known | None, now: datetime, rule: str
    ) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        announce = not (appt.cancelled or appt.deleted) and await self._carrying.telling.is_news(appt.created_at)
        decided = known.body.decided if known is not None else ""
        if known is not None:
            known = await self.holding.release(known, now)
        begun = known.body if known is not None and rule == FOUND else LinkBody()
        body = evolve(begun, patient=row.pat_num, announce=announce, unfinished=rule == FOUND, decided=decided)
        if known is None:
            known = await office.records.pending("visit", office.location.name, ref, body, now)
        link = evolve(known.link, opendental=office.at_opendental(row.apt_num), state=LinkState.LINKED)
        known = await office.records.save(link, body, now)
        await office.note(now, "decided", ref, rule, related=[link.opendental])
        settled = await self._carrying.carry(known, appt, row, now, first=True)
        if rule == FOUND and (again := await office.records.link("visit", ref)) is not None:
            await self.finish(again, now)
        return settled

    # -- what is not written -------------------------------------------------------------------------------------------

    async def _cancelled(self, appt: NexHealthAppointment, known: Known | None, now: datetime) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        if known is not None:
            known, row = await self._made(appt, known, now)
            if row is not None:
                return await self._adopt(appt, row, known, now, FOUND)
            known = await self.holding.release(known, now)
            if known.body.hold is None:
                await office.records.forget(known.link)
        await office.note(now, "observed", ref, "visit.cancelled-before-written")
        return Done()

    async def _too_late(self, appt: NexHealthAppointment, known: Known | None, now: datetime) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        if known is not None:
            known, row = await self._made(appt, known, now)
            if row is not None:
                return await self._adopt(appt, row, known, now, FOUND)
            if known.body.hold is not None:
                await self.holding.drop(known, now)
        await office.note(now, "observed", ref, "visit.past")
        if await self._carrying.telling.is_news(appt.created_at):
            office.alert(
                now,
                "visit.past",
                f"NexHealth booking {appt.id} was not written into Open Dental before it began. Check the schedule.",
                subject=ref,
                severity="error",
            )
        return Done()

    async def _wait(self, appt: NexHealthAppointment, event: Event, now: datetime) -> Settlement:
        """Leave the booking to NexHealth's synchronizer, and ask once it takes too long."""
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        since = max(event.received, appt.created_at or event.received)
        if now - since < office.location.grace:
            await office.note(now, "observed", ref, "visit.waits-for-synchronizer")
            return Retry(now + office.location.grace / 6, "visit.waits-for-synchronizer", counted=False)
        text = (
            f"NexHealth booking {appt.id} has not reached Open Dental. Check NexHealth's sync status; if it stays "
            "away, enter the visit by hand."
        )
        await office.question(now, self._inquiry(appt, event, kind="visit.not-landed", text=text))
        # The poll puts a new event as soon as NexHealth names the record.
        return Done()

    async def _approved(self, appt: NexHealthAppointment, event: Event, now: datetime) -> bool:
        """Return whether the staff has agreed to write this booking; ask if nobody did yet."""
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        answer = await office.answered("suggest.create", ref)
        if answer is not None:
            return answer.choice == "apply"
        found = await self._chart(appt, event, now, may_write=False)
        visit = dict(office.fields_of_nexhealth(appt))
        body = {"rule": found.rule, "pat_num": found.pat_num, "visit": visit}
        text = f"NexHealth booking {appt.id} is ready to be written. Answer with apply."
        await self._ask(appt, self._inquiry(appt, event, kind="suggest.create", text=text, body=body), now)
        return False

    # -- writing -------------------------------------------------------------------------------------------------------

    async def _chart(self, appt: NexHealthAppointment, event: Event, now: datetime, *, may_write: bool = True) -> Found:
        patient = await self._patient(appt)
        slot = self._slot(appt)
        standing = self._office.picture.calendar.overlapping(slot) if slot is not None else ()
        risk = warning(slot, [row for row in standing if row.booking != str(appt.id)])
        asking = Asking(look=look_again(event), due=appt.start_time, risk=risk, may_write=may_write)
        if patient is None:
            return await self._people.unknown(appt.id, now, asking)
        if appt.is_guardian:
            return await self._people.dependant(patient, appt.id, now, asking)
        return await self._people.chart_for(patient, appt.patient_id or patient.id, now, asking)

    async def _patient(self, appt: NexHealthAppointment) -> NexHealthPatient | None:
        """Return who booked, as NexHealth shows it; ``None`` if it does not know that patient any more."""
        if appt.patient is not None and appt.patient.bio is not None:
            return appt.patient
        try:
            return await self._office.nexhealth.patients.get(appt.patient_id or 0)
        except NotFoundError:
            return None

    async def _has_chart(self, appt: NexHealthAppointment, event: Event, now: datetime) -> bool:
        """Return whether a visit can be written where charts are not; note what would be done if it cannot."""
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        found = await self._chart(appt, event, now, may_write=False)
        if found.pat_num is not None and not found.created:
            return True
        await office.note(now, "decided", ref, f"{office.location.modes.person}:{found.rule}", fields=["person"])
        return False

    async def _write(self, appt: NexHealthAppointment, known: Known | None, event: Event, now: datetime) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        if not appt.patient_id:
            await office.note(now, "observed", ref, "visit.without-patient")
            return Done()
        if await self._carrying.is_target(appt):
            return Retry(now + timedelta(minutes=1), "visit.is-a-move", counted=False)
        if office.location.modes.person != "apply" and not await self._has_chart(appt, event, now):
            return Done()
        found = await self._chart(appt, event, now)
        if found.pat_num is None:
            await office.note(now, "held", ref, found.rule)
            return await self._held(appt, known, found, now)
        fields = await self._placed(appt, event, now)
        if fields is None:
            return Done()
        if known is not None:
            known, fields = await self.holding.place(known, fields, now)
        tried = known is not None and known.body.patient is not None
        row = await self._ours(appt, known, fields, fresh=tried, pat_num=found.pat_num)
        if row is None and not tried and await self._taken(appt, known, fields, event, now):
            return Done()
        known = await self._intended(appt, known, found, now)
        if row is not None:
            return await self._adopt(appt, row, known, now, FOUND if tried else "visit.was-there")
        return await self._create(appt, known, found, fields, now)

    async def _held(self, appt: NexHealthAppointment, known: Known | None, found: Found, now: datetime) -> Settlement:
        """Keep the slot while an answer is waited for, or let it go if none is."""
        if found.asked is not None:
            await self._waiting.begin(appt.id, found.asked, self._slot(appt), now)
            await self.holding.hold(appt, known, self._place(appt), now)
        elif known is not None:
            await self.holding.drop(known, now)
        return Done()

    async def _intended(self, appt: NexHealthAppointment, known: Known | None, found: Found, now: datetime) -> Known:
        """Write down, before it is tried, that a visit is about to be made on the chart that was found."""
        records = self._office.records
        if known is None:
            ref, body = self._office.at_nexhealth(appt.id), self._begun(appt, LinkBody(), found)
            return await records.pending("visit", self._office.location.name, ref, body, now)
        if known.body.patient == found.pat_num:
            return known
        return await records.save(known.link, self._begun(appt, known.body, found), now)

    async def _placed(self, appt: NexHealthAppointment, event: Event, now: datetime) -> Fields | None:
        """Return the essence of *appt* with chair, provider and length filled in, or ask where it belongs."""
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        if not await self._accepted(appt, event, now):
            return None
        fields = self._place(appt)
        missing = [name for name in ("operatory", "provider") if not fields[name]]
        missing += ["length"] if self._endless(appt) else []
        if not missing:
            return fields
        # Chairs and providers are read again before the answer is acted on; an answer that did not help is asked anew.
        await office.records.store.cursors.set(f"tables:{office.location.name}", None)
        about: tuple[object, ...] = tuple(missing)
        while (answer := await office.answered("visit.unplaced", ref, *about)) is not None:
            if answer.choice != "retry":
                return None
            about = (*missing, len(about) - len(missing) + 1)
        text = (
            f"NexHealth booking {appt.id} has no {' and no '.join(missing)} that Open Dental can take. Add it to the "
            "location's tables (a length: minutes of its type), then answer the review with retry."
        )
        await self._ask(appt, self._inquiry(appt, event, kind="visit.unplaced", text=text, about=about), now)
        return None

    def _place(self, appt: NexHealthAppointment) -> Fields:
        """Return the essence of *appt* with chair, provider and length as the location's tables say."""
        location, tables = self._office.location, self._office.tables
        fields = dict(self._office.fields_of_nexhealth(appt))
        rule = location.types.get(appt.appointment_type_id or 0, NO_RULE)
        fields["provider"] = rule.provider or fields.get("provider") or location.default_provider
        own_chair = tables.chair_of_provider.get(int(fields["provider"])) if fields["provider"] else None
        fields["operatory"] = fields.get("operatory") or rule.operatory or location.default_operatory or own_chair
        fields["minutes"] = rule.length(int(fields["minutes"] or 0))
        return fields

    def _endless(self, appt: NexHealthAppointment) -> bool:
        """Return whether neither *appt* nor its type says how long the visit is: any block would be wrong."""
        rule = self._office.location.types.get(appt.appointment_type_id or 0, NO_RULE)
        if rule.minutes is not None or rule.pattern:
            return False
        return appt.start_time is None or appt.end_time is None or appt.end_time <= appt.start_time

    def _slot(self, appt: NexHealthAppointment) -> Slot | None:
        """Return the place in the book that *appt* asks for, ``None`` while its chair is not known."""
        slot = slot_of(self._place(appt))
        return slot if slot is not None and slot.operatory is not None else None

    async def _ask(self, appt: NexHealthAppointment, inquiry: Inquiry, now: datetime) -> Answer | None:
        """Return the answer to a question that the booking *appt* waits for; ask it, once, if nobody did yet."""
        answer = await self._office.question(now, inquiry)
        if answer is None:
            await self._waiting.begin(appt.id, inquiry, self._slot(appt), now)
        return answer

    def _inquiry(
        self,
        appt: NexHealthAppointment,
        event: Event,
        *,
        kind: str,
        text: str,
        about: tuple[object, ...] = (),
        body: Mapping[str, object] | None = None,
    ) -> Inquiry:
        """Return a question about the booking *appt*; its answer makes the engine look at the booking again."""
        ref = self._office.at_nexhealth(appt.id)
        return Inquiry(
            kind=kind,
            about=(ref, *about),
            subject=ref,
            due=appt.start_time,
            look=look_again(event),
            body=body or {},
            text=text,
        )

    async def _accepted(self, appt: NexHealthAppointment, event: Event, now: datetime) -> bool:
        """Return whether bookings of this type may be written; ask if it is not what it was."""
        kind = appt.appointment_type_id or 0
        found = await self._kinds.doubt(kind)
        if not found:
            return True
        text = (
            f"NexHealth booking {appt.id} is of appointment type {kind}, which is not what it was. Check the "
            "location's types, then answer the review with accept: all bookings of the type that wait are written."
        )
        body = {"found": found, "type": kind}
        inquiry = self._inquiry(appt, event, kind="type.changed", text=text, about=(found,), body=body)
        answer = await self._ask(appt, inquiry, now)
        if answer is None or answer.choice != "accept":
            return False
        await self._kinds.accept(kind, found, answer, now)
        return True

    def _begun(self, appt: NexHealthAppointment, body: LinkBody, found: Found) -> LinkBody:
        """Return what to write down before a visit is made: what both sides will show, and what it is to have."""
        rule, placed = self._office.location.types.get(appt.appointment_type_id or 0, NO_RULE), self._place(appt)
        will = {**placed, "provider": (rule.hygiene and rule.hygienist) or placed["provider"], "confirmed": False}
        base = Base(nexhealth=self._office.fields_of_nexhealth(appt), opendental=will)
        return evolve(body, patient=found.pat_num, decided=found.decided, base=base, procedures=rule.procedures)

    async def _made(
        self, appt: NexHealthAppointment, known: Known, now: datetime
    ) -> tuple[Known, OpenDentalAppointment | None]:
        """Return the visit that an interrupted create of ours has made, if it has."""
        known, fields = await self.holding.place(known, self._place(appt), now)
        return known, await self._ours(appt, known, fields, fresh=True)

    async def _ours(
        self,
        appt: NexHealthAppointment,
        known: Known | None,
        fields: Fields,
        *,
        fresh: bool,
        pat_num: int | None = None,
    ) -> OpenDentalAppointment | None:
        """Return the visit that stands in Open Dental for this booking already, if one does.

        With *fresh* Open Dental is asked: a create of ours may have succeeded unnoticed, perhaps on a chart that the
        staff has taken back since. Else the picture will do.
        """
        tried = known.body.patient if known is not None else None
        start = fields.get("start")
        for chart in dict.fromkeys((pat_num, tried)):
            if chart is not None and isinstance(start, str):
                row = await self._ours_on(chart, appt, datetime.fromisoformat(start), fresh=fresh)
                if row is not None:
                    return row
        return None

    async def _ours_on(
        self, chart: int, appt: NexHealthAppointment, wall: datetime, *, fresh: bool
    ) -> OpenDentalAppointment | None:
        office = self._office
        if fresh:
            rows = [row async for row in office.opendental.appointments.iter(pat_num=chart, date=wall.date())]
            await office.picture.keep(booked=[booked_of(row) for row in rows])
        for seen in office.picture.calendar.of_patient(chart):
            same = seen.booking == str(appt.id) or (seen.start == wall and seen.occupies and not seen.booking)
            if same and await office.records.link("visit", office.at_opendental(seen.apt_num)) is None:
                return await office.opendental_visit(seen.apt_num)
        return None

    async def _taken(
        self, appt: NexHealthAppointment, known: Known | None, fields: Fields, event: Event, now: datetime
    ) -> bool:
        """Return whether the slot is taken. The picture raises the doubt, a fresh look decides, the staff is asked."""
        office, slot = self._office, slot_of(fields)
        own = known.body.hold.apt_num if known is not None and known.body.hold is not None else 0
        if slot is None or not office.picture.calendar.overlapping(slot, ignore=own):
            return slot is None
        others = await office.collisions(slot, ignore=own)
        if not others:
            return False
        text = (
            f"NexHealth booking {appt.id} wants a slot that appointment {others[0].apt_num} holds in Open Dental. "
            "Move one of them, or answer the review with book to write it beside the other."
        )
        about = (slot.start, slot.operatory)
        body = {"stands_there": [row.apt_num for row in others]}
        inquiry = self._inquiry(appt, event, kind="visit.slot-taken", text=text, about=about, body=body)
        answer = await self._ask(appt, inquiry, now)
        if answer is not None and answer.choice != "book" and known is not None:
            await self.holding.drop(known, now)
        return answer is None or answer.choice != "book"

    async def _create(
        self, appt: NexHealthAppointment, known: Known, found: Found, fields: Fields, now: datetime
    ) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        known, row = await self._book(known, await self._values(appt, found, fields), now)
        shown, placed = office.fields_of_opendental(row), self._place(appt)
        moved = place_of(placed) != place_of(fields)
        if moved:
            shown = agreed_place(shown, placed)
        base = Base(nexhealth=office.fields_of_nexhealth(appt), opendental=shown)
        body = evolve(known.body, base=base, patient=found.pat_num, unfinished=True)
        link = evolve(known.link, opendental=office.at_opendental(row.apt_num), state=LinkState.LINKED)
        known = await office.records.save(link, body, now)
        await office.picture.keep(booked=[booked_of(row)])
        await office.note(now, "applied", ref, "visit.created", related=[link.opendental])
        known = await self.finish(known, now)
        if moved and known.link.state is LinkState.LINKED:
            return await self._carrying.carry(known, appt, row, now)
        return Done()

    async def _values(self, appt: NexHealthAppointment, found: Found, fields: Fields) -> AppointmentCreate:
        """Return what the visit is made of: where *fields* put it, and what the rule of its type says."""
        location = self._office.location
        rule, shape = await self._kinds.rule(appt.appointment_type_id or 0)
        stamp = stamp_for(appt.id) if location.stamp else ""
        return opendental_create(
            fields,
            pat_num=found.pat_num or 0,
            note="\n".join(part for part in (appt.note or "", stamp) if part),
            pattern=rule.block(int(fields["minutes"] or 0), shape),
            appointment_type_num=rule.appointment_type_num,
            is_new_patient=rule.new_patient if rule.new_patient is not None else found.created,
            is_hygiene=rule.hygiene,
            prov_hyg=rule.hygienist or (int(fields["provider"] or 0) if rule.hygiene else 0),
            clinic_num=location.clinic_num,
            confirmed=rule.confirmed,
            asap=rule.asap,
        )

    async def _book(
        self, known: Known, values: AppointmentCreate, now: datetime
    ) -> tuple[Known, OpenDentalAppointment]:
        """Make the visit; where the office refuses two in one slot, the hold makes room, and comes back if it must."""
        office = self._office
        await office.turn.keep()
        try:
            return known, await office.opendental.appointments.create(**values)
        except (ConflictError, InvalidRequestError):
            lifted = await self.holding.lift(known, now)
            if lifted is None:
                raise
        try:
            await office.turn.keep()
            return lifted, await office.opendental.appointments.create(**values)
        except (ConflictError, InvalidRequestError):
            await self.holding.put_back(lifted, now)
            raise

    # -- afterwards ----------------------------------------------------------------------------------------------------

    async def finish(self, known: Known, now: datetime) -> Known:
        """Do what is owed after a create: look at the slot afresh, give way if we came second, tell the host."""
        office, link = self._office, known.link
        if not known.body.unfinished or link.opendental is None or office.observing:
            return known
        known, own = await self.holding.release(known, now), int(link.opendental.id)
        link, slot = known.link, slot_of(canonical(known.body.base))
        if slot is not None and known.body.procedures:
            day, codes = slot.start.date(), known.body.procedures
            await self._attaching.attach(own, known.body.patient or 0, day, codes, now)
        if slot is not None and office.bridging():
            others = await office.collisions(slot, ignore=own)
            if yields(own, others):
                return await self._give_way(known, others, now)
        finished = evolve(known, body=evolve(known.body, unfinished=False, procedures=()))
        # Told before it is marked as told: a repeated announcement has the same id.
        await self._carrying.telling.announce_created(finished, now)
        return await office.records.save(link, finished.body, now)

    async def _give_way(self, known: Known, others: list[Booked], now: datetime) -> Known:
        """Hold the link first, so that taking our record off the book is not read as a cancellation; then ask."""
        office, link = self._office, known.link
        if link.opendental is None:
            return known
        known = await office.records.save(evolve(link, state=LinkState.HELD), evolve(known.body, unfinished=False), now)
        await self._carrying.take_off(int(link.opendental.id), now)
        subject = link.nexhealth.id if link.nexhealth else ""
        inquiry = Inquiry(
            kind="visit.overlap",
            about=(link.id, link.opendental),
            subject=link.nexhealth,
            look={"kind": "nexhealth.appointment", "subject": subject, "key": f"link:{link.id}"},
            body={"stands_there": [row.apt_num for row in others]},
            text=(
                f"Appointment {link.opendental.id} came second to appointment {others[0].apt_num} in the same slot "
                "and was taken off the book. Find it a new time in Open Dental, or answer the review: keep puts it "
                "back, cancel cancels it at NexHealth."
            ),
        )
        await office.question(now, inquiry)
        return known
