"""E1 and E2: a booking goes from NexHealth into Open Dental, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from odnexus.practice import MatchPolicy, Practice
from tests.engine.town import Town, at


@pytest.fixture
def town() -> Town:
    town = Town()
    town.work()
    return town


def test_a_new_patient_gets_a_chart_and_a_visit(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))

    town.work()

    (chart,) = town.charts
    (visit,) = town.visits
    assert (chart["FName"], chart["LName"], str(chart["Birthdate"])) == ("Mara", "Lund", "1988-11-20")
    assert (visit["PatNum"], visit["Op"], visit["ProvNum"]) == (chart["PatNum"], town.ops[0], town.provs[0])
    assert str(visit["AptDateTime"]) == "2026-03-09 09:00:00"
    assert len(str(visit["Pattern"])) * 5 == 60
    assert f"NexHealth {booking}" in str(visit["Note"])
    assert town.names() == ["appointment.created"]
    assert town.happened[0].opendental_id == str(visit["AptNum"])
    assert town.happened[0].patient == chart["PatNum"]


def test_the_caller_finds_the_new_numbers(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))

    town.work()

    link = town.link_of(booking)
    assert link is not None
    assert link.opendental is not None
    assert int(link.opendental.id) == town.visits[0]["AptNum"]


def test_a_new_patient_costs_open_dental_four_requests(town: Town) -> None:
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.engine.poll("main")
    town.od.reset_requests()

    town.work(poll=False)

    assert [(r.method, r.path.split("?")[0].rsplit("/v1", 1)[-1]) for r in town.od.requests] == [
        ("GET", "/patients/Simple"),
        ("POST", "/patients"),
        ("POST", "/appointments"),
        ("GET", "/appointments"),
    ]


def test_a_known_patient_costs_three_and_a_linked_one_two(town: Town) -> None:
    town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142", Email="rob@example.com")
    patient = town.person("Bob", "Hale", "1975-04-02", "3035550142")
    town.book(patient)
    town.work()
    first = town.od.count("POST", None)
    town.od.reset_requests()

    town.book(patient, at(11))
    town.engine.poll("main")
    town.od.reset_requests()
    town.work(poll=False)

    assert first >= 1
    assert len(town.charts) == 1
    assert len(town.visits) == 2
    assert town.od.count() == 2


def test_bob_is_robert_with_the_same_phone(town: Town) -> None:
    robert = town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142")
    town.book(town.person("Bob", "Hale", "1975-04-02", "3035550142"))
    town.engine.poll("main")
    town.od.reset_requests()

    town.work(poll=False)

    assert [visit["PatNum"] for visit in town.visits] == [robert]
    assert town.od.count() == 3
    assert town.kinds() == []


@pytest.mark.mission("M1", shows="a practice that demands more evidence is asked where less was found")
def test_a_certain_match_below_the_score_that_the_practice_demands_is_asked_about() -> None:
    town = Town(match=MatchPolicy(least_score=200))
    town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142")
    town.book(town.person("Bob", "Hale", "1975-04-02", "3035550142"))
    town.work()

    assert (town.visits, len(town.charts)) == ([], 1)
    assert town.kinds() == ["person.match"]


def test_an_echo_costs_open_dental_nothing(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.work()
    town.engine.poll("main")
    town.nx.state.touch(town.booking(booking))
    town.engine.poll("main")
    town.od.reset_requests()

    town.work(poll=False)

    assert town.od.count() == 0


def test_an_idle_poll_costs_two_requests(town: Town) -> None:
    town.od.reset_requests()

    reports = []
    for _ in range(6):
        town.clock.advance(timedelta(minutes=5))
        reports.append(town.engine.poll("main"))

    assert sorted({report.requests for report in reports}) == [2, 3]
    assert [report.requests for report in reports].count(3) == 1
    assert all(report.events == 0 for report in reports)


@pytest.mark.parametrize(("first", "phone"), [("Ella", "3035550111"), ("Emmy", "3035550111")])
def test_a_twin_is_never_put_into_the_others_chart(town: Town, first: str, phone: str) -> None:
    town.chart("Emma", "Ruiz", "2015-06-01", WirelessPhone="(303)555-0111")
    town.book(town.person(first, "Ruiz", "2015-06-01", phone))

    town.work()

    assert town.kinds() == ["person.match"]
    assert town.visits == []
    question = town.engine.reviews()[0]
    town.engine.answer(question.review.id, "create", by="front desk")
    town.work()
    assert len(town.charts) == 2
    assert len(town.visits) == 1


def test_father_and_son_of_one_name_have_their_own_charts(town: Town) -> None:
    father = town.chart("James", "Miller", "1970-01-05", WirelessPhone="(303)555-0123")
    son = town.chart("James", "Miller Jr", "1999-08-09", WirelessPhone="(303)555-0123")
    town.book(town.person("James", "Miller", "1999-08-09", "3035550123"))

    town.work()

    assert all(visit["PatNum"] != father for visit in town.visits)
    assert [visit["PatNum"] for visit in town.visits] in ([son], [])
    assert town.kinds() == ([] if town.visits else ["person.match"])


def test_a_mothers_phone_makes_nobody_the_mother(town: Town) -> None:
    mother = town.chart("Nora", "Quist", "1984-02-02", WirelessPhone="(303)555-0177", Email="nora@example.com")
    town.book(town.person("Lily", "Quist", "2014-05-05", "3035550177", email="nora@example.com"))

    town.work()

    assert all(visit["PatNum"] != mother for visit in town.visits)


def test_an_answer_is_remembered_for_the_next_booking(town: Town) -> None:
    emma = town.chart("Emma", "Ruiz", "2015-06-01")
    patient = town.person("Ella", "Ruiz", "2015-06-01")
    town.book(patient)
    town.work()
    town.engine.answer(town.engine.reviews()[0].review.id, "link", record=emma)
    town.work()

    town.book(patient, at(14))
    town.work()

    assert [visit["PatNum"] for visit in town.visits] == [emma, emma]
    assert town.kinds() == []


def test_a_taken_slot_is_a_question_and_no_double_booking(town: Town) -> None:
    other = town.chart("Olaf", "Berg", "1960-01-01")
    town.od.practice.staff.book(
        other, start=at(9).astimezone(town.location.zone).replace(tzinfo=None), op=town.ops[0], minutes=60
    )
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    town.work()

    assert town.kinds() == ["visit.slot-taken"]
    assert len(town.visits) == 1
    town.engine.answer(town.engine.reviews()[0].review.id, "book")
    town.work()
    assert len(town.visits) == 2


def test_of_two_records_in_one_slot_ours_yields_and_the_staff_is_asked(town: Town) -> None:
    other = town.chart("Olaf", "Berg", "1960-01-01")
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.engine.poll("main")
    town.od.practice.staff.book(
        other, start=at(9).astimezone(town.location.zone).replace(tzinfo=None), op=town.ops[0], minutes=60
    )

    town.work(poll=False)
    town.settle()

    assert town.kinds() == ["visit.overlap"]
    ours = next(visit for visit in town.visits if visit["PatNum"] != other)
    assert str(ours["AptStatus"]) in ("UnschedList", "Broken")
    assert [b.cancelled for b in town.nx.state.appointments.values()] == [False]


def test_the_staff_may_find_a_yielding_visit_a_new_time(town: Town) -> None:
    other = town.chart("Olaf", "Berg", "1960-01-01")
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.engine.poll("main")
    wall = at(9).astimezone(town.location.zone).replace(tzinfo=None)
    town.od.practice.staff.book(other, start=wall, op=town.ops[0], minutes=60)
    town.work(poll=False)
    town.settle()
    ours = next(visit for visit in town.visits if visit["PatNum"] != other)

    town.od.practice.staff.restore(ours["AptNum"], start=wall + timedelta(hours=3), op=town.ops[0])
    town.settle()

    assert town.booking(booking).start_time == at(12)


def test_a_booking_without_a_chair_goes_to_the_providers_own_or_is_asked_about(town: Town) -> None:
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.nx.state.add_appointment(town.location_id, patient, at(9), minutes=60, provider_id=town.dentists[0])

    town.work()

    assert town.kinds() == ["visit.unplaced"]


def test_a_booking_of_which_nothing_says_how_long_it_is_is_asked_about(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    appointment = town.nx.state.appointments[booking]
    appointment.end_time = appointment.start_time

    town.work()

    assert town.kinds() == ["visit.unplaced"]
    assert town.visits == []


def test_a_guardians_booking_is_never_the_guardians_visit(town: Town) -> None:
    guardian = town.chart("Nora", "Quist", "1984-02-02", WirelessPhone="(303)555-0177")
    child = town.chart("Lily", "Quist", "2014-05-05")
    patient = town.person("Nora", "Quist", "1984-02-02", "3035550177")
    town.nx.state.add_appointment(
        town.location_id,
        patient,
        at(9),
        minutes=60,
        provider_id=town.dentists[0],
        operatory_id=town.chairs[0],
        is_guardian=True,
    )

    town.work()

    assert town.kinds() == ["booking.guardian"]
    assert town.visits == []
    town.engine.answer(town.engine.reviews()[0].review.id, "link", record=child)
    town.work()
    assert [visit["PatNum"] for visit in town.visits] == [child]
    assert guardian != child


def test_a_corrected_table_counts_at_once_and_an_answer_that_did_not_help_is_asked_anew() -> None:
    town = Town()
    chairs = dict(town.location.operatories)
    town.location = evolve(town.location, operatories={})
    town.practice = Practice(subdomain="demo-dental", locations=(town.location,))
    town.engine = town.new_engine()
    town.od.practice.tables["operatories"].rows.clear()
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.work()
    assert town.kinds() == ["visit.unplaced"]

    town.engine.answer(town.engine.reviews()[0].review.id, "retry")
    town.work()
    assert town.kinds() == ["visit.unplaced"]

    town.practice = Practice(subdomain="demo-dental", locations=(evolve(town.location, operatories=chairs),))
    town.engine = town.new_engine()
    town.engine.answer(town.engine.reviews()[0].review.id, "retry")
    town.od.practice.tables["operatories"].rows.update(Town().od.practice.tables["operatories"].rows)
    town.work()
    assert len(town.visits) == 1
