"""The words of an audit: whom a row is about, what was found, and what an audit is.

Nothing here holds a patient's data: a row names records by their numbers, and fields and rules by their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from odnexus.audit.picture import Picture
    from odnexus.audit.repairs import Repair

Severity: TypeAlias = Literal["info", "warning", "error"]
"""`error`: a patient will notice. `warning`: somebody should look. `info`: worth knowing."""

Side: TypeAlias = Literal["opendental", "nexhealth"]
Kind: TypeAlias = Literal["patient", "appointment", "operatory", "provider", "type", "location", "carrier", "plan"]

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")


@frozen(order=True)
class Subject:
    """One record that a row is about.

    Attributes:
        side: Which system.
        kind: What it is.
        id: Its primary key there.
    """

    side: Side
    kind: Kind
    id: int

    def __str__(self) -> str:
        return f"{self.side}:{self.kind}/{self.id}"


@frozen(kw_only=True)
class Row:
    """One thing that an audit found.

    Attributes:
        id: Made of audit, rule, subjects and fields, so that a later run finds the same row under the same id.
        audit: Name of the audit.
        rule: What is wrong, a dotted name that stays the same over versions.
        severity: How much it matters.
        subjects: The records it is about.
        fields: The fields it is about.
        facts: What else helps, in words that name nobody: grades, lengths, numbers of chairs.
    """

    id: str
    audit: str
    rule: str
    severity: Severity
    subjects: tuple[Subject, ...]
    fields: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(factory=dict[str, str], hash=False)


def row(
    audit: str,
    rule: str,
    severity: Severity,
    *subjects: Subject,
    fields: Iterable[str] = (),
    known_by: int | None = None,
    **facts: str,
) -> Row:
    """Return a row with its stable id.

    Args:
        audit: Name of the audit.
        rule: What is wrong.
        severity: How much it matters.
        subjects: The records it is about.
        fields: The fields it is about.
        known_by: How many of the subjects make the id; all unless given. A group that grows stays the same row.
        facts: Words that name nobody.
    """
    named = tuple(fields)
    parts = [f"{audit}/{rule}", *map(str, subjects[:known_by]), *named]
    return Row(
        id="|".join(parts), audit=audit, rule=rule, severity=severity, subjects=subjects, fields=named, facts=facts
    )


def rule_of(id: str) -> str:
    """Return the rule in the id of a row."""
    return id.partition("|")[0].partition("/")[2]


@frozen(kw_only=True)
class Audit:
    """One question asked of a practice.

    Attributes:
        name: How it is asked for.
        title: What stands over its rows.
        advice: What to do about them, for an office manager.
        find: Asks it. Pure: the same picture gives the same rows.
        of: What its rows are a share of.
        rules: Every rule it may name, each in a sentence.
        repair: Returns what would repair one row, or None where only people can.
        urgency: Which of two questions with grave rows stands first on a page: the lower one.
    """

    name: str
    title: str
    advice: str
    find: Callable[[Picture], Iterable[Row]]
    of: Callable[[Picture], int]
    rules: Mapping[str, str]
    repair: Callable[[Picture, Row], Repair | None] | None = None
    urgency: int = 5


def chart(pat_num: int) -> Subject:
    """Return the subject that a chart of Open Dental is."""
    return Subject("opendental", "patient", pat_num)


def person(id: int) -> Subject:
    """Return the subject that a NexHealth patient is."""
    return Subject("nexhealth", "patient", id)


def booked(apt_num: int) -> Subject:
    """Return the subject that an appointment of Open Dental is."""
    return Subject("opendental", "appointment", apt_num)


def booking(id: int) -> Subject:
    """Return the subject that a NexHealth appointment is."""
    return Subject("nexhealth", "appointment", id)


def carrier(carrier_num: int) -> Subject:
    """Return the subject that a carrier of Open Dental is."""
    return Subject("opendental", "carrier", carrier_num)


def location(id: int) -> Subject:
    """Return the subject that a NexHealth location is."""
    return Subject("nexhealth", "location", id)
