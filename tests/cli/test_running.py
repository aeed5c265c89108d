"""The connector's loop on a virtual clock, and the process around it."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time as wall_clock
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from odnexus.cli.connecting import Office
from odnexus.cli.office import receiving, serve
from odnexus.cli.running import (
    Beat,
    Connector,
    InstanceRunningError,
    Rhythm,
    only_instance,
    stopping_on_signals,
    write_beat,
)
from odnexus.cli.settings import Settings
from odnexus.errors import ConfigurationError, StoreError
from odnexus.practice import Location
from odnexus.reconcile.hooks import WEBHOOK_EVENTS
from tests.cli.demo_office import KEYS, Place
from tests.engine.town import Town

DENVER = Location(name="main", nexhealth_id=1, timezone="America/Denver")


class After:
    """Stops when a virtual clock has advanced for so long."""

    def __init__(self, town: Town, length: timedelta) -> None:
        self._clock = town.clock
        self._end = town.clock.now() + length

    def is_set(self) -> bool:
        return self._clock.now() >= self._end

    def wait(self, timeout: float) -> bool:
        self._clock.advance(timedelta(seconds=timeout))
        return self.is_set()


def connector(town: Town, **changes: Any) -> Connector:
    settings: dict[str, Any] = {
        "engine": town.engine,
        "rhythm": Rhythm(timedelta(minutes=5), time(2, 30)),
        "now": town.clock.now,
        "pause": timedelta(seconds=30),
    }
    return Connector(**{**settings, **changes})


# --- rhythm -----------------------------------------------------------------------------------------------------------


def test_a_location_is_polled_at_once_and_then_every_five_minutes() -> None:
    rhythm, noon = Rhythm(timedelta(minutes=5), time(2)), datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert rhythm.poll_is_due("main", noon)

    rhythm.polled("main", noon)

    due = [rhythm.poll_is_due("main", noon + timedelta(seconds=seconds)) for seconds in (0, 299, 300)]
    assert due == [False, False, True]
    assert rhythm.poll_is_due("other", noon)


def test_a_clock_that_was_put_back_holds_up_no_poll() -> None:
    rhythm, noon = Rhythm(timedelta(minutes=5), time(2)), datetime(2026, 3, 2, 12, tzinfo=UTC)
    rhythm.polled("main", noon)

    assert rhythm.poll_is_due("main", noon - timedelta(hours=1))


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        # 02:29 and 02:30 in Denver.
        (datetime(2026, 3, 3, 9, 29, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 3, 9, 30, tzinfo=UTC), date(2026, 3, 3)),
        # The hour from 02:00 does not happen on the 8th: it is 03:00 at once.
        (datetime(2026, 3, 8, 8, 59, tzinfo=UTC), date(2026, 3, 7)),
        (datetime(2026, 3, 8, 9, 0, tzinfo=UTC), date(2026, 3, 8)),
    ],
)
def test_the_night_is_that_of_the_office(moment: datetime, night: date) -> None:
    assert Rhythm(timedelta(minutes=5), time(2, 30)).night(DENVER, moment) == night


# --- loop -------------------------------------------------------------------------------------------------------------


def test_a_booking_is_written_and_the_loop_ends_when_told(town: Town) -> None:
    town.book(town.person("Nadia", "Okafor", "1991-03-04"))

    connector(town).run(After(town, timedelta(minutes=6)))

    assert len(town.visits) == 1


def test_an_idle_day_polls_every_five_minutes_and_scans_once(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "odnexus.run"):
        connector(town).run(After(town, timedelta(days=1)))

    assert sum("polled" in message for message in caplog.messages) == pytest.approx(288, abs=3)
    assert sum("scanned" in message for message in caplog.messages) == 1


def test_a_night_that_was_missed_is_scanned_at_the_next_start_and_not_twice(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    connector(town).run(After(town, timedelta(minutes=1)))
    town.clock.advance(timedelta(days=2))

    with caplog.at_level(logging.INFO, "odnexus.run"):
        for _ in range(2):
            connector(town).run(After(town, timedelta(minutes=1)))

    assert sum("scanned" in message for message in caplog.messages) == 1


def test_an_office_that_is_offline_stops_nothing_and_is_caught_up_with(town: Town) -> None:
    loop = connector(town)
    loop.run(After(town, timedelta(minutes=1)))
    town.od.offline = True
    town.book(town.person("Nadia", "Okafor", "1991-03-04"))
    loop.run(After(town, timedelta(minutes=30)))
    before = len(town.visits)
    town.od.offline = False

    loop.run(After(town, timedelta(minutes=30)))

    assert (before, len(town.visits)) == (0, 1)
    assert [alert.rule for alert in town.alerts] == ["location.offline", "location.back"]


def test_a_start_right_after_the_repair_does_not_wait_for_the_rhythm(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.od.offline = True
    hourly = Rhythm(timedelta(hours=1), time(2, 30))
    connector(town, rhythm=hourly).run(After(town, timedelta(seconds=10)))
    town.od.offline = False

    with caplog.at_level(logging.INFO, "odnexus.run"):
        connector(town, rhythm=Rhythm(timedelta(hours=1), time(2, 30))).run(After(town, timedelta(minutes=2)))

    assert any("main: polled" in message for message in caplog.messages)


def test_an_outage_is_logged_in_the_rhythm_of_the_polls(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.od.offline = True

    with caplog.at_level(logging.INFO, "odnexus.run"):
        connector(town).run(After(town, timedelta(minutes=31)))

    told = [message for message in caplog.messages if "not polled" in message]
    assert len(told) == pytest.approx(7, abs=1)
    assert "asked again within 5 minutes" in told[0]


def test_a_fault_is_logged_by_its_place_and_the_loop_goes_on(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("Jane Doe")

    monkeypatch.setattr(town.engine, "poll", broken)

    with caplog.at_level(logging.DEBUG):
        connector(town).run(After(town, timedelta(minutes=11)))

    assert sum("main: RuntimeError at test_running.py" in message for message in caplog.messages) == 3
    assert "Jane" not in caplog.text


def test_heartbeats_show_how_the_practice_stands(town: Town) -> None:
    beats: list[Beat] = []

    connector(town, beat=beats.append).run(After(town, timedelta(minutes=2)))

    gaps = {later.at - earlier.at for earlier, later in pairwise(beats)}
    assert gaps == {timedelta(seconds=30)}
    assert beats[-1].polled.keys() == {"main"}
    assert (beats[-1].waiting, beats[-1].buried, beats[-1].questions) == (0, 0, 0)


def test_a_failing_chore_is_logged(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: datetime) -> None:
        raise StoreError("no")

    connector(town, chores=(fail,)).run(After(town, timedelta(seconds=1)))

    assert any("chore: StoreError" in message for message in caplog.messages)


def test_the_heartbeat_file_is_whole_and_readable(tmp_path: Path) -> None:
    write = write_beat(tmp_path / "beat")
    write(Beat(at=datetime(2026, 3, 2, tzinfo=UTC), waiting=2))

    shown = json.loads((tmp_path / "beat").read_text())

    assert (shown["at"], shown["waiting"], shown["pid"]) == ("2026-03-02T00:00:00+00:00", 2, os.getpid())
    assert list(tmp_path.iterdir()) == [tmp_path / "beat"]


# --- one instance, signals, receiver ----------------------------------------------------------------------------------


def test_a_second_instance_is_refused_and_a_later_one_is_not(tmp_path: Path) -> None:
    store = tmp_path / "odnexus.sqlite"

    with only_instance(store), pytest.raises(InstanceRunningError), only_instance(store):
        pass
    with only_instance(store):
        pass


def test_the_first_signal_stops_and_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    stop = threading.Event()

    with stopping_on_signals(stop.set):
        signal.raise_signal(signal.SIGTERM)

    assert stop.is_set()
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize("listen", ["8080", "127.0.0.1:x", "127.0.0.1:99999"])
def test_a_wrong_address_to_listen_at_is_refused(town: Town, listen: str) -> None:
    with pytest.raises(ConfigurationError, match="listen"), receiving(town.engine, listen):
        pass


def test_an_address_that_is_taken_says_so(town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(ConfigurationError, match=rf"{listen} cannot be used \(.*in use"),
            receiving(town.engine, listen),
        ):
            pass


def test_webhooks_are_received_while_it_runs(town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with receiving(town.engine, f"127.0.0.1:{port}"):
        url = f"http://127.0.0.1:{port}"
        answers = [httpx.get(f"{url}/health").status_code, httpx.post(f"{url}/nexhealth", content=b"{}").status_code]

    assert answers == [200, 401]


# --- the whole process ------------------------------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "odnexus.cli", "run", *arguments]
    return subprocess.Popen(command, env={**os.environ, **KEYS}, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.mission(
    "R2",
    shows="the connector runs as a process, does its work and ends cleanly when told",
    try_it="odnexus run practice.toml",
)
def test_a_process_is_started_does_its_work_and_ends_when_told(office: Place, tmp_path: Path) -> None:
    office.book("Nadia", "Okafor")
    office.write('\n[run]\npause = "0.2 s"\nheartbeat = "beat"\n')
    before = len(office.od.practice.appointments)
    process = run(str(office.file))
    try:
        deadline = wall_clock.monotonic() + 30
        while len(office.od.practice.appointments) == before and wall_clock.monotonic() < deadline:
            assert process.poll() is None
            threading.Event().wait(0.05)
        second = run(str(office.file))
        second_log = second.communicate(timeout=30)[1]
        process.send_signal(signal.SIGTERM)
        log = process.communicate(timeout=30)[1]
    finally:
        process.kill()

    assert len(office.od.practice.appointments) == before + 1
    assert (process.returncode, second.returncode) == (0, 3)
    assert "another odnexus runs on this store" in second_log
    assert "told to stop (SIGTERM)" in log
    assert json.loads((tmp_path / "beat").read_text())["waiting"] == 0
    for private in ("Nadia", "Okafor", "5550177", "1991", *KEYS.values()):
        assert private not in log


def test_an_unknown_level_of_the_log_is_refused(office: Place) -> None:
    process = run(str(office.file), "--log-level", "loud")

    process.communicate(timeout=30)

    assert process.returncode == 2


def test_a_heartbeat_that_cannot_be_written_ends_nothing(town: Town) -> None:
    def fail(_: Beat) -> None:
        raise OSError

    connector(town, beat=fail).run(After(town, timedelta(minutes=6)))


def test_wrong_settings_are_told_without_a_traceback(office: Place) -> None:
    office.write(zone="Denver")
    process = run(str(office.file))

    log = process.communicate(timeout=30)[1]

    assert process.returncode == 2
    assert "locations[0].timezone: give an IANA name" in log
    assert "Traceback" not in log


def test_once_fails_for_a_script_where_nothing_answered(office: Place) -> None:
    answered = run(str(office.file), "--once")
    answered.communicate(timeout=30)
    office.write(nexhealth="http://127.0.0.1:9")
    refused = run(str(office.file), "--once")
    log = refused.communicate(timeout=30)[1]

    assert (answered.returncode, refused.returncode) == (0, 1)
    assert "odnexus: not polled: main; odnexus doctor says why" in log


def test_a_key_that_is_not_there_is_named(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENDENTAL_CUSTOMER_KEY")

    with (
        Office(Settings.load(office.file)) as opened,
        pytest.raises(ConfigurationError, match=r"opendental\.main\.customer_key: env: .*OPENDENTAL_CUSTOMER_KEY"),
    ):
        serve(opened, threading.Event(), once=True)


@pytest.mark.mission(
    "R1", shows="with [webhooks] and [receiver] a booking stands in Open Dental seconds later, polls or no polls"
)
def test_a_delivery_is_worked_on_long_before_the_next_poll(office: Place) -> None:
    port = free_port()
    office.write(
        f'\n[webhooks]\nurl = "http://127.0.0.1:{port}/nexhealth"\n\n[receiver]\nport = {port}\n\n'
        '[run]\nevery = "1 h"\npause = "0.2 s"\n'
    )
    stop, state = threading.Event(), office.nx.simulator.state
    with Office(Settings.load(office.file)) as opened:
        thread = threading.Thread(target=serve, args=(opened, stop))
        thread.start()
        try:
            before = len(office.od.practice.appointments)
            assert within(20, lambda: len(state.subscriptions) == len(WEBHOOK_EVENTS))
            office.book()
            assert within(20, lambda: len(office.od.practice.appointments) == before + 1)
        finally:
            stop.set()
            thread.join(30)


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def within(seconds: float, shown: Callable[[], bool]) -> bool:
    """Return whether *shown* becomes true in time."""
    end = wall_clock.monotonic() + seconds
    while not shown():
        if wall_clock.monotonic() > end:
            return False
        threading.Event().wait(0.05)
    return True
