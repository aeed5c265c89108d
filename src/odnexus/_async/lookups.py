"""Lookup tables of a location: which chair and provider of NexHealth is which of Open Dental, and what means confirmed.

They are kept in the store and read again every day, or within the hour where something of them could not be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from odnexus._async.unread import AsyncUnread
from odnexus.reconcile.bodies import pack, unpack

if TYPE_CHECKING:
    from odnexus._async.office import AsyncOffice

TABLES_AGE = timedelta(days=1)
"""How long the lookup tables of a location are used before they are read again."""

LOOK_AGAIN = timedelta(hours=1)
"""How soon they are read again where something of them could not be read."""

LOOKUPS = "Until then it is not known to lookup tables: visits with it may be asked about. "


@frozen(kw_only=True)
class Tables:
    """Who is who: NexHealth ids → Open Dental numbers, and the definitions that mean confirmed.

    Attributes:
        operatories: NexHealth's operatory id → OperatoryNum.
        providers: NexHealth's provider id → ProvNum.
        confirmed: DefNums that mean confirmed, hidden ones too: older visits keep them.
        chair_of_provider: ProvNum → the provider's own OperatoryNum.
        choices: DefNums of category 2 that the office offers; empty where it does not let us look.
        confirm_with: The DefNum to confirm with, ``None`` for the office's own word.
    """

    operatories: Mapping[int, int] = field(factory=dict[int, int])
    providers: Mapping[int, int] = field(factory=dict[int, int])
    confirmed: frozenset[int] = frozenset()
    chair_of_provider: Mapping[int, int] = field(factory=dict[int, int])
    choices: frozenset[int] = frozenset()
    confirm_with: int | None = None

    def to_text(self, now: datetime) -> str:
        """Return the tables as text for the store, with the moment they were read."""
        values = [list(self.operatories.items()), list(self.providers.items()), sorted(self.confirmed)]
        values += [list(self.chair_of_provider.items()), sorted(self.choices)]
        return pack({"at": now, "tables": values}).decode()

    @classmethod
    def from_text(cls, text: str | None, now: datetime) -> Tables | None:
        """Return stored tables, ``None`` if there are none or they are too old."""
        if not text:
            return None
        stored = unpack(text.encode())
        if now - datetime.fromisoformat(stored["at"]) > TABLES_AGE:
            return None
        operatories, providers, confirmed, chairs, *others = stored["tables"]
        return cls(
            operatories=dict(operatories),
            providers=dict(providers),
            confirmed=frozenset(confirmed),
            chair_of_provider=dict(chairs),
            choices=frozenset(others[0] if others else ()),
        )


class AsyncLookups:
    """Reads the tables of one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office

    async def tables(self, now: datetime) -> Tables:
        """Return the tables: as stored, else as both systems say now, and what the location says itself above all."""
        location, cursors = self._office.location, self._office.records.store.cursors
        tables = Tables.from_text(await cursors.get(f"tables:{location.name}"), now)
        if tables is None:
            unread = AsyncUnread(self._office)
            tables = await self._read(unread, now)
            await unread.tell(now, LOOKUPS)
            await self._watch_confirmed(tables, now)
            read = now if unread.all_read else now - TABLES_AGE + LOOK_AGAIN
            await cursors.set(f"tables:{location.name}", tables.to_text(read))
        # What the location says itself is never stored: a corrected table counts at once.
        return evolve(
            tables,
            operatories={**tables.operatories, **location.operatories},
            providers={**tables.providers, **location.providers},
            confirmed=frozenset(location.confirmed) or tables.confirmed,
            confirm_with=next(iter(self._confirming(tables)), None),
        )

    def _confirming(self, tables: Tables) -> list[int]:
        """Return the DefNums to confirm with, the best first: the location's own or those found, unless hidden."""
        wanted = self._office.location.confirmed or tuple(sorted(tables.confirmed))
        return [number for number in wanted if not tables.choices or number in tables.choices]

    async def _watch_confirmed(self, tables: Tables, now: datetime) -> None:
        """Tell people, once, when a definition that means confirmed is hidden, deleted or called otherwise."""
        office, location, cursors = self._office, self._office.location, self._office.records.store.cursors
        key = f"confirmed:{location.name}"
        usable = self._confirming(tables)
        before = await cursors.get(key) or ""
        named = {str(number) for number in location.confirmed} or set(filter(None, before.split(",")))
        lost = bool(tables.choices) and bool(named - {str(number) for number in usable})
        text = (
            f"A definition that means confirmed at {location.name} is hidden, deleted or renamed in Open Dental "
            "(Setup, Definitions, Appt Confirmed). Confirmations are written with another, or with the office's own "
            "word. Correct confirmed or confirmed_names of the location."
        )
        await office.alert_once(now, "confirmed", "confirmed.gone" if lost else "", text)
        if usable and not lost:
            await cursors.set(key, ",".join(map(str, usable)))

    async def _read(self, unread: AsyncUnread, now: datetime) -> Tables:
        nexhealth, place = self._office.nexhealth, self._office.location.nexhealth_id
        operatories, providers = dict[int, int](), dict[int, int]()
        async for operatory in nexhealth.operatories.iter(location_id=place, unread=unread):
            operatories.update(_foreign(operatory.id, operatory.foreign_id))
        async for provider in nexhealth.providers.iter(location_id=place, unread=unread):
            providers.update(_foreign(provider.id, provider.foreign_id))
        confirmed, choices = await self._confirmed_definitions(unread, now)
        return Tables(
            operatories=operatories,
            providers=providers,
            confirmed=confirmed,
            chair_of_provider=await self._chairs(unread, now),
            choices=choices,
        )

    async def _confirmed_definitions(self, unread: AsyncUnread, now: datetime) -> tuple[frozenset[int], frozenset[int]]:
        """Return the definitions whose name means confirmed, and all that may be chosen; none if we may not look."""
        names = {name.casefold() for name in self._office.location.confirmed_names}
        listing = self._office.opendental.definitions.iter(category=2, include_hidden=True, unread=unread)
        rows = await unread.rows(listing, "Definitions", "Confirmations are not carried until then.", now)
        confirmed = frozenset(row.def_num for row in rows if (row.item_name or "").strip().casefold() in names)
        return confirmed, frozenset(row.def_num for row in rows if not row.is_hidden)

    async def _chairs(self, unread: AsyncUnread, now: datetime) -> dict[int, int]:
        """Return each provider's own chair, the first of several; nothing where the office does not let us look."""
        clinics, chairs = (None, self._office.location.clinic_num, 0), dict[int, int]()
        listing = self._office.opendental.operatories.iter(unread=unread)
        for row in await unread.rows(listing, "Operatories", "Providers' own chairs are not known until then.", now):
            if not row.is_hidden and row.clinic_num in clinics:
                for provider_num in filter(None, (row.prov_dentist, row.prov_hygienist)):
                    chairs.setdefault(provider_num, row.operatory_num)
        return chairs


def number_named(foreign_id: str | None) -> int:
    """Return the number in Open Dental that *foreign_id* names, ``0`` for none: Open Dental itself writes none as 0."""
    return int(foreign_id) if foreign_id and foreign_id.isdecimal() else 0


def _foreign(id: int, foreign_id: str | None) -> dict[int, int]:
    """Return the pair that a NexHealth record and its id in Open Dental make, if it has one."""
    number = number_named(foreign_id)
    return {id: number} if number else {}
