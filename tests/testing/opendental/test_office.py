"""The smaller resources: definitions, providers, operatories, types, schedules, clinics, preferences, permissions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from odnexus.testing.opendental import PERMISSIONS, USUAL, Switches
from tests.testing.opendental.desk import Desk

# Path, fields of a row in order.
SHAPES = {
    "/definitions": "DefNum ItemName ItemValue Category category isHidden",
    "/operatories": (
        "OperatoryNum OpName Abbrev ItemOrder IsHidden ProvDentist ProvHygienist IsHygiene ClinicNum "
        "SetProspective IsWebSched OperatoryType operatoryType"
    ),
    "/appointmenttypes": (
        "AppointmentTypeNum AppointmentTypeName appointmentTypeColor IsHidden Pattern CodeStr CodeStrRequired "
        "RequiredProcCodesNeeded BlockoutTypes"
    ),
    "/providers": (
        "ProvNum Abbr LName FName MI Suffix FeeSched Specialty SSN StateLicense IsSecondary provColor IsHidden "
        "UsingTIN SigOnFile NationalProvID DateTStamp IsNotPerson ProvStatus IsHiddenReport Birthdate SchedNote "
        "PreferredName serverDateTime"
    ),
    "/schedules": (
        "ScheduleNum SchedDate StartTime StopTime SchedType ProvNum BlockoutType blockoutType Note operatories "
        "EmployeeNum"
    ),
    "/preferences": "PrefNum PrefName ValueString",
    "/carriers": "CarrierNum CarrierName Address Address2 City State Zip Phone ElectID NoSendElect IsHidden",
    "/clinics": (
        "ClinicNum Description Address Address2 City State Zip BillingAddress BillingAddress2 BillingCity "
        "BillingState BillingZip PayToAddress PayToAddress2 PayToCity PayToState PayToZip Phone Abbr IsHidden"
    ),
}


@pytest.mark.parametrize(("path", "fields"), SHAPES.items())
def test_rows_have_the_documented_fields_in_order(path: str, fields: str) -> None:
    desk = Desk(clinics=True)

    assert " ".join(desk.rows(path)[0]) == fields


@pytest.mark.parametrize(
    ("path", "version", "message"),
    [
        ("/operatories/1", "24.1.9", "GET /operatories/{OperatoryNum}"),
        ("/carriers/61", "24.4.4", "GET /carriers/{CarrierNum}"),
        ("/carriers", "22.4.15", "GET /carriers"),
        ("/providers/1", "24.4.16", "GET /providers/{ProvNum}"),
        ("/appointmenttypes", "22.4.9", "GET /appointmenttypes"),
        ("/schedules", "21.4", "GET /schedules"),
        ("/securityperms", "22.1", "GET /securityperms"),
        ("/definitions/19", "25.4.48.0", "GET /definitions/{DefNum}"),
    ],
)
def test_methods_have_versions(path: str, version: str, message: str) -> None:
    status, text = Desk(version=version).refused("GET", path)

    assert status == 400
    assert text.startswith(f"{message}: Error. This is most likely a version issue")


# --- Definitions ------------------------------------------------------------------------------------------------------


def test_definitions_come_in_the_offices_order_with_both_category_twins(desk: Desk) -> None:
    rows = desk.rows("/definitions", Category=2)

    assert [row["DefNum"] for row in rows] == [19, 241, 21, 307, 308, 244, 243, 352]
    assert {(row["Category"], row["category"]) for row in rows} == {(2, "ApptConfirmed")}
    desk.sim.switch(definition_order="primary_key")
    assert [row["DefNum"] for row in desk.rows("/definitions", Category=2)] == [19, 21, 241, 243, 244, 307, 308, 352]


def test_hidden_definitions_come_on_request(desk: Desk) -> None:
    desk.practice.staff.hide_definition(307)

    assert 307 not in [row["DefNum"] for row in desk.rows("/definitions", Category=2)]
    shown = desk.rows("/definitions", Category=2, includeHidden="true")
    assert [row["isHidden"] for row in shown if row["DefNum"] == 307] == ["true"]


def test_the_name_of_a_category_is_no_filter_before_26_2_1(desk: Desk) -> None:
    assert desk.refused("GET", "/definitions", {"category": "ApptConfirmed"})[0] == 400
    desk.sim.switch(unknown_parameters="as_seen")
    everything = desk.rows("/definitions", category="ApptConfirmed")
    assert everything == desk.rows("/definitions")

    desk.practice.upgrade("26.2.1.0")

    rows = desk.rows("/definitions", category="ApptConfirmed")
    assert {row["Category"] for row in rows} == {2}
    assert [row["ItemOrder"] for row in rows] == list(range(8))
    assert desk.put("/definitions/21", ItemName="Yes")["ItemName"] == desk.get("/definitions/21")["ItemName"] == "Yes"


def test_a_definition_is_created_at_the_end_of_its_category(desk: Desk) -> None:
    row = desk.post("/definitions", ItemName="Texted", category="ApptConfirmed", Category=99)

    assert (row["Category"], row["category"], row["isHidden"]) == (2, "ApptConfirmed", "false")
    assert desk.rows("/definitions", Category=2)[-1] == row
    assert desk.refused("POST", "/definitions", ItemName="x") == (400, "category is required")
    assert desk.refused("POST", "/definitions", ItemName="x", category="Nope") == (400, "category is invalid")


# --- Providers --------------------------------------------------------------------------------------------------------


def test_providers_are_never_hidden_from_the_plain_list(desk: Desk) -> None:
    desk.practice.staff.hide_provider(2)

    assert [row["IsHidden"] for row in desk.rows("/providers")] == ["false", "true", "false", "false"]
    assert {row["serverDateTime"] for row in desk.rows("/providers")} == {"2026-03-02 08:00:00"}


def test_providers_of_a_clinic() -> None:
    desk = Desk(clinics=True)
    south = desk.demo.clinics["South"]
    desk.practice.provider_clinics[1] = frozenset({desk.demo.clinics["North"]})
    desk.practice.staff.hide_provider(2)

    rows = desk.rows("/providers", ClinicNum=south)

    assert [row["ProvNum"] for row in rows] == [3, 4]
    assert {row["serverDateTime"] for row in rows} == {""}
    assert desk.refused("GET", "/providers", {"ClinicNum": 9}) == (404, "Clinic not found")


def test_changed_providers_are_found_by_stamp(desk: Desk) -> None:
    desk.sim.clock.sleep(60)

    after = desk.put("/providers/2", Suffix="DMD", NationalProvId="1000000004")

    assert (after["Suffix"], after["NationalProvID"], after["serverDateTime"]) == ("DMD", "1000000004", "")
    assert [row["ProvNum"] for row in desk.rows("/providers", DateTStamp="2026-03-02 08:00:30")] == [2]
    assert desk.get("/providers/2")["serverDateTime"] == "2026-03-02 08:01:00"


def test_a_provider_is_created(desk: Desk) -> None:
    row = desk.post("/providers", Abbr="DOC3", LName="Ash", BirthDate="1980-01-02", IsSecondary="false")

    assert (row["Birthdate"], row["UsingTIN"], row["SigOnFile"], row["Specialty"]) == (
        "1980-01-02",
        "true",
        "false",
        desk.demo.definitions["General"],
    )
    assert desk.refused("POST", "/providers", LName="Ash") == (400, "Abbr is required")
    assert desk.refused("POST", "/providers", Abbr="CO", IsNotPerson="true", FName="x")[0] == 400
    assert desk.refused("DELETE", f"/providers/{row['ProvNum']}")[0] == 400


# --- Operatories, types, schedules ------------------------------------------------------------------------------------


def test_hidden_operatories_are_listed(desk: Desk) -> None:
    desk.practice.staff.hide_operatory(2)

    assert [row["IsHidden"] for row in desk.rows("/operatories")].count("true") == 1
    assert desk.get("/operatories/2")["IsHidden"] == "true"


def test_operatories_of_a_clinic() -> None:
    desk = Desk(clinics=True)

    rows = desk.rows("/operatories", ClinicNum=desk.demo.clinics["South"])

    assert [row["OpName"] for row in rows] == ["OP3", "OP4", "HY2"]
    assert desk.refused("GET", "/operatories", {"ClinicNum": 77}) == (404, "Clinic not found")


def test_every_value_of_a_schedule_is_a_string(desk: Desk) -> None:
    rows = desk.rows("/schedules")

    assert {type(value) for row in rows for value in row.values()} == {str}
    assert {row["SchedDate"] for row in rows} == {"2026-03-02"}
    assert [row["StartTime"] for row in rows] == sorted(row["StartTime"] for row in rows)
    assert desk.get(f"/schedules/{rows[0]['ScheduleNum']}") == rows[0]
    assert desk.refused("GET", "/schedules/5") == (404, "Schedule not found")


@pytest.mark.parametrize("time", ["8:00:00", "25:00:00", "08:00"])
def test_times_of_a_schedule_have_their_form(desk: Desk, time: str) -> None:
    with pytest.raises(ValueError, match="StartTime format must be HH:mm:ss"):
        desk.practice.add_schedule(SchedDate="2026-03-05", StartTime=time)


def test_money_and_moments_may_be_given_as_texts(desk: Desk) -> None:
    number = desk.practice.add_patient(LName="A", FName="B", EstBalance="12.50", DateTStamp="2025-01-01 00:00:00")

    row = desk.get(f"/patients/{number}")
    assert (row["EstBalance"], row["DateTStamp"]) == (12.5, "2025-01-01 00:00:00")
    for wrong in (
        {"EstBalance": "much"},
        {"EstBalance": True},
        {"DateTStamp": "2025-13-01 00:00:00"},
        {"Birthdate": datetime(2000, 1, 1)},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            desk.practice.add_patient(LName="A", FName="B", **wrong)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"date": "2026-03-03"}, 9),
        ({"date": "2026-03-07"}, 0),
        ({"dateStart": "2026-03-03", "dateEnd": "2026-03-06"}, 36),
        ({"date": "2026-03-03", "ProvNum": "3"}, 2),
        ({"date": "2026-03-03", "SchedType": "Blockout"}, 1),
        ({"date": "2026-03-03", "BlockoutDefNum": "82"}, 1),
        ({"date": "2026-03-03", "BlockoutDefNum": "86"}, 0),
        ({"date": "2026-03-03", "EmployeeNum": "7"}, 0),
    ],
)
def test_the_schedule_filters(desk: Desk, query: dict[str, str], count: int) -> None:
    assert len(desk.rows("/schedules", **query)) == count


def test_blockouts_name_their_type_and_rooms(desk: Desk) -> None:
    row = desk.rows("/schedules", SchedType="Blockout")[0]

    assert (row["BlockoutType"], row["blockoutType"], row["operatories"]) == ("82", "Lunch", "1,2,3,4,5,6")
    assert (row["ProvNum"], row["EmployeeNum"]) == ("0", "0")


def test_schedules_and_operatories_are_read_only(desk: Desk) -> None:
    assert desk.refused("POST", "/schedules") == (400, "schedules POST  is not a valid method.")
    assert desk.refused("PUT", "/operatories/1")[0] == 400


# --- Clinics, preferences, permissions --------------------------------------------------------------------------------


def test_an_office_without_clinics_has_none(desk: Desk) -> None:
    assert desk.rows("/clinics") == []


def test_hidden_clinics_are_not_listed_and_clinics_with_patients_stay() -> None:
    desk = Desk(clinics=True)
    north, south = desk.demo.clinics["North"], desk.demo.clinics["South"]

    assert desk.refused("PUT", f"/clinics/{north}", IsHidden="true")[0] == 400
    assert desk.put(f"/clinics/{south}", IsHidden="true", Phone="2085550199", BillingCity="Nampa") is None

    assert [row["ClinicNum"] for row in desk.rows("/clinics")] == [north]
    assert desk.practice.tables["clinics"].rows[south]["BillingCity"] == "Nampa"
    assert desk.refused("PUT", f"/clinics/{north}", Phone="208-555-0199") == (400, "Phone is invalid")
    assert desk.refused("PUT", "/clinics/77", Abbr="x") == (404, "Clinic not found")


def test_the_version_is_a_preference(desk: Desk) -> None:
    assert [row["ValueString"] for row in desk.rows("/preferences", PrefName="ProgramVersion")] == ["25.4.48.0"]
    assert desk.rows("/preferences", PrefName="NoSuchPreference") == []
    desk.practice.upgrade("26.1.2.0")
    assert [row["ValueString"] for row in desk.rows("/preferences", PrefName="ProgramVersion")] == ["26.1.2.0"]


def test_permissions_are_listed_by_name(desk: Desk) -> None:
    rows: list[dict[str, Any]] = desk.rows("/securityperms")

    assert {row["Permission"] for row in rows} == PERMISSIONS
    assert {row["Permission"] for row in rows if row["HasPermission"] == "true"} == USUAL
    assert {row["HasPermission"] for row in rows} == {"true", "false"}


# --- Commlogs ---------------------------------------------------------------------------------------------------------


def test_a_commlog_has_the_documented_defaults_and_a_string_for_its_type(desk: Desk) -> None:
    patient = desk.demo.patients["robert"]

    row = desk.post("/commlogs", PatNum=patient, Note="called")

    assert list(row)[:8] == [
        "CommlogNum",
        "PatNum",
        "CommDateTime",
        "CommType",
        "commType",
        "Note",
        "Mode_",
        "SentOrReceived",
    ]
    assert (row["CommType"], row["commType"]) == ("103", "Miscellaneous")
    assert (row["Mode_"], row["SentOrReceived"], row["CommSource"]) == ("Phone", "Sent", "User")
    assert (row["CommDateTime"], row["DateTEntry"]) == ("2026-03-02 08:00:00",) * 2
    assert desk.get(f"/commlogs/{row['CommlogNum']}") == row


def test_the_name_of_a_type_wins_over_its_number(desk: Desk) -> None:
    patient = desk.demo.patients["robert"]

    assert desk.post("/commlogs", PatNum=patient, Note="x", CommType=104)["commType"] == "Insurance"
    assert desk.post("/commlogs", PatNum=patient, Note="x", CommType=104, commType="Recall")["CommType"] == "260"
    assert desk.refused("POST", "/commlogs", PatNum=patient, Note="x", commType="Nope") == (404, "commType not found")
    assert desk.refused("POST", "/commlogs", PatNum=patient, Note="x", CommType=19) == (404, "CommType not found")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"Note": "x"}, (400, "PatNum is required")),
        ({"PatNum": 401}, (400, "Note is required")),
        ({"PatNum": 1, "Note": "x"}, (404, "Patient not found")),
        ({"PatNum": 401, "Note": "x", "Mode_": "InPerson"}, (400, "Mode_ is invalid")),
        ({"PatNum": 401, "Note": "x", "SentOrReceived": 1}, (400, "SentOrReceived is invalid")),
    ],
)
def test_a_commlog_that_does_not_fit_is_refused(desk: Desk, body: dict[str, Any], refusal: tuple[int, str]) -> None:
    assert desk.refused("POST", "/commlogs", **body) == refusal


def test_commlogs_are_listed_changed_and_found_by_stamp(desk: Desk) -> None:
    numbers = [desk.practice.add_commlog(PatNum=401, Note=f"n{n}", Mode_="In Person") for n in range(3)]
    desk.practice.add_commlog(PatNum=402, Note="other")
    desk.sim.clock.sleep(60)

    assert desk.put(f"/commlogs/{numbers[1]}", Note="rewritten")["Note"] == "rewritten"

    assert [row["CommlogNum"] for row in desk.rows("/commlogs", PatNum=401)] == numbers
    assert len(desk.rows("/commlogs")) == 4
    assert [row["CommlogNum"] for row in desk.rows("/commlogs", DateTStamp="2026-03-02 08:00:59")] == [numbers[1]]
    assert desk.refused("GET", "/commlogs", {"PatNum": 99}) == (404, "Patient not found")


def test_older_offices_have_fewer_fields_and_want_the_patient() -> None:
    desk = Desk(version="25.1.12")
    desk.practice.add_commlog(PatNum=401, Note="x")

    assert len(desk.rows("/commlogs", PatNum=401)[0]) == 8
    assert desk.refused("GET", "/commlogs") == (400, "PatNum is required")
    assert desk.refused("GET", "/commlogs/5001")[0] == 400
    assert desk.post("/commlogs", PatNum=401, Note="x")["Note"] == "x"


def test_old_offices_answer_a_new_commlog_without_content() -> None:
    desk = Desk(version="23.3.6")
    reply = desk.send("POST", "/commlogs", body={"PatNum": 401, "Note": "x"})

    assert (reply.status, reply.body) == (201, b"")
    assert reply.headers["location"].endswith("/commlogs/5001")


# --- Carriers ---------------------------------------------------------------------------------------------------------


def test_a_carrier_is_created_with_its_phone_reformatted(desk: Desk) -> None:
    row = desk.post("/carriers", CarrierName="Fir Dental", Phone="208-555-0166", ElectID="55509")

    assert (row["Phone"], row["NoSendElect"], row["IsHidden"]) == ("(208)555-0166", "SendElect", "false")
    assert desk.get(f"/carriers/{row['CarrierNum']}") == row
    assert [r["CarrierNum"] for r in desk.rows("/carriers")] == [61, 62, 63, row["CarrierNum"]]


def test_a_carrier_is_changed_without_an_answer(desk: Desk) -> None:
    assert desk.put("/carriers/61", IsHidden="true", Zip="83702-1234") is None
    assert desk.get("/carriers/61")["IsHidden"] == "true"
    assert desk.refused("PUT", "/carriers/5", IsHidden="true") == (404, "Carrier not found")
    assert desk.refused("PUT", "/carriers/61", State="Id") == (400, "State is invalid")
    assert desk.refused("PUT", "/carriers/61", Zip="K1A 0B1") == (400, "Zip is invalid")
    assert desk.refused("POST", "/carriers", ElectID="1") == (400, "CarrierName is required")
    assert desk.refused("GET", "/carriers", {"CarrierName": "Fir"})[0] == 400
    assert desk.refused("DELETE", "/carriers/61")[0] == 400


def test_a_second_carrier_of_one_name_is_a_switch() -> None:
    desk = Desk(switches=Switches(carrier_names="refuse"))

    assert desk.refused("POST", "/carriers", CarrierName="Blue Alder Dental")[0] == 400
    desk.sim.switch(carrier_names="accept")
    assert desk.post("/carriers", CarrierName="Blue Alder Dental")["CarrierNum"] == 64


# --- Subscriptions ----------------------------------------------------------------------------------------------------

EVENT = {"EndPointUrl": "https://hooks.example.com/od/?type=appt", "WatchTable": "Appointment", "PollingSeconds": 15}


def test_a_subscription_is_made_changed_and_ended(desk: Desk) -> None:
    row = desk.post("/subscriptions", **EVENT, Workstation="SRV01")

    assert " ".join(row) == (
        "SubscriptionNum EndPointUrl Workstation CustomerKey WatchTable PollingSeconds UiEventType DateTimeStart "
        "DateTimeStop Note"
    )
    assert (row["PollingSeconds"], row["UiEventType"], row["DateTimeStart"], row["DateTimeStop"]) == (
        15,
        "",
        "2026-03-02 08:00:00",
        "0001-01-01 00:00:00",
    )
    path = f"/subscriptions/{row['SubscriptionNum']}"
    assert desk.put(path, PollingSeconds=30, DateTimeStart="2026-03-01") is None
    changed = desk.rows("/subscriptions")[0]
    assert (changed["PollingSeconds"], changed["DateTimeStart"]) == (30, "2026-03-01 00:00:00")
    assert desk.send("DELETE", path).status == 200
    assert desk.rows("/subscriptions") == []
    assert desk.refused("DELETE", path) == (404, "Subscription not found")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"EndPointUrl": None}, "EndPointUrl is required"),
        ({"EndPointUrl": "ftp://x"}, "EndPointUrl is invalid"),
        ({"EndPointUrl": "http://[x"}, "EndPointUrl is invalid"),
        ({"WatchTable": None}, "WatchTable is required"),
        ({"WatchTable": "Commlog"}, "WatchTable is invalid"),
        ({"WatchTable": "LabCase"}, "WatchTable is invalid"),
        ({"PollingSeconds": None}, "PollingSeconds is required"),
        ({"PollingSeconds": 0}, "PollingSeconds is invalid"),
        ({"PollingSeconds": 10**17}, "PollingSeconds is invalid"),
        ({"UiEventType": "PatientSelected"}, "WatchTable and PollingSeconds are not allowed with UiEventType."),
        ({"UiEventType": "Anything"}, "UiEventType is invalid"),
    ],
)
def test_a_subscription_that_does_not_fit_is_refused(desk: Desk, changes: dict[str, Any], message: str) -> None:
    body = {name: value for name, value in {**EVENT, **changes}.items() if value is not None}

    assert desk.refused("POST", "/subscriptions", **body) == (400, message)


def test_tables_to_watch_have_versions() -> None:
    desk = Desk(version="24.2.10")

    assert desk.refused("POST", "/subscriptions", **{**EVENT, "WatchTable": "Schedule"})[0] == 400
    assert desk.post("/subscriptions", **{**EVENT, "WatchTable": "AppointmentDeleted"})


def test_what_is_watched_cannot_change(desk: Desk) -> None:
    number = desk.post("/subscriptions", **EVENT)["SubscriptionNum"]
    ui = desk.post("/subscriptions", EndPointUrl="http://localhost/x", UiEventType="PatientSelected")["SubscriptionNum"]

    assert desk.refused("PUT", f"/subscriptions/{number}", WatchTable="Patient")[0] == 400
    assert desk.refused("PUT", f"/subscriptions/{ui}", PollingSeconds=5) == (400, "PollingSeconds is invalid")


def test_a_trailing_slash_may_be_required() -> None:
    desk = Desk(switches=Switches(endpoint_slash="required"))

    assert desk.post("/subscriptions", **EVENT)
    assert desk.refused("POST", "/subscriptions", **{**EVENT, "EndPointUrl": "https://hooks.example.com/od"})[0] == 400


def test_subscriptions_belong_to_a_key(desk: Desk) -> None:
    number = desk.post("/subscriptions", **EVENT)["SubscriptionNum"]
    desk.sim.add_key("OtherCustomerKey", developer_key="OtherDeveloper00")
    headers = {"Authorization": desk.sim.authorization("OtherCustomerKey"), "Content-Type": "application/json"}

    assert desk.send("GET", "/subscriptions", headers=headers).json() == []
    assert desk.send("DELETE", f"/subscriptions/{number}", headers=headers).status == 404
