"""The bearer token of one API key: fetched when it is needed, by one task at a time, and sent with every call."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from odnexus._async._compat import AsyncHome, AsyncLock
from odnexus._async.transport import AsyncTransport
from odnexus._calls import Call
from odnexus.errors import AmbiguousWriteError, AuthenticationError, AuthorizationLostError, ConnectionFailedError
from odnexus.nexhealth.oauth import NAME, Consent, OAuthAuthorizer
from odnexus.nexhealth.tokens import ApiKeyAuthorizer, Authorizer, Granted, Token

PATIENCE = timedelta(seconds=60)
"""How long a renewal by another process is waited for."""

GLANCE = timedelta(seconds=0.25)
"""Time between two looks at whether it is done."""

# The token that the call under way was sent with. A refusal names no token, so the task (or thread) remembers it.
_sent: ContextVar[Token | None] = ContextVar("odnexus_nexhealth_token", default=None)


class AsyncTokens:
    """Holds the token of one API key. Give one object to all clients that use that key.

    Args:
        authorizer: How tokens are got.
    """

    def __init__(self, authorizer: Authorizer) -> None:
        self.authorizer = authorizer
        self._lock = AsyncHome(AsyncLock)
        self._token: Token | None = None

    async def get(self, transport: AsyncTransport) -> Token:
        """Return a token that is still good for five minutes, fetching one through *transport* if there is none."""
        if self._token is not None and self._token.is_fresh(transport.clock.now()):
            return self._token
        async with self._lock.get():
            # Someone may have fetched one while this task waited.
            if self._token is not None and self._token.is_fresh(transport.clock.now()):
                return self._token
            return await self._fetch(transport)

    async def replace(self, refused: Token | None, transport: AsyncTransport) -> None:
        """Fetch a new token through *transport*, unless *refused* was replaced by someone else meanwhile."""
        async with self._lock.get():
            if self._token is None or self._token is refused:
                await self._fetch(transport, refused)

    async def redeem(self, consent: Consent, answer: str, transport: AsyncTransport) -> None:
        """Trade the code that a person's consent brought for tokens, and keep them."""
        authorizer = self.authorizer
        if not isinstance(authorizer, OAuthAuthorizer):
            raise TypeError("an API key needs no consent")
        async with self._lock.get():
            await _claim(authorizer, transport)
            try:
                granted = await transport.send(authorizer.redeem(consent, answer))
                self._token = authorizer.accept(granted, transport.clock.now())
            finally:
                authorizer.release()

    async def _fetch(self, transport: AsyncTransport, refused: Token | None = None) -> Token:
        self._token = None
        authorizer = self.authorizer
        if isinstance(authorizer, OAuthAuthorizer):
            self._token = await self._renewed(authorizer, transport, refused)
        else:
            self._token = authorizer.accept(await self._exchanged(authorizer, transport), transport.clock.now())
        return self._token

    async def _exchanged(self, authorizer: Authorizer, transport: AsyncTransport) -> Granted:
        try:
            return await transport.send(authorizer.request())
        except AuthenticationError:
            # While a key is being rotated the older one may still work.
            if not (isinstance(authorizer, ApiKeyAuthorizer) and authorizer.refused()):
                raise
            return await transport.send(authorizer.request())

    async def _renewed(self, authorizer: OAuthAuthorizer, transport: AsyncTransport, refused: Token | None) -> Token:
        """Return a token that is kept or a new one: of all processes that share the keeper, one asks for it."""
        await _claim(authorizer, transport)
        try:
            held = authorizer.held(transport.clock.now(), refused)
            if held is not None:
                return held
            granted = await transport.send(authorizer.request(transport.clock.now()))
            return authorizer.accept(granted, transport.clock.now())
        except (AmbiguousWriteError, AuthorizationLostError) as error:
            raise authorizer.lost(error) from None
        finally:
            authorizer.release()

    def __repr__(self) -> str:
        return "AsyncTokens(…)"


class AsyncBearer:
    """Gives every call its headers: version, media types and the token.

    Args:
        tokens: Holder of the token.
        api_version: Value of ``Nex-Api-Version``. It goes with every call, also where the document leaves it out:
            a call without a version is answered with 404.
    """

    def __init__(self, tokens: AsyncTokens, api_version: str) -> None:
        self.tokens = tokens
        self.transport: AsyncTransport | None = None
        self._api_version = api_version

    async def headers(self, call: Call[Any]) -> Mapping[str, str]:
        """Return the headers of *call*; a request for a token brings its own authorization."""
        common = {"Nex-Api-Version": self._api_version, "Accept": "application/json"}
        if call.body is not None:
            common["Content-Type"] = "application/json"
        if self.transport is None or _is_for_a_token(call):
            return common
        token = await self.tokens.get(self.transport)
        _sent.set(token)
        return {**common, "Authorization": f"Bearer {token.access.reveal()}"}

    async def renew(self, call: Call[Any]) -> bool:
        """Replace the token that *call* was refused with; ``False`` if *call* itself asked for one."""
        if self.transport is None or _is_for_a_token(call):
            return False
        await self.tokens.replace(_sent.get(), self.transport)
        return True


async def _claim(authorizer: OAuthAuthorizer, transport: AsyncTransport) -> None:
    """Wait until no other process renews."""
    until = transport.clock.now() + PATIENCE
    while not authorizer.claim():
        if transport.clock.now() >= until:
            raise ConnectionFailedError("another process renews the token and does not end", "nexhealth", NAME)
        await transport.clock.sleep(GLANCE.total_seconds())


def _is_for_a_token(call: Call[Any]) -> bool:
    return call.form is not None or any(name == "Authorization" for name, _ in call.headers)
