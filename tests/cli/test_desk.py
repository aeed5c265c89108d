"""Events, questions, journal, links and digest from the command line."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from typer.testing import CliRunner

from odnexus.cli.app import app
from odnexus.cli.causes import cause_of
from odnexus.cli.connecting import Office
from odnexus.cli.desk import _outline
from odnexus.cli.digest import Digest, summed, together
from odnexus.cli.office import serve
from odnexus.cli.settings import Settings
from odnexus.cli.telling import print_csv, short
from odnexus.errors import OdnexusError
from odnexus.reconcile.inbox import Bury, Event
from odnexus.reconcile.journal import Entry
from odnexus.stores import SqliteStore
from tests.cli.demo_office import Place

NOW = datetime.now(UTC).replace(microsecond=0)


def odnexus(office: Place, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments, "--practice", str(office.file)])
    return done.exit_code, done.output


def shown(office: Place, *arguments: str) -> Any:
    code, output = odnexus(office, *arguments, "--json")
    assert code == 0, output
    return json.loads(output)


NEVER_OF_AN_EVENT = {
    "ConfigurationError",
    "PracticeFileError",
    "SignatureError",
    "EmptySideError",
    "LeaseLostError",
    "StoreError",
}


def every_error(root: type[OdnexusError] = OdnexusError) -> Iterator[type[OdnexusError]]:
    """Yield all errors of the library's own module."""
    for each in root.__subclasses__():
        if each.__module__ == "odnexus.errors":
            yield each
        yield from every_error(each)


@pytest.fixture
def store(office: Place) -> Iterator[SqliteStore]:
    with SqliteStore(office.file.parent / "odnexus.sqlite") as opened:
        yield opened


def event(id: str, *, key: str = "", due: datetime = NOW, location: str = "main") -> Event:
    return Event(
        id=id,
        key=key or f"patient:{id}",
        location=location,
        kind="nexhealth.appointment",
        subject="12345",
        received=NOW,
        due=due,
        payload=b"sealed",
    )


def bury(store: SqliteStore) -> None:
    [lease] = store.inbox.lease(NOW, NOW + timedelta(minutes=1), 1)
    store.inbox.settle(lease, Bury("PermissionDeniedError"), NOW)


# --- events -----------------------------------------------------------------------------------------------------------


