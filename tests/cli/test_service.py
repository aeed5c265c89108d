"""I4: the connector as a service of systemd and of Windows, the latter with a stand-in for pywin32."""

from __future__ import annotations

import configparser
import importlib
import sys
import threading
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.running import only_instance
from tests.cli.demo_office import Place


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["service", *arguments])
    return done.exit_code, done.output


# --- systemd ----------------------------------------------------------------------------------------------------------


def test_the_unit_restarts_what_a_restart_can_mend_and_is_watched(office: Place) -> None:
    code, text = run("unit", str(office.file), "--user", "desk")

    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    service = unit["Service"]
    assert code == 0
    assert (service["Type"], service["Restart"], service["RestartPreventExitStatus"]) == ("notify", "always", "2 3")
    assert service["ExecStart"].endswith(f" run {office.file.name}")
    assert (service["WorkingDirectory"], service["User"]) == (str(office.file.parent), "desk")
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"


# --- Windows ----------------------------------------------------------------------------------------------------------


class WindowsError(Exception):
    """What pywin32 raises."""


class Windows:
    """A stand-in for the parts of pywin32 that are used: services, their options, and the event log."""

    def __init__(self) -> None:
        self.services: dict[str, dict[str, Any]] = {}
        self.options: dict[tuple[str, str], str] = {}
        self.recovery: dict[str, Any] = {}
        self.log: list[tuple[str, str]] = []
        self.admin = True
        self.running = False

    def modules(self) -> dict[str, ModuleType]:
        util, service, events = (ModuleType(name) for name in ("win32serviceutil", "win32service", "servicemanager"))
        vars(util).update(
            QueryServiceStatus=self.status,
            InstallService=self.install,
            ChangeServiceConfig=self.change,
            SetServiceCustomOption=lambda name, option, value: self.options.update({(name, option): value}),
            GetServiceCustomOption=lambda name, option: self.options[name, option],
            StopService=lambda _name: setattr(self, "running", False),
            WaitForServiceStatus=lambda *_: None,
            RemoveService=self.services.pop,
            ServiceFramework=Framework,
        )
        vars(service).update(
            error=WindowsError,
            SERVICE_AUTO_START=2,
            SERVICE_STOPPED=1,
            SERVICE_STOP_PENDING=3,
            SC_ACTION_RESTART=1,
            SC_MANAGER_ALL_ACCESS=0xF003F,
            SERVICE_ALL_ACCESS=0xF01FF,
            SERVICE_CONFIG_FAILURE_ACTIONS=2,
            SERVICE_CONFIG_DELAYED_AUTO_START_INFO=3,
            SERVICE_CONFIG_FAILURE_ACTIONS_FLAG=4,
            OpenSCManager=lambda *_: "manager",
            OpenService=lambda _manager, name, _access: name,
            CloseServiceHandle=lambda _handle: None,
            ChangeServiceConfig2=lambda _handle, level, value: self.recovery.update({str(level): value}),
        )
        for level in ("Info", "Warning", "Error"):
            setattr(events, f"Log{level}Msg", lambda text, level=level: self.log.append((level, text)))
        return {each.__name__: each for each in (util, service, events)}

    def status(self, name: str) -> tuple[int, int]:
        if name not in self.services:
            raise WindowsError(1060)
        return (0, 4 if self.running else 1)

    def install(self, host: str, name: str, title: str, **more: Any) -> None:
        if not self.admin:
            raise WindowsError(5, "OpenSCManager", "Access is denied.")
        self.services[name] = {"host": host, "title": title, **more}

    def change(self, host: str, name: str, **more: Any) -> None:
        self.services[name] = {"host": host, **more}


class Framework:
    """A stand-in for pywin32's base of services."""

    def __init__(self, _args: Any) -> None:
        self.reported: list[tuple[int, dict[str, int]]] = []

    def ReportServiceStatus(self, status: int, **more: int) -> None:  # noqa: N802 - pywin32's name
        self.reported.append((status, more))


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    machine = Windows()
    for name, module in machine.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    return machine


