"""The holding chart: a slot is kept while it is not known whose visit it is, and never becomes a second visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from odnexus.errors import ConfigurationError, SyncError
from odnexus.testing.opendental.switches import Switches
from tests.engine.crashing import Killed, Moment
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town, at


def with_emma(town: Any) -> Any:
    """Emma is on file; whoever is called Ella and shares her birth date and name is a question."""
    town.emma = town.chart("Emma", "Ruiz", "2015-06-01")
    town.work()
    return town


@pytest.fixture
def town() -> Any:
    return with_emma(Town(holding=True))


def ella_books(town: Any) -> int:
    booking: int = town.book(town.person("Ella", "Ruiz", "2015-06-01"))
    return booking


def wall(town: Any, moment: datetime) -> datetime:
    return moment.astimezone(town.location.zone).replace(tzinfo=None)


def answer(town: Any, choice: str = "create", **details: Any) -> None:
    for question in town.engine.reviews():
        town.engine.answer(question.review.id, choice, **details)


def place(row: Any) -> tuple[str, int]:
    return str(row["AptDateTime"]), row["Op"]


@pytest.mark.mission(
    "E2", "M1", shows="while the staff finds out who booked, the slot is kept on the office's holding chart"
)
def test_the_slot_is_held_until_the_answer_moves_the_visit_to_the_right_chart(town: Any) -> None:
    booking = ella_books(town)

    town.work()

    (hold,) = town.holds
    assert place(hold) == ("2026-03-09 09:00:00", town.ops[0])
    assert f"NexHealth {booking}" in str(hold["Note"])
    assert "Ruiz" not in str(hold["Note"])
    assert (town.visits, town.names()) == ([], ["review.opened"])
    assert town.engine.reviews()[0].at_risk[0].hold == hold["AptNum"]

    answer(town, "link", record=town.emma)
    town.settle()

    (visit,) = town.visits
    assert visit["PatNum"] == town.emma
    assert place(visit) == ("2026-03-09 09:00:00", town.ops[0])
    assert town.holds == []
    assert town.row_of(booking)["AptNum"] == visit["AptNum"]
    assert town.names() == ["review.opened", "appointment.created"]
    assert town.kinds() == []


def test_a_hold_is_not_shown_as_somebody_who_waits_for_a_slot(town: Any) -> None:
    ella_books(town)
    town.work()

    answer(town)
    town.settle()

    rows = [row for row in town.od.practice.appointments.values() if row["PatNum"] == town.holding]
    assert [str(row["AptStatus"]) for row in rows] == ["Broken"]


def test_the_engine_is_told_nothing_new_by_its_own_hold(town: Any) -> None:
    ella_books(town)
    town.work()
    town.settle()
    town.od.reset_requests()

    report = town.engine.poll("main")

    assert report.events == 0
    assert town.engine.waiting() == []


def test_the_roster_never_matches_the_holding_chart(town: Any) -> None:
    assert town.engine.explain("main", town.person("Online Booking", "Pending", "1980-01-01")).candidates == ()
    town.engine = town.new_engine()
    assert town.engine.explain("main", town.person("Online Booking", "Pending", "1981-01-01")).candidates == ()


def test_nobody_can_be_linked_to_the_holding_chart(town: Any) -> None:
    ella_books(town)
    town.work()

    with pytest.raises(ConfigurationError, match="holding chart"):
        answer(town, "link", record=town.holding)


def test_dismissing_the_booking_frees_the_slot(town: Any) -> None:
    ella_books(town)
    town.work()

    answer(town, "dismiss")
    town.settle()

    assert (town.holds, town.visits) == ([], [])
    assert town.engine.links(kind="visit") == []


def test_a_booking_that_is_cancelled_meanwhile_frees_the_slot(town: Any) -> None:
    booking = ella_books(town)
    town.work()

    town.nx.patient_app.cancel(booking)
    town.settle()

    assert (town.holds, town.visits) == ([], [])
    assert town.engine.links(kind="visit") == []
    assert "appointment.cancelled" not in town.names()


def test_the_hold_follows_a_booking_that_is_moved_meanwhile(town: Any) -> None:
    booking = ella_books(town)
    town.work()

    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.settle()

    (hold,) = town.holds
    assert place(hold)[0] == "2026-03-09 14:00:00"
    answer(town)
    town.settle()
    assert [place(visit)[0] for visit in town.visits] == ["2026-03-09 14:00:00"]
    assert town.holds == []


def test_a_hold_does_not_follow_onto_somebody_else(town: Any) -> None:
    other = town.chart("Olaf", "Berg", "1960-01-01")
    town.od.practice.staff.book(other, start=wall(town, at(14)), op=town.ops[0], minutes=60)
    booking = ella_books(town)
    town.work()

    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.settle()

    assert town.holds == []
    answer(town)
    town.settle()
    assert town.kinds() == ["visit.slot-taken"]
    assert len(town.visits) == 1


def test_whoever_moves_the_hold_has_found_the_visit_its_place(town: Any) -> None:
    booking = ella_books(town)
    town.work()
    town.od.practice.staff.move(town.holds[0]["AptNum"], start=wall(town, at(11)), op=town.ops[1])
    town.settle()

    answer(town)
    town.settle()

    assert [place(visit) for visit in town.visits] == [("2026-03-09 11:00:00", town.ops[1])]
    assert town.booking(booking).start_time == at(11)
    assert town.holds == []
    assert town.names() == ["review.opened", "appointment.created", "appointment.rescheduled", "slot.opened"]


@pytest.mark.parametrize("how", ["delete", "break_"])
def test_whoever_takes_the_hold_off_has_given_the_slot_away(town: Any, how: str) -> None:
    booking = ella_books(town)
    town.work()
    town.alerts.clear()

    getattr(town.od.practice.staff, how)(town.holds[0]["AptNum"])
    town.settle(7)

    assert [alert.rule for alert in town.alerts] == ["hold.gone"]
    assert town.booking(booking).cancelled is False
    assert town.holds == []
    assert town.kinds() == ["person.match"]
    answer(town)
    town.settle()
    assert len(town.visits) == 1


def test_a_taken_slot_is_not_held_and_the_question_says_so(town: Any) -> None:
    other = town.chart("Olaf", "Berg", "1960-01-01")
    number = town.od.practice.staff.book(other, start=wall(town, at(9)), op=town.ops[0], minutes=60)
    town.work()

    ella_books(town)
    town.settle()

    assert town.holds == []
    (at_risk,) = town.engine.reviews()[0].at_risk
    assert (list(at_risk.others), at_risk.hold) == ([number], None)


def test_a_hold_that_came_second_gives_way(town: Any) -> None:
    other = town.chart("Olaf", "Berg", "1960-01-01")
    ella_books(town)
    town.engine.poll("main")
    town.od.practice.staff.book(other, start=wall(town, at(9)), op=town.ops[0], minutes=60)

    town.work(poll=False)
    town.settle()

    assert town.holds == []
    assert [alert.rule for alert in town.alerts] == ["person.match", "visit.slot-lost"]


def test_another_booking_does_not_get_a_slot_that_is_held(town: Any) -> None:
    ella_books(town)
    town.work()
    town.nx.state.add_appointment(
        town.location_id, town.person("Mara", "Lund", "1988-11-20"), at(9, 30), minutes=60,
        provider_id=town.dentists[0], operatory_id=town.chairs[0],
    )  # fmt: skip

    town.settle()

    assert sorted(town.kinds()) == ["person.match", "visit.slot-taken"]
    assert town.visits == []


@pytest.fixture
def strict() -> Any:
    """An office that refuses two visits in one slot."""
    return with_emma(Town(holding=True, opendental={"switches": Switches(overlap="refuse")}))


def test_where_two_visits_in_a_slot_are_refused_the_hold_makes_room_first(strict: Any) -> None:
    ella_books(strict)
    strict.work()

    answer(strict)
    strict.settle()

    assert [place(visit)[0] for visit in strict.visits] == ["2026-03-09 09:00:00"]
    assert strict.holds == []
    assert strict.engine.buried() == []


def test_a_hold_comes_back_if_its_visit_is_refused_all_the_same(strict: Any) -> None:
    ella_books(strict)
    strict.work()
    (hold,) = strict.holds
    strict.od.faults.on("POST /appointments", kind="status", status=400, times=4)

    answer(strict)
    strict.work()

    assert [row["AptNum"] for row in strict.holds] == [hold["AptNum"]]
    assert strict.visits == []
    strict.od.faults.clear()
    strict.settle(10)
    assert (len(strict.visits), strict.holds) == (1, [])


def test_an_office_that_refuses_holds_is_told_about_once_and_works_without(town: Any) -> None:
    town.od.practice.patients[town.holding]["PatStatus"] = "Deleted"
    ella_books(town)
    town.book(town.person("Elle", "Ruiz", "2015-06-01"), at(11))

    town.settle()

    assert [alert.rule for alert in town.alerts].count("hold.refused") == 1
    assert town.engine.links(kind="visit") == []
    for _ in range(2):
        answer(town)
        town.settle()
    assert len(town.visits) == 2


def test_a_rehearsal_holds_nothing(town: Any) -> None:
    booking = ella_books(town)

    town.engine.plan("main", booking)

    assert town.holds == []


def test_only_observed_nothing_is_held() -> None:
    town = with_emma(Town(holding=True))
    town.practice = evolve(
        town.practice, locations=(evolve(town.location, modes=evolve(town.location.modes, visit="observe")),)
    )
    town.engine = town.new_engine()
    ella_books(town)

    town.settle()

    assert town.holds == []


def test_a_booking_that_is_signalled_five_times_has_one_hold(town: Any) -> None:
    booking = ella_books(town)

    for _ in range(5):
        town.nx.state.touch(town.booking(booking))
        town.work()

    assert len(town.holds) == 1
    assert [alert.rule for alert in town.alerts] == ["person.match"]


def test_a_hold_is_offered_to_nobody_as_a_visit_that_wants_a_slot(town: Any) -> None:
    ella_books(town)
    early = town.book(town.person("Mara", "Lund", "1988-11-20"), at(8))
    town.settle()
    town.od.practice.staff.mark_asap(town.holds[0]["AptNum"])
    town.settle()

    town.nx.patient_app.cancel(early)
    town.settle()

    opened = next(event for event in town.happened if event.name == "slot.opened")
    assert opened.candidates == ()


# -- every cut point ---------------------------------------------------------------------------------------------------

Story = Callable[[Any], None]


def booked(town: Any) -> None:
    ella_books(town)


def asked(town: Any) -> None:
    booked(town)
    town.settle()


def asked_and_moved_by_staff(town: Any) -> None:
    asked(town)
    town.od.practice.staff.move(town.holds[0]["AptNum"], start=wall(town, at(11)), op=town.ops[1])
    town.settle()


def answered(town: Any) -> None:
    answer(town)


def moved(town: Any) -> None:
    town.nx.patient_app.reschedule(min(town.nx.state.appointments), at(14), minutes=60)


def cancelled(town: Any) -> None:
    town.nx.patient_app.cancel(min(town.nx.state.appointments))


def nothing(town: Any) -> None:
    """Begin with an empty book."""


STORIES: dict[str, tuple[Story, Story]] = {
    "booked": (nothing, booked),
    "answered": (asked, answered),
    "answered after the staff moved it": (asked_and_moved_by_staff, answered),
    "moved": (asked, moved),
    "cancelled": (asked, cancelled),
}


def prepared(before: Story, strict: bool) -> CutTown:
    options = {"opendental": {"switches": Switches(overlap="refuse")}} if strict else {}
    town: CutTown = with_emma(CutTown(holding=True, **options))
    before(town)
    return town


def check(town: CutTown, name: str) -> None:
    """One visit or one hold, never both, never two; the host told of a visit once; nobody else's business."""
    (booking,) = town.nx.state.appointments.values()
    live = [row for row in town.visits if str(row["AptStatus"]) == "Scheduled"]
    if name.startswith("answered"):
        assert (len(live), len(town.visits), town.holds) == (1, 1, [])
        assert place(live[0])[0] == f"{wall(town, booking.start_time):%Y-%m-%d %H:%M:%S}"
        assert town.row_of(booking.id)["AptNum"] == live[0]["AptNum"]
        assert len({event.id for event in town.happened if event.name == "appointment.created"}) == 1
        assert town.kinds() == []
    else:
        assert town.visits == []
        assert len(town.holds) == (0 if booking.cancelled else 1)
        if town.holds:
            assert place(town.holds[0])[0] == f"{wall(town, booking.start_time):%Y-%m-%d %H:%M:%S}"
        assert town.kinds() == ["person.match"]
    rules = {alert.rule for alert in town.alerts}
    assert "hold.gone" not in rules
    assert "person.match" in rules
    assert town.names().count("review.opened") >= 1
    assert booking.cancelled == (name == "cancelled")
    assert town.engine.waiting() == []
    assert town.engine.buried() == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("name", "strict"), [*((name, False) for name in STORIES), ("answered", True)], ids=[*STORIES, "overlaps refused"]
)
def test_every_cut_point_of_a_hold_heals(name: str, strict: bool, moment: Moment) -> None:
    before, story = STORIES[name]
    town = prepared(before, strict)
    story(town)
    town.cut.arm(-1, "before")
    town.work()
    count = len(town.cut.names)
    assert count > 10

    for number in range(count):
        town = prepared(before, strict)
        story(town)
        town.cut.arm(number, moment)
        try:
            town.work()
        except Killed:
            town.live_on()
        town.cut.disarm()
        town.settle()
        try:
            check(town, name)
            if name in ("booked", "moved"):
                answer(town)
                town.settle()
                check(town, "answered")
        except (AssertionError, SyncError) as error:
            raise AssertionError(f"cut {moment} effect {number} of {count}: {error}") from error


@pytest.mark.parametrize("loss", ["lost_answer", "timeout_after", "reset_before"])
@pytest.mark.parametrize("name", ["booked", "answered", "answered after the staff moved it"])
def test_a_lost_answer_makes_no_second_record(name: str, loss: str) -> None:
    before, story = STORIES[name]
    town = prepared(before, strict=False)
    for call in ("POST /appointments", "PUT /appointments/{AptNum}/Break"):
        town.od.faults.on(call, kind=loss, times=1)

    story(town)
    town.work()
    town.clock.advance(timedelta(minutes=15))
    town.settle(7)

    check(town, name)
