"""Audits of what is linked: one chart for two people, details that differ, and consent to texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Final

from attrs import evolve

from odnexus.audit.families import swapped_phones
from odnexus.audit.picture import ACTIVE, Picture
from odnexus.audit.rows import Row, Severity, Subject, booked, booking, chart, person, row
from odnexus.mapping import Person, to_wall
from odnexus.mapping.text import email_key, fold_name
from odnexus.matching import Grade, compare
from odnexus.nexhealth import models as nex
from odnexus.opendental import models as od

# -- wrong joins -------------------------------------------------------------------------------------------------------


def wrong_joins(picture: Picture) -> Iterator[Row]:
    """Yield links between records of two people, charts that two people lead to, and visits in another's chart.

    Each is told once: people whose link is wrong are not told again as one of two.
    """
    wrong = set[int]()
    for each, held in picture.linked:
        reasons = _strangers(picture.nex_persons[each.id], _believed(picture, held.pat_num))
        if reasons:
            wrong.add(each.id)
            yield row("wrong-joins", "join.other-person", "error", chart(held.pat_num), person(each.id),
                      reasons="; ".join(reasons))  # fmt: skip
    yield from _two_people(picture, wrong)
    yield from _others_visits(picture, wrong)


def _strangers(one: Person, other: Person) -> tuple[str, ...]:
    """Return why two records cannot be one person's, nothing if they may be or too little is known."""
    named = all((one.given, one.family, other.given, other.family))
    if not named or _identity(one) == _identity(other):
        return ()
    found = compare(one, other)
    if found.vetoes:
        return found.vetoes
    both_born = one.birth_date is not None and other.birth_date is not None
    return found.reasons if both_born and found.grade is Grade.CERTAINLY_NOT else ()


def _identity(one: Person) -> tuple[object, ...]:
    """Return who somebody is to the letter: most links are between two of the same."""
    return one.given, one.family, one.middle, one.suffix, one.birth_date


def _believed(picture: Picture, pat_num: int) -> Person:
    """Return who a chart is, without a birth date that cannot be one: `birth-dates` tells those."""
    mapped = picture.od_persons[pat_num]
    return evolve(mapped.value, birth_date=None) if mapped.rules() & _DOUBTFUL else mapped.value


_DOUBTFUL: Final = frozenset({"date.none", "date.future", "date.too_old"})


def _two_people(picture: Picture, wrong: set[int]) -> Iterator[Row]:
    holders: dict[int, list[int]] = defaultdict(list)
    for each, held in picture.linked:
        if each.id not in wrong and not each.inactive:
            holders[held.pat_num].append(each.id)
    for number, ids in holders.items():
        for one, other in combinations(sorted(ids), 2):
            if reasons := _strangers(picture.nex_persons[one], picture.nex_persons[other]):
                yield row("wrong-joins", "join.two-people", "error", chart(number), person(one), person(other),
                          reasons="; ".join(reasons))  # fmt: skip


def _others_visits(picture: Picture, wrong: set[int]) -> Iterator[Row]:
    numbers = {each.id: held.pat_num for each, held in picture.linked}
    for pair in picture.pairs:
        number = numbers.get(pair.nex.patient_id or 0)
        if number is not None and pair.nex.patient_id not in wrong and number != pair.od.pat_num:
            yield row("wrong-joins", "join.visit", "error", booked(pair.od.apt_num), booking(pair.nex.id),
                      chart(pair.od.pat_num), chart(number))  # fmt: skip


# -- details that differ -----------------------------------------------------------------------------------------------

Differ = Callable[[Person, Person], bool]


def _other_name(mine: Person, theirs: Person) -> bool:
    """Tell whether a name is another: a name that the chart has as the preferred one is none."""
    given = {fold_name(mine.given), fold_name(mine.preferred)} - {""}
    family = fold_name(theirs.family)
    return bool(
        (theirs.given and given and fold_name(theirs.given) not in given)
        or (family and mine.family and family != fold_name(mine.family))
    )


def _other_birth_date(mine: Person, theirs: Person) -> bool:
    """Tell whether two birth dates differ: a chart without one is told by `birth-dates`."""
    return None not in {mine.birth_date, theirs.birth_date} and mine.birth_date != theirs.birth_date


def _other_phone(mine: Person, theirs: Person) -> bool:
    told = {theirs.mobile, theirs.home, theirs.work} - {""}
    return bool(told) and not told & {mine.mobile, mine.home, mine.work}


