"""The right to work on a location, and to finish what is being worked on.

A worker that dies leaves its location after `HOLD`, or after `MAKING` if it died while it made something. One that
lives on keeps it: before each event and right before each create. Whoever finds that the right has gone to another
stops with `LeaseLostError` before anything is made, so that two workers never make the same thing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from odnexus._async._compat import AsyncClock
from odnexus._async.stores import AsyncStore
from odnexus.errors import LeaseLostError
from odnexus.reconcile.inbox import Lease, Settlement

HOLD = timedelta(seconds=55)
"""How long the right lasts without being kept: the work of a worker that died waits for less than a minute."""

MAKING = timedelta(minutes=2)
"""How long it lasts from right before a create: longer than a request may take (65 s; the vendor gives up at 60).

A create whose maker died may still succeed until then, and nobody may look for it in vain and make it again.
"""


class AsyncTurn:
    """The turn of one worker at one location.

    Args:
        store: Where turns and events are kept.
        clock: Tells how much time a step has taken so far.
        location: Name of the location.
        holder: Name of the worker.
        at: Name of the location whose turn it is: the same for all locations of a database (`Practice.turn`).
        hold: How long the turn and the lease of an event last; from right before a create, `MAKING` at least.
    """

    def __init__(
        self, store: AsyncStore, clock: AsyncClock, location: str, holder: str, *, at: str = "", hold: timedelta = HOLD
    ) -> None:
        self._store = store
        self._clock = clock
        self._name = f"location:{at or location}"
        self._location = location
        self._holder = holder
        self._hold = hold
        self._began = self._since = clock.now()
        self._lease: Lease | None = None

    def now(self) -> datetime:
        """Return the step's *now* plus the time that it has taken so far."""
        return self._began + (self._clock.now() - self._since)

    async def take(self, now: datetime) -> bool:
        """Begin at *now*; ``False`` if another worker is at it."""
        self._began, self._since = now, self._clock.now()
        # An event that another worker has taken over meanwhile is not ours to prolong.
        self._lease = None
        return await self._store.turns.take(self._name, self._holder, now, now + self._hold)

    async def give(self) -> None:
        """Let others work here."""
        await self._store.turns.give(self._name, self._holder)

    async def next(self) -> Lease | None:
        """Keep the turn and return the next event that is due, if any."""
        await self._prolong(self._hold)
        now = self.now()
        leases = await self._store.inbox.lease(now, now + self._hold, 1, location=self._location)
        self._lease = leases[0] if leases else None
        return self._lease

    async def keep(self) -> None:
        """Prolong the turn and the lease of the event at hand, since something is about to be made.

        Raises:
            LeaseLostError: Another worker has taken over.
        """
        await self._prolong(max(self._hold, MAKING))

    async def _prolong(self, hold: timedelta) -> None:
        now = self.now()
        if not await self._store.turns.take(self._name, self._holder, now, now + hold):
            raise LeaseLostError(f"{self._name}: another worker has taken over")
        if self._lease is not None:
            prolonged = await self._store.inbox.extend(self._lease, now, now + hold)
            if prolonged is None:
                raise LeaseLostError(f"event {self._lease.event.id}: another worker has taken over")
            self._lease = prolonged

    async def settle(self, outcome: Settlement) -> bool:
        """Settle the event at hand; ``False`` if another worker has taken it over."""
        if self._lease is None:
            return False
        lease, self._lease = self._lease, None
        return await self._store.inbox.settle(lease, outcome, self.now())
