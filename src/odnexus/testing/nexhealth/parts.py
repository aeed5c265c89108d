"""The parts of a multipart body, read as a server does."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from email.parser import BytesParser
from typing import cast

from attrs import field, frozen

from odnexus.testing.http import SimRequest
from odnexus.testing.nexhealth.values import Refusal


@frozen(kw_only=True)
class Part:
    """One part: a field, or a file with its name."""

    content: bytes = field(repr=False)
    filename: str = ""
    kind: str = ""


def read_parts(request: SimRequest, names: Sequence[str], *, strict: bool) -> dict[str, Part]:
    """Return the parts of a multipart body by name.

    Raises:
        Refusal: 415 for another kind of body, 400 for a missing, unknown or unnamed part.
    """
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise Refusal(415, "The provided content-type is not supported")
    message = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
    if not message.is_multipart():
        raise Refusal(400, "The request body is not multipart")
    parts = dict(_named(cast("Message", part)) for part in cast("list[object]", message.get_payload()))
    unknown = sorted(set(parts) - set(names))
    if strict and unknown:
        raise Refusal(400, *(f"{name} is invalid" for name in unknown))
    if names[0] not in parts or not parts[names[0]].content:
        raise Refusal(400, f"Missing parameter {names[0]}")
    return parts


def _named(part: Message) -> tuple[str, Part]:
    name = part.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise Refusal(400, "The request body is not multipart")
    content = part.get_payload(decode=True)
    kind = part.get_content_type() if part.get_filename() else ""
    return name, Part(content=cast("bytes", content) or b"", filename=part.get_filename() or "", kind=kind)
