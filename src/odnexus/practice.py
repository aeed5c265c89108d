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
from odnexus.reconcile.policy import Mode, VisitPolicy
from odnexus.reconcile.writer import WriterSetting

PROCESS_SECTIONS = frozenset({"nexhealth", "opendental", "store", "vault", "run", "alerts"})
"""Sections of a practice file that say how a process runs; ``odnexus run`` reads them."""

ZONE_REMEDY = "give an IANA name such as America/Denver"

T = TypeVar("T")

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
    """How far the engine goes, per kind.

    ``observe`` writes into the journal what would be done, ``suggest`` opens a review with the plan, ``apply`` does it.
    """

    person: Mode = "apply"
    visit: Mode = "apply"


@frozen(kw_only=True)
class InsurancePolicy:
    """What happens with insurance that NexHealth, a booking or a form names.

    Attributes:
        mode: ``off`` does nothing; ``review`` asks the staff about each coverage and writes what they approve;
            ``write`` writes where carrier, plan and policy holder are certain, and asks about everything else.
        create_plans: Whether a plan is made where the carrier has none of that group; needs the permission Insurance.
    """

    mode: Literal["off", "review", "write"] = "off"
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
        visits: Who may change what, and who wins.
        restored: What happens when Open Dental restores a cancelled visit: ask, or book it anew at NexHealth.
        grace: How long NexHealth's synchronizer may take before the staff is asked.
        stamp: Append ``NexHealth <id>`` to the note of a created visit, by which it is found again.
        horizon: How far ahead both calendars are watched.
        deletions_every: Every how many polls deleted appointments are looked for.
        fields: Which field of NexHealth goes into which field of a chart.
        fill_blanks: Whether a change of a patient at NexHealth fills what the chart lacks. Nothing is overwritten.
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
    visits: VisitPolicy = VisitPolicy()
    restored: Literal["review", "rebook"] = "review"
    grace: timedelta = timedelta(minutes=30)
    stamp: bool = True
    horizon: timedelta = timedelta(days=400)
    deletions_every: int = 6
    billing_type: str | None = None
    fields: FieldMap = DEFAULT_MAP
    fill_blanks: bool = True
    insurance: InsurancePolicy = InsurancePolicy()

    @property
    def zone(self) -> ZoneInfo:
        """Return the office's time zone."""
        return ZoneInfo(self.timezone)


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


def _strict(kind: type) -> Any:
    """Return a hook that takes values of *kind* only: a TOML file says what it means."""

    def check(value: object, _: type) -> object:
        if kind is int and isinstance(value, str) and value.isdecimal():
            # Keys of a table are texts in TOML.
            return int(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"give a {'number' if kind is int else kind.__name__}")
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
            return f"{error.args[0]} is missing"
        case ConfigurationError() | ValueError():
            return str(error).rpartition(": ")[2]
        case _:
            words = get_args(kind)
            return f"choose from {', '.join(map(str, words))}" if words else "give a value that fits this setting"
