"""Insurance: from what NexHealth, a booking or a form says to a coverage in the chart, or to a question.

An event of its own after the visit, so that a booking never waits for it and costs nothing more. Each coverage is
looked for in the chart first; it is written only where carrier, plan and policy holder are certain and the location
allows it. Everything else is asked, once. A carrier that the staff names is learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, field, frozen

from odnexus._async.carriers import DOUBT_AGE, AsyncCarriers
from odnexus._async.insuring import (
    DONE,
    AsyncInsuring,
    NewPlan,
    Order,
    Progress,
    Undecided,
    already_there,
    other_primary,
)
from odnexus._async.office import AsyncOffice
from odnexus._async.people import LIVING
from odnexus._async.records import Known
from odnexus._async.refusals import REFUSALS
from odnexus._async.signals import lane_of
from odnexus.errors import ConflictError, InvalidRequestError, NotFoundError, UnsupportedError
from odnexus.mapping.coverage import Resolution, normalised
from odnexus.mapping.insurance import (
    Coverage,
    coverage_from_answers,
    coverage_from_text,
    coverages_from_nexhealth,
    group_key,
    member_key,
    shown,
)
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import FamilyInsurance, InsPlan, Relationship
from odnexus.reconcile.asking import Inquiry, look_again
from odnexus.reconcile.bodies import pack, unpack
from odnexus.reconcile.inbox import Done, Event, Retry, Settlement, content_id
from odnexus.reconcile.journal import EntryKind
from odnexus.reconcile.links import LinkState, Ref
from odnexus.reconcile.reviews import Answer

PATIENCE = timedelta(days=1)
"""How long what a patient typed waits for the chart that a visit makes, before the staff is asked."""

OVERLAP = timedelta(hours=1)

NOT_THERE = -1
"""In place of a carrier: somebody named one that the office does not have, or hides."""

STEP_REFUSALS = (InvalidRequestError, ConflictError, NotFoundError, UnsupportedError)
"""Refusals of a step that no repetition cures: people are asked."""

QUESTIONS: Mapping[str, str] = {
    "insurance.staged": (
        "A patient named their insurance and its carrier is known. Look at the review and answer with write, with "
        "choose and the number of another carrier, or with dismiss."
    ),
    "insurance.carrier": (
        "A patient named an insurance that may be one of several carriers of the office, or none. Answer the review "
        "with choose and the CarrierNum that is meant: it is remembered for this spelling. Nothing is ever combined."
    ),
    "insurance.incomplete": (
        "A patient named their insurance without what Open Dental needs (member id, relationship). Enter it by hand "
        "once it is known. Answer the review with choose and a CarrierNum to remember the spelling, or with dismiss."
    ),
    "insurance.subscriber": (
        "A patient's insurance is held by somebody whose chart is not certain, or it was not said by whom. Answer the "
        "review with the chart number of the policy holder (the patient's own where it is theirs), or with dismiss."
    ),
    "insurance.primary": (
        "A patient named an insurance that differs from the primary coverage in the chart, which stays as it is. "
        "Answer the review with secondary to write the new one behind it, or change the chart and answer with dismiss."
    ),
    "insurance.plan": (
        "It is not certain which plan of a carrier a patient's insurance is. Answer the review with plan and its "
        "PlanNum, with create for a new plan, or with dismiss."
    ),
    "insurance.refused": (
        "Open Dental refused a step of writing a patient's insurance. Repair the cause and answer the review with "
        "retry, or enter it by hand and answer with dismiss."
    ),
    "insurance.no-chart": (
        "Somebody without a chart named their insurance. It is in the review: enter it by hand when the chart exists."
    ),
}
"""What the staff is told with each question about insurance."""


@frozen(kw_only=True)
class Case:
    """One coverage of one patient, while it is worked on."""

    id: str
    ref: Ref
    pat_num: int
    coverage: Coverage = field(repr=False)
    event: Event
    said: Mapping[str, Any] = field(repr=False)
    now: datetime
    chart: Sequence[FamilyInsurance] = field(default=(), repr=False)
    resolution: Resolution = field(default=Resolution(), repr=False)
    plans: Sequence[InsPlan] = field(default=(), repr=False)


class AsyncInsurance:
    """Works on the insurance of patients of one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._carriers = AsyncCarriers(office.records, office.opendental, office.location.database)
        self._insuring = AsyncInsuring(office)

    async def take(self, event: Event, now: datetime) -> Settlement:
        """Look at the insurance of the NexHealth patient that *event* names.

        The event's payload says what somebody typed (``text``, or ``answers`` of a form, with the ``visit`` it came
        with); without one NexHealth is asked.
        """
        office, (ref, person) = self._office, await self._office.person(event.subject)
        if office.location.insurance.mode == "off":
            await office.note(now, "observed", ref, "insurance.off")
            return Done()
        said = unpack(office.records.payload(event))
        pat_num = await self._chart(person, said)
        if pat_num is None:
            return await self._elsewhere(event, said, now) or await self._without_chart(event, said, now)
        row = office.picture.roster.get(pat_num)
        if row is not None and row.status not in LIVING:
            # Where it went is asked with the next visit; nothing is written into a chart that is closed.
            await office.note(now, "observed", ref, "insurance.chart-gone", related=[office.at_opendental(pat_num)])
            return Done()
        for coverage in await self._coverages(event, said, now):
            case = Case(
                id=_identity(ref, pat_num, coverage), ref=ref, pat_num=pat_num, coverage=coverage, event=event,
                said=said, now=now,
            )  # fmt: skip
            # The next one stands behind this one: it waits until people have decided about it.
            if not await self._one(case):
                break
        return Done()

    # -- whose, and what -----------------------------------------------------------------------------------------------

    async def _chart(self, person: Known | None, said: Mapping[str, Any]) -> int | None:
        """Return the patient's chart in this database, or that of the visit that the words came with."""
        office = self._office
        if person is not None and person.link.opendental is not None:
            return int(person.link.opendental.id)
        visit = await office.records.link("visit", office.at_nexhealth(said["visit"])) if said.get("visit") else None
        if visit is None or visit.link.opendental is None or not office.is_here(visit.link):
            return None
        return visit.body.patient

    async def _without_chart(self, event: Event, said: Mapping[str, Any], now: datetime) -> Settlement:
        office, ref = self._office, self._office.at_nexhealth(event.subject)
        if not said:
            # A chart that no booking of ours stands on is none of our business.
            await office.note(now, "observed", ref, "insurance.unlinked")
            return Done()
        if now - event.received < PATIENCE:
            await office.note(now, "observed", ref, "insurance.waits-for-chart")
            return Retry(now + timedelta(minutes=15), "insurance.waits-for-chart", counted=False)
        body = {"coverage": [shown(each) for each in await self._coverages(event, said, now)]}
        text = QUESTIONS["insurance.no-chart"]
        inquiry = Inquiry(kind="insurance.no-chart", about=(ref, event.id), subject=ref, body=body, text=text)
        await office.question(now, inquiry)
        return Done()

    async def _elsewhere(self, event: Event, said: Mapping[str, Any], now: datetime) -> Settlement | None:
        """Leave a patient whose chart is in another database to the location that linked it; ``None`` if none is."""
        office, ref = self._office, self._office.at_nexhealth(event.subject)
        known = await office.records.link("person", ref)
        if known is None or known.link.opendental is None or office.is_here(known.link):
            return None
        await office.note(now, "observed", ref, "insurance.other-database")
        if known.link.location != office.location.name:
            new_id = content_id("elsewhere", event.id, known.link.location)
            payload = office.records.sealed_payload(new_id, pack(dict(said))) if said else None
            lane = lane_of(office.realm, known.link.opendental.realm, event.subject, "insurance")
            place = known.link.location
            moved = evolve(event, id=new_id, key=lane, location=place, received=now, due=now, payload=payload)
            await office.records.store.inbox.put([moved])
        return Done()

    async def _coverages(self, event: Event, said: Mapping[str, Any], now: datetime) -> list[Coverage]:
        """Return what was said, as far as it is dental insurance that has not ended, the primary one first."""
        if "answers" in said:
            found = [coverage_from_answers(said["answers"]).value]
        elif "text" in said:
            found = [coverage_from_text(str(said["text"])).value]
        else:
            found = await self._at_nexhealth(int(event.subject))
        today = self._office.wall(now).date()
        kept = [
            each
            for each in found
            if (each.insured or each.nameless) and each.active and each.kind == "dental"
            if not (each.term and each.term < today)
        ]
        if said:
            return kept
        # What counts is the place among these: behind a medical coverage stands the primary dental one.
        return [evolve(each, ordinal=place) for place, each in enumerate(kept, start=1)]

    async def _at_nexhealth(self, patient_id: int) -> list[Coverage]:
        """Read a patient with coverages, plans and holders; what kind each is stands only in the list of coverages."""
        nexhealth = self._office.nexhealth
        try:
            patient = await nexhealth.patients.get(patient_id, include=("insurance_coverages",))
            if patient.insurance_coverages:
                listed = {row.id: row async for row in nexhealth.insurance_coverages.iter(patient_id=patient_id)}
                whole = tuple(
                    evolve(row, insurance_type=listed[row.id].insurance_type, active=listed[row.id].active)
                    for row in patient.insurance_coverages
                    if row.id in listed
                )
                patient = evolve(patient, insurance_coverages=whole)
        except NotFoundError:
            return []
        return [each.value for each in coverages_from_nexhealth(patient)]

    # -- one coverage --------------------------------------------------------------------------------------------------

    async def _one(self, case: Case) -> bool:
        """Carry one coverage as far as it goes; return whether nothing is left to do for it."""
        progress = await self._insuring.progress(case.id)
        if progress.step == DONE:
            return True
        if self._office.location.modes.person != "apply":
            await self._note(case, f"{self._office.location.modes.person}:insurance", kind="decided")
            return True
        if await self._is_dismissed(case):
            await self._insuring.note_down(case.id, evolve(progress, step=DONE))
            return True
        try:
            case = evolve(case, chart=await self._office.opendental.family_modules.insurance(case.pat_num))
        except NotFoundError:
            await self._note(case, "insurance.chart-gone")
            return False
        case = evolve(case, resolution=await self._resolve(case))
        certain, chosen = case.resolution.certain, await self._chosen(case)
        if chosen == NOT_THERE:
            return False
        carrier = chosen or progress.carrier or (certain.carrier_num if certain else 0)
        if carrier and (row := already_there(case.coverage, carrier, case.chart)) is not None:
            return await self._finish(case, progress, row)
        return await self._decide(case, carrier)

    async def _finish(self, case: Case, progress: Progress, row: FamilyInsurance) -> bool:
        rule = "insurance.coverage-created" if progress.step == "coverage" else "insurance.already-there"
        related = [self._office.at_opendental(case.pat_num), row.pat_plan_num]
        kind: EntryKind = "applied" if progress.step == "coverage" else "observed"
        await self._office.note(case.now, kind, case.ref, rule, related=related)
        await self._insuring.note_down(case.id, evolve(progress, carrier=row.carrier_num, step=DONE))
        return True

    async def _decide(self, case: Case, carrier: int) -> bool:
        approved = await self._is_approved(case)
        complete = bool(member_key(case.coverage.member_id))
        if not complete:
            return await self._incomplete(case)
        if not carrier:
            return await self._ask("insurance.carrier", case)
        if self._office.location.insurance.mode == "review" and not approved:
            return await self._ask("insurance.staged", case)
        if other_primary(case.chart) is not None and case.coverage.ordinal == 1:
            answer = await self._answer("insurance.primary", case)
            if answer is None:
                return await self._ask("insurance.primary", case)
        holder = await self._holder(case, approved=approved)
        if holder is None:
            return False
        return await self._write(case, carrier, *holder)

    async def _incomplete(self, case: Case) -> bool:
        answer = await self._answer("insurance.incomplete", case)
        if answer is None:
            return await self._ask("insurance.incomplete", case)
        # What was chosen is learned; what is missing only people can enter.
        await self._note(case, "insurance.left-to-people", kind="decided")
        await self._insuring.note_down(case.id, Progress(step=DONE))
        return True

    async def _write(self, case: Case, carrier: int, subscriber: int, relationship: Relationship) -> bool:
        order = Order(
            id=case.id, ref=case.ref, pat_num=case.pat_num, coverage=case.coverage, carrier=carrier,
            subscriber=subscriber, relationship=relationship, chart=case.chart,
        )  # fmt: skip
        order = evolve(order, new_plan="missing" if self._office.location.insurance.create_plans else "never")
        if (answer := await self._answer("insurance.plan", case)) is not None:
            always: NewPlan = "always"
            order = (
                evolve(order, plan=int(answer.record)) if answer.choice == "plan" else evolve(order, new_plan=always)
            )
        try:
            undecided = await self._insuring.write(order, case.now)
        except STEP_REFUSALS as error:
            await self._note(case, f"insurance.refused:{type(error).__name__}", kind="failed")
            await self._insuring.doubt(case.id)
            return await self._refused(case)
        if isinstance(undecided, Undecided):
            case = evolve(case, plans=undecided.plans)
            return await self._ask("insurance.plan", case)
        return True

    async def _refused(self, case: Case) -> bool:
        """Ask about a refusal; one that comes again after ``retry`` is asked about anew."""
        asked = 0
        while (await self._answer("insurance.refused", case, asked)) is not None:
            asked += 1
        return await self._ask("insurance.refused", case, asked)

    # -- the carrier ---------------------------------------------------------------------------------------------------

    async def _resolve(self, case: Case) -> Resolution:
        coverage = case.coverage
        resolver = await self._carriers.resolver(case.now)
        resolution = resolver.resolve(coverage.carrier, payer_id=coverage.payer_id)
        if resolution.certain is None:
            resolver = await self._carriers.resolver(case.now, age=DOUBT_AGE)
            resolution = resolver.resolve(coverage.carrier, payer_id=coverage.payer_id)
        return resolution

    async def _chosen(self, case: Case) -> int:
        """Return the carrier that a person has chosen, and learn it; 0 if nobody has, `NOT_THERE` if it is none."""
        for kind in ("insurance.staged", "insurance.carrier", "insurance.incomplete"):
            answer = await self._answer(kind, case)
            if answer is not None and answer.choice == "choose":
                return await self._learned(case, int(answer.record))
        return 0

    async def _learned(self, case: Case, carrier: int) -> int:
        resolver = await self._carriers.resolver(case.now, age=DOUBT_AGE)
        if all(each.carrier_num != carrier or each.hidden for each in resolver.carriers):
            text = "A review was answered with a carrier that the office does not have: revoke it and name another."
            self._office.alert(case.now, "insurance.answer-is-gone", text, subject=case.ref)
            return NOT_THERE
        text = case.coverage.carrier
        if text and resolver.aliases.get(normalised(text)) != carrier:
            await self._carriers.keep({text: carrier})
            await self._note(case, "insurance.alias-learned", kind="decided", related=[carrier])
        return carrier

    # -- the policy holder ---------------------------------------------------------------------------------------------

    async def _holder(self, case: Case, *, approved: bool) -> tuple[int, Relationship] | None:
        """Return the chart of the policy holder and what the patient is to them, or ask."""
        coverage, own = case.coverage, (case.pat_num, Relationship.SELF)
        answer = await self._answer("insurance.subscriber", case)
        if answer is not None:
            return await self._answered_holder(case, int(answer.record))
        if coverage.own or (coverage.holder is None and coverage.relationship is None and approved):
            return own
        found = self._certain_holder(case)
        if found == case.pat_num:
            return own
        relation = coverage.relationship
        if found and relation is not None and relation is not Relationship.SELF:
            return found, relation
        await self._ask("insurance.subscriber", case)
        return None

    def _certain_holder(self, case: Case) -> int:
        """Return the one chart that is certainly the holder's and in the patient's own family, else 0."""
        roster, holder = self._office.picture.roster, case.coverage.holder
        patient = roster.get(case.pat_num)
        if holder is None or holder.birth_date is None or patient is None:
            return 0
        chosen = roster.lookup(holder).chosen
        chart = roster.get(chosen) if chosen is not None else None
        if chart is None or chart.status not in LIVING:
            return 0
        family = (patient.guarantor or patient.pat_num) == (chart.guarantor or chart.pat_num)
        return chart.pat_num if family else 0

    async def _answered_holder(self, case: Case, pat_num: int) -> tuple[int, Relationship] | None:
        if pat_num == case.pat_num:
            return pat_num, Relationship.SELF
        relation = case.coverage.relationship
        if relation is None or relation is Relationship.SELF:
            # Somebody else's policy, and nobody said what the patient is to them.
            await self._incomplete(case)
            return None
        try:
            patient = await self._office.opendental.patients.get(pat_num)
        except NotFoundError:
            patient = None
        if patient is None or str(patient.pat_status or "") not in LIVING:
            text = "A review was answered with a chart that is archived, deleted or gone: revoke it and name another."
            self._office.alert(case.now, "insurance.answer-is-gone", text, subject=case.ref)
            return None
        return pat_num, relation

    # -- questions -----------------------------------------------------------------------------------------------------

    async def _is_dismissed(self, case: Case) -> bool:
        answers = [await self._answer(kind, case) for kind in QUESTIONS]
        refused = 0
        while (again := await self._answer("insurance.refused", case, refused)) is not None:
            answers.append(again)
            refused += 1
        return any(answer is not None and answer.choice == "dismiss" for answer in answers)

    async def _is_approved(self, case: Case) -> bool:
        """Return whether a person has said that this coverage may be written."""
        answers = [await self._answer(kind, case) for kind in ("insurance.staged", "insurance.carrier")]
        return any(answer is not None and answer.choice in ("write", "choose") for answer in answers)

    async def _answer(self, kind: str, case: Case, asked: int = 0) -> Answer | None:
        return await self._office.answered(kind, *_about(case, asked))

    async def _ask(self, kind: str, case: Case, asked: int = 0) -> bool:
        """Ask the staff about *case*; always ``False``: it is not done."""
        inquiry = Inquiry(
            kind=kind,
            about=_about(case, asked),
            subject=case.ref,
            look={**look_again(case.event), **({"payload": dict(case.said)} if case.said else {})},
            body=_body(case),
            text=QUESTIONS[kind],
        )
        await self._office.question(case.now, inquiry)
        return False

    async def _note(
        self, case: Case, rule: str, *, kind: EntryKind = "observed", related: Sequence[object] = ()
    ) -> None:
        await self._office.note(case.now, kind, case.ref, rule, related=related)


