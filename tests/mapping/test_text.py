from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from odnexus.mapping.text import (
    NO_DATES,
    address_key,
    address_line,
    city_name,
    email_address,
    email_key,
    iso_date,
    nexhealth_gender,
    opendental_gender,
    opendental_phone,
    phone_number,
    postal_code,
    sex_from_nexhealth,
    sex_from_opendental,
    ten_digits,
    us_state,
)

TODAY = date(2026, 5, 4)


@pytest.mark.parametrize(
    "text",
    [
        "(503)555-0142",
        "503-555-0142",
        "503.555.0142",
        "+1 503 555 0142",
        "1-503-555-0142",
        "5035550142",
        " 503 555 0142 ",
    ],
)
def test_every_way_to_write_a_phone_is_one_number(text: str) -> None:
    assert phone_number(text).value == "+15035550142"


@pytest.mark.parametrize(
    ("text", "number", "rules"),
    [
        (None, "", set()),
        ("", "", set()),
        ("503-555-0142 x22", "+15035550142", {"phone.extension"}),
        ("503-555-0142 ext. 5", "+15035550142", {"phone.extension"}),
        ("5035550142#7", "+15035550142", {"phone.extension"}),
        ("cell 503-555-0142 or 503-555-0143", "+15035550142", {"phone.several"}),
        ("mom 503-555-0142", "+15035550142", set()),
        ("555-0142", "", {"phone.short"}),
        ("555-5555", "", {"phone.placeholder"}),
        ("(555) 555-5555", "", {"phone.placeholder"}),
        ("000-000-0000", "", {"phone.placeholder"}),
        ("999-999-9999", "", {"phone.placeholder"}),
        ("503-123-4567", "", {"phone.invalid"}),
        ("503-555-1212", "", {"phone.placeholder"}),
        ("123-456-7890", "", {"phone.invalid"}),
        ("503-155-0142", "", {"phone.invalid"}),
        ("1505482123", "", {"phone.invalid"}),
        ("call first", "", {"phone.invalid"}),
        ("211-555-0142", "+12115550142", {"phone.unassigned"}),
        ("+44 20 7946 0018", "+442079460018", set()),
        ("001 503 555 0142", "+15035550142", set()),
        ("011 44 20 7946 0018", "+442079460018", set()),
        ("+44 1", "", {"phone.invalid"}),
        ("+999 123", "", {"phone.invalid"}),
    ],
)
def test_a_phone_number_comes_with_what_was_found_odd(text: str | None, number: str, rules: set[str]) -> None:
    mapped = phone_number(text)

    assert (mapped.value, mapped.rules()) == (number, rules)


def test_a_number_without_country_code_is_read_in_its_region() -> None:
    assert phone_number("020 7946 0018", "GB").value == "+442079460018"
    assert phone_number("604-555-0142", "CA").value == "+16045550142"


@pytest.mark.mission("T3", shows="a telephone number is written as each system wants it")
def test_each_system_gets_its_form_of_a_phone() -> None:
    assert opendental_phone("+15035550142").value == "(503)555-0142"
    assert ten_digits("+15035550142").value == "5035550142"
    assert opendental_phone("+442079460018").value == "+442079460018"
    assert ten_digits("+442079460018").rules() == {"phone.not_north_american"}
    assert opendental_phone("").value == ten_digits("").value == ""


@given(st.from_regex(r"[2-9]\d{2}[2-9]\d{6}", fullmatch=True))
def test_a_phone_survives_both_systems(ten: str) -> None:
    number = phone_number(ten).value
    if not number:
        return

    assert phone_number(opendental_phone(number).value).value == number
    assert phone_number(ten_digits(number).value).value == number


