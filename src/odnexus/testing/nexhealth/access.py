"""Keys, tokens and rate limits: who may call, and how often.

Tokens are real JWTs (HS256) with the documented claims, signed with a key that only this simulator knows.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import deque
from datetime import datetime, timedelta
from typing import Literal

from attrs import frozen

from odnexus.testing.http import Json
from odnexus.testing.nexhealth.records import ApiUser
from odnexus.testing.nexhealth.switches import Switches
from odnexus.testing.nexhealth.values import Refusal, Row, is_row

TOKEN_LIFE = timedelta(hours=1)
SANDBOX_TOKEN_LIFE = timedelta(hours=24)

Lane = Literal["bookings", "others"]


class Keyring:
    """The API keys of the platform and the tokens given out for them.

    Args:
        sandbox: Tokens live 24 hours instead of one.
    """

    def __init__(self, *, sandbox: bool = False) -> None:
        self.life = SANDBOX_TOKEN_LIFE if sandbox else TOKEN_LIFE
        self._users: dict[str, ApiUser] = {}
        self._issued = 0
        self._secret = b"simulator"

    def add(self, key: str, subdomains: tuple[str, ...] | None = None) -> ApiUser:
        """Add an API key that sees these institutions (None: all) and return its user."""
        seen = None if subdomains is None else frozenset(subdomains)
        user = ApiUser(id=901 + len(self._users), key=key, subdomains=seen)
        self._users[key] = user
        return user

    def revoke(self, key: str) -> None:
        """Make a key and every token that came from it worthless."""
        self._users.pop(key, None)

    def revoke_tokens(self) -> None:
        """Make every token given out so far worthless; keys stay."""
        self._issued += 1
        self._secret = f"simulator-{self._issued}".encode()

    def authenticate(self, header: str | None) -> ApiUser:
        """Return the user whose key stands alone in the `Authorization` header.

        Raises:
            Refusal: 401, also for `Bearer <key>`.
        """
        user = self._users.get(header or "")
        if user is None:
            raise Refusal(401, "Invalid API key")
        return user

    def issue(self, user: ApiUser, now: datetime) -> str:
        """Return a new token."""
        self._issued += 1
        claims: Row = {
            "sub": str(user.id),
            "scp": "api_user",
            "iat": int(now.timestamp()),
            "exp": int((now + self.life).timestamp()),
            "jti": hashlib.sha256(f"{user.id}/{self._issued}".encode()).hexdigest()[:32],
        }
        unsigned = f"{_encode({'alg': 'HS256'})}.{_encode(claims)}"
        return f"{unsigned}.{self._sign(unsigned)}"

    def check(self, header: str | None, now: datetime, *, raw_keys: bool = False) -> ApiUser:
        """Return the user of the bearer token in the `Authorization` header.

        Raises:
            Refusal: 401 when it is missing, forged, expired or its key was revoked.
        """
        if raw_keys and header in self._users:
            return self._users[header]
        scheme, _, token = (header or "").partition(" ")
        claims = self._claims(token) if scheme.lower() == "bearer" else None
        user = None if claims is None else self._by_id(claims.get("sub"))
        if claims is None or user is None:
            raise Refusal(401, "Invalid token")
        expiry = claims.get("exp")
        if not isinstance(expiry, int) or now.timestamp() >= expiry:
            raise Refusal(401, "Token has expired")
        return user

    def _by_id(self, subject: Json) -> ApiUser | None:
        return next((user for user in self._users.values() if str(user.id) == subject), None)

    def _claims(self, token: str) -> Row | None:
        unsigned, _, signature = token.rpartition(".")
        if not unsigned or not hmac.compare_digest(signature.encode(), self._sign(unsigned).encode()):
            return None
        payload = unsigned.partition(".")[2]
        claims: Json = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims if is_row(claims) else None

    def _sign(self, text: str) -> str:
        return _trim(hmac.new(self._secret, text.encode(), hashlib.sha256).digest())


def _encode(part: Row) -> str:
    return _trim(json.dumps(part, separators=(",", ":")).encode())


def _trim(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@frozen(kw_only=True)
class Limit:
    """At most *calls* per *window*."""

    calls: int
    window: timedelta


EVERY_CALL = Limit(calls=100, window=timedelta(seconds=1))
SEARCHES = Limit(calls=10, window=timedelta(seconds=1))
PER_MINUTE: dict[Lane, Limit] = {
    "bookings": Limit(calls=1000, window=timedelta(minutes=1)),
    "others": Limit(calls=2000, window=timedelta(minutes=1)),
}


class TooManyRequests(Refusal):
    """429, with the time to wait."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(429, "Rate limit exceeded")
        self.retry_after = retry_after


class RateLimiter:
    """Counts the calls of each key in sliding windows. A refused call does not count."""

    def __init__(self) -> None:
        self._calls: dict[tuple[int, str], deque[datetime]] = {}

    def admit(self, user: ApiUser, *, lane: Lane, search: bool, now: datetime, switches: Switches) -> None:
        """Count one call.

        Args:
            user: Whose key calls.
            lane: Patient and appointment endpoints, or the others.
            search: The call is one of the two with ten a second.
            now: The present.
            switches: Which limits apply.

        Raises:
            TooManyRequests: When a limit is reached.
        """
        if not switches.rate_limits:
            return
        limits: dict[str, Limit] = {lane: PER_MINUTE[lane]}
        if switches.per_second_limits:
            limits["all"] = EVERY_CALL
            if search:
                limits["searches"] = SEARCHES
        counted = [(self._window(user, name, limit, now), limit) for name, limit in limits.items()]
        waits = [calls[0] + limit.window - now for calls, limit in counted if len(calls) >= limit.calls]
        if waits:
            raise TooManyRequests(max(waits))
        for calls, _ in counted:
            calls.append(now)

    def _window(self, user: ApiUser, name: str, limit: Limit, now: datetime) -> deque[datetime]:
        calls = self._calls.setdefault((user.id, name), deque())
        while calls and calls[0] <= now - limit.window:
            calls.popleft()
        return calls
