"""``odnexus run``: the connector with its alarm, its heartbeat and, where wanted, its webhook receiver."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args

import typer

from odnexus.alerts import Alert, AlertSink
from odnexus.cli.alerting import Alarm, alarm, noted_in
from odnexus.cli.connecting import Office
from odnexus.cli.digest import digest
from odnexus.cli.doctor.here import check_key
from odnexus.cli.doctor.lines import ERRORS
from odnexus.cli.pacing import shortest
from odnexus.cli.reloading import UntilChanged
from odnexus.cli.running import (
    Beat,
    Connector,
    Rhythm,
    Stop,
    only_instance,
    stopping_on_signals,
    write_beat,
)
from odnexus.cli.settings import ReceiverSettings, Settings, WebhookSettings, Weekday
from odnexus.cli.telling import PRACTICE, PracticeArgument, give_up, log_to_stderr, told
from odnexus.cli.watchdog import Watchdog
from odnexus.engine import Cursors, HookReport, SyncEngine
from odnexus.errors import ConfigurationError
from odnexus.practice import Modes
from odnexus.receiver import AsgiReceiver
from odnexus.vault import Vault

log = logging.getLogger("odnexus.run")

HOURLY = timedelta(hours=1)
LASTING = frozenset({"AuthenticationError", "PermissionDeniedError", "UnsupportedError"})
"""Problems of deliveries that do not go away by themselves; what does is told as an outage of its location."""

MORNING = 7
"""From this hour on a digest is sent."""

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class Level(StrEnum):
    """Levels of the log."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def run(
    practice: PracticeArgument = PRACTICE,
    listen: Annotated[
        str | None, typer.Option(help="Receive webhooks here as well: HOST:PORT, behind a proxy that speaks TLS.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Poll, work and scan once, then stop.")] = False,
    log_level: Annotated[Level, typer.Option(help="The least that is logged.")] = Level.INFO,
) -> None:
    """Keep a practice in step until told to stop. A change of the file counts at once, if it can be used.

    Exit codes: 0 stopped as asked, 1 failed, or with --once a location was not polled, 2 the settings are wrong, 3
    another instance runs on this store.
    """
    log_to_stderr(log_level)
    stop = threading.Event()
    with told(), stopping_on_signals(stop.set):
        keep_serving(practice, stop, listen=listen, once=once)


def keep_serving(practice: Path, stop: threading.Event, *, listen: str | None = None, once: bool = False) -> None:
    """Run the connector of the file *practice* until *stop* is set; a change of the file counts at once."""
    until = UntilChanged(stop, practice)
    while not stop.is_set():
        with Office(until.take()) as office, only_instance(office.store_path):
            check_key(office)
            unanswered = serve(office, until, listen=listen, once=once)
        if once:
            if unanswered and not stop.is_set():
                raise give_up(f"not polled: {', '.join(unanswered)}; odnexus doctor says why")
            return


def serve(office: Office, stop: Stop, *, listen: str | None = None, once: bool = False) -> tuple[str, ...]:
    """Run the connector of *office* until *stop* is set, and return the locations that answered no poll."""
    settings = office.settings
    told_to = alarm(settings, office.keys, told=noted_in(office.store, settings.practice.locations[0].name))
    engine = office.engine(told_to.sink)
    connector = connector_of(settings, engine, told_to, (*_chores(office, engine, told_to), sealing(engine)))
    watchdog = Watchdog.from_environment()
    connector.alive = watchdog.alive
    address = listen or _address(settings.receiver)
    with receiving(engine, address) if address else nullcontext():
        places = ", ".join(each.name for each in settings.practice.locations)
        log.info("started: %s; store %s", places, office.store_path.name)
        for place in settings.practice.locations:
            if place.modes != Modes():
                log.info("%s: %s", place.name, held_back(place.modes))
        watchdog.ready()
        if once:
            connector.turn(stop)
            while engine.step().settled and not stop.is_set():
                pass
        else:
            connector.run(stop)
        if not (isinstance(stop, UntilChanged) and stop.changed):
            watchdog.stopping()
            log.info("stopped")
    return connector.unanswered


def held_back(modes: Modes) -> str:
    """Return what is not done at a location whose *modes* are not both ``apply``."""
    words = {
        "observe": "only observed, odnexus report shows what would be done",
        "suggest": "suggested, odnexus review list shows what waits for an answer",
        "apply": "written",
    }
    if modes.person == modes.visit:
        return f"people and visits are {words[modes.person]}"
    return f"people are {words[modes.person]}; visits are {words[modes.visit]}"


def _address(chosen: ReceiverSettings) -> str:
    return f"{chosen.host}:{chosen.port}" if chosen.port else ""


def rhythm_of(settings: Settings) -> Rhythm:
    """Return the rhythm that the settings describe."""
    chosen, practice = settings.run, settings.practice
    scan_at = time.fromisoformat(chosen.scan_at)
    if chosen.poll == "fixed":
        return Rhythm(chosen.every, scan_at)
    shared = Counter(location.database for location in practice.locations)

    def least(name: str, requests: int) -> timedelta:
        database = practice.location(name).database
        return shortest(settings.opendental[database], shared[database], requests)

    return Rhythm(chosen.every, scan_at, least)


