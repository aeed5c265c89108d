"""Insurance through the NexHealth client at a simulated platform: every method once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from odnexus._async.nexhealth import AsyncNexHealth
from odnexus.errors import NotFoundError
from odnexus.testing import VirtualClock, transport
from odnexus.testing.nexhealth import API_KEY, DemoOffice, demo_office
from tests._async.running import clock_for, running


def client(office: DemoOffice) -> AsyncNexHealth:
    simulator: Any = office.simulator
    return AsyncNexHealth(
        api_key=API_KEY,
        subdomain=office.subdomain,
        location_id=office.location_id,
        transport=transport(simulator),
        clock=clock_for(simulator.clock),
    )


@running
async def test_plans_and_coverages() -> None:
    office = demo_office(VirtualClock())
    state = office.simulator.state
    patient = state.add_patient(office.location_id, "Mara", "Lund", bio={"date_of_birth": "1988-11-20"})
    plan = state.add_insurance_plan(office.institution_id, "Aetna", payer_id="60054", group_num="G-100")
    coverage = state.add_coverage(patient, plan, subscriber_num="W1", effective_date=date(2026, 1, 1))
    old = state.add_coverage(patient, plan, active=False)

    async with client(office) as nex:
        plans = [row async for row in nex.insurance_plans.iter(payer_id="60054")]
        pages = [len(page.rows) async for page in nex.insurance_plans.pages(group_num="G-100")]
        whole = await nex.insurance_plans.get(plan, include=["patient_coverages", "subscribers"])
        active = [row async for row in nex.insurance_coverages.iter(patient_id=patient)]
        ended = [row.id async for page in nex.insurance_coverages.pages(active=False) for row in page.rows]
        detailed = await nex.insurance_coverages.get(coverage)
        inside = await nex.patients.get(patient, include=["insurance_coverages"])
        with pytest.raises(NotFoundError):
            await nex.insurance_coverages.get(1)
        with pytest.raises(NotFoundError):
            _ = [row async for row in nex.insurance_coverages.iter(patient_id=1)]

    assert [(row.id, row.name, row.group_num) for row in plans] == [(plan, "Aetna", "G-100")]
    assert pages == [1]
    assert {row.id for row in whole.patient_coverages} == {coverage, old}
    assert [row.name for row in whole.subscribers] == ["Mara Lund", "Mara Lund"]
    assert [(row.id, row.insurance_type, row.active) for row in active] == [(coverage, "dental", True)]
    assert ended == [old]
    assert detailed.subscriber is not None
    assert (detailed.subscriber.date_of_birth, detailed.effective_date) == (date(1988, 11, 20), date(2026, 1, 1))
    (embedded,) = inside.insurance_coverages
    assert embedded.plan is not None
    assert (embedded.plan.payer_id, embedded.insurance_type) == ("60054", None)
    assert repr(embedded).startswith("Coverage(")
    assert "W1" not in repr(embedded)
