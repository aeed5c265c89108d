"""K2: OAuth 2.0 with a rotating refresh token, against Authlib's own authorization server."""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from odnexus._async.nexhealth import AsyncNexHealth
from odnexus._sync.nexhealth import NexHealth
from odnexus.errors import (
    AuthenticationError,
    AuthorizationLostError,
    ConfigurationError,
    ConnectionFailedError,
)
from odnexus.nexhealth.oauth import Kept, OAuthAuthorizer
from odnexus.stores import Sealer
from odnexus.testing import VirtualClock
from odnexus.vault import Vault, VaultKeeper
from tests.oauth.server import AUTHORIZE_URL, CLIENT_ID, CLIENT_SECRET, REDIRECT, TOKEN_URL, Client, Login

ENTRY = "nexhealth-oauth"
LATER = timedelta(minutes=56)


class Site:
    """A practice's machine: a vault that outlives processes, a clock, the server."""

    def __init__(self, folder: Path, login: Login | None = None, **options: Any) -> None:
        self.clock = VirtualClock()
        self.login = login or Login()
        self.vault = Vault(folder / "odnexus.vault", Sealer.ephemeral())
        self.options = options
        if not self.vault.entries() and login is None:
            self.vault.set(ENTRY, self.login.seed(), self.clock.now())

    def keeper(self) -> VaultKeeper:
        return VaultKeeper(self.vault, ENTRY)

    def authorizer(self, **changes: Any) -> OAuthAuthorizer:
        settings: dict[str, Any] = {
            "token_url": TOKEN_URL,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "keeper": self.keeper(),
            "authorize_url": AUTHORIZE_URL,
            "redirect_uri": REDIRECT,
            "scope": "appointments",
        }
        return OAuthAuthorizer(**{**settings, **self.options, **changes})

    def client(self, **changes: Any) -> NexHealth:
        """Return a client as a process has it after its start."""
        return NexHealth(
            authorizer=self.authorizer(**changes),
            subdomain="demo-dental",
            clock=self.clock,
            transport=self.login.transport(),
        )

    def kept(self) -> Kept:
        kept = self.keeper().load()
        assert kept is not None
        return kept


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def ask(client: NexHealth) -> None:
    assert list(client.institutions.iter()) == []


# -- renewing ----------------------------------------------------------------------------------------------------------


@pytest.mark.mission("K2", shows="a refresh token that is good for one use is renewed for days without a person")
def test_each_renewal_keeps_the_next_refresh_token(site: Site) -> None:
    client = site.client()

    for _ in range(30):
        ask(client)
        site.clock.advance(LATER)

    assert site.login.requests == 30
    assert site.login.revoked == set()
    assert site.kept().refresh.reveal() == site.login.issued[-1].refresh
    assert site.kept().begun is None


def test_a_token_lives_until_it_ends_also_for_the_next_process(site: Site) -> None:
    ask(site.client())
    ask(site.client())

    assert site.login.requests == 1


def test_it_is_kept_before_it_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    save, handle = VaultKeeper.save, site.login.handle

    def saving(self: VaultKeeper, kept: Kept, now: Any) -> None:
        save(self, kept, now)
        order.append("begun" if kept.begun else "kept")

    def handling(asked: Any) -> Any:
        order.append("token" if str(asked.url) == TOKEN_URL else "used")
        return handle(asked)

    monkeypatch.setattr(VaultKeeper, "save", saving)
    monkeypatch.setattr(site.login, "handle", handling)

    ask(site.client())

    assert order == ["begun", "token", "kept", "used"]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "client_secret_jwt", "none"])
def test_the_client_proves_itself_as_the_server_wants(tmp_path: Path, method: Any) -> None:
    site = Site(tmp_path, auth_method=method, client_secret=None if method == "none" else CLIENT_SECRET)
    site.login.client = Client(method, client_secret="" if method == "none" else CLIENT_SECRET)

    ask(site.client())


def test_a_wrong_secret_says_what_to_check_and_costs_nothing(site: Site) -> None:
    with pytest.raises(AuthenticationError, match="client_id, client_secret") as caught:
        ask(site.client(client_secret="wrong"))

    assert not isinstance(caught.value, AuthorizationLostError)
    assert "wrong" not in str(caught.value)
    ask(site.client())


