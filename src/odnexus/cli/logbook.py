"""What was done: ``odnexus journal``, ``odnexus links``, ``odnexus digest``. Ids, fields and rules, no patient data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from attrs import fields

from odnexus.alerts import Alert
from odnexus.cli.alerting import alarm
from odnexus.cli.choosing import SinceOption, UntilOption, check_location, moment
from odnexus.cli.connecting import Office
from odnexus.cli.digest import MINUTES, Digest, digest as digest_of, entries_since
from odnexus.cli.settings import Settings
from odnexus.cli.telling import (
    PRACTICE,
    JsonOption,
    LocationOption,
    PracticeOption,
    give_up,
    plain,
    print_csv,
    print_json,
    print_table,
    told,
)
from odnexus.errors import ConfigurationError
from odnexus.reconcile.journal import Entry, EntryKind
from odnexus.reconcile.links import Link, LinkKind, LinkState, Ref
from odnexus.reconcile.reports import LocationStatus, PracticeStatus

SILENCE = timedelta(hours=1)
"""After so long without an answer a location counts as not heard of."""

STATUS = ("location", "database", "heard of", "state", "waiting", "buried", "questions")


def journal(
    practice: PracticeOption = PRACTICE,
    location: LocationOption = None,
    subject: Annotated[str | None, typer.Option(help="Only this record, such as opendental:main/12.")] = None,
    kind: Annotated[EntryKind | None, typer.Option(help="Only such steps.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only by this rule, or by all that begin so: visit.*")] = None,
    days: Annotated[float, typer.Option(help="Only of the last so many days.")] = 7,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="At most the last so many.")] = 200,
    verify: Annotated[bool, typer.Option("--verify", help="Check that nothing was changed or taken out.")] = False,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
) -> None:
    """Show what was seen, decided and done; with --verify, check it (exit code 1: it was changed)."""
    if verify:
        _verify(practice, as_json=as_json)
        return
    now = datetime.now(UTC)
    with told(), Office(Settings.load(practice)) as office:
        first = moment(since, "since", now) or now - timedelta(days=days)
        last = moment(until, "until", now)
        found = [
            entry
            for entry in entries_since(office.store.journal, first, location=location, subject=subject)
            if kind in (None, entry.kind) and _by(rule, entry.rule) and (last is None or entry.at < last)
        ]
        check_location(office.settings.practice, location, found)
    rows = found[-limit:] if limit > 0 else []
    if as_json:
        print_json(rows)
    elif as_csv:
        print_csv([each.name for each in fields(Entry)], [plain(row) for row in rows])
    else:
        names = ("number", "at", "location", "kind", "rule", "subject", "fields", "related")
        print_table("Journal", names, [[getattr(row, name) for name in names] for row in rows])


def _by(wanted: str | None, rule: str) -> bool:
    if wanted is None:
        return True
    return rule.startswith(wanted[:-1]) if wanted.endswith("*") else rule == wanted


def _verify(practice: Path, *, as_json: bool) -> None:
    with told(), Office(Settings.load(practice)) as office:
        found = office.engine().check_journal()
    if as_json:
        print_json(found)
    else:
        print(f"{found.entries} entries, {found.covered} of them under {found.checkpoints} checkpoints")
        print(f"last checkpoint: {found.last.number} {found.last.digest}")
        for after, upto in found.broken:
            print(f"changed or taken out: something after entry {after}, up to entry {upto}")
    if not found.intact:
        raise typer.Exit(1)


def links(
    practice: PracticeOption = PRACTICE,
    location: LocationOption = None,
    kind: Annotated[str | None, typer.Option(help="person or visit.")] = None,
    state: Annotated[LinkState | None, typer.Option(help="Only in this state.")] = None,
    record: Annotated[str | None, typer.Option(help="Only that of a record, such as opendental:main/12.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="At most so many.")] = 200,
    as_json: JsonOption = False,
) -> None:
    """Show which record of one side is which of the other."""
    kinds: dict[str | None, tuple[LinkKind, ...]] = {
        None: ("person", "visit"),
        "person": ("person",),
        "visit": ("visit",),
    }
    with told(), Office(Settings.load(practice)) as office:
        if kind not in kinds:
            raise ConfigurationError("kind: person or visit")
        store, found = office.store.links, list[Link]()
        for each in kinds[kind]:
            if record is None:
                found += store.all(kind=each, location=location, state=state, limit=limit)
            elif (link := store.find(each, ref_of(record))) is not None:
                found.append(link)
        check_location(office.settings.practice, location, found)
    rows = [
        {
            "id": link.id,
            "kind": link.kind,
            "location": link.location,
            "state": link.state.value,
            "nexhealth": str(link.nexhealth or ""),
            "opendental": str(link.opendental or ""),
            "aliases": [str(ref) for ref in link.aliases],
            "updated": link.updated,
        }
        for link in found[:limit]
    ]
    if as_json:
        print_json(rows)
        return
    names = ("kind", "state", "nexhealth", "opendental", "location", "updated")
    print_table("Links", names, [[row[name] for name in names] for row in rows])


def ref_of(text: str) -> Ref:
    """Return the record that ``side:realm/id`` names; raise `ConfigurationError` for anything else."""
    side, _, rest = text.partition(":")
    realm, _, number = rest.rpartition("/")
    match side:
        case "nexhealth" | "opendental" if realm and number:
            return Ref(side=side, realm=realm, id=number)
        case _:
            raise ConfigurationError("record: give side:realm/id, such as opendental:main/12")


def digest(
    practice: PracticeOption = PRACTICE,
    days: Annotated[float, typer.Option(help="Of the last so many days.")] = 7,
    minutes: Annotated[float, typer.Option(help="What one hand-off takes, as you measured it.")] = MINUTES,
    send: Annotated[bool, typer.Option("--send", help="Send it to the addresses in alerts.to as well.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Sum up what was done, what failed and what waits, for the weekly review."""
    now = datetime.now(UTC)
    with told(), Office(Settings.load(practice)) as office:
        found = digest_of(office.store, office.settings.practice, now - timedelta(days=days), now, minutes=minutes)
        if send:
            send_digest(office, found, now)
    if as_json:
        print_json(found)
    else:
        print(found.to_text())


