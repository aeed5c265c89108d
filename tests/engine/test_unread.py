"""A record that cannot be read stops nobody else's, is told once, and is never guessed at."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from odnexus.testing import SimReply, SimRequest
from tests.engine.town import Town, at


def spoil(simulator: Any, word: str, number: object, field: str, value: object) -> Callable[[], None]:
    """Let the row whose *word* is *number* show *value* in all answers; return what puts it right."""
    handle = simulator.handle

    def spoilt(request: SimRequest) -> SimReply:
        reply: SimReply = handle(request)
        try:
            body = json.loads(reply.body)
        except ValueError:
            return reply
        rows = body.get("data", body) if isinstance(body, dict) else body
        for row in rows if isinstance(rows, list) else [rows]:
            if isinstance(row, dict) and row.get(word) == number and field in row:
                row[field] = value
        return evolve(reply, body=json.dumps(body).encode())

    simulator.handle = spoilt

    def mended() -> None:
        simulator.handle = handle

    return mended


@pytest.fixture
def town() -> Town:
    town = Town()
    town.chart("Ella", "Quist", "1990-01-02", WirelessPhone="(303)555-0155")
    return town


def told(town: Town) -> list[str]:
    return [alert.rule for alert in town.alerts]


def test_a_chart_that_cannot_be_read_lets_others_be_found_and_nobody_be_made_twice(town: Town) -> None:
    known = town.chart("Robert", "Hale", "1975-04-02", WirelessPhone="(303)555-0142")
    hidden = town.chart("Mara", "Lund", "1988-11-20", WirelessPhone="(303)555-0100")
    mended = spoil(town.od, "PatNum", hidden, "Birthdate", "soon")
    town.work()
    town.book(town.person("Robert", "Hale", "1975-04-02", "3035550142"))
    town.book(town.person("Mara", "Lund", "1988-11-20"), at(11))
    town.settle(4)

    assert [visit["PatNum"] for visit in town.visits] == [known]
    assert town.kinds() == ["person.match"]
    assert told(town) == ["record.unreadable", "person.match"]
    assert f"Record {hidden} of Open Dental" in town.alerts[0].text
    assert "Birthdate" in town.alerts[0].text
    assert "soon" not in town.alerts[0].text

    mended()
    town.od.practice.staff.edit_patient(hidden, City="Boise")
    town.settle(4)
    newcomer = town.person("Jonas", "Vik", "1971-05-30", "3035550161")
    town.book(newcomer, at(13))
    town.settle(4)

    assert len(town.charts) == 4, "the next newcomer gets a chart, since all can be read again"
    assert told(town).count("record.unreadable") == 1


def test_what_cannot_be_read_is_remembered_by_the_next_process(town: Town) -> None:
    hidden = town.chart("Mara", "Lund", "1988-11-20")
    spoil(town.od, "PatNum", hidden, "Birthdate", "soon")
    town.work()

    town.engine = town.new_engine()
    town.book(town.person("Mara", "Lund", "1988-11-20"), at(11))
    town.settle(4)

    assert len(town.charts) == 2
    assert town.kinds() == ["person.match"]


def test_a_visit_that_cannot_be_read_keeps_its_place_and_stops_no_other(town: Town) -> None:
    town.work()
    first = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle(4)
    number = int(str(town.row_of(first)["AptNum"]))
    spoil(town.od, "AptNum", number, "AptDateTime", "after lunch")
    town.od.practice.staff.edit(number, Note="moved?")
    town.book(town.person("Jonas", "Vik", "1971-05-30", "3035550161"), at(13))
    town.settle(4)

    assert len(town.visits) == 2
    assert not town.booking(first).cancelled
    assert told(town) == ["record.unreadable"]
    taken = town.engine._offices["main"].picture.calendar.get(number)
    assert taken is not None
    assert taken.occupies

    town.engine.scan("main")
    while town.engine.step().settled:
        pass
    assert not town.booking(first).cancelled
    assert told(town) == ["record.unreadable"]


def test_the_place_of_a_visit_that_cannot_be_read_is_not_given_away(town: Town) -> None:
    (chart,) = town.charts
    start = at(9).astimezone(town.location.zone).replace(tzinfo=None)
    number = town.od.practice.staff.book(chart["PatNum"], start=start, op=town.ops[0], minutes=60)
    town.work()
    spoil(town.od, "AptNum", number, "Op", "the left one")

    town.book(town.person("Jonas", "Vik", "1971-05-30", "3035550161"), at(9))
    town.settle(2)

    assert len(town.visits) == 1
    assert town.kinds() == ["visit.slot-taken"]


def test_a_booking_that_cannot_be_read_stops_no_other(town: Town) -> None:
    town.work()
    odd = town.book(town.person("Mara", "Lund", "1988-11-20"))
    spoil(town.nx, "id", odd, "start_time", "tomorrow")
    town.book(town.person("Jonas", "Vik", "1971-05-30", "3035550161"), at(13))
    town.settle(4)

    assert len(town.visits) == 1
    assert told(town) == ["record.unreadable"]
    assert f"Record {odd} of NexHealth" in town.alerts[0].text


def test_an_answer_of_which_nothing_can_be_read_is_no_row_of_its_own(town: Town) -> None:
    for day in range(1, 8):
        town.chart("Ada", f"Moss{day}", f"1980-01-0{day}")
    handle = town.od.handle

    def all_different(request: SimRequest) -> SimReply:
        reply: SimReply = handle(request)
        return evolve(reply, body=reply.body.replace(b'"Birthdate": "', b'"Birthdate": "born '))

    town.od.handle = all_different
    town.settle(3)

    assert told(town) == ["poll.UnexpectedResponseError"]
