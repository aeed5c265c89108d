"""What a practice configures: its locations, who is who in the two systems, and what may happen by itself.

Everything here is data: frozen, comparable, without I/O. Numbers of Open Dental are its primary keys; ids of NexHealth
are its integers. Times of day mean the office's wall clock in `Location.timezone`.

`Practice.load` reads all of it from a TOML file and names every problem at once::

    subdomain = "demo-dental"

    [[locations]]
    name = "main"
    nexhealth_id = 12
    timezone = "America/Denver"
    operatories = { 31 = 3 }
    grace = "30 minutes"

    [locations.types.27]
    appointment_type_num = 12
    minutes = 60

    [[locations.fields]]
    target = "WirelessPhone"
    sources = ["bio.cell_phone_number", "phoneNumber"]
    transform = "phone"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import Attribute, field, frozen

from odnexus.errors import ConfigurationError
from odnexus.mapping.table import DEFAULT_MAP, FieldMap, MapRule, Problem
from odnexus.mapping.visit import minutes_of, pattern_for
from odnexus.reconcile.policy import Mode, VisitPolicy
from odnexus.reconcile.writer import WriterSetting

PROCESS_SECTIONS = frozenset({"nexhealth", "opendental", "store", "vault", "run", "alerts", "webhooks", "receiver"})
"""Sections of a practice file that say how a process runs; ``odnexus run`` reads them."""

ZONE_REMEDY = "give an IANA name such as America/Denver"

T = TypeVar("T")

Certain: TypeAlias = Literal["link", "review"]
Unsure: TypeAlias = Literal["review", "create"]
Unknown: TypeAlias = Literal["create", "review"]


@frozen(kw_only=True)
class MatchPolicy:
    """What happens by itself at each match grade; everything else asks the staff.

    Attributes:
        certain: What becomes of a certain match.
        probable: Of a probable one.
        possible: Of a possible one.
        certainly_not: Of somebody whom no chart resembles.
        least_score: Score below which a certain match asks all the same, in bits; ``None`` leaves it to the rules.
            `odnexus.matching.calibrate` shows what one costs.
        other_clinic: Of a certain match whose chart belongs to another clinic of the same database.
    """

    certain: Certain = "link"
    probable: Unsure = "review"
    possible: Unsure = "review"
    certainly_not: Unknown = "create"
    least_score: int | None = None
    other_clinic: Certain = "review"


BreakWord: TypeAlias = Literal["Missed", "Cancelled"]


@frozen(kw_only=True)
class LateCancel:
    """What a cancellation at short notice is written as.

    Attributes:
        within: Up to how long before the visit a cancellation is late.
        break_type: The broken-appointment procedure that a late one adds.
    """

    within: timedelta = timedelta(hours=24)
    break_type: BreakWord = "Cancelled"


@frozen(kw_only=True)
class CancelRule:
    """How a cancellation that comes from NexHealth is written into Open Dental (page "Appointments", PUT Break).

    Attributes:
        to_unscheduled_list: Put the visit on the Unscheduled List, so that the staff can rebook it.
        break_type: ``"Cancelled"`` or ``"Missed"`` adds the office's broken-appointment procedure; only where the
            office enabled it. ``None`` adds nothing.
        late: What is different at short notice, ``None`` if nothing is.
    """

    to_unscheduled_list: bool = True
    break_type: BreakWord | None = None
    late: LateCancel | None = None

    def word(self, notice: timedelta) -> BreakWord | None:
        """Return the break type of a cancellation that comes *notice* before the visit."""
        late = self.late is not None and notice <= self.late.within
        return self.late.break_type if self.late is not None and late else self.break_type


def _check_pattern(instance: TypeRule, _: Attribute[str | None], value: str | None) -> None:  # noqa: ARG001
    if value is not None and not re.fullmatch(r"[X/]{1,108}", value):
        raise ConfigurationError("types[].pattern: only X and /, one per five minutes, at most 108 (nine hours)")


def _check_pace(instance: MirrorPolicy, _: Attribute[int], value: int) -> None:  # noqa: ARG001
    if value < 1:
        raise ConfigurationError("mirror.per_minute: at least 1")


@frozen(kw_only=True)
class TypeRule:
    """What a NexHealth appointment type means in Open Dental.

    Attributes:
        appointment_type_num: Open Dental's appointment type, 0 for none.
        minutes: Length of the block; ``None`` takes the length of the booking.
        pattern: Time pattern in 5-minute units (``X`` provider, ``/`` assistant); ``None`` derives it from the length.
        hygiene: True for a hygiene visit, where the hygienist is the main provider.
        hygienist: ProvNum of the hygienist; with 0 the provider of a hygiene visit is its hygienist.
        new_patient: True marks the visit as a new patient's.
        operatory: OperatoryNum to use if the booking names no chair.
        provider: ProvNum whatever the booking says; ``None`` takes the booking's.
        procedures: Codes of procedures that the visit is to have, besides those of its appointment type.
        confirmed: DefNum (category 2) that a new visit begins with, 0 for the office's first.
        asap: True puts the visit on the ASAP list.
    """

    appointment_type_num: int = 0
    minutes: int | None = None
    pattern: str | None = field(default=None, validator=_check_pattern)
    hygiene: bool = False
    hygienist: int = 0
    new_patient: bool | None = None
    operatory: int | None = None
    provider: int | None = None
    procedures: tuple[str, ...] = ()
    confirmed: int = 0
    asap: bool = False

    def length(self, booked: int) -> int:
        """Return the length of the block in minutes: the rule's own, that of its pattern, or what was *booked*."""
        own = self.minutes if self.minutes is not None else len(self.pattern or "") * 5
        return minutes_of(pattern_for(own or booked))

    def block(self, minutes: int, shape: str = "") -> str:
        """Return the time pattern for *minutes*, formed like the rule's own or else like *shape*."""
        return pattern_for(minutes, self.pattern or shape)


