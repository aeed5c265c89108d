from __future__ import annotations

import gc
from datetime import date, timedelta
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import given, settings, strategies as st

from odnexus.mapping.person import Address, Person
from odnexus.matching import Chart, Grade, Roster, memory
from odnexus.matching.births import birth_slips, swapped_birth
from odnexus.matching.decide import Veto
from tests.matching.families import Town, typed

ROBERT = Person(
    family="Okafor",
    given="Robert",
    birth_date=date(1988, 3, 14),
    mobile="+15415550188",
    email="robert@example.org",
    address=Address(line_1="77 Alder Ct", city="Eugene", state="OR", postal_code="97401"),
)


def chart(pat_num: int, person: Person = ROBERT, **fields: Any) -> Chart:
    return Chart(pat_num=pat_num, person=person, **fields)


@pytest.mark.mission("T2", shows="a Bob who books is linked to Robert's chart, with the reason in words")
def test_a_known_patient_is_chosen() -> None:
    roster = Roster([chart(1), chart(2, evolve(ROBERT, given="Ngozi", birth_date=date(1990, 8, 2)))])
    decision = roster.lookup(evolve(ROBERT, given="Bob"))

    assert (decision.grade, decision.chosen, decision.ambiguous) == (Grade.CERTAIN, 1, False)
    assert decision.candidates[0].reasons[0] == "given name: nickname of one group"


def test_a_stranger_finds_nobody() -> None:
    decision = Roster([chart(1)]).lookup(Person(family="Lund", given="Mara", birth_date=date(1999, 1, 2)))

    assert (decision.grade, decision.chosen, decision.candidates) == (Grade.CERTAINLY_NOT, None, ())


def test_nobody_is_found_in_an_empty_roster() -> None:
    assert Roster().lookup(ROBERT).grade is Grade.CERTAINLY_NOT


def test_two_certain_charts_are_ambiguous() -> None:
    decision = Roster([chart(1), chart(2)]).lookup(ROBERT)

    assert (decision.grade, decision.chosen, decision.ambiguous) == (Grade.CERTAIN, None, True)


@pytest.mark.parametrize("status", ["Archived", "Deleted"])
def test_archived_and_deleted_charts_never_match(status: str) -> None:
    roster = Roster([chart(1, status=status)])

    assert roster.lookup(ROBERT).candidates == ()
    assert len(roster) == 1
    assert roster.get(1) is not None


@pytest.mark.parametrize("status", ["Patient", "NonPatient", "Inactive", "Prospective", "Deceased", "Somehow"])
def test_other_charts_do(status: str) -> None:
    assert Roster([chart(1, status=status)]).lookup(ROBERT).chosen == 1


def test_a_refused_chart_is_at_most_possible() -> None:
    decision = Roster([chart(1)]).lookup(ROBERT, refused={1})

    assert (decision.grade, decision.chosen) == (Grade.POSSIBLE, None)
    assert decision.candidates[0].vetoes == (Veto.REFUSED,)


def test_refusing_one_of_two_leaves_the_other() -> None:
    assert Roster([chart(1), chart(2)]).lookup(ROBERT, refused=[2]).chosen == 1


@pytest.mark.mission("T2", shows="where Bob and Robert are two patients, a nickname joins neither to the other")
def test_where_bob_and_robert_both_stand_they_are_two() -> None:
    roster = Roster([chart(1), chart(2, evolve(ROBERT, given="Bob"))])

    assert roster.lookup(evolve(ROBERT, given="Bob")).chosen == 2
    assert roster.lookup(ROBERT).chosen == 1
    assert roster.lookup(evolve(ROBERT, given="Rob")).chosen is None


def test_where_both_twins_stand_a_short_name_of_both_chooses_none() -> None:
    twins = [evolve(ROBERT, given=name, middle="Lee") for name in ("Christopher", "Christine")]
    roster = Roster([chart(number, twin) for number, twin in enumerate(twins, 1)])
    decision = roster.lookup(evolve(ROBERT, given="Chris", middle="Lee"))

    assert decision.chosen is None
    assert {candidate.pat_num for candidate in decision.candidates} == {1, 2}


