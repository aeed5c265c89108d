"""Stored signals and what becomes of them.

An `Event` says "look at this record". It is a hint, not a fact: it may come twice, late or out of order, since who
works on it looks at both sides afresh. Events of one key are worked on one at a time, oldest first.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TypeAlias

from attrs import evolve, field, frozen

from odnexus._pace import EVENT_RETRY, RetryPolicy
from odnexus.errors import OdnexusError


@frozen(kw_only=True)
class Event:
    """A stored signal.

    Attributes:
        id: Content key: the same signal put again is ignored.
        key: Lane. One event of a key is worked on at a time, oldest first.
        location: Name of the location it belongs to.
        kind: What to look at, for example ``"nexhealth.appointment"``.
        subject: Id of the record, as text.
        received: When it was put (aware, UTC).
        due: Not before this moment (aware, UTC).
        attempts: How often it has been leased, the running lease included.
        payload: Sealed content, only where it cannot be read again; never shown in ``repr``.
        reason: Why the last attempt failed, or why it was buried: a rule or error name, no values.
    """

    id: str
    key: str
    location: str
    kind: str
    subject: str
    received: datetime
    due: datetime
    attempts: int = 0
    payload: bytes | None = field(default=None, repr=False)
    reason: str = ""


@frozen(kw_only=True)
class Lease:
    """The right to work on *event* until *until*; *token* proves it when settling."""

    event: Event
    token: str
    until: datetime


@frozen
class Done:
    """The event needs nothing more."""


@frozen
class Retry:
    """Work on it again at *due*, for *reason*. Not *counted*: the attempt is given back (an office was offline)."""

    due: datetime
    reason: str
    counted: bool = True


@frozen
class Bury:
    """Give up for *reason*: kept, listed, revivable; its key goes on."""

    reason: str


Settlement: TypeAlias = "Done | Retry | Bury"


def content_id(*parts: object) -> str:
    """Return a short, stable id made of *parts*; what goes in cannot be read back."""
    text = "\x1f".join(str(part) for part in parts)
    # Half a character, which JSON can say and UTF-8 cannot, is a content like any other.
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


def steady_roll(*parts: object) -> float:
    """Return a number in [0, 1) that depends on *parts* only: jitter that can be replayed."""
    return int(content_id(*parts)[:8], 16) / 0x1_0000_0000


def verdict(error: OdnexusError, event: Event, now: datetime, policy: RetryPolicy = EVENT_RETRY) -> Retry | Bury:
    """Return what becomes of *event* after *error*: tried again later, or buried.

    An error that is not transient is still retried a few times, since a person may repair its cause (a permission, a
    missing operatory), but sooner given up.
    """
    name = type(error).__name__
    limit = policy.attempts if error.transient else min(policy.attempts, 5)
    if event.attempts >= limit:
        return Bury(name)
    wait = policy.wait(max(event.attempts, 1), steady_roll(event.id, event.attempts))
    asked = error.retry_after
    return Retry(now + max(wait, asked) if asked else now + wait, name)


def revived(event: Event, due: datetime) -> Event:
    """Return *event* as it stands after a person revived it: all attempts are given back."""
    return evolve(event, due=due, attempts=0, reason="")
