"""Open Dental's own appointments at NexHealth: made once, for whom NexHealth knows, and from then on linked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from odnexus.errors import ConfigurationError
from odnexus.practice import MirrorPolicy, Modes, TypeRule
from tests.engine.crashing import Killed, Moment
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town, at


def wall(town: Town, hour: int = 9, *, day: int = 9) -> datetime:
    return at(hour, day=day).astimezone(town.location.zone).replace(tzinfo=None)


def mirrored_town(policy: MirrorPolicy | None = None, **options: Any) -> Town:
    town = Town(mirror=policy or MirrorPolicy(), **options)
    town.work()
    return town


def mara(town: Town, **fields: Any) -> int:
    fields.setdefault("WirelessPhone", "(303)555-0100")
    fields.setdefault("Email", "mara.lund@example.com")
    return town.chart("Mara", "Lund", "1988-11-20", **fields)


def known(town: Town, **details: Any) -> int:
    """Add Mara to NexHealth as it knows patients of the office: not as one who is to be inserted yet."""
    return town.person("Mara", "Lund", "1988-11-20", foreign_id=str(len(town.nx.state.patients) + 1), **details)


def staff_books(town: Town, chart: int, hour: int = 9, **fields: Any) -> int:
    fields.setdefault("ProvNum", town.provs[0])
    number: int = town.od.practice.staff.book(chart, start=wall(town, hour), op=town.ops[0], minutes=60, **fields)
    return number


def bookings(town: Town) -> list[Any]:
    return list(town.nx.state.appointments.values())


def rules(town: Town) -> list[str]:
    return [entry.rule for entry in town.engine.journal(limit=1000)]


@pytest.mark.mission(
    "E4", shows="a visit that the staff enters in Open Dental stands at NexHealth too, where the location says so"
)
def test_a_visit_of_a_known_patient_is_made_at_nexhealth_once() -> None:
    town = mirrored_town()
    chart = mara(town)
    person = known(town)
    number = staff_books(town, chart)
    town.settle(5)
    (booking,) = bookings(town)

    assert (booking.patient_id, booking.provider_id, booking.operatory_id) == (person, town.dentists[0], town.chairs[0])
    assert booking.start_time == at(9)
    assert booking.end_time - booking.start_time == timedelta(minutes=60)
    assert town.row_of(booking.id)["AptNum"] == number
    assert len(town.visits) == 1
    assert town.happened == []


def test_it_is_a_linked_visit_from_then_on() -> None:
    town = mirrored_town()
    number = staff_books(town, mara(town))
    known(town)
    town.settle()
    (booking,) = bookings(town)
    town.od.practice.staff.move(number, start=wall(town, 14))
    town.settle()
    assert booking.start_time == at(14)
    town.od.practice.staff.confirm(number)
    town.settle()
    assert booking.confirmed
    town.nx.patient_app.cancel(booking.id)
    town.settle()
    assert town.visits[0]["AptStatus"] == "UnschedList"


def test_a_visit_that_is_confirmed_already_is_confirmed_at_nexhealth() -> None:
    town = mirrored_town()
    number = staff_books(town, mara(town))
    town.od.practice.staff.confirm(number)
    known(town)
    town.settle()

    assert bookings(town)[0].confirmed


def test_without_the_policy_nothing_is_made() -> None:
    town = Town()
    town.work()
    staff_books(town, mara(town))
    known(town)
    town.settle()

    assert bookings(town) == []


@pytest.mark.parametrize("mode", ["observe", "suggest"])
def test_only_where_visits_are_applied(mode: Any) -> None:
    town = mirrored_town(modes=Modes(visit=mode))
    staff_books(town, mara(town))
    known(town)
    town.settle()

    assert bookings(town) == []
    assert f"{mode}:mirror" in rules(town)


def test_where_a_synchronizer_reads_nothing_is_made() -> None:
    town = mirrored_town(synchronizer=True, writer="bridge")
    staff_books(town, mara(town))
    known(town)
    town.settle()

    assert bookings(town) == []
    assert "mirror.synchronizer-reads" in rules(town)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"Note": "NexHealth 4711"}, None),
        ({"AptStatus": "UnschedList"}, None),
        ({"ProvNum": 0}, "mirror.not-mapped"),
        ({"Op": 0}, "mirror.not-mapped"),
        ({"Pattern": ""}, "mirror.no-place"),
    ],
)
def test_what_is_no_visit_of_the_offices_own_stays(fields: dict[str, Any], rule: str | None) -> None:
    town = mirrored_town()
    number = staff_books(town, mara(town))
    town.od.practice.change("appointments", number, fields)
    known(town)
    town.settle()

    assert bookings(town) == []
    assert rule is None or rule in rules(town)


def test_two_who_may_be_the_patient_are_one_too_many() -> None:
    town = mirrored_town()
    staff_books(town, mara(town))
    known(town)
    known(town, email="other@example.com")
    town.settle()

    assert bookings(town) == []
    assert "mirror.patient-unclear" in rules(town)


@pytest.mark.parametrize(("policy", "count"), [("known", 0), ("create", 1)])
def test_patients_whom_nexhealth_does_not_know_are_made_only_by_policy(policy: Any, count: int) -> None:
    town = mirrored_town(MirrorPolicy(patients=policy))
    staff_books(town, mara(town))
    town.settle(5)

    assert len(bookings(town)) == len(town.nx.state.patients) == count
    assert ("mirror.patient-unknown" in rules(town)) is (count == 0)


@pytest.mark.parametrize(("fields", "lacking"), [({"Email": ""}, "email"), ({"WirelessPhone": ""}, "phone_number")])
def test_no_patient_is_made_without_address_and_phone(fields: dict[str, Any], lacking: str) -> None:
    town = mirrored_town(MirrorPolicy(patients="create"))
    staff_books(town, mara(town, **fields))
    town.settle()

    assert town.nx.state.patients == {}
    (entry,) = [each for each in town.engine.journal(limit=500) if each.rule == "mirror.patient-incomplete"]
    assert entry.fields == (lacking,)


def test_a_booking_of_the_same_patient_at_that_time_is_the_visit() -> None:
    town = mirrored_town()
    chart = mara(town)
    person = known(town)
    number = staff_books(town, chart)
    booking = town.book(person)
    town.settle()

    assert len(bookings(town)) == 1
    assert town.row_of(booking)["AptNum"] == number


def test_a_place_that_nexhealth_gives_to_nobody_is_asked_about_once() -> None:
    town = mirrored_town()
    chart = mara(town)
    known(town)
    other = town.person("Bo", "Holm", "1951-02-03")
    blocked = town.book(other)
    town.settle()
    town.alerts.clear()
    staff_books(town, chart)
    town.settle()

    assert town.kinds() == ["visit.cannot-mirror"]
    town.nx.patient_app.cancel(blocked)
    town.engine.answer(town.engine.reviews()[0].review.id, "retry")
    town.settle()
    assert [each.cancelled for each in bookings(town)] == [True, False]
    assert town.kinds() == []


def test_a_patient_whom_nexhealth_may_book_once_only_is_told_once() -> None:
    town = mirrored_town()
    mara(town)
    person = town.person("Mara", "Lund", "1988-11-20")
    town.book(person, at(15))
    town.settle()
    (chart,) = {row["PatNum"] for row in town.visits}
    for hour in (9, 11):
        staff_books(town, chart, hour)
    town.settle(5)

    assert len(bookings(town)) == 1
    assert [alert.rule for alert in town.alerts].count("mirror.refused") == 1
    assert rules(town).count("mirror.refused") == 2
    assert town.kinds() == []


def test_so_many_a_minute() -> None:
    town = mirrored_town(MirrorPolicy(per_minute=2))
    chart = mara(town)
    known(town)
    for hour in (8, 9, 10, 11, 13):
        staff_books(town, chart, hour)
    town.work()
    made = [len(bookings(town))]
    for _ in range(3):
        town.work(1, poll=False)
        made.append(len(bookings(town)))

    assert made == [2, 4, 5, 5]


def test_what_was_there_is_made_when_the_policy_is_switched_on() -> None:
    from attrs import evolve

    town = Town()
    staff_books(town, mara(town))
    known(town)
    town.settle()
    assert bookings(town) == []
    town.location = evolve(town.location, mirror=MirrorPolicy())
    town.practice = evolve(town.practice, locations=(town.location,))
    town.engine = town.new_engine()
    town.settle()

    assert len(bookings(town)) == 1


def test_the_type_is_named_where_the_rules_know_it() -> None:
    town = mirrored_town()
    from attrs import evolve

    number = town.od.practice.add_appointment_type(AppointmentTypeName="Hygiene", Pattern="/XX/")
    town.location = evolve(town.location, types={town.kind: TypeRule(appointment_type_num=number)})
    town.practice = evolve(town.practice, locations=(town.location,))
    town.engine = town.new_engine()
    staff_books(town, mara(town), AppointmentTypeNum=number)
    known(town)
    town.settle()

    assert bookings(town)[0].appointment_type_id == town.kind


@pytest.mark.parametrize("kind", ["lost_answer", "timeout_after", "reset_before"])
def test_a_booking_whose_answer_is_lost_is_made_once(kind: str) -> None:
    town = mirrored_town()
    staff_books(town, mara(town))
    known(town)
    town.nx.faults.on("POST /appointments", kind=kind)
    town.settle()
    town.work(60)
    town.settle()

    assert len(bookings(town)) == len(town.visits) == 1
    assert town.row_of(bookings(town)[0].id) is town.visits[0]


def test_no_pace_is_no_policy() -> None:
    with pytest.raises(ConfigurationError, match="per_minute"):
        MirrorPolicy(per_minute=0)


# -- every cut point ---------------------------------------------------------------------------------------------------


class CutMirror(CutTown):
    """A town that mirrors, cut at any effect."""

    def new_engine(self, **changes: Any) -> Any:
        from attrs import evolve

        self.location = evolve(self.location, mirror=MirrorPolicy(patients="create"))
        self.practice = evolve(self.practice, locations=(self.location,))
        return super().new_engine(**changes)


def prepared() -> CutMirror:
    town = CutMirror()
    town.work()
    staff_books(town, mara(town))
    return town


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("meanwhile", ["nothing", "moved", "broken", "deleted"])
def test_every_cut_point_of_mirroring_heals(moment: Moment, meanwhile: str) -> None:
    town = prepared()
    town.cut.arm(-1, "before")
    town.work()
    count = len(town.cut.names)
    assert count > 10

    for number in range(0, count, 1 if meanwhile == "nothing" else 3):
        town = prepared()
        town.cut.arm(number, moment)
        try:
            town.work()
        except Killed:
            change(town, meanwhile)
            town.live_on()
        else:
            town.cut.disarm()
            change(town, meanwhile)
            town.settle(7)
        check(town, meanwhile, f"cut {moment} effect {number} of {count}, {meanwhile}")


def change(town: CutMirror, meanwhile: str) -> None:
    (row,) = town.visits
    match meanwhile:
        case "moved":
            town.od.practice.staff.move(row["AptNum"], start=wall(town, 14))
        case "broken":
            town.od.practice.staff.break_(row["AptNum"])
        case "deleted":
            town.od.practice.staff.delete(row["AptNum"])
        case _:
            pass


def check(town: CutMirror, meanwhile: str, where: str) -> None:
    live = [each for each in bookings(town) if not each.cancelled]
    gone = meanwhile in ("broken", "deleted")
    assert len(live) == (0 if gone else 1), where
    assert len(town.visits) == (0 if meanwhile == "deleted" else 1), where
    assert len(town.charts) == len(town.nx.state.patients) == 1 or (gone and len(town.nx.state.patients) < 2), where
    if live:
        assert live[0].start_time == at(14 if meanwhile == "moved" else 9), where
    assert town.engine.waiting() == [], where
    assert town.engine.buried() == [], where
    assert town.kinds() == [], where