@frozen(kw_only=True)
class MirrorPolicy:
    """How appointments that were made in Open Dental are made at NexHealth too.

    Only in bridge mode and only where no synchronizer of NexHealth's reads this Open Dental: it would bring each a
    second time.

    Attributes:
        patients: ``known``: only of patients whom NexHealth has without doubt; ``create``: of others too, whose charts
            hold an e-mail address, a phone and a birth date.
        notify_patient: Whether NexHealth sends its own message about each.
        ahead: How far ahead.
        per_minute: At most so many a minute.
    """

    patients: Literal["known", "create"] = "known"
    notify_patient: bool = False
    ahead: timedelta = timedelta(days=180)
    per_minute: int = field(default=5, validator=_check_pace)


@frozen(kw_only=True)
class Modes:
    """How far the engine goes, per kind.

    ``observe`` writes into the journal what would be done, ``suggest`` opens a review with the plan, ``apply`` does it.
    """

    person: Mode = "apply"
    visit: Mode = "apply"


@frozen(kw_only=True)
class IntakePolicy:
    """What is done with a submitted form beyond the fields of a patient. Nothing is ever overwritten or dropped.

    Attributes:
        notes: ``append`` adds an answer to a text of the chart that says something already, with the form's stamp;
            ``blank`` writes into blank texts only. Open Dental shows a text without its line breaks, so that what is
            appended to comes back as one paragraph.
        clinical: Record allergies, problems and medications that the office's lists know. Off by default: an entry in
            a medical history is a clinical statement.
        documents: Put documents that come along into the Imaging module.
        categories: Names of image categories (definitions, category 18) for them; the first that the office has.
        verify: Where NexHealth's synchronizer files forms itself: look afterwards whether a document arrived.
    """

    notes: Literal["append", "blank"] = "append"
    clinical: bool = False
    documents: bool = True
    categories: tuple[str, ...] = ("Consent Forms", "Patient Forms", "Forms")
    verify: bool = True


