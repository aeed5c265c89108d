from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from odnexus.testing.opendental import Switches
from tests.testing.opendental.desk import Desk


def new(desk: Desk, **changes: Any) -> dict[str, Any]:
    body = {"PatNum": desk.demo.patients["obrien"], "Op": desk.demo.operatories["OP4"]}
    return {**body, "AptDateTime": "2026-03-05 14:00:00", **changes}


def actions(desk: Desk, apt_num: int) -> list[object]:
    return [row["HistApptAction"] for row in desk.practice.history if row["AptNum"] == apt_num]


# --- Reading ----------------------------------------------------------------------------------------------------------

FIELDS = (
    "serverDateTime AptNum PatNum AptStatus Pattern Confirmed confirmed TimeLocked Op Note ProvNum provAbbr ProvHyg "
    "AptDateTime NextAptNum UnschedStatus unschedStatus IsNewPatient ProcDescript ClinicNum IsHygiene DateTStamp "
    "DateTimeArrived DateTimeSeated DateTimeDismissed InsPlan1 InsPlan2 DateTimeAskedToArrive colorOverride "
    "AppointmentTypeNum SecUserNumEntry SecDateTEntry Priority PatternSecondary ItemOrderPlanned"
)
BARE = FIELDS.removeprefix("serverDateTime ")


def test_the_object_has_the_documented_fields_in_order(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.sim.clock.sleep(7)

    row = desk.get(f"/appointments/{number}")

    assert " ".join(row) == FIELDS
    assert (row["Confirmed"], row["confirmed"]) == (19, "Not Called")
    assert (row["IsHygiene"], row["IsNewPatient"], row["TimeLocked"]) == ("true", "false", "false")
    assert (row["serverDateTime"], row["DateTStamp"]) == ("2026-03-02 08:00:07", "2026-03-02 08:00:00")
    assert (row["AptDateTime"], row["DateTimeArrived"]) == ("2026-03-03 09:00:00", "0001-01-01 00:00:00")
    assert (row["Pattern"], row["PatternSecondary"], row["ProcDescript"]) == ("/XXXXXX/", "////////", "PerEx, Pro")
    assert desk.rows("/appointments", PatNum=row["PatNum"]) == [row]
    assert desk.refused("GET", "/appointments/1") == (404, "Appointment not found")


@pytest.mark.parametrize(
    ("version", "lacks"),
    [
        ("21.1.9", {"serverDateTime", "PatternSecondary", "SecUserNumEntry"}),
        ("23.3.16", {"PatternSecondary", "SecUserNumEntry"}),
        ("25.1.26", {"SecUserNumEntry"}),
        ("25.1.27", set[str]()),
    ],
)
def test_older_offices_lack_newer_fields(version: str, lacks: set[str]) -> None:
    desk = Desk(version=version)

    row = desk.get(f"/appointments/{desk.demo.appointments['robert_recall']}")

    assert set(FIELDS.split()) - set(row) == lacks


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"PatNum": "robert"}, ["robert_recall"]),
        ({"AptStatus": "UnschedList"}, ["dmitri_unscheduled", "keiko_unscheduled"]),
        ({"Op": "OP1"}, ["lucia_exam", "ngozi_complete"]),
        ({"date": "2026-03-03"}, ["robert_recall", "lucia_exam", "jose_emergency"]),
        ({"dateStart": "2026-03-04"}, ["henry_hygiene", "grace_asap", "liz_asap"]),
        ({"dateStart": "2026-03-03", "dateEnd": "2026-03-04", "Op": "HY2"}, ["henry_hygiene"]),
        ({"dateEnd": "2026-02-24"}, ["dmitri_unscheduled", "ngozi_complete"]),
        ({"AppointmentTypeNum": "Emergency"}, ["jose_emergency", "perry_broken"]),
        ({"ClinicNum": "0", "AptStatus": "Broken"}, ["perry_broken"]),
    ],
)
def test_the_list_filters(desk: Desk, query: dict[str, str], found: list[str]) -> None:
    demo = desk.demo
    labels: dict[str, int] = {**demo.patients, **demo.operatories, **demo.types}
    labels["Emergency"] = demo.types["Emergency"]

    rows = desk.rows("/appointments", **{name: labels.get(value, value) for name, value in query.items()})

    assert sorted(row["AptNum"] for row in rows) == sorted(demo.appointments[label] for label in found)


@pytest.mark.parametrize(
    ("stamp", "inclusive", "found"),
    [
        ("2026-03-02 08:00:59", False, 1),
        ("2026-03-02 08:01:00", False, 0),
        ("2026-03-02 08:01:00", True, 1),
        ("2026-03-02 08:01:01", True, 0),
        ("2026-03-02", False, 10),
    ],
)
def test_changes_are_found_by_stamp(desk: Desk, stamp: str, inclusive: bool, found: int) -> None:
    desk.sim.switch(stamp_filter="at_or_after" if inclusive else "after")
    desk.sim.clock.sleep(60)
    desk.practice.staff.edit(desk.demo.appointments["robert_recall"], Note="running late")

    assert len(desk.rows("/appointments", DateTStamp=stamp)) == found


