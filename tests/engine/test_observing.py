"""G3 with everything switched on: what only observes, or may not write, sends neither side anything but questions."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from odnexus import InsurancePolicy, IntakePolicy
from odnexus.practice import MirrorPolicy, Modes, TypeRule
from odnexus.reconcile.policy import VisitPolicy
from odnexus.testing.opendental import PERMISSIONS
from tests.engine.crashing import Killed
from tests.engine.test_crashes import CutTown
from tests.engine.test_insurance import announce, carriers, cover
from tests.engine.test_intake_whole import FIELDS, submit
from tests.engine.test_waitlist import listed, offers_of, texted, wall
from tests.engine.town import Town, at

OBSERVE = Modes(person="observe", visit="observe")
EVERYTHING: dict[str, Any] = {
    "fields": FIELDS,
    "insurance": InsurancePolicy(mode="write"),
    "intake": IntakePolicy(clinical=True),
    "mirror": MirrorPolicy(patients="create"),
}


def everything(town: Any) -> Any:
    """Give the office lists of everything and the location rules for all of it."""
    office = town.od.practice
    carriers(town)
    kind = office.add_appointment_type(AppointmentTypeName="Cleaning", Pattern="/XXXXXXXXXX/")
    office.add_procedure_code("D1110", "Pro")
    office.add("patfielddefs", FieldName="Pets", FieldType="Text")
    office.add("allergydefs", Description="latex")
    rule = TypeRule(appointment_type_num=kind, procedures=("D1110",))
    town.location = evolve(town.location, types={town.kind: rule})
    return restarted(town)


def restarted(town: Any, **settings: Any) -> Any:
    """Go on with a new engine and other settings of the location."""
    town.location = evolve(town.location, **settings)
    town.practice = evolve(town.practice, locations=(town.location,))
    town.engine = town.new_engine(webhook_secrets=["s"])
    return town


def written(town: Any) -> list[str]:
    """Return what was sent to either side that could change something."""
    sent = [*town.od.requests, *town.nx.requests]
    return sorted({f"{each.method} {each.route or each.path}" for each in sent if each.method != "GET"} - {TOKEN})


TOKEN = "POST /authenticates"


def happen(town: Any) -> None:
    """Let everything happen that could make the engine write."""
    linked = town.person("Mara", "Lund", "1988-11-20")
    town.nx.state.patients[linked].bio["insurance_name"] = "Aetna Dental"
    first = town.book(linked, appointment_type_id=town.kind)
    town.settle()
    submit(town, linked)
    announce(town, cover(town, linked))
    town.chart("Ella", "Frost", "1990-05-06", WirelessPhone="(303)555-0177", Email="ella@example.com")
    town.chart("Ella", "Frost", "1990-05-07", WirelessPhone="(303)555-0178")
    town.book(town.person("Ella", "Frost", "1990-05-06", phone="3035550178"), at(11))
    staff = town.od.practice.staff
    own = town.chart("Otis", "Grant", "1970-01-02", WirelessPhone="(303)555-0179", Email="otis@example.com")
    staff.book(own, start=wall(town, 14), op=town.ops[1], minutes=60, ProvNum=town.provs[0])
    town.settle()
    town.nx.patient_app.reschedule(first, at(16), minutes=60)
    town.settle()
    town.nx.patient_app.cancel(first)
    town.settle(30)


def test_the_same_life_writes_all_of_it_where_it_is_applied() -> None:
    """So that the tests below can fail."""
    town = everything(Town(holding=True, opendental={"permissions": PERMISSIONS}, **EVERYTHING))
    town.work()

    happen(town)

    sent = " ".join(written(town))
    for part in (
        "/appointments", "/commlogs", "/documents/Upload", "/inssubs", "/patfields", "/patientnotes", "/patients",
        "/patplans", "/procedurelogs",
    ):  # fmt: skip
        assert part in sent, part
    assert any(entry.rule == "visit.mirrored" for entry in town.engine.journal(limit=1000))
    assert any(entry.rule == "hold.placed" for entry in town.engine.journal(limit=1000))


@pytest.mark.mission("G3", shows="with every feature switched on, a location that observes writes to neither side")
def test_nothing_is_written_where_everything_is_only_observed() -> None:
    town = everything(Town(holding=True, opendental={"permissions": PERMISSIONS}, modes=OBSERVE, **EVERYTHING))
    town.work()

    happen(town)

    assert written(town) == []
    assert town.engine.buried() == []
    assert {"observe:person.new", "observe:mirror"} <= {entry.rule for entry in town.engine.journal(limit=1000)}


@pytest.mark.parametrize("mode", ["observe", "suggest"])
def test_a_known_patient_gets_no_form_and_no_insurance_where_persons_are_not_applied(mode: Any) -> None:
    town = everything(Town(opendental={"permissions": PERMISSIONS}, **EVERYTHING))
    town.work()
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.book(patient)
    town.settle()
    restarted(town, modes=Modes(person=mode))
    for simulator in (town.od, town.nx):
        simulator.reset_requests()

    submit(town, patient)
    announce(town, cover(town, patient))
    town.settle()

    assert written(town) == []
    assert {f"{mode}:form", f"{mode}:insurance"} <= {entry.rule for entry in town.engine.journal(limit=1000)}
    assert town.engine.buried() == []


def test_a_patient_is_not_made_at_nexhealth_where_persons_are_not_applied() -> None:
    town = everything(Town(modes=Modes(person="observe"), **EVERYTHING))
    town.work()
    chart = town.chart("Otis", "Grant", "1970-01-02", WirelessPhone="(303)555-0179", Email="otis@example.com")
    town.od.practice.staff.book(chart, start=wall(town, 14), op=town.ops[1], minutes=60, ProvNum=town.provs[0])

    town.settle()

    assert written(town) == []
    assert "mirror.patient-unknown" in [entry.rule for entry in town.engine.journal(limit=1000)]
    assert town.engine.buried() == []


def test_what_was_begun_before_a_location_was_set_to_observe_goes_on_only_when_it_is_applied_again() -> None:
    count = 0
    while True:
        town = begun()
        town.cut.arm(count, "after")
        try:
            town.work()
        except Killed:
            town.cut.disarm()
        else:
            break
        count += 1
        restarted(town, modes=OBSERVE)
        for simulator in (town.od, town.nx):
            simulator.reset_requests()
        town.live_on()
        assert written(town) == [], f"cut after effect {count}"
        assert town.engine.buried() == []

        restarted(town, modes=Modes())
        town.settle(7)
        live = [each.start_time for each in town.nx.state.appointments.values() if not each.cancelled]
        assert sorted(live) == [at(11), at(14), at(16)], f"cut after effect {count}"
        assert len(town.visits) == 3
        assert len(town.od.practice.rows("procedurelogs")) == 2
        assert town.kinds() == []
    assert count > 40


def begun() -> CutTown:
    """Return a town with a booking to be written, a visit to be moved at NexHealth, and one to be made there."""
    town: CutTown = everything(
        CutTown(opendental={"permissions": PERMISSIONS}, visits=VisitPolicy(reschedule="rebook"), **EVERYTHING)
    )
    town.work()
    # Known to NexHealth from the office: one who is to be inserted yet could not be booked a second time.
    patient = town.person("Mara", "Lund", "1988-11-20", foreign_id="9")
    first = town.book(patient, at(9), appointment_type_id=town.kind)
    town.settle()
    town.book(patient, at(11), appointment_type_id=town.kind)
    town.od.practice.staff.move(town.row_of(first)["AptNum"], start=wall(town, 16))
    chart = town.chart("Otis", "Grant", "1970-01-02", WirelessPhone="(303)555-0179", Email="otis@example.com")
    town.od.practice.staff.book(chart, start=wall(town, 14), op=town.ops[1], minutes=60, ProvNum=town.provs[0])
    return town


@pytest.mark.parametrize("mode", ["observe", "suggest"])
def test_nobody_is_texted_where_visits_are_not_applied(mode: Any) -> None:
    town = Town(opendental={"permissions": PERMISSIONS})
    numbers = listed(town, "Cy")
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"), at(15, day=3))
    town.settle()
    town.nx.patient_app.cancel(booking)
    town.settle()
    (event,) = [each for each in town.happened if each.name == "slot.opened"]
    restarted(town, modes=Modes(visit=mode))

    offers_of(town)(event)
    assert texted(town) == []

    restarted(town, modes=Modes())
    offers_of(town).go_on()
    assert texted(town) == numbers


@pytest.mark.mission("E2", shows="a guardian who books is never linked to the child's chart, whoever writes the visit")
def test_a_guardian_is_not_linked_to_the_chart_that_the_synchronizer_wrote_the_visit_on() -> None:
    town = Town(overlay=True)
    town.work()
    child = town.chart("Mara", "Lund", "2016-11-20")
    number = town.od.practice.staff.book(child, start=wall(town, 9), op=town.ops[0], minutes=60, ProvNum=town.provs[0])
    guardian = town.person("Erik", "Lund", "1960-04-02")
    booking = town.book(guardian)
    appt = town.nx.state.appointments[booking]
    appt.is_guardian, appt.foreign_id = True, str(number)

    town.settle()

    assert town.link_of(booking) is not None
    assert town.engine.links(kind="person") == []