@pytest.fixture
def host(windows: Windows, office: Place) -> Iterator[Any]:
    """The module that Windows runs, with the service installed for the practice."""
    run("install", str(office.file))
    yield importlib.import_module("odnexus.cli.service.host")
    sys.modules.pop("odnexus.cli.service.host")


@pytest.mark.mission(
    "R2",
    shows="installed as a Windows service, it starts with Windows and is restarted after failures",
)
def test_the_service_starts_with_windows_and_is_restarted(windows: Windows, office: Place) -> None:
    assert run("install", str(office.file))[0] == 0

    assert windows.services["odnexus"]["startType"] == 2
    assert windows.services["odnexus"]["host"] == "odnexus.cli.service.host.OdnexusService"
    assert windows.options["odnexus", "practice"] == str(office.file.absolute())
    assert windows.recovery["2"]["Actions"] == [(1, 10_000), (1, 60_000), (1, 300_000)]
    assert windows.recovery["4"] is True


def test_installing_twice_changes_the_one_that_is_there(windows: Windows, office: Place) -> None:
    run("install", str(office.file))

    assert run("install", str(office.file))[0] == 0
    assert list(windows.services) == ["odnexus"]


def test_it_is_stopped_and_removed(windows: Windows, office: Place) -> None:
    run("install", str(office.file))
    windows.running = True

    assert run("remove")[0] == 0
    assert (windows.services, windows.running) == ({}, False)


def test_it_takes_an_administrator(windows: Windows, office: Place) -> None:
    windows.admin = False

    code, output = run("install", str(office.file))

    assert (code, "administrator" in output) == (2, True)


def test_wrong_settings_are_not_installed(windows: Windows, office: Place) -> None:
    office.write(zone="Denver")

    assert run("install", str(office.file))[0] == 2
    assert windows.services == {}


@pytest.mark.skipif(sys.platform == "win32", reason="pywin32 may be there")
def test_elsewhere_it_says_what_is_missing(office: Place) -> None:
    code, output = run("install", str(office.file))

    assert (code, "odnexus[service]" in output) == (2, True)


def test_the_service_runs_until_windows_asks_it_to_stop(windows: Windows, office: Place, host: Any) -> None:
    office.book()
    before = len(office.od.practice.appointments)
    service = host.OdnexusService([])
    thread = threading.Thread(target=service.SvcDoRun)
    thread.start()
    for _ in range(300):
        if len(office.od.practice.appointments) > before:
            break
        threading.Event().wait(0.05)

    service.SvcStop()
    thread.join(30)

    assert not thread.is_alive()
    assert len(office.od.practice.appointments) == before + 1
    assert service.reported == [(3, {"waitHint": 90_000})]
    assert [level for level, _ in windows.log] == ["Info", "Info"]


def test_a_second_instance_stays_stopped_and_says_why(windows: Windows, office: Place, host: Any) -> None:
    service = host.OdnexusService([])
    with only_instance(office.file.parent / "odnexus.sqlite"):
        service.SvcDoRun()

    assert service.reported == []
    assert "another odnexus runs" in windows.log[-1][1]


def test_a_failure_is_told_to_windows_so_that_it_restarts(
    windows: Windows, host: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("Nadia Okafor")

    monkeypatch.setattr(host, "keep_serving", fail)
    with pytest.raises(host.ServiceFailedError) as raised:
        host.OdnexusService([]).SvcDoRun()

    assert (raised.value.args, raised.value.__suppress_context__) == ((), True)
    assert windows.log[-1][0] == "Error"
    assert "Okafor" not in str(windows.log)


def test_warnings_of_the_library_reach_the_event_log(windows: Windows, host: Any) -> None:
    record = SimpleNamespace(levelno=30)
    handler = host.EventLogHandler()
    handler.format = lambda _record: "not polled"
    handler.emit(record)

    assert windows.log == [("Warning", "not polled")]
