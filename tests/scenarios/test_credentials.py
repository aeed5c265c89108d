"""K1 and K2 over real sockets: keys lie sealed, are changed while it runs, and tokens renew themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import make_server

import httpx
import pytest
from attrs import evolve

from odnexus.alerts import Alert, CallableSink
from odnexus.cli.office import remind
from odnexus.nexhealth.oauth import OAuthAuthorizer
from odnexus.stores import MemoryStore, Sealer
from odnexus.testing import LocalServer, SimReply, SimRequest
from odnexus.testing.nexhealth import API_KEY
from odnexus.testing.opendental.keys import CUSTOMER_KEY
from odnexus.vault import REMIND_AFTER, LiveSecrets, Vault, VaultKeeper
from tests.engine.nursery import Silent
from tests.engine.town import at
from tests.oauth.server import CLIENT_ID, CLIENT_SECRET, Login
from tests.scenarios.command import odnexus
from tests.scenarios.served import ServedTown

SECOND_KEY = "OfficeKeyNumber2"


@pytest.mark.mission(
    "K1",
    shows="the office's key lies sealed in a file, one that is old is told about, and it is rotated by command while "
    "bookings go on",
    try_it="odnexus vault list",
)
def test_the_offices_key_is_rotated_while_bookings_go_on(tmp_path: Path) -> None:
    key, store = Sealer.generate_key(), MemoryStore()
    (tmp_path / "vault.key").write_text(key)
    (tmp_path / "practice.toml").write_text(VAULTED)
    vault, at_practice = Vault(tmp_path / "odnexus.vault", Sealer(key)), ("--practice", tmp_path / "practice.toml")
    assert odnexus("vault", "set", "office", *at_practice, given=CUSTOMER_KEY)[0] == 0
    assert CUSTOMER_KEY not in vault.path.read_text()
    (entry,) = vault.entries()
    reminders: list[Alert] = []
    for days in (30, 400, 401):
        moment = entry.since + timedelta(days=days)
        remind(vault, REMIND_AFTER, CallableSink(reminders.append), store.cursors, moment)
    assert [(each.rule, each.subject, each.at - entry.since) for each in reminders] == [
        ("vault.old", "office", timedelta(days=400))
    ]

    live = LiveSecrets(lambda: vault.get("office"), "opendental.main.customer_key")
    with ServedTown(to_opendental={"customer_key": live}) as town:
        town.book(town.person("Mara", "Lund", "1988-11-20"))
        town.settle()
        town.od.add_key(SECOND_KEY)
        code, told = odnexus("vault", "rotate", "office", *at_practice, given=SECOND_KEY)
        town.od.disable_key(CUSTOMER_KEY)
        town.book(town.person("Nils", "Berg", "1979-02-03", "3035550155"), at(11))
        town.settle()

        assert (code, len(town.visits)) == (0, 2)
        assert [alert.rule for alert in town.alerts if alert.rule.startswith("location.")] == []
    assert SECOND_KEY not in told + vault.path.read_text()


VAULTED = """
subdomain = "demo-dental"

[[locations]]
name = "main"
nexhealth_id = 1
timezone = "America/Denver"

[nexhealth]
api_key = { env = "NEXHEALTH_API_KEY" }

[opendental.main]
developer_key = { env = "OPENDENTAL_DEVELOPER_KEY" }
customer_key = { vault = "office" }

[store]
key = { env = "ODNEXUS_KEY" }

[vault]
key = { file = "vault.key" }
"""


def book(town: ServedTown, number: int) -> None:
    """Let one more patient book."""
    patient = town.person(f"Nils{number}", f"Berg{'abcd'[number]}", f"197{number}-02-03", f"303555015{number}")
    town.book(patient, at(9 + number))


class Watched(httpx.BaseTransport):
    """A line that notes which proof each request carried."""

    def __init__(self) -> None:
        self._line = httpx.HTTPTransport()
        self.proofs: list[tuple[str, str]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.proofs.append((request.url.path, request.headers.get("authorization", "")))
        return self._line.handle_request(request)

    def close(self) -> None:
        self._line.close()


@pytest.mark.mission(
    "K2",
    shows="the API key is sent only to get a bearer token, and a token that ends or is withdrawn is renewed by itself",
)
def test_a_bearer_that_expires_is_renewed() -> None:
    line = Watched()
    with ServedTown(to_nexhealth={"transport": line}) as town:
        town.work()
        for hour in range(4):
            book(town, hour)
            town.work(61)  # a token lives an hour
        town.nx.keyring.revoke_tokens()
        town.settle()

        assert len(town.visits) == 4
        assert town.alerts == []
    bearers = {proof for path, proof in line.proofs if path != "/authenticates"}
    assert len(bearers) >= 5
    assert all(proof.startswith("Bearer ") and API_KEY not in proof for proof in bearers)


class Front:
    """A NexHealth that lets in whoever the login accepts; behind it works the simulator with a token of its own."""

    def __init__(self, login: Login, simulator: Any) -> None:
        self.clock, self._login, self._simulator = simulator.clock, login, simulator

    def handle(self, request: SimRequest) -> SimReply:
        """Answer, or refuse whoever has no token of the login."""
        if not self._login.accepts(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return SimReply.of(401, {"code": False, "description": "", "error": ["Unauthorized"], "data": {}})
        ring = self._simulator.keyring
        bearer = ring.issue(ring.authenticate(API_KEY), self.clock.now())
        reply: SimReply = self._simulator.handle(
            evolve(request, headers={**request.headers, "authorization": f"Bearer {bearer}"})
        )
        return reply


@contextmanager
def served(login: Login) -> Iterator[str]:
    """Serve the login as behind a proxy that speaks TLS; give the address of its tokens."""

    def app(environ: dict[str, Any], start: Any) -> Any:
        return login.app({**environ, "wsgi.url_scheme": "https"}, start)

    with make_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/token"
        server.shutdown()
        thread.join()


@pytest.mark.mission(
    "K2",
    shows="with OAuth 2.0 each refresh token is used once and the next one kept sealed, over hours and restarts, "
    "while bookings go on",
)
def test_rotating_refresh_tokens_carry_the_bookings(tmp_path: Path) -> None:
    login, vault = Login(), Vault(tmp_path / "odnexus.vault", Sealer.ephemeral())
    with ServedTown() as town, served(login) as token_url, LocalServer(Front(login, town.nx)) as front:
        vault.set("nexhealth-oauth", login.seed(), town.clock.now())
        authorizer = OAuthAuthorizer(
            token_url=token_url,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            keeper=VaultKeeper(vault, "nexhealth-oauth"),
        )
        town.to_nexhealth = {"authorizer": authorizer, "base_url": front.url}
        for hour in range(3):
            town.engine = town.new_engine()
            book(town, hour)
            town.work(61)

        assert (len(town.visits), town.alerts) == (3, [])
    used = [each.used for each in login.issued]
    assert used == [True] * (len(used) - 1) + [False]
    assert len(used) == 4
    assert login.revoked == set()
    kept = vault.path.read_text()
    assert not any(each.refresh in kept or each.access in kept for each in login.issued)
