"""Patients and the calendar in NexHealth: what is booked, what can be booked, and for whom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Unpack

from odnexus._async.nexhealth_resource import AsyncResource
from odnexus._calls import LeaveOut
from odnexus.nexhealth import calls
from odnexus.nexhealth.changes import (
    AppointmentChanges,
    AppointmentCreate,
    AppointmentTypeChanges,
    AppointmentTypeCreate,
    PatientCreate,
)
from odnexus.nexhealth.filters import AppointmentFilters, PatientFilters, SlotFilters
from odnexus.nexhealth.models import Appointment, AppointmentType, Created, Descriptor, Page, Patient, SlotGroup
from odnexus.nexhealth.words import AppointmentInclude, AppointmentTypeInclude, PatientInclude


class AsyncPatients(AsyncResource):
    """Patients (pages "Patients" and "Find or create a patient"). v3.0.0 can neither change nor delete them."""

    def iter(
        self, *, location_id: int | None = None, narrow: bool = True, **filters: Unpack[PatientFilters]
    ) -> AsyncIterator[Patient]:
        """Walk through the patients of a location (``location_strict=False``: of the whole database behind it).

        NexHealth by itself searches the whole database, so that a patient of another location looks like one of this;
        here that has to be asked for.

        Args:
            location_id: Location; the client's own unless given.
            narrow: NexHealth answers the *union* of matches when ``email`` or ``phone_number`` stand beside a name or
                a birth date. Keep only rows that fit every filter that a row can show; ``False`` leaves the union.
            filters: See `PatientFilters`.

        Raises:
            ConfigurationError: Neither the call nor the client names a location.
        """
        return self._each(calls.list_patients(self._scope.at(location_id), filters, narrow=narrow))

    def pages(
        self, *, location_id: int | None = None, narrow: bool = True, **filters: Unpack[PatientFilters]
    ) -> AsyncIterator[Page[Patient]]:
        """Walk as `iter` does, page by page: for cursors, warnings and counts of what was left out."""
        return self._pages(calls.list_patients(self._scope.at(location_id), filters, narrow=narrow))

    async def get(self, id: int, include: Sequence[PatientInclude] | None = None) -> Patient:
        """Return the patient *id*, with the sub-records named in *include*.

        Raises:
            NotFoundError: There is none. The id of a placeholder vanishes when the practice's own record is read:
                look it up again by what identifies the person.
        """
        return await self._send(calls.get_patient(self._scope, id, {"include": include or None}))

    async def create(
        self,
        *,
        location_id: int | None = None,
        return_existing_if_match: bool = False,
        **patient: Unpack[PatientCreate],
    ) -> Created:
        """Create a patient in NexHealth; the practice's system gets it with its first appointment only.

        Args:
            location_id: Location; the client's own unless given.
            return_existing_if_match: Return a patient with the same birth date, name and phone instead of failing.
            patient: See `PatientCreate`.

        Raises:
            ConfigurationError: A field is unknown, missing or not in NexHealth's form (ten digits for phones).
            InvalidRequestError: NexHealth refused it; among other reasons because a match exists.
            AmbiguousWriteError: The answer was lost. Search before trying again.
        """
        values = {**patient, "return_existing_if_match": return_existing_if_match}
        return await self._send(calls.create_patient(self._scope.at(location_id), values))


class AsyncAppointments(AsyncResource):
    """Appointments (pages "Appointments" and "Book an appointment"). There is no delete: cancel by `update`."""

    def iter(
        self,
        *,
        location_id: int | None = None,
        unread: LeaveOut | None = None,
        **filters: Unpack[AppointmentFilters],
    ) -> AsyncIterator[Appointment]:
        """Walk through what starts within ``start`` and ``end``, both included.

        Cancelled visits and schedule blocks are among the rows unless ``cancelled=False, unavailable=False``.

        Args:
            location_id: Location; the client's own unless given.
            unread: Is told of a row that does not fit what is documented, which is then left out; unless given, such a
                row is an error. Not told where of five rows and more none fits.
            filters: See `AppointmentFilters`.

        Raises:
            ConfigurationError: Neither a location nor ``foreign_id`` is named.
        """
        return self._each(calls.list_appointments(self._scope.at(location_id), filters, unread))

    def pages(
        self, *, location_id: int | None = None, **filters: Unpack[AppointmentFilters]
    ) -> AsyncIterator[Page[Appointment]]:
        """Walk as `iter` does, page by page: for cursors, warnings and counts of what was left out."""
        return self._pages(calls.list_appointments(self._scope.at(location_id), filters))

    async def get(self, id: int, include: Sequence[AppointmentInclude] | None = None) -> Appointment:
        """Return the appointment *id*.

        Args:
            id: NexHealth's id.
            include: What to embed; ``patient`` unless given.

        Raises:
            NotFoundError: There is none in this institution.
        """
        return await self._send(calls.get_appointment(self._scope, id, {"include": include or None}))

    async def create(
        self,
        *,
        location_id: int | None = None,
        notify_patient: bool = False,
        **appointment: Unpack[AppointmentCreate],
    ) -> Appointment:
        """Book a visit, or block time. Success means *accepted*: `foreign_id` is ``None`` until it has landed.

        Args:
            location_id: Location; the client's own unless given.
            notify_patient: Let NexHealth send its own message to the patient, a real one.
            appointment: See `AppointmentCreate`.

        Raises:
            ConfigurationError: A field is unknown, missing or not in NexHealth's form.
            ConflictError: The slot has been taken.
            AmbiguousWriteError: The answer was lost. List the patient's appointments before trying again.
        """
        values = {**appointment, "notify_patient": notify_patient}
        return await self._send(calls.create_appointment(self._scope.at(location_id), values))

    async def update(self, id: int, **changes: Unpack[AppointmentChanges]) -> Appointment:
        """Confirm, cancel, check in, move or annotate the appointment *id* (page "Edit appointment").

        Success changes NexHealth's copy at once; the practice's system follows.

        Raises:
            ConfigurationError: Nothing to change, an unknown field, or a way that leads back (``confirmed=False``).
            InvalidRequestError: NexHealth refused it; `refusals.is_already_cancelled` recognises one harmless case.
        """
        return await self._send(calls.update_appointment(self._scope, id, changes))

    async def descriptors(self, id: int, *, descriptor_type: str | None = None) -> list[Descriptor]:
        """Return the appointment types and procedure codes of the practice's system on the appointment *id*."""
        return await self._all(
            calls.list_appointment_descriptors(self._scope, id, {"descriptor_type": descriptor_type})
        )


