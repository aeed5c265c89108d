from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from odnexus.mapping.person import Address, Person
from odnexus.matching.features import Features, features_of
from odnexus.matching.levels import (
    Birth,
    Contact,
    Family,
    Given,
    Middle,
    address_level,
    birth_level,
    email_level,
    family_level,
    given_level,
    is_slip,
    is_slip_of_several,
    middle_level,
    phone_level,
)
from odnexus.matching.sounds import sound_key, transliterated


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("lena", "lena", Given.EXACT),
        ("mary ann", "maryann", Given.EXACT),
        ("robert", "bob", Given.NICKNAME),
        ("sara", "sarah", Given.SPELLING),
        ("samuel", "sam", Given.LOOSE),
        ("jose luis", "jose", Given.PART),
        ("jose luis", "jose antonio", Given.DIFFERENT),
        ("mary ann", "mary beth", Given.DIFFERENT),
        ("mary ann", "mary anne", Given.SPELLING),
        ("bob lee", "robert", Given.LOOSE),
        ("j robert", "robert", Given.MIDDLE),
        ("thi lan", "lan", Given.MIDDLE),
        ("j r", "r", Given.DIFFERENT),
        ("jarnes", "james", Given.SLIP),
        ("adarn", "adam", Given.SIMILAR),
        ("jhon", "john", Given.SLIP),
        ("jonathna", "jonathan", Given.SIMILAR),
        ("elizbaeth", "elizabeth", Given.SLIP),
        ("phillip", "philip", Given.SPELLING),
        ("anna", "anne", Given.SIMILAR),
        ("jayden", "kayden", Given.SIMILAR),
        ("daniel", "daniela", Given.SIMILAR),
        ("j", "john", Given.INITIAL),
        ("j", "mary", Given.DIFFERENT),
        ("emma", "noah", Given.DIFFERENT),
        ("", "noah", Given.MISSING),
    ],
)
def test_given_names(one: str, other: str, level: Given) -> None:
    assert given_level(one, other) is level
    assert given_level(other, one) is level


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("michael", "micheal", True),
        ("matthew", "mathew", True),
        ("jessica", "jedsica", True),
        ("christopher", "chistopher", True),
        ("jayden", "jaylen", False),
        ("laura", "lara", False),
        ("anna", "anne", False),
        ("daniel", "daniela", False),
        ("kayden", "jayden", False),
        ("john", "jonh", False),
        ("amy", "aym", False),
    ],
)
def test_a_slip_is_inside_the_name_and_of_the_fingers(one: str, other: str, *, slip: bool) -> None:
    assert is_slip(one, other) is slip
    assert is_slip(other, one) is slip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("brian", "bnian"),
        ("carmen", "carnen"),
        ("helena", "heiena"),
        ("caroline", "caroljne"),
        ("helena", "helema"),
        ("amina", "arnina"),
        ("naomi", "naorni"),
        ("wilson", "wi1son"),
    ],
)
def test_what_reading_software_and_handwriting_take_for_each_other_is_a_slip(one: str, other: str) -> None:
    assert is_slip(one, other)


@pytest.mark.parametrize(
    "empty", [date(1, 1, 1), date(1900, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(9999, 12, 31), None]
)
@pytest.mark.parametrize("other", [date(1, 1, 1), date(1900, 1, 1), None, date(1988, 3, 14)])
def test_an_empty_birth_date_agrees_with_nothing_not_even_itself(empty: date | None, other: date | None) -> None:
    assert birth_level(born(empty), born(other)) is Birth.MISSING


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller", "Mueller"), ("Олена", "Olena"), ("Γιώργος", "Giorgos"), ("Nguyễn", "Nguyen"), ("Łukasz", "Lukasz")],
)
def test_a_name_is_known_in_another_alphabet(one: str, other: str) -> None:
    mine, theirs = features_of(Person(family=one)), features_of(Person(family=other))

    assert family_level(mine.family, theirs.family, mine.parts, theirs.parts) >= Family.CLOSE


def test_a_slip_between_two_known_names_proves_neither() -> None:
    assert is_slip_of_several("danieal")
    assert not is_slip_of_several("elizbaeth")


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("O'Neil", "ONEIL", Family.EXACT),
        ("De la Cruz", "Delacruz", Family.EXACT),
        ("De la Cruz", "Cruz", Family.EXACT),
        ("Garcia-Lopez", "Garcia", Family.PART),
        ("Smith (Jones)", "Jones", Family.PART),
        ("Anderson", "Andersen", Family.CLOSE),
        ("Müller", "Mueller", Family.CLOSE),
        ("Gonzalez", "Gonsales", Family.CLOSE),
        ("Smyth", "Smith", Family.CLOSE),
        ("Gomez", "Gornez", Family.CLOSE),
        ("Schmidt", "Smit", Family.SOUND),
        ("Alhassan", "Hassan", Family.SOUND),
        ("San Martin", "San Miguel", Family.DIFFERENT),
        ("Abu Saleh", "Abu Farid", Family.DIFFERENT),
        ("Lund nee Okafor", "Moss nee Birch", Family.DIFFERENT),
        ("Lund nee Okafor", "Okafor", Family.PART),
        ("Saint John", "St. John", Family.PART),
        ("Hassan", "El-Hassan", Family.EXACT),
        ("Alee", "Lee", Family.DIFFERENT),
        ("Lee", "Li", Family.DIFFERENT),
        ("Okafor", "Lund", Family.DIFFERENT),
        ("", "Lund", Family.MISSING),
        ("Test", "Test", Family.MISSING),
    ],
)
def test_family_names(one: str, other: str, level: Family) -> None:
    mine, theirs = features_of(Person(family=one)), features_of(Person(family=other))

    assert family_level(mine.family, theirs.family, mine.parts, theirs.parts) is level
    assert family_level(theirs.family, mine.family, theirs.parts, mine.parts) is level


