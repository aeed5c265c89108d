"""Pictures from live clients, here the simulated office and platform."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from odnexus import NexHealth, OpenDental
from odnexus.audit import Picture, Progress, audit, forecast, read
from odnexus.practice import Location
from odnexus.testing import VirtualClock, transport
from odnexus.testing.nexhealth import API_KEY, DemoOffice, demo_office
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, OpenDentalSimulator, demo_practice

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)


class Place:
    """Both simulated systems with a client of each."""

    def __init__(self, *, linked: bool = True) -> None:
        self.clock = VirtualClock(MONDAY)
        self.od: OpenDentalSimulator = demo_practice(self.clock, mode="service", zone="America/Denver")
        self.nx: DemoOffice = demo_office(self.clock, self.od, linked=linked)
        self.location = Location(name="main", nexhealth_id=self.nx.location_id, timezone="America/Denver")
        self.told: list[Progress] = []

    @contextmanager
    def clients(self) -> Iterator[tuple[OpenDental, NexHealth]]:
        with (
            OpenDental(
                developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY, mode="service", clock=self.clock,
                transport=transport(self.od),
            ) as opendental,
            NexHealth(
                api_key=API_KEY, subdomain=self.nx.subdomain, clock=self.clock, transport=transport(self.nx.simulator)
            ) as nexhealth,
        ):  # fmt: skip
            yield opendental, nexhealth

    def picture(self) -> Picture:
        with self.clients() as (opendental, nexhealth):
            return read(opendental, nexhealth, self.location, at=self.clock.now(), progress=self.told.append)

    def pass_time(self, **time: int) -> None:
        """Let time pass in steps, so that the synchronizer works."""
        self.clock.advance(timedelta(**time))
        self.nx.simulator.tick()


def test_a_picture_holds_both_systems() -> None:
    place = Place(linked=False)

    picture = place.picture()

    assert picture.unread == ()
    assert len(picture.charts) == len(place.od.practice.patients)
    assert {each.operatory_num for each in picture.chairs} == set(place.od.demo.operatories.values())
    assert picture.operatories == {
        place.nx.operatories[name]: number for name, number in place.od.demo.operatories.items()
    }
    assert picture.confirmed == {place.od.demo.definitions["Confirmed"]}
    assert picture.hours


def test_progress_is_told_list_by_list() -> None:
    place = Place(linked=False)

    place.picture()

    ended = [each for each in place.told if each.done]
    assert [each.step for each in ended] == list(range(1, ended[0].steps + 1))
    assert ended[0].what == "charts"
    assert ended[0].rows == len(place.od.practice.patients)


def test_reading_writes_nothing() -> None:
    place = Place(linked=False)

    place.picture()

    assert {request.method for request in place.od.requests} == {"GET"}


def test_a_booking_that_nobody_carries_over_is_found() -> None:
    place = Place(linked=False)
    start = MONDAY + timedelta(days=2, hours=1)
    booked = place.nx.simulator.patient_app.book(
        place.nx.location_id, start, provider_id=place.nx.providers["DOC1"], operatory_id=place.nx.operatories["OP1"],
        first_name="Mara", last_name="Lund", date_of_birth=date(1988, 11, 20), phone_number="2085550161",
        email="mara.lund@example.com", minutes=60,
    )  # fmt: skip
    place.clock.advance(timedelta(hours=2))

    report = audit(place.picture(), only=["stuck-bookings", "one-sided-visits"])

    assert [(row.rule, row.subjects[0].id) for row in report.rows] == [("booking.stuck", booked)]


def test_what_the_synchronizer_carries_over_agrees() -> None:
    place = Place()
    place.pass_time(hours=6)
    place.pass_time(hours=6)

    picture = place.picture()

    ahead = {each.apt_num for each in picture.ahead}
    assert picture.paired_rows >= ahead > set()
    asked = ["one-sided-visits", "one-sided-patients", "different-visits", "different-states", "stuck-bookings",
             "placeholders", "unmapped", "time-zones"]  # fmt: skip
    assert audit(picture, only=asked).rows == ()


def test_a_visit_that_the_desk_has_just_moved_differs() -> None:
    place = Place()
    place.pass_time(hours=6)
    place.pass_time(hours=6)
    number = place.od.demo.appointments["jose_emergency"]
    place.od.practice.staff.move(number, op=place.od.demo.operatories["OP4"])

    rows = audit(place.picture(), only=["different-visits"]).rows

    assert [(row.rule, row.subjects[0].id) for row in rows] == [("visit.operatory", number)]


def test_an_answer_that_is_not_as_promised_is_named_and_not_judged() -> None:
    place = Place(linked=False)
    place.od.faults.on("GET /schedules", kind="status", status=200, body=b"<html>", times=9)

    assert "not what the vendor's documents promise" in place.picture().unread[0]


@pytest.mark.parametrize(
    ("status", "why"), [(400, "the server refused"), (401, "no right"), (403, "no right"), (404, "does not offer it")]
)
def test_a_list_that_is_refused_is_named_and_not_judged(status: int, why: str) -> None:
    place = Place(linked=False)
    place.od.faults.on("GET /schedules", kind="status", status=status, times=9)

    picture = place.picture()

    assert [line.partition(":")[0] for line in picture.unread] == ["schedules"]
    assert why in picture.unread[0]
    assert audit(picture, only=["time-zones"]).rows == ()


@pytest.mark.parametrize(
    ("tier", "page", "seconds"), [("standard", 100, 80), ("read_all", 100, 370), (None, 1000, 1.1)]
)
def test_a_forecast_knows_the_rate_budget(tier: str | None, page: int, seconds: float) -> None:
    expected = forecast(charts=5000, visits=1200, tier=tier, page=page)  # type: ignore[arg-type]

    assert expected.nexhealth == 5 + 2 + 4
    assert expected.takes.total_seconds() == pytest.approx(seconds, rel=0.1)
    assert str(expected).startswith(f"{expected.opendental + expected.nexhealth} requests, about ")


def test_a_forecast_is_what_a_reading_takes() -> None:
    place = Place(linked=False)

    picture = place.picture()

    expected = forecast(charts=len(picture.charts), visits=len(picture.book))
    assert place.od.count() <= expected.opendental
