"""What people are told when something needs them, and whom the engine tells it to.

An alert says what happened, which record it is about and what to click. It holds ids, field names and rule names,
never patient values: it travels by e-mail and text message.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from attrs import Factory, field, frozen

Severity: TypeAlias = Literal["info", "warning", "error"]
"""How soon a person should look: some time, today, now."""

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
"""From the least to the most urgent."""


def _key_of(alert: Alert) -> str:
    return f"{alert.location}:{alert.rule}:{alert.subject}"


@frozen(kw_only=True)
class Alert:
    """Something that a person should know.

    Attributes:
        at: When (aware, UTC).
        location: Location it belongs to.
        rule: Why: the name of the rule, policy or error.
        severity: How soon a person should look.
        subject: The record, as ``side:realm/id``, or another id; ``""`` if it is about the location as a whole.
        text: What happened, which chart number it is about and what to click. Never values of a patient.
        key: Alerts with one key say the same thing; made of location, rule and subject unless given.
    """

    at: datetime
    location: str
    rule: str
    severity: Severity = "warning"
    subject: str = ""
    text: str
    key: str = field(default=Factory(_key_of, takes_self=True))


class AlertSink(Protocol):
    """Where alerts go: a plain call, made by the engine of either flavour.

    It should return soon, since the engine waits for it; what may take long belongs behind a queue of the host.
    """

    def send(self, alert: Alert) -> None:
        """Pass *alert* on."""
        ...
