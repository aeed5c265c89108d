"""Deliveries as desired state: what should be subscribed is, what a vendor switched off is on again, once each.

Neither vendor has idempotency keys, and what a second identical subscription does is not documented. So rows are
looked for by what they are (an address, an event), one worker at a time looks and makes, and after a lost answer it is
looked again before anything is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from odnexus._async._compat import AsyncClock
from odnexus._async.nexhealth import AsyncNexHealth
from odnexus._async.opendental import AsyncOpenDental
from odnexus._async.records import AsyncRecords
from odnexus._async.turn import AsyncTurn
from odnexus._calls import Secret
from odnexus.errors import (
    AmbiguousWriteError,
    ApiError,
    ConfigurationError,
    InvalidRequestError,
    LeaseLostError,
    UnsupportedError,
)
from odnexus.nexhealth.models import WebhookEndpoint, WebhookSubscription
from odnexus.practice import Location, Practice
from odnexus.reconcile.alerting import Alert
from odnexus.reconcile.hooks import (
    HookPlan,
    endpoints_of,
    gap_of,
    offer_of,
    plan_events,
    plan_subscriptions,
)
from odnexus.reconcile.inbox import Event, content_id
from odnexus.reconcile.reports import HookReport

BUSY = "another worker is at it"

MARK_EVERY = timedelta(seconds=10)
"""So often at most it is written down that deliveries arrive."""

SECRETS_AGE = timedelta(minutes=1)
"""How long secrets that another worker may have learned meanwhile are believed to be all."""


class AsyncHooks:
    """Looks after endpoints and subscriptions of one practice.

    Args:
        records: The store; keeps the secrets of endpoints, sealed.
        practice: Tells which locations belong to an institution or a database.
        send_alert: Tells people.
        clock: Source of time for the turn.
    """

    def __init__(
        self,
        records: AsyncRecords,
        practice: Practice,
        send_alert: Callable[[Alert], None],
        clock: AsyncClock,
    ) -> None:
        self._records = records
        self._practice = practice
        self._send_alert = send_alert
        self._turn = AsyncTurn(records.store, clock, "@webhooks", uuid4().hex)
        self._known: tuple[Secret, ...] = ()
        self._read_at: datetime | None = None
        self._marked: dict[str, datetime] = {}

    async def mark(self, sender: str, now: datetime) -> None:
        """Write down that a delivery of *sender* arrived and was verified, for whoever asks whether any does."""
        before = self._marked.get(sender)
        if before is None or not before <= now < before + MARK_EVERY:
            self._marked[sender] = now
            await self._records.store.cursors.set(f"arrived:{sender}", now.isoformat())

    # -- secrets -------------------------------------------------------------------------------------------------------

    async def secrets(self, realms: Sequence[str], now: datetime) -> tuple[Secret, ...]:
        """Return the secrets of the endpoints that were looked after; read again when they may be out of date."""
        if self._read_at is None or not self._read_at <= now < self._read_at + SECRETS_AGE:
            rows = [row for realm in realms for row in (await self._records.load_rows(_secrets_of(realm))).values()]
            self._known, self._read_at = tuple(Secret(row.decode()) for row in rows), now
        return self._known

    async def _keep_secrets(self, realm: str, endpoints: Sequence[WebhookEndpoint]) -> None:
        """Keep what the list shows of our endpoints, and forget what is no endpoint of ours any more."""
        name = _secrets_of(realm)
        found = {str(each.id): each.secret_key.reveal().encode() for each in endpoints if each.secret_key}
        stored = await self._records.load_rows(name)
        gone = dict.fromkeys(stored.keys() - found.keys())
        changed = {key: secret for key, secret in found.items() if stored.get(key) != secret}
        await self._records.save_rows(name, {**gone, **changed})
        self._read_at = None

    # -- NexHealth -----------------------------------------------------------------------------------------------------

    async def webhooks(
        self, realm: str, client: AsyncNexHealth, url: str, events: Sequence[str], now: datetime
    ) -> HookReport:
        """Make one institution's events come to *url*; return what was found and done."""
        if not await self._turn.take(now):
            return HookReport(realm=realm, problem=BUSY)
        try:
            return await self._webhooks(realm, client, url, events, now)
        except LeaseLostError:
            return HookReport(realm=realm, problem=BUSY)
        except ApiError as error:
            return HookReport(realm=realm, problem=type(error).__name__)
        finally:
            await self._turn.give()

    async def _webhooks(
        self, realm: str, client: AsyncNexHealth, url: str, events: Sequence[str], now: datetime
    ) -> HookReport:
        endpoint, made = await self._endpoint(realm, client, url, now)
        revived = endpoint.active is False
        if revived:
            await self._revive(realm, client, endpoint, now)
        plan = plan_subscriptions(events, await self._subscriptions(client, endpoint))
        created, refused = await self._subscribe(client, endpoint, plan)
        for number in plan.resume:
            await client.webhook_endpoints.subscriptions(endpoint.id).update(number, active=True)
        report = HookReport(
            realm=realm,
            endpoint=endpoint.id,
            created=(*(("endpoint",) if made else ()), *created),
            resumed=len(plan.resume),
            revived=revived,
            refused=refused,
            extra=plan.extra,
            doubled=plan.doubled,
        )
        await self._note(report, self._inside(realm)[0], f"webhook_endpoint:{endpoint.id}", now)
        return report

    async def _endpoint(
        self, realm: str, client: AsyncNexHealth, url: str, now: datetime
    ) -> tuple[WebhookEndpoint, bool]:
        """Return the endpoint of *url*, and whether it had to be made."""
        found, made = await self._ours(client, url), False
        if not found:
            await self._turn.keep()
            made = True
            try:
                found = [await client.webhook_endpoints.create(target_url=url)]
            except AmbiguousWriteError:
                found = await self._ours(client, url)
                if not found:
                    raise
        await self._keep_secrets(realm, found)
        if len(found) > 1:
            numbers = ", ".join(str(each.id) for each in found)
            text = f"Several endpoints of NexHealth deliver to one address ({numbers}). Delete all but {found[0].id}."
            self._alert(realm, "webhook.doubled", f"webhook_endpoint:{found[0].id}", text, now)
        return found[0], made

    async def _ours(self, client: AsyncNexHealth, url: str) -> list[WebhookEndpoint]:
        return endpoints_of(url, [each async for each in client.webhook_endpoints.iter()])

    async def _subscriptions(self, client: AsyncNexHealth, endpoint: WebhookEndpoint) -> list[WebhookSubscription]:
        return [each async for each in client.webhook_endpoints.subscriptions(endpoint.id).iter()]

    async def _subscribe(
        self, client: AsyncNexHealth, endpoint: WebhookEndpoint, plan: HookPlan
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Subscribe to what is missing; return what there is now, and what NexHealth does not offer."""
        created, refused = list[str](), list[str]()
        for event in plan.create:
            await self._turn.keep()
            try:
                resource, offered = offer_of(event)
                await client.webhook_endpoints.subscriptions(endpoint.id).create(resource_type=resource, event=offered)
            except AmbiguousWriteError:
                if event not in {each.event for each in await self._subscriptions(client, endpoint)}:
                    raise
            except InvalidRequestError:
                refused.append(event)
                continue
            created.append(event)
        return tuple(created), tuple(refused)

    async def _revive(self, realm: str, client: AsyncNexHealth, endpoint: WebhookEndpoint, now: datetime) -> None:
        """Switch an endpoint on again. What it missed is asked for before: this is written down, that is not."""
        since = gap_of(endpoint, now)
        await self._records.store.inbox.put([_catch_up(each, endpoint, since, now) for each in self._inside(realm)])
        await client.webhook_endpoints.update(endpoint.id, active=True)
        text = (
            "NexHealth had switched the webhook endpoint off after errors. It is on again. Appointments and patients "
            f"that changed since {since:%Y-%m-%d %H:%M} UTC are read again; forms cannot be: look at NexHealth's forms "
            "since then. Find out why the address could not be reached."
        )
        self._alert(realm, "webhook.revived", f"webhook_endpoint:{endpoint.id}", text, now)

    # -- Open Dental ---------------------------------------------------------------------------------------------------

    async def api_events(
        self,
        database: str,
        client: AsyncOpenDental,
        url: str,
        *,
        workstation: str,
        tables: Sequence[str],
        every: timedelta,
        now: datetime,
    ) -> HookReport:
        """Make one office's API Events come to *url*; return what was found and done."""
        if not await self._turn.take(now):
            return HookReport(realm=database, problem=BUSY)
        try:
            return await self._api_events(database, client, url, workstation, tables, every, now)
        except LeaseLostError:
            return HookReport(realm=database, problem=BUSY)
        except ApiError as error:
            return HookReport(realm=database, problem=type(error).__name__)
        finally:
            await self._turn.give()

    async def _api_events(
        self,
        database: str,
        client: AsyncOpenDental,
        url: str,
        workstation: str,
        tables: Sequence[str],
        every: timedelta,
        now: datetime,
    ) -> HookReport:
        wall = now.astimezone(self._on(database)[0].zone).replace(tzinfo=None)

        async def look() -> HookPlan:
            rows = [each async for each in client.subscriptions.iter()]
            return plan_events(tables, rows, url=url, workstation=workstation, every=every, wall=wall)

        plan, created, refused = await look(), list[str](), list[str]()
        seconds = round(every.total_seconds())
        for table in plan.create:
            await self._turn.keep()
            try:
                await client.subscriptions.create(
                    end_point_url=url, workstation=workstation, watch_table=table, polling_seconds=seconds
                )
            except AmbiguousWriteError:
                if table in (await look()).create:
                    raise
            except (InvalidRequestError, UnsupportedError):
                # AppointmentDeleted came with 22.4.35 (page "API Subscriptions"); polls see deletions too.
                refused.append(table)
                continue
            created.append(table)
        for number in plan.resume:
            await client.subscriptions.update(
                number, workstation=workstation, polling_seconds=seconds, date_time_stop=None
            )
        report = HookReport(
            realm=database,
            created=tuple(created),
            resumed=len(plan.resume),
            refused=tuple(refused),
            extra=plan.extra,
            doubled=plan.doubled,
            silent=plan.silent,
        )
        await self._note(report, self._on(database)[0], f"api_events:{database}", now)
        return report

    # -- telling -------------------------------------------------------------------------------------------------------

    def _inside(self, realm: str) -> Sequence[Location]:
        return [each for each in self._practice.locations if self._practice.realm(each) == realm]

    def _on(self, database: str) -> Sequence[Location]:
        return [each for each in self._practice.locations if each.database == database]

    async def _note(self, report: HookReport, place: Location, subject: str, now: datetime) -> None:
        done = {
            "webhook.subscribed": report.created,
            "webhook.resumed": (str(report.resumed),) if report.resumed else (),
            "webhook.revived": ("endpoint",) if report.revived else (),
        }
        for rule, fields in done.items():
            if fields:
                await self._records.journal(now, place.name, "applied", subject, rule, fields=fields)

    def _alert(self, realm: str, rule: str, subject: str, text: str, now: datetime) -> None:
        place = self._inside(realm)[0].name
        self._send_alert(Alert(at=now, location=place, rule=rule, subject=subject, text=text))


def _secrets_of(realm: str) -> str:
    return f"webhook-secrets:{realm}"


def _catch_up(location: Location, endpoint: WebhookEndpoint, since: datetime, now: datetime) -> Event:
    key = content_id("catch-up", location.name, endpoint.id, now.isoformat())
    return Event(
        id=key,
        key=f"catch-up:{location.name}",
        location=location.name,
        kind="location.catch-up",
        subject=since.isoformat(),
        received=now,
        due=now,
    )


def check_url(url: str) -> str:
    """Return *url*, or raise `ConfigurationError` if it is no address to deliver to."""
    if not url.startswith(("https://", "http://")):
        raise ConfigurationError("url: give the whole address, beginning with https://")
    return url
