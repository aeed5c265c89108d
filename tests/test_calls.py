"""Attempts, waits and renewals are decided without I/O, so they are tested without any."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from odnexus._calls import (
    Call,
    Lost,
    NoReply,
    Outcome,
    Pause,
    Renew,
    Reply,
    Secret,
    Send,
    Step,
    exchange,
    no_answer_expected,
)
from odnexus._pace import CALL_RETRY
from odnexus.errors import (
    AmbiguousWriteError,
    ApiError,
    AuthenticationError,
    ConnectionFailedError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
)

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def refuse(call: Call[Any], reply: Reply) -> ApiError | None:
    if reply.ok:
        return None
    kinds = {401: AuthenticationError, 429: RateLimitError}
    return kinds.get(reply.status, ServerError)("no", call.api, call.name, reply.status)


def a_call(
    *, idempotent: bool, method: Any = "GET", read: Callable[[Reply], Any] = lambda reply: reply.json()
) -> Call[Any]:
    return Call(
        api="opendental",
        name="GET /things",
        method=method,
        path="/things",
        idempotent=idempotent,
        read=read,
        refuse=refuse,
    )


class Drive:
    """Answers the steps of an exchange from a script and remembers them."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.script = list(outcomes)
        self.steps: list[Step] = []

    def run(self, call: Call[Any]) -> Any:
        steps = exchange(call, now=lambda: NOW, roll=lambda: 0.5)
        outcome: Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as stop:
                return stop.value
            self.steps.append(step)
            outcome = None if isinstance(step, Pause) else self.script.pop(0)

    @property
    def sent(self) -> int:
        return sum(isinstance(step, Send) for step in self.steps)

    @property
    def pauses(self) -> list[float]:
        return [step.length.total_seconds() for step in self.steps if isinstance(step, Pause)]


def test_an_answer_is_read() -> None:
    drive = Drive(Reply(200, {}, b'{"a": 1}'))

    assert drive.run(a_call(idempotent=True)) == {"a": 1}
    assert drive.sent == 1


def test_a_read_is_tried_again_after_a_broken_line() -> None:
    drive = Drive(NoReply(Lost.BROKEN), Reply(503), Reply(200, {}, b"[]"))

    assert drive.run(a_call(idempotent=True)) == []
    assert drive.sent == 3


@pytest.mark.parametrize("lost", [NoReply(Lost.TIMEOUT), NoReply(Lost.BROKEN), Reply(502), Reply(504), Reply(500)])
def test_a_write_is_never_repeated_on_doubt(lost: Outcome) -> None:
    drive = Drive(lost)

    with pytest.raises(AmbiguousWriteError):
        drive.run(a_call(idempotent=False, method="POST"))
    assert drive.sent == 1


def test_a_write_that_was_not_sent_may_be_repeated() -> None:
    drive = Drive(NoReply(Lost.NOT_SENT), Reply(201, {}, b"{}"))

    assert drive.run(a_call(idempotent=False, method="POST")) == {}
    assert drive.sent == 2


def test_steady_failure_sends_no_more_than_the_policy_allows() -> None:
    drive = Drive(*[Reply(503)] * 10)

    with pytest.raises(ServerError):
        drive.run(a_call(idempotent=True))
    assert drive.sent == CALL_RETRY.attempts == 4


@pytest.mark.parametrize("idempotent", [True, False])
def test_when_to_come_back_is_kept_of_any_failure_that_may_pass(idempotent: bool) -> None:
    drive = Drive(Reply(503, {"retry-after": "300"}))

    with pytest.raises((ServerError, AmbiguousWriteError)) as caught:
        drive.run(a_call(idempotent=idempotent))
    assert drive.sent == 1
    assert caught.value.retry_after == timedelta(minutes=5)


def test_too_many_requests_are_repeated_once_and_keep_what_the_server_said() -> None:
    drive = Drive(*[Reply(429, {"retry-after": "7"})] * 5)

    with pytest.raises(RateLimitError) as caught:
        drive.run(a_call(idempotent=True))
    assert (drive.sent, drive.pauses) == (2, [7.0])
    assert caught.value.retry_after == timedelta(seconds=7)


def test_a_pause_that_the_server_asked_for_holds_everyone_back() -> None:
    drive = Drive(Reply(429, {"retry-after": "3"}), Reply(200, {}, b"1"))

    drive.run(a_call(idempotent=False, method="POST"))

    assert Pause(timedelta(seconds=3), everyone=True) in drive.steps


def test_a_long_pause_is_left_to_the_caller() -> None:
    drive = Drive(Reply(429, {"retry-after": "3600"}))

    with pytest.raises(RateLimitError) as caught:
        drive.run(a_call(idempotent=True))
    assert drive.sent == 1
    assert caught.value.retry_after == timedelta(hours=1)


def test_retry_after_may_be_a_date() -> None:
    reply = Reply(429, {"retry-after": "Mon, 02 Mar 2026 15:00:30 GMT"})

    assert reply.retry_after(NOW) == timedelta(seconds=30)


@pytest.mark.parametrize("text", ["", "soon", "-", "nan-ish"])
def test_a_strange_retry_after_counts_as_none(text: str) -> None:
    assert Reply(429, {"retry-after": text}).retry_after(NOW) is None


def test_refused_credentials_are_renewed_once() -> None:
    drive = Drive(Reply(401), True, Reply(401))

    with pytest.raises(AuthenticationError):
        drive.run(a_call(idempotent=True))
    assert drive.sent == 2
    assert sum(isinstance(step, Renew) for step in drive.steps) == 1


def test_credentials_that_cannot_be_renewed_end_the_call() -> None:
    drive = Drive(Reply(401), False)

    with pytest.raises(AuthenticationError):
        drive.run(a_call(idempotent=True))
    assert drive.sent == 1


@pytest.mark.parametrize(
    ("lost", "error"), [(Lost.TIMEOUT, RequestTimeoutError), (Lost.NOT_SENT, ConnectionFailedError)]
)
def test_silence_has_a_name(lost: Lost, error: type[ApiError]) -> None:
    with pytest.raises(error):
        Drive(*[NoReply(lost)] * 10).run(a_call(idempotent=True))


def test_an_empty_body_is_no_json() -> None:
    assert Reply(200, {}, b"  ").json() is None
    no_answer_expected(Reply(200, {}, b"<html>"))


def test_a_secret_shows_nothing() -> None:
    secret = Secret("NFF6example")

    assert "NFF6" not in f"{secret!r} {secret}"
    assert secret == Secret("NFF6example") != Secret("other")
    assert len({secret, Secret("NFF6example")}) == 1
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_call_shows_no_values() -> None:
    call = Call(
        api="opendental",
        name="GET /patients",
        method="GET",
        path="/patients",
        params=(("LName", "Okafor"),),
        body={"LName": "Okafor"},
        idempotent=True,
        read=no_answer_expected,
        refuse=refuse,
    )

    assert "Okafor" not in repr(call)
