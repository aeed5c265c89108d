"""The NexHealth client: resources as attributes, one connection, one API key."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from odnexus._async._compat import AsyncClock
from odnexus._async.nexhealth_gate import AsyncGate, AsyncSends
from odnexus._async.nexhealth_tokens import AsyncBearer, AsyncTokens
from odnexus._async.offering import AsyncOffered, forget_made
from odnexus._async.transport import AsyncHttpTransport, AsyncTransport
from odnexus._calls import Json, KeySource, Method, check_base_url, check_key, live_keys
from odnexus._pace import CALL_RETRY, Pace, RetryPolicy
from odnexus.errors import ConfigurationError
from odnexus.nexhealth.oauth import Consent
from odnexus.nexhealth.rates import new_pace
from odnexus.nexhealth.scope import Scope
from odnexus.nexhealth.tokens import ApiKeyAuthorizer, Authorizer
from odnexus.reconcile.features import Allowed

if TYPE_CHECKING:
    from odnexus._async.nexhealth_documents import (
        AsyncClinicalNotes,
        AsyncDocumentTypes,
        AsyncPatientAlerts,
        AsyncPatientDocuments,
    )
    from odnexus._async.nexhealth_hooks import AsyncWebhookEndpoints
    from odnexus._async.nexhealth_insurance import AsyncInsuranceCoverages, AsyncInsurancePlans
    from odnexus._async.nexhealth_practice import (
        AsyncInstitutions,
        AsyncLocations,
        AsyncOperatories,
        AsyncProviders,
        AsyncSyncStatuses,
    )
    from odnexus._async.nexhealth_resource import AsyncResource
    from odnexus._async.nexhealth_visits import (
        AsyncAppointments,
        AsyncAppointmentTypes,
        AsyncAvailableSlots,
        AsyncPatients,
    )

R = TypeVar("R", bound="AsyncResource")

BASE_URL = "https://nexhealth.info"
"""The one host of sandbox and production; the key decides which data it shows."""

API_VERSION = "v3.0.0"
"""The version of the API that this client speaks."""


class AsyncNexHealth:
    """A client of NexHealth's Synchronizer API v3.0.0.

    Use it as a context manager, or close it. The token is fetched with the first call and renewed by itself.

    Args:
        api_key: The key of the developer portal, or what returns the live ones, newest first. Sandbox and production
            have different ones.
        subdomain: Institution that the calls are about.
        location_id: Location that the calls are about, unless they name another.
        base_url: Where the API lives.
        api_version: Value of ``Nex-Api-Version``.
        tokens: Holder of the token, instead of *api_key*: share one between all clients of a key.
        authorizer: Another way to get tokens, instead of *api_key*: `odnexus.nexhealth.oauth.OAuthAuthorizer`.
        transport: An httpx transport to use instead of the network, for tests and proxies.
        clock: Source of time.
        pace: Rate budget of the key, shared by all clients of a key; a budget of its own unless given.
        retry: How often and how patiently one call is tried.
        timeout: Seconds to wait for connecting and for an answer.
        read_only: Refuse everything but reads with `NotAllowedError`, for audits and trials.

    Raises:
        ConfigurationError: Neither *api_key* nor *tokens*, two different keys, or a URL without TLS.
    """

    institutions: AsyncOffered[AsyncInstitutions] = AsyncOffered("nexhealth_practice.AsyncInstitutions")
    locations: AsyncOffered[AsyncLocations] = AsyncOffered("nexhealth_practice.AsyncLocations")
    providers: AsyncOffered[AsyncProviders] = AsyncOffered("nexhealth_practice.AsyncProviders")
    operatories: AsyncOffered[AsyncOperatories] = AsyncOffered("nexhealth_practice.AsyncOperatories")
    sync_status: AsyncOffered[AsyncSyncStatuses] = AsyncOffered("nexhealth_practice.AsyncSyncStatuses")
    patients: AsyncOffered[AsyncPatients] = AsyncOffered("nexhealth_visits.AsyncPatients")
    insurance_plans: AsyncOffered[AsyncInsurancePlans] = AsyncOffered("nexhealth_insurance.AsyncInsurancePlans")
    insurance_coverages: AsyncOffered[AsyncInsuranceCoverages] = AsyncOffered(
        "nexhealth_insurance.AsyncInsuranceCoverages"
    )
    appointments: AsyncOffered[AsyncAppointments] = AsyncOffered("nexhealth_visits.AsyncAppointments")
    appointment_types: AsyncOffered[AsyncAppointmentTypes] = AsyncOffered("nexhealth_visits.AsyncAppointmentTypes")
    available_slots: AsyncOffered[AsyncAvailableSlots] = AsyncOffered("nexhealth_visits.AsyncAvailableSlots")
    patient_documents: AsyncOffered[AsyncPatientDocuments] = AsyncOffered("nexhealth_documents.AsyncPatientDocuments")
    document_types: AsyncOffered[AsyncDocumentTypes] = AsyncOffered("nexhealth_documents.AsyncDocumentTypes")
    patient_alerts: AsyncOffered[AsyncPatientAlerts] = AsyncOffered("nexhealth_documents.AsyncPatientAlerts")
    clinical_notes: AsyncOffered[AsyncClinicalNotes] = AsyncOffered("nexhealth_documents.AsyncClinicalNotes")
    webhook_endpoints: AsyncOffered[AsyncWebhookEndpoints] = AsyncOffered("nexhealth_hooks.AsyncWebhookEndpoints")

    def __init__(
        self,
        *,
        api_key: KeySource | None = None,
        subdomain: str | None = None,
        location_id: int | None = None,
        base_url: str = BASE_URL,
        api_version: str = API_VERSION,
        tokens: AsyncTokens | None = None,
        authorizer: Authorizer | None = None,
        transport: AsyncHttpTransport | None = None,
        clock: AsyncClock | None = None,
        pace: Pace | None = None,
        retry: RetryPolicy | None = None,
        timeout: float = 30.0,
        read_only: bool = False,
    ) -> None:
        bearer = AsyncBearer(_tokens(api_key, tokens, authorizer), api_version)
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
        self._sends: AsyncSends = self._transport
        if read_only:
            self._sends = AsyncGate(self._transport, Allowed(api="nexhealth", reads_only=True))
        self._scope = Scope(subdomain, location_id, self._transport.base_url)

    def _make(self, kind: type[R]) -> R:
        return kind(self._sends, self._scope)

    def limited(self, allowed: Allowed) -> Self:
        """Return a client of the same key that refuses what *allowed* does not allow with `NotAllowedError`.

        It shares connections, token and rate budget with this one; closing either closes both.
        """
        view = copy(self)
        view._sends = AsyncGate(self._sends, allowed)  # noqa: SLF001 - a copy of this object
        forget_made(view)
        return view

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
        from odnexus.nexhealth import calls  # noqa: PLC0415 - what a client can ask is loaded when it asks

        return await self._sends.send(calls.raw(self._scope, method, path, params, body, idempotent=idempotent))

    async def redeem(self, consent: Consent, answer: str) -> None:
        """Trade the code of a person's *consent* for tokens and keep them; *answer* is where the person was sent.

        Raises:
            ConfigurationError: The answer belongs to another consent, or the person refused.
            AuthorizationLostError: The code was used before or is too old.
        """
        await self.tokens.redeem(consent, answer, self._transport)

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


def _tokens(api_key: KeySource | None, tokens: AsyncTokens | None, authorizer: Authorizer | None) -> AsyncTokens:
    if tokens is None:
        if authorizer is not None:
            return AsyncTokens(authorizer)
        key = "" if api_key is None else api_key
        check_key(key, "api_key", "give the key of the developer portal")
        return AsyncTokens(ApiKeyAuthorizer(key))
    if (
        api_key is not None
        and isinstance(tokens.authorizer, ApiKeyAuthorizer)
        and not tokens.authorizer.same_key(live_keys(api_key)[0])
    ):
        raise ConfigurationError("api_key: tokens holds the token of another key; give one of them")
    return tokens
