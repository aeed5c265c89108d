"""The picture of a decision: a waterfall of evidence for each candidate, as HTML with inline SVG.

It needs no network and no script, follows the reader's light or dark setting, prints in grey, and says everything that
its colours say in words and signs as well. No value of a patient is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import accumulate
from typing import Final

from odnexus.matching.decide import Candidate, Grade
from odnexus.matching.words import Evidence

__all__ = ["GRADE_WORDS", "fragment", "page"]

GRADE_WORDS: Final = {
    Grade.CERTAIN: "certain: the rules make it one person",
    Grade.PROBABLE: "probable: a person should decide",
    Grade.POSSIBLE: "possible: worth a look, no more",
    Grade.CERTAINLY_NOT: "certainly not",
}
"""What each grade asks of the reader."""

_STYLE: Final = """
.odnexus-match{--ink:#1f2933;--soft:#5b6770;--line:#c6ccd2;--back:#fff;--card:#f6f8f9;--for:#1b7a4f;--against:#b3412f;
--start:#6b7680;--ask:#8a5a00;color:var(--ink);background:var(--back);font:14px/1.45 system-ui,sans-serif;
max-width:880px;padding:4px}
.odnexus-match h3{font-size:16px;margin:0 0 2px}.odnexus-match p{margin:2px 0 8px}
.odnexus-match .how{color:var(--soft);font-size:13px}
.odnexus-match section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 16px;
margin:12px 0;break-inside:avoid}
.odnexus-match .grade{display:inline-block;border:1.5px solid currentColor;border-radius:99px;padding:0 9px;
font-size:13px;font-weight:600;margin-left:8px;vertical-align:1px}
.odnexus-match .certain{color:var(--for)}.odnexus-match .probable{color:var(--ask)}
.odnexus-match .possible{color:var(--soft)}
.odnexus-match .but{border-left:4px solid var(--against);padding-left:9px;margin:8px 0}
.odnexus-match svg{width:100%;height:auto;display:block;font:13px system-ui,sans-serif}
.odnexus-match .figure{stroke:var(--card);stroke-width:4px;paint-order:stroke}
@media (prefers-color-scheme:dark){.odnexus-match{--ink:#e6eaed;--soft:#a5b0b9;--line:#46515a;--back:#14191d;
--card:#1c2328;--for:#5cc596;--against:#f08672;--start:#93a0aa;--ask:#e2b04a}}
""".replace("\n", "")
_HOW: Final = (
    "Bars to the right speak for one person, bars to the left against it; the longer, the stronger."
    " It begins on the left, because any one chart of the practice is hardly ever the right one."
    " Beyond the upright line, one person is likelier than two."
)
_ROW: Final = 26
_LABELS: Final = 330
_PLOT: Final = 400
_MARGIN: Final = 56
_TOTAL: Final = "all together"


def fragment(summary: str, candidates: Iterable[Candidate]) -> str:
    """Return a fragment of HTML: the summary, how to read it, and a card for each candidate."""
    held = tuple(candidates)
    # One scale for all, so that their bars can be compared.
    ends = [0.0, *(end for each in held for end in accumulate(one.bits for one in each.evidence))]
    cards = "".join(_card(each, min(ends), max(ends)) for each in held)
    how = f'<p class="how">{escape(_HOW)}</p>' if cards else ""
    return (
        f'<style>{_STYLE}</style><div class="odnexus-match"><p><strong>{escape(summary)}</strong></p>{how}{cards}</div>'
    )


def page(summary: str, candidates: Iterable[Candidate]) -> str:
    """Return a whole page of HTML around `fragment`, to be stored as a file."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Who is this?</title>'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>'
        f"<body>{fragment(summary, candidates)}</body></html>"
    )


def _card(candidate: Candidate, low: float, high: float) -> str:
    grade, _, meaning = GRADE_WORDS[candidate.grade].partition(": ")
    vetoes = "".join(
        f'<p class="but"><strong>Never linked by itself, whatever the bars say:</strong> {escape(veto)}.</p>'
        for veto in candidate.vetoes
    )
    return (
        f'<section><h3>Chart {candidate.pat_num}<span class="grade {candidate.grade.value}">{escape(grade)}</span></h3>'
        f"<p>{escape(meaning.capitalize())}.</p>{vetoes}{_waterfall(candidate, low, high)}</section>"
    )


def _waterfall(candidate: Candidate, low: float, high: float) -> str:
    evidence = candidate.evidence
    ends = list(accumulate(each.bits for each in evidence))
    scale = _PLOT / max(1.0, high - low)
    zero = _LABELS + _MARGIN - low * scale
    height, width = (len(evidence) + 1) * _ROW + 12, _LABELS + _PLOT + 2 * _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(_said(candidate))}">'
        f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{height}" style="stroke:var(--ink)" stroke-width="1.5"'
        f' stroke-dasharray="3 3"/>{"".join(_rows(evidence, ends, zero, scale))}{_total(candidate, zero, scale)}</svg>'
    )


def _said(candidate: Candidate) -> str:
    """Return the whole waterfall in words, for who hears it."""
    fields = "; ".join(f"{each.words} {each.bits:+.1f}" for each in candidate.evidence)
    return f"Evidence for chart {candidate.pat_num}: {fields}; {_TOTAL} {candidate.score:+.1f}"


def _rows(evidence: tuple[Evidence, ...], ends: list[float], zero: float, scale: float) -> Iterator[str]:
    for row, (each, end) in enumerate(zip(evidence, ends, strict=True)):
        color = "start" if row == 0 else "for" if each.bits >= 0 else "against"
        yield _bar(row, each.words, each.bits, (zero + (end - each.bits) * scale, zero + end * scale), color)
        if row + 1 < len(ends):
            yield _thread(row, zero + end * scale)


def _bar(row: int, words: str, bits: float, span: tuple[float, float], color: str) -> str:
    top, (left, right) = row * _ROW, sorted(span)
    # The figure stands outside the bar on the side it grows to.
    x, anchor = (right + 6, "start") if bits >= 0 else (left - 6, "end")
    return (
        f'<text x="0" y="{top + 18}" style="fill:var(--ink)">{escape(words)}</text>'
        f'<rect x="{left:.1f}" y="{top + 5}" width="{max(1.5, right - left):.1f}" height="{_ROW - 9}" rx="2"'
        f' style="fill:var(--{color})"/>'
        f'<text x="{x:.1f}" y="{top + 18}" text-anchor="{anchor}" class="figure"'
        f' style="fill:var(--{color})">{bits:+.1f}</text>'
    )


def _thread(row: int, x: float) -> str:
    """Join the end of a bar to the beginning of the next."""
    top = (row + 1) * _ROW - 4
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + 9}" style="stroke:var(--soft)"/>'


def _total(candidate: Candidate, zero: float, scale: float) -> str:
    row, score = len(candidate.evidence), candidate.score
    color = "for" if score >= 0 else "against"
    return (
        f'<line x1="0" x2="{_LABELS + _PLOT + 2 * _MARGIN}" y1="{row * _ROW + 4}" y2="{row * _ROW + 4}"'
        f' style="stroke:var(--line)"/><g transform="translate(0 7)" font-weight="600">'
        f"{_bar(row, _TOTAL, score, (zero, zero + score * scale), color)}</g>"
    )
