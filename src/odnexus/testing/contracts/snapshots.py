"""What every `Snapshots` promises."""

from __future__ import annotations

from typing import cast

import pytest

from odnexus._async.stores import AsyncSnapshots
from odnexus._sync.stores import Snapshots
from odnexus.testing.contracts._base import AsyncContract, Blocking, Contract, LoopThread, missing
from odnexus.testing.contracts._samples import LOOKALIKES, together


class SnapshotsContract(Contract):
    """The promises of `odnexus.Snapshots` as tests: subclass it as ``Test…``, override the fixture ``snapshots``."""

    @pytest.fixture
    def snapshots(self) -> Snapshots:
        """Return the snapshots under test, empty."""
        missing("snapshots")

    def test_an_unknown_picture_is_empty(self, snapshots: Snapshots) -> None:
        """A first poll starts without one."""
        assert snapshots.load("day") == {}, "load: a picture that was never saved has no rows"

    def test_rows_are_kept(self, snapshots: Snapshots) -> None:
        """Byte for byte; an empty row is a row."""
        rows: dict[str, bytes | None] = {"1": bytes(range(256)), "2": b""}

        snapshots.save("day", rows)

        assert snapshots.load("day") == rows, "save: rows are kept byte for byte"

    def test_rows_that_are_not_named_stay(self, snapshots: Snapshots) -> None:
        """A save is a change, not a replacement of all."""
        snapshots.save("day", {"1": b"one", "2": b"two"})
        snapshots.save("day", {"3": b"three"})
        snapshots.save("day", {})

        assert snapshots.load("day") == {"1": b"one", "2": b"two", "3": b"three"}, "save: rows not named stay"

    def test_a_row_is_replaced(self, snapshots: Snapshots) -> None:
        """The last one counts."""
        snapshots.save("day", {"1": b"one", "2": b"two"})
        snapshots.save("day", {"1": b"new"})

        assert snapshots.load("day") == {"1": b"new", "2": b"two"}, "save: a row replaces the one before"

    def test_none_removes_a_row(self, snapshots: Snapshots) -> None:
        """In one go with others, and harmlessly if there is none."""
        snapshots.save("day", {"1": b"one", "2": b"two"})
        snapshots.save("day", {"1": None, "3": b"three", "9": None})

        assert snapshots.load("day") == {"2": b"two", "3": b"three"}, "save: None removes a row"

    def test_pictures_are_apart(self, snapshots: Snapshots) -> None:
        """Case, accents and blanks make another picture, and another row."""
        rows = {name: name.encode() for name in LOOKALIKES}
        for name in LOOKALIKES:
            snapshots.save(f"day {name}", {**rows, "own": name.encode()})

        for name in LOOKALIKES:
            expected = {**rows, "own": name.encode()}
            assert snapshots.load(f"day {name}") == expected, "save: names and ids are compared exactly"

    def test_dropping_forgets_one_picture(self, snapshots: Snapshots) -> None:
        """And may be repeated."""
        snapshots.save("day", {"1": b"one"})
        snapshots.save("people", {"1": b"one"})

        snapshots.drop("day")
        snapshots.drop("day")

        assert snapshots.load("day") == {}, "drop: the picture has no rows"
        assert snapshots.load("people") == {"1": b"one"}, "drop: other pictures stay"

    def test_a_loaded_picture_is_a_copy(self, snapshots: Snapshots) -> None:
        """Changing it changes nothing that is kept."""
        snapshots.save("day", {"1": b"one"})

        snapshots.load("day").clear()

        assert snapshots.load("day") == {"1": b"one"}, "load: what is returned belongs to the caller"

    def test_a_large_picture_is_kept(self, snapshots: Snapshots) -> None:
        """The patients of a large practice."""
        rows: dict[str, bytes | None] = {str(number): bytes(200) + str(number).encode() for number in range(3000)}

        snapshots.save("people", rows)

        assert snapshots.load("people") == rows, "save: a picture of thousands of rows is kept whole"

    def test_threads_save_without_loss(self, snapshots: Snapshots) -> None:
        """Each its own rows of one picture."""
        self.claim_concurrent()

        def work(name: str) -> None:
            for number in range(10):
                snapshots.save("day", {f"{name}.{number}": b"x"})

        together(*[lambda name=name: work(name) for name in "abcd"])

        assert len(snapshots.load("day")) == 40, "save: threads that save different rows lose none"


class AsyncSnapshotsContract(AsyncContract, SnapshotsContract):
    """The same for async snapshots: override the fixture ``async_snapshots``."""

    @pytest.fixture
    def async_snapshots(self) -> AsyncSnapshots:
        """Return the snapshots under test, empty."""
        missing("async_snapshots")

    @pytest.fixture
    def snapshots(self, loop: LoopThread, async_snapshots: AsyncSnapshots) -> Snapshots:
        """Return the snapshots under test as sync ones."""
        return cast(Snapshots, Blocking(async_snapshots, loop.run))
