"""A practice on real local servers with a settings file, as a new user would have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from odnexus.stores import Sealer
from odnexus.testing.clock import SystemClock
from odnexus.testing.nexhealth import API_KEY, DemoOffice, demo_office, serve_nexhealth
from odnexus.testing.opendental import (
    CUSTOMER_KEY,
    DEVELOPER_KEY,
    OpenDentalSimulator,
    demo_practice,
    serve_opendental,
)

ZONE = "America/Denver"

KEYS = {
    "NEXHEALTH_API_KEY": API_KEY,
    "OPENDENTAL_DEVELOPER_KEY": DEVELOPER_KEY,
    "OPENDENTAL_CUSTOMER_KEY": CUSTOMER_KEY,
    "ODNEXUS_KEY": Sealer.generate_key(),
}

FILE = """
subdomain = "{subdomain}"

[[locations]]
name = "main"
nexhealth_id = {location}
timezone = "{zone}"

[nexhealth]
api_key = {{ env = "NEXHEALTH_API_KEY" }}
base_url = "{nexhealth}"

[opendental.main]
developer_key = {{ env = "OPENDENTAL_DEVELOPER_KEY" }}
customer_key = {{ env = "OPENDENTAL_CUSTOMER_KEY" }}
mode = "service"
base_url = "{opendental}"

[store]
key = {{ env = "ODNEXUS_KEY" }}
"""


class Place:
    """Both systems, served, and the settings file that names them."""

    def __init__(self, folder: Path, od: OpenDentalSimulator, nx: DemoOffice, urls: tuple[str, str]) -> None:
        self.od: Any = od
        self.nx: Any = nx
        self.opendental_url, self.nexhealth_url = urls
        self.file = folder / "practice.toml"
        self.write()

    def write(self, extra: str = "", **changes: object) -> Path:
        """Write the settings file."""
        values = {
            "subdomain": self.nx.subdomain,
            "location": self.nx.location_id,
            "zone": ZONE,
            "nexhealth": self.nexhealth_url,
            "opendental": self.opendental_url,
            **changes,
        }
        self.file.write_text(FILE.format(**values) + extra, encoding="utf-8")
        return self.file

    def book(self, given: str = "Nadia", family: str = "Okafor", *, hour: int = 10, born: str = "1991-03-04") -> int:
        """Book a first visit on NexHealth's page."""
        state = self.nx.simulator.state
        phone = f"20855501{77 if hour == 10 else hour}"
        bio = {"date_of_birth": born, "phone_number": phone, "gender": "Female"}
        patient = state.add_patient(self.nx.location_id, given, family, email=f"{given}@example.com", bio=bio)
        day = datetime.now(ZoneInfo(ZONE)) + timedelta(days=9)
        start = day.replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(
            days=max(0, 7 - day.weekday()) % 3
        )
        number: int = self.nx.simulator.patient_app.book(
            self.nx.location_id,
            start.astimezone(UTC),
            patient_id=patient,
            provider_id=self.nx.providers["DOC1"],
            operatory_id=self.nx.operatories["OP2"],
            minutes=60,
        )
        return number


@contextmanager
def place(folder: Path, **options: Any) -> Iterator[Place]:
    """Serve both systems while the block runs; NexHealth holds its bookings, so that odnexus writes them."""
    clock = SystemClock()
    od = demo_practice(clock, zone=ZONE, **options)
    nx = demo_office(clock)
    with (
        serve_opendental(port=0, simulator=od) as first,
        serve_nexhealth(port=0, simulator=nx.simulator) as second,
    ):
        yield Place(folder, od, nx, (first.url, second.url))
