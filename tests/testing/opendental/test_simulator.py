"""What holds for every request: keys, headers, order of checks, versions, paging, formats, speed, reachability."""

from __future__ import annotations

import re
import threading
from datetime import datetime, timedelta
from typing import Any

import attrs
import httpx
import pytest

from odnexus.testing import SimDropped, SimReply, SimRequest, VirtualClock
from odnexus.testing.clock import START
from odnexus.testing.opendental import (
    CUSTOMER_KEY,
    DEVELOPER_KEY,
    ENTERPRISE,
    USUAL,
    Mode,
    OpenDentalSimulator,
    Switches,
    serve_opendental,
)
from odnexus.testing.opendental.refusals import ECONNECTOR_DOWN, KEY_NOT_ASSIGNED
from odnexus.testing.opendental.resources import ENDPOINTS
from odnexus.testing.opendental.routing import METHODS_NOT_SIMULATED, NOT_SIMULATED
from tests.testing.opendental.desk import Desk

# --- Keys and headers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "",
        "ODFHIR",
        "ODFHIR TestDeveloperKey",
        "ODFHIR TestDeveloperKey/Wrong",
        "ODFHIR Wrong/TestCustomerKey1",
        "Basic TestDeveloperKey/TestCustomerKey1",
        "odfhir TestDeveloperKey/TestCustomerKey1",
    ],
)
def test_a_wrong_key_is_unauthorized(desk: Desk, header: str) -> None:
    reply = desk.send("GET", "/clinics", headers={"Authorization": header, "Content-Type": "application/json"})

    assert reply.status == 401
    assert isinstance(reply.json(), str)


def test_a_401_may_have_no_content(desk: Desk) -> None:
    desk.sim.switch(unauthorized_body="empty")
    desk.sim.permit("ApiComm")

    assert [desk.send("GET", "/clinics", headers={}).body, desk.send("GET", "/clinics").body] == [b"", b""]


@pytest.mark.parametrize("value", [None, "text/plain", "application/xml"])
def test_the_content_type_is_required_on_every_verb(desk: Desk, value: str | None) -> None:
    headers = {"Authorization": desk.sim.authorization(), **({"Content-Type": value} if value else {})}

    assert desk.send("GET", "/clinics", headers=headers).status == 400
    desk.sim.switch(content_type="ignore")
    assert desk.send("GET", "/clinics", headers=headers).status == 200


def test_a_charset_does_no_harm(desk: Desk) -> None:
    headers = {"Authorization": desk.sim.authorization(), "Content-Type": "application/json; charset=utf-8"}

    assert desk.send("GET", "/clinics", headers=headers).status == 200


def test_a_disabled_key_is_unauthorized_at_once_or_after_a_while() -> None:
    desk = Desk(switches=Switches(disabled_key_grace=timedelta(hours=6)))
    desk.sim.disable_key()

    assert desk.get("/clinics") == []
    desk.sim.clock.sleep(6 * 3600)
    assert desk.send("GET", "/clinics").status == 401
    remote = Desk(mode="remote", switches=Switches(disabled_key_grace=timedelta(hours=6)))
    remote.sim.disable_key()
    assert remote.send("GET", "/clinics").status == 401


def test_a_key_that_the_office_has_not_entered(desk: Desk) -> None:
    desk.sim.key().assigned = False

    assert desk.refused("GET", "/clinics") == (400, KEY_NOT_ASSIGNED)


# --- The order of checks ----------------------------------------------------------------------------------------------


