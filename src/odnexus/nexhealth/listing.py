"""Walking through a list page by page, without I/O.

A `Listing` is the first call and what its rows must fit. A `Walk` goes through it: it says which call comes next, takes
the page, drops rows that do not fit or came before, and counts both on the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import evolve, frozen

from odnexus._calls import Call
from odnexus.nexhealth.envelopes import misfit
from odnexus.nexhealth.models import Page, Record

R = TypeVar("R", bound=Record)


@frozen(kw_only=True)
class Listing(Generic[R]):
    """A list that can be walked through.

    Attributes:
        first: The call for the first page.
        fits: Whether a row fits what was asked for.
        backwards: True to follow ``start_cursor`` instead of ``end_cursor``.
    """

    first: Call[Page[R]]
    fits: Callable[[R], bool]
    backwards: bool = False

    def after(self, page: Page[R]) -> Call[Page[R]] | None:
        """Return the call for the page that follows *page*, ``None`` after the last one.

        Raises:
            UnexpectedResponseError: More pages are promised, but no cursor leads to them.
        """
        more, key, cursor = (
            (page.has_previous_page, "start_cursor", page.start_cursor)
            if self.backwards
            else (page.has_next_page, "end_cursor", page.end_cursor)
        )
        if not more:
            return None
        if cursor is None:
            raise misfit(self.first.name, f"missing @ $.page_info.{key}")
        kept = tuple(pair for pair in self.first.params if pair[0] != key)
        return evolve(self.first, params=(*kept, (key, cursor)))


class Walk(Generic[R]):
    """One walk through a listing.

    Attributes:
        next: The call to send next, ``None`` at the end.
    """

    def __init__(self, listing: Listing[R]) -> None:
        self._listing = listing
        self._seen: set[object] = set()
        self._followed = {_cursors(listing.first)}
        self.next: Call[Page[R]] | None = listing.first

    def take(self, page: Page[R]) -> Page[R]:
        """Move on, and return *page* without the rows that do not fit or came before; it counts both."""
        following = self._listing.after(page)
        if following is not None:
            # Not only the cursor of the page before: two that point to each other would be followed for ever.
            if _cursors(following) in self._followed:
                raise misfit(following.name, "the same cursor again @ $.page_info")
            self._followed.add(_cursors(following))
        self.next = following
        fitting = [row for row in page.rows if self._listing.fits(row)]
        rows = tuple(row for row in fitting if self._is_new(row))
        return evolve(page, rows=rows, dropped=len(page.rows) - len(fitting), repeated=len(fitting) - len(rows))

    def _is_new(self, row: R) -> bool:
        """Return whether *row* comes for the first time: a list that changes while it is read repeats rows."""
        key: object = getattr(row, "id", None)
        if key in self._seen:
            return False
        if key is not None:
            self._seen.add(key)
        return True


def _cursors(call: Call[Page[R]]) -> tuple[str, ...]:
    return tuple(value for name, value in call.params if name in ("start_cursor", "end_cursor"))
