"""Writing one coverage into a chart: plan, subscription, coverage, each looked for before it is made.

Open Dental makes them one by one, without transactions and without undoing (pages "API InsPlans", "API InsSubs", "API
PatPlans"). So each step is written down before it is tried, and whoever finds it written down looks for what it may
have made before making it. Nothing that the chart has is ever changed or dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from attrs import asdict, evolve, field, frozen

from odnexus._async.office import AsyncOffice
from odnexus.errors import UnsupportedError
from odnexus.mapping.insurance import Coverage, group_key, member_key
from odnexus.opendental.changes import InsSubCreate
from odnexus.opendental.models import FamilyInsurance, InsPlan, Relationship
from odnexus.reconcile.bodies import pack, unpack
from odnexus.reconcile.journal import EntryKind
from odnexus.reconcile.links import Ref

DONE = "done"

NewPlan: TypeAlias = Literal["never", "missing", "always"]


@frozen(kw_only=True)
class Progress:
    """How far a coverage has come: numbers only, no patient data.

    Attributes:
        step: What is being made: ``plan``, ``subscription``, ``coverage``; ``done`` when all is there or refused.
        carrier: CarrierNum.
        plan: PlanNum, 0 until it is known.
        subscription: InsSubNum, 0 until it is known.
        before: Plans that the carrier had before ours was made.
    """

    step: str = ""
    carrier: int = 0
    plan: int = 0
    subscription: int = 0
    before: tuple[int, ...] = ()

    def to_text(self) -> str:
        """Return it as text for the store."""
        return pack(asdict(self)).decode()

    @classmethod
    def from_text(cls, text: str | None) -> Progress:
        """Return what `to_text` wrote; a fresh one if there is none."""
        if not text:
            return cls()
        stored = unpack(text.encode())
        stored["before"] = tuple(stored["before"])
        return cls(**stored)


@frozen(kw_only=True)
class Order:
    """What is to be written.

    Attributes:
        id: The coverage's own id; its progress is kept under it.
        ref: The patient at NexHealth, for the journal.
        pat_num: Whose chart.
        coverage: What was said.
        carrier: CarrierNum, decided.
        subscriber: PatNum of the policy holder, decided.
        relationship: What the patient is to the holder, decided.
        chart: The coverages that the chart has.
        plan: PlanNum that a person chose, 0 if nobody did.
        new_plan: Whether a plan may be made: never, where the carrier has none of the group, or in any case.
    """

    id: str
    ref: Ref
    pat_num: int
    coverage: Coverage = field(repr=False)
    carrier: int
    subscriber: int
    relationship: Relationship = field(repr=False)
    chart: Sequence[FamilyInsurance] = field(repr=False)
    plan: int = 0
    new_plan: NewPlan = "missing"


@frozen(kw_only=True)
class Undecided:
    """Which plan is meant, people must say: these may be it."""

    plans: tuple[InsPlan, ...] = ()


class AsyncInsuring:
    """Writes coverages of one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office

    async def progress(self, id: str) -> Progress:
        """Return how far the coverage *id* has come."""
        return Progress.from_text(await self._office.records.store.cursors.get(f"insurance:{id}"))

    async def note_down(self, id: str, progress: Progress) -> Progress:
        """Write *progress* down."""
        await self._office.records.store.cursors.set(f"insurance:{id}", progress.to_text())
        return progress

    async def doubt(self, id: str) -> None:
        """Look for the subscription anew next time, after a step was refused; the plan that was made stays ours."""
        await self.note_down(id, evolve(await self.progress(id), subscription=0))

    async def write(self, order: Order, now: datetime) -> Undecided | None:
        """Write the coverage, or return the plans that people must choose from; ``None`` when it stands there."""
        progress = await self.progress(order.id)
        if progress.carrier not in (0, order.carrier):
            # People have named another carrier since: what was begun is not theirs.
            progress = Progress()
        progress = evolve(progress, carrier=order.carrier)
        if not progress.subscription:
            plans = await self._plans(order.carrier)
            ready = await self._policy(order, progress, plans, now) or await self._plan(order, progress, plans, now)
            if isinstance(ready, Undecided):
                return ready
            progress = ready if ready.subscription else await self._subscribe(order, ready, now)
        await self._coverage(order, progress, now)
        return None

    # -- what the office has -------------------------------------------------------------------------------------------

    async def _plans(self, carrier_num: int) -> list[InsPlan]:
        rows = self._office.opendental.ins_plans
        try:
            plans = [plan async for plan in rows.iter(carrier_num=carrier_num)]
        except UnsupportedError:
            # The filter came with 24.2.11 (page "API InsPlans").
            plans = [plan async for plan in rows.iter()]
        return [
            plan for plan in plans if plan.carrier_num == carrier_num and not plan.is_hidden and not plan.is_medical
        ]

    async def _policy(
        self, order: Order, progress: Progress, plans: Sequence[InsPlan], now: datetime
    ) -> Progress | None:
        """Find the policy that the holder has with this carrier under this member id, whatever its plan."""
        known = {progress.plan, *(plan.plan_num for plan in plans)}
        rows = self._office.opendental.ins_subs.iter(subscriber=order.subscriber)
        wanted = member_key(order.coverage.member_id)
        same = [row async for row in rows if row.plan_num in known and member_key(row.subscriber_id) == wanted]
        if not same:
            return None
        found = min(same, key=lambda row: row.ins_sub_num)
        kind: EntryKind = "applied" if progress.step == "subscription" else "decided"
        await self._note(now, order, "insurance.subscription-found", found.ins_sub_num, kind=kind)
        progress = evolve(progress, plan=found.plan_num, subscription=found.ins_sub_num)
        return await self.note_down(order.id, progress)

    # -- the plan ------------------------------------------------------------------------------------------------------

    async def _plan(
        self, order: Order, progress: Progress, plans: Sequence[InsPlan], now: datetime
    ) -> Progress | Undecided:
        if progress.plan or order.plan:
            return await self.note_down(order.id, evolve(progress, plan=order.plan or progress.plan))
        if progress.step == "plan" and (ours := _made(order, plans, progress.before)):
            await self._note(now, order, "insurance.plan-found-after-doubt", ours)
            return await self.note_down(order.id, evolve(progress, plan=ours))
        fitting = _fitting(order.coverage, plans)
        if len(fitting) == 1:
            await self._note(now, order, "insurance.plan-found", fitting[0].plan_num, kind="decided")
            return await self.note_down(order.id, evolve(progress, plan=fitting[0].plan_num))
        # Without a group number, a plan of some group may be meant.
        doubtful = bool(fitting) or (not group_key(order.coverage.group_number) and bool(plans))
        if order.new_plan == "never" or (doubtful and order.new_plan == "missing"):
            return Undecided(plans=tuple(fitting or plans))
        return await self._new_plan(order, progress, plans, now)

    async def _new_plan(self, order: Order, progress: Progress, plans: Sequence[InsPlan], now: datetime) -> Progress:
        before = tuple(plan.plan_num for plan in plans)
        progress = await self.note_down(order.id, evolve(progress, step="plan", before=before))
        await self._office.turn.keep()
        coverage = order.coverage
        plan = await self._office.opendental.ins_plans.create(
            carrier_num=order.carrier, group_num=coverage.group_number or None, group_name=coverage.group_name or None
        )
        await self._note(now, order, "insurance.plan-created", plan.plan_num)
        return await self.note_down(order.id, evolve(progress, plan=plan.plan_num))

    # -- the subscription ----------------------------------------------------------------------------------------------

    async def _subscribe(self, order: Order, progress: Progress, now: datetime) -> Progress:
        """Make the policy; that there is none was looked up in this very attempt."""
        progress = await self.note_down(order.id, evolve(progress, step="subscription"))
        await self._office.turn.keep()
        made = await self._office.opendental.ins_subs.create(**_policy(order, progress.plan))
        await self._note(now, order, "insurance.subscription-created", made.ins_sub_num)
        return await self.note_down(order.id, evolve(progress, subscription=made.ins_sub_num))

    # -- the coverage --------------------------------------------------------------------------------------------------

    async def _coverage(self, order: Order, progress: Progress, now: datetime) -> None:
        covered = [row for row in order.chart if row.ins_sub_num == progress.subscription]
        if covered:
            await self._note(now, order, "insurance.coverage-found", covered[0].pat_plan_num)
        else:
            progress = await self.note_down(order.id, evolve(progress, step="coverage"))
            await self._office.turn.keep()
            made = await self._office.opendental.pat_plans.create(
                pat_num=order.pat_num,
                ins_sub_num=progress.subscription,
                # Always behind what the chart has: nothing is moved.
                ordinal=max([order.coverage.ordinal, *(1 + (row.ordinal or 0) for row in order.chart)]),
                relationship=order.relationship,
            )
            await self._note(now, order, "insurance.coverage-created", made.pat_plan_num)
        await self.note_down(order.id, evolve(progress, step=DONE))

    async def _note(self, now: datetime, order: Order, rule: str, number: int, *, kind: EntryKind = "applied") -> None:
        related = [self._office.at_opendental(order.pat_num), number]
        await self._office.note(now, kind, order.ref, rule, related=related)


