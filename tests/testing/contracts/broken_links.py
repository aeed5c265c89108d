"""Links with one fault each."""

from __future__ import annotations

from attrs import evolve

from odnexus.errors import LinkConflictError
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.stores.memory import MemoryLinks
from tests.testing.contracts.broken import Rendezvous, breaks, folded


@breaks("test_a_link_is_found_by_either_end")
class FindsOneEndOnly(MemoryLinks):
    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        return super().find(kind, ref) if ref.side == "nexhealth" else None


@breaks("test_a_link_is_found_by_either_end")
class IgnoresTheRealm(MemoryLinks):
    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        named = (link for link in self._links.values() if (ref.side, ref.id) in {(r.side, r.id) for r in link.refs})
        return next((link for link in named if link.kind == kind), None)


@breaks("test_a_link_is_found_by_an_alias")
class FindsNoAlias(MemoryLinks):
    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        found = super().find(kind, ref)
        return None if found is None or ref in found.aliases else found


@breaks("test_a_link_is_found_by_an_alias")
class KeepsOneAlias(MemoryLinks):
    def save(self, link: Link) -> Link:
        return super().save(evolve(link, aliases=link.aliases[:1]))


@breaks("test_a_link_comes_back_as_it_was_saved")
class SortsAliases(MemoryLinks):
    def save(self, link: Link) -> Link:
        return super().save(evolve(link, aliases=tuple(sorted(link.aliases, key=str))))


@breaks("test_a_link_comes_back_as_it_was_saved")
class LosesTheBody(MemoryLinks):
    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        found = super().find(kind, ref)
        return found and evolve(found, body=b"")


@breaks("test_a_pending_link_has_one_end")
class WantsBothEnds(MemoryLinks):
    def save(self, link: Link) -> Link:
        if None in (link.nexhealth, link.opendental) and self._links:
            raise AssertionError("an end is missing")
        return super().save(link)


@breaks("test_records_are_compared_exactly")
class FoldsRecords(MemoryLinks):
    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        for link in self._links.values():
            if link.kind == kind and folded(str(ref)) in {folded(str(one)) for one in link.refs}:
                return link
        return None


@breaks("test_one_record_may_stand_in_links_of_two_kinds")
class IgnoresTheKind(MemoryLinks):
    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        return super().find("person", ref) or super().find("visit", ref)


@breaks("test_saving_counts_versions")
class ReturnsTheVersionThatItWasGiven(MemoryLinks):
    def save(self, link: Link) -> Link:
        super().save(link)
        return link


@breaks("test_saving_counts_versions")
class SavesTheFirstVersionOnly(MemoryLinks):
    def save(self, link: Link) -> Link:
        if link.id not in self._links:
            return super().save(link)
        return evolve(link, version=link.version + 1)


@breaks(
    "test_a_link_that_someone_changed_is_not_overwritten",
    "test_a_new_link_does_not_overwrite_a_stored_one",
    "test_a_link_that_is_gone_is_not_saved",
)
class SavesWithoutComparing(MemoryLinks):
    def _check_version(self, link: Link) -> None:
        pass


@breaks("test_a_new_link_does_not_overwrite_a_stored_one")
class TakesVersionZeroForAny(MemoryLinks):
    def _check_version(self, link: Link) -> None:
        if link.version:
            super()._check_version(link)


@breaks("test_a_link_that_is_gone_is_not_saved")
class RestoresWhatIsGone(MemoryLinks):
    def _check_version(self, link: Link) -> None:
        if link.id in self._links:
            super()._check_version(link)


@breaks(
    "test_a_record_is_not_linked_twice",
    "test_a_change_does_not_take_a_record_of_another_link",
    "test_one_of_several_threads_links_a_record",
)
class LinksARecordTwice(MemoryLinks):
    def _check_refs(self, link: Link) -> None:
        pass


@breaks("test_a_change_does_not_take_a_record_of_another_link")
class ComparesEndsOnly(MemoryLinks):
    def _check_refs(self, link: Link) -> None:
        super()._check_refs(evolve(link, aliases=()))


@breaks("test_a_record_is_not_linked_twice")
class StoresBeforeItRefuses(MemoryLinks):
    def save(self, link: Link) -> Link:
        try:
            return super().save(link)
        except LinkConflictError:
            self._links.setdefault(link.id, link)
            raise


