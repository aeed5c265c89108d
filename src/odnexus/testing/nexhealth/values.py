"""JSON with types: what the simulator reads from a request and writes into an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias, TypeGuard, cast
from zoneinfo import ZoneInfo

from odnexus.testing.http import Json

Row: TypeAlias = dict[str, Json]
"""A JSON object."""


class Refusal(Exception):
    """A request that NexHealth does not carry out.

    Args:
        status: HTTP status of the answer.
        messages: Texts for the list `error` of the envelope.
    """

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = messages


class Values:
    """Checked values by name, with one getter per type. A name that is absent gives None."""

    def __init__(self, held: Mapping[str, object] | None = None) -> None:
        self._held: Mapping[str, object] = held or {}

    def __contains__(self, name: str) -> bool:
        return name in self._held

    def __bool__(self) -> bool:
        return bool(self._held)

    def text(self, name: str) -> str | None:
        """Return a text."""
        value = self._held.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """Return a whole number."""
        value = self._held.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool | None:
        """Return a truth value."""
        value = self._held.get(name)
        return value if isinstance(value, bool) else None

    def day(self, name: str) -> date | None:
        """Return a date."""
        value = self._held.get(name)
        return value if isinstance(value, date) and not isinstance(value, datetime) else None

    def instant(self, name: str) -> datetime | None:
        """Return a moment, aware."""
        value = self._held.get(name)
        return value if isinstance(value, datetime) else None

    def numbers(self, name: str) -> tuple[int, ...] | None:
        """Return a list of whole numbers."""
        value = self._held.get(name)
        return cast("tuple[int, ...]", value) if isinstance(value, tuple) else None

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return a list of texts."""
        value = self._held.get(name)
        return cast("tuple[str, ...]", value) if isinstance(value, tuple) else None

    def inner(self, name: str) -> Values:
        """Return a sub-object; empty when absent."""
        value = self._held.get(name)
        return value if isinstance(value, Values) else Values()

    def needed(self, name: str) -> int:
        """Return a whole number that a check has already required."""
        value = self.number(name)
        assert value is not None, name
        return value

    def as_row(self) -> Row:
        """Return the plain values as JSON, dates as text."""
        return {name: as_json(value) for name, value in self._held.items()}


def as_json(value: object) -> Json:
    """Return a value of this module in JSON's terms."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return stamp(value)
        case date():
            return value.isoformat()
        case tuple():
            return [as_json(item) for item in cast("tuple[object, ...]", value)]
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def is_row(value: object) -> TypeGuard[Row]:
    """Tell whether *value* is a JSON object."""
    return isinstance(value, dict)


def stamp(moment: datetime) -> str:
    """Return *moment* as NexHealth writes times: UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def local_stamp(moment: datetime, zone: ZoneInfo) -> str:
    """Return *moment* as slots are written: the practice's wall clock with its offset."""
    return moment.astimezone(zone).isoformat(timespec="milliseconds")


def loose_offset(moment: datetime, zone: ZoneInfo) -> str:
    """Return the offset of *zone* at *moment* as appointments show it, e.g. `-7:00`."""
    sign, hours, minutes = _offset(moment, zone)
    return f"{sign}{hours}:{minutes:02}"


def tight_offset(moment: datetime, zone: ZoneInfo) -> str:
    """Return the offset of *zone* at *moment* as working hours show it, e.g. `-0700`."""
    sign, hours, minutes = _offset(moment, zone)
    return f"{sign}{hours:02}{minutes:02}"


def _offset(moment: datetime, zone: ZoneInfo) -> tuple[str, int, int]:
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    return ("-" if offset < timedelta() else "+"), hours, minutes
