"""The endpoints of NexHealth v3.0.0 that odnexus speaks, as one table: what each takes, where it goes, what it costs.

Source: the vendor's OpenAPI document v3.0.0 (alias v20240412) and the pages of docs.nexhealth.com named at each entry.
What holds between fields is in `odnexus.nexhealth.rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

from attrs import field, frozen

from odnexus._calls import Method
from odnexus.nexhealth import words
from odnexus.nexhealth.fields import (
    Field,
    between,
    boolean,
    day,
    email,
    foreign_id,
    free_text,
    instant,
    integer,
    many,
    nested,
    note,
    one_or_many,
    only_true,
    phone,
    stored_phone,
    text,
    web_address,
    word,
)
from odnexus.nexhealth.rates import classes_of
from odnexus.nexhealth.rules import (
    Rule,
    event_of_resource,
    guardian_and_dependant,
    location_scope,
    one_of,
    ordered,
    patient_or_block,
    something,
    subdomain_by_resource,
)

LARGEST_PAGE: Final = 1000
"""Largest `per_page` of cursor lists (page "Pagination"); NexHealth's own default is 5."""


@frozen(kw_only=True)
class Endpoint:
    """One operation of the API.

    Attributes:
        method: HTTP method.
        route: Path with the names of ids, as in the vendor's document.
        fields: What it takes, in the order in which it is sent.
        rules: What holds between fields.
        idempotent: True if repeating it after doubt is harmless.
        classes: Rate classes (`odnexus.nexhealth.rates`).
    """

    method: Method
    route: str
    fields: Mapping[str, Field] = field(factory=dict[str, Field])
    rules: tuple[Rule, ...] = ()
    idempotent: bool
    classes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return method and route, for messages and journal."""
        return f"{self.method} {self.route}"


# --- fields that recur -------------------------------------------------------------------------------------------

_SUBDOMAIN = Field(kind=text, required=True)
_ANY_SUBDOMAIN = Field(kind=text)
_LOCATION = Field(kind=integer, required=True)
_ANY_LOCATION = Field(kind=integer)
_SINCE = Field(kind=instant)
_FLAG = Field(kind=boolean)
_TEXT = Field(kind=text)
_NUMBER = Field(kind=integer)
_FOREIGN_ID = Field(kind=foreign_id)
_DESCRIPTOR_TYPE = {"descriptor_type": _TEXT}
_PAGING = {
    "start_cursor": _TEXT,
    "end_cursor": _TEXT,
    "per_page": Field(kind=between(1, LARGEST_PAGE)),
}


def _include(alias: object) -> Field:
    return Field(kind=many(word(*get_args(alias))), wire="include[]", array="repeat")


def _ids(wire: str, array: Literal["repeat", "comma"], *, most: int | None = None, required: bool = False) -> Field:
    return Field(kind=many(integer, most=most), wire=wire, array=array, required=required)


def _in(place: str, **fields: Field) -> dict[str, Field]:
    return {name: Field(kind=each.kind, place=place, required=each.required) for name, each in fields.items()}


def _words(alias: object) -> Field:
    return Field(kind=word(*get_args(alias)))


_PHONE = Field(kind=phone)
_FREE = Field(kind=free_text)
_BIRTH = Field(kind=day, required=True)
_GENDER = _words(words.Gender)

_DEPENDANT = {
    **_in("", first_name=Field(kind=text, required=True), last_name=Field(kind=text, required=True)),
    **_in("bio", date_of_birth=_BIRTH, gender=_GENDER),
}

_APPOINTMENT_TYPE = {
    **_in("", location_id=_ANY_LOCATION),
    **_in(
        "appointment_type",
        name=_TEXT,
        minutes=Field(kind=between(1)),
        parent_type=_words(words.TypeScope),
        parent_id=_NUMBER,
        bookable_online=_FLAG,
        emr_appt_descriptor_ids=Field(kind=many(integer, least=0)),
    ),
}

# --- the table ---------------------------------------------------------------------------------------------------


def _endpoint(
    method: Method, route: str, fields: Mapping[str, Field] | None = None, *rules: Rule, idempotent: bool | None = None
) -> Endpoint:
    return Endpoint(
        method=method,
        route=route,
        fields=MappingProxyType(dict(fields or {})),
        rules=rules,
        idempotent=method != "POST" if idempotent is None else idempotent,
        classes=classes_of(method, route),
    )


# Asking for a token twice makes two tokens and harms nobody.
AUTHENTICATE = _endpoint("POST", "/authenticates", idempotent=True)

INSTITUTIONS = _endpoint("GET", "/institutions")
INSTITUTION = _endpoint("GET", "/institutions/{id}")

LOCATIONS = _endpoint(
    "GET",
    "/locations",
    {
        "subdomain": _ANY_SUBDOMAIN,
        "inactive": _FLAG,
        "foreign_id": _FOREIGN_ID,
        "filter_by_subscription_feature": _words(words.Feature),
    },
)
LOCATION = _endpoint("GET", "/locations/{id}")
LOCATION_DESCRIPTORS = _endpoint("GET", "/locations/{id}/appointment_descriptors", _DESCRIPTOR_TYPE)

PROVIDERS = _endpoint(
    "GET",
    "/providers",
    {
        "subdomain": _SUBDOMAIN,
        **_PAGING,
        "sort": Field(kind=one_or_many(word(*get_args(words.UpdatedSort)))),
        "location_id": _ANY_LOCATION,
        "foreign_id": _FOREIGN_ID,
        "requestable": _FLAG,
        "inactive": _FLAG,
        "updated_since": _SINCE,
        "include": _include(words.ProviderInclude),
        "ids": _ids("ids[]", "comma"),
    },
)
PROVIDER = _endpoint("GET", "/providers/{id}", {"subdomain": _SUBDOMAIN, "include": _include(words.ProviderInclude)})

OPERATORIES = _endpoint(
    "GET",
    "/operatories",
    {
        "subdomain": _SUBDOMAIN,
        "location_id": _LOCATION,
        **_PAGING,
        "search_name": _TEXT,
        "foreign_id": _FOREIGN_ID,
        "updated_since": _SINCE,
        "include": _include(words.OperatoryInclude),
    },
)
OPERATORY = _endpoint(
    "GET", "/operatories/{id}", {"subdomain": _SUBDOMAIN, "include": _include(words.OperatoryInclude)}
)

PATIENTS = _endpoint(
    "GET",
    "/patients",
    {
        "subdomain": _SUBDOMAIN,
        "location_id": _LOCATION,
        "sort": Field(kind=one_or_many(word(*get_args(words.PatientSort)))),
        "name": _TEXT,
        "email": _TEXT,
        "phone_number": Field(kind=stored_phone),
        "date_of_birth": Field(kind=day),
        "inactive": _FLAG,
        "foreign_id": _FOREIGN_ID,
        "updated_since": _SINCE,
        "new_patient": _FLAG,
        "non_patient": _FLAG,
        "forms_syncable": _FLAG,
        "location_strict": _FLAG,
        **_PAGING,
    },
)
PATIENT = _endpoint("GET", "/patients/{id}", {"subdomain": _SUBDOMAIN, "include": _include(words.PatientInclude)})
NEW_PATIENT = _endpoint(
    "POST",
    "/patients",
    {
        "subdomain": _SUBDOMAIN,
        "location_id": _LOCATION,
        **_in("provider", provider_id=Field(kind=integer, required=True)),
        **_in(
            "patient",
            first_name=Field(kind=text, required=True),
            last_name=Field(kind=text, required=True),
            email=Field(kind=email, required=True),
        ),
        **_in(
            "patient.bio",
            date_of_birth=_BIRTH,
            phone_number=Field(kind=phone, required=True),
            home_phone_number=_PHONE,
            cell_phone_number=_PHONE,
            work_phone_number=_PHONE,
            custom_contact_number=_PHONE,
            gender=_GENDER,
            weight=Field(kind=between(0)),
            height=Field(kind=between(0)),
            street_address=_FREE,
            address_line_1=_FREE,
            address_line_2=_FREE,
            city=_FREE,
            state=_FREE,
            zip_code=_FREE,
            insurance_name=_FREE,
            ssn=_FREE,
            race=_FREE,
        ),
        **_in("", return_existing_if_match=_FLAG),
    },
)

APPOINTMENT_TYPES = _endpoint(
    "GET",
    "/appointment_types",
    {"subdomain": _SUBDOMAIN, "location_id": _ANY_LOCATION, "include": _include(words.AppointmentTypeInclude)},
)
APPOINTMENT_TYPE = _endpoint(
    "GET",
    "/appointment_types/{id}",
    {"subdomain": _SUBDOMAIN, "location_id": _ANY_LOCATION, "include": _include(words.AppointmentTypeInclude)},
)
NEW_APPOINTMENT_TYPE = _endpoint(
    "POST",
    "/appointment_types",
    {"subdomain": _SUBDOMAIN, **_APPOINTMENT_TYPE},
    location_scope,
    something("subdomain", "location_id"),
)
CHANGE_APPOINTMENT_TYPE = _endpoint(
    "PATCH",
    "/appointment_types/{id}",
    {"subdomain": _SUBDOMAIN, **_APPOINTMENT_TYPE},
    location_scope,
    something("subdomain", "location_id"),
)
DELETE_APPOINTMENT_TYPE = _endpoint(
    "DELETE", "/appointment_types/{id}", {"subdomain": _SUBDOMAIN, "location_id": _ANY_LOCATION}
)
APPOINTMENT_TYPE_DESCRIPTORS = _endpoint(
    "GET",
    "/appointment_types/{id}/appointment_descriptors",
    {"subdomain": _SUBDOMAIN, "location_id": _ANY_LOCATION, **_DESCRIPTOR_TYPE},
)

APPOINTMENTS = _endpoint(
    "GET",
    "/appointments",
    {
        "subdomain": _SUBDOMAIN,
        "location_id": _ANY_LOCATION,
        "sort": Field(kind=one_or_many(word(*get_args(words.UpdatedSort)))),
        "start": Field(kind=instant, required=True),
        "end": Field(kind=instant, required=True),
        "timezone": _TEXT,
        "cancelled": _FLAG,
        "unavailable": _FLAG,
        "nex_only": _FLAG,
        "updated_since": _SINCE,
        "appointment_type_id": _NUMBER,
        "foreign_id": _FOREIGN_ID,
        "created_by": _NUMBER,
        **_PAGING,
        "patient_ids": _ids("patient_ids[]", "comma", most=25),
        "provider_ids": _ids("provider_ids[]", "comma"),
        "operatory_ids": _ids("operatory_ids[]", "comma"),
    },
    one_of("location_id", "foreign_id"),
    ordered("start", "end", may_be_equal=True),
)
APPOINTMENT = _endpoint(
    "GET", "/appointments/{id}", {"subdomain": _SUBDOMAIN, "include": _include(words.AppointmentInclude)}
)
NEW_APPOINTMENT = _endpoint(
    "POST",
    "/appointments",
    {
        "subdomain": _SUBDOMAIN,
        "location_id": _LOCATION,
        "notify_patient": _FLAG,
        **_in("", appointments_per_timeslot=Field(kind=between(1, 5))),
        **_in(
            "appt",
            patient_id=_NUMBER,
            provider_id=Field(kind=integer, required=True),
            operatory_id=_NUMBER,
            start_time=Field(kind=instant, required=True),
            end_time=Field(kind=instant),
            appointment_type_id=_NUMBER,
            note=Field(kind=note),
            unavailable=_FLAG,
            is_guardian=_FLAG,
            is_new_clients_patient=_FLAG,
            referrer=_TEXT,
            patient=Field(kind=nested(_DEPENDANT)),
            descriptor_ids=Field(kind=many(integer, least=0)),
        ),
    },
    patient_or_block,
    guardian_and_dependant,
    one_of("end_time", "appointment_type_id"),
    ordered("start_time", "end_time"),
)
# Repeating an edit sets the same values again; only confirmations and cancellations go one way, and they stay set.
CHANGE_APPOINTMENT = _endpoint(
    "PATCH",
    "/appointments/{id}",
    {
        "subdomain": _SUBDOMAIN,
        **_in(
            "appt",
            confirmed=Field(kind=only_true("a confirmation cannot be taken back through NexHealth")),
            cancelled=Field(kind=only_true("a cancelled visit cannot be restored through NexHealth; book a new one")),
            checkin_at=Field(kind=instant),
            start_time=Field(kind=instant),
            end_time=Field(kind=instant),
            operatory_id=_NUMBER,
            note=Field(kind=note),
        ),
    },
    something("subdomain"),
    ordered("start_time", "end_time"),
)
APPOINTMENT_DESCRIPTORS = _endpoint(
    "GET", "/appointments/{id}/appointment_descriptors", {"subdomain": _SUBDOMAIN, **_DESCRIPTOR_TYPE}
)

SLOTS = _endpoint(
    "GET",
    "/available_slots",
    {
        "subdomain": _SUBDOMAIN,
        "start_date": Field(kind=day, required=True),
        "days": Field(kind=between(1), required=True),
        "appointment_type_id": _NUMBER,
        "working_hour_label_id": _NUMBER,
        "working_hour_source": _words(words.HourSource),
        "slot_length": Field(kind=between(1)),
        "slot_interval": Field(kind=between(1)),
        "overlapping_operatory_slots": _FLAG,
        "appointments_per_timeslot": Field(kind=between(1, 5)),
        "lids": _ids("lids[]", "repeat", required=True),
        "pids": _ids("pids[]", "repeat"),
        "operatory_ids": _ids("operatory_ids[]", "repeat"),
    },
    one_of("pids", "appointment_type_id"),
)

SYNC_STATUS = _endpoint(
    "GET",
    "/sync_status",
    {
        "subdomain": _ANY_SUBDOMAIN,
        "read_status": _words(words.SyncLight),
        "write_status": _words(words.SyncLight),
        "location_ids": _ids("location_ids[]", "repeat"),
    },
)

WEBHOOK_ENDPOINTS = _endpoint("GET", "/webhook_endpoints", {"active": _FLAG})
NEW_WEBHOOK_ENDPOINT = _endpoint(
    "POST", "/webhook_endpoints", _in("", target_url=Field(kind=web_address, required=True), active=_FLAG)
)
CHANGE_WEBHOOK_ENDPOINT = _endpoint(
    "PATCH", "/webhook_endpoints/{id}", _in("", target_url=Field(kind=web_address), active=_FLAG), something()
)
DELETE_WEBHOOK_ENDPOINT = _endpoint("DELETE", "/webhook_endpoints/{id}")

_SUBSCRIPTIONS = "/webhook_endpoints/{id}/webhook_subscriptions"
SUBSCRIPTIONS = _endpoint(
    "GET",
    _SUBSCRIPTIONS,
    {
        "subdomain": _ANY_SUBDOMAIN,
        "resource_type": _words(words.ResourceType),
        "event": _words(words.WebhookEvent),
    },
)
NEW_SUBSCRIPTION = _endpoint(
    "POST",
    _SUBSCRIPTIONS,
    {
        # In the query: a subdomain in the body is answered with 403 (page "Webhook subscriptions").
        "subdomain": _ANY_SUBDOMAIN,
        **_in(
            "",
            resource_type=Field(kind=word(*get_args(words.ResourceType)), required=True),
            event=Field(kind=word(*get_args(words.WebhookEvent)), required=True),
            active=_FLAG,
        ),
    },
    event_of_resource,
    subdomain_by_resource,
)
CHANGE_SUBSCRIPTION = _endpoint(
    "PATCH",
    f"{_SUBSCRIPTIONS}/{{subscription_id}}",
    {"subdomain": _SUBDOMAIN, **_in("", new_endpoint_id=_NUMBER, active=_FLAG)},
    something("subdomain"),
)
DELETE_SUBSCRIPTION = _endpoint("DELETE", f"{_SUBSCRIPTIONS}/{{subscription_id}}")

ENDPOINTS: tuple[Endpoint, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Endpoint))
"""Every endpoint above, in the order of this file."""