def test_a_second_twin_is_not_the_first() -> None:
    emma = evolve(ROBERT, given="Emma")
    parent = evolve(ROBERT, birth_date=date(1960, 1, 2))

    assert Roster([chart(1, emma, guarantor=2), chart(2, parent)]).lookup(evolve(emma, given="Noah")).candidates == ()


def test_another_given_name_at_a_phone_nobody_shares_is_asked_about() -> None:
    decision = Roster([chart(1)]).lookup(evolve(ROBERT, given="Chidi"))

    assert (decision.grade, decision.candidates[0].vetoes) == (Grade.POSSIBLE, (Veto.TWINS,))


def test_what_a_crowd_shares_proves_nothing() -> None:
    crowd = [
        chart(number, Person(family=f"Family{number}", given="Ann", mobile=ROBERT.mobile, birth_date=date(1950, 1, 2)))
        for number in range(2, 40)
    ]
    bob = Person(family="Okafor", given="Bob", birth_date=ROBERT.birth_date, mobile=ROBERT.mobile)

    assert Roster([chart(1)]).lookup(bob).grade is Grade.CERTAIN
    assert Roster([chart(1), *crowd]).lookup(bob).grade is Grade.PROBABLE


@pytest.mark.mission("M1", shows="a birth date that a form fills in for everybody is no evidence")
def test_a_birth_date_of_a_crowd_is_one_that_a_form_filled_in() -> None:
    crowd = [
        chart(number, Person(family=f"Family{number}", given="Ann", birth_date=ROBERT.birth_date))
        for number in range(2, 40)
    ]

    assert Roster([chart(1), *crowd[:5]]).lookup(ROBERT).grade is Grade.CERTAIN
    assert Roster([chart(1), *crowd]).lookup(ROBERT).grade is Grade.PROBABLE


@pytest.mark.parametrize("shared", [{"email": ROBERT.email}, {"address": ROBERT.address}])
def test_an_address_of_a_crowd_proves_nothing_either(shared: dict[str, Any]) -> None:
    crowd = [
        chart(number, Person(family=f"Family{number}", given="Ann", birth_date=date(1950, 1, 2), **shared))
        for number in range(2, 40)
    ]
    bob = Person(family="Okafor", given="Bob", birth_date=ROBERT.birth_date, **shared)

    assert Roster([chart(1)]).lookup(bob).grade is Grade.CERTAIN
    assert Roster([chart(1), *crowd]).lookup(bob).grade is Grade.PROBABLE


def test_one_set_of_charts_is_looked_up_in_another() -> None:
    others = [chart(501, evolve(ROBERT, given="Bob")), chart(502, Person(family="Lund", given="Mara"))]

    assert [(number, decision.chosen) for number, decision in Roster([chart(1)]).links(others)] == [
        (501, 1),
        (502, None),
    ]


@pytest.mark.mission("M1", shows="charts that a practice holds twice are found, and what is not sure is asked about")
def test_duplicates_are_found_and_bob_and_robert_asked_about() -> None:
    mara = Person(family="Lund", given="Mara", birth_date=date(1999, 1, 2), mobile="+15415550123")
    roster = Roster(
        [
            chart(1),
            chart(2, evolve(ROBERT, family="OKAFOR", email="")),
            chart(3, mara),
            chart(4, evolve(mara, given="Marta")),
            chart(5, evolve(ROBERT, given="Bob", mobile="+15415550100", address=Address(), email="")),
            chart(6, evolve(ROBERT, birth_date=date(1960, 3, 14))),
        ]
    )
    found = roster.duplicates()

    assert [(pair.pat_nums, pair.grade) for pair in found if pair.grade is Grade.CERTAIN] == [((1, 2), Grade.CERTAIN)]
    assert {pair.pat_nums for pair in found if pair.grade is Grade.PROBABLE} == {(1, 5), (2, 5)}
    assert {pair.pat_nums for pair in roster.duplicates(least=Grade.POSSIBLE)} >= {(1, 6), (3, 4)}
    assert found[0].reasons[0] == "given name: the same"


