"""Faults of tables in few words."""

from __future__ import annotations

from odnexus.audit.unread import Unread


def test_a_fault_of_many_rows_takes_one_line() -> None:
    unread = Unread()
    unread.row("charts", 2, "missing @ $.PatNum")
    for number in range(1, 5001):
        unread.cell("charts", number, "EstBalance", "expected a number")

    assert unread.lines() == (
        "charts, row 2: missing @ $.PatNum",
        "charts, row 1 and 4,999 more: expected a number @ $.EstBalance; only this cell was left out",
    )
