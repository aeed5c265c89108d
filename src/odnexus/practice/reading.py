"""A practice's settings out of a file's content, with every problem named at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from odnexus.errors import ConfigurationError
from odnexus.mapping.table import FieldMap, MapRule, Problem
from odnexus.practice.location import ZONE_REMEDY, is_zone

T = TypeVar("T")


class PracticeFileError(ConfigurationError):
    """A practice file has problems; `problems` lists all of them, each with its place and remedy."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(f"{problem.place}: {problem.remedy}" for problem in self.problems)


_UNITS = {"s": 1, "sec": 1, "min": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400, "minute": 60, "second": 1}
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*", re.IGNORECASE)


def _length(value: object, _: type) -> timedelta:
    """Read a length of time: ``"30 minutes"``, ``"2 h"``, ``"400 days"``, or a number of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].lower() not in _UNITS:
        raise ValueError('give a length such as "30 minutes"')
    return timedelta(seconds=float(match[1]) * _UNITS[match[2].lower()])


_KINDS = {int: "a number", str: "a text in quotes", bool: "true or false"}


def _strict(kind: type) -> Any:
    """Return a hook that takes values of *kind* only: a TOML file says what it means."""

    def check(value: object, _: type) -> object:
        if kind is int and isinstance(value, str) and value.isdecimal():
            # Keys of a table are texts in TOML.
            return int(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"give {_KINDS[kind]}")
        return value

    return check


def structured(content: object, kind: type[T], problems: list[Problem]) -> T | None:
    """Return *content* as *kind*, or add what is wrong with it to *problems*."""
    # cattrs takes a while to import, and only who reads a file needs it.
    from cattrs import ClassValidationError, Converter, IterableValidationError, transform_error  # noqa: PLC0415

    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(timedelta, _length)
    for plain in (int, str, bool):
        converter.register_structure_hook(plain, _strict(plain))
    converter.register_structure_hook(
        FieldMap, lambda value, _: FieldMap(rules=converter.structure(value, tuple[MapRule, ...]))
    )
    try:
        return converter.structure(content, kind)
    except (ClassValidationError, IterableValidationError) as error:
        for line in transform_error(error, format_exception=_remedy):
            said, _, place = line.rpartition(" @ $")
            name, _, remedy = said.rpartition(": ")
            problems.append(Problem(place=_joined(place.lstrip("."), name), remedy=remedy))
    except ConfigurationError as error:
        place, _, remedy = str(error).partition(": ")
        problems.append(Problem(place=place, remedy=remedy))
    return None


def _joined(place: str, name: str) -> str:
    """Return where a fault lies: what cattrs was reading, and the setting that a validator of it names."""
    if not place or not name:
        return place or name or "file"
    return f"{place}.{name.rpartition('.')[2]}"


def problems_of_location(place: str, content: object) -> Iterator[Problem]:
    """Yield what only the finished values tell, also where other settings of the location are wrong."""
    if not isinstance(content, dict):
        return
    content = cast("dict[str, object]", content)
    if "timezone" in content and not is_zone(content["timezone"]):
        yield Problem(place=f"{place}.timezone", remedy=ZONE_REMEDY)
    fields = structured(content.get("fields", []), FieldMap, [])
    for problem in fields.check() if fields is not None and "fields" in content else ():
        yield Problem(place=f"{place}.{problem.place}", remedy=problem.remedy)


def _remedy(error: BaseException, kind: type | None) -> str:
    """Say what to do about one fault that cattrs found."""
    from cattrs.errors import ForbiddenExtraKeysError  # noqa: PLC0415

    match error:
        case ForbiddenExtraKeysError():
            return f"there is no setting called {', '.join(sorted(error.extra_fields))}"
        case KeyError():
            return f"{error.args[0]} is missing; add it"
        case ConfigurationError() | ValueError():
            return str(error)
        case _:
            if get_origin(kind) is Literal:
                return f"choose from {', '.join(map(str, get_args(kind)))}"
            if get_origin(kind) in {tuple, list, frozenset}:
                return "give a list, in square brackets"
            return "give a value that fits this setting"
