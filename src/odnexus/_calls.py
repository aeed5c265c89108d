"""A request as a value, and the one place that decides about attempts.

An endpoint is a function that returns a `Call[T]`: what to send, whether it may be repeated, how to read the answer.
`exchange` is a generator around one call. It yields what should happen (`Send`, `Pause`, `Renew`) and is told what
came of it, so attempts, waits and token renewal are decided here, without I/O, once for both flavours of client.

Two rules hold for every call. At most `RetryPolicy.attempts` requests leave, whatever happens. A call that is not
idempotent is never sent again once it may have been carried out: that is an `AmbiguousWriteError`, and the caller
looks before it repeats.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Generic, Literal, NoReturn, TypeAlias, TypeVar, cast
from urllib.parse import urlsplit

from attrs import field, frozen

from odnexus._pace import CALL_RETRY, RetryPolicy
from odnexus.errors import (
    AmbiguousWriteError,
    ApiError,
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    UnexpectedResponseError,
)

S = TypeVar("S")
T = TypeVar("T")

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""Anything JSON can say."""

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Api: TypeAlias = Literal["opendental", "nexhealth"]

LONGEST_PAUSE = timedelta(seconds=60)
"""A client waits no longer inside one call; a longer `Retry-After` is the caller's to keep."""


class Secret:
    """A key or token that cannot be printed, pickled or compared in variable time by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret) -> None:
        self._value: str = value.reveal() if isinstance(value, Secret) else value

    def reveal(self) -> str:
        """Return the text itself, for the one place that sends it."""
        return self._value

    @property
    def is_plain(self) -> bool:
        """Whether it holds only letters that a header can carry."""
        return self._value.isascii() and self._value.isprintable()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: pass the key to the other process by other means")


KeySource: TypeAlias = str | Secret | Callable[[], Sequence[Secret]]
"""A key, or what returns the keys that are live now, the one to send first: then a rotated key counts at once."""


def live_keys(source: KeySource) -> tuple[Secret, ...]:
    """Return the keys that are live now, the one to send first."""
    return tuple(source()) if callable(source) else (Secret(source),)


def check_key(source: KeySource, name: str, remedy: str) -> None:
    """Raise `ConfigurationError` unless every live key of *source* can be sent.

    Args:
        source: The key, or what returns the live ones.
        name: The setting, for the message.
        remedy: What to do where there is none.
    """
    keys = live_keys(source)
    require(bool(keys) and all(keys), name, remedy)
    plain = all(key.is_plain and " " not in key.reveal() for key in keys)
    require(plain, name, "take out the line break, blank or other character that is in no key, at its end perhaps")


class RotatingKey:
    """The key to send, out of those that are live: the first, unless it was refused while an older one is live.

    Args:
        source: The key, or where the live ones come from.
    """

    __slots__ = ("_refused", "_source")

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._refused: Secret | None = None

    def current(self) -> Secret:
        """Return the key to send now."""
        keys = live_keys(self._source)
        return next((key for key in keys if key != self._refused), keys[0])

    def refuse(self, sent: Secret) -> bool:
        """Note that *sent* was refused; return whether another key is live, to be sent from now on.

        A new key may take minutes to reach an office (page "API Setup"): until then the older one still works.
        """
        self._refused = sent
        return self.current() != sent

    def __repr__(self) -> str:
        return "RotatingKey(…)"


def check_base_url(url: str, *, private_network_may_be_plain: bool = False, name: str = "base_url") -> str:
    """Return *url* without a trailing slash, or raise `ConfigurationError` naming the setting *name*.

    TLS is required everywhere but on loopback and, where *private_network_may_be_plain*, inside the office's own
    network: Open Dental's API Service speaks plain HTTP there (page "API Modes").
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"{name}: give a full URL such as https://api.opendental.com/api/v1")
    if parts.username or parts.password:
        raise ConfigurationError(f"{name}: leave user and password out of it")
    if parts.scheme == "http" and not _may_be_plain(parts.hostname, private=private_network_may_be_plain):
        raise ConfigurationError(f"{name}: use https; plain http is for loopback and the office network only")
    return url.rstrip("/")


def _may_be_plain(host: str, *, private: bool) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # A bare machine name (SRV01) can only be a neighbour in the office network.
        return private and "." not in host
    return address.is_loopback or (private and address.is_private)


