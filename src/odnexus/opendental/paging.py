"""Walk through the pages of a list: which page next, and which of its rows are new and were asked for.

Three rules, all because Open Dental gives no total and no cursor (page "API Implementation"):

- *Is there more?* The size of a full page depends on mode and permission (100, 1,000 or 10,000), and a client cannot
  know for sure which holds, nor that it stays so. It is taken for a round number: a page whose rows are a multiple of
  50 is followed by a question for more. So is a smaller one that is as large as any this office has answered with, in
  case its pages are smaller than the documents say. Any other is the last one.
- *Did rows move meanwhile?* Each page begins with the last row of the one before. If that row is not there, rows have
  been removed and others slid into what was already read: the walk steps back. Rows seen before are dropped by key.
- *Was the filter heard?* Open Dental ignores some filters without a word. Rows that do not satisfy the filter are
  dropped, and a full page of them ends the walk: nobody pages through the year 2009.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from attrs import evolve

from odnexus._calls import Call, unexpected
from odnexus.errors import UnexpectedResponseError
from odnexus.opendental.calls import Listing
from odnexus.opendental.models import Record

R = TypeVar("R", bound=Record)

STEP = 50
"""Every size of a full page is taken for a multiple of it; 100 would do for those that are documented."""

MOST_STEPS_BACK = 100
"""A list that slides away that often while it is read is not read any further."""


class Pager(Generic[R]):
    """One walk through a `Listing`. Ask for `next_call`, give its answer to `feed`, until `next_call` is ``None``.

    Args:
        listing: What is read.
        largest: How many rows the largest page of this office had; kept up to date in place.
    """

    def __init__(self, listing: Listing[R], largest: list[int] | None = None) -> None:
        self._largest = [0] if largest is None else largest
        self._listing = listing if listing.unread is None else evolve(listing, unread=self._leave_out)
        self._told = listing.unread
        # Rows that were left out of the page that came last, and of all: they count, though nobody sees them.
        self._left_out = 0
        self._ever_left_out = 0
        self._offset = listing.skip
        self._seen: set[tuple[object, ...]] = set()
        # The rows up to where the walk stands, without any that it saw beyond a gap.
        self._passed: set[tuple[object, ...]] = set()
        self._done = False
        self._stride = 0
        self._steps_back = 0
        # Rows cannot leave a list whose rows are never removed, unless a filter they can stop satisfying is set.
        self._overlap = 0 if listing.endpoint.lasting and set(listing.filters) <= {"date_t_stamp"} else 1

    def next_call(self) -> Call[list[R]] | None:
        """Return the call for the page that is needed now, ``None`` after the last one."""
        return None if self._done else self._listing.page(self._offset)

    def feed(self, rows: list[R]) -> list[R]:
        """Return what is new and wanted in *rows*, the answer to the last `next_call`, and move on.

        Raises:
            UnexpectedResponseError: If the server ignores a filter or the offset.
        """
        count, self._left_out = len(rows) + self._left_out, 0
        if self._has_slid(rows):
            return self._step_back(rows)
        after_a_step_back, self._stride = self._stride > 0, 0
        self._passed.update(row.key for row in rows)
        new = list(self._unseen(rows))
        wanted = [row for row in new if self._unheard(row) is None]
        full, perhaps = count > 0 and count % STEP == 0, self._is_largest(count)
        if full and rows and not new and not after_a_step_back:
            raise self._fault("offset ignored: a whole page came again")
        if full and new and not wanted:
            names = dict.fromkeys(name for row in new if (name := self._unheard(row)))
            raise self._fault(f"filter ignored: {', '.join(names)}")
        self._done = not full and not (perhaps and (new or not rows))
        self._offset += count - self._overlap
        return wanted

    def _has_slid(self, rows: list[R]) -> bool:
        """Return whether the row that should come again is missing."""
        overlaps = self._overlap and self._offset > self._listing.skip
        # The row that should come again may be one that cannot be read.
        return bool(overlaps) and not self._ever_left_out and not (rows and rows[0].key in self._passed)

    def _is_largest(self, count: int) -> bool:
        """Tell whether a small page may be a full one, no page before having had more rows."""
        largest = self._largest[0]
        self._largest[0] = max(largest, count)
        return 1 < count < STEP and count >= largest

    def _leave_out(self, error: UnexpectedResponseError) -> None:
        self._left_out += 1
        self._ever_left_out += 1
        if self._told is not None:
            self._told(error)

    def _step_back(self, rows: list[R]) -> list[R]:
        self._steps_back += 1
        if self._steps_back > MOST_STEPS_BACK:
            raise self._fault("the list keeps changing while it is read")
        self._stride += self._stride or 2
        self._offset = max(self._listing.skip, self._offset - self._stride)
        return [row for row in self._unseen(rows) if self._unheard(row) is None]

    def _unseen(self, rows: list[R]) -> Iterator[R]:
        for row in rows:
            if row.key not in self._seen:
                self._seen.add(row.key)
                yield row

    def _unheard(self, row: R) -> str | None:
        """Return the name of a filter that *row* does not satisfy."""
        for name, value in self._listing.filters.items():
            check = self._listing.endpoint.params[name].check
            if check is not None and not check(row, value):
                return self._listing.endpoint.params[name].word
        return None

    def _fault(self, problem: str) -> UnexpectedResponseError:
        return unexpected(self._listing.page(self._offset), problem)
