"""Any store against the memory store: Hypothesis tries sequences of operations that nobody thought of.

::

    class PostgresMachine(InboxMachine):
        def make_store(self) -> Store:
            return PostgresStore(empty_database())

    TestPostgresMachine = PostgresMachine.TestCase

There is a machine for each part, which finds a fault of that part sooner, and `StoreMachine` for all of them. The
number of runs and their length are Hypothesis' settings: ``TestPostgresMachine.settings = settings(max_examples=…)``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from odnexus._sync.stores import Store
from odnexus.errors import LinkConflictError
from odnexus.reconcile.inbox import Bury, Done, Event, Lease, Retry, Settlement
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.stores.memory import MemoryStore
from odnexus.testing.contracts._samples import EXACT, answer, entry, event, nexhealth, opendental, review

T = TypeVar("T")

ALL: Final = 10_000
SOME: Final = ("a", "b", "A", "ä")
NAMES = st.sampled_from(SOME)
LOCATIONS = st.sampled_from(["Main", "North"])
ANY_LOCATION = st.none() | LOCATIONS
LIMITS = st.sampled_from([2, 1, 3, 0])
MINUTES = st.integers(-3, 5)
REFS: st.SearchStrategy[list[Ref]] = st.lists(
    st.builds(nexhealth, NAMES) | st.builds(opendental, NAMES), max_size=3, unique=True
)
DUE = MINUTES.map(lambda minutes: EXACT + timedelta(minutes=3 * minutes))
KINDS: st.SearchStrategy[LinkKind] = st.sampled_from(["person", "visit"])
LAST = st.integers(0, 3)
"""Which of the last things to use again: the most recent ones are the interesting ones."""
EVENTS = st.builds(
    event, st.sampled_from("0123456"), st.sampled_from(["x", "y", "X"]), location=LOCATIONS, due=DUE, received=DUE
)
FORMS = st.builds(evolve, EVENTS, payload=st.sampled_from([None, b"", b"sealed"]))
OUTCOMES = st.sampled_from(["done", "retry", "free retry", "bury"])


class PartMachine(RuleBasedStateMachine):
    """Does the same to a store and to a `MemoryStore`, and compares every answer.

    Override `make_store`, and `close_store` if there is something to close.
    """

    def __init__(self) -> None:
        super().__init__()
        self.model: Store = MemoryStore()
        self.store = self.make_store()
        self.now: datetime = EXACT

    def make_store(self) -> Store:
        """Return the store under test, empty."""
        raise NotImplementedError("override `make_store` and let it return the store under test, empty")

    def close_store(self, store: Store) -> None:
        """Close *store* after a run."""

    def teardown(self) -> None:
        """Close the store under test."""
        self.close_store(self.store)

    def same(self, what: str, operation: Callable[[Store], T]) -> T:
        """Do *operation* to both stores and return what it gave, which has to be the same."""
        expected, found = operation(self.model), operation(self.store)
        assert found == expected, f"{what}: gave {found!r}, the memory store gives {expected!r}"
        return found

    def _in(self, minutes: int) -> datetime:
        return self.now + timedelta(minutes=minutes)

    @rule(minutes=st.integers(1, 4))
    def advance(self, minutes: int) -> None:
        """Let time pass."""
        self.now = self._in(minutes)


class InboxMachine(PartMachine):
    """Events: the order of a key, leases, settlements, burials."""

    def __init__(self) -> None:
        super().__init__()
        self.leases: list[tuple[Lease, Lease]] = []

    @initialize(batch=st.lists(FORMS, min_size=4, max_size=8))
    def start(self, batch: list[Event]) -> None:
        """Start with something to do."""
        self.put(batch)

    @rule(batch=st.lists(FORMS, max_size=4))
    def put(self, batch: list[Event]) -> None:
        """Put events, known and new ones."""
        self.same("put", lambda store: store.inbox.put(batch))

    @rule(limit=LIMITS, location=ANY_LOCATION, minutes=st.integers(1, 5))
    def lease(self, limit: int, location: str | None, minutes: int) -> None:
        """Lease events; tokens differ, everything else is the same."""

        def leased(store: Store) -> list[Lease]:
            return store.inbox.lease(self.now, self._in(minutes), limit, location=location)

        expected, found = leased(self.model), leased(self.store)
        assert _plain(found) == _plain(expected), f"lease: gave {found!r}, the memory store gives {expected!r}"
        self.leases += zip(expected, found, strict=True)

    def _with_lease(self, which: int, operation: Callable[[Store, Lease], T]) -> tuple[T, T]:
        mine, theirs = self.leases[-1 - which % len(self.leases)]
        return operation(self.model, mine), operation(self.store, theirs)

    @precondition(lambda self: bool(self.leases))
    @rule(which=LAST, minutes=MINUTES)
    def extend(self, which: int, minutes: int) -> None:
        """Extend a lease, current or not."""
        expected, found = self._with_lease(
            which, lambda store, lease: store.inbox.extend(lease, self.now, self._in(minutes))
        )
        assert _plain([found] if found else []) == _plain([expected] if expected else []), "extend: gave another lease"
        if expected and found:
            self.leases.append((expected, found))

    @precondition(lambda self: bool(self.leases))
    @rule(which=LAST, outcome=OUTCOMES, minutes=MINUTES)
    def settle(self, which: int, outcome: str, minutes: int) -> None:
        """Settle a lease, current or not."""
        settlement = self._settlement(outcome, minutes)
        expected, found = self._with_lease(which, lambda store, lease: store.inbox.settle(lease, settlement, self.now))
        assert found == expected, f"settle: gave {found}, the memory store gives {expected}"

    @rule(limit=st.integers(1, 3), outcome=OUTCOMES, minutes=MINUTES)
    def work(self, limit: int, outcome: str, minutes: int) -> None:
        """Lease events and settle the last of them, as a worker does."""
        before = len(self.leases)
        self.lease(limit, None, 5)
        if len(self.leases) > before:
            self.settle(0, outcome, minutes)

    def _settlement(self, outcome: str, minutes: int) -> Settlement:
        outcomes: dict[str, Settlement] = {
            "done": Done(),
            "retry": Retry(self._in(minutes), "again"),
            "free retry": Retry(self._in(minutes), "offline", counted=False),
            "bury": Bury("hopeless"),
        }
        return outcomes[outcome]

    @rule(which=LAST, minutes=MINUTES)
    def revive(self, which: int, minutes: int) -> None:
        """Revive a buried event, or one that is not."""
        named = dict(enumerate(found.id for found in self.model.inbox.buried(3)))
        self.same("revive", lambda store: store.inbox.revive(named.get(which, str(which)), self._in(minutes)))

    @rule(minutes=MINUTES)
    def prune(self, minutes: int) -> None:
        """Forget what is finished."""
        self.same("prune", lambda store: store.inbox.prune(self._in(minutes)))

    @rule(limit=LIMITS, location=ANY_LOCATION)
    def list_events(self, limit: int, location: str | None) -> None:
        """Look at a part of the lists."""
        self.same("waiting", lambda store: store.inbox.waiting(limit, location=location))
        self.same("buried", lambda store: store.inbox.buried(limit, location=location))

    @invariant()
    def events_are_the_same(self) -> None:
        """Compare all events that can be seen."""
        self.same("waiting", lambda store: store.inbox.waiting(ALL))
        self.same("buried", lambda store: store.inbox.buried(ALL))


class LinksMachine(PartMachine):
    """Links: versions, and each record in one link of a kind."""

    @rule(
        name=NAMES,
        kind=KINDS,
        refs=REFS,
        location=LOCATIONS,
        state=st.sampled_from(LinkState),
        version=st.sampled_from([0, 0, 0, 1, 2]),
    )
    def save_link(
        self, name: str, kind: LinkKind, refs: list[Ref], location: str, state: LinkState, version: int
    ) -> None:
        """Save a link, with the version that is stored or another."""
        ends = {ref.side: ref for ref in refs}
        link = Link(
            id=name,
            kind=kind,
            location=location,
            nexhealth=ends.get("nexhealth"),
            opendental=ends.get("opendental"),
            aliases=tuple(ref for ref in refs if ref not in ends.values()),
            state=state,
            version=version,
            updated=self.now,
        )
        self.same("save", lambda store: _or_conflict(lambda: store.links.save(link)))
        self.same("find", lambda store: [store.links.find(kind, ref) for ref in refs])

    @rule(which=LAST, refs=REFS, off=st.sampled_from([0, 0, 0, 0, 1, -1]), swap=st.booleans())
    def change_link(self, which: int, refs: list[Ref], off: int, swap: bool) -> None:  # noqa: FBT001 - Hypothesis draws it
        """Save a stored link with other records, with its version or another."""
        if link := self._link(which):
            far = link.opendental if swap else None
            other = evolve(
                link, aliases=tuple(refs), opendental=far, body=b"changed", version=max(link.version + off, 0)
            )
            self.same("save", lambda store: _or_conflict(lambda: store.links.save(other)))
            self.same("find", lambda store: [store.links.find(link.kind, ref) for ref in (*link.refs, *refs)])

    def _link(self, which: int) -> Link | None:
        links = self.model.links.all()
        return links[which % len(links)] if links else None

    @rule(which=LAST, off=st.sampled_from([0, 0, 0, 1, -1]))
    def forget_link(self, which: int, off: int) -> None:
        """Forget a stored link, with its version or another."""
        if link := self._link(which):
            named = evolve(link, version=max(link.version + off, 0))
            self.same("forget", lambda store: _or_conflict(lambda: store.links.forget(named)))
            self.same("find", lambda store: [store.links.find(link.kind, ref) for ref in link.refs])

    @rule(kind=KINDS, ref=st.builds(nexhealth, NAMES) | st.builds(opendental, NAMES))
    def find_link(self, kind: LinkKind, ref: Ref) -> None:
        """Look for a record."""
        self.same("find", lambda store: store.links.find(kind, ref))

    @rule(kind=st.none() | KINDS, location=ANY_LOCATION, state=st.none() | st.sampled_from(LinkState), limit=LIMITS)
    def list_links(self, kind: LinkKind | None, location: str | None, state: LinkState | None, limit: int) -> None:
        """Look at a part of the links."""
        self.same(
            "all",
            lambda store: store.links.all(kind=kind, location=location, state=state, after="A", limit=limit),
        )

    @invariant()
    def links_are_the_same(self) -> None:
        """Compare all links."""
        self.same("all", lambda store: store.links.all(limit=ALL))


class ReviewsMachine(PartMachine):
    """Reviews: asked once, answered once."""

    def _tick(self) -> None:
        # No two moments are the same: nothing says in which order those would come.
        self.now += timedelta(microseconds=1)

    @rule(name=NAMES, location=LOCATIONS)
    def open_review(self, name: str, location: str) -> None:
        """Ask a question, known or new."""
        self._tick()
        self.same("open", lambda store: store.reviews.open(review(name, location=location, opened=self.now)))

    @rule(name=NAMES, choice=st.sampled_from(["link", "create"]))
    def answer_review(self, name: str, choice: str) -> None:
        """Answer a question, open or not."""
        self._tick()
        self.same("answer", lambda store: store.reviews.answer(name, answer(choice, moment=self.now)))

    @rule(name=NAMES)
    def revoke_review(self, name: str) -> None:
        """Take an answer back, or none."""
        self.same("revoke", lambda store: store.reviews.revoke(name))

    @rule(limit=LIMITS, location=ANY_LOCATION)
    def list_reviews(self, limit: int, location: str | None) -> None:
        """Look at a part of the reviews."""
        self.same("pending", lambda store: store.reviews.pending(limit, location=location))
        self.same("answered", lambda store: store.reviews.answered(limit, location=location))

    @invariant()
    def reviews_are_the_same(self) -> None:
        """Compare all reviews."""
        self.same("pending", lambda store: store.reviews.pending(ALL))
        self.same("answered", lambda store: store.reviews.answered(ALL))


class JournalMachine(PartMachine):
    """The journal: nothing lost, in order."""

    @rule(rules=st.lists(NAMES, max_size=3), location=LOCATIONS)
    def append(self, rules: list[str], location: str) -> None:
        """Write into the journal."""
        entries = [entry(name, location=location, subject=name) for name in rules]
        self.same("append", lambda store: store.journal.append(entries))

    @rule(skip=st.integers(0, 5), limit=LIMITS, location=ANY_LOCATION, subject=st.none() | NAMES)
    def read(self, skip: int, limit: int, location: str | None, subject: str | None) -> None:
        """Read a part of the journal; numbers may differ, as long as they grow."""

        def part(store: Store) -> list[str]:
            numbers = [0, *(found.number for found in store.journal.read(limit=ALL))]
            assert numbers == sorted(set(numbers)), "read: numbers have to grow"
            after = numbers[min(skip, len(numbers) - 1)]
            found = store.journal.read(after=after, limit=limit, location=location, subject=subject)
            return [repr(evolve(one, number=0)) for one in found]

        self.same("read", part)


class NamesMachine(PartMachine):
    """What is kept by name: cursors, turns and snapshots."""

    @rule(name=NAMES, value=st.none() | st.sampled_from(["", "1", "2"]))
    def set_cursor(self, name: str, value: str | None) -> None:
        """Set or remove a cursor."""
        self.same("set", lambda store: store.cursors.set(name, value))
        self.same("get", lambda store: [store.cursors.get(each) for each in SOME])

    @rule(name=NAMES, holder=NAMES, minutes=MINUTES)
    def take_turn(self, name: str, holder: str, minutes: int) -> None:
        """Take a turn, free or not."""
        self.same("take", lambda store: store.turns.take(name, holder, self.now, self._in(minutes)))

    @rule(name=NAMES, holder=NAMES)
    def give_turn(self, name: str, holder: str) -> None:
        """Give a turn back, one's own or another's."""
        self.same("give", lambda store: store.turns.give(name, holder))

    @rule(name=NAMES, rows=st.dictionaries(NAMES, st.none() | st.sampled_from([b"", b"1", b"2"]), max_size=3))
    def save_rows(self, name: str, rows: dict[str, bytes | None]) -> None:
        """Change a picture."""
        self.same("save", lambda store: store.snapshots.save(name, rows))

    @rule(name=NAMES)
    def drop_rows(self, name: str) -> None:
        """Forget a picture."""
        self.same("drop", lambda store: store.snapshots.drop(name))

    @invariant()
    def pictures_are_the_same(self) -> None:
        """Compare all pictures."""
        self.same("load", lambda store: [store.snapshots.load(name) for name in SOME])


class StoreMachine(InboxMachine, LinksMachine, ReviewsMachine, JournalMachine, NamesMachine):
    """All of them mixed, for faults between the parts."""


def _plain(leases: list[Lease]) -> list[Lease]:
    return [evolve(lease, token="") for lease in leases]


def _or_conflict(operation: Callable[[], T]) -> T | str:
    try:
        return operation()
    except LinkConflictError:
        return "conflict"
