"""Who appears in the demo, and where they sit. Nobody exists: 555 numbers, addresses at example.com."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import field, frozen

ZONE = "America/Denver"
BEGIN = datetime(2026, 3, 2, 7, 50, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
"""A Monday, ten minutes before the office opens."""


@frozen(kw_only=True)
class Visitor:
    """Somebody who books, as they write themselves on NexHealth's page.

    Attributes:
        chart: Label of their chart in the demo practice; ``""`` for somebody the office has never seen.
    """

    first_name: str
    last_name: str
    born: date
    phone: str
    email: str
    chart: str = ""

    @property
    def name(self) -> str:
        """First and last name as written."""
        return f"{self.first_name} {self.last_name}"


@frozen(kw_only=True)
class Place:
    """A place in the book: days from the demo's Monday, time of day, chair, provider, kind of visit."""

    day: int = field()
    time: str
    chair: str = "OP1"
    provider: str = "DOC1"
    kind: str = "Recall"

    @property
    def wall(self) -> datetime:
        """When it begins, by the office's wall clock."""
        monday = BEGIN.astimezone(ZoneInfo(ZONE)).date()
        hour, minute = (int(part) for part in self.time.split(":"))
        return datetime(monday.year, monday.month, monday.day, hour, minute) + timedelta(days=self.day)

    @property
    def start(self) -> datetime:
        """When it begins, aware, in UTC."""
        return instant(self.wall)


def instant(wall: datetime) -> datetime:
    """Return the moment at which the office's clock shows *wall*."""
    return wall.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


TESTER = Visitor(
    first_name="Testa", last_name="Golive", born=date(1990, 1, 2), phone="2085550190", email="golive@example.com"
)
PRIYA = Visitor(
    first_name="Priya", last_name="Raman", born=date(1991, 10, 12), phone="2085550191", email="priya@example.com"
)
BOB = Visitor(
    first_name="Bob",
    last_name="Whitfield",
    born=date(1979, 6, 2),
    phone="2085550101",
    email="bob@example.org",
    chart="robert",
)
MIA = Visitor(
    first_name="Mia",
    last_name="Castellano",
    born=date(2012, 4, 8),
    phone="2085550110",
    email="lucia.c@example.com",
    chart="twin_mia",
)
MARA = Visitor(
    first_name="Maira",  # as her mother's telephone corrects it
    last_name="Castellano",
    born=date(2012, 4, 8),
    phone="2085550110",
    email="lucia.c@example.com",
    chart="twin_mara",
)
FATHER = Visitor(
    first_name="Henry",
    last_name="Abernathy",
    born=date(1958, 9, 14),
    phone="2085550120",
    email="habernathy@example.com",
    chart="father_henry",
)
SON = Visitor(
    first_name="Henry",
    last_name="Abernathy",
    born=date(1989, 3, 30),
    phone="2085550120",
    email="habernathy@example.com",
    chart="son_henry",
)
FREJA = Visitor(
    first_name="Freja",
    last_name="Lindqvist",
    born=date(2019, 8, 20),
    phone="2085550130",
    email="grace.l@example.com",
)
SIOBHAN = Visitor(
    first_name="Siobhan",  # without the accent that her chart has
    last_name="OBrien",
    born=date(1972, 8, 16),
    phone="2085550141",
    email="siobhan@example.com",
    chart="obrien",
)
JOSE = Visitor(
    first_name="Jose",
    last_name="Munoz",
    born=date(1990, 12, 5),
    phone="2085550140",
    email="jose.m@example.com",
    chart="jose",
)
CLAIRE = Visitor(
    first_name="Claire",
    last_name="Dubois",
    born=date(1948, 12, 12),
    phone="2085550147",
    email="claire@example.com",
    chart="land_line",
)
OWEN = Visitor(
    first_name="Owen", last_name="Tate", born=date(2000, 5, 17), phone="2085550192", email="owen@example.com"
)