def born(day: date | None) -> Features:
    return features_of(Person(birth_date=day))


@pytest.mark.parametrize(
    ("other", "level"),
    [
        (date(1988, 3, 14), Birth.EXACT),
        (date(1988, 3, 15), Birth.SLIP),
        (date(1989, 3, 14), Birth.SLIP),
        (date(1988, 3, 24), Birth.SLIP),
        (date(1998, 3, 14), Birth.SLIP),
        (date(1988, 3, 27), Birth.PART),
        (date(1988, 4, 15), Birth.DIFFERENT),
        (None, Birth.MISSING),
        (date(1900, 1, 1), Birth.MISSING),
    ],
)
def test_birth_dates(other: date | None, level: Birth) -> None:
    assert birth_level(born(date(1988, 3, 14)), born(other)) is level
    assert birth_level(born(other), born(date(1988, 3, 14))) is level


def test_day_and_month_exchanged() -> None:
    assert birth_level(born(date(1988, 3, 4)), born(date(1988, 4, 3))) is Birth.SWAPPED
    assert birth_level(born(None), born(None)) is Birth.MISSING


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("ann", "ann", Middle.EXACT),
        ("a", "ann", Middle.INITIAL),
        ("a", "a", Middle.INITIAL),
        ("bob", "robert", Middle.EXACT),
        ("ann", "anna", Middle.SIMILAR),
        ("ann lee", "ann", Middle.INITIAL),
        ("ann", "beth", Middle.DIFFERENT),
        ("a", "beth", Middle.DIFFERENT),
        ("", "beth", Middle.MISSING),
    ],
)
def test_middle_names(one: str, other: str, level: Middle) -> None:
    assert middle_level(one, other) is middle_level(other, one) is level


def test_a_phone_of_any_kind_counts_and_a_placeholder_does_not() -> None:
    one = features_of(Person(mobile="+15035550142"))

    assert phone_level(one, features_of(Person(home="+15035550142"))) is Contact.SAME
    assert phone_level(one, features_of(Person(mobile="+15035550143"))) is Contact.DIFFERENT
    assert phone_level(one, features_of(Person())) is Contact.MISSING
    placeholder = features_of(Person(mobile="+15555555555"))
    assert phone_level(placeholder, placeholder) is Contact.MISSING


def test_an_email_counts_and_a_placeholder_does_not() -> None:
    one = features_of(Person(email="Lena.O@example.org"))

    assert email_level(one, features_of(Person(email="lena.o@EXAMPLE.org"))) is Contact.SAME
    assert email_level(one, features_of(Person(email="lena.p@example.org"))) is Contact.NEAR
    assert email_level(one, features_of(Person(email="mara@example.org"))) is Contact.DIFFERENT
    placeholder = features_of(Person(email="none@none.com"))
    assert email_level(placeholder, placeholder) is Contact.MISSING


def home(line: str, code: str = "97401", city: str = "Eugene") -> Features:
    return features_of(Person(address=Address(line_1=line, city=city, postal_code=code)))


@pytest.mark.parametrize(
    ("other", "level"),
    [
        (home("77 N. ALDER CT"), Contact.SAME),
        (home("77 North Alder Court", "97401-1234"), Contact.SAME),
        (home("77 North Alder Court", "", "EUGENE"), Contact.SAME),
        (home("77 North Aldr Court"), Contact.SAME),
        (home("78 North Alder Court"), Contact.NEAR),
        (home("77 North Alder Court", "97999", "Salem"), Contact.NEAR),
        (home("9 Mill Road"), Contact.DIFFERENT),
        (home(""), Contact.MISSING),
        (home("unknown"), Contact.MISSING),
    ],
)
def test_addresses(other: Features, level: Contact) -> None:
    assert address_level(home("77 North Alder Court"), other) is level
    assert address_level(other, home("77 North Alder Court")) is level


def test_two_flats_of_a_house_are_near() -> None:
    assert address_level(home("77 Alder Ct Apt 1"), home("77 Alder Ct Apt 2")) is Contact.NEAR
    assert address_level(home("77 Alder Ct Apt 1"), home("77 Alder Ct")) is Contact.SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [("smith", "smyth"), ("schmidt", "schmitt"), ("nguyen", "nguyenn"), ("philip", "filip"), ("wright", "rite")],
)
def test_names_that_sound_alike_share_a_key(one: str, other: str) -> None:
    assert sound_key(one) == sound_key(other)


def test_an_umlaut_written_with_e_is_the_umlaut() -> None:
    assert transliterated("mueller") == transliterated("muller")


names = st.text(alphabet="abcdehijlmnorsty ", max_size=12).map(lambda text: " ".join(text.split()))


@given(names, names)
def test_levels_of_names_are_the_same_for_either_order(one: str, other: str) -> None:
    assert given_level(one, other) is given_level(other, one)
    assert middle_level(one, other) is middle_level(other, one)
    parts, parts_other = tuple(one.split()), tuple(other.split())
    assert family_level(one, other, parts, parts_other) is family_level(other, one, parts_other, parts)


@given(st.text(max_size=20))
def test_every_name_has_a_key_and_none_raises(name: str) -> None:
    assert len(sound_key(name)) <= 6
    transliterated(name)
