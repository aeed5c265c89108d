"""What NexHealth's copy of a practice consists of: plain mutable records, one class per resource.

Times are aware and in UTC. Field names are those of the API, so a record reads like its row. What only the simulator
needs (which sync serves a location, what an API key may see) has plain names of its own.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias, TypedDict

from attrs import define, field, frozen

from odnexus.testing.http import Json
from odnexus.testing.nexhealth.values import Row

Light: TypeAlias = Literal["green", "red"]


class Stamps(TypedDict):
    """Id and times of a new record."""

    id: int
    created_at: datetime
    updated_at: datetime


@define(kw_only=True)
class Stamped:
    """A record with an id and the two times that every resource has."""

    id: int
    created_at: datetime
    updated_at: datetime


@define(kw_only=True)
class Institution(Stamped):
    """A tenant, addressed by its subdomain."""

    name: str
    subdomain: str
    phone_number: str = ""
    country_code: str = "US"
    appointment_types_location_scoped: bool = False
    is_sync_notifications: bool = True
    notify_insert_fails: bool = True


@define(kw_only=True)
class Sync(Stamped):
    """One connected database of an institution, with its two lights."""

    institution_id: int
    name: str
    emr_id: int = 1
    emr_name: str = "opendental"
    emr_display_name: str = "Open Dental"
    emr_type: Literal["cloud", "onprem"] = "onprem"
    read_at: datetime
    write_at: datetime
    read_limit: timedelta = timedelta(minutes=150)
    write_limit: timedelta = timedelta(minutes=25)
    read_light: Light = "green"
    write_light: Light = "green"

    @property
    def foreign_id_type(self) -> str:
        """The name of the connected system, by the pattern seen in the documentation."""
        return f"msg-{self.emr_name}-DataSource-{self.id}"


@define(kw_only=True)
class Location(Stamped):
    """One office."""

    institution_id: int
    name: str
    tz: str
    sync_id: int | None = None
    street_address: str = ""
    street_address_2: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    country_code: str = "US"
    latitude: float | None = None
    longitude: float | None = None
    phone_number: str = ""
    email: str = ""
    foreign_id: str = ""
    foreign_id_type: str = ""
    last_sync_time: datetime | None = None
    insert_appt_client: bool = False
    map_by_operatory: bool = True
    set_availability_by_operatory: bool = False
    inactive: bool = False
    specialty: str = "Dental"
    features: tuple[str, ...] = ("online_booking", "reminders")


@define(kw_only=True)
class Provider(Stamped):
    """Somebody who treats patients, as read from the EHR."""

    institution_id: int
    first_name: str
    last_name: str
    middle_name: str | None = None
    email: str | None = None
    display_name: str | None = None
    npi: str | None = None
    tin: str | None = None
    state_license: str | None = None
    specialty_code: str | None = None
    foreign_id: str | None = None
    foreign_id_type: str = ""
    bio: Row = field(factory=dict[str, Json])
    inactive: bool = False
    last_sync_time: datetime | None = None
    location_ids: tuple[int, ...] = ()
    requestable_location_ids: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@define(kw_only=True)
class Operatory(Stamped):
    """A chair."""

    location_id: int
    name: str
    display_name: str | None = None
    foreign_id: str = ""
    foreign_id_type: str = ""
    last_sync_time: datetime | None = None
    active: bool = True
    bookable_online: bool = True
    appointment_type_ids: tuple[int, ...] = ()


@define(kw_only=True)
class Descriptor(Stamped):
    """An appointment type or procedure code of the EHR."""

    location_id: int
    descriptor_type: str
    name: str
    code: str = ""
    foreign_id: str = ""
    foreign_id_type: str = ""
    data: Row = field(factory=dict[str, Json])
    active: bool = True
    last_sync_time: datetime


@define(kw_only=True)
class AppointmentType(Stamped):
    """NexHealth's own kind of visit."""

    name: str
    minutes: int
    parent_type: Literal["Institution", "Location"]
    parent_id: int
    bookable_online: bool = True
    descriptor_ids: tuple[int, ...] = ()


@frozen(kw_only=True)
class Recurrence:
    """Every *num* units from *ref* on."""

    num: int
    unit: str
    ref: date


@define(kw_only=True)
class WorkingHour(Stamped):
    """A window in which a provider takes bookings, on the practice's wall clock (`HH:MM`)."""

    location_id: int
    provider_id: int
    operatory_id: int | None = None
    begin_time: str
    end_time: str
    days: tuple[str, ...] = ()
    specific_date: date | None = None
    custom_recurrence: Recurrence | None = None
    active: bool = True
    source: Literal["manual", "synced"] = "manual"
    label_id: int | None = None
    appointment_type_ids: tuple[int, ...] = ()


@define(kw_only=True)
class Label(Stamped):
    """The name of an EHR schedule template."""

    location_id: int | None
    institution_id: int
    name: str
    active: bool = True