@frozen(kw_only=True)
class InsurancePolicy:
    """What happens with insurance that NexHealth, a booking or a form names.

    A location without one does nothing about it; one that has it stages each coverage unless it says more.

    Attributes:
        mode: ``off`` does nothing; ``review`` asks the staff about each coverage and writes what they approve;
            ``write`` writes where carrier, plan and policy holder are certain, and asks about everything else.
        create_plans: Whether a plan is made where the carrier has none of that group; needs the permission Insurance.
    """

    mode: Literal["off", "review", "write"] = "review"
    create_plans: bool = True


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

    name: str
    nexhealth_id: int
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


def _check_locations(instance: Practice, _: Attribute[tuple[Location, ...]], value: tuple[Location, ...]) -> None:
    names = [location.name for location in value]
    ids = [(location.subdomain or instance.subdomain, location.nexhealth_id) for location in value]
    if not value:
        raise ConfigurationError("locations: a practice has at least one location")
    if len(set(names)) < len(names):
        raise ConfigurationError("locations[].name: each location needs a name of its own")
    if len(set(ids)) < len(ids):
        raise ConfigurationError("locations[].nexhealth_id: two locations name the same NexHealth location")


@frozen(kw_only=True)
class Practice:
    """A NexHealth institution and its locations.

    Raises:
        ConfigurationError: No location, or two of one name or one NexHealth id.
    """

    subdomain: str
    locations: tuple[Location, ...] = field(validator=_check_locations)

    @classmethod
    def load(cls, path: str | Path) -> Practice:
        """Read a practice from a TOML file.

        Raises:
            PracticeFileError: The file cannot be read as a practice; it lists every problem with its place.
            OSError: The file cannot be opened.
        """
        with Path(path).open("rb") as file:
            try:
                content = tomllib.load(file)
            except tomllib.TOMLDecodeError as error:
                raise PracticeFileError((Problem(place="file", remedy=str(error)),)) from error
        return cls.read(content)

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Practice:
        """Return the practice that the content of a file describes; raises as `load` does.

        What a process around it needs (`PROCESS_SECTIONS`: connections, store, alerts) may stand in the same file and
        is left alone.
        """
        problems: list[Problem] = []
        content = {name: value for name, value in content.items() if name not in PROCESS_SECTIONS}
        practice = structured(content, Practice, problems)
        for number, location in enumerate(content.get("locations", ())):
            problems += _problems_of_location(f"locations[{number}]", location)
        if problems or practice is None:
            raise PracticeFileError(tuple(dict.fromkeys(problems)))
        return practice

    def location(self, name: str) -> Location:
        """Return the location called *name*; raise `ConfigurationError` if there is none."""
        for location in self.locations:
            if location.name == name:
                return location
        known = ", ".join(each.name for each in self.locations)
        raise ConfigurationError(f"location: there is none called {name!r}; choose from {known}")

    def realm(self, location: Location) -> str:
        """Return the subdomain that *location* belongs to."""
        return location.subdomain or self.subdomain

    def turn(self, location: Location) -> str:
        """Return the name of the location that stands for the database of *location*: its first.

        Who works on one location of a database works on it alone: two workers in one database could make one chart
        twice.
        """
        return next(each.name for each in self.locations if each.database == location.database)

    def at_clinic(self, location: Location, clinic_num: int | None) -> Location:
        """Return the location of the same database whose clinic it is; *location* itself where none names it."""
        beside = (each for each in self.locations if each.database == location.database)
        return next((each for each in beside if clinic_num and each.clinic_num == clinic_num), location)

    def abroad(self, location: Location) -> frozenset[int]:
        """Return the NexHealth locations of the same institution that belong to other databases than *location*."""
        realm = self.realm(location)
        return frozenset(
            each.nexhealth_id
            for each in self.locations
            if self.realm(each) == realm and each.database != location.database
        )

    def route(self, subdomain: str, nexhealth_id: int | None) -> Location | None:
        """Return the location that a record of NexHealth belongs to.

        A record that names no location goes to the institution's only one; with several it has none.
        """
        inside = [loc for loc in self.locations if self.realm(loc) == subdomain]
        if nexhealth_id is None:
            return inside[0] if len(inside) == 1 else None
        return next((loc for loc in inside if loc.nexhealth_id == nexhealth_id), None)


