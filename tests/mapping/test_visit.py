from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from odnexus.mapping.visit import (
    NO_START,
    VISIT_FIELDS,
    Visit,
    essence,
    minutes_of,
    nexhealth_changes,
    opendental_changes,
    pattern_for,
    to_instant,
    to_wall,
    visit_from_nexhealth,
    visit_from_opendental,
    visit_of,
)
from odnexus.nexhealth.models import Appointment as NexHealthAppointment
from odnexus.opendental.models import Appointment as OpenDentalAppointment, AptStatus

DENVER = ZoneInfo("America/Denver")
ZONES = st.sampled_from(
    ["America/Denver", "America/Phoenix", "America/St_Johns", "Pacific/Honolulu", "Australia/Lord_Howe"]
)
WALLS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)).map(
    lambda wall: wall.replace(second=0, microsecond=0)
)
VISIT = Visit(cancelled=False, start=datetime(2026, 5, 12, 8, 30), minutes=60, operatory=3, provider=1, confirmed=False)


def nexhealth_appointment(**fields: Any) -> NexHealthAppointment:
    known: dict[str, Any] = {
        "id": 880,
        "start_time": datetime(2026, 5, 12, 14, 30, tzinfo=UTC),
        "end_time": datetime(2026, 5, 12, 15, 30, tzinfo=UTC),
        "operatory_id": 31,
        "provider_id": 77,
        "cancelled": False,
        "confirmed": False,
    }
    return NexHealthAppointment(**(known | fields))


def opendental_appointment(**fields: Any) -> OpenDentalAppointment:
    known: dict[str, Any] = {
        "apt_num": 880,
        "apt_status": AptStatus.SCHEDULED,
        "pattern": "/XXXXXXXXXX/",
        "apt_date_time": datetime(2026, 5, 12, 8, 30),
        "op": 3,
        "prov_num": 1,
        "confirmed": 19,
    }
    return OpenDentalAppointment(**(known | fields))


def seen(appt: NexHealthAppointment) -> Visit:
    return visit_from_nexhealth(appt, zone=DENVER, operatories={31: 3}, providers={77: 1}).value


def test_one_visit_is_the_same_from_both_sides() -> None:
    assert seen(nexhealth_appointment()) == VISIT
    assert visit_from_opendental(opendental_appointment(), confirmed={21}).value == VISIT


@pytest.mark.parametrize(
    ("status", "cancelled"),
    [("Scheduled", False), ("Complete", False), ("ASAP", False), ("Broken", True), ("UnschedList", True)],
)
def test_a_broken_or_unscheduled_appointment_is_cancelled(status: str, *, cancelled: bool) -> None:
    mapped = visit_from_opendental(opendental_appointment(apt_status=AptStatus(status)), confirmed=())

    assert mapped.value.cancelled is cancelled
    assert mapped.issues == ()


@pytest.mark.parametrize("status", [AptStatus.PLANNED, AptStatus.PT_NOTE, "Somehow", None])
def test_what_is_no_visit_is_an_error(status: str | None) -> None:
    mapped = visit_from_opendental(opendental_appointment(apt_status=status), confirmed=())

    assert mapped.value.cancelled
    assert [issue.rule for issue in mapped.errors] == ["status.not_a_visit"]


def test_confirmed_is_what_the_office_calls_confirmed() -> None:
    assert visit_from_opendental(opendental_appointment(confirmed=21), confirmed={21, 24}).value.confirmed
    assert not visit_from_opendental(opendental_appointment(confirmed=19), confirmed={21, 24}).value.confirmed


def test_the_hygienist_is_the_provider_of_a_hygiene_visit() -> None:
    hygiene = opendental_appointment(is_hygiene=True, prov_hyg=4)

    assert visit_from_opendental(hygiene, confirmed=()).value.provider == 4
    assert visit_from_opendental(opendental_appointment(prov_hyg=4), confirmed=()).value.provider == 1


def test_an_appointment_without_time_or_length_says_so() -> None:
    bare = visit_from_opendental(opendental_appointment(apt_date_time=None, pattern=""), confirmed=())
    booked = visit_from_nexhealth(
        nexhealth_appointment(start_time=None, end_time=None), zone=DENVER, operatories={31: 3}, providers={77: 1}
    )

    assert bare.value.start == booked.value.start == NO_START
    assert bare.rules() == booked.rules() == {"time.missing", "length.missing"}


def test_what_the_tables_do_not_know_is_none_with_an_issue() -> None:
    mapped = visit_from_nexhealth(nexhealth_appointment(), zone=DENVER, operatories={}, providers={})

    assert (mapped.value.operatory, mapped.value.provider) == (None, None)
    assert mapped.rules() == {"operatory.unmapped", "provider.unmapped"}


def test_an_appointment_without_a_chair_is_no_issue() -> None:
    appt = nexhealth_appointment(operatory_id=None)

    assert visit_from_nexhealth(appt, zone=DENVER, operatories={}, providers={77: 1}).issues == ()


