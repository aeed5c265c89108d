"""Where alerts go: the log, a function of the host, several places at once, without repeating themselves.

Sinks wrap each other::

    sink = deduplicated(several(LoggingSink(), at_least("error", CallableSink(page_the_admin))), timedelta(hours=6))

Any object with a method ``send(alert)`` is a sink.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta, tzinfo
from typing import Protocol, cast

from odnexus.errors import ConfigurationError, place_of
from odnexus.reconcile.alerting import SEVERITIES, Alert, AlertSink, Severity

__all__ = [
    "Alert",
    "AlertSink",
    "AppriseSink",
    "CallableSink",
    "LoggingSink",
    "QuietHours",
    "Severity",
    "at_least",
    "deduplicated",
    "several",
    "watched",
]

_LEVELS: dict[Severity, int] = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_APPRISE_TYPES: dict[Severity, str] = {"info": "info", "warning": "warning", "error": "failure"}
_log = logging.getLogger(__name__)


class LoggingSink:
    """Writes alerts to a logger, by default ``odnexus.alerts``."""

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger = logger or _log

    def send(self, alert: Alert) -> None:
        """Log *alert* at the level of its severity."""
        self._logger.log(
            _LEVELS[alert.severity], "%s %s %s: %s", alert.location, alert.rule, alert.subject or "-", alert.text
        )


class CallableSink:
    """Gives alerts to a function of the host."""

    def __init__(self, function: Callable[[Alert], object]) -> None:
        self._function = function

    def send(self, alert: Alert) -> None:
        """Call the function with *alert*; what it returns is not looked at."""
        self._function(alert)


class _Channels(Protocol):
    """What is used of Apprise."""

    def add(self, servers: str) -> bool: ...

    def notify(self, *, title: str, body: str, notify_type: str) -> object: ...


class AppriseSink:
    """Sends alerts by e-mail or any other channel that Apprise knows (needs the extra ``odnexus[alerts]``).

    The addresses are Apprise's, for example ``mailtos://user:password@example.com?to=admin@example.org``. They hold
    passwords, so this object does not show them.
    """

    def __init__(self, *urls: str) -> None:
        import apprise  # noqa: PLC0415 - an extra # pyright: ignore[reportMissingImports]

        self._channels = cast(_Channels, apprise.Apprise())  # pyright: ignore[reportUnknownMemberType]
        for position, url in enumerate(urls, 1):
            if not self._channels.add(url):
                # The address may hold a password: name its place only.
                raise ConfigurationError(f"urls: Apprise does not understand address number {position}")

    def send(self, alert: Alert) -> None:
        """Notify every address; raise `ConnectionError` if one of them did not take it."""
        title = f"odnexus {alert.severity}: {alert.location} {alert.rule}"
        body = f"{alert.text}\n{spelled(alert.subject)}".strip()
        if not self._channels.notify(title=title, body=body, notify_type=_APPRISE_TYPES[alert.severity]):
            raise ConnectionError(f"an alert ({alert.rule}) was not delivered to every address")


def spelled(subject: str) -> str:
    """Return the record that an alert is about as people look for it: ``Open Dental 12 (main)``."""
    side, colon, place = subject.partition(":")
    realm, slash, number = place.rpartition("/")
    sides = {"opendental": "Open Dental", "nexhealth": "NexHealth"}
    return f"{sides[side]} {number} ({realm})" if colon and slash and side in sides else subject


class _Several:
    def __init__(self, sinks: tuple[AlertSink, ...]) -> None:
        self._sinks = sinks

    def send(self, alert: Alert) -> None:
        for sink in self._sinks:
            try:
                sink.send(alert)
            except Exception as error:  # noqa: BLE001 - whatever a sink raises, the others still have to hear of it
                # The name only: the text of a foreign exception may hold anything.
                _log.error("%s: a sink failed with %s", type(sink).__name__, type(error).__name__)


class _Watched:
    def __init__(self, sink: AlertSink, told: Callable[[Alert, str], object]) -> None:
        self._sink = sink
        self._told = told

    def send(self, alert: Alert) -> None:
        try:
            self._sink.send(alert)
        except Exception as error:
            self._tell(alert, type(error).__name__)
            raise
        self._tell(alert, "")

    def _tell(self, alert: Alert, error: str) -> None:
        try:
            self._told(alert, error)
        except Exception as failure:  # noqa: BLE001 - whoever looks on must not stop an alert
            _log.error("alerts: %s", place_of(failure))


class _AtLeast:
    def __init__(self, severity: Severity, sink: AlertSink) -> None:
        self._urgent = SEVERITIES[SEVERITIES.index(severity) :]
        self._sink = sink

    def send(self, alert: Alert) -> None:
        if alert.severity in self._urgent:
            self._sink.send(alert)


class _Deduplicated:
    def __init__(self, sink: AlertSink, window: timedelta) -> None:
        self._sink = sink
        self._window = window
        self._lock = threading.Lock()
        # By key and severity: what becomes worse is said again.
        self._sent: dict[tuple[str, Severity], datetime] = {}

    def send(self, alert: Alert) -> None:
        if self._claim(alert):
            try:
                self._sink.send(alert)
            except BaseException:
                with self._lock:
                    self._sent.pop((alert.key, alert.severity), None)
                raise

    def _claim(self, alert: Alert) -> bool:
        claim = (alert.key, alert.severity)
        with self._lock:
            before = self._sent.get(claim)
            if before is not None and alert.at < before + self._window:
                return False
            horizon = alert.at - self._window
            self._sent = {sent: at for sent, at in self._sent.items() if at > horizon}
            self._sent[claim] = alert.at
            return True


class QuietHours:
    """Keeps what is less than an error until the quiet hours are over.

    What was held is sent with the next alert after them, or by `flush`, each alert by itself. It is held in memory: it
    also stands in the journal and the log, if those are sinks of their own.

    Args:
        sink: Who is told.
        start: From this time of day it is quiet.
        end: Until this time of day; before *start* it means the next morning, equal to it means never quiet.
        zone: Zone of both times.
    """

    def __init__(self, sink: AlertSink, start: time, end: time, zone: tzinfo) -> None:
        self._sink = sink
        self._start, self._end, self._zone = start, end, zone
        self._lock = threading.Lock()
        self._held: list[Alert] = []

    def is_quiet(self, moment: datetime) -> bool:
        """Return whether *moment* (aware) is in the quiet hours."""
        clock = moment.astimezone(self._zone).time()
        if self._start <= self._end:
            return self._start <= clock < self._end
        return clock >= self._start or clock < self._end

    def send(self, alert: Alert) -> None:
        """Send *alert*, or hold it."""
        if self.is_quiet(alert.at) and alert.severity != "error":
            with self._lock:
                self._held.append(alert)
            return
        self.flush(alert.at)
        self._sink.send(alert)

    def flush(self, now: datetime) -> None:
        """Send what was held, unless it is still quiet at *now*; what cannot be sent is held on."""
        if self.is_quiet(now):
            return
        with self._lock:
            held, self._held = self._held, []
        while held:
            try:
                self._sink.send(held[0])
            except BaseException:
                with self._lock:
                    self._held = held + self._held
                raise
            held.pop(0)


def several(*sinks: AlertSink) -> AlertSink:
    """Return a sink that gives each alert to all *sinks*; one that raises is logged and stops no other."""
    return _Several(sinks)


def watched(sink: AlertSink, told: Callable[[Alert, str], object]) -> AlertSink:
    """Return a sink that calls *told* with each alert and the name of the error that *sink* raised, ``""`` if none.

    So a channel that fails can be reported through another. The error is raised all the same.
    """
    return _Watched(sink, told)


def at_least(severity: Severity, sink: AlertSink) -> AlertSink:
    """Return a sink that passes on what is at least as urgent as *severity*."""
    return _AtLeast(severity, sink)


def deduplicated(sink: AlertSink, window: timedelta) -> AlertSink:
    """Return a sink that passes on one alert of a key and severity per *window*, by the alerts' own times.

    An alert that *sink* could not take does not count as sent. What was sent is remembered in memory only.
    """
    return _Deduplicated(sink, window)
