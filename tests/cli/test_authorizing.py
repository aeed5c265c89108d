"""``odnexus vault authorize`` and the settings for it: OAuth in front of NexHealth, from the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.connecting import Office
from odnexus.cli.settings import Settings
from odnexus.practice import PracticeFileError
from odnexus.stores import Sealer
from odnexus.vault import VaultKeeper
from tests.cli.demo_office import Place
from tests.oauth.server import AUTHORIZE_URL, CLIENT_ID, CLIENT_SECRET, REDIRECT, TOKEN_URL, Login

SECTIONS = f"""
[nexhealth.oauth]
client_id = "{CLIENT_ID}"
client_secret = {{ env = "OAUTH_SECRET" }}
token_url = "{TOKEN_URL}"
authorize_url = "{AUTHORIZE_URL}"
redirect_uri = "{REDIRECT}"
scope = "appointments"

[vault]
key = {{ env = "VAULT_KEY" }}
"""
API_KEY_LINE = 'api_key = { env = "NEXHEALTH_API_KEY" }\n'


@pytest.fixture
def behind_oauth(office: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("VAULT_KEY", Sealer.generate_key())
    monkeypatch.setenv("OAUTH_SECRET", CLIENT_SECRET)
    office.file.write_text(office.write(SECTIONS).read_text().replace(API_KEY_LINE, ""))
    return office


def test_a_person_consents_from_the_command_line(behind_oauth: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    login = Login()
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _, request: login.handle(request))

    def typed(_: str) -> str:
        return login.visit(printed[-1])

    printed: list[str] = []
    real: Any = print

    def noting(*values: object, **options: Any) -> None:
        printed.extend(re.findall(r"https://\S+", " ".join(map(str, values))))
        real(*values, **options)

    monkeypatch.setattr("odnexus.cli.keys._asked", typed)
    monkeypatch.setattr("builtins.print", noting)
    done = CliRunner().invoke(app, ["vault", "authorize", "--practice", str(behind_oauth.file)])

    assert done.exit_code == 0, done.output
    with Office(Settings.load(behind_oauth.file)) as opened:
        assert opened.keys.vault is not None
        kept = VaultKeeper(opened.keys.vault, "nexhealth-oauth").load()
    assert kept is not None
    assert kept.refresh.reveal() == login.issued[-1].refresh
    assert login.issued[-1].refresh not in done.output


def test_an_api_key_needs_no_consent(office: Place) -> None:
    done = CliRunner().invoke(app, ["vault", "authorize", "--practice", str(office.file)])

    assert (done.exit_code, "needs no consent" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("[nexhealth]\n", f"[nexhealth]\n{API_KEY_LINE}"), "name either api_key or oauth"),
        (('[vault]\nkey = { env = "VAULT_KEY" }\n', ""), "its tokens are kept in a vault"),
        (('{ env = "OAUTH_SECRET" }', '"written-out"'), "a key is never written into this file"),
    ],
    ids=["two ways", "no vault", "plain secret"],
)
def test_settings_that_cannot_work_are_named(behind_oauth: Place, change: tuple[str, str], problem: str) -> None:
    file: Path = behind_oauth.file
    file.write_text(file.read_text().replace(*change))

    with pytest.raises(PracticeFileError, match=problem) as caught:
        Settings.load(file)
    assert "written-out" not in str(caught.value)
