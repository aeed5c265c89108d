"""Telling systemd that the process is ready, alive, and stopping: its own protocol, a few bytes to a local socket.

``WatchdogSec`` in the unit sets how long a sign of life may fail to come before the process is restarted. Without
systemd (``NOTIFY_SOCKET`` is not set) nothing is sent. See the page sd_notify(3) of systemd.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from datetime import datetime

from attrs import frozen


@frozen
class Watchdog:
    """Speaks to the supervisor at *address*; says nothing if that is empty.

    Attributes:
        address: Path of a socket; a leading ``@`` means the abstract namespace.
    """

    address: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Watchdog:
        """Return the watchdog that the supervisor asked for."""
        return cls(environ.get("NOTIFY_SOCKET", ""))

    def ready(self) -> None:
        """Say that the start is over."""
        self._say("READY=1")

    def alive(self, _: datetime | None = None) -> None:
        """Give a sign of life."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._say("STOPPING=1")

    def _say(self, text: str) -> None:
        family = getattr(socket, "AF_UNIX", None)
        if not self.address or family is None:
            return
        path = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as line:
                line.connect(path)
                line.sendall(text.encode())
        except OSError:
            # A supervisor that does not listen must not stop the work it supervises.
            return
