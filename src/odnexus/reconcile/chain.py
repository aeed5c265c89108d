"""The journal as a chain: each entry's digest includes the one before, so none can be changed or taken out unseen.

Digests are computed from the entries as they stand, and checkpoints of them are kept sealed (`AsyncChain`). Who may
write into the database but has no key can change entries, but not make a checkpoint that fits. Entries since the last
checkpoint are not covered yet; and who takes away the end of the journal together with the checkpoints of that end
leaves no trace in it: note a checkpoint elsewhere (the digest of the week shows the last one) where that matters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Final

from attrs import frozen

from odnexus.reconcile.journal import Entry

BEGINNING: Final = hashlib.sha256(b"odnexus journal").hexdigest()
"""What the first entry follows."""


@frozen(kw_only=True)
class Checkpoint:
    """The digest of all entries up to one.

    Attributes:
        number: Number of that entry; 0 before the first.
        digest: SHA-256 in hexadecimal digits.
    """

    number: int = 0
    digest: str = BEGINNING


@frozen(kw_only=True)
class JournalCheck:
    """What checking the journal found.

    Attributes:
        entries: How many entries there are.
        covered: How many of them lie under a checkpoint.
        checkpoints: How many checkpoints were compared.
        broken: Where it does not fit: numbers (after, up to) of the entries between two checkpoints.
        last: The last checkpoint.
    """

    entries: int
    covered: int
    checkpoints: int
    broken: tuple[tuple[int, int], ...]
    last: Checkpoint

    @property
    def intact(self) -> bool:
        """Return whether nothing covered was changed or taken out."""
        return not self.broken


def follow(before: str, entry: Entry) -> str:
    """Return the digest of *entry* after the digest *before*."""
    content = [
        before,
        entry.number,
        entry.at.astimezone(UTC).isoformat(),
        entry.location,
        entry.kind,
        entry.subject,
        entry.rule,
        list(entry.fields),
        list(entry.related),
        entry.requests,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def extended(last: Checkpoint, entries: Iterable[Entry]) -> Checkpoint:
    """Return the checkpoint after *entries*, which come right behind *last*."""
    number, digest = last.number, last.digest
    for entry in entries:
        number, digest = entry.number, follow(digest, entry)
    return Checkpoint(number=number, digest=digest)


class Checking:
    """Compares entries, given in order, with checkpoints."""

    def __init__(self, checkpoints: Mapping[int, str]) -> None:
        self._left: Iterator[tuple[int, str]] = iter(sorted(checkpoints.items()))
        self._next = next(self._left, None)
        self._at = self._good = Checkpoint()
        self._entries = self._covered = self._compared = 0
        self._broken: list[tuple[int, int]] = []

    def take(self, entry: Entry) -> None:
        """Look at the next entry."""
        while self._next is not None and self._next[0] < entry.number:
            self._compare(*self._next)
        self._entries += 1
        self._at = Checkpoint(number=entry.number, digest=follow(self._at.digest, entry))
        if self._next is not None:
            self._covered += 1

    def end(self) -> JournalCheck:
        """Return what was found, after the last entry."""
        while self._next is not None:
            self._compare(*self._next)
        return JournalCheck(
            entries=self._entries,
            covered=self._covered,
            checkpoints=self._compared,
            broken=tuple(self._broken),
            last=self._good,
        )

    def _compare(self, number: int, digest: str) -> None:
        """Compare with the next checkpoint, and go on from what it says: a later fault shows as one of its own."""
        known = Checkpoint(number=number, digest=digest)
        if self._at != known:
            self._broken.append((self._good.number, known.number))
        self._at = self._good = known
        self._compared += 1
        self._next = next(self._left, None)