def test_a_rotated_client_secret_counts_at_the_next_renewal(site: Site) -> None:
    site.vault.set("client", CLIENT_SECRET, site.clock.now())
    client = site.client(client_secret=lambda: site.vault.get("client"))
    ask(client)
    site.login.client = Client(client_secret="the-next-secret")
    site.vault.rotate("client", "the-next-secret", site.clock.now())
    site.clock.advance(LATER)

    ask(client)


# -- one at a time -----------------------------------------------------------------------------------------------------


def test_many_threads_renew_once(site: Site) -> None:
    client = site.client()
    threads = [threading.Thread(target=ask, args=(client,)) for _ in range(12)]

    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (site.login.requests, site.login.revoked) == (1, set())


def test_many_tasks_renew_once(site: Site) -> None:
    class Clock:
        def now(self) -> Any:
            return site.clock.now()

        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(0)

    async def live() -> None:
        client = AsyncNexHealth(
            authorizer=site.authorizer(), subdomain="demo-dental", clock=Clock(), transport=site.login.transport()
        )

        async def one() -> list[Any]:
            return [each async for each in client.institutions.iter()]

        assert await asyncio.gather(*(one() for _ in range(12))) == [[]] * 12
        await client.aclose()

    asyncio.run(live())

    assert (site.login.requests, site.login.revoked) == (1, set())


def test_while_another_process_renews_this_one_waits_and_takes_what_it_got(site: Site) -> None:
    other = site.keeper()
    assert other.claim()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        site.clock.advance(timedelta(seconds=seconds))
        if len(waits) == 3:
            renewed = site.kept()
            site.login.issued[0].access = "from-the-other"
            other.save(
                Kept(refresh=renewed.refresh, access=_secret("from-the-other"), ends_at=site.clock.now() + LATER),
                site.clock.now(),
            )
            other.release()

    site.clock.sleep = sleep  # type: ignore[method-assign]

    ask(site.client())

    assert len(waits) == 3
    assert site.login.requests == 0


def test_a_process_that_renews_forever_is_not_waited_for_forever(site: Site) -> None:
    other = site.keeper()
    assert other.claim()

    with pytest.raises(ConnectionFailedError, match="another process renews"):
        ask(site.client())
    other.release()


def _hold(path: str, key: str, ready: Any) -> None:
    keeper = VaultKeeper(Vault(Path(path), Sealer(key)), ENTRY)
    assert keeper.claim()
    ready.set()
    threading.Event().wait(60)


def test_a_process_that_is_killed_loses_its_claim(tmp_path: Path) -> None:
    key = Sealer.generate_key()
    keeper = VaultKeeper(Vault(tmp_path / "v", Sealer(key)), ENTRY)
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    process = spawn.Process(target=_hold, args=(str(tmp_path / "v"), key, ready))
    process.start()
    assert ready.wait(60)

    assert not keeper.claim()
    process.kill()
    process.join()

    assert keeper.claim()
    keeper.release()


# -- what may be lost --------------------------------------------------------------------------------------------------


class CrashError(BaseException):
    """The process ends here."""


