from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from odnexus.mapping.person import (
    PERSON_FIELDS,
    Address,
    Person,
    essence,
    fill_blanks,
    nexhealth_patient,
    opendental_patient,
    person_from_nexhealth,
    person_from_opendental,
    person_of,
)
from odnexus.nexhealth.models import Bio, Patient as NexHealthPatient, PatientAddress
from odnexus.opendental.calls import create_patient
from odnexus.opendental.models import Gender, Patient as OpenDentalPatient, PatientRow

LENA = Person(
    family="Okafor",
    given="Lena",
    middle="Q",
    suffix="",
    birth_date=date(1988, 3, 14),
    sex="female",
    mobile="+15415550188",
    home="+15415550189",
    email="lena@example.org",
    address=Address(line_1="77 Alder Ct", city="Eugene", state="OR", postal_code="97401"),
)


def test_one_person_is_the_same_from_both_sides() -> None:
    booked = person_from_nexhealth(
        NexHealthPatient(
            id=1,
            first_name="LENA",
            middle_name="Q",
            last_name="OKAFOR",
            email="lena@EXAMPLE.org",
            bio=Bio(
                phone_number="5415550188",
                cell_phone_number="",
                home_phone_number="5415550189",
                date_of_birth=date(1988, 3, 14),
                gender="Female",
                address_line_1="77 Alder Ct",
                city="Eugene",
                state="Oregon",
                zip_code="97401",
            ),
        )
    )
    chart = person_from_opendental(
        OpenDentalPatient(
            pat_num=412,
            l_name="Okafor",
            f_name="Lena Q.",
            middle_i="",
            birthdate=date(1988, 3, 14),
            gender=Gender.FEMALE,
            wireless_phone="(541)555-0188",
            hm_phone="541-555-0189",
            wk_phone="",
            email="lena@example.org",
            address="77 Alder Ct",
            address2="",
            city="Eugene",
            state="OR",
            zip="97401",
        )
    )

    assert booked.value == chart.value == LENA
    assert {"sex.default", "phone.main", "name.case"} <= booked.rules()
    assert chart.rules() == {"name.initial_moved"}


def test_an_empty_record_is_an_empty_person() -> None:
    assert person_from_nexhealth(NexHealthPatient(id=1)).value == Person()
    assert person_from_nexhealth(NexHealthPatient(id=1, bio=Bio())).value == Person()
    assert person_from_opendental(OpenDentalPatient(pat_num=1)).value == Person()
    assert person_from_opendental(PatientRow(pat_num=1)).value == Person()


def test_a_structured_address_is_preferred_to_the_bio() -> None:
    patient = NexHealthPatient(
        id=1,
        bio=Bio(street_address="9 Old Rd", zip_code="97402"),
        address=PatientAddress(line_1="77 Alder Ct", city="Eugene", region="OR", postal_code="97401"),
    )

    assert person_from_nexhealth(patient).value.address == LENA.address
    assert person_from_nexhealth(evolve(patient, address=None)).value.address.line_1 == "9 Old Rd"


def test_a_main_phone_finds_a_free_place_or_is_said() -> None:
    taken = Bio(phone_number="5415550100", cell_phone_number="5415550101", home_phone_number="5415550102")
    known = evolve(taken, phone_number="5415550101")

    assert person_from_nexhealth(NexHealthPatient(id=1, bio=taken)).rules() >= {"phone.fourth"}
    assert person_from_nexhealth(NexHealthPatient(id=1, bio=known)).value.mobile == "+15415550101"
    assert person_from_nexhealth(NexHealthPatient(id=1, bio=evolve(taken, home_phone_number=None))).value.home == (
        "+15415550100"
    )


def test_only_a_name_in_one_field_is_taken_apart() -> None:
    assert person_from_nexhealth(NexHealthPatient(id=1, name="Lena Okafor")).value.family == "Okafor"


def test_a_suffix_is_written_behind_the_family_name_and_found_again() -> None:
    created = opendental_patient(evolve(LENA, suffix="jr")).value

    assert created["l_name"] == "Okafor Jr"
    assert person_from_opendental(OpenDentalPatient(pat_num=1, l_name=created["l_name"])).value.suffix == "jr"


@pytest.mark.mission(
    "T3", shows="names, dates, sexes, phones and addresses of a new chart have the forms that Open Dental wants"
)
def test_a_new_chart_has_the_forms_open_dental_wants() -> None:
    mapped = opendental_patient(LENA, pri_prov=1, clinic_num=0, guarantor=400, billing_type="Standard Account")

    assert mapped.issues == ()
    assert mapped.value == {
        "l_name": "Okafor",
        "f_name": "Lena",
        "middle_i": "Q",
        "gender": "Female",
        "birthdate": date(1988, 3, 14),
        "wireless_phone": "(541)555-0188",
        "hm_phone": "(541)555-0189",
        "email": "lena@example.org",
        "address": "77 Alder Ct",
        "city": "Eugene",
        "state": "OR",
        "zip": "97401",
        "pri_prov": 1,
        "clinic_num": 0,
        "guarantor": 400,
        "billing_type": "Standard Account",
    }


def test_a_postal_code_that_open_dental_would_refuse_is_left_out() -> None:
    mapped = opendental_patient(evolve(LENA, address=Address(postal_code="SW1A 1AA")))

    assert "zip" not in mapped.value
    assert mapped.rules() == {"postal.unknown"}


def test_a_state_that_open_dental_would_refuse_is_left_out() -> None:
    mapped = opendental_patient(evolve(LENA, address=Address(city="Guadalajara", state="Jalisco")))

    assert mapped.value.get("city") == "Guadalajara"
    assert "state" not in mapped.value
    assert mapped.rules() == {"state.unknown"}


