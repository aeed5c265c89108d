"""The office's database as NexHealth's on-premise program sees it: read whole, written to directly, never through HTTP.

`Chart` is the little that a synchronizer needs of an EHR; `OpenDentalChart` is that view of a simulated Open Dental
practice. Times are aware here: the office's wall clock stays behind this door.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Protocol

from attrs import frozen

from odnexus.testing.opendental import visits
from odnexus.testing.opendental.openings import operatories_of
from odnexus.testing.opendental.practice import BLOCKOUTS, CONFIRMED, Practice
from odnexus.testing.opendental.values import NO_DATE, NO_DATETIME, Row, Value

CONFIRMED_NAMES = ("Confirmed", "Arrived", "In Treatment Room")
"""Confirmations that count as confirmed unless the link says otherwise (several do, says the documentation)."""

RELATIONS: Mapping[str, str] = {
    "Self": "self",
    "Spouse": "spouse",
    "Child": "child",
    "Employee": "employee",
    "HandicapDep": "handicap_dep",
    "SignifOther": "signif_other",
    "InjuredPlaintiff": "injured_plaintiff",
    "LifePartner": "life_partner",
    "Dependent": "dependent",
}
"""Open Dental's words for what a patient is to the policy holder, and the platform's."""

_SKIPPED = frozenset({"Planned", "PtNote", "PtNoteCompleted", "None"})
_OFF = frozenset({"Broken", "UnschedList"})
_GONE = frozenset({"Inactive", "Archived", "Deceased", "Deleted"})
_UNIT = timedelta(minutes=5)


@frozen(kw_only=True)
class ChartPatient:
    """A patient as read from the EHR; texts are empty where there is nothing."""

    number: int
    first: str
    last: str
    middle: str = ""
    birth_date: date | None = None
    gender: str = ""
    email: str = ""
    mobile: str = ""
    home: str = ""
    work: str = ""
    line_1: str = ""
    line_2: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    language: str = ""
    guarantor: int = 0
    provider: int = 0
    clinic: int = 0
    inactive: bool = False
    hidden: bool = False
    non_patient: bool = False


@frozen(kw_only=True)
class ChartVisit:
    """An appointment or block as read from the EHR."""

    key: str
    patient: int = 0
    start: datetime
    end: datetime
    op: int = 0
    provider: int = 0
    clinic: int = 0
    note: str = ""
    cancelled: bool = False
    confirmed: bool = False
    checkin_at: datetime | None = None
    checked_out: bool = False
    asap: bool = False
    is_new: bool = False
    kind: int = 0
    block: bool = False


@frozen(kw_only=True)
class NewPatient:
    """A patient to be written."""

    first: str
    last: str
    birth_date: date | None
    gender: str
    email: str
    mobile: str
    home: str
    work: str
    address: Mapping[str, str]
    provider: int
    guarantor: int = 0


@frozen(kw_only=True)
class NewVisit:
    """An appointment to be written."""

    patient: int
    start: datetime
    end: datetime
    op: int
    provider: int
    note: str = ""
    is_new: bool = False
    kind: int = 0


@frozen(kw_only=True)
class VisitChange:
    """What is to be changed; None leaves it."""

    start: datetime | None = None
    end: datetime | None = None
    op: int | None = None
    note: str | None = None
    cancelled: bool = False
    confirmed: bool = False
    checkin_at: datetime | None = None
    asap: bool | None = None


@frozen(kw_only=True)
class ChartPlan:
    """An insurance plan as read from the EHR."""

    number: int
    carrier: str
    group_name: str = ""
    payer_id: str = ""
    group_num: str = ""
    medical: bool = False


@frozen(kw_only=True)
class ChartCoverage:
    """A patient's coverage as read from the EHR."""

    key: str
    patient: int
    plan: ChartPlan
    holder: int
    member_id: str
    relationship: str = "self"
    priority: int = 1
    effective: date | None = None
    term: date | None = None


class Chart(Protocol):
    """What a synchronizer needs of an EHR."""

    def patients(self) -> Iterator[ChartPatient]:
        """Yield every patient."""
        ...

    def visits(self) -> Iterator[ChartVisit]:
        """Yield every appointment on the schedule, then every block."""
        ...

    def coverages(self) -> Iterator[ChartCoverage]:
        """Yield every coverage of every patient."""
        ...

    def find_patient(self, first: str, last: str, birth_date: date | None) -> int | None:
        """Return the number of the active chart with this name and birth date."""
        ...

    def add_patient(self, patient: NewPatient) -> int:
        """Write a patient and return its number."""
        ...

    def rooms(self) -> tuple[int, ...]:
        """Return the operatories in the office's order."""
        ...

    def is_taken(self, op: int, start: datetime, end: datetime, but: int = 0) -> bool:
        """Tell whether an operatory is in use."""
        ...

    def add_visit(self, visit: NewVisit) -> int:
        """Write an appointment and return its number."""
        ...

    def add_block(self, op: int, start: datetime, end: datetime, note: str) -> str:
        """Write a block and return the key that it is read back with."""
        ...

    def change_visit(self, number: int, change: VisitChange) -> bool:
        """Write a change; return False when there is no such appointment."""
        ...


