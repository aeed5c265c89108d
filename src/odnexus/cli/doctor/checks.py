"""Judging what both systems said: each check is a function over facts that yields lines with their remedies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Literal, TypeAlias

from attrs import frozen

from odnexus.cli.doctor.facts import DatabaseFacts, Facts, LocationFacts, WebhookFacts
from odnexus.opendental.modes import Tier
from odnexus.opendental.tables import ENDPOINTS
from odnexus.opendental.versions import Version, lacking
from odnexus.practice import Location
from odnexus.reconcile.writer import REMEDIES, Writer, decide

State: TypeAlias = Literal["pass", "warn", "fail"]
Features: TypeAlias = Mapping[str, tuple[str, ...]]

FEATURES: Mapping[str, tuple[str, ...]] = {
    "see changes": ("GET /appointments", "GET /patients/Simple"),
    "book visits": ("POST /patients", "POST /appointments"),
    "move visits": ("PUT /appointments/{AptNum}",),
    "cancel visits": ("PUT /appointments/{AptNum}/Break",),
    "confirm visits": ("PUT /appointments/{AptNum}/Confirm",),
    "notice deleted visits": ("GET /histappointments",),
    "fill blanks of charts": ("PUT /patients/{PatNum}",),
    "file forms": ("POST /commlogs",),
}
"""What the engine does → the endpoints it needs for it."""

INSURANCE: Mapping[str, tuple[str, ...]] = {
    "write insurance": (
        "GET /carriers",
        "GET /familymodules/{PatNum}/Insurance",
        "GET /insplans",
        "GET /inssubs",
        "POST /inssubs",
        "POST /patplans",
    ),
}
INSURANCE_PLANS: Mapping[str, tuple[str, ...]] = {"make insurance plans": ("POST /insplans",)}
"""What is needed only where a location writes insurance, and makes plans."""

READING = frozenset({"see changes", "notice deleted visits"})
WITHOUT: Mapping[str, State] = {"notice deleted visits": "warn", "fill blanks of charts": "warn", "file forms": "warn"}
"""What a practice can live without."""

HELPFUL = ("GET /appointments op", "POST /appointments appointment_type_num", "POST /appointments is_new_patient")
"""Parameters and fields that make a booking better and can be missed."""

SKEW = timedelta(minutes=2)
EVENTS = frozenset({"appointment_created", "appointment_updated", "appointment_insertion"})

ERRORS: Mapping[str, str] = {
    "OfficeOfflineError": "see that the office's server is on, the eConnector runs, and the key is assigned to it",
    "ConnectionFailedError": "see that the machine and the service are on and that host and base_url are right",
    "RequestTimeoutError": "see that the machine is on and not overloaded, and try again",
    "AuthenticationError": "check the keys; in Open Dental the key has to be enabled in Setup, Advanced Setup, API",
    "PermissionDeniedError": "ask for the permission in the developer portal",
    "NotFoundError": "check the id in the settings",
    "UnsupportedError": "update Open Dental",
}


@frozen(kw_only=True)
class Line:
    """One finding.

    Attributes:
        about: Connection or location.
        check: What was checked.
        state: How it stands.
        text: What was found.
        remedy: What to do, ``""`` where nothing is to be done.
    """

    about: str
    check: str
    state: State
    text: str
    remedy: str = ""


def examine(facts: Facts) -> list[Line]:
    """Return all findings, in the order in which one would repair them."""
    offices = {office.name: office for office in facts.databases}
    lines = [line for office in facts.databases for line in _office(office, _features(office.name, facts))]
    for place in facts.locations:
        lines += _place(place, offices[place.location.database])
    return [*lines, *_webhooks(facts.webhooks)]


def worst(lines: list[Line]) -> State:
    """Return the worst state of *lines*."""
    states = {line.state for line in lines}
    return "fail" if "fail" in states else "warn" if "warn" in states else "pass"


def _error(about: str, check: str, name: str) -> Line:
    return Line(about=about, check=check, state="fail", text=f"not read: {name}", remedy=ERRORS.get(name, "try again"))


# --- Open Dental ------------------------------------------------------------------------------------------------------


def _features(database: str, facts: Facts) -> Features:
    """Return what the locations of a database have switched on, with the endpoints for it."""
    policies = [each.location.insurance for each in facts.locations if each.location.database == database]
    on = [policy for policy in policies if policy.mode != "off"]
    plans = any(policy.create_plans for policy in on)
    return {**FEATURES, **(INSURANCE if on else {}), **(INSURANCE_PLANS if plans else {})}


def _office(office: DatabaseFacts, features: Features) -> Iterator[Line]:
    about = f"opendental.{office.name}"
    if office.version is None:
        yield _error(about, "reachable", office.errors.get("version", "no version"))
        return
    yield Line(about=about, check="reachable", state="pass", text=f"yes; modes: {', '.join(office.modes)}")
    yield from _version(office.version, about, features)
    yield from _permissions(office, about, features)
    if "remote" in office.modes and office.permissions is not None:
        yield _tier(office, about, office.permissions)
    for what in ("operatories", "providers", "types", "confirmations", "clinics"):
        if what in office.errors:
            yield _error(about, what, office.errors[what])


def _version(version: Version, about: str, features: Features) -> Iterator[Line]:
    missing = lacking(version)
    yield Line(about=about, check="version", state="pass", text=f"Open Dental {version}")
    for feature, endpoints in features.items():
        late = [f"{name} needs {missing[name]}" for name in endpoints if name in missing]
        if late:
            yield Line(
                about=about,
                check=f"version: {feature}",
                state=WITHOUT.get(feature, "fail"),
                text="; ".join(late),
                remedy="update Open Dental",
            )
    late = [f"{name} needs {missing[name]}" for name in HELPFUL if name in missing]
    if late:
        yield Line(
            about=about, check="version: details", state="warn", text="; ".join(late), remedy="update Open Dental"
        )


def _permissions(office: DatabaseFacts, about: str, features: Features) -> Iterator[Line]:
    if office.permissions is None:
        name = office.errors.get("permissions", "UnsupportedError")
        text = f"not read: {name}"
        yield Line(
            about=about, check="permissions", state="warn", text=text, remedy="Open Dental tells them from 22.2 on"
        )
        return
    yield Line(about=about, check="permissions", state="pass", text=", ".join(sorted(office.permissions)))
    for feature, endpoints in features.items():
        absent = sorted({ENDPOINTS[name].permission for name in endpoints} - office.permissions)
        if absent:
            yield Line(
                about=about,
                check=f"permission: {feature}",
                state=WITHOUT.get(feature, "fail"),
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
        yield _error(about, "NexHealth", place.errors.get("place", "NotFoundError"))
    else:
        yield Line(about=about, check="NexHealth", state="pass", text=f"location {place.location.nexhealth_id} found")
        yield _zone(place, about)
    yield _clock(place.location, office)
    yield _writer(place, about)
    yield from _mode(place.location)
    if office.version is not None:
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
        return _error(about, "who writes", place.errors.get("evidence", "not known"))
    finding = decide(place.location.writer, place.evidence)
    words = {Writer.BRIDGE: "odnexus writes", Writer.OVERLAY: "NexHealth's synchronizer writes, odnexus follows"}
    if finding.writer is Writer.UNCLEAR:
        text = f"nobody may write ({finding.rule})"
        return Line(about=about, check="who writes", state="fail", text=text, remedy=REMEDIES[finding.rule])
    text = f"{words[finding.writer]} ({finding.rule})"
    if place.red and finding.writer is Writer.OVERLAY:
        remedy = "see that the practice's server is on and NexHealth's synchronizer runs"
        return Line(about=about, check="who writes", state="warn", text=f"{text}; it has not checked in", remedy=remedy)
    return Line(about=about, check="who writes", state="pass", text=text)


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
    for what in ("operatories", "providers", "types"):
        if what in place.errors:
            yield _error(location.name, what, place.errors[what])
    active = {each.id: each.foreign_id for each in place.operatories if each.active is not False}
    yield _table(location.name, "operatories", active, location.operatories, chairs, location.default_operatory)
    staff = {each.id: each.foreign_id for each in place.providers if not each.inactive}
    yield _table(location.name, "providers", staff, location.providers, people, location.default_provider)
    yield _types(place, kinds)
    yield _confirmed(location, office)


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


# --- webhooks ---------------------------------------------------------------------------------------------------------


def _webhooks(hooks: WebhookFacts) -> Iterator[Line]:
    about, check = "nexhealth", "webhooks"
    if hooks.url is None:
        text = "none; changes are seen by polling, minutes later"
        yield Line(about=about, check=check, state="pass", text=text)
        return
    if "endpoints" in hooks.errors:
        yield _error(about, check, hooks.errors["endpoints"])
        return
    ours = [each for each in hooks.endpoints if each.target_url == hooks.url]
    if not ours:
        remedy = "register it at NexHealth, or take webhook_url out of the settings"
        yield Line(about=about, check=check, state="fail", text="webhook_url is no endpoint of this key", remedy=remedy)
        return
    if not any(each.active for each in ours):
        remedy = "see why the address could not be reached; odnexus run switches it on again"
        yield Line(about=about, check=check, state="fail", text="NexHealth switched the endpoint off", remedy=remedy)
    elif not hooks.secrets:
        remedy = "name its secret_key in webhook_secrets"
        yield Line(about=about, check=check, state="fail", text="no secret: every delivery is refused", remedy=remedy)
    elif missing := sorted(EVENTS - hooks.events):
        text = f"not subscribed: {', '.join(missing)}"
        yield Line(about=about, check=check, state="warn", text=text, remedy="subscribe the endpoint to them")
    else:
        yield Line(about=about, check=check, state="pass", text="endpoint active and subscribed")
