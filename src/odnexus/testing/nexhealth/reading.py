"""A read cycle: what the office changed in the EHR since the last one, carried into NexHealth's copy and announced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from odnexus.testing.nexhealth import people
from odnexus.testing.nexhealth.chart import Chart, ChartPatient, ChartVisit
from odnexus.testing.nexhealth.inserting import Inserter
from odnexus.testing.nexhealth.insured import InsuranceReader
from odnexus.testing.nexhealth.platform import Platform, change
from odnexus.testing.nexhealth.records import Appointment, Location, Operatory, Patient, Sync
from odnexus.testing.nexhealth.values import Row


class Reader:
    """Reads one EHR into the copy, and remembers what it saw."""

    def __init__(self, platform: Platform, sync: Sync, chart: Chart, inserter: Inserter) -> None:
        self._platform = platform
        self._sync = sync
        self._chart = chart
        self._inserter = inserter
        self._patients: dict[int, ChartPatient] = {}
        self._visits: dict[str, ChartVisit] = {}
        self._known_patients: dict[str, Patient] = {}
        self._insurance = InsuranceReader(platform, sync, chart)

    def forget(self, appointment: Appointment) -> None:
        """Look at an appointment again in the next cycle, changed or not: its write failed."""
        self._visits.pop(appointment.foreign_id or "", None)

    def read(self, *, announce: bool = True, pending: Mapping[int, Row] | None = None) -> None:
        """Run a cycle.

        Args:
            announce: Send events; the first reading of an EHR sends none.
            pending: Edits that are not written yet, by `id()` of the appointment: those fields are left alone.
        """
        self._index_patients()
        for placeholder_id in list(self._inserter.charts):
            placeholder = self._platform.state.patients.get(placeholder_id)
            if placeholder is not None:
                settled = self._inserter.settle(placeholder)
                self._known_patients[settled.foreign_id or ""] = settled
        self._read_patients(announce=announce)
        for office in self._offices():
            office.last_sync_time = self._platform.clock.now()
        self._read_visits(announce=announce, pending=pending or {})
        self._insurance.read(self._known_patients, announce=announce)

    # Patients

    def _read_patients(self, *, announce: bool) -> None:
        seen = list(self._chart.patients())
        changed = [one for one in seen if self._patients.get(one.number) != one]
        self._patients = {one.number: one for one in seen}
        events = [(self._read_patient(one), one) for one in changed]
        for _, one in events:  # guarantors may stand behind their dependants
            self._link_guarantor(one)
        for (event, record), _ in events:
            if announce and event and record is not None:
                self._platform.patient_event(event, record)

    def _read_patient(self, one: ChartPatient) -> tuple[str, Patient | None]:
        state, record = self._platform.state, self._patient(one.number)
        fields = self._patient_fields(one)
        if record is not None:
            bio = {**record.bio, **self._bio(one)}
            if not change(record, **fields) and record.bio == bio:
                return "", record
            record.bio = bio
            record.last_sync_time = self._platform.clock.now()
            state.touch(record)
            return "patient_updated", record
        if one.hidden:
            return "", None
        location = self._location(clinic=one.clinic)
        record = Patient(
            **state.fresh("patients"),
            institution_id=location.institution_id,
            first_name=one.first,
            last_name=one.last,
            bio=self._bio(one),
            foreign_id=str(one.number),
            foreign_id_type=self._sync.foreign_id_type,
            last_sync_time=self._platform.clock.now(),
            location_ids=(location.id,),
        )
        change(record, **fields)
        state.patients[record.id] = self._known_patients[str(one.number)] = record
        self._adopt(record, location)
        return "patient_created", record

    def _adopt(self, record: Patient, location: Location) -> None:
        if not self._platform.switches.reader_adopts_placeholders:
            return
        waiting = [one for one in people.behind(self._platform, location) if one.is_placeholder]
        born, phone = record.says("date_of_birth"), record.says("phone_number")
        twin = people.same_person(waiting, record.first_name, record.last_name, born, phone)
        if twin is not None:
            people.take_over(self._platform, twin, record)

    def _patient_fields(self, one: ChartPatient) -> dict[str, object]:
        provider = next((p for p in self._platform.state.providers.values() if p.foreign_id == str(one.provider)), None)
        return {
            "first_name": one.first,
            "last_name": one.last,
            "middle_name": one.middle or None,
            "email": one.email or None,
            "inactive": one.inactive,
            "preferred_language": one.language[:2] or None,
            "provider_id": None if provider is None else provider.id,
        }

    def _bio(self, one: ChartPatient) -> Row:
        return {
            "phone_number": one.mobile or one.home or one.work,
            "cell_phone_number": one.mobile,
            "home_phone_number": one.home,
            "work_phone_number": one.work,
            "date_of_birth": one.birth_date.isoformat() if one.birth_date else None,
            "gender": one.gender,
            "address_line_1": one.line_1,
            "address_line_2": one.line_2,
            "street_address": " ".join(part for part in (one.line_1, one.line_2) if part),
            "city": one.city,
            "state": one.state,
            "zip_code": one.zip_code,
            "new_patient": False,
            "non_patient": one.non_patient,
        }

    def _link_guarantor(self, one: ChartPatient) -> None:
        record, guarantor = self._patient(one.number), self._patient(one.guarantor)
        if record is not None and guarantor is not None:
            record.guarantor_id = guarantor.id

    def _patient(self, number: int) -> Patient | None:
        return self._known_patients.get(str(number))

    def _index_patients(self) -> None:
        rows, mine = self._platform.state.patients.values(), self._sync.foreign_id_type
        self._known_patients = {one.foreign_id: one for one in rows if one.foreign_id and one.foreign_id_type == mine}

    # Appointments

    def _read_visits(self, *, announce: bool, pending: Mapping[int, Row]) -> None:
        seen = {one.key: one for one in self._chart.visits()}
        changed = [one for key, one in seen.items() if self._visits.get(key) != one]
        gone = [key for key in self._visits if key not in seen]
        self._visits = seen
        known = self._known()
        created = [self._create(one) for one in changed if one.key not in known]
        echoed = [known[one.key] for one in changed if one.key in known and one.key in self._inserter.own]
        updated = [known[one.key] for one in changed if one.key in known and self._update(known[one.key], one, pending)]
        removed = [known[key] for key in gone if key in known and self._remove(known[key])]
        self._inserter.own.difference_update(one.key for one in changed)
        if announce:
            if self._platform.switches.created_event_on_read_back:
                created = [*created, *echoed]
            self._platform.appointments_created(created)
            for record in (*updated, *removed):
                self._platform.appointment_event("appointment_updated", record)

    def _known(self) -> dict[str, Appointment]:
        rows = self._platform.state.appointments.values()
        mine = self._sync.foreign_id_type
        return {one.foreign_id: one for one in rows if one.foreign_id is not None and one.foreign_id_type == mine}

    def _create(self, one: ChartVisit) -> Appointment:
        state, now = self._platform.state, self._platform.clock.now()
        location = self._location(op=one.op, clinic=one.clinic)
        record = Appointment(
            **state.fresh("appointments"),
            institution_id=location.institution_id,
            location_id=location.id,
            patient_id=None,
            provider_id=None,
            start_time=one.start,
            end_time=one.end,
            unavailable=one.block,
            foreign_id=one.key,
            foreign_id_type=self._sync.foreign_id_type,
            last_sync_time=now,
            misc={"is_booked_on_nexhealth": False},
            is_new_clients_patient=one.is_new,
            descriptor_ids=self._descriptors(location, one.kind),
        )
        change(record, **self._visit_fields(one, record, now))
        state.appointments[record.id] = record
        return record

    def _update(self, record: Appointment, one: ChartVisit, pending: Mapping[int, Row]) -> bool:
        now = self._platform.clock.now()
        held = pending.get(id(record), {})
        fields = {name: value for name, value in self._visit_fields(one, record, now).items() if name not in held}
        if not change(record, **fields):
            return False
        record.last_sync_time = now
        self._platform.state.touch(record)
        return True

    def _visit_fields(self, one: ChartVisit, record: Appointment, now: datetime) -> dict[str, object]:
        state = self._platform.state
        patient = self._patient(one.patient)
        provider = next((p for p in state.providers.values() if p.foreign_id == str(one.provider)), None)
        chair = next((o for o in self._chairs() if o.foreign_id == str(one.op)), None)
        stays = record.cancelled and self._platform.switches.restored_in_ehr == "stays_cancelled"
        cancelled = one.cancelled or stays
        fields: dict[str, object] = {
            "provider_id": None if provider is None else provider.id,
            "operatory_id": None if chair is None else chair.id,
            "start_time": one.start,
            "end_time": one.end,
            "note": one.note or None,
            "cancelled": cancelled,
            "confirmed": one.confirmed,
            "checkin_at": one.checkin_at,
            "checked_out": one.checked_out,
            "sooner_if_possible": one.asap,
        }
        if patient is not None:
            fields["patient_id"] = patient.id
        times = {
            "cancelled_at": cancelled and not record.cancelled,
            "confirmed_at": one.confirmed and not record.confirmed,
            "checked_out_at": one.checked_out and not record.checked_out,
        }
        return fields | {name: now for name, is_new in times.items() if is_new}

    def _remove(self, record: Appointment) -> bool:
        """Carry a deletion into the copy; return whether it is worth an event."""
        rule, state = self._platform.switches.deleted_in_ehr, self._platform.state
        if rule == "vanishes":
            del state.appointments[record.id]
            return False
        if rule == "cancelled" and not record.cancelled:
            change(record, cancelled=True, cancelled_at=self._platform.clock.now())
        record.deleted = True
        state.touch(record)
        return True

    # Where things belong

    def _offices(self) -> list[Location]:
        return [one for one in self._platform.state.locations.values() if one.sync_id == self._sync.id]

    def _chairs(self) -> Iterable[Operatory]:
        offices = {one.id for one in self._offices()}
        return (one for one in self._platform.state.operatories.values() if one.location_id in offices)

    def _location(self, *, op: int = 0, clinic: int = 0) -> Location:
        chair = next((one for one in self._chairs() if op and one.foreign_id == str(op)), None)
        if chair is not None:
            return self._platform.state.locations[chair.location_id]
        offices = self._offices()
        return next((one for one in offices if clinic and one.foreign_id == str(clinic)), offices[0])

    def _descriptors(self, location: Location, kind: int) -> tuple[int, ...]:
        rows = self._platform.state.descriptors.values()
        return tuple(
            one.id
            for one in rows
            if kind
            and one.location_id == location.id
            and one.descriptor_type == "Appointment Type"
            and one.foreign_id == str(kind)
        )
