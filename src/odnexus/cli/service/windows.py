"""Installing and removing the Windows service. Needs pywin32 (extra ``service``), imported when it is used.

Windows restarts the service after 10 seconds, a minute, then every five minutes, also where it ended with an error of
its own; after a day without one it begins to count anew.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from odnexus.errors import ConfigurationError

NAME: Final = "odnexus"
TITLE: Final = "odnexus: Open Dental and NexHealth in step"
HOST: Final = "odnexus.cli.service.host.OdnexusService"
"""What pywin32's own program imports and runs."""

OPTION: Final = "practice"
"""Under this name the registry keeps the whole path of the practice file."""

RESTARTS: Final = (10_000, 60_000, 300_000)
"""Milliseconds before the first, the second and every further restart."""

DAY: Final = 86_400
"""Seconds without a failure after which restarts are counted anew."""


def pywin32(module: str) -> Any:
    """Return a module of pywin32.

    Raises:
        ConfigurationError: It is not installed, as everywhere but on Windows.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise ConfigurationError("service: needs Windows and pywin32: pip install 'odnexus[service]'") from None


def install(file: Path) -> None:
    """Install the service for the practice file *file*, started with Windows and restarted after failures.

    An installed one is changed. Its account is LocalSystem until somebody names another in ``services.msc``.

    Raises:
        ConfigurationError: pywin32 is missing, or Windows refuses; it takes an administrator.
    """
    util, service = pywin32("win32serviceutil"), pywin32("win32service")
    try:
        if _is_installed(util, service):
            util.ChangeServiceConfig(HOST, NAME, startType=service.SERVICE_AUTO_START, displayName=TITLE)
        else:
            util.InstallService(HOST, NAME, TITLE, startType=service.SERVICE_AUTO_START, description=TITLE)
        util.SetServiceCustomOption(NAME, OPTION, str(file.absolute()))
        _recover(service)
    except service.error as error:
        raise _refused(error) from None


def remove() -> None:
    """Stop the service if it runs, and remove it.

    Raises:
        ConfigurationError: pywin32 is missing, or Windows refuses; it takes an administrator.
    """
    util, service = pywin32("win32serviceutil"), pywin32("win32service")
    try:
        if util.QueryServiceStatus(NAME)[1] != service.SERVICE_STOPPED:
            util.StopService(NAME)
            util.WaitForServiceStatus(NAME, service.SERVICE_STOPPED, 90)
        util.RemoveService(NAME)
    except service.error as error:
        raise _refused(error) from None


def _is_installed(util: Any, service: Any) -> bool:
    try:
        util.QueryServiceStatus(NAME)
    except service.error:
        return False
    return True


def _recover(service: Any) -> None:
    """Set what Windows does after a failure (page "ChangeServiceConfig2" of Microsoft)."""
    actions = {
        "ResetPeriod": DAY,
        "RebootMsg": "",
        "Command": "",
        "Actions": [(service.SC_ACTION_RESTART, wait) for wait in RESTARTS],
    }
    manager = service.OpenSCManager(None, None, service.SC_MANAGER_ALL_ACCESS)
    try:
        handle = service.OpenService(manager, NAME, service.SERVICE_ALL_ACCESS)
        try:
            service.ChangeServiceConfig2(handle, service.SERVICE_CONFIG_FAILURE_ACTIONS, actions)
            # Not only after a crash, but also where the service ends with an error of its own.
            service.ChangeServiceConfig2(handle, service.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, True)
            service.ChangeServiceConfig2(handle, service.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, True)
        finally:
            service.CloseServiceHandle(handle)
    finally:
        service.CloseServiceHandle(manager)


def _refused(error: Any) -> ConfigurationError:
    number = error.args[0] if error.args else "?"
    return ConfigurationError(f"service: Windows refused it (error {number}); run it as administrator")
