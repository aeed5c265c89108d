from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from odnexus._calls import Call, Reply
from odnexus.errors import UnexpectedResponseError
from odnexus.opendental import calls, wire
from odnexus.opendental.models import Appointment, Patient, Slot
from odnexus.opendental.paging import Pager
from odnexus.opendental.tables import appointments, patients

Rows = list[Appointment]
DAY = datetime(2026, 3, 1)


def visit(number: int, **said: object) -> Appointment:
    return wire.structure(Appointment, {"AptNum": number, **said})


def visits(count: int) -> Rows:
    return [Appointment(apt_num=number) for number in range(1, count + 1)]


def pager(**filters: object) -> Pager[Appointment]:
    return Pager(calls.listing(appointments.LIST, Appointment, filters))


def offset_of(call: Call[Rows]) -> int:
    return int(dict(call.params).get("Offset", "0"))


def walk(walker: Pager[Appointment], table: Callable[[int], Rows], cap: int = 100) -> Iterator[tuple[int, Rows]]:
    """Serve pages of at most *cap* rows of what *table* holds at each request; yield offsets and what came of them."""
    number = 0
    while (call := walker.next_call()) is not None:
        offset = offset_of(call)
        yield offset, walker.feed(table(number)[offset : offset + cap])
        number += 1


def always(count: int) -> Callable[[int], Rows]:
    """Return a table that holds *count* rows at every request."""
    return lambda _: visits(count)


def numbers(pages: list[tuple[int, Rows]]) -> list[int]:
    return [row.apt_num for _, rows in pages for row in rows]


@pytest.mark.parametrize(
    ("count", "requests"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (199, 3), (250, 3), (297, 3), (298, 4)]
)
def test_every_row_comes_once_in_few_requests(count: int, requests: int) -> None:
    pages = list(walk(pager(), lambda _: visits(count)))

    assert numbers(pages) == list(range(1, count + 1))
    assert len(pages) == requests


@pytest.mark.parametrize(
    ("count", "cap", "requests"),
    [
        (2500, 1000, 3),
        (1000, 1000, 2),
        (500, 1000, 2),
        (9, 10**4, 2),
        (120, 50, 3),
        (300, 250, 2),
    ],
)
def test_the_size_of_a_page_need_not_be_known(count: int, cap: int, requests: int) -> None:
    pages = list(walk(pager(), lambda _: visits(count), cap))

    assert numbers(pages) == list(range(1, count + 1))
    assert len(pages) == requests


@pytest.mark.parametrize("bad", [{7}, {100}, {101}, {1, 99, 100, 101, 200}, set(range(50, 100))])
def test_rows_that_do_not_fit_are_left_out_and_told_and_hide_no_others(bad: set[int]) -> None:
    told: list[UnexpectedResponseError] = []
    walker = Pager(calls.listing(appointments.LIST, Appointment, {}, unread=told.append))
    table = [{"AptNum": number, "AptDateTime": "soon" if number in bad else "2026-03-09"} for number in range(1, 251)]
    found: list[int] = []
    while (call := walker.next_call()) is not None:
        page = json.dumps(table[offset_of(call) : offset_of(call) + 100]).encode()
        found += [row.apt_num for row in walker.feed(call.read(Reply(200, content=page)))]

    assert found == [number for number in range(1, 251) if number not in bad]
    assert {error.record for error in told} == {str(number) for number in bad}
    assert all("AptDateTime" in error.problems[0] for error in told)


def test_rows_that_do_not_fit_are_errors_where_nobody_is_told_or_none_fits() -> None:
    rows = json.dumps([{"AptNum": number, "AptDateTime": "soon"} for number in range(1, 6)]).encode()
    told: list[UnexpectedResponseError] = []

    for reader in (
        wire.many(Appointment, "GET /appointments"),
        wire.many(Appointment, "GET /appointments", told.append),
    ):
        with pytest.raises(UnexpectedResponseError, match="AptDateTime"):
            reader(Reply(200, content=rows))
    with pytest.raises(UnexpectedResponseError, match="AptDateTime"):
        wire.many(Appointment, "GET /appointments", told.append)(Reply(200, content=b'[{"AptDateTime": "soon"}]'))
    assert told == []


