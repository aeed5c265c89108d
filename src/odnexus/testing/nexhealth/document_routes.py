"""Documents, document types, alerts and clinical notes of patients.

Whether documents that began in the EHR are listed is not documented: these are the ones that NexHealth knows.
"""

from __future__ import annotations

from odnexus.testing.nexhealth.envelope import Answer, listing
from odnexus.testing.nexhealth.fields import Field
from odnexus.testing.nexhealth.records import ClinicalNote, Document, DocumentType, Patient, PatientAlert
from odnexus.testing.nexhealth.routes import LOCATION, PAGING, SUBDOMAIN, UPDATED_SINCE, Ask, Route, found
from odnexus.testing.nexhealth.values import Refusal, Row, stamp


def _patient(ask: Ask) -> Patient:
    one = ask.platform.state.patients.get(ask.id)
    return found(one if one is not None and one.institution_id == ask.tenant.id else None, "Patient")


# --- documents ----------------------------------------------------------------------------------------------------


def _document(one: Document) -> Row:
    row: Row = {
        "id": one.id,
        "filename": one.filename,
        "type": one.type,
        "url": f"/documents/{one.id}/download",
        "created_at": stamp(one.created_at),
    }
    # The document knows no null here.
    return row if one.document_type_id is None else {**row, "document_type_id": one.document_type_id}


def list_documents(ask: Ask) -> Answer:
    """List the documents of a patient."""
    number = _patient(ask).id
    return listing([_document(one) for one in ask.platform.state.documents.values() if one.patient_id == number])


def upload_document(ask: Ask) -> Answer:
    """Take a file for a patient."""
    patient, sent = _patient(ask), ask.parts["file"]
    folder = ask.parts.get("document_type_id")
    kind = None if folder is None else _folder(ask, folder.content)
    state = ask.platform.state
    number = state.add_document(
        patient.id, sent.filename, sent.content, type=sent.kind, document_type_id=None if kind is None else kind.id
    )
    row = _document(state.documents[number])
    if ask.office.sync_id is not None and ask.platform.switches.document_event == "at_once":
        ask.platform.form_event("Document", "document_insertion.complete", ask.tenant.id, row)
    return Answer(data=row, status=201)


def _folder(ask: Ask, content: bytes) -> DocumentType:
    text = content.decode("ascii", "replace").strip()
    if not text.isdecimal():
        raise Refusal(400, "document_type_id is invalid")
    return _type(ask, int(text))


def download(ask: Ask) -> Answer:
    """Give the file itself."""
    one = ask.platform.state.documents.get(ask.id)
    patient = None if one is None else ask.platform.state.patients.get(one.patient_id)
    seen = patient is not None and ask.sees(patient.institution_id)
    document = found(one if seen else None, "Document")
    return Answer(file=(document.type, document.content))


def _shown(one: DocumentType) -> Row:
    return {"id": one.id, "name": one.name, "active": one.active}


def _type(ask: Ask, number: int) -> DocumentType:
    one = ask.platform.state.document_types.get(number)
    return found(one if one is not None and one.location_id == ask.office.id else None, "DocumentType")


def list_types(ask: Ask) -> Answer:
    """List the folders of a location; active ones unless asked otherwise."""
    wanted = ask.query.flag("active")
    rows = [one for one in ask.platform.state.document_types.values() if one.location_id == ask.office.id]
    return listing([_shown(one) for one in rows if one.active == wanted])


def get_type(ask: Ask) -> Answer:
    """Show one folder."""
    return Answer(data=_shown(_type(ask, ask.id)))


# --- alerts -------------------------------------------------------------------------------------------------------


def _alert(one: PatientAlert) -> Row:
    row: Row = {
        "id": one.id,
        "patient_id": one.patient_id,
        "note": one.note,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }
    return row if one.disabled_at is None else {**row, "disabled_at": stamp(one.disabled_at)}


def list_alerts(ask: Ask) -> Answer:
    """List the alerts of a patient; those switched off only where asked for."""
    number, everything = _patient(ask).id, ask.query.flag("include_disabled")
    rows = [one for one in ask.platform.state.alerts.values() if one.patient_id == number]
    return listing([_alert(one) for one in rows if everything or one.disabled_at is None])


def _known_alert(ask: Ask) -> PatientAlert:
    one = ask.platform.state.alerts.get(ask.ids["alert_id"])
    return found(one if one is not None and one.patient_id == _patient(ask).id else None, "PatientAlert")


