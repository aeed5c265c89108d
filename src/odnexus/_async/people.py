"""Which chart a NexHealth patient has: linked, found, created, or asked about.

The order is fixed: a link that stands, NexHealth's own ``foreign_id``, a remembered answer, the matcher with a fresh
search by birth date, and only then a new chart, written down as pending before it is created.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from attrs import evolve, field, frozen

from odnexus._async.lookups import number_named
from odnexus._async.office import AsyncOffice, chart_of
from odnexus._async.records import Known
from odnexus._async.unread import AsyncUnread, unread_charts
from odnexus.errors import ConflictError, InvalidRequestError, NotFoundError
from odnexus.mapping.issues import Mapped
from odnexus.mapping.person import PERSON_FIELDS, Person, fill_blanks, opendental_patient, person_from_nexhealth
from odnexus.mapping.table import DEFAULT_MAP
from odnexus.matching.decide import Candidate, Decision, Grade
from odnexus.matching.roster import Chart
from odnexus.nexhealth.models import Patient as NexHealthPatient
from odnexus.opendental.changes import PatientCreate
from odnexus.practice import MatchPolicy
from odnexus.reconcile.asking import Inquiry
from odnexus.reconcile.bodies import LinkBody
from odnexus.reconcile.inbox import content_id
from odnexus.reconcile.links import Link, LinkState, Ref
from odnexus.reconcile.reviews import Review

LIVING = frozenset({"Patient", "NonPatient", "Inactive", "Prospective", ""})
"""Statuses of a chart that a visit may be written to."""

QUESTIONS = {
    "person.match": (
        "A booking names a patient who may be one of several charts, or a new one. Compare the charts in the review "
        "and answer with the right chart number, or with create."
    ),
    "person.refused": (
        "Open Dental refused a new chart for a booking: it takes the person for one it has, or a field for invalid. "
        "Find or make the chart in Open Dental and answer the review with its number."
    ),
    "person.chart-gone": (
        "The chart of a patient who booked is archived, deleted or gone. If it was merged, answer the review with the "
        "chart that survived."
    ),
    "booking.patient-gone": (
        "A booking names a patient whom NexHealth does not know any more, perhaps after a merge there. Open the "
        "booking in NexHealth and answer the review with the chart number of whoever it is for."
    ),
    "booking.guardian": (
        "A booking was made by a guardian for somebody else. Find out for whom and answer the review with that chart "
        "number."
    ),
}
"""What the staff is told with each question about a person."""


@frozen(kw_only=True)
class Asking:
    """Where a question about a person comes from.

    Attributes:
        look: The event to look at again once it is answered.
        due: Until when an answer helps: the start of the visit.
        risk: What the alert says of the slot that is at risk meanwhile.
        may_write: False decides only: nothing is linked, asked or created.
    """

    look: Mapping[str, str]
    due: datetime | None = None
    risk: str = ""
    may_write: bool = True


@frozen(kw_only=True)
class Found:
    """What came of it: a chart, a question that is open, or neither where the staff wants no visit of this patient.

    Attributes:
        pat_num: The chart, ``None`` if there is none (yet).
        rule: Why.
        created: The chart was made just now.
        asked: The question whose answer is waited for.
        decided: Id of the review whose answer led to this chart, ``""`` if nobody was asked.
        decision: What the matcher said, where it was asked.
    """

    pat_num: int | None = None
    rule: str
    created: bool = False
    asked: Inquiry | None = field(default=None, repr=False)
    decided: str = ""
    decision: Decision | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Case:
    """One person to be found, while it is worked on."""

    ref: Ref
    patient: NexHealthPatient = field(repr=False)
    known: Known | None
    asking: Asking
    now: datetime
    fresh: Sequence[Chart] = field(default=(), repr=False)
    decision: Decision | None = field(default=None, repr=False)
    decided: str = ""

    @property
    def person(self) -> Person:
        """Return the person that NexHealth shows."""
        return person_from_nexhealth(self.patient).value


class AsyncPeople:
    """Finds or makes the chart of a NexHealth patient."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office

    async def chart_for(self, patient: NexHealthPatient, booked_as: int, now: datetime, asking: Asking) -> Found:
        """Return the chart of *patient*, as NexHealth shows it with name and ``bio``.

        *booked_as* is the id that the booking names; NexHealth may answer with another after it has merged two.
        """
        ref, known = await self._office.person(patient.id)
        if known is None and booked_as != patient.id:
            known = await self._followed(ref, booked_as, asking, now)
        case = Case(ref=ref, patient=patient, known=known, asking=asking, now=now)
        if known is not None and known.link.opendental is not None:
            return await self._linked(case, int(known.link.opendental.id))
        chart = number_named(patient.foreign_id)
        if chart and self._office.knows_chart_number(patient.location_ids):
            return await self._by_foreign_id(case, chart)
        return await self._search(case)

    async def _followed(self, ref: Ref, booked_as: int, asking: Asking, now: datetime) -> Known | None:
        """Return the link of the id that a booking names where NexHealth shows another: both are one patient there."""
        _, known = await self._office.person(booked_as)
        if known is None or known.link.opendental is None or not asking.may_write:
            return known
        await self._rekey(known, ref, now, "")
        await self._office.note(now, "decided", ref, "person.merge-at-nexhealth", related=[known.link.opendental])
        return await self._office.records.link("person", ref)

    async def unknown(self, booking: int, now: datetime, asking: Asking) -> Found:
        """Return the chart that people name for a booking whose patient NexHealth does not know any more."""
        ref = self._office.at_nexhealth(booking)
        text = QUESTIONS["booking.patient-gone"] + asking.risk
        inquiry = Inquiry(
            kind="booking.patient-gone", about=(ref,), subject=ref, due=asking.due, look=asking.look, text=text
        )
        asks = self._office.question(now, inquiry) if asking.may_write else self._office.answered(inquiry.kind, ref)
        answer = await asks
        if answer is None:
            return Found(rule=inquiry.kind, asked=inquiry)
        pat_num = int(answer.record) if answer.choice == "link" else None
        return Found(pat_num=pat_num, rule="person.answered", decided=inquiry.id)

    async def adopt(self, nexhealth_id: int, pat_num: int, now: datetime, rule: str = "person.visit-stands") -> None:
        """Link a person to the chart that a visit of theirs stands on."""
        ref, known = await self._office.person(nexhealth_id)
        if known is None or known.link.opendental != self._office.at_opendental(pat_num):
            await self._join(ref, pat_num, known, now, rule)

    async def follow(self, nexhealth_id: int, pat_num: int, now: datetime) -> bool:
        """Follow a merge: a linked visit shows another chart. Returns whether that is sure.

        It is when the former chart is archived, deleted or gone, as a merge leaves it (page "Merge Patients").
        """
        _, known = await self._office.person(nexhealth_id)
        if known is not None and known.link.opendental is not None:
            former = await self._read_chart(int(known.link.opendental.id))
            if former is not None and former.status in LIVING:
                return False
        await self.adopt(nexhealth_id, pat_num, now, "person.merge-followed")
        return True

    async def refresh(self, nexhealth_id: int, now: datetime) -> None:
        """Fill what the chart of a linked patient lacks; report what differs. Nothing is ever overwritten."""
        office = self._office
        ref, known = await office.person(nexhealth_id)
        if known is None or known.link.opendental is None:
            await office.note(now, "observed", ref, "person.unlinked")
            return
        chart = await self._read_chart(int(known.link.opendental.id))
        if chart is None or chart.status not in LIVING:
            return
        try:
            person = person_from_nexhealth(await office.nexhealth.patients.get(nexhealth_id)).value
        except NotFoundError:
            await office.note(now, "observed", ref, "person.gone-at-nexhealth")
            return
        blanks = fill_blanks(person, chart.person)
        drift = [
            name
            for name in PERSON_FIELDS
            if getattr(person, name) and getattr(chart.person, name) not in (getattr(person, name), "", None)
        ]
        if drift:
            await office.note(now, "observed", ref, "person.differs", fields=drift, related=[known.link.opendental])
        if blanks and office.location.fill_blanks and office.location.modes.person == "apply":
            patient = await office.opendental.patients.update(chart.pat_num, **blanks)
            await office.picture.keep(charts=[chart_of(patient)])
            await office.note(
                now, "applied", ref, "person.blanks-filled", fields=list(blanks), related=[known.link.opendental]
            )

    async def dependant(self, guardian: NexHealthPatient, booking: int, now: datetime, asking: Asking) -> Found:
        """Return the chart of whom a guardian booked for. Never the guardian's own: who it is, people must say."""
        ref = self._office.at_nexhealth(f"{guardian.id}:{booking}")
        case = Case(ref=ref, patient=guardian, known=None, asking=asking, now=now)
        answer = await self._office.answered("booking.guardian", case.ref)
        if answer is not None:
            pat_num = int(answer.record) if answer.choice == "link" else None
            return Found(pat_num=pat_num, rule="person.answered", decided=content_id("booking.guardian", ref))
        return await self._ask("booking.guardian", case)

    # -- what is known already -----------------------------------------------------------------------------------------

    async def _linked(self, case: Case, pat_num: int) -> Found:
        chart = self._office.picture.roster.get(pat_num) or await self._read_chart(pat_num)
        if chart is not None and chart.status in LIVING:
            decided = case.known.body.decided if case.known is not None else ""
            return Found(pat_num=pat_num, rule="person.linked", decided=decided)
        return await self._gone(case)

    async def _gone(self, case: Case) -> Found:
        """The chart of a link is no longer alive: which one took its place, people must say."""
        answer = await self._office.answered("person.chart-gone", case.ref)
        case = evolve(case, decided=content_id("person.chart-gone", case.ref))
        if answer is not None and answer.choice == "dismiss":
            return Found(rule="person.dismissed")
        case = evolve(
            case, decision=self._office.picture.roster.lookup(case.person, refused=await self.refused(case.ref))
        )
        if answer is not None:
            chart = await self._read_chart(int(answer.record))
            if chart is not None and chart.status in LIVING:
                return await self._link(case, chart.pat_num, "person.answered")
            text = "A review was answered with a chart that is archived, deleted or gone: revoke it and name another."
            self._office.alert(case.now, "person.answer-is-gone", text, subject=case.ref)
            return Found(rule="person.chart-gone", asked=self._inquiry("person.chart-gone", case))
        return await self._ask("person.chart-gone", case)

    async def _answered(self, case: Case, pat_num: int) -> Found:
        chart = await self._read_chart(pat_num)
        if chart is None or chart.status not in LIVING:
            return await self._gone(case)
        return await self._link(case, pat_num, "person.answered")

    async def _by_foreign_id(self, case: Case, pat_num: int) -> Found:
        """Trust NexHealth's synchronizer, which read the chart's own number."""
        chart = self._office.picture.roster.get(pat_num) or await self._read_chart(pat_num)
        if chart is None:
            return await self._search(case)
        return await self._link(case, pat_num, "person.foreign-id")

    async def _read_chart(self, pat_num: int) -> Chart | None:
        if pat_num in self._office.picture.holding:
            return None
        try:
            patient = await self._office.opendental.patients.get(pat_num)
        except NotFoundError:
            return None
        chart = chart_of(patient)
        await self._office.picture.keep(charts=[chart])
        return chart

    # -- search --------------------------------------------------------------------------------------------------------

    async def _search(self, case: Case) -> Found:
        review = await self._asked(case.ref)
        answer = review.answer if review is not None else None
        if review is not None and answer is None:
            # Asked before, perhaps about an answer that was taken back: only people say now who it is.
            return await self._ask(review.kind, case)
        if review is not None and answer is not None:
            case = evolve(case, decided=review.id)
        if answer is not None and answer.choice == "dismiss":
            return Found(rule="person.dismissed")
        if answer is not None and answer.choice == "link":
            return await self._answered(case, int(answer.record))
        case = evolve(case, fresh=await self._fresh(case.person, case.now))
        if (own := _own(case)) is not None:
            return await self._link(case, own, "person.found-after-doubt", created=True)
        refused = await self.refused(case.ref)
        case = evolve(case, decision=self._office.picture.roster.lookup(case.person, refused=refused))
        if answer is not None and answer.choice == "create":
            return await self._create(case)
        return await self._by_grade(case)

    async def _asked(self, ref: Ref) -> Review | None:
        """Return the question about a person that counts: whose answer to follow, or to wait for.

        A chart that was refused or is gone was asked about later than who the person is, so it counts before. An open
        question about a refusal is waited for only if its answer was taken back: else it is tried again, since the
        patient or the office may have put right what was refused.
        """
        reviews, cursors = self._office.records.store.reviews, self._office.records.store.cursors
        gone = await reviews.get(content_id("person.chart-gone", ref))
        refused = await reviews.get(content_id("person.refused", ref))
        match = await reviews.get(content_id("person.match", ref))
        if refused is not None and refused.answer is None and await cursors.get(revoked_key(refused.id)) is None:
            refused = None
        return gone or refused or match

    async def refused(self, ref: Ref) -> frozenset[int]:
        """Return the charts of which a person said that they are not this patient's: shown, and none was chosen."""
        records = self._office.records
        review = await records.store.reviews.get(content_id("person.match", ref))
        if review is None or review.answer is None or review.answer.choice not in ("create", "link"):
            return frozenset()
        shown = cast("Sequence[Mapping[str, int]]", records.review_body(review).get("candidates", ()))
        return frozenset(each["pat_num"] for each in shown) - {int(review.answer.record or 0)}

    async def _fresh(self, person: Person, now: datetime) -> list[Chart]:
        """Read the charts of that birth date afresh: the one search that guards a create."""
        if person.birth_date is None:
            return []
        unread = AsyncUnread(self._office)
        rows = self._office.opendental.patients.simple(birthdate=person.birth_date, unread=unread)
        found = [chart_of(row) async for row in rows]
        await unread.tell_of_charts(now, [chart.pat_num for chart in found])
        charts = [chart for chart in found if chart.pat_num not in self._office.picture.holding]
        await self._office.picture.keep(charts=charts)
        return charts

    async def _by_grade(self, case: Case) -> Found:
        policy, person, decision = self._office.location.match, case.person, case.decision
        if decision is None or person.birth_date is None or not (person.family and person.given):
            return await self._ask("person.match", case, rule="person.incomplete")
        wish = {
            Grade.CERTAIN: policy.certain if _is_enough(decision, policy) else "review",
            Grade.PROBABLE: policy.probable,
            Grade.POSSIBLE: policy.possible,
            Grade.CERTAINLY_NOT: policy.certainly_not,
        }[decision.grade]
        rule = f"person.{decision.grade.value}"
        if wish == "link" and decision.chosen is not None:
            if not self._is_abroad(decision.chosen):
                return await self._link(case, decision.chosen, rule)
            # Never in silence: who it is is certain, whether that clinic's chart is meant is not.
            rule = "person.other-clinic"
            if policy.other_clinic == "link":
                return await self._link(case, decision.chosen, rule)
        if wish == "create" and await unread_charts(self._office):
            # One of them may be this person's: their names and birth dates are not known.
            return await self._ask("person.match", case, rule="person.charts-unread")
        if wish == "create":
            return await self._create(case)
        return await self._ask("person.match", case, rule=rule)

    def _is_abroad(self, pat_num: int) -> bool:
        chart = self._office.picture.roster.get(pat_num)
        return chart is not None and self._office.is_other_clinic(chart.clinic_num)

    # -- writing -------------------------------------------------------------------------------------------------------

    async def _create(self, case: Case) -> Found:
        if not case.asking.may_write:
            return Found(rule="person.new", created=True, decision=case.decision)
        office = self._office
        if case.known is None:
            before = LinkBody(before=tuple(chart.pat_num for chart in case.fresh), decided=case.decided)
            known = await office.records.pending("person", office.location.name, case.ref, before, case.now)
            case = evolve(case, known=known)
        values = self._values(case)
        try:
            await office.turn.keep()
            patient = await office.opendental.patients.create(**values.value)
        except (InvalidRequestError, ConflictError):
            # Open Dental compares name, birth date and phone or e-mail itself and refuses a duplicate.
            doubtful = [issue.field for issue in values.issues]
            await office.note(case.now, "failed", case.ref, "person.refused", fields=doubtful)
            return await self._ask("person.refused", case)
        await office.picture.keep(charts=[chart_of(patient)])
        return await self._link(case, patient.pat_num, "person.created", created=True)

    def _values(self, case: Case) -> Mapped[PatientCreate]:
        """Return what a new chart is made of: by the location's own field map, if it has one."""
        location = self._office.location
        values = opendental_patient(case.person, clinic_num=location.clinic_num, billing_type=location.billing_type)
        if location.fields == DEFAULT_MAP:
            return values
        mapped = location.fields.patient_fields(case.patient.raw, new=True)
        names = ("clinic_num", "billing_type")
        office = {name: value for name, value in values.value.items() if name in names}
        return Mapped(cast("PatientCreate", {**mapped.value, **office}), mapped.issues)

    async def _link(self, case: Case, pat_num: int, rule: str, *, created: bool = False) -> Found:
        if case.asking.may_write:
            await self._join(
                case.ref, pat_num, case.known, case.now, rule,
                created=created, why=() if case.decided or created else _why(case, pat_num), decided=case.decided,
            )  # fmt: skip
        return Found(pat_num=pat_num, rule=rule, created=created, decided=case.decided, decision=case.decision)

    async def _join(
        self,
        ref: Ref,
        pat_num: int,
        known: Known | None,
        now: datetime,
        rule: str,
        *,
        created: bool = False,
        why: Sequence[str] = (),
        decided: str = "",
    ) -> None:
        """Complete the link of a person; a chart that another NexHealth id held is re-keyed to this one.

        The journal says why: the matcher's reasons in words, or the review that was answered.
        """
        office, chart = self._office, self._office.at_opendental(pat_num)
        holder = await office.records.link("person", chart)
        if holder is not None and (known is None or holder.link.id != known.link.id):
            if known is not None:
                await office.records.forget(known.link)
            await self._rekey(holder, ref, now, decided)
        else:
            if known is None:
                known = await office.records.pending("person", office.location.name, ref, LinkBody(), now)
            link, body = (
                evolve(known.link, opendental=chart, state=LinkState.LINKED),
                evolve(known.body, decided=decided),
            )
            await office.records.save(link, body, now)
        related = [chart, *([f"review:{decided}"] if decided else [])]
        await office.note(now, "applied" if created else "decided", ref, rule, fields=why, related=related)

    async def _rekey(self, holder: Known, ref: Ref, now: datetime, decided: str) -> None:
        """A placeholder got its real id, or NexHealth holds the person twice: the newest id is the end."""
        link = holder.link
        if ref not in link.refs:
            former = (link.nexhealth,) if link.nexhealth is not None else ()
            link = evolve(link, nexhealth=ref, aliases=(*link.aliases, *former))
            body = evolve(holder.body, decided=decided or holder.body.decided)
            await self._office.records.save(link, body, now)

    async def part(self, link: Link, subject: str, now: datetime) -> None:
        """Take the NexHealth patient *subject* out of the link that an answer had put it in; others stay linked."""
        records, known = self._office.records, self._office.records.opened(link)
        left = [ref for ref in link.refs if ref.side == "nexhealth" and str(ref) != subject]
        if not left:
            await records.forget(link)
            return
        link = evolve(link, nexhealth=left[0], aliases=tuple(left[1:]))
        await records.save(link, evolve(known.body, decided=""), now)

    # -- asking --------------------------------------------------------------------------------------------------------

    async def _ask(self, kind: str, case: Case, *, rule: str = "") -> Found:
        inquiry = self._inquiry(kind, case)
        answer = await self._office.question(case.now, inquiry) if case.asking.may_write else None
        return Found(rule=rule or kind, asked=inquiry if answer is None else None, decision=case.decision)

    def _inquiry(self, kind: str, case: Case) -> Inquiry:
        candidates = case.decision.candidates if case.decision is not None else ()
        shown = [{**_shown_candidate(each), "other_clinic": self._is_abroad(each.pat_num)} for each in candidates]
        return Inquiry(
            kind=kind,
            about=(case.ref,),
            subject=case.ref,
            due=case.asking.due,
            look=case.asking.look,
            body={"candidates": shown, "person": _shown_person(case.person)},
            text=QUESTIONS[kind] + case.asking.risk,
        )


