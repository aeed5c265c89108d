from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from odnexus.mapping.person import Address, Person
from odnexus.matching import Grade, compare
from odnexus.matching.decide import CERTAIN, Veto
from odnexus.matching.levels import Birth, Family, Given

HOME = Address(line_1="77 Alder Ct", city="Eugene", state="OR", postal_code="97401")
ROBERT = Person(
    family="Okafor",
    given="Robert",
    birth_date=date(1988, 3, 14),
    mobile="+15415550188",
    email="robert@example.org",
    address=HOME,
)
BARE = Person(family="Okafor", given="Robert", birth_date=date(1988, 3, 14))
ELSEWHERE = Person(mobile="+15415550100", email="other@example.org", address=Address(line_1="9 Mill Rd", city="Salem"))


def moved(person: Person) -> Person:
    return evolve(person, mobile=ELSEWHERE.mobile, email=ELSEWHERE.email, address=ELSEWHERE.address)


def grade(one: Person, other: Person) -> Grade:
    return compare(one, other).grade


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"given": "Bob"},
        {"given": "ROBERT", "family": "OKAFOR"},
        {"given": "Robret"},
        {"family": "Okaffor"},
        {"family": "Okafor-Lund"},
        {"given": "Okafor", "family": "Robert"},
        {"birth_date": date(1988, 3, 15)},
        {"family": "Lund"},
        {"middle": "J"},
        {"suffix": "jr"},
        {"email": "", "address": Address()},
        {"mobile": "", "address": Address()},
        {"mobile": "", "email": ""},
    ],
)
def test_an_ordinary_patient_is_certain(changes: dict[str, Any]) -> None:
    assert grade(ROBERT, evolve(ROBERT, **changes)) is Grade.CERTAIN


@pytest.mark.parametrize(
    "changes",
    [
        {"given": "Bob"},
        {"birth_date": date(1988, 3, 15)},
        {"given": "R"},
        {"given": "Robert James"},
    ],
)
def test_without_confirmation_it_is_only_probable(changes: dict[str, Any]) -> None:
    assert grade(BARE, evolve(BARE, **changes)) is Grade.PROBABLE


def test_a_nickname_of_several_names_needs_the_same_middle_name() -> None:
    sam, samuel = evolve(ROBERT, given="Sam"), evolve(ROBERT, given="Samuel")

    assert grade(sam, samuel) is Grade.PROBABLE
    assert grade(evolve(sam, middle="Chidi"), evolve(samuel, middle="Chidi")) is Grade.CERTAIN


def test_a_second_given_name_may_be_the_middle_name() -> None:
    mary_ann = evolve(ROBERT, given="Mary Ann")

    assert grade(mary_ann, evolve(ROBERT, given="Mary", middle="Ann")) is Grade.CERTAIN
    assert grade(mary_ann, evolve(ROBERT, given="Mary", middle="A")) is Grade.CERTAIN
    assert grade(mary_ann, evolve(ROBERT, given="Mary")) is Grade.PROBABLE
    assert grade(mary_ann, evolve(ROBERT, given="Mary", middle="Beth")) is Grade.POSSIBLE


def test_two_who_go_by_one_short_name_are_not_one_for_that() -> None:
    twins = [evolve(ROBERT, given=name, preferred="Chris") for name in ("Christopher", "Christine")]

    assert grade(twins[0], twins[1]) is not Grade.CERTAIN
    assert grade(evolve(ROBERT, given="Wei", preferred="Amy"), evolve(ROBERT, given="Min", preferred="Amy")) is not (
        Grade.CERTAIN
    )


def test_twins_of_near_names_are_asked_about_even_in_a_household() -> None:
    comparison = compare(evolve(ROBERT, given="Anna"), evolve(ROBERT, given="Anne"))

    assert (comparison.grade, comparison.vetoes) == (Grade.POSSIBLE, (Veto.TWINS,))


