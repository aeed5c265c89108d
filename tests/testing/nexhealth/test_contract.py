"""Every answer against the vendor's own document, where a copy of it is at hand.

Set ODNEXUS_NEXHEALTH_OPENAPI to the path of the OpenAPI document of v3.0.0. It is not part of this project.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from odnexus.testing.nexhealth import Switches
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.routes import Route
from odnexus.testing.nexhealth.simulator import ROUTES
from odnexus.testing.nexhealth.unserved import UNSERVED
from tests.testing.nexhealth.calling import TEN, Caller, Desk, Got, patient_body, upload

jsonschema: Any = pytest.importorskip("jsonschema")

VARIABLE = "ODNEXUS_NEXHEALTH_OPENAPI"

pytestmark = pytest.mark.skipif(
    VARIABLE not in os.environ, reason=f"{VARIABLE} does not name the vendor's OpenAPI document"
)

BY_DOCUMENT = Switches(envelope_nulls=False)
"""The document knows no null in the envelope; the samples on the vendor's pages do."""

# Sub-objects that appear when asked for, or never (the document lists an include without a value, and the reverse).
OPTIONAL = {
    "API_V20240412_Entities_Insurance_EhrPlanWithIncludes": {"patient_coverages", "subscribers", "fee_schedule"},
    "API_V2_Entities_Insurance_PatientCoverageForIndividual": {"plan"},
    "API_V2_Entities_AppointmentResponse": {"stripe_client_secret"},
    "API_V2_Entities_PatientAlert": {"disabled_at"},
    "API_V2_Entities_PatientDocument": {"document_type_id"},
    "API_V20240412_Entities_WorkingHour": {"label", "appointment_types"},
    "API_V20240412_Entities_WorkingHourBasic": {"label"},
    "API_V20240412_Entities_WorkingHourWithAppointmentTypes": {"label", "appointment_types"},
    "API_V20240412_Entities_PatientWithPrivacyAuthorization": {"hipaa"},
    "API_V20240412_Entities_AvailableSlotResponse": {"pid", "operatory_id"},
    "API_V20240412_Entities_AvailableSlot": {"provider_id", "operatory_id"},
    "API_V2_Entities_PatientWithGuarantor": {"guarantor"},
    "API_V2_Entities_AppointmentTypeWithResources": {"descriptors"},
    "API_V2_Entities_OperatoryWithResources": {"appointment_types"},
    "API_V20240412_Entities_ProviderWithResources": {"locations", "availabilities"},
    "API_V2_Entities_Appointment": {
        "patient",
        "operatory",
        "appointment_type",
        "procedures",
        "descriptors",
        "booking_details",
    },
    "API_V20240412_Entities_PatientDetailed": {
        "hipaa",
        "children",
        "guarantor",
        "provider",
        "last_visited_appointment",
        "upcoming_appts",
        "procedures",
        "insurance_coverages",
        "adjustments",
        "charges",
        "payments",
        "patient_alerts",
        "appointments",
        "address",
    },
}


DOCUMENTED = [route for route in ROUTES if route.path != "/documents/{id}/download"]
"""The address of a download stands in the document as an example of a `url` only."""


