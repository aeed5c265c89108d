"""The town of the engine's tests behind real sockets: both systems served, clients that speak HTTP, a receiver."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from odnexus._sync.engine import SyncEngine
from odnexus._sync.nexhealth import NexHealth
from odnexus._sync.opendental import OpenDental
from odnexus.receiver import WsgiReceiver
from odnexus.testing.nexhealth import API_KEY, serve_nexhealth
from odnexus.testing.opendental import serve_opendental
from odnexus.testing.opendental.keys import CUSTOMER_KEY, DEVELOPER_KEY
from tests.engine.town import Town

SECRET = "whsec-scenario"


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of a request."""


class ServedTown(Town):
    """A town whose engine reaches both systems over HTTP on the loopback interface.

    The office can be switched off (`close_office`) and on again; time is virtual, so that a day takes no time.
    """

    def __init__(self, **options: Any) -> None:
        self._stack = ExitStack()
        self._office: ExitStack | None = None
        self._port = free_port()
        self.nexhealth_url = ""
        options.setdefault("opendental", {"mode": "service"})
        super().__init__(**options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_office()
        self._stack.close()

    def new_engine(self, **changes: Any) -> SyncEngine:
        """Return a new engine on the same store, with clients of its own."""
        if not self.nexhealth_url:
            server = self._stack.enter_context(serve_nexhealth(port=0, simulator=self.nx))
            self.nexhealth_url = server.url
            self.open_office()
        clients = {"opendental": self.opendental(), "nexhealth": self.nexhealth(), "webhook_secrets": [SECRET]}
        return super().new_engine(**{**clients, **changes})

    def opendental(self) -> OpenDental:
        """Return a client of the office."""
        client = OpenDental(
            developer_key=DEVELOPER_KEY,
            customer_key=CUSTOMER_KEY,
            mode="service",
            base_url=f"http://127.0.0.1:{self._port}",
            clock=self.clock,
        )
        return self._stack.enter_context(client)

    def nexhealth(self) -> NexHealth:
        """Return a client of the institution."""
        client = NexHealth(
            api_key=API_KEY,
            subdomain="demo-dental",
            location_id=self.location_id,
            base_url=self.nexhealth_url,
            clock=self.clock,
        )
        return self._stack.enter_context(client)

    # -- the office's server ---------------------------------------------------------------------------------------

    def open_office(self) -> None:
        """Switch the office's server on."""
        self._office = ExitStack()
        self._office.enter_context(serve_opendental(port=self._port, simulator=self.od))

    def close_office(self) -> None:
        """Switch the office's server off: connections are refused."""
        if self._office is not None:
            self._office.close()
            self._office = None

    # -- webhooks --------------------------------------------------------------------------------------------------

    @contextmanager
    def receiving(self) -> Iterator[str]:
        """Receive webhooks on a real socket while the block runs; give the address for NexHealth."""
        with make_server("127.0.0.1", 0, WsgiReceiver(self.engine), WSGIServer, _Silent) as server:
            thread = Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}/nexhealth"
            server.shutdown()
            thread.join()

    def form(self, patient: int, answers: dict[str, object], form: int = 5) -> bytes:
        """Return the delivery of a submitted form."""
        request = {"id": form, "patient_id": patient, "title": "Health history", "answers": answers}
        return json.dumps(
            {
                "resource_type": "FormRequest",
                "event_name": "form_request_completed",
                "subdomain": "demo-dental",
                "event_time": "2026-03-02T15:10:00Z",
                "data": {"form_request": request},
            }
        ).encode()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
