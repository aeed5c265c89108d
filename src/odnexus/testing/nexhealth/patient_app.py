"""Patients on NexHealth's own pages: they book, cancel, move, confirm and ask for sooner.

Their changes go the way of the API's: into the copy at once, then to the synchronizer or, where the office holds its
bookings in NexHealth, nowhere.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal, TypedDict, Unpack

from odnexus.testing.nexhealth import booking, people
from odnexus.testing.nexhealth.form_routes import response_row
from odnexus.testing.nexhealth.platform import Platform, change
from odnexus.testing.nexhealth.records import Appointment, Location, Patient
from odnexus.testing.nexhealth.values import Row, Values, stamp as value_stamp


class Visitor(TypedDict, total=False):
    """Who somebody says they are, in the fields of the booking page."""

    first_name: str
    last_name: str
    email: str
    phone_number: str
    date_of_birth: date
    gender: str
    address_line_1: str
    address_line_2: str
    city: str
    state: str
    zip_code: str
    insurance_name: str


_BIO_KEYS = frozenset(Visitor.__annotations__) - {"first_name", "last_name", "email"}


class PatientApp:
    """Acts as patients do; a refusal (slot taken, time over) is raised as `Refusal`, like the API's."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def register(self, location_id: int, *, provider_id: int | None = None, **visitor: Unpack[Visitor]) -> int:
        """Enter somebody's details and return the patient's id; the page recognises name, birth date and phone."""
        platform = self._platform
        with platform.lock:
            location = platform.state.locations[location_id]
            first, last = visitor.get("first_name", ""), visitor.get("last_name", "")
            bio = people.bio_of(platform, Values({key: visitor[key] for key in _BIO_KEYS if key in visitor}))  # type: ignore[literal-required]
            known = people.same_person(
                people.behind(platform, location),
                first,
                last,
                str(bio.get("date_of_birth", "")),
                str(bio.get("phone_number", "")),
            )
            record = known or people.add_placeholder(
                platform, location, first, last, bio, email=visitor.get("email"), provider_id=provider_id
            )
            return record.id

    def book(
        self,
        location_id: int,
        start: datetime,
        *,
        provider_id: int,
        patient_id: int | None = None,
        operatory_id: int | None = None,
        appointment_type_id: int | None = None,
        minutes: int | None = None,
        note: str | None = None,
        dependant: Visitor | None = None,
        **visitor: Unpack[Visitor],
    ) -> int:
        """Book a visit and return its id.

        Args:
            location_id: Where.
            start: When, aware.
            provider_id: With whom.
            patient_id: A patient NexHealth knows; else give the fields of a visitor.
            operatory_id: In which chair.
            appointment_type_id: The kind of visit, which gives its length.
            minutes: The length, where it differs from the kind's.
            note: What the patient writes.
            dependant: The child, when a guardian books for it.
            **visitor: Who books.

        Raises:
            Refusal: As the API would answer.
        """
        platform = self._platform
        with platform.lock:
            location = platform.state.locations[location_id]
            person = patient_id or self.register(location_id, provider_id=provider_id, **visitor)
            wish = booking.Wish(
                location=location,
                patient_id=person,
                provider_id=provider_id,
                operatory_id=operatory_id,
                start_time=start,
                end_time=None if minutes is None else start + timedelta(minutes=minutes),
                appointment_type_id=appointment_type_id,
                note=note,
                is_guardian=dependant is not None,
                dependant=_dependant(dependant),
                is_new_clients_patient=self._is_new(person, location),
                referrer="https://book.example.com/",
            )
            return booking.book(platform, wish).id

    def _is_new(self, patient_id: int, location: Location) -> bool:
        record = self._platform.state.patients[patient_id]
        return record.is_placeholder and location.institution_id == record.institution_id

    def submit_form(self, location_id: int, patient_id: int, answers: Row, *, title: str = "Form") -> int:
        """Fill in a form that NexHealth sent, and return the id of the request: `form_request_completed`."""
        platform = self._platform
        with platform.lock:
            number = platform.state.fresh("form_requests")["id"]
            moment = value_stamp(platform.clock.now())
            row: Row = {
                "id": number,
                "patient_id": patient_id,
                "location_id": location_id,
                "title": title,
                "request_status": "COMPLETE",
                "completed_at": moment,
                "updated_at": moment,
                platform.switches.form_answers_key: answers,
            }
            institution = platform.state.locations[location_id].institution_id
            platform.form_event("FormRequest", "form_request_completed", institution, row)
            return number

    def form_ended(self, form_response_id: int, outcome: Literal["complete", "failed"]) -> None:
        """Let the writing of a filled-in form into the EHR end: `form_response_insertion` with its outcome."""
        platform = self._platform
        with platform.lock:
            record = platform.state.form_responses[form_response_id]
            record.state = outcome
            platform.state.touch(record)
            institution = platform.state.locations[record.location_id].institution_id
            row = response_row(record, platform.switches)
            platform.form_event("FormResponse", f"form_response_insertion.{outcome}", institution, row)

    def cancel(self, appointment_id: int) -> None:
        """Cancel a visit."""
        self._edit(appointment_id, booking.Edit(cancelled=True))

    def reschedule(
        self,
        appointment_id: int,
        start: datetime,
        *,
        minutes: int | None = None,
        operatory_id: int | None = None,
    ) -> None:
        """Move a visit; its length stays unless *minutes* says otherwise."""
        end = None if minutes is None else start + timedelta(minutes=minutes)
        self._edit(appointment_id, booking.Edit(start_time=start, end_time=end, operatory_id=operatory_id))

    def confirm(self, appointment_id: int) -> None:
        """Confirm a visit: `patient_confirmed`, not the office's `confirmed`."""
        now = self._platform.clock.now()
        with self._platform.lock:
            record = self._visit(appointment_id)
            if not record.patient_confirmed:
                self._platform.edited(record, change(record, patient_confirmed=True, patient_confirmed_at=now))

    def want_sooner(self, appointment_id: int, *, wanted: bool = True) -> None:
        """Ask for an earlier time, if one opens."""
        with self._platform.lock:
            record = self._visit(appointment_id)
            self._platform.edited(record, change(record, sooner_if_possible=wanted))

    def _edit(self, appointment_id: int, wanted: booking.Edit) -> None:
        with self._platform.lock:
            booking.edit(self._platform, self._visit(appointment_id), wanted)

    def _visit(self, appointment_id: int) -> Appointment:
        return self._platform.state.appointments[appointment_id]

    def patient_of(self, appointment_id: int) -> Patient | None:
        """Return the patient of a visit as NexHealth knows it now."""
        return self._platform.state.patients.get(self._visit(appointment_id).patient_id or 0)


def _dependant(visitor: Visitor | None) -> Values:
    if visitor is None:
        return Values()
    bio = {key: value for key, value in visitor.items() if key in {"date_of_birth", "gender"}}
    names = {key: value for key, value in visitor.items() if key in {"first_name", "last_name"}}
    return Values({**names, "bio": Values(bio)})
