"""What keeps a whole location from working: an office or NexHealth that is away, polls that fail, faults.

A location whose office is away pauses: people are told once, it is tried again with growing patience, and goes on when
it is back.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from attrs import frozen

from odnexus._async.office import AsyncOffice
from odnexus._async.records import AsyncRecords
from odnexus.errors import (
    ApiError,
    AuthenticationError,
    AuthorizationLostError,
    ConnectionFailedError,
    OdnexusError,
    OfficeOfflineError,
    PermissionDeniedError,
    ServerError,
    place_of,
)
from odnexus.reconcile.bodies import pack, unpack

log = logging.getLogger("odnexus.engine")

PROBE_AFTER = timedelta(seconds=30)
"""How soon a paused location is tried again, at first."""

PROBE_AT_MOST = timedelta(minutes=5)

UNREACHABLE = (OfficeOfflineError, ConnectionFailedError)
"""What says by itself that nobody is there."""

OFFLINE = {
    "opendental": (
        "Open Dental",
        "Check that the server is on and, for remote access, that the eConnector runs.",
    ),
    "nexhealth": ("NexHealth", "Check this machine's way to the internet, and NexHealth's status page."),
}
"""Which side cannot be reached → its name, and what to do."""

REFUSED = {
    "opendental": "Its key is refused: see in Open Dental under Setup, Advanced Setup, API that it is enabled.",
    "nexhealth": "Its key is refused: make a new one in the developer portal and run odnexus vault rotate.",
}
"""The same where the key is refused."""


@frozen(kw_only=True)
class Pausing:
    """A location that waits for its office: since when, until when, why."""

    since: datetime
    until: datetime
    rule: str

    def holds(self, now: datetime) -> bool:
        """Return whether it still lasts at *now*. None lasts so long that only a clock put back can explain it."""
        return timedelta(0) < self.until - now <= PROBE_AT_MOST

    def to_text(self) -> str:
        """Return it as text for the store."""
        return pack([self.since, self.until, self.rule]).decode()


class AsyncOutages:
    """What is known of outages, in the store."""

    def __init__(self, records: AsyncRecords) -> None:
        self._records = records

    async def down(self, office: AsyncOffice, error: OdnexusError) -> ApiError | None:
        """Return *error* if it means that the office (or NexHealth) cannot be reached at all, else ``None``.

        A refused key everywhere is an office that is offline; a refusal on one resource is a missing permission. A
        proxy that answers everything with its own failure is one, too; a failure at one record is that record's.
        """
        if isinstance(error, UNREACHABLE):
            return error
        if isinstance(error, AuthenticationError) and error.api == "nexhealth":
            # NexHealth refuses a right with 403; a 401 that a new token does not cure is the key itself.
            return error
        if isinstance(error, ServerError):
            everywhere: tuple[type[ApiError], ...] = (ServerError, *UNREACHABLE)
        elif isinstance(error, AuthenticationError | PermissionDeniedError) and error.api == "opendental":
            everywhere = (AuthenticationError, PermissionDeniedError, *UNREACHABLE)
        else:
            return None
        return error if isinstance(await self._probed(office, error.api), everywhere) else None

    async def _probed(self, office: AsyncOffice, api: str) -> ApiError | None:
        """Ask the cheapest question there is, and return how it failed, if it did."""
        try:
            if api == "opendental":
                await office.opendental.program_version()
            else:
                await office.nexhealth.locations.get(office.location.nexhealth_id)
        except ApiError as error:
            return error
        return None

    async def pausing(self, name: str) -> Pausing | None:
        """Return how long the location *name* waits for its office, ``None`` if it does not."""
        text = await self._records.store.cursors.get(f"pause:{name}")
        if not text:
            return None
        since, until, rule = unpack(f'{{"p":{text}}}'.encode())["p"]
        return Pausing(since=datetime.fromisoformat(since), until=datetime.fromisoformat(until), rule=rule)

    async def pause(self, office: AsyncOffice, error: ApiError, now: datetime) -> None:
        """Let a location wait; tell people once per outage."""
        name, rule = office.location.name, type(error).__name__
        before = await self.pausing(name)
        since = min(before.since, now) if before is not None else now
        wait = min(max(PROBE_AFTER, (now - since) / 4), PROBE_AT_MOST)
        pausing = Pausing(since=since, until=now + wait, rule=rule)
        await self._records.store.cursors.set(f"pause:{name}", pausing.to_text())
        if before is None:
            side, remedy = OFFLINE.get(error.api, OFFLINE["nexhealth"])
            if isinstance(error, AuthenticationError | PermissionDeniedError):
                remedy = error.message if isinstance(error, AuthorizationLostError) else REFUSED[error.api]
            text = (
                f"{side} cannot be reached from {name} ({rule}). Bookings are kept and written in order once it is "
                f"back. {remedy}"
            )
            office.alert(now, "location.offline", text, subject=f"location:{name}", severity="error")
            await office.note(now, "failed", f"location:{name}", "location.offline", related=[rule])

    async def awake(self, office: AsyncOffice, now: datetime) -> None:
        """End the pause of a location, if there is one, and tell people."""
        name = office.location.name
        before = await self.pausing(name)
        if before is None:
            return
        await self._records.store.cursors.set(f"pause:{name}", None)
        minutes = max(0, round((now - before.since).total_seconds() / 60))
        text = f"{name} can be reached again after {minutes} minutes. What waited is worked off in order."
        office.alert(now, "location.back", text, subject=f"location:{name}", severity="info")
        await office.note(now, "observed", f"location:{name}", "location.back")

    async def faulty(self, office: AsyncOffice, error: Exception, now: datetime) -> None:
        """Say that a location cannot be worked on, once until it can; the log says where it failed."""
        name = office.location.name
        log.error("%s failed at %s", name, place_of(error))
        text = f"{name} cannot be worked on ({type(error).__name__}); the others go on. See the log and its settings."
        await office.alert_once(now, "fault", f"location.fault:{type(error).__name__}", text, severity="error")

    async def stumbled(self, office: AsyncOffice, error: ApiError, now: datetime) -> None:
        """Say that a poll failed: at once, or with the second in a row where the next may well succeed."""
        rule, cursors, key = f"poll.{type(error).__name__}", self._records.store.cursors, _stumble(office.location.name)
        again = await cursors.get(key) is not None
        await cursors.set(key, now.astimezone(UTC).isoformat())
        if again or not error.transient:
            await office.alert_once(now, "poll", rule, f"Polling failed: {error}", severity="error")
        else:
            log.warning("%s: a poll failed (%s); the next one tries again", office.location.name, rule)

    async def steady(self, office: AsyncOffice, now: datetime) -> None:
        """Forget polls that failed: one went well since."""
        cursors, key = self._records.store.cursors, _stumble(office.location.name)
        if await cursors.get(key) is not None:
            await cursors.set(key, None)
            await office.alert_once(now, "poll", "", "")


def _stumble(name: str) -> str:
    """Return the cursor that says when a poll of the location *name* failed and none went well since."""
    return f"stumbled:{name}"
