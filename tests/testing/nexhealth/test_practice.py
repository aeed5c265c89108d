from __future__ import annotations

from datetime import timedelta

import pytest

from odnexus.testing.nexhealth import Switches
from tests.testing.nexhealth.calling import Desk


def test_locations_come_inside_their_institution() -> None:
    desk = Desk()

    got = desk.api.get("/locations")

    (institution,) = got.rows
    assert institution["subdomain"] == "demo-dental"
    assert [one["id"] for one in institution["locations"]] == [desk.office.location_id]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"inactive": True}, 0),
        ({"inactive": False}, 1),
        ({"foreign_id": "77"}, 0),
        ({"filter_by_subscription_feature": "online_booking"}, 1),
        ({"filter_by_subscription_feature": "waitlist"}, 0),
    ],
)
def test_locations_are_filtered(filters: dict[str, object], found: int) -> None:
    assert Desk().api.get("/locations", filters).body["count"] == found


def test_the_flag_of_a_location_follows_the_link() -> None:
    for linked in (False, True):
        desk = Desk(linked=linked)

        assert desk.api.get(f"/locations/{desk.office.location_id}").data["insert_appt_client"] is linked


def test_an_institution_names_its_systems() -> None:
    assert Desk(linked=True).api.get("/institutions").rows[0]["emrs"] == ["opendental"]
    assert Desk().api.get("/institutions").rows[0]["emrs"] == []


def test_descriptors_are_the_types_of_open_dental() -> None:
    desk = Desk(linked=True)

    rows = desk.api.get(f"/locations/{desk.office.location_id}/appointment_descriptors").rows

    assert {row["name"]: row["foreign_id"] for row in rows} == {
        name: str(number) for name, number in desk.od.demo.types.items()
    }
    path = f"/locations/{desk.office.location_id}/appointment_descriptors"
    assert desk.api.get(path, {"descriptor_type": "Procedure Code"}).rows == []


def test_providers_and_chairs_carry_the_numbers_of_open_dental() -> None:
    desk = Desk(linked=True)

    for key, number in desk.od.demo.providers.items():
        assert desk.api.get(f"/providers/{desk.office.providers[key]}").data["foreign_id"] == str(number)
    for key, number in desk.od.demo.operatories.items():
        assert desk.api.get(f"/operatories/{desk.office.operatories[key]}").data["foreign_id"] == str(number)


def test_providers_are_active_unless_asked_otherwise() -> None:
    desk = Desk()
    gone = desk.office.providers["DOC2"]
    desk.sim.state.providers[gone].inactive = True

    assert gone not in desk.api.get("/providers").ids
    assert desk.api.get("/providers", {"inactive": True}).ids == [gone]


def test_requestable_providers_need_a_location() -> None:
    desk = Desk()
    desk.sim.state.providers[desk.office.providers["HYG1"]].requestable_location_ids = ()

    assert desk.api.get("/providers", {"requestable": True}).status == 400
    assert desk.office.providers["HYG1"] not in desk.api.get("/providers", {**desk.place, "requestable": True}).ids
    assert desk.api.get("/providers", {**desk.place, "requestable": False}).ids == [desk.office.providers["HYG1"]]


def test_includes_replace_the_default() -> None:
    desk = Desk()
    path = f"/providers/{desk.office.providers['DOC1']}"

    plain, hours = desk.api.get(path).data, desk.api.get(path, {"include[]": "availabilities"}).data

    assert "locations" in plain
    assert "availabilities" not in plain
    assert "locations" not in hours
    assert len(hours["availabilities"]) == 4
    assert "appointment_types" not in hours["availabilities"][0]


def test_what_was_not_asked_for_may_be_null() -> None:
    desk = Desk(switches=Switches(absent_includes="null"))

    row = desk.api.get(f"/providers/{desk.office.providers['DOC1']}").data

    assert row["availabilities"] is None


def test_operatories_are_found_by_name_number_and_change() -> None:
    desk = Desk()
    desk.clock.advance(timedelta(hours=1))
    desk.sim.state.touch(desk.sim.state.operatories[desk.office.operatories["OP3"]])

    assert desk.api.get("/operatories", {**desk.place, "search_name": "hy1"}).ids == [desk.office.operatories["HY1"]]
    assert desk.api.get("/operatories", {**desk.place, "foreign_id": "2"}).ids == [desk.office.operatories["OP2"]]
    recent = desk.api.get("/operatories", {**desk.place, "updated_since": "2026-03-02T16:00:00Z"})
    assert recent.ids == [desk.office.operatories["OP3"]]


# Lights


def test_a_location_without_a_sync_has_no_status() -> None:
    assert Desk().api.get("/sync_status").rows == []


def test_running_services_are_green_however_far_the_clock_jumps() -> None:
    desk = Desk(linked=True)
    desk.clock.advance(timedelta(days=3))

    (row,) = desk.api.get("/sync_status").rows

    assert (row["read_status"], row["write_status"]) == ("green", "green")
    assert row["write_status_at"] == "2026-03-05T15:00:00.000Z"
    assert row["emr"]["name"] == "opendental"


def test_the_write_light_turns_red_after_25_minutes_and_the_read_light_after_150() -> None:
    desk = Desk(linked=True)
    desk.sim.synchronizer.write_enabled = desk.sim.synchronizer.read_enabled = False

    def lights() -> tuple[str, str]:
        (row,) = desk.api.get("/sync_status").rows
        return row["write_status"], row["read_status"]

    desk.wait(minutes=25)
    assert lights() == ("green", "green")
    desk.wait(seconds=1)
    assert lights() == ("red", "green")
    desk.wait(minutes=125)
    assert lights() == ("red", "red")
    assert desk.api.get("/sync_status", {"read_status": "green"}).rows == []
    assert len(desk.api.get("/sync_status", {"location_ids[]": desk.office.location_id}).rows) == 1
    assert desk.api.get("/sync_status", {"location_ids[]": 1}).rows == []


def test_a_change_of_light_is_announced_both_ways() -> None:
    desk = Desk(linked=True)
    receiver = desk.listen()
    desk.sim.synchronizer.write_enabled = False
    desk.wait(minutes=26)
    desk.sim.synchronizer.write_enabled = True
    desk.wait(minutes=1)

    assert receiver.names == ["sync_status_write_change.red", "sync_status_write_change.green"]
    assert receiver.payloads[0]["data"]["sync_status"]["write_status"] == "red"


def test_older_editions_announce_only_green() -> None:
    desk = Desk(linked=True, switches=Switches(sync_events_both_ways=False, sync_events_key="syncstatus"))
    receiver = desk.listen()
    desk.sim.synchronizer.write_enabled = False
    desk.wait(minutes=26)
    desk.sim.synchronizer.write_enabled = True
    desk.wait(minutes=1)

    assert receiver.names == ["sync_status_write_change.green"]
    assert "syncstatus" in receiver.payloads[0]["data"]
