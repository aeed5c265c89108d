"""How a client proves who it is: an API key that is exchanged for a bearer token (page "Authentication").

`POST /authenticates` with the key alone in ``Authorization`` answers a JWT that lives an hour (24 hours in the
sandbox); its claim ``exp`` says until when. There is no refresh token: the key is exchanged again.

`Authorizer` is the seam for other ways. It says how to ask for a token and how to read what was granted; who holds the
token, locks and sends is the shell's matter.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import Protocol, cast

from attrs import frozen

from odnexus._calls import Call, Json, Reply, Secret
from odnexus.nexhealth import table
from odnexus.nexhealth.refusals import refuse
from odnexus.nexhealth.wire import envelope, misfit

EARLY = timedelta(minutes=5)
"""A token is renewed this long before it ends."""

USUAL_LIFE = timedelta(hours=1)
"""Life of a token that does not say when it ends (page "Authentication": production)."""


@frozen(kw_only=True)
class Granted:
    """What a request for a token brought.

    Attributes:
        access: The bearer token.
        refresh: The next refresh token, where the way has one.
        life: How long the token lives, where the answer says so beside the token.
    """

    access: Secret
    refresh: Secret | None = None
    life: timedelta | None = None


@frozen(kw_only=True)
class Token:
    """A bearer token and when it ends."""

    access: Secret
    ends_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Return whether it can still be used at *now*; the last five minutes are left unused."""
        return now < self.ends_at - EARLY


class Authorizer(Protocol):
    """A way to get tokens."""

    def request(self) -> Call[Granted]:
        """Return the call that asks for a token."""
        ...

    def accept(self, granted: Granted, now: datetime) -> Token:
        """Return the token out of *granted*, received at *now*; keep what the next request needs."""
        ...


class ApiKeyAuthorizer:
    """Exchanges an API key for bearer tokens.

    Args:
        api_key: The key of the developer portal.
    """

    def __init__(self, api_key: str | Secret) -> None:
        self._key = Secret(api_key)

    def request(self) -> Call[Granted]:
        """Return the call that trades the key for a token."""
        endpoint = table.AUTHENTICATE
        return Call(
            api="nexhealth",
            name=endpoint.name,
            method=endpoint.method,
            path=endpoint.route,
            idempotent=endpoint.idempotent,
            read=_read_granted,
            refuse=refuse,
            classes=endpoint.classes,
            # The key alone: "Bearer" in front of it is refused.
            headers=(("Authorization", self._key.reveal()),),
        )

    def accept(self, granted: Granted, now: datetime) -> Token:
        """Return the token out of *granted*; its own claim says when it ends."""
        ends_at = expiry_of(granted.access) or now + (granted.life or USUAL_LIFE)
        return Token(access=granted.access, ends_at=ends_at)

    def same_key(self, api_key: str | Secret) -> bool:
        """Return whether *api_key* is the key in use here."""
        return self._key == Secret(api_key)

    def __repr__(self) -> str:
        return "ApiKeyAuthorizer(…)"


def expiry_of(token: Secret) -> datetime | None:
    """Return the moment in the claim ``exp`` of a JWT, ``None`` if it has none or is no JWT.

    The signature is not checked: the token is ours to send, not to believe.
    """
    parts = token.reveal().split(".")
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        claims: Json = json.loads(base64.urlsafe_b64decode(padded))
        exp = claims.get("exp") if isinstance(claims, dict) else None
        return datetime.fromtimestamp(cast(float, exp), UTC) if isinstance(exp, int | float) else None
    except (IndexError, ValueError, binascii.Error, OverflowError, OSError):
        return None


def _read_granted(reply: Reply) -> Granted:
    data = (envelope(reply) or {}).get("data")
    token = data.get("token") if isinstance(data, dict) else None
    if not isinstance(token, str) or not token:
        raise misfit(table.AUTHENTICATE.name, "missing @ $.data.token")
    return Granted(access=Secret(token))
