"""Records as rows of a table and back, the same for every SQL store.

Moments are whole microseconds since 1970 in UTC: they sort and compare as they should, and come back exactly.
Records and lists of words are JSON text. The columns are named like the fields, except where SQL minds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeAlias

from odnexus.errors import ConfigurationError
from odnexus.reconcile.inbox import Event, Lease
from odnexus.reconcile.journal import Entry
from odnexus.reconcile.links import Link, LinkState, Ref
from odnexus.reconcile.reviews import Answer, Review

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)

Value: TypeAlias = "str | int | bytes | None"
Row: TypeAlias = dict[str, Value]


class Columns(Protocol):
    """A row that was read: its values by the names of their columns."""

    def __getitem__(self, name: str, /) -> Any: ...


def ticks(moment: datetime) -> int:
    """Return *moment* as microseconds since 1970; it has to be aware."""
    if moment.tzinfo is None:
        raise ConfigurationError("a store takes aware moments only: give the datetime a time zone")
    return (moment - EPOCH) // _TICK


def moment(ticks: int) -> datetime:
    """Return the moment that *ticks* stands for, in UTC."""
    return EPOCH + ticks * _TICK


def _words(words: Iterable[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


def _ref_text(ref: Ref | None) -> str | None:
    return None if ref is None else _words((ref.side, ref.realm, ref.id))


def _ref(words: list[Any]) -> Ref:
    side, realm, id_ = words
    return Ref(side=side, realm=realm, id=id_)


def event_row(event: Event) -> Row:
    """Return the columns of a new event."""
    return {
        "id": event.id,
        "lane": event.key,
        "location": event.location,
        "kind": event.kind,
        "subject": event.subject,
        "received": ticks(event.received),
        "due": ticks(event.due),
        "attempts": event.attempts,
        "payload": event.payload,
        "reason": event.reason,
    }


def event_of(row: Columns) -> Event:
    """Return the event of a row."""
    return Event(
        id=row["id"],
        key=row["lane"],
        location=row["location"],
        kind=row["kind"],
        subject=row["subject"],
        received=moment(row["received"]),
        due=moment(row["due"]),
        attempts=row["attempts"],
        payload=row["payload"],
        reason=row["reason"],
    )


def lease_of(row: Columns) -> Lease:
    """Return the lease of a row that was just leased."""
    return Lease(event=event_of(row), token=row["token"], until=moment(row["until"]))


def link_row(link: Link) -> Row:
    """Return the columns of a link, with its version as it is."""
    return {
        "id": link.id,
        "kind": link.kind,
        "location": link.location,
        "nexhealth": _ref_text(link.nexhealth),
        "opendental": _ref_text(link.opendental),
        "aliases": json.dumps([(ref.side, ref.realm, ref.id) for ref in link.aliases], ensure_ascii=False),
        "state": link.state.value,
        "body": link.body,
        "version": link.version,
        "updated": ticks(link.updated),
    }


def ref_rows(link: Link) -> list[Row]:
    """Return one row per record that the link holds, in an order that is the same for every writer."""
    held = {(ref.side, ref.realm, ref.id) for ref in link.refs}
    return [
        {"kind": link.kind, "side": side, "realm": realm, "id": id_, "link": link.id}
        for side, realm, id_ in sorted(held)
    ]


def link_of(row: Columns) -> Link:
    """Return the link of a row."""
    near, far = row["nexhealth"], row["opendental"]
    return Link(
        id=row["id"],
        kind=row["kind"],
        location=row["location"],
        nexhealth=_ref(json.loads(near)) if near else None,
        opendental=_ref(json.loads(far)) if far else None,
        aliases=tuple(_ref(words) for words in json.loads(row["aliases"])),
        state=LinkState(row["state"]),
        body=row["body"],
        version=row["version"],
        updated=moment(row["updated"]),
    )


def review_row(review: Review) -> Row:
    """Return the columns of a review, its answer included."""
    return {
        "id": review.id,
        "kind": review.kind,
        "location": review.location,
        "subject": review.subject,
        "opened": ticks(review.opened),
        "due": None if review.due is None else ticks(review.due),
        "choices": _words(review.choices),
        "body": review.body,
        **answer_row(review.answer),
    }


def answer_row(answer: Answer | None) -> Row:
    """Return the columns of an answer, or of its absence."""
    if answer is None:
        return dict.fromkeys(("choice", "record", "answered_by", "answered"))
    return {
        "choice": answer.choice,
        "record": answer.record,
        "answered_by": answer.by,
        "answered": ticks(answer.at),
    }


def review_of(row: Columns) -> Review:
    """Return the review of a row."""
    return Review(
        id=row["id"],
        kind=row["kind"],
        location=row["location"],
        subject=row["subject"],
        opened=moment(row["opened"]),
        due=None if row["due"] is None else moment(row["due"]),
        choices=tuple(json.loads(row["choices"])),
        body=row["body"],
        answer=_answer_of(row),
    )


def _answer_of(row: Columns) -> Answer | None:
    if row["answered"] is None:
        return None
    return Answer(choice=row["choice"], record=row["record"], by=row["answered_by"], at=moment(row["answered"]))


def entry_row(entry: Entry) -> Row:
    """Return the columns of a new entry; the store gives the number."""
    return {
        "at": ticks(entry.at),
        "location": entry.location,
        "kind": entry.kind,
        "subject": entry.subject,
        "rule": entry.rule,
        "fields": _words(entry.fields),
        "related": _words(entry.related),
        "requests": entry.requests,
    }


def entry_of(row: Columns) -> Entry:
    """Return the entry of a row."""
    return Entry(
        at=moment(row["at"]),
        location=row["location"],
        kind=row["kind"],
        subject=row["subject"],
        rule=row["rule"],
        fields=tuple(json.loads(row["fields"])),
        related=tuple(json.loads(row["related"])),
        requests=row["requests"],
        number=row["number"],
    )
