"""A caller of the simulated office: sends one request, returns the reply, and knows what the documents call success."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from odnexus.testing import SimReply, SimRequest
from odnexus.testing.opendental import Demo, OpenDentalSimulator, Practice, demo_practice


class Desk:
    """Speaks the wire format by hand, so that no client code takes part."""

    def __init__(self, **options: Any) -> None:
        self.sim: OpenDentalSimulator = demo_practice(**options)

    @property
    def practice(self) -> Practice:
        return self.sim.practice

    @property
    def demo(self) -> Demo:
        return self.sim.demo

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> SimReply:
        target = f"/api/v1{path}" + (f"?{urlencode(query)}" if query else "")
        usual = {"Authorization": self.sim.authorization(), "Content-Type": "application/json"}
        content = b"" if body is None else json.dumps(body).encode()
        return self.sim.handle(SimRequest.parse(method, target, usual if headers is None else headers, content))

    def get(self, path: str, **query: Any) -> Any:
        """Return the content of a 200."""
        reply = self.send("GET", path, query)
        assert reply.status == 200, reply.body
        return reply.json()

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self.get(path, **query))

    def post(self, path: str, **body: Any) -> Any:
        """Return the content of a 201."""
        reply = self.send("POST", path, body=body)
        assert reply.status == 201, reply.body
        return reply.json() if reply.body else None

    def put(self, path: str, **body: Any) -> Any:
        """Return the content of a 200, `None` if it has none."""
        reply = self.send("PUT", path, body=body)
        assert reply.status == 200, reply.body
        return reply.json() if reply.body else None

    def refused(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, /, **body: Any
    ) -> tuple[int, str]:
        """Return status and sentence of a refusal."""
        reply = self.send(method, path, query, body or None)
        message = reply.json()
        assert reply.status >= 400
        assert isinstance(message, str)
        return reply.status, message
