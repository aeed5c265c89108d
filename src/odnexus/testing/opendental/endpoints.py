"""Endpoints as values: verb, route, what may be sent, who may, since when, and the function that does it.

`accept` writes a body in one line: ``LName!`` is required, ``FeeSched@25.2.19`` exists since then. `reading` and
`listing` make the two endpoints that nearly every resource has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from attrs import frozen

from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.schema import Schema, Shown, show, show_all, since, stamper
from odnexus.testing.opendental.values import BOOL, DATE, DATETIME_OR_DATE, INT, Kind, Row, Value

READ = "ApiReadAll"
OTHERS = "ApiAllOthers"


@frozen
class Param:
    """A query parameter or body field that an endpoint takes.

    Args:
        name: Its documented name.
        kind: How it is read.
        since: First version that knows it.
        required: Whether a request without it is refused.
    """

    name: str
    kind: Kind
    since: str = ""
    required: bool = False


@frozen(kw_only=True)
class Ask:
    """A request after every general check, as an endpoint gets it.

    Args:
        practice: The office's data.
        customer_key: Whose key it came with.
        developer: Name of the developer behind the key.
        permissions: What the key may do.
        mode: The mode of the API it came through.
        args: Query parameters and body fields, read.
        row: The row whose key stands in the path; empty where none does.
    """

    practice: Practice
    customer_key: str
    developer: str
    permissions: frozenset[str]
    mode: str
    args: Row
    row: Row


@frozen(kw_only=True)
class Answer:
    """What an endpoint answers.

    Args:
        status: The status code.
        content: A row, a list of rows, or `None` for no content.
        location: Key of the row that was made, for the header of that name.
    """

    status: int = 200
    content: Shown | Sequence[Shown] | None = None
    location: int | None = None


Run: TypeAlias = Callable[[Ask], Answer]


@frozen(kw_only=True)
class Endpoint:
    """One method of the API.

    Args:
        verb: HTTP verb.
        route: Path with the key's name in braces, such as ``/appointments/{AptNum}/Break``.
        since: First version that has it.
        permission: Which permission a key needs.
        query: Parameters it takes.
        body: Body fields it takes.
        paged: Whether it takes ``Limit`` and ``Offset``.
        schema: The resource whose key stands in the path, for looking the row up.
        run: Does the work.
    """

    verb: str
    route: str
    since: str = ""
    permission: str = READ
    query: tuple[Param, ...] = ()
    body: tuple[Param, ...] = ()
    paged: bool = False
    schema: Schema | None = None
    run: Run


def accept(schema: Schema, names: str) -> tuple[Param, ...]:
    """Return the parameters *names*, separated by blanks, with the kinds they have in *schema*."""
    params: list[Param] = []
    for word in names.split():
        head, _, gate = word.partition("@")
        name = head.rstrip("!")
        params.append(Param(name, schema.kind(name), gate, head.endswith("!")))
    return tuple(params)


@frozen
class Filter:
    """A parameter that narrows a list.

    Args:
        name: Its documented name.
        kind: How it is read.
        keep: Takes the request, a row and the value; returns whether the row stays.
        since: First version that knows it.
        required: Whether a request without it is refused.
    """

    name: str
    kind: Kind
    keep: Callable[[Ask, Row, Value], bool]
    since: str = ""
    required: bool = False

    def param(self) -> Param:
        """Return it as a parameter of an endpoint."""
        return Param(self.name, self.kind, self.since, self.required)


def same(name: str, kind: Kind, gate: str = "", column: str = "") -> Filter:
    """Return the filter for rows whose *column* (its own name, if "") equals the value."""
    return Filter(name, kind, lambda _, row, value: row[column or name] == value, gate)


def touched(name: str, gate: str = "", column: str = "") -> Filter:
    """Return the filter for rows altered after a moment; a bare date is read as its midnight."""

    def keep(ask: Ask, row: Row, value: Value) -> bool:
        assert isinstance(value, datetime)
        moment = row.moment(column or name)
        return moment > value or (moment == value and ask.practice.switches.stamp_filter == "at_or_after")

    return Filter(name, DATETIME_OR_DATE, keep, gate)


def dated(column: Callable[[Ask], str]) -> tuple[Filter, ...]:
    """Return the filters ``date``, ``dateStart`` and ``dateEnd`` (both inclusive) on the day of a column."""
    return (
        Filter("date", DATE, lambda ask, row, value: row.day(column(ask)) == value),
        Filter("dateStart", DATE, lambda ask, row, value: row.day(column(ask)) >= value),  # type: ignore[operator]
        Filter("dateEnd", DATE, lambda ask, row, value: row.day(column(ask)) <= value),  # type: ignore[operator]
    )


def select(ask: Ask, rows: Iterable[Row], filters: Sequence[Filter]) -> list[Row]:
    """Return the *rows* that pass every filter that was sent."""
    sent = [(item, ask.args[item.name]) for item in filters if item.name in ask.args]
    return [row for row in rows if all(item.keep(ask, row, value) for item, value in sent)]


def ordered(practice: Practice, schema: Schema) -> list[Row]:
    """Return the rows of a resource in the order in which its lists come."""
    rows = practice.rows(schema.name)
    match practice.switches.list_order:
        case "primary_key":
            return rows
        case "descending":
            return rows[::-1]
        case "scattered":
            # Knuth's multiplier: far apart for neighbours, the same on every page.
            return sorted(rows, key=lambda row: row.number(schema.key) * 2654435761 % 2**32)


def listing(
    schema: Schema,
    *filters: Filter,
    gate: str = "21.1",
    stamp_since: str | None = None,
    rows: Callable[[Practice], list[Row]] | None = None,
) -> Endpoint:
    """Return ``GET /resource``.

    Args:
        schema: The resource.
        *filters: What narrows it.
        gate: First version that has it.
        stamp_since: First version whose rows carry the office's clock; `None` for never.
        rows: Returns the rows in a documented order; the general order by default.
    """

    def run(ask: Ask) -> Answer:
        found = select(ask, rows(ask.practice) if rows else ordered(ask.practice, schema), filters)
        shown = show_all(ask.practice, schema, found)
        if stamp_since is not None:
            shown = shown.map(stamper(ask.practice, gate=stamp_since))
        return Answer(content=shown)

    return Endpoint(
        verb="GET",
        route=f"/{schema.name}",
        since=gate,
        query=tuple(item.param() for item in filters),
        paged=True,
        run=run,
    )


def reading(schema: Schema, gate: str = "21.1", *, stamp_since: str | None = None) -> Endpoint:
    """Return ``GET /resource/{Key}``."""

    def run(ask: Ask) -> Answer:
        shown = show(ask.practice, schema, ask.row)
        if stamp_since is not None:
            shown = stamper(ask.practice, gate=stamp_since)(shown)
        return Answer(content=shown)

    return Endpoint(verb="GET", route=f"/{schema.name}/{{{schema.key}}}", since=gate, schema=schema, run=run)


def created(ask: Ask, schema: Schema, row: Row, *, object_since: str = "", **extra: Value) -> Answer:
    """Return the 201 for *row*, with the object if the version is at least *object_since*."""
    with_object = since(ask.practice, object_since)
    content = {**show(ask.practice, schema, row), **extra} if with_object else None
    return Answer(status=201, content=content, location=row.number(schema.key))


def updated(ask: Ask, schema: Schema, **extra: Value) -> Answer:
    """Return the 200 for the row of the path, with the object as it is now."""
    return Answer(content={**show(ask.practice, schema, ask.row), **extra})


PAGING = (Param("Limit", INT), Param("Offset", INT))
INCLUDE_HIDDEN = Param("includeHidden", BOOL)
