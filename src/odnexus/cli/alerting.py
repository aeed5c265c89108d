"""Who is told, as the settings say: always the log; addresses of Apprise without repetition and not at night."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from odnexus._sync.stores import Store
from odnexus.alerts import (
    Alert,
    AlertSink,
    AppriseSink,
    LoggingSink,
    QuietHours,
    at_least,
    deduplicated,
    several,
    watched,
)
from odnexus.cli.connecting import Keys
from odnexus.cli.settings import Settings
from odnexus.errors import ConfigurationError
from odnexus.reconcile.journal import Entry

FAILING = "alerts:failing"
"""Cursor that says since when alerts cannot be sent, and the name of the error."""

COMMANDS: Mapping[str, str] = {
    "person.": "odnexus review list",
    "visit.": "odnexus review list",
    "suggest.": "odnexus review list",
    "form.": "odnexus review list",
    "booking.": "odnexus review list",
    "insurance.": "odnexus review list",
    "type.": "odnexus review list",
    "record.failed": "odnexus events list --buried",
    "event.": "odnexus events list",
    "handler.": "odnexus events list --buried",
    "location.offline": "odnexus doctor",
    "poll.": "odnexus doctor",
    "sync.": "odnexus doctor",
    "writer.changed": "odnexus resume",
    "writer.": "odnexus doctor",
    "webhook.": "odnexus doctor",
    "events.": "odnexus doctor",
}
"""Beginning of a rule → the command that shows what to do."""

Channels = Callable[[tuple[str, ...]], AlertSink]


@frozen(kw_only=True)
class Alarm:
    """The sink for the engine, and what sends held alerts once the quiet hours are over.

    Attributes:
        sink: For the engine.
        channels: The addresses alone, ``None`` if there are none.
        quiet: The quiet hours.
    """

    sink: AlertSink
    channels: AlertSink | None = None
    quiet: QuietHours | None = None

    def flush(self, now: datetime) -> None:
        """Send what was held, unless it is quiet."""
        if self.quiet is not None:
            self.quiet.flush(now)


def _apprise(urls: tuple[str, ...]) -> AlertSink:
    try:
        return AppriseSink(*urls)
    except ModuleNotFoundError:
        raise ConfigurationError("alerts.to: needs Apprise: pip install 'odnexus[alerts]'") from None


class _WithCommand:
    """Says which command shows more, at the end of each text."""

    def __init__(self, sink: AlertSink) -> None:
        self._sink = sink

    def send(self, alert: Alert) -> None:
        command = next((shows for rule, shows in COMMANDS.items() if alert.rule.startswith(rule)), "")
        self._sink.send(evolve(alert, text=f"{alert.text}\n→ {command}") if command else alert)


def noted_in(store: Store, location: str) -> Callable[[Alert, str], None]:
    """Return what keeps the store informed whether alerts can be sent: the doctor and the journal tell of it."""

    def told(alert: Alert, error: str) -> None:
        failing = store.cursors.get(FAILING)
        if error and not failing:
            entry = Entry(at=alert.at, location=location, kind="failed", subject="alerts", rule="alert.not-delivered")
            store.journal.append([entry])
        if error or failing:
            store.cursors.set(FAILING, f"{alert.at.isoformat()} {error}" if error else None)

    return told


def alarm(
    settings: Settings,
    keys: Keys,
    channels: Channels = _apprise,
    *,
    told: Callable[[Alert, str], None] = lambda _alert, _error: None,
) -> Alarm:
    """Return who is told; *told* learns of each alert whether its addresses took it.

    Raises:
        ConfigurationError: An address cannot be found or is not understood, or Apprise is not installed.
    """
    chosen = settings.alerts
    urls = tuple(each.reveal() for each in keys.all("alerts.to", chosen.to))
    if not urls:
        return Alarm(sink=LoggingSink())
    sent = _WithCommand(watched(channels(urls), told))
    zone = ZoneInfo(chosen.timezone) if chosen.timezone else settings.practice.locations[0].zone
    quiet = QuietHours(sent, time.fromisoformat(chosen.quiet_from), time.fromisoformat(chosen.quiet_until), zone)
    loud = deduplicated(at_least(chosen.at_least, quiet), chosen.repeat_after)
    return Alarm(sink=several(LoggingSink(), loud), channels=sent, quiet=quiet)