class PracticeFileError(ConfigurationError):
    """A practice file has problems; `problems` lists all of them, each with its place and remedy."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(f"{problem.place}: {problem.remedy}" for problem in self.problems)


_UNITS = {"s": 1, "sec": 1, "min": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400, "minute": 60, "second": 1}
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*", re.IGNORECASE)


def _length(value: object, _: type) -> timedelta:
    """Read a length of time: ``"30 minutes"``, ``"2 h"``, ``"400 days"``, or a number of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].lower() not in _UNITS:
        raise ValueError('give a length such as "30 minutes"')
    return timedelta(seconds=float(match[1]) * _UNITS[match[2].lower()])


_KINDS = {int: "a number", str: "a text in quotes", bool: "true or false"}


def _strict(kind: type) -> Any:
    """Return a hook that takes values of *kind* only: a TOML file says what it means."""

    def check(value: object, _: type) -> object:
        if kind is int and isinstance(value, str) and value.isdecimal():
            # Keys of a table are texts in TOML.
            return int(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"give {_KINDS[kind]}")
        return value

    return check


def structured(content: object, kind: type[T], problems: list[Problem]) -> T | None:
    """Return *content* as *kind*, or add what is wrong with it to *problems*."""
    # cattrs takes a while to import, and only who reads a file needs it.
    from cattrs import ClassValidationError, Converter, IterableValidationError, transform_error  # noqa: PLC0415

    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(timedelta, _length)
    for plain in (int, str, bool):
        converter.register_structure_hook(plain, _strict(plain))
    converter.register_structure_hook(
        FieldMap, lambda value, _: FieldMap(rules=converter.structure(value, tuple[MapRule, ...]))
    )
    try:
        return converter.structure(content, kind)
    except (ClassValidationError, IterableValidationError) as error:
        for line in transform_error(error, format_exception=_remedy):
            remedy, _, place = line.rpartition(" @ $")
            problems.append(Problem(place=place.lstrip(".") or "file", remedy=remedy))
    except ConfigurationError as error:
        place, _, remedy = str(error).partition(": ")
        problems.append(Problem(place=place, remedy=remedy))
    return None


def _problems_of_location(place: str, content: object) -> Iterator[Problem]:
    """Yield what only the finished values tell, also where other settings of the location are wrong."""
    if not isinstance(content, dict):
        return
    content = cast("dict[str, object]", content)
    if "timezone" in content and not is_zone(content["timezone"]):
        yield Problem(place=f"{place}.timezone", remedy=ZONE_REMEDY)
    fields = structured(content.get("fields", []), FieldMap, [])
    for problem in fields.check() if fields is not None and "fields" in content else ():
        yield Problem(place=f"{place}.{problem.place}", remedy=problem.remedy)


def _remedy(error: BaseException, kind: type | None) -> str:
    """Say what to do about one fault that cattrs found."""
    from cattrs.errors import ForbiddenExtraKeysError  # noqa: PLC0415

    match error:
        case ForbiddenExtraKeysError():
            return f"there is no setting called {', '.join(sorted(error.extra_fields))}"
        case KeyError():
            return f"{error.args[0]} is missing; add it"
        case ConfigurationError() | ValueError():
            return str(error).rpartition(": ")[2]
        case _:
            words = get_args(kind)
            return f"choose from {', '.join(map(str, words))}" if words else "give a value that fits this setting"
