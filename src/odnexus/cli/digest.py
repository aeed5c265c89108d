"""The week in numbers, from the journal and what is still open: for the practice's weekly review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import Factory, field, frozen

from odnexus._sync.stores import Journal, Store
from odnexus.practice import Practice
from odnexus.reconcile.journal import Entry

HAND_OFFS = frozenset(
    {
        "person.created",
        "person.blanks-filled",
        "visit.created",
        "visit.booked-anew",
        "visit.cancelled-at-nexhealth",
        "visit.cancelled-at-opendental",
        "visit.carried-to-nexhealth",
        "visit.carried-to-opendental",
        "form.noted",
        "form.fields-filled",
    }
)
"""Rules of what a person would have typed a second time: each entry of the journal is one hand-off avoided."""

MINUTES = 8.0
"""What one hand-off takes unless you say otherwise: the lower end of what practices name (8 to 12 minutes)."""

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

    @property
    def hand_offs(self) -> int:
        """Return how often nobody had to type something a second time."""
        return sum(count for rule, count in self.done.items() if rule in HAND_OFFS)


@frozen(kw_only=True)
class Digest:
    """What happened between two moments (aware, UTC).

    Attributes:
        since: From then on.
        until: Before then.
        locations: Each location by itself.
        total: All of them together.
        hand_offs: Entries of the journal under `HAND_OFFS`: what nobody had to type a second time.
        minutes: What one of them was taken to cost.
    """

    since: datetime
    until: datetime
    locations: tuple[LocationDigest, ...]
    minutes: float = MINUTES
    total: LocationDigest = field(init=False, default=Factory(lambda self: together(self.locations), takes_self=True))
    hand_offs: int = field(init=False, default=Factory(lambda self: self.total.hand_offs, takes_self=True))

    def to_text(self) -> str:
        """Return the digest as plain text for people: each location, and where there are several, all together."""
        head = f"odnexus, {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d} (UTC)"
        parts = self.locations if len(self.locations) == 1 else (*self.locations, self.total)
        hours = self.hand_offs * self.minutes / 60
        saved = (
            f"hand-offs avoided: {self.hand_offs}, about {hours:.1f} h\n"
            f"  counted: what was written on one side because it had been entered on the other, "
            f"{self.minutes:g} minutes each"
        )
        return "\n\n".join([head, *(_text(each) for each in parts), saved])


def digest(store: Store, practice: Practice, since: datetime, until: datetime, *, minutes: float = MINUTES) -> Digest:
    """Return the digest of all locations of *practice*; a hand-off is taken to cost so many *minutes*."""
    entries = [entry for entry in entries_since(store.journal, since) if entry.at < until]
    each = tuple(
        summed(
            location.name,
            [entry for entry in entries if entry.location == location.name],
            waiting=len(store.inbox.waiting(MOST, location=location.name)),
            buried=len(store.inbox.buried(MOST, location=location.name)),
            open=len(store.reviews.pending(MOST, location=location.name)),
        )
        for location in practice.locations
    )
    return Digest(since=since, until=until, locations=each, minutes=minutes)


def together(parts: Sequence[LocationDigest]) -> LocationDigest:
    """Return the sum of several locations."""
    return LocationDigest(
        location="all locations",
        done=_added(part.done for part in parts),
        asked=_added(part.asked for part in parts),
        answered=sum(part.answered for part in parts),
        failed=_added(part.failed for part in parts),
        outages=sum(part.outages for part in parts),
        requests=sum(part.requests for part in parts),
        waiting=sum(part.waiting for part in parts),
        buried=sum(part.buried for part in parts),
        open=sum(part.open for part in parts),
    )


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total = Counter[str]()
    for each in counts:
        total.update(each)
    return dict(total)


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