@pytest.mark.mission("K2", shows="wherever a renewal is cut, the next start goes on or says what to click")
@pytest.mark.parametrize("cut", range(4))
def test_a_process_that_ends_at_any_step_of_a_renewal(site: Site, cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps: before it is written down, before it is sent, after the answer, after it was kept."""
    steps = {"count": 0}
    save, handle = VaultKeeper.save, site.login.handle

    def count() -> None:
        steps["count"] += 1
        if steps["count"] == cut + 1:
            raise CrashError

    def saving(self: VaultKeeper, kept: Kept, now: Any) -> None:
        count()
        save(self, kept, now)

    def handling(asked: Any) -> Any:
        count()
        return handle(asked)

    with monkeypatch.context() as patch:
        patch.setattr(VaultKeeper, "save", saving)
        patch.setattr(site.login, "handle", handling)
        with pytest.raises(CrashError):
            ask(site.client())

    if cut == 2:  # answered, not kept: the server takes the old token for stolen
        with pytest.raises(AuthorizationLostError, match=r"was never finished.*odnexus vault authorize"):
            ask(site.client())
        assert site.login.revoked == {0}
    else:
        ask(site.client())
        assert site.login.revoked == set()


def test_a_lost_answer_is_a_connection_that_failed_and_then_what_the_server_says(site: Site) -> None:
    site.login.lose = 1
    client = site.client()

    with pytest.raises(ConnectionFailedError, match="lost"):
        ask(client)
    assert site.login.requests == 1
    with pytest.raises(AuthorizationLostError, match="consent again"):
        ask(client)
    assert site.login.requests == 2


def test_a_request_that_never_arrived_harms_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    handle = site.login.handle

    def broken(asked: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("before it arrived", request=asked)

    monkeypatch.setattr(site.login, "handle", broken)
    client = site.client()
    with pytest.raises(ConnectionFailedError):
        ask(client)
    monkeypatch.setattr(site.login, "handle", handle)
    client = site.client()

    ask(client)


def test_a_full_disk_stops_the_use_and_not_the_authorization(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    save = VaultKeeper.save
    client = site.client()

    def full(self: VaultKeeper, kept: Kept, now: Any) -> None:
        if kept.begun is None:
            raise OSError(28, "No space left on device")
        save(self, kept, now)

    with monkeypatch.context() as patch:
        patch.setattr(VaultKeeper, "save", full)
        for _ in range(3):
            with pytest.raises(ConnectionFailedError, match="could not be kept"):
                ask(client)
    assert site.login.requests == 1

    ask(client)
    assert (site.login.requests, site.login.revoked) == (1, set())
    assert site.kept().refresh.reveal() == site.login.issued[-1].refresh


def test_a_family_that_was_revoked_elsewhere_says_what_to_click(site: Site) -> None:
    ask(site.client())
    site.login.revoked.add(0)

    with pytest.raises(AuthorizationLostError, match="odnexus vault authorize"):
        ask(site.client())


# -- consent -----------------------------------------------------------------------------------------------------------


@pytest.mark.mission("K2", shows="a person consents once in a browser")
def test_a_person_consents_and_the_tokens_are_kept_and_renewed(tmp_path: Path) -> None:
    site = Site(tmp_path, Login())
    client = site.client()
    with pytest.raises(AuthorizationLostError, match="nobody has consented yet"):
        ask(client)

    authorizer: Any = client.tokens.authorizer
    consent = authorizer.authorization_url()
    client.redeem(consent, site.login.visit(consent.url))
    ask(client)
    site.clock.advance(LATER)
    ask(site.client())

    assert site.login.requests == 2


def test_an_answer_to_another_consent_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    site = Site(tmp_path, Login())
    client = site.client()
    authorizer: Any = client.tokens.authorizer
    answer = site.login.visit(authorizer.authorization_url().url)

    with pytest.raises(ConfigurationError, match="another consent"):
        client.redeem(authorizer.authorization_url(), answer)
    with pytest.raises(ConfigurationError, match="refused"):
        client.redeem(authorizer.authorization_url(), f"{REDIRECT}?error=access_denied")
    assert site.login.requests == 0


def test_a_code_without_its_verifier_is_worth_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path, Login())
    client = site.client()
    authorizer: Any = client.tokens.authorizer
    stolen = site.login.visit(authorizer.authorization_url().url).partition("code=")[2].partition("&")[0]

    with pytest.raises(AuthorizationLostError):
        client.redeem(authorizer.authorization_url(), stolen)


# -- nothing shows -----------------------------------------------------------------------------------------------------


def test_no_token_stands_in_the_vault_in_a_log_or_in_an_error(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = site.client()
    ask(client)
    site.clock.advance(LATER)
    site.login.revoked.add(0)
    with pytest.raises(AuthorizationLostError) as caught:
        ask(client)

    secrets = [CLIENT_SECRET, *(text for each in site.login.issued for text in (each.access, each.refresh))]
    own = [record for record in caplog.records if record.name.startswith("odnexus")]
    shown = [
        *(file.read_text(errors="replace") for file in tmp_path.iterdir()),
        *(record.getMessage() for record in own),
        repr(caught.value),
        repr(client),
        repr(client.tokens),
        repr(client.tokens.authorizer),
        repr(site.kept()),
        json.dumps(str(caught.value.__cause__)),
    ]
    assert [text for text in secrets if any(text in each for each in shown)] == []


def test_a_token_endpoint_in_the_clear_is_refused(site: Site) -> None:
    with pytest.raises(ConfigurationError, match=r"token_url: use https"):
        site.authorizer(token_url="http://login.example.com/token")
    with pytest.raises(ConfigurationError, match="client_secret"):
        site.authorizer(auth_method="none")


def _secret(text: str) -> Any:
    from odnexus import Secret

    return Secret(text)
