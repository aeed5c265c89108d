from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from odnexus.errors import StoreError
from odnexus.nexhealth.webhooks import sign
from odnexus.receiver import LARGEST, AsgiReceiver, WsgiReceiver
from odnexus.stores import in_threads
from odnexus.testing.opendental.keys import CUSTOMER_KEY
from tests.engine.town import Town

SECRET = "invented-webhook-secret"
BODY = json.dumps(
    {
        "resource_type": "Appointment",
        "event_name": "appointment_created",
        "event_time": "2026-03-02T15:00:00Z",
        "subdomain": "demo-dental",
        "institution_id": 1,
        "data": {"appointment": {"id": 12345}},
    }
).encode()


def signed(body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(datetime(2026, 3, 2, 15, tzinfo=UTC).timestamp()))
    return {"timestamp": stamp, "signature": sign(stamp, body, secret), "content-type": "application/json"}


Call = Callable[..., int]


def by_wsgi(engine: Any) -> Call:
    app = validator(WsgiReceiver(engine))  # type: ignore[arg-type,unused-ignore]

    def call(method: str, path: str, headers: Mapping[str, str] = {}, body: bytes = b"") -> int:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
        }
        setup_testing_defaults(environ)
        environ.pop("HTTP_CONTENT_TYPE", None)
        seen: list[str] = []
        answer = app(environ, lambda status, _headers, _error=None: seen.append(status))  # type: ignore[arg-type,return-value,unused-ignore]
        list(answer)
        getattr(answer, "close", lambda: None)()
        return int(seen[0].split()[0])

    return call


def by_asgi(engine: Any) -> Call:
    app = AsgiReceiver(engine)

    def call(method: str, path: str, headers: Mapping[str, str] = {}, body: bytes = b"") -> int:
        return asyncio.run(exchange(app, method, path, headers, [body[:7], body[7:]]))

    return call


async def exchange(
    app: AsgiReceiver, method: str, path: str, headers: Mapping[str, str], chunks: list[bytes], *, cut: bool = False
) -> int:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": pairs}
    waiting: list[dict[str, Any]] = [
        {"type": "http.request", "body": chunk, "more_body": cut or n < len(chunks)}
        for n, chunk in enumerate(chunks, 1)
    ]
    if cut:
        waiting.append({"type": "http.disconnect"})
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return int(sent[0]["status"])


@pytest.fixture
def town() -> Town:
    town = Town()
    town.engine = town.new_engine(webhook_secrets=[SECRET], event_keys={"main": [CUSTOMER_KEY]})
    return town


@pytest.fixture(params=[by_wsgi, by_asgi], ids=["wsgi", "asgi"])
def call(request: pytest.FixtureRequest, town: Town) -> Call:
    made: Call = request.param(town.engine)
    return made


def test_a_delivery_is_stored_before_it_is_answered(call: Call, town: Town) -> None:
    assert call("POST", "/nexhealth", signed(), BODY) == 200
    assert [event.subject for event in town.engine.waiting()] == ["12345"]


def test_a_repeated_delivery_is_answered_the_same_and_stored_once(call: Call, town: Town) -> None:
    statuses = [call("POST", "/nexhealth", signed(), BODY) for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(town.engine.waiting()) == 1


@pytest.mark.parametrize("headers", [{}, signed(secret="another"), signed(BODY + b" ")])
def test_a_wrong_signature_is_a_401_and_stores_nothing(call: Call, town: Town, headers: dict[str, str]) -> None:
    assert call("POST", "/nexhealth", headers, BODY) == 401
    assert town.engine.waiting() == []


def test_a_signed_body_that_cannot_be_read_is_a_400(call: Call) -> None:
    assert call("POST", "/nexhealth", signed(b"{"), b"{") == 400


def test_open_dentals_door_wants_the_customer_key(call: Call) -> None:
    assert call("POST", "/opendental", {}, b"[]") == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nexhealth", 405),
        ("POST", "/health", 405),
        ("POST", "/elsewhere", 404),
        ("GET", "/", 404),
        ("GET", "/health", 200),
        ("GET", "/health/", 200),
    ],
)
def test_other_requests_are_refused_by_path_and_verb(call: Call, method: str, path: str, status: int) -> None:
    assert call(method, path) == status


def test_a_store_that_cannot_take_it_asks_the_sender_to_come_back(
    call: Call, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_events: object) -> int:
        raise StoreError("the disk is full")

    monkeypatch.setattr(town.store.inbox, "put", full)

    assert call("POST", "/nexhealth", signed(), BODY) == 503


def test_a_fault_of_ours_is_a_500_and_its_words_stay_out_of_the_log(
    call: Call, town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_events: object) -> int:
        raise RuntimeError("Jane Doe")

    monkeypatch.setattr(town.store.inbox, "put", broken)

    with caplog.at_level(logging.DEBUG):
        assert call("POST", "/nexhealth", signed(), BODY) == 500

    assert "delivery answered with 500: RuntimeError" in caplog.messages
    assert "Jane" not in caplog.text


def test_what_is_too_long_is_refused_unread(town: Town) -> None:
    app = AsgiReceiver(town.engine)

    told = asyncio.run(exchange(app, "POST", "/nexhealth", {"content-length": str(LARGEST + 1)}, []))
    silent = asyncio.run(exchange(app, "POST", "/nexhealth", {}, [b"x" * LARGEST, b"x"]))

    assert (told, silent) == (413, 413)


def test_a_sender_that_goes_away_leaves_nothing(town: Town) -> None:
    status = asyncio.run(exchange(AsgiReceiver(town.engine), "POST", "/nexhealth", signed(), [BODY[:9]], cut=True))

    assert status == 413
    assert town.engine.waiting() == []


def test_the_async_engine_is_awaited() -> None:
    from odnexus import AsyncNexHealth, AsyncOpenDental, AsyncSyncEngine

    town = Town()
    engine = AsyncSyncEngine(
        town.practice,
        nexhealth=AsyncNexHealth(api_key="k", subdomain="demo-dental"),
        opendental=AsyncOpenDental(developer_key="d", customer_key="c"),
        store=in_threads(town.store),
        sealer=town.sealer,
        webhook_secrets=[SECRET],
    )

    assert by_asgi(engine)("POST", "/nexhealth", signed(), BODY) == 200
    assert len(town.engine.waiting()) == 1


def test_the_servers_start_and_end_are_acknowledged(town: Town) -> None:
    waiting = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(AsgiReceiver(town.engine)({"type": "lifespan"}, receive, send))

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
