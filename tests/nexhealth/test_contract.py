"""Every request that the client can make, held against the vendor's own document where a copy of it is at hand.

Set ODNEXUS_NEXHEALTH_OPENAPI to the path of the OpenAPI document of v3.0.0. It is not part of this project.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from jsonschema import Draft4Validator, FormatChecker

from odnexus._sync.nexhealth import NexHealth
from odnexus.nexhealth import table, words
from odnexus.nexhealth.endpoint import Endpoint
from tests._sync.nexhealth_every import call_everything

VARIABLE = "ODNEXUS_NEXHEALTH_OPENAPI"

pytestmark = pytest.mark.skipif(
    VARIABLE not in os.environ, reason=f"{VARIABLE} does not name the vendor's OpenAPI document"
)

# The document asks for `patient_id` of a schedule block and says in its description not to give one; it asks for a
# subdomain on every subscription and refuses one for Onboarding.
BLOCK = "appt: 'patient_id' is a required property"
ONBOARDING = "query subdomain is required"


class Document:
    """The vendor's document: its operations, with every reference looked up."""

    def __init__(self, path: str) -> None:
        self.raw: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any], dict[str, str]]:
        """Return the route, the operation and the path ids of a request."""
        for route, operations in self.raw["paths"].items():
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route), path)
            if found and method.lower() in operations:
                return route, operations[method.lower()], found.groupdict()
        raise AssertionError(f"{method} {path} is not documented")

    def body(self, operation: dict[str, Any]) -> dict[str, Any] | None:
        """Return the schema of the JSON body, closed against unknown fields."""
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        return self._closed(content["schema"]) if content else None

    def _closed(self, schema: Any) -> Any:
        if isinstance(schema, list):
            return [self._closed(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return self._closed(self.raw["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        closed = {key: self._closed(value) for key, value in schema.items() if key not in {"example", "description"}}
        return {**closed, "additionalProperties": False} if "properties" in closed else closed


@pytest.fixture(scope="module")
def document() -> Document:
    return Document(os.environ[VARIABLE])


@pytest.fixture(scope="module")
def requests() -> list[httpx.Request]:
    """Drive every method with all its parameters, and return what left."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if request.url.path == "/authenticates":
            return httpx.Response(201, json={"code": True, "error": [], "data": {"token": "t"}})
        if request.method == "DELETE" and "webhook" in request.url.path:
            return httpx.Response(204)
        number = re.search(r"/(\d+)(/download)?$", request.url.path)
        record = {"id": int(number[1]) if number else 1}
        single = request.method != "GET" or number is not None
        return httpx.Response(200, json={"code": True, "error": [], "data": record if single else []})

    with NexHealth(
        api_key="key", subdomain="demo-dental", location_id=12, transport=httpx.MockTransport(answer)
    ) as nex:
        call_everything(nex)
    return sent


# A `url` of a document, which the document shows as an example only.
DOWNLOAD = "/documents/5/download"


def faults(document: Document, request: httpx.Request) -> list[str]:
    """Return what *request* says that the document does not, and what it leaves out."""
    if request.url.path == DOWNLOAD:
        return []
    _, operation, ids = document.operation(request.method, request.url.path)
    parameters = {(each["in"], each["name"]): each for each in operation.get("parameters", [])}
    found = _query_faults(parameters, request.url.params.multi_items())
    found += [f"path {name}: {error}" for name, text in ids.items() for error in _value(parameters["path", name], text)]
    found += [
        f"{place} {name} is required"
        for (place, name), each in parameters.items()
        if each.get("required") and place == "query" and name not in request.url.params
    ]
    if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
        kind = request.headers["content-type"].partition(";")[0]
        return found + ([] if kind == "multipart/form-data" else [f"content type {kind}"])
    return found + _body_faults(document.body(operation), request.content)


def _query_faults(parameters: dict[tuple[str, str], dict[str, Any]], pairs: list[tuple[str, str]]) -> list[str]:
    found = []
    for name, text in pairs:
        parameter = parameters.get(("query", name))
        if parameter is None:
            found.append(f"query {name} is unknown")
            continue
        is_list = parameter["schema"]["type"] == "array"
        items = text.split(",") if is_list and parameter.get("explode") is False else [text]
        schema = {"schema": parameter["schema"]["items"]} if is_list else parameter
        found += [f"query {name}: {error}" for item in items for error in _value(schema, item)]
        if sum(key == name for key, _ in pairs) > 1 and not (is_list and parameter.get("explode", True)):
            found.append(f"query {name} is repeated")
    return found


def _value(parameter: dict[str, Any], text: str) -> list[str]:
    """Return what is wrong with *text* as a value of *parameter*: query values are text until read by their type."""
    schema = {key: value for key, value in parameter["schema"].items() if key != "default"}
    value: Any = text
    if schema["type"] == "integer" and re.fullmatch(r"-?\d+", text):
        value = int(text)
    if schema["type"] == "boolean" and text in {"true", "false"}:
        value = text == "true"
    return [error.message for error in _errors(schema, value)]


def _errors(schema: dict[str, Any], value: Any) -> list[Any]:
    return list(Draft4Validator(schema, format_checker=FormatChecker()).iter_errors(value))


def _body_faults(schema: dict[str, Any] | None, content: bytes) -> list[str]:
    if schema is None:
        return ["a body where none belongs"] if content else []
    if not content:
        return ["no body"]
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in _errors(schema, json.loads(content))]


def test_nothing_undocumented_leaves(document: Document, requests: list[httpx.Request]) -> None:
    found = {
        f"{request.method} {request.url.path}: {fault}" for request in requests for fault in faults(document, request)
    }

    assert found == {
        f"POST /appointments: {BLOCK}",
        f"POST /webhook_endpoints/3/webhook_subscriptions: {ONBOARDING}",
    }


def test_every_request_names_its_version_and_brings_its_credentials(requests: list[httpx.Request]) -> None:
    for request in requests:
        assert request.headers["nex-api-version"] == "v3.0.0"
        assert request.headers["accept"] == ("*/*" if request.url.path == DOWNLOAD else "application/json")
        assert request.headers["authorization"] == ("key" if request.url.path == "/authenticates" else "Bearer t")
        assert ("content-type" in request.headers) == bool(request.content)


def test_every_endpoint_of_the_table_was_called(document: Document, requests: list[httpx.Request]) -> None:
    asked = [each for each in requests if each.url.path != DOWNLOAD]
    called = {f"{each.method} {document.operation(each.method, each.url.path)[0]}" for each in asked}

    assert called == {each.name for each in table.ENDPOINTS}


@pytest.mark.parametrize("endpoint", table.ENDPOINTS, ids=lambda each: each.name)
def test_every_documented_parameter_can_be_sent(document: Document, endpoint: Endpoint) -> None:
    operation = document.raw["paths"][endpoint.route][endpoint.method.lower()]
    query = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}

    assert {each.wire or name for name, each in endpoint.fields.items() if each.place == "query"} == query
    assert _sent(endpoint) == _documented(document.body(operation))


def _sent(endpoint: Endpoint) -> set[str]:
    return {
        f"{each.place}.{name}".lstrip(".")
        for name, each in endpoint.fields.items()
        if each.place != "query" and name != "patient"
    }


def _documented(schema: dict[str, Any] | None, path: str = "") -> set[str]:
    found: set[str] = set()
    for name, inner in (schema or {}).get("properties", {}).items():
        where = f"{path}.{name}".lstrip(".")
        # The dependant of a guardian is one nested value here.
        if where != "appt.patient":
            found |= _documented(inner, where) if "properties" in inner else {where}
    return found


def test_words_are_those_of_the_document(document: Document) -> None:
    subscribe = document.body(document.raw["paths"]["/webhook_endpoints/{id}/webhook_subscriptions"]["post"])

    assert subscribe is not None
    assert list(get_args(words.ResourceType)) == subscribe["properties"]["resource_type"]["enum"]
    assert list(get_args(words.WebhookEvent)) == subscribe["properties"]["event"]["enum"]
    assert {event for events in words.EVENTS.values() for event in events} == set(get_args(words.WebhookEvent))


def test_the_checker_sees_mistakes(document: Document) -> None:
    wrong = httpx.Request(
        "POST",
        "https://nexhealth.info/appointments?location_id=x&lid=3&notify_patient=maybe",
        json={"appt": {"patient_id": "1", "start_time": "soon", "colour": "red"}},
    )

    found = faults(document, wrong)

    assert "query lid is unknown" in found
    assert "query subdomain is required" in found
    assert sum("is not of type" in each for each in found) == 3
    assert any("is not a 'date-time'" in each for each in found)
    assert any("colour" in each for each in found)
    with pytest.raises(AssertionError, match="not documented"):
        document.operation("DELETE", "/appointments/5")
