"""Patient Forms of v3.1.0 (beta; page "Patient Forms"): forms of a location, their fields, and filled-in ones.

The documents have no way to list filled-in forms, so there is none here.
"""

from __future__ import annotations

from uuid import UUID

from odnexus.testing.nexhealth.envelope import Answer
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.records import FormResponse, FormSchema
from odnexus.testing.nexhealth.routes import LOCATION, PAGING, SUBDOMAIN, Ask, Route, found
from odnexus.testing.nexhealth.switches import Switches
from odnexus.testing.nexhealth.values import Refusal, Row, stamp


def _newest(ask: Ask, slug: str) -> FormSchema:
    versions = [one for one in ask.platform.state.form_schemas.values() if _here(ask, one) and one.slug == slug]
    return max(versions, key=lambda one: one.id)


def _here(ask: Ask, one: FormSchema | FormResponse) -> bool:
    return one.location_id == ask.office.id


def _row(one: FormSchema) -> Row:
    return {"id": one.uuid, "title": one.title, "form_slug": one.slug}


def list_schemas(ask: Ask) -> Answer:
    """List the forms of a location, each in its newest version."""
    rows = [one for one in ask.platform.state.form_schemas.values() if _here(ask, one)]
    return ask.page_of([one for one in rows if _newest(ask, one.slug) is one], _row)


def get_schema(ask: Ask) -> Answer:
    """Show one version of a form with its fields."""
    wanted = str(UUID(int=ask.ids["uuid"]))
    rows = [one for one in ask.platform.state.form_schemas.values() if one.uuid == wanted and _here(ask, one)]
    one = found(rows[0] if rows else None, "Form schema")
    detail: Row = {"components": one.components}
    return Answer(data={**_row(one), "formio_schema": detail, "newest_version_id": _newest(ask, one.slug).uuid})


def response_row(one: FormResponse, switches: Switches) -> Row:
    """Return a filled-in form as answers and events show it."""
    patient, schema = switches.form_response_names
    return {
        "id": one.id,
        patient: one.patient_id,
        schema: one.schema_uuid,
        "location_id": one.location_id,
        "state": one.state,
        switches.form_answers_key: one.data,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }


def create_response(ask: Ask) -> Answer:
    """Take a filled-in form for a patient; the values of required fields have to be there."""
    state, switches = ask.platform.state, ask.platform.switches
    patient_name, schema_name = switches.form_response_names
    patient = state.patients.get(ask.body.needed(patient_name))
    if patient is None or patient.institution_id != ask.tenant.id:
        raise Refusal(switches.missing_reference_status, "Patient not found")
    wanted = ask.body.text(schema_name)
    schemas = [one for one in state.form_schemas.values() if one.uuid == wanted and _here(ask, one)]
    schema = found(schemas[0] if schemas else None, "Form schema")
    data = ask.body.inner("patient_submitted_data").as_row()
    _check(schema, data)
    one = FormResponse(
        **state.fresh("form_responses"), location_id=ask.office.id, patient_id=patient.id, schema_uuid=schema.uuid,
        data=data,
    )  # fmt: skip
    state.form_responses[one.id] = one
    return Answer(data=response_row(one, switches), status=201)


def _check(schema: FormSchema, data: Row) -> None:
    known = {str(part["key"]): part for part in schema.components if isinstance(part, dict)}
    required = [key for key, part in known.items() if _is_required(part) and data.get(key) in (None, "")]
    unknown = sorted(set(data) - set(known)) if known else []
    complaints = [f"{key} is required" for key in required] + [f"{key} is not a field of the form" for key in unknown]
    if complaints:
        raise Refusal(400, *complaints)


def _is_required(part: Row) -> bool:
    rules = part.get("validate")
    return isinstance(rules, dict) and rules.get("required") is True


def get_response(ask: Ask) -> Answer:
    """Show a filled-in form with its state."""
    one = ask.platform.state.form_responses.get(ask.id)
    patient = None if one is None else ask.platform.state.patients.get(one.patient_id)
    mine = patient is not None and patient.institution_id == ask.tenant.id
    return Answer(data=response_row(found(one if mine else None, "Form response"), ask.platform.switches))


def routes(switches: Switches) -> tuple[Route, ...]:
    """Return the operations, with the names of the body as the switches say."""
    patient, schema = switches.form_response_names
    return (
        Route(method="GET", path="/form_schemas", run=list_schemas, query=(SUBDOMAIN, LOCATION, *PAGING)),
        Route(method="GET", path="/form_schemas/{uuid}", run=get_schema, query=(SUBDOMAIN, LOCATION)),
        Route(
            method="POST",
            path="/form_responses",
            run=create_response,
            query=(SUBDOMAIN, LOCATION),
            body=(
                Field(name=patient, kind="number", required=True),
                Field(name=schema, required=True),
                Field(name="patient_submitted_data", kind="object", required=True, free=True),
            ),
        ),
        Route(method="GET", path="/form_responses/{id}", run=get_response, query=(SUBDOMAIN,)),
    )
