"""What the two systems say about people and visits, in one form, without I/O and without exceptions on bad data."""

from __future__ import annotations

from odnexus.mapping.issues import Issue, Mapped, Severity
from odnexus.mapping.person import (
    PERSON_FIELDS,
    Address,
    Person,
    essence as person_essence,
    fill_blanks,
    nexhealth_patient,
    opendental_patient,
    person_from_nexhealth,
    person_from_opendental,
    person_of,
)
from odnexus.mapping.visit import (
    VISIT_FIELDS,
    OpenDentalEdit,
    Visit,
    essence as visit_essence,
    minutes_of,
    nexhealth_changes,
    opendental_changes,
    pattern_for,
    to_instant,
    to_wall,
    visit_from_nexhealth,
    visit_from_opendental,
    visit_of,
)

__all__ = [
    "PERSON_FIELDS",
    "VISIT_FIELDS",
    "Address",
    "Issue",
    "Mapped",
    "OpenDentalEdit",
    "Person",
    "Severity",
    "Visit",
    "fill_blanks",
    "minutes_of",
    "nexhealth_changes",
    "nexhealth_patient",
    "opendental_changes",
    "opendental_patient",
    "pattern_for",
    "person_essence",
    "person_from_nexhealth",
    "person_from_opendental",
    "person_of",
    "to_instant",
    "to_wall",
    "visit_essence",
    "visit_from_nexhealth",
    "visit_from_opendental",
    "visit_of",
]
