"""A real OAuth 2.0 authorization server in this process: Authlib's, in Flask, with rotating refresh tokens.

Each refresh token is good for one use. One that is shown again revokes its whole family (RFC 9700 section 4.14.2).
"""

# Authlib has no types: what pyright reads out of its code is narrower than what its pages say.
# pyright: reportIncompatibleMethodOverride=false, reportCallIssue=false
# pyright: reportAssignmentType=false, reportGeneralTypeIssues=false

from __future__ import annotations

import json
import time
from typing import Any

import httpx
from attrs import define, field
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Flask, Response
from joserfc.jwk import OctKey

CLIENT_ID = "odnexus-at-example"
CLIENT_SECRET = "a-client-secret-of-at-least-thirty-two-characters"
REDIRECT = "https://connector.example.com/back"
TOKEN_URL = "https://login.example.com/token"
AUTHORIZE_URL = "https://login.example.com/authorize"


@define
class Client:
    """The client as the server has registered it."""

    method: str = "client_secret_basic"
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return REDIRECT

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == REDIRECT

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.client_secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.method and endpoint == "token"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


@define(kw_only=True)
class Issued:
    """A pair of tokens that was issued, and the family it belongs to."""

    family: int
    access: str
    refresh: str
    scope: str
    used: bool = False

    def check_client(self, client: Client) -> bool:
        return client.client_id == CLIENT_ID

    def get_scope(self) -> str:
        return self.scope

    def get_user(self) -> str:
        return "staff"


@define(kw_only=True)
class Code:
    """An authorization code."""

    code: str
    redirect_uri: str
    scope: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@define(slots=False)
class Login:
    """The server, and an httpx transport that leads to it and to whatever else is given.

    Attributes:
        client: The registered client.
        api: Answers what is not for the server.
        issued: Every pair of tokens so far.
        revoked: Families that were revoked.
        requests: How often the token endpoint was asked.
        lose: How many answers of the token endpoint get lost on their way.
    """

    client: Client = field(factory=Client)
    api: Any = None
    issued: list[Issued] = field(factory=list[Issued])
    revoked: set[int] = field(factory=set[int])
    codes: dict[str, Code] = field(factory=dict[str, Code])
    requests: int = 0
    lose: int = 0
    app: Any = None

    def __attrs_post_init__(self) -> None:
        self.app = _app(self)

    def seed(self) -> str:
        """Return a refresh token as a first consent would have brought it."""
        self.issued.append(
            Issued(family=len(self.issued), access="first-access", refresh="first-refresh", scope="appointments")
        )
        return "first-refresh"

    def save(self, token: dict[str, Any], asked: Any) -> None:
        """Remember what was issued."""
        before = asked.refresh_token
        family = before.family if before is not None else len(self.issued)
        self.issued.append(
            Issued(
                family=family,
                access=token["access_token"],
                refresh=token.get("refresh_token", ""),
                scope=token.get("scope", ""),
            )
        )

    def of_refresh(self, text: str) -> Issued | None:
        """Return what a refresh token may be traded for; one that was used revokes its family."""
        found = next((each for each in self.issued if each.refresh == text), None)
        if found is None or found.family in self.revoked:
            return None
        if found.used:
            self.revoked.add(found.family)
            return None
        return found

    def accepts(self, access: str) -> bool:
        """Return whether an access token opens the API."""
        return any(each.access == access and each.family not in self.revoked for each in self.issued)

    def visit(self, url: str) -> str:
        """Consent as a person does in a browser; return the address the person is sent to."""
        answer = self.app.test_client().get(url)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return str(answer.headers["Location"])

    # -- the wire ------------------------------------------------------------------------------------------------------

    def transport(self) -> httpx.MockTransport:
        """Return an httpx transport for clients."""
        return httpx.MockTransport(self.handle)

    def handle(self, asked: httpx.Request) -> httpx.Response:
        """Answer a request: of the token endpoint through WSGI, of the API as it is given."""
        if str(asked.url) != TOKEN_URL:
            return self._api(asked)
        self.requests += 1
        answer = self.app.test_client().post(
            "/token", base_url="https://login.example.com", data=asked.content, headers=list(asked.headers.items())
        )
        if self.lose:
            self.lose -= 1
            raise httpx.ReadTimeout("lost", request=asked)
        return httpx.Response(answer.status_code, headers=list(answer.headers.items()), content=answer.get_data())

    def _api(self, asked: httpx.Request) -> httpx.Response:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not self.accepts(token):
            return httpx.Response(401, json={"code": False, "description": "", "error": ["Unauthorized"], "data": {}})
        body = {"code": True, "description": "", "error": [], "data": [], "count": 0}
        return httpx.Response(200, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"})


def _app(login: Login) -> Flask:
    app = Flask(__name__)
    app.config.update(
        OAUTH2_REFRESH_TOKEN_GENERATOR=True,
        OAUTH2_TOKEN_EXPIRES_IN={"authorization_code": 3600, "refresh_token": 3600},
    )
    server = AuthorizationServer(app, query_client=lambda _: login.client, save_token=login.save)
    server.register_grant(_refreshing(login))
    server.register_grant(_consenting(login), [CodeChallenge(required=True)])
    server.register_client_auth_method("client_secret_jwt", _Assertion())

    @app.post("/token")
    def token() -> Response:
        answer: Response = server.create_token_response()
        return answer

    @app.get("/authorize")
    def authorize() -> Response:
        grant = server.get_consent_grant(end_user="staff")
        answer: Response = server.create_authorization_response(grant=grant, grant_user="staff")
        return answer

    return app


def _refreshing(login: Login) -> type:
    class Refreshing(grants.RefreshTokenGrant):  # type: ignore[misc]
        INCLUDE_NEW_REFRESH_TOKEN = True
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "client_secret_jwt", "none")

        def authenticate_refresh_token(self, refresh_token: str) -> Issued | None:
            return login.of_refresh(refresh_token)

        def authenticate_user(self, refresh_token: Issued) -> str:
            return refresh_token.get_user()

        def revoke_old_credential(self, refresh_token: Issued) -> None:
            refresh_token.used = True

    return Refreshing


def _consenting(login: Login) -> type:
    class Consenting(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload
            login.codes[code] = Code(
                code=code,
                redirect_uri=asked.redirect_uri,
                scope=asked.scope or "",
                code_challenge=asked.data.get("code_challenge"),
                code_challenge_method=asked.data.get("code_challenge_method"),
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return login.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del login.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> str:
            return "staff"

    return Consenting


class _Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    CLIENT_AUTH_METHOD = "client_secret_jwt"

    def get_audiences(self) -> list[str]:
        return [TOKEN_URL]

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        return bool(jti) and claims["exp"] > time.time()

    def resolve_client_public_key(self, client: Client) -> Any:
        return OctKey.import_key(client.client_secret)
