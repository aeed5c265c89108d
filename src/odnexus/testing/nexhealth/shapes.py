"""Records as rows: the entities of the published document, one function each.

Lists of fields stand in tables where a row repeats the record; what is computed (`name`, time zone texts, nested
records) is added by hand. A sub-object that was not asked for is left out or null, as the switch says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odnexus.testing.http import Json
from odnexus.testing.nexhealth.records import (
    Appointment,
    AppointmentType,
    Coverage,
    Descriptor,
    Endpoint,
    Institution,
    InsurancePlan,
    Location,
    Operatory,
    Patient,
    Provider,
    Subscription,
    Sync,
    WorkingHour,
)
from odnexus.testing.nexhealth.state import State
from odnexus.testing.nexhealth.switches import Switches
from odnexus.testing.nexhealth.values import Row, as_json, loose_offset, stamp, tight_offset

_STAMPS = ("id", "created_at", "updated_at")
_LOCATION_BASIC = (
    "id",
    "name",
    "street_address",
    "street_address_2",
    "city",
    "state",
    "zip_code",
    "phone_number",
    "email",
    "inactive",
)
_LOCATION = (
    *_LOCATION_BASIC,
    "institution_id",
    "country_code",
    "created_at",
    "updated_at",
    "latitude",
    "longitude",
    "foreign_id",
    "foreign_id_type",
    "tz",
    "last_sync_time",
    "insert_appt_client",
    "map_by_operatory",
    "set_availability_by_operatory",
)
_INSTITUTION = (
    *_STAMPS,
    "name",
    "subdomain",
    "phone_number",
    "country_code",
    "appointment_types_location_scoped",
    "is_sync_notifications",
    "notify_insert_fails",
)
_FOREIGN = ("foreign_id", "foreign_id_type", "last_sync_time")
_USER = (
    *_STAMPS,
    *_FOREIGN,
    "email",
    "first_name",
    "middle_name",
    "last_name",
    "name",
    "institution_id",
    "inactive",
)
_PATIENT = (*_USER, "guarantor_id", "billing_type", "chart_id", "preferred_language")
_PROVIDER = (*_USER, "display_name", "npi", "tin", "state_license", "specialty_code")
_OPERATORY = (*_STAMPS, *_FOREIGN, "name", "location_id", "display_name", "active", "bookable_online")
_DESCRIPTOR = (*_STAMPS, *_FOREIGN, "descriptor_type", "name", "code", "location_id", "active")
_TYPE = ("id", "name", "parent_type", "parent_id", "minutes", "bookable_online")
_HOUR = (
    "id",
    "provider_id",
    "location_id",
    "operatory_id",
    "begin_time",
    "end_time",
    "days",
    "specific_date",
    "active",
    "source",
)
_PLAN = (
    "id",
    "payer_id",
    "name",
    "address",
    "address2",
    "city",
    "state",
    "zip_code",
    "country_code",
    "group_num",
    "employer_name",
    "foreign_id",
    "updated_at",
    "deleted_at",
)
_COVERAGE_BASIC = (
    "id",
    "subscription_relation",
    "patient_id",
    "priority",
    "plan_id",
    "subscriber_num",
    "effective_date",
    "expiration_date",
)
_COVERAGE = (*_COVERAGE_BASIC, "insurance_type", "updated_at", "active")
_APPOINTMENT_BASIC = ("id", "provider_id", "start_time", "end_time", "location_id", "confirmed")
_APPOINTMENT = (
    *_STAMPS,
    *_FOREIGN,
    "patient_id",
    "provider_id",
    "start_time",
    "confirmed",
    "patient_missed",
    "note",
    "end_time",
    "unavailable",
    "cancelled",
    "institution_id",
    "checkin_at",
    "location_id",
    "patient_confirmed",
    "created_by_user_id",
    "is_guardian",
    "patient_confirmed_at",
    "cancelled_at",
    "is_new_clients_patient",
    "confirmed_at",
    "sooner_if_possible",
    "operatory_id",
    "checked_out",
    "checked_out_at",
    "referrer",
    "is_past_patient",
)


def _pick(record: object, names: Sequence[str]) -> Row:
    return {name: as_json(getattr(record, name)) for name in names}


class Shapes:
    """Turns the records of one state into rows."""

    def __init__(self, state: State, switches: Switches) -> None:
        self.state = state
        self.switches = switches

    # Practice structure

    def institution(self, one: Institution) -> Row:
        """Return `Institution`."""
        offices = self.state.locations_of(one.id)
        names = {self.state.syncs[office.sync_id].emr_name for office in offices if office.sync_id is not None}
        return {
            **_pick(one, _INSTITUTION),
            "emrs": list[Json](sorted(names)),
            "locations": [self.location_basic(office) for office in offices],
        }

    def institution_with(self, one: Institution, offices: Sequence[Location]) -> Row:
        """Return `InstitutionWithLocations`, the row of `GET /locations`."""
        return {**_pick(one, ("id", "name", "subdomain")), "locations": [self.location(office) for office in offices]}

    def location_basic(self, one: Location) -> Row:
        """Return `LocationBasic`."""
        return _pick(one, _LOCATION_BASIC)

    def location(self, one: Location) -> Row:
        """Return `Location`."""
        return {**_pick(one, _LOCATION), "specialty": {"id": 1, "name": one.specialty}}

    def descriptor(self, one: Descriptor) -> Row:
        """Return `Descriptor`."""
        return {**_pick(one, _DESCRIPTOR), "data": one.data}

    def provider(self, one: Provider, include: Collection[str] = ("locations",)) -> Row:
        """Return `Provider`."""
        row = self._user(one, _PROVIDER)
        row["provider_requestables"] = [{"location_id": place} for place in one.requestable_location_ids]
        offices = [self.state.locations[place] for place in one.location_ids]
        self._include(row, "locations", [self.location(office) for office in offices], include)
        hours = [hour for hour in self.state.working_hours.values() if hour.provider_id == one.id and hour.active]
        inner = ("appointment_types",) if "appointment_types" in include else ()
        self._include(row, "availabilities", [self.working_hour(hour, inner) for hour in hours], include)
        return row

    def operatory(self, one: Operatory, include: Collection[str] = ()) -> Row:
        """Return `Operatory`; without includes `OperatoryBasic`."""
        row = _pick(one, _OPERATORY)
        types = [self.state.appointment_types[number] for number in one.appointment_type_ids]
        self._include(row, "appointment_types", [self.appointment_type(kind) for kind in types], include)
        return row

    def sync_status(self, one: Sync) -> Row:
        """Return `SyncStatus`."""
        offices = [office for office in self.state.locations.values() if office.sync_id == one.id]
        return {
            "institution_id": one.institution_id,
            "sync_source_type": "DataSource",
            "sync_source_name": one.name,
            "emr": {
                "id": one.emr_id,
                "name": one.emr_name,
                "display_name": one.emr_display_name,
                "type": one.emr_type,
            },
            "read_status": one.read_light,
            "read_status_at": stamp(one.read_at),
            "write_status": one.write_light,
            "write_status_at": stamp(one.write_at),
            "locations": [self.location_basic(office) for office in offices],
        }

    # Scheduling

    def appointment_type(self, one: AppointmentType, include: Collection[str] = ()) -> Row:
        """Return `AppointmentType`; without includes `AppointmentTypeBasic`."""
        row = _pick(one, _TYPE)
        if "descriptors" in include:
            row["descriptors"] = self.descriptors(one.descriptor_ids)
        return row

    def descriptors(self, numbers: Sequence[int]) -> list[Json]:
        """Return the descriptors with these ids."""
        return [self.descriptor(self.state.descriptors[number]) for number in numbers]

    def working_hour(self, one: WorkingHour, include: Collection[str] = ()) -> Row:
        """Return `WorkingHour`; without includes `WorkingHourBasic`."""
        zone = self.state.zone(one.location_id)
        row = _pick(one, _HOUR)
        row["tz_offset"] = tight_offset(self.state.clock.now(), zone)
        rule = one.custom_recurrence
        row["custom_recurrence"] = None if rule is None else _pick(rule, ("num", "unit", "ref"))
        if one.label_id is not None:
            row["label"] = self.label(one.label_id)
        elif self.switches.envelope_nulls:
            row["label"] = None
        types = [self.state.appointment_types[number] for number in one.appointment_type_ids]
        self._include(row, "appointment_types", [self.appointment_type(kind) for kind in types], include)
        return row

    def label(self, number: int) -> Row:
        """Return `WorkingHourLabel`."""
        return _pick(self.state.labels[number], ("id", "location_id", "name"))

    def appointment(self, one: Appointment) -> Row:
        """Return `Appointment`."""
        zone = self.state.zone(one.location_id)
        row = _pick(one, _APPOINTMENT)
        row["provider_name"] = self._provider_name(one.provider_id)
        row["timezone"] = zone.key
        row["timezone_offset"] = loose_offset(one.start_time, zone)
        kind = one.appointment_type_id
        row["appointment_type_id"] = self.switches.no_type_id if kind is None else kind
        row["misc"] = dict(one.misc)
        if row["foreign_id"] is None and self.switches.unwritten_foreign_id == "zero":
            row["foreign_id"] = "0"
        if self.switches.time_offsets == "absent":
            row |= {name: str(row[name]).removesuffix("Z") for name in ("start_time", "end_time") if row[name]}
        return row

    def appointment_with(self, one: Appointment, include: Collection[str]) -> Row:
        """Return `AppointmentWithIncludes`, the single read."""
        state, row = self.state, self.appointment(one)
        patient = None if one.patient_id is None else state.patients.get(one.patient_id)
        embedded = {"patient", "guarantor"} & set(include) and self.switches.patient_include == "honoured"
        if patient is not None and embedded:
            row["patient"] = self.patient_with_guarantor(patient, with_guarantor="guarantor" in include)
        chair = None if one.operatory_id is None else state.operatories.get(one.operatory_id)
        if chair is not None:
            self._include(row, "operatory", self.operatory(chair), include)
        kind = None if one.appointment_type_id is None else state.appointment_types.get(one.appointment_type_id)
        if kind is not None:
            self._include(row, "appointment_type", self.appointment_type(kind), include)
        self._include(row, "procedures", [], include)
        self._include(row, "descriptors", self.descriptors(one.descriptor_ids), include)
        if one.booking_details is not None:
            self._include(row, "booking_details", dict(one.booking_details), include)
        return row

    def appointment_basic(self, one: Appointment) -> Row:
        """Return `AppointmentBasic`, the visit inside a patient."""
        return {**_pick(one, _APPOINTMENT_BASIC), "provider_name": self._provider_name(one.provider_id)}

    def _provider_name(self, number: int | None) -> str | None:
        provider = None if number is None else self.state.providers.get(number)
        return None if provider is None else provider.display_name or provider.name

    # Patients

    def patient_row(self, one: Patient) -> Row:
        """Return `PatientListItem`."""
        return {**self._user(one, _PATIENT), "provider_id": one.provider_id}

    def patient_created(self, one: Patient) -> Row:
        """Return `PatientCreated`, found in `data.user` of a create."""
        row = self._user(one, _PATIENT)
        row["preferred_locale"] = one.preferred_locale
        row["location_ids"] = list[Json](one.location_ids)
        return row

    def patient_with_guarantor(self, one: Patient, *, with_guarantor: bool) -> Row:
        """Return `PatientWithGuarantor`, the patient inside an appointment."""
        row = self.patient_created(one)
        guarantor = self._guarantor(one)
        if with_guarantor and guarantor is not None:
            row["guarantor"] = self._user(guarantor, _USER)
        return row

    def patient_detailed(self, one: Patient, include: Collection[str]) -> Row:
        """Return `PatientDetailed`, the single read."""
        row = self.patient_row(one)
        row["location_ids"] = list[Json](one.location_ids)
        for name, value in self._around(one).items():
            if value is not None:
                self._include(row, name, value, include)
        return row

    def _around(self, one: Patient) -> dict[str, Json]:
        state, now = self.state, self.state.clock.now()
        visits = [visit for visit in state.visits_of(one.id) if not visit.cancelled]
        visits.sort(key=lambda visit: visit.start_time)
        past = [visit for visit in visits if visit.start_time <= now]
        coming = [visit for visit in visits if now < visit.start_time <= now + timedelta(days=365)]
        children = [child for child in state.patients.values() if child.guarantor_id == one.id and child.id != one.id]
        guarantor, provider = self._guarantor(one), state.providers.get(one.provider_id or 0)
        return {
            "upcoming_appts": [self.appointment_basic(visit) for visit in coming],
            "last_visited_appointment": self.appointment_basic(past[-1]) if past else None,
            "children": [self._user(child, _USER) for child in children],
            "guarantor": None if guarantor is None else self._user(guarantor, _USER),
            "provider": None if provider is None else self._user(provider, _USER),
            "address": _address(one),
            "insurance_coverages": [self.coverage_on_patient(each) for each in state.coverages_of(one.id)],
            **{name: [] for name in _EMPTY_INCLUDES},
        }

    # Insurance

    def insurance_plan(self, one: InsurancePlan) -> Row:
        """Return `InsurancePlan`."""
        return _pick(one, _PLAN)

    def insurance_plan_with(self, one: InsurancePlan, include: Collection[str]) -> Row:
        """Return `InsurancePlanWithIncludes`, the single read; fee schedules are not simulated."""
        row = self.insurance_plan(one)
        covered = [each for each in self.state.coverages.values() if each.plan_id == one.id]
        holders = {each.subscriber.id: each.subscriber for each in covered if each.subscriber is not None}
        self._include(row, "patient_coverages", [_pick(each, _COVERAGE_BASIC) for each in covered], include)
        self._include(row, "subscribers", [_pick(each, _SUBSCRIBER) for each in holders.values()], include)
        return row

    def coverage(self, one: Coverage) -> Row:
        """Return `Coverage`, the row of a list and of an event."""
        return _pick(one, _COVERAGE)

    def coverage_detailed(self, one: Coverage) -> Row:
        """Return `CoverageDetailed`, the single read."""
        return {**self.coverage(one), **_holder(one)}

    def coverage_on_patient(self, one: Coverage) -> Row:
        """Return `CoverageOnPatient`, the coverage inside a patient."""
        plan = self.state.insurance_plans.get(one.plan_id or 0)
        return {
            **_pick(one, _COVERAGE_BASIC),
            **({} if plan is None else {"plan": self.insurance_plan(plan)}),
            **_holder(one),
        }

    def _guarantor(self, one: Patient) -> Patient | None:
        return None if one.guarantor_id is None else self.state.patients.get(one.guarantor_id)

    def _user(self, one: Patient | Provider, names: Sequence[str]) -> Row:
        bio = dict(one.bio)
        if not self.switches.insurance_name_shown:
            bio.pop("insurance_name", None)
        return {**_pick(one, names), "bio": bio}

    # Webhooks

    def endpoint(self, one: Endpoint) -> Row:
        """Return `WebhookEndpoint`."""
        return _pick(one, (*_STAMPS, "target_url", "secret_key", "active"))

    def subscription(self, one: Subscription) -> Row:
        """Return `WebhookSubscription`."""
        return _pick(one, (*_STAMPS, "webhook_endpoint_id", "institution_id", "resource_type", "event", "active"))

    def _include(self, row: Row, name: str, value: Json, include: Collection[str]) -> None:
        if name in include:
            row[name] = value
        elif self.switches.absent_includes == "null":
            row[name] = None


_EMPTY_INCLUDES = ("procedures", "adjustments", "charges", "payments", "patient_alerts")
"""Includes whose resources this simulator does not keep: always asked for in vain."""


_SUBSCRIBER = ("id", "name", "date_of_birth")


def _holder(one: Coverage) -> Row:
    return {} if one.subscriber is None else {"subscriber": _pick(one.subscriber, _SUBSCRIBER)}


def _address(one: Patient) -> Row:
    keys = {
        "line_1": "address_line_1",
        "line_2": "address_line_2",
        "postal_code": "zip_code",
        "city": "city",
        "region": "state",
    }
    return {name: one.says(key) or None for name, key in keys.items()}


def wall_clock(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) when the wall of *zone* shows `HH:MM` on *day*."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=zone).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the date on the wall of *zone*."""
    return moment.astimezone(zone).date()
