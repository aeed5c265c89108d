from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from odnexus.mapping.person import Address, Person
from odnexus.matching import Chart, Roster
from odnexus.matching.charts import chart_of_patient, charts_of_rows
from odnexus.opendental.models import Gender, Patient, PatientRow, PatStatus

LENA = Person(
    family="Okafor",
    given="Lena",
    suffix="jr",
    birth_date=date(1988, 3, 14),
    sex="female",
    mobile="+15415550188",
    email="lena@example.org",
    address=Address(line_1="77 Alder Ct", city="Eugene", state="OR", postal_code="97401"),
)
ROW = {
    "PatNum": 412,
    "LName": "Okafor Jr",
    "FName": "LENA",
    "Birthdate": "1988-03-14",
    "Gender": "Female",
    "WirelessPhone": "(541)555-0188",
    "Email": "lena@example.org",
    "Address": "77 Alder Ct",
    "City": "Eugene",
    "State": "OR",
    "Zip": 97401,
    "PatStatus": "Inactive",
    "Guarantor": 400,
    "ClinicNum": 3,
    "DateTStamp": "2026-02-03 11:20:07",
    "Balance": "12.50",
}
CHART = Chart(
    pat_num=412,
    person=LENA,
    status="Inactive",
    clinic_num=3,
    guarantor=400,
    date_t_stamp=datetime(2026, 2, 3, 11, 20, 7),
)


def test_a_row_of_open_dental_is_a_chart() -> None:
    mapped = list(charts_of_rows([ROW]))

    assert [each.value for each in mapped] == [CHART]
    assert mapped[0].rules() == {"name.case"}


@pytest.mark.parametrize(
    "row",
    [
        {"patient id": "7", "Last Name": "Okafor", "First-Name": "Lena", "D.O.B.": "3/14/1988"},
        {"pat_num": 7.0, "l_name": "Okafor", "f_name": "Lena", "birthdate": date(1988, 3, 14)},
        {"ID": 7, "Patient Name": "Okafor, Lena", "DateOfBirth": datetime(1988, 3, 14)},
    ],
)
def test_headings_are_understood_in_many_spellings(row: dict[str, object]) -> None:
    chart = next(charts_of_rows([row])).value

    assert (chart.pat_num, chart.person.family, chart.person.given) == (7, "Okafor", "Lena")
    assert chart.person.birth_date == LENA.birth_date
    assert chart.status == "Patient"


def test_numbers_of_the_database_stand_for_words() -> None:
    chart = next(charts_of_rows([{"PatNum": 1, "PatStatus": 3, "Gender": "0"}])).value

    assert (chart.status, chart.person.sex) == ("Archived", "male")


@pytest.mark.parametrize("empty", [None, "", float("nan"), "NaT", "<NA>"])
def test_what_a_table_has_for_nothing_is_nothing(empty: object) -> None:
    row = dict.fromkeys(ROW, empty) | {"PatNum": "5"}

    assert next(charts_of_rows([row])).value == Chart(pat_num=5, person=Person())


def test_a_practice_names_its_own_columns() -> None:
    row = {"No": 9, "Nachname": "Okafor", "Vorname": "Lena"}
    chart = next(charts_of_rows([row], columns={"No": "pat_num", "Nachname": "family", "Vorname": "given"})).value

    assert (chart.pat_num, chart.person.family) == (9, "Okafor")


def test_a_column_that_can_hold_nothing_is_named() -> None:
    with pytest.raises(ValueError, match=r"column 'Shoe' cannot hold 'shoe_size'"):
        list(charts_of_rows([], columns={"Shoe": "shoe_size"}))


def test_a_row_without_number_is_named_and_not_shown() -> None:
    with pytest.raises(ValueError, match=r"^row 2 has no PatNum$"):
        list(charts_of_rows([ROW, {"LName": "Okafor"}]))


def test_records_of_the_client_are_charts() -> None:
    full = Patient(
        pat_num=412,
        l_name="Okafor Jr",
        f_name="Lena",
        birthdate=date(1988, 3, 14),
        gender=Gender.FEMALE,
        wireless_phone="541-555-0188",
        email="lena@example.org",
        address="77 Alder Ct",
        city="Eugene",
        state="OR",
        zip="97401",
        pat_status=PatStatus.INACTIVE,
        guarantor=400,
        clinic_num=3,
        date_t_stamp=datetime(2026, 2, 3, 11, 20, 7),
    )

    assert chart_of_patient(full) == CHART
    assert chart_of_patient(PatientRow(pat_num=5)) == Chart(pat_num=5, person=Person())
    assert list(Roster.from_records([full])) == [CHART]


def test_a_csv_export_is_a_roster(tmp_path: Path) -> None:
    export = tmp_path / "patients.csv"
    export.write_text(
        "\ufeffPatNum,LName,FName,Birthdate,WirelessPhone\n"
        "1,Okafor,Lena,1988-03-14,(541)555-0188\n"
        '2,"O\'Neil",Sean,1990-01-02,\n',
        encoding="utf-8",
    )
    roster = Roster.from_csv(export)

    assert len(roster) == 2
    assert roster.lookup(LENA).chosen == 1


class Frame:
    """What a frame of pandas, polars or Arrow offers, by the name of its method."""

    def __init__(self, method: str, rows: list[dict[str, Any]]) -> None:
        setattr(self, method, lambda *_: rows)


@pytest.mark.parametrize("method", ["to_dict", "to_dicts", "to_pylist"])
def test_a_frame_is_a_roster(method: str) -> None:
    assert list(Roster.from_frame(Frame(method, [ROW]))) == [CHART]
    assert list(Roster.from_rows([ROW])) == [CHART]


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(TypeError, match="frame"):
        Roster.from_frame(5)
