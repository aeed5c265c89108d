"""Simulated practices to develop and test against: both systems behind their HTTP surface, a clock and faults.

Invented data only. `transport(simulator)` gives a client the simulator instead of the network, `LocalServer` serves it
over real HTTP, `VirtualClock` makes days pass in no time and `Faults` breaks what networks break.
"""

from __future__ import annotations

from odnexus.testing.clock import SimClock, SystemClock, VirtualClock
from odnexus.testing.faults import Fault, FaultKind, Faults
from odnexus.testing.http import RequestLog, RequestRecord, SimDropped, SimReply, SimRequest, Simulator
from odnexus.testing.nexhealth import NexHealthSimulator, demo_office, serve_nexhealth
from odnexus.testing.opendental import OpenDentalSimulator, demo_practice, serve_opendental
from odnexus.testing.server import LocalServer
from odnexus.testing.transports import post, transport

__all__ = [
    "Fault",
    "FaultKind",
    "Faults",
    "LocalServer",
    "NexHealthSimulator",
    "OpenDentalSimulator",
    "RequestLog",
    "RequestRecord",
    "SimClock",
    "SimDropped",
    "SimReply",
    "SimRequest",
    "Simulator",
    "SystemClock",
    "VirtualClock",
    "demo_office",
    "demo_practice",
    "post",
    "serve_nexhealth",
    "serve_opendental",
    "transport",
]
