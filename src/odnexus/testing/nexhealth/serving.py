"""A platform to talk to over real HTTP: the demo office on this machine's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odnexus.testing.clock import SimClock, SystemClock
from odnexus.testing.nexhealth.demo import demo_office
from odnexus.testing.nexhealth.simulator import NexHealthSimulator, Unknown
from odnexus.testing.server import LocalServer
from odnexus.testing.transports import post

if TYPE_CHECKING:
    from odnexus.testing.opendental import OpenDentalSimulator

PORT = 30300
"""Where the simulator listens by default; NexHealth itself has one host and no local port."""


def serve_nexhealth(
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    strict: bool = True,
    strict_unknown: Unknown = "warn",
    clock: SimClock | None = None,
    opendental: OpenDentalSimulator | None = None,
    simulator: NexHealthSimulator | None = None,
) -> LocalServer:
    """Return a server for a simulated platform, to use in a with statement.

    While it runs, the synchronizer does its cycles and webhooks are delivered.

    Args:
        host: The address to listen on.
        port: The port; 0 for any free one.
        strict: Whether undocumented bodies are refused.
        strict_unknown: What an unknown query parameter does.
        clock: Source of time; that of *opendental*, or this machine's by default.
        opendental: The demo practice behind the office; without one NexHealth holds its bookings.
        simulator: A simulator of your own instead; then the four arguments before have no effect.
    """
    if simulator is None:
        source = clock or (SystemClock() if opendental is None else opendental.clock)
        simulator = demo_office(source, opendental, strict=strict, strict_unknown=strict_unknown).simulator
    if simulator.webhooks.send is None:
        simulator.webhooks.send = post
    return LocalServer(simulator, host=host, port=port, tick=simulator.tick)
