"""What it costs to audit a whole practice: duplicates among its charts, and both calendars held against each other.

``nox -s bench -- -k audits -s`` prints the figures. ``ODNEXUS_BENCH_CHARTS`` sets the size: 100,000 charts, and half as
many visits on each side, for the published ones. The yardstick is what an analyst would write instead, in the same run:
a pandas merge by birth date and family name, and one of the two calendars by id. Time is that of the process, since
the machine is shared. Speed is measured, not asserted; that time and memory grow no faster than the practice is.
"""

from __future__ import annotations

import gc
import os
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from odnexus.audit import Picture, audit
from odnexus.nexhealth import models as nex
from odnexus.opendental import models as od
from odnexus.practice import Location
from tests.matching.families import Town, typed

CHARTS = int(os.environ.get("ODNEXUS_BENCH_CHARTS", "2000"))
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
LONG_AGO = AT - timedelta(days=90)
VISITS = ("one-sided-visits", "different-visits", "different-states", "stuck-bookings", "time-zones", "gone-patients")
MOST_GROWTH = 3.0
"""Twice as many charts may cost that many times as much: pairs of one birth date grow a little faster than charts."""


def practice(charts: int) -> Picture:
    """Return a practice with twice as many charts as visits; one visit in fifty differs."""
    town = Town(140)
    people = [typed(town.chart(one)) for one in town.practice(charts)]
    return Picture(
        location=Location(name="main", nexhealth_id=12, timezone="America/Denver"),
        at=AT,
        window=(date(2026, 3, 2), date(2026, 12, 31)),
        charts=tuple(
            od.Patient(
                pat_num=number, l_name=one.family, f_name=one.given, birthdate=one.birth_date, email=one.email,
                wireless_phone=one.mobile, address=one.address.line_1, zip=one.address.postal_code, guarantor=number,
            )
            for number, one in enumerate(people, 1)
        ),
        book=tuple(row(number) for number in range(1, charts // 2 + 1)),
        bookings=tuple(booking(number) for number in range(1, charts // 2 + 1)),
    )  # fmt: skip


def start_of(number: int) -> datetime:
    """Return the office's time of a visit: eight to four, twenty rooms."""
    return datetime(2026, 3, 3, 8) + timedelta(days=number // 160 % 300, hours=number % 8)


def row(number: int) -> od.Appointment:
    return od.Appointment(
        apt_num=number, pat_num=number, apt_status="Scheduled", pattern="X" * 12, op=number // 8 % 20 + 1,
        prov_num=1, apt_date_time=start_of(number) + timedelta(minutes=30 if number % 50 == 0 else 0),
    )  # fmt: skip


def booking(number: int) -> nex.Appointment:
    start = start_of(number).replace(tzinfo=ZoneInfo("America/Denver")).astimezone(UTC)
    return nex.Appointment(
        id=10**6 + number, foreign_id=str(number), patient_id=number, start_time=start,
        end_time=start + timedelta(hours=1), confirmed=False, cancelled=False, unavailable=False, created_at=AT,
    )  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    """Return the process' time that *work* takes."""
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def merged_charts(picture: Picture) -> Callable[[], object]:
    pandas = pytest.importorskip("pandas")
    charts = pandas.DataFrame(
        [(each.pat_num, each.l_name, each.f_name, each.birthdate) for each in picture.charts],
        columns=["number", "family", "given", "born"],
    )
    return lambda: charts.merge(charts, on=["born", "family"]).query("number_x < number_y")


def merged_visits(picture: Picture) -> Callable[[], object]:
    pandas = pytest.importorskip("pandas")
    book = pandas.DataFrame([(str(each.apt_num), each.apt_date_time, each.pattern) for each in picture.book])
    bookings = pandas.DataFrame([(each.foreign_id, each.start_time, each.end_time) for each in picture.bookings])

    def merge() -> object:
        both = book.merge(bookings, on=0, how="outer")
        starts = pandas.to_datetime(both["1_y"], utc=True).dt.tz_convert("America/Denver").dt.tz_localize(None)
        return both[both["1_x"] != starts]

    return merge


def told(what: str, ours: float, theirs: float) -> None:
    print(f"\n{what}: {ours:.2f} s of process time, pandas merge {theirs:.2f} s, ratio {ours / max(theirs, 1e-3):.1f}")


def test_duplicates_of_a_practice() -> None:
    picture = practice(CHARTS)
    brought = seconds(lambda: picture.od_persons)
    filed = seconds(lambda: picture.roster)
    print(f"\n{CHARTS:,} charts, once for all audits: into one form {brought:.2f} s, into the roster {filed:.2f} s")
    mine = seconds(lambda: audit(picture, only=["duplicate-charts"]))
    told(f"duplicates of {CHARTS:,} charts", mine, seconds(merged_charts(picture)))

    assert audit(picture, only=["duplicate-charts"]).rows == audit(picture, only=["duplicate-charts"]).rows


def test_both_calendars_of_a_practice() -> None:
    picture = practice(CHARTS)
    mine = seconds(lambda: audit(picture, only=VISITS))
    told(f"cross-check of {len(picture.book):,} visits on each side", mine, seconds(merged_visits(picture)))

    rows = audit(picture, only=["different-visits"]).rows
    assert len(rows) == len(picture.book) // 50


def test_everybody_of_one_system_looked_up_in_the_other() -> None:
    picture = practice(CHARTS)
    people = tuple(
        nex.Patient(id=10**6 + each.pat_num, first_name=each.f_name, last_name=each.l_name, created_at=LONG_AGO,
                    email=each.email, bio=nex.Bio(date_of_birth=each.birthdate, phone_number=each.wireless_phone))
        for each in picture.charts if isinstance(each, od.Patient)
    )  # fmt: skip
    picture = evolve(picture, people=people, bookings=())
    mine = seconds(lambda: audit(picture, only=["placeholders"]))
    print(f"\n{CHARTS:,} patients of NexHealth looked up in {CHARTS:,} charts: {mine:.2f} s of process time")

    found = audit(picture, only=["placeholders"]).rows
    assert sum(each.rule == "placeholder.has-chart" for each in found) > 0.9 * CHARTS


@pytest.mark.parametrize("only", [("duplicate-charts",), VISITS], ids=["duplicates", "calendars"])
def test_time_and_memory_grow_with_the_practice_and_not_faster(only: tuple[str, ...]) -> None:
    size = min(CHARTS, 10_000)
    costs: list[tuple[float, int]] = []
    for charts in (size, 2 * size):
        picture = practice(charts)
        taken = seconds(lambda picture=picture: audit(picture, only=only))  # type: ignore[misc]
        again = practice(charts)
        tracemalloc.start()
        audit(again, only=only)
        costs.append((taken, tracemalloc.get_traced_memory()[1]))
        tracemalloc.stop()

    (time_once, memory_once), (time_twice, memory_twice) = costs
    longer, more = time_twice / time_once, memory_twice / memory_once
    print(f"\n{only[0]}: twice the charts, {longer:.1f} times the time, {more:.1f} times the memory")
    print(f"{memory_twice / 2 / size / 1024:.1f} KiB a chart at its peak, besides the records")
    assert memory_twice < MOST_GROWTH * memory_once
    assert time_twice < 2 * MOST_GROWTH * time_once
