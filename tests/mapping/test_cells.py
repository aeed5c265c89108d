"""Cells as programs and people write them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from odnexus.mapping.cells import plain, text_of

FROZEN = MappingProxyType({"a": 1})


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("  Lund\u00a0", "Lund"),
        ('="00123"', "00123"),
        ("", None),
        ("#N/A", None),
        ("\\N", None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        (7.0, 7),
        (7.5, 7.5),
        (True, True),
        (Decimal("7.00"), 7),
        (Decimal("7.5"), "7.5"),
        (Decimal("NaN"), None),
        (datetime(2026, 3, 4, 9, 30), "2026-03-04 09:30:00"),
        (date(2026, 3, 4), "2026-03-04"),
        (time(8), "08:00:00"),
        (timedelta(hours=17, minutes=30), "17:30:00"),
        ({"a": 1}, {"a": 1}),
        (FROZEN, FROZEN),
        ([1], [1]),
    ],
)
def test_a_cell_holds_a_plain_value_or_nothing(cell: object, value: object) -> None:
    assert plain(cell) == value
    assert type(plain(cell)) is type(value)


def test_missing_values_and_scalars_of_pandas_and_numpy_are_plain() -> None:
    pandas, numpy = pytest.importorskip("pandas"), pytest.importorskip("numpy")
    missing: list[Any] = [
        pandas.NA,
        pandas.NaT,
        numpy.nan,
        numpy.datetime64("NaT", "ns"),
        numpy.timedelta64("NaT", "ns"),
    ]

    assert [plain(each) for each in missing] == [None] * 5
    assert (plain(numpy.int64(7)), plain(numpy.float64(7)), plain(numpy.bool_(True))) == (7, 7, True)
    assert plain(pandas.Timestamp("2026-03-04 09:30")) == "2026-03-04 09:30:00"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" Lund ", "Lund"),
        ("\ufeffLund\ufeff", "Lund"),
        ('="00123"', "00123"),
        ("2085550107.0", "2085550107"),
        ("Suite 10", "Suite 10"),
        (2085550107.0, "2085550107"),
        (7, "7"),
        (7.5, "7.5"),
        ("NULL", ""),
        ("  ", ""),
        (None, ""),
        (float("nan"), ""),
        (datetime(2026, 3, 4, 9, 30), "2026-03-04 09:30:00"),
    ],
)
def test_a_cell_is_a_text_or_an_empty_one(cell: object, text: str) -> None:
    assert text_of(cell) == text