def test_checks_come_in_their_order(desk: Desk) -> None:
    """Each step cures what the step before complained of, and uncovers the next complaint."""
    wrong = {"Content-Type": "text/plain"}
    right = {"Authorization": desk.sim.authorization(), "Content-Type": "application/json"}
    desk.sim.permit("ApiReadAll")
    desk.practice.upgrade("21.1")

    def ask(method: str, path: str, headers: dict[str, str] = right, **body: object) -> tuple[int, Any]:
        reply = desk.send(method, path, body=body, headers=headers)
        return reply.status, reply.json() if reply.body else None

    desk.sim.offline = "econnector_down"
    assert ask("PUT", "/nonsense", wrong)[0] == 401
    assert ask("PUT", "/nonsense", {**wrong, "Authorization": right["Authorization"]}) == (
        400,
        "Content-Type must be application/json.",
    )
    assert ask("PUT", "/nonsense") == (400, ECONNECTOR_DOWN)
    desk.sim.offline = False
    assert ask("PUT", "/nonsense") == (404, "nonsense is not a valid resource.")
    assert ask("PATCH", "/patients/1") == (400, "patients PATCH  is not a valid method.")
    assert ask("GET", "/patients/1/Teeth") == (400, "patients GET Teeth is not a valid method.")
    assert ask("GET", "/patients/abc") == (400, "patients GET abc is not a valid method.")
    assert ask("PUT", "/patients/1", Nickname="x", Gender=1)[0] == 401
    desk.sim.permit("ApiReadAll", "ApiPatients")
    assert "version issue" in ask("PUT", "/patients/1", Nickname="x", Gender=1)[1]
    desk.practice.upgrade("21.2")
    assert ask("PUT", "/patients/1", Nickname="x", Gender=1) == (400, "'Nickname' is not a valid field")
    assert ask("PUT", "/patients/1", Gender=1) == (404, "Patient not found")
    assert ask("PUT", "/patients/401", Gender=1) == (400, "Gender is invalid")
    assert ask("PUT", "/patients/401", Gender="Male")[0] == 200


def test_a_resource_that_is_not_simulated_says_so(desk: Desk) -> None:
    assert desk.refused("GET", "/eobattaches") == (501, "eobattaches is not simulated.")


@pytest.mark.parametrize("method", sorted(METHODS_NOT_SIMULATED))
def test_a_method_that_is_not_simulated_says_so(desk: Desk, method: tuple[str, str, str]) -> None:
    verb, resource, sub = method
    path = f"/{resource}/{sub}".rstrip("/")

    assert desk.refused(verb, path) == (501, f"{resource} {verb} {sub}".rstrip() + " is not simulated.")


def test_what_is_not_simulated_is_not_served() -> None:
    served = {(one.verb, one.route.split("/")[1], re.sub(r"^/\w+(/\{\w+\})?/?", "", one.route)) for one in ENDPOINTS}

    assert served & METHODS_NOT_SIMULATED == set()
    assert {resource for _, resource, _ in served} & NOT_SIMULATED == set()


@pytest.mark.parametrize("path", ["/patient", "/Patients", "/", "/patients2"])
def test_resources_are_lower_case_plurals(desk: Desk, path: str) -> None:
    assert desk.refused("GET", path)[0] == 404


def test_every_path_begins_with_the_version_of_the_api(desk: Desk) -> None:
    headers = {"Authorization": desk.sim.authorization(), "Content-Type": "application/json"}
    statuses = {
        path: desk.sim.handle(SimRequest.parse("GET", path, headers)).status
        for path in ("/api/v1/clinics", "/clinics", "/v1/clinics", "/api/v2/clinics", "/api/v1clinics")
    }

    assert statuses == dict.fromkeys(statuses, 404) | {"/api/v1/clinics": 200}


def test_case_may_be_ignored(desk: Desk) -> None:
    assert desk.refused("GET", "/patients/simple")[0] == 400
    desk.sim.switch(path_case="ignore", name_case="ignore")

    assert len(desk.rows("/Patients/simple", patstatus="Archived")) == 1
    row = desk.post("/commlogs", patnum=401, note="x", commtype=104, commType="Recall")
    assert row["commType"] == "Recall"


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', rb'{"LName": "\ud800", "FName": "Ida"}', b"[" * 100_000])
def test_a_body_is_a_json_object(desk: Desk, body: bytes) -> None:
    request = SimRequest.parse(
        "POST",
        "/api/v1/patients",
        {"Authorization": desk.sim.authorization(), "Content-Type": "application/json"},
        body,
    )

    assert desk.sim.handle(request).status == 400
    assert desk.rows("/patients")


