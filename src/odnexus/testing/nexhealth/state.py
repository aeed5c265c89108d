"""NexHealth's copy of the practices: every record, and how to add one.

`add_…` methods return the new id; the record itself is in the dictionary of its kind, such as `state.appointments[id]`,
and may be changed there (call `touch` so that `updated_at` follows).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, TypedDict, TypeVar, Unpack
from uuid import UUID
from zoneinfo import ZoneInfo

from odnexus.testing.clock import SimClock
from odnexus.testing.http import Json
from odnexus.testing.nexhealth.records import (
    Appointment,
    AppointmentType,
    ClinicalNote,
    Coverage,
    Descriptor,
    Document,
    DocumentType,
    Endpoint,
    FormResponse,
    FormSchema,
    Institution,
    InsurancePlan,
    Label,
    Location,
    Operatory,
    Patient,
    PatientAlert,
    Provider,
    Stamped,
    Stamps,
    Subscriber,
    Subscription,
    Sync,
    WorkingHour,
)
from odnexus.testing.nexhealth.values import Row

R = TypeVar("R", bound=Stamped)

_FIRST_IDS = {
    "institutions": 411,
    "syncs": 204,
    "locations": 12,
    "providers": 77,
    "operatories": 31,
    "descriptors": 5201,
    "types": 27,
    "hours": 601,
    "labels": 11,
    "patients": 700_401,
    "insurance_plans": 8_801,
    "coverages": 9_501,
    "subscribers": 9_901,
    "appointments": 90_210_401,
    "endpoints": 51,
    "subscriptions": 301,
    "documents": 801,
    "document_types": 71,
    "alerts": 961,
    "notes": 1501,
    "form_schemas": 31_001,
    "form_responses": 32_001,
    "form_requests": 33_001,
}
"""Ranges apart from each other, so that a mixed-up id finds nothing."""


class LocationDetails(TypedDict, total=False):
    """What else a location can be given; names as in the API."""

    street_address: str
    street_address_2: str
    city: str
    state: str
    zip_code: str
    phone_number: str
    email: str
    foreign_id: str
    insert_appt_client: bool
    map_by_operatory: bool
    set_availability_by_operatory: bool
    inactive: bool
    features: tuple[str, ...]


class PatientDetails(TypedDict, total=False):
    """What else a patient can be given; names as in the API."""

    middle_name: str | None
    email: str | None
    foreign_id: str | None
    inactive: bool
    guarantor_id: int | None
    preferred_language: str | None
    provider_id: int | None


class AppointmentDetails(TypedDict, total=False):
    """What else an appointment can be given; names as in the API."""

    provider_id: int | None
    operatory_id: int | None
    appointment_type_id: int | None
    note: str | None
    unavailable: bool
    confirmed: bool
    cancelled: bool
    foreign_id: str | None
    misc: Row
    sooner_if_possible: bool


class PlanDetails(TypedDict, total=False):
    """What else an insurance plan can be given; names as in the API."""

    payer_id: str | None
    group_num: str | None
    employer_name: str | None
    foreign_id: str | None
    deleted_at: datetime | None


class CoverageDetails(TypedDict, total=False):
    """What else a coverage can be given; names as in the API."""

    subscription_relation: str
    priority: int | None
    subscriber_num: str | None
    effective_date: date | None
    expiration_date: date | None
    insurance_type: str | None
    active: bool


class State:
    """All records of the platform.

    Args:
        clock: Where `created_at` and `updated_at` come from.
    """

    def __init__(self, clock: SimClock) -> None:
        self.clock = clock
        self.institutions: dict[int, Institution] = {}
        self.syncs: dict[int, Sync] = {}
        self.locations: dict[int, Location] = {}
        self.providers: dict[int, Provider] = {}
        self.operatories: dict[int, Operatory] = {}
        self.descriptors: dict[int, Descriptor] = {}
        self.appointment_types: dict[int, AppointmentType] = {}
        self.working_hours: dict[int, WorkingHour] = {}
        self.labels: dict[int, Label] = {}
        self.patients: dict[int, Patient] = {}
        self.merged: dict[int, int] = {}
        self.insurance_plans: dict[int, InsurancePlan] = {}
        self.coverages: dict[int, Coverage] = {}
        self.appointments: dict[int, Appointment] = {}
        self.endpoints: dict[int, Endpoint] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.documents: dict[int, Document] = {}
        self.document_types: dict[int, DocumentType] = {}
        self.alerts: dict[int, PatientAlert] = {}
        self.clinical_notes: dict[int, ClinicalNote] = {}
        self.form_schemas: dict[int, FormSchema] = {}
        self.form_responses: dict[int, FormResponse] = {}
        self._next = dict(_FIRST_IDS)

    # Adding

    def add_institution(self, subdomain: str, name: str, *, types_per_location: bool = False) -> int:
        """Add a tenant."""
        record = Institution(
            **self.fresh("institutions"),
            name=name,
            subdomain=subdomain,
            appointment_types_location_scoped=types_per_location,
        )
        return _keep(self.institutions, record)

    def add_sync(self, institution_id: int, name: str = "Open Dental", *, emr_name: str = "opendental") -> int:
        """Add a connected database; its lights start green."""
        now = self.clock.now()
        record = Sync(
            **self.fresh("syncs"),
            institution_id=institution_id,
            name=name,
            emr_name=emr_name,
            emr_display_name=name,
            read_at=now,
            write_at=now,
        )
        return _keep(self.syncs, record)

    def add_location(
        self,
        institution_id: int,
        name: str,
        *,
        tz: str = "America/Denver",
        sync_id: int | None = None,
        **details: Unpack[LocationDetails],
    ) -> int:
        """Add an office; `sync_id` names the database behind it, if there is one."""
        record = Location(
            **self.fresh("locations"), institution_id=institution_id, name=name, tz=tz, sync_id=sync_id, **details
        )
        if sync_id is not None:
            record.foreign_id_type = self.syncs[sync_id].foreign_id_type
        return _keep(self.locations, record)

    def add_provider(
        self,
        location_id: int,
        first_name: str,
        last_name: str,
        *,
        display_name: str | None = None,
        foreign_id: str | None = None,
        requestable: bool = True,
    ) -> int:
        """Add a provider who works at one location; extend `location_ids` for more."""
        location = self.locations[location_id]
        record = Provider(
            **self.fresh("providers"),
            institution_id=location.institution_id,
            first_name=first_name,
            last_name=last_name,
            display_name=display_name,
            foreign_id=foreign_id,
            foreign_id_type=self.foreign_id_type(location) if foreign_id else "nex",
            last_sync_time=self.clock.now() if foreign_id else None,
            location_ids=(location_id,),
            requestable_location_ids=(location_id,) if requestable else (),
        )
        return _keep(self.providers, record)

    def add_operatory(self, location_id: int, name: str, *, foreign_id: str = "", active: bool = True) -> int:
        """Add a chair."""
        location = self.locations[location_id]
        record = Operatory(
            **self.fresh("operatories"),
            location_id=location_id,
            name=name,
            display_name=name,
            foreign_id=foreign_id,
            foreign_id_type=self.foreign_id_type(location),
            last_sync_time=self.clock.now() if foreign_id else None,
            active=active,
        )
        return _keep(self.operatories, record)

    def add_descriptor(
        self, location_id: int, name: str, *, foreign_id: str, code: str = "", kind: str = "Appointment Type"
    ) -> int:
        """Add an appointment type or procedure code of the EHR."""
        location = self.locations[location_id]
        record = Descriptor(
            **self.fresh("descriptors"),
            location_id=location_id,
            descriptor_type=kind,
            name=name,
            code=code,
            foreign_id=foreign_id,
            foreign_id_type=self.foreign_id_type(location),
            last_sync_time=self.clock.now(),
        )
        return _keep(self.descriptors, record)

    def add_document(
        self, patient_id: int, filename: str, content: bytes, *, type: str = "application/pdf",
        document_type_id: int | None = None,
    ) -> int:  # fmt: skip
        """Add a document of a patient."""
        record = Document(
            **self.fresh("documents"), patient_id=patient_id, filename=filename, type=type, content=content,
            document_type_id=document_type_id,
        )  # fmt: skip
        return _keep(self.documents, record)

    def add_document_type(self, location_id: int, name: str, *, active: bool = True) -> int:
        """Add a folder of documents."""
        record = DocumentType(**self.fresh("document_types"), location_id=location_id, name=name, active=active)
        return _keep(self.document_types, record)

    def add_alert(self, patient_id: int, note: str) -> int:
        """Add an alert of a patient."""
        return _keep(self.alerts, PatientAlert(**self.fresh("alerts"), patient_id=patient_id, note=note))

    def add_form(self, location_id: int, title: str, components: Sequence[Json] = ()) -> str:
        """Add a form, or another version of the form of this title, and return its UUID."""
        stamps = self.fresh("form_schemas")
        # Made from the id, so that runs can be repeated.
        uuid = str(UUID(int=stamps["id"] * 0x9E37_79B9_7F4A_7C15_F39C))
        record = FormSchema(
            **stamps, location_id=location_id, uuid=uuid, title=title, slug=title.lower().replace(" ", "-"),
            components=list(components),
        )  # fmt: skip
        _keep(self.form_schemas, record)
        return uuid

    def add_clinical_note(self, location_id: int, patient_id: int, content: str, *, signed: bool = True) -> int:
        """Add a provider's note, entered now."""
        record = ClinicalNote(
            **self.fresh("notes"), location_id=location_id, patient_id=patient_id, content=content,
            entered_at=self.clock.now(), signed=signed,
        )  # fmt: skip
        return _keep(self.clinical_notes, record)

    def add_appointment_type(
        self,
        institution_id: int,
        name: str,
        minutes: int,
        *,
        location_id: int | None = None,
        bookable_online: bool = True,
        descriptor_ids: tuple[int, ...] = (),
    ) -> int:
        """Add a kind of visit, of the institution or of one location."""
        scope: Literal["Institution", "Location"] = "Institution" if location_id is None else "Location"
        record = AppointmentType(
            **self.fresh("types"),
            name=name,
            minutes=minutes,
            parent_type=scope,
            parent_id=institution_id if location_id is None else location_id,
            bookable_online=bookable_online,
            descriptor_ids=descriptor_ids,
        )
        return _keep(self.appointment_types, record)

    def add_working_hour(
        self,
        location_id: int,
        provider_id: int,
        begin_time: str,
        end_time: str,
        *,
        days: tuple[str, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
        operatory_id: int | None = None,
        appointment_type_ids: tuple[int, ...] = (),
        source: Literal["manual", "synced"] = "manual",
        label_id: int | None = None,
    ) -> int:
        """Add a weekly window."""
        record = WorkingHour(
            **self.fresh("hours"),
            location_id=location_id,
            provider_id=provider_id,
            operatory_id=operatory_id,
            begin_time=begin_time,
            end_time=end_time,
            days=days,
            appointment_type_ids=appointment_type_ids,
            source=source,
            label_id=label_id,
        )
        return _keep(self.working_hours, record)

    def add_label(self, institution_id: int, name: str, *, location_id: int | None = None) -> int:
        """Add the name of a schedule template."""
        record = Label(**self.fresh("labels"), institution_id=institution_id, location_id=location_id, name=name)
        return _keep(self.labels, record)

    def add_patient(
        self,
        location_id: int,
        first_name: str,
        last_name: str,
        *,
        bio: Mapping[str, str | int | bool] | None = None,
        **details: Unpack[PatientDetails],
    ) -> int:
        """Add a patient: one of the EHR if `foreign_id` is given, else a placeholder.

        Args:
            location_id: Where the person belongs.
            first_name: First name.
            last_name: Last name.
            bio: Keys as in the API: `date_of_birth`, `phone_number`, `gender`, `city`, …
            **details: Further fields.
        """
        location = self.locations[location_id]
        known = details.get("foreign_id") is not None
        record = Patient(
            **self.fresh("patients"),
            institution_id=location.institution_id,
            first_name=first_name,
            last_name=last_name,
            bio={**(bio or {}), "new_patient": not known, "non_patient": (bio or {}).get("non_patient", False)},
            foreign_id_type=self.foreign_id_type(location) if known else "nex",
            last_sync_time=self.clock.now() if known else None,
            location_ids=(location_id,),
            **details,
        )
        return _keep(self.patients, record)

    def add_appointment(
        self,
        location_id: int,
        patient_id: int | None,
        start_time: datetime,
        *,
        minutes: int = 30,
        **details: Unpack[AppointmentDetails],
    ) -> int:
        """Add an appointment as it stands, without checks and without events."""
        location = self.locations[location_id]
        known = details.get("foreign_id") is not None
        details.setdefault("provider_id", None)
        record = Appointment(
            **self.fresh("appointments"),
            institution_id=location.institution_id,
            location_id=location_id,
            patient_id=patient_id,
            start_time=start_time,
            end_time=start_time + timedelta(minutes=minutes),
            foreign_id_type=self.foreign_id_type(location) if known else "nex",
            last_sync_time=self.clock.now() if known else None,
            **details,
        )
        return _keep(self.appointments, record)

    def add_insurance_plan(self, institution_id: int, name: str, **details: Unpack[PlanDetails]) -> int:
        """Add a plan of the EHR; its name is the carrier's."""
        record = InsurancePlan(**self.fresh("insurance_plans"), institution_id=institution_id, name=name, **details)
        return _keep(self.insurance_plans, record)

    def add_coverage(
        self,
        patient_id: int,
        plan_id: int | None,
        *,
        subscriber: str | None = None,
        subscriber_born: str | None = None,
        **details: Unpack[CoverageDetails],
    ) -> int:
        """Add a coverage, without an event: *subscriber* is the policy holder's name, the patient's own by default."""
        patient = self.patients[patient_id]
        holder = Subscriber(
            id=self.fresh("subscribers")["id"],
            name=subscriber or patient.name,
            date_of_birth=subscriber_born if subscriber else patient.says("date_of_birth") or None,
        )
        record = Coverage(
            **self.fresh("coverages"), patient_id=patient_id, plan_id=plan_id, subscriber=holder, **details
        )
        return _keep(self.coverages, record)

    # Looking up

    def merge_patients(self, former: int, survivor: int, *, visits_follow: bool = True) -> None:
        """Make one patient of two: *former* is no record any more. Its appointments may go on naming it."""
        del self.patients[former]
        self.merged[former] = survivor
        for visit in list(self.visits_of(former)):
            if visits_follow:
                visit.patient_id = survivor
            self.touch(visit)

    def coverages_of(self, patient_id: int) -> list[Coverage]:
        """Return the active coverages of a patient, the primary one first."""
        mine = [one for one in self.coverages.values() if one.patient_id == patient_id and one.active]
        return sorted(mine, key=lambda one: (one.priority is None, one.priority or 0, one.id))

    def foreign_id_type(self, location: Location) -> str:
        """Return the name of the connected system of a location; `nex` where there is none."""
        return "nex" if location.sync_id is None else self.syncs[location.sync_id].foreign_id_type

    def zone(self, location_id: int) -> ZoneInfo:
        """Return the time zone of a location."""
        return ZoneInfo(self.locations[location_id].tz)

    def by_subdomain(self, subdomain: str) -> Institution | None:
        """Return the institution with this subdomain."""
        return next((one for one in self.institutions.values() if one.subdomain == subdomain), None)

    def locations_of(self, institution_id: int) -> list[Location]:
        """Return the offices of an institution."""
        return [one for one in self.locations.values() if one.institution_id == institution_id]

    def same_database(self, location: Location) -> frozenset[int]:
        """Return the ids of every location that shares the EHR database of *location*, itself included."""
        if location.sync_id is None:
            return frozenset({location.id})
        return frozenset(one.id for one in self.locations.values() if one.sync_id == location.sync_id)

    def visits_of(self, patient_id: int) -> Iterator[Appointment]:
        """Yield the appointments of a patient, cancelled ones included."""
        return (one for one in self.appointments.values() if one.patient_id == patient_id)

    def touch(self, record: Stamped) -> None:
        """Set `updated_at` to the present."""
        record.updated_at = self.clock.now()

    def fresh(self, kind: str) -> Stamps:
        """Return id and times for a new record of *kind*, a key of the table of first ids."""
        number = self._next[kind]
        self._next[kind] = number + 1
        now = self.clock.now()
        return {"id": number, "created_at": now, "updated_at": now}


def _keep(shelf: dict[int, R], record: R) -> int:
    shelf[record.id] = record
    return record.id
