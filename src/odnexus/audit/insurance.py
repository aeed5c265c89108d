"""Audits of insurance: what patients typed, the office's list of carriers, and coverages before a visit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Final

from odnexus.audit.extras import Coverage
from odnexus.audit.picture import Picture
from odnexus.audit.rows import Row, Subject, booked, carrier, chart, person, row
from odnexus.mapping.coverage import CarrierEntry, CarrierResolver, carrier_entry, likeness, normalised

ALIKE: Final = 90.0
"""From this likeness on (0 to 100) two carriers of the list may be one."""


def carriers(picture: Picture) -> Iterator[Row]:
    """Yield typed insurances that are no carrier of the list, and carriers that are doubled or incomplete.

    Without the list of carriers nothing is judged.
    """
    listed = [entry for entry in map(carrier_entry, picture.carriers) if not entry.hidden]
    if not listed:
        return
    aliases = {**(picture.engine.aliases if picture.engine is not None else {}), **picture.aliases}
    said = {normalised(text): number for text, number in aliases.items()}
    yield from _unmatched(picture, CarrierResolver(carriers=tuple(listed), aliases=said))
    yield from _astray(said, listed)
    yield from _alike(listed, Counter(each.carrier_num for each in picture.plans if not each.is_hidden))
    used = {each.carrier_num for each in picture.plans} | {each.carrier_num for each in picture.coverages}
    silent = {each.carrier_num for each in picture.carriers if str(each.no_send_elect or "").startswith("NoSend")}
    for entry in listed:
        if not entry.payer_id and entry.carrier_num not in silent and (not used or entry.carrier_num in used):
            yield row("carriers", "carrier.no-payer-id", "info", carrier(entry.carrier_num), fields=("elect_id",))
    yield from _same_plans(picture)


def _unmatched(picture: Picture, resolver: CarrierResolver) -> Iterator[Row]:
    """Yield each text once, with the first patient who typed it: what they typed is never shown."""
    typed: dict[str, list[int]] = defaultdict(list)
    texts: dict[str, str] = {}
    for each in picture.people:
        if each.bio is not None and each.bio.insurance_name:
            key = normalised(each.bio.insurance_name)
            typed[key].append(each.id)
            texts.setdefault(key, each.bio.insurance_name)
    for key, ids in typed.items():
        found = resolver.resolve(texts[key])
        if found.insured and found.certain is None:
            near = tuple(carrier(match.carrier_num) for match in found.suggestions[:3])
            yield row("carriers", "carrier.unmatched", "warning", person(min(ids)), *near,
                      fields=("insurance_name",), known_by=1, patients=str(len(ids)))  # fmt: skip


def _astray(aliases: Mapping[str, int], listed: list[CarrierEntry]) -> Iterator[Row]:
    """Yield carriers that spellings were learned for and that the office no longer uses; a spelling is never shown."""
    there = {entry.carrier_num for entry in listed}
    for number, spellings in sorted(Counter(aliases.values()).items()):
        if number not in there:
            yield row("carriers", "alias.astray", "warning", carrier(number), spellings=str(spellings))


def _alike(listed: list[CarrierEntry], plans: Mapping[int, int]) -> Iterator[Row]:
    """Yield carriers whose names are nearly the same and whose payer ids do not tell them apart, with their plans."""
    first_words: dict[str, list[tuple[str, CarrierEntry]]] = defaultdict(list)
    for entry in listed:
        name = normalised(entry.name)
        first_words[name.partition(" ")[0]].append((name, entry))
    for group in first_words.values():
        for (one_name, one), (other_name, other) in combinations(group, 2):
            apart = bool(one.payer_id and other.payer_id) and one.payer_id.casefold() != other.payer_id.casefold()
            if not apart and likeness(one_name, other_name) >= ALIKE:
                low, high = sorted((one.carrier_num, other.carrier_num))
                held = {"plans": f"{plans.get(low, 0)} and {plans.get(high, 0)}"} if plans else {}
                yield row("carriers", "carrier.alike", "warning", carrier(low), carrier(high), known_by=2, **held)


def _same_plans(picture: Picture) -> Iterator[Row]:
    plans: dict[tuple[int, str], list[int]] = defaultdict(list)
    for each in picture.plans:
        if each.group_num and not each.is_hidden:
            plans[each.carrier_num, each.group_num.casefold()].append(each.plan_num)
    for (number, _), found in plans.items():
        if len(found) > 1:
            subjects = [Subject("opendental", "plan", plan) for plan in sorted(found)]
            yield row("carriers", "plan.twice", "info", carrier(number), *subjects, known_by=2, plans=str(len(found)))


# -- coverages before a visit ------------------------------------------------------------------------------------------


def coverage_gaps(picture: Picture) -> Iterator[Row]:
    """Yield visits ahead whose patient's coverage has ended, not begun, lacks the subscriber's id, or is missing.

    Without the list of coverages nothing is judged. A patient without insurance has no gap.
    """
    if not picture.coverages:
        return
    held: dict[int, list[Coverage]] = defaultdict(list)
    for each in picture.coverages:
        held[each.pat_num].append(each)
    told = {chart_.pat_num for each, chart_ in picture.linked if each.bio is not None and _insured(each.bio)}
    for visit in picture.ahead:
        day = picture.od_visits[visit.apt_num].start.date()
        if rule := _gap(held.get(visit.pat_num, []), day, told=visit.pat_num in told):
            yield row("coverage-gaps", rule, "warning", booked(visit.apt_num), chart(visit.pat_num))


def _insured(bio: object) -> bool:
    text = str(getattr(bio, "insurance_name", None) or "")
    return bool(text) and CarrierResolver(carriers=()).resolve(text).insured


def _gap(coverages: list[Coverage], day: date, *, told: bool) -> str:
    """Return what is missing on *day*, the first of its rules."""
    if not coverages:
        return "coverage.missing" if told else ""
    in_force = [each for each in coverages if _begun(each, day) and not _ended(each, day)]
    if not in_force:
        return "coverage.ended" if any(_ended(each, day) for each in coverages) else "coverage.not-begun"
    return "" if any(each.subscriber_id for each in in_force) else "coverage.no-subscriber-id"


def _begun(each: Coverage, day: date) -> bool:
    return each.date_effective is None or each.date_effective <= day


def _ended(each: Coverage, day: date) -> bool:
    return each.date_term is not None and each.date_term < day
