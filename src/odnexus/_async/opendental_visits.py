"""Appointments in Open Dental, and their history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Unpack

from odnexus._async.opendental_routes import AsyncResource
from odnexus._calls import LeaveOut
from odnexus.opendental import calls, steps
from odnexus.opendental.changes import (
    AppointmentChanges,
    AppointmentCreate,
    PlannedCreate,
    PlannedSchedule,
    WebSchedCreate,
    spells_out,
)
from odnexus.opendental.models import (
    Appointment,
    AptStatus,
    BreakType,
    ConfirmVal,
    HistAppointment,
    HistApptAction,
    Slot,
    WebSchedAppointment,
)
from odnexus.opendental.tables import appointments


def _bare(apt_num: int) -> Appointment:
    return Appointment(apt_num=apt_num)


class AsyncAppointments(AsyncResource):
    """Visits. The API cannot delete them: cancel with `break_` (page "API Appointments").

    All times are the office's wall clock, without a zone. Nothing keeps two visits out of one slot: look after a
    create.
    """

    async def get(self, apt_num: int) -> Appointment:
        """Return the appointment *apt_num*.

        Raises:
            NotFoundError: There is no such appointment, or it was deleted.
        """
        return await self._connection.send(calls.get_appointment(apt_num))

    def iter(
        self,
        *,
        pat_num: int | None = None,
        apt_status: AptStatus | str | None = None,
        op: int | None = None,
        date: date | None = None,
        date_start: date | None = None,
        date_end: date | None = None,
        clinic_num: int | None = None,
        date_t_stamp: datetime | None = None,
        appointment_type_num: int | None = None,
        offset: int = 0,
        unread: LeaveOut | None = None,
    ) -> AsyncIterator[Appointment]:
        """Return the appointments that satisfy all filters, page by page; without filters all there ever were.

        Planned and unscheduled ones are among them unless `apt_status` says otherwise; an unscheduled one keeps an
        old time. Deleted ones are not: see `hist_appointments`.

        Args:
            pat_num: One patient (21.4).
            apt_status: One state (22.4.28).
            op: One operatory (23.2.27).
            date: One day.
            date_start: First day.
            date_end: Last day, included.
            clinic_num: One clinic; 0 for appointments without one.
            date_t_stamp: Changed since, by the office's clock; the border of a second is not exact.
            appointment_type_num: One type (24.4.22).
            offset: Rows to skip: how many came before an interruption. None is missed that way, some may come twice.
            unread: Is told of a row that does not fit what is documented, which is then left out; unless given, such a
                row is an error. Not told where of five rows and more none fits.

        Raises:
            UnexpectedResponseError: The server ignored a filter, or an answer does not fit.
            NotFoundError: Something a filter names does not exist.
        """
        filters = {
            "pat_num": pat_num,
            "apt_status": apt_status,
            "op": op,
            "date": date,
            "date_start": date_start,
            "date_end": date_end,
            "clinic_num": clinic_num,
            "date_t_stamp": date_t_stamp,
            "appointment_type_num": appointment_type_num,
        }
        return self._connection.rows(calls.listing(appointments.LIST, Appointment, filters, offset, unread))

    def asap(self, *, clinic_num: int | None = None, prov_num: int | None = None) -> AsyncIterator[Appointment]:
        """Return the short-call list: appointments whose priority is ASAP, whatever their state.

        Args:
            clinic_num: Required if the office uses clinics; 0 for appointments without one.
            prov_num: One provider.
        """
        filters = {"clinic_num": clinic_num, "prov_num": prov_num}
        return self._connection.rows(calls.listing(appointments.ASAP, Appointment, filters))

    def slots(
        self,
        *,
        date: date | None = None,
        date_start: date | None = None,
        date_end: date | None = None,
        length_minutes: int | None = None,
        prov_num: int | None = None,
        op_num: int | None = None,
    ) -> AsyncIterator[Slot]:
        """Return open intervals of a provider, for simple offices; the next 14 days unless told.

        Open Dental's staff advise against it for offices with several locations or providers.

        Args:
            date: One day, today or later.
            date_start: First day; give `date_end` too.
            date_end: Last day, included.
            length_minutes: Leave out what is shorter.
            prov_num: Provider; the practice's default one unless given.
            op_num: Operatory (22.1).
        """
        filters = {
            "date": date,
            "date_start": date_start,
            "date_end": date_end,
            "length_minutes": length_minutes,
            "prov_num": prov_num,
            "op_num": op_num,
        }
        return self._connection.rows(calls.listing(appointments.SLOTS, Slot, filters))

    def slots_web_sched(
        self,
        *,
        date: date | None = None,
        date_start: date | None = None,
        date_end: date | None = None,
        clinic_num: int | None = None,
        def_num_appt_type: int | None = None,
        is_new_patient: bool | None = None,
    ) -> AsyncIterator[Slot]:
        """Return bookable times by the office's own Web Sched rules; the office must subscribe to Web Sched.

        Args:
            date: One day.
            date_start: First day; give `date_end` too.
            date_end: Last day, included.
            clinic_num: Required if the office uses clinics.
            def_num_appt_type: Definition of category 42 (new patients) or 51 (existing patients).
            is_new_patient: Must go with the category of that definition; false unless given.
        """
        filters = {
            "date": date,
            "date_start": date_start,
            "date_end": date_end,
            "clinic_num": clinic_num,
            "def_num_appt_type": def_num_appt_type,
            "is_new_patient": is_new_patient,
        }
        return self._connection.rows(calls.listing(appointments.SLOTS_WEB_SCHED, Slot, filters))

    def web_sched(
        self,
        *,
        date: date | None = None,
        date_start: date | None = None,
        date_end: date | None = None,
        date_t_stamp: datetime | None = None,
        clinic_num: int | None = None,
    ) -> AsyncIterator[WebSchedAppointment]:
        """Return appointments with the Web Sched service that made each (21.3).

        Args:
            date: One day; which time the dates mean is not documented.
            date_start: First day.
            date_end: Last day.
            date_t_stamp: Changed since, by the office's clock.
            clinic_num: One clinic.
        """
        filters = {
            "date": date,
            "date_start": date_start,
            "date_end": date_end,
            "date_t_stamp": date_t_stamp,
            "clinic_num": clinic_num,
        }
        return self._connection.rows(calls.listing(appointments.WEB_SCHED, WebSchedAppointment, filters))

    @spells_out(AppointmentCreate)
    async def create(self, **fields: Unpack[AppointmentCreate]) -> Appointment:
        """Create an appointment and return it as stored.

        Give `prov_num`: the default is the patient's primary provider, not the operatory's. `pattern` has one
        character per five minutes. An `appointment_type_num` brings its procedures, colour and (without `pattern`)
        length along. ``is_new_patient=True`` may set the patient's first visit. Overlaps are not refused.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(steps.written(calls.create_appointment(fields), _bare, calls.get_appointment))

    @spells_out(PlannedCreate)
    async def create_planned(self, **fields: Unpack[PlannedCreate]) -> Appointment:
        """Create a planned appointment: care without a time (22.2.31).

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(steps.written(calls.create_planned(fields), _bare, calls.get_appointment))

    @spells_out(PlannedSchedule)
    async def schedule_planned(self, **fields: Unpack[PlannedSchedule]) -> Appointment:
        """Make a scheduled appointment from a planned one, which stays, and return the new one (22.2).

        Its `next_apt_num` is the planned one. `note` overwrites.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(steps.written(calls.schedule_planned(fields), _bare, calls.get_appointment))

    @spells_out(WebSchedCreate)
    async def create_web_sched(self, **fields: Unpack[WebSchedCreate]) -> Appointment:
        """Book a slot exactly as `slots_web_sched` gave it (21.3).

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._connection.run(steps.written(calls.create_web_sched(fields), _bare, calls.get_appointment))

    @spells_out(AppointmentChanges)
    async def update(self, apt_num: int, **changes: Unpack[AppointmentChanges]) -> Appointment:
        """Change the given fields of an appointment and return it. ``None`` clears, absent leaves.

        To reschedule give `apt_date_time`, `op` and `prov_num`, and ``apt_status="Scheduled"`` too if it is broken
        or unscheduled. `note` overwrites: `add_note` appends. The patient cannot be changed.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such appointment.
            AmbiguousWriteError: The answer was lost and `appointment_type_num` was given (it may add procedures).
        """
        return await self._connection.run(
            steps.written(calls.update_appointment(apt_num, changes), _bare, calls.get_appointment, number=apt_num)
        )

    async def break_(
        self, apt_num: int, *, send_to_unscheduled_list: bool, break_type: BreakType | str | None = None
    ) -> None:
        """Break a scheduled appointment: how the API cancels (21.3).

        Args:
            apt_num: The appointment; its state must be SCHEDULED.
            send_to_unscheduled_list: Put it on the Unscheduled List, or leave it on the schedule, crossed out.
            break_type: MISSED or CANCELLED add a procedure; only in offices that have that switched on.

        Raises:
            InvalidRequestError: It is not scheduled, or the office does not use *break_type*.
            AmbiguousWriteError: The answer was lost: read the appointment before breaking it again.
        """
        await self._connection.send(
            calls.break_appointment(apt_num, send_to_unscheduled_list=send_to_unscheduled_list, break_type=break_type)
        )

    async def add_note(self, apt_num: int, note: str) -> None:
        """Append *note* to the note of an appointment, on a line of its own.

        Raises:
            AmbiguousWriteError: The answer was lost: read the note before appending again.
        """
        await self._connection.send(calls.add_note(apt_num, note))

    async def confirm(
        self, apt_num: int, *, confirm_val: ConfirmVal | str | None = None, def_num: int | None = None
    ) -> None:
        """Set the confirmation of an appointment. Give exactly one of the two.

        Args:
            apt_num: The appointment.
            confirm_val: By meaning; the office chose the definition that stands for it.
            def_num: By definition of category 2 (21.2).
        """
        await self._connection.send(calls.confirm_appointment(apt_num, confirm_val=confirm_val, def_num=def_num))


class AsyncHistAppointments(AsyncResource):
    """What happened to appointments, step by step (page "API HistAppointments")."""

    def iter(
        self,
        *,
        hist_appt_action: HistApptAction | str | None = None,
        apt_num: int | None = None,
        pat_num: int | None = None,
        apt_status: AptStatus | str | None = None,
        clinic_num: int | None = None,
        date: date | None = None,
        date_start: date | None = None,
        date_end: date | None = None,
        offset: int = 0,
        unread: LeaveOut | None = None,
    ) -> AsyncIterator[HistAppointment]:
        """Return the steps that satisfy all filters (23.1.30); deletions are only visible here.

        Args:
            hist_appt_action: What happened.
            apt_num: One appointment.
            pat_num: One patient.
            apt_status: State of the appointment at that step.
            clinic_num: One clinic.
            date: One day; most likely of the step, which is not documented.
            date_start: First day.
            date_end: Last day.
            offset: Rows to skip: how many came before an interruption.
            unread: Is told of a row that does not fit what is documented, which is then left out; unless given, such a
                row is an error. Not told where of five rows and more none fits.
        """
        filters = {
            "hist_appt_action": hist_appt_action,
            "apt_num": apt_num,
            "pat_num": pat_num,
            "apt_status": apt_status,
            "clinic_num": clinic_num,
            "date": date,
            "date_start": date_start,
            "date_end": date_end,
        }
        return self._connection.rows(calls.listing(appointments.HISTORY, HistAppointment, filters, offset, unread))