def test_filters_have_versions() -> None:
    desk = Desk(version="23.2.26")

    assert desk.refused("GET", "/appointments", {"Op": 1}) == (400, "'Op' is not a valid parameter")
    desk.practice.upgrade("23.2.27")
    assert desk.rows("/appointments", Op=1)


def test_a_filter_by_an_unknown_key_is_not_found_or_empty(desk: Desk) -> None:
    assert desk.refused("GET", "/appointments", {"PatNum": 99}) == (404, "Patient not found")
    desk.sim.switch(filter_by_unknown_key="empty")
    assert desk.rows("/appointments", PatNum=99) == []


def test_the_status_is_a_word(desk: Desk) -> None:
    assert desk.refused("GET", "/appointments", {"AptStatus": 1}) == (400, "AptStatus is invalid")


def test_the_asap_list_has_every_open_status(desk: Desk) -> None:
    labels = desk.demo.appointments
    for label in ("perry_broken", "dmitri_unscheduled", "ngozi_complete"):
        desk.practice.staff.mark_asap(labels[label])

    rows = desk.rows("/appointments/ASAP")

    assert {row["AptNum"] for row in rows} == {
        labels[label] for label in ("grace_asap", "liz_asap", "perry_broken", "dmitri_unscheduled")
    }
    assert all("serverDateTime" in row for row in rows)
    assert {row["AptNum"] for row in desk.rows("/appointments/ASAP", ProvNum=2)} == {labels["dmitri_unscheduled"]}


def test_an_office_with_clinics_wants_to_know_which() -> None:
    desk = Desk(clinics=True)

    assert desk.refused("GET", "/appointments/ASAP") == (400, "ClinicNum is required")
    assert desk.rows("/appointments/ASAP", ClinicNum=desk.demo.clinics["South"]) == []
    assert len(desk.rows("/appointments/ASAP", ClinicNum=desk.demo.clinics["North"])) == 2


# --- Booking ----------------------------------------------------------------------------------------------------------


def test_a_visit_is_booked_with_the_documented_defaults(desk: Desk) -> None:
    reply = desk.send("POST", "/appointments", body=new(desk))
    row: Any = reply.json()

    assert (reply.status, reply.headers["location"]) == (
        201,
        f"http://localhost:30223/api/v1/appointments/{row['AptNum']}",
    )
    assert " ".join(row) == BARE
    assert (row["AptStatus"], row["Pattern"], row["PatternSecondary"]) == ("Scheduled", "/XX/", "////")
    assert (row["Confirmed"], row["Priority"], row["colorOverride"]) == (19, "Normal", "0,0,0")
    assert (row["SecDateTEntry"], row["DateTStamp"]) == ("2026-03-02 08:00:00",) * 2
    assert actions(desk, row["AptNum"]) == ["Created"]


@pytest.mark.parametrize("missing", ["PatNum", "Op", "AptDateTime"])
def test_what_a_booking_needs(desk: Desk, missing: str) -> None:
    body = {name: value for name, value in new(desk).items() if name != missing}

    assert desk.refused("POST", "/appointments", **body) == (400, f"{missing} is required")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"PatNum": 1}, (404, "Patient not found")),
        ({"PatNum": 0}, (404, "Patient not found")),
        ({"Op": 77}, (404, "Operatory not found")),
        ({"Op": 0}, (404, "Operatory not found")),
        ({"ProvNum": 77}, (404, "Provider not found")),
        ({"Confirmed": 40}, (404, "Confirmed not found")),
        ({"AppointmentTypeNum": 77}, (404, "AppointmentType not found")),
        ({"AptDateTime": "2026-03-05T14:00:00"}, (400, "AptDateTime format must be yyyy-MM-dd HH:mm:ss.")),
        ({"AptDateTime": "2026-03-05"}, (400, "AptDateTime format must be yyyy-MM-dd HH:mm:ss.")),
        ({"AptDateTime": ""}, (400, "AptDateTime is required")),
        ({"AptStatus": "Broken"}, (400, "AptStatus is invalid")),
        ({"AptStatus": "Planned"}, (400, "AptStatus is invalid")),
        ({"AptStatus": 1}, (400, "AptStatus is invalid")),
        ({"Pattern": "XXOXX"}, (400, "Pattern is invalid")),
        ({"Pattern": "//XX//", "PatternSecondary": "//"}, (400, "PatternSecondary is invalid")),
        ({"IsHygiene": True}, (400, "IsHygiene is invalid")),
        ({"colorOverride": "300,0,0"}, (400, "colorOverride is invalid")),
        ({"DateTimeArrived": "2026-03-05 14:00:00"}, (400, "DateTimeArrived format must be HH:mm:ss.")),
        ({"UnschedStatus": 61}, (400, "'UnschedStatus' is not a valid field")),
    ],
)
def test_a_booking_that_does_not_fit_is_refused(
    desk: Desk, changes: dict[str, object], refusal: tuple[int, str]
) -> None:
    before = len(desk.practice.appointments)

    assert desk.refused("POST", "/appointments", **new(desk, **changes)) == refusal
    assert len(desk.practice.appointments) == before


