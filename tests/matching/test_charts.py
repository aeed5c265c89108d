from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from csv import DictReader
from datetime import date, datetime
from io import StringIO
from itertools import count, islice
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
    with pytest.raises(ValueError, match=r"^row 2 has no PatNum: no column holds it; .*'its heading': 'pat_num'"):
        list(charts_of_rows([ROW, {"LName": "Okafor"}]))


@pytest.mark.parametrize("number", ["Okafor", "-5", "", None, "4.5"])
def test_a_row_with_another_thing_for_its_number_is_named_with_the_heading(number: object) -> None:
    rows = [{"Patient Number": 7, "LName": "Okafor"}, {"Patient Number": number, "LName": "Okafor"}]

    with pytest.raises(ValueError, match=r"^row 2 has no PatNum: a whole number is needed under 'Patient Number'$"):
        list(charts_of_rows(rows))


def test_rows_in_which_nothing_stands_are_passed_over_and_counted() -> None:
    rows: list[Mapping[str, object]] = [
        ROW,
        dict.fromkeys(ROW),
        {"PatNum": "", "Remark": " "},
        {"PatNum": None, "Remark": "25 rows"},
    ]

    charts = charts_of_rows(rows)

    assert next(charts).value == CHART
    with pytest.raises(ValueError, match=r"^row 4 has no PatNum"):
        next(charts)


def test_rows_are_taken_one_by_one() -> None:
    def endless() -> Iterator[Mapping[str, object]]:
        for number in count(1):
            yield {"PatNum": number, "Birthdate": "25/12/1981"}

    assert [each.value.pat_num for each in islice(charts_of_rows(endless()), 3)] == [1, 2, 3]


def test_rows_of_the_standard_librarys_reader_with_a_cell_too_many_are_refused() -> None:
    rows = DictReader(StringIO("PatNum,LName,FName\n7,Okafor, Jr.,Lena\n"))

    with pytest.raises(ValueError, match=r"^row 1 has more cells than there are headings"):
        list(charts_of_rows(rows))


DAYS = ("02/06/1979", "13/06/1980", "25/12/1981", "31/01/1982")


def test_a_list_whose_dates_have_the_day_first_is_read_so() -> None:
    rows = [{"PatNum": number, "Birthdate": day, "DateTStamp": f"{day} 9:30 PM"} for number, day in enumerate(DAYS)]
    charts = [each.value for each in charts_of_rows([*rows, {"PatNum": 9, "DateTStamp": "soon"}])]

    assert [each.person.birth_date for each in charts][:2] == [date(1979, 6, 2), date(1980, 6, 13)]
    assert (charts[0].date_t_stamp, charts[4].date_t_stamp) == (datetime(1979, 6, 2, 21, 30), None)


def test_american_and_broken_times_of_a_change_are_read_or_left_out() -> None:
    rows = [{"PatNum": 1, "DateTStamp": text} for text in ("3/4/2026 1:30:00 PM", "soon", "31/12/2026 9:30")]

    assert [each.value.date_t_stamp for each in charts_of_rows(rows)] == [datetime(2026, 3, 4, 13, 30), None, None]


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


# -- files and frames as people make them ------------------------------------------------------------------------------

PLAIN = """PatNum,LName,FName,Birthdate,Gender,WirelessPhone,Email,Address,City,State,Zip,PatStatus,Guarantor
7,Muñoz,Lena,1988-03-14,1,2085550107,lena@example.com,77 Alder Ct,Springfield,MA,01105,0,5
8,Roe,Sean,1990-12-25,0,2085550108,,,,,,3,8
"""


def roster_of(folder: Path, content: str | bytes, **how: Any) -> list[Chart]:
    path = folder / "patients.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(Roster.from_csv(path, **how))


AS_PEOPLE_MAKE_THEM: dict[str, str | bytes] = {
    "with a mark": PLAIN.encode("utf-8-sig"),
    "UTF-16": PLAIN.encode("utf-16"),
    "Windows-1252": PLAIN.encode("cp1252"),
    "semicolons": PLAIN.replace(",", ";"),
    "tabs": PLAIN.replace(",", "\t"),
    "bars": PLAIN.replace(",", "|"),
    "Excel's own line": "sep=;\n" + PLAIN.replace(",", ";"),
    "ends of lines of Windows": PLAIN.replace("\n", "\r\n"),
    "blank lines above": "\n,,\n" + PLAIN,
    "blank rows": PLAIN.replace("\n8,", "\n\n,,,,,,,,,,,,\n8,") + ",,,,,,,,,,,,\n",
    "blanks around": PLAIN.replace(",", " , "),
    "American dates": PLAIN.replace("1988-03-14", "3/14/1988").replace("1990-12-25", "12/25/1990 00:00:00"),
    "numbers as fractions": PLAIN.replace("\n7,", "\n7.0,").replace(",0,5", ",0.0,5.0").replace(",3,8", ",3.0,8.0"),
    "telephones as fractions": PLAIN.replace("2085550107", "2085550107.0"),
    "ZIP codes without their zero": PLAIN.replace("01105", "1105"),
    "texts kept from being numbers": PLAIN.replace("01105", '"=""01105"""'),
    "words for nothing": PLAIN.replace(",,,,,,3", ",NULL,#N/A,NaN,nan,\\N,3"),
    "a column twice": PLAIN.replace("LName,", "LName,LName,").replace("Muñoz,", "Muñoz,,").replace("Roe,", "Roe,,"),
    "short rows": PLAIN.replace("Guarantor\n", "Guarantor,Ward,Note\n"),
    "headings as people say": PLAIN.replace("PatNum,LName,FName,Birthdate", "Patient Number,Last Name,First Name,DOB"),
    "headings with their table": ",".join(f"patient.{word}" for word in PLAIN.split(",", 12)),
    "a number of the row": PLAIN.replace("PatNum", "ID,PatNum").replace("\n7", "\n1,7").replace("\n8", "\n2,8"),
}


