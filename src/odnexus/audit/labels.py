"""What a row's records are called: masked unless somebody asks for names, and says who asks.

Masked, a person is initials and the last four digits of a mobile number ("M. L. ••0199"): enough for the front desk,
who find the chart by its number, and nothing for whoever finds the page on a printer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from odnexus.audit.picture import Picture
from odnexus.audit.rows import Row, Subject
from odnexus.mapping import Person, Visit, person_from_nexhealth
from odnexus.mapping.text import opendental_phone
from odnexus.mapping.visit import NO_START

_WORDS: Final = {
    ("opendental", "patient"): "Chart",
    ("nexhealth", "patient"): "NexHealth patient",
    ("opendental", "appointment"): "Visit",
    ("nexhealth", "appointment"): "NexHealth visit",
}


def label(picture: Picture, subject: Subject, *, shown: bool) -> str:
    """Return what *subject* is called, with names and times only if *shown*."""
    word = _WORDS.get((subject.side, subject.kind)) or f"{_SIDES[subject.side]} {subject.kind}"
    said = _SAID[subject.side, subject.kind](picture, subject.id, shown)
    return f"{word} {subject.id} ({said})" if said else f"{word} {subject.id}"


def labels(picture: Picture, row: Row, *, shown: bool) -> tuple[str, ...]:
    """Return what each subject of *row* is called."""
    return tuple(label(picture, subject, shown=shown) for subject in row.subjects)


_SIDES: Final = {"opendental": "Open Dental", "nexhealth": "NexHealth"}


def masked(person: Person) -> str:
    """Return initials and the last digits of the mobile number."""
    initials = " ".join(f"{name[0].upper()}." for name in (person.given, person.family) if name)
    digits = f"••{person.mobile[-4:]}" if person.mobile else ""
    return f"{initials} {digits}".strip()


def name_of(person: Person) -> str:
    """Return given and family name."""
    return " ".join(part for part in (person.given, person.family, person.suffix.capitalize()) if part)


def named(person: Person) -> str:
    """Return name, birth date and mobile number."""
    name = name_of(person)
    born = f"born {person.birth_date}" if person.birth_date else ""
    return ", ".join(part for part in (name, born, opendental_phone(person.mobile).value) if part)


def _chart(picture: Picture, id: int, shown: bool) -> str:  # noqa: FBT001
    mapped = picture.od_persons.get(id)
    return _called(mapped.value if mapped else None, named if shown else masked)


def _person(picture: Picture, id: int, shown: bool) -> str:  # noqa: FBT001
    return _called(_nex_person(picture, id), named if shown else masked)


def _row(picture: Picture, id: int, shown: bool) -> str:  # noqa: FBT001
    each = picture.row_of.get(id)
    mapped = picture.od_persons.get(each.pat_num) if each else None
    return _visit(picture.od_visits.get(id), mapped.value if mapped else None, shown)


def _booking(picture: Picture, id: int, shown: bool) -> str:  # noqa: FBT001
    each = picture.booking_of.get(id)
    return _visit(picture.nex_visits.get(id), _nex_person(picture, (each and each.patient_id) or 0), shown)


def _nex_person(picture: Picture, id: int) -> Person | None:
    patient = picture.person_of.get(id)
    return person_from_nexhealth(patient).value if patient else None


def _visit(visit: Visit | None, person: Person | None, shown: bool) -> str:  # noqa: FBT001
    """Return who and, only if *shown*, when: a day of treatment tells too much."""
    if not shown:
        return _called(person, masked)
    when = f"{visit.start:%Y-%m-%d %H:%M}" if visit is not None and visit.start != NO_START else ""
    return ", ".join(part for part in (when, _called(person, name_of)) if part)


def _called(person: Person | None, call: Callable[[Person], str]) -> str:
    return call(person) if person is not None else ""


def _thing(names: Callable[[Picture], Mapping[int, str | None]]) -> Callable[[Picture, int, bool], str]:
    return lambda picture, key, _: names(picture).get(key) or ""


def _clinician(picture: Picture, id: int, shown: bool) -> str:  # noqa: FBT001
    return next((each.display_name or each.name or "" for each in picture.nex_staff if each.id == id and shown), "")


_SAID: Final[dict[tuple[str, str], Callable[[Picture, int, bool], str]]] = {
    ("opendental", "patient"): _chart,
    ("nexhealth", "patient"): _person,
    ("opendental", "appointment"): _row,
    ("nexhealth", "appointment"): _booking,
    ("opendental", "operatory"): _thing(lambda picture: {each.operatory_num: each.op_name for each in picture.chairs}),
    ("nexhealth", "operatory"): _thing(lambda picture: {each.id: each.name for each in picture.nex_chairs}),
    ("opendental", "provider"): _thing(lambda picture: {each.prov_num: each.abbr for each in picture.staff}),
    ("nexhealth", "provider"): _clinician,
    ("opendental", "type"): _thing(
        lambda picture: {each.appointment_type_num: each.appointment_type_name for each in picture.types}
    ),
    ("nexhealth", "type"): _thing(lambda picture: {each.id: each.name for each in picture.nex_types}),
    ("opendental", "location"): _thing(lambda picture: {0: picture.location.name}),
    ("opendental", "carrier"): _thing(
        lambda picture: {each.carrier_num: each.carrier_name for each in picture.carriers}
    ),
    ("opendental", "plan"): _thing(lambda picture: {each.plan_num: each.group_num for each in picture.plans}),
    ("nexhealth", "location"): _thing(lambda picture: {picture.location.nexhealth_id: picture.location.name}),
}