def test_a_body_has_a_longest_length(desk: Desk) -> None:
    reply = desk.send("POST", "/commlogs", body={"PatNum": 401, "Note": "x" * 16_800_001})

    assert (reply.status, reply.json()) == (400, "Request body is too long.")


# --- Permissions ------------------------------------------------------------------------------------------------------

WRITES = [
    ("ApiPatients", "POST", "/patients"),
    ("ApiPatients", "PUT", "/patients/401"),
    ("ApiAppointments", "POST", "/appointments"),
    ("ApiAppointments", "POST", "/appointments/Planned"),
    ("ApiAppointments", "POST", "/appointments/SchedulePlanned"),
    ("ApiAppointments", "POST", "/appointments/WebSched"),
    ("ApiAppointments", "PUT", "/appointments/8001"),
    ("ApiComm", "PUT", "/appointments/8001/Break"),
    ("ApiComm", "PUT", "/appointments/8001/Note"),
    ("ApiComm", "PUT", "/appointments/8001/Confirm"),
    ("ApiComm", "POST", "/commlogs"),
    ("ApiAllOthers", "PUT", "/commlogs/1"),
    ("ApiAllOthers", "POST", "/carriers"),
    ("ApiAllOthers", "PUT", "/carriers/61"),
    ("ApiAllOthers", "DELETE", "/subscriptions/1"),
    ("ApiReadAll", "POST", "/subscriptions"),
    ("ApiReadAll", "PUT", "/subscriptions/1"),
    ("ApiSetup", "POST", "/definitions"),
    ("ApiSetup", "POST", "/providers"),
    ("ApiSetup", "PUT", "/providers/1"),
    ("ApiSetup", "PUT", "/clinics/1"),
    ("ApiReadAll", "GET", "/patients"),
    ("ApiReadAll", "GET", "/securityperms"),
]


@pytest.mark.parametrize(("permission", "verb", "path"), WRITES)
def test_every_method_has_its_permission(permission: str, verb: str, path: str) -> None:
    lacking = Desk(permissions=USUAL - {permission})
    having = Desk(permissions={permission})

    assert lacking.send(verb, path, body={}).status == 401
    assert having.send(verb, path, body={}).status != 401


def test_an_unknown_permission_is_a_mistake_of_the_test() -> None:
    with pytest.raises(ValueError, match="ApiEverything"):
        OpenDentalSimulator(permissions={"ApiEverything"})


# --- Strict and lenient -----------------------------------------------------------------------------------------------


def test_a_lenient_office_ignores_what_is_not_documented() -> None:
    desk = Desk(strict=False)
    body = {
        "LName": "Okafor",
        "FName": "Lena",
        "Nickname": "L",
        "Gender": 1,
        "Premed": True,
        "Email": None,
        "Zip": 83702,
    }

    row = desk.post("/patients", **body)

    assert (row["Gender"], row["Premed"], row["Email"], row["Zip"]) == ("Unknown", "true", "", "83702")
    assert len(desk.rows("/appointments", startDate="2026-03-04")) == 10
    assert len(desk.rows("/patients/Simple", search="x", Limit="many", Offset=-3)) == 26
    assert desk.refused("POST", "/patients", **{**body, "Birthdate": "soon"})[0] == 400
    assert desk.refused("POST", "/patients", **{**body, "PriProv": "x"})[0] == 400


def test_live_offices_were_strict_about_patients_only() -> None:
    desk = Desk(switches=Switches(unknown_parameters="as_seen"))

    assert desk.refused("GET", "/patients", {"search": "x"}) == (400, "'search' is not a valid parameter")
    assert len(desk.rows("/appointments", startDate="2026-03-04")) == 10


