"""A store that is only looked at: what a plan would write is collected instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from odnexus._async.records import AsyncRecords, Known
from odnexus.reconcile.bodies import LinkBody
from odnexus.reconcile.journal import Entry, EntryKind
from odnexus.reconcile.links import Link
from odnexus.reconcile.reviews import Review
from odnexus.reconcile.triggers import DomainEvent


class AsyncRehearsal(AsyncRecords):
    """Reads like the records it is made from; writes nothing.

    Attributes:
        entries: What would have been written into the journal.
    """

    def __init__(self, records: AsyncRecords) -> None:
        super().__init__(records.store, records.sealer, frozenset())
        self.entries: list[Entry] = []

    async def save(self, link: Link, body: LinkBody, now: datetime) -> Known:  # noqa: ARG002
        """Return what would be stored."""
        return Known(link=link, body=body)

    async def forget(self, link: Link) -> None:
        """Remove nothing."""

    async def open_review(self, review: Review, body: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Ask nobody."""
        return True

    async def announce(self, event: DomainEvent) -> None:
        """Tell nobody."""

    async def save_rows(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        """Keep no row."""

    async def journal(
        self,
        now: datetime,
        location: str,
        kind: EntryKind,
        subject: object,
        rule: str,
        *,
        fields: Sequence[str] = (),
        related: Sequence[object] = (),
        requests: int = 0,
    ) -> None:
        """Collect the line."""
        self.entries.append(
            Entry(
                at=now,
                location=location,
                kind=kind,
                subject=str(subject),
                rule=rule,
                fields=tuple(fields),
                related=tuple(str(each) for each in related),
                requests=requests,
            )
        )
