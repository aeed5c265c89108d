"""Rows of a list that do not fit what is documented: left out, told once, and remembered where they are charts.

One row must not stop a location. It is not guessed either: a visit that cannot be read keeps the place that the book
remembers of it, and while a chart cannot be read nobody is taken for a new patient, since that chart may be theirs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from odnexus._async.refusals import REFUSALS
from odnexus._calls import read_rows
from odnexus.errors import ApiError, UnexpectedResponseError
from odnexus.opendental.models import Appointment

if TYPE_CHECKING:
    from odnexus._async.office import AsyncOffice

R = TypeVar("R")

CHARTS = "Until then nobody is taken for a new patient: bookings of unknown people are asked about. "


ESSENTIAL = ("PatNum", "AptStatus")
"""What every appointment says."""

PLACE = ("AptDateTime", "Pattern", "Op", "ProvNum")
"""What every appointment says that has a place in the book; the others say mostly that there is none."""

PLACELESS = frozenset({"UnschedList", "Planned", "PtNote", "PtNoteCompleted"})


def complete(row: Appointment, call: str) -> Appointment:
    """Return an appointment that says all that a visit is made of.

    Raises:
        UnexpectedResponseError: It leaves something out.
    """
    words = ESSENTIAL if str(row.apt_status) in PLACELESS else ESSENTIAL + PLACE
    demand("opendental", call, row.apt_num, (f"$.{word}" for word in words if row.raw.get(word) is None))
    return row


def demand(api: str, call: str, record: int, missing: Iterable[str]) -> None:
    """Refuse a record of which something is *missing*, named by its paths: absent is not empty.

    Raises:
        UnexpectedResponseError: Something is.
    """
    problems = tuple(f"missing @ {path}" for path in missing)
    if problems:
        raise UnexpectedResponseError("; ".join(problems), api, call, problems, str(record))


class AsyncUnread:
    """Takes what lists left out, for one poll of one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._rows: list[UnexpectedResponseError] = []
        self.all_read = True
        """Whether nothing was left out, and no answer was refused for its shape."""

    def __call__(self, error: UnexpectedResponseError) -> None:
        """Take a row."""
        self._rows.append(error)
        self.all_read = False

    def whole(self, rows: Iterable[Appointment]) -> list[Appointment]:
        """Return the appointments that say all that a visit is made of, and take the others.

        Raises:
            UnexpectedResponseError: None of several does: the answer means something else.
        """
        return read_rows(rows, lambda _, row: complete(row, "GET /appointments"), lambda row: row.apt_num, self)

    async def rows(self, listing: AsyncIterator[R], what: str, consequence: str, now: datetime) -> list[R]:
        """Return the rows of a list that is nice to have, as far as the office lets us look; `answer` tells of it."""
        found, refused = list[R](), None
        try:
            async for row in listing:
                found.append(row)
        except REFUSALS as error:
            refused = error
        await self.answer(refused, what, consequence, now)
        return found

    def records(self, api: str) -> set[int]:
        """Return the numbers of the records of *api* that were left out."""
        return {int(row.record) for row in self._rows if row.api == api}

    async def tell(self, now: datetime, consequence: str = "") -> None:
        """Tell people of each row, once."""
        for row in self._rows:
            side = {"opendental": "Open Dental", "nexhealth": "NexHealth"}.get(row.api, row.api)
            text = (
                f"Record {row.record} of {side} cannot be read ({row.call}: {'; '.join(row.problems[:3])}) and is left "
                f"out; everything else goes on. {consequence}Correct it where it stands."
            )
            await self._office.alert_once(now, f"unread:{row.call}/{row.record}", "record.unreadable", text)

    async def answer(self, error: ApiError | None, what: str, consequence: str, now: datetime) -> None:
        """Tell people, once until it is over, that an answer of which no row can be used does not fit.

        Args:
            error: How the list failed, ``None`` if it did not; what an office refuses or lacks is no news.
            what: Whose list it is.
            consequence: What is not done meanwhile.
            now: The moment.
        """
        rule = "answer.unreadable" if isinstance(error, UnexpectedResponseError) else ""
        self.all_read = self.all_read and not rule
        text = f"{what} cannot be read ({error}); everything else goes on. {consequence}"
        await self._office.alert_once(now, f"unread:{what}", rule, text)

    async def tell_of_charts(self, now: datetime, seen: Iterable[int]) -> None:
        """Tell people of each chart, once, and remember which cannot be read; *seen* are those that can."""
        await self.tell(now, CHARTS)
        cursors, key = self._office.records.store.cursors, _key(self._office)
        before = await unread_charts(self._office)
        after = (before | {row.record for row in self._rows}) - {str(number) for number in seen}
        if after != before:
            await cursors.set(key, ",".join(sorted(after)) or None)


async def unread_charts(office: AsyncOffice) -> frozenset[str]:
    """Return the charts of the location's database that cannot be read."""
    text = await office.records.store.cursors.get(_key(office))
    return frozenset(text.split(",")) if text else frozenset()


def _key(office: AsyncOffice) -> str:
    return f"unread:{office.location.database}"
