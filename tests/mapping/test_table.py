"""T5: the field map as data."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from odnexus.mapping.table import DEFAULT_MAP, FLAT_NAMES, TRANSFORMS, FieldMap, MapRule, find, flatten

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
