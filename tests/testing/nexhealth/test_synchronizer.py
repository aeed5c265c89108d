from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from odnexus.testing.nexhealth import Switches
from odnexus.testing.opendental import Row
from tests.testing.nexhealth.calling import TEN, Desk, Receiver


def linked(**switches: Any) -> tuple[Desk, Receiver]:
    desk = Desk(linked=True, switches=Switches(**switches))
    return desk, desk.listen()


def newcomer(desk: Desk, **appt: object) -> tuple[int, int]:
    """Book for a new patient; return both ids."""
    new = desk.new_patient(address_line_1="9 Birch Rd", city="Boise", state="ID", zip_code="83702").data["user"]["id"]
    return new, desk.booking(new, **appt).data["appt"]["id"]


def chart(desk: Desk) -> list[Row]:
    return [row for row in desk.od.practice.rows("patients") if row["LName"] == "Lund"]


def visit_row(desk: Desk, visit: int) -> Row:
    return desk.od.practice.appointments[int(desk.show(visit)["foreign_id"])]


# The first look


def test_what_the_office_has_is_there_without_events() -> None:
    desk = Desk(linked=True)
    receiver = desk.listen()
    desk.wait(hours=1)

    robert = desk.api.get("/patients", {**desk.place, "foreign_id": desk.od.demo.patients["robert"]}).rows[0]
    recall = desk.api.get("/appointments", desk.window(foreign_id=desk.od.demo.appointments["robert_recall"])).rows[0]
    assert receiver.names == []
    assert robert["bio"]["phone_number"] == "2085550101"
    assert robert["foreign_id_type"].startswith("msg-opendental-DataSource-")
    assert (recall["patient_id"], recall["provider_id"]) == (robert["id"], desk.office.providers["DOC1"])
    assert recall["start_time"] == "2026-03-03T16:00:00.000Z"
    assert recall["misc"] == {"is_booked_on_nexhealth": False}


def test_charts_that_are_gone_are_inactive_or_unseen() -> None:
    desk = Desk(linked=True)

    def found(label: str) -> list[bool]:
        rows = desk.api.get("/patients", {**desk.place, "foreign_id": desk.od.demo.patients[label]}).rows
        return [row["inactive"] for row in rows]

    assert (found("inactive"), found("deceased"), found("archived")) == ([True], [True], [])


def test_blockouts_are_rows_without_a_patient() -> None:
    desk = Desk(linked=True)

    rows = desk.api.get("/appointments", desk.window(unavailable=True, per_page=1000)).rows

    assert rows
    assert {row["patient_id"] for row in rows} == {None}
    assert (
        desk.booking(desk.known(), start_time="2026-03-09T12:15:00-06:00", end_time="2026-03-09T12:45:00-06:00").status
        == 400
    )
    quiet = Desk(linked=True, switches=Switches(blocks_are_read=False))
    assert quiet.api.get("/appointments", quiet.window(unavailable=True)).rows == []


def test_a_block_made_by_api_becomes_a_blockout_and_stays_one_row() -> None:
    desk = Desk(linked=True)
    receiver = desk.listen()
    block = desk.booking(None, unavailable=True, note="team meeting").data["appt"]
    desk.wait(minutes=20)

    shown = desk.show(block["id"])
    schedule, op = shown["foreign_id"].split("-")
    row = desk.od.practice.tables["schedules"].rows[int(schedule)]
    assert (row["SchedType"], row["operatories"], row["Note"]) == ("Blockout", op, "team meeting")
    assert (row["StartTime"], row["StopTime"]) == (time(10), time(10, 30))
    assert (shown["unavailable"], shown["patient_id"], shown["cancelled"]) == (True, None, False)
    # A blockout has no provider: reading it back takes him away.
    assert shown["provider_id"] is None
    assert receiver.names == ["appointment_insertion.complete", "appointment_created", "appointment_updated"]
    rows = desk.api.get("/appointments", desk.window(foreign_id=shown["foreign_id"])).rows
    assert [row["id"] for row in rows] == [block["id"]]


@pytest.mark.parametrize("switches", [Switches(blocks_are_written=False), Switches(blocks_are_read=False)])
def test_a_block_that_open_dental_does_not_take_fails(switches: Switches) -> None:
    desk = Desk(linked=True, switches=switches)
    receiver = desk.listen()
    block = desk.booking(None, unavailable=True).data["appt"]
    desk.wait(minutes=20)

    assert desk.show(block["id"])["foreign_id"] is None
    assert receiver.names == ["appointment_insertion.failed"]


