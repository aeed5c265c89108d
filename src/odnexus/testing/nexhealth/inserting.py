"""Writing a booking and its new patient into the EHR, and what becomes of the placeholder."""

from __future__ import annotations

from datetime import date
from typing import Literal

from odnexus.testing.nexhealth import people
from odnexus.testing.nexhealth.chart import Chart, NewPatient, NewVisit
from odnexus.testing.nexhealth.platform import Platform
from odnexus.testing.nexhealth.records import Appointment, Operatory, Patient, Provider, Sync


def foreign_number(record: Operatory | Provider | None) -> int:
    """Return the EHR's number of a chair or provider, 0 where there is none."""
    text = "" if record is None else record.foreign_id or ""
    return int(text) if text.isdecimal() else 0


class Inserter:
    """Carries bookings into one EHR.

    Attributes:
        charts: Chart numbers by the id of the placeholder they were written for, until the placeholder is settled.
        own: Keys of the appointments that it wrote and that were not read back yet.
    """

    def __init__(self, platform: Platform, sync: Sync, chart: Chart) -> None:
        self.charts: dict[int, int] = {}
        self.own: set[str] = set()
        self._platform = platform
        self._sync = sync
        self._chart = chart

    def insert(self, appointment: Appointment) -> bool:
        """Write a booking or block; return False when its chair is taken and the switch says that this fails."""
        switches, room = self._platform.switches, self._room(appointment)
        taken = self._chart.is_taken(room, appointment.start_time, appointment.end_time)
        refused = appointment.unavailable and not (switches.blocks_are_written and switches.blocks_are_read)
        if refused or (taken and switches.insertion_conflict == "fail"):
            return False
        written = self._write_block if appointment.unavailable else self._write_visit
        appointment.foreign_id = written(appointment, room)
        appointment.foreign_id_type = self._sync.foreign_id_type
        appointment.last_sync_time = self._platform.clock.now()
        self._platform.state.touch(appointment)
        self.own.add(appointment.foreign_id)
        return True

    def _write_block(self, block: Appointment, room: int) -> str:
        return self._chart.add_block(room, block.start_time, block.end_time, block.note or "")

    def _write_visit(self, appointment: Appointment, room: int) -> str:
        state = self._platform.state
        had_chart = state.patients[appointment.patient_id or 0].foreign_id is not None
        number = self._chart.add_visit(
            NewVisit(
                patient=self.chart_for(appointment),
                start=appointment.start_time,
                end=appointment.end_time,
                op=room,
                provider=foreign_number(state.providers.get(appointment.provider_id or 0)),
                note=appointment.note or "",
                is_new=appointment.is_new_clients_patient or not had_chart,
                kind=self._kind(appointment),
            )
        )
        return str(number)

    def _room(self, appointment: Appointment) -> int:
        room = foreign_number(self._platform.state.operatories.get(appointment.operatory_id or 0))
        if room:
            return room
        # Nobody chose a chair: the first that is free, else the first.
        rooms = self._chart.rooms()
        free = [one for one in rooms if not self._chart.is_taken(one, appointment.start_time, appointment.end_time)]
        return next(iter(free or rooms), 0)

    def _kind(self, appointment: Appointment) -> int:
        descriptors = self._platform.state.descriptors
        kind = self._platform.state.appointment_types.get(appointment.appointment_type_id or 0)
        numbers = (*appointment.descriptor_ids, *(kind.descriptor_ids if kind else ()))
        found = (descriptors[number] for number in numbers if number in descriptors)
        types = [int(one.foreign_id) for one in found if one.descriptor_type == "Appointment Type"]
        return next(iter(types), 0)

    # Patients

    def chart_for(self, appointment: Appointment) -> int:
        """Return the chart of a booking's patient; write one where there is none."""
        patient = self._platform.state.patients[appointment.patient_id or 0]
        if patient.foreign_id is not None:
            return int(patient.foreign_id)
        if patient.id in self.charts:
            return self.charts[patient.id]
        number = self._matching(patient) or self._chart.add_patient(self._new(patient))
        self.charts[patient.id] = number
        if self._platform.switches.placeholder_replaced_at == "insertion":
            self.settle(patient)
        return number

    def _matching(self, patient: Patient) -> int | None:
        if not self._platform.switches.insertion_matches_patients:
            return None
        return self._chart.find_patient(patient.first_name, patient.last_name, _born(patient))

    def _new(self, patient: Patient) -> NewPatient:
        state = self._platform.state
        address = {
            "Address": patient.says("address_line_1") or patient.says("street_address"),
            "Address2": patient.says("address_line_2"),
            "City": patient.says("city"),
            "State": patient.says("state"),
            "Zip": patient.says("zip_code"),
        }
        return NewPatient(
            first=patient.first_name,
            last=patient.last_name,
            birth_date=_born(patient),
            gender=patient.says("gender"),
            email=patient.email or "",
            mobile=patient.says("cell_phone_number") or patient.says("phone_number"),
            home=patient.says("home_phone_number"),
            work=patient.says("work_phone_number"),
            address=address,
            provider=foreign_number(state.providers.get(patient.provider_id or 0)),
            guarantor=self._number(patient.guarantor_id),
        )

    def _number(self, patient_id: int | None) -> int:
        """Return the chart of a patient that was written or read, 0 where there is none yet."""
        patient = self._platform.state.patients.get(patient_id or 0)
        if patient is None or patient.foreign_id is None:
            return self.charts.get(patient_id or 0, 0)
        return int(patient.foreign_id)

    def settle(self, placeholder: Patient) -> Patient:
        """Make an EHR record of a placeholder that was written, in its place or instead of it; announce a new one."""
        platform, state = self._platform, self._platform.state
        number = self.charts.pop(placeholder.id)
        known = self._known(number)
        if known is not None:
            people.take_over(platform, placeholder, known)
            return known
        event: Literal["patient_updated", "patient_created"] = "patient_updated"
        record = placeholder
        if platform.switches.placeholder_fate == "replaced":
            event = "patient_created"
            record = self._copy(placeholder)
            people.take_over(platform, placeholder, record)
        record.foreign_id = str(number)
        record.foreign_id_type = self._sync.foreign_id_type
        record.last_sync_time = platform.clock.now()
        record.bio["new_patient"] = False
        state.touch(record)
        platform.patient_event(event, record)
        return record

    def _known(self, number: int) -> Patient | None:
        wanted = (str(number), self._sync.foreign_id_type)
        rows = self._platform.state.patients.values()
        return next((one for one in rows if (one.foreign_id, one.foreign_id_type) == wanted), None)

    def _copy(self, placeholder: Patient) -> Patient:
        state = self._platform.state
        record = Patient(
            **state.fresh("patients"),
            institution_id=placeholder.institution_id,
            first_name=placeholder.first_name,
            last_name=placeholder.last_name,
            middle_name=placeholder.middle_name,
            email=placeholder.email,
            bio=dict(placeholder.bio),
            guarantor_id=placeholder.guarantor_id,
            provider_id=placeholder.provider_id,
            location_ids=placeholder.location_ids,
        )
        state.patients[record.id] = record
        return record


def _born(patient: Patient) -> date | None:
    text = patient.says("date_of_birth")
    return date.fromisoformat(text) if text else None
