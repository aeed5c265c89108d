"""Figures as inline SVG, in the colours of the page around them: light, dark, or black ink on paper.

A drawing is told in words as well (its title and every number), for screen readers and for those who hover over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from odnexus.audit.figures import Figure, Series

WIDTH: Final = 460
_LABEL: Final = 120
_BAR: Final = 16
_HEIGHT: Final = 190
_LEFT: Final = 40
_TOP: Final = 14
_MOST_LABELS: Final = 8


def drawing(figure: Figure) -> str:
    """Return *figure* as an SVG with its title, legend and note."""
    height, marks = {"bars": _bars, "columns": _columns, "lines": _lines}[figure.kind](figure)
    spoken = escape("; ".join(_spoken(figure)))
    legend = _legend(figure) if len(figure.series) > 1 else ""
    note = f'<p class="sub">{escape(figure.note)}</p>' if figure.note else ""
    return (
        f"<figure><figcaption>{escape(figure.title)}</figcaption>{legend}"
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{spoken}">'
        f"{''.join(marks)}</svg>{note}</figure>"
    )


def _spoken(figure: Figure) -> Iterator[str]:
    yield figure.title
    for each in figure.series:
        told = ", ".join(f"{label} {value:g}" for label, value in zip(figure.labels, each.values, strict=True) if value)
        yield f"{each.name}: {told or 'none'}"


def _legend(figure: Figure) -> str:
    keys = "".join(
        f'<span><i class="key t-{each.tone}"></i>{escape(each.name)}</span>'
        for each in figure.series
        if any(each.values)
    )
    return f'<div class="legend">{keys}</div>'


def _hint(figure: Figure, each: Series, label: str, value: float) -> str:
    name = f", {each.name}" if len(figure.series) > 1 else ""
    return f"<title>{escape(f'{label}{name}: {value:g} {figure.unit}')}</title>"


# -- bars --------------------------------------------------------------------------------------------------------------


def _bars(figure: Figure) -> tuple[int, Iterator[str]]:
    rows = len(figure.labels) * (len(figure.series) * _BAR + 10)
    return rows + 4, _bar_marks(figure)


def _bar_marks(figure: Figure) -> Iterator[str]:
    most = 100.0 if figure.unit == "%" else max(value for each in figure.series for value in each.values)
    room = WIDTH - _LABEL - 60
    top = 2.0
    for place, label in enumerate(figure.labels):
        middle = top + len(figure.series) * _BAR / 2 + 4
        yield f'<text class="lab" x="{_LABEL - 8}" y="{middle:.1f}" text-anchor="end">{escape(label)}</text>'
        for each in figure.series:
            value = each.values[place]
            width = max(1.0, room * value / most) if value else 0.0
            said = f"{value:g}{' %' if figure.unit == '%' else ''}"
            yield (
                f'<rect class="t-{each.tone}" x="{_LABEL}" y="{top:.1f}" width="{width:.1f}" height="{_BAR - 3}">'
                f"{_hint(figure, each, label, value)}</rect>"
                f'<text class="num" x="{_LABEL + width + 6:.1f}" y="{top + 10.5:.1f}">{said}</text>'
            )
            top += _BAR
        top += 10


# -- columns and lines -------------------------------------------------------------------------------------------------


def _columns(figure: Figure) -> tuple[int, Iterator[str]]:
    return _HEIGHT + 34, _column_marks(figure)


def _column_marks(figure: Figure) -> Iterator[str]:
    heights = [sum(each.values[place] for each in figure.series) for place in range(len(figure.labels))]
    most = _round_up(max(heights))
    yield from _axes(figure, most)
    step = (WIDTH - _LEFT) / len(figure.labels)
    wide = min(46.0, step * 0.76)
    for place, label in enumerate(figure.labels):
        base = float(_HEIGHT)
        for each in figure.series:
            if value := each.values[place]:
                tall = (_HEIGHT - _TOP) * value / most
                base -= tall
                yield (
                    f'<rect class="t-{each.tone}" x="{_LEFT + (place + 0.5) * step - wide / 2:.1f}" y="{base:.1f}" '
                    f'width="{wide:.1f}" height="{tall:.1f}">{_hint(figure, each, label, value)}</rect>'
                )
    for down, (place, words) in enumerate(figure.marks.items()):
        x, y = _LEFT + place * step, _TOP + 14 * down
        yield f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{_HEIGHT}"/>'
        yield f'<text class="lab" x="{x + 4:.1f}" y="{y}">{escape(words)} →</text>'


def _lines(figure: Figure) -> tuple[int, Iterator[str]]:
    return _HEIGHT + 34, _line_marks(figure)


def _line_marks(figure: Figure) -> Iterator[str]:
    most = _round_up(max(value for each in figure.series for value in each.values))
    yield from _axes(figure, most)
    step = (WIDTH - _LEFT) / len(figure.labels)
    for each in figure.series:
        spots = [
            (_LEFT + (place + 0.5) * step, _HEIGHT - (_HEIGHT - _TOP) * value / most)
            for place, value in enumerate(each.values)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        yield f'<polyline class="l-{each.tone}" points="{path}"/>'
        for (x, y), label, value in zip(spots, figure.labels, each.values, strict=True):
            hint = _hint(figure, each, label, value)
            yield f'<circle class="t-{each.tone}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">{hint}</circle>'


def _axes(figure: Figure, most: float) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        y = _HEIGHT - (_HEIGHT - _TOP) * share
        yield f'<line class="grid" x1="{_LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="num" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{most * share:g}</text>'
    step = (WIDTH - _LEFT) / len(figure.labels)
    every = -(-len(figure.labels) // _MOST_LABELS)
    for place, label in enumerate(figure.labels):
        if place % every == 0:
            x = _LEFT + (place + 0.5) * step
            yield f'<text class="lab" x="{x:.1f}" y="{_HEIGHT + 16}" text-anchor="middle">{escape(label)}</text>'
    yield f'<text class="num" x="{WIDTH}" y="{_HEIGHT + 31}" text-anchor="end">{escape(figure.unit)}</text>'


def _round_up(most: float) -> float:
    """Return the next even number, of one digit where it is large: the top of an axis with a middle."""
    if most <= 2:
        return 2.0
    size = 10.0 ** (len(str(int(most))) - 1)
    return next(size * steps for steps in (1, 2, 4, 6, 8, 10) if size * steps >= most)
