"""Records of how a practice is set up: institutions, locations, providers, operatories, descriptors, syncs.

Shapes: pages "Institutions", "Locations", "Providers", "Operatories", "Appointment types", "Sync status" of
docs.nexhealth.com. Every field but `id` may be absent from an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from attrs import field, frozen

from odnexus.nexhealth.models._base import Record
from odnexus.nexhealth.models.people import Bio


@frozen(kw_only=True, repr=False)
class Specialty(Record):
    """Specialty of a location."""

    id: int
    name: str | None = None


@frozen(kw_only=True, repr=False)
class Institution(Record):
    """One tenant, addressed by its `subdomain`."""

    id: int
    name: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    subdomain: str | None = None
    phone_number: str | None = None
    emrs: tuple[str, ...] = ()
    country_code: str | None = None
    appointment_types_location_scoped: bool | None = None
    is_sync_notifications: bool | None = None
    notify_insert_fails: bool | None = None
    locations: tuple[Location, ...] = ()


@frozen(kw_only=True, repr=False)
class Location(Record):
    """One office of an institution.

    Attributes:
        insert_appt_client: True if bookings are written into the practice's system, False if NexHealth holds them.
        map_by_operatory: True if bookings need an operatory.
        set_availability_by_operatory: True if appointment types hang on operatories, False if on providers.
        tz: IANA name of the zone.
        institution: The institution it was listed under (without its `locations`), where the answer names it.
    """

    id: int
    name: str | None = None
    institution_id: int | None = None
    street_address: str | None = None
    street_address_2: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country_code: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    phone_number: str | None = None
    foreign_id: str | None = None
    foreign_id_type: str | None = None
    email: str | None = None
    tz: str | None = None
    last_sync_time: datetime | None = None
    insert_appt_client: bool | None = None
    map_by_operatory: bool | None = None
    set_availability_by_operatory: bool | None = None
    inactive: bool | None = None
    specialty: Specialty | None = None
    institution: Institution | None = field(default=None, eq=False)


@frozen(kw_only=True, repr=False)
class Descriptor(Record):
    """An appointment type or procedure code of the practice's own system.

    Attributes:
        id: NexHealth's id; some systems were seen with letters in it, so it may be text.
        data: Settings of the practice's system, free shape.
    """

    id: int | str
    descriptor_type: str | None = None
    name: str | None = None
    code: str | None = None
    location_id: int | None = None
    foreign_id: str | None = None
    foreign_id_type: str | None = None
    data: Mapping[str, object] | None = field(default=None, hash=False)
    active: bool | None = None
    last_sync_time: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@frozen(kw_only=True, repr=False)
class AppointmentType(Record):
    """NexHealth's own kind of appointment; never written to the practice's system.

    Attributes:
        minutes: Length.
        parent_type: ``Institution`` or ``Location``.
        descriptors: With ``include=["descriptors"]``.
    """

    id: int
    name: str | None = None
    parent_type: str | None = None
    parent_id: int | None = None
    minutes: int | None = None
    bookable_online: bool | None = None
    descriptors: tuple[Descriptor, ...] = ()


@frozen(kw_only=True, repr=False)
class Operatory(Record):
    """A chair or room."""

    id: int
    name: str | None = None
    foreign_id: str | None = None
    foreign_id_type: str | None = None
    location_id: int | None = None
    last_sync_time: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    display_name: str | None = None
    active: bool | None = None
    bookable_online: bool | None = None
    appointment_types: tuple[AppointmentType, ...] = ()


@frozen(kw_only=True, repr=False)
class WorkingHourLabel(Record):
    """Label of a schedule template of the practice's system."""

    id: int
    location_id: int | None = None
    name: str | None = None


@frozen(kw_only=True, repr=False)
class Recurrence(Record):
    """Every *num* units, counted from the day *ref*."""

    num: int | None = None
    unit: str | None = None
    ref: date | None = None


@frozen(kw_only=True, repr=False)
class WorkingHour(Record):
    """A window in which bookings are possible.

    Attributes:
        begin_time: Start, wall clock of the location.
        end_time: End, wall clock of the location.
        tz_offset: UTC offset of the practice as text, such as ``-0700``.
        source: ``manual`` (made in NexHealth) or ``synced`` (read from the practice's system, read-only).
        label: ``None`` means base hours.
    """

    id: int
    provider_id: int | None = None
    location_id: int | None = None
    operatory_id: int | None = None
    begin_time: time | None = None
    end_time: time | None = None
    days: tuple[str, ...] = ()
    specific_date: date | None = None
    custom_recurrence: Recurrence | None = None
    tz_offset: str | None = None
    active: bool | None = None
    source: str | None = None
    label: WorkingHourLabel | None = None
    appointment_types: tuple[AppointmentType, ...] = ()


@frozen(kw_only=True, repr=False)
class ProviderRequestable(Record):
    """A location where a provider can be booked online."""

    location_id: int | None = None


@frozen(kw_only=True, repr=False)
class Provider(Record):
    """A dentist, hygienist or other provider.

    Attributes:
        locations: With ``include=["locations"]``, the default.
        availabilities: With ``include=["availabilities"]``; their types with ``"appointment_types"`` as well.
    """

    id: int
    email: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    name: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    institution_id: int | None = None
    foreign_id: str | None = None
    foreign_id_type: str | None = None
    bio: Bio | None = None
    inactive: bool | None = None
    last_sync_time: datetime | None = None
    display_name: str | None = None
    npi: str | None = None
    tin: str | None = None
    state_license: str | None = None
    specialty_code: str | None = None
    locations: tuple[Location, ...] = ()
    provider_requestables: tuple[ProviderRequestable, ...] = ()
    availabilities: tuple[WorkingHour, ...] = ()


@frozen(kw_only=True, repr=False)
class Emr(Record):
    """The practice's system behind a sync, for example ``opendental``.

    Attributes:
        type: ``cloud`` or ``onprem``.
    """

    id: int | None = None
    name: str | None = None
    display_name: str | None = None
    type: str | None = None


@frozen(kw_only=True, repr=False)
class SyncStatus(Record):
    """Health of one sync (one database) and the locations it serves.

    Attributes:
        read_status: ``green`` or ``red`` (page "Interpreting sync status": red after 150 minutes without a read).
        write_status: ``green`` or ``red`` (red after 25 minutes without a check-in of the write service).
    """

    institution_id: int | None = None
    sync_source_type: str | None = None
    sync_source_name: str | None = None
    emr: Emr | None = None
    read_status: str | None = None
    read_status_at: datetime | None = None
    write_status: str | None = None
    write_status_at: datetime | None = None
    locations: tuple[Location, ...] = ()
