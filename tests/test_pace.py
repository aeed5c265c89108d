"""Rate budgets and waits are plain arithmetic."""

from __future__ import annotations

import sys
from datetime import timedelta
from threading import Thread

from hypothesis import given, strategies as st

from odnexus._pace import EVENT_RETRY, Limit, Pace, RetryPolicy


def spend(pace: Pace, classes: tuple[str, ...], now: float) -> float:
    """Start a request as soon as it may; return when."""
    at = now + pace.delay(classes, now)
    pace.start(classes, at)
    return at


def test_one_request_per_second() -> None:
    pace = Pace({"*": [Limit(1, 1.0)]})

    assert [spend(pace, (), 0.0) for _ in range(3)] == [0.0, 1.0, 2.0]


def test_classes_have_their_own_limits() -> None:
    pace = Pace({"*": [Limit(100, 1.0)], "appointments": [Limit(2, 1.0)]})

    assert [spend(pace, ("appointments",), 0.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert spend(pace, ("patients",), 0.0) == 0.0


def test_a_server_may_close_the_door_for_a_while() -> None:
    pace = Pace()

    pace.close_until(30.0)

    assert pace.delay((), 10.0) == 20.0
    assert pace.delay((), 31.0) == 0.0


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_no_window_ever_holds_more_than_its_limit(gaps: list[float]) -> None:
    limit = Limit(5, 2.0)
    pace, now, starts = Pace({"*": [limit]}), 0.0, list[float]()
    for gap in gaps:
        now = spend(pace, (), now + gap)
        starts.append(now)

    for start in starts:
        assert sum(start <= other < start + limit.period - 1e-6 for other in starts) <= limit.count


@given(st.integers(1, 1000), st.floats(0, 1, exclude_max=True))
def test_waits_grow_and_stay_within_bounds(failures: int, roll: float) -> None:
    policy = RetryPolicy()

    wait = policy.wait(failures, roll)

    assert timedelta(0) < wait <= policy.longest * 1.25


def test_an_event_is_tried_for_about_a_week() -> None:
    waits = [EVENT_RETRY.wait(failure, 0.5) for failure in range(1, EVENT_RETRY.attempts)]

    assert EVENT_RETRY.attempts == 25
    assert timedelta(days=6) < sum(waits, timedelta()) < timedelta(days=8)


def test_a_clock_put_back_holds_nobody_back() -> None:
    pace = Pace({"*": [Limit(1, 5.0)]})
    noon = 43_200.0
    assert pace.begin((), noon) == 0.0
    pace.close_until(noon + 30)

    an_hour_earlier = noon - 3600

    assert pace.begin((), an_hour_earlier) == 30.0
    assert pace.begin((), an_hour_earlier + 30) == 0.0
    assert pace.begin((), an_hour_earlier + 31) == 4.0


def test_a_thread_that_was_overtaken_puts_no_clock_back() -> None:
    pace = Pace({"*": [Limit(1, 5.0)]})
    pace.begin((), 100.0)
    pace.delay((), 102.0)

    assert pace.begin((), 101.5) == 3.5


def test_threads_that_share_a_budget_start_no_more_than_it_allows() -> None:
    pace = Pace({"*": [Limit(500, 1.0)]})
    started: list[int] = []

    def work() -> None:
        started.append(sum(pace.begin((), 0.0) == 0.0 for _ in range(200)))

    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switching)

    assert sum(started) == 500
