"""Judging what both systems said: each check is a function over facts that yields lines with their remedies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from odnexus.cli.doctor.deliveries import judge_events, judge_webhooks
from odnexus.cli.doctor.facts import DatabaseFacts, Facts, LocationFacts
from odnexus.cli.doctor.here import judge_here
from odnexus.cli.doctor.lines import Line, State, of_error
from odnexus.mapping.coverage import CarrierResolver
from odnexus.opendental.modes import Tier
from odnexus.opendental.versions import Version, lacking
from odnexus.practice import Location
from odnexus.reconcile.features import FEATURES, Feature
from odnexus.reconcile.writer import REMEDIES, Writer, decide

SKEW = timedelta(minutes=2)
ENOUGH = 0.8
"""Share of insurers' texts that should be found by themselves."""


def examine(facts: Facts) -> list[Line]:
    """Return all findings, in the order in which one would repair them."""
    offices = {office.name: office for office in facts.databases}
    lines = [line for office in facts.databases for line in _office(office, _features(facts, office))]
    for place in facts.locations:
        lines += _place(place, offices[place.location.database])
        lines += _shared(place, facts.locations)
    for hooks in facts.webhooks:
        lines += judge_webhooks(hooks)
    for events in facts.events:
        lines += judge_events(events)
    return [*lines, *(judge_here(facts.here) if facts.here is not None else ())]


# --- Open Dental ------------------------------------------------------------------------------------------------------


VERSION_REMEDY = "read it in Open Dental under Help, Update, and write it as version beside the keys in the settings"


def _features(facts: Facts, office: DatabaseFacts) -> tuple[Feature, ...]:
    """Return what the locations of a database have switched on."""
    here = [place.location for place in facts.locations if place.location.database == office.name]
    return tuple(each for each in FEATURES if any(each.is_on(location) for location in here))


def _office(office: DatabaseFacts, features: tuple[Feature, ...]) -> Iterator[Line]:
    about = f"opendental.{office.name}"
    if not office.reached:
        name = office.errors.get("version", "no version")
        yield _may_not_read(about) if name == "PermissionDeniedError" else of_error(about, "reachable", name)
        return
    yield Line(about=about, check="reachable", state="pass", text=f"yes; modes: {', '.join(office.modes)}")
    if office.version is not None:
        yield from _version(office.version, about, features)
    else:
        yield Line(about=about, check="version", state="warn", text="not told by the office", remedy=VERSION_REMEDY)
    yield from _permissions(office, about, features)
    if "remote" in office.modes and office.permissions is not None:
        yield _tier(office, about, office.permissions)
    for what in ("operatories", "providers", "types", "confirmations", "clinics"):
        if what in office.errors:
            yield of_error(about, what, office.errors[what])


def _may_not_read(about: str) -> Line:
    """Name the permission without which nothing can be read, and so nothing else can be checked."""
    reading = next(each for each in FEATURES if each.name == "see changes")
    return Line(
        about=about,
        check=f"permission: {reading.name}",
        state="fail",
        text=f"missing: {', '.join(reading.permissions)}; nothing else can be checked without it",
        remedy="ask for it in the developer portal",
    )


def _version(version: Version, about: str, features: tuple[Feature, ...]) -> Iterator[Line]:
    missing = lacking(version)
    yield Line(about=about, check="version", state="pass", text=f"Open Dental {version}")
    for feature in features:
        late = [f"{name} needs {missing[name]}" for name in feature.opendental if name in missing]
        if late:
            yield Line(
                about=about,
                check=f"version: {feature.name}",
                state="fail" if feature.needed else "warn",
                text="; ".join(late),
                remedy="update Open Dental",
            )
    helpful = dict.fromkeys(name for feature in features for name in feature.helpful)
    late = [f"{name} needs {missing[name]}" for name in helpful if name in missing]
    if late:
        yield Line(
            about=about, check="version: details", state="warn", text="; ".join(late), remedy="update Open Dental"
        )


