"""Insurance through the Open Dental client at a simulated office: every method once, and what older offices lack."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from odnexus._async.opendental import AsyncOpenDental
from odnexus.errors import InvalidRequestError, NotFoundError, UnsupportedError
from odnexus.opendental.models import BenefitType, CoverageLevel, InsSub, PlanType, Relationship, VerifyType
from odnexus.testing.opendental import OpenDentalSimulator
from tests._async.running import running
from tests._async.test_opendental_simulated import client, office


async def insured(od: AsyncOpenDental, simulator: OpenDentalSimulator) -> InsSub:
    carrier = simulator.practice.rows("carriers")[0].number("CarrierNum")
    plan = await od.ins_plans.create(carrier_num=carrier, group_num="G-100", group_name="Mill", plan_type="p")
    robert = simulator.demo.patients["robert"]
    policy = await od.ins_subs.create(
        plan_num=plan.plan_num, subscriber=robert, subscriber_id="W1", date_effective=date(2026, 1, 1)
    )
    await od.pat_plans.create(pat_num=robert, ins_sub_num=policy.ins_sub_num)
    return policy


@running
async def test_plans() -> None:
    simulator = office()
    async with client(simulator) as od:
        policy = await insured(od, simulator)
        plan = await od.ins_plans.get(policy.plan_num)
        changed = await od.ins_plans.update(plan.plan_num, group_name=None, plan_type=PlanType.PERCENTAGE)
        listed = [row.plan_num async for row in od.ins_plans.iter(carrier_num=plan.carrier_num, plan_type="")]

    assert (plan.group_num, plan.plan_type) == ("G-100", PlanType.PPO)
    assert (changed.group_name, changed.plan_type) == ("", PlanType.PERCENTAGE)
    assert listed == [plan.plan_num]


@running
async def test_subscriptions_and_coverages() -> None:
    simulator = office()
    anna = simulator.demo.patients["anna"]
    async with client(simulator) as od:
        policy = await insured(od, simulator)
        changed = await od.ins_subs.update(policy.ins_sub_num, subscriber_id="W2", date_term=date(2026, 12, 31))
        child = await od.pat_plans.create(pat_num=anna, ins_sub_num=policy.ins_sub_num, relationship="InjuredPlaintiff")
        read = await od.ins_subs.get(policy.ins_sub_num)
        policies = [row.ins_sub_num async for row in od.ins_subs.iter(plan_num=policy.plan_num)]
        covered = [row.pat_num async for row in od.pat_plans.iter(ins_sub_num=policy.ins_sub_num)]
        (shown,) = await od.family_modules.insurance(anna)
        with pytest.raises(InvalidRequestError):
            await od.ins_subs.delete(policy.ins_sub_num)
        moved = await od.pat_plans.update(child.pat_plan_num, relationship="Dependent", ordinal=2)
        (spelled,) = await od.family_modules.insurance(anna)
        await od.pat_plans.delete(child.pat_plan_num)

    assert (read.subscriber_id, read.date_effective) == ("W2", date(2026, 1, 1))
    assert changed.date_term == date(2026, 12, 31)
    assert policies == [policy.ins_sub_num]
    assert covered == [policy.subscriber, anna]
    assert child.relationship == shown.relationship == Relationship.INJURED_PLAINTIFF, "whatever the page spells"
    assert (moved.ordinal, spelled.relationship) == (2, Relationship.DEPENDENT)
    assert (shown.subscriber, shown.subscriber_id, shown.ordinal_text) == (policy.subscriber, "W2", "Primary")
    assert (shown.plan_type, shown.plan_type_text, shown.is_medical) == (PlanType.PPO, "PPO Percentage", False)
    assert repr(shown) == (
        f"FamilyInsurance(pat_plan_num={child.pat_plan_num}, pat_num={anna}, ins_sub_num={policy.ins_sub_num}, "
        f"plan_num={policy.plan_num}, carrier_num={shown.carrier_num})"
    )


@running
async def test_benefits() -> None:
    simulator = office()
    async with client(simulator) as od:
        policy = await insured(od, simulator)
        created = await od.benefits.create(
            plan_num=policy.plan_num, benefit_type=BenefitType.LIMITATIONS, coverage_level="Individual",
            monetary_amt=Decimal("1500.50"),
        )  # fmt: skip
        changed = await od.benefits.update(created.benefit_num, coverage_level=CoverageLevel.FAMILY)
        read = await od.benefits.get(created.benefit_num)
        listed = [row.benefit_num async for row in od.benefits.iter(plan_num=policy.plan_num)]
        await od.benefits.delete(created.benefit_num)
        with pytest.raises(NotFoundError):
            await od.benefits.get(created.benefit_num)

    assert (read.monetary_amt, read.percent) == (Decimal("1500.5"), -1)
    assert changed.coverage_level == CoverageLevel.FAMILY
    assert listed == [created.benefit_num]


@running
async def test_verifications() -> None:
    simulator = office()
    async with client(simulator) as od:
        policy = await insured(od, simulator)
        noted = await od.ins_verifies.update(
            verify_type="InsuranceBenefit", f_key=policy.plan_num, date_last_verified=date(2026, 3, 2)
        )
        read = await od.ins_verifies.get(noted.ins_verify_num)
        listed = [row async for row in od.ins_verifies.iter(verify_type="InsuranceBenefit", f_key=policy.plan_num)]

    assert listed == [read]
    assert (read.verify_type, read.date_last_verified) == (VerifyType.INSURANCE_BENEFIT, date(2026, 3, 2))


@running
async def test_what_an_office_lacks_is_refused_before_it_is_asked() -> None:
    simulator = office(version="23.2.10")
    async with client(simulator, version="23.2.10") as od:
        before = od.requests_sent
        with pytest.raises(UnsupportedError, match="carrier_num"):
            _ = [row async for row in od.ins_plans.iter(carrier_num=61)]
        with pytest.raises(UnsupportedError):
            _ = [row async for row in od.benefits.iter()]
        with pytest.raises(UnsupportedError):
            await od.ins_verifies.update(verify_type="PatientEnrollment", f_key=1)

        assert od.requests_sent == before
        assert [row async for row in od.ins_plans.iter()] == []
