"""What moves between the two calendars, row by row of the design's table."""

from __future__ import annotations

import pytest

from odnexus.reconcile.plan import Base, Fields, Hold, On, Plan, Retire
from odnexus.reconcile.policy import FieldRule, VisitPolicy, plan_visit, update_of

VISIT: Fields = {
    "cancelled": False,
    "start": "2026-03-09T09:00",
    "minutes": 60,
    "operatory": 3,
    "provider": 1,
    "confirmed": False,
}
AGREED = Base(nexhealth=VISIT, opendental=VISIT)


def planned(nexhealth: Fields, opendental: Fields, base: Base | None = AGREED) -> Plan:
    return plan_visit(base, {**VISIT, **nexhealth}, {**VISIT, **opendental}, VisitPolicy())


@pytest.mark.parametrize("change", [{"start": "2026-03-09T10:00"}, {"minutes": 30}, {"operatory": 4}])
def test_time_length_and_chair_flow_both_ways(change: Fields) -> None:
    assert update_of(planned(change, {}), On.OPENDENTAL) == change
    assert update_of(planned({}, change), On.NEXHEALTH) == change


def test_open_dental_wins_when_both_moved() -> None:
    plan = planned({"start": "2026-03-09T10:00"}, {"start": "2026-03-09T11:00"})

    assert update_of(plan, On.NEXHEALTH) == {"start": "2026-03-09T11:00"}
    assert not update_of(plan, On.OPENDENTAL)


def test_a_cancellation_retires_the_other_side() -> None:
    assert planned({"cancelled": True}, {}).actions == (Retire(On.OPENDENTAL),)
    assert planned({}, {"cancelled": True}).actions == (Retire(On.NEXHEALTH),)


@pytest.mark.parametrize("cancelled_first", [True, False])
def test_cancelled_on_one_side_and_moved_on_the_other_is_held(cancelled_first: bool) -> None:
    cancel, move = {"cancelled": True}, {"start": "2026-03-10T09:00"}

    plan = planned(cancel, move) if cancelled_first else planned(move, cancel)

    assert isinstance(plan.actions[0], Hold)
    assert plan.agreed == AGREED


def test_cancelled_on_both_sides_is_agreed() -> None:
    assert planned({"cancelled": True}, {"cancelled": True}).quiet


def test_restored_in_open_dental_is_a_question() -> None:
    gone = Base(nexhealth={**VISIT, "cancelled": True}, opendental={**VISIT, "cancelled": True})

    plan = planned({"cancelled": True}, {}, gone)

    assert [clash.rule for action in plan.actions if isinstance(action, Hold) for clash in action.clashes] == [
        "restored"
    ]


def test_restored_at_nexhealth_is_a_question_unless_it_has_no_say_in_it() -> None:
    gone = Base(nexhealth={**VISIT, "cancelled": True}, opendental={**VISIT, "cancelled": True})
    deaf = VisitPolicy(rules={"cancelled": FieldRule(movers=frozenset({On.OPENDENTAL}), wins=On.OPENDENTAL)})

    plan = planned({}, {"cancelled": True}, gone)
    other = plan_visit(gone, VISIT, {**VISIT, "cancelled": True}, deaf)

    assert [clash.rule for action in plan.actions if isinstance(action, Hold) for clash in action.clashes] == [
        "restored at NexHealth"
    ]
    assert plan.agreed == gone
    assert other.quiet


def test_a_confirmation_flows_to_nexhealth_once_and_is_never_taken_back() -> None:
    confirmed = {**VISIT, "confirmed": True}

    assert update_of(planned({}, {"confirmed": True}), On.NEXHEALTH) == {"confirmed": True}
    taken_back = planned({"confirmed": True}, {}, Base(nexhealth=confirmed, opendental=confirmed))
    assert taken_back.quiet
    assert [report.rule for report in taken_back.reports] == ["nexhealth.cannot-unconfirm"]


def test_the_patients_confirmation_reaches_open_dental() -> None:
    assert update_of(planned({"confirmed": True}, {}), On.OPENDENTAL) == {"confirmed": True}


def test_the_provider_is_open_dentals_word_and_nexhealth_cannot_take_it() -> None:
    plan = planned({}, {"provider": 2})

    assert plan.quiet
    assert [(report.field, report.rule) for report in plan.reports] == [("provider", "nexhealth.provider-is-fixed")]
    assert [report.rule for report in planned({"provider": 2}, {}).reports] == ["field.other-side-decides"]


def test_two_records_that_never_agreed_follow_open_dental() -> None:
    plan = planned({"start": "2026-03-09T10:00"}, {}, base=None)

    assert update_of(plan, On.NEXHEALTH) == {"start": VISIT["start"]}


def test_a_rule_for_one_field_leaves_the_others_as_they_are() -> None:
    policy = VisitPolicy(rules={"start": FieldRule(wins=On.NEXHEALTH)})
    plan = plan_visit(
        AGREED, {**VISIT, "start": "2026-03-09T10:00"}, {**VISIT, "start": "2026-03-09T11:00", "minutes": 30}, policy
    )

    assert update_of(plan, On.OPENDENTAL) == {"start": "2026-03-09T10:00"}
    assert update_of(plan, On.NEXHEALTH) == {"minutes": 30}
