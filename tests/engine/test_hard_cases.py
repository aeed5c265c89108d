"""The hard cases of the design, each at the simulators."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from odnexus.errors import ConfigurationError, EmptySideError
from odnexus.practice import Location, Modes, Practice
from tests.engine.town import Town, at


@pytest.fixture
def town() -> Town:
    town = Town()
    town.work()
    return town


@pytest.fixture
def booking(town: Town) -> int:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    town.happened.clear()
    return booking


# -- two looks, no waste -----------------------------------------------------------------------------------------------


def test_an_open_dental_row_that_shows_what_was_agreed_does_not_make_us_read_nexhealth(
    town: Town, booking: int
) -> None:
    number = town.row_of(booking)["AptNum"]
    town.od.practice.staff.edit(number, Note="called the patient")
    before = town.nx.count("GET", None)

    report = town.engine.poll("main")
    polled = town.nx.count("GET", None) - before
    town.work(poll=False)

    assert report.events == 0
    assert town.nx.count("GET", None) - before == polled


def test_a_restart_reads_neither_roster_nor_calendar_again(town: Town, booking: int) -> None:
    for number in range(120):
        town.chart("Filler", f"Number{number}", "1990-01-01")
    town.work()
    town.engine = town.new_engine()
    town.od.reset_requests()
    town.clock.advance(timedelta(minutes=5))

    town.engine.poll("main")

    assert town.od.count() <= 3


# -- clocks ------------------------------------------------------------------------------------------------------------


def test_a_change_in_the_hour_that_happens_twice_is_seen() -> None:
    town = Town()
    town.clock.advance_to(datetime(2026, 10, 30, 15, tzinfo=UTC))
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"), datetime(2026, 11, 5, 16, tzinfo=UTC))
    town.settle()
    row = town.row_of(booking)
    # Denver's clock is put back on 1 November 2026 at 02:00 MDT = 08:00 UTC: 01:00 to 02:00 happens twice.
    town.clock.advance_to(datetime(2026, 11, 1, 7, 50, tzinfo=UTC))
    town.od.practice.staff.edit(row["AptNum"], Note="first time round")
    town.work(1)
    town.clock.advance_to(datetime(2026, 11, 1, 8, 5, tzinfo=UTC))
    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=1), op=row["Op"])

    town.settle()

    assert town.booking(booking).start_time == datetime(2026, 11, 5, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "wall"),
    [
        (datetime(2026, 3, 8, 15, tzinfo=UTC), "2026-03-08 09:00:00"),
        (datetime(2026, 3, 7, 16, tzinfo=UTC), "2026-03-07 09:00:00"),
        (datetime(2026, 11, 2, 16, tzinfo=UTC), "2026-11-02 09:00:00"),
    ],
)
def test_nine_oclock_is_nine_oclock_on_both_sides_of_a_change_of_clocks(town: Town, start: datetime, wall: str) -> None:
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"), start)

    town.settle()

    assert str(town.row_of(booking)["AptDateTime"]) == wall


# -- observe, then apply -----------------------------------------------------------------------------------------------


def test_what_was_only_observed_is_done_once_the_mode_changes() -> None:
    town = Town(modes=Modes(visit="observe"))
    town.work()
    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()
    assert town.visits == []

    town.practice = Practice(subdomain="demo-dental", locations=(evolve(town.location, modes=Modes()),))
    town.engine = town.new_engine()
    town.settle()

    assert len(town.visits) == 1


# -- nothing is retired on one word ------------------------------------------------------------------------------------


def test_an_empty_side_retires_nothing(town: Town) -> None:
    people = [("Ana", "Lund", "1988-11-10"), ("Bo", "Holm", "1951-02-03"), ("Cy", "Frost", "2001-07-30")]
    for hour, (first, last, born) in enumerate(people, 9):
        town.book(town.person(first, last, born), at(hour))
    town.settle()
    town.od.practice.tables["appointments"].rows.clear()

    with pytest.raises(EmptySideError):
        town.engine.scan("main")
    town.settle()

    assert [one.cancelled for one in town.nx.state.appointments.values()] == [False] * 3
    assert "scan.empty-side" in [alert.rule for alert in town.alerts]


def test_an_appointment_that_is_gone_without_a_trace_is_a_question(town: Town, booking: int) -> None:
    number = town.row_of(booking)["AptNum"]
    office = town.od.practice
    office.remove("appointments", number)
    office.tables["histappointments"].rows.clear()

    town.engine.scan("main")
    town.settle()

    assert not town.booking(booking).cancelled
    assert town.kinds() == ["visit.clash"]


def test_a_booking_that_vanished_at_nexhealth_cancels_nothing_by_itself(town: Town, booking: int) -> None:
    town.nx.state.appointments.pop(booking)

    town.engine.scan("main")
    town.settle()

    assert str(town.visits[0]["AptStatus"]) == "Scheduled"
    assert town.kinds() == ["visit.clash"]


def test_a_scan_finds_what_no_signal_told(town: Town, booking: int) -> None:
    row = town.row_of(booking)
    row["AptDateTime"] = row["AptDateTime"] + timedelta(hours=3)  # behind the API's back: DateTStamp stands still

    town.settle(2)
    assert town.booking(booking).start_time == at(9)
    assert town.engine.scan("main") == 1
    town.settle()

    assert town.booking(booking).start_time == at(12)


# -- people ------------------------------------------------------------------------------------------------------------


def test_archived_and_deleted_charts_never_match(town: Town) -> None:
    gone = town.chart("Mara", "Lund", "1988-11-20", WirelessPhone="(303)555-0100", PatStatus="Archived")

    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle()

    assert [visit["PatNum"] for visit in town.visits] != [gone]


def test_a_visit_on_another_living_chart_is_a_question(town: Town, booking: int) -> None:
    other = town.chart("Nora", "Quist", "1984-02-02")
    town.row_of(booking)["PatNum"] = other
    town.od.practice.staff.edit(town.row_of(booking)["AptNum"], Note="moved to another chart")

    town.settle()

    assert town.kinds() == ["person.chart-changed"]
    town.engine.answer(town.engine.reviews()[0].review.id, "follow")
    town.settle()
    second = town.book(town.booking(booking).patient_id, at(15))
    town.settle()
    assert town.row_of(second)["PatNum"] == other


def test_an_answer_that_names_no_living_chart_is_asked_again(town: Town) -> None:
    town.chart("Emma", "Ruiz", "2015-06-01")
    town.book(town.person("Ella", "Ruiz", "2015-06-01"))
    town.settle()

    town.engine.answer(town.engine.reviews()[0].review.id, "link", record=99999)
    town.settle()

    assert town.kinds() == ["person.chart-gone"]
    assert town.visits == []


def test_a_patient_who_changed_fills_blanks_and_overwrites_nothing(town: Town) -> None:
    from odnexus.nexhealth.webhooks import sign

    town.engine = town.new_engine(webhook_secrets=["s"])
    chart = town.chart("Mara", "Lund", "1988-11-20", WirelessPhone="(303)555-0100", Address="1 Old Rd")
    patient = town.person("Mara", "Lund", "1988-11-20")
    town.book(patient)
    town.settle()
    town.nx.state.patients[patient].bio.update(address_line_1="2 New St", city="Denver")
    body = (
        f'{{"resource_type":"Patient","event_name":"patient_updated","subdomain":"demo-dental",'
        f'"data":{{"patients":[{{"id":{patient},"updated_at":"2026-03-02T16:00:00Z"}}]}}}}'
    ).encode()

    town.engine.receive({"timestamp": "t", "signature": sign("t", body, "s")}, body)
    town.settle()

    # Half an address is not filled with the half of another.
    row = town.od.practice.patients[chart]
    assert (row["Address"], row["City"], row["Email"]) == ("1 Old Rd", "", "mara.lund@example.com")


# -- reviews -----------------------------------------------------------------------------------------------------------


def test_answers_are_checked_and_revocable(town: Town) -> None:
    town.chart("Emma", "Ruiz", "2015-06-01")
    town.book(town.person("Ella", "Ruiz", "2015-06-01"))
    town.settle()
    question = town.engine.reviews()[0]

    with pytest.raises(ConfigurationError, match="choice"):
        town.engine.answer(question.review.id, "maybe")
    with pytest.raises(ConfigurationError, match="record"):
        town.engine.answer(question.review.id, "link")
    with pytest.raises(ConfigurationError, match="review"):
        town.engine.answer("unknown", "link", record=1)

    town.engine.answer(question.review.id, "dismiss")
    assert town.kinds() == []
    with pytest.raises(ConfigurationError, match="answered already"):
        town.engine.answer(question.review.id, "create")
    town.engine.revoke(question.review.id)
    assert town.kinds() == ["person.match"]
    with pytest.raises(ConfigurationError, match="no answered review"):
        town.engine.revoke(question.review.id)


def test_a_question_shows_candidates_with_reasons_and_stays_out_of_repr(town: Town) -> None:
    emma = town.chart("Emma", "Ruiz", "2015-06-01")
    town.book(town.person("Ella", "Ruiz", "2015-06-01"))
    town.settle()

    (question,) = town.engine.reviews()

    assert [candidate["pat_num"] for candidate in question.body["candidates"]] == [emma]  # type: ignore[attr-defined]
    assert question.body["candidates"][0]["reasons"]  # type: ignore[index]
    assert question.review.due == at(9)
    assert "Ruiz" not in repr(question)


# -- several locations -------------------------------------------------------------------------------------------------


@pytest.mark.mission("L1", shows="two locations share one database and neither misses a change")
def test_two_locations_share_a_database_and_neither_misses_a_change() -> None:
    town = Town()
    second = town.nx.state.add_location(town.institution, "Second", insert_appt_client=False)
    dentist = town.nx.state.add_provider(second, "Dana", "Brook")
    chair = town.nx.state.add_operatory(second, "Op 3")
    other = Location(
        name="second",
        nexhealth_id=second,
        timezone="America/Denver",
        operatories={chair: town.ops[2]},
        providers={dentist: town.provs[1]},
    )
    town.practice = Practice(subdomain="demo-dental", locations=(town.location, other))
    town.engine = town.new_engine()
    town.engine.poll("main")
    town.engine.poll("second")
    patient = town.person("Mara", "Lund", "1988-11-20")
    booking = town.nx.patient_app.book(
        second, at(9), patient_id=patient, provider_id=dentist, operatory_id=chair, minutes=60
    )
    town.clock.advance(timedelta(minutes=5))
    town.engine.poll("second")
    town.engine.step()
    row = town.row_of(booking)

    town.od.practice.staff.move(row["AptNum"], start=row["AptDateTime"] + timedelta(hours=1), op=row["Op"])
    town.clock.advance(timedelta(minutes=5))
    town.engine.poll("main")  # this poll moves the cursor that both share
    town.clock.advance(timedelta(minutes=10))
    town.engine.poll("second")
    town.engine.step()

    assert town.booking(booking).start_time == at(10)


@pytest.mark.mission("L1", shows="a location whose office is offline does not stop another")
def test_one_locations_trouble_does_not_stop_the_other() -> None:
    town = Town()
    office = Town()
    second = town.nx.state.add_location(town.institution, "Second", insert_appt_client=False)
    other = evolve(town.location, name="second", nexhealth_id=second, database="other")
    town.practice = Practice(subdomain="demo-dental", locations=(other, town.location))
    clients = {"main": town.engine._opendental, "other": office.engine._opendental}
    town.engine = town.new_engine(opendental=clients)
    office.od.offline = True
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    reports = [town.engine.poll(name) for name in ("second", "main")]
    town.engine.step()

    assert reports[0].paused
    assert not reports[1].paused
    assert len(town.visits) == 1


# -- beside NexHealth's synchronizer -----------------------------------------------------------------------------------


def live(town: Town, minutes: int) -> None:
    """Let time pass with the synchronizer at work."""
    for _ in range(minutes // 5):
        town.nx.tick(town.clock.advance(timedelta(minutes=5)))
        town.engine.poll("main")
        while town.engine.step().settled:
            pass


def test_with_the_reader_on_our_own_record_is_an_alias_and_cancelling_follows_to_both_rows() -> None:
    town = Town(synchronizer=True, writer="bridge")
    town.synchronize()
    town.work()
    booking = town.book(town.person("Mara", "Lund", "1988-11-20"))
    live(town, 60)
    assert len(town.nx.state.appointments) == 2, "the reader shows our record as a second row"

    town.od.practice.staff.break_(town.row_of(booking)["AptNum"])
    live(town, 60)

    link = town.link_of(booking)
    assert link is not None
    assert len(link.aliases) == 1
    assert (len(town.visits), len(town.charts)) == (1, 1)
    assert all(one.cancelled for one in town.nx.state.appointments.values())


def test_a_placeholder_that_is_replaced_takes_its_link_along() -> None:
    town = Town(overlay=True)
    town.synchronize()
    town.work()
    placeholder = town.person("Mara", "Lund", "1988-11-20")
    booking = town.book(placeholder)

    live(town, 90)

    patient = town.booking(booking).patient_id
    assert patient != placeholder
    (person,) = town.engine.links(kind="person")
    assert person.nexhealth is not None
    assert person.opendental is not None
    assert person.nexhealth.id == str(patient)
    assert int(person.opendental.id) == town.charts[0]["PatNum"]
    assert (len(town.visits), len(town.charts), town.kinds()) == (1, 1, [])


def test_a_synchronizer_that_is_down_is_told_once_and_nothing_is_written_by_us() -> None:
    town = Town(overlay=True)
    synchronizer = town.synchronize()
    town.work()
    synchronizer.write_enabled = synchronizer.read_enabled = False
    town.book(town.person("Mara", "Lund", "1988-11-20"))

    live(town, 600)

    assert [alert.rule for alert in town.alerts if alert.rule == "sync.red"] == ["sync.red"]
    assert town.kinds() == ["visit.not-landed"]
    assert town.od.count("POST", None) == 0


# -- vendors that behave a little differently --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "route"),
    [
        ("od", "GET /definitions"),
        ("od", "GET /operatories"),
        ("od", "GET /histappointments"),
        ("nx", "GET /sync_status"),
    ],
)
def test_what_is_nice_to_know_stops_nothing_when_it_is_refused(side: str, route: str) -> None:
    town = Town()
    simulator = town.od if side == "od" else town.nx
    simulator.faults.on(route, kind="status", status=400, times=1000)

    town.book(town.person("Mara", "Lund", "1988-11-20"))
    town.settle(8)

    assert len(town.visits) == 1
