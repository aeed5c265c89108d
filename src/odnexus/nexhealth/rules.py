"""What holds between the fields of a call: functions that refuse a combination before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from odnexus.nexhealth import words
from odnexus.nexhealth.fields import fault

Values = Mapping[str, object]
Rule = Callable[[str, Values], None]
"""Takes the name of the call and the values given; raises `ConfigurationError` naming field and remedy."""


def _given(values: Values, name: str) -> bool:
    return values.get(name) is not None


def one_of(*names: str) -> Rule:
    """Ask for at least one of *names*."""

    def rule(call: str, values: Values) -> None:
        if not any(_given(values, name) for name in names):
            raise fault(call, " or ".join(names), "give one of them")

    return rule


def something(*outside: str) -> Rule:
    """Ask for at least one change; the names *outside* only say where."""

    def rule(call: str, values: Values) -> None:
        if not any(_given(values, name) for name in values if name not in outside):
            raise fault(call, "changes", "give at least one")

    return rule


def ordered(first: str, second: str, *, may_be_equal: bool = False) -> Rule:
    """Ask that the moment *second* follows *first*."""

    def rule(call: str, values: Values) -> None:
        early, late = values.get(first), values.get(second)
        if not (isinstance(early, datetime) and isinstance(late, datetime)):
            return
        if late < early or (late == early and not may_be_equal):
            raise fault(call, second, f"must be after {first}")

    return rule


def patient_or_block(call: str, values: Values) -> None:
    """Ask for a patient, or for a schedule block without one (page "Appointments")."""
    block = values.get("unavailable") is True
    if block and _given(values, "patient_id"):
        raise fault(call, "patient_id", "leave it out of a schedule block (unavailable)")
    if not block and not _given(values, "patient_id"):
        raise fault(call, "patient_id", "required, unless unavailable makes it a schedule block")


def guardian_and_dependant(call: str, values: Values) -> None:
    """Ask that a guardian's booking describes the dependant, and no other does."""
    guardian = values.get("is_guardian") is True
    if guardian and not _given(values, "patient"):
        raise fault(call, "patient", "required when is_guardian is set: describe the dependant")
    if _given(values, "patient") and not guardian:
        raise fault(call, "is_guardian", "set it, or leave patient out: it describes a guardian's dependant")


def location_scope(call: str, values: Values) -> None:
    """Ask for the location that an appointment type belongs to."""
    if values.get("parent_type") == "Location" and not _given(values, "parent_id"):
        raise fault(call, "parent_id", "required when parent_type is Location")


def event_of_resource(call: str, values: Values) -> None:
    """Ask that the event is one of its resource type (page "Webhook subscriptions")."""
    events = cast("Mapping[object, tuple[str, ...]]", words.EVENTS)
    known = events.get(values.get("resource_type"), ())
    if values.get("event") not in known:
        raise fault(call, "event", f"not an event of this resource type; it has {', '.join(known)}")


def subdomain_by_resource(call: str, values: Values) -> None:
    """Ask for the institution, except for onboarding, which has none."""
    onboarding = values.get("resource_type") == "Onboarding"
    if onboarding and _given(values, "subdomain"):
        raise fault(call, "subdomain", "leave it out for Onboarding, which belongs to no institution")
    if not onboarding and not _given(values, "subdomain"):
        raise fault(call, "subdomain", "required")