def get_alert(ask: Ask) -> Answer:
    """Show one alert."""
    return Answer(data=_alert(_known_alert(ask)))


def create_alert(ask: Ask) -> Answer:
    """Make an alert; a location without a data source takes none (page "Patient alerts")."""
    patient, state = _patient(ask), ask.platform.state
    if not any(state.locations[number].sync_id for number in patient.location_ids):
        raise Refusal(400, "Alerts are not supported for this health record system")
    number = state.add_alert(patient.id, ask.body.inner("patient_alert").text("note") or "")
    return Answer(data=_alert(state.alerts[number]), status=201)


def change_alert(ask: Ask) -> Answer:
    """Switch an alert off."""
    one = _known_alert(ask)
    disabled = ask.body.inner("patient_alert").flag("disabled")
    if disabled is not None:
        one.disabled_at = (one.disabled_at or ask.now) if disabled else None
        ask.platform.state.touch(one)
    return Answer(data=_alert(one))


# --- clinical notes -----------------------------------------------------------------------------------------------


def _note(one: ClinicalNote) -> Row:
    return {
        "id": one.id,
        "patient_id": one.patient_id,
        "procedure_id": one.procedure_id,
        "entered_at": stamp(one.entered_at),
        "content": one.content,
        "signed": one.signed,
        "completed": one.completed,
        "updated_at": stamp(one.updated_at),
    }


def list_notes(ask: Ask) -> Answer:
    """List the notes of a location."""
    rows = [one for one in ask.platform.state.clinical_notes.values() if one.location_id == ask.office.id]
    return ask.page_of([one for one in rows if _wanted(ask, one)], _note)


def _wanted(ask: Ask, one: ClinicalNote) -> bool:
    since = ask.query.instant("updated_since")
    before, after = ask.query.instant("entered_before"), ask.query.instant("entered_after")
    return (
        ask.query.number("patient_id") in (None, one.patient_id)
        and ask.query.number("procedure_id") in (None, one.procedure_id)
        and (since is None or one.updated_at >= since)
        and (before is None or one.entered_at <= before)
        and (after is None or one.entered_at >= after)
    )


_ALERT = "/patients/{id}/alerts"

ROUTES = (
    Route(method="GET", path="/patients/{id}/documents", run=list_documents, migrated=False, query=(SUBDOMAIN,)),
    Route(
        method="POST",
        path="/patients/{id}/documents",
        run=upload_document,
        migrated=False,
        query=(SUBDOMAIN, LOCATION),
        multipart=("file", "document_type_id"),
    ),
    Route(method="GET", path="/documents/{id}/download", run=download, migrated=False),
    Route(
        method="GET",
        path="/document_types",
        run=list_types,
        migrated=False,
        query=(SUBDOMAIN, LOCATION, Field(name="active", kind="flag", default=True)),
    ),
    Route(method="GET", path="/document_types/{id}", run=get_type, migrated=False, query=(SUBDOMAIN, LOCATION)),
    Route(
        method="GET",
        path=_ALERT,
        run=list_alerts,
        migrated=False,
        query=(SUBDOMAIN, Field(name="include_disabled", kind="flag")),
    ),
    Route(
        method="POST",
        path=_ALERT,
        run=create_alert,
        migrated=False,
        query=(SUBDOMAIN,),
        body=(Field(name="patient_alert", kind="object", required=True, fields=(Field(name="note", required=True),)),),
    ),
    Route(method="GET", path=f"{_ALERT}/{{alert_id}}", run=get_alert, migrated=False, query=(SUBDOMAIN,)),
    Route(
        method="PATCH",
        path=f"{_ALERT}/{{alert_id}}",
        run=change_alert,
        migrated=False,
        query=(SUBDOMAIN,),
        body=(
            Field(
                name="patient_alert",
                kind="object",
                required=True,
                fields=(Field(name="disabled", kind="flag"),),
            ),
        ),
    ),
    Route(
        method="GET",
        path="/clinical_notes",
        run=list_notes,
        query=(
            SUBDOMAIN,
            LOCATION,
            Field(name="patient_id", kind="number"),
            Field(name="procedure_id", kind="number"),
            Field(name="entered_before", kind="instant"),
            Field(name="entered_after", kind="instant"),
            UPDATED_SINCE,
            *PAGING,
        ),
    ),
)
