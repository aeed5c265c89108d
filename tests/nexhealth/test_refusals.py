"""Answers that say no: the status and the envelope decide, the text stays out of messages."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from odnexus._calls import Call, Reply
from odnexus.errors import (
    AmbiguousWriteError,
    ApiError,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResponseError,
    ServerError,
    UnexpectedResponseError,
)
from odnexus.nexhealth import calls
from odnexus.nexhealth.refusals import is_already_cancelled, is_slot_taken, refuse
from tests.nexhealth.answers import refusal, reply

READ: Call[Any] = calls.get_location(12)
WRITE: Call[Any] = calls.create_webhook_endpoint({"target_url": "https://example.com"})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (408, ServerError),
        (409, ConflictError),
        (410, NotFoundError),
        (415, InvalidRequestError),
        (422, InvalidRequestError),
        (429, RateLimitError),
        (500, ServerError),
        (503, ServerError),
        (301, UnexpectedResponseError),
    ],
)
@pytest.mark.parametrize("body", ["envelope", "text", "empty"])
def test_the_status_decides(status: int, kind: type[ApiError], body: str) -> None:
    answers = {
        "envelope": refusal(status, "for Mara Lund"),
        "text": Reply(status, {}, b"Mara Lund"),
        "empty": Reply(status),
    }

    error = refuse(READ, answers[body])

    assert type(error) is kind
    assert "Lund" not in str(error) + repr(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    if isinstance(error, ResponseError):
        assert (error.status, error.api, error.call) == (status, "nexhealth", "GET /locations/{id}")
        assert ("Mara Lund" in error.detail) == (body != "empty")


@pytest.mark.parametrize("answer", [reply({}), reply(None, status=201), Reply(204), Reply(202, {}, b" ")])
@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_success_is_no_error(call: Call[Any], answer: Reply) -> None:
    assert refuse(call, answer) is None


@pytest.mark.parametrize("code", ["", "Whatever", [], {}, 7])
def test_a_code_that_says_neither_yes_nor_no_leaves_a_write_in_doubt(code: Any) -> None:
    assert type(refuse(WRITE, reply({}, status=201, code=code))) is AmbiguousWriteError


@pytest.mark.parametrize("code", [True, "true", "True", 1, "1"])
def test_code_true_in_any_spelling_is_a_success(code: Any) -> None:
    assert refuse(WRITE, reply({}, status=201, code=code)) is None


@pytest.mark.parametrize("code", [False, None, "false", 0])
def test_code_false_is_a_refusal_under_any_status(code: Any) -> None:
    error = refuse(WRITE, reply({}, status=201, code=code, error=["Mara Lund is unknown"]))

    assert type(error) is InvalidRequestError
    assert (error.status, error.detail) == (201, "Mara Lund is unknown")
    assert str(error) == "POST /webhook_endpoints: refused by the envelope (code: false)"


@pytest.mark.parametrize(
    ("said", "description", "detail"),
    [
        (["one", "two"], "three", "one; two; three"),
        (None, "text", "text"),
        ("text", None, "text"),
        ([], ["a", "b"], "a; b"),
        (None, None, ""),
        ([{"field": "x"}], None, "{'field': 'x'}"),
    ],
)
def test_what_was_said_may_have_any_form(said: Any, description: Any, detail: str) -> None:
    error = refuse(READ, reply({}, code=False, error=said, description=description))

    assert isinstance(error, InvalidRequestError)
    assert error.detail == detail


def test_an_accepted_write_without_an_envelope_leaves_doubt() -> None:
    assert type(refuse(WRITE, Reply(200, {}, b"<html>sign in to the guest network"))) is AmbiguousWriteError
    assert refuse(READ, Reply(200, {}, b"<html>")) is None


@pytest.mark.parametrize("status", [200, 400])
def test_a_slot_that_is_taken_is_a_conflict(status: int) -> None:
    error = refuse(WRITE, refusal(status, "this time is no longer available"))

    assert type(error) is ConflictError
    assert is_slot_taken(error)
    assert error.status == status


@pytest.mark.parametrize("text", ["Appointment is already cancelled", "has already been canceled", "ALREADY CANCELLED"])
def test_what_is_cancelled_already_is_recognised(text: str) -> None:
    error = refuse(WRITE, refusal(400, text))

    assert error is not None
    assert is_already_cancelled(error)
    assert not is_slot_taken(error)


@pytest.mark.parametrize("error", [ValueError("already cancelled"), NotFoundError("x", status=404, detail="gone")])
def test_other_errors_are_neither(error: Exception) -> None:
    assert not is_already_cancelled(error)
    assert not is_slot_taken(error)


def test_a_patient_who_exists_is_not_a_taken_slot() -> None:
    error = refuse(WRITE, refusal(400, "Patient already exists"))

    assert type(error) is InvalidRequestError
