"""Appointment types: the right block, procedures exactly once, and no booking of a type that is not what it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from odnexus.errors import ConfigurationError
from odnexus.practice import Location, TypeRule
from odnexus.testing.opendental import Switches
from tests.engine.town import Town, at

CODES = {"D0120": "PerEx", "D1110": "Pro", "D0210": "FMX"}


def town_with(
    rule: dict[str, Any] | None = None, *, pattern: str = "/XXXXXXXX/", codes: str = "", **options: Any
) -> Town:
    """Return a town whose NexHealth type is an Open Dental type too, by the rule."""
    town = Town(**options)
    for code, short in CODES.items():
        town.od.practice.add_procedure_code(code, short)
    number = town.od.practice.add_appointment_type(AppointmentTypeName="Hygiene", Pattern=pattern, CodeStr=codes)
    set_rule(town, TypeRule(**{"appointment_type_num": number, **(rule or {})}))
    town.work()
    return town


def set_rule(town: Town, rule: TypeRule) -> None:
    from attrs import evolve

    town.location = evolve(town.location, types={town.kind: rule})
    town.practice = evolve(town.practice, locations=(town.location,))
    town.engine = town.new_engine()


def book(town: Town, **details: Any) -> int:
    return town.book(town.person("Mara", "Lund", "1988-11-20"), appointment_type_id=town.kind, **details)


def procedures(town: Town) -> list[str]:
    return sorted(str(row["procCode"]) for row in town.od.practice.rows("procedurelogs"))


@pytest.mark.mission(
    "T4", shows="a booking gets the block, pattern, provider and procedures that its type has in Open Dental"
)
def test_a_type_decides_length_pattern_people_and_procedures() -> None:
    town = town_with({"minutes": 50, "hygiene": True, "procedures": ("D0210",), "asap": True}, codes="D0120,D1110")
    booking = book(town)
    town.settle()
    row = town.row_of(booking)

    # The ends of the type's pattern are assistant time; its middle is stretched.
    assert row["Pattern"] == "/XXXXXXXX/"
    assert (row["ProvHyg"], row["IsHygiene"], row["Priority"]) == (town.provs[0], True, "ASAP")
    assert procedures(town) == ["D0120", "D0210", "D1110"]
    assert {p["AptNum"] for p in town.od.practice.rows("procedurelogs")} == {row["AptNum"]}
    assert town.kinds() == []


@pytest.mark.parametrize(
    ("rule", "pattern"),
    [
        ({}, "/" + "X" * 10 + "/"),
        ({"minutes": 30}, "/XXXX/"),
        ({"minutes": 47}, "/XXXXXXXX/"),
        ({"pattern": "//XX//"}, "//XX//"),
        ({"pattern": "//XX//", "minutes": 40}, "//XXXX//"),
    ],
)
def test_the_block_is_as_long_as_the_rule_says_and_formed_like_the_type(rule: dict[str, Any], pattern: str) -> None:
    town = town_with(rule)
    booking = book(town)
    town.settle()

    assert town.row_of(booking)["Pattern"] == pattern


def test_a_procedure_that_the_type_brings_is_not_added_again() -> None:
    town = town_with({"procedures": ("D0120", "D0210", "D0210")}, codes="D0120")
    book(town)
    town.settle()

    assert procedures(town) == ["D0120", "D0210", "D0210"]


def test_a_longer_block_than_was_booked_does_not_overrun_what_follows() -> None:
    town = town_with({"minutes": 90})
    chart = town.chart("Bo", "Holm", "1951-02-03")
    town.od.practice.staff.book(
        chart, start=at(10).astimezone(town.location.zone).replace(tzinfo=None), op=town.ops[0], minutes=30
    )
    town.work()
    book(town)
    town.settle()

    # 9:00 to 10:00 as booked would fit; 9:00 to 10:30 as the office needs it does not.
    assert town.kinds() == ["visit.slot-taken"]
    assert len(town.visits) == 1


def test_a_fixed_provider_is_written_whoever_was_booked() -> None:
    town = town_with({"provider": 0})
    set_rule(town, TypeRule(provider=town.provs[1]))
    booking = book(town)
    town.settle()

    assert town.row_of(booking)["ProvNum"] == town.provs[1]
    assert town.kinds() == []


@pytest.mark.parametrize("kind", ["lost_answer", "timeout_after", "reset_before"])
def test_a_procedure_whose_answer_is_lost_is_attached_once(kind: str) -> None:
    town = town_with({"procedures": ("D0120", "D0210")})
    town.od.faults.on("POST /procedurelogs", kind=kind, times=2)
    book(town)
    town.settle()
    town.work(60)

    assert procedures(town) == ["D0120", "D0210"]
    assert town.names().count("appointment.created") == 1


def test_a_lost_create_still_gets_its_procedures_and_its_own_length() -> None:
    town = town_with({"procedures": ("D0210",), "minutes": 90})
    booking = book(town)
    town.od.faults.on("POST /appointments", kind="lost_answer")
    town.settle()
    town.work(60)

    assert len(town.visits) == 1
    assert procedures(town) == ["D0210"]
    assert len(str(town.row_of(booking)["Pattern"])) == 18
    # What the patient was told stays: the longer block is the office's matter.
    assert town.booking(booking).end_time - town.booking(booking).start_time == timedelta(minutes=60)


def test_what_the_office_refuses_is_told_and_the_visit_stands() -> None:
    town = town_with({"procedures": ("D9999",)})
    book(town)
    town.settle()

    assert len(town.visits) == 1
    rules = [alert.rule for alert in town.alerts]
    assert rules.count("type.codes-unknown") == 1
    assert rules.count("visit.procedures-refused") == 1
    assert town.engine.waiting() == []


def test_an_old_office_is_asked_for_procedures_by_patient() -> None:
    town = town_with({"procedures": ("D0210",)}, opendental={"version": "22.3.1.0"})
    set_rule(town, TypeRule(procedures=("D0210",)))
    book(town)
    town.settle()

    assert procedures(town) == ["D0210"]


# -- types that change -------------------------------------------------------------------------------------------------


def next_day(town: Town) -> None:
    town.clock.advance(timedelta(days=1, minutes=1))
    town.work()


def rules_of(town: Town) -> list[str]:
    return [alert.rule for alert in town.alerts if alert.rule.startswith("type.")]


@pytest.mark.mission(
    "T4", shows="a type that changed in the office is told at once, and its bookings wait for an answer"
)
def test_a_booking_of_a_type_that_changed_waits_until_one_answer_lets_all_through() -> None:
    town = town_with(opendental={"switches": Switches()})
    (number,) = town.od.practice.tables["appointmenttypes"].rows
    town.od.practice.change("appointmenttypes", number, {"Pattern": "/XX/"})
    next_day(town)
    next_day(town)
    first, second = (
        book(town),
        town.book(town.person("Bo", "Holm", "1951-02-03"), at(11), appointment_type_id=town.kind),
    )
    town.settle()

    assert rules_of(town).count("type.changed") == 1 + 2  # the change itself, and a question for each booking
    assert town.kinds() == ["type.changed", "type.changed"]
    assert town.visits == []
    town.engine.answer(town.engine.reviews()[0].review.id, "accept")
    town.settle()

    assert town.kinds() == []
    assert [len(str(town.row_of(each)["Pattern"])) for each in (first, second)] == [12, 12]
    third = town.book(town.person("Cy", "Frost", "2001-07-30"), at(13), appointment_type_id=town.kind)
    town.settle()
    assert town.row_of(third)["AptStatus"] == "Scheduled"


def test_a_renamed_type_is_told_and_works() -> None:
    town = town_with()
    (number,) = town.od.practice.tables["appointmenttypes"].rows
    town.od.practice.change("appointmenttypes", number, {"AppointmentTypeName": "Prophy"})
    next_day(town)
    booking = book(town)
    town.settle()

    assert rules_of(town) == ["type.changed"]
    assert town.row_of(booking)["AppointmentTypeNum"] == number
    assert not any("Prophy" in alert.text for alert in town.alerts)


def test_bookings_of_a_hidden_type_wait_and_are_written_without_it_if_told_so() -> None:
    town = town_with({"minutes": 40})
    (number,) = town.od.practice.tables["appointmenttypes"].rows
    town.od.practice.change("appointmenttypes", number, {"IsHidden": True})
    next_day(town)
    booking = book(town)
    town.settle()
    assert rules_of(town)[0] == "type.gone"
    assert town.visits == []
    town.engine.answer(town.engine.reviews()[0].review.id, "accept")
    town.settle()

    row = town.row_of(booking)
    assert (row["AppointmentTypeNum"], len(str(row["Pattern"]))) == (0, 8)


def test_a_type_that_is_what_it_was_again_holds_nothing_up() -> None:
    town = town_with()
    (number,) = town.od.practice.tables["appointmenttypes"].rows
    town.od.practice.change("appointmenttypes", number, {"IsHidden": True})
    next_day(town)
    town.od.practice.change("appointmenttypes", number, {"IsHidden": False})
    next_day(town)
    booking = book(town)
    town.settle()

    assert town.row_of(booking)["AppointmentTypeNum"] == number
    assert town.kinds() == []


def test_a_pattern_that_open_dental_would_cut_or_refuse_is_no_rule() -> None:
    for wrong in ("", "XO", "X" * 109):
        with pytest.raises(ConfigurationError, match="pattern"):
            TypeRule(pattern=wrong)
    assert Location(name="a", nexhealth_id=1, timezone="America/Denver").types == {}
