"""A real local address that alerts are sent to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest


class Mailbox(BaseHTTPRequestHandler):
    """A real local target: keeps what Apprise's ``json://`` posts, or refuses it."""

    letters: ClassVar[list[dict[str, Any]]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.letters.append(json.loads(body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def letters_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Mailbox]]:
    """Serve an empty mailbox while the block runs; its address for Apprise stands in the variable ``MAIL``."""
    pytest.importorskip("apprise", reason="the extra odnexus[alerts] is not installed")
    monkeypatch.setattr(Mailbox, "letters", [])
    with ThreadingHTTPServer(("127.0.0.1", 0), Mailbox) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MAIL", f"json://127.0.0.1:{server.server_port}/")
        yield Mailbox
        server.shutdown()
