"""What a rule cannot be asked without: where a table lacks the column, nothing is judged and nobody is told wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from odnexus.audit.rows import Audit, Row

NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "family.": ("charts.Guarantor",),
    "phone.swapped": ("charts.Guarantor",),
    "phone.field": ("charts.WirelessPhone",),
    "birth-date.": ("charts.Birthdate",),
    "guarantor.": ("charts.Guarantor", "charts.Birthdate"),
    "phone.shared": ("charts.WirelessPhone", "charts.Guarantor"),
    "email.": ("charts.Email",),
    "email.shared": ("charts.Guarantor",),
    "email.role": ("charts.Guarantor",),
    "patient.inactive": ("charts.PatStatus",),
    "patient.archived": ("charts.PatStatus",),
    "patient.deleted": ("charts.PatStatus",),
    "patient.deceased": ("charts.PatStatus",),
    "patient.only-": ("people.foreign_id",),
    "placeholder.": ("people.foreign_id",),
    "visit.only-": ("bookings.foreign_id", "book.AptStatus"),
    "booking.": ("bookings.foreign_id",),
    "visit.length": ("book.Pattern",),
    "visit.operatory": ("book.Op",),
    "visit.provider": ("book.ProvNum",),
    "visit.type": ("book.AppointmentTypeNum",),
    "cancelled.": ("book.AptStatus", "bookings.cancelled"),
    "confirmed.": ("book.Confirmed", "bookings.confirmed"),
    "operatory.double": ("book.Op", "book.Pattern"),
    "provider.double": ("book.ProvNum", "book.Pattern"),
    "details.birth-date": ("charts.Birthdate",),
    "details.phone": ("charts.WirelessPhone", "charts.HmPhone", "charts.WkPhone"),
    "details.email": ("charts.Email",),
    "details.address": ("charts.Address",),
    "details.status": ("charts.PatStatus", "people.inactive"),
    "texts.": ("charts.TxtMsgOk", "people.unsubscribe_sms"),
    "carrier.no-payer-id": ("carriers.ElectID",),
    "carrier.unmatched": ("people.insurance_name",),
    "plan.twice": ("plans.GroupNum",),
    "coverage.no-subscriber-id": ("coverages.SubscriberID",),
    "coverage.ended": ("coverages.DateTerm",),
}
"""The columns that the rules with these beginnings need."""


def needs_of(rule: str) -> Iterator[str]:
    """Yield the columns that *rule* needs."""
    for beginning, columns in NEEDS.items():
        if rule.startswith(beginning):
            yield from columns


def known(rows: Iterable[Row], lacking: frozenset[str]) -> Iterator[Row]:
    """Yield the rows whose rules lack no column."""
    for each in rows:
        if not lacking or lacking.isdisjoint(needs_of(each.rule)):
            yield each


def told(lacking: frozenset[str], audits: Iterable[Audit]) -> list[str]:
    """Return in words which columns are missing, and which audits or rules are not asked for it."""
    asked = list(audits)
    lines = list[str]()
    for column in sorted(lacking):
        silent = [words for each in asked if (words := _silent(each, column))]
        if silent:
            table, _, word = column.partition(".")
            lines.append(f"{table}: there is no column {word}; not judged without it: {', '.join(silent)}")
    return lines


def _silent(audit: Audit, column: str) -> str:
    rules = [rule for rule in audit.rules if column in needs_of(rule)]
    return audit.name if len(rules) == len(audit.rules) else ", ".join(rules)


def judged(audit: Audit, lacking: frozenset[str]) -> bool:
    """Tell whether any rule of an audit can be asked."""
    return not lacking or any(lacking.isdisjoint(needs_of(rule)) for rule in audit.rules)