@given(
    st.text(max_size=40) | st.text(alphabet="0123456789+()-. x#ext", max_size=30),
    st.sampled_from(["US", "CA", "GB", "DE"]),
)
@settings(max_examples=300)
def test_phones_never_raise_and_settle_at_once(text: str, region: str) -> None:
    number = phone_number(text, region).value

    assert number == "" or number.startswith("+")
    assert phone_number(number, region).value == number
    opendental_phone(text)
    ten_digits(text)


@pytest.mark.parametrize(
    ("text", "address", "rules"),
    [
        (None, "", set()),
        (" Lena@Example.ORG ", "Lena@example.org", set()),
        ("Lena <lena@example.org>", "lena@example.org", set()),
        ("mailto:lena@example.org", "lena@example.org", set()),
        ("lena@example.org; bo@example.org", "lena@example.org", {"email.several"}),
        ("lena@gmail.con", "lena@gmail.con", {"email.domain_slip"}),
        ("none@none.com", "", {"email.placeholder"}),
        ("noemail@example.com", "", {"email.placeholder"}),
        ("x@x.com", "", {"email.placeholder"}),
        ("declined", "", {"email.placeholder"}),
        ("N/A", "", {"email.placeholder"}),
        ("lena@example", "", {"email.invalid"}),
        ("lena.example.org", "", {"email.invalid"}),
        ("@example.org", "", {"email.invalid"}),
    ],
)
def test_an_email_address_is_tidied_or_left_out(text: str | None, address: str, rules: set[str]) -> None:
    mapped = email_address(text)

    assert (mapped.value, mapped.rules()) == (address, rules)


def test_spellings_of_one_mailbox_are_equal() -> None:
    assert email_key("Lena.Okafor+dentist@Gmail.com") == email_key("lenaokafor@gmail.com")
    assert email_key("lena@gmail.con") == email_key("lena@gmail.com")
    assert email_key("lena.o@example.org") != email_key("lenao@example.org")
    assert email_key("") == ""


@given(st.text(max_size=60) | st.emails())
def test_emails_never_raise_and_settle_at_once(text: str) -> None:
    address = email_address(text).value

    assert email_address(address).value == address
    assert email_key(email_key(text)) == email_key(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("123 North Main Street Apt 4B", "123 N. MAIN ST #4-b"),
        ("P.O. Box 12", "PO BOX 12"),
        ("45 Fifth Avenue, Suite 200", "45 5th Ave Ste 200"),
        ("77 Alder Court", "77 alder ct."),
        ("9 Old Mill Rd Unit 3", "9 OLD MILL ROAD APT 3"),
    ],
)
def test_two_spellings_of_an_address_are_equal(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)
    assert address_key(one)


def test_a_unit_on_the_second_line_is_the_same_unit() -> None:
    assert address_key("123 Main St", "Apt 4") == address_key("123 Main St Apt 4")
    assert address_key("123 Main St", "Apt 5") != address_key("123 Main St Apt 4")


@pytest.mark.parametrize("text", ["", "N/A", "unknown", "Same as above", "xxx"])
def test_a_placeholder_is_no_address(text: str) -> None:
    assert not address_key(text)
    assert address_line(text).value == ""
    assert city_name(text).value == ""


@given(st.text(max_size=60), st.text(max_size=20))
def test_addresses_never_raise_and_settle_at_once(line: str, other: str) -> None:
    address_key(line, other)
    for tidy in (address_line, city_name):
        value = tidy(line).value
        assert tidy(value).value == value


@pytest.mark.parametrize(
    ("text", "code"),
    [("Oregon", "OR"), ("or", "OR"), ("Ore.", "OR"), ("N.Y.", "NY"), ("Québec", "QC"), ("quebec", "QC")],
)
def test_a_state_becomes_two_capitals(text: str, code: str) -> None:
    assert us_state(text) == us_state(code)
    assert us_state(text).value == code


