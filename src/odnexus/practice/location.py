"""One NexHealth location and the Open Dental database it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import Attribute, field, frozen

from odnexus.errors import ConfigurationError
from odnexus.mapping.table import DEFAULT_MAP, FieldMap
from odnexus.practice.policies import (
    CancelRule,
    InsurancePolicy,
    IntakePolicy,
    MatchPolicy,
    MirrorPolicy,
    Modes,
    TypeRule,
)
from odnexus.reconcile.policy import VisitPolicy
from odnexus.reconcile.writer import WriterSetting

ZONE_REMEDY = "give an IANA name such as America/Denver"


def is_zone(name: object) -> bool:
    """Return whether *name* is an IANA time zone."""
    try:
        ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _check_zone(instance: Location, _: Attribute[str], value: str) -> None:
    if not is_zone(value):
        raise ConfigurationError(f"locations[{instance.name}].timezone: {ZONE_REMEDY}")


def _check_name(_instance: Location, attribute: Attribute[str], value: str) -> None:
    if not value.strip():
        raise ConfigurationError(f"locations[].{attribute.name}: give a name, such as main")


def _check_number(_instance: Location, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        raise ConfigurationError(f"locations[].{attribute.name}: give the number that NexHealth shows, 1 or more")


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
        default_operatory: OperatoryNum for a booking that names no chair; ``None`` takes the provider's own, and asks
            the staff where it has none.
        default_provider: ProvNum for a booking whose provider is not mapped; ``None`` asks the staff.
        confirmed: DefNums (category 2) that mean confirmed; empty finds those whose name is in `confirmed_names`.
        confirmed_names: Names that mean confirmed, compared without case.
        cancel: How a cancellation is written into Open Dental.
        match: What happens by itself at each match grade.
        holding_chart: PatNum of a chart made for the purpose ("Online Booking, Pending") on which a slot is kept while
            the staff finds out whose booking it is; ``None`` keeps none. It is never matched to anybody.
        visits: Who may change what, and who wins.
        restored: What happens when Open Dental restores a cancelled visit: ask, or book it anew at NexHealth.
        grace: How long NexHealth's synchronizer may take before the staff is asked.
        stamp: Append ``NexHealth <id>`` to the note of a created visit, by which it is found again.
        horizon: How far ahead both calendars are watched.
        deletions_every: Every how many polls deleted appointments are looked for.
        fields: Which field of NexHealth goes into which field of a chart.
        intake: What is done with a submitted form beyond the fields of a patient.
        fill_blanks: Whether a change of a patient at NexHealth fills what the chart lacks. Nothing is overwritten.
        mirror: How Open Dental's own appointments are made at NexHealth too; ``None`` makes none.
        insurance: What happens with insurance that a patient, a form or NexHealth names.
        billing_type: Billing type (name) of a new patient; ``None`` takes the office's default.
    """

    name: str = field(validator=_check_name)
    nexhealth_id: int = field(validator=_check_number)
    timezone: str = field(validator=_check_zone)
    subdomain: str | None = None
    database: str = "main"
    clinic_num: int | None = None
    writer: WriterSetting = "auto"
    modes: Modes = Modes()
    operatories: Mapping[int, int] = field(factory=dict[int, int])
    providers: Mapping[int, int] = field(factory=dict[int, int])
    types: Mapping[int, TypeRule] = field(factory=dict[int, TypeRule])
    default_operatory: int | None = None
    default_provider: int | None = None
    confirmed: tuple[int, ...] = ()
    confirmed_names: tuple[str, ...] = ("confirmed", "appointment confirmed")
    cancel: CancelRule = CancelRule()
    match: MatchPolicy = MatchPolicy()
    holding_chart: int | None = None
    visits: VisitPolicy = VisitPolicy()
    restored: Literal["review", "rebook"] = "review"
    grace: timedelta = timedelta(minutes=30)
    stamp: bool = True
    horizon: timedelta = timedelta(days=400)
    deletions_every: int = 6
    mirror: MirrorPolicy | None = None
    billing_type: str | None = None
    fields: FieldMap = DEFAULT_MAP
    intake: IntakePolicy = IntakePolicy()
    fill_blanks: bool = True
    insurance: InsurancePolicy = InsurancePolicy(mode="off")

    @property
    def zone(self) -> ZoneInfo:
        """Return the office's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def maps_types(self) -> bool:
        """Whether `types` says what an appointment type means."""
        return bool(self.types)

    @property
    def names_procedures(self) -> bool:
        """Whether a rule of `types` names procedures."""
        return any(rule.procedures for rule in self.types.values())

    @property
    def mirrors(self) -> bool:
        """Whether visits that were made in Open Dental are made at NexHealth too."""
        return self.mirror is not None

    @property
    def mirrors_strangers(self) -> bool:
        """Whether that is done also for patients whom NexHealth does not know."""
        return self.mirror is not None and self.mirror.patients == "create"

    @property
    def maps_texts(self) -> bool:
        """Whether a rule of `fields` goes into a text of the chart or the emergency contact."""
        return any(rule.scope == "note" for rule in self.fields.rules)

    @property
    def maps_custom_fields(self) -> bool:
        """Whether a rule of `fields` goes into a custom field."""
        return any(rule.scope == "field" for rule in self.fields.rules)
