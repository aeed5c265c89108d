"""An Open Dental office behind its REST API: checks every request in the documented order and hands it to an endpoint.

Order: authorization, headers, throttle, office reachable, resource name, verb, permission, version, parameters, row,
values. Every refusal is a JSON string (page "API Implementation"; `Switches` says what is assumed beyond it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from attrs import evolve, frozen

from odnexus.testing.clock import SimClock, VirtualClock
from odnexus.testing.faults import Faults
from odnexus.testing.http import Json, RequestLog, RequestRecord, SimDropped, SimReply, SimRequest
from odnexus.testing.opendental import checking, formats, refusals
from odnexus.testing.opendental.endpoints import Answer, Ask, Endpoint
from odnexus.testing.opendental.events import EventSender, Send
from odnexus.testing.opendental.keys import CUSTOMER_KEY, DEVELOPER_KEY, ENTERPRISE, USUAL, ApiKey, checked
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.refusals import Refusal
from odnexus.testing.opendental.resources import ENDPOINTS, SCHEMAS
from odnexus.testing.opendental.routing import PREFIX, Match, Router
from odnexus.testing.opendental.schema import Shown, since
from odnexus.testing.opendental.switches import Switches
from odnexus.testing.opendental.throttle import TooManyRequests, admit
from odnexus.testing.opendental.values import Row, Style, write_row, write_rows

if TYPE_CHECKING:
    from odnexus.testing.opendental.demo import Demo

Mode: TypeAlias = Literal["remote", "service", "local"]
OfficeState: TypeAlias = Literal[
    "online", "econnector_down", "hanging", "slow", "refused", "key_not_assigned", "key_disabled"
]

BASE_URLS: dict[Mode, str] = {
    "remote": "https://api.opendental.com/api/v1",
    "service": "http://localhost:30223/api/v1",
    "local": "http://localhost:30222/api/v1",
}
_PAGE_SIZES: dict[tuple[bool, bool], int] = {
    # (Remote mode, Enterprise permission)
    (True, False): 100,
    (True, True): 1000,
    (False, False): 1000,
    (False, True): 10_000,
}
_Slice: TypeAlias = Callable[[Sequence[Shown]], Sequence[Shown]]
_ROUTER = Router(ENDPOINTS)


@frozen(kw_only=True)
class _Turn:
    """What became of a request on its way to the office."""

    reply: SimReply
    waited: timedelta = timedelta(0)


class OpenDentalSimulator:
    """One simulated office. Safe to share between threads.

    Args:
        clock: Source of time; a `VirtualClock` of its own by default.
        zone: IANA name of the office's time zone.
        mode: Through which mode of the API it is reached.
        version: Version of Open Dental that it runs.
        permissions: What the customer key may do; everything but the special permissions by default.
        strict: Whether whatever is not documented in a request is refused; if not, it is ignored.
        switches: How it behaves where the documents are silent.
        clinics: Whether the office uses clinics.
        customer_key: The key of the office.
        developer_key: The key of the developer.

    Attributes:
        practice: The office's data, and its staff.
        faults: What the network does to requests, on order.
        events: The sender of API Events.
    """

    def __init__(
        self,
        *,
        clock: SimClock | None = None,
        zone: str = "America/Denver",
        mode: Mode = "service",
        version: str = "25.4.48.0",
        permissions: Iterable[str] = USUAL,
        strict: bool = True,
        switches: Switches | None = None,
        clinics: bool = False,
        customer_key: str = CUSTOMER_KEY,
        developer_key: str = DEVELOPER_KEY,
    ) -> None:
        self._clock: SimClock = clock or VirtualClock()
        self.mode: Mode = mode
        chosen = switches or Switches()
        self.practice = Practice(
            SCHEMAS,
            clock=self._clock,
            zone=zone,
            version=version,
            switches=chosen if strict else chosen.lenient(),
            clinics=clinics,
        )
        self.practice.set_preference("ProgramVersion", version)
        self.faults = Faults()
        self.log = RequestLog()
        self.events = EventSender(self.practice)
        self._state: OfficeState = "online"
        self._keys: dict[str, ApiKey] = {}
        self._gate = RLock()
        self._demo: Demo | None = None
        self.add_key(customer_key, developer_key=developer_key, permissions=permissions)

    def seed(self, *, variant: int = 1) -> Demo:
        """Fill the office with the demo practice and return its keys, also kept in `demo`."""
        from odnexus.testing.opendental.demo import seed  # noqa: PLC0415 - the demo knows the simulator

        self._demo = seed(self.practice, variant=variant)
        return self._demo

    @property
    def demo(self) -> Demo:
        """The keys of the demo practice; raise `RuntimeError` if the office does not hold it."""
        if self._demo is None:
            raise RuntimeError("the office does not hold the demo practice: call seed() first")
        return self._demo

    # --- What tests set and look at ----------------------------------------------------------------------------------

    @property
    def clock(self) -> SimClock:
        """The source of time."""
        return self._clock

    @property
    def switches(self) -> Switches:
        """How it behaves where the documents are silent; may be replaced while it runs."""
        return self.practice.switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self.practice.switches = switches

    def switch(self, **changes: Any) -> None:
        """Set some switches by name, leaving the others."""
        self.practice.switches = evolve(self.practice.switches, **changes)

    @property
    def version(self) -> str:
        """The version of Open Dental that the office runs."""
        return self.practice.version_text

    @property
    def base_url(self) -> str:
        """The base URL of its mode, as documented; with a transport it need not be reachable."""
        return BASE_URLS[self.mode]

    @property
    def state(self) -> OfficeState:
        """How the office can be reached; settable.

        The documents tie the eConnector to Remote mode. In the other modes that state answers the same sentence, for
        tests that do not care.
        """
        return self._state

    @state.setter
    def state(self, state: OfficeState) -> None:
        if state not in get_args(OfficeState):
            raise ValueError(f"state: unknown {state!r}")
        self._state = state

    @property
    def offline(self) -> bool:
        """Whether the office is anything but online; settable to a boolean or to an `OfficeState`.

        `True` means what being offline means in the mode: no eConnector in Remote mode, nobody listening in the others.
        """
        return self._state not in ("online", "slow")

    @offline.setter
    def offline(self, state: bool | OfficeState) -> None:
        if isinstance(state, bool):
            down: OfficeState = "econnector_down" if self.mode == "remote" else "refused"
            self.state = down if state else "online"
        else:
            self.state = state

    @property
    def requests(self) -> list[RequestRecord]:
        """The requests seen since the last reset, oldest first."""
        return self.log.all()

    def count(self, method: str | None = None, route: str | None = None) -> int:
        """Return how many requests had that *method* and *route*, such as ``/patients/{PatNum}``."""
        return self.log.count(method, route)

    def reset_requests(self) -> None:
        """Forget the requests seen so far."""
        self.log.reset()

    def add_key(
        self,
        customer_key: str,
        *,
        developer_key: str = DEVELOPER_KEY,
        developer: str = "Example Developer",
        permissions: Iterable[str] = USUAL,
        assigned: bool = True,
    ) -> ApiKey:
        """Give a developer a key for this office and return its state."""
        key = ApiKey(customer_key, developer_key, developer, checked(permissions), assigned)
        self._keys[customer_key] = key
        return key

    @property
    def customer_keys(self) -> frozenset[str]:
        """The keys of this office."""
        return frozenset(self._keys)

    def key(self, customer_key: str | None = None) -> ApiKey:
        """Return the state of a key; of the office's first one if none is named."""
        return self._keys[customer_key or next(iter(self._keys))]

    def disable_key(self, customer_key: str | None = None) -> None:
        """Disable a key, as the office or the developer can."""
        self.key(customer_key).disabled_at = self._clock.now()

    def permit(self, *permissions: str, customer_key: str | None = None) -> None:
        """Set what a key may do from now on."""
        self.key(customer_key).permissions = checked(permissions)

    def authorization(self, customer_key: str | None = None) -> str:
        """Return the ``Authorization`` header for a key."""
        key = self.key(customer_key)
        return f"ODFHIR {key.developer_key}/{key.customer_key}"

    def deliver_events(self, send: Send | None = None) -> int:
        """Do every poll of the event sender that is due and return how many requests it sent."""
        return self.events.deliver(send)

    # --- Requests ----------------------------------------------------------------------------------------------------

    def handle(self, request: SimRequest) -> SimReply:
        """Answer one request; raise `SimDropped` if the line fails or nobody listens."""
        route = _ROUTER.route(request.method, request.path)
        arrived = self._clock.now()
        turns: list[_Turn] = []

        def carry_out() -> SimReply:
            turn = self._reach(request)
            turns.append(turn)
            return turn.reply

        status = 0
        try:
            reply = self.faults.run(request, route, carry_out)
            status = reply.status
            return reply
        finally:
            waited = turns[0].waited if turns else timedelta(0)
            self._remember(request, route, status, arrived, waited)

    def _remember(self, request: SimRequest, route: str, status: int, at: datetime, latency: timedelta) -> None:
        self.log.add(
            RequestRecord(
                method=request.method,
                path=request.path.removeprefix(PREFIX),
                route=route,
                query=request.query,
                body=request.body,
                status=status,
                at=at,
                latency=latency,
            )
        )

    def _reach(self, request: SimRequest) -> _Turn:
        """Bring a request to the office: keys, headers, throttle, and whether anybody is there."""
        if self._state == "refused":
            raise SimDropped("refused")
        try:
            key = self._authorize(request)
            self._check_headers(request)
            waited = self._wait_for_turn(key)
        except Refusal as refusal:
            return _Turn(reply=self._refused(refusal))
        except TooManyRequests as many:
            headers = {"retry-after": str(many.seconds)} if self.switches.retry_after == "sent" else {}
            return _Turn(reply=SimReply.of(429, refusals.TOO_MANY, headers))
        return self._travel(request, key, waited)

    def _travel(self, request: SimRequest, key: ApiKey, waited: timedelta) -> _Turn:
        """Let time pass on the way, then let the office work, as far as both ends are still there."""
        if self._state == "hanging":
            raise SimDropped("timeout_before")
        takes = self._takes()
        limit = self.switches.processing_limit
        if request.timeout is not None and waited + min(takes, limit) > request.timeout:
            self._work_late(request, key, takes)
            raise SimDropped("timeout_after", applied=self._is_applied(takes))
        recorded = waited if self.switches.throttle_wait == "record" else timedelta(0)
        self._sleep(waited - recorded)
        if takes >= limit > timedelta(0):
            self._work_late(request, key, takes)
            self._sleep(limit)
            return _Turn(reply=evolve(self._gateway_timeout(), latency=recorded), waited=waited)
        self._sleep(takes)
        return _Turn(reply=evolve(self._work(request, key), latency=recorded), waited=waited)

    def _takes(self) -> timedelta:
        return self.switches.slow_latency if self._state == "slow" else self.switches.latency

    def _is_applied(self, takes: timedelta) -> bool:
        return takes < self.switches.processing_limit or self.switches.gateway_timeout == "applied"

    def _work_late(self, request: SimRequest, key: ApiKey, takes: timedelta) -> None:
        if self._is_applied(takes):
            self._work(request, key)

    def _gateway_timeout(self) -> SimReply:
        if self.switches.gateway_body == "json":
            return SimReply.of(504, "Gateway Time-out")
        page = b"<html><body><h1>504 Gateway Time-out</h1></body></html>"
        return SimReply(status=504, headers={"content-type": "text/html"}, body=page)

    def _sleep(self, length: timedelta) -> None:
        if length > timedelta(0):
            self._clock.sleep(length.total_seconds())

    # --- The checks, in their order ----------------------------------------------------------------------------------

    def _authorize(self, request: SimRequest) -> ApiKey:
        scheme, _, keys = request.headers.get("authorization", "").partition(" ")
        developer_key, _, customer_key = keys.partition("/")
        key = self._keys.get(customer_key)
        if scheme != "ODFHIR" or key is None or key.developer_key != developer_key:
            raise Refusal(401, refusals.NOT_AUTHORIZED)
        if self._state == "key_disabled" or self._is_disabled(key):
            raise Refusal(401, refusals.NOT_AUTHORIZED)
        if self._state == "key_not_assigned" or not key.assigned:
            raise Refusal(400, refusals.KEY_NOT_ASSIGNED)
        return key

    def _is_disabled(self, key: ApiKey) -> bool:
        if key.disabled_at is None:
            return False
        # Service and Local mode ask for the validity of a key only now and then.
        grace = timedelta(0) if self.mode == "remote" else self.switches.disabled_key_grace
        return self._clock.now() >= key.disabled_at + grace

    def _check_headers(self, request: SimRequest) -> None:
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "application/json" and self.switches.content_type == "refuse":
            raise Refusal(400, refusals.CONTENT_TYPE)

    def _wait_for_turn(self, key: ApiKey) -> timedelta:
        if self.mode != "remote":
            return timedelta(0)
        with self._gate:
            return admit(key, self._clock.now(), self.switches, self._takes())

    def _work(self, request: SimRequest, key: ApiKey) -> SimReply:
        with self.practice.lock:
            if self._state == "econnector_down":
                return SimReply.of(400, refusals.ECONNECTOR_DOWN)
            try:
                match = _ROUTER.match(request.method, request.path, any_case=self.switches.path_case == "ignore")
                return self._do(request, key, match)
            except Refusal as refusal:
                return self._refused(refusal)

    def _do(self, request: SimRequest, key: ApiKey, match: Match) -> SimReply:
        endpoint, practice = match.endpoint, self.practice
        if endpoint.permission not in key.permissions:
            raise Refusal(401, refusals.NO_PERMISSION)
        if not since(practice, endpoint.since):
            raise refusals.too_old(f"{endpoint.verb} {endpoint.route}")
        query, body = checking.sent(practice, endpoint, request)
        row = checking.row_of(practice, endpoint, match.key)
        args = Row(
            {
                **checking.read(practice, endpoint.query, query),
                **checking.read(practice, endpoint.body, body),
            }
        )
        ask = Ask(
            practice=practice,
            customer_key=key.customer_key,
            developer=key.developer,
            permissions=key.permissions,
            mode=self.mode,
            args=args,
            row=row,
        )
        slice_of = self._pager(key, endpoint, query)
        writing = formats.style(
            practice, str(query.get("DateFormatString", "")), str(query.get("DateTimeFormatString", ""))
        )
        answer = endpoint.run(ask)
        return self._reply(answer, self._location(request, endpoint, answer), slice_of, writing)

    def _pager(self, key: ApiKey, endpoint: Endpoint, query: dict[str, Json]) -> _Slice:
        if not endpoint.paged:
            return lambda rows: rows
        offset, limit = checking.paging(self.practice, query, self.page_size(key))
        return lambda rows: rows[offset : offset + limit]

    def page_size(self, key: ApiKey | None = None) -> int:
        """Return how many rows a page has at most."""
        holder = key or self.key()
        return _PAGE_SIZES[self.mode == "remote", ENTERPRISE in holder.permissions]

    def _reply(self, answer: Answer, headers: dict[str, str], slice_of: _Slice, writing: Style) -> SimReply:
        if answer.content is None:
            return SimReply(status=answer.status, headers=headers)
        if isinstance(answer.content, Sequence):
            return SimReply.of(answer.status, write_rows(slice_of(answer.content), writing), headers)
        return SimReply.of(answer.status, write_row(answer.content, writing), headers)

    def _location(self, request: SimRequest, endpoint: Endpoint, answer: Answer) -> dict[str, str]:
        where = self.switches.location_in_local_modes
        if answer.location is None or (self.mode != "remote" and where == "absent"):
            return {}
        base = BASE_URLS["remote"] if where == "remote" else self.base_url
        host = request.headers.get("host")
        if host and self.mode != "remote" and where == "own":
            base = f"http://{host}{PREFIX}"  # whoever serves it on another port
        return {"location": f"{base}/{endpoint.route.split('/')[1]}/{answer.location}"}

    def _refused(self, refusal: Refusal) -> SimReply:
        if refusal.status == 401 and self.switches.unauthorized_body == "empty":
            return SimReply(status=401)
        return SimReply.of(refusal.status, refusal.message)
