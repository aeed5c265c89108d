"""One field of one kind of answer is odd for a morning: nothing is lost, doubled or cancelled, and people are told.

Each case is one `Change` of `tests.engine.odd_fields`; ``ODNEXUS_ODD_FIELDS`` says how many are drawn besides those
that once did harm.
"""

from __future__ import annotations

import os
from functools import cache
from random import Random
from typing import Any

import pytest

from odnexus.testing import SimReply
from tests.engine.odd_fields import ODDITIES, SECRET, Change, Story, Wire, difference, excess
from tests.engine.test_unread import spoil
from tests.engine.town import Town, at

DRAWN = int(os.environ.get("ODNEXUS_ODD_FIELDS", "8"))

HARMLESS = {
    "cancelled": ("capital", "swapped"),
    "start_time": ("padded", "zulu", "blank"),
    "patient_id": ("swapped", "float"),
}
"""Ways of spelling that NexHealth's answers may have: nothing differs."""

OURS = ("AptNum", "PatNum", "AptStatus", "AptDateTime", "Pattern", "Op", "ProvNum", "Confirmed", "LName", "Birthdate",
        "id", "patient_id", "start_time", "end_time", "operatory_id", "provider_id", "cancelled", "confirmed",
        "location_id", "date_of_birth", "last_name", "code", "data", "has_next_page")  # fmt: skip
"""Fields that the engine rests on."""


@cache
def undisturbed() -> tuple[dict[str, Any], dict[tuple[str, str], dict[str, list[Any]]]]:
    wire = Wire(seen={})
    story = Story(wire).live()
    seen, wire.seen = wire.seen, None
    assert seen is not None
    story.recover()
    assert (story.raised, story.told(), story.town.engine.buried()) == ([], [], [])
    return story.state(), seen


def drawn(count: int) -> list[Change]:
    """Return changes of fields that matter, drawn by a fixed seed; each says something about its field's values."""
    random, found = Random(7), list[Change]()
    _, seen = undisturbed()
    places = [
        (api, route, path)
        for (api, route), fields in seen.items()
        for path in fields
        if api != "hook" and path.split(".")[-1] in OURS
    ]
    while len(found) < count:
        api, route, path = random.choice(places)
        oddity, rows, times = random.choice(list(ODDITIES)), random.choice(["all", "last"]), random.choice([None, 1, 3])
        if oddity not in ("number", "zero", "upper", "unknown"):  # those are lies
            found.append(Change(api=api, route=route, path=path, oddity=oddity, rows=rows, times=times))
    return found


HARMED = [
    Change(api="od", route="GET /api/v1/appointments/#", path="AptStatus", oddity="null"),
    Change(api="od", route="GET /api/v1/appointments/#", path="Op", oddity="missing"),
    Change(api="od", route="GET /api/v1/appointments", path="[].AptStatus", oddity="missing", rows="last"),
    Change(api="nx", route="GET /appointments/#", path="data.id", oddity="number"),
    Change(api="nx", route="GET /appointments/#", path="data.patient_id", oddity="null"),
    Change(api="nx", route="GET /appointments", path="data[].start_time", oddity="null"),
    Change(api="nx", route="GET /providers", path="data[].npi", oddity="object", rows="last"),
    Change(api="od", route="PUT /api/v1/appointments/#", path="AptNum", oddity="zero"),
]


@pytest.mark.parametrize("change", [*HARMED, *drawn(DRAWN)], ids=str)
def test_an_odd_field_harms_nothing(change: Change, caplog: pytest.LogCaptureFixture) -> None:
    story = Story(Wire(change=change)).live()
    noticed = story.told() or story.town.engine.waiting() or story.town.engine.buried()
    story.recover()
    state, _ = undisturbed()

    assert story.raised == []
    assert "failed at" not in caplog.text
    assert excess(state, story.state()) == [], "made twice, or cancelled"
    assert noticed or not difference(state, story.state()), "lost in silence"
    assert story.town.engine.status().locations[0].paused == ""
    assert story.town.engine.waiting() == []


