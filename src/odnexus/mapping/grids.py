"""Any table as headings and rows of cells: files as spreadsheets and query windows write them, frames, rows by heading.

A file may be UTF-8, UTF-16 or Windows-1252, and have commas, semicolons, tabs or bars between its cells: what a query
of Open Dental exports, what Excel saves as CSV, what a script writes. Nothing is imported for frames.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from io import StringIO
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from attrs import frozen

Cells: TypeAlias = Mapping[str, object]
Table: TypeAlias = str | PathLike[str] | Iterable[Cells] | object
"""The path of a file with headings, rows by heading, a pandas or polars frame, or an Arrow table."""

_KINDS: Final = "a table is a path, rows by heading, a pandas or polars frame or an Arrow table"


@frozen
class Grid:
    """A table.

    Attributes:
        headings: What stands over the columns; empty if nothing does.
        rows: The cells of each row. A row may be shorter or longer than the headings.
    """

    headings: tuple[str, ...]
    rows: Sequence[Sequence[object]]


def grid(table: Table) -> Grid:
    """Return *table* as a grid.

    Raises:
        OSError: The file cannot be read.
        TypeError: It is no table.
        ValueError: The file is no text with headings.
    """
    if isinstance(table, str | PathLike):
        return grid_of_file(Path(cast("str | PathLike[str]", table)))
    if isinstance(table, Mapping):
        raise TypeError(f"{_KINDS}; one mapping is none of these")
    found = grid_of_frame(table)
    if found is not None:
        return found
    if isinstance(table, Iterable):
        return _mappings(list(cast("Iterable[object]", table)))
    raise TypeError(_KINDS)


def table_before(
    headings: Sequence[str], words: Collection[str], fold: Callable[[str], str], *, called: str, key: str
) -> str:
    """Return the table whose name may stand before its headings, as queries have it; empty for none.

    Only one: a guarantor's telephone that was joined to the patients is not theirs. A point with blanks abbreviates.
    Where the key has nothing before it, only the table's own name may stand before another.

    Args:
        headings: The headings.
        words: The folded headings that mean something.
        fold: Takes out of a heading what makes spellings differ.
        called: How a query calls the table, folded; empty if that is not known.
        key: The folded heading of its key.
    """
    parts = [heading.rpartition(".") for heading in headings if " " not in heading.strip()]
    tables = [(before, fold(last)) for before, _, last in parts if before and fold(last) in words]
    named = [before for before, _ in tables if called and fold(before).endswith(called)]
    numbered = [before for before, word in tables if word == key]
    others = [] if key in map(fold, headings) else [*numbered, *(before for before, _ in tables)]
    return next(iter([*named, *others]), "")


# -- frames and rows ---------------------------------------------------------------------------------------------------


def grid_of_frame(frame: object) -> Grid | None:
    """Return a pandas or polars frame or an Arrow table as a grid, None if it is none of these.

    Raises:
        TypeError: It is a single column, or a lazy frame.
    """
    if callable(getattr(frame, "collect", None)) and not callable(getattr(frame, "to_dicts", None)):
        raise TypeError(f"{_KINDS}; collect() a lazy frame first")
    for knows, make in _FRAMES:
        if callable(getattr(frame, knows, None)):
            return make(frame)
    return None


def _pandas(frame: Any) -> Grid:
    if not hasattr(frame, "columns"):
        raise TypeError(f"{_KINDS}; a single column is none of these")
    if any(name is not None for name in frame.index.names):
        # The key may have been made the index.
        frame = frame.reset_index()
    return Grid(tuple(map(str, frame.columns)), list(frame.itertuples(index=False, name=None)))


def _polars(frame: Any) -> Grid:
    return Grid(tuple(frame.columns), frame.rows())


def _arrow(table: Any) -> Grid:
    if not hasattr(table, "column_names"):
        raise TypeError(f"{_KINDS}; a single column is none of these")
    columns = [column.to_pylist() for column in table.columns]
    return Grid(tuple(table.column_names), list(zip(*columns, strict=True)))


_FRAMES: Final[tuple[tuple[str, Callable[[Any], Grid]], ...]] = (
    ("to_dicts", _polars),
    ("to_pylist", _arrow),
    ("to_dict", _pandas),
)


def _mappings(rows: list[object]) -> Grid:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise TypeError(f"{_KINDS}; row {number} has no headings")
    cells = cast("list[Mapping[object, object]]", rows)
    keys = list(dict.fromkeys(key for row in cells for key in row))
    return Grid(tuple(str(key) for key in keys), [[row.get(key) for key in keys] for row in cells])


# -- files -------------------------------------------------------------------------------------------------------------

_DELIMITERS: Final = ",;\t|"
_WORKBOOKS: Final = {b"PK\x03\x04": "an Excel workbook", b"\xd0\xcf\x11\xe0": "an Excel workbook",
                     b"PAR1": "a Parquet file", b"\x1f\x8b": "a packed file"}  # fmt: skip
_MARKS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def grid_of_file(path: Path, *, encoding: str | None = None) -> Grid:
    """Return a file as a grid.

    Args:
        path: The file.
        encoding: Its encoding; left out, it is found out.

    Raises:
        LookupError: There is no such encoding.
        OSError: The file cannot be read.
        ValueError: It is no text with headings, or not in that encoding.
    """
    content = path.read_bytes()
    for start, what in _WORKBOOKS.items():
        if content.startswith(start):
            raise ValueError(f"{path.name} is {what}: save it as CSV, or read it with pandas and give the frame")
    text = _decoded(content) if encoding is None else _told(path.name, content, encoding)
    if "\0" in text:
        raise ValueError(f"{path.name} is no text: save it as CSV")
    rows = _lines(path, text)
    while rows and not any(cell.strip() for cell in rows[0]):
        del rows[0]
    if not rows:
        raise ValueError(f"{path.name} is empty: not even headings are in it")
    return Grid(tuple(rows[0]), rows[1:])


def _told(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        # Its message would show a piece of a patient.
        raise ValueError(f"{name} is not {encoding}: leave encoding= out, and it is found out") from None


def marked(content: bytes) -> str | None:
    """Return the encoding that a text names by its first bytes, None if it names none."""
    return next((encoding for mark, encoding in _MARKS.items() if content.startswith(mark)), None)


def _decoded(content: bytes) -> str:
    """Return text in whichever of the encodings in use it is: not all of them say so themselves."""
    if encoding := marked(content):
        return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # Excel and older programs on Windows; five of its bytes mean nothing.
        return content.decode("cp1252", errors="replace")


def _lines(path: Path, text: str) -> list[list[str]]:
    first, _, rest = text.lstrip("\r\n").partition("\n")
    told = first.strip().casefold()
    if told.startswith("sep=") and len(told) == len("sep=,"):
        # Excel's own line that says what stands between the cells.
        delimiter, text = told[-1], rest
    else:
        delimiter = max(_DELIMITERS, key=first.count)
    # Strictly: a quotation mark that is never closed takes all rows behind it into one cell.
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = list[list[str]](), 1
    try:
        for row in reader:
            rows.append(row)
            line = reader.line_num + 1
    except csv.Error:
        if delimiter == "\t":
            # Queries of Open Dental are exported with tabs, and quotation marks are what they are.
            return [line.split("\t") for line in text.splitlines()]
        raise ValueError(
            f"{path.name} cannot be read from line {line} on: a quotation mark is not closed, or stands within a cell "
            "that is not quoted"
        ) from None
    return rows
