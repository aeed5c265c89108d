"""Everything odnexus raises, in one tree.

::

    OdnexusError
    ├── ConfigurationError (ValueError)        a mistake found before any request: names the field and the remedy
    ├── ApiError                               .api .call
    │   ├── UnsupportedError                   this office's version lacks it: .needed .present
    │   ├── NotAllowedError                    no feature that is switched on needs this call; nothing was sent
    │   ├── OfficeOfflineError                 the office behind the API cannot be reached
    │   ├── ConnectionFailedError              no answer came, and the request was not sent
    │   │   └── RequestTimeoutError            no answer in time
    │   ├── AmbiguousWriteError                a write was sent and nobody knows what became of it
    │   ├── ResponseError                      an answer came, and it says no: .status .detail
    │   │   ├── InvalidRequestError            400, 422, or an envelope that says no
    │   │   ├── AuthenticationError            401
    │   │   │   └── AuthorizationLostError         a person has to consent again
    │   │   ├── PermissionDeniedError          403, or a 401 that means a missing permission
    │   │   ├── NotFoundError (LookupError)    404, 410
    │   │   ├── ConflictError                  409, a slot that is taken
    │   │   ├── RateLimitError                 429: .retry_after
    │   │   └── ServerError                    5xx
    │   └── UnexpectedResponseError            an answer that does not fit: .problems with paths
    ├── WebhookError
    │   └── SignatureError                     missing, malformed, wrong or too old
    ├── MappingError                           a value that one side has and the other cannot hold
    └── SyncError
        ├── LinkConflictError                  an id is linked already, or the version moved
        ├── LeaseLostError                     someone else holds the work now
        ├── EmptySideError                     a side that had records shows none: nothing is retired on that word
        ├── SealError                          sealed with a key that is not here, or altered
        └── StoreError                         the store broke its promise

Every error answers two questions: `transient` (may it go away by itself?) and `retry_after` (when to come back, if
the other side said so). Messages hold ids, fields, rules and paths, never values: these are patients. What a vendor
wrote stands in `detail`, bounded, and is kept out of ``str`` and ``repr``. Every error can be pickled.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

DETAIL_LIMIT = 2000
"""Longest part of a vendor's answer kept in `ResponseError.detail`, in characters."""


class OdnexusError(Exception):
    """Base of everything odnexus raises."""

    transient: ClassVar[bool] = False
    retry_after: timedelta | None = None


class ConfigurationError(OdnexusError, ValueError):
    """A mistake of the caller, found before anything was sent. The message names the field and the remedy."""


class ApiError(OdnexusError):
    """A call of one of the two APIs failed.

    Attributes:
        api: ``"opendental"`` or ``"nexhealth"``.
        call: Name of the call without values, for example ``"GET /patients/{PatNum}"``.
    """

    def __init__(self, message: str, api: str = "", call: str = "") -> None:
        super().__init__(message, api, call)
        self.message = message
        self.api = api
        self.call = call

    def __str__(self) -> str:
        return f"{self.call}: {self.message}" if self.call else self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class UnsupportedError(ApiError):
    """The version of this office (or the system behind it) does not offer the call, parameter or field.

    Attributes:
        needed: The version that has it, as text, or ``""``.
        present: The version of the office, as text, or ``""`` when it is not known.
    """

    def __init__(self, message: str, api: str = "", call: str = "", needed: str = "", present: str = "") -> None:
        super().__init__(message, api, call)
        self.args = (message, api, call, needed, present)
        self.needed = needed
        self.present = present


class NotAllowedError(ApiError):
    """The client may not make this call: no feature that is switched on needs it, or it only reads.

    Nothing was sent. The message names the feature to switch on.
    """


class OfficeOfflineError(ApiError):
    """The API answered, but the office behind it cannot be reached (eConnector down, key not assigned yet)."""

    transient = True


class ConnectionFailedError(ApiError):
    """No answer came, and the request certainly was not carried out."""

    transient = True


class RequestTimeoutError(ConnectionFailedError):
    """No answer came in time to a request that changes nothing."""


class AmbiguousWriteError(ApiError):
    """A write was sent and its answer was lost: it may or may not have happened. Look before repeating."""

    transient = True


class ResponseError(ApiError):
    """An answer came, and it says no.

    Attributes:
        status: HTTP status (an envelope of NexHealth may say no under a 200).
        detail: What the vendor wrote, at most `DETAIL_LIMIT` characters. It may name a patient: never log it.
    """

    def __init__(
        self,
        message: str,
        api: str = "",
        call: str = "",
        status: int = 0,
        detail: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message, api, call)
        self.args = (message, api, call, status, detail, retry_after)
        self.status = status
        self.detail = detail[:DETAIL_LIMIT]
        self.retry_after = retry_after


class InvalidRequestError(ResponseError):
    """The other side refused the request as it stands (400, 422, or an envelope with ``code: false``)."""


class AuthenticationError(ResponseError):
    """The key or token was refused (401)."""


class AuthorizationLostError(AuthenticationError):
    """An authorization by OAuth 2.0 is gone: its refresh token was revoked, used twice, or never there.

    Nothing but a new consent of a person helps; the message says what to run.
    """


class PermissionDeniedError(ResponseError):
    """The key is valid but may not do this (403, or Open Dental's 401 for a missing permission)."""


class NotFoundError(ResponseError, LookupError):
    """There is no such record (404), or there no longer is (410)."""


class ConflictError(ResponseError):
    """The request collides with what is there, for example a slot that has been taken (409)."""


class RateLimitError(ResponseError):
    """Too many requests (429). `retry_after` says when to come back, if the server did."""

    transient = True


class ServerError(ResponseError):
    """The other side failed (5xx)."""

    transient = True


class UnexpectedResponseError(ApiError):
    """An answer came that does not fit what is documented.

    Attributes:
        problems: One entry per fault, each with its path, for example ``"expected a date @ $.Birthdate"``.
        record: Number of the record, where one row of a list does not fit and says whose it is; else empty.
    """

    def __init__(
        self, message: str, api: str = "", call: str = "", problems: tuple[str, ...] = (), record: str = ""
    ) -> None:
        super().__init__(message, api, call)
        self.args = (message, api, call, problems, record)
        self.problems = problems
        self.record = record


class WebhookError(OdnexusError):
    """A webhook delivery cannot be read."""


class SignatureError(WebhookError):
    """The signature of a delivery is missing, malformed, wrong or too old."""


class MappingError(OdnexusError):
    """A value that one side has and the other cannot hold."""


class SyncError(OdnexusError):
    """Base of what can go wrong inside the engine and its stores."""


class LinkConflictError(SyncError):
    """The id is in another link already, or the link was changed by someone else meanwhile."""

    transient = True


class LeaseLostError(SyncError):
    """Someone else holds this work now."""

    transient = True


class EmptySideError(SyncError):
    """A side that had records shows none. Nothing is retired on that word."""


class SealError(SyncError):
    """Something sealed cannot be opened: the key is not here, or it was altered."""


class StoreError(SyncError):
    """The store broke one of its promises."""


def place_of(error: BaseException) -> str:
    """Return what went wrong and where, without the message: ``KeyError at office.py:120``.

    For logs: a message, or a traceback that quotes one, could name a patient.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{type(error).__name__} at {file}:{trace.tb_lineno}"
