"""E3 through the engine: fields that were blank are filled, everything else is kept, once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from odnexus.nexhealth.webhooks import sign
from odnexus.testing import FaultKind
from tests.engine.crashing import Killed
from tests.engine.test_crashes import CutTown
from tests.engine.town import Town


def submit(town: Town, patient: int, answers: dict[str, Any], form: int = 5) -> None:
    body = json.dumps(
        {
            "resource_type": "FormRequest",
            "event_name": "form_request_completed",
            "subdomain": "demo-dental",
            "event_time": "2026-03-02T15:10:00Z",
            "data": {"form_request": {"id": form, "patient_id": patient, "title": "History", "answers": answers}},
        }
    ).encode()
    town.engine.receive({"timestamp": "t", "signature": sign("t", body, "s")}, body)


@pytest.fixture
def town() -> Town:
    town = Town()
    town.engine = town.new_engine(webhook_secrets=["s"])
    town.work()
    return town


def notes(town: Town) -> list[str]:
    return [str(row["Note"]) for row in town.od.practice.rows("commlogs")]


ANSWERS = {"phoneNumber": "3035550199", "city": "Denver", "allergies": "latex"}


def test_blanks_are_filled_and_the_rest_is_noted(town: Town) -> None:
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.book(patient)
    town.settle()

    submit(town, patient, ANSWERS)
    town.settle()

    (chart,) = town.charts
    assert chart["City"] == "Denver"
    assert chart["WirelessPhone"] == "(303)555-0100", "what the chart says is never overwritten"
    (note,) = notes(town)
    assert "Allergies: latex" in note
    assert "3035550199" in note, "an answer that its field did not take is kept"
    assert "Denver" not in note


def test_a_form_sent_five_times_is_filed_once(town: Town) -> None:
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.book(patient)
    town.settle()

    for _ in range(5):
        submit(town, patient, ANSWERS)
    town.settle()

    assert len(notes(town)) == 1


@pytest.mark.parametrize("kind", ["lost_answer", "reset_before"])
def test_a_lost_answer_files_no_second_note(town: Town, kind: FaultKind) -> None:
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.book(patient)
    town.settle()
    town.od.faults.on("POST /commlogs", kind=kind)

    submit(town, patient, ANSWERS)
    town.settle(4)

    assert len(notes(town)) == 1


def test_a_form_waits_for_its_patients_chart(town: Town) -> None:
    patient = town.person("Mara", "Lund", "1988-11-20")
    submit(town, patient, ANSWERS)
    town.settle()
    assert notes(town) == []

    town.book(patient)
    town.settle(6)

    assert len(notes(town)) == 1


def test_a_form_of_nobody_is_a_question_that_keeps_the_answers(town: Town) -> None:
    submit(town, 999, ANSWERS)

    for _ in range(30):
        town.work(60)

    (question,) = town.engine.reviews()
    assert question.review.kind == "form.no-chart"
    assert question.body["answers"] == ANSWERS


@pytest.mark.parametrize("moment", ["before", "after"])
def test_every_cut_point_of_filing_heals(moment: Any) -> None:
    def prepared() -> tuple[CutTown, int]:
        town = CutTown()
        town.engine = town.new_engine(webhook_secrets=["s"])
        town.work()
        patient = town.person("Mara", "Lund", "1988-11-20")
        town.book(patient)
        town.settle()
        submit(town, patient, ANSWERS)
        return town, patient

    town, _ = prepared()
    town.cut.arm(-1, "before")
    town.work()
    count = len(town.cut.names)
    for number in range(count):
        town, _ = prepared()
        town.cut.arm(number, moment)
        try:
            town.work()
        except Killed:
            town.live_on()
        assert len(notes(town)) == 1, f"cut {moment} effect {number} of {count}"
        assert town.charts[0]["City"] == "Denver"
        assert town.engine.waiting() == []
