"""What becomes of an event after a failure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from odnexus.errors import AmbiguousWriteError, InvalidRequestError, RateLimitError
from odnexus.reconcile.inbox import Bury, Event, Retry, content_id, revived, steady_roll, verdict

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def an_event(attempts: int = 1) -> Event:
    return Event(id="e", key="k", location="l", kind="k", subject="1", received=NOW, due=NOW, attempts=attempts)


def test_a_transient_error_is_tried_25_times() -> None:
    error = AmbiguousWriteError("lost")

    assert isinstance(verdict(error, an_event(24), NOW), Retry)
    assert verdict(error, an_event(25), NOW) == Bury("AmbiguousWriteError")


def test_an_error_that_stays_is_given_up_sooner() -> None:
    assert verdict(InvalidRequestError("no"), an_event(5), NOW) == Bury("InvalidRequestError")


def test_what_the_server_asked_for_is_the_least() -> None:
    error = RateLimitError("slow", retry_after=timedelta(hours=2))

    outcome = verdict(error, an_event(), NOW)

    assert isinstance(outcome, Retry)
    assert outcome.due == NOW + timedelta(hours=2)


def test_the_same_failure_gets_the_same_wait() -> None:
    assert verdict(AmbiguousWriteError("x"), an_event(3), NOW) == verdict(AmbiguousWriteError("y"), an_event(3), NOW)


def test_a_revived_event_has_all_its_attempts() -> None:
    assert revived(an_event(25), NOW).attempts == 0


@given(st.lists(st.text()))
def test_ids_are_short_and_steady(parts: list[str]) -> None:
    assert content_id(*parts) == content_id(*parts)
    assert len(content_id(*parts)) == 32
    assert 0 <= steady_roll(*parts) < 1


def test_ids_tell_apart_what_joins_alike() -> None:
    assert content_id("a", "bc") != content_id("ab", "c")
