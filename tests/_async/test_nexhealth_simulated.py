"""The NexHealth client at a simulated office that refuses whatever is not documented: every method once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from odnexus._pace import CALL_RETRY
from odnexus.errors import (
    AmbiguousWriteError,
    ApiError,
    AuthenticationError,
    ConflictError,
    ConnectionFailedError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
)
from odnexus.nexhealth.refusals import is_already_cancelled, is_slot_taken
from odnexus.nexhealth.webhooks import verify
from odnexus.testing.nexhealth import DemoOffice, Switches
from tests._async.nexhealth_support import AsyncMeeting, client, office, together
from tests._async.running import running

TEN = datetime.fromisoformat("2026-03-09T10:00:00-06:00")
WINDOW: dict[str, Any] = {"start": TEN - timedelta(days=1), "end": TEN + timedelta(days=30)}


def person(place: DemoOffice, **fields: Any) -> dict[str, Any]:
    return {
        "provider_id": place.providers["DOC1"],
        "first_name": "Mara",
        "last_name": "Lund",
        "email": "mara.lund@example.org",
        "date_of_birth": date(1988, 11, 20),
        "phone_number": "5055550123",
        **fields,
    }


def visit(place: DemoOffice, patient_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "patient_id": patient_id,
        "provider_id": place.providers["DOC1"],
        "operatory_id": place.operatories["OP1"],
        "start_time": TEN,
        "appointment_type_id": place.types["Recall"],
        **fields,
    }


def known_patient(place: DemoOffice, number: int = 1) -> int:
    bio = {"phone_number": f"50555501{number % 100:02}", "date_of_birth": "1980-01-01"}
    return place.simulator.state.add_patient(
        place.location_id, "Ann", f"Example{number}", bio=bio, foreign_id=str(1000 + number)
    )


# Every method once


@running
async def test_institutions_and_locations() -> None:
    place = office(linked=True)
    async with client(place) as nex:
        institutions = [row async for row in nex.institutions.iter()]
        one = await nex.institutions.get(place.institution_id)
        locations = [row async for row in nex.locations.iter(inactive=False)]
        everywhere = [row async for row in nex.locations.iter(everywhere=True)]
        location = await nex.locations.get(place.location_id)
        descriptors = await nex.locations.descriptors(place.location_id, descriptor_type="Appointment Type")

    assert [row.id for row in institutions] == [one.id] == [place.institution_id]
    assert [row.id for row in locations] == [row.id for row in everywhere] == [place.location_id]
    assert locations[0].institution is not None
    assert locations[0].institution.subdomain == place.subdomain
    assert (location.tz, location.map_by_operatory, location.insert_appt_client) == ("America/Denver", True, True)
    assert {row.name for row in descriptors} == set(place.types)


@running
async def test_providers_and_operatories() -> None:
    place = office()
    async with client(place) as nex:
        providers = [row async for row in nex.providers.iter(include=["locations", "availabilities"])]
        two = [row.id async for row in nex.providers.iter(ids=[providers[0].id, providers[1].id], sort="updated_at")]
        provider = await nex.providers.get(providers[0].id, include=["availabilities", "appointment_types"])
        chairs = [row async for row in nex.operatories.iter(include=["appointment_types"], per_page=2)]
        named = [row.name async for row in nex.operatories.iter(search_name="HY")]
        chair = await nex.operatories.get(chairs[0].id)

    assert {row.id for row in providers} == set(place.providers.values())
    assert two == [providers[0].id, providers[1].id]
    assert provider.availabilities[0].begin_time is not None
    assert {row.id for row in chairs} == set(place.operatories.values())
    assert named == ["HY1", "HY2"]
    assert chair.location_id == place.location_id


@running
async def test_sync_status() -> None:
    place = office(linked=True)
    async with client(place) as nex:
        status = await nex.sync_status.list(read_status="green", location_ids=[place.location_id])
        everywhere = await nex.sync_status.list(everywhere=True)
        red = await nex.sync_status.list(write_status="red")

    assert status[0].emr is not None
    assert (status[0].emr.name, status[0].locations[0].id) == ("opendental", place.location_id)
    assert len(everywhere) == 1
    assert red == []


@running
async def test_patients() -> None:
    place = office()
    known = known_patient(place)
    async with client(place) as nex:
        created = await nex.patients.create(**person(place, gender="Other", city="Boise"))
        again = await nex.patients.create(return_existing_if_match=True, **person(place))
        read = await nex.patients.get(created.patient.id, include=["guarantor", "upcoming_appts"])
        found = [row.id async for row in nex.patients.iter(foreign_id="1001", inactive=False, new_patient=False)]
        born = [row.id async for row in nex.patients.iter(name="example1", date_of_birth=date(1980, 1, 1), sort="id")]

    assert (created.existed, again.existed, again.patient.id) == (False, True, created.patient.id)
    assert created.patient.foreign_id is None
    assert read.bio is not None
    assert (read.bio.gender, read.bio.new_patient, read.bio.city) == ("Other", True, "Boise")
    assert found == born == [known]


@running
async def test_a_phone_widens_a_search_unless_narrowed() -> None:
    place = office()
    ids = [known_patient(place, number) for number in (1, 2)]
    place.simulator.state.add_patient(
        place.location_id,
        "Bo",
        "Other",
        bio={"phone_number": "5055550101", "date_of_birth": "1990-05-05"},
        foreign_id="9",
    )
    asked: dict[str, Any] = {"date_of_birth": date(1980, 1, 1), "phone_number": "5055550101"}
    async with client(place) as nex:
        narrow = [row.id async for row in nex.patients.iter(**asked)]
        wide = {row.id async for row in nex.patients.iter(narrow=False, **asked)}
        pages = [page async for page in nex.patients.pages(**asked)]

    assert narrow == [ids[0]]
    assert {*ids} < wide
    assert len(wide) == 3
    assert [(len(page.rows), page.dropped) for page in pages] == [(1, 2)]


@running
async def test_appointments() -> None:
    place = office()
    patient = known_patient(place)
    async with client(place) as nex:
        booked = await nex.appointments.create(**visit(place, patient, note="n" * 128, descriptor_ids=[]))
        block = await nex.appointments.create(
            provider_id=place.providers["DOC2"],
            operatory_id=place.operatories["OP3"],
            start_time=TEN,
            end_time=TEN + timedelta(hours=1),
            unavailable=True,
        )
        rows = [row async for row in nex.appointments.iter(cancelled=False, unavailable=False, **WINDOW)]
        both = [row.id async for row in nex.appointments.iter(updated_since=TEN - timedelta(days=90), **WINDOW)]
        mine = [row.id async for row in nex.appointments.iter(patient_ids=[patient, 1], nex_only=True, **WINDOW)]
        later = TEN + timedelta(hours=2)
        moved = await nex.appointments.update(booked.id, start_time=later, end_time=later + timedelta(minutes=40))
        confirmed = await nex.appointments.update(booked.id, confirmed=True)
        arrived = await nex.appointments.update(booked.id, checkin_at=later)
        cancelled = await nex.appointments.update(booked.id, cancelled=True)
        read = await nex.appointments.get(booked.id, include=["patient", "operatory", "appointment_type"])
        descriptors = await nex.appointments.descriptors(booked.id)

    assert (booked.foreign_id, booked.patient_id, booked.start_time) == (None, patient, TEN)
    assert booked.end_time == TEN + timedelta(minutes=40)
    assert (block.unavailable, block.patient_id) == (True, None)
    assert [row.id for row in rows] == mine == [booked.id]
    assert set(both) == {booked.id, block.id}
    assert (moved.start_time, confirmed.confirmed, arrived.checkin_at) == (later, True, later)
    assert (cancelled.cancelled, read.cancelled) == (True, True)
    assert read.patient is not None
    assert (read.patient.id, read.appointment_type is not None, read.operatory is not None) == (patient, True, True)
    assert isinstance(descriptors, list)


@running
async def test_a_guardian_books_for_a_child() -> None:
    place = office()
    guardian = known_patient(place)
    child: Any = {"first_name": "Jo", "last_name": "Example1", "date_of_birth": date(2015, 5, 3), "gender": "Male"}
    async with client(place) as nex:
        booked = await nex.appointments.create(**visit(place, guardian, is_guardian=True, patient=child))

    assert booked.is_guardian is True


@running
async def test_appointment_types() -> None:
    place = office()
    descriptor = next(iter(place.simulator.state.descriptors))
    async with client(place) as nex:
        created = await nex.appointment_types.create(name="Whitening", minutes=45, emr_appt_descriptor_ids=[descriptor])
        changed = await nex.appointment_types.update(created.id, minutes=50, bookable_online=False)
        read = await nex.appointment_types.get(created.id, include=["descriptors"])
        attached = await nex.appointment_types.descriptors(created.id)
        names = {row.name async for row in nex.appointment_types.iter(include=["descriptors"])}
        deleted = await nex.appointment_types.delete(created.id)
        left = {row.name async for row in nex.appointment_types.iter()}

    assert (changed.minutes, changed.bookable_online) == (50, False)
    assert [row.id for row in read.descriptors] == [row.id for row in attached] == [descriptor]
    assert names - left == {"Whitening"}
    assert deleted.id == created.id


@running
async def test_available_slots() -> None:
    place = office()
    async with client(place) as nex:
        groups = await nex.available_slots.list(
            start_date=TEN.date(), days=1, pids=[place.providers["DOC1"]], slot_length=30, slot_interval=30
        )
        typed = await nex.available_slots.list(
            start_date=TEN.date(),
            days=2,
            appointment_type_id=place.types["Hygiene"],
            lids=[place.location_id],
            operatory_ids=[place.operatories["HY1"]],
            overlapping_operatory_slots=True,
            working_hour_source="manual",
        )

    slots = [slot for group in groups for slot in group.slots]
    assert slots[0].time == datetime.fromisoformat("2026-03-09T08:00:00-06:00")
    assert slots[0].time.utcoffset() == timedelta(hours=-6)
    assert {slot.time.date() for slot in slots} == {date(2026, 3, 9)}
    assert any(group.slots for group in typed)


@running
async def test_webhooks_from_the_subscription_to_the_signature() -> None:
    place = office(linked=False)
    patient = known_patient(place)
    received: list[Any] = []

    def take(url: str, headers: Any, body: bytes) -> int:
        received.append((url, headers, body))
        return 200

    place.simulator.webhooks.send = take
    async with client(place) as nex:
        endpoint = await nex.webhook_endpoints.create(target_url="https://hooks.example.com/nexhealth")
        subscriptions = nex.webhook_endpoints.subscriptions(endpoint.id)
        created = await subscriptions.create(resource_type="Appointment", event="appointment_updated")
        paused = await subscriptions.update(created.id, active=False)
        await subscriptions.update(created.id, active=True)
        listed = [row async for row in subscriptions.iter(resource_type="Appointment", event="appointment_updated")]
        every = [row async for row in subscriptions.iter(everywhere=True)]
        booked = await nex.appointments.create(**visit(place, patient))
        await nex.appointments.update(booked.id, confirmed=True)
        place.simulator.tick()
        other = await nex.webhook_endpoints.create(target_url="https://hooks.example.com/second", active=True)
        moved = await subscriptions.update(created.id, new_endpoint_id=other.id)
        await nex.webhook_endpoints.subscriptions(other.id).delete(moved.id)
        await nex.webhook_endpoints.update(other.id, active=False)
        active = [row.id async for row in nex.webhook_endpoints.iter(active=True)]
        await nex.webhook_endpoints.delete(endpoint.id)
        left = [row.id async for row in nex.webhook_endpoints.iter()]

    assert endpoint.secret_key is not None
    found = [verify(headers, body, endpoint.secret_key) for _, headers, body in received]
    assert {(each.event_name, each.subdomain) for each in found} == {("appointment_updated", place.subdomain)}
    assert {each.records[0]["id"] for each in found} == {booked.id}
    assert (paused.active, listed[0].id, len(every)) == (False, created.id, 1)
    assert moved.webhook_endpoint_id == other.id
    assert (active, left) == ([endpoint.id], [other.id])


@running
async def test_the_raw_door() -> None:
    place = office()
    async with client(place) as nex:
        answer: Any = await nex.request("GET", "/working_hours", params={"location_id": place.location_id})
        hour: Any = {
            "working_hour": {"provider_id": place.providers["DOC1"], "begin_time": "18:00", "end_time": "19:00"}
        }
        hour["working_hour"]["days"] = ["Monday"]
        made: Any = await nex.request(
            "POST",
            "/working_hours",
            params={"location_id": place.location_id},
            body=hour,
        )
        gone = await nex.request("DELETE", f"/working_hours/{made['data']['id']}")

    assert answer["page_info"]["has_next_page"] is True
    assert gone is None


# Paging


@running
async def test_a_thousand_rows_come_page_by_page_as_they_are_asked_for() -> None:
    place = office()
    ids = [known_patient(place, number) for number in range(1000)]
    async with client(place) as nex:
        rows = nex.patients.iter(per_page=100, sort="id")
        before = place.simulator.count("GET", "/patients")
        seen, half_way = list[int](), 0
        async for row in rows:
            seen.append(row.id)
            if len(seen) == 150:
                half_way = place.simulator.count("GET", "/patients")
        pages = [page async for page in nex.patients.pages(per_page=400)]

    assert (before, half_way) == (0, 2)
    assert seen == ids
    assert [len(page.rows) for page in pages] == [400, 400, 200]
    assert place.simulator.count("GET", "/patients") == 10 + 3


@running
async def test_backwards_from_a_cursor() -> None:
    place = office()
    ids = [known_patient(place, number) for number in range(9)]
    async with client(place) as nex:
        forwards = [page async for page in nex.patients.pages(per_page=3)]
        backwards = [page async for page in nex.patients.pages(per_page=3, start_cursor=forwards[2].start_cursor)]
        onwards = [row.id async for row in nex.patients.iter(per_page=3, end_cursor=forwards[0].end_cursor)]

    assert [row.id for page in backwards for row in page.rows] == [*ids[3:6], *ids[:3]]
    assert onwards == ids[3:]


@running
async def test_a_row_that_changes_while_it_is_read_comes_once() -> None:
    place = office()
    ids = [known_patient(place, number) for number in range(6)]
    seen, repeated = list[int](), 0
    async with client(place) as nex:
        async for page in nex.patients.pages(per_page=2, sort="updated_at"):
            seen += [row.id for row in page.rows]
            repeated += page.repeated
            # The office edits the first one: it moves to the end of the list.
            place.simulator.clock.sleep(60)
            state = place.simulator.state
            state.touch(state.patients[ids[0]])

    assert sorted(seen) == ids
    assert repeated >= 1


# Tokens


@running
async def test_one_token_serves_all_until_five_minutes_before_its_end() -> None:
    place = office()
    async with client(place) as nex:
        await nex.locations.get(place.location_id)
        place.simulator.clock.sleep(54 * 60)
        await nex.locations.get(place.location_id)
        first = place.simulator.count("POST", "/authenticates")
        place.simulator.clock.sleep(2 * 60)
        await nex.locations.get(place.location_id)

    assert first == 1
    assert place.simulator.count("POST", "/authenticates") == 2
    assert {each.status for each in place.simulator.requests} == {200, 201}


@running
async def test_many_calls_at_once_fetch_one_token() -> None:
    place = office()
    async with client(place) as nex:
        answers = await together(*[lambda: nex.locations.get(place.location_id)] * 8)

    assert [row.id for row in answers] == [place.location_id] * 8
    assert place.simulator.count("POST", "/authenticates") == 1


@running
async def test_many_refusals_at_once_fetch_one_new_token() -> None:
    place = office()
    async with client(place) as first:
        await first.locations.get(place.location_id)
        place.simulator.keyring.revoke_tokens()
        meeting = AsyncMeeting(place, f"/locations/{place.location_id}", 8)
        async with client(place, tokens=first.tokens, transport=meeting) as nex:
            answers = await together(*[lambda: nex.locations.get(place.location_id)] * 8)

    assert [row.id for row in answers] == [place.location_id] * 8
    assert [each.status for each in place.simulator.requests].count(401) == 8
    assert place.simulator.count("POST", "/authenticates") == 2


@running
async def test_clients_of_one_key_share_a_token() -> None:
    place = office()
    async with client(place) as first, client(place, tokens=first.tokens) as second:
        await first.locations.get(place.location_id)
        await second.locations.get(place.location_id)

    assert place.simulator.count("POST", "/authenticates") == 1


@running
async def test_a_key_that_is_wrong_is_said_at_once() -> None:
    place = office()
    async with client(place, api_key="another-key") as nex:
        with pytest.raises(AuthenticationError, match="POST /authenticates") as caught:
            await nex.locations.get(place.location_id)

    assert "another-key" not in str(caught.value) + repr(caught.value)
    assert len(place.simulator.requests) == 1


@running
async def test_a_key_revoked_meanwhile_is_found_with_one_more_try() -> None:
    place = office()
    async with client(place) as nex:
        await nex.locations.get(place.location_id)
        place.simulator.keyring.revoke("nexhealth-simulator-key")
        place.simulator.reset_requests()
        with pytest.raises(AuthenticationError):
            await nex.locations.get(place.location_id)

    assert [each.route for each in place.simulator.requests] == ["/locations/{id}", "/authenticates"]


@running
async def test_a_route_that_always_says_401_is_asked_twice() -> None:
    place = office()
    place.simulator.faults.on("GET /locations/{id}", kind="status", status=401, times=None)
    async with client(place) as nex:
        with pytest.raises(AuthenticationError, match=r"GET /locations/\{id\}"):
            await nex.locations.get(place.location_id)

    assert place.simulator.count("GET") == 2
    assert place.simulator.count("POST", "/authenticates") == 2


@running
async def test_sandbox_tokens_live_a_day() -> None:
    place = office(sandbox=True)
    async with client(place) as nex:
        await nex.locations.get(place.location_id)
        place.simulator.clock.sleep(23 * 3600)
        await nex.locations.get(place.location_id)

    assert place.simulator.count("POST", "/authenticates") == 1


# Pace


@running
async def test_a_steady_flow_meets_no_429() -> None:
    place = office()
    async with client(place) as nex:
        start = place.simulator.clock.now()
        for _ in range(35):
            _ = [row async for row in nex.appointments.iter(**WINDOW)]
        calm = place.simulator.clock.now() - start
        for _ in range(4):
            await together(*[lambda: nex.locations.get(place.location_id)] * 30)

    assert {each.status for each in place.simulator.requests} == {200, 201}
    assert timedelta(seconds=3) <= calm <= timedelta(seconds=5)


@running
async def test_a_minute_holds_a_thousand_patients_reads() -> None:
    place = office()
    patient = known_patient(place)
    async with client(place) as nex:
        start = place.simulator.clock.now()
        for _ in range(1100):
            await nex.patients.get(patient)
        length = place.simulator.clock.now() - start

    assert {each.status for each in place.simulator.requests} == {200, 201}
    assert timedelta(seconds=60) <= length <= timedelta(seconds=63)


@running
async def test_retry_after_is_obeyed_to_the_second() -> None:
    place = office()
    place.simulator.faults.on("GET /locations/{id}", kind="status", status=429, headers={"retry-after": "17"})
    async with client(place) as nex:
        await nex.institutions.get(place.institution_id)
        start = place.simulator.clock.now()
        await nex.locations.get(place.location_id)

    assert place.simulator.clock.now() - start == timedelta(seconds=17)


# Retries: at most five requests, and no write twice (F18, F19)


@running
async def test_steady_429_is_said_after_one_repeat() -> None:
    place = office(switches=Switches(rate_limit_body="text"))
    place.simulator.faults.on(
        "GET /locations/{id}", kind="status", status=429, times=None, headers={"retry-after": "3"}, body=b"later"
    )
    async with client(place) as nex:
        with pytest.raises(RateLimitError) as caught:
            await nex.locations.get(place.location_id)

    assert place.simulator.count("GET") == 2
    assert (caught.value.status, caught.value.retry_after) == (429, timedelta(seconds=3))


@running
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("status", ServerError),
        ("lost_answer", ConnectionFailedError),
        ("reset_before", ConnectionFailedError),
        ("refused", ConnectionFailedError),
        ("timeout_after", RequestTimeoutError),
        ("timeout_before", RequestTimeoutError),
    ],
)
async def test_a_read_leads_to_five_requests_at_most(kind: Any, error: type[ApiError]) -> None:
    place = office()
    place.simulator.faults.on("GET /locations/{id}", kind=kind, status=503, times=None)
    async with client(place) as nex:
        with pytest.raises(error):
            await nex.locations.get(place.location_id)

    assert place.simulator.count("GET") == CALL_RETRY.attempts
    # The token for it included.
    assert len(place.simulator.requests) <= 5


@running
async def test_a_token_that_cannot_be_had_leads_to_five_requests_at_most() -> None:
    place = office()
    place.simulator.faults.on("POST /authenticates", kind="status", status=503, times=None)
    async with client(place) as nex:
        with pytest.raises(ServerError, match="POST /authenticates"):
            await nex.locations.get(place.location_id)

    assert len(place.simulator.requests) <= 5


@running
async def test_a_read_may_fail_until_the_last_try() -> None:
    place = office()
    place.simulator.faults.on("GET /locations/{id}", kind="status", status=502, times=CALL_RETRY.attempts - 1)
    async with client(place) as nex:
        location = await nex.locations.get(place.location_id)

    assert location.id == place.location_id


@running
@pytest.mark.parametrize(
    "kind", ["lost_answer", "reset_before", "timeout_after", "timeout_before", "status", "status_after"]
)
@pytest.mark.parametrize("status", [502, 504])
async def test_a_lost_answer_to_a_create_is_never_followed_by_a_second_create(kind: Any, status: int) -> None:
    place = office()
    patient = known_patient(place)
    for route in ("POST /patients", "POST /appointments"):
        place.simulator.faults.on(route, kind=kind, status=status, times=None)
    people, visits = len(place.simulator.state.patients), len(place.simulator.state.appointments)
    async with client(place) as nex:
        with pytest.raises(AmbiguousWriteError):
            await nex.patients.create(**person(place))
        with pytest.raises(AmbiguousWriteError):
            await nex.appointments.create(**visit(place, patient))

    done = int(kind in {"lost_answer", "timeout_after", "status_after"})
    assert place.simulator.count("POST", "/patients") == 1
    assert place.simulator.count("POST", "/appointments") == 1
    assert len(place.simulator.state.patients) == people + done
    assert len(place.simulator.state.appointments) == visits + done


@running
async def test_a_create_that_was_never_sent_is_tried_again() -> None:
    place = office()
    place.simulator.faults.on("POST /patients", kind="refused", times=2)
    async with client(place) as nex:
        created = await nex.patients.create(**person(place))

    assert created.existed is False
    assert len(place.simulator.state.patients) == 1


@running
async def test_an_edit_whose_answer_was_lost_is_sent_again() -> None:
    place = office()
    visit_id = place.simulator.state.add_appointment(place.location_id, known_patient(place), TEN)
    place.simulator.faults.on("PATCH /appointments/{id}", kind="lost_answer")
    async with client(place) as nex:
        confirmed = await nex.appointments.update(visit_id, confirmed=True)

    assert confirmed.confirmed is True
    assert place.simulator.count("PATCH") == 2


# What an office says no to


@running
async def test_a_slot_that_is_taken() -> None:
    place = office()
    patients = [known_patient(place, number) for number in (1, 2)]
    async with client(place) as nex:
        await nex.appointments.create(**visit(place, patients[0]))
        with pytest.raises(ConflictError) as caught:
            await nex.appointments.create(**visit(place, patients[1]))

    assert is_slot_taken(caught.value)
    assert caught.value.status == 400


@running
async def test_code_false_under_a_2xx() -> None:
    place = office()
    place.simulator.fail_softly("POST /patients", "Mara Lund is not welcome", status=201)
    async with client(place) as nex:
        with pytest.raises(InvalidRequestError) as caught:
            await nex.patients.create(**person(place))

    assert (caught.value.status, caught.value.detail) == (201, "Mara Lund is not welcome")
    assert "Mara" not in str(caught.value) + repr(caught.value)


@running
async def test_a_match_without_the_flag() -> None:
    place = office()
    async with client(place) as nex:
        await nex.patients.create(**person(place))
        with pytest.raises(InvalidRequestError) as caught:
            await nex.patients.create(**person(place))

    assert caught.value.status == 400


@running
async def test_what_is_not_there_or_not_ours() -> None:
    place = office()
    async with client(place) as nex, client(place, subdomain="elsewhere") as stranger:
        with pytest.raises(NotFoundError):
            await nex.appointments.get(1)
        with pytest.raises(NotFoundError):
            await nex.patients.get(10**9)
        with pytest.raises(PermissionDeniedError):
            await stranger.patients.get(1)


@running
async def test_a_version_too_old_is_refused() -> None:
    place = office()
    async with client(place, api_version="v2") as nex:
        with pytest.raises(PermissionDeniedError, match="API version"):
            await nex.institutions.get(place.institution_id)


@running
async def test_cancelling_twice_is_harmless_or_recognised() -> None:
    place = office()
    visit_id = place.simulator.state.add_appointment(place.location_id, known_patient(place), TEN)
    async with client(place) as nex:
        await nex.appointments.update(visit_id, cancelled=True)
        try:
            again = await nex.appointments.update(visit_id, cancelled=True)
        except InvalidRequestError as error:
            assert is_already_cancelled(error)  # noqa: PT017 - both answers are documented nowhere
        else:
            assert again.cancelled is True


@running
@pytest.mark.parametrize(
    "switches",
    [
        Switches(envelope_nulls=False, error_data="null", vendor_media_type=False),
        Switches(absent_includes="null", empty_page_cursor="x", array_styles="both"),
        Switches(naive_times="refuse", phone_cleaning="cut", rate_limit_body="text", retry_after=True),
    ],
)
async def test_what_the_documents_leave_open_makes_no_difference(switches: Switches) -> None:
    place = office(switches=switches)
    patient = known_patient(place)
    async with client(place) as nex:
        booked = await nex.appointments.create(**visit(place, patient))
        rows = [row.id async for row in nex.appointments.iter(**WINDOW)]
        nobody = [row async for row in nex.patients.iter(name="nobody at all")]
        created = await nex.patients.create(**person(place))
        read = await nex.appointments.get(booked.id)

    assert rows == [booked.id]
    assert nobody == []
    assert created.patient.bio is not None
    assert created.patient.bio.phone_number == "5055550123"
    assert read.patient is not None
