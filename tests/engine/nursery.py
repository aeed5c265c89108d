"""A process whose children run the engine until they are killed.

Run as ``python -m tests.engine.nursery STORE KEY OPENDENTAL NEXHEALTH LOCATION PORT``. Everything is imported once;
each line ``live MOMENT`` on standard input makes a child that is up at once. It receives deliveries on PORT, polls,
steps and says ``idle`` when nothing is due. Whoever started this kills the child whenever it likes.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from odnexus import NexHealth, OpenDental, Practice, Sealer, SqliteStore, SyncEngine
from odnexus.practice import Location
from odnexus.receiver import WsgiReceiver
from odnexus.testing import VirtualClock
from odnexus.testing.nexhealth import API_KEY
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY

SECRET = "whsec-nursery"


class Silent(WSGIRequestHandler):
    """Answers requests without a word about them."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of a request."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


def say(text: str) -> None:
    """Write a line; one system call, so that a kill leaves no half of it."""
    os.write(1, f"{text}\n".encode())


def live(place: list[str], moment: datetime) -> None:
    """Be an engine at *moment* until killed."""
    path, key, opendental, nexhealth, location_id, port = place
    clock = VirtualClock(moment)
    location = Location(name="main", nexhealth_id=int(location_id), timezone="America/Denver")
    od = OpenDental(
        developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY, mode="service", base_url=opendental, clock=clock
    )
    nx = NexHealth(
        api_key=API_KEY, subdomain="demo-dental", location_id=location.nexhealth_id, base_url=nexhealth, clock=clock
    )
    engine = SyncEngine(
        Practice(subdomain="demo-dental", locations=(location,)),
        opendental=od,
        nexhealth=nx,
        store=SqliteStore(path),
        sealer=Sealer(key),
        clock=clock,
        webhook_secrets=[SECRET],
    )
    server = _Server(("127.0.0.1", int(port)), Silent)
    server.set_app(WsgiReceiver(engine))
    Thread(target=server.serve_forever, daemon=True).start()
    say("up")
    engine.poll("main")
    while True:
        while engine.step().settled:
            pass
        say("idle")
        if sys.stdin.readline().strip() == "later":
            clock.advance(timedelta(minutes=10))
            engine.poll("main")


def main() -> None:
    """Make a child for each line."""
    place = sys.argv[1:]
    say("ready")
    for line in iter(sys.stdin.readline, ""):
        if line.startswith("live "):
            if (child := os.fork()) == 0:
                try:
                    live(place, datetime.fromisoformat(line.split()[1]))
                except BaseException as error:  # noqa: BLE001 - whatever it is, the watching test must hear of it
                    say(f"failed {type(error).__name__}")
                    os._exit(1)
            say(f"child {child}")
            os.waitpid(child, 0)
            say("dead")


if __name__ == "__main__":
    main()
