"""The roster: an index of a practice's patients that answers "who is this?" in a fraction of a millisecond.

It lives in memory, is kept fresh by whoever reads Open Dental, and asks nothing of the network. Archived and Deleted
charts never match: Open Dental archives the chart that was merged away and leaves no pointer to the one that stayed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from math import log2
from typing import Final

from attrs import evolve, field, frozen

from odnexus.mapping.person import Person
from odnexus.matching.blocking import (
    address_keys,
    contact_keys,
    exchanged_name_keys,
    name_keys,
    one_digit_off,
    swapped_birth,
)
from odnexus.matching.decide import (
    Candidate,
    Decision,
    Grade,
    Levels,
    Veto,
    grade_of,
    levels_of,
    reasons_of,
    score_of,
    vetoes_of,
)
from odnexus.matching.features import Features, features_of
from odnexus.matching.levels import Birth, Contact, Family, Given, given_level
from odnexus.matching.weights import Frequencies

__all__ = ["Chart", "Roster"]

_NEVER: Final = frozenset({"Archived", "Deleted"})
# More charts than a household has: the front desk's own number, a nursing home, a placeholder nobody has thought of.
_MOST_SHARED: Final = 12


@frozen(kw_only=True)
class Chart:
    """A patient of Open Dental as the matcher sees it.

    Attributes:
        pat_num: Primary key.
        person: Who it is.
        status: PatStatus; Archived and Deleted charts never match.
        clinic_num: Where clinics are used.
        guarantor: PatNum of the head of the family; a chart that has another guarantor may carry that person's phone.
        date_t_stamp: When the row last changed, on the office's clock.
    """

    pat_num: int
    person: Person
    status: str = "Patient"
    clinic_num: int = 0
    guarantor: int = 0
    date_t_stamp: datetime | None = field(default=None)


class Roster:
    """Every chart of a practice, filed for lookups.

    Args:
        charts: Charts to begin with.
    """

    def __init__(self, charts: Iterable[Chart] = ()) -> None:
        self._charts: dict[int, Chart] = {}
        self._features: dict[int, Features] = {}
        self._births: dict[int, set[int]] = {}
        self._names: dict[int, set[int]] = {}
        self._contacts: dict[int, set[int]] = {}
        self._addresses: dict[int, set[int]] = {}
        self._frequencies = Frequencies()
        for chart in charts:
            self.add(chart)

    def __len__(self) -> int:
        return len(self._charts)

    def __iter__(self) -> Iterator[Chart]:
        return iter(self._charts.values())

    def __contains__(self, pat_num: object) -> bool:
        return pat_num in self._charts

    def get(self, pat_num: int) -> Chart | None:
        """Return the chart *pat_num*, whatever its status, or None."""
        return self._charts.get(pat_num)

    def add(self, chart: Chart) -> None:
        """File *chart*, in place of an earlier state of it."""
        self.discard(chart.pat_num)
        self._charts[chart.pat_num] = chart
        if chart.status in _NEVER:
            return
        features = features_of(chart.person)
        self._features[chart.pat_num] = features
        for index, key in self._files(features):
            index.setdefault(key, set()).add(chart.pat_num)
        self._frequencies.count(features.given, features.family)

    def discard(self, pat_num: int) -> None:
        """Forget the chart *pat_num*; nothing happens if there is none."""
        self._charts.pop(pat_num, None)
        features = self._features.pop(pat_num, None)
        if features is None:
            return
        for index, key in self._files(features):
            held = index.get(key)
            if held is not None:
                held.discard(pat_num)
                if not held:
                    del index[key]
        self._frequencies.count(features.given, features.family, -1)

    def _files(self, features: Features) -> Iterator[tuple[dict[int, set[int]], int]]:
        if features.born:
            yield self._births, features.born
        for key in name_keys(features):
            yield self._names, key
        for key in contact_keys(features):
            yield self._contacts, key
        for key in address_keys(features):
            yield self._addresses, key

    # -- looking up ----------------------------------------------------------------------------------------------------

    def lookup(self, person: Person, *, refused: Collection[int] = ()) -> Decision:
        """Return which charts may be *person*, best first.

        Args:
            person: Who is looked for.
            refused: Charts that somebody said are not this person; they are at most possible.
        """
        wanted = features_of(person)
        found = self._weighed(wanted, self._blocked(wanted), refused)
        if wanted.born and not any(candidate.grade.rank >= Grade.PROBABLE.rank for candidate in found):
            seen = {candidate.pat_num for candidate in found}
            found += self._weighed(wanted, self._slips(wanted) - seen, refused)
        return _decided(self._told_apart(found))

    def _blocked(self, wanted: Features) -> set[int]:
        """Return every chart that shares a key with *wanted*."""
        found: set[int] = set()
        if wanted.born:
            found |= self._births.get(wanted.born, _NONE)
            if swapped := swapped_birth(wanted):
                found |= self._births.get(swapped, _NONE)
        for key in (*name_keys(wanted), *exchanged_name_keys(wanted)):
            found |= self._names.get(key, _NONE)
        for key in contact_keys(wanted):
            if len(held := self._contacts.get(key, _NONE)) <= _MOST_SHARED:
                found |= held
        for key in address_keys(wanted):
            if len(held := self._addresses.get(key, _NONE)) <= _MOST_SHARED:
                found |= held
        return found

    def _slips(self, wanted: Features) -> set[int]:
        """Return the charts one digit of the birth date away whose given name is the same or nearly so."""
        found: set[int] = set()
        for born in one_digit_off(wanted.born):
            for pat_num in self._births.get(born, _NONE):
                if given_level(self._features[pat_num].given, wanted.given) >= Given.SIMILAR:
                    found.add(pat_num)
        return found

    def _weighed(self, wanted: Features, pat_nums: Iterable[int], refused: Collection[int]) -> list[Candidate]:
        prior = log2(max(1, len(self._features)))
        found = (self._weigh(wanted, pat_num, prior, refused) for pat_num in pat_nums)
        return [candidate for candidate in found if candidate is not None]

    def _weigh(self, wanted: Features, pat_num: int, prior: float, refused: Collection[int]) -> Candidate | None:
        held = self._features[pat_num]
        if _hopeless(wanted, held):
            return None
        levels = self._without_crowds(levels_of(wanted, held, self._frequencies), wanted)
        vetoes = vetoes_of(levels, wanted, held)
        if pat_num in refused:
            vetoes = (*vetoes, Veto.REFUSED)
        odds = score_of(levels, wanted, held, self._frequencies) - prior
        grade = grade_of(
            levels, vetoes, odds, household=bool(vetoes) and self._household(levels, wanted, held, pat_num)
        )
        if grade is Grade.CERTAINLY_NOT:
            return None
        return Candidate(
            pat_num=pat_num, grade=grade, score=round(odds, 2), reasons=(), vetoes=tuple(vetoes), levels=levels
        )

    def _without_crowds(self, levels: Levels, wanted: Features) -> Levels:
        """Take agreement on what a crowd shares for no agreement."""
        if levels.phone is Contact.SAME and self._crowd(self._contacts, contact_keys(wanted)):
            levels = levels._replace(phone=Contact.MISSING)
        if levels.email is Contact.SAME and len(self._contacts.get(hash(wanted.email), _NONE)) > _MOST_SHARED:
            levels = levels._replace(email=Contact.MISSING)
        if levels.address is Contact.SAME and self._crowd(self._addresses, address_keys(wanted)):
            levels = levels._replace(address=Contact.MISSING)
        return levels

    @staticmethod
    def _crowd(index: dict[int, set[int]], keys: list[int]) -> bool:
        return any(len(index.get(key, _NONE)) > _MOST_SHARED for key in keys)

    def _household(self, levels: Levels, wanted: Features, held: Features, pat_num: int) -> bool:
        """Tell whether all that the two share is shared with other charts too, or is a guardian's."""
        files = [(self._contacts, hash(phone)) for phone in wanted.phones & held.phones]
        if levels.email is Contact.SAME:
            files.append((self._contacts, hash(wanted.email)))
        if levels.address is Contact.SAME:
            files.extend((self._addresses, key) for key in address_keys(held))
        if not files:
            return False
        dependant = self._charts[pat_num].guarantor not in {0, pat_num}
        return dependant or all(len(index.get(key, _NONE)) > 1 for index, key in files)

    # -- telling apart -------------------------------------------------------------------------------------------------

    @staticmethod
    def _told_apart(found: list[Candidate]) -> list[Candidate]:
        """Lower what is certain by a name that is not quite the same where another chart has a better claim to it.

        Where Bob and Robert both stand in the roster with one birth date and family name they are two people, so a
        Bob is not Robert; and where a twin's name is as near as the one that was found, nobody can tell.
        """
        born = [one for one in found if one.levels is not None and one.levels.birth is Birth.EXACT]
        rivals = [
            one
            for one in born
            if one.levels and one.levels.given >= Given.INITIAL and one.levels.family >= Family.CLOSE
        ]
        if len(rivals) < 2:
            return found
        exact = any(one.levels is not None and one.levels.given is Given.EXACT for one in rivals)
        lowered = {one.pat_num: _lowered(one, exact=exact) for one in rivals}
        return [lowered.get(one.pat_num, one) for one in found]


