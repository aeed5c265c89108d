"""The settings file: what it may say, and every problem named at once."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from odnexus.cli.settings import Settings
from odnexus.errors import ConfigurationError
from odnexus.practice import PracticeFileError
from odnexus.vault import Reference
from tests.cli.demo_office import FILE

PATH = Path("somewhere/practice.toml")


def content(extra: str = "") -> dict[str, Any]:
    text = FILE.format(
        subdomain="demo-dental", location=1, zone="America/Denver", nexhealth="https://n.example.com", opendental=""
    )
    return tomllib.loads(text.replace('base_url = ""\n', "") + extra)


def problems(changed: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(PracticeFileError) as caught:
        Settings.read(changed, PATH)
    return [(problem.place, problem.remedy) for problem in caught.value.problems]


def test_practice_and_connections_come_from_one_file() -> None:
    settings = Settings.read(content(), PATH)

    assert settings.practice.locations[0].name == "main"
    assert settings.nexhealth.api_key == Reference(env="NEXHEALTH_API_KEY")
    assert settings.opendental["main"].mode == ("service",)
    assert settings.run.every == timedelta(minutes=5)
    assert settings.folder == Path.cwd() / "somewhere"


def test_several_modes_keep_their_order() -> None:
    changed = content()
    changed["opendental"]["main"]["mode"] = ["service", "remote"]

    assert Settings.read(changed, PATH).opendental["main"].mode == ("service", "remote")


def test_rhythm_and_alerts_are_read() -> None:
    settings = Settings.read(
        content(
            '\n[run]\nevery = "2 minutes"\nscan_at = "03:00"\n'
            '[alerts]\nto = [{ env = "MAIL" }]\nquiet_from = "21:00"\nquiet_until = "07:00"\ndigest = "monday"\n'
        ),
        PATH,
    )

    assert (settings.run.every, settings.run.scan_at) == (timedelta(minutes=2), "03:00")
    assert (settings.alerts.to, settings.alerts.digest) == ((Reference(env="MAIL"),), "monday")


@pytest.mark.parametrize(
    ("section", "name", "place"),
    [
        ("nexhealth", "api_key", "nexhealth.api_key"),
        ("store", "key", "store.key"),
    ],
)
def test_a_key_in_plain_text_is_refused_with_the_remedy_and_not_shown(section: str, name: str, place: str) -> None:
    changed = content()
    changed[section][name] = "super-secret"

    [(where, remedy)] = problems(changed)

    assert where == place
    assert '{ env = "NAME" }' in remedy
    assert "super-secret" not in remedy


def test_a_plain_key_of_a_connection_is_named_once() -> None:
    changed = content()
    changed["opendental"]["main"]["customer_key"] = "super-secret"

    assert [place for place, _ in problems(changed)] == ["opendental.main.customer_key"]


def test_a_plain_key_in_a_list_is_refused_too() -> None:
    changed = content()
    changed["nexhealth"]["webhook_secrets"] = ["super-secret"]

    assert [place for place, _ in problems(changed)] == ["nexhealth.webhook_secrets"]


def test_a_connection_that_a_location_needs_is_missed() -> None:
    changed = content()
    changed["locations"][0]["database"] = "east"

    assert problems(changed) == [("locations[0].database", "there is no section [opendental.east]")]


def test_problems_of_both_halves_are_told_at_once() -> None:
    changed = content('\n[run]\nscan_at = "late"\n')
    changed["locations"][0]["timezone"] = "Denver"
    changed["locations"][0]["colour"] = "red"

    places = [place for place, _ in problems(changed)]

    assert any(place.startswith("run") for place in places)
    assert "locations[0].timezone" in places
    assert len(places) >= 3


@pytest.mark.parametrize("name", ["nexhealth", "opendental", "store"])
def test_a_missing_section_is_named(name: str) -> None:
    changed = content()
    del changed[name]

    assert any(f"{name} is missing" in remedy for _, remedy in problems(changed))


def test_an_unknown_setting_is_named() -> None:
    changed = content()
    changed["store"]["colour"] = "red"

    assert any("no setting called colour" in remedy for _, remedy in problems(changed))


def test_the_key_of_the_vault_cannot_lie_in_it() -> None:
    assert problems(content('\n[vault]\nkey = { vault = "self" }\n')) == [
        ("vault.key", "the key of the vault cannot lie in the vault")
    ]


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("a =\n")

    with pytest.raises(PracticeFileError, match="line 1"):
        Settings.load(tmp_path / "p.toml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"p\.toml: there is no such file; .* odnexus init"):
        Settings.load(tmp_path / "p.toml")


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Settings.load(tmp_path)


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ({"webhooks": {"opendental_url": "https://hooks.example.com/od/"}}, "webhooks.workstation"),
        ({"receiver": {"port": 70000}}, "receiver"),
        ({"webhooks": {"address": "x"}}, "webhooks"),
    ],
)
def test_what_is_wrong_about_deliveries_is_named(section: dict[str, Any], place: str) -> None:
    assert [found for found, _ in problems({**content(), **section})] == [place]


# --- what editors and people do to a file -----------------------------------------------------------------------------


def file_of(folder: Path, *, encoding: str = "utf-8", change: tuple[str, str] = ("", "")) -> Path:
    text = FILE.format(
        subdomain="demo-dental", location=1, zone="America/Denver", nexhealth="https://n.example.com", opendental=""
    ).replace('base_url = ""\n', "")
    path = folder / "practice.toml"
    path.write_bytes(text.replace(*change).replace("\n", "\r\n").encode(encoding))
    return path


def test_a_file_as_notepad_saves_it_is_read(tmp_path: Path) -> None:
    assert Settings.load(file_of(tmp_path, encoding="utf-8-sig")).practice.subdomain == "demo-dental"


def test_another_encoding_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"practice\.toml: it is not written in UTF-8; save it anew"):
        Settings.load(file_of(tmp_path, encoding="utf-16"))


@pytest.mark.parametrize("path", ["C:\\Odnexus\\store.sqlite", "C:\\new\\store.sqlite"])
def test_a_path_of_windows_in_double_quotes_is_told_how_to_be_written(tmp_path: Path, path: str) -> None:
    with pytest.raises(PracticeFileError, match="write a path in single quotes, or with /"):
        Settings.load(file_of(tmp_path, change=("[store]", f'[store]\npath = "{path}"')))


@pytest.mark.parametrize("name", ["every", "pause"])
def test_a_rhythm_without_any_rest_is_refused_by_name(name: str) -> None:
    [(place, remedy)] = problems(content(f"\n[run]\n{name} = 0\n"))

    assert place == "run"
    assert remedy == f'{name} has to be above zero, such as "5 minutes"'


def test_quotes_of_a_word_processor_are_told(tmp_path: Path) -> None:
    with pytest.raises(PracticeFileError, match="a text needs plain quotes"):
        Settings.load(file_of(tmp_path, change=('"demo-dental"', "“demo-dental”")))
