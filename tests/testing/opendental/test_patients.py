from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from odnexus.testing import VirtualClock
from odnexus.testing.opendental import Switches
from tests.testing.opendental.desk import Desk

FULL = (
    "PatNum LName FName MiddleI Preferred PatStatus Gender Position Birthdate SSN Address Address2 City State Zip "
    "HmPhone WkPhone WirelessPhone Guarantor Email EstBalance PriProv priProvAbbr SecProv secProvAbbr FeeSched "
    "BillingType ImageFolder FamFinUrgNote ChartNumber MedicaidID BalTotal EmployerNum DateFirstVisit ClinicNum "
    "clinicAbbr Premed Ward PreferConfirmMethod PreferContactMethod PreferRecallMethod Language AdmitDate "
    "siteDesc DateTStamp SuperFamily TxtMsgOk SecDateEntry"
)
SHORT = (
    "PatNum LName FName MiddleI Preferred PatStatus Birthdate SSN Address Address2 City State Zip HmPhone WkPhone "
    "WirelessPhone Email priProvAbbr secProvAbbr BillingType ChartNumber ClinicNum clinicAbbr siteDesc TxtMsgOk"
)
NEW = {"LName": "Okafor", "FName": "Lena", "Birthdate": "1988-03-14", "WirelessPhone": "(208)555-0177"}


def test_the_full_object_has_the_documented_fields_in_order(desk: Desk) -> None:
    row = desk.get(f"/patients/{desk.demo.patients['robert']}")

    assert " ".join(row) == FULL
    assert row["Premed"] == "false"
    assert (row["DateFirstVisit"], row["AdmitDate"]) == ("0001-01-01", "0001-01-01")
    assert (row["BillingType"], row["priProvAbbr"], row["Birthdate"]) == ("Standard Account", "DOC1", "1979-06-02")
    assert (row["DateTStamp"], row["SecDateEntry"]) == ("2026-03-02 08:00:00", "2026-03-02")
    assert row["ImageFolder"] == "WhitfieldRobert401"


def test_an_unknown_patient_is_not_found(desk: Desk) -> None:
    assert desk.refused("GET", "/patients/99999") == (404, "Patient not found")


def test_older_offices_lack_newer_fields() -> None:
    desk = Desk(version="24.2.1.0")

    row = desk.get(f"/patients/{desk.demo.patients['robert']}")

    assert not {"FeeSched", "EmployerNum", "Premed"} & set(row)


def test_fields_of_third_party_code_appear_with_their_switch() -> None:
    desk = Desk(version="25.4.48.0", switches=Switches(unverified_since="25.4.40"))

    row = desk.get(f"/patients/{desk.demo.patients['robert']}")

    assert {"MedUrgNote", "ApptModNote", "HasIns", "SecUserNumEntry"} <= set(row)


# --- Creating ---------------------------------------------------------------------------------------------------------


def test_a_patient_is_created_with_the_documented_defaults(desk: Desk) -> None:
    reply = desk.send("POST", "/patients", body=NEW)
    row: Any = reply.json()

    assert reply.status == 201
    assert reply.headers["location"] == f"http://localhost:30223/api/v1/patients/{row['PatNum']}"
    assert (row["PatStatus"], row["Gender"], row["Position"]) == ("Patient", "Unknown", "Single")
    assert (row["PreferConfirmMethod"], row["TxtMsgOk"], row["Language"]) == ("None", "Unknown", "")
    assert (row["PriProv"], row["BillingType"], row["Guarantor"]) == (1, "Standard Account", row["PatNum"])
    assert desk.get(f"/patients/{row['PatNum']}") == row


