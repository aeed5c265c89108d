"""The NexHealth client: resources as attributes, one connection, one API key."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, cast

from odnexus._async._compat import AsyncClock
from odnexus._async.nexhealth_hooks import AsyncWebhookEndpoints
from odnexus._async.nexhealth_insurance import AsyncInsuranceCoverages, AsyncInsurancePlans
from odnexus._async.nexhealth_practice import (
    AsyncInstitutions,
    AsyncLocations,
    AsyncOperatories,
    AsyncProviders,
    AsyncSyncStatuses,
)
from odnexus._async.nexhealth_tokens import AsyncBearer, AsyncTokens
from odnexus._async.nexhealth_visits import (
    AsyncAppointments,
    AsyncAppointmentTypes,
    AsyncAvailableSlots,
    AsyncPatients,
)
from odnexus._async.transport import AsyncHttpTransport, AsyncTransport, check_base_url
from odnexus._calls import Json, Method, Secret
from odnexus._pace import CALL_RETRY, Pace, RetryPolicy
from odnexus.errors import ConfigurationError
from odnexus.nexhealth import calls
from odnexus.nexhealth.rates import new_pace
from odnexus.nexhealth.tokens import ApiKeyAuthorizer

BASE_URL = "https://nexhealth.info"
"""The one host of sandbox and production; the key decides which data it shows."""

API_VERSION = "v3.0.0"
"""The version of the API that this client speaks."""


class AsyncNexHealth:
    """A client of NexHealth's Synchronizer API v3.0.0.

    Use it as a context manager, or close it. The token is fetched with the first call and renewed by itself.

    Args:
        api_key: The key of the developer portal. Sandbox and production have different ones.
        subdomain: Institution that the calls are about.
        location_id: Location that the calls are about, unless they name another.
        base_url: Where the API lives.
        api_version: Value of ``Nex-Api-Version``.
        tokens: Holder of the token, instead of *api_key*: share one between all clients of a key.
        transport: An httpx transport to use instead of the network, for tests and proxies.
        clock: Source of time.
        pace: Rate budget of the key, shared by all clients of a key; a budget of its own unless given.
        retry: How often and how patiently one call is tried.
        timeout: Seconds to wait for connecting and for an answer.

    Raises:
        ConfigurationError: Neither *api_key* nor *tokens*, two different keys, or a URL without TLS.
    """

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        subdomain: str | None = None,
        location_id: int | None = None,
        base_url: str = BASE_URL,
        api_version: str = API_VERSION,
        tokens: AsyncTokens | None = None,
        transport: AsyncHttpTransport | None = None,
        clock: AsyncClock | None = None,
        pace: Pace | None = None,
        retry: RetryPolicy | None = None,
        timeout: float = 30.0,
    ) -> None:
        bearer = AsyncBearer(_tokens(api_key, tokens), api_version)
        self._transport = AsyncTransport(
            check_base_url(base_url, private_network_may_be_plain=False),
            credentials=bearer,
            pace=pace or new_pace(),
            retry=retry or CALL_RETRY,
            clock=clock,
            timeout=timeout,
            transport=cast(Any, transport),
        )
        bearer.transport = self._transport
        self.tokens = bearer.tokens
        self._work_in(calls.Scope(subdomain, location_id))

    def _work_in(self, scope: calls.Scope) -> None:
        self._scope = scope
        self.institutions = AsyncInstitutions(self._transport, scope)
        self.locations = AsyncLocations(self._transport, scope)
        self.providers = AsyncProviders(self._transport, scope)
        self.operatories = AsyncOperatories(self._transport, scope)
        self.sync_status = AsyncSyncStatuses(self._transport, scope)
        self.patients = AsyncPatients(self._transport, scope)
        self.insurance_plans = AsyncInsurancePlans(self._transport, scope)
        self.insurance_coverages = AsyncInsuranceCoverages(self._transport, scope)
        self.appointments = AsyncAppointments(self._transport, scope)
        self.appointment_types = AsyncAppointmentTypes(self._transport, scope)
        self.available_slots = AsyncAvailableSlots(self._transport, scope)
        self.webhook_endpoints = AsyncWebhookEndpoints(self._transport, scope)

    async def request(
        self,
        method: Method,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        body: Json = None,
        idempotent: bool | None = None,
    ) -> Json:
        """Call any other endpoint of the API and return the whole envelope as JSON, ``None`` for an empty answer.

        Pace, token, retries and errors are those of every call; names and values are not checked.

        Args:
            method: HTTP method.
            path: Path after the host, with ids filled in, without a query.
            params: Query; a list repeats its key. The client's `subdomain` is added unless it is here.
            body: JSON body, wrapped as the vendor documents it.
            idempotent: Whether it may be sent again after doubt; unless given, only reads and deletes are.
        """
        return await self._transport.send(calls.raw(self._scope, method, path, params, body, idempotent=idempotent))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncNexHealth(subdomain={self._scope.subdomain!r}, location_id={self._scope.location_id!r})"


def _tokens(api_key: str | Secret | None, tokens: AsyncTokens | None) -> AsyncTokens:
    if tokens is None:
        if not api_key:
            raise ConfigurationError("api_key: give the key of the developer portal")
        return AsyncTokens(ApiKeyAuthorizer(api_key))
    if (
        api_key is not None
        and isinstance(tokens.authorizer, ApiKeyAuthorizer)
        and not tokens.authorizer.same_key(api_key)
    ):
        raise ConfigurationError("api_key: tokens holds the token of another key; give one of them")
    return tokens
