"""E4, E5 and E6: what either side changes reaches the other, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.engine.town import Town, at


@pytest.fixture
def town() -> Town:
    town = Town()
    town.work()
    return town


@pytest.fixture
def booking(town: Town) -> int:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    town.happened.clear()
    town.od.reset_requests()
    return booking


def test_a_move_at_nexhealth_reaches_open_dental_for_two_requests(town: Town, booking: int) -> None:
    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.engine.poll("main")
    town.od.reset_requests()

    town.work(poll=False)

    assert str(town.row_of(booking)["AptDateTime"]) == "2026-03-09 14:00:00"
    assert town.od.count() <= 2
    assert town.names() == ["appointment.rescheduled", "slot.opened"]
    assert town.happened[0].origin == "nexhealth"


def test_a_move_in_open_dental_reaches_nexhealth(town: Town, booking: int) -> None:
    row = town.row_of(booking)
    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=2), op=town.ops[1])
    town.engine.poll("main")
    town.od.reset_requests()

    town.work(poll=False)

    assert town.booking(booking).start_time == at(11)
    assert town.booking(booking).end_time == at(12)
    assert town.booking(booking).operatory_id == town.chairs[1]
    assert town.od.count() <= 2
    assert town.names()[0] == "appointment.rescheduled"
    assert town.happened[0].origin == "opendental"


def test_a_cancellation_at_nexhealth_takes_the_visit_off_the_book(town: Town, booking: int) -> None:
    town.nx.patient_app.cancel(booking)

    town.settle()

    assert str(town.row_of(booking)["AptStatus"]) == "UnschedList"
    assert town.names() == ["appointment.cancelled", "slot.opened"]


def test_a_cancellation_in_open_dental_cancels_at_nexhealth(town: Town, booking: int) -> None:
    town.od.practice.staff.break_(town.row_of(booking)["AptNum"])

    town.settle()

    assert town.booking(booking).cancelled
    assert town.names() == ["appointment.cancelled", "slot.opened"]


def test_a_deleted_appointment_is_found_within_six_polls(town: Town, booking: int) -> None:
    town.od.practice.staff.delete(town.row_of(booking)["AptNum"])

    town.settle(7)

    assert town.booking(booking).cancelled
    assert town.names() == ["appointment.cancelled", "slot.opened"]


@pytest.mark.parametrize(
    ("status", "body"),
    [(401, b'"Unauthorized"'), (401, b'"You lack the permission."'), (403, b""), (400, b"<html>no</html>")],
)
def test_an_office_that_keeps_its_history_to_itself_is_asked_about_a_deletion(
    town: Town, booking: int, status: int, body: bytes
) -> None:
    town.od.faults.on("GET /histappointments", kind="status", status=status, times=None, body=body)
    town.od.practice.staff.delete(town.row_of(booking)["AptNum"])

    town.settle(7)
    assert (town.kinds(), town.alerts) == ([], [])
    town.engine.scan("main")
    town.settle()

    assert town.kinds() == ["visit.clash"]
    assert (town.booking(booking).cancelled, town.engine.buried()) == (False, [])
    town.engine.answer(town.engine.reviews()[0].review.id, "opendental")
    town.settle()
    assert town.booking(booking).cancelled


def test_a_confirmation_in_open_dental_reaches_nexhealth_once(town: Town, booking: int) -> None:
    town.od.practice.staff.confirm(town.row_of(booking)["AptNum"])

    town.settle()

    assert town.booking(booking).confirmed
    assert town.names() == ["appointment.confirmed"]


def test_a_confirmation_is_not_taken_back(town: Town, booking: int) -> None:
    number = town.row_of(booking)["AptNum"]
    town.od.practice.staff.confirm(number)
    town.settle()

    town.od.practice.staff.confirm(number, "Not Called")
    town.settle()

    assert town.booking(booking).confirmed
    assert town.kinds() == []


def test_the_patients_confirmation_reaches_open_dental(town: Town, booking: int) -> None:
    town.nx.patient_app.confirm(booking)

    town.settle()

    row = town.row_of(booking)
    assert row["Confirmed"] == town.od.practice.definition_named(2, "Confirmed")


def test_moved_on_both_sides_open_dental_wins(town: Town, booking: int) -> None:
    row = town.row_of(booking)
    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=1), op=row["Op"])

    town.settle()

    assert town.booking(booking).start_time == at(10)
    assert str(town.row_of(booking)["AptDateTime"]) == "2026-03-09 10:00:00"


def test_cancelled_here_and_moved_there_is_a_question(town: Town, booking: int) -> None:
    row = town.row_of(booking)
    town.nx.patient_app.cancel(booking)
    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=1), op=row["Op"])

    town.settle()

    assert town.kinds() == ["visit.clash"]
    town.engine.answer(town.engine.reviews()[0].review.id, "nexhealth")
    town.settle()
    assert str(town.row_of(booking)["AptStatus"]) == "UnschedList"


def test_a_visit_that_the_staff_makes_again_in_its_place_is_still_the_booking(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    row = dict(town.row_of(booking))
    town.od.practice.staff.delete(row["AptNum"])
    again = town.od.practice.add_appointment(
        **{name: row[name] for name in ("PatNum", "Op", "ProvNum", "AptDateTime", "Pattern")}
    )

    town.settle(8)

    assert not town.booking(booking).cancelled
    link = town.link_of(booking)
    assert link is not None
    assert link.opendental is not None
    assert link.opendental.id == str(again)
    assert town.alerts == []

    town.od.practice.staff.move(again, start=row["AptDateTime"] + timedelta(hours=1), op=row["Op"])
    town.settle()
    assert town.booking(booking).start_time == at(10)


@pytest.mark.parametrize("other", [{"Op": 1}, {"hours": 3}, {"PatNum": 0}, {"AptStatus": "Broken"}])
def test_a_visit_that_stands_elsewhere_is_not_taken_for_a_deleted_one(town: Town, other: dict[str, Any]) -> None:
    stranger = town.chart("Kim", "Larsen", "1979-02-03")
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    row = dict(town.row_of(booking))
    town.od.practice.staff.delete(row["AptNum"])
    made = {name: row[name] for name in ("PatNum", "Op", "ProvNum", "AptDateTime", "Pattern")}
    match other:
        case {"Op": _}:
            made["Op"] = town.ops[1]
        case {"hours": hours}:
            made["AptDateTime"] += timedelta(hours=hours)
        case {"PatNum": _}:
            made["PatNum"] = stranger
        case _:
            made["AptStatus"] = other["AptStatus"]
    town.od.practice.add_appointment(**made)

    town.settle(8)

    assert town.booking(booking).cancelled


def test_restored_in_open_dental_is_a_question_and_rebooked_on_the_staffs_word(town: Town) -> None:
    chart = town.chart("Mara", "Lund", "1988-11-20")
    booking = town.book(town.person("Mara", "Lund", "1988-11-20", foreign_id=str(chart)))
    town.settle()
    number = town.row_of(booking)["AptNum"]
    town.od.practice.staff.break_(number)
    town.settle()
    town.od.practice.staff.restore(number)

    town.settle()

    assert town.kinds() == ["visit.clash"]
    town.engine.answer(town.engine.reviews()[0].review.id, "opendental")
    town.settle()
    live = [one for one in town.nx.state.appointments.values() if not one.cancelled]
    assert [one.start_time for one in live] == [at(9)]
    assert len(town.visits) == 1


@pytest.mark.parametrize(("choice", "visits", "live"), [("nexhealth", 1, 1), ("opendental", 0, 0), ("dismiss", 0, 1)])
def test_restored_at_nexhealth_is_a_question_and_done_on_the_staffs_word(
    town: Town, choice: str, visits: int, live: int
) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    town.nx.patient_app.cancel(booking)
    town.settle()
    # The moment of the cancellation stays where it is after an un-cancel.
    town.booking(booking).cancelled = False
    town.nx.state.touch(town.booking(booking))

    town.settle()

    assert town.kinds() == ["visit.clash"]
    town.engine.answer(town.engine.reviews()[0].review.id, choice)
    town.settle()
    assert [str(row["AptStatus"]) for row in town.visits].count("Scheduled") == visits
    assert [one.cancelled for one in town.nx.state.appointments.values()].count(False) == live
    assert town.kinds() == []


def test_a_new_time_that_nexhealth_refuses_both_ways_is_told_to_the_staff() -> None:
    from odnexus.testing.nexhealth.switches import Switches

    town = Town(nexhealth_switches={"switches": Switches(reschedule_supported=False)})
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    row = town.row_of(booking)

    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=2), op=row["Op"])
    town.settle(4)

    assert town.kinds() == ["visit.cannot-move"]
    assert not town.booking(booking).cancelled


def test_where_nexhealth_cannot_be_moved_the_new_time_is_booked_before_the_old_is_cancelled() -> None:
    from odnexus.testing.nexhealth.switches import Switches

    town = Town(nexhealth_switches={"switches": Switches(reschedule_supported=False)})
    chart = town.chart("Mara", "Lund", "1988-11-20")
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20", foreign_id=str(chart)))
    town.settle()
    row = town.row_of(booking)

    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=2), op=row["Op"])
    town.settle(4)

    live = [one for one in town.nx.state.appointments.values() if not one.cancelled]
    assert [one.start_time for one in live] == [at(11)]
    assert town.booking(booking).cancelled
    assert len(town.visits) == 1
    assert town.row_of(live[0].id)["AptNum"] == row["AptNum"]


def test_a_merge_is_followed(town: Town, booking: int) -> None:
    old = town.row_of(booking)["PatNum"]
    survivor = town.chart("Mara", "Lund-Berg", "1988-11-20")
    town.od.practice.staff.merge(old, survivor)
    town.settle()

    second = town.book(town.booking(booking).patient_id, at(15))
    town.settle()

    assert town.row_of(second)["PatNum"] == survivor
    assert town.kinds() == []


def test_an_opened_slot_has_candidates(town: Town, booking: int) -> None:
    waiting = town.chart("Asa", "Early", "1990-01-01")
    later = at(9, day=20).astimezone(town.location.zone).replace(tzinfo=None)
    number = town.od.practice.staff.book(waiting, start=later, op=town.ops[0], minutes=60, ProvNum=town.provs[0])
    town.od.practice.staff.mark_asap(number)
    wish = town.book(town.person("Wim", "Soon", "1991-01-01"), at(13, day=21))
    town.nx.patient_app.want_sooner(wish)
    town.settle()
    town.happened.clear()

    town.nx.patient_app.cancel(booking)
    town.settle()

    opened = next(event for event in town.happened if event.name == "slot.opened")
    assert [(c.source, c.apt_num) for c in opened.candidates] == [
        ("asap", number),
        ("sooner", town.row_of(wish)["AptNum"]),
    ]


def test_nothing_moves_after_everything_agreed(town: Town, booking: int) -> None:
    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.settle(4)
    before = town.od.count("PUT", None), town.nx.count("PATCH", None)

    town.settle(4)

    assert (town.od.count("PUT", None), town.nx.count("PATCH", None)) == before


def test_who_waits_since_long_before_is_known_from_the_start() -> None:
    town = Town()
    staff, waiting = town.od.practice.staff, town.chart("Olaf", "Berg", "1960-01-01")
    old = staff.book(waiting, start=datetime(2026, 1, 5, 9), op=town.ops[0], minutes=40, ProvNum=town.provs[0])
    staff.break_(old, to_unscheduled_list=True)
    town.clock.advance(timedelta(days=2))
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()

    town.nx.patient_app.cancel(booking)
    town.settle()

    (opened,) = [event for event in town.happened if event.name == "slot.opened"]
    assert [(each.source, each.apt_num) for each in opened.candidates] == [("unscheduled", old)]
