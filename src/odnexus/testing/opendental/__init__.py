"""A simulated Open Dental office, read from the vendor's documents alone.

It shares no code with the client it is used to test. What the documents leave open is a switch in `Switches`; what they
say stands in `resources`, one small table-driven module for each.
"""

from __future__ import annotations

from odnexus.testing.opendental.demo import Demo, demo_practice
from odnexus.testing.opendental.events import EventSender
from odnexus.testing.opendental.headquarters import Headquarters
from odnexus.testing.opendental.keys import CUSTOMER_KEY, DEVELOPER_KEY, ENTERPRISE, PERMISSIONS, USUAL, ApiKey
from odnexus.testing.opendental.practice import Practice
from odnexus.testing.opendental.serving import serve_opendental
from odnexus.testing.opendental.simulator import BASE_URLS, Mode, OfficeState, OpenDentalSimulator
from odnexus.testing.opendental.staff import Staff
from odnexus.testing.opendental.switches import Switches
from odnexus.testing.opendental.values import Row

__all__ = [
    "BASE_URLS",
    "CUSTOMER_KEY",
    "DEVELOPER_KEY",
    "ENTERPRISE",
    "PERMISSIONS",
    "USUAL",
    "ApiKey",
    "Demo",
    "EventSender",
    "Headquarters",
    "Mode",
    "OfficeState",
    "OpenDentalSimulator",
    "Practice",
    "Row",
    "Staff",
    "Switches",
    "demo_practice",
    "serve_opendental",
]
