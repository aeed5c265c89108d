"""What every `Links` promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from attrs import evolve

from odnexus._async.stores import AsyncLinks
from odnexus._sync.stores import Links
from odnexus.errors import LinkConflictError
from odnexus.reconcile.links import Link, LinkState, Ref
from odnexus.testing.contracts._base import AsyncContract, Blocking, Contract, LoopThread, missing
from odnexus.testing.contracts._samples import (
    EXACT,
    LOOKALIKES,
    changed,
    ids,
    link,
    nexhealth,
    opendental,
    together,
)


def refused(operation: Callable[[Link], object], link: Link, promise: str) -> None:
    """Require that *operation* refuses *link*."""
    try:
        operation(link)
    except LinkConflictError:
        return
    pytest.fail(f"{promise}: LinkConflictError expected")


class FindRules(Contract):
    """What was saved is found, by each of its records."""

    def test_a_link_is_found_by_either_end(self, links: Links) -> None:
        """And by nothing else."""
        saved = links.save(link("a", nexhealth("7"), opendental("42")))

        assert links.find("visit", nexhealth("7")) == saved, "find: by the record at NexHealth"
        assert links.find("visit", opendental("42")) == saved, "find: by the record at Open Dental"
        assert links.find("visit", nexhealth("42")) is None, "find: the side of a record counts"
        assert links.find("visit", nexhealth("7", "other")) is None, "find: the realm of a record counts"
        assert links.find("person", nexhealth("7")) is None, "find: the kind of a link counts"

    def test_a_link_is_found_by_an_alias(self, links: Links) -> None:
        """A second row that stands for the same thing."""
        saved = links.save(link("a", nexhealth("7"), opendental("42"), nexhealth("8"), nexhealth("9")))

        assert links.find("visit", nexhealth("8")) == saved, "find: by an alias"
        assert links.find("visit", nexhealth("9")) == saved, "find: by any alias"

    def test_a_link_comes_back_as_it_was_saved(self, links: Links) -> None:
        """Every field, to the microsecond and the byte."""
        given = Link(
            id="visit of Zoë",
            kind="visit",
            location="Zahnärzte am Markt",
            nexhealth=nexhealth("7"),
            opendental=opendental("42"),
            aliases=(nexhealth("9"), opendental("8"), nexhealth("10")),
            state=LinkState.MOVING,
            body=bytes(range(256)),
            updated=EXACT,
        )

        saved = links.save(given)

        assert saved == evolve(given, version=1), "save: returns the link with its new version, else unchanged"
        assert links.find("visit", nexhealth("7")) == saved, "find: every field of a link is kept"
        assert links.all() == [saved], "all: every field of a link is kept"

    def test_a_pending_link_has_one_end(self, links: Links) -> None:
        """The other comes after the create; there may be none at all."""
        pending = links.save(link("a", nexhealth("7"), state=LinkState.PENDING))
        links.save(link("b", state=LinkState.HELD))

        assert links.find("visit", nexhealth("7")) == pending, "save: a link may have one end only"
        assert ids(links.all()) == ["a", "b"], "save: several links may lack the same end"

    def test_records_are_compared_exactly(self, links: Links) -> None:
        """Case, accents and blanks make another record."""
        for number, name in enumerate(LOOKALIKES):
            links.save(link(f"link {number}", nexhealth(name), opendental("1", f"realm {name}")))

        for number, name in enumerate(LOOKALIKES):
            for ref in (nexhealth(name), opendental("1", f"realm {name}")):
                found = links.find("visit", ref)
                assert found is not None, "find: ids are compared exactly"
                assert found.id == f"link {number}", "find: ids are compared exactly"

    def test_one_record_may_stand_in_links_of_two_kinds(self, links: Links) -> None:
        """Ids of patients and of appointments overlap."""
        person = links.save(link("a", nexhealth("7"), kind="person"))
        visit = links.save(link("b", nexhealth("7"), kind="visit"))

        assert links.find("person", nexhealth("7")) == person, "find: the kind of a link counts"
        assert links.find("visit", nexhealth("7")) == visit, "find: the kind of a link counts"


class SaveRules(Contract):
    """Compare and set, and each record in one link of a kind."""

    def test_saving_counts_versions(self, links: Links) -> None:
        """From 1 on."""
        first = links.save(link("a", nexhealth("7")))
        assert first.version == 1, "save: returns a new link with version 1"

        second = links.save(changed(first, nexhealth("7"), opendental("42")))
        assert second.version == 2, "save: returns the link with the next version"
        assert links.find("visit", opendental("42")) == second, "save: stores what was given"

    def test_a_link_that_someone_changed_is_not_overwritten(self, links: Links) -> None:
        """The later writer has to look again."""
        old = links.save(link("a", nexhealth("7")))
        current = links.save(changed(old, nexhealth("7"), body=b"theirs"))

        refused(links.save, changed(old, nexhealth("7"), body=b"mine"), "save: the stored version is another")
        assert links.find("visit", nexhealth("7")) == current, "save: a refused link changes nothing"

    def test_a_new_link_does_not_overwrite_a_stored_one(self, links: Links) -> None:
        """Version 0 says that it is not stored yet."""
        current = links.save(link("a", nexhealth("7")))

        refused(links.save, link("a", nexhealth("8")), "save: version 0 must not be stored yet")
        assert links.all() == [current], "save: a refused link changes nothing"

    def test_a_link_that_is_gone_is_not_saved(self, links: Links) -> None:
        """Someone forgot it meanwhile, or it never was."""
        refused(links.save, evolve(link("a", nexhealth("7")), version=3), "save: no version of it is stored")
        assert links.all() == [], "save: a refused link changes nothing"

    @pytest.mark.parametrize("record", [nexhealth("7"), opendental("42"), nexhealth("8")], ids=["near", "far", "alias"])
    def test_a_record_is_not_linked_twice(self, links: Links, record: Ref) -> None:
        """Neither as an end nor as an alias."""
        first = links.save(link("a", nexhealth("7"), opendental("42"), nexhealth("8")))

        refused(links.save, link("b", record, location="North"), "save: the record stands in another link of its kind")
        assert links.all() == [first], "save: a refused link is not stored, not even without the record"

    def test_a_change_does_not_take_a_record_of_another_link(self, links: Links) -> None:
        """And a refused change takes nothing at all."""
        first = links.save(link("a", nexhealth("7")))
        second = links.save(link("b", nexhealth("8"), opendental("43")))

        refused(
            links.save,
            evolve(second, opendental=opendental("44"), aliases=(nexhealth("7"),)),
            "save: a record stands in another link of its kind, as an alias too",
        )
        assert links.all() == [first, second], "save: a refused link changes nothing"
        assert links.find("visit", opendental("43")) == second, "save: a refused link keeps its records"
        assert links.find("visit", opendental("44")) is None, "save: a refused link takes no record"
        assert links.find("visit", nexhealth("7")) == first, "save: a refused link takes no record"

    def test_a_retired_link_keeps_its_records(self, links: Links) -> None:
        """What was cancelled is not booked anew by mistake."""
        links.save(link("a", nexhealth("7"), state=LinkState.RETIRED))

        refused(links.save, link("b", nexhealth("7")), "save: a retired link holds its records")

    def test_a_record_that_was_dropped_is_free(self, links: Links) -> None:
        """A chart was merged, a row came again under another id."""
        first = links.save(link("a", nexhealth("7"), opendental("42"), nexhealth("8")))
        moved = links.save(changed(first, nexhealth("7"), opendental("43")))

        for dropped in (opendental("42"), nexhealth("8")):
            assert links.find("visit", dropped) is None, "save: a record that the link dropped is not found"
        assert links.find("visit", opendental("43")) == moved, "save: a record that the link took is found"
        other = links.save(link("b", nexhealth("8"), opendental("42")))
        assert links.find("visit", opendental("42")) == other, "save: a record that was dropped may be linked again"

    def test_an_end_may_become_an_alias(self, links: Links) -> None:
        """A link may hold its own records in another place."""
        first = links.save(link("a", nexhealth("7"), opendental("42")))

        moved = links.save(evolve(first, nexhealth=nexhealth("8"), aliases=(nexhealth("7"),)))

        assert links.find("visit", nexhealth("7")) == moved, "save: an end may become an alias of the same link"


class ForgetRules(Contract):
    """Compare and delete."""

    def test_forgetting_removes_a_link(self, links: Links) -> None:
        """Its records are free."""
        saved = links.save(link("a", nexhealth("7"), opendental("42"), nexhealth("8")))

        links.forget(saved)

        assert links.all() == [], "forget: the link is gone"
        for ref in saved.refs:
            assert links.find("visit", ref) is None, "forget: a forgotten link is not found by any record"
        assert links.save(link("a", *saved.refs)).version == 1, "forget: id and records may be used again"

    def test_a_link_that_someone_changed_is_not_forgotten(self, links: Links) -> None:
        """Whoever forgets must have seen what is there."""
        old = links.save(link("a", nexhealth("7")))
        current = links.save(changed(old, nexhealth("7"), opendental("42")))

        refused(links.forget, old, "forget: refused unless the stored version is the link's")
        assert links.find("visit", nexhealth("7")) == current, "forget: a refusal changes nothing"

    @pytest.mark.parametrize("version", [0, 1])
    def test_a_link_that_is_not_there_cannot_be_forgotten(self, links: Links, version: int) -> None:
        """Someone else did, or it never was."""
        refused(links.forget, evolve(link("a"), version=version), "forget: refused for a link that is not stored")


class ListLinksRules(Contract):
    """Paging through all links."""

    def test_links_are_listed_by_id(self, links: Links) -> None:
        """By code points, whatever the language of the database."""
        names = ["b", "a", "B", "Z", "é", "z", "_", "10", "9"]
        for name in names:
            links.save(link(name))

        assert ids(links.all()) == sorted(names), "all: ordered by id, by code points"

    def test_links_are_listed_page_by_page(self, links: Links) -> None:
        """Behind an id, so that a page is not disturbed by what comes before it."""
        for name in "abcde":
            links.save(link(name))

        assert ids(links.all(limit=2)) == ["a", "b"], "all: at most `limit`"
        assert ids(links.all(after="b", limit=2)) == ["c", "d"], "all: starts behind the id `after`"
        assert ids(links.all(after="bb")) == ["c", "d", "e"], "all: `after` need not be an id that exists"
        assert links.all(limit=0) == [], "all: a limit of 0 gives nothing"

    def test_links_are_filtered(self, links: Links) -> None:
        """By kind, location and state, and all of them together."""
        links.save(link("a", kind="person"))
        links.save(link("b", location="North"))
        links.save(link("c", state=LinkState.HELD))
        links.save(link("d", kind="person", location="North", state=LinkState.HELD))

        assert ids(links.all(kind="person")) == ["a", "d"], "all: filtered by kind"
        assert ids(links.all(location="North")) == ["b", "d"], "all: filtered by location"
        assert ids(links.all(state=LinkState.HELD)) == ["c", "d"], "all: filtered by state"
        together_ = links.all(kind="person", location="North", state=LinkState.HELD, limit=1)
        assert ids(together_) == ["d"], "all: filters add up, and the limit counts what passes them"


class ThreadLinkRules(Contract):
    """What holds when several threads save at the same time."""

    def test_one_of_several_threads_changes_a_link(self, links: Links) -> None:
        """The others are told."""
        self.claim_concurrent()
        seen = links.save(link("a", nexhealth("7")))

        def work(body: bytes) -> bool:
            try:
                links.save(evolve(seen, body=body))
            except LinkConflictError:
                return False
            return True

        won = together(*[lambda body=body: work(body) for body in (b"0", b"1", b"2", b"3")])

        assert sum(won) == 1, "save: of several threads that save the same version one wins"
        (kept,) = links.all()
        assert kept.version == 2, "save: the version counts what was stored"
        assert kept.body == str(won.index(True)).encode(), "save: what the winner saved is stored"

    def test_one_of_several_threads_links_a_record(self, links: Links) -> None:
        """So that two workers cannot both create its twin."""
        self.claim_concurrent()

        def work(name: str) -> bool:
            try:
                links.save(link(name, nexhealth("7"), opendental(name)))
            except LinkConflictError:
                return False
            return True

        won = together(*[lambda name=name: work(name) for name in "abcd"])

        assert sum(won) == 1, "save: of several threads that link the same record one wins"
        assert ids(links.all()) == ["abcd"[won.index(True)]], "save: nothing is left of the links that were refused"


class LinksContract(FindRules, SaveRules, ForgetRules, ListLinksRules, ThreadLinkRules):
    """The promises of `odnexus.Links` as tests: subclass it as ``Test…`` and override the fixture ``links``."""

    @pytest.fixture
    def links(self) -> Links:
        """Return the links under test, empty."""
        missing("links")


class AsyncLinksContract(AsyncContract, LinksContract):
    """The same for async links: override the fixture ``async_links``."""

    @pytest.fixture
    def async_links(self) -> AsyncLinks:
        """Return the links under test, empty."""
        missing("async_links")

    @pytest.fixture
    def links(self, loop: LoopThread, async_links: AsyncLinks) -> Links:
        """Return the links under test as sync ones."""
        return cast(Links, Blocking(async_links, loop.run))
