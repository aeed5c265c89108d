from __future__ import annotations

import pickle
from datetime import timedelta

import pytest

from odnexus.testing import RequestLog, RequestRecord, SimDropped, SimReply, SimRequest, VirtualClock


def test_a_target_is_split_and_decoded() -> None:
    request = SimRequest.parse("get", "http://x.example.org/api/v1/a%20b?q=1%2B1&q=&r=a+b", {"X-Key": "k"})

    assert (request.method, request.path) == ("GET", "/api/v1/a b")
    assert request.query == (("q", "1+1"), ("q", ""), ("r", "a b"))
    assert request.headers == {"x-key": "k"}


def test_content_is_read_as_json() -> None:
    request = SimRequest.parse("POST", "/x", body=b'{"a": [1, "b"]}')
    reply = SimReply.of(201, {"a": "b"}, {"location": "/x/1"})

    assert request.json() == {"a": [1, "b"]}
    assert reply.json() == {"a": "b"}
    assert reply.headers == {"content-type": "application/json", "location": "/x/1"}


def test_a_repr_shows_no_content_and_no_credentials() -> None:
    request = SimRequest.parse("POST", "/x", {"Authorization": "hush"}, b"secret")

    assert "hush" not in repr(request)
    assert "secret" not in repr(request)


def test_a_dropped_line_survives_pickling() -> None:
    drop = pickle.loads(pickle.dumps(SimDropped("lost_answer", applied=True)))

    assert (drop.kind, drop.applied) == ("lost_answer", True)


def test_the_log_counts_by_method_and_route() -> None:
    log = RequestLog()
    at = VirtualClock().now()
    for method, route in (("GET", "/a"), ("GET", "/b"), ("POST", "/a")):
        log.add(RequestRecord(method=method, path=route, route=route, status=200, at=at, latency=timedelta(0)))

    assert [len(log), log.count(), log.count("GET"), log.count(route="/a"), log.count("POST", "/a")] == [3, 3, 2, 2, 1]
    log.reset()
    assert list(log) == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "property name"),
        (b"\xff", "decode"),
        (b"NaN", "NaN is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (rb'"\ud800"', "surrogates"),
        (b"[" * 100_000, "too deep"),
    ],
)
def test_what_no_answer_could_say_again_is_no_json(body: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        SimRequest.parse("POST", "/x", body=body).json()


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert SimRequest.parse("POST", "/x", body=rb'"\ud83e\uddb7"').json() == "\U0001f9b7"
