"""The table of features: whole, derived from settings, and as strict as it says."""

from __future__ import annotations

import operator
import re

import pytest
from attrs import evolve, fields

from odnexus.nexhealth import table
from odnexus.nexhealth.endpoint import Endpoint
from odnexus.nexhealth.uploads import DOWNLOAD
from odnexus.opendental.tables import ENDPOINTS
from odnexus.practice import Location, Modes
from odnexus.reconcile.features import FEATURES, Allowed, Feature, allowed, as_rows, features_of

MAIN = Location(name="main", nexhealth_id=12, timezone="America/Denver")
NEXHEALTH = {each.name for each in vars(table).values() if isinstance(each, Endpoint)}


@pytest.mark.parametrize("feature", FEATURES, ids=lambda each: each.name)
def test_a_row_names_endpoints_and_settings_that_exist(feature: Feature) -> None:
    assert set(feature.calls("opendental")) <= ENDPOINTS.keys()
    assert set(feature.nexhealth) <= NEXHEALTH | {DOWNLOAD}
    for path, values in feature.when:
        assert values
        operator.attrgetter(path)(MAIN)
    for detail in feature.helpful:
        call, _, name = detail.rpartition(" ")
        assert name in {**ENDPOINTS[call].params, **ENDPOINTS[call].body}


def test_features_have_names_of_their_own() -> None:
    assert len({each.name for each in FEATURES}) == len(FEATURES)


def test_who_only_observes_needs_to_read_only() -> None:
    watching = evolve(MAIN, modes=Modes(person="observe", visit="observe"))

    assert {name for each in features_of(watching) for name in each.permissions} == {"ApiReadAll"}
    assert all(name.startswith("GET ") for name in allowed(watching, "opendental").calls or ())
    assert all(name.startswith("GET ") for name in allowed(watching, "nexhealth").calls or ())


@pytest.mark.mission(
    "K3", shows="the settings of a location decide which permissions are needed", try_it="odnexus features"
)
def test_booking_needs_four_permissions_and_nothing_else() -> None:
    needed = {name for each in features_of(MAIN) if each.needed for name in each.permissions}
    helpful = {name for each in features_of(MAIN) for name in each.permissions} - needed

    assert helpful == {"ApiDocuments"}, "documents of forms; without it they are named in the note"
    assert needed == {"ApiReadAll", "ApiComm", "ApiAppointments", "ApiPatients"}


def test_where_the_synchronizer_writes_alone_nothing_may_be_written() -> None:
    overlay = allowed(evolve(MAIN, writer="overlay"), "opendental")

    assert overlay.refusal("POST", "POST /appointments")
    assert not overlay.refusal("GET", "GET /appointments")


def test_a_refusal_names_the_feature_to_switch_on_and_how() -> None:
    refusal = allowed(evolve(MAIN, fill_blanks=False, modes=Modes(person="observe")), "opendental").refusal(
        "PUT", "PUT /patients/{PatNum}"
    )

    assert "location main" in refusal
    assert (
        "'fill blanks of charts' (modes.person = apply and writer = auto or bridge and fill_blanks = true)" in refusal
    )


def test_a_call_that_no_feature_needs_is_refused_with_these_words() -> None:
    assert "no feature" in allowed(MAIN, "opendental").refusal("POST", "POST /providers")


def test_a_client_that_only_reads_refuses_writes_and_nothing_else() -> None:
    reading = Allowed(api="opendental", reads_only=True)

    assert reading.refusal("PUT", "PUT /patients/{PatNum}")
    assert reading.refusal("GET", "GET /anything") == ""


def test_one_more_row_is_enough_for_a_new_ability() -> None:
    popups = Feature(name="read schedules", opendental=("GET /schedules",), when=(("deletions_every", (6,)),))

    assert "GET /schedules" in (allowed(MAIN, "opendental", (*FEATURES, popups)).calls or ())
    assert "GET /schedules" not in (
        allowed(evolve(MAIN, deletions_every=1), "opendental", (*FEATURES, popups)).calls or ()
    )
    assert [row["since"] for row in as_rows((popups,))] == ["22.1"]


def test_what_switches_a_feature_on_is_said_in_names_of_settings() -> None:
    settings = {each.name for each in fields(Location)}
    said = {each.name: each.switch for each in FEATURES if not each.by and each.when}

    assert said["know types"] == "types are filled in"
    for clause in {clause for switch in said.values() for clause in switch.split(" and ")}:
        assert re.split(r"[^a-z_]", clause)[0] in settings, clause
