"""Insurance at a simulated NexHealth: what is read from Open Dental, what a patient types, and what is announced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from odnexus.nexhealth.webhooks import read_delivery
from odnexus.testing.nexhealth import Switches
from odnexus.testing.nexhealth.switches import InsuranceKey
from tests.testing.nexhealth.calling import Desk, Receiver


def subscribe(desk: Desk) -> Receiver:
    receiver = Receiver()
    desk.sim.webhooks.send = receiver
    endpoint = desk.api.post("/webhook_endpoints", {"target_url": "https://hooks.example.com/a"}).data["id"]
    for event in ("patient_insurance_created", "patient_insurance_updated"):
        body = {"resource_type": "PatientInsuranceCoverage", "event": event}
        desk.api.post(f"/webhook_endpoints/{endpoint}/webhook_subscriptions", body)
    return receiver


def insure(desk: Desk, **plan: Any) -> int:
    """Insure the first patient of the office's Open Dental, and let the synchronizer read it."""
    office = desk.od.practice
    carrier = office.add_carrier(CarrierName="Aetna Dental", ElectID="60054")
    number = office.add("insplans", CarrierNum=carrier, GroupNum="G-100", GroupName="Mill", **plan)
    patient = office.rows("patients")[0].number("PatNum")
    policy = office.add("inssubs", PlanNum=number, Subscriber=patient, SubscriberID="W1", DateEffective="2026-01-01")
    return office.add("patplans", PatNum=patient, InsSubNum=policy)


def read_and_deliver(desk: Desk) -> None:
    next(iter(desk.sim.synchronizers.values())).read_now()
    desk.sim.webhooks.deliver_due()


def test_what_the_office_enters_is_read_and_announced_and_shown() -> None:
    desk = Desk(linked=True)
    receiver = subscribe(desk)
    insure(desk)

    read_and_deliver(desk)

    (row,) = desk.api.get("/insurance_coverages").rows
    (plan,) = desk.api.get("/insurance_plans", {"payer_id": "60054"}).rows
    assert receiver.names == ["patient_insurance_created"]
    assert read_delivery(receiver.requests[0][2]).records[0]["id"] == row["id"]
    assert (row["plan_id"], row["subscriber_num"], row["priority"]) == (plan["id"], "W1", 1)
    assert (row["subscription_relation"], row["effective_date"], row["insurance_type"]) == (
        "self",
        "2026-01-01",
        "dental",
    )
    assert (plan["name"], plan["group_num"], plan["foreign_id"]) == ("Aetna Dental", "G-100", "3001")
    (inside,) = desk.api.get(f"/patients/{row['patient_id']}", {"include[]": "insurance_coverages"}).data[
        "insurance_coverages"
    ]
    assert (inside["plan"]["payer_id"], inside["subscriber"]["id"]) == ("60054", row["patient_id"])


def test_a_change_of_the_policy_is_announced_and_a_dropped_coverage_is_inactive() -> None:
    desk = Desk(linked=True)
    receiver = subscribe(desk)
    coverage = insure(desk)
    read_and_deliver(desk)
    policy = desk.od.practice.rows("inssubs")[0].number("InsSubNum")

    desk.od.practice.change("inssubs", policy, {"SubscriberID": "W2"})
    read_and_deliver(desk)
    assert [row["subscriber_num"] for row in desk.api.get("/insurance_coverages").rows] == ["W2"]
    desk.od.practice.remove("patplans", coverage)
    read_and_deliver(desk)

    assert receiver.names == ["patient_insurance_created", *["patient_insurance_updated"] * 2]
    assert desk.api.get("/insurance_coverages").rows == []
    assert len(desk.api.get("/insurance_coverages", {"active": False}).rows) == 1


def test_the_first_reading_announces_nothing() -> None:
    desk = Desk(linked=True)
    receiver = subscribe(desk)

    read_and_deliver(desk)

    assert receiver.names == []


@pytest.mark.parametrize("key", get_args(InsuranceKey))
def test_an_event_is_understood_whatever_its_key(key: Any) -> None:
    desk = Desk(linked=True, switches=Switches(insurance_events_key=key))
    receiver = subscribe(desk)
    insure(desk)

    read_and_deliver(desk)

    delivery = read_delivery(receiver.requests[0][2])
    (record,) = delivery.records
    assert record["subscriber_num"] == "W1"
    assert (delivery.family, delivery.known) == ("patient_insurance_created", True)


@pytest.mark.parametrize(("what", "name"), [("carrier", "Aetna Dental"), ("group", "Mill")])
def test_the_name_of_a_plan(what: Any, name: str) -> None:
    desk = Desk(linked=True, switches=Switches(plan_name=what))
    insure(desk)
    read_and_deliver(desk)

    assert [row["name"] for row in desk.api.get("/insurance_plans").rows] == [name]


@pytest.mark.parametrize(("shown", "text"), [(True, "blue cross"), (False, None)])
def test_what_a_patient_types_is_free_text(shown: bool, text: str | None) -> None:
    desk = Desk(switches=Switches(insurance_name_shown=shown))
    person = desk.sim.patient_app.register(
        desk.office.location_id, first_name="Mara", last_name="Lund", phone_number="5055550123",
        insurance_name="blue cross",
    )  # fmt: skip

    assert desk.api.get(f"/patients/{person}").data["bio"].get("insurance_name") == text
    assert desk.api.get("/insurance_coverages").rows == []


def test_lists_narrow_as_documented() -> None:
    desk = Desk()
    state, office = desk.sim.state, desk.office
    patient = state.add_patient(office.location_id, "Mara", "Lund")
    old = state.add_insurance_plan(office.institution_id, "Old", deleted_at=state.clock.now())
    plan = state.add_insurance_plan(office.institution_id, "Aetna", group_num="G-100")
    coverage = state.add_coverage(patient, plan)
    desk.wait(minutes=1)
    since = (state.clock.now() - timedelta(seconds=1)).isoformat()

    assert desk.api.get("/insurance_plans").ids == [plan]
    assert sorted(desk.api.get("/insurance_plans", {"include_deleted": True}).ids) == [old, plan]
    assert desk.api.get("/insurance_plans", {"group_num": "G-1"}).ids == []
    assert desk.api.get("/insurance_coverages", {"patient_id": patient}).ids == [coverage]
    assert desk.api.get("/insurance_coverages", {"updated_since": since}).ids == []
    assert desk.api.get("/insurance_coverages", {"patient_id": 1}).status == 404
    assert [
        one["id"]
        for one in desk.api.get(f"/insurance_plans/{plan}", {"include[]": "patient_coverages"}).data[
            "patient_coverages"
        ]
    ] == [coverage]