def test_an_edit_of_a_block_never_lands() -> None:
    desk = Desk(linked=True)
    receiver = desk.listen()
    block = desk.api.get("/appointments", desk.window(unavailable=True)).rows[0]
    assert desk.edit(block["id"], note="moved").status == 200
    desk.wait(minutes=20)

    assert "appointment_updated.failed" in receiver.names


def test_broken_and_unscheduled_visits_are_cancelled() -> None:
    desk = Desk(linked=True)

    for label in ("perry_broken", "keiko_unscheduled"):
        window = desk.window(foreign_id=desk.od.demo.appointments[label], start="2026-02-01T00:00:00Z")
        assert [row["cancelled"] for row in desk.api.get("/appointments", window).rows] == [True]


# Inserting


def test_a_booking_lands_with_its_new_patient_after_the_delay() -> None:
    desk, receiver = linked()
    new, visit = newcomer(
        desk, note="Chipped tooth", appointment_type_id=desk.office.types["New patient"], end_time=None
    )

    desk.wait(minutes=1)
    assert receiver.names == []
    assert chart(desk) == []
    desk.wait(minutes=1)

    assert receiver.names == ["appointment_insertion.complete"]
    sent = receiver.payloads[0]["data"]["appointment"]
    (person,) = chart(desk)
    row = visit_row(desk, visit)
    assert (sent["id"], sent["foreign_id"], sent["patient_id"]) == (visit, str(row["AptNum"]), new)
    assert sent["last_sync_time"] == "2026-03-02T15:02:00.000Z"
    assert (person["FName"], person["WirelessPhone"], person["City"]) == ("Mara", "(505)555-0123", "Boise")
    assert person.day("Birthdate").isoformat() == "1988-11-20"
    assert (row["PatNum"], row["Op"]) == (person["PatNum"], desk.od.demo.operatories["OP1"])
    assert row["ProvNum"] == desk.od.demo.providers["DOC1"]
    assert row["AptDateTime"] == datetime(2026, 3, 9, 10, 0)
    assert (len(row.text("Pattern")), row["Note"], row["IsNewPatient"]) == (12, "Chipped tooth", True)
    assert row["AppointmentTypeNum"] == desk.od.demo.types["New patient"]
    assert desk.od.practice.history[-1]["HistApptAction"] == "Created"


def test_reading_back_replaces_the_placeholder_and_echoes_the_booking() -> None:
    desk, receiver = linked()
    new, visit = newcomer(desk)
    desk.wait(minutes=2)
    receiver.clear()
    desk.wait(minutes=8)

    assert receiver.names == ["patient_created", "patient_updated", "appointment_created"]
    row = receiver.payloads[2]["data"]["appointments"][0]
    assert row["id"] == visit
    assert row["patient_id"] != new
    assert desk.api.get(f"/patients/{new}").status == 404
    shown = desk.show(visit)["patient"]
    assert (shown["foreign_id"], shown["bio"]["new_patient"]) == (str(chart(desk)[0]["PatNum"]), False)
    receiver.clear()
    desk.wait(hours=1)
    assert receiver.names == []


def test_a_placeholder_may_be_replaced_with_the_insertion() -> None:
    desk, receiver = linked(placeholder_replaced_at="insertion", created_event_on_read_back=False)
    new, visit = newcomer(desk)
    desk.wait(minutes=2)

    assert receiver.names == ["patient_created", "appointment_insertion.complete"]
    assert desk.show(visit)["patient_id"] != new


def test_a_placeholder_may_be_updated_in_place() -> None:
    desk, receiver = linked(placeholder_fate="updated")
    new, visit = newcomer(desk)
    desk.wait(minutes=10)

    assert desk.show(visit)["patient_id"] == new
    assert desk.api.get(f"/patients/{new}").data["foreign_id"] == str(chart(desk)[0]["PatNum"])
    assert "patient_created" not in receiver.names


def test_a_known_patient_gets_the_visit_only() -> None:
    desk, _ = linked()
    before = len(desk.od.practice.patients)

    visit = desk.booked()["id"]
    desk.wait(minutes=2)

    assert len(desk.od.practice.patients) == before
    assert str(visit_row(desk, visit)["PatNum"]) == desk.show(visit)["patient"]["foreign_id"]


