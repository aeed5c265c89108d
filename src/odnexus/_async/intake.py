"""Filing a submitted form: into what the chart lacks, and a commlog that keeps every other answer. Once.

That a form is being filed is written down before anything is sent. Each step looks before it writes, so whoever finds
a form half filed goes through the same steps and repeats none: fields and texts are compared, custom fields, findings
and documents are looked for, the commlog is told by the stamp in its note. What a step could not file, for whatever
reason, is an answer for the note.

Where NexHealth's synchronizer files forms itself, nothing is written: the chart is looked at after a grace time, and
people are asked if no document arrived.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from odnexus._async.insurance import insurance_event
from odnexus._async.intake_chart import AsyncChartFiling
from odnexus._async.intake_documents import AsyncDocumentFiling
from odnexus._async.intake_findings import AsyncFindingFiling
from odnexus._async.office import AsyncOffice
from odnexus._async.refusals import REFUSALS
from odnexus.mapping.insurance import says_insurance
from odnexus.mapping.intake import Form, chart_note, is_stamped, read_form, stamp_for, unfiled
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
            return await self._verify(event, form, now)
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

    # -- filing --------------------------------------------------------------------------------------------------------

    async def _file(self, event: Event, form: Form, pat_num: int, now: datetime) -> None:
        office, cursors = self._office, self._office.records.store.cursors
        stamp = stamp_for(form, event.id[:12])
        key = f"form:{content_id(office.realm, office.location.database, stamp, form.patient_id)}"
        before = await cursors.get(key)
        if before == "filed":
            return
        await cursors.set(key, "filing")
        subject = f"form:{event.id}"
        if not form.answers and not form.documents:
            text = "A submitted form came without any answer. Read it at NexHealth, and file it by hand if it has some."
            office.alert(now, "form.without-answers", text, subject=subject)
        filed = await AsyncChartFiling(office, subject).file(form, pat_num, stamp, now)
        filed |= await AsyncFindingFiling(office, subject).file(form, pat_num, now)
        remarks = await AsyncDocumentFiling(office, subject).file(form, pat_num, stamp, now)
        await self._hand_on_insurance(form, now)
        left = unfiled(form, office.location.fields, filed)
        if (left or remarks) and not (before == "filing" and await self._is_noted(pat_num, stamp)):
            await office.turn.keep()
            note = chart_note(form, left, stamp, remarks)
            await office.opendental.commlogs.create(
                pat_num=pat_num, note=note, mode_="None", sent_or_received="Received"
            )
            await office.note(now, "applied", subject, "form.noted", related=[office.at_opendental(pat_num)])
        await cursors.set(key, "filed")

    async def _is_noted(self, pat_num: int, stamp: str) -> bool:
        notes = [commlog.note or "" async for commlog in self._office.opendental.commlogs.iter(pat_num=pat_num)]
        return any(is_stamped(note, stamp) for note in notes)

    async def _hand_on_insurance(self, form: Form, now: datetime) -> None:
        """Leave what the form says of an insurance as an event of its own, sealed; the same words leave it once."""
        office, answers = self._office, form.answers
        said = office.location.fields.insurance(answers) or (answers if says_insurance(answers) else {})
        if office.location.insurance.mode == "off" or not said or form.patient_id is None:
            return
        await office.records.store.inbox.put([insurance_event(office, form.patient_id, {"answers": dict(said)}, now)])

    # -- where NexHealth's synchronizer files --------------------------------------------------------------------------

    async def _verify(self, event: Event, form: Form, now: datetime) -> Settlement:
        """Look once, after the grace time, whether the synchronizer has brought a document into the chart."""
        office, subject = self._office, f"form:{event.id}"
        failed = form.outcome == "failed"
        if not office.location.intake.verify:
            await office.note(now, "observed", subject, "form.filed-by-synchronizer")
            return Done()
        due = event.received + office.location.grace
        if not failed and now < due:
            await office.note(now, "observed", subject, "form.awaits-synchronizer")
            return Retry(due, "form.awaits-synchronizer", counted=False)
        pat_num = await self._chart(form)
        if not failed and (pat_num is None or await self._has_landed(event, pat_num)):
            rule = "form.not-verified" if pat_num is None else "form.landed"
            await office.note(now, "observed", subject, rule)
            return Done()
        text = (
            "NexHealth's synchronizer has not brought a submitted form into the chart. Look into the patient's images: "
            "if it is missing there, file the answers, which are in the review, by hand."
        )
        inquiry = Inquiry(
            kind="form.not-landed",
            about=(event.id,),
            subject=subject,
            body={"answers": dict(form.answers), "title": form.title, "chart": pat_num},
            text=text,
        )
        await office.question(now, inquiry)
        return Done()

    async def _has_landed(self, event: Event, pat_num: int) -> bool:
        """Return whether the chart has a document that is not older than the form; where we may not look, assume so."""
        office = self._office
        earliest = office.wall(event.received - office.location.grace)
        try:
            documents = [row async for row in office.opendental.documents.iter(pat_num=pat_num)]
        except REFUSALS:
            return True
        return any(row.date_created is not None and row.date_created >= earliest for row in documents)
