"""Pictures from tables: CSV exports, frames, rows of the database."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from odnexus.audit import audit, picture_from
from odnexus.audit.steps import Reading
from tests.audit.office import AT, WINDOW, Office, broken, found, location


def written(folder: Path, office: Office) -> dict[str, Path]:
    """Write the tables of an office as CSV files."""
    files: dict[str, Path] = {}
    for name, rows in office.tables.items():
        flat = [{key: value for key, value in row.items() if not isinstance(value, list)} for row in rows]
        files[name] = folder / f"{name}.csv"
        with files[name].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in flat for key in row)))
            writer.writeheader()
            writer.writerows(flat)
    return files


def test_csv_files_give_the_same_rows_as_records(tmp_path: Path) -> None:
    office = broken(
        lambda office: office.of("book", "AptNum", 501).update(AptDateTime="2026-03-04 11:30:00"),
        lambda office: office.of("bookings", "id", 9002).update(cancelled=True),
    )
    # A list cannot stand in a CSV, so descriptors are not told.
    del office.tables["nex_types"]
    tables: Any = written(tmp_path, office)

    picture = picture_from(location(), at=AT, window=WINDOW, **tables)

    assert picture.unread == ()
    assert [found(row) for row in audit(picture).rows] == office.found()


def test_frames_give_the_same_rows_as_records() -> None:
    pandas = pytest.importorskip("pandas")
    office = broken(lambda office: office.of("book", "AptNum", 501).update(Pattern="X" * 9))
    tables: Any = {name: pandas.DataFrame(rows) for name, rows in office.tables.items()}
    tables["book"]["AptDateTime"] = pandas.to_datetime(tables["book"]["AptDateTime"])

    picture = picture_from(location(), at=AT, window=WINDOW, **tables)

    assert picture.unread == ()
    assert [found(row) for row in audit(picture).rows] == [("visit.length", (501, 9001, 11))]


def test_numbers_of_the_database_are_understood() -> None:
    charts = [{"PatNum": "7", "LName": "Lund", "PatStatus": "3", "Gender": "1", "Birthdate": "06/02/1979"}]
    book = [{"AptNum": "9", "PatNum": "7", "AptStatus": "1", "Pattern": "XX", "IsHygiene": "1"}]

    picture = picture_from(location(), at=AT, window=WINDOW, charts=charts, book=book)

    (chart,), (visit,) = picture.charts, picture.book
    assert (str(chart.pat_status), chart.birthdate) == ("Archived", date(1979, 6, 2))
    assert (str(visit.apt_status), visit.is_hygiene) == ("Scheduled", True)


def test_a_row_that_does_not_fit_is_named_without_its_values() -> None:
    charts = [{"PatNum": "7", "LName": "Lund"}, {"PatNum": "8", "LName": "Roe", "Guarantor": "Mara Roe"}]
    people = [{"id": "x", "last_name": "Lund"}]

    picture = picture_from(location(), at=AT, window=WINDOW, charts=charts, people=people)

    assert [chart.pat_num for chart in picture.charts] == [7]
    assert [line.partition(": ")[0] for line in picture.unread] == ["charts, row 2", "people, row 1"]
    assert not any(value in line for line in picture.unread for value in ("Roe", "Mara", "Lund"))
    assert "Not read" in audit(picture)._repr_html_()


def test_a_table_without_the_heading_that_every_row_needs_is_refused() -> None:
    charts = [{"Id": "7", "LName": "Lund"}, {"Id": "8", "LName": "Roe"}]

    with pytest.raises(ValueError, match=r"charts: there is no column PatNum; .*columns=") as refused:
        picture_from(location(), at=AT, window=WINDOW, charts=charts)

    assert "Lund" not in str(refused.value)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="at: give a moment with a time zone"):
        picture_from(location(), at=AT.replace(tzinfo=None), window=WINDOW)


def test_a_birth_date_that_cannot_be_read_does_not_cost_the_chart() -> None:
    charts = [{"PatNum": "7", "LName": "Lund", "Birthdate": "31/31/1990"}, {"PatNum": "8", "Birthdate": "1900-01-01"}]

    picture = picture_from(location(), at=AT, window=WINDOW, charts=charts)

    rows = audit(picture, only=["birth-dates"]).rows
    assert [found(row) for row in rows] == [("birth-date.missing", (7,)), ("birth-date.placeholder", (8,))]


def test_details_of_people_may_stand_beside_their_names() -> None:
    people = [
        {"id": 1, "first_name": "Mara", "date_of_birth": "1988-11-20", "phone_number": "2085550161"},
        {"id": 2, "first_name": "Mila", "bio.date_of_birth": "2012-04-08"},
    ]

    picture = picture_from(location(), at=AT, window=WINDOW, people=people)

    assert [each.bio.date_of_birth for each in picture.people if each.bio] == [date(1988, 11, 20), date(2012, 4, 8)]


def test_hours_of_a_day_reach_from_the_first_start_to_the_last_end() -> None:
    schedules = [
        {"ScheduleNum": 1, "SchedDate": "2026-03-04", "StartTime": "08:00:00", "StopTime": "12:00:00",
         "SchedType": "Provider"},
        {"ScheduleNum": 2, "SchedDate": "2026-03-04", "StartTime": "13:00:00", "StopTime": "18:00:00",
         "SchedType": "1"},
        {"ScheduleNum": 3, "SchedDate": "2026-03-04", "StartTime": "00:00:00", "StopTime": "23:00:00",
         "SchedType": "Blockout"},
    ]  # fmt: skip

    picture = picture_from(location(), at=AT, window=WINDOW, schedules=schedules)

    assert picture.hours == {date(2026, 3, 4): (time(8), time(18))}


@pytest.mark.parametrize(("name", "table", "error"), [("typo", [], ValueError), ("charts", 7, TypeError)])
def test_what_is_no_table_is_refused(name: str, table: object, error: type[Exception]) -> None:
    tables: Any = {name: table}

    with pytest.raises(error):
        picture_from(location(), at=AT, window=WINDOW, **tables)


def test_an_export_as_people_make_them_gives_whole_charts(tmp_path: Path) -> None:
    export = tmp_path / "query.txt"
    export.write_bytes(
        "Patient ID\tLast Name\tFirst Name\tDOB\tStatus\tGuarantor\tCell\tZip\tTxtMsgOk\tDateTStamp\tEstBalance\n"
        "7\tMuñoz\tJosé\t6/2/1979\t0\t7.0\t2085550107.0\t1234\t2\t3/1/2026 4:05:00 PM\t$1,200.50\n"
        "\t\t\t\t\t\t\t\t\t\t\n".encode("cp1252")
    )

    picture = picture_from(location(), at=AT, window=WINDOW, charts=export)

    (chart,) = picture.charts
    assert picture.unread == ()
    assert (chart.pat_num, chart.l_name, chart.birthdate, chart.zip) == (7, "Muñoz", date(1979, 6, 2), "01234")
    assert (chart.wireless_phone, str(chart.txt_msg_ok), str(chart.pat_status)) == ("2085550107", "No", "Patient")
    assert "EstBalance" in chart.raw


def test_a_cell_that_no_question_needs_does_not_cost_the_row() -> None:
    charts = [{"PatNum": "7", "Premed": "perhaps", "Birthdate": "31/31/1990"}]

    picture = picture_from(location(), at=AT, window=WINDOW, charts=charts)

    assert [chart.pat_num for chart in picture.charts] == [7]
    assert [line.rpartition("$.")[2] for line in picture.unread] == [
        "Premed; only this cell was left out", "Birthdate; only this cell was left out",
    ]  # fmt: skip


def test_a_visit_whose_time_cannot_be_read_is_left_out_and_named() -> None:
    book = [{"AptNum": 1, "PatNum": 7, "AptStatus": 1, "AptDateTime": "2026-03-04 09:30:00+00:00"}]

    picture = picture_from(location(), at=AT, window=WINDOW, book=book)

    assert picture.book == ()
    assert picture.unread == ("book, row 1: expected the office's own clock, without an offset @ $.AptDateTime",)


def test_a_row_without_its_number_is_left_out_and_named() -> None:
    charts = [{"PatNum": 7, "LName": "Lund"}, {"LName": "Total: 1"}]
    people = [{"id": 1, "last_name": "Lund"}, {"last_name": "Total: 1"}]

    picture = picture_from(location(), at=AT, window=WINDOW, charts=charts, people=people)

    assert (len(picture.charts), len(picture.people)) == (1, 1)
    assert picture.unread == ("charts, row 2: missing @ $.PatNum", "people, row 2: missing @ $.id")


def test_a_row_that_is_there_twice_is_taken_once_and_told() -> None:
    charts = [{"PatNum": 7, "LName": "Lund"}, {"PatNum": 7, "LName": "Lund"}]

    picture = picture_from(location(), at=AT, window=WINDOW, charts=charts)

    assert len(picture.charts) == 1
    assert picture.unread == ("charts, row 2: PatNum is there twice, the first row was taken",)


def test_a_row_whose_cells_have_slid_is_left_out(tmp_path: Path) -> None:
    export = tmp_path / "patient.csv"
    export.write_text("PatNum,LName,FName\n7,Lund,Mara,\n8,Roe, Jr.,Mo\n", encoding="utf-8")

    picture = picture_from(location(), at=AT, window=WINDOW, charts=export)

    assert [chart.pat_num for chart in picture.charts] == [7]
    assert "charts, row 2: it has more cells than there are headings" in picture.unread[0]


def test_of_two_columns_for_one_thing_the_first_that_is_filled_counts() -> None:
    charts = [{"PatNum": 7, "LName": "", "Last Name": "Lund"}]

    assert picture_from(location(), at=AT, window=WINDOW, charts=charts).charts[0].l_name == "Lund"


def test_columns_and_the_clock_of_an_export_can_be_said() -> None:
    bookings = [{"Ref": 9, "start_time": "3/4/2026 9:30 AM", "end_time": "3/4/2026 10:30 AM", "patient": "Mara Lund"}]
    said = {"bookings": {"Ref": "id"}}

    silent = picture_from(location(), at=AT, window=WINDOW, bookings=bookings, columns=said)
    picture = picture_from(location(), at=AT, window=WINDOW, bookings=bookings, columns=said, nexhealth_times="office")

    assert silent.bookings == ()
    assert "nexhealth_times=" in silent.unread[0]
    assert picture.unread == ()
    assert picture.bookings[0].start_time == datetime(2026, 3, 4, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("columns", "words"),
    [({"typo": {}}, "there is no table typo"), ({"book": {}}, "the table book was not given")],
)
def test_columns_of_tables_that_are_not_there_are_refused(columns: dict[str, dict[str, str]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        picture_from(location(), at=AT, window=WINDOW, charts=[], columns=columns)


def test_a_bio_may_be_an_object_or_json() -> None:
    people = [
        {"id": 1, "bio": {"date_of_birth": "1988-11-20", "insurance_name": "Delta"}},
        {"id": 2, "bio": '{"date_of_birth": "1988-11-20"}', "phone_number": "2085550161"},
        {"id": 3, "bio": "{'date_of_birth': '1988-11-20'}"},
    ]

    picture = picture_from(location(), at=AT, window=WINDOW, people=people)

    assert [each.bio and each.bio.date_of_birth for each in picture.people] == [date(1988, 11, 20)] * 2 + [None]
    assert [line.partition(";")[0] for line in picture.unread] == ["people, row 3: expected JSON"]
    assert "people.insurance_name" not in picture.lacking


def test_what_one_export_holds_beyond_the_window_is_not_missed_in_the_other() -> None:
    office = broken(
        lambda office: office.book_visit(590, 21, 24 * 200, 1),
        lambda office: office.online(9090, 721, 24 * 201, 1, foreign_id="591"),
        lambda office: office.online(9091, 721, 24 * 202, 1),
        lambda office: office.book_visit(592, 21, 24 * 20, 1),
    )

    assert office.found() == [("visit.only-opendental", (592, 21))]


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="window: give the first day before the last"):
        picture_from(location(), at=AT, window=(WINDOW[1], WINDOW[0]))
    with pytest.raises(ValueError, match="window: give the first day before the last"):
        Reading(location(), (WINDOW[1], WINDOW[0]), AT, (), None, None)


@pytest.mark.parametrize(
    "window",
    [
        (datetime(2026, 3, 2), datetime(2026, 5, 31)),
        (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC)),
        ("2026-03-02", "2026-05-31"),
        (date(2026, 3, 2), None),
        (date(2026, 3, 2),),
    ],
)
def test_a_window_that_is_no_two_days_is_refused_by_name(window: Any) -> None:
    with pytest.raises(TypeError, match="window: give two days"):
        picture_from(location(), at=AT, window=window)
    with pytest.raises(TypeError, match="window: give two days"):
        Reading(location(), window, AT, (), None, None)


def test_a_picture_needs_a_moment_with_a_zone() -> None:
    naive: Any = datetime(2026, 3, 2, 18)
    day: Any = date(2026, 3, 2)
    for fault, at in ((ValueError, naive), (TypeError, day)):
        with pytest.raises(fault, match="at: give a moment with a time zone"):
            picture_from(location(), at=at, window=WINDOW)
        with pytest.raises(fault, match="at: give a moment with a time zone"):
            Reading(location(), None, at, (), None, None)


def test_a_column_that_shows_to_have_the_day_first_is_read_so() -> None:
    days = ["02/06/1979", "13/06/1980", "25/12/1981", "31/01/1982"]
    book = [{"AptNum": number, "PatNum": 7, "AptStatus": 1, "AptDateTime": f"{number}/3/2026 9:30 AM"}
            for number in (5, 13, 14, 15)]  # fmt: skip

    picture = picture_from(
        location(),
        at=AT,
        window=WINDOW,
        charts=[{"PatNum": number, "Birthdate": day} for number, day in enumerate(days, 1)],
        book=book,
    )

    assert [chart.birthdate for chart in picture.charts] == [
        date(1979, 6, 2), date(1980, 6, 13), date(1981, 12, 25), date(1982, 1, 31),
    ]  # fmt: skip
    assert picture.book[0].apt_date_time == datetime(2026, 3, 5, 9, 30)
    assert picture.unread == ()


@pytest.mark.parametrize(
    "days", [["02/06/1979", "13/06/1980"], ["02/06/1979", "13/06/1980", "14/06/1980", "15/06/1980", "12/25/1981"]]
)
def test_a_slip_of_the_hand_does_not_turn_american_dates_round(days: list[str]) -> None:
    charts = [{"PatNum": number, "Birthdate": day} for number, day in enumerate(days, 1)]

    picture = picture_from(location(), at=AT, window=WINDOW, charts=charts)

    assert picture.charts[0].birthdate == date(1979, 2, 6)
    assert picture.unread[0].startswith("charts, row 2: expected a date")
