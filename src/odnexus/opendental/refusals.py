"""What a status and a sentence of Open Dental mean.

The body of an error is a bare JSON text. Its wording differs between versions (with and without a full stop), so
whole sentences are never compared: only words that tell the cases apart. Under 400 stand a wrong request, an office
that cannot be reached, an office that is too old, and a time-out on the way to the office.
Page "API Specification".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from odnexus._calls import Call, Json, Reply
from odnexus.errors import (
    AmbiguousWriteError,
    ApiError,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    OfficeOfflineError,
    PermissionDeniedError,
    RateLimitError,
    ResponseError,
    ServerError,
    UnexpectedResponseError,
    UnsupportedError,
)

_Reading: TypeAlias = Callable[[Call[Any], Reply, str], ApiError]

_OFFLINE = re.compile(r"econnector|not been assigned", re.IGNORECASE)
_TOO_OLD = re.compile(r"version issue|is not a valid (method|resource)", re.IGNORECASE)
_TIMED_OUT = re.compile(r"timed[ -]?out|time-?out", re.IGNORECASE)
_EXISTS = re.compile(r"duplicate|already exist", re.IGNORECASE)
_PERMISSION = re.compile(r"permission", re.IGNORECASE)
_NONE = re.compile(r"(there (are|is) )?no (?!such\b).*\b(exists?|found|match(es|ed)?|available)\b", re.IGNORECASE)


def refuse(call: Call[Any], reply: Reply) -> ApiError | None:
    """Return the error that *reply* means for *call*, or ``None`` for any 2xx that is no web page."""
    if reply.ok:
        return _page(call) if reply.content.lstrip()[:1] == b"<" else None
    detail = sentence(reply)
    if reply.status in (400, 404) and _TOO_OLD.search(detail):
        return _unsupported(call)
    if reply.failed:
        return _saying(ServerError, "the other side failed")(call, reply, detail)
    return _BY_STATUS.get(reply.status, _other)(call, reply, detail)


def _page(call: Call[Any]) -> ApiError:
    """Return the error for a web page under a 2xx: of a proxy or another program, and no word of the office."""
    if call.idempotent:
        return UnexpectedResponseError("a web page came instead of an answer", call.api, call.name)
    return AmbiguousWriteError("a web page came instead of the answer to a write", call.api, call.name)


def refuse_list(call: Call[Any], reply: Reply) -> ApiError | None:
    """Return what `refuse` does, but for the 404 that says in words that a list is empty: that is an answer."""
    return None if says_none(reply) else refuse(call, reply)


def says_none(reply: Reply) -> bool:
    """Return whether *reply* is a 404 that says that a list is empty, such as ``"No documents exist for …"``.

    Page "API Documents". Everywhere else 404 means that something the filter names does not exist.
    """
    return reply.status == 404 and _NONE.match(sentence(reply)) is not None


def sentence(reply: Reply) -> str:
    """Return what the office wrote: a JSON text, the ``Message`` of an object, or the body as it stands."""
    text = reply.content.decode("utf-8", errors="replace")
    try:
        body = cast(Json, json.loads(text))
    except ValueError:
        return text.strip()
    if isinstance(body, dict):
        body = body.get("Message", body.get("message", text))
    return body if isinstance(body, str) else text.strip()


def _saying(kind: type[ResponseError], message: str) -> _Reading:
    def read(call: Call[Any], reply: Reply, detail: str) -> ApiError:
        return kind(f"{message} ({reply.status})", call.api, call.name, reply.status, detail)

    return read


def _unsupported(call: Call[Any]) -> UnsupportedError:
    needed = ".".join(map(str, call.since)) if call.since else ""
    hint = f"it needs Open Dental {needed} or later" if needed else "its Open Dental may be too old"
    return UnsupportedError(f"the office does not know this method; {hint}", call.api, call.name, needed)


def _bad_request(call: Call[Any], reply: Reply, detail: str) -> ApiError:
    if _OFFLINE.search(detail):
        return OfficeOfflineError("the office cannot be reached (eConnector, or key not assigned)", call.api, call.name)
    if _TIMED_OUT.search(detail):
        # On the way from Open Dental to the office: nobody knows whether the office has done it.
        return _saying(ServerError, "the office did not answer in time")(call, reply, detail)
    if _EXISTS.search(detail):
        return _saying(ConflictError, "the office has it already")(call, reply, detail)
    return _saying(InvalidRequestError, f"the office refused the request{_about(call, detail)}")(call, reply, detail)


def _unauthorized(call: Call[Any], reply: Reply, detail: str) -> ApiError:
    if _PERMISSION.search(detail):
        lacks = f" {call.permission}" if call.permission else ""
        return _saying(PermissionDeniedError, f"the key lacks the permission{lacks}")(call, reply, detail)
    hint = f", or it lacks {call.permission}" if call.permission else ""
    return _saying(AuthenticationError, f"the key is wrong, disabled or unassigned{hint}")(call, reply, detail)


def _other(call: Call[Any], reply: Reply, detail: str) -> ApiError:
    if reply.status < 400:
        return UnexpectedResponseError(f"status {reply.status} is not documented", call.api, call.name)
    return _saying(InvalidRequestError, f"the office refused the request{_about(call, detail)}")(call, reply, detail)


def _about(call: Call[Any], detail: str) -> str:
    """Return which of the words that were sent the sentence names; those are documented names, never values."""
    sent = [*dict(call.params), *(call.body if isinstance(call.body, dict) else ())]
    named = [word for word in sent if re.search(rf"\b{re.escape(word)}\b", detail)]
    return f" because of {', '.join(named)}" if named else ""


_BY_STATUS: dict[int, _Reading] = {
    400: _bad_request,
    401: _unauthorized,
    403: _saying(PermissionDeniedError, "the key may not do this"),
    # On a list, 404 means that something the filter names does not exist.
    404: _saying(NotFoundError, "there is no such record, or one it refers to"),
    409: _saying(ConflictError, "it collides with what is there"),
    410: _saying(NotFoundError, "this part of the API is gone"),
    429: _saying(RateLimitError, "too many requests"),
}
