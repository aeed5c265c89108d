"""What a practice gets for which demand: the consequences of a least score, counted on people whose chart is known.

The default is no least score, and it is the safe one: on held-out towns full of look-alikes the rules alone make less
than 1 wrong link per 10,000 people. The rules of `odnexus.matching.decide` are what keeps twins apart, and no figure
here replaces them. A practice that wants to be more careful still can ask for a least score on top; this shows what
that costs in questions to the staff and what it saves in wrong links, with the uncertainty that a small number of
trials leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, inf
from typing import Final

from attrs import frozen

from odnexus.mapping.person import Person
from odnexus.matching.decide import Decision, Grade
from odnexus.matching.memory import without_collecting
from odnexus.matching.roster import Roster

__all__ = ["Calibration", "Consequence", "calibrate", "coverage"]

LEAST_SCORES: Final = (-inf, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0)
# With no event in n trials the true rate is below 3 / n, nineteen times out of twenty ("rule of three").
_RULE_OF_THREE: Final = 3.0


@frozen(kw_only=True)
class Consequence:
    """What happens with one least score.

    Attributes:
        least_score: Certain candidates below it go to the staff.
        linked: Share of people with a chart who are linked to it by themselves.
        wrong_per_10_000: Wrong links per 10,000 people who turn up.
        at_most_per_10_000: What the true figure may be, given how few trials there were.
        asked_per_10_000: Questions to the staff per 10,000 people who turn up.
    """

    least_score: float
    linked: float
    wrong_per_10_000: float
    at_most_per_10_000: float
    asked_per_10_000: float


@frozen(kw_only=True)
class Calibration:
    """The consequences of each least score; print it."""

    trials: int
    found: float
    consequences: tuple[Consequence, ...]

    def choose(self, wrong_per_10_000: float = 1.0) -> float | None:
        """Return the lowest least score with no more wrong links than that, or None if there is none."""
        allowed = (each.least_score for each in self.consequences if each.wrong_per_10_000 <= wrong_per_10_000)
        return next(allowed, None)

    def setting(self, wrong_per_10_000: float = 1.0) -> str:
        """Return the line of a practice file that asks for the score `choose` gives, empty for the defaults.

        Raises:
            ValueError: No least score is safe enough; a practice for which that is true must not link by itself.
        """
        least = self.choose(wrong_per_10_000)
        if least is None:
            raise ValueError('no least score is safe enough: set match = { certain = "review" }')
        return "" if least == -inf else f"match = {{ least_score = {ceil(least)} }}"

    def __str__(self) -> str:
        lines = [
            f"{self.trials} people; of those with a chart {self.found:.2%} linked or among five to choose from",
            "least score   linked   wrong / 10,000   (at most)   asked / 10,000",
        ]
        lines += [
            f"{each.least_score:>11.0f} {each.linked:>8.2%} {each.wrong_per_10_000:>16.2f}"
            f" {each.at_most_per_10_000:>11.2f} {each.asked_per_10_000:>16.0f}"
            for each in self.consequences
        ]
        return "\n".join(lines)


def calibrate(
    roster: Roster, trials: Iterable[tuple[Person, int | None]], *, least_scores: Iterable[float] = LEAST_SCORES
) -> Calibration:
    """Return what each least score would have done with people whose chart is known.

    Args:
        roster: The practice's charts.
        trials: People who turned up, each with the PatNum of the chart that is theirs, None for none.
        least_scores: Scores to try, lowest first.

    Raises:
        ValueError: There are no trials.
    """
    held = list(trials)
    with without_collecting():
        seen = [(roster.lookup(person), truth) for person, truth in held]
    if not seen:
        raise ValueError("nothing can be learned from no trials")
    known = [(decision, truth) for decision, truth in seen if truth is not None]
    found = sum(truth in [each.pat_num for each in decision.candidates[:5]] for decision, truth in known)
    return Calibration(
        trials=len(seen),
        found=found / max(1, len(known)),
        consequences=tuple(_consequence(least, seen, len(known)) for least in least_scores),
    )


def coverage(roster: Roster, trials: Iterable[tuple[Person, int]]) -> dict[str, float]:
    """Return for each kind of key the share of people whose chart it leads to, and ``any`` for all kinds together.

    Whoever no key leads to is never compared: this is what a lookup can reach at best.

    Raises:
        ValueError: There are no trials.
    """
    ways = [roster.ways_to(person, truth) for person, truth in trials]
    if not ways:
        raise ValueError("nothing can be learned from no trials")
    kinds = ("birth", "name", "contact", "home", "further")
    shares = {kind: sum(kind in each for each in ways) / len(ways) for kind in kinds}
    return {**shares, "any": sum(map(bool, ways)) / len(ways)}


def _consequence(least: float, seen: list[tuple[Decision, int | None]], known: int) -> Consequence:
    right = wrong = asked = 0
    for decision, truth in seen:
        if decision.chosen is None or decision.candidates[0].score < least:
            asked += decision.grade is not Grade.CERTAINLY_NOT
        elif decision.chosen == truth:
            right += 1
        else:
            wrong += 1
    per = 10_000 / len(seen)
    return Consequence(
        least_score=least,
        linked=right / max(1, known),
        wrong_per_10_000=wrong * per,
        at_most_per_10_000=(wrong + _RULE_OF_THREE if wrong == 0 else wrong + 2 * wrong**0.5 + 2) * per,
        asked_per_10_000=asked * per,
    )
