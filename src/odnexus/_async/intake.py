"""Filing a submitted form: fields that the chart lacks, and a commlog that keeps every other answer. Once.

That a form is being filed is written down before anything is sent; whoever finds it so looks for the commlog first, by
the stamp in its note. Where NexHealth's synchronizer files forms itself, nothing is written.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from odnexus._async.office import AsyncOffice, chart_of
from odnexus.mapping.intake import Form, chart_note, read_form, stamp_for, unfiled
from odnexus.mapping.table import FieldMap
from odnexus.opendental.changes import PatientChanges
from odnexus.opendental.models import Patient
from odnexus.opendental.names import snake
from odnexus.reconcile.asking import Inquiry
from odnexus.reconcile.bodies import unpack
from odnexus.reconcile.inbox import Done, Event, Retry, Settlement, content_id
from odnexus.reconcile.triggers import DomainEvent

PATIENCE = timedelta(days=1)
"""How long a form waits for its patient to get a chart (with the first visit) before the staff is asked."""


class AsyncIntake:
    """Files forms of one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office

    async def take(self, event: Event, now: datetime) -> Settlement:
        """File the form that *event* holds, or say why not."""
        office = self._office
        form = read_form(unpack(office.records.payload(event)))
        await self._announce(event, form, now)
        if not office.bridging():
            await office.note(now, "observed", f"form:{event.id}", "form.filed-by-synchronizer")
            return Done()
        pat_num = await self._chart(form)
        if pat_num is None:
            return await self._without_chart(event, form, now)
        if office.location.modes.person != "apply":
            await office.note(now, "decided", f"form:{event.id}", f"{office.location.modes.person}:form")
            return Done()
        await self._file(event, form, pat_num, now)
        return Done()

    async def _announce(self, event: Event, form: Form, now: datetime) -> None:
        await self._office.records.announce(
            DomainEvent(
                id=content_id("form", event.id), name="patient.form_submitted", at=now,
                location=self._office.location.name, origin="nexhealth",
                nexhealth_id=str(form.patient_id or ""), reference=event.id,
            )
        )  # fmt: skip

    async def _chart(self, form: Form) -> int | None:
        if form.patient_id is None:
            return None
        _, known = await self._office.person(form.patient_id)
        return int(known.link.opendental.id) if known is not None and known.link.opendental is not None else None

    async def _without_chart(self, event: Event, form: Form, now: datetime) -> Settlement:
        """A new patient fills in forms before the first visit makes a chart: wait for it."""
        office = self._office
        if form.patient_id is not None and now - event.received < PATIENCE:
            await office.note(now, "observed", f"form:{event.id}", "form.waits-for-chart")
            return Retry(now + timedelta(minutes=15), "form.waits-for-chart", counted=False)
        text = "A submitted form belongs to nobody with a chart. Its answers are in the review: file them by hand."
        inquiry = Inquiry(
            kind="form.no-chart",
            about=(event.id,),
            subject=f"form:{event.id}",
            body={"answers": dict(form.answers), "title": form.title},
            text=text,
        )
        await office.question(now, inquiry)
        return Done()

    async def _file(self, event: Event, form: Form, pat_num: int, now: datetime) -> None:
        office, cursors, key = self._office, self._office.records.store.cursors, f"form:{event.id}"
        stamp = stamp_for(form.id or event.id[:12])
        before = await cursors.get(key)
        if before == "filed":
            return
        await cursors.set(key, "filing")
        filed = await self._fill(form, pat_num, event, now)
        left = unfiled(form, office.location.fields, filed)
        if left and not (before == "filing" and await self._is_noted(pat_num, stamp)):
            await office.turn.keep()
            await office.opendental.commlogs.create(
                pat_num=pat_num, note=chart_note(form, left, stamp), mode_="None", sent_or_received="Received"
            )
            await office.note(now, "applied", key, "form.noted", related=[office.at_opendental(pat_num)])
        await cursors.set(key, "filed")

    async def _fill(self, form: Form, pat_num: int, event: Event, now: datetime) -> set[str]:
        """Write what the field map allows: into blank fields, or always where a rule says so.

        Returns the fields that now say what was answered.
        """
        office, fields = self._office, self._office.location.fields
        wanted = fields.patient_fields(form.answers, new=True).value
        if not wanted:
            return set()
        patient = await office.opendental.patients.get(pat_num)
        writable = fields.patient_fields(form.answers, new=False).value
        differing = {name: value for name, value in writable.items() if getattr(patient, name, None) != value}
        changes = {name: value for name, value in differing.items() if may_write(fields, name, patient)}
        if changes:
            patient = await office.opendental.patients.update(pat_num, **cast("PatientChanges", changes))
            await office.picture.keep(charts=[chart_of(patient)])
            await office.note(now, "applied", f"form:{event.id}", "form.fields-filled", fields=changes)
        return {name for name, value in wanted.items() if getattr(patient, name, None) == value or name in changes}

    async def _is_noted(self, pat_num: int, stamp: str) -> bool:
        notes = [commlog.note or "" async for commlog in self._office.opendental.commlogs.iter(pat_num=pat_num)]
        return any(stamp in note for note in notes)


def may_write(fields: FieldMap, name: str, patient: Patient) -> bool:
    """Return whether a rule lets the field *name* of a chart be written: blank ones, or always."""
    always = {snake(rule.name) for rule in fields.rules if rule.write == "always"}
    return name in always or not getattr(patient, name, None)
