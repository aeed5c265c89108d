"""L1: several locations, databases and clinics in one process; what befalls one befalls no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from odnexus._sync.polling import Polling
from odnexus.errors import StoreError
from odnexus.practice import InsurancePolicy, MatchPolicy, MirrorPolicy
from odnexus.stores import Sealer
from tests.engine.county import DATABASES, LAKE_KEY, NAMES, County
from tests.engine.town import at

PEOPLE = {"north": ("Nora", "North"), "south": ("Sara", "South"), "lake": ("Lena", "Lake")}


@pytest.fixture
def county() -> County:
    county = County(apart=True)
    county.work()
    return county


def book_everywhere(county: County) -> dict[str, int]:
    """Book a new patient at each location."""
    return {
        name: county.book(name, county.person(name, *PEOPLE[name], f"198{number}-04-0{number + 1}"))
        for number, name in enumerate(NAMES)
    }


# -- routing -----------------------------------------------------------------------------------------------------------


@pytest.mark.mission("L1", shows="each booking reaches the database and the clinic of its location")
def test_each_booking_is_written_where_its_location_is(county: County) -> None:
    bookings = book_everywhere(county)

    county.work(2)

    for name, booking in bookings.items():
        link = county.link_of(name, booking)
        assert link is not None
        assert link.opendental is not None
        database = county.databases[link.opendental.realm].practice
        row = database.appointments[int(link.opendental.id)]
        chart = database.patients[row["PatNum"]]
        assert (chart["FName"], chart["LName"]) == PEOPLE[name]
        assert row["Op"] == county.ops[name]
        assert row["ClinicNum"] == chart["ClinicNum"] == (county.clinics[name] or 0)
    assert {name: len(county.visits(name)) for name in county.databases} == {"valley": 2, "lake": 1}


def test_a_change_in_a_shared_database_is_worked_on_where_the_visit_belongs(county: County) -> None:
    booking = county.book("south", county.person("south", "Sara", "South", "1985-01-02"))
    county.work(2)
    link = county.link_of("south", booking)
    assert link is not None
    assert link.opendental is not None
    county.databases["valley"].practice.staff.break_(int(link.opendental.id))

    county.clock.advance(timedelta(minutes=5))
    county.engine.poll("north")

    assert [event.location for event in county.engine.waiting()] == ["south"]
    county.work()
    assert county.nx.state.appointments[booking].cancelled


def test_a_deletion_that_one_location_notices_is_worked_on_where_the_visit_belongs(county: County) -> None:
    booking = county.book("south", county.person("south", "Sara", "South", "1985-01-02"))
    county.work(2)
    link = county.link_of("south", booking)
    assert link is not None
    assert link.opendental is not None
    county.databases["valley"].practice.staff.delete(int(link.opendental.id))

    found = []
    for _ in range(8):
        county.clock.advance(timedelta(minutes=5))
        county.engine.poll("north")
        found += [event.location for event in county.engine.waiting()]

    assert set(found) == {"south"}


# -- one person, several places ----------------------------------------------------------------------------------------


@pytest.mark.mission("L1", shows="a chart number of one database is never used in another")
def test_one_patient_of_two_databases_has_a_chart_in_each() -> None:
    county = County()
    jane = county.person("north", "Jane", "Roe", "1985-03-04")
    for number in range(5):  # so that the numbers of the two databases differ
        county.chart("lake", "Other", f"Person{number}", f"199{number}-01-01")
    first, second = county.book("north", jane), county.book("lake", jane, at(14))
    county.work(3)

    for place, booking in (("north", first), ("lake", second)):
        link = county.link_of(place, booking)
        assert link is not None
        assert link.opendental is not None
        office = county.databases[link.opendental.realm].practice
        chart = office.patients[office.appointments[int(link.opendental.id)]["PatNum"]]
        assert (chart["FName"], chart["LName"]) == ("Jane", "Roe")
    assert len(county.charts("lake")) == 6
    ends = {
        link.opendental.realm: str(link.nexhealth) for link in county.engine.links(kind="person") if link.opendental
    }
    assert ends == {"valley": f"nexhealth:valley-dental/{jane}", "lake": f"nexhealth:valley-dental/{jane}@lake"}

    third = county.book("lake", jane, at(16))
    county.work(2)
    assert county.link_of("lake", third) is not None
    assert len(county.charts("lake")) == 6


def in_both(county: County) -> int:
    """Let a patient have a chart in either database, and return its number at NexHealth."""
    jane = county.person("north", "Jane", "Roe", "1985-03-04", foreign_id="9001")
    for number in range(5):  # so that the numbers of the two databases differ
        county.chart("lake", "Other", f"Person{number}", f"199{number}-01-01")
    county.book("north", jane)
    county.book("lake", jane, at(14))
    county.work(3)
    return jane


@pytest.mark.mission("L1", shows="what a patient's insurance becomes in one database says nothing of the other")
def test_insurance_of_a_patient_of_two_databases_is_written_into_the_chart_of_each() -> None:
    written = {"insurance": InsurancePolicy(mode="write")}
    county = County(north=written, south=written, lake=written)
    county.databases["valley"].practice.add_carrier(CarrierName="Other Dental", ElectID="11111")
    for simulator in county.databases.values():
        simulator.practice.add_carrier(CarrierName="Aetna Dental", ElectID="60054")
    jane = in_both(county)
    plan = county.nx.state.add_insurance_plan(
        county.institutions["valley-dental"], name="Aetna Dental", payer_id="60054", group_num="G-100"
    )
    county.clock.advance(timedelta(seconds=1))
    county.nx.state.add_coverage(jane, plan, subscriber_num="W12345")
    county.work(3)

    for name in ("valley", "lake"):
        office = county.databases[name].practice
        (policy,), (covered,) = office.rows("inssubs"), office.rows("patplans")
        chart = office.patients[covered["PatNum"]]
        assert (chart["FName"], chart["LName"]) == ("Jane", "Roe")
        assert policy["Subscriber"] == covered["PatNum"]
    assert county.kinds() == []


def staff_books(county: County, place: str, chart: int, hour: int = 10) -> int:
    """Enter a visit at one of the locations as its staff does."""
    office = county.databases[DATABASES[place]].practice
    wall = at(hour).astimezone(county.practice.location(place).zone).replace(tzinfo=None)
    provider = next(iter(county.practice.location(place).providers.values()))
    number: int = office.staff.book(
        chart, start=wall, op=county.ops[place], minutes=60, ProvNum=provider, ClinicNum=county.clinics[place] or 0
    )
    return number


def test_a_visit_of_a_patient_of_two_databases_is_mirrored_for_the_same_patient() -> None:
    county = County(lake={"mirror": MirrorPolicy()})
    jane = in_both(county)
    (chart,) = [each["PatNum"] for each in county.charts("lake") if each["FName"] == "Jane"]

    staff_books(county, "lake", chart)
    county.work(3)

    starts = [each.start_time for each in county.nx.state.appointments.values() if each.patient_id == jane]
    assert sorted(starts) == [at(9), at(10), at(14)]
    assert county.engine.waiting() == []


@pytest.mark.mission("L1", shows="a visit of a shared database is mirrored by the location whose clinic it is")
def test_whoever_polls_a_shared_database_mirrors_for_the_clinic_that_a_visit_belongs_to() -> None:
    county = County(south={"mirror": MirrorPolicy()})
    jane = county.person("south", "Jane", "Roe", "1985-03-04", foreign_id="9001")
    county.work()
    chart = county.chart("valley", "Jane", "Roe", "1985-03-04", ClinicNum=county.clinics["south"])

    staff_books(county, "south", chart)
    staff_books(county, "north", chart, 15)
    county.work(3)

    made = [(each.location_id, each.patient_id) for each in county.nx.state.appointments.values()]
    assert made == [(county.ids["south"], jane)]


def test_what_is_read_again_after_a_gap_stands_in_the_lane_of_its_patient(county: County) -> None:
    jane = county.person("lake", "Jane", "Roe", "1985-03-04")
    county.book("lake", jane)
    county.work(2)
    county.nx.state.patients[jane].updated_at = county.clock.now()
    office = county.engine._offices["lake"]

    assert Polling(office).catch_up(county.clock.now() - timedelta(hours=1), county.clock.now()) > 0
    lanes = {event.key for event in county.engine.waiting() if event.kind == "nexhealth.patient"}

    assert lanes == {office.lane(jane)}


def test_a_chart_number_that_nexhealth_read_in_another_database_is_not_believed() -> None:
    county = County()
    stranger = county.chart("lake", "Some", "Stranger", "1970-01-01")
    jane = county.person("north", "Jane", "Roe", "1985-03-04", foreign_id=str(stranger))

    county.book("lake", jane)
    county.work(2)

    [visit] = county.visits("lake")
    assert visit["PatNum"] != stranger


def test_a_certain_match_in_another_clinic_is_asked_about_and_shown_as_such() -> None:
    county = County()
    chart = county.chart(
        "valley", "Jane", "Roe", "1985-03-04", WirelessPhone="3035550100", ClinicNum=county.clinics["north"]
    )
    county.book("south", county.person("south", "Jane", "Roe", "1985-03-04"))

    county.work(2)

    [question] = county.engine.reviews()
    candidates: Any = question.body["candidates"]
    assert question.review.kind == "person.match"
    assert [(each["pat_num"], each["other_clinic"]) for each in candidates] == [(chart, True)]
    assert county.visits("valley") == []

    county.engine.answer(question.review.id, "link", record=chart)
    county.work()
    assert [visit["PatNum"] for visit in county.visits("valley")] == [chart]


def test_a_practice_that_shares_charts_between_clinics_says_so_and_the_journal_too() -> None:
    sharing = {"match": MatchPolicy(other_clinic="link")}
    county = County(south=sharing)
    chart = county.chart(
        "valley", "Jane", "Roe", "1985-03-04", WirelessPhone="3035550100", ClinicNum=county.clinics["north"]
    )
    county.book("south", county.person("south", "Jane", "Roe", "1985-03-04"))

    county.work(2)

    assert [visit["PatNum"] for visit in county.visits("valley")] == [chart]
    assert "person.other-clinic" in county.rules("south")


def test_a_location_that_was_given_another_database_leaves_its_visits_alone() -> None:
    county = County()
    booking = county.book("lake", county.person("lake", "Lena", "Lake", "1985-01-02"))
    county.work(2)
    moved = tuple(
        evolve(each, database="valley", operatories={county.chairs["lake"]: county.ops["north"]})
        if each.name == "lake"
        else each
        for each in county.practice.locations
    )
    county.practice = evolve(county.practice, locations=moved)
    county.engine = county.new_engine()
    stranger = county.book("north", county.person("north", "Nora", "North", "1970-01-02"))
    county.work(2)

    county.nx.patient_app.cancel(booking)
    county.work(2)

    assert not county.nx.state.appointments[stranger].cancelled
    assert [visit["AptStatus"] for visit in county.visits("valley")] == ["Scheduled"]
    assert "visit.other-database" in {alert.rule for alert in county.alerts}


# -- isolation ---------------------------------------------------------------------------------------------------------


def offline(county: County) -> None:
    county.databases["lake"].offline = "refused"


def hanging(county: County) -> None:
    county.databases["lake"].offline = "hanging"


def key_revoked(county: County) -> None:
    county.databases["lake"].state = "key_disabled"


def nexhealth_key_revoked(county: County) -> None:
    county.nx.keyring.revoke(LAKE_KEY)


def tables_broken(county: County) -> None:
    county.store.cursors.set("tables:lake", "{")


def picture_sealed_with_a_lost_key(county: County) -> None:
    county.store.cursors.set("picture:lake", "changed")
    county.store.snapshots.save("charts:lake", {"1": Sealer.ephemeral().seal(b"{}", "row:charts:lake/1")})


TROUBLES = [offline, hanging, key_revoked, nexhealth_key_revoked, tables_broken, picture_sealed_with_a_lost_key]


@pytest.mark.mission("L1", shows="whatever befalls one location, the others' bookings are written within one round")
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda each: each.__name__)
def test_the_trouble_of_one_location_holds_up_no_other(county: County, trouble: Any) -> None:
    trouble(county)
    bookings = book_everywhere(county)
    began = county.clock.now()

    county.work(2)

    for name in ("north", "south"):
        link = county.link_of(name, bookings[name])
        assert link is not None, name
    written = [visit["SecDateTEntry"] for visit in county.visits("valley") if visit.get("SecDateTEntry")]
    assert len(county.visits("valley")) == 2
    assert county.clock.now() - began < timedelta(minutes=30), written
    assert county.visits("lake") == []
    assert {alert.location for alert in county.alerts} == {"lake"}
    assert county.engine.buried() == []
    status = {each.location: each for each in county.engine.status().locations}
    assert (status["north"].waiting, status["south"].waiting) == (0, 0)


def test_a_location_goes_on_once_its_key_is_back(county: County) -> None:
    nexhealth_key_revoked(county)
    bookings = book_everywhere(county)
    county.work(3)
    assert county.engine.status().paused == ("lake",)
    assert "developer portal" in county.alerts[0].text

    county.nx.keyring.add(LAKE_KEY)
    county.work(3)

    assert county.link_of("lake", bookings["lake"]) is not None
    assert [alert.rule for alert in county.alerts] == ["location.offline", "location.back"]


def test_a_patient_of_two_databases_is_not_held_up_by_the_one_that_is_offline() -> None:
    county = County()
    county.work()
    jane = county.person("north", "Jane", "Roe", "1985-03-04")
    county.databases["lake"].offline = "refused"
    county.book("lake", jane)
    county.engine.poll("lake")
    county.book("north", jane, at(14))

    county.work(2)

    assert len(county.visits("valley")) == 1


def test_a_handler_that_raises_for_one_location_is_called_for_the_others(county: County) -> None:
    told: list[str] = []

    def handler(event: Any) -> None:
        if event.location == "lake":
            raise RuntimeError
        told.append(event.location)

    county.engine = county.new_engine(handlers={"appointment.created": handler})
    book_everywhere(county)
    county.work(2)

    assert sorted(told) == ["north", "south"]
    assert len(county.engine.waiting(location="@host")) == 1


def test_a_store_that_fails_is_everybodys_trouble(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise StoreError

    monkeypatch.setattr(county.store.cursors, "get", fail)

    with pytest.raises(StoreError):
        county.engine.step()


def test_two_workers_never_work_in_one_database_at_once(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clinics are two locations, but their charts are made in one place."""
    other = county.new_engine()
    seen: list[str] = []
    jane = county.book("north", county.person("north", "Jane", "Roe", "1985-03-04"))
    take = county.store.turns.take

    def taking(name: str, *rest: Any) -> bool:
        seen.append(name)
        return take(name, *rest)

    monkeypatch.setattr(county.store.turns, "take", taking)
    for name in ("north", "south"):
        other.poll(name)
        county.engine.poll(name)

    assert set(seen) == {"location:north"}
    county.work()
    assert county.link_of("north", jane) is not None


