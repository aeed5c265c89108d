"""The rate budget of a key: which calls count where, and that it stays below what the vendor allows."""

from __future__ import annotations

import pytest

from odnexus.nexhealth import table
from odnexus.nexhealth.rates import classes_of, new_pace


@pytest.mark.parametrize(
    ("method", "path", "classes"),
    [
        ("GET", "/appointments", ("calendar", "people")),
        ("POST", "/appointments", ("people",)),
        ("GET", "/appointments/5", ("people",)),
        ("GET", "/available_slots", ("calendar", "rest")),
        ("GET", "/patients", ("people",)),
        ("GET", "/patients/5/alerts", ("people",)),
        ("GET", "/appointment_types", ("rest",)),
        ("GET", "/sync_status", ("rest",)),
        ("POST", "/authenticates", ("rest",)),
    ],
)
def test_a_request_counts_where_the_vendor_counts_it(method: str, path: str, classes: tuple[str, ...]) -> None:
    assert classes_of(method, path) == classes


def test_every_endpoint_has_a_limit_per_minute() -> None:
    assert all({"people", "rest"} & set(each.classes) for each in table.ENDPOINTS)


@pytest.mark.parametrize(
    ("classes", "period", "allowed"),
    [(("calendar", "people"), 1, 10), (("people",), 60, 1000), (("rest",), 60, 2000), (("rest",), 1, 100)],
)
def test_no_window_holds_more_than_is_allowed(classes: tuple[str, ...], period: float, allowed: int) -> None:
    pace, now, starts = new_pace(), 0.0, list[float]()

    while now < 125:
        if (delay := pace.delay(classes, now)) > 0:
            now += delay
            continue
        pace.start(classes, now)
        starts.append(now)

    busiest = max(
        sum(1 for start in starts if first <= start < first + period) for first in starts[:: max(1, allowed // 9)]
    )
    assert busiest == allowed
