from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from odnexus.testing import SimDropped
from odnexus.testing.nexhealth import Switches, sign
from odnexus.testing.nexhealth.webhooks import RETRIES
from tests.testing.nexhealth.calling import Caller, Desk, Receiver

URL = "https://hooks.example.com/nexhealth"


def held_and_listening(*statuses: int, **switches: Any) -> tuple[Desk, Receiver, int]:
    """Return a desk whose bookings are held, a receiver, and a visit to change."""
    desk = Desk(switches=Switches(**switches))
    receiver = desk.listen(*statuses)
    return desk, receiver, desk.booked()["id"]


# Endpoints


def test_an_endpoint_lives() -> None:
    desk = Desk()

    made = desk.api.post("/webhook_endpoints", {"target_url": URL})
    path = f"/webhook_endpoints/{made.data['id']}"
    changed = desk.api.patch(path, {"target_url": f"{URL}/2", "active": False})

    assert made.status == 201
    assert made.data["active"] is True
    assert len(made.data["secret_key"]) >= 16
    assert (changed.data["target_url"], changed.data["active"]) == (f"{URL}/2", False)
    assert desk.api.get("/webhook_endpoints", {"active": True}).rows == []
    assert desk.api.get("/webhook_endpoints").rows[0]["secret_key"] == made.data["secret_key"]
    assert desk.api.delete(path).status == 204
    assert desk.api.delete(path).status == 404
    assert desk.api.get("/webhooks").status == 404


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://hooks.example.com", 400),
        ("ftp://x", 400),
        ("https://", 400),
        ("https://[x", 400),
        ("http://127.0.0.1:8080/hook", 201),
        (URL, 201),
    ],
)
def test_a_target_is_reached_over_tls_unless_it_is_this_machine(url: str, status: int) -> None:
    assert Desk().api.post("/webhook_endpoints", {"target_url": url}).status == status


def test_an_endpoint_belongs_to_its_key() -> None:
    desk = Desk()
    number = desk.api.post("/webhook_endpoints", {"target_url": URL}).data["id"]
    desk.sim.keyring.add("other")
    other = Caller(desk.sim, key="other")

    assert other.get("/webhook_endpoints").rows == []
    assert other.patch(f"/webhook_endpoints/{number}", {"active": False}).status == 404
    assert other.get(f"/webhook_endpoints/{number}/webhook_subscriptions").status == 403


# Subscriptions


def subscribe(desk: Desk, resource: str, event: str, **params: object) -> Any:
    if not desk.sim.state.endpoints:
        desk.api.post("/webhook_endpoints", {"target_url": URL})
    (number,) = desk.sim.state.endpoints
    body = {"resource_type": resource, "event": event}
    return desk.api.post(f"/webhook_endpoints/{number}/webhook_subscriptions", body, params)


def test_a_subscription_lives() -> None:
    desk = Desk()
    made = subscribe(desk, "Appointment", "appointment_insertion")
    endpoint, number = made.data["webhook_endpoint_id"], made.data["id"]
    second = desk.api.post("/webhook_endpoints", {"target_url": f"{URL}/2"}).data["id"]
    path = "/webhook_endpoints/{}/webhook_subscriptions/{}"

    assert (made.status, made.data["institution_id"], made.data["active"]) == (201, desk.office.institution_id, True)
    assert desk.api.patch(path.format(endpoint, number), {"active": False}).data["active"] is False
    moved = desk.api.patch(path.format(endpoint, number), {"new_endpoint_id": second})
    assert moved.data["webhook_endpoint_id"] == second
    assert desk.api.patch(path.format(endpoint, number), {"active": True}).status == 404
    assert desk.api.patch(path.format(second, number), {"new_endpoint_id": 999}).status == 404
    assert desk.api.delete(path.format(second, number)).status == 204
    assert desk.api.delete(path.format(second, number)).status == 404


@pytest.mark.parametrize(
    ("resource", "event"),
    [
        ("appointment", "appointment_insertion"),
        ("Appointment", "appointment_insertion.complete"),
        ("Appointment", "patient_created"),
        ("FormRequest", "form_request_completed"),
    ],
)
def test_only_the_events_of_the_document_are_offered(resource: str, event: str) -> None:
    assert subscribe(Desk(), resource, event).status == 400


