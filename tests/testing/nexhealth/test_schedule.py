"""Appointment types, working hours and the slots they make."""

from __future__ import annotations

from typing import Any

import pytest

from odnexus.testing.nexhealth import Switches
from tests.testing.nexhealth.calling import Desk

# Types


def make_type(desk: Desk, **fields: object) -> Any:
    return desk.api.post("/appointment_types", {"appointment_type": {"name": "Whitening", "minutes": 45, **fields}})


def test_a_type_lives() -> None:
    desk = Desk()
    descriptor = next(iter(desk.sim.state.descriptors))

    made = make_type(desk, emr_appt_descriptor_ids=[descriptor], bookable_online=False)
    path = f"/appointment_types/{made.data['id']}"
    changed = desk.api.patch(path, {"appointment_type": {"minutes": 50}})
    shown = desk.api.get(path, {**desk.place, "include[]": "descriptors"})
    gone = desk.api.delete(path)

    assert made.status == 201
    assert (made.data["parent_type"], made.data["bookable_online"]) == ("Institution", False)
    assert (changed.data["minutes"], changed.data["name"]) == (50, "Whitening")
    assert [one["id"] for one in shown.data["descriptors"]] == [descriptor]
    assert (gone.status, gone.data["name"]) == (200, "Whitening")
    assert desk.api.get(path).status == 404


def test_names_of_types_are_unique() -> None:
    desk = Desk()

    assert make_type(desk, name="Hygiene").status == 400
    number = desk.office.types["Recall"]
    renamed = desk.api.patch(f"/appointment_types/{number}", {"appointment_type": {"name": "Hygiene"}})
    assert renamed.status == 400
    same = desk.api.patch(f"/appointment_types/{number}", {"appointment_type": {"name": "Recall"}})
    assert same.status == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": None}, 400),
        ({"minutes": None}, 400),
        ({"minutes": 0}, 400),
        ({"parent_type": "Location"}, 400),
        ({"parent_type": "Location", "parent_id": 1}, 404),
        ({"parent_type": "Location", "parent_id": 12}, 201),
        ({"parent_type": "Chair"}, 400),
        ({"emr_appt_descriptor_ids": [1]}, 404),
    ],
)
def test_a_type_is_checked(fields: dict[str, object], status: int) -> None:
    assert make_type(Desk(), **fields).status == status


def test_a_type_may_move_to_a_location() -> None:
    desk = Desk()
    path = f"/appointment_types/{make_type(desk).data['id']}"
    place = {"parent_type": "Location", "parent_id": desk.office.location_id}

    assert desk.api.patch(path, {"appointment_type": place}).data["parent_id"] == desk.office.location_id


def test_includes_of_types_need_a_location() -> None:
    desk = Desk()

    assert desk.api.get("/appointment_types", {"include[]": "descriptors"}).status == 400
    assert desk.api.get("/appointment_types", {**desk.place, "include[]": "descriptors"}).status == 200


def test_types_may_be_kept_per_location() -> None:
    desk = Desk()
    desk.sim.state.institutions[desk.office.institution_id].appointment_types_location_scoped = True

    assert desk.api.get("/appointment_types").status == 400
    assert make_type(desk).status == 400
    assert make_type(desk, parent_type="Location", parent_id=desk.office.location_id).status == 201
    assert "Whitening" in [row["name"] for row in desk.api.get("/appointment_types", desk.place).rows]


def test_a_deleted_type_leaves_the_hours_it_was_linked_to() -> None:
    desk = Desk()
    number = desk.office.types["Recall"]

    desk.api.delete(f"/appointment_types/{number}")

    assert all(number not in one.appointment_type_ids for one in desk.sim.state.working_hours.values())


# Hours

WINDOW = {"provider_id": 77, "begin_time": "18:00", "end_time": "20:00"}


def make_hour(desk: Desk, **fields: object) -> Any:
    body = {name: value for name, value in {**WINDOW, **fields}.items() if value is not None}
    return desk.api.post("/working_hours", {"working_hour": body}, desk.place)