def test_a_chart_of_that_name_and_birth_date_is_used_unless_the_switch_says_otherwise() -> None:
    for matches, charts in ((True, 1), (False, 2)):
        desk, _ = linked(insertion_matches_patients=matches)
        desk.od.practice.add_patient(LName="LUND", FName="Mara", Birthdate="1988-11-20", WirelessPhone="505-555-0177")
        newcomer(desk)
        desk.wait(minutes=2)

        found = [row for row in desk.od.practice.rows("patients") if row.text("LName").casefold() == "lund"]
        assert len(found) == charts


def test_a_placeholder_whose_chart_nexhealth_knows_gives_way_to_it() -> None:
    desk, receiver = linked()
    known = next(one for one in desk.sim.state.patients.values() if one.first_name == "Grace")
    twin = {"first_name": "Grace", "last_name": "Lindqvist", "date_of_birth": "1987-07-21"}
    new = desk.new_patient(**twin, phone_number="5055550999").data["user"]["id"]
    visit = desk.booking(new).data["appt"]["id"]
    desk.wait(minutes=10)

    assert desk.show(visit)["patient_id"] == known.id
    assert desk.api.get(f"/patients/{new}").status == 404
    assert receiver.names.count("patient_created") == 0


def test_two_bookings_of_a_placeholder_make_one_chart() -> None:
    desk, _ = linked(placeholder_rebooking="accept", insertion_matches_patients=False)
    new, _ = newcomer(desk)
    desk.booking(new, start_time="2026-03-10T16:00:00Z", end_time="2026-03-10T16:30:00Z")
    desk.wait(minutes=10)

    assert len(chart(desk)) == 1


def test_a_dependant_joins_the_family_of_the_guardian() -> None:
    desk, _ = linked()
    guardian = next(one.id for one in desk.sim.state.patients.values() if one.first_name == "Grace")
    child = {"first_name": "Nils", "last_name": "Lund", "bio": {"date_of_birth": "2019-05-01"}}

    desk.booking(guardian, is_guardian=True, patient=child)
    desk.wait(minutes=2)

    assert chart(desk)[0]["Guarantor"] == desk.od.demo.patients["mother_grace"]


def test_a_dependant_follows_a_guardian_who_is_new_too() -> None:
    desk, _ = linked(guardian_booking_patient="guardian", placeholder_rebooking="accept")
    child = {"first_name": "Nils", "last_name": "Lund", "bio": {"date_of_birth": "2019-05-01"}}
    new, visit = newcomer(desk, is_guardian=True, patient=child)
    desk.wait(minutes=10)

    guardian = desk.show(visit)["patient_id"]
    (kid,) = (one for one in desk.sim.state.patients.values() if one.first_name == "Nils")
    assert guardian != new
    assert kid.guarantor_id == guardian


def test_a_new_family_lands_as_one() -> None:
    desk, _ = linked()
    new, _ = newcomer(desk)
    desk.sim.state.add_patient(desk.office.location_id, "Nils", "Lund", guarantor_id=new)
    kid = max(desk.sim.state.patients)
    desk.booking(kid, operatory_id=desk.office.operatories["OP2"])
    desk.wait(minutes=2)

    mara, nils = chart(desk)
    assert (nils["FName"], nils["Guarantor"]) == ("Nils", mara["PatNum"])


def test_without_a_chair_the_first_free_one_is_taken() -> None:
    desk, _ = linked()
    desk.sim.state.locations[desk.office.location_id].map_by_operatory = False
    desk.od.practice.staff.book(desk.od.demo.patients["jose"], start=datetime(2026, 3, 9, 10, 0), op=1, minutes=30)

    visit = desk.booked(operatory_id=None)["id"]
    desk.wait(minutes=2)

    assert visit_row(desk, visit)["Op"] == desk.od.demo.operatories["OP2"]


def test_a_chair_that_the_office_has_filled_fails_the_insertion_or_not() -> None:
    for rule, name in (("fail", "appointment_insertion.failed"), ("insert", "appointment_insertion.complete")):
        desk, receiver = linked(insertion_conflict=rule)
        visit = desk.booked()["id"]
        desk.od.practice.staff.book(desk.od.demo.patients["jose"], start=datetime(2026, 3, 9, 10, 0), op=1, minutes=30)
        desk.wait(minutes=2)

        assert receiver.names == [name]
        assert (desk.show(visit)["foreign_id"] is None) == (rule == "fail")


