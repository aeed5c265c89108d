"""Audits of people: duplicate charts, birth dates, phones, e-mail, states of charts, placeholders."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from odnexus.audit.families import misplaced_phones
from odnexus.audit.picture import Picture, guarantor_of
from odnexus.audit.rows import Row, Severity, booked, chart, person, row
from odnexus.mapping.text import email_key
from odnexus.matching import Grade
from odnexus.nexhealth import models as nex
from odnexus.opendental import models as od

PATIENCE: Final = timedelta(days=1)
"""How long a patient may wait for their record in Open Dental before anybody wonders."""


# -- duplicate charts --------------------------------------------------------------------------------------------------


def duplicate_charts(picture: Picture) -> Iterator[Row]:
    """Yield pairs of charts that may be one person's, the surest first."""
    for pair in picture.roster.duplicates():
        one, other = (picture.chart_of[number] for number in pair.pat_nums)
        certain = pair.grade is Grade.CERTAIN
        yield row(
            "duplicate-charts",
            _doubled(one, other),
            "error" if certain else "warning",
            *map(chart, pair.pat_nums),
            grade=pair.grade.value,
            family="the same" if guarantor_of(one) == guarantor_of(other) != 0 else "different",
            clinic="the same" if one.clinic_num == other.clinic_num else "different",
            reasons="; ".join(pair.reasons),
        )


def _doubled(one: od.Patient | od.PatientRow, other: od.Patient | od.PatientRow) -> str:
    """Return which sort of duplicate two charts are: who has to be asked differs."""
    if guarantor_of(one) == guarantor_of(other) != 0:
        return "chart.duplicate-family"
    return "chart.duplicate" if one.clinic_num == other.clinic_num else "chart.duplicate-clinic"


# -- birth dates -------------------------------------------------------------------------------------------------------

_BIRTH_RULES: Final[dict[str, tuple[str, Severity]]] = {
    "date.none": ("birth-date.placeholder", "warning"),
    "date.future": ("birth-date.future", "error"),
    "date.too_old": ("birth-date.too-old", "error"),
}


def birth_dates(picture: Picture) -> Iterator[Row]:
    """Yield active charts whose birth date is missing or impossible."""
    for each in picture.active:
        mapped = picture.od_persons[each.pat_num]
        found: list[tuple[str, Severity]] = [
            _BIRTH_RULES[rule] for rule in sorted(mapped.rules() & _BIRTH_RULES.keys())
        ]
        if not found and mapped.value.birth_date is None:
            found = [("birth-date.missing", "warning")]
        for rule, severity in found[:1]:
            yield row("birth-dates", rule, severity, chart(each.pat_num), fields=("birthdate",))


# -- phones and e-mail -------------------------------------------------------------------------------------------------

_PHONE_RULES: Final[dict[str, tuple[str, Severity]]] = {
    "phone.placeholder": ("phone.placeholder", "warning"),
    "phone.short": ("phone.invalid", "warning"),
    "phone.invalid": ("phone.invalid", "warning"),
    "phone.unassigned": ("phone.unassigned", "info"),
}
_EMAIL_RULES: Final[dict[str, tuple[str, Severity]]] = {
    "email.placeholder": ("email.placeholder", "warning"),
    "email.invalid": ("email.invalid", "warning"),
    "email.domain_slip": ("email.misspelt", "warning"),
}
CROWD: Final = 5
"""Families that share what no five families share."""

_COLUMNS: Final = {"mobile": "wireless_phone", "home": "hm_phone", "work": "wk_phone", "email": "email"}


def phones(picture: Picture) -> Iterator[Row]:
    """Yield numbers of active charts that reach nobody, more than one family, or another than they should."""
    yield from _doubtful(picture, "phones", _PHONE_RULES)
    yield from _shared(picture, "phones", "phone.shared", lambda number: _mobile(picture, number))
    yield from misplaced_phones(picture)


def emails(picture: Picture) -> Iterator[Row]:
    """Yield e-mail addresses of active charts that reach nobody, an office, or more than one family."""
    yield from _doubtful(picture, "emails", _EMAIL_RULES)
    yield from _shared(picture, "emails", "email.shared", lambda number: _email(picture, number))


ROLES: Final = frozenset({
    "admin", "appointment", "appointments", "billing", "contact", "dental", "dentist", "desk", "front", "frontdesk",
    "frontoffice", "hello", "help", "helpdesk", "hr", "info", "information", "mailbox", "manager", "office",
    "officemanager", "postmaster", "practice", "reception", "receptionist", "recall", "records", "reminders", "sales",
    "scheduling", "service", "staff", "support", "team", "webmaster",
})  # fmt: skip
"""What stands before the @ of an address that is an office's and nobody's own."""