@pytest.mark.parametrize(("flag"), ["cancelled", "deleted"])
def test_a_cancelled_or_deleted_booking_is_cancelled(flag: str) -> None:
    assert seen(nexhealth_appointment(**{flag: True})).cancelled


def test_a_length_between_two_units_is_rounded_up() -> None:
    start = datetime(2026, 5, 12, 14, 30, 20, tzinfo=UTC)
    mapped = visit_from_nexhealth(
        nexhealth_appointment(start_time=start, end_time=start + timedelta(minutes=46)),
        zone=DENVER,
        operatories={31: 3},
        providers={77: 1},
    )

    assert (mapped.value.start, mapped.value.minutes) == (datetime(2026, 5, 12, 8, 30), 50)
    assert mapped.rules() == {"length.rounded"}


def test_a_length_over_nine_hours_is_cut_and_said() -> None:
    mapped = visit_from_nexhealth(
        nexhealth_appointment(end_time=datetime(2026, 5, 13, 14, 30, tzinfo=UTC)),
        zone=DENVER,
        operatories={31: 3},
        providers={77: 1},
    )

    assert (mapped.value.minutes, mapped.rules()) == (540, {"length.cut"})


def test_the_hour_that_does_not_exist_is_moved_and_said() -> None:
    mapped = to_instant(datetime(2026, 3, 8, 2, 30), DENVER)

    assert mapped.rules() == {"time.gap"}
    assert to_wall(mapped.value, DENVER) == datetime(2026, 3, 8, 3, 30)


def test_the_hour_that_happens_twice_is_the_first_and_said() -> None:
    mapped = to_instant(datetime(2026, 11, 1, 1, 30), DENVER)

    assert mapped.rules() == {"time.overlap"}
    assert mapped.value == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("hour", [7, 8])
def test_a_booking_in_the_hour_that_happens_twice_is_said(hour: int) -> None:
    start = datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
    mapped = visit_from_nexhealth(
        nexhealth_appointment(start_time=start, end_time=start + timedelta(hours=1)),
        zone=DENVER,
        operatories={31: 3},
        providers={77: 1},
    )

    assert mapped.value.start == datetime(2026, 11, 1, 1, 30)
    assert mapped.rules() == {"time.overlap"}


@given(WALLS, ZONES)
def test_a_wall_time_comes_back_unless_it_never_was(wall: datetime, zone: str) -> None:
    mapped = to_instant(wall, ZoneInfo(zone))

    assert (to_wall(mapped.value, ZoneInfo(zone)) == wall) is ("time.gap" not in mapped.rules())


@given(WALLS, ZONES)
def test_an_instant_comes_back_unless_its_hour_happens_twice(wall: datetime, zone: str) -> None:
    instant = wall.replace(tzinfo=UTC)
    back = to_instant(to_wall(instant, ZoneInfo(zone)), ZoneInfo(zone))

    assert back.value == instant or back.rules() == {"time.overlap"}


@pytest.mark.parametrize("wall", [datetime.min, datetime.max])
def test_the_ends_of_time_raise_nothing(wall: datetime) -> None:
    for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
        assert to_instant(wall, ZoneInfo(zone)).value.tzinfo is UTC


@given(st.integers(-100, 2000))
def test_a_pattern_is_long_enough_and_no_longer_than_nine_hours(minutes: int) -> None:
    length = minutes_of(pattern_for(minutes))

    assert length % 5 == 0
    assert length == min(540, max(5, minutes + -minutes % 5))


@given(st.text(alphabet="X/", min_size=1, max_size=108), st.integers(5, 540))
def test_a_pattern_keeps_its_shape_when_its_length_changes(pattern: str, minutes: int) -> None:
    changed = pattern_for(minutes, pattern)

    assert minutes_of(changed) == minutes_of(pattern_for(minutes))
    assert set(changed) <= set(pattern)
    assert changed == pattern or len(changed) != len(pattern)


@pytest.mark.parametrize(
    ("minutes", "like", "pattern"),
    [
        (20, "", "XXXX"),
        (30, "/XX/", "/XXXX/"),
        (15, "/XXXX/", "/X/"),
        (10, "not one", "XX"),
        # Assistant time alone would leave the provider free for somebody else.
        (10, "/XX/", "XX"),
        (15, "//XX//", "XXX"),
        (10, "////", "//"),
    ],
)
def test_assistant_time_stays_at_the_ends(minutes: int, like: str, pattern: str) -> None:
    assert pattern_for(minutes, like) == pattern


visits = st.builds(
    Visit,
    cancelled=st.booleans(),
    start=WALLS,
    minutes=st.integers(1, 108).map(lambda units: units * 5),
    operatory=st.none() | st.integers(1, 99),
    provider=st.none() | st.integers(1, 99),
    confirmed=st.booleans(),
)


@given(visits)
def test_an_essence_is_the_visit(visit: Visit) -> None:
    stored = essence(visit)

    assert tuple(stored) == VISIT_FIELDS
    assert visit_of(stored) == visit


