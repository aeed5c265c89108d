"""What the columns of a table of patients hold, by their headings, and what stands in their cells.

``LName``, ``l_name``, ``Last Name`` and ``patient.LName`` are one heading. Of several columns for one field, what the
caller said comes first, then Open Dental's own names, then what people call the same; of these, the first that holds
something counts. Two columns that may be the PatNum are not mixed: a number of something else would be a wrong chart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from odnexus.mapping.cells import is_day_first, month_first, text_of, wall_time
from odnexus.mapping.grids import table_before
from odnexus.mapping.text import fold_name

__all__ = ["Column", "columns_of", "days_first"]

# By field, headings as `_heading` reads them: the Open Dental client's first.
_WORDS: Final = {
    "pat_num": "patnum patientnum patientnumber patientid patid id chartid",
    "family": "lname lastname family familyname surname last",
    "given": "fname firstname given givenname forename first",
    "middle": "middlei middlename middle middleinitial mi mname",
    "preferred": "preferred preferredname nickname",
    "suffix": "suffix namesuffix",
    "full": "name fullname patientname patient",
    "birth_date": "birthdate dob dateofbirth born birthday",
    "sex": "gender sex",
    "mobile": "wirelessphone wireless mobile mobilephone cell cellphone cellphonenumber phone phonenumber",
    "home": "hmphone homephone home homephonenumber",
    "work": "wkphone workphone work workphonenumber",
    "email": "email emailaddress mail",
    "line_1": "address address1 line1 street streetaddress addressline1",
    "line_2": "address2 line2 addressline2 unit",
    "city": "city town suburb",
    "state": "state province region",
    "postal_code": "zip zipcode postalcode postcode",
    "status": "patstatus status patientstatus",
    "clinic_num": "clinicnum clinic clinicid",
    "guarantor": "guarantor guarantornum",
    "date_t_stamp": "datetstamp updatedat modified",
}
_FIELDS: Final = {word: name for name, words in _WORDS.items() for word in words.split()}
_OWN: Final = frozenset(words.partition(" ")[0] for words in _WORDS.values())
_DAYS: Final = frozenset({"birth_date", "date_t_stamp"})


@frozen
class Column:
    """What a column holds.

    Attributes:
        place: Where it stands.
        heading: What stands over it.
        name: A field of `Person`, of `Address` or of `Chart`.
        rank: Of two columns for one field the lower comes first.
        read: Returns what a cell says as a text, empty if nothing.
    """

    place: int
    heading: str
    name: str
    rank: int
    read: Callable[[object], str]


def columns_of(
    headings: Sequence[object], said: Mapping[str, str], day_first: Collection[object] = ()
) -> tuple[Column, ...]:
    """Return the columns that hold something of a chart, those that count more before the others.

    Args:
        headings: The headings of the table.
        said: Headings that are not understood by themselves and the field that each holds.
        day_first: Headings, or places, of columns that have the day before the month.

    Raises:
        ValueError: A column is said to hold something unknown.
    """
    for heading, meant in said.items():
        if meant not in _WORDS:
            raise ValueError(f"column {heading!r} cannot hold {meant!r}: no field of a chart has that name")
    texts = list(map(str, headings))
    table, found = table_before(texts, _FIELDS, _heading, called="patient", key="patnum"), list[Column]()
    for place, heading in enumerate(texts):
        word = _word(heading, table)
        if (name := said.get(heading) or _FIELDS.get(word)) is not None:
            rank = 0 if heading in said else 1 if word in _OWN else 2
            late = place in day_first or heading in day_first
            found.append(Column(place, heading, name, rank, _DAY_FIRST.get(name, text_of) if late else text_of))
    best = min((each.rank for each in found if each.name == "pat_num"), default=0)
    kept = (each for each in found if each.name != "pat_num" or each.rank == best)
    return tuple(sorted(kept, key=lambda each: each.rank))


def days_first(columns: Iterable[Column], cells_of: Callable[[Column], Iterable[object]]) -> set[int]:
    """Return the places of the columns whose cells show that the day stands before the month."""
    return {each.place for each in columns if each.name in _DAYS and is_day_first(cells_of(each))}


# -- headings ----------------------------------------------------------------------------------------------------------


def _word(heading: str, table: str) -> str:
    """Return a heading without what makes spellings differ; *table* is the one whose name may stand before it."""
    word = _heading(heading)
    before, _, last = heading.rpartition(".")
    return _heading(last) if word not in _FIELDS and before and before == table else word


def _heading(text: str) -> str:
    return fold_name(text).replace(" ", "")


# -- cells -------------------------------------------------------------------------------------------------------------


def _day(cell: object) -> str:
    return month_first(text_of(cell))


def _stamp(cell: object) -> str:
    text = text_of(cell)
    try:
        return wall_time(text, day_first=True)
    except ValueError:
        return text


_DAY_FIRST: Final[Mapping[str, Callable[[object], str]]] = {"birth_date": _day, "date_t_stamp": _stamp}
