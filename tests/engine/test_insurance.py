"""T1 through the engine: insurance is written where it is certain, asked about where it is not, and never twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve

from odnexus import InsurancePolicy, Modes
from odnexus._sync.insurance import insurance_event
from odnexus.errors import ConfigurationError
from odnexus.nexhealth.webhooks import sign
from odnexus.reconcile.inbox import Event
from odnexus.reconcile.links import Ref
from odnexus.reconcile.reviews import Answer
from odnexus.testing import FaultKind, SimReply, SimRequest
from odnexus.testing.opendental import Switches
from tests.engine.crashing import Killed
from tests.engine.test_crashes import CutTown
from tests.engine.test_intake import submit
from tests.engine.town import Town, at

WRITE, REVIEW = InsurancePolicy(mode="write"), InsurancePolicy(mode="review")
AETNA = {"name": "Aetna Dental", "payer_id": "60054", "group_num": "G-100"}


def carriers(town: Town) -> dict[str, int]:
    """Give the office a list of carriers with two that are nearly the same."""
    listed = {
        "Aetna Dental": "60054",
        "Delta Dental of Colorado": "84056",
        "Delta Dental of California": "94276",
        "BlueCross BlueShield": "",
    }
    return {name: town.od.practice.add_carrier(CarrierName=name, ElectID=payer) for name, payer in listed.items()}


def insured_town(policy: InsurancePolicy = WRITE, **options: Any) -> Town:
    town = Town(insurance=policy, **options)
    carriers(town)
    town.engine = town.new_engine(webhook_secrets=["s"])
    town.work()
    return town


@pytest.fixture
def town() -> Town:
    return insured_town()


def booked(town: Town, given: str = "Mara", born: str = "1988-11-20", *, typed: str = "", chair: int = 0) -> int:
    """Let somebody book, with what they typed as insurance, and return the NexHealth patient."""
    patient = town.person(given, "Lund", born, phone=f"30355501{chair:02}")
    if typed:
        town.nx.state.patients[patient].bio["insurance_name"] = typed
    town.book(patient, chair=chair)
    town.settle()
    return patient


def cover(town: Town, patient: int, plan: dict[str, Any] | None = None, **said: Any) -> int:
    """Let NexHealth hold a coverage of *patient*."""
    town.clock.advance(seconds(1))
    number = town.nx.state.add_insurance_plan(town.institution, **(plan or AETNA))
    given: dict[str, Any] = {"subscriber_num": "W12345", "effective_date": date(2026, 1, 1), **said}
    coverage: int = town.nx.state.add_coverage(patient, number, **given)
    return coverage


def seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def announce(town: Town, coverage: int) -> None:
    """Send the webhook of a coverage."""
    body = json.dumps(
        {
            "resource_type": "PatientInsuranceCoverage",
            "event_name": "patient_insurance_created",
            "subdomain": "demo-dental",
            "event_time": "2026-03-02T15:10:00Z",
            "data": {"patient_insurance_coverage": town.nx.platform.shapes.coverage(town.nx.state.coverages[coverage])},
        }
    ).encode()
    town.engine.receive({"timestamp": "t", "signature": sign("t", body, "s")}, body)


def say(town: Town, patient: int, answers: dict[str, Any]) -> None:
    """Let a form say something about insurance."""
    office = town.engine._offices["main"]
    event: Event = insurance_event(office, patient, {"answers": answers}, town.clock.now())
    town.store.inbox.put([event])


def counted(town: Town) -> tuple[int, int, int]:
    """Return how many plans, subscriptions and coverages the office has."""
    plans, policies, coverages = (len(town.od.practice.rows(name)) for name in ("insplans", "inssubs", "patplans"))
    return plans, policies, coverages


def row(town: Town, name: str) -> Any:
    (only,) = town.od.practice.rows(name)
    return only


def carrier(town: Town, name: str) -> int:
    rows = town.od.practice.rows("carriers")
    return next(int(each["CarrierNum"]) for each in rows if each["CarrierName"] == name)


def rules(town: Town) -> list[str]:
    return [entry.rule for entry in town.engine.journal(limit=1000) if entry.rule.startswith("insurance.")]


def answer(town: Town, choice: str, record: object = "") -> None:
    (question,) = town.engine.reviews()
    town.engine.answer(question.review.id, choice, record=str(record))
    town.settle()


# -- certain -----------------------------------------------------------------------------------------------------------


@pytest.mark.mission(
    "T1",
    shows="a coverage of a known carrier becomes plan, subscription and coverage in the chart",
    try_it="odnexus carriers suggest practice.toml 'Cascade Mutual PPO'",
)
def test_a_certain_coverage_is_written_whole(town: Town) -> None:
    patient = booked(town)

    cover(town, patient, expiration_date=date(2026, 12, 31))
    town.settle()

    plan, policy, coverage = (row(town, name) for name in ("insplans", "inssubs", "patplans"))
    (chart,) = town.charts
    assert (plan["CarrierNum"], plan["GroupNum"]) == (carrier(town, "Aetna Dental"), "G-100")
    assert (policy["Subscriber"], policy["SubscriberID"], policy["PlanNum"]) == (
        chart["PatNum"],
        "W12345",
        plan["PlanNum"],
    )
    assert (policy["DateEffective"], policy["DateTerm"]) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (coverage["PatNum"], coverage["InsSubNum"]) == (chart["PatNum"], policy["InsSubNum"])
    assert (coverage["Ordinal"], coverage["Relationship"]) == (1, "Self")
    assert town.kinds() == []


def test_the_offices_own_plan_is_used(town: Town) -> None:
    plan = town.od.practice.add("insplans", CarrierNum=carrier(town, "Aetna Dental"), GroupNum="0G100")
    town.od.practice.change("insplans", plan, {"GroupNum": "G 100"})
    patient = booked(town)

    cover(town, patient)
    town.settle()

    assert counted(town) == (1, 1, 1)
    assert row(town, "inssubs")["PlanNum"] == plan


def spent_on_a_booking(town: Town) -> int:
    before: int = town.od.count()
    booked(town)
    spent: int = town.od.count() - before
    return spent


def test_a_booking_costs_no_request_more() -> None:
    assert spent_on_a_booking(insured_town()) == spent_on_a_booking(insured_town(InsurancePolicy(mode="off")))


def test_a_coverage_costs_six_requests_of_its_own_and_the_carriers_once(town: Town) -> None:
    first, second = booked(town), booked(town, "Nils", "1979-02-03", chair=1)
    costs: list[int] = []
    for patient in (first, second):
        coverage = cover(town, patient, subscriber_num=f"W{patient}")
        announce(town, coverage)
        before = town.od.count()
        town.work(poll=False)
        costs.append(town.od.count() - before)

    # The carriers (once a day; the longest list so far is asked whether it goes on), then chart, plans, policies; and
    # plan, policy, coverage: the second finds its plan.
    assert costs == [2 + 3 + 3, 3 + 2]


@pytest.mark.mission("T1", shows="a coverage that is announced five times stands in the chart once")
def test_a_webhook_sent_five_times_writes_once(town: Town) -> None:
    patient = booked(town)
    coverage = cover(town, patient)

    for _ in range(5):
        announce(town, coverage)
    town.settle()
    announce(town, coverage)
    town.settle()

    assert counted(town) == (1, 1, 1)


@pytest.mark.mission("T1", shows="what the chart already has is not added again")
def test_what_the_chart_has_is_not_written_again(town: Town) -> None:
    patient = booked(town)
    plan = town.od.practice.add("insplans", CarrierNum=carrier(town, "Aetna Dental"), GroupNum="other")
    policy = town.od.practice.add("inssubs", PlanNum=plan, Subscriber=town.charts[0]["PatNum"], SubscriberID="w-12345")
    town.od.practice.add("patplans", PatNum=town.charts[0]["PatNum"], InsSubNum=policy)

    cover(town, patient)
    town.settle()

    assert counted(town) == (1, 1, 1)
    assert "insurance.already-there" in rules(town)
    assert town.kinds() == []


def test_a_medical_policy_of_the_same_carrier_is_another_one(town: Town) -> None:
    patient = booked(town)
    chart = town.charts[0]["PatNum"]
    plan = town.od.practice.add("insplans", CarrierNum=carrier(town, "Aetna Dental"), IsMedical=True)
    policy = town.od.practice.add("inssubs", PlanNum=plan, Subscriber=chart, SubscriberID="W12345")
    town.od.practice.add("patplans", PatNum=chart, InsSubNum=policy)

    cover(town, patient)
    town.settle()

    assert counted(town) == (2, 2, 2)
    assert town.kinds() == []


def test_primary_and_secondary_keep_their_order(town: Town) -> None:
    patient = booked(town)
    cover(town, patient, {"name": "Delta", "payer_id": "84056"}, priority=5, subscriber_num="D2")
    cover(town, patient, priority=3)
    town.settle()

    assert [(each["Ordinal"], each["InsSubNum"]) for each in town.od.practice.rows("patplans")] == [
        (1, 4001),
        (2, 4002),
    ]
    assert [each["SubscriberID"] for each in town.od.practice.rows("inssubs")] == ["W12345", "D2"]


def test_the_first_dental_coverage_is_the_primary_one_whatever_stands_before_it(town: Town) -> None:
    patient = booked(town)
    chart = town.charts[0]["PatNum"]
    plan = town.od.practice.add("insplans", CarrierNum=carrier(town, "Delta Dental of Colorado"))
    policy = town.od.practice.add("inssubs", PlanNum=plan, Subscriber=chart, SubscriberID="D1")
    town.od.practice.add("patplans", PatNum=chart, InsSubNum=policy)
    cover(town, patient, {"name": "Aetna Medical"}, priority=1, insurance_type="medical")
    cover(town, patient, priority=2)
    town.settle()

    assert town.kinds() == ["insurance.primary"]
    assert counted(town) == (1, 1, 1)


def test_a_patient_who_is_gone_is_left_alone(town: Town) -> None:
    patient = booked(town)
    town.od.faults.on("GET /familymodules/{PatNum}/Insurance", kind="status", status=404, body=b'"Patient not found"')

    cover(town, patient)
    town.settle()

    assert "insurance.chart-gone" in rules(town)
    assert town.engine.buried() == []


@pytest.mark.parametrize(
    "said", [{"insurance_type": "vision"}, {"active": False}, {"expiration_date": date(2026, 2, 1)}]
)
def test_what_is_over_or_not_dental_is_left_alone(town: Town, said: dict[str, Any]) -> None:
    patient = booked(town)

    cover(town, patient, **said)
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert town.kinds() == []


def test_switched_off_nothing_is_asked_or_written() -> None:
    town = insured_town(InsurancePolicy(mode="off"))
    patient = booked(town, typed="Aetna")
    announce(town, cover(town, patient))
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert town.kinds() == []
    assert rules(town) == ["insurance.off"]
    assert town.nx.requests.count("GET", "/insurance_coverages") == 0


def test_a_chart_that_no_booking_stands_on_is_left_alone(town: Town) -> None:
    announce(town, cover(town, town.person("Mara", "Lund", "1988-11-20")))
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert rules(town) == ["insurance.unlinked"]


def test_what_is_only_observed_is_noted() -> None:
    town = insured_town()
    patient = booked(town)
    town.location = evolve(town.location, modes=Modes(person="observe"))
    town.practice = evolve(town.practice, locations=(town.location,))
    town.engine = town.new_engine(webhook_secrets=["s"])

    cover(town, patient)
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert any(entry.rule == "observe:insurance" for entry in town.engine.journal(limit=1000))


def test_the_holders_own_policy_is_used_whatever_its_plan(town: Town) -> None:
    father, child = family(town)
    plan = town.od.practice.add("insplans", CarrierNum=carrier(town, "Aetna Dental"), GroupNum="old group")
    policy = town.od.practice.add("inssubs", PlanNum=plan, Subscriber=father, SubscriberID="w 12345")
    patient = booked(town, born="2016-11-20")

    cover(town, patient, **CHILD)
    town.settle()

    assert counted(town) == (1, 1, 1)
    assert (row(town, "patplans")["PatNum"], row(town, "patplans")["InsSubNum"]) == (child, policy)


def test_nothing_is_written_into_a_closed_chart(town: Town) -> None:
    patient = booked(town)
    town.od.practice.change("patients", town.charts[0]["PatNum"], {"PatStatus": "Archived"})
    town.work()

    cover(town, patient)
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert "insurance.chart-gone" in rules(town)


def test_what_a_guardian_types_belongs_to_nobody_for_sure() -> None:
    town = insured_town()
    start = at(9)
    town.nx.patient_app.book(
        town.location_id, start, provider_id=town.dentists[0], operatory_id=town.chairs[0], minutes=60,
        first_name="Erik", last_name="Lund", phone_number="3035550177", date_of_birth=date(1960, 4, 2),
        email="erik@example.com", gender="Male", insurance_name="Aetna",
        dependant={"first_name": "Mara", "last_name": "Lund", "date_of_birth": date(2016, 11, 20), "gender": "Female"},
    )  # fmt: skip
    town.settle()

    assert rules(town) == []


def test_a_patient_of_another_database_is_left_to_its_location(town: Town) -> None:
    patient = booked(town)
    known = town.engine.find_link("person", Ref(side="nexhealth", realm="demo-dental", id=str(patient)))
    assert known is not None
    assert known.opendental is not None
    elsewhere = evolve(known, opendental=evolve(known.opendental, realm="north"), location="north")
    town.store.links.save(elsewhere)

    announce(town, cover(town, patient))
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert [(each.location, each.subject) for each in town.engine.waiting()] == [("north", str(patient))]


@pytest.mark.mission("T1", shows="what was begun for one chart is never gone on with for another")
def test_whoever_turns_out_to_be_another_chart_gets_a_policy_of_their_own(town: Town) -> None:
    patient = booked(town)
    announce(town, cover(town, patient))
    town.settle()
    other = town.chart("Mara", "Lund-Berg", "1988-11-20")
    known = town.engine.find_link("person", Ref(side="nexhealth", realm="demo-dental", id=str(patient)))
    assert known is not None
    assert known.opendental is not None
    town.store.links.save(evolve(known, opendental=evolve(known.opendental, id=str(other))))

    announce(town, cover(town, patient, subscriber_num="W12345"))
    town.settle()

    covered = {row["PatNum"]: row["InsSubNum"] for row in town.od.practice.rows("patplans")}
    holders = {row["InsSubNum"]: row["Subscriber"] for row in town.od.practice.rows("inssubs")}
    assert len(covered) == 2
    assert all(holders[policy] == chart for chart, policy in covered.items())


def test_a_key_that_may_not_read_coverages_stops_no_poll(town: Town) -> None:
    patient = booked(town)
    town.nx.faults.on("GET /insurance_coverages", kind="status", status=403, times=None)

    cover(town, patient)
    town.settle()
    town.book(patient, at(14))
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert len(town.visits) == 2


def test_another_carrier_named_later_begins_anew() -> None:
    town = insured_town(REVIEW)
    patient = booked(town)
    cover(town, patient)
    town.settle()
    (question,) = town.engine.reviews()
    town.od.faults.on("POST /inssubs", kind="status", status=400, body=b'"SubscriberID is invalid"')
    town.engine.answer(question.review.id, "write")
    town.settle()
    assert town.kinds() == ["insurance.refused"]

    town.engine.revoke(question.review.id)
    delta = carrier(town, "Delta Dental of Colorado")
    town.engine.answer(question.review.id, "choose", record=str(delta))
    town.settle()

    (policy,) = town.od.practice.rows("inssubs")
    plans = {each["PlanNum"]: each["CarrierNum"] for each in town.od.practice.rows("insplans")}
    assert plans[policy["PlanNum"]] == delta


# -- questions ---------------------------------------------------------------------------------------------------------


@pytest.mark.mission(
    "T1",
    shows="a carrier typed as the patient writes it becomes the office's own once a person has said so",
    try_it="odnexus carriers learn practice.toml 'Blue Tree' 61",
)
def test_a_choice_is_learned_and_holds_for_the_next_patient(town: Town) -> None:
    first = booked(town)
    cover(town, first, {"name": "Blue Cross", "group_num": "B-1"})
    town.settle()
    (question,) = town.engine.reviews()
    assert question.review.kind == "insurance.carrier"
    suggestions: Any = question.body["suggestions"]
    assert suggestions[0]["carrier_num"] == carrier(town, "BlueCross BlueShield")

    answer(town, "choose", suggestions[0]["carrier_num"])
    second = booked(town, "Nils", "1979-02-03", chair=1)
    cover(town, second, {"name": "BLUE CROSS insurance", "group_num": "B-1"}, subscriber_num="W2")
    town.settle()

    assert counted(town) == (1, 2, 2)
    assert town.kinds() == []
    assert "insurance.alias-learned" in rules(town)


@pytest.mark.mission("T1", shows="of two carriers that look alike none is picked silently")
def test_carriers_that_look_alike_are_never_picked_silently(town: Town) -> None:
    patient = booked(town)

    cover(town, patient, {"name": "Delta Dental"})
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert town.kinds() == ["insurance.carrier"]
    (question,) = town.engine.reviews()
    names = [each["name"] for each in question.body["suggestions"]]  # type: ignore[attr-defined]
    assert {"Delta Dental of Colorado", "Delta Dental of California"} <= set(names)


@pytest.mark.parametrize(("policy", "plan"), [(WRITE, {"name": "Delta Dental"}), (REVIEW, AETNA)])
def test_a_choice_needs_a_carrier_that_the_office_has(policy: InsurancePolicy, plan: dict[str, Any]) -> None:
    town = insured_town(policy)
    patient = booked(town)
    cover(town, patient, plan)
    town.settle()
    (question,) = town.engine.reviews()
    with pytest.raises(ConfigurationError, match="CarrierNum"):
        town.engine.answer(question.review.id, "choose")

    hidden = town.od.practice.add_carrier(CarrierName="Delta Dental (old)", IsHidden=True)
    for number in (9999, hidden):
        town.engine.answer(question.review.id, "choose", record=str(number))
        town.settle()
        assert counted(town) == (0, 0, 0)
        town.engine.revoke(question.review.id)
    assert "insurance.answer-is-gone" in [alert.rule for alert in town.alerts]


def test_what_is_staged_is_written_only_when_somebody_says_so() -> None:
    town = insured_town(REVIEW)
    patient = booked(town)
    coverage = cover(town, patient)
    announce(town, coverage)
    town.settle()
    assert counted(town) == (0, 0, 0)
    assert town.kinds() == ["insurance.staged"]

    answer(town, "write")

    assert counted(town) == (1, 1, 1)
    assert town.kinds() == []


def test_another_carrier_may_be_chosen_for_what_is_staged() -> None:
    town = insured_town(REVIEW)
    patient = booked(town)
    cover(town, patient)
    town.settle()

    answer(town, "choose", carrier(town, "Delta Dental of Colorado"))

    assert row(town, "insplans")["CarrierNum"] == carrier(town, "Delta Dental of Colorado")


def test_what_is_dismissed_is_not_asked_again() -> None:
    town = insured_town(REVIEW)
    patient = booked(town)
    coverage = cover(town, patient)
    town.settle()

    answer(town, "dismiss")
    town.clock.advance(seconds(60))
    town.nx.state.touch(town.nx.state.coverages[coverage])
    announce(town, coverage)
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert town.kinds() == []


@pytest.mark.mission("T1", shows="another primary coverage in the chart is a question, and stays as it is")
def test_another_primary_coverage_is_a_question_and_stays(town: Town) -> None:
    patient = booked(town)
    chart = town.charts[0]["PatNum"]
    plan = town.od.practice.add("insplans", CarrierNum=carrier(town, "Delta Dental of Colorado"))
    policy = town.od.practice.add("inssubs", PlanNum=plan, Subscriber=chart, SubscriberID="D1")
    own = town.od.practice.add("patplans", PatNum=chart, InsSubNum=policy)
    cover(town, patient)
    town.settle()
    assert town.kinds() == ["insurance.primary"]
    assert counted(town) == (1, 1, 1)

    answer(town, "secondary")

    ordinals = {each["PatPlanNum"]: each["Ordinal"] for each in town.od.practice.rows("patplans")}
    assert ordinals == {own: 1, own + 1: 2}


def test_what_a_patient_types_is_left_to_people_and_teaches(town: Town) -> None:
    booked(town, typed="delta")
    assert town.kinds() == ["insurance.incomplete"]

    answer(town, "choose", carrier(town, "Delta Dental of Colorado"))
    second = booked(town, "Nils", "1979-02-03", chair=1)
    cover(town, second, {"name": "Delta Dental", "group_num": "D-1"})
    town.settle()

    assert row(town, "insplans")["CarrierNum"] == carrier(town, "Delta Dental of Colorado")
    assert town.kinds() == []


def test_a_coverage_of_a_plan_without_a_name_is_a_question(town: Town) -> None:
    patient = booked(town)

    cover(town, patient, {"name": None, "payer_id": None, "group_num": "G-7"})
    town.settle()

    assert town.kinds() == ["insurance.carrier"]
    assert counted(town) == (0, 0, 0)


def test_who_has_no_insurance_is_not_asked_about(town: Town) -> None:
    booked(town, typed="None")

    assert town.kinds() == []
    assert rules(town) == []


def test_an_unclear_plan_is_a_question(town: Town) -> None:
    for name in ("Mill", "Mine"):
        town.od.practice.add("insplans", CarrierNum=carrier(town, "Aetna Dental"), GroupNum="G-100", GroupName=name)
    patient = booked(town)
    cover(town, patient)
    town.settle()
    (question,) = town.engine.reviews()
    assert question.review.kind == "insurance.plan"
    assert [each["plan_num"] for each in question.body["plans"]] == [3001, 3002]  # type: ignore[attr-defined]

    answer(town, "plan", 3002)

    assert row(town, "inssubs")["PlanNum"] == 3002


def test_a_named_group_tells_two_plans_apart(town: Town) -> None:
    for name in ("Mill", "Mine"):
        town.od.practice.add("insplans", CarrierNum=carrier(town, "Aetna Dental"), GroupNum="G-100", GroupName=name)
    patient = booked(town)

    cover(town, patient, {**AETNA, "employer_name": "MINE"})
    town.settle()

    assert row(town, "inssubs")["PlanNum"] == 3002


def test_without_a_group_number_no_plan_is_guessed(town: Town) -> None:
    town.od.practice.add("insplans", CarrierNum=carrier(town, "Aetna Dental"), GroupNum="G-7")
    patient = booked(town)
    cover(town, patient, {**AETNA, "group_num": None})
    town.settle()
    assert town.kinds() == ["insurance.plan"]

    answer(town, "create")

    assert counted(town) == (2, 1, 1)


def test_plans_are_made_only_where_the_location_says_so() -> None:
    town = insured_town(InsurancePolicy(mode="write", create_plans=False))
    patient = booked(town)

    cover(town, patient)
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert town.kinds() == ["insurance.plan"]


def test_a_refusal_is_a_question_that_may_be_asked_again() -> None:
    town = insured_town(opendental={"switches": Switches(second_subscription="refuse")})
    patient = booked(town)
    chart = town.charts[0]["PatNum"]
    plan = town.od.practice.add("insplans", CarrierNum=carrier(town, "Aetna Dental"), GroupNum="G-100")
    other = town.od.practice.add("inssubs", PlanNum=plan, Subscriber=chart, SubscriberID="OLD")
    cover(town, patient)
    town.settle()
    assert town.kinds() == ["insurance.refused"]
    answer(town, "retry")
    assert town.kinds() == ["insurance.refused"]
    town.od.practice.remove("inssubs", other)

    answer(town, "retry")

    assert counted(town) == (1, 1, 1)
    assert town.kinds() == []


def test_a_policy_that_is_gone_by_the_time_is_made_anew(town: Town) -> None:
    patient = booked(town)
    town.od.faults.on("POST /patplans", kind="status", status=404, body=b'"InsSub not found"')
    cover(town, patient)
    town.settle()
    assert town.kinds() == ["insurance.refused"]
    town.od.practice.remove("inssubs", row(town, "inssubs")["InsSubNum"])

    answer(town, "retry")

    assert counted(town) == (1, 1, 1)
    assert town.kinds() == []


# -- policy holders ----------------------------------------------------------------------------------------------------


def family(town: Town, *, together: bool = True) -> tuple[int, int]:
    """Return the charts of a father and of the child that books."""
    father = town.chart("Erik", "Lund", "1960-04-02")
    child = town.chart("Mara", "Lund", "2016-11-20", **({"Guarantor": father} if together else {}))
    town.work()
    return father, child


CHILD: dict[str, Any] = {
    "subscription_relation": "child",
    "subscriber": "Erik Lund",
    "subscriber_born": "1960-04-02",
}


@pytest.mark.mission("T1", shows="a child's coverage hangs on the policy of the parent whose chart is certain")
def test_a_parent_in_the_same_family_holds_the_policy(town: Town) -> None:
    father, child = family(town)
    patient = booked(town, born="2016-11-20")

    cover(town, patient, **CHILD)
    town.settle()

    assert row(town, "inssubs")["Subscriber"] == father
    assert (row(town, "patplans")["PatNum"], row(town, "patplans")["Relationship"]) == (child, "Child")


@pytest.mark.mission("T1", shows="a policy holder outside the family is a question, never a guess")
def test_a_namesake_outside_the_family_is_a_question(town: Town) -> None:
    father, _ = family(town, together=False)
    patient = booked(town, born="2016-11-20")
    cover(town, patient, **CHILD)
    town.settle()
    assert counted(town) == (0, 0, 0)
    assert town.kinds() == ["insurance.subscriber"]

    answer(town, "link", father)

    assert row(town, "inssubs")["Subscriber"] == father


@pytest.mark.parametrize("said", [{"subscriber": "Erik Lund"}, {**CHILD, "subscriber_born": "1961-04-02"}])
def test_who_is_not_certain_is_a_question(town: Town, said: dict[str, Any]) -> None:
    family(town)
    patient = booked(town, born="2016-11-20")

    cover(town, patient, **{**said, "subscription_relation": "child"})
    town.settle()

    assert counted(town) == (0, 0, 0)
    assert town.kinds() == ["insurance.subscriber"]


def test_an_archived_chart_holds_no_policy(town: Town) -> None:
    father, _ = family(town)
    patient = booked(town, born="2016-11-20")
    town.od.practice.change("patients", father, {"PatStatus": "Archived"})
    town.work()
    cover(town, patient, **CHILD)
    town.settle()
    assert town.kinds() == ["insurance.subscriber"]

    answer(town, "link", father)

    assert counted(town) == (0, 0, 0)
    assert "insurance.answer-is-gone" in [alert.rule for alert in town.alerts]


def test_a_relation_that_open_dental_has_no_word_for_is_left_to_people(town: Town) -> None:
    father, _ = family(town)
    patient = booked(town, born="2016-11-20")
    cover(town, patient, **{**CHILD, "subscription_relation": "other"})
    town.settle()
    assert town.kinds() == ["insurance.subscriber"]

    answer(town, "link", father)
    assert town.kinds() == ["insurance.incomplete"]
    answer(town, "dismiss")

    assert counted(town) == (0, 0, 0)


def test_the_patients_own_chart_may_be_named_as_the_holder(town: Town) -> None:
    patient = booked(town)
    say(town, patient, {"carrier": "Aetna", "memberId": "W1", "groupNumber": "G-100"})
    town.settle()
    assert town.kinds() == ["insurance.subscriber"], "a form that does not say whose policy it is"

    answer(town, "link", town.charts[0]["PatNum"])

    assert (row(town, "patplans")["Relationship"], row(town, "inssubs")["SubscriberID"]) == ("Self", "W1")


# -- forms, and charts that are still to come --------------------------------------------------------------------------


@pytest.mark.mission("T1", shows="answers of a form about insurance reach the chart")
def test_answers_of_a_form_are_written(town: Town) -> None:
    patient = booked(town)

    for _ in range(2):
        say(
            town,
            patient,
            {
                "insurance": {"carrier": "Aetna", "member_id": "W1"},
                "relationship": "self",
                "groupId": "G9",
            },
        )
        town.settle()

    assert counted(town) == (1, 1, 1)
    assert row(town, "insplans")["GroupNum"] == "G9"


def test_answers_wait_for_their_patients_chart(town: Town) -> None:
    patient = town.person("Mara", "Lund", "1988-11-20")
    say(town, patient, {"carrier": "Aetna", "memberId": "W1", "groupNumber": "G-1", "relationship": "self"})
    town.settle()
    assert counted(town) == (0, 0, 0)

    town.book(patient)
    town.settle(6)

    assert counted(town) == (1, 1, 1)


def test_answers_of_nobody_are_shown_to_people(town: Town) -> None:
    say(town, 999, {"carrier": "Aetna", "memberId": "W1"})

    for _ in range(30):
        town.work(60)

    (question,) = town.engine.reviews()
    assert question.review.kind == "insurance.no-chart"
    assert question.body["coverage"][0]["member_id"] == "W1"  # type: ignore[index]


def test_what_was_typed_survives_the_synchronizer() -> None:
    """In overlay the placeholder that typed it is replaced: its words are kept with the visit."""
    town = insured_town(overlay=True)
    synchronizer = town.synchronize()
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.nx.state.patients[patient].bio["insurance_name"] = "Delta"
    town.book(patient)

    for _ in range(8):
        town.work()
        synchronizer.run()
    town.settle()

    assert patient not in town.nx.state.patients
    assert town.kinds() == ["insurance.incomplete"]
    assert len(town.visits) == 1


# -- never twice -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["lost_answer", "reset_before"])
@pytest.mark.parametrize("path", ["/insplans", "/inssubs", "/patplans"])
def test_a_lost_answer_makes_no_second_row(town: Town, path: str, kind: FaultKind) -> None:
    patient = booked(town)
    town.od.faults.on(f"POST {path}", kind=kind)

    cover(town, patient)
    town.settle(4)

    assert counted(town) == (1, 1, 1)
    assert town.kinds() == []
    assert town.engine.waiting() == []


def test_a_lost_answer_to_a_plan_that_was_asked_for_makes_no_second_plan(town: Town) -> None:
    for name in ("Mill", "Mine"):
        town.od.practice.add("insplans", CarrierNum=carrier(town, "Aetna Dental"), GroupNum="G-100", GroupName=name)
    patient = booked(town)
    cover(town, patient)
    town.settle()
    town.od.faults.on("POST /insplans", kind="lost_answer")

    answer(town, "create")
    town.settle(3)

    assert counted(town) == (3, 1, 1)


def prepared(policy: InsurancePolicy) -> CutTown:
    """Return a town with a coverage that waits to be written, or whose question was just answered."""
    town = CutTown(insurance=policy)
    carriers(town)
    town.engine = town.new_engine(webhook_secrets=["s"])
    town.work()
    patient = booked(town)
    coverage = cover(town, patient)
    if policy.mode == "review":
        town.settle()
        (question,) = town.engine.reviews()
        town.engine.answer(question.review.id, "write")
    else:
        announce(town, coverage)
    return town


@pytest.mark.mission("T1", shows="killed at any step, writing insurance goes on without a second row")
@pytest.mark.parametrize("policy", [WRITE, REVIEW], ids=["write", "answered"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_every_cut_point_of_writing_heals(moment: Any, policy: InsurancePolicy) -> None:
    town = prepared(policy)
    town.cut.arm(-1, "before")
    town.work()
    count = len(town.cut.names)
    assert counted(town) == (1, 1, 1)
    assert count > 20

    for number in range(count):
        town = prepared(policy)
        town.cut.arm(number, moment)
        try:
            town.work()
        except Killed:
            town.live_on()
        assert counted(town) == (1, 1, 1), f"cut {moment} effect {number} of {count}"
        assert town.engine.waiting() == []
        assert town.kinds() == []


class Slow:
    """A simulator during whose nth GET from now on something else happens."""

    def __init__(self, simulator: Any, number: int, act: Callable[[], None]) -> None:
        self._simulator, self._left, self._act = simulator, number, act

    def __getattr__(self, name: str) -> Any:
        return getattr(self._simulator, name)

    def handle(self, request: SimRequest) -> SimReply:
        """Answer; at the nth GET let it happen first."""
        if request.method == "GET":
            self._left -= 1
            if not self._left:
                self._act()
        reply: SimReply = self._simulator.handle(request)
        return reply


@pytest.mark.parametrize("number", range(1, 6))
def test_a_worker_that_slept_through_its_turn_makes_nothing_twice(number: int) -> None:
    town = insured_town()
    second = town.new_engine()
    patient = booked(town)
    announce(town, cover(town, patient))
    slept: list[bool] = []

    def sleep_while_the_other_works() -> None:
        slept.append(True)
        town.clock.advance(seconds(300))
        while second.step().settled:
            pass

    town.od = Slow(town.od, number, sleep_while_the_other_works)
    town.engine = town.new_engine(webhook_secrets=["s"])
    town.engine.step()
    town.settle()

    assert slept == [True]
    assert counted(town) == (1, 1, 1)
    assert town.engine.waiting() == []


# -- nothing leaks -----------------------------------------------------------------------------------------------------

SECRETS = ("W12345", "Lund", "Erik", "1960", "G-100", "Blue Cross of Nowhere", "1988-11-20")


@pytest.mark.mission(
    "T1", shows="no value of a coverage stands in a review's open part, the journal, an alert or a log"
)
def test_no_value_is_in_anything_that_is_not_sealed(caplog: pytest.LogCaptureFixture) -> None:
    town = insured_town(REVIEW)
    caplog.set_level("DEBUG")
    patient = booked(town, typed="Blue Cross of Nowhere")
    cover(town, patient, **CHILD)
    town.settle()
    town.od.faults.on("POST /insplans", kind="status", status=400, body=b'"GroupNum G-100 is invalid"')
    for question in town.engine.reviews():
        choice = "write" if "write" in question.review.choices else "choose"
        town.engine.answer(question.review.id, choice, record=str(carrier(town, "Aetna Dental")))
    town.settle(3)

    store: Any = town.store
    opened = [repr(each) for each in (*store.reviews.pending(100), *store.reviews.answered(100))]
    journal = [repr(each) for each in town.engine.journal(limit=1000)]
    said = [repr(each) for each in (*town.alerts, *town.happened, *store.inbox.waiting(100))]
    cursors = repr(vars(store.cursors))
    logged = [each.getMessage() for each in caplog.records if each.name.startswith("odnexus")]
    raw = [each.body for each in (*store.reviews.pending(100), *store.reviews.answered(100))]
    everything = "\n".join([*opened, *journal, *said, cursors, *logged, *(str(each) for each in raw)])
    assert len(opened) >= 3
    assert [secret for secret in SECRETS if secret in everything] == []


def test_an_older_office_without_filters_is_read_whole() -> None:
    town = insured_town(opendental={"version": "23.3.20"})
    town.engine._opendental.program_version()  # type: ignore[union-attr]
    patient = booked(town)

    cover(town, patient)
    town.settle()

    assert counted(town) == (1, 1, 1)


@pytest.mark.mission(
    "T1", "E3", shows="what a form says of an insurance becomes a coverage, however often it is submitted"
)
def test_a_forms_answers_become_a_coverage(town: Town) -> None:
    patient = booked(town)
    answers = {"insuranceProvider": "Aetna", "memberId": "W12345", "groupNumber": "G-100", "relationship": "self"}

    for _ in range(5):
        submit(town, patient, answers)
    town.settle()

    (coverage,) = town.od.practice.rows("patplans")
    assert int(coverage["PatNum"]) == int(town.charts[0]["PatNum"])
    (policy,) = town.od.practice.rows("inssubs")
    assert policy["SubscriberID"] == "W12345"
    assert any("Aetna" in str(row["Note"]) for row in town.od.practice.rows("commlogs"))


def test_an_answer_whose_taker_was_killed_is_taken_up_by_the_next_scan() -> None:
    town = insured_town(REVIEW)
    patient = booked(town)
    cover(town, patient)
    town.settle()
    (question,) = town.engine.reviews()

    # Stored, and killed before what waited for it was put.
    town.store.reviews.answer(question.review.id, Answer(choice="write", record="", by="desk", at=town.clock.now()))
    town.settle()
    before = list(town.od.practice.rows("patplans"))
    for _ in range(2):
        town.engine.scan("main")
        town.settle()

    assert before == []
    assert len(town.od.practice.rows("patplans")) == 1
