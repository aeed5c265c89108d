"""The store as the engine uses it: sealed on the way in, opened on the way out, journalled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve, frozen

from odnexus._async.stores import AsyncStore, Sealer
from odnexus.reconcile.bodies import LinkBody, pack, pack_event, unpack
from odnexus.reconcile.inbox import Event, content_id
from odnexus.reconcile.journal import Entry, EntryKind
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.reconcile.reviews import Review
from odnexus.reconcile.triggers import DomainEvent

HOST = "@host"
"""Location name of events that are for the host: they do not wait for an office."""


@frozen(kw_only=True)
class Known:
    """A link with its opened body."""

    link: Link
    body: LinkBody


class AsyncRecords:
    """Sealed access to one store.

    Args:
        store: Where things are kept.
        sealer: Seals everything that could hold patient data.
        wanted: Names of domain events that the host handles; others are not stored.
    """

    def __init__(self, store: AsyncStore, sealer: Sealer, wanted: frozenset[str]) -> None:
        self.store = store
        self.sealer = sealer
        self.wanted = wanted

    async def link(self, kind: LinkKind, ref: Ref) -> Known | None:
        """Return the link that holds *ref*, opened."""
        link = await self.store.links.find(kind, ref)
        return self.opened(link) if link is not None else None

    async def links(self, kind: LinkKind, location: str, state: LinkState) -> AsyncIterator[Known]:
        """Yield all links of *location* in *state*, opened."""
        after = ""
        while page := await self.store.links.all(kind=kind, location=location, state=state, after=after):
            for link in page:
                yield self.opened(link)
            after = page[-1].id

    def opened(self, link: Link) -> Known:
        """Return *link* with its body."""
        return Known(link=link, body=LinkBody.from_bytes(self.sealer.unseal(link.body, f"link:{link.id}")))

    async def save(self, link: Link, body: LinkBody, now: datetime) -> Known:
        """Store *link* with *body* and return both as stored."""
        sealed = self.sealer.seal(body.to_bytes(), f"link:{link.id}")
        return Known(link=await self.store.links.save(evolve(link, body=sealed, updated=now)), body=body)

    async def forget(self, link: Link) -> None:
        """Remove *link*."""
        await self.store.links.forget(link)

    async def pending(self, kind: LinkKind, location: str, ref: Ref, body: LinkBody, now: datetime) -> Known:
        """Write down, before it is tried, that a record is about to be created for *ref*."""
        link = Link(
            id=content_id("link", kind, ref),
            kind=kind,
            location=location,
            nexhealth=ref,
            updated=now,
            state=LinkState.PENDING,
        )
        return await self.save(link, body, now)

    async def open_review(self, review: Review, body: Mapping[str, object]) -> bool:
        """Ask the staff; return whether the question is new."""
        sealed = self.sealer.seal(pack(dict(body)), f"review:{review.id}")
        return await self.store.reviews.open(evolve(review, body=sealed))

    def review_body(self, review: Review) -> dict[str, object]:
        """Return what a review holds."""
        return unpack(self.sealer.unseal(review.body, f"review:{review.id}"))

    async def announce(self, event: DomainEvent) -> None:
        """Leave *event* for the host's handlers, if one wants it."""
        if event.name not in self.wanted:
            return
        key = content_id("host", event.id)
        stored = Event(
            id=key,
            key=f"host:{event.nexhealth_id or event.opendental_id or event.reference}",
            location=HOST,
            kind=f"host.{event.name}",
            subject=event.id,
            received=event.at,
            due=event.at,
            payload=self.sealer.seal(pack_event(event), f"event:{key}"),
        )
        await self.store.inbox.put([stored])

    def payload(self, event: Event) -> bytes:
        """Return the opened payload of *event*, empty if it has none."""
        return self.sealer.unseal(event.payload, f"event:{event.id}") if event.payload else b""

    def sealed_payload(self, event_id: str, content: bytes) -> bytes:
        """Return *content* sealed for the event *event_id*."""
        return self.sealer.seal(content, f"event:{event_id}")

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
        """Append one line."""
        entry = Entry(
            at=now,
            location=location,
            kind=kind,
            subject=str(subject),
            rule=rule,
            fields=tuple(fields),
            related=tuple(str(each) for each in related),
            requests=requests,
        )
        await self.store.journal.append([entry])

    async def save_rows(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        """Keep rows of a picture, sealed; ``None`` removes one."""
        if rows:
            sealed = {
                row_id: None if row is None else self.sealer.seal(row, f"row:{name}/{row_id}")
                for row_id, row in rows.items()
            }
            await self.store.snapshots.save(name, sealed)

    async def load_rows(self, name: str) -> dict[str, bytes]:
        """Return the rows of a picture, opened."""
        sealed = await self.store.snapshots.load(name)
        return {row_id: self.sealer.unseal(row, f"row:{name}/{row_id}") for row_id, row in sealed.items()}
