from __future__ import annotations

import pytest

from odnexus.testing import FaultKind, Faults, SimDropped, SimReply, SimRequest

POST = SimRequest.parse("POST", "/patients")
OK = SimReply(status=201)


class Office:
    """Counts what it carries out."""

    def __init__(self) -> None:
        self.done = 0

    def work(self) -> SimReply:
        self.done += 1
        return OK


@pytest.mark.parametrize(
    ("kind", "done"),
    [("lost_answer", 1), ("timeout_after", 1), ("reset_before", 0), ("timeout_before", 0), ("refused", 0)],
)
def test_a_cut_line_says_whether_the_request_was_carried_out(kind: FaultKind, done: int) -> None:
    office, faults = Office(), Faults()
    faults.on("POST /patients", kind=kind)

    with pytest.raises(SimDropped) as caught:
        faults.run(POST, "/patients", office.work)

    assert caught.value.kind == kind
    assert caught.value.applied is bool(done)
    assert office.done == done


@pytest.mark.parametrize(("kind", "done"), [("status", 0), ("status_after", 1)])
def test_a_status_is_answered_instead_of_or_after_the_work(kind: FaultKind, done: int) -> None:
    office, faults = Office(), Faults()
    faults.on("POST /patients", kind=kind, status=429, headers={"retry-after": "7"}, body=b"slow down")

    reply = faults.run(POST, "/patients", office.work)

    assert (reply.status, reply.headers["retry-after"], reply.body) == (429, "7", b"slow down")
    assert office.done == done


def test_a_rule_lets_some_pass_hits_some_and_is_used_up() -> None:
    office, faults = Office(), Faults()
    faults.on("POST /patients", kind="status", status=502, skip=1, times=2)

    statuses = [faults.run(POST, "/patients", office.work).status for _ in range(5)]

    assert statuses == [201, 502, 502, 201, 201]
    assert len(faults) == 0


def test_a_rule_may_last_until_cleared() -> None:
    office, faults = Office(), Faults()
    faults.on("POST *", kind="status", status=504, times=None)

    assert [faults.run(POST, "/patients", office.work).status for _ in range(3)] == [504] * 3
    faults.clear()
    assert faults.run(POST, "/patients", office.work) is OK


@pytest.mark.parametrize(
    ("route", "hit"),
    [
        ("* /patients", True),
        ("POST *", True),
        ("GET /patients", False),
        ("POST /patients/{PatNum}", False),
        ("POST /pat*", True),
    ],
)
def test_a_rule_names_verb_and_route(route: str, hit: bool) -> None:
    faults = Faults()
    faults.on(route, kind="refused")

    assert (faults.take(POST, "/patients") is not None) is hit


def test_a_rule_may_ask_for_more() -> None:
    faults = Faults()
    faults.on("POST /patients", kind="refused", when=lambda request: request.body == b"two")

    assert faults.take(SimRequest.parse("POST", "/patients", body=b"one"), "/patients") is None
    assert faults.take(SimRequest.parse("POST", "/patients", body=b"two"), "/patients") is not None


def test_a_mistyped_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        Faults().on("POST /patients", kind="explode")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="route"):
        Faults().on("/patients", kind="refused")
