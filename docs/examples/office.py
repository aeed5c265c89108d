"""The engine that the examples of this folder share: keys from the environment, the practice from its file."""

from __future__ import annotations

from functools import cache
from os import environ

from odnexus import (
    AsyncNexHealth,
    AsyncOpenDental,
    AsyncSyncEngine,
    NexHealth,
    OpenDental,
    Practice,
    Sealer,
    SqliteStore,
    SyncEngine,
    in_threads,
)


@cache
def store() -> SqliteStore:
    """Return the store of this process."""
    return SqliteStore("odnexus.sqlite")


@cache
def engine() -> SyncEngine:
    """Return the engine of this process."""
    practice = Practice.load("practice.toml")
    return SyncEngine(
        practice,
        nexhealth=NexHealth(api_key=environ["NEXHEALTH_API_KEY"], subdomain=practice.subdomain),
        opendental=OpenDental(
            developer_key=environ["OPENDENTAL_DEVELOPER_KEY"], customer_key=environ["OPENDENTAL_CUSTOMER_KEY"]
        ),
        store=store(),
        sealer=Sealer.from_environment(),
        webhook_secrets=environ["NEXHEALTH_WEBHOOK_SECRETS"].split(),
    )


@cache
def async_engine() -> AsyncSyncEngine:
    """Return the engine for a process with an event loop."""
    practice = Practice.load("practice.toml")
    return AsyncSyncEngine(
        practice,
        nexhealth=AsyncNexHealth(api_key=environ["NEXHEALTH_API_KEY"], subdomain=practice.subdomain),
        opendental=AsyncOpenDental(
            developer_key=environ["OPENDENTAL_DEVELOPER_KEY"], customer_key=environ["OPENDENTAL_CUSTOMER_KEY"]
        ),
        store=in_threads(store()),
        sealer=Sealer.from_environment(),
        webhook_secrets=environ["NEXHEALTH_WEBHOOK_SECRETS"].split(),
    )


def work() -> int:
    """Poll every location and work on what is due; return how many events were worked on. For a worker or a cron."""
    for location in engine().practice.locations:
        engine().poll(location.name)
    settled = 0
    while count := engine().step().settled:
        settled += count
    return settled


def questions() -> list[dict[str, object]]:
    """Return the open questions without their content, which is patient data."""
    return [
        {"id": each.review.id, "kind": each.review.kind, "choices": list(each.review.choices)}
        for each in engine().reviews()
    ]
