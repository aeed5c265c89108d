from __future__ import annotations

from datetime import datetime

import pytest

from tests.testing.opendental.desk import Desk


def test_a_booking_by_hand_looks_like_any_other(desk: Desk) -> None:
    number = desk.practice.staff.book(
        desk.demo.patients["obrien"], start=datetime(2026, 3, 5, 14), op=4, minutes=50, Note="by phone"
    )

    row = desk.get(f"/appointments/{number}")
    assert (row["AptStatus"], row["Pattern"], row["Note"]) == ("Scheduled", "/XXXXXXXX/", "by phone")
    assert (row["provAbbr"], row["confirmed"]) == ("DOC1", "Not Called")
    assert desk.rows("/histappointments", AptNum=number)[0]["ApptSource"] == "None"
    with pytest.raises(ValueError, match="minutes"):
        desk.practice.staff.book(401, start=datetime(2026, 3, 5, 14), op=4, minutes=12)


def test_the_front_desk_double_books(desk: Desk) -> None:
    first = desk.demo.appointments["robert_recall"]

    second = desk.practice.staff.double_book(first, desk.demo.patients["liz"])

    one, two = (desk.practice.appointments[number] for number in (first, second))
    assert [one[name] == two[name] for name in ("AptDateTime", "Op", "Pattern", "PatNum")] == [True, True, True, False]


def test_moving_resets_the_confirmation_unless_told_otherwise(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    staff = desk.practice.staff
    staff.confirm(number)

    staff.move(number, minutes=30)
    staff.move(number, op=6, provider=2)
    assert desk.get(f"/appointments/{number}")["confirmed"] == "Confirmed"
    staff.move(number, start=datetime(2026, 3, 5, 9), keep_confirmed=True)
    assert desk.get(f"/appointments/{number}")["confirmed"] == "Confirmed"
    staff.move(number, start=datetime(2026, 3, 6, 9))

    row = desk.get(f"/appointments/{number}")
    assert (row["confirmed"], row["AptDateTime"], row["Op"], row["ProvNum"], row["Pattern"]) == (
        "Not Called",
        "2026-03-06 09:00:00",
        6,
        2,
        "/XXXX/",
    )


@pytest.mark.parametrize(
    ("to_list", "missed", "status", "action"),
    [
        (False, False, "Broken", "Cancelled"),
        (True, False, "UnschedList", "Cancelled"),
        (False, True, "Broken", "Missed"),
    ],
)
def test_a_visit_is_broken_and_restored(desk: Desk, to_list: bool, missed: bool, status: str, action: str) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.practice.staff.break_(number, to_unscheduled_list=to_list, missed=missed)

    assert desk.get(f"/appointments/{number}")["AptStatus"] == status
    assert desk.rows("/histappointments", AptNum=number)[-1]["HistApptAction"] == action
    desk.practice.staff.restore(number, start=datetime(2026, 3, 9, 9), op=2)

    row = desk.get(f"/appointments/{number}")
    assert (row["AptStatus"], row["AptDateTime"], row["Op"]) == ("Scheduled", "2026-03-09 09:00:00", 2)


def test_arriving_and_leaving(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.practice.staff.arrive(number)
    desk.practice.staff.complete(number)

    row = desk.get(f"/appointments/{number}")
    assert (row["AptStatus"], row["DateTimeArrived"]) == ("Complete", "2026-03-02 08:00:00")


def test_confirming_by_name_or_number(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.practice.staff.confirm(number, 307)

    assert desk.get(f"/appointments/{number}")["confirmed"] == "Arrived"
    with pytest.raises(ValueError, match="confirmation"):
        desk.practice.staff.confirm(number, "Nonsense")
    with pytest.raises(ValueError, match="confirmation"):
        desk.practice.staff.confirm(number, 40)


def test_renaming_a_definition_renames_it_everywhere(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.practice.staff.rename_definition(19, "Unconfirmed")
    desk.practice.staff.rename_definition(40, "Ordinary")
    assert [desk.practice.definition_name(number) for number in (19, 5)] == ["Unconfirmed", ""]

    assert desk.get(f"/appointments/{number}")["confirmed"] == "Unconfirmed"
    assert desk.get("/patients/401")["BillingType"] == "Ordinary"
    assert desk.refused("PUT", "/patients/401", BillingType="Standard Account") == (400, "BillingType is invalid")


def test_a_merged_chart_is_archived_and_what_it_had_moves(desk: Desk) -> None:
    lost, kept = desk.demo.patients["father_henry"], desk.demo.patients["robert"]
    son, visit = desk.demo.patients["son_henry"], desk.demo.appointments["henry_hygiene"]
    desk.practice.add_commlog(PatNum=lost, Note="x")
    desk.sim.clock.sleep(60)

    desk.practice.staff.merge(lost, kept)

    assert desk.get(f"/patients/{lost}")["PatStatus"] == "Archived"
    row = desk.get(f"/appointments/{visit}")
    assert (row["PatNum"], row["DateTStamp"]) == (kept, "2026-03-02 08:01:00")
    assert len(desk.rows("/commlogs", PatNum=kept)) == 1
    assert desk.practice.patients[son]["Guarantor"] == kept
    assert desk.rows("/histappointments", AptNum=visit)[-1]["PatNum"] == kept


def test_merging_inside_a_family_keeps_a_head(desk: Desk) -> None:
    father, son = desk.demo.patients["father_henry"], desk.demo.patients["son_henry"]

    desk.practice.staff.merge(father, son)

    assert desk.practice.patients[son]["Guarantor"] == son


def test_a_merge_that_makes_no_sense_moves_nothing(desk: Desk) -> None:
    with pytest.raises(ValueError, match="itself"):
        desk.practice.staff.merge(401, 401)
    with pytest.raises(KeyError):
        desk.practice.staff.merge(401, 9)
    assert desk.practice.appointments[8001]["PatNum"] == 401


def test_keys_of_deleted_visits_are_not_used_again(desk: Desk) -> None:
    last = max(desk.practice.appointments)
    desk.practice.staff.delete(last)

    assert desk.practice.staff.book(401, start=datetime(2026, 3, 5, 14), op=4) == last + 1


def test_mistakes_of_a_test_are_named(desk: Desk) -> None:
    with pytest.raises(ValueError, match="patients has no column Nickname"):
        desk.practice.staff.edit_patient(401, Nickname="x")
    with pytest.raises(ValueError, match="AptStatus is invalid"):
        desk.practice.staff.edit(8001, AptStatus="Cancelled")
    with pytest.raises(ValueError, match="Operatory not found"):
        desk.practice.add_appointment(PatNum=401, Op=77)
    with pytest.raises(ValueError, match="401 is taken"):
        desk.practice.add_patient(PatNum=401, LName="x", FName="y")
    with pytest.raises(KeyError):
        desk.practice.staff.select_patient(9)


def test_asap_can_be_put_and_taken(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.practice.staff.mark_asap(number)
    assert desk.get(f"/appointments/{number}")["Priority"] == "ASAP"
    desk.practice.staff.mark_asap(number, asap=False)
    assert desk.get(f"/appointments/{number}")["Priority"] == "Normal"