def test_a_subdomain_in_the_body_is_forbidden() -> None:
    desk = Desk()
    subscribe(desk, "Patient", "patient_created")
    (number,) = desk.sim.state.endpoints
    body = {"resource_type": "Patient", "event": "patient_updated", "subdomain": "demo-dental"}

    assert desk.api.post(f"/webhook_endpoints/{number}/webhook_subscriptions", body).status == 403


def test_onboarding_has_no_subdomain_and_the_rest_has_one() -> None:
    desk = Desk()

    assert subscribe(desk, "Onboarding", "onboarding_created").status == 400
    desk.api.subdomain = None
    assert subscribe(desk, "Patient", "patient_created").status == 400
    made = subscribe(desk, "Onboarding", "onboarding_created")
    assert (made.status, made.data["institution_id"]) == (201, None)


def test_subscriptions_are_filtered_and_onboarding_hides_behind_a_subdomain() -> None:
    desk = Desk()
    first = subscribe(desk, "Patient", "patient_created").data["id"]
    second = subscribe(desk, "Appointment", "appointment_created").data["id"]
    desk.api.subdomain = None
    third = subscribe(desk, "Onboarding", "onboarding_created").data["id"]
    (number,) = desk.sim.state.endpoints
    path = f"/webhook_endpoints/{number}/webhook_subscriptions"

    assert desk.api.get(path).ids == [first, second, third]
    assert desk.api.get(path, {"resource_type": "Patient"}).ids == [first]
    assert desk.api.get(path, {"event": "appointment_created"}).ids == [second]
    assert desk.api.get(path, {"subdomain": "demo-dental"}).ids == [first, second]


def test_a_second_subscription_is_made_or_refused() -> None:
    for rule, status in (("accept", 201), ("refuse", 400)):
        desk = Desk(switches=Switches(duplicate_subscription=rule))  # type: ignore[arg-type]
        subscribe(desk, "Patient", "patient_created")

        assert subscribe(desk, "Patient", "patient_created").status == status


# Signing


def test_the_signature_follows_the_documented_recipe() -> None:
    body = (
        b'{"resource_type":"Appointment","event_name":"appointment_insertion.complete",'
        b'"event_time":"2026-11-02T14:05:08.911Z","subdomain":"demo-dental","institution_id":411,'
        b'"data":{"appointment":{"id":90210417,"patient_id":5501,"provider_id":77,"location_id":12,'
        b'"start_time":"2026-11-09T15:30:00.000Z","cancelled":false,"foreign_id":"8842"}},"delivery_errors":[]}'
    )

    signature = sign("dK7vQ2mXw9LsTz4B", "2026-11-02T14:05:09.123Z", body)

    assert signature == "3164bb834a4bc0c93c1bee319ab6435d9d11ea8f9626828d115233ea04c2f921"
    accented = sign("s3cret", "2026-01-01T00:00:00Z", '{"a":"é"}'.encode())
    assert accented == "3fd711fef6460cc9d6f7d75467aa2b1e8fb105cdbff012ebe64a863093b477b6"


# Delivering

DOCUMENTED = {
    "id",
    "patient_id",
    "provider_id",
    "provider_name",
    "start_time",
    "end_time",
    "confirmed",
    "patient_missed",
    "cancelled",
    "deleted",
    "checkin_at",
    "checked_out",
    "checked_out_at",
    "appointment_type_id",
    "operatory_id",
    "location_id",
    "timezone",
    "timezone_offset",
    "foreign_id",
    "foreign_id_type",
    "last_sync_time",
    "patient_confirmed",
    "patient_confirmed_at",
    "confirmed_at",
    "cancelled_at",
    "created_at",
    "updated_at",
    "unavailable",
    "note",
    "misc",
    "is_guardian",
    "is_new_clients_patient",
    "sooner_if_possible",
    "referrer",
    "is_past_patient",
}


def test_an_event_is_delivered_signed_in_its_envelope() -> None:
    desk, receiver, visit = held_and_listening()
    desk.edit(visit, confirmed=True)
    desk.wait(seconds=2)

    ((url, headers, body),) = receiver.requests
    (endpoint,) = desk.sim.state.endpoints.values()
    assert url == URL
    assert headers["timestamp"] == "2026-03-02T15:00:02.000Z"
    assert headers["signature"] == sign(endpoint.secret_key, headers["timestamp"], body)
    assert headers["content-type"] == "application/json"
    payload = json.loads(body)
    assert {name: payload[name] for name in payload if name != "data"} == {
        "resource_type": "Appointment",
        "event_name": "appointment_updated",
        "event_time": "2026-03-02T15:00:00.000Z",
        "subdomain": "demo-dental",
        "institution_id": desk.office.institution_id,
        "delivery_errors": [],
        "previous_attributes": {"confirmed": False, "confirmed_at": None},
    }
    row = payload["data"]["appointment"]
    assert set(row) >= DOCUMENTED
    assert set(row) - DOCUMENTED <= {"institution_id", "created_by_user_id"}
    assert row["confirmed"] is True