def test_a_window_lives() -> None:
    desk = Desk()

    made = make_hour(desk, days=["Monday"], appointment_type_ids=[desk.office.types["Hygiene"]])
    path = f"/working_hours/{made.data['id']}"
    shown = desk.api.get(path, {"include[]": "appointment_types"})
    changed = desk.api.patch(path, {"working_hour": {"specific_date": "2026-03-10", "begin_time": "17:30"}})
    cleared = desk.api.patch(path, {"working_hour": {"appointment_type_ids": []}})
    gone = desk.api.delete(path)

    assert (made.status, made.data["source"], made.data["days"], made.data["tz_offset"]) == (
        201,
        "manual",
        ["Monday"],
        "-0700",
    )
    assert [one["name"] for one in shown.data["appointment_types"]] == ["Hygiene"]
    assert (changed.data["days"], changed.data["specific_date"]) == ([], "2026-03-10")
    assert changed.data["begin_time"] == "17:30"
    assert "appointment_types" not in changed.data
    assert cleared.data["appointment_types"] == []
    assert (gone.status, gone.body) == (204, None)
    assert desk.api.get(path).status == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"days": ["Monday"], "specific_date": "2026-03-10"}, 400),
        ({"days": ["Funday"]}, 400),
        ({"days": ["Monday"], "begin_time": "25:00"}, 400),
        ({"days": ["Monday"], "begin_time": "8:00"}, 400),
        ({"days": ["Monday"], "end_time": "17:00"}, 400),
        ({"days": ["Monday"], "provider_id": None}, 400),
        ({"days": ["Monday"], "provider_id": 1}, 404),
        ({"days": ["Monday"], "operatory_id": 1}, 404),
        ({"days": ["Monday"], "appointment_type_ids": [1]}, 404),
        ({"custom_recurrence": {"num": 2, "unit": "week"}}, 400),
        ({"custom_recurrence": {"num": 2, "unit": "week", "ref": "2026-03-02"}}, 201),
    ],
)
def test_a_window_is_checked(fields: dict[str, object], status: int) -> None:
    assert make_hour(Desk(), **fields).status == status


def test_an_edit_names_one_kind_of_day_at_most() -> None:
    desk = Desk()
    number = make_hour(desk, days=["Monday"]).data["id"]
    both = {"working_hour": {"days": ["Monday"], "specific_date": "2026-03-10"}}

    assert desk.api.patch(f"/working_hours/{number}", both).status == 400


def test_synced_windows_cannot_be_changed() -> None:
    desk = Desk()
    number = desk.sim.state.add_working_hour(desk.office.location_id, 77, "18:00", "19:00", source="synced")

    assert desk.api.patch(f"/working_hours/{number}", {"working_hour": {"end_time": "19:30"}}).status == 400
    assert desk.api.delete(f"/working_hours/{number}").status == 400
    assert desk.api.get("/working_hours", {**desk.place, "source": "synced"}).ids == [number]


def test_windows_are_filtered() -> None:
    desk = Desk()
    label = desk.sim.state.add_label(desk.office.institution_id, "Evening")
    past = make_hour(desk, specific_date="2026-03-01").data["id"]
    off = make_hour(desk, days=["Sunday"], active=False, operatory_id=desk.office.operatories["OP2"]).data["id"]
    desk.sim.state.working_hours[past].label_id = label

    def listed(**query: object) -> list[int]:
        return desk.api.get("/working_hours", {**desk.place, "per_page": 99, **query}).ids

    assert past in listed()
    assert off not in listed()
    assert listed(active=False) == [off]
    assert past not in listed(ignore_past_dates=True)
    assert listed(label_id=label) == [past]
    assert len(listed(provider_id=78)) == 4
    assert len(listed(operatory_id=33)) == 2