@pytest.mark.parametrize("missing", ["LName", "FName"])
def test_both_names_are_required(desk: Desk, missing: str) -> None:
    body = {name: value for name, value in NEW.items() if name != missing}

    assert desk.refused("POST", "/patients", **body) == (400, f"{missing} is required")
    assert desk.refused("POST", "/patients", **body, **{missing: ""}) == (400, f"{missing} is required")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("Gender", 1, "Gender is invalid"),
        ("Gender", "Other", "Gender is invalid"),
        ("PatStatus", "Deleted", "PatStatus is invalid"),
        ("Position", "single", "Position is invalid"),
        ("Birthdate", "03/14/1988", "Birthdate format must be yyyy-MM-dd."),
        ("Birthdate", "1988-02-30", "Birthdate format must be yyyy-MM-dd."),
        ("SSN", "123-45-6789", "SSN is invalid"),
        ("State", "Idaho", "State is invalid"),
        ("Zip", "8370", "Zip is invalid"),
        ("Zip", 83702, "Zip is invalid"),
        ("ChartNumber", "C" * 16, "ChartNumber is invalid"),
        ("HmPhone", "5" * 31, "HmPhone is invalid"),
        ("BillingType", "Rich Uncle", "BillingType is invalid"),
        ("BillingType", 40, "BillingType is invalid"),
        ("Language", "klingon", "Language is invalid"),
        ("Premed", True, "Premed is invalid"),
        ("Email", None, "Email is invalid"),
        ("Birthdate", None, "Birthdate format must be yyyy-MM-dd."),
        ("Language", 5, "Language is invalid"),
        ("DateFirstVisit", 2026, "DateFirstVisit format must be yyyy-MM-dd."),
        ("PriProv", "one", "PriProv is invalid"),
        ("PatNum", 5, "'PatNum' is not a valid field"),
        ("Nickname", "L", "'Nickname' is not a valid field"),
        ("DateTStamp", "2026-01-01 00:00:00", "'DateTStamp' is not a valid field"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(desk: Desk, field: str, value: object, message: str) -> None:
    before = len(desk.practice.patients)

    assert desk.refused("POST", "/patients", **{**NEW, field: value}) == (400, message)
    assert len(desk.practice.patients) == before


@pytest.mark.parametrize(
    ("field", "what"), [("PriProv", "Provider"), ("ClinicNum", "Clinic"), ("Guarantor", "Patient")]
)
def test_a_key_that_leads_nowhere_is_not_found(desk: Desk, field: str, what: str) -> None:
    assert desk.refused("POST", "/patients", **NEW, **{field: 4711}) == (404, f"{what} not found")


@pytest.mark.parametrize("zip_code", ["12345", "12345-1234", "123456789", "K1A 0B1", ""])
def test_the_documented_zip_formats_pass(desk: Desk, zip_code: str) -> None:
    assert desk.post("/patients", **NEW, Zip=zip_code)["Zip"] == zip_code


def test_keys_may_be_numeric_strings(desk: Desk) -> None:
    assert desk.post("/patients", **NEW, PriProv="2")["PriProv"] == 2


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({}, True),
        ({"LName": "OKAFOR"}, True),
        ({"WirelessPhone": "208.555.0177"}, True),
        ({"WirelessPhone": "", "HmPhone": "2085550177"}, True),
        ({"WirelessPhone": "", "Email": "LENA@example.com"}, True),
        ({"WirelessPhone": "", "Email": "other@example.com"}, False),
        ({"WirelessPhone": ""}, False),
        ({"Birthdate": "1988-03-15"}, False),
        ({"FName": "Leni"}, False),
    ],
)
def test_the_same_names_birth_date_and_a_contact_are_a_duplicate(
    desk: Desk, changed: dict[str, str], refused: bool
) -> None:
    desk.post("/patients", **NEW, Email="lena@example.com")

    status = desk.send("POST", "/patients", body={**NEW, **changed}).status

    assert status == (400 if refused else 201)


@pytest.mark.parametrize(
    ("status", "include", "refused"),
    [("Archived", True, True), ("Archived", False, False), ("Deleted", True, False), ("Inactive", False, True)],
)
def test_which_charts_count_as_duplicates(status: str, include: bool, refused: bool) -> None:
    desk = Desk(switches=Switches(duplicates_include_archived=include, duplicate_message="Twice."))
    desk.practice.add_patient(**NEW, PatStatus=status)

    reply = desk.send("POST", "/patients", body=NEW)

    assert reply.status == (400 if refused else 201)
    assert (reply.json() == "Twice.") is refused


