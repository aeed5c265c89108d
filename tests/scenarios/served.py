"""The town of the engine's tests behind real sockets: both systems served, clients that speak HTTP, a receiver."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any, Self
from wsgiref.simple_server import WSGIServer, make_server

from attrs import evolve

from odnexus._sync.engine import SyncEngine
from odnexus._sync.nexhealth import NexHealth
from odnexus._sync.opendental import OpenDental
from odnexus.receiver import WsgiReceiver
from odnexus.testing.nexhealth import API_KEY, serve_nexhealth
from odnexus.testing.opendental import serve_opendental
from odnexus.testing.opendental.keys import CUSTOMER_KEY, DEVELOPER_KEY
from tests.engine.nursery import Silent
from tests.engine.town import Town

SECRET = "whsec-scenario"


class ServedTown(Town):
    """A town whose engine reaches both systems over HTTP on the loopback interface.

    The office can be switched off (`close_office`) and on again; time is virtual, so that a day takes no time.

    Args:
        to_opendental: What the client of Open Dental is made with instead of the usual.
        to_nexhealth: What the client of NexHealth is made with instead of the usual.
        **options: Whatever `Town` takes.
    """

    def __init__(
        self,
        *,
        to_opendental: Mapping[str, Any] | None = None,
        to_nexhealth: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self.to_opendental, self.to_nexhealth = dict(to_opendental or {}), dict(to_nexhealth or {})
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
        settings: dict[str, Any] = {
            "developer_key": DEVELOPER_KEY,
            "customer_key": CUSTOMER_KEY,
            "mode": "service",
            "base_url": self.opendental_url,
            "clock": self.clock,
        }
        return self._stack.enter_context(OpenDental(**{**settings, **self.to_opendental}))

    def nexhealth(self) -> NexHealth:
        """Return a client of the institution."""
        settings: dict[str, Any] = {
            "subdomain": "demo-dental",
            "location_id": self.location_id,
            "base_url": self.nexhealth_url,
            "clock": self.clock,
        }
        proof: dict[str, Any] = {} if "authorizer" in self.to_nexhealth else {"api_key": API_KEY}
        return self._stack.enter_context(NexHealth(**{**settings, **proof, **self.to_nexhealth}))

    @property
    def opendental_url(self) -> str:
        """Where the office is reached while its server is on."""
        return f"http://127.0.0.1:{self._port}"

    def configure(self, **changes: Any) -> None:
        """Change the settings of the location and go on with a new engine, as after a restart."""
        self.location = evolve(self.location, **changes)
        self.practice = evolve(self.practice, locations=(self.location,))
        self.engine = self.new_engine()

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
        with make_server("127.0.0.1", 0, WsgiReceiver(self.engine), WSGIServer, Silent) as server:
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