def _permissions(office: DatabaseFacts, about: str, features: tuple[Feature, ...]) -> Iterator[Line]:
    if office.permissions is None:
        name = office.errors.get("permissions", "UnsupportedError")
        text = f"not read: {name}"
        yield Line(
            about=about, check="permissions", state="warn", text=text, remedy="Open Dental tells them from 22.2 on"
        )
        return
    yield Line(about=about, check="permissions", state="pass", text=", ".join(sorted(office.permissions)))
    for feature in features:
        absent = sorted(set(feature.permissions) - office.permissions)
        if absent:
            yield Line(
                about=about,
                check=f"permission: {feature.name}",
                state="fail" if feature.needed else "warn",
                text=f"missing: {', '.join(absent)}",
                remedy="ask for it in the developer portal",
            )


def granted_tier(permissions: frozenset[str]) -> Tier:
    """Return how fast a key may ask in Remote mode (page "API Permissions")."""
    if "ApiEnterprise" in permissions:
        return "enterprise"
    return "read_all" if permissions <= {"ApiReadAll"} else "standard"


def _tier(office: DatabaseFacts, about: str, permissions: frozenset[str]) -> Line:
    granted, order = granted_tier(permissions), ("read_all", "standard", "enterprise")
    faster = order.index(office.tier) - order.index(granted)
    state: State = "fail" if faster > 0 else "warn" if faster < 0 else "pass"
    remedy = "" if state == "pass" else f'set tier = "{granted}"'
    text = f"settings say {office.tier}, the permissions give {granted}"
    return Line(about=about, check="throttle tier", state=state, text=text, remedy=remedy)


# --- locations --------------------------------------------------------------------------------------------------------


def _place(place: LocationFacts, office: DatabaseFacts) -> Iterator[Line]:
    about = place.location.name
    if place.place is None:
        yield of_error(about, "NexHealth", place.errors.get("place", "NotFoundError"))
    else:
        yield Line(about=about, check="NexHealth", state="pass", text=f"location {place.location.nexhealth_id} found")
        yield _zone(place, about)
    yield _clock(place.location, office)
    yield _writer(place, about)
    yield from _lights(place, about)
    yield from _mode(place.location)
    if office.reached:
        yield from _mapping(place, office)


def _zone(place: LocationFacts, about: str) -> Line:
    here, there = place.location.timezone, place.place.tz if place.place is not None else None
    same = there in (None, here)
    return Line(
        about=about,
        check="time zone",
        state="pass" if same else "warn",
        text=f"settings say {here}, NexHealth says {there or 'nothing'}",
        remedy="" if same else "set timezone to where the office is, or ask NexHealth to correct its location",
    )


def _clock(location: Location, office: DatabaseFacts) -> Line:
    """Compare the office's wall clock with what the configured zone makes of our clock."""
    about, check = location.name, "clock"
    if office.wall is None:
        remedy = "it comes with the first row that the office shows; look again when it is reachable"
        return Line(about=about, check=check, state="warn", text="the office's time was not read", remedy=remedy)
    off = office.wall - office.read_at.astimezone(location.zone).replace(tzinfo=None)
    # Zones differ by quarters of an hour; what is near one is a wrong zone, the rest is a wrong clock.
    quarters = round(off / timedelta(minutes=15))
    if quarters and abs(off - quarters * timedelta(minutes=15)) <= SKEW:
        hours = quarters / 4
        text = f"the office's clock is {hours:+g} h away from {location.timezone}"
        return Line(
            about=about, check=check, state="fail", text=text, remedy="set timezone to the zone of the office's server"
        )
    state: State = "pass" if abs(off) <= SKEW else "warn"
    remedy = "" if state == "pass" else "set the clocks of the office's server and of this machine by a time server"
    seconds = round(off.total_seconds())
    return Line(about=about, check=check, state=state, text=f"{seconds:+d} s between office and us", remedy=remedy)


def _writer(place: LocationFacts, about: str) -> Line:
    if place.evidence is None:
        return of_error(about, "who writes", place.errors.get("evidence", "not known"))
    finding = decide(place.location.writer, place.evidence)
    words = {Writer.BRIDGE: "odnexus writes", Writer.OVERLAY: "NexHealth's synchronizer writes, odnexus follows"}
    if finding.writer is Writer.UNCLEAR:
        text = f"nobody may write ({finding.rule})"
        return Line(about=about, check="who writes", state="fail", text=text, remedy=REMEDIES[finding.rule])
    text = f"{words[finding.writer]} ({finding.rule})"
    if place.evidence.red and finding.writer is Writer.OVERLAY:
        remedy = "see that the practice's server is on and NexHealth's synchronizer runs"
        return Line(about=about, check="who writes", state="warn", text=f"{text}; it has not checked in", remedy=remedy)
    return Line(about=about, check="who writes", state="pass", text=text)


