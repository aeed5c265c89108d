"""What a practice configures: its locations, who is who in the two systems, and what may happen by itself.

Everything here is data: frozen, comparable, without I/O. Numbers of Open Dental are its primary keys; ids of NexHealth
are its integers. Times of day mean the office's wall clock in `Location.timezone`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import Attribute, field, frozen

from odnexus.errors import ConfigurationError
from odnexus.reconcile.policy import Mode, VisitPolicy
from odnexus.reconcile.writer import WriterSetting

Certain: TypeAlias = Literal["link", "review"]
Unsure: TypeAlias = Literal["review", "create"]
Unknown: TypeAlias = Literal["create", "review"]


@frozen(kw_only=True)
class MatchPolicy:
    """What happens by itself at each match grade; everything else asks the staff."""

    certain: Certain = "link"
    probable: Unsure = "review"
    possible: Unsure = "review"
    certainly_not: Unknown = "create"


@frozen(kw_only=True)
class CancelRule:
    """How a cancellation that comes from NexHealth is written into Open Dental (page "Appointments", PUT Break).

    Attributes:
        to_unscheduled_list: Put the visit on the Unscheduled List, so that the staff can rebook it.
        break_type: ``"Cancelled"`` or ``"Missed"`` adds the office's broken-appointment procedure; only where the
            office enabled it. ``None`` adds nothing.
    """

    to_unscheduled_list: bool = True
    break_type: Literal["Missed", "Cancelled"] | None = None


@frozen(kw_only=True)
class TypeRule:
    """What a NexHealth appointment type means in Open Dental.

    Attributes:
        appointment_type_num: Open Dental's appointment type, 0 for none.
        minutes: Length of the block; ``None`` takes the length of the booking.
        pattern: Time pattern in 5-minute units (``X`` provider, ``/`` assistant); ``None`` derives it from the length.
        hygiene: True for a hygiene visit, where the hygienist is the main provider.
        hygienist: ProvNum of the hygienist, 0 for none.
        new_patient: True marks the visit as a new patient's.
        operatory: OperatoryNum to use if the booking names no chair.
    """

    appointment_type_num: int = 0
    minutes: int | None = None
    pattern: str | None = None
    hygiene: bool = False
    hygienist: int = 0
    new_patient: bool | None = None
    operatory: int | None = None


@frozen(kw_only=True)
class Modes:
    """How far the engine goes, per kind: ``observe`` (journal what would be done), ``suggest`` (open a review with the
    plan) or ``apply``."""

    person: Mode = "apply"
    visit: Mode = "apply"


def _check_zone(instance: Location, attribute: Attribute[str], value: str) -> None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"locations[{instance.name}].timezone: give an IANA name such as America/Denver"
        ) from error


@frozen(kw_only=True)
class Location:
    """One NexHealth location and the Open Dental database it belongs to.

    Attributes:
        name: What the host calls it; stands in events, journal and alerts.
        nexhealth_id: ``location_id`` at NexHealth.
        timezone: IANA zone of the office. Open Dental stores wall-clock times without one.
        subdomain: Institution at NexHealth; ``None`` takes the practice's.
        database: Name of the Open Dental connection, as given to the engine.
        clinic_num: ClinicNum inside that database; ``None`` where clinics are not used.
        writer: Who writes into this Open Dental. ``auto`` finds out.
        modes: How far the engine goes.
        operatories: NexHealth operatory id → OperatoryNum. What is missing is taken from ``foreign_id``.
        providers: NexHealth provider id → ProvNum. What is missing is taken from ``foreign_id``.
        types: NexHealth appointment type id → what it means in Open Dental.
        default_operatory: OperatoryNum for a booking that names no chair; ``None`` asks the staff.
        default_provider: ProvNum for a booking whose provider is not mapped; ``None`` asks the staff.
        confirmed: DefNums (category 2) that mean confirmed; empty finds those whose name is in `confirmed_names`.
        confirmed_names: Names that mean confirmed, compared without case.
        cancel: How a cancellation is written into Open Dental.
        match: What happens by itself at each match grade.
        visits: Who may change what, and who wins.
        restored: What happens when Open Dental restores a cancelled visit: ask, or book it anew at NexHealth.
        grace: How long NexHealth's synchronizer may take before the staff is asked.
        stamp: Append ``NexHealth <id>`` to the note of a created visit, by which it is found again.
        horizon: How far ahead both calendars are watched.
        deletions_every: Every how many polls deleted appointments are looked for.
        fill_blanks: Whether a change of a patient at NexHealth fills what the chart lacks. Nothing is overwritten.
        billing_type: Billing type (name) of a new patient; ``None`` takes the office's default.
    """

    name: str
    nexhealth_id: int
    timezone: str = field(validator=_check_zone)
    subdomain: str | None = None
    database: str = "main"
    clinic_num: int | None = None
    writer: WriterSetting = "auto"
    modes: Modes = Modes()
    operatories: Mapping[int, int] = field(factory=dict)
    providers: Mapping[int, int] = field(factory=dict)
    types: Mapping[int, TypeRule] = field(factory=dict)
    default_operatory: int | None = None
    default_provider: int | None = None
    confirmed: tuple[int, ...] = ()
    confirmed_names: tuple[str, ...] = ("confirmed", "appointment confirmed")
    cancel: CancelRule = CancelRule()
    match: MatchPolicy = MatchPolicy()
    visits: VisitPolicy = VisitPolicy()
    restored: Literal["review", "rebook"] = "review"
    grace: timedelta = timedelta(minutes=30)
    stamp: bool = True
    horizon: timedelta = timedelta(days=400)
    deletions_every: int = 6
    billing_type: str | None = None
    fill_blanks: bool = True

    @property
    def zone(self) -> ZoneInfo:
        """Return the office's time zone."""
        return ZoneInfo(self.timezone)


@frozen(kw_only=True)
class Practice:
    """A NexHealth institution and its locations.

    Raises:
        ConfigurationError: No location, or two of one name or one NexHealth id.
    """

    subdomain: str
    locations: tuple[Location, ...] = field()

    @locations.validator
    def _check(self, attribute: Attribute[tuple[Location, ...]], value: tuple[Location, ...]) -> None:
        names = [location.name for location in value]
        ids = [(location.subdomain or self.subdomain, location.nexhealth_id) for location in value]
        if not value:
            raise ConfigurationError("locations: a practice has at least one location")
        if len(set(names)) < len(names):
            raise ConfigurationError("locations[].name: each location needs a name of its own")
        if len(set(ids)) < len(ids):
            raise ConfigurationError("locations[].nexhealth_id: two locations name the same NexHealth location")

    def location(self, name: str) -> Location:
        """Return the location called *name*; raise `ConfigurationError` if there is none."""
        for location in self.locations:
            if location.name == name:
                return location
        raise ConfigurationError(f"location: there is none called {name!r}")

    def realm(self, location: Location) -> str:
        """Return the subdomain that *location* belongs to."""
        return location.subdomain or self.subdomain

    def route(self, subdomain: str, nexhealth_id: int | None) -> Location | None:
        """Return the location that a record of NexHealth belongs to.

        A record that names no location goes to the institution's only one; with several it has none.
        """
        inside = [loc for loc in self.locations if self.realm(loc) == subdomain]
        if nexhealth_id is None:
            return inside[0] if len(inside) == 1 else None
        return next((loc for loc in inside if loc.nexhealth_id == nexhealth_id), None)
