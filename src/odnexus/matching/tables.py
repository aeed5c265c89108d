"""Results of whole sets: lists that an analyst can turn into a table."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import Any, NamedTuple

from attrs import frozen

from odnexus.matching.decide import Decision, Grade

__all__ = ["Duplicate", "Duplicates", "Linked", "Links"]


@frozen(kw_only=True)
class Duplicate:
    """Two charts that may be one person's.

    Attributes:
        pat_nums: The charts, the smaller number first.
        grade: How sure it is.
        score: As in `Candidate`.
        reasons: Why, in words without values.
        vetoes: What speaks against it whatever the score.
    """

    pat_nums: tuple[int, int]
    grade: Grade
    score: float
    reasons: tuple[str, ...]
    vetoes: tuple[str, ...] = ()


class Linked(NamedTuple):
    """One chart of another set, and what a lookup of it found."""

    pat_num: int
    decision: Decision


class Duplicates(list[Duplicate]):
    """Pairs of charts, best first."""

    def records(self) -> list[dict[str, object]]:
        """Return the pairs as rows by column; no value of a patient is in them."""
        return [
            {
                "pat_num": each.pat_nums[0],
                "other_pat_num": each.pat_nums[1],
                "grade": each.grade.value,
                "score": each.score,
                "reasons": "; ".join(each.reasons),
                "vetoes": "; ".join(each.vetoes),
            }
            for each in self
        ]

    def counts(self) -> dict[str, int]:
        """Return how many pairs have each grade."""
        return _counts([each.grade for each in self])

    @property
    def frame(self) -> Any:
        """The pairs as a `pandas.DataFrame`.

        Raises:
            ImportError: pandas is not installed; it comes with the extra ``audit``.
        """
        return _frame(self.records(), ("pat_num", "other_pat_num", "grade", "score", "reasons", "vetoes"))


class Links(list[Linked]):
    """The charts of another set, each with what was found for it, in their own order."""

    def records(self) -> list[dict[str, object]]:
        """Return a row for each chart; no value of a patient is in them."""
        return [_record(each) for each in self]

    def counts(self) -> dict[str, int]:
        """Return how many charts came out with each grade."""
        return _counts([each.decision.grade for each in self])

    @property
    def frame(self) -> Any:
        """The rows as a `pandas.DataFrame`; ``chosen`` is missing where no chart is certain.

        Raises:
            ImportError: pandas is not installed; it comes with the extra ``audit``.
        """
        columns = ("pat_num", "grade", "chosen", "ambiguous", "candidates", "score", "reasons", "vetoes")
        return _frame(self.records(), columns)


def _record(linked: Linked) -> dict[str, object]:
    decision = linked.decision
    best = decision.candidates[0] if decision.candidates else None
    return {
        "pat_num": linked.pat_num,
        "grade": decision.grade.value,
        "chosen": decision.chosen,
        "ambiguous": decision.ambiguous,
        "candidates": " ".join(str(each.pat_num) for each in decision.candidates),
        "score": best.score if best else None,
        "reasons": "; ".join(best.reasons) if best else "",
        "vetoes": "; ".join(best.vetoes) if best else "",
    }


def _counts(grades: list[Grade]) -> dict[str, int]:
    held = Counter(grades)
    return {grade.value: held[grade] for grade in Grade}


def _frame(records: list[dict[str, object]], columns: tuple[str, ...]) -> Any:
    # By name, so that neither the core nor checking types needs pandas.
    frame = import_module("pandas").DataFrame(records, columns=list(columns))
    return frame.astype({"chosen": "Int64"}) if "chosen" in columns else frame
