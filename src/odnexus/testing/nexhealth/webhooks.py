"""Webhooks: what is sent to whom, signed, retried and given up as documented, and the dials that make it misbehave.

Nothing is sent by itself. Events wait until `deliver_due` is called; then each due delivery is handed to `send`. A test
(or the loop of a server) decides when that is, so order, delay and loss are exact.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import RLock
from typing import Literal, TypeAlias

from attrs import define, field

from odnexus.testing.http import Json, SimDropped
from odnexus.testing.nexhealth.records import Endpoint, Subscription
from odnexus.testing.nexhealth.state import State
from odnexus.testing.nexhealth.switches import Switches
from odnexus.testing.nexhealth.values import Row, stamp

Send: TypeAlias = Callable[[str, Mapping[str, str], bytes], int]
"""Posts a body to a URL with these headers and returns the status."""

RETRIES = (
    timedelta(seconds=30),
    timedelta(minutes=1, seconds=30),
    timedelta(minutes=3, seconds=30),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=24),
    timedelta(hours=48),
)
"""When each retry comes, counted from the first attempt."""

DEACTIVATION = timedelta(hours=48)
"""How long an endpoint may fail before it is switched off."""

EVENTS: Mapping[str, tuple[str, ...]] = {
    "Adjustment": ("adjustment_created", "adjustment_updated", "adjustment_deleted", "adjustment_insertion"),
    "AdjustmentType": ("adjustment_type_created", "adjustment_type_updated"),
    "Appointment": ("appointment_insertion", "appointment_created", "appointment_updated", "appointment_requested"),
    "Charge": ("charge_created", "charge_updated", "charge_deleted"),
    "Claim": ("claim_created", "claim_updated", "claim_deleted"),
    "Document": ("document_insertion",),
    "FeeSchedule": ("fee_schedule_created", "fee_schedule_updated"),
    "FormResponse": ("form_response_insertion",),
    "Message": ("message_created", "message_updated"),
    "Onboarding": ("onboarding_created", "onboarding_updated", "onboarding_availability_ready"),
    "Patient": ("patient_created", "patient_updated"),
    "PatientInsuranceCoverage": ("patient_insurance_created", "patient_insurance_updated"),
    "Payment": ("payment_created", "payment_updated", "payment_deleted", "payment_insertion"),
    "PaymentType": ("payment_type_created", "payment_type_updated"),
    "Procedure": ("procedure_created", "procedure_updated"),
    "ProcedureCode": ("procedure_code_created", "procedure_code_updated", "procedure_code_deleted"),
    "SyncStatus": ("sync_status_read_change", "sync_status_write_change"),
    "TreatmentPlan": ("treatment_plan_created", "treatment_plan_updated", "treatment_plan_deleted"),
}
"""Resource type → events that may be subscribed to, as in the document of v3.0.0."""


def sign(secret_key: str, timestamp: str, body: bytes) -> str:
    """Return the `signature` header: hex HMAC-SHA256 over `timestamp`, a full stop and the Base64 of the raw body."""
    message = timestamp.encode() + b"." + base64.b64encode(body)
    return hmac.new(secret_key.encode(), message, hashlib.sha256).hexdigest()


@define(kw_only=True, eq=False)
class Delivery:
    """One event on its way to one endpoint.

    Args:
        id: Number in the order of events; the API has no such id.
        endpoint_id: The endpoint.
        subscription_id: The subscription that asked for it.
        event_name: The delivered name, with its suffix.
        payload: The envelope.
        due: When the next attempt is due.
    """

    id: int
    endpoint_id: int
    subscription_id: int
    event_name: str
    payload: Row = field(repr=False)
    due: datetime
    first_attempt: datetime | None = None
    timestamp: str = ""
    attempts: int = 0
    statuses: list[int | None] = field(factory=list[int | None])
    """Status of each attempt; None when nobody answered."""
    state: Literal["pending", "sending", "delivered", "given_up", "lost", "kept"] = "pending"


class Webhooks:
    """Everything about webhooks of one simulated platform.

    Attributes:
        send: Who carries deliveries when no better match stands in `routes`. None keeps them pending.
        routes: Carriers by the beginning of the target URL.
        deliveries: Every delivery so far, oldest first.
    """

    def __init__(self, state: State, switches: Switches, lock: RLock) -> None:
        self.send: Send | None = None
        self.routes: dict[str, Send] = {}
        self.deliveries: list[Delivery] = []
        self._state = state
        self._switches = switches
        self._lock = lock
        self.reset_dials()

    # Dials

    def reset_dials(self) -> None:
        """Deliver once, in order, at once, and lose nothing."""
        self._copies = 1
        self._reversed = False
        self._delay = timedelta(0)
        self._drops = 0

    def duplicate(self, copies: int = 2) -> None:
        """Send every further event this many times."""
        self._copies = copies

    def reorder(self, *, reverse: bool = True) -> None:
        """Deliver what is due latest first."""
        self._reversed = reverse

    def delay(self, by: timedelta) -> None:
        """Hold every further event back for a while; `event_time` stays true."""
        self._delay = by

    def drop(self, events: int = 1) -> None:
        """Lose the next deliveries without a trace and without a retry."""
        self._drops = events

    # Events

    def emit(
        self, resource_type: str, event_name: str, institution_id: int, data: Row, extra: Row | None = None
    ) -> None:
        """Queue an event for every active subscription of its institution.

        Args:
            resource_type: The resource, as subscribed.
            event_name: The full name; the part before the first full stop is what one subscribes to.
            institution_id: Whose event it is.
            data: The entity under its key.
            extra: Further fields of the envelope.
        """
        with self._lock:
            now = self._state.clock.now()
            payload: Row = {
                "resource_type": resource_type,
                "event_name": event_name,
                "event_time": stamp(now),
                "subdomain": self._state.institutions[institution_id].subdomain,
                "institution_id": institution_id,
                "data": data,
                "delivery_errors": [],
                **(extra or {}),
            }
            base = event_name.partition(".")[0]
            for subscription in list(self._state.subscriptions.values()):
                wanted = (subscription.institution_id, subscription.resource_type, subscription.event)
                if subscription.active and wanted == (institution_id, resource_type, base):
                    self._queue(subscription, payload, now)

    def _queue(self, subscription: Subscription, payload: Row, now: datetime) -> None:
        endpoint = self._state.endpoints[subscription.webhook_endpoint_id]
        if not endpoint.active and not self._switches.replay_after_reactivation:
            return
        for _ in range(self._copies):
            delivery = Delivery(
                id=len(self.deliveries) + 1,
                endpoint_id=endpoint.id,
                subscription_id=subscription.id,
                event_name=str(payload["event_name"]),
                payload=payload,
                due=now + self._delay,
                state="pending" if endpoint.active else "kept",
            )
            if self._drops:
                self._drops -= 1
                delivery.state = "lost"
            self.deliveries.append(delivery)

    # Delivering

    @property
    def pending(self) -> list[Delivery]:
        """What still has to be delivered, in the order it is due."""
        with self._lock:
            waiting = [one for one in self.deliveries if one.state == "pending"]
            return sorted(waiting, key=lambda one: (one.due, one.id))

    def next_due(self) -> datetime | None:
        """Return when the next attempt is due, if there is any."""
        return next((one.due for one in self.pending), None)

    def deliver_due(self, now: datetime | None = None) -> int:
        """Attempt every delivery that is due and return how many attempts were made.

        The simulator is not locked while `send` runs, so the receiver may call back.
        """
        moment = now or self._state.clock.now()
        due = [one for one in self.pending if one.due <= moment]
        attempts = 0
        for delivery in reversed(due) if self._reversed else due:
            attempts += self._attempt(delivery, moment)
        return attempts

    def _attempt(self, delivery: Delivery, now: datetime) -> int:
        with self._lock:
            endpoint = self._state.endpoints.get(delivery.endpoint_id)
            carrier = None if endpoint is None else self._carrier(endpoint.target_url)
            if endpoint is None or carrier is None or delivery.state != "pending":
                delivery.state = "lost" if endpoint is None else delivery.state
                return 0
            delivery.state = "sending"
            body, headers = self._stamped(delivery, endpoint, now)
        try:
            status: int | None = carrier(endpoint.target_url, headers, body)
        except (OSError, SimDropped):
            status = None
        with self._lock:
            self._settle(delivery, endpoint, status, now)
        return 1

    def _carrier(self, url: str) -> Send | None:
        matches = [prefix for prefix in self.routes if url.startswith(prefix)]
        return self.routes[max(matches, key=len)] if matches else self.send

    def _stamped(self, delivery: Delivery, endpoint: Endpoint, now: datetime) -> tuple[bytes, dict[str, str]]:
        payload = delivery.payload
        if self._switches.delivery_errors_on_retry:
            errors: list[Json] = [f"status {status or 'none'}" for status in delivery.statuses]
            payload = {**payload, "delivery_errors": errors}
        if self._switches.resign_retries or not delivery.timestamp:
            delivery.timestamp = stamp(now)
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        return body, {
            "content-type": "application/json",
            "timestamp": delivery.timestamp,
            "signature": sign(endpoint.secret_key, delivery.timestamp, body),
        }

    def _settle(self, delivery: Delivery, endpoint: Endpoint, status: int | None, now: datetime) -> None:
        delivery.attempts += 1
        delivery.statuses.append(status)
        delivery.first_attempt = delivery.first_attempt or now
        if status is not None and 200 <= status < 300:
            delivery.state = "delivered"
            endpoint.failing_since = None
            return
        endpoint.failing_since = endpoint.failing_since or now
        if delivery.attempts > len(RETRIES):
            delivery.state = "given_up"
        else:
            delivery.state = "pending"
            delivery.due = delivery.first_attempt + RETRIES[delivery.attempts - 1]
        if now - endpoint.failing_since >= DEACTIVATION:
            self._switch_off(endpoint)

    def _switch_off(self, endpoint: Endpoint) -> None:
        endpoint.active = False
        self._state.touch(endpoint)
        for delivery in self.pending:
            if delivery.endpoint_id == endpoint.id:
                delivery.state = self._after_switching_off

    @property
    def _after_switching_off(self) -> Literal["kept", "lost"]:
        return "kept" if self._switches.replay_after_reactivation else "lost"

    def forget(self, subscription: Subscription) -> None:
        """Stop what is under way for a deleted subscription."""
        with self._lock:
            for delivery in self.deliveries:
                if delivery.subscription_id == subscription.id and delivery.state in {"pending", "kept"}:
                    delivery.state = "lost"

    def reactivate(self, endpoint: Endpoint) -> None:
        """Switch an endpoint on again, with a clean record."""
        with self._lock:
            endpoint.active = True
            endpoint.failing_since = None
            for delivery in self.deliveries:
                if delivery.endpoint_id == endpoint.id and delivery.state == "kept":
                    delivery.state, delivery.due = "pending", self._state.clock.now()