def test_long_text_may_be_cut() -> None:
    desk = Desk(switches=Switches(long_text="cut", state_format="free"))

    row = desk.post("/patients", LName="Okafor", FName="Lena", ChartNumber="C" * 20, State="Idaho")

    assert (row["ChartNumber"], row["State"]) == ("C" * 15, "Idaho")


# --- Lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "special", "size"),
    [("remote", False, 100), ("remote", True, 1000), ("service", False, 1000), ("local", True, 10_000)],
)
def test_the_page_size_depends_on_mode_and_permission(mode: str, special: bool, size: int) -> None:
    sim = OpenDentalSimulator(mode=mode, permissions=USUAL | ({ENTERPRISE} if special else set()))  # type: ignore[arg-type]

    assert sim.page_size() == size


def crowd(mode: str = "remote", **switches: Any) -> Desk:
    desk = Desk(mode=mode, switches=Switches(throttle="off", **switches))
    for number in range(1000, 1180):
        desk.practice.add_patient(PatNum=number, LName="Crowd", FName=f"P{number}")
    return desk


def keys(rows: list[dict[str, Any]]) -> list[int]:
    return [row["PatNum"] for row in rows]


def test_a_list_is_paged_by_limit_and_offset() -> None:
    desk = crowd()

    assert keys(desk.rows("/patients", LName="Crowd")) == list(range(1000, 1100))
    assert keys(desk.rows("/patients", LName="Crowd", Offset=100)) == list(range(1100, 1180))
    assert keys(desk.rows("/patients/Simple", LName="Crowd", Limit=2, Offset=5)) == [1005, 1006]
    assert desk.rows("/patients", LName="Crowd", Offset=180) == []
    assert len(desk.rows("/patients", LName="Crowd", Limit=5000)) == 100


def test_bad_paging_is_refused_or_not() -> None:
    desk = crowd(limit_above_cap="refuse")

    assert desk.refused("GET", "/patients", {"Limit": 101}) == (400, "Limit is invalid")
    assert desk.refused("GET", "/patients", {"Offset": -1}) == (400, "Offset is invalid")
    desk.sim.switch(bad_paging="ignore")
    assert len(desk.rows("/patients", LName="Crowd", Offset=-1)) == 100
    assert desk.refused("GET", "/patients/401", {"Limit": 5})[0] == 400


def test_lists_may_come_in_another_order() -> None:
    desk = crowd(list_order="descending")
    assert keys(desk.rows("/patients/Simple", LName="Crowd", Limit=2)) == [1179, 1178]

    desk.sim.switch(list_order="scattered")

    pages = [keys(desk.rows("/patients/Simple", LName="Crowd", Limit=60, Offset=offset)) for offset in (0, 60, 120)]
    numbers = [number for page in pages for number in page]
    assert sorted(numbers) == list(range(1000, 1180))
    assert numbers != sorted(numbers)


# --- Formats ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("dd/MM/yyyy HH:mm:ss zzz", "02/03/2026 08:00:00 -07:00"),
        ("M/d/yy h:mm tt", "3/2/26 8:00 AM"),
        ("H:m:s", "8:0:0"),
    ],
)
def test_moments_are_written_on_request_in_a_format_of_dotnet(desk: Desk, pattern: str, text: str) -> None:
    row = desk.rows("/patients/Simple", DateTimeFormatString=pattern)[0]

    assert row["serverDateTime"] == text
    assert row["Birthdate"] == "1979-06-02"


def test_dates_have_a_format_of_their_own(desk: Desk) -> None:
    row = desk.get("/patients/401", DateFormatString="MM/dd/yyyy")

    assert (row["Birthdate"], row["AdmitDate"], row["DateTStamp"]) == (
        "06/02/1979",
        "01/01/0001",
        "2026-03-02 08:00:00",
    )


