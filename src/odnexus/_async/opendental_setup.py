"""How an Open Dental office is set up: types, providers, operatories, definitions, clinics, preferences, hours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Unpack

from odnexus._async.opendental_routes import AsyncResource
from odnexus._calls import LeaveOut
from odnexus.opendental import calls, steps
from odnexus.opendental.changes import ClinicChanges, DefinitionCreate, ProviderChanges, ProviderCreate, spells_out
from odnexus.opendental.models import (
    AppointmentType,
    Clinic,
    DefCategory,
    Definition,
    Operatory,
    Preference,
    Provider,
    SchedType,
    Schedule,
    SecurityPerm,
)
from odnexus.opendental.tables import office


class AsyncAppointmentTypes(AsyncResource):
    """Kinds of appointments (page "API AppointmentTypes")."""

    def iter(self) -> AsyncIterator[AppointmentType]:
        """Return all types, hidden ones too (22.4.10)."""
        return self._connection.rows(calls.listing(office.APPOINTMENT_TYPES, AppointmentType, {}))


class AsyncProviders(AsyncResource):
    """Providers. None can ever be deleted (page "API Providers")."""

    async def get(self, prov_num: int) -> Provider:
        """Return the provider *prov_num* (24.4.17).

        Raises:
            NotFoundError: There is no such provider.
        """
        return await self._connection.send(calls.get_provider(prov_num))

    def iter(self, *, clinic_num: int | None = None, date_t_stamp: datetime | None = None) -> AsyncIterator[Provider]:
        """Return the providers, hidden and deleted ones too unless a clinic is given.

        Args:
            clinic_num: Visible providers who work in this clinic; not together with `date_t_stamp`.
            date_t_stamp: Changed since, by the office's clock (21.3).

        Raises:
            NotFoundError: There is no such clinic.
        """
        filters = {"clinic_num": clinic_num, "date_t_stamp": date_t_stamp}
        return self._connection.rows(calls.listing(office.PROVIDERS, Provider, filters))

    @spells_out(ProviderCreate)
    async def create(self, **fields: Unpack[ProviderCreate]) -> Provider:
        """Create a provider and return it (21.4). It can never be deleted.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(
            steps.written(calls.create_provider(fields), lambda number: Provider(prov_num=number), calls.get_provider)
        )

    @spells_out(ProviderChanges)
    async def update(self, prov_num: int, **changes: Unpack[ProviderChanges]) -> Provider:
        """Change the given fields of a provider and return it (22.1). ``None`` clears, absent leaves.

        An office that answers without the record and cannot be asked for it (before 24.4.17) gives a record that
        holds the number only.
        """
        return await self._connection.run(
            steps.written(
                calls.update_provider(prov_num, changes),
                lambda number: Provider(prov_num=number),
                calls.get_provider,
                number=prov_num,
            )
        )


class AsyncOperatories(AsyncResource):
    """Operatories, the columns of the schedule (page "API Operatories"). They cannot be written."""

    async def get(self, operatory_num: int) -> Operatory:
        """Return the operatory *operatory_num* (24.1.10).

        Raises:
            NotFoundError: There is no such operatory.
        """
        return await self._connection.send(calls.get_operatory(operatory_num))

    def iter(self, *, clinic_num: int | None = None, unread: LeaveOut | None = None) -> AsyncIterator[Operatory]:
        """Return the operatories, hidden ones too, of one clinic or of all.

        Args:
            clinic_num: One clinic.
            unread: Is told of a row that does not fit what is documented, which is then left out; unless given, such a
                row is an error. Not told where of five rows and more none fits.
        """
        filters = {"clinic_num": clinic_num}
        return self._connection.rows(calls.listing(office.OPERATORIES, Operatory, filters, unread=unread))


class AsyncDefinitions(AsyncResource):
    """The office's own lists: confirmation states, billing types … (page "API Definitions").

    Names and numbers differ from office to office.
    """

    def iter(
        self,
        *,
        category: DefCategory | int | None = None,
        include_hidden: bool | None = None,
        unread: LeaveOut | None = None,
    ) -> AsyncIterator[Definition]:
        """Return the definitions of one category or of all, without hidden ones unless `include_hidden`.

        Args:
            category: One category.
            include_hidden: Whether hidden ones are among them.
            unread: Is told of a row that does not fit what is documented, which is then left out; unless given, such a
                row is an error. Not told where of five rows and more none fits.
        """
        filters = {"category": category, "include_hidden": include_hidden}
        return self._connection.rows(calls.listing(office.DEFINITIONS, Definition, filters, unread=unread))

    @spells_out(DefinitionCreate)
    async def create(self, **fields: Unpack[DefinitionCreate]) -> Definition:
        """Create a definition and return it (22.1).

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost, or holds no number: look before creating again.
        """
        return await self._connection.run(
            steps.written(calls.create_definition(fields), lambda number: Definition(def_num=number))
        )


class AsyncClinics(AsyncResource):
    """Clinics (page "API Clinics")."""

    def iter(self) -> AsyncIterator[Clinic]:
        """Return the clinics that are not hidden; none if the office does not use clinics."""
        return self._connection.rows(calls.listing(office.CLINICS, Clinic, {}))

    @spells_out(ClinicChanges)
    async def update(self, clinic_num: int, **changes: Unpack[ClinicChanges]) -> None:
        """Change the given fields of a clinic (21.4). ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such clinic.
        """
        await self._connection.send(calls.update_clinic(clinic_num, changes))


class AsyncPreferences(AsyncResource):
    """Settings of the office, read only (page "API Preferences")."""

    def iter(self, *, pref_name: str | None = None) -> AsyncIterator[Preference]:
        """Return the preference *pref_name*, or all (about a thousand)."""
        return self._connection.rows(calls.listing(office.PREFERENCES, Preference, {"pref_name": pref_name}))


class AsyncSchedules(AsyncResource):
    """Hours, blockouts and holidays, read only (page "API Schedules")."""

    async def get(self, schedule_num: int) -> Schedule:
        """Return one row of the schedule (22.1).

        Raises:
            NotFoundError: There is no such row.
        """
        return await self._connection.send(calls.get_schedule(schedule_num))

    def iter(
        self,
        *,
        date: date | None = None,
        date_start: date | None = None,
        date_end: date | None = None,
        sched_type: SchedType | str | None = None,
        blockout_def_num: int | None = None,
        prov_num: int | None = None,
        employee_num: int | None = None,
    ) -> AsyncIterator[Schedule]:
        """Return the rows that satisfy all filters, by start time (22.1); of today only unless days are given.

        Args:
            date: One day.
            date_start: First day; give `date_end` too.
            date_end: Last day, included.
            sched_type: What the row is about.
            blockout_def_num: Kind of blockout, a definition of category 25.
            prov_num: One provider.
            employee_num: One employee.
        """
        filters = {
            "date": date,
            "date_start": date_start,
            "date_end": date_end,
            "sched_type": sched_type,
            "blockout_def_num": blockout_def_num,
            "prov_num": prov_num,
            "employee_num": employee_num,
        }
        return self._connection.rows(calls.listing(office.SCHEDULES, Schedule, filters))


class AsyncSecurityPerms(AsyncResource):
    """What this key may do in this office (page "API Security")."""

    async def list(self) -> list[SecurityPerm]:
        """Return all permissions with whether the key has each (22.2)."""
        return [row async for row in self._connection.rows(calls.listing(office.SECURITY_PERMS, SecurityPerm, {}))]
