"""Asking both systems for the facts. What cannot be read becomes an entry in `errors`; nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TypeVar

from odnexus._sync.nexhealth import NexHealth
from odnexus._sync.opendental import OpenDental
from odnexus.cli.connecting import Office
from odnexus.cli.doctor.deliveries import EventFacts, WebhookFacts
from odnexus.cli.doctor.facts import ANSWERED, DatabaseFacts, Facts, LocationFacts
from odnexus.cli.doctor.here import here_facts
from odnexus.cli.settings import OpenDentalSettings, WebhookSettings
from odnexus.errors import ApiError
from odnexus.mapping.coverage import carrier_entry
from odnexus.practice import Location
from odnexus.reconcile.hooks import endpoints_of
from odnexus.reconcile.writer import evidence_of, serving

T = TypeVar("T")

CARRIERS = 2000
"""So many carriers are read at most."""

INSURED = 300
"""Of so many patients it is read what they wrote as insurer."""


class Asking:
    """Asks one thing after the other and remembers what went wrong."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def one(self, what: str, ask: Callable[[], T]) -> T | None:
        """Return the answer, ``None`` if there was an error."""
        try:
            return ask()
        except ApiError as error:
            self.errors[what] = type(error).__name__
            return None

    def all(self, what: str, ask: Callable[[], Iterable[T]]) -> tuple[T, ...]:
        """Return all rows, none if there was an error."""
        return self.one(what, lambda: tuple(ask())) or ()


def gather(office: Office, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Facts:
    """Return the facts of a practice."""
    settings, practice, hooks = office.settings, office.settings.practice, office.settings.webhooks
    zones = {location.database: location.zone for location in reversed(practice.locations)}
    databases = tuple(
        database_facts(name, settings.opendental[name], office.opendental(name), now) for name in reversed(zones)
    )
    here = here_facts(office, now())
    realms = dict.fromkeys(practice.realm(location) for location in practice.locations)
    senders = [*(f"nexhealth:{realm}" for realm in realms), *(f"opendental:{name}" for name in zones)]
    arrived = {name: arrival(office, name) for name in senders if here.key == "fits"}
    return Facts(
        databases=databases,
        locations=tuple(
            location_facts(office.nexhealth(practice.realm(location)), location) for location in practice.locations
        ),
        webhooks=tuple(
            webhook_facts(office.nexhealth(realm), realm, hooks, arrived.get(f"nexhealth:{realm}")) for realm in realms
        ),
        events=tuple(
            event_facts(
                office.opendental(name),
                name,
                hooks,
                now().astimezone(zone).replace(tzinfo=None),
                arrived.get(f"opendental:{name}"),
            )
            for name, zone in zones.items()
        ),
        here=here,
    )


def arrival(office: Office, sender: str) -> datetime | None:
    """Return when the last delivery of *sender* was taken, as the store knows."""
    text = office.store.cursors.get(f"arrived:{sender}")
    return datetime.fromisoformat(text) if text else None


def database_facts(
    name: str, chosen: OpenDentalSettings, client: OpenDental, now: Callable[[], datetime]
) -> DatabaseFacts:
    """Return what one Open Dental database answers."""
    asking = Asking()
    told = asking.one("version", client.program_version)
    if told is None and asking.errors["version"] not in ANSWERED:
        return DatabaseFacts(name=name, modes=chosen.mode, tier=chosen.tier, errors=asking.errors, read_at=now())
    permissions = asking.one("permissions", client.security_perms.list)
    providers = asking.all("providers", client.providers.iter)
    stamps = [row.server_date_time for row in providers if row.server_date_time is not None]
    if not stamps:
        # One page of patients at most; only the office's clock is kept of it.
        rows = asking.all("clock", lambda: islice(client.patients.simple(), 1))
        stamps = [row.server_date_time for row in rows if row.server_date_time is not None]
    read_at = now()
    return DatabaseFacts(
        name=name,
        modes=chosen.mode,
        tier=chosen.tier,
        version=told or client.version,
        permissions=frozenset(row.permission for row in permissions if row.has_permission) if permissions else None,
        wall=stamps[-1] if stamps else None,
        read_at=read_at,
        providers=providers,
        operatories=asking.all("operatories", client.operatories.iter),
        types=asking.all("types", client.appointment_types.iter),
        confirmations=asking.all("confirmations", lambda: client.definitions.iter(category=2)),
        clinics=asking.all("clinics", client.clinics.iter),
        billing=asking.all("billing", lambda: client.definitions.iter(category=4)),
        carriers=asking.all("carriers", lambda: map(carrier_entry, islice(client.carriers.iter(), CARRIERS))),
        errors=asking.errors,
    )


def location_facts(client: NexHealth, location: Location) -> LocationFacts:
    """Return what NexHealth answers about one location."""
    asking, number = Asking(), location.nexhealth_id
    place = asking.one("place", lambda: client.locations.get(number))
    if place is None:
        return LocationFacts(location=location, errors={**asking.errors, "evidence": asking.errors["place"]})
    statuses = asking.one("evidence", lambda: client.sync_status.list(location_ids=[number]))
    return LocationFacts(
        location=location,
        place=place,
        evidence=evidence_of(place, statuses) if statuses is not None else None,
        syncs=tuple(serving(statuses or (), number)),
        insurers=asking.one("insurers", lambda: _insurers(client, number)) or (),
        operatories=asking.all("operatories", lambda: client.operatories.iter(location_id=number)),
        providers=asking.all("providers", lambda: client.providers.iter(location_id=number)),
        types=asking.all("types", lambda: client.appointment_types.iter(location_id=number)),
        errors=asking.errors,
    )


def _insurers(client: NexHealth, location: int) -> tuple[str, ...]:
    """Return what the latest patients wrote as insurer, without repetition."""
    rows = islice(client.patients.iter(location_id=location, sort="-updated_at", per_page=INSURED), INSURED)
    return tuple(dict.fromkeys(row.bio.insurance_name for row in rows if row.bio and row.bio.insurance_name))


def webhook_facts(client: NexHealth, realm: str, chosen: WebhookSettings, arrived: datetime | None) -> WebhookFacts:
    """Return how NexHealth delivers to us; asks nothing if no address is configured."""
    asking = Asking()
    if chosen.url is None:
        return WebhookFacts(realm=realm, url=None)
    endpoints = asking.all("endpoints", client.webhook_endpoints.iter)
    [*ours] = endpoints_of(chosen.url, endpoints)[:1]
    rows = [asking.all("subscriptions", client.webhook_endpoints.subscriptions(each.id).iter) for each in ours]
    return WebhookFacts(
        realm=realm,
        url=chosen.url,
        wanted=chosen.events,
        errors=asking.errors,
        endpoints=endpoints,
        subscriptions=tuple(chain.from_iterable(rows)),
        arrived=arrived,
    )


def event_facts(
    client: OpenDental, database: str, chosen: WebhookSettings, wall: datetime, arrived: datetime | None
) -> EventFacts:
    """Return how one office delivers to us; asks nothing if no address is configured."""
    asking = Asking()
    rows = asking.all("subscriptions", client.subscriptions.iter) if chosen.opendental_url else ()
    return EventFacts(
        database=database, chosen=chosen, wall=wall, errors=asking.errors, subscriptions=rows, arrived=arrived
    )
