"""Finished parts of a reading in a folder, sealed, so that a reading that broke goes on where it stopped.

Each part is a file with some rows and where the list goes on. A folder belongs to one reading: of one location, one
window, one set of lists, begun not too long ago; parts of any other are thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from odnexus._sync.stores import Sealer
from odnexus.audit.keeping import read_sealed, write_sealed
from odnexus.audit.lists import Place
from odnexus.errors import SealError

FRESH: Final = timedelta(hours=12)
"""A reading that was begun longer ago is begun anew: half of its rows would be another day's."""

_CONTEXT: Final = "odnexus.audit.part"
_ENDING: Final = ".part"


@frozen(kw_only=True)
class Keep:
    """Where a reading keeps its finished parts.

    Attributes:
        folder: A folder of its own; it is made, and emptied of parts when the reading is complete.
        sealer: Seals the parts: they are full of patients' data.
    """

    folder: str | PathLike[str]
    sealer: Sealer = field(repr=False)


@frozen(kw_only=True)
class Part:
    """Rows of one list, and where it goes on."""

    rows: list[Mapping[str, object]] = field(repr=False)
    after: Place
    done: bool


class Parts:
    """The parts of one reading.

    Args:
        keep: Where they lie; None keeps nothing.
        key: What is read: a folder with parts of something else is emptied.
        at: When this reading begins (aware).
    """

    def __init__(self, keep: Keep | None, key: Sequence[object], at: datetime) -> None:
        self._keep = keep
        self._folder = Path(keep.folder) if keep is not None else None
        self.begun = at
        if keep is not None and self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._claim(self._folder / f"reading{_ENDING}", keep.sealer, [str(each) for each in key])

    def _claim(self, path: Path, sealer: Sealer, key: list[str]) -> None:
        """Go on with the reading that the folder holds if it is the same one, else empty the folder."""
        found = self._read(path, sealer)
        if found is not None and found["key"] == key:
            begun = datetime.fromisoformat(found["begun"])
            if timedelta() <= self.begun - begun <= FRESH:
                self.begun = begun
                return
        self.clear()
        write_sealed(path, {"key": key, "begun": self.begun}, sealer, _CONTEXT)

    @staticmethod
    def _read(path: Path, sealer: Sealer) -> Any:
        """Return what a file holds, None if there is none or it was sealed with another key."""
        try:
            return read_sealed(path, sealer, _CONTEXT)
        except (FileNotFoundError, SealError):
            return None

    def of(self, name: str) -> Iterator[Part]:
        """Yield the parts of a list, in order; a gap ends them."""
        number = 1
        while (path := self._path(name, number)) is not None and self._keep is not None:
            found = self._read(path, self._keep.sealer)
            if found is None:
                return
            yield Part(rows=found["rows"], after=found["after"], done=found["done"])
            number += 1

    def add(self, name: str, number: int, part: Part) -> None:
        """Keep part *number* (from 1) of a list."""
        path = self._path(name, number)
        if path is not None and self._keep is not None:
            content = {"rows": part.rows, "after": part.after, "done": part.done}
            write_sealed(path, content, self._keep.sealer, _CONTEXT)

    def forget(self, name: str) -> None:
        """Throw the parts of one list away."""
        self._remove(f"{name}-*{_ENDING}")

    def clear(self) -> None:
        """Throw all parts away."""
        self._remove(f"*{_ENDING}")

    def _remove(self, pattern: str) -> None:
        for path in self._folder.glob(pattern) if self._folder is not None else ():
            path.unlink(missing_ok=True)

    def _path(self, name: str, number: int) -> Path | None:
        return None if self._folder is None else self._folder / f"{name}-{number:05}{_ENDING}"
