"""The roster: an index of a practice's patients that answers "who is this?" in a fraction of a millisecond.

It lives in memory, is kept fresh by whoever reads Open Dental, and asks nothing of the network. Archived and Deleted
charts never match: Open Dental archives the chart that was merged away and leaves no pointer to the one that stayed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain
from math import inf, log2
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from odnexus.mapping.person import Person
from odnexus.matching.births import swapped_birth
from odnexus.matching.blocking import (
    MOST_SHARED,
    Index,
    contact_keys,
    exchanged_name_keys,
    home_keys,
    name_keys,
    pairs_of_births,
    pairs_of_contacts,
    pairs_of_names,
    slip_keys,
)
from odnexus.matching.charts import Chart, chart_of_patient, charts_of_csv, charts_of_frame, charts_of_rows, one_each
from odnexus.matching.context import levels_of
from odnexus.matching.decide import (
    RARE_BITS,
    Candidate,
    Decision,
    Grade,
    Veto,
    bits_of,
    grade_of,
    is_confirmed,
    is_in_touch,
    vetoes_of,
)
from odnexus.matching.features import Features, features_of
from odnexus.matching.glance import is_promising
from odnexus.matching.levels import Birth, Contact, Family, Given, Levels
from odnexus.matching.memory import settle, without_collecting
from odnexus.matching.sources import Weights, weights_of
from odnexus.matching.tables import Duplicate, Duplicates, Linked, Links
from odnexus.matching.weights import Frequencies
from odnexus.matching.words import Bits, reasons_of, told

if TYPE_CHECKING:
    from odnexus.opendental.models import Patient, PatientRow

__all__ = ["Chart", "Roster"]

_LIKELY: Final = (Grade.CERTAIN, Grade.PROBABLE)
_NEVER: Final = frozenset({"Archived", "Deleted"})
# Birth dates of a practice spread over 20,000 days and more.
_FEWEST_DAYS: Final = 2_000
_MOST_SHOWN: Final = 10
# Of one name, fewer than these say nothing of how common it is.
_SEVERAL: Final = 2
_OVERLAP: Final = timedelta(hours=2)
_RARE_PAIR_BITS: Final = 16.0


class _Hit(NamedTuple):
    """A chart weighed."""

    pat_num: int
    grade: Grade
    odds: float
    levels: Levels
    bits: Bits
    vetoes: tuple[Veto, ...]


class Roster:
    """Every chart of a practice, filed for lookups.

    Args:
        charts: Charts to begin with.
        least_score: A certain candidate with a lower score is made probable; `calibrate` shows what that costs.
    """

    def __init__(self, charts: Iterable[Chart] = (), *, least_score: float = -inf) -> None:
        self.least_score = least_score
        self._charts: dict[int, Chart] = {}
        self._features: dict[int, Features] = {}
        self._index = Index()
        self._frequencies = Frequencies()
        self._seen: datetime | None = None
        held = list(charts)
        with without_collecting():
            for chart in held:
                self.add(chart)
            settle(len(held))

    @classmethod
    def from_records(cls, patients: Iterable[Patient | PatientRow]) -> Self:
        """Return the roster of records of the Open Dental client, such as ``od.patients.simple()`` yields."""
        held = list(patients)
        roster = cls(map(chart_of_patient, held))
        roster._advance(held)
        return roster

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, object]], *, columns: Mapping[str, str] | None = None) -> Self:
        """Return the roster of rows by heading; see `odnexus.matching.charts.charts_of_rows`.

        A warning tells how many birth dates cannot be read; they count as missing.

        Raises:
            ValueError: A row has no PatNum, two rows of one PatNum differ, or *columns* names no field of a chart.
        """
        return cls(one_each(charts_of_rows(rows, columns=columns)))

    @classmethod
    def from_frame(cls, frame: object, *, columns: Mapping[str, str] | None = None) -> Self:
        """Return the roster of a pandas or polars frame or an Arrow table.

        Raises:
            TypeError: It is none of these.
            ValueError: As `from_rows`, or no column holds PatNum.
        """
        return cls(one_each(charts_of_frame(frame, columns=columns)))

    @classmethod
    def from_csv(
        cls, path: str | PathLike[str], *, columns: Mapping[str, str] | None = None, encoding: str | None = None
    ) -> Self:
        """Return the roster of a CSV export with headings, as audits read it; see `charts_of_csv`.

        Args:
            path: The file.
            columns: As for `from_rows`.
            encoding: Its encoding; left out, it is found out.

        Raises:
            LookupError: There is no such encoding.
            OSError: The file cannot be read.
            ValueError: As `from_rows`, or the file is no text with headings.
        """
        return cls(one_each(charts_of_csv(Path(path), columns=columns, encoding=encoding)))

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
        if chart.pat_num in self._charts:
            self.discard(chart.pat_num)
        self._charts[chart.pat_num] = chart
        if chart.status in _NEVER:
            return
        features = features_of(chart.person)
        self._features[chart.pat_num] = features
        self._index.add(chart.pat_num, features)
        self._frequencies.count(features.given, features.family)

    def refresh(self, patients: Iterable[Patient | PatientRow]) -> int:
        """File what changed and return how many charts are new or different: twice the same changes nothing.

        ``roster.refresh(od.patients.simple(date_t_stamp=roster.since))`` keeps a roster fresh at one request. A chart
        that was merged away or deleted comes as Archived or Deleted, and never matches again.
        """
        held = list(patients)
        changed = [chart for chart in map(chart_of_patient, held) if self._charts.get(chart.pat_num) != chart]
        for chart in changed:
            self.add(chart)
        self._advance(held)
        return len(changed)

    @property
    def since(self) -> datetime | None:
        """From when on changes are to be asked for, on the office's clock; None before the first records came.

        It lies two hours before the office's clock at the last answer: clocks are put back in autumn, and a row may
        carry a time from before it could be seen.
        """
        return self._seen - _OVERLAP if self._seen else None

    def _advance(self, patients: Iterable[Patient | PatientRow]) -> None:
        """Remember when the office first answered; without rows, or rows without that time, the time stays."""
        moments = [each for patient in patients if (each := getattr(patient, "server_date_time", None))]
        if moments and (self._seen is None or min(moments) > self._seen):
            self._seen = min(moments)

    def discard(self, pat_num: int) -> None:
        """Forget the chart *pat_num*; nothing happens if there is none."""
        self._charts.pop(pat_num, None)
        features = self._features.pop(pat_num, None)
        if features is not None:
            self._index.discard(pat_num, features)
            self._frequencies.count(features.given, features.family, -1)

    # -- looking up ----------------------------------------------------------------------------------------------------

    def lookup(self, person: Person, *, refused: Collection[int] = ()) -> Decision:
        """Return which charts may be *person*, best first.

        Args:
            person: Who is looked for.
            refused: Charts that somebody said are not this person; they are at most possible.
        """
        return self._decide(features_of(person), refused)

    def _decide(self, wanted: Features, refused: Collection[int]) -> Decision:
        near = self._near(wanted)
        likely = self._likely(wanted) - near
        hits = self._weighed(wanted, near, refused, near=True) + self._weighed(wanted, likely, refused)
        if not any(hit.grade in _LIKELY for hit in hits):
            hits += self._weighed(wanted, self._further(wanted) - near - likely, refused)
        return _decision(_told_apart(hits))

    def _near(self, wanted: Features) -> set[int]:
        """Return the charts that share a phone, an e-mail address or a home, if no crowd does."""
        contacts, homes = self._index.contacts, self._index.homes
        found = set(contacts.under(contact_keys(wanted), crowds=False))
        found.update(homes.under(home_keys(wanted), crowds=False))
        return found

    def _likely(self, wanted: Features) -> set[int]:
        """Return the charts that share the birth date or the sound of the names."""
        found = set(self._index.names.under(name_keys(wanted)))
        if wanted.born:
            found.update(self._index.births.under((wanted.born,)))
        return found

    def _further(self, wanted: Features) -> set[int]:
        """Return the charts whose birth date or names are these with the parts exchanged, or the date a digit off."""
        found = set(self._index.names.under(exchanged_name_keys(wanted)))
        if wanted.born:
            found.update(self._index.births.under((swapped_birth(wanted.born),)))
            found.update(self._index.givens.under(slip_keys(wanted)))
        return found

    def weights(self) -> Weights:
        """Return what each agreement is worth in this roster, and where each figure comes from."""
        return weights_of(self._frequencies)

    def ways_to(self, person: Person, pat_num: int) -> frozenset[str]:
        """Return the kinds of keys by which a lookup of *person* comes to the chart *pat_num*.

        They are ``birth``, ``name``, ``contact`` and ``home``, or ``further`` where only the second look does.
        """
        wanted, index = features_of(person), self._index
        kinds = {
            "birth": index.births.under((wanted.born,)) if wanted.born else (),
            "name": index.names.under(name_keys(wanted)),
            "contact": index.contacts.under(contact_keys(wanted)),
            "home": index.homes.under(home_keys(wanted)),
        }
        ways = frozenset(kind for kind, found in kinds.items() if pat_num in found)
        return ways or frozenset({"further"} if pat_num in self._further(wanted) else ())

    # -- whole sets ----------------------------------------------------------------------------------------------------

    def duplicates(self, *, least: Grade = Grade.PROBABLE) -> Duplicates:
        """Return the pairs of charts that may be one person's, best first.

        Merging cannot be undone in Open Dental and no API does it: this is a list for people to read. Bob and Robert
        with one birth date and family name are at most probable here, since both stand in the roster.

        Args:
            least: The lowest grade to return.
        """
        prior, rank = log2(max(1, len(self._features))), max(1, least.rank)
        with without_collecting():
            weighed = ((pair, self._pair(*pair, prior)) for pair in self._alike())
            found = [_duplicate(pair, hit) for pair, hit in weighed if hit.grade.rank >= rank]
        return Duplicates(sorted(found, key=lambda each: (-each.grade.rank, -each.score, each.pat_nums)))

    def links(self, others: Iterable[Chart]) -> Links:
        """Return each of *others* with what a lookup of it finds here: one practice's charts in another's roster.

        Raises:
            TypeError: *others* are no charts; a table becomes charts in a roster of its own.
        """
        held: list[object] = list(others)
        charts = [each for each in held if isinstance(each, Chart)]
        if len(charts) < len(held):
            raise TypeError("others: give charts; of a table, the roster that Roster.from_frame makes of it")
        with without_collecting():
            return Links(Linked(chart.pat_num, self.lookup(chart.person)) for chart in charts)

    def _alike(self) -> set[tuple[int, int]]:
        """Return the pairs of charts worth weighing."""
        index, features = self._index, self._features
        named = chain(pairs_of_births(features, index.births), pairs_of_names(features, index.names))
        met = chain(pairs_of_contacts(index.contacts), pairs_of_contacts(index.homes))
        found = {pair for pair in named if is_promising(features[pair[0]], features[pair[1]], False)}
        found.update(pair for pair in met if is_promising(features[pair[0]], features[pair[1]], True))
        return found

    def _pair(self, one: int, other: int, prior: float) -> _Hit:
        hit = self._weigh(self._features[one], other, prior, (), filed=1)
        # Every chart meets every other: names that one newcomer shares with nobody are shared by some pair.
        sure = hit.levels.given is Given.EXACT and (is_in_touch(hit.levels) or hit.odds >= _RARE_PAIR_BITS)
        return hit if sure or hit.grade is not Grade.CERTAIN else hit._replace(grade=Grade.PROBABLE)

    # -- weighing ------------------------------------------------------------------------------------------------------

    def _weighed(
        self, wanted: Features, pat_nums: Iterable[int], refused: Collection[int], *, near: bool = False
    ) -> list[_Hit]:
        """Return those that are at least possible; *near* are who share a phone, an e-mail address or a home."""
        features, prior = self._features, log2(max(1, len(self._features)))
        hits = [
            self._weigh(wanted, pat_num, prior, refused)
            for pat_num in pat_nums
            if is_promising(wanted, features[pat_num], near)
        ]
        return [hit for hit in hits if hit.grade is not Grade.CERTAINLY_NOT]

    def _weigh(self, wanted: Features, pat_num: int, prior: float, refused: Collection[int], *, filed: int = 0) -> _Hit:
        held = self._features[pat_num]
        levels = self._without_crowds(levels_of(wanted, held, self._frequencies), wanted, held)
        vetoes = vetoes_of(levels, wanted, held)
        if pat_num in refused:
            vetoes = (*vetoes, Veto.REFUSED)
        bits = bits_of(levels, wanted, held, self._frequencies)
        odds = sum(bits) - prior
        household = bool(vetoes) and self._household(levels, wanted, held, pat_num, filed)
        grade = grade_of(levels, vetoes, odds, household=household)
        if grade is Grade.CERTAIN and (
            odds < self.least_score or not (is_confirmed(levels) or self._is_rare(held, odds, bits))
        ):
            grade = Grade.PROBABLE
        return _Hit(pat_num, grade, odds, levels, bits, vetoes)

    def _is_rare(self, held: Features, odds: float, bits: Bits) -> bool:
        """Tell whether names alone are rare enough, given how many people of this very name there are.

        Given and family names are not independent: of all who are called Nguyen, far more are called Minh.
        """
        namesakes = self._namesakes(held)
        if namesakes < _SEVERAL or not self._frequencies.are_trusted:
            return True
        together = log2((len(self._features) + 1) / (namesakes + 1))
        return odds - max(0.0, bits.given + bits.family - together) >= RARE_BITS

    def _namesakes(self, held: Features) -> int:
        """Return how many charts hold both names of this one and another birth date: no second charts of one person."""
        alike = (self._features[number] for number in set(self._index.names.under(name_keys(held))))
        return sum(each.born != held.born and each.given == held.given and each.family == held.family for each in alike)

    def _without_crowds(self, levels: Levels, wanted: Features, held: Features) -> Levels:
        """Take agreement on what a crowd shares for no agreement."""
        births, contacts, homes = self._index.births, self._index.contacts.crowds, self._index.homes.crowds
        crowded = wanted.born in births.crowds and births.size(wanted.born) > self._most_born()
        if crowded and levels.birth is Birth.EXACT:
            levels = levels._replace(birth=Birth.MISSING)
        if contacts and levels.phone is Contact.SAME:
            shared = set(wanted.phones).intersection(held.phones)
            if all(hash(phone) in contacts for phone in shared):
                levels = levels._replace(phone=Contact.MISSING)
        if contacts and levels.email is Contact.SAME and hash(wanted.email) in contacts:
            levels = levels._replace(email=Contact.MISSING)
        if homes and levels.address is Contact.SAME and not homes.isdisjoint(home_keys(held)):
            levels = levels._replace(address=Contact.MISSING)
        return levels

    def _most_born(self) -> int:
        """Return how many charts may share a birth date: ten times an even share, or it is one that a form fills in."""
        return max(MOST_SHARED, len(self._features) // _FEWEST_DAYS)

    def _household(self, levels: Levels, wanted: Features, held: Features, pat_num: int, filed: int) -> bool:
        """Tell whether all that the two share is shared with other charts too, or is a guardian's.

        *filed* is 1 if *wanted* stands in the roster itself.
        """
        files = [(self._index.contacts, hash(phone)) for phone in set(wanted.phones).intersection(held.phones)]
        if levels.email is Contact.SAME:
            files.append((self._index.contacts, hash(wanted.email)))
        if levels.address is Contact.SAME:
            files.extend((self._index.homes, key) for key in home_keys(held))
        if not files:
            return False
        dependant = self._charts[pat_num].guarantor not in {0, pat_num}
        return dependant or all(kind.size(key) > 1 + filed for kind, key in files)


def _told_apart(hits: list[_Hit]) -> list[_Hit]:
    """Lower what agrees by a name that is not quite the same where another chart has as good a claim to it.

    Where Bob and Robert both stand in the roster with one birth date and family name they are two people, so a Bob is
    not Robert; and where a twin's name is as near as the one that was found, nobody can tell.
    """
    if len(hits) < 2:
        return hits
    rivals = [hit for hit in hits if _is_rival(hit.levels)]
    if len(rivals) < 2:
        return hits
    cap = Grade.POSSIBLE if any(hit.levels.given is Given.EXACT for hit in rivals) else Grade.PROBABLE
    return [
        hit._replace(grade=cap)
        if hit in rivals and hit.levels.given is not Given.EXACT and hit.grade.rank > cap.rank
        else hit
        for hit in hits
    ]


_NO_RIVALS: Final = frozenset({Given.DIFFERENT, Given.MISSING})


def _is_rival(levels: Levels) -> bool:
    return levels.birth is Birth.EXACT and levels.given not in _NO_RIVALS and levels.family >= Family.NEAR


def _decision(hits: list[_Hit]) -> Decision:
    if not hits:
        return _NOBODY
    hits.sort(key=lambda hit: (-hit.grade.rank, -hit.odds, hit.pat_num))
    certain = [hit.pat_num for hit in hits if hit.grade is Grade.CERTAIN]
    return Decision(
        grade=hits[0].grade,
        candidates=tuple(_candidate(hit) for hit in hits[:_MOST_SHOWN]),
        ambiguous=len(certain) > 1,
        chosen=certain[0] if len(certain) == 1 else None,
    )


_NOBODY: Final = Decision(grade=Grade.CERTAINLY_NOT)


def _duplicate(pair: tuple[int, int], hit: _Hit) -> Duplicate:
    return Duplicate(
        pat_nums=pair,
        grade=hit.grade,
        score=round(hit.odds, 2),
        reasons=reasons_of(hit.levels),
        vetoes=hit.vetoes,
    )


def _candidate(hit: _Hit) -> Candidate:
    levels, reasons = told(hit.levels)
    return Candidate(
        pat_num=hit.pat_num,
        grade=hit.grade,
        score=round(hit.odds, 2),
        reasons=reasons,
        vetoes=hit.vetoes,
        levels=levels,
        bits=hit.bits,
        prior=sum(hit.bits) - hit.odds,
    )