def test_no_roster_of_families_has_a_certain_duplicate() -> None:
    town = Town(106)
    people = town.practice(3_000)
    roster = Roster(chart(one.identity, typed(town.chart(one)), guarantor=one.guarantor) for one in people)

    assert [pair for pair in roster.duplicates() if pair.grade is Grade.CERTAIN] == []


def strangers(*people: tuple[str, str]) -> list[Chart]:
    """Return a chart for each name, and 600 others, with nothing in common but names."""
    names = [*people, *((f"Given{'abcdefghij'[n % 10]}", f"Family{n}") for n in range(600))]
    return [
        chart(n, Person(given=given, family=family, birth_date=date(1960, 1, 1) + timedelta(days=31 * n)))
        for n, (given, family) in enumerate(names, 1)
    ]


def without_chart(roster: Roster, **changes: Any) -> Person:
    """Return the person of chart 1 who has another phone, changed."""
    held = roster.get(1)
    assert held is not None
    return evolve(held.person, **changes)


def test_two_family_names_in_use_that_differ_by_a_letter_are_two() -> None:
    hall, hill = [("Zoltan", "Hall"), *[("Mara", "Hall")] * 3], [("Ines", "Hill")] * 3
    alone, both = Roster(strangers(*hall)), Roster(strangers(*hall, *hill))
    zoltan_hill = without_chart(alone, family="Hill")

    assert alone.lookup(zoltan_hill).chosen == 1
    assert both.lookup(zoltan_hill).grade is Grade.PROBABLE
    assert (
        "family name: another name, one or two letters from the other" in both.lookup(zoltan_hill).candidates[0].reasons
    )


def test_one_name_in_two_alphabets_is_one_however_many_hold_it() -> None:
    roster = Roster(strangers(("Zoltan", "Müller"), *[("Mara", "Müller")] * 3, *[("Ines", "Mueller")] * 3))

    assert roster.lookup(without_chart(roster, family="Mueller")).chosen == 1


def test_half_of_a_double_name_proves_less_than_the_whole() -> None:
    roster = Roster(strangers(("Zoltan", "Herrera-Martinez")))

    assert roster.lookup(without_chart(roster)).chosen == 1
    assert roster.lookup(without_chart(roster, family="Hernandez-Martinez")).grade is Grade.PROBABLE


def test_a_given_name_common_in_a_family_name_is_not_rare_there() -> None:
    minh, others = [("Minh", "Nguyen")], [(f"Given{letter}", "Nguyen") for letter in "klmnopqrstuvwxyz"]
    alone, many = Roster(strangers(*minh, *others)), Roster(strangers(*minh * 17))

    assert alone.lookup(without_chart(alone)).chosen == 1
    assert many.lookup(without_chart(many)).grade is Grade.PROBABLE
    assert many.lookup(without_chart(many, middle="Duc")).grade is Grade.PROBABLE


def test_second_charts_of_one_person_do_not_make_the_name_common() -> None:
    charts = strangers(("Minh", "Nguyen"))
    roster = Roster([*charts, *(evolve(charts[0], pat_num=900 + n, status="Archived") for n in range(7))])
    twice = Roster([*charts, evolve(charts[0], pat_num=900)])

    assert roster.lookup(charts[0].person).chosen == 1
    assert twice.lookup(charts[0].person).ambiguous


@pytest.mark.parametrize(("given", "asked"), [("Rose", True), ("Mabel", False)])
def test_in_a_household_a_name_with_the_middle_initial_is_asked_about(given: str, asked: bool) -> None:
    josephine = evolve(ROBERT, given="Josephine", middle="R")
    brother = evolve(ROBERT, given="Chidi", birth_date=date(1991, 7, 2))
    decision = Roster([chart(1, josephine), chart(2, brother)]).lookup(evolve(ROBERT, given=given))

    assert [each.pat_num for each in decision.candidates] == ([1] if asked else [])
    assert decision.chosen is None