def test_formats_have_versions() -> None:
    desk = Desk(version="22.2.13")

    assert desk.refused("GET", "/clinics", {"DateTimeFormatString": "zzz"})[0] == 400


def test_the_offset_follows_the_season() -> None:
    desk = Desk(clock=VirtualClock(datetime.fromisoformat("2026-07-01T15:30:00+00:00")), zone="America/New_York")

    row = desk.rows("/patients/Simple", DateTimeFormatString="HH:mm zzz", Limit=1)[0]

    assert row["serverDateTime"] == "11:30 -04:00"


@pytest.mark.parametrize(
    ("mode", "switch", "location"),
    [
        ("remote", "own", "https://api.opendental.com/api/v1/carriers/64"),
        ("remote", "absent", "https://api.opendental.com/api/v1/carriers/64"),
        ("service", "own", "http://localhost:30223/api/v1/carriers/64"),
        ("local", "own", "http://localhost:30222/api/v1/carriers/64"),
        ("service", "remote", "https://api.opendental.com/api/v1/carriers/64"),
        ("service", "absent", None),
    ],
)
def test_the_location_of_what_was_made(mode: str, switch: str, location: str | None) -> None:
    desk = Desk(mode=mode)
    desk.sim.switch(location_in_local_modes=switch)

    reply = desk.send("POST", "/carriers", body={"CarrierName": "Fir"})

    assert reply.headers.get("location") == location


@pytest.mark.parametrize("mode", ["service", "local"])
def test_the_location_leads_to_where_the_office_is_served(mode: Mode) -> None:
    with serve_opendental(port=0, mode=mode) as server, httpx.Client(base_url=f"{server.url}/api/v1") as client:
        client.headers["Authorization"] = f"ODFHIR {DEVELOPER_KEY}/{CUSTOMER_KEY}"
        made = client.post("/patients", json={"LName": "Lund", "FName": "Mara"})
        read = client.get(made.headers["location"], headers={"Content-Type": "application/json"})

    assert read.json() == made.json()


# --- Speed ------------------------------------------------------------------------------------------------------------


def seconds_for(desk: Desk, count: int) -> float:
    before = desk.sim.clock.now()
    for _ in range(count):
        desk.get("/clinics")
    return (desk.sim.clock.now() - before).total_seconds()


@pytest.mark.parametrize(
    ("permissions", "seconds"),
    [({"ApiReadAll"}, 20), ({"ApiReadAll", "ApiComm"}, 4), (USUAL | {ENTERPRISE}, 2)],
)
def test_remote_mode_delays_what_comes_too_early(permissions: set[str], seconds: float) -> None:
    desk = Desk(mode="remote", permissions=permissions)

    assert seconds_for(desk, 5) == seconds
    assert [r.latency.total_seconds() for r in desk.sim.requests] == [0, *[seconds / 4] * 4]


def test_local_modes_are_not_throttled() -> None:
    assert seconds_for(Desk(mode="service"), 5) == seconds_for(Desk(mode="local"), 5) == 0


def test_whoever_paces_waits_for_nothing() -> None:
    desk = Desk(mode="remote")
    for _ in range(5):
        desk.get("/clinics")
        desk.sim.clock.sleep(1)

    assert {r.latency for r in desk.sim.requests} == {timedelta(0)}


def test_the_interval_includes_the_time_of_the_request_itself() -> None:
    assert seconds_for(Desk(mode="remote", switches=Switches(latency=timedelta(seconds=0.4))), 5) == pytest.approx(4.4)
    assert seconds_for(Desk(mode="remote", switches=Switches(latency=timedelta(seconds=3))), 5) == 15


