"""What every request has in common: scope, parameters, bodies, the envelope, pages, faults."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from odnexus.testing import SimDropped
from odnexus.testing.nexhealth import Switches
from odnexus.testing.nexhealth.unserved import UNSERVED
from tests.testing.nexhealth.calling import Caller, Desk, patient_body

# Scope


def test_a_missing_subdomain_is_a_bad_request() -> None:
    desk = Desk()
    desk.api.subdomain = None

    got = desk.api.get("/providers")

    assert (got.status, got.error) == (400, "Missing parameter subdomain")


def test_an_unknown_subdomain_is_forbidden() -> None:
    desk = Desk()
    desk.api.subdomain = "elsewhere"

    got = desk.api.get("/providers")

    assert (got.status, got.error) == (403, "You don't have access to perform this action.")


def test_a_key_sees_its_institutions_only() -> None:
    desk = Desk()
    other = desk.sim.state.add_institution("other-dental", "Other Dental")
    place = desk.sim.state.add_location(other, "Other Street")
    desk.sim.keyring.add("narrow", subdomains=("demo-dental",))
    narrow = Caller(desk.sim, key="narrow")

    assert narrow.get("/providers").status == 200
    assert narrow.get("/providers", {"subdomain": "other-dental"}).status == 403
    assert [row["subdomain"] for row in narrow.get("/institutions").rows] == ["demo-dental"]
    assert narrow.get(f"/institutions/{other}").status == 404
    assert narrow.get(f"/locations/{place}").status == 404
    assert desk.api.get(f"/locations/{place}").status == 200


def test_a_location_of_another_institution_is_forbidden() -> None:
    desk = Desk()
    place = desk.sim.state.add_location(desk.sim.state.add_institution("other-dental", "Other"), "Other Street")

    assert desk.api.get("/patients", {"location_id": place}).status == 403


def test_a_record_of_another_institution_is_not_found() -> None:
    desk = Desk()
    patient = desk.known()
    desk.sim.state.add_institution("other-dental", "Other")
    desk.api.subdomain = "other-dental"

    assert desk.api.get(f"/patients/{patient}").status == 404


def test_an_unknown_path_or_verb_is_not_found() -> None:
    desk = Desk()

    assert desk.api.get("/availabilities").status == 404
    assert desk.api.get("/appointment_slots").status == 404
    assert desk.api.delete("/appointments/1").status == 404
    assert desk.api.get("/patients/abc").status == 404


@pytest.mark.parametrize(("method", "path"), sorted(UNSERVED))
def test_an_operation_that_is_not_simulated_says_so(method: str, path: str) -> None:
    desk = Desk()

    got = desk.api.call(method, path.replace("{id}", "7").replace("{hashid}", "x7k"))

    assert (got.status, got.error) == (501, f"{method} {path} is not simulated")


def test_what_only_edge_has_is_not_found_before_it() -> None:
    desk = Desk()
    assert desk.api.patch("/patients/7", {}).status == 404

    desk.api.headers["nex-api-version"] = "v3.1.0"
    got = desk.api.patch("/patients/7", {})

    assert (got.status, got.error) == (501, "PATCH /patients/{id} is not simulated")


# Parameters


def test_an_unknown_parameter_is_named_in_a_warning() -> None:
    desk = Desk()

    got = desk.api.get(f"/patients/{desk.known()}", {"location_id": 12, "page": 2})

    assert got.status == 200
    assert got.body["code"] is True
    assert got.body["description"] == "Note that following parameters are ignored: location_id, page."


def test_an_unknown_parameter_can_be_refused_instead() -> None:
    desk = Desk(strict_unknown="refuse")

    got = desk.api.get("/providers", {"page": 2})

    assert (got.status, got.error) == (400, "Unknown parameter page")


def test_every_missing_parameter_is_named() -> None:
    got = Desk().api.get("/appointments", {"location_id": 12, "start_date": "2026-03-09"})

    assert got.body["error"] == ["Missing parameter start", "Missing parameter end"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("inactive", "yes"),
        ("date_of_birth", "20.11.1988"),
        ("updated_since", "yesterday"),
        ("updated_since", "9999-12-31T00:00:00Z"),
        ("per_page", "many"),
        ("per_page", 1001),
        ("per_page", 0),
        ("sort", "first_name"),
        ("end_cursor", "not-a-cursor"),
    ],
)
def test_an_invalid_value_is_a_bad_request(name: str, value: object) -> None:
    desk = Desk()

    assert desk.api.get("/patients", {**desk.place, name: value}).status == 400


def test_a_word_outside_the_list_is_refused() -> None:
    assert Desk().api.get("/sync_status", {"read_status": "yellow"}).status == 400
    assert Desk().api.get("/providers", {"include[]": "bio"}).status == 400


def test_arrays_are_read_in_their_documented_style_only() -> None:
    desk = Desk()
    first, second = (desk.office.providers[key] for key in ("DOC1", "DOC2"))
    slots = {"start_date": "2026-03-09", "days": 1, "lids[]": desk.office.location_id}

    assert set(desk.api.get("/providers", {"ids[]": f"{first},{second}"}).ids) == {first, second}
    assert desk.api.get("/providers", {"ids[]": [first, second]}).status == 400
    assert desk.api.get("/available_slots", {**slots, "pids[]": [first, second]}).status == 200
    assert desk.api.get("/available_slots", {**slots, "pids[]": f"{first},{second}"}).status == 400


def test_arrays_may_be_read_in_both_styles() -> None:
    desk = Desk(switches=Switches(array_styles="both"))
    both = [desk.office.providers[key] for key in ("DOC1", "DOC2")]

    assert set(desk.api.get("/providers", {"ids[]": both}).ids) == set(both)


@pytest.mark.parametrize(
    ("rule", "start"),
    [("utc", "2026-03-09T09:00:00.000Z"), ("location", "2026-03-09T15:00:00.000Z")],
)
def test_a_time_without_offset_is_read_as_the_switch_says(rule: str, start: str) -> None:
    desk = Desk(switches=Switches(naive_times=rule))  # type: ignore[arg-type]

    row = desk.booked(start_time="2026-03-09T09:00:00", end_time="2026-03-09T09:30:00")

    assert row["start_time"] == start


def test_a_time_without_offset_can_be_refused() -> None:
    desk = Desk(switches=Switches(naive_times="refuse"))

    assert desk.booking(desk.known(), start_time="2026-03-09T09:00:00").status == 400


# Bodies


def test_an_unwrapped_body_misses_its_wrapper() -> None:
    desk = Desk()

    got = desk.api.post("/appointments", {"patient_id": 1, "provider_id": 2}, desk.place)

    assert got.status == 400
    assert "Missing parameter appt" in got.body["error"]


def test_an_unknown_body_field_is_refused() -> None:
    desk = Desk()

    got = desk.booking(desk.known(), provider_name="Dr. No")

    assert (got.status, got.error) == (400, "Unknown parameter provider_name")


def test_a_lenient_simulator_ignores_unknown_body_fields_and_coerces() -> None:
    desk = Desk(strict=False)

    got = desk.booking(desk.known(), provider_name="Dr. No", operatory_id=str(desk.office.operatories["OP2"]))

    assert got.status == 201
    assert got.data["appt"]["operatory_id"] == desk.office.operatories["OP2"]


def test_numbers_and_truths_have_their_type_in_a_body() -> None:
    desk = Desk()

    assert desk.booking(desk.known(), operatory_id=str(desk.office.operatories["OP2"])).status == 400
    assert desk.edit(desk.booked()["id"], confirmed="true").status == 400


def test_an_object_has_to_be_one() -> None:
    desk = Desk()

    assert desk.api.post("/appointments", {"appt": "tomorrow"}, desk.place).status == 400
    assert desk.booking(desk.known(), descriptor_ids="1").status == 400
    assert desk.booking(desk.known(), note=7).status == 400
    assert desk.booking(desk.known(), start_time=20260309).status == 400


def test_a_lenient_simulator_takes_a_number_for_a_text() -> None:
    desk = Desk(strict=False)

    assert desk.booked(note=7)["note"] == "7"
    assert desk.new_patient(date_of_birth=19881120).status == 400


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_a_body_that_is_no_object_is_refused(content: bytes) -> None:
    desk = Desk()
    headers = {"authorization": f"Bearer {desk.api.token}", "content-type": "application/json"}
    params = {"subdomain": "demo-dental", **desk.place}

    assert desk.api.send("POST", "/patients", params, headers=headers, content=content).status == 400


def test_another_content_type_is_unsupported() -> None:
    desk = Desk()
    headers = {"authorization": f"Bearer {desk.api.token}", "content-type": "text/plain"}
    params = {"subdomain": "demo-dental", **desk.place}
    content = json.dumps(patient_body(desk.office)).encode()

    assert desk.api.send("POST", "/patients", params, headers=headers, content=content).status == 415


# Envelope


def test_a_single_read_counts_nothing() -> None:
    desk = Desk()

    body = desk.api.get(f"/patients/{desk.known()}").body

    assert {name: body[name] for name in body if name != "data"} == {
        "code": True,
        "description": None,
        "error": [],
        "count": None,
    }


def test_a_whole_list_has_a_count_and_a_paged_one_has_not() -> None:
    desk = Desk()

    whole, paged = desk.api.get("/appointment_types").body, desk.api.get("/providers").body

    assert whole["count"] == 4
    assert "page_info" not in whole
    assert "count" not in paged
    assert set(paged["page_info"]) == {"has_previous_page", "has_next_page", "start_cursor", "end_cursor"}


def test_a_refusal_has_the_same_envelope() -> None:
    body = Desk().api.get("/patients/1").body

    assert body == {"code": False, "description": None, "error": ["Patient not found"], "data": {}}
    assert Desk(switches=Switches(error_data="null")).api.get("/patients/1").body["data"] is None


def test_a_request_can_fail_under_a_good_status() -> None:
    desk = Desk()
    desk.sim.fail_softly("POST /patients", "Something went wrong")

    first, second = desk.new_patient(), desk.new_patient()

    assert (first.status, first.body["code"], first.error) == (200, False, "Something went wrong")
    assert (second.status, second.body["code"]) == (201, True)


def test_a_soft_failure_may_have_been_carried_out() -> None:
    desk = Desk()
    desk.sim.fail_softly("POST /patients", applied=True, status=201)

    assert desk.new_patient().body["code"] is False
    assert len(desk.sim.state.patients) == 1


# Pages


def patients(desk: Desk, number: int) -> list[int]:
    add, place = desk.sim.state.add_patient, desk.office.location_id
    return [add(place, f"Given{index}", "Family", foreign_id=str(index)) for index in range(number)]


def test_a_page_holds_five_rows_unless_told_otherwise() -> None:
    desk = Desk()
    ids = patients(desk, 7)

    assert desk.api.get("/patients", desk.place).ids == ids[:5]
    assert desk.api.get("/patients", {**desk.place, "per_page": 1000}).ids == ids


def test_pages_are_walked_forwards() -> None:
    desk = Desk()
    ids = patients(desk, 7)

    got = desk.api.get("/patients", {**desk.place, "per_page": 3})
    seen = got.ids
    for _ in range(2):
        cursor = {"end_cursor": got.body["page_info"]["end_cursor"]}
        got = desk.api.get("/patients", {**desk.place, "per_page": 3, **cursor})
        seen += got.ids

    assert seen == ids
    assert got.body["page_info"]["has_next_page"] is False
    assert got.body["page_info"]["has_previous_page"] is True


def test_pages_are_walked_backwards() -> None:
    desk = Desk()
    ids = patients(desk, 7)
    last = desk.api.get("/patients", {**desk.place, "per_page": 3, "sort": "-id"})
    second = desk.api.get(
        "/patients", {**desk.place, "per_page": 3, "sort": "-id", "end_cursor": last.body["page_info"]["end_cursor"]}
    )

    back = desk.api.get(
        "/patients",
        {**desk.place, "per_page": 3, "sort": "-id", "start_cursor": second.body["page_info"]["start_cursor"]},
    )

    assert second.ids == ids[::-1][3:6]
    assert back.ids == last.ids == ids[::-1][:3]


def test_a_row_that_changes_between_pages_is_not_lost() -> None:
    desk = Desk()
    ids = patients(desk, 4)
    by_change = {**desk.place, "per_page": 2, "sort": "updated_at"}
    first = desk.api.get("/patients", by_change)
    desk.clock.advance(timedelta(minutes=1))
    desk.sim.state.touch(desk.sim.state.patients[ids[0]])

    rest = desk.api.get("/patients", {**by_change, "per_page": 9, "end_cursor": first.body["page_info"]["end_cursor"]})

    assert (first.ids, rest.ids) == (ids[:2], [*ids[2:], ids[0]])


def test_a_cursor_belongs_to_its_filters() -> None:
    for switches, status in ((Switches(), 400), (Switches(foreign_cursor="honour"), 200)):
        desk = Desk(switches=switches)
        patients(desk, 7)
        cursor = desk.api.get("/patients", desk.place).body["page_info"]["end_cursor"]

        assert desk.api.get("/patients", {**desk.place, "inactive": False, "end_cursor": cursor}).status == status
        assert desk.api.get("/patients", {**desk.place, "end_cursor": cursor, "start_cursor": cursor}).status == 400


def test_of_two_cursors_the_forward_one_may_win() -> None:
    desk = Desk(switches=Switches(both_cursors="forward"))
    ids = patients(desk, 7)
    cursor = desk.api.get("/patients", {**desk.place, "per_page": 2}).body["page_info"]["end_cursor"]

    assert desk.api.get("/patients", {**desk.place, "end_cursor": cursor, "start_cursor": cursor}).ids == ids[2:]


@pytest.mark.parametrize("text", ["[]", '"x"', '["d74a47f7", "a", 1]'])
def test_a_made_up_cursor_is_refused(text: str) -> None:
    desk = Desk(switches=Switches(foreign_cursor="honour"))
    patients(desk, 7)
    cursor = base64.urlsafe_b64encode(text.encode()).decode()

    assert desk.api.get("/patients", {**desk.place, "end_cursor": cursor}).status == 400


def test_an_empty_page_has_no_cursors() -> None:
    desk = Desk()

    info = desk.api.get("/patients", desk.place).body["page_info"]

    assert info == {"has_previous_page": False, "has_next_page": False, "start_cursor": None, "end_cursor": None}
    texts = Desk(switches=Switches(empty_page_cursor=""))
    assert texts.api.get("/patients", texts.place).body["page_info"]["end_cursor"] == ""


def test_a_page_that_is_too_long_may_be_cut() -> None:
    desk = Desk(switches=Switches(per_page_above_limit="clamp"))

    assert desk.api.get("/patients", {**desk.place, "per_page": 5000}).status == 200


# Faults and the log


def test_a_lost_answer_leaves_its_effect() -> None:
    desk = Desk()
    assert desk.api.token
    desk.sim.faults.on("POST /patients", kind="lost_answer")

    with pytest.raises(SimDropped):
        desk.new_patient()

    assert len(desk.sim.state.patients) == 1
    assert desk.sim.requests.all()[-1].status == 0


def test_requests_are_logged_by_route() -> None:
    desk = Desk()
    patient = desk.known()
    desk.api.get(f"/patients/{patient}")
    desk.api.get("/patients/1")

    assert desk.sim.count("GET", "/patients/{id}") == 2
    assert desk.sim.count("POST") == 1
    assert [record.status for record in desk.sim.requests][-2:] == [200, 404]

    desk.sim.reset_requests()
    assert desk.sim.count() == 0
