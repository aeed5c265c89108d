"""The envelope around every answer, and the pages of long lists."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal, TypeAlias, TypeVar

from attrs import evolve, field, frozen

from odnexus.testing.http import Json, SimReply
from odnexus.testing.nexhealth.switches import Switches
from odnexus.testing.nexhealth.values import Refusal, Row

VENDOR_MEDIA_TYPE = "application/vnd.Nexhealth+json;version=2"
DEFAULT_PAGE = 5
LONGEST_PAGE = 1000

SortKey: TypeAlias = "tuple[int | float | str, ...]"
R = TypeVar("R")


@frozen(kw_only=True)
class Answer:
    """What an operation gives back, before it is wrapped.

    A list has a `count` or, when it pages by cursor, a `page`; a single record has neither.
    """

    data: Json = field(factory=dict[str, Json])
    status: int = 200
    count: int | None = None
    page: Row | None = None
    warning: str | None = None
    file: tuple[str, bytes] | None = None
    """A file with its MIME type, in place of an envelope."""

    def warned(self, text: str) -> Answer:
        """Return the same answer with a text in `description`."""
        return evolve(self, warning=text)


def listing(rows: Sequence[Row]) -> Answer:
    """Return the answer for a list that comes whole."""
    return Answer(data=list(rows), count=len(rows))


def wrap(answer: Answer, switches: Switches, *, media_type: str) -> SimReply:
    """Return the reply for a request that was carried out."""
    if answer.status == 204:
        return SimReply(status=204)
    if answer.file is not None:
        return SimReply(status=answer.status, headers={"content-type": answer.file[0]}, body=answer.file[1])
    description = _description(answer.warning, switches)
    envelope: Row = {"code": True, "description": description, "error": [], "data": answer.data}
    if answer.page is not None:
        envelope["page_info"] = answer.page
    elif answer.count is not None or switches.envelope_nulls:
        envelope["count"] = answer.count
    else:
        envelope["count"] = 1
    return SimReply.of(answer.status, envelope, {"content-type": media_type})


def wrap_refusal(refusal: Refusal, switches: Switches, headers: Mapping[str, str] | None = None) -> SimReply:
    """Return the reply for a request that was refused."""
    envelope: Row = {
        "code": False,
        "description": _description(None, switches),
        "error": list(refusal.messages),
        "data": {} if switches.error_data == "object" else None,
    }
    return SimReply.of(refusal.status, envelope, headers)


def _description(text: str | None, switches: Switches) -> str | None:
    return text if text is not None or switches.envelope_nulls else ""


@frozen(kw_only=True)
class Page:
    """Which page of a list was asked for.

    Args:
        size: Rows per page.
        cursor: The opaque cursor sent.
        direction: Forwards after the cursor, or backwards before it.
        scope: What the cursor belongs to: path, filters and sort.
    """

    size: int
    cursor: str | None
    direction: Literal["forward", "backward"]
    scope: str


def paged(
    records: Sequence[R], page: Page, key: Callable[[R], SortKey], shape: Callable[[R], Row], switches: Switches
) -> Answer:
    """Return one page of *records*, in the order of *key*; keys have to be unique."""
    ordered = sorted(records, key=key)
    edge = None if page.cursor is None else _read_cursor(page, switches)
    try:
        first, last = _span([key(record) for record in ordered], edge, page)
    except TypeError:  # a cursor of a list that sorts otherwise
        raise Refusal(400, "Invalid cursor") from None
    chosen = ordered[first:last]
    info: Row = {
        "has_previous_page": first > 0,
        "has_next_page": last < len(ordered),
        "start_cursor": _cursor(key(chosen[0]), page.scope) if chosen else switches.empty_page_cursor,
        "end_cursor": _cursor(key(chosen[-1]), page.scope) if chosen else switches.empty_page_cursor,
    }
    return Answer(data=[shape(record) for record in chosen], page=info)


def _span(keys: Sequence[SortKey], edge: SortKey | None, page: Page) -> tuple[int, int]:
    if edge is None:
        return 0, page.size
    if page.direction == "forward":
        first = sum(key <= edge for key in keys)
        return first, first + page.size
    last = sum(key < edge for key in keys)
    return max(0, last - page.size), last


def sort_key(fields: str | None, allowed: Sequence[str]) -> Callable[[object], SortKey]:
    """Return the key for a `sort` parameter: named fields in turn, then the id.

    Raises:
        Refusal: 400 for a field that the operation does not sort on.
    """
    names = [name.strip() for name in (fields or "id").split(",")]
    if any(name.removeprefix("-") not in allowed for name in names if name != "id"):
        raise Refusal(400, "sort does not have a valid value")
    if "id" not in {name.removeprefix("-") for name in names}:
        names.append("id")

    def key(record: object) -> SortKey:
        return tuple(_rank(getattr(record, name.removeprefix("-")), descending=name.startswith("-")) for name in names)

    return key


def _rank(value: object, *, descending: bool) -> float | str:
    number = value.timestamp() if isinstance(value, datetime) else value
    if isinstance(number, (int, float)):
        return -number if descending else number
    return str(number)


def _cursor(key: SortKey, scope: str) -> str:
    content = json.dumps([_fingerprint(scope), *key], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode()


def _read_cursor(page: Page, switches: Switches) -> SortKey:
    try:
        content: Json = json.loads(base64.urlsafe_b64decode(page.cursor or ""))
    except (ValueError, binascii.Error):
        raise Refusal(400, "Invalid cursor") from None
    if not isinstance(content, list) or not content:
        raise Refusal(400, "Invalid cursor")
    owner, *key = content
    if owner != _fingerprint(page.scope) and switches.foreign_cursor == "refuse":
        raise Refusal(400, "Invalid cursor")
    return tuple(part for part in key if isinstance(part, (int, float, str)))


def _fingerprint(scope: str) -> str:
    return sha256(scope.encode()).hexdigest()[:8]