def test_the_provider_is_the_patients_not_the_operatorys(desk: Desk) -> None:
    patient = desk.demo.patients["obrien"]
    desk.practice.staff.edit_patient(patient, PriProv=2)

    assert desk.post("/appointments", **new(desk, Op=desk.demo.operatories["OP1"]))["provAbbr"] == "DOC2"
    desk.practice.staff.edit_patient(patient, PriProv=0)
    assert desk.post("/appointments", **new(desk))["provAbbr"] == "DOC1"


def test_the_clinic_is_the_operatorys_else_the_patients() -> None:
    desk = Desk(clinics=True)
    body = new(desk)

    assert desk.post("/appointments", **body)["ClinicNum"] == desk.demo.clinics["South"]
    desk.practice.tables["operatories"].rows[body["Op"]]["ClinicNum"] = 0
    assert desk.post("/appointments", **body)["ClinicNum"] == desk.demo.clinics["North"]


def test_a_type_brings_procedures_colour_and_pattern(desk: Desk) -> None:
    kind = desk.demo.types["New patient"]
    desk.practice.tables["appointmenttypes"].rows[kind]["appointmentTypeColor"] = "10,20,30"

    plain = desk.post("/appointments", **new(desk, AppointmentTypeNum=kind))
    own = desk.post("/appointments", **new(desk, AppointmentTypeNum=kind, Pattern="/XXXX/", colorOverride="1,1,1"))

    assert (plain["Pattern"], plain["colorOverride"], plain["ProcDescript"]) == (
        "/XXXXXXXXXX/",
        "10,20,30",
        "CompEx, FMX",
    )
    assert (own["Pattern"], own["colorOverride"]) == ("/XXXX/", "1,1,1")


def test_a_pattern_longer_than_nine_hours_is_cut(desk: Desk) -> None:
    row = desk.post("/appointments", **new(desk, Pattern="X" * 120))

    assert len(row["Pattern"]) == len(row["PatternSecondary"]) == 108


def test_the_first_visit_of_a_new_patient_is_noted_in_the_chart(desk: Desk) -> None:
    patient = desk.demo.patients["obrien"]

    desk.post("/appointments", **new(desk, IsNewPatient="true"))

    assert desk.get(f"/patients/{patient}")["DateFirstVisit"] == "2026-03-05"


def test_arrival_is_written_as_a_time_and_read_as_a_moment(desk: Desk) -> None:
    row = desk.post("/appointments", **new(desk, DateTimeArrived="13:55:00"))

    assert row["DateTimeArrived"] == "2026-03-05 13:55:00"
    assert desk.put(f"/appointments/{row['AptNum']}", AptDateTime="2026-03-06 14:00:00", DateTimeSeated="14:01:00")[
        "DateTimeSeated"
    ] == ("2026-03-06 14:01:00")


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("overlap", {"AptDateTime": "2026-03-03 09:05:00", "Op": 1}),
        ("past_dates", {"AptDateTime": "2026-03-02 07:59:00"}),
        ("hidden_operatory", {}),
        ("closed_time", {"AptDateTime": "2026-03-07 14:00:00"}),
        ("closed_time", {"AptDateTime": "2026-03-05 11:50:00"}),
    ],
)
def test_what_nobody_documented_is_a_switch(rule: str, changes: dict[str, object]) -> None:
    desk = Desk()
    body = new(desk, **changes)
    if rule == "hidden_operatory":
        desk.practice.staff.hide_operatory(body["Op"])
    planned = desk.post("/appointments", **new(desk, AptDateTime="2026-03-05 10:00:00", Op=6))

    desk.post("/appointments", **body)
    desk.sim.switch(**{rule: "refuse"})
    again = {**body, "AptDateTime": body["AptDateTime"].replace(":00:00", ":05:00")}

    assert desk.send("POST", "/appointments", body=again).status == 400
    moving = {"AptDateTime": again["AptDateTime"], "Op": again["Op"]}
    assert desk.send("PUT", f"/appointments/{planned['AptNum']}", body=moving).status == 400
    assert desk.put(f"/appointments/{planned['AptNum']}", Note="no move, no check")["Note"]