def test_held_bookings_never_land() -> None:
    desk = Desk(linked=True, insert=False)
    receiver = desk.listen()
    new, visit = newcomer(desk)
    desk.wait(days=1)

    assert receiver.names == []
    assert desk.show(visit)["foreign_id"] is None
    assert chart(desk) == []
    assert desk.api.get(f"/patients/{new}").data["bio"]["new_patient"] is True


# Failing


@pytest.mark.parametrize("outcome", ["failed", "timed_out", "incomplete"])
def test_an_insertion_fails_on_request(outcome: Any) -> None:
    desk, receiver = linked()
    desk.sim.synchronizer.fail_next("insertion", outcome)
    _, visit = newcomer(desk)
    desk.wait(minutes=2)

    assert receiver.names == [f"appointment_insertion.{outcome}"]
    assert "reason" not in receiver.payloads[0]["data"]["appointment"]
    assert desk.show(visit)["foreign_id"] is None
    assert len(chart(desk)) == (1 if outcome == "incomplete" else 0)

    desk.booked(operatory_id=desk.office.operatories["OP2"])
    desk.wait(minutes=2)
    assert receiver.names[-1] == "appointment_insertion.complete"


def test_a_failure_may_succeed_late() -> None:
    desk, receiver = linked()
    desk.sim.synchronizer.fail_next(lands_after=timedelta(minutes=30))
    _, visit = newcomer(desk)
    desk.wait(minutes=2)
    assert desk.show(visit)["foreign_id"] is None
    desk.wait(minutes=30)

    assert desk.show(visit)["foreign_id"] is not None
    assert receiver.names[:2] == ["appointment_insertion.failed", "appointment_insertion.complete"]


def test_a_server_that_is_off_queues_until_the_start_has_passed() -> None:
    desk, receiver = linked()
    desk.sim.synchronizer.write_enabled = False
    soon = desk.booked(start_time="2026-03-02T18:00:00Z", end_time="2026-03-02T18:30:00Z")["id"]
    later = desk.booked()["id"]
    desk.wait(hours=2, minutes=59)
    assert desk.sim.synchronizer.queued == 2
    desk.wait(minutes=1)
    timed_out = [name for name in receiver.names if name.startswith("appointment")]
    assert timed_out == ["appointment_insertion.timed_out"]

    desk.sim.synchronizer.write_enabled = True
    desk.wait(minutes=1)
    assert desk.show(soon)["foreign_id"] is None
    assert desk.show(later)["foreign_id"] is not None


def test_an_edit_fails_on_request_and_the_copy_returns_to_what_the_office_has() -> None:
    desk, receiver = linked()
    visit = desk.booked()["id"]
    desk.wait(minutes=20)
    receiver.clear()
    desk.sim.synchronizer.fail_next("update")
    desk.edit(visit, start_time="2026-03-10T16:00:00Z")
    desk.wait(minutes=2)
    assert receiver.names == ["appointment_updated.failed"]
    assert desk.show(visit)["start_time"] == "2026-03-10T16:00:00.000Z"
    desk.wait(minutes=10)

    assert receiver.names == ["appointment_updated.failed", "appointment_updated"]
    assert desk.show(visit)["start_time"] == "2026-03-09T16:00:00.000Z"


# Editing


def test_a_move_lands_later_and_tells_the_old_values() -> None:
    desk, receiver = linked()
    visit = desk.booked()["id"]
    desk.wait(minutes=20)
    receiver.clear()

    desk.edit(visit, start_time="2026-03-10T16:00:00Z", operatory_id=desk.office.operatories["OP3"], note="moved")
    assert desk.show(visit)["start_time"] == "2026-03-10T16:00:00.000Z"
    assert visit_row(desk, visit)["AptDateTime"] == datetime(2026, 3, 9, 10, 0)
    desk.wait(minutes=2)

    row = visit_row(desk, visit)
    assert row["AptDateTime"] == datetime(2026, 3, 10, 10, 0)
    assert (row["Op"], row["Note"]) == (desk.od.demo.operatories["OP3"], "moved")
    assert receiver.names == ["appointment_updated"]
    assert receiver.payloads[0]["previous_attributes"] == {
        "start_time": "2026-03-09T16:00:00.000Z",
        "end_time": "2026-03-09T16:30:00.000Z",
        "operatory_id": desk.office.operatories["OP1"],
        "note": None,
    }
    desk.wait(hours=1)
    assert receiver.names == ["appointment_updated"]


