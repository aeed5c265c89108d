"""Finding answers in a record: by dotted path, under either spelling, one or several at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

FLAT_NAMES: Mapping[str, str] = {
    "firstName": "first_name",
    "lastName": "last_name",
    "middleName": "middle_name",
    "email": "email",
    "dateOfBirth": "bio.date_of_birth",
    "phoneNumber": "bio.phone_number",
    "gender": "bio.gender",
    "address": "bio.address_line_1",
    "city": "bio.city",
    "state": "bio.state",
    "zip": "bio.zip_code",
    "insuranceProvider": "bio.insurance_name",
}
"""Flat names of hand-made bridges and what they mean in NexHealth's own words."""


_REAL_TO_FLAT = {real: flat for flat, real in FLAT_NAMES.items()}


def spellings(source: str) -> list[str]:
    """Return *source* with its other spelling, if it has one."""
    return list(dict.fromkeys([source, FLAT_NAMES.get(source, source), _REAL_TO_FLAT.get(source, source)]))


def look(record: Mapping[str, Any], source: str) -> object:
    """Return the answer at *source* in *record*, under its real or its flat name; ``None`` if there is none.

    Boxes of one question (``{"allergies": {"latex": True, "iodine": False}}``) are the list of those that are ticked.
    """
    for path in spellings(source):
        value = _at(record, path.split("."))
        if value is None:
            value = record.get(path)
        if value is not None and not isinstance(value, Mapping):
            return value
        if ticked := _ticked(record, path):
            return ticked
    return None


def _at(record: Mapping[str, Any], steps: list[str]) -> object:
    head, *rest = steps
    value: Any = record.get(head)
    if not rest:
        return cast(object, value)
    return _at(cast("Mapping[str, Any]", value), rest) if isinstance(value, Mapping) else None


def _ticked(record: Mapping[str, Any], path: str) -> list[str]:
    boxes = {name: value for name, value in flatten(record).items() if name.startswith(f"{path}.")}
    if not boxes or not all(isinstance(value, bool) for value in boxes.values()):
        return []
    return [name.removeprefix(f"{path}.") for name, value in boxes.items() if value]


def under(record: Mapping[str, Any], path: str) -> set[str]:
    """Return *path* and the paths of its ticked boxes in *record*."""
    return {path, *(f"{path}.{name}" for name in _ticked(record, path))}


def find(record: Mapping[str, Any], source: str) -> str | None:
    """Return the text at *source* in *record*, under its real or its flat name; ``None`` if there is none."""
    value = look(record, source)
    return None if value is None else as_text(value)


def as_text(value: object) -> str:
    """Return an answer as text: lists joined by commas, ticks as yes and no."""
    if isinstance(value, list | tuple):
        return ", ".join(as_text(each) for each in cast("list[object]", value))
    if isinstance(value, Mapping):
        return ", ".join(f"{path}: {as_text(each)}" for path, each in flatten(cast("Mapping[str, Any]", value)).items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def items_of(answer: object) -> list[str]:
    """Return the single answers in *answer*: a list as it is, a text split at commas, semicolons and line breaks."""
    if isinstance(answer, list | tuple):
        parts = [as_text(each) for each in cast("list[object]", answer)]
    else:
        parts = re.split(r"[,;\n]", as_text(answer))
    return [" ".join(part.split()) for part in parts if part.strip()]


QUESTION_KEYS = ("key", "field", "field_name", "name", "slug", "question", "label", "title")
"""Where a pair names its question, tried in order: the name of a program before the words of a person."""

REPLY_KEYS = ("answer", "value", "response")
"""Where a pair holds what was answered."""


def paired(value: object) -> Mapping[str, Any] | None:
    """Return answers that came as a list of pairs (``{"question": …, "answer": …}``) by question, ``None`` if not so.

    A question that comes twice has both answers.
    """
    if not isinstance(value, list) or not value:
        return None
    pairs: dict[str, list[Any]] = {}
    for each in cast("list[object]", value):
        pair: Mapping[str, Any] = cast("Mapping[str, Any]", each) if isinstance(each, Mapping) else {}
        question = next((pair[key] for key in QUESTION_KEYS if isinstance(pair.get(key), str) and pair[key]), None)
        reply = next((key for key in REPLY_KEYS if key in pair), None)
        if question is None or reply is None:
            return None
        pairs.setdefault(question, []).append(pair[reply])
    return {question: replies[0] if len(replies) == 1 else replies for question, replies in pairs.items()}


def flatten(record: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Return *record* with dotted paths for keys, without empty values."""
    flat: dict[str, object] = {}
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat.update(flatten(cast("Mapping[str, Any]", value), f"{path}."))
        elif value not in (None, "", [], ()):
            flat[path] = value
    return flat