def _identity(ref: Ref, pat_num: int, coverage: Coverage) -> str:
    """Return the id of a coverage in one chart: the same however often and by whomever it is said.

    Where a patient turns out to be somebody else's chart, nothing that was begun or answered for the former counts.
    """
    carrier = coverage.payer_id or normalised(coverage.carrier)
    said = (carrier, member_key(coverage.member_id), group_key(coverage.group_number))
    return content_id("insurance", ref, pat_num, *said)


def _about(case: Case, asked: int = 0) -> tuple[object, ...]:
    """Return what makes a question one about this coverage, asked for so many times before."""
    return (case.id, asked) if asked else (case.id,)


def _body(case: Case) -> dict[str, object]:
    """Return what people need to see; it is sealed with the review."""
    certain = case.resolution.certain
    return {
        "pat_num": case.pat_num,
        "coverage": shown(case.coverage),
        "suggestions": [
            {"carrier_num": each.carrier_num, "name": each.name, "score": each.score, "rule": each.rule}
            for each in ((certain,) if certain else case.resolution.suggestions)
        ],
        "chart": [
            {"ordinal": row.ordinal, "carrier_num": row.carrier_num, "name": row.carrier_name, "plan_num": row.plan_num}
            for row in case.chart
        ],
        "plans": [
            {"plan_num": each.plan_num, "group_num": each.group_num, "group_name": each.group_name}
            for each in case.plans
        ],
    }