def test_a_common_name_needs_more_than_a_birth_date() -> None:
    days = [date(1950 + number % 50, 1 + number % 12, 1 + number % 28) for number in range(3_000)]
    common = [
        chart(10 + number, Person(family="Nguyen", given="Minh", birth_date=day)) for number, day in enumerate(days)
    ]
    minh = Person(family="Nguyen", given="Minh", birth_date=date(1988, 3, 14), mobile="+15415550100")
    roster = Roster([*common, chart(1), chart(2, evolve(minh, mobile="+15415550101"))])

    assert roster.lookup(evolve(ROBERT, mobile="", email="", address=Address())).grade is Grade.CERTAIN
    assert roster.lookup(minh).grade is Grade.PROBABLE


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_date": date(1988, 3, 15)},
        {"birth_date": date(1998, 3, 14), "mobile": "", "email": "", "address": Address()},
        {"family": "Kofaro", "birth_date": date(1988, 3, 24), "mobile": "", "email": ""},
        {"family": "Lund", "birth_date": date(1988, 3, 24), "mobile": "", "address": Address()},
        {"given": "Okafor", "family": "Robert", "birth_date": date(1988, 3, 15)},
        {"family": "Lund-Okafor", "birth_date": None},
        {"given": "Bob", "family": "Okafour", "birth_date": date(1986, 3, 14), "mobile": ""},
        {"family": "Kokafor", "birth_date": date(1988, 3, 18), "mobile": "", "email": "", "address": Address()},
    ],
)
def test_errors_do_not_hide_a_chart(changes: dict[str, Any]) -> None:
    decision = Roster([chart(1)]).lookup(evolve(ROBERT, **changes))

    assert [candidate.pat_num for candidate in decision.candidates] == [1]


@pytest.mark.parametrize("running", [True, False])
def test_filing_leaves_the_garbage_collector_as_it_was(running: bool) -> None:
    was = gc.isenabled()
    (gc.enable if running else gc.disable)()
    try:
        with pytest.raises(AttributeError):
            Roster([chart(1), cast("Chart", "no chart")])
        assert gc.isenabled() is running
        Roster([chart(1), chart(2)]).duplicates()
        assert gc.isenabled() is running
    finally:
        (gc.enable if was else gc.disable)()


def test_a_large_roster_is_settled_and_many_small_ones_leave_garbage_to_be_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settled: list[str] = []
    monkeypatch.setattr(gc, "freeze", lambda: settled.append("freeze"))
    monkeypatch.setattr(gc, "unfreeze", lambda: settled.append("unfreeze"))
    monkeypatch.setattr(memory, "MANY", 3)

    Roster([chart(1), chart(2)])
    assert settled == []

    Roster([chart(1), chart(2), chart(3)])
    assert settled == ["freeze", "unfreeze"]

    monkeypatch.setattr(gc, "get_freeze_count", lambda: 1)
    Roster([chart(1), chart(2), chart(3)])
    assert settled == ["freeze", "unfreeze"], "what the host froze stays frozen"


def test_a_chart_can_be_changed_and_forgotten() -> None:
    roster = Roster([chart(1)])
    roster.add(chart(1, evolve(ROBERT, given="Mara", family="Lund", mobile="", email="", address=Address())))
    assert roster.lookup(ROBERT).candidates == ()

    roster.add(chart(1))
    assert roster.lookup(ROBERT).chosen == 1

    roster.discard(1)
    roster.discard(1)
    assert (len(roster), list(roster), roster.get(1), 1 in roster) == (0, [], None, False)
    assert roster.lookup(ROBERT).candidates == ()


