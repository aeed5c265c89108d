"""Checks of what a request sends: names first, then the row, then values (the order seen on live offices)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from odnexus.testing.http import Json, SimRequest, read_json
from odnexus.testing.opendental.endpoints import PAGING, Endpoint, Param
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.refusals import (
    Refusal,
    WrongWordError,
    invalid,
    not_found,
    required,
    unknown_field,
    unknown_parameter,
)
from odnexus.testing.opendental.schema import since
from odnexus.testing.opendental.values import TEXT, Row, Value

FORMATS = (Param("DateFormatString", TEXT, "22.2.26"), Param("DateTimeFormatString", TEXT, "22.2.14"))
LONGEST_BODY = 16_800_000
"""Characters a body may have (page "API Implementation")."""

_SEEN_STRICT = frozenset({"patients"})
"""Resources on which live offices refused an unknown parameter; others ignored it."""


def sent(practice: Practice, endpoint: Endpoint, request: SimRequest) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the query and the body of *request* by documented name, or refuse a name."""
    query = _named(practice, endpoint, query_params(endpoint), dict(request.query), in_body=False)
    body = _named(practice, endpoint, endpoint.body, _body(request) if endpoint.body else {}, in_body=True)
    given = {**query, **body}
    for param in (*endpoint.query, *endpoint.body):
        if param.required and param.name not in given:
            raise required(param.name)
    return query, body


def query_params(endpoint: Endpoint) -> tuple[Param, ...]:
    """Return every query parameter that *endpoint* takes, the general ones included."""
    general = FORMATS if endpoint.verb == "GET" else ()
    return (*endpoint.query, *(PAGING if endpoint.paged else ()), *general)


def _body(request: SimRequest) -> dict[str, Json]:
    if len(request.body) > LONGEST_BODY:
        raise Refusal(400, "Request body is too long.")
    try:
        content = read_json(request.body or b"{}")
    except ValueError:
        raise Refusal(400, "Request body is not valid JSON.") from None
    if not isinstance(content, dict):
        raise Refusal(400, "Request body must be a JSON object.")
    return content


def _named(
    practice: Practice, endpoint: Endpoint, params: Iterable[Param], given: Mapping[str, Json], *, in_body: bool
) -> dict[str, Json]:
    """Return *given* by the names the office's version knows; refuse or drop the others."""
    known = {param.name: param.name for param in params if since(practice, param.since)}
    if practice.switches.name_case == "ignore":
        # A name that differs only in case belongs to the twin that was sent exactly, if there are two.
        known = {**{name.lower(): name for name in known}, **known}
    found: dict[str, Json] = {}
    for name, value in given.items():
        exact = known.get(name) or (known.get(name.lower()) if practice.switches.name_case == "ignore" else None)
        if exact is not None:
            found[exact] = value
        elif _is_refused(practice, endpoint, in_body=in_body):
            raise unknown_field(name) if in_body else unknown_parameter(name)
    return found


def _is_refused(practice: Practice, endpoint: Endpoint, *, in_body: bool) -> bool:
    if in_body:
        return practice.switches.unknown_fields == "refuse"
    if practice.switches.unknown_parameters == "as_seen":
        return endpoint.route.split("/")[1] in _SEEN_STRICT
    return practice.switches.unknown_parameters == "refuse"


def row_of(practice: Practice, endpoint: Endpoint, key: int) -> Row:
    """Return the row whose key stands in the path; an empty one where the route has no key."""
    if endpoint.schema is None:
        return Row()
    row = practice.find(endpoint.schema.name, key)
    if row is None:
        raise not_found(endpoint.schema.one)
    return row


def read(practice: Practice, params: Iterable[Param], given: Mapping[str, Json]) -> Row:
    """Return *given* as values, or refuse one; what a lenient office leaves out may still be required."""
    values = Row()
    for param in params:
        if param.name not in given:
            continue
        value = _read(practice, param, given[param.name])
        if value is not None:
            values[param.name] = value
        elif param.required:
            raise required(param.name)
    return values


def _read(practice: Practice, param: Param, raw: Json) -> Value | None:
    """Return the value, or `None` for what a lenient office leaves out."""
    if raw is None and practice.switches.loose_types == "ignore":
        return None
    try:
        return param.kind.read(param.name, raw, practice)
    except WrongWordError:
        if practice.switches.wrong_words == "refuse":
            raise
        return None


def paging(practice: Practice, query: Mapping[str, Json], cap: int) -> tuple[int, int]:
    """Return the offset and the limit asked for, *cap* being the page size of the mode."""
    offset = _count(practice, query, "Offset", 0)
    limit = _count(practice, query, "Limit", cap)
    if limit > cap and practice.switches.limit_above_cap == "refuse":
        raise invalid("Limit")
    return offset, min(limit, cap)


def _count(practice: Practice, query: Mapping[str, Json], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if isinstance(text, str) and text.isascii() and text.isdigit():
        return int(text)
    if practice.switches.bad_paging == "refuse":
        raise invalid(name)
    return default
