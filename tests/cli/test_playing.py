"""What is typed into ``odnexus simulate`` happens in both systems, and an engine between them carries it over."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from odnexus import Location, MemoryStore, NexHealth, OpenDental, Practice, Sealer, SyncEngine
from odnexus.cli.playing import Play, Scene
from odnexus.testing import VirtualClock, demo_office, transport
from odnexus.testing.nexhealth import API_KEY
from odnexus.testing.opendental import CUSTOMER_KEY, DEVELOPER_KEY, demo_practice
from tests.cli.test_simulate import ANY_PORT, COMMAND


class Theatre:
    """Both systems, an engine, and somebody who types."""

    def __init__(self) -> None:
        self.clock = VirtualClock(datetime(2026, 3, 2, 15, tzinfo=UTC))
        opendental = demo_practice(self.clock)
        platform = demo_office(self.clock, opendental, linked=False)
        self.scene, self.told = Scene(opendental, platform), io.StringIO()
        location = Location(name="main", nexhealth_id=platform.location_id, timezone="America/Denver")
        self.engine = SyncEngine(
            Practice(subdomain=platform.subdomain, locations=(location,)),
            opendental=OpenDental(
                developer_key=DEVELOPER_KEY,
                customer_key=CUSTOMER_KEY,
                mode="service",
                clock=self.clock,
                transport=transport(opendental),
            ),
            nexhealth=NexHealth(
                api_key=API_KEY,
                subdomain=platform.subdomain,
                location_id=platform.location_id,
                clock=self.clock,
                transport=transport(platform.simulator),
            ),
            store=MemoryStore(),
            sealer=Sealer.ephemeral(),
            clock=self.clock,
        )

    def type(self, *lines: str) -> str:
        """Type lines and return what was answered."""
        before = len(self.told.getvalue())
        Play(self.scene, io.StringIO("".join(f"{line}\n" for line in lines)), self.told).cmdloop()
        return self.told.getvalue()[before:]

    def work(self, minutes: int = 10) -> None:
        """Let time pass and do what is due."""
        self.clock.advance(timedelta(minutes=minutes))
        self.engine.poll("main")
        while self.engine.step().settled:
            pass


@pytest.fixture
def theatre() -> Theatre:
    made = Theatre()
    made.work()
    return made


def test_bookings_are_carried_over_and_a_look_alike_is_asked_about(theatre: Theatre) -> None:
    told = theatre.type("book", "book known", "book twin")
    theatre.work()

    assert [line.split(" booked ")[0] for line in told.splitlines()] == [
        "Mara Lund",
        "Bob Whitfield",
        "Mila Castellano",
    ]
    assert [line.endswith("not in Open Dental") for line in theatre.type("show").splitlines()] == [False, False, True]
    assert [question.review.kind for question in theatre.engine.reviews()] == ["person.match"]


def test_the_desk_and_the_patient_change_what_was_booked_last(theatre: Theatre) -> None:
    theatre.type("book")
    theatre.work()
    [booking] = theatre.scene.bookings

    assert "is confirmed" in theatre.type("confirm")
    theatre.work()
    assert theatre.scene.booked(booking).confirmed

    number = theatre.scene.visit_of(booking)
    theatre.type("later")
    theatre.work()
    assert theatre.scene.visit_of(booking) == number

    theatre.type("cancel")
    theatre.work()
    assert theatre.scene.visit_of(booking) is None


def test_a_visit_that_the_desk_breaks_is_cancelled_at_nexhealth(theatre: Theatre) -> None:
    theatre.type("book")
    theatre.work()

    theatre.type("break")
    theatre.work()

    assert theatre.scene.booked(theatre.scene.bookings[-1]).cancelled


@pytest.mark.parametrize("side", ["", "nexhealth"])
def test_a_system_goes_away_and_comes_back(theatre: Theatre, side: str) -> None:
    theatre.type("book", f"offline {side}")
    theatre.work()
    assert theatre.type("show").count("not in Open Dental") == 1

    theatre.type("online")
    theatre.work(30)

    assert theatre.type("show").count("not in Open Dental") == 0


def test_a_form_is_told_to_whoever_subscribed(theatre: Theatre) -> None:
    assert "Form " in theatre.type("book", "form").splitlines()[1]


def test_what_cannot_be_done_is_told(theatre: Theatre) -> None:
    told = theatre.type("cancel", "confirm", "juggle twice", "book everybody", "", "show")

    assert told.splitlines() == [
        "There is nothing to do that with: type book, and let odnexus run carry it over.",
        "There is nothing to do that with: type book, and let odnexus run carry it over.",
        "juggle is none of the words. Type help.",
        "Say book new, book known or book twin.",
        "Nothing was booked here yet. Type book.",
    ]


def test_every_word_is_explained(theatre: Theatre) -> None:
    words = {name.removeprefix("do_") for name in dir(Play) if name.startswith("do_")}

    assert {re.split(r"[ :]", line)[0] for line in theatre.type("help").splitlines()} == words


def test_the_command_listens() -> None:
    process = subprocess.Popen(
        [*COMMAND, *ANY_PORT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write("book\n")
        process.stdin.flush()
        said = next(line for line in process.stdout if "booked" in line)
    finally:
        process.terminate()
        process.communicate(timeout=20)

    assert said.startswith("Mara Lund booked ")
