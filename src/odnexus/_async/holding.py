"""The holding chart: a chart of the office on which a slot is kept while it is not known whose visit it is.

Open Dental cannot move an appointment to another chart (page "Appointments": PatNum is no field of PUT). So a hold is
an appointment of its own: the right visit is made beside it, and then the hold is taken off. It stands on the pending
link of the booking, as an alias and in the body, and everything about it is written down before it is tried.

A hold is nobody's visit: it is not matched, mirrored, announced or carried. What the staff does to it counts: whoever
moves it has found the visit its place, and whoever takes it off has given the slot away.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from attrs import evolve

from odnexus._async.office import AsyncOffice, booked_of
from odnexus._async.records import Known
from odnexus.errors import ConflictError, InvalidRequestError, NotFoundError, UnsupportedError
from odnexus.mapping.booking import opendental_create
from odnexus.mapping.visit import opendental_changes
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment
from odnexus.reconcile.bodies import Hold, LinkBody, place_of
from odnexus.reconcile.calendar import booking_in, stamp_for, yields
from odnexus.reconcile.plan import Fields
from odnexus.reconcile.triggers import slot_of

NOTE = "Online booking: kept free until it is known which patient it is for. Do not enter procedures here."
"""What the note of a hold says, before its stamp."""

NO_HOLD = (ConflictError, InvalidRequestError, NotFoundError)
"""Answers of an office that lets no appointment stand on the holding chart."""


class AsyncHolding:
    """Keeps slots of one location on its holding chart."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office

    # -- keeping a slot ------------------------------------------------------------------------------------------------

    async def hold(self, appt: NexHealthAppointment, known: Known | None, fields: Fields, now: datetime) -> None:
        """Keep the slot that *fields* name for the booking *appt*, if the location has a holding chart and it is free.

        A hold that stands follows a booking that was moved, unless the staff has moved or taken off the hold.
        """
        if self._office.location.holding_chart is None or slot_of(fields) is None or not fields.get("operatory"):
            return
        hold = known.body.hold if known is not None else None
        if known is not None and hold is not None and hold.gone:
            return
        if known is not None and hold is not None and hold.apt_num:
            await self._follow(known, hold, fields, now)
        else:
            await self._keep(appt, known, fields, now)

    async def _keep(self, appt: NexHealthAppointment, known: Known | None, fields: Fields, now: datetime) -> None:
        office, ref = self._office, self._office.at_nexhealth(appt.id)
        wanted = Hold(asked=place_of(fields))
        row = await self._find(known) if known is not None and known.body.hold is not None else None
        if row is None and not await self._free(fields):
            await office.note(now, "held", ref, "hold.no-room")
            if known is not None:
                await self._without(known, now)
            return
        if known is None:
            known = await office.records.pending("visit", office.location.name, ref, LinkBody(hold=wanted), now)
        elif known.body.hold != wanted:
            known = await office.records.save(known.link, evolve(known.body, hold=wanted), now)
        row = row or await self._create(appt, known, fields, now)
        if row is None:
            return
        known = await self._written(known, row, now)
        await office.note(now, "applied", ref, "hold.placed", related=[office.at_opendental(row.apt_num)])
        slot = slot_of(fields)
        others = await office.collisions(slot, ignore=row.apt_num) if slot is not None else []
        if yields(row.apt_num, others):
            await office.note(now, "held", ref, "hold.came-second")
            await self.drop(known, now)

    async def _create(
        self, appt: NexHealthAppointment, known: Known, fields: Fields, now: datetime
    ) -> OpenDentalAppointment | None:
        """Write the hold; an office that refuses it is told about once, and the booking waits without."""
        office, location = self._office, self._office.location
        values = opendental_create(
            fields,
            pat_num=location.holding_chart or 0,
            note=f"{NOTE}\n{stamp_for(appt.id)}",
            clinic_num=location.clinic_num,
        )
        await office.turn.keep()
        try:
            row = await office.opendental.appointments.create(**values)
        except NO_HOLD:
            await office.note(now, "failed", office.at_nexhealth(appt.id), "hold.refused")
            text = (
                f"Open Dental refuses an appointment on the holding chart {location.holding_chart}: slots of bookings "
                "that wait for an answer are not kept. Check the chart, or holding_chart of the location."
            )
            await office.alert_once(now, "holding", "hold.refused", text)
            await self.drop(known, now)
            return None
        await office.alert_once(now, "holding", "", "")
        return row

    async def _written(self, known: Known, row: OpenDentalAppointment, now: datetime) -> Known:
        """Complete the hold on the link: its number, where it was asked for and where it stands."""
        office, ref, hold = self._office, self._office.at_opendental(row.apt_num), known.body.hold or Hold()
        await office.picture.keep(booked=[booked_of(row)])
        aliases = known.link.aliases if ref in known.link.aliases else (*known.link.aliases, ref)
        shown = place_of(office.fields_of_opendental(row))
        body = evolve(known.body, hold=evolve(hold, apt_num=row.apt_num, shown=shown))
        return await office.records.save(evolve(known.link, aliases=aliases), body, now)

    async def _find(self, known: Known) -> OpenDentalAppointment | None:
        """Return the hold that an interrupted step of ours has written, by its stamp."""
        office, end = self._office, known.link.nexhealth
        first, last = office.wall(known.link.updated).date(), office.horizon(known.link.updated)[1]
        rows = office.opendental.appointments.iter(
            pat_num=office.location.holding_chart, date_start=first, date_end=last
        )
        async for row in rows:
            if end is not None and booking_in(row.note or "") == end.id and self._stands(row):
                return row
        return None

    async def _free(self, fields: Fields, ignore: int = 0) -> bool:
        """Return whether nobody stands in the slot; the picture doubts, a fresh look decides."""
        slot = slot_of(fields)
        if slot is None or not self._office.picture.calendar.overlapping(slot, ignore=ignore):
            return slot is not None
        return not await self._office.collisions(slot, ignore=ignore)

    async def _follow(self, known: Known, hold: Hold, fields: Fields, now: datetime) -> None:
        """Move a hold to where its booking was moved."""
        office, wanted = self._office, place_of(fields)
        if wanted == hold.asked and not hold.lifted:
            return
        row = await office.opendental_visit(hold.apt_num)
        if hold.lifted:
            await self.put_back(known, now)
        elif row is None or not self._stands(row):
            await self._lost(known, now)
        elif (place := place_of(office.fields_of_opendental(row))) == wanted or place != hold.shown:
            # Moved by an interrupted step of ours, or by the staff, who then decides.
            shown = wanted if place == wanted else hold.shown
            await self._save(known, evolve(hold, asked=wanted, shown=shown), now)
        elif not await self._free(fields, ignore=row.apt_num):
            await office.note(now, "held", known.link.nexhealth, "hold.no-room")
            await self.drop(known, now)
        else:
            await self._move(known, evolve(hold, asked=wanted, shown=wanted), row, now)

    async def _move(self, known: Known, hold: Hold, row: OpenDentalAppointment, now: datetime) -> None:
        office = self._office
        edit = opendental_changes(hold.asked, pattern=row.pattern or "", hygiene=bool(row.is_hygiene), confirmed=None)
        moved = await office.opendental.appointments.update(row.apt_num, **edit.value.changes)
        await office.picture.keep(booked=[booked_of(moved)])
        await self._save(known, hold, now)
        await office.note(now, "applied", known.link.nexhealth, "hold.moved", fields=hold.asked)

    # -- what the staff does to it -------------------------------------------------------------------------------------

    async def seen(self, known: Known, apt_num: int, now: datetime) -> None:
        """Look at a hold that changed in Open Dental: whoever took it off has given the slot away."""
        office, hold = self._office, known.body.hold
        row = await office.opendental_visit(apt_num)
        ours = hold is not None and hold.apt_num == apt_num and not hold.lifted and known.link.opendental is None
        if ours and not self._stands(row):
            await self._lost(known, now)
        else:
            await office.note(now, "observed", office.at_opendental(apt_num), "hold.seen")

    async def _lost(self, known: Known, now: datetime) -> None:
        office, hold = self._office, known.body.hold or Hold()
        text = (
            f"Appointment {hold.apt_num} no longer holds the slot of NexHealth booking "
            f"{known.link.nexhealth.id if known.link.nexhealth else ''}: it was taken off the book. The question about "
            "the booking is still open."
        )
        office.alert(now, "hold.gone", text, subject=known.link.nexhealth)
        await office.note(now, "held", known.link.nexhealth, "hold.gone", related=[office.at_opendental(hold.apt_num)])
        await self._save(known, evolve(hold, gone=True), now)

    async def place(self, known: Known, fields: Fields, now: datetime) -> tuple[Known, Fields]:
        """Return where a visit goes: as *fields* say, or where the staff has moved its hold."""
        office, hold = self._office, known.body.hold
        if hold is None or hold.gone:
            return known, fields
        row = await office.opendental_visit(hold.apt_num) if hold.apt_num else await self._find(known)
        if row is None or not self._stands(row):
            return known, fields
        if not hold.apt_num:
            return await self._written(known, row, now), fields
        place = place_of(office.fields_of_opendental(row))
        if place == hold.shown:
            return known, fields
        await office.note(now, "decided", known.link.nexhealth, "hold.moved-by-staff", fields=place)
        return known, {**fields, **place}

    # -- taking it off -------------------------------------------------------------------------------------------------

    async def release(self, known: Known, now: datetime) -> Known:
        """Take the hold of a booking off the book, if it has one, and return the link without it."""
        hold = known.body.hold
        if hold is None or self._office.observing:
            return known
        row = None
        if hold.apt_num and not hold.gone:
            row = await self._office.opendental_visit(hold.apt_num)
        elif not hold.apt_num:
            row = await self._find(known)
        if row is not None and self._stands(row):
            known = await self._off(known, row, now)
        return await self._without(known, now)

    async def drop(self, known: Known, now: datetime) -> None:
        """Take the hold off and forget the link, unless more than a hold may have been made for it."""
        known = await self.release(known, now)
        if known.body.hold is None and known.body.patient is None and known.link.opendental is None:
            await self._office.records.forget(known.link)

    async def lift(self, known: Known, now: datetime) -> Known | None:
        """Make room for the visit itself where the office refuses two in one slot; ``None`` if no hold is there."""
        hold = known.body.hold
        if hold is None or hold.gone or not hold.apt_num:
            return None
        row = await self._office.opendental_visit(hold.apt_num)
        return await self._off(known, row, now) if row is not None and self._stands(row) else known

    async def put_back(self, known: Known, now: datetime) -> None:
        """Put a hold that was lifted back: the visit that it made room for was refused all the same."""
        office, hold = self._office, known.body.hold or Hold()
        try:
            row = await office.opendental.appointments.update(hold.apt_num, apt_status="Scheduled")
        except NO_HOLD:
            await self._lost(known, now)
            return
        await office.picture.keep(booked=[booked_of(row)])
        await self._save(known, evolve(hold, lifted=False), now)

    async def _off(self, known: Known, row: OpenDentalAppointment, now: datetime) -> Known:
        """Break a hold (page "Appointments": there is no DELETE), not onto the unscheduled list: it is no patient's."""
        office, appointments = self._office, self._office.opendental.appointments
        # Written down before, so that it is not taken for what the staff did.
        known = await self._save(known, evolve(known.body.hold or Hold(), apt_num=row.apt_num, lifted=True), now)
        try:
            await appointments.break_(row.apt_num, send_to_unscheduled_list=False)
        except UnsupportedError:
            await appointments.update(row.apt_num, apt_status="Broken")
        await office.picture.keep(booked=[evolve(booked_of(row), status="Broken")])
        await office.note(now, "applied", known.link.nexhealth, "hold.taken-off", related=[self._ref(row.apt_num)])
        return known

    # -- small things --------------------------------------------------------------------------------------------------

    def _ref(self, apt_num: int) -> object:
        return self._office.at_opendental(apt_num)

    def _stands(self, row: OpenDentalAppointment | None) -> bool:
        """Return whether *row* holds a slot: on the holding chart, and on the book. Anything else is left alone."""
        chart = self._office.location.holding_chart
        return row is not None and row.pat_num == chart and str(row.apt_status) == "Scheduled"

    async def _save(self, known: Known, hold: Hold, now: datetime) -> Known:
        return await self._office.records.save(known.link, evolve(known.body, hold=hold), now)

    async def _without(self, known: Known, now: datetime) -> Known:
        """Return the link without its hold."""
        if known.body.hold is None:
            return known
        ref = self._office.at_opendental(known.body.hold.apt_num)
        aliases = tuple(alias for alias in known.link.aliases if alias != ref)
        return await self._office.records.save(evolve(known.link, aliases=aliases), evolve(known.body, hold=None), now)


def agreed_place(shown: Fields, placed: Fields) -> Fields:
    """Return what a visit shows, as if it stood where its booking asked for: the rest is the staff's move."""
    return cast("Fields", {**shown, **place_of(placed)})