def test_nothing_tells_of_a_booking_that_is_held() -> None:
    desk, receiver, _ = held_and_listening()
    desk.wait(hours=1)

    assert receiver.names == []


def test_an_edit_of_a_held_booking_may_be_silent_too() -> None:
    desk, receiver, visit = held_and_listening(update_events_when_held=False)
    desk.edit(visit, cancelled=True)
    desk.wait(hours=1)

    assert receiver.names == []


@pytest.mark.parametrize(
    ("place", "find"),
    [
        ("envelope", lambda payload: payload),
        ("data", lambda payload: payload["data"]),
        ("resource", lambda payload: payload["data"]["appointment"]),
    ],
)
def test_old_values_stand_where_the_switch_says(place: str, find: Any) -> None:
    desk, receiver, visit = held_and_listening(previous_attributes_in=place)
    desk.edit(visit, note="later")
    desk.wait(seconds=1)

    assert find(receiver.payloads[0])["previous_attributes"] == {"note": None}


def test_the_mark_of_deletion_may_be_absent() -> None:
    desk, receiver, visit = held_and_listening(appointment_events_show_deleted=False)
    desk.edit(visit, note="later")
    desk.wait(seconds=1)

    assert "deleted" not in receiver.payloads[0]["data"]["appointment"]


@pytest.mark.parametrize(
    ("key", "find"),
    [
        ("patients", lambda data: data["patients"][0]),
        ("users", lambda data: data["users"][0]),
        ("patient", lambda data: data["patient"]),
        ("user", lambda data: data["user"]),
        ("", lambda data: data),
    ],
)
def test_a_patient_stands_under_the_key_of_the_switch(key: str, find: Any) -> None:
    desk = Desk(switches=Switches(patient_events_key=key, patient_created_for_api_patients=True))  # type: ignore[arg-type]
    receiver = desk.listen()
    number = desk.new_patient().data["user"]["id"]
    desk.wait(seconds=1)

    row = find(receiver.payloads[0]["data"])
    assert row["id"] == number
    assert "location_ids" not in row


def test_only_active_subscriptions_of_the_institution_are_served() -> None:
    desk, receiver, visit = held_and_listening()
    other = desk.sim.state.add_institution("other-dental", "Other")
    place = desk.sim.state.add_location(other, "Other Street")
    stranger = desk.sim.state.add_appointment(place, None, desk.clock.now())
    desk.sim.patient_app.confirm(stranger)
    (subscription,) = (one for one in desk.sim.state.subscriptions.values() if one.event == "appointment_updated")
    subscription.active = False
    desk.edit(visit, note="unheard")
    subscription.active = True
    desk.edit(visit, note="heard")
    desk.wait(seconds=1)

    assert [payload["data"]["appointment"]["note"] for payload in receiver.payloads] == ["heard"]


def test_a_subscription_that_is_deleted_stops_at_once() -> None:
    desk, receiver, visit = held_and_listening()
    desk.edit(visit, note="later")
    (subscription,) = (one for one in desk.sim.state.subscriptions.values() if one.event == "appointment_updated")
    endpoint = subscription.webhook_endpoint_id
    desk.api.delete(f"/webhook_endpoints/{endpoint}/webhook_subscriptions/{subscription.id}")
    desk.wait(seconds=1)

    assert receiver.names == []


# Retries


def test_a_failed_delivery_is_retried_on_schedule() -> None:
    desk, _, visit = held_and_listening(*[500] * 11)
    desk.edit(visit, note="later")
    desk.sim.webhooks.deliver_due()
    start = desk.clock.now()

    times: list[timedelta] = []
    while (due := desk.sim.webhooks.next_due()) is not None:
        desk.clock.advance_to(due)
        desk.sim.webhooks.deliver_due()
        times.append(desk.clock.now() - start)

    assert times == list(RETRIES)
    (delivery,) = desk.sim.webhooks.deliveries
    assert (delivery.attempts, delivery.state) == (11, "given_up")