def _other_address(mine: Person, theirs: Person) -> bool:
    told, held = theirs.address, mine.address
    return bool(told.line_1) and (
        fold_name(told.line_1) != fold_name(held.line_1)
        or bool(told.postal_code and held.postal_code and told.postal_code[:5] != held.postal_code[:5])
    )


DETAILS: Final[Mapping[str, tuple[Differ, Severity]]] = {
    "name": (_other_name, "warning"),
    "birth_date": (_other_birth_date, "error"),
    "phone": (_other_phone, "warning"),
    "email": (lambda mine, theirs: bool(theirs.email) and email_key(theirs.email) != email_key(mine.email), "info"),
    "address": (_other_address, "info"),
}
"""What is compared of a person, how, and how much a difference matters. What NexHealth does not say differs from
nothing."""


def details(picture: Picture) -> Iterator[Row]:
    """Yield details that a patient's two records disagree on, with who changed them last as far as it is known."""
    wrong = {subject for each in wrong_joins(picture) if each.rule == "join.other-person" for subject in each.subjects}
    # Numbers that are swapped within a family are told by `phones`.
    swapped = {number for pair in swapped_phones(picture) for number in pair}
    for each, held in picture.linked:
        if person(each.id) in wrong:
            continue
        mine, theirs = _believed(picture, held.pat_num), picture.nex_persons[each.id]
        for name, (differ, severity) in DETAILS.items():
            if differ(mine, theirs) and not (name == "phone" and held.pat_num in swapped):
                yield _detail(picture, each, held, name, severity)
        # A visit ahead of somebody who is gone is told by `gone-patients`.
        if bool(each.inactive) != _gone(held) and held.pat_num not in picture.due_to_come:
            yield _detail(picture, each, held, "status", "warning" if _gone(held) else "info")


def _gone(held: od.Patient | od.PatientRow) -> bool:
    return str(held.pat_status or "Patient") not in ACTIVE | {"NonPatient"}


def _detail(
    picture: Picture, each: nex.Patient, held: od.Patient | od.PatientRow, name: str, severity: Severity
) -> Row:
    facts = {"newer": newer} if (newer := _newer(picture, each, held)) else {}
    if wrote := last_writer(picture, chart(held.pat_num), name):
        facts["wrote"] = wrote
    return row("details", f"details.{name.replace('_', '-')}", severity, chart(held.pat_num), person(each.id),
               fields=(name,), known_by=2, **facts)  # fmt: skip


def _newer(picture: Picture, each: nex.Patient, held: od.Patient | od.PatientRow) -> str:
    """Return which of two records was changed last, as far as both tell."""
    stamp = held.date_t_stamp if isinstance(held, od.Patient) else None
    if stamp is None or each.updated_at is None:
        return ""
    return "Open Dental" if stamp >= to_wall(each.updated_at, picture.zone) else "NexHealth"


_FIELD_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "phone": frozenset({"mobile", "home", "work", "WirelessPhone", "HmPhone", "wireless_phone"}),
    "name": frozenset({"given", "family", "FName", "LName", "f_name", "l_name"}),
    "birth_date": frozenset({"birth_date", "Birthdate", "birthdate"}),
    "email": frozenset({"email", "Email"}),
    "address": frozenset({"address", "Address"}),
}


def last_writer(picture: Picture, subject: Subject, name: str) -> str:
    """Return who wrote a field last by the engine's journal, and on which day; empty if it does not know."""
    names = _FIELD_NAMES.get(name, frozenset({name}))
    end = f"/{subject.id}"
    for entry in reversed(picture.engine.entries if picture.engine is not None else ()):
        told = (entry.subject, *entry.related)
        about = any(each.startswith(f"{subject.side}:") and each.endswith(end) for each in told)
        if entry.kind == "applied" and about and names & set(entry.fields):
            return f"odnexus, {entry.rule}, {entry.at:%Y-%m-%d}"
    return ""


# -- consent to texts --------------------------------------------------------------------------------------------------

_CONSENT: Final[Mapping[tuple[str, bool], tuple[str, Severity]]] = {
    ("No", False): ("texts.against-wish", "error"),
    ("Yes", True): ("texts.stopped", "warning"),
}


def text_consent(picture: Picture) -> Iterator[Row]:
    """Yield patients whom the two systems disagree about: whether they may be sent texts."""
    for each, held in picture.linked:
        known = _CONSENT.get((str(held.txt_msg_ok or ""), bool(each.unsubscribe_sms)))
        if known is not None and each.unsubscribe_sms is not None and not _gone(held):
            rule, severity = known
            yield row("text-consent", rule, severity, chart(held.pat_num), person(each.id), fields=("txt_msg_ok",))
