"""What the demo tells: facts in scenes, as values. `telling` prints them, ``--json`` hands them out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from attrs import Factory, define, field, frozen

Who: TypeAlias = Literal["patient", "front desk", "NexHealth", "network", "odnexus", "Open Dental", "host", "alert"]
"""Who did or said something. ``host`` is the application that embeds odnexus, told by a domain event."""

Kind: TypeAlias = Literal["event", "decision", "why", "write", "note"]
"""``event``: somebody did something; ``decision``: odnexus decided; ``why``: the matcher's reasons; ``write``: a side
was changed; ``note``: anything else worth knowing."""


@frozen(kw_only=True)
class Fact:
    """One line of the story.

    Attributes:
        at: The office's wall clock.
        who: Who did or said it.
        kind: What sort of fact.
        text: The fact in words.
        data: Numbers and names behind the words.
    """

    at: datetime
    who: Who
    kind: Kind = "event"
    text: str
    data: Mapping[str, object] = field(factory=dict[str, object])

    def as_dict(self) -> dict[str, object]:
        """Return the fact for JSON."""
        return {"at": self.at.isoformat(), "who": self.who, "kind": self.kind, "text": self.text, **self.data}


@define(kw_only=True)
class Scene:
    """A piece of the story, and what its work cost.

    Attributes:
        title: What it is about.
        at: When it begins, by the office's wall clock.
        facts: What happened, in order.
        requests: Requests that Open Dental got for the work, polls aside; ``None`` if nobody counted.
        allowed: How many it may be; ``None`` if there is no figure for it.
    """

    title: str
    at: datetime
    facts: list[Fact] = Factory(list[Fact])
    requests: int | None = None
    allowed: int | None = None

    @property
    def within(self) -> bool:
        """Whether the work cost no more than it may."""
        return self.allowed is None or (self.requests or 0) <= self.allowed

    def as_dict(self) -> dict[str, object]:
        """Return the scene for JSON."""
        return {
            "title": self.title,
            "at": self.at.isoformat(),
            "facts": [fact.as_dict() for fact in self.facts],
            "requests": self.requests,
            "allowed": self.allowed,
        }


@frozen(kw_only=True)
class Check:
    """One question of the verdict, with what speaks against it.

    Attributes:
        name: A short name for machines.
        text: What holds if it is fine.
        against: What was found that should not be; empty if it holds.
        figures: What was counted.
    """

    name: str
    text: str
    against: tuple[str, ...] = ()
    figures: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.against

    def as_dict(self) -> dict[str, object]:
        """Return the check for JSON."""
        return {
            "name": self.name,
            "text": self.text,
            "holds": self.holds,
            "figures": self.figures,
            "against": list(self.against),
        }