# -- reports -----------------------------------------------------------------------------------------------------------


@pytest.mark.mission("L1", shows="how all locations stand, each and together", try_it="odnexus status")
def test_the_status_shows_each_location_and_the_sum(county: County) -> None:
    offline(county)
    book_everywhere(county)
    county.engine.poll("lake")
    county.clock.advance(timedelta(hours=1))
    for name in NAMES:
        county.engine.poll(name)

    status = county.engine.status()

    rows = {each.location: each for each in status.locations}
    assert [each.database for each in status.locations] == ["valley", "valley", "lake"]
    assert rows["lake"].paused == "ConnectionFailedError"
    assert (rows["north"].age(status.at) or timedelta(1)) < timedelta(minutes=1)
    assert status.stale(timedelta(minutes=30)) == ("lake",)
    assert status.waiting == sum(each.waiting for each in status.locations) == 2
    assert rows["north"].writer == "bridge"
    assert county.new_engine().status().locations[0].writer == "bridge"


def test_requests_are_counted_once_and_where_they_were_made(county: County) -> None:
    county.book("north", county.person("north", "Jane", "Roe", "1985-03-04"))

    county.work(2)

    noted = {name: sum(each.requests for each in county.engine.journal(limit=1000, location=name)) for name in NAMES}
    assert noted["north"] > noted["south"]
    assert noted["north"] + noted["south"] <= county.databases["valley"].count()
