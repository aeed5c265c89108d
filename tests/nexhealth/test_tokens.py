"""Tokens: read from the answer, ended by their own claim, and never shown."""

from __future__ import annotations

import base64
import json
import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from odnexus._calls import Reply, Secret
from odnexus.errors import UnexpectedResponseError
from odnexus.nexhealth.tokens import ApiKeyAuthorizer, Granted, Token, expiry_of
from tests.nexhealth.answers import reply

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def jwt(claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJIUzI1NiJ9.{part}.c2FtcGxl"


def test_the_key_goes_alone() -> None:
    call = ApiKeyAuthorizer("key-1").request()

    assert (call.name, call.params, call.body) == ("POST /authenticates", (), None)
    assert call.headers == (("Authorization", "key-1"),)
    assert call.idempotent


def test_a_token_ends_when_its_claim_says() -> None:
    authorizer = ApiKeyAuthorizer("key-1")
    ends = NOW + timedelta(hours=24)
    granted = authorizer.request().read(reply({"token": jwt({"exp": ends.timestamp()})}, status=201))

    assert authorizer.accept(granted, NOW).ends_at == ends


@pytest.mark.parametrize("text", [jwt({}), jwt([]), jwt({"exp": "soon"}), jwt({"exp": 1e300}), "a.b.c", "a", "é.é"])
def test_a_token_that_does_not_say_lives_an_hour(text: str) -> None:
    token = ApiKeyAuthorizer("key-1").accept(Granted(access=Secret(text)), NOW)

    assert token.ends_at == NOW + timedelta(hours=1)


def test_what_the_answer_says_beside_the_token_counts_next() -> None:
    granted = Granted(access=Secret("opaque"), life=timedelta(minutes=20))

    assert ApiKeyAuthorizer("key-1").accept(granted, NOW).ends_at == NOW + timedelta(minutes=20)


def test_the_last_five_minutes_are_left_unused() -> None:
    token = Token(access=Secret("t"), ends_at=NOW + timedelta(minutes=5))

    assert token.is_fresh(NOW - timedelta(seconds=1))
    assert not token.is_fresh(NOW)


@pytest.mark.parametrize("data", [None, {}, {"token": None}, {"token": ""}, []])
def test_an_answer_without_a_token_does_not_fit(data: object) -> None:
    with pytest.raises(UnexpectedResponseError, match=r"missing @ \$.data.token"):
        ApiKeyAuthorizer("key-1").request().read(reply(data, status=201))


def test_no_envelope_no_token() -> None:
    with pytest.raises(UnexpectedResponseError):
        ApiKeyAuthorizer("key-1").request().read(Reply(200, {}, b"<html>"))


def test_keys_and_tokens_are_not_shown_and_do_not_travel() -> None:
    authorizer = ApiKeyAuthorizer("key-1")
    token = Token(access=Secret("token-1"), ends_at=NOW)
    shown = repr(authorizer) + repr(authorizer.request()) + repr(token) + str(token)

    assert "key-1" not in shown
    assert "token-1" not in shown
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(token)


def test_two_authorizers_can_be_compared_by_key() -> None:
    assert ApiKeyAuthorizer("key-1").same_key("key-1")
    assert not ApiKeyAuthorizer(Secret("key-1")).same_key("key-2")


@given(st.text())
def test_any_text_can_be_asked_for_its_end(text: str) -> None:
    assert expiry_of(Secret(text)) is None
