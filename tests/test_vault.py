from __future__ import annotations

import codecs
import json
import stat
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from odnexus import Secret
from odnexus._calls import RotatingKey
from odnexus.errors import ConfigurationError, SealError
from odnexus.stores import Sealer
from odnexus.vault import LiveSealer, LiveSecrets, Reference, Vault, resolve

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VALUE = "first-secret-value"
OTHER = "second-secret-value"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer.ephemeral()


@pytest.fixture
def vault(tmp_path: Path, sealer: Sealer) -> Vault:
    return Vault(tmp_path / "odnexus.vault", sealer)


def test_what_was_set_is_found_again(vault: Vault) -> None:
    vault.set("nexhealth", VALUE, NOON)

    assert vault.get("nexhealth") == (Secret(VALUE),)


@pytest.mark.mission("K1", shows="a key in the vault is sealed")
def test_nothing_of_a_value_stands_in_the_file(vault: Vault, tmp_path: Path) -> None:
    vault.set("nexhealth", VALUE, NOON)

    assert VALUE not in (tmp_path / "odnexus.vault").read_text()
    assert (tmp_path / ".odnexus.vault.lock").read_bytes() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_reads_the_file(vault: Vault, tmp_path: Path) -> None:
    vault.set("nexhealth", VALUE, NOON)

    assert stat.S_IMODE((tmp_path / "odnexus.vault").stat().st_mode) == 0o600


def test_while_rotating_both_values_live_and_the_new_one_is_sent(vault: Vault) -> None:
    vault.set("nexhealth", VALUE, NOON)
    vault.rotate("nexhealth", OTHER, NOON + timedelta(days=1))

    assert vault.get("nexhealth") == (Secret(OTHER), Secret(VALUE))
    assert vault.entries()[0].live == 2
    assert vault.entries()[0].since == NOON + timedelta(days=1)


def test_a_third_value_pushes_the_first_out(vault: Vault) -> None:
    vault.set("nexhealth", VALUE, NOON)
    vault.rotate("nexhealth", OTHER, NOON)
    vault.rotate("nexhealth", "third", NOON)

    assert vault.get("nexhealth") == (Secret("third"), Secret(OTHER))


def test_retiring_leaves_the_new_value(vault: Vault) -> None:
    vault.set("nexhealth", VALUE, NOON)
    vault.rotate("nexhealth", OTHER, NOON)

    assert vault.retire("nexhealth") is True
    assert vault.get("nexhealth") == (Secret(OTHER),)
    assert vault.retire("nexhealth") is False


def test_removing_leaves_nothing(vault: Vault) -> None:
    vault.set("nexhealth", VALUE, NOON)

    assert (vault.remove("nexhealth"), vault.remove("nexhealth")) == (True, False)
    assert vault.entries() == []


def test_what_is_not_there_cannot_be_rotated(vault: Vault) -> None:
    with pytest.raises(ConfigurationError, match="no entry nexhealth"):
        vault.rotate("nexhealth", VALUE, NOON)


@pytest.mark.parametrize("name", ["", "two words", "../up", "a" * 65])
def test_names_are_plain(vault: Vault, name: str) -> None:
    with pytest.raises(ConfigurationError, match="a name has letters"):
        vault.set(name, VALUE, NOON)


def test_an_empty_value_is_refused(vault: Vault) -> None:
    with pytest.raises(ConfigurationError, match="nexhealth is empty"):
        vault.set("nexhealth", "", NOON)


def test_another_key_opens_nothing_and_says_nothing(vault: Vault, tmp_path: Path) -> None:
    vault.set("nexhealth", VALUE, NOON)

    with pytest.raises(SealError) as caught:
        Vault(tmp_path / "odnexus.vault", Sealer.ephemeral()).get("nexhealth")

    assert VALUE not in str(caught.value)


def test_a_value_moved_to_another_name_does_not_open(vault: Vault, tmp_path: Path) -> None:
    file = tmp_path / "odnexus.vault"
    vault.set("nexhealth", VALUE, NOON)
    content = json.loads(file.read_text())
    content["entries"]["opendental"] = content["entries"]["nexhealth"]
    file.write_text(json.dumps(content))

    with pytest.raises(SealError):
        vault.get("opendental")


def test_resealing_leads_to_the_new_key(tmp_path: Path) -> None:
    old, new = Sealer.generate_key(), Sealer.generate_key()
    Vault(tmp_path / "v", Sealer(old)).set("nexhealth", VALUE, NOON)

    assert Vault(tmp_path / "v", Sealer(new, old)).reseal() == 1
    assert Vault(tmp_path / "v", Sealer(new)).get("nexhealth") == (Secret(VALUE),)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"odnexus-vault": 2, "entries": {}}', "secret"])
def test_another_file_is_no_vault(tmp_path: Path, sealer: Sealer, content: str) -> None:
    (tmp_path / "v").write_text(content)

    with pytest.raises(ConfigurationError, match="v is no vault of this version; restore"):
        Vault(tmp_path / "v", sealer).entries()


def test_age_is_told(vault: Vault) -> None:
    vault.set("nexhealth", VALUE, NOON)
    entry = vault.entries()[0]

    assert entry.is_old(NOON + timedelta(days=180)) is True
    assert entry.is_old(NOON + timedelta(days=179)) is False


