"""Requests and replies as values: what a simulator is handed and hands back, whoever carries them.

`transports` carries them for httpx, `server` over real sockets. A line that is cut is an exception, `SimDropped`,
because then there is no reply to return.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal, Protocol, TypeAlias, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import field, frozen

from odnexus.testing.clock import SimClock

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""Anything JSON can say."""

DropKind: TypeAlias = Literal["lost_answer", "reset_before", "timeout_after", "timeout_before", "refused"]
"""How a line fails: cut after or before the request was carried out, silent after or before, or never connected."""


def read_json(content: bytes) -> Json:
    """Return what a client sent, read as JSON.

    Raises:
        ValueError: It is no JSON, is nested too deep, or holds what no answer could say again (``NaN``, half a
            surrogate pair).
    """
    try:
        read = cast(Json, json.loads(content, parse_constant=_refuse))
    except RecursionError:
        raise ValueError("nested too deep") from None
    if b"\\u" in content:
        json.dumps(read, ensure_ascii=False).encode()
    return read


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


@frozen(kw_only=True)
class SimRequest:
    """One HTTP request as it reaches a simulator.

    Args:
        method: The verb, upper case.
        path: The path without the query, percent-decoded.
        query: Parameters in the order sent, decoded.
        headers: Headers with lower-case names.
        body: The content as sent.
        timeout: How long the client waits for an answer; `None` if unknown.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)
    timeout: timedelta | None = None

    @classmethod
    def parse(
        cls,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout: timedelta | None = None,
    ) -> SimRequest:
        """Return the request for *target*, a URL or a path with a query."""
        parts = urlsplit(target)
        return cls(
            method=method.upper(),
            path=unquote(parts.path),
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in (headers or {}).items()},
            body=body,
            timeout=timeout,
        )

    def json(self) -> Json:
        """Return the content read as JSON; raise `ValueError` if it is none."""
        return read_json(self.body)


@frozen(kw_only=True)
class SimReply:
    """One HTTP reply of a simulator.

    Args:
        status: The status code.
        headers: Headers with lower-case names.
        body: The content.
        latency: How long the reply is still under way when the simulator returns it; whoever carries it sleeps that
            long on the simulator's clock.
    """

    status: int
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)
    latency: timedelta = timedelta(0)

    @classmethod
    def of(cls, status: int, content: Json, headers: Mapping[str, str] | None = None) -> SimReply:
        """Return a reply with *content* as JSON."""
        body = json.dumps(content, ensure_ascii=False).encode()
        return cls(status=status, headers={"content-type": "application/json", **(headers or {})}, body=body)

    def json(self) -> Json:
        """Return the content read as JSON; raise `ValueError` if it is none."""
        return cast(Json, json.loads(self.body))


class SimDropped(Exception):
    """The line failed and no reply came.

    Args:
        kind: How it failed.
        applied: Whether the simulator had carried the request out; the client cannot know.
    """

    def __init__(self, kind: DropKind, applied: bool = False) -> None:  # noqa: FBT001, FBT002 - positional for pickling
        super().__init__(kind, applied)
        self.kind: DropKind = kind
        self.applied = applied


class Simulator(Protocol):
    """What a carrier needs of a simulator."""

    @property
    def clock(self) -> SimClock:
        """The simulator's source of time."""
        ...

    def handle(self, request: SimRequest) -> SimReply:
        """Answer *request*, or raise `SimDropped`."""
        ...


@frozen(kw_only=True)
class RequestRecord:
    """What a simulator remembers of a request.

    Args:
        method: The verb.
        path: The path as asked for, without the prefix of the API.
        route: The path with names for keys, such as ``/patients/{PatNum}``.
        query: Parameters in the order sent.
        body: The content as sent.
        status: The status answered; 0 if the line was cut.
        at: When it arrived, in UTC.
        latency: How long it was kept waiting.
    """

    method: str
    path: str = field(repr=False)
    route: str
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    status: int
    at: datetime
    latency: timedelta = timedelta(0)


class RequestLog:
    """The requests a simulator has seen, oldest first; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._records: list[RequestRecord] = []

    def add(self, record: RequestRecord) -> None:
        """Remember *record*."""
        with self._lock:
            self._records.append(record)

    def all(self) -> list[RequestRecord]:
        """Return what was remembered since the last `reset`."""
        with self._lock:
            return list(self._records)

    def count(self, method: str | None = None, route: str | None = None) -> int:
        """Return how many requests had that *method* and *route* (any, where `None`)."""
        return sum(
            (method is None or record.method == method) and (route is None or record.route == route)
            for record in self.all()
        )

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._records.clear()

    def __len__(self) -> int:
        return len(self.all())

    def __iter__(self) -> Iterator[RequestRecord]:
        return iter(self.all())
