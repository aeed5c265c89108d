"""Why a lookup decided as it did: as text, as plain data, and as a picture that needs no network.

The picture is a waterfall: it starts with what it takes to pick one chart out of the whole roster, each field pushes
the evidence up or down, and where it ends is the score. No value of a patient is in any of the three.
"""

from __future__ import annotations

from html import escape
from itertools import accumulate
from typing import Final

from attrs import frozen

from odnexus.matching.decide import Candidate, Decision, Grade

__all__ = ["Explanation", "explain"]

_WORDS: Final = {
    Grade.CERTAIN: "certain: the rules make it one person",
    Grade.PROBABLE: "probable: a person should decide",
    Grade.POSSIBLE: "possible: worth a look, no more",
    Grade.CERTAINLY_NOT: "certainly not",
}


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
            lines += ["", f"Chart {candidate.pat_num}: {_WORDS[candidate.grade]} ({candidate.score:+.1f} bits)"]
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
        """Return a self-contained fragment of HTML with one waterfall for each candidate, as inline SVG."""
        parts = [f'<p style="{_FONT}">{escape(self.summary())}</p>', *map(_waterfall, self.decision.candidates)]
        return "\n".join(parts)

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


# -- the picture -------------------------------------------------------------------------------------------------------

_FONT: Final = "font-family:system-ui,sans-serif;font-size:13px;color:#1f2933"
_ROW: Final = 24
_LABELS: Final = 310
_PLOT: Final = 420
_MARGIN: Final = 56
_FOR: Final = "#2f7d5b"
_AGAINST: Final = "#b3412f"
_PRIOR: Final = "#8a94a0"


def _waterfall(candidate: Candidate) -> str:
    ends = list(accumulate(each.bits for each in candidate.evidence))
    low, high = min(0.0, *ends), max(0.0, *ends)
    scale = _PLOT / max(1.0, high - low)
    zero = _LABELS + _MARGIN - low * scale
    rows = [
        _bar(row, each.words, each.bits, end, zero, scale)
        for row, (each, end) in enumerate(zip(candidate.evidence, ends, strict=True))
    ]
    notes = [f"but: {veto}" for veto in candidate.vetoes]
    bottom = (len(rows) + 1) * _ROW
    rows += [
        f'<text x="0" y="{bottom + (place + 1) * _ROW + 4}" fill="{_AGAINST}">{escape(note)}</text>'
        for place, note in enumerate(notes)
    ]
    height, width = bottom + (len(notes) + 1) * _ROW, _LABELS + _PLOT + 2 * _MARGIN
    title = escape(f"Chart {candidate.pat_num}: {_WORDS[candidate.grade]}, {candidate.score:+.1f} bits")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{title}" style="{_FONT};max-width:100%;display:block;margin:8px 0 20px">'
        f'<text x="0" y="14" font-weight="600" fill="#1f2933">{title}</text>'
        f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="{_ROW - 2}" y2="{bottom}" stroke="#c6ccd2"/>'
        f"{''.join(rows)}</svg>"
    )


def _bar(row: int, words: str, bits: float, end: float, zero: float, scale: float) -> str:
    top = (row + 1) * _ROW
    left, right = sorted((zero + (end - bits) * scale, zero + end * scale))
    color = _PRIOR if row == 0 else _FOR if bits >= 0 else _AGAINST
    # The figure stands outside the bar on the side it grows to.
    x, anchor = (right + 5, "start") if bits >= 0 else (left - 5, "end")
    return (
        f'<text x="0" y="{top + 16}" fill="#1f2933">{escape(words)}</text>'
        f'<rect x="{left:.1f}" y="{top + 4}" width="{max(1.0, right - left):.1f}" height="{_ROW - 8}" rx="2"'
        f' fill="{color}"/>'
        f'<text x="{x:.1f}" y="{top + 16}" text-anchor="{anchor}" fill="{color}">{bits:+.1f}</text>'
    )