@pytest.mark.parametrize(("field", "oddity"), [(field, each) for field, odd in HARMLESS.items() for each in odd])
def test_another_spelling_is_read(field: str, oddity: str) -> None:
    change = Change(api="nx", route="GET /appointments/#", path=f"data.{field}", oddity=oddity)
    story = Story(Wire(change=change)).live().recover()

    assert difference(undisturbed()[0], story.state()) == {}
    assert story.told() == []


# -- what was found so, each by itself -------------------------------------------------------------------------------


@pytest.fixture
def town() -> Town:
    town = Town()
    town.engine = town.new_engine(webhook_secrets=[SECRET])
    town.work()
    return town


def rules(town: Town) -> list[str]:
    return [alert.rule for alert in town.alerts]


def linked(town: Town) -> tuple[int, int]:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    return booking, int(str(town.row_of(booking)["AptNum"]))


@pytest.mark.parametrize(("field", "value"), [("start_time", None), ("patient_id", None)])
def test_what_a_list_leaves_out_of_a_booking_is_looked_up(town: Town, field: str, value: object) -> None:
    handle = town.nx.handle

    def listed(request: Any) -> SimReply:
        reply: SimReply = handle(request)
        body: Any = reply.json()
        if isinstance(body, dict) and request.path == "/appointments" and isinstance(body.get("data"), list):
            body["data"] = [{**row, field: value} for row in body["data"]]
        return SimReply.of(reply.status, body)

    town.nx.handle = listed
    linked(town)

    assert len(town.visits) == 1
    assert rules(town) == []


def test_a_booking_of_which_nobody_says_whose_it_is_is_told(town: Town) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    for field in ("patient", "patient_id"):
        spoil(town.nx, "id", booking, field, None)
    for _ in range(8):
        town.work(60)

    assert town.visits == []
    assert "record.failed" in rules(town)


@pytest.mark.parametrize("word", ["AptStatus", "AptDateTime", "Op", "ProvNum", "Pattern", "PatNum"])
def test_what_a_visit_leaves_out_is_not_taken_for_a_change(town: Town, word: str) -> None:
    booking, number = linked(town)
    mended = spoil(town.od, "AptNum", number, word, None)
    start = at(14).astimezone(town.location.zone).replace(tzinfo=None)
    town.od.practice.staff.move(number, start=start, op=town.ops[1])
    town.settle()

    assert (town.booking(booking).start_time, town.booking(booking).cancelled) == (at(9), False)
    assert rules(town) == ["record.unreadable"]
    assert town.kinds() == []

    mended()
    town.engine.scan("main")
    town.settle()
    assert town.booking(booking).start_time == at(14)


@pytest.mark.parametrize("word", ["AptDateTime", "Op", "ProvNum", "Pattern"])
def test_a_visit_on_the_unscheduled_list_need_not_say_where_it_stands(town: Town, word: str) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    number = int(town.visits[0]["AptNum"])

    town.od.practice.staff.break_(number, to_unscheduled_list=True)
    spoil(town.od, "AptNum", number, word, None)
    town.settle()

    assert town.nx.state.appointments[booking].cancelled
    assert "record.unreadable" not in rules(town)


def test_a_chart_that_can_be_read_again_is_known_after_a_scan(town: Town) -> None:
    hidden = town.chart("Ada", "Moss", "1980-01-01")
    mended = spoil(town.od, "PatNum", hidden, "Birthdate", "soon")
    town.settle()
    mended()
    town.engine.scan("main")

    linked(town)

    assert town.kinds() == []
    assert town.engine._offices["main"].picture.roster.get(hidden) is not None


def test_the_slot_of_an_unknown_status_is_not_given_away(town: Town) -> None:
    start = at(9).astimezone(town.location.zone).replace(tzinfo=None)
    chart = town.chart("Ada", "Moss", "1980-01-01")
    number = town.od.practice.staff.book(chart, start=start, op=town.ops[0], minutes=60)
    town.od.practice.appointments[number]["AptStatus"] = "InChair"
    town.settle()

    town.book(town.person("Jonas", "Vik", "1971-05-30", "3035550161"))
    town.settle()

    assert len(town.visits) == 1
    assert "visit.slot-taken" in town.kinds()


