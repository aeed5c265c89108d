"""How values are checked and spelled on their way to NexHealth: one small function per kind of value.

A kind takes a Python value and returns it as JSON, or raises `UnfitError` with the remedy; `table` says which field is
of which kind. Only what is documented gets through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Literal, TypeAlias, cast
from urllib.parse import urlsplit

from attrs import frozen

from odnexus._calls import Json
from odnexus.errors import ConfigurationError

Kind: TypeAlias = Callable[[object], Json]

NOTE_LIMIT = 128
"""Longest note, in characters (page "Appointments")."""

# North American numbers: area code and exchange start with 2–9 (page "Find or create a patient").
_NANP = re.compile(r"[2-9]\d{2}[2-9]\d{6}", re.ASCII)
_TEN_DIGITS = re.compile(r"\d{10}", re.ASCII)
_REMEDY = "give exactly ten digits, without country code (mapping.ten_digits makes them)"


class UnfitError(ValueError):
    """A value that is not of its kind; the message is the remedy and holds no value."""


@frozen(kw_only=True)
class Field:
    """One thing that a call can say.

    Attributes:
        kind: How its value is checked and spelled.
        place: ``"query"``, or the wrapper in the body, such as ``"appt"`` or ``"patient.bio"``; ``""`` is the body.
        wire: NexHealth's spelling, where it is not the Python name.
        array: For lists in the query: ``"repeat"`` the key, or send one ``"comma"`` list.
        required: The call makes no sense without it.
    """

    kind: Kind
    place: str = "query"
    wire: str = ""
    array: Literal["", "repeat", "comma"] = ""
    required: bool = False


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a hint naming the entry of *known* closest to *name*, or all of them when they are few."""
    close = get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(known)}" if len(known) <= 20 else "see the page of the call"


def fault(call: str, name: str, remedy: str) -> ConfigurationError:
    """Return the error for *name* of *call*: field and remedy, never the value."""
    return ConfigurationError(": ".join(filter(None, (call, name, remedy))))


# --- kinds -------------------------------------------------------------------------------------------------------


def integer(value: object) -> Json:
    """Take a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise UnfitError("give an integer")
    return value


def between(low: int, high: int | None = None) -> Kind:
    """Take a whole number from *low* to *high*."""

    def kind(value: object) -> Json:
        number = integer(value)
        if cast(int, number) < low or (high is not None and cast(int, number) > high):
            raise UnfitError(f"give an integer from {low}" + (f" to {high}" if high else ""))
        return number

    return kind


def text(value: object) -> Json:
    """Take a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise UnfitError("give a text that is not empty")
    return value


def free_text(value: object) -> Json:
    """Take a text, which may be empty."""
    if not isinstance(value, str):
        raise UnfitError("give a text")
    return value


def foreign_id(value: object) -> Json:
    """Take an id of the practice's system, which is always text."""
    return text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def note(value: object) -> Json:
    """Take a note of at most `NOTE_LIMIT` characters."""
    spelled = free_text(value)
    if len(cast(str, spelled)) > NOTE_LIMIT:
        raise UnfitError(f"NexHealth holds {NOTE_LIMIT} characters; shorten it")
    return spelled


def boolean(value: object) -> Json:
    """Take true or false."""
    if not isinstance(value, bool):
        raise UnfitError("give True or False")
    return value


def only_true(remedy: str) -> Kind:
    """Take true; *remedy* says why false cannot be written."""

    def kind(value: object) -> Json:
        if boolean(value) is not True:
            raise UnfitError(remedy)
        return True

    return kind


def instant(value: object) -> Json:
    """Take an aware moment; it is sent with its offset, to the millisecond."""
    if not isinstance(value, datetime):
        raise UnfitError("give a datetime")
    if value.utcoffset() is None:
        raise UnfitError("give a datetime with a time zone; NexHealth reads one without in a zone nobody documents")
    # A fraction is cut, not rounded: a lower bound stays a lower bound.
    return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")


