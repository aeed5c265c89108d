"""The office's carriers and what texts mean them: read seldom, kept sealed, learned from people.

Open Dental has no search for carriers, so the list is read whole and kept (page "API Carriers"). An alias is a text
that a person has said means a carrier; it is kept sealed, since a patient typed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import asdict

from odnexus._async.opendental import AsyncOpenDental
from odnexus._async.records import AsyncRecords
from odnexus.mapping.coverage import CarrierEntry, CarrierResolver, carrier_entry, normalised
from odnexus.reconcile.bodies import pack, unpack
from odnexus.reconcile.inbox import content_id

LIST_AGE = timedelta(days=1)
"""How long the list is used before it is read again."""

DOUBT_AGE = timedelta(hours=1)
"""How old the list may be before people are asked about a carrier that is not in it."""

_ALIASES = "aliases"
"""Begins the name of the place where a database's are kept."""


class AsyncCarriers:
    """Carriers and aliases of one Open Dental database.

    Args:
        records: Where both are kept, sealed.
        opendental: Where the list is read.
        database: Name of the database.
    """

    def __init__(self, records: AsyncRecords, opendental: AsyncOpenDental, database: str) -> None:
        self._records = records
        self._opendental = opendental
        self._list = f"carriers:{database}"
        self._database = database
        self._aliases = f"{_ALIASES}:{database}"

    async def resolver(self, now: datetime, *, age: timedelta = LIST_AGE) -> CarrierResolver:
        """Return the resolver of this office; its list is at most *age* old."""
        read = await self._records.store.cursors.get(self._list)
        if read is None or now - datetime.fromisoformat(read) > age:
            await self._read(now)
        carriers = [_entry(row) for row in (await self._records.load_rows(self._list)).values()]
        carriers.sort(key=lambda each: each.carrier_num)
        return CarrierResolver(carriers=tuple(carriers), aliases=await self.aliases())

    async def _read(self, now: datetime) -> None:
        """Read the list afresh; a carrier that is gone goes from ours too."""
        rows: dict[str, bytes | None] = dict.fromkeys(await self._records.load_rows(self._list))
        async for carrier in self._opendental.carriers.iter():
            rows[str(carrier.carrier_num)] = pack(asdict(carrier_entry(carrier)))
        await self._records.save_rows(self._list, rows)
        await self._records.store.cursors.set(self._list, now.isoformat())

    async def aliases(self) -> dict[str, int]:
        """Return normalised text → CarrierNum, as people have said."""
        return await aliases_of(self._records, self._database)

    async def keep(self, aliases: Mapping[str, int]) -> None:
        """Keep *aliases* (text → CarrierNum); a text that had another meaning has this one from now on."""
        said = {normalised(text): number for text, number in aliases.items()}
        rows: dict[str, bytes | None] = {
            content_id("alias", text): pack({"text": text, "carrier_num": number}) for text, number in said.items()
        }
        await self._records.save_rows(self._aliases, rows)

    async def forget(self, text: str) -> bool:
        """Forget what *text* means; ``False`` if nobody had said it."""
        known = normalised(text) in await self.aliases()
        await self._records.save_rows(self._aliases, {content_id("alias", normalised(text)): None})
        return known


async def aliases_of(records: AsyncRecords, database: str) -> dict[str, int]:
    """Return normalised text → CarrierNum, as people have said of the carriers of *database*."""
    rows = [unpack(row) for row in (await records.load_rows(f"{_ALIASES}:{database}")).values()]
    return {str(row["text"]): int(row["carrier_num"]) for row in rows}


def _entry(row: bytes) -> CarrierEntry:
    return CarrierEntry(**unpack(row))
