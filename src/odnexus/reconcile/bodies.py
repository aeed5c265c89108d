"""What links, reviews and host events keep inside their sealed part, as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, cast

from attrs import asdict, field, frozen

from odnexus.reconcile.plan import Base, Fields, Value
from odnexus.reconcile.triggers import DomainEvent, Slot, WaitlistCandidate


def pack(value: object) -> bytes:
    """Return *value* as compact JSON; datetimes become ISO texts."""
    return json.dumps(value, separators=(",", ":"), default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"not JSON: {type(value).__name__}")


def unpack(content: bytes) -> dict[str, Any]:
    """Return the JSON object in *content*, empty if there is none."""
    return cast("dict[str, Any]", json.loads(content)) if content else {}


PLACE = ("start", "minutes", "operatory")
"""Fields that say where a visit stands in the book."""


def place_of(fields: Fields) -> dict[str, Value]:
    """Return where *fields* say that a visit stands."""
    return {name: fields.get(name) for name in PLACE}


@frozen(kw_only=True)
class Hold:
    """An appointment that keeps a slot while it is not known whose visit it is.

    Attributes:
        apt_num: Its number, 0 while it is being written.
        asked: Where it was asked for.
        shown: Where Open Dental showed it then: whoever moved it since was the staff.
        lifted: It is being taken off by us.
        gone: The staff took it off or made something else of it; it is not touched any more.
    """

    apt_num: int = 0
    asked: Fields = field(factory=dict[str, Value], repr=False)
    shown: Fields = field(factory=dict[str, Value], repr=False)
    lifted: bool = False
    gone: bool = False


@frozen(kw_only=True)
class LinkBody:
    """The sealed part of a link.

    Attributes:
        base: What each side showed when they last agreed; ``None`` if they never did.
        patient: PatNum of the chart that the visit stands on.
        before: Charts that existed before ours was created: none of them is ours.
        unfinished: Set until the slot was checked after the create and the host was told.
        announce: Whether the host is to be told of the creation.
        cancel: NexHealth appointment that is still to be cancelled after its successor was booked.
        target: Where a visit is moving to (new then cancel).
        procedures: Codes of the procedures that are still to be attached to the visit.
        awaiting: Since when NexHealth's synchronizer is waited for (ISO text), ``""`` if it is not.
        decided: Id of the review whose answer led to this link, ``""`` if nobody was asked.
        hold: The appointment on the holding chart that keeps the slot of the booking, ``None`` if there is none.
    """

    base: Base | None = field(default=None, repr=False)
    patient: int | None = None
    before: tuple[int, ...] = ()
    unfinished: bool = False
    announce: bool = True
    cancel: str = ""
    target: Fields = field(factory=dict[str, Value], repr=False)
    procedures: tuple[str, ...] = field(default=(), repr=False)
    awaiting: str = ""
    decided: str = ""
    hold: Hold | None = None

    def to_bytes(self) -> bytes:
        """Return the body as JSON."""
        base = [dict(self.base.nexhealth), dict(self.base.opendental)] if self.base else None
        return pack(
            {
                "base": base,
                "patient": self.patient,
                "before": self.before,
                "unfinished": self.unfinished,
                "announce": self.announce,
                "cancel": self.cancel,
                "target": dict(self.target),
                "procedures": self.procedures,
                "awaiting": self.awaiting,
                "decided": self.decided,
                "hold": asdict(self.hold) if self.hold is not None else None,
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> LinkBody:
        """Return the body that `to_bytes` wrote."""
        stored = unpack(content)
        base = stored.get("base")
        return cls(
            base=Base(nexhealth=base[0], opendental=base[1]) if base else None,
            patient=stored.get("patient"),
            before=tuple(stored.get("before", ())),
            unfinished=stored.get("unfinished", False),
            announce=stored.get("announce", True),
            cancel=stored.get("cancel", ""),
            target=stored.get("target", {}),
            procedures=tuple(stored.get("procedures", ())),
            awaiting=stored.get("awaiting", ""),
            decided=stored.get("decided", ""),
            hold=Hold(**stored["hold"]) if stored.get("hold") else None,
        )


def pack_event(event: DomainEvent) -> bytes:
    """Return a domain event as JSON, for a sealed payload."""
    return pack(asdict(event))


def unpack_event(content: bytes) -> DomainEvent:
    """Return the domain event that `pack_event` wrote."""
    stored = unpack(content)
    stored["at"] = datetime.fromisoformat(stored["at"])
    stored["slot"], stored["before"] = read_slot(stored["slot"]), read_slot(stored["before"])
    stored["candidates"] = tuple(_candidate(each) for each in stored["candidates"])
    return DomainEvent(**stored)


def read_slot(stored: dict[str, Any] | None) -> Slot | None:
    """Return the place in the book that JSON holds, ``None`` if it holds none."""
    if stored is None:
        return None
    stored["start"] = datetime.fromisoformat(stored["start"])
    return Slot(**stored)


def _candidate(stored: dict[str, Any]) -> WaitlistCandidate:
    stored["start"] = datetime.fromisoformat(stored["start"]) if stored["start"] else None
    return WaitlistCandidate(**stored)


def canonical(base: Base | None) -> dict[str, Any]:
    """Return one state of a visit from what both sides showed: Open Dental's book, with either side's confirmation."""
    if base is None:
        return {}
    both = {**base.nexhealth, **{k: v for k, v in base.opendental.items() if v is not None}}
    for name in ("confirmed", "cancelled"):
        both[name] = bool(base.nexhealth.get(name)) or bool(base.opendental.get(name))
    return both
