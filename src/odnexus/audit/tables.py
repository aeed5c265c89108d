"""Takes the picture from tables: CSV exports, data frames, or rows by heading. No key and no network is needed.

Headings are the vendors' own words, as their APIs write them, in any spelling: see `odnexus.audit.headings`. Tables of
the database hold numbers where the API has words (page "API Queries"): those are understood. A row that does not fit is
left out and named in `Picture.unread`, never with its values; a cell that no question needs is left out alone. What a
table has no column for is not judged (`Picture.lacking`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypedDict, Unpack, cast

from attrs import NOTHING, evolve, fields

from odnexus.audit.cells import Clocks, Times, as_day, as_instant, as_wall
from odnexus.audit.engine_state import EngineState
from odnexus.audit.extras import Extra, extra, heading_of
from odnexus.audit.headings import Column, columns_of
from odnexus.audit.keeping import RECORDS
from odnexus.audit.needs import NEEDS
from odnexus.audit.picture import Picture
from odnexus.audit.steps import check_times, hours_of
from odnexus.audit.unread import Unread
from odnexus.errors import UnexpectedResponseError
from odnexus.mapping.cells import is_day_first, plain
from odnexus.mapping.grids import Table, grid
from odnexus.matching.memory import without_collecting
from odnexus.nexhealth import models as nex, wire as nexhealth_wire
from odnexus.opendental import models as od, wire as opendental_wire
from odnexus.opendental.names import SPELLINGS
from odnexus.practice import Location


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


def picture_from(
    location: Location,
    *,
    at: datetime,
    window: tuple[date, date],
    links: Mapping[int, int] | None = None,
    engine: EngineState | None = None,
    aliases: Mapping[str, int] | None = None,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    nexhealth_times: Times | None = None,
    **tables: Unpack[Tables],
) -> Picture:
    """Return the picture that tables show.

    Args:
        location: The location with its tables.
        at: When the tables were made (aware).
        window: First and last day of the visits that both calendars hold, both included. What one of them has beyond
            is not missed in the other.
        links: NexHealth appointments and their AptNum, where somebody knows them.
        engine: What an engine's store knows: see `engine_state`.
        aliases: Spellings of carriers and the CarrierNum that each means, where somebody knows them: those that
            `CarrierResolver.import_aliases` reads from a pack, say.
        columns: By table, headings that do not speak for themselves and the vendor's word for each:
            ``{"charts": {"Rufname": "Preferred"}}``.
        nexhealth_times: What a time of NexHealth without an offset means: ``"utc"``, or ``"office"`` for the office's
            clock. Unless it is said, a time as the API writes it is UTC, and an American one is not read.
        tables: See `Tables`.

    Raises:
        OSError: A file cannot be read.
        TypeError: A table is none of those that are understood, `at` is no moment, or *window* holds no two days.
        ValueError: There is no table of a name, a column that every row needs is missing, a file is no text with
            headings, *columns* names what is not there, `at` has no time zone, or *window* ends before it begins.
    """
    check_times(at, window)
    said = columns or {}
    if unknown := sorted({*tables, *said} - RECORDS.keys()):
        raise ValueError(f"there is no table {', '.join(unknown)}: choose from {', '.join(RECORDS)}")
    if idle := sorted(said.keys() - tables.keys()):
        raise ValueError(f"columns: the table {', '.join(idle)} was not given")
    unread, lacking = Unread(), set[str]()
    clocks = Clocks(location.zone, nexhealth_times)
    # Each table is read as the records that its attribute holds, which types cannot follow.
    values: dict[str, Any] = {}
    with without_collecting():
        for name, table in tables.items():
            source = _Source(name, table, said.get(name, {}), clocks)
            lacking |= source.lacking()
            values[name] = tuple(source.records(unread))
    hours = hours_of(values.pop("schedules", ()))
    return Picture(
        location=location,
        at=at,
        window=window,
        links=links or {},
        engine=engine,
        aliases=aliases or {},
        hours=hours,
        unread=unread.lines(),
        lacking=frozenset(lacking),
        **values,
    )


_ASKED: Final = frozenset({"charts.WirelessPhone", *(column for columns in NEEDS.values() for column in columns)})


class _Source:
    """One table, and what its columns hold."""

    def __init__(self, name: str, table: Table, said: Mapping[str, str], clocks: Clocks) -> None:
        self._name, self._clocks, self._record = name, clocks, RECORDS[name]
        try:
            self._grid = grid(table)
        except (TypeError, ValueError) as fault:
            raise type(fault)(f"{name}: {fault}") from None
        self._columns = columns_of(name, self._grid.headings, said)
        self._words = {each.word for each in self._columns if each is not None}
        self._key = _key_of(self._record)
        self._readings = [(each, self._clocks_of(place, each)) for place, each in enumerate(self._columns)]
        for word in _required(self._record) if self._grid.headings else ():
            if word not in self._words:
                # A wrong heading must not look like an office without patients.
                raise ValueError(
                    f"{name}: there is no column {word}; if another heading is meant, say so with "
                    f"columns={{{name!r}: {{'its heading': {word!r}}}}}"
                )

    def _clocks_of(self, place: int, column: Column | None) -> Clocks:
        """Return how times of one column are read: an export has the order of days of the machine that made it."""
        if column is None or column.read not in {as_day, as_wall, as_instant}:
            return self._clocks
        found = is_day_first(row[place] for row in self._grid.rows if place < len(row))
        return evolve(self._clocks, day_first=True) if found else self._clocks

    def lacking(self) -> set[str]:
        """Return the columns that questions need and this table does not have."""
        if not self._grid.headings:
            return set()
        words = {word.removeprefix("bio.") for word in self._words}
        # A bio that is one object holds what it holds.
        inside = "bio" in self._words
        asked = {each for each in _ASKED if each.startswith(f"{self._name}.")}
        return {each for each in asked if each.partition(".")[2] not in words and not (inside and "insurance" in each)}

    def records(self, unread: Unread) -> Iterator[object]:
        """Yield the rows as records, each once; what cannot be read goes to *unread*."""
        seen = set[object]()
        for number, cells in enumerate(self._grid.rows, 1):
            row, faults, fatal = self._row(cells)
            if not row and not faults and not fatal:
                continue
            record, misfit = self._structured(row) if not fatal else (None, "; ".join(fatal))
            key = row.get(self._key)
            if record is not None and key is not None and key in seen:
                record, misfit = None, f"{self._key} is there twice, the first row was taken"
            if record is None:
                unread.row(self._name, number, misfit)
                continue
            seen.add(key)
            for word, fault in faults:
                unread.cell(self._name, number, word, fault)
            yield record

    def _row(self, cells: Sequence[object]) -> tuple[dict[str, object], list[tuple[str, str]], list[str]]:
        """Return what a row says, the cells that cannot be read, and what makes it worth nothing."""
        row, faults, fatal = dict[str, object](), list[tuple[str, str]](), list[str]()
        if len(cells) > len(self._columns) and any(plain(cell) is not None for cell in cells[len(self._columns) :]):
            fatal.append("it has more cells than there are headings: a sign that parts a cell is not quoted")
        for (column, clocks), cell in zip(self._readings, cells, strict=False):
            if column is None or cell is None or column.word in row or (value := plain(cell)) is None:
                continue
            try:
                value = column.read(value, clocks)
            except opendental_wire.MisfitError as misfit:
                if column.needed:
                    fatal.append(f"{misfit} @ $.{column.word}")
                else:
                    faults.append((column.word, str(misfit)))
                continue
            if value is not None:
                row[column.word] = value
        return row, faults, fatal

    def _structured(self, row: dict[str, object]) -> tuple[object, str]:
        """Return the record of a row, or None and why there is none."""
        try:
            if issubclass(self._record, od.Record):
                return opendental_wire.structure(self._record, row), ""
            if issubclass(self._record, Extra):
                return extra(self._record, row), ""
            return nexhealth_wire.structure(_nested(row), self._record), ""
        except opendental_wire.MisfitError as misfit:
            return None, str(misfit)
        except UnexpectedResponseError as misfit:
            return None, "; ".join(misfit.problems)


def _required(record: type[od.Record | nex.Record | Extra]) -> list[str]:
    """Return the words without which no row of a kind can be read."""
    names = [each.name for each in fields(record) if each.default is NOTHING]
    if issubclass(record, od.Record):
        return [SPELLINGS[record][name][0] for name in names]
    return [heading_of(name) for name in names] if issubclass(record, Extra) else names


def _key_of(record: type[od.Record | nex.Record | Extra]) -> str:
    """Return the word that tells one row from the others."""
    if issubclass(record, od.Record):
        return SPELLINGS[record][record.KEY[0]][0]
    return heading_of(fields(record)[0].name) if issubclass(record, Extra) else "id"


def _nested(row: Mapping[str, object]) -> dict[str, object]:
    """Return a flat row with the fields of the bio where NexHealth has them."""
    bio = {word.removeprefix("bio."): value for word, value in row.items() if word.startswith("bio.")}
    flat = {word: value for word, value in row.items() if not word.startswith("bio.")}
    held = flat.get("bio")
    inside = cast("Mapping[str, object]", held) if isinstance(held, Mapping) else dict[str, object]()
    return {**flat, "bio": {**inside, **bio}} if bio else flat