def day(value: object) -> Json:
    """Take a date."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise UnfitError("give a date")
    return value.isoformat()


def phone(value: object) -> Json:
    """Take a North American number of ten digits, as NexHealth stores it (it cuts the rest off)."""
    if not isinstance(value, str) or not _TEN_DIGITS.fullmatch(value):
        raise UnfitError(_REMEDY)
    if not _NANP.fullmatch(value):
        raise UnfitError("not a North American number: area code and exchange start with 2 to 9")
    return value


def stored_phone(value: object) -> Json:
    """Take ten digits to search for: an office may have stored what is no valid number."""
    if not isinstance(value, str) or not _TEN_DIGITS.fullmatch(value):
        raise UnfitError(_REMEDY)
    return value


def email(value: object) -> Json:
    """Take an e-mail address. The pattern in the vendor's document is a slip of typing, so only the ``@`` is asked."""
    if not isinstance(value, str) or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value):
        raise UnfitError("give an e-mail address")
    return value


def web_address(value: object) -> Json:
    """Take an HTTPS URL; plain HTTP only on this machine, for simulators."""
    parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise UnfitError("give an https URL")
    return cast(str, value)


def word(*words: str) -> Kind:
    """Take one of the documented *words*."""

    def kind(value: object) -> Json:
        if value not in words:
            raise UnfitError(f"unknown word, {nearest(str(value), words)}")
        return str(value)

    return kind


def many(kind: Kind, *, most: int | None = None, least: int = 1) -> Kind:
    """Take a sequence of values of *kind*, from *least* to *most* of them."""

    def spell(value: object) -> Json:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence | set | frozenset):
            raise UnfitError("give a list")
        items = [kind(item) for item in cast("Sequence[object]", value)]
        if len(items) < least:
            raise UnfitError("give at least one, or leave it out")
        if most is not None and len(items) > most:
            raise UnfitError(f"NexHealth takes {most} at most")
        return items

    return spell


def one_or_many(kind: Kind) -> Kind:
    """Take one value of *kind* or a sequence of them, as a comma list."""

    def spell(value: object) -> Json:
        items = many(kind)([value] if isinstance(value, str) else value)
        return ",".join(str(item) for item in cast("list[Json]", items))

    return spell


def nested(table: Mapping[str, Field]) -> Kind:
    """Take a mapping whose entries are those of *table*."""

    def kind(value: object) -> Json:
        if not isinstance(value, Mapping):
            raise UnfitError("give a mapping")
        try:
            return compose("", table, cast("Mapping[str, object]", value))[1]
        except ConfigurationError as error:
            raise UnfitError(str(error)) from None

    return kind


# --- putting a call together -------------------------------------------------------------------------------------


def compose(
    call: str, table: Mapping[str, Field], values: Mapping[str, object]
) -> tuple[tuple[tuple[str, str], ...], dict[str, Json]]:
    """Return query parameters and body for *values*, in the order of *table*.

    ``None`` in the query means *not asked for*; in a body it is refused, since nothing can be cleared.

    Raises:
        ConfigurationError: A name is not in the table, a required one is missing, or a value does not fit its kind.
    """
    for name in values:
        if name not in table:
            raise fault(call, name, f"no such field, {nearest(name, tuple(table))}")
    query: list[tuple[str, str]] = []
    body: dict[str, Json] = {}
    for name, field in table.items():
        given = name in values and not (values[name] is None and field.place == "query")
        if not given:
            if field.required:
                raise fault(call, name, "required")
            continue
        spelled = _spell(call, name, field, values[name])
        if field.place == "query":
            query += _query_pairs(field.wire or name, field, spelled)
        else:
            _put(body, field.place, field.wire or name, spelled)
    return tuple(query), body


def _spell(call: str, name: str, field: Field, value: object) -> Json:
    if value is None:
        raise fault(call, name, "None cannot be sent (NexHealth has no way to clear it); leave it out")
    try:
        return field.kind(value)
    except UnfitError as error:
        raise fault(call, name, str(error)) from None


def _query_pairs(key: str, field: Field, spelled: Json) -> list[tuple[str, str]]:
    if not isinstance(spelled, list):
        return [(key, _query_text(spelled))]
    items = [_query_text(item) for item in spelled]
    return [(key, ",".join(items))] if field.array == "comma" else [(key, item) for item in items]


def _query_text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _put(body: dict[str, Json], place: str, key: str, value: Json) -> None:
    target = body
    for step in filter(None, place.split(".")):
        target = cast("dict[str, Json]", target.setdefault(step, {}))
    target[key] = value
