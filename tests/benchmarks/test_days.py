"""F6 and F7: how fast a day's changes reach the other side, and what becomes of those of a long outage.

``ODNEXUS_BENCH_BOOKINGS`` sets how many (a few by default; 300 for the table of latencies, 5,000 for the outage).
All times are virtual: rates are enforced by the simulators, how long a request takes is assumed.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from tests.benchmarks.day import Day, Way, share

BOOKINGS = int(os.environ.get("ODNEXUS_BENCH_BOOKINGS", "40"))

SOON = timedelta(seconds=45)
WAYS = (
    (Way(name="API Service, webhooks and API Events", mode="service", seconds=0.1), 5, 15),
    (Way(name="API Service, polls every 5 minutes", mode="service", seconds=0.1, signals=False), 310, 310),
    (Way(name="Remote, webhooks, polls every 45 seconds", mode="remote", seconds=0.4, every=SOON), 30, 60),
    (Way(name="Remote, webhooks, polls every 5 minutes", mode="remote", seconds=0.4), 30, 310),
    (Way(name="Remote, polls every 5 minutes", mode="remote", seconds=0.4, signals=False), 310, 310),
    (
        Way(
            name="Remote at 1 in 5 s, webhooks, polls every 4 minutes",
            mode="remote",
            tier="read_all",
            seconds=0.4,
            every=timedelta(minutes=4),
        ),
        300,
        300,
    ),
)
"""How an office is reached, and within how many seconds 95 of 100 bookings and edits have arrived."""


@pytest.mark.parametrize(("way", "booked", "edited"), WAYS, ids=[way.name for way, *_ in WAYS])
def test_how_long_changes_take(way: Way, booked: float, edited: float) -> None:
    day, hours = Day(way, seed=7), BOOKINGS / 20
    day.run(0.2)
    day.plan(hours, bookings=BOOKINGS, edits=BOOKINGS // 2)
    day.run(hours + 1)

    landed, accepted = list(day.booked.values()), list(day.edited.values())
    print(
        f"\n{way.name}: {len(landed)} bookings in Open Dental after {share(landed, 50):.0f} s (half),"
        f" {share(landed, 95):.0f} s (95 in 100); {len(accepted)} edits at NexHealth after {share(accepted, 50):.0f} s,"
        f" {share(accepted, 95):.0f} s"
    )
    assert share(landed, 95) <= booked
    assert share(accepted, 95) <= edited
    assert day.limited == 0


def test_three_days_offline() -> None:
    day = Day(Way(name="", mode="remote", seconds=0.4))
    day.run(0.2)
    day.od.offline = True
    begun = day.clock.now()
    day.plan(71, bookings=BOOKINGS, edits=0)
    day.run(72)
    [alert] = day.alerts
    assert (alert.rule, day.visits) == ("location.offline", [])

    day.od.offline = False
    day.od.reset_requests()
    back = day.clock.now()
    while not all(asked.landed for asked in day.booked.values()):
        day.run(0.1)
    took = day.order and max(asked.landed for asked in day.booked.values() if asked.landed) - back

    requests = day.od.count()
    print(
        f"\n72 h offline, {BOOKINGS} bookings: told after {alert.at - begun}, worked off in {took}, {requests} requests"
    )
    assert day.order == list(day.booked)
    assert len(day.charts) == len(day.visits) == BOOKINGS
    assert alert.at - begun <= timedelta(minutes=5)