def test_labels_of_a_location_come_with_those_of_the_institution() -> None:
    desk = Desk()
    state, institution = desk.sim.state, desk.office.institution_id
    everywhere = state.add_label(institution, "Holiday")
    here = state.add_label(institution, "Evening", location_id=desk.office.location_id)
    there = state.add_label(institution, "Other", location_id=99)

    assert desk.api.get("/working_hour_labels").ids == [everywhere, here, there]
    assert desk.api.get("/working_hour_labels", desk.place).ids == [everywhere, here]
    assert desk.api.get("/working_hour_labels", {"search_name": "even"}).ids == [here]
    assert desk.api.get("/working_hour_labels", {"active": False}).ids == []


# Slots


def slots(desk: Desk, **query: object) -> Any:
    params = {"start_date": "2026-03-09", "days": 1, "lids[]": desk.office.location_id, "pids[]": 79, **query}
    return desk.api.get("/available_slots", {k: v for k, v in params.items() if v is not None})


def times(got: Any, group: int = 0) -> list[str]:
    return [one["time"] for one in got.rows[group]["slots"]]


def test_slots_are_hours_cut_to_a_length() -> None:
    desk = Desk()

    got = slots(desk, slot_length=60)

    (group,) = got.rows
    assert (group["lid"], group["pid"], group["operatory_id"]) == (12, 79, desk.office.operatories["HY1"])
    assert [time[11:16] for time in times(got)] == [
        "08:00",
        "09:00",
        "10:00",
        "11:00",
        "13:00",
        "14:00",
        "15:00",
        "16:00",
    ]
    assert group["slots"][0] == {
        "time": "2026-03-09T08:00:00.000-06:00",
        "end_time": "2026-03-09T09:00:00.000-06:00",
        "provider_id": 79,
        "operatory_id": desk.office.operatories["HY1"],
        "working_hour_label_id": None,
    }
    assert group["next_available_date"] is None
    assert got.body["count"] == 1


def test_a_slot_has_15_minutes_unless_told_otherwise() -> None:
    desk = Desk()

    assert len(times(slots(desk))) == 32
    assert len(times(slots(desk, slot_length=60, slot_interval=30))) == 14
    assert len(times(slots(desk, appointment_type_id=desk.office.types["Recall"]))) == 12


def test_what_is_booked_or_blocked_is_no_slot() -> None:
    desk = Desk()
    hygienist = {"provider_id": 79, "operatory_id": desk.office.operatories["HY1"]}
    desk.booked(**hygienist)
    desk.booking(
        None,
        unavailable=True,
        **hygienist,
        start_time="2026-03-09T13:00:00-06:00",
        end_time="2026-03-09T17:00:00-06:00",
    )
    cancelled = desk.booked(**hygienist, start_time="2026-03-09T08:00:00-06:00", end_time="2026-03-09T09:00:00-06:00")
    desk.edit(cancelled["id"], cancelled=True)

    assert [time[11:16] for time in times(slots(desk, slot_length=60))] == ["08:00", "09:00", "11:00"]


def test_days_are_days_of_the_office() -> None:
    desk = Desk()

    assert {time[:10] for time in times(slots(desk, start_date="2026-03-06", days=4))} == {"2026-03-06", "2026-03-09"}
    # Summer time begins on the Sunday between.
    assert {time[-6:] for time in times(slots(desk, start_date="2026-03-06", days=4))} == {"-07:00", "-06:00"}


def test_the_past_is_no_slot() -> None:
    desk = Desk()

    assert times(slots(desk, start_date="2026-03-02"))[0] == "2026-03-02T08:15:00.000-07:00"


def test_a_location_and_a_provider_or_type_are_required() -> None:
    desk = Desk()

    assert slots(desk, **{"pids[]": None}).status == 400
    assert slots(desk, **{"lids[]": None}).status == 400
    assert slots(desk, **{"lids[]": 1}).status == 403
    assert slots(desk, appointment_type_id=1).status == 404
    assert len(slots(desk, **{"pids[]": None}, appointment_type_id=desk.office.types["Recall"]).rows) == 4


