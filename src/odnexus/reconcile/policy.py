"""Who may change what of a visit, who wins a clash, and which moves are one-way.

The table follows what the two systems can do. NexHealth's PATCH (page "Edit appointment") can confirm and cancel, never
undo either, and can move time and chair; it cannot change the provider. Open Dental is the practice's own book, so it
wins when both moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen

from odnexus.reconcile.plan import Base, Clash, Fields, Hold, On, Plan, Report, Retire, Update, Value, reconcile

VISIT_FIELDS = ("cancelled", "start", "minutes", "operatory", "provider", "confirmed")
"""Fields of a visit in their declared order; the same as in `odnexus.mapping.visit`."""

PLACE_FIELDS = frozenset({"start", "minutes", "operatory"})
"""Fields that say where in the book a visit stands."""

Mode: TypeAlias = Literal["observe", "suggest", "apply"]
Reschedule: TypeAlias = Literal["auto", "edit", "rebook", "review"]
ProviderChange: TypeAlias = Literal["report", "rebook"]


@frozen(kw_only=True)
class FieldRule:
    """Who may change a field, and who wins when both did."""

    movers: frozenset[On] = frozenset(On)
    wins: On | None = On.OPENDENTAL


def _visit_rules() -> Mapping[str, FieldRule]:
    either = FieldRule()
    return {
        "cancelled": either,
        "start": either,
        "minutes": either,
        "operatory": either,
        "provider": FieldRule(movers=frozenset({On.OPENDENTAL})),
        "confirmed": either,
    }


@frozen(kw_only=True)
class VisitPolicy:
    """How the visits of a location are kept equal.

    Attributes:
        rules: Per field: who may change it and who wins.
        confirm_in_opendental: Whether a patient's confirmation at NexHealth is written into Open Dental.
        reschedule: How a visit is moved at NexHealth: ``edit`` (PATCH), ``rebook`` (book anew, then cancel), ``review``
            (ask the staff), or ``auto``: edit, and where NexHealth refuses or ignores that, rebook.
        provider_change: What becomes of another provider in Open Dental, which NexHealth cannot be told: ``report``, or
            ``rebook``.
    """

    rules: Mapping[str, FieldRule] = field(factory=_visit_rules)
    confirm_in_opendental: bool = True
    reschedule: Reschedule = "auto"
    provider_change: ProviderChange = "report"

    def resolve(self, clash: Clash) -> On | None:
        """Return who wins *clash*: the table's word; for confirmations whoever says yes."""
        if clash.field == "confirmed":
            return On.NEXHEALTH if clash.nexhealth else On.OPENDENTAL
        return self.rule(clash.field).wins

    def rule(self, name: str) -> FieldRule:
        """Return the rule of a field: the location's own, else the default."""
        return self.rules.get(name) or _visit_rules()[name]

    def allow(self, on: On, name: str, value: Value) -> str:
        """Return ``""`` if *on* may be given *value* in field *name*, else the rule that forbids it."""
        if on.other not in self.rule(name).movers:
            return "field.other-side-decides"
        if value is None:
            return "field.not-mapped"
        if on is On.NEXHEALTH:
            rebooked = name == "provider" and self.provider_change == "rebook"
            return "" if rebooked else _nexhealth_cannot(name, value)
        if name == "confirmed":
            return "" if value and self.confirm_in_opendental else "confirmed.not-carried"
        return ""


def _nexhealth_cannot(name: str, value: Value) -> str:
    """Return the rule by which NexHealth refuses *value* in *name*; all are one-way there."""
    if name == "provider":
        return "nexhealth.provider-is-fixed"
    if name == "confirmed" and not value:
        return "nexhealth.cannot-unconfirm"
    if name == "cancelled" and not value:
        return "nexhealth.cannot-restore"
    return ""


def plan_visit(base: Base | None, nexhealth: Fields, opendental: Fields, policy: VisitPolicy) -> Plan:
    """Return the plan for a linked visit, with the cases that concern the visit as a whole decided.

    * Cancelled on one side and moved to another time on the other: Hold.
    * Cancelled on one side: the other is retired; nothing else of the visit matters any more.
    * Restored in Open Dental after a cancel: Hold, since NexHealth cannot un-cancel.
    * Restored at NexHealth after a cancel: Hold, since the slot was given back and others may have it.
    """
    plan = reconcile(base, nexhealth, opendental, VISIT_FIELDS, resolve=policy.resolve, allow=policy.allow)
    restored = [r for r in plan.reports if r.rule == "nexhealth.cannot-restore"]
    if restored:
        return _held(plan, base, "restored", "cancelled")
    if not (nexhealth.get("cancelled") or opendental.get("cancelled")):
        return plan
    if nexhealth.get("cancelled") and opendental.get("cancelled"):
        return _only(plan)
    if (On.NEXHEALTH, "cancelled") in plan.moved and not (
        nexhealth.get("cancelled") or policy.allow(On.OPENDENTAL, "cancelled", False)
    ):
        return _held(plan, base, "restored at NexHealth", "cancelled")
    return _one_sided_cancel(plan, base, nexhealth)


def _one_sided_cancel(plan: Plan, base: Base | None, nexhealth: Fields) -> Plan:
    cancelled_on = On.NEXHEALTH if nexhealth.get("cancelled") else On.OPENDENTAL
    moved = {name for on, name in plan.moved if on is cancelled_on.other}
    if moved & PLACE_FIELDS:
        return _held(plan, base, "cancelled here, moved there", "cancelled")
    if (cancelled_on, "cancelled") not in plan.moved and base is not None:
        # The same difference as before: it was settled (or is awaited) already.
        return _only(plan)
    return _only(plan, Retire(cancelled_on.other))


def _only(plan: Plan, *actions: Retire) -> Plan:
    """Return *plan* with only *actions*: of a cancelled visit nothing else is carried over."""
    return Plan(actions=actions, agreed=plan.agreed, reports=plan.reports, moved=plan.moved)


def _held(plan: Plan, base: Base | None, rule: str, name: str) -> Plan:
    return Plan(
        actions=(Hold((Clash(field=name, rule=rule),)),),
        agreed=base or Base(),
        reports=plan.reports,
        moved=plan.moved,
    )


def update_of(plan: Plan, on: On) -> Fields:
    """Return the changes that *plan* makes on one side, empty if none."""
    for action in plan.actions:
        if isinstance(action, Update) and action.on is on:
            return action.changes
    return {}


__all__ = [
    "PLACE_FIELDS",
    "VISIT_FIELDS",
    "FieldRule",
    "Mode",
    "Report",
    "VisitPolicy",
    "plan_visit",
    "update_of",
]
