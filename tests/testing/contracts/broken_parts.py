"""Cursors, turns, snapshots and stores with one fault each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from odnexus.stores.memory import (
    MemoryCursors,
    MemorySnapshots,
    MemoryStore,
    MemoryTurns,
)
from tests.testing.contracts.broken import BROKEN, PARTS, Broken, Rendezvous, breaks, folded

# -- cursors


@breaks("test_an_unknown_cursor_is_none")
class TakesUnknownForEmpty(MemoryCursors):
    def get(self, name: str) -> str | None:
        return super().get(name) or ""


@breaks("test_a_cursor_is_kept")
class StripsCursors(MemoryCursors):
    def set(self, name: str, value: str | None) -> None:
        super().set(name, value and value.strip())


@breaks("test_a_cursor_is_kept", "test_the_last_cursor_counts")
class LosesCursors(MemoryCursors):
    def set(self, name: str, value: str | None) -> None:
        pass


@breaks("test_the_last_cursor_counts")
class MovesCursorsForwardOnly(MemoryCursors):
    def set(self, name: str, value: str | None) -> None:
        super().set(name, value and max(value, self.get(name) or ""))


@breaks("test_none_removes_a_cursor")
class KeepsRemovedCursors(MemoryCursors):
    def set(self, name: str, value: str | None) -> None:
        if value is not None:
            super().set(name, value)


@breaks("test_an_empty_text_is_not_none")
class TakesEmptyForRemoved(MemoryCursors):
    def set(self, name: str, value: str | None) -> None:
        super().set(name, value or None)


@breaks("test_names_of_cursors_are_compared_exactly")
class FoldsNamesOfCursors(MemoryCursors):
    def get(self, name: str) -> str | None:
        return super().get(folded(name))

    def set(self, name: str, value: str | None) -> None:
        super().set(folded(name), value)


@breaks("test_a_long_text_is_kept_whole")
class CutsCursors(MemoryCursors):
    def set(self, name: str, value: str | None) -> None:
        super().set(name, value and value[:4000])


# -- turns


@breaks("test_a_turn_is_held_by_one", "test_one_of_several_threads_takes_a_turn")
class GivesATurnToAnyone(MemoryTurns):
    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        self._turns[name] = (holder, until)
        return True


@breaks("test_an_expired_turn_is_free")
class KeepsExpiredTurns(MemoryTurns):
    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        return super().take(name, holder, now - timedelta(days=1), until)


@breaks("test_an_expired_turn_is_free")
class EndsTurnsAMomentLater(MemoryTurns):
    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        return super().take(name, holder, now - timedelta(microseconds=1), until)


@breaks("test_the_holder_prolongs_its_turn")
class RefusesTheHolder(MemoryTurns):
    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        present = self._turns.get(name)
        return (present is None or present[1] <= now) and super().take(name, holder, now, until)


@breaks("test_the_holder_prolongs_its_turn")
class OnlySaysThatItProlongs(MemoryTurns):
    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        present = self._turns.get(name)
        return bool(present and present[0] == holder) or super().take(name, holder, now, until)


@breaks("test_the_former_holder_takes_an_expired_turn_again")
class RefusesWhoLetItExpire(MemoryTurns):
    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        present = self._turns.get(name)
        late = present is not None and present[0] == holder and present[1] <= now
        return not late and super().take(name, holder, now, until)


@breaks("test_a_refusal_changes_nothing")
class ProlongsForWhoIsRefused(MemoryTurns):
    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        taken = super().take(name, holder, now, until)
        self._turns[name] = (self._turns[name][0], until)
        return taken


@breaks("test_a_turn_can_be_given_back")
class KeepsWhatIsGivenBack(MemoryTurns):
    def give(self, name: str, holder: str) -> None:
        pass


@breaks("test_only_the_holder_gives_a_turn_back")
class LetsAnyoneGiveATurnBack(MemoryTurns):
    def give(self, name: str, holder: str) -> None:
        self._turns.pop(name, None)


@breaks("test_names_of_turns_are_compared_exactly")
class FoldsNamesOfTurns(MemoryTurns):
    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        return super().take(folded(name), holder, now, until)


@breaks("test_names_of_turns_are_compared_exactly")
class FoldsNamesOfHolders(MemoryTurns):
    def take(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        return super().take(name, folded(holder), now, until)


# -- snapshots


@breaks("test_an_unknown_picture_is_empty")
class RaisesForUnknownPictures(MemorySnapshots):
    def load(self, name: str) -> dict[str, bytes]:
        assert name in self._pictures, "no such picture"
        return super().load(name)


@breaks("test_rows_are_kept")
class TakesEmptyRowsForRemoved(MemorySnapshots):
    def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        super().save(name, {key: row or None for key, row in rows.items()})


@breaks("test_rows_that_are_not_named_stay")
class DropsRowsThatAreNotNamed(MemorySnapshots):
    def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        self.drop(name)
        super().save(name, rows)


@breaks("test_a_row_is_replaced")
class KeepsTheFirstRow(MemorySnapshots):
    def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        super().save(name, {**rows, **self.load(name)})


@breaks("test_none_removes_a_row")
class KeepsRemovedRows(MemorySnapshots):
    def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        super().save(name, {key: row for key, row in rows.items() if row is not None})


@breaks("test_pictures_are_apart")
class FoldsPictures(MemorySnapshots):
    def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        super().save(folded(name), rows)

    def load(self, name: str) -> dict[str, bytes]:
        return super().load(folded(name))


@breaks("test_dropping_forgets_one_picture")
class DropsEveryPicture(MemorySnapshots):
    def drop(self, name: str) -> None:
        self._pictures.clear()


@breaks("test_dropping_forgets_one_picture")
class DropsNothing(MemorySnapshots):
    def drop(self, name: str) -> None:
        pass


@breaks("test_a_loaded_picture_is_a_copy")
class GivesItsOwnDictionaryAway(MemorySnapshots):
    def load(self, name: str) -> dict[str, bytes]:
        return self._pictures.setdefault(name, {})


@breaks("test_a_large_picture_is_kept")
class LoadsAThousandRowsAtMost(MemorySnapshots):
    def load(self, name: str) -> dict[str, bytes]:
        return dict(list(super().load(name).items())[:1000])


@breaks("test_threads_save_without_loss")
class LoadsAndThenSaves(MemorySnapshots):
    def __init__(self) -> None:
        super().__init__()
        self._rendezvous = Rendezvous()

    def save(self, name: str, rows: Mapping[str, bytes | None]) -> None:
        present = self.load(name)
        self._rendezvous.meet()
        self._pictures[name] = {**present, **{key: row for key, row in rows.items() if row is not None}}


# -- stores


@breaks("test_the_parts_do_not_mix")
class KeepsCursorsAmongTheRows(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        pictures = self.snapshots

        class Mixed(MemoryCursors):
            def get(self, name: str) -> str | None:
                row = pictures.load(name).get("cursor")
                return None if row is None else row.decode()

            def set(self, name: str, value: str | None) -> None:
                pictures.save(name, {"cursor": None if value is None else value.encode()})

        self.cursors = Mixed()


class Restarted(MemoryStore):
    """A memory store that is restarted without losing anything, unless a subclass does."""

    def reopened(self) -> MemoryStore:
        return self


def losing(part: str) -> type[Restarted]:
    """Return a store that loses *part* when it is restarted."""

    class Loses(Restarted):
        def reopened(self) -> MemoryStore:
            setattr(self, part, getattr(MemoryStore(), part))
            return self

    return Loses


for lost in PARTS.values():
    BROKEN.append(Broken(f"Loses {lost} when restarted", losing(lost), ("test_everything_outlives_the_object",)))
