"""What every `Cursors` promises."""

from __future__ import annotations

from typing import cast

import pytest

from odnexus._async.stores import AsyncCursors
from odnexus._sync.stores import Cursors
from odnexus.testing.contracts._base import AsyncContract, Blocking, Contract, LoopThread, missing
from odnexus.testing.contracts._samples import LOOKALIKES


class CursorsContract(Contract):
    """The promises of `odnexus.Cursors` as tests: subclass it as ``Test…`` and override the fixture ``cursors``."""

    @pytest.fixture
    def cursors(self) -> Cursors:
        """Return the cursors under test, empty."""
        missing("cursors")

    def test_an_unknown_cursor_is_none(self, cursors: Cursors) -> None:
        """A first poll starts without one."""
        assert cursors.get("poll:Main") is None, "get: None under a name that was never set"

    def test_a_cursor_is_kept(self, cursors: Cursors) -> None:
        """Byte for byte."""
        cursors.set("poll:Main", "2026-03-02T12:00:00.123457Z zoë\n")

        assert cursors.get("poll:Main") == "2026-03-02T12:00:00.123457Z zoë\n", "set: the text is kept exactly"

    def test_the_last_cursor_counts(self, cursors: Cursors) -> None:
        """It moves, also back."""
        for value in ("1", "3", "2"):
            cursors.set("poll:Main", value)

        assert cursors.get("poll:Main") == "2", "set: the last text replaces the one before"

    def test_none_removes_a_cursor(self, cursors: Cursors) -> None:
        """As if it had never been set."""
        cursors.set("poll:Main", "1")
        cursors.set("poll:Main", None)
        cursors.set("never set", None)

        assert cursors.get("poll:Main") is None, "set: None removes what was kept"
        cursors.set("poll:Main", "2")
        assert cursors.get("poll:Main") == "2", "set: a name that was removed may be used again"

    def test_an_empty_text_is_not_none(self, cursors: Cursors) -> None:
        """Empty and absent differ."""
        cursors.set("poll:Main", "")

        assert cursors.get("poll:Main") == "", "set: an empty text is kept"

    def test_names_of_cursors_are_compared_exactly(self, cursors: Cursors) -> None:
        """Case, accents and blanks make another name."""
        for number, name in enumerate(LOOKALIKES):
            cursors.set(f"poll:{name}", str(number))

        found = [cursors.get(f"poll:{name}") for name in LOOKALIKES]
        assert found == [str(number) for number in range(len(LOOKALIKES))], "get: names are compared exactly"

    def test_a_long_text_is_kept_whole(self, cursors: Cursors) -> None:
        """Some cursors hold a list of ids."""
        text = "ä1234567" * 2500

        cursors.set("poll:Main", text)

        assert cursors.get("poll:Main") == text, "set: a text of 20,000 characters is kept whole"


class AsyncCursorsContract(AsyncContract, CursorsContract):
    """The same for async cursors: override the fixture ``async_cursors``."""

    @pytest.fixture
    def async_cursors(self) -> AsyncCursors:
        """Return the cursors under test, empty."""
        missing("async_cursors")

    @pytest.fixture
    def cursors(self, loop: LoopThread, async_cursors: AsyncCursors) -> Cursors:
        """Return the cursors under test as sync ones."""
        return cast(Cursors, Blocking(async_cursors, loop.run))
