"""A webhook receiver for those without a web application of their own: plain WSGI and plain ASGI, no framework.

Both answer the same way. What is verified and stored is answered with 200, a wrong signature with 401, a body that
cannot be read with 400. If the store cannot take it the answer is 503, so that the sender comes back. Nothing is
worked on inside a request.

====================  ====  ==================================================
path                  verb  what
====================  ====  ==================================================
``/nexhealth``        POST  a delivery of NexHealth (page "Webhooks")
``/opendental``       POST  a request of Open Dental's API Events
``/health``           GET   whether somebody listens
====================  ====  ==================================================

Put it behind a proxy that speaks TLS: patient data must not travel in the clear.
"""

from __future__ import annotations

import logging
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from http import HTTPStatus
from typing import IO, Any, Final, Protocol, TypeAlias, cast

from odnexus.engine import AsyncSyncEngine, Received, SyncEngine
from odnexus.errors import OdnexusError, SignatureError, WebhookError

log = logging.getLogger(__name__)

LARGEST: Final = 8 * 1024 * 1024
"""Longest body that is taken, in bytes."""

PATHS: Final = {"/nexhealth": "POST", "/opendental": "POST", "/health": "GET"}

Message: TypeAlias = "MutableMapping[str, Any]"
Take: TypeAlias = "Callable[[Mapping[str, str], bytes], Received]"
TakeLater: TypeAlias = "Callable[[Mapping[str, str], bytes], Awaitable[Received]]"


class StartResponse(Protocol):
    """WSGI's callable that begins an answer."""

    def __call__(self, status: str, headers: list[tuple[str, str]], /) -> object:
        """Begin the answer."""
        ...


def refusal(method: str, path: str, length: int) -> HTTPStatus | None:
    """Return why a request is refused before its body is read, ``None`` if it is not."""
    if path not in PATHS:
        return HTTPStatus.NOT_FOUND
    if PATHS[path] != method:
        return HTTPStatus.METHOD_NOT_ALLOWED
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length > LARGEST else None


def status_of(error: Exception) -> HTTPStatus:
    """Return the answer to a delivery that *error* stopped, and log what it was without anything of the delivery."""
    match error:
        case SignatureError():
            status = HTTPStatus.UNAUTHORIZED
        case WebhookError():
            status = HTTPStatus.BAD_REQUEST
        case OdnexusError():
            status = HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            status = HTTPStatus.INTERNAL_SERVER_ERROR
    log.warning("delivery answered with %s: %s", status.value, type(error).__name__)
    return status


class WsgiReceiver:
    """The receiver for a WSGI server (gunicorn, waitress, mod_wsgi, ``wsgiref``).

    Args:
        engine: The engine that stores deliveries; it has to be the sync one.
    """

    def __init__(self, engine: SyncEngine) -> None:
        self._doors: dict[str, Take] = {"/nexhealth": engine.receive, "/opendental": engine.receive_opendental}

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status = self._status(environ)
        start_response(f"{status.value} {status.phrase}", [("content-type", "text/plain"), ("content-length", "0")])
        return []

    def _status(self, environ: dict[str, Any]) -> HTTPStatus:
        method, path = str(environ["REQUEST_METHOD"]), str(environ.get("PATH_INFO", "")).rstrip("/")
        length = _length(str(environ.get("CONTENT_LENGTH") or ""))
        if (refused := refusal(method, path, length)) is not None:
            return refused
        if path not in self._doors:
            return HTTPStatus.OK
        try:
            self._doors[path](_headers_of(environ), cast("IO[bytes]", environ["wsgi.input"]).read(length))
        except Exception as error:  # noqa: BLE001 - whatever it is, the sender gets an answer
            return status_of(error)
        return HTTPStatus.OK


class AsgiReceiver:
    """The receiver for an ASGI server (uvicorn, hypercorn).

    Args:
        engine: The engine that stores deliveries. The sync one is called in threads of the event loop's pool.
    """

    def __init__(self, engine: SyncEngine | AsyncSyncEngine) -> None:
        self._doors: dict[str, TakeLater] = (
            {"/nexhealth": _threaded(engine.receive), "/opendental": _threaded(engine.receive_opendental)}
            if isinstance(engine, SyncEngine)
            else {"/nexhealth": engine.receive, "/opendental": engine.receive_opendental}
        )

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer one request; take part in the server's start and end without doing anything."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        if scope["type"] != "http":
            return
        status = await self._status(scope, receive)
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status.value, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _status(self, scope: Message, receive: Callable[[], Awaitable[Message]]) -> HTTPStatus:
        path = str(scope["path"]).rstrip("/")
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = refusal(str(scope["method"]), path, _length(headers.get("content-length", "")))
        if refused is not None:
            return refused
        if path not in self._doors:
            return HTTPStatus.OK
        body = await _body(receive)
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        try:
            await self._doors[path](headers, body)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sender gets an answer
            return status_of(error)
        return HTTPStatus.OK


def _threaded(take: Take) -> TakeLater:
    async def later(headers: Mapping[str, str], body: bytes) -> Received:
        return await to_thread(take, headers, body)

    return later


async def _lifespan(receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _body(receive: Callable[[], Awaitable[Message]]) -> bytes | None:
    """Return the whole body, ``None`` if it is too long or the sender went away."""
    parts, size = list[bytes](), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _length(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers as they were sent, with lower-case names."""
    named = {key[5:]: value for key, value in environ.items() if key.startswith("HTTP_")}
    plain = {key: environ[key] for key in ("CONTENT_TYPE", "CONTENT_LENGTH") if key in environ}
    return {key.replace("_", "-").lower(): str(value) for key, value in {**named, **plain}.items()}
