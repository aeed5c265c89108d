"""Forms as far as the documents tell: v3.1.0's beta behind a switch, and the events around forms and documents."""

from __future__ import annotations

from typing import Any

import pytest

from odnexus.nexhealth.webhooks import verify
from odnexus.testing.nexhealth import Switches
from tests.testing.nexhealth.calling import Desk, Got, Receiver, upload

EDGE = Switches(forms="v3.1", form_request_event="offered")
FIELDS: list[Any] = [
    {"key": "hobby", "type": "textfield", "label": "Hobby", "validate": {"required": True}},
    {"key": "pets", "type": "textfield", "label": "Pets"},
]


@pytest.fixture
def desk() -> Desk:
    desk = Desk(linked=True, switches=EDGE)
    desk.api.headers["nex-api-version"] = "v3.1.0"
    return desk


def patient_of(desk: Desk) -> int:
    return desk.sim.state.add_patient(desk.office.location_id, "Mara", "Lund", bio={}, foreign_id="9")


def respond(desk: Desk, uuid: str, patient: int, data: dict[str, Any]) -> Got:
    body = {"patient_id": patient, "form_schema_id": uuid, "patient_submitted_data": data}
    return desk.api.post("/form_responses", body, desk.place)


def test_without_the_switch_or_the_version_there_are_no_forms(desk: Desk) -> None:
    stable = Desk(switches=EDGE)
    plain = Desk()
    plain.api.headers["nex-api-version"] = "v3.1.0"

    for each in (stable, plain):
        assert each.api.get("/form_schemas", each.place).status == 404
    assert desk.api.get("/form_schemas", desk.place).status == 200


def test_a_form_is_listed_once_in_its_newest_version(desk: Desk) -> None:
    old = desk.sim.state.add_form(desk.office.location_id, "Medical History", FIELDS)
    new = desk.sim.state.add_form(desk.office.location_id, "Medical History", FIELDS)

    listed = desk.api.get("/form_schemas", desk.place)
    shown = desk.api.get(f"/form_schemas/{old}", desk.place).data

    assert listed.rows == [{"id": new, "title": "Medical History", "form_slug": "medical-history"}]
    assert (shown["newest_version_id"], shown["formio_schema"]["components"]) == (new, FIELDS)


def test_a_response_is_checked_against_its_form_and_can_be_read_again(desk: Desk) -> None:
    uuid, patient = desk.sim.state.add_form(desk.office.location_id, "History", FIELDS), patient_of(desk)

    made = respond(desk, uuid, patient, {"hobby": "chess"})

    assert made.status == 201
    assert made.data["state"] == "pending"
    assert desk.api.get(f"/form_responses/{made.data['id']}").data == made.data
    assert respond(desk, uuid, patient, {"pets": "two"}).error == "hobby is required"
    assert respond(desk, uuid, patient, {"hobby": "go", "x": 1}).error == "x is not a field of the form"
    assert respond(desk, uuid, patient + 1, {"hobby": "go"}).status == 404
    assert respond(desk, uuid.replace("0", "1"), patient, {"hobby": "go"}).status == 404


def subscribe(desk: Desk, resource: str, event: str) -> Receiver:
    receiver = Receiver()
    desk.sim.webhooks.send = receiver
    endpoint = desk.api.post("/webhook_endpoints", {"target_url": "https://hooks.example.com/a"}).data["id"]
    got = desk.api.post(
        f"/webhook_endpoints/{endpoint}/webhook_subscriptions", {"resource_type": resource, "event": event}
    )
    assert got.status == 201, got.error
    return receiver


def test_a_submitted_form_is_told_with_its_answers(desk: Desk) -> None:
    receiver, patient = subscribe(desk, "FormRequest", "form_request_completed"), patient_of(desk)

    number = desk.sim.patient_app.submit_form(desk.office.location_id, patient, {"hobby": "chess"}, title="History")
    desk.sim.tick()

    (url, headers, body) = receiver.requests[0]
    endpoint = next(iter(desk.sim.state.endpoints.values()))
    delivery = verify(headers, body, endpoint.secret_key)
    assert url == endpoint.target_url
    assert delivery.records[0]["id"] == number
    assert delivery.records[0]["patient_submitted_data"] == {"hobby": "chess"}


def test_the_current_document_offers_no_such_event() -> None:
    desk = Desk(switches=Switches())
    endpoint = desk.api.post("/webhook_endpoints", {"target_url": "https://hooks.example.com/a"}).data["id"]

    got = desk.api.post(
        f"/webhook_endpoints/{endpoint}/webhook_subscriptions",
        {"resource_type": "FormRequest", "event": "form_request_completed"},
    )
    assert got.status == 400


@pytest.mark.parametrize("outcome", ["complete", "failed"])
def test_the_end_of_a_filing_is_told(desk: Desk, outcome: Any) -> None:
    receiver = subscribe(desk, "FormResponse", "form_response_insertion")
    uuid = desk.sim.state.add_form(desk.office.location_id, "History")
    made = respond(desk, uuid, patient_of(desk), {"hobby": "chess"}).data["id"]

    desk.sim.patient_app.form_ended(made, outcome)
    desk.sim.tick()

    assert receiver.names == [f"form_response_insertion.{outcome}"]
    assert receiver.payloads[0]["data"]["form_response"]["state"] == outcome


def test_an_upload_is_told_when_it_is_in(desk: Desk) -> None:
    receiver, patient = subscribe(desk, "Document", "document_insertion"), patient_of(desk)

    desk.api.raw("POST", f"/patients/{patient}/documents", *upload("a.pdf"), desk.place)
    desk.sim.tick()

    assert receiver.names == ["document_insertion.complete"]
    assert receiver.payloads[0]["data"]["document"]["filename"] == "a.pdf"
