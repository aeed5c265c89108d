"""This machine: the store and its key, room on the disk, other instances, how old the work and the keys are."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from attrs import field, frozen

from odnexus.cli.alerting import FAILING
from odnexus.cli.connecting import Office
from odnexus.cli.doctor.lines import Line, State
from odnexus.cli.running import InstanceRunningError, only_instance
from odnexus.errors import ConfigurationError, OdnexusError, SealError
from odnexus.vault import LiveSealer

KeyState: TypeAlias = Literal["new", "fits", "wrong", "missing", "broken", "busy", "refused"]

LITTLE, VERY_LITTLE = 1_000_000_000, 100_000_000
"""Bytes of free room below which to warn, and below which to fail."""

LATE = timedelta(hours=1)
"""An event that has been due for so long says that nobody works, or that something holds it up."""

MOST = 1000

_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""What SQLite says of a file whose content is lost; anything else says that it cannot be got at for now."""


@frozen(kw_only=True)
class HereFacts:
    """What this machine shows. No patient data.

    Attributes:
        now: When it was looked at (aware, UTC).
        writable: Whether the store's folder can be written to.
        free: Free bytes there.
        key: Whether the store's key opens what is in it.
        why: What keeps it from being opened, ``""`` if nothing does.
        running: Whether a connector runs on the store.
        every: Longest time between two polls.
        polled: Location → its last poll, as the heartbeat tells.
        due: Location → since when its oldest waiting event has been due.
        buried: Events that were given up.
        questions: Open reviews.
        paused: Locations that wait for their office.
        ages: Entry of the vault → its age.
        remind_after: Age from which a key should be replaced, ``None`` without a vault.
        addresses: How many addresses alerts are sent to.
        unsent: Since when alerts cannot be sent, and why; ``""`` if they can.
    """

    now: datetime
    writable: bool
    free: int
    key: KeyState
    running: bool
    every: timedelta
    why: str = ""
    polled: Mapping[str, datetime] = field(factory=dict[str, datetime])
    due: Mapping[str, datetime] = field(factory=dict[str, datetime])
    buried: int = 0
    questions: int = 0
    paused: tuple[str, ...] = ()
    ages: Mapping[str, timedelta] = field(factory=dict[str, timedelta])
    remind_after: timedelta | None = None
    addresses: int = 0
    unsent: str = ""


def here_facts(office: Office, now: datetime) -> HereFacts:
    """Look at the store and its surroundings. A store that is not there yet is not made."""
    settings, path = office.settings, office.store_path
    (key, why), vault = _key(office), settings.vault
    entries = office.keys.vault.entries() if office.keys.vault is not None else []
    opened = key == "fits"
    names = [location.name for location in settings.practice.locations]
    waiting = {name: office.store.inbox.waiting(1, location=name) for name in names} if opened else {}
    return HereFacts(
        now=now,
        writable=_writable(_existing(path.parent)),
        free=shutil.disk_usage(_existing(path.parent)).free,
        key=key,
        why=why,
        running=_running(path),
        every=settings.run.every,
        polled=_polled(settings.folder / settings.run.heartbeat) if settings.run.heartbeat else {},
        due={name: events[0].due for name, events in waiting.items() if events},
        buried=len(office.store.inbox.buried(MOST)) if opened else 0,
        questions=len(office.store.reviews.pending(MOST)) if opened else 0,
        paused=tuple(name for name in names if opened and office.store.cursors.get(f"pause:{name}")),
        ages={entry.name: now - entry.since for entry in entries},
        remind_after=vault.remind_after if vault is not None else None,
        addresses=len(settings.alerts.to),
        unsent=(office.store.cursors.get(FAILING) or "") if opened else "",
    )


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _key(office: Office) -> tuple[KeyState, str]:
    """Return whether the key opens the store, and why not."""
    try:
        sealer = office.sealer()
    except ConfigurationError as error:
        return "missing", str(error)
    if not office.store_path.exists():
        return "new", ""
    try:
        for sealed, context in _samples(office):
            sealer.unseal(sealed, context)
    except SealError:
        return "wrong", ""
    except OdnexusError as error:
        return _unopened(error), str(error)
    return "fits", ""


def _unopened(error: OdnexusError) -> KeyState:
    """Tell a store that is whole from one that is not: only what is broken may be moved away."""
    if isinstance(error, ConfigurationError):
        return "refused"
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    return "broken" if code in _BROKEN else "busy"


def check_key(office: Office) -> None:
    """Refuse a key of the store that opens nothing of what is there.

    Raises:
        ConfigurationError: It opens nothing, or is not where the settings say.
    """
    sealer, samples = office.sealer(), list(_samples(office))
    if samples and not any(_opens(sealer, *sample) for sample in samples):
        remedy = "name the key it was made with in store.key or store.older_keys"
        raise ConfigurationError(f"store.key: it does not open {office.store_path.name}; {remedy}")


def _opens(sealer: LiveSealer, sealed: bytes, context: str) -> bool:
    try:
        sealer.unseal(sealed, context)
    except SealError:
        return False
    return True


