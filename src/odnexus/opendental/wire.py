"""Open Dental's wire format, read: the one place that knows cattrs.

Rules of the format (page "API Specification"):

- Booleans are the texts ``"true"`` and ``"false"``; some methods write ``"True"`` and ``"False"``, raw rows 0 and 1.
- No date is ``0001-01-01``, no time ``0001-01-01 00:00:00``; both, and an empty text, are read as ``None``, as is the
  American spelling of the same (``1/1/0001 12:00:00 AM``) that some methods have.
- Dates and times have no zone: they are the office's wall clock. One that comes with a zone is refused and not guessed:
  an hour wrong is a visit at the wrong time. So is an American date, in which nobody can tell day from month.
- Numbers may come as texts (schedules, `CommType`), a ZIP code may come as a number.
- An enumeration is its word; a word we do not know stays text. Where a number comes, it is the database's.
- A list of one may come as the object itself; keys may differ in case only (`Confirmed`, `confirmed`).
- A write may answer with an empty body, and any 2xx is a success.

An answer that does not fit is an `UnexpectedResponseError` with paths (``$[3].Birthdate``), never values. Writing is
the matter of `odnexus.opendental.kinds` and `endpoints`, errors that of `refusals`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache, partial
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast, get_args, get_origin

from attrs import NOTHING, fields, frozen

from odnexus._calls import Json, LeaveOut, Reply, Secret, read_rows
from odnexus.errors import UnexpectedResponseError
from odnexus.opendental.models import Record, Subscription
from odnexus.opendental.models.insurance import MISSPELT
from odnexus.opendental.names import SPELLINGS
from odnexus.opendental.refusals import says_none

if TYPE_CHECKING:
    import cattrs

R = TypeVar("R", bound=Record)

_Reader: TypeAlias = Callable[[object], object]


class MisfitError(ValueError):
    """A value that does not fit; the message says what was expected."""


@frozen
class NoBody:
    """A write was accepted and nothing was said about the record but perhaps its number (``0``: not even that)."""

    number: int = 0


# Scalars.

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)?")

_NO_DATE = re.compile(r"0?1/0?1/0001( .*)?")


def _int(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
        return int(value)
    raise MisfitError("expected a whole number")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise MisfitError("expected a text")


def _bool(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if isinstance(value, str | int) and word in _BOOLEANS:
        return _BOOLEANS[word]
    raise MisfitError('expected "true" or "false"')


_BOOLEANS: dict[str, bool | None] = {"true": True, "false": False, "1": True, "0": False, "": None}


def _date_time(value: object) -> datetime | None:
    if value == "" or (isinstance(value, str) and _NO_DATE.fullmatch(value.strip())):
        return None
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise MisfitError("expected a date yyyy-MM-dd or a time yyyy-MM-dd HH:mm:ss")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    # Open Dental's empty date is in year 1; MySQL's own, which should never get here, in year 0.
    if year <= 1:
        return None
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise MisfitError("expected a day that exists") from None


def _date(value: object) -> date | None:
    moment = _date_time(value)
    return moment and moment.date()


def _time(value: object) -> time | None:
    if value == "":
        return None
    try:
        return datetime.strptime(cast(str, value), "%H:%M:%S").time()
    except (TypeError, ValueError):
        raise MisfitError("expected a time HH:mm:ss") from None


def _decimal(value: object) -> Decimal | None:
    if value == "":
        return None
    try:
        return Decimal(_text(value))
    except InvalidOperation:
        raise MisfitError("expected a number") from None


def _numbers(value: object) -> tuple[int, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise MisfitError('expected numbers, as "5,6" or as a list')
    return tuple(_int(part) for part in cast("list[object]", parts) if part != "")


def _secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else Secret(_text(value))


def _number_or_text(value: object) -> int | str:
    try:
        return _int(value)
    except MisfitError:
        return _text(value)


def _optional_int(value: object) -> int | None:
    return None if value == "" else _int(value)


def _word(kind: type[StrEnum]) -> _Reader:
    by_letters = {_letters(word): word for word in kind}
    members = list(kind)

    def read(value: object) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return members[value] if 0 <= value < len(members) else str(value)
        letters = _letters(_text(value))
        meant = by_letters.get(_letters(MISSPELT.get(letters, letters)))
        return _text(value) if meant is None else meant

    return read


def _letters(word: str) -> str:
    return word.replace(" ", "").casefold()


_READERS: Mapping[object, _Reader] = {
    int: _int,
    str: _text,
    bool: _bool,
    date: _date,
    datetime: _date_time,
    time: _time,
    Decimal: _decimal,
    Secret: _secret,
    tuple[int, ...]: _numbers,
}


def _reader(annotation: object) -> _Reader:
    """Return how a value of type *annotation* is read."""
    if get_origin(annotation) is not UnionType:
        return _READERS.get(annotation, lambda value: value)
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return _word(kind)
    if int in kinds:
        return _number_or_text if str in kinds else _optional_int
    return _READERS[kinds[0]]


# Records.


def _hook(annotation: Any) -> Callable[[object, Any], object]:
    read = _reader(annotation)
    return lambda value, _: read(value)


def _is_plain(annotation: Any) -> bool:
    return not (isinstance(annotation, type) and issubclass(annotation, Record))


@cache
def _converter() -> cattrs.Converter:
    # Paid with the first answer, so that an import and a first client stay cheap.
    import cattrs  # noqa: PLC0415

    converter = cattrs.Converter()
    converter.register_structure_hook_factory(_is_plain, _hook)
    # cattrs has hooks of its own for these, which a factory does not replace.
    for plain_type in (int, str, bool):
        converter.register_structure_hook(plain_type, _hook(plain_type))
    return converter


_ZIPS = frozenset({"zip", "billing_zip", "pay_to_zip"})


@frozen
class _Words:
    """What has to be known of a record to name what a row says: a page has up to ten thousand rows."""

    names: Mapping[str, str]
    several: tuple[tuple[str, tuple[str, ...]], ...]
    keys: tuple[str, ...]


_words: dict[type[Record], _Words] = {}


def _make_words(record: type[Record]) -> _Words:
    spelt = SPELLINGS[record].items()
    return _Words(
        names={words[0]: name for name, words in spelt if len(words) == 1},
        several=tuple((name, words) for name, words in spelt if len(words) > 1),
        keys=tuple(each.name for each in fields(record) if each.default is not NOTHING and each.default == 0),
    )


def _named(record: type[Record], row: Mapping[str, object]) -> dict[str, object]:
    """Return what *row* says by our names, without what it says nothing about."""
    known = _words.get(record) or _words.setdefault(record, _make_words(record))
    said = {known.names[word]: value for word, value in row.items() if word in known.names and value is not None}
    for name, spellings in known.several:
        value = next((row[word] for word in spellings if word in row), None)
        if value is not None:
            said[name] = value
    for name in _ZIPS & said.keys():
        said[name] = _zip_text(said[name])
    # An emptied foreign key is the vendor's 0; an emptied primary key is a fault.
    for name in known.keys:
        if said.get(name) == "":
            del said[name]
    return said


def _zip_text(value: object) -> object:
    """Return a ZIP code that came as a number with the zeros it lost."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:0{5 if value < 100_000 else 9}d}"
    return value