_NONE: Final[frozenset[int]] = frozenset()


def _hopeless(wanted: Features, held: Features) -> bool:
    """Tell at a glance: most charts of a block share its key and nothing else."""
    if wanted.born == held.born or given_level(wanted.given, held.given) is not Given.DIFFERENT:
        return False
    return wanted.given not in {held.family, held.preferred} and wanted.preferred != held.given


def _lowered(candidate: Candidate, *, exact: bool) -> Candidate:
    """Return a candidate whose given name is not the same, lowered beside one whose name is or may be."""
    if candidate.levels is None or candidate.levels.given is Given.EXACT:
        return candidate
    cap = Grade.POSSIBLE if exact else Grade.PROBABLE
    return evolve(candidate, grade=cap) if candidate.grade.rank > cap.rank else candidate


def _decided(found: list[Candidate]) -> Decision:
    ranked = sorted(found, key=lambda one: (-one.grade.rank, -one.score, one.pat_num))
    if not ranked:
        return Decision(grade=Grade.CERTAINLY_NOT)
    certain = [one for one in ranked if one.grade is Grade.CERTAIN]
    candidates = tuple(
        evolve(one, reasons=reasons_of(one.levels)) if one.levels is not None else one for one in ranked[:10]
    )
    return Decision(
        grade=ranked[0].grade,
        candidates=candidates,
        ambiguous=len(certain) > 1,
        chosen=certain[0].pat_num if len(certain) == 1 else None,
    )
