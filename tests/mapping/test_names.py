from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from odnexus.mapping import _names
from odnexus.mapping.text import SUFFIXES, PersonName, fold_name, is_placeholder_name, person_name, repair_case


def parts(name: PersonName) -> tuple[str, str, str, str, str]:
    return name.family, name.given, name.middle, name.preferred, name.suffix


@pytest.mark.parametrize(
    ("family", "given_name", "expected"),
    [
        ("Okafor", "Lena", ("Okafor", "Lena", "", "", "")),
        ("OKAFOR", "LENA", ("Okafor", "Lena", "", "", "")),
        ("okafor", "lena", ("Okafor", "Lena", "", "", "")),
        ("McKay", "DeShawn", ("McKay", "DeShawn", "", "", "")),
        ("MCKAY", "TJ", ("McKay", "TJ", "", "", "")),
        ("MACDONALD-MACK", "ANN", ("MacDonald-Mack", "Ann", "", "", "")),
        ("O'NEIL", "SEAN", ("O'Neil", "Sean", "", "", "")),
        ("O’Neil", "Sean", ("O'Neil", "Sean", "", "", "")),
        ("VAN DER BERG", "JAN", ("Van der Berg", "Jan", "", "", "")),
        ("DE LA CRUZ", "JOSÉ", ("De la Cruz", "José", "", "", "")),
        ("NGUYEN LE", "THI", ("Nguyen Le", "Thi", "", "", "")),
        ("Smith Jr.", "John", ("Smith", "John", "", "", "jr")),
        ("Smith, Jr", "John", ("Smith", "John", "", "", "jr")),
        ("Smith", "John Jr", ("Smith", "John", "", "", "jr")),
        ("Smith III", "John", ("Smith", "John", "", "", "iii")),
        ("Smith V", "John", ("Smith", "John", "", "", "v")),
        ("Smith 2nd", "John", ("Smith", "John", "", "", "ii")),
        ("Silva Junior", "Ana", ("Silva", "Ana", "", "", "jr")),
        ("Smith", "John V", ("Smith", "John", "V", "", "")),
        ("Smith", "John Q.", ("Smith", "John", "Q", "", "")),
        ("Smith", 'Robert "Bob"', ("Smith", "Robert", "", "Bob", "")),
        ("Smith", "Robert (Bob)", ("Smith", "Robert", "", "Bob", "")),
        ("Smith", "Robert 'Bob' J", ("Smith", "Robert", "J", "Bob", "")),
        ("Smith (Jones)", "Mary", ("Smith (Jones)", "Mary", "", "", "")),
        ("Smith", "Dr. John", ("Smith", "John", "", "", "")),
        ("Smith DDS", "Mrs Jane", ("Smith", "Jane", "", "", "")),
        ("Smith, M.D.", "Jane", ("Smith", "Jane", "", "", "")),
        ("SMITH, JOHN Q JR", "", ("Smith", "John", "Q", "", "jr")),
        ("", "Smith, John", ("Smith", "John", "", "", "")),
        ("Smith, John", "John", ("Smith", "John", "", "", "")),
        ("Garcia Lopez", "Maria Elena", ("Garcia Lopez", "Maria Elena", "", "", "")),
        ("Jr", "John", ("Jr", "John", "", "", "")),
    ],
)
def test_a_name_is_taken_apart(family: str, given_name: str, expected: tuple[str, ...]) -> None:
    assert parts(person_name(family=family, given=given_name).value) == expected


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("John Smith", ("Smith", "John", "", "", "")),
        ("Smith, John", ("Smith", "John", "", "", "")),
        ("Dr. Maria de la Cruz III, DDS", ("de la Cruz", "Maria", "", "", "iii")),
        ("John Q Smith Jr", ("Smith", "John", "Q", "", "jr")),
        ("Cher", ("Cher", "", "", "", "")),
        ("", ("", "", "", "", "")),
    ],
)
def test_a_whole_name_is_taken_apart(full: str, expected: tuple[str, ...]) -> None:
    assert parts(person_name(full=full).value) == expected


def test_a_suffix_in_the_middle_name_is_a_suffix() -> None:
    assert parts(person_name(family="Smith", given="John", middle="Jr.").value) == ("Smith", "John", "", "", "jr")


