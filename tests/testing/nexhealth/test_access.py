from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from odnexus.testing.nexhealth import API_KEY, Switches
from tests.testing.nexhealth.calling import Caller, Desk, Params


def claims(token: str) -> Any:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


# Keys and tokens


def test_a_key_alone_buys_a_token() -> None:
    desk = Desk()

    got = desk.api.send("POST", "/authenticates", headers={"authorization": API_KEY})

    assert got.status == 201
    assert got.body["description"] == "Authenticated"
    now = int(desk.clock.now().timestamp())
    held = claims(got.data["token"])
    assert (held["scp"], held["iat"], held["exp"]) == ("api_user", now, now + 3600)


def test_a_sandbox_token_lives_a_day() -> None:
    desk = Desk(sandbox=True)

    held = claims(desk.api.token)

    assert held["exp"] - held["iat"] == 24 * 3600


@pytest.mark.parametrize("header", [f"Bearer {API_KEY}", "wrong", ""])
def test_anything_but_the_key_alone_is_refused(header: str) -> None:
    desk = Desk()

    got = desk.api.send("POST", "/authenticates", headers={"authorization": header})

    assert got.status == 401
    assert got.body["code"] is False


def test_a_call_without_a_token_is_refused() -> None:
    assert Desk().api.send("GET", "/institutions").status == 401


@pytest.mark.parametrize("spoil", [lambda token: token[:-2] + "xx", lambda token: "a.b.c", lambda token: ""])
def test_a_forged_token_is_refused(spoil: Any) -> None:
    desk = Desk()
    header = f"Bearer {spoil(desk.api.token)}"

    assert desk.api.send("GET", "/institutions", headers={"authorization": header}).status == 401


def test_a_token_is_good_until_it_expires() -> None:
    desk = Desk()
    assert desk.api.get("/institutions").status == 200

    desk.clock.advance(timedelta(minutes=59, seconds=59))
    assert desk.api.get("/institutions").status == 200

    desk.clock.advance(timedelta(seconds=1))
    assert desk.api.get("/institutions").status == 401


def test_tokens_and_keys_can_be_revoked() -> None:
    desk = Desk()
    assert desk.api.get("/institutions").status == 200

    desk.sim.keyring.revoke_tokens()
    assert desk.api.get("/institutions").status == 401

    desk.api.renew()
    assert desk.api.get("/institutions").status == 200

    desk.sim.keyring.revoke(API_KEY)
    assert desk.api.get("/institutions").status == 401


def test_the_bare_key_is_no_token_unless_the_switch_says_so() -> None:
    for switches, status in ((Switches(), 401), (Switches(raw_key_as_token=True), 200)):
        desk = Desk(switches=switches)

        assert desk.api.send("GET", "/institutions", headers={"authorization": API_KEY}).status == status


# Versions


def versioned(desk: Desk, **headers: str) -> Any:
    sent = {"authorization": f"Bearer {desk.api.token}", **{k.replace("_", "-"): v for k, v in headers.items()}}
    desk.api.headers = {}
    return desk.api.send("GET", "/institutions", headers=sent)


@pytest.mark.parametrize("version", ["v3.0.0", "v20240412", "v3.1.0"])
def test_these_versions_answer(version: str) -> None:
    assert versioned(Desk(), nex_api_version=version).status == 200


def test_no_version_is_not_found() -> None:
    assert versioned(Desk(), accept="application/json").status == 404


def test_a_lenient_simulator_does_without_a_version() -> None:
    assert versioned(Desk(strict=False)).status == 200


def test_an_unknown_version_is_not_found() -> None:
    assert versioned(Desk(), nex_api_version="v9").status == 404
    assert versioned(Desk(switches=Switches(unknown_version_status=403)), nex_api_version="v9").status == 403


@pytest.mark.parametrize(
    "headers",
    [{"nex_api_version": "v2"}, {"accept": "application/vnd.Nexhealth+json; version=2"}],
    ids=["header", "accept"],
)
def test_version_two_is_below_the_minimum(headers: dict[str, str]) -> None:
    got = versioned(Desk(), **headers)

    assert got.status == 403
    assert got.error == "API version 'v2' is below the minimum allowed"


def test_the_version_header_wins_over_the_media_type() -> None:
    accept = "application/vnd.Nexhealth+json;version=2"

    assert versioned(Desk(), accept=accept, nex_api_version="v3.0.0").status == 200


def test_the_edge_version_may_be_closed() -> None:
    assert versioned(Desk(switches=Switches(edge_version=False)), nex_api_version="v3.1.0").status == 403


def test_unmigrated_operations_answer_in_the_vendor_media_type() -> None:
    desk = Desk()

    assert desk.api.get("/institutions").headers["content-type"] == "application/vnd.Nexhealth+json;version=2"
    assert desk.api.get("/providers").headers["content-type"] == "application/json"


def test_unmigrated_operations_may_refuse_plain_json() -> None:
    desk = Desk(switches=Switches(unmigrated_take_plain_accept=False))

    assert desk.api.get("/locations").status == 406
    assert desk.api.get("/providers").status == 200


# Rate limits


def burst(desk: Desk, path: str, calls: int, params: Params | None = None) -> list[int]:
    return [desk.api.get(path, params).status for _ in range(calls)]


def test_searching_appointments_more_than_ten_times_a_second_is_refused() -> None:
    desk = Desk()

    assert burst(desk, "/appointments", 11, desk.window()) == [200] * 10 + [429]

    desk.clock.advance(timedelta(seconds=1))
    assert desk.api.get("/appointments", desk.window()).status == 200


def test_any_calls_beyond_a_hundred_a_second_are_refused() -> None:
    desk = Desk()
    assert desk.api.token  # one call

    assert burst(desk, "/institutions", 100)[-2:] == [200, 429]


@pytest.mark.parametrize(("path", "limit"), [("/patients", 1000), ("/institutions", 2000)])
def test_calls_a_minute_are_limited(path: str, limit: int) -> None:
    desk = Desk()
    assert desk.api.token
    desk.clock.advance(timedelta(seconds=61))

    done = 0
    while done < limit:
        desk.clock.advance(timedelta(seconds=1.5))
        done += burst(desk, path, 50, desk.place).count(200)

    assert done == limit
    assert desk.api.get(path, desk.place).status == 429


def test_limits_count_per_key() -> None:
    desk = Desk()
    desk.sim.keyring.add("second-key")
    second = Caller(desk.sim, key="second-key")
    burst(desk, "/appointments", 10, desk.window())

    assert desk.api.get("/appointments", desk.window()).status == 429
    assert second.get("/appointments", desk.window()).status == 200


def test_a_refusal_looks_as_the_switches_say() -> None:
    plain = Desk()
    burst(plain, "/appointments", 10, plain.window())
    got = plain.api.get("/appointments", plain.window())
    assert got.body["code"] is False
    assert "retry-after" not in got.headers

    dressed = Desk(switches=Switches(retry_after=True, rate_limit_body="text"))
    burst(dressed, "/appointments", 10, dressed.window())
    got = dressed.api.get("/appointments", dressed.window())
    assert got.headers["retry-after"] == "1"
    assert got.body is None


def test_limits_can_be_switched_off() -> None:
    none = Desk(switches=Switches(rate_limits=False))
    minutes_only = Desk(switches=Switches(per_second_limits=False))

    for desk in (none, minutes_only):
        assert set(burst(desk, "/appointments", 200, desk.window())) == {200}
