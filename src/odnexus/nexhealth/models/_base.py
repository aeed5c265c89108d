"""What every record of NexHealth has in common, and a page of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from attrs import Attribute, field, fields, frozen

T_co = TypeVar("T_co", covariant=True)


@frozen(kw_only=True, repr=False)
class Record:
    """One object of the API.

    Attributes:
        raw: The object as received, so that what is not modelled is kept and *absent* can be told from *null*.
    """

    raw: Mapping[str, object] = field(factory=dict[str, object], eq=False)

    def __repr__(self) -> str:
        """Show the class and its ids: everything else could identify a patient."""
        shown = [f"{item.name}={getattr(self, item.name)!r}" for item in fields(type(self)) if _is_shown(self, item)]
        return f"{type(self).__name__}({', '.join(shown)})"


def _is_shown(record: Record, item: Attribute[object]) -> bool:
    named = item.name in ("id", "lid", "pid") or item.name.endswith("_id")
    # Numbers only: a text id could be anything, a number cannot be a name.
    return named and isinstance(getattr(record, item.name), int)


@frozen(kw_only=True)
class Page(Generic[T_co]):
    """One answer of a list.

    Attributes:
        rows: The records.
        has_next_page: True if a further page exists (cursor lists).
        has_previous_page: True if an earlier page exists (cursor lists).
        start_cursor: Cursor to go backwards, ``None`` where the list has no pages.
        end_cursor: Cursor to go forwards, ``None`` where the list has no pages.
        count: Number of objects in all, where the answer says so.
        dropped: Rows left out because they do not fit what was asked for.
        repeated: Rows left out because they came on an earlier page: the list changed while it was read.
        description: Text of the envelope. It carries warnings, for example about parameters that were ignored.
    """

    rows: tuple[T_co, ...] = field(default=(), repr=lambda rows: f"<{len(rows)}>")
    has_next_page: bool = False
    has_previous_page: bool = False
    start_cursor: str | None = None
    end_cursor: str | None = None
    count: int | None = None
    dropped: int = 0
    repeated: int = 0
    description: str | None = field(default=None, repr=False)