def _lights(place: LocationFacts, about: str) -> Iterator[Line]:
    """Tell how fresh NexHealth's own picture of the office is (page "Interpreting sync status")."""
    for sync in place.syncs:
        lights = {"read": (sync.read_status, sync.read_status_at), "write": (sync.write_status, sync.write_status_at)}
        red = [name for name, (light, _) in lights.items() if light == "red"]
        words = [f"{name} {light or 'unknown'}{_since(at)}" for name, (light, at) in lights.items()]
        remedy = "see that the practice's server is on and NexHealth's synchronizer runs" if red else ""
        state: State = "warn" if red else "pass"
        yield Line(about=about, check="sync status", state=state, text=", ".join(words), remedy=remedy)


def _since(at: datetime | None) -> str:
    return f" since {at:%Y-%m-%d %H:%M} UTC" if at is not None else ""


def _mode(location: Location) -> Iterator[Line]:
    modes = location.modes
    live = modes.person == modes.visit == "apply"
    yield Line(
        about=location.name,
        check="mode",
        state="pass" if live else "warn",
        text=f"people: {modes.person}, visits: {modes.visit}",
        remedy="" if live else "nothing is written by itself yet; set modes to apply when the journal looks right",
    )


def _mapping(place: LocationFacts, office: DatabaseFacts) -> Iterator[Line]:
    location = place.location
    chairs = {each.operatory_num for each in office.operatories if not each.is_hidden}
    people = {each.prov_num for each in office.providers if not each.is_hidden}
    kinds = {each.appointment_type_num for each in office.types if not each.is_hidden}
    active = {each.id: each.foreign_id for each in place.operatories if each.active is not False}
    staff = {each.id: each.foreign_id for each in place.providers if not each.inactive}
    judged = (
        _table(location.name, "operatories", active, location.operatories, chairs, location.default_operatory),
        _table(location.name, "providers", staff, location.providers, people, location.default_provider),
        _types(place, kinds),
    )
    # What one of the two did not tell says nothing about the tables; Open Dental's silence has a line already.
    for line in judged if place.place is not None else ():
        error = place.errors.get(line.check)
        if error is not None:
            yield of_error(location.name, line.check, error)
        elif line.check not in office.errors:
            yield line
    if "confirmations" not in office.errors:
        yield _confirmed(location, office)
    yield from _clinic(location, office)
    yield from _billing(location, office)
    yield from _carriers(place, office)


def _shared(place: LocationFacts, everywhere: Iterable[LocationFacts]) -> Iterator[Line]:
    """Say which chairs are also those of a location before: two booking pages would fill one chair."""
    location, chairs = place.location, _chairs(place)
    for other in everywhere:
        if other.location.name == location.name:
            return
        both = sorted(chairs & _chairs(other)) if other.location.database == location.database else []
        if both:
            yield Line(
                about=location.name,
                check="chairs of its own",
                state="warn",
                text=f"operatories {_ids(both)} of {location.database} are those of {other.location.name}, too",
                remedy=f"if {location.name} has an Open Dental of its own, name it as its database; else map its own "
                "chairs, and set clinic_num where the office uses clinics",
            )


def _chairs(place: LocationFacts) -> set[int]:
    """Return the OperatoryNums that bookings of a location may get."""
    told = {each.id: _number(each.foreign_id) for each in place.operatories if each.active is not False}
    return {number for number in {**told, **place.location.operatories}.values() if number}


def _clinic(location: Location, office: DatabaseFacts) -> Iterator[Line]:
    numbers = {each.clinic_num for each in office.clinics}
    if location.clinic_num and location.clinic_num not in numbers and "clinics" not in office.errors:
        text = f"clinic_num {location.clinic_num} is no clinic of this database"
        remedy = f"correct clinic_num of {location.name}"
        yield Line(about=location.name, check="clinic", state="fail", text=text, remedy=remedy)


