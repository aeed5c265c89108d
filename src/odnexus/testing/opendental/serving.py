"""An office to talk to over real HTTP: the demo practice on this machine's clock."""

from __future__ import annotations

from odnexus.testing.clock import SimClock, SystemClock
from odnexus.testing.opendental.demo import demo_practice
from odnexus.testing.opendental.simulator import Mode, OpenDentalSimulator
from odnexus.testing.server import LocalServer
from odnexus.testing.transports import post

PORT = 30223
"""The port of the API Service (page "API Modes")."""


def serve_opendental(
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    mode: Mode = "service",
    version: str = "25.4.48.0",
    zone: str = "America/Denver",
    strict: bool = True,
    clinics: bool = False,
    demo: bool = True,
    clock: SimClock | None = None,
    simulator: OpenDentalSimulator | None = None,
) -> LocalServer:
    """Return a server for a simulated office, to use in a with statement; it sends API Events while it runs.

    Args:
        host: The address to listen on.
        port: The port; 0 for any free one.
        mode: Through which mode of the API the office is reached.
        version: Version of Open Dental that it runs.
        zone: IANA name of its time zone.
        strict: Whether undocumented requests are refused.
        clinics: Whether it uses clinics.
        demo: Whether it holds the demo practice; if not, it is empty.
        clock: Source of time; this machine's by default.
        simulator: A simulator of your own instead; then the six arguments before have no effect.
    """
    if simulator is None:
        source = clock or SystemClock()
        make = demo_practice if demo else OpenDentalSimulator
        simulator = make(clock=source, mode=mode, version=version, zone=zone, strict=strict, clinics=clinics)
    if simulator.events.send is None:
        simulator.events.send = post
    return LocalServer(simulator, host=host, port=port, tick=simulator.deliver_events)