class OpenDentalChart:
    """A simulated Open Dental practice, as seen from its own server.

    Args:
        practice: The office's data.
        confirmed_names: Confirmations that count as confirmed; the first is what a confirmation writes.
        cancels_to: The status that a cancellation writes.
        blocks: Whether blockouts are read.
    """

    def __init__(
        self,
        practice: Practice,
        *,
        confirmed_names: Collection[str] = CONFIRMED_NAMES,
        cancels_to: Literal["Broken", "UnschedList"] = "Broken",
        blocks: bool = True,
    ) -> None:
        self.practice = practice
        self._confirmed_names = tuple(confirmed_names)
        self._cancels_to = cancels_to
        self._blocks = blocks

    # Reading

    def patients(self) -> Iterator[ChartPatient]:
        """Yield every patient."""
        return (_patient(row) for row in self.practice.rows("patients"))

    def visits(self) -> Iterator[ChartVisit]:
        """Yield every appointment on the schedule, then every block."""
        confirmed = {self.practice.definition_named(CONFIRMED, name) for name in self._confirmed_names} - {0}
        for row in self.practice.rows("appointments"):
            if row["AptStatus"] not in _SKIPPED and row.moment("AptDateTime") != NO_DATETIME:
                yield self._visit(row, confirmed)
        if self._blocks:
            for row in self.practice.rows("schedules"):
                if row["SchedType"] == "Blockout":
                    yield from self._block(row)

    def _visit(self, row: Row, confirmed: Collection[int]) -> ChartVisit:
        start, end = visits.span(row)
        arrived = row.moment("DateTimeArrived")
        status = row.text("AptStatus")
        return ChartVisit(
            key=str(row.number("AptNum")),
            patient=row.number("PatNum"),
            start=self._instant(start),
            end=self._instant(end),
            op=row.number("Op"),
            provider=row.number("ProvNum"),
            clinic=row.number("ClinicNum"),
            note=row.text("Note"),
            cancelled=status in _OFF,
            confirmed=row.number("Confirmed") in confirmed,
            checkin_at=None if arrived == NO_DATETIME else self._instant(arrived),
            checked_out=status == "Complete",
            asap=row["Priority"] == "ASAP",
            is_new=row.flag("IsNewPatient"),
            kind=row.number("AppointmentTypeNum"),
        )

    def _block(self, row: Row) -> Iterator[ChartVisit]:
        day = row.day("SchedDate")
        start, end = (datetime.combine(day, row.clock_time(name)) for name in ("StartTime", "StopTime"))
        for op in operatories_of(self.practice, row):
            yield ChartVisit(
                key=_block_key(row.number("ScheduleNum"), op),
                start=self._instant(start),
                end=self._instant(end),
                op=op,
                note=row.text("Note"),
                block=True,
            )

    def coverages(self) -> Iterator[ChartCoverage]:
        """Yield every coverage of every patient."""
        tables = self.practice.tables
        for row in self.practice.rows("patplans"):
            policy = tables["inssubs"].rows[row.number("InsSubNum")]
            plan = tables["insplans"].rows[policy.number("PlanNum")]
            yield ChartCoverage(
                key=str(row.number("PatPlanNum")),
                patient=row.number("PatNum"),
                plan=_plan(plan, tables["carriers"].rows[plan.number("CarrierNum")]),
                holder=policy.number("Subscriber"),
                member_id=policy.text("SubscriberID"),
                relationship=RELATIONS[row.text("Relationship")],
                priority=row.number("Ordinal"),
                effective=_day(policy, "DateEffective"),
                term=_day(policy, "DateTerm"),
            )

    def find_patient(self, first: str, last: str, birth_date: date | None) -> int | None:
        """Return the number of the active chart with this name and birth date."""
        wanted = (first.casefold(), last.casefold(), birth_date or NO_DATE)
        for row in self.practice.rows("patients"):
            found = (row.text("FName").casefold(), row.text("LName").casefold(), row.day("Birthdate"))
            if found == wanted and row["PatStatus"] not in _GONE:
                return row.number("PatNum")
        return None

    def rooms(self) -> tuple[int, ...]:
        """Return the operatories in the office's order."""
        rows = sorted(self.practice.rows("operatories"), key=lambda row: row.number("ItemOrder"))
        return tuple(row.number("OperatoryNum") for row in rows if not row.flag("IsHidden"))

    def is_taken(self, op: int, start: datetime, end: datetime, but: int = 0) -> bool:
        """Tell whether an operatory is in use."""
        return bool(visits.overlapping(self.practice, op, (self._wall(start), self._wall(end)), but))

    # Writing

    def add_patient(self, patient: NewPatient) -> int:
        """Write a patient and return its number; the database takes what the API would refuse."""
        fields: dict[str, Value] = {
            "Birthdate": patient.birth_date or NO_DATE,
            "Gender": patient.gender if patient.gender in {"Male", "Female", "Other"} else "Unknown",
            "Email": patient.email,
            "WirelessPhone": _written(patient.mobile),
            "HmPhone": _written(patient.home),
            "WkPhone": _written(patient.work),
            **patient.address,
        }
        if patient.provider:
            fields["PriProv"] = patient.provider
        if patient.guarantor:
            fields["Guarantor"] = patient.guarantor
        with self.practice.lock:
            number = self.practice.add_patient(FName=patient.first or "?", LName=patient.last or "?")
            self.practice.change("patients", number, fields)
        return number

    def add_visit(self, visit: NewVisit) -> int:
        """Write an appointment and return its number."""
        fields: dict[str, Value] = {
            "PatNum": visit.patient,
            "AptDateTime": self._wall(visit.start),
            "Pattern": _pattern(visit.end - visit.start),
            "Op": visit.op,
            "Note": visit.note,
            "IsNewPatient": visit.is_new,
            "AppointmentTypeNum": visit.kind,
        }
        if visit.provider:
            fields["ProvNum"] = visit.provider
        with self.practice.lock:
            return visits.book(self.practice, fields).number("AptNum")

    def add_block(self, op: int, start: datetime, end: datetime, note: str) -> str:
        """Write a block as a blockout and return the key that it is read back with."""
        first, last = self._wall(start), self._wall(end)
        number = self.practice.add_schedule(
            SchedDate=first.date(),
            StartTime=first.time(),
            StopTime=last.time(),
            SchedType="Blockout",
            BlockoutType=self.practice.first_definition(BLOCKOUTS),
            operatories=str(op),
            Note=note,
        )
        return _block_key(number, op)

    def change_visit(self, number: int, change: VisitChange) -> bool:
        """Write a change; return False when there is no such appointment."""
        with self.practice.lock:
            row = self.practice.appointments.get(number)
            if row is None:
                return False
            action = "Cancelled" if change.cancelled else "Changed"
            visits.alter(self.practice, number, self._columns(row, change), action=action)
            return True

    def _columns(self, row: Row, change: VisitChange) -> dict[str, Value]:
        columns: dict[str, Value] = {}
        if change.start is not None:
            columns["AptDateTime"] = self._wall(change.start)
        if change.start is not None and change.end is not None:
            columns["Pattern"] = _pattern(change.end - change.start)
        if change.op is not None:
            columns["Op"] = change.op
        if change.note is not None:
            columns["Note"] = change.note
        if change.asap is not None:
            columns["Priority"] = "ASAP" if change.asap else "Normal"
        if change.checkin_at is not None:
            columns["DateTimeArrived"] = self._wall(change.checkin_at)
        if change.cancelled and row["AptStatus"] not in _OFF:
            columns["AptStatus"] = self._cancels_to
        if change.confirmed:
            columns["Confirmed"] = self._confirmed_number()
        return columns

    def _confirmed_number(self) -> int:
        named = (self.practice.definition_named(CONFIRMED, name) for name in self._confirmed_names)
        return self.practice.confirmations.get("Confirmed", 0) or next(named, 0)

    def _instant(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=self.practice.zone).astimezone(UTC)

    def _wall(self, instant: datetime) -> datetime:
        return instant.astimezone(self.practice.zone).replace(tzinfo=None)