@pytest.mark.parametrize("cap", [2, 3, 7, 10, 25, 49])
def test_pages_smaller_than_documented_hide_nothing(cap: int) -> None:
    largest = [0]
    for count in (1, cap - 1, cap, cap + 1, 3 * cap, 3 * cap + 1):
        walker = Pager(calls.listing(appointments.LIST, Appointment, {}), largest)
        pages = list(walk(walker, always(count), cap))

        assert numbers(pages) == list(range(1, count + 1))


def test_the_largest_page_of_an_office_is_found_out_once() -> None:
    largest, costs = [0], []
    for count in (5, 5, 4, 80, 30, 49):
        walker = Pager(calls.listing(appointments.LIST, Appointment, {}), largest)
        costs.append(len(list(walk(walker, always(count)))))

    assert costs == [2, 2, 1, 1, 1, 1]


def test_a_small_list_that_comes_again_is_at_its_end() -> None:
    walker = pager()
    rows = visits(4)

    assert walker.feed(rows) == rows
    assert walker.feed(rows) == []
    assert walker.next_call() is None


def test_a_smaller_page_after_a_larger_one_is_not_the_end() -> None:
    # The API Service went away after its first page, and Remote mode went on in pages of 100.
    walker, table = pager(), visits(1250)
    first = walker.next_call()
    assert first is not None
    got = walker.feed(table[:1000])

    pages = list(walk(walker, lambda _: table, cap=100))

    assert [row.apt_num for row in got] + numbers(pages) == list(range(1, 1251))


def test_charts_are_never_removed_so_their_pages_need_no_overlap() -> None:
    def count(**filters: object) -> int:
        walker, rows, requests = Pager(calls.listing(patients.SIMPLE, Patient, filters)), list[Patient](), 0
        table = [Patient(pat_num=number) for number in range(10_000)]
        while (call := walker.next_call()) is not None:
            offset = int(dict(call.params).get("Offset", "0"))
            rows += walker.feed(table[offset : offset + 100])
            requests += 1
        assert len(rows) == 10_000
        return requests

    # F10: at most 105 seconds at one request per 1.05 seconds.
    assert count() == 101
    assert count(date_t_stamp=DAY) == 101
    # A chart can stop being active while the list is read.
    assert count(pat_status="Patient") == 102


def test_skipped_rows_are_not_read_again() -> None:
    walker = Pager(calls.listing(appointments.LIST, Appointment, {}, 150))

    pages = list(walk(walker, lambda _: visits(420)))

    assert pages[0][0] == 150
    assert numbers(pages) == list(range(151, 421))


def test_a_failed_page_is_asked_again() -> None:
    walker = pager()
    walker.feed(visits(100))

    first, again = walker.next_call(), walker.next_call()

    assert first is not None
    assert again is not None
    assert offset_of(first) == offset_of(again) == 99


# Rows move while they are read.


@pytest.mark.parametrize("gone", [{100}, {99, 100}, {3}, {1, 2, 3, 50}, set(range(1, 61)), set(range(41, 101))])
def test_rows_that_slide_to_earlier_pages_are_not_missed(gone: set[int]) -> None:
    before = visits(250)
    after = [row for row in before if row.apt_num not in gone]

    pages = list(walk(pager(), lambda request: before if request == 0 else after))

    assert sorted(numbers(pages)) == list(range(1, 251))


def test_rows_that_come_in_front_are_not_doubled() -> None:
    before = visits(250)
    after = [visit(-2), visit(-1), *before]

    pages = list(walk(pager(), lambda request: before if request == 0 else after))

    assert len(numbers(pages)) == len(set(numbers(pages)))
    assert set(numbers(pages)) >= set(range(1, 251))


def test_a_list_that_empties_is_read_to_its_end() -> None:
    before = visits(100)

    pages = list(walk(pager(), lambda request: before if request == 0 else []))

    assert numbers(pages) == list(range(1, 101))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 700), st.lists(st.sets(st.integers(1, 700), max_size=12), max_size=12))
