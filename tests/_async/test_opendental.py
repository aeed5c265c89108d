"""The Open Dental client over a scripted network: headers, ways, pace, retries, gates, reading back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from odnexus._async.offering import AsyncOffered
from odnexus._async.opendental import AsyncOpenDental
from odnexus._calls import Secret
from odnexus._pace import Pace, RetryPolicy
from odnexus.errors import (
    AmbiguousWriteError,
    ConfigurationError,
    ConnectionFailedError,
    NotFoundError,
    OfficeOfflineError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    UnexpectedResponseError,
    UnsupportedError,
)
from odnexus.opendental.models import Appointment, Commlog, Patient
from odnexus.opendental.modes import STAY, Mode
from odnexus.opendental.versions import Version
from odnexus.testing.clock import VirtualClock
from tests._async.running import clock_for, running

DEVELOPER_KEY, CUSTOMER_KEY = "DeveloperKey1234", "OfficeKey7654321"
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
Answer = httpx.Response | type[httpx.TransportError]


def json_answer(body: object, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


class Network:
    """Answers each request with the next of *answers*, the last one again and again; keeps what was sent."""

    def __init__(self, *answers: Answer, clock: VirtualClock | None = None) -> None:
        self.answers = list(answers)
        self.clock = clock or VirtualClock(START)
        self.requests: list[httpx.Request] = []
        self.times: list[datetime] = []
        self.down: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.netloc.decode() in self.down:
            raise httpx.ConnectError("refused", request=request)
        self.requests.append(request)
        self.times.append(self.clock.now())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        raise answer("lost", request=request)

    @property
    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) if request.content else None for request in self.requests]

    def client(self, **settings: Any) -> AsyncOpenDental:
        settings = {"mode": "service", "developer_key": DEVELOPER_KEY, "customer_key": CUSTOMER_KEY} | settings
        return AsyncOpenDental(transport=httpx.MockTransport(self), clock=clock_for(self.clock), **settings)


OKAFOR = {"PatNum": 412, "LName": "Okafor", "FName": "Lena"}


# What is sent.


@running
async def test_every_request_carries_keys_and_a_content_type() -> None:
    network = Network(json_answer(OKAFOR))
    async with network.client() as od:
        patient = await od.patients.get(412)

    assert patient == Patient(pat_num=412, l_name="Okafor", f_name="Lena")
    request = network.requests[0]
    assert str(request.url) == "http://127.0.0.1:30223/api/v1/patients/412"
    assert request.headers["authorization"] == f"ODFHIR {DEVELOPER_KEY}/{CUSTOMER_KEY}"
    assert request.headers["content-type"] == "application/json"


@running
async def test_filters_leave_as_documented_and_none_means_no_filter() -> None:
    network = Network(json_answer([]))
    async with network.client() as od:
        rows = [row async for row in od.appointments.iter(date=date(2026, 5, 12), clinic_num=0)]

    assert rows == []
    assert network.paths == ["GET /api/v1/appointments?date=2026-05-12&ClinicNum=0"]


@running
async def test_a_blank_in_a_query_leaves_as_the_vendor_writes_it() -> None:
    network = Network(json_answer([]))
    async with network.client() as od:
        rows = [row async for row in od.appointments.iter(date_t_stamp=datetime(2026, 3, 1, 8))]

    assert rows == []
    assert network.paths == ["GET /api/v1/appointments?DateTStamp=2026-03-01%2008%3A00%3A00"]


@running
async def test_a_write_whose_answer_cannot_be_unpacked_is_left_in_doubt() -> None:
    def junk(request: httpx.Request) -> httpx.Response:
        headers = {"Content-Encoding": "gzip"}
        return httpx.Response(201, headers=headers, stream=httpx.ByteStream(b"junk"), request=request)

    door = httpx.MockTransport(junk)
    async with AsyncOpenDental(
        developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY, mode="service", transport=door
    ) as od:
        with pytest.raises(AmbiguousWriteError):
            await od.patients.create(l_name="Okafor", f_name="Lena")


@running
async def test_an_answer_nested_too_deeply_is_no_answer() -> None:
    network = Network(httpx.Response(200, content=b"[" * 100_000))
    async with network.client() as od:
        with pytest.raises(UnexpectedResponseError):
            await od.patients.get(412)


@pytest.mark.parametrize("key", ["OfficeKey7654321\n", "OfficeKéy", "Office Key", "\tOfficeKey"])
@pytest.mark.parametrize("name", ["developer_key", "customer_key"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(name: str, key: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}: take out") as caught:
        Network(json_answer([])).client(**{name: key})

    assert key.strip() not in str(caught.value)


@running
async def test_a_change_holds_what_the_caller_mentioned() -> None:
    network = Network(json_answer(OKAFOR))
    async with network.client() as od:
        await od.patients.update(412, birthdate=None, wireless_phone="(541)555-0188")

    assert network.bodies == [{"Birthdate": "0001-01-01", "WirelessPhone": "(541)555-0188"}]


@running
async def test_texts_from_all_over_the_world_leave_in_utf_8() -> None:
    network = Network(json_answer(OKAFOR))
    async with network.client() as od:
        await od.patients.update(412, preferred="Zoë Ñandú 李")

    assert network.bodies == [{"Preferred": "Zoë Ñandú 李"}]


@running
async def test_a_mistake_is_found_before_anything_is_sent() -> None:
    network = Network(json_answer(OKAFOR))
    mistake: dict[str, Any] = {"l_nam": "x"}
    async with network.client() as od:
        with pytest.raises(ConfigurationError, match="did you mean 'l_name'"):
            await od.patients.update(412, **mistake)
        with pytest.raises(ConfigurationError, match="apt_date_time: the office's wall clock"):
            await od.appointments.update(1, apt_date_time=START)
        with pytest.raises(ConfigurationError, match="l_name: give a text that is not blank"):
            od.patients.simple(l_name="")

    assert network.requests == []


# Ways to the office.


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"mode": "remote"}, "https://api.opendental.com/api/v1/patients/1"),
        ({"mode": "service", "host": "SRV01"}, "http://srv01:30223/api/v1/patients/1"),
        ({"mode": "service", "host": "192.168.1.5"}, "http://192.168.1.5:30223/api/v1/patients/1"),
        ({"mode": "local"}, "http://127.0.0.1:30222/api/v1/patients/1"),
        ({"mode": "local", "base_url": "http://127.0.0.1:9/"}, "http://127.0.0.1:9/api/v1/patients/1"),
    ],
)
@running
async def test_each_mode_has_its_address(settings: dict[str, Any], url: str) -> None:
    network = Network(json_answer({"PatNum": 1}))
    async with network.client(**settings) as od:
        await od.patients.get(1)

    assert str(network.requests[0].url) == url


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"developer_key": ""}, "developer_key"),
        ({"customer_key": Secret("")}, "customer_key"),
        ({"mode": "cloud"}, "mode"),
        ({"mode": ("service", "remote"), "base_url": "http://127.0.0.1"}, "base_url"),
        ({"mode": "remote", "base_url": "http://api.opendental.com/api/v1"}, "base_url"),
        ({"mode": "service", "host": "od.example.com"}, "base_url"),
        ({"mode": "service", "host": "1.2.3.4"}, "base_url"),
        ({"mode": "remote", "tier": "gold"}, "tier"),
        ({"version": "new"}, "version"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Network(json_answer([])).client(**settings)

    assert str(caught.value).startswith(f"{field}: ")


@running
async def test_a_way_that_is_down_is_passed_over_at_once_and_remembered() -> None:
    network = Network(json_answer({"PatNum": 1}))
    network.down = {"127.0.0.1:30223"}
    async with network.client(mode=("service", "remote")) as od:
        await od.patients.get(1)
        first = network.clock.now()
        await od.patients.get(1)
        network.down = set()
        await od.patients.get(1)
        network.clock.advance(STAY)
        await od.patients.get(1)

    assert first == START
    hosts = [request.url.host for request in network.requests]
    assert hosts == ["api.opendental.com", "api.opendental.com", "api.opendental.com", "127.0.0.1"]


@running
async def test_a_request_that_may_have_arrived_is_never_sent_another_way() -> None:
    network = Network(httpx.ReadTimeout)
    async with network.client(mode=("service", "remote")) as od:
        with pytest.raises(AmbiguousWriteError):
            await od.patients.create(l_name="Okafor", f_name="Lena")
        with pytest.raises(RequestTimeoutError):
            await od.patients.get(1)

    assert {request.url.host for request in network.requests} == {"127.0.0.1"}
    assert network.paths.count("POST /api/v1/patients") == 1


@running
async def test_an_offices_answer_is_an_answer_whatever_it_says() -> None:
    network = Network(json_answer("The office's eConnector is not running.", 400))
    async with network.client(mode=("remote", "service")) as od:
        with pytest.raises(OfficeOfflineError):
            await od.patients.get(1)

    assert len(network.requests) == 1


@running
async def test_with_every_way_down_the_last_word_is_no_connection() -> None:
    network = Network(json_answer({"PatNum": 1}))
    network.down = {"127.0.0.1:30223", "api.opendental.com"}
    async with network.client(mode=("service", "remote")) as od:
        with pytest.raises(ConnectionFailedError, match="no connection"):
            await od.patients.create(l_name="Okafor", f_name="Lena")

    assert network.requests == []


# Pace and attempts.


@pytest.mark.parametrize(("tier", "interval"), [("read_all", 5.05), ("standard", 1.05), ("enterprise", 0.525)])
@running
async def test_remote_requests_keep_their_distance(tier: str, interval: float) -> None:
    network = Network(json_answer({"PatNum": 1}))
    async with network.client(mode="remote", tier=tier) as od:
        for _ in range(4):
            await od.patients.get(1)

    gaps = [(later - sooner).total_seconds() for sooner, later in zip(network.times, network.times[1:], strict=False)]
    assert gaps == pytest.approx([interval] * 3)


@running
async def test_the_office_network_knows_no_pace() -> None:
    network = Network(json_answer({"PatNum": 1}))
    async with network.client() as od:
        for _ in range(4):
            await od.patients.get(1)

    assert network.clock.now() == START


@running
async def test_clients_of_one_key_share_a_budget() -> None:
    from odnexus.opendental.modes import pace_for

    network, pace = Network(json_answer({"PatNum": 1})), pace_for("remote", "standard")
    async with network.client(mode="remote", pace=pace) as one, network.client(mode="remote", pace=pace) as other:
        await one.patients.get(1)
        await other.patients.get(1)

    assert network.times[1] - network.times[0] == timedelta(seconds=1.05)


@running
async def test_a_shared_budget_is_for_remote_only() -> None:
    network, closed = Network(json_answer({"PatNum": 1})), Pace()
    closed.close_until(START.timestamp() + 3600)
    async with network.client(mode=("service", "remote"), pace=closed) as od:
        await od.patients.get(1)

    assert network.clock.now() == START


@pytest.mark.parametrize("status", [429, 500, 504])
@running
async def test_steady_trouble_costs_at_most_five_requests(status: int) -> None:
    network = Network(json_answer("no", status))
    async with network.client(mode="remote") as od:
        with pytest.raises((RateLimitError, ServerError)) as caught:
            await od.patients.get(1)

    assert len(network.requests) <= 5
    assert caught.value.status == status


@running
async def test_retry_after_is_obeyed_to_the_second() -> None:
    network = Network(json_answer("Too many requests", 429, **{"Retry-After": "7"}), json_answer({"PatNum": 1}))
    async with network.client(mode="remote") as od:
        await od.patients.get(1)

    assert [time - START for time in network.times] == [timedelta(0), timedelta(seconds=7)]


@running
async def test_a_policy_of_the_caller_holds() -> None:
    network = Network(json_answer("no", 500))
    async with network.client(retry=RetryPolicy(attempts=1)) as od:
        with pytest.raises(ServerError):
            await od.patients.get(1)

    assert len(network.requests) == 1


@pytest.mark.parametrize("answer", [httpx.ReadError, httpx.ReadTimeout, json_answer("no", 502), json_answer("", 504)])
@running
async def test_a_write_whose_answer_is_lost_is_sent_once(answer: Answer) -> None:
    network = Network(answer)
    async with network.client() as od:
        with pytest.raises(AmbiguousWriteError):
            await od.patients.create(l_name="Okafor", f_name="Lena")
        with pytest.raises(AmbiguousWriteError):
            await od.appointments.break_(1, send_to_unscheduled_list=True)
        with pytest.raises(AmbiguousWriteError):
            await od.appointments.add_note(1, "x")

    assert len(network.requests) == 3


@running
async def test_a_time_out_on_the_way_to_the_office_is_ambiguous_too() -> None:
    network = Network(json_answer("The request to the office timed out.", 400))
    async with network.client() as od:
        with pytest.raises(AmbiguousWriteError):
            await od.patients.create(l_name="Okafor", f_name="Lena")

    assert len(network.requests) == 1


@running
async def test_a_wrong_key_is_not_tried_twice() -> None:
    network = Network(json_answer("Not authorized", 401))
    async with network.client() as od:
        with pytest.raises(Exception, match="wrong, disabled or unassigned"):
            await od.patients.get(1)

    assert len(network.requests) == 1


@running
async def test_requests_are_counted_over_all_ways() -> None:
    network = Network(json_answer({"PatNum": 1}))
    async with network.client(mode=("service", "remote")) as od:
        before = od.requests_sent
        await od.patients.get(1)
        await od.patients.get(1)

        assert (before, od.requests_sent) == (0, 2)


# Versions.


@running
async def test_what_a_known_office_lacks_is_not_sent() -> None:
    network = Network(json_answer([]))
    async with network.client(version="22.4.9.0") as od:
        with pytest.raises(UnsupportedError, match=r"GET /appointmenttypes needs Open Dental 22\.4\.10") as caught:
            _ = [row async for row in od.appointment_types.iter()]
        with pytest.raises(UnsupportedError, match=r"op \(Op\) needs Open Dental 23\.2\.27"):
            _ = [row async for row in od.appointments.iter(op=1)]

    assert (caught.value.needed, caught.value.present) == ("22.4.10", "22.4.9")
    assert network.requests == []


@running
async def test_the_version_is_learnt_by_asking() -> None:
    network = Network(json_answer([{"PrefNum": 1, "PrefName": "ProgramVersion", "ValueString": "22.4.9.0"}]))
    async with network.client() as od:
        unknown = od.version
        learnt = await od.program_version()
        with pytest.raises(UnsupportedError):
            _ = [row async for row in od.appointment_types.iter()]

        assert od.version == learnt == Version.parse("22.4.9")
    assert unknown is None
    assert network.paths == ["GET /api/v1/preferences?PrefName=ProgramVersion"]


@running
async def test_an_office_that_says_so_itself_is_unsupported_too() -> None:
    network = Network(json_answer("Error. This is most likely a version issue.", 400))
    async with network.client() as od:
        with pytest.raises(UnsupportedError, match=r"22\.4\.10 or later"):
            _ = [row async for row in od.appointment_types.iter()]


# Answers without a record.


@running
async def test_a_created_record_is_read_back_where_the_answer_is_empty() -> None:
    network = Network(
        httpx.Response(201, headers={"Location": "https://api.opendental.com/api/v1/patients/412"}), json_answer(OKAFOR)
    )
    async with network.client() as od:
        patient = await od.patients.create(l_name="Okafor", f_name="Lena")

    assert patient.l_name == "Okafor"
    assert network.paths == ["POST /api/v1/patients", "GET /api/v1/patients/412"]


@running
async def test_a_changed_record_is_read_back_where_the_answer_is_empty() -> None:
    network = Network(httpx.Response(200), json_answer({"AptNum": 880, "PatNum": 412}))
    async with network.client() as od:
        appointment = await od.appointments.update(880, op=3)

    assert appointment == Appointment(apt_num=880, pat_num=412)
    assert network.paths == ["PUT /api/v1/appointments/880", "GET /api/v1/appointments/880"]


@running
async def test_trouble_with_reading_back_does_not_undo_the_write() -> None:
    network = Network(httpx.Response(201, headers={"Location": "/api/v1/patients/412"}), json_answer("gone", 404))
    async with network.client() as od:
        patient = await od.patients.create(l_name="Okafor", f_name="Lena")

    assert patient == Patient(pat_num=412)
    assert patient.raw == {}


@running
async def test_a_chart_whose_number_nobody_tells_is_ambiguous() -> None:
    network = Network(httpx.Response(201))
    async with network.client() as od:
        with pytest.raises(AmbiguousWriteError, match="no number"):
            await od.patients.create(l_name="Okafor", f_name="Lena")


@running
async def test_old_offices_say_nothing_about_a_new_commlog() -> None:
    network = Network(httpx.Response(201))
    async with network.client(version="22.1") as od:
        commlog = await od.commlogs.create(pat_num=412, note="called")

    assert commlog == Commlog(commlog_num=0)
    assert len(network.requests) == 1


@running
async def test_a_known_old_office_is_not_asked_for_what_it_lacks() -> None:
    network = Network(httpx.Response(201, headers={"Location": "/api/v1/commlogs/7"}))
    async with network.client(version="22.1") as od:
        commlog = await od.commlogs.create(pat_num=412, note="called")

    assert commlog == Commlog(commlog_num=7)
    assert len(network.requests) == 1


# Lists.


@running
async def test_pages_are_asked_for_when_their_rows_are() -> None:
    network = Network(
        json_answer([{"AptNum": number} for number in range(1, 101)]),
        json_answer([{"AptNum": 100}, {"AptNum": 101}]),
    )
    async with network.client() as od:
        rows = od.appointments.iter()
        asked_at_first = len(network.requests)
        seen = [(row.apt_num, len(network.requests)) async for row in rows]

    assert asked_at_first == 0
    assert seen == [*((number, 1) for number in range(1, 101)), (101, 2)]
    assert network.paths == ["GET /api/v1/appointments", "GET /api/v1/appointments?Offset=99"]


async def keep_numbers(od: AsyncOpenDental, seen: list[int]) -> None:
    async for row in od.patients.simple():
        seen.append(row.pat_num)  # noqa: PERF401 - what came before the trouble is kept


@running
async def test_a_walk_can_be_taken_up_where_it_broke_off() -> None:
    first = [{"PatNum": number} for number in range(1, 101)]
    network = Network(json_answer(first), json_answer("no", 404))
    seen: list[int] = []
    async with network.client() as od:
        with pytest.raises(NotFoundError):
            await keep_numbers(od, seen)
        network.answers[:] = [json_answer([{"PatNum": 101}])]
        rest = [row.pat_num async for row in od.patients.simple(offset=len(seen))]

    assert [*seen, *rest] == list(range(1, 102))
    assert network.paths[-1] == "GET /api/v1/patients/Simple?Offset=100"


@running
async def test_a_filter_that_was_not_heard_is_an_error_and_not_a_long_read() -> None:
    old = [{"AptNum": number, "AptDateTime": "2009-05-12 08:30:00"} for number in range(100)]
    network = Network(json_answer(old))
    async with network.client() as od:
        with pytest.raises(UnexpectedResponseError, match="filter ignored: dateStart"):
            _ = [row async for row in od.appointments.iter(date_start=date(2026, 5, 12))]

    assert len(network.requests) == 1


# The raw door.


@running
async def test_the_raw_door_sends_documented_words_as_they_are() -> None:
    network = Network(json_answer([{"RecallNum": 1}]))
    async with network.client() as od:
        answer = await od.request(
            "GET", "/recalls/List", params={"DateStart": date(2026, 3, 1), "IncludeReminded": True}
        )
        count: int = await od.request("GET", "/recalls/List", read=lambda rows: len(str(rows)))

    assert answer == [{"RecallNum": 1}]
    assert count == len("[{'RecallNum': 1}]")
    assert network.paths[0] == "GET /api/v1/recalls/List?DateStart=2026-03-01&IncludeReminded=true"


@running
async def test_errors_of_the_raw_door_name_no_ids() -> None:
    network = Network(json_answer("Patient Okafor not found.", 404))
    async with network.client() as od:
        with pytest.raises(NotFoundError) as caught:
            await od.request("DELETE", "/documents/731")

    assert str(caught.value) == "DELETE /documents/{n}: there is no such record, or one it refers to (404)"
    assert caught.value.detail == "Patient Okafor not found."


# What may not leak.


@running
async def test_keys_are_nowhere_to_be_seen() -> None:
    network = Network(json_answer("no", 401))
    async with network.client() as od:
        with pytest.raises(Exception, match="key") as caught:
            await od.patients.get(1)
        shown = " ".join(map(repr, [od, vars(od), vars(od.patients), caught.value, caught.value.args]))

    assert DEVELOPER_KEY not in shown
    assert CUSTOMER_KEY not in shown


def test_each_method_has_a_docstring() -> None:
    od = Network(json_answer([])).client()
    resources = {
        name: getattr(od, name) for name, kind in vars(AsyncOpenDental).items() if isinstance(kind, AsyncOffered)
    }

    assert len(resources) == 41
    for resource in resources.values():
        for name in (name for name in dir(resource) if not name.startswith("_")):
            method: Callable[..., object] = getattr(resource, name)
            assert (method.__doc__ or "").strip(), f"{type(resource).__name__}.{name}"


def test_modes_are_typed() -> None:
    mode: Mode = "remote"

    assert Network(json_answer([])).client(mode=mode).version is None
