"""Values on their way out: every kind takes what is documented, refuses the rest with a remedy, and names no value."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from odnexus.errors import ConfigurationError
from odnexus.nexhealth import fields
from odnexus.nexhealth.fields import Field, UnfitError, compose


@pytest.mark.parametrize(
    ("kind", "value", "spelled"),
    [
        (fields.integer, 7, 7),
        (fields.between(1, 5), 5, 5),
        (fields.between(0), 0, 0),
        (fields.text, "x", "x"),
        (fields.free_text, "", ""),
        (fields.foreign_id, "8842", "8842"),
        (fields.foreign_id, 8842, "8842"),
        (fields.note, "n" * 128, "n" * 128),
        (fields.boolean, False, False),
        (fields.only_true("no"), True, True),
        (fields.instant, datetime(2026, 3, 9, 16, tzinfo=UTC), "2026-03-09T16:00:00+00:00"),
        (fields.instant, datetime(2026, 3, 9, 9, tzinfo=ZoneInfo("America/Denver")), "2026-03-09T09:00:00-06:00"),
        (fields.instant, datetime(2026, 3, 9, 16, 0, 0, 999999, tzinfo=UTC), "2026-03-09T16:00:00.999+00:00"),
        (fields.day, date(2026, 3, 9), "2026-03-09"),
        (fields.phone, "5055550123", "5055550123"),
        (fields.stored_phone, "0000000000", "0000000000"),
        (fields.email, "mara@EXAMPLE.org", "mara@EXAMPLE.org"),
        (fields.web_address, "https://example.com/hook", "https://example.com/hook"),
        (fields.web_address, "http://127.0.0.1:8000/hook", "http://127.0.0.1:8000/hook"),
        (fields.word("Male", "Female"), "Male", "Male"),
        (fields.many(fields.integer), (1, 2), [1, 2]),
        (fields.many(fields.integer), {3}, [3]),
        (fields.many(fields.integer, least=0), [], []),
        (fields.one_or_many(fields.word("id", "-id")), "id", "id"),
        (fields.one_or_many(fields.word("id", "-id")), ["id", "-id"], "id,-id"),
    ],
)
def test_what_is_documented_is_spelled(kind: fields.Kind, value: Any, spelled: Any) -> None:
    assert kind(value) == spelled


@pytest.mark.parametrize(
    ("kind", "value", "remedy"),
    [
        (fields.integer, True, "integer"),
        (fields.integer, "7", "integer"),
        (fields.between(1, 5), 6, "from 1 to 5"),
        (fields.between(1), 0, "from 1"),
        (fields.text, " ", "not empty"),
        (fields.text, 5, "not empty"),
        (fields.free_text, 5, "give a text"),
        (fields.foreign_id, True, "not empty"),
        (fields.note, "n" * 129, "128 characters"),
        (fields.boolean, 1, "True or False"),
        (fields.only_true("it goes one way"), False, "it goes one way"),
        (fields.only_true("it goes one way"), "yes", "True or False"),
        (fields.instant, datetime(2026, 3, 9, 16), "time zone"),
        (fields.instant, "2026-03-09T16:00:00Z", "datetime"),
        (fields.instant, date(2026, 3, 9), "datetime"),
        (fields.day, datetime(2026, 3, 9, tzinfo=UTC), "date"),
        (fields.day, "2026-03-09", "date"),
        (fields.phone, "+15055550123", "mapping.ten_digits"),
        (fields.phone, "15055550123", "mapping.ten_digits"),
        (fields.phone, "505-555-0123", "mapping.ten_digits"),
        (fields.phone, "1505555012", "North American"),
        (fields.phone, "5051550123", "North American"),
        (fields.phone, "٥٠٥٥٥٥٠١٢٣", "mapping.ten_digits"),
        (fields.phone, 5055550123, "mapping.ten_digits"),
        (fields.stored_phone, "+15055550123", "mapping.ten_digits"),
        (fields.email, "mara", "e-mail"),
        (fields.email, "mara lund@example.org", "e-mail"),
        (fields.web_address, "http://example.com", "https"),
        (fields.web_address, "example.com", "https"),
        (fields.web_address, None, "https"),
        (fields.word("Male", "Female"), "female", "did you mean 'Female'"),
        (fields.word("Male", "Female"), "zzz", "known: Male, Female"),
        (fields.word("Male", "Female"), ["Male"], "known"),
        (fields.many(fields.integer), 5, "list"),
        (fields.many(fields.integer), "12", "list"),
        (fields.many(fields.integer), {1: 2}, "list"),
        (fields.many(fields.integer), [], "at least one"),
        (fields.many(fields.integer, most=2), [1, 2, 3], "2 at most"),
        (fields.many(fields.integer), [1, "2"], "integer"),
        (fields.nested({}), "x", "mapping"),
    ],
)
def test_the_rest_is_refused_with_a_remedy(kind: fields.Kind, value: Any, remedy: str) -> None:
    with pytest.raises(UnfitError, match=remedy):
        kind(value)


TABLE = {
    "subdomain": Field(kind=fields.text, required=True),
    "cancelled": Field(kind=fields.boolean),
    "include": Field(kind=fields.many(fields.text), wire="include[]", array="repeat"),
    "ids": Field(kind=fields.many(fields.integer), wire="ids[]", array="comma"),
    "name": Field(kind=fields.free_text, place="patient"),
    "born": Field(kind=fields.day, place="patient.bio"),
    "strict": Field(kind=fields.boolean, place=""),
    "child": Field(kind=fields.nested({"first": Field(kind=fields.text, place="", required=True)}), place="patient"),
}


def test_values_go_where_the_table_says_in_its_order() -> None:
    query, body = compose(
        "POST /x",
        TABLE,
        {
            "strict": True,
            "born": date(1988, 11, 20),
            "name": "",
            "ids": [1, 2],
            "include": ["a", "b"],
            "cancelled": False,
            "subdomain": "demo",
            "child": {"first": "Jo"},
        },
    )

    assert query == (
        ("subdomain", "demo"),
        ("cancelled", "false"),
        ("include[]", "a"),
        ("include[]", "b"),
        ("ids[]", "1,2"),
    )
    assert body == {"patient": {"name": "", "bio": {"born": "1988-11-20"}, "child": {"first": "Jo"}}, "strict": True}


def test_none_in_the_query_is_not_asked_for() -> None:
    assert compose("GET /x", TABLE, {"subdomain": "demo", "cancelled": None}) == ((("subdomain", "demo"),), {})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"subdomian": "demo"}, "POST /x: subdomian: no such field, did you mean 'subdomain'?"),
        ({}, "POST /x: subdomain: required"),
        ({"subdomain": None}, "POST /x: subdomain: required"),
        ({"subdomain": "demo", "name": None}, "POST /x: name: None cannot be sent .*; leave it out"),
        ({"subdomain": "demo", "cancelled": "no"}, "POST /x: cancelled: give True or False"),
        ({"subdomain": "demo", "child": {}}, "POST /x: child: first: required"),
        (
            {"subdomain": "demo", "child": {"frist": "Jo"}},
            "POST /x: child: frist: no such field, did you mean 'first'?",
        ),
    ],
)
def test_a_mistake_names_the_call_the_field_and_the_remedy(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        compose("POST /x", TABLE, values)


def test_a_long_list_of_names_is_not_recited() -> None:
    assert fields.nearest("q", [f"name_{n}" for n in range(30)]) == "see the page of the call"


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_a_moment_keeps_its_meaning_to_the_millisecond_and_never_grows(wall: datetime, zone: timezone) -> None:
    moment = wall.replace(tzinfo=zone)

    sent = datetime.fromisoformat(str(fields.instant(moment)))

    assert timedelta(0) <= moment - sent < timedelta(milliseconds=1)
    assert sent.utcoffset() == moment.utcoffset()


@given(st.text(max_size=14) | st.from_regex(r"\+?1?[0-9]{10}", fullmatch=True))
def test_a_phone_is_ten_digits_or_nothing(text: str) -> None:
    fits = re.fullmatch(r"[2-9][0-9]{2}[2-9][0-9]{6}", text) is not None

    if fits:
        assert fields.phone(text) == text
    else:
        with pytest.raises(UnfitError, match=r"ten digits|North American"):
            fields.phone(text)
