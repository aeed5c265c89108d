"""Appointment types at both sides as they were last seen, and what has become of them since.

Types are followed by number, so a renamed one still works; but one that got longer, was hidden or is gone may make a
wrong block. What may is put into a fingerprint: as long as it is the one that was accepted, bookings of the type are
written; else they wait for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import asdict, field, frozen

from odnexus.reconcile.bodies import pack, unpack
from odnexus.reconcile.inbox import content_id


@frozen(kw_only=True)
class SeenType:
    """One appointment type of one side as it was seen.

    Attributes:
        name: What the practice calls it.
        minutes: Its length at NexHealth.
        pattern: Its time pattern in Open Dental, in 5-minute units; ``""`` if its procedures decide.
        codes: The procedures that it brings along in Open Dental.
        hidden: Whether Open Dental hides it.
    """

    name: str = ""
    minutes: int | None = None
    pattern: str = ""
    codes: tuple[str, ...] = ()
    hidden: bool = False


@frozen(kw_only=True)
class SeenTypes:
    """The types that a location's rules name, as they were seen; ``None`` stands for one that is not there.

    Attributes:
        nexhealth: By NexHealth's id.
        opendental: By AppointmentTypeNum; empty where the office does not let us look.
        unknown: Codes of procedures that rules name and the office does not have.
    """

    nexhealth: Mapping[int, SeenType | None] = field(factory=dict[int, SeenType | None])
    opendental: Mapping[int, SeenType | None] = field(factory=dict[int, SeenType | None])
    unknown: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "nexhealth": [(key, seen and asdict(seen)) for key, seen in self.nexhealth.items()],
            "opendental": [(key, seen and asdict(seen)) for key, seen in self.opendental.items()],
            "unknown": self.unknown,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> SeenTypes:
        """Return what `to_json` wrote."""
        return cls(
            nexhealth={key: _seen(value) for key, value in stored["nexhealth"]},
            opendental={key: _seen(value) for key, value in stored["opendental"]},
            unknown=tuple(stored["unknown"]),
        )


def _seen(stored: Mapping[str, Any] | None) -> SeenType | None:
    if not stored:
        return None
    return SeenType(
        name=stored["name"],
        minutes=stored["minutes"],
        pattern=stored["pattern"],
        codes=tuple(stored["codes"]),
        hidden=stored["hidden"],
    )


@frozen(kw_only=True)
class Watched:
    """What is known of a location's types.

    Attributes:
        at: When they were looked at (aware, UTC).
        seen: What was seen.
        accepted: Rule (NexHealth's type and Open Dental's, as ``27:12``) → the `fingerprint` by which it is written.
    """

    at: datetime
    seen: SeenTypes
    accepted: Mapping[str, str] = field(factory=dict[str, str])

    def to_text(self) -> str:
        """Return it as text for the store."""
        return pack({"at": self.at, "seen": self.seen.to_json(), "accepted": dict(self.accepted)}).decode()

    @classmethod
    def from_text(cls, text: str | None) -> Watched | None:
        """Return what `to_text` wrote, ``None`` if nothing was."""
        if not text:
            return None
        stored = unpack(text.encode())
        at, seen = datetime.fromisoformat(stored["at"]), SeenTypes.from_json(stored["seen"])
        return cls(at=at, seen=seen, accepted=stored["accepted"])


@frozen(kw_only=True)
class TypeChange:
    """What became of one type.

    Attributes:
        side: ``"nexhealth"`` or ``"opendental"``.
        number: Its id there.
        rule: ``"type.gone"`` or ``"type.changed"``.
        fields: Names of what changed.
    """

    side: str
    number: int
    rule: str
    fields: tuple[str, ...] = ()


def changes_of_types(before: SeenTypes | None, now: SeenTypes) -> Iterator[TypeChange]:
    """Yield what became of each type since *before*; at the first look only what is not usable at all."""
    for side in ("nexhealth", "opendental"):
        old: Mapping[int, SeenType | None] = getattr(before, side) if before is not None else {}
        new: Mapping[int, SeenType | None] = getattr(now, side)
        for number, seen in new.items():
            change = _change(side, number, old.get(number), seen, first=number not in old)
            if change is not None:
                yield change


def _change(side: str, number: int, old: SeenType | None, new: SeenType | None, *, first: bool) -> TypeChange | None:
    if new is None or new.hidden:
        usable_before = old is not None and not old.hidden
        return TypeChange(side=side, number=number, rule="type.gone") if first or usable_before else None
    if old is None:
        return None
    fields = tuple(name for name, value in asdict(new).items() if asdict(old)[name] != value)
    return TypeChange(side=side, number=number, rule="type.changed", fields=fields) if fields else None


def is_usable(seen: Mapping[int, SeenType | None], number: int) -> bool:
    """Return whether bookings may be given the type *number*; a type that was not looked at may."""
    return number not in seen or bool((kind := seen[number]) and not kind.hidden)


def fingerprint(types: SeenTypes, nexhealth_id: int, number: int) -> str:
    """Return what decides the block of a booking of a type: its lengths and procedures at both sides.

    Names are not in it: what is called otherwise is the same type.
    """
    there, here = types.nexhealth.get(nexhealth_id), types.opendental.get(number)
    length = there.minutes if there is not None else None
    shape = (here.pattern, here.codes) if here is not None else ()
    return content_id("type", nexhealth_id, number, length, *shape, is_usable(types.opendental, number))