def test_the_event_of_an_edit_may_wait_for_the_reader() -> None:
    desk, receiver = linked(updated_event="read_back")
    visit = recall(desk)["id"]
    desk.edit(visit, confirmed=True)
    desk.wait(minutes=9)
    assert receiver.names == []
    desk.wait(minutes=1)

    assert receiver.names == ["appointment_updated"]
    assert receiver.payloads[0]["previous_attributes"]["confirmed"] is False


def test_a_cancellation_breaks_the_visit() -> None:
    for status in ("Broken", "UnschedList"):
        desk, _ = linked(cancelled_in_opendental=status)
        visit = desk.booked()["id"]
        desk.wait(minutes=2)
        desk.edit(visit, cancelled=True)
        desk.wait(minutes=2)

        assert visit_row(desk, visit)["AptStatus"] == status
        assert desk.od.practice.history[-1]["HistApptAction"] == "Cancelled"


def test_a_confirmation_and_an_arrival_are_written() -> None:
    desk, _ = linked()
    visit = desk.booked()["id"]
    desk.wait(minutes=2)
    desk.edit(visit, confirmed=True, checkin_at="2026-03-09T15:55:00Z")
    desk.wait(minutes=2)

    row = visit_row(desk, visit)
    assert row["Confirmed"] == desk.od.demo.definitions["Confirmed"]
    assert row["DateTimeArrived"] == datetime(2026, 3, 9, 9, 55)


def test_a_change_before_the_insertion_keeps_its_place() -> None:
    desk, receiver = linked()
    _, visit = newcomer(desk)
    desk.edit(visit, cancelled=True)
    desk.wait(minutes=2)

    assert receiver.names == ["appointment_insertion.complete", "appointment_updated"]
    assert visit_row(desk, visit)["AptStatus"] == "Broken"


def test_a_booking_cancelled_before_the_insertion_may_be_withdrawn() -> None:
    desk, receiver = linked(cancelled_before_insertion="withdraw")
    _, visit = newcomer(desk)
    desk.edit(visit, cancelled=True)
    desk.wait(minutes=2)

    assert chart(desk) == []
    assert desk.show(visit)["foreign_id"] is None
    assert receiver.names == ["appointment_updated.failed"]


def test_edits_follow_the_flag_of_the_location_or_not() -> None:
    for follows, status in ((True, "Scheduled"), (False, "Broken")):
        desk = Desk(linked=True, insert=False, switches=Switches(edits_follow_insert_flag=follows))
        number = desk.od.demo.appointments["robert_recall"]
        (visit,) = desk.api.get("/appointments", desk.window(foreign_id=number)).ids
        desk.edit(visit, cancelled=True)
        desk.wait(minutes=2)

        assert desk.od.practice.appointments[number]["AptStatus"] == status


def test_a_read_cycle_spares_what_is_not_written_yet_or_not() -> None:
    for overwrites, start in ((False, "2026-03-10T16:00:00.000Z"), (True, "2026-03-09T16:00:00.000Z")):
        desk, _ = linked(reading_overwrites_pending=overwrites)
        visit = desk.booked()["id"]
        desk.wait(minutes=20)
        desk.sim.synchronizer.write_enabled = False
        desk.edit(visit, start_time="2026-03-10T16:00:00Z")
        desk.od.practice.staff.edit(int(desk.show(visit)["foreign_id"]), Note="from the desk")
        desk.wait(minutes=10)

        assert (desk.show(visit)["note"], desk.show(visit)["start_time"]) == ("from the desk", start)


def test_an_edit_of_what_the_office_deleted_fails() -> None:
    desk, receiver = linked()
    desk.sim.synchronizer.read_enabled = False
    visit = recall(desk)["id"]
    desk.od.practice.staff.delete(desk.od.demo.appointments["robert_recall"])
    desk.edit(visit, confirmed=True)
    desk.wait(minutes=2)

    assert receiver.names == ["appointment_updated.failed"]


