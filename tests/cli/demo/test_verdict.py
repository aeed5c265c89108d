"""The verdict notices: what is changed behind its back, and an engine that does not look before it creates."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from odnexus.cli.demo import story
from odnexus.cli.demo.cast import FREJA, JOSE, OWEN, PRIYA
from odnexus.cli.demo.outcome import perform
from odnexus.cli.demo.play import Play, Round
from odnexus.cli.demo.stage import Stage
from odnexus.cli.demo.verdict import judge

FIVE = timedelta(minutes=5)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """The whole story, played once."""
    with Stage(tmp_path_factory.mktemp("verdict")) as stage:
        play = Play(stage)
        story.whole(play)
        yield play


@pytest.fixture
def play(played: Play) -> Iterator[Play]:
    """The end of the story, to meddle with; afterwards it is as it was."""
    tables, records = played.stage.opendental.practice.tables, played.stage.state
    rows = {name: deepcopy(table.rows) for name, table in tables.items()}
    visits, rounds = deepcopy(records.appointments), list(played.rounds)
    yield played
    for name, table in tables.items():
        table.rows = rows[name]
    records.appointments, played.rounds = visits, rounds


def broken(play: Play) -> set[str]:
    """Return the names of the checks that do not hold."""
    return {check.name for check in judge(play) if not check.holds}


def staff(play: Play) -> Any:
    """Whoever sits at the front desk."""
    return play.stage.opendental.practice.staff


def test_left_alone_it_finds_nothing(play: Play) -> None:
    assert broken(play) == set()


def test_a_visit_that_is_deleted_is_lost(play: Play) -> None:
    staff(play).delete(play.appointment_of(PRIYA))

    assert broken(play) == {"lost", "agree"}


def test_a_visit_that_is_moved_on_one_side_disagrees(play: Play) -> None:
    staff(play).move(play.appointment_of(PRIYA), start=play.wishes[play.booking_of(PRIYA)].start + FIVE)

    assert broken(play) == {"agree", "wishes"}


def test_a_visit_that_is_moved_on_both_sides_agrees_and_is_not_what_people_wanted(play: Play) -> None:
    booking = play.stage.state.appointments[play.booking_of(PRIYA)]
    staff(play).move(play.appointment_of(PRIYA), start=play.wishes[booking.id].start + FIVE)
    booking.start_time += FIVE
    booking.end_time += FIVE

    assert broken(play) == {"wishes"}


def test_a_confirmation_that_one_side_forgets_disagrees(play: Play) -> None:
    play.stage.state.appointments[play.booking_of(FREJA)].confirmed = False

    assert broken(play) == {"agree", "wishes"}


def test_a_second_appointment_for_one_booking_is_doubled(play: Play) -> None:
    number = play.appointment_of(OWEN)
    row = play.stage.opendental.practice.appointments[number]
    staff(play).double_book(number, row["PatNum"], Note=row["Note"])

    assert broken(play) == {"doubled", "agree"}


def test_an_appointment_that_nobody_booked_is_doubled(play: Play) -> None:
    number = play.appointment_of(OWEN)
    staff(play).double_book(number, play.stage.opendental.practice.appointments[number]["PatNum"])

    assert broken(play) == {"doubled", "agree"}


def test_a_second_chart_of_one_person_is_doubled(play: Play) -> None:
    practice = play.stage.opendental.practice
    practice.add_patient(FName=OWEN.first_name, LName=OWEN.last_name, Birthdate=OWEN.born)

    assert broken(play) == {"doubled", "chart"}


def test_a_visit_in_the_mothers_chart_is_wrong(play: Play) -> None:
    mother = play.stage.opendental.demo.patients["mother_grace"]
    staff(play).edit(play.appointment_of(FREJA), PatNum=mother)

    assert broken(play) == {"chart"}


def test_a_chart_that_is_overwritten_was_not_to_be_touched(play: Play) -> None:
    staff(play).edit_patient(play.stage.opendental.demo.patients["jose"], WirelessPhone="(208)555-0199")

    assert broken(play) == {"untouched"}


def test_a_scene_and_an_echo_beyond_their_figures_are_told(play: Play) -> None:
    play.rounds = [*play.rounds, Round(rows=0, events=0, poll=2, work=1, paused="")]

    assert broken(play) == {"budget"}


def test_a_booking_that_vanishes_is_lost(play: Play) -> None:
    del play.stage.state.appointments[play.booking_of(JOSE)]

    assert broken(play) == {"lost", "agree", "doubled"}


def test_an_engine_that_creates_without_looking_is_found_out(tmp_path: Path) -> None:
    careless = Path(__file__).parent / "careless_worker.py"

    outcome = perform(tmp_path, command=[sys.executable, str(careless)])

    assert not outcome.holds
    assert "doubled" in {check.name for check in outcome.checks if not check.holds}


def test_a_worker_that_ends_early_ends_the_story_and_not_the_verdict(tmp_path: Path) -> None:
    worker = (
        "import sys; from odnexus.cli.demo import worker; worker.Worker.work = lambda _: sys.exit(3); worker.main()"
    )

    outcome = perform(tmp_path, command=[sys.executable, "-c", worker])

    assert {"story", "left"} <= {check.name for check in outcome.checks if not check.holds}
