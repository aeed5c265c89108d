"""Why a lookup decided as it did: as text, as plain data, and as a picture that needs no network.

The picture is a waterfall: it starts with what it takes to pick one chart out of the whole roster, each field pushes
the evidence up or down, and where it ends is the score. No value of a patient is in any of the three.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from attrs import frozen

from odnexus.matching.decide import Candidate, Decision
from odnexus.matching.picture import GRADE_WORDS, fragment, page

__all__ = ["Explanation", "explain"]


@frozen
class Explanation:
    """A decision made readable. Notebooks show the picture; printing shows the text."""

    decision: Decision

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """Return the decision and its candidates as lines of text."""
        lines = [self.summary()]
        for candidate in self.decision.candidates:
            lines += ["", f"Chart {candidate.pat_num}: {GRADE_WORDS[candidate.grade]} ({candidate.score:+.1f} bits)"]
            lines += [f"  {each.bits:+6.1f}  {each.words}" for each in candidate.evidence]
            lines += [f"  but: {veto}" for veto in candidate.vetoes]
        return "\n".join(lines)

    def summary(self) -> str:
        """Return the decision in one sentence."""
        decision = self.decision
        if decision.chosen is not None:
            return f"Chart {decision.chosen} is this person."
        if decision.ambiguous:
            return "More than one chart is certain: a person must choose, and the charts may be duplicates."
        if not decision.candidates:
            return "No chart comes near: this is somebody new."
        if len(decision.candidates) == 1:
            return f"No chart is certain; the only candidate is {decision.grade.value}."
        return f"No chart is certain; the best of {len(decision.candidates)} is {decision.grade.value}."

    def as_dict(self) -> dict[str, object]:
        """Return the same as JSON-safe values."""
        return {
            "summary": self.summary(),
            "grade": self.decision.grade.value,
            "chosen": self.decision.chosen,
            "ambiguous": self.decision.ambiguous,
            "candidates": [_candidate(each) for each in self.decision.candidates],
        }

    def html(self) -> str:
        """Return a self-contained fragment of HTML: a waterfall for each candidate, as inline SVG, light and dark."""
        return fragment(self.summary(), self.decision.candidates)

    def to_html(self, path: str | PathLike[str]) -> None:
        """Write the picture as a page of its own, in UTF-8.

        Raises:
            OSError: The file cannot be written.
        """
        Path(path).write_text(page(self.summary(), self.decision.candidates), encoding="utf-8")

    def _repr_html_(self) -> str:
        return self.html()


def explain(decision: Decision) -> Explanation:
    """Return why *decision* came out as it did."""
    return Explanation(decision)


def _candidate(candidate: Candidate) -> dict[str, object]:
    return {
        "pat_num": candidate.pat_num,
        "grade": candidate.grade.value,
        "score": candidate.score,
        "evidence": [{"words": each.words, "bits": each.bits} for each in candidate.evidence],
        "vetoes": [str(veto) for veto in candidate.vetoes],
    }
