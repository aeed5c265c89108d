"""Charts as the matcher sees them, and where they come from: records of the client, tables, CSV exports.

Tables are read by their headings: Open Dental's own names (``PatNum``, ``LName``, ``WirelessPhone``), the Python names
of this package and common spellings, in any case and with any punctuation. Two columns of the database hold numbers
where the API has words (page "API Queries": enumerations are integers there); both are understood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from csv import DictReader
from datetime import date, datetime
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from attrs import field, frozen

from odnexus.mapping.issues import Mapped, gather
from odnexus.mapping.person import Address, Person, person_from_opendental
from odnexus.mapping.text import (
    address_line,
    city_name,
    email_address,
    fold_name,
    iso_date,
    person_name,
    phone_number,
    postal_code,
    sex_from_opendental,
    us_state,
)

if TYPE_CHECKING:
    from odnexus.opendental.models import Patient, PatientRow

__all__ = ["Chart", "chart_of_patient", "charts_of_csv", "charts_of_frame", "charts_of_rows"]


@frozen(kw_only=True)
class Chart:
    """A patient of Open Dental as the matcher sees it.

    Attributes:
        pat_num: Primary key.
        person: Who it is.
        status: PatStatus; Archived and Deleted charts never match.
        clinic_num: Where clinics are used.
        guarantor: PatNum of the head of the family; a chart that has another guarantor may carry that person's phone.
        date_t_stamp: When the row last changed, on the office's clock.
    """

    pat_num: int
    person: Person
    status: str = "Patient"
    clinic_num: int = 0
    guarantor: int = 0
    date_t_stamp: datetime | None = field(default=None)


def chart_of_patient(patient: Patient | PatientRow) -> Chart:
    """Return the chart of a record of the Open Dental client."""
    return Chart(
        pat_num=patient.pat_num,
        person=person_from_opendental(patient).value,
        status=str(patient.pat_status or "Patient"),
        clinic_num=patient.clinic_num,
        guarantor=getattr(patient, "guarantor", 0),
        date_t_stamp=getattr(patient, "date_t_stamp", None),
    )


# -- tables ------------------------------------------------------------------------------------------------------------

# Headings by what they hold, written as `_heading` reads them.
_HEADINGS: Final[dict[str, str]] = {
    heading: name
    for name, headings in {
        "pat_num": "patnum patientnum patientid patid id chartid",
        "family": "lname lastname family familyname surname last",
        "given": "fname firstname given givenname forename first",
        "middle": "middlei middlename middle middleinitial mi mname",
        "preferred": "preferred preferredname nickname",
        "suffix": "suffix namesuffix",
        "full": "name fullname patientname patient",
        "birth_date": "birthdate dob dateofbirth born birthday",
        "sex": "gender sex",
        "mobile": "wirelessphone mobile mobilephone cell cellphone cellphonenumber phone phonenumber",
        "home": "hmphone homephone home homephonenumber",
        "work": "wkphone workphone work workphonenumber",
        "email": "email emailaddress mail",
        "line_1": "address address1 line1 street streetaddress addressline1",
        "line_2": "address2 line2 addressline2 unit",
        "city": "city town suburb",
        "state": "state province region",
        "postal_code": "zip zipcode postalcode postcode",
        "status": "patstatus status patientstatus",
        "clinic_num": "clinicnum clinic",
        "guarantor": "guarantor guarantornum",
        "date_t_stamp": "datetstamp updatedat modified",
    }.items()
    for heading in headings.split()
}
_STATUSES: Final = ("Patient", "NonPatient", "Inactive", "Archived", "Deleted", "Deceased", "Prospective")
_GENDERS: Final = ("Male", "Female", "Unknown", "Other")


def charts_of_rows(
    rows: Iterable[Mapping[str, object]], *, columns: Mapping[str, str] | None = None
) -> Iterator[Mapped[Chart]]:
    """Yield a chart for each row, with the issues of its values.

    Args:
        rows: Rows by heading.
        columns: Headings that are not understood by themselves and what they hold: a field of `Person`, of `Address`
            or of `Chart`.

    Raises:
        ValueError: A row has no PatNum, or a column is said to hold something unknown; names the row or the column.
    """
    known = dict(columns or {})
    for heading, name in known.items():
        if name not in _HEADINGS.values():
            raise ValueError(f"column {heading!r} cannot hold {name!r}: no field of a chart has that name")
    for number, row in enumerate(rows, 1):
        yield _chart(_named(row, known), number)


def _named(row: Mapping[str, object], columns: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a row as text by field; of two columns for one field the first that holds something."""
    values: dict[str, str] = {}
    for heading, value in row.items():
        name = columns.get(heading) or _HEADINGS.get(_heading(heading))
        if name is not None and not values.get(name):
            values[name] = _text(value)
    return values


