"""Figures drawn by matplotlib, for notebooks and slides: it comes with the extra ``audit``, imported here only."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from odnexus.audit.figures import Figure, Tone

COLORS: Final[dict[Tone, str]] = {
    "error": "#b3412f",
    "warning": "#d19a2e",
    "info": "#5b7c99",
    "good": "#3d8168",
    "plain": "#9aa5b1",
}


def axes_of(figure: Figure, axes: Any = None) -> Any:
    """Return matplotlib's axes with *figure* drawn on them.

    Args:
        figure: What to draw.
        axes: Where to draw it; axes of a new figure unless given.

    Raises:
        ImportError: matplotlib is not installed; the message says how to get it.
    """
    if axes is None:
        axes = _pyplot().subplots(figsize=(6.4, 3.4), layout="constrained")[1]
    {"bars": _bars, "columns": _columns, "lines": _lines}[figure.kind](figure, axes)
    axes.set_title(figure.title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    if len(figure.series) > 1:
        axes.legend(frameon=False, fontsize=8)
    return axes


def _pyplot() -> Any:
    try:
        # By name, so that checking types does not need matplotlib.
        return import_module("matplotlib.pyplot")
    except ImportError as error:
        raise ImportError('plots need matplotlib: pip install "odnexus[audit]"') from error


def _bars(figure: Figure, axes: Any) -> None:
    tall = 0.8 / max(1, len(figure.series))
    for place, each in enumerate(figure.series):
        spots = [number + place * tall for number in range(len(figure.labels))]
        drawn = axes.barh(spots, each.values, height=tall * 0.92, color=COLORS[each.tone], label=each.name)
        axes.bar_label(drawn, padding=3, fontsize=8)
    axes.set_yticks([number + tall * (len(figure.series) - 1) / 2 for number in range(len(figure.labels))])
    axes.set_yticklabels(figure.labels)
    axes.invert_yaxis()
    axes.set_xlabel(figure.unit)


def _columns(figure: Figure, axes: Any) -> None:
    base = [0.0] * len(figure.labels)
    for each in figure.series:
        axes.bar(range(len(figure.labels)), each.values, bottom=base, color=COLORS[each.tone], label=each.name)
        base = [below + value for below, value in zip(base, each.values, strict=True)]
    for place, words in figure.marks.items():
        axes.axvline(place - 0.5, color="#52606d", linestyle="--", linewidth=1)
        axes.annotate(f"{words} →", (place - 0.45, 1.0), xycoords=("data", "axes fraction"), fontsize=8, va="top")
    _label_below(figure, axes)


def _lines(figure: Figure, axes: Any) -> None:
    for each in figure.series:
        axes.plot(range(len(figure.labels)), each.values, marker="o", color=COLORS[each.tone], label=each.name)
    axes.set_ylim(bottom=0)
    _label_below(figure, axes)


def _label_below(figure: Figure, axes: Any) -> None:
    every = -(-len(figure.labels) // 10) or 1
    axes.set_xticks(range(0, len(figure.labels), every))
    axes.set_xticklabels(figure.labels[::every])
    axes.set_ylabel(figure.unit)