def test_touching_schedules_are_one_open_time(desk: Desk) -> None:
    desk.sim.switch(closed_time="refuse")
    body = new(desk, AptDateTime="2026-03-05 11:55:00")
    assert desk.send("POST", "/appointments", body=body).status == 400

    desk.practice.add_schedule(
        SchedDate="2026-03-05", StartTime="12:00:00", StopTime="13:00:00", SchedType="Provider", ProvNum=2
    )

    assert desk.send("POST", "/appointments", body=body).status == 201


def test_touching_visits_do_not_overlap() -> None:
    desk = Desk(switches=Switches(overlap="refuse"))
    desk.post("/appointments", **new(desk))

    assert desk.send("POST", "/appointments", body=new(desk, AptDateTime="2026-03-05 14:20:00")).status == 201
    assert desk.send("POST", "/appointments", body=new(desk, AptDateTime="2026-03-05 13:40:00")).status == 201
    assert desk.send("POST", "/appointments", body=new(desk, AptDateTime="2026-03-05 13:55:00")).status == 400


def test_two_at_one_time_are_accepted(desk: Desk) -> None:
    one, other = (desk.post("/appointments", **new(desk)) for _ in range(2))

    assert one["AptNum"] != other["AptNum"]


# --- Changing ---------------------------------------------------------------------------------------------------------


