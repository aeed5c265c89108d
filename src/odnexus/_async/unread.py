"""Rows of a list that do not fit what is documented: left out, told once, and remembered where they are charts.

One row must not stop a location. It is not guessed either: a visit that cannot be read keeps the place that the book
remembers of it, and while a chart cannot be read nobody is taken for a new patient, since that chart may be theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from odnexus._calls import SEVERAL
from odnexus.errors import ApiError, UnexpectedResponseError
from odnexus.opendental.models import Appointment

if TYPE_CHECKING:
    from odnexus._async.office import AsyncOffice

CHARTS = "Until then nobody is taken for a new patient: bookings of unknown people are asked about. "


ESSENTIAL = ("PatNum", "AptStatus")
"""What every appointment says."""

PLACE = ("AptDateTime", "Pattern", "Op", "ProvNum")
"""What every appointment says that has a place in the book; the others say mostly that there is none."""

PLACELESS = frozenset({"UnschedList", "Planned", "PtNote", "PtNoteCompleted"})


def lacks(row: Appointment, call: str) -> UnexpectedResponseError | None:
    """Return what is wrong with an appointment that leaves out what a visit is made of: absent is not empty."""
    words = ESSENTIAL if str(row.apt_status) in PLACELESS else ESSENTIAL + PLACE
    problems = tuple(f"missing @ $.{word}" for word in words if row.raw.get(word) is None)
    if not problems:
        return None
    return UnexpectedResponseError("; ".join(problems), "opendental", call, problems, str(row.apt_num))


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
        found, misfits = list[Appointment](), list[UnexpectedResponseError]()
        for row in rows:
            misfit = lacks(row, "GET /appointments")
            if misfit is None:
                found.append(row)
            else:
                misfits.append(misfit)
        if len(misfits) >= SEVERAL and not found:
            raise misfits[0]
        for misfit in misfits:
            self(misfit)
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
