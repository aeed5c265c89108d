"""Documents that come with a form, into the Imaging module: each once, told by the stamp in its description.

What came along as Base64 is filed as it is. An address is fetched only from NexHealth's own API, with our token; any
other address stays what it is, a line in the note.
"""

from __future__ import annotations

import base64
from datetime import datetime

from odnexus._async.office import AsyncOffice
from odnexus._async.refusals import NOT_TAKEN, REFUSALS
from odnexus.errors import ApiError, ConfigurationError
from odnexus.mapping.attached import Attachment
from odnexus.mapping.intake import Form, is_stamped, label
from odnexus.opendental.changes import DocumentUpload
from odnexus.opendental.models import DefCategory, ImgType

DOCUMENT_LIMIT = 12_000_000
"""Bytes of one document: Open Dental takes requests of 16.8 million characters, and Base64 needs four for three."""


class AsyncDocumentFiling:
    """Files documents of one patient."""

    def __init__(self, office: AsyncOffice, subject: str) -> None:
        self._office = office
        self._subject = subject

    async def file(self, form: Form, pat_num: int, stamp: str, now: datetime) -> list[str]:
        """File the documents of *form*, and return a line for the note about each that could not be filed."""
        if not form.documents:
            return []
        if not self._office.location.intake.documents:
            return [_remark(each, "documents are not filed here") for each in form.documents]
        office, remarks = self._office, list[str]()
        try:
            there = [row.description or "" async for row in office.opendental.documents.iter(pat_num=pat_num)]
        except REFUSALS:
            await office.note(now, "failed", self._subject, "form.documents-unknown")
            return [_remark(each, "the office does not let us look at documents") for each in form.documents]
        for number, each in enumerate(form.documents, 1):
            mark = f"{stamp}, document {number}"
            if not any(is_stamped(description, mark) for description in there):
                why = await self._upload(form, each, mark, pat_num, now)
                remarks += [_remark(each, why)] if why else []
        return remarks

    async def _upload(self, form: Form, document: Attachment, mark: str, pat_num: int, now: datetime) -> str:
        """Put one document into the chart; return why not, ``""`` if it is there."""
        office = self._office
        if not document.extension:
            return "only PDF, JPEG and PNG are filed"
        content = document.content or await self._fetch(document, now)
        if not content:
            return "its address is not NexHealth's own, or answered nothing"
        if len(content) * 3 // 4 > DOCUMENT_LIMIT:
            return "too large for Open Dental"
        title = " ".join(part for part in (form.title or "Form", label(document.path)) if part)
        category = await self._category(now)
        fields = DocumentUpload(
            pat_num=pat_num,
            raw_base64=content,
            extension=document.extension,
            description=f"{title[:100]} ({mark})",
            img_type=ImgType.DOCUMENT if document.extension == ".pdf" else ImgType.PHOTO,
        )
        if category:
            fields["doc_category"] = category
        await office.turn.keep()
        try:
            await office.opendental.documents.upload(**fields)
        except NOT_TAKEN:
            await office.note(now, "failed", self._subject, "form.document-refused")
            return "the office refused it"
        related = [office.at_opendental(pat_num)]
        await office.note(now, "applied", self._subject, "form.document-filed", related=related)
        return ""

    async def _fetch(self, document: Attachment, now: datetime) -> str:
        try:
            content = await self._office.nexhealth.patient_documents.download(document.url, limit=DOCUMENT_LIMIT)
        except ConfigurationError:
            await self._office.note(now, "failed", self._subject, "form.document-elsewhere")
            return ""
        except ApiError as error:
            if error.transient:
                raise
            await self._office.note(now, "failed", self._subject, "form.document-not-fetched")
            return ""
        return base64.b64encode(content).decode()

    async def _category(self, now: datetime) -> int:
        """Return the first category that the location names and the office has, by DefNum; 0 if it has none."""
        office, wanted = self._office, [name.casefold() for name in self._office.location.intake.categories]
        found: dict[str, int] = {}
        try:
            async for row in office.opendental.definitions.iter(category=DefCategory.IMAGE_CATS):
                found.setdefault((row.item_name or "").strip().casefold(), row.def_num)
        except REFUSALS:
            return 0
        named = next((found[name] for name in wanted if name in found), 0)
        text = (
            "No image category of the office has a name that intake.categories lists. Documents of forms land in the "
            "office's first category: name one of the office's categories in the practice file."
        )
        await office.alert_once(now, "image-category", "" if named else "form.no-such-category", text)
        return named


def _remark(document: Attachment, why: str) -> str:
    shown = " ".join(part for part in (document.name, document.url) if part)
    return f"{label(document.path)}: document {shown}".rstrip() + f" was not filed: {why}"