# --- Changing ---------------------------------------------------------------------------------------------------------


def test_a_change_is_partial_and_returns_the_object(desk: Desk) -> None:
    number = desk.demo.patients["robert"]
    before = desk.get(f"/patients/{number}")
    clock = desk.sim.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(timedelta(minutes=5))

    after = desk.put(f"/patients/{number}", Email="", City="Nampa")

    assert {name for name in after if after[name] != before[name]} == {"Email", "City", "DateTStamp"}
    assert (after["Email"], after["City"], after["DateTStamp"]) == ("", "Nampa", "2026-03-02 08:05:00")


def test_writing_what_is_there_already_is_no_change(desk: Desk) -> None:
    number = desk.demo.patients["robert"]
    desk.sim.clock.sleep(60)

    after = desk.put(f"/patients/{number}", City="Boise", Birthdate="1979-06-02", Zip="83702")

    assert after["DateTStamp"] == "2026-03-02 08:00:00"
    assert desk.put(f"/patients/{number}") == after


def test_names_cannot_be_cleared_but_dates_can(desk: Desk) -> None:
    number = desk.demo.patients["robert"]

    assert desk.refused("PUT", f"/patients/{number}", LName="") == (400, "LName is required")
    assert desk.put(f"/patients/{number}", Birthdate="0001-01-01")["Birthdate"] == "0001-01-01"


def test_the_row_is_looked_up_before_values_are_read(desk: Desk) -> None:
    assert desk.refused("PUT", "/patients/99999", Gender=1) == (404, "Patient not found")
    assert desk.refused("PUT", "/patients/99999", Nickname="x")[0] == 400


def test_a_deleted_patient_can_be_read_but_not_changed(desk: Desk) -> None:
    number = desk.demo.patients["robert"]
    desk.practice.staff.delete_patient(number)

    assert desk.get(f"/patients/{number}")["PatStatus"] == "Deleted"
    assert desk.refused("PUT", f"/patients/{number}", City="Nampa")[0] == 400
    assert desk.refused("POST", "/commlogs", PatNum=number, Note="x")[0] == 400
    assert desk.refused("PUT", f"/appointments/{desk.demo.appointments['robert_recall']}", Note="x")[0] == 400


# --- Families ---------------------------------------------------------------------------------------------------------


def test_a_child_joins_its_guarantor(desk: Desk) -> None:
    head = desk.demo.patients["mother_lucia"]

    row = desk.post("/patients", **{**NEW, "WirelessPhone": ""}, Guarantor=head)

    assert row["Guarantor"] == head


def test_a_guarantor_heads_a_family(desk: Desk) -> None:
    member = desk.demo.patients["twin_mia"]

    assert desk.refused("POST", "/patients", **NEW, Guarantor=member) == (400, "Guarantor is invalid")
    desk.sim.switch(guarantor="anyone")
    assert desk.post("/patients", **NEW, Guarantor=member)["Guarantor"] == member


def test_guarantor_and_super_family_exclude_each_other(desk: Desk) -> None:
    head = desk.demo.patients["robert"]

    assert desk.refused("POST", "/patients", **NEW, Guarantor=head, SuperFamily=head)[0] == 400


def test_a_family_is_handed_over_by_its_guarantor_only(desk: Desk) -> None:
    mother, mia, mara = (desk.demo.patients[name] for name in ("mother_lucia", "twin_mia", "twin_mara"))
    robert = desk.demo.patients["robert"]

    assert desk.refused("PUT", f"/patients/{mia}", Guarantor=mara) == (400, "Guarantor is invalid")
    assert desk.refused("PUT", f"/patients/{mother}", Guarantor=robert) == (400, "Guarantor is invalid")
    desk.put(f"/patients/{mother}", Guarantor=mia)

    assert {desk.practice.patients[number].number("Guarantor") for number in (mother, mia, mara)} == {mia}


