"""K1: every key is changed under a running connector, which takes the new one at its next use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.connecting import Office
from odnexus.cli.office import serve
from odnexus.cli.settings import Settings
from odnexus.stores import Sealer
from odnexus.testing.nexhealth import API_KEY
from odnexus.testing.opendental.keys import CUSTOMER_KEY
from tests.cli.demo_office import Place

NEW_CUSTOMER_KEY = "OfficeKeyNumber2"
NEW_API_KEY = "nexhealth-key-number-two"
EXTRA = '\n[vault]\nkey = { file = "vault.key" }\n\n[run]\nevery = "0.3 s"\npause = "0.1 s"\n'
PATIENCE = 30


@pytest.fixture
def vaulted(office: Place, tmp_path: Path) -> Place:
    """An office whose keys lie in a vault and in files."""
    (tmp_path / "vault.key").write_text(Sealer.generate_key())
    (tmp_path / "store.key").write_text(Sealer.generate_key())
    text = office.write(EXTRA).read_text()
    for before, after in (
        ('{ env = "NEXHEALTH_API_KEY" }', '{ vault = "nexhealth" }'),
        ('{ env = "OPENDENTAL_CUSTOMER_KEY" }', '{ vault = "office" }'),
        ('{ env = "ODNEXUS_KEY" }', '{ file = "store.key" }'),
    ):
        text = text.replace(before, after)
    office.file.write_text(text)
    vault(office, "set", "nexhealth", value=API_KEY)
    vault(office, "set", "office", value=CUSTOMER_KEY)
    return office


def vault(office: Place, *arguments: str, value: str = "") -> str:
    done = CliRunner().invoke(app, ["vault", *arguments, "--practice", str(office.file)], input=value)
    assert done.exit_code == 0, done.output
    return done.output


@contextmanager
def running(office: Place) -> Iterator[None]:
    """Run the connector in a thread, as ``odnexus run`` does."""
    stop = threading.Event()
    with Office(Settings.load(office.file)) as opened:
        thread = threading.Thread(target=serve, args=(opened, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(PATIENCE)
    assert not thread.is_alive()


def until(happened: Callable[[], bool]) -> bool:
    """Wait for something that the connector does; return whether it did."""
    end = time.monotonic() + PATIENCE
    while not happened() and time.monotonic() < end:
        threading.Event().wait(0.05)
    return happened()


def books(office: Place, given: str, family: str, hour: int) -> Callable[[], bool]:
    """Book a visit and return what tells whether it has been written."""
    practice: Any = office.od.practice
    before = len(practice.appointments)
    office.book(given, family, hour=hour, born=f"19{hour + 60}-0{hour % 9 + 1}-1{hour % 10}")
    return lambda: len(practice.appointments) == before + 1


@pytest.mark.mission(
    "K1", shows="keys are rotated while it runs, and nothing is restarted", try_it="odnexus vault rotate opendental"
)
def test_every_key_is_changed_under_a_running_connector(vaulted: Place) -> None:
    with running(vaulted):
        assert until(books(vaulted, "Nadia", "Okafor", 9))

        vaulted.od.add_key(NEW_CUSTOMER_KEY)
        vault(vaulted, "rotate", "office", value=NEW_CUSTOMER_KEY)
        vaulted.od.disable_key(CUSTOMER_KEY)
        assert until(books(vaulted, "Otis", "Grant", 11))

        vaulted.nx.simulator.keyring.add(NEW_API_KEY)
        vault(vaulted, "rotate", "nexhealth", value=NEW_API_KEY)
        vaulted.nx.simulator.keyring.revoke(API_KEY)
        assert until(books(vaulted, "Pia", "Holm", 13))


@pytest.mark.mission("K1", shows="a new key that the office does not know yet gives way to the one before")
def test_a_new_key_that_is_not_assigned_yet_gives_way_to_the_older_one(vaulted: Place) -> None:
    vault(vaulted, "rotate", "office", value=NEW_CUSTOMER_KEY)
    vault(vaulted, "rotate", "nexhealth", value=NEW_API_KEY)

    with running(vaulted):
        assert until(books(vaulted, "Nadia", "Okafor", 9))

        vaulted.od.add_key(NEW_CUSTOMER_KEY)
        vaulted.nx.simulator.keyring.add(NEW_API_KEY)
        vault(vaulted, "retire", "office")
        vault(vaulted, "retire", "nexhealth")
        assert until(books(vaulted, "Otis", "Grant", 11))


def test_the_key_of_the_store_is_changed_under_a_running_connector(vaulted: Place, tmp_path: Path) -> None:
    """The file names both places from the first day: the next key is put into one while the other opens."""
    text = vaulted.file.read_text()
    older = 'key = { file = "store.key" }\nolder_keys = [{ file = "older.key" }]'
    vaulted.file.write_text(text.replace('key = { file = "store.key" }', older))
    first = (tmp_path / "store.key").read_text()
    (tmp_path / "older.key").write_text(first)
    with running(vaulted):
        assert until(books(vaulted, "Nadia", "Okafor", 9))

        (tmp_path / "store.key").write_text(Sealer.generate_key())
        told = vault(vaulted, "reseal")
        assert until(books(vaulted, "Otis", "Grant", 11))

    assert "store: older_keys may go" in told
    vault(vaulted, "reseal")
    (tmp_path / "older.key").write_text((tmp_path / "store.key").read_text())
    with Office(Settings.load(vaulted.file)) as opened:
        engine = opened.engine()
        assert engine.poll("main").paused == ""
        assert len(engine.links(kind="visit")) == 2
        done = opened.store.reseal(opened.sealer())
    assert (done.anew, done.unreadable) == (0, 0)
    with Office(Settings.load(vaulted.file)) as opened:
        lost = opened.store.reseal(Sealer(first))
    assert lost.unreadable == done.before > 0


def test_a_vault_that_cannot_be_read_for_a_moment_stops_nothing(vaulted: Place, tmp_path: Path) -> None:
    with running(vaulted):
        assert until(books(vaulted, "Nadia", "Okafor", 9))
        (tmp_path / "odnexus.vault").rename(tmp_path / "being-copied")
        assert until(books(vaulted, "Otis", "Grant", 11))
        (tmp_path / "being-copied").rename(tmp_path / "odnexus.vault")
