"""The week in numbers, from the journal and what is still open: for the practice's weekly review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from attrs import frozen

from odnexus._sync.stores import Journal, Store
from odnexus.practice import Practice
from odnexus.reconcile.journal import Entry

PAGE = 1000
MOST = 10_000


@frozen(kw_only=True)
class LocationDigest:
    """What happened at one location. Rules and counts only.

    Attributes:
        location: Its name.
        done: Rule → how often something was written or announced because of it.
        asked: Rule → how often the staff was asked.
        answered: How many questions were answered.
        failed: Rule or error → how often.
        outages: How often its office could not be reached.
        requests: Requests that it cost at Open Dental.
        waiting: Events that are not finished.
        buried: Events that were given up and not revived.
        open: Open questions.
    """

    location: str
    done: Mapping[str, int]
    asked: Mapping[str, int]
    answered: int
    failed: Mapping[str, int]
    outages: int
    requests: int
    waiting: int
    buried: int
    open: int


@frozen(kw_only=True)
class Digest:
    """What happened between two moments (aware, UTC)."""

    since: datetime
    until: datetime
    locations: tuple[LocationDigest, ...]

    @property
    def total(self) -> LocationDigest:
        """Return all locations together."""
        parts = self.locations
        return LocationDigest(
            location="all locations",
            done=_summed(each.done for each in parts),
            asked=_summed(each.asked for each in parts),
            answered=sum(each.answered for each in parts),
            failed=_summed(each.failed for each in parts),
            outages=sum(each.outages for each in parts),
            requests=sum(each.requests for each in parts),
            waiting=sum(each.waiting for each in parts),
            buried=sum(each.buried for each in parts),
            open=sum(each.open for each in parts),
        )

    def to_text(self) -> str:
        """Return the digest as plain text for people: each location, and where there are several, all together."""
        head = f"odnexus, {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d} (UTC)"
        parts = [*self.locations, *([self.total] if len(self.locations) > 1 else [])]
        return "\n\n".join([head, *(_text(each) for each in parts)])


def digest(store: Store, practice: Practice, since: datetime, until: datetime) -> Digest:
    """Return the digest of all locations of *practice*."""
    entries = [entry for entry in entries_since(store.journal, since) if entry.at < until]
    return Digest(
        since=since,
        until=until,
        locations=tuple(
            summed(
                location.name,
                [entry for entry in entries if entry.location == location.name],
                waiting=len(store.inbox.waiting(MOST, location=location.name)),
                buried=len(store.inbox.buried(MOST, location=location.name)),
                open=len(store.reviews.pending(MOST, location=location.name)),
            )
            for location in practice.locations
        ),
    )


def summed(location: str, entries: Iterable[Entry], *, waiting: int, buried: int, open: int) -> LocationDigest:
    """Return the digest of one location's entries."""
    done, asked, failed = Counter[str](), Counter[str](), Counter[str]()
    answered = outages = requests = 0
    for entry in entries:
        requests += entry.requests
        match entry.kind:
            case "applied":
                done[entry.rule] += 1
            case "held":
                asked[entry.rule] += 1
            case "answered":
                answered += 1
            case "failed" if entry.rule == "location.offline":
                outages += 1
            case "failed":
                failed[entry.rule] += 1
            case _:
                pass
    return LocationDigest(
        location=location,
        done=dict(done),
        asked=dict(asked),
        answered=answered,
        failed=dict(failed),
        outages=outages,
        requests=requests,
        waiting=waiting,
        buried=buried,
        open=open,
    )


def entries_since(
    journal: Journal, since: datetime, *, location: str | None = None, subject: str | None = None
) -> Iterator[Entry]:
    """Yield the entries from *since* on, in order."""
    after = 0
    while page := journal.read(after=after, limit=PAGE, location=location, subject=subject):
        yield from (entry for entry in page if entry.at >= since)
        after = page[-1].number


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total = Counter[str]()
    for each in counts:
        total.update(each)
    return dict(total)


def _text(one: LocationDigest) -> str:
    rows = [
        one.location,
        f"  done:      {_counts(one.done)}",
        f"  asked:     {_counts(one.asked)}; {one.answered} answered, {one.open} open",
        f"  failed:    {_counts(one.failed)}; {one.buried} given up, {one.waiting} waiting",
        f"  outages:   {one.outages}",
        f"  requests:  {one.requests} to Open Dental",
    ]
    if one.open:
        rows.append("  → answer the open questions: odnexus review list")
    if one.buried:
        rows.append("  → look at what was given up: odnexus events list --buried")
    return "\n".join(rows)


def _counts(counts: Mapping[str, int]) -> str:
    named = ", ".join(f"{count} {rule}" for rule, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return named or "nothing"
