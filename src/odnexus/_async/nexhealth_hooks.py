"""Where NexHealth sends its webhooks, and which events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Unpack

from odnexus._async.nexhealth_gate import AsyncSends
from odnexus._async.nexhealth_resource import AsyncResource
from odnexus.nexhealth import calls
from odnexus.nexhealth.changes import (
    SubscriptionChanges,
    SubscriptionCreate,
    WebhookEndpointChanges,
    WebhookEndpointCreate,
)
from odnexus.nexhealth.filters import SubscriptionFilters
from odnexus.nexhealth.models import WebhookEndpoint, WebhookSubscription
from odnexus.nexhealth.scope import EVERYWHERE, Scope


class AsyncWebhookSubscriptions(AsyncResource):
    """Subscriptions of one endpoint (page "Webhook subscriptions"): institution × resource type × event."""

    def __init__(self, transport: AsyncSends, scope: Scope, endpoint_id: int) -> None:
        super().__init__(transport, scope)
        self.endpoint_id = endpoint_id

    def iter(
        self, *, everywhere: bool = False, **filters: Unpack[SubscriptionFilters]
    ) -> AsyncIterator[WebhookSubscription]:
        """Walk through the subscriptions of the client's institution.

        Args:
            everywhere: All subscriptions of the endpoint, those without an institution (Onboarding) included.
            filters: See `SubscriptionFilters`.
        """
        scope = EVERYWHERE if everywhere else self._scope
        return self._each(calls.list_subscriptions(scope, self.endpoint_id, filters))

    async def create(self, **subscription: Unpack[SubscriptionCreate]) -> WebhookSubscription:
        """Subscribe the client's institution to an event. What a second time does is not documented: list first.

        Raises:
            ConfigurationError: An unknown word, an event with a suffix, or one of another resource type.
            InvalidRequestError: NexHealth does not offer the event here.
        """
        return await self._send(calls.create_subscription(self._scope, self.endpoint_id, {**subscription}))

    async def update(self, id: int, **changes: Unpack[SubscriptionChanges]) -> WebhookSubscription:
        """Pause, resume or move the subscription *id*; moved, it is found under its new endpoint only."""
        return await self._send(calls.update_subscription(self._scope, self.endpoint_id, id, changes))

    async def delete(self, id: int) -> None:
        """Delete the subscription *id*."""
        return await self._send(calls.delete_subscription(self.endpoint_id, id))


class AsyncWebhookEndpoints(AsyncResource):
    """URLs that NexHealth delivers to (page "Webhook endpoints"). They belong to the API key, not to an institution."""

    def iter(self, *, active: bool | None = None) -> AsyncIterator[WebhookEndpoint]:
        """Walk through the endpoints. Look at `active`: NexHealth turns one off after 48 hours of errors."""
        return self._each(calls.list_webhook_endpoints({"active": active}))

    async def create(self, **endpoint: Unpack[WebhookEndpointCreate]) -> WebhookEndpoint:
        """Register a URL; `secret_key` of the answer signs the deliveries."""
        return await self._send(calls.create_webhook_endpoint({**endpoint}))

    async def update(self, id: int, **changes: Unpack[WebhookEndpointChanges]) -> WebhookEndpoint:
        """Change the URL of the endpoint *id*, or turn it off or on again."""
        return await self._send(calls.update_webhook_endpoint(id, changes))

    async def delete(self, id: int) -> None:
        """Delete the endpoint *id*."""
        return await self._send(calls.delete_webhook_endpoint(id))

    def subscriptions(self, endpoint_id: int) -> AsyncWebhookSubscriptions:
        """Return the subscriptions of the endpoint *endpoint_id*, to walk through or change."""
        return AsyncWebhookSubscriptions(self._transport, self._scope, endpoint_id)
