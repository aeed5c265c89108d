"""R1: what is received is verified, stored before it is acknowledged, and worked on once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from odnexus.errors import ConfigurationError, SignatureError, WebhookError
from odnexus.nexhealth.webhooks import sign
from odnexus.testing.opendental.keys import CUSTOMER_KEY
from tests.engine.town import Town, at

SECRET = "whsec-example"


@pytest.fixture
def town() -> Town:
    town = Town()
    town.engine = town.new_engine(webhook_secrets=[SECRET], event_keys={"main": [CUSTOMER_KEY]})
    town.work()
    return town


def delivery(town: Town, name: str, data: Mapping[str, object], **envelope: object) -> tuple[dict[str, str], bytes]:
    body = json.dumps(
        {
            "resource_type": "Appointment",
            "event_name": name,
            "event_time": "2026-03-02T15:10:00.000Z",
            "subdomain": "demo-dental",
            "institution_id": town.institution,
            "data": data,
            **envelope,
        }
    ).encode()
    stamp = "2026-03-02T15:10:01.000Z"
    return {"timestamp": stamp, "signature": sign(stamp, body, SECRET)}, body


def of_booking(town: Town, booking: int, **changes: object) -> dict[str, object]:
    appt = town.booking(booking)
    return {
        "id": booking,
        "location_id": town.location_id,
        "patient_id": appt.patient_id,
        "updated_at": "2026-03-02T15:09:59.000Z",
        **changes,
    }


def test_a_webhook_sent_five_times_makes_one_visit(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    headers, body = delivery(town, "appointment_created", {"appointments": [of_booking(town, booking)]})

    received = [town.engine.receive(headers, body) for _ in range(5)]
    town.work(poll=False)

    assert [each.new for each in received] == [1, 0, 0, 0, 0]
    assert len(town.visits) == 1
    assert len(town.charts) == 1


def test_a_webhook_and_a_poll_of_one_change_make_one_visit(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.engine.receive(*delivery(town, "appointment_created", {"appointments": [of_booking(town, booking)]}))

    town.settle()

    assert len(town.visits) == 1


def test_a_late_webhook_changes_nothing(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    late = delivery(town, "appointment_updated", {"appointment": of_booking(town, booking, cancelled=False)})
    town.settle()
    town.nx.patient_app.cancel(booking)
    town.settle()

    town.engine.receive(*late)
    town.settle()

    assert str(town.row_of(booking)["AptStatus"]) == "UnschedList"
    assert town.kinds() == []


def test_a_wrong_signature_stores_nothing(town: Town) -> None:
    headers, body = delivery(town, "appointment_created", {"appointments": []})

    with pytest.raises(SignatureError):
        town.engine.receive({**headers, "signature": "0" * 64}, body)
    with pytest.raises(SignatureError):
        town.engine.receive({}, body)
    assert town.engine.waiting() == []


def test_unknown_names_are_journalled_and_never_an_error(town: Town) -> None:
    headers, body = delivery(town, "planet_aligned", {"planet": {"id": 3, "location_id": town.location_id}})

    town.engine.receive(headers, body)
    town.work(poll=False)

    assert town.engine.waiting() == []
    assert "nexhealth.other.planet_aligned" in [entry.rule for entry in town.engine.journal(limit=1000)]


@pytest.mark.parametrize("odd", ["x" * 300, "nul\0", "half \ud83d"])
def test_an_odd_name_or_id_fits_into_every_store(town: Town, odd: str) -> None:
    headers, body = delivery(town, odd, {"appointments": [{"id": odd, "patient_id": odd}]})

    assert town.engine.receive(headers, body).new == 1

    (event,) = town.engine.waiting()
    for text in (event.kind, event.subject):
        assert text
        assert len(text) <= 64
        assert text.isprintable()
    assert len(event.key) <= 255
    assert event.key.isprintable()


def test_another_practices_records_are_left_alone(town: Town) -> None:
    headers, body = delivery(
        town, "appointment_created", {"appointments": [{"id": 1, "location_id": 999}]}, subdomain="others"
    )

    assert town.engine.receive(headers, body).records == 0


def test_a_form_is_kept_sealed_and_announced(town: Town) -> None:
    headers, body = delivery(
        town,
        "form_request_completed",
        {"form_request": {"id": 5, "patient_id": 7, "answers": {"allergies": "penicillin"}}},
    )

    town.engine.receive(headers, body)
    stored = town.store.inbox.waiting(10)[0]
    town.work(poll=False)

    assert b"penicillin" not in (stored.payload or b"")
    assert town.names() == ["patient.form_submitted"]


def test_api_events_of_open_dental_make_it_faster(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    row = town.row_of(booking)
    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=2), op=row["Op"])
    body = json.dumps([{"AptNum": int(str(row["AptNum"])), "PatNum": 1, "AptStatus": "Scheduled"}]).encode()
    headers = {"Authorization": CUSTOMER_KEY, "Event-Type": "WatchTable: Appointment", "Workstation": "SRV01"}

    received = [town.engine.receive_opendental(headers, body) for _ in range(2)]
    town.work(poll=False)

    assert [each.new for each in received] == [1, 0]
    assert town.booking(booking).start_time == at(11)


def test_api_events_need_the_offices_key(town: Town) -> None:
    with pytest.raises(SignatureError):
        town.engine.receive_opendental({"Authorization": "somebody-else"}, b"[]")


def test_a_flat_payload_is_a_hint_to_look(town: Town) -> None:
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    town.engine.receive_flat(
        "main", b'{"event": "appointment.created", "firstName": "Mara", "dateOfBirth": "1988-11-20"}'
    )
    town.work(poll=False)
    town.work(poll=False)

    assert len(town.visits) == 1


def test_a_flat_payload_that_is_no_json_is_refused(town: Town) -> None:
    with pytest.raises(WebhookError):
        town.engine.receive_flat("main", b"not json")


def test_everything_works_by_polling_alone(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.settle()
    town.od.practice.staff.confirm(town.row_of(booking)["AptNum"])
    town.settle()
    town.od.practice.staff.break_(town.row_of(booking)["AptNum"])
    town.settle()

    assert [name for name in town.names() if name != "slot.opened"] == [
        "appointment.created",
        "appointment.rescheduled",
        "appointment.confirmed",
        "appointment.cancelled",
    ]
    assert town.booking(booking).cancelled


def test_one_key_is_as_good_as_a_list_of_one(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.engine = town.new_engine(webhook_secrets=SECRET, event_keys={"main": CUSTOMER_KEY})
    headers, body = delivery(town, "appointment_created", {"appointments": [of_booking(town, booking)]})

    assert town.engine.receive(headers, body).new == 1
    assert town.engine.receive_opendental({"Authorization": CUSTOMER_KEY}, b'[{"AptNum": 1}]').records == 1


def test_a_key_for_a_database_that_no_location_has_is_refused(town: Town) -> None:
    with pytest.raises(ConfigurationError, match=r"event_keys\[mian\]: no location has this database.*main"):
        town.new_engine(event_keys={"mian": CUSTOMER_KEY})


@pytest.mark.parametrize("hours", [-20, -3, 5])
@pytest.mark.parametrize("charts", [True, False])
def test_an_office_whose_clock_is_hours_off_is_heard_from_the_first_poll(hours: int, *, charts: bool) -> None:
    town = Town()
    town.od.practice.drift = timedelta(hours=hours)
    if charts:
        town.chart("Kim", "Larsen", "1979-02-03")
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()

    row = town.row_of(booking)
    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=1), op=row["Op"])
    town.settle()

    assert town.booking(booking).start_time == at(10)
