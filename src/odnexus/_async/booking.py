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
from odnexus._async.office import AsyncOffice, booked_of
from odnexus._async.people import Asking, AsyncPeople, Found
from odnexus._async.records import Known
from odnexus.mapping.booking import opendental_create
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment
from odnexus.practice import TypeRule
from odnexus.reconcile.asking import Inquiry, look_again
from odnexus.reconcile.bodies import LinkBody, canonical
from odnexus.reconcile.calendar import Booked, stamp_for, yields
from odnexus.reconcile.inbox import Done, Event, Retry, Settlement
from odnexus.reconcile.links import LinkState
from odnexus.reconcile.plan import Base, Fields
from odnexus.reconcile.triggers import Slot, slot_of

NO_PLACE = TypeRule()

FOUND = "visit.found-after-doubt"
"""Rule by which a visit is adopted that an interrupted create of ours has made."""


class AsyncBooking:
    """Brings a booking of NexHealth into Open Dental."""

    def __init__(self, office: AsyncOffice, people: AsyncPeople, carrying: AsyncCarrying) -> None:
        self._office = office
        self._people = people
        self._carrying = carrying

    async def take(self, appt: NexHealthAppointment, known: Known | None, event: Event, now: datetime) -> Settlement:
        """Decide what becomes of the unlinked (or still pending) booking *appt* and do it."""
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        if appt.foreign_id and appt.foreign_id.isdecimal():
            return await self._adopt_foreign(appt, known, event, now)
        if appt.cancelled or appt.deleted:
            return await self._cancelled(appt, known, now)
        if appt.start_time is None or appt.start_time <= now:
            return await self._too_late(appt, known, now)
        if not office.bridging():
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
    ) -> Settlement:
        """Link a booking that stands in Open Dental under the number that NexHealth names."""
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
        if appt.patient_id and row.pat_num:
            # The synchronizer wrote this visit onto that chart, so the person is linked too.
            await self._people.adopt(appt.patient_id, row.pat_num, now)
        return await self._adopt(appt, row, known, now, "visit.foreign-id")

    async def _adopt(
        self, appt: NexHealthAppointment, row: OpenDentalAppointment, known: Known | None, now: datetime, rule: str
    ) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        announce = not (appt.cancelled or appt.deleted) and await self._carrying.telling.is_news(appt.created_at)
        body = LinkBody(patient=row.pat_num, announce=announce, unfinished=rule == FOUND)
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
            row = await self._ours(appt, known, fresh=True)
            if row is not None:
                return await self._adopt(appt, row, known, now, FOUND)
            await office.records.forget(known.link)
        await office.note(now, "observed", ref, "visit.cancelled-before-written")
        return Done()

    async def _too_late(self, appt: NexHealthAppointment, known: Known | None, now: datetime) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        if known is not None and (row := await self._ours(appt, known, fresh=True)) is not None:
            return await self._adopt(appt, row, known, now, FOUND)
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
        await office.question(now, self._inquiry(appt, event, kind="suggest.create", text=text, body=body))
        return False

    # -- writing -------------------------------------------------------------------------------------------------------

    async def _chart(self, appt: NexHealthAppointment, event: Event, now: datetime, *, may_write: bool = True) -> Found:
        patient = appt.patient
        if patient is None or patient.bio is None:
            patient = await self._office.nexhealth.patients.get(appt.patient_id or 0)
        asking = Asking(look=look_again(event), due=appt.start_time, may_write=may_write)
        if appt.is_guardian:
            return await self._people.dependant(patient, appt.id, now, asking)
        return await self._people.chart_for(patient, now, asking)

    async def _write(self, appt: NexHealthAppointment, known: Known | None, event: Event, now: datetime) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        if not appt.patient_id:
            await office.note(now, "observed", ref, "visit.without-patient")
            return Done()
        if await self._carrying.is_target(appt):
            return Retry(now + timedelta(minutes=1), "visit.is-a-move", counted=False)
        if office.location.modes.person != "apply":
            found = await self._chart(appt, event, now, may_write=False)
            if found.pat_num is None or found.created:
                await office.note(
                    now, "decided", ref, f"{office.location.modes.person}:{found.rule}", fields=["person"]
                )
                return Done()
        found = await self._chart(appt, event, now)
        if found.pat_num is None:
            await office.note(now, "held", ref, found.rule)
            return Done()
        fields = await self._placed(appt, event, now)
        slot = slot_of(fields) if fields is not None else None
        if fields is None or slot is None:
            return Done()
        fresh = known is not None
        if known is None:
            row = await self._ours(appt, known, fresh=False, pat_num=found.pat_num)
            if row is None and await self._taken(appt, slot, event, now):
                return Done()
            body = LinkBody(patient=found.pat_num)
            known = await office.records.pending("visit", office.location.name, ref, body, now)
        else:
            row = await self._ours(appt, known, fresh=True, pat_num=found.pat_num)
        if row is not None:
            return await self._adopt(appt, row, known, now, FOUND if fresh else "visit.was-there")
        return await self._create(appt, known, found, fields, now)

    async def _placed(self, appt: NexHealthAppointment, event: Event, now: datetime) -> Fields | None:
        """Return the essence of *appt* with chair and provider filled in, or ask where it belongs."""
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        location, tables = office.location, office.tables
        fields = dict(office.fields_of_nexhealth(appt))
        rule = self._type(appt)
        fields["provider"] = fields.get("provider") or location.default_provider
        own_chair = tables.chair_of_provider.get(int(fields["provider"])) if fields["provider"] else None
        fields["operatory"] = fields.get("operatory") or rule.operatory or location.default_operatory or own_chair
        if rule.minutes is not None:
            fields["minutes"] = rule.minutes
        missing = [name for name in ("operatory", "provider") if not fields[name]]
        if not missing:
            return fields
        # Chairs and providers are read again before the answer is acted on; an answer that did not help is asked anew.
        await office.records.store.cursors.set(f"tables:{location.name}", None)
        about: tuple[object, ...] = tuple(missing)
        while (answer := await office.answered("visit.unplaced", ref, *about)) is not None:
            if answer.choice != "retry":
                return None
            about = (*missing, len(about) - len(missing) + 1)
        text = (
            f"NexHealth booking {appt.id} has no {' and no '.join(missing)} that Open Dental knows. Add it to the "
            "location's tables, then answer the review with retry."
        )
        await office.question(now, self._inquiry(appt, event, kind="visit.unplaced", text=text, about=about))
        return None

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

    def _type(self, appt: NexHealthAppointment) -> TypeRule:
        return self._office.location.types.get(appt.appointment_type_id or 0, NO_PLACE)

    async def _ours(
        self, appt: NexHealthAppointment, known: Known | None, *, fresh: bool, pat_num: int | None = None
    ) -> OpenDentalAppointment | None:
        """Return the visit that stands in Open Dental for this booking already, if one does.

        With *fresh* Open Dental is asked: a create of ours may have succeeded unnoticed. Else the picture will do.
        """
        office = self._office
        chart = pat_num or (known.body.patient if known is not None else None)
        start = office.fields_of_nexhealth(appt).get("start")
        if chart is None or not isinstance(start, str):
            return None
        wall = datetime.fromisoformat(start)
        if fresh:
            rows = [row async for row in office.opendental.appointments.iter(pat_num=chart, date=wall.date())]
            await office.picture.keep(booked=[booked_of(row) for row in rows])
        for row in office.picture.calendar.of_patient(chart):
            same = row.booking == str(appt.id) or (row.start == wall and row.occupies and not row.booking)
            if same and await office.records.link("visit", office.at_opendental(row.apt_num)) is None:
                return await office.opendental_visit(row.apt_num)
        return None

    async def _taken(self, appt: NexHealthAppointment, slot: Slot, event: Event, now: datetime) -> bool:
        """Return whether the slot is taken. The picture raises the doubt, a fresh look decides, the staff is asked."""
        office = self._office
        if not office.picture.calendar.overlapping(slot):
            return False
        others = await office.collisions(slot)
        if not others:
            return False
        text = (
            f"NexHealth booking {appt.id} wants a slot that appointment {others[0].apt_num} holds in Open Dental. "
            "Move one of them, or answer the review with book to write it beside the other."
        )
        about = (slot.start, slot.operatory)
        body = {"stands_there": [row.apt_num for row in others]}
        inquiry = self._inquiry(appt, event, kind="visit.slot-taken", text=text, about=about, body=body)
        answer = await office.question(now, inquiry)
        return answer is None or answer.choice != "book"

    async def _create(
        self, appt: NexHealthAppointment, known: Known, found: Found, fields: Fields, now: datetime
    ) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        rule = self._type(appt)
        new_patient = rule.new_patient if rule.new_patient is not None else found.created
        note = "\n".join(
            part for part in (appt.note or "", stamp_for(appt.id) if office.location.stamp else "") if part
        )
        values = opendental_create(
            fields,
            pat_num=found.pat_num or 0,
            note=note,
            pattern=rule.pattern,
            appointment_type_num=rule.appointment_type_num,
            is_new_patient=new_patient,
            is_hygiene=rule.hygiene,
            prov_hyg=rule.hygienist,
            clinic_num=office.location.clinic_num,
        )
        await office.turn.keep()
        row = await office.opendental.appointments.create(**values)
        base = Base(nexhealth=office.fields_of_nexhealth(appt), opendental=office.fields_of_opendental(row))
        body = evolve(known.body, base=base, patient=found.pat_num, unfinished=True)
        link = evolve(known.link, opendental=office.at_opendental(row.apt_num), state=LinkState.LINKED)
        known = await office.records.save(link, body, now)
        await office.picture.keep(booked=[booked_of(row)])
        await office.note(now, "applied", ref, "visit.created", related=[link.opendental])
        await self.finish(known, now)
        return Done()

    # -- afterwards ----------------------------------------------------------------------------------------------------

    async def finish(self, known: Known, now: datetime) -> Known:
        """Do what is owed after a create: look at the slot afresh, give way if we came second, tell the host."""
        office, link = self._office, known.link
        if not known.body.unfinished or link.opendental is None or office.rehearsing:
            return known
        fields = canonical(known.body.base)
        slot = slot_of(fields)
        if slot is not None and office.bridging():
            others = await office.collisions(slot, ignore=int(link.opendental.id))
            if yields(int(link.opendental.id), others):
                return await self._give_way(known, others, now)
        finished = evolve(known, body=evolve(known.body, unfinished=False))
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
