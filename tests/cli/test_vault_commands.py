"""Credentials put away and changed from the command line; no value is ever printed."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.connecting import Office
from odnexus.cli.settings import Settings
from odnexus.stores import Sealer
from odnexus.testing.nexhealth import API_KEY
from tests.cli.demo_office import Place

VAULT = '\n[vault]\nkey = { env = "VAULT_KEY" }\n'


@pytest.fixture
def vaulted(office: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("VAULT_KEY", Sealer.generate_key())
    text = office.write(VAULT).read_text().replace('{ env = "NEXHEALTH_API_KEY" }', '{ vault = "nexhealth" }')
    office.file.write_text(text)
    return office


def odnexus(office: Place, *arguments: str, value: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(app, ["vault", *arguments, "--practice", str(office.file)], input=value)
    assert value == "" or value not in done.output
    return done.exit_code, done.output


def test_a_credential_from_the_vault_opens_the_connection(vaulted: Place) -> None:
    assert odnexus(vaulted, "set", "nexhealth", value=API_KEY)[0] == 0

    with Office(Settings.load(vaulted.file)) as opened:
        names = [place.name for place in opened.nexhealth(vaulted.nx.subdomain).locations.iter()]

    assert len(names) == 1


def test_a_credential_that_was_never_set_is_named_with_its_remedy(vaulted: Place) -> None:
    done = CliRunner().invoke(app, ["run", "--once", str(vaulted.file)])

    assert done.exit_code == 2
    assert "odnexus vault set nexhealth" in done.output


def test_rotating_and_retiring(vaulted: Place) -> None:
    odnexus(vaulted, "set", "nexhealth", value="one-value")
    odnexus(vaulted, "rotate", "nexhealth", value="two-value")
    both = json.loads(odnexus(vaulted, "list", "--json")[1])
    retired = odnexus(vaulted, "retire", "nexhealth")[0]
    one = json.loads(odnexus(vaulted, "list", "--json")[1])

    assert (both[0]["live"], retired, one[0]["live"]) == (2, 0, 1)
    assert odnexus(vaulted, "retire", "nexhealth")[0] == 1


def test_the_list_shows_names_only(vaulted: Place) -> None:
    odnexus(vaulted, "set", "nexhealth", value="one-value")

    code, shown = odnexus(vaulted, "list")

    assert code == 0
    assert "nexhealth" in shown
    assert "one-value" not in shown


def test_without_a_vault_the_remedy_is_told(office: Place) -> None:
    code, shown = odnexus(office, "list")

    assert code == 2
    assert "no section [vault]" in shown


def test_a_new_key_is_one(office: Place) -> None:
    done = CliRunner().invoke(app, ["vault", "new-key"])

    Sealer(done.output.strip())