class AsyncAppointmentTypes(AsyncResource):
    """NexHealth's own kinds of appointment (page "Appointment types"); never written to the practice's system.

    The client's location goes along wherever it is taken: institutions that keep types per location need it.
    """

    def iter(
        self, *, location_id: int | None = None, include: Sequence[AppointmentTypeInclude] | None = None
    ) -> AsyncIterator[AppointmentType]:
        """Walk through the types, with ``include=["descriptors"]`` with those of the practice's system."""
        return self._each(calls.list_appointment_types(self._scope.at(location_id), {"include": include or None}))

    async def get(
        self, id: int, include: Sequence[AppointmentTypeInclude] | None = None, *, location_id: int | None = None
    ) -> AppointmentType:
        """Return the type *id*.

        Raises:
            NotFoundError: There is none.
        """
        return await self._send(
            calls.get_appointment_type(self._scope.at(location_id), id, {"include": include or None})
        )

    async def create(self, *, location_id: int | None = None, **type: Unpack[AppointmentTypeCreate]) -> AppointmentType:
        """Create a type; see `AppointmentTypeCreate`. Names are unique."""
        return await self._send(calls.create_appointment_type(self._scope.at(location_id), {**type}))

    async def update(
        self, id: int, *, location_id: int | None = None, **changes: Unpack[AppointmentTypeChanges]
    ) -> AppointmentType:
        """Change the type *id*; see `AppointmentTypeChanges`."""
        return await self._send(calls.update_appointment_type(self._scope.at(location_id), id, changes))

    async def delete(self, id: int, *, location_id: int | None = None) -> AppointmentType:
        """Delete the type *id* and return what it was."""
        return await self._send(calls.delete_appointment_type(self._scope.at(location_id), id))

    async def descriptors(
        self, id: int, *, location_id: int | None = None, descriptor_type: str | None = None
    ) -> list[Descriptor]:
        """Return the appointment types and procedure codes of the practice's system attached to the type *id*."""
        return await self._all(
            calls.list_appointment_type_descriptors(
                self._scope.at(location_id), id, {"descriptor_type": descriptor_type}
            )
        )


class AsyncAvailableSlots(AsyncResource):
    """Openings (page "Available slots"). Nothing reserves them."""

    async def list(self, **filters: Unpack[SlotFilters]) -> list[SlotGroup]:
        """Return the openings from ``start_date`` on for ``days`` days, by location, provider and operatory.

        Args:
            filters: See `SlotFilters`.

        Raises:
            ConfigurationError: Neither ``pids`` nor ``appointment_type_id`` is given, or no location.
        """
        return await self._all(calls.list_slots(self._scope, filters))
