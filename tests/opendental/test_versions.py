from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from odnexus._calls import Call
from odnexus.errors import ConfigurationError, UnexpectedResponseError, UnsupportedError
from odnexus.opendental import calls, versions
from odnexus.opendental.models import Commlog, Patient, Preference
from odnexus.opendental.tables import records
from odnexus.opendental.versions import Version


def test_versions_compare_component_by_component() -> None:
    assert Version.parse("22.4.9") < Version.parse("22.4.28")
    assert Version.parse("25.1") == Version.parse("25.1.0.0")
    assert Version.parse("9.9") < Version.parse("21.1")


@pytest.mark.parametrize(
    ("text", "shown"), [("25.4.48.0", "25.4.48"), ("22.1", "22.1"), ("23.2.5.7", "23.2.5.7"), (" 21.1.0 ", "21.1")]
)
def test_a_version_shows_itself_shortly(text: str, shown: str) -> None:
    assert str(Version.parse(text)) == shown


@pytest.mark.parametrize("text", ["", "25", "v25.1", "25.1.1.1.1", "25..1", "25.x"])
def test_nonsense_is_no_version(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"version: .* 25\.4\.48\.0"):
        Version.parse(text)


@pytest.mark.parametrize(
    ("call", "present", "needed", "what"),
    [
        (calls.create_planned({"pat_num": 1}), "22.2.30", "22.2.31", "POST /appointments/Planned"),
        (
            calls.update_appointment(1, {"unsched_status": 4}),
            "21.4",
            "22.2",
            r"unsched_status \(UnschedStatus\)",
        ),
        (
            calls.create_subscription(
                {"end_point_url": "https://a.example.org/", "watch_table": "AppointmentDeleted", "polling_seconds": 9}
            ),
            "22.4.34",
            "22.4.35",
            "watch_table 'AppointmentDeleted'",
        ),
        (calls.listing(records.COMMLOGS, Commlog, {}).page(0), "25.1.12", "25.1.13", r"leaving out pat_num \(PatNum\)"),
    ],
)
@pytest.mark.mission(
    "G1", shows="what an office's version lacks is refused before anything is sent, naming both versions"
)
def test_what_an_office_lacks_is_refused_naming_both_versions(
    call: Call[Any], present: str, needed: str, what: str
) -> None:
    with pytest.raises(UnsupportedError, match=what) as caught:
        versions.check(call, Version.parse(present))

    assert (caught.value.needed, caught.value.present) == (needed, present)
    assert needed in str(caught.value)
    assert present in str(caught.value)
    versions.check(call, Version.parse(needed))


def test_nothing_is_held_back_from_an_office_of_unknown_version() -> None:
    versions.check(calls.create_planned({"pat_num": 1}), None)


def test_raw_calls_have_no_gate() -> None:
    versions.check(calls.raw("GET", "/guardians"), Version.parse("21.1"))


def test_a_call_knows_the_newest_version_of_all_it_sends() -> None:
    assert calls.get_patient(1).since == (21, 1)
    assert calls.update_patient(1, {"premed": True, "employer_num": 3}).since == (25, 2, 30)


def test_what_an_office_lacks_can_be_listed() -> None:
    lacks = versions.lacking(Version.parse("24.4.12"))

    assert lacks["GET /commlogs/{CommlogNum}"] == "25.1.13"
    assert lacks["POST /patients medicaid_id"] == "24.4.13"
    assert "GET /patients/Simple" not in lacks
    assert "PUT /commlogs/{CommlogNum} note" not in lacks
    assert versions.lacking(Version.parse("99.1")) == {}


def test_the_offices_version_is_found_in_its_preference() -> None:
    rows = [
        Preference(pref_name="ProgramVersionLastUpdated", value_string="2026"),
        Preference(pref_name="ProgramVersion", value_string="25.4.48.0"),
    ]

    assert versions.office_version(rows) == Version.parse("25.4.48")


@pytest.mark.parametrize("value", [None, "", "newest"])
def test_an_answer_without_a_version_is_unexpected(value: str | None) -> None:
    with pytest.raises(UnexpectedResponseError, match="expected a version"):
        versions.office_version([Preference(pref_name="ProgramVersion", value_string=value)])
    with pytest.raises(UnexpectedResponseError, match="expected a version"):
        versions.office_version([])


def test_gates_of_pages_follow_their_filters() -> None:
    from odnexus.opendental.tables import patients

    page = calls.listing(patients.SIMPLE, Patient, {"date_t_stamp": datetime(2026, 1, 1), "fee_sched": 3}).page(0)

    assert page.since == (25, 2, 19)
