"""The picture that audits look at: both systems as they were at one moment, in one value, without any connection.

A picture is made from live clients (`odnexus.audit.read`), from records, or from tables and CSV exports
(`odnexus.audit.picture_from`), and can be kept for a later comparison (`Picture.save`). Everything that audits share is
worked out once: who is who, which appointment is which, what stands ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sized
from datetime import date, datetime, time
from functools import cached_property
from os import PathLike
from typing import Final
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from odnexus._sync.stores import Sealer
from odnexus.audit.engine_state import EngineState
from odnexus.audit.extras import Coverage, Plan, Procedure, Recall
from odnexus.mapping import (
    Mapped,
    Person,
    Visit,
    person_from_nexhealth,
    person_from_opendental,
    to_wall,
    visit_from_nexhealth,
    visit_from_opendental,
)
from odnexus.matching import Chart, Roster
from odnexus.matching.memory import without_collecting
from odnexus.nexhealth import models as nex
from odnexus.opendental import models as od
from odnexus.practice import Location
from odnexus.reconcile.calendar import booking_in

ACTIVE: Final = frozenset({"Patient", "Prospective"})
"""Charts whose details matter today."""

IN_BOOK: Final = frozenset({"Scheduled", "ASAP"})
"""States of an appointment that will take place (page "API Appointments")."""


def _count(records: Sized) -> str:
    return f"<{len(records)}>"


@frozen
class Pair:
    """One visit as both systems have it."""

    od: od.Appointment
    nex: nex.Appointment
    od_visit: Visit
    nex_visit: Visit


@frozen(kw_only=True)
class Picture:
    """Both systems at one moment. The repr shows counts only.

    Attributes:
        location: The location with its tables; `timezone` makes wall clocks and UTC comparable.
        at: When it was taken (aware).
        window: First and last day of the visits that it holds, both included, by the office's calendar.
        charts: Open Dental patients.
        book: Open Dental appointments within the window.
        people: NexHealth patients.
        bookings: NexHealth appointments within the window.
        chairs: Open Dental operatories; empty if they were not read. Likewise `staff` and `types`.
        staff: Open Dental providers.
        types: Open Dental appointment types.
        nex_chairs: NexHealth operatories.
        nex_staff: NexHealth providers.
        nex_types: NexHealth appointment types, with descriptors.
        definitions: Open Dental definitions of category 2, by which "confirmed" is known.
        hours: When the office is open: first start and last end by day.
        links: NexHealth appointments and their AptNum, where somebody knows them (the engine's links).
        carriers: Open Dental carriers; empty if they were not read. Likewise the next five.
        plans: Insurance plans.
        coverages: Who is covered by which plan.
        recalls: Who is due again.
        procedures: The office's procedure codes.
        syncs: How NexHealth says its synchronizer is.
        engine: What an engine's store knows; None without one.
        earlier: An earlier picture of the same place, for what changed since; see `since`.
        aliases: Spellings of carriers that people have said mean one, and its CarrierNum; the engine's go with them.
        unread: What could not be read of tables, as places and rules without values.
        lacking: Columns that a table does not have and questions need, as ``charts.Guarantor``: rules that need one are
            not asked.
    """

    location: Location = field(repr=lambda location: repr(location.name))
    at: datetime
    window: tuple[date, date]
    charts: tuple[od.Patient | od.PatientRow, ...] = field(default=(), repr=_count)
    book: tuple[od.Appointment, ...] = field(default=(), repr=_count)
    people: tuple[nex.Patient, ...] = field(default=(), repr=_count)
    bookings: tuple[nex.Appointment, ...] = field(default=(), repr=_count)
    chairs: tuple[od.Operatory, ...] = field(default=(), repr=_count)
    staff: tuple[od.Provider, ...] = field(default=(), repr=_count)
    types: tuple[od.AppointmentType, ...] = field(default=(), repr=_count)
    nex_chairs: tuple[nex.Operatory, ...] = field(default=(), repr=_count)
    nex_staff: tuple[nex.Provider, ...] = field(default=(), repr=_count)
    nex_types: tuple[nex.AppointmentType, ...] = field(default=(), repr=_count)
    definitions: tuple[od.Definition, ...] = field(default=(), repr=_count)
    hours: Mapping[date, tuple[time, time]] = field(factory=dict[date, tuple[time, time]], repr=_count)
    links: Mapping[int, int] = field(factory=dict[int, int], repr=_count)
    carriers: tuple[od.Carrier, ...] = field(default=(), repr=_count)
    plans: tuple[Plan, ...] = field(default=(), repr=_count)
    coverages: tuple[Coverage, ...] = field(default=(), repr=_count)
    recalls: tuple[Recall, ...] = field(default=(), repr=_count)
    procedures: tuple[Procedure, ...] = field(default=(), repr=_count)
    syncs: tuple[nex.SyncStatus, ...] = field(default=(), repr=_count)
    aliases: Mapping[str, int] = field(factory=dict[str, int], repr=_count)
    engine: EngineState | None = None
    earlier: Picture | None = field(default=None, repr=False)
    unread: tuple[str, ...] = field(default=(), repr=_count)
    lacking: frozenset[str] = field(default=frozenset(), repr=_count)

    def since(self, earlier: Picture) -> Picture:
        """Return the same picture with an earlier one, for the audits that ask what changed."""
        return evolve(self, earlier=earlier)

    def save(self, path: str | PathLike[str], sealer: Sealer) -> None:
        """Write the picture into a sealed file, since it is full of patients' data. `Picture.load` reads it again.

        The engine's state, the earlier picture and the location's tables are not kept.

        Raises:
            OSError: The file cannot be written.
        """
        from odnexus.audit.keeping import save  # noqa: PLC0415 - it needs pictures

        save(self, path, sealer)

    @classmethod
    def load(cls, path: str | PathLike[str], sealer: Sealer, location: Location) -> Picture:
        """Return the picture of a file that `save` wrote.

        Args:
            path: The file.
            sealer: Has the key that it was sealed with.
            location: The location, with the tables it has now.

        Raises:
            OSError: The file cannot be read.
            SealError: It was sealed with another key, or altered.
            ConfigurationError: It is the picture of another location, or of a version to come.
        """
        from odnexus.audit.keeping import load  # noqa: PLC0415 - it needs pictures

        return load(path, sealer, location)

    # -- time ----------------------------------------------------------------------------------------------------------

    @property
    def zone(self) -> ZoneInfo:
        """The office's zone."""
        return self.location.zone

    @cached_property
    def now(self) -> datetime:
        """What the office's clock showed when the picture was taken."""
        return to_wall(self.at, self.zone)

    @property
    def today(self) -> date:
        """The office's day."""
        return self.now.date()

    def within(self, moment: datetime) -> bool:
        """Tell whether both calendars were read at *moment*: an export may hold more of one than of the other."""
        first, last = self.window
        return first <= moment.date() <= last

    # -- tables --------------------------------------------------------------------------------------------------------

    @cached_property
    def operatories(self) -> Mapping[int, int]:
        """NexHealth operatory ids and their OperatoryNum: the location's own, else what `foreign_id` says."""
        return {**_foreign(self.nex_chairs), **self.location.operatories}

    @cached_property
    def providers(self) -> Mapping[int, int]:
        """NexHealth provider ids and their ProvNum, likewise."""
        return {**_foreign(self.nex_staff), **self.location.providers}

    @cached_property
    def confirmed(self) -> frozenset[int]:
        """The DefNums that mean confirmed."""
        names = {name.casefold() for name in self.location.confirmed_names}
        found = {each.def_num for each in self.definitions if (each.item_name or "").strip().casefold() in names}
        return frozenset(self.location.confirmed) or frozenset(found)

    # -- people --------------------------------------------------------------------------------------------------------

    @cached_property
    def chart_of(self) -> Mapping[int, od.Patient | od.PatientRow]:
        """Open Dental patients by PatNum."""
        return {each.pat_num: each for each in self.charts}

    @cached_property
    def person_of(self) -> Mapping[int, nex.Patient]:
        """NexHealth patients by id, also those that only an appointment shows."""
        inside = {each.patient.id: each.patient for each in self.bookings if each.patient is not None}
        return {**inside, **{each.id: each for each in self.people}}

    @cached_property
    def od_persons(self) -> Mapping[int, Mapped[Person]]:
        """Who each chart is, with the doubts about it."""
        today = self.today
        with without_collecting():
            return {each.pat_num: person_from_opendental(each, today=today) for each in self.charts}

    @cached_property
    def active(self) -> tuple[od.Patient | od.PatientRow, ...]:
        """Charts of patients who come, or may come for the first time."""
        return tuple(each for each in self.charts if str(each.pat_status or "Patient") in ACTIVE)

    @cached_property
    def roster(self) -> Roster:
        """All charts, filed for the matcher."""
        persons = self.od_persons
        with without_collecting():
            return Roster(
                Chart(
                    pat_num=each.pat_num,
                    person=persons[each.pat_num].value,
                    status=str(each.pat_status or "Patient"),
                    clinic_num=each.clinic_num,
                    guarantor=guarantor_of(each),
                )
                for each in self.charts
            )

    def pat_num_of(self, patient: nex.Patient) -> int | None:
        """Return the chart that the engine or NexHealth says a patient is, or None."""
        known = self.engine.people.get(patient.id) if self.engine is not None else None
        return known or number_in(patient.foreign_id)

    @cached_property
    def linked(self) -> tuple[tuple[nex.Patient, od.Patient | od.PatientRow], ...]:
        """NexHealth patients with the chart that they are said to be."""
        found = ((each, self.chart_of.get(self.pat_num_of(each) or 0)) for each in self.people)
        return tuple((each, held) for each, held in found if held is not None)

    @cached_property
    def nex_persons(self) -> Mapping[int, Person]:
        """Who each NexHealth patient is."""
        today = self.today
        with without_collecting():
            return {each.id: person_from_nexhealth(each, today=today).value for each in self.people}

    @cached_property
    def due_to_come(self) -> frozenset[int]:
        """The charts with a visit ahead."""
        return frozenset(each.pat_num for each in self.ahead)

    def same_person(self, patient: nex.Patient) -> tuple[int, str] | None:
        """Return the chart that may be *patient*'s by the matcher, with its grade, if it is at least probable."""
        if patient.id not in self._looked_up:
            decision = self.roster.lookup(self.nex_persons[patient.id])
            best = decision.candidates[0] if decision.candidates else None
            found = (best.pat_num, best.grade.value) if best is not None and best.grade.rank >= 2 else None
            self._looked_up[patient.id] = found
        return self._looked_up[patient.id]

    @cached_property
    def _looked_up(self) -> dict[int, tuple[int, str] | None]:
        """What lookups have found, since several audits ask for the same people."""
        return {}

    # -- visits --------------------------------------------------------------------------------------------------------

    @cached_property
    def row_of(self) -> Mapping[int, od.Appointment]:
        """Appointments of Open Dental by AptNum."""
        return {each.apt_num: each for each in self.book}

    @cached_property
    def booking_of(self) -> Mapping[int, nex.Appointment]:
        """NexHealth appointments by id."""
        return {each.id: each for each in self.bookings}

    @cached_property
    def od_visits(self) -> Mapping[int, Visit]:
        """What each appointment of Open Dental is; planned ones and notes are no visits."""
        mapped = {each.apt_num: visit_from_opendental(each, confirmed=self.confirmed) for each in self.book}
        return {number: each.value for number, each in mapped.items() if "status.not_a_visit" not in each.rules()}

    @cached_property
    def nex_visits(self) -> Mapping[int, Visit]:
        """What each NexHealth appointment is; schedule blocks and rows without a time are no visits."""
        return {
            each.id: visit_from_nexhealth(
                each, zone=self.zone, operatories=self.operatories, providers=self.providers
            ).value
            for each in self.bookings
            if not each.unavailable and each.start_time is not None
        }

    @cached_property
    def ahead(self) -> tuple[od.Appointment, ...]:
        """Appointments of Open Dental that will take place, the nearest first."""
        found = (
            each
            for each in self.book
            if str(each.apt_status or "") in IN_BOOK
            and each.apt_num in self.od_visits
            and self.od_visits[each.apt_num].start >= self.now
        )
        return tuple(sorted(found, key=lambda each: self.od_visits[each.apt_num].start))

    @cached_property
    def bookings_ahead(self) -> tuple[nex.Appointment, ...]:
        """Appointments of NexHealth that will take place, the nearest first."""
        found = (
            each
            for each in self.bookings
            if each.id in self.nex_visits
            and not self.nex_visits[each.id].cancelled
            and self.nex_visits[each.id].start >= self.now
        )
        return tuple(sorted(found, key=lambda each: self.nex_visits[each.id].start))

    @cached_property
    def expected(self) -> frozenset[int]:
        """NexHealth patients with an appointment ahead."""
        return frozenset(each.patient_id for each in self.bookings_ahead if each.patient_id)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The visits that both systems have."""
        rows = {each.apt_num: each for each in self.book if each.apt_num in self.od_visits}
        partner = partners(self, rows)
        return tuple(
            Pair(rows[partner[each.id]], each, self.od_visits[partner[each.id]], self.nex_visits[each.id])
            for each in self.bookings
            if each.id in partner
        )

    @cached_property
    def pair_of(self) -> Mapping[tuple[int, int], Pair]:
        """The visits that both systems have, by AptNum and NexHealth's id."""
        return {(pair.od.apt_num, pair.nex.id): pair for pair in self.pairs}

    @cached_property
    def paired_bookings(self) -> frozenset[int]:
        """NexHealth appointments that are in the book."""
        return frozenset(pair.nex.id for pair in self.pairs)

    @cached_property
    def paired_rows(self) -> frozenset[int]:
        """Appointments of Open Dental that NexHealth shows."""
        return frozenset(pair.od.apt_num for pair in self.pairs)

    @cached_property
    def mirrored(self) -> bool:
        """Whether NexHealth reads this book: without its synchronizer it never shows what the office booked itself."""
        return any(number_in(each.foreign_id) for each in self.bookings)


def partners(picture: Picture, rows: Mapping[int, od.Appointment]) -> dict[int, int]:
    """Return for each NexHealth appointment its AptNum, as far as it can be known.

    The surest evidence goes first: a known link, NexHealth's `foreign_id`, the stamp in the note, and at last the same
    chart at the same minute. No appointment of Open Dental is given away twice.
    """
    stamped = {booking_in(each.note or ""): number for number, each in rows.items() if booking_in(each.note or "")}
    at_minute = {(each.pat_num, picture.od_visits[number].start): number for number, each in rows.items()}
    found: dict[int, int] = {}
    taken = set[int]()
    ways: tuple[Callable[[nex.Appointment], int | None], ...] = (
        lambda each: picture.links.get(each.id) or (picture.engine and picture.engine.visits.get(each.id)) or None,
        lambda each: number_in(each.foreign_id),
        lambda each: stamped.get(str(each.id)),
        lambda each: at_minute.get((_chart_of_booking(picture, each), picture.nex_visits[each.id].start)),
    )
    for way in ways:
        for each in picture.bookings:
            number = way(each) if each.id in picture.nex_visits and each.id not in found else None
            if number is not None and number in rows and number not in taken:
                found[each.id] = number
                taken.add(number)
    return found


def _chart_of_booking(picture: Picture, booking: nex.Appointment) -> int:
    patient = picture.person_of.get(booking.patient_id or 0)
    return (patient and picture.pat_num_of(patient)) or 0


def guarantor_of(patient: od.Patient | od.PatientRow) -> int:
    """Return the PatNum of the head of the family; 0 where the record does not say (a row of a search)."""
    return patient.guarantor if isinstance(patient, od.Patient) else 0


def number_in(foreign_id: str | None) -> int | None:
    """Return the number of Open Dental in a `foreign_id`, or None."""
    return int(foreign_id) if foreign_id and foreign_id.isdecimal() and int(foreign_id) else None


def _foreign(records: Iterable[nex.Operatory | nex.Provider]) -> dict[int, int]:
    numbers = ((each.id, number_in(each.foreign_id)) for each in records)
    return {key: number for key, number in numbers if number is not None}