def test_waiting_and_buried_events_are_listed_with_their_reason(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa"), event("bbb")])
    bury(store)

    assert [(row["id"], row["state"]) for row in shown(office, "events", "list")] == [
        ("bbb", "waiting"),
        ("aaa", "buried"),
    ]
    assert shown(office, "events", "list", "--buried")[0]["reason"] == "PermissionDeniedError"
    assert "PermissionDeniedError" in odnexus(office, "events", "list")[1]


def test_the_sealed_payload_is_not_shown(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa")])

    assert "sealed" not in odnexus(office, "events", "show", "aaa")[1]


def test_an_event_is_shown_with_what_the_journal_says(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa")])
    entry = Entry(at=NOW, location="main", kind="failed", subject="event:aaa", rule="ServerError")
    store.journal.append([entry])

    found = shown(office, "events", "show", "aa")

    assert (found["id"], found["journal"][0]["rule"]) == ("aaa", "ServerError")
    assert "ServerError" in odnexus(office, "events", "show", "aaa")[1]


@pytest.mark.parametrize("id", ["zzz", "a"])
def test_an_event_that_is_not_there_or_not_the_only_one_is_told(office: Place, store: SqliteStore, id: str) -> None:
    store.inbox.put([event("aaa"), event("aab")])

    code, output = odnexus(office, "events", "show", id)

    assert (code, "begins with" in output) == (2, True)


@pytest.mark.mission(
    "R4",
    shows="what was given up is tried again by hand, with all its attempts",
    try_it="odnexus events retry --reason PermissionDeniedError",
)
def test_a_buried_event_is_tried_again_with_all_its_attempts(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa")])
    bury(store)

    assert odnexus(office, "events", "retry", "aaa")[0] == 0

    [revived] = store.inbox.waiting(10)
    assert (revived.attempts, store.inbox.buried(10)) == (0, [])
    assert [entry.rule for entry in store.journal.read()] == ["event.retried-by-hand"]


def test_an_event_that_waits_for_its_hour_is_made_due_now(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa", due=NOW + timedelta(hours=6)), event("bbb", due=NOW + timedelta(hours=2))])

    assert odnexus(office, "events", "retry", "aaa")[0] == 0

    due = {each.id: (each.due <= datetime.now(UTC), each.attempts) for each in store.inbox.waiting(10)}
    assert due == {"aaa": (True, 0), "bbb": (False, 0)}


def test_a_waiting_event_is_buried_and_its_lane_goes_on(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa", key="lane", due=NOW + timedelta(hours=6)), event("bbb", key="lane")])

    assert odnexus(office, "events", "bury", "aaa", "--why", "duplicate")[0] == 0

    assert [each.reason for each in store.inbox.buried(10)] == ["duplicate"]
    leases = store.inbox.lease(datetime.now(UTC), NOW + timedelta(minutes=5), 10)
    assert [lease.event.id for lease in leases] == ["bbb"]


def test_an_event_behind_another_of_its_lane_is_left_alone(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa", key="lane"), event("bbb", key="lane")])

    code, output = odnexus(office, "events", "bury", "bbb")

    assert (code, "older event" in output) == (1, True)
    assert len(store.inbox.waiting(10)) == 2


def test_a_location_that_is_being_worked_on_is_left_alone(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa")])
    store.turns.take("location:main", "a worker", NOW, NOW + timedelta(days=1))

    code, output = odnexus(office, "events", "bury", "aaa")

    assert (code, "being worked on" in output) == (1, True)
    assert store.inbox.buried(10) == []


@pytest.mark.mission(
    "R4",
    shows="failed events are listed with their cause and next step in words, and retried by hand, one or many",
    try_it="odnexus events list --buried",
)
def test_events_are_chosen_by_kind_reason_and_time(office: Place, store: SqliteStore) -> None:
    other = evolve(event("ccc"), kind="nexhealth.form", received=NOW - timedelta(days=3))
    store.inbox.put([event("aaa"), event("bbb"), other])
    for _ in range(2):
        bury(store)

    def ids(*options: str) -> list[str]:
        return [row["id"] for row in shown(office, "events", "list", *options)]

    assert ids("--buried") == ["aaa", "bbb"]
    assert ids("--kind", "nexhealth.form") == ["ccc"]
    assert ids("--reason", "PermissionDeniedError") == ["aaa", "bbb"]
    assert ids("--until", "1d") == ["ccc"]
    assert ids("--since", "1d", "--limit", "1") == ["aaa"]
    assert odnexus(office, "events", "list", "--since", "yesterday")[0] == 2


def test_many_are_retried_at_once_but_never_all_by_mistake(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa"), event("bbb")])
    for _ in range(2):
        bury(store)

    assert odnexus(office, "events", "retry")[0] == 2
    assert odnexus(office, "events", "retry", "aaa", "--reason", "PermissionDeniedError")[0] == 2
    assert odnexus(office, "events", "retry", "--reason", "ServerError")[0] == 0
    assert len(store.inbox.buried(10)) == 2
    assert odnexus(office, "events", "retry", "--reason", "PermissionDeniedError")[0] == 0
    assert store.inbox.buried(10) == []
    assert odnexus(office, "events", "bury", "--kind", "nexhealth.appointment", "--why", "spoilt")[0] == 0
    assert [each.reason for each in store.inbox.buried(10)] == ["spoilt", "spoilt"]


@pytest.mark.parametrize("command", ["events list", "events retry", "events bury", "review list", "journal", "links"])
def test_a_misspelt_location_is_not_told_as_one_where_nothing_is(
    office: Place, store: SqliteStore, command: str
) -> None:
    store.inbox.put([event("aaa")])

    code, output = odnexus(office, *command.split(), "--location", "mian")

    assert code == 2
    assert "location: there is no mian; choose from main" in output
    assert odnexus(office, *command.split(), "--location", "main")[0] == 0


def test_the_cause_and_the_next_step_are_told_in_words(office: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa")])
    bury(store)

    found = shown(office, "events", "show", "aaa")

    assert (found["means"], "doctor" in found["next"]) == ("the key may not do this", True)


@pytest.mark.parametrize("error", sorted(each.__name__ for each in every_error() if each.__subclasses__() == []))
def test_every_error_that_an_event_may_end_with_is_explained(error: str) -> None:
    if error in NEVER_OF_AN_EVENT:
        return
    assert cause_of(error).means != cause_of("KeyError").means


# --- questions --------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(office: Place) -> Place:
    """An office with an open question: it wants to be asked before a chart is made."""
    office.book("Nadia", "Okafor")
    text = office.write().read_text()
    office.file.write_text(text.replace("[nexhealth]", '[locations.match]\ncertainly_not = "review"\n\n[nexhealth]', 1))
    with Office(Settings.load(office.file)) as opened:
        serve(opened, threading.Event(), once=True)
    return office


@pytest.fixture
def twins(office: Place) -> Place:
    """An office with a question that names two charts: a third given name with the birth date of twins."""
    office.book("Mila", "Castellano", born="2012-04-08")
    with Office(Settings.load(office.file)) as opened:
        serve(opened, threading.Event(), once=True)
    return office


def test_a_question_is_listed_without_patient_data(asked: Place) -> None:
    [row] = shown(asked, "review", "list")
    text = odnexus(asked, "review", "list")[1] + odnexus(asked, "review", "show", row["id"])[1]

    assert row["kind"].startswith("person.")
    assert "create" in row["choices"]
    assert "Okafor" not in text


def test_what_is_sealed_is_opened_on_demand_only(asked: Place) -> None:
    [row] = shown(asked, "review", "list")

    closed, opened = shown(asked, "review", "show", row["id"]), shown(asked, "review", "show", row["id"], "--show")

    assert "content" not in closed
    assert opened["content"]


@pytest.mark.mission(
    "M2",
    shows="an answer given at the command line lets the booking go on, with who gave it",
    try_it="odnexus review list",
)
def test_an_answer_lets_the_booking_go_on_and_names_who_gave_it(asked: Place) -> None:
    [row] = shown(asked, "review", "list")
    before = len(asked.od.practice.appointments)

    assert odnexus(asked, "review", "answer", row["id"], "create", "--by", "front desk")[0] == 0
    with Office(Settings.load(asked.file)) as opened:
        serve(opened, threading.Event(), once=True)

    assert len(asked.od.practice.appointments) == before + 1
    assert shown(asked, "review", "list") == []
    assert shown(asked, "review", "list", "--answered")[0]["by"] == "front desk"


def test_an_answer_that_is_not_offered_is_refused(asked: Place) -> None:
    [row] = shown(asked, "review", "list")

    code, output = odnexus(asked, "review", "answer", row["id"], "shrug")

    assert (code, "choose from" in output) == (2, True)


def test_a_chart_that_the_question_does_not_name_is_asked_for_twice(twins: Place) -> None:
    [row] = shown(twins, "review", "list")
    kind, charts = row["kind"], shown(twins, "review", "show", row["id"], "--show")["content"]["candidates"]
    assert (kind, bool(charts)) == ("person.match", True)

    code, output = odnexus(twins, "review", "answer", row["id"], "link", "--record", "5")

    assert (code, "--unlisted" in output) == (2, True)
    assert shown(twins, "review", "list") == [row]
    assert odnexus(twins, "review", "answer", row["id"], "link", "--record", "5", "--unlisted")[0] == 0


def test_a_chart_that_the_question_names_is_taken(twins: Place) -> None:
    [row] = shown(twins, "review", "list")
    [chart, *_] = shown(twins, "review", "show", row["id"], "--show")["content"]["candidates"]

    assert odnexus(twins, "review", "answer", row["id"], "link", "--record", str(chart["pat_num"]))[0] == 0


def test_a_question_shows_its_answers_as_commands_and_its_content_in_lines(twins: Place) -> None:
    [row] = shown(twins, "review", "list")

    text = odnexus(twins, "review", "show", row["id"], "--show")[1]

    assert f"odnexus review answer {row['id'][:8]} link --record PATNUM" in text
    assert "{" not in text
    assert "    - pat_num: " in text


def test_an_answer_without_a_choice_is_told_the_choices(asked: Place) -> None:
    [row] = shown(asked, "review", "list")

    code, output = odnexus(asked, "review", "answer", row["id"])

    assert (code, "choose from link, create" in output) == (2, True)


def test_a_time_on_the_wall_does_not_look_like_utc() -> None:
    wall, utc = datetime(2026, 3, 9, 9), datetime(2026, 3, 9, 9, tzinfo=timezone(timedelta(hours=-7)))

    assert (short(wall), short(utc)) == ("2026-03-09 09:00:00", "2026-03-09 16:00:00Z")


def test_an_empty_table_says_so(office: Place) -> None:
    assert odnexus(office, "events", "list") == (0, "Events: none\n")


def test_an_answer_can_be_taken_back(asked: Place) -> None:
    [row] = shown(asked, "review", "list")
    odnexus(asked, "review", "answer", row["id"], "create")

    assert odnexus(asked, "review", "revoke", row["id"])[0] == 0
    assert [each["id"] for each in shown(asked, "review", "list")] == [row["id"]]


def test_a_question_that_is_not_there_is_told(office: Place) -> None:
    code, output = odnexus(office, "review", "show", "zzz")

    assert (code, "no question" in output) == (1, True)


# --- journal, links, digest -------------------------------------------------------------------------------------------


@pytest.fixture
def worked(office: Place) -> Place:
    """An office where one booking was written."""
    office.book("Nadia", "Okafor")
    with Office(Settings.load(office.file)) as opened:
        serve(opened, threading.Event(), once=True)
    return office


@pytest.mark.mission("R6", shows="the journal says what was done, and shows no patient", try_it="odnexus journal")
def test_the_journal_says_what_was_done_without_patient_data(worked: Place) -> None:
    rules = [row["rule"] for row in shown(worked, "journal")]
    text = odnexus(worked, "journal")[1]

    assert "visit.created" in rules
    assert "visit.created" in text
    assert "Okafor" not in text


def test_the_journal_is_narrowed_by_record_time_and_number(worked: Place) -> None:
    every = shown(worked, "journal")

    assert shown(worked, "journal", "--limit", "1") == every[-1:]
    assert shown(worked, "journal", "--days", "0") == []
    assert {row["subject"] for row in shown(worked, "journal", "--subject", every[-1]["subject"])} == {
        every[-1]["subject"]
    }


def test_the_journal_is_narrowed_by_kind_and_rule(worked: Place) -> None:
    applied = shown(worked, "journal", "--kind", "applied")

    assert {entry["kind"] for entry in applied} == {"applied"}
    assert {entry["rule"] for entry in shown(worked, "journal", "--rule", "visit.*")} >= {"visit.created"}
    assert shown(worked, "journal", "--rule", "visit.created", "--until", "1h") == []
    assert odnexus(worked, "journal", "--kind", "invented")[0] == 2


def test_the_journal_as_csv_has_a_line_for_each_entry(worked: Place) -> None:
    rows = list(csv.DictReader(io.StringIO(odnexus(worked, "journal", "--csv")[1])))

    assert len(rows) == len(shown(worked, "journal"))
    assert {"at", "location", "kind", "rule", "subject", "related", "number"} <= rows[0].keys()


def test_a_cell_that_a_spreadsheet_would_calculate_is_kept_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_csv(["a"], [{"a": "=1+1"}, {"a": [1, 2]}])

    assert capsys.readouterr().out == "a\n'=1+1\n1 2\n"


@pytest.mark.mission(
    "R6",
    shows="the week in numbers, per location and in sum, with how the saved time was counted",
    try_it="odnexus digest",
)
def test_the_digest_sums_up_and_shows_how_time_was_counted(worked: Place) -> None:
    found = shown(worked, "digest", "--minutes", "10")
    text = odnexus(worked, "digest", "--minutes", "10")[1]

    assert found["hand_offs"] == 2  # a chart and a visit
    assert found["total"]["done"] == found["locations"][0]["done"]
    assert "hand-offs avoided: 2, about 0.3 h" in text
    assert "10 minutes each" in text


def test_several_locations_are_added() -> None:
    parts = [
        summed(
            name,
            [Entry(at=NOW, location=name, kind="applied", subject="s", rule="visit.created", requests=2)],
            waiting=1,
            buried=0,
            open=2,
        )
        for name in ("a", "b")
    ]

    total = together(parts)

    assert (total.done, total.requests, total.waiting, total.open) == ({"visit.created": 2}, 4, 2, 4)
    assert total.hand_offs == 2


def test_links_show_both_numbers(worked: Place) -> None:
    rows = {row["kind"]: row for row in shown(worked, "links")}

    assert rows.keys() == {"person", "visit"}
    assert rows["visit"]["state"] == "linked"
    [found] = shown(worked, "links", "--record", rows["visit"]["opendental"])
    assert found == rows["visit"]
    assert rows["visit"]["nexhealth"] in odnexus(worked, "links", "--kind", "visit")[1]


@pytest.mark.parametrize("options", [["--record", "12"], ["--record", "elsewhere:x/1"], ["--kind", "tooth"]])
def test_what_links_cannot_be_asked_is_told(office: Place, options: list[str]) -> None:
    assert odnexus(office, "links", *options)[0] == 2


@pytest.mark.mission("R6", shows="the weekly digest counts what was done and what is open", try_it="odnexus digest")
def test_the_digest_counts_what_was_done_and_what_is_open(worked: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa")])
    bury(store)
    failures = [
        Entry(at=NOW, location="main", kind="failed", subject="location:main", rule="location.offline"),
        Entry(at=NOW, location="main", kind="failed", subject="event:aaa", rule="PermissionDeniedError"),
        Entry(at=NOW - timedelta(days=8), location="main", kind="failed", subject="event:old", rule="ServerError"),
    ]
    store.journal.append(failures)

    [main] = shown(worked, "digest")["locations"]
    text = odnexus(worked, "digest")[1]

    assert main["done"]["visit.created"] == 1
    assert main["failed"] == {"PermissionDeniedError": 1}
    assert (main["outages"], main["buried"], main["open"]) == (1, 1, 0)
    assert main["requests"] > 0
    assert "odnexus events list --buried" in text
    assert "Okafor" not in text


def test_the_status_tells_how_each_location_stands(worked: Place, store: SqliteStore) -> None:
    store.inbox.put([event("aaa")])

    [main] = shown(worked, "status")["locations"]
    code, table = odnexus(worked, "status")

    assert (main["location"], main["writer"], main["waiting"], main["paused"]) == ("main", "bridge", 1, "")
    assert code == 0
    assert "Okafor" not in table


def test_a_location_where_another_writes_than_before_waits_until_it_is_resumed(
    worked: Place, store: SqliteStore
) -> None:
    store.cursors.set("writer:main", "overlay")
    with Office(Settings.load(worked.file)) as opened:
        serve(opened, threading.Event(), once=True)
    code, output = odnexus(worked, "status", "--json")
    [main] = json.loads(output)["locations"]

    assert (code, main["writer"], main["paused"]) == (1, "unclear", "writer.changed")

    assert odnexus(worked, "resume", "nowhere")[0] == 2
    assert odnexus(worked, "resume", "main") == (0, "main: bridge\n")
    [main] = shown(worked, "status")["locations"]
    assert (main["writer"], main["paused"]) == ("bridge", "")


def test_a_location_that_was_never_heard_of_is_told_by_the_exit_code(office: Place) -> None:
    assert odnexus(office, "status")[0] == 1


def test_a_digest_of_several_locations_ends_with_all_of_them() -> None:
    rows = [
        summed(
            name,
            [Entry(at=NOW, location=name, kind="applied", subject="", rule="visit.created", requests=4)] * 2,
            waiting=1,
            buried=0,
            open=2,
        )
        for name in ("north", "south")
    ]

    found = Digest(since=NOW, until=NOW, locations=tuple(rows))

    assert found.total.done == {"visit.created": 4}
    assert (found.total.requests, found.total.waiting, found.total.open) == (16, 2, 4)
    assert "all locations\n  done:      4 visit.created" in found.to_text()
    assert "all locations" not in Digest(since=NOW, until=NOW, locations=tuple(rows[:1])).to_text()


def test_a_digest_has_to_have_somewhere_to_go(worked: Place) -> None:
    code, output = odnexus(worked, "digest", "--send")

    assert (code, "alerts.to" in output) == (2, True)


def test_content_is_written_in_lines() -> None:
    content = {"a": {"b": 1, "empty": ""}, "rows": [{"n": 1, "why": ["x", "y"]}, {}]}

    assert list(_outline(content)) == [
        "  a:",
        "    b: 1",
        "  rows:",
        "    - n: 1",
        "      why:",
        "        - x",
        "        - y",
        "    - nothing",
    ]
