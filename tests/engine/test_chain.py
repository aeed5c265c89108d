"""The journal of a real engine is a chain, and who changes it in the database is found out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from odnexus.errors import SealError
from odnexus.stores import Sealer, SqliteStore
from tests.engine.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with SqliteStore(tmp_path / "store.db") as store:
        town = Town(store=store)
        town.book(town.person("Mara", "Lund", "1988-11-20"))
        town.settle()
        town.engine.seal_journal()
        town.nx.patient_app.cancel(max(town.nx.state.appointments))
        town.settle()
        town.engine.seal_journal()
        yield town


def change(folder: Path, statement: str) -> None:
    """Change the database past the engine."""
    with sqlite3.connect(folder / "store.db") as connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.mission("R6", shows="an entry of the log cannot be changed unseen", try_it="odnexus journal --verify")
def test_what_was_changed_in_the_database_shows(town: Town, tmp_path: Path) -> None:
    assert town.engine.check_journal().intact
    assert town.engine.check_journal().checkpoints == 2

    change(tmp_path, "UPDATE entry SET rule = 'visit.moved' WHERE rule = 'visit.created'")

    found = town.engine.check_journal()
    assert [after for after, _ in found.broken] == [0]
    assert town.new_engine().check_journal() == found


def test_what_was_taken_out_shows(town: Town, tmp_path: Path) -> None:
    change(tmp_path, "DELETE FROM entry WHERE number = 2")

    assert not town.engine.check_journal().intact


def test_a_checkpoint_cannot_be_made_without_the_key(town: Town, tmp_path: Path) -> None:
    change(tmp_path, "UPDATE entry SET rule = 'x' WHERE number = 2")
    forger = town.new_engine(sealer=Sealer.ephemeral())

    with pytest.raises(SealError):
        forger.seal_journal()
    change(tmp_path, "UPDATE snapshot SET content = zeroblob(80) WHERE name = 'chain'")
    with pytest.raises(SealError):
        town.engine.check_journal()


def test_sealing_again_without_news_keeps_nothing_more(town: Town) -> None:
    before = town.engine.seal_journal()
    town.clock.advance(timedelta(hours=1))

    assert town.engine.seal_journal() == before
    assert town.engine.check_journal().checkpoints == 2
