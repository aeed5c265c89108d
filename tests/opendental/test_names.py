from __future__ import annotations

import attrs
import pytest

from odnexus.opendental import models, names


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("AptDateTime", "apt_date_time"),
        ("DateTStamp", "date_t_stamp"),
        ("SecDateTEntry", "sec_date_t_entry"),
        ("LName", "l_name"),
        ("MiddleI", "middle_i"),
        ("MI", "mi"),
        ("SSN", "ssn"),
        ("HmPhone", "hm_phone"),
        ("serverDateTime", "server_date_time"),
        ("Mode_", "mode_"),
        ("Address2", "address2"),
        ("Bal_0_30", "bal_0_30"),
        ("UsingTIN", "using_tin"),
        ("NationalProvID", "national_prov_id"),
        ("confirmed", "confirmed_text"),
        ("commType", "comm_type_text"),
        ("isHidden", "is_hidden"),
    ],
)
def test_names_follow_one_rule_and_one_table(word: str, name: str) -> None:
    assert names.snake(word) == name


@pytest.mark.parametrize("record", names.FIELDS)
def test_each_attribute_of_a_record_has_a_documented_word(record: type[models.Record]) -> None:
    attributes = {attribute.name for attribute in attrs.fields(record)} - {"raw"}

    assert attributes == set(names.SPELLINGS[record])


def test_only_the_two_spellings_of_hidden_definitions_share_an_attribute() -> None:
    shared = {
        (record.__name__, name, words)
        for record, spelled in names.SPELLINGS.items()
        for name, words in spelled.items()
        if len(words) > 1
    }

    assert shared == {("Definition", "is_hidden", ("isHidden", "IsHidden"))}


def test_every_record_has_its_words() -> None:
    records = {each for name in models.__all__ if isinstance(each := getattr(models, name), type)}
    concrete = {each for each in records if issubclass(each, models.Record) and each is not models.Record}

    assert concrete == set(names.FIELDS)


def test_a_row_mentions_what_its_answer_said() -> None:
    row = models.Appointment(apt_num=1, raw={"AptNum": 1, "confirmed": ""})

    assert names.mentions(row, "confirmed_text")
    assert not names.mentions(row, "confirmed")
