"""The endpoints of NexHealth v3.0.0 that odnexus speaks, as one table: what each takes, where it goes, what it costs.

Source: the vendor's OpenAPI document v3.0.0 (alias v20240412) and the pages of docs.nexhealth.com named at each entry.
What holds between fields is in `odnexus.nexhealth.rules`.
"""

from __future__ import annotations

from typing import get_args

from odnexus.nexhealth import words
from odnexus.nexhealth.endpoint import (
    ANY_LOCATION_ID,
    ANY_SUBDOMAIN,
    DESCRIPTOR_TYPE,
    FLAG,
    FOREIGN_ID,
    LOCATION_ID,
    NUMBER,
    PAGING,
    SINCE,
    SUBDOMAIN,
    TEXT,
    Endpoint,
    endpoint,
    ids,
    include,
    inside,
    one_of_words,
    sort,
)
from odnexus.nexhealth.fields import (
    Field,
    between,
    boolean,
    day,
    email,
    free_text,
    instant,
    integer,
    many,
    nested,
    note,
    only_true,
    phone,
    stored_phone,
    text,
    web_address,
    word,
)
from odnexus.nexhealth.rules import (
    event_of_resource,
    guardian_and_dependant,
    location_scope,
    one_of,
    ordered,
    patient_or_block,
    something,
    subdomain_by_resource,
)

_PHONE = Field(kind=phone)
_FREE = Field(kind=free_text)
_BIRTH = Field(kind=day, required=True)
_GENDER = one_of_words(words.Gender)

_DEPENDANT = {
    **inside("", first_name=Field(kind=text, required=True), last_name=Field(kind=text, required=True)),
    **inside("bio", date_of_birth=_BIRTH, gender=_GENDER),
}

_APPOINTMENT_TYPE = {
    **inside("", location_id=ANY_LOCATION_ID),
    **inside(
        "appointment_type",
        name=TEXT,
        minutes=Field(kind=between(1)),
        parent_type=one_of_words(words.TypeScope),
        parent_id=NUMBER,
        bookable_online=FLAG,
        emr_appt_descriptor_ids=Field(kind=many(integer, least=0)),
    ),
}

# Asking for a token twice makes two tokens and harms nobody. `odnexus.nexhealth.tokens` makes the call by itself.
AUTHENTICATE = endpoint("POST", "/authenticates", idempotent=True)

INSTITUTIONS = endpoint("GET", "/institutions")
INSTITUTION = endpoint("GET", "/institutions/{id}")

LOCATIONS = endpoint(
    "GET",
    "/locations",
    {
        "subdomain": ANY_SUBDOMAIN,
        "inactive": FLAG,
        "foreign_id": FOREIGN_ID,
        "filter_by_subscription_feature": one_of_words(words.Feature),
    },
)
LOCATION = endpoint("GET", "/locations/{id}")
LOCATION_DESCRIPTORS = endpoint("GET", "/locations/{id}/appointment_descriptors", DESCRIPTOR_TYPE)

PROVIDERS = endpoint(
    "GET",
    "/providers",
    {
        "subdomain": SUBDOMAIN,
        **PAGING,
        "sort": sort(words.UpdatedSort),
        "location_id": ANY_LOCATION_ID,
        "foreign_id": FOREIGN_ID,
        "requestable": FLAG,
        "inactive": FLAG,
        "updated_since": SINCE,
        "include": include(words.ProviderInclude),
        "ids": ids("ids[]", "comma"),
    },
)
PROVIDER = endpoint("GET", "/providers/{id}", {"subdomain": SUBDOMAIN, "include": include(words.ProviderInclude)})

OPERATORIES = endpoint(
    "GET",
    "/operatories",
    {
        "subdomain": SUBDOMAIN,
        "location_id": LOCATION_ID,
        **PAGING,
        "search_name": TEXT,
        "foreign_id": FOREIGN_ID,
        "updated_since": SINCE,
        "include": include(words.OperatoryInclude),
    },
)
OPERATORY = endpoint("GET", "/operatories/{id}", {"subdomain": SUBDOMAIN, "include": include(words.OperatoryInclude)})