@breaks("test_a_change_does_not_take_a_record_of_another_link")
class ReleasesBeforeItRefuses(MemoryLinks):
    def _check_refs(self, link: Link) -> None:
        for ref in [ref for (_, ref), holder in self._holders.items() if holder == link.id]:
            del self._holders[(link.kind, ref)]
        super()._check_refs(link)


@breaks("test_a_retired_link_keeps_its_records")
class FreesRecordsOfRetiredLinks(MemoryLinks):
    def save(self, link: Link) -> Link:
        saved = super().save(link)
        if link.state is LinkState.RETIRED:
            self._holders = {held: holder for held, holder in self._holders.items() if holder != link.id}
        return saved


@breaks("test_a_record_that_was_dropped_is_free")
class KeepsDroppedRecords(MemoryLinks):
    def save(self, link: Link) -> Link:
        before = dict(self._holders)
        saved = super().save(link)
        self._holders = {**before, **self._holders}
        return saved


@breaks("test_an_end_may_become_an_alias")
class RefusesItsOwnRecords(MemoryLinks):
    def _check_refs(self, link: Link) -> None:
        moved = [ref for ref in link.aliases if (link.kind, ref) in self._holders]
        assert not moved, "a record stands in a link"
        super()._check_refs(link)


@breaks("test_forgetting_removes_a_link")
class KeepsRecordsOfForgottenLinks(MemoryLinks):
    def find(self, kind: LinkKind, ref: Ref) -> Link | None:
        holder = self._holders.get((kind, ref))
        return self._kept.get(holder) if holder else None

    def forget(self, link: Link) -> None:
        holders = dict(self._holders)
        self._kept = dict(self._links)
        super().forget(link)
        self._holders = holders


@breaks("test_forgetting_removes_a_link")
class ForgetsNothing(MemoryLinks):
    def forget(self, link: Link) -> None:
        pass


@breaks("test_a_link_that_someone_changed_is_not_forgotten", "test_a_link_that_is_not_there_cannot_be_forgotten")
class ForgetsWithoutComparing(MemoryLinks):
    def forget(self, link: Link) -> None:
        self._release(link)


@breaks("test_links_are_listed_by_id")
class ListsByTheRulesOfALanguage(MemoryLinks):
    def all(
        self,
        *,
        kind: LinkKind | None = None,
        location: str | None = None,
        state: LinkState | None = None,
        after: str = "",
        limit: int = 100,
    ) -> list[Link]:
        found = super().all(kind=kind, location=location, state=state, after=after, limit=limit)
        return sorted(found, key=lambda link: link.id.casefold())


class _Lists(MemoryLinks):
    def all(
        self,
        *,
        kind: LinkKind | None = None,
        location: str | None = None,
        state: LinkState | None = None,
        after: str = "",
        limit: int = 100,
    ) -> list[Link]:
        return self._broken(super().all(limit=1000), kind, location, state, after)[:limit]

    def _broken(
        self, links: list[Link], kind: str | None, location: str | None, state: str | None, after: str
    ) -> list[Link]:
        return [
            link
            for link in links
            if link.id > after
            and kind in (None, link.kind)
            and location in (None, link.location)
            and state in (None, link.state)
        ]


@breaks("test_links_are_listed_page_by_page")
class RepeatsTheLastOfAPage(_Lists):
    def _broken(
        self, links: list[Link], kind: str | None, location: str | None, state: str | None, after: str
    ) -> list[Link]:
        return [link for link in links if link.id >= after]


@breaks("test_links_are_filtered")
class FiltersByOneThingOnly(_Lists):
    def _broken(
        self, links: list[Link], kind: str | None, location: str | None, state: str | None, after: str
    ) -> list[Link]:
        return [link for link in links if kind in (None, link.kind)] if kind else links


@breaks("test_one_of_several_threads_changes_a_link")
class ComparesAndThenSaves(MemoryLinks):
    def __init__(self) -> None:
        super().__init__()
        self._rendezvous = Rendezvous()

    def save(self, link: Link) -> Link:
        self._check_version(link)
        if link.version:
            self._rendezvous.meet()
        saved = evolve(link, version=link.version + 1)
        self._links[link.id] = saved
        return saved
