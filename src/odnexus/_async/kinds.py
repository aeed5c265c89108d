"""Appointment types while a location is at work: looked at with the other tables, told when they change.

A booking of a type whose length or procedures are not what was accepted waits for a person: a wrong block is worse
than a question. One answer is enough for all bookings of that type that wait for the same reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import cast

from attrs import evolve

from odnexus._async.lookups import TABLES_AGE
from odnexus._async.office import AsyncOffice
from odnexus._async.refusals import REFUSALS
from odnexus.practice import TypeRule
from odnexus.reconcile.asking import answered_event
from odnexus.reconcile.kinds import (
    SeenType,
    SeenTypes,
    TypeChange,
    Watched,
    changes_of_types,
    fingerprint,
    is_usable,
)
from odnexus.reconcile.reviews import Answer

NO_RULE = TypeRule()

REMEDIES = {
    "type.gone": "is hidden or deleted. Bookings of it wait for an answer: choose another type in the location's types",
    "type.changed": "was changed ({fields}). Compare the location's types; bookings that would get another block wait",
}


class AsyncKinds:
    """Appointment types of one location."""

    def __init__(self, office: AsyncOffice) -> None:
        self._office = office
        self._cursor = f"types:{office.location.name}"

    # -- looking -------------------------------------------------------------------------------------------------------

    async def watch(self, now: datetime) -> None:
        """Look at the types that the location's rules name, once a day, and tell people what changed."""
        office, stored = self._office, await self._stored()
        if not office.location.types or (stored is not None and now - stored.at < TABLES_AGE):
            return
        before = stored.seen if stored is not None else None
        seen = await self._look(before or SeenTypes())
        for change in changes_of_types(before, seen):
            await self._tell(change, now)
        text = f"The rules of {office.location.name} name procedure codes that the office does not have. Correct them."
        await office.alert_once(now, "codes", "type.codes-unknown" if seen.unknown else "", text)
        accepted = {**self._prints(seen), **(stored.accepted if stored is not None else {})}
        await self._store(Watched(at=now, seen=seen, accepted=accepted))

    async def _look(self, before: SeenTypes) -> SeenTypes:
        """Read the types of both sides; what may not be read stays as it was."""
        office, rules = self._office, self._office.location.types
        nexhealth, opendental, unknown = before.nexhealth, before.opendental, before.unknown
        with suppress(*REFUSALS):
            there = {
                kind.id: SeenType(name=kind.name or "", minutes=kind.minutes)
                async for kind in office.nexhealth.appointment_types.iter(location_id=office.location.nexhealth_id)
            }
            nexhealth = {number: there.get(number) for number in rules}
        with suppress(*REFUSALS):
            here = {
                kind.appointment_type_num: SeenType(
                    name=kind.appointment_type_name or "",
                    pattern=kind.pattern or "",
                    codes=tuple(code for code in (kind.code_str or "").split(",") if code),
                    hidden=bool(kind.is_hidden),
                )
                async for kind in office.opendental.appointment_types.iter()
            }
            wanted = {rule.appointment_type_num for rule in rules.values()} - {0}
            opendental = {number: here.get(number) for number in wanted}
        codes = {code for rule in rules.values() for code in rule.procedures}
        if codes:
            with suppress(*REFUSALS):
                known = {row.proc_code async for row in office.opendental.procedure_codes.iter()}
                unknown = tuple(sorted(codes - known))
        return SeenTypes(nexhealth=nexhealth, opendental=opendental, unknown=unknown)

    async def _tell(self, change: TypeChange, now: datetime) -> None:
        office = self._office
        side = "NexHealth's" if change.side == "nexhealth" else "Open Dental's"
        remedy = REMEDIES[change.rule].format(fields=", ".join(change.fields))
        subject = f"type:{change.side}/{change.number}"
        office.alert(now, change.rule, f"{side} appointment type {change.number} {remedy}.", subject=subject)
        await office.note(now, "observed", subject, change.rule, fields=change.fields)

    # -- deciding ------------------------------------------------------------------------------------------------------

    def _prints(self, seen: SeenTypes) -> dict[str, str]:
        """Return what bookings of each type get now, where it may be used: at the first look that is what counts."""
        return {
            f"{kind}:{rule.appointment_type_num}": fingerprint(seen, kind, rule.appointment_type_num)
            for kind, rule in self._office.location.types.items()
            if is_usable(seen.opendental, rule.appointment_type_num)
        }

    async def doubt(self, kind: int) -> str:
        """Return what a person must accept before a booking of the type *kind* is written, ``""`` if nothing."""
        stored, rule = await self._stored(), self._office.location.types.get(kind)
        if rule is None or stored is None:
            return ""
        found = fingerprint(stored.seen, kind, rule.appointment_type_num)
        accepted = stored.accepted.get(f"{kind}:{rule.appointment_type_num}")
        unseen = accepted is None and is_usable(stored.seen.opendental, rule.appointment_type_num)
        return "" if unseen or found == accepted else found

    async def rule(self, kind: int) -> tuple[TypeRule, str]:
        """Return the rule for a type, without what Open Dental has not any more, and the pattern of its type there."""
        rule, stored = self._office.location.types.get(kind, NO_RULE), await self._stored()
        here = stored.seen.opendental if stored is not None else SeenTypes().opendental
        if not is_usable(here, rule.appointment_type_num):
            return evolve(rule, appointment_type_num=0), ""
        seen = here.get(rule.appointment_type_num)
        return rule, seen.pattern if seen is not None else ""

    async def accept(self, kind: int, found: str, answer: Answer, now: datetime) -> None:
        """Write bookings of a type as it is now: also all others that wait for the same answer."""
        stored, rule = await self._stored(), self._office.location.types.get(kind)
        if stored is None or rule is None:
            return
        accepted = {**stored.accepted, f"{kind}:{rule.appointment_type_num}": found}
        # The others first: whoever is killed here finds this answer again, and them unanswered.
        await self._answer_others(found, answer, now)
        await self._store(evolve(stored, accepted=accepted))

    async def _answer_others(self, found: str, answer: Answer, now: datetime) -> None:
        records, name = self._office.records, self._office.location.name
        for review in await records.store.reviews.pending(1000, location=name):
            body = records.review_body(review) if review.kind == "type.changed" else {}
            if body.get("found") != found:
                continue
            look = cast("Mapping[str, str]", body["look"])
            # Put before it is answered: an event is put once, a question answered once.
            await records.store.inbox.put([answered_event(evolve(review, answer=answer), look, now)])
            await records.store.reviews.answer(review.id, answer)

    # -- remembering ---------------------------------------------------------------------------------------------------

    async def _stored(self) -> Watched | None:
        return Watched.from_text(await self._office.records.store.cursors.get(self._cursor))

    async def _store(self, value: Watched) -> None:
        await self._office.records.store.cursors.set(self._cursor, value.to_text())
