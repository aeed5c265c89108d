"""Asking both systems for the facts. What cannot be read becomes an entry in `errors`; nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TypeVar

from odnexus._sync.nexhealth import NexHealth
from odnexus._sync.opendental import OpenDental
from odnexus.cli.connecting import Office
from odnexus.cli.doctor.facts import DatabaseFacts, Facts, LocationFacts, WebhookFacts
from odnexus.cli.settings import OpenDentalSettings
from odnexus.errors import ApiError
from odnexus.practice import Location
from odnexus.reconcile.writer import Evidence

T = TypeVar("T")


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
    settings, practice = office.settings, office.settings.practice
    names = dict.fromkeys(location.database for location in practice.locations)
    locations = tuple(
        location_facts(office.nexhealth(practice.realm(location)), location) for location in practice.locations
    )
    first = practice.realm(practice.locations[0])
    return Facts(
        databases=tuple(
            database_facts(name, settings.opendental[name], office.opendental(name), now) for name in names
        ),
        locations=locations,
        webhooks=webhook_facts(
            office.nexhealth(first), settings.nexhealth.webhook_url, len(settings.nexhealth.webhook_secrets)
        ),
    )


def database_facts(
    name: str, chosen: OpenDentalSettings, client: OpenDental, now: Callable[[], datetime]
) -> DatabaseFacts:
    """Return what one Open Dental database answers."""
    asking = Asking()
    version = asking.one("version", client.program_version)
    if version is None:
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
        version=version,
        permissions=frozenset(row.permission for row in permissions if row.has_permission) if permissions else None,
        wall=stamps[-1] if stamps else None,
        read_at=read_at,
        providers=providers,
        operatories=asking.all("operatories", client.operatories.iter),
        types=asking.all("types", client.appointment_types.iter),
        confirmations=asking.all("confirmations", lambda: client.definitions.iter(category=2)),
        clinics=asking.all("clinics", client.clinics.iter),
        errors=asking.errors,
    )


def location_facts(client: NexHealth, location: Location) -> LocationFacts:
    """Return what NexHealth answers about one location."""
    asking, number = Asking(), location.nexhealth_id
    place = asking.one("place", lambda: client.locations.get(number))
    if place is None:
        return LocationFacts(location=location, errors={**asking.errors, "evidence": asking.errors["place"]})
    statuses = asking.one("evidence", lambda: client.sync_status.list(location_ids=[number]))
    serving = [each for each in statuses or () if not each.locations or number in {one.id for one in each.locations}]
    evidence = Evidence(
        inserts=place.insert_appt_client,
        synchronizer=bool(serving),
        reads=any(each.read_status == "green" for each in serving),
    )
    return LocationFacts(
        location=location,
        place=place,
        evidence=evidence if statuses is not None else None,
        red=any("red" in (each.read_status, each.write_status) for each in serving),
        operatories=asking.all("operatories", lambda: client.operatories.iter(location_id=number)),
        providers=asking.all("providers", lambda: client.providers.iter(location_id=number)),
        types=asking.all("types", lambda: client.appointment_types.iter(location_id=number)),
        errors=asking.errors,
    )


def webhook_facts(client: NexHealth, url: str | None, secrets: int) -> WebhookFacts:
    """Return how NexHealth delivers to us; asks nothing if no address is configured."""
    asking = Asking()
    if url is None:
        return WebhookFacts(url=url, secrets=secrets)
    endpoints = asking.all("endpoints", client.webhook_endpoints.iter)
    ours = [each for each in endpoints if each.target_url == url]
    subscribed = asking.all(
        "subscriptions",
        lambda: chain.from_iterable(client.webhook_endpoints.subscriptions(each.id).iter() for each in ours),
    )
    events = frozenset(each.event or "" for each in subscribed if each.active is not False)
    return WebhookFacts(url=url, secrets=secrets, errors=asking.errors, endpoints=endpoints, events=events)
