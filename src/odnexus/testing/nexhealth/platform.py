"""What every part of the simulator shares: state, switches, clock, lock, events, and who writes to an EHR.

`Platform` is the inside; `NexHealthSimulator` is the door. Operations change the state through it, and it tells
subscribers and synchronizers what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import RLock
from typing import Protocol

from odnexus.testing.clock import SimClock
from odnexus.testing.http import Json
from odnexus.testing.nexhealth.access import Keyring
from odnexus.testing.nexhealth.records import Appointment, Coverage, Light, Location, Patient, Sync
from odnexus.testing.nexhealth.shapes import Shapes
from odnexus.testing.nexhealth.state import State
from odnexus.testing.nexhealth.switches import Switches
from odnexus.testing.nexhealth.values import Row, as_json
from odnexus.testing.nexhealth.webhooks import Webhooks


class Writer(Protocol):
    """What a synchronizer is told about writes that NexHealth has accepted."""

    def queue_insertion(self, appointment: Appointment) -> None:
        """Take a booking to be inserted into the EHR."""
        ...

    def queue_update(self, appointment: Appointment, previous: Row) -> None:
        """Take a change of an appointment; *previous* holds the old values of what changed."""
        ...

    def check_lights(self, now: datetime) -> None:
        """Note that the running services are alive, then look at the lights."""
        ...

    def owes(self, appointment: Appointment) -> bool:
        """Tell whether an insertion of this appointment is still queued."""
        ...


class Platform:
    """The inside of a simulated NexHealth.

    Args:
        clock: Source of time.
        switches: Assumptions.
        keyring: API keys.
    """

    def __init__(self, clock: SimClock, switches: Switches, keyring: Keyring) -> None:
        self.clock = clock
        self.switches = switches
        self.keyring = keyring
        self.lock = RLock()
        self.state = State(clock)
        self.shapes = Shapes(self.state, switches)
        self.webhooks = Webhooks(self.state, switches, self.lock)
        self.writers: dict[int, Writer] = {}

    def writer_for(self, location: Location) -> Writer | None:
        """Return the synchronizer behind a location, if one is linked."""
        return None if location.sync_id is None else self.writers.get(location.sync_id)

    # What was accepted

    def booked(self, appointment: Appointment, *, on_patient_page: bool = False) -> None:
        """Hand a new booking to the synchronizer, or hold it."""
        location = self.state.locations[appointment.location_id]
        writer = self.writer_for(location)
        if writer is not None and location.insert_appt_client:
            writer.queue_insertion(appointment)
        elif on_patient_page and location.sync_id is None and self.switches.appointment_requested_without_ehr:
            self.appointment_event("appointment_requested", appointment)

    def edited(self, appointment: Appointment, previous: Row) -> None:
        """Hand a change to the synchronizer, or announce it at once where the appointment is held."""
        if not previous:
            return
        self.state.touch(appointment)
        location = self.state.locations[appointment.location_id]
        writer = self.writer_for(location)
        blocked = self.switches.edits_follow_insert_flag and not location.insert_appt_client
        if writer is not None and not blocked and (appointment.foreign_id is not None or writer.owes(appointment)):
            writer.queue_update(appointment, previous)
        elif self.switches.update_events_when_held:
            self.appointment_event("appointment_updated", appointment, previous=previous)

    def look_at_lights(self, now: datetime) -> None:
        """Set both lights of every sync by how old its last sign of life is, and announce a change of colour."""
        for sync in self.state.syncs.values():
            for kind, seen, limit in (
                ("read", sync.read_at, sync.read_limit),
                ("write", sync.write_at, sync.write_limit),
            ):
                colour: Light = "green" if now - seen <= limit else "red"
                if colour == getattr(sync, f"{kind}_light"):
                    continue
                setattr(sync, f"{kind}_light", colour)
                if colour == "green" or self.switches.sync_events_both_ways:
                    self.sync_event(f"sync_status_{kind}_change.{colour}", sync)

    # Events

    def appointment_event(self, name: str, appointment: Appointment, *, previous: Row | None = None) -> None:
        """Announce something about one appointment."""
        row = self._event_row(appointment)
        data: Row = {"appointment": row}
        extra: Row = {}
        if previous:
            places: dict[str, Row] = {"envelope": extra, "data": data, "resource": row}
            places[self.switches.previous_attributes_in]["previous_attributes"] = dict(previous)
        self.webhooks.emit("Appointment", name, appointment.institution_id, data, extra)

    def appointments_created(self, appointments: Sequence[Appointment]) -> None:
        """Announce appointments that were read from the EHR, one event per institution with an array."""
        for institution_id in dict.fromkeys(one.institution_id for one in appointments):
            rows: list[Json] = [self._event_row(one) for one in appointments if one.institution_id == institution_id]
            self.webhooks.emit("Appointment", "appointment_created", institution_id, {"appointments": rows})

    def patient_event(self, name: str, patient: Patient) -> None:
        """Announce something about one patient."""
        row = {**self.shapes.patient_row(patient), "unsubscribe_sms": patient.unsubscribe_sms}
        key = self.switches.patient_events_key
        data: Row = {key: [row] if key.endswith("s") else row} if key else row
        self.webhooks.emit("Patient", name, patient.institution_id, data)

    def form_event(self, resource_type: str, name: str, institution_id: int, row: Row) -> None:
        """Announce something about a form or a document."""
        key = {"FormRequest": "form_request", "FormResponse": "form_response"}.get(resource_type, "document")
        self.webhooks.emit(resource_type, name, institution_id, {key: row})

    def coverage_event(self, name: str, coverage: Coverage) -> None:
        """Announce something about one coverage."""
        row, key = self.shapes.coverage(coverage), self.switches.insurance_events_key
        data: Row = {key: [row] if key.endswith("s") else row} if key else row
        patient = self.state.patients[coverage.patient_id]
        self.webhooks.emit("PatientInsuranceCoverage", name, patient.institution_id, data)

    def sync_event(self, name: str, sync: Sync) -> None:
        """Announce a light of a sync."""
        row = self.shapes.sync_status(sync)
        key = self.switches.sync_events_key
        self.webhooks.emit("SyncStatus", name, sync.institution_id, {key: row} if key else row)

    def _event_row(self, appointment: Appointment) -> Row:
        row = self.shapes.appointment(appointment)
        if self.switches.appointment_events_show_deleted:
            row["deleted"] = appointment.deleted
        return row


def change(record: object, **values: object) -> Row:
    """Set attributes of *record* and return the old values of those that differ, in JSON's terms."""
    previous: Row = {}
    for name, value in values.items():
        old: object = getattr(record, name)
        if old != value:
            previous[name] = as_json(old)
            setattr(record, name, value)
    return previous
