"""What stands at a vendor to deliver to us, against what should: which rows are missing, paused or too many.

Pure. Nothing that somebody else made is ever changed: it is named, and left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from attrs import evolve, frozen

from odnexus.errors import ConfigurationError
from odnexus.nexhealth.models import WebhookEndpoint, WebhookSubscription
from odnexus.nexhealth.words import EVENTS, ResourceType, WebhookEvent
from odnexus.opendental.models import Subscription

WEBHOOK_EVENTS: tuple[WebhookEvent, ...] = (
    "appointment_insertion",
    "appointment_created",
    "appointment_updated",
    "appointment_requested",
    "patient_created",
    "patient_updated",
    "form_response_insertion",
)
"""Events of NexHealth that the engine makes something of."""

API_EVENTS = ("Appointment", "AppointmentDeleted")
"""Tables of Open Dental whose changes the engine makes something of."""

FAILING = timedelta(hours=49)
"""How long before it was switched off an endpoint may have missed deliveries: 48 h (page "Webhooks") and a margin."""

SILENT = 5
"""After so many intervals without a sign of life the sender of API Events counts as silent."""

FOREVER = datetime(1, 1, 1)
"""Open Dental's word for "never", should it come as a date."""


def offer_of(event: str) -> tuple[ResourceType, WebhookEvent]:
    """Return what NexHealth offers as *event*, with its resource type; raise `ConfigurationError` if it does not."""
    for resource, events in EVENTS.items():
        for offered in events:
            # Events of onboarding belong to no institution: what is subscribed for one would not be found again.
            if event == offered and resource != "Onboarding":
                return resource, offered
    raise ConfigurationError(f"events: no practice is offered {event}; name events without what follows a full stop")


def endpoints_of(url: str, rows: Iterable[WebhookEndpoint]) -> list[WebhookEndpoint]:
    """Return the endpoints of *url*: the one to use first, which is an active one before one that is off."""
    return sorted((row for row in rows if row.target_url == url), key=lambda row: (row.active is False, row.id))


def gap_of(endpoint: WebhookEndpoint, now: datetime) -> datetime:
    """Return from when on an endpoint that is off may have missed deliveries."""
    return min(endpoint.updated_at or now, now) - FAILING


@frozen(kw_only=True)
class HookPlan:
    """What to do about the rows of one address.

    Attributes:
        create: Events or tables that nobody is asked for yet.
        resume: Rows that are paused, ended, or say something else than they should.
        extra: Events or tables of our address that were not asked for; left alone.
        doubled: Events or tables that our address is sent twice; left alone.
        silent: Tables whose sender has shown no sign of life for long.
    """

    create: tuple[str, ...] = ()
    resume: tuple[int, ...] = ()
    extra: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def plan_subscriptions(wanted: Sequence[str], rows: Iterable[WebhookSubscription]) -> HookPlan:
    """Return what is to be done about the subscriptions of one endpoint and institution."""
    # Of two for one event the one that is active counts.
    ordered = sorted(rows, key=lambda row: (row.active is False, row.id))
    return _plan(wanted, [(row.event or "", row.id, row.active is not False) for row in ordered])


def plan_events(
    wanted: Sequence[str],
    rows: Iterable[Subscription],
    *,
    url: str,
    workstation: str,
    every: timedelta,
    wall: datetime,
) -> HookPlan:
    """Return what is to be done about an office's subscriptions to API Events.

    Args:
        wanted: Tables to watch.
        rows: Subscriptions of the customer key.
        url: Where to.
        workstation: Machine that is to send.
        every: How often it is to look.
        wall: What the office's clock shows.
    """
    ours = [row for row in rows if row.end_point_url == url and row.watch_table]
    ordered = sorted(ours, key=lambda row: (_ended(row, wall), row.subscription_num))
    seconds = round(every.total_seconds())

    def fits(row: Subscription) -> bool:
        same = (row.workstation or "").casefold() == workstation.casefold() and row.polling_seconds == seconds
        return same and not _ended(row, wall)

    plan = _plan(wanted, [(str(row.watch_table), row.subscription_num, fits(row)) for row in ordered])
    late = wall - SILENT * every
    silent = {
        str(row.watch_table)
        for row in ours
        if fits(row) and row.date_time_start and FOREVER < row.date_time_start < late
    }
    return evolve(plan, silent=tuple(sorted(silent & set(wanted))))


def _ended(row: Subscription, wall: datetime) -> bool:
    return row.date_time_stop is not None and FOREVER < row.date_time_stop <= wall


def _plan(wanted: Sequence[str], rows: Sequence[tuple[str, int, bool]]) -> HookPlan:
    """Compare by name; of several rows of a name the first counts."""
    first: dict[str, tuple[int, bool]] = {}
    doubled, extra = set[str](), set[str]()
    for name, number, right in rows:
        if name not in wanted:
            extra.add(name)
        elif name in first:
            doubled.add(name)
        else:
            first[name] = (number, right)
    return HookPlan(
        create=tuple(name for name in wanted if name not in first),
        resume=tuple(number for number, right in first.values() if not right),
        extra=tuple(sorted(extra)),
        doubled=tuple(sorted(doubled)),
    )
