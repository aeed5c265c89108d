"""Checkpoints of the journal, kept sealed beside it: what makes a change of it visible."""

from __future__ import annotations

from collections.abc import AsyncIterator

from odnexus._async.records import AsyncRecords
from odnexus.reconcile.chain import Checking, Checkpoint, JournalCheck, extended
from odnexus.reconcile.journal import Entry

PICTURE = "chain"
PAGE = 1000


class AsyncChain:
    """Seals and checks the journal of one store."""

    def __init__(self, records: AsyncRecords) -> None:
        self._records = records

    async def seal(self) -> Checkpoint:
        """Keep a checkpoint of all entries so far and return it."""
        known = await self._checkpoints()
        number = max(known, default=0)
        last = Checkpoint(number=number, digest=known[number]) if known else Checkpoint()
        found = last
        async for page in self._pages(last.number):
            found = extended(found, page)
        if found != last:
            await self._records.save_rows(PICTURE, {str(found.number): found.digest.encode()})
        return found

    async def check(self) -> JournalCheck:
        """Compare the whole journal with its checkpoints.

        Raises:
            SealError: A checkpoint was altered, or sealed with a key that is not here.
        """
        checking = Checking(await self._checkpoints())
        async for page in self._pages(0):
            for entry in page:
                checking.take(entry)
        return checking.end()

    async def _checkpoints(self) -> dict[int, str]:
        rows = await self._records.load_rows(PICTURE)
        return {int(number): digest.decode() for number, digest in rows.items()}

    async def _pages(self, after: int) -> AsyncIterator[list[Entry]]:
        while page := await self._records.store.journal.read(after=after, limit=PAGE):
            yield page
            after = page[-1].number
