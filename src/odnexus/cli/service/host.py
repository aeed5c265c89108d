"""What Windows runs as the service: pywin32's own program imports this module. Imported nowhere else.

The service ends cleanly when Windows asks it to, and when it shuts down. Ends that a restart can mend are told to
Windows as errors, so that it restarts; wrong settings and a second instance are told to the event log, and the service
stays stopped.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

from odnexus.cli.connecting import Office
from odnexus.cli.office import keep_serving
from odnexus.cli.running import InstanceRunningError, only_instance
from odnexus.cli.service.windows import NAME, OPTION, TITLE, pywin32
from odnexus.cli.settings import Settings
from odnexus.errors import ConfigurationError, place_of

log = logging.getLogger("odnexus.run")

_util, _service, _events = pywin32("win32serviceutil"), pywin32("win32service"), pywin32("servicemanager")


class ServiceFailedError(Exception):
    """The service failed; the event log says where."""


class EventLogHandler(logging.Handler):
    """Writes warnings and errors of the library into Windows' event log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        write = _events.LogErrorMsg if record.levelno >= logging.ERROR else _events.LogWarningMsg
        write(self.format(record))


class OdnexusService(_util.ServiceFramework):  # type: ignore[name-defined,misc] # pyright: ignore[reportUntypedBaseClass]
    """The connector as a service."""

    _svc_name_ = NAME
    _svc_display_name_ = TITLE
    _svc_description_ = TITLE

    def __init__(self, args: Any) -> None:
        super().__init__(args)  # pyright: ignore[reportUnknownMemberType]
        self._stop = threading.Event()

    def SvcStop(self) -> None:  # noqa: N802 - pywin32's name
        """Begin to end; what is under way is finished first."""
        self.ReportServiceStatus(_service.SERVICE_STOP_PENDING, waitHint=90_000)
        self._stop.set()

    def SvcShutdown(self) -> None:  # noqa: N802 - pywin32's name
        """Begin to end, since Windows does."""
        self._stop.set()

    def SvcDoRun(self) -> None:  # noqa: N802 - pywin32's name
        """Run until told to stop."""
        logger = logging.getLogger("odnexus")
        handler = EventLogHandler(logging.WARNING)
        logger.addHandler(handler)
        try:
            self._run(Path(_util.GetServiceCustomOption(NAME, OPTION)))
        except (ConfigurationError, InstanceRunningError) as error:
            # No restart mends this: it is told, and the service stays stopped.
            _events.LogErrorMsg(f"odnexus is not started: {error}")
        except Exception as error:  # noqa: BLE001 - Windows has to hear of it
            _events.LogErrorMsg(f"odnexus failed: {place_of(error)}")
            # pywin32 ends the service with an error, so that Windows restarts it, and logs what it is given: its own
            # message could name a patient.
            raise ServiceFailedError from None
        finally:
            logger.removeHandler(handler)

    def _run(self, file: Path) -> None:
        with Office(Settings.load(file)) as office, only_instance(office.store_path):
            _events.LogInfoMsg(f"odnexus started: {file.name}")
        keep_serving(file, self._stop)
        _events.LogInfoMsg("odnexus stopped")
