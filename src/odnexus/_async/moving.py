"""New then cancel: moving a visit at NexHealth where it cannot be edited, and cancelling there.

The patient never ends with nothing: the new time is booked first, the old one cancelled afterwards. The link says
*moving* and where to, before anything is sent; whoever finds it so looks for the new booking before making one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from attrs import evolve

from odnexus._async.office import AsyncOffice
from odnexus._async.records import Known
from odnexus.errors import ConflictError, InvalidRequestError, NotFoundError
from odnexus.mapping.booking import nexhealth_create
from odnexus.mapping.visit import to_instant, to_wall
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.reconcile.asking import Inquiry
from odnexus.reconcile.calendar import stamp_for
from odnexus.reconcile.links import LinkState
from odnexus.reconcile.plan import Fields
from odnexus.reconcile.triggers import Slot, WaitlistCandidate

CLOSE = timedelta(minutes=1)

TRY_AGAIN = timedelta(days=30)
"""How long an office whose bookings could not be edited is not asked to again."""


class AsyncMoving:
    """Books anew and cancels at NexHealth."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._learnt = f"reschedule:{office.location.name}"

    # -- which way -----------------------------------------------------------------------------------------------------

    async def way(self, changes: Fields, now: datetime) -> Literal["edit", "rebook", "review"]:
        """Return how to move a booking: as the location says; by itself as it worked last time."""
        policy = self._office.location.visits
        if "provider" in changes and self._office.provider_at_nexhealth(changes["provider"]) is not None:
            return "rebook"
        if policy.reschedule != "auto":
            return policy.reschedule
        learnt = await self._office.records.store.cursors.get(self._learnt)
        return "rebook" if learnt and now - datetime.fromisoformat(learnt) < TRY_AGAIN else "edit"

    async def learn(self, now: datetime) -> None:
        """Remember that bookings are not moved here by editing them."""
        await self._office.records.store.cursors.set(self._learnt, now.isoformat())
        await self._office.note(now, "observed", f"location:{self._office.location.name}", "nexhealth.does-not-move")

    # -- new then cancel -----------------------------------------------------------------------------------------------

    async def move(
        self, known: Known, appt: NexHealthAppointment, target: Fields, now: datetime
    ) -> tuple[Known, NexHealthAppointment | None]:
        """Book *appt* where *target* says, then cancel it where it stands. Returns the link and the new booking."""
        body = evolve(known.body, target=dict(target), cancel=str(appt.id))
        known = await self._office.records.save(evolve(known.link, state=LinkState.MOVING), body, now)
        return await self.go_on(known, appt, now)

    async def go_on(
        self, known: Known, appt: NexHealthAppointment, now: datetime
    ) -> tuple[Known, NexHealthAppointment | None]:
        """Carry on a move from wherever it was interrupted; *appt* is the booking that is to be cancelled."""
        office, link = self._office, known.link
        booked = await self._successor(known, appt)
        if booked is None:
            try:
                booked = await self._book(known, appt)
            except (ConflictError, InvalidRequestError):
                await self.tell_refused(known, appt, known.body.target, now)
                body = evolve(known.body, target={}, cancel="")
                return await office.records.save(evolve(link, state=LinkState.LINKED), body, now), None
        ref, old = office.at_nexhealth(booked.id), office.at_nexhealth(appt.id)
        aliases = link.aliases if old in link.aliases else (*link.aliases, old)
        known = await office.records.save(evolve(link, nexhealth=ref, aliases=aliases), known.body, now)
        await office.note(now, "applied", ref, "visit.booked-anew", related=[old])
        await self.cancel(appt.id)
        if known.body.target.get("confirmed") and not booked.confirmed:
            answer = await office.nexhealth.appointments.update(booked.id, confirmed=True)
            booked = await office.whole(answer, booked.raw)
        body = evolve(known.body, target={}, cancel="")
        known = await office.records.save(evolve(known.link, state=LinkState.LINKED), body, now)
        await office.note(now, "applied", old, "visit.old-time-cancelled", related=[ref])
        return known, booked

    async def _successor(self, known: Known, appt: NexHealthAppointment) -> NexHealthAppointment | None:
        """Return the booking that an interrupted move has made already."""
        office = self._office
        if known.link.nexhealth is not None and known.link.nexhealth.id != str(appt.id):
            return await office.nexhealth.appointments.get(int(known.link.nexhealth.id), include=("patient",))
        start = self._start(known.body.target)
        rows = office.nexhealth.appointments.iter(
            start=start - CLOSE,
            end=start + CLOSE,
            location_id=office.location.nexhealth_id,
            cancelled=False,
            patient_ids=[appt.patient_id or 0],
        )
        async for row in rows:
            taken = await office.records.link("visit", office.at_nexhealth(row.id))
            if row.id != appt.id and row.start_time == start and row.patient_id == appt.patient_id and taken is None:
                return row
        return None

    async def _book(self, known: Known, appt: NexHealthAppointment) -> NexHealthAppointment:
        office = self._office
        values = nexhealth_create(
            known.body.target,
            patient_id=appt.patient_id or 0,
            provider_id=office.provider_at_nexhealth(known.body.target.get("provider")) or appt.provider_id or 0,
            zone=office.location.zone,
            operatories=office.chairs(),
            appointment_type_id=appt.appointment_type_id,
            note=appt.note or stamp_for(appt.id),
        )
        await office.turn.keep()
        booked = await office.nexhealth.appointments.create(location_id=office.location.nexhealth_id, **values)
        return await office.whole(booked, appt.raw)

    def _start(self, target: Fields) -> datetime:
        return to_instant(datetime.fromisoformat(str(target["start"])), self._office.location.zone).value

    async def tell_refused(self, known: Known, appt: NexHealthAppointment, target: Fields, now: datetime) -> None:
        """NexHealth takes the new time neither way: the staff must tell the patient."""
        office, link = self._office, known.link
        inquiry = Inquiry(
            kind="visit.cannot-move",
            about=(link.id, target.get("start"), target.get("operatory")),
            subject=link.nexhealth,
            due=appt.start_time,
            look={"kind": "visit.look", "subject": str(appt.id), "key": f"link:{link.id}"},
            text=(
                f"Appointment {link.opendental} was moved in Open Dental, and NexHealth refuses the new time for "
                f"booking {appt.id}. Its reminders still name the old time: tell the patient, and correct it in "
                "NexHealth by hand."
            ),
        )
        await office.question(now, inquiry)

    async def is_target(self, appt: NexHealthAppointment) -> bool:
        """Return whether *appt* is what a move of ours, or a visit of Open Dental's that we make there, has booked."""
        office, start = self._office, self._office.fields_of_nexhealth(appt).get("start")
        for state in (LinkState.MOVING, LinkState.PENDING):
            async for known in office.records.links("visit", office.location.name, state):
                target = known.body.target
                whose = target.get("nexhealth_patient") in (None, appt.patient_id)
                if target and target.get("start") == start and whose:
                    return True
        return False

    async def cancel(self, appointment: int) -> NexHealthAppointment | None:
        """Cancel a booking; one that is cancelled already counts, one that is gone is ``None``."""
        appointments = self._office.nexhealth.appointments
        try:
            return await appointments.update(appointment, cancelled=True)
        except NotFoundError:
            return None
        except (InvalidRequestError, ConflictError):
            appt = await appointments.get(appointment)
            if appt.cancelled:
                return appt
            raise

    async def wishes(self, slot: Slot, known: Known, now: datetime) -> Sequence[WaitlistCandidate]:
        """Return the NexHealth bookings behind *slot* whose patients want an earlier time."""
        office = self._office
        start = to_instant(slot.start, office.location.zone).value
        rows = office.nexhealth.appointments.iter(
            start=max(start, now),
            end=now + office.location.horizon,
            location_id=office.location.nexhealth_id,
            cancelled=False,
            unavailable=False,
        )
        found: list[WaitlistCandidate] = []
        async for row in rows:
            candidate = await self._wish(row, slot, known)
            if candidate is not None:
                found.append(candidate)
        return found

    async def _wish(self, row: NexHealthAppointment, slot: Slot, known: Known) -> WaitlistCandidate | None:
        office, ref = self._office, self._office.at_nexhealth(row.id)
        fields = office.fields_of_nexhealth(row)
        minutes = fields.get("minutes")
        if not row.sooner_if_possible or ref in known.link.refs or row.start_time is None:
            return None
        if not isinstance(minutes, int) or minutes > slot.minutes:
            return None
        if slot.provider is not None and fields.get("provider") not in (None, slot.provider):
            return None
        link = await office.records.link("visit", ref)
        end = link.link.opendental if link is not None else None
        return WaitlistCandidate(
            source="sooner",
            nexhealth_id=row.id,
            apt_num=int(end.id) if end is not None else None,
            pat_num=link.body.patient if link is not None else None,
            minutes=minutes,
            start=to_wall(row.start_time, office.location.zone),
        )