def test_candidates_come_best_first_and_show_nothing() -> None:
    roster = Roster(
        [chart(1, evolve(ROBERT, birth_date=date(1988, 4, 27))), chart(2, evolve(ROBERT, given="R")), chart(3)]
    )
    decision = roster.lookup(ROBERT)
    ranks = [(candidate.grade.rank, candidate.score) for candidate in decision.candidates]

    assert ranks == sorted(ranks, reverse=True)
    assert [candidate.pat_num for candidate in decision.candidates] == [3, 2, 1]
    for value in ("okafor", "1988", "555", "alder", "example.org"):
        assert value not in repr(decision).casefold()


def test_the_order_of_filing_does_not_matter() -> None:
    town = Town(5)
    people = town.practice(150)
    charts = [chart(one.identity, typed(town.chart(one)), guarantor=one.guarantor) for one in people]
    arrivals = town.stream(people, 100, traps=0.4, existing=0.4)
    forth, back = Roster(charts), Roster(reversed(charts))

    assert [forth.lookup(one.person) for one in arrivals] == [back.lookup(one.person) for one in arrivals]


@given(st.dates(date(1901, 1, 2), date(2026, 1, 1)))
def test_dates_one_digit_off_are_dates_and_mutual(day: date) -> None:
    born = day.year * 10_000 + day.month * 100 + day.day
    near = list(birth_slips(born))

    assert born not in near
    assert len(near) == len(set(near))
    for other in near[:5]:
        assert born in set(birth_slips(other))


def test_a_swapped_birth_date_exists_only_up_to_the_twelfth() -> None:
    assert swapped_birth(19_880_304) == 19_880_403
    assert swapped_birth(19_880_314) == 0
    assert swapped_birth(19_880_303) == 0


@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=30))
@settings(max_examples=50)
def test_a_roster_after_any_history_is_the_roster_of_what_is_left(history: list[tuple[int, bool]]) -> None:
    town = Town(7)
    people = [typed(one.person) for one in town.practice(8)]
    roster, left = Roster(), {}
    for number, here in history:
        if here:
            left[number] = chart(number, people[number - 1])
            roster.add(left[number])
        else:
            left.pop(number, None)
            roster.discard(number)
    fresh = Roster(left.values())

    for person in people:
        assert roster.lookup(person) == fresh.lookup(person)


def row(pat_num: int, **said: object) -> dict[str, object]:
    return {"PatNum": pat_num, "LName": "Lund", "FName": "Mara", **said}


def test_no_chart_is_its_own_duplicate() -> None:
    # Without birth dates they meet under one key several times.
    roster = Roster.from_rows([row(1, WirelessPhone="2085550161"), row(2, WirelessPhone="2085550161"), row(3)])

    assert {pair.pat_nums for pair in roster.duplicates(least=Grade.POSSIBLE)} <= {(1, 2), (1, 3), (2, 3)}


def test_two_rows_of_one_chart_must_agree() -> None:
    assert len(Roster.from_rows([row(1), row(1)])) == 1
    with pytest.raises(ValueError, match="two rows of PatNum 1 differ; keep one row"):
        Roster.from_rows([row(1), row(1, FName="Nils")])


def test_birth_dates_that_cannot_be_read_are_counted() -> None:
    rows = [row(1, Birthdate="1988-11-20"), row(2, Birthdate="2O.11.1988"), row(3, Birthdate="0001-01-01")]
    with pytest.warns(UserWarning, match="1 of 3 birth dates cannot be read"):
        roster = Roster.from_rows(rows)

    assert [held.person.birth_date for held in roster] == [date(1988, 11, 20), None, None]


def test_what_is_no_chart_and_no_date_is_refused_by_name() -> None:
    roster = Roster.from_rows([row(1)])
    names: Any = ["PatNum", "LName"]
    text: Any = "1988-11-20"

    with pytest.raises(TypeError, match="others: give charts"):
        roster.links(names)
    with pytest.raises(TypeError, match=r"birth_date: give a datetime\.date"):
        roster.lookup(Person(family="Lund", given="Mara", birth_date=text))
