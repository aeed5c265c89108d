"""While a booking waits for an answer its slot may be lost: people are told until when, and who took it."""

from __future__ import annotations

from datetime import datetime

import pytest

from odnexus import Answer, AtRisk
from tests.engine.town import Town, at


@pytest.fixture
def town() -> Town:
    """Emma is on file; whoever is called Ella and shares her birth date and name is a question."""
    town = Town()
    town.chart("Emma", "Ruiz", "2015-06-01")
    town.work()
    return town


def ella(town: Town) -> int:
    return town.person("Ella", "Ruiz", "2015-06-01")


def wall(town: Town, moment: datetime) -> datetime:
    return moment.astimezone(town.location.zone).replace(tzinfo=None)


def stand(town: Town, moment: datetime) -> int:
    """Book somebody else into the first chair."""
    other = town.chart("Olaf", "Berg", "1960-01-01")
    number: int = town.od.practice.staff.book(other, start=wall(town, moment), op=town.ops[0], minutes=60)
    return number


def risk(town: Town) -> AtRisk:
    (question,) = town.engine.reviews()
    (at_risk,) = question.at_risk
    return at_risk


@pytest.mark.mission(
    "M2", shows="a question says until when an answer helps, and which place in the book waits for it",
    try_it="odnexus review list",
)  # fmt: skip
def test_a_question_says_until_when_and_for_which_slot(town: Town) -> None:
    booking = town.book(ella(town))

    town.work()

    found = risk(town)
    assert (found.booking, found.due, found.others, found.hold) == (str(booking), at(9), {}, None)
    assert found.slot is not None
    assert (found.slot.start, found.slot.operatory, found.slot.minutes) == (wall(town, at(9)), town.ops[0], 60)
    (alert,) = town.alerts
    assert f"2026-03-09 at 09:00 in operatory {town.ops[0]}" in alert.text
    assert "Ruiz" not in alert.text


def test_the_alert_names_who_stands_there_already(town: Town) -> None:
    other = stand(town, at(9, 30))
    town.work()
    town.book(ella(town))

    town.settle()

    (alert,) = town.alerts
    assert f"appointment {other} (09:30) stands already" in alert.text
    assert risk(town).others == {other: wall(town, at(9, 30))}


def test_people_are_told_once_who_took_the_slot_meanwhile(town: Town) -> None:
    booking = town.book(ella(town))
    town.work()
    town.alerts.clear()
    other = stand(town, at(9))

    town.settle()

    (alert,) = town.alerts
    assert (alert.rule, alert.subject) == ("visit.slot-lost", f"nexhealth:demo-dental/{booking}")
    assert f"appointment {other} (09:00)" in alert.text
    assert risk(town).others == {other: wall(town, at(9))}


def test_nobody_is_told_of_a_slot_that_nobody_waits_for(town: Town) -> None:
    town.book(ella(town))
    town.work()
    town.engine.answer(town.engine.reviews()[0].review.id, "dismiss")
    town.work()
    town.alerts.clear()

    stand(town, at(9))
    town.settle()

    assert town.alerts == []


def test_the_slot_at_risk_is_where_the_booking_was_moved(town: Town) -> None:
    booking = town.book(ella(town))
    town.work()

    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.work()

    found = risk(town)
    assert found.due == at(14)
    assert found.slot is not None
    assert found.slot.start == wall(town, at(14))


def test_a_cancelled_booking_risks_nothing(town: Town) -> None:
    booking = town.book(ella(town))
    town.work()

    town.nx.patient_app.cancel(booking)
    town.work()

    assert town.engine.reviews()[0].at_risk == ()


@pytest.mark.mission("M2", shows="one answer sets off every booking of the patient that waited for it")
def test_an_answer_serves_every_booking_that_waits_for_it(town: Town) -> None:
    patient = ella(town)
    town.book(patient)
    town.work()
    town.book(patient, at(14))
    town.work()
    (question,) = town.engine.reviews()
    assert len(question.at_risk) == 2

    town.engine.answer(question.review.id, "create")
    town.work()

    assert [wall(town, at(9)), wall(town, at(14))] == sorted(visit["AptDateTime"] for visit in town.visits)
    assert len(town.charts) == 2
    assert town.kinds() == []


def test_an_answer_whose_event_was_lost_is_found_by_the_next_poll(town: Town) -> None:
    town.book(ella(town))
    town.work()
    review = town.engine.reviews()[0].review
    # The process died right after the answer was stored.
    town.store.reviews.answer(review.id, Answer(choice="create", at=town.clock.now()))

    town.settle()

    assert len(town.visits) == 1


def test_a_booking_without_a_chair_risks_no_slot() -> None:
    town = Town()
    town.work()
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.nx.state.add_appointment(town.location_id, patient, at(9), minutes=60, provider_id=town.dentists[0])

    town.work()

    assert town.kinds() == ["visit.unplaced"]
    assert risk(town).slot is None


def test_a_question_that_nobody_answers_in_time_is_told_when_the_visit_begins(town: Town) -> None:
    booking = town.book(ella(town), at(9, day=3))
    town.work()
    town.alerts.clear()

    town.clock.advance(at(9, 1, day=3) - town.clock.now())
    town.settle()

    (alert,) = town.alerts
    assert (alert.rule, alert.severity) == ("visit.past", "error")
    assert str(booking) in alert.text
    assert risk_of_all(town) == ()


def risk_of_all(town: Town) -> tuple[AtRisk, ...]:
    return tuple(each for question in town.engine.reviews() for each in question.at_risk)
