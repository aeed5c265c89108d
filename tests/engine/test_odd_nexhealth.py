"""NexHealth behaves a little differently than its pages say: each booking ends in the right place, or as a question."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from odnexus.reconcile.inbox import Event
from odnexus.testing.nexhealth.switches import Switches
from tests.engine.town import Town, at

MARA = ("Mara", "Lund", "1988-11-20")


def town_with(**switches: Any) -> Town:
    town = Town(nexhealth_switches={"switches": Switches(**switches)})
    town.work()
    return town


def test_a_booking_that_embeds_no_patient_is_looked_up() -> None:
    town = town_with(patient_include="ignored")
    robert = town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142")
    town.book(town.person("Bob", "Hale", "1975-04-02", "3035550142"))

    town.settle()

    assert [visit["PatNum"] for visit in town.visits] == [robert]


def test_times_without_an_offset_are_utc_as_the_pages_say() -> None:
    town = town_with(time_offsets="absent")
    booking = town.book(town.person(*MARA))
    town.settle()
    assert [str(visit["AptDateTime"]) for visit in town.visits] == ["2026-03-09 09:00:00"]

    town.nx.patient_app.reschedule(booking, at(14), minutes=60)
    town.settle()

    assert [str(visit["AptDateTime"]) for visit in town.visits] == ["2026-03-09 14:00:00"]
    assert town.kinds() == []


@pytest.mark.mission("E6", shows="an edit that is answered with nothing but the booking's id is read afresh")
@pytest.mark.parametrize("reschedule_supported", [True, False])
def test_an_edit_that_answers_the_id_alone_is_read_afresh(reschedule_supported: bool) -> None:
    town = town_with(
        written_appointment="id", reschedule_supported=reschedule_supported, placeholder_rebooking="accept"
    )
    booking = town.book(town.person(*MARA))
    town.settle()
    (visit,) = town.visits

    town.od.practice.staff.move(visit["AptNum"], start=visit["AptDateTime"] + timedelta(hours=2), op=visit["Op"])
    town.settle()

    live = [each for each in town.nx.state.appointments.values() if not each.cancelled]
    assert [each.start_time for each in live] == [at(11)]
    assert (live[0].id == booking) is reschedule_supported
    assert (town.kinds(), town.alerts) == ([], [])


def test_a_foreign_id_of_zero_is_none_as_in_open_dental() -> None:
    town = town_with(unwritten_foreign_id="zero")
    town.book(town.person(*MARA))

    town.settle()

    assert len(town.visits) == 1
    assert (town.kinds(), town.engine.buried()) == ([], [])


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_new_chart_that_is_refused_in_unknown_words_is_a_question(status: int) -> None:
    town = town_with()
    town.od.faults.on("POST /patients", kind="status", status=status, times=None, body=b'"Paciente duplicado (?)"')
    town.book(town.person(*MARA))

    town.settle()

    assert town.kinds() == ["person.refused"]
    assert town.engine.buried() == []
    chart = town.chart(*MARA)
    town.engine.answer(town.engine.reviews()[0].review.id, "link", record=chart)
    town.settle()
    assert [visit["PatNum"] for visit in town.visits] == [chart]
    assert len(town.charts) == 1


# -- merged at NexHealth -----------------------------------------------------------------------------------------------


def merged(town: Town, *, visits_follow: bool) -> tuple[int, int]:
    """Let a linked patient be merged into another before a second booking is seen. Returns chart and booking."""
    former = town.person(*MARA)
    town.book(former)
    town.settle()
    (chart,) = town.charts
    booking = town.book(former, at(14))
    town.nx.state.merge_patients(former, town.person("Mara", "Lund-Berg", "1988-11-20"), visits_follow=visits_follow)
    return chart["PatNum"], booking


def test_a_survivor_whom_nobody_knows_yet_is_matched_or_asked_about() -> None:
    town = town_with()
    chart, booking = merged(town, visits_follow=True)

    town.settle()

    link = town.link_of(booking)
    assert (link is None) == (town.kinds() == ["person.match"])
    assert {visit["PatNum"] for visit in town.visits} == {chart}
    assert len(town.charts) == 1


@pytest.mark.mission(
    "M1", shows="a patient who was merged at NexHealth keeps the chart of the id that the booking names"
)
def test_a_merged_patient_who_answers_with_the_survivor_keeps_the_chart() -> None:
    town = town_with(patient_include="ignored", merged_patient="survivor")
    chart, _ = merged(town, visits_follow=False)

    town.settle()

    assert [visit["PatNum"] for visit in town.visits] == [chart, chart]
    assert len(town.charts) == 1
    (person,) = town.engine.links(kind="person")
    assert len(person.aliases) == 1
    assert "person.merge-at-nexhealth" in [entry.rule for entry in town.engine.journal(limit=1000)]


def test_a_patient_whom_nexhealth_does_not_know_any_more_is_a_question() -> None:
    town = town_with()
    chart, booking = merged(town, visits_follow=False)

    town.settle()

    assert town.kinds() == ["booking.patient-gone"]
    question = town.engine.reviews()[0]
    assert [each.booking for each in question.at_risk] == [str(booking)]
    town.engine.answer(question.review.id, "link", record=chart)
    town.settle()
    assert [visit["PatNum"] for visit in town.visits] == [chart, chart]
    assert town.engine.buried() == []


def test_news_of_a_patient_who_is_gone_fail_nothing() -> None:
    town = town_with()
    former = town.person(*MARA)
    town.book(former)
    town.settle()
    town.nx.state.merge_patients(former, town.person("Mara", "Lund-Berg", "1988-11-20"))
    now = town.clock.now()
    news = Event(
        id="news", key="news", location="main", kind="nexhealth.patient", subject=str(former), received=now, due=now
    )

    town.store.inbox.put([news])
    town.settle()

    assert town.engine.buried() == []
    assert "person.gone-at-nexhealth" in [entry.rule for entry in town.engine.journal(limit=1000)]


# -- words -------------------------------------------------------------------------------------------------------------


def test_an_unknown_colour_of_the_synchronizer_is_taken_for_one_that_reads() -> None:
    town = Town(synchronizer=True)
    status = {"institution_id": town.institution, "read_status": "amber", "write_status": "amber"}
    answer = {"code": True, "description": None, "error": [], "data": [status], "count": 1}
    town.nx.faults.on("GET /sync_status", kind="status", status=200, times=None, body=json.dumps(answer).encode())
    town.work()
    town.book(town.person(*MARA))

    town.settle()

    assert town.visits == []
    assert [alert.rule for alert in town.alerts] == ["writer.off-reader-on"]
    assert town.engine.buried() == []


def test_an_unknown_status_of_an_appointment_cancels_nothing() -> None:
    town = town_with()
    booking = town.book(town.person(*MARA))
    town.settle()
    row = town.visits[0]

    row["AptStatus"] = "InChair"
    row["DateTStamp"] = town.od.practice.now()
    town.settle(7)

    assert town.booking(booking).cancelled is False
    assert len(town.visits) == 1
    assert town.kinds() == ["visit.clash"]


@pytest.mark.parametrize("said", [None, "before"])
def test_a_length_that_nexhealth_does_not_say_is_not_carried_over(said: str | None) -> None:
    town = town_with()
    booking = town.book(town.person(*MARA))
    town.settle()
    before = [str(visit["Pattern"]) for visit in town.visits]
    record = town.nx.state.appointments[booking]
    record.end_time = None if said is None else record.start_time - timedelta(minutes=5)
    town.nx.state.touch(record)
    town.settle()

    assert [str(visit["Pattern"]) for visit in town.visits] == before


@pytest.mark.parametrize("said", [{"Pattern": ""}, {"AptDateTime": datetime(1, 1, 1)}])
def test_a_place_that_open_dental_does_not_say_is_not_carried_over(said: dict[str, Any]) -> None:
    town = town_with()
    booking = town.book(town.person(*MARA))
    town.settle()
    record = town.nx.state.appointments[booking]
    before = record.start_time, record.end_time, record.cancelled
    town.happened.clear()

    town.od.practice.staff.edit(int(town.visits[0]["AptNum"]), **said)
    town.settle()

    assert (record.start_time, record.end_time, record.cancelled) == before
    assert town.happened == []
