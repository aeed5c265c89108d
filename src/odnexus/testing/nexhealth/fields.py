"""Parameters and body fields as tables, and the reading of a request against them.

A table entry says what the reference says: name, type, whether it is required, its words. Unknown query parameters are
not an error but are named in a warning; unknown body fields, wrong types and wrong words are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import MAXYEAR, UTC, date, datetime, tzinfo
from typing import Literal, TypeAlias, cast

from attrs import field, frozen

from odnexus.testing.http import Json, read_json
from odnexus.testing.nexhealth.values import Refusal, Values, is_row

Kind: TypeAlias = Literal["text", "number", "flag", "day", "instant", "time", "object", "numbers", "texts"]
Default: TypeAlias = str | int | bool | None

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class _Invalid(ValueError):
    """A value of the wrong type or form."""


@frozen(kw_only=True)
class Field:
    """One parameter or body field of an operation."""

    name: str
    kind: Kind = "text"
    required: bool = False
    default: Default = None
    words: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    joined: bool = False
    """An array sent as one comma list instead of repeated keys."""
    fields: tuple[Field, ...] = field(default=())
    free: bool = False
    """An object that may hold anything."""


@frozen(kw_only=True)
class Reading:
    """How strictly a request is read."""

    strict: bool = True
    coerce: bool = True
    """Numbers and truth values may be written as text, as they are in a query."""
    both_array_styles: bool = False
    zone: tzinfo | None = UTC
    """Zone of times without an offset; None refuses them."""


def read_query(
    fields: Sequence[Field], query: Sequence[tuple[str, str]], reading: Reading
) -> tuple[Values, tuple[str, ...]]:
    """Return the checked parameters and the names that were ignored.

    Raises:
        Refusal: 400 with one message per missing or invalid parameter.
    """
    sent: dict[str, list[str]] = {}
    for name, text in query:
        sent.setdefault(name, []).append(text)
    complaints: list[str] = []
    held: dict[str, object] = {}
    for entry in fields:
        texts = sent.pop(entry.name, [])
        value = _parameter(entry, texts, reading, complaints)
        if value is not None:
            held[entry.name] = value
    if complaints:
        raise Refusal(400, *complaints)
    return Values(held), tuple(sent)


def read_body(fields: Sequence[Field], content: bytes, reading: Reading) -> Values:
    """Return the checked body.

    Raises:
        Refusal: 400 when it is no JSON object or a field is missing, unknown or invalid.
    """
    try:
        body = read_json(content or b"{}")
    except ValueError:
        raise Refusal(400, "The request body is not valid JSON") from None
    if not is_row(body):
        raise Refusal(400, "The request body is not an object")
    complaints: list[str] = []
    values = _object(fields, body, reading, complaints)
    if complaints:
        raise Refusal(400, *complaints)
    return values


def _parameter(entry: Field, texts: list[str], reading: Reading, complaints: list[str]) -> object:
    if not texts or texts == [""]:
        if entry.required:
            complaints.append(f"Missing parameter {entry.name.removesuffix('[]')}")
        return entry.default
    if entry.kind in {"numbers", "texts"}:
        return _array(entry, texts, reading, complaints)
    return _checked(entry, texts[-1], reading, complaints)


def _array(entry: Field, texts: list[str], reading: Reading, complaints: list[str]) -> object:
    commas = any("," in text for text in texts)
    wrong_style = (entry.joined and len(texts) > 1) or (not entry.joined and commas)
    if wrong_style and not reading.both_array_styles:
        complaints.append(f"{entry.name} is invalid")
        return None
    items: list[Json] = [part.strip() for text in texts for part in text.split(",")]
    return _checked(entry, items, reading, complaints)


def _object(fields: Sequence[Field], body: Mapping[str, Json], reading: Reading, complaints: list[str]) -> Values:
    held: dict[str, object] = {}
    for entry in fields:
        value = body.get(entry.name)
        if value is None:
            if entry.required:
                complaints.append(f"Missing parameter {entry.name}")
            if entry.default is not None:
                held[entry.name] = entry.default
            continue
        held[entry.name] = _checked(entry, value, reading, complaints)
    unknown = sorted(set(body) - {entry.name for entry in fields})
    if reading.strict:
        complaints.extend(f"Unknown parameter {name}" for name in unknown)
    return Values({name: value for name, value in held.items() if value is not None})


def _checked(entry: Field, value: Json, reading: Reading, complaints: list[str]) -> object:
    if entry.kind == "object":
        if not is_row(value):
            complaints.append(f"{entry.name} is invalid")
            return None
        return Values(dict(value)) if entry.free else _object(entry.fields, value, reading, complaints)
    try:
        parsed = _PARSERS[entry.kind](value, reading)
    except (ValueError, OverflowError):  # of ours, or of `fromisoformat`
        complaints.append(f"{entry.name} is invalid")
        return None
    if not _allowed(entry, parsed):
        complaints.append(f"{entry.name} does not have a valid value")
        return None
    return parsed


def _allowed(entry: Field, value: object) -> bool:
    if isinstance(value, tuple):
        return not entry.words or set(cast("tuple[object, ...]", value)) <= set(entry.words)
    if entry.words and value not in entry.words:
        return False
    if isinstance(value, int) and not isinstance(value, bool):
        return (entry.least is None or value >= entry.least) and (entry.most is None or value <= entry.most)
    return True


def _text(value: Json, reading: Reading) -> str:
    if isinstance(value, str):
        return value
    if reading.strict or isinstance(value, (dict, list)):
        raise _Invalid
    return str(value)


def _number(value: Json, reading: Reading) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if reading.coerce and isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise _Invalid


def _flag(value: Json, reading: Reading) -> bool:
    if isinstance(value, bool):
        return value
    if reading.coerce and value in ("true", "false"):
        return value == "true"
    raise _Invalid


def _day(value: Json, _: Reading) -> date:
    if not isinstance(value, str):
        raise _Invalid
    return date.fromisoformat(value)


def parse_instant(value: Json, reading: Reading) -> datetime:
    """Return a moment from text: any ISO 8601 form, a bare date is its midnight.

    Raises:
        ValueError: For anything else, and for a time without offset where those are refused.
    """
    if not isinstance(value, str):
        raise _Invalid
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None and reading.zone is None:
        raise _Invalid
    utc = (moment if moment.tzinfo is not None else moment.replace(tzinfo=reading.zone)).astimezone(UTC)
    if utc.year == MAXYEAR:
        raise _Invalid  # what begins then could not end
    return utc


def _time(value: Json, _: Reading) -> str:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise _Invalid
    return value


def _numbers(value: Json, reading: Reading) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise _Invalid
    return tuple(_number(item, reading) for item in value)


def _texts(value: Json, reading: Reading) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Invalid
    return tuple(_text(item, reading) for item in value)


_PARSERS: dict[str, Callable[[Json, Reading], object]] = {
    "text": _text,
    "number": _number,
    "flag": _flag,
    "day": _day,
    "instant": parse_instant,
    "time": _time,
    "numbers": _numbers,
    "texts": _texts,
}
