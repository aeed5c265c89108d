"""What a resource looks like: its table, its key, and its fields in the order in which answers show them.

One line per field says how it is stored, how it is read from requests and since which version it is shown. A new
resource is a schema and a handful of endpoints (see `endpoints`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, overload

from attrs import frozen

from odnexus.testing.opendental.values import TEXT, Kind, Row, Value
from odnexus.testing.opendental.versions import ALWAYS, Version, version

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice

Made: TypeAlias = "Callable[[Practice, Row], Value]"
Shown: TypeAlias = dict[str, Value]
"""A row as an answer shows it, before its values are written."""

UNVERIFIED = "unverified"
"""In place of a version: only third-party code names the field (`Switches.unverified_since`)."""


@frozen
class Field:
    """One field of a resource.

    Args:
        name: Its name on the wire, and of its column.
        kind: How it is stored and read.
        since: First version whose answers show it; "" for all.
        made: Makes what is shown from the row, where that is not the column.
        stored: Whether there is a column.
        shown: Whether answers show it.
    """

    name: str
    kind: Kind
    since: str = ""
    made: Made | None = None
    stored: bool = True
    shown: bool = True


def twin(name: str, made: Made, since: str = "") -> Field:
    """Return a field without a column: the text of a key, or something computed."""
    return Field(name, TEXT, since, made, stored=False)


def hidden(name: str, kind: Kind) -> Field:
    """Return a column that no answer shows."""
    return Field(name, kind, shown=False)


@frozen(kw_only=True)
class Schema:
    """One resource and its table.

    Args:
        name: Name of the resource, lower-case plural.
        key: Its primary key.
        one: What one row is called in refusals.
        fields: Its fields in the order shown, the key first.
        first_key: Key of the first row.
        stamp: Column that holds the moment of the last real change.
        entered: Columns that hold the moment or day of creation.
        defaults: Values of new rows that differ from the empty value of their kind.
    """

    name: str
    key: str
    one: str
    fields: tuple[Field, ...]
    first_key: int = 1
    stamp: str = ""
    entered: tuple[str, ...] = ()
    defaults: Mapping[str, Value] = {}

    def columns(self) -> dict[str, Kind]:
        """Return the stored columns and their kinds."""
        return {field.name: field.kind for field in self.fields if field.stored}

    def kind(self, name: str) -> Kind:
        """Return the kind of the field *name*."""
        return next(field.kind for field in self.fields if field.name == name)


def names(text: str) -> tuple[str, ...]:
    """Return the names in *text*, which blanks separate."""
    return tuple(text.split())


def since(practice: Practice, gate: str) -> bool:
    """Return whether the office's version is at least *gate*."""
    return practice.version >= gate_version(practice, gate)


def gate_version(practice: Practice, gate: str) -> Version:
    """Return *gate* as a version, with the unverified gate looked up in the practice's switches."""
    if not gate:
        return ALWAYS
    return version(practice.switches.unverified_since if gate == UNVERIFIED else gate)


class Listing(Sequence[Shown]):
    """Rows of an answer, shown only when they are written: of a thousand rows a page needs a hundred.

    Args:
        rows: The rows.
        show: Returns what is shown of one.
    """

    def __init__(self, rows: Sequence[Row], show: Callable[[Row], Shown]) -> None:
        self._rows = rows
        self._show = show

    def map(self, change: Callable[[Shown], Shown]) -> Listing:
        """Return the listing with *change* done to each row shown."""
        return Listing(self._rows, lambda row: change(self._show(row)))

    @overload
    def __getitem__(self, index: int) -> Shown: ...
    @overload
    def __getitem__(self, index: slice) -> Listing: ...
    def __getitem__(self, index: int | slice) -> Shown | Listing:
        if isinstance(index, slice):
            return Listing(self._rows[index], self._show)
        return self._show(self._rows[index])

    def __len__(self) -> int:
        return len(self._rows)


def shower(practice: Practice, schema: Schema) -> Callable[[Row], Shown]:
    """Return what shows a row of *schema* as the office's version does."""
    fields = [field for field in schema.fields if field.shown and since(practice, field.since)]

    def show_row(row: Row) -> Shown:
        return {field.name: row[field.name] if field.made is None else field.made(practice, row) for field in fields}

    return show_row


def show(practice: Practice, schema: Schema, row: Row) -> Shown:
    """Return *row* as the office's version shows it."""
    return shower(practice, schema)(row)


def show_all(practice: Practice, schema: Schema, rows: Sequence[Row]) -> Listing:
    """Return *rows* as the office's version shows them."""
    return Listing(rows, shower(practice, schema))


def stamper(practice: Practice, *, last: bool = False, gate: str = "") -> Callable[[Shown], Shown]:
    """Return what puts the office's clock into a row, first or last, if the version is at least *gate*."""
    clock: Shown = {"serverDateTime": practice.now()} if since(practice, gate) else {}
    return (lambda row: {**row, **clock}) if last else (lambda row: {**clock, **row})
