"""Records of the webhook administration.

Shapes: pages "Webhook endpoints" and "Webhook subscriptions" of docs.nexhealth.com.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from odnexus._calls import Secret
from odnexus.nexhealth.models._base import Record


@frozen(kw_only=True, repr=False)
class WebhookEndpoint(Record):
    """A URL that NexHealth delivers to. It belongs to the API key, not to an institution.

    Attributes:
        secret_key: Key that signs the deliveries; cannot be printed, and is left out of `raw`.
        active: NexHealth turns it off after 48 hours of failing deliveries.
    """

    id: int
    target_url: str | None = None
    secret_key: Secret | None = None
    active: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@frozen(kw_only=True, repr=False)
class WebhookSubscription(Record):
    """One institution × one resource type × one event.

    Attributes:
        institution_id: ``None`` for onboarding events, which have no institution.
    """

    id: int
    webhook_endpoint_id: int | None = None
    institution_id: int | None = None
    resource_type: str | None = None
    event: str | None = None
    active: bool | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
