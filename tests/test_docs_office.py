"""The transcripts of the page "Run in an office", replayed against the simulators that `odnexus simulate` serves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.connecting import Office
from odnexus.cli.service.systemd import unit
from odnexus.cli.settings import Settings
from tests.cli.demo_office import KEYS, Place, place

PAGE = (Path(__file__).parents[1] / "docs/how-to/run-in-an-office.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def shown(command: str) -> str:
    """Return what the page shows as the output of *command*."""
    [block] = [block for block in BLOCKS if f"$ {command}\n" in block]
    output: str = block.partition(f"$ {command}\n")[2]
    return output


def plain(text: str) -> str:
    """Return *text* without what differs from run to run: numbers and their signs."""
    return re.sub(r"[+-]?\d+", "N", text).strip()


def is_shown(command: str, printed: str) -> None:
    """Assert that *printed* is what the page shows; ``…`` stands for anything on its line."""
    pattern = re.escape(plain(shown(command))).replace("…", "[^\n]*")
    assert re.fullmatch(pattern, plain(printed)), printed


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """What `odnexus simulate` serves, and a settings file that `odnexus init` wrote."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with place(tmp_path, mode="service") as served:
        served.file.unlink()
        yield served


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


def init(office: Place) -> str:
    urls = ("--nexhealth-url", office.nexhealth_url, "--opendental-url", office.opendental_url)
    return run("init", "--subdomain", "demo-dental", "--mode", "service", *urls)


def test_a_new_user_gets_the_file_the_findings_and_the_rehearsal_of_the_page(office: Place) -> None:
    is_shown("odnexus init --subdomain demo-dental --mode service --nexhealth-url http://127.0.0.1:30280", init(office))
    is_shown("odnexus doctor practice.toml", run("doctor", "practice.toml"))
    is_shown("odnexus rehearse practice.toml", run("rehearse", "practice.toml"))


def test_the_report_of_the_page_is_that_of_an_observing_location(office: Place) -> None:
    init(office)
    office.book()
    with Office(Settings.load(office.file)) as opened:
        engine = opened.engine()
        engine.poll("demo-dental-downtown")
        while engine.step().settled:
            pass

    is_shown("odnexus report practice.toml", run("report", "practice.toml"))


def test_the_unit_of_the_page_is_the_one_that_is_printed() -> None:
    [shown_unit] = re.findall(r"^```ini\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    folder = Path("/srv/odnexus")

    assert shown_unit == unit(
        program=folder / "venv/bin/odnexus",
        file=folder / "practice.toml",
        user="odnexus",
        keys=Path("/etc/odnexus/keys.env"),
    )
