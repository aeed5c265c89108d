"""Files to and from NexHealth: the multipart body of an upload, and which address may be fetched with our token."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

from odnexus._calls import Call, Reply, require
from odnexus.errors import UnexpectedResponseError
from odnexus.nexhealth.rates import classes_of
from odnexus.nexhealth.refusals import refuse

DOWNLOAD = "GET /documents/{id}/download"
"""Name of the call behind the `url` of a document, which the vendor's document shows as an example only."""


def multipart(filename: str, content: bytes, document_type_id: int | None) -> tuple[bytes, str]:
    """Return the body of an upload and its content type; one file per call (page "Patient documents").

    Raises:
        ConfigurationError: The name is empty or has characters that a header cannot carry, or there is no content.
    """
    require(re.fullmatch(r"[^\x00-\x1f\x7f\"\\/]{1,255}", filename), "filename", "give a plain file name")
    require(content, "content", "give a content that is not empty")
    # Made from the content, so that the same upload is the same request.
    boundary = "odnexus-" + hashlib.sha256(content).hexdigest()[:32]
    parts = [_part(boundary, f'name="file"; filename="{filename}"', content, "application/octet-stream")]
    if filename.lower().endswith(".pdf"):
        parts = [_part(boundary, f'name="file"; filename="{filename}"', content, "application/pdf")]
    if document_type_id is not None:
        parts.append(_part(boundary, 'name="document_type_id"', str(document_type_id).encode(), ""))
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, disposition: str, content: bytes, kind: str) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n"
    head += f"Content-Type: {kind}\r\n" if kind else ""
    return head.encode() + b"\r\n" + content + b"\r\n"


def download(url: str, base_url: str, limit: int) -> Call[bytes]:
    """Return the call that fetches a document.

    Args:
        url: A path of the API, such as ``/documents/51/download``, or a whole address of the API's own host.
        base_url: Where the API lives: our token goes nowhere else.
        limit: Most bytes that are taken.

    Raises:
        ConfigurationError: The address is another host's.
    """
    parts, own = urlsplit(url), urlsplit(base_url)
    same_host = not parts.netloc or (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    require(same_host and parts.path.startswith("/"), "url", "only NexHealth's own API is asked with our token")
    require(not parts.path.startswith("//"), "url", "give a path of the API")

    def read(reply: Reply) -> bytes:
        if not reply.content or len(reply.content) > limit:
            raise UnexpectedResponseError("a document of another size", "nexhealth", DOWNLOAD, ("unexpected size @ $",))
        return reply.content

    query = tuple((key, value) for key, _, value in (pair.partition("=") for pair in parts.query.split("&") if pair))
    return Call(
        api="nexhealth",
        name=DOWNLOAD,
        method="GET",
        path=parts.path,
        params=query,
        idempotent=True,
        read=read,
        refuse=refuse,
        classes=classes_of("GET", "/documents/{id}/download"),
        headers=(("Accept", "*/*"),),
    )