def _plan(plan: Row, carrier: Row) -> ChartPlan:
    return ChartPlan(
        number=plan.number("PlanNum"),
        carrier=carrier.text("CarrierName"),
        group_name=plan.text("GroupName"),
        payer_id=carrier.text("ElectID"),
        group_num=plan.text("GroupNum"),
        medical=plan.flag("IsMedical"),
    )


def _day(row: Row, column: str) -> date | None:
    return None if row.day(column) == NO_DATE else row.day(column)


def _patient(row: Row) -> ChartPatient:
    born, status = row.day("Birthdate"), row.text("PatStatus")
    return ChartPatient(
        number=row.number("PatNum"),
        first=row.text("FName"),
        last=row.text("LName"),
        middle=row.text("MiddleI"),
        birth_date=None if born == NO_DATE else born,
        gender=row.text("Gender"),
        email=row.text("Email"),
        mobile=_digits(row.text("WirelessPhone")),
        home=_digits(row.text("HmPhone")),
        work=_digits(row.text("WkPhone")),
        line_1=row.text("Address"),
        line_2=row.text("Address2"),
        city=row.text("City"),
        state=row.text("State"),
        zip_code=row.text("Zip"),
        language=row.text("Language"),
        guarantor=row.number("Guarantor"),
        provider=row.number("PriProv"),
        clinic=row.number("ClinicNum"),
        inactive=status in _GONE,
        hidden=status in {"Archived", "Deleted"},
        non_patient=status == "NonPatient",
    )


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-10:]


def _written(phone: str) -> str:
    return f"({phone[:3]}){phone[3:6]}-{phone[6:]}" if len(phone) == 10 else phone


def _pattern(length: timedelta) -> str:
    units = max(2, -(-length // _UNIT))
    return "/" + "X" * (units - 2) + "/"


def _block_key(schedule: int, op: int) -> str:
    return f"{schedule}-{op}"
