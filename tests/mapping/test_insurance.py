"""T1: what was said about insurance, in one form, whoever said it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odnexus.mapping.insurance import (
    ANSWER_NAMES,
    RELATIONS,
    Coverage,
    coverage_from_answers,
    coverage_from_nexhealth,
    coverage_from_text,
    coverages_from_nexhealth,
    group_key,
    member_key,
    says_insurance,
    shown,
)
from odnexus.nexhealth.models import Bio, Coverage as NexHealthCoverage, InsurancePlan, Patient, Subscriber
from odnexus.opendental.models import Relationship

PLAN = InsurancePlan(id=5, name="Aetna  Dental", payer_id="60054", group_num="G-100", employer_name="Mill")


def coverage(**changes: Any) -> NexHealthCoverage:
    said: dict[str, Any] = {
        "id": 66,
        "subscription_relation": "child",
        "patient_id": 7,
        "priority": 1,
        "subscriber_num": " W12 345 ",
        "effective_date": date(2026, 1, 1),
        "subscriber": Subscriber(id=9, name="Lund, Erik", date_of_birth=date(1960, 4, 2)),
        "plan": PLAN,
    }
    return NexHealthCoverage(**{**said, **changes})


def test_a_record_of_nexhealth_says_all_of_it() -> None:
    mapped = coverage_from_nexhealth(coverage()).value

    assert (mapped.carrier, mapped.payer_id, mapped.group_number) == ("Aetna Dental", "60054", "G-100")
    assert (mapped.member_id, mapped.relationship, mapped.id) == ("W12 345", Relationship.CHILD, "66")
    assert mapped.holder is not None
    assert (mapped.holder.family, mapped.holder.given, mapped.holder.birth_date) == ("Lund", "Erik", date(1960, 4, 2))
    assert not mapped.own
    assert coverage_from_nexhealth(coverage(subscription_relation="self")).value.own


def test_the_lowest_priority_is_the_primary_coverage_whatever_its_number() -> None:
    rows = (coverage(id=1, priority=4), coverage(id=2, priority=2), coverage(id=3, priority=None))

    mapped = coverages_from_nexhealth(Patient(id=7, insurance_coverages=rows))

    assert [(each.value.id, each.value.ordinal) for each in mapped] == [("2", 1), ("1", 2), ("3", 3)]


def test_the_text_of_a_booking_counts_where_there_is_no_coverage() -> None:
    typed = Patient(id=7, bio=Bio(insurance_name=" blue  cross "))

    (mapped,) = coverages_from_nexhealth(typed)

    assert (mapped.value.carrier, mapped.value.source) == ("blue cross", "text")
    assert mapped.rules() == {"coverage.no-member-id"}
    both = Patient(id=7, bio=Bio(insurance_name="x"), insurance_coverages=(coverage(),))
    assert [each.value.source for each in coverages_from_nexhealth(both)] == ["coverage"]


@pytest.mark.parametrize("text", [None, "", "none", "N/A", "Self pay"])
def test_no_insurance_is_no_coverage(text: str | None) -> None:
    assert coverages_from_nexhealth(Patient(id=7, bio=Bio(insurance_name=text))) == ()
    assert not coverage_from_text(text).value.insured


ANSWERS = {
    "insurance": {"carrier": "BCBS", "member_id": "xk-99 1"},
    "groupNumber": "00123",
    "policyHolderName": "Erik Lund",
    "Policy holder DOB": "04/02/1960",
    "Relationship to subscriber": "Son",
}


def test_answers_of_a_form_are_understood_by_many_names() -> None:
    mapped = coverage_from_answers(ANSWERS).value

    assert (mapped.carrier, mapped.member_id, mapped.group_number) == ("BCBS", "xk-99 1", "00123")
    assert mapped.relationship is Relationship.CHILD
    assert mapped.holder is not None
    assert (mapped.holder.given, mapped.holder.birth_date) == ("Erik", date(1960, 4, 2))


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, names in ANSWER_NAMES.items() for name in names])
def test_each_name_is_understood_alone_and_in_a_scope(part: str, name: str) -> None:
    texts = {"relationship": "spouse", "ordinal": "2", "effective": "2026-01-01", "term": "2026-12-31"}
    text = texts.get(part, "1970-01-02" if "birth" in part else "Sample")
    sent = {} if part == "carrier" else {"carrier": "Aetna"}
    if "birth" in part:
        sent["subscriberName"] = "Erik Lund"

    plain, scoped = (coverage_from_answers({**sent, path: text}).value for path in (name, f"insurance.{name}"))

    assert plain == scoped != coverage_from_answers(sent).value


def test_the_subscriber_self_is_nobody_else() -> None:
    mapped = coverage_from_answers({"carrier": "Aetna", "subscriber": "Self", "relationship": "self"}).value

    assert mapped.own


def test_what_is_missing_is_named_without_a_value() -> None:
    mapped = coverage_from_answers({"carrier": "Aetna", "relationship": "cousin", "effective": "soon"})

    assert {"coverage.no-member-id", "relationship.unknown"} < mapped.rules()
    assert "cousin" not in repr(mapped.issues)
    assert says_insurance({"insuranceProvider": "Aetna"})
    assert not says_insurance({"memberId": "W1"})


def test_nothing_of_a_patient_is_in_a_repr() -> None:
    text = repr(coverage_from_answers(ANSWERS).value)

    assert not any(word in text for word in ("BCBS", "xk", "123", "Lund", "1960"))


RELATION_WORDS = {
    *("self", "spouse", "child", "employee", "handicap_dep", "signif_other", "injured_plaintiff", "life_partner"),
    *("dependent", "other"),
}


def test_all_of_nexhealths_relations_but_one_have_a_word() -> None:
    mapped = {word: coverage_from_nexhealth(coverage(subscription_relation=word)) for word in RELATION_WORDS}

    assert {word for word, each in mapped.items() if "relationship.unknown" in each.rules()} == {"other"}
    assert set(RELATIONS.values()) == set(Relationship)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("W12-345", "w12 345", True), ("W12", "W13", False), ("", None, True), ("0012", "12", False)],
)
def test_member_ids_are_compared_without_blanks_and_case(one: str, other: str | None, same: bool) -> None:
    assert (member_key(one) == member_key(other)) is same


def test_group_numbers_are_compared_without_zeros_in_front() -> None:
    assert group_key("000-123") == group_key("123") != group_key("1230")


def test_a_review_shows_all_that_was_said() -> None:
    said = shown(coverage_from_answers(ANSWERS).value)

    assert (said["carrier"], said["subscriber"], said["subscriber_birth_date"]) == ("BCBS", "Erik Lund", "1960-04-02")
    assert shown(Coverage())["subscriber"] == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([name for names in ANSWER_NAMES.values() for name in names]) | st.text(), JSON))
def test_no_answers_raise(answers: dict[str, Any]) -> None:
    mapped = coverage_from_answers(answers)

    assert isinstance(mapped.value, Coverage)
    assert len(mapped.value.group_number) <= 50
