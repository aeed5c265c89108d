"""Every cut point: killed before or after any single effect, the process goes on without a second record.

An effect is a request to either side or a write into the store. The clean run is counted first; then every point of it
is cut, once before and once after the effect.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from odnexus.errors import SyncError
from odnexus.practice import TypeRule
from odnexus.stores import MemoryStore
from tests.engine.crashing import Cut, CuttingSimulator, CuttingStore, Killed, Moment
from tests.engine.town import Town, at

Story = Callable[["CutTown"], None]


class CutTown(Town):
    """A town whose engine may be killed at any effect."""

    def __init__(self, *, cut: Any = None, **options: Any) -> None:
        self.cut: Cut = cut or Cut()
        super().__init__(store=CuttingStore(MemoryStore(), self.cut), **options)

    def _build_opendental(self, options: dict[str, Any]) -> None:
        super()._build_opendental(options)
        self.od = CuttingSimulator("opendental", self.od, self.cut)

    def _build_nexhealth(self, synced: bool, inserts: bool, switches: dict[str, Any]) -> None:
        super()._build_nexhealth(synced, inserts, switches)
        self.nx = CuttingSimulator("nexhealth", self.nx, self.cut)

    def live_on(self) -> None:
        """Start a new process on the same store and let it work until nothing is left to do."""
        self.cut.disarm()
        self.engine = self.new_engine()
        # Leases and turns of the dead process run out after two minutes at most.
        self.clock.advance(timedelta(minutes=15))
        self.settle(7)


def prepared(before: Story) -> CutTown:
    town = CutTown()
    town.work()
    before(town)
    return town


def effects_of(before: Story, story: Story) -> int:
    town = prepared(before)
    town.cut.arm(-1, "before")
    story(town)
    town.work()
    return len(town.cut.names)


def run(before: Story, story: Story, number: int, moment: Moment) -> CutTown:
    town = prepared(before)
    story(town)
    town.cut.arm(number, moment)
    try:
        town.work()
    except Killed:
        town.live_on()
    else:
        town.cut.disarm()
        town.settle()
    return town


def new_booking(town: CutTown) -> None:
    town.book(town.person("Mara", "Lund", "1988-11-20"))


def nothing(town: CutTown) -> None:
    """Begin with an empty office."""


def booked(town: CutTown) -> None:
    new_booking(town)
    town.settle()
    town.happened.clear()


def moved_at_nexhealth(town: CutTown) -> None:
    town.nx.patient_app.reschedule(min(town.nx.state.appointments), at(14), minutes=60)


def moved_in_open_dental(town: CutTown) -> None:
    (row,) = town.visits
    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=2), op=row["Op"])


def cancelled_at_nexhealth(town: CutTown) -> None:
    town.nx.patient_app.cancel(min(town.nx.state.appointments))


def cancelled_in_open_dental(town: CutTown) -> None:
    town.od.practice.staff.break_(town.visits[0]["AptNum"])


def with_type(town: CutTown) -> None:
    """Let NexHealth's type mean a longer block with procedures, one of them the type's own."""
    for code in ("D0120", "D0210"):
        town.od.practice.add_procedure_code(code, code)
    number = town.od.practice.add_appointment_type(
        AppointmentTypeName="Hygiene", Pattern="/" + "X" * 14 + "/", CodeStr="D0120"
    )
    rule = TypeRule(appointment_type_num=number, minutes=80, procedures=("D0210", "D0120"))
    town.location = evolve(town.location, types={town.kind: rule})
    town.practice = evolve(town.practice, locations=(town.location,))
    town.engine = town.new_engine()


def new_typed_booking(town: CutTown) -> None:
    town.book(town.person("Mara", "Lund", "1988-11-20"), appointment_type_id=town.kind)


def check_agreement(town: CutTown) -> None:
    """One patient, one visit, both calendars equal, nothing waiting, nothing asked, the host told."""
    assert len(town.charts) == 1
    assert len(town.visits) == 1
    (booking,) = town.nx.state.appointments.values()
    row = town.row_of(booking.id)
    assert row["AptStatus"] == ("UnschedList" if booking.cancelled else "Scheduled") or booking.cancelled
    if not booking.cancelled:
        assert str(row["AptDateTime"]) == f"{booking.start_time.astimezone(town.location.zone):%Y-%m-%d %H:%M:%S}"
    assert town.kinds() == []
    assert town.engine.waiting() == []
    assert town.engine.buried() == []
    if town.location.types:
        assert sorted(str(p["procCode"]) for p in town.od.practice.rows("procedurelogs")) == ["D0120", "D0210"]
        assert len(str(row["Pattern"])) == 16


STORIES: dict[str, tuple[Story, Story, str]] = {
    "new patient": (nothing, new_booking, "appointment.created"),
    "new patient with procedures": (with_type, new_typed_booking, "appointment.created"),
    "moved at NexHealth": (booked, moved_at_nexhealth, "appointment.rescheduled"),
    "moved in Open Dental": (booked, moved_in_open_dental, "appointment.rescheduled"),
    "cancelled at NexHealth": (booked, cancelled_at_nexhealth, "appointment.cancelled"),
    "cancelled in Open Dental": (booked, cancelled_in_open_dental, "appointment.cancelled"),
}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("name", STORIES)
@pytest.mark.mission(
    "E1", "E2", "E5", "E6", shows="killed at every write and request, a booking still makes one chart and one visit"
)
def test_every_cut_point_heals(name: str, moment: Moment) -> None:
    before, story, event = STORIES[name]
    count = effects_of(before, story)
    assert count > 10

    for number in range(count):
        town = run(before, story, number, moment)
        try:
            check_agreement(town)
            assert event in town.names(), "the host was not told"
        except (AssertionError, SyncError) as error:
            raise AssertionError(f"cut {moment} effect {number} of {count}: {error}") from error
