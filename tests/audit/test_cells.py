"""Cells as programs and people write them, and the wire formats' words for them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from odnexus.audit import cells
from odnexus.audit.cells import Clocks, Read
from odnexus.opendental.wire import MisfitError

DENVER = ZoneInfo("America/Denver")
CLOCKS = Clocks(DENVER, None)


@pytest.mark.parametrize(
    ("read", "cell", "value"),
    [
        (cells.as_text, "2085550107.0", "2085550107"),
        (cells.as_text, 2085550107, "2085550107"),
        (cells.as_text, "7.5", "7.5"),
        (cells.as_zip, "1234", "01234"),
        (cells.as_zip, 1234, "01234"),
        (cells.as_zip, "837020001", "837020001"),
        (cells.as_zip, "K1A 0B1", "K1A 0B1"),
        (cells.as_number, "7.0", 7),
        (cells.as_number, "1,007", 1007),
        (cells.as_number, "-1", -1),
        (cells.as_word, "3.0", 3),
        (cells.as_word, "Archived", "Archived"),
        (cells.as_flag, "Y", "true"),
        (cells.as_flag, False, "false"),
        (cells.as_money, "$1,200.50", "1200.50"),
        (cells.as_money, "($12.00)", "-12.00"),
        (cells.as_day, "6/2/1979", "1979-06-02"),
        (cells.as_day, "1979-06-02 00:00:00", "1979-06-02"),
        (cells.as_day, "01/01/1900", "1900-01-01"),
        (cells.as_day, "01/01/0001", None),
        (cells.as_clock, "8:00 AM", "08:00:00"),
        (cells.as_clock, "12:15 a.m.", "00:15:00"),
        (cells.as_clock, "0 days 17:30:00", "17:30:00"),
        (cells.as_wall, "3/4/2026 1:30:00 PM", "2026-03-04 13:30:00"),
        (cells.as_wall, "03/04/26 09:30", "2026-03-04 09:30:00"),
        (cells.as_wall, "2026-03-04T09:30:00.000", "2026-03-04 09:30:00"),
        (cells.as_wall, "2026-03-04", "2026-03-04"),
        (cells.as_instant, "2026-03-04T16:30:00Z", "2026-03-04T16:30:00Z"),
        (cells.as_instant, "2026-03-04 09:30:00 -0700", "2026-03-04 09:30:00 -0700"),
        (cells.as_instant, "2026-03-04 16:30", "2026-03-04T16:30:00+00:00"),
        (cells.as_is, [1], [1]),
    ],
)
def test_a_cell_is_read_by_its_kind(read: Read, cell: object, value: object) -> None:
    assert read(cell, CLOCKS) == value


@pytest.mark.parametrize(
    ("read", "cell", "words"),
    [
        (cells.as_number, "Mara", "whole number"),
        (cells.as_flag, "maybe", "yes or no"),
        (cells.as_day, "31/31/1990", "MM/dd/yyyy"),
        (cells.as_clock, "noon", "hh:mm AM"),
        (cells.as_clock, "25:00", "that exists"),
        (cells.as_wall, "13/13/2026", "MM/dd/yyyy"),
        (cells.as_wall, "on Friday", "MM/dd/yyyy"),
        (cells.as_wall, "2026-03-04 09:30:00+00:00", "own clock, without an offset"),
        (cells.as_instant, "3/4/2026 9:30 AM", "nexhealth_times="),
    ],
)
def test_a_cell_that_does_not_fit_is_refused_without_its_value(read: Read, cell: str, words: str) -> None:
    with pytest.raises(MisfitError, match=words) as refused:
        read(cell, CLOCKS)

    assert cell not in str(refused.value)


def test_whoever_exports_from_nexhealths_pages_says_which_clock_they_show() -> None:
    shown = "3/4/2026 9:30 AM"

    office = cells.as_instant(shown, Clocks(DENVER, "office"))
    utc = cells.as_instant(shown, Clocks(DENVER, "utc"))

    assert datetime.fromisoformat(str(office)) == datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
    assert datetime.fromisoformat(str(utc)) == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