def test_a_visit_is_moved_and_restamped(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.practice.staff.confirm(number)
    desk.sim.clock.sleep(60)

    row = desk.put(f"/appointments/{number}", AptDateTime="2026-03-04 10:00:00", Op=6, ProvNum=2)

    assert (row["AptDateTime"], row["Op"], row["provAbbr"]) == ("2026-03-04 10:00:00", 6, "DOC2")
    assert (row["confirmed"], row["DateTStamp"]) == ("Confirmed", "2026-03-02 08:01:00")
    assert actions(desk, number) == ["Created", "Changed", "Changed"]


def test_moving_may_reset_the_confirmation() -> None:
    desk = Desk(switches=Switches(move_resets_confirmed=True))
    number = desk.demo.appointments["robert_recall"]
    desk.practice.staff.confirm(number)

    assert desk.put(f"/appointments/{number}", AptDateTime="2026-03-03 09:00:00")["confirmed"] == "Confirmed"
    assert desk.put(f"/appointments/{number}", AptDateTime="2026-03-04 10:00:00")["confirmed"] == "Not Called"


def test_no_change_leaves_stamp_and_history_alone(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.sim.clock.sleep(60)

    row = desk.put(f"/appointments/{number}", Op=5, Note="")

    assert row["DateTStamp"] == "2026-03-02 08:00:00"
    assert actions(desk, number) == ["Created"]


def test_a_note_is_overwritten_and_a_patient_cannot_change(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.put(f"/appointments/{number}", Note="one")

    assert desk.put(f"/appointments/{number}", Note="two")["Note"] == "two"
    assert desk.refused("PUT", f"/appointments/{number}", PatNum=402) == (400, "'PatNum' is not a valid field")


@pytest.mark.parametrize("status", ["Scheduled", "Complete", "UnschedList", "Broken", "Planned", "PtNote"])
def test_a_status_can_be_put(desk: Desk, status: str) -> None:
    number = desk.demo.appointments["perry_broken"]

    assert desk.put(f"/appointments/{number}", AptStatus=status)["AptStatus"] == status


def test_a_longer_pattern_takes_its_secondary_along(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]

    row = desk.put(f"/appointments/{number}", Pattern="/XX/")

    assert row["PatternSecondary"] == "////"
    assert desk.refused("PUT", f"/appointments/{number}", PatternSecondary="/")[0] == 400
    assert desk.refused("PUT", f"/appointments/{number}", Pattern="/X/", PatternSecondary="/")[0] == 400


def test_another_type_brings_its_procedures_once(desk: Desk) -> None:
    number = desk.demo.appointments["jose_emergency"]
    kind = desk.demo.types["Recall"]

    row = desk.put(f"/appointments/{number}", AppointmentTypeNum=kind)

    assert (row["Pattern"], row["ProcDescript"]) == ("/XXXXXX/", "LtdEx, PerEx, Pro")
    assert desk.put(f"/appointments/{number}", AppointmentTypeNum=kind)["ProcDescript"] == "LtdEx, PerEx, Pro"
    desk.put(f"/appointments/{number}", Pattern="/XX/")
    assert desk.put(f"/appointments/{number}", AppointmentTypeNum=kind)["Pattern"] == "/XX/"
    assert desk.put(f"/appointments/{number}", AppointmentTypeNum=0)["AppointmentTypeNum"] == 0


def test_a_type_without_pattern_and_procedures_brings_its_colour_only(desk: Desk) -> None:
    number = desk.demo.appointments["jose_emergency"]
    kind = desk.practice.add_appointment_type(AppointmentTypeName="Chat", appointmentTypeColor="9,9,9")
    before = desk.get(f"/appointments/{number}")

    after = desk.put(f"/appointments/{number}", AppointmentTypeNum=kind)

    assert {name for name in after if after[name] != before[name]} == {"colorOverride", "AppointmentTypeNum"}


def test_line_breaks_come_back_as_blanks(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.put(f"/appointments/{number}", Note="one\r\ntwo\nthree")

    assert desk.get(f"/appointments/{number}")["Note"] == "one two three"
    desk.sim.switch(line_breaks="kept")
    assert desk.get(f"/appointments/{number}")["Note"] == "one\r\ntwo\nthree"


def test_there_is_no_delete(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]

    assert desk.refused("DELETE", f"/appointments/{number}") == (400, "appointments DELETE  is not a valid method.")


# --- Break, Note, Confirm ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to_list", "kind", "status", "action", "procedure"),
    [
        ("true", None, "UnschedList", "Changed", None),
        ("false", None, "Broken", "Changed", None),
        ("true", "Cancelled", "UnschedList", "Cancelled", "D9987"),
        ("false", "Missed", "Broken", "Missed", "D9986"),
    ],
)
def test_a_visit_is_broken(
    desk: Desk, to_list: str, kind: str | None, status: str, action: str, procedure: str | None
) -> None:
    number = desk.demo.appointments["robert_recall"]
    body = {"sendToUnscheduledList": to_list, **({"breakType": kind} if kind else {})}

    assert desk.put(f"/appointments/{number}/Break", **body) is None

    row = desk.get(f"/appointments/{number}")
    assert (row["AptStatus"], row["Op"], row["AptDateTime"]) == (status, 5, "2026-03-03 09:00:00")
    assert actions(desk, number)[-1] == action
    done = [p["procCode"] for p in desk.practice.rows("procedurelogs") if p["ProcStatus"] == "C"]
    assert done == ([procedure] if procedure else [])


def test_what_a_break_leaves_behind_is_a_switch() -> None:
    desk = Desk(
        switches=Switches(
            break_to_list_status="Broken",
            break_to_list_op="zero",
            plain_break_history="Cancelled",
            break_makes_commlog=True,
        )
    )
    number = desk.demo.appointments["robert_recall"]

    desk.put(f"/appointments/{number}/Break", sendToUnscheduledList="true")

    row = desk.get(f"/appointments/{number}")
    assert (row["AptStatus"], row["Op"]) == ("Broken", 0)
    assert actions(desk, number)[-1] == "Cancelled"
    assert len(desk.rows("/commlogs", PatNum=row["PatNum"])) == 1


@pytest.mark.parametrize("label", ["perry_broken", "keiko_unscheduled", "ngozi_complete"])
def test_only_scheduled_visits_can_be_broken(desk: Desk, label: str) -> None:
    number = desk.demo.appointments[label]

    assert desk.refused("PUT", f"/appointments/{number}/Break", sendToUnscheduledList="true")[0] == 400


def test_break_checks_its_fields(desk: Desk) -> None:
    path = f"/appointments/{desk.demo.appointments['robert_recall']}/Break"

    assert desk.refused("PUT", path) == (400, "sendToUnscheduledList is required")
    assert desk.refused("PUT", path, sendToUnscheduledList=True) == (400, "sendToUnscheduledList is invalid")
    assert desk.refused("PUT", path, sendToUnscheduledList="true", breakType="NoShow")[0] == 400
    desk.practice.set_preference("BrokenApptProcedure", "0")
    assert desk.refused("PUT", path, sendToUnscheduledList="true", breakType="Missed")[0] == 400
    assert desk.put(path, sendToUnscheduledList="TRUE") is None


def test_a_note_is_appended_on_a_new_line(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]

    assert desk.put(f"/appointments/{number}/Note", Note="one") is None
    assert desk.put(f"/appointments/{number}/Note", Note="two") is None

    assert desk.practice.appointments[number]["Note"] == "one\r\ntwo"
    assert desk.get(f"/appointments/{number}")["Note"] == "one two"
    assert desk.refused("PUT", f"/appointments/{number}/Note") == (400, "Note is required")


@pytest.mark.parametrize(
    ("body", "confirmed"),
    [
        ({"confirmVal": "Sent"}, "eConfirmSent"),
        ({"confirmVal": "Confirmed"}, "Confirmed"),
        ({"confirmVal": "Not Accepted"}, "Not Accepted"),
        ({"confirmVal": "Failed"}, "eConfirmFailure"),
        ({"defNum": 307}, "Arrived"),
        ({"defNum": "21"}, "Confirmed"),
    ],
)
def test_a_visit_is_confirmed(desk: Desk, body: dict[str, object], confirmed: str) -> None:
    number = desk.demo.appointments["robert_recall"]

    assert desk.put(f"/appointments/{number}/Confirm", **body) is None
    assert desk.get(f"/appointments/{number}")["confirmed"] == confirmed
    desk.put(f"/appointments/{number}/Confirm", confirmVal="None")
    assert desk.get(f"/appointments/{number}")["confirmed"] == "Not Called"


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"confirmVal": "Sent", "defNum": 21}, 400), ({"confirmVal": "Yes"}, 400), ({"defNum": 40}, 404)],
)
def test_confirm_takes_exactly_one_good_word(desk: Desk, body: dict[str, object], status: int) -> None:
    number = desk.demo.appointments["robert_recall"]

    assert desk.send("PUT", f"/appointments/{number}/Confirm", body=body).status == status


