"""Sealing everything in a store anew after its key was changed, so that the old key can go.

Our stores know which of their columns are sealed (`SEALED`), so each offers `reseal`, which needs a sealer only. It
works in small portions beside a running connector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

from attrs import frozen

from odnexus.errors import SealError

PORTION: Final = 500
"""Rows that are sealed anew in one transaction."""


class Resealer(Protocol):
    """What seals anew: `odnexus.stores.Sealer` is such."""

    def reseal(self, sealed: bytes, context: str) -> bytes:
        """Return *sealed* under the first key; unchanged if it is already."""
        ...


@frozen(kw_only=True)
class Resealed:
    """What became of the sealed rows of a store.

    Attributes:
        anew: How many were sealed anew.
        before: How many were under the first key already.
        unreadable: How many none of the keys opens: keep the older keys, or find the missing one.
    """

    anew: int = 0
    before: int = 0
    unreadable: int = 0

    def __add__(self, other: Resealed) -> Resealed:
        return Resealed(
            anew=self.anew + other.anew,
            before=self.before + other.before,
            unreadable=self.unreadable + other.unreadable,
        )


@frozen(kw_only=True)
class SealedColumn:
    """A column that holds sealed bytes.

    Attributes:
        table: Its table.
        column: Its name.
        keys: What tells rows apart.
        context: What the bytes are bound to, made of the keys.
    """

    table: str
    column: str
    keys: tuple[str, ...] = ("id",)
    context: str


SEALED: Final = (
    SealedColumn(table="event", column="payload", context="event:{id}"),
    SealedColumn(table="link", column="body", context="link:{id}"),
    SealedColumn(table="review", column="body", context="review:{id}"),
    SealedColumn(table="snapshot", column="content", keys=("name", "id"), context="row:{name}/{id}"),
)
"""Every sealed column of our stores, with the context the engine seals it for."""


def resealed(
    rows: Iterable[Mapping[str, Any]], which: SealedColumn, sealer: Resealer, write: Callable[[dict[str, Any]], object]
) -> Resealed:
    """Seal *rows* of one column anew; *write* is given the keys, ``old`` and ``new`` of each that changes."""
    total = Resealed()
    for row in rows:
        old = bytes(row[which.column] or b"")
        if not old:
            continue
        keys = {name: row[name] for name in which.keys}
        try:
            new = sealer.reseal(old, which.context.format(**keys))
        except SealError:
            total += Resealed(unreadable=1)
            continue
        if new == old:
            total += Resealed(before=1)
        else:
            write({**keys, "old": old, "new": new})
            total += Resealed(anew=1)
    return total