def test_what_is_longer_than_its_field_stops_no_chart() -> None:
    street, box = "Long Street " * 20, "a@" + "b" * 100 + ".com"
    mapped = opendental_patient(evolve(LENA, email=box, address=Address(line_1=street.strip())))

    assert mapped.value.get("address") == street[:100].rstrip()
    assert "email" not in mapped.value
    assert {(issue.field, issue.rule) for issue in mapped.issues} == {
        ("address", "value.cut"),
        ("email", "value.unfit"),
    }


@given(
    st.builds(
        Person,
        family=st.text(min_size=1, max_size=150),
        given=st.text(min_size=1, max_size=150),
        middle=st.text(max_size=150),
        preferred=st.text(max_size=150),
        email=st.text(max_size=150),
        address=st.builds(
            Address,
            line_1=st.text(max_size=150),
            line_2=st.text(max_size=150),
            city=st.text(max_size=150),
            state=st.text(max_size=5),
            postal_code=st.text(max_size=12),
        ),
    )
)
def test_the_client_takes_every_chart_that_has_both_names(person: Person) -> None:
    values = opendental_patient(person).value

    if values.get("l_name", "").strip() and values.get("f_name", "").strip():
        create_patient(values)


def test_a_chart_needs_both_names() -> None:
    assert [issue.field for issue in opendental_patient(Person()).errors] == ["family", "given"]


def test_a_new_nexhealth_patient_has_ten_digits() -> None:
    mapped = nexhealth_patient(LENA)

    assert mapped.issues == ()
    assert mapped.value["phone_number"] == mapped.value["cell_phone_number"] == "5415550188"
    assert mapped.value["date_of_birth"] == date(1988, 3, 14)


def test_what_nexhealth_requires_is_asked_for() -> None:
    assert [issue.field for issue in nexhealth_patient(Person()).errors] == [
        "family",
        "given",
        "email",
        "birth_date",
        "mobile",
    ]
    abroad = evolve(LENA, mobile="+442079460018", home="")
    assert [issue.field for issue in nexhealth_patient(abroad).errors] == ["mobile"]


def test_only_blanks_are_filled() -> None:
    chart = Person(family="Okafor", given="Lena", birth_date=date(1988, 3, 14), mobile="+15415550100")

    assert fill_blanks(LENA, chart) == {
        "middle_i": "Q",
        "hm_phone": "(541)555-0189",
        "email": "lena@example.org",
        "address": "77 Alder Ct",
        "city": "Eugene",
        "state": "OR",
        "zip": "97401",
    }


def test_a_full_chart_is_left_alone() -> None:
    assert fill_blanks(evolve(LENA, sex="male", middle="R", email="other@example.org"), LENA) == {}


def test_a_phone_the_chart_holds_as_another_kind_is_not_added() -> None:
    chart = evolve(LENA, home="", work="+15415550189")

    assert fill_blanks(LENA, chart) == {}


def test_half_an_address_is_not_completed_with_another_half() -> None:
    chart = evolve(LENA, address=Address(city="Salem"))

    assert fill_blanks(LENA, chart) == {}


def test_only_a_sex_that_was_given_fills_a_blank() -> None:
    chart = evolve(LENA, sex=None)

    assert fill_blanks(LENA, chart) == {}
    assert fill_blanks(evolve(LENA, sex="male"), chart) == {"gender": "Male"}
    # Open Dental has no word for it, and Unknown is what stands there: it would be written again and again.
    assert fill_blanks(evolve(LENA, sex="other"), chart) == {}


def test_the_repr_shows_nothing_personal() -> None:
    assert repr(LENA) == "Person()"
    assert "Okafor" not in repr(person_from_nexhealth(NexHealthPatient(id=1, last_name="Okafor")))


words = st.text(max_size=12)
people = st.builds(
    Person,
    family=words,
    given=words,
    middle=words,
    preferred=words,
    suffix=st.sampled_from(["", "jr", "iii"]),
    birth_date=st.none() | st.dates(),
    sex=st.sampled_from([None, "male", "female", "other"]),
    mobile=words,
    home=words,
    work=words,
    email=words,
    address=st.builds(Address, line_1=words, city=words, state=words, postal_code=words),
)


@given(people)
def test_an_essence_is_the_person(person: Person) -> None:
    stored = essence(person)

    assert tuple(stored) == PERSON_FIELDS
    assert person_of(stored) == person


@pytest.mark.parametrize("stored", [{"address": 5}, {"sex": "x"}, {"family": 5}, {"address": {"city": 5}}])
def test_what_is_no_essence_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="essence of a person"):
        person_of(stored)


@given(people, people)
def test_writing_and_filling_never_raise(person: Person, other: Person) -> None:
    opendental_patient(person)
    nexhealth_patient(person)
    filled = fill_blanks(person, other)

    assert not ({"l_name", "f_name"} & filled.keys())


@given(words, words, words, words, st.text(max_size=20))
def test_reading_never_raises_and_settles_at_once(
    family: str, given_name: str, phone: str, email: str, line: str
) -> None:
    first = person_from_opendental(
        OpenDentalPatient(
            pat_num=1,
            l_name=family,
            f_name=given_name,
            hm_phone=phone,
            email=email,
            address=line,
            zip=phone,
            state=line,
        )
    ).value
    written = opendental_patient(first).value
    again = person_from_opendental(
        OpenDentalPatient(
            pat_num=1, **dict[str, Any]((name, value) for name, value in written.items() if name != "gender")
        )
    ).value

    assert again == evolve(first, address=again.address)
    assert again.address.line_1 == first.address.line_1
