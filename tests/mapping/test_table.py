"""T5: the field map as data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odnexus.mapping.answers import items_of, look
from odnexus.mapping.table import (
    DEFAULT_MAP,
    FLAT_NAMES,
    INSURANCE_FIELDS,
    TRANSFORMS,
    FieldMap,
    MapRule,
    find,
    flatten,
    transform_named,
)

REAL = {
    "first_name": "MARA",
    "last_name": "Lund Jr",
    "email": "Mara@Example.com",
    "bio": {"date_of_birth": "1988-11-20", "phone_number": "3035550100", "gender": "Female", "zip_code": "80202"},
}
FLAT = {
    "firstName": "MARA",
    "lastName": "Lund Jr",
    "email": "Mara@Example.com",
    "dateOfBirth": "1988-11-20",
    "phoneNumber": "3035550100",
    "gender": "Female",
    "zip": "80202",
}


def test_real_and_flat_names_say_the_same() -> None:
    real, flat = (DEFAULT_MAP.patient_fields(record, new=True).value for record in (REAL, FLAT))

    assert real == flat
    assert real == {
        "f_name": "Mara",
        "l_name": "Lund Jr",
        "birthdate": date(1988, 11, 20),
        "gender": "Female",
        "wireless_phone": "(303)555-0100",
        "email": "Mara@example.com",
        "zip": "80202",
    }


@pytest.mark.parametrize(
    ("typed", "written"), [("Lund III", "Lund III"), ("LUND, iv", "Lund IV"), ("Lund jr.", "Lund Jr")]
)
def test_a_suffix_is_written_as_in_a_chart(typed: str, written: str) -> None:
    assert DEFAULT_MAP.patient_fields({"last_name": typed}, new=True).value == {"l_name": written}


def test_what_open_dental_would_refuse_is_left_out_with_an_issue() -> None:
    rules = (
        MapRule(target="FName", sources=("first_name",)),
        MapRule(target="State", sources=("state",), transform="state"),
        MapRule(target="Zip", sources=("zip",), transform="zip"),
        MapRule(target="Address", sources=("street",), transform="address"),
        MapRule(target="PriProv", sources=("dentist",)),
    )
    record = {"first_name": "Mara", "state": "Jalisco", "zip": "SW1A 1AA", "street": "x" * 101, "dentist": "Doe"}
    mapped = FieldMap(rules=rules).patient_fields(record, new=True)

    assert mapped.value == {"f_name": "Mara", "address": "x" * 100}
    assert {(issue.field, issue.rule) for issue in mapped.issues} == {
        ("State", "state.unknown"),
        ("State", "value.unfit"),
        ("Zip", "postal.unknown"),
        ("Zip", "value.unfit"),
        ("Address", "value.cut"),
        ("PriProv", "value.unfit"),
    }


def test_the_default_map_is_sound() -> None:
    assert DEFAULT_MAP.check() == ()


def test_an_existing_chart_keeps_who_it_is() -> None:
    fields = DEFAULT_MAP.patient_fields(REAL, new=False).value

    assert not {"f_name", "l_name", "birthdate", "gender"} & fields.keys()


@pytest.mark.mission("T5", shows="a wrong field map is refused with every fault and its place")
def test_every_fault_is_listed_at_once() -> None:
    broken = FieldMap(
        rules=(
            MapRule(target="Birthday", sources=("a",)),
            MapRule(target="Zip", sources=(), transform="magic"),
            MapRule(target="note.Mood", sources=("b",)),
            MapRule(target="galaxy.x", sources=("c",)),
        )
    )

    assert [problem.place for problem in broken.check()] == [
        "fields[0].target",
        "fields[1].transform",
        "fields[1].sources",
        "fields[2].target",
        "fields[3].target",
        "fields",
        "fields",
    ]


@pytest.mark.mission("T5", shows="each value says which rule made it from which answer")
def test_a_value_explains_where_it_came_from() -> None:
    explained = {line.target: line for line in DEFAULT_MAP.explain(REAL)}

    assert (explained["WirelessPhone"].source, explained["WirelessPhone"].transform) == ("bio.phone_number", "phone")
    assert explained["HmPhone"].source == ""
    assert not explained["HmPhone"].wins
    assert "555" not in repr(explained["WirelessPhone"])


def test_the_first_rule_that_finds_a_value_wins() -> None:
    twice = FieldMap(
        rules=(
            MapRule(target="Email", sources=("nothing.here",), transform="email"),
            MapRule(target="Email", sources=("email",), transform="email"),
            MapRule(target="Email", sources=("bio.gender",)),
        )
    )

    assert [line.wins for line in twice.explain(REAL)] == [False, True, False]


def test_what_no_rule_reads_is_kept() -> None:
    assert DEFAULT_MAP.unread({**REAL, "favourite": "blue"}) == {"favourite": "blue"}


@pytest.mark.mission("T5", shows="two field maps are compared target by target")
def test_two_maps_differ_by_target() -> None:
    other = FieldMap(rules=(*DEFAULT_MAP.rules[1:], MapRule(target="MedicaidID", sources=("medicaid",))))

    assert [(d.target, d.before is None, d.after is None) for d in DEFAULT_MAP.diff(other)] == [
        ("FName", False, True),
        ("MedicaidID", True, False),
    ]


@pytest.mark.parametrize(("said", "means"), [("yes", "Yes"), (" N ", "No"), ("true", "Yes"), ("perhaps", "Unknown")])
def test_yes_and_no(said: str, means: str) -> None:
    assert TRANSFORMS["yes-no"](said).value == means


@given(st.sampled_from(sorted(TRANSFORMS)), st.text())
def test_a_transform_never_raises(name: str, text: str) -> None:
    TRANSFORMS[name](text)


def test_a_source_is_found_in_either_spelling() -> None:
    for flat, real in FLAT_NAMES.items():
        nested: dict[str, object] = {"x": {}}
        head, _, tail = real.rpartition(".")
        nested = {head: {tail: "v"}} if head else {real: "v"}
        assert find(nested, flat) == find({flat: "v"}, real) == "v"


def test_empty_answers_are_no_answers() -> None:
    assert flatten({"a": {"b": "", "c": None, "d": 0}, "e": []}) == {"a.d": 0}


# What forms need.


def rule(target: str, *sources: str, **more: Any) -> MapRule:
    return MapRule(target=target, sources=sources or ("x",), **more)


@pytest.mark.parametrize(
    ("wrong", "place", "remedy"),
    [
        (rule("insurance.colour"), "target", "choose from carrier, member_id"),
        (rule("field."), "target", "name the custom field"),
        (rule("Zip", transform="choice:"), "transform", "choose from"),
        (rule("Zip", transform="list"), "transform", "list is for allergy, problem and medication"),
        (rule("field.Pets", words={"yes": " "}), "words", "give a word on both sides"),
    ],
)
def test_faults_of_new_targets_name_their_place(wrong: MapRule, place: str, remedy: str) -> None:
    (problem,) = (each for each in FieldMap(rules=(wrong,)).check() if each.place.startswith("fields["))

    assert problem.place == f"fields[0].{place}"
    assert problem.remedy.startswith(remedy)


def test_every_kind_of_target_is_sound() -> None:
    fields = FieldMap(
        rules=(
            *DEFAULT_MAP.rules,
            rule("note.Medical"),
            rule("field.Ins. Verified", transform="choice:Yes|No"),
            rule("allergy", transform="list"),
            rule("problem"),
            rule("medication"),
            rule("chart"),
            *(rule(f"insurance.{name}") for name in INSURANCE_FIELDS),
        )
    )

    assert fields.check() == ()
    assert fields.rules[-9 - 3].name == "Ins. Verified", "a name may hold a dot"


@pytest.mark.mission("T5", shows="a practice's own words for an answer are data; an unknown word is kept, not filed")
def test_words_of_the_practice_stand_for_answers() -> None:
    fields = FieldMap(rules=(rule("field.Ortho", words={"Ja": "Yes", "nein": "No"}),))

    (known,) = fields.explain({"x": " JA "})
    (unknown,) = fields.explain({"x": "vielleicht"})
    assert (known.value, known.whole) == ("Yes", True)
    assert (unknown.value, unknown.wins, [issue.rule for issue in unknown.issues]) == (
        None, False, ["answer.unknown-word"],
    )  # fmt: skip


def test_words_come_before_the_transform() -> None:
    fields = FieldMap(rules=(rule("Birthdate", transform="date", words={"soon": "2026-03-02"}),))

    assert fields.explain({"x": "Soon"})[0].value == date(2026, 3, 2)


@pytest.mark.parametrize(("said", "means"), [("yes", "Yes"), (" NO", "No"), ("perhaps", None)])
def test_a_choice_takes_its_own_words_only(said: str, means: str | None) -> None:
    transform = transform_named("choice:Yes|No")

    assert transform is not None
    assert transform(said).value == means


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        ("latex, kiwi;iodine\nnickel", ["latex", "kiwi", "iodine", "nickel"]),
        (["Penicillin, oral", " ", "latex"], ["Penicillin, oral", "latex"]),
        ("", []),
        (True, ["yes"]),
    ],
)
def test_several_answers_are_told_apart(answer: object, items: list[str]) -> None:
    assert items_of(answer) == items


def test_boxes_of_one_question_are_those_that_are_ticked() -> None:
    nested = {"allergies": {"latex": True, "iodine": False}}

    assert look(nested, "allergies") == look(flatten(nested), "allergies") == ["latex"]
    assert look({"allergies": {"latex": False}}, "allergies") is None
    assert look({"allergies": {"latex": "mild"}}, "allergies") is None


def test_insurance_is_collected_by_name() -> None:
    fields = FieldMap(
        rules=(
            rule("insurance.carrier", "insuranceProvider"),
            rule("insurance.subscriber_birth_date", "dob", transform="date"),
            rule("insurance.group_name", "group"),
        )
    )

    assert fields.insurance({"bio": {"insurance_name": "Blue Cross"}, "dob": "1988-11-20"}) == {
        "carrier": "Blue Cross",
        "subscriber_birth_date": "1988-11-20",
    }


def test_texts_of_a_chart_take_what_several_rules_say() -> None:
    fields = FieldMap(rules=(rule("note.Medical", "a"), rule("note.Medical", "b"), rule("note.ICEName", "a", "b")))

    assert [(line.key, line.wins) for line in fields.explain({"a": "1", "b": "2"})] == [
        ("note.Medical <- a", True),
        ("note.Medical <- b", True),
        ("note.ICEName", True),
    ]


def test_maps_differ_by_their_words_too() -> None:
    one, other = (FieldMap(rules=(rule("field.Ortho", words={"ja": word}),)) for word in ("Yes", "No"))

    assert [difference.target for difference in one.diff(other)] == ["field.Ortho"]
    assert one.diff(one) == ()


ANSWERS = st.dictionaries(
    st.sampled_from(["city", "zip", "phoneNumber", "dateOfBirth", "allergies", "pets", "hobby", "email", "gender"]),
    st.text(max_size=12) | st.booleans() | st.lists(st.text(max_size=6), max_size=3),
)


@given(ANSWERS, st.data())
def test_an_answer_is_accounted_for_only_where_it_stands_whole(answers: dict[str, object], data: st.DataObject) -> None:
    """Nothing is dropped: what is accounted for is what some filed value says whole; all else is left to the note."""
    fields = FieldMap(
        rules=(*DEFAULT_MAP.rules, rule("allergy", "allergies", transform="list"), rule("field.Pets", "pets"))
    )
    lines = [line for line in fields.explain(answers) if line.wins]
    filed = {line.key for line in lines if data.draw(st.booleans())}

    done = fields.accounted(answers, filed)
    for path in flatten(answers):
        sure = [line for line in lines if line.key in filed and line.whole]
        held = any(path in (line.source, FLAT_NAMES.get(path)) or FLAT_NAMES.get(path) == line.source for line in sure)
        same = any(
            fields.rules[line.rule].transform == other.transform and find(answers, path) is not None
            for line in sure
            for other in fields.rules
            if other.target == line.target and (path in other.sources or FLAT_NAMES.get(path) in other.sources)
        )
        assert (path in done) <= (held or same)
    assert fields.accounted(answers, set()) == set()


@pytest.mark.parametrize(
    ("target", "transform", "answer", "whole"),
    [
        ("WirelessPhone", "phone", "303-555-0100", True),
        ("WirelessPhone", "phone", "303-555-0100 ext 4", False),
        ("FName", "given-name", "MARA", True),
        ("FName", "given-name", "Robert (Bob)", False),
        ("LName", "family-name", "van der berg", True),
        ("Gender", "gender", "nonbinary", False),
        ("Birthdate", "date", "soon", False),
    ],
)
def test_an_answer_of_which_something_is_lost_is_kept_too(
    target: str, transform: str, answer: str, whole: bool
) -> None:
    fields = FieldMap(rules=(rule(target, transform=transform),))

    assert fields.explain({"x": answer})[0].whole is whole
    assert fields.accounted({"x": answer}, {target}) == ({"x"} if whole else set())