PATIENTS = endpoint(
    "GET",
    "/patients",
    {
        "subdomain": SUBDOMAIN,
        "location_id": LOCATION_ID,
        "sort": sort(words.PatientSort),
        "name": TEXT,
        "email": TEXT,
        "phone_number": Field(kind=stored_phone),
        "date_of_birth": Field(kind=day),
        "inactive": FLAG,
        "foreign_id": FOREIGN_ID,
        "updated_since": SINCE,
        "new_patient": FLAG,
        "non_patient": FLAG,
        "forms_syncable": FLAG,
        "location_strict": FLAG,
        **PAGING,
    },
)
PATIENT = endpoint("GET", "/patients/{id}", {"subdomain": SUBDOMAIN, "include": include(words.PatientInclude)})
NEW_PATIENT = endpoint(
    "POST",
    "/patients",
    {
        "subdomain": SUBDOMAIN,
        "location_id": LOCATION_ID,
        **inside("provider", provider_id=Field(kind=integer, required=True)),
        **inside(
            "patient",
            first_name=Field(kind=text, required=True),
            last_name=Field(kind=text, required=True),
            email=Field(kind=email, required=True),
        ),
        **inside(
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
        **inside("", return_existing_if_match=FLAG),
    },
)

_ALERTS = "/patients/{id}/alerts"
ALERTS = endpoint("GET", _ALERTS, {"subdomain": SUBDOMAIN, "include_disabled": FLAG})
ALERT = endpoint("GET", f"{_ALERTS}/{{alert_id}}", {"subdomain": SUBDOMAIN})
NEW_ALERT = endpoint(
    "POST", _ALERTS, {"subdomain": SUBDOMAIN, **inside("patient_alert", note=Field(kind=text, required=True))}
)
CHANGE_ALERT = endpoint(
    "PATCH",
    f"{_ALERTS}/{{alert_id}}",
    {"subdomain": SUBDOMAIN, **inside("patient_alert", disabled=Field(kind=boolean, required=True))},
)

PATIENT_DOCUMENTS = endpoint("GET", "/patients/{id}/documents", {"subdomain": SUBDOMAIN})
# Its body is multipart/form-data: `file` and `document_type_id` are put together by `odnexus.nexhealth.uploads`.
NEW_PATIENT_DOCUMENT = endpoint(
    "POST", "/patients/{id}/documents", {"subdomain": SUBDOMAIN, "location_id": LOCATION_ID}
)
DOCUMENT_TYPES = endpoint(
    "GET", "/document_types", {"subdomain": SUBDOMAIN, "location_id": LOCATION_ID, "active": FLAG}
)
DOCUMENT_TYPE = endpoint("GET", "/document_types/{id}", {"subdomain": SUBDOMAIN, "location_id": LOCATION_ID})
CLINICAL_NOTES = endpoint(
    "GET",
    "/clinical_notes",
    {
        "subdomain": SUBDOMAIN,
        "location_id": LOCATION_ID,
        "patient_id": NUMBER,
        "procedure_id": NUMBER,
        "entered_before": SINCE,
        "entered_after": SINCE,
        "updated_since": SINCE,
        **PAGING,
    },
)

INSURANCE_PLANS = endpoint(
    "GET",
    "/insurance_plans",
    {
        "subdomain": SUBDOMAIN,
        **PAGING,
        "sort": sort(words.UpdatedSort),
        "updated_since": SINCE,
        "payer_id": TEXT,
        "group_num": TEXT,
        "include_deleted": FLAG,
    },
)
INSURANCE_PLAN = endpoint(
    "GET", "/insurance_plans/{id}", {"subdomain": SUBDOMAIN, "include": include(words.InsurancePlanInclude)}
)
INSURANCE_COVERAGES = endpoint(
    "GET",
    "/insurance_coverages",
    {"subdomain": SUBDOMAIN, **PAGING, "updated_since": SINCE, "patient_id": NUMBER, "active": FLAG},
)
INSURANCE_COVERAGE = endpoint("GET", "/insurance_coverages/{id}", {"subdomain": SUBDOMAIN})

APPOINTMENT_TYPES = endpoint(
    "GET",
    "/appointment_types",
    {"subdomain": SUBDOMAIN, "location_id": ANY_LOCATION_ID, "include": include(words.AppointmentTypeInclude)},
)
APPOINTMENT_TYPE = endpoint(
    "GET",
    "/appointment_types/{id}",
    {"subdomain": SUBDOMAIN, "location_id": ANY_LOCATION_ID, "include": include(words.AppointmentTypeInclude)},
)
NEW_APPOINTMENT_TYPE = endpoint(
    "POST",
    "/appointment_types",
    {"subdomain": SUBDOMAIN, **_APPOINTMENT_TYPE},
    location_scope,
    something("subdomain", "location_id"),
)
CHANGE_APPOINTMENT_TYPE = endpoint(
    "PATCH",
    "/appointment_types/{id}",
    {"subdomain": SUBDOMAIN, **_APPOINTMENT_TYPE},
    location_scope,
    something("subdomain", "location_id"),
)
DELETE_APPOINTMENT_TYPE = endpoint(
    "DELETE", "/appointment_types/{id}", {"subdomain": SUBDOMAIN, "location_id": ANY_LOCATION_ID}
)
APPOINTMENT_TYPE_DESCRIPTORS = endpoint(
    "GET",
    "/appointment_types/{id}/appointment_descriptors",
    {"subdomain": SUBDOMAIN, "location_id": ANY_LOCATION_ID, **DESCRIPTOR_TYPE},
)

APPOINTMENTS = endpoint(
    "GET",
    "/appointments",
    {
        "subdomain": SUBDOMAIN,
        "location_id": ANY_LOCATION_ID,
        "sort": sort(words.UpdatedSort),
        "start": Field(kind=instant, required=True),
        "end": Field(kind=instant, required=True),
        "timezone": TEXT,
        "cancelled": FLAG,
        "unavailable": FLAG,
        "nex_only": FLAG,
        "updated_since": SINCE,
        "appointment_type_id": NUMBER,
        "foreign_id": FOREIGN_ID,
        "created_by": NUMBER,
        **PAGING,
        "patient_ids": ids("patient_ids[]", "comma", most=25),
        "provider_ids": ids("provider_ids[]", "comma"),
        "operatory_ids": ids("operatory_ids[]", "comma"),
    },
    one_of("location_id", "foreign_id"),
    ordered("start", "end", may_be_equal=True),
)
APPOINTMENT = endpoint(
    "GET", "/appointments/{id}", {"subdomain": SUBDOMAIN, "include": include(words.AppointmentInclude)}
)
NEW_APPOINTMENT = endpoint(
    "POST",
    "/appointments",
    {
        "subdomain": SUBDOMAIN,
        "location_id": LOCATION_ID,
        "notify_patient": FLAG,
        **inside("", appointments_per_timeslot=Field(kind=between(1, 5))),
        **inside(
            "appt",
            patient_id=NUMBER,
            provider_id=Field(kind=integer, required=True),
            operatory_id=NUMBER,
            start_time=Field(kind=instant, required=True),
            end_time=Field(kind=instant),
            appointment_type_id=NUMBER,
            note=Field(kind=note),
            unavailable=FLAG,
            is_guardian=FLAG,
            is_new_clients_patient=FLAG,
            referrer=TEXT,
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
CHANGE_APPOINTMENT = endpoint(
    "PATCH",
    "/appointments/{id}",
    {
        "subdomain": SUBDOMAIN,
        **inside(
            "appt",
            confirmed=Field(kind=only_true("a confirmation cannot be taken back through NexHealth")),
            cancelled=Field(kind=only_true("a cancelled visit cannot be restored through NexHealth; book a new one")),
            checkin_at=Field(kind=instant),
            start_time=Field(kind=instant),
            end_time=Field(kind=instant),
            operatory_id=NUMBER,
            note=Field(kind=note),
        ),
    },
    something("subdomain"),
    ordered("start_time", "end_time"),
)
APPOINTMENT_DESCRIPTORS = endpoint(
    "GET", "/appointments/{id}/appointment_descriptors", {"subdomain": SUBDOMAIN, **DESCRIPTOR_TYPE}
)

SLOTS = endpoint(
    "GET",
    "/available_slots",
    {
        "subdomain": SUBDOMAIN,
        "start_date": Field(kind=day, required=True),
        "days": Field(kind=between(1), required=True),
        "appointment_type_id": NUMBER,
        "working_hour_label_id": NUMBER,
        "working_hour_source": one_of_words(words.HourSource),
        "slot_length": Field(kind=between(1)),
        "slot_interval": Field(kind=between(1)),
        "overlapping_operatory_slots": FLAG,
        "appointments_per_timeslot": Field(kind=between(1, 5)),
        "lids": ids("lids[]", "repeat", required=True),
        "pids": ids("pids[]", "repeat"),
        "operatory_ids": ids("operatory_ids[]", "repeat"),
    },
    one_of("pids", "appointment_type_id"),
)

SYNC_STATUS = endpoint(
    "GET",
    "/sync_status",
    {
        "subdomain": ANY_SUBDOMAIN,
        "read_status": one_of_words(words.SyncLight),
        "write_status": one_of_words(words.SyncLight),
        "location_ids": ids("location_ids[]", "repeat"),
    },
)

WEBHOOK_ENDPOINTS = endpoint("GET", "/webhook_endpoints", {"active": FLAG})
NEW_WEBHOOK_ENDPOINT = endpoint(
    "POST", "/webhook_endpoints", inside("", target_url=Field(kind=web_address, required=True), active=FLAG)
)
CHANGE_WEBHOOK_ENDPOINT = endpoint(
    "PATCH", "/webhook_endpoints/{id}", inside("", target_url=Field(kind=web_address), active=FLAG), something()
)
DELETE_WEBHOOK_ENDPOINT = endpoint("DELETE", "/webhook_endpoints/{id}")

_SUBSCRIPTIONS = "/webhook_endpoints/{id}/webhook_subscriptions"
SUBSCRIPTIONS = endpoint(
    "GET",
    _SUBSCRIPTIONS,
    {
        "subdomain": ANY_SUBDOMAIN,
        "resource_type": one_of_words(words.ResourceType),
        "event": one_of_words(words.WebhookEvent),
    },
)
NEW_SUBSCRIPTION = endpoint(
    "POST",
    _SUBSCRIPTIONS,
    {
        # In the query: a subdomain in the body is answered with 403 (page "Webhook subscriptions").
        "subdomain": ANY_SUBDOMAIN,
        **inside(
            "",
            resource_type=Field(kind=word(*get_args(words.ResourceType)), required=True),
            event=Field(kind=word(*get_args(words.WebhookEvent)), required=True),
            active=FLAG,
        ),
    },
    event_of_resource,
    subdomain_by_resource,
)
CHANGE_SUBSCRIPTION = endpoint(
    "PATCH",
    f"{_SUBSCRIPTIONS}/{{subscription_id}}",
    {"subdomain": SUBDOMAIN, **inside("", new_endpoint_id=NUMBER, active=FLAG)},
    something("subdomain"),
)
DELETE_SUBSCRIPTION = endpoint("DELETE", f"{_SUBSCRIPTIONS}/{{subscription_id}}")

ENDPOINTS: tuple[Endpoint, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Endpoint))
"""Every endpoint above, in the order of this file."""
