"""A small town for the engine's tests: one dental office, its NexHealth, and an engine between them.

Everything runs in memory on one virtual clock. The office has two dentists, three chairs and no synchronizer unless a
test asks for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from odnexus._sync.engine import SyncEngine
from odnexus._sync.nexhealth import NexHealth
from odnexus._sync.opendental import OpenDental
from odnexus._sync.stores import Store
from odnexus.practice import Location, Practice
from odnexus.reconcile.alerting import Alert
from odnexus.reconcile.links import Link, Ref
from odnexus.reconcile.triggers import DomainEvent
from odnexus.stores import MemoryStore, Sealer
from odnexus.testing import VirtualClock, transport
from odnexus.testing.nexhealth import API_KEY, NexHealthSimulator, Synchronizer
from odnexus.testing.opendental import OpenDentalSimulator
from odnexus.testing.opendental.keys import CUSTOMER_KEY, DEVELOPER_KEY

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""08:00 on a Monday in Denver."""


class Town:
    """The office, NexHealth and the engine."""

    def __init__(
        self,
        *,
        store: Any = None,
        overlay: bool = False,
        synchronizer: bool = False,
        nexhealth_switches: Mapping[str, Any] | None = None,
        opendental: Mapping[str, Any] | None = None,
        holding: bool = False,
        **location: Any,
    ) -> None:
        self.clock = VirtualClock(MONDAY)
        self.alerts: list[Alert] = []
        self.happened: list[DomainEvent] = []
        self._build_opendental(dict(opendental or {}))
        self._build_nexhealth(overlay or synchronizer, overlay, dict(nexhealth_switches or {}))
        self.holding = 0
        if holding:
            self.holding = self.od.practice.add_patient(
                FName="Online Booking", LName="Pending", BillingType="Standard Account"
            )
            location["holding_chart"] = self.holding
        self.location = Location(
            name="main",
            nexhealth_id=self.location_id,
            timezone="America/Denver",
            operatories=dict(zip(self.chairs, self.ops, strict=True)),
            providers=dict(zip(self.dentists, self.provs, strict=True)),
            **location,
        )
        self.practice = Practice(subdomain="demo-dental", locations=(self.location,))
        self.store: Store = store or MemoryStore()
        self.sealer = Sealer.ephemeral()
        self.engine = self.new_engine()

    # -- building ------------------------------------------------------------------------------------------------------

    def _build_opendental(self, options: dict[str, Any]) -> None:
        self.od: Any = OpenDentalSimulator(clock=self.clock, **options)
        office = self.od.practice
        for name in ("Not Called", "Left Message", "Confirmed", "Arrived"):
            office.add_definition(2, name)
        office.add_definition(4, "Standard Account")
        self.provs = [
            office.add_provider(Abbr=abbr, LName=name, FName="Dana")
            for abbr, name in (("DOC1", "Abbot"), ("DOC2", "Brook"))
        ]
        self.ops = [office.add_operatory(OpName=f"Op {n}", Abbrev=f"Op{n}") for n in (1, 2, 3)]
        self.provs.append(office.add_provider(Abbr="HYG1", LName="Clark", FName="Hazel", IsSecondary=True))

    def _build_nexhealth(self, synced: bool, inserts: bool, switches: dict[str, Any]) -> None:
        self.nx: Any = NexHealthSimulator(clock=self.clock, **switches)
        state = self.nx.state
        self.institution = state.add_institution("demo-dental", "Demo Dental")
        self.sync = state.add_sync(self.institution) if synced else None
        self.location_id = state.add_location(self.institution, "Main", sync_id=self.sync, insert_appt_client=inserts)
        self.dentists = [
            state.add_provider(self.location_id, "Dana", name, foreign_id=str(number) if synced else None)
            for name, number in zip(("Abbot", "Brook", "Clark"), self.provs, strict=True)
        ]
        self.chairs = [
            state.add_operatory(self.location_id, f"Op {n}", foreign_id=str(op) if synced else "")
            for n, op in enumerate(self.ops, 1)
        ]
        self.kind = state.add_appointment_type(self.institution, "Cleaning", 60)

    def synchronize(self) -> Synchronizer:
        """Put NexHealth's synchronizer between its platform and the office; it works with `run`."""
        assert self.sync is not None, "ask for a synchronizer when building the town"
        synchronizer: Synchronizer = self.nx.connect(self.sync, self.od)
        return synchronizer

    def new_engine(self, **changes: Any) -> SyncEngine:
        """Return a new engine on the same store, as after a restart."""
        opendental = OpenDental(
            developer_key=DEVELOPER_KEY,
            customer_key=CUSTOMER_KEY,
            mode=self.od.mode,
            clock=self.clock,
            transport=transport(self.od),
        )
        nexhealth = NexHealth(
            api_key=API_KEY,
            subdomain="demo-dental",
            location_id=self.location_id,
            clock=self.clock,
            transport=transport(self.nx),
        )
        settings: dict[str, Any] = {
            "nexhealth": nexhealth,
            "opendental": opendental,
            "store": self.store,
            "sealer": self.sealer,
            "handlers": {"*": self.happened.append},
            "alerts": self.alerts.append,
            "clock": self.clock,
        }
        return SyncEngine(self.practice, **{**settings, **changes})

    # -- people --------------------------------------------------------------------------------------------------------

    def chart(self, first: str, last: str, born: str, **fields: Any) -> int:
        """Add a chart to Open Dental."""
        fields.setdefault("BillingType", "Standard Account")
        number: int = self.od.practice.add_patient(
            FName=first, LName=last, Birthdate=date.fromisoformat(born), **fields
        )
        return number

    def person(self, first: str, last: str, born: str, phone: str = "3035550100", **details: Any) -> int:
        """Add a patient to NexHealth."""
        details.setdefault("email", f"{first}.{last}@example.com".lower().replace(" ", ""))
        number: int = self.nx.state.add_patient(
            self.location_id,
            first,
            last,
            bio={"date_of_birth": born, "phone_number": phone, "gender": "Female"},
            **details,
        )
        return number

    def book(self, patient: int, start: datetime | None = None, *, chair: int = 0, **details: Any) -> int:
        """Book as a patient does on NexHealth's page."""
        number: int = self.nx.patient_app.book(
            self.location_id,
            start or at(9),
            patient_id=patient,
            provider_id=self.dentists[0],
            operatory_id=self.chairs[chair],
            minutes=60,
            **details,
        )
        return number

    # -- time ----------------------------------------------------------------------------------------------------------

    def work(self, minutes: int = 5, *, poll: bool = True) -> None:
        """Let time pass, poll once, and step until nothing is due."""
        self.clock.advance(timedelta(minutes=minutes))
        if poll:
            self.engine.poll("main")
        while self.engine.step().settled:
            pass

    def settle(self, rounds: int = 3) -> None:
        """Work for some rounds, so that echoes have come back."""
        for _ in range(rounds):
            self.work()

    # -- looking -------------------------------------------------------------------------------------------------------

    @property
    def visits(self) -> list[Any]:
        """Appointments of patients in Open Dental."""
        return [row for row in self.od.practice.appointments.values() if row["PatNum"] != self.holding]

    @property
    def holds(self) -> list[Any]:
        """Appointments on the holding chart that keep a slot."""
        rows = [row for row in self.od.practice.appointments.values() if row["PatNum"] == self.holding]
        return [row for row in rows if str(row["AptStatus"]) == "Scheduled"]

    @property
    def charts(self) -> list[Any]:
        """Charts of patients in Open Dental."""
        return [chart for chart in self.od.practice.patients.values() if chart["PatNum"] != self.holding]

    def link_of(self, booking: int) -> Link | None:
        """Return the link of a NexHealth appointment."""
        return self.engine.find_link("visit", Ref(side="nexhealth", realm="demo-dental", id=str(booking)))

    def row_of(self, booking: int) -> Any:
        """Return the Open Dental appointment that a booking is linked to."""
        link = self.link_of(booking)
        assert link is not None, "the booking is not linked"
        assert link.opendental is not None, "the link is not complete"
        return self.od.practice.appointments[int(link.opendental.id)]

    def booking(self, number: int) -> Any:
        """Return a NexHealth appointment as it stands."""
        return self.nx.state.appointments[number]

    def names(self) -> list[str]:
        """Return the names of the domain events so far."""
        return [event.name for event in self.happened]

    def kinds(self) -> list[str]:
        """Return the kinds of open questions."""
        return [question.review.kind for question in self.engine.reviews()]


def at(hour: int, minute: int = 0, *, day: int = 9) -> datetime:
    """Return a moment by Denver's clock in March 2026 (daylight saving time begins on the 8th)."""
    from zoneinfo import ZoneInfo

    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("America/Denver")).astimezone(UTC)