def test_confirm_fails_where_the_office_chose_no_definition(desk: Desk) -> None:
    desk.practice.confirmations.clear()
    number = desk.demo.appointments["robert_recall"]

    assert desk.refused("PUT", f"/appointments/{number}/Confirm", confirmVal="Sent")[0] == 404


# --- Planned ----------------------------------------------------------------------------------------------------------


def test_a_planned_visit_is_copied_when_scheduled(desk: Desk) -> None:
    patient = desk.demo.patients["obrien"]
    planned = desk.post(
        "/appointments/Planned", PatNum=patient, AppointmentTypeNum=desk.demo.types["Hygiene"], Note="x"
    )

    made = desk.post(
        "/appointments/SchedulePlanned",
        AptNum=planned["AptNum"],
        AptDateTime="2026-03-05 14:00:00",
        ProvNum=2,
        Op=3,
    )

    assert (planned["AptStatus"], planned["Op"], planned["ItemOrderPlanned"]) == ("Planned", 0, 1)
    assert planned["AptDateTime"] == "0001-01-01 00:00:00"
    assert (made["AptStatus"], made["NextAptNum"], made["Pattern"]) == (
        "Scheduled",
        planned["AptNum"],
        planned["Pattern"],
    )
    assert (made["ProvNum"], made["Op"], made["Note"]) == (2, 3, "x")
    assert desk.get(f"/appointments/{planned['AptNum']}")["AptStatus"] == "Planned"
    assert (
        desk.post("/appointments/Planned", PatNum=patient, AppointmentTypeNum=desk.demo.types["Hygiene"])[
            "ItemOrderPlanned"
        ]
        == 2
    )


def test_planning_takes_procedures(desk: Desk) -> None:
    patient = desk.demo.patients["obrien"]
    procedures = [
        desk.practice.add("procedurelogs", PatNum=patient, procCode=code, ProcStatus="TP")
        for code in ("D0120", "D1110")
    ]

    planned = desk.post("/appointments/Planned", PatNum=patient, procNums=[*procedures, procedures[0]])

    assert (planned["ProcDescript"], planned["Pattern"]) == ("PerEx, Pro", "/XX/")
    assert desk.refused("POST", "/appointments/Planned", PatNum=patient, procNums=[1]) == (404, "Procedure not found")
    assert desk.refused("POST", "/appointments/Planned", PatNum=patient)[0] == 400
    assert desk.refused("POST", "/appointments/Planned", PatNum=patient, procNums="1")[0] == 400


def test_an_office_may_have_its_own_length_without_procedures(desk: Desk) -> None:
    patient = desk.demo.patients["obrien"]
    desk.practice.set_preference("ApptsRequireProc", "0")
    desk.practice.set_preference("AppointmentWithoutProcsDefaultLength", "40")
    number = desk.practice.add("procedurelogs", PatNum=patient, procCode="D0120")

    assert desk.post("/appointments/Planned", PatNum=patient, procNums=[number])["Pattern"] == "/XXXXXX/"


def test_only_planned_visits_can_be_scheduled_so(desk: Desk) -> None:
    body = {"AptDateTime": "2026-03-05 14:00:00", "ProvNum": 2, "Op": 3}
    broken = desk.demo.appointments["perry_broken"]

    assert desk.refused("POST", "/appointments/SchedulePlanned", AptNum=broken, **body)[0] == 400
    assert desk.refused("POST", "/appointments/SchedulePlanned", AptNum=5, **body) == (404, "Appointment not found")
    assert desk.refused("POST", "/appointments/SchedulePlanned", AptNum=broken) == (400, "AptDateTime is required")


# --- History ----------------------------------------------------------------------------------------------------------


