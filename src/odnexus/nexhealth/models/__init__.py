"""The records of NexHealth, field names exactly as on the wire.

Records are frozen and know nothing of JSON (`odnexus.nexhealth.wire` reads them). Times are aware and in UTC, except
those of a `Slot`, which keep the offset of the practice. A record prints its class and its ids, nothing personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from odnexus.nexhealth.models import documents, people, practice, visits
from odnexus.nexhealth.models._base import Page, Record
from odnexus.nexhealth.models.documents import ClinicalNote, DocumentType, PatientDocument
from odnexus.nexhealth.models.hooks import WebhookEndpoint, WebhookSubscription
from odnexus.nexhealth.models.people import (
    Bio,
    Coverage,
    Created,
    FeeSchedule,
    InsurancePlan,
    Patient,
    PatientAddress,
    PatientAlert,
    Price,
    PrivacyAuthorization,
    Subscriber,
)
from odnexus.nexhealth.models.practice import (
    AppointmentType,
    Descriptor,
    Emr,
    Institution,
    Location,
    Operatory,
    Provider,
    ProviderRequestable,
    Recurrence,
    Specialty,
    SyncStatus,
    WorkingHour,
    WorkingHourLabel,
)
from odnexus.nexhealth.models.visits import Appointment, BodySite, BookingDetails, Procedure, Slot, SlotGroup

NAMES: Mapping[str, object] = MappingProxyType({**vars(documents), **vars(people), **vars(practice), **vars(visits)})
"""Names for annotations: patients have appointments and appointments have a patient, in two modules."""

__all__ = [
    "NAMES",
    "Appointment",
    "AppointmentType",
    "Bio",
    "BodySite",
    "BookingDetails",
    "ClinicalNote",
    "Coverage",
    "Created",
    "Descriptor",
    "DocumentType",
    "Emr",
    "FeeSchedule",
    "Institution",
    "InsurancePlan",
    "Location",
    "Operatory",
    "Page",
    "Patient",
    "PatientAddress",
    "PatientAlert",
    "PatientDocument",
    "Price",
    "PrivacyAuthorization",
    "Procedure",
    "Provider",
    "ProviderRequestable",
    "Record",
    "Recurrence",
    "Slot",
    "SlotGroup",
    "Specialty",
    "Subscriber",
    "SyncStatus",
    "WebhookEndpoint",
    "WebhookSubscription",
    "WorkingHour",
    "WorkingHourLabel",
]
