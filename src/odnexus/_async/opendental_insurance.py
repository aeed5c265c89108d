"""Insurance in Open Dental: plans, subscriptions, coverages, benefits, verifications, and a patient's view of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Unpack

from odnexus._async.opendental_routes import AsyncResource
from odnexus.opendental import calls, steps
from odnexus.opendental.changes import (
    BenefitChanges,
    BenefitCreate,
    InsPlanChanges,
    InsPlanCreate,
    InsSubChanges,
    InsSubCreate,
    InsVerifyChanges,
    PatPlanChanges,
    PatPlanCreate,
    spells_out,
)
from odnexus.opendental.models import (
    Benefit,
    FamilyInsurance,
    InsPlan,
    InsSub,
    InsVerify,
    PatPlan,
    PlanType,
    VerifyType,
)
from odnexus.opendental.tables import insurance


class AsyncInsPlans(AsyncResource):
    """Plans of carriers. They can be hidden, not deleted; no filter knows the group number (page "API InsPlans")."""

    async def get(self, plan_num: int) -> InsPlan:
        """Return the plan *plan_num* (24.2.11).

        Raises:
            NotFoundError: There is no such plan.
        """
        return await self._connection.send(calls.get_ins_plan(plan_num))

    def iter(
        self, *, carrier_num: int | None = None, plan_type: PlanType | str | None = None, offset: int = 0
    ) -> AsyncIterator[InsPlan]:
        """Return the plans that satisfy all filters, page by page (22.3.30).

        Args:
            carrier_num: Plans of one carrier (24.2.11).
            plan_type: Plans of one type (24.2.11).
            offset: Rows to skip: how many came before an interruption.
        """
        filters = {"carrier_num": carrier_num, "plan_type": plan_type}
        return self._connection.rows(calls.listing(insurance.INS_PLANS, InsPlan, filters, offset))

    @spells_out(InsPlanCreate)
    async def create(self, **fields: Unpack[InsPlanCreate]) -> InsPlan:
        """Create a plan and return it (22.4.24).

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(
            steps.written(calls.create_ins_plan(fields), lambda number: InsPlan(plan_num=number), calls.get_ins_plan)
        )

    @spells_out(InsPlanChanges)
    async def update(self, plan_num: int, **changes: Unpack[InsPlanChanges]) -> InsPlan:
        """Change a plan for all its subscribers and return it (22.3.30). ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such plan.
        """
        return await self._connection.run(
            steps.written(
                calls.update_ins_plan(plan_num, changes),
                lambda number: InsPlan(plan_num=number),
                calls.get_ins_plan,
                number=plan_num,
            )
        )


class AsyncInsSubs(AsyncResource):
    """Subscriptions: who holds a policy of which plan (page "API InsSubs")."""

    async def get(self, ins_sub_num: int) -> InsSub:
        """Return the subscription *ins_sub_num* (22.4.28).

        Raises:
            NotFoundError: There is no such subscription.
        """
        return await self._connection.send(calls.get_ins_sub(ins_sub_num))

    def iter(
        self,
        *,
        plan_num: int | None = None,
        subscriber: int | None = None,
        sec_date_t_edit: datetime | None = None,
        offset: int = 0,
    ) -> AsyncIterator[InsSub]:
        """Return the subscriptions that satisfy all filters, page by page, by number (22.4.28).

        Args:
            plan_num: Of one plan.
            subscriber: Of one policy holder (PatNum).
            sec_date_t_edit: Changed since, by the office's clock.
            offset: Rows to skip: how many came before an interruption.
        """
        filters = {"plan_num": plan_num, "subscriber": subscriber, "sec_date_t_edit": sec_date_t_edit}
        return self._connection.rows(calls.listing(insurance.INS_SUBS, InsSub, filters, offset))

    @spells_out(InsSubCreate)
    async def create(self, **fields: Unpack[InsSubCreate]) -> InsSub:
        """Create a subscription and return it; the subscriber needs a chart.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(
            steps.written(calls.create_ins_sub(fields), lambda number: InsSub(ins_sub_num=number), calls.get_ins_sub)
        )

    @spells_out(InsSubChanges)
    async def update(self, ins_sub_num: int, **changes: Unpack[InsSubChanges]) -> InsSub:
        """Change a subscription and return it. Another `plan_num` moves the coverage of the whole family.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such subscription.
        """
        return await self._connection.run(
            steps.written(
                calls.update_ins_sub(ins_sub_num, changes),
                lambda number: InsSub(ins_sub_num=number),
                calls.get_ins_sub,
                number=ins_sub_num,
            )
        )

    async def delete(self, ins_sub_num: int) -> None:
        """Delete a subscription that covers nobody.

        Raises:
            InvalidRequestError: Somebody is covered by it: drop the coverages first.
            NotFoundError: There is no such subscription (any more).
        """
        await self._connection.send(calls.delete_ins_sub(ins_sub_num))


class AsyncPatPlans(AsyncResource):
    """Coverages: which patient is covered by which subscription, in which order (page "API PatPlans")."""

    def iter(
        self, *, pat_num: int | None = None, ins_sub_num: int | None = None, offset: int = 0
    ) -> AsyncIterator[PatPlan]:
        """Return the coverages that satisfy all filters, page by page (22.4.27).

        Args:
            pat_num: Of one patient.
            ins_sub_num: By one subscription.
            offset: Rows to skip: how many came before an interruption.
        """
        filters = {"pat_num": pat_num, "ins_sub_num": ins_sub_num}
        return self._connection.rows(calls.listing(insurance.PAT_PLANS, PatPlan, filters, offset))

    @spells_out(PatPlanCreate)
    async def create(self, **fields: Unpack[PatPlanCreate]) -> PatPlan:
        """Cover a patient and return the coverage.

        Without `ordinal` it becomes the primary one, and a primary coverage that was there the secondary.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            InvalidRequestError: The patient is covered by this subscription already.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(
            steps.written(calls.create_pat_plan(fields), lambda number: PatPlan(pat_plan_num=number))
        )

    @spells_out(PatPlanChanges)
    async def update(self, pat_plan_num: int, **changes: Unpack[PatPlanChanges]) -> PatPlan:
        """Change a coverage and return it (21.4).

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such coverage.
        """
        return await self._connection.run(
            steps.written(
                calls.update_pat_plan(pat_plan_num, changes),
                lambda number: PatPlan(pat_plan_num=number),
                number=pat_plan_num,
            )
        )

    async def delete(self, pat_plan_num: int) -> None:
        """Drop a coverage; plan and subscription stay.

        Raises:
            NotFoundError: There is no such coverage (any more).
        """
        await self._connection.send(calls.delete_pat_plan(pat_plan_num))