class Document:
    """The vendor's document, read strictly: unknown fields and missing ones are mistakes too."""

    def __init__(self, path: str) -> None:
        self.raw: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        self.schemas = {name: self._strict(name, schema) for name, schema in self._all().items()}

    def _all(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.raw["components"]["schemas"])

    def _strict(self, name: str, schema: Any) -> Any:
        schema = self._translated(schema)
        if schema.get("properties") and not name.startswith("API_Errors"):
            schema["additionalProperties"] = False
            schema["required"] = sorted(set(schema["properties"]) - OPTIONAL.get(name, set()))
        return schema

    def _translated(self, schema: Any) -> Any:
        """Say `nullable` of OpenAPI 3.0 in the words of JSON Schema, and point references to this dictionary."""
        if isinstance(schema, list):
            return [self._translated(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        done = {key: self._translated(value) for key, value in schema.items() if key not in {"nullable", "example"}}
        if schema.get("nullable") is True and isinstance(schema.get("type"), str):
            done["type"] = [schema["type"], "null"]
            if "enum" in done:
                done["enum"] = [*done["enum"], None]
        if "$ref" in done:
            done["$ref"] = "#/schemas/" + schema["$ref"].rsplit("/", 1)[1]
        return done

    def operation(self, name: str) -> Any:
        method, path = name.split(" ")
        return self.raw["paths"][path][method.lower()]

    def mistakes(self, name: str, got: Got) -> list[str]:
        described = self.operation(name)["responses"]
        if str(got.status) not in described:
            return [f"{name}: status {got.status} is not in the document"]
        content = described[str(got.status)].get("content")
        if content is None:
            return [] if got.body is None else [f"{name}: {got.status} has no body in the document"]
        media, entry = next(iter(content.items()))
        wrong_media = got.status < 400 and got.headers["content-type"] != media
        reference = {"$ref": "#/schemas/" + entry["schema"]["$ref"].rsplit("/", 1)[1], "schemas": self.schemas}
        validator = jsonschema.Draft4Validator(reference, format_checker=jsonschema.FormatChecker())
        found = [f"{name}: {'/'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(got.body)]
        return [*found, *([f"{name}: media type {got.headers['content-type']}"] if wrong_media else [])]


@pytest.fixture(scope="module")
def document() -> Document:
    return Document(os.environ[VARIABLE])


class Checked(Caller):
    """A caller that remembers every answer under the name of its operation."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.sim)
        self.seen: list[tuple[str, Got]] = []

    def send(self, method: str, path: str, *args: Any, **kwargs: Any) -> Got:
        got = super().send(method, path, *args, **kwargs)
        route = next(one for one in ROUTES if one.method == method and one.match(path) is not None)
        self.seen.append((route.name, got))
        return got


def story(desk: Desk, api: Checked) -> None:
    """Ask for everything once, with every include."""
    office = desk.office
    place: dict[str, object] = dict(desk.place)
    for path in ("/institutions", f"/institutions/{office.institution_id}", "/locations", "/sync_status"):
        api.get(path)
    api.get(f"/locations/{office.location_id}")
    api.get(f"/locations/{office.location_id}/appointment_descriptors")
    kinds = {"include[]": ["locations", "availabilities", "appointment_types"]}
    api.get("/providers", {**kinds, "per_page": 50})
    api.get(f"/providers/{office.providers['DOC1']}", kinds)
    api.get("/operatories", {**place, "include[]": "appointment_types"})
    api.get(f"/operatories/{office.operatories['OP1']}", {"include[]": "appointment_types"})
    _types(desk, api, place)
    _hours(desk, api, place)
    _people(desk, api, place)
    _charts(desk, api, place)
    _insurance(desk, api)
    _hooks(api)


def _charts(desk: Desk, api: Checked, place: dict[str, object]) -> None:
    state, office = desk.sim.state, desk.office
    patient = state.add_patient(office.location_id, "Mara", "Lund", bio={}, foreign_id="9")
    folder = state.add_document_type(office.location_id, "Forms")
    documents, alerts = f"/patients/{patient}/documents", f"/patients/{patient}/alerts"
    body, kind = upload("a.pdf", folder)
    number = api.raw("POST", documents, body, kind, place).data["id"]
    api.get(documents)
    api.file(f"/documents/{number}/download")
    api.get("/document_types", place)
    api.get(f"/document_types/{folder}", place)
    api.post(alerts, {"patient_alert": {"note": "late"}})
    alert = state.add_alert(patient, "late")
    api.get(alerts, {"include_disabled": True})
    api.get(f"{alerts}/{alert}")
    api.patch(f"{alerts}/{alert}", {"patient_alert": {"disabled": True}})
    state.add_clinical_note(office.location_id, patient, "filling")
    api.get("/clinical_notes", {**place, "patient_id": patient})


def _types(desk: Desk, api: Checked, place: dict[str, object]) -> None:
    api.get("/appointment_types", {**place, "include[]": "descriptors"})
    new = api.post("/appointment_types", {"appointment_type": {"name": "Whitening", "minutes": 45}}).data["id"]
    api.get(f"/appointment_types/{new}", {**place, "include[]": "descriptors"})
    api.patch(f"/appointment_types/{new}", {"appointment_type": {"minutes": 50}})
    api.get(f"/appointment_types/{desk.office.types['Hygiene']}/appointment_descriptors")
    api.delete(f"/appointment_types/{new}")


def _hours(desk: Desk, api: Checked, place: dict[str, object]) -> None:
    label = desk.sim.state.add_label(desk.office.institution_id, "Late")
    number = next(iter(desk.sim.state.working_hours))
    desk.sim.state.working_hours[number].label_id = label
    api.get("/working_hours", {**place, "include[]": "appointment_types"})
    window = {"provider_id": desk.office.providers["DOC1"], "begin_time": "18:00", "end_time": "20:00"}
    every = {"num": 2, "unit": "week", "ref": "2026-03-02"}
    made = api.post("/working_hours", {"working_hour": {**window, "custom_recurrence": every}}, place).data["id"]
    api.get(f"/working_hours/{made}", {"include[]": "appointment_types"})
    api.patch(f"/working_hours/{made}", {"working_hour": {"appointment_type_ids": []}})
    api.patch(f"/working_hours/{made}", {"working_hour": {"days": ["Monday"]}})
    api.delete(f"/working_hours/{made}")
    api.get("/working_hour_labels", place)
    slots = {"start_date": "2026-03-09", "days": 2, "lids[]": desk.office.location_id}
    api.get("/available_slots", {**slots, "pids[]": desk.office.providers["DOC1"]})
    api.get("/available_slots", {**slots, "appointment_type_id": desk.office.types["New patient"]})


def _people(desk: Desk, api: Checked, place: dict[str, object]) -> None:
    body = patient_body(desk.office)
    made = api.post("/patients", body, place).data["user"]["id"]
    api.post("/patients", {**body, "return_existing_if_match": True}, place)
    api.post("/patients", body, place)
    api.get("/patients", {**place, "per_page": 100})
    appt = {
        "patient_id": made,
        "provider_id": desk.office.providers["DOC1"],
        "operatory_id": desk.office.operatories["OP1"],
        "start_time": TEN.isoformat(),
        "appointment_type_id": desk.office.types["New patient"],
    }
    visit = api.post("/appointments", {"appt": appt}, place).data["appt"]["id"]
    api.post("/appointments", {"appt": appt}, place)
    parts = ["upcoming_appts", "last_visited_appointment", "children", "guarantor", "address", "provider"]
    ledger = ["procedures", "insurance_coverages", "adjustments", "charges", "payments", "patient_alerts"]
    api.get(f"/patients/{made}", {"include[]": [*parts, *ledger]})
    desk.wait(minutes=11)
    api.get("/appointments", desk.window(per_page=200))
    wanted = ["patient", "guarantor", "descriptors", "booking_details", "procedures", "operatory", "appointment_type"]
    api.get(f"/appointments/{visit}", {"include[]": wanted})
    api.get(f"/appointments/{visit}/appointment_descriptors")
    later = TEN + timedelta(days=1)
    api.patch(f"/appointments/{visit}", {"appt": {"start_time": later.isoformat(), "note": "moved"}})
    api.patch(f"/appointments/{visit}", {"appt": {"confirmed": True}})
    api.patch(f"/appointments/{visit}", {"appt": {"cancelled": True}})
    api.patch(f"/appointments/{visit}", {"appt": {"cancelled": False}})
    for path in ("/patients/1", "/appointments/1", "/providers/1", "/operatories/1", "/working_hours/1"):
        api.get(path)
    api.get("/appointments", place)
    api.get("/patients", {"location_id": 1})


def _insurance(desk: Desk, api: Checked) -> None:
    state = desk.sim.state
    patient = state.add_patient(desk.office.location_id, "Mara", "Lund", bio={"date_of_birth": "1988-11-20"})
    plan = state.add_insurance_plan(desk.office.institution_id, "Aetna", payer_id="60054", group_num="G-100")
    held = state.add_coverage(patient, plan, subscriber_num="W1", effective_date=date(2026, 1, 1))
    state.add_coverage(patient, None, subscription_relation="child", subscriber="Erik Lund", insurance_type=None)
    api.get("/insurance_plans", {"payer_id": "60054", "sort": "-updated_at"})
    api.get(f"/insurance_plans/{plan}", {"include[]": ["patient_coverages", "subscribers", "fee_schedule"]})
    api.get("/insurance_coverages", {"patient_id": patient})
    api.get(f"/insurance_coverages/{held}")
    api.get(f"/patients/{patient}", {"include[]": "insurance_coverages"})
    for path in ("/insurance_plans/1", "/insurance_coverages/1"):
        api.get(path)
    api.get("/insurance_coverages", {"patient_id": 1})


def _hooks(api: Checked) -> None:
    first = api.post("/webhook_endpoints", {"target_url": "https://hooks.example.com/a"}).data["id"]
    second = api.post("/webhook_endpoints", {"target_url": "https://hooks.example.com/b"}).data["id"]
    api.get("/webhook_endpoints")
    api.patch(f"/webhook_endpoints/{first}", {"active": True})
    event = {"resource_type": "Appointment", "event": "appointment_insertion"}
    made = api.post(f"/webhook_endpoints/{first}/webhook_subscriptions", event).data["id"]
    api.get(f"/webhook_endpoints/{first}/webhook_subscriptions")
    api.patch(f"/webhook_endpoints/{first}/webhook_subscriptions/{made}", {"new_endpoint_id": second})
    api.patch(f"/webhook_endpoints/{first}/webhook_subscriptions/{made}", {"active": False})
    api.delete(f"/webhook_endpoints/{second}/webhook_subscriptions/{made}")
    api.delete(f"/webhook_endpoints/{first}")
    api.delete(f"/webhook_endpoints/{first}")


@pytest.mark.parametrize("linked", [True, False], ids=["synchronizer", "held"])
def test_every_answer_has_the_shape_of_the_document(document: Document, linked: bool) -> None:
    desk = Desk(linked=linked, switches=BY_DOCUMENT)
    api = Checked(desk)

    story(desk, api)

    named = {route.name for route in DOCUMENTED}
    assert [mistake for name, got in api.seen if name in named for mistake in document.mistakes(name, got)] == []
    good = {name for name, got in api.seen if got.status < 400}
    # Where no system is connected, nobody can make an alert.
    assert good == {route.name for route in ROUTES} - (set() if linked else {"POST /patients/{id}/alerts"})


def test_every_operation_of_the_document_is_served_or_says_that_it_is_not(document: Document) -> None:
    verbs = ("get", "post", "put", "patch", "delete")
    theirs = {(verb.upper(), path) for path, item in document.raw["paths"].items() for verb in verbs if verb in item}
    served = {(route.method, route.path) for route in DOCUMENTED}

    assert served | UNSERVED == theirs
    assert served & UNSERVED == set()


def test_the_check_notices_a_wrong_answer(document: Document) -> None:
    desk = Desk(switches=BY_DOCUMENT)
    got = desk.api.get("/institutions")
    got.body["data"][0]["name"] = 7
    got.body["data"][0]["surprise"] = True

    assert len(document.mistakes("GET /institutions", got)) == 2


def _parameters(document: Document, route: Route) -> Iterator[tuple[str, Any]]:
    for parameter in document.operation(route.name).get("parameters", ()):
        if parameter["in"] == "query":
            schema = parameter["schema"]
            items = schema.get("items", {})
            words = schema.get("enum") or items.get("enum") or []
            default = schema.get("default", items.get("default"))
            joined = schema["type"] == "array" and parameter.get("explode") is False
            yield parameter["name"], (parameter["required"], tuple(words), default, joined)


# The document says "required" where its own text says when to leave the parameter out.
EXCUSED = {("POST /webhook_endpoints/{id}/webhook_subscriptions", "subdomain")}


@pytest.mark.parametrize("route", DOCUMENTED, ids=lambda route: route.name)
def test_parameters_are_those_of_the_document(document: Document, route: Route) -> None:
    ours = {one.name: (one.required, one.words, one.default, one.joined) for one in route.query}

    theirs = dict(_parameters(document, route))

    excused = {name for operation, name in EXCUSED if operation == route.name}
    assert {k: v for k, v in ours.items() if k not in excused} == {k: v for k, v in theirs.items() if k not in excused}
    assert set(ours) == set(theirs)


def _body(schema: Any) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    return {name: _entry(entry, name in required) for name, entry in schema.get("properties", {}).items()}


def _entry(entry: Any, required: bool) -> Any:
    inner = _body(entry) if entry["type"] == "object" else None
    items = entry.get("items", {})
    return required, tuple(entry.get("enum") or items.get("enum") or ()), entry.get("default"), inner


def _ours(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        one.name: (one.required, one.words, one.default, _ours(one.fields) if one.kind == "object" else None)
        for one in fields
    }


@pytest.mark.parametrize("route", [one for one in ROUTES if one.body is not None], ids=lambda route: route.name)
def test_bodies_are_those_of_the_document(document: Document, route: Route) -> None:
    content = document.operation(route.name)["requestBody"]["content"]
    reference = content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    theirs = _body(document.raw["components"]["schemas"][reference])
    if route.name == "POST /appointments":  # to be left out for a block, says its own description
        theirs["appt"][3]["patient_id"] = (False, (), None, None)

    assert route.body is not None
    assert _ours(route.body) == theirs


def _filled(schema: Any) -> Any:
    """Return a value of the schema with its required fields only."""
    if schema["type"] == "object":
        return {name: _filled(schema["properties"][name]) for name in schema.get("required", ())}
    if "enum" in schema:
        return schema["enum"][0]
    words = {"date": "1988-11-20", "date-time": TEN.isoformat(), None: "text"}
    return {"string": words.get(schema.get("format")), "integer": 1, "boolean": True, "array": []}[schema["type"]]


def _without_one(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each required field, however deep, and a body that lacks only that."""
    for name in schema.get("required", ()):
        whole = _filled(schema)
        yield name, {key: value for key, value in whole.items() if key != name}
        if schema["properties"][name]["type"] == "object":
            for inner, body in _without_one(schema["properties"][name]):
                yield inner, {**whole, name: body}


@pytest.mark.parametrize("route", [one for one in ROUTES if one.body is not None], ids=lambda route: route.name)
def test_a_body_without_a_required_field_is_refused_by_its_name(document: Document, route: Route) -> None:
    desk = Desk()
    content = document.operation(route.name)["requestBody"]["content"]
    schema = document.raw["components"]["schemas"][content["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]]
    path = re.sub(r"\{[a-z_]+\}", "1", route.path)

    for missing, body in _without_one(schema):
        got = desk.api.call(route.method, path, desk.place, body)
        assert (got.status, f"Missing parameter {missing}" in got.body["error"]) == (400, True), (missing, got.body)


@pytest.mark.parametrize("route", DOCUMENTED, ids=lambda route: route.name)
def test_an_operation_that_declares_the_version_is_migrated(document: Document, route: Route) -> None:
    parameters = document.operation(route.name).get("parameters", ())

    assert route.migrated == any(one["name"] == "Nex-Api-Version" for one in parameters)


def test_the_table_of_events_is_that_of_the_document(document: Document) -> None:
    from odnexus.testing.nexhealth.webhooks import EVENTS

    schema = document.raw["components"]["schemas"]["postWebhookEndpointsIdWebhookSubscriptions"]["properties"]

    assert set(EVENTS) == set(schema["resource_type"]["enum"])
    assert sorted(event for events in EVENTS.values() for event in events) == sorted(schema["event"]["enum"])
    assert all(re.fullmatch("[a-z_]+", event) for events in EVENTS.values() for event in events)
