"""Visits that do not exist yet on one side: what to send to make them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from odnexus.mapping.visit import pattern_for, to_instant

if TYPE_CHECKING:
    from odnexus.nexhealth.changes import AppointmentCreate as NexHealthCreate
    from odnexus.opendental.changes import AppointmentCreate as OpenDentalCreate

NOTE_LIMIT = 128
"""Longest note that NexHealth takes with a new appointment (POST /appointments)."""


def opendental_create(
    fields: Mapping[str, object],
    *,
    pat_num: int,
    note: str = "",
    pattern: str | None = None,
    appointment_type_num: int = 0,
    is_new_patient: bool = False,
    is_hygiene: bool = False,
    prov_hyg: int = 0,
    clinic_num: int | None = None,
    confirmed: int = 0,
    asap: bool = False,
) -> OpenDentalCreate:
    """Return the fields of a new Open Dental appointment (POST /appointments).

    Args:
        fields: Essence of the visit: ``start`` (office wall clock), ``minutes``, ``operatory``, ``provider``.
        pat_num: The chart.
        note: The note, with the stamp by which the visit is found again.
        pattern: Time pattern of its type; without one the length decides and all of it is provider time.
        appointment_type_num: Open Dental's appointment type, 0 for none.
        is_new_patient: Marks a new patient's visit.
        is_hygiene: True where the hygienist is the main provider.
        prov_hyg: ProvNum of the hygienist, 0 for none.
        clinic_num: ClinicNum where clinics are used.
        confirmed: DefNum (category 2) to begin with, 0 for the office's first.
        asap: True puts the visit on the ASAP list.

    Raises:
        ValueError: A place in the book is missing from *fields*.
    """
    start, minutes, operatory, provider = (fields.get(name) for name in ("start", "minutes", "operatory", "provider"))
    if not isinstance(start, str) or not isinstance(minutes, int) or not isinstance(operatory, int):
        raise ValueError("a visit needs start, minutes and operatory before it can be written")  # noqa: TRY004 - it is missing, not of a wrong type
    values: OpenDentalCreate = {
        "pat_num": pat_num,
        "op": operatory,
        "apt_date_time": datetime.fromisoformat(start),
        "pattern": pattern or pattern_for(minutes),
    }
    if isinstance(provider, int):
        values["prov_num"] = provider
    if clinic_num is not None:
        values["clinic_num"] = clinic_num
    optional: dict[str, object] = {
        "note": note,
        "appointment_type_num": appointment_type_num,
        "is_new_patient": is_new_patient,
        "is_hygiene": is_hygiene,
        "prov_hyg": prov_hyg,
        "confirmed": confirmed,
        "priority": "ASAP" if asap else "",
    }
    # What is empty, none or false is what Open Dental takes where nothing is said.
    return cast("OpenDentalCreate", {**values, **{name: value for name, value in optional.items() if value}})


def nexhealth_create(
    fields: Mapping[str, object],
    *,
    patient_id: int,
    provider_id: int,
    zone: ZoneInfo,
    operatories: Mapping[int, int],
    appointment_type_id: int | None = None,
    note: str = "",
) -> NexHealthCreate:
    """Return the fields of a new NexHealth appointment that stands where *fields* say (POST /appointments).

    Args:
        fields: Essence of the visit, in Open Dental's numbers and the office's wall clock.
        patient_id: NexHealth patient.
        provider_id: NexHealth provider.
        zone: The office's time zone.
        operatories: OperatoryNum → NexHealth operatory id.
        appointment_type_id: NexHealth appointment type, if it is known.
        note: The note; cut to `NOTE_LIMIT`.

    Raises:
        ValueError: ``start`` or ``minutes`` is missing from *fields*.
    """
    start, minutes, operatory = (fields.get(name) for name in ("start", "minutes", "operatory"))
    if not isinstance(start, str) or not isinstance(minutes, int):
        raise ValueError("a visit needs start and minutes before it can be booked")  # noqa: TRY004
    begins = to_instant(datetime.fromisoformat(start), zone).value
    values: NexHealthCreate = {
        "patient_id": patient_id,
        "provider_id": provider_id,
        "start_time": begins,
        "end_time": begins + timedelta(minutes=minutes),
    }
    if isinstance(operatory, int) and operatory in operatories:
        values["operatory_id"] = operatories[operatory]
    if appointment_type_id:
        values["appointment_type_id"] = appointment_type_id
    if note:
        values["note"] = note[:NOTE_LIMIT]
    return values
