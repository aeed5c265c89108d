"""The three-way merge: what it promises, for any records."""

from __future__ import annotations

from hypothesis import given, strategies as st

from odnexus.reconcile.plan import Base, Fields, Hold, On, Plan, Report, Update, Value, leave_for_a_person, reconcile
from odnexus.reconcile.policy import update_of

FIELDS = ("start", "minutes", "chair")
values = st.sampled_from(["a", "b", "c", None])
records = st.dictionaries(st.sampled_from(FIELDS), values)
full = st.fixed_dictionaries(dict.fromkeys(FIELDS, values))


def applied(plan: Plan, on: On, fields: Fields) -> Fields:
    return {**fields, **update_of(plan, on)}


def held(plan: Plan) -> set[str]:
    return {clash.field for action in plan.actions if isinstance(action, Hold) for clash in action.clashes}


@given(full, full, full, full)
def test_a_second_pass_writes_nothing(a: Fields, b: Fields, left: Fields, right: Fields) -> None:
    plan = reconcile(Base(nexhealth=a, opendental=b), left, right, FIELDS, resolve=lambda _: On.OPENDENTAL)
    after = applied(plan, On.NEXHEALTH, left), applied(plan, On.OPENDENTAL, right)

    assert reconcile(plan.agreed, *after, FIELDS).quiet


@given(full, full, full)
def test_after_a_common_base_both_sides_end_up_equal(base: Fields, left: Fields, right: Fields) -> None:
    plan = reconcile(Base(nexhealth=base, opendental=base), left, right, FIELDS, resolve=lambda _: On.OPENDENTAL)

    assert applied(plan, On.NEXHEALTH, left) == applied(plan, On.OPENDENTAL, right)


@given(full, full, full, full)
def test_mirrored_records_give_the_mirrored_plan(a: Fields, b: Fields, left: Fields, right: Fields) -> None:
    plan = reconcile(Base(nexhealth=a, opendental=b), left, right, FIELDS)
    mirror = reconcile(Base(nexhealth=b, opendental=a), right, left, FIELDS)

    assert update_of(plan, On.NEXHEALTH) == update_of(mirror, On.OPENDENTAL)
    assert update_of(plan, On.OPENDENTAL) == update_of(mirror, On.NEXHEALTH)
    assert held(plan) == held(mirror)


@given(full, full, full, full)
def test_a_held_field_stays_a_clash_and_its_neighbours_flow(a: Fields, b: Fields, left: Fields, right: Fields) -> None:
    plan = reconcile(Base(nexhealth=a, opendental=b), left, right, FIELDS, resolve=leave_for_a_person)
    after = applied(plan, On.NEXHEALTH, left), applied(plan, On.OPENDENTAL, right)
    again = reconcile(plan.agreed, *after, FIELDS, resolve=leave_for_a_person)

    assert held(again) == held(plan)
    for name in set(FIELDS) - held(plan):
        assert name not in update_of(again, On.NEXHEALTH)
        assert name not in update_of(again, On.OPENDENTAL)


@given(records, records)
def test_a_field_that_a_side_does_not_mention_takes_no_part(left: Fields, right: Fields) -> None:
    plan = reconcile(None, left, right, FIELDS, resolve=lambda _: On.NEXHEALTH)

    for on in On:
        assert update_of(plan, on).keys() <= left.keys() & right.keys()


def test_an_echo_finds_nothing_to_do() -> None:
    shown: Fields = {"start": "09:00", "minutes": 60, "chair": 3}

    assert reconcile(Base(nexhealth=shown, opendental=shown), shown, shown, FIELDS).quiet


def test_a_difference_that_was_accepted_once_is_left_alone() -> None:
    base = Base(nexhealth={"chair": None}, opendental={"chair": 3})

    assert reconcile(base, {"chair": None}, {"chair": 3}, FIELDS).quiet


def test_what_a_side_may_not_take_is_reported_and_remembered() -> None:
    def never(on: On, name: str, value: Value) -> str:
        return "no"

    base = Base(nexhealth={"chair": 1}, opendental={"chair": 1})
    plan = reconcile(base, {"chair": 1}, {"chair": 2}, FIELDS, allow=never)

    assert plan.quiet
    assert plan.reports == (Report(field="chair", on=On.NEXHEALTH, rule="no"),)
    assert reconcile(plan.agreed, {"chair": 1}, {"chair": 2}, FIELDS, allow=never).reports == ()


def test_values_stay_out_of_repr() -> None:
    plan = reconcile(None, {"start": "secret-1"}, {"start": "secret-2"}, FIELDS, resolve=leave_for_a_person)

    assert "secret" not in repr(plan)
    assert isinstance(plan.actions[0], Hold)
    assert not isinstance(plan.actions[0], Update)
