"""Settings that change while ``odnexus run`` runs: taken over if they can be used, told and left if not."""

from __future__ import annotations

import logging
from pathlib import Path

from odnexus.cli.connecting import Office
from odnexus.cli.running import Stop
from odnexus.cli.settings import Settings
from odnexus.errors import OdnexusError

log = logging.getLogger("odnexus.run")


class UntilChanged:
    """Stops the loop when *stop* says so, or when the settings file has become another that can be used.

    A file that cannot be used is told once, with its problems, and what was loaded before goes on.

    Attributes:
        changed: Whether the file has become another since `take`.
    """

    def __init__(self, stop: Stop, file: Path) -> None:
        self._stop, self._file = stop, file
        self._seen: tuple[int, int] | None = self._stamp()  # before the file is read: a change in between is noticed
        self._settings = Settings.load(file)
        self.changed = False

    def take(self) -> Settings:
        """Return the settings to go on with: the last that could be used."""
        self.changed = False
        return self._settings

    def is_set(self) -> bool:
        """Return whether it is time to stop."""
        return self._stop.is_set() or self._look()

    def wait(self, timeout: float, /) -> bool:
        """Wait at most *timeout* seconds and return whether it is time to stop."""
        return self._stop.wait(timeout) or self._look()

    def _look(self) -> bool:
        stamp = self._stamp()
        if stamp is not None and stamp != self._seen:
            self._seen, self.changed = stamp, self._is_usable()
        return self.changed

    def _is_usable(self) -> bool:
        try:
            settings = Settings.load(self._file)
            with Office(settings) as office:
                office.engine()
        except (OdnexusError, OSError) as error:
            log.error("settings were changed and cannot be used; those before stay: %s", error)  # noqa: TRY400
            return False
        self._settings = settings
        log.info("settings were changed: going on with them")
        return True

    def _stamp(self) -> tuple[int, int] | None:
        """Return what tells one state of the file from another, ``None`` while it is not there."""
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
