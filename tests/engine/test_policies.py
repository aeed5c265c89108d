"""What a location decides: how a cancellation is written, how a visit is moved, who may say what, with which number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from odnexus.practice import CancelRule, LateCancel
from odnexus.reconcile.policy import VisitPolicy
from odnexus.testing.nexhealth import Switches as NexHealthSwitches
from tests.engine.crashing import Killed, Moment
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town, at

DAY = timedelta(hours=24)


def booked(**options: Any) -> tuple[Town, int]:
    town = Town(**options)
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    town.alerts.clear()
    town.happened.clear()
    return town, booking


def broken_procedures(town: Town) -> list[str]:
    return [str(row["procCode"]) for row in town.od.practice.rows("procedurelogs")]


def moved(town: Town, booking: int, **to: Any) -> Any:
    row = town.row_of(booking)
    town.od.practice.staff.move(row["AptNum"], **{"start": row["AptDateTime"] + timedelta(hours=3), **to})
    town.settle()
    return row


# -- cancellations -----------------------------------------------------------------------------------------------------


@pytest.mark.mission("E5", shows="a cancellation at short notice is written as late, with the office's fee code")
@pytest.mark.parametrize(("hours", "codes"), [(23, ["D9987"]), (25, [])])
def test_a_late_cancellation_is_written_as_one(hours: int, codes: list[str]) -> None:
    town, booking = booked(cancel=CancelRule(late=LateCancel(within=DAY)))
    town.od.practice.set_preference("BrokenApptProcedure", "1")
    start = town.booking(booking).start_time
    town.clock.advance(start - timedelta(hours=hours) - town.clock.now())
    town.nx.patient_app.cancel(booking)
    town.settle()

    assert town.row_of(booking)["AptStatus"] == "UnschedList"
    assert broken_procedures(town) == codes
    assert town.names() == ["appointment.cancelled", "slot.opened"]


def test_an_office_without_break_types_gets_the_cancellation_alone() -> None:
    town, booking = booked(cancel=CancelRule(late=LateCancel(within=timedelta(days=30), break_type="Missed")))
    town.nx.patient_app.cancel(booking)
    town.settle()

    assert town.row_of(booking)["AptStatus"] == "UnschedList"
    assert broken_procedures(town) == []
    assert "cancel.break-type-refused" in [entry.rule for entry in town.engine.journal()]
    assert town.engine.waiting() == []


def test_procedures_of_a_cancelled_visit_stay_with_it() -> None:
    town, booking = booked()
    town.od.practice.add_procedure_code("D0120", "PerEx")
    row = town.row_of(booking)
    town.od.practice.add("procedurelogs", PatNum=row["PatNum"], AptNum=row["AptNum"], procCode="D0120")
    town.nx.patient_app.cancel(booking)
    town.settle()

    assert [p["AptNum"] for p in town.od.practice.rows("procedurelogs")] == [row["AptNum"]]


def test_a_visit_that_gives_way_is_charged_to_nobody() -> None:
    town = Town(cancel=CancelRule(break_type="Cancelled", late=LateCancel(within=timedelta(days=400))))
    town.od.practice.set_preference("BrokenApptProcedure", "1")
    town.work()
    chart = town.chart("Bo", "Holm", "1951-02-03")
    wall = at(9).astimezone(town.location.zone).replace(tzinfo=None)
    book = town.od.practice.staff.book
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    # Somebody at the desk takes the slot in the moment between our look and our create.
    real, town.od.handle = town.od.handle, None

    def handle(request: Any) -> Any:
        if request.method == "POST" and request.path.endswith("/appointments") and len(town.visits) == 0:
            book(chart, start=wall, op=town.ops[0], minutes=60)
        return real(request)

    town.od.handle = handle
    town.engine = town.new_engine()
    town.work()

    assert town.kinds() == ["visit.overlap"]
    assert broken_procedures(town) == []


# -- moving ------------------------------------------------------------------------------------------------------------


@pytest.mark.mission(
    "E6", shows="where NexHealth ignores a new time, the visit is booked anew there and the old booking cancelled"
)
@pytest.mark.parametrize("way", ["refuse", "ignore"])
def test_a_booking_that_cannot_be_edited_is_booked_anew_and_that_is_remembered(way: Any) -> None:
    switches = NexHealthSwitches(reschedule_supported=False, unsupported_edits=way, placeholder_rebooking="accept")
    town, booking = booked(nexhealth_switches={"switches": switches})
    row = moved(town, booking)
    live = [each for each in town.nx.state.appointments.values() if not each.cancelled]
    patches = town.nx.count("PATCH")
    moved(town, live[0].id)
    again = [each for each in town.nx.state.appointments.values() if not each.cancelled]

    assert town.booking(booking).cancelled
    assert len(live) == len(again) == 1
    assert again[0].start_time.astimezone(town.location.zone).replace(tzinfo=None) == row["AptDateTime"]
    # The second time it is not tried: one PATCH cancels the old booking.
    assert town.nx.count("PATCH") == patches + 1
    assert town.names() == ["appointment.rescheduled", "slot.opened"] * 2
    assert town.kinds() == []


@pytest.mark.parametrize(("policy", "cancelled", "kinds"), [
    ("edit", False, ["visit.cannot-move"]),
    ("review", False, ["visit.cannot-move"]),
    ("rebook", True, []),
])  # fmt: skip
def test_how_a_visit_is_moved_at_nexhealth_is_a_policy(policy: Any, cancelled: bool, kinds: list[str]) -> None:
    switches = NexHealthSwitches(reschedule_supported=False, placeholder_rebooking="accept")
    town, booking = booked(visits=VisitPolicy(reschedule=policy), nexhealth_switches={"switches": switches})
    moved(town, booking)

    assert town.booking(booking).cancelled is cancelled
    assert town.kinds() == kinds


def test_a_confirmed_visit_stays_confirmed_when_it_is_booked_anew() -> None:
    switches = NexHealthSwitches(reschedule_supported=False, placeholder_rebooking="accept")
    town, booking = booked(nexhealth_switches={"switches": switches})
    town.od.practice.staff.confirm(town.row_of(booking)["AptNum"])
    town.settle()
    moved(town, booking, keep_confirmed=True)
    (live,) = [each for each in town.nx.state.appointments.values() if not each.cancelled]

    assert live.confirmed


@pytest.mark.parametrize(("policy", "count"), [("report", 1), ("rebook", 2)])
def test_another_provider_is_reported_or_booked_anew(policy: Any, count: int) -> None:
    switches = NexHealthSwitches(placeholder_rebooking="accept")
    town, booking = booked(visits=VisitPolicy(provider_change=policy), nexhealth_switches={"switches": switches})
    moved(town, booking, provider=town.provs[1])
    live = [each for each in town.nx.state.appointments.values() if not each.cancelled]

    assert len(town.nx.state.appointments) == count
    assert len(live) == 1
    wanted = town.dentists[1] if policy == "rebook" else town.dentists[0]
    assert live[0].provider_id == wanted
    rules = [entry.rule for entry in town.engine.journal(limit=500)]
    assert ("nexhealth.provider-is-fixed" in rules) is (policy == "report")
    assert town.kinds() == []


# -- confirmations -----------------------------------------------------------------------------------------------------


@pytest.mark.mission(
    "E4", shows="a confirmation that is taken back in Open Dental cannot follow, and the journal says why"
)
def test_one_way_moves_are_refused_with_a_reason() -> None:
    town, booking = booked()
    number = town.row_of(booking)["AptNum"]
    town.od.practice.staff.confirm(number)
    town.settle()
    assert town.booking(booking).confirmed
    town.od.practice.staff.confirm(number, "Not Called")
    town.settle()

    assert town.booking(booking).confirmed
    entries = [entry for entry in town.engine.journal(limit=500) if entry.rule == "nexhealth.cannot-unconfirm"]
    assert [entry.fields for entry in entries] == [("confirmed",)]
    # And once the patient is called again, that is no news to NexHealth.
    sent = town.nx.count("PATCH")
    town.od.practice.staff.confirm(number)
    town.settle()
    assert town.nx.count("PATCH") == sent


def definition(town: Town) -> int:
    number: int = town.od.practice.definition_named(2, "Confirmed")
    return number


@pytest.mark.mission("E4", shows="a hidden definition is not written any more, and the office is told once")
@pytest.mark.parametrize("configured", [True, False])
def test_a_definition_that_is_hidden_is_told_once_and_not_written(configured: bool) -> None:
    town, booking = booked()
    old = definition(town)
    if configured:
        from attrs import evolve

        town.location = evolve(town.location, confirmed=(old,))
        town.practice = evolve(town.practice, locations=(town.location,))
        town.engine = town.new_engine()
    town.work()
    new = town.od.practice.add_definition(2, "Confirmed by phone")
    town.od.practice.confirmations["Confirmed"] = new
    town.od.practice.staff.hide_definition(old)
    for _ in range(2):
        town.clock.advance(timedelta(days=1, minutes=1))
        town.work()
    town.nx.patient_app.confirm(booking)
    town.settle()

    assert [alert.rule for alert in town.alerts].count("confirmed.gone") == 1
    # No definition that means confirmed is left to choose: the office's own word decides.
    assert town.row_of(booking)["Confirmed"] == new


def test_visits_that_carry_a_hidden_definition_still_count_as_confirmed() -> None:
    town, booking = booked()
    town.od.practice.staff.confirm(town.row_of(booking)["AptNum"])
    town.settle()
    town.od.practice.staff.hide_definition(definition(town))
    town.clock.advance(timedelta(days=1, minutes=1))
    town.settle()

    rules = [entry.rule for entry in town.engine.journal(limit=500)]
    assert "nexhealth.cannot-unconfirm" not in rules


# -- every cut point of new then cancel --------------------------------------------------------------------------------


class CutPlatform(CutTown):
    """A town whose NexHealth answers yes to a new time and keeps the old one, cut at any effect."""

    def _build_nexhealth(self, synced: bool, inserts: bool, switches: dict[str, Any]) -> None:
        ignoring = NexHealthSwitches(
            reschedule_supported=False, unsupported_edits="ignore", placeholder_rebooking="accept"
        )
        super()._build_nexhealth(synced, inserts, {**switches, "switches": ignoring})


def confirmed_and_moved() -> CutPlatform:
    town = CutPlatform()
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    (row,) = town.visits
    town.od.practice.staff.confirm(row["AptNum"])
    town.settle()
    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=3), keep_confirmed=True)
    return town


@pytest.mark.mission("E6", shows="killed at any moment of booking anew and cancelling, one live booking is left")
@pytest.mark.parametrize("moment", ["before", "after"])
def test_every_cut_point_of_booking_anew_heals(moment: Moment) -> None:
    town = confirmed_and_moved()
    town.cut.arm(-1, "before")
    town.work()
    count = len(town.cut.names)
    assert count > 15

    for number in range(count):
        town = confirmed_and_moved()
        town.cut.arm(number, moment)
        try:
            town.work()
        except Killed:
            town.live_on()
        else:
            town.cut.disarm()
            town.settle()
        where = f"cut {moment} effect {number} of {count}"
        live = [each for each in town.nx.state.appointments.values() if not each.cancelled]
        assert [(each.start_time, each.confirmed) for each in live] == [(at(12), True)], where
        assert len(town.visits) == 1, where
        assert len(town.nx.state.appointments) == 2, where
        assert town.engine.waiting() == [], where
        assert town.kinds() == [], where
