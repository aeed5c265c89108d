"""Patients of NexHealth's copy: how they are created, matched, searched and replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from difflib import SequenceMatcher
from typing import Literal, TypeAlias, TypedDict, Unpack

from odnexus.testing.nexhealth.platform import Platform
from odnexus.testing.nexhealth.records import Location, Patient
from odnexus.testing.nexhealth.values import Refusal, Row, Values

PHONES = ("phone_number", "home_phone_number", "cell_phone_number", "work_phone_number", "custom_contact_number")

Gender: TypeAlias = Literal["Male", "Female", "Other"]

_NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_OLDEST_YEARS = 130


def clean_phone(platform: Platform, sent: str) -> str:
    """Return a phone as NexHealth stores it: the first ten characters of what was sent."""
    text = re.sub(r"\D", "", sent) if platform.switches.phone_cleaning == "digits_then_cut" else sent
    return text[:10]


def check_birth_date(born: date, today: date) -> None:
    """Refuse a birth date in the future or more than 130 years back."""
    if born > today or born.year < today.year - _OLDEST_YEARS:
        raise Refusal(400, "date_of_birth is invalid")


def check_email(platform: Platform, email: str) -> None:
    """Refuse what is no e-mail address; the pattern of the document is a slip and is not enforced."""
    domain = email.rpartition("@")[2]
    if not _EMAIL.fullmatch(email) or (not platform.switches.upper_case_email_domains and domain != domain.lower()):
        raise Refusal(400, "Email is invalid")


def bio_of(platform: Platform, sent: Values) -> Row:
    """Return the bio to be stored: phones cut and checked, the missing gender filled in.

    Raises:
        Refusal: 400 for a phone that is none in North America, or an impossible birth date.
    """
    bio = sent.as_row()
    for name in PHONES:
        text = sent.text(name)
        if text is None:
            continue
        bio[name] = clean_phone(platform, text)
        if text and not _NORTH_AMERICAN.fullmatch(str(bio[name])):
            raise Refusal(400, "User phone number is invalid")
    born = sent.day("date_of_birth")
    if born is not None:
        check_birth_date(born, platform.clock.now().date())
    bio.setdefault("gender", "Female")
    return bio


class Extras(TypedDict, total=False):
    """What else a new placeholder may carry."""

    email: str | None
    provider_id: int | None
    guarantor_id: int | None


def add_placeholder(
    platform: Platform, location: Location, first: str, last: str, bio: Row, **extras: Unpack[Extras]
) -> Patient:
    """Add a patient that the EHR does not know."""
    state = platform.state
    record = Patient(
        **state.fresh("patients"),
        institution_id=location.institution_id,
        first_name=first,
        last_name=last,
        bio={**bio, "new_patient": True, "non_patient": False},
        location_ids=(location.id,),
        **extras,
    )
    state.patients[record.id] = record
    if platform.switches.patient_created_for_api_patients:
        platform.patient_event("patient_created", record)
    return record


def behind(platform: Platform, location: Location) -> list[Patient]:
    """Return the patients of the EHR database behind a location, in the order of their ids."""
    offices = platform.state.same_database(location)
    return [one for one in platform.state.patients.values() if offices & set(one.location_ids)]


def same_person(patients: Iterable[Patient], first: str, last: str, born: str, phone: str) -> Patient | None:
    """Return the patient with this name, birth date and main phone; an EHR record before a placeholder."""
    wanted = (first.strip().casefold(), last.strip().casefold(), born, phone)
    found = [one for one in patients if _identity(one) == wanted]
    return min(found, key=lambda one: (one.is_placeholder, one.id), default=None)


def _identity(one: Patient) -> tuple[str, str, str, str]:
    first, last = one.first_name.strip().casefold(), one.last_name.strip().casefold()
    return first, last, one.says("date_of_birth"), one.says("phone_number")


def search(patients: Iterable[Patient], query: Values) -> list[Patient]:
    """Return the rows for the criteria of a person: name and birth date narrow, e-mail and phone widen."""
    name, born = query.text("name"), query.day("date_of_birth")
    email, phone = query.text("email"), query.text("phone_number")
    rows = list(patients)
    if not (name or born or email or phone):
        return rows
    return [
        one
        for one in rows
        if ((name or born) and _narrow(one, name, born))
        or (email and (one.email or "").casefold() == email.casefold())
        or (phone and phone in {one.says(key) for key in PHONES})
    ]


def _narrow(one: Patient, name: str | None, born: date | None) -> bool:
    return (name is None or sounds_like(name, one.name)) and (
        born is None or one.says("date_of_birth") == born.isoformat()
    )


def sounds_like(wanted: str, name: str) -> bool:
    """Tell whether each word of *wanted* begins, or nearly is, a word of *name*: the fuzzy search of patients."""
    words = name.casefold().split()
    return all(any(_near(part, word) for word in words) for part in wanted.casefold().split())


def _near(part: str, word: str) -> bool:
    return word.startswith(part) or (len(part) > 3 and SequenceMatcher(None, part, word).ratio() >= 0.8)


def take_over(platform: Platform, placeholder: Patient, record: Patient) -> None:
    """Let *record*, read from the EHR, take the place of a placeholder, whose id vanishes."""
    state = platform.state
    for visit in state.appointments.values():
        if visit.patient_id == placeholder.id:
            visit.patient_id = record.id
            state.touch(visit)
    for other in state.patients.values():
        if other.guarantor_id == placeholder.id:
            other.guarantor_id = record.id
    state.patients.pop(placeholder.id, None)