def _samples(office: Office) -> Iterator[tuple[bytes, str]]:
    """Yield something sealed of each kind, with what it is bound to."""
    for link in office.store.links.all(limit=1):
        yield link.body, f"link:{link.id}"
    for database in office.settings.opendental:
        name = f"book:{database}"
        for row, sealed in list(office.store.snapshots.load(name).items())[:1]:
            yield sealed, f"row:{name}/{row}"


def _running(store: Path) -> bool:
    if not store.with_name(store.name + ".lock").exists():
        return False
    try:
        with only_instance(store):
            return False
    except InstanceRunningError:
        return True
    except OSError:
        return False  # a folder that cannot be written to has a line of its own


def _polled(heartbeat: Path) -> dict[str, datetime]:
    try:
        polled = json.loads(heartbeat.read_text(encoding="utf-8"))["polled"]
        return {str(name): datetime.fromisoformat(at) for name, at in polled.items()}
    except (OSError, ValueError, KeyError, AttributeError):
        return {}


# --- judging ----------------------------------------------------------------------------------------------------------

_KEYS: Mapping[KeyState, tuple[State, str, str]] = {
    "new": ("pass", "there is none yet; odnexus run makes it", ""),
    "fits": ("pass", "opens with its key", ""),
    "wrong": ("fail", "its key does not open it", "name the key it was made with in store.key or store.older_keys"),
    "missing": ("fail", "its key cannot be had", "set what store.key names to a key made with odnexus vault new-key"),
    "busy": (
        "fail",
        "it cannot be got at",
        "leave it where it is: see who holds it, and that this account may read and write it and the files beside it",
    ),
    "refused": ("fail", "it is not taken", "leave it where it is: update odnexus, or correct store.path"),
    "broken": ("fail", "it cannot be read", "restore it from a backup, or move it away and let odnexus run begin anew"),
}


def judge_here(facts: HereFacts) -> Iterator[Line]:
    """Yield the findings about this machine."""
    state, text, remedy = _KEYS[facts.key]
    if facts.writable:
        yield _line("store", state, f"{text}: {facts.why}" if facts.why else text, remedy)
    else:
        remedy = "let the account that runs odnexus write into the folder of the store"
        yield _line("store", "fail", "its folder cannot be written to", remedy)
    yield _room(facts.free)
    yield _line("other instance", "pass", "odnexus run is running" if facts.running else "none runs")
    yield from _work(facts)
    yield _keys(facts)
    yield _alerts(facts)


def _line(check: str, state: State, text: str, remedy: str = "") -> Line:
    return Line(about="here", check=check, state=state, text=text, remedy=remedy)


def _room(free: int) -> Line:
    state: State = "fail" if free < VERY_LITTLE else "warn" if free < LITTLE else "pass"
    remedy = "" if state == "pass" else "make room: a store that cannot grow takes no bookings"
    return _line("disk", state, f"{free / 1e9:.1f} GB free", remedy)


def _work(facts: HereFacts) -> Iterator[Line]:
    late = {name: facts.now - due for name, due in facts.due.items() if facts.now - due > LATE}
    stale = sorted(name for name, at in facts.polled.items() if facts.now - at > 3 * facts.every)
    if facts.paused:
        remedy = "see that the office's server is on; what waits is written in order once it is back"
        yield _line("waiting work", "warn", f"waits for its office: {', '.join(facts.paused)}", remedy)
    elif late:
        name, lag = max(late.items(), key=lambda pair: pair[1])
        remedy = "see that odnexus run is running, then: odnexus events list"
        yield _line("waiting work", "warn", f"{name}: the oldest has been due for {_age(lag)}", remedy)
    else:
        yield _line("waiting work", "pass", "nothing is late")
    if facts.running and stale:
        remedy = "look into the log for why; the office or NexHealth does not answer"
        yield _line("polls", "warn", f"none answered lately: {', '.join(stale)}", remedy)
    if facts.buried:
        yield _line("given up", "warn", f"{facts.buried} events", "look at them: odnexus events list --buried")
    if facts.questions:
        yield _line("questions", "warn", f"{facts.questions} are open", "answer them: odnexus review list")


def _keys(facts: HereFacts) -> Line:
    if facts.remind_after is None:
        return _line("keys", "pass", "not in a vault, so their age is not known")
    old = sorted(name for name, age in facts.ages.items() if age >= facts.remind_after)
    if old:
        remedy = f"make a new one, then: odnexus vault rotate {old[0]}"
        return _line("keys", "warn", f"older than {_age(facts.remind_after)}: {', '.join(old)}", remedy)
    oldest = max(facts.ages.values(), default=timedelta(0))
    return _line("keys", "pass", f"{len(facts.ages)} in the vault, the oldest {_age(oldest)} old")


def _alerts(facts: HereFacts) -> Line:
    if facts.unsent:
        remedy = "check the addresses of alerts.to, then try one: odnexus digest --send"
        return _line("alerts", "warn", f"could not be sent: {facts.unsent}", remedy)
    if not facts.addresses:
        remedy = "name an address of Apprise in alerts.to"
        return _line("alerts", "warn", "nobody is told: they stay in the log", remedy)
    return _line("alerts", "pass", f"sent to {facts.addresses} addresses")


def _age(length: timedelta) -> str:
    hours = int(length.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} h"
