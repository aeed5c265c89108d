"""Procedures, recalls, ASAP texts and fields of appointments in Open Dental."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Unpack

from odnexus._async.opendental_routes import AsyncResource
from odnexus.opendental import calls, steps
from odnexus.opendental.changes import (
    ApptFieldDefCreate,
    AsapCommCreate,
    ProcedureChanges,
    ProcedureCreate,
    RecallChanges,
    spells_out,
)
from odnexus.opendental.models import (
    ApptField,
    ApptFieldDef,
    AsapComm,
    Procedure,
    ProcedureCode,
    ProcStatus,
    Recall,
)
from odnexus.opendental.tables import care


class AsyncProcedureCodes(AsyncResource):
    """Procedures that the office knows; no filter by code, so keep a copy (page "API ProcedureCodes")."""

    async def get(self, code_num: int) -> ProcedureCode:
        """Return the code *code_num* (23.3.25).

        Raises:
            NotFoundError: There is no such code.
        """
        return await self._connection.send(calls.get_procedure_code(code_num))

    def iter(self, *, date_t_stamp: datetime | None = None) -> AsyncIterator[ProcedureCode]:
        """Return all codes, page by page (22.3.22), or those changed since, by the office's clock (22.4.28)."""
        return self._connection.rows(calls.listing(care.PROCEDURE_CODES, ProcedureCode, {"date_t_stamp": date_t_stamp}))


