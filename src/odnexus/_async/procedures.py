"""Procedures that a visit is to have: attached once, however often this is begun.

Open Dental attaches the procedures of an appointment type by itself; what a rule names beyond them is made as planned
(TP) with the appointment's number, the documented way (pages "ProcedureLogs" and "Appointments"). What hangs on the
visit already is looked at first, so a lost answer or a killed process adds none twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from odnexus._async.office import AsyncOffice
from odnexus._async.refusals import LACKING, REFUSALS
from odnexus.opendental.models import Procedure, ProcStatus


def missing(wanted: Sequence[str], attached: Sequence[str]) -> list[str]:
    """Return which of the *wanted* codes are not *attached* yet, each as often as it is wanted."""
    rest = Counter(wanted) - Counter(attached)
    return list(rest.elements())


class AsyncAttaching:
    """Attaches procedures to visits of one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office

    async def attach(self, apt_num: int, pat_num: int, day: date, codes: Sequence[str], now: datetime) -> None:
        """Give the appointment *apt_num* what it lacks of *codes*; what the office refuses is told to people."""
        office = self._office
        try:
            for code in missing(codes, [row.proc_code or "" for row in await self._attached(apt_num, pat_num)]):
                await office.turn.keep()
                await office.opendental.procedures.create(
                    pat_num=pat_num, proc_date=day, proc_status=ProcStatus.TP, proc_code=code, apt_num=apt_num
                )
                await office.note(now, "applied", office.at_opendental(apt_num), "visit.procedure-attached")
        except REFUSALS as error:
            await office.note(now, "failed", office.at_opendental(apt_num), "visit.procedures-refused")
            text = (
                f"Appointment {apt_num} lacks procedures that its type asks for ({type(error).__name__}). Add them in "
                "Open Dental; check the location's types and the key's permission ProcedureLogs."
            )
            office.alert(now, "visit.procedures-refused", text, subject=office.at_opendental(apt_num))

    async def _attached(self, apt_num: int, pat_num: int) -> list[Procedure]:
        procedures = self._office.opendental.procedures
        try:
            return [row async for row in procedures.iter(apt_num=apt_num)]
        except LACKING:
            # The filter by appointment came with 22.3.32 (page "ProcedureLogs").
            return [row async for row in procedures.iter(pat_num=pat_num) if row.apt_num == apt_num]
