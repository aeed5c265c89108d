"""Tables of every kind as headings and rows: files in the encodings and with the delimiters in use, and frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odnexus.mapping.grids import Grid, grid, grid_of_file, grid_of_frame

HEADINGS = ("PatNum", "LName")


def file(folder: Path, text: str, encoding: str = "utf-8", name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_the_encoding_it_has(tmp_path: Path, encoding: str) -> None:
    found = grid(file(tmp_path, "PatNum,LName\r\n7,Muñoz\r\n", encoding))

    assert found == Grid(HEADINGS, [["7", "Muñoz"]])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"])
def test_a_file_is_read_in_the_encoding_that_is_said(tmp_path: Path, encoding: str) -> None:
    found = grid_of_file(file(tmp_path, "PatNum,LName\r\n7,Muñoz\r\n", encoding), encoding=encoding)

    assert found == Grid(HEADINGS, [["7", "Muñoz"]])


def test_a_mark_of_the_encoding_is_no_part_of_a_heading(tmp_path: Path) -> None:
    path = file(tmp_path, "PatNum,LName\n7,Lund\n", "utf-8-sig")

    assert grid_of_file(path, encoding="utf-8").headings == HEADINGS


def test_a_file_in_another_encoding_than_is_said_is_refused_without_its_text(tmp_path: Path) -> None:
    path = file(tmp_path, "PatNum,LName\n7,Muñoz\n", "cp1252")

    with pytest.raises(ValueError, match=r"^export\.csv is not utf-8: leave encoding= out") as refused:
        grid_of_file(path, encoding="utf-8")

    assert type(refused.value) is ValueError
    assert refused.value.__suppress_context__
    with pytest.raises(LookupError):
        grid_of_file(path, encoding="no-such-encoding")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_what_stands_between_cells_is_found(tmp_path: Path, delimiter: str) -> None:
    found = grid(file(tmp_path, f"PatNum{delimiter}LName\n7{delimiter}Lund\n"))

    assert found == Grid(HEADINGS, [["7", "Lund"]])


def test_excels_own_line_says_what_stands_between_cells(tmp_path: Path) -> None:
    assert grid(file(tmp_path, "sep=;\nPatNum;LName\n7;Lund, Jr.\n")) == Grid(HEADINGS, [["7", "Lund, Jr."]])


def test_blank_lines_above_the_headings_are_passed_over(tmp_path: Path) -> None:
    assert grid(file(tmp_path, "\n,\nPatNum,LName\n7,Lund\n")) == Grid(HEADINGS, [["7", "Lund"]])


def test_a_quotation_mark_that_is_not_closed_swallows_no_rows(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"export\.csv cannot be read from line 3 on"):
        grid(file(tmp_path, 'PatNum,LName\n7,Lund\n8,"Roe\n9,Poe\n'))


def test_quotation_marks_in_an_export_with_tabs_are_what_they_are(tmp_path: Path) -> None:
    found = grid(file(tmp_path, 'PatNum\tLName\n7\t"Lund\n8\tRoe\n', name="query.txt"))

    assert found.rows == [["7", '"Lund'], ["8", "Roe"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty: not even headings"),
        (b"\r\n\r\n", "empty: not even headings"),
        (b"PK\x03\x04rest", "is an Excel workbook: save it as CSV"),
        (b"PAR1rest", "is a Parquet file"),
        (b"Pat\x00Num", "is no text"),
    ],
)
def test_a_file_that_is_no_text_with_headings_is_refused_by_its_name(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(content)

    with pytest.raises(ValueError, match=rf"export\.csv .*{words}|export\.csv {words}"):
        grid(path)


def test_frames_of_pandas_keep_their_index_and_the_first_of_two_columns() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([[7, "Lund", "x"], [8, "Roe", "y"]], columns=["PatNum", "LName", "LName"])

    assert grid(frame) == Grid(("PatNum", "LName", "LName"), [(7, "Lund", "x"), (8, "Roe", "y")])
    assert grid(frame.set_index("PatNum")).headings == ("PatNum", "LName", "LName")
    with pytest.raises(TypeError, match="a single column"):
        grid(frame["PatNum"])


def test_frames_of_polars_and_tables_of_arrow_are_grids() -> None:
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    columns: Any = {"PatNum": [7, 8], "LName": ["Lund", None]}
    same = Grid(HEADINGS, [(7, "Lund"), (8, None)])

    assert grid(polars.DataFrame(columns)) == same
    assert grid(pyarrow.table(columns)) == same
    with pytest.raises(TypeError, match=r"collect\(\) a lazy frame first"):
        grid(polars.DataFrame(columns).lazy())
    with pytest.raises(TypeError, match="a single column"):
        grid(pyarrow.array([7]))


def test_rows_by_heading_may_lack_some() -> None:
    rows = iter([{"PatNum": 7}, {"LName": "Roe", "PatNum": 8}])

    assert grid(rows) == Grid(HEADINGS, [[7, None], [8, "Roe"]])


@pytest.mark.parametrize("table", [7, {"PatNum": [7]}, [(7, "Lund")]])
def test_what_is_no_table_is_refused(table: object) -> None:
    with pytest.raises(TypeError, match="a table is a path"):
        grid(table)


@pytest.mark.parametrize("table", [7, "patient.csv", [{"PatNum": 7}]])
def test_what_is_no_frame_is_none(table: object) -> None:
    assert grid_of_frame(table) is None
