"""What a practice configures: its locations, who is who in the two systems, and what may happen by itself.

Everything here is data: frozen, comparable, without I/O. Numbers of Open Dental are its primary keys; ids of NexHealth
are its integers. Times of day mean the office's wall clock in `Location.timezone`.

`Practice.load` reads all of it from a TOML file and names every problem at once::

    subdomain = "demo-dental"

    [[locations]]
    name = "main"
    nexhealth_id = 12
    timezone = "America/Denver"
    operatories = { 31 = 3 }
    grace = "30 minutes"

    [locations.types.27]
    appointment_type_num = 12
    minutes = 60

    [[locations.fields]]
    target = "WirelessPhone"
    sources = ["bio.cell_phone_number", "phoneNumber"]
    transform = "phone"
"""

from __future__ import annotations

from odnexus.practice.location import ZONE_REMEDY, Location, is_zone
from odnexus.practice.policies import (
    BreakWord,
    CancelRule,
    Certain,
    InsurancePolicy,
    IntakePolicy,
    LateCancel,
    MatchPolicy,
    MirrorPolicy,
    Modes,
    TypeRule,
    Unknown,
    Unsure,
)
from odnexus.practice.practice import PROCESS_SECTIONS, Practice
from odnexus.practice.reading import PracticeFileError, structured

__all__ = [
    "PROCESS_SECTIONS",
    "ZONE_REMEDY",
    "BreakWord",
    "CancelRule",
    "Certain",
    "InsurancePolicy",
    "IntakePolicy",
    "LateCancel",
    "Location",
    "MatchPolicy",
    "MirrorPolicy",
    "Modes",
    "Practice",
    "PracticeFileError",
    "TypeRule",
    "Unknown",
    "Unsure",
    "is_zone",
    "structured",
]