def test_an_edit_that_waits_beyond_the_start_times_out() -> None:
    desk, receiver = linked()
    visit = recall(desk)["id"]
    desk.sim.synchronizer.write_enabled = False
    desk.edit(visit, confirmed=True)
    desk.wait(days=2)

    assert [name for name in receiver.names if name.startswith("appointment")] == ["appointment_updated.timed_out"]
    assert desk.sim.synchronizer.queued == 0


# Reading


def test_an_office_booking_is_read_with_the_next_cycle() -> None:
    desk, receiver = linked()
    number = desk.od.practice.staff.book(
        desk.od.demo.patients["jose"], start=datetime(2026, 3, 9, 10, 0), op=desk.od.demo.operatories["OP3"], minutes=40
    )
    desk.wait(minutes=9)
    assert receiver.names == []
    desk.wait(minutes=1)

    assert receiver.names == ["appointment_created"]
    (row,) = receiver.payloads[0]["data"]["appointments"]
    assert (row["foreign_id"], row["operatory_id"]) == (str(number), desk.office.operatories["OP3"])
    assert (row["start_time"], row["end_time"]) == ("2026-03-09T16:00:00.000Z", "2026-03-09T16:40:00.000Z")
    assert desk.show(row["id"])["patient"]["last_name"] == "Muñoz"


def recall(desk: Desk) -> Any:
    number = desk.od.demo.appointments["robert_recall"]
    return desk.api.get("/appointments", desk.window(foreign_id=number)).rows[0]


@pytest.mark.parametrize(
    ("deed", "seen"),
    [
        (
            lambda staff, apt: staff.move(apt, start=datetime(2026, 3, 4, 9, 0)),
            {"start_time": "2026-03-04T16:00:00.000Z"},
        ),
        (lambda staff, apt: staff.move(apt, minutes=60), {"end_time": "2026-03-03T17:00:00.000Z"}),
        (lambda staff, apt: staff.confirm(apt), {"confirmed": True, "confirmed_at": "2026-03-02T15:10:00.000Z"}),
        (lambda staff, apt: staff.confirm(apt, "Arrived"), {"confirmed": True}),
        (lambda staff, apt: staff.confirm(apt, "eConfirmSent"), {}),
        (lambda staff, apt: staff.break_(apt), {"cancelled": True, "cancelled_at": "2026-03-02T15:10:00.000Z"}),
        (lambda staff, apt: staff.break_(apt, to_unscheduled_list=True), {"cancelled": True}),
        (lambda staff, apt: staff.arrive(apt), {"checkin_at": "2026-03-02T15:00:00.000Z"}),
        (lambda staff, apt: staff.complete(apt), {"checked_out": True}),
        (lambda staff, apt: staff.mark_asap(apt), {"sooner_if_possible": True}),
        (lambda staff, apt: staff.delete(apt), {"cancelled": True}),
    ],
)
def test_what_the_desk_does_is_read(deed: Any, seen: dict[str, object]) -> None:
    desk, receiver = linked()
    before = recall(desk)

    deed(desk.od.practice.staff, desk.od.demo.appointments["robert_recall"])
    desk.wait(minutes=10)

    after = recall(desk)
    assert {name: after[name] for name in seen} == seen
    assert receiver.names == (["appointment_updated"] if seen else [])
    assert after["id"] == before["id"]
    assert all("previous_attributes" not in payload for payload in receiver.payloads)


def test_a_deletion_may_leave_only_a_mark() -> None:
    desk, receiver = linked(deleted_in_ehr="flagged")
    desk.od.practice.staff.delete(desk.od.demo.appointments["robert_recall"])
    desk.wait(minutes=10)

    assert recall(desk)["cancelled"] is False
    assert receiver.payloads[0]["data"]["appointment"]["deleted"] is True


def test_a_deletion_may_leave_nothing() -> None:
    desk, receiver = linked(deleted_in_ehr="vanishes")
    visit = recall(desk)["id"]
    desk.od.practice.staff.delete(desk.od.demo.appointments["robert_recall"])
    desk.wait(minutes=10)

    assert desk.api.get(f"/appointments/{visit}").status == 404
    assert receiver.names == []


def test_a_restored_visit_is_active_again_or_stays_cancelled() -> None:
    for rule, cancelled in (("active", False), ("stays_cancelled", True)):
        desk, _ = linked(restored_in_ehr=rule)
        number = desk.od.demo.appointments["robert_recall"]
        desk.od.practice.staff.break_(number)
        desk.wait(minutes=10)
        desk.od.practice.staff.restore(number)
        desk.wait(minutes=10)

        assert recall(desk)["cancelled"] is cancelled
        assert recall(desk)["cancelled_at"] == "2026-03-02T15:10:00.000Z"


