"""The searches for patients (page "Patients"): ``/patients`` with short rows, ``/patients/Simple`` with full ones."""

from __future__ import annotations

from attrs import evolve

from odnexus.testing.opendental.endpoints import (
    Answer,
    Ask,
    Endpoint,
    Filter,
    ordered,
    same,
    select,
    touched,
)
from odnexus.testing.opendental.resources.patients import GENDERS, PATIENT, PHONES, POSITIONS, STATUSES, digits
from odnexus.testing.opendental.schema import UNVERIFIED, Listing, Shown, names, show, show_all, stamper
from odnexus.testing.opendental.values import BOOL, DATE, INT, TEXT, Row, Value, filter_key, words


def _contains(name: str) -> Filter:
    return Filter(name, TEXT, lambda _, row, value: str(value).casefold() in row.text(name).casefold())


def _begins(name: str) -> Filter:
    def keep(ask: Ask, row: Row, value: Value) -> bool:
        text, wanted = row.text(name).casefold(), str(value).casefold()
        return text.startswith(wanted) if ask.practice.switches.name_search == "starts_with" else wanted in text

    return Filter(name, TEXT, keep)


def _has_phone(ask: Ask, row: Row, value: Value) -> bool:
    if ask.practice.switches.phone_search == "literal":
        return any(str(value) in row.text(name) for name in PHONES)
    wanted = digits(str(value))
    return bool(wanted) and any(wanted in digits(row.text(name)) for name in PHONES)


def _visible(ask: Ask, row: Row) -> bool:
    status = row["PatStatus"]
    if status == "Archived" and ask.practice.switches.search_hides_archived:
        return ask.args.flag("showArchived", default=False)
    return status != "Deleted"


def _is_subscriber(ask: Ask, row: Row, value: Value) -> bool:
    subs = ask.practice.rows("inssubs") if "inssubs" in ask.practice.tables else []
    return any(sub["Subscriber"] == row["PatNum"] and sub["SubscriberID"] == value for sub in subs)


def _in_clinics(_: Ask, row: Row, value: Value) -> bool:
    return str(row["ClinicNum"]) in [part.strip() for part in str(value).split(",")]


def _clinic_abbr(ask: Ask, row: Row, value: Value) -> bool:
    return bool(show(ask.practice, PATIENT, row)["clinicAbbr"] == value)


SEARCH = (
    _begins("LName"),
    _begins("FName"),
    Filter("Phone", TEXT, _has_phone),
    _contains("Address"),
    Filter("hideInactive", BOOL, lambda _, row, value: not value or row["PatStatus"] != "Inactive"),
    _contains("City"),
    _contains("State"),
    _contains("SSN"),
    _contains("ChartNumber"),
    Filter("guarOnly", BOOL, lambda _, row, value: not value or row["Guarantor"] == row["PatNum"]),
    Filter("showArchived", BOOL, lambda _ask, _row, _value: True),
    same("Birthdate", DATE),
    Filter("SiteNum", INT, lambda _ask, _row, value: value == 0),
    Filter("SubscriberId", TEXT, _is_subscriber),
    _contains("Email"),
    _contains("Country"),
    Filter("clinicNums", TEXT, _in_clinics),
    Filter("clinicAbbr", TEXT, _clinic_abbr),
    # The simulator has no invoices.
    Filter("invoiceNumber", TEXT, lambda _ask, _row, _value: False),
)

ROW = names(
    "PatNum LName FName MiddleI Preferred PatStatus Birthdate SSN Address Address2 City State Zip HmPhone WkPhone "
    "WirelessPhone Email priProvAbbr secProvAbbr BillingType ChartNumber ClinicNum clinicAbbr siteDesc TxtMsgOk"
)

SIMPLE = (
    _contains("LName"),
    _contains("FName"),
    same("Birthdate", DATE),
    same("ClinicNum", filter_key("clinics", "Clinic")),
    same("PatStatus", words(*STATUSES)),
    touched("DateTStamp"),
    same("PriProv", INT, "21.3"),
    same("Gender", words(*GENDERS), "22.3.6"),
    same("Position", words(*POSITIONS), "22.3.6"),
    same("Guarantor", INT, "22.4.19"),
    same("SuperFamily", INT, "22.4.38"),
    same("FeeSched", INT, "25.2.19"),
    same("EmployerNum", INT, "24.3.30"),
    *(evolve(_contains(name), since=UNVERIFIED) for name in (*PHONES, "HasIns")),
)


def _search(ask: Ask) -> Answer:
    found = select(ask, ordered(ask.practice, PATIENT), SEARCH)
    return Answer(content=Listing([row for row in found if _visible(ask, row)], lambda row: _short(ask, row)))


def _short(ask: Ask, row: Row) -> Shown:
    full = show(ask.practice, PATIENT, row)
    short = {name: full[name] for name in ROW}
    if ask.practice.switches.zip_as_number and row.text("Zip").isdigit():
        short["Zip"] = int(row.text("Zip"))
    return short


def _simple(ask: Ask) -> Answer:
    found = select(ask, ordered(ask.practice, PATIENT), SIMPLE)
    with_deleted = ask.practice.switches.simple_returns_deleted
    rows = [row for row in found if with_deleted or row["PatStatus"] != "Deleted"]
    return Answer(content=show_all(ask.practice, PATIENT, rows).map(stamper(ask.practice)))


ENDPOINTS = (
    Endpoint(
        verb="GET",
        route="/patients",
        since="21.1",
        query=tuple(item.param() for item in SEARCH),
        paged=True,
        run=_search,
    ),
    Endpoint(
        verb="GET",
        route="/patients/Simple",
        since="21.2",
        query=tuple(item.param() for item in SIMPLE),
        paged=True,
        run=_simple,
    ),
)
