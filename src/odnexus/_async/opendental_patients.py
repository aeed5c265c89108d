"""Patients in Open Dental."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Unpack

from odnexus._async.opendental_routes import AsyncResource
from odnexus._calls import LeaveOut
from odnexus.opendental import calls, steps
from odnexus.opendental.changes import PatientChanges, PatientCreate, spells_out
from odnexus.opendental.models import Gender, Patient, PatientRow, PatStatus, Position
from odnexus.opendental.tables import patients


class AsyncPatients(AsyncResource):
    """Charts. The API can neither delete nor merge them (page "API Patients")."""

    async def get(self, pat_num: int) -> Patient:
        """Return the chart *pat_num* in full.

        Raises:
            NotFoundError: There is no such chart.
        """
        return await self._connection.send(calls.get_patient(pat_num))

    def simple(
        self,
        *,
        l_name: str | None = None,
        f_name: str | None = None,
        birthdate: date | None = None,
        clinic_num: int | None = None,
        pat_status: PatStatus | str | None = None,
        date_t_stamp: datetime | None = None,
        pri_prov: int | None = None,
        gender: Gender | str | None = None,
        position: Position | str | None = None,
        guarantor: int | None = None,
        super_family: int | None = None,
        fee_sched: int | None = None,
        employer_num: int | None = None,
        offset: int = 0,
        unread: LeaveOut | None = None,
    ) -> AsyncIterator[Patient]:
        """Return the charts that satisfy all filters, in full, page by page (GET Simple; 21.2).

        The names match whatever contains them, ignoring case and accents; all other filters are exact. Each row
        carries the office's clock in `server_date_time`. Rows are not sorted by change.

        Args:
            l_name: Part of the family name.
            f_name: Part of the given or preferred name.
            birthdate: Day of birth.
            clinic_num: One clinic; 0 for charts without one.
            pat_status: State of the chart.
            date_t_stamp: Changed since, by the office's clock; the border of a second is not exact.
            pri_prov: Primary provider (21.3).
            gender: Gender (22.3.6).
            position: Marital status (22.3.6).
            guarantor: Head of a family: all of its members (22.4.19).
            super_family: Head of a super family (22.4.38).
            fee_sched: Fee schedule (25.2.19).
            employer_num: Employer (24.3.30).
            offset: Rows to skip: how many came before an interruption. None is missed that way, some may come twice.
            unread: Is told of a row that does not fit what is documented, which is then left out; unless given, such a
                row is an error. Not told where of five rows and more none fits.

        Raises:
            UnexpectedResponseError: The server ignored a filter, or an answer does not fit.
        """
        filters = {
            "l_name": l_name,
            "f_name": f_name,
            "birthdate": birthdate,
            "clinic_num": clinic_num,
            "pat_status": pat_status,
            "date_t_stamp": date_t_stamp,
            "pri_prov": pri_prov,
            "gender": gender,
            "position": position,
            "guarantor": guarantor,
            "super_family": super_family,
            "fee_sched": fee_sched,
            "employer_num": employer_num,
        }
        return self._connection.rows(calls.listing(patients.SIMPLE, Patient, filters, offset, unread))

    def search(
        self,
        *,
        l_name: str | None = None,
        f_name: str | None = None,
        phone: str | None = None,
        address: str | None = None,
        hide_inactive: bool | None = None,
        city: str | None = None,
        state: str | None = None,
        ssn: str | None = None,
        chart_number: str | None = None,
        guar_only: bool | None = None,
        show_archived: bool | None = None,
        birthdate: date | None = None,
        site_num: int | None = None,
        subscriber_id: str | None = None,
        email: str | None = None,
        country: str | None = None,
        clinic_nums: Sequence[int] | None = None,
        clinic_abbr: str | None = None,
        invoice_number: str | None = None,
        offset: int = 0,
    ) -> AsyncIterator[PatientRow]:
        """Return what the desktop's patient search finds, page by page (GET multiple).

        Texts match whatever contains them, ignoring case, accents and punctuation; phones match by their digits, in
        any of the three fields. The rows are poorer than those of `simple` and carry no change time.

        Args:
            l_name: Part of the family name.
            f_name: Part of the given or preferred name.
            phone: Part of a phone number, with any punctuation.
            address: Part of either address line.
            hide_inactive: Leave inactive charts out.
            city: Part of the city.
            state: Part of the state.
            ssn: Part of the social security number.
            chart_number: Part of the chart number.
            guar_only: Heads of families only.
            show_archived: Archived charts too.
            birthdate: Day of birth.
            site_num: Site.
            subscriber_id: Part of an insurance subscriber's id.
            email: Part of the e-mail address.
            country: Part of the country.
            clinic_nums: Any of these clinics.
            clinic_abbr: Short name of a clinic.
            invoice_number: Number of an invoice.
            offset: Rows to skip: how many came before an interruption.

        Raises:
            UnexpectedResponseError: The server ignored a filter, or an answer does not fit.
        """
        filters = {
            "l_name": l_name,
            "f_name": f_name,
            "phone": phone,
            "address": address,
            "hide_inactive": hide_inactive,
            "city": city,
            "state": state,
            "ssn": ssn,
            "chart_number": chart_number,
            "guar_only": guar_only,
            "show_archived": show_archived,
            "birthdate": birthdate,
            "site_num": site_num,
            "subscriber_id": subscriber_id,
            "email": email,
            "country": country,
            "clinic_nums": clinic_nums,
            "clinic_abbr": clinic_abbr,
            "invoice_number": invoice_number,
        }
        return self._connection.rows(calls.listing(patients.SEARCH, PatientRow, filters, offset))

    @spells_out(PatientCreate)
    async def create(self, **fields: Unpack[PatientCreate]) -> Patient:
        """Create a chart and return it as Open Dental stored it.

        Open Dental refuses a chart whose names, birth date and e-mail or a phone are there already.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            ConflictError: The office has it already (newer wordings may come as `InvalidRequestError`).
            AmbiguousWriteError: The answer was lost: search before creating again.
        """
        return await self._connection.run(
            steps.written(calls.create_patient(fields), lambda number: Patient(pat_num=number), calls.get_patient)
        )

    @spells_out(PatientChanges)
    async def update(self, pat_num: int, **changes: Unpack[PatientChanges]) -> Patient:
        """Change the given fields of the chart *pat_num* and return it (21.2). ``None`` clears, absent leaves.

        A deleted chart cannot be changed. `guarantor` can only be another member of the family, and only if this
        chart is the family's guarantor now. ``super_family=0`` leaves the super family.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such chart.
        """
        return await self._connection.run(
            steps.written(
                calls.update_patient(pat_num, changes),
                lambda number: Patient(pat_num=number),
                calls.get_patient,
                number=pat_num,
            )
        )
