"""How NexHealth's answers become records; the one door to cattrs for this API.

Rules of the format, each with a test:

* Every body is an envelope ``{code, description, error, data, count | page_info}``. ``code: false`` is a refusal, also
  under a 2xx (page "Response body").
* Times are ISO 8601, with or without milliseconds, in UTC; slot times carry the practice's offset and keep it.
* Booleans, ids and numbers may come as text; ids of the practice's system are text, whatever they look like.
* ``null``, and an empty text where no text belongs, are ``None``; `Record.raw` tells them from *absent*.
* A single object where a list belongs is a list of one, and a list of one where an object belongs is that object.
* ``canceled`` is read as ``cancelled``.
* A patient may sit in ``data``, ``data.user`` or ``data.patient``; a written appointment in ``data.appt``.

A value that does not fit raises `UnexpectedResponseError` naming its path, never the value. Only `Bio` is lenient.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, TypeVar, cast, get_args, get_origin

from attrs import evolve, fields, frozen, resolve_types

from odnexus._calls import Json, LeaveOut, Reply, Secret, read_rows
from odnexus.nexhealth import models
from odnexus.nexhealth.envelopes import envelope, misfit
from odnexus.nexhealth.models import Appointment, Bio, Created, Institution, Location, Page, Patient, Record, Slot

if TYPE_CHECKING:
    from cattrs import BaseValidationError, Converter

R = TypeVar("R", bound=Record)

ALIASES: Mapping[type[Record], Mapping[str, str]] = {
    # An old changelog and some payloads have one l.
    Appointment: {"canceled": "cancelled", "canceled_at": "cancelled_at"},
}
"""Other spellings of fields, by record."""

HIDDEN: Mapping[type[Record], tuple[str, ...]] = {models.WebhookEndpoint: ("secret_key",)}
"""Fields that `raw` does not repeat."""

_TRUE, _FALSE = frozenset({"true", "t", "1", "yes"}), frozenset({"false", "f", "0", "no"})
_INTEGER = re.compile(r"-?\d{1,18}")
_RUBY_ZONE = re.compile(r" (UTC|[+-]\d{2}:?\d{2})$")


class _MisfitError(ValueError):
    """A value that does not read as its type; the message says what was expected."""


# --- single values -----------------------------------------------------------------------------------------------


def _integer(value: object, _: object = None) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise _MisfitError("expected an integer")


def _text(value: object, _: object = None) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _MisfitError("expected text")


def _number_or_text(value: object, _: object = None) -> int | str:
    text = _text(value)
    return int(text) if _INTEGER.fullmatch(text) else text


def _boolean(value: object, _: object = None) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if isinstance(value, str | int) and word in _TRUE | _FALSE:
        return word in _TRUE
    raise _MisfitError("expected true or false")


def _number(value: object, _: object = None) -> float:
    try:
        return float(_text(value))
    except ValueError:
        raise _MisfitError("expected a number") from None


def _money(value: object, _: object = None) -> Decimal:
    try:
        return Decimal(_text(value))
    except InvalidOperation:
        raise _MisfitError("expected a decimal number") from None


def _moment(value: object) -> datetime:
    text = _text(value).strip()
    # Ruby's own spelling of a time: "2026-03-04 15:30:00 UTC", "2026-03-04 08:30:00 -0700".
    text = _RUBY_ZONE.sub(lambda zone: "+00:00" if zone[1] == "UTC" else zone[1], text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _MisfitError("expected a date-time") from None


def _instant(value: object, _: object = None) -> datetime:
    moment = _moment(value)
    # "Timestamps are in UTC": a text without an offset can only mean that.
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _slot_time(value: object, _: object = None) -> datetime:
    moment = _moment(value)
    if moment.tzinfo is None:
        raise _MisfitError("expected a date-time with an offset")
    return moment


def _day(value: object, _: object = None) -> date:
    try:
        return date.fromisoformat(_text(value).strip()[:10])
    except ValueError:
        raise _MisfitError("expected a date") from None


def _clock_time(value: object, _: object = None) -> time:
    try:
        return time.fromisoformat(_text(value).strip())
    except ValueError:
        raise _MisfitError("expected a time HH:MM") from None


def _bag(value: object, _: object = None) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value)
    raise _MisfitError("expected an object")


def _secret(value: object, _: object = None) -> Secret:
    return Secret(_text(value))


# --- records -----------------------------------------------------------------------------------------------------


@frozen
class _Shape:
    """What has to be known of a record class to prepare an object for it."""

    build: Callable[[Mapping[str, object], object], Record]
    lists: frozenset[str]
    texts: frozenset[str]
    aliases: Mapping[str, str]
    hidden: tuple[str, ...]

    def prepare(self, value: Mapping[str, object]) -> dict[str, object]:
        ready: dict[str, object] = {}
        for key, item in value.items():
            name = self.aliases.get(key, key)
            if item is None or (item == "" and name not in self.texts):
                continue
            ready[name] = [item] if name in self.lists and not isinstance(item, list) else item
        ready["raw"] = {key: item for key, item in value.items() if key not in self.hidden}
        return ready


_shapes: dict[type[Record], _Shape] = {}


def _make_shape(kind: type[Record]) -> _Shape:
    from cattrs.gen import make_dict_structure_fn, override  # noqa: PLC0415 - as in `_converter`

    resolve_types(kind, localns=dict(models.NAMES))
    types = {item.name: item.type for item in fields(kind)}
    overrides = {"raw": override(struct_hook=_bag)}
    if kind is Slot:
        overrides.update(dict.fromkeys(("time", "end_time"), override(struct_hook=_slot_time)))
    return _Shape(
        build=make_dict_structure_fn(kind, _converter(), **overrides),  # type: ignore[arg-type]
        lists=frozenset(name for name, type_ in types.items() if get_origin(type_) is tuple),
        texts=frozenset(name for name, type_ in types.items() if str in get_args(type_)),
        aliases=ALIASES.get(kind, {}),
        hidden=HIDDEN.get(kind, ()),
    )


def _alone(value: object) -> object:
    """Return the object in a list of one, any other value as it is."""
    if not isinstance(value, list):
        return value
    items = cast("list[object]", value)
    return items[0] if len(items) == 1 else items


def _structure_record(value: object, kind: type[Record]) -> Record:
    value = _alone(value)
    if not isinstance(value, Mapping):
        raise _MisfitError("expected an object")
    shape = _shapes.get(kind) or _shapes.setdefault(kind, _make_shape(kind))
    return shape.build(shape.prepare(cast("Mapping[str, object]", value)), kind)


def _structure_bio(value: object, kind: type[Bio]) -> Bio:
    """Read what can be read: no key of a bio is promised, and one odd phone must not lose a page of patients."""
    value = _alone(value)
    if not isinstance(value, Mapping):
        return Bio()
    bag = cast("Mapping[str, object]", value)
    read = {item.name: _try(bag.get(item.name), item.type) for item in fields(kind) if item.name != "raw"}
    return Bio(raw=dict(bag), **{name: item for name, item in read.items() if item is not None})  # type: ignore[arg-type]


def _try(value: object, kind: object) -> object:
    try:
        return _converter().structure(value, cast("type[object]", kind))
    except _MisfitError:
        return None


@cache
def _converter() -> Converter:
    # Paid with the first answer, so that an import and a first client stay cheap.
    from cattrs import Converter  # noqa: PLC0415

    converter = Converter(detailed_validation=True)
    converter.register_structure_hook(int, _integer)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(bool, _boolean)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(Decimal, _money)
    converter.register_structure_hook(datetime, _instant)
    converter.register_structure_hook(date, _day)
    converter.register_structure_hook(time, _clock_time)
    converter.register_structure_hook(Secret, _secret)
    converter.register_structure_hook(int | str, _number_or_text)
    converter.register_structure_hook_func(_is_bag, _bag)
    converter.register_structure_hook_func(_is_record, _structure_record)
    converter.register_structure_hook(Bio, _structure_bio)
    return converter


def _is_record(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Record)


def _is_bag(kind: object) -> bool:
    origin: object = get_origin(kind)
    return origin is Mapping


def structure(value: object, kind: type[R], *, name: str = "", path: str = "$") -> R:
    """Return *value*, an object as received, as a record of *kind*.

    Args:
        value: The object.
        kind: Record class.
        name: Name of the call, for the error.
        path: Where the object stood in the answer, for the error.

    Raises:
        UnexpectedResponseError: It does not fit; `problems` name paths, never values.
    """
    try:
        return _converter().structure(value, kind)
    except (ExceptionGroup, _MisfitError) as error:
        from cattrs import transform_error  # noqa: PLC0415 - as in `_converter`

        # cattrs gathers all faults of a record, each with a note that says where.
        problems = transform_error(cast("BaseValidationError", error), path, _problem)
        raise misfit(name, *problems) from None


def _problem(error: BaseException, _: object) -> str:
    if isinstance(error, _MisfitError):
        return str(error)
    return "missing" if isinstance(error, KeyError) else "unexpected value"


# --- envelopes ---------------------------------------------------------------------------------------------------


def _opened(reply: Reply, name: str) -> dict[str, Json]:
    found = envelope(reply)
    if found is None:
        raise misfit(name, "expected an envelope @ $")
    return found


def read_one(kind: type[R], name: str, *nests: str, number: int | None = None) -> Callable[[Reply], R]:
    """Return a reader for an answer with one object in ``data``, or in one of the *nests* below it.

    An object that is not the one of that *number* is refused: it would be written where it does not belong.
    """

    def read(reply: Reply) -> R:
        data, path = _unnested(_opened(reply, name).get("data"), nests)
        found = structure(data, kind, name=name, path=path)
        if number is not None and getattr(found, "id", number) != number:
            raise misfit(name, f"another record than was asked for @ {path}.id")
        return found

    return read


def _unnested(data: Json, nests: Sequence[str]) -> tuple[Json, str]:
    if isinstance(data, list) and len(data) == 1:
        return data[0], "$.data[0]"
    if isinstance(data, dict) and "id" not in data:
        for nest in nests:
            if isinstance(data.get(nest), dict):
                return data[nest], f"$.data.{nest}"
    return data, "$.data"


def read_page(kind: type[R], name: str, nest: str = "", unread: LeaveOut | None = None) -> Callable[[Reply], Page[R]]:
    """Return a reader for an answer with a list in ``data`` (older answers: in ``data`` under the key *nest*).

    A row that does not fit is left out if *unread* is there to be told of it, else the whole answer is refused.
    """

    def read(reply: Reply) -> Page[R]:
        body = _opened(reply, name)
        data, path = body.get("data"), "$.data"
        if isinstance(data, dict) and nest in data:
            data, path = data[nest], f"$.data.{nest}"
        if data not in (None, {}) and not isinstance(data, list):
            raise misfit(name, f"expected a list @ {path}")

        def structured(place: int, row: Json) -> R:
            return structure(row, kind, name=name, path=f"{path}[{place}]")

        return _page(body, tuple(read_rows(data or (), structured, _number_of, unread)))

    return read


def _number_of(row: Json) -> object:
    return row.get("id") if isinstance(row, dict) else None


def _page(body: Mapping[str, Json], rows: tuple[R, ...]) -> Page[R]:
    info = body.get("page_info")
    info = info if isinstance(info, dict) else {}
    count = body.get("count")
    return Page(
        rows=rows,
        has_next_page=_says_yes(info.get("has_next_page")),
        has_previous_page=_says_yes(info.get("has_previous_page")),
        start_cursor=_cursor(info.get("start_cursor")),
        end_cursor=_cursor(info.get("end_cursor")),
        count=count if isinstance(count, int) else None,
        description=_line(body.get("description")),
    )


def _says_yes(value: Json) -> bool:
    """Return whether *value* is true in any spelling: a further page that is overlooked is lost."""
    return str(value).strip().lower() in _TRUE


def _cursor(value: Json) -> str | None:
    return None if value in (None, "") else str(value)


def _line(value: Json) -> str | None:
    # The document says text, the page "Response body" says a list.
    if isinstance(value, list):
        value = "; ".join(str(item) for item in value)
    return str(value) if value else None


def read_locations(name: str) -> Callable[[Reply], Page[Location]]:
    """Return a reader for ``GET /locations``, which lists institutions with their locations, as a flat list."""
    read_institutions = read_page(Institution, name)

    def read(reply: Reply) -> Page[Location]:
        page = read_institutions(reply)
        rows = tuple(_with_institution(location, found) for found in page.rows for location in found.locations)
        return evolve(cast("Page[Location]", page), rows=rows, count=None)

    return read


def _with_institution(location: Location, institution: Institution) -> Location:
    bare = evolve(institution, locations=())
    return evolve(location, institution=bare, institution_id=location.institution_id or institution.id)


def read_created(name: str) -> Callable[[Reply], Created]:
    """Return a reader for ``POST /patients``: 201 is a new patient, 200 one that was there."""
    read_patient = read_one(Patient, name, "user", "patient")
    return lambda reply: Created(patient=read_patient(reply), existed=reply.status == 200)


def read_written_appointment(name: str, number: int | None = None) -> Callable[[Reply], Appointment]:
    """Return a reader for a booking or an edit (of that *number*), which answer ``data.appt``."""
    read_appointment = read_one(Appointment, name, "appt", "appointment", number=number)

    def read(reply: Reply) -> Appointment:
        appointment = read_appointment(reply)
        data = _opened(reply, name).get("data")
        secret = data.get("stripe_client_secret") if isinstance(data, dict) else None
        return evolve(appointment, stripe_client_secret=Secret(secret)) if isinstance(secret, str) else appointment

    return read


def read_nothing(name: str) -> Callable[[Reply], None]:
    """Return a reader for an answer whose body carries nothing (204), or an envelope without data."""

    def read(reply: Reply) -> None:
        if reply.content.strip():
            # What is neither was said by somebody else, such as the page of a proxy.
            _opened(reply, name)

    return read


def read_envelope(name: str) -> Callable[[Reply], Json]:
    """Return a reader that gives the whole envelope as JSON, ``None`` for an empty body."""

    def read(reply: Reply) -> Json:
        try:
            return reply.json()
        except ValueError:
            raise misfit(name, "expected JSON @ $") from None

    return read
