"""People: a patient reduced to what tells who it is and how to reach them, in one form for both systems.

A `Person` is what the matcher compares and what a new chart is made of. Reading never fails; what had to be guessed,
moved or dropped is said in issues. Open Dental has no field for a suffix, so it is written behind the family name
(``Smith Jr``) and found again there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from attrs import evolve, field, fields_dict, frozen

from odnexus.mapping._fit import fitted
from odnexus.mapping.issues import Issue, Mapped, gather, rename
from odnexus.mapping.text import (
    SUFFIX_WORDS,
    PersonName,
    Sex,
    address_line,
    city_name,
    email_address,
    email_key,
    iso_date,
    nexhealth_gender,
    opendental_gender,
    opendental_phone,
    person_name,
    phone_number,
    postal_code,
    sex_from_nexhealth,
    sex_from_opendental,
    ten_digits,
    us_state,
)

if TYPE_CHECKING:
    from odnexus.nexhealth.models import Patient as NexHealthPatient
    from odnexus.opendental.changes import PatientChanges, PatientCreate
    from odnexus.opendental.models import Patient as OpenDentalPatient, PatientRow

__all__ = [
    "PERSON_FIELDS",
    "Address",
    "Person",
    "essence",
    "fill_blanks",
    "nexhealth_patient",
    "opendental_patient",
    "person_from_nexhealth",
    "person_from_opendental",
    "person_of",
]


@frozen(kw_only=True)
class Address:
    """A postal address. The repr shows nothing of it."""

    line_1: str = field(default="", repr=False)
    line_2: str = field(default="", repr=False)
    city: str = field(default="", repr=False)
    state: str = field(default="", repr=False)
    postal_code: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return any((self.line_1, self.line_2, self.city, self.state, self.postal_code))


@frozen(kw_only=True)
class Person:
    """Who somebody is and how to reach them. The repr shows nothing personal.

    Attributes:
        family: Family name without suffix.
        given: Given name or names.
        middle: Middle name or initial.
        preferred: The name the person goes by.
        suffix: ``jr``, ``sr``, ``ii``, ``iii``, ``iv``, ``v`` or empty.
        birth_date: None where there is none, whatever a system writes for it.
        sex: No evidence of identity: NexHealth stores Female for unknown.
        mobile: E.164; so are `home` and `work`.
        email: With its domain in small letters.
        address: Where they live.
    """

    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    middle: str = field(default="", repr=False)
    preferred: str = field(default="", repr=False)
    suffix: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    sex: Sex | None = field(default=None, repr=False)
    mobile: str = field(default="", repr=False)
    home: str = field(default="", repr=False)
    work: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    address: Address = field(factory=Address, repr=False)


PERSON_FIELDS: Final[tuple[str, ...]] = tuple(fields_dict(Person))
_SEXES: Final[dict[object, Sex]] = {"male": "male", "female": "female", "other": "other"}
_PHONES: Final = ("mobile", "home", "work")


# -- reading -----------------------------------------------------------------------------------------------------------


def person_from_nexhealth(patient: NexHealthPatient, *, today: date | None = None) -> Mapped[Person]:
    """Return the person that a NexHealth patient is.

    The main phone of the bio is taken for the mobile phone where no other field holds it. The sex Female carries the
    issue ``sex.default``: NexHealth stores it where nothing was given.

    Args:
        patient: Any shape of a patient.
        today: What birth dates are checked by; without it they are not checked for being in the future.
    """
    bio = patient.bio
    name = person_name(
        family=patient.last_name,
        given=patient.first_name,
        middle=patient.middle_name,
        full="" if patient.last_name or patient.first_name else patient.name,
    )
    birth_date = iso_date(bio.date_of_birth if bio else None, today=today)
    sex = sex_from_nexhealth(bio.gender if bio else None)
    phones = _phones(
        mobile=bio.cell_phone_number if bio else None,
        home=bio.home_phone_number if bio else None,
        work=bio.work_phone_number if bio else None,
        main=bio.phone_number if bio else None,
    )
    email = email_address(patient.email)
    address = _nexhealth_address(patient)
    person = _person(name.value, birth_date.value, sex.value, phones.value, email.value, address.value)
    return Mapped(person, gather(name, birth_date, sex, phones, email, address))


def person_from_opendental(patient: OpenDentalPatient | PatientRow, *, today: date | None = None) -> Mapped[Person]:
    """Return the person that an Open Dental patient is.

    Args:
        patient: A full record or a row of ``GET /patients``; the row knows no sex.
        today: What birth dates are checked by; without it they are not checked for being in the future.
    """
    name = person_name(
        family=patient.l_name, given=patient.f_name, middle=patient.middle_i, preferred=patient.preferred
    )
    birth_date = iso_date(patient.birthdate, today=today)
    gender = getattr(patient, "gender", None)
    sex = sex_from_opendental(str(gender) if gender is not None else None)
    phones = _phones(mobile=patient.wireless_phone, home=patient.hm_phone, work=patient.wk_phone, main=None)
    email = email_address(patient.email)
    address = _address(patient.address, patient.address2, patient.city, patient.state, patient.zip)
    person = _person(name.value, birth_date.value, sex.value, phones.value, email.value, address.value)
    return Mapped(person, gather(name, birth_date, sex, phones, email, address))


def _person(
    name: PersonName, birth_date: date | None, sex: Sex | None, phones: Mapping[str, str], email: str, address: Address
) -> Person:
    return Person(
        family=name.family,
        given=name.given,
        middle=name.middle,
        preferred=name.preferred,
        suffix=name.suffix,
        birth_date=birth_date,
        sex=sex,
        email=email,
        address=address,
        **phones,
    )


def _phones(*, mobile: str | None, home: str | None, work: str | None, main: str | None) -> Mapped[dict[str, str]]:
    first, second = phone_number(mobile, field="mobile"), phone_number(home, field="home")
    third, extra = phone_number(work, field="work"), phone_number(main, field="mobile")
    numbers = {"mobile": first.value, "home": second.value, "work": third.value}
    issues = gather(first, second, third, extra)
    if extra.value and extra.value not in numbers.values():
        free = next((name for name in ("mobile", "home") if not numbers[name]), None)
        if free is None:
            return Mapped(numbers, (*issues, Issue(field="mobile", rule="phone.fourth", severity="warning")))
        numbers[free] = extra.value
        issues = (*issues, Issue(field=free, rule="phone.main", severity="info"))
    return Mapped(numbers, issues)


def _nexhealth_address(patient: NexHealthPatient) -> Mapped[Address]:
    if (whole := patient.address) is not None and (whole.line_1 or whole.postal_code):
        return _address(whole.line_1, whole.line_2, whole.city, whole.region, whole.postal_code)
    if (bio := patient.bio) is None:
        return _NOWHERE
    line_1 = bio.address_line_1 or bio.street_address
    return _address(line_1, bio.address_line_2, bio.city, bio.state, bio.zip_code)


# A family lives in one place: an address is mostly that of the chart before.
@lru_cache(maxsize=8_192)
def _address(
    line_1: str | None, line_2: str | None, city: str | None, state: str | None, code: str | int | None
) -> Mapped[Address]:
    if not (line_1 or line_2 or city or state or code):
        return _NOWHERE
    first, second = address_line(line_1), address_line(line_2, field="line_2")
    town, region, zip_code = city_name(city), us_state(state), postal_code(code)
    address = Address(
        line_1=first.value, line_2=second.value, city=town.value, state=region.value, postal_code=zip_code.value
    )
    issues = gather(first, second, town, region, zip_code)
    return Mapped(address, rename("address", issues) if issues else ())


_NOWHERE: Final = Mapped(Address())


# -- writing -----------------------------------------------------------------------------------------------------------


def opendental_patient(
    person: Person,
    *,
    pri_prov: int | None = None,
    clinic_num: int | None = None,
    guarantor: int | None = None,
    billing_type: str | None = None,
) -> Mapped[PatientCreate]:
    """Return the fields of a new Open Dental chart; what is unknown is left out.

    A text that is longer than its field is cut, and what Open Dental would refuse (a state outside of the US and
    Canada, a postal code of another form) is left out, each with an issue.

    Args:
        person: Who it is.
        pri_prov: ProvNum of the primary provider.
        clinic_num: ClinicNum, where clinics are used.
        guarantor: PatNum of the head of the family.
        billing_type: ItemName of a definition of category 4.
    """
    issues = [
        Issue(field=name, rule="name.missing", severity="error")
        for name in ("family", "given")
        if not getattr(person, name)
    ]
    gender = opendental_gender(person.sex)
    values: dict[str, object] = {
        "l_name": _family_with_suffix(person),
        "f_name": person.given,
        "middle_i": person.middle,
        "preferred": person.preferred,
        "gender": gender.value,
        "birthdate": person.birth_date,
        **_opendental_contact(person, issues),
    }
    created = fitted(_known(values), _ESSENCE)
    office = {"pri_prov": pri_prov, "clinic_num": clinic_num, "guarantor": guarantor, "billing_type": billing_type}
    whole = {**created.value, **_known(office)}
    return Mapped(cast("PatientCreate", whole), (*issues, *gender.issues, *created.issues))


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None and value != ""}


# Fields of a chart and the fields of a person that they come from, for issues.
_ESSENCE: Final = {
    "l_name": "family", "f_name": "given", "middle_i": "middle", "birthdate": "birth_date", "gender": "sex",
    "wireless_phone": "mobile", "hm_phone": "home", "wk_phone": "work", "address2": "address", "city": "address",
    "state": "address", "zip": "address",
}  # fmt: skip


def _opendental_contact(person: Person, issues: list[Issue]) -> dict[str, str]:
    numbers = {name: opendental_phone(getattr(person, name), field=name) for name in _PHONES}
    code = postal_code(person.address.postal_code, field="address")
    state = us_state(person.address.state, field="address")
    issues.extend((*gather(*numbers.values()), *state.issues, *code.issues))
    return {
        "wireless_phone": numbers["mobile"].value,
        "hm_phone": numbers["home"].value,
        "wk_phone": numbers["work"].value,
        "email": person.email,
        "address": person.address.line_1,
        "address2": person.address.line_2,
        "city": person.address.city,
        # Open Dental takes two capitals, and only some forms of a postal code (POST /patients).
        "state": "" if state.issues else state.value,
        "zip": "" if code.issues else code.value,
    }


def _family_with_suffix(person: Person) -> str:
    return f"{person.family} {SUFFIX_WORDS.get(person.suffix, '')}".strip()


_NEXHEALTH_REQUIRED: Final = ("family", "given", "email", "birth_date")


def nexhealth_patient(person: Person) -> Mapped[dict[str, object]]:
    """Return the fields of a new NexHealth patient, named as ``patients.create`` takes them, without ``provider_id``.

    What NexHealth requires and the person lacks is an issue of severity error; so is a phone outside North America
    where it is the only one, since NexHealth takes ten digits and no more.
    """
    issues = [
        Issue(field=name, rule="field.required", severity="error")
        for name in _NEXHEALTH_REQUIRED
        if not getattr(person, name)
    ]
    numbers = {name: ten_digits(getattr(person, name), field=name) for name in _PHONES}
    main = next((numbers[name].value for name in _PHONES if numbers[name].value), "")
    if not main:
        issues.append(Issue(field="mobile", rule="field.required", severity="error"))
    gender = nexhealth_gender(person.sex)
    values: dict[str, object] = {
        "first_name": person.given,
        "last_name": _family_with_suffix(person),
        "email": person.email,
        "date_of_birth": person.birth_date,
        "phone_number": main,
        "cell_phone_number": numbers["mobile"].value,
        "home_phone_number": numbers["home"].value,
        "work_phone_number": numbers["work"].value,
        "gender": gender.value,
        "address_line_1": person.address.line_1,
        "address_line_2": person.address.line_2,
        "city": person.address.city,
        "state": person.address.state,
        "zip_code": person.address.postal_code,
    }
    created = {name: value for name, value in values.items() if value is not None and value != ""}
    return Mapped(created, (*issues, *gather(*numbers.values(), gender)))


def fill_blanks(source: Person, target: Person) -> PatientChanges:
    """Return the Open Dental changes that give a chart what it lacks and *source* knows; nothing is ever replaced.

    An address counts as one field: half of one and half of another is nobody's. A phone that the chart holds under
    another kind is not added again. The sex Female of NexHealth may stand for unknown and fills no blank.

    Args:
        source: The person as the booking describes them.
        target: The person as the chart describes them.
    """
    wanted = evolve(source, sex=None if source.sex == "female" else source.sex, family="", given="", suffix="")
    held = {getattr(target, name) for name in _PHONES}
    lacking = Person(
        middle="" if target.middle else wanted.middle,
        preferred="" if target.preferred or wanted.preferred == target.given else wanted.preferred,
        birth_date=None if target.birth_date else wanted.birth_date,
        sex=None if target.sex else wanted.sex,
        email="" if target.email and email_key(target.email) else wanted.email,
        address=Address() if target.address else wanted.address,
        **{
            name: "" if getattr(target, name) or getattr(wanted, name) in held else getattr(wanted, name)
            for name in _PHONES
        },
    )
    filled = opendental_patient(lacking).value
    if filled.get("gender") == "Unknown":
        # Also for a sex that Open Dental has no word for: it says as much as the blank.
        del filled["gender"]
    return cast("PatientChanges", filled)


# -- essence -----------------------------------------------------------------------------------------------------------


def essence(person: Person) -> dict[str, object]:
    """Return *person* as JSON-safe values in declared order; `person_of` is the way back. It holds patient data."""
    values: dict[str, object] = {name: getattr(person, name) for name in PERSON_FIELDS}
    values["birth_date"] = person.birth_date.isoformat() if person.birth_date else None
    values["address"] = {name: getattr(person.address, name) for name in fields_dict(Address)}
    return values


def person_of(stored: Mapping[str, object]) -> Person:
    """Return the person of an `essence`; fields it lacks are empty.

    Raises:
        ValueError: The essence is not one of a person.
    """
    texts = {name: stored.get(name, "") for name in PERSON_FIELDS if name not in {"birth_date", "sex", "address"}}
    sex, birth_date, address = stored.get("sex"), stored.get("birth_date"), stored.get("address", {})
    if not isinstance(address, Mapping) or not (sex is None or sex in _SEXES):
        raise ValueError("not the essence of a person")
    places = {name: cast("Mapping[str, object]", address).get(name, "") for name in fields_dict(Address)}
    if not all(isinstance(value, str) for value in (*texts.values(), *places.values())):
        raise ValueError("not the essence of a person")
    return Person(
        **cast("dict[str, str]", texts),
        sex=None if sex is None else _SEXES[sex],
        birth_date=date.fromisoformat(birth_date) if isinstance(birth_date, str) else None,
        address=Address(**cast("dict[str, str]", places)),
    )
