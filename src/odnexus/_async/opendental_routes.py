"""The ways to one office of Open Dental, tried in the declared order of preference, and what all resources need."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextvars import ContextVar
from copy import copy
from typing import TYPE_CHECKING, Any, Self, TypeVar

from odnexus._async._compat import AsyncClock
from odnexus._async.transport import AsyncTransport
from odnexus._calls import Call, KeySource, Lost, NoReply, Outcome, RotatingKey, Secret, Send, Step, exchange
from odnexus._pace import RetryPolicy
from odnexus.errors import ApiError, NotAllowedError
from odnexus.opendental import versions
from odnexus.opendental.modes import Preference
from odnexus.opendental.versions import Version
from odnexus.reconcile.features import Allowed

if TYPE_CHECKING:
    from odnexus.opendental.calls import Listing
    from odnexus.opendental.models import Record
    from odnexus.opendental.steps import Steps

T = TypeVar("T")
R = TypeVar("R", bound="Record")

# The keys that the call under way was sent with. A refusal names no key, so the task (or thread) remembers them.
_sent: ContextVar[tuple[Secret, ...]] = ContextVar("odnexus_opendental_keys")


class AsyncKeys:
    """The headers of every request: both keys, and a content type even where there is no content.

    Page "API Setup" (keys) and page "API Implementation" (Content-Type is required on GET as well).
    """

    def __init__(self, developer_key: KeySource, customer_key: KeySource) -> None:
        self._keys = RotatingKey(developer_key), RotatingKey(customer_key)

    async def headers(self, call: Call[Any]) -> Mapping[str, str]:  # noqa: ARG002 - the same for every call
        """Return the headers of any call, with the keys that are live now."""
        pair = tuple(each.current() for each in self._keys)
        _sent.set(pair)
        return {
            "Authorization": f"ODFHIR {'/'.join(key.reveal() for key in pair)}",
            "Content-Type": "application/json",
        }

    async def renew(self, call: Call[Any]) -> bool:  # noqa: ARG002 - the same for every call
        """Return whether another key is live than the one that was refused; keys are static otherwise."""
        developer, customer = (each.refuse(sent) for each, sent in zip(self._keys, _sent.get(), strict=True))
        return developer or customer


class AsyncRoute(AsyncTransport):
    """One way to the office."""

    async def perform(self, call: Call[Any], step: Step) -> Outcome:
        """Do one step of *call* and return what came of it."""
        return await self._do(call, step)


class AsyncConnection:
    """One office: sends calls to it by whichever way works, and holds what is known about its version.

    The next way is tried only if a request certainly was not sent (connection refused, connect time-out), so falling
    back never repeats a write. What worked is tried first for the next minutes.
    """

    def __init__(
        self, routes: Sequence[AsyncRoute], *, clock: AsyncClock, retry: RetryPolicy, version: Version | None
    ) -> None:
        # Both are shared with the views that `limited` gives.
        self._known, self._largest = [version], [0]
        self._limits: tuple[Allowed, ...] = ()
        self._sent: list[int] | None = None
        self._routes = routes
        self._clock = clock
        self._retry = retry
        self._preference = Preference(len(routes))

    @property
    def version(self) -> Version | None:
        """The office's version, once it is known, for all that share this connection."""
        return self._known[0]

    @version.setter
    def version(self, version: Version | None) -> None:
        self._known[0] = version

    @property
    def sent(self) -> int:
        """How many requests have left: by this view of the office, or all together where nothing is limited."""
        return sum(route.sent for route in self._routes) if self._sent is None else self._sent[0]

    def limited(self, allowed: Allowed) -> Self:
        """Return a view of the same office that refuses what *allowed* does not allow, and counts its own requests."""
        view = copy(self)
        view._limits, view._sent = (*self._limits, allowed), [0]  # noqa: SLF001 - a copy of this object
        return view

    def permit(self, call: Call[Any]) -> None:
        """Raise `NotAllowedError` if *call* may not be made here."""
        for each in self._limits:
            if refusal := each.refusal(call.method, call.name):
                raise NotAllowedError(refusal, call.api, call.name)

    async def send(self, call: Call[T]) -> T:
        """Carry out *call* and return what it reads from the answer; raise the `ApiError` that ended it."""
        self.permit(call)
        versions.check(call, self.version)
        steps = exchange(call, now=self._clock.now, roll=random.random, policy=self._retry)
        route, outcome = self._routes[0], None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as stop:
                result: T = stop.value
                return result
            if isinstance(step, Send):
                route, outcome = await self._reach(call, step)
            else:
                outcome = await route.perform(call, step)

    async def _reach(self, call: Call[Any], step: Send) -> tuple[AsyncRoute, Outcome]:
        """Return the first way that takes the request, and what came of it."""
        outcome: Outcome = NoReply(Lost.NOT_SENT)
        route = self._routes[0]
        for index in self._preference.order(self._clock.now()):
            route = self._routes[index]
            if self._sent is not None:
                self._sent[0] += 1
            outcome = await route.perform(call, step)
            if outcome != NoReply(Lost.NOT_SENT):
                self._preference.worked(index, self._clock.now())
                break
        return route, outcome

    async def run(self, steps: Steps[T]) -> T:
        """Send the calls that *steps* asks for, one by one, and return its result."""
        try:
            call = next(steps)
            while True:
                try:
                    answer = await self.send(call)
                except ApiError as error:
                    call = steps.throw(error)
                else:
                    call = steps.send(answer)
        except StopIteration as stop:
            result: T = stop.value
            return result

    async def rows(self, listing: Listing[R]) -> AsyncIterator[R]:
        """Yield the rows of *listing*; each page is asked for when its first row is."""
        from odnexus.opendental.paging import Pager  # noqa: PLC0415 - whoever has a listing has loaded it

        pager = Pager(listing, self._largest)
        while (call := pager.next_call()) is not None:
            for row in pager.feed(await self.send(call)):
                yield row

    async def aclose(self) -> None:
        """Close the connections."""
        for route in self._routes:
            await route.aclose()


class AsyncResource:
    """Methods of one resource of an office."""

    def __init__(self, office: AsyncConnection) -> None:
        self._connection = office