def revoked_key(review_id: str) -> str:
    """Return the cursor that says that the answer to a review was taken back and none was given since."""
    return f"revoked:{review_id}"


def _shown_candidate(candidate: Candidate) -> dict[str, object]:
    return {
        "pat_num": candidate.pat_num,
        "grade": candidate.grade.value,
        "score": candidate.score,
        "reasons": list(candidate.reasons),
        "vetoes": list(candidate.vetoes),
    }


def _shown_person(person: Person) -> dict[str, object]:
    """Return what the staff needs to see of the person who booked; it is sealed with the review."""
    names = ("family", "given", "middle", "suffix", "mobile", "home", "email")
    birth_date = person.birth_date.isoformat() if person.birth_date else ""
    return {**{name: getattr(person, name) for name in names}, "birth_date": birth_date}


def _is_enough(decision: Decision, policy: MatchPolicy) -> bool:
    """Tell whether one chart is certain, and by as much evidence as the practice demands."""
    least = policy.least_score
    return decision.chosen is not None and (least is None or decision.candidates[0].score >= least)


def _why(case: Case, pat_num: int) -> tuple[str, ...]:
    """Return the matcher's reasons for a chart, in words without values."""
    candidates = case.decision.candidates if case.decision is not None else ()
    return next((each.reasons for each in candidates if each.pat_num == pat_num), ())


def _own(case: Case) -> int | None:
    """Return the chart that an interrupted create of ours has made, if it has.

    It was not there before, and it says exactly what we wrote.
    """
    if case.known is None:
        return None
    person, before = case.person, case.known.body.before
    same = [
        chart.pat_num
        for chart in case.fresh
        if chart.pat_num not in before
        and chart.person.birth_date == person.birth_date
        and chart.person.suffix == person.suffix
        and chart.person.family.casefold() == person.family.casefold()
        and chart.person.given.casefold() == person.given.casefold()
    ]
    return min(same, default=None)