def test_a_preferred_name_on_the_chart_is_that_person() -> None:
    assert grade(evolve(ROBERT, given="Wei", preferred="Amy"), evolve(ROBERT, given="Amy")) is Grade.CERTAIN
    assert grade(evolve(ROBERT, given="Anthony", preferred="Tony"), evolve(ROBERT, given="Tony")) is Grade.CERTAIN
    assert grade(evolve(ROBERT, given="Mary Ann", preferred="Mary"), evolve(ROBERT, given="Mary")) is Grade.CERTAIN
    assert grade(evolve(ROBERT, given="Anthony", preferred="Tony"), evolve(ROBERT, given="Toni")) is not Grade.CERTAIN


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Emma", "Noah"),
        ("Anna", "Anne"),
        ("Jayden", "Kayden"),
        ("Jayden", "Jaylen"),
        ("Christopher", "Christine"),
        ("Daniel", "Daniela"),
        ("Jon", "John"),
        ("Jose Luis", "Jose Antonio"),
        ("Takira", "Shakira"),
        ("Daksh", "Dakshi"),
        ("Marco", "Marcos"),
        ("Ella", "Ellie"),
        ("Chris", "Christine"),
    ],
)
def test_twins_are_never_certain(one: str, other: str) -> None:
    twin, twin_too = evolve(ROBERT, given=one), evolve(ROBERT, given=other)

    assert grade(twin, twin_too) is not Grade.CERTAIN


def test_twins_of_clearly_different_names_are_at_most_possible() -> None:
    comparison = compare(evolve(ROBERT, given="Emma"), evolve(ROBERT, given="Noah"))

    assert comparison.grade is Grade.POSSIBLE
    assert comparison.vetoes == (Veto.TWINS,)


def test_john_and_jon_with_other_middle_names_are_two() -> None:
    comparison = compare(evolve(ROBERT, given="John", middle="Adam"), evolve(ROBERT, given="Jon", middle="Ben"))

    assert comparison.grade.rank <= Grade.POSSIBLE.rank
    assert Veto.MIDDLE in comparison.vetoes


@pytest.mark.parametrize(
    ("changes", "veto"),
    [
        ({"suffix": "sr"}, Veto.SUFFIX),
        ({"birth_date": date(1962, 3, 14)}, Veto.GENERATION),
        ({"birth_date": date(1968, 3, 14)}, Veto.GENERATION),
        ({"middle": "Quentin"}, Veto.MIDDLE),
        ({"middle": "Q"}, Veto.MIDDLE),
    ],
)
def test_a_veto_caps_whatever_else_agrees(changes: dict[str, Any], veto: Veto) -> None:
    junior = evolve(ROBERT, suffix="jr", middle="James")
    comparison = compare(junior, evolve(junior, **changes))

    assert comparison.grade.rank <= Grade.POSSIBLE.rank
    assert veto in comparison.vetoes


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_date": date(1988, 4, 3)},
        {"given": "Baby"},
        {"given": ""},
        {"birth_date": None},
        {"birth_date": date(1900, 1, 1)},
        {"birth_date": date(1975, 11, 2)},
        {"given": "Emma", "birth_date": date(2015, 6, 1)},
    ],
)
def test_a_shared_household_alone_is_never_certain(changes: dict[str, Any]) -> None:
    one = evolve(ROBERT, birth_date=date(1988, 3, 4))

    assert grade(one, evolve(one, **changes)) is not Grade.CERTAIN


def test_day_and_month_exchanged_is_at_most_possible() -> None:
    one = evolve(ROBERT, birth_date=date(1988, 3, 4))

    assert grade(one, evolve(one, birth_date=date(1988, 4, 3))) is Grade.POSSIBLE


def test_a_guardian_and_the_child_are_not_one() -> None:
    child = evolve(ROBERT, given="Emma", birth_date=date(2015, 6, 1))

    assert grade(ROBERT, child) is Grade.CERTAINLY_NOT


def test_partners_and_siblings_are_not_one() -> None:
    assert grade(ROBERT, evolve(ROBERT, given="Ngozi", birth_date=date(1990, 8, 2))) is Grade.CERTAINLY_NOT


