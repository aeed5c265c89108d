"""Documents (page "Documents"): uploads and addresses to fetch from; never the bytes, and no SFTP.

Mounts are not simulated: nothing in the documents makes one through the API.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from odnexus.testing.http import Json
from odnexus.testing.opendental.endpoints import (
    OTHERS,
    Answer,
    Ask,
    Endpoint,
    Param,
    accept,
    created,
    reading,
    updated,
)
from odnexus.testing.opendental.refusals import Refusal, invalid, required
from odnexus.testing.opendental.resources.patients import refuse_deleted
from odnexus.testing.opendental.schema import Field, Schema, Shown, hidden, twin
from odnexus.testing.opendental.twins import definition_text
from odnexus.testing.opendental.values import (
    BOOL,
    DATETIME,
    INT,
    TEXT,
    Kind,
    Row,
    Value,
    definition,
    filled,
    filter_key,
    key_of,
    shaped,
    words,
)

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice

IMAGE_CATEGORIES = 18

DOCUMENT = Schema(
    name="documents",
    key="DocNum",
    one="Document",
    first_key=6001,
    stamp="DateTStamp",
    fields=(
        Field("DocNum", INT),
        Field("Description", TEXT),
        Field("DateCreated", DATETIME),
        Field("DocCategory", definition(IMAGE_CATEGORIES, "DocCategory")),
        twin("docCategory", definition_text("DocCategory")),
        Field("PatNum", key_of("patients", "Patient", zero=False)),
        Field("FileName", TEXT),
        Field("ImgType", words("Document", "Radiograph", "Photo", "File", "Attachment")),
        Field("ToothNumbers", shaped(r"\d+(-\d+)?(,\d+(-\d+)?)*")),
        Field("DateTStamp", DATETIME),
        Field("ProvNum", key_of("providers", "Provider")),
        Field("PrintHeading", BOOL),
        # What a user's program turns into a file when the document is first opened.
        hidden("Note", TEXT),
    ),
)
_DETAILS = "Description DateCreated@{0} DocCategory ImgType ToothNumbers@23.1.35 ProvNum@24.2.32 PrintHeading@24.2.32"


def _base64(name: str, raw: Json, practice: Practice) -> Value:
    value = filled(TEXT).read(name, raw, practice)
    try:
        content = base64.b64decode(str(value), validate=True)
    except ValueError:
        raise invalid(name) from None
    if not content:
        raise required(name)
    return value


BASE64 = Kind("", _base64)


def content_of(row: Row) -> bytes:
    """Return the bytes that were uploaded for a document, empty if there are none (yet)."""
    note = row.text("Note")
    if not note.startswith("_rawBase64_:"):
        return b""
    return base64.b64decode(note.partition(":")[2].partition("_")[2])


def _keep(ask: Ask, note: str, name: str) -> Answer:
    practice, args = ask.practice, ask.args
    refuse_deleted(practice, args.number("PatNum"))
    defaults: dict[str, Value] = {
        "DateCreated": practice.now(),
        "DocCategory": practice.first_definition(IMAGE_CATEGORIES),
        "FileName": name,
    }
    given = {word: value for word, value in args.items() if word in DOCUMENT.columns()}
    return created(ask, DOCUMENT, practice.insert("documents", {**defaults, **given, "Note": note}))


def _upload(ask: Ask) -> Answer:
    extension = ask.args.text("extension")
    return _keep(ask, f"_rawBase64_:{extension}_{ask.args.text('rawBase64')}", f"{extension.lstrip('.')} stub")


def _by_url(ask: Ask) -> Answer:
    return _keep(ask, f"_download_:{ask.args.text('url')}", "stub")


def _row(ask: Ask, row: Row) -> Shown:
    """Return a row of the list, which looks unlike the single record: keys are texts here, and there is a path."""
    note = row.text("Note") if ask.practice.switches.pending_upload_in_note else ""
    return {
        "DocNum": row["DocNum"],
        "MountNum": 0,
        "filePath": "",
        "Description": row["Description"],
        "PatNum": str(row["PatNum"]),
        "Note": note,
        "DateCreated": row["DateCreated"],
        "docCategory": definition_text("DocCategory")(ask.practice, row),
        "DocCategory": row["DocCategory"],
        "ToothNumbers": row["ToothNumbers"],
        "ProvNum": str(row["ProvNum"]),
        "PrintHeading": row["PrintHeading"],
        "DateTStamp": row["DateTStamp"],
        "serverDateTime": ask.practice.now(),
    }


def _list(ask: Ask) -> Answer:
    rows = [row for row in ask.practice.rows("documents") if row["PatNum"] == ask.args["PatNum"]]
    if not rows and ask.practice.switches.no_documents == "not_found":
        raise Refusal(404, "No documents exist for this patient")
    rows.sort(key=lambda row: (row.moment("DateCreated"), row.number("DocNum")))
    return Answer(content=[_row(ask, row) for row in rows])


def _change(ask: Ask) -> Answer:
    ask.practice.change("documents", ask.row.number("DocNum"), ask.args)
    return updated(ask, DOCUMENT)


def _delete(ask: Ask) -> Answer:
    ask.practice.remove("documents", ask.row.number("DocNum"))
    return Answer()


ENDPOINTS = (
    reading(DOCUMENT, "24.2.32"),
    Endpoint(
        verb="GET",
        route="/documents",
        since="21.2",
        query=(Param("PatNum", filter_key("patients", "Patient"), required=True),),
        paged=True,
        run=_list,
    ),
    Endpoint(
        verb="POST",
        route="/documents/Upload",
        since="21.1",
        permission="ApiDocuments",
        body=(
            *accept(DOCUMENT, "PatNum! " + _DETAILS.format("22.1")),
            Param("rawBase64", BASE64, required=True),
            Param("extension", filled(shaped(r"\.\w+")), required=True),
        ),
        run=_upload,
    ),
    Endpoint(
        verb="POST",
        route="/documents/SetByUrl",
        since="21.1",
        permission=OTHERS,
        body=(
            *accept(DOCUMENT, "PatNum! " + _DETAILS.format("24.2.32")),
            Param("url", filled(shaped(r"https?://\S+")), required=True),
        ),
        run=_by_url,
    ),
    Endpoint(
        verb="PUT",
        route="/documents/{DocNum}",
        since="24.2.32",
        permission=OTHERS,
        body=accept(DOCUMENT, "Description DateCreated DocCategory ImgType ToothNumbers ProvNum PrintHeading"),
        schema=DOCUMENT,
        run=_change,
    ),
    Endpoint(
        verb="DELETE",
        route="/documents/{DocNum}",
        since="24.2.32",
        permission=OTHERS,
        schema=DOCUMENT,
        run=_delete,
    ),
)
