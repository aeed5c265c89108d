"""A linked visit: what one side changed is carried to the other, once.

Both sides have been read. The plan is computed (`plan_visit`), carried out action by action, and what each side shows
afterwards is remembered as the new base. Where NexHealth's synchronizer writes, nothing is written here: the difference
is waited for and, after the grace time, asked about.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import assert_never

from attrs import define, evolve, field

from odnexus._async.moving import AsyncMoving
from odnexus._async.office import AsyncOffice, booked_of
from odnexus._async.records import Known
from odnexus.errors import ConflictError, InvalidRequestError, UnsupportedError
from odnexus.mapping.visit import nexhealth_changes, opendental_changes, visit_from_nexhealth
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment
from odnexus.reconcile.bodies import canonical
from odnexus.reconcile.inbox import Done, Retry, Settlement, content_id
from odnexus.reconcile.links import LinkState
from odnexus.reconcile.plan import Action, Base, Clash, Create, Fields, Hold, On, Plan, Retire, Update, reconcile
from odnexus.reconcile.policy import PLACE_FIELDS, VISIT_FIELDS, VisitPolicy, plan_visit
from odnexus.reconcile.reviews import Answer, Review
from odnexus.reconcile.triggers import (
    DomainEvent,
    Slot,
    WaitlistCandidate,
    changes_of_visit,
    opened_slot,
    origin_of,
    slot_of,
)


@define(kw_only=True)
class Scene:
    """One linked visit while it is worked on: what each side shows, updated as writes succeed."""

    known: Known
    nexhealth: NexHealthAppointment | None
    opendental: OpenDentalAppointment | None
    shows: dict[On, Fields] = field(factory=dict[On, Fields], repr=False)

    @property
    def base(self) -> Base | None:
        """Return what both sides showed when they last agreed."""
        return self.known.body.base


class AsyncCarrying:
    """Carries changes of linked visits."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._moving = AsyncMoving(office)

    # -- entry ---------------------------------------------------------------------------------------------------------

    async def carry(
        self,
        known: Known,
        appt: NexHealthAppointment | None,
        row: OpenDentalAppointment | None,
        now: datetime,
        *,
        first: bool = False,
    ) -> Settlement:
        """Make both sides of a linked visit agree.

        Args:
            known: The link.
            appt: What NexHealth shows; ``None`` if the appointment is gone there.
            row: What Open Dental shows; ``None`` if it was deleted.
            now: The moment.
            first: The link was made just now from two records that were there.
        """
        scene = Scene(known=known, nexhealth=appt, opendental=row)
        scene.shows = {On.NEXHEALTH: self._of_nexhealth(scene), On.OPENDENTAL: self._of_opendental(scene)}
        plan = await self._plan(scene)
        if plan.quiet:
            return await self._agree(scene, plan, now, first=first)
        if not self._office.bridging():
            return await self._await(scene, plan, now, first=first)
        mode = self._office.location.modes.visit
        if mode == "observe":
            await self._note_plan(scene, plan, now, "observe")
            return Done()
        if mode == "suggest" and not await self._approved(scene, plan, now):
            return Done()
        for action in plan.actions:
            await self._do(scene, action, now)
        return await self._agree(scene, plan, now, first=first)

    async def _do(self, scene: Scene, action: Action, now: datetime) -> None:
        match action:
            case Update(on, changes):
                update = self._update_nexhealth if on is On.NEXHEALTH else self._update_opendental
                await update(scene, changes, now)
            case Retire(on):
                retire = self._cancel_at_nexhealth if on is On.NEXHEALTH else self._cancel_at_opendental
                await retire(scene, now)
            case Hold(clashes):
                await self._ask(scene, [f"{clash.field}: {clash.rule}" for clash in clashes], now)
            case Create():
                await self._book_anew(scene, now)
            case _:
                assert_never(action)

    def _of_nexhealth(self, scene: Scene) -> Fields:
        if scene.nexhealth is None:
            old: Fields = scene.base.nexhealth if scene.base else {}
            return {**old, "cancelled": True}
        fields = dict(self._office.fields_of_nexhealth(scene.nexhealth))
        fields["cancelled"] = bool(fields.get("cancelled")) or bool(scene.nexhealth.deleted)
        return fields

    def _of_opendental(self, scene: Scene) -> Fields:
        if scene.opendental is None:
            old: Fields = scene.base.opendental if scene.base else {}
            return {**old, "cancelled": True}
        return self._office.fields_of_opendental(scene.opendental)

    # -- deciding ------------------------------------------------------------------------------------------------------

    async def _plan(self, scene: Scene) -> Plan:
        policy = self._office.location.visits
        nexhealth, opendental = scene.shows[On.NEXHEALTH], scene.shows[On.OPENDENTAL]
        plan = plan_visit(scene.base, nexhealth, opendental, policy)
        plan = await self._doubted(scene, plan)
        rules = {clash.rule for action in plan.actions if isinstance(action, Hold) for clash in action.clashes}
        if "restored" in rules and self._office.location.restored == "rebook":
            return _forced(scene, On.OPENDENTAL, plan, policy)
        if not rules:
            return plan
        answer = await self._answer(scene)
        if answer is None or answer.choice not in ("nexhealth", "opendental"):
            return plan
        return _forced(scene, On(answer.choice), plan, policy)

    async def _doubted(self, scene: Scene, plan: Plan) -> Plan:
        """Hold a cancellation that rests on a record not being found: nothing is retired on that word alone."""
        rule = ""
        if scene.nexhealth is None and Retire(On.OPENDENTAL) in plan.actions:
            rule = "gone at NexHealth"
        if scene.opendental is None and Retire(On.NEXHEALTH) in plan.actions and not await self._was_deleted(scene):
            rule = "gone without a trace in Open Dental"
        if not rule:
            return plan
        return evolve(plan, actions=(Hold((Clash(field="cancelled", rule=rule),)),), agreed=scene.base or Base())

    async def _was_deleted(self, scene: Scene) -> bool:
        """Return whether Open Dental's history knows the appointment that is not found: the database is the same."""
        end = scene.known.link.opendental
        if end is None:
            return False
        try:
            async for _ in self._office.opendental.hist_appointments.iter(apt_num=int(end.id)):
                return True
        except UnsupportedError:
            # Before 23.1.30 there is no history to ask.
            return True
        return False

    def _review_id(self, scene: Scene) -> str:
        shown = [scene.shows[on].get(name) for on in On for name in VISIT_FIELDS]
        return content_id("visit.clash", scene.known.link.id, *shown)

    async def _answer(self, scene: Scene) -> Answer | None:
        review = await self._office.records.store.reviews.get(self._review_id(scene))
        return review.answer if review is not None else None

    async def _approved(self, scene: Scene, plan: Plan, now: datetime) -> bool:
        """Return whether the staff agreed to this very plan; ask if nobody did yet."""
        key = content_id("suggest.change", self._review_id(scene))
        review = await self._office.records.store.reviews.get(key)
        if review is not None:
            return review.answer is not None and review.answer.choice == "apply"
        review = self._review(scene, key, "suggest.change", ("apply", "dismiss"), now)
        body = {
            "look": self._look(scene),
            "plan": [type(action).__name__ for action in plan.actions],
            "nexhealth": dict(scene.shows[On.NEXHEALTH]),
            "opendental": dict(scene.shows[On.OPENDENTAL]),
        }
        await self._office.ask(
            now,
            review,
            body,
            f"A change of visit {scene.known.link.opendental} is ready to be "
            "carried over. Answer the review with apply.",
        )
        return False

    async def _ask(self, scene: Scene, clashes: list[str], now: datetime) -> None:
        review = self._review(scene, self._review_id(scene), "visit.clash", ("opendental", "nexhealth", "dismiss"), now)
        body = {
            "look": self._look(scene),
            "clashes": clashes,
            "nexhealth": dict(scene.shows[On.NEXHEALTH]),
            "opendental": dict(scene.shows[On.OPENDENTAL]),
        }
        text = (
            f"Appointment {scene.known.link.opendental} and NexHealth booking {scene.known.link.nexhealth} were "
            f"changed on both sides ({', '.join(clashes)}). Answer the review with the side that is right."
        )
        await self._office.ask(now, review, body, text)

    def _review(self, scene: Scene, key: str, kind: str, choices: tuple[str, ...], now: datetime) -> Review:
        start = scene.nexhealth.start_time if scene.nexhealth else None
        return Review(
            id=key,
            kind=kind,
            location=self._office.location.name,
            subject=str(scene.known.link.nexhealth),
            opened=now,
            due=start,
            choices=choices,
        )

    def _look(self, scene: Scene) -> dict[str, str]:
        link = scene.known.link
        subject = link.nexhealth.id if link.nexhealth else ""
        return {"kind": "visit.look", "subject": subject, "key": f"link:{link.id}"}

    async def _note_plan(self, scene: Scene, plan: Plan, now: datetime, rule: str) -> None:
        link = scene.known.link
        names = [f"{on.value}.{name}" for on, name in plan.moved]
        await self._office.note(now, "decided", link.nexhealth, rule, fields=names, related=[link.opendental])

    async def _await(self, scene: Scene, plan: Plan, now: datetime, *, first: bool) -> Settlement:
        """Overlay: NexHealth's synchronizer carries the change; ask only when it takes too long."""
        office, known = self._office, scene.known
        if not known.body.awaiting:
            await self._note_plan(scene, plan, now, "visit.waits-for-synchronizer")
            known = await office.records.save(known.link, evolve(known.body, awaiting=now.isoformat()), now)
            scene.known = known
            if first:
                await self.announce_created(known, now)
        if now - datetime.fromisoformat(known.body.awaiting) < office.location.grace:
            return Retry(now + office.location.grace / 6, "visit.waits-for-synchronizer", counted=False)
        review = self._review(
            scene, content_id("visit.drift", self._review_id(scene)), "visit.drift", ("dismiss",), now
        )
        text = (
            f"NexHealth booking {known.link.nexhealth} and appointment {known.link.opendental} differ for longer than "
            "the synchronizer usually takes. Check NexHealth's sync status and correct one of them by hand."
        )
        await office.ask(now, review, {"look": self._look(scene)}, text)
        await office.records.save(known.link, evolve(known.body, awaiting=""), now)
        return Done()

    # -- writing to NexHealth ------------------------------------------------------------------------------------------

    async def _update_nexhealth(self, scene: Scene, changes: Fields, now: datetime) -> None:
        office, appt = self._office, scene.nexhealth
        if appt is None:
            return
        shown = visit_from_nexhealth(
            appt, zone=office.location.zone, operatories=office.tables.operatories, providers=office.tables.providers
        )
        inverse = {number: nexhealth_id for nexhealth_id, number in office.tables.operatories.items()}
        wanted = nexhealth_changes(changes, shown=shown.value, zone=office.location.zone, operatories=inverse)
        if not wanted.value:
            await office.note(now, "observed", scene.known.link.nexhealth, "nexhealth.not-expressible", fields=changes)
            return
        try:
            answer = await office.nexhealth.appointments.update(appt.id, **wanted.value)
        except (InvalidRequestError, UnsupportedError, ConflictError) as error:
            if not (changes.keys() & PLACE_FIELDS):
                raise
            moved = await self._moved_otherwise(scene, appt, error, now)
            if moved is None:
                # Not agreed: the next change or scan tries again.
                self._keep_base(scene, changes)
                return
            answer = moved
        scene.nexhealth = answer
        scene.shows[On.NEXHEALTH] = self._of_nexhealth(scene)
        await office.note(now, "applied", scene.known.link.nexhealth, "visit.carried-to-nexhealth", fields=changes)
        self._check_taken(scene, On.NEXHEALTH, changes, now)

    async def _moved_otherwise(
        self, scene: Scene, appt: NexHealthAppointment, error: Exception, now: datetime
    ) -> NexHealthAppointment | None:
        """NexHealth refused to move a booking: book anew and cancel, or tell the staff if the slot is taken there."""
        target = scene.shows[On.OPENDENTAL]
        if isinstance(error, ConflictError):
            await self._moving.tell_refused(scene.known, appt, target, now)
            return None
        scene.known, booked = await self._moving.move(scene.known, appt, target, now)
        return booked

    async def _book_anew(self, scene: Scene, now: datetime) -> None:
        """Restored in Open Dental after a cancel: NexHealth cannot un-cancel, so it gets a new booking."""
        if scene.nexhealth is None:
            return
        scene.known, booked = await self._moving.move(scene.known, scene.nexhealth, scene.shows[On.OPENDENTAL], now)
        if booked is not None:
            scene.nexhealth = booked
            scene.shows[On.NEXHEALTH] = self._of_nexhealth(scene)

    async def _cancel_at_nexhealth(self, scene: Scene, now: datetime) -> None:
        office, link = self._office, scene.known.link
        ends = [ref for ref in link.refs if ref.side == "nexhealth"]
        for ref in ends:
            answer = await self._moving.cancel(int(ref.id))
            if ref == link.nexhealth and answer is not None:
                scene.nexhealth = answer
        scene.shows[On.NEXHEALTH] = {**scene.shows[On.NEXHEALTH], "cancelled": True}
        await office.note(now, "applied", link.nexhealth, "visit.cancelled-at-nexhealth", related=[link.opendental])

    # -- writing to Open Dental ----------------------------------------------------------------------------------------

    async def _update_opendental(self, scene: Scene, changes: Fields, now: datetime) -> None:
        office, row = self._office, scene.opendental
        if row is None:
            return
        if changes.keys() & PLACE_FIELDS and await self._target_taken(scene, changes, now):
            # The whole move waits; the base keeps what was agreed before it.
            self._keep_base(scene, PLACE_FIELDS)
            return
        number = min(office.tables.confirmed, default=None)
        edit = opendental_changes(changes, pattern=row.pattern or "", hygiene=bool(row.is_hygiene), confirmed=number)
        if edit.value.changes:
            row = await office.opendental.appointments.update(row.apt_num, **edit.value.changes)
        if changes.get("confirmed"):
            row = await self._confirm(row, edit.value.confirm)
        scene.opendental = row
        scene.shows[On.OPENDENTAL] = office.fields_of_opendental(row)
        await office.picture.keep(booked=[booked_of(row)])
        await office.note(now, "applied", scene.known.link.opendental, "visit.carried-to-opendental", fields=changes)
        self._check_taken(scene, On.OPENDENTAL, {k: v for k, v in changes.items() if k != "confirmed"}, now)

    async def _confirm(self, row: OpenDentalAppointment, number: int | None) -> OpenDentalAppointment:
        """Confirm by the office's definition number, or by the word where no definition is known."""
        appointments = self._office.opendental.appointments
        if number is None:
            await appointments.confirm(row.apt_num, confirm_val="Confirmed")
            return await appointments.get(row.apt_num)
        await appointments.confirm(row.apt_num, def_num=number)
        return evolve(row, confirmed=number)

    async def _target_taken(self, scene: Scene, changes: Fields, now: datetime) -> bool:
        """Return whether the place a visit is moving to is taken; the picture doubts, a fresh look decides."""
        office, link = self._office, scene.known.link
        slot = slot_of({**scene.shows[On.OPENDENTAL], **changes})
        own = scene.opendental.apt_num if scene.opendental else 0
        if slot is None or not office.picture.calendar.overlapping(slot, ignore=own):
            return False
        fresh = await office.rows_of_day(slot.start.date(), slot.operatory)
        others = [row for row in fresh if row.apt_num != own and row.overlaps(slot)]
        key = content_id("visit.slot-taken", link.id, slot.start, slot.operatory)
        asked = await office.records.store.reviews.get(key)
        if not others or (asked is not None and asked.answer is not None and asked.answer.choice == "book"):
            return False
        review = self._review(scene, key, "visit.slot-taken", ("book", "dismiss"), now)
        body = {"look": self._look(scene), "stands_there": [row.apt_num for row in others]}
        text = (
            f"NexHealth moved appointment {own} to a slot that appointment {others[0].apt_num} holds. Move one of "
            "them in Open Dental, or answer the review with book to put it beside the other."
        )
        await office.ask(now, review, body, text)
        return True

    def _keep_base(self, scene: Scene, names: Iterable[str]) -> None:
        """Remember of *names* what was agreed before: their change was not carried over."""
        base, kept = scene.base or Base(), set(names)
        for on, known in ((On.NEXHEALTH, base.nexhealth), (On.OPENDENTAL, base.opendental)):
            old = {name: value for name, value in known.items() if name in kept}
            scene.shows[on] = {**scene.shows[on], **old}

    async def _cancel_at_opendental(self, scene: Scene, now: datetime) -> None:
        office, row = self._office, scene.opendental
        if row is None:
            return
        if str(row.apt_status) != "Scheduled":
            # Break is for scheduled visits only; a completed one is not undone by a late cancellation.
            await self._ask(scene, [f"cancelled: status is {row.apt_status}"], now)
            return
        await self.take_off(row.apt_num, now)
        scene.opendental = None
        scene.shows[On.OPENDENTAL] = {**scene.shows[On.OPENDENTAL], "cancelled": True}
        await office.note(now, "applied", scene.known.link.opendental, "visit.cancelled-at-opendental")

    async def take_off(self, apt_num: int, now: datetime) -> None:
        """Take an appointment off the book as the location's cancel rule says (PUT Break)."""
        office, rule = self._office, self._office.location.cancel
        appointments = office.opendental.appointments
        try:
            try:
                await appointments.break_(
                    apt_num, send_to_unscheduled_list=rule.to_unscheduled_list, break_type=rule.break_type
                )
            except InvalidRequestError:
                # A break type needs an office preference; without it the cancellation itself still counts.
                row = await appointments.get(apt_num)
                if str(row.apt_status) != "Scheduled":
                    await office.picture.keep(booked=[booked_of(row)])
                    return
                if rule.break_type is None:
                    raise
                await office.note(now, "failed", office.at_opendental(apt_num), "cancel.break-type-refused")
                await appointments.break_(apt_num, send_to_unscheduled_list=rule.to_unscheduled_list)
        except UnsupportedError:
            await appointments.update(apt_num, apt_status="Broken")
        seen = office.picture.calendar.get(apt_num)
        if seen is not None:
            status = "UnschedList" if rule.to_unscheduled_list else "Broken"
            await office.picture.keep(booked=[evolve(seen, status=status)])

    # -- afterwards ----------------------------------------------------------------------------------------------------

    def _check_taken(self, scene: Scene, on: On, changes: Fields, now: datetime) -> None:
        """Tell people if a side answered yes and shows something else."""
        wrong = [name for name, value in changes.items() if scene.shows[on].get(name) != value]
        if wrong:
            link = scene.known.link
            end = link.nexhealth if on is On.NEXHEALTH else link.opendental
            self._office.alert(
                now,
                "visit.not-taken",
                f"{on.value} accepted a change of visit {end} but shows other values in {', '.join(wrong)}.",
                subject=end,
            )

    async def _agree(self, scene: Scene, plan: Plan, now: datetime, *, first: bool) -> Settlement:
        """Remember what both sides show now, and tell the host what happened."""
        office, known = self._office, scene.known
        before = canonical(known.body.base)
        held = {clash.field for action in plan.actions if isinstance(action, Hold) for clash in action.clashes}
        old = known.body.base or Base()
        base = Base(
            nexhealth=_kept(scene.shows[On.NEXHEALTH], old.nexhealth, held),
            opendental=_kept(scene.shows[On.OPENDENTAL], old.opendental, held),
        )
        after = canonical(base)
        gone = bool(base.nexhealth.get("cancelled")) and bool(base.opendental.get("cancelled"))
        state = LinkState.RETIRED if gone else LinkState.LINKED
        patient = scene.opendental.pat_num if scene.opendental else known.body.patient
        body = evolve(known.body, base=base, awaiting="", patient=patient)
        if body != known.body or state != known.link.state:
            await self._tell(known, before, after, plan, now, first=first)
            await office.records.save(evolve(known.link, state=state), body, now)
        for report in plan.reports:
            await office.note(now, "observed", known.link.nexhealth, report.rule, fields=[report.field])
        return Done()

    async def _tell(
        self, known: Known, before: Fields, after: Fields, plan: Plan, now: datetime, *, first: bool
    ) -> None:
        """Announce what happened between two agreed states. Stored before the state is, so that it is never lost."""
        if first or not before:
            if not after.get("cancelled"):
                await self.announce_created(known, now, after)
            return
        happened = self._happened(known, plan, now)
        for name in changes_of_visit(before, after):
            event = evolve(
                happened,
                id=content_id(name, known.link.id, known.link.version),
                name=name,
                slot=slot_of(after),
                before=slot_of(before),
            )
            await self._announce(known, event)
        slot = opened_slot(before, after, self._office.wall(now))
        if slot is not None and "slot.opened" in self._office.records.wanted:
            candidates = await self._candidates(known, slot, now)
            key = content_id("slot.opened", known.link.id, known.link.version)
            await self._announce(known, evolve(happened, id=key, slot=slot, candidates=candidates))

    def _happened(self, known: Known, plan: Plan, now: datetime) -> DomainEvent:
        link = known.link
        return DomainEvent(
            id="",
            name="slot.opened",
            at=now,
            location=self._office.location.name,
            origin=origin_of(plan.moved),
            nexhealth_id=link.nexhealth.id if link.nexhealth else "",
            opendental_id=link.opendental.id if link.opendental else "",
            patient=known.body.patient,
        )

    async def _announce(self, known: Known, event: DomainEvent) -> None:
        await self._office.records.announce(event)
        link = known.link
        await self._office.note(event.at, "announced", link.nexhealth, event.name, related=[link.opendental])

    async def _candidates(self, known: Known, slot: Slot, now: datetime) -> tuple[WaitlistCandidate, ...]:
        """Return who could take an opened slot: Open Dental's lists, then wishes at NexHealth, each visit once."""
        office, link = self._office, known.link
        own = int(link.opendental.id) if link.opendental else 0
        listed = [c for c in office.picture.calendar.candidates(slot, office.wall(now)) if c.apt_num != own]
        named = {c.apt_num for c in listed}
        wishes = [c for c in await self._moving.wishes(slot, known, now) if c.apt_num is None or c.apt_num not in named]
        return (*listed, *wishes)

    async def announce_created(self, known: Known, now: datetime, fields: Fields | None = None) -> None:
        """Tell the host of a new visit, unless it was there before the location was watched."""
        if not known.body.announce or known.body.unfinished:
            # Unfinished: whoever finishes tells the host.
            return
        link = known.link
        slot = slot_of(fields or canonical(known.body.base))
        event = DomainEvent(
            id=content_id("appointment.created", link.id),
            name="appointment.created",
            at=now,
            location=self._office.location.name,
            origin="nexhealth",
            nexhealth_id=link.nexhealth.id if link.nexhealth else "",
            opendental_id=link.opendental.id if link.opendental else "",
            patient=known.body.patient,
            slot=slot,
        )
        await self._announce(known, event)

    async def is_news(self, created_at: datetime | None) -> bool:
        """Return whether a record was made after the location was first watched."""
        text = await self._office.records.store.cursors.get(f"watched:{self._office.location.name}")
        return not text or created_at is None or created_at >= datetime.fromisoformat(text) - timedelta(hours=1)

    async def is_target(self, appt: NexHealthAppointment) -> bool:
        """Return whether *appt* is the successor that a move of ours has just booked."""
        return await self._moving.is_target(appt)


def _forced(scene: Scene, winner: On, plan: Plan, policy: VisitPolicy) -> Plan:
    """Return the plan by which one side's whole state wins, as a person decided."""
    loser = winner.other
    forced = reconcile(
        None,
        scene.shows[On.NEXHEALTH],
        scene.shows[On.OPENDENTAL],
        VISIT_FIELDS,
        resolve=lambda _: winner,
        allow=policy.allow,
    )
    actions = forced.actions
    if scene.shows[winner].get("cancelled"):
        actions = (Retire(loser),)
    elif scene.shows[loser].get("cancelled") and loser is On.NEXHEALTH:
        actions = (Create(On.NEXHEALTH, scene.shows[winner]),)
    return evolve(forced, actions=actions, moved=plan.moved)


def _kept(shown: Fields, known: Fields, held: set[str]) -> Fields:
    """Return what to remember of one side: what it shows, but for held fields what was known."""
    if not held:
        return dict(shown)
    if "cancelled" in held:
        return dict(known)
    return {name: known.get(name) if name in held else value for name, value in shown.items()}