def test_sex_is_no_evidence() -> None:
    for one in (None, "male", "female", "other"):
        assert compare(evolve(ROBERT, sex=one), evolve(ROBERT, sex="female")) == compare(ROBERT, ROBERT)


def test_placeholders_are_no_evidence() -> None:
    one = Person(family="Test", given="Baby", mobile="+15555555555", email="none@none.com", birth_date=date(1900, 1, 1))

    assert grade(one, one) is Grade.CERTAINLY_NOT


def test_a_namesake_born_one_digit_away_may_have_the_middle_initial_too() -> None:
    one = evolve(moved(ROBERT), middle="J", birth_date=date(1988, 3, 15))

    assert grade(evolve(ROBERT, middle="James"), one) is Grade.PROBABLE
    assert grade(evolve(ROBERT, middle="James"), evolve(one, email=ROBERT.email)) is Grade.CERTAIN


@pytest.mark.parametrize(("one", "other"), [("Kay", "Ray"), ("Alan", "Elena")])
def test_two_spellings_with_two_middle_names_may_be_twins(one: str, other: str) -> None:
    steven, stephen = evolve(ROBERT, given="Steven", middle=one), evolve(ROBERT, given="Stephen", middle=other)

    assert grade(steven, stephen) is Grade.PROBABLE
    assert grade(steven, evolve(stephen, middle="")) is Grade.CERTAIN


def test_who_goes_by_the_second_of_two_given_names_is_asked_about() -> None:
    assert grade(ROBERT, evolve(ROBERT, given="T. Robert")) is Grade.PROBABLE
    assert grade(ROBERT, evolve(ROBERT, given="Robert-Chidi")) is Grade.PROBABLE
    assert grade(ROBERT, evolve(ROBERT, given="T. Chidi")) is Grade.POSSIBLE


def test_a_whole_name_in_the_field_for_given_names_is_read_as_one() -> None:
    assert compare(ROBERT, evolve(ROBERT, given="Robert Okafor")).levels.given is Given.EXACT
    assert compare(ROBERT, evolve(ROBERT, given="Okafor")).levels.given is Given.DIFFERENT


@pytest.mark.parametrize(
    ("initials", "middle", "given"),
    [
        ("TJ", "James", Given.INITIAL),
        ("T.J.", "J", Given.INITIAL),
        ("TJ", "", Given.INITIAL),
        ("TJ", "Paul", Given.DIFFERENT),
        ("BJ", "James", Given.DIFFERENT),
        ("Ty", "Yusuf", Given.DIFFERENT),
    ],
)
def test_two_letters_may_be_the_initials_of_given_and_middle_name(initials: str, middle: str, given: Given) -> None:
    thomas = evolve(ROBERT, given="Thomas", middle=middle)
    comparison = compare(thomas, evolve(ROBERT, given=initials))

    assert comparison.levels.given is given
    assert comparison.grade is (Grade.PROBABLE if given is Given.INITIAL else Grade.POSSIBLE)


def test_namesakes_with_nothing_else_in_common_are_not_one() -> None:
    assert grade(ROBERT, evolve(moved(ROBERT), birth_date=date(1951, 7, 30))) is Grade.CERTAINLY_NOT


@pytest.mark.parametrize("family", ["Lund", ""])
def test_a_married_or_missing_family_name_needs_two_confirmations_or_an_uncontradicted_home(family: str) -> None:
    married = evolve(ROBERT, family=family)
    at_home = evolve(married, mobile="", email="")

    assert grade(ROBERT, married) is Grade.CERTAIN
    assert grade(ROBERT, at_home) is Grade.CERTAIN
    assert grade(ROBERT, evolve(at_home, mobile="+15415550100")) is Grade.PROBABLE
    assert grade(ROBERT, evolve(married, email="", address=Address())) is Grade.PROBABLE
    assert grade(ROBERT, evolve(at_home, given="Roberta")) is not Grade.CERTAIN


