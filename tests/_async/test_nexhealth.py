"""The NexHealth client itself: how it is made, what goes with every call, what it never shows."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from odnexus._async._compat import AsyncHome
from odnexus._async.nexhealth import AsyncNexHealth
from odnexus._async.nexhealth_tokens import AsyncBearer, AsyncTokens
from odnexus._async.offering import AsyncOffered
from odnexus._calls import Secret
from odnexus.errors import AmbiguousWriteError, ConfigurationError, UnexpectedResponseError
from odnexus.nexhealth import table
from odnexus.nexhealth.calls import get_location
from odnexus.nexhealth.tokens import ApiKeyAuthorizer, Token
from tests._async.nexhealth_every import call_everything
from tests._async.nexhealth_support import client as at, office
from tests._async.running import running

START = datetime(2026, 3, 9, 16, tzinfo=UTC)
PERSON: Any = {
    "provider_id": 1,
    "first_name": "Mara",
    "last_name": "Lund",
    "email": "mara@example.org",
    "date_of_birth": date(1988, 11, 20),
    "phone_number": "5055550123",
}


class Recorder:
    """Answers every request with *data* in an envelope and keeps what was asked."""

    def __init__(self, data: Any = None, **envelope: Any) -> None:
        self.requests: list[httpx.Request] = []
        self.body = {"code": True, "description": None, "error": [], "data": data, **envelope}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/authenticates":
            return httpx.Response(201, json={"code": True, "error": None, "data": {"token": "token-1"}})
        self.requests.append(request)
        return httpx.Response(200, json=self.body)


def client(answer: Any, **settings: Any) -> AsyncNexHealth:
    known: dict[str, Any] = {"api_key": "key-1", "subdomain": "demo-dental", "location_id": 12}
    return AsyncNexHealth(**{**known, **settings}, transport=httpx.MockTransport(answer))


@pytest.mark.parametrize("key", ["key-1\n", "kéy", "key 1"])
def test_a_key_that_cannot_be_sent_is_refused(key: str) -> None:
    with pytest.raises(ConfigurationError, match="api_key: take out"):
        client(Recorder(), api_key=key)


@pytest.mark.parametrize("settings", [{}, {"api_key": ""}, {"api_key": None}])
def test_a_key_is_needed(settings: Any) -> None:
    with pytest.raises(ConfigurationError, match="api_key: give the key"):
        AsyncNexHealth(**settings)


def test_two_keys_are_one_too_many() -> None:
    tokens = AsyncTokens(ApiKeyAuthorizer("key-1"))

    with pytest.raises(ConfigurationError, match="tokens holds the token of another key"):
        client(Recorder(), api_key="key-2", tokens=tokens)
    assert client(Recorder(), api_key=Secret("key-1"), tokens=tokens).tokens is tokens


@pytest.mark.parametrize("url", ["http://nexhealth.info", "nexhealth.info", "http://192.168.1.5"])
@pytest.mark.mission("K4", shows="a line without TLS is refused")
def test_the_line_is_encrypted(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        client(Recorder(), base_url=url)


def test_a_simulator_on_this_machine_needs_no_encryption() -> None:
    nex = client(Recorder(), base_url="http://127.0.0.1:8000/")

    assert nex._transport.base_url == "http://127.0.0.1:8000"


@pytest.mark.mission("K2", shows="keys and tokens are not shown")
def test_keys_and_tokens_are_not_shown() -> None:
    nex = client(Recorder())

    assert repr(nex).endswith("NexHealth(subdomain='demo-dental', location_id=12)")
    assert "key-1" not in repr(nex) + repr(nex.tokens) + repr(vars(nex))


@running
async def test_every_call_names_version_type_and_token() -> None:
    recorder = Recorder({"id": 1})
    async with client(recorder, api_version="v20240412") as nex:
        await nex.locations.get(12)
        await nex.webhook_endpoints.update(3, active=True)

    read, write = recorder.requests
    assert read.headers["nex-api-version"] == write.headers["nex-api-version"] == "v20240412"
    assert read.headers["accept"] == "application/json"
    assert read.headers["authorization"] == "Bearer token-1"
    assert ("content-type" in read.headers, write.headers["content-type"]) == (False, "application/json")


@running
async def test_together_the_methods_reach_every_endpoint() -> None:
    sent: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.method, request.url.path))
        last = request.url.path.rpartition("/")[2]
        single = request.method != "GET" or last.isdigit()
        data = {"id": int(last) if last.isdigit() else 1, "token": "token-1"} if single else []
        return httpx.Response(200, json={"code": True, "error": [], "data": data})

    async with client(answer) as nex:
        await call_everything(nex)

    reached = {f"{method} {path}" for method, path in sent}
    for each in table.ENDPOINTS:
        route = re.compile(re.sub(r"\{\w+\}", r"\\d+", each.name))
        assert any(route.fullmatch(name) for name in reached), each.name


@running
async def test_an_offset_survives_the_query() -> None:
    recorder = Recorder([])
    async with client(recorder) as nex:
        _ = [row async for row in nex.appointments.iter(start=START, end=START + timedelta(days=1))]

    query = str(recorder.requests[0].url.query, "ascii")
    assert "start=2026-03-09T16%3A00%3A00%2B00%3A00" in query


@running
async def test_a_warning_is_kept_on_the_page() -> None:
    text = "Note that following parameters are ignored: name."
    recorder = Recorder([], description=text)
    async with client(recorder) as nex:
        pages = [page async for page in nex.patients.pages(name="lund")]

    assert [page.description for page in pages] == [text]


@running
async def test_rows_that_a_server_should_have_left_out_are_left_out() -> None:
    rows = [{"id": 1, "cancelled": True}, {"id": 2, "cancelled": False}, {"id": 3, "location_id": 13}]
    recorder = Recorder(rows)
    async with client(recorder) as nex:
        kept = [row.id async for row in nex.appointments.iter(start=START, end=START, cancelled=False)]

    assert kept == [2]


@running
async def test_nothing_leaves_when_a_call_is_wrong() -> None:
    recorder = Recorder()
    wrong: Any = {"confirmed": False}
    async with client(recorder, location_id=None) as nex:
        with pytest.raises(ConfigurationError, match="confirmed"):
            await nex.appointments.update(1, **wrong)
        with pytest.raises(ConfigurationError, match="location_id"):
            nex.patients.iter()
        with pytest.raises(ConfigurationError, match="lids"):
            await nex.available_slots.list(start_date=START.date(), days=1, pids=[1])

    assert recorder.requests == []


@running
async def test_a_create_answered_by_something_else_leaves_doubt() -> None:
    def portal(request: httpx.Request) -> httpx.Response:
        answered = Recorder()(request) if request.url.path == "/authenticates" else None
        return answered or httpx.Response(200, text="<html>sign in to the guest network</html>")

    async with client(portal) as nex:
        with pytest.raises(AmbiguousWriteError):
            await nex.patients.create(**PERSON)
        with pytest.raises(UnexpectedResponseError):
            await nex.locations.get(12)


@running
async def test_pages_that_lead_nowhere_end_with_an_error() -> None:
    recorder = Recorder([{"id": 1}], page_info={"has_next_page": True, "end_cursor": "same"})
    async with client(recorder) as nex:
        with pytest.raises(UnexpectedResponseError, match="same cursor"):
            _ = [row async for row in nex.patients.iter()]

    assert len(recorder.requests) == 2


@running
async def test_credentials_without_a_connection_ask_for_nothing() -> None:
    bearer = AsyncBearer(AsyncTokens(ApiKeyAuthorizer("key-1")), "v3.0.0")
    call = get_location(12)

    assert "Authorization" not in await bearer.headers(call)
    assert await bearer.renew(call) is False


class Late:
    """A lock that somebody else held: meanwhile they have fetched a token."""

    def __init__(self, tokens: AsyncTokens, token: Token) -> None:
        self.tokens = tokens
        self.token = token

    async def __aenter__(self) -> None:
        self.tokens._token = self.token

    async def __aexit__(self, *_: object) -> None:
        """Let nobody else wait."""


@running
async def test_who_waited_for_a_token_takes_the_one_that_came() -> None:
    recorder = Recorder({"id": 1})
    async with client(recorder) as nex:
        fetched = Token(access=Secret("token-2"), ends_at=datetime.now(UTC) + timedelta(hours=1))
        lock: Any = Late(nex.tokens, fetched)
        nex.tokens._lock = AsyncHome(lambda: lock)
        await nex.locations.get(12)
        await nex.tokens.replace(Token(access=Secret("token-1"), ends_at=START), nex._transport)

    assert nex.tokens._token is fetched
    assert [each.headers["authorization"] for each in recorder.requests] == ["Bearer token-2"]


@running
async def test_strict_and_lenient_simulators_give_the_same_data() -> None:
    seen = []
    for strict in (True, False):
        place = office(strict=strict, strict_unknown="refuse" if strict else "warn")
        async with at(place) as nex:
            person: Any = {**PERSON, "provider_id": place.providers["DOC1"]}
            created = await nex.patients.create(**person)
            booked = await nex.appointments.create(
                patient_id=created.patient.id,
                provider_id=place.providers["DOC1"],
                operatory_id=place.operatories["OP1"],
                start_time=START,
                end_time=START + timedelta(minutes=30),
            )
            moved = await nex.appointments.update(booked.id, confirmed=True)
            rows = [row async for row in nex.appointments.iter(start=START, end=START, cancelled=False)]
            seen.append((created.patient, booked, moved, tuple(rows)))

    assert seen[0] == seen[1]


def test_every_method_says_what_it_does() -> None:
    nex = client(Recorder())
    offered = [name for name, each in vars(type(nex)).items() if isinstance(each, AsyncOffered)]
    resources = [getattr(nex, name) for name in offered]
    methods = [
        method
        for resource in [nex, *resources, nex.webhook_endpoints.subscriptions(1)]
        for name, method in inspect.getmembers(resource, callable)
        if not name.startswith("_")
    ]

    assert [method.__qualname__ for method in methods if not inspect.getdoc(method)] == []
    assert len(resources) == 16