def test_each_key_has_its_own_speed() -> None:
    desk = Desk(mode="remote")
    desk.sim.add_key("OtherCustomerKey")
    headers = {"Authorization": desk.sim.authorization("OtherCustomerKey"), "Content-Type": "application/json"}

    for _ in range(2):
        desk.get("/clinics")
        desk.send("GET", "/clinics", headers=headers)

    assert desk.sim.clock.now() == START + timedelta(seconds=1)


def test_a_full_queue_refuses() -> None:
    desk = Desk(mode="remote", switches=Switches(throttle_wait="record", throttle_queue=2))

    replies = [desk.send("GET", "/clinics") for _ in range(4)]

    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    assert [reply.latency.total_seconds() for reply in replies] == [0, 1, 2, 0]
    assert (replies[3].headers["retry-after"], replies[3].json()) == ("3", "Too many requests.")
    assert desk.sim.clock.now() == START
    desk.sim.clock.sleep(3)
    assert desk.send("GET", "/clinics").status == 200


@pytest.mark.parametrize(("switch", "headers"), [("sent", {"retry-after"}), ("absent", set[str]())])
def test_throttling_may_refuse_at_once(switch: str, headers: set[str]) -> None:
    desk = Desk(mode="remote", switches=Switches(throttle="refuse"))
    desk.sim.switch(retry_after=switch)

    replies = [desk.send("GET", "/clinics") for _ in range(2)]

    assert [reply.status for reply in replies] == [200, 429]
    assert set(replies[1].headers) - {"content-type"} == headers


def test_wrong_keys_are_not_queued() -> None:
    desk = Desk(mode="remote")
    for _ in range(5):
        desk.send("GET", "/clinics", headers={"Content-Type": "application/json"})

    assert desk.sim.clock.now() == START


# --- Reachability -----------------------------------------------------------------------------------------------------


def test_an_office_without_econnector_answers_with_a_sentence() -> None:
    desk = Desk(mode="remote")
    desk.sim.offline = True

    assert desk.refused("GET", "/clinics") == (400, ECONNECTOR_DOWN)
    assert desk.sim.state == "econnector_down"
    assert desk.sim.offline
    desk.sim.offline = False
    assert desk.get("/clinics") == []


@pytest.mark.parametrize(("state", "kind"), [("refused", "refused"), ("hanging", "timeout_before")])
def test_an_office_that_does_not_answer(desk: Desk, state: str, kind: str) -> None:
    desk.sim.offline = state  # type: ignore[assignment]

    with pytest.raises(SimDropped) as caught:
        desk.get("/clinics")

    assert (caught.value.kind, caught.value.applied) == (kind, False)
    assert [r.status for r in desk.sim.requests] == [0]


def test_being_offline_in_the_local_modes_is_nobody_listening(desk: Desk) -> None:
    desk.sim.offline = True

    assert desk.sim.state == "refused"


@pytest.mark.parametrize(("state", "refusal"), [("key_not_assigned", 400), ("key_disabled", 401)])
def test_states_of_the_key(desk: Desk, state: str, refusal: int) -> None:
    desk.sim.offline = state  # type: ignore[assignment]

    assert desk.refused("GET", "/clinics")[0] == refusal


def test_an_unknown_state_is_a_mistake_of_the_test(desk: Desk) -> None:
    with pytest.raises(ValueError, match="state"):
        desk.sim.offline = "asleep"  # type: ignore[assignment]


def test_a_slow_office_takes_its_time(desk: Desk) -> None:
    desk.sim.offline = "slow"

    assert seconds_for(desk, 2) == 40
    assert not desk.sim.offline


def send_carrier(desk: Desk, timeout: timedelta | None = None) -> SimReply:
    headers = {"Authorization": desk.sim.authorization(), "Content-Type": "application/json"}
    request = SimRequest.parse("POST", "/api/v1/carriers", headers, b'{"CarrierName": "Fir"}', timeout)
    return desk.sim.handle(request)


