"""How an office is set up: what may be asked and sent. The pages are named after the resources."""

from __future__ import annotations

from odnexus.errors import ConfigurationError
from odnexus.opendental import kinds
from odnexus.opendental.endpoints import Endpoint, Values, all_or_none, fields, may, must, not_both, since
from odnexus.opendental.filters import changed_since, contains, equals, from_day, number_equals, on_day, until_day
from odnexus.opendental.kinds import words
from odnexus.opendental.models import DefCategory, SchedType


def _no_first_name_without_a_person(given: Values) -> None:
    if given.get("is_not_person") is True and (given.get("f_name") or given.get("mi")):
        raise ConfigurationError("f_name, mi: leave them out when is_not_person is True")


APPOINTMENT_TYPES = Endpoint(
    method="GET",
    path="/appointmenttypes",
    gate=since("22.4.10"),
    permission="ApiReadAll",
    page="API AppointmentTypes",
    params=fields(may("Offset", kinds.NUMBER)),
)

PROVIDER = Endpoint(
    method="GET", path="/providers/{ProvNum}", gate=since("24.4.17"), permission="ApiReadAll", page="API Providers"
)
PROVIDERS = Endpoint(
    method="GET",
    path="/providers",
    permission="ApiReadAll",
    page="API Providers",
    lasting=True,
    params=fields(
        # A provider belongs to a clinic by a restriction that the rows do not show.
        may("ClinicNum", kinds.NUMBER),
        may("DateTStamp", kinds.DATE_TIME, "21.3", check=changed_since("date_t_stamp")),
        may("Offset", kinds.NUMBER),
    ),
    rules=(not_both("clinic_num", "date_t_stamp"),),
)
CREATE_PROVIDER = Endpoint(
    method="POST",
    path="/providers",
    gate=since("21.4"),
    permission="ApiSetup",
    page="API Providers",
    repeatable=False,
    body=fields(
        must("Abbr", kinds.SOME_TEXT),
        may("LName", kinds.TEXT_100),
        may("FName", kinds.TEXT_100),
        may("MI", kinds.TEXT_100),
        may("Suffix", kinds.TEXT_100),
        may("FeeSched", kinds.POSITIVE),
        may("Specialty", kinds.POSITIVE),
        may("SSN", kinds.SSN),
        may("StateLicense", kinds.TEXT, "24.4.31"),
        may("IsSecondary", kinds.BOOLEAN),
        may("IsHidden", kinds.BOOLEAN),
        may("UsingTIN", kinds.BOOLEAN),
        may("SigOnFile", kinds.BOOLEAN, "24.4.17"),
        may("NationalProvID", kinds.TEXT, "24.4.31"),
        may("IsNotPerson", kinds.BOOLEAN),
        may("IsHiddenReport", kinds.BOOLEAN),
        may("BirthDate", kinds.DATE),
        may("SchedNote", kinds.TEXT),
        may("PreferredName", kinds.TEXT_100),
    ),
    rules=(_no_first_name_without_a_person,),
)
UPDATE_PROVIDER = Endpoint(
    method="PUT",
    path="/providers/{ProvNum}",
    gate=since("22.1"),
    permission="ApiSetup",
    page="API Providers",
    partial=True,
    body=fields(
        may("Abbr", kinds.SOME_TEXT),
        may("FName", kinds.TEXT_100),
        may("LName", kinds.TEXT_100),
        may("MI", kinds.TEXT_100),
        may("Suffix", kinds.TEXT_100),
        may("PreferredName", kinds.TEXT_100),
        may("Specialty", kinds.POSITIVE),
        may("SigOnFile", kinds.BOOLEAN),
        # Creation spells it NationalProvID, the change NationalProvId.
        may("NationalProvId", kinds.TEXT),
        may("StateLicense", kinds.TEXT),
        may("SSN", kinds.SSN),
        may("UsingTIN", kinds.BOOLEAN),
    ),
)

OPERATORY = Endpoint(
    method="GET",
    path="/operatories/{OperatoryNum}",
    gate=since("24.1.10"),
    permission="ApiReadAll",
    page="API Operatories",
)
OPERATORIES = Endpoint(
    method="GET",
    path="/operatories",
    permission="ApiReadAll",
    page="API Operatories",
    params=fields(may("ClinicNum", kinds.NUMBER, check=equals("clinic_num")), may("Offset", kinds.NUMBER)),
)

