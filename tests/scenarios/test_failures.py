"""R4, R5 and R6 from the command line: what failed, who was told, and what the log says of it."""

from __future__ import annotations

import json
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from odnexus.cli.alerting import alarm
from odnexus.cli.connecting import Office
from odnexus.cli.office import serve
from odnexus.cli.settings import Settings
from odnexus.testing.opendental.keys import USUAL
from tests.cli.demo_office import Place
from tests.cli.mailbox import letters_to
from tests.scenarios.command import odnexus, rows

PRIVATE = ("Nadia", "Okafor", "5550177", "1991")


def work(office: Place) -> None:
    """Poll and work once, as ``odnexus run --once`` does."""
    with Office(Settings.load(office.file)) as opened:
        serve(opened, threading.Event(), once=True)


def refuse(office: Place) -> None:
    """Take a booking that the key may not write, and let days of attempts go by."""
    office.od.permit(*(USUAL - {"ApiPatients"}))
    office.book()
    with Office(Settings.load(office.file)) as opened:
        engine = opened.engine(alarm(opened.settings, opened.keys).sink)
        engine.poll("main")
        for attempt in range(5):
            engine.step(datetime.now(UTC) + attempt * timedelta(hours=12))


def visits(office: Place) -> int:
    return len(office.od.practice.appointments)


@pytest.mark.mission(
    "R4",
    shows="a booking that the office refuses is tried again and again, given up, listed with its cause and the remedy, "
    "and goes through when it is retried by hand",
    try_it="odnexus events list --buried",
)
def test_what_was_given_up_is_listed_and_retried_by_hand(office: Place) -> None:
    before, at = visits(office), ("--practice", office.file)
    refuse(office)

    (buried,) = rows("events", "list", "--buried", *at)
    assert buried["reason"] == "PermissionDeniedError"
    _, told = odnexus("events", "show", buried["id"], *at)
    assert "permission" in told
    assert not any(word in told for word in PRIVATE)
    assert visits(office) == before

    office.od.permit(*USUAL)
    code, told = odnexus("events", "retry", "--reason", "PermissionDeniedError", *at)
    work(office)

    assert (code, told.split()[0]) == (0, buried["id"])
    assert visits(office) == before + 1
    assert rows("events", "list", *at) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning:apprise")
@pytest.mark.mission(
    "R5",
    shows="a record that keeps failing, one that was given up and an office that is offline each reach the practice's "
    "address through Apprise, without a patient's name",
)
def test_failures_reach_the_admins_address(office: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with letters_to(monkeypatch) as mailbox:
        office.write('\n[alerts]\nto = [{ env = "MAIL" }]\nat_least = "info"\n')
        refuse(office)
        office.od.state = "econnector_down"
        work(office)
        letters: list[dict[str, Any]] = mailbox.letters

    titles = [letter["title"].split()[-1] for letter in letters]
    assert titles == ["event.keeps-failing", "record.failed", "location.offline"]
    assert all(letter["message"].strip() for letter in letters)
    assert not any(word in json.dumps(letters) for word in (*PRIVATE, *map(str.upper, PRIVATE)))


@pytest.mark.mission(
    "R6",
    shows="every event of a week and what was done about it stands in the log, is summed up for the review, and cannot "
    "be changed unseen",
    try_it="odnexus digest",
)
def test_the_week_can_be_reviewed(office: Place) -> None:
    at = ("--practice", office.file)
    booked = office.book()
    kept = office.book("Otis", "Grant", hour=13, born="1973-05-06")
    work(office)
    office.nx.simulator.patient_app.cancel(booked)
    work(office)

    journal = rows("journal", *at)
    of_each = {
        booking: [row["rule"] for row in journal if str(booking) in f"{row['subject']} {row['related']}"]
        for booking in (booked, kept)
    }
    assert {"visit.created", "appointment.created", "appointment.cancelled"} <= set(of_each[booked])
    assert "visit.created" in of_each[kept]
    assert "appointment.cancelled" not in of_each[kept]
    digest = odnexus("digest", *at)[1]
    assert "hand-offs avoided" in digest
    assert not any(word in json.dumps(journal) + digest for word in PRIVATE)
    assert odnexus("journal", "--verify", *at)[0] == 0

    with sqlite3.connect(office.file.parent / "odnexus.sqlite") as database:
        changed = database.execute("UPDATE entry SET rule = 'visit.moved' WHERE rule = 'visit.created'").rowcount
    database.close()

    assert changed == 2
    assert odnexus("journal", "--verify", *at)[0] == 1
