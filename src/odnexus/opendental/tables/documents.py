"""Documents of the Imaging module: what may be asked and sent (page "API Documents").

Nothing downloads the content of a document but SFTP, which is left to the client's `request`.
"""

from __future__ import annotations

from odnexus.opendental import kinds
from odnexus.opendental.endpoints import Endpoint, Field, fields, may, must, since
from odnexus.opendental.filters import equals
from odnexus.opendental.kinds import words
from odnexus.opendental.models import ImgType

PAGE = "API Documents"

DOCUMENT = Endpoint(method="GET", path="/documents/{DocNum}", gate=since("24.2.32"), permission="ApiReadAll", page=PAGE)
DOCUMENTS = Endpoint(
    method="GET",
    path="/documents",
    gate=since("21.2"),
    permission="ApiReadAll",
    page=PAGE,
    params=fields(
        Field(word="PatNum", kind=kinds.POSITIVE, required=True, check=equals("pat_num")),
        may("Offset", kinds.NUMBER),
    ),
)


def _details(created: str, teeth: str, provider: str) -> tuple[Field, ...]:
    """Return what may be said of a document, with the gates of one method."""
    return (
        may("Description", kinds.TEXT),
        may("DateCreated", kinds.DATE_TIME.keep(), created),
        may("DocCategory", kinds.POSITIVE),
        may("ImgType", words(ImgType)),
        may("ToothNumbers", kinds.TOOTH_NUMBERS, teeth),
        may("ProvNum", kinds.KEY, provider),
        may("PrintHeading", kinds.BOOLEAN, provider),
    )


UPLOAD = Endpoint(
    method="POST",
    path="/documents/Upload",
    permission="ApiDocuments",
    page=PAGE,
    repeatable=False,
    body=fields(
        must("PatNum", kinds.POSITIVE),
        must("rawBase64", kinds.BASE64),
        must("extension", kinds.EXTENSION),
        *_details("22.1", "23.1.35", "24.2.32"),
    ),
)
SET_BY_URL = Endpoint(
    method="POST",
    path="/documents/SetByUrl",
    permission="ApiAllOthers",
    page=PAGE,
    repeatable=False,
    body=fields(must("PatNum", kinds.POSITIVE), must("url", kinds.URL), *_details("24.2.32", "23.1.35", "24.2.32")),
)
UPDATE_DOCUMENT = Endpoint(
    method="PUT",
    path="/documents/{DocNum}",
    gate=since("24.2.32"),
    permission="ApiAllOthers",
    page=PAGE,
    partial=True,
    body=fields(*_details("", "", "")),
)
DELETE_DOCUMENT = Endpoint(
    method="DELETE", path="/documents/{DocNum}", gate=since("24.2.32"), permission="ApiAllOthers", page=PAGE
)

ENDPOINTS = (DOCUMENT, DOCUMENTS, UPLOAD, SET_BY_URL, UPDATE_DOCUMENT, DELETE_DOCUMENT)
