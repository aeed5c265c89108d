"""NexHealth's API in memory: one `handle` that answers requests as the documents say.

A request passes the checks in this order: version, route, key or token, rate limit, content type, parameters, subdomain
and location, body; then its operation runs. Everything uncertain is a switch. Nothing in this package imports the
client: it is a second reading of the same documents.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import evolve

from odnexus.testing.clock import SimClock, VirtualClock
from odnexus.testing.faults import Faults
from odnexus.testing.http import RequestLog, RequestRecord, SimReply, SimRequest, read_json
from odnexus.testing.nexhealth import (
    appointment_routes,
    document_routes,
    form_routes,
    hour_routes,
    insurance_routes,
    patient_routes,
    practice_routes,
    slot_routes,
    type_routes,
    webhook_routes,
)
from odnexus.testing.nexhealth.access import Keyring, RateLimiter, TooManyRequests
from odnexus.testing.nexhealth.chart import OpenDentalChart
from odnexus.testing.nexhealth.envelope import VENDOR_MEDIA_TYPE, wrap, wrap_refusal
from odnexus.testing.nexhealth.fields import Reading, read_body, read_query
from odnexus.testing.nexhealth.parts import read_parts
from odnexus.testing.nexhealth.patient_app import PatientApp
from odnexus.testing.nexhealth.platform import Platform
from odnexus.testing.nexhealth.records import ApiUser, Institution, Location
from odnexus.testing.nexhealth.routes import Ask, Route
from odnexus.testing.nexhealth.state import State
from odnexus.testing.nexhealth.switches import Switches
from odnexus.testing.nexhealth.synchronizer import READ_DELAY, WRITE_DELAY, Synchronizer
from odnexus.testing.nexhealth.unserved import unserved
from odnexus.testing.nexhealth.values import Refusal, Values
from odnexus.testing.nexhealth.webhooks import Webhooks

if TYPE_CHECKING:
    from odnexus.testing.opendental import OpenDentalSimulator

Unknown: TypeAlias = Literal["warn", "refuse"]

API_KEY = "nexhealth-simulator-key"
"""The key that a new simulator knows; it sees every institution."""

ROUTES: tuple[Route, ...] = (
    *practice_routes.ROUTES,
    *patient_routes.ROUTES,
    *insurance_routes.ROUTES,
    *appointment_routes.ROUTES,
    *type_routes.ROUTES,
    *hour_routes.ROUTES,
    *slot_routes.ROUTES,
    *document_routes.ROUTES,
    *webhook_routes.ROUTES,
)
"""Every operation that is simulated."""

_STABLE = frozenset({"v3.0.0", "v20240412"})
_EDGE = "v3.1.0"
_OLD = frozenset({"v2", "v2.2.2"})
_AUTHENTICATES = "/authenticates"
_FORBIDDEN = "You don't have access to perform this action."


class NexHealthSimulator:
    """A NexHealth platform that lives in memory.

    Args:
        clock: Source of time; a new virtual clock by default.
        strict: Refuse unknown body fields, wrong types and requests without a version, as documented. False reads
            requests as kindly as possible.
        strict_unknown: What an unknown query parameter does: `warn` answers 200 and names it in `description`, as
            documented; `refuse` answers 400, to prove that a program sends nothing undocumented.
        switches: What to assume where the documents are silent.
        sandbox: Tokens live 24 hours instead of one.
        api_key: The first API key; it sees every institution. Add others to `keyring`.

    Attributes:
        state: The records.
        webhooks: Deliveries and their dials.
        patient_app: Patients who book, cancel and confirm on NexHealth's own pages.
        synchronizers: Links to Open Dental simulators, by sync id.
        keyring: API keys and tokens.
        requests: What was asked, oldest first.
        faults: What networks do to it.
    """

    def __init__(
        self,
        clock: SimClock | None = None,
        *,
        strict: bool = True,
        strict_unknown: Unknown = "warn",
        switches: Switches | None = None,
        sandbox: bool = False,
        api_key: str = API_KEY,
    ) -> None:
        self.clock: SimClock = clock or VirtualClock()
        self.strict = strict
        self.strict_unknown = strict_unknown
        self.switches = switches or Switches()
        self.keyring = Keyring(sandbox=sandbox)
        self.keyring.add(api_key)
        self.platform = Platform(self.clock, self.switches, self.keyring)
        self.patient_app = PatientApp(self.platform)
        self.synchronizers: dict[int, Synchronizer] = {}
        self.requests = RequestLog()
        self.faults = Faults()
        self._limiter = RateLimiter()

    @property
    def state(self) -> State:
        """NexHealth's copy of the practices."""
        return self.platform.state

    @property
    def webhooks(self) -> Webhooks:
        """Deliveries, their schedule and their dials."""
        return self.platform.webhooks

    @property
    def synchronizer(self) -> Synchronizer:
        """The only synchronizer; raise `LookupError` if there is none or more than one."""
        if len(self.synchronizers) != 1:
            raise LookupError(f"{len(self.synchronizers)} synchronizers: look in `synchronizers`")
        return next(iter(self.synchronizers.values()))

    def link(self, sync_id: int, synchronizer: Synchronizer) -> Synchronizer:
        """Put a synchronizer behind the locations of a sync and return it."""
        self.synchronizers[sync_id] = synchronizer
        self.platform.writers[sync_id] = synchronizer
        return synchronizer

    def connect(
        self,
        sync_id: int,
        opendental: OpenDentalSimulator,
        *,
        read_delay: timedelta = READ_DELAY,
        write_delay: timedelta = WRITE_DELAY,
    ) -> Synchronizer:
        """Link a sync to a simulated Open Dental, as NexHealth's program in the office does, and return the link.

        What is in Open Dental already is read at once, without events.
        """
        switches = self.switches
        chart = OpenDentalChart(
            opendental.practice, cancels_to=switches.cancelled_in_opendental, blocks=switches.blocks_are_read
        )
        synchronizer = Synchronizer(self.platform, sync_id, chart, read_delay=read_delay, write_delay=write_delay)
        return self.link(sync_id, synchronizer)

    # Watching and disturbing

    def count(self, method: str | None = None, route: str | None = None) -> int:
        """Return how many requests had that method and route (any, where None)."""
        return self.requests.count(method, route)

    def reset_requests(self) -> None:
        """Forget the requests so far."""
        self.requests.reset()

    def fail_softly(self, route: str, *messages: str, status: int = 200, times: int = 1, applied: bool = False) -> None:
        """Answer the next requests of *route* with `code: false` under a 2xx.

        Args:
            route: Verb and path, as for `faults`.
            *messages: Texts for `error`.
            status: The status on top.
            times: How many requests.
            applied: Whether they are carried out all the same.
        """
        reply = wrap_refusal(Refusal(status, *(messages or ("The request was not carried out",))), self.switches)
        kind: Literal["status", "status_after"] = "status_after" if applied else "status"
        self.faults.on(route, kind=kind, status=status, times=times, headers=reply.headers, body=reply.body)

    def tick(self, now: datetime | None = None) -> None:
        """Let time have its effect: run due synchronizer cycles, look at the lights, attempt due deliveries."""
        moment = now or self.clock.now()
        for synchronizer in list(self.synchronizers.values()):
            synchronizer.run(moment)
        self.webhooks.deliver_due(moment)

    # Answering

    def handle(self, request: SimRequest) -> SimReply:
        """Answer one request, or raise `SimDropped` where a fault cuts the line."""
        route, ids = _find(request, self._offered(request))
        name = request.path if route is None else route.path
        arrived, status = self.clock.now(), 0
        try:
            reply = self.faults.run(request, name, lambda: self._carry_out(request, route, ids))
            status = reply.status
            return reply
        finally:
            self.requests.add(
                RequestRecord(
                    method=request.method,
                    path=request.path,
                    route=name,
                    query=request.query,
                    body=request.body,
                    status=status,
                    at=arrived,
                )
            )

    def _offered(self, request: SimRequest) -> tuple[Route, ...]:
        """Return the operations of the version that was asked for."""
        older = self.switches.form_request_event == "offered"
        known = webhook_routes.with_older_events(ROUTES) if older else ROUTES
        edge = request.headers.get("nex-api-version", "").strip() == _EDGE
        return (*known, *form_routes.routes(self.switches)) if edge and self.switches.forms == "v3.1" else known

    def _carry_out(self, request: SimRequest, route: Route | None, ids: Mapping[str, int]) -> SimReply:
        with self.platform.lock:
            try:
                return self._operate(request, route, ids)
            except TooManyRequests as refusal:
                return self._too_many(refusal)
            except Refusal as refusal:
                return wrap_refusal(refusal, self.switches)

    def _operate(self, request: SimRequest, route: Route | None, ids: Mapping[str, int]) -> SimReply:
        now = self.clock.now()
        version = self._version(request.headers)
        if route is None:
            raise _nowhere(request, version)
        user = self._user(request, route, now)
        self._check_version(version)
        self._limiter.admit(user, lane=route.lane, search=route.search, now=now, switches=self.switches)
        self._check_types(request, route)
        ask, ignored = self._read(request, route, user, ids, now)
        answer = route.run(ask)
        if ignored:
            text = f"Note that following parameters are ignored: {', '.join(ignored)}."
            answer = answer.warned(text)
        vendor = not route.migrated and self.switches.vendor_media_type
        return wrap(answer, self.switches, media_type=VENDOR_MEDIA_TYPE if vendor else "application/json")

    def _too_many(self, refusal: TooManyRequests) -> SimReply:
        headers: dict[str, str] = {}
        if self.switches.retry_after:
            headers["retry-after"] = str(max(1, math.ceil(refusal.retry_after / timedelta(seconds=1))))
        if self.switches.rate_limit_body == "text":
            return SimReply(status=429, headers={"content-type": "text/plain", **headers}, body=b"Retry later\n")
        return wrap_refusal(refusal, self.switches, headers)

    # Checks

    def _version(self, headers: Mapping[str, str]) -> str:
        version = headers.get("nex-api-version", "").strip()
        if not version and "version=2" in headers.get("accept", "").replace(" ", ""):
            version = "v2"
        if not version and not self.strict:
            version = "v3.0.0"
        if not version:
            raise Refusal(404, "Not found")
        if version not in _STABLE | _OLD | {_EDGE}:
            raise Refusal(self.switches.unknown_version_status, "Not found")
        return version

    def _check_version(self, version: str) -> None:
        if version in _OLD or (version == _EDGE and not self.switches.edge_version):
            relation = "below the minimum" if version in _OLD else "above the maximum"
            raise Refusal(403, f"API version '{version}' is {relation} allowed")

    def _user(self, request: SimRequest, route: Route, now: datetime) -> ApiUser:
        header = request.headers.get("authorization")
        if route.path == _AUTHENTICATES:
            return self.keyring.authenticate(header)
        return self.keyring.check(header, now, raw_keys=self.switches.raw_key_as_token)

    def _check_types(self, request: SimRequest, route: Route) -> None:
        accept = request.headers.get("accept", "*/*")
        plain_only = "*/*" not in accept and "nexhealth" not in accept.lower()
        # The page of `/authenticates` asks for plain JSON itself.
        picky = not route.migrated and route.path != _AUTHENTICATES
        if picky and plain_only and not self.switches.unmigrated_take_plain_accept:
            raise Refusal(406, "The requested format is not supported")
        sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if route.multipart:
            return
        if self.strict and request.body and sent != "application/json":
            raise Refusal(415, "The provided content-type is not supported")

    def _read(
        self, request: SimRequest, route: Route, user: ApiUser, ids: Mapping[str, int], now: datetime
    ) -> tuple[Ask, tuple[str, ...]]:
        reading = Reading(
            strict=self.strict,
            both_array_styles=self.switches.array_styles == "both" or not self.strict,
            zone=self._zone(request, route),
        )
        query, ignored = read_query(route.query, request.query, reading)
        if ignored and self.strict_unknown == "refuse":
            raise Refusal(400, *(f"Unknown parameter {name}" for name in ignored))
        institution = self._institution(query, user)
        if "subscriptions" in route.path:
            _refuse_subdomain_in_body(request.body)
        ask = Ask(
            platform=self.platform,
            now=now,
            user=user,
            ids=ids,
            query=query,
            institution=institution,
            location=self._location(query, institution),
            scope=_scope(request),
        )
        if route.multipart:
            ask.parts = read_parts(request, route.multipart, strict=self.strict)
        if route.body is not None:
            ask.body = read_body(route.body, request.body, evolve(reading, coerce=not self.strict))
        return ask, ignored

    def _institution(self, query: Values, user: ApiUser) -> Institution | None:
        subdomain = query.text("subdomain")
        if subdomain is None:
            return None
        institution = self.state.by_subdomain(subdomain)
        if institution is None or not user.sees(subdomain):
            raise Refusal(403, _FORBIDDEN)
        return institution

    def _location(self, query: Values, institution: Institution | None) -> Location | None:
        number = query.number("location_id")
        if number is None:
            return None
        location = self.state.locations.get(number)
        if location is None or institution is None or location.institution_id != institution.id:
            raise Refusal(403, _FORBIDDEN)
        return location

    def _zone(self, request: SimRequest, route: Route) -> tzinfo | None:
        sent = dict(request.query)
        named = sent.get("timezone") if any(field.name == "timezone" for field in route.query) else None
        if named:
            return _zone_named(named)
        number = sent.get("location_id", "")
        location = self.state.locations.get(int(number)) if number.isdecimal() else None
        match self.switches.naive_times:
            case "refuse":
                return None
            case "location" if location is not None:
                return ZoneInfo(location.tz)
            case _:
                return UTC


def _zone_named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refusal(400, "timezone is invalid") from None


def _find(request: SimRequest, routes: tuple[Route, ...]) -> tuple[Route | None, dict[str, int]]:
    for route in routes:
        ids = route.match(request.path) if route.method == request.method else None
        if ids is not None:
            return route, ids
    return None, {}


def _nowhere(request: SimRequest, version: str) -> Refusal:
    name = unserved(request.method, request.path, edge=version == _EDGE) if version not in _OLD else None
    return Refusal(404, "Not found") if name is None else Refusal(501, f"{name} is not simulated")


def _scope(request: SimRequest) -> str:
    """Return what a cursor belongs to: the path and every parameter but those that choose the page."""
    paging = {"start_cursor", "end_cursor", "per_page"}
    kept = sorted(pair for pair in request.query if pair[0] not in paging)
    return json.dumps([request.path, kept])


def _refuse_subdomain_in_body(content: bytes) -> None:
    """`subdomain` belongs into the query of a subscription; in the body it is 403 (page "Webhook subscriptions")."""
    try:
        body = read_json(content or b"{}")
    except ValueError:
        return
    if isinstance(body, dict) and "subdomain" in body:
        raise Refusal(403, _FORBIDDEN)
