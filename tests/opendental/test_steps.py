from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from odnexus._calls import Call
from odnexus.errors import AmbiguousWriteError, NotFoundError, UnexpectedResponseError
from odnexus.opendental import calls, steps
from odnexus.opendental.models import Patient
from odnexus.opendental.wire import NoBody

WRITE: Call[Patient | NoBody] = calls.create_patient({"l_name": "Ng", "f_name": "Ana"})


def bare(number: int) -> Patient:
    return Patient(pat_num=number)


def run(todo: steps.Steps[Patient], *answers: Any) -> tuple[Patient, list[str]]:
    """Give *todo* the answers, and return its result with the names of its calls."""
    asked = [next(todo).name]
    try:
        for answer in answers:
            step: Callable[[Any], Call[Any]] = todo.throw if isinstance(answer, Exception) else todo.send
            asked.append(step(answer).name)
    except StopIteration as stop:
        return stop.value, asked
    raise AssertionError("it wants more answers")


def test_an_answer_with_the_record_is_all() -> None:
    patient = Patient(pat_num=7, l_name="Ng")

    assert run(steps.written(WRITE, bare, calls.get_patient), patient) == (patient, ["POST /patients"])


def test_an_answer_without_it_is_read_back() -> None:
    patient = Patient(pat_num=7, l_name="Ng")

    result, asked = run(steps.written(WRITE, bare, calls.get_patient), NoBody(7), patient)

    assert result is patient
    assert asked == ["POST /patients", "GET /patients/{PatNum}"]


def test_trouble_with_reading_back_is_not_a_failed_write() -> None:
    result, _ = run(steps.written(WRITE, bare, calls.get_patient), NoBody(7), NotFoundError("gone"))

    assert result == bare(7)


def test_without_a_way_to_read_it_back_the_number_is_all() -> None:
    assert run(steps.written(WRITE, bare), NoBody(7)) == (bare(7), ["POST /patients"])


def test_a_known_number_is_used_for_updates() -> None:
    patient = Patient(pat_num=3)

    assert run(steps.written(WRITE, bare, calls.get_patient, number=3), NoBody(), patient)[0] is patient


def test_a_create_whose_number_nobody_knows_is_ambiguous() -> None:
    with pytest.raises(AmbiguousWriteError, match="no number"):
        run(steps.written(WRITE, bare, calls.get_patient), NoBody())


def test_an_answer_that_does_not_fit_was_accepted_all_the_same() -> None:
    odd = UnexpectedResponseError("missing @ $.PatNum", "opendental", WRITE.name, ("missing @ $.PatNum",))

    with pytest.raises(AmbiguousWriteError, match="no number"):
        run(steps.written(WRITE, bare, calls.get_patient), odd)
    assert run(steps.written(WRITE, bare, number=3), odd)[0] == bare(3)


def test_a_status_that_is_not_documented_is_no_acceptance() -> None:
    with pytest.raises(UnexpectedResponseError, match="302"):
        run(steps.written(WRITE, bare, number=3), UnexpectedResponseError("status 302 is not documented"))


def test_a_number_may_be_unneeded() -> None:
    assert run(steps.written(WRITE, bare, calls.get_patient, number_needed=False), NoBody())[0] == bare(0)
