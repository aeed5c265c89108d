"""What a form says of the patient: fields of the chart, its long texts, the emergency contact, and custom fields.

Nothing that the chart says is overwritten, unless a rule of the field map says ``always``. What a step returns are the
keys of the values that now stand in the chart; everything else goes into the note.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from odnexus._async.office import AsyncOffice, chart_of
from odnexus._async.refusals import NOT_TAKEN, REFUSALS
from odnexus.errors import ConfigurationError
from odnexus.mapping.answers import as_text
from odnexus.mapping.intake import Form, is_stamped, label
from odnexus.mapping.table import CONTACT_FIELDS, Explained, FieldMap, MapRule
from odnexus.opendental.changes import PatientChanges, PatientNoteChanges
from odnexus.opendental.models import PatFieldDef, PatFieldType, Patient, PatientNote
from odnexus.opendental.names import snake
from odnexus.opendental.tables import clinical, patients


class AsyncChartFiling:
    """Files into the chart of one patient."""

    def __init__(self, office: AsyncOffice, subject: str) -> None:
        self._office = office
        self._subject = subject

    async def file(self, form: Form, pat_num: int, stamp: str, now: datetime) -> set[str]:
        """File what belongs into fields, and return the keys of what now stands there."""
        lines = won(self._office.location.fields, form)
        filed = await self._patient(lines.get("patient", []), pat_num, now)
        filed |= await self._texts(lines.get("note", []), pat_num, stamp, now)
        return filed | await self._custom(lines.get("field", []), pat_num, now)

    # -- fields of the patient -----------------------------------------------------------------------------------------

    async def _patient(self, lines: list[Ruled], pat_num: int, now: datetime) -> set[str]:
        if not lines:
            return set()
        office = self._office
        patient = await office.opendental.patients.get(pat_num)
        wanted = {snake(rule.name): line.value for rule, line in lines}
        changes = {
            snake(rule.name): line.value
            for rule, line in lines
            if _may_write(rule, getattr(patient, snake(rule.name), None), line.value)
            and _fits(patients.UPDATE.content, snake(rule.name), line.value)
        }
        written = await self._update(patient, changes, now) if changes else patient
        return {
            line.key
            for rule, line in lines
            if _same(getattr(written, snake(rule.name), None), wanted[snake(rule.name)]) and line.key
        }

    async def _update(self, patient: Patient, changes: dict[str, object], now: datetime) -> Patient:
        """Write *changes* together; where the office refuses them, one by one, without those it refuses."""
        office = self._office
        try:
            patient = await office.opendental.patients.update(patient.pat_num, **cast("PatientChanges", changes))
        except NOT_TAKEN:
            for name, value in changes.items():
                try:
                    patient = await office.opendental.patients.update(
                        patient.pat_num, **cast("PatientChanges", {name: value})
                    )
                except NOT_TAKEN:
                    await office.note(now, "failed", self._subject, "form.field-refused", fields=[name])
        await office.picture.keep(charts=[chart_of(patient)])
        await office.note(now, "applied", self._subject, "form.fields-filled", fields=changes)
        return patient

    # -- long texts and the emergency contact --------------------------------------------------------------------------

    async def _texts(self, lines: list[Ruled], pat_num: int, stamp: str, now: datetime) -> set[str]:
        if not lines:
            return set()
        note = await self._office.opendental.patient_notes.get(pat_num)
        filed, changes = set[str](), dict[str, str]()
        for rule, line in lines:
            name, said = snake(rule.name), _plain(line.value)
            before = changes.get(name, getattr(note, name, None) or "")
            after = self._text(rule, line, before, said, stamp)
            if after is not None and _fits(clinical.UPDATE_PATIENT_NOTE.content, name, after):
                filed.add(line.key)
                if after != before:
                    changes[name] = after
        if changes and not await self._write_texts(note, changes, now):
            return {line.key for rule, line in lines if line.key in filed and snake(rule.name) not in changes}
        return filed

    def _text(self, rule: MapRule, line: Explained, before: str, said: str, stamp: str) -> str | None:
        """Return what a text is to say; itself if it says so already, ``None`` if it may not be touched."""
        if rule.write in ("never", "create"):
            return before if _words(before) == _words(said) else None
        if rule.name in CONTACT_FIELDS:
            same = _digits(before) == _digits(said) if rule.name == "ICEPhone" else _words(before) == _words(said)
            if before and same:
                return before
            return said if not before or rule.write == "always" else None
        entry = f"{label(line.source)}: {said} ({stamp})"
        if not before.strip():
            return said
        if _words(before) == _words(said) or _has_entry(before, entry, said, stamp):
            return before
        return f"{before}\n{entry}" if self._office.location.intake.notes == "append" else None

    async def _write_texts(self, note: PatientNote, changes: dict[str, str], now: datetime) -> bool:
        office = self._office
        try:
            await office.opendental.patient_notes.update(note.pat_num, **cast("PatientNoteChanges", changes))
        except NOT_TAKEN:
            # An office that is too old, a key that may not: the answers are kept in the note.
            await office.note(now, "failed", self._subject, "form.texts-refused", fields=changes)
            return False
        await office.note(now, "applied", self._subject, "form.texts-filled", fields=changes)
        return True

    # -- custom fields -------------------------------------------------------------------------------------------------

    async def _custom(self, lines: list[Ruled], pat_num: int, now: datetime) -> set[str]:
        if not lines:
            return set()
        office = self._office
        try:
            defs = {row.field_name: row async for row in office.opendental.pat_field_defs.iter() if not row.is_hidden}
            values = {
                row.field_name: row.field_value or ""
                async for row in office.opendental.pat_fields.iter(pat_num=pat_num)
            }
        except REFUSALS:
            await office.note(now, "failed", self._subject, "form.custom-fields-unknown")
            return set()
        filed = set[str]()
        for rule, line in lines:
            known = defs.get(rule.name)
            await self._tell_of_missing(rule.name, now, missing=known is None)
            said = field_value(known, line.value) if known is not None else None
            if said is not None and await self._set_field(rule, said, values.get(rule.name, ""), pat_num, now):
                filed.add(line.key)
        return filed

    async def _set_field(self, rule: MapRule, said: str, before: str, pat_num: int, now: datetime) -> bool:
        """Let a custom field say *said* if it may; return whether it does now."""
        office = self._office
        if before == said:
            return True
        if not said or rule.write in ("never", "create") or (before and rule.write != "always"):
            return False
        try:
            if before:
                await office.opendental.pat_fields.set(pat_num, rule.name, said)
            else:
                await office.turn.keep()
                await office.opendental.pat_fields.create(pat_num=pat_num, field_name=rule.name, field_value=said)
        except NOT_TAKEN:
            await office.note(now, "failed", self._subject, "form.field-refused", fields=[rule.target])
            return False
        await office.note(now, "applied", self._subject, "form.custom-field-filled", fields=[rule.target])
        return True

    async def _tell_of_missing(self, name: str, now: datetime, *, missing: bool) -> None:
        text = f"The field map names the custom field {name!r}, which the office has not: its answers go into notes."
        await self._office.alert_once(now, f"field:{name}", "form.no-such-field" if missing else "", text)


Ruled = tuple[MapRule, Explained]
"""A rule with what it found."""


def won(fields: FieldMap, form: Form) -> dict[str, list[Ruled]]:
    """Return what the rules found in *form*, by scope."""
    found: dict[str, list[Ruled]] = {}
    for line in fields.explain(form.answers):
        if line.wins:
            found.setdefault(fields.rules[line.rule].scope, []).append((fields.rules[line.rule], line))
    return found


def _may_write(rule: MapRule, before: object, value: object) -> bool:
    if before == value or rule.write in ("never", "create"):
        return False
    return rule.write == "always" or not before


def _same(shown: object, wanted: object) -> bool:
    """Return whether the chart says what was answered: a phone may have come back in another form."""
    if isinstance(shown, str) and isinstance(wanted, str) and _digits(wanted) and len(_digits(wanted)) == 10:
        return shown == wanted or _digits(shown) == _digits(wanted)
    return shown == wanted


def _fits(content: Any, name: str, value: object) -> bool:
    """Return whether the client can send *value*: too long a name is kept in the note instead."""
    try:
        content({name: value})
    except ConfigurationError:
        return False
    return True


def field_value(known: PatFieldDef, value: object) -> str | None:
    """Return *value* as a custom field of this type takes it, ``None`` if it does not (page "API PatFields")."""
    said = _plain(value)
    match known.field_type:
        case PatFieldType.TEXT:
            return said
        case PatFieldType.PICK_LIST:
            items = {" ".join(item.split()).casefold(): item for item in (known.pick_list or "").splitlines()}
            # Since 24.1 no method tells the items: then the office itself is asked, by the attempt.
            return items.get(said.casefold()) if items else said
        case PatFieldType.DATE:
            return said if _is_day(said) else None
        case PatFieldType.CHECKBOX:
            return _BOXES.get(said.casefold())
        case PatFieldType.CURRENCY:
            amount = said.replace("$", "").replace(",", "").strip()
            return amount if amount.replace(".", "", 1).isdecimal() else None
        case _:
            return None


_BOXES: Mapping[str, str] = {"yes": "1", "true": "1", "1": "1", "no": "", "false": "", "0": ""}
"""A ticked box is ``1``; a box that is not ticked has no row at all."""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else as_text(value).strip()


def _words(text: str) -> str:
    return " ".join(text.split()).casefold()


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _has_entry(before: str, entry: str, said: str, stamp: str) -> bool:
    """Return whether *before* carries the entry, or begins with what a blank text was given."""
    return _words(entry) in _words(before) or (is_stamped(before, stamp) and _words(before).startswith(_words(said)))
