"""Documents inside a form: told from answers by what they look like, so that no picture ends up as text in a note.

No page says how a payload carries a document. Understood are a data URL, Base64 of a PDF, JPEG or PNG, an object with a
``url`` or with Base64 (as Form.io's files and NexHealth's `PatientDocument` are), and lists of these.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from attrs import field, frozen

EXTENSIONS: Mapping[str, str] = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
"""Kinds of documents that are filed: MIME type → extension."""

_MAGIC = (("JVBERi", "application/pdf"), ("/9j/", "image/jpeg"), ("iVBORw0KGg", "image/png"))
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w=.+-]+)*;base64,(.*)", re.DOTALL)
_SHORTEST = 40
"""Shorter texts are answers, whatever they begin with."""


@frozen(kw_only=True)
class Attachment:
    """A document that came with a form.

    Attributes:
        path: Where in the form it stood.
        name: Its file name, ``""`` if it has none.
        kind: MIME type, ``""`` if it does not say.
        content: Base64, ``""`` if it must be fetched.
        url: Where it can be fetched, ``""`` if its content came along.
    """

    path: str
    name: str = field(default="", repr=False)
    kind: str = ""
    content: str = field(default="", repr=False)
    url: str = field(default="", repr=False)

    @property
    def extension(self) -> str:
        """Return the extension of a kind that is filed, ``""`` for any other."""
        guessed = self.kind or _kind_of_name(self.name or self.url.partition("?")[0])
        return EXTENSIONS.get(guessed, "")


def attachment(path: str, value: object) -> Attachment | None:
    """Return the document that *value* is, ``None`` if it is an answer."""
    if isinstance(value, str):
        return _of_text(path, value)
    if isinstance(value, Mapping):
        return _of_object(path, cast("Mapping[str, Any]", value))
    return None


def _of_text(path: str, text: str) -> Attachment | None:
    if found := _DATA_URL.fullmatch(text.strip()):
        content = "".join(found[2].split())
        return Attachment(path=path, kind=found[1].lower(), content=content) if _is_base64(content) else None
    plain = "".join(text.split())
    for magic, kind in _MAGIC:
        if plain.startswith(magic) and len(plain) >= _SHORTEST and _is_base64(plain):
            return Attachment(path=path, kind=kind, content=plain)
    return None


def _of_object(path: str, value: Mapping[str, Any]) -> Attachment | None:
    name = next((str(value[key]) for key in ("filename", "file_name", "originalName", "name") if value.get(key)), "")
    kind = str(value.get("type") or value.get("content_type") or "").lower()
    for key in ("content", "base64", "data", "url"):
        inner = attachment(path, value.get(key)) if isinstance(value.get(key), str) else None
        if inner is not None:
            return Attachment(path=path, name=name, kind=inner.kind, content=inner.content)
    url = value.get("url")
    if isinstance(url, str) and url and (name or kind):
        return Attachment(path=path, name=name, kind=kind if "/" in kind else "", url=url)
    return None


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False


def _kind_of_name(name: str) -> str:
    endings = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
    return endings.get("." + name.rpartition(".")[2].lower(), "") if "." in name else ""


def split(record: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Attachment, ...]]:
    """Return *record* without its documents, and the documents, in the order in which they stand."""
    found: list[Attachment] = []
    kept = _kept(record, "", found)
    return cast("dict[str, Any]", kept), tuple(found)


def _kept(value: object, path: str, found: list[Attachment]) -> object:
    """Return *value* without documents, which go into *found*."""
    if path and (document := attachment(path, value)) is not None:
        found.append(document)
        return None
    if isinstance(value, Mapping):
        inner = cast("Mapping[str, object]", value)
        return {key: _kept(each, f"{path}.{key}" if path else str(key), found) for key, each in inner.items()}
    if isinstance(value, list | tuple):
        items = [_kept(each, path or "0", found) for each in cast("list[object]", value)]
        return list(_without_gaps(items, cast("list[object]", value)))
    return value


def _without_gaps(items: list[object], before: list[object]) -> Iterator[object]:
    for item, original in zip(items, before, strict=True):
        if item is not None or original is None:
            yield item
