"""F1: a store that can write nothing more, from any of its writes on: nothing is lost and nothing made twice.

The process lives, keeps polling and keeps failing; then there is room again, in the same process. Requests to both
systems go through all the while, which is the mean part: what was made could not be written down.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import pytest

from odnexus.errors import StoreError, SyncError
from tests.engine.crashing import Cut
from tests.engine.test_crashes import STORIES, CutTown, Story, check_agreement, effects_of

T = TypeVar("T")
PARTS = ("inbox.", "links.", "cursors.", "reviews.", "journal.", "turns.", "snapshots.")


class Disk(Cut):
    """Lets no write into the store through from one number on."""

    def through(self, name: str, effect: Callable[[], T]) -> T:
        """Carry out *effect*, unless it is a write and the disk is full."""
        number = len(self.names)
        self.names.append(name)
        if self._at is not None and number >= self._at and name.startswith(PARTS):
            raise StoreError("the disk is full")
        return effect()


def full_from(before: Story, story: Story, number: int) -> CutTown:
    """Let the disk be full from the write *number* of *story* on, for three rounds of work."""
    town = CutTown(cut=Disk())
    town.work()
    before(town)
    story(town)
    town.cut.arm(number, "before")
    for _ in range(3):
        with suppress(StoreError):
            town.work()
        with suppress(StoreError):
            town.engine.step()
    town.cut.disarm()
    town.settle(7)
    return town


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.mission("R3", "R4", shows="a full disk, from any write on, loses nothing and makes nothing twice")
def test_a_full_disk_loses_nothing_and_doubles_nothing(name: str) -> None:
    before, story, event = STORIES[name]
    count = effects_of(before, story)

    for number in range(count):
        town = full_from(before, story, number)
        try:
            check_agreement(town)
            assert event in town.names(), "the host was not told"
        except (AssertionError, SyncError) as error:
            raise AssertionError(f"full from effect {number} of {count}: {error}") from error


def test_nothing_is_made_that_could_not_be_announced_to_the_store() -> None:
    town = CutTown(cut=Disk())
    town.work()
    STORIES["new patient"][1](town)
    town.cut.arm(0, "before")

    with pytest.raises(StoreError, match="the disk is full"):
        town.work()

    assert (town.charts, town.visits) == ([], [])
