"""Documents of patients, their types, and clinical notes.

Shapes: pages "Patient documents", "Document types" and "Clinical notes" of docs.nexhealth.com.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from odnexus.nexhealth.models._base import Record


@frozen(kw_only=True, repr=False)
class PatientDocument(Record):
    """A document of a patient. `url` is a path of the API; `document_type_id` the folder it was filed under."""

    id: int
    filename: str | None = None
    type: str | None = None
    url: str | None = None
    created_at: datetime | None = None
    document_type_id: int | None = None


@frozen(kw_only=True, repr=False)
class DocumentType(Record):
    """A folder of documents in the practice's system."""

    id: int
    name: str | None = None
    active: bool | None = None


@frozen(kw_only=True, repr=False)
class ClinicalNote(Record):
    """A note that a provider wrote; read only."""

    id: int
    patient_id: int | None = None
    procedure_id: int | None = None
    entered_at: datetime | None = None
    content: str | None = None
    signed: bool | None = None
    completed: bool | None = None
    updated_at: datetime | None = None
