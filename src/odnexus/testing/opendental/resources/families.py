"""Families and super families: guarantors, and the note that a family shares (page "Patients").

A family is all rows with the same Guarantor; a super family all rows with the same SuperFamily.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odnexus.testing.opendental.refusals import Refusal, invalid, not_found
from odnexus.testing.opendental.values import Row, Value

if TYPE_CHECKING:
    from odnexus.testing.opendental.practice import Practice

FAMILY_FIELDS = frozenset({"Guarantor", "SuperFamily", "FamFinUrgNote"})
"""Fields whose change touches more rows than one."""


def family_note(practice: Practice, row: Row) -> Value:
    """Return the family's urgent financial note, which is stored with the guarantor."""
    head = practice.find("patients", row.number("Guarantor"))
    return (head or row)["FamFinUrgNote"]


def members(practice: Practice, head: int, column: str = "Guarantor") -> list[Row]:
    """Return the patients whose *column* is *head*."""
    return [row for row in practice.rows("patients") if row[column] == head]


def entering(practice: Practice, fields: Row) -> dict[str, Value]:
    """Return the family columns of a new patient, or refuse what does not go together."""
    if fields.number("Guarantor", 0) and fields.number("SuperFamily", 0):
        raise Refusal(400, "Guarantor and SuperFamily cannot both be set.")
    head = fields.number("Guarantor", 0)
    if head:
        _check_head(practice, head)
        if "FamFinUrgNote" in fields:
            raise Refusal(400, "FamFinUrgNote can only be set on a guarantor.")
    family: dict[str, Value] = {"SuperFamily": 0}
    if head:
        family["SuperFamily"] = practice.patients[head]["SuperFamily"]
    return family


def _check_head(practice: Practice, head: int) -> None:
    row = practice.find("patients", head)
    if row is None or row["PatStatus"] == "Deleted":
        raise not_found("Guarantor")
    if practice.switches.guarantor == "head" and row["Guarantor"] != head:
        raise invalid("Guarantor")


def entered(practice: Practice, row: Row, fields: Row) -> None:
    """Finish the family columns of a patient that now has a number."""
    if not row["Guarantor"]:
        row["Guarantor"] = row.number("PatNum")
    if fields.number("SuperFamily", 0):
        join_super_family(practice, row, fields.number("SuperFamily"))


def change(practice: Practice, row: Row, fields: Row) -> None:
    """Carry out what a PUT asks of the family, or refuse it."""
    if "FamFinUrgNote" in fields:
        _change_note(practice, row, fields.text("FamFinUrgNote"))
    if "Guarantor" in fields:
        _change_guarantor(practice, row, fields.number("Guarantor"))
    if "SuperFamily" in fields:
        join_super_family(practice, row, fields.number("SuperFamily"))


def _change_note(practice: Practice, row: Row, note: str) -> None:
    if row["Guarantor"] != row["PatNum"]:
        raise Refusal(400, "FamFinUrgNote can only be set on a guarantor.")
    practice.change("patients", row.number("PatNum"), {"FamFinUrgNote": note})


def _change_guarantor(practice: Practice, row: Row, head: int) -> None:
    """Hand the family over to another member; only its guarantor can, and only inside the family."""
    if head == row["Guarantor"]:
        return
    new = practice.find("patients", head)
    if new is None:
        raise not_found("Guarantor")
    if row["Guarantor"] != row["PatNum"] or new["Guarantor"] != row["PatNum"]:
        raise invalid("Guarantor")
    note = row["FamFinUrgNote"]
    for member in members(practice, row.number("PatNum")):
        practice.change("patients", member.number("PatNum"), {"Guarantor": head})
    practice.change("patients", row.number("PatNum"), {"FamFinUrgNote": ""})
    practice.change("patients", head, {"FamFinUrgNote": note})


def join_super_family(practice: Practice, row: Row, head: int) -> None:
    """Put the family of *row* into the super family of *head*, made if needed; 0 takes it out.

    Where *row* belongs to the head's own family, 0 ends the whole super family.
    """
    if head == 0:
        _leave_super_family(practice, row)
        return
    found = practice.find("patients", head)
    if found is None:
        raise not_found("SuperFamily")
    if found["SuperFamily"] not in (0, head):
        raise invalid("SuperFamily")
    for member in members(practice, found.number("Guarantor")) + members(practice, row.number("Guarantor")):
        practice.change("patients", member.number("PatNum"), {"SuperFamily": head})


def _leave_super_family(practice: Practice, row: Row) -> None:
    head = row.number("SuperFamily")
    if not head:
        return
    whole = practice.patients[head]["Guarantor"] == row["Guarantor"]
    leaving = members(practice, head, "SuperFamily") if whole else members(practice, row.number("Guarantor"))
    for member in leaving:
        practice.change("patients", member.number("PatNum"), {"SuperFamily": 0})
