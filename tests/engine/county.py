"""Three locations for the engine's tests: two clinics in one database, and one with a database of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
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
from odnexus.testing.nexhealth import API_KEY, NexHealthSimulator
from odnexus.testing.opendental import OpenDentalSimulator
from odnexus.testing.opendental.keys import CUSTOMER_KEY, DEVELOPER_KEY
from tests.engine.town import MONDAY, at

NAMES = ("north", "south", "lake")
DATABASES: Mapping[str, str] = {"north": "valley", "south": "valley", "lake": "lake"}
LAKE_KEY = "nexhealth-key-of-the-lake"


class County:
    """North and south are clinics of the database ``valley``; lake has its own.

    Args:
        apart: Whether lake is an institution of its own at NexHealth, with its own key.
        settings: What a location is set to beside what it needs, by its name.
    """

    def __init__(self, *, apart: bool = False, store: Any = None, **settings: Mapping[str, Any]) -> None:
        self.clock = VirtualClock(MONDAY)
        self.alerts: list[Alert] = []
        self.happened: list[DomainEvent] = []
        self.nx: Any = NexHealthSimulator(clock=self.clock)
        self.databases: dict[str, Any] = {name: self._database() for name in ("valley", "lake")}
        self.clinics: dict[str, int | None] = {"lake": None}
        for name in ("north", "south"):
            self.clinics[name] = self.databases["valley"].practice.add_clinic(Description=name)
        self.realms: dict[str, str] = dict.fromkeys(NAMES, "valley-dental")
        self.institutions = {"valley-dental": self.nx.state.add_institution("valley-dental", "Valley Dental")}
        if apart:
            self.realms["lake"] = "lake-dental"
            self.institutions["lake-dental"] = self.nx.state.add_institution("lake-dental", "Lake Dental")
            self.nx.keyring.add(LAKE_KEY)
        self.ids: dict[str, int] = {}
        self.chairs: dict[str, int] = {}
        self.dentists: dict[str, int] = {}
        self.ops: dict[str, int] = {}
        self.practice = Practice(
            subdomain="valley-dental", locations=tuple(self._location(name, settings.get(name, {})) for name in NAMES)
        )
        self.store: Store = store or MemoryStore()
        self.sealer = Sealer.ephemeral()
        self.apart = apart
        self.engine = self.new_engine()

    def _database(self) -> Any:
        simulator = OpenDentalSimulator(clock=self.clock)
        simulator.practice.add_definition(2, "Confirmed")
        simulator.practice.add_definition(4, "Standard Account")
        return simulator

    def _location(self, name: str, settings: Mapping[str, Any]) -> Location:
        office, state, clinic = self.databases[DATABASES[name]].practice, self.nx.state, self.clinics[name]
        place: int = state.add_location(self.institutions[self.realms[name]], name.title())
        dentist = office.add_provider(Abbr=f"D{name[:3]}", LName="Abbot", FName="Dana")
        self.ops[name] = office.add_operatory(OpName=f"Op {name}", Abbrev=name[:3], ClinicNum=clinic or 0)
        self.ids[name] = place
        self.dentists[name] = state.add_provider(place, "Dana", "Abbot")
        self.chairs[name] = state.add_operatory(place, f"Op {name}")
        return Location(
            name=name,
            nexhealth_id=place,
            timezone="America/Denver",
            subdomain=self.realms[name],
            database=DATABASES[name],
            clinic_num=clinic,
            operatories={self.chairs[name]: self.ops[name]},
            providers={self.dentists[name]: dentist},
            **settings,
        )

    def new_engine(self, **changes: Any) -> SyncEngine:
        """Return a new engine on the same store, as after a restart."""
        opendental = {
            name: OpenDental(
                developer_key=DEVELOPER_KEY,
                customer_key=CUSTOMER_KEY,
                mode=simulator.mode,
                clock=self.clock,
                transport=transport(simulator),
            )
            for name, simulator in self.databases.items()
        }
        nexhealth = {
            realm: NexHealth(
                api_key=LAKE_KEY if realm == "lake-dental" else API_KEY,
                subdomain=realm,
                clock=self.clock,
                transport=transport(self.nx),
            )
            for realm in self.institutions
        }
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

    def chart(self, database: str, first: str, last: str, born: str, **fields: Any) -> int:
        """Add a chart to one of the databases."""
        fields.setdefault("BillingType", "Standard Account")
        number: int = self.databases[database].practice.add_patient(
            FName=first, LName=last, Birthdate=date.fromisoformat(born), **fields
        )
        return number

    def person(self, place: str, first: str, last: str, born: str, phone: str = "3035550100", **details: Any) -> int:
        """Add a patient to NexHealth at one of the locations."""
        details.setdefault("email", f"{first}.{last}@example.com".lower())
        bio = {"date_of_birth": born, "phone_number": phone, "gender": "Female"}
        number: int = self.nx.state.add_patient(self.ids[place], first, last, bio=bio, **details)
        return number

    def book(self, place: str, patient: int, start: datetime | None = None) -> int:
        """Book at one of the locations."""
        number: int = self.nx.patient_app.book(
            self.ids[place],
            start or at(9),
            patient_id=patient,
            provider_id=self.dentists[place],
            operatory_id=self.chairs[place],
            minutes=60,
        )
        return number

    # -- time and looking ----------------------------------------------------------------------------------------------

    def work(self, rounds: int = 1) -> None:
        """Let five minutes pass, poll every location, and step until nothing is due; that often."""
        for _ in range(rounds):
            self.clock.advance(timedelta(minutes=5))
            for name in NAMES:
                self.engine.poll(name)
            while self.engine.step().settled:
                pass

    def visits(self, database: str) -> list[Any]:
        """Return the appointments of a database."""
        return list(self.databases[database].practice.appointments.values())

    def charts(self, database: str) -> list[Any]:
        """Return the charts of a database."""
        return list(self.databases[database].practice.patients.values())

    def link_of(self, place: str, booking: int) -> Link | None:
        """Return the link of a booking."""
        return self.engine.find_link("visit", Ref(side="nexhealth", realm=self.realms[place], id=str(booking)))

    def kinds(self) -> list[str]:
        """Return the kinds of open questions."""
        return [question.review.kind for question in self.engine.reviews()]

    def rules(self, place: str) -> list[str]:
        """Return the rules that stand in the journal of a location."""
        return [entry.rule for entry in self.engine.journal(limit=1000, location=place)]
