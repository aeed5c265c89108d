"""Documents, document types, alerts and clinical notes of patients at NexHealth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Unpack

from odnexus._async.nexhealth_resource import AsyncResource
from odnexus.nexhealth import calls, uploads
from odnexus.nexhealth.filters import ClinicalNoteFilters
from odnexus.nexhealth.models import ClinicalNote, DocumentType, Page, PatientAlert, PatientDocument


class AsyncPatientDocuments(AsyncResource):
    """Documents of patients that NexHealth knows (page "Patient documents")."""

    def iter(self, patient_id: int) -> AsyncIterator[PatientDocument]:
        """Walk through the documents of the patient *patient_id*."""
        return self._each(calls.list_documents(self._scope, patient_id))

    async def upload(
        self,
        patient_id: int,
        filename: str,
        content: bytes,
        *,
        document_type_id: int | None = None,
        location_id: int | None = None,
    ) -> PatientDocument:
        """Send a file that NexHealth's synchronizer puts into the practice's system, and return its record.

        It is *accepted* only; ``document_insertion.complete`` or ``.failed`` tells what became of it.

        Args:
            patient_id: NexHealth's id of the patient.
            filename: Name that the file gets in the practice's system; PDF is the safe kind.
            content: The file.
            document_type_id: Folder to file it under.
            location_id: Location; the client's own unless given.

        Raises:
            ConfigurationError: The name or the content cannot be sent; nothing was.
            AmbiguousWriteError: The answer was lost: look before uploading again.
        """
        scope = self._scope.at(location_id)
        return await self._send(calls.upload_document(scope, patient_id, filename, content, document_type_id))

    async def download(self, url: str, *, limit: int = 16_000_000) -> bytes:
        """Return the content of a document.

        Args:
            url: `PatientDocument.url`, or a whole address of the API's own host: the token goes nowhere else.
            limit: Most bytes that are taken.

        Raises:
            ConfigurationError: The address is another host's; nothing was sent.
            UnexpectedResponseError: The content is empty or larger than *limit*.
            NotFoundError: There is no such document.
        """
        return await self._send(uploads.download(url, self._scope.base_url, limit))


class AsyncDocumentTypes(AsyncResource):
    """Folders of documents in the practice's system (page "Document types")."""

    def iter(self, *, active: bool | None = None, location_id: int | None = None) -> AsyncIterator[DocumentType]:
        """Walk through the types of a location; active ones only unless *active* is ``False``."""
        return self._each(calls.list_document_types(self._scope.at(location_id), {"active": active}))

    async def get(self, id: int, *, location_id: int | None = None) -> DocumentType:
        """Return the type *id*.

        Raises:
            NotFoundError: There is none at this location.
        """
        return await self._send(calls.get_document_type(self._scope.at(location_id), id))


class AsyncPatientAlerts(AsyncResource):
    """Alerts made through the API; those of the practice's own program cannot be read (page "Patient alerts")."""

    def iter(self, patient_id: int, *, include_disabled: bool | None = None) -> AsyncIterator[PatientAlert]:
        """Walk through the alerts of a patient; those switched off only if *include_disabled* is true."""
        return self._each(calls.list_alerts(self._scope, patient_id, {"include_disabled": include_disabled}))

    async def get(self, patient_id: int, alert_id: int) -> PatientAlert:
        """Return the alert *alert_id* of a patient.

        Raises:
            NotFoundError: There is none.
        """
        return await self._send(calls.get_alert(self._scope, patient_id, alert_id))

    async def create(self, patient_id: int, note: str) -> PatientAlert:
        """Create an alert for a patient and return it.

        Raises:
            AmbiguousWriteError: The answer was lost: look before creating again.
        """
        return await self._send(calls.create_alert(self._scope, patient_id, note))

    async def disable(self, patient_id: int, alert_id: int) -> PatientAlert:
        """Switch an alert off and return it; nothing switches it on again.

        Raises:
            NotFoundError: There is none.
        """
        return await self._send(calls.disable_alert(self._scope, patient_id, alert_id))


class AsyncClinicalNotes(AsyncResource):
    """Notes of providers; read only (page "Clinical notes")."""

    def iter(
        self, *, location_id: int | None = None, **filters: Unpack[ClinicalNoteFilters]
    ) -> AsyncIterator[ClinicalNote]:
        """Walk through the notes of a location.

        Args:
            location_id: Location; the client's own unless given.
            filters: See `ClinicalNoteFilters`.
        """
        return self._each(calls.list_clinical_notes(self._scope.at(location_id), filters))

    def pages(
        self, *, location_id: int | None = None, **filters: Unpack[ClinicalNoteFilters]
    ) -> AsyncIterator[Page[ClinicalNote]]:
        """Walk as `iter` does, page by page."""
        return self._pages(calls.list_clinical_notes(self._scope.at(location_id), filters))