def already_there(coverage: Coverage, carrier: int, chart: Iterable[FamilyInsurance]) -> FamilyInsurance | None:
    """Return the row of *chart* that is this coverage: of the same carrier and, where one was said, member id."""
    wanted = member_key(coverage.member_id)
    for row in chart:
        if (
            row.carrier_num == carrier
            and not row.is_medical
            and (not wanted or member_key(row.subscriber_id) == wanted)
        ):
            return row
    return None


def other_primary(chart: Iterable[FamilyInsurance]) -> FamilyInsurance | None:
    """Return the primary dental coverage that *chart* has, if it has one."""
    return next((row for row in chart if row.ordinal == 1 and not row.is_medical), None)


def _made(order: Order, plans: Iterable[InsPlan], before: Sequence[int]) -> int:
    """Return the plan that an interrupted create of ours has made, 0 if it has not."""
    new = [plan.plan_num for plan in plans if plan.plan_num not in before and _same_group(order.coverage, plan)]
    return min(new, default=0)


def _same_group(coverage: Coverage, plan: InsPlan) -> bool:
    return group_key(coverage.group_number) == group_key(plan.group_num)


def _fitting(coverage: Coverage, plans: Iterable[InsPlan]) -> list[InsPlan]:
    """Return the plans that *coverage* may mean: of its group; of several the one whose group has its name."""
    fitting = [plan for plan in plans if _same_group(coverage, plan)]
    name = coverage.group_name.casefold()
    named = [plan for plan in fitting if name and (plan.group_name or "").strip().casefold() == name]
    return named if len(named) == 1 else fitting


def _policy(order: Order, plan_num: int) -> InsSubCreate:
    coverage = order.coverage
    values: InsSubCreate = {
        "plan_num": plan_num,
        "subscriber": order.subscriber,
        "subscriber_id": coverage.member_id,
    }
    if coverage.effective is not None:
        values["date_effective"] = coverage.effective
    if coverage.term is not None:
        values["date_term"] = coverage.term
    return values
