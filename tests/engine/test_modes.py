"""G3 and single writer: observe, suggest, apply; bridge, overlay, unclear."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odnexus.practice import Modes
from tests.engine.town import Town, at


@pytest.mark.mission("G3", shows="a location that only observes writes nothing and says what it would do")
def test_observe_writes_nothing_and_says_what_it_would() -> None:
    town = Town(modes=Modes(person="observe", visit="observe"))
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    town.settle()

    assert town.od.count("POST", None) == 0
    assert "observe:person.new" in [entry.rule for entry in town.engine.journal(limit=1000)]


@pytest.mark.mission("G3", shows="a location that suggests writes once the staff agrees")
def test_suggest_writes_once_the_staff_agrees() -> None:
    town = Town(modes=Modes(visit="suggest"))
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    assert (town.kinds(), town.visits) == (["suggest.create"], [])

    town.engine.answer(town.engine.reviews()[0].review.id, "apply")
    town.settle()
    assert len(town.visits) == 1

    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.settle()
    assert town.kinds() == ["suggest.change"]
    town.engine.answer(town.engine.reviews()[0].review.id, "apply")
    town.settle()
    assert str(town.row_of(booking)["AptDateTime"]) == "2026-03-09 14:00:00"


def test_a_plan_reaches_neither_side_nor_store() -> None:
    town = Town()
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    before = len(town.engine.journal(limit=1000))
    town.od.reset_requests()

    entries = town.engine.plan("main", booking)

    assert [entry.rule for entry in entries] == ["observe:person.new"]
    assert {request.method for request in town.od.requests} == {"GET"}
    assert len(town.engine.journal(limit=1000)) == before
    assert town.engine.links() == []


def test_where_the_reader_is_on_auto_refuses_and_bridge_accepts() -> None:
    town = Town(synchronizer=True)
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    assert town.visits == []
    assert "writer.off-reader-on" in {alert.rule for alert in town.alerts}

    accepting = Town(synchronizer=True, writer="bridge")
    accepting.work()
    accepting.book(accepting.person("Mara", "Lund", "1988-11-20"))
    accepting.settle()
    assert len(accepting.visits) == 1


def test_a_writer_that_changes_while_running_stops_the_location() -> None:
    town = Town()
    town.work()
    town.nx.state.locations[town.location_id].insert_appt_client = True
    town.nx.state.locations[town.location_id].sync_id = town.nx.state.add_sync(town.institution)
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    town.settle()

    assert town.visits == []
    assert "writer.changed" in {alert.rule for alert in town.alerts}


class Overlay:
    """An office where NexHealth's synchronizer writes."""

    def __init__(self) -> None:
        self.town = Town(overlay=True)
        self.synchronizer = self.town.synchronize()
        self.town.work()

    def live(self, minutes: int) -> None:
        for _ in range(minutes // 5):
            self.town.clock.advance(timedelta(minutes=5))
            self.synchronizer.run(self.town.clock.now())
            self.town.engine.poll("main")
            while self.town.engine.step().settled:
                pass


@pytest.fixture
def overlay() -> Overlay:
    return Overlay()


def test_in_overlay_nothing_is_created_and_everything_is_linked(overlay: Overlay) -> None:
    town = overlay.town
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))

    overlay.live(60)

    assert town.od.count("POST", None) == 0
    assert len(town.visits) == 1
    assert town.row_of(booking)["AptNum"] == town.visits[0]["AptNum"]
    assert town.names() == ["appointment.created"]
    assert town.kinds() == []


def test_in_overlay_changes_of_both_sides_are_told_and_not_written(overlay: Overlay) -> None:
    town = overlay.town
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    overlay.live(60)
    town.happened.clear()

    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    overlay.live(60)
    town.od.practice.staff.confirm(town.row_of(booking)["AptNum"])
    overlay.live(60)
    town.od.practice.staff.break_(town.row_of(booking)["AptNum"])
    overlay.live(60)

    assert town.od.count("PUT", None) == 0
    assert [name for name in town.names() if name != "slot.opened"] == [
        "appointment.rescheduled",
        "appointment.confirmed",
        "appointment.cancelled",
    ]
    assert town.kinds() == []


def test_in_overlay_a_booking_that_does_not_land_is_asked_about(overlay: Overlay) -> None:
    town = overlay.town
    overlay.synchronizer.write_enabled = False
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    overlay.live(90)

    assert town.kinds() == ["visit.not-landed"]
    assert town.visits == []

    overlay.synchronizer.write_enabled = True
    overlay.live(60)
    assert len(town.visits) == 1
    assert len(town.charts) == 1