def test_history_has_a_row_for_every_change_and_the_fields_of_the_visit(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.sim.clock.sleep(60)
    desk.practice.staff.move(number, start=datetime(2026, 3, 6, 9, 0))

    rows = desk.rows("/histappointments", AptNum=number)

    assert " ".join(rows[0]) == f"HistApptNum HistUserNum HistDateTStamp HistApptAction ApptSource {BARE}"
    assert [(r["HistApptAction"], r["AptDateTime"], r["HistDateTStamp"]) for r in rows] == [
        ("Created", "2026-03-03 09:00:00", "2026-03-02 08:00:00"),
        ("Changed", "2026-03-06 09:00:00", "2026-03-02 08:01:00"),
    ]


def test_a_deleted_visit_is_in_the_history_only(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    patient = desk.demo.patients["robert"]
    desk.practice.staff.delete(number)

    assert desk.refused("GET", f"/appointments/{number}")[0] == 404
    assert desk.rows("/appointments", PatNum=patient) == []
    deleted = desk.rows("/histappointments", HistApptAction="Deleted", dateStart="2026-03-02")
    assert [row["AptNum"] for row in deleted] == [number]
    assert [row["AptNum"] for row in desk.rows("/histappointments", PatNum=patient)] == [number, number]
    assert desk.rows("/histappointments", HistApptAction="Deleted", dateEnd="2026-03-01") == []
    assert desk.rows("/histappointments", AptNum=123456) == []


def test_the_dates_of_the_history_filter_are_a_switch() -> None:
    desk = Desk(switches=Switches(history_dates="AptDateTime"))

    assert {row["AptNum"] for row in desk.rows("/histappointments", date="2026-03-04")} == {
        desk.demo.appointments["henry_hygiene"]
    }


@pytest.mark.parametrize(
    ("mode", "switch", "source"),
    [
        ("remote", "by_mode", "EConnector"),
        ("service", "by_mode", "OpenDentalAPIService"),
        ("local", "by_mode", "None"),
        ("remote", "none", "None"),
    ],
)
def test_history_says_which_program_did_it(mode: str, switch: str, source: str) -> None:
    desk = Desk(mode=mode)
    desk.sim.switch(history_source=switch)
    row = desk.post("/appointments", **new(desk))

    assert [r["ApptSource"] for r in desk.rows("/histappointments", AptNum=row["AptNum"])] == [source]


def test_history_is_not_in_every_version() -> None:
    desk = Desk(version="23.1.29")

    status, message = desk.refused("GET", "/histappointments")

    assert status == 400
    assert "Error. This is most likely a version issue" in message


# --- Free times -------------------------------------------------------------------------------------------------------


def test_slots_are_whole_open_intervals(desk: Desk) -> None:
    # DOC1's own operatory names none: OP1 is the first whose dentist it is. Robert sits in HY1 with DOC1 from 9:00.
    assert desk.rows("/appointments/Slots", date="2026-03-03", ProvNum=1) == [
        {"DateTimeStart": "2026-03-03 08:00:00", "DateTimeEnd": "2026-03-03 09:00:00", "ProvNum": 1, "OpNum": 1},
        {"DateTimeStart": "2026-03-03 10:00:00", "DateTimeEnd": "2026-03-03 12:00:00", "ProvNum": 1, "OpNum": 1},
        {"DateTimeStart": "2026-03-03 13:00:00", "DateTimeEnd": "2026-03-03 17:00:00", "ProvNum": 1, "OpNum": 1},
    ]
    long = desk.rows("/appointments/Slots", date="2026-03-03", ProvNum=1, lengthMinutes=121)
    assert [row["DateTimeStart"] for row in long] == ["2026-03-03 13:00:00"]


def test_slots_default_to_the_practices_provider_and_two_weeks(desk: Desk) -> None:
    rows = desk.rows("/appointments/Slots")

    assert {row["ProvNum"] for row in rows} == {1}
    assert min(row["DateTimeStart"] for row in rows) == "2026-03-02 08:00:00"
    assert max(row["DateTimeStart"][:10] for row in rows) == "2026-03-13"


def test_slots_of_one_operatory(desk: Desk) -> None:
    rows = desk.rows("/appointments/Slots", date="2026-03-03", ProvNum=3, OpNum=desk.demo.operatories["HY1"])

    assert [(row["DateTimeStart"][11:16], row["DateTimeEnd"][11:16]) for row in rows] == [
        ("08:00", "09:00"),
        ("09:40", "12:00"),
        ("13:00", "17:00"),
    ]
    assert desk.rows("/appointments/Slots", date="2026-03-03", ProvNum=3, OpNum=1) == []


def test_slots_end_on_holidays_and_before_today(desk: Desk) -> None:
    desk.practice.add_schedule(SchedDate="2026-03-03", SchedType="Practice", Note="Holiday", Status="Holiday")
    desk.practice.add_schedule(SchedDate="2026-03-04", SchedType="Practice", Note="Deliveries")

    assert desk.rows("/appointments/Slots", date="2026-03-03") == []
    assert desk.rows("/appointments/Slots", date="2026-03-04") != []
    assert desk.refused("GET", "/appointments/Slots", {"date": "2026-03-01"})[0] == 400


def test_slots_may_respect_blockouts(desk: Desk) -> None:
    desk.practice.staff.block(datetime(2026, 3, 5, 8, 0), minutes=60, op=1)
    before = desk.rows("/appointments/Slots", date="2026-03-05", OpNum=1)

    desk.sim.switch(slots_respect_blockouts=True)

    after = desk.rows("/appointments/Slots", date="2026-03-05", OpNum=1)
    assert (before[0]["DateTimeStart"], after[0]["DateTimeStart"]) == ("2026-03-05 08:00:00", "2026-03-05 09:00:00")


# --- Web Sched --------------------------------------------------------------------------------------------------------


def test_a_web_sched_slot_is_cut_to_length_and_booked(desk: Desk) -> None:
    cleaning, patient = desk.demo.definitions["Cleaning"], desk.demo.patients["obrien"]
    slots = desk.rows("/appointments/SlotsWebSched", date="2026-03-04", defNumApptType=cleaning)
    hygienist = [slot for slot in slots if slot["OpNum"] == desk.demo.operatories["HY2"]]

    # HY2 is taken from 10 to 11; the visit lasts an hour.
    assert [slot["DateTimeStart"][11:16] for slot in hygienist] == [
        "08:00", "09:00", "11:00", "13:00", "14:00", "15:00", "16:00",
    ]  # fmt: skip
    row = desk.post("/appointments/WebSched", PatNum=patient, defNumApptType=cleaning, **hygienist[0])
    assert (row["confirmed"], row["Note"]) == ("Created from Web Sched", "Appointment Reason: Cleaning")
    assert (row["Op"], row["ProvNum"], row["AptDateTime"]) == (6, 4, "2026-03-04 08:00:00")
    again = desk.refused("POST", "/appointments/WebSched", PatNum=patient, defNumApptType=cleaning, **hygienist[0])
    assert again == (400, "The time slot is not available.")


def test_web_sched_takes_both_spellings_of_its_times(desk: Desk) -> None:
    kind, patient = desk.demo.definitions["New patient exam"], desk.demo.patients["obrien"]
    slot = desk.rows("/appointments/SlotsWebSched", date="2026-03-04", defNumApptType=kind, isNewPatient="true")[0]
    body = {"PatNum": patient, "defNumApptType": kind, "ProvNum": slot["ProvNum"], "OpNum": slot["OpNum"]}

    missing = desk.refused("POST", "/appointments/WebSched", **body)
    row = desk.post(
        "/appointments/WebSched", **body, dateTimeStart=slot["DateTimeStart"], dateTimeEnd=slot["DateTimeEnd"]
    )

    assert missing == (400, "DateTimeStart is required")
    assert row["IsNewPatient"] == "true"
    listed = next(r for r in desk.rows("/appointments/WebSched") if r["AptNum"] == row["AptNum"])
    assert (listed["eServiceLogType"], listed["IsHygiene"], list(listed)[-1]) == ("NewPat", "False", "serverDateTime")


def test_the_kind_of_patient_must_match_the_reason(desk: Desk) -> None:
    path, kind = "/appointments/SlotsWebSched", desk.demo.definitions["New patient exam"]

    assert desk.refused("GET", path, {"defNumApptType": kind}) == (400, "defNumApptType is invalid")
    assert desk.refused("GET", path, {"defNumApptType": 19}) == (404, "defNumApptType not found")
    assert desk.refused("GET", path) == (400, "defNumApptType is required")
    desk.practice.web_sched_types.clear()
    assert desk.refused("GET", path, {"defNumApptType": kind, "isNewPatient": "true"})[0] == 400


def test_the_web_sched_list_is_reduced_and_filtered(desk: Desk) -> None:
    rows = desk.rows("/appointments/WebSched", date="2026-03-03")

    assert {row["AptNum"] for row in rows} == {
        desk.demo.appointments[label] for label in ("robert_recall", "lucia_exam", "jose_emergency")
    }
    assert {row["IsHygiene"] for row in rows} == {"True", "False"}
    assert {row["eServiceLogType"] for row in rows} == {"None"}
    assert "Priority" not in rows[0]


def test_web_sched_slots_in_clinics() -> None:
    desk = Desk(clinics=True)
    query = {"date": "2026-03-04", "defNumApptType": desk.demo.definitions["Cleaning"]}

    assert desk.refused("GET", "/appointments/SlotsWebSched", query) == (400, "ClinicNum is required")
    rows = desk.rows("/appointments/SlotsWebSched", **query, ClinicNum=desk.demo.clinics["South"])
    assert {row["OpNum"] for row in rows} == {desk.demo.operatories[name] for name in ("OP3", "HY2")}


def test_time_passes_between_stamp_and_answer(desk: Desk) -> None:
    number = desk.demo.appointments["robert_recall"]
    desk.practice.drift = timedelta(minutes=-3)

    assert desk.get(f"/appointments/{number}")["serverDateTime"] == "2026-03-02 07:57:00"