def test_a_delivery_ends_with_the_first_success() -> None:
    desk, receiver, visit = held_and_listening(500, 302, 204)
    desk.edit(visit, note="later")
    for _ in range(5):
        desk.wait(minutes=2)

    (delivery,) = desk.sim.webhooks.deliveries
    assert (delivery.statuses, delivery.state) == ([500, 302, 204], "delivered")
    assert len({body for _, _, body in receiver.requests}) == 1


def test_nobody_there_is_a_failure_too() -> None:
    desk, receiver, visit = held_and_listening()

    def nobody(url: str, headers: object, body: bytes) -> int:
        raise ConnectionError if desk.clock.now().minute == 0 else SimDropped("refused")

    desk.sim.webhooks.send = nobody
    desk.edit(visit, note="later")
    desk.sim.webhooks.deliver_due()
    desk.wait(minutes=1)
    desk.sim.webhooks.send = receiver
    desk.wait(minutes=10)

    (delivery,) = desk.sim.webhooks.deliveries
    assert delivery.statuses == [None, None, 200]


def test_a_retry_is_signed_anew_or_not() -> None:
    for resign, stamps in ((True, 2), (False, 1)):
        desk, receiver, visit = held_and_listening(500, resign_retries=resign)
        desk.edit(visit, note="later")
        desk.sim.webhooks.deliver_due()
        desk.wait(minutes=1)

        assert len(receiver.requests) == 2
        assert len({headers["timestamp"] for _, headers, _ in receiver.requests}) == stamps
        (endpoint,) = desk.sim.state.endpoints.values()
        for _, headers, body in receiver.requests:
            assert headers["signature"] == sign(endpoint.secret_key, headers["timestamp"], body)


def test_a_retry_may_list_the_earlier_failures() -> None:
    desk, receiver, visit = held_and_listening(500, delivery_errors_on_retry=True)
    desk.edit(visit, note="later")
    desk.sim.webhooks.deliver_due()
    desk.wait(minutes=1)

    assert [payload["delivery_errors"] for payload in receiver.payloads] == [[], ["status 500"]]


def fail_for_two_days(desk: Desk, visit: int) -> None:
    desk.edit(visit, note="first")
    desk.sim.webhooks.deliver_due()
    while (due := desk.sim.webhooks.next_due()) is not None:
        desk.clock.advance_to(due)
        desk.sim.webhooks.deliver_due()


def test_two_days_of_errors_switch_an_endpoint_off_for_good() -> None:
    desk, receiver, visit = held_and_listening(*[500] * 11)
    fail_for_two_days(desk, visit)
    desk.api.renew()
    (endpoint,) = desk.api.get("/webhook_endpoints").rows
    assert endpoint["active"] is False
    receiver.clear()

    desk.edit(visit, note="lost")
    desk.api.patch(f"/webhook_endpoints/{endpoint['id']}", {"active": True})
    desk.edit(visit, note="heard")
    desk.wait(days=1)

    assert [payload["data"]["appointment"]["note"] for payload in receiver.payloads] == ["heard"]


def test_what_was_missed_may_be_replayed() -> None:
    desk, receiver, visit = held_and_listening(*[500] * 11, replay_after_reactivation=True)
    fail_for_two_days(desk, visit)
    desk.api.renew()
    receiver.clear()
    desk.edit(visit, note="kept")
    (endpoint,) = desk.sim.state.endpoints
    desk.api.patch(f"/webhook_endpoints/{endpoint}", {"active": True})
    desk.wait(minutes=1)

    assert [payload["data"]["appointment"]["note"] for payload in receiver.payloads] == ["kept"]


def test_an_endpoint_that_is_switched_off_loses_what_was_under_way() -> None:
    for replay, state in ((False, "lost"), (True, "kept")):
        desk, _, visit = held_and_listening(*[500] * 30, replay_after_reactivation=replay)
        desk.edit(visit, note="first")
        desk.sim.webhooks.deliver_due()
        desk.wait(hours=47)
        desk.edit(visit, note="second")
        desk.sim.webhooks.deliver_due()
        desk.wait(hours=1)

        first, second = desk.sim.webhooks.deliveries
        assert (first.attempts, second.attempts) == (4, 1)
        assert (first.state, second.state) == (state, state)