def _billing(location: Location, office: DatabaseFacts) -> Iterator[Line]:
    names = {(each.item_name or "").strip().casefold() for each in office.billing}
    wanted = location.billing_type
    if wanted is not None and "billing" not in office.errors and wanted.strip().casefold() not in names:
        text = f"no definition of category 4 is called {wanted}: no chart can be made"
        remedy = f"correct billing_type of {location.name}"
        yield Line(about=location.name, check="billing type", state="fail", text=text, remedy=remedy)


def _carriers(place: LocationFacts, office: DatabaseFacts) -> Iterator[Line]:
    """Say how much of what patients wrote as insurer is surely a carrier of the office."""
    if not place.insurers or not office.carriers:
        return
    resolver = CarrierResolver(carriers=office.carriers)
    found = [resolver.resolve(text) for text in place.insurers]
    insured = [each for each in found if each.insured]
    sure = sum(each.certain is not None for each in insured)
    share = sure / len(insured) if insured else 1.0
    text = f"{sure} of {len(insured)} texts are surely one of {len(office.carriers)} carriers ({share:.0%})"
    good = share >= ENOUGH
    remedy = "" if good else "confirm aliases: the others become questions for the staff"
    state: State = "pass" if good else "warn"
    yield Line(about=place.location.name, check="carriers", state=state, text=text, remedy=remedy)


def _table(
    about: str,
    what: str,
    there: Mapping[int, str | None],
    table: Mapping[int, int],
    known: set[int],
    default: int | None,
) -> Line:
    """Judge how NexHealth's chairs or people are known in Open Dental."""
    found = {key: table.get(key, _number(foreign)) for key, foreign in there.items()}
    missing = sorted(key for key, number in found.items() if number is None)
    wrong = sorted(key for key, number in found.items() if number is not None and number not in known)
    if wrong:
        text = f"NexHealth {_ids(wrong)} lead to numbers that Open Dental does not have or hides"
        return Line(
            about=about, check=what, state="fail", text=text, remedy=f"correct {what} in the settings of {about}"
        )
    if missing:
        state: State = "warn" if default is not None else "fail"
        text = f"NexHealth {_ids(missing)} are not mapped; such bookings " + (
            "take the default" if default is not None else "become questions"
        )
        return Line(
            about=about, check=what, state=state, text=text, remedy=f"add them to {what} in the settings of {about}"
        )
    return Line(about=about, check=what, state="pass", text=f"{len(found)} mapped")


def _types(place: LocationFacts, kinds: set[int]) -> Line:
    about, table = place.location.name, place.location.types
    wrong = sorted(
        key for key, rule in table.items() if rule.appointment_type_num and rule.appointment_type_num not in kinds
    )
    if wrong:
        text = f"NexHealth {_ids(wrong)} lead to appointment types that Open Dental does not have or hides"
        return Line(about=about, check="types", state="fail", text=text, remedy=f"correct types of {about}")
    missing = sorted(each.id for each in place.types if each.id not in table)
    if missing:
        text = f"NexHealth {_ids(missing)} have no appointment type in Open Dental; their length is kept"
        return Line(
            about=about, check="types", state="warn", text=text, remedy=f"add them to types in the settings of {about}"
        )
    return Line(about=about, check="types", state="pass", text=f"{len(place.types)} mapped")


def _confirmed(location: Location, office: DatabaseFacts) -> Line:
    names = {name.casefold() for name in location.confirmed_names}
    numbers = {each.def_num for each in office.confirmations}
    by_name = {each.def_num for each in office.confirmations if (each.item_name or "").strip().casefold() in names}
    found = set(location.confirmed) & numbers if location.confirmed else by_name
    if found:
        text = f"definitions {', '.join(map(str, sorted(found)))} mean confirmed"
        return Line(about=location.name, check="confirmed", state="pass", text=text)
    remedy = "name the definitions of category 2 in confirmed"
    text = "no definition means confirmed: confirmations do not travel"
    return Line(about=location.name, check="confirmed", state="warn", text=text, remedy=remedy)


def _number(foreign: str | None) -> int | None:
    return int(foreign) if foreign and foreign.isdecimal() else None


def _ids(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