# --- references -------------------------------------------------------------------------------------------------------


def test_an_environment_variable_is_resolved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_KEY", VALUE)

    assert resolve(Reference(env="SOME_KEY"), tmp_path) == (Secret(VALUE),)


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SOME_KEY", raising=False)

    with pytest.raises(ConfigurationError, match="SOME_KEY is not set"):
        resolve(Reference(env="SOME_KEY"), tmp_path)


def test_a_file_is_resolved_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(VALUE + "\n")

    assert resolve(Reference(file="key"), tmp_path) == (Secret(VALUE),)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_that_windows_wrote_is_resolved(tmp_path: Path, encoding: str) -> None:
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    (tmp_path / "key").write_bytes(mark + f"{VALUE}\r\n".encode(encoding))

    assert resolve(Reference(file="key"), tmp_path) == (Secret(VALUE),)


@pytest.mark.parametrize("content", [None, ""])
def test_a_file_without_a_key_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)

    with pytest.raises(ConfigurationError, match="file: key"):
        resolve(Reference(file="key"), tmp_path)


def test_an_entry_of_the_vault_gives_all_its_live_values(vault: Vault, tmp_path: Path) -> None:
    vault.set("hook", VALUE, NOON)
    vault.rotate("hook", OTHER, NOON)

    assert resolve(Reference(vault="hook"), tmp_path, vault) == (Secret(OTHER), Secret(VALUE))


def test_an_entry_without_a_vault_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no section \[vault\]"):
        resolve(Reference(vault="hook"), tmp_path)


def test_the_keyring_is_asked_by_service_and_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = {("odnexus", "front-desk"): VALUE}
    fake = SimpleNamespace(get_password=lambda service, user: kept.get((service, user)))
    monkeypatch.setitem(sys.modules, "keyring", fake)

    assert resolve(Reference(keyring="odnexus/front-desk"), tmp_path) == (Secret(VALUE),)
    with pytest.raises(ConfigurationError, match="no password for odnexus/other"):
        resolve(Reference(keyring="odnexus/other"), tmp_path)


def test_a_missing_keyring_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(ConfigurationError, match=r"odnexus\[vault\]"):
        resolve(Reference(keyring="odnexus/x"), tmp_path)


@pytest.mark.parametrize("places", [{}, {"env": "A", "file": "b"}, {"env": ""}])
def test_a_reference_names_exactly_one_place(places: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="exactly one"):
        Reference(**places)


# -- credentials that change while they are used ---------------------------------------------------------------------


def test_a_key_that_is_refused_gives_way_to_the_older_one_and_comes_back_with_the_next() -> None:
    live = [Secret(OTHER), Secret(VALUE)]
    key = RotatingKey(lambda: live)

    assert key.current() == Secret(OTHER)
    assert key.refuse(Secret(OTHER))
    assert key.current() == Secret(VALUE)
    live[:] = [Secret(OTHER)]
    assert key.current() == Secret(OTHER)
    assert not key.refuse(Secret(OTHER))
    assert "secret" not in repr(key)


def test_live_secrets_are_read_afresh_and_outlast_a_moment_without_them(
    vault: Vault, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vault.set("nexhealth", VALUE, NOON)
    live = LiveSecrets(lambda: vault.get("nexhealth"), "nexhealth.api_key")

    vault.rotate("nexhealth", OTHER, NOON)
    assert live() == (Secret(OTHER), Secret(VALUE))
    (tmp_path / "odnexus.vault").rename(tmp_path / "away")
    assert live() == live() == (Secret(OTHER), Secret(VALUE))
    (tmp_path / "away").rename(tmp_path / "odnexus.vault")
    vault.retire("nexhealth")
    assert live() == (Secret(OTHER),)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert OTHER not in caplog.text


def test_a_live_sealer_takes_a_new_key_in_time_and_at_once_where_it_is_needed() -> None:
    keys = [Sealer.generate_key()]
    seconds = [0.0]
    live = LiveSealer(lambda: Sealer(*keys), timedelta(seconds=10), lambda: seconds[0])
    before = live.seal(b"content", "context")
    keys.insert(0, Sealer.generate_key())

    assert Sealer(keys[1]).unseal(live.seal(b"content", "context"), "context") == b"content"
    seconds[0] = 10.0
    assert Sealer(keys[0]).unseal(live.seal(b"content", "context"), "context") == b"content"
    assert live.unseal(before, "context") == b"content"
    keys.insert(0, Sealer.generate_key())
    assert live.unseal(Sealer(keys[0]).seal(b"of another process", "context"), "context") == b"of another process"
    with pytest.raises(SealError):
        live.unseal(before, "elsewhere")


def test_many_threads_change_one_vault_and_nothing_is_lost(vault: Vault) -> None:
    def put(number: int) -> None:
        for turn in range(10):
            vault.set(f"entry-{number}", f"{VALUE}-{turn}", NOON)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert {entry.name: vault.get(entry.name)[0] for entry in vault.entries()} == {
        f"entry-{number}": Secret(f"{VALUE}-9") for number in range(8)
    }
