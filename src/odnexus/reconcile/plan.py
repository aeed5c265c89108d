"""What should happen to two records that are one: a plan, computed from what each side shows and showed.

`reconcile` compares three things per field: what NexHealth shows now, what Open Dental shows now, and what each of
them showed when they last agreed (the base). A side moved if it differs from *its own* base, so a difference that was
accepted once, or that one side cannot express, is not carried over again and again. An echo of our own write finds
nothing to do, by construction.

The rules per field:

============== ============== ======================================================
NexHealth      Open Dental    then
============== ============== ======================================================
not moved      not moved      nothing
moved          not moved      Open Dental gets NexHealth's value
not moved      moved          NexHealth gets Open Dental's value
moved          moved          equal: agreed; else the policy names a winner, or Hold
============== ============== ======================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

import attrs
from attrs import field, frozen

Value: TypeAlias = str | int | bool | None
Fields: TypeAlias = Mapping[str, Value]


class On(StrEnum):
    """The two sides."""

    NEXHEALTH = "nexhealth"
    OPENDENTAL = "opendental"

    @property
    def other(self) -> On:
        """Return the opposite side."""
        return On.OPENDENTAL if self is On.NEXHEALTH else On.NEXHEALTH


@frozen(kw_only=True)
class Base:
    """What each side showed when they last agreed."""

    nexhealth: Fields = field(factory=dict[str, Value], repr=False)
    opendental: Fields = field(factory=dict[str, Value], repr=False)


@frozen(kw_only=True)
class Clash:
    """A field that both sides moved to different values, or a combination that a person must settle."""

    field: str
    rule: str
    nexhealth: Value = attrs.field(default=None, repr=False)
    opendental: Value = attrs.field(default=None, repr=False)


@frozen
class Create:
    """Make the record on the side that lacks it."""

    on: On
    values: Fields = field(factory=dict[str, Value], repr=False)


@frozen
class Update:
    """Change these fields on one side."""

    on: On
    changes: Fields = field(factory=dict[str, Value], repr=False)


@frozen
class Retire:
    """Cancel the record on one side."""

    on: On


@frozen
class Hold:
    """Ask a person; nothing of these fields is carried over meanwhile."""

    clashes: tuple[Clash, ...]


@frozen(kw_only=True)
class Report:
    """A difference that stays: the other side cannot or may not take the value."""

    field: str
    on: On
    rule: str


Action: TypeAlias = "Create | Update | Retire | Hold"
Resolve: TypeAlias = Callable[[Clash], On | None]
Allow: TypeAlias = Callable[[On, str, Value], str]
"""Returns ``""`` if the side may be given the value in that field, else the name of the rule that forbids it."""


@frozen(kw_only=True)
class Plan:
    """What to do, and what to remember once all of it is done.

    Attributes:
        actions: In the order they are to be carried out.
        agreed: The base to remember after every action has succeeded.
        reports: Differences that stay, for journal and audit.
        moved: Fields that each side moved, for domain events.
    """

    actions: tuple[Action, ...] = ()
    agreed: Base
    reports: tuple[Report, ...] = ()
    moved: tuple[tuple[On, str], ...] = ()

    @property
    def quiet(self) -> bool:
        """Return whether nothing has to be written or asked."""
        return not self.actions


def leave_for_a_person(clash: Clash) -> On | None:  # noqa: ARG001 - the signature of Resolve
    """Resolve nothing: each clash is held."""
    return None


def allow_everything(on: On, name: str, value: Value) -> str:  # noqa: ARG001 - the signature of Allow
    """Allow each side every value."""
    return ""


def reconcile(
    base: Base | None,
    nexhealth: Fields,
    opendental: Fields,
    fields: Sequence[str],
    *,
    resolve: Resolve = leave_for_a_person,
    allow: Allow = allow_everything,
) -> Plan:
    """Return the plan that makes both sides agree.

    Args:
        base: What each side showed when they last agreed; ``None`` if they never did. Then every field that differs
            counts as moved on both sides.
        nexhealth: Fields that NexHealth shows now. A field that a side does not mention takes no part.
        opendental: Fields that Open Dental shows now.
        fields: Names of the fields, in their declared order.
        resolve: Names the winner of a clash, or ``None`` to hold it.
        allow: Says whether a side may be given a value.
    """
    work = _Work(base=base, shows={On.NEXHEALTH: nexhealth, On.OPENDENTAL: opendental}, resolve=resolve, allow=allow)
    for name in fields:
        if name in nexhealth and name in opendental:
            work.visit(name)
    return work.plan()


@frozen(kw_only=True)
class _Work:
    """The running state of one `reconcile`."""

    base: Base | None
    shows: Mapping[On, Fields]
    resolve: Resolve
    allow: Allow
    changes: dict[On, dict[str, Value]] = field(factory=lambda: {on: {} for on in On})
    agreed: dict[On, dict[str, Value]] = field(factory=lambda: {on: {} for on in On})
    clashes: list[Clash] = field(factory=list[Clash])
    reports: list[Report] = field(factory=list[Report])
    moves: list[tuple[On, str]] = field(factory=list[tuple[On, str]])

    def visit(self, name: str) -> None:
        values = {on: self.shows[on][name] for on in On}
        moved = [on for on in On if self._moved(on, name)]
        self.moves.extend((on, name) for on in moved if self.base is not None)
        for on in On:
            self.agreed[on][name] = values[on]
        if not moved or values[On.NEXHEALTH] == values[On.OPENDENTAL]:
            return
        winner = moved[0] if len(moved) == 1 else self._winner(name, values)
        if winner is not None:
            self._carry(name, winner, values[winner])

    def _moved(self, on: On, name: str) -> bool:
        known = self._known(on)
        return name not in known or known[name] != self.shows[on][name]

    def _known(self, on: On) -> Fields:
        if self.base is None:
            return {}
        return self.base.nexhealth if on is On.NEXHEALTH else self.base.opendental

    def _winner(self, name: str, values: Mapping[On, Value]) -> On | None:
        clash = Clash(field=name, rule="both moved", nexhealth=values[On.NEXHEALTH], opendental=values[On.OPENDENTAL])
        winner = self.resolve(clash)
        if winner is None:
            self.clashes.append(clash)
            self._remember_old(name)
        return winner

    def _carry(self, name: str, winner: On, value: Value) -> None:
        target = winner.other
        forbidden = self.allow(target, name, value)
        if forbidden:
            self.reports.append(Report(field=name, on=target, rule=forbidden))
            return
        self.changes[target][name] = value
        self.agreed[target][name] = value

    def _remember_old(self, name: str) -> None:
        """A held field keeps its old base, so that it is still a clash at the next look."""
        for on in On:
            known = self._known(on)
            if name in known:
                self.agreed[on][name] = known[name]
            else:
                self.agreed[on].pop(name, None)

    def plan(self) -> Plan:
        actions: list[Action] = [Update(on, changes) for on, changes in self.changes.items() if changes]
        if self.clashes:
            actions.append(Hold(tuple(self.clashes)))
        return Plan(
            actions=tuple(actions),
            agreed=Base(nexhealth=self.agreed[On.NEXHEALTH], opendental=self.agreed[On.OPENDENTAL]),
            reports=tuple(self.reports),
            moved=tuple(self.moves),
        )
