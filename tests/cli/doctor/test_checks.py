"""What the doctor makes of facts; no system is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from odnexus.cli.doctor.checks import examine, granted_tier
from odnexus.cli.doctor.facts import DatabaseFacts, Facts, LocationFacts
from odnexus.cli.doctor.lines import Line, worst
from odnexus.mapping.coverage import CarrierEntry
from odnexus.nexhealth import models as nexhealth
from odnexus.opendental import models as opendental
from odnexus.opendental.versions import Version
from odnexus.practice import InsurancePolicy, Location, Modes, TypeRule
from odnexus.reconcile.writer import REMEDIES, Evidence

NOON = datetime(2026, 3, 2, 19, tzinfo=UTC)
WALL = datetime(2026, 3, 2, 12)
MAIN = Location(
    name="main",
    nexhealth_id=12,
    timezone="America/Denver",
    operatories={31: 1},
    providers={77: 1},
    types={27: TypeRule(appointment_type_num=5)},
)
PERMISSIONS = frozenset({"ApiDocuments", "ApiReadAll", "ApiComm", "ApiAppointments", "ApiPatients"})
OFFICE = DatabaseFacts(
    name="main",
    modes=("service",),
    tier="standard",
    version=Version.parse("25.4.48.0"),
    permissions=PERMISSIONS,
    wall=WALL,
    read_at=NOON,
    operatories=(opendental.Operatory(operatory_num=1),),
    providers=(opendental.Provider(prov_num=1),),
    types=(opendental.AppointmentType(appointment_type_num=5),),
    confirmations=(opendental.Definition(def_num=21, item_name="Confirmed"),),
)
PLACE = LocationFacts(
    location=MAIN,
    place=nexhealth.Location(id=12, tz="America/Denver", insert_appt_client=False),
    evidence=Evidence(inserts=False, synchronizer=False),
    operatories=(nexhealth.Operatory(id=31, active=True),),
    providers=(nexhealth.Provider(id=77),),
    types=(nexhealth.AppointmentType(id=27),),
)


def look(office: DatabaseFacts = OFFICE, place: LocationFacts = PLACE) -> list[Line]:
    return examine(Facts(databases=(office,), locations=(place,)))


def one(lines: list[Line], check: str) -> Line:
    [line] = [line for line in lines if line.check == check]
    return line


def at(**changes: Any) -> LocationFacts:
    return evolve(PLACE, location=evolve(MAIN, **changes))


def test_a_practice_in_order_passes_everywhere() -> None:
    lines = look()

    assert [line for line in lines if line.state != "pass"] == []
    assert worst(lines) == "pass"


@pytest.mark.mission("K3", shows="permissions for insurance are asked for only where a location writes it")
def test_insurance_needs_its_permissions_only_where_it_is_on() -> None:
    def missing(policy: InsurancePolicy) -> dict[str, str]:
        lines = look(place=at(insurance=policy))
        return {line.check: line.text for line in lines if line.check.startswith("permission: ")}

    assert missing(InsurancePolicy(mode="off")) == {}
    assert missing(InsurancePolicy(mode="review", create_plans=False)) == {
        "permission: write insurance": "missing: ApiInsuranceSimple"
    }
    assert set(missing(InsurancePolicy(mode="write"))) == {
        "permission: write insurance",
        "permission: make insurance plans",
    }


def test_an_older_office_cannot_write_insurance() -> None:
    old = evolve(OFFICE, version=Version.parse("22.4.10"))

    line = one(look(old, at(insurance=InsurancePolicy(mode="write"))), "version: write insurance")

    assert "GET /inssubs needs 22.4.28" in line.text


def test_whatever_does_not_pass_has_a_remedy() -> None:
    broken = evolve(OFFICE, version=Version.parse("21.1"), permissions=frozenset(), tier="enterprise", wall=None)
    lines = look(evolve(broken, modes=("remote",)), evolve(PLACE, operatories=(nexhealth.Operatory(id=1),)))

    assert [line.check for line in lines if line.state != "pass" and not line.remedy] == []
    assert worst(lines) == "fail"


@pytest.mark.parametrize("error", ["OfficeOfflineError", "ConnectionFailedError", "AuthenticationError"])
def test_an_office_that_is_not_reached_is_one_failure(error: str) -> None:
    lines = look(evolve(OFFICE, version=None, permissions=None, wall=None, errors={"version": error}))

    assert [line.check for line in lines if line.state == "fail"] == ["reachable"]
    assert error in one(lines, "reachable").text


@pytest.mark.mission(
    "G1",
    shows="the doctor says which feature an old version lacks and from when it is there",
    try_it="odnexus doctor practice.toml",
)
def test_an_old_version_says_which_feature_it_lacks_and_from_when() -> None:
    lines = look(evolve(OFFICE, version=Version.parse("21.2")))

    assert one(lines, "version: cancel visits").state == "fail"
    assert "PUT /appointments/{AptNum}/Break needs 21.3" in one(lines, "version: cancel visits").text
    assert one(lines, "version: notice deleted visits").state == "warn"
    assert "op needs 23.2.27" in one(lines, "version: details").text


def test_a_feature_that_is_off_needs_no_permission() -> None:
    office = evolve(OFFICE, permissions=frozenset({"ApiReadAll"}))

    reading = look(office, at(modes=Modes(person="observe", visit="observe")))

    assert [line.check for line in reading if line.state == "fail"] == []
    assert one(look(office), "permission: book visits").state == "fail"


@pytest.mark.mission(
    "K3",
    shows="a permission that a key lacks is named with the features that need it",
    try_it="odnexus doctor practice.toml",
)
def test_a_missing_permission_names_the_features_that_need_it() -> None:
    lines = look(evolve(OFFICE, permissions=PERMISSIONS - {"ApiComm"}))

    failing = {line.check: line.state for line in lines if line.state != "pass"}
    assert failing == {
        "permission: cancel visits": "fail",
        "permission: confirm visits": "fail",
        "permission: file forms": "warn",
    }


def test_a_key_that_may_not_read_is_told_which_permission_it_lacks() -> None:
    lines = look(evolve(OFFICE, version=None, permissions=None, wall=None, errors={"version": "PermissionDeniedError"}))

    (failing,) = [line for line in lines if line.state == "fail"]
    assert (failing.check, "ApiReadAll" in failing.text) == ("permission: see changes", True)


def test_permissions_that_cannot_be_asked_are_a_warning() -> None:
    assert one(look(evolve(OFFICE, permissions=None)), "permissions").state == "warn"


@pytest.mark.parametrize(
    ("permissions", "tier"),
    [
        ({"ApiReadAll"}, "read_all"),
        (set[str](), "read_all"),
        ({"ApiReadAll", "ApiComm"}, "standard"),
        ({"ApiReadAll", "ApiEnterprise"}, "enterprise"),
    ],
)
def test_the_rate_follows_from_the_permissions(permissions: set[str], tier: str) -> None:
    assert granted_tier(frozenset(permissions)) == tier


@pytest.mark.parametrize(("tier", "state"), [("read_all", "warn"), ("standard", "pass"), ("enterprise", "fail")])
def test_a_rate_above_what_is_granted_fails(tier: Any, state: str) -> None:
    assert one(look(evolve(OFFICE, modes=("remote",), tier=tier)), "throttle tier").state == state


def test_without_remote_mode_there_is_no_throttle() -> None:
    assert [line for line in look() if line.check == "throttle tier"] == []


@pytest.mark.parametrize(
    ("off", "state", "words"),
    [
        (timedelta(seconds=40), "pass", "+40 s"),
        (timedelta(minutes=-5), "warn", "-300 s"),
        (timedelta(hours=1, seconds=30), "fail", "+1 h away"),
        (timedelta(hours=-7), "fail", "-7 h away"),
        (timedelta(hours=5, minutes=45), "fail", "+5.75 h away"),
    ],
)
def test_a_clock_that_is_off_is_told_from_a_wrong_zone(off: timedelta, state: str, words: str) -> None:
    line = one(look(evolve(OFFICE, wall=WALL + off)), "clock")

    assert (line.state, words in line.text) == (state, True)


def test_another_zone_at_nexhealth_is_a_warning() -> None:
    place = evolve(PLACE, place=nexhealth.Location(id=12, tz="America/Boise"))

    assert one(look(place=place), "time zone").state == "warn"


@pytest.mark.parametrize(
    ("setting", "evidence", "rule"),
    [
        ("auto", Evidence(inserts=None, synchronizer=True), "writer.flag-missing"),
        ("auto", Evidence(inserts=False, synchronizer=True, reads=True), "writer.off-reader-on"),
        ("bridge", Evidence(inserts=True, synchronizer=True), "writer.bridge-beside-synchronizer"),
        ("overlay", Evidence(inserts=True, synchronizer=False), "writer.overlay-without-synchronizer"),
    ],
)
def test_an_unclear_writer_fails_with_the_rules_remedy(setting: Any, evidence: Evidence, rule: str) -> None:
    line = one(look(place=evolve(at(writer=setting), evidence=evidence)), "who writes")

    assert (line.state, line.remedy) == ("fail", REMEDIES[rule])


def test_a_red_synchronizer_is_a_warning_where_it_writes() -> None:
    place = evolve(PLACE, evidence=Evidence(inserts=True, synchronizer=True, reads=True, red=True))

    assert one(look(place=place), "who writes").state == "warn"


@pytest.mark.parametrize(("default", "state"), [(None, "fail"), (1, "warn")])
def test_chairs_that_are_not_mapped_are_named(default: int | None, state: str) -> None:
    place = evolve(at(default_operatory=default), operatories=(nexhealth.Operatory(id=31), nexhealth.Operatory(id=32)))
    line = one(look(place=place), "operatories")

    assert (line.state, "32" in line.text) == (state, True)


def test_a_foreign_id_is_as_good_as_an_entry_of_the_table() -> None:
    place = evolve(at(operatories={}), operatories=(nexhealth.Operatory(id=32, foreign_id="1"),))

    assert one(look(place=place), "operatories").state == "pass"


@pytest.mark.parametrize("hidden", [True, None])
def test_a_number_that_open_dental_hides_or_lacks_fails(hidden: bool | None) -> None:
    provider = opendental.Provider(prov_num=1 if hidden else 9, is_hidden=hidden)

    assert one(look(evolve(OFFICE, providers=(provider,))), "providers").state == "fail"


def test_inactive_people_and_chairs_need_no_entry() -> None:
    place = evolve(
        PLACE,
        operatories=(nexhealth.Operatory(id=99, active=False),),
        providers=(nexhealth.Provider(id=99, inactive=True),),
    )

    assert worst(look(place=place)) == "pass"


def test_tables_are_not_judged_by_what_nexhealth_did_not_tell() -> None:
    silent = LocationFacts(location=MAIN, errors={"place": "ServerError", "evidence": "ServerError"})
    partly = evolve(PLACE, operatories=(), errors={"operatories": "PermissionDeniedError"})

    checks = [line.check for line in look(place=silent)]
    chairs = [line.state for line in look(place=partly) if line.check == "operatories"]

    assert not {"operatories", "providers", "types"} & set(checks)
    assert chairs == ["fail"]


@pytest.mark.parametrize(
    ("changes", "warned"),
    [({}, True), ({"operatories": {41: 2}}, False), ({"database": "north"}, False), ({"operatories": {}}, False)],
)
def test_two_locations_that_fill_the_same_chairs_are_told(changes: dict[str, Any], *, warned: bool) -> None:
    north = evolve(PLACE, location=evolve(MAIN, name="north", nexhealth_id=13, operatories={41: 1}), operatories=())
    other = evolve(north, location=evolve(north.location, **changes))
    offices = (evolve(OFFICE, operatories=(*OFFICE.operatories, opendental.Operatory(operatory_num=2))),)
    facts = Facts(databases=(*offices, evolve(OFFICE, name="north")), locations=(PLACE, other))

    lines = [line for line in examine(facts) if line.check == "chairs of its own"]

    assert [(line.about, line.state) for line in lines] == ([("north", "warn")] if warned else [])


def test_a_type_that_vanished_fails_and_an_unmapped_one_warns() -> None:
    assert one(look(evolve(OFFICE, types=())), "types").state == "fail"
    assert one(look(place=at(types={})), "types").state == "warn"


def test_no_definition_for_confirmed_is_a_warning() -> None:
    assert one(look(evolve(OFFICE, confirmations=())), "confirmed").state == "warn"
    assert one(look(place=at(confirmed=(99,))), "confirmed").state == "warn"


def test_a_mode_that_writes_nothing_is_a_warning() -> None:
    from odnexus.practice import Modes

    assert one(look(place=at(modes=Modes(visit="observe"))), "mode").state == "warn"


@pytest.mark.parametrize(("texts", "state"), [(("Delta Dental", "none"), "pass"), (("Delta Dental", "Acme"), "warn")])
def test_the_share_of_insurers_that_are_found_is_told_without_their_names(texts: tuple[str, ...], state: str) -> None:
    office = evolve(OFFICE, carriers=(CarrierEntry(carrier_num=3, name="Delta Dental"),))

    line = one(look(office, evolve(PLACE, insurers=texts)), "carriers")

    assert line.state == state
    assert "Delta" not in line.text
    assert line.text.startswith(f"1 of {1 if state == 'pass' else 2} ")


def test_a_clinic_that_is_not_there_is_found() -> None:
    office = evolve(OFFICE, clinics=(opendental.Clinic(clinic_num=2),))

    assert one(look(office, at(clinic_num=7)), "clinic").state == "fail"
    assert [line for line in look(office, at(clinic_num=2)) if line.check == "clinic"] == []


@pytest.mark.parametrize(("light", "state"), [("green", "pass"), ("red", "warn")])
def test_the_lights_of_the_synchronizer_are_shown(light: str, state: str) -> None:
    sync = nexhealth.SyncStatus(read_status="green", read_status_at=NOON, write_status=light)

    line = one(look(place=evolve(PLACE, syncs=(sync,))), "sync status")

    assert (line.state, line.text) == (state, f"read green since 2026-03-02 19:00 UTC, write {light}")


def test_a_billing_type_that_is_not_there_is_found() -> None:
    office = evolve(OFFICE, billing=(opendental.Definition(def_num=30, item_name="Standard Account"),))

    found = {
        name: [line.check for line in look(office, at(billing_type=name))] for name in ("standard account", "Gold")
    }

    assert ["billing type" in checks for checks in found.values()] == [False, True]


def test_tables_are_not_judged_by_what_open_dental_did_not_tell() -> None:
    silent = dict.fromkeys(("operatories", "providers", "types", "confirmations"), "NotFoundError")
    office = evolve(OFFICE, operatories=(), providers=(), types=(), confirmations=(), errors=silent)

    lines = look(office)

    wrong = [line for line in lines if line.about == "main" and line.state != "pass"]
    assert [line.check for line in lines if line.about == "opendental.main" and line.state == "fail"] == list(silent)
    assert not [line for line in wrong if line.check in (*silent, "confirmed")]
