"""The program that the demo starts, kills and starts again: an engine with its store, told what to do by JSON lines.

One command a line on stdin, one answer a line on stdout; webhooks come over HTTP, as in any host. Each command brings
the time with it, and each answer takes it back, so that one virtual clock rules both processes.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

from attrs import fields, has

from odnexus import (
    Alert,
    DomainEvent,
    Location,
    NexHealth,
    OpenDental,
    Practice,
    Sealer,
    Secret,
    SignatureError,
    SqliteStore,
    SyncEngine,
    TypeRule,
    WebhookError,
)
from odnexus.nexhealth.words import WebhookEvent
from odnexus.testing import VirtualClock

LOCATION = "Downtown"
SUBSCRIBED: tuple[WebhookEvent, ...] = ("appointment_requested", "appointment_created", "appointment_updated")


class Worker:
    """An engine, what it said since it was last asked, and a door for webhooks.

    Args:
        config: Where both systems are, their keys, the store's file and its key, and which port webhooks come to.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.clock = VirtualClock(datetime.fromisoformat(config["now"]))
        self.happened: list[DomainEvent] = []
        self.alerts: list[Alert] = []
        self.listener = Listener(config["port"], self)
        self.opendental = OpenDental(**config["opendental"], mode="remote", clock=self.clock)
        self.nexhealth = NexHealth(**config["nexhealth"], clock=self.clock)
        self.store = SqliteStore(config["store"])
        types = {int(kind): TypeRule(appointment_type_num=number) for kind, number in config["types"].items()}
        location = Location(
            name=LOCATION, nexhealth_id=config["nexhealth"]["location_id"], timezone=config["zone"], types=types
        )
        self.engine = SyncEngine(
            Practice(subdomain=config["nexhealth"]["subdomain"], locations=(location,)),
            nexhealth=self.nexhealth,
            opendental=self.opendental,
            store=self.store,
            sealer=Sealer(config["key"]),
            handlers={"*": self.happened.append},
            alerts=self.alerts.append,
            webhook_secrets=[self._subscribe()],
            clock=self.clock,
        )

    def _subscribe(self) -> str | Secret:
        """Return the secret of this program's webhook endpoint; register it at NexHealth the first time."""
        endpoints = self.nexhealth.webhook_endpoints
        for known in endpoints.iter():
            if known.target_url == self.listener.url:
                return known.secret_key or ""
        endpoint = endpoints.create(target_url=self.listener.url)
        for event in SUBSCRIBED:
            endpoints.subscriptions(endpoint.id).create(resource_type="Appointment", event=event)
        return endpoint.secret_key or ""

    def commands(self) -> Mapping[str, Callable[..., object]]:
        """Return what can be asked for, by name."""
        return {
            "wait": lambda: None,
            "poll": lambda: self.engine.poll(LOCATION, self.clock.now()),
            "work": self.work,
            "news": self.news,
            "explain": self.explain,
            "reviews": self.reviews,
            "answer": self.answer,
            "scan": lambda: self.engine.scan(LOCATION, self.clock.now()),
            "left": self.left,
        }

    def work(self) -> dict[str, int]:
        """Step until nothing is due."""
        total = {"settled": 0, "done": 0, "retried": 0, "buried": 0}
        while (report := self.engine.step(self.clock.now())).settled:
            for name in total:
                total[name] += getattr(report, name)
        return total

    def news(self, after: int) -> Mapping[str, Sequence[object]]:
        """Return the journal behind the entry *after*, and what the host was told meanwhile."""
        told: dict[str, Sequence[object]] = {
            "journal": self.engine.journal(after=after, limit=1000),
            "happened": list(self.happened),
            "alerts": list(self.alerts),
        }
        self.happened.clear()
        self.alerts.clear()
        return told

    def explain(self, nexhealth_id: int) -> object:
        """Return which charts come near a NexHealth patient, and why."""
        return self.engine.explain(LOCATION, nexhealth_id, self.clock.now())

    def reviews(self) -> list[dict[str, object]]:
        """Return the open questions as the staff sees them."""
        return [
            {
                "id": each.review.id,
                "kind": each.review.kind,
                "subject": each.review.subject,
                "choices": each.review.choices,
                **each.body,
            }
            for each in self.engine.reviews()
        ]

    def answer(self, id: str, choice: str, record: int | str = "") -> None:
        """Answer a question as the front desk."""
        self.engine.answer(id, choice, record=record, by="front desk", now=self.clock.now())

    def left(self) -> dict[str, int]:
        """Count what is not finished."""
        return {
            "questions": len(self.engine.reviews(1000)),
            "waiting": len(self.engine.waiting(1000)),
            "buried": len(self.engine.buried(1000)),
            "pending links": sum(link.state.value == "pending" for link in self.engine.links(limit=10_000)),
        }

    def do(self, command: dict[str, Any]) -> object:
        """Carry out one command at its moment."""
        self.clock.advance_to(datetime.fromisoformat(command.pop("now")))
        return self.commands()[command.pop("do")](**command)

    def close(self) -> None:
        """Stop listening and close what is open."""
        self.listener.stop()
        self.nexhealth.close()
        self.opendental.close()
        self.store.close()


class Listener(HTTPServer):
    """Takes webhooks on the loopback interface, one after the other."""

    # On Windows this would let another program listen on the port as well.
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, port: int, worker: Worker) -> None:
        super().__init__(("127.0.0.1", port), _Hook)
        self.worker = worker
        self.url = f"http://127.0.0.1:{self.server_port}/nexhealth"
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()
        self._thread.join(timeout=5)


class _Hook(BaseHTTPRequestHandler):
    server: Listener  # pyright: ignore[reportIncompatibleVariableOverride] - this handler has one kind of server

    def do_POST(self) -> None:
        """Verify, store, answer: the whole of it is the engine's `receive`."""
        worker, body = self.server.worker, self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            worker.engine.receive(dict(self.headers.items()), body, worker.clock.now())
        except SignatureError:
            status = 401
        except WebhookError:
            status = 400
        else:
            status = 200
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: stdout is for answers, stderr for faults."""


def plain(value: object) -> object:
    """Return what `json` cannot write by itself: records as objects, times as ISO texts."""
    if isinstance(value, datetime):
        return value.isoformat()
    kind: Any = type(value)
    if has(kind):
        return {each.name: getattr(value, each.name) for each in fields(kind)}
    raise TypeError(f"not JSON: {type(value).__name__}")


def main() -> None:
    """Serve commands until stdin ends."""
    worker = Worker(json.loads(sys.stdin.readline()))
    _say({"ok": worker.listener.server_port, "now": worker.clock.now()})
    for line in sys.stdin:
        try:
            answer = {"ok": worker.do(json.loads(line))}
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent is told and decides
            answer = {"error": f"{type(error).__name__}: {error}"}
        _say({**answer, "now": worker.clock.now()})
    worker.close()


def _say(answer: Mapping[str, object]) -> None:
    print(json.dumps(answer, default=plain), flush=True)


if __name__ == "__main__":
    # Ctrl-C reaches both processes; the other one tells the person.
    with contextlib.suppress(KeyboardInterrupt):
        main()
