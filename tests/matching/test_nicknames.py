from __future__ import annotations

from itertools import product

import pytest

from odnexus.mapping.text import fold_name
from odnexus.matching.nicknames import Kinship, Nicknames

SHIPPED = Nicknames.shipped()


@pytest.mark.parametrize(
    ("one", "other", "kinship"),
    [
        ("robert", "bob", Kinship.SHORT),
        ("bob", "rob", Kinship.SHORT),
        ("william", "bill", Kinship.SHORT),
        ("margaret", "peggy", Kinship.SHORT),
        ("guadalupe", "lupe", Kinship.SHORT),
        ("francisco", "paco", Kinship.SHORT),
        ("sarah", "sara", Kinship.SPELLING),
        ("stephen", "steven", Kinship.SPELLING),
        ("christopher", "chris", Kinship.LOOSE),
        ("christine", "chris", Kinship.LOOSE),
        ("samuel", "sam", Kinship.LOOSE),
        ("elizabeth", "lisa", Kinship.ALIAS),
        ("andrei", "andrew", Kinship.ALIAS),
        ("nicholas", "cole", Kinship.LOOSE),
        ("dmitriy", "dmitry", Kinship.SPELLING),
        ("yusuf", "yousef", Kinship.SPELLING),
        ("leila", "layla", Kinship.SPELLING),
        ("ekaterina", "kate", Kinship.SHORT),
        ("dmitriy", "dima", Kinship.SHORT),
        ("antonio", "tono", Kinship.SHORT),
        ("francisco", "fco", Kinship.SHORT),
        ("debra", "debbie", Kinship.SHORT),
        ("alejandro", "ale", Kinship.LOOSE),
        ("alejandra", "ale", Kinship.LOOSE),
        ("brianna", "bri", Kinship.LOOSE),
        ("laura", "lorie", Kinship.LOOSE),
        ("jonathan", "johnny", Kinship.ALIAS),
        ("christopher", "christine", Kinship.NONE),
        ("samuel", "samantha", Kinship.NONE),
        ("alexander", "alexandra", Kinship.NONE),
        ("anna", "anne", Kinship.NONE),
        ("jon", "john", Kinship.NONE),
        ("daniel", "daniela", Kinship.NONE),
        ("emma", "olivia", Kinship.NONE),
        ("darin", "darren", Kinship.NONE),
        ("", "", Kinship.NONE),
    ],
)
@pytest.mark.mission("T2", shows="Bob is Robert, Chris may be two names, and a full name is nobody's nickname")
def test_how_two_names_are_related(one: str, other: str, kinship: Kinship) -> None:
    assert SHIPPED.kinship(one, other) is kinship
    assert SHIPPED.kinship(other, one) is kinship


def test_the_table_is_large_and_folded() -> None:
    names = SHIPPED.names()

    assert len(SHIPPED.heads) > 500
    assert len(names) > 4_000
    assert [name for name in names if fold_name(name) != name] == []


def test_a_full_name_that_several_share_is_none_of_the_others() -> None:
    fulls = SHIPPED.fulls("chris")

    assert len(fulls) > 3
    for one, other in product(fulls, fulls):
        assert one == other or SHIPPED.kinship(one, other) is not Kinship.SHORT


def test_what_is_said_of_one_spelling_holds_for_the_others() -> None:
    table = Nicknames.parse(
        ["katherine: kat kate ~kay", "catherine: cathy", "= katherine kathryn", "= kat cat", "! kat"]
    )

    assert table.kinship("kathryn", "kate") is Kinship.SHORT
    assert table.kinship("kathryn", "kay") is Kinship.ALIAS
    assert table.kinship("kathryn", "cat") is Kinship.LOOSE
    assert table.kinship("catherine", "kate") is Kinship.NONE
    assert "cat" in table.kin["kathryn"]
    assert table.fulls("cat") == ("katherine",)


@pytest.mark.parametrize("name", ["brandon", "wyatt", "brenda", "claudia", "araceli", "galina", "minjun"])
def test_names_in_common_use_are_known(name: str) -> None:
    assert name in SHIPPED


def test_the_full_names_of_a_short_one() -> None:
    assert SHIPPED.fulls("peggy") == ("margaret",)
    assert SHIPPED.fulls("robert") == ()
    assert "lucia" in SHIPPED
    assert "jhon" not in SHIPPED
