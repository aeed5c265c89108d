"""What an answer of NexHealth means when it says no (pages "Errors" and "Response codes").

There is no machine-readable code: the status decides, and for two states the text, which is matched loosely. Texts may
name a patient, so they stand in `ResponseError.detail` and in no message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from odnexus._calls import Call, Json, Reply
from odnexus.errors import (
    AmbiguousWriteError,
    ApiError,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResponseError,
    ServerError,
    UnexpectedResponseError,
)
from odnexus.nexhealth.envelopes import envelope

_BY_STATUS: Mapping[int, tuple[type[ResponseError], str]] = {
    400: (InvalidRequestError, "refused"),
    401: (AuthenticationError, "the key or token was refused"),
    403: (PermissionDeniedError, "no right to this institution, location or endpoint, or the API version is too old"),
    404: (NotFoundError, "no such record, or it is outside of what this key may see"),
    409: (ConflictError, "collides with what is there"),
    410: (NotFoundError, "the record is gone"),
    422: (InvalidRequestError, "refused"),
    429: (RateLimitError, "too many requests"),
}

# Seen live: "this time is no longer available".
_TAKEN = re.compile(r"no longer available|(already|been) (taken|booked)", re.IGNORECASE)
_ALREADY_CANCELLED = re.compile(r"already (been )?cancell?ed", re.IGNORECASE)


def refuse(call: Call[Any], reply: Reply) -> ApiError | None:
    """Return the error that *reply* to *call* means, ``None`` if it is a success."""
    if not reply.ok:
        return _by_status(call, reply)
    if not reply.content.strip():
        return None
    body = envelope(reply)
    if body is None:
        return None if call.idempotent else AmbiguousWriteError("no envelope after a write", call.api, call.name)
    # "code: false" is a refusal, whatever the status says.
    match _WORDS.get(str(body.get("code")).strip().lower()):
        case True:
            return None
        case False:
            return _refused(call, reply.status, _texts(body))
        case None if call.idempotent:
            return UnexpectedResponseError(_ODD_CODE, call.api, call.name, (_ODD_CODE,))
        case None:
            # Neither yes nor no: taken for a no, what was written would be written again.
            return AmbiguousWriteError("neither accepted nor refused after a write", call.api, call.name)


_WORDS: Mapping[str, bool] = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False, "none": False}
_ODD_CODE = "expected true or false @ $.code"


def _by_status(call: Call[Any], reply: Reply) -> ApiError:
    detail = _texts(envelope(reply)) or reply.content.decode("utf-8", "replace")
    if reply.status == 400:
        return _refused(call, reply.status, detail)
    if reply.status in _BY_STATUS:
        kind, message = _BY_STATUS[reply.status]
        return kind(message, call.api, call.name, reply.status, detail)
    if reply.failed:
        return ServerError(f"status {reply.status}", call.api, call.name, reply.status, detail)
    if reply.status >= 400:
        return InvalidRequestError(f"status {reply.status}", call.api, call.name, reply.status, detail)
    return UnexpectedResponseError(f"status {reply.status}", call.api, call.name, (f"status {reply.status}",))


def _refused(call: Call[Any], status: int, detail: str) -> ResponseError:
    if _TAKEN.search(detail):
        return ConflictError("this time is no longer available", call.api, call.name, status, detail)
    message = "refused" if status >= 400 else "refused by the envelope (code: false)"
    return InvalidRequestError(message, call.api, call.name, status, detail)


def _texts(body: Mapping[str, Json] | None) -> str:
    """Return what an envelope says: `error` (null, a text or a list), then `description`."""
    if body is None:
        return ""
    found = [body.get("error"), body.get("description")]
    flat = [item for value in found for item in (value if isinstance(value, list) else [value])]
    return "; ".join(str(item) for item in flat if item)


def is_already_cancelled(error: BaseException) -> bool:
    """Return whether *error* says that the visit was cancelled before: what was wanted is so."""
    return isinstance(error, ResponseError) and _ALREADY_CANCELLED.search(error.detail) is not None


def is_slot_taken(error: BaseException) -> bool:
    """Return whether *error* says that someone else has the slot."""
    return isinstance(error, ConflictError) and _TAKEN.search(error.detail) is not None
