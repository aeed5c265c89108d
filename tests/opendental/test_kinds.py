from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odnexus.errors import ConfigurationError
from odnexus.opendental import kinds
from odnexus.opendental.models import AptStatus, CommMode, DefCategory, Gender


@contextmanager
def suppress_into(messages: list[str]) -> Iterator[None]:
    try:
        yield
    except ConfigurationError as error:
        messages.append(str(error))


STATUS = kinds.words(AptStatus, AptStatus.SCHEDULED, AptStatus.COMPLETE)


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (kinds.NUMBER, 0, 0),
        (kinds.POSITIVE, 4, 4),
        (kinds.KEY, 0, 0),
        (kinds.TEXT, "", ""),
        (kinds.TEXT, CommMode.IN_PERSON, "In Person"),
        (kinds.BOOLEAN, True, "true"),
        (kinds.BOOLEAN, False, "false"),
        (kinds.DATE, date(1988, 3, 14), "1988-03-14"),
        (kinds.DATE_TIME, datetime(2026, 5, 12, 8, 30), "2026-05-12 08:30:00"),
        (kinds.DATE_TIME, datetime(2026, 5, 12, 8, 30, 7, 999), "2026-05-12 08:30:07"),
        (kinds.TIME, time(8, 5), "08:05:00"),
        (kinds.NUMBER_LIST, (3, 4), [3, 4]),
        (kinds.NUMBER_COMMAS, [3, 4], "3,4"),
        (kinds.COLOR, "0,128,255", "0,128,255"),
        (kinds.PATTERN, "/XX/", "/XX/"),
        (kinds.PATTERN, "X" * 108, "X" * 108),
        (kinds.URL, "https://hooks.example.org/od/?type=appt", "https://hooks.example.org/od/?type=appt"),
        (kinds.URL, "http://localhost:8080/od/", "http://localhost:8080/od/"),
        (kinds.SSN, "123456789", "123456789"),
        (kinds.STATE, "OR", "OR"),
        (kinds.ZIP, "97401", "97401"),
        (kinds.ZIP, "97401-1234", "97401-1234"),
        (kinds.ZIP, "974011234", "974011234"),
        (kinds.ZIP, "A0A 0A0", "A0A 0A0"),
        (kinds.TEN_DIGITS, "5415550188", "5415550188"),
        (kinds.CHART_NUMBER, "A" * 15, "A" * 15),
        (kinds.CATEGORY, DefCategory.APPT_CONFIRMED, 2),
        (kinds.CATEGORY, 2, 2),
        (STATUS, AptStatus.SCHEDULED, "Scheduled"),
        (STATUS, "Complete", "Complete"),
        # What clears.
        (kinds.KEY, None, 0),
        (kinds.TEXT, None, ""),
        (kinds.DATE, None, "0001-01-01"),
        (kinds.DATE_TIME, None, "0001-01-01 00:00:00"),
        (kinds.COLOR, None, "0,0,0"),
        (kinds.words(Gender, clear=Gender.UNKNOWN), None, "Unknown"),
    ],
)
def test_a_value_is_written_as_documented(kind: kinds.Kind, value: object, written: object) -> None:
    assert kind.to_json("it", value) == written


@pytest.mark.parametrize(
    ("kind", "value", "remedy"),
    [
        (kinds.NUMBER, "4", "whole number"),
        (kinds.NUMBER, True, "whole number"),
        (kinds.NUMBER, -1, "from 0"),
        (kinds.POSITIVE, 0, "from 1"),
        (kinds.POSITIVE, None, "cannot be cleared"),
        (kinds.TEXT, 5, "text"),
        (kinds.SOME_TEXT, " \n", "not blank"),
        (kinds.NAME, "a" * 101, "100 characters"),
        (kinds.BOOLEAN, "true", "True or False"),
        (kinds.BOOLEAN, 1, "True or False"),
        (kinds.DATE, datetime(2026, 5, 12), r"\.date\(\)"),
        (kinds.DATE, "2026-05-12", "datetime.date"),
        (kinds.DATE_TIME, date(2026, 5, 12), "datetime.datetime"),
        (kinds.DATE_TIME, datetime(2026, 5, 12, tzinfo=UTC), "odnexus.mapping.visit.to_wall"),
        (kinds.DATE_TIME.keep(), None, "cannot be cleared"),
        (kinds.TIME, datetime(2026, 5, 12, 8), "HH:mm:ss"),
        (kinds.TIME, time(8, tzinfo=UTC), "without one"),
        (kinds.NUMBER_LIST, "3,4", "list"),
        (kinds.NUMBER_LIST, [3, "4"], "whole number"),
        (kinds.COLOR, "256,0,0", "0 to 255"),
        (kinds.COLOR, "red", "0 to 255"),
        (kinds.PATTERN, "xx", "only X"),
        (kinds.PATTERN, "", "only X"),
        (kinds.PATTERN, "X" * 109, "108"),
        (kinds.PATTERN, None, "cannot be cleared"),
        (kinds.URL, "http://hooks.example.org/", "https"),
        (kinds.URL, "hooks.example.org", "https"),
        (kinds.SSN, "123-45-6789", "no dashes"),
        (kinds.STATE, "Oregon", "two capital letters"),
        (kinds.STATE, "or", "two capital letters"),
        (kinds.ZIP, "9740", "12345"),
        (kinds.ZIP, "A0A0A0", "A0A 0A0"),
        (kinds.US_ZIP, "A0A 0A0", "12345"),
        (kinds.TEN_DIGITS, "(541)555-0188", "10 digits"),
        (kinds.CHART_NUMBER, "A" * 16, "15"),
        (kinds.PHONE, "5" * 31, "30"),
        (STATUS, "Cancelled", "one of 'Scheduled', 'Complete'"),
        (STATUS, AptStatus.BROKEN, "one of"),
        (STATUS, 1, "not the database's number"),
        (STATUS, True, "not the database's number"),
        (STATUS, None, "cannot be cleared"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_remedy(kind: kinds.Kind, value: Any, remedy: str) -> None:
    with pytest.raises(ConfigurationError, match=remedy) as caught:
        kind.to_json("zip_code", value)

    assert str(caught.value).startswith("zip_code: ")


@given(st.text(alphabet="ABCxyz0189-() ", min_size=9))
def test_a_refusal_never_shows_the_value(text: str) -> None:
    messages: list[str] = []
    for kind in (kinds.ZIP, kinds.STATE, kinds.SSN, kinds.PATTERN, kinds.TEN_DIGITS, STATUS):
        with suppress_into(messages):
            kind.to_json("it", text)

    assert all(text not in message for message in messages)


def test_a_query_holds_texts() -> None:
    assert kinds.NUMBER.to_text("it", 0) == "0"
    assert kinds.BOOLEAN.to_text("it", True) == "true"
