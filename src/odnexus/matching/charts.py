"""Charts as the matcher sees them, and where they come from: records of the client, tables, CSV exports.

Tables are read by their headings: Open Dental's own names (``PatNum``, ``LName``, ``WirelessPhone``), the Python names
of this package and common spellings, in any case and with any punctuation, also with the table before them
(``patient.PatNum``). Files and cells are read as for audits. Two columns of the database hold numbers where the API has
words (page "API Queries": enumerations are integers there); both are understood.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from attrs import field, frozen

from odnexus.mapping.cells import text_of, wall_time, whole_number, zip_code
from odnexus.mapping.grids import Grid, grid_of_file, grid_of_frame
from odnexus.mapping.issues import Mapped, gather
from odnexus.mapping.person import Address, Person, person_from_opendental
from odnexus.mapping.text import (
    address_line,
    city_name,
    email_address,
    iso_date,
    person_name,
    phone_number,
    postal_code,
    sex_from_opendental,
    us_state,
)
from odnexus.matching.columns import Column, columns_of, days_first

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

_STATUSES: Final = ("Patient", "NonPatient", "Inactive", "Archived", "Deleted", "Deceased", "Prospective")
_GENDERS: Final = ("Male", "Female", "Unknown", "Other")


def charts_of_rows(
    rows: Iterable[Mapping[str, object]], *, columns: Mapping[str, str] | None = None
) -> Iterator[Mapped[Chart]]:
    """Yield a chart for each row, with the issues of its values. Rows in which nothing stands are passed over.

    Rows are taken one by one. A list of them is looked through first, and read with the day before the month if its
    dates show that they are written so.

    Args:
        rows: Rows by heading.
        columns: Headings that are not understood by themselves and what they hold: a field of `Person`, of `Address`
            or of `Chart`.

    Raises:
        ValueError: A row has no PatNum, or a column is said to hold something unknown; names the row or the column.
    """
    said = columns or {}
    late = _late(rows, said) if isinstance(rows, Sequence) else frozenset[str]()
    columns_of((), said)
    # Rows of one table have the same headings.
    known = dict[tuple[object, ...], tuple[Column, ...]]()
    for number, row in enumerate(rows, 1):
        headings = cast("tuple[object, ...]", tuple(row))
        if headings not in known:
            if None in headings:
                # Where readers of the standard library put what has no heading.
                raise ValueError(_OVERLONG.format(number))
            known[headings] = columns_of(headings, said, late)
        mapped = _chart(known[headings], tuple(row.values()), number)
        if mapped is not None:
            yield mapped


def one_each(found: Iterable[Mapped[Chart]]) -> list[Chart]:
    """Return the charts of a table; warn of birth dates that cannot be read and so count as missing.

    Raises:
        ValueError: Two rows of one PatNum differ: one of the two people would be lost.
    """
    held, unread = dict[int, Chart](), 0
    for mapped in found:
        chart = mapped.value
        if held.setdefault(chart.pat_num, chart) != chart:
            remedy = "keep one row a chart, such as frame.drop_duplicates('PatNum') does"
            raise ValueError(f"two rows of PatNum {chart.pat_num} differ; {remedy}")
        unread += any(issue.rule == "date.unreadable" for issue in mapped.issues)
    if unread:
        remedy = "write them as 1988-11-20; charts_of_rows and its kin tell which"
        warnings.warn(
            f"{unread} of {len(held)} birth dates cannot be read and count as missing: {remedy}", stacklevel=3
        )
    return list(held.values())


def _late(rows: Sequence[Mapping[str, object]], said: Mapping[str, str]) -> frozenset[str]:
    """Return the headings of columns that have the day before the month."""
    held = columns_of(tuple(dict.fromkeys(chain.from_iterable(rows))), said)
    places = days_first(held, lambda each: (row.get(each.heading) for row in rows))
    return frozenset(each.heading for each in held if each.place in places)


_OVERLONG: Final = "row {} has more cells than there are headings: a sign that parts a cell is not quoted"
_SAY: Final = "if another heading is meant, say so with columns={'its heading': 'pat_num'}"


def _charts(grid: Grid, columns: Mapping[str, str] | None) -> Iterator[Mapped[Chart]]:
    headings, said = grid.headings, columns or {}
    held, width = columns_of(headings, said), len(headings)
    if headings and not any(each.name == "pat_num" for each in held):
        # A wrong heading must not look like an office without patients.
        raise ValueError(f"no column holds PatNum; {_SAY}")
    late = days_first(held, lambda each: (row[each.place] for row in grid.rows if each.place < len(row)))
    held = columns_of(headings, said, late)
    for number, cells in enumerate(grid.rows, 1):
        if len(cells) > width and any(map(text_of, cells[width:])):
            raise ValueError(_OVERLONG.format(number))
        full = cells if len(cells) >= width else [*cells, *[None] * (width - len(cells))]
        mapped = _chart(held, full, number)
        if mapped is not None:
            yield mapped


def _chart(columns: Iterable[Column], cells: Sequence[object], number: int) -> Mapped[Chart] | None:
    """Return the chart of a row, None if nothing stands in it."""
    values = dict[str, str]()
    for column in columns:
        if column.name not in values and (text := column.read(cells[column.place])):
            values[column.name] = text
    if not values and not any(map(text_of, cells)):
        return None
    pat_num = _whole(values.get("pat_num", ""))
    if pat_num is None:
        raise ValueError(f"row {number} has no PatNum: {_lacking(columns)}")
    person = _person(values)
    chart = Chart(
        pat_num=pat_num,
        person=person.value,
        status=_word(values.get("status", ""), _STATUSES) or "Patient",
        clinic_num=_whole(values.get("clinic_num", "")) or 0,
        guarantor=_whole(values.get("guarantor", "")) or 0,
        date_t_stamp=_stamp(values.get("date_t_stamp", "")),
    )
    return Mapped(chart, person.issues)


def _lacking(columns: Iterable[Column]) -> str:
    headings = [repr(each.heading) for each in columns if each.name == "pat_num"]
    return f"a whole number is needed under {' or '.join(headings)}" if headings else f"no column holds it; {_SAY}"


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
        "postal_code": postal_code(_zip(get("postal_code", ""))),
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


def _whole(text: str) -> int | None:
    try:
        number = int(text) if text.isdecimal() else whole_number(text)
    except ValueError:
        return None
    return number if number >= 0 else None


def _zip(text: str) -> str:
    # Short ones get their zeros, and a remark, from the mapping.
    return zip_code(text) if len(text) > 5 else text


def _stamp(text: str) -> datetime | None:
    for read in (str, wall_time):
        try:
            return datetime.fromisoformat(read(text))
        except ValueError:
            continue
    return None


def charts_of_frame(frame: object, *, columns: Mapping[str, str] | None = None) -> Iterator[Mapped[Chart]]:
    """Yield a chart for each row of a pandas or polars frame or an Arrow table; none of them is imported.

    Raises:
        TypeError: It is none of these.
        ValueError: As `charts_of_rows`, or no column holds PatNum.
    """
    grid = grid_of_frame(frame)
    if grid is None:
        raise TypeError("a pandas or polars frame or an Arrow table is needed")
    return _charts(grid, columns)


def charts_of_csv(
    path: Path, *, columns: Mapping[str, str] | None = None, encoding: str | None = None
) -> Iterator[Mapped[Chart]]:
    """Yield a chart for each row of a CSV export with headings.

    It may be UTF-8, UTF-16 or Windows-1252, with commas, semicolons, tabs or bars between its cells.

    Args:
        path: The file.
        columns: As for `charts_of_rows`.
        encoding: Its encoding; left out, it is found out.

    Raises:
        LookupError: There is no such encoding.
        OSError: The file cannot be read.
        ValueError: As `charts_of_rows`, no column holds PatNum, a row has more cells than there are headings, or the
            file is no text with headings, or not in that encoding.
    """
    return _charts(grid_of_file(path, encoding=encoding), columns)