def test_a_preferred_name_of_its_own_is_kept_beside_a_nickname_in_quotes() -> None:
    assert person_name(family="Smith", given="Robert (Bob)", preferred="Rob").value.preferred == "Rob"


def test_two_suffixes_that_differ_are_a_conflict() -> None:
    mapped = person_name(family="Smith Jr", given="John Sr")

    assert mapped.value.suffix == "jr"
    assert "name.suffix_conflict" in mapped.rules()


@pytest.mark.parametrize(
    ("family", "given_name", "rule"),
    [
        ("Smith", "Baby Boy", "name.placeholder"),
        ("Test", "Lena", "name.placeholder"),
        ("Smith", "", "name.missing"),
        ("Smith", "???", "name.unreadable"),
        ("Sm1th", "Lena", "name.digits"),
    ],
)
def test_what_is_no_name_is_flagged(family: str, given_name: str, rule: str) -> None:
    assert rule in person_name(family=family, given=given_name).rules()


def test_people_are_called_null_and_child_but_not_by_given_name() -> None:
    assert not is_placeholder_name("Null", family=True)
    assert not is_placeholder_name("Child", family=True)
    assert is_placeholder_name("Child")
    assert is_placeholder_name("TWIN B")
    assert not is_placeholder_name("Testa")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Neil", "ONEIL"),
        ("José", "Jose"),
        ("Müller", "MULLER"),
        ("Łukasz", "lukasz"),
        ("Smith-Jones", "Smith Jones"),
        ("St. John", "st john"),
        ("Ærø", "aero"),
        ("Straße", "strasse"),
        ("Олександр", "Oleksandr"),
        ("Шевченко", "Shevchenko"),
        ("Παπαδόπουλος", "Papadopoulos"),
    ],
)
def test_two_spellings_of_a_name_fold_to_one(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


def test_an_issue_never_holds_the_name() -> None:
    mapped = person_name(family="ZYXWVUT, QRSTUV JR", given="")

    assert "zyx" not in repr(mapped).casefold()
    assert mapped.issues


NAMES = st.text(max_size=30) | st.text(alphabet="aAbBéO'\"(), .-Jrsmdriv1", max_size=20)
PIECES = st.lists(
    st.sampled_from(
        [
            "Dr",
            "mrs",
            "JR",
            "Sr.",
            "III",
            "v",
            "(Bob)",
            '"Al"',
            "O'NEIL",
            "mcdonald",
            "de la",
            ",",
            "Q",
            "DDS",
            "İ",
            "ß",
        ]
    ),
    max_size=6,
).map(" ".join)


@given(family=NAMES | PIECES, given_name=NAMES | PIECES, middle=PIECES, preferred=NAMES, full=NAMES | PIECES)
@settings(max_examples=400)
def test_names_never_raise_and_settle_at_once(
    family: str, given_name: str, middle: str, preferred: str, full: str
) -> None:
    first = person_name(family=family, given=given_name, middle=middle, preferred=preferred, full=full).value
    again = person_name(
        family=first.family, given=first.given, middle=first.middle, preferred=first.preferred, suffix=first.suffix
    ).value

    assert again == first
    assert first.suffix in {"", *SUFFIXES.values()}


@given(family=NAMES | PIECES, given_name=NAMES | PIECES, middle=PIECES, preferred=NAMES)
@settings(max_examples=400)
def test_a_plain_name_is_what_all_the_steps_would_make_of_it(
    family: str, given_name: str, middle: str, preferred: str
) -> None:
    quickly = person_name(family=family, given=given_name, middle=middle, preferred=preferred)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_names, "_plain_name", lambda *_: None)
        step_by_step = person_name(family=family, given=given_name, middle=middle, preferred=preferred)

    assert quickly == step_by_step


def test_most_names_are_plain() -> None:
    assert _names._plain_name("O'Brien-Lund", "Mary Ann", "B.", None) is not None
    assert _names._plain_name("Smith Jr", "Mary Ann", "", "") is None
    assert _names._plain_name("Smith", "DR. ANN", "", "") is None
    assert _names._plain_name("Smith, Ann", "Mary", "", "") is None
    assert _names._plain_name("", "Ann", "", "") is None


@given(st.text(max_size=30))
def test_folding_and_case_settle_at_once(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)
    assert repair_case(repair_case(text)) == repair_case(text)
