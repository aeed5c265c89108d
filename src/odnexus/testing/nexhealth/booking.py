"""The rules of booking and editing, shared by the API and the patient page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from attrs import field, frozen

from odnexus.testing.nexhealth import people
from odnexus.testing.nexhealth.platform import Platform, change
from odnexus.testing.nexhealth.records import Appointment, Location, Patient
from odnexus.testing.nexhealth.shapes import local_day, wall_clock
from odnexus.testing.nexhealth.values import Refusal, Row, Values
from odnexus.testing.nexhealth.windows import windows_on

NOTE_LIMIT = 128
TAKEN = "this time is no longer available"


@frozen(kw_only=True)
class Wish:
    """What somebody asks to book; names as in the API."""

    location: Location
    provider_id: int
    start_time: datetime
    patient_id: int | None = None
    operatory_id: int | None = None
    end_time: datetime | None = None
    appointment_type_id: int | None = None
    note: str | None = None
    unavailable: bool = False
    is_guardian: bool = False
    dependant: Values = field(factory=Values)
    is_new_clients_patient: bool = False
    referrer: str | None = None
    descriptor_ids: tuple[int, ...] = ()
    booked_by: int | None = None
    """The API user; None for NexHealth's own page, which knows its patients and may book placeholders again."""


@frozen(kw_only=True)
class Edit:
    """What a PATCH may change; None leaves it."""

    confirmed: bool | None = None
    cancelled: bool | None = None
    checkin_at: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    operatory_id: int | None = None
    note: str | None = None

    @property
    def moves(self) -> bool:
        """Whether the edit needs a system that takes reschedules."""
        return any(one is not None for one in (self.start_time, self.end_time, self.operatory_id, self.note))


def book(platform: Platform, wish: Wish) -> Appointment:
    """Book, or refuse as the API does; the synchronizer or the hold follows.

    Raises:
        Refusal: 400 or 404.
    """
    _check_wish(platform, wish)
    end = _end(platform, wish)
    patient = None if wish.unavailable else _patient(platform, wish)
    if not is_free(platform, wish.location, wish.start_time, end, wish.provider_id, wish.operatory_id):
        raise Refusal(400, TAKEN)
    if wish.is_guardian and patient is not None:
        patient = _dependant(platform, wish, patient)
    record = _record(platform, wish, end, patient)
    platform.state.appointments[record.id] = record
    platform.booked(record, on_patient_page=wish.booked_by is None)
    return record


def _record(platform: Platform, wish: Wish, end: datetime, patient: Patient | None) -> Appointment:
    misc: Row = {"is_booked_on_nexhealth": True}
    if wish.booked_by is not None:
        misc["booked_by_api_user_id"] = wish.booked_by
    earlier = () if patient is None else platform.state.visits_of(patient.id)
    return Appointment(
        **platform.state.fresh("appointments"),
        institution_id=wish.location.institution_id,
        location_id=wish.location.id,
        patient_id=None if patient is None else patient.id,
        provider_id=wish.provider_id,
        operatory_id=wish.operatory_id,
        appointment_type_id=wish.appointment_type_id,
        start_time=wish.start_time,
        end_time=end,
        note=wish.note,
        unavailable=wish.unavailable,
        foreign_id_type=platform.switches.held_foreign_id_type,
        misc=misc,
        created_by_user_id=wish.booked_by,
        is_guardian=wish.is_guardian,
        is_new_clients_patient=wish.is_new_clients_patient,
        is_past_patient=any(visit.start_time < platform.clock.now() and not visit.cancelled for visit in earlier),
        referrer=wish.referrer,
        descriptor_ids=wish.descriptor_ids,
    )


