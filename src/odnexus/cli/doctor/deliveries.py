"""How both sides deliver to us: what should be subscribed, what is, and whether something really arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from attrs import field, frozen

from odnexus.cli.doctor.lines import Line, of_error
from odnexus.cli.settings import WebhookSettings
from odnexus.nexhealth.models import WebhookEndpoint, WebhookSubscription
from odnexus.opendental.models import Subscription
from odnexus.reconcile.hooks import HookPlan, endpoints_of, plan_events, plan_subscriptions

REPAIR = "run odnexus doctor --repair-webhooks; odnexus run does it every hour"


@frozen(kw_only=True)
class WebhookFacts:
    """How NexHealth delivers to us, for one institution.

    Attributes:
        realm: The institution.
        url: The address that the settings name, ``None`` if none.
        wanted: Events that the settings name.
        errors: What was asked → name of the error.
        endpoints: All endpoints of the key.
        subscriptions: Those of our endpoint for this institution.
        arrived: When the last delivery was taken, as far as the store knows.
    """

    realm: str
    url: str | None
    wanted: tuple[str, ...] = ()
    errors: Mapping[str, str] = field(factory=dict[str, str])
    endpoints: tuple[WebhookEndpoint, ...] = ()
    subscriptions: tuple[WebhookSubscription, ...] = ()
    arrived: datetime | None = None


@frozen(kw_only=True)
class EventFacts:
    """How one office's Open Dental delivers to us.

    Attributes:
        database: Its name.
        chosen: What the settings want.
        wall: What the office's clock shows.
        errors: What was asked → name of the error.
        subscriptions: All of the customer key.
        arrived: When the last request of it was taken, as far as the store knows.
    """

    database: str
    chosen: WebhookSettings
    wall: datetime
    errors: Mapping[str, str] = field(factory=dict[str, str])
    subscriptions: tuple[Subscription, ...] = ()
    arrived: datetime | None = None


def judge_webhooks(facts: WebhookFacts) -> Iterator[Line]:
    """Yield the findings about NexHealth's deliveries."""
    about, check = f"nexhealth.{facts.realm}", "webhooks"
    if facts.url is None:
        text = "none; changes are seen by polling, minutes later"
        yield Line(about=about, check=check, state="pass", text=text)
        return
    for what in ("endpoints", "subscriptions"):
        if what in facts.errors:
            yield of_error(about, check, facts.errors[what])
            return
    ours = endpoints_of(facts.url, facts.endpoints)
    if not ours:
        text = "url is no endpoint of this key"
        yield Line(about=about, check=check, state="fail", text=text, remedy=REPAIR)
        return
    if ours[0].active is False:
        text, remedy = "NexHealth switched the endpoint off", f"see why the address could not be reached; {REPAIR}"
        yield Line(about=about, check=check, state="fail", text=text, remedy=remedy)
    else:
        yield _plan(about, check, plan_subscriptions(facts.wanted, facts.subscriptions))
    yield _arrived(about, facts.arrived)


def judge_events(facts: EventFacts) -> Iterator[Line]:
    """Yield the findings about Open Dental's API Events; none where nobody wants them."""
    chosen, about, check = facts.chosen, f"opendental.{facts.database}", "API Events"
    if chosen.opendental_url is None:
        return
    if "subscriptions" in facts.errors:
        yield of_error(about, check, facts.errors["subscriptions"])
        return
    plan = plan_events(
        chosen.tables,
        facts.subscriptions,
        url=chosen.opendental_url,
        workstation=chosen.workstation,
        every=chosen.every,
        wall=facts.wall,
    )
    if plan.silent and not plan.create:
        text = f"no sign of life: {', '.join(plan.silent)}"
        remedy = f"see that {chosen.workstation} is on and runs the eConnector or the API Service"
        yield Line(about=about, check=check, state="warn", text=text, remedy=remedy)
    else:
        yield _plan(about, check, plan)
    yield _arrived(about, facts.arrived)


def _plan(about: str, check: str, plan: HookPlan) -> Line:
    if plan.create or plan.resume:
        missing = f"not subscribed: {', '.join(plan.create)}" if plan.create else f"{len(plan.resume)} are paused"
        return Line(about=about, check=check, state="warn", text=missing, remedy=REPAIR)
    if plan.doubled:
        text = f"subscribed twice: {', '.join(plan.doubled)}"
        return Line(about=about, check=check, state="warn", text=text, remedy="delete one; twice does no harm")
    beside = f"; nobody asked for {', '.join(plan.extra)}" if plan.extra else ""
    return Line(about=about, check=check, state="pass", text=f"active and subscribed{beside}")


def _arrived(about: str, moment: datetime | None) -> Line:
    if moment is not None:
        return Line(about=about, check="deliveries", state="pass", text=f"the last came {moment:%Y-%m-%d %H:%M} UTC")
    remedy = "see whether one arrives: odnexus doctor --probe-webhook"
    return Line(about=about, check="deliveries", state="warn", text="none has come yet", remedy=remedy)


def judge_probe(realm: str, waited: timedelta, arrived: datetime | None) -> Line:
    """Return what became of waiting for a delivery."""
    about, check = f"nexhealth.{realm}", "probe"
    if arrived is not None:
        return Line(about=about, check=check, state="pass", text="a delivery arrived, was verified and stored")
    remedy = (
        "see that the public address leads to the receiver, that its proxy passes headers and body unchanged, and that "
        "something was changed at NexHealth meanwhile: book or move an appointment of a test patient"
    )
    text = f"none arrived within {round(waited.total_seconds())} seconds"
    return Line(about=about, check=check, state="fail", text=text, remedy=remedy)
