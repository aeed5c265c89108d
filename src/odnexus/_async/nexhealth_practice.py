"""NexHealth's view of a practice: institutions, locations, providers, operatories and the health of its syncs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Unpack

from odnexus._async.nexhealth_resource import AsyncResource
from odnexus._calls import LeaveOut
from odnexus.nexhealth import calls
from odnexus.nexhealth.filters import LocationFilters, OperatoryFilters, ProviderFilters, SyncStatusFilters
from odnexus.nexhealth.models import (
    Descriptor,
    Institution,
    Location,
    Operatory,
    Page,
    Provider,
    SyncStatus,
)
from odnexus.nexhealth.scope import EVERYWHERE
from odnexus.nexhealth.words import OperatoryInclude, ProviderInclude


class AsyncInstitutions(AsyncResource):
    """Tenants that the API key can see (page "Institutions")."""

    def iter(self) -> AsyncIterator[Institution]:
        """Walk through all institutions of the key, whatever the client's own subdomain is."""
        return self._each(calls.list_institutions())

    async def get(self, id: int) -> Institution:
        """Return the institution *id*.

        Raises:
            NotFoundError: There is none, or the key may not see it.
        """
        return await self._send(calls.get_institution(id))


class AsyncLocations(AsyncResource):
    """Offices (page "Locations")."""

    def iter(self, *, everywhere: bool = False, **filters: Unpack[LocationFilters]) -> AsyncIterator[Location]:
        """Walk through the locations, as a flat list; `Location.institution` says whose each is.

        Args:
            everywhere: Ask for all institutions of the key instead of the client's own.
            filters: See `LocationFilters`.
        """
        return self._each(calls.list_locations(EVERYWHERE if everywhere else self._scope, filters))

    async def get(self, id: int) -> Location:
        """Return the location *id*.

        Raises:
            NotFoundError: There is none, or the key may not see it.
        """
        return await self._send(calls.get_location(id))

    async def descriptors(self, id: int, *, descriptor_type: str | None = None) -> list[Descriptor]:
        """Return the appointment types and procedure codes of the practice's system at location *id*.

        Args:
            id: Location.
            descriptor_type: Only this kind, for example ``Procedure Code`` (page "Access procedure codes").
        """
        return await self._all(calls.list_location_descriptors(id, {"descriptor_type": descriptor_type}))


class AsyncProviders(AsyncResource):
    """Dentists, hygienists and other providers (page "Providers")."""

    def iter(
        self, *, location_id: int | None = None, unread: LeaveOut | None = None, **filters: Unpack[ProviderFilters]
    ) -> AsyncIterator[Provider]:
        """Walk through the providers; active ones only unless ``inactive`` is given.

        Args:
            location_id: Only providers of this location; the client's own if it has one.
            unread: Is told of a row that does not fit what is documented, which is then left out; unless given, such a
                row is an error. Not told where of five rows and more none fits.
            filters: See `ProviderFilters`.
        """
        return self._each(calls.list_providers(self._scope.at(location_id), filters, unread))

    def pages(
        self, *, location_id: int | None = None, **filters: Unpack[ProviderFilters]
    ) -> AsyncIterator[Page[Provider]]:
        """Walk as `iter` does, page by page: for cursors, warnings and counts of what was left out."""
        return self._pages(calls.list_providers(self._scope.at(location_id), filters))

    async def get(self, id: int, include: Sequence[ProviderInclude] | None = None) -> Provider:
        """Return the provider *id*.

        Args:
            id: NexHealth's id.
            include: What to embed; ``locations`` unless given.

        Raises:
            NotFoundError: There is none in this institution.
        """
        return await self._send(calls.get_provider(self._scope, id, {"include": include or None}))


class AsyncOperatories(AsyncResource):
    """Chairs and rooms (page "Operatories")."""

    def iter(
        self, *, location_id: int | None = None, unread: LeaveOut | None = None, **filters: Unpack[OperatoryFilters]
    ) -> AsyncIterator[Operatory]:
        """Walk through the operatories of a location.

        Args:
            location_id: Location; the client's own unless given.
            unread: Is told of a row that does not fit what is documented, which is then left out; unless given, such a
                row is an error. Not told where of five rows and more none fits.
            filters: See `OperatoryFilters`.

        Raises:
            ConfigurationError: Neither the call nor the client names a location.
        """
        return self._each(calls.list_operatories(self._scope.at(location_id), filters, unread))

    def pages(
        self, *, location_id: int | None = None, **filters: Unpack[OperatoryFilters]
    ) -> AsyncIterator[Page[Operatory]]:
        """Walk as `iter` does, page by page: for cursors, warnings and counts of what was left out."""
        return self._pages(calls.list_operatories(self._scope.at(location_id), filters))

    async def get(self, id: int, include: Sequence[OperatoryInclude] | None = None) -> Operatory:
        """Return the operatory *id*.

        Args:
            id: NexHealth's id.
            include: What to embed; ``appt_categories`` unless given.

        Raises:
            NotFoundError: There is none in this institution.
        """
        return await self._send(calls.get_operatory(self._scope, id, {"include": include or None}))


class AsyncSyncStatuses(AsyncResource):
    """Health of the syncs with the practices' systems (pages "Sync status" and "Interpreting sync status")."""

    async def list(self, *, everywhere: bool = False, **filters: Unpack[SyncStatusFilters]) -> list[SyncStatus]:
        """Return one entry per sync, with the locations it serves; a location without a sync has none.

        Args:
            everywhere: Ask for all institutions of the key instead of the client's own.
            filters: See `SyncStatusFilters`.
        """
        return await self._all(calls.list_sync_status(EVERYWHERE if everywhere else self._scope, filters))
