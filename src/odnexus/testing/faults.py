"""What networks do to requests, on order: lost answers, resets, silence, refusals and proxies' statuses.

A rule names a route, how it fails, how many requests it lets pass first and how many it hits. Both simulators share it:
each asks `Faults.run` to carry out a request, and the rule decides what the client gets to see of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from threading import Lock
from typing import Literal, TypeAlias, get_args

from attrs import define, field, frozen

from odnexus.testing.http import DropKind, SimDropped, SimReply, SimRequest

FaultKind: TypeAlias = Literal[
    "lost_answer", "reset_before", "timeout_after", "timeout_before", "refused", "status", "status_after"
]
"""A `DropKind`, or a status answered instead of (``status``) or after (``status_after``) carrying the request out."""

_APPLIED: frozenset[str] = frozenset({"lost_answer", "timeout_after", "status_after"})


@frozen(kw_only=True)
class Fault:
    """One way in which one request fails.

    Args:
        kind: How.
        status: The status, for the kinds ``status`` and ``status_after``.
        headers: Headers that go with the status, such as ``retry-after``.
        body: Content that goes with the status; a proxy's page is no JSON.
    """

    kind: FaultKind
    status: int = 502
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: bytes = b""

    @property
    def applied(self) -> bool:
        """Whether the request is carried out all the same."""
        return self.kind in _APPLIED


@define(eq=False)
class _Rule:
    verb: str
    route: str
    fault: Fault
    skip: int
    left: int | None  # None: for ever
    when: Callable[[SimRequest], bool] | None

    def matches(self, request: SimRequest, route: str) -> bool:
        return (
            fnmatchcase(request.method, self.verb)
            and fnmatchcase(route, self.route)
            and (self.when is None or self.when(request))
        )

    def take(self) -> bool:
        if self.skip:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    """The faults ordered for a simulator; empty at first. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rules: list[_Rule] = []

    def on(
        self,
        route: str,
        *,
        kind: FaultKind,
        status: int = 502,
        times: int | None = 1,
        skip: int = 0,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        when: Callable[[SimRequest], bool] | None = None,
    ) -> None:
        """Order a fault.

        Args:
            route: Verb and route, such as ``POST /patients`` or ``PUT /appointments/{AptNum}/Break``; ``*`` stands for
                anything, as in ``* /patients`` or ``GET *``.
            kind: How the request fails.
            status: The status to answer, for the kinds ``status`` and ``status_after``.
            times: How many requests it hits; `None` for all of them.
            skip: How many matching requests pass unharmed first.
            headers: Headers that go with the status.
            body: Content that goes with the status.
            when: A further condition on the request.
        """
        if kind not in get_args(FaultKind):
            raise ValueError(f"kind: unknown kind of fault {kind!r}")
        verb, _, path = route.partition(" ")
        if not path:
            raise ValueError("route: give a verb and a route, such as 'POST /patients'")
        fault = Fault(kind=kind, status=status, headers=dict(headers or {}), body=body)
        with self._lock:
            self._rules.append(_Rule(verb, path, fault, skip, times, when))

    def take(self, request: SimRequest, route: str) -> Fault | None:
        """Return the fault that hits this request, or `None`; the first rule that matches counts it."""
        with self._lock:
            for rule in self._rules:
                if rule.matches(request, route):
                    hit = rule.take()
                    if rule.left == 0:
                        self._rules.remove(rule)
                    return rule.fault if hit else None
            return None

    def run(self, request: SimRequest, route: str, carry_out: Callable[[], SimReply]) -> SimReply:
        """Return what the client gets: the reply of *carry_out*, a fault's status, or `SimDropped` raised."""
        fault = self.take(request, route)
        if fault is None:
            return carry_out()
        if fault.applied:
            carry_out()
        return _outcome(fault)

    def clear(self) -> None:
        """Cancel every order."""
        with self._lock:
            self._rules.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._rules)


def _outcome(fault: Fault) -> SimReply:
    kind = fault.kind
    if kind == "status" or kind == "status_after":  # noqa: PLR1714 - narrows the literal for mypy
        return SimReply(status=fault.status, headers=fault.headers, body=fault.body)
    drop: DropKind = kind
    raise SimDropped(drop, fault.applied)
