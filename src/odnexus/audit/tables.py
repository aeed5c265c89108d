"""Takes the picture from tables: CSV exports, data frames, or rows by heading. No key and no network is needed.

Headings are the vendors' own words, as their APIs write them: ``PatNum``, ``LName``, ``AptDateTime``; ``id``,
``first_name``, ``start_time``, ``bio.date_of_birth`` or plainly ``date_of_birth``. Tables of the database hold numbers
where the API has words (page "API Queries"): those are understood. A row that does not fit is left out and named in
`Picture.unread`, never with its values.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from math import isnan
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeAlias, TypedDict, TypeVar, Unpack, cast

from attrs import fields_dict

from odnexus.audit.engine_state import EngineState
from odnexus.audit.extras import Coverage, Extra, Plan, Procedure, Recall, extra
from odnexus.audit.picture import Picture
from odnexus.audit.steps import hours_of
from odnexus.errors import UnexpectedResponseError
from odnexus.mapping.text import iso_date
from odnexus.nexhealth import models as nex, wire as nexhealth_wire
from odnexus.opendental import models as od, wire as opendental_wire
from odnexus.practice import Location

T = TypeVar("T")
D = TypeVar("D", bound=od.Record)
N = TypeVar("N", bound=nex.Record)
X = TypeVar("X", bound=Extra)

Cells: TypeAlias = Mapping[str, object]
Table: TypeAlias = str | PathLike[str] | Iterable[Cells] | object
"""The path of a CSV file, rows by heading, a pandas or polars frame, or an Arrow table."""


class Tables(TypedDict, total=False):
    """What a picture can be made of; what is left out is empty."""

    charts: Table
    book: Table
    people: Table
    bookings: Table
    chairs: Table
    staff: Table
    types: Table
    nex_chairs: Table
    nex_staff: Table
    nex_types: Table
    definitions: Table
    schedules: Table
    carriers: Table
    plans: Table
    coverages: Table
    recalls: Table
    procedures: Table
    syncs: Table


_OPENDENTAL: Final[Mapping[str, type[od.Record]]] = {
    "charts": od.Patient,
    "book": od.Appointment,
    "chairs": od.Operatory,
    "staff": od.Provider,
    "types": od.AppointmentType,
    "definitions": od.Definition,
    "schedules": od.Schedule,
    "carriers": od.Carrier,
}
_NEXHEALTH: Final[Mapping[str, type[nex.Record]]] = {
    "people": nex.Patient,
    "bookings": nex.Appointment,
    "nex_chairs": nex.Operatory,
    "nex_staff": nex.Provider,
    "nex_types": nex.AppointmentType,
    "syncs": nex.SyncStatus,
}
_EXTRAS: Final[Mapping[str, type[Extra]]] = {
    "plans": Plan,
    "coverages": Coverage,
    "recalls": Recall,
    "procedures": Procedure,
}


def picture_from(
    location: Location,
    *,
    at: datetime,
    window: tuple[date, date],
    links: Mapping[int, int] | None = None,
    engine: EngineState | None = None,
    **tables: Unpack[Tables],
) -> Picture:
    """Return the picture that tables show.

    Args:
        location: The location with its tables.
        at: When the tables were made (aware).
        window: First and last day of the visits that they hold, both included.
        links: NexHealth appointments and their AptNum, where somebody knows them.
        engine: What an engine's store knows: see `engine_state`.
        tables: See `Tables`.

    Raises:
        OSError: A file cannot be read.
        TypeError: A table is none of those that are understood.
        ValueError: There is no table of a name, a heading that every row needs is missing, or `at` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("at: give a moment with a time zone, such as datetime.now(UTC)")
    unread: list[str] = []
    # Each table is read as the records that its attribute holds, which types cannot follow.
    values: dict[str, Any] = {name: tuple(_records(name, table, unread)) for name, table in tables.items()}
    hours = hours_of(values.pop("schedules", ()))
    return Picture(
        location=location,
        at=at,
        window=window,
        links=links or {},
        engine=engine,
        hours=hours,
        unread=tuple(unread),
        **values,
    )


def _records(name: str, table: Table, unread: list[str]) -> Iterator[object]:
    if name in _OPENDENTAL:
        yield from _read(name, table, _opendental(_OPENDENTAL[name]), unread)
    elif name in _NEXHEALTH:
        yield from _read(name, table, _nexhealth(_NEXHEALTH[name]), unread)
    elif name in _EXTRAS:
        yield from _read(name, table, _extra(_EXTRAS[name]), unread)
    else:
        known = [*_OPENDENTAL, *_NEXHEALTH, *_EXTRAS]
        raise ValueError(f"there is no table {name!r}: choose from {', '.join(known)}")