def status(
    practice: PracticeOption = PRACTICE,
    as_json: JsonOption = False,
) -> None:
    """Show how each location stands, and all together. Neither side is asked anything.

    Exit code 1: a location waits, or was not heard of for an hour.
    """
    with told(), Office(Settings.load(practice)) as office:
        found = office.engine().status()
    stale = set(found.stale(SILENCE)) | set(found.paused)
    if as_json:
        print_json({"at": found.at, "locations": found.locations, "sum": _sum(found)})
    else:
        rows = [_shown(each, found.at) for each in found.locations]
        print_table("Status", STATUS, [*rows, ("all", "", "", "", *_sum(found).values())])
    if stale:
        raise typer.Exit(1)


def resume(
    location: Annotated[str, typer.Argument(help="The location, by its name in the practice file.")],
    practice: PracticeOption = PRACTICE,
) -> None:
    """Go on with a location that stopped because another than before writes there, after somebody has looked.

    NexHealth is asked who writes now, and that counts from then on. A running connector goes on with its next poll.
    Exit code 1: it is still not clear.
    """
    with told(), Office(Settings.load(practice)) as office:
        engine = office.engine()
        engine.resume(location)
        [found] = [each for each in engine.status().locations if each.location == location]
        if found.paused:
            raise give_up(f"{location} still waits: {found.paused}; odnexus doctor tells more")
        print(f"{location}: {found.writer}")


def _shown(one: LocationStatus, now: datetime) -> tuple[object, ...]:
    age = one.age(now)
    heard = "never" if age is None else f"{round(age.total_seconds() / 60)} min ago"
    state = f"waits: {one.paused}" if one.paused else one.writer
    return one.location, one.database, heard, state, one.waiting, one.buried, one.questions


def _sum(found: PracticeStatus) -> dict[str, int]:
    return {"waiting": found.waiting, "buried": found.buried, "questions": found.questions}


def send_digest(office: Office, found: Digest, now: datetime) -> None:
    """Send a digest to the addresses of the settings, whatever the hour."""
    channels = alarm(office.settings, office.keys).channels
    if channels is None:
        raise ConfigurationError("alerts.to: name an address to send to")
    try:
        channels.send(
            Alert(at=now, location="all", rule="digest", severity="info", text=found.to_text(), key=f"digest:{now}")
        )
    except ConnectionError as error:
        raise give_up(str(error)) from None


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(journal)
    app.command()(links)
    app.command()(digest)
    app.command()(status)
    app.command()(resume)