@frozen
class Reply:
    """An answer as it came: status, headers with lower-case names, body."""

    status: int
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Return whether the status is a success (any 2xx)."""
        return 200 <= self.status < 300

    @property
    def failed(self) -> bool:
        """Return whether the other side, or a proxy before it, failed: nobody knows how far the request came.

        That is any 5xx, and 408, which is a proxy's.
        """
        return self.status >= 500 or self.status == 408

    def json(self) -> Json:
        """Return the body as JSON, ``None`` if it is empty; raise ``ValueError`` if it is something else."""
        if not self.content.strip():
            return None
        try:
            return cast(Json, json.loads(self.content))
        except RecursionError:
            raise ValueError("nested too deeply") from None

    def retry_after(self, now: datetime) -> timedelta | None:
        """Return how long the header ``Retry-After`` asks to wait (seconds or a date), ``None`` without one."""
        text = self.headers.get("retry-after", "").strip()
        try:
            return timedelta(seconds=max(0.0, float(text)))
        except (ValueError, OverflowError):
            pass
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(timedelta(0), when - now)


class Lost(Enum):
    """Why no answer came."""

    NOT_SENT = "not sent"  # refused, unreachable, connect time-out: certainly not carried out
    TIMEOUT = "timeout"  # sent, no answer in time
    BROKEN = "broken"  # sent, the line broke before the answer was complete


@frozen
class NoReply:
    """No answer came."""

    why: Lost


@frozen(kw_only=True)
class Call(Generic[T]):
    """One request of one of the two APIs, and how to read its answer.

    Attributes:
        api: Which of the two systems it is for.
        name: Method and path without values, for messages, journal and rate tables: ``"GET /patients/{PatNum}"``.
        method: HTTP method.
        path: Path after the base URL, with ids filled in.
        params: Query parameters in the order they are sent; a key may stand more than once.
        body: JSON body, or ``None`` for no body.
        content: Body as bytes instead, with its type in *headers*: a file.
        idempotent: True if repeating it after doubt is harmless.
        read: Turns the reply into the result; raises `UnexpectedResponseError` when it does not fit.
        refuse: Returns the error that a reply means, or ``None`` if it is a success.
        classes: Rate classes it counts in.
        since: Lowest version of Open Dental that has it (``None``: any).
        permission: Open Dental permission it needs (``""``: none).
        headers: Headers of this call alone.
        url: Full URL, for what does not lie below the base URL (``None``: it does).
        form: Body of a form, encoded, instead of *body*.
    """

    api: Api
    name: str
    method: Method
    path: str = field(repr=False)
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: Json = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    idempotent: bool
    read: Callable[[Reply], T] = field(repr=False)
    refuse: Callable[[Call[Any], Reply], ApiError | None] = field(repr=False)
    classes: tuple[str, ...] = ()
    since: tuple[int, ...] | None = None
    permission: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    url: str | None = None
    form: str | None = field(default=None, repr=False)


@frozen
class Send:
    """Send *call* now; answer with a `Reply` or a `NoReply`."""

    call: Call[Any]


@frozen
class Pause:
    """Wait; if *everyone* is set, no other request of this key may start meanwhile."""

    length: timedelta
    everyone: bool = False


@frozen
class Renew:
    """The credentials were refused: renew them unless someone else just did. Answer with whether that was possible."""


Step: TypeAlias = "Send | Pause | Renew"
Outcome: TypeAlias = "Reply | NoReply | bool | None"
Exchange: TypeAlias = Generator[Step, Outcome, T]


def exchange(
    call: Call[T], *, now: Callable[[], datetime], roll: Callable[[], float], policy: RetryPolicy = CALL_RETRY
) -> Exchange[T]:
    """Carry out *call* as steps: send, wait, try again, renew credentials once, or give up with the right error.

    Args:
        call: What to do.
        now: Reads the clock, for ``Retry-After`` given as a date.
        roll: Returns a number in [0, 1) for the jitter.
        policy: How often and how patiently to try.

    Raises:
        ApiError: The error that ended it.
    """
    renewed, limited = False, 0
    for attempt in range(1, policy.attempts + 1):
        outcome = yield Send(call)
        error = _judge(call, outcome)
        if error is None:
            return call.read(cast(Reply, outcome))
        if isinstance(error, AuthenticationError) and not renewed and attempt < policy.attempts:
            renewed = True
            if (yield Renew()):
                continue
            raise error
        asked = outcome.retry_after(now()) if isinstance(outcome, Reply) else None
        pause = _pause(error, asked, attempt, policy, roll)
        if error.transient:
            error.retry_after = asked
        if isinstance(error, RateLimitError):
            limited += 1
            error.retry_after = pause.length
        give_up = attempt == policy.attempts or limited > policy.rate_limit_repeats or pause.length > LONGEST_PAUSE
        if give_up or not _may_repeat(call, error):
            raise error
        yield pause
    raise AssertionError("a policy allows at least one attempt")


def _judge(call: Call[Any], outcome: Outcome) -> ApiError | None:
    """Return the error that *outcome* means for *call*, ``None`` for success."""
    if isinstance(outcome, Reply):
        error = call.refuse(call, outcome)
        if isinstance(error, ServerError) and not call.idempotent:
            return AmbiguousWriteError(f"status {outcome.status} after a write was sent", call.api, call.name)
        return error
    if not isinstance(outcome, NoReply):
        raise TypeError("a Send step must be answered with a Reply or a NoReply")
    if outcome.why is Lost.NOT_SENT:
        return ConnectionFailedError("no connection", call.api, call.name)
    if not call.idempotent:
        return AmbiguousWriteError(f"the answer to a write was lost ({outcome.why.value})", call.api, call.name)
    if outcome.why is Lost.TIMEOUT:
        return RequestTimeoutError("no answer in time", call.api, call.name)
    return ConnectionFailedError("the connection broke before the answer", call.api, call.name)


def _may_repeat(call: Call[Any], error: ApiError) -> bool:
    if isinstance(error, ConnectionFailedError | RateLimitError):
        return True
    return call.idempotent and isinstance(error, ServerError)


def _pause(
    error: ApiError, asked: timedelta | None, attempt: int, policy: RetryPolicy, roll: Callable[[], float]
) -> Pause:
    """Return how long to wait after *error*: what the server *asked* for, else the policy."""
    length = policy.wait(attempt, roll()) if asked is None else asked
    return Pause(length, everyone=isinstance(error, RateLimitError))


def no_answer_expected(reply: Reply) -> None:
    """Read a reply whose body carries nothing (many writes answer with an empty body)."""


def unexpected(call: Call[Any], *problems: str) -> UnexpectedResponseError:
    """Return the error for an answer of *call* that does not fit; *problems* name paths, never values."""
    return UnexpectedResponseError("; ".join(problems[:5]), call.api, call.name, tuple(problems))


LeaveOut: TypeAlias = Callable[[UnexpectedResponseError], None]
"""Is told of a row of a list that does not fit and is left out; its `record` says whose it is."""


SEVERAL = 5
"""So many rows of one answer of which none fits are no exceptions: the answer means something else."""


def read_rows(
    rows: Iterable[S], read: Callable[[int, S], T], number_of: Callable[[S], object], unread: LeaveOut | None
) -> list[T]:
    """Return what *read* makes of each of *rows*, given its place.

    A row that does not fit is left out if *unread* is there to be told, and `number_of` it says whose it is.

    Raises:
        UnexpectedResponseError: Such a row where nobody is told, or no row at all that fits.
    """
    found, misfits = list[T](), list[UnexpectedResponseError]()
    for place, row in enumerate(rows):
        try:
            found.append(read(place, row))
        except UnexpectedResponseError as error:
            number = number_of(row)
            if unread is None or not isinstance(number, int | str) or not str(number).isdecimal():
                raise
            misfits.append(UnexpectedResponseError(error.message, error.api, error.call, error.problems, str(number)))
    if len(misfits) >= SEVERAL and not found:
        raise misfits[0]
    if unread is not None:
        for misfit in misfits:
            unread(misfit)
    return found


def require(condition: object, field_name: str, remedy: str) -> None:
    """Raise `ConfigurationError` naming *field_name* and *remedy* unless *condition* holds."""
    if not condition:
        raise ConfigurationError(f"{field_name}: {remedy}")