def test_an_unknown_state_is_kept_with_an_issue() -> None:
    assert us_state("Bavaria").value == "Bavaria"
    assert us_state("Bavaria").rules() == {"state.unknown"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("97401", "97401"),
        ("97401-1234", "97401-1234"),
        ("974011234", "97401-1234"),
        ("97401-0000", "97401"),
        (2139, "02139"),
        ("v5k0a1", "V5K 0A1"),
        ("V5K 0A1", "V5K 0A1"),
        ("", ""),
        ("00000", ""),
    ],
)
def test_a_postal_code_takes_a_form_open_dental_accepts(text: str | int, code: str) -> None:
    assert postal_code(text).value == code
    assert postal_code(text).issues == ()


def test_odd_postal_codes_say_so() -> None:
    assert (postal_code("2139").value, postal_code("2139").rules()) == ("02139", {"postal.padded"})
    assert postal_code("SW1A 1AA").rules() == {"postal.unknown"}


@given(st.text(max_size=20))
def test_states_and_codes_never_raise_and_settle_at_once(text: str) -> None:
    for tidy in (us_state, postal_code):
        value = tidy(text).value
        assert tidy(value).value == value


def test_female_from_nexhealth_may_mean_nothing() -> None:
    assert sex_from_nexhealth("Female").value == "female"
    assert sex_from_nexhealth("Female").rules() == {"sex.default"}
    assert sex_from_nexhealth("Male").issues == ()
    assert sex_from_opendental("Female").issues == ()


def test_sexes_go_both_ways() -> None:
    assert [sex_from_opendental(word).value for word in ("Male", "Female", "Other", "Unknown")] == [
        "male",
        "female",
        "other",
        None,
    ]
    assert sex_from_opendental("Klingon").rules() == {"sex.unknown"}
    assert [opendental_gender(sex).value for sex in ("male", "female", "other", None)] == [
        "Male",
        "Female",
        "Unknown",
        "Unknown",
    ]
    assert [nexhealth_gender(sex).value for sex in ("male", "female", "other", None)] == [
        "Male",
        "Female",
        "Other",
        None,
    ]
    assert nexhealth_gender(None).rules() == {"sex.default"}


@pytest.mark.parametrize(
    ("text", "value", "rules"),
    [
        ("1988-03-14", date(1988, 3, 14), set()),
        ("1988-03-14T00:00:00.000Z", date(1988, 3, 14), set()),
        ("1988-03-14 00:00:00", date(1988, 3, 14), set()),
        ("19880314", date(1988, 3, 14), set()),
        ("3/14/1988", date(1988, 3, 14), {"date.us_order"}),
        ("", None, set()),
        (None, None, set()),
        ("0001-01-01", None, {"date.none"}),
        ("1900-01-01", None, {"date.none"}),
        (date(1, 1, 1), None, {"date.none"}),
        ("03/04/05", None, {"date.short_year"}),
        ("14/03/1988", None, {"date.unreadable"}),
        ("1988-02-30", None, {"date.unreadable"}),
        ("yesterday", None, {"date.unreadable"}),
        ("2026-05-05", date(2026, 5, 5), {"date.future"}),
        ("1896-05-03", date(1896, 5, 3), set()),
        ("1895-05-03", date(1895, 5, 3), {"date.too_old"}),
    ],
)
def test_a_date_is_read_or_left_out(text: str | date | None, value: date | None, rules: set[str]) -> None:
    mapped = iso_date(text, today=TODAY)

    assert (mapped.value, mapped.rules()) == (value, rules)


@given(st.dates())
def test_a_date_survives_being_written(day: date) -> None:
    expected = None if day in NO_DATES else day

    assert iso_date(day.isoformat()).value == expected
    assert iso_date(f"{day:%m/%d}/{day.year:04d}").value == expected


@given(st.text(max_size=30) | st.from_regex(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", fullmatch=True))
def test_dates_never_raise(text: str) -> None:
    mapped = iso_date(text, today=TODAY)

    assert mapped.value is None or TODAY - mapped.value < timedelta(days=800_000)
