"""Who is told, as the settings say: always the log; addresses of Apprise without repetition and not at night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from attrs import frozen

from odnexus.alerts import AlertSink, AppriseSink, LoggingSink, QuietHours, at_least, deduplicated, several
from odnexus.cli.connecting import Keys
from odnexus.cli.settings import Settings
from odnexus.errors import ConfigurationError

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


def alarm(settings: Settings, keys: Keys, channels: Channels = _apprise) -> Alarm:
    """Return who is told.

    Raises:
        ConfigurationError: An address cannot be found or is not understood, or Apprise is not installed.
    """
    chosen = settings.alerts
    urls = tuple(each.reveal() for each in keys.all("alerts.to", chosen.to))
    if not urls:
        return Alarm(sink=LoggingSink())
    sent = channels(urls)
    zone = ZoneInfo(chosen.timezone) if chosen.timezone else settings.practice.locations[0].zone
    quiet = QuietHours(sent, time.fromisoformat(chosen.quiet_from), time.fromisoformat(chosen.quiet_until), zone)
    loud = deduplicated(at_least(chosen.at_least, quiet), chosen.repeat_after)
    return Alarm(sink=several(LoggingSink(), loud), channels=sent, quiet=quiet)