def _read(name: str, table: Table, structure: Callable[[Cells], T], unread: list[str]) -> Iterator[T]:
    read, before = 0, len(unread)
    for number, cells in enumerate(rows_of(table), 1):
        try:
            yield structure(_filled(cells))
            read += 1
        except opendental_wire.MisfitError as misfit:
            unread.append(f"{name}, row {number}: {misfit}")
        except UnexpectedResponseError as misfit:
            unread.append(f"{name}, row {number}: {'; '.join(misfit.problems)}")
    if not read and any(": missing @ " in line for line in unread[before:]):
        # A wrong heading must not look like an office without patients.
        raise ValueError(f"no row can be read: see the headings; {unread[before]}")


def rows_of(table: Table) -> Iterable[Cells]:
    """Return the rows of a table.

    Raises:
        OSError: The file cannot be read.
        TypeError: It is no table.
    """
    if isinstance(table, str | PathLike):
        with Path(cast("str | PathLike[str]", table)).open(encoding="utf-8-sig", newline="") as file:
            return cast("list[Cells]", list(csv.DictReader(file)))
    for method, arguments in (("to_dicts", ()), ("to_pylist", ()), ("to_dict", ("records",))):
        if callable(rows := getattr(table, method, None)):
            return cast("list[Cells]", rows(*arguments))
    if isinstance(table, Iterable):
        return cast("Iterable[Cells]", table)
    raise TypeError("a table is a path, rows by heading, a pandas or polars frame or an Arrow table")


def _filled(cells: Cells) -> dict[str, object]:
    """Return the cells that hold something, as JSON would have them."""
    # A row longer than the headings has its rest under None.
    values = {str(heading).strip(): _value(value) for heading, value in cells.items()}
    return {heading: value for heading, value in values.items() if value not in (None, "")}


def _value(value: object) -> object:
    if isinstance(value, float):
        return None if isnan(value) else int(value) if value.is_integer() else value
    if isinstance(value, datetime):
        # Not a time, as pandas has it, is a datetime that equals nothing.
        return value.isoformat(sep=" ", timespec="seconds") if value == value else None  # noqa: PLR0124
    if isinstance(value, date):
        return value.isoformat()
    text = value.strip() if isinstance(value, str) else value
    return None if text in ("NaT", "<NA>", "nan", "None", "NULL") else text


# -- Open Dental -------------------------------------------------------------------------------------------------------

_WORDS: Final = ("AptStatus", "PatStatus", "Gender", "SchedType")
_FLAGS: Final = {"0": "false", "1": "true"}


def _opendental(record: type[D]) -> Callable[[Cells], D]:
    return lambda cells: opendental_wire.structure(record, _as_api(cells))


def _as_api(cells: Cells) -> dict[str, object]:
    """Return a row of the database as the API would write it."""
    row = dict(cells)
    for name in _WORDS:
        if isinstance(text := row.get(name), str) and text.isdecimal():
            row[name] = int(text)
    for name, value in row.items():
        if name.startswith(("Is", "TimeLocked")) and str(value) in _FLAGS:
            row[name] = _FLAGS[str(value)]
    if isinstance(born := row.get("Birthdate"), str):
        mapped = iso_date(born)
        # A date that stands for none goes on as it is; one that cannot be read must not cost the whole chart.
        unreadable = mapped.rules() & {"date.unreadable", "date.short_year"}
        row["Birthdate"] = mapped.value.isoformat() if mapped.value else "" if unreadable else born
    return row


def _extra(kind: type[X]) -> Callable[[Cells], X]:
    return lambda cells: extra(kind, cells)


# -- NexHealth ---------------------------------------------------------------------------------------------------------

_BIO: Final = frozenset(fields_dict(nex.Bio)) - {"raw"}


def _nexhealth(record: type[N]) -> Callable[[Cells], N]:
    return lambda cells: nexhealth_wire.structure(_nested(record, cells), record)


def _nested(record: type[nex.Record], cells: Cells) -> dict[str, object]:
    """Return a flat row with the fields of the bio where NexHealth has them."""
    row, bio = dict[str, object](), dict[str, object]()
    own = fields_dict(record)
    for name, value in cells.items():
        bare = name.removeprefix("bio.")
        if name.startswith("bio.") or ("bio" in own and bare in _BIO and bare not in own):
            bio[bare] = value
        else:
            row[name] = value
    held = row.get("bio")
    return {**row, "bio": {**(cast("Cells", held) if isinstance(held, Mapping) else {}), **bio}} if bio else row
