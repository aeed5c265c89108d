"""What every `Journal` promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest
from attrs import evolve

from odnexus._async.stores import AsyncJournal
from odnexus._sync.stores import Journal
from odnexus.reconcile.journal import Entry
from odnexus.testing.contracts._base import AsyncContract, Blocking, Contract, LoopThread, missing
from odnexus.testing.contracts._samples import EXACT, LOOKALIKES, entry, together


def rules(entries: Sequence[Entry]) -> list[str]:
    """Return the rules of *entries*, which name them in these tests."""
    return [found.rule for found in entries]


class JournalContract(Contract):
    """The promises of `odnexus.Journal` as tests: subclass it as ``Test…`` and override the fixture ``journal``."""

    @pytest.fixture
    def journal(self) -> Journal:
        """Return the journal under test, empty."""
        missing("journal")

    def test_entries_are_read_in_order(self, journal: Journal) -> None:
        """In the order of appending, within a call and across calls, whatever their times say."""
        journal.append([entry("c"), entry("a")])
        journal.append([])
        journal.append([evolve(entry("b"), at=EXACT.replace(year=2020))])

        assert rules(journal.read()) == ["c", "a", "b"], "read: entries come in the order in which they were appended"

    def test_numbers_grow(self, journal: Journal) -> None:
        """From above 0 on, and whatever number an entry came with."""
        journal.append([evolve(entry("a"), number=99), entry("b")])
        journal.append([entry("c")])

        first, second, third = (found.number for found in journal.read())
        assert 0 < first < second < third, "append: numbers grow in the order of appending"
        assert third != 99, "append: the store gives the numbers"

    def test_an_entry_comes_back_as_it_was_appended(self, journal: Journal) -> None:
        """Every field, to the microsecond."""
        given = Entry(
            at=EXACT,
            location="Zahnärzte am Markt",
            kind="applied",
            subject="nexhealth:bright-smiles/7",
            rule="visit.create",
            fields=("start", "minutes"),
            related=("opendental:main/42", "opendental:main/43"),
            requests=4,
        )
        journal.append([given])

        (found,) = journal.read()
        assert evolve(found, number=0) == given, "append: every field of an entry is kept"

    def test_reading_goes_on_behind_a_number(self, journal: Journal) -> None:
        """So that a reader comes back where it stopped."""
        journal.append([entry(rule) for rule in "abcde"])

        first = journal.read(limit=2)
        rest = journal.read(after=first[-1].number)

        assert rules(first) == ["a", "b"], "read: at most `limit` entries, the first ones"
        assert rules(rest) == ["c", "d", "e"], "read: `after` leaves out the entry of that number and all before"
        assert journal.read(after=rest[-1].number) == [], "read: behind the last entry there is nothing"
        assert journal.read(limit=0) == [], "read: a limit of 0 gives nothing"

    def test_reading_can_be_asked_for_a_location_or_a_subject(self, journal: Journal) -> None:
        """The limit counts what is read."""
        journal.append(
            [
                entry("a"),
                entry("b", location="North", subject="x"),
                entry("c", subject="x"),
                entry("d", location="North"),
                entry("e", location="North", subject="x"),
            ]
        )

        assert rules(journal.read(location="North", limit=2)) == ["b", "d"], "read: with `location`, only its entries"
        assert rules(journal.read(subject="x", limit=2)) == ["b", "c"], "read: with `subject`, only its entries"
        assert rules(journal.read(location="North", subject="x")) == ["b", "e"], "read: filters add up"
        after = journal.read(location="North", subject="x")[0].number
        assert rules(journal.read(location="North", subject="x", after=after)) == ["e"], "read: filters add up"

    def test_subjects_are_compared_exactly(self, journal: Journal) -> None:
        """Case, accents and blanks make another subject, and another location."""
        journal.append([entry(name, subject=name, location=name) for name in LOOKALIKES])

        for name in LOOKALIKES:
            assert rules(journal.read(subject=name)) == [name], "read: subjects are compared exactly"
            assert rules(journal.read(location=name)) == [name], "read: locations are compared exactly"

    def test_a_large_batch_of_entries_is_kept(self, journal: Journal) -> None:
        """A first scan writes thousands."""
        names = [str(number) for number in range(2000)]

        journal.append([entry(name) for name in names])

        assert rules(journal.read(limit=5000)) == names, "append: a large batch is kept whole and in order"

    def test_threads_append_without_loss(self, journal: Journal) -> None:
        """Each batch in its order, each number once, and nothing appears behind a reader."""
        self.claim_concurrent()
        seen: list[Entry] = []
        written: list[str] = []

        def write(name: str) -> None:
            try:
                for number in range(10):
                    journal.append([entry(f"{name}.{2 * number + part}") for part in range(2)])
            finally:
                written.append(name)

        def follow() -> None:
            finished = False
            while not finished:
                # Asked before reading: what was written meanwhile is read in this round or the next.
                finished = len(written) == 3
                while found := journal.read(after=seen[-1].number if seen else 0, limit=7):
                    seen.extend(found)

        together(lambda: write("a"), lambda: write("b"), lambda: write("c"), follow)

        assert journal.read(limit=1000) == seen, "append: a reader that goes on behind a number misses nothing"
        for name in "abc":
            mine = [rule for rule in rules(seen) if rule[0] == name]
            assert mine == [f"{name}.{number}" for number in range(20)], "append: nothing is lost and order is kept"
        assert len({found.number for found in seen}) == 60, "append: each entry has a number of its own"


class AsyncJournalContract(AsyncContract, JournalContract):
    """The same for async journals: override the fixture ``async_journal``."""

    @pytest.fixture
    def async_journal(self) -> AsyncJournal:
        """Return the journal under test, empty."""
        missing("async_journal")

    @pytest.fixture
    def journal(self, loop: LoopThread, async_journal: AsyncJournal) -> Journal:
        """Return the journal under test as a sync one."""
        return cast(Journal, Blocking(async_journal, loop.run))
