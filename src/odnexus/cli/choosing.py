"""Which events or entries a command is about: by kind, reason and time."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from attrs import frozen

from odnexus.errors import ConfigurationError
from odnexus.practice import Practice
from odnexus.reconcile.inbox import Event

KindOption = Annotated[str | None, typer.Option("--kind", help="Only this kind, such as nexhealth.appointment.")]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only with this reason, such as ServerError.")]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="Only from then on: 2026-03-02, 2026-03-02T14:00 (UTC), or 3d, 12h ago.")
]
UntilOption = Annotated[str | None, typer.Option("--until", help="Only before then, written as --since is.")]

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def moment(text: str | None, field: str, now: datetime) -> datetime | None:
    """Return the moment that *text* names (UTC unless it says otherwise), counted back from *now* if it is a length.

    Raises:
        ConfigurationError: It is neither.
    """
    if text is None:
        return None
    if text[-1:] in _UNITS and text[:-1].isdecimal():
        return now - timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{field}: give a day (2026-03-02), a moment (2026-03-02T14:00) or 3d") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def check_location(practice: Practice, location: str | None, found: Sized) -> None:
    """Refuse a misspelt location instead of saying that nothing is there; one that was removed may have left something.

    Raises:
        ConfigurationError: Nothing was found of *location*, and the practice has none of that name.
    """
    names = [each.name for each in practice.locations]
    if location is not None and not found and location not in names:
        raise ConfigurationError(f"location: there is no {location}; choose from {', '.join(names)}")


@frozen(kw_only=True)
class Choice:
    """What is meant; what is ``None`` does not narrow.

    Attributes:
        kind: Kind of the event.
        reason: Why it waits or was given up.
        since: Received at or after (aware).
        until: Received before (aware).
    """

    kind: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, kind: str | None, reason: str | None, since: str | None, until: str | None) -> Choice:
        """Return the choice that options of a command line make."""
        now = datetime.now(UTC)
        return cls(kind=kind, reason=reason, since=moment(since, "since", now), until=moment(until, "until", now))

    def __bool__(self) -> bool:
        """Return whether anything is narrowed."""
        return any(each is not None for each in (self.kind, self.reason, self.since, self.until))

    def fits(self, event: Event) -> bool:
        """Return whether *event* is meant."""
        return (
            self.kind in (None, event.kind)
            and self.reason in (None, event.reason)
            and (self.since is None or event.received >= self.since)
            and (self.until is None or event.received < self.until)
        )

    def among(self, events: Iterable[Event]) -> list[Event]:
        """Return those of *events* that are meant."""
        return [event for event in events if self.fits(event)]
