from __future__ import annotations

from datetime import date, datetime

import pytest

from odnexus.opendental import filters, wire
from odnexus.opendental.models import Appointment, DefCategory, Definition, PatientRow

ROW = wire.structure(
    PatientRow,
    {"PatNum": 1, "LName": "Núñez-O'Hara", "FName": "Ana", "Preferred": "Nita", "HmPhone": "1 (541) 555-0188",
     "WkPhone": "", "ClinicNum": 3, "Birthdate": "1988-03-14"},
)  # fmt: skip


def visit(**said: object) -> Appointment:
    return wire.structure(Appointment, {"AptNum": 1, **said})


@pytest.mark.parametrize("wanted", ["nunez", "NÚÑEZ", "O’Hara", "ohara", "ez-o"])
def test_texts_are_compared_without_accents_case_and_punctuation(wanted: str) -> None:
    assert filters.contains("l_name")(ROW, wanted)


def test_a_text_that_is_not_there_does_not_satisfy() -> None:
    assert not filters.contains("l_name")(ROW, "Nash")
    assert filters.contains("f_name", "preferred")(ROW, "nit")


def test_phones_are_compared_by_digits_in_any_field() -> None:
    check = filters.same_digits("hm_phone", "wk_phone", "wireless_phone")

    assert check(ROW, "541-555-0188")
    assert check(ROW, "+1 541 555 0188")
    assert check(ROW, "5550188")
    assert not check(ROW, "5550189")


def test_what_an_older_office_does_not_mention_counts_for_the_row() -> None:
    assert filters.equals("op")(visit(), 3)
    assert filters.among("clinic_num")(wire.structure(PatientRow, {"PatNum": 1}), [1])
    assert filters.contains("city")(ROW, "Eugene")
    assert filters.changed_since("date_t_stamp")(visit(), datetime(2026, 1, 1))
    assert filters.on_day("apt_date_time")(visit(), date(2026, 1, 1))


def test_exact_filters_are_exact() -> None:
    assert filters.equals("clinic_num")(ROW, 3)
    assert not filters.equals("clinic_num")(ROW, 0)
    assert filters.among("clinic_num")(ROW, [2, 3])
    assert not filters.among("clinic_num")(ROW, [2])
    assert filters.number_equals("category")(Definition(def_num=1, category=2, raw={"Category": 2}), 2)
    assert not filters.number_equals("category")(
        Definition(def_num=1, category=4, raw={"Category": 4}), DefCategory.APPT_CONFIRMED
    )


@pytest.mark.parametrize(("stamp", "kept"), [("10:00:00", True), ("09:59:58", True), ("09:59:57", False)])
def test_change_times_have_a_soft_border(stamp: str, kept: bool) -> None:
    check = filters.changed_since("date_t_stamp")

    assert check(visit(DateTStamp=f"2026-03-01 {stamp}"), datetime(2026, 3, 1, 10)) is kept


def test_days_are_days_of_the_office() -> None:
    late = visit(AptDateTime="2026-03-01 23:55:00")

    assert filters.on_day("apt_date_time")(late, date(2026, 3, 1))
    assert not filters.on_day("apt_date_time")(late, date(2026, 3, 2))
    assert filters.from_day("apt_date_time")(late, date(2026, 3, 1))
    assert filters.until_day("apt_date_time")(late, date(2026, 3, 1))
    assert not filters.until_day("apt_date_time")(late, date(2026, 2, 28))


def test_a_row_without_a_time_is_on_no_day() -> None:
    planned = visit(AptDateTime="0001-01-01 00:00:00")

    assert not filters.from_day("apt_date_time")(planned, date(2026, 3, 1))
