"""Intake forms: from whatever carries a patient's answers to one shape, and to a note that loses none of them.

NexHealth's v3.0.0 has no way to read a form's answers; they arrive in webhooks of older subscriptions, in v3.1.0
responses, or as the plain mapping of a hand-made bridge. All three are understood. What a field map files goes into
fields; every other answer goes into the chart note, in the order it came.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from attrs import field, frozen

from odnexus.mapping.answers import as_text, flatten, paired
from odnexus.mapping.attached import Attachment, split
from odnexus.mapping.table import FieldMap

ANSWER_KEYS = ("patient_submitted_data", "answers", "responses", "form_data", "data")
"""Where the answers stand, tried in order; without any, the record itself is the answers."""

ENVELOPE_KEYS = frozenset(
    {
        "id", "uuid", "patient_id", "user_id", "location_id", "institution_id", "subdomain", "event", "event_name",
        "form_id", "form_schema_id", "form_schema_uuid", "form_slug", "title", "name", "status", "request_status",
        "created_at", "updated_at", "submitted_at", "completed_at", "foreign_id", "foreign_id_type", "outcome",
    }
)  # fmt: skip
"""Keys of a record that say what it is, not what the patient answered."""

NOTE_LIMIT = 60_000
"""Longest note that is sent, in characters: commlog notes are texts of 64 KiB (schema 25.4)."""


@frozen(kw_only=True)
class Form:
    """A submitted form.

    Attributes:
        id: Its id, ``""`` if it carries none.
        patient_id: NexHealth patient, ``None`` if it names none.
        title: What the form is called, ``""`` if it does not say.
        submitted_at: When (text as received), ``""`` if it does not say.
        version: What tells this submission from an earlier one of the form, ``""`` if nothing does.
        answers: Path → answer, without empty ones and without documents.
        documents: Documents that came along: a signed consent, a picture of a card.
        outcome: What became of it at NexHealth (``complete``, ``failed``), ``""`` if nothing is said.
    """

    id: str = ""
    patient_id: int | None = None
    title: str = ""
    submitted_at: str = ""
    version: str = ""
    answers: Mapping[str, object] = field(factory=dict[str, object], repr=False)
    documents: tuple[Attachment, ...] = ()
    outcome: str = ""


def read_form(record: Mapping[str, Any]) -> Form:
    """Return the form that *record* is. Never raises: what is not understood is an answer."""
    inside: Mapping[str, Any] | None = None
    source = ""
    for key in ANSWER_KEYS:
        value = record.get(key)
        inside = cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else paired(value)
        if inside is not None:
            source = key
            break
    plain = {key: value for key, value in record.items() if key not in ENVELOPE_KEYS}
    answers, documents = split(inside if inside is not None else plain)
    if inside is not None:
        # A document may stand beside the answers; whatever else does says what the form is.
        documents += split({key: value for key, value in plain.items() if key != source})[1]
    return Form(
        id=_text(record, "id", "uuid"),
        patient_id=_number(record),
        title=_text(record, "title", "name", "form_slug"),
        submitted_at=_text(record, "submitted_at", "completed_at", "updated_at", "created_at"),
        version=_text(record, "submitted_at", "completed_at", "updated_at"),
        answers=flatten(answers),
        documents=documents,
        outcome=_text(record, "outcome"),
    )


def _text(record: Mapping[str, Any], *names: str) -> str:
    return next((str(record[name]) for name in names if record.get(name)), "")


def _number(record: Mapping[str, Any]) -> int | None:
    patient = record.get("patient")
    nested: Any = cast("Mapping[str, Any]", patient).get("id") if isinstance(patient, Mapping) else None
    for value in (record.get("patient_id"), record.get("user_id"), nested):
        if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()):
            return int(value)
    return None


def stamp_for(form: Form, otherwise: str = "") -> str:
    """Return the words by which a filed form is recognised in a note: another submission has others.

    Args:
        form: The form.
        otherwise: What tells this submission from others where the form itself says nothing.
    """
    return ", ".join(part for part in (f"NexHealth form {form.id}".rstrip(), form.version or otherwise) if part)


def is_stamped(text: str, stamp: str) -> bool:
    """Return whether *text* carries *stamp*; Open Dental may have turned its line breaks into blanks."""
    plain, wanted = " ".join(text.split()), " ".join(stamp.split())
    return re.search(rf"{re.escape(wanted)}(?![\w.:,-]|\s*,)", plain) is not None


def unfiled(form: Form, fields: FieldMap, filed: Collection[str]) -> dict[str, object]:
    """Return the answers that belong into the chart note: all that no field or record holds whole.

    Args:
        form: The form.
        fields: The map.
        filed: Keys (`Explained.key`) of values that now stand where they belong: for a field of a patient its target.
    """
    done = fields.accounted(form.answers, filed)
    return {path: value for path, value in form.answers.items() if path not in done}


def chart_note(form: Form, answers: Mapping[str, object], stamp: str, remarks: Sequence[str] = ()) -> str:
    """Return the note that keeps *answers* and *remarks*, one to a line, with the stamp at its end."""
    head = form.title or "Intake form"
    when = f", submitted {form.submitted_at}" if form.submitted_at else ""
    lines = [f"{head}{when}", *(f"{label(path)}: {_said(value)}" for path, value in answers.items()), *remarks]
    body = "\n".join(lines)
    tail = f"\n{stamp}"
    return body[: NOTE_LIMIT - len(tail)] + tail


def label(path: str) -> str:
    """Return a readable name of an answer: ``emergencyContact.phone`` → ``Emergency contact phone``."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in path)
    words = " ".join(spaced.replace("_", " ").replace(".", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:].lower()


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(_said(each) for each in cast("list[object]", value))
    return " ".join(as_text(value).split())
