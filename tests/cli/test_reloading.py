"""Settings that change while the connector runs."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from odnexus.cli.office import keep_serving
from odnexus.cli.reloading import UntilChanged
from tests.cli.demo_office import Place


def test_a_file_that_stays_as_it_is_stops_nothing(office: Place) -> None:
    until = UntilChanged(threading.Event(), office.file)

    assert not until.is_set()
    assert not until.wait(0)


def test_a_change_stops_the_loop_and_the_end_does_too(office: Place) -> None:
    stop = threading.Event()
    changed, ended = UntilChanged(stop, office.file), UntilChanged(stop, office.file)
    office.write("\n[run]\nevery = '1 minute'\n")
    assert changed.wait(0)
    stop.set()

    assert ended.is_set()
    assert (changed.changed, ended.changed) == (True, False)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda office: office.write("\n[runn]\n"), "runn"),
        (lambda office: office.write("\nnot toml"), "this is no TOML"),
        (lambda office: office.write("\n[nexhealth.oauth]\n"), "nexhealth"),
        (lambda office: office.file.write_text(office.file.read_text().replace("ODNEXUS_KEY", "NO_KEY")), "NO_KEY"),
    ],
    ids=["unknown section", "not TOML", "half a login", "a key that is not there"],
)
def test_a_file_that_cannot_be_used_is_told_once_and_left(
    office: Place, caplog: pytest.LogCaptureFixture, change: object, told: str
) -> None:
    until = UntilChanged(threading.Event(), office.file)
    assert callable(change)
    change(office)

    assert not any(until.is_set() for _ in range(3))

    (record,) = caplog.records
    assert "cannot be used" in record.message
    assert told in record.message
    before = until.take()
    office.write("\n[run]\nevery = '1 minute'\n")
    assert until.is_set()
    assert (before.run.every, until.take().run.every) == (timedelta(minutes=5), timedelta(minutes=1))
    assert not until.is_set()


def test_a_file_that_is_being_replaced_is_waited_for(office: Place) -> None:
    until = UntilChanged(threading.Event(), office.file)
    text = office.file.read_text()
    office.file.unlink()
    assert not until.is_set()

    office.file.write_text(text + "\n# new\n")

    assert until.is_set()


def test_a_supervisor_hears_of_the_end_and_not_of_a_change(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("odnexus.cli.watchdog.Watchdog._say", lambda _, text: said.append(text))
    stop = threading.Event()
    office.write("\n[run]\npause = '0.05 s'\n")
    thread = threading.Thread(target=keep_serving, args=(office.file, stop))
    thread.start()
    while "WATCHDOG=1" not in said:
        stop.wait(0.02)
    office.write("\n[run]\npause = '0.06 s'\n")
    while said.count("READY=1") < 2:
        stop.wait(0.02)
    stop.set()
    thread.join(30)

    assert (said.count("READY=1"), said.count("STOPPING=1"), said[-1]) == (2, 1, "STOPPING=1")
