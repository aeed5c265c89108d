"""Which record of one side is which record of the other.

A link is stored as *pending* before anything is created and completed afterwards, so that whoever finds a pending
link knows to look first. It also keeps the essence both sides last agreed on, sealed.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from attrs import field, frozen

LinkKind: TypeAlias = Literal["person", "visit"]
Side: TypeAlias = Literal["nexhealth", "opendental"]


class LinkState(StrEnum):
    """Where a link stands."""

    PENDING = "pending"  # a create is under way: search before creating
    LINKED = "linked"
    HELD = "held"  # waits for a person; changes of either side are not carried over
    MOVING = "moving"  # new then cancel is under way: the body names the target
    RETIRED = "retired"  # cancelled or gone on both sides


@frozen(kw_only=True)
class Ref:
    """One record of one side.

    Attributes:
        side: Which system.
        realm: The subdomain at NexHealth, the name of the connection (database) at Open Dental: ids are unique in it.
        id: The id as text.
    """

    side: Side
    realm: str
    id: str

    def __str__(self) -> str:
        return f"{self.side}:{self.realm}/{self.id}"


@frozen(kw_only=True)
class Link:
    """Two records that are one.

    Attributes:
        id: Its own id, made once, before the create.
        kind: ``"person"`` or ``"visit"``.
        location: Location that made it.
        nexhealth: Record at NexHealth, ``None`` while it is missing.
        opendental: Record at Open Dental, ``None`` while it is missing.
        aliases: Further records that stand for the same thing (a second row that NexHealth's reader made).
        state: Where it stands.
        body: Sealed JSON: the agreed essence and what a recovery needs; never shown in ``repr``.
        version: Counts changes; 0 means not stored yet.
        updated: When it was last saved (aware, UTC).
    """

    id: str
    kind: LinkKind
    location: str
    nexhealth: Ref | None = None
    opendental: Ref | None = None
    aliases: tuple[Ref, ...] = ()
    state: LinkState = LinkState.PENDING
    body: bytes = field(default=b"", repr=False)
    version: int = 0
    updated: datetime

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Return every record that the link holds; each may stand in one link of a kind only."""
        ends = (ref for ref in (self.nexhealth, self.opendental) if ref is not None)
        return (*ends, *self.aliases)