def _check_wish(platform: Platform, wish: Wish) -> None:
    state = platform.state
    if wish.start_time <= platform.clock.now():
        raise Refusal(400, "start_time must be in the future")
    if wish.note is not None and len(wish.note) > NOTE_LIMIT:
        raise Refusal(400, f"note is too long (maximum is {NOTE_LIMIT} characters)")
    provider = state.providers.get(wish.provider_id)
    if provider is None or provider.inactive or wish.location.id not in provider.location_ids:
        raise missing(platform, "Provider")
    if wish.operatory_id is not None:
        check_chair(platform, wish.location, wish.operatory_id)
    elif wish.location.map_by_operatory:
        raise Refusal(400, "Missing parameter operatory_id")
    at_location = {one.id for one in state.descriptors.values() if one.location_id == wish.location.id}
    if not at_location.issuperset(wish.descriptor_ids):
        raise missing(platform, "Appointment descriptor")


def check_chair(platform: Platform, location: Location, operatory_id: int) -> None:
    """Refuse a chair that is not active at the location."""
    chair = platform.state.operatories.get(operatory_id)
    if chair is None or chair.location_id != location.id or not chair.active:
        raise missing(platform, "Operatory")


def missing(platform: Platform, what: str) -> Refusal:
    """Return the refusal for a reference that leads nowhere."""
    return Refusal(platform.switches.missing_reference_status, f"{what} not found")


def _end(platform: Platform, wish: Wish) -> datetime:
    kind = None
    if wish.appointment_type_id is not None:
        kind = platform.state.appointment_types.get(wish.appointment_type_id)
        if kind is None or kind.parent_id not in {wish.location.id, wish.location.institution_id}:
            raise missing(platform, "Appointment type")
    if wish.end_time is not None:
        end = wish.end_time
    elif kind is not None:
        end = wish.start_time + timedelta(minutes=kind.minutes)
    else:
        raise Refusal(400, "Missing parameter end_time", "Missing parameter appointment_type_id")
    if end <= wish.start_time:
        raise Refusal(400, "end_time must be after start_time")
    return end


def _patient(platform: Platform, wish: Wish) -> Patient:
    patient = platform.state.patients.get(wish.patient_id or 0)
    if patient is None or patient.institution_id != wish.location.institution_id:
        raise missing(platform, "Patient")
    if wish.booked_by is not None and patient.is_placeholder and _spent(platform, patient):
        raise Refusal(400, "Patient is a new patient and cannot be booked again")
    return patient


def _spent(platform: Platform, placeholder: Patient) -> bool:
    rule = platform.switches.placeholder_rebooking
    visits = [visit for visit in platform.state.visits_of(placeholder.id) if rule == "refuse" or not visit.cancelled]
    return rule != "accept" and bool(visits)


def _dependant(platform: Platform, wish: Wish, guardian: Patient) -> Patient:
    sent = wish.dependant
    bio = people.bio_of(platform, sent.inner("bio"))
    with_contact = platform.switches.dependant_contact == "guardian"
    if with_contact:
        bio["phone_number"] = guardian.says("phone_number")
    child = people.add_placeholder(
        platform,
        wish.location,
        sent.text("first_name") or "",
        sent.text("last_name") or "",
        bio,
        email=guardian.email if with_contact else None,
        provider_id=wish.provider_id,
        guarantor_id=guardian.id,
    )
    return child if platform.switches.guardian_booking_patient == "dependant" else guardian


# Time


def is_free(
    platform: Platform,
    location: Location,
    start: datetime,
    end: datetime,
    provider_id: int | None,
    operatory_id: int | None,
    *,
    but: Appointment | None = None,
) -> bool:
    """Tell whether NexHealth's copy has room for a booking (it may be minutes behind the office)."""
    if platform.switches.booking_outside_hours == "refuse" and not _within_hours(
        platform, location, start, end, provider_id
    ):
        return False
    return not any(
        visit.start_time < end
        and start < visit.end_time
        and collide(visit, provider_id, operatory_id, platform.switches.overlap)
        for visit in busy(platform, location)
        if visit is not but
    )


def busy(platform: Platform, location: Location) -> list[Appointment]:
    """Return what takes time at a location: visits and blocks, not the cancelled ones."""
    rows = platform.state.appointments.values()
    return [one for one in rows if one.location_id == location.id and not one.cancelled]