def test_a_deleted_endpoint_takes_its_subscriptions_and_deliveries_along() -> None:
    desk, receiver, visit = held_and_listening()
    desk.edit(visit, note="later")
    (endpoint,) = desk.sim.state.endpoints
    desk.api.delete(f"/webhook_endpoints/{endpoint}")
    desk.wait(seconds=1)

    assert desk.sim.state.subscriptions == {}
    assert receiver.names == []
    assert [delivery.state for delivery in desk.sim.webhooks.deliveries] == ["lost"]


def test_a_subscription_that_is_resumed_reactivates_its_endpoint() -> None:
    desk, receiver, visit = held_and_listening(*[500] * 11)
    fail_for_two_days(desk, visit)
    desk.api.renew()
    receiver.clear()
    one = next(one for one in desk.sim.state.subscriptions.values() if one.event == "appointment_updated")
    path = f"/webhook_endpoints/{one.webhook_endpoint_id}/webhook_subscriptions/{one.id}"
    desk.api.patch(path, {"active": True})
    desk.edit(visit, note="heard")
    desk.wait(seconds=1)

    assert notes(receiver) == ["heard"]


def test_one_success_in_between_keeps_an_endpoint_on() -> None:
    desk, _, visit = held_and_listening(500, 500, 200, *[500] * 40)
    desk.edit(visit, note="first")
    desk.sim.webhooks.deliver_due()
    for _ in range(4):
        desk.wait(minutes=2)
    desk.clock.advance(timedelta(hours=40))
    desk.api.renew()
    desk.edit(visit, note="second")
    for _ in range(40):
        desk.wait(hours=1)

    (endpoint,) = desk.sim.state.endpoints.values()
    assert endpoint.active
    desk.wait(hours=9)
    assert not endpoint.active


# Dials


def note_each(desk: Desk, visit: int, *notes: str) -> None:
    for note in notes:
        desk.edit(visit, note=note)


def notes(receiver: Receiver) -> list[str]:
    return [payload["data"]["appointment"]["note"] for payload in receiver.payloads]


def test_events_are_sent_twice_on_request() -> None:
    desk, receiver, visit = held_and_listening()
    desk.sim.webhooks.duplicate(3)
    note_each(desk, visit, "a")
    desk.sim.webhooks.reset_dials()
    note_each(desk, visit, "b")
    desk.wait(seconds=1)

    assert notes(receiver) == ["a", "a", "a", "b"]


def test_events_are_sent_backwards_on_request() -> None:
    desk, receiver, visit = held_and_listening()
    desk.sim.webhooks.reorder()
    note_each(desk, visit, "a", "b", "c")
    desk.wait(seconds=1)

    assert notes(receiver) == ["c", "b", "a"]


def test_events_are_held_back_on_request() -> None:
    desk, receiver, visit = held_and_listening()
    desk.sim.webhooks.delay(timedelta(minutes=5))
    note_each(desk, visit, "a")
    desk.wait(minutes=4)
    assert notes(receiver) == []
    desk.wait(minutes=1)

    assert notes(receiver) == ["a"]
    assert receiver.payloads[0]["event_time"] == "2026-03-02T15:00:00.000Z"
    assert receiver.requests[0][1]["timestamp"] == "2026-03-02T15:05:00.000Z"


def test_events_are_lost_on_request() -> None:
    desk, receiver, visit = held_and_listening()
    desk.sim.webhooks.drop(2)
    note_each(desk, visit, "a", "b", "c")
    desk.wait(days=3)

    assert notes(receiver) == ["c"]


def test_receivers_are_chosen_by_url() -> None:
    desk, receiver, visit = held_and_listening()
    special = Receiver()
    desk.sim.webhooks.routes["https://hooks.example.com/"] = special
    note_each(desk, visit, "a")
    desk.wait(seconds=1)

    assert (notes(special), notes(receiver)) == (["a"], [])


def test_without_a_carrier_everything_waits() -> None:
    desk, receiver, visit = held_and_listening()
    desk.sim.webhooks.send = None
    note_each(desk, visit, "a")
    assert desk.sim.webhooks.deliver_due() == 0
    desk.sim.webhooks.send = receiver
    desk.wait(seconds=1)

    assert notes(receiver) == ["a"]


def test_a_receiver_may_call_back() -> None:
    desk, _, visit = held_and_listening()
    seen: list[datetime] = []

    def read_back(url: str, headers: object, body: bytes) -> int:
        seen.append(desk.show(visit)["note"])
        return 200

    desk.sim.webhooks.send = read_back
    note_each(desk, visit, "a")
    desk.wait(seconds=1)

    assert seen == ["a"]
