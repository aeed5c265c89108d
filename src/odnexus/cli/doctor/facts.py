"""What the doctor knows of a practice before judging: answers of both systems, as they came. No patient data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from odnexus.cli.doctor.deliveries import EventFacts, WebhookFacts
from odnexus.cli.doctor.here import HereFacts
from odnexus.mapping.coverage import CarrierEntry
from odnexus.nexhealth import models as nexhealth
from odnexus.opendental import models as opendental
from odnexus.opendental.modes import Mode, Tier
from odnexus.opendental.versions import Version
from odnexus.practice import Location
from odnexus.reconcile.writer import Evidence

ANSWERED = frozenset({"InvalidRequestError", "NotFoundError", "UnexpectedResponseError", "UnsupportedError"})
"""Errors that only who can be reached gives: such an office does not tell its version, and is there all the same."""


@frozen(kw_only=True)
class DatabaseFacts:
    """What one Open Dental database answered.

    Attributes:
        name: Name of the connection.
        modes: How it may be reached, in order of preference.
        tier: The rate that the settings claim for Remote mode.
        errors: What was asked → name of the error, for what could not be read.
        version: Version of Open Dental.
        permissions: What the key may do, as named on the wire; ``None`` if it could not be asked.
        wall: What the office's clock showed.
        read_at: When that was read, by this machine's clock (aware, UTC).
    """

    name: str
    modes: tuple[Mode, ...]
    tier: Tier
    errors: Mapping[str, str] = field(factory=dict[str, str])
    version: Version | None = None
    permissions: frozenset[str] | None = None
    wall: datetime | None = None
    read_at: datetime
    operatories: tuple[opendental.Operatory, ...] = ()
    providers: tuple[opendental.Provider, ...] = ()
    types: tuple[opendental.AppointmentType, ...] = ()
    confirmations: tuple[opendental.Definition, ...] = ()
    clinics: tuple[opendental.Clinic, ...] = ()
    billing: tuple[opendental.Definition, ...] = ()
    carriers: tuple[CarrierEntry, ...] = ()

    @property
    def reached(self) -> bool:
        """Return whether the office answered, whatever it said of its version."""
        return self.version is not None or self.errors.get("version") in ANSWERED


@frozen(kw_only=True)
class LocationFacts:
    """What NexHealth answered about one location.

    Attributes:
        location: The location as configured.
        errors: What was asked → name of the error, for what could not be read.
        place: The location at NexHealth.
        evidence: Who may write there, ``None`` if it could not be read.
        syncs: The synchronizers that serve it.
        insurers: What patients wrote as insurer, without repetition; it is counted, never shown.
    """

    location: Location
    errors: Mapping[str, str] = field(factory=dict[str, str])
    place: nexhealth.Location | None = None
    evidence: Evidence | None = None
    syncs: tuple[nexhealth.SyncStatus, ...] = ()
    insurers: tuple[str, ...] = field(default=(), repr=False)
    operatories: tuple[nexhealth.Operatory, ...] = ()
    providers: tuple[nexhealth.Provider, ...] = ()
    types: tuple[nexhealth.AppointmentType, ...] = ()


@frozen(kw_only=True)
class Facts:
    """Everything the doctor was told.

    Attributes:
        databases: The Open Dental databases.
        locations: The locations at NexHealth.
        webhooks: NexHealth's deliveries, per institution.
        events: Open Dental's, per database.
        here: This machine, ``None`` if it was not looked at.
    """

    databases: tuple[DatabaseFacts, ...]
    locations: tuple[LocationFacts, ...]
    webhooks: tuple[WebhookFacts, ...] = ()
    events: tuple[EventFacts, ...] = ()
    here: HereFacts | None = None
