"""A roster kept fresh from an office: what changed is asked for, and merged and deleted charts are followed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from odnexus import OpenDental
from odnexus.mapping.person import Person
from odnexus.matching import Grade, Roster
from odnexus.testing import VirtualClock, transport
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, OpenDentalSimulator, demo_practice

BOB = Person(given="Bob", family="Whitfield", birth_date=date(1979, 6, 2), mobile="+12085550101")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(datetime(2026, 3, 2, 15, tzinfo=UTC))


@pytest.fixture
def office(clock: VirtualClock) -> OpenDentalSimulator:
    return demo_practice(clock, mode="service", zone="America/Denver")


@pytest.fixture
def od(office: OpenDentalSimulator, clock: VirtualClock) -> Iterator[OpenDental]:
    with OpenDental(
        developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY, mode="service", clock=clock, transport=transport(office)
    ) as client:
        yield client


def test_only_what_changed_is_asked_for(clock: VirtualClock, office: OpenDentalSimulator, od: OpenDental) -> None:
    clock.advance(timedelta(days=1))  # the demo's charts are as old as the office
    roster = Roster.from_records(od.patients.simple())
    clock.advance(timedelta(days=1))
    office.practice.staff.edit_patient(401, LName="Abernathy")
    rows = list(od.patients.simple(date_t_stamp=roster.since))

    assert [row.pat_num for row in rows] == [401]
    assert (roster.refresh(rows), roster.refresh(rows)) == (1, 0)
    chart = roster.get(401)
    assert chart is not None
    assert chart.person.family == "Abernathy"


@pytest.mark.mission("M1", shows="a chart that was merged away or deleted never matches again")
def test_a_chart_that_was_merged_away_or_deleted_never_matches_again(
    clock: VirtualClock, office: OpenDentalSimulator, od: OpenDental
) -> None:
    roster = Roster.from_records(od.patients.simple())
    assert roster.lookup(BOB).chosen == 401
    clock.advance(timedelta(days=1))
    office.practice.staff.merge(401, 403)
    roster.refresh(od.patients.simple(date_t_stamp=roster.since))

    assert roster.lookup(BOB).grade is not Grade.CERTAIN
    assert 401 not in [candidate.pat_num for candidate in roster.lookup(BOB).candidates]


def test_the_moment_to_ask_from_is_the_offices_and_stays_without_rows(
    clock: VirtualClock, office: OpenDentalSimulator, od: OpenDental
) -> None:
    assert Roster().since is None

    roster = Roster.from_records(od.patients.simple())
    first = roster.since
    assert first is not None
    roster.refresh([])
    assert roster.since == first
    assert first == office.practice.now() - timedelta(hours=2)

    clock.advance(timedelta(days=1))
    office.practice.staff.edit_patient(401, LName="Abernathy")
    roster.refresh(od.patients.simple(date_t_stamp=first))
    assert roster.since == first + timedelta(days=1)
