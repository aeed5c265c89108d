"""How a client proves who it is: an API key that is exchanged for a bearer token (page "Authentication").

`POST /authenticates` with the key alone in ``Authorization`` answers a JWT that lives an hour (24 hours in the
sandbox); its claim ``exp`` says until when. There is no refresh token: the key is exchanged again.

`Authorizer` is the seam for other ways, of which `odnexus.nexhealth.oauth` is one. It says how to ask for a token and
how to read what was granted; who holds the token, locks and sends is the shell's matter.

The lower half is the only door to Authlib: what OAuth 2.0 puts on the wire. It is loaded when it is used.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Protocol, TypeAlias, cast

from attrs import field, frozen

from odnexus._calls import Call, Json, KeySource, Reply, RotatingKey, Secret
from odnexus.nexhealth.envelopes import envelope, misfit
from odnexus.nexhealth.rates import classes_of
from odnexus.nexhealth.refusals import refuse

EARLY = timedelta(minutes=5)
"""A token is renewed this long before it ends."""

NAME: Final = "POST /authenticates"
"""The call that trades a key for a token, as messages name it. The first client needs nothing else of the table."""

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
    """A bearer token and when it ends.

    Attributes:
        access: The token.
        ends_at: When it ends (aware).
        stands: Whether what it was got with is still what would be used now: a rotated key ends it early.
    """

    access: Secret
    ends_at: datetime
    stands: Callable[[], bool] = field(default=lambda: True, eq=False, repr=False)

    def is_fresh(self, now: datetime) -> bool:
        """Return whether it can still be used at *now*; the last five minutes are left unused."""
        return now < self.ends_at - EARLY and self.stands()


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
        api_key: The key of the developer portal, or what returns the live ones, newest first. A rotated key counts
            with the next call.
    """

    def __init__(self, api_key: KeySource) -> None:
        self._keys = RotatingKey(api_key)
        self._sent = self._keys.current()

    def request(self) -> Call[Granted]:
        """Return the call that trades the key for a token."""
        self._sent = self._keys.current()
        return Call(
            api="nexhealth",
            name=NAME,
            method="POST",
            path="/authenticates",
            # Asking for a token twice makes two tokens and harms nobody.
            idempotent=True,
            read=_read_granted,
            refuse=refuse,
            classes=classes_of("POST", "/authenticates"),
            # The key alone: "Bearer" in front of it is refused.
            headers=(("Authorization", self._sent.reveal()),),
        )

    def accept(self, granted: Granted, now: datetime) -> Token:
        """Return the token out of *granted*; its own claim says when it ends."""
        ends_at = expiry_of(granted.access) or now + (granted.life or USUAL_LIFE)
        sent = self._sent
        return Token(access=granted.access, ends_at=ends_at, stands=lambda: self._keys.current() == sent)

    def refused(self) -> bool:
        """Note that the key was refused; return whether another one is live, to be tried."""
        return self._keys.refuse(self._sent)

    def same_key(self, api_key: str | Secret) -> bool:
        """Return whether *api_key* is the key in use here."""
        return self._keys.current() == Secret(api_key)

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
        raise misfit(NAME, "missing @ $.data.token")
    return Granted(access=Secret(token))


# -- the door to Authlib -----------------------------------------------------------------------------------------------

ClientAuth: TypeAlias = Literal[
    "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"
]
"""How a client of OAuth proves itself at the token endpoint (RFC 6749 section 2.3, RFC 7523 section 2.2)."""


@frozen(kw_only=True)
class Prepared:
    """A request to a token endpoint: its headers and its form, signed."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    form: str = field(repr=False)


def prepare(
    grant: str, url: str, client_id: str, secret: Secret, method: ClientAuth, values: Mapping[str, str]
) -> Prepared:
    """Return the request to the token endpoint *url* for *grant*, in which the client proves itself by *method*.

    Args:
        grant: ``"refresh_token"`` or ``"authorization_code"``.
        url: The token endpoint.
        client_id: Who asks.
        secret: Its secret, or its private key as PEM; empty for a public client.
        method: How it proves itself.
        values: What the grant needs.
    """
    from authlib.oauth2 import auth  # noqa: PLC0415 - see the top of the module
    from authlib.oauth2.rfc6749 import parameters  # noqa: PLC0415

    signing: Any = auth
    asking: Any = parameters
    signer = signing.ClientAuth(client_id, secret.reveal(), _signing(method))
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    _, headers, form = signer.prepare("POST", url, headers, asking.prepare_token_request(grant, **values))
    return Prepared(headers=tuple(headers.items()), form=form)


def _signing(method: ClientAuth) -> Any:
    """Return what Authlib takes for *method*: a name, or an object that makes a signed assertion."""
    if not method.endswith("_jwt"):
        return method
    from authlib.oauth2 import rfc7523  # noqa: PLC0415

    return rfc7523.PrivateKeyJWT() if method == "private_key_jwt" else rfc7523.ClientSecretJWT()


def consent_url(url: str, client_id: str, redirect_uri: str, scope: str, state: str, verifier: Secret) -> str:
    """Return the address at which a person consents, with a PKCE challenge for *verifier* (RFC 7636, S256)."""
    from authlib.oauth2 import rfc7636  # noqa: PLC0415
    from authlib.oauth2.rfc6749 import parameters  # noqa: PLC0415

    proving: Any = rfc7636
    asking: Any = parameters
    made = asking.prepare_grant_uri(
        url,
        client_id,
        "code",
        redirect_uri=redirect_uri or None,
        scope=scope or None,
        state=state,
        code_challenge=proving.create_s256_code_challenge(verifier.reveal()),
        code_challenge_method="S256",
    )
    return cast(str, made)


def random_text(length: int) -> str:
    """Return *length* random letters and digits, for a state or a verifier."""
    from authlib.common.security import generate_token  # noqa: PLC0415

    made: str = generate_token(length)
    return made