@pytest.mark.parametrize("stored", [{}, essence(VISIT) | {"minutes": "60"}, essence(VISIT) | {"start": 5}])
def test_what_is_no_essence_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="essence of a visit"):
        visit_of(stored)


@given(visits, visits)
def test_open_dental_changes_carry_every_field(held: Visit, wanted: Visit) -> None:
    fields = {name: value for name, value in essence(wanted).items() if essence(held)[name] != value}
    mapped = opendental_changes(fields, confirmed=21, unconfirmed=19)
    changes = mapped.value.changes

    assert ("apt_date_time" in changes) is ("start" in fields)
    assert changes.get("apt_date_time", wanted.start) == wanted.start
    assert minutes_of(changes.get("pattern", pattern_for(wanted.minutes))) == wanted.minutes
    assert changes.get("op", wanted.operatory) == wanted.operatory
    assert changes.get("prov_num", wanted.provider) == wanted.provider
    assert mapped.value.cancel is (fields.get("cancelled") is True)
    assert mapped.value.confirm == {True: 21, False: 19, None: None}[fields.get("confirmed")]  # type: ignore[index]


def test_a_hygiene_visit_changes_its_hygienist() -> None:
    assert opendental_changes({"provider": 4}, hygiene=True).value.changes == {"prov_hyg": 4}


def test_a_restored_visit_is_scheduled_again() -> None:
    assert opendental_changes({"cancelled": False}).value.changes == {"apt_status": "Scheduled"}


def test_what_open_dental_cannot_be_told_is_an_error() -> None:
    mapped = opendental_changes({"operatory": None, "provider": None, "confirmed": True})

    assert mapped.value.changes == {}
    assert {issue.rule for issue in mapped.errors} == {"operatory.unmapped", "provider.unmapped", "confirmed.unmapped"}


def test_a_move_sends_start_and_end_together() -> None:
    mapped = nexhealth_changes({"start": "2026-05-12T09:00"}, shown=VISIT, zone=DENVER, operatories={3: 31})

    assert mapped.issues == ()
    assert mapped.value == {
        "start_time": datetime(2026, 5, 12, 15, 0, tzinfo=UTC),
        "end_time": datetime(2026, 5, 12, 16, 0, tzinfo=UTC),
    }


def test_a_longer_visit_keeps_its_start() -> None:
    mapped = nexhealth_changes({"minutes": 90}, shown=VISIT, zone=DENVER, operatories={})

    assert mapped.value == {
        "start_time": datetime(2026, 5, 12, 14, 30, tzinfo=UTC),
        "end_time": datetime(2026, 5, 12, 16, 0, tzinfo=UTC),
    }


@pytest.mark.parametrize("start", [NO_START, NO_START.isoformat()])
@pytest.mark.parametrize("zone", ["America/Denver", "UTC", "Asia/Tokyo"])
def test_a_visit_without_a_start_moves_nothing(start: object, zone: str) -> None:
    booked = nexhealth_changes({"start": start}, shown=VISIT, zone=ZoneInfo(zone), operatories={})
    written = opendental_changes({"start": start})

    assert (booked.value, written.value.changes) == ({}, {})
    assert booked.rules() == written.rules() == {"time.missing"}


def test_nexhealth_is_told_what_it_can_take() -> None:
    mapped = nexhealth_changes(
        {"cancelled": True, "confirmed": True, "operatory": 3}, shown=VISIT, zone=DENVER, operatories={3: 31}
    )

    assert (mapped.value, mapped.issues) == ({"cancelled": True, "confirmed": True, "operatory_id": 31}, ())


def test_what_nexhealth_cannot_be_told_is_an_error() -> None:
    mapped = nexhealth_changes(
        {"cancelled": False, "confirmed": False, "provider": 2, "operatory": 9},
        shown=VISIT,
        zone=DENVER,
        operatories={3: 31},
    )

    assert mapped.value == {}
    assert {issue.rule for issue in mapped.errors} == {
        "cancelled.one_way",
        "confirmed.one_way",
        "provider.unsupported",
        "operatory.unmapped",
    }


@given(visits, visits, ZONES)
def test_a_change_sent_to_nexhealth_reads_back_as_wanted(held: Visit, wanted: Visit, zone: str) -> None:
    fields = {name: essence(wanted)[name] for name in ("start", "minutes")}
    mapped = nexhealth_changes(fields, shown=held, zone=ZoneInfo(zone), operatories={})
    appt = nexhealth_appointment(start_time=mapped.value.get("start_time"), end_time=mapped.value.get("end_time"))
    seen_again = visit_from_nexhealth(appt, zone=ZoneInfo(zone), operatories={}, providers={}).value

    assert seen_again.minutes == wanted.minutes
    assert seen_again.start == wanted.start or "time.gap" in mapped.rules()


def test_the_repr_shows_no_time() -> None:
    assert "2026" not in repr(VISIT)


def test_a_start_of_another_type_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        opendental_changes({"start": 5})