def test_what_a_family_refuses(desk: Desk) -> None:
    people = desk.demo.patients
    robert, anna, lucia, liz = (people[name] for name in ("robert", "anna", "mother_lucia", "liz"))
    desk.practice.staff.delete_patient(liz)
    desk.put(f"/patients/{anna}", SuperFamily=robert)

    assert desk.refused("POST", "/patients", **NEW, Guarantor=liz) == (404, "Guarantor not found")
    assert desk.refused("PUT", f"/patients/{robert}", Guarantor=0) == (404, "Guarantor not found")
    assert desk.refused("PUT", f"/patients/{lucia}", SuperFamily=4711) == (404, "SuperFamily not found")
    assert desk.refused("PUT", f"/patients/{lucia}", SuperFamily=anna) == (400, "SuperFamily is invalid")


def test_what_changes_nothing_in_a_family_passes(desk: Desk) -> None:
    anna, robert = desk.demo.patients["anna"], desk.demo.patients["robert"]
    before = desk.get(f"/patients/{anna}")

    assert desk.put(f"/patients/{anna}", Guarantor=robert, SuperFamily=0) == before


def test_the_note_of_a_family_is_kept_with_its_guarantor(desk: Desk) -> None:
    mother, mia = desk.demo.patients["mother_lucia"], desk.demo.patients["twin_mia"]

    desk.put(f"/patients/{mother}", FamFinUrgNote="pays cash")

    assert desk.get(f"/patients/{mia}")["FamFinUrgNote"] == "pays cash"
    assert desk.refused("PUT", f"/patients/{mia}", FamFinUrgNote="x")[0] == 400
    assert desk.refused("POST", "/patients", **NEW, Guarantor=mother, FamFinUrgNote="x")[0] == 400


def test_a_super_family_is_made_left_and_disbanded(desk: Desk) -> None:
    people = desk.demo.patients
    robert, anna, lucia, mia = (people[name] for name in ("robert", "anna", "mother_lucia", "twin_mia"))

    def super_families() -> list[object]:
        return [desk.practice.patients[number]["SuperFamily"] for number in (robert, anna, lucia, mia)]

    desk.put(f"/patients/{mia}", SuperFamily=robert)
    assert super_families() == [robert] * 4
    desk.put(f"/patients/{lucia}", SuperFamily=0)
    assert super_families() == [robert, robert, 0, 0]
    desk.put(f"/patients/{lucia}", SuperFamily=robert)
    desk.put(f"/patients/{anna}", SuperFamily=0)

    assert super_families() == [0] * 4
    new = desk.post("/patients", **NEW, SuperFamily=robert)
    assert new["SuperFamily"] == robert
    assert super_families() == [robert, robert, 0, 0]


# --- Searching --------------------------------------------------------------------------------------------------------


def names(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(row["FName"] for row in rows)


def test_the_short_row_has_its_documented_fields(desk: Desk) -> None:
    row = desk.rows("/patients", LName="Whitfield", FName="Rob")[0]

    assert " ".join(row) == SHORT
    assert row["Zip"] == 83702
    desk.sim.switch(zip_as_number=False)
    assert desk.rows("/patients", LName="Whitfield", FName="Rob")[0]["Zip"] == "83702"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"LName": "linDQ"}, ["Grace", "Theo"]),
        ({"LName": "qvist"}, []),
        ({"Phone": "5550130"}, ["Grace", "Theo"]),
        ({"Phone": "(208) 555-0147"}, ["Claire"]),
        ({"Birthdate": "2012-04-08"}, ["Mara", "Mia"]),
        ({"Email": "IBARRAS@"}, ["Lou", "Lou"]),
        ({"LName": "Whitfield"}, ["Anna", "Robert"]),
        ({"LName": "Whitfield", "showArchived": "true"}, ["Anna", "Bob", "Robert"]),
        ({"LName": "Whitfield", "guarOnly": "true"}, ["Robert"]),
        ({"LName": "Fenwick"}, ["Dale"]),
        ({"LName": "Fenwick", "hideInactive": "true"}, []),
        ({"LName": "Nobody"}, []),
        ({"LName": "Patel", "City": "boi", "State": "ID", "clinicNums": "0,3"}, ["Sam", "Samir"]),
        ({"LName": "Patel", "clinicNums": "3"}, []),
        ({"LName": "Patel", "SubscriberId": "W1"}, []),
        ({"LName": "Patel", "invoiceNumber": "1"}, []),
        ({"LName": "Patel", "clinicAbbr": ""}, ["Sam", "Samir"]),
        ({"LName": "Patel", "clinicAbbr": "North"}, []),
        ({"LName": "Patel", "SiteNum": "0", "Country": ""}, ["Sam", "Samir"]),
    ],
)
def test_the_search_filters(desk: Desk, query: dict[str, str], found: list[str]) -> None:
    assert names(desk.rows("/patients", **query)) == found


