"""Fields of documents that may be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Required, TypedDict

from odnexus.opendental.models import ImgType


class _DocumentDetails(TypedDict, total=False):
    description: str | None
    date_created: datetime
    doc_category: int
    img_type: ImgType | str
    tooth_numbers: str | None
    prov_num: int | None
    print_heading: bool


class DocumentUpload(_DocumentDetails, total=False):
    """A new document (page "API Documents", POST Upload). Without `doc_category` it lands in the first category."""

    pat_num: Required[int]
    raw_base64: Required[str]
    extension: Required[str]


class DocumentByUrl(_DocumentDetails, total=False):
    """A new document that the office fetches when a user opens it (page "API Documents", POST SetByUrl)."""

    pat_num: Required[int]
    url: Required[str]


class DocumentChanges(_DocumentDetails, total=False):
    """Changes of a document (page "API Documents", PUT)."""
