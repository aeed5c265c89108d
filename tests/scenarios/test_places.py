"""L1 and G3 over real sockets: three locations in two databases, each with its own fate and mode."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, Self

import pytest
from attrs import evolve

from odnexus._sync.engine import SyncEngine
from odnexus._sync.nexhealth import NexHealth
from odnexus._sync.opendental import OpenDental
from odnexus.cli.digest import digest
from odnexus.practice import Modes
from odnexus.testing import LocalServer
from odnexus.testing.nexhealth import API_KEY
from odnexus.testing.opendental.keys import CUSTOMER_KEY, DEVELOPER_KEY
from tests.engine.county import LAKE_KEY, NAMES, County


class ServedCounty(County):
    """The county whose engine reaches each office and NexHealth over HTTP."""

    def __init__(self, **settings: Mapping[str, Any]) -> None:
        self._stack = ExitStack()
        self.servers: dict[str, LocalServer] = {}
        super().__init__(apart=True, **settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def new_engine(self, **changes: Any) -> SyncEngine:
        """Return an engine with clients that speak HTTP."""
        simulators = {**self.databases, "nexhealth": self.nx}
        self.servers = {name: self._stack.enter_context(LocalServer(each)) for name, each in simulators.items()}
        keys = {"developer_key": DEVELOPER_KEY, "customer_key": CUSTOMER_KEY, "mode": "service", "clock": self.clock}
        opendental = {
            name: self._stack.enter_context(OpenDental(**keys, base_url=self.servers[name].url))  # type: ignore[arg-type]
            for name in self.databases
        }
        nexhealth = {
            realm: self._stack.enter_context(
                NexHealth(
                    api_key=LAKE_KEY if realm == "lake-dental" else API_KEY,
                    subdomain=realm,
                    base_url=self.servers["nexhealth"].url,
                    clock=self.clock,
                )
            )
            for realm in self.institutions
        }
        return super().new_engine(opendental=opendental, nexhealth=nexhealth, **changes)


@pytest.mark.mission(
    "L1",
    shows="three locations each get their own bookings; one whose server is off holds up no other, is caught up with "
    "later, and all of them stand in one report",
    try_it="odnexus status",
)
def test_one_office_is_off_and_the_others_go_on() -> None:
    people = {"north": ("Nora", "Field"), "south": ("Sara", "Marsh"), "lake": ("Lena", "Shore")}
    with ServedCounty() as county:
        county.work()
        began, port = county.clock.now(), int(county.servers["lake"].url.rpartition(":")[2])
        county.servers["lake"].stop()
        bookings = {
            name: county.book(name, county.person(name, *people[name], f"198{number}-04-0{number + 1}"))
            for number, name in enumerate(NAMES)
        }
        county.work(2)

        assert {name: len(county.visits(name)) for name in county.databases} == {"valley": 2, "lake": 0}
        assert {alert.location for alert in county.alerts} == {"lake"}
        status = county.engine.status()
        assert {each.location: bool(each.paused) for each in status.locations} == {
            "north": False,
            "south": False,
            "lake": True,
        }

        with LocalServer(county.databases["lake"], port=port):
            county.clock.advance(timedelta(minutes=15))
            county.work(3)

        for name, booking in bookings.items():
            link = county.link_of(name, booking)
            assert link is not None
            assert link.opendental is not None
            office = county.databases[link.opendental.realm].practice
            row = office.appointments[int(link.opendental.id)]
            assert office.patients[row["PatNum"]]["FName"] == people[name][0]
            assert row["ClinicNum"] == (county.clinics[name] or 0)
        report = digest(county.store, county.practice, began, county.clock.now()).to_text()
        assert all(name in report for name in (*NAMES, "all"))
        assert "hand-offs avoided: 6" in report
        assert not any(family in report for _, family in people.values())


@pytest.mark.mission(
    "G3",
    shows="one location is live while its neighbour in the same database still watches, until its own word changes",
)
def test_each_location_goes_live_by_itself() -> None:
    with ServedCounty(south={"modes": Modes(person="observe", visit="observe")}) as county:
        county.work()
        county.book("north", county.person("north", "Nora", "Field", "1980-04-01"))
        watched = county.book("south", county.person("south", "Sara", "Marsh", "1981-04-02"))
        county.work(2)
        assert [visit["Op"] for visit in county.visits("valley")] == [county.ops["north"]]
        assert any(rule.startswith("observe:") for rule in county.rules("south"))

        live = [evolve(each, modes=Modes()) if each.name == "south" else each for each in county.practice.locations]
        county.practice = evolve(county.practice, locations=tuple(live))
        county.engine = county.new_engine()
        county.work(3)

        assert county.link_of("south", watched) is not None
        assert sorted(visit["Op"] for visit in county.visits("valley")) == sorted(
            [county.ops["north"], county.ops["south"]]
        )
