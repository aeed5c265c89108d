"""A linked visit: what one side changed is carried to the other, once.

Both sides have been read. The plan is computed (`plan_visit`), carried out action by action, and what each side shows
afterwards is remembered as the new base. Where NexHealth's synchronizer writes, nothing is written here: the difference
is waited for and, after the grace time, asked about.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from odnexus._async.moving import AsyncMoving
from odnexus._async.office import AsyncOffice
from odnexus._async.records import Known
from odnexus._async.refusals import REFUSALS
from odnexus._async.telling import AsyncTelling
from odnexus._async.writing import AsyncWriting, Scene
from odnexus.errors import AuthenticationError, UnsupportedError
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment, AptStatus
from odnexus.reconcile.bodies import canonical
from odnexus.reconcile.inbox import Done, Retry, Settlement
from odnexus.reconcile.links import LinkState
from odnexus.reconcile.plan import Base, Clash, Create, Fields, Hold, On, Plan, Retire, reconcile
from odnexus.reconcile.policy import VISIT_FIELDS, VisitPolicy, plan_visit

STATUSES = frozenset(AptStatus)
"""Every word that a page has for the state of an appointment: on another, nothing is cancelled."""


class AsyncCarrying:
    """Carries changes of linked visits."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._moving = AsyncMoving(office)
        self._writing = AsyncWriting(office)
        self.telling = AsyncTelling(office)

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
        self._writing.show(scene)
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
            await self._writing.do(scene, action, now)
        return await self._agree(scene, plan, now, first=first)

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
        answer = await self._office.answered("visit.clash", *self._writing.state(scene))
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
        if scene.opendental is not None and scene.opendental.apt_status not in STATUSES:
            rule = "unknown status in Open Dental" if Retire(On.NEXHEALTH) in plan.actions else rule
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
        except (*REFUSALS, AuthenticationError):
            # The key may read appointments and not their history: then the staff is asked.
            return False
        return False

    async def _approved(self, scene: Scene, plan: Plan, now: datetime) -> bool:
        """Return whether the staff agreed to this very plan; ask if nobody did yet."""
        body = {"plan": [type(action).__name__ for action in plan.actions], **self._writing.both(scene)}
        text = f"A change of visit {scene.known.link.opendental} is ready to be carried over. Answer with apply."
        about = (self._writing.clash_id(scene),)
        inquiry = self._writing.inquiry(scene, kind="suggest.change", about=about, text=text, body=body)
        answer = await self._office.question(now, inquiry)
        return answer is not None and answer.choice == "apply"

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
                await self.telling.announce_created(known, now)
        if now - datetime.fromisoformat(known.body.awaiting) < office.location.grace:
            return Retry(now + office.location.grace / 6, "visit.waits-for-synchronizer", counted=False)
        text = (
            f"NexHealth booking {known.link.nexhealth} and appointment {known.link.opendental} differ for longer than "
            "the synchronizer usually takes. Check NexHealth's sync status and correct one of them by hand."
        )
        about = (self._writing.clash_id(scene),)
        await office.question(now, self._writing.inquiry(scene, kind="visit.drift", about=about, text=text))
        await office.records.save(known.link, evolve(known.body, awaiting=""), now)
        return Done()

    # -- afterwards ----------------------------------------------------------------------------------------------------

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
            await self.telling.tell(known, before, after, plan, now, first=first)
            await office.records.save(evolve(known.link, state=state), body, now)
        for report in plan.reports:
            await office.note(now, "observed", known.link.nexhealth, report.rule, fields=[report.field])
        return Done()

    async def is_target(self, appt: NexHealthAppointment) -> bool:
        """Return whether *appt* is the successor that a move of ours has just booked."""
        return await self._moving.is_target(appt)

    async def take_off(self, apt_num: int, now: datetime) -> None:
        """Take an appointment off the book that has to give way: nobody cancelled it, so no fee is noted."""
        await self._writing.take_off(apt_num, None, now)


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
