"""Whoever sits at the front desk: changes the schedule and the charts between the calls of a program.

What the desktop does and the API cannot is here too: deleting appointments for good, merging charts, renaming
definitions. Fields take Python values or texts as they would travel.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from odnexus.testing.opendental import visits
from odnexus.testing.opendental.practice import CONFIRMED
from odnexus.testing.opendental.values import Row, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from odnexus.testing.opendental.practice import Practice


class Staff:
    """The people of an office at their screens.

    Args:
        practice: The office's data.
    """

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self.selects: Callable[[int, str], object] | None = None
        """Told when somebody opens a chart: PatNum and the name of the workstation."""

    # --- The schedule ------------------------------------------------------------------------------------------------

    def book(self, pat_num: int, *, start: datetime, op: int, minutes: int = 20, **fields: Value) -> int:
        """Book a visit and return its AptNum; nobody stops a double booking."""
        if minutes < 10 or minutes % 5:
            raise ValueError("minutes: at least 10, in steps of 5")
        pattern = "/" + "X" * (minutes // 5 - 2) + "/"
        return self._practice.add_appointment(
            **{"PatNum": pat_num, "AptDateTime": start, "Op": op, "Pattern": pattern, **fields}
        )

    def double_book(self, apt_num: int, pat_num: int, **fields: Value) -> int:
        """Book another patient at the time and in the operatory of a visit, and return the new AptNum."""
        row = self._practice.appointments[apt_num]
        copied = {name: row[name] for name in ("AptDateTime", "Op", "Pattern", "ProvNum")}
        return self._practice.add_appointment(**{"PatNum": pat_num, **copied, **fields})

    def move(
        self,
        apt_num: int,
        *,
        start: datetime | None = None,
        op: int | None = None,
        provider: int | None = None,
        minutes: int | None = None,
        keep_confirmed: bool = False,
    ) -> None:
        """Move a visit, or make it longer or shorter.

        A visit that changes its time is to be confirmed again, unless *keep_confirmed*: the desktop resets it.
        """
        with self._practice.lock:
            changes: dict[str, Value] = {}
            if start is not None:
                changes["AptDateTime"] = start
            if op is not None:
                changes["Op"] = op
            if provider is not None:
                changes["ProvNum"] = provider
            if minutes is not None:
                changes["Pattern"] = "/" + "X" * (minutes // 5 - 2) + "/"
            moved = start is not None and start != self._practice.appointments[apt_num]["AptDateTime"]
            if moved and not keep_confirmed:
                changes["Confirmed"] = self._practice.first_definition(CONFIRMED)
            self._alter(apt_num, changes)

    def edit(self, apt_num: int, **fields: Value) -> None:
        """Change anything else about a visit."""
        self._alter(apt_num, self._practice.read(self._practice.tables["appointments"].schema, fields))

    def break_(self, apt_num: int, *, to_unscheduled_list: bool = False, missed: bool = False) -> None:
        """Break a visit: it stays on the schedule crossed out, or goes to the unscheduled list."""
        status = "UnschedList" if to_unscheduled_list else "Broken"
        self._alter(apt_num, {"AptStatus": status}, action="Missed" if missed else "Cancelled")

    def restore(self, apt_num: int, *, start: datetime | None = None, op: int | None = None) -> None:
        """Put a broken or unscheduled visit back on the schedule, at its old time unless told otherwise."""
        changes: dict[str, Value] = {"AptStatus": "Scheduled"}
        if start is not None:
            changes["AptDateTime"] = start
        if op is not None:
            changes["Op"] = op
        self._alter(apt_num, changes)

    def delete(self, apt_num: int) -> None:
        """Delete a visit for good: no list shows it any more, its history does."""
        with self._practice.lock:
            visits.erase(self._practice, apt_num)

    def confirm(self, apt_num: int, definition: int | str = "Confirmed") -> None:
        """Set the confirmation of a visit to a definition, by its number or its name."""
        number = definition if isinstance(definition, int) else self._practice.definition_named(CONFIRMED, definition)
        if number not in [row["DefNum"] for row in self._practice.definitions(CONFIRMED, hidden=True)]:
            raise ValueError("definition: no such confirmation")
        self._alter(apt_num, {"Confirmed": number})

    def arrive(self, apt_num: int) -> None:
        """Note that the patient is here."""
        self._alter(apt_num, {"DateTimeArrived": self._practice.now()})

    def complete(self, apt_num: int) -> None:
        """Set a visit complete."""
        self._alter(apt_num, {"AptStatus": "Complete"})

    def mark_asap(self, apt_num: int, *, asap: bool = True) -> None:
        """Put a visit on the ASAP list, or take it off."""
        self._alter(apt_num, {"Priority": "ASAP" if asap else "Normal"})

    def _alter(self, apt_num: int, changes: dict[str, Value] | Row, action: str = "Changed") -> None:
        with self._practice.lock:
            visits.alter(self._practice, apt_num, changes, action=action)

    # --- Charts ------------------------------------------------------------------------------------------------------

    def edit_patient(self, pat_num: int, **fields: Value) -> None:
        """Change a chart."""
        with self._practice.lock:
            changes = self._practice.read(self._practice.tables["patients"].schema, fields)
            self._practice.change("patients", pat_num, changes)

    def delete_patient(self, pat_num: int) -> None:
        """Delete a chart: its row stays with the status Deleted."""
        self.edit_patient(pat_num, PatStatus="Deleted")

    def merge(self, from_num: int, into_num: int) -> None:
        """Merge one chart into another: it is archived, and what belonged to it moves to the survivor."""
        practice = self._practice
        with practice.lock:
            if from_num == into_num:
                raise ValueError("a chart cannot be merged into itself")
            practice.patients[into_num]
            for row in [row for row in practice.rows("appointments") if row["PatNum"] == from_num]:
                visits.alter(practice, row.number("AptNum"), {"PatNum": into_num})
            for table, key in (("commlogs", "CommlogNum"), ("procedurelogs", "ProcNum")):
                for row in [row for row in practice.rows(table) if row["PatNum"] == from_num]:
                    practice.change(table, row.number(key), {"PatNum": into_num})
            self._hand_family_over(from_num, into_num)
            practice.change("patients", from_num, {"PatStatus": "Archived"})

    def _hand_family_over(self, from_num: int, into_num: int) -> None:
        head = self._practice.patients[into_num]["Guarantor"]
        new_head = into_num if head == from_num else head
        for row in self._practice.rows("patients"):
            if row["Guarantor"] == from_num and row["PatNum"] != from_num:
                self._practice.change("patients", row.number("PatNum"), {"Guarantor": new_head})

    def select_patient(self, pat_num: int, workstation: str = "FRONT01") -> None:
        """Open a chart on a workstation, which a UI event may report."""
        self._practice.patients[pat_num]
        if self.selects is not None:
            self.selects(pat_num, workstation)

    # --- The office's setup ------------------------------------------------------------------------------------------

    def rename_definition(self, def_num: int, name: str) -> None:
        """Call a definition something else; its number stays."""
        with self._practice.lock:
            self._practice.change("definitions", def_num, {"ItemName": name})

    def hide_definition(self, def_num: int) -> None:
        """Hide a definition; rows that have it keep it."""
        with self._practice.lock:
            self._practice.change("definitions", def_num, {"isHidden": True})

    def hide_operatory(self, op: int, *, hidden: bool = True) -> None:
        """Hide an operatory, or show it again; its visits stay."""
        with self._practice.lock:
            self._practice.change("operatories", op, {"IsHidden": hidden})

    def hide_provider(self, prov_num: int) -> None:
        """Hide a provider."""
        with self._practice.lock:
            self._practice.change("providers", prov_num, {"IsHidden": True})

    def block(self, start: datetime, *, minutes: int, op: int, blockout: int = 0) -> int:
        """Block an operatory for a while and return the ScheduleNum."""
        end = start + timedelta(minutes=minutes)
        return self._practice.add_schedule(
            SchedDate=start.date(),
            StartTime=start.time(),
            StopTime=end.time(),
            SchedType="Blockout",
            BlockoutType=blockout,
            operatories=str(op),
        )