def test_a_type_without_a_linked_window_gives_nothing() -> None:
    desk = Desk()
    number = make_type(desk).data["id"]

    assert slots(desk, **{"pids[]": None}, appointment_type_id=number).rows == []


def test_only_the_first_free_chair_is_listed_unless_all_are_wanted() -> None:
    desk = Desk()
    first, second = desk.office.operatories["OP1"], desk.office.operatories["OP2"]
    desk.booked()  # OP1, from ten to half past

    one = slots(desk, **{"pids[]": 77}, slot_length=30)
    both = slots(desk, **{"pids[]": 77}, slot_length=30, overlapping_operatory_slots=True)
    only = slots(desk, **{"pids[]": 77, "operatory_ids[]": second}, slot_length=30)

    assert [group["operatory_id"] for group in one.rows] == [first, second]
    assert [time[11:16] for time in times(one, 1)] == ["10:00"]
    assert [len(group["slots"]) for group in both.rows] == [15, 16]
    assert [group["operatory_id"] for group in only.rows] == [second]


def test_windows_without_a_chair_are_open_in_every_chair_of_the_location() -> None:
    desk = Desk()
    desk.sim.state.working_hours.clear()
    number = desk.sim.state.add_working_hour(desk.office.location_id, 79, "08:00", "09:00", source="synced")

    assert len(slots(desk, overlapping_operatory_slots=True).rows) == 6
    assert len(slots(desk).rows) == 1
    assert slots(desk, working_hour_source="manual").rows == []
    assert slots(desk, working_hour_label_id=1).rows == []

    desk.sim.state.locations[desk.office.location_id].map_by_operatory = False
    (group,) = slots(desk).rows
    assert "operatory_id" not in group
    assert "operatory_id" not in group["slots"][0]
    assert desk.sim.state.working_hours[number].source == "synced"


def test_a_full_day_names_the_next_free_one() -> None:
    desk = Desk()
    (saturday,) = slots(desk, start_date="2026-03-07").rows

    assert saturday["slots"] == []
    assert saturday["next_available_date"] == "2026-03-09"


def test_the_next_free_day_is_looked_for_up_to_180_days_ahead() -> None:
    desk = Desk()
    desk.sim.state.working_hours.clear()
    made = make_hour(desk, specific_date="2026-09-01").data["id"]

    (group,) = slots(desk, **{"pids[]": 77, "operatory_ids[]": 31}).rows
    assert group["next_available_date"] == "2026-09-01"
    desk.api.patch(f"/working_hours/{made}", {"working_hour": {"specific_date": "2026-10-01"}})
    (group,) = slots(desk, **{"pids[]": 77, "operatory_ids[]": 31}).rows
    assert group["next_available_date"] is None


def test_the_next_free_day_may_always_be_named() -> None:
    desk = Desk(switches=Switches(next_available_date="always"))

    assert slots(desk).rows[0]["next_available_date"] == "2026-03-09"


@pytest.mark.parametrize(
    ("rule", "open_on"),
    [
        ({"num": 2, "unit": "week", "ref": "2026-03-02"}, ["2026-03-02", "2026-03-16"]),
        ({"num": 5, "unit": "day", "ref": "2026-03-06"}, ["2026-03-06", "2026-03-11", "2026-03-16"]),
        ({"num": 1, "unit": "month", "ref": "2026-02-09"}, ["2026-03-09"]),
        ({"num": 2, "unit": "month", "ref": "2026-02-09"}, []),
    ],
)
def test_recurring_windows(rule: dict[str, object], open_on: list[str]) -> None:
    desk = Desk()
    desk.sim.state.working_hours.clear()
    make_hour(desk, custom_recurrence=rule)

    query = {"pids[]": 77, "operatory_ids[]": 31}
    got = slots(desk, start_date="2026-03-01", days=16, slot_length=120, **query)

    assert sorted({time[:10] for time in times(got)}) == open_on