@pytest.mark.parametrize(("fate", "applied"), [("applied", True), ("dropped", False)])
def test_after_sixty_seconds_the_gateway_gives_up(fate: str, applied: bool) -> None:
    desk = Desk(mode="remote", switches=Switches(latency=timedelta(seconds=61)))
    desk.sim.switch(gateway_timeout=fate)

    reply = send_carrier(desk)

    assert (reply.status, reply.headers["content-type"]) == (504, "text/html")
    assert desk.sim.clock.now() == START + timedelta(seconds=60)
    assert (64 in desk.practice.tables["carriers"].rows) is applied
    desk.sim.switch(gateway_body="json")
    assert isinstance(send_carrier(desk).json(), str)


def test_a_client_that_gives_up_earlier_does_not_stop_the_office() -> None:
    desk = Desk(mode="remote", switches=Switches(latency=timedelta(seconds=40)))

    with pytest.raises(SimDropped) as caught:
        send_carrier(desk, timedelta(seconds=30))

    assert (caught.value.kind, caught.value.applied) == ("timeout_after", True)
    assert 64 in desk.practice.tables["carriers"].rows


def test_faults_lose_what_they_say(desk: Desk) -> None:
    desk.sim.faults.on("POST /carriers", kind="lost_answer")
    desk.sim.faults.on("POST /carriers", kind="status", status=502, body=b"Bad gateway")

    with pytest.raises(SimDropped):
        send_carrier(desk)
    refused = send_carrier(desk)

    assert (refused.status, refused.body) == (502, b"Bad gateway")
    assert sorted(desk.practice.tables["carriers"].rows) == [61, 62, 63, 64]
    assert [r.status for r in desk.sim.requests] == [0, 502]


# --- What a test sees -------------------------------------------------------------------------------------------------


def test_requests_are_remembered_by_route(desk: Desk) -> None:
    desk.get("/patients/401")
    desk.get("/patients/402")
    desk.put("/appointments/8001/Note", Note="x")
    desk.send("GET", "/nonsense/4")

    assert desk.sim.count() == 4
    assert desk.sim.count("GET", "/patients/{PatNum}") == 2
    assert desk.sim.count(route="/appointments/{AptNum}/Note") == 1
    last = desk.sim.requests[-1]
    assert (last.method, last.path, last.route, last.status, last.at) == (
        "GET",
        "/nonsense/4",
        "/nonsense/4",
        404,
        START,
    )
    desk.sim.reset_requests()
    assert desk.sim.requests == []


def test_switches_may_be_replaced_while_the_office_runs(desk: Desk) -> None:
    desk.sim.switches = Switches(unknown_parameters="ignore")

    assert len(desk.rows("/appointments", startDate="x")) == 10


def test_upgrades_may_touch_every_row(desk: Desk) -> None:
    desk.sim.clock.sleep(60)

    desk.practice.upgrade("26.1.1.0", restamp=True)

    assert len(desk.rows("/patients/Simple", DateTStamp="2026-03-02 08:00:30")) == 25
    assert desk.sim.version == "26.1.1.0"


def test_an_office_may_be_shared_by_threads(desk: Desk) -> None:
    def book(first: int) -> None:
        for number in range(first, first + 25):
            desk.post("/patients", LName="Thread", FName=f"T{number}")

    threads = [threading.Thread(target=book, args=(first,)) for first in range(0, 100, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    rows = desk.rows("/patients/Simple", LName="Thread")
    assert len({row["PatNum"] for row in rows}) == len({row["FName"] for row in rows}) == 100


def test_every_switch_has_a_documented_meaning() -> None:
    from pathlib import Path

    from odnexus.testing.opendental import switches

    lines = Path(switches.__file__).read_text(encoding="utf-8").splitlines()
    for switch in attrs.fields(Switches):
        place = next(n for n, line in enumerate(lines) if line.strip().startswith(f"{switch.name}:"))
        assert lines[place + 1].strip().startswith('"""'), switch.name