def test_a_slip_in_names_that_were_exchanged_is_in_the_one_that_is_no_given_name() -> None:
    assert grade(ROBERT, evolve(ROBERT, given="Okafr", family="Robert")) is Grade.CERTAIN
    assert grade(evolve(ROBERT, family="Anna"), evolve(ROBERT, given="Anne", family="Robert")) is Grade.PROBABLE
    assert grade(evolve(ROBERT, given="Xuqo"), evolve(ROBERT, given="Okafr", family="Xuqo")) is Grade.PROBABLE


def test_a_maiden_name_that_became_the_middle_name_contradicts_nothing() -> None:
    assert grade(evolve(ROBERT, middle="Ann"), evolve(ROBERT, middle="Okafor", family="Lund")) is Grade.CERTAIN


def test_a_family_name_given_twice_is_no_maiden_name() -> None:
    one, other = evolve(ROBERT, middle="Okafor"), evolve(ROBERT, middle="James")

    assert compare(one, other).vetoes == (Veto.MIDDLE,)


def test_reasons_say_why_without_values() -> None:
    comparison = compare(evolve(ROBERT, given="Bob"), evolve(ROBERT, middle="James"))

    assert comparison.reasons == (
        "given name: nickname of one group",
        "family name: the same",
        "birth date: the same",
        "phone: the same",
        "e-mail: the same",
        "address: the same",
    )
    for value in ("bob", "okafor", "1988", "555", "alder", "example.org"):
        assert value not in repr(comparison).casefold()


def test_more_evidence_scores_higher() -> None:
    assert compare(ROBERT, ROBERT).score > compare(ROBERT, moved(ROBERT)).score > compare(BARE, ELSEWHERE).score
    assert compare(ROBERT, ROBERT).score < 2 * compare(BARE, BARE).score, "a household is one proof, not three"


def test_no_rule_makes_a_different_given_name_or_a_missing_birth_date_certain() -> None:
    for given_name, family, birth in CERTAIN:
        assert given_name not in {Given.DIFFERENT, Given.MISSING, Given.INITIAL, Given.SIMILAR, Given.MIDDLE}
        assert birth in {Birth.EXACT, Birth.SLIP}
        assert family is not Family.MISSING or (given_name is Given.EXACT and birth is Birth.EXACT)


def test_grades_have_an_order() -> None:
    assert sorted(Grade, key=lambda one: one.rank) == [
        Grade.CERTAINLY_NOT,
        Grade.POSSIBLE,
        Grade.PROBABLE,
        Grade.CERTAIN,
    ]


givens = st.sampled_from(
    ["", "Anna", "Anne", "Ann", "Bob", "Robert", "Jhon", "John", "J", "Mary Ann", "Mary", "Baby", "Chris"]
)
families = st.sampled_from(["", "Smith", "Smyth", "Smith-Jones", "Jones", "Müller", "Mueller", "Robert", "Test"])
people = st.builds(
    Person,
    family=families,
    given=givens,
    middle=st.sampled_from(["", "A", "Ann", "Beth"]),
    preferred=st.sampled_from(["", "Bob", "Annie"]),
    suffix=st.sampled_from(["", "jr", "sr"]),
    birth_date=st.sampled_from([None, date(1980, 3, 4), date(1980, 4, 3), date(1980, 3, 5), date(1955, 3, 4)]),
    mobile=st.sampled_from(["", "+15415550188", "+15415550189"]),
    email=st.sampled_from(["", "a@example.org", "b@example.org"]),
    address=st.sampled_from([Address(), HOME]),
)


@given(people, people)
def test_comparing_is_the_same_for_either_order(one: Person, other: Person) -> None:
    forth, back = compare(one, other), compare(other, one)

    assert forth == back


@given(people)
def test_who_is_known_well_enough_is_certainly_oneself(one: Person) -> None:
    if compare(one, one).grade is not Grade.CERTAIN:
        named = one.given not in {"", "Baby"} and one.family not in {"", "Test"}
        assert not (named and one.birth_date and (one.mobile or one.email or one.address))


@given(people, people)
def test_certain_never_comes_with_a_veto(one: Person, other: Person) -> None:
    comparison = compare(one, other)

    assert not (comparison.vetoes and comparison.grade.rank > Grade.POSSIBLE.rank)
