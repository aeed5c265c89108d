"""The audit of the set-up: operatories, providers and appointment types that lead nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from odnexus.audit.picture import Picture
from odnexus.audit.rows import Kind, Row, Severity, Subject, row

_FAULTS: Final[dict[str, Severity]] = {"unmapped": "error", "gone": "error", "hidden": "warning"}


def unmapped(picture: Picture) -> Iterator[Row]:
    """Yield what NexHealth offers and Open Dental has no counterpart for; what was not read is not judged."""
    chairs = {each.operatory_num: bool(each.is_hidden) for each in picture.chairs}
    staff = {each.prov_num: bool(each.is_hidden) for each in picture.staff}
    yield from _checked(
        "operatory", [each.id for each in picture.nex_chairs if each.active is not False], picture.operatories, chairs
    )
    yield from _checked(
        "provider", [each.id for each in picture.nex_staff if not each.inactive], picture.providers, staff
    )
    yield from _types(picture)


def _checked(kind: Kind, ids: Collection[int], table: Mapping[int, int], there: Mapping[int, bool]) -> Iterator[Row]:
    for key in ids:
        number = table.get(key)
        fault = "unmapped" if number is None else _fault(number, there)
        if fault:
            others = () if number is None else (Subject("opendental", kind, number),)
            yield row(
                "unmapped", f"{kind}.{fault}", _FAULTS[fault], Subject("nexhealth", kind, key), *others, known_by=1
            )


def _fault(number: int, there: Mapping[int, bool]) -> str:
    if not there:
        return ""
    if number not in there:
        return "gone"
    return "hidden" if there[number] else ""


def _types(picture: Picture) -> Iterator[Row]:
    rules = picture.location.types
    there = {each.appointment_type_num: bool(each.is_hidden) for each in picture.types}
    for each in picture.nex_types:
        subject = Subject("nexhealth", "type", each.id)
        if each.id not in rules:
            # A type with a descriptor is translated by NexHealth's synchronizer.
            if not each.descriptors and each.bookable_online is not False:
                yield row("unmapped", "type.unmapped", "warning", subject)
            continue
        number = rules[each.id].appointment_type_num
        if number and (fault := _fault(number, there)):
            yield row("unmapped", f"type.{fault}", _FAULTS[fault], subject, Subject("opendental", "type", number),
                      known_by=1)  # fmt: skip
