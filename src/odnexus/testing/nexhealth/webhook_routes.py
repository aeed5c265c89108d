"""Webhook endpoints (of the API user) and their subscriptions (of an institution)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from attrs import evolve

from odnexus.testing.nexhealth.envelope import Answer, listing
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.records import Endpoint, Institution, Subscription
from odnexus.testing.nexhealth.routes import ANY_SUBDOMAIN, SUBDOMAIN, Ask, Route, found
from odnexus.testing.nexhealth.values import Refusal
from odnexus.testing.nexhealth.webhooks import EVENTS

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_NO_INSTITUTION = "Onboarding"


def list_endpoints(ask: Ask) -> Answer:
    """List the endpoints of the API user, secrets included."""
    active = ask.query.flag("active")
    rows = [one for one in ask.platform.state.endpoints.values() if one.user_id == ask.user.id]
    return listing([ask.platform.shapes.endpoint(one) for one in rows if active in (None, one.active)])


def create_endpoint(ask: Ask) -> Answer:
    """Register a URL."""
    record = Endpoint(
        **ask.platform.state.fresh("endpoints"),
        user_id=ask.user.id,
        target_url=_checked_url(ask.body.text("target_url") or ""),
        secret_key=secrets.token_urlsafe(12),
        active=ask.body.flag("active") is not False,
    )
    ask.platform.state.endpoints[record.id] = record
    return Answer(data=ask.platform.shapes.endpoint(record), status=201)


def edit_endpoint(ask: Ask) -> Answer:
    """Change the URL or switch the endpoint off and on."""
    record, url, active = _endpoint(ask), ask.body.text("target_url"), ask.body.flag("active")
    if url is not None:
        record.target_url = _checked_url(url)
    if active:
        ask.platform.webhooks.reactivate(record)
    elif active is False:
        record.active = False
    ask.platform.state.touch(record)
    return Answer(data=ask.platform.shapes.endpoint(record))


def delete_endpoint(ask: Ask) -> Answer:
    """Delete an endpoint with its subscriptions."""
    record, state = _endpoint(ask), ask.platform.state
    del state.endpoints[record.id]
    for one in [one for one in state.subscriptions.values() if one.webhook_endpoint_id == record.id]:
        del state.subscriptions[one.id]
    return Answer(status=204)


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refusal(400, "target_url is invalid") from None
    # Plain HTTP to this machine is let through: it is where a demonstration listens.
    if (parts.scheme == "https" and parts.hostname) or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url
    raise Refusal(400, "target_url must be an HTTPS URL")


def _endpoint(ask: Ask) -> Endpoint:
    one = ask.platform.state.endpoints.get(ask.id)
    return found(one if one is not None and one.user_id == ask.user.id else None, "Webhook endpoint")


def _own_endpoint(ask: Ask) -> Endpoint:
    """Return the endpoint in the path; another key's is 403 here, where the document lists that status."""
    one = found(ask.platform.state.endpoints.get(ask.id), "Webhook endpoint")
    if one.user_id != ask.user.id:
        raise Refusal(403, "You don't have access to perform this action.")
    return one


def list_subscriptions(ask: Ask) -> Answer:
    """List the subscriptions of an endpoint; a subdomain hides those of other institutions and of none."""
    endpoint = _own_endpoint(ask)
    rows = [
        one
        for one in ask.platform.state.subscriptions.values()
        if one.webhook_endpoint_id == endpoint.id
        and (ask.institution is None or one.institution_id == ask.institution.id)
        and ask.query.text("resource_type") in (None, one.resource_type)
        and ask.query.text("event") in (None, one.event)
    ]
    return listing([ask.platform.shapes.subscription(one) for one in rows])


def create_subscription(ask: Ask) -> Answer:
    """Subscribe an endpoint to one event of one institution."""
    endpoint = _own_endpoint(ask)
    resource, event = ask.body.text("resource_type") or "", ask.body.text("event") or ""
    owner = _owner(ask, resource)
    if event not in {**EVENTS, **OLDER}[resource]:
        raise Refusal(400, "event does not have a valid value")
    record = Subscription(
        **ask.platform.state.fresh("subscriptions"),
        webhook_endpoint_id=endpoint.id,
        institution_id=None if owner is None else owner.id,
        resource_type=resource,
        event=event,
        active=ask.body.flag("active") is not False,
    )
    if ask.platform.switches.duplicate_subscription == "refuse" and _exists(ask, record):
        raise Refusal(400, "Subscription already exists")
    ask.platform.state.subscriptions[record.id] = record
    return Answer(data=ask.platform.shapes.subscription(record), status=201)


