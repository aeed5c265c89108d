"""A first settings file from what both systems say: who is who by id or name, and a mark where a person has to look."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from attrs import frozen

from odnexus.cli.doctor.checks import granted_tier
from odnexus.cli.doctor.facts import DatabaseFacts, LocationFacts
from odnexus.cli.settings import NexHealthSettings, OpenDentalSettings
from odnexus.nexhealth import models as nexhealth
from odnexus.opendental import models as opendental

How: TypeAlias = Literal["by id", "by name", "unsure"]

HEAD = """\
# Written by odnexus init from what both systems say.
# Look at every line marked CHECK, then run: odnexus doctor {file}
# Keys are not written here, only where they lie: an environment variable ({{ env = "NAME" }}), a file
# ({{ file = "path" }}), an entry of the vault ({{ vault = "name" }}) or the keyring ({{ keyring = "service/user" }}).
"""

DELIVERIES = """\
# [webhooks]                              # then changes arrive within seconds, not minutes
# url = "https://hooks.example.com/nexhealth"
# opendental_url = "https://hooks.example.com/opendental/"
# workstation = "SERVER"                  # the one machine of the office that sends Open Dental's events

# [receiver]
# port = 8080                             # behind a proxy that speaks TLS
"""

ALERTS = """\
# [alerts]
# to = [{ env = "ODNEXUS_ALERT_URL" }]   # an address of Apprise, such as mailtos://…
# quiet_from = "21:00"
# quiet_until = "07:00"
# digest = "monday"
"""


@frozen(kw_only=True)
class Pair:
    """Something of NexHealth and what it seems to be in Open Dental.

    Attributes:
        id: NexHealth's id.
        name: Its name there.
        number: Its number in Open Dental, ``None`` if nothing fits.
        other: The name there.
        how: How the two were found to be one.
    """

    id: int
    name: str
    number: int | None = None
    other: str = ""
    how: How = "unsure"


def pairs(theirs: Iterable[tuple[int, str, str | None]], ours: Mapping[int, Sequence[str]]) -> list[Pair]:
    """Return which of *ours* each of *theirs* is: by the id that NexHealth knows, else by a name that only one has.

    Args:
        theirs: NexHealth's id, name and ``foreign_id``.
        ours: Open Dental's number → its names.
    """
    by_name = defaultdict[str, set[int]](set)
    for number, names in ours.items():
        for name in names:
            by_name[_plain(name)].add(number)
    by_name.pop("", None)
    return [_pair(key, name, foreign, ours, by_name) for key, name, foreign in theirs]


def _pair(
    key: int, name: str, foreign: str | None, ours: Mapping[int, Sequence[str]], by_name: Mapping[str, set[int]]
) -> Pair:
    if foreign and foreign.isdecimal() and int(foreign) in ours:
        number = int(foreign)
        return Pair(id=key, name=name, number=number, other=ours[number][0], how="by id")
    same = by_name.get(_plain(name), set())
    if len(same) == 1:
        [number] = same
        return Pair(id=key, name=name, number=number, other=ours[number][0], how="by name")
    return Pair(id=key, name=name)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.casefold()).strip()


def draft(
    file: str,
    subdomain: str,
    platform: NexHealthSettings,
    chosen: OpenDentalSettings,
    office: DatabaseFacts,
    places: Sequence[LocationFacts],
) -> str:
    """Return the text of a settings file."""
    blocks = [
        HEAD.format(file=file) + f"subdomain = {_text(subdomain)}",
        _nexhealth(platform),
        _opendental(chosen, office),
        '[store]\npath = "odnexus.sqlite"\nkey = { env = "ODNEXUS_KEY" }           # make one: odnexus vault new-key',
        '[run]\nevery = "5 minutes"\nscan_at = "02:30"\nheartbeat = "odnexus.heartbeat"',
        DELIVERIES.rstrip(),
        ALERTS.rstrip(),
        *("\n\n".join(_location(place, office, places[0])) for place in places),
    ]
    return "\n\n".join(blocks) + "\n"


def _nexhealth(platform: NexHealthSettings) -> str:
    rows = ["[nexhealth]", 'api_key = { env = "NEXHEALTH_API_KEY" }']
    rows.append('# environment = "sandbox"              # where the key is one of the sandbox: odnexus rehearse asks')
    if platform.base_url != NexHealthSettings(api_key=platform.api_key).base_url:
        rows.append(f"base_url = {_text(platform.base_url)}")
    return "\n".join(rows)


def _opendental(chosen: OpenDentalSettings, office: DatabaseFacts) -> str:
    rows = [
        f"[opendental.{office.name}]                      # Open Dental {office.version or 'of unknown version'}",
        'developer_key = { env = "OPENDENTAL_DEVELOPER_KEY" }',
        'customer_key = { env = "OPENDENTAL_CUSTOMER_KEY" }',
        f"mode = [{', '.join(map(_text, chosen.mode))}]",
    ]
    rows += [
        f"{name} = {_text(value)}" for name in ("host", "base_url") if (value := getattr(chosen, name)) is not None
    ]
    if office.permissions is not None:
        rows.append(f"tier = {_text(granted_tier(office.permissions))}")
    return "\n".join(rows)


def _location(place: LocationFacts, office: DatabaseFacts, first: LocationFacts) -> Iterator[str]:
    location = place.location
    # Where the office has no clinics, nothing tells that this location is in the same database as the first.
    doubt = "" if place is first or office.clinics else "   # CHECK: or has it an Open Dental of its own?"
    yield "\n".join(
        [
            "[[locations]]",
            f"name = {_text(location.name)}",
            f"nexhealth_id = {location.nexhealth_id}",
            f"timezone = {_text(location.timezone)}",
            f"database = {_text(office.name)}{doubt}",
            *_clinic(place, office.clinics),
            'modes = { person = "observe", visit = "observe" }   # then "suggest", then "apply"',
            *_confirmed(office.confirmations),
        ]
    )
    chairs = ((each.id, each.name or "", each.foreign_id) for each in place.operatories if each.active is not False)
    yield _table("operatories", pairs(chairs, _chairs(office.operatories)))
    staff = ((each.id, _person(each), each.foreign_id) for each in place.providers if not each.inactive)
    yield _table("providers", pairs(staff, _staff(office.providers)))
    kinds = [(each.id, each.name or "", None) for each in place.types]
    minutes = {each.id: each.minutes for each in place.types}
    yield from (_type(pair, minutes[pair.id]) for pair in pairs(kinds, _kinds(office.types)))


def _clinic(place: LocationFacts, clinics: Sequence[opendental.Clinic]) -> Iterator[str]:
    if not clinics or place.place is None:
        return
    names = {each.clinic_num: (each.description or "", each.abbr or "") for each in clinics}
    [pair] = pairs([(place.location.nexhealth_id, place.place.name or "", place.place.foreign_id)], names)
    if pair.number is not None:
        yield f"clinic_num = {pair.number}   # {_comment(pair.other)} ({pair.how}): CHECK"
    else:
        known = ", ".join(f"{number} {_comment(each[0])}" for number, each in names.items())
        yield f"# clinic_num = 0   # CHECK: which clinic is this? {known}"


def _confirmed(definitions: Sequence[opendental.Definition]) -> Iterator[str]:
    sure = [each for each in definitions if _plain(each.item_name or "") in ("confirmed", "appointment confirmed")]
    if sure:
        numbers = ", ".join(str(each.def_num) for each in sure)
        yield f"confirmed = [{numbers}]   # {', '.join(_comment(each.item_name or '') for each in sure)}"
    else:
        known = ", ".join(f"{each.def_num} {_comment(each.item_name or '')}" for each in definitions)
        yield f"# confirmed = []   # CHECK: which of these mean confirmed? {known}"


def _table(name: str, found: Sequence[Pair]) -> str:
    return "\n".join([f"[locations.{name}]   # NexHealth id = number in Open Dental", *map(_row, found)])


def _row(pair: Pair) -> str:
    match pair.how:
        case "by id":
            return f"{pair.id} = {pair.number}   # {_comment(pair.name)} is {_comment(pair.other)}"
        case "by name":
            return f"{pair.id} = {pair.number}   # {_comment(pair.name)} is {_comment(pair.other)} by name: CHECK"
        case "unsure":
            return f"# {pair.id} = 0   # CHECK {_comment(pair.name)}: nothing in Open Dental is surely this"


def _type(pair: Pair, minutes: int | None) -> str:
    head = f"[locations.types.{pair.id}]   # {_comment(pair.name)}"
    length = f"minutes = {minutes}" if minutes is not None else "# minutes = 60"
    if pair.number is None:
        return f"{head}\n# appointment_type_num = 0   # CHECK: nothing in Open Dental is surely this\n{length}"
    return f"{head}\nappointment_type_num = {pair.number}   # {_comment(pair.other)} ({pair.how}): CHECK\n{length}"


def _chairs(rows: Iterable[opendental.Operatory]) -> dict[int, tuple[str, str]]:
    return {each.operatory_num: (each.op_name or "", each.abbrev or "") for each in rows if not each.is_hidden}


def _staff(rows: Iterable[opendental.Provider]) -> dict[int, tuple[str, str]]:
    return {
        each.prov_num: (f"{each.f_name or ''} {each.l_name or ''}".strip(), each.abbr or "")
        for each in rows
        if not each.is_hidden
    }


def _kinds(rows: Iterable[opendental.AppointmentType]) -> dict[int, tuple[str]]:
    return {each.appointment_type_num: (each.appointment_type_name or "",) for each in rows if not each.is_hidden}


def _person(row: nexhealth.Provider) -> str:
    return f"{row.first_name or ''} {row.last_name or ''}".strip() or row.name or ""


def _comment(text: str) -> str:
    """Return *text* on one line."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _text(value: str) -> str:
    """Return *value* as a basic string of TOML, which JSON's strings are."""
    return json.dumps(value)
