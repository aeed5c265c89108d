"""Documents of the Imaging module in Open Dental."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Unpack

from odnexus._async.opendental_routes import AsyncResource
from odnexus._calls import Call
from odnexus.opendental import calls, steps
from odnexus.opendental.changes import DocumentByUrl, DocumentChanges, DocumentUpload, spells_out
from odnexus.opendental.models import Document
from odnexus.opendental.tables import documents
from odnexus.opendental.wire import NoBody


class AsyncDocuments(AsyncResource):
    """Documents and mounts of patients; never their content (page "API Documents")."""

    async def get(self, doc_num: int) -> Document:
        """Return the document *doc_num* (24.2.32).

        Raises:
            NotFoundError: There is no such document.
        """
        return await self._connection.send(calls.get_one(documents.DOCUMENT, Document, doc_num))

    def iter(self, *, pat_num: int, offset: int = 0) -> AsyncIterator[Document]:
        """Return the documents and mounts of a patient, oldest first, page by page (21.2); *offset* rows are skipped.

        Raises:
            NotFoundError: There is no such patient.
        """
        return self._connection.rows(calls.listing(documents.DOCUMENTS, Document, {"pat_num": pat_num}, offset))

    @spells_out(DocumentUpload)
    async def upload(self, **fields: Unpack[DocumentUpload]) -> Document:
        """Put a file into a patient's Imaging module and return its record.

        Needs the permission *Documents* only. Without `doc_category` it lands in the office's first category. The
        whole request may have 16.8 million characters, so the file about 12 MB.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before uploading again.
        """
        return await self._connection.run(self._made(calls.write_one(documents.UPLOAD, Document, fields)))

    @spells_out(DocumentByUrl)
    async def set_by_url(self, **fields: Unpack[DocumentByUrl]) -> Document:
        """Name a file that the office fetches when a user opens it, and return its record.

        Raises:
            ConfigurationError: A field is missing, unknown, or does not fit; nothing was sent.
            AmbiguousWriteError: The answer was lost: look before doing it again.
        """
        return await self._connection.run(self._made(calls.write_one(documents.SET_BY_URL, Document, fields)))

    def _made(self, write: Call[Document | NoBody]) -> steps.Steps[Document]:
        return steps.written(
            write,
            lambda number: Document(doc_num=number),
            lambda number: calls.get_one(documents.DOCUMENT, Document, number),
        )

    @spells_out(DocumentChanges)
    async def update(self, doc_num: int, **changes: Unpack[DocumentChanges]) -> None:
        """Change what is said of a document (24.2.32). ``None`` clears, absent leaves.

        Raises:
            ConfigurationError: A field is unknown or does not fit, or none was given; nothing was sent.
            NotFoundError: There is no such document.
        """
        await self._connection.send(calls.carry_out(documents.UPDATE_DOCUMENT, doc_num, changes))

    async def delete(self, doc_num: int) -> None:
        """Delete a document and its file for good (24.2.32).

        Raises:
            NotFoundError: There is no such document (any more).
        """
        await self._connection.send(calls.carry_out(documents.DELETE_DOCUMENT, doc_num))