def _kept(record: type[Record], row: Mapping[str, object]) -> Mapping[str, object]:
    if record is Subscription and "CustomerKey" in row:
        return {**row, "CustomerKey": Secret(str(row["CustomerKey"]))}
    return row


def structure(record: type[R], row: object, path: str = "$") -> R:
    """Return *row* as a *record*; raise `MisfitError` with one line per fault, each with its path below *path*."""
    if not isinstance(row, dict):
        raise MisfitError(f"expected an object @ {path}")
    row = cast("dict[str, object]", row)
    try:
        return _converter().structure({**_named(record, row), "raw": _kept(record, row)}, record)
    except ExceptionGroup as group:
        # cattrs gathers all faults of a record, each with a note that names the attribute.
        faults, _ = cast("cattrs.ClassValidationError", group).group_exceptions()
        lines = [f"{_rule(fault)} @ {path}.{SPELLINGS[record][note.name][0]}" for fault, note in faults]
        raise MisfitError("; ".join(lines)) from None


def _rule(fault: BaseException) -> str:
    if isinstance(fault, KeyError):
        return "missing"
    return str(fault) if isinstance(fault, MisfitError) else "cannot be read"


# Answers.


def one(record: type[R], call_name: str, number: int | None = None) -> Callable[[Reply], R]:
    """Return the reader of an answer that is one *record*, of that *number* where it has one of its own."""

    def read(reply: Reply) -> R:
        rows = _rows(reply, call_name)
        if len(rows) != 1:
            raise _unexpected(call_name, "expected one object @ $")
        found = _structured(record, rows[0], call_name, "$")
        if _is_other(found, number):
            raise _unexpected(call_name, f"another record than was asked for @ $.{SPELLINGS[record][record.KEY[0]][0]}")
        return found

    return read