class AsyncBenefits(AsyncResource):
    """What plans pay, line by line (page "API Benefits")."""

    async def get(self, benefit_num: int) -> Benefit:
        """Return the benefit *benefit_num* (25.3.7).

        Raises:
            NotFoundError: There is no such benefit.
        """
        return await self._connection.send(calls.get_benefit(benefit_num))

    def iter(
        self, *, plan_num: int | None = None, pat_plan_num: int | None = None, offset: int = 0
    ) -> AsyncIterator[Benefit]:
        """Return benefits, page by page (22.3.27; without a filter 23.2.62).

        Args:
            plan_num: Of one plan.
            pat_plan_num: Of one patient's coverage only.
            offset: Rows to skip: how many came before an interruption.

        Raises:
            NotFoundError: There is no such plan or coverage.
        """
        filters = {"plan_num": plan_num, "pat_plan_num": pat_plan_num}
        return self._connection.rows(calls.listing(insurance.BENEFITS, Benefit, filters, offset))

    @spells_out(BenefitCreate)
    async def create(self, **fields: Unpack[BenefitCreate]) -> Benefit:
        """Create a benefit and return it (22.3.17).

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(
            steps.written(calls.create_benefit(fields), lambda number: Benefit(benefit_num=number), calls.get_benefit)
        )

    @spells_out(BenefitChanges)
    async def update(self, benefit_num: int, **changes: Unpack[BenefitChanges]) -> Benefit:
        """Change a benefit and return it (22.4.7).

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such benefit.
        """
        return await self._connection.run(
            steps.written(
                calls.update_benefit(benefit_num, changes),
                lambda number: Benefit(benefit_num=number),
                calls.get_benefit,
                number=benefit_num,
            )
        )

    async def delete(self, benefit_num: int) -> None:
        """Delete a benefit (22.4.7).

        Raises:
            NotFoundError: There is no such benefit (any more).
        """
        await self._connection.send(calls.delete_benefit(benefit_num))


class AsyncInsVerifies(AsyncResource):
    """When benefits and enrolments were last verified (page "API InsVerifies")."""

    async def get(self, ins_verify_num: int) -> InsVerify:
        """Return the verification *ins_verify_num* (23.2.23).

        Raises:
            NotFoundError: There is no such verification.
        """
        return await self._connection.send(calls.get_ins_verify(ins_verify_num))

    def iter(
        self,
        *,
        verify_type: VerifyType | str | None = None,
        f_key: int | None = None,
        sec_date_t_edit: datetime | None = None,
        offset: int = 0,
    ) -> AsyncIterator[InsVerify]:
        """Return the verifications that satisfy all filters, page by page (23.2.23).

        Args:
            verify_type: Of plans, or of enrolments; needed with *f_key*.
            f_key: Of one plan or coverage (24.4.17).
            sec_date_t_edit: Changed since, by the office's clock.
            offset: Rows to skip: how many came before an interruption.
        """
        filters = {"verify_type": verify_type, "f_key": f_key, "sec_date_t_edit": sec_date_t_edit}
        return self._connection.rows(calls.listing(insurance.INS_VERIFIES, InsVerify, filters, offset))

    @spells_out(InsVerifyChanges)
    async def update(self, **changes: Unpack[InsVerifyChanges]) -> InsVerify:
        """Note that a plan or an enrolment was verified, and return the verification.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            NotFoundError: There is no such plan or coverage.
        """
        return await self._connection.run(
            steps.written(
                calls.update_ins_verify(changes),
                lambda number: InsVerify(ins_verify_num=number),
                calls.get_ins_verify,
                number_needed=False,
            )
        )


class AsyncFamilyModules(AsyncResource):
    """What Open Dental shows of a family (page "API FamilyModules")."""

    async def insurance(self, pat_num: int) -> list[FamilyInsurance]:
        """Return a patient's coverages, each with its subscription, plan and carrier, in one request (21.4).

        Raises:
            NotFoundError: There is no such patient.
        """
        return await self._connection.send(calls.family_insurance(pat_num))
