"""Allergies, problems and medications of a form: only what the office's own lists know, and only where it wants that.

Open Dental adds a name that its list lacks to the list. So a finding is always recorded by the number of an entry; what
the lists do not know is asked, once a form, and kept in the note.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from odnexus._async.intake_chart import won
from odnexus._async.office import AsyncOffice
from odnexus._async.refusals import NOT_TAKEN, REFUSALS
from odnexus.mapping.answers import items_of
from odnexus.mapping.intake import Form
from odnexus.mapping.table import Explained
from odnexus.reconcile.asking import Inquiry

NOTHING = frozenset({"none", "no", "n/a", "na", "nothing", "nka", "nkda", "no known allergies", "unknown"})
"""Answers that name no finding: they stay in the note, and nobody is asked."""


class AsyncFindingFiling:
    """Files findings of one patient."""

    def __init__(self, office: AsyncOffice, subject: str) -> None:
        self._office = office
        self._subject = subject

    async def file(self, form: Form, pat_num: int, now: datetime) -> set[str]:
        """Record what the lists know, and return the keys of what the chart now holds whole."""
        if not self._office.location.intake.clinical:
            return set()
        lines = won(self._office.location.fields, form)
        filed, unknown = set[str](), dict[str, list[str]]()
        for scope in ("allergy", "problem", "medication"):
            named = [line for rule, line in lines.get(scope, []) if rule.write not in ("never", "create")]
            if named:
                held, missing = await self._scope(scope, named, pat_num, now)
                filed |= held
                if missing:
                    unknown[scope] = missing
        if unknown:
            await self._ask(unknown, pat_num, now)
        return filed

    async def _scope(
        self, scope: str, lines: list[Explained], pat_num: int, now: datetime
    ) -> tuple[set[str], list[str]]:
        """Return the keys of one kind that are recorded, and the names that the office's list lacks."""
        try:
            entries, held = await self._known(scope), await self._recorded(scope, pat_num)
        except REFUSALS:
            await self._office.note(now, "failed", self._subject, "form.findings-unknown", fields=[scope])
            return set(), []
        filed, missing = set[str](), list[str]()
        for line in lines:
            names = [name for name in items_of(line.value) if name.casefold() not in NOTHING]
            numbers = {name: entries.get(name.casefold()) for name in names}
            missing += [name for name, number in numbers.items() if number is None]
            for number in numbers.values():
                if number is not None and number not in held and await self._record(scope, number, pat_num, now):
                    held.add(number)
            if names and all(number in held for number in numbers.values()):
                filed.add(line.key)
        return filed, missing

    async def _known(self, scope: str) -> dict[str, int]:
        """Return the office's list of one kind, by name without case; hidden entries are not used."""
        od = self._office.opendental
        match scope:
            case "allergy":
                return {
                    _name(row.description): row.allergy_def_num
                    async for row in od.allergy_defs.iter()
                    if not row.is_hidden
                }
            case "problem":
                return {
                    _name(row.disease_name): row.disease_def_num
                    async for row in od.disease_defs.iter()
                    if not row.is_hidden
                }
            case _:
                return {_name(row.med_name): row.medication_num async for row in od.medications.iter()}

    async def _recorded(self, scope: str, pat_num: int) -> set[int]:
        """Return the entries that the chart has already, in whatever state."""
        od = self._office.opendental
        match scope:
            case "allergy":
                return {row.allergy_def_num async for row in od.allergies.iter(pat_num=pat_num)}
            case "problem":
                return {row.disease_def_num async for row in od.diseases.iter(pat_num=pat_num)}
            case _:
                return {row.medication_num async for row in od.medication_pats.iter(pat_num=pat_num)}

    async def _record(self, scope: str, number: int, pat_num: int, now: datetime) -> bool:
        office, od = self._office, self._office.opendental
        await office.turn.keep()
        try:
            match scope:
                case "allergy":
                    await od.allergies.create(pat_num=pat_num, allergy_def_num=number)
                case "problem":
                    await od.diseases.create(pat_num=pat_num, disease_def_num=number)
                case _:
                    await od.medication_pats.create(pat_num=pat_num, medication_num=number)
        except NOT_TAKEN:
            await office.note(now, "failed", self._subject, "form.finding-refused", fields=[scope])
            return False
        await office.note(now, "applied", self._subject, "form.finding-recorded", fields=[scope])
        return True

    async def _ask(self, unknown: Mapping[str, list[str]], pat_num: int, now: datetime) -> None:
        office = self._office
        text = (
            "A patient named findings that the office's lists of allergies, problems or medications do not have. They "
            "are in the review and in the chart's note: record them by hand, or add the words to the field map."
        )
        inquiry = Inquiry(
            kind="form.unknown-finding",
            about=(self._subject,),
            subject=self._subject,
            body={**unknown, "chart": pat_num},
            text=text,
        )
        await office.question(now, inquiry)


def _name(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()