def connector_of(
    settings: Settings,
    engine: SyncEngine,
    told_to: Alarm,
    chores: tuple[Callable[[datetime], None], ...] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Connector:
    """Return the connector that the settings describe."""
    chosen = settings.run
    beat: Callable[[Beat], None] = (
        write_beat(settings.folder / chosen.heartbeat) if chosen.heartbeat else lambda _: None
    )
    return Connector(
        engine=engine,
        rhythm=rhythm_of(settings),
        now=now,
        pause=chosen.pause,
        beat=beat,
        chores=(told_to.flush, *chores),
    )


def hourly(work: Callable[[datetime], None]) -> Callable[[datetime], None]:
    """Return a chore that does *work* at most once an hour."""
    last: list[datetime] = []

    def chore(now: datetime) -> None:
        if not last or now - last[0] >= HOURLY:
            last[:] = [now]
            work(now)

    return chore


def sealing(engine: SyncEngine) -> Callable[[datetime], None]:
    """Return the chore that keeps a checkpoint of the journal every hour."""

    def work(_: datetime) -> None:
        engine.seal_journal()

    return hourly(work)


def _chores(office: Office, engine: SyncEngine, told_to: Alarm) -> tuple[Callable[[datetime], None], ...]:
    settings, chores = office.settings, list[Callable[[datetime], None]]()
    if settings.webhooks.url or settings.webhooks.opendental_url:
        chosen = settings.webhooks
        chores.append(hourly(lambda now: look_after_deliveries(engine, chosen, told_to.sink, now)))
    if settings.vault is not None and office.keys.vault is not None:
        limit, vault = settings.vault.remind_after, office.keys.vault
        chores.append(hourly(lambda now: remind(vault, limit, told_to.sink, office.store.cursors, now)))
    if settings.alerts.digest is not None and told_to.channels is not None:
        day, channels = settings.alerts.digest, told_to.channels
        chores.append(hourly(lambda now: weekly_digest(office, day, channels, now)))
    return tuple(chores)


def weekly_digest(office: Office, day: Weekday, channels: AlertSink, now: datetime) -> None:
    """Send the week's digest on the morning of *day* by the first location's clock, once."""
    practice, cursors = office.settings.practice, office.store.cursors
    wall = now.astimezone(practice.locations[0].zone)
    today = wall.date().isoformat()
    if wall.hour < MORNING or WEEKDAYS[wall.weekday()] != day or cursors.get("digest") == today:
        return
    cursors.set("digest", today)
    found = digest(office.store, practice, now - timedelta(days=7), now)
    channels.send(Alert(at=now, location="all", rule="digest", severity="info", text=found.to_text()))


def look_after_deliveries(engine: SyncEngine, chosen: WebhookSettings, sink: AlertSink, now: datetime) -> None:
    """Make what should be delivered to us so, and tell people what only they can put right."""
    if chosen.url:
        for report in engine.ensure_webhooks(chosen.url, events=chosen.events, now=now):
            _tell_of(engine, report, sink, now)
    if chosen.opendental_url:
        reports = engine.ensure_api_events(
            chosen.opendental_url,
            workstation=chosen.workstation,
            tables=chosen.tables,
            every=chosen.every,
            now=now,
        )
        for report in reports:
            _tell_of(engine, report, sink, now)


def _tell_of(engine: SyncEngine, report: HookReport, sink: AlertSink, now: datetime) -> None:
    if report.created or report.resumed or report.revived:
        log.info("%s: deliveries put right: %d made, %d resumed", report.realm, len(report.created), report.resumed)
    place = engine.practice.locations[0].name
    if report.problem:
        log.warning("%s: deliveries not looked after (%s)", report.realm, report.problem)
    if report.problem in LASTING:
        text = (
            f"What should be delivered of {report.realm} cannot be looked after ({report.problem}): "
            f"{ERRORS[report.problem]}. Changes are seen by polling, minutes later."
        )
        sink.send(Alert(at=now, location=place, rule="webhook.refused", subject=report.realm, text=text))
    if report.silent:
        text = (
            f"Open Dental's events of {', '.join(report.silent)} have stopped coming; changes are seen by polling, "
            "minutes later. See that the machine named as workstation is on and runs eConnector or the API Service."
        )
        sink.send(Alert(at=now, location=place, rule="events.silent", subject=f"api_events:{report.realm}", text=text))


def remind(vault: Vault, limit: timedelta, sink: AlertSink, cursors: Cursors, now: datetime) -> None:
    """Say once a month which credentials of the vault have become old."""
    for entry in vault.entries():
        key, month = f"reminded:{entry.name}", f"{now:%Y-%m}"
        if entry.is_old(now, limit) and cursors.get(key) != month:
            cursors.set(key, month)
            sink.send(
                Alert(
                    at=now,
                    location="vault",
                    rule="vault.old",
                    subject=entry.name,
                    text=f"The credential {entry.name} is {(now - entry.since).days} days old. Make a new one, then "
                    f"run: odnexus vault rotate {entry.name}",
                )
            )


@contextmanager
def receiving(engine: SyncEngine, listen: str) -> Generator[None, None, None]:
    """Serve the webhook receiver at *listen* (``HOST:PORT``) in a thread while the block runs.

    Raises:
        ConfigurationError: The address is wrong or taken.
    """
    import socket

    import uvicorn

    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ConfigurationError('listen: give HOST:PORT, such as "127.0.0.1:8080"')
    try:
        bound = socket.create_server((host.strip("[]"), int(port)))
    except OSError as error:
        raise ConfigurationError(
            f"listen: {listen} cannot be used ({error.strerror or type(error).__name__})"
        ) from None
    # Neither access log nor log of its own: a path or header might hold what nobody should read.
    config = uvicorn.Config(AsgiReceiver(engine), log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    thread.start()
    log.info("receiving webhooks at %s:%d", *bound.getsockname()[:2])
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        bound.close()


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(run)
