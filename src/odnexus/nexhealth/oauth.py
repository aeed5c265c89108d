"""OAuth 2.0 with a rotating refresh token, for whoever stands between a practice and NexHealth with such a login.

NexHealth itself documents only its API key. Where an organization puts an OAuth server in front, `OAuthAuthorizer` gets
the bearer tokens: a person consents once (authorization code with PKCE), then each renewal trades the refresh token for
a new one (RFC 6749 section 6; RFC 9700 section 4.14).

A refresh token that rotates is good for one use. If an old one is shown again the server takes it for stolen and
revokes the whole family. So, in this order:

1. One at a time: `TokenKeeper.claim` lets one process renew, the others wait and find what it got.
2. Written down before it is tried: that a renewal has begun is kept before the request leaves.
3. Kept before it is used: the new refresh token is durable before the access token is sent anywhere. If it cannot be
   kept, nothing is sent with it, it stays in memory, and keeping it is tried first the next time.

If a process ends between the answer and its keeping, or the answer is lost, the old token is all there is. It is shown
once more: a request that never arrived harms nothing, and otherwise the new token is lost anyway. What the server then
says is the end of it: `AuthorizationLostError` says what to click.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, cast
from urllib.parse import parse_qs, urlsplit

from attrs import evolve, field, frozen

from odnexus._calls import Call, Json, KeySource, Reply, Secret, check_base_url, live_keys, require
from odnexus.errors import (
    ApiError,
    AuthenticationError,
    AuthorizationLostError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidRequestError,
    RateLimitError,
    ResponseError,
    ServerError,
)
from odnexus.nexhealth.envelopes import misfit
from odnexus.nexhealth.tokens import (
    USUAL_LIFE,
    ClientAuth,
    Granted,
    Token,
    consent_url,
    expiry_of,
    prepare,
    random_text,
)

NAME: Final = "POST {token_url}"
"""How the token endpoint is called in messages: its address may say more than a log should."""

KNOWN: Final = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"}
    | {"invalid_scope"}
)
"""Codes of RFC 6749 section 5.2; anything else is not quoted."""


@frozen(kw_only=True)
class Kept:
    """What is kept of an authorization between two uses.

    Attributes:
        refresh: The refresh token to show next.
        access: The access token that came with it.
        ends_at: When that ends (aware).
        begun: When a renewal was begun whose end nobody knows; ``None`` if none is under way.
    """

    refresh: Secret
    access: Secret | None = None
    ends_at: datetime | None = None
    begun: datetime | None = None

    def to_text(self) -> str:
        """Return it as text, tokens in the clear: only for what seals it."""
        return json.dumps(
            {
                "refresh": self.refresh.reveal(),
                "access": self.access.reveal() if self.access is not None else None,
                "ends_at": self.ends_at.isoformat() if self.ends_at is not None else None,
                "begun": self.begun.isoformat() if self.begun is not None else None,
            }
        )

    @classmethod
    def from_text(cls, text: str) -> Kept:
        """Return what `to_text` wrote; a bare refresh token is understood as well."""
        try:
            rows: Any = json.loads(text)
        except ValueError:
            rows = None
        if not isinstance(rows, dict):
            return cls(refresh=Secret(text.strip()))
        stored = cast("dict[str, str | None]", rows)
        ends_at, begun, access = stored.get("ends_at"), stored.get("begun"), stored.get("access")
        return cls(
            refresh=Secret(stored["refresh"] or ""),
            access=Secret(access) if access else None,
            ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
            begun=datetime.fromisoformat(begun) if begun else None,
        )


class TokenKeeper(Protocol):
    """Where an authorization is kept: sealed, and shared by all processes that use it. See `odnexus.vault.VaultKeeper`.

    `save` must have made its value durable when it returns. `claim` must exclude every other process, and a process
    that ends must lose its claim.
    """

    def load(self) -> Kept | None:
        """Return what is kept, ``None`` before the first consent."""
        ...

    def save(self, kept: Kept, now: datetime) -> None:
        """Keep *kept* in place of what was there, whole or not at all."""
        ...

    def claim(self) -> bool:
        """Take the sole right to renew, without waiting; ``False`` if someone else has it."""
        ...

    def release(self) -> None:
        """Give the right back."""
        ...


@frozen(kw_only=True)
class Consent:
    """A consent that was begun: where the person goes, and what the answer is checked against.

    Attributes:
        url: The address to open in a browser.
        state: What the answer must carry.
        verifier: The PKCE secret that proves that whoever redeems the code is who asked for it.
    """

    url: str
    state: str = field(repr=False)
    verifier: Secret


class OAuthAuthorizer:
    """Gets bearer tokens by OAuth 2.0: once with a person's consent, then by rotating refresh tokens.

    Args:
        token_url: The token endpoint.
        client_id: Who asks.
        keeper: Where the tokens are kept.
        client_secret: The client's secret or what returns the live ones, newest first; the private key as PEM for
            ``private_key_jwt``; nothing for a public client.
        auth_method: How the client proves itself.
        scope: What is asked for, as words with blanks between.
        authorize_url: The page at which a person consents; needed for `authorization_url`.
        redirect_uri: Where the person is sent afterwards, as registered.

    Raises:
        ConfigurationError: A URL without TLS, or a secret where none belongs or the other way round.
    """

    def __init__(
        self,
        *,
        token_url: str,
        client_id: str,
        keeper: TokenKeeper,
        client_secret: KeySource | None = None,
        auth_method: ClientAuth = "client_secret_basic",
        scope: str = "",
        authorize_url: str | None = None,
        redirect_uri: str = "",
    ) -> None:
        require(client_id, "client_id", "give the id that the OAuth server knows this client by")
        require(
            (client_secret is None) == (auth_method == "none"),
            "client_secret",
            'give it, or say auth_method = "none" for a public client',
        )
        self._token_url = check_base_url(token_url, name="token_url")
        self._authorize_url = check_base_url(authorize_url, name="authorize_url") if authorize_url else None
        self._client_id, self._secret = client_id, client_secret
        self._method: ClientAuth = auth_method
        self._scope, self._redirect_uri, self._keeper = scope, redirect_uri, keeper
        self._shown: Kept | None = None
        self._unkept: Kept | None = None

    # -- consent -------------------------------------------------------------------------------------------------------

    def authorization_url(self) -> Consent:
        """Begin a consent: the person opens its ``url`` and is sent back with a code.

        Raises:
            ConfigurationError: There is no *authorize_url*.
        """
        if self._authorize_url is None:
            raise ConfigurationError("authorize_url: give the page at which a person consents")
        state, verifier = random_text(32), Secret(random_text(64))
        url = consent_url(self._authorize_url, self._client_id, self._redirect_uri, self._scope, state, verifier)
        return Consent(url=url, state=state, verifier=verifier)

    def redeem(self, consent: Consent, answer: str | Secret) -> Call[Granted]:
        """Return the call that trades the code of *consent* for tokens.

        Args:
            consent: What was begun.
            answer: The address the person was sent to, whole; or the code alone.

        Raises:
            ConfigurationError: The answer belongs to another consent, or says that the person refused.
        """
        values = {
            "code": _code_in(Secret(answer).reveal().strip(), consent.state),
            "code_verifier": consent.verifier.reveal(),
        }
        if self._redirect_uri:
            values["redirect_uri"] = self._redirect_uri
        return self._call("authorization_code", values)

    # -- renewal -------------------------------------------------------------------------------------------------------

    def claim(self) -> bool:
        """Take the sole right to renew; ``False`` while another process renews."""
        return self._keeper.claim()

    def release(self) -> None:
        """Give the right to renew back."""
        self._keeper.release()

    def held(self, now: datetime, refused: Token | None) -> Token | None:
        """Return a token that is kept and fresh, such as another process got; never the one that was *refused*.

        Raises:
            ConnectionFailedError: A token that was granted can still not be kept.
        """
        if self._unkept is not None:
            self._keep(self._unkept, now)
        kept = self._keeper.load()
        if kept is None or kept.access is None or kept.ends_at is None:
            return None
        token = self._token(kept.access, kept.ends_at)
        return token if token.is_fresh(now) and (refused is None or refused.access != token.access) else None

    def request(self, now: datetime | None = None) -> Call[Granted]:
        """Return the call that shows the refresh token; that it is shown is written down before.

        Raises:
            AuthorizationLostError: Nobody has consented yet.
        """
        kept = self._keeper.load()
        if kept is None or not kept.refresh:
            message = "nobody has consented yet; run: odnexus vault authorize"
            raise AuthorizationLostError(message, "nexhealth", NAME)
        self._shown = kept
        if now is not None and kept.begun is None:
            self._keeper.save(evolve(kept, begun=now), now)
        return self._call("refresh_token", {"refresh_token": kept.refresh.reveal(), "scope": self._scope})

    def accept(self, granted: Granted, now: datetime) -> Token:
        """Keep what was granted, then return its token.

        Raises:
            ConnectionFailedError: It could not be kept; nothing may be sent with it.
        """
        before = self._shown
        refresh = granted.refresh or (before.refresh if before is not None else Secret(""))
        ends_at = now + granted.life if granted.life else expiry_of(granted.access) or now + USUAL_LIFE
        self._keep(Kept(refresh=refresh, access=granted.access, ends_at=ends_at), now)
        return self._token(granted.access, ends_at)

    def lost(self, error: ApiError) -> ApiError:
        """Return what *error*, raised by a renewal, means for whoever wanted a token."""
        if isinstance(error, AuthorizationLostError) and not error.status:
            return error  # nothing was sent
        if isinstance(error, AuthorizationLostError):
            begun = self._shown.begun if self._shown is not None else None
            why = f"a renewal begun at {begun:%Y-%m-%d %H:%M} UTC was never finished, and " if begun else ""
            message = f"{why}the refresh token is no longer accepted; someone has to consent again: {CLICK}"
            return AuthorizationLostError(message, "nexhealth", NAME, error.status, error.detail)
        return ConnectionFailedError("the answer to a renewal was lost; it is tried again", "nexhealth", NAME)

    def _keep(self, kept: Kept, now: datetime) -> None:
        self._unkept = kept
        try:
            self._keeper.save(kept, now)
        except Exception as error:  # noqa: BLE001 - whatever a keeper raises, the token must not be used or lost
            message = f"the new refresh token could not be kept ({type(error).__name__}); nothing is sent until it is"
            raise ConnectionFailedError(message, "nexhealth", NAME) from None
        self._unkept = None

    def _token(self, access: Secret, ends_at: datetime) -> Token:
        return Token(access=access, ends_at=ends_at)

    def _call(self, grant: str, values: dict[str, str]) -> Call[Granted]:
        secret = live_keys(self._secret)[0] if self._secret is not None else Secret("")
        made = prepare(grant, self._token_url, self._client_id, secret, self._method, values)
        return Call(
            api="nexhealth",
            name=NAME,
            method="POST",
            path="",
            url=self._token_url,
            # A refresh token is good for one use: what was sent is not sent again by itself.
            idempotent=False,
            read=_read_granted,
            refuse=_refuse,
            headers=made.headers,
            form=made.form,
        )

    def __repr__(self) -> str:
        return "OAuthAuthorizer(…)"


CLICK: Final = "run odnexus vault authorize, open the address it prints, and sign in"


def _code_in(answer: str, state: str) -> str:
    """Return the code in the address that a person was sent to, or *answer* itself if it is no address."""
    if "://" not in answer:
        require(answer, "code", "give the address that you were sent to, or the code in it")
        return answer
    found = parse_qs(urlsplit(answer).query)
    if "error" in found:
        raise ConfigurationError("code: the consent was refused; begin again")
    require(found.get("state") == [state], "state", "the answer belongs to another consent; begin again")
    require("code" in found, "code", "the address holds no code")
    return found["code"][0]


def _refuse(call: Call[Any], reply: Reply) -> ApiError | None:
    """Return the error that an answer of a token endpoint means (RFC 6749 section 5.2)."""
    if reply.ok:
        return None
    code = _code_of(reply)
    told: dict[str, Any] = {"api": call.api, "call": call.name, "status": reply.status}
    if reply.status == 429:
        return RateLimitError("too many requests", **told)
    if reply.status >= 500:
        return ServerError("the OAuth server failed", **told)
    if code == "invalid_grant":
        return AuthorizationLostError("the refresh token or code is no longer accepted", **told)
    if code in ("invalid_client", "unauthorized_client") or reply.status == 401:
        return AuthenticationError("the client was refused; check client_id, client_secret and auth_method", **told)
    kind: type[ResponseError] = InvalidRequestError
    return kind(f"refused ({code or 'no code'})", **told)


def _code_of(reply: Reply) -> str:
    try:
        body = reply.json()
    except ValueError:
        return ""
    code = body.get("error") if isinstance(body, dict) else None
    return code if isinstance(code, str) and code in KNOWN else ""


def _read_granted(reply: Reply) -> Granted:
    try:
        body: Json = reply.json()
    except ValueError:
        body = None
    rows = body if isinstance(body, dict) else {}
    access, refresh, kind, life = (
        rows.get(name) for name in ("access_token", "refresh_token", "token_type", "expires_in")
    )
    if not isinstance(access, str) or not access:
        raise misfit(NAME, "missing @ $.access_token")
    if not isinstance(kind, str) or kind.casefold() != "bearer":
        raise misfit(NAME, "expected bearer @ $.token_type")
    return Granted(
        access=Secret(access),
        refresh=Secret(refresh) if isinstance(refresh, str) and refresh else None,
        life=timedelta(seconds=life) if isinstance(life, int | float) and not isinstance(life, bool) else None,
    )