def collide(
    visit: Appointment,
    provider_id: int | None,
    operatory_id: int | None,
    rule: Literal["chair", "chair_and_provider"],
) -> bool:
    """Tell whether two overlapping appointments are in each other's way."""
    same_provider = visit.provider_id is not None and visit.provider_id == provider_id
    if visit.operatory_id is None or operatory_id is None:
        return same_provider
    return visit.operatory_id == operatory_id or (rule == "chair_and_provider" and same_provider)


def _within_hours(
    platform: Platform, location: Location, start: datetime, end: datetime, provider_id: int | None
) -> bool:
    zone = platform.state.zone(location.id)
    day = local_day(start, zone)
    return any(
        wall_clock(day, window.begin_time, zone) <= start and end <= wall_clock(day, window.end_time, zone)
        for window in windows_on(platform.state.working_hours.values(), day)
        if window.provider_id == provider_id and window.location_id == location.id
    )


# Editing


def edit(platform: Platform, appointment: Appointment, wanted: Edit) -> None:
    """Carry out an edit in NexHealth's copy and pass it on.

    Raises:
        Refusal: 400 or 404.
    """
    _check_edit(platform, appointment, wanted)
    now = platform.clock.now()
    previous: Row = {}
    if wanted.confirmed and not appointment.confirmed:
        previous |= change(appointment, confirmed=True, confirmed_at=now)
    if wanted.cancelled and not appointment.cancelled:
        previous |= change(appointment, cancelled=True, cancelled_at=now)
    if wanted.checkin_at is not None:
        previous |= change(appointment, checkin_at=wanted.checkin_at)
    if wanted.moves and platform.switches.reschedule_supported:
        previous |= _move(platform, appointment, wanted)
    platform.edited(appointment, previous)


def _check_edit(platform: Platform, appointment: Appointment, wanted: Edit) -> None:
    switches = platform.switches
    if wanted.confirmed is False or wanted.cancelled is False:
        raise Refusal(400, f"{'confirmed' if wanted.confirmed is False else 'cancelled'} can only be set to true")
    if appointment.cancelled and wanted.cancelled and switches.cancel_again == "refuse":
        raise Refusal(400, "Appointment is already cancelled")
    if appointment.cancelled and not wanted.cancelled and switches.edit_cancelled == "refuse":
        raise Refusal(400, "Appointment is cancelled and cannot be updated")
    if wanted.checkin_at is not None and appointment.checkin_at is not None:
        raise Refusal(400, "Appointment is already checked in")
    if wanted.moves and not switches.reschedule_supported and switches.unsupported_edits == "refuse":
        raise Refusal(400, "Updating these fields is not supported by the connected system")


def _move(platform: Platform, appointment: Appointment, wanted: Edit) -> Row:
    location = platform.state.locations[appointment.location_id]
    limit = platform.switches.edit_note_limit
    if wanted.note is not None and limit is not None and len(wanted.note) > limit:
        raise Refusal(400, f"note is too long (maximum is {limit} characters)")
    if wanted.operatory_id is not None:
        check_chair(platform, location, wanted.operatory_id)
    start, end = _new_times(platform, appointment, wanted)
    chair = appointment.operatory_id if wanted.operatory_id is None else wanted.operatory_id
    stays = (start, end, chair) == (appointment.start_time, appointment.end_time, appointment.operatory_id)
    if not stays and not is_free(platform, location, start, end, appointment.provider_id, chair, but=appointment):
        raise Refusal(400, TAKEN)
    note = appointment.note if wanted.note is None else wanted.note
    return change(appointment, start_time=start, end_time=end, operatory_id=chair, note=note)


def _new_times(platform: Platform, appointment: Appointment, wanted: Edit) -> tuple[datetime, datetime]:
    start = wanted.start_time or appointment.start_time
    length = appointment.end_time - appointment.start_time
    end = wanted.end_time or (start + length if wanted.start_time else appointment.end_time)
    if wanted.start_time is not None and start <= platform.clock.now():
        raise Refusal(400, "start_time must be in the future")
    if end <= start:
        raise Refusal(400, "end_time must be after start_time")
    return start, end