def is_role(address: str) -> bool:
    """Tell whether an address (as `email_key` writes it) is an office's, such as info@ or front.desk@."""
    return re.sub(r"[^a-z]", "", address.partition("@")[0]) in ROLES


def _doubtful(picture: Picture, audit: str, rules: dict[str, tuple[str, Severity]]) -> Iterator[Row]:
    for each in picture.active:
        issues = picture.od_persons[each.pat_num].issues
        told = {(issue.field, *rules[issue.rule]) for issue in issues if issue.rule in rules}
        for name, rule, severity in sorted(told, key=str):
            yield row(audit, rule, severity, chart(each.pat_num), fields=(_COLUMNS.get(name, name),))


def _mobile(picture: Picture, pat_num: int) -> str:
    return picture.od_persons[pat_num].value.mobile


def _email(picture: Picture, pat_num: int) -> str:
    return email_key(picture.od_persons[pat_num].value.email)


def _shared(picture: Picture, audit: str, rule: str, contact: Callable[[int], str]) -> Iterator[Row]:
    """Yield contacts that two families share: inside one family it is what families do."""
    holders: dict[str, list[od.Patient | od.PatientRow]] = defaultdict(list)
    for each in picture.active:
        if found := contact(each.pat_num):
            holders[found].append(each)
    for found, charts in holders.items():
        families = {guarantor_of(each) or each.pat_num for each in charts}
        role = audit == "emails" and is_role(found)
        if role or len(families) > 1:
            numbers = sorted(each.pat_num for each in charts)
            column = "email" if audit == "emails" else "wireless_phone"
            # Two families may be one that parted; five share what somebody at the desk typed.
            severity: Severity = "warning" if role or len(families) >= CROWD else "info"
            yield row(
                audit, "email.role" if role else rule, severity, *map(chart, numbers), fields=(column,), known_by=1,
                families=str(len(families)),
            )  # fmt: skip


# -- states ---------------------------------------------------------------------------------------------


def gone_patients(picture: Picture) -> Iterator[Row]:
    """Yield visits ahead of patients who are inactive, archived, deleted or deceased."""
    for each in picture.ahead:
        patient = picture.chart_of.get(each.pat_num)
        status = str(patient.pat_status or "Patient") if patient is not None else "Patient"
        if status in {"Inactive", "Archived", "Deleted", "Deceased"}:
            yield row(
                "gone-patients",
                f"patient.{status.casefold()}",
                "warning" if status == "Inactive" else "error",
                booked(each.apt_num),
                chart(each.pat_num),
                fields=("pat_status",),
            )


# -- one side only -----------------------------------------------------------------------------------------------------


def lonely_patients(picture: Picture) -> Iterator[Row]:
    """Yield patients with a visit ahead whom only one system knows."""
    for each in _unlinked(picture):
        if each.id in picture.expected and picture.same_person(each) is None:
            yield row("one-sided-patients", "patient.only-nexhealth", "warning", person(each.id))
    if picture.mirrored:
        known = {picture.pat_num_of(each) for each in picture.people} | {pair.od.pat_num for pair in picture.pairs}
        for number in dict.fromkeys(each.pat_num for each in picture.ahead):
            if number not in known:
                yield row("one-sided-patients", "patient.only-opendental", "warning", chart(number))


def placeholders(picture: Picture) -> Iterator[Row]:
    """Yield NexHealth patients who never got a chart; those with a visit ahead are `lonely_patients`."""
    for each in _unlinked(picture):
        match = picture.same_person(each)
        if match is not None:
            yield row("placeholders", "placeholder.has-chart", "warning", person(each.id), chart(match[0]),
                      known_by=1, grade=match[1])  # fmt: skip
        elif each.id not in picture.expected:
            yield row("placeholders", "placeholder.unlinked", "info", person(each.id))


def _unlinked(picture: Picture) -> Iterator[nex.Patient]:
    """Yield NexHealth patients who have waited long enough and whom nothing ties to a chart that is there."""
    tied = {pair.nex.patient_id for pair in picture.pairs}
    for each in picture.people:
        number, bio = picture.pat_num_of(each), each.bio
        waited = each.created_at is None or picture.at - each.created_at > PATIENCE
        gone = number is not None and number not in picture.chart_of
        counts = not each.inactive and not (bio and bio.non_patient) and each.id not in tied
        if counts and waited and (number is None or gone):
            yield each
