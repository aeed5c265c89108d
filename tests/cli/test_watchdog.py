"""R2: the supervisor is told that the process is ready, alive, and stopping."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

from odnexus.cli.connecting import Office
from odnexus.cli.office import serve
from odnexus.cli.settings import Settings
from odnexus.cli.watchdog import Watchdog
from tests.cli.demo_office import Place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd is not there")


def heard(supervisor: socket.socket) -> list[str]:
    supervisor.setblocking(False)
    said = list[str]()
    while True:
        try:
            said.append(supervisor.recv(100).decode())
        except BlockingIOError:
            return said


def test_the_connector_tells_its_supervisor(office: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "s")
    monkeypatch.setenv("NOTIFY_SOCKET", path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(path)
        with Office(Settings.load(office.file)) as opened:
            serve(opened, threading.Event(), once=True)
        said = heard(supervisor)

    assert (said[0], said[-1]) == ("READY=1", "STOPPING=1")
    assert set(said[1:-1]) == {"WATCHDOG=1"}


def test_abstract_sockets_are_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind("\0odnexus-test")
        Watchdog("@odnexus-test").alive()

        assert heard(supervisor) == ["WATCHDOG=1"]


def test_a_supervisor_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    Watchdog(str(tmp_path / "nobody")).alive()


def test_without_a_supervisor_nothing_is_said() -> None:
    assert Watchdog.from_environment({}) == Watchdog("")
    Watchdog("").ready()