def test_new_and_changed_charts_are_read() -> None:
    desk, receiver = linked()
    number = desk.od.practice.add_patient(LName="Frost", FName="Ebba", WirelessPhone="(208)555-0170")
    desk.od.practice.staff.edit_patient(desk.od.demo.patients["anna"], City="Nampa")
    desk.od.practice.staff.edit_patient(desk.od.demo.patients["robert"], PatStatus="Inactive")
    desk.wait(minutes=10)

    assert sorted(receiver.names) == ["patient_created", "patient_updated", "patient_updated"]
    by_name = {p["data"]["patients"][0]["first_name"]: p["data"]["patients"][0] for p in receiver.payloads}
    assert by_name["Ebba"]["foreign_id"] == str(number)
    assert by_name["Anna"]["bio"]["city"] == "Nampa"
    assert by_name["Robert"]["inactive"] is True


def test_a_merge_moves_the_visits_and_archives_the_chart() -> None:
    desk, receiver = linked()
    into = desk.od.demo.patients["jose"]
    desk.od.practice.staff.merge(desk.od.demo.patients["robert"], into)
    desk.wait(minutes=10)

    survivor = desk.api.get("/patients", {**desk.place, "foreign_id": into}).ids[0]
    assert recall(desk)["patient_id"] == survivor
    assert "appointment_updated" in receiver.names


def test_writer_off_and_reader_on_shows_our_own_record_a_second_time() -> None:
    desk = Desk(linked=True, insert=False)
    receiver = desk.listen()
    held = desk.booked()["id"]
    patient = int(desk.show(held)["patient"]["foreign_id"])
    number = desk.od.practice.add_appointment(PatNum=patient, AptDateTime=datetime(2026, 3, 9, 10, 0), Op=1)
    desk.wait(minutes=10)

    window = desk.window(start=TEN.isoformat().replace("-06:00", "-0600"), cancelled=False, unavailable=False)
    rows = [
        row for row in desk.api.get("/appointments", window).rows if row["start_time"] == "2026-03-09T16:00:00.000Z"
    ]
    assert sorted((row["foreign_id"] or "", row["id"] == held) for row in rows) == [("", True), (str(number), False)]
    assert receiver.names == ["appointment_created"]


def test_a_reader_may_adopt_a_placeholder() -> None:
    for adopts, status in ((False, 200), (True, 404)):
        desk = Desk(linked=True, insert=False, switches=Switches(reader_adopts_placeholders=adopts))
        new, visit = newcomer(desk)
        number = desk.od.practice.add_patient(
            LName="Lund", FName="Mara", Birthdate="1988-11-20", WirelessPhone="(505)555-0123"
        )
        desk.wait(minutes=10)

        assert desk.api.get(f"/patients/{new}").status == status
        assert desk.show(visit)["patient"]["foreign_id"] == (str(number) if adopts else None)


def test_a_reader_that_is_off_reads_nothing() -> None:
    desk, receiver = linked()
    desk.sim.synchronizer.read_enabled = False
    desk.od.practice.staff.break_(desk.od.demo.appointments["robert_recall"])
    desk.wait(hours=1)
    assert recall(desk)["cancelled"] is False
    desk.sim.synchronizer.read_enabled = True
    desk.wait(minutes=1)

    assert recall(desk)["cancelled"] is True
    assert receiver.names == ["appointment_updated"]


def test_the_hour_that_happens_twice_is_read_and_written_on_the_wall_of_the_office() -> None:
    desk = Desk(linked=True)
    desk.clock.advance(timedelta(days=243))
    desk.sim.tick()
    visit = desk.booked(start_time="2026-11-01T07:30:00Z", end_time="2026-11-01T08:00:00Z")["id"]
    desk.wait(minutes=2)

    assert visit_row(desk, visit)["AptDateTime"] == datetime(2026, 11, 1, 1, 30)
    desk.wait(minutes=10)
    assert desk.show(visit)["start_time"] == "2026-11-01T07:30:00.000Z"


def test_only_one_synchronizer_is_the_synchronizer() -> None:
    with pytest.raises(LookupError):
        _ = Desk().sim.synchronizer
