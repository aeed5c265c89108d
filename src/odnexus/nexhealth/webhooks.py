"""NexHealth's deliveries: verified against their signature, then read without a single assumption too many.

The signature (page "Webhooks") is the lower-case hex HMAC-SHA256 of ``{timestamp}.{base64(body)}``, keyed with the
endpoint's ``secret_key`` as text, over the raw bytes of the body and the text of the header ``timestamp`` exactly as
received.

Nothing is promised about order, duplicates or the exact shape of a payload. `Delivery` therefore keeps what came and
answers what an engine asks first: which institution, which kind of event, what became of it, which records.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias, cast

from attrs import field, frozen

from odnexus._calls import Secret
from odnexus.errors import ConfigurationError, SignatureError, WebhookError
from odnexus.nexhealth.words import EVENTS

Text: TypeAlias = "str | bytes"
Headers: TypeAlias = "Mapping[str, str] | Mapping[bytes, bytes] | Iterable[tuple[Text, Text]]"
"""Headers as any framework has them: a mapping or pairs, text or bytes, upper or lower case."""

Secrets: TypeAlias = "str | Secret | Sequence[str | Secret]"
"""One secret key, or several while an endpoint is being replaced."""

_KEYS: Mapping[str, str] = MappingProxyType({"SyncStatus": "syncstatus", "Patient": "user"})
"""Other keys under which `data` was seen to hold a resource, besides its snake_case name."""

_KNOWN = frozenset(event for events in EVENTS.values() for event in events) | {
    # Older editions of the page "Webhook subscriptions", and v3.1.0.
    "form_request_completed",
    "adjustment_transaction_insertion",
    "conversation_created",
    "conversation_updated",
    "provider_created",
    "provider_updated",
    "working_hour_created",
    "working_hour_updated",
    "medical_history_patient_items_updated",
}

_OUTCOMES = frozenset({"", "complete", "failed", "timed_out", "incomplete", "red", "green"})


@frozen(kw_only=True)
class Delivery:
    """One verified webhook delivery.

    Attributes:
        resource_type: For example ``Appointment``.
        event_name: As it came, for example ``appointment_insertion.complete``.
        family: The event that was subscribed to: `event_name` up to the first full stop.
        outcome: What follows the full stop, ``""`` without one. ``appointment_updated.failed`` is no update.
        event_time: When it happened; ``None`` if it cannot be read.
        subdomain: Institution to route on; ``None`` for onboarding.
        institution_id: Id of that institution, if it came.
        records: The objects of the resource, as received (`wire.structure` makes records of them).
        previous_attributes: Old values of what was changed through the API, wherever they stood.
        delivery_errors: Notes on earlier tries of this delivery, as received.
        known: Whether family and outcome are documented. Unknown ones are kept, never an error.
        sent_at: The ``timestamp`` of the delivery, ``None`` if it cannot be read.
        raw: The whole envelope.
    """

    resource_type: str
    event_name: str
    family: str
    outcome: str
    event_time: datetime | None = None
    subdomain: str | None = None
    institution_id: int | None = None
    records: tuple[Mapping[str, object], ...] = field(default=(), repr=False)
    previous_attributes: Mapping[str, object] = field(factory=dict[str, object], repr=False)
    delivery_errors: tuple[object, ...] = field(default=(), repr=False)
    known: bool = False
    sent_at: datetime | None = None
    raw: Mapping[str, object] = field(factory=dict[str, object], repr=False, eq=False)


@frozen(kw_only=True)
class FlatDelivery:
    """A payload of a hand-made bridge: everything at the top, ``firstName`` for `first_name`.

    It has no signature, so nobody vouches for it but the host that took it. Texts are as they came, ``""`` where there
    are none; nothing of the person is shown in the `repr`.

    Attributes:
        event: For example ``appointment.created``; ``appointment.canceled`` is read as ``appointment.cancelled``.
        known: Whether it is one of the events that odnexus knows.
        first_name: Given name.
        last_name: Family name.
        date_of_birth: Birth date, unread.
        phone_number: Phone, unread.
        email: E-mail address.
        insurance_provider: What the patient wrote as insurer.
        appointment_id: Id of the appointment on the sender's side.
        patient_id: Id of the patient on the sender's side.
        start_time: Start; aware only if the payload gives an offset.
        end_time: End, likewise.
        appointment_type: Name or id of the kind of visit.
        provider: Name or id of the provider.
        note: Note.
        raw: The whole payload.
    """

    event: str
    known: bool = False
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    date_of_birth: str = field(default="", repr=False)
    phone_number: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    insurance_provider: str = field(default="", repr=False)
    appointment_id: str = ""
    patient_id: str = ""
    start_time: datetime | None = field(default=None, repr=False)
    end_time: datetime | None = field(default=None, repr=False)
    appointment_type: str = field(default="", repr=False)
    provider: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    raw: Mapping[str, object] = field(factory=dict[str, object], repr=False, eq=False)


# --- signature ---------------------------------------------------------------------------------------------------


def sign(timestamp: Text, body: bytes, secret: str | Secret) -> str:
    """Return the signature of *body* sent at *timestamp*, as NexHealth computes it."""
    stamp = timestamp.encode() if isinstance(timestamp, str) else timestamp
    message = stamp + b"." + base64.b64encode(body)
    return hmac.new(Secret(secret).reveal().encode(), message, hashlib.sha256).hexdigest()


def verify(
    headers: Headers, body: bytes, secret: Secrets, now: datetime | None = None, *, window: timedelta | None = None
) -> Delivery:
    """Check the signature of a delivery and return what it says.

    Args:
        headers: Headers of the request, in whatever form the framework has them.
        body: The raw body, before any parsing.
        secret: The endpoint's ``secret_key``; several while an endpoint is being replaced.
        now: The current moment, aware; needed for *window*.
        window: Refuse deliveries stamped further from *now* than this. Off by default: nobody documents whether a
            retry, up to 48 hours later, carries a new timestamp. Duplicates are better told by their content.

    Raises:
        SignatureError: The signature is missing, malformed, wrong, or outside the window.
        WebhookError: The signature holds, but the body is no delivery.
    """
    if window is not None and now is None:
        raise ConfigurationError("window: needs now")
    found = _headers(headers)
    stamp, given = found.get("timestamp", b""), found.get("signature", b"").strip().lower()
    if not stamp or not given:
        raise SignatureError("missing header " + ("timestamp" if not stamp else "signature"))
    if not _is_signed(stamp, body, given, secret):
        raise SignatureError("wrong signature")
    sent_at = _moment(stamp.decode("ascii", "replace"))
    if window is not None and now is not None and (sent_at is None or abs(now - sent_at) > window):
        raise SignatureError("timestamp outside the window")
    return read_delivery(body, sent_at=sent_at)


def _headers(headers: Headers) -> dict[str, bytes]:
    # Mappings, and what only looks like one: `http.server` has an `email.message.Message`.
    items: Callable[[], object] | None = getattr(headers, "items", None)
    pairs = cast("Iterable[tuple[Text, Text]]", items() if callable(items) else headers)
    try:
        return {_as_bytes(name).decode("latin-1").lower(): _as_bytes(value) for name, value in pairs}
    except (TypeError, ValueError, AttributeError):
        raise SignatureError("headers: give a mapping or pairs of text or bytes") from None


def _as_bytes(value: Text) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8")


def _is_signed(stamp: bytes, body: bytes, given: bytes, secret: Secrets) -> bool:
    secrets = [secret] if isinstance(secret, str | Secret) else secret
    usable = [each for each in secrets if each]
    if not usable:
        raise SignatureError("secret: give at least one secret key")
    # Every key is tried, so that the time taken does not tell which one fits.
    matches = [hmac.compare_digest(sign(stamp, body, each).encode(), given) for each in usable]
    return any(matches)


# --- envelope ----------------------------------------------------------------------------------------------------


def read_delivery(body: bytes, *, sent_at: datetime | None = None) -> Delivery:
    """Return what *body* says, without checking any signature: for bodies that were verified before.

    Raises:
        WebhookError: It is no JSON object, or names no event.
    """
    raw = _object(body)
    event_name = raw.get("event_name")
    if not isinstance(event_name, str) or not event_name:
        raise WebhookError("missing @ $.event_name")
    family, _, outcome = event_name.strip().lower().partition(".")
    resource_type = _text(raw.get("resource_type")) or ""
    records, data = _records(raw.get("data"), resource_type, family)
    return Delivery(
        resource_type=resource_type,
        event_name=event_name,
        family=family,
        outcome=outcome,
        event_time=_moment(raw.get("event_time")),
        subdomain=(_text(raw.get("subdomain")) or "").strip() or None,
        institution_id=_number(raw.get("institution_id")),
        records=records,
        previous_attributes=_previous((raw, data, *records)),
        delivery_errors=tuple(_as_list(raw.get("delivery_errors"))),
        known=family in _KNOWN and outcome in _OUTCOMES,
        sent_at=sent_at,
        raw=raw,
    )


def _object(body: bytes) -> dict[str, object]:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        raise WebhookError("the body is no JSON") from None
    if not isinstance(value, dict):
        raise WebhookError("expected an object @ $")
    return cast("dict[str, object]", value)


def _records(
    data: object, resource_type: str, family: str
) -> tuple[tuple[Mapping[str, object], ...], Mapping[str, object]]:
    """Return the objects in *data* and *data* itself: under a singular or plural key, or *data* as it stands."""
    if not isinstance(data, dict):
        return _mappings(data), {}
    bag = cast("dict[str, object]", data)
    for key in _data_keys(resource_type, family):
        for name in (key, f"{key}s", f"{key}es"):
            if bag.get(name) is not None:
                return _mappings(bag[name]), bag
    bare = "id" in bag or "read_status" in bag or "write_status" in bag
    if bare:
        return (bag,), bag
    # A key that nobody told us about: if there is only one object or list, it is that.
    others = [found for name, value in bag.items() if name != "previous_attributes" and (found := _mappings(value))]
    return (others[0] if len(others) == 1 else ()), bag


def _data_keys(resource_type: str, family: str) -> list[str]:
    keys = [_snake(resource_type), _KEYS.get(resource_type, "")]
    keys.append(family.rpartition("_")[0])
    return [key for key in dict.fromkeys(keys) if key]


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).lstrip("_")


def _mappings(value: object) -> tuple[Mapping[str, object], ...]:
    return tuple(cast("Mapping[str, object]", each) for each in _as_list(value) if isinstance(each, Mapping))


def _as_list(value: object) -> list[object]:
    if value in (None, "", {}):
        return []
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _previous(places: Iterable[Mapping[str, object]]) -> Mapping[str, object]:
    for place in places:
        found = place.get("previous_attributes")
        if isinstance(found, Mapping) and found:
            return cast("Mapping[str, object]", found)
    return {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


# --- flat payloads -----------------------------------------------------------------------------------------------

FLAT_EVENTS = frozenset(
    {
        "appointment.created",
        "appointment.cancelled",
        "appointment.rescheduled",
        "appointment.confirmed",
        "patient.form_submitted",
    }
)
"""Events that a flat payload can name."""

_FLAT_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "first_name": ("firstName", "first_name"),
        "last_name": ("lastName", "last_name"),
        "date_of_birth": ("dateOfBirth", "date_of_birth", "birthDate", "dob"),
        "phone_number": ("phoneNumber", "phone_number", "phone"),
        "email": ("email", "emailAddress"),
        "insurance_provider": ("insuranceProvider", "insurance_provider", "insuranceName", "insurance_name"),
        "appointment_id": ("appointmentId", "appointment_id"),
        "patient_id": ("patientId", "patient_id"),
        "appointment_type": ("appointmentType", "appointment_type", "appointmentTypeId", "appointment_type_id"),
        "provider": ("provider", "providerName", "providerId", "provider_id"),
        "note": ("note", "notes"),
        "start_time": ("startTime", "start_time", "appointmentTime", "appointmentDateTime"),
        "end_time": ("endTime", "end_time"),
    }
)
_FLAT_PLACES = ("data", "patient", "appointment")


def parse_flat(body: bytes) -> FlatDelivery:
    """Return what a flat payload says. Call it only for a sender that the host vouches for: nothing is verified.

    Raises:
        WebhookError: It is no JSON object, or names no event.
    """
    raw = _object(body)
    event = raw.get("event")
    if not isinstance(event, str) or not event.strip():
        raise WebhookError("missing @ $.event")
    event = event.strip().lower().replace("canceled", "cancelled")
    bag = _flattened(raw)

    def text(name: str) -> str:
        return _first_text(bag, _FLAT_NAMES[name])

    return FlatDelivery(
        event=event,
        known=event in FLAT_EVENTS,
        first_name=text("first_name"),
        last_name=text("last_name"),
        date_of_birth=text("date_of_birth"),
        phone_number=text("phone_number"),
        email=text("email"),
        insurance_provider=text("insurance_provider"),
        appointment_id=text("appointment_id"),
        patient_id=text("patient_id"),
        start_time=_wall_or_instant(text("start_time")),
        end_time=_wall_or_instant(text("end_time")),
        appointment_type=text("appointment_type"),
        provider=text("provider"),
        note=text("note"),
        raw=raw,
    )


def _flattened(raw: Mapping[str, object]) -> Mapping[str, object]:
    """Return *raw* with the fields of its usual sub-objects; what stands at the top counts first."""
    inner = [raw.get(name) for name in _FLAT_PLACES]
    levels = [cast("Mapping[str, object]", each) for each in inner if isinstance(each, Mapping)]
    return dict(ChainMap(dict(raw), *map(dict, levels)))


def _first_text(bag: Mapping[str, object], keys: Sequence[str]) -> str:
    for key in keys:
        value = bag.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value).strip()
    return ""


def _wall_or_instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