def test_whoever_stays_is_seen_whatever_leaves(count: int, leaving: list[set[int]]) -> None:
    everybody = visits(count)

    def table(request: int) -> Rows:
        gone = set[int]().union(*leaving[:request])
        return [row for row in everybody if row.apt_num not in gone]

    seen = numbers(list(walk(pager(), table)))

    assert len(seen) == len(set(seen))
    assert set(seen) >= {row.apt_num for row in table(len(leaving))}


def test_a_list_that_never_rests_is_given_up() -> None:
    walker = pager()
    walker.feed(visits(100))

    def read_on() -> None:
        for start in range(1000, 90_000, 100):
            walker.feed([Appointment(apt_num=start + number) for number in range(100)])

    with pytest.raises(UnexpectedResponseError, match="keeps changing"):
        read_on()


# Filters and offsets that are not heard.


def test_an_ignored_offset_ends_the_walk() -> None:
    walker = pager()
    walker.feed(visits(100))

    with pytest.raises(UnexpectedResponseError, match="offset ignored") as caught:
        walker.feed(visits(100))

    assert caught.value.call == "GET /appointments"


def test_an_ignored_filter_ends_the_walk_and_is_named() -> None:
    walker = pager(date_start=DAY.date(), op=3)
    old = [visit(number, AptDateTime="2009-05-12 08:30:00", Op=3) for number in range(100)]

    with pytest.raises(UnexpectedResponseError, match=r"filter ignored: dateStart$"):
        walker.feed(old)


def test_rows_that_were_not_asked_for_are_dropped() -> None:
    walker = pager(op=3)

    kept = walker.feed([visit(1, Op=3), visit(2, Op=4), visit(3, Op=3)])

    assert [row.apt_num for row in kept] == [1, 3]
    assert walker.feed([visit(3, Op=3)]) == []
    assert walker.next_call() is None


def test_a_short_page_of_strangers_is_an_empty_list() -> None:
    walker = pager(op=3)

    assert walker.feed([visit(1, Op=4)]) == []
    assert walker.next_call() is None


def test_dropped_rows_still_count_for_the_offset() -> None:
    walker = pager(op=3)
    walker.feed([visit(number, Op=3 + number % 2) for number in range(100)])

    call = walker.next_call()

    assert call is not None
    assert offset_of(call) == 99


@pytest.mark.parametrize(
    ("filters", "row", "kept"),
    [
        ({"pat_num": 4}, {"PatNum": 4}, True),
        ({"pat_num": 4}, {"PatNum": 5}, False),
        ({"apt_status": "Scheduled"}, {"AptStatus": "Scheduled"}, True),
        ({"apt_status": "Scheduled"}, {"AptStatus": "Broken"}, False),
        ({"date": DAY.date()}, {"AptDateTime": "2026-03-01 08:00:00"}, True),
        ({"date_end": DAY.date()}, {"AptDateTime": "2026-03-02 08:00:00"}, False),
        ({"clinic_num": 0}, {"ClinicNum": 0}, True),
        ({"clinic_num": 0}, {"ClinicNum": 2}, False),
        ({"date_t_stamp": DAY}, {"DateTStamp": "2026-02-28 23:59:59"}, True),
        ({"date_t_stamp": DAY}, {"DateTStamp": "2026-02-28 23:59:57"}, False),
        ({"appointment_type_num": 12}, {"AppointmentTypeNum": 13}, False),
    ],
)
def test_rows_are_checked_against_each_filter(filters: dict[str, object], row: dict[str, object], kept: bool) -> None:
    assert bool(pager(**filters).feed([visit(1, **row)])) is kept


def test_rows_without_a_number_are_told_apart_by_all_they_say() -> None:
    walker = Pager(calls.listing(appointments.SLOTS, Slot, {}))
    slots = [Slot(date_time_start=DAY + timedelta(hours=hour), prov_num=1) for hour in (8, 9, 9)]

    assert walker.feed(slots) == slots[:2]