def many(record: type[R], call_name: str, unread: LeaveOut | None = None) -> Callable[[Reply], list[R]]:
    """Return the reader of an answer that is a list of *record*; an empty one may come as a 404 that says so.

    A row that does not fit is left out if *unread* is there to be told of it, else the whole answer is refused.
    """

    def structured(place: int, row: Json) -> R:
        return _structured(record, row, call_name, f"$[{place}]")

    def read(reply: Reply) -> list[R]:
        if says_none(reply):
            return []
        return read_rows(_rows(reply, call_name), structured, partial(_number_of, record), unread)

    return read


def _number_of(record: type[Record], row: Json) -> object:
    """Return the number of *row* itself, as it stands there."""
    if not isinstance(row, dict) or len(record.KEY) != 1:
        return None
    words = SPELLINGS[record][record.KEY[0]]
    return next((value for word in words if (value := row.get(word)) is not None), None)


def _is_other(found: Record, number: int | None) -> bool:
    """Return whether *found* is another record than that of *number*: it would be taken for what it is not."""
    return number is not None and len(found.KEY) == 1 and found.key != (number,)


def written(record: type[R], call_name: str, number: int | None = None) -> Callable[[Reply], R | NoBody]:
    """Return the reader of the answer to a write that promises a *record* and may come without one.

    Where the *number* is known, an answer about another record says nothing about this one. A record that does not
    fit, but whose number can be read, is as good as none: it can be read back.
    """

    def read(reply: Reply) -> R | NoBody:
        try:
            body = reply.json()
        except ValueError:
            body = None
        rows = body if isinstance(body, list) else [body]
        located = _number_in_location(reply)
        if not (len(rows) == 1 and isinstance(rows[0], dict) and rows[0]):
            return NoBody(located)
        try:
            found = _structured(record, rows[0], call_name, "$")
        except UnexpectedResponseError:
            shown = _number_of(record, rows[0])
            known = int(str(shown)) if isinstance(shown, int | str) and str(shown).isdecimal() else located
            if not known:
                raise
            return NoBody(known)
        return NoBody() if _is_other(found, number) else found

    return read


def plain(call_name: str) -> Callable[[Reply], Json]:
    """Return the reader of an answer that is any JSON, or nothing (``None``)."""

    def read(reply: Reply) -> Json:
        try:
            return reply.json()
        except ValueError:
            raise _unexpected(call_name, "expected JSON @ $") from None

    return read


def _rows(reply: Reply, call_name: str) -> list[Json]:
    body = plain(call_name)(reply)
    if isinstance(body, dict):
        return [body]
    if not isinstance(body, list):
        raise _unexpected(call_name, "expected a list or an object @ $")
    return body


def _structured(record: type[R], row: object, call_name: str, path: str) -> R:
    try:
        return structure(record, row, path)
    except MisfitError as misfit:
        raise _unexpected(call_name, *str(misfit).split("; ")) from None


def _number_in_location(reply: Reply) -> int:
    found = re.search(r"/([0-9]{1,18})/?$", reply.headers.get("location", "").strip())
    return int(found[1]) if found else 0


def _unexpected(call_name: str, *problems: str) -> UnexpectedResponseError:
    return UnexpectedResponseError("; ".join(problems[:5]), "opendental", call_name, problems)