def test_a_row_of_the_history_that_cannot_be_read_hides_no_deletion(town: Town) -> None:
    booking, number = linked(town)
    staff = town.od.practice.staff
    odd = staff.book(town.chart("Ada", "Moss", "1980-01-01"), start=at(16).replace(tzinfo=None), op=town.ops[2])
    for each in (odd, number):
        staff.delete(each)
    spoil(town.od, "AptNum", odd, "AptDateTime", "soon")

    town.settle(town.location.deletions_every)

    assert town.booking(booking).cancelled
    assert rules(town) == ["record.unreadable"]


def test_a_definition_that_cannot_be_read_stops_no_confirmation() -> None:
    town = Town()
    spoil(town.od, "ItemName", "Arrived", "isHidden", "perhaps")
    town.work()
    booking, number = linked(town)
    town.od.practice.staff.confirm(number)
    town.settle()

    assert town.booking(booking).confirmed
    assert rules(town) == ["record.unreadable"]


def test_definitions_that_cannot_be_read_are_told_and_read_again_soon() -> None:
    town = Town()
    town.od.faults.on("GET /definitions", kind="status", status=200, times=1, body=b'"no rows today"')
    town.work()
    booking, number = linked(town)
    town.od.practice.staff.confirm(number)
    town.settle()
    assert not town.booking(booking).confirmed
    assert rules(town) == ["answer.unreadable"]

    town.work(61)
    town.od.practice.appointments[number]["DateTStamp"] = town.od.practice.now()
    town.settle()

    assert town.booking(booking).confirmed


def test_a_provider_that_cannot_be_read_stops_no_location() -> None:
    town = Town()
    spoil(town.nx, "id", town.dentists[1], "npi", {"number": 1})
    town.work()
    linked(town)

    assert rules(town) == ["record.unreadable"]


def test_a_form_without_answers_is_told() -> None:
    story = Story(Wire())
    story.town.work()
    patient = story.town.person("Mara", "Lund", "1988-11-20")
    story.town.book(patient)
    story.settle()
    story.deliver("form_request_completed", {"form_request": {"id": 5, "patient_id": patient, "answers": None}}, 5)
    story.settle()

    assert rules(story.town) == ["form.without-answers"]


@pytest.mark.parametrize("name", [" form_request_completed", "Form_Request_Completed"])
@pytest.mark.parametrize("subdomain", ["demo-dental", "Demo-Dental "])
@pytest.mark.parametrize("location", ["{}", " {} ", ""])
def test_a_form_whose_envelope_is_spelt_otherwise_is_filed(name: str, subdomain: str, location: str) -> None:
    story = Story(Wire())
    story.town.work()
    patient = story.town.person("Mara", "Lund", "1988-11-20")
    story.town.book(patient)
    story.settle()
    form = {"id": 5, "patient_id": patient, "answers": {"allergies": "latex"}}
    form["location_id"] = location.format(story.town.location_id)
    story.deliver(name, {"form_request": form}, subdomain=subdomain)
    story.settle()

    assert len(story.state()["notes"]) == 1


def test_a_patient_whom_nexhealth_does_not_take_is_told_once() -> None:
    story = Story(Wire())
    story.work()
    town = story.town
    refusal = b'{"code": false, "error": ["no"], "data": null}'
    town.nx.faults.on("POST /patients", kind="status", status=200, times=None, body=refusal)
    for day, first in ((10, "Gil"), (11, "Hana")):
        chart = town.chart(first, "Moss", "1960-04-05", WirelessPhone="(303)555-0180", Email="moss@example.com")
        town.od.practice.staff.book(chart, start=story.wall(9, day), op=town.ops[0], minutes=60, ProvNum=town.provs[0])
    story.settle(3)

    assert rules(town) == ["mirror.patient-refused"]


def test_a_patient_in_a_list_of_one_is_that_patient(town: Town) -> None:
    handle = town.nx.handle

    def listed(request: Any) -> SimReply:
        reply: SimReply = handle(request)
        body: Any = reply.json()
        data = body.get("data") if isinstance(body, dict) else None
        if isinstance(data, dict) and isinstance(data.get("patient"), dict):
            data["patient"] = [{**data["patient"], "bio": [data["patient"]["bio"]]}]
        return SimReply.of(reply.status, body)

    town.nx.handle = listed
    linked(town)

    assert town.kinds() == []
