"""A small invented office in good order, as tables; each test breaks what it is about."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

from odnexus.audit import EngineState, Picture, Row, audit, picture_from
from odnexus.practice import Location

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""08:00 on a Monday in Denver, seven hours behind UTC."""

WINDOW = (date(2026, 2, 23), date(2026, 5, 31))
DAY = date(2026, 3, 4)

Rows = list[dict[str, Any]]
Break = Callable[["Office"], object]


def location(**changes: Any) -> Location:
    """Return the office's location."""
    return Location(name="main", nexhealth_id=12, timezone="America/Denver", **changes)


class Office:
    """Tables of both systems: three families, four visits that agree, two rooms and two dentists."""

    def __init__(self) -> None:
        self.place = location()
        self.links: dict[int, int] = {}
        self.engine: EngineState | None = None
        self.earlier: Office | None = None
        self.tables: dict[str, Rows] = deepcopy(_TABLES)
        for number, (apt, pat, hour, op) in enumerate(
            [(501, 11, 9, 1), (502, 12, 10, 1), (503, 21, 9, 2), (504, 31, 13, 2)]
        ):
            self.visit(9001 + number, apt, pat, hour, op)

    def __getattr__(self, name: str) -> Rows:
        return self.tables[name]

    def visit(self, nex_id: int, apt_num: int, pat_num: int, hour: float, op: int, **changes: Any) -> None:
        """Put a visit into both calendars."""
        self.book_visit(apt_num, pat_num, hour, op)
        self.online(nex_id, pat_num + 700, hour, op, foreign_id=str(apt_num), **changes)

    def book_visit(self, apt_num: int, pat_num: int, hour: float, op: int, **changes: Any) -> None:
        """Put a visit into Open Dental's book."""
        start = datetime(DAY.year, DAY.month, DAY.day) + timedelta(hours=hour)
        self.book.append({
            "AptNum": apt_num, "PatNum": pat_num, "AptStatus": "Scheduled", "Pattern": "X" * 12, "Confirmed": 19,
            "Op": op, "ProvNum": op, "AptDateTime": f"{start}", "Note": "", **changes,
        })  # fmt: skip

    def online(self, id: int, patient: int, hour: float, op: int, **changes: Any) -> None:
        """Put a visit into NexHealth's calendar."""
        start = datetime(DAY.year, DAY.month, DAY.day, 7, tzinfo=UTC) + timedelta(hours=hour)
        self.bookings.append({
            "id": id, "patient_id": patient, "provider_id": 800 + op, "operatory_id": 300 + op,
            "start_time": f"{start:%Y-%m-%dT%H:%M:%SZ}", "end_time": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
            "created_at": "2026-02-20T15:00:00Z", "confirmed": False, "cancelled": False, "unavailable": False,
            **changes,
        })  # fmt: skip

    def chart(self, pat_num: int, given: str, family: str, born: str, **changes: Any) -> None:
        """Put a chart into Open Dental."""
        self.charts.append({
            "PatNum": pat_num, "FName": given, "LName": family, "Birthdate": born, "PatStatus": "Patient",
            "Guarantor": pat_num, "WirelessPhone": f"(208)555-{100 + pat_num:04}", "HmPhone": "",
            "WkPhone": "", "Email": "", **changes,
        })  # fmt: skip

    def person(self, id: int, given: str, family: str, born: str, **changes: Any) -> None:
        """Put a patient into NexHealth."""
        self.people.append({
            "id": id, "first_name": given, "last_name": family, "date_of_birth": born, "inactive": False,
            "created_at": "2026-01-05T15:00:00Z", **changes,
        })  # fmt: skip

    def of(self, name: str, key: str, value: object) -> dict[str, Any]:
        """Return the row of a table whose *key* is *value*."""
        return next(row for row in self.tables[name] if row[key] == value)

    def picture(self) -> Picture:
        """Return the picture of the tables."""
        tables: Any = self.tables
        picture = picture_from(self.place, at=AT, window=WINDOW, links=self.links, engine=self.engine, **tables)
        return picture if self.earlier is None else picture.since(self.earlier.picture())

    def found(self) -> list[tuple[str, tuple[int, ...]]]:
        """Return what all audits find: rules and ids of subjects."""
        return [found(row) for row in audit(self.picture()).rows]


def found(row: Row) -> tuple[str, tuple[int, ...]]:
    """Return rule and ids of a row."""
    return row.rule, tuple(subject.id for subject in row.subjects)


def broken(*breaks: Break) -> Office:
    """Return an office with faults."""
    office = Office()
    for each in breaks:
        each(office)
    return office


def put(table: str, key: str, value: object, **cells: Any) -> Break:
    """Return a fault: some cells of one row are others."""
    return lambda office: office.of(table, key, value).update(cells)


def settle(**changes: Any) -> Break:
    """Return a fault of the location's settings."""
    return lambda office: setattr(office, "place", location(**changes))


def drop(table: str, key: str, value: object) -> Break:
    """Return a fault: one row is gone."""
    return lambda office: office.tables[table].remove(office.of(table, key, value))


_PEOPLE = (
    (11, "Robert", "Whitfield", "1979-06-02", 11),
    (12, "Nora", "Whitfield", "2014-11-19", 11),
    (21, "Lucia", "Castellano", "1984-01-27", 21),
    (31, "Keiko", "Tanaka", "1995-05-25", 31),
)
_TABLES: dict[str, Rows] = {
    "charts": [
        {"PatNum": number, "FName": given, "LName": family, "Birthdate": born, "PatStatus": "Patient",
         "Guarantor": head, "WirelessPhone": f"(208)555-{100 + head:04}", "HmPhone": "", "WkPhone": "",
         "Email": f"family{head}@example.com"}
        for number, given, family, born, head in _PEOPLE
    ],
    "people": [
        {"id": number + 700, "first_name": given, "last_name": family, "date_of_birth": born, "inactive": False,
         "foreign_id": str(number), "created_at": "2026-01-05T15:00:00Z"}
        for number, given, family, born, _ in _PEOPLE
    ],
    "book": [],
    "bookings": [],
    "chairs": [{"OperatoryNum": number, "OpName": f"OP{number}", "IsHidden": "false"} for number in (1, 2)],
    "staff": [
        {"ProvNum": number, "Abbr": f"DOC{number}", "FName": "Dana", "LName": family, "IsHidden": "false"}
        for number, family in ((1, "Abbot"), (2, "Brook"))
    ],
    "types": [{"AppointmentTypeNum": 5, "AppointmentTypeName": "Cleaning", "IsHidden": "false"}],
    "nex_chairs": [{"id": 300 + number, "name": f"OP{number}", "foreign_id": str(number), "active": True}
                   for number in (1, 2)],
    "nex_staff": [
        {"id": 800 + number, "first_name": "Dana", "last_name": family, "foreign_id": str(number), "inactive": False}
        for number, family in ((1, "Abbot"), (2, "Brook"))
    ],
    "nex_types": [{"id": 41, "name": "Cleaning", "descriptors": [{"id": 1, "name": "Cleaning"}]}],
    "definitions": [{"DefNum": 21, "Category": 2, "ItemName": "Confirmed"}],
    "schedules": [
        {"ScheduleNum": day, "SchedDate": f"2026-03-{day:02}", "StartTime": "08:00:00", "StopTime": "17:00:00",
         "SchedType": "Provider", "ProvNum": 1}
        for day in (4, 5)
    ],
}  # fmt: skip
