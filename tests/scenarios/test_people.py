"""T2, T3, M1 and M2 over real sockets: who a booking belongs to, and how each system wants a person written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from odnexus.practice import MatchPolicy, MirrorPolicy
from tests.engine.town import at
from tests.scenarios.served import ServedTown


@contextmanager
def served(**options: Any) -> Iterator[ServedTown]:
    """Serve a town with settings of its own."""
    with ServedTown(**options) as town:
        yield town


@pytest.mark.mission(
    "T3",
    shows="phone, birth date, sex and address that a patient gave stand in the chart as Open Dental wants them, and "
    "those of a chart stand at NexHealth as NexHealth wants them",
)
def test_each_system_gets_its_own_forms() -> None:
    with served(mirror=MirrorPolicy(patients="create")) as town:
        town.work()
        typed = {
            "date_of_birth": "1988-11-02",
            "phone_number": "+1 303-555-0122",
            "gender": "Female",
            "address_line_1": "12 Elm Street",
            "city": "denver",
            "state": "Colorado",
            "zip_code": "80202",
        }
        patient = town.nx.state.add_patient(
            town.location_id, "MARA", "o'neil-lund", email="Mara@Example.com", bio=typed
        )
        town.book(patient)
        town.settle()
        (chart,) = town.charts

        assert (chart["FName"], chart["LName"]) == ("Mara", "O'Neil-Lund")
        assert (chart["Birthdate"], str(chart["Gender"])) == (date(1988, 11, 2), "Female")
        assert chart["WirelessPhone"] == "(303)555-0122"
        assert (chart["Address"], chart["City"], chart["State"], chart["Zip"]) == (
            "12 Elm Street",
            "Denver",
            "CO",
            "80202",
        )

        number = town.chart(
            "Otis", "Grant", "1970-01-02", Gender="Male", WirelessPhone="(303)555-0177", Email="otis@example.com"
        )
        start = at(14).astimezone(town.location.zone).replace(tzinfo=None)
        town.od.practice.staff.book(number, start=start, op=town.ops[0], minutes=60, ProvNum=town.provs[0])
        town.settle(5)
        (otis,) = [each for each in town.nx.state.patients.values() if each.first_name == "Otis"]

        assert (otis.bio["date_of_birth"], otis.bio["phone_number"]) == ("1970-01-02", "3035550177")
        assert otis.bio["gender"] == "Male"


# Who books, and the chart that is meant, from surely the same to surely somebody else.
GRADES = {
    "certain": (("Robert", "Hale", "1975-04-02", "3035550142"), ("Robert", "Hale", "(303)555-0142")),
    "probable": (("Bob", "Miller", "1981-06-30", "3035550143"), ("Robert", "Miller", "")),
    "possible": (("Ella", "Ruiz", "2015-06-01", "3035550144"), ("Emma", "Ruiz", "")),
    "certainly_not": (("Mara", "Lund", "1988-11-20", "3035550145"), None),
}


@pytest.mark.mission(
    "M1",
    shows="an exact match is linked by itself, and what happens to each lesser grade is what the practice wrote down: "
    "a question, or a new chart",
    try_it="odnexus audit practice.toml --html report.html",
)
@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        (MatchPolicy(), {"linked": {"certain"}, "asked": {"probable", "possible"}, "new": {"certainly_not"}}),
        (
            MatchPolicy(certain="review", probable="create", possible="create", certainly_not="review"),
            {"linked": set(), "asked": {"certain", "certainly_not"}, "new": {"probable", "possible"}},
        ),
    ],
    ids=["as delivered", "turned round"],
)
def test_each_grade_is_treated_as_the_practice_says(policy: MatchPolicy, outcome: dict[str, set[str]]) -> None:
    with served(match=policy) as town:
        charts, bookings = {}, {}
        for grade, (who, on_file) in GRADES.items():
            if on_file is not None:
                charts[grade] = town.chart(on_file[0], on_file[1], who[2], WirelessPhone=on_file[2])
        town.work()
        for hour, (grade, (who, _)) in enumerate(GRADES.items()):
            bookings[grade] = town.book(town.person(*who), at(9 + 2 * hour))
        town.settle()

        found: dict[str, set[str]] = {"linked": set(), "asked": set(), "new": set()}
        asked = {question.at_risk[0].booking for question in town.engine.reviews()}
        for grade, booking in bookings.items():
            if town.link_of(booking) is None:
                found["asked"].add(grade)
                assert str(booking) in asked
                continue
            mine = town.row_of(booking)["PatNum"] == charts.get(grade)
            found["linked" if mine else "new"].add(grade)

        assert found == outcome
        assert len(town.charts) == len(charts) + len(outcome["new"])


@pytest.mark.mission(
    "M2",
    shows="while a question is open the slot is kept on the holding chart; the answer moves the visit to its patient, "
    "and outlives a restart",
    try_it="odnexus review list",
)
def test_a_question_keeps_the_slot_and_is_asked_once() -> None:
    with served(holding=True) as town:
        emma = town.chart("Emma", "Ruiz", "2015-06-01")
        town.work()
        patient = town.person("Ella", "Ruiz", "2015-06-01")
        booking = town.book(patient)
        town.settle()
        (held,), (question,) = town.holds, town.engine.reviews()
        assert (str(held["AptDateTime"]), town.visits) == ("2026-03-09 09:00:00", [])

        town.engine.answer(question.review.id, "link", record=emma, by="front desk")
        town.settle()
        town.engine = town.new_engine()
        town.book(patient, at(14))
        town.settle()

        assert town.row_of(booking)["PatNum"] == emma
        assert [visit["PatNum"] for visit in town.visits] == [emma, emma]
        assert (town.holds, town.engine.reviews()) == ([], [])