class AsyncProcedures(AsyncResource):
    """Procedures of patients, planned and done (page "API ProcedureLogs")."""

    async def get(self, proc_num: int) -> Procedure:
        """Return the procedure *proc_num* (23.3.13).

        Raises:
            NotFoundError: There is no such procedure.
        """
        return await self._connection.send(calls.get_procedure(proc_num))

    def iter(
        self,
        *,
        pat_num: int | None = None,
        apt_num: int | None = None,
        proc_status: ProcStatus | str | None = None,
        planned_apt_num: int | None = None,
        clinic_num: int | None = None,
        code_num: int | None = None,
        date_t_stamp: datetime | None = None,
    ) -> AsyncIterator[Procedure]:
        """Return the procedures that satisfy all filters, page by page.

        Args:
            pat_num: One patient.
            apt_num: Attached to this appointment (22.3.32).
            proc_status: One status (25.2.21).
            planned_apt_num: Attached to this planned appointment (24.4.5).
            clinic_num: One clinic (23.3.13).
            code_num: One code (25.2.21).
            date_t_stamp: Changed since, by the office's clock.
        """
        filters = {
            "pat_num": pat_num,
            "apt_num": apt_num,
            "proc_status": proc_status,
            "planned_apt_num": planned_apt_num,
            "clinic_num": clinic_num,
            "code_num": code_num,
            "date_t_stamp": date_t_stamp,
        }
        return self._connection.rows(calls.listing(care.PROCEDURES, Procedure, filters))

    @spells_out(ProcedureCreate)
    async def create(self, **fields: Unpack[ProcedureCreate]) -> Procedure:
        """Create a procedure and return it (21.4); with `apt_num` it is attached to that appointment.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(
            steps.written(
                calls.create_procedure(fields), lambda number: Procedure(proc_num=number), calls.get_procedure
            )
        )

    @spells_out(ProcedureChanges)
    async def update(self, proc_num: int, **changes: Unpack[ProcedureChanges]) -> Procedure:
        """Change the given fields of a procedure and return it (22.1); `apt_num` attaches it to an appointment.

        Raises:
            NotFoundError: There is no such procedure.
        """
        return await self._connection.run(
            steps.written(
                calls.update_procedure(proc_num, changes),
                lambda number: Procedure(proc_num=number),
                calls.get_procedure,
                number=proc_num,
            )
        )

    async def delete(self, proc_num: int) -> None:
        """Delete a procedure that is planned, or done and not yet billed (22.1).

        Raises:
            NotFoundError: There is no such procedure.
            InvalidRequestError: Something else depends on it.
        """
        await self._connection.send(calls.delete_procedure(proc_num))


class AsyncRecalls(AsyncResource):
    """When patients are due again (page "API Recalls")."""

    def iter(self, *, pat_num: int | None = None) -> AsyncIterator[Recall]:
        """Return the recalls of one patient or of all, page by page (22.4.40)."""
        return self._connection.rows(calls.listing(care.RECALLS, Recall, {"pat_num": pat_num}))

    @spells_out(RecallChanges)
    async def update(self, recall_num: int, **changes: Unpack[RecallChanges]) -> None:
        """Change the given fields of a recall (24.2.31); the priority ASAP puts it on the ASAP list.

        Raises:
            NotFoundError: There is no such recall.
        """
        await self._connection.send(calls.update_recall(recall_num, changes))


class AsyncAsapComms(AsyncResource):
    """Texts that offer an opening to somebody on the ASAP list (page "API AsapComms").

    The office needs the eServices Web Sched ASAP and Integrated Texting, the key the permission TextingASAP.
    """

    async def get(self, asap_comm_num: int) -> AsapComm:
        """Return the text *asap_comm_num* (23.3.3).

        Raises:
            NotFoundError: There is no such text.
        """
        return await self._connection.send(calls.get_asap_comm(asap_comm_num))

    def iter(
        self,
        *,
        clinic_num: int | None = None,
        date: date | None = None,
        date_start: date | None = None,
        date_end: date | None = None,
    ) -> AsyncIterator[AsapComm]:
        """Return the texts that satisfy all filters (23.3.3); those of the last seven days unless days are given.

        Args:
            clinic_num: One clinic.
            date: Entered on this day.
            date_start: Entered on this day or later.
            date_end: Entered before this day: today's are missing unless it is tomorrow.
        """
        filters = {"clinic_num": clinic_num, "date": date, "date_start": date_start, "date_end": date_end}
        return self._connection.rows(calls.listing(care.ASAP_COMMS, AsapComm, filters))

    @spells_out(AsapCommCreate)
    async def create(self, **fields: Unpack[AsapCommCreate]) -> AsapComm:
        """Text the patient of an ASAP appointment or recall that a time is free, and block it meanwhile (23.3.3).

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            InvalidRequestError: It is not on the ASAP list, or the time is taken.
            PermissionDeniedError: The key lacks TextingASAP.
            AmbiguousWriteError: The answer was lost: look before texting again.
        """
        return await self._connection.run(
            steps.written(
                calls.create_asap_comm(fields),
                lambda number: AsapComm(asap_comm_num=number),
                calls.get_asap_comm,
                number_needed=False,
            )
        )


class AsyncApptFields(AsyncResource):
    """Values that the office keeps with appointments under names of its own (page "API ApptFields")."""

    async def get(self, apt_num: int, field_name: str) -> ApptField:
        """Return what the appointment *apt_num* holds in the field called *field_name*.

        Raises:
            NotFoundError: There is no such appointment or field.
        """
        return await self._connection.send(calls.get_appt_field(apt_num, field_name))

    async def set(self, apt_num: int, field_name: str, field_value: str) -> None:
        """Write *field_value* into the field called *field_name*, over what it held.

        Raises:
            NotFoundError: There is no such appointment or field.
        """
        await self._connection.send(calls.set_appt_field(apt_num, field_name, field_value))


class AsyncApptFieldDefs(AsyncResource):
    """Names under which appointments may hold values (page "API ApptFieldDefs")."""

    def iter(self) -> AsyncIterator[ApptFieldDef]:
        """Return all names (21.4)."""
        return self._connection.rows(calls.listing(care.APPT_FIELD_DEFS, ApptFieldDef, {}))

    @spells_out(ApptFieldDefCreate)
    async def create(self, **fields: Unpack[ApptFieldDefCreate]) -> ApptFieldDef:
        """Create a name and return it (21.4); no two may be equal.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(
            steps.written(calls.create_appt_field_def(fields), lambda number: ApptFieldDef(appt_field_def_num=number))
        )