# -- triggers ----------------------------------------------------------------------------------------------------------


def insurance_event(
    office: AsyncOffice, patient_id: int, said: Mapping[str, object], now: datetime, *, key: str = ""
) -> Event:
    """Return an event that has the insurance of a NexHealth patient looked at.

    Args:
        office: The location.
        patient_id: The patient at NexHealth.
        said: What somebody typed: ``{"text": …}`` or ``{"answers": {…}}``, with ``visit`` for the appointment it came
            with; empty asks NexHealth. It is sealed.
        now: The moment.
        key: What tells this saying from others of the patient; the words themselves if left out.
    """
    ref = office.at_nexhealth(patient_id)
    words = key or pack({name: value for name, value in said.items() if name != "visit"}).decode()
    # What is said of a patient of two databases is looked at in both.
    event_id = content_id("insurance.said", ref, office.location.database, words)
    return Event(
        id=event_id,
        key=office.lane(patient_id, "insurance"),
        location=office.location.name,
        kind="nexhealth.insurance",
        subject=str(patient_id),
        received=now,
        due=now,
        payload=office.records.sealed_payload(event_id, pack(dict(said))) if said else None,
    )


async def notice_insurance(office: AsyncOffice, appt: NexHealthAppointment, now: datetime) -> None:
    """Put an event for what a patient typed as insurance while booking, once the visit stands or others write it."""
    patient = appt.patient
    text = patient.bio.insurance_name if patient is not None and patient.bio is not None else None
    if office.location.insurance.mode == "off" or office.rehearsing or patient is None or not text:
        return
    if appt.is_guardian:
        # A guardian's words about insurance may be about either of the two.
        return
    if not coverage_from_text(text).value.insured:
        return
    if office.bridging():
        known = await office.records.link("visit", office.at_nexhealth(appt.id))
        if known is None or known.link.state is LinkState.PENDING:
            return
    await office.records.store.inbox.put([insurance_event(office, patient.id, {"text": text, "visit": appt.id}, now)])


async def watch_coverages(office: AsyncOffice, now: datetime) -> int:
    """Ask NexHealth which coverages changed and put an event for each linked patient: webhooks only make it faster."""
    if office.location.insurance.mode == "off":
        return 0
    cursors, key = office.records.store.cursors, f"since:insurance:{office.location.name}"
    text = await cursors.get(key)
    if text is None:
        # What was there before insurance was watched is no news.
        await cursors.set(key, now.isoformat())
        return 0
    since = datetime.fromisoformat(text)
    try:
        rows = [row async for row in office.nexhealth.insurance_coverages.iter(updated_since=since - OVERLAP)]
    except REFUSALS:
        return 0
    events, latest = list[Event](), since
    for row in rows:
        latest = max(latest, row.updated_at or latest)
        _, known = await office.person(row.patient_id) if row.patient_id else ("", None)
        if known is not None and known.link.location == office.location.name:
            version = content_id("coverage", row.id, row.updated_at)
            events.append(insurance_event(office, row.patient_id or 0, {}, now, key=version))
    put = await office.records.store.inbox.put(events)
    await cursors.set(key, latest.isoformat())
    return put