def _owner(ask: Ask, resource: str) -> Institution | None:
    if resource == _NO_INSTITUTION:
        if ask.institution is not None:
            raise Refusal(400, "subdomain must not be given for Onboarding")
        return None
    if ask.institution is None:
        raise Refusal(400, "Missing parameter subdomain")
    return ask.institution


def _exists(ask: Ask, record: Subscription) -> bool:
    def key(one: Subscription) -> tuple[object, ...]:
        return one.webhook_endpoint_id, one.institution_id, one.resource_type, one.event

    return any(key(one) == key(record) for one in ask.platform.state.subscriptions.values())


def edit_subscription(ask: Ask) -> Answer:
    """Pause, resume or move a subscription."""
    record, target, active = _subscription(ask), ask.body.number("new_endpoint_id"), ask.body.flag("active")
    if target is not None:
        other = ask.platform.state.endpoints.get(target)
        found(other if other is not None and other.user_id == ask.user.id else None, "Webhook endpoint")
        record.webhook_endpoint_id = target
    record.active = record.active if active is None else active
    if active:
        ask.platform.webhooks.reactivate(ask.platform.state.endpoints[record.webhook_endpoint_id])
    ask.platform.state.touch(record)
    return Answer(data=ask.platform.shapes.subscription(record))


def delete_subscription(ask: Ask) -> Answer:
    """Delete a subscription; deliveries for it stop at once."""
    record = _subscription(ask)
    del ask.platform.state.subscriptions[record.id]
    ask.platform.webhooks.forget(record)
    return Answer(status=204)


def _subscription(ask: Ask) -> Subscription:
    endpoint = _own_endpoint(ask)
    one = ask.platform.state.subscriptions.get(ask.ids["subscription_id"])
    mine = one is not None and one.webhook_endpoint_id == endpoint.id
    return found(one if mine else None, "Webhook subscription")


OLDER: Mapping[str, tuple[str, ...]] = {"FormRequest": ("form_request_completed",)}
"""Events of older pages, which the document of v3.0.0 does not list."""

_RESOURCE_TYPES = tuple(EVENTS)
_EVENTS = tuple(event for events in EVENTS.values() for event in events)
_URL = "/webhook_endpoints"
_SUBSCRIPTIONS = f"{_URL}/{{id}}/webhook_subscriptions"
_SUBSCRIPTION = f"{_SUBSCRIPTIONS}/{{subscription_id}}"

ROUTES = (
    Route(method="GET", path=_URL, run=list_endpoints, migrated=False, query=(Field(name="active", kind="flag"),)),
    Route(
        method="POST",
        path=_URL,
        run=create_endpoint,
        migrated=False,
        body=(Field(name="target_url", required=True), Field(name="active", kind="flag")),
    ),
    Route(
        method="PATCH",
        path=f"{_URL}/{{id}}",
        run=edit_endpoint,
        migrated=False,
        body=(Field(name="target_url"), Field(name="active", kind="flag")),
    ),
    Route(method="DELETE", path=f"{_URL}/{{id}}", run=delete_endpoint, migrated=False),
    Route(
        method="GET",
        path=_SUBSCRIPTIONS,
        run=list_subscriptions,
        query=(ANY_SUBDOMAIN, Field(name="resource_type", words=_RESOURCE_TYPES), Field(name="event", words=_EVENTS)),
    ),
    Route(
        method="POST",
        path=_SUBSCRIPTIONS,
        run=create_subscription,
        # Marked as required, but to be left out for Onboarding.
        query=(ANY_SUBDOMAIN,),
        body=(
            Field(name="resource_type", required=True, words=_RESOURCE_TYPES),
            Field(name="event", required=True, words=_EVENTS),
            Field(name="active", kind="flag", default=True),
        ),
    ),
    Route(
        method="PATCH",
        path=_SUBSCRIPTION,
        run=edit_subscription,
        query=(SUBDOMAIN,),
        body=(Field(name="new_endpoint_id", kind="number"), Field(name="active", kind="flag")),
    ),
    Route(method="DELETE", path=_SUBSCRIPTION, run=delete_subscription),
)


def with_older_events(routes: Sequence[Route]) -> tuple[Route, ...]:
    """Return *routes* with subscriptions to `OLDER` events as well."""
    words = {
        "resource_type": (*_RESOURCE_TYPES, *OLDER),
        "event": (*_EVENTS, *(event for events in OLDER.values() for event in events)),
    }

    def widened(fields: tuple[Field, ...]) -> tuple[Field, ...]:
        return tuple(evolve(one, words=words.get(one.name, one.words)) for one in fields)

    return tuple(
        evolve(one, query=widened(one.query), body=widened(one.body or ()) if one.body is not None else None)
        if one.path == _SUBSCRIPTIONS
        else one
        for one in routes
    )
