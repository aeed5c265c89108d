"""What columns hold, by their headings: the same for the matcher as for audits."""

from __future__ import annotations

import pytest

from odnexus.audit.headings import SYNONYMS
from odnexus.matching.columns import columns_of

FIELDS = {
    "PatNum": "pat_num",
    "LName": "family",
    "FName": "given",
    "MiddleI": "middle",
    "Preferred": "preferred",
    "Birthdate": "birth_date",
    "PatStatus": "status",
    "Gender": "sex",
    "WirelessPhone": "mobile",
    "HmPhone": "home",
    "WkPhone": "work",
    "Email": "email",
    "Address": "line_1",
    "Zip": "postal_code",
    "Guarantor": "guarantor",
    "ClinicNum": "clinic_num",
}


def held(*headings: str) -> list[tuple[str, str]]:
    return [(each.heading, each.name) for each in columns_of(headings, {})]


def test_every_heading_of_a_chart_that_audits_understand_is_understood() -> None:
    assert FIELDS.keys() == SYNONYMS["charts"].keys()
    for word, others in SYNONYMS["charts"].items():
        for heading in (word, *others.split()):
            assert held(heading) == [(heading, FIELDS[word])]


@pytest.mark.parametrize(
    "heading", ["patient.LName", "PATIENT.lname", "p.LName", "od.patient.LName", "L Name", "\ufeffLName"]
)
def test_a_heading_may_name_its_table_and_be_spelt_freely(heading: str) -> None:
    assert held(heading) == [(heading, "family")]


@pytest.mark.parametrize("heading", ["Emerg. Phone", "Balance", "guarantor.Balance", ""])
def test_what_no_chart_holds_is_left_where_it_is(heading: str) -> None:
    assert held(heading) == []


@pytest.mark.parametrize(
    "headings",
    [
        ("g.HmPhone", "p.PatNum", "p.LName"),
        ("guarantor.HmPhone", "guarantor.PatNum", "patient.PatNum", "patient.LName"),
        ("HmPhone.note", "p.PatNum", "g.HmPhone", "p.LName"),
    ],
)
def test_columns_of_a_table_that_was_joined_are_not_the_patients(headings: tuple[str, ...]) -> None:
    assert [name for _, name in held(*headings)] == ["pat_num", "family"]


def test_open_dentals_own_names_come_before_what_people_call_the_same() -> None:
    assert held("Phone", "WirelessPhone") == [("WirelessPhone", "mobile"), ("Phone", "mobile")]


def test_a_number_that_may_be_another_is_no_patnum_where_there_is_one() -> None:
    assert held("ID", "PatNum") == [("PatNum", "pat_num")]
    assert held("ID") == [("ID", "pat_num")]


def test_what_the_caller_says_comes_first() -> None:
    columns = columns_of(("PatNum", "No", "LName"), {"No": "pat_num"})

    assert [(each.heading, each.name) for each in columns] == [("No", "pat_num"), ("LName", "family")]
