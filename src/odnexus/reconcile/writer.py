"""Who writes into this Open Dental: NexHealth's own synchronizer, or we.

Two writers would make every booking twice. So before any write the engine asks this module, with what NexHealth says
of the location: its flag ``insert_appt_client`` (page "Locations"), and whether a synchronizer serves it
(page "Sync status").
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, TypeAlias

from attrs import frozen

from odnexus.nexhealth.models import Location, SyncStatus

WriterSetting: TypeAlias = Literal["auto", "bridge", "overlay"]


class Writer(StrEnum):
    """Who creates and changes appointments in Open Dental."""

    BRIDGE = "bridge"  # we do, through Open Dental's API
    OVERLAY = "overlay"  # NexHealth's synchronizer does; we link, wait, enrich and ask
    UNCLEAR = "unclear"  # nobody may: the location stops writing and alerts


@frozen(kw_only=True)
class Evidence:
    """What NexHealth says of a location.

    Attributes:
        inserts: The flag ``insert_appt_client``; ``None`` if it was not mentioned.
        synchronizer: Whether a synchronizer serves the location.
        reads: Whether it may read: its read light is not red.
        red: Whether one of its lights is red: it has not checked in.
    """

    inserts: bool | None
    synchronizer: bool
    reads: bool = False
    red: bool = False


def serving(statuses: Iterable[SyncStatus], nexhealth_id: int) -> list[SyncStatus]:
    """Return the synchronizers that serve a location; one that names no location serves all."""
    return [each for each in statuses if not each.locations or nexhealth_id in {one.id for one in each.locations}]


def evidence_of(place: Location, statuses: Iterable[SyncStatus] | None) -> Evidence:
    """Return what NexHealth says of the location *place*.

    Args:
        place: The location as NexHealth shows it.
        statuses: The synchronizers that serve it; ``None`` if they may not be read.
    """
    inserts = place.insert_appt_client
    if statuses is None:
        # Nothing is known of a synchronizer: then the flag alone says whether one writes.
        return Evidence(inserts=inserts, synchronizer=bool(inserts))
    found = serving(statuses, place.id)
    return Evidence(
        inserts=inserts,
        synchronizer=bool(found),
        # A word that no page knows is taken for a reader that runs: writing beside one makes second rows.
        reads=any(each.read_status not in (None, "", "red") for each in found),
        red=any("red" in (each.read_status, each.write_status) for each in found),
    )


@frozen(kw_only=True)
class Finding:
    """Who writes, and the rule that says so."""

    writer: Writer
    rule: str


def decide(setting: WriterSetting, evidence: Evidence) -> Finding:
    """Return who writes.

    ``auto`` follows the evidence and refuses what is ambiguous. An explicit ``bridge`` is refused only while
    NexHealth itself inserts bookings; an explicit ``overlay`` only where no synchronizer could.
    """
    inserting = evidence.synchronizer and evidence.inserts is not False
    match setting:
        case "overlay":
            if evidence.synchronizer:
                return Finding(writer=Writer.OVERLAY, rule="writer.set-overlay")
            return Finding(writer=Writer.UNCLEAR, rule="writer.overlay-without-synchronizer")
        case "bridge":
            if inserting:
                return Finding(writer=Writer.UNCLEAR, rule="writer.bridge-beside-synchronizer")
            return Finding(writer=Writer.BRIDGE, rule="writer.set-bridge")
        case "auto":
            return _auto(evidence)


def _auto(evidence: Evidence) -> Finding:
    if not evidence.synchronizer:
        return Finding(writer=Writer.BRIDGE, rule="writer.no-synchronizer")
    if evidence.inserts is None:
        return Finding(writer=Writer.UNCLEAR, rule="writer.flag-missing")
    if evidence.inserts:
        return Finding(writer=Writer.OVERLAY, rule="writer.synchronizer-inserts")
    if evidence.reads:
        # What we write comes back as a second row. An explicit "bridge" accepts that; auto does not.
        return Finding(writer=Writer.UNCLEAR, rule="writer.off-reader-on")
    return Finding(writer=Writer.BRIDGE, rule="writer.bookings-are-held")


REMEDIES = {
    "writer.overlay-without-synchronizer": "no synchronizer serves this location: set writer to auto or bridge",
    "writer.bridge-beside-synchronizer": (
        "NexHealth inserts bookings here itself: ask NexHealth to switch insert_appt_client off, or set writer to auto"
    ),
    "writer.flag-missing": "NexHealth does not say whether it inserts bookings: set writer explicitly",
    "writer.off-reader-on": (
        "bookings are held, yet NexHealth's reader is on and will show each of ours twice: "
        "set writer to bridge to accept that"
    ),
    "writer.changed": "who writes has changed while running: check the location's settings at NexHealth, then resume",
}
"""What to do about each rule that stops a location."""