def _heading(text: str) -> str:
    return fold_name(text).replace(" ", "")


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    return "" if text in {"NaT", "<NA>", "nan", "None"} else text


def _chart(values: Mapping[str, str], number: int) -> Mapped[Chart]:
    pat_num = values.get("pat_num", "")
    if not pat_num.isdecimal():
        raise ValueError(f"row {number} has no PatNum")
    person = _person(values)
    chart = Chart(
        pat_num=int(pat_num),
        person=person.value,
        status=_word(values.get("status", ""), _STATUSES) or "Patient",
        clinic_num=_whole(values.get("clinic_num", "")),
        guarantor=_whole(values.get("guarantor", "")),
        date_t_stamp=_stamp(values.get("date_t_stamp", "")),
    )
    return Mapped(chart, person.issues)


def _person(values: Mapping[str, str]) -> Mapped[Person]:
    get = values.get
    name = person_name(
        family=get("family"),
        given=get("given"),
        middle=get("middle"),
        preferred=get("preferred"),
        suffix=get("suffix"),
        full=get("full"),
    )
    born, email = iso_date(get("birth_date")), email_address(get("email"))
    sex = sex_from_opendental(_word(get("sex", ""), _GENDERS))
    phones = {kind: phone_number(get(kind), field=kind) for kind in ("mobile", "home", "work")}
    places = {
        "line_1": address_line(get("line_1")),
        "line_2": address_line(get("line_2"), field="line_2"),
        "city": city_name(get("city")),
        "state": us_state(get("state")),
        "postal_code": postal_code(get("postal_code")),
    }
    person = Person(
        family=name.value.family,
        given=name.value.given,
        middle=name.value.middle,
        preferred=name.value.preferred,
        suffix=name.value.suffix,
        birth_date=born.value,
        sex=sex.value,
        email=email.value,
        address=Address(**{place: mapped.value for place, mapped in places.items()}),
        **{kind: mapped.value for kind, mapped in phones.items()},
    )
    return Mapped(person, gather(name, born, sex, email, *phones.values(), *places.values()))


def _word(text: str, words: tuple[str, ...]) -> str:
    """Return an enumeration's word, also where its number in the database stands for it."""
    return words[int(text)] if text.isdecimal() and int(text) < len(words) else text


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _stamp(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def charts_of_frame(frame: object, *, columns: Mapping[str, str] | None = None) -> Iterator[Mapped[Chart]]:
    """Yield a chart for each row of a pandas or polars frame or an Arrow table; none of them is imported.

    Raises:
        TypeError: It is none of these.
        ValueError: As `charts_of_rows`.
    """
    for method, arguments in (("to_dicts", ()), ("to_pylist", ()), ("to_dict", ("records",))):
        rows: Callable[..., object] | None = getattr(frame, method, None)
        if callable(rows):
            return charts_of_rows(cast("Iterable[Mapping[str, object]]", rows(*arguments)), columns=columns)
    raise TypeError("a pandas or polars frame or an Arrow table is needed")


def charts_of_csv(
    path: Path, *, columns: Mapping[str, str] | None = None, encoding: str = "utf-8-sig"
) -> Iterator[Mapped[Chart]]:
    """Yield a chart for each row of a CSV export with headings.

    Raises:
        OSError: The file cannot be read.
        ValueError: As `charts_of_rows`.
    """
    with path.open(encoding=encoding, newline="") as file:
        yield from charts_of_rows(cast("Iterable[Mapping[str, object]]", DictReader(file)), columns=columns)
