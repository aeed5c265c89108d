"""P5: polls come sooner where something happens, and never crowd out bookings."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from odnexus.cli.office import rhythm_of
from odnexus.cli.pacing import SHORTEST, next_wait, shortest
from odnexus.cli.running import Rhythm
from odnexus.cli.settings import OpenDentalSettings, Settings
from odnexus.engine import PollReport
from odnexus.opendental.modes import Mode, Tier
from odnexus.vault import Reference
from tests.cli.demo_office import Place

EVERY = timedelta(minutes=5)
NOON = datetime(2026, 3, 2, 19, tzinfo=UTC)


def office(mode: Mode = "remote", tier: Tier = "standard") -> OpenDentalSettings:
    key = Reference(env="X")
    return OpenDentalSettings(developer_key=key, customer_key=key, mode=(mode,), tier=tier)


@pytest.mark.parametrize(
    ("tier", "locations", "requests", "seconds"),
    [
        ("enterprise", 1, 2, 30),
        ("standard", 1, 2, 30),
        ("standard", 3, 5, 60),
        ("read_all", 1, 2, 40),
        ("read_all", 2, 6, 240),
    ],
)
def test_polls_leave_three_quarters_of_the_rate(tier: Tier, locations: int, requests: int, seconds: int) -> None:
    assert shortest(office(tier=tier), locations, requests) == timedelta(seconds=seconds)


def test_an_office_without_a_rate_is_still_not_polled_all_the_time() -> None:
    assert shortest(office("service"), 5, 100) == SHORTEST


def test_the_wait_halves_and_doubles_between_its_bounds() -> None:
    waits, wait = list[float](), EVERY
    for found in (True, True, True, True, False, False, False, False, False):
        wait = next_wait(wait, found=found, least=SHORTEST, most=EVERY)
        waits.append(wait.total_seconds())

    assert waits == [150, 75, 37.5, 30, 60, 120, 240, 300, 300]


def test_a_slow_key_is_never_polled_less_than_the_settings_say() -> None:
    assert next_wait(EVERY, found=True, least=timedelta(minutes=9), most=EVERY) == EVERY


@pytest.mark.mission("R2", shows="a location where something happens is polled sooner, an idle one every five minutes")
def test_a_busy_location_is_polled_sooner() -> None:
    rhythm = Rhythm(EVERY, time(2), lambda _name, _requests: SHORTEST)
    for name, events in (("busy", 3), ("idle", 0)):
        rhythm.polled(name, NOON)
        rhythm.learn(PollReport(location=name, events=events))

    later = NOON + timedelta(seconds=150)
    assert (rhythm.poll_is_due("busy", later), rhythm.poll_is_due("idle", later)) == (True, False)


def test_the_settings_choose(office: Place) -> None:
    fixed = rhythm_of(Settings.load(office.file))
    office.write('\n[run]\npoll = "adaptive"\n')
    adaptive = rhythm_of(Settings.load(office.file))

    for rhythm in (fixed, adaptive):
        rhythm.learn(PollReport(location="main", events=1, requests=3))
    assert (fixed.wait_of("main"), adaptive.wait_of("main")) == (EVERY, EVERY / 2)
