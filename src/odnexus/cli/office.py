"""``odnexus run``: the connector with its alarm, its heartbeat and, where wanted, its webhook receiver."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, get_args

import typer

from odnexus.alerts import Alert, AlertSink
from odnexus.cli.alerting import Alarm, alarm
from odnexus.cli.connecting import Office
from odnexus.cli.digest import digest
from odnexus.cli.running import (
    Beat,
    Connector,
    Rhythm,
    only_instance,
    stopping_on_signals,
    write_beat,
)
from odnexus.cli.settings import Settings, Weekday
from odnexus.cli.telling import PRACTICE, PracticeArgument, log_to_stderr, told
from odnexus.engine import Cursors, SyncEngine
from odnexus.errors import ConfigurationError
from odnexus.receiver import AsgiReceiver
from odnexus.vault import Vault

log = logging.getLogger("odnexus.run")

HOURLY = timedelta(hours=1)
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
    """Keep a practice in step until told to stop.

    Exit codes: 0 stopped as asked, 1 failed, 2 the settings are wrong, 3 another instance runs on this store.
    """
    log_to_stderr(log_level)
    stop = threading.Event()
    with told():
        settings = Settings.load(practice)
        with Office(settings) as office, only_instance(office.store_path), stopping_on_signals(stop.set):
            serve(office, stop, listen=listen, once=once)


def serve(office: Office, stop: threading.Event, *, listen: str | None = None, once: bool = False) -> None:
    """Run the connector of *office* until *stop* is set."""
    settings = office.settings
    told_to = alarm(settings, office.keys)
    engine = office.engine(told_to.sink)
    connector = connector_of(settings, engine, told_to, (*_chores(office, told_to), sealing(engine)))
    with receiving(engine, listen) if listen else nullcontext():
        log.info("started: %d locations, store %s", len(settings.practice.locations), office.store_path.name)
        if once:
            connector.turn(stop)
            while engine.step().settled and not stop.is_set():
                pass
        else:
            connector.run(stop)
        log.info("stopped")


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
        rhythm=Rhythm(chosen.every, time.fromisoformat(chosen.scan_at)),
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


def _chores(office: Office, told_to: Alarm) -> tuple[Callable[[datetime], None], ...]:
    settings, chores = office.settings, list[Callable[[datetime], None]]()
    if settings.nexhealth.webhook_url:
        chores.append(hourly(lambda now: revive_endpoint(office, settings.nexhealth.webhook_url or "", told_to, now)))
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


def revive_endpoint(office: Office, url: str, told_to: Alarm, now: datetime) -> None:
    """Switch our webhook endpoint on again if NexHealth switched it off; the polls have caught up meanwhile."""
    first = office.settings.practice.locations[0]
    endpoints = office.nexhealth(office.settings.practice.realm(first)).webhook_endpoints
    for endpoint in endpoints.iter():
        if endpoint.target_url == url and endpoint.active is False:
            endpoints.update(endpoint.id, active=True)
            text = (
                "NexHealth had switched the webhook endpoint off after errors. It is on again; nothing was lost, "
                "since changes are polled too. See why it could not be reached."
            )
            subject = f"webhook_endpoint:{endpoint.id}"
            told_to.sink.send(Alert(at=now, location=first.name, rule="webhook.revived", subject=subject, text=text))


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
        raise ConfigurationError(f"listen: {listen} cannot be used ({type(error).__name__})") from None
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
