"""What the doctor says of this machine."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from odnexus.cli.connecting import Office
from odnexus.cli.doctor.here import HereFacts, check_key, here_facts, judge_here
from odnexus.cli.doctor.lines import Line
from odnexus.cli.running import only_instance
from odnexus.cli.settings import Settings
from odnexus.errors import ConfigurationError, StoreError
from odnexus.reconcile.inbox import Event
from odnexus.stores import Sealer
from tests.cli.demo_office import Place

NOON = datetime(2026, 3, 2, 19, tzinfo=UTC)
FINE = HereFacts(
    now=NOON, writable=True, free=50_000_000_000, key="fits", running=True, every=timedelta(minutes=5), addresses=1
)


def judged(**changes: Any) -> dict[str, Line]:
    return {line.check: line for line in judge_here(evolve(FINE, **changes))}


@pytest.mark.parametrize(
    ("check", "changes", "state"),
    [
        ("store", {}, "pass"),
        ("store", {"key": "new"}, "pass"),
        ("store", {"key": "wrong"}, "fail"),
        ("store", {"key": "missing"}, "fail"),
        ("store", {"key": "broken"}, "fail"),
        ("store", {"writable": False}, "fail"),
        ("disk", {}, "pass"),
        ("disk", {"free": 500_000_000}, "warn"),
        ("disk", {"free": 50_000_000}, "fail"),
        ("waiting work", {"due": {"main": NOON - timedelta(minutes=59)}}, "pass"),
        ("waiting work", {"due": {"main": NOON - timedelta(minutes=61)}}, "warn"),
        ("waiting work", {"paused": ("main",)}, "warn"),
        ("polls", {"polled": {"main": NOON - timedelta(minutes=16)}}, "warn"),
        ("given up", {"buried": 1}, "warn"),
        ("questions", {"questions": 1}, "warn"),
        ("keys", {}, "pass"),
        ("keys", {"remind_after": timedelta(days=180), "ages": {"nexhealth": timedelta(days=3)}}, "pass"),
        ("keys", {"remind_after": timedelta(days=180), "ages": {"nexhealth": timedelta(days=181)}}, "warn"),
        ("alerts", {}, "pass"),
        ("alerts", {"addresses": 0}, "warn"),
        ("alerts", {"unsent": "2026-03-02T19:00:00+00:00 ConnectionError"}, "warn"),
    ],
)
def test_each_finding(check: str, changes: dict[str, Any], state: str) -> None:
    line = judged(**changes)[check]

    assert line.state == state
    assert bool(line.remedy) == (state != "pass")


def test_polls_of_a_connector_that_does_not_run_are_not_complained_about() -> None:
    assert "polls" not in judged(running=False, polled={"main": NOON - timedelta(days=1)})


def looked_at(office: Place) -> HereFacts:
    with Office(Settings.load(office.file)) as opened:
        return here_facts(opened, datetime.now(UTC))


def test_a_store_that_is_not_there_is_not_made(office: Place) -> None:
    assert looked_at(office).key == "new"
    assert not (office.file.parent / "odnexus.sqlite").exists()


def test_the_store_of_a_practice_is_looked_at(office: Place) -> None:
    office.book()
    with Office(Settings.load(office.file)) as opened:
        engine = opened.engine()
        engine.poll("main")
        while engine.step().settled:
            pass
        old = datetime.now(UTC) - timedelta(hours=2)
        event = Event(id="e", key="k", location="main", kind="visit.look", subject="1", received=old, due=old)
        opened.store.inbox.put([event])

    found = looked_at(office)

    assert (found.key, found.writable, found.running) == ("fits", True, False)
    assert datetime.now(UTC) - found.due["main"] > timedelta(hours=1)
    assert found.free > 0


def test_a_store_of_another_key_is_noticed(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    office.book()
    with Office(Settings.load(office.file)) as opened:
        engine = opened.engine()
        engine.poll("main")
        engine.step()

    monkeypatch.setenv("ODNEXUS_KEY", Sealer.generate_key())

    assert looked_at(office).key == "wrong"
    with Office(Settings.load(office.file)) as opened, pytest.raises(ConfigurationError, match=r"store\.key: .*open"):
        check_key(opened)


def test_the_key_of_a_practice_is_taken(office: Place) -> None:
    office.book()
    with Office(Settings.load(office.file)) as opened:
        check_key(opened)  # a new store
        opened.engine().poll("main")
        check_key(opened)


@pytest.mark.parametrize("value", [None, "hello"])
def test_a_key_that_is_not_there_is_told_before_there_is_a_store(
    office: Place, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    file = office.file
    monkeypatch.delenv("ODNEXUS_KEY") if value is None else monkeypatch.setenv("ODNEXUS_KEY", value)

    with Office(Settings.load(file)) as opened:
        assert here_facts(opened, datetime.now(UTC)).key == "missing"


def test_a_running_connector_is_seen_and_not_disturbed(office: Place, tmp_path: Path) -> None:
    with only_instance(tmp_path / "odnexus.sqlite"):
        assert looked_at(office).running
    assert not looked_at(office).running
    with only_instance(tmp_path / "odnexus.sqlite"):
        pass


# --- a store that does not open ---------------------------------------------------------------------------------------


def stored(office: Place) -> Path:
    with Office(Settings.load(office.file)) as opened:
        opened.engine().poll("main")
    return office.file.parent / "odnexus.sqlite"


def line_of_store(office: Place) -> Line:
    return next(line for line in judge_here(looked_at(office)) if line.check == "store")


def test_a_store_of_a_newer_odnexus_is_never_to_be_moved_away(office: Place) -> None:
    path = stored(office)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")

    line = line_of_store(office)

    assert "update odnexus" in line.text
    assert line.state == "fail"
    assert line.remedy.startswith("leave it where it is")


def test_a_store_that_somebody_holds_is_never_to_be_moved_away(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(office)

    def held(_: Office) -> None:
        raise StoreError("odnexus.sqlite: locked") from sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("odnexus.cli.doctor.here._samples", held)

    assert line_of_store(office).remedy.startswith("leave it where it is")


def test_a_store_whose_content_is_lost_is_told_as_such(office: Place) -> None:
    path = stored(office)
    for each in path.parent.glob("odnexus.sqlite*"):
        each.unlink()
    path.write_text("this is no database, and never was", encoding="utf-8")

    line = line_of_store(office)

    assert line.remedy.startswith("restore it from a backup")
    assert "not a database" in line.text


def test_a_key_that_cannot_be_had_says_why(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ODNEXUS_KEY")

    assert "ODNEXUS_KEY is not set" in line_of_store(office).text


def test_a_folder_that_is_made_with_the_store_is_no_failure(office: Place) -> None:
    text = office.file.read_text(encoding="utf-8")
    changed = text.replace("[store]", '[store]\npath = "deep/down/odnexus.sqlite"')
    assert changed != text
    office.file.write_text(changed, encoding="utf-8")

    assert line_of_store(office).state == "pass"


def test_a_folder_that_cannot_be_written_to_is_a_finding(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(office)
    (office.file.parent / "odnexus.sqlite.lock").touch()

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("odnexus.cli.doctor.here.only_instance", refused)
    monkeypatch.setattr("tempfile.TemporaryFile", refused)

    line = line_of_store(office)

    assert (line.state, line.text) == ("fail", "its folder cannot be written to")
