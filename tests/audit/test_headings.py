"""Headings in many spellings, and what they hold."""

from __future__ import annotations

import pytest

from odnexus.audit.headings import SYNONYMS, columns_of
from odnexus.audit.keeping import RECORDS


def words(name: str, *headings: str, **said: str) -> list[str | None]:
    return [found.word if found is not None else None for found in columns_of(name, headings, said)]


@pytest.mark.parametrize(
    ("table", "heading", "word"),
    [
        ("charts", "PatNum", "PatNum"),
        ("charts", "patnum", "PatNum"),
        ("charts", "Pat Num", "PatNum"),
        ("charts", "patient.PatNum", "PatNum"),
        ("charts", "pat_num", "PatNum"),
        ("charts", "Last Name", "LName"),
        ("charts", "DOB", "Birthdate"),
        ("charts", "Cell Phone", "WirelessPhone"),
        ("charts", "Bal_0_30", "Bal_0_30"),
        ("charts", "Favourite colour", None),
        ("book", "Appointment ID", "AptNum"),
        ("people", "ID", "id"),
        ("people", "Date of Birth", "bio.date_of_birth"),
        ("people", "bio.date_of_birth", "bio.date_of_birth"),
        ("people", "Phone Number", "bio.phone_number"),
        ("bookings", "Start Time", "start_time"),
        ("bookings", "canceled", "cancelled"),
        ("coverages", "subscriberid", "SubscriberID"),
        ("carriers", "Payer ID", "ElectID"),
    ],
)
def test_a_heading_is_known_however_it_is_spelt(table: str, heading: str, word: str | None) -> None:
    assert words(table, "Other", heading)[1] == word


def test_a_number_and_its_name_are_told_apart_by_a_capital_where_there_are_any() -> None:
    assert words("book", "AptNum", "Confirmed", "confirmed") == ["AptNum", "Confirmed", "confirmed"]
    assert words("book", "aptnum", "confirmed") == ["AptNum", "Confirmed"]


def test_whoever_has_other_headings_says_what_they_hold() -> None:
    assert words("charts", "Nr", "Nachname", Nr="PatNum", Nachname="l_name") == ["PatNum", "LName"]


@pytest.mark.parametrize(
    ("said", "told"),
    [({"Nr": "PatNumm"}, "'PatNumm' is nothing that charts hold"), ({"No": "PatNum"}, "no heading 'No'")],
)
def test_what_is_said_wrongly_is_refused(said: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        columns_of("charts", ["Nr"], said)


def test_what_people_call_a_column_leads_to_it_and_takes_no_word_of_the_vendors() -> None:
    for table, synonyms in SYNONYMS.items():
        assert table in RECORDS
        for word, others in synonyms.items():
            for other in others.split():
                assert words(table, other.upper()) == [word], f"{table}: {other}"


@pytest.mark.parametrize(
    ("headings", "words"),
    [
        (["guarantor.PatNum", "patient.PatNum", "patient.LName"], [None, "PatNum", "LName"]),
        (["PatNum", "LName", "Emerg. Phone", "guarantor.HmPhone"], ["PatNum", "LName", None, None]),
        (["p.PatNum", "p.LName", "g.HmPhone"], ["PatNum", "LName", None]),
        (["patient.PatNum", "g.WirelessPhone", "patient.WirelessPhone"], ["PatNum", None, "WirelessPhone"]),
    ],
)
def test_what_was_joined_to_a_table_is_not_the_tables(headings: list[str], words: list[str | None]) -> None:
    assert [column and column.word for column in columns_of("charts", headings, {})] == words