DEFINITIONS = Endpoint(
    method="GET",
    path="/definitions",
    permission="ApiReadAll",
    page="API Definitions",
    params=fields(
        may("Category", kinds.CATEGORY, check=number_equals("category")),
        may("includeHidden", kinds.BOOLEAN),
        may("Offset", kinds.NUMBER),
    ),
)
CREATE_DEFINITION = Endpoint(
    method="POST",
    path="/definitions",
    gate=since("22.1"),
    permission="ApiSetup",
    page="API Definitions",
    repeatable=False,
    body=fields(
        must("ItemName", kinds.SOME_TEXT),
        must("category", words(DefCategory)),
        may("ItemValue", kinds.TEXT),
        may("isHidden", kinds.BOOLEAN),
    ),
)

CLINICS = Endpoint(
    method="GET",
    path="/clinics",
    permission="ApiReadAll",
    page="API Clinics",
    params=fields(may("Offset", kinds.NUMBER)),
)
UPDATE_CLINIC = Endpoint(
    method="PUT",
    path="/clinics/{ClinicNum}",
    gate=since("21.4"),
    permission="ApiSetup",
    page="API Clinics",
    partial=True,
    body=fields(
        may("Description", kinds.SOME_TEXT),
        may("Phone", kinds.TEN_DIGITS),
        may("BillingAddress", kinds.TEXT_100),
        may("BillingAddress2", kinds.TEXT_100),
        may("BillingCity", kinds.TEXT_100),
        may("BillingState", kinds.STATE),
        may("BillingZip", kinds.US_ZIP),
        may("PayToAddress", kinds.TEXT_100),
        may("PayToAddress2", kinds.TEXT_100),
        may("PayToCity", kinds.TEXT_100),
        may("PayToState", kinds.STATE),
        may("PayToZip", kinds.US_ZIP),
        may("Abbr", kinds.SOME_TEXT),
        may("IsHidden", kinds.BOOLEAN),
    ),
)

PREFERENCES = Endpoint(
    method="GET",
    path="/preferences",
    permission="ApiReadAll",
    page="API Preferences",
    lasting=True,
    params=fields(may("PrefName", kinds.SOME_TEXT, check=contains("pref_name")), may("Offset", kinds.NUMBER)),
)

SCHEDULE = Endpoint(
    method="GET", path="/schedules/{ScheduleNum}", gate=since("22.1"), permission="ApiReadAll", page="API Schedules"
)
SCHEDULES = Endpoint(
    method="GET",
    path="/schedules",
    gate=since("22.1"),
    permission="ApiReadAll",
    page="API Schedules",
    params=fields(
        may("date", kinds.DATE, check=on_day("sched_date")),
        may("dateStart", kinds.DATE, check=from_day("sched_date")),
        may("dateEnd", kinds.DATE, check=until_day("sched_date")),
        may("SchedType", words(SchedType), check=equals("sched_type")),
        may("BlockoutDefNum", kinds.POSITIVE, check=equals("blockout_type")),
        may("ProvNum", kinds.POSITIVE, check=equals("prov_num")),
        may("EmployeeNum", kinds.POSITIVE, check=equals("employee_num")),
        may("Offset", kinds.NUMBER),
    ),
    rules=(all_or_none("date_start", "date_end"),),
)

SECURITY_PERMS = Endpoint(
    method="GET",
    path="/securityperms",
    gate=since("22.2"),
    permission="ApiReadAll",
    page="API Security",
    lasting=True,
    params=fields(may("Offset", kinds.NUMBER)),
)

ENDPOINTS = (
    APPOINTMENT_TYPES,
    PROVIDER,
    PROVIDERS,
    CREATE_PROVIDER,
    UPDATE_PROVIDER,
    OPERATORY,
    OPERATORIES,
    DEFINITIONS,
    CREATE_DEFINITION,
    CLINICS,
    UPDATE_CLINIC,
    PREFERENCES,
    SCHEDULE,
    SCHEDULES,
    SECURITY_PERMS,
)
