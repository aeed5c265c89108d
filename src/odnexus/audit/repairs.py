"""What would repair a row, as data: which call with which values. Nothing here is ever sent.

Open Dental's book is what the office works by, so a visit that differs is repaired in NexHealth; a cancellation or a
confirmation is carried to the side that lacks it. What NexHealth cannot be told has no repair.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen

from odnexus.audit.picture import Pair, Picture
from odnexus.audit.rows import Row, Subject
from odnexus.mapping import nexhealth_changes
from odnexus.mapping.text import fold_name
from odnexus.reconcile.plan import On, Retire, Update, Value

Action: TypeAlias = Literal[
    "nexhealth.appointments.update",
    "opendental.appointments.break_",
    "opendental.appointments.confirm",
    "location.operatories",
    "location.providers",
]


@frozen(kw_only=True)
class Repair:
    """One change that would repair one row. The repr shows no values.

    Attributes:
        row: Id of the row.
        action: The client's method to call, or the setting of the location to add to.
        subject: The record it is about.
        values: What to send, or the number to set.
    """

    row: str
    action: Action
    subject: Subject
    values: Mapping[str, object] = field(factory=dict[str, object], repr=False, hash=False)

    @property
    def engine_action(self) -> Retire | Update | None:
        """The same as the engine's plans say it; None for a setting of the location."""
        match self.action:
            case "nexhealth.appointments.update" if self.values.get("cancelled"):
                return Retire(On.NEXHEALTH)
            case "nexhealth.appointments.update":
                return Update(On.NEXHEALTH, _values(self.values))
            case "opendental.appointments.break_":
                return Retire(On.OPENDENTAL)
            case "opendental.appointments.confirm":
                return Update(On.OPENDENTAL, {"confirmed": True})
            case "location.operatories" | "location.providers":
                return None


def _values(values: Mapping[str, object]) -> dict[str, Value]:
    """Return values as plans hold them: moments are texts."""
    return {name: each if isinstance(each, str | int | None) else str(each) for name, each in values.items()}


def _pair(picture: Picture, row: Row) -> Pair | None:
    return picture.pair_of.get((row.subjects[0].id, row.subjects[1].id))


def visit(picture: Picture, row: Row) -> Repair | None:
    """Return the change of a NexHealth appointment that makes it show what the book says, if NexHealth takes it."""
    pair = _pair(picture, row)
    if pair is None or row.rule == "visit.type":
        return None
    wanted = {name: getattr(pair.od_visit, name) for name in row.fields}
    numbers = {number: key for key, number in picture.operatories.items()}
    mapped = nexhealth_changes(wanted, shown=pair.nex_visit, zone=picture.zone, operatories=numbers)
    if mapped.errors or not mapped.value:
        return None
    return Repair(row=row.id, action="nexhealth.appointments.update", subject=row.subjects[1], values={**mapped.value})


def state(picture: Picture, row: Row) -> Repair | None:
    """Return what carries a cancellation or confirmation to the side that lacks it."""
    what, _, side = row.rule.partition(".only-")
    if side == "opendental":
        return Repair(row=row.id, action="nexhealth.appointments.update", subject=row.subjects[1], values={what: True})
    if what == "cancelled":
        to_list = picture.location.cancel.to_unscheduled_list
        return Repair(
            row=row.id,
            action="opendental.appointments.break_",
            subject=row.subjects[0],
            values={"send_to_unscheduled_list": to_list},
        )
    def_num = min(picture.confirmed)
    return Repair(
        row=row.id, action="opendental.appointments.confirm", subject=row.subjects[0], values={"def_num": def_num}
    )


def counterpart(picture: Picture, row: Row) -> Repair | None:
    """Return the entry of the location's table that an operatory or provider of the same name makes, if one has it."""
    subject = row.subjects[0]
    if not row.rule.endswith(".unmapped") or subject.kind not in {"operatory", "provider"}:
        return None
    chairs = subject.kind == "operatory"
    names = _names_of_chairs(picture) if chairs else _names_of_staff(picture)
    found = names.get(_name(picture, subject), [])
    if len(found) != 1:
        return None
    action: Action = "location.operatories" if chairs else "location.providers"
    return Repair(row=row.id, action=action, subject=subject, values={str(subject.id): found[0]})


def _names_of_chairs(picture: Picture) -> dict[str, list[int]]:
    names: dict[str, list[int]] = {}
    for each in picture.chairs:
        if not each.is_hidden:
            names.setdefault(fold_name(each.op_name or ""), []).append(each.operatory_num)
    return names


def _names_of_staff(picture: Picture) -> dict[str, list[int]]:
    names: dict[str, list[int]] = {}
    for each in picture.staff:
        if not each.is_hidden:
            names.setdefault(fold_name(f"{each.f_name or ''} {each.l_name or ''}"), []).append(each.prov_num)
    return names


def _name(picture: Picture, subject: Subject) -> str:
    if subject.kind == "operatory":
        return next((fold_name(each.name or "") for each in picture.nex_chairs if each.id == subject.id), "")
    named = (f"{each.first_name or ''} {each.last_name or ''}" for each in picture.nex_staff if each.id == subject.id)
    return fold_name(next(named, ""))
