from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve

from odnexus.mapping.person import Person
from odnexus.matching import Chart, Roster

ROBERT = Person(family="Okafor", given="Robert", birth_date=date(1988, 3, 14), mobile="+15415550188")
ROSTER = Roster(
    [
        Chart(pat_num=1, person=ROBERT),
        Chart(pat_num=2, person=ROBERT),
        Chart(pat_num=3, person=evolve(ROBERT, given="Bob")),
    ]
)
OTHERS = [
    Chart(pat_num=501, person=evolve(ROBERT, given="Bob")),
    Chart(pat_num=502, person=Person(family="Lund", given="Mara")),
]


def test_duplicates_are_rows_and_counts() -> None:
    found = ROSTER.duplicates()

    assert found.counts() == {"certain": 1, "probable": 2, "possible": 0, "certainly-not": 0}
    assert {name: found.records()[0][name] for name in ("pat_num", "other_pat_num", "grade")} == {
        "pat_num": 1,
        "other_pat_num": 2,
        "grade": "certain",
    }


def test_links_are_rows_and_counts() -> None:
    found = ROSTER.links(OTHERS)

    assert found.counts() == {"certain": 1, "probable": 0, "possible": 0, "certainly-not": 1}
    assert [(row["pat_num"], row["chosen"], row["reasons"] != "") for row in found.records()] == [
        (501, 3, True),
        (502, None, False),
    ]


def test_frames_keep_columns_and_whole_numbers_whatever_was_found() -> None:
    pytest.importorskip("pandas")

    assert list(Roster().duplicates().frame.columns) == list(ROSTER.duplicates().frame.columns)
    assert len(ROSTER.duplicates().frame) == 3
    chosen = ROSTER.links(OTHERS).frame["chosen"]
    assert (str(chosen.dtype), int(chosen[0]), bool(chosen.isna()[1])) == ("Int64", 3, True)


def test_no_table_shows_a_value() -> None:
    shown = f"{ROSTER.duplicates().records()} {ROSTER.links(OTHERS).records()}".casefold()

    for value in ("okafor", "robert", "1988", "555"):
        assert value not in shown
