"""The waitlist: who could take an opened slot, and the ready handler that texts them one after another."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from odnexus._sync.opendental import OpenDental
from odnexus._sync.waitlist import AsapOffers
from odnexus.errors import ApiError, LeaseLostError
from odnexus.reconcile.alerting import Alert
from odnexus.reconcile.offers import OfferRule
from odnexus.reconcile.triggers import DomainEvent
from odnexus.testing import transport
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, PERMISSIONS
from tests.engine.crashing import Killed
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town, at


class Sink:
    def __init__(self) -> None:
        self.alerts: list[Alert] = []

    def send(self, alert: Alert) -> None:
        self.alerts.append(alert)


def wall(town: Town, hour: int, *, day: int = 9) -> datetime:
    return at(hour, day=day).astimezone(town.location.zone).replace(tzinfo=None)


def offers_of(town: Town, **options: Any) -> AsapOffers:
    client = OpenDental(
        developer_key=DEVELOPER_KEY, customer_key=CUSTOMER_KEY, mode=town.od.mode, clock=town.clock,
        transport=transport(town.od),
    )  # fmt: skip
    return AsapOffers(
        opendental=client, store=town.store, sealer=town.sealer, location=town.location, clock=town.clock, **options
    )


def listed(town: Town, *names: str, day: int = 12) -> list[int]:
    """Put visits on the ASAP list, one for each name, and return their numbers."""
    numbers = []
    for hour, name in enumerate(names, 9):
        chart = town.chart(name, "Frost", "2001-07-30", TxtMsgOk="Yes")
        numbers.append(
            town.od.practice.staff.book(
                chart, start=wall(town, hour, day=day), op=town.ops[1], minutes=60, ProvNum=town.provs[0]
            )
        )
        town.od.practice.staff.mark_asap(numbers[-1])
    return numbers


def opened(
    town: Town | None = None, *, names: tuple[str, ...] = ("Cy", "Dina"), **options: Any
) -> tuple[Town, list[int], DomainEvent]:
    """Let a slot open while some are on the ASAP list; return the town, their visits, and what the host is told."""
    permissions = options.pop("permissions", PERMISSIONS)
    town = town or Town(opendental={"permissions": permissions}, **options)
    numbers = listed(town, *names)
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"), at(15, day=3))
    town.settle()
    town.nx.patient_app.cancel(booking)
    town.settle()
    (event,) = [each for each in town.happened if each.name == "slot.opened"]
    return town, numbers, event


def texted(town: Town) -> list[int]:
    return [int(row["FKey"]) for row in town.od.practice.rows("asapcomms")]


@pytest.mark.mission("E5", shows="an opened slot is offered by text to one patient of the ASAP list after the other")
def test_one_is_asked_and_the_next_only_after_a_while() -> None:
    town, numbers, event = opened()
    offers = offers_of(town)
    offers(event)
    offers(event)
    assert texted(town) == numbers[:1]
    town.clock.advance(timedelta(minutes=59))
    assert len(offers.go_on()) == 1
    assert texted(town) == numbers[:1]
    town.clock.advance(timedelta(minutes=1))
    offers.go_on()
    assert texted(town) == numbers
    town.clock.advance(timedelta(hours=2))
    assert offers.go_on() == []
    offers(event)
    assert texted(town) == numbers


def test_a_slot_that_is_taken_is_offered_to_nobody_else() -> None:
    town, numbers, event = opened()
    offers = offers_of(town)
    offers(event)
    assert event.slot is not None
    town.od.practice.staff.move(numbers[0], start=event.slot.start, op=event.slot.operatory)
    town.clock.advance(timedelta(hours=1))

    assert offers.go_on() == []
    assert texted(town) == numbers[:1]


def test_nobody_is_texted_at_night() -> None:
    town, numbers, event = opened()
    offers = offers_of(town, rule=OfferRule(hours=(time(14), time(15))))
    offers(event)
    assert texted(town) == []
    while town.clock.now() < at(14, day=2) - timedelta(minutes=30):
        town.clock.advance(timedelta(minutes=15))
        offers.go_on()
    assert texted(town) == []
    town.clock.advance(timedelta(hours=1, minutes=15))
    offers.go_on()
    assert texted(town) == numbers[:1]


@pytest.mark.parametrize("change", ["unlisted", "unwilling", "blocked", "sooner", "too long", "deleted"])
def test_who_must_not_or_need_not_be_asked_is_passed_over(change: str) -> None:
    town, numbers, event = opened()
    first, staff = town.od.practice.appointments[numbers[0]], town.od.practice.staff
    match change:
        case "unlisted":
            staff.mark_asap(numbers[0], asap=False)
        case "unwilling":
            staff.edit_patient(first["PatNum"], TxtMsgOk="No")
        case "sooner":
            staff.move(numbers[0], start=wall(town, 12, day=2))
        case "too long":
            staff.move(numbers[0], minutes=90)
        case "deleted":
            staff.delete(numbers[0])
        case _:
            pass
    blocked = first["PatNum"] if change == "blocked" else 0
    offers_of(town, blocked=lambda pat_num: pat_num == blocked)(event)

    assert texted(town) == numbers[1:]


def test_without_the_permission_the_office_is_told_and_nothing_is_tried_again() -> None:
    town, _, event = opened(permissions=PERMISSIONS - {"ApiTextingASAP"})
    sink = Sink()
    offers = offers_of(town, alerts=sink)
    offers(event)
    town.clock.advance(timedelta(hours=1))
    offers.go_on()

    assert [alert.rule for alert in sink.alerts] == ["asap.not-permitted"]
    assert town.od.count("POST", "/asapcomms") == 1


@pytest.mark.parametrize(
    ("kind", "sent"), [("lost_answer", 1), ("timeout_after", 1), ("reset_before", 0), ("timeout_before", 0)]
)
def test_a_text_whose_answer_is_lost_goes_out_once(kind: str, sent: int) -> None:
    town, numbers, event = opened(names=("Cy",))
    offers = offers_of(town)
    town.od.faults.on("POST /asapcomms", kind=kind, times=5)
    with pytest.raises(ApiError):
        offers(event)
    assert len(texted(town)) == sent
    town.od.faults.clear()
    offers(event)
    offers.go_on()

    assert texted(town) == numbers


def test_a_text_that_was_cut_off_by_the_evening_waits_for_the_morning() -> None:
    town, numbers, event = opened(names=("Cy",))
    offers = offers_of(town, rule=OfferRule(hours=(time(8), time(9)), notice=timedelta(0)))
    town.clock.advance(at(8, 50, day=3) - timedelta(hours=24) - town.clock.now())
    town.od.faults.on("POST /asapcomms", kind="timeout_before", times=5)
    with pytest.raises(ApiError):
        offers(event)
    town.od.faults.clear()
    town.clock.advance(timedelta(hours=1))
    offers.go_on()
    assert texted(town) == []
    town.clock.advance(timedelta(hours=23))
    offers.go_on()
    assert texted(town) == numbers


def test_two_workers_do_not_text_at_once() -> None:
    town, _, event = opened()
    now = town.clock.now()
    town.store.turns.take("offers:main", "somebody else", now, now + timedelta(minutes=1))

    with pytest.raises(LeaseLostError):
        offers_of(town)(event)
    assert texted(town) == []


def test_other_events_and_other_locations_are_let_pass() -> None:
    from attrs import evolve

    town, _, event = opened()
    offers = offers_of(town)
    offers(evolve(event, name="appointment.cancelled"))
    offers(evolve(event, location="elsewhere"))

    assert texted(town) == []
    assert offers.go_on() == []


def test_the_engine_calls_it() -> None:
    town = Town(opendental={"permissions": PERMISSIONS})
    offers = offers_of(town)
    town.engine = town.new_engine(handlers={"slot.opened": offers, "*": town.happened.append})
    _, numbers, _ = opened(town)

    assert texted(town) == numbers[:1]


class CutOffers(CutTown):
    """A town whose key may text, cut at any effect."""

    def _build_opendental(self, options: dict[str, Any]) -> None:
        super()._build_opendental({**options, "permissions": PERMISSIONS})


def test_a_process_killed_anywhere_texts_nobody_twice() -> None:
    count = 0
    while True:
        town, numbers, event = opened(CutOffers(), names=("Cy",))
        assert isinstance(town, CutOffers)
        town.cut.arm(count // 2, "before" if count % 2 else "after")
        try:
            offers_of(town)(event)
        except Killed:
            pass
        else:
            break
        town.cut.disarm()
        town.clock.advance(timedelta(minutes=6))
        offers_of(town)(event)
        assert texted(town) == numbers, f"cut {count}"
        count += 1
    assert count > 10


# -- candidates --------------------------------------------------------------------------------------------------------


def test_a_patient_who_sits_elsewhere_at_that_time_is_no_candidate() -> None:
    town = Town()
    numbers = listed(town, "Cy", "Dina")
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"), at(15, day=3))
    chart = int(town.od.practice.appointments[numbers[0]]["PatNum"])
    town.od.practice.staff.book(chart, start=wall(town, 15, day=3) + timedelta(minutes=30), op=town.ops[2], minutes=30)
    town.settle()
    town.nx.patient_app.cancel(booking)
    town.settle()
    (event,) = [each for each in town.happened if each.name == "slot.opened"]

    assert [each.apt_num for each in event.candidates] == numbers[1:]


def test_a_chart_that_is_no_patient_any_more_is_no_candidate() -> None:
    town = Town()
    numbers = listed(town, "Cy", "Dina")
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"), at(15, day=3))
    town.od.practice.staff.edit_patient(int(town.od.practice.appointments[numbers[0]]["PatNum"]), PatStatus="Archived")
    town.settle()
    town.nx.patient_app.cancel(booking)
    town.settle()
    (event,) = [each for each in town.happened if each.name == "slot.opened"]

    assert [each.apt_num for each in event.candidates] == numbers[1:]
