"""What was seen, decided and done: ids, field names and rule names, never values."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from attrs import frozen

EntryKind: TypeAlias = Literal["observed", "decided", "applied", "held", "failed", "alerted", "answered", "announced"]


@frozen(kw_only=True)
class Entry:
    """One line of the journal.

    Attributes:
        at: When (aware, UTC).
        location: Location it belongs to.
        kind: What sort of step.
        subject: The record, as ``side:realm/id``, or another id.
        rule: Why: the name of the rule, policy or error.
        fields: Names of the fields concerned.
        related: Other ids concerned, as ``side:realm/id``.
        requests: Requests that the step cost at Open Dental.
        number: Given by the store, growing; 0 before.
    """

    at: datetime
    location: str
    kind: EntryKind
    subject: str
    rule: str
    fields: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    requests: int = 0
    number: int = 0
