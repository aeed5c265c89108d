from __future__ import annotations

import pytest

from odnexus.errors import ConfigurationError
from odnexus.opendental import kinds
from odnexus.opendental.endpoints import (
    Endpoint,
    Field,
    all_or_none,
    exactly_one,
    fields,
    may,
    must,
    not_both,
    same_length,
    since,
)

THING = Endpoint(
    method="POST",
    path="/things/{ThingNum}",
    gate=since("22.1"),
    permission="ApiComm",
    page="API Things",
    params=fields(may("LName", kinds.SOME_TEXT), may("ClinicNum", kinds.NUMBER, "23.2.5")),
    body=fields(
        must("PatNum", kinds.POSITIVE),
        may("AptDateTime", kinds.DATE_TIME),
        may("Note", kinds.TEXT, "24.1"),
        Field(word="Table", kind=kinds.TEXT, optional_from=since("25.1"), word_gates={"New": since("25.3")}),
    ),
)
CHANGE = Endpoint(
    method="PUT", path="/things/{ThingNum}", permission="ApiComm", page="API Things", partial=True,
    body=fields(may("Note", kinds.TEXT), may("Op", kinds.POSITIVE)),
)  # fmt: skip


def test_values_are_spelled_and_ordered_as_given() -> None:
    assert THING.query({"clinic_num": 0, "l_name": "Ng"}) == (("ClinicNum", "0"), ("LName", "Ng"))


def test_none_is_no_filter() -> None:
    assert THING.query({"clinic_num": None, "l_name": None}) == ()


def test_none_is_left_out_of_a_creation_and_clears_in_a_change() -> None:
    assert THING.content({"pat_num": 1, "note": None}) == {"PatNum": 1}
    assert CHANGE.content({"note": None}) == {"Note": ""}


def test_a_change_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="nothing to change"):
        CHANGE.content({})


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("AptDateTime", "its Python name is 'apt_date_time'"),
        ("aptdatetime", "its Python name is 'apt_date_time'"),
        ("apt_datetime", "did you mean 'apt_date_time'"),
        ("zzz", "it has pat_num, apt_date_time, note, table"),
    ],
)
def test_an_unknown_name_is_refused_and_the_nearest_one_named(name: str, hint: str) -> None:
    with pytest.raises(ConfigurationError, match=hint) as caught:
        THING.content({"pat_num": 1, name: "Okafor"})

    assert str(caught.value).startswith(f"{name}: POST /things/{{ThingNum}} has no such field")
    assert "Okafor" not in str(caught.value)


@pytest.mark.parametrize("values", [{}, {"pat_num": None}])
def test_a_required_field_is_required(values: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match=r"pat_num: .* needs it \(PatNum\)"):
        THING.content(values)


def test_gates_name_what_is_sent() -> None:
    assert dict(THING.gates({"PatNum": 1, "Note": "x", "Table": "Old"})) == {
        "POST /things/{ThingNum}": (22, 1),
        "note (Note)": (24, 1),
    }
    assert dict(THING.gates({"Table": "New"})) == {"POST /things/{ThingNum}": (22, 1), "table 'New'": (25, 3)}
    assert dict(THING.gates({})) == {"POST /things/{ThingNum}": (22, 1), "leaving out table (Table)": (25, 1)}


def test_rules_hold_between_fields() -> None:
    all_or_none("a", "b")({"a": 1, "b": 2})
    all_or_none("a", "b")({})
    with pytest.raises(ConfigurationError, match="b: give a and b together"):
        all_or_none("a", "b")({"a": 1})
    not_both("a", "b")({"a": 1, "b": None})
    with pytest.raises(ConfigurationError, match="b: not together with a"):
        not_both("a", "b")({"a": 1, "b": 0})
    exactly_one("a", "b")({"b": 0})
    for values in ({}, {"a": 1, "b": 2}):
        with pytest.raises(ConfigurationError, match="exactly one of a, b"):
            exactly_one("a", "b")(values)
    same_length("a", "b")({"a": "XX", "b": "//"})
    same_length("a", "b")({"b": "//"})
    with pytest.raises(ConfigurationError, match="b: make it as long as a"):
        same_length("a", "b")({"a": "XX", "b": "/"})
