"""Every endpoint as a function that returns a `Call`: what to send and how to read the answer.

Names and values are held against `odnexus.nexhealth.table` before anything is sent, so what is not documented cannot
leave. Lists come as a `Listing`, which knows how to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from attrs import evolve

from odnexus._calls import Call, Json, LeaveOut, Method, Reply
from odnexus.errors import AmbiguousWriteError, ConfigurationError, UnexpectedResponseError
from odnexus.nexhealth import table
from odnexus.nexhealth.checks import fits
from odnexus.nexhealth.endpoint import LARGEST_PAGE, Endpoint
from odnexus.nexhealth.fields import compose, fault
from odnexus.nexhealth.listing import Listing
from odnexus.nexhealth.models import (
    Appointment,
    AppointmentType,
    ClinicalNote,
    Coverage,
    Created,
    Descriptor,
    DocumentType,
    Institution,
    InsurancePlan,
    Location,
    Operatory,
    Page,
    Patient,
    PatientAlert,
    PatientDocument,
    Provider,
    Record,
    SlotGroup,
    SyncStatus,
    WebhookEndpoint,
    WebhookSubscription,
)
from odnexus.nexhealth.rates import classes_of
from odnexus.nexhealth.refusals import refuse
from odnexus.nexhealth.rules import Values
from odnexus.nexhealth.scope import EVERYWHERE, Scope
from odnexus.nexhealth.uploads import multipart
from odnexus.nexhealth.wire import (
    read_created,
    read_envelope,
    read_locations,
    read_nothing,
    read_one,
    read_page,
    read_written_appointment,
)

T = TypeVar("T")
R = TypeVar("R", bound=Record)


# --- putting calls together --------------------------------------------------------------------------------------


def _call(
    endpoint: Endpoint,
    read: Callable[[Reply], T],
    scope: Scope,
    values: Mapping[str, object] | None = None,
    **ids: int,
) -> Call[T]:
    given = scope.of(endpoint, values or {})
    params, body = compose(endpoint.name, endpoint.fields, given)
    for rule in endpoint.rules:
        rule(endpoint.name, given)
    return Call(
        api="nexhealth",
        name=endpoint.name,
        method=endpoint.method,
        path=_path(endpoint, ids),
        params=params,
        body=body or None,
        idempotent=endpoint.idempotent,
        read=read if endpoint.idempotent else _accepted(endpoint, read),
        refuse=refuse,
        classes=endpoint.classes,
    )


def _accepted(endpoint: Endpoint, read: Callable[[Reply], T]) -> Callable[[Reply], T]:
    """Return *read* for a write that may not be repeated: what cannot be read was accepted, and leaves doubt."""

    def reading(reply: Reply) -> T:
        try:
            return read(reply)
        except UnexpectedResponseError as error:
            message = f"accepted, but the answer does not fit: {error.message}"
            raise AmbiguousWriteError(message, error.api, endpoint.name) from None

    return reading


def _path(endpoint: Endpoint, ids: Mapping[str, int]) -> str:
    for name, value in ids.items():
        if not isinstance(cast(object, value), int) or isinstance(value, bool):
            raise fault(endpoint.name, name, "give an integer")
    return endpoint.route.format_map(ids)


def _one(endpoint: Endpoint, kind: type[R], scope: Scope, values: Values | None = None, **ids: int) -> Call[R]:
    return _call(endpoint, read_one(kind, endpoint.name, *_NESTS.get(kind, ())), scope, values, **ids)


# Where older answers keep a single object inside `data`.
_NESTS: Mapping[type[Record], tuple[str, ...]] = {
    Patient: ("user", "patient"),
    Appointment: ("appt", "appointment"),
}


def _list(
    endpoint: Endpoint,
    kind: type[R],
    scope: Scope,
    values: Values | None = None,
    *,
    read: Callable[[Reply], Page[R]] | None = None,
    narrow: bool = True,
    unread: LeaveOut | None = None,
    **ids: int,
) -> Listing[R]:
    given = dict(values or {})
    backwards = _direction(endpoint, given)
    if "per_page" in endpoint.fields and given.get("per_page") is None:
        # NexHealth's own default of 5 makes 200 requests of one.
        given["per_page"] = LARGEST_PAGE
    nest = endpoint.route.rpartition("/")[2]
    return Listing(
        first=_call(endpoint, read or read_page(kind, endpoint.name, nest, unread), scope, given, **ids),
        fits=fits(kind, scope.of(endpoint, given), narrow=narrow),
        backwards=backwards,
    )


def _direction(endpoint: Endpoint, given: Values) -> bool:
    backwards, forwards = given.get("start_cursor") is not None, given.get("end_cursor") is not None
    if backwards and forwards:
        raise fault(endpoint.name, "start_cursor", "goes backwards, end_cursor forwards: give one of them")
    return backwards


# --- practice ----------------------------------------------------------------------------------------------------


def list_institutions() -> Listing[Institution]:
    """``GET /institutions``."""
    return _list(table.INSTITUTIONS, Institution, EVERYWHERE)


def get_institution(id: int) -> Call[Institution]:
    """``GET /institutions/{id}``."""
    return _one(table.INSTITUTION, Institution, EVERYWHERE, id=id)


def list_locations(scope: Scope, filters: Values) -> Listing[Location]:
    """``GET /locations``, which answers institutions, as a flat list of locations."""
    return _list(table.LOCATIONS, Location, scope, filters, read=read_locations(table.LOCATIONS.name))


def get_location(id: int) -> Call[Location]:
    """``GET /locations/{id}``."""
    return _one(table.LOCATION, Location, EVERYWHERE, id=id)


def list_location_descriptors(id: int, filters: Values) -> Listing[Descriptor]:
    """``GET /locations/{id}/appointment_descriptors``."""
    return _list(table.LOCATION_DESCRIPTORS, Descriptor, EVERYWHERE, filters, id=id)


def list_providers(scope: Scope, filters: Values, unread: LeaveOut | None = None) -> Listing[Provider]:
    """``GET /providers``."""
    return _list(table.PROVIDERS, Provider, scope, filters, unread=unread)


def get_provider(scope: Scope, id: int, values: Values) -> Call[Provider]:
    """``GET /providers/{id}``."""
    return _one(table.PROVIDER, Provider, scope, values, id=id)


def list_operatories(scope: Scope, filters: Values, unread: LeaveOut | None = None) -> Listing[Operatory]:
    """``GET /operatories``."""
    return _list(table.OPERATORIES, Operatory, scope, filters, unread=unread)


def get_operatory(scope: Scope, id: int, values: Values) -> Call[Operatory]:
    """``GET /operatories/{id}``."""
    return _one(table.OPERATORY, Operatory, scope, values, id=id)


def list_sync_status(scope: Scope, filters: Values) -> Listing[SyncStatus]:
    """``GET /sync_status``."""
    return _list(table.SYNC_STATUS, SyncStatus, scope, filters)


# --- patients ----------------------------------------------------------------------------------------------------


def list_patients(scope: Scope, filters: Values, *, narrow: bool = True) -> Listing[Patient]:
    """``GET /patients``; *narrow* keeps only rows that fit every filter, though e-mail and phone widen the search.

    Unless *filters* say otherwise only the location is searched: the vendor's default is its whole database.
    """
    return _list(table.PATIENTS, Patient, scope, {"location_strict": True, **filters}, narrow=narrow)


def get_patient(scope: Scope, id: int, values: Values) -> Call[Patient]:
    """``GET /patients/{id}``."""
    return _one(table.PATIENT, Patient, scope, values, id=id)


def create_patient(scope: Scope, values: Values) -> Call[Created]:
    """``POST /patients``."""
    return _call(table.NEW_PATIENT, read_created(table.NEW_PATIENT.name), scope, values)


def list_alerts(scope: Scope, id: int, filters: Values) -> Listing[PatientAlert]:
    """``GET /patients/{id}/alerts``."""
    return _list(table.ALERTS, PatientAlert, scope, filters, id=id)


def get_alert(scope: Scope, id: int, alert_id: int) -> Call[PatientAlert]:
    """``GET /patients/{id}/alerts/{alert_id}``."""
    return _one(table.ALERT, PatientAlert, scope, id=id, alert_id=alert_id)


def create_alert(scope: Scope, id: int, note: str) -> Call[PatientAlert]:
    """``POST /patients/{id}/alerts``."""
    return _one(table.NEW_ALERT, PatientAlert, scope, {"note": note}, id=id)


def disable_alert(scope: Scope, id: int, alert_id: int) -> Call[PatientAlert]:
    """``PATCH /patients/{id}/alerts/{alert_id}``."""
    return _one(table.CHANGE_ALERT, PatientAlert, scope, {"disabled": True}, id=id, alert_id=alert_id)


def list_documents(scope: Scope, id: int) -> Listing[PatientDocument]:
    """``GET /patients/{id}/documents``."""
    return _list(table.PATIENT_DOCUMENTS, PatientDocument, scope, id=id)


def upload_document(
    scope: Scope, id: int, filename: str, content: bytes, document_type_id: int | None
) -> Call[PatientDocument]:
    """``POST /patients/{id}/documents``, as multipart."""
    body, kind = multipart(filename, content, document_type_id)
    return evolve(
        _one(table.NEW_PATIENT_DOCUMENT, PatientDocument, scope, id=id), content=body, headers=(("Content-Type", kind),)
    )


def list_document_types(scope: Scope, filters: Values) -> Listing[DocumentType]:
    """``GET /document_types``; active ones only unless asked otherwise."""
    return _list(table.DOCUMENT_TYPES, DocumentType, scope, filters)


def get_document_type(scope: Scope, id: int) -> Call[DocumentType]:
    """``GET /document_types/{id}``."""
    return _one(table.DOCUMENT_TYPE, DocumentType, scope, id=id)


def list_clinical_notes(scope: Scope, filters: Values) -> Listing[ClinicalNote]:
    """``GET /clinical_notes``."""
    return _list(table.CLINICAL_NOTES, ClinicalNote, scope, filters)


def list_insurance_plans(scope: Scope, filters: Values) -> Listing[InsurancePlan]:
    """``GET /insurance_plans``."""
    return _list(table.INSURANCE_PLANS, InsurancePlan, scope, filters)


def get_insurance_plan(scope: Scope, id: int, values: Values) -> Call[InsurancePlan]:
    """``GET /insurance_plans/{id}``."""
    return _one(table.INSURANCE_PLAN, InsurancePlan, scope, values, id=id)


def list_insurance_coverages(scope: Scope, filters: Values) -> Listing[Coverage]:
    """``GET /insurance_coverages``."""
    return _list(table.INSURANCE_COVERAGES, Coverage, scope, filters)


def get_insurance_coverage(scope: Scope, id: int) -> Call[Coverage]:
    """``GET /insurance_coverages/{id}``."""
    return _one(table.INSURANCE_COVERAGE, Coverage, scope, id=id)


# --- calendar ----------------------------------------------------------------------------------------------------


def list_appointments(scope: Scope, filters: Values, unread: LeaveOut | None = None) -> Listing[Appointment]:
    """``GET /appointments``."""
    return _list(table.APPOINTMENTS, Appointment, scope, filters, unread=unread)


def get_appointment(scope: Scope, id: int, values: Values) -> Call[Appointment]:
    """``GET /appointments/{id}``."""
    endpoint = table.APPOINTMENT
    read = read_one(Appointment, endpoint.name, *_NESTS[Appointment], number=id)
    return _call(endpoint, read, scope, values, id=id)


def create_appointment(scope: Scope, values: Values) -> Call[Appointment]:
    """``POST /appointments``."""
    return _call(table.NEW_APPOINTMENT, read_written_appointment(table.NEW_APPOINTMENT.name), scope, values)


def update_appointment(scope: Scope, id: int, changes: Values) -> Call[Appointment]:
    """``PATCH /appointments/{id}``."""
    endpoint = table.CHANGE_APPOINTMENT
    return _call(endpoint, read_written_appointment(endpoint.name, id), scope, changes, id=id)


def list_appointment_descriptors(scope: Scope, id: int, filters: Values) -> Listing[Descriptor]:
    """``GET /appointments/{id}/appointment_descriptors``."""
    return _list(table.APPOINTMENT_DESCRIPTORS, Descriptor, scope, filters, id=id)


def list_appointment_types(scope: Scope, values: Values) -> Listing[AppointmentType]:
    """``GET /appointment_types``."""
    return _list(table.APPOINTMENT_TYPES, AppointmentType, scope, values)


def get_appointment_type(scope: Scope, id: int, values: Values) -> Call[AppointmentType]:
    """``GET /appointment_types/{id}``."""
    return _one(table.APPOINTMENT_TYPE, AppointmentType, scope, values, id=id)


def create_appointment_type(scope: Scope, values: Values) -> Call[AppointmentType]:
    """``POST /appointment_types``."""
    return _one(table.NEW_APPOINTMENT_TYPE, AppointmentType, scope, values)


def update_appointment_type(scope: Scope, id: int, changes: Values) -> Call[AppointmentType]:
    """``PATCH /appointment_types/{id}``."""
    return _one(table.CHANGE_APPOINTMENT_TYPE, AppointmentType, scope, changes, id=id)


def delete_appointment_type(scope: Scope, id: int) -> Call[AppointmentType]:
    """``DELETE /appointment_types/{id}``, which answers what it deleted."""
    return _one(table.DELETE_APPOINTMENT_TYPE, AppointmentType, scope, id=id)


def list_appointment_type_descriptors(scope: Scope, id: int, filters: Values) -> Listing[Descriptor]:
    """``GET /appointment_types/{id}/appointment_descriptors``."""
    return _list(table.APPOINTMENT_TYPE_DESCRIPTORS, Descriptor, scope, filters, id=id)


def list_slots(scope: Scope, filters: Values) -> Listing[SlotGroup]:
    """``GET /available_slots``; without ``lids`` the location of the scope counts."""
    here = [scope.location_id] if scope.location_id is not None else None
    lids = filters.get("lids") if filters.get("lids") is not None else here
    return _list(table.SLOTS, SlotGroup, scope, {**filters, "lids": lids})


# --- webhooks ----------------------------------------------------------------------------------------------------


def list_webhook_endpoints(filters: Values) -> Listing[WebhookEndpoint]:
    """``GET /webhook_endpoints``."""
    return _list(table.WEBHOOK_ENDPOINTS, WebhookEndpoint, EVERYWHERE, filters)


def create_webhook_endpoint(values: Values) -> Call[WebhookEndpoint]:
    """``POST /webhook_endpoints``."""
    return _one(table.NEW_WEBHOOK_ENDPOINT, WebhookEndpoint, EVERYWHERE, values)


def update_webhook_endpoint(id: int, changes: Values) -> Call[WebhookEndpoint]:
    """``PATCH /webhook_endpoints/{id}``."""
    return _one(table.CHANGE_WEBHOOK_ENDPOINT, WebhookEndpoint, EVERYWHERE, changes, id=id)


def delete_webhook_endpoint(id: int) -> Call[None]:
    """``DELETE /webhook_endpoints/{id}``."""
    return _call(table.DELETE_WEBHOOK_ENDPOINT, read_nothing(table.DELETE_WEBHOOK_ENDPOINT.name), EVERYWHERE, id=id)


def list_subscriptions(scope: Scope, id: int, filters: Values) -> Listing[WebhookSubscription]:
    """``GET /webhook_endpoints/{id}/webhook_subscriptions``."""
    return _list(table.SUBSCRIPTIONS, WebhookSubscription, scope, filters, id=id)


def create_subscription(scope: Scope, id: int, values: Values) -> Call[WebhookSubscription]:
    """``POST /webhook_endpoints/{id}/webhook_subscriptions``; Onboarding goes without the institution."""
    where = EVERYWHERE if values.get("resource_type") == "Onboarding" else scope
    return _one(table.NEW_SUBSCRIPTION, WebhookSubscription, where, values, id=id)


def update_subscription(scope: Scope, id: int, subscription_id: int, changes: Values) -> Call[WebhookSubscription]:
    """``PATCH …/webhook_subscriptions/{subscription_id}``."""
    endpoint = table.CHANGE_SUBSCRIPTION
    read = read_one(WebhookSubscription, endpoint.name)
    # After a move the old path answers 404, so a move cannot be repeated.
    moves = changes.get("new_endpoint_id") is not None
    return evolve(_call(endpoint, read, scope, changes, id=id, subscription_id=subscription_id), idempotent=not moves)


def delete_subscription(id: int, subscription_id: int) -> Call[None]:
    """``DELETE …/webhook_subscriptions/{subscription_id}``."""
    endpoint = table.DELETE_SUBSCRIPTION
    return _call(endpoint, read_nothing(endpoint.name), EVERYWHERE, id=id, subscription_id=subscription_id)


# --- the rest of the API -----------------------------------------------------------------------------------------


def raw(
    scope: Scope,
    method: Method,
    path: str,
    params: Mapping[str, object] | None,
    body: Json,
    *,
    idempotent: bool | None,
) -> Call[Json]:
    """Return a call of any other endpoint; `subdomain` is added unless *params* has it, nothing is checked."""
    if not path.startswith("/") or "?" in path:
        raise ConfigurationError("path: start with a slash and give the query as params")
    name = f"{method} {_without_ids(path)}"
    given = {"subdomain": scope.subdomain, **(params or {})}
    return Call(
        api="nexhealth",
        name=name,
        method=method,
        path=path,
        params=tuple(pair for key, value in given.items() for pair in _raw_pairs(key, value)),
        body=body,
        idempotent=method in ("GET", "DELETE", "PUT") if idempotent is None else idempotent,
        read=read_envelope(name),
        refuse=refuse,
        classes=classes_of(method, path),
    )


def _without_ids(path: str) -> str:
    return "/".join("{id}" if any(map(str.isdigit, part)) else part for part in path.split("/"))


def _raw_pairs(key: str, value: object) -> list[tuple[str, str]]:
    if value is None:
        return []
    items = cast("Sequence[object]", value) if isinstance(value, list | tuple) else [value]
    return [(key, str(item).lower() if isinstance(item, bool) else str(item)) for item in items]
