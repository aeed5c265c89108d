from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from odnexus.testing import SimDropped
from odnexus.testing.opendental import CUSTOMER_KEY, Switches
from tests.testing.opendental.desk import Desk

URL = "https://hooks.example.com/od/?type=appt"


class Receiver:
    """An endpoint that remembers what came and answers what it is told to."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.status = 200
        self.error: Exception | None = None

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        if self.error is not None:
            raise self.error
        self.requests.append((url, headers, json.loads(body)))
        return self.status

    @property
    def bodies(self) -> list[Any]:
        return [body for _, _, body in self.requests]


class Watch:
    """An office with one subscription and its receiver."""

    def __init__(self, table: str = "Appointment", *, workstation: str = "SRV01", **options: Any) -> None:
        self.desk = Desk(**options)
        self.receiver = Receiver()
        self.desk.sim.clock.sleep(60)
        row = self.desk.post(
            "/subscriptions", EndPointUrl=URL, Workstation=workstation, WatchTable=table, PollingSeconds=15
        )
        self.number: int = row["SubscriptionNum"]

    def deliver(self, seconds: float = 15) -> int:
        self.desk.sim.clock.sleep(seconds)
        return self.desk.sim.deliver_events(self.receiver)

    @property
    def start(self) -> datetime:
        return self.desk.practice.tables["subscriptions"].rows[self.number].moment("DateTimeStart")

    def touch(self, note: str = "x") -> int:
        number = self.desk.demo.appointments["robert_recall"]
        self.desk.practice.staff.edit(number, Note=note)
        return number


def test_a_change_is_sent_as_an_array_with_the_bare_key() -> None:
    watch = Watch()
    number = watch.touch("running late")

    assert watch.deliver() == 1

    url, headers, body = watch.receiver.requests[0]
    assert url == URL
    assert headers == {
        "Authorization": CUSTOMER_KEY,
        "Content-Type": "application/json",
        "Workstation": "SRV01",
        "Event-Type": "WatchTable: Appointment",
    }
    expected = watch.desk.get(f"/appointments/{number}")
    del expected["serverDateTime"]
    assert body == [expected]


def test_a_custom_field_of_a_patient_is_sent() -> None:
    watch = Watch("PatField")
    watch.desk.post("/patfielddefs", FieldName="Intake done", FieldType="Text")
    made = watch.desk.post("/patfields", PatNum=401, FieldName="Intake done", FieldValue="Yes")

    assert watch.deliver() == 1
    assert watch.receiver.bodies == [[made]]


def test_nothing_changed_sends_nothing_but_moves_the_heartbeat() -> None:
    watch = Watch()
    before = watch.start

    assert watch.deliver() == 0
    assert watch.start == before + timedelta(seconds=15)


def test_changes_of_one_interval_come_together_and_only_as_they_are_now() -> None:
    watch = Watch()
    number = watch.touch("one")
    watch.touch("two")
    watch.desk.practice.staff.confirm(watch.desk.demo.appointments["henry_hygiene"])

    assert watch.deliver() == 1

    (body,) = watch.receiver.bodies
    assert len(body) == 2
    assert next(row["Note"] for row in body if row["AptNum"] == number) == "two"


def test_polls_keep_their_interval() -> None:
    watch = Watch()
    watch.deliver()
    watch.touch()

    assert watch.deliver(14) == 0
    assert watch.deliver(1) == 1


def test_saving_what_is_there_already_fires_nothing() -> None:
    watch = Watch()
    watch.touch("")

    assert watch.deliver() == 0


def test_the_second_of_the_poll_is_sent_twice() -> None:
    watch = Watch()
    watch.desk.sim.clock.sleep(15)
    watch.touch()

    assert [watch.deliver(0), watch.deliver(), watch.deliver()] == [1, 1, 0]
    assert watch.receiver.bodies[0] == watch.receiver.bodies[1]


def test_thousands_come_in_batches() -> None:
    watch = Watch("Patient")
    for number in range(2001):
        watch.desk.practice.add_patient(LName="Crowd", FName=f"P{number}")

    assert watch.deliver() == 3
    assert [len(body) for body in watch.receiver.bodies] == [1000, 1000, 1]


def test_older_offices_send_everything_at_once_with_fewer_headers() -> None:
    watch = Watch("Patient", version="22.4.20")
    for number in range(1001):
        watch.desk.practice.add_patient(LName="Crowd", FName=f"P{number}")

    watch.deliver()

    assert [len(body) for body in watch.receiver.bodies] == [1001]
    assert set(watch.receiver.requests[0][1]) == {"Authorization", "Content-Type"}


@pytest.mark.parametrize("error", [ConnectionError("down"), TimeoutError(), SimDropped("refused")])
def test_a_failure_leaves_the_start_and_the_next_contact_catches_up(error: Exception) -> None:
    watch = Watch()
    before = watch.start
    watch.touch("one")
    watch.receiver.error = error

    watch.deliver()
    watch.deliver(3600)

    assert watch.start == before
    watch.receiver.error = None
    watch.deliver()
    assert len(watch.receiver.bodies) == 1
    assert watch.start > before


def test_after_failures_three_days_come_back_at_most() -> None:
    watch = Watch()
    watch.receiver.error = ConnectionError()
    watch.touch("old")
    watch.deliver()
    watch.desk.sim.clock.sleep(2 * 86400)
    other = watch.desk.demo.appointments["henry_hygiene"]
    watch.desk.practice.staff.confirm(other)
    watch.desk.sim.clock.sleep(2 * 86400)
    watch.receiver.error = None

    watch.deliver()

    assert [[row["AptNum"] for row in body] for body in watch.receiver.bodies] == [[other]]


@pytest.mark.parametrize(("switch", "rows"), [("everything", [1]), ("three_days", [])])
def test_after_a_shutdown_everything_comes_back_or_three_days(switch: str, rows: list[int]) -> None:
    watch = Watch()
    watch.desk.sim.switch(catch_up_after_shutdown=switch)
    watch.touch("old")
    watch.desk.sim.events.workstations = ()

    assert watch.deliver(4 * 86400) == 0
    watch.desk.sim.events.workstations = ("SRV01",)
    watch.deliver()

    assert [len(body) for body in watch.receiver.bodies] == rows


@pytest.mark.parametrize(
    ("switch", "status", "delivered"),
    [("any_answer", 500, True), ("any_answer", 0, False), ("2xx", 500, False), ("2xx", 204, True)],
)
def test_what_counts_as_delivered_is_a_switch(switch: str, status: int, delivered: bool) -> None:
    watch = Watch()
    watch.desk.sim.switch(event_success=switch)
    watch.receiver.status = status
    before = watch.start
    watch.touch()

    watch.deliver()

    assert (watch.start > before) is delivered


def test_without_a_workstation_every_machine_sends() -> None:
    watch = Watch(workstation="")
    watch.desk.sim.events.workstations = ("SRV01", "FRONT01", "FRONT02")
    watch.touch()

    assert watch.deliver() == 3
    assert [headers["Workstation"] for _, headers, _ in watch.receiver.requests] == ["SRV01", "FRONT01", "FRONT02"]


def test_another_machine_does_not_send() -> None:
    watch = Watch(workstation="SRV02")
    watch.touch()

    assert watch.deliver() == 0


def test_a_subscription_has_a_start_and_an_end() -> None:
    watch = Watch()
    path = f"/subscriptions/{watch.number}"
    watch.touch()
    watch.desk.put(path, DateTimeStart="2026-03-02 08:30:00", DateTimeStop="2026-03-02 09:00:00")

    assert watch.deliver() == 0
    watch.deliver(29 * 60)
    assert watch.receiver.bodies == []
    watch.touch("in time")
    assert watch.deliver() == 1
    watch.touch("too late")
    assert watch.deliver(1800) == 0


def test_a_deletion_is_seen_by_its_own_table_only() -> None:
    appointments, deleted = Watch(), Watch("AppointmentDeleted")
    for watch in (appointments, deleted):
        watch.touch("a change is no deletion")
        watch.desk.practice.staff.delete(watch.desk.demo.appointments["henry_hygiene"])
        watch.deliver()

    assert [[row["AptNum"] for row in body] for body in appointments.receiver.bodies] == [[8001]]
    (body,) = deleted.receiver.bodies
    assert [(row["AptNum"], row["HistApptAction"]) for row in body] == [(8003, "Deleted")]


def test_a_deletion_may_have_the_short_form() -> None:
    watch = Watch("AppointmentDeleted", switches=Switches(deleted_event="short"))
    watch.desk.practice.staff.delete(8003)
    watch.deliver()

    assert watch.receiver.bodies == [
        [
            {
                "AppointmentNum": 8003,
                "PatNum": watch.desk.demo.patients["father_henry"],
                "AptDateTime": "2026-03-04 10:00:00",
                "DateTimeDeleted": "2026-03-02 08:01:00",
                "DeletedBy": "",
                "Note": "",
                "ClinicNum": 0,
            }
        ]
    ]


def test_every_watched_table_is_sent_as_its_resource_shows_it() -> None:
    for table, path in (("Operatory", "/operatories/2"), ("Provider", "/providers/2")):
        watch = Watch(table)
        watch.desk.practice.staff.hide_operatory(2)
        watch.desk.practice.staff.hide_provider(2)
        watch.deliver()

        row = watch.desk.get(path)
        row.pop("serverDateTime", None)
        assert watch.receiver.bodies == [[row]]


def test_schedules_are_sent_as_strings() -> None:
    watch = Watch("Schedule")
    number = watch.desk.practice.staff.block(datetime(2026, 3, 5, 9, 0), minutes=30, op=1)

    watch.deliver()

    assert watch.receiver.bodies == [[watch.desk.get(f"/schedules/{number}")]]


def test_a_table_that_is_not_simulated_never_changes() -> None:
    assert Watch("ToothInitial").deliver() == 0


def test_a_deleted_subscription_is_silent() -> None:
    watch = Watch()
    watch.touch()
    watch.desk.send("DELETE", f"/subscriptions/{watch.number}")

    assert watch.deliver() == 0


def test_a_subscription_may_end_while_others_are_served() -> None:
    watch = Watch()
    body = {"EndPointUrl": URL, "WatchTable": "Appointment", "PollingSeconds": 15}
    second = watch.desk.post("/subscriptions", **body)["SubscriptionNum"]
    watch.touch()

    def end(url: str, headers: dict[str, str], body: bytes) -> int:
        watch.desk.send("DELETE", f"/subscriptions/{second}")
        return 200

    watch.desk.sim.clock.sleep(15)
    assert watch.desk.sim.deliver_events(end) == 1


def test_a_receiver_may_call_back() -> None:
    watch = Watch()
    number = watch.touch()
    seen: list[Any] = []

    def look(url: str, headers: dict[str, str], body: bytes) -> int:
        seen.append(watch.desk.get(f"/appointments/{number}")["Note"])
        return 200

    watch.desk.sim.clock.sleep(15)
    watch.desk.sim.deliver_events(look)

    assert seen == ["x"]


def test_events_need_a_way_out(desk: Desk) -> None:
    with pytest.raises(ValueError, match="send"):
        desk.sim.deliver_events()


def test_opening_a_chart_fires_at_once_and_only_once(desk: Desk) -> None:
    receiver = Receiver()
    desk.sim.events.send = receiver
    desk.post("/subscriptions", EndPointUrl=URL, Workstation="FRONT01", UiEventType="PatientSelected")
    robert, anna = desk.demo.patients["robert"], desk.demo.patients["anna"]

    for patient, workstation in ((robert, "FRONT01"), (robert, "FRONT01"), (anna, "FRONT02"), (anna, "FRONT01")):
        desk.practice.staff.select_patient(patient, workstation)

    assert [body["PatNum"] for body in receiver.bodies] == [robert, anna]
    _, headers, body = receiver.requests[0]
    assert headers["Event-Type"] == "UiEventType: PatientSelected"
    assert (body["ClinicNum"], body["BillingType"], body["LName"]) == ("0", "StandardAccount", "Whitfield")
    assert desk.sim.deliver_events() == 0
