"""The picture that a poll keeps of Open Dental's book: what stands where, and what a new visit would collide with.

The picture is never the proof that a slot is free (Open Dental has no lock); it saves a request before a create, and
the fresh look after the create decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from attrs import field, frozen

from odnexus.reconcile.triggers import Slot, WaitlistCandidate

OCCUPIES = frozenset({"Scheduled", "Complete", "ASAP"})
"""Statuses that take up their slot."""

FREE = frozenset({"None", "UnschedList", "Broken", "Planned", "PtNote", "PtNoteCompleted"})
"""Statuses that do not. A broken visit stays on the schedule, crossed out; notes block nothing."""


_STAMP = re.compile(r"\bNexHealth (\d+)\b")


def stamp_for(nexhealth_id: object) -> str:
    """Return the words by which a visit that we wrote is recognised in its note."""
    return f"NexHealth {nexhealth_id}"


def booking_in(note: str) -> str:
    """Return the NexHealth appointment that a note names, ``""`` if none."""
    found = _STAMP.findall(note)
    return found[-1] if found else ""


@frozen(kw_only=True)
class Booked:
    """One row of the book, without anything that names a person but the chart number.

    Times are the office's wall clock. ``start`` is ``None`` where there is no place in the book. ``booking`` is the
    NexHealth appointment that the note names, ``stamp`` the row's ``DateTStamp`` as text.
    """

    apt_num: int
    pat_num: int
    status: str
    start: datetime | None = field(default=None, repr=False)
    minutes: int = 0
    operatory: int = 0
    provider: int = 0
    asap: bool = False
    booking: str = ""
    stamp: str = ""

    @property
    def occupies(self) -> bool:
        """Return whether the row takes up its slot. One of an unknown status does: nobody else is put there."""
        return self.status not in FREE and self.start is not None and self.operatory != 0

    def overlaps(self, slot: Slot) -> bool:
        """Return whether the row takes up a part of *slot*, in the same chair."""
        if not self.occupies or self.start is None or self.operatory != slot.operatory:
            return False
        return self.start < slot.start + timedelta(minutes=slot.minutes) and slot.start < self.start + timedelta(
            minutes=self.minutes
        )

    def to_bytes(self) -> bytes:
        """Return the row as JSON, for a sealed snapshot."""
        start = self.start.isoformat() if self.start else None
        values = (
            self.apt_num,
            self.pat_num,
            self.status,
            start,
            self.minutes,
            self.operatory,
            self.provider,
            self.asap,
            self.booking,
            self.stamp,
        )
        return json.dumps(values).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Booked:
        """Return the row that `to_bytes` wrote."""
        apt_num, pat_num, status, start, minutes, operatory, provider, asap, booking, stamp = json.loads(content)
        return cls(
            apt_num=apt_num,
            pat_num=pat_num,
            status=status,
            minutes=minutes,
            operatory=operatory,
            provider=provider,
            start=datetime.fromisoformat(start) if start else None,
            asap=asap,
            booking=booking,
            stamp=stamp,
        )


class Calendar:
    """The rows of one Open Dental database that a poll has seen."""

    def __init__(self, rows: Iterable[Booked] = ()) -> None:
        self._rows: dict[int, Booked] = {row.apt_num: row for row in rows}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Booked]:
        return iter(self._rows.values())

    def get(self, apt_num: int) -> Booked | None:
        """Return the row as last seen."""
        return self._rows.get(apt_num)

    def add(self, row: Booked) -> bool:
        """Keep *row*; return whether it differs from what was known."""
        changed = self._rows.get(row.apt_num) != row
        self._rows[row.apt_num] = row
        return changed

    def discard(self, apt_num: int) -> None:
        """Forget a row that is gone."""
        self._rows.pop(apt_num, None)

    def overlapping(self, slot: Slot, *, ignore: int = 0) -> tuple[Booked, ...]:
        """Return the rows that collide with *slot*, without the row *ignore*."""
        return tuple(row for row in self if row.apt_num != ignore and row.overlaps(slot))

    def of_patient(self, pat_num: int) -> tuple[Booked, ...]:
        """Return the rows of a chart."""
        return tuple(row for row in self if row.pat_num == pat_num)

    def candidates(self, slot: Slot, wall_now: datetime) -> tuple[WaitlistCandidate, ...]:
        """Return who could take *slot*: visits marked ASAP that stand later, then the unscheduled list.

        Kept are visits that fit into the length and belong to the slot's provider (or to none).
        """
        found = [c for row in self if (c := _candidate(row, slot, wall_now)) is not None]
        return tuple(sorted(found, key=lambda c: (c.source != "asap", c.start or datetime.max, c.apt_num or 0)))


def _candidate(row: Booked, slot: Slot, wall_now: datetime) -> WaitlistCandidate | None:
    if row.minutes > slot.minutes or (slot.provider and row.provider not in (0, slot.provider)):
        return None
    if row.status == "UnschedList":
        return WaitlistCandidate(source="unscheduled", apt_num=row.apt_num, pat_num=row.pat_num, minutes=row.minutes)
    later = row.start is not None and row.start > max(slot.start, wall_now)
    if row.asap and row.status == "Scheduled" and later:
        return WaitlistCandidate(
            source="asap", apt_num=row.apt_num, pat_num=row.pat_num, minutes=row.minutes, start=row.start
        )
    return None


def yields(ours: int, others: Iterable[Booked]) -> bool:
    """Return whether our record must give way: of two that overlap, the later AptNum yields."""
    return any(other.apt_num < ours for other in others)