@pytest.mark.parametrize("kind", AS_PEOPLE_MAKE_THEM)
def test_a_file_is_read_as_people_make_it(tmp_path: Path, kind: str) -> None:
    lena, sean = roster_of(tmp_path, AS_PEOPLE_MAKE_THEM[kind])

    assert lena == Chart(
        pat_num=7,
        person=Person(
            family="Muñoz",
            given="Lena",
            birth_date=date(1988, 3, 14),
            sex="female",
            mobile="+12085550107",
            email="lena@example.com",
            address=Address(line_1="77 Alder Ct", city="Springfield", state="MA", postal_code="01105"),
        ),
        guarantor=5,
    )
    assert sean == Chart(
        pat_num=8,
        person=Person(family="Roe", given="Sean", birth_date=date(1990, 12, 25), sex="male", mobile="+12085550108"),
        status="Archived",
        guarantor=8,
    )


@pytest.mark.parametrize(("code", "whole"), [("1105", "01105"), ("11051234", "01105-1234"), ("501", "00501")])
def test_a_postal_code_gets_back_the_zeros_that_spreadsheets_take(tmp_path: Path, code: str, whole: str) -> None:
    (chart,) = roster_of(tmp_path, f"PatNum,Zip\n7,{code}\n")

    assert chart.person.address.postal_code == whole


def test_a_file_whose_dates_have_the_day_first_is_read_so(tmp_path: Path) -> None:
    rows = "".join(f"{number},{day}\n" for number, day in enumerate(DAYS, 1))
    charts = roster_of(tmp_path, f"PatNum,Birthdate\n{rows}")

    assert charts[0].person.birth_date == date(1979, 6, 2)
    assert charts[3].person.birth_date == date(1982, 1, 31)


def test_an_encoding_that_is_said_is_obeyed(tmp_path: Path) -> None:
    (chart,) = roster_of(tmp_path, "PatNum,LName\n7,Łukasz\n".encode("cp1250"), encoding="cp1250")

    assert chart.person.family == "Łukasz"
    with pytest.raises(ValueError, match="is not utf-8"):
        roster_of(tmp_path, "PatNum,LName\n7,Muñoz\n".encode("cp1252"), encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("PatNum,LName\n7,Okafor\n\n,Roe\n", r"^row 3 has no PatNum: a whole number is needed under 'PatNum'$"),
        ("Chart,LName\n7,Okafor\n", r"^no column holds PatNum; .*columns=\{'its heading': 'pat_num'\}"),
        ("Chart,LName\n", "^no column holds PatNum"),
        ("PatNum,ID\n,7\n", r"^row 1 has no PatNum: a whole number is needed under 'PatNum'$"),
        ("PatNum,LName,FName\n7,Okafor, Jr.,Lena\n", "^row 1 has more cells than there are headings"),
        ('PatNum,LName\n7,"Okafor\n8,Roe\n', r"^patients\.csv cannot be read from line 2 on"),
        (b"PK\x03\x04", r"^patients\.csv is an Excel workbook: save it as CSV"),
    ],
)
def test_a_file_that_could_make_wrong_charts_is_refused_without_its_values(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        roster_of(tmp_path, content)

    assert not re.search("Okafor|Roe", str(refused.value))


def test_a_practice_names_the_columns_of_a_file(tmp_path: Path) -> None:
    columns = {"No": "pat_num", "Rufname": "given"}
    (chart,) = roster_of(tmp_path, "PatNum,No,FName,Rufname\n1,7,Helena,Lena\n", columns=columns)

    assert (chart.pat_num, chart.person.given) == (7, "Lena")


COLUMNS: dict[str, Any] = {
    "patient_id": [7.0, 8.0],
    "Last Name": ["Okafor", "Roe"],
    "dob": [datetime(1988, 3, 14), None],
    "Cell Phone": [5415550188.0, None],
}
CHARTS = [
    Chart(pat_num=7, person=Person(family="Okafor", birth_date=date(1988, 3, 14), mobile="+15415550188")),
    Chart(pat_num=8, person=Person(family="Roe")),
]


def test_frames_of_pandas_are_rosters() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(COLUMNS)

    assert list(Roster.from_frame(frame)) == CHARTS
    assert list(Roster.from_frame(frame.set_index("patient_id"))) == CHARTS
    with pytest.raises(TypeError, match="a single column"):
        Roster.from_frame(frame["patient_id"])


def test_a_column_that_a_frame_has_twice_is_taken_where_something_stands() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([[7, "Okafor", None], [8, None, "Roe"]], columns=["PatNum", "LName", "LName"])

    assert [each.person.family for each in Roster.from_frame(frame)] == ["Okafor", "Roe"]


def test_frames_of_polars_and_tables_of_arrow_are_rosters() -> None:
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")

    assert list(Roster.from_frame(polars.DataFrame(COLUMNS))) == CHARTS
    assert list(Roster.from_frame(pyarrow.table(COLUMNS))) == CHARTS
    assert list(Roster.from_frame(polars.DataFrame())) == []
    with pytest.raises(TypeError, match=r"collect\(\) a lazy frame first"):
        Roster.from_frame(polars.DataFrame(COLUMNS).lazy())


@pytest.mark.parametrize("frame", [5, "patients.csv", [ROW]])
def test_what_is_no_frame_is_refused(frame: object) -> None:
    with pytest.raises(TypeError, match="frame"):
        Roster.from_frame(frame)
