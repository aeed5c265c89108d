"""Open Dental's own appointments at NexHealth: made there for patients whom it knows, if the location says so.

Only where nothing else brings them there: with NexHealth's synchronizer beside us each would come twice. A pending link
is written down first and names where the visit stands; then NexHealth is searched, then booked, then the link is
completed. From then on the visit is a linked one like any other, and its echo finds nothing to do.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from attrs import evolve

from odnexus._async.carrying import AsyncCarrying
from odnexus._async.office import AsyncOffice
from odnexus._async.people import LIVING, AsyncPeople
from odnexus._async.records import Known
from odnexus.errors import ConflictError, InvalidRequestError
from odnexus.mapping.booking import nexhealth_create
from odnexus.mapping.person import nexhealth_patient, person_from_nexhealth
from odnexus.mapping.visit import to_instant
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment
from odnexus.practice import MirrorPolicy
from odnexus.reconcile.asking import Inquiry
from odnexus.reconcile.bodies import LinkBody
from odnexus.reconcile.calendar import booking_in
from odnexus.reconcile.inbox import Done, Retry, Settlement, content_id
from odnexus.reconcile.links import Link, LinkState
from odnexus.reconcile.plan import Base

CLOSE = timedelta(minutes=1)

AGAIN = timedelta(minutes=5)
"""When to look again at a row that an interrupted create of ours may have made."""

PATIENT = "nexhealth_patient"
"""What the target of a pending link says besides the place: whose booking it is at NexHealth."""


class AsyncMirroring:
    """Makes appointments of Open Dental at NexHealth for one location."""

    def __init__(self, office: AsyncOffice, people: AsyncPeople, carrying: AsyncCarrying) -> None:
        self._office = office
        self._people = people
        self._carrying = carrying

    async def take(self, row: OpenDentalAppointment | None, known: Known | None, now: datetime) -> Settlement:
        """Make the appointment *row* at NexHealth, unless something speaks against it; *known* is a pending link."""
        policy = self._office.location.mirror
        against = self._against(row, policy, now)
        if known is not None:
            return await self._go_on(known, row, against or self._not_applied(), now)
        if policy is None or row is None or against:
            subject = (
                f"location:{self._office.location.name}" if row is None else self._office.at_opendental(row.apt_num)
            )
            await self._office.note(now, "observed", subject, against)
            return Done()
        if await self._is_ours(row):
            return Retry(now + AGAIN, "mirror.is-ours", counted=False)
        return await self._begin(row, policy, now)

    # -- whether -------------------------------------------------------------------------------------------------------

    def _against(self, row: OpenDentalAppointment | None, policy: MirrorPolicy | None, now: datetime) -> str:
        """Return the rule by which *row* is not made at NexHealth, ``""`` if it is."""
        office = self._office
        if policy is None or not office.bridging():
            return "visit.unlinked"
        if office.synchronized:
            return "mirror.synchronizer-reads"
        if row is None or str(row.apt_status) != "Scheduled" or row.apt_date_time is None:
            return "mirror.not-scheduled"
        if not office.wall(now) < row.apt_date_time <= office.wall(now + policy.ahead):
            return "mirror.not-ahead"
        if booking_in(row.note or ""):
            return "mirror.is-a-booking"
        return self._not_here(row)

    def _not_applied(self) -> str:
        mode = self._office.location.modes.visit
        return "" if mode == "apply" else f"{mode}:mirror"

    def _not_here(self, row: OpenDentalAppointment) -> str:
        office, chart = self._office, self._office.picture.roster.get(row.pat_num or 0)
        if office.location.clinic_num not in (None, row.clinic_num):
            return "mirror.other-clinic"
        if row.op not in office.chairs() or office.provider_at_nexhealth(self._fields(row)["provider"]) is None:
            return "mirror.not-mapped"
        if self._office.seen_of_opendental(row).errors:
            return "mirror.no-place"
        return "" if chart is not None and chart.status in LIVING else "mirror.no-living-chart"

    async def _is_ours(self, row: OpenDentalAppointment) -> bool:
        """Return whether *row* may be what an interrupted create of ours has made: then its booking comes first."""
        office, wall = self._office, self._fields(row)["start"]
        async for pending in office.records.links("visit", office.location.name, LinkState.PENDING):
            body = pending.body
            start = body.base.opendental.get("start") if body.base is not None else wall
            if pending.link.nexhealth is not None and body.patient == row.pat_num and start == wall:
                return True
        return False

    def _fields(self, row: OpenDentalAppointment) -> dict[str, str | int | bool | None]:
        return dict(self._office.fields_of_opendental(row))

    # -- making --------------------------------------------------------------------------------------------------------

    async def _begin(self, row: OpenDentalAppointment, policy: MirrorPolicy, now: datetime) -> Settlement:
        office = self._office
        if against := self._not_applied():
            await office.note(now, "decided", office.at_opendental(row.apt_num), against, fields=["create"])
            return Done()
        answer = await office.answered("visit.cannot-mirror", *self._about(row))
        if answer is not None and answer.choice != "retry":
            return Done()
        patient = await self._patient(row, policy, now)
        if patient is None:
            return Done()
        return await self._go_on(await self._pending(row, patient, now), row, "", now)

    async def _go_on(self, known: Known, row: OpenDentalAppointment | None, against: str, now: datetime) -> Settlement:
        """Make what a pending link says, or find it made; give it up if the appointment is gone meanwhile."""
        office = self._office
        booked = await self._booked(known)
        if booked is None and (row is None or against):
            await office.records.forget(known.link)
            await office.note(now, "observed", known.link.opendental, against)
            return Done()
        if booked is None and row is not None:
            try:
                booked = await self._book(known, row)
            except ConflictError:
                await office.records.forget(known.link)
                await self._ask(row, now)
                return Done()
            except InvalidRequestError:
                # A patient whom NexHealth does not know from the office yet may be booked once only.
                await office.records.forget(known.link)
                await office.note(now, "failed", known.link.opendental, "mirror.refused")
                text = "NexHealth refuses some of Open Dental's appointments. The journal names them (mirror.refused)."
                await office.alert_once(now, "mirror", "mirror.refused", text)
                return Done()
            await office.alert_once(now, "mirror", "", "")
        return await self._complete(known, row, booked, now)

    async def _pending(self, row: OpenDentalAppointment, patient: int, now: datetime) -> Known:
        ref = self._office.at_opendental(row.apt_num)
        link = Link(
            id=content_id("link", "visit", ref),
            kind="visit",
            location=self._office.location.name,
            opendental=ref,
            updated=now,
            state=LinkState.PENDING,
        )
        body = LinkBody(patient=row.pat_num, target={**self._fields(row), PATIENT: patient}, announce=False)
        return await self._office.records.save(link, body, now)

    async def _booked(self, known: Known) -> NexHealthAppointment | None:
        """Return the booking that stands at NexHealth already: made by an interrupted try, or by the patient."""
        office, target = self._office, known.body.target
        patient = int(target[PATIENT] or 0)
        start = to_instant(datetime.fromisoformat(str(target["start"])), office.location.zone).value
        rows = office.nexhealth.appointments.iter(
            start=start - CLOSE,
            end=start + CLOSE,
            location_id=office.location.nexhealth_id,
            cancelled=False,
            unavailable=False,
            patient_ids=[patient],
        )
        async for row in rows:
            taken = await office.records.link("visit", office.at_nexhealth(row.id))
            if row.start_time == start and row.patient_id == patient and taken is None:
                return row
        return None

    async def _book(self, known: Known, row: OpenDentalAppointment) -> NexHealthAppointment:
        office, target = self._office, known.body.target
        kinds = office.location.types.items()
        kind = next((k for k, rule in kinds if rule.appointment_type_num == row.appointment_type_num != 0), None)
        values = nexhealth_create(
            target,
            patient_id=int(target[PATIENT] or 0),
            provider_id=office.provider_at_nexhealth(target["provider"]) or 0,
            zone=office.location.zone,
            operatories=office.chairs(),
            appointment_type_id=kind,
        )
        notify = office.location.mirror is not None and office.location.mirror.notify_patient
        await office.turn.keep()
        booked = await office.nexhealth.appointments.create(
            location_id=office.location.nexhealth_id, notify_patient=notify, **values
        )
        return await office.whole(booked, values)

    async def _complete(
        self, known: Known, row: OpenDentalAppointment | None, booked: NexHealthAppointment | None, now: datetime
    ) -> Settlement:
        if booked is None:
            return Done()
        office, ref = self._office, self._office.at_nexhealth(booked.id)
        was = {name: value for name, value in known.body.target.items() if name != PATIENT}
        # Confirmed meanwhile or before: NexHealth does not know it yet.
        base = Base(nexhealth=office.fields_of_nexhealth(booked), opendental={**was, "confirmed": False})
        body = evolve(known.body, base=base, target={})
        known = await office.records.save(evolve(known.link, nexhealth=ref, state=LinkState.LINKED), body, now)
        await office.note(now, "applied", ref, "visit.mirrored", related=[known.link.opendental])
        return await self._carrying.carry(known, booked, row, now)

    def _about(self, row: OpenDentalAppointment) -> tuple[object, ...]:
        fields = self._fields(row)
        return (self._office.at_opendental(row.apt_num), fields["start"], fields["operatory"])

    async def _ask(self, row: OpenDentalAppointment, now: datetime) -> None:
        office, ref = self._office, self._office.at_opendental(row.apt_num)
        start = to_instant(row.apt_date_time, office.location.zone).value if row.apt_date_time else None
        text = (
            f"NexHealth does not take appointment {row.apt_num} of Open Dental. Check what stands there at that time, "
            "then answer the review with retry."
        )
        look = {"kind": "opendental.appointment", "subject": str(row.apt_num), "key": f"row:{ref}"}
        await office.question(
            now,
            Inquiry(kind="visit.cannot-mirror", about=self._about(row), subject=ref, due=start, look=look, text=text),
        )

    # -- whose ---------------------------------------------------------------------------------------------------------

    async def _patient(self, row: OpenDentalAppointment, policy: MirrorPolicy, now: datetime) -> int | None:
        """Return NexHealth's id of the patient of *row*: linked, found without doubt, or made if the policy says so."""
        office, ref, number = self._office, self._office.at_opendental(row.apt_num), row.pat_num or 0
        known = await office.records.link("person", office.at_opendental(number))
        if known is not None and known.link.nexhealth is not None:
            return office.patient_id(known.link.nexhealth)
        found = await self._found(number)
        if not found and policy.patients == "create" and office.location.modes.person == "apply":
            found = await self._created(number, row, now)
        if len(found) != 1:
            rule = "mirror.patient-unclear" if found else "mirror.patient-unknown"
            await office.note(now, "observed", ref, rule)
            return None
        await self._people.adopt(found[0], number, now, "person.mirrored")
        return found[0]

    async def _found(self, pat_num: int) -> list[int]:
        """Return the NexHealth patients who are, for certain, the person of a chart and of no other."""
        office, chart = self._office, self._office.picture.roster.get(pat_num)
        if chart is None or chart.person.birth_date is None:
            return []
        name = f"{chart.person.given} {chart.person.family}"
        rows = office.nexhealth.patients.iter(
            name=name, date_of_birth=chart.person.birth_date, location_id=office.location.nexhealth_id
        )
        return [
            row.id
            async for row in rows
            if office.picture.roster.lookup(person_from_nexhealth(row).value).chosen == pat_num
            and (await office.person(row.id))[1] is None
        ]

    async def _created(self, pat_num: int, row: OpenDentalAppointment, now: datetime) -> list[int]:
        """Make the patient at NexHealth, never without e-mail, phone and birth date. It was searched just now."""
        office, chart = self._office, self._office.picture.roster.get(pat_num)
        values = nexhealth_patient(chart.person).value if chart is not None else {}
        provider = office.provider_at_nexhealth(self._fields(row)["provider"]) or 0
        needed = ("first_name", "last_name", "email", "phone_number", "date_of_birth")
        lacking = [name for name in needed if not values.get(name)]
        if lacking:
            await office.note(
                now, "observed", office.at_opendental(pat_num), "mirror.patient-incomplete", fields=lacking
            )
            return []
        fields: Any = {**values, "provider_id": provider}
        try:
            await office.turn.keep()
            # One that was made just now, its answer lost, is listed nowhere before its first visit: NexHealth names it.
            made = await office.nexhealth.patients.create(
                location_id=office.location.nexhealth_id, return_existing_if_match=True, **fields
            )
        except (InvalidRequestError, ConflictError):
            await office.note(now, "failed", office.at_opendental(pat_num), "mirror.patient-refused")
            text = "NexHealth refuses some of Open Dental's patients. The journal names them (mirror.patient-refused)."
            await office.alert_once(now, "mirror.patient", "mirror.patient-refused", text)
            return []
        await office.alert_once(now, "mirror.patient", "", "")
        same = office.picture.roster.lookup(person_from_nexhealth(made.patient).value).chosen == pat_num
        return [made.patient.id] if same or not made.existed else []
