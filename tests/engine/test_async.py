"""The async engine does what the sync one does, on the app's own loop."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from odnexus._async.engine import AsyncSyncEngine
from odnexus._async.nexhealth import AsyncNexHealth
from odnexus._async.opendental import AsyncOpenDental
from odnexus.reconcile.triggers import DomainEvent
from odnexus.stores import MemoryStore, in_threads
from odnexus.testing import transport
from odnexus.testing.nexhealth import API_KEY
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY
from tests.engine.town import Town, at


def test_a_booking_goes_all_the_way_and_back() -> None:
    town = Town()
    happened: list[DomainEvent] = []

    async def note(event: DomainEvent) -> None:
        happened.append(event)

    async def work(engine: AsyncSyncEngine) -> None:
        for _ in range(3):
            town.clock.advance(timedelta(minutes=5))
            await engine.poll("main")
            while (await engine.step()).settled:
                pass

    async def story() -> int:
        clock = town.clock.for_async()
        opendental = AsyncOpenDental(
            developer_key=DEVELOPER_KEY,
            customer_key=CUSTOMER_KEY,
            mode="service",
            clock=clock,
            transport=transport(town.od),
        )
        nexhealth = AsyncNexHealth(
            api_key=API_KEY,
            subdomain="demo-dental",
            location_id=town.location_id,
            clock=clock,
            transport=transport(town.nx),
        )
        engine = AsyncSyncEngine(
            town.practice,
            nexhealth=nexhealth,
            opendental=opendental,
            store=in_threads(MemoryStore()),
            sealer=town.sealer,
            handlers={"*": note},
            clock=clock,
        )
        await work(engine)
        booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
        await work(engine)
        town.nx.patient_app.reschedule(booking, at(14))
        await work(engine)
        (visit,) = town.visits
        assert str(visit["AptDateTime"]) == "2026-03-09 14:00:00"
        town.od.practice.staff.break_(visit["AptNum"])
        await work(engine)
        await opendental.aclose()
        await nexhealth.aclose()
        return booking

    booking = asyncio.run(story())

    assert town.booking(booking).cancelled
    assert [event.name for event in happened if event.name != "slot.opened"] == [
        "appointment.created",
        "appointment.rescheduled",
        "appointment.cancelled",
    ]


def test_run_works_until_it_is_told_to_stop() -> None:
    town = Town()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))

    class UntilWritten:
        def is_set(self) -> bool:
            return bool(town.visits)

    town.engine.run(UntilWritten(), every=timedelta(minutes=1))

    assert town.row_of(booking)["PatNum"] == town.charts[0]["PatNum"]