def test_the_search_may_match_anywhere_or_literally() -> None:
    desk = Desk(switches=Switches(name_search="contains", phone_search="literal"))

    assert names(desk.rows("/patients", LName="QVIST")) == ["Grace", "Theo"]
    assert desk.rows("/patients", Phone="2085550130") == []
    assert names(desk.rows("/patients", Phone="208-555-01")) == ["Grace", "Theo"]


def test_the_search_has_no_stamp_filter(desk: Desk) -> None:
    query = {"DateTStamp": "2026-01-01 00:00:00"}

    assert desk.refused("GET", "/patients", query) == (400, "'DateTStamp' is not a valid parameter")


def test_deleted_charts_are_never_found(desk: Desk) -> None:
    number = desk.demo.patients["liz"]
    desk.practice.staff.delete_patient(number)

    assert desk.rows("/patients", LName="Novak", showArchived="true") == []
    assert desk.rows("/patients/Simple", LName="Novak") == []
    desk.sim.switch(simple_returns_deleted=True)
    assert [row["PatStatus"] for row in desk.rows("/patients/Simple", LName="Novak")] == ["Deleted"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"LName": "QVIST"}, ["Grace", "Theo"]),
        ({"FName": "eter"}, []),
        ({"FName": "ober"}, ["Robert"]),
        ({"PatStatus": "Archived"}, ["Bob"]),
        ({"Gender": "Other"}, ["Sam"]),
        ({"Position": "Child"}, ["Mara", "Mia", "Theo"]),
        ({"Birthdate": "1996-02-29"}, ["Dmitri"]),
        ({"DateTStamp": "2026-03-02 08:00:00"}, []),
        ({"LName": "Patel", "DateTStamp": "2026-03-01"}, ["Sam", "Samir"]),
        ({"LName": "Patel", "PriProv": "1", "SuperFamily": "0", "FeeSched": "0", "EmployerNum": "0"}, ["Sam", "Samir"]),
        ({"PriProv": "2"}, []),
    ],
)
def test_simple_filters(desk: Desk, query: dict[str, str], found: list[str]) -> None:
    assert names(desk.rows("/patients/Simple", **query)) == found


def test_simple_returns_families_and_the_office_clock(desk: Desk) -> None:
    mother = desk.demo.patients["mother_lucia"]
    desk.sim.clock.sleep(90)

    rows = desk.rows("/patients/Simple", Guarantor=mother)

    assert names(rows) == ["Lucia", "Mara", "Mia"]
    assert {next(iter(row)) for row in rows} == {"serverDateTime"}
    assert {row["serverDateTime"] for row in rows} == {"2026-03-02 08:01:30"}
    assert rows[0]["Zip"] == "83702"


def test_simple_parameters_have_versions() -> None:
    desk = Desk(version="22.3.5")

    assert desk.refused("GET", "/patients/Simple", {"Gender": "Male"}) == (400, "'Gender' is not a valid parameter")
    desk.sim.practice.upgrade("22.3.6")
    assert desk.rows("/patients/Simple", Gender="Male")
    assert desk.refused("GET", "/patients/Simple", {"HasIns": "I"})[0] == 400


def test_rows_hold_python_values(desk: Desk) -> None:
    row = desk.practice.patients[desk.demo.patients["robert"]]

    assert row.day("Birthdate") == date(1979, 6, 2)
    assert row.moment("DateTStamp") == datetime(2026, 3, 2, 8, 0)
    assert row["BillingType"] == 40
    assert row["Premed"] is False