@define(kw_only=True)
class Patient(Stamped):
    """A patient: read from the EHR (`foreign_id` set), or a placeholder of NexHealth's own."""

    institution_id: int
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    middle_name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    bio: Row = field(factory=dict[str, Json], repr=False)
    foreign_id: str | None = None
    foreign_id_type: str = "nex"
    inactive: bool = False
    last_sync_time: datetime | None = None
    guarantor_id: int | None = None
    billing_type: str | None = None
    chart_id: str | None = None
    preferred_language: str | None = None
    preferred_locale: str | None = None
    provider_id: int | None = None
    unsubscribe_sms: bool = False
    location_ids: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_placeholder(self) -> bool:
        """Whether the EHR does not know this patient yet."""
        return self.foreign_id is None

    def says(self, key: str) -> str:
        """Return a text of the bio, empty when absent."""
        value = self.bio.get(key)
        return value if isinstance(value, str) else ""


@define(kw_only=True)
class InsurancePlan(Stamped):
    """A plan of the EHR."""

    institution_id: int
    name: str | None = None
    payer_id: str | None = None
    group_num: str | None = None
    employer_name: str | None = None
    address: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country_code: str | None = "US"
    foreign_id: str | None = None
    deleted_at: datetime | None = None


@frozen(kw_only=True)
class Subscriber:
    """Who holds a policy."""

    id: int
    name: str = field(repr=False)
    date_of_birth: str | None = field(default=None, repr=False)


@define(kw_only=True)
class Coverage(Stamped):
    """A patient's coverage by a plan; it has no `foreign_id`, so `ehr_key` is the simulator's own."""

    patient_id: int
    plan_id: int | None
    subscriber: Subscriber | None
    subscription_relation: str = "self"
    priority: int | None = 1
    subscriber_num: str | None = field(default=None, repr=False)
    effective_date: date | None = None
    expiration_date: date | None = None
    insurance_type: str | None = "dental"
    active: bool = True
    ehr_key: str = ""


@define(kw_only=True)
class Appointment(Stamped):
    """A visit or, with `unavailable`, a block of the schedule."""

    institution_id: int
    location_id: int
    patient_id: int | None
    provider_id: int | None
    operatory_id: int | None = None
    appointment_type_id: int | None = None
    start_time: datetime
    end_time: datetime
    note: str | None = field(default=None, repr=False)
    unavailable: bool = False
    confirmed: bool = False
    confirmed_at: datetime | None = None
    patient_confirmed: bool = False
    patient_confirmed_at: datetime | None = None
    cancelled: bool = False
    cancelled_at: datetime | None = None
    checkin_at: datetime | None = None
    checked_out: bool = False
    checked_out_at: datetime | None = None
    patient_missed: bool = False
    deleted: bool = False
    foreign_id: str | None = None
    foreign_id_type: str = "nex"
    last_sync_time: datetime | None = None
    misc: Row = field(factory=dict[str, Json])
    created_by_user_id: int | None = None
    is_guardian: bool = False
    is_new_clients_patient: bool = False
    is_past_patient: bool = False
    sooner_if_possible: bool = False
    referrer: str | None = None
    descriptor_ids: tuple[int, ...] = ()
    booking_details: Row | None = None


@define(kw_only=True)
class Document(Stamped):
    """A document of a patient."""

    patient_id: int
    filename: str = field(repr=False)
    type: str
    content: bytes = field(repr=False)
    document_type_id: int | None = None


@define(kw_only=True)
class DocumentType(Stamped):
    """A folder of documents at a location."""

    location_id: int
    name: str
    active: bool = True


@define(kw_only=True)
class PatientAlert(Stamped):
    """An alert made through the API."""

    patient_id: int
    note: str = field(repr=False)
    disabled_at: datetime | None = None


@define(kw_only=True)
class ClinicalNote(Stamped):
    """A note of a provider, read from the EHR."""

    location_id: int
    patient_id: int | None
    content: str = field(repr=False)
    entered_at: datetime
    procedure_id: int | None = None
    signed: bool | None = None
    completed: bool | None = None


@define(kw_only=True)
class FormSchema(Stamped):
    """One version of a form; `slug` stays the same over versions."""

    location_id: int
    uuid: str
    title: str
    slug: str
    components: list[Json] = field(factory=list[Json])


@define(kw_only=True)
class FormResponse(Stamped):
    """A form that was filled in, and what became of it in the EHR."""

    location_id: int
    patient_id: int
    schema_uuid: str
    data: Row = field(repr=False)
    state: Literal["pending", "complete", "failed"] = "pending"


@define(kw_only=True)
class Endpoint(Stamped):
    """A URL that receives webhooks, owned by the user of an API key."""

    user_id: int
    target_url: str
    secret_key: str = field(repr=False)
    active: bool = True
    failing_since: datetime | None = None


@define(kw_only=True)
class Subscription(Stamped):
    """One event of one institution, sent to one endpoint in the shape of one API version."""

    webhook_endpoint_id: int
    institution_id: int | None
    resource_type: str
    event: str
    active: bool = True
    version: str = "v3.0.0"


@frozen(kw_only=True)
class ApiUser:
    """Who an API key belongs to, and which institutions it may see (None: all)."""

    id: int
    key: str = field(repr=False)
    subdomains: frozenset[str] | None = None

    def sees(self, subdomain: str) -> bool:
        """Tell whether the key may address the institution."""
        return self.subdomains is None or subdomain in self.subdomains
