"""The stage: both simulators as HTTP servers on this machine, a store in a folder, one clock, a worker process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from odnexus import Sealer
from odnexus.cli.demo.cast import BEGIN, ZONE
from odnexus.cli.demo.child import WORKER, Child
from odnexus.testing import LocalServer, SimReply, SimRequest, Simulator, VirtualClock, post
from odnexus.testing.nexhealth import API_KEY, DemoOffice, demo_office
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, OpenDentalSimulator, demo_practice

# What a request takes: Open Dental's remote mode allows one a second.
OPENDENTAL_TAKES = timedelta(seconds=1.05)
NEXHEALTH_TAKES = timedelta(seconds=0.12)

Hook = Callable[[SimRequest, SimReply], None]


class Line:
    """The line to a simulator: each request takes its time, and somebody may watch the answers go by.

    Args:
        simulator: Who answers.
        clock: The clock that moves.
        takes: How long a request takes.
    """

    def __init__(self, simulator: Simulator, clock: VirtualClock, takes: timedelta) -> None:
        self.clock = clock
        self.watch: Hook | None = None
        """Called with each request and its answer before the answer leaves."""
        self._simulator = simulator
        self._takes = takes

    def handle(self, request: SimRequest) -> SimReply:
        """Answer as the simulator does, a little later."""
        self.clock.advance(self._takes)
        reply = self._simulator.handle(request)
        if self.watch is not None:
            self.watch(request, reply)
        return reply


class Stage:
    """Everything that the story needs, open while its ``with`` block runs.

    Args:
        folder: Where the store's file is made.
        command: Command line of the worker.

    Attributes:
        clock: The one clock.
        opendental: The office's Open Dental, with the demo practice.
        office: The office at NexHealth; no synchronizer serves it.
        line: The line to Open Dental.
        child: The worker process.
    """

    def __init__(self, folder: Path, command: Sequence[str] = WORKER) -> None:
        self.clock = VirtualClock(BEGIN)
        self.opendental: OpenDentalSimulator = demo_practice(self.clock, mode="remote", zone=ZONE)
        self.office: DemoOffice = demo_office(self.clock, self.opendental, linked=False)
        self.line = Line(self.opendental, self.clock, OPENDENTAL_TAKES)
        self._servers = (
            LocalServer(self.line),
            LocalServer(Line(self.office.simulator, self.clock, NEXHEALTH_TAKES)),
        )
        self._folder = folder
        self._command = command
        self._open = ExitStack()
        webhooks = self.office.simulator.webhooks
        webhooks.send = post
        webhooks.duplicate(2)

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            opendental, nexhealth = (opening.enter_context(server) for server in self._servers)
            self.urls = {"opendental": opendental.url, "nexhealth": nexhealth.url}
            self.child = Child(self._config(), self.clock, self._command)
            opening.callback(self.child.stop)
            self.child.start()
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def store(self) -> Path:
        """The store's file."""
        return self._folder / "odnexus.sqlite3"

    def _config(self) -> dict[str, object]:
        office = self.office
        types = self.opendental.demo.types
        return {
            "opendental": {
                "base_url": self.urls["opendental"],
                "developer_key": DEVELOPER_KEY,
                "customer_key": CUSTOMER_KEY,
            },
            "nexhealth": {
                "base_url": self.urls["nexhealth"],
                "api_key": API_KEY,
                "subdomain": office.subdomain,
                "location_id": office.location_id,
            },
            "store": str(self.store),
            "key": Sealer.generate_key(),
            "zone": ZONE,
            "types": {str(number): types[name] for name, number in office.types.items()},
        }

    # -- time ----------------------------------------------------------------------------------------------------------

    @property
    def wall(self) -> datetime:
        """What the office's clock shows."""
        return self.opendental.practice.now()

    # -- looking -------------------------------------------------------------------------------------------------------

    @property
    def state(self) -> Any:
        """NexHealth's records."""
        return self.office.simulator.state

    def sent(self) -> int:
        """Return how many requests Open Dental has had so far."""
        return self.opendental.count()
